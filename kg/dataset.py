"""The graph as an rdflib Dataset, for researchers' own code."""

from __future__ import annotations

from typing import Any, NoReturn

import pyoxigraph as ox
import rdflib
from oxrdflib import OxigraphStore

from kg import guard
from ontology.errors import StoreError
from ontology.terms import PREFIXES


class _ReadOnlyStore(OxigraphStore):
    """An Oxigraph store that refuses to be changed, with a word on how to get one that does not."""

    def __init__(self, store: ox.Store, keep: object) -> None:
        super().__init__(store=store)
        self.keep = keep

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise StoreError(
            "a published graph is read-only; copy it into a Dataset() of your own, or change its sources and build",
            code="PL-STORE-READ-ONLY",
        )

    def query(self, query: Any, *arguments: Any, **options: Any) -> Any:
        """Answer a query, within the graph alone as ``Graph.query`` does."""
        guard.check(str(query))
        return super().query(query, *arguments, **options)

    add = addN = remove = update = remove_graph = _refuse

    def add_graph(self, graph: rdflib.Graph) -> None:
        """Do nothing: rdflib announces each graph that it is asked for, also to read it."""


def dataset(store: ox.Store, keep: object) -> rdflib.Dataset:
    """Wrap a store; ``keep`` lives for as long as the Dataset does."""
    wrapped = rdflib.Dataset(store=_ReadOnlyStore(store, keep))
    for prefix, namespace in PREFIXES.items():
        wrapped.bind(prefix, namespace, replace=True)
    return wrapped
