"""What a document says, as quads of its own named graph.

Everything here follows from one ``Annotation`` and the authority file alone, so that a document's graph never depends
on other documents. Offsets are ``xsd:integer``, as the store keeps every kind of integer as that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import pyoxigraph as ox

from extract.annotation import Annotation, Entity, Indicator, Link
from extract.document import Document, Place, Span, Structure, unbroken
from ontology.iri import (
    NATION,
    document_iri,
    evidence_iri,
    generator_iri,
    indicator_iri,
    link_iri,
    mention_iri,
    mint,
    normalise,
    section_iri,
    without_footnotes,
)
from ontology.scheme import Concept, Scheme
from ontology.terms import (
    DCTERMS,
    IDEAS,
    ITSRDF,
    NIF,
    PL,
    PLACES,
    PROV,
    RDF,
    RDFS,
    SKOS,
    XSD,
    FoundIn,
    Kind,
    Level,
    Predicate,
)

Triples: TypeAlias = Iterator[ox.Triple]

TYPE = ox.NamedNode(f"{RDF}type")
LABEL = ox.NamedNode(f"{RDFS}label")
PREF_LABEL = ox.NamedNode(f"{SKOS}prefLabel")
ALT_LABEL = ox.NamedNode(f"{SKOS}altLabel")
DEFINITION = ox.NamedNode(f"{SKOS}definition")
IDENTIFIER = ox.NamedNode(f"{DCTERMS}identifier")
TITLE = ox.NamedNode(f"{DCTERMS}title")
CREATOR = ox.NamedNode(f"{DCTERMS}creator")
ISSUED = ox.NamedNode(f"{DCTERMS}issued")
SHA256 = ox.NamedNode(f"{PL}sha256")
IS_PART_OF = ox.NamedNode(f"{DCTERMS}isPartOf")
GENERATED_BY = ox.NamedNode(f"{PROV}wasGeneratedBy")
SUBJECT = ox.NamedNode(f"{RDF}subject")
PREDICATE = ox.NamedNode(f"{RDF}predicate")
OBJECT = ox.NamedNode(f"{RDF}object")
IS_STRING = ox.NamedNode(f"{NIF}isString")
EVIDENCE = ox.NamedNode(f"{PL}evidence")
CONTEXT = ox.NamedNode(f"{NIF}referenceContext")
BEGIN = ox.NamedNode(f"{NIF}beginIndex")
END = ox.NamedNode(f"{NIF}endIndex")
ANCHOR = ox.NamedNode(f"{NIF}anchorOf")
OFFSET_STRING = ox.NamedNode(f"{NIF}OffsetBasedString")
NIF_CONTEXT = ox.NamedNode(f"{NIF}Context")
IDENT_REF = ox.NamedNode(f"{ITSRDF}taIdentRef")

_QUOTATION_MARKS = '“”‘’「」『』""'
_QUOTED = tuple(
    re.compile(f"{opening}([^{opening}{closing}]*){closing}")
    for opening, closing in zip(_QUOTATION_MARKS[::2], _QUOTATION_MARKS[1::2], strict=True)
)

_DATE_TYPES = {4: "gYear", 7: "gYearMonth", 10: "date"}

METADATA: Mapping[str, ox.NamedNode] = {
    "title": TITLE,
    "issued": ISSUED,
    "year": ox.NamedNode(f"{PL}year"),
    "level": ox.NamedNode(f"{PL}level"),
    "place": ox.NamedNode(f"{PL}issuer"),
    "issuer": CREATOR,
    "meeting": ox.NamedNode(f"{PL}meeting"),
    "review_years": ox.NamedNode(f"{PL}reviewYear"),
    "plan_years": ox.NamedNode(f"{PL}planYear"),
}
"""How the graph says each field of a document's ``Metadata``."""

FOUND: Mapping[str, FoundIn] = {
    "title": FoundIn.TITLE,
    "text": FoundIn.TEXT,
    "file name": FoundIn.FILE_NAME,
    "table": FoundIn.TABLE,
}
"""How it says where each was found."""


def statements(annotation: Annotation, scheme: Scheme | None = None) -> Iterator[ox.Quad]:
    """Yield each quad of a document's named graph once.

    Args:
        annotation: what the extractors say of the document.
        scheme: the authority file; it decides the label, level and issuer of its concepts.

    Raises:
        ValueError: a span lies outside the text, a link leads to itself, ``advances`` does not lead to a higher level,
            or a name is empty.
    """
    graph = ox.NamedNode(document_iri(annotation.document.identifier))
    for triple in dict.fromkeys(_Statements(annotation, scheme).all()):
        yield ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def entity_iri(entity: Entity, place: Place | None, scheme: Scheme | None = None) -> str:
    """Return the IRI of an entity of a document.

    Args:
        entity: the entity.
        place: the place of the document, None where it is unknown.
        scheme: the authority file.
    """
    return _name(entity, place, scheme).iri


def unit_iri(unit: Place, around: Place | None = None) -> str:
    """Return the IRI of a unit or village.

    Args:
        unit: the place.
        around: the place of the document that names it: where the units that contain ``unit`` are unknown, those
            above its level that contain the document stand in for them.

    >>> unit_iri(Place("运城市", Level.PREFECTURE, (Place("山西省", Level.PROVINCIAL),)))[-26:]
    'AdministrativeUnit/山西省/运城市'
    """
    return _chain(unit, around)[-1][0]


def pl(name: str) -> ox.NamedNode:
    """Return a term of the ontology."""
    return ox.NamedNode(PL + name)


def integer(value: int) -> ox.Literal:
    """Return an ``xsd:integer``."""
    return ox.Literal(str(value), datatype=ox.NamedNode(f"{XSD}integer"))


def decimal(value: Decimal | float) -> ox.Literal:
    """Return an ``xsd:decimal`` in the form that the store keeps: no exponent, no zeros behind.

    >>> decimal(Decimal("3.430E+8")).value
    '343000000'
    """
    text = format(Decimal(str(value)), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ox.Literal(text or "0", datatype=ox.NamedNode(f"{XSD}decimal"))


def chinese(text: str) -> ox.Literal:
    """Return a text in Chinese."""
    return ox.Literal(text, language="zh")


@dataclass(frozen=True, slots=True)
class _Name:
    """How the graph names an entity: by these alone, whatever the document writes."""

    iri: str
    kind: Kind
    label: str
    level: Level | None
    issuer: str | None = None
    unit: Place | None = None
    """The unit or village that it is, or the unit that issued it."""


class _Statements:
    """Writes one annotation down."""

    def __init__(self, annotation: Annotation, scheme: Scheme | None) -> None:
        self.annotation = annotation
        self.document: Document = annotation.document
        self.place = annotation.document.metadata.place
        self.iri = document_iri(annotation.document.identifier)
        self.node = ox.NamedNode(self.iri)
        self.names = {entity.id: _name(entity, self.place, scheme) for entity in annotation.entities}

    def all(self) -> Triples:
        yield from self.context()
        yield from self.sections(self.annotation.structure)
        for entity in self.annotation.entities:
            yield from self.entity(entity)
        for indicator in self.annotation.indicators:
            yield from self.indicator(indicator)
        for group in _same(self.annotation.links, self.names):
            yield from self.link(group)

    def context(self) -> Triples:
        """The document, its text, and what is known about it."""
        metadata = self.document.metadata
        yield ox.Triple(self.node, TYPE, pl("Document"))
        yield ox.Triple(self.node, TYPE, NIF_CONTEXT)
        yield ox.Triple(self.node, IS_STRING, ox.Literal(self.document.text))
        yield ox.Triple(self.node, IDENTIFIER, ox.Literal(self.document.identifier))
        yield ox.Triple(self.node, SHA256, ox.Literal(self.document.sha256))
        if metadata.title:
            yield ox.Triple(self.node, TITLE, chinese(metadata.title))
        if metadata.issuer:
            yield ox.Triple(self.node, CREATOR, chinese(metadata.issuer))
        if metadata.issued:
            datatype = ox.NamedNode(XSD + _DATE_TYPES[len(metadata.issued)])
            yield ox.Triple(self.node, ISSUED, ox.Literal(metadata.issued, datatype=datatype))
        if metadata.year is not None:
            yield ox.Triple(self.node, pl("year"), integer(metadata.year))
        if metadata.level is not None:
            yield ox.Triple(self.node, pl("level"), pl(metadata.level))
        if metadata.meeting:
            yield ox.Triple(self.node, pl("meeting"), chinese(metadata.meeting))
        for field, years in (("review_years", metadata.review_years), ("plan_years", metadata.plan_years)):
            for year in years:
                yield ox.Triple(self.node, METADATA[field], integer(year))
        for field, how in metadata.found.items():
            yield ox.Triple(self.node, pl(FOUND[how]), METADATA[field])
        if self.place is not None:
            yield ox.Triple(self.node, pl("issuer"), ox.NamedNode(unit_iri(self.place)))
            yield from self.units(self.place)

    def sections(self, structure: Structure) -> Triples:
        """The parts under their headings."""
        nodes = [ox.NamedNode(section_iri(self.iri, s.span.start, s.span.end)) for s in structure.sections]
        for node, section in zip(nodes, structure.sections, strict=True):
            self.text(section.span)
            yield ox.Triple(node, TYPE, pl("Section"))
            yield ox.Triple(node, CONTEXT, self.node)
            yield ox.Triple(node, BEGIN, integer(section.span.start))
            yield ox.Triple(node, END, integer(section.span.end))
            yield ox.Triple(node, IS_PART_OF, self.node if section.parent is None else nodes[section.parent])
            if section.heading is not None:
                yield ox.Triple(node, pl("heading"), ox.Literal(unbroken(self.text(section.heading))))
            if section.period is not None:
                yield ox.Triple(node, pl("period"), pl(section.period))

    def entity(self, entity: Entity) -> Triples:
        """An entity: what it is, and where it is named."""
        name = self.names[entity.id]
        node = ox.NamedNode(name.iri)
        yield from _described(node, name)
        forms = {_spelled(self.text(span)) for span in entity.mentions} - {name.label}
        for form in sorted(forms):
            if form and "\n" not in form:  # the label has it joined
                yield ox.Triple(node, ALT_LABEL, chinese(form))
        if entity.definition:
            yield ox.Triple(node, DEFINITION, chinese(entity.definition))
        if entity.status is not None:
            yield ox.Triple(node, pl("status"), pl(entity.status))
        if name.unit is not None:
            yield from self.units(name.unit)
        for span in entity.mentions:
            yield from self.mention(span, node)

    def mention(self, span: Span, of: ox.NamedNode) -> Triples:
        """A stretch of text that names something."""
        node = ox.NamedNode(mention_iri(self.iri, span.start, span.end, of.value))
        yield ox.Triple(node, TYPE, pl("Mention"))
        yield ox.Triple(node, IDENT_REF, of)
        yield from self.passage(node, span)

    def indicator(self, indicator: Indicator) -> Triples:
        """A figure: what it counts, and of what."""
        node = ox.NamedNode(indicator_iri(self.iri, indicator.span.start, indicator.span.end))
        yield ox.Triple(node, TYPE, pl("Indicator"))
        yield ox.Triple(node, pl("value"), decimal(indicator.value))
        if indicator.unit:
            yield ox.Triple(node, pl("unit"), ox.Literal(indicator.unit))
        if indicator.measure:
            yield ox.Triple(node, pl("measure"), ox.Literal(indicator.measure))
        if indicator.of is not None:
            yield ox.Triple(node, pl("indicatorOf"), ox.NamedNode(self.names[indicator.of].iri))
        if indicator.period is not None:
            yield ox.Triple(node, pl("period"), pl(indicator.period))
        yield from self.mention(indicator.span, node)

    def link(self, same: tuple[Link, ...]) -> Triples:
        """A relation: as a plain triple, and as a ``pl:Link`` with its proof."""
        link = same[0]
        subject, object_ = self.names[link.subject], self.names[link.object]
        check_link(subject.iri, link.predicate, object_.iri, subject.level, object_.level)
        ends = (ox.NamedNode(subject.iri), ox.NamedNode(object_.iri))
        iri = link_iri(self.iri, subject.iri, link.predicate, object_.iri, link.basis, link.extractor)
        yield from link_triples(ox.NamedNode(iri), *ends, link, max(each.confidence for each in same))
        for span in [span for each in same for span in each.evidence] or self._names_as_evidence(link):
            evidence = ox.NamedNode(evidence_iri(self.iri, span.start, span.end))
            yield ox.Triple(ox.NamedNode(iri), EVIDENCE, evidence)
            yield from self.passage(evidence, span)
        yield from generator(link.extractor)

    def passage(self, node: ox.NamedNode, span: Span) -> Triples:
        """A stretch of the text."""
        yield ox.Triple(node, TYPE, OFFSET_STRING)
        yield ox.Triple(node, CONTEXT, self.node)
        yield ox.Triple(node, BEGIN, integer(span.start))
        yield ox.Triple(node, END, integer(span.end))
        yield ox.Triple(node, ANCHOR, ox.Literal(self.text(span)))

    def units(self, place: Place) -> Triples:
        """A unit and those that contain it, for queries by place."""
        for iri, unit in _chain(place, self.place):
            node = ox.NamedNode(iri)
            yield from _described(node, _Name(iri, _kind_of(unit), normalise(unit.name), unit.level))
            if unit.code is not None:
                yield ox.Triple(node, pl("divisionCode"), ox.Literal(unit.code))

    def text(self, span: Span) -> str:
        if span.end > len(self.document.text):
            raise ValueError(
                f"{self.document.identifier}: span {span.start}:{span.end} ends behind the text, "
                f"which has {len(self.document.text)} characters"
            )
        return self.document.text[span.start : span.end]

    def _names_as_evidence(self, link: Link) -> list[Span]:
        """The first mention of each end: where the names themselves are the proof."""
        return [entity.mentions[0] for entity in self.annotation.entities if entity.id in (link.subject, link.object)]


def check_link(subject: str, predicate: Predicate, object_: str, lower: Level | None, upper: Level | None) -> None:
    """Raise ValueError for a link that no graph may hold.

    Args:
        subject: IRI of the entity that it goes from.
        predicate: the relation.
        object_: IRI of the entity that it goes to.
        lower: level of the subject.
        upper: level of the object.
    """
    if subject == object_:
        raise ValueError(f"{subject} {predicate} itself")
    if predicate is Predicate.ADVANCES and not (lower and upper and upper.above(lower)):
        raise ValueError(f"advances leads to a higher level, not from {subject} ({lower}) to {object_} ({upper})")


def link_triples(
    node: ox.NamedNode, subject: ox.NamedNode, object_: ox.NamedNode, link: Link, confidence: float
) -> Triples:
    """Yield a link as a plain triple and as a ``pl:Link``, without its evidence."""
    yield ox.Triple(subject, pl(link.predicate), object_)
    yield ox.Triple(node, TYPE, pl("Link"))
    yield ox.Triple(node, SUBJECT, subject)
    yield ox.Triple(node, PREDICATE, pl(link.predicate))
    yield ox.Triple(node, OBJECT, object_)
    yield ox.Triple(node, pl("basis"), pl(link.basis))
    yield ox.Triple(node, pl("confidence"), decimal(confidence))
    yield ox.Triple(node, GENERATED_BY, ox.NamedNode(generator_iri(link.extractor)))


def generator(name: str) -> Triples:
    """Yield the description of what makes links."""
    node = ox.NamedNode(generator_iri(name))
    yield ox.Triple(node, TYPE, pl("Generator"))
    yield ox.Triple(node, LABEL, ox.Literal(name))


def _same(links: Iterable[Link], names: dict[str, _Name]) -> Iterator[tuple[Link, ...]]:
    """Group the links that are one ``pl:Link`` in the graph: two entities of a document may have one IRI."""
    groups: dict[tuple[str, str, str, str, str], list[Link]] = {}
    for link in links:
        key = (names[link.subject].iri, link.predicate, names[link.object].iri, link.basis, link.extractor)
        groups.setdefault(key, []).append(link)
    for group in groups.values():
        yield tuple(group)


def _spelled(words: str) -> str:
    """Return a name as a document writes it, without marks of footnotes, with whole inner quotations only."""
    words = without_footnotes(words)
    paired = {at for pair in _QUOTED for quoted in pair.finditer(words) for at in (quoted.start(), quoted.end() - 1)}
    form = "".join(mark for at, mark in enumerate(words) if mark not in _QUOTATION_MARKS or at in paired).strip()
    for pair in _QUOTED:
        form = whole[1].strip() if (whole := pair.fullmatch(form)) else form
    return form


def _described(node: ox.NamedNode, name: _Name) -> Triples:
    yield ox.Triple(node, TYPE, pl(name.kind))
    yield ox.Triple(node, PREF_LABEL, chinese(name.label))
    if name.level is not None:
        yield ox.Triple(node, pl("level"), pl(name.level))
    if name.issuer is not None:
        yield ox.Triple(node, pl("issuer"), ox.NamedNode(name.issuer))


def _name(entity: Entity, place: Place | None, scheme: Scheme | None) -> _Name:
    """Name an entity by the rules of docs/architecture.md, "Identity"."""
    concept = scheme.concept(entity.concept) if scheme is not None and entity.concept is not None else None
    if concept is not None:
        issuer = concept_issuer(concept)
        owner = _owner(concept.level, place)
        owner = owner if owner is not None and unit_iri(owner, place) == issuer else None
        return _Name(concept.iri, concept.kind, concept.label, concept.level, issuer, owner)
    if entity.kind in PLACES:
        unit = _unit(entity)
        if unit is None:
            return _Name(mint(entity.kind, _path(place), entity.name), entity.kind, normalise(entity.name), None)
        return _Name(unit_iri(unit, place), _kind_of(unit), normalise(unit.name), unit.level, None, unit)
    label = normalise(entity.name)
    if entity.kind not in IDEAS:
        return _Name(mint(entity.kind, _path(entity.place or place, place), entity.name), entity.kind, label, None)
    owner = entity.issuer or _owner(entity.level, place)
    iri = entity.concept or mint(entity.kind, _path(owner or entity.place or place, place), entity.name)
    return _Name(iri, entity.kind, label, entity.level, unit_iri(owner, place) if owner else None, owner)


def _unit(entity: Entity) -> Place | None:
    """Return the division that a village or unit is; of a village, ``entity.place`` may be the unit around it."""
    place = entity.place
    if entity.kind is not Kind.VILLAGE:
        return place or (Place(entity.name, entity.level) if entity.level is not None else None)
    if place is None or place.level is Level.VILLAGE:
        return place or Place(entity.name, Level.VILLAGE)
    return Place(entity.name, Level.VILLAGE, (*place.within, place))


def concept_issuer(concept: Concept) -> str | None:
    """Return the IRI of the unit whose concept it is; the authority file leaves the nation's out."""
    if concept.issuer is None and concept.level is Level.NATIONAL:
        return mint(Kind.ADMINISTRATIVE_UNIT, (), NATION)
    return concept.issuer


def _owner(level: Level | None, place: Place | None) -> Place | None:
    """Return the unit of a level that contains the document's place."""
    if level is Level.NATIONAL:
        return Place(NATION, Level.NATIONAL)
    return place.at(level) if place is not None and level is not None else None


def _kind_of(unit: Place) -> Kind:
    return Kind.VILLAGE if unit.level is Level.VILLAGE else Kind.ADMINISTRATIVE_UNIT


def _path(place: Place | None, around: Place | None = None) -> tuple[str, ...]:
    """Return the names of a place and the units that contain it, see ``unit_iri``."""
    return (*_above(place, around), *place.path) if place is not None else ()


def _above(unit: Place, around: Place | None) -> tuple[str, ...]:
    """Return the names of the document's units that stand in for those that contain ``unit``."""
    if unit.within or around is None or not Level.PROVINCIAL.above(unit.level):
        return ()
    units = (*around.within, around)
    return tuple(u.name for u in units if u.level is not Level.NATIONAL and u.level.above(unit.level))


def _chain(unit: Place, around: Place | None) -> list[tuple[str, Place]]:
    """Return a unit and, before it, those that contain it, each with its IRI."""
    path = _above(unit, around)
    chain = []
    for each in (*unit.within, unit):
        chain.append((mint(_kind_of(each), path, each.name), each))
        path = (*path, each.name)
    return chain
