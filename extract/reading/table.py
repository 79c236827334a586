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
    """A row as read: its number in the file (the header is 1) and its cells by column name."""

    number: int
    cells: Mapping[str, str]


def documents(source: Path, content: bytes, digest: str, name: str, limits: Limits) -> Iterator[Document]:
    """Yield one document a row that has a text; empty rows are passed over.

    Args:
        source: the file.
        content: its bytes.
        digest: their SHA-256, which is that of each document.
        name: its path as the documents tell it.
        limits: what the source may ask of the machine.

    Raises:
        ReadError: the table has no text column (``PL-READ-COLUMN``), no row with a text, too many rows, or a cell that
            can't be understood (``PL-READ-CELL``).
    """
    if source.suffix.lower() == ".csv":
        _, rows = csv_rows(decode(content, str(source)), str(source))
    else:
        rows = [Row(number, cells) for number, cells in child.parse("spreadsheet", source, limits)]
    if len(rows) > limits.rows:
        raise ReadError(
            f"{source} has {len(rows):,} rows, more than {limits.rows:,}; split it",
            subject=str(source),
            code="PL-READ-SIZE",
        )
    column = _text_column(rows, str(source))
    filled = [row for row in rows if row.cells.get(column, "").strip()]
    if not filled:
        raise ReadError(f"{source} has no row with a text; leave it out", subject=str(source), code="PL-READ-EMPTY")
    for row in filled:
        text = row.cells[column].replace("\r\n", "\n").replace("\r", "\n")
        described = {key: value.strip() for key, value in row.cells.items() if key != column and value.strip()}
        called = identifier(described) or f"{PurePath(name).stem}#{row.number}"
        document = Document(called, text, digest, f"{name}#{row.number}")
        try:
            yield from_row(document, described)
        except UsageError as error:
            raise ReadError(f"{source} row {row.number}: {error}", subject=str(source), code="PL-READ-CELL") from error


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


def _text_column(rows: Sequence[Row], name: str) -> str:
    header = list(rows[0].cells) if rows else []
    by_folded = {column.strip().lower(): column for column in header}
    named = next((by_folded[name] for name in columns("text") if name in by_folded), None)
    if named is not None:
        return named
    means = {c: sum(len(row.cells.get(c, "")) for row in rows) / len(rows) for c in header}
    longest = max(means, key=lambda c: means[c], default=None)
    if longest is None or means[longest] < _LEAST_MEAN:
        raise ReadError(f"{name} has no text column; name it «text» or «正文»", subject=name, code="PL-READ-COLUMN")
    return longest
