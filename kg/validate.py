"""Validation: does a graph keep the contract that other people's queries rely on?

The shapes (``ontology/shapes.ttl``, SHACL) are checked graph by graph, as pySHACL's time grows faster than its data.
What SHACL has no words for, or is slow at, is checked directly: offsets against the text, plain links against
``pl:Link``s, levels, and the lineage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import oxrdflib  # noqa: F401  registers the fast parsers
import pyoxigraph as ox
import pyshacl
import rdflib

from kg.graph import Graph
from kg.statements import ANCHOR, BEGIN, CONTEXT, END, IS_STRING, OBJECT, PREDICATE, PREF_LABEL, SUBJECT, TYPE, pl
from kg.store import reading
from kg.walk import UPWARD
from ontology.iri import DECISIONS_GRAPH, DERIVED_GRAPH
from ontology.terms import PL, SH, Kind, Level, Predicate

SHAPES = Path(__file__).parent.parent / "ontology" / "shapes.ttl"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that breaks the contract.

    Attributes:
        graph: IRI of the graph in which it stands.
        focus: IRI of the node that is wrong.
        message: what is wrong with it, in one line.
    """

    graph: str
    focus: str
    message: str

    def __str__(self) -> str:
        return f"<{self.focus}>: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a validation found.

    Attributes:
        graphs: how many named graphs were checked.
        violations: in the order of graph and node.
        shared: IRIs of those of these graphs that are no document's: what is derived, the authority data, decisions.
    """

    graphs: int
    violations: tuple[Violation, ...]
    shared: tuple[str, ...] = ()

    @property
    def conforms(self) -> bool:
        """Tell whether nothing breaks the contract."""
        return not self.violations


def validate(graph: Graph | ox.Store, progress: Progress | None = None) -> Report:
    """Check every named graph of a graph.

    Args:
        graph: an open graph or a store.
        progress: hears how many graphs are checked, of how many.

    Raises:
        StoreError: the store can't be read to its end.

    >>> validate(ox.Store()).conforms
    True
    """
    store = graph.store if isinstance(graph, Graph) else graph
    with reading():
        return _checked(store, progress or (lambda done, of: None))


def _checked(store: ox.Store, progress: Progress) -> Report:
    names = sorted((name for name in store.named_graphs() if isinstance(name, ox.NamedNode)), key=str)
    violations: list[Violation] = []
    if names:
        violations += _in_union(store, names)
    for number, name in enumerate(names, start=1):
        triples = [quad.triple for quad in store.quads_for_pattern(None, None, None, name)]
        violations += _in_graph(name, triples)
        if name.value == DERIVED_GRAPH:
            violations += _lineage(store, name)
        else:
            violations += _shapes_in(name, [*triples, *_described_elsewhere(store, triples)])
        progress(number, len(names))
    document = pl("Document")
    shared = tuple(n.value for n in names if next(store.quads_for_pattern(n, TYPE, document, n), None) is None)
    return Report(len(names), tuple(sorted(set(violations))), shared)


def _shapes_in(name: ox.NamedNode, triples: Iterable[ox.Triple]) -> Iterator[Violation]:
    """Check the SHACL shapes over one graph."""
    data = rdflib.Graph().parse(data=ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES), format="ox-nt")
    _, results, _ = pyshacl.validate(data, shacl_graph=_shapes(), inplace=True, advanced=False)
    assert isinstance(results, rdflib.Graph)
    sh = rdflib.Namespace(SH)
    for result in results.subjects(rdflib.RDF.type, sh.ValidationResult):
        focus, value = results.value(result, sh.focusNode), results.value(result, sh.value)
        message = str(results.value(result, sh.resultMessage))
        found = f", not {value}" if isinstance(value, rdflib.Literal) or value not in (None, focus) else ""
        yield Violation(name.value, str(focus), " ".join(f"{message}{found}".split()))


@cache
def _shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(SHAPES, format="turtle")


def _described_elsewhere(store: ox.Store, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
    """Yield class, name and level of the things that a graph refers to and another graph describes."""
    described, referred = set(), set()
    for triple in triples:
        if triple.predicate == TYPE:
            described.add(triple.subject)
        elif triple.predicate.value.startswith(PL) or triple.predicate in (SUBJECT, OBJECT):
            referred |= {triple.subject, triple.object}
    for node in referred - described:
        if isinstance(node, ox.NamedNode) and not node.value.startswith(PL):
            for predicate in (TYPE, PREF_LABEL, pl("level")):
                for quad in store.quads_for_pattern(node, predicate, None, None):
                    yield quad.triple


def _in_graph(name: ox.NamedNode, triples: list[ox.Triple]) -> Iterator[Violation]:
    """Check what holds within one graph."""
    values: dict[ox.NamedNode, dict[str, str]] = defaultdict(dict)
    for part in (SUBJECT, PREDICATE, OBJECT, CONTEXT, BEGIN, END, ANCHOR, IS_STRING):
        values[part] = {}
    plain = set()
    relations = {pl(relation): relation for relation in Predicate}
    for triple in triples:
        for node in (triple.subject, triple.object):
            if isinstance(node, ox.BlankNode):
                yield Violation(name.value, str(node), "a blank node; every node has an IRI")
        if triple.predicate in values:
            values[triple.predicate][triple.subject.value] = triple.object.value  # type: ignore[union-attr]
        elif triple.predicate in relations:
            plain.add((triple.subject.value, triple.predicate.value, triple.object.value))  # type: ignore[union-attr]
    yield from _offsets(name, values)
    said = {
        (subject, values[PREDICATE].get(link, ""), values[OBJECT].get(link, "")): link
        for link, subject in values[SUBJECT].items()
    }
    for subject, relation, object_ in plain - said.keys():
        yield Violation(name.value, subject, f"pl:{relation.removeprefix(PL)} {object_} has no pl:Link")
    if name.value != DECISIONS_GRAPH:  # there, a pl:Link without its plain link is a rejection
        for link in said.keys() - plain:
            yield Violation(name.value, said[link], f"the link {' '.join(link)} has no plain triple")


def _offsets(name: ox.NamedNode, values: dict[ox.NamedNode, dict[str, str]]) -> Iterator[Violation]:
    for node, anchor in values[ANCHOR].items():
        text = values[IS_STRING].get(values[CONTEXT].get(node, ""), "")
        begin, end = values[BEGIN].get(node, ""), values[END].get(node, "")
        if not (begin.isdecimal() and end.isdecimal()):
            continue  # the shapes say so
        if text[int(begin) : int(end)] != anchor:
            yield Violation(name.value, node, f"the text from {begin} to {end} is not its nif:anchorOf {anchor!r}")


def _in_union(store: ox.Store, names: list[ox.NamedNode]) -> Iterator[Violation]:
    """Check what the graphs say together: one name and one level a thing, and that ``pl:advances`` leads upward."""
    named = set(names)
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    levels: dict[str, dict[str, str]] = defaultdict(dict)
    for predicate, found in ((PREF_LABEL, labels), (pl("level"), levels)):
        for quad in store.quads_for_pattern(None, predicate, None, None):
            chinese = isinstance(quad.object, ox.Literal) and quad.object.language == "zh"
            if quad.graph_name in named and (predicate != PREF_LABEL or chinese):
                found[quad.subject.value][quad.object.value] = quad.graph_name.value  # type: ignore[union-attr]
    for what, found in (("Chinese names", labels), ("levels", levels)):
        for subject, said in sorted(found.items()):
            if len(said) > 1:
                yield Violation(max(said.values()), subject, f"has {len(said)} {what}: {', '.join(sorted(said))}")
    known = {f"{PL}{level}": level.rank for level in Level}
    for subject, said in sorted(levels.items()):
        for level, graph in sorted(said.items()):
            if level not in known:
                yield Violation(graph, subject, f"pl:level is one of the six levels, not {level}")  # as the shapes say
    ranks = {subject: known[level] for subject, said in levels.items() for level in said if level in known}
    for quad in store.quads_for_pattern(None, pl(Predicate.ADVANCES), None, None):
        lower, upper = quad.subject.value, quad.object.value  # type: ignore[union-attr]
        if quad.graph_name in named and ranks.get(upper, 0) >= ranks.get(lower, len(Level)):
            yield Violation(quad.graph_name.value, lower, f"pl:advances {upper}, which is not of a higher level")  # type: ignore[union-attr]


def _lineage(store: ox.Store, derived: ox.NamedNode) -> Iterator[Violation]:
    """Check that the lineage leads from entities that have a link upward to strategies."""
    linked = set()
    for relation in UPWARD:
        linked |= {quad.subject for quad in store.quads_for_pattern(None, pl(relation), None, None)}
    strategies = {quad.subject for quad in store.quads_for_pattern(None, TYPE, pl(Kind.STRATEGY), None)}
    for quad in store.quads_for_pattern(None, pl("contributesTo"), None, derived):
        if quad.object not in strategies:
            yield Violation(derived.value, quad.subject.value, f"contributes to {quad.object}, which is no pl:Strategy")  # type: ignore[union-attr]
        if quad.subject not in linked:
            yield Violation(derived.value, quad.subject.value, "contributes to a strategy, but has no link upward")  # type: ignore[union-attr]
