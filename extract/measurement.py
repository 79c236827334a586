"""Tells what a figure measures: the project, policy or organization that its clause, else its sentence, is about."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Indicator
from extract.document import Span
from extract.mentions import Mentions, is_body
from extract.names import lexicon
from extract.surface import folded_text
from extract.tables import is_row
from ontology.terms import Kind

_MEASURED = (Kind.PROJECT, Kind.POLICY, Kind.ORGANIZATION, Kind.STRATEGY)
_DONE = (Kind.PROJECT, Kind.POLICY)
_CLAUSE = re.compile("[，。；！？\n]")
_SEGMENT = re.compile("[。；！？\n]")


class Measurement:
    """Sets ``Indicator.of``: the nearest project or policy in the clause, else the last before it in its segment.

    An organization or a strategy of the clause counts where no project or policy stands before; for a share, only what
    its clause names does. No figure measures a village.
    """

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
        near: list[tuple[bool, int, Span, str]] = []
        for span, entity in mentions.outermost(_around(folded, figure, _CLAUSE), _MEASURED):
            if span.contains(figure):  # 西坑村|520亩|土地流转示范片项目
                return entity.id
            if not is_body(entity) and (entity.kind is not Kind.STRATEGY or span.end <= figure.start):
                away = max(span.start - figure.end, figure.start - span.end)
                near.append((entity.kind not in _DONE, away, span, entity.id))
        segment = _around(folded, figure, _SEGMENT)
        before = [e.id for span, e in mentions.outermost(segment, _DONE) if span.end <= figure.start]
        share = indicator.unit in lexicon("indicators")["units"]["share"]
        if near and (share or not (min(near)[0] and before)):
            return min(near)[3]
        return before[-1] if before and not share else None


def _rows_work(figure: Span, row: Span, mentions: Mentions) -> str | None:
    """Return the work that a table's row is about, which its amounts measure, not its builder in the next cell."""
    named = list(mentions.outermost(row, _DONE))
    if any(span.overlaps(figure) for span, _ in named):
        return None
    return next((entity.id for kind in _DONE for _, entity in named if entity.kind is kind), None)


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
