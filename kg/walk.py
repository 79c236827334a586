"""The rule of the lineage, written once: ``pl:contributesTo`` is derived by it, and a lineage is shown by it.

A walk goes upward from entity to entity, along one document's links and those that hold in every document. It leaves
its document only for one of the unit whose strategy it has reached, and there only for what is that unit's or a
containing unit's: so it ends at no strategy of a unit that does not contain the place it comes from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ontology.iri import NATION, place_of
from ontology.terms import Predicate

UPWARD = (Predicate.COMPONENT_OF, Predicate.SERVES, Predicate.ADVANCES)
"""The relations that a lineage is made of."""

EVERYWHERE = ""
"""In the place of a document: the authority file, the curators, updates of the union, whose links hold in each."""

State: TypeAlias = tuple[str, str]
"""An entity that a walk has reached, and the document whose links it follows."""

Upward: TypeAlias = tuple[Predicate, str]
"""A relation and what it leads to."""


@dataclass(slots=True)
class Walk:
    """What a walk needs to know.

    Attributes:
        links: the upward links by document and subject.
        issuers: the unit whose strategy each strategy is, where known; of strategies only.
        issued: the documents of each unit.
    """

    links: dict[str, dict[str, set[Upward]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    issuers: dict[str, str] = field(default_factory=dict)
    issued: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def starts(self) -> Iterator[State]:
        """Yield every state that a walk may start from: an entity and a document that links it upward."""
        return ((entity, document) for document, links in self.links.items() for entity in links)

    def steps(self, state: State) -> Iterator[tuple[Upward, str, State]]:
        """Yield the links that a walk may take, the document that says each, and where it then is."""
        entity, document = state
        for source in {EVERYWHERE, document}:
            for link in self._from(entity, source):
                yield link, source, (link[1], document)
        for owner in self.issued.get(self.issuers.get(entity, ""), ()):
            if owner != document:
                for link in self._from(entity, owner):
                    around = self._place(link[1])
                    if around == self._place(entity)[: len(around)]:
                        yield link, owner, (link[1], owner)

    def _from(self, entity: str, source: str) -> set[Upward]:
        links = self.links.get(source)
        return links.get(entity, set()) if links else set()

    def _place(self, entity: str) -> tuple[str, ...]:
        """Return the chain of the unit that issued a strategy, or the places in the IRI; of the nation, nothing."""
        unit = self.issuers.get(entity)
        place = place_of(f"{unit}/") if unit is not None else place_of(entity)
        return () if place == (NATION,) else place
