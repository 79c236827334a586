"""The evidence of a graph's links: what sentence or heading of which document proves each, and how sure it is.

A ``pl:Link`` holds where its link stands as a plain triple beside it; one that curators reject does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from extract.document import unbroken
from kg import sparql
from kg.rows import IRI
from kg.statements import OBJECT, PREDICATE, SUBJECT
from ontology.iri import identifier_of
from ontology.terms import Basis, Predicate

if TYPE_CHECKING:
    from kg.graph import Graph


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a link is believed: one ``pl:Link`` with one of its sentences.

    Attributes:
        link: IRI of the ``pl:Link``.
        subject: entity that the link goes from.
        predicate: relation.
        object: entity that it goes to.
        basis: stated, structural, definitional, inferred or curated.
        confidence: 0 to 1.
        document: IRI of the document that says so; None for the authority file and curators.
        title: its title, or identifier where it has none.
        text: the sentence, heading or curated source; None where the names themselves are the proof.
        start: where it begins, in code points of the document.
        end: where it ends.
    """

    link: IRI
    subject: IRI
    predicate: Predicate
    object: IRI
    basis: Basis
    confidence: float
    document: IRI | None
    title: str | None
    text: str | None
    start: int | None
    end: int | None

    @property
    def edge(self) -> dict[str, Any]:
        """Return what an edge of a network says of it; what is unknown is "", as a network's files know no None."""
        return {
            "relation": str(self.predicate),
            "basis": str(self.basis),
            "confidence": self.confidence,
            "document": identifier_of(self.document or ""),
            "evidence": unbroken(self.text or ""),
        }


def holds(subject: str = "?s", object_: str = "?o") -> str:
    """Return SPARQL that picks each ``?link`` of a graph that holds, with its predicate ``?p``."""
    return f"?link rdf:subject {subject} ; rdf:predicate ?p ; rdf:object {object_} . {subject} ?p {object_} ."


def held(store: ox.Store) -> Mapping[str, tuple[str, str, str]]:
    """Return each ``pl:Link`` that holds, by its IRI, with the subject, predicate and object.

    Column by column: for a whole store many times faster than ``holds``.
    """

    def column(part: ox.NamedNode) -> dict[tuple[Any, Any], Any]:
        quads = store.quads_for_pattern(None, part, None, None)
        return {(q.subject, q.graph_name): q.object for q in quads if isinstance(q.graph_name, ox.NamedNode)}

    subjects, predicates, objects = (column(part) for part in (SUBJECT, PREDICATE, OBJECT))
    return {
        link.value: (subject.value, predicates[link, name].value, objects[link, name].value)
        for (link, name), subject in subjects.items()
        if ox.Quad(subject, predicates[link, name], objects[link, name], name) in store
    }


def proofs(graph: Graph, pattern: str) -> tuple[Proof, ...]:
    """Return the proof of every link that holds, and that a pattern over ``?link``, ``?s``, ``?p``, ``?o`` picks.

    The surest comes first.
    """
    links = graph.query(
        f"""SELECT DISTINCT ?link ?s ?p ?o ?g ?basis ?confidence {{
          {pattern}
          GRAPH ?g {{ {holds()} ?link pl:basis ?basis ; pl:confidence ?confidence }} }}"""
    )
    said: defaultdict[IRI, list[tuple[str, int | None, int | None]]] = defaultdict(list)
    for some in _batches({row.link for row in links}):
        for row in graph.query(passages(some)):
            said[row.link].append((row.text, row.start, row.end))
    titles: dict[IRI, str | None] = {}
    for some in _batches({row.g for row in links}):
        for row in graph.query(
            f"""SELECT ?d ?i ?t {{ {sparql.values("d", some)} ?d a pl:Document
              OPTIONAL {{ ?d dcterms:identifier ?i }} OPTIONAL {{ ?d dcterms:title ?t }} }}"""
        ):
            titles[row.d] = row.t or row.i
    found = [
        Proof(
            row.link,
            row.s,
            Predicate(row.p.local),
            row.o,
            Basis(row.basis.local),
            float(row.confidence),
            row.g if row.g in titles else None,
            titles.get(row.g),
            *passage,
        )
        for row in links
        for passage in said.get(row.link, [(None, None, None)])
    ]
    found.sort(
        key=lambda proof: (-proof.confidence, proof.document or "", proof.start or 0, proof.link, proof.text or "")
    )
    return tuple(found)


def passages(links: Iterable[IRI]) -> str:
    """Return SPARQL for the text that proves each of some links, with its offsets, the first in the document first.

    It is asked for by the links' names: in one query with these the engines join all evidence that there is.
    """
    these = sparql.values("link", links)
    return f"""SELECT ?link ?text ?start ?end {{
      {{ {these} ?link pl:evidence ?e . ?e nif:anchorOf ?text ; nif:beginIndex ?start ; nif:endIndex ?end }}
      UNION {{ {these} ?link pl:evidence ?text FILTER(ISLITERAL(?text)) }} }} ORDER BY ?link ?start"""


def _batches(iris: Collection[IRI]) -> Iterator[list[IRI]]:
    """Yield IRIs in their order, so many at a time as every server takes in a query."""
    names = sorted(iris)
    return (names[start : start + 500] for start in range(0, len(names), 500))
