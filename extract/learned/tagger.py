"""A learned finder: linear-chain CRFs and a network over characters, which see what the rules propose.

The rules know the genre's forms; the tagger has learned from annotated documents which of their proposals annotators
accept, where names begin, and names that no rule describes; ``reranker`` decides. How likely a name is, is the
mean of what a CRF and the network take it for. Trained by ``python -m extract.training``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Place, Span
from extract.finders.gazetteer import any_of
from extract.layout.masthead import masthead, within
from extract.learned import chains, network
from extract.learned.classifier import MODELS
from extract.learned.traits import Floats, Integers, seen
from extract.names import alternations, lexicon
from extract.surface import JOINTS, folded_text
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

_ITEM = re.compile("[^、]+")
_ONE_WORK = re.compile('[等"（《]')
_BRIEFEST = 3
"""Characters of the shortest work in a list."""


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
    """How likely each label of a reader is for each character of a text."""

    def __init__(self, labels: Iterable[str], by_chain: Floats, by_network: Floats, line_ends: Integers) -> None:
        likely = (by_chain + by_network) / 2
        likely[line_ends] = 0
        likely[line_ends, 0] = 1
        self._likely: dict[str, list[float]] = dict(zip(labels, likely.T.tolist(), strict=True))

    def likelihood(self, kind: Kind, span: Span) -> float:
        """Return how likely a name of a kind stands there."""
        first, last = span.start, span.end - 1
        if first == last:
            return self._likely[f"S-{kind}"][first]
        within = self._likely[f"I-{kind}"][first + 1 : last]
        return min(self._likely[f"B-{kind}"][first], self._likely[f"E-{kind}"][last], *within)

    def spans(self, kinds: Iterable[Kind], least: float) -> Iterator[tuple[Kind, Span, float]]:
        """Yield the names that are at least so likely.

        Both ends must be, and each character between them must be likely to stand inside a name of the kind.
        """
        inside = [at for at, outside in enumerate(self._likely["O"]) if outside <= 1 - least]
        for kind in kinds:
            begin, middle, end = (self._likely[f"{place}-{kind}"] for place in "BIE")
            open_: list[tuple[int, float]] = []
            for before, at in zip([-1, *inside], inside, strict=False):
                if before != at - 1:
                    open_ = []
                if open_:
                    ends, goes_on = end[at], middle[at]
                    if ends >= least:
                        yield from ((kind, Span(first, at + 1), min(begins, ends)) for first, begins in open_)
                    open_ = [(first, min(begins, goes_on)) for first, begins in open_ if goes_on >= least]
                if begin[at] >= least:
                    open_.append((at, begin[at]))


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
        if not (self.models / network.MODEL).exists():
            return doc
        text, candidates = seen(doc), doc._.candidates
        of_chains = chains.opened(self.models / chains.MODEL).likelihoods(text)
        of_network = network.opened(self.models / network.MODEL).likelihoods(text)
        found: list[Candidate] = []
        for (name, kinds), by_chain, by_network in zip(READERS.items(), of_chains, of_network, strict=True):
            reader = _Reader(LABELS[name], by_chain, by_network, text.line_ends)
            for kind, span, likely in reader.spans(kinds, self.threshold):
                found.append(Candidate(span, kind, TAGGER, round(likely, 3), likelihood=likely))
            for place, c in enumerate(candidates):
                if c.kind in kinds and "\n" not in text.folded[c.span.start : c.span.end]:
                    candidates[place] = replace(c, likelihood=reader.likelihood(c.kind, c.span))
        top = masthead(folded_text(doc))
        named = (c for c in found if c.kind is not Kind.ORGANIZATION or not within(c.span, top))
        candidates.extend(works_apart(doc, list(places_settled(doc, named))))
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
    resort = re.compile(f"{any_of('village', 'resorts')}$")
    bare_is_none = doc._.document.metadata.level is Level.NATIONAL
    listed: dict[int, Place | None] = {}
    for c in sorted(found, key=lambda c: c.span):
        start, end = c.span.start, c.span.end
        if c.kind is not Kind.VILLAGE:
            yield c
        elif resort.search(folded, start, end) or (bare_is_none and not ending.search(folded, start, end)):
            continue
        elif c.span in villages or not (any(units[start:end]) or never.match(folded, end)):
            unit = listed.get(start, holders.get(start))
            if folded[end : end + 1] in JOINTS:
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
    words = alternations(lexicon("kinds")[Kind.PROJECT])
    count = "[\\d一二两三四五六七八九十百余多]{1,4}[个项条座处]?"
    return re.compile(f"(?<!{words['not_before_etc']})等(?:{count})?(?:{words['summed']}){{1,2}}$")


@Language.factory(TAGGER, default_config={"models": None, "threshold": 0.08})
def make_tagger(nlp: Language, name: str, models: str | None, threshold: float) -> Tagger:
    """Create the learned finder; ``models`` names another folder of models than the bundled one."""
    return Tagger(Path(models) if models else MODELS, threshold)
