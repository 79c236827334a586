"""What follows from all documents together: the lineage ``pl:contributesTo``, and the authority data that they use.

Both are functions of the documents' graphs, the curators' decisions and the authority file: taking a document out and
deriving anew gives what there would be had it never been there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

import pyoxigraph as ox

from extract.annotation import Link
from kg.statements import (
    ALT_LABEL,
    DEFINITION,
    EVIDENCE,
    OBJECT,
    PREDICATE,
    PREF_LABEL,
    SUBJECT,
    TITLE,
    TYPE,
    Triples,
    check_link,
    chinese,
    concept_issuer,
    generator,
    integer,
    link_triples,
    pl,
)
from kg.walk import EVERYWHERE, UPWARD, State, Walk
from ontology.iri import (
    AUTHORITY_GRAPH,
    DECISIONS_GRAPH,
    DERIVED_GRAPH,
    UPDATES_GRAPH,
    link_iri,
    name_of,
    place_of,
)
from ontology.scheme import Concept, Scheme
from ontology.terms import DCTERMS, PL, PLID, PROV, SKOS, Basis, Kind, Level, Predicate

if TYPE_CHECKING:
    from kg.store import Draft

DIVISIONS = "国家统计局《统计用区划代码和城乡划分代码》"
"""What proves that one unit of the division table lies in another."""

_SCHEME = ox.NamedNode(f"{PLID}scheme")
_SCHEME_NAME = "中国政策提法规范表"
_GRAPHS = {
    AUTHORITY_GRAPH: ("规范数据", "Authority data that the documents use"),
    DERIVED_GRAPH: ("推导数据", "What follows from all documents"),
    DECISIONS_GRAPH: ("人工判定", "Curators' decisions"),
    UPDATES_GRAPH: ("更新数据", "What updates put into no graph of their own"),
}

_COMMON = (DECISIONS_GRAPH, UPDATES_GRAPH)
"""Graphs of no document, whose links hold in every document."""


def derive(store: ox.Store, scheme: Scheme) -> Iterator[ox.Quad]:
    """Yield each quad of the authority and derived graphs once, subject by subject.

    Args:
        store: holds the documents' graphs and those of decisions and updates; what else it holds is not looked at.
        scheme: the authority file.

    Raises:
        ValueError: a link of the authority file leads to itself, or advances downward.
    """
    for graph, triples in _graphs(store, scheme):
        for triple in triples:
            yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def renew(draft: Draft, scheme: Scheme) -> None:
    """Put into a draft what follows from the documents and decisions that it holds; see ``derive``."""
    for graph, triples in _graphs(draft.store, scheme):
        draft.replace_large_graph(graph, triples)


def _graphs(store: ox.Store, scheme: Scheme) -> Iterator[tuple[ox.NamedNode, Iterable[ox.Triple]]]:
    """Yield each graph with its triples, each once and subject by subject."""
    said = _Said(store)
    concepts = _concepts_used(scheme, said.kinds.keys() | said.decided)
    updated = next(store.quads_for_pattern(None, None, None, ox.NamedNode(UPDATES_GRAPH)), None) is not None
    described = _description(AUTHORITY_GRAPH, DECISIONS_GRAPH, *([UPDATES_GRAPH] if updated else ()))
    authority = {*described, *generator("decisions"), *_authority(concepts, said), *_divisions(said)}
    yield ox.NamedNode(AUTHORITY_GRAPH), sorted(authority, key=str)
    yield ox.NamedNode(DERIVED_GRAPH), chain(_description(DERIVED_GRAPH), _contributions(concepts, said))


def known(store: ox.Store, scheme: Scheme) -> Callable[[str], tuple[Kind, Level | None] | None]:
    """Return a function that tells kind and level of an entity of the documents or the scheme; None for all else."""
    derived = {AUTHORITY_GRAPH, DERIVED_GRAPH, DECISIONS_GRAPH}

    def said(iri: str, predicate: ox.NamedNode) -> Iterator[str]:
        for quad in store.quads_for_pattern(ox.NamedNode(iri), predicate, None, None):
            if isinstance(quad.graph_name, ox.NamedNode) and quad.graph_name.value not in derived:
                yield quad.object.value.removeprefix(PL)  # type: ignore[union-attr]

    def tell(iri: str) -> tuple[Kind, Level | None] | None:
        concept = scheme.concept(iri)
        if concept is not None:
            return concept.kind, concept.level
        kinds = [Kind(name) for name in said(iri, TYPE) if name in set(Kind)]
        return (kinds[0], next((Level(name) for name in said(iri, pl("level"))), None)) if kinds else None

    return tell


class _Said:
    """What documents and curators say that matters here, read from the store once.

    Attributes:
        kinds: class of each entity.
        walk: the upward links, and who issued what.
        decided: entities of the links that curators accept.
        rejected: links that curators reject.
        codes: division codes of units and villages.
    """

    def __init__(self, store: ox.Store) -> None:
        documents = {s for s, _, graph in _quads(store, TYPE, pl("Document")) if s == graph}
        sources = {*documents, *_COMMON}

        def said(predicate: ox.NamedNode, object_: ox.NamedNode | None = None) -> Iterator[tuple[str, str, str]]:
            return (quad for quad in _quads(store, predicate, object_) if quad[2] in sources)

        self.kinds = {subject: kind for kind in Kind for subject, _, _ in said(TYPE, pl(kind))}
        self.codes = {subject: code for subject, code, _ in said(pl("divisionCode"))}
        self.walk = Walk()
        for relation in UPWARD:
            for subject, object_, graph in said(pl(relation)):
                self.walk.links[EVERYWHERE if graph in _COMMON else graph][subject].add((relation, object_))
        for subject, unit, graph in said(pl("issuer")):
            if subject == graph:
                self.walk.issued[unit].add(subject)
            elif self.kinds.get(subject) is Kind.STRATEGY:
                self.walk.issuers[subject] = min(unit, self.walk.issuers.get(subject, unit))
        decisions = ox.NamedNode(DECISIONS_GRAPH)
        accepted = [quad for relation in Predicate for quad in _quads(store, pl(relation), None, decisions)]
        self.decided = {end for subject, object_, _ in accepted for end in (subject, object_)}
        self.rejected = _rejected(store)


def _quads(
    store: ox.Store, predicate: ox.NamedNode, object_: ox.NamedNode | None = None, graph: ox.NamedNode | None = None
) -> Iterator[tuple[str, str, str]]:
    """Yield subject, object and graph of the quads of named graphs."""
    for quad in store.quads_for_pattern(None, predicate, object_, graph):
        if isinstance(quad.graph_name, ox.NamedNode):
            yield quad.subject.value, quad.object.value, quad.graph_name.value  # type: ignore[union-attr]


def _rejected(store: ox.Store) -> set[tuple[str, str, str]]:
    """Return the links that have a ``pl:Link`` in the graph of decisions, but no plain triple."""
    graph = ox.NamedNode(DECISIONS_GRAPH)
    subjects, predicates, objects = (
        {link: end for link, end, _ in _quads(store, part, None, graph)} for part in (SUBJECT, PREDICATE, OBJECT)
    )
    links = {(subject, predicates[link], objects[link]) for link, subject in subjects.items()}
    node = ox.NamedNode
    return {(s, p, o) for s, p, o in links if ox.Quad(node(s), node(p), node(o), graph) not in store}


def _concepts_used(scheme: Scheme, used: Iterable[str]) -> dict[str, Concept]:
    """Return the concepts among the entities used, and whatever these lead up to."""
    found: dict[str, Concept] = {}
    todo = sorted(used)
    while todo:
        iri = todo.pop()
        concept = scheme.concept(iri)
        if concept is not None and iri not in found:
            found[iri] = concept
            todo += (*concept.upward, *concept.broader)
    return dict(sorted(found.items()))


def upward_links(concept: Concept) -> Iterator[tuple[Predicate, str]]:
    """Yield the upward links of a concept of the authority file."""
    by_relation = (concept.component_of, concept.serves, concept.advances)
    for relation, targets in zip(UPWARD, by_relation, strict=True):
        for target in targets:
            yield relation, target


def _links_of(concept: Concept, said: _Said) -> Iterator[tuple[Predicate, str]]:
    """Yield the upward links of a concept, but for those that curators reject."""
    for relation, target in upward_links(concept):
        if (concept.iri, PL + relation, target) not in said.rejected:
            yield relation, target


def _authority(concepts: dict[str, Concept], said: _Said) -> Triples:
    """Yield what the authority file says of the concepts."""
    if not concepts:
        return
    yield ox.Triple(_SCHEME, TYPE, ox.NamedNode(f"{SKOS}ConceptScheme"))
    yield ox.Triple(_SCHEME, PREF_LABEL, chinese(_SCHEME_NAME))
    for concept in concepts.values():
        yield from _concept(concept)
        for relation, target in _links_of(concept, said):
            check_link(concept.iri, relation, target, concept.level, concepts[target].level)
            yield from _curated(concept.iri, relation, target, concept.source or _SCHEME_NAME, "authority")


def _concept(concept: Concept) -> Triples:
    node = ox.NamedNode(concept.iri)
    yield ox.Triple(node, TYPE, pl(concept.kind))
    yield ox.Triple(node, TYPE, ox.NamedNode(f"{SKOS}Concept"))
    yield ox.Triple(node, ox.NamedNode(f"{SKOS}inScheme"), _SCHEME)
    yield ox.Triple(node, PREF_LABEL, chinese(concept.label))
    if concept.label_en:
        yield ox.Triple(node, PREF_LABEL, ox.Literal(concept.label_en, language="en"))
    for label in concept.alt_labels:
        yield ox.Triple(node, ALT_LABEL, chinese(label))
    for label in concept.hidden_labels:
        yield ox.Triple(node, ox.NamedNode(f"{SKOS}hiddenLabel"), chinese(label))
    for predicate, text in (
        (DEFINITION, concept.definition),
        (ox.NamedNode(f"{SKOS}note"), concept.note),
        (ox.NamedNode(f"{DCTERMS}source"), concept.source),
    ):
        if text:
            yield ox.Triple(node, predicate, chinese(text))
    if concept.year is not None:
        yield ox.Triple(node, pl("year"), integer(concept.year))
    for wider in concept.broader:
        yield ox.Triple(node, ox.NamedNode(f"{SKOS}broader"), ox.NamedNode(wider))
    if concept.level is not None:
        yield ox.Triple(node, pl("level"), pl(concept.level))
    issuer = concept_issuer(concept)
    if issuer is not None:
        unit = ox.NamedNode(issuer)
        yield ox.Triple(node, pl("issuer"), unit)
        yield ox.Triple(unit, TYPE, pl(Kind.ADMINISTRATIVE_UNIT))
        yield ox.Triple(unit, PREF_LABEL, chinese(name_of(issuer)))
        if concept.level is not None:
            yield ox.Triple(unit, pl("level"), pl(concept.level))


def _divisions(said: _Said) -> Triples:
    """Yield where each unit and village of the division table lies: in the next unit of its chain, by its code."""
    for iri, code in sorted(said.codes.items()):
        around = place_of(iri)
        outer = f"{PLID}{Kind.ADMINISTRATIVE_UNIT}/{'/'.join(around)}"
        prefix = said.codes.get(outer, "").rstrip("0")
        if around and prefix and code.startswith(prefix):
            yield from _curated(iri, Predicate.LOCATED_IN, outer, DIVISIONS, "divisions")


def _curated(subject: str, relation: Predicate, object_: str, source: str, by: str) -> Triples:
    """Yield a link that an authority vouches for."""
    node = ox.NamedNode(link_iri(AUTHORITY_GRAPH, subject, relation, object_, Basis.CURATED, by))
    link = Link(subject, relation, object_, Basis.CURATED, 1.0, (), by)
    yield from link_triples(node, ox.NamedNode(subject), ox.NamedNode(object_), link, link.confidence)
    yield ox.Triple(node, EVIDENCE, chinese(source))
    yield from generator(by)


def _contributions(concepts: dict[str, Concept], said: _Said) -> Triples:
    """Yield ``pl:contributesTo`` from each entity to every strategy above it."""
    walk = said.walk
    for concept in concepts.values():
        walk.links[EVERYWHERE][concept.iri].update(_links_of(concept, said))
        issuer = concept_issuer(concept) if concept.kind is Kind.STRATEGY else None
        if issuer is not None:
            walk.issuers[concept.iri] = issuer
    starts = list(walk.starts())
    every = {iri for iri, kind in said.kinds.items() if kind is Kind.STRATEGY}
    strategies = sorted(every | {concept.iri for concept in concepts.values() if concept.kind is Kind.STRATEGY})
    above = _closure(walk, starts, {strategy: 1 << number for number, strategy in enumerate(strategies)})
    reached: dict[str, int] = defaultdict(int)
    for state in starts:
        reached[state[0]] |= above[state]
    nodes = [ox.NamedNode(strategy) for strategy in strategies]
    predicate = pl("contributesTo")
    for subject in sorted(reached):
        node = ox.NamedNode(subject)
        for number in _bits(reached[subject]):
            if nodes[number] != node:
                yield ox.Triple(node, predicate, nodes[number])


def _closure(walk: Walk, starts: Iterable[State], bits: dict[str, int]) -> dict[State, int]:
    """Return the entities above each state, as a sum of bits, as there are too many to keep sets.

    Tarjan's algorithm: a circle of states, found when the walk comes back to where it entered, has one closure.
    """
    entered: dict[State, int] = {}
    lowest: dict[State, int] = {}
    above: dict[State, int] = {}
    closed: dict[State, int] = {}
    waiting: list[State] = []
    path: list[tuple[State, Iterator[State]]] = []

    def enter(state: State) -> None:
        entered[state] = lowest[state] = len(entered)
        above[state] = 0
        waiting.append(state)
        path.append((state, (upper for _, _, upper in walk.steps(state))))

    for start in starts:
        if start not in entered:
            enter(start)
        while path:
            state, steps = path[-1]
            for upper in steps:
                above[state] |= bits.get(upper[0], 0) | closed.get(upper, 0)
                if upper not in entered:
                    enter(upper)
                    break
                if upper not in closed:
                    lowest[state] = min(lowest[state], entered[upper])
            else:
                path.pop()
                if lowest[state] == entered[state]:
                    circle = [waiting.pop()]
                    while circle[-1] != state:
                        circle.append(waiting.pop())
                    found = 0
                    for each in circle:
                        found |= above.pop(each)
                    closed.update(dict.fromkeys(circle, found))
                if path:
                    below = path[-1][0]
                    lowest[below] = min(lowest[below], lowest[state])
                    above[below] |= closed.get(state, 0)
    return closed


def _bits(number: int) -> Iterator[int]:
    """Yield the places of the ones in a binary number, from the lowest."""
    digits = f"{number:b}"[::-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


def _description(*graphs: str) -> Triples:
    """Yield what graphs are."""
    for name in graphs:
        node = ox.NamedNode(name)
        zh, en = _GRAPHS[name]
        yield ox.Triple(node, TYPE, ox.NamedNode(f"{PROV}Bundle"))
        yield ox.Triple(node, TITLE, chinese(zh))
        yield ox.Triple(node, TITLE, ox.Literal(en, language="en"))
