"""Reads tables whose rows are lines: finds the works and instruments that one lists in its column of names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import alternation, ending, lexicon
from extract.surface import folded_text, text_of
from ontology.terms import Kind

BORDERS = (re.compile(r"\t"), re.compile(r"\|"), re.compile(r"[ 　]{2,}|　"), re.compile(" "))
"""What parts the cells of a line, the surest sign first."""
_BETWEEN = re.compile(r"(?=[\t| 　])(?:\t|\||[ 　]{2,})")
_CELL = re.compile(r"[^\t|\n 　]+(?:[ 　][^\t|\n 　]+)*")
_NUMBER = re.compile(r"[\d一二三四五六七八九十、.（）()]+|[-:]+")
_FEWEST_COLUMNS = 3
_LONGEST_NAME = 30
_NO_NAME = re.compile(r"[\d.,，。；：%（）()\-—/ ]*|.*[。；，：].*|[合小总]计.*|.{0,2}")
_SURE = 0.9


def is_row(text: str, start: int, end: int) -> bool:
    """Tell whether tabs, bars or several spaces part a line into cells, empty ones among them.

    >>> is_row("1|白石水库|", 0, 7), is_row("港城白石", 0, 4)
    (True, False)
    """
    return len(_BETWEEN.findall(text[start:end].strip(" 　\n"))) >= _FEWEST_COLUMNS - 1


def worded_cells(text: str, start: int, end: int) -> list[Span]:
    """Return the cells of a line that hold more than a number.

    >>> [cell.start for cell in worded_cells("|一|港城白石| |", 0, 10)]
    [3]
    """
    cells = (Span(*cell.span()) for cell in _CELL.finditer(text, start, end))
    return [cell for cell in cells if not _NUMBER.fullmatch(text[cell.start : cell.end])]


def named_rows(text: str) -> Iterator[tuple[Span, Span | None]]:
    """Yield the cells of the columns that bear a heading such as 项目名称, each with that of its row's site, if any.

    Args:
        text: of a document; a table's rows are lines, its cells parted by tabs, bars or spaces as in its heading.

    >>> text = "项目名称\\t建设地点\\t投资\\t年限\\n白石水库\\t白石村\\t300\\t2\\n青石路\\t\\t200\\t1\\n各镇要抓紧。"
    >>> [(text[name.start : name.end], site and text[site.start : site.end]) for name, site in named_rows(text)]
    [('白石水库', '白石村'), ('青石路', None)]
    """
    column: int | None = None
    place: int | None = None
    border = BORDERS[0]
    for line in re.finditer(r"[^\n]+", text):
        if not line.group().strip(" 　\t|"):
            continue
        if (found := _header(text, Span(*line.span()))) is not None:
            column, place, border = found
        elif column is not None:
            cells = cells_of(text, Span(*line.span()), border)
            filled = [cell for cell in cells if cell is not None]
            if len(filled) < _FEWEST_COLUMNS:
                if len(filled) != 1 or filled[0].end - filled[0].start > _LONGEST_NAME:
                    column = None  # neither a row nor the heading of a group of rows
            elif column < len(cells) and (cell := cells[column]) is not None:
                yield cell, cells[place] if place is not None and place < len(cells) else None


def _header(text: str, line: Span) -> tuple[int, int | None, re.Pattern[str]] | None:
    """Return which columns of a table's heading are those of names and of sites, and what parts its cells."""
    if not _titles("names").search(text, line.start, line.end):
        return None
    for border in BORDERS:
        cells = cells_of(text, line, border)
        titles = [text[cell.start : cell.end] if cell is not None else "" for cell in cells]
        if len(titles) >= _FEWEST_COLUMNS:
            names, sites = (
                [n for n, t in enumerate(titles) if _titles(sort).fullmatch(t)] for sort in ("names", "sites")
            )
            return (names[0], next(iter(sites), None), border) if names else None
    return None


def cells_of(text: str, line: Span, border: re.Pattern[str]) -> list[Span | None]:
    """Return the cells of a line without the white space around them, None for an empty one."""
    cells: list[Span | None] = []
    start = line.end - len(text[line.start : line.end].lstrip(" 　|" if border is BORDERS[1] else " 　"))
    for at, stop in [*(m.span() for m in border.finditer(text, start, line.end)), (line.end, line.end)]:
        cell = text[start:at]
        inner = cell.strip(" 　\t")
        begin = start + (cell.index(inner[0]) if inner else 0)
        cells.append(Span(begin, begin + len(inner)) if inner else None)
        start = stop
    return cells


@cache
def _titles(sort: str) -> re.Pattern[str]:
    return re.compile(alternation(lexicon("structure")["table"][sort]))


def kind_of(name: str) -> Kind:
    """Tell whether a row of a table names a work or an instrument.

    >>> kind_of("白石水库除险加固"), kind_of("秸秆离田补贴")
    (<Kind.PROJECT: 'Project'>, <Kind.POLICY: 'Policy'>)
    """
    if ending(Kind.PROJECT, "heads", "works").search(name):
        return Kind.PROJECT
    return Kind.POLICY if ending(Kind.POLICY, "heads", "heads_weak").search(name) else Kind.PROJECT


class TableFinder:
    """Proposes what the rows of tables name."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each name."""
        folded = folded_text(doc)
        for cell, _ in named_rows(text_of(doc)):
            words = folded[cell.start : cell.end]
            quoted = words.startswith('"') and words.find('"', 1) == len(words) - 1 > 1
            span = Span(cell.start + 1, cell.end - 1) if quoted else cell
            name = folded[span.start : span.end]
            if len(name) <= _LONGEST_NAME and not _NO_NAME.fullmatch(name):
                doc._.candidates.append(Candidate(span, kind_of(name), "policy_tables", _SURE))
        return doc


@Language.factory("policy_tables")
def make_table_finder(nlp: Language, name: str) -> TableFinder:
    """Create the finder of names in tables."""
    return TableFinder()
