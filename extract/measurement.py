"""Tells what a figure measures: the project, policy or organization that its clause, else its sentence, is about."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Entity, Indicator
from extract.document import Span
from extract.mentions import Mentions, is_body
from extract.surface import folded_text
from extract.tables import is_row
from ontology.terms import Kind

_MEASURED = (Kind.PROJECT, Kind.POLICY, Kind.ORGANIZATION, Kind.STRATEGY, Kind.VILLAGE)
_CLAUSE = re.compile("[，。；！？\n]")
_SEGMENT = re.compile("[。；！？\n]")


class Measurement:
    """Sets ``Indicator.of``: the nearest entity in the clause, else the last project or policy in its segment."""

    def __call__(self, doc: Doc) -> Doc:
        """Relate the indicators of a document to its entities."""
        if not doc._.indicators:
            return doc
        mentions = Mentions.of(doc)
        folded = folded_text(doc)
        lines = (Span(*line.span()) for line in re.finditer(r"[^\n]+", mentions.text))
        rows = [line for line in lines if is_row(mentions.text, line.start, line.end)]
        doc._.indicators = tuple(
            indicator if indicator.of else replace(indicator, of=self._measured(indicator, mentions, folded, rows))
            for indicator in doc._.indicators
        )
        return doc

    @staticmethod
    def _measured(indicator: Indicator, mentions: Mentions, folded: str, rows: Sequence[Span]) -> str | None:
        figure = indicator.span
        at = bisect_right(rows, figure.start, key=lambda row: row.start) - 1
        if at >= 0 and rows[at].contains(figure) and (work := _rows_work(figure, rows[at], mentions)) is not None:
            return work
        clause = _around(folded, figure, _CLAUSE)
        near = [
            (min(abs(span.start - figure.end), abs(figure.start - span.end)), span, entity)
            for span, entity in _outermost(mentions.within(clause, _MEASURED))
            if not is_body(entity) and not span.overlaps(figure)
        ]
        if near:
            return min(near, key=lambda found: (found[2].kind is Kind.VILLAGE, found[0], found[1]))[2].id
        segment = _around(folded, figure, _SEGMENT)
        if segment.start >= figure.start:
            return None
        before = _outermost(mentions.within(Span(segment.start, figure.start), (Kind.PROJECT, Kind.POLICY)))
        return before[-1][1].id if before else None


def _rows_work(figure: Span, row: Span, mentions: Mentions) -> str | None:
    """Return the work that a table's row is about, which its amounts measure, not its builder in the next cell."""
    named = _outermost(mentions.within(row, (Kind.PROJECT, Kind.POLICY)))
    if any(span.overlaps(figure) for span, _ in named):
        return None
    return next((entity.id for kind in (Kind.PROJECT, Kind.POLICY) for _, entity in named if entity.kind is kind), None)


def _outermost(found: Iterable[tuple[Span, Entity]]) -> list[tuple[Span, Entity]]:
    """Leave out what is named within a longer name: a figure of 某村高标准农田建设项目 is none of 高标准农田建设."""
    kept: list[tuple[Span, Entity]] = []
    for span, entity in found:
        if not kept or not kept[-1][0].contains(span) or kept[-1][0] == span:
            kept.append((span, entity))
    return kept


def _around(folded: str, span: Span, marks: re.Pattern[str]) -> Span:
    """Return the stretch between the marks on either side of a span."""
    start = 0
    for match in marks.finditer(folded, max(0, span.start - 200), span.start):
        start = match.end()
    behind = marks.search(folded, span.end)
    return Span(min(start or max(0, span.start - 200), span.start), behind.start() if behind else len(folded))


@Language.factory("policy_measurement")
def make_measurement(nlp: Language, name: str) -> Measurement:
    """Create the component that tells what a figure measures."""
    return Measurement()
