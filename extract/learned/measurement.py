"""Tells which project, policy, organization or strategy a figure measures, as learned from annotated reports.

The row of a table is about its work. Elsewhere a log-linear model weighs what the sentence, the paragraph before it and
the heading above name: on which side of the figure and how far from it, what unit the figure has, the words around
both, and whether name and measure share words. Trained by ``python -m extract.training``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Entity, Indicator
from extract.document import Span
from extract.layout.tables import is_row
from extract.learned.classifier import MODELS, likelihood, opened
from extract.mentions import Mentions, is_body
from extract.names import alternation, lexicon
from extract.surface import HAN, folded_text, text_of
from ontology.terms import Kind

MODEL = "measurement.crfsuite"
"""The model's file name, beside the tagger's."""
MEASURED, NOT = "measured", "not"
"""The model's labels for an entity near a figure."""

_KINDS = (Kind.PROJECT, Kind.POLICY, Kind.ORGANIZATION, Kind.STRATEGY)
_COUNTED = (Kind.POLICY, Kind.ORGANIZATION)
"""Kinds whose names may begin with their number, and are counted so."""
_WORKS = (Kind.PROJECT, Kind.POLICY)
_SENTENCE = re.compile("[。！？\n]")
_CLAUSE = re.compile("[，；：。！？\n]")
_COMMA = re.compile("[，：]")
_ITEM = re.compile("[余多]?[、，]([^，。；：、\n]{2,14})")
"""Between two figures that count one thing each."""
_LONGEST_NAME = 30
_FIVE_YEARS = re.compile('"?十?[一二三四五六七八九]?五"?')
"""A five-year plan as a date (由十二五末的), of which our annotators say no figure."""
_NUMBER = re.compile(r"[\d.]+")
_HAN = re.compile(f"[{HAN}]*")
_SENTENCE_REACH = 400
"""Characters of a sentence to either side of a figure that are looked at."""
_MOST = 8
"""Entities near a figure that are weighed, at most: the model was as good with eight as with all."""
_BRIEF = 8
"""Characters between a figure and a name that are a feature as they are, at most."""
_BEFORE = 3
"""Names of the paragraph right before the sentence that are weighed, beside its first."""


class Choice(NamedTuple):
    """An entity that a figure may measure.

    Attributes:
        entity: of the document.
        features: what the model goes by.
    """

    entity: Entity
    features: list[str]


class Figures:
    """The figures of one document, with the entities around them.

    Args:
        doc: with structure and entities.
        figures: of the document, in order.
    """

    def __init__(self, doc: Doc, figures: Sequence[Indicator]) -> None:
        self.mentions = Mentions.of(doc)
        self.folded = folded_text(doc)
        self.spans = [figure.span for figure in figures]
        self.starts = [span.start for span in self.spans]

    def choices(self, figure: Indicator) -> list[Choice]:
        """Describe the entities that a figure may measure, each once: by its mention that comes first in this order."""
        span = figure.span
        sentence = self._around(span, _SENTENCE)
        near = self._named(sentence)
        sides = {
            "within": [(at, e) for at, e in near if at.overlaps(span)],
            "before": [(at, e) for at, e in reversed(near) if at.end <= span.start],
            "behind": [(at, e) for at, e in near if at.start >= span.end],
            "paragraph": self._earlier(sentence),
            "heading": self._headed(span),
        }
        if self._invested(span):
            sides |= {side: [] for side in ("before", "paragraph", "heading")}
        counted = self._counted_before(span)
        clause = self._around(span, _CLAUSE)
        beside = [sum(clause.contains(at) for at, _ in sides[side]) for side in ("before", "behind")]
        company = f"{min(2, beside[0])}{min(2, beside[1])}{bool(sides['within'])}{min(3, len(sides['before']))}"
        found: dict[str, Choice] = {}
        for side, named in sides.items():
            for rank, (at, entity) in enumerate(named):
                if entity is not counted and entity.id not in found and len(found) < _MOST:
                    features = self._features(figure, clause, at, entity, side, rank, company)
                    found[entity.id] = Choice(entity, features)
        return list(found.values())

    def is_far(self, figure: Indicator, entity: Entity) -> bool:
        """Tell whether an entity was last named before the sentence that precedes that of a figure."""
        sentence = self._around(figure.span, _SENTENCE)
        before = max(self.folded.rfind(mark, 0, max(0, sentence.start - 1)) for mark in "。！？\n")
        return not any(before < at.start < sentence.end for at in entity.mentions)

    def _invested(self, span: Span) -> bool:
        """Tell whether a sum is spent on what follows: 投资|2亿元|的X (so 44 of 46 sums before 的)."""
        return self.folded.endswith("投资", 0, span.start) and self.folded.startswith(("的", "对"), span.end)

    def _counted_before(self, span: Span) -> Entity | None:
        """Return what a figure before counts in a list whose next item this figure counts: 公厕8座、管网|9公里|.

        So the model would say of 35 annotated figures, and be right for one.
        """
        for index in range(bisect_left(self.starts, span.start), 0, -1):
            before, at = self.spans[index - 1], self.starts[index] if index < len(self.starts) else span.start
            item = _ITEM.fullmatch(self.folded, before.end, at)
            if item is None or item[1].startswith(_of_same()):
                return None
            for named, entity in self._named(Span(max(0, before.start - _LONGEST_NAME), before.start)):
                if named.end == before.start and (item[0][0] == "、" or entity.kind in _WORKS):
                    return entity
        return None

    def _named(self, stretch: Span) -> list[tuple[Span, Entity]]:
        return [
            (at, e)
            for at, e in self.mentions.outermost(stretch, _KINDS)
            if not is_body(e) and not _FIVE_YEARS.fullmatch(self.folded, at.start, at.end)
        ]

    def _earlier(self, sentence: Span) -> list[tuple[Span, Entity]]:
        """Return what the paragraph names last before a sentence, and what it names first."""
        start = self.folded.rfind("\n", 0, sentence.start) + 1
        named = self._named(Span(start, sentence.start)) if start < sentence.start else []
        return [*reversed(named[-_BEFORE:]), *named[:1]]

    def _headed(self, span: Span) -> list[tuple[Span, Entity]]:
        """Return what the innermost heading that names anything names."""
        structure = self.mentions.structure
        for index in reversed(structure.path(structure.section_at(span.start))):
            heading = structure.sections[index].heading
            if heading is not None and not heading.contains(span) and (named := self._named(heading)):
                return named
        return []

    def _features(
        self, figure: Indicator, clause: Span, at: Span, entity: Entity, side: str, rank: int, company: str
    ) -> list[str]:
        folded, span, kind, unit = self.folded, figure.span, entity.kind, figure.unit
        sort, end = _sorts().get(unit, "other"), entity.name[-2:]
        near = where = side
        between = []
        if side in ("before", "behind"):
            begin, stop = (at.end, span.start) if side == "before" else (span.end, at.start)
            words = folded[begin:stop]
            commas, semicolons = len(_COMMA.findall(words)), words.count("；")
            near = f"{side}{'part' if semicolons else 'sentence' if commas else 'clause'}"
            where = f"{side}{min(4, commas)}{min(3, semicolons)}"
            figures = min(3, bisect_left(self.starts, stop) - bisect_left(self.starts, begin))
            follows = folded[at.end : at.end + 1]
            between = [
                f"figures{side}{figures}",
                f"names{side}{min(3, rank)}",
                f"between{where}{min(3, rank)}{min(2, figures)}",
                f"away{side}{min(12, len(words) // 4)}",
                f"follows{side}{follows}{kind}{sort}",
            ]
            if len(words) <= _BRIEF:
                between.append(f"words{side}{_NUMBER.sub('0', words)}")
        before, noun = folded[clause.start : span.start], _HAN.match(folded, span.end, span.end + 6)
        behind = noun.group() if noun is not None else ""
        pairs = {entity.name[n : n + 2] for n in range(len(entity.name) - 1)}
        shared = min(2, sum((before + behind)[n : n + 2] in pairs for n in range(len(before + behind) - 1)))
        last = folded[max(0, span.start - 2) : span.start]
        return [
            f"where{where}{min(3, rank)}",
            f"kind{kind}{sort}{near}",
            f"kind{kind}{where}",
            f"kind{kind}{sort}{where}{min(2, rank)}",
            f"company{company}{near}{min(3, rank)}",
            f"company{company}{where}{kind}",
            f"unit{unit}{near}",
            f"last{last}{near}",
            f"last{last}{kind}{near}",
            f"clause{_NUMBER.sub('0', before)[-4:]}{near}",
            f"prefix{folded[max(0, at.start - 2) : at.start]}{near}",
            f"suffix{folded[at.end : at.end + 2]}{near}",
            f"end{end}{near}",
            f"end{end}{sort}",
            f"end{end}{unit}",
            f"shared{shared}{near}",
            f"shared{shared}{sort}{side}",
            *between,
        ]

    def _around(self, span: Span, marks: re.Pattern[str]) -> Span:
        """Return the stretch between the marks on either side of a span."""
        start = max(0, span.start - _SENTENCE_REACH)
        for match in marks.finditer(self.folded, start, span.start):
            start = match.end()
        behind = marks.search(self.folded, span.end)
        return Span(start, behind.start() if behind else len(self.folded))


@cache
def _sorts() -> dict[str, str]:
    """Return what sort of unit each is: money, share, measure, time, count, concrete, place."""
    return {unit: sort for sort, units in lexicon("indicators")["units"].items() for unit in units}


@cache
def _of_same() -> tuple[str, ...]:
    return tuple(lexicon("indicators")["measure"]["of_same"])


@cache
def _compared() -> re.Pattern[str]:
    """Return what stands between a figure and one that says how it changed: 1.3万亿元|、比上年增加|3000亿元."""
    measure = lexicon("indicators")["measure"]
    change, steps = alternation(measure["change"]), alternation(measure["steps"])
    since = "(?:[同环]比|[比较][^，。；、\\d]{1,8}?)?"
    return re.compile(f"[、，]?{since}(?:{change})+(?:了|约|近|超过?|达到?)?|(?:{steps})[到至为]")


@dataclass(frozen=True, slots=True)
class Measurement:
    """Sets ``Indicator.of``.

    Attributes:
        models: folder of the model; without one only what the rows of tables are about is told.
        threshold: of what is less likely, nothing is told.
    """

    models: Path
    threshold: float

    def __call__(self, doc: Doc) -> Doc:
        """Relate the indicators of a document to its entities."""
        indicators = tuple(_not_in_names(doc, doc._.indicators))
        if not indicators:
            doc._.indicators = indicators
            return doc
        of: dict[str, str | None] = dict(_rows_works(doc, indicators))
        model, figures = opened(self.models, MODEL), Figures(doc, indicators)
        # A local report's figures are of no work, policy or body that it named before the sentence before: of 19 such
        # readings 13 were plainly wrong, and none in its annotated texts; its strategies and wide texts announce more.
        local = not doc._.document.metadata.wide
        for indicator in indicators if model is not None else ():
            if indicator.id not in of and (near := figures.choices(indicator)):
                likely = [(likelihood(model, choice.features, MEASURED), choice.entity) for choice in near]
                best, entity = max(likely, key=lambda found: found[0])
                far = local and entity.kind is not Kind.STRATEGY and figures.is_far(indicator, entity)
                if best >= self.threshold and not far:
                    of[indicator.id] = entity.id
        for before, indicator in pairwise(indicators):
            # Of 870 annotated figures that say how the one before changed 868 are of what that is of.
            if _compared().fullmatch(figures.folded, before.span.end, indicator.span.start):
                of[indicator.id] = of.get(before.id)
        doc._.indicators = tuple(replace(indicator, of=of.get(indicator.id)) for indicator in indicators)
        return doc


def _not_in_names(doc: Doc, indicators: Sequence[Indicator]) -> Iterator[Indicator]:
    """Yield the figures that are no piece of a name (四里庄村, 常态化30项防控措施).

    In our annotated texts no figure stands in the name of a strategy, village or unit (of 58 that would), 3 in those of
    policies and organizations (of 52) but for what an Arabic figure begins (33项民生工程: 8 of 20), and of those in
    projects' names 161 of 265 in Arabic and one of 42 in Chinese numerals.
    """
    starts = [indicator.span.start for indicator in indicators]
    named = set()
    for at, kind in ((at, entity.kind) for entity in doc._.entities for at in entity.mentions):
        for index in range(bisect_left(starts, at.start), bisect_left(starts, at.end)):
            span = indicators[index].span
            counts = kind is Kind.PROJECT or (kind in _COUNTED and at.start == span.start)
            if at.contains(span) and not (counts and text_of(doc)[span.start].isdecimal()):
                named.add(index)
    return (
        indicator
        for index, indicator in enumerate(indicators)
        if index not in named or _sorts().get(indicator.unit) == "share"
    )


def _rows_works(doc: Doc, indicators: Iterable[Indicator]) -> dict[str, str]:
    """Tell, for each figure in a table's row, the work that the row is about, not its builder in the next cell."""
    mentions = Mentions.of(doc)
    lines = (Span(*line.span()) for line in re.finditer(r"[^\n]+", mentions.text))
    rows = [line for line in lines if is_row(mentions.text, line.start, line.end)]
    works = {}
    for indicator in indicators:
        at = bisect_right(rows, indicator.span.start, key=lambda row: row.start) - 1
        if at < 0 or not rows[at].contains(indicator.span):
            continue
        named = list(mentions.outermost(rows[at], _WORKS))
        if any(span.overlaps(indicator.span) for span, _ in named):
            continue
        work = next((entity.id for kind in _WORKS for _, entity in named if entity.kind is kind), None)
        if work is not None:
            works[indicator.id] = work
    return works


@Language.factory("policy_measurement", default_config={"models": None, "threshold": 0.35})
def make_measurement(nlp: Language, name: str, models: str | None, threshold: float) -> Measurement:
    """Create the judge of figures; ``models`` names another folder of models than the bundled one."""
    return Measurement(Path(models) if models else MODELS, threshold)
