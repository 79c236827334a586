"""Judges every proposed name by all that its document shows of it, the places where it stands again included.

Rules, authority file and tagger each see a name from one side. A log-linear model, trained on what annotators took of
their proposals (``python -m extract.training``), weighs them together: who proposes the name, how likely the tagger
finds it here and elsewhere, what else is proposed over the same characters, what stands around it, how it is worded,
and how often the same words were taken for a name in other documents. Boosted trees then judge it again, by what that
model says of it and of its rivals, its neighbours and the places where it stands again.
"""

from __future__ import annotations

import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import pycrfsuite
from spacy.language import Language
from spacy.tokens import Doc

from extract.document import Span
from extract.learned import trees
from extract.learned.classifier import MODELS, likelihood, opened
from extract.learned.tagger import KINDS, TAGGER
from extract.learned.traits import Floats, parallels
from extract.names import governors
from extract.surface import folded_text, quotations
from ontology.terms import Kind

MODEL = "reranker.crfsuite"
"""The model's file name, beside the tagger's."""
SECOND_MODEL = "reranker.npz"
"""The file name of the trees that judge again."""
COUNTS = "name-counts.tsv.gz"
"""The file of its counts of names, beside it."""
TAKEN, REFUSED = "taken", "refused"
"""The labels of the model."""
_SURE = 0.79
"""Proposals of a rule this sure keep their confidence: glossary, enumerations, what the text itself defines."""
_HOPELESS = 0.01
"""A name less likely than this, that no authority and no sure rule knows, is not judged: of 12,000 such proposals 296
were names, and judging them found 20. Within a longer name of its kind it is: the tagger learned the longest only."""
_WEIGHED = frozenset({"policy_authority", "policy_organizations", TAGGER})
"""Finders whose sureness tells what a name means, not whether it is meant: 森林防火 in passing, 绿色有机食品|基地."""
_QUOTE = '"'
_BLOCK = 32
_NONE = -13.0
"""Logarithmic odds of a name that is not there, less than any has."""
_NUMBERS = 17
"""What the trees judge a name by."""
_KNOWN = 3
"""Documents that must have a form as one kind for it to be counted: what fewer have is their own."""

Counts = Mapping[str, Mapping[Kind, tuple[int, int]]]
"""For each form and kind: in how many documents annotators took it for a name, and in how many it was proposed."""


@dataclass(slots=True)
class Name:
    """A span that somebody takes for a name of a kind.

    Attributes:
        span: where it stands.
        kind: what it would be.
        form: its characters, without quotation marks around them.
        likelihood: the tagger's.
        odds: its logarithmic odds.
        places: among the document's candidates.
        proposers: the finders but the tagger, each with its confidence.
        rule: the confidence of the surest of them, 0 where there is none.
        concept: whether the authority file knows it.
    """

    span: Span
    kind: Kind
    form: str
    likelihood: float = 0.0
    odds: float = 0.0
    places: list[int] = field(default_factory=list)
    proposers: dict[str, float] = field(default_factory=dict)
    rule: float = 0.0
    concept: bool = False


def proposed(doc: Doc) -> list[Name]:
    """Gather the candidates that the tagger has weighed into one name a span and kind, without the hopeless ones.

    They stand in the order of the text.
    """
    folded = folded_text(doc)
    names: dict[tuple[Span, Kind], Name] = {}
    for place, c in enumerate(doc._.candidates):
        if c.kind not in KINDS or c.likelihood is None:
            continue
        form = folded[c.span.start : c.span.end].strip('"')
        name = names.setdefault((c.span, c.kind), Name(c.span, c.kind, form))
        name.places.append(place)
        name.likelihood = max(name.likelihood, c.likelihood)
        name.concept = name.concept or c.concept is not None
        if c.extractor != TAGGER:
            by = c.extractor.removeprefix("policy_")
            name.proposers[by] = max(c.confidence, name.proposers.get(by, 0.0))
            name.rule = max(c.confidence, name.rule)
    for name in names.values():
        name.odds = _log_odds(name.likelihood)
    return list(_judgeable(names.values()))


def _judgeable(names: Iterable[Name]) -> Iterator[Name]:
    """Leave out the hopeless, but for what a rule proposes within a likely name: 工业立县 in 工业立县、农业稳县."""
    ends: Counter[Kind] = Counter()
    for name in sorted(names, key=lambda n: (n.span.start, -n.span.end)):
        if name.concept or name.likelihood >= _HOPELESS or name.rule >= _SURE:
            ends[name.kind] = max(ends[name.kind], name.span.end)
            yield name
        elif name.proposers and name.span.end <= ends[name.kind]:
            yield name


def _log_odds(share: float) -> float:
    bounded = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(bounded / (1 - bounded))


def _grade(likelihood: float) -> int:
    return sum(likelihood >= least for least in (0.05, 0.25, 0.5, 0.8, 0.97))


def _number(count: int) -> int:
    return count if count < 4 else 4 + (count >= 8) + (count >= 16)


class _Names:
    """The names proposed in a document, by where they stand and by their words; the likeliest comes last.

    Attributes:
        alike: those of one form, by kind.
        beginning, ending: the likeliest that begins or ends at an offset.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self.alike: dict[str, dict[Kind, list[Name]]] = defaultdict(lambda: defaultdict(list))
        self.beginning: dict[int, Name] = {}
        self.ending: dict[int, Name] = {}
        self._blocks: dict[int, list[Name]] = defaultdict(list)
        for name in sorted(names, key=lambda n: n.likelihood):
            self.alike[name.form][name.kind].append(name)
            for block in self._held(name.span):
                self._blocks[block].append(name)
            self.beginning[name.span.start] = name
            self.ending[name.span.end] = name

    @staticmethod
    def _held(span: Span) -> range:
        return range(span.start // _BLOCK, (span.end - 1) // _BLOCK + 1)

    def rivals(self, name: Name) -> Iterator[Name]:
        """Yield the others over characters of a name, a long one perhaps twice."""
        for block in self._held(name.span):
            for other in self._blocks[block]:
                if other.span != name.span and other.span.overlaps(name.span):
                    yield other


class _Evidence:
    """What a document shows of the names proposed in it."""

    def __init__(self, doc: Doc, names: list[Name], counts: Counts) -> None:
        self.folded = folded_text(doc)
        self.counts = counts
        self.level = str(doc._.document.metadata.level)
        self.units = self._marked(c.span for c in doc._.candidates if c.kind is Kind.ADMINISTRATIVE_UNIT)
        sections = doc._.structure.sections
        self.headings = self._marked(s.heading for s in sections if s.heading is not None)
        self.quoted = self._marked(Span(start - 1, end + 1) for start, end in quotations(self.folded))
        self.verbs = governors(self.folded)
        self.parallel: dict[Span, str] = {}
        for pair in parallels(self.folded):
            self.parallel |= dict.fromkeys((Span(pair.start, pair.comma), Span(pair.comma + 1, pair.end)), "half")
            self.parallel[Span(pair.start, pair.end)] = f"pair{pair.size}{pair.alike}"
        self.times = cache(self.folded.count)
        self.names = _Names(names)

    def _marked(self, spans: Iterable[Span]) -> bytearray:
        marks = bytearray(len(self.folded) + 1)
        for span in spans:
            marks[span.start : span.end] = b"\1" * (span.end - span.start)
        return marks

    def of(self, name: Name) -> list[str]:
        """Describe a name: each trait by itself, and together with the tagger's likelihood."""
        traits = [
            *self._proposers(name),
            *self._alike(name),
            *self._rivals(name),
            *self._surroundings(name),
            *self._wording(name),
            *self._elsewhere(name),
        ]
        kind = name.kind[:3]
        grade = f"{kind}{_grade(name.likelihood)}"
        return [kind + trait for trait in traits] + [grade + trait for trait in traits]

    def _proposers(self, name: Name) -> Iterator[str]:
        together = "+".join(sorted(name.proposers))
        yield f"likelihood{round(2 * name.odds)}"
        yield f"level{self.level}"
        yield f"by{together}"
        yield f"by{together}{int(10 * name.rule)}"
        yield f"by{together}{self.level}"
        for by, confidence in name.proposers.items():
            yield f"one{by}"
            yield f"one{by}{int(10 * confidence)}"

    def _alike(self, name: Name) -> Iterator[str]:
        """Yield what the same form shows wherever it stands, of this kind and of others."""
        alike = self.names.alike[name.form]
        same = alike[name.kind]
        best, mean = same[-1], sum(n.likelihood for n in same) / len(same)
        others = max((n.rule for n in same if n is not name), default=0.0)
        times = self.times(name.form)
        yield f"best{round(2 * best.odds)}"
        yield f"best{_grade(best.likelihood)}{min(len(same), 4)}{int(10 * name.rule)}"
        yield f"mean{round(_log_odds(mean))}"
        yield f"mean{_grade(mean)}"
        yield f"times{min(times, 4)}"
        yield f"share{4 * len(same) // max(1, times)}{min(times, 3)}"
        yield f"others{int(10 * others)}"
        yield f"others{int(5 * others)}{int(10 * name.rule)}"
        kinds = {kind: names for kind, names in alike.items() if kind is not name.kind}
        for kind, names in sorted(kinds.items()):
            yield f"also{kind[:3]}{round(names[-1].odds)}"
            yield f"alsoby{kind[:3]}{int(5 * max(n.rule for n in names))}"
            for other in names:
                if other.span == name.span:
                    yield f"here{round(other.odds)}"
                    yield from (f"here{kind[:3]}{by}{int(5 * sure)}" for by, sure in other.proposers.items())
        yield "kinds" + "".join(f"{kind[:3]}{_grade(names[-1].likelihood)}" for kind, names in sorted(kinds.items()))

    def _rivals(self, name: Name) -> Iterator[str]:
        """Yield the likeliest of the other names over the same characters, by how they lie to this one."""
        rivals: dict[tuple[str, bool], Name] = {}
        for other in self.names.rivals(name):
            rivals[_lies(other.span, name.span), other.kind is name.kind] = other  # the likeliest comes last
        for (lies, same), other in sorted(rivals.items()):
            yield f"{lies}{same}{round(other.odds)}"
            yield f"{lies}{other.kind[:3]}{round(max(other.odds, _log_odds(0.8 * other.rule)))}"
            yield f"{lies}{same}by{max(-4, min(4, round((name.odds - other.odds) / 2)))}"
            if other.concept:
                yield f"{lies}{other.kind[:3]}known"
        yield from (f"no{lies}" for lies in sorted(_LIES - {lies for lies, _ in rivals}))
        strongest = max((other.odds for other in rivals.values()), default=None)
        yield "alone" if strongest is None else f"rival{max(-8, min(8, round(name.odds - strongest)))}"

    def _surroundings(self, name: Name) -> Iterator[str]:
        folded, (start, end) = self.folded, (name.span.start, name.span.end)
        before, after = folded[start - 1 : start] or "\n", folded[end : end + 1] or "\n"
        yield f"<{before}"
        yield f">{after}"
        yield f"<{before}>{after}"
        yield f"<<{folded[max(0, start - 2) : start]}"
        yield f">>{folded[end : end + 2]}"
        yield f"verb{self.verbs.get(start, '')}"
        yield f"quoted{before == after == _QUOTE}{self.quoted[start]}{self.headings[start]}"
        for joined, beside, side in (
            (before, self.names.ending.get(start - 1), "<"),
            (after, self.names.beginning.get(end + 1), ">"),
        ):
            if joined in "、和及与":
                yield f"list{side}{round(beside.odds) if beside is not None else ''}"
                yield f"list{side}{beside.kind[:3] if beside is not None else ''}"

    def _wording(self, name: Name) -> Iterator[str]:
        form, length = name.form, name.span.end - name.span.start
        yield f"length{length if length < 12 else 12 + (length - 12) // 4}"
        yield from (f"ends{form[-size:]}" for size in (1, 2, 3))
        yield f"begins{form[:2]}"
        yield f"parallel{self.parallel.get(name.span, '')}"
        yield "marks" + "".join(mark for mark in ("、", "，", _QUOTE) if mark in form)
        yield f"unit{self.units[name.span.start] if any(self.units[name.span.start : name.span.end]) else ''}"
        if name.concept:
            yield f"form{form}"

    def _elsewhere(self, name: Name) -> Iterator[str]:
        """Yield how often annotators of other documents took the form for a name of this kind, and of another."""
        counts = self.counts.get(name.form, {})
        taken, times = counts.get(name.kind, (0, 0))
        share = str(round(4 * taken / times)) if times else ""
        yield f"taken{share}of{_number(times)}"
        yield f"taken{share}other{min(3, sum(n for kind, (n, _) in counts.items() if kind is not name.kind))}"
        yield f"taken{share}met{_number(max((n for _, n in counts.values()), default=0))}"


_LIES = frozenset({"around", "from", "to", "within", "opening", "closing", "across"})
"""How another name may lie to one: around it (with both ends further out, the same start, the same end), within it
(likewise), or across one of its ends."""


def _lies(other: Span, span: Span) -> str:
    if other.contains(span):
        return "from" if other.start == span.start else "to" if other.end == span.end else "around"
    if span.contains(other):
        return "opening" if other.start == span.start else "closing" if other.end == span.end else "within"
    return "across"


def features(doc: Doc, names: list[Name], counts: Counts) -> Iterator[list[str]]:
    """Describe each of the names proposed in a document, in their order, for the model."""
    evidence = _Evidence(doc, names, counts)
    return (evidence.of(name) for name in names)


def likelihoods(model: pycrfsuite.Tagger, described: Iterable[list[str]]) -> list[float]:
    """Return how likely the log-linear model finds each of the names described, 0 to 1."""
    return [likelihood(model, traits, TAKEN) for traits in described]


def numbers(names: Sequence[Name], likely: Sequence[float]) -> Floats:
    """Return what the trees judge each of the names proposed in a document by, a row for each.

    Args:
        names: that are proposed in it, in the order of the text.
        likely: how likely the log-linear model finds each.
    """
    judged = [replace(n, likelihood=each, odds=_log_odds(each)) for n, each in zip(names, likely, strict=True)]
    among = _Names(judged)
    rows = []
    for name, tagged in zip(judged, names, strict=True):
        alike = among.alike[name.form]
        same = [other for other in alike[name.kind] if other is not name]
        also = [other for kind, others in alike.items() if kind is not name.kind for other in others]
        again = [other.odds for other in same] or [_NONE]
        rivals = list(among.rivals(name))
        beside = among.ending.get(name.span.start - 1), among.beginning.get(name.span.end + 1)
        rows.append(
            (
                KINDS.index(name.kind),
                name.odds,
                tagged.odds,
                name.rule,
                name.concept,
                name.span.end - name.span.start,
                len(same),
                max(again),
                sum(again) / len(again),
                min(again),
                max((other.rule for other in same), default=0.0),
                _likeliest(also),
                _likeliest(other for other in also if other.span == name.span),
                _likeliest(rivals),
                _likeliest(other for other in rivals if other.kind is name.kind),
                *(_NONE if other is None else other.odds for other in beside),
            )
        )
    return np.array(rows, np.float32).reshape(-1, _NUMBERS)


def _likeliest(names: Iterable[Name]) -> float:
    return max((name.odds for name in names), default=_NONE)


def count(documents: Iterable[Iterable[tuple[str, Kind, bool]]]) -> Counts:
    """Count in how many documents a form was taken for a name of a kind, and in how many it was proposed.

    Villages are left out (张营 is a village in one county, a town in the next), and so is what few documents have.

    Args:
        documents: the forms proposed in each, with their kinds, and whether annotators took them.
    """
    taken: Counter[tuple[str, Kind]] = Counter()
    proposed: Counter[tuple[str, Kind]] = Counter()
    for document in documents:
        names = {name for name in document if name[1] is not Kind.VILLAGE}
        proposed.update({(form, kind) for form, kind, _ in names})
        taken.update((form, kind) for form, kind, is_taken in names if is_taken)
    known = {form for (form, _), number in proposed.items() if number >= _KNOWN}
    counts: dict[str, dict[Kind, tuple[int, int]]] = {form: {} for form in known}
    for (form, kind), number in proposed.items():
        if form in known:
            counts[form][kind] = (taken[form, kind], number)
    return counts


def write_counts(counts: Counts, path: Path) -> None:
    """Write counts of names; the same counts give the same bytes."""
    lines = (
        f"{form}\t{kind}\t{taken}\t{times}\n"
        for form in sorted(counts)
        for kind, (taken, times) in sorted(counts[form].items())
    )
    path.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))


@cache
def read_counts(path: Path) -> Counts:
    """Read counts of names; the next call for a file returns the same."""
    counts: dict[str, dict[Kind, tuple[int, int]]] = defaultdict(dict)
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        form, kind, taken, times = line.split("\t")
        counts[form][Kind(kind)] = (int(taken), int(times))
    return dict(counts)


@dataclass(frozen=True, slots=True)
class Reranker:
    """Sets the confidence of every candidate that the tagger has weighed.

    Attributes:
        models: folder of the two models and the counts; without them, candidates keep their confidence.
        threshold: the chance of being a name at which a candidate's confidence is 0.5.
    """

    models: Path
    threshold: float

    def __call__(self, doc: Doc) -> Doc:
        """Judge the candidates of a document."""
        model = opened(self.models, MODEL)
        if model is None:
            return doc
        counts = read_counts(self.models / COUNTS)
        names = proposed(doc)
        chances = likelihoods(model, features(doc, names, counts))
        again = trees.opened(self.models / SECOND_MODEL)
        if again is not None:
            chances = again.likelihoods(numbers(names, chances)).tolist()
        confidences: dict[int, float] = {}
        for name, chance in zip(names, chances, strict=True):
            confidences |= dict.fromkeys(name.places, self._confidence(chance))
        candidates = doc._.candidates
        for place, c in enumerate(candidates):
            if c.likelihood is not None:
                settled = c.confidence if c.confidence >= _SURE and c.extractor not in _WEIGHED else 0.0
                judged = confidences.get(place, 0.0)
                candidates[place] = replace(c, confidence=round(max(settled, judged), 3))
        return doc

    def _confidence(self, chance: float) -> float:
        odds = _log_odds(chance) - _log_odds(self.threshold)
        return 1 / (1 + math.exp(-odds))


@Language.factory("policy_reranker", default_config={"models": None, "threshold": 0.3})
def make_reranker(nlp: Language, name: str, models: str | None, threshold: float) -> Reranker:
    """Create the judge of candidates; ``models`` names another folder of models than the bundled one."""
    return Reranker(Path(models) if models else MODELS, threshold)
