"""A layered layout: levels of government as bands, the nation's on top, what serves below what it serves.

Sugiyama's way: rows, waypoints where an edge passes a row, barycentre sweeps for few crossings, then places. All edges
to one entity share their waypoints, so that a strategy that much serves has a few trunks instead of a hundred strands.
Sizes are known beforehand, so that nothing overlaps.
"""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx

from kg.picture import font
from kg.picture.network import FOOT, Network, rank
from kg.picture.style import SHAPES, TINTS, holds_label
from kg.vocabulary import WORDS
from ontology.terms import Level

if TYPE_CHECKING:
    Simple = networkx.DiGraph[str]

GAP_X, GAP_Y, BAND, MARGIN = 24.0, 48.0, 14.0, 96.0
WAYPOINT = 6.0
TEXT, LINE = 15.0, 20.0
FOOT_TEXT, FOOT_LINE, ICON = 13.0, 17.0, 20.0
_SWEEPS = 12
_UNKNOWN = len(Level)


@dataclass(frozen=True, slots=True)
class Box:
    """Room for a node: its centre, its size, and its name in lines."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]

    @property
    def top(self) -> float:
        """Return where it begins."""
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        """Return where it ends."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Band:
    """The ground of a level: its name, level ("" at the foot) and where it begins and ends."""

    name: str
    level: str
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands, in pixels from the upper left corner.

    Attributes:
        boxes: by node.
        ways: for each pair of linked nodes the points between them, from the one that serves to the one served.
        bands: from the top down.
        width: of the picture.
        height: of the picture.
    """

    boxes: Mapping[str, Box]
    ways: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]
    bands: tuple[Band, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Cell:
    """A node or a waypoint while it is being placed."""

    width: float
    height: float = 0.0
    x: float = 0.0
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


def layout(network: Network, *, across: float = 0.0) -> Layout:
    """Place the nodes of a network.

    Args:
        network: see ``kg.picture.network``.
        across: pixels that a row may take; by default as many as make the picture about as wide as a screen.
    """
    rooms = {node: room(about) for node, about in network.nodes(data=True)}
    lines = {node: lines for node, (_, _, lines) in rooms.items()}
    sizes = {node: (width, height) for node, (width, height, _) in rooms.items()}
    area = sum((width + GAP_X) * (height + GAP_Y) for width, height in sizes.values())
    across = across or max(900.0, math.sqrt(area * 2.4))
    rows, groups = _rows(network, sizes, across)
    cells = {node: _Cell(*sizes[node]) for node in network}
    chains = _waypoints(network, rows, cells)
    _order(rows, cells)
    _place(rows, cells)
    left = min((cell.x - cell.width / 2 for cell in cells.values()), default=0.0)
    for cell in cells.values():
        cell.x += MARGIN + GAP_X - left
    width = max((cell.x + cell.width / 2 for cell in cells.values()), default=0.0) + GAP_X
    boxes, bands, y = {}, [], 0.0
    spans: dict[str, tuple[float, float, float]] = {}
    for (name, level), indices in groups:
        top = y
        y += BAND / 2
        for index in indices:
            row = rows[index]
            height = max((cells[node].height for node in row), default=0.0)
            y += GAP_Y / 2
            for node in row:
                cell = cells[node]
                spans[node] = (cell.x, y, y + height)
                if node in network:
                    at = y + cell.height / 2 if network.nodes[node]["kind"] in FOOT else y + height / 2
                    boxes[node] = Box(cell.x, at, cell.width, cell.height, lines[node])
            y += height + GAP_Y / 2
        y += BAND / 2
        bands.append(Band(name, level, top, y))
    ways = {ends: _way(ends, points, boxes, spans) for ends, points in chains.items()}
    return Layout(boxes, ways, tuple(bands), width, y)


def _way(
    ends: tuple[str, str],
    points: Sequence[str],
    boxes: Mapping[str, Box],
    spans: Mapping[str, tuple[float, float, float]],
) -> tuple[tuple[float, float], ...]:
    """Return the points of a link: it passes every row upright, also beside taller neighbours of its own ends."""
    one, other = (boxes[end] for end in ends)
    if one.y == other.y:
        return ()
    up = one.y > other.y
    found = []
    for place in (ends[0], *points, ends[1]):
        x, top, bottom = spans[place]
        line = [bottom, top] if up else [top, bottom]
        if place == ends[0]:
            line = [line[1]] if abs(line[1] - (one.top if up else one.bottom)) > 1 else []
        elif place == ends[1]:
            line = [line[0]] if abs(line[0] - (other.bottom if up else other.top)) > 1 else []
        found += [(x, y) for y in line]
    return tuple(found)


def ground(about: Mapping[str, str]) -> str:
    """Return the colour of the band that a node stands in."""
    return TINTS["" if about["kind"] in FOOT else about["level"]]


def room(about: Mapping[str, Any]) -> tuple[float, float, tuple[str, ...]]:
    """Return the width and height that a node takes, and the lines of its name and of its ``hidden`` neighbours."""
    more = (f"＋{about['hidden']}",) if about.get("hidden") else ()
    if not holds_label(about["kind"]):
        lines = (*font.wrapped(about["label"], 7.5), *more)
        widest = max(font.measure(line, FOOT_TEXT) for line in lines)
        return max(widest, ICON), ICON + 6 + FOOT_LINE * len(lines), lines
    lines = (*font.wrapped(about["label"], 10.0), *more)
    widest = max(font.measure(line, TEXT) for line in lines)
    ends = 22 if SHAPES.get(about["kind"]) == "ellipse" else 16
    return widest + 2 * ends - 6, LINE * len(lines) + ends, lines


def _rows(
    network: Network, sizes: Mapping[str, tuple[float, float]], across: float
) -> tuple[list[list[str]], list[tuple[tuple[str, str], list[int]]]]:
    """Share the nodes out on rows, and the rows on bands."""
    rows: list[list[str]] = []
    bands: list[tuple[tuple[str, str], list[int]]] = []
    members: defaultdict[int, list[str]] = defaultdict(list)
    for node, about in network.nodes(data=True):
        members[rank(about)].append(node)
    for group in sorted(members):
        first = len(rows)
        for tier in _tiers(networkx.DiGraph(network.subgraph(members[group]))):
            total = sum(sizes[node][0] + GAP_X for node in tier)
            count = math.ceil(total / across)
            per = math.ceil(len(tier) / count)
            rows += [tier[start : start + per] for start in range(0, len(tier), per)]
        level = "" if group >= _UNKNOWN else list(Level)[group]
        kinds = {network.nodes[node]["kind"] for node in members[group]}
        name = "、".join(WORDS[kind] for kind in (*FOOT[::-1],) if kind in kinds) if group > _UNKNOWN else WORDS[level]
        bands.append(((name, level), list(range(first, len(rows)))))
    return rows, bands


def _tiers(part: Simple) -> list[list[str]]:
    """Share the nodes of one band out on tiers: what serves another of them stands below it.

    Nodes of one circle stand on the tier of the first of them and those below.
    """
    depth: dict[str, int] = {}
    condensed = networkx.condensation(part)
    for component in reversed(list(networkx.topological_sort(condensed))):
        over = [depth[node] for upper in condensed.successors(component) for node in condensed.nodes[upper]["members"]]
        base = 1 + max(over, default=-1)
        for offset, node in enumerate(sorted(condensed.nodes[component]["members"])):
            depth[node] = base + offset
    tiers: defaultdict[int, list[str]] = defaultdict(list)
    loose = [node for node in part if not part.degree(node)]
    for node in sorted(part, key=lambda node: (-part.in_degree(node), node)):
        if part.degree(node):
            tiers[depth[node]].append(node)
    if loose:
        smallest = min(range(max(tiers) + 1), key=lambda tier: len(tiers[tier])) if tiers else 0
        tiers[smallest if tiers and len(loose) < 4 else 0] += sorted(loose)
    return [tiers[tier] for tier in sorted(tiers)]


def _waypoints(
    network: Network, rows: list[list[str]], cells: dict[str, _Cell]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """Add a waypoint on each row that edges to a node pass; return them for each pair of linked nodes, in order.

    It begins in the middle of the row: where all there serve one node, its trunk goes straight down among them.
    """
    at = {node: index for index, row in enumerate(rows) for node in row}
    chains: dict[tuple[str, str], tuple[str, ...]] = {}
    for start, end in sorted({(start, end) for start, end in network.edges() if start != end}):
        step = 1 if at[start] < at[end] else -1
        points = []
        for index in range(at[start] + step, at[end], step):
            point = f"\0{end}\0{index}"
            if point not in cells:
                cells[point] = _Cell(WAYPOINT)
                rows[index].insert((len(rows[index]) + index % 2) // 2, point)
            points.append(point)
        chains[start, end] = tuple(points)
        line = (start, *points, end)
        for one, next_ in pairwise(line):
            upper, lower = (next_, one) if step < 0 else (one, next_)
            if lower not in cells[upper].below and at[start] != at[end]:
                cells[upper].below.append(lower)
                cells[lower].above.append(upper)
    return chains


def _order(rows: list[list[str]], cells: Mapping[str, _Cell]) -> None:
    """Sort each row by the barycentre of its neighbours, up and down in turn; keep the order with fewest crossings."""
    best, fewest = [list(row) for row in rows], _crossed(rows, cells)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        place = {node: index / max(1, len(row) - 1) for row in rows for index, node in enumerate(row)}
        for row in rows if down else reversed(rows):
            centre = {}
            for node in row:
                near = cells[node].above if down else cells[node].below
                centre[node] = sum(place[other] for other in near) / len(near) if near else place[node]
            row.sort(key=lambda node: (centre[node], place[node]))
            place |= {node: index / max(1, len(row) - 1) for index, node in enumerate(row)}
        found = _crossed(rows, cells)
        if found < fewest:
            best, fewest = [list(row) for row in rows], found
    for row, better in zip(rows, best, strict=True):
        row[:] = better


def _crossed(rows: Sequence[Sequence[str]], cells: Mapping[str, _Cell]) -> int:
    """Count the crossings between neighbouring rows: inversions, by a Fenwick tree."""
    total = 0
    for upper, lower in pairwise(rows):
        place = {node: index for index, node in enumerate(lower)}
        tree = [0] * (len(lower) + 1)
        seen = 0
        for node in upper:
            ends = sorted(place[other] for other in cells[node].below if other in place)
            for end in ends:
                index, before = end + 1, 0
                while index:
                    before += tree[index]
                    index &= index - 1
                total += seen - before
            for end in ends:
                index = end + 1
                while index < len(tree):
                    tree[index] += 1
                    index += index & -index
                seen += 1
    return total


def _place(rows: Sequence[Sequence[str]], cells: Mapping[str, _Cell]) -> None:
    """Give each cell its x: as near to the middle of its neighbours as its row lets it."""
    for row in rows:
        x = -sum(cells[node].width + GAP_X for node in row) / 2
        for node in row:
            cells[node].x = x + cells[node].width / 2
            x += cells[node].width + GAP_X
    for sweep in range(4 * _SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wish, weight = [], []
            for node in row:
                cell = cells[node]
                near = cell.above if sweep % 2 == 0 else cell.below
                if sweep >= _SWEEPS or not near:
                    near = [*cell.above, *cell.below]
                pulls = [_pull(cell, cells[other]) for other in near]
                places = [cells[other].x for other in near]
                wish.append(sum(map(operator.mul, pulls, places)) / sum(pulls) if near else cell.x)
                weight.append(max(pulls, default=1.0))
            _spread(row, wish, weight, cells)


def _pull(cell: _Cell, other: _Cell) -> float:
    """Return how strongly two cells want to stand above each other: a trunk should be straight."""
    return 8.0 if not (cell.height or other.height) else 2.0 if not (cell.height and other.height) else 1.0


def _spread(row: Sequence[str], wish: Sequence[float], weight: Sequence[float], cells: Mapping[str, _Cell]) -> None:
    """Place a row in its order, as near to the wishes as may be without overlap (isotonic regression)."""
    offsets = [0.0]
    for left, right in pairwise(row):
        gap = (WAYPOINT, 2 * WAYPOINT, GAP_X)[bool(cells[left].height) + bool(cells[right].height)]
        offsets.append(offsets[-1] + (cells[left].width + cells[right].width) / 2 + gap)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for want, heavy, offset in zip(wish, weight, offsets, strict=True):
        mean, mass, count = want - offset, heavy, 1
        while pools and pools[-1][0] > mean:
            other, more, members = pools.pop()
            mean, mass, count = (mean * mass + other * more) / (mass + more), mass + more, count + members
        pools.append((mean, mass, count))
    index = 0
    for mean, _, count in pools:
        for _ in range(count):
            cells[row[index]].x = mean + offsets[index]
            index += 1
