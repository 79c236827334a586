"""What the commands print: lines and tables on stdout, complaints on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from ontology.terms import Kind

if TYPE_CHECKING:
    from kg.graph import Holding
    from kg.rows import Rows

UNKNOWN = "?"

_NAMED = 10
"""Files of a kind that a report names."""

_READABLE = 30
"""Columns of a terminal that a wrapped text needs to be read, fifteen characters."""

_UNBROKEN = 1_000_000
"""Columns of a page on which every line ends where it ends."""


def _width(stream: TextIO | None) -> int | None:
    """Return how wide to print: as wide as a terminal is; into a file or pipe nothing is wrapped or cut."""
    return None if stream is not None and stream.isatty() else _UNBROKEN


class _Page(Console):
    """A console whose reader may go away, as ``head`` does."""

    def on_broken_pipe(self) -> None:
        """Leave it to the command line; Rich would end with exit code 1."""
        raise BrokenPipeError


out = _Page(highlight=False, width=_width(sys.stdout))
"""For prose, which a terminal shows wrapped at its edge."""

whole = _Page(highlight=False, width=_UNBROKEN)
"""For rows, names and paths, which are never broken: a terminal goes on in its next line, and copies them as one."""

err = _Page(stderr=True, highlight=False, width=_width(sys.stderr))


def print_report(report: Any, *, quiet: bool, as_json: bool) -> None:
    """Print what a build or a removal has done, and on stderr what was left out."""
    if as_json:
        print_json(asdict(report))
    elif report.version and not quiet:
        done = f"published as version {report.version}" if report.published else f"version {report.version} stays"
        former, present = ({pair[side] for pair in report.renamed} for side in (0, 1))
        numbers = {
            "built": len(set(report.built) - present),
            "unchanged": len(report.unchanged),
            "renamed": len(report.renamed),
            "removed": len(set(report.removed) - former),
        }
        parts = [f"{number} {what}" for what, number in numbers.items() if number]
        whole.print(f"{report.store}: {', '.join(parts) or 'no document'}; {done}")
        for old, new in report.renamed[:_NAMED]:
            print(f"{old} is now {new}")
        if len(report.renamed) > _NAMED:
            print(f"{len(report.renamed) - _NAMED} more are renamed; --json lists all")
        print_counts(report.counts)
    if not (quiet or as_json):
        _print_skipped(report.skipped)
    for left in report.left_out:
        print(f"left out: {left.reason} [{left.code}]", file=sys.stderr)
    for name in report.missing:
        print(f"source gone: {name} stays in the graph; kg remove takes it out", file=sys.stderr)
    for name in report.outdated:
        print(f"earlier version: {name} stays in the graph as it was; kg remove takes it out", file=sys.stderr)


def _print_skipped(files: Sequence[Any]) -> None:
    """Name the first files of the folders that are no documents, hidden ones last, and say how many more there are."""
    for file in sorted(files, key=lambda file: file.reason == "hidden")[:_NAMED]:
        print(f"skipped: {file.source} ({file.reason})", file=sys.stderr)
    more = len(files) - _NAMED
    if more > 0:
        print(f"skipped: {counted(more, 'more file')}; --json lists all", file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "file"), counted(1200, "file")
    ('1 file', '1,200 files')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_documents(documents: Iterable[Holding]) -> None:
    """Print a line for each document."""
    table = Table(box=None)
    table.add_column("document")
    table.add_column("title", no_wrap=True, max_width=24 if out.is_terminal else None)
    for name in ("level", "place", "year"):
        table.add_column(name)
    for document in documents:
        place = document.place[-1] if document.place else UNKNOWN
        year = UNKNOWN if document.year is None else str(document.year)
        cells = (document.identifier, document.title or UNKNOWN, document.level or UNKNOWN, place, year)
        table.add_row(*map(Text, cells))
    whole.print(table)


def print_document(document: Any) -> None:
    """Print what is known of a document, a line a field, each with how it was found."""
    known = asdict(document)
    found = known.pop("found")
    whole.print(Text(known.pop("identifier"), "bold"))
    table = Table("field", "value", "found in", box=None, show_header=False)
    for name, value in known.items():
        parts = value if isinstance(value, tuple) else () if value is None else (value,)
        told = (" › " if name == "place" else ", ").join(map(str, parts))
        table.add_row(*map(Text, (name.replace("_", " "), told or UNKNOWN, found.get(name, ""))))
    out.print(table)


def print_rows(rows: Rows) -> None:
    """Print the answer to a query, and on stderr how many rows it has.

    A table stands where no more than its widest column has to be wrapped; a wider answer is a block of lines a row.
    """
    from kg.rows import IRI

    told = [["" if c is None else c.short if isinstance(c, IRI) else str(c) for c in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(rows.names, *told, strict=True)]
    widest = max(widths, default=0)
    if sum(widths) - widest + min(widest, _READABLE) + 3 * len(widths) + 1 <= out.width:
        table = Table(*(Column(name, overflow="fold") for name in rows.names))
        for cells in told:
            table.add_row(*map(Text, cells))
        out.print(table)
    else:
        for number, cells in enumerate(told, 1):
            out.print(f"[bold]{number:,}[/]")
            block = Table.grid(Column(style="dim"), Column(overflow="fold"), padding=(0, 2), pad_edge=True)
            for name, cell in zip(rows.names, cells, strict=True):
                block.add_row(name, Text(cell))
            out.print(block)
    err.print(counted(len(rows), "row"))


def print_library() -> None:
    """Print each question of the library with the default of each parameter, or an example, in the user's language."""
    from kg.language import language_of_terminal
    from queries import library

    chinese = language_of_terminal() == "zh"
    for question in library():
        summary = question.summary_zh if chinese else question.summary
        description = question.description_zh if chinese else question.description
        out.print(f"[bold]{question.name}[/]  {summary}\n    {description}", soft_wrap=True)
        for p in question.parameters:
            if chinese:
                label, unset = p.label_zh, f"可不给，即全部；例如 {p.example}" if p.optional else f"默认 {p.default}"
            else:
                label, unset = p.label, f"all; for example {p.example}" if p.optional else f"default {p.default}"
            line = Text(f"    --param {p.name}=…  {label}  ({unset})", style="dim")
            out.print(line, soft_wrap=True)


def print_figures(figures: Mapping[str, Mapping[str, float | int | None]]) -> None:
    """Print figures, a line each."""
    for name, figure in figures.items():
        print(f"{name:45}", "  ".join(f"{key} {value}" for key, value in figure.items()))


def print_counts(counts: Any) -> None:
    """Print how many there are of each kind, level and relation, however many documents name them."""
    wordings = sum(counts.entities.get(kind, 0) for kind in (Kind.STRATEGY, Kind.POLICY, Kind.SLOGAN))
    unknown = max(0, wordings - sum(counts.levels.values()))
    _print_numbers(f"{sum(counts.entities.values()):,} entities", counts.entities)
    _print_numbers(f"levels of {wordings:,} strategies, policies and slogans", {**counts.levels, "unknown": unknown})
    _print_numbers(f"{sum(counts.links.values()):,} links", counts.links)


def _print_numbers(title: str, numbers: Mapping[str, int]) -> None:
    parts = ", ".join(f"{name} {number:,}" for name, number in numbers.items() if number)
    out.print(f"{title}: {parts}" if parts else title)


def print_json(value: Any) -> None:
    """Print a result as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))
