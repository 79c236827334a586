"""The process that changes the graph: ``python -m kg.server.updater STORE MEMORY``, an update on its standard input.

The default graph of a store is the union of its named graphs, before an update and after each of its operations: what
is taken out of the default graph is taken out of every named graph, and what is put into it alone goes to the graph of
updates (``ontology.iri.UPDATES_GRAPH``). What follows from the documents is then derived anew, and the version
published whole, or nothing at all.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg import derive, guard
from kg.rows import IRI
from kg.server import integrity
from kg.server.confinement import arm, cut_network, limit_memory
from kg.server.worker import refusal, reply
from kg.store import Draft, Manifest, without, writing
from ontology import scheme
from ontology.errors import PolicyGraphError, QueryError
from ontology.iri import AUTHORITY_GRAPH, DECISIONS_GRAPH, DERIVED_GRAPH, UPDATES_GRAPH
from ontology.terms import PREFIXES

_FOLLOWS = (ox.NamedNode(AUTHORITY_GRAPH), ox.NamedNode(DERIVED_GRAPH))
_UPDATES = ox.NamedNode(UPDATES_GRAPH)
_DEFAULT = ox.DefaultGraph()
_CAUSES = "ASK { { ?d a pl:Document } UNION { ?s pl:serves|pl:componentOf|pl:advances ?o } }"
"""Whether there is anything that something follows from."""
_ASTRAY = (
    "SELECT ?s ?p ?o { ?s ?p ?o FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }",
    "SELECT DISTINCT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }",
)
"""The triples in which the default graph differs from the union of the named ones."""


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
        changed: set[Any] = set()
        for number, operation in enumerate(guard.operations(text)):
            before = draft.base.store if draft.base is not None else ox.Store()
            if number:
                earlier = folder / "draft" / f"before-{number}"
                draft.store.backup(str(earlier))
                before = ox.Store.read_only(str(earlier))
            changed |= _apply(draft.store, before, guard.using(operation, graphs) if graphs else operation, base)
            if number:
                del before
                shutil.rmtree(earlier)
        if not changed and draft.base is not None:
            return draft.base.number
        integrity.check(draft.store)
        draft.manifest = _manifest(draft.manifest, draft.store, changed)
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


def _apply(store: ox.Store, before: ox.Store, operation: str, base: str) -> set[Any]:
    """Do one operation, make the default graph the union again, and return the names of the graphs that changed.

    Only the triples in question are looked at where the operation names them, else all of the store.
    """
    _run(store, operation, base)
    data = guard.inserted(operation)
    if data is not None:
        scratch = ox.Store()
        _run(scratch, data, base)
        triples = {quad.triple for quad in scratch}
        _refuse_unnamed(triple for triple in triples if not _graphs(before, triple))
        return _unite(store, before, triples)
    astray = [store.query(query) for query in _ASTRAY]
    _unite(store, before, {ox.Triple(*row) for rows in astray for row in rows})  # type: ignore[union-attr]
    changed: set[Any] = set()
    for graph in {*store.named_graphs(), *before.named_graphs()}:
        was, now = _triples(before, graph), _triples(store, graph)
        _refuse_unnamed(now - was)
        if isinstance(graph, ox.BlankNode):
            raise QueryError(f"{graph} is a blank node; give the graph an IRI; nothing has changed")
        if was != now:
            changed.add(graph)
    return changed


def _refuse_unnamed(added: Iterable[ox.Triple]) -> None:
    """Refuse what the graph never holds, so that it loads in every store and compares line by line.

    Raises:
        QueryError: a triple with a blank node or a triple as its term.
    """
    for triple in added:
        for term in (triple.subject, triple.object):
            if not isinstance(term, ox.NamedNode | ox.Literal):
                what = "a blank node" if isinstance(term, ox.BlankNode) else "a triple within a triple"
                said = f"{triple.subject} {IRI(triple.predicate.value).short} {triple.object}"
                raise QueryError(f"{said}: {what}; give it an IRI; nothing has changed")


def _run(store: ox.Store, operation: str, base: str) -> None:
    try:
        store.update(operation, base_iri=base, prefixes=PREFIXES)
    except SyntaxError as error:
        raise QueryError(f"the update can't be parsed: {error}", code="PL-QUERY-SYNTAX") from error
    except (ValueError, RuntimeError) as error:
        raise QueryError(f"the update can't be done: {error}") from error


def _unite(store: ox.Store, before: ox.Store, triples: Iterable[ox.Triple]) -> set[Any]:
    """Carry what an operation did to the default graph to the named ones, and the other way round.

    Args:
        store: as it is after the operation.
        before: as it was.
        triples: those that may have gone astray.

    Returns:
        Names of the named graphs that have changed.
    """
    changed: set[Any] = set()
    for triple in triples:
        was, now = _graphs(before, triple), _graphs(store, triple)
        named = now - {_DEFAULT}
        if _DEFAULT in was - now:
            named -= was
        elif _DEFAULT in now - was and not named:
            named = {_UPDATES}
        then = named | {_DEFAULT} if named else set()
        for graph in now - then:
            store.remove(ox.Quad(triple.subject, triple.predicate, triple.object, graph))
        for graph in then - now:
            store.add(ox.Quad(triple.subject, triple.predicate, triple.object, graph))
        changed |= then ^ was
    return changed - {_DEFAULT}


def _graphs(store: ox.Store, triple: ox.Triple) -> set[Any]:
    found = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return {quad.graph_name for quad in found}


def _triples(store: ox.Store, graph: Any) -> set[ox.Triple]:
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, graph)}


def _derive(draft: Draft) -> None:
    """Derive anew what follows from the documents; from nothing follows nothing."""
    if bool(draft.store.query(_CAUSES, prefixes=PREFIXES)):
        derive.renew(draft, scheme.load(*draft.scheme))
    else:
        draft.replace_graphs((name, ()) for name in _FOLLOWS)


def _manifest(manifest: Manifest, store: ox.Store, changed: set[Any]) -> Manifest:
    """Forget documents whose graph is gone; have those whose graph has changed read again by the next build."""
    documents = dict(manifest.documents)
    gone = set()
    for name, entry in manifest.documents.items():
        graph = ox.NamedNode(entry.graph)
        if graph in changed:
            documents[name] = replace(entry, source_key="")
            if next(store.quads_for_pattern(None, None, None, graph), None) is None:
                gone.add(name)
    tables = dict(manifest.tables)
    if ox.NamedNode(DECISIONS_GRAPH) in changed:
        tables.pop("decisions", None)
    return Manifest(without(documents, gone), manifest.rules, tables)


def main() -> None:
    """Do one update and say how it went."""
    folder, memory = Path(sys.argv[1]), int(sys.argv[2])
    request = json.loads(sys.stdin.buffer.readline())
    arm(request["seconds"])
    limit_memory(memory)
    cut_network()
    graphs = guard.Dataset(request["default"], request["named"])
    try:
        version = update(folder, request["update"], graphs, request["base"], request["nesting"])
    except PolicyGraphError as error:
        reply(sys.stdout.buffer, refusal(error))
    except MemoryError:
        what = "the update needs too much memory; nothing has changed"
        reply(sys.stdout.buffer, refusal(QueryError(what, code="PL-QUERY-MEMORY")))
    except Exception as error:  # noqa: BLE001  the edge of the server: whoever asked is told, the server goes on
        what = f"the update failed ({type(error).__name__}: {error}); please report it; nothing has changed"
        reply(sys.stdout.buffer, refusal(PolicyGraphError(what, code="PL-SERVER")))
    else:
        reply(sys.stdout.buffer, {"version": version})


if __name__ == "__main__":
    main()
