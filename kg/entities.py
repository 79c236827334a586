"""What a graph calls its entities: kind, name and level, by which a network, a lineage or a picture shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.rows import IRI
from ontology.terms import Kind

if TYPE_CHECKING:
    from kg.graph import Graph


@dataclass(frozen=True, slots=True)
class Described:
    """An entity in a few words.

    Attributes:
        kind: its class.
        name: preferred label, a Chinese one where there is one; without any, the end of its IRI.
        level: level of government, "" where unknown.
    """

    kind: Kind
    name: str
    level: str


def described(graph: Graph, among: str = "") -> dict[IRI, Described]:
    """Describe the entities that a pattern over ``?e`` picks, all by default, in the order of their IRIs.

    >>> import kg, pyoxigraph
    >>> from ontology.terms import PREFIXES
    >>> store = pyoxigraph.Store()
    >>> store.update('INSERT DATA { <urn:a> a pl:Village ; skos:prefLabel "A"@en, "甲"@zh }', prefixes=PREFIXES)
    >>> described(kg.open(store))
    {'urn:a': Described(kind=<Kind.VILLAGE: 'Village'>, name='甲', level='')}
    """
    kinds = " ".join(f"pl:{kind}" for kind in Kind)
    found: dict[IRI, tuple[str, tuple[int, str], str]] = {}
    for row in graph.query(
        f"SELECT ?e ?kind ?name (LANG(?name) AS ?tag) ?level {{ {among} VALUES ?kind {{ {kinds} }} ?e a ?kind"
        " OPTIONAL { ?e skos:prefLabel ?name } OPTIONAL { ?e pl:level ?level } }"
    ):
        kind, name, level = row.kind.local, _ranked(row.name, row.tag), row.level.local if row.level else ""
        if row.e in found:  # it has several of something: then the first, so that it is the same one each time
            kind, name, level = (min(pair) for pair in zip((kind, name, level), found[row.e], strict=True))
        found[row.e] = (kind, name, level)
    return {
        iri: Described(Kind(kind), name or iri.local, level) for iri, (kind, (_, name), level) in sorted(found.items())
    }


def _ranked(name: str | None, tag: str | None) -> tuple[int, str]:
    """Return a label behind its rank: Chinese before what says no language before all else."""
    language, _, _ = (tag or "").lower().partition("-")
    return {"zh": 0, "": 1}.get(language, 2), name or ""
