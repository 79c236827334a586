"""A flow: how many projects, and how much money, run from strategies of townships (or above) up to the nation's."""

from __future__ import annotations

import html
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from kg.language import Language
from kg.lineage import Thing, lineage
from kg.naming import kinds_of, named
from kg.picture import Picture, bare, font
from kg.picture.network import trunk
from kg.picture.style import COLOURS, INK, PALE_INK, TINTS
from kg.picture.svg import Drawing
from kg.rows import IRI
from kg.vocabulary import NOT_SPENT, WORDS
from ontology.errors import NotFound, UsageError
from ontology.iri import places_of
from ontology.terms import PL, PLACES, Level

if TYPE_CHECKING:
    from kg.graph import Graph

Measure: TypeAlias = Literal["projects", "money"]

Served: TypeAlias = "tuple[IRI, IRI, float, float]"
"""A project, the strategy that it serves, how surely, and the project's money in 元."""

_UNITS: Mapping[Language, Sequence[tuple[float, str]]] = {
    "zh": ((1e8, "亿元"), (1e4, "万元"), (1.0, "元")),
    "en": ((1e9, "billion yuan"), (1e6, "million yuan"), (1.0, "yuan")),
}
"""Units of money, the largest first."""

MOST = 12
"""Strategies of the lowest level that a flow shows unless asked for more."""

_LEVELS = (Level.TOWNSHIP, Level.COUNTY, Level.PREFECTURE, Level.PROVINCIAL)
"""Where a flow may start; it starts at the first of these from which something runs up."""

_COLUMN, _BAR, _GAP, _TALL, _TOP, _SIDE = 250.0, 14.0, 16.0, 460.0, 86.0, 24.0


@dataclass(slots=True)
class _Node:
    thing: Thing
    into: float = 0.0
    out: float = 0.0
    y: float = 0.0
    taken: dict[str, float] = field(default_factory=lambda: {"into": 0.0, "out": 0.0})

    @property
    def size(self) -> float:
        return max(self.into, self.out)


class Flow(Picture):
    """A Sankey diagram.

    Attributes:
        things: the strategies by IRI.
        links: its figures: (lower strategy, higher strategy) and how much runs between, the lowest first.
        measure: ``projects`` or ``money`` (元).
        level: that of the strategies at which it starts.
        total: how much serves strategies of that level, what no chain leads up from too.
    """

    def __init__(
        self,
        things: Mapping[IRI, Thing],
        links: Mapping[tuple[IRI, IRI], float],
        measure: str,
        total: float,
        place: str,
        level: Level = Level.TOWNSHIP,
    ) -> None:
        ordered = sorted(links, key=lambda link: (-rank_of(things[link[0]]), -links[link], link))
        self.links = {link: links[link] for link in ordered}
        self.measure = measure
        self.total = total
        self.level = level
        what = "项目流向" if measure == "projects" else "资金流向"
        self.title = f"{place}{what}：从{WORDS[level]}级战略到国家级战略"
        self.things = things

    @property
    def html(self) -> str:
        """Return it as a page of one file."""
        return bare(self.svg, self.title)

    @cached_property
    def svg(self) -> str:
        """Return it as SVG."""
        nodes = {iri: _Node(self.things[iri]) for link in self.links for iri in link}
        for (lower, upper), amount in self.links.items():
            nodes[lower].out += amount
            nodes[upper].into += amount
        columns: defaultdict[int, list[IRI]] = defaultdict(list)
        for iri in nodes:
            columns[rank_of(nodes[iri].thing)].append(iri)
        order = sorted(columns, reverse=True)
        height = self._stack(nodes, columns, order)
        drawing = Drawing()
        drawing.text(_SIDE - 8, 30, self.title, 18, bold=True)
        x = {rank: _SIDE + index * _COLUMN for index, rank in enumerate(order)}
        width = _SIDE + len(order) * _COLUMN
        for rank in order:
            level = list(Level)[rank]
            drawing.add("rect", x=x[rank] - 8, y=46, width=_COLUMN - 8, height=height - 46, fill=TINTS[level], rx=6)
            drawing.text(x[rank], 72, WORDS[level], 18, colour=COLOURS[level], bold=True)
        scale = _scale(nodes, columns)
        for lower, upper in sorted(self.links, key=lambda link: (nodes[link[1]].y, nodes[link[0]].y)):
            amount = self.links[lower, upper] * scale
            a, b = nodes[lower], nodes[upper]
            y1, y2 = a.y + a.taken["out"] + amount / 2, b.y + b.taken["into"] + amount / 2
            a.taken["out"] += amount
            b.taken["into"] += amount
            x1, x2 = x[rank_of(a.thing)] + _BAR, x[rank_of(b.thing)]
            bend = (x1 + x2) / 2
            said = f"{a.thing.name} → {b.thing.name}\n{worded(self.links[lower, upper], self.measure)}"
            drawing.parts.append(f"<g><title>{html.escape(said)}</title>")
            drawing.add(
                "path",
                d=f"M{x1:.1f} {y1:.1f}C{bend:.1f} {y1:.1f} {bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}",
                fill="none",
                stroke=COLOURS[a.thing.level or ""],
                stroke_width=max(amount, 1.0),
                opacity=0.28,
            )
            drawing.parts.append("</g>")
        for node in nodes.values():
            left, tall = x[rank_of(node.thing)], max(node.size * scale, 2.0)
            drawing.add("rect", x=left, y=node.y, width=_BAR, height=tall, fill=COLOURS[node.thing.level or ""])
            name = font.clipped(node.thing.name, 13, _COLUMN - _BAR - 24)
            middle = node.y + tall / 2
            drawing.text(left + _BAR + 6, middle + 1, name, 13, colour=INK)
            drawing.text(left + _BAR + 6, middle + 15, worded(node.size, self.measure), 11, colour=PALE_INK)
        drawing.text(_SIDE - 8, height + 22, self._said(), 12, colour=PALE_INK)
        return drawing.svg(width, height + 34, self.title)

    def __rich__(self) -> Group:
        """Return its figures for the terminal, the lowest first."""
        table = Table(box=None, pad_edge=False)
        table.add_column("from")
        table.add_column("to")
        amounts = [worded(amount, self.measure) for amount in self.links.values()]
        broadest = max(map(cell_len, amounts), default=0)
        table.add_column(self.measure, justify="right", no_wrap=True, min_width=broadest)
        for link, amount in zip(self.links, amounts, strict=True):
            ends = (self.things[iri] for iri in link)
            names = (
                Text(f"{WORDS[thing.level or '']} {thing.name}", no_wrap=True, overflow="ellipsis") for thing in ends
            )
            table.add_row(*names, amount)
        return Group(Text(self.title, "bold"), self._said(), table)

    @property
    def drawn(self) -> float:
        """Return how much of the total the figures hold."""
        uppers = {upper for _, upper in self.links}
        return sum(amount for (lower, _), amount in self.links.items() if lower not in uppers)

    def _said(self) -> str:
        """Say how much of all is drawn."""
        lacking = f"；其余所服务的{WORDS[self.level]}级战略在图谱里没有上级，或数额较小"
        rest = lacking if self.drawn < self.total else ""
        return f"图中 {worded(self.drawn, self.measure)}，共 {worded(self.total, self.measure)}{rest}"

    def _stack(self, nodes: dict[IRI, _Node], columns: Mapping[int, list[IRI]], order: list[int]) -> float:
        """Place each column from the top, near what flows into it; return the height that is needed."""
        scale, height = _scale(nodes, columns), _TALL
        for rank in order:
            centre = {}
            for iri in columns[rank]:
                below = [(nodes[low].y, amount) for (low, up), amount in self.links.items() if up == iri]
                mass = sum(amount for _, amount in below)
                centre[iri] = sum(y * amount for y, amount in below) / mass if mass else -nodes[iri].size
            y = _TOP
            for iri in sorted(columns[rank], key=lambda iri: (centre[iri], iri)):
                nodes[iri].y = y
                y += max(nodes[iri].size * scale, 18.0) + _GAP
            height = max(height, y)
        return height


def worded(amount: float, measure: str, language: Language = "zh") -> str:
    """Return an amount in words: projects, or money in the unit that keeps it short.

    >>> worded(62_500_000, "money"), worded(62_500_000, "money", "en"), worded(3, "projects", "en")
    ('6,250 万元', '62.5 million yuan', '3 projects')
    """
    if measure == "projects":
        return f"{amount:,.0f} " + ("个项目" if language == "zh" else "project" if amount == 1 else "projects")
    unit, name = next((unit, name) for unit, name in _UNITS[language] if amount >= unit or unit == 1)
    return f"{f'{amount / unit:,.2f}'.rstrip('0').rstrip('.')} {name}"


def flow(graph: Graph, within: str | None = None, *, measure: Measure = "projects", most: int = MOST) -> Flow:
    """Draw how projects or money run from township strategies up to national ones.

    Where nothing runs up from a township's strategy, it starts at those of the lowest level above from which something
    does. A project counts once, in the strategy of that level that it serves most surely, and from there along the
    surest chain. Its money is the largest amount in 元 that a document names for it, but for income, output, stocks and
    standards.

    Args:
        graph: where from.
        within: only strategies of this place (张营镇).
        measure: count projects or add up money.
        most: strategies of the lowest level at most, those with most.

    Raises:
        UsageError: there is no such measure.
        NotFound: the graph knows no such place, or nothing runs up from a strategy there.
    """
    if measure not in get_args(Measure):
        raise UsageError(f"a flow measures {' or '.join(get_args(Measure))}, not {measure!r}", subject=str(measure))

    def served(level: Level) -> list[Served]:
        rows = graph.query(
            "SELECT ?p ?t (MAX(?c) AS ?sure) (MAX(?v) AS ?money) { ?t a pl:Strategy ; pl:level ?level ."
            " ?p a pl:Project ; pl:serves ?t . ?link rdf:subject ?p ; rdf:predicate pl:serves ; rdf:object ?t ;"
            " pl:confidence ?c OPTIONAL { ?i pl:indicatorOf ?p ; pl:unit '元' ; pl:value ?v"
            " OPTIONAL { ?i pl:measure ?m } FILTER(!BOUND(?m) || !REGEX(?m, ?not_spent)) } } GROUP BY ?p ?t",
            level=IRI(PL + level),
            not_spent=NOT_SPENT,
        )
        return [(row.p, row.t, float(row.sure), float(row.money or 0)) for row in rows]

    def line(start: IRI) -> list[Thing]:
        main = trunk(lineage(graph, start), most=1)
        steps = next(iter(main.chains()), ())
        return [main.entities[iri] for iri in (start, *(step.object for step in steps))]

    try:
        return gathered(served, line, within, measure=measure, most=most)
    except NotFound as error:
        if within and set(PLACES).isdisjoint(kinds_of(graph, named(graph, within)).values()):
            raise NotFound(f"the graph knows no place called {within}", subject=within) from error
        raise


def gathered(
    served: Callable[[Level], Iterable[Served]],
    line: Callable[[IRI], Sequence[Thing]],
    within: str | None,
    *,
    measure: Measure,
    most: int = MOST,
) -> Flow:
    """Add up what runs along the main line of each strategy of the lowest level; see ``flow``.

    Args:
        served: gives the projects that serve strategies of a level.
        line: gives a strategy with those above it, from level to level.
        within: only strategies of this place.
        measure: count projects or add up money.
        most: strategies of the lowest level at most.

    Raises:
        NotFound: nothing runs up from a strategy there.
    """
    for level in _LEVELS:
        starts = _amounts(served(level), within, measure)
        things: dict[IRI, Thing] = {}
        links: defaultdict[tuple[IRI, IRI], float] = defaultdict(float)
        for start in sorted(starts, key=lambda iri: (-starts[iri], iri))[:most]:
            for lower, upper in pairwise(_one_a_level(line(start), level) if starts[start] else ()):
                things |= {lower.iri: lower, upper.iri: upper}
                links[lower.iri, upper.iri] += starts[start]
        if links:
            return Flow(things, links, measure, sum(starts.values()), within or "", level)
    what = "project" if measure == "projects" else "project with an amount of money"
    raise NotFound(f"no {what} serves a strategy with a strategy above it in {within or 'the graph'}", subject=within)


def _amounts(served: Iterable[Served], within: str | None, measure: Measure) -> Mapping[IRI, float]:
    """Return how much serves each strategy of a place, each project in the one that it serves most surely."""
    chosen: dict[IRI, tuple[float, IRI, float]] = {}
    for project, strategy, sure, money in served:
        if not within or any(place.startswith(within) for place in places_of(strategy)):
            amount = 1.0 if measure == "projects" else money
            chosen[project] = max(chosen.get(project, (0.0, IRI(""), 0.0)), (sure, strategy, amount))
    amounts: defaultdict[IRI, float] = defaultdict(float)
    for _, strategy, amount in chosen.values():
        amounts[strategy] += amount
    return amounts


def _one_a_level(chain: Sequence[Thing], lowest: Level) -> list[Thing]:
    """Keep the highest strategy of each level, but of the lowest the one that is served."""
    kept: dict[int, Thing] = {}
    for thing in chain:
        rank = rank_of(thing)
        if rank < min(kept, default=len(Level)) or (rank in kept and rank not in (0, lowest.rank)):
            kept[rank] = thing
    return list(kept.values())


def rank_of(thing: Thing) -> int:
    """Return the column of a strategy: 0 for the nation's."""
    return thing.level.rank if thing.level else Level.VILLAGE.rank


def _scale(nodes: Mapping[IRI, _Node], columns: Mapping[int, list[IRI]]) -> float:
    """Return the pixels of one unit: the fullest column fills the picture."""
    totals = [sum(nodes[iri].size for iri in column) for column in columns.values()]
    return (_TALL - _TOP - 40) / max(totals, default=1.0) if any(totals) else 1.0
