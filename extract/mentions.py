"""The mentions of a document in the order of its text: which entity stands where, and what stands in a stretch."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache, cached_property

from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.document import Metadata, Span, Structure
from extract.names import conferring, lexicon
from extract.surface import text_of
from ontology.terms import IDEAS, STATED, Kind, Level, Predicate

WORKS = tuple(kind for kind in STATED[Predicate.SERVES][0] if kind is not Kind.STRATEGY)
"""The kinds of what is done for a strategy."""
_NEAR = 6
"""Characters before a name in which a word is looked for that says what it is named for."""
_BEFORE_AN_HONOUR = re.compile("(?![，。；、和])")


class Mentions:
    """An index over the entities that ``policy_entities`` settled."""

    def __init__(self, doc: Doc) -> None:
        self.speaker: Metadata = doc._.document.metadata
        self.text: str = text_of(doc)
        self.whole = Span(0, max(1, len(self.text)))
        self.structure: Structure = doc._.structure
        self.entities: tuple[Entity, ...] = doc._.entities
        self._all: list[tuple[Span, Entity]] = sorted(
            ((span, entity) for entity in self.entities for span in entity.mentions),
            key=lambda pair: (pair[0].start, -pair[0].end, pair[1].id),
        )
        self._starts = [span.start for span, _ in self._all]
        self._at: dict[Span, list[Entity]] = defaultdict(list)
        for span, entity in self._all:
            self._at[span].append(entity)
        self._sentences: dict[Span, Span] = {}

    @classmethod
    def of(cls, doc: Doc) -> Mentions:
        """Return the index over a Doc's entities, made once for all that read it."""
        index: Mentions | None = doc.user_data.get("mentions")
        if index is None or index.entities is not doc._.entities:
            index = doc.user_data["mentions"] = cls(doc)
        return index

    def within(self, stretch: Span, kinds: Collection[Kind] | None = None) -> Iterator[tuple[Span, Entity]]:
        """Yield the mentions that lie in a stretch, in order."""
        for index in range(bisect_left(self._starts, stretch.start), len(self._all)):
            span, entity = self._all[index]
            if span.start >= stretch.end:
                return
            if span.end <= stretch.end and (kinds is None or entity.kind in kinds):
                yield span, entity

    def at(self, span: Span, kinds: Collection[Kind]) -> Entity | None:
        """Return the entity whose mention is exactly ``span``, of one of the kinds."""
        return next((entity for entity in self._at.get(span, ()) if entity.kind in kinds), None)

    def sentence(self, span: Span) -> Span:
        """Return the sentence in which a mention stands."""
        if span not in self._sentences:
            self._sentences[span] = self.structure.sentence_of(span)
        return self._sentences[span]

    def together(self, one: Entity, other: Entity) -> Iterator[tuple[Span, Span]]:
        """Yield the mentions of two entities that one sentence holds."""
        for span in one.mentions:
            sentence = self.sentence(span)
            yield from ((span, at) for at in other.mentions if sentence.contains(at))

    def outermost(self, stretch: Span, kinds: Collection[Kind]) -> Iterator[tuple[Span, Entity]]:
        """Yield what a stretch names of some kinds for itself, not within the name of something else, in order."""
        reach = 0
        for span, entity in self.within(stretch):
            if span.end > reach and entity.kind in kinds:
                yield span, entity
            reach = max(reach, span.end)

    def is_within(self, span: Span) -> bool:
        """Tell whether a mention is but a piece of a longer one in its sentence."""
        return any(found != span and found.contains(span) for found, _ in self.within(self.sentence(span)))

    @cached_property
    def conferring(self) -> frozenset[str]:
        """The organizations that are named but as what chooses or commends: 入选|农业农村部|典型案例.

        Of 25 such bodies of annotated texts 3 served anything; 3 were said to wrongly.
        """
        return frozenset(
            e.id for e in self.entities if e.kind is Kind.ORGANIZATION and all(map(self._confers, e.mentions))
        )

    def _confers(self, span: Span) -> bool:
        conferred = _conferred().search(self.text, max(0, span.start - _NEAR), span.start)
        return conferred is not None and _BEFORE_AN_HONOUR.match(self.text, span.end) is not None

    def strategies(self, stretch: Span) -> list[tuple[Span, Entity]]:
        """Return the strategies that a stretch names for themselves."""
        return list(self.outermost(stretch, (Kind.STRATEGY,)))

    def wholes(self, claims: Iterable[Claim]) -> dict[str, set[str]]:
        """Return the entities that the claims make part of another, with their wholes."""
        found: dict[str, set[str]] = {}
        for claim in claims:
            if claim.predicate is Predicate.COMPONENT_OF:
                part, whole = self.at(claim.subject, IDEAS), self.at(claim.object, IDEAS)
                if part is not None and whole is not None:
                    found.setdefault(part.id, set()).add(whole.id)
        return found


@cache
def _conferred() -> re.Pattern[str]:
    """Return what stands right before a body that chooses or commends: 入选|农业农村部…, 被|教育部推广."""
    return re.compile(f"(?:{conferring('rated', 'given')}|[获被])了?$")


@cache
def _endings(sort: str) -> tuple[str, ...]:
    return tuple(lexicon("relations")[sort])


def is_result(entity: Entity, *, wide: bool) -> bool:
    """Tell whether a heading's phrase names a result or an activity (…水平): no strategy that work is for.

    What ends in 风险 is none in the ``wide`` reports of the nation and the provinces.
    """
    if entity.concept is not None or is_said(entity):
        return False
    return entity.name.endswith(_endings("results")) or (not wide and entity.name.endswith(_endings("local_results")))


def is_system(entity: Entity) -> bool:
    """Tell whether a heading's phrase names a system (现代产业体系), for which work is where it names nothing else."""
    return not is_said(entity) and entity.name.endswith(_endings("systems"))


def is_said(entity: Entity) -> bool:
    """Tell whether the document itself sets a name off, by quotation marks or in its glossary."""
    return not entity.finders.isdisjoint(("policy_quotations", "policy_glossary"))


def is_guess(entity: Entity) -> bool:
    """Tell whether nothing but the tagger's likelihood stands behind an entity."""
    return entity.finders <= {"policy_tagger", "policy_entities"}


def is_body(entity: Entity) -> bool:
    """Tell whether an organization is one of the bodies that lead all work (政府, 党委, 人大, 政协)."""
    return entity.kind is Kind.ORGANIZATION and (entity.name.endswith(_endings("bodies")) or "委员会" in entity.name)


def is_doctrine(entity: Entity) -> bool:
    """Tell whether a name is what one studies and is guided by (…思想, …精神), not a principle of work (…发展思想)."""
    return entity.name.endswith(_endings("doctrines")) and not entity.name.endswith("发展思想")


def below(lower: Level | None, upper: Level | None) -> bool:
    """Tell whether the first level is known to stand under the second."""
    return lower is not None and upper is not None and upper.above(lower)
