"""The vocabulary of the graph as Python names: kinds, levels, relations, and the namespaces they stand in.

The meaning of each term is defined in ``policy-lineage.ttl`` beside this file; a test keeps the two alike.
"""

from __future__ import annotations

from enum import StrEnum

PL = "https://w3id.org/policy-lineage#"
PLID = "https://w3id.org/policy-lineage/id/"
NIF = "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#"
ITSRDF = "http://www.w3.org/2005/11/its/rdf#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
ORG = "http://www.w3.org/ns/org#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SH = "http://www.w3.org/ns/shacl#"

PREFIXES: dict[str, str] = {
    "pl": PL,
    "plid": PLID,
    "nif": NIF,
    "itsrdf": ITSRDF,
    "skos": SKOS,
    "dcterms": DCTERMS,
    "prov": PROV,
    "org": ORG,
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "sh": SH,
}
"""The prefixes that every query knows without typing them."""


class Kind(StrEnum):
    """The seven classes of entity; the value is the local name of the class."""

    VILLAGE = "Village"
    ADMINISTRATIVE_UNIT = "AdministrativeUnit"
    ORGANIZATION = "Organization"
    PROJECT = "Project"
    POLICY = "Policy"
    STRATEGY = "Strategy"
    SLOGAN = "Slogan"


class Level(StrEnum):
    """A level of government; the value is the local name of the individual."""

    NATIONAL = "national"
    PROVINCIAL = "provincial"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"

    @property
    def rank(self) -> int:
        """Return 0 for the nation up to 5 for a village."""
        return _RANK[self]

    def above(self, other: Level) -> bool:
        """Tell whether this level stands strictly above ``other``.

        >>> Level.NATIONAL.above(Level.TOWNSHIP)
        True
        """
        return self.rank < other.rank


_RANK = {level: rank for rank, level in enumerate(Level)}


class Predicate(StrEnum):
    """The relations that a ``pl:Link`` says: four that documents state, and ``sameAs``, which only curators do."""

    COMPONENT_OF = "componentOf"
    SERVES = "serves"
    ADVANCES = "advances"
    LOCATED_IN = "locatedIn"
    SAME_AS = "sameAs"


IDEAS = (Kind.STRATEGY, Kind.POLICY, Kind.SLOGAN)
"""What a government issues, and so has a level of its own and parts."""
SHOWN = 0.5
"""The confidence from which on a view shows a link unless it is asked for more: the contract's default."""

PLACES = (Kind.VILLAGE, Kind.ADMINISTRATIVE_UNIT)
STATED: dict[Predicate, tuple[tuple[Kind, ...], tuple[Kind, ...]]] = {
    Predicate.COMPONENT_OF: (IDEAS, IDEAS),
    Predicate.SERVES: (
        (Kind.VILLAGE, Kind.PROJECT, Kind.POLICY, Kind.SLOGAN, Kind.ORGANIZATION, Kind.STRATEGY),
        (Kind.STRATEGY,),
    ),
    Predicate.ADVANCES: ((Kind.STRATEGY,), (Kind.STRATEGY,)),
    Predicate.LOCATED_IN: ((Kind.PROJECT, Kind.ORGANIZATION, Kind.VILLAGE), PLACES),
}
"""The relations that documents state, each with what it leads from and to, as GUIDELINES "Relations" gives them."""


class Basis(StrEnum):
    """Why a link is believed."""

    STATED = "stated"
    STRUCTURAL = "structural"
    DEFINITIONAL = "definitional"
    INFERRED = "inferred"
    CURATED = "curated"


class Period(StrEnum):
    """Whether a passage looks back or ahead."""

    REVIEW = "review"
    PLAN = "plan"


class FoundIn(StrEnum):
    """Where a document's metadata was found; the value is the local name of the property that says so."""

    TITLE = "foundInTitle"
    TEXT = "foundInText"
    FILE_NAME = "foundInFileName"
    TABLE = "foundInTable"


class Status(StrEnum):
    """How far a project has come, as a document says."""

    COMPLETED = "completed"
    ONGOING = "ongoing"
    PLANNED = "planned"
