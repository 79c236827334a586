"""CSV and XLSX tables: one document a row, from a column with the text and columns that describe it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from extract.document import Document
from extract.metadata_table import columns, from_row, identifier
from extract.reading import child
from extract.reading.encoding import decode
from extract.reading.limits import Limits
from ontology.errors import ReadError, UsageError

_LEAST_MEAN = 100
"""A column of at least so many characters a cell is taken for the text where none is named so."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as read: its number in the file or sheet (the header is 1) and its cells by column name."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table: the whole of a CSV file, or a sheet of a workbook.

    Attributes:
        name: of the sheet, "" where the file has but one table.
        header: names of the columns.
        rows: the rows below the header.
        place: what messages call it.
    """

    name: str
    header: Sequence[str]
    rows: Sequence[Row]
    place: str


def documents(
    source: Path, content: bytes, digest: str, name: str, limits: Limits, unread: list[ReadError]
) -> Iterator[Document]:
    """Yield one document a row that has a text, sheet by sheet; empty rows are passed over.

    Args:
        source: the file.
        content: its bytes.
        digest: their SHA-256, which is that of each document.
        name: its path as the documents tell it.
        limits: what the source may ask of the machine.
        unread: is given why a sheet with rows beside those with documents has none.

    Raises:
        ReadError: no sheet has a text column (``PL-READ-COLUMN``) or a row with a text, too many rows, or a cell that
            can't be understood (``PL-READ-CELL``).
    """
    sheets = _sheets(source, content, limits)
    count = sum(len(sheet.rows) for sheet in sheets)
    if count > limits.rows:
        raise ReadError(
            f"{source} has {count:,} rows, more than {limits.rows:,}; split it",
            subject=str(source),
            code="PL-READ-SIZE",
        )
    texts: list[tuple[_Sheet, str]] = []
    refused: list[ReadError] = []
    for sheet in sheets:
        try:
            texts.append((sheet, _text_column(sheet, str(source))))
        except ReadError as error:
            refused.append(error)
    if not texts:
        raise refused[0]
    unread += (error for error in refused if error.code == "PL-READ-COLUMN")
    taken: set[str] = set()
    for number, (sheet, column) in enumerate(texts):
        prefix = f"{sheet.name}#" if number else ""  # the first sheet's rows are called as if it were the only one
        called: set[str] = set()
        for row in sheet.rows:
            if not row.cells.get(column, "").strip():
                continue
            text = row.cells[column].replace("\r\n", "\n").replace("\r", "\n")
            described = {key: value.strip() for key, value in row.cells.items() if key != column and value.strip()}
            own = identifier(described) or f"{PurePath(name).stem}#{prefix}{row.number}"
            own = f"{sheet.name}/{own}" if own in taken else own
            called.add(own)
            document = Document(own, text, digest, f"{name}#{prefix}{row.number}")
            try:
                yield from_row(document, described)
            except UsageError as error:
                raise ReadError(
                    f"{sheet.place} row {row.number}: {error}", subject=str(source), code="PL-READ-CELL"
                ) from error
        taken |= called


def _sheets(source: Path, content: bytes, limits: Limits) -> list[_Sheet]:
    if source.suffix.lower() == ".csv":
        header, rows = csv_rows(decode(content, str(source)), str(source))
        return [_Sheet("", header, rows, str(source))]
    parsed = child.parse("spreadsheet", source, limits) or [["", [], []]]
    several = len(parsed) > 1
    return [
        _Sheet(title, header, [Row(*row) for row in rows], f"{source} sheet {title}" if several else str(source))
        for title, header, rows in parsed
    ]


def csv_rows(text: str, name: str) -> tuple[list[str], list[Row]]:
    """Return the header of a CSV text and the rows below it; commas, semicolons or tabs part the cells.

    Raises:
        ReadError: a row has more cells than the header (``PL-READ-DAMAGED``).
    """
    header_line = text.partition("\n")[0]
    delimiter = max(",\t;", key=header_line.count)
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [cell.strip() for cell in next(reader, [])]
    rows: list[Row] = []
    for cells in reader:
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            raise ReadError(
                f"{name}: the row that ends in line {reader.line_num} has more cells than the header; "
                "put quotes around cells that hold a comma",
                subject=name,
                code="PL-READ-DAMAGED",
            )
        rows.append(Row(len(rows) + 2, dict(zip(header, cells, strict=False))))
    return header, rows


def _text_column(sheet: _Sheet, subject: str) -> str:
    """Return the column of texts.

    Raises:
        ReadError: there is none (``PL-READ-COLUMN``), or no row has a text (``PL-READ-EMPTY``).
    """
    header = [column for column in sheet.header if column]
    by_folded = {column.lower(): column for column in header}
    column = next((by_folded[name] for name in columns("text") if name in by_folded), None)
    if header and not sheet.rows:
        raise ReadError(
            f"{sheet.place} has no rows below its header; leave it out", subject=subject, code="PL-READ-EMPTY"
        )
    if column is None:
        means = {c: sum(len(row.cells.get(c, "")) for row in sheet.rows) / len(sheet.rows) for c in header}
        column = max(means, key=lambda c: means[c], default=None)
        if column is None or means[column] < _LEAST_MEAN:
            raise ReadError(
                f"{sheet.place} has no text column; name it «text» or «正文»", subject=subject, code="PL-READ-COLUMN"
            )
    if not any(row.cells.get(column, "").strip() for row in sheet.rows):
        raise ReadError(f"{sheet.place} has no row with a text; leave it out", subject=subject, code="PL-READ-EMPTY")
    return column
