"""Documents of our own and the links in them, also those between entities that a test names itself."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from spacy.language import Language

from extract import pipeline
from extract.annotation import Entity, Link
from extract.document import Document, Metadata, Place, Span
from ontology import scheme
from ontology.terms import Kind, Level

READERS = ("policy_structure", "policy_composition", "policy_location", "policy_service", "policy_links")


def readers() -> Language:
    """Return the pipeline of structure and relations alone."""
    return pipeline.load(components=READERS)


def read(
    nlp: Language,
    text: str,
    named: Mapping[str, tuple[Kind, Level | None]],
    place: Place,
    doubted: Collection[str] = (),
    places: Mapping[str, Place] = MappingProxyType({}),
) -> Iterator[tuple[str, str, Link]]:
    """Yield the names and the link of each pair that the readers relate.

    Args:
        nlp: what ``readers`` returned.
        text: a document of our own.
        named: kind and level by the name as the text has it; the authority file's concepts are known by their names.
        place: the unit that speaks.
        doubted: names that the resolver is not sure of.
        places: the divisions that some of the names are.
    """
    doc = pipeline.make_doc(nlp, document(text, place))
    doc._.scheme = scheme.load()
    entities = []
    for name, (kind, level) in named.items():
        spans = [m.span() for m in re.finditer(re.escape(name), text)]
        quoted = any(text[start - 1 : start] == "“" for start, _ in spans)
        concept = doc._.scheme.by_label(name) if level is Level.NATIONAL else None
        entities.append(
            Entity(
                f"e{len(entities) + 1}",
                kind,
                name,
                tuple(Span(*span) for span in spans),
                level=level,
                place=places.get(name, place if kind is Kind.ORGANIZATION and name.endswith("政府") else None),
                concept=concept.iri if concept is not None else None,
                confidence=0.6 if name in doubted else 1,
                finders=frozenset({"policy_quotations" if quoted else "test"}),
            )
        )
    doc._.entities = tuple(entities)
    for _, component in nlp.pipeline:
        doc = component(doc)
    return _named(entities, doc._.links)


def document(text: str, place: Place) -> Document:
    """Return a text of our own as a document of a place."""
    return Document("t", text, "0" * 64, metadata=Metadata(place=place, level=place.level))


def related(nlp: Language, text: str, place: Place) -> Iterator[tuple[str, str, Link]]:
    """Yield the names and the link of each pair that a whole pipeline finds and relates."""
    annotation = pipeline.annotate(nlp, document(text, place))
    return _named(annotation.entities, annotation.links)


def _named(entities: Iterable[Entity], links: Iterable[Link]) -> Iterator[tuple[str, str, Link]]:
    name_of = {entity.id: entity.name for entity in entities}
    return ((name_of[link.subject], name_of[link.object], link) for link in links)
