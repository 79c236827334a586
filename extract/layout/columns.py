"""Reads what the columns of a table measure: the words of their headings, and the unit where these give one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from extract.document import Span
from extract.layout.tables import BORDERS, cells_of
from extract.names import alternation, lexicon

_BORDERS = BORDERS[:2]
"""What surely parts the cells of a line: where spaces do, an empty cell is not seen, and figures change columns."""
_GROUP = 30
"""Characters of a line without cells that may stand between rows (the heading of a group of them)."""
_LONGEST = 24
"""Characters of a heading's words."""
_UNITS = ("money", "share", "measure", "count", "concrete")
_FIGURE = re.compile(r"[-—]?\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column's heading says of the figures below it.

    Attributes:
        measure: what they measure (总投资).
        unit: their unit with its multiplier (万元), "" where each cell has its own.
    """

    measure: str
    unit: str = ""


def measured_cells(text: str, folded: str) -> Iterator[tuple[Span, Column]]:
    """Yield the cells below the headings that tell a measure, in the order of the text.

    Args:
        text: of a document; a table's rows are lines, its cells parted by tabs or bars.
        folded: the same text folded.

    >>> from extract.surface import fold
    >>> text = "项目\\t总投资（万元）\\n水库\\t2500\\n青石路\\t300"
    >>> [(text[cell.start : cell.end], c.measure, c.unit) for cell, c in measured_cells(text, fold(text))]
    [('2500', '总投资', '万元'), ('300', '总投资', '万元')]
    """
    columns: list[Column | None] = []
    for line in re.finditer(r"[^\n]+", text):
        border = next((border for border in _BORDERS if border.search(line.group())), None)
        if border is None:
            columns = columns if len(line.group()) <= _GROUP else []
            continue
        cells = cells_of(text, Span(*line.span()), border)
        words = [folded[cell.start : cell.end] if cell is not None else "" for cell in cells]
        headings = [_column(word) for word in words]
        if any(headings) and not any(map(_FIGURE.fullmatch, words)):
            columns = headings
        elif len(cells) == len(columns):
            yield from ((cell, column) for cell, column in zip(cells, columns, strict=True) if cell and column)


def _column(heading: str) -> Column | None:
    """Return what a heading measures, None where it neither ends in a unit nor in a word for something measured."""
    match = _heading().fullmatch(heading)
    if match is None or not (match["unit"] or match["measure"].endswith(_measured())):
        return None
    return Column(match["measure"], match["unit"] or "")


@cache
def _heading() -> re.Pattern[str]:
    sorts = lexicon("indicators")["units"]
    units = alternation(word for sort in _UNITS for word in sorts[sort])
    unit = rf"(?P<unit>[十百千万亿]*(?:{units})(?:/(?:{units}))?)"
    return re.compile(rf"(?P<measure>[^（）]{{1,{_LONGEST}}}?) ?(?:（(?:单位：)?{unit}）)?")


@cache
def _measured() -> tuple[str, ...]:
    return tuple(lexicon("indicators")["measure"]["columns"])
