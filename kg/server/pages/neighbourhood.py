"""Which part of the graph a page draws: where an entity stands, what is next to it, or what links make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from kg.picture.network import main_lines, rank
from kg.rows import IRI
from kg.server.pages.catalogue import Catalogue, Item, marks
from kg.walk import UPWARD
from ontology.terms import SHOWN, Basis, Predicate

_LINES, _DIRECT, _BELOW, _ABOVE, _FRESH = 3, 6, 8, 60, 30
"""What a picture opens with: chains, what is served directly, what serves. At most: above, and new at an expansion."""

_LONGEST_NAME = 400
"""Characters of the name of what is no entity: the end of an IRI that may be as long as a request."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A link without its evidence; of several proofs the surest speaks."""

    subject: IRI
    predicate: Predicate | str
    object: IRI
    basis: Basis
    confidence: float


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A part of the graph to draw.

    Attributes:
        items: the entities.
        ties: the links among them.
        hidden: for each entity how many of its neighbours are not among them.
        beyond: how many more stand above the entity whose lineage it is.
    """

    items: tuple[Item, ...]
    ties: tuple[Tie, ...]
    hidden: Mapping[IRI, int] = field(default_factory=dict)
    beyond: int = 0


def lineage(
    catalogue: Catalogue,
    iri: str,
    confidence: float = SHOWN,
    *,
    whole: bool = False,
    opened: Sequence[str] = (),
) -> Neighbourhood:
    """Return where an entity stands: its main lines up to the nation, and what serves it directly.

    Args:
        catalogue: of the graph.
        iri: the entity.
        confidence: links below it are left out.
        whole: show all that stands above it with all links, the nearest first, and not only the main lines.
        opened: entities that the reader has expanded, in that order; one that is not drawn yet when its turn comes
            stays closed, one that is named again shows more of its neighbours.
    """
    start = IRI(iri)
    ties = _upward(catalogue, start, confidence)
    upward: defaultdict[IRI, list[IRI]] = defaultdict(list)
    for tie in ties:
        upward[tie.subject].append(tie.object)
    above = {start: None}
    frontier = [start]
    while frontier:
        frontier = [node for low in frontier for node in upward[low] if node not in above]
        above |= dict.fromkeys(frontier)
    shown = list(above)[: _ABOVE + 1]
    lines: set[tuple[str, str]] = set()
    if not whole:
        ranks = _ranks(catalogue.items(above))
        steps = [(tie.subject, tie.object, tie.confidence) for tie in ties if tie.subject in above]
        lines = main_lines(iri, steps, ranks, most=_LINES)
        for direct in upward[start][:_DIRECT]:
            lines |= {(start, direct)} | main_lines(direct, steps, ranks, most=1)
        on = {end for line in lines for end in line}
        shown = [node for node in above if node == start or node in on]
    served = dict.fromkeys(tie.subject for tie in _ties(catalogue, "object", [start], confidence))
    below = [node for node in served if node not in above][:_BELOW]
    part = _among(catalogue, [*shown, *below], confidence)
    drawn = tuple(tie for tie in part.ties if whole or (tie.subject, tie.object) in lines or tie.subject in below)
    part = replace(part, ties=drawn)
    for node in opened:
        here = [item.iri for item in part.items]
        if node in here:
            part = neighbours(catalogue, node, here, confidence)
    return replace(part, beyond=len(above.keys() - {item.iri for item in part.items}))


def main_line(catalogue: Catalogue, iri: str) -> tuple[Item, ...]:
    """Return an entity with what stands above it on its surest chain up to the nation, from below."""
    ties = _upward(catalogue, IRI(iri), SHOWN)
    items = catalogue.items({iri, *(end for tie in ties for end in (tie.subject, tie.object))})
    steps = [(tie.subject, tie.object, tie.confidence) for tie in ties]
    above = dict(main_lines(iri, steps, _ranks(items), most=1))
    line = [IRI(iri)]
    while line[-1] in above:
        line.append(IRI(above[line[-1]]))
    return tuple(items[end] for end in line)


def _upward(catalogue: Catalogue, start: IRI, confidence: float) -> list[Tie]:
    """Return the links among an entity and all that it contributes to."""
    reachable = {
        IRI(row["iri"])
        for row in catalogue.rows(
            "SELECT t.iri FROM contributes c JOIN entity s ON s.id = c.subject JOIN entity t ON t.id = c.object"
            " WHERE s.iri = ? AND t.iri <> s.iri",
            [start],
        )
    }
    ties = _ties(catalogue, "subject", [start, *sorted(reachable)], confidence)
    return [tie for tie in ties if tie.object in reachable]


def _ranks(items: Mapping[IRI, Item]) -> dict[str, int]:
    return {str(iri): rank({"kind": item.kind, "level": item.level}) for iri, item in items.items()}


def neighbours(catalogue: Catalogue, iri: str, around: Sequence[str], confidence: float = SHOWN) -> Neighbourhood:
    """Return an entity with its direct neighbours, and what they are to the entities around.

    Args:
        catalogue: of the graph.
        iri: the entity that is expanded; at most thirty new neighbours come, those above first, then the surest.
        around: the entities that are drawn already.
        confidence: links below it are left out.
    """
    known = {iri, *around}
    ties = _ties(catalogue, "subject", [iri], confidence) + _ties(catalogue, "object", [iri], confidence)
    ends = dict.fromkeys(tie.object if tie.subject == iri else tie.subject for tie in ties)
    fresh = [end for end in ends if end not in known][:_FRESH]
    return _among(catalogue, [IRI(iri), *map(IRI, around), *fresh], confidence)


def linked(catalogue: Catalogue, links: Sequence[tuple[str, str, str]]) -> Neighbourhood:
    """Return the graph that links make, subject, predicate and object; what is no entity of ours stands in it too."""
    known = catalogue.items(end for subject, _, object_ in links for end in (subject, object_))
    items = {
        iri: known.get(iri) or Item(iri, unquote(iri.local)[:_LONGEST_NAME], "", "", "", (), 0, 0)
        for subject, _, object_ in links
        for iri in (IRI(subject), IRI(object_))
    }
    ties = [Tie(IRI(s), IRI(p).local, IRI(o), Basis.STATED, 0.5) for s, p, o in dict.fromkeys(links)]
    return Neighbourhood(tuple(items.values()), tuple(ties))


def _among(catalogue: Catalogue, iris: Sequence[IRI], confidence: float) -> Neighbourhood:
    items = catalogue.items(iris)
    upward = _ties(catalogue, "subject", iris, confidence)
    downward = _ties(catalogue, "object", iris, confidence)
    hidden: defaultdict[IRI, set[IRI]] = defaultdict(set)
    for tie in (*upward, *downward):
        for here, there in ((tie.subject, tie.object), (tie.object, tie.subject)):
            if here in items and there not in items:
                hidden[here].add(there)
    ties = tuple(tie for tie in upward if tie.subject in items and tie.object in items)
    ordered = tuple(items[iri] for iri in dict.fromkeys(iris) if iri in items)
    return Neighbourhood(ordered, ties, {iri: len(ends) for iri, ends in hidden.items()})


def _ties(catalogue: Catalogue, end: str, iris: Sequence[str], confidence: float) -> list[Tie]:
    """Return the upward links with one end among the entities, the surest first."""
    found: list[Tie] = []
    predicates = [str(predicate) for predicate in UPWARD]
    for start in range(0, len(iris), 400):
        some = list(iris[start : start + 400])
        found += [
            Tie(IRI(row["s"]), Predicate(row["p"]), IRI(row["o"]), Basis(row["basis"]), row["confidence"])
            for row in catalogue.rows(
                f"SELECT s.iri s, l.predicate p, o.iri o, l.basis, MAX(l.confidence) confidence"
                f" FROM entity here JOIN link l ON l.{end} = here.id"
                f" JOIN entity s ON s.id = l.subject JOIN entity o ON o.id = l.object"
                f" WHERE here.iri IN ({marks(some)}) AND l.predicate IN ({marks(predicates)})"
                f" AND l.confidence >= ? GROUP BY l.subject, l.predicate, l.object"
                f" ORDER BY MAX(l.confidence) DESC, s.mentions + o.mentions DESC, s.iri, o.iri",
                [*some, *predicates, confidence],
            )
        ]
    return found
