"""The metadata table of a build: one row a document, columns in English or Chinese, which overrides what is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from extract.document import Document, Place
from extract.jurisdiction import Named, resolve
from extract.names import lexicon
from ontology.divisions import NATION
from ontology.errors import UsageError
from ontology.terms import Level

_CHAIN = ("province", "prefecture", "county", "township")


def load_table(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a CSV table by document identifier (file name with or without its suffix).

    Raises:
        UsageError: the table can't be read, has no column ``document``, or names a document twice.
    """
    from extract.reading.encoding import decode
    from extract.reading.table import csv_rows
    from ontology.errors import ReadError

    try:
        rows = csv_rows(decode(path.read_bytes(), str(path)), str(path))
    except (OSError, ReadError) as error:
        raise UsageError(f"metadata table {path} can't be read: {error}", subject=str(path)) from error
    table: dict[str, dict[str, str]] = {}
    for row in rows:
        cells = {column: cell.strip() for column, cell in row.cells.items() if cell.strip()}
        name = identifier(cells)
        if name is None:
            if not cells:
                continue
            raise UsageError(
                f"{path} row {row.number} names no document; fill the column «document»", subject=str(path)
            )
        if name in table:
            raise UsageError(f"{path} row {row.number} names {name} a second time; keep one row", subject=str(path))
        table[name] = cells
    return table


def identifier(cells: Mapping[str, str]) -> str | None:
    """Return the document that a row is of, None where it has no such column."""
    name = _by_field(cells).get("document")
    return re.sub(r"\.(txt|md|markdown|html?|docx|pdf)$", "", name, flags=re.IGNORECASE) if name else None


def from_row(document: Document, cells: Mapping[str, str]) -> Document:
    """Set what the cells of a table's row tell, found ``table``; the rest is left to ``describe``.

    Raises:
        UsageError: a year, date or level can't be understood.
    """
    fields = _fields(cells, document)
    found = {**document.metadata.found, **dict.fromkeys(fields, "table")}
    return replace(document, metadata=replace(document.metadata, **fields, found=MappingProxyType(found)))


def columns(name: str) -> tuple[str, ...]:
    """Return the names that a column may bear, in lower case, the preferred one first."""
    return tuple(lexicon("metadata")["columns"][name])


def _fields(cells: Mapping[str, str], document: Document) -> dict[str, Any]:
    told = _by_field(cells)
    fields: dict[str, Any] = {name: told[name] for name in ("title", "issuer", "meeting") if name in told}
    if "issued" in told:
        fields["issued"] = _issued(told["issued"])
        fields["year"] = int(fields["issued"][:4])
    if "year" in told:
        fields["year"] = _years(told["year"], "year")[0]
    for name in ("review_years", "plan_years"):
        if name in told:
            fields[name] = _years(told[name], name)
    if "level" in told:
        fields["level"] = _level(told["level"])
    chain = [told[name] for name in _CHAIN if name in told]
    if "place" in told:
        chain += [name for name in re.split(r"[/>\s]+", told["place"]) if name]
    place = _place(chain, fields.get("level"), document)
    if place is not None:
        fields["place"] = place
        fields.setdefault("level", place.level)
    return fields


def _place(chain: list[str], level: Level | None, document: Document) -> Place | None:
    if not chain:
        return NATION if level is Level.NATIONAL else None
    if chain[-1] in {NATION.name, "全国"}:
        return NATION
    named = Named(chain[-1], tuple(chain[:-1]))
    return resolve(named, level=level, context=f"{document.source}\n{document.text}")


def _by_field(cells: Mapping[str, str]) -> dict[str, str]:
    names = _columns()
    return {names[key]: value for column, value in cells.items() if (key := column.strip().lower()) in names and value}


def _issued(written: str) -> str:
    parts = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?)?年?(?:[ T].*)?", written)
    if parts is None:
        raise UsageError(f"{written!r} is not a date; write 2023, 2023-03 or 2023-03-10", subject=written)
    return "-".join(f"{int(part):02}" for part in parts.groups() if part)


def _years(written: str, column: str) -> tuple[int, ...]:
    years: set[int] = set()
    for part in re.split(r"[;,，；、\s]+", written.strip()):
        span = re.fullmatch(r"(\d{4})年?(?:[-–—至]+(\d{4})年?)?", part)
        if span is None:
            raise UsageError(f"{written!r} in column {column} is no year; write 2023 or 2021-2025", subject=written)
        years |= set(range(int(span[1]), int(span[2] or span[1]) + 1))
    return tuple(sorted(years))


def _level(written: str) -> Level:
    for level, words in lexicon("metadata")["levels"].items():
        if written.lower() in words:
            return Level(level)
    raise UsageError(f"{written!r} is no level; write one of {', '.join(Level)}", subject=written)


@cache
def _columns() -> dict[str, str]:
    return {alias: name for name, aliases in lexicon("metadata")["columns"].items() for alias in aliases}
