"""What the page of a document shows: its text with every mention highlighted, and its structure at the side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from starlette.concurrency import run_in_threadpool

from kg import sparql
from kg.server.pages.catalogue import Catalogue, Item, Paper
from kg.server.workers import Ask

_NUMBERING = 8
"""Characters that the numbering of a heading and its marks take at most."""

MOST_MENTIONS = 8000
"""Mentions that a page highlights."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A section of the document.

    Attributes:
        start: where it begins, in code points.
        end: where it ends.
        text: its heading, "" where it has none.
        depth: how many sections contain it.
        period: ``review``, ``plan`` or "".
    """

    start: int
    end: int
    text: str
    depth: int
    period: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the text that names an entity or gives a figure."""

    start: int
    end: int
    item: Item | None
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text within which the same marks hold, the shortest mark first.

    Attributes:
        text: its characters.
        start: where it begins.
        marks: the marks that cover it.
        cited: whether it lies in the passage that the reader came for.
    """

    text: str
    start: int
    marks: tuple[Mark, ...]
    cited: bool


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the text in pieces.

    Attributes:
        start: where it begins.
        pieces: its text.
        section: the section that begins with it.
        alone: whether it is that section's heading and nothing more.
    """

    start: int
    pieces: tuple[Piece, ...]
    section: Heading | None
    alone: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as its page shows it."""

    paper: Paper
    facts: Mapping[str, Any]
    text: str
    headings: tuple[Heading, ...]
    marks: tuple[Mark, ...]

    def paragraphs(self, cited: tuple[int, int] | None = None) -> tuple[Paragraph, ...]:
        """Return the text in paragraphs.

        Args:
            cited: the passage to show as cited, in code points.
        """
        starts = {heading.start: heading for heading in reversed(self.headings) if heading.text}
        found: list[Paragraph] = []
        begin = index = 0
        pending: list[Mark] = []
        for line in self.text.split("\n"):
            end = begin + len(line)
            while index < len(self.marks) and self.marks[index].start < end:
                pending.append(self.marks[index])
                index += 1
            pending = [mark for mark in pending if mark.end > begin]
            if line.strip():
                pieces = tuple(_pieces(self.text, begin, end, pending, cited))
                section = starts.get(begin + len(line) - len(line.lstrip()))
                found.append(Paragraph(begin, pieces, section, section is not None and _is_heading(line, section)))
            begin = end + 1
        return tuple(found)

    def entities(self) -> tuple[tuple[Item, int], ...]:
        """Return the entities that the text names with how often, the most frequent first."""
        counted: dict[Item, int] = {}
        for mark in self.marks:
            if mark.item is not None:
                counted[mark.item] = counted.get(mark.item, 0) + 1
        return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0].iri)))


def _pieces(text: str, begin: int, end: int, marks: Sequence[Mark], cited: tuple[int, int] | None) -> Iterable[Piece]:
    """Cut a line wherever a mark or the cited passage begins or ends."""
    borders = {begin, end}
    spans = [(mark.start, mark.end) for mark in marks] + ([cited] if cited else [])
    for start, stop in spans:
        borders |= {border for border in (start, stop) if begin < border < end}
    ordered = sorted(borders)
    for left, right in pairwise(ordered):
        covering = sorted(
            (mark for mark in marks if mark.start <= left and right <= mark.end),
            key=lambda mark: (mark.item is None, mark.end - mark.start),
        )
        yield Piece(
            text[left:right], left, tuple(covering), cited is not None and cited[0] <= left and right <= cited[1]
        )


def _is_heading(line: str, section: Heading) -> bool:
    """Tell whether a line holds no more than a heading with its numbering."""
    return len(line.strip()) <= len(section.text) + _NUMBERING


async def reading(ask: Ask, catalogue: Catalogue, paper: Paper) -> Reading:
    """Gather a document."""
    node = sparql.term(paper.iri)
    texts, facts, sections, mentions = await asyncio.gather(
        ask(f"SELECT ?text {{ {node} nif:isString ?text }} LIMIT 1"),
        ask(
            "SELECT ?p ?o { VALUES ?p { dcterms:issued dcterms:creator pl:meeting pl:issuer pl:sha256 }"
            f" {node} ?p ?o }} ORDER BY ?p ?o"
        ),
        ask(
            f"SELECT DISTINCT ?start ?end ?heading ?period {{ ?s nif:referenceContext {node} ; a pl:Section ;"
            " nif:beginIndex ?start ; nif:endIndex ?end OPTIONAL { ?s pl:heading ?heading }"
            " OPTIONAL { ?s pl:period ?period } } ORDER BY ?start DESC(?end) LIMIT 3000"
        ),
        ask(
            f"SELECT ?start ?end ?of ?measure ?value ?unit {{ ?m nif:referenceContext {node} ; itsrdf:taIdentRef ?of ;"
            " nif:beginIndex ?start ; nif:endIndex ?end OPTIONAL { ?of pl:value ?value"
            " OPTIONAL { ?of pl:measure ?measure } OPTIONAL { ?of pl:unit ?unit } } }"
            f" ORDER BY ?start DESC(?end) LIMIT {MOST_MENTIONS}"
        ),
    )
    items = await run_in_threadpool(catalogue.items, [row.of for row in mentions if row.value is None])
    marks = tuple(
        Mark(row.start, row.end, None, f"{row.measure or ''} {row.value:,} {row.unit or ''}".strip())
        if row.value is not None
        else Mark(row.start, row.end, items[row.of])
        for row in mentions
        if row.value is not None or row.of in items
    )
    text = texts[0].text if texts else ""
    return Reading(paper, {row.p.local: row.o for row in facts}, text, tuple(_headings(sections)), marks)


def _headings(sections: Iterable[Any]) -> Iterable[Heading]:
    """Yield the sections in the order of the text with how deep they lie."""
    around: list[int] = []
    for row in sections:
        while around and around[-1] <= row.start:
            around.pop()
        period = row.period.local if row.period else ""
        yield Heading(row.start, row.end, row.heading or "", len(around), period)
        around.append(row.end)
