"""A learned finder: linear-chain CRFs and a network over characters, which see what the rules propose.

The rules know the genre's forms; the tagger has learned from annotated documents which of their proposals annotators
accept, where names begin, and names that no rule describes; ``extract.reranker`` decides. How likely a name is, is the
mean of what a CRF and the network take it for. Trained by ``python -m extract.training``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from operator import eq
from pathlib import Path
from typing import NamedTuple

import pycrfsuite
from spacy.language import Language
from spacy.tokens import Doc

from extract import network
from extract.annotation import Candidate
from extract.classifier import MODELS, opened
from extract.document import Place, Span
from extract.gazetteer import any_of
from extract.masthead import masthead, within
from extract.names import alternation, governors, lexicon
from extract.surface import folded_text, quotations
from extract.wording import is_usual
from ontology.terms import PLACES, Kind, Level

READERS: dict[str, tuple[Kind, ...]] = {
    "undertakings": (Kind.PROJECT, Kind.POLICY, Kind.STRATEGY, Kind.SLOGAN),
    "bodies": (Kind.VILLAGE, Kind.ORGANIZATION),
}
"""The models, and the kinds that each tells apart: names of one model's kinds seldom nest, those of two often do."""
LABELS = {
    reader: ("O", *(f"{place}-{kind}" for kind in kinds for place in "BIES")) for reader, kinds in READERS.items()
}
"""What a character may be to each model: outside of names, or begin, continue, end or make one of a kind."""
KINDS = tuple(kind for kinds in READERS.values() for kind in kinds)
TAGGER = "policy_tagger"

_CLAUSE = re.compile("[^，。；：！？]+")
_ITEM = re.compile("[^、]+")
_PHRASE = re.compile("[一-鿿]+")
_JOINED = re.compile("(?<=[一-鿿])、(?=[一-鿿])")
_SHORTEST, _LONGEST = 3, 10
"""Characters of a phrase that another may be parallel to."""
_REACH = 24
"""Characters to either side of a mark that the phrases beside it lie in."""
_AND = ("、", "和", "及", "与")
_ONE_WORK = re.compile('[等"（《]')
_BRIEFEST = 3
"""Characters of the shortest work in a list."""


@cache
def _shape(mark: str) -> str:
    if "一" <= mark <= "鿿":
        return "N" if mark in "一二三四五六七八九十百千万亿两" else "H"
    if mark.isdigit():
        return "D"
    if mark.isalpha():
        return "A"
    return mark


class Line(NamedTuple):
    """What is seen of the characters of a line, a list for each.

    Attributes:
        own: itself, and the names and marks that it is part of.
        beside: its neighbours, for a reader that does not see those for itself.
    """

    own: list[list[str]]
    beside: list[list[str]]


def features(doc: Doc) -> Iterator[Line]:
    """Describe every character of every line.

    Yields:
        The lines in the order of the text, empty lines included, so that offsets add up (one line end between two).
    """
    folded = folded_text(doc)
    verbs = governors(folded)
    hints: dict[int, list[str]] = defaultdict(list)
    for c in doc._.candidates:
        tag = f"{c.kind}:{c.extractor[7:]}:{int(c.confidence * 5)}"
        hints[c.span.start].append(f"b{tag}")
        hints[c.span.end - 1].append(f"e{tag}")
        for index in range(c.span.start, c.span.end):
            hints[index].append(f"i{c.kind}:{c.extractor[7:]}")
    for start, end in quotations(folded):
        hints[start].append("qb")
        hints[end - 1].append("qe")
        for index in range(start, end):
            hints[index].append("q")
    for index in verbs:
        hints[index].append("g")
    for pair in parallels(folded):
        shape = f"p{pair.size}{pair.alike}"
        hints[pair.start].append("b" + shape)
        hints[pair.comma].append(shape)
        hints[pair.end - 1].append("e" + shape)
    structure = doc._.structure
    for section in structure.sections if structure is not None else ():
        if section.heading is not None:
            for index in range(section.heading.start, section.heading.end):
                hints[index].append("h")
        if section.role == "glossary":
            for index in range(section.span.start, section.span.end):
                hints[index].append("G")
    offset = 0
    for line in folded.split("\n"):
        own, beside = _line(line, hints, offset)
        for seen, far in zip(own, clause_features(line, verbs, offset), strict=True):
            seen += far
        yield Line(own, beside)
        offset += len(line) + 1


def sequence(line: Line) -> pycrfsuite.ItemSequence:
    """Return the features of a line as a CRF reads them."""
    return pycrfsuite.ItemSequence([own + beside for own, beside in zip(line.own, line.beside, strict=True)])


def flat(lines: Iterable[Line]) -> Iterator[list[str]]:
    """Yield the features of a text as the network reads them, a list for each character, line ends included."""
    for number, line in enumerate(lines):
        if number:
            yield ["newline"]
        yield from line.own


class Pair(NamedTuple):
    """Two equally long phrases with 、 between them: 桥米飘香、装备登高.

    Attributes:
        start, comma, end: where they begin, part and end; in code points.
        alike: whether they have the same character in the same place (小矛盾不出院、大矛盾不出镇).
    """

    start: int
    comma: int
    end: int
    alike: bool

    @property
    def size(self) -> int:
        """The characters of each."""
        return self.comma - self.start


@lru_cache(maxsize=4)
def parallels(folded: str) -> Sequence[Pair]:
    """Return the pairs of equally long phrases with 、 between them.

    A phrase is told by what bounds one of the two: a mark, or the governing verb before the first
    (坚持|桥米飘香、装备登高|的思路).

    Args:
        folded: folded text.

    >>> parallels("坚持桥米飘香、装备登高的思路")
    [Pair(start=2, comma=6, end=11, alike=False)]
    """
    pairs = []
    governed = list(governors(folded))
    for comma in (match.start() for match in _JOINED.finditer(folded)):
        begin = comma - len(_PHRASE.findall(folded, max(0, comma - _REACH), comma)[-1])
        end = comma + 1 + len(_PHRASE.findall(folded, comma + 1, comma + 1 + _REACH)[0])
        before = bisect_left(governed, comma)
        start = max(begin, governed[before - 1]) if before else begin
        for size in sorted({comma - start, end - comma - 1}):
            if _SHORTEST <= size <= _LONGEST and comma - size >= begin and comma + 1 + size <= end:
                alike = any(map(eq, folded[comma - size : comma], folded[comma + 1 : comma + 1 + size]))
                pairs.append(Pair(comma - size, comma, comma + 1 + size, alike))
    return pairs


def clause_features(line: str, verbs: Mapping[int, str], offset: int = 0) -> list[list[str]]:
    """Name, for each character, the verb that governs it in its clause and what the clause ends in.

    建成甲路、乙桥等12个项目: in such lists a member shows by its verb and by the noun behind 等 what it is.

    Args:
        line: of the folded text.
        verbs: the text's governing verbs.
        offset: of the line in the text; in code points.
    """
    rows: list[list[str]] = [[] for _ in line]
    for clause in _CLAUSE.finditer(line):
        start, end = clause.span()
        summed = line.rfind("等", start, end)
        verb, last = "^", line[end - 2 : end]
        tail = ("D" if start < summed else "N") + last
        throughout = ["vV" + verb, "tT" + tail]
        for index in range(start, end):
            governing = verbs.get(offset + index)
            if governing is not None or index == summed:
                verb = governing or verb
                tail = ("D" if index < summed else "N") + last
                throughout = ["vV" + verb, "tT" + tail]
            rows[index] += throughout
            if index == start or governing is not None or line[index - 1] in "、和及与":
                rows[index] += ["vI" + verb, "tI" + tail]
    return rows


def _line(line: str, hints: Mapping[int, Sequence[str]], offset: int) -> Line:
    text = f"  {line}  "
    pairs = [text[i : i + 2] for i in range(len(text) - 1)]
    triples = [text[i : i + 3] for i in range(1, len(line) + 1)]
    shapes = "".join(map(_shape, text))
    rare = "".join("u" if is_usual(pair) else "r" for pair in pairs)
    own = [["0" + mark, "<" + pair, "^" + triple] for mark, pair, triple in zip(line, pairs[1:], triples, strict=False)]
    beside = [
        [
            "-" + triple[0],
            "+" + triple[2],
            ">" + pairs[i + 1],
            "(" + pairs[i - 1],
            ")" + pairs[i + 2],
            "s" + shapes[i : i + 3],
            "w" + rare[i : i + 2],
        ]
        for i, triple in enumerate(triples, 1)
    ]
    for at in range(len(line)):
        here = hints.get(offset + at)
        if here:
            own[at] += here
            if at + 1 < len(line):
                beside[at + 1] += ["-" + hint for hint in here if hint[0] in "eqg"]
            if at:
                beside[at - 1] += ["+" + hint for hint in here if hint[0] in "bq"]
    return Line(own, beside)


def labels(spans: Mapping[Kind, Iterable[Span]], length: int) -> list[str]:
    """Return a label a character: O outside, else where in a span it stands (begin, inside, end, single) and its kind.

    Of spans that overlap, the longest is labelled.

    >>> labels({Kind.POLICY: [Span(1, 3)]}, 4)
    ['O', 'B-Policy', 'E-Policy', 'O']
    """
    tags = ["O"] * length
    ranked = sorted((s.start - s.end, s.start, kind, s) for kind, found in spans.items() for s in found)
    for _, _, kind, span in ranked:
        if any(tag != "O" for tag in tags[span.start : span.end]):
            continue
        last = span.end - 1
        tags[span.start : span.end] = [f"I-{kind}"] * (span.end - span.start)
        tags[span.start], tags[last] = (f"S-{kind}",) * 2 if span.start == last else (f"B-{kind}", f"E-{kind}")
    return tags


class _Reader:
    """A CRF with what the network says of the same labels, set to one line at a time."""

    def __init__(self, crf: pycrfsuite.Tagger, labels: Iterable[str], scores: network.Floats) -> None:
        self._crf = crf
        self._known = frozenset(crf.labels())
        self._scores: dict[str, list[float]] = dict(zip(labels, scores.T.tolist(), strict=True))
        self._offset = self._length = 0

    def read(self, line: pycrfsuite.ItemSequence, offset: int) -> None:
        """Take up the line that the other methods speak of, which begins at an offset of the text."""
        self._crf.set(line)
        self._offset, self._length = offset, len(line)

    def likelihood(self, kind: Kind, first: int, last: int) -> float:
        """Return how likely a name of a kind stands from one character of the line to another, both included."""
        if first == last:
            return self._marginal(f"S-{kind}", first)
        within = (self._marginal(f"I-{kind}", at) for at in range(first + 1, last))
        return min(self._marginal(f"B-{kind}", first), self._marginal(f"E-{kind}", last), *within)

    def spans(self, kinds: Iterable[Kind], least: float) -> Iterator[tuple[Kind, int, int, float]]:
        """Yield the names that are at least so likely: kind, first and last character, likelihood.

        Both ends must be, and each character between them must be likely to stand inside a name of the kind.
        """
        inside = [at for at in range(self._length) if self._marginal("O", at) <= 1 - least]
        for kind in kinds:
            begin, middle, end = (f"{place}-{kind}" for place in "BIE")
            open_: list[tuple[int, float]] = []
            for before, at in zip([-1, *inside], inside, strict=False):
                if before != at - 1:
                    open_ = []
                ends = self._marginal(end, at) if open_ else 0.0
                if ends >= least:
                    yield from ((kind, first, at, min(begins, ends)) for first, begins in open_)
                if open_:
                    goes_on = self._marginal(middle, at)
                    open_ = [(first, min(begins, goes_on)) for first, begins in open_ if goes_on >= least]
                begins = self._marginal(begin, at)
                if begins >= least:
                    open_.append((at, begins))

    def _marginal(self, label: str, at: int) -> float:
        by_crf: float = self._crf.marginal(label, at) if label in self._known else 0.0
        return (by_crf + self._scores[label][self._offset + at]) / 2


def _kept(lines: Iterable[Line], sequences: list[pycrfsuite.ItemSequence]) -> Iterator[Line]:
    """Pass lines on, and keep of each only what a CRF reads: with all rows kept, a text took half as long again."""
    for line in lines:
        sequences.append(sequence(line))
        yield line


@dataclass(frozen=True, slots=True)
class Tagger:
    """Proposes what annotators might mark, and tells of every proposal how likely they would.

    Attributes:
        models: folder of the trained models.
        threshold: spans less probable are not proposed.
    """

    models: Path
    threshold: float

    def __call__(self, doc: Doc) -> Doc:
        """Append the likely spans of every reader, and set the likelihood of what stood there before."""
        path = self.models / network.MODEL
        if not path.exists():
            return doc
        lines: list[pycrfsuite.ItemSequence] = []
        scores = network.opened(path).likelihoods(flat(_kept(features(doc), lines)))
        found: list[Candidate] = []
        for (name, kinds), labelled in zip(READERS.items(), scores, strict=True):
            reader = _Reader(opened(self.models / f"{name}.crfsuite"), LABELS[name], labelled)
            proposed = [(place, c) for place, c in enumerate(doc._.candidates) if c.kind in kinds]
            waiting = deque(sorted(proposed, key=lambda pair: pair[1].span))
            offset = 0
            for line in lines:
                size = len(line)
                if size:
                    reader.read(line, offset)
                    for kind, first, last, likely in reader.spans(kinds, self.threshold):
                        span = Span(offset + first, offset + last + 1)
                        found.append(Candidate(span, kind, TAGGER, round(likely, 3), likelihood=likely))
                while waiting and waiting[0][1].span.start < offset + size:
                    place, c = waiting.popleft()
                    if c.span.end <= offset + size:
                        likely = reader.likelihood(c.kind, c.span.start - offset, c.span.end - offset - 1)
                        doc._.candidates[place] = replace(c, likelihood=likely)
                offset += size + 1
        top = masthead(folded_text(doc))
        named = (c for c in found if c.kind is not Kind.ORGANIZATION or not within(c.span, top))
        doc._.candidates.extend(works_apart(doc, list(places_settled(doc, named))))
        return doc


def places_settled(doc: Doc, found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Leave out tagged villages where the text names a unit (张营|镇) or what bears a village's name (舜帝|文化).

    Where the town's name may be its village's, the finder of places decides. What the nation names without 村 or the
    like is none (缅甸、柬埔寨): none of 368 annotated texts of the nation and the Party names a village. Of the others,
    those behind a unit's name or in its list of villages are villages of that unit (湘塘镇|白岭底、芦水).
    """
    folded = folded_text(doc)
    units = bytearray(len(folded))
    holders: dict[int, Place | None] = {}
    for c in doc._.candidates:
        if c.kind is Kind.ADMINISTRATIVE_UNIT:
            units[c.span.start : c.span.end] = b"\1" * (c.span.end - c.span.start)
            holders[c.span.end] = c.place
    villages = {c.span for c in doc._.candidates if c.kind is Kind.VILLAGE}
    known = {folded[span.start : span.end] for span in villages}
    never = re.compile(any_of("village", "bare_not_before"))
    ending = re.compile(f"{any_of('village', 'endings')}$")
    bare_is_none = doc._.document.metadata.level is Level.NATIONAL
    listed: dict[int, Place | None] = {}
    for c in sorted(found, key=lambda c: c.span):
        start, end = c.span.start, c.span.end
        if c.kind is not Kind.VILLAGE:
            yield c
        elif bare_is_none and not ending.search(folded, start, end):
            continue
        elif c.span in villages or not (any(units[start:end]) or never.match(folded, end)):
            unit = listed.get(start, holders.get(start))
            if folded[end : end + 1] in _AND:
                listed[end + 1] = unit
            name = folded[start:end]
            village = Place(name, Level.VILLAGE, unit.chain) if unit is not None and name not in known else None
            yield replace(c, place=village)


def works_apart(doc: Doc, found: Iterable[Candidate]) -> list[Candidate]:
    """Take the works of a list apart (青石至白石公路、|湖西湿地修复); villages that share a work stay together.

    What sums up a list behind its last work is no part of that work's name (白石水库扩建|等工程).
    """
    places = {c.span.end for c in doc._.candidates if c.kind in PLACES}
    apart = []
    for c in found:
        items = _works(folded_text(doc), c.span, places) if c.kind is Kind.PROJECT else []
        apart += [replace(c, span=item) for item in items] or [c]
    return apart


def _works(folded: str, name: Span, places: Collection[int]) -> list[Span]:
    """Return the works that a name holds, none where it is one work's; ``places`` are the ends of places' names."""
    words = folded[name.start : name.end]
    if "、" not in words and (summed := _summing().search(words, _BRIEFEST)):
        return [Span(name.start, name.start + summed.start())]
    items = [Span(name.start + m.start(), name.start + m.end()) for m in _ITEM.finditer(words)]
    one = _ONE_WORK.search(words) is not None or any(item.end - item.start < _BRIEFEST for item in items)
    villages = all(item.end in places for item in items[:-1]) and "至" not in words
    return [] if one or villages else items


@cache
def _summing() -> re.Pattern[str]:
    summed = alternation(lexicon("kinds")[Kind.PROJECT]["summed"])
    count = "[\\d一二两三四五六七八九十百余多]{1,4}[个项条座处]?"
    return re.compile(f"(?<![平高中初同上优特一二三均])等(?:{count})?(?:{summed}){{1,2}}$")


@Language.factory(TAGGER, default_config={"models": None, "threshold": 0.08})
def make_tagger(nlp: Language, name: str, models: str | None, threshold: float) -> Tagger:
    """Create the learned finder; ``models`` names another folder of models than the bundled one."""
    return Tagger(Path(models) if models else MODELS, threshold)
