"""A document as read: its text, where it came from, and who speaks in it, when, for which place.

Offsets everywhere are counts of Unicode code points in ``Document.text``.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from ontology.divisions import Place
from ontology.terms import Level, Period

__all__ = ["Document", "GlossaryEntry", "Metadata", "Place", "Section", "Span", "Structure", "unbroken"]


class _Ends(NamedTuple):
    start: int
    end: int


class Span(_Ends):
    """A stretch ``text[start:end]`` of a document, in code points; a tuple, which a document compares by the thousand.

    Raises:
        ValueError: it would be empty, or begin before the text.
    """

    __slots__ = ()

    def __new__(cls, start: int, end: int) -> Span:
        """Make a span, of one character at least."""
        if not 0 <= start < end:
            raise ValueError(f"a span needs 0 <= start < end, not {start}:{end}")
        return tuple.__new__(cls, (start, end))

    def contains(self, other: Span) -> bool:
        """Tell whether ``other`` lies within this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Tell whether the two share a character."""
        return self.start < other.end and other.start < self.end


def unbroken(words: str) -> str:
    """Return words as a document has them without the line ends within them.

    >>> unbroken("黄河文化主\\n题公园项目")
    '黄河文化主题公园项目'
    """
    return re.sub(r"\s*\n\s*", "", re.sub(r"(?<=[A-Za-z])\s*\n\s*(?=[A-Za-z])", " ", words))


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a document beside its text; None is "unknown", never a guess.

    Attributes:
        title: title as printed.
        issued: ISO date as precise as known: ``2023``, ``2023-03`` or ``2023-03-10``.
        year: the year in which the document was issued.
        level: the level of government that speaks.
        place: the unit that speaks, with its chain.
        issuer: name of the body that speaks (张营镇人民政府).
        meeting: the meeting that it was given to.
        review_years: years looked back on.
        plan_years: years planned for.
        found: for each known field, how it was found: ``title``, ``text``, ``file name``, ``table``.
    """

    title: str | None = None
    issued: str | None = None
    year: int | None = None
    level: Level | None = None
    place: Place | None = None
    issuer: str | None = None
    meeting: str | None = None
    review_years: tuple[int, ...] = ()
    plan_years: tuple[int, ...] = ()
    found: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def wide(self) -> bool:
        """Whether the nation, a province or nobody known speaks: such reports name far more than they announce."""
        return self.level in (None, Level.NATIONAL, Level.PROVINCIAL)


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its identity and metadata.

    Attributes:
        identifier: file name without extension; where two sources clash, the relative path.
        text: the whole text, line ends ``\\n``.
        sha256: hex digest of the bytes of the source file; rows of one table have it in common.
        source: the path or row that it was read from.
        metadata: who, when, where.
    """

    identifier: str
    text: str
    sha256: str
    source: str = ""
    metadata: Metadata = field(default_factory=Metadata)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document under one heading.

    Attributes:
        span: the whole section, heading included, up to the next section of the same or a higher rank.
        heading: the heading's text without its numbering; None for text before the first heading.
        numbering: the numbering as printed (``一、``, ``（二）``, ``三是``, ``①``), "" where it has none.
        depth: 0 for a part, 1 for a section in it, and so on.
        parent: index of the parent in ``Structure.sections``, None at the top.
        period: whether it looks back or ahead, where it does.
        role: ``title``, ``body``, ``glossary`` or ``closing``.
        lead: where the section's first sentence announces the work (我们要围绕…), that sentence.
    """

    span: Span
    heading: Span | None
    numbering: str
    depth: int
    parent: int | None
    period: Period | None = None
    role: str = "body"
    lead: Span | None = None


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """A term that the document itself explains (名词解释, 注释, or in brackets behind the term)."""

    term: Span
    definition: Span


@dataclass(frozen=True)
class Structure:
    """Sections in the order of the text, sentences, and the glossary of a document."""

    sections: tuple[Section, ...]
    sentences: tuple[Span, ...]
    glossary: tuple[GlossaryEntry, ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [section.span.start for section in self.sections]

    def section_at(self, offset: int) -> int | None:
        """Return the index of the innermost section that holds ``offset``."""
        for index in range(bisect_right(self._starts, offset) - 1, -1, -1):
            if offset < self.sections[index].span.end:
                return index
        return None

    def path(self, index: int | None) -> list[int]:
        """Return the indices from a section up to its outermost ancestor."""
        path = []
        while index is not None:
            path.append(index)
            index = self.sections[index].parent
        return path

    def sentence_of(self, span: Span) -> Span:
        """Return the sentence (up to 。！？; or the line) in which ``span`` begins, itself where none is known."""
        index = bisect_right(self.sentences, (span.start, sys.maxsize)) - 1
        return self.sentences[index] if index >= 0 and span.start < self.sentences[index].end else span

    def period_at(self, offset: int) -> Period | None:
        """Return the period of the innermost section at ``offset`` that has one."""
        for index in self.path(self.section_at(offset)):
            if self.sections[index].period is not None:
                return self.sections[index].period
        return None
