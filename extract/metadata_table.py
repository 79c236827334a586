"""The metadata table of a build: one row a document, columns in English or Chinese, which overrides what is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any

from extract.dates import iso, known_year
from extract.document import Document, Place
from extract.jurisdiction import Named, resolve
from extract.names import lexicon
from ontology.divisions import NATION, divisions
from ontology.errors import UsageError
from ontology.terms import Level

_CHAIN = ("province", "prefecture", "county", "township")


def load_table(path: Path) -> dict[str, dict[str, str]]:
    """Return the rows of a CSV table by document (without its suffix), once every cell is understood.

    Raises:
        UsageError: the table can't be read, has no column ``document`` or none that describes one, names a document
            twice, or has a level, year, date or place that can't be understood.
    """
    from extract.reading.encoding import decode
    from extract.reading.table import csv_rows
    from ontology.errors import ReadError

    try:
        header, rows = csv_rows(decode(path.read_bytes(), str(path)), str(path))
    except (OSError, ReadError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"metadata table {path} can't be read: {reason}", subject=str(path)) from error
    known: dict[str, str] = {}
    for column in header:
        field = _columns().get(column.lower())
        if field is not None and (other := known.setdefault(field, column)) is not column:
            raise UsageError(f"{path} gives {field} in two columns, {other} and {column}; keep one", subject=str(path))
    if "document" not in known:
        raise UsageError(f"{path} names no document; it needs the column «document»", subject=str(path))
    if known.keys() <= {"document", "text"}:
        raise UsageError(f"{path} has no column that describes a document; see docs/reading.md", subject=str(path))
    table: dict[str, dict[str, str]] = {}
    for row in rows:
        cells = {column: cell.strip() for column, cell in row.cells.items() if cell.strip()}
        if not cells:
            continue
        name = identifier(cells)
        try:
            if name is None:
                raise UsageError("names no document; fill the column «document»")
            if name in table:
                raise UsageError(f"names {name} a second time; keep one row")
            _fields(cells, None)
        except UsageError as error:
            raise UsageError(f"{path} row {row.number}: {error}", subject=str(path)) from error
        table[name] = cells
    return table


def identifier(cells: Mapping[str, str]) -> str | None:
    """Return the document that a row is of, None where it has no such column."""
    name = _by_field(cells).get("document")
    return without_suffix(name) if name else None


def without_suffix(name: str) -> str:
    """Return the name of a file without the suffix of a format that is read.

    >>> without_suffix("2023/报告1.0.docx")
    '2023/报告1.0'
    """
    from extract.reading import SUFFIXES

    suffix = PurePath(name).suffix
    return name.removesuffix(suffix) if suffix.lower() in SUFFIXES else name


def from_row(document: Document, cells: Mapping[str, str]) -> Document:
    """Set what the cells of a table's row tell, found ``table``; the rest is left to ``describe``.

    Raises:
        UsageError: a year, date or level can't be understood.
    """
    fields = _fields(cells, f"{document.source}\n{document.text}")
    found = {**document.metadata.found, **dict.fromkeys(fields, "table")}
    return replace(document, metadata=replace(document.metadata, **fields, found=MappingProxyType(found)))


def columns(name: str) -> tuple[str, ...]:
    """Return the names that a column may bear, in lower case, the preferred one first."""
    return tuple(lexicon("metadata")["columns"][name])


def _fields(cells: Mapping[str, str], text: str | None) -> dict[str, Any]:
    """Return what the cells tell; without the text, a name that several places bear is left for it to tell."""
    told = _by_field(cells)
    fields: dict[str, Any] = {name: told[name] for name in ("title", "issuer", "meeting") if name in told}
    if "issued" in told:
        fields["issued"] = _issued(told["issued"])
        fields["year"] = int(fields["issued"][:4])
    if "year" in told:
        years = _years(told["year"], "year")
        if len(years) > 1 or fields.get("year", years[0]) != years[0]:
            raise UsageError(f"«{told['year']}» in column year is not the one year of issue", subject=told["year"])
        fields["year"] = years[0]
    for name in ("review_years", "plan_years"):
        if name in told:
            fields[name] = _years(told[name], name)
    if "level" in told:
        fields["level"] = _level(told["level"])
    chain = [told[name] for name in _CHAIN if name in told]
    if "place" in told:
        chain += [name for name in re.split(r"[/>\s]+", told["place"]) if name]
    place = _place(chain, fields.get("level"), text)
    if place is not None:
        fields["place"] = place
        fields.setdefault("level", place.level)
    return fields


def _place(chain: list[str], level: Level | None, text: str | None) -> Place | None:
    if not chain:
        return NATION if level is Level.NATIONAL else None
    name, within = chain[-1], tuple(chain[:-1])
    place: Place | None
    if name in {NATION.name, "全国"}:
        place = NATION if level in (None, Level.NATIONAL) else None
    elif level is Level.NATIONAL:
        place = None if divisions().find(name) else NATION  # a body of the nation
    else:
        place = resolve(Named(name, within), level=level, context=text or "")
    if place is None and text is None and (level or len(divisions().find(name, within=within)) < 2):
        path = "/".join(chain)
        raise UsageError(f"«{path}» is no {level or 'known'} place; write a path such as 山西省/运城市", subject=path)
    return place


def _by_field(cells: Mapping[str, str]) -> dict[str, str]:
    names = _columns()
    return {names[key]: value for column, value in cells.items() if (key := column.strip().lower()) in names and value}


def _issued(written: str) -> str:
    parts = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?)?年?(?:[ T].*)?", written)
    try:
        return iso(*(int(part) for part in parts.groups() if part) if parts else (0,))
    except ValueError as error:
        raise UsageError(f"«{written}» is not a date; write 2023, 2023-03 or 2023-03-10", subject=written) from error


def _years(written: str, column: str) -> tuple[int, ...]:
    years: set[int] = set()
    for part in re.split(r"[;,，；、\s]+", written.strip()):
        span = re.fullmatch(r"(\d{4})年?(?:[-–—至]+(\d{4})年?)?", part)
        try:
            first, last = (known_year(int(year)) for year in (span[1], span[2] or span[1])) if span else (1, 0)
            if first > last:
                raise ValueError(part)
        except ValueError as error:
            raise UsageError(
                f"«{written}» in column {column} is no year; write 2023 or 2021-2025", subject=written
            ) from error
        years |= set(range(first, last + 1))
    return tuple(sorted(years))


def _level(written: str) -> Level:
    for level, words in lexicon("metadata")["levels"].items():
        if written.lower() in words:
            return Level(level)
    raise UsageError(f"«{written}» is no level; write one of {', '.join(Level)}", subject=written)


@cache
def _columns() -> dict[str, str]:
    return {alias: name for name, aliases in lexicon("metadata")["columns"].items() for alias in aliases}
