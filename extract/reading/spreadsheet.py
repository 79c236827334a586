"""The sheets of an XLSX, as text cells."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from extract.reading.archive import open_archive
from extract.reading.limits import Limits


def parse(path: Path, limits: Limits) -> list[tuple[str, list[str], list[tuple[int, dict[str, str]]]]]:
    """Return the sheets that are not empty: name, header (the first row that is not empty), and the rows below it.

    Each row has its number in the sheet. Reading ends where the workbook has more rows than the limit.
    """
    open_archive(path, limits, part="xl/workbook.xml").close()
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    sheets: list[tuple[str, list[str], list[tuple[int, dict[str, str]]]]] = []
    left = limits.rows
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write a size that hides most cells
        header: list[str] | None = None
        rows: list[tuple[int, dict[str, str]]] = []
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = [_text(value) for value in values]
            if not any(cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                sheets.append((sheet.title, header, rows))
                continue
            rows.append((number, {key: cell for key, cell in zip(header, cells, strict=False) if key}))
            if len(rows) > left:
                return sheets
        left -= len(rows)
    return sheets


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
