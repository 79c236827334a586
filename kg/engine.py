"""The engine, with a dataset as SPARQL means it: several graphs of ``FROM`` are merged as one set.

Oxigraph's own union gives one row for each graph in which a triple stands, in counts and sums too.
"""

from __future__ import annotations

from typing import TypeAlias

import pyoxigraph as ox

from kg import guard
from ontology.terms import PREFIXES

Results: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


def run(store: ox.Store, query: str, asked: guard.Dataset | None = None, base: str | None = None) -> Results:
    """Answer a query; the prefixes of ``ontology.terms.PREFIXES`` are known.

    Args:
        store: whose default graph is the union of its named ones.
        query: SPARQL that ``guard.check`` has let pass.
        asked: graphs that the protocol names, which go before those of the query.
        base: what relative IRIs start from.

    Raises:
        SyntaxError: it can't be parsed.
        ValueError: what a graph is named by is no IRI, or the engine can't go on.

    >>> store = ox.Store()
    >>> for graph in (ox.NamedNode("urn:g"), ox.NamedNode("urn:h")):
    ...     store.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal("o"), graph))
    >>> [row["n"].value for row in run(store, "SELECT (COUNT(*) AS ?n) FROM <urn:g> FROM <urn:h> { ?s ?p ?o }")]
    ['1']
    """
    dataset = asked or guard.dataset(query, base or "")
    if not dataset:
        return store.query(query, base_iri=base, prefixes=PREFIXES)
    default = [ox.NamedNode(iri) for iri in dict.fromkeys(dataset.default or ())]
    named: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri) for iri in dict.fromkeys(dataset.named or ())]
    if len(default) < 2:
        return store.query(query, base_iri=base, prefixes=PREFIXES, default_graph=[*default], named_graphs=named)
    merged = ox.Store()
    for name in named:
        merged.extend(store.quads_for_pattern(None, None, None, name))
    for name in default:
        merged.extend(_in_default(quad) for quad in store.quads_for_pattern(None, None, None, name))
    return merged.query(query, base_iri=base, prefixes=PREFIXES, default_graph=ox.DefaultGraph(), named_graphs=named)


def _in_default(quad: ox.Quad) -> ox.Quad:
    return ox.Quad(quad.subject, quad.predicate, quad.object)
