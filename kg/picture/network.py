"""What a picture shows, as a networkx graph: entities, the links between them, and what is folded away in large ones.

A node has ``label``, ``kind``, ``level``, ``places``, ``definition`` and ``focus``; an edge, from what serves to what
is served, has ``relation``, ``basis``, ``confidence``, ``evidence`` and ``document``. ``Graph.graph()`` gives
such a graph too, so that any part of it that a researcher cuts out can be drawn.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import networkx

from kg.lineage import Lineage
from kg.vocabulary import WORDS
from ontology.terms import Kind, Level, Predicate

if TYPE_CHECKING:
    from kg.graph import Graph

Network: TypeAlias = "networkx.MultiDiGraph[str]"
Drawable: TypeAlias = "Lineage | Graph | networkx.MultiDiGraph[str]"

FOOT = (Kind.VILLAGE, Kind.ORGANIZATION, Kind.PROJECT)
"""What stands at the foot of a picture, below every level of government."""


def network(source: Drawable) -> Network:
    """Return what is to be drawn as a graph of its own, with every attribute that a picture reads."""
    if isinstance(source, Lineage):
        found = _of_lineage(source)
    elif isinstance(source, networkx.MultiDiGraph):
        found = source.copy()
    else:
        found = source.graph()
        found.remove_nodes_from([node for node in found if not found.degree(node)])
    for node, about in found.nodes(data=True):
        for name in ("label", "kind", "level", "places", "definition"):
            about.setdefault(name, "")
        about["label"] = about["label"] or str(node)
        about.setdefault("focus", False)
        about.setdefault("members", ())
    for _, _, why in found.edges(data=True):
        for name in ("relation", "basis", "evidence", "document"):
            why.setdefault(name, "")
        why.setdefault("confidence", 0.0)
    return found


def trunk(lineage: Lineage, *, most: int = 3) -> Lineage:
    """Return the main line of a lineage: its surest chains up to the nation, and what serves the entity itself.

    Args:
        lineage: the whole.
        most: chains at most; see ``main_lines``.
    """
    ranks = {str(iri): rank({"kind": t.kind, "level": t.level or ""}) for iri, t in lineage.entities.items()}
    links = ((str(step.subject), str(step.object), step.confidence) for step in lineage.above)
    kept = main_lines(str(lineage.entity.iri), links, ranks, most=most)
    above = tuple(step for step in lineage.above if (str(step.subject), str(step.object)) in kept)
    below = tuple(step for step in lineage.below if step.object == lineage.entity.iri)
    ends = {lineage.entity.iri, *(end for step in (*above, *below) for end in (step.subject, step.object))}
    entities = {iri: thing for iri, thing in lineage.entities.items() if iri in ends}
    return replace(lineage, entities=entities, above=above, below=below)


def main_lines(
    start: str, links: Iterable[tuple[str, str, float]], ranks: Mapping[str, int], *, most: int = 3
) -> set[tuple[str, str]]:
    """Return the links of the surest chains from an entity up to the nation.

    A chain ends at the first national strategy that it reaches. One that goes from level to level is preferred to one
    that leaps, as is one of surer steps.

    Args:
        start: the entity.
        links: what stands above it: what serves, what is served, and how surely.
        ranks: 0 for what is the nation's, more the lower the level.
        most: chains at most, each to another national strategy, and by another first step as far as there are such;
            those by way of most levels are kept.

    >>> links = [("村", "镇", 0.9), ("镇", "国", 0.9), ("镇", "省", 0.8), ("省", "国", 1.0)]
    >>> sorted(main_lines("村", links, {"村": 6, "镇": 4, "省": 1, "国": 0}))
    [('村', '镇'), ('省', '国'), ('镇', '省')]
    """
    ways: networkx.DiGraph[str] = networkx.DiGraph()
    ways.add_node(start)
    for lower, upper, confidence in sorted(links):  # so that of equal chains always the same is taken
        if ranks[lower] > 0 or lower == start:
            leap = max(0, ranks[lower] - ranks[upper] - 1)
            cost = 0.2 - math.log(max(confidence, 0.01)) + 0.6 * leap
            if not ways.has_edge(lower, upper) or cost < ways[lower][upper]["cost"]:
                ways.add_edge(lower, upper, cost=cost)
    paths: dict[str, list[str]] = networkx.single_source_dijkstra_path(ways, start, weight="cost")
    costs: dict[str, float] = networkx.single_source_dijkstra_path_length(ways, start, weight="cost")
    tops = [node for node in paths if node != start and ranks[node] == 0]
    tops = tops or [node for node in paths if node != start and not ways.out_degree(node)]
    tops.sort(key=lambda node: (-len({ranks[on] for on in paths[node]}), costs[node], node))
    ahead: dict[str, str] = {}
    for node in tops:
        ahead.setdefault(paths[node][1], node)  # the best way of each first step
    chosen = dict.fromkeys([*ahead.values(), *tops])
    return {stretch for node in list(chosen)[:most] for stretch in pairwise(paths[node])}


def folded(whole: Network, most: int) -> Network:
    """Fold a graph of more than ``most`` entities: strategies stay, what serves them is counted in bundles behind them.

    Args:
        whole: everything.
        most: entities that a picture shows one by one; of more, a quarter as many strategies stay, those above the
            entity whose lineage it is and those nearest to it first, and each is linked with it through others.

    Returns:
        The graph, in which a bundle is a node that names its ``members``.
    """
    if len(whole) <= most:
        return whole
    shown = _staying(whole, most // 4)
    below, above = _homes(whole.reverse(copy=False), shown), _homes(whole, shown)
    bundles: defaultdict[tuple[str, bool], list[str]] = defaultdict(list)
    for node in whole:
        if node not in shown:
            bundles[(below[node], True) if node in below else (above.get(node, ""), False)].append(node)
    part: Network = whole.copy()  # and not a copy of a subgraph, which has the random order of the set
    part.remove_nodes_from([node for node in whole if node not in shown])
    for (strategy, serves), members in sorted(bundles.items()):
        bundle = f"{'+' if serves else '^'}{strategy}"
        outer = (max if serves else min)(sorted(members), key=lambda node: _rank(whole, node))
        part.add_node(
            bundle,
            label=f"＋{_count(whole.nodes[node]['kind'] for node in members)}",
            **{name: whole.nodes[outer][name] for name in ("kind", "level")},
            places="",
            definition="",
            focus=False,
            members=tuple(members),
        )
        if strategy:
            ends = (bundle, strategy) if serves else (strategy, bundle)
            ties = [(node, strategy) if serves else (strategy, node) for node in members]
            surest = max(
                (why for tie in ties if whole.has_edge(*tie) for why in whole[tie[0]][tie[1]].values()),
                key=lambda why: why["confidence"],
                default={"basis": "", "confidence": 0.0},
            )
            part.add_edge(
                *ends,
                relation=str(Predicate.SERVES),
                basis=surest["basis"],
                confidence=surest["confidence"],
                evidence="",
                document="",
            )
    return part


def _staying(whole: Network, most: int) -> set[str]:
    """Return the entities that stay when a graph is folded: strategies, and the entity whose lineage it is."""
    shown = {node for node, about in whole.nodes(data=True) if about["focus"]}
    strategies = {node for node, about in whole.nodes(data=True) if about["kind"] == Kind.STRATEGY} - shown

    def key(node: str) -> tuple[int, int, str]:
        return _rank(whole, node), -whole.degree(node), node

    if not shown:
        return set(sorted(strategies, key=key)[:most])
    for ways, room in ((whole.successors, most * 2 // 3), (whole.predecessors, most), (whole.successors, most)):
        frontier = sorted(shown)
        while frontier and len(shown) < room:
            near = {other for node in frontier for other in ways(node)} & strategies - shown
            frontier = sorted(near, key=key)[: room - len(shown)]
            shown |= set(frontier)
    return shown


def _homes(ways: Network, shown: set[str]) -> dict[str, str]:
    """Return for each entity that stays hidden the one that stays and is reached first on the way back."""
    home: dict[str, str] = {node: node for node in sorted(shown)}
    frontier = list(home)
    while frontier:
        new: dict[str, str] = {}
        for node in frontier:
            for other in sorted(ways.successors(node)):
                if other not in home:
                    new.setdefault(other, home[node])
        home |= new
        frontier = list(new)
    return home


def _of_lineage(lineage: Lineage) -> Network:
    found: Network = networkx.MultiDiGraph()
    for iri, thing in sorted(lineage.entities.items()):
        found.add_node(
            str(iri),
            label=thing.name,
            kind=str(thing.kind),
            level=str(thing.level or ""),
            places=" › ".join(thing.places),
            definition=thing.definition or "",
            focus=iri == lineage.entity.iri,
        )
    for step in {(s.subject, s.predicate, s.object): s for s in (*lineage.above, *lineage.below)}.values():
        ends = (str(step.subject), str(step.object))
        for edge in [proof.edge for proof in step.proofs] or [{"relation": str(step.predicate)}]:
            found.add_edge(*ends, **edge)
    return found


def rank(about: Mapping[str, Any]) -> int:
    """Return the row of a node: 0 for what is the nation's, most for what stands at the foot."""
    if about["kind"] in FOOT or not about["level"]:
        return len(Level) + (about["kind"] in FOOT)
    return Level(about["level"]).rank


def _rank(whole: Network, node: str) -> int:
    return rank(whole.nodes[node])


def _count(kinds: Iterable[str]) -> str:
    """Return how many there are of each kind: 项目 12、村 3."""
    counts: defaultdict[str, int] = defaultdict(int)
    for kind in kinds:
        counts[kind] += 1
    return "、".join(f"{WORDS[kind]} {number}" for kind, number in sorted(counts.items(), key=lambda item: -item[1]))
