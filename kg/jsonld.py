"""The graph as JSON-LD in the words of ``ontology/context.jsonld``, which the file carries with it.

pyoxigraph writes JSON-LD without terms, and rdflib's writer needs minutes for what it can hold at all; a graph without
blank nodes and lists is easily written as it is read: a line for each node of each named graph.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from ontology.iri import expanded, shortened
from ontology.terms import PREFIXES, RDF, XSD

CONTEXT = Path(__file__).parent.parent / "ontology" / "context.jsonld"

_STRING, _INTEGER = f"{XSD}string", f"{XSD}integer"


def write(quads: Iterable[ox.Quad], file: IO[str]) -> None:
    """Write quads that are sorted by graph and subject."""
    whole: dict[str, Any] = json.loads(CONTEXT.read_text(encoding="utf-8"))
    words = _Words(whole["@context"])
    file.write(f'{{"@context": {_json(whole["@context"])},\n"@graph": [')
    for first, (graph, of_graph) in _numbered(groupby(quads, key=lambda quad: quad.graph_name)):
        file.write(f'{"" if first else ","}\n{{"id": {_json(words.iri(graph.value))}, "graph": [')
        for lead, (_, of_node) in _numbered(groupby(of_graph, key=lambda quad: quad.subject)):
            file.write(f"{'' if lead else ','}\n{_json(words.node(list(of_node)))}")
        file.write("\n]}")
    file.write("\n]}\n")


class _Words:
    """The terms of a context, and how each wants its values."""

    def __init__(self, context: dict[str, Any]) -> None:
        self._terms: dict[str, tuple[str, dict[str, Any]]] = {}
        self._prefixes = {prefix: iri for prefix, iri in PREFIXES.items() if context.get(prefix) == iri}
        for term, told in context.items():
            definition = told if isinstance(told, dict) else {"@id": told}
            name = str(definition.get("@id", ""))
            if (iri := expanded(name)) != name:
                self._terms[iri] = term, definition

    def iri(self, iri: str) -> str:
        """Return an IRI with the context's prefix."""
        return shortened(iri, self._prefixes)

    def node(self, quads: list[ox.Quad]) -> dict[str, Any]:
        """Return all that a graph says of one subject."""
        said: dict[str, Any] = {"id": self.iri(quads[0].subject.value)}  # type: ignore[union-attr]
        for quad in quads:
            if quad.predicate.value == f"{RDF}type":
                kind = quad.object.value  # type: ignore[union-attr]
                said.setdefault("type", []).append(self._terms[kind][0] if kind in self._terms else self.iri(kind))
                continue
            term, definition = self._terms.get(quad.predicate.value, (None, {}))
            container = definition.get("@container", ())
            value = self._plain(quad.object, definition)
            if term is None or value is None:
                said.setdefault(self.iri(quad.predicate.value), []).append(self._whole(quad.object))
            elif "@language" in container:
                said.setdefault(term, {}).setdefault(quad.object.language, []).append(value)  # type: ignore[union-attr]
            else:
                said.setdefault(term, []).append(value)
        alone = {term for term, told in self._terms.values() if "@container" not in told}
        return {key: value[0] if key in alone and len(value) == 1 else value for key, value in said.items()}

    def _plain(self, value: Any, definition: dict[str, Any]) -> str | int | None:
        """Return a value as its term takes it; None where the term would take it for another."""
        wanted = definition.get("@type")
        if isinstance(value, ox.NamedNode):
            return self.iri(value.value) if wanted == "@id" else None
        datatype = value.datatype.value
        if value.language:
            spoken = "@language" in definition.get("@container", ()) or definition.get("@language") == value.language
            return str(value.value) if spoken else None
        if datatype != (expanded(wanted) if wanted else _STRING) or "@language" in definition:
            return None
        return int(value.value) if datatype == _INTEGER else str(value.value)

    def _whole(self, value: Any) -> dict[str, str] | str:
        """Return a value with all that there is to say about it."""
        if isinstance(value, ox.NamedNode):
            return {"@id": self.iri(value.value)}
        if value.language:
            return {"@value": value.value, "@language": value.language}
        if value.datatype.value == _STRING:
            return str(value.value)
        return {"@value": value.value, "@type": self.iri(value.datatype.value)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _numbered(groups: Iterable[Any]) -> Iterator[tuple[bool, Any]]:
    """Yield each with whether it is the first."""
    return ((number == 0, group) for number, group in enumerate(groups))
