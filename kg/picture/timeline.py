"""A timeline: in which years, and on which levels of government, documents use a 提法."""

from __future__ import annotations

import html
import math
import re
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from kg.naming import labels_of, names_with
from kg.picture import Picture, bare
from kg.picture.style import COLOURS, INK, PALE_INK, TINTS
from kg.picture.svg import Drawing
from kg.vocabulary import WORDS
from ontology.errors import NotFound
from ontology.terms import Level

if TYPE_CHECKING:
    import pandas

    from kg.graph import Graph
    from kg.rows import Rows

_LEFT, _TOP, _ROW, _COLUMN = 96.0, 62.0, 74.0, 84.0


class Timeline(Picture):
    """Bubbles on years and levels; ``frame`` holds the figures: year, level, document, title, mentions.

    Attributes:
        undated: how many documents of unknown year use the 提法 too.
    """

    def __init__(self, name: str, rows: Rows, undated: int = 0) -> None:
        self.undated = undated
        quoted = re.fullmatch("“([^“”]+)”", name.strip())
        self.title = f"“{quoted[1] if quoted else name.strip()}”：历年各级的使用"
        self._rows = rows

    @property
    def frame(self) -> pandas.DataFrame:
        """Return a row for each document that uses the 提法, with its year, level and number of mentions."""
        frame = self._rows.frame()
        frame["level"] = [level.local if level else "" for level in (row.level for row in self._rows)]
        return frame

    def __rich__(self) -> Group:
        """Return its figures for the terminal."""
        table = Table("year", "level", box=None, pad_edge=False)
        table.add_column("document", min_width=max((cell_len(row.document) for row in self._rows), default=0))
        table.add_column("mentions", justify="right")
        for row in self._rows:
            level = WORDS[row.level.local if row.level else ""]
            table.add_row(str(row.year), level, Text(row.document), str(row.mentions))
        return Group(Text(self.title, "bold"), table, *([self._said()] if self.undated else []))

    def _said(self) -> str:
        """Say how many documents are left out."""
        return f"另有 {self.undated} 份年份不详的文件，未列入"

    @property
    def html(self) -> str:
        """Return it as a page of one file."""
        return bare(self.svg, self.title)

    @cached_property
    def svg(self) -> str:
        """Return it as SVG; the area of a bubble is the number of mentions."""
        used: defaultdict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
        for row in self._rows:
            used[row.level.local if row.level else "", row.year].append((row.title or row.document, row.mentions))
        levels = [str(level) for level in (*Level, "") if any(level == at for at, _ in used)]
        first, last = min(year for _, year in used), max(year for _, year in used)
        column = max(_COLUMN, 420 / (last - first + 1)) if last - first < 14 else max(30.0, 1100 / (last - first + 1))
        foot = _TOP + _ROW * len(levels) + 40
        width, height = _LEFT + column * (last - first + 1) + 20, foot + (24 if self.undated else 0)
        most = max(sum(n for _, n in documents) for documents in used.values())
        drawing = Drawing()
        drawing.text(16, 32, self.title, 18, bold=True)
        step = max(1, math.ceil(40 / column))
        for index, level in enumerate(levels):
            y = _TOP + index * _ROW
            drawing.add("rect", y=y, width=width, height=_ROW - 2, fill=TINTS[level])
            drawing.text(_LEFT / 2, y + _ROW / 2 + 6, WORDS[level], 17, colour=COLOURS[level], anchor=0.5, bold=True)
        for year in range(first, last + 1, step):
            x = _LEFT + (year - first + 0.5) * column
            drawing.text(x, foot - 14, str(year), 13, colour=PALE_INK, anchor=0.5)
        if self.undated:
            drawing.text(16, foot + 8, self._said(), 12, colour=PALE_INK)
        for (level, year), documents in sorted(used.items()):
            total = sum(number for _, number in documents)
            x, y = _LEFT + (year - first + 0.5) * column, _TOP + (levels.index(level) + 0.5) * _ROW
            radius = max(5.0, min(_ROW / 2 - 6, column / 2 - 2) * math.sqrt(total / most))
            said = "\n".join(f"{title}：{number} 次" for title, number in documents)
            drawing.parts.append(f"<g><title>{html.escape(f'{year} {WORDS[level]}{chr(10)}{said}')}</title>")
            drawing.add("circle", cx=x, cy=y, r=radius, fill=COLOURS[level], opacity=0.85)
            inside = radius > 9
            drawing.text(
                x if inside else x + radius + 3,
                y + 4.5,
                str(total),
                12,
                colour="#ffffff" if inside else INK,
                anchor=0.5 if inside else 0.0,
            )
            drawing.parts.append("</g>")
        return drawing.svg(width, height, self.title)


def timeline(graph: Graph, name: str) -> Timeline:
    """Draw in which years and on which levels documents use a 提法.

    Args:
        graph: where from.
        name: a label of a strategy, policy or slogan; whatever is called so is counted together, a form within a longer
            one (乡村振兴 in 乡村振兴战略) once.

    Raises:
        NotFound: no document of a known year mentions anything of that name.
        UsageError: the name is empty.
    """
    called = f"VALUES ?l {{ {labels_of(name)} }} ?e skos:prefLabel|skos:altLabel ?l ."
    rows = graph.query(
        f"SELECT ?year ?level ?document ?title (COUNT(DISTINCT ?m) AS ?mentions) {{ {called}"
        " ?m itsrdf:taIdentRef ?e ; nif:referenceContext ?d ; nif:beginIndex ?begin ; nif:endIndex ?end ."
        " FILTER NOT EXISTS { ?around itsrdf:taIdentRef ?e ; nif:referenceContext ?d ."
        " ?around nif:beginIndex ?b ; nif:endIndex ?z FILTER (?around != ?m && ?b <= ?begin && ?z >= ?end) }"
        " ?d pl:year ?year ; dcterms:identifier ?document OPTIONAL { ?d pl:level ?level }"
        " OPTIONAL { ?d dcterms:title ?title } } GROUP BY ?year ?level ?document ?title ORDER BY ?year ?document"
    )
    (undated,) = graph.query(
        f"SELECT (COUNT(DISTINCT ?d) AS ?n) {{ {called} ?m itsrdf:taIdentRef ?e ; nif:referenceContext ?d"
        " FILTER NOT EXISTS { ?d pl:year ?year } }"
    )
    if not rows:
        unknown = f"; {undated.n} of unknown year do: kg build --metadata gives years" if undated.n else ""
        told = unknown or names_with(graph, name)
        raise NotFound(f"no document of a known year mentions {name}{told}", subject=name)
    return Timeline(name, rows, undated.n)
