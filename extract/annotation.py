"""What the extractors say of a document: entities with their mentions, indicators, and links with their proof."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from extract.document import Document, Place, Span, Structure
from ontology.terms import Basis, Kind, Level, Period, Predicate, Status


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that one extractor takes for the name of an entity; the resolver decides.

    Attributes:
        span: where it stands.
        kind: class of the entity.
        extractor: name of the component that proposes it.
        confidence: 0 to 1.
        name: full name where it differs from the surface (舜帝 → 舜帝村; 省住建厅 → 山西省住房和城乡建设厅).
        level: level of government that issued it (Strategy, Policy, Slogan) or its own (AdministrativeUnit).
        concept: IRI of the authority file's concept, where it is one.
        place: the division that it is (Village, AdministrativeUnit) or stands in (others), where known.
        definition: what the text says it stands for.
        likelihood: how likely the tagger finds a name of this kind here, 0 to 1; None where no model was asked.
    """

    span: Span
    kind: Kind
    extractor: str
    confidence: float
    name: str | None = None
    level: Level | None = None
    concept: str | None = None
    place: Place | None = None
    definition: str | None = None
    likelihood: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A relation that one extractor reads between two spans; ``policy_links`` turns spans into entities.

    Attributes:
        subject: span of a name (any mention of the entity).
        predicate: the relation.
        object: span of a name.
        basis: why.
        confidence: 0 to 1.
        evidence: the sentence or heading that proves it.
        extractor: name of the rule.
    """

    subject: Span
    predicate: Predicate
    object: Span
    basis: Basis
    confidence: float
    evidence: Span
    extractor: str


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that a document names, however often.

    Attributes:
        id: key within the document's annotation (``e1``); the graph mints the IRI from what follows.
        kind: class.
        name: preferred label.
        mentions: where the document names it, in order, never empty.
        level: see ``Candidate.level``; None where neither text nor common knowledge tells.
        issuer: the unit whose strategy, policy or slogan it is, where known.
        place: the division that it is (Village, AdministrativeUnit), or that it stands in.
        concept: IRI of the authority file's concept.
        definition: what a glossary or the text says it stands for.
        status: of a Project, as this document gives it.
        confidence: 0 to 1.
        finders: names of the components that proposed it.
    """

    id: str
    kind: Kind
    name: str
    mentions: tuple[Span, ...]
    level: Level | None = None
    issuer: Place | None = None
    place: Place | None = None
    concept: str | None = None
    definition: str | None = None
    status: Status | None = None
    confidence: float = 1.0
    finders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure that measures work or outcome.

    Attributes:
        id: key within the document (``i1``).
        span: figure and unit (3.43亿元); the figure alone in a table's cell whose column's heading has the unit.
        value: multiplied out (343000000).
        unit: as written behind the multiplier (元, 亩, %).
        measure: what is measured (项目投资).
        of: id of the entity measured, where one is.
        period: done or to do.
    """

    id: str
    span: Span
    value: Decimal
    unit: str
    measure: str
    of: str | None = None
    period: Period | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two entities of the document, with why it is believed.

    Attributes:
        subject: id of an entity.
        predicate: the relation.
        object: id of an entity.
        basis: stated, structural, definitional or inferred.
        confidence: 0 to 1, the measured share of such links that are right.
        evidence: the sentence or heading that proves it; empty only where the names themselves do.
        extractor: the rule that made it.
    """

    subject: str
    predicate: Predicate
    object: str
    basis: Basis
    confidence: float
    evidence: tuple[Span, ...]
    extractor: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """All that the extractors say of one document."""

    document: Document
    structure: Structure
    entities: tuple[Entity, ...]
    indicators: tuple[Indicator, ...]
    links: tuple[Link, ...]
