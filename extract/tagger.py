"""A learned finder: linear-chain CRFs over characters, which see what the rules propose.

The rules know the genre's forms; the tagger has learned from annotated documents which of their proposals annotators
accept, where names begin, and names that no rule describes. Trained by ``python -m extract.training``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pycrfsuite
from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.classifier import MODELS, opened
from extract.document import Span
from extract.gazetteer import any_of
from extract.names import governed, governors
from extract.surface import folded_text, quotations
from extract.wording import is_usual
from ontology.terms import IDEAS, PLACES, Kind

READERS: dict[str, tuple[Kind, ...]] = {
    "undertakings": (Kind.PROJECT, Kind.POLICY, Kind.STRATEGY, Kind.SLOGAN),
    "bodies": (Kind.VILLAGE, Kind.ORGANIZATION),
}
"""The models, and the kinds that each tells apart: names of one model's kinds seldom nest, those of two often do."""
KINDS = tuple(kind for kinds in READERS.values() for kind in kinds)
WEIGHED = frozenset({"policy_projects", "policy_policies", "policy_strategies", "policy_slogans", "policy_quotations"})
"""The finders whose proposals the model weighs; the others rest on lists and definitions."""

_CLAUSE = re.compile("[^，。；：！？]+")
_ITEM = re.compile("[^、]+")
_ONE_WORK = re.compile('[等"（《]')
_BRIEFEST = 3
"""Characters of the shortest work in a list."""

SURE = 0.79
"""Proposals of a rule this sure are not weighed."""

KNOWN = "policy_authority"
AGREED, UNAGREED = 0.5, 0.85
"""A name of the authority file that the model thinks less likely than the first is only as sure as the second: half of
such phrases were meant as the name on texts unseen, nine of ten of the others."""
FORMS = "policy_organizations"
"""The finder of organizations by the form of their names (…公司, …食品), which ordinary words may have too."""
DOUBT = 0.03
"""A policy's known name or an organization by its form less likely than this is dropped: one in four of the former was
meant (not 计划生育 or 森林防火 in passing), one in ten of the latter (not 绿色有机食品|基地)."""


def _shape(mark: str) -> str:
    if "一" <= mark <= "鿿":
        return "N" if mark in "一二三四五六七八九十百千万亿两" else "H"
    if mark.isdigit():
        return "D"
    if mark.isalpha():
        return "A"
    return mark


def features(doc: Doc) -> list[pycrfsuite.ItemSequence]:
    """Describe every character of every line.

    Returns:
        The lines in the order of the text, empty lines included, so that offsets add up (one line end between two).
    """
    folded = folded_text(doc)
    size = len(folded)
    hints: list[list[str]] = [[] for _ in range(size)]
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
    for index in governed(folded):
        if index < size:
            hints[index].append("g")
    structure = doc._.structure
    for section in structure.sections if structure is not None else ():
        if section.heading is not None:
            for index in range(section.heading.start, section.heading.end):
                hints[index].append("h")
        if section.role == "glossary":
            for index in range(section.span.start, section.span.end):
                hints[index].append("G")
    lines = []
    offset = 0
    for line in folded.split("\n"):
        rows = zip(_line(line, hints, offset), clause_features(line), strict=True)
        lines.append(pycrfsuite.ItemSequence([near + far for near, far in rows]))
        offset += len(line) + 1
    return lines


def clause_features(line: str) -> list[list[str]]:
    """Name, for each character, the verb that governs it in its clause and what the clause ends in.

    建成甲路、乙桥等12个项目: in such lists a member shows by its verb and by the noun behind 等 what it is.
    """
    rows: list[list[str]] = [[] for _ in line]
    for clause in _CLAUSE.finditer(line):
        start, end = clause.span()
        verbs = dict(governors(line, start, end))
        summed = line.rfind("等", start, end)
        verb, last = "^", line[end - 2 : end]
        for index in range(start, end):
            verb = verbs.get(index, verb)
            tail = ("D" if index < summed else "N") + last
            rows[index] += ["vV" + verb, "tT" + tail]
            if index == start or index in verbs or line[index - 1] in "、和及与":
                rows[index] += ["vI" + verb, "tI" + tail]
    return rows


def _line(line: str, hints: list[list[str]], offset: int) -> list[list[str]]:
    text = f"  {line}  "
    shapes = [_shape(mark) for mark in text]
    rare = "".join("u" if is_usual(text[i : i + 2]) else "r" for i in range(len(text) - 1))
    rows = []
    for i in range(2, len(text) - 2):
        a, b, c, d, e = text[i - 2], text[i - 1], text[i], text[i + 1], text[i + 2]
        row = [
            "0" + c,
            "-" + b,
            "+" + d,
            "=" + a,
            "#" + e,
            "<" + b + c,
            ">" + c + d,
            "(" + a + b,
            ")" + d + e,
            "^" + b + c + d,
            "[" + a + b + c,
            "]" + c + d + e,
            "s" + shapes[i - 1] + shapes[i] + shapes[i + 1],
            "w" + rare[i - 1 : i + 1],
            "W" + rare[i - 2 : i + 2],
        ]
        here = offset + i - 2
        row.extend(hints[here])
        if i > 2:
            row.extend("-" + h for h in hints[here - 1] if h[0] in "eqg")
        if i < len(text) - 3:
            row.extend("+" + h for h in hints[here + 1] if h[0] in "bq")
        rows.append(row)
    return rows


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


class _Model:
    """A trained model, set to one line at a time."""

    def __init__(self, path: Path) -> None:
        self._tagger = opened(path)
        self._labels = frozenset(self._tagger.labels())

    def tag(self, line: pycrfsuite.ItemSequence) -> list[str]:
        """Return the likeliest labels of a line, which ``likelihood`` then speaks of."""
        tags: list[str] = self._tagger.tag(line)
        return tags

    def likelihood(self, kind: Kind, first: int, last: int) -> float:
        """Return how likely a name of a kind stands from one character of the line to another, both included."""
        ends = [(f"S-{kind}", first)] if first == last else [(f"B-{kind}", first), (f"E-{kind}", last)]
        return min(self._tagger.marginal(tag, at) if tag in self._labels else 0.0 for tag, at in ends)


_model = cache(_Model)


class Tagger:
    """Proposes what annotators would mark, and weighs what the rules and the authority file proposed.

    Attributes:
        models: folder of the trained models.
        threshold: spans less probable are not proposed.
        weight: share of the model in the confidence of a rule's proposal; the rule keeps the rest.
    """

    def __init__(self, models: Path, threshold: float, weight: float) -> None:
        self.models = models
        self.threshold = threshold
        self.weight = weight

    def __call__(self, doc: Doc) -> Doc:
        """Append the tagged spans of every model that there is."""
        lines = features(doc)
        found: list[Candidate] = []
        for name, kinds in READERS.items():
            path = self.models / f"{name}.crfsuite"
            if not path.exists():
                continue
            model = _model(path)
            waiting = deque(sorted(_to_weigh(doc, kinds), key=lambda pair: pair[1].span))
            offset = 0
            for line in lines:
                size = len(line)
                if size:
                    found.extend(self._spans(model, line, offset))
                while waiting and waiting[0][1].span.start < offset + size:
                    place, c = waiting.popleft()
                    if c.span.end <= offset + size:
                        doc._.candidates[place] = self._weigh(model, c, offset)
                offset += size + 1
        doc._.candidates.extend(works_apart(doc, list(_places_settled(doc, found))))
        return doc

    def _spans(self, model: _Model, line: pycrfsuite.ItemSequence, offset: int) -> Iterator[Candidate]:
        start = 0
        for index, tag in enumerate(model.tag(line)):
            if tag[0] in "BS":
                start = index
            if tag[0] in "ES":
                kind = Kind(tag[2:])
                sure = model.likelihood(kind, start, index)
                if sure >= self.threshold:
                    yield Candidate(Span(offset + start, offset + index + 1), kind, "policy_tagger", round(sure, 3))

    def _weigh(self, model: _Model, c: Candidate, offset: int) -> Candidate:
        sure = model.likelihood(c.kind, c.span.start - offset, c.span.end - offset - 1)
        if c.extractor == KNOWN:
            doubted = c.kind is Kind.POLICY and sure < DOUBT
            return c if sure >= AGREED else replace(c, confidence=0.0 if doubted else UNAGREED)
        if c.extractor == FORMS:
            return c if sure >= DOUBT else replace(c, confidence=0.0)
        return replace(c, confidence=round((1 - self.weight) * c.confidence + self.weight * sure, 3))


def _to_weigh(doc: Doc, kinds: Collection[Kind]) -> Iterator[tuple[int, Candidate]]:
    """Find the proposals of some kinds that the model weighs, with their places among the candidates."""
    for place, c in enumerate(doc._.candidates):
        if c.kind in kinds and (
            (c.extractor in WEIGHED and c.confidence < SURE)
            or (c.extractor == KNOWN and c.kind in IDEAS)
            or c.extractor == FORMS
        ):
            yield place, c


def _places_settled(doc: Doc, found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Leave out tagged villages where the text names a unit (张营|镇) or what bears a village's name (舜帝|文化).

    Where the town's name may be its village's, the finder of places decides.
    """
    folded = folded_text(doc)
    units = bytearray(len(folded))
    for c in doc._.candidates:
        if c.kind is Kind.ADMINISTRATIVE_UNIT:
            units[c.span.start : c.span.end] = b"\1" * (c.span.end - c.span.start)
    villages = {c.span for c in doc._.candidates if c.kind is Kind.VILLAGE}
    never = re.compile(any_of("village", "bare_not_before"))
    for c in found:
        proposed = c.kind is not Kind.VILLAGE or c.span in villages
        if proposed or not (any(units[c.span.start : c.span.end]) or never.match(folded, c.span.end)):
            yield c


def works_apart(doc: Doc, found: Iterable[Candidate]) -> list[Candidate]:
    """Take the works of a list apart (青石至白石公路、|湖西湿地修复); villages that share a work stay together."""
    places = {c.span.end for c in doc._.candidates if c.kind in PLACES}
    apart = []
    for c in found:
        items = _works(folded_text(doc), c.span, places) if c.kind is Kind.PROJECT else []
        apart += [replace(c, span=item) for item in items] or [c]
    return apart


def _works(folded: str, name: Span, places: Collection[int]) -> list[Span]:
    """Return the works that a name lists, none where it is one work's; ``places`` are the ends of places' names."""
    words = folded[name.start : name.end]
    items = [Span(name.start + m.start(), name.start + m.end()) for m in _ITEM.finditer(words)]
    one = _ONE_WORK.search(words) is not None or any(item.end - item.start < _BRIEFEST for item in items)
    villages = all(item.end in places for item in items[:-1]) and "至" not in words
    return [] if one or villages else items


@Language.factory("policy_tagger", default_config={"models": None, "threshold": 0.3, "weight": 0.3})
def make_tagger(nlp: Language, name: str, models: str | None, threshold: float, weight: float) -> Tagger:
    """Create the learned finder; ``models`` names another folder of models than the bundled one."""
    return Tagger(Path(models) if models else MODELS, threshold, weight)
