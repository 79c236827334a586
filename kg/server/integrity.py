"""What an update may not leave in the graph: links, mentions and values by halves, on which every reader would break.

The documents' graphs are whole as they are built; here only what the lineage, the catalogue and the pages go by is
looked at. ``kg validate`` checks all of the contract, in more time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from ontology.errors import QueryError
from ontology.terms import PREFIXES, Basis, Level, Period, Predicate, Status


def _among(terms: Iterable[str]) -> tuple[str, str]:
    names = ", ".join(f"pl:{term}" for term in terms)
    return f"?o IN ({names})", f"one of {names}"


_PARTS = {
    "rdf:subject": ("rdf:predicate", "rdf:object", "pl:basis", "pl:confidence"),
    "itsrdf:taIdentRef": ("nif:referenceContext", "nif:beginIndex", "nif:endIndex"),
}
"""What has the one property, a link or a mention, has the others in the same graph."""

_IRI = ("ISIRI(?o)", "an IRI")
_COUNT = ("DATATYPE(?o) = xsd:integer && ?o >= 0", "an xsd:integer from 0")
_VALUES = {
    **dict.fromkeys((f"pl:{relation}" for relation in Predicate), _IRI),
    **dict.fromkeys(("rdf:subject", "rdf:object", "itsrdf:taIdentRef", "nif:referenceContext"), _IRI),
    **dict.fromkeys(("nif:beginIndex", "nif:endIndex", "pl:year"), _COUNT),
    "rdf:predicate": _among(Predicate),
    "pl:basis": _among(Basis),
    "pl:level": _among(Level),
    "pl:period": _among(Period),
    "pl:status": _among(Status),
    "pl:confidence": ("?o >= 0 && ?o <= 1", "a number from 0 to 1"),
    "pl:value": ("DATATYPE(?o) IN (xsd:decimal, xsd:integer) && ISNUMERIC(?o)", "an xsd:decimal"),
}
"""What holds of every value of a property, and how it is said."""


def check(store: ox.Store) -> None:
    """Refuse a graph that its readers would break on.

    Raises:
        QueryError: a link or mention lacks a part, or a value is not what its property takes; the first is named.

    >>> store = ox.Store()
    >>> store.update("INSERT DATA { GRAPH <x:g> { <x:town> pl:level <x:high> } }", prefixes=PREFIXES)
    >>> store.update("INSERT DATA { <x:town> pl:level <x:high> }", prefixes=PREFIXES)
    >>> check(store)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ontology.errors.QueryError: <x:town> pl:level <x:high>: the value is one of pl:national, ...; nothing has changed
    """
    for name, parts in _PARTS.items():
        pattern = " ; ".join(f"{part} ?part{number}" for number, part in enumerate(parts))
        for row in _asked(store, f"GRAPH ?g {{ ?s {name} ?o FILTER NOT EXISTS {{ ?s {pattern} }} }}"):
            raise QueryError(
                f"{row['s']} has {name} and lacks one of {', '.join(parts)} in the same graph; nothing has changed",
                subject=row["s"].value,
            )
    for name, (test, said) in _VALUES.items():
        for row in _asked(store, f"?s {name} ?o FILTER(!COALESCE({test}, false))"):
            raise QueryError(
                f"{row['s']} {name} {row['o']}: the value is {said}; nothing has changed", subject=row["s"].value
            )


def _asked(store: ox.Store, pattern: str) -> Any:
    return store.query(f"SELECT ?s ?o {{ {pattern} }} LIMIT 1", prefixes=PREFIXES)
