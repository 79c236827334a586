"""The first sheet of an XLSX that has rows, as text cells."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from extract.reading.archive import open_archive
from extract.reading.limits import Limits


def parse(path: Path, limits: Limits) -> list[tuple[int, dict[str, str]]]:
    """Return the rows below the header (the first row that is not empty), each with its number in the sheet."""
    open_archive(path, limits, part="xl/workbook.xml").close()
    book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # some programs write a size that hides most cells
        header: list[str] | None = None
        rows = []
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = [_text(value) for value in values]
            if not any(cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                continue
            rows.append((number, {key: cell for key, cell in zip(header, cells, strict=False) if key}))
            if len(rows) > limits.rows:
                return rows
        if rows:
            return rows
    return []


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
