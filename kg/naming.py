"""What a name means in a graph: the same on the command line, in a lineage and in a question of the library."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from kg import sparql
from kg.entities import described
from kg.rows import IRI
from ontology.errors import AmbiguousName, NotFound, UsageError
from ontology.iri import encoded, expanded, name_of, normalise, places_of
from ontology.terms import PLID, Kind

if TYPE_CHECKING:
    from kg.graph import Graph

_ENTITY = f"VALUES ?k {{ {' '.join(f'pl:{kind}' for kind in Kind)} }} ?e a ?k"


def named(graph: Graph, name: str) -> Mapping[IRI, str | None]:
    """Return the entities that a name may mean, with their Chinese labels; see ``readings``.

    Raises:
        UsageError: the name is empty.
    """
    for reading in readings(name):
        if rows := graph.query(reading):
            return {row.e: row.l for row in rows}
    return {}


def readings(name: str) -> Iterator[str]:
    """Yield SPARQL for the entities ``?e`` that a name may mean, with their Chinese labels ``?l``.

    It is read as an IRI (``plid:…``, ``<https://…>``), else as a label, else as a form under which a document names
    something, else as a place with those that contain it (湖州市安吉县): the first of these that finds anything counts.

    Raises:
        UsageError: the name is empty.
    """
    forms = labels_of(name)
    address = expanded(name.strip())
    if address.startswith(PLID):
        ways = [sparql.values("e", [address])]
    else:
        steps = "/?".join(re.escape(encoded(character)) for character in "".join(name.split()))
        ways = [
            f"VALUES ?name {{ {forms} }} ?e skos:prefLabel|skos:altLabel ?name",
            f"VALUES ?name {{ {forms} }} ?m nif:anchorOf ?name ; itsrdf:taIdentRef ?e",
            f"VALUES ?place {{ pl:AdministrativeUnit pl:Village }} ?e a ?place"
            f" FILTER(REGEX(STR(?e), {sparql.term(f'/{steps}$')}))",
        ]
    for way in ways:
        yield (
            f"SELECT DISTINCT ?e ?l {{ {way} . {_ENTITY}"
            " OPTIONAL { ?e skos:prefLabel ?l FILTER(LANG(?l) = 'zh') } } ORDER BY ?e ?l"
        )


def find(graph: Graph, name: str, within: str | None = None) -> IRI:
    """Return the IRI of the one entity of that name; see ``kg.lineage.lineage``."""
    found = named(graph, name)
    if not found:
        raise NotFound(f"the graph has no entity called {name}{names_with(graph, name)}", subject=name)
    there = list(found) if within is None else _within(graph, found, within)
    if not there:
        places = ", ".join(sorted({" › ".join(places_of(iri)) for iri in found} - {""}))
        but = f"but in {places}" if places else "and no place of it is known"
        raise NotFound(f"{name} is not in {within}, {but}", subject=name)
    if len(there) > 1:
        known = kinds_of(graph, there)
        candidates = tuple((str(iri), f"{known[iri]} {' › '.join(places_of(iri))}".strip()) for iri in there)
        way = "with --in PLACE or by IRI" if len({places_of(iri) for iri in there}) > 1 else "by its IRI"
        raise AmbiguousName(
            f"{len(there)} entities are called {name}; say which {way}",
            subject=name,
            candidates=candidates,
        )
    return there[0]


def names_with(graph: Graph, part: str) -> str:
    """Return ``; there are A, B, C``: up to three labels that contain a part, most mentioned first; "" if none does."""
    rows = graph.query(
        f"SELECT ?n (COUNT(DISTINCT ?m) AS ?mentions) {{ {_ENTITY} ; skos:prefLabel ?n"
        f" FILTER(CONTAINS(STR(?n), {sparql.term(part)})) OPTIONAL {{ ?m itsrdf:taIdentRef ?e }} }}"
        " GROUP BY ?n ORDER BY DESC(?mentions) STRLEN(STR(?n)) ?n LIMIT 3"
    )
    return f"; there are {', '.join(row.n for row in rows)}" if rows else ""


def labels_of(name: str) -> str:
    """Return the labels that a name as somebody writes it may be in the graph, as SPARQL terms: “三区三地” is 三区三地.

    Raises:
        UsageError: the name is empty.
    """
    if not name.strip():
        raise UsageError("the name is empty; name an entity by a label, or by its IRI")
    try:
        forms = {name, normalise(name)}
    except ValueError:  # nothing but marks and white space: then it is nobody's name
        forms = {name}
    return " ".join(f"{sparql.term(form)}{tag}" for form in sorted(forms) for tag in ("", "@zh", "@en"))


def kinds_of(graph: Graph, iris: Iterable[IRI]) -> Mapping[IRI, Kind]:
    """Return the kinds that the graph gives entities, whoever minted their IRIs."""
    return {iri: entity.kind for iri, entity in described(graph, sparql.values("e", iris)).items()}


def _within(graph: Graph, found: Iterable[IRI], place: str) -> list[IRI]:
    """Return which entities belong to a place by their IRI, or lie in it by what a document says."""
    names = {iri: set(places_of(iri)) for iri in found}
    for row in graph.query(f"SELECT DISTINCT ?e ?site {{ {sparql.values('e', names)} ?e pl:locatedIn+ ?site }}"):
        names[row.e] |= {*places_of(row.site), name_of(row.site)}
    return [iri for iri, places in names.items() if any(each.startswith(place) for each in places)]
