"""How much a source may ask of the machine: one table, each line with its default, unit and reason."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

MIB = 1024 * 1024


def _limit(default: int, unit: str, sentence: str) -> Any:
    return field(default=default, metadata={"unit": unit, "sentence": sentence})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one source may use; a source that asks for more is refused, and the run goes on.

    >>> Limits(pages=10).pages
    10
    """

    source_bytes: int = _limit(100 * MIB, "bytes", "A larger file is not opened.")
    characters: int = _limit(20_000_000, "characters", "The longest text that one source may hold.")
    memory: int = _limit(1024 * MIB, "bytes", "Address space of the process that parses a risky format.")
    seconds: int = _limit(60, "seconds", "Time for parsing a risky format; the process is killed after it.")
    archive_bytes: int = _limit(300 * MIB, "bytes", "Size of a DOCX or XLSX once unpacked.")
    archive_members: int = _limit(10_000, "files", "Files inside a DOCX or XLSX.")
    archive_ratio: int = _limit(200, "times", "How far a DOCX or XLSX beyond 1 MiB may shrink by packing.")
    pages: int = _limit(5_000, "pages", "Pages of a PDF.")
    nesting: int = _limit(16, "layers", "Filters on one stream of a PDF, and forms within forms on its pages.")
    rows: int = _limit(200_000, "rows", "Rows of a table.")


DEFAULTS = Limits()


def table() -> list[tuple[str, int, str, str]]:
    """Return name, default, unit and sentence of every limit, in the order of the documentation."""
    return [(f.name, getattr(DEFAULTS, f.name), f.metadata["unit"], f.metadata["sentence"]) for f in fields(Limits)]
