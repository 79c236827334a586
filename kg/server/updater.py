"""The process that changes the graph: ``python -m kg.server.updater STORE MEMORY``, an update on its standard input.

The default graph of a store is the union of its named graphs, before an update and after each of its operations: what
is taken out of the default graph is taken out of every named graph, and what is put into it alone goes to the graph of
updates (``ontology.iri.UPDATES_GRAPH``). What follows from the documents is then derived anew, and the version
published whole, or nothing at all.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import derive
from kg.server import guard
from kg.server.worker import arm, limit_memory, refusal, reply
from kg.store import Draft, Manifest, writing
from ontology import scheme
from ontology.errors import PolicyGraphError, QueryError
from ontology.iri import AUTHORITY_GRAPH, DECISIONS_GRAPH, DERIVED_GRAPH, UPDATES_GRAPH
from ontology.terms import PREFIXES

_FOLLOWS = (ox.NamedNode(AUTHORITY_GRAPH), ox.NamedNode(DERIVED_GRAPH))
_UPDATES = ox.NamedNode(UPDATES_GRAPH)
_DEFAULT = ox.DefaultGraph()
_CAUSES = "ASK { { ?d a pl:Document } UNION { ?s pl:serves|pl:componentOf|pl:advances ?o } }"
"""Whether there is anything that something follows from."""

_Content = Mapping[Any, set[ox.Triple]]
"""The triples of each graph."""


def update(folder: Path, text: str, graphs: guard.Dataset, base: str, nesting: int) -> int:
    """Apply an update whole and publish what comes out.

    Args:
        folder: the store's folder.
        text: a SPARQL update.
        graphs: what ``USING`` would name, from the request.
        base: what relative IRIs start from.
        nesting: greatest depth of brackets.

    Returns:
        Number of the published version.

    Raises:
        QueryError: the update can't be parsed or is refused; nothing has changed.
        StoreError: the store is being written by another process, or can't be written.
    """
    guard.check(text, nesting, refused=("service", "load"))
    with writing(folder) as draft:
        before: _Content = _content(draft.store)
        now = before
        for operation in guard.operations(text):
            _apply(draft.store, guard.using(operation, graphs) if graphs else operation, base)
            now = _united(draft.store, now)
        if now == before and draft.base is not None:
            return draft.base.number
        draft.manifest = _manifest(draft.manifest, before, now)
        _derive(draft)
        return draft.publish()


def create(folder: Path) -> None:
    """Make an empty store where there is none.

    Raises:
        StoreError: it can't be written.
    """
    with writing(folder) as draft:
        if draft.base is None:
            draft.publish()


def _apply(store: ox.Store, operation: str, base: str) -> None:
    try:
        store.update(operation, base_iri=base, prefixes=PREFIXES)
    except SyntaxError as error:
        raise QueryError(f"the update can't be parsed: {error}", code="PL-QUERY-SYNTAX") from error
    except (ValueError, RuntimeError) as error:
        raise QueryError(f"the update can't be done: {error}") from error


def _content(store: ox.Store) -> dict[Any, set[ox.Triple]]:
    found: dict[Any, set[ox.Triple]] = defaultdict(set)
    for quad in store:
        found[quad.graph_name].add(quad.triple)
    return found


def _united(store: ox.Store, before: _Content) -> _Content:
    """Make the default graph the union again after an operation, and return what the graphs now hold."""
    now = _content(store)
    old, new = before.get(_DEFAULT, set()), now.pop(_DEFAULT, set())
    for name, triples in now.items():
        for triple in triples & before.get(name, set()) & (old - new):
            store.remove(_quad(triple, name))
            triples.discard(triple)
    named: set[ox.Triple] = set().union(*now.values())
    for triple in (new - old) - named:
        store.add(_quad(triple, _UPDATES))
        now[_UPDATES].add(triple)
        named.add(triple)
    for triple in named - new:
        store.add(_quad(triple, _DEFAULT))
    for triple in new - named:
        store.remove(_quad(triple, _DEFAULT))
    return {_DEFAULT: named, **{name: triples for name, triples in now.items() if triples}}


def _derive(draft: Draft) -> None:
    """Derive anew what follows from the documents; from nothing follows nothing."""
    followed: dict[Any, list[ox.Triple]] = {name: [] for name in _FOLLOWS}
    if bool(draft.store.query(_CAUSES, prefixes=PREFIXES)):
        for quad in derive.derive(draft.store, scheme.load(*draft.scheme)):
            followed[quad.graph_name].append(quad.triple)
    draft.replace_graphs(followed.items())


def _quad(triple: ox.Triple, graph: Any) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def _manifest(manifest: Manifest, before: _Content, now: _Content) -> Manifest:
    """Forget documents whose graph is gone; have those whose graph has changed read again by the next build."""
    documents = {}
    for name, entry in manifest.documents.items():
        graph = ox.NamedNode(entry.graph)
        if graph in now or graph not in before:
            changed = now.get(graph) != before.get(graph)
            documents[name] = replace(entry, source_key="") if changed else entry
    tables = dict(manifest.tables)
    decisions = ox.NamedNode(DECISIONS_GRAPH)
    if now.get(decisions) != before.get(decisions):
        tables.pop("decisions", None)
    return Manifest(documents, manifest.rules, tables)


def main() -> None:
    """Do one update and say how it went."""
    folder, memory = Path(sys.argv[1]), int(sys.argv[2])
    request = json.loads(sys.stdin.buffer.readline())
    arm(request["seconds"])
    limit_memory(memory)
    graphs = guard.Dataset(request["default"], request["named"])
    try:
        version = update(folder, request["update"], graphs, request["base"], request["nesting"])
    except PolicyGraphError as error:
        reply(sys.stdout.buffer, refusal(error))
    else:
        reply(sys.stdout.buffer, {"version": version})


if __name__ == "__main__":
    main()
