"""Sections while a document is read: where one begins, and what is known of it before its end is."""

from __future__ import annotations

from dataclasses import dataclass

from extract.document import Span
from ontology.terms import Period

LONGEST_HEADING = 48
"""Characters of a line or first sentence above which it heads no section."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a section begins, as numbering or wording tell; ``alone`` where its heading fills the paragraph."""

    start: int
    style: str
    ordinal: int = 0
    numbering: str = ""
    heading: Span | None = None
    alone: bool = False


@dataclass(slots=True)
class Draft:
    """A section while its end is not known."""

    opening: Opening
    parent: int | None
    depth: int
    role: str = "body"
    end: int = 0
    lead: Span | None = None
    period: Period | None = None
