"""Reads locatedIn: where a village, an organization or a project stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.document import Place, Span
from extract.finders.organizations import is_called, is_firm, unit_called
from extract.finders.villages import short_name
from extract.layout.tables import named_rows
from extract.mentions import Mentions, below, is_guess
from extract.names import alternation, is_governing, lexicon
from extract.surface import HAN, folded_text
from ontology.divisions import NATION, divisions
from ontology.terms import PLACES, Basis, Kind, Level, Predicate

_UNITS = (Kind.ADMINISTRATIVE_UNIT,)
_NEAR = (Level.PREFECTURE, Level.COUNTY)
"""Units above the speaker's that a village may be said to stand in, where the text names no other."""
_OF_FIRM, _OF_BODY = 0.72, 0.94
"""How surely an organization sits where its name says: seven of ten firms do, nineteen of twenty bodies."""


@cache
def _feature() -> re.Pattern[str]:
    """Return what goes on behind a town's short name in that of a river or mountain: 汤沟|河."""
    return re.compile(alternation(lexicon("relations")["features"]))


@cache
def _whose() -> re.Pattern[str]:
    """Return a unit's word that says which of the speaker's an organization is of: 县委, 市人民医院, 区水务局."""
    return re.compile(f"([省市州盟县旗区镇乡])(?!{alternation(lexicon('relations')['unit_not_before'])})")


class LocationReader:
    """Claims the most specific place that the name, the clause or the document's own place gives."""

    def __call__(self, doc: Doc) -> Doc:
        """Append the claims."""
        reading = _Reading(doc)
        for entity in reading.mentions.entities:
            if entity.kind is Kind.VILLAGE:
                reading.village(entity)
            elif entity.kind is Kind.ORGANIZATION:
                reading.organization(entity)
            elif entity.kind is Kind.PROJECT:
                reading.project(entity)
        return doc


class _Reading:
    """One document being read."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.mentions = Mentions.of(doc)
        self.folded = folded_text(doc)
        self.home: Place | None = doc._.document.metadata.place
        self.units = {
            e.place.path: e
            for e in self.mentions.entities
            if e.kind is Kind.ADMINISTRATIVE_UNIT and e.place is not None
        }
        self.own = self.units.get(self.home.path) if self.home is not None else None
        self.brief = {
            name: unit
            for unit in self.units.values()
            if self.home is not None and below(unit.level, self.home.level)
            for name in _spoken(unit)
            if len(name) > 1
        }
        towns = {name for unit in (*self.units.values(), self.own) if unit is not None for name in _spoken(unit)}
        self.in_short = {
            short: e
            for e in self.mentions.entities
            if e.kind is Kind.VILLAGE and len(short := short_name(e.name)) > 1 and short not in towns
        }
        self.before = {span.end: entity for span, entity in self.mentions.within(self.mentions.whole, _UNITS)}
        self.sites = {name: site for name, site in named_rows(self.mentions.text) if site is not None}
        self.villages = {span.end: span for span, _ in self.mentions.within(self.mentions.whole, (Kind.VILLAGE,))}

    def village(self, entity: Entity) -> None:
        """Claim the unit that a village is named behind (王集镇柳沟、石桥村), that holds it, or that speaks.

        A county's report does not say in which town a village lies that it names without it (5 of 30 were said to lie
        in the table's).
        """
        for span in entity.mentions:
            unit = self._named_before(span)
            if unit is not None:
                self._claim(entity, span, unit, "named before", 0.95)
                return
        local = self.home is not None and self.home.level is Level.COUNTY
        told = entity.place is not None and entity.place.within and not local
        container = entity.place.within[-1] if entity.place is not None and told else self.home
        unit = self.units.get(container.path) if container is not None else None
        only = next(iter(self.units.values())) if len(self.units) == 1 else None
        if only is not None and self.home is not None and not (self._holds_home(only) and only.level in _NEAR):
            only = None  # 上海市来访; a province says little of where its village lies
        self._claim(entity, entity.mentions[0], unit or self.own or only, "village", 0.93)

    def _named_before(self, span: Span) -> Entity | None:
        """Return the unit before a name, or before its list of villages: 王集镇柳沟、石桥村, 王集镇的石桥村."""
        start = span.start
        while start not in self.before:
            if self.folded[start - 1 : start] == "的" and start - 1 in self.before:
                return self.before[start - 1]
            listed = self.villages.get(start - 1) if self.folded[start - 1 : start] in ("、", "和", "及") else None
            if listed is None:
                return None
            start = listed.start
        return self.before[start]

    def organization(self, entity: Entity) -> None:
        """Claim the unit whose body it is or that its name names; of small places, also of a firm that tells none."""
        home = self.home
        small = home is not None and home.level.rank >= Level.PREFECTURE.rank
        institution = _institution().search(entity.name) is not None
        if not institution and not small:
            return
        unit: Entity | None = None
        if (village := self._village_of(entity)) is not None:
            unit = village
        elif entity.place is not None:
            unit = self.units.get(entity.place.path)
        elif mark := self._mark(entity):
            unit = self._marked(mark)
        elif home is not None and home.level is not Level.NATIONAL:
            named = [e for span in entity.mentions for _, e in self.mentions.within(span, _UNITS)]
            default = None if self._is_elsewhere(entity) else self.own
            unit = self.own if self.own in named else next(iter(_most_specific(named)), default)
        if unit is not None and unit.level is not Level.NATIONAL:
            sure = _OF_FIRM if is_firm(entity.name) else _OF_BODY
            self._claim(entity, entity.mentions[0], unit, "organization", sure)

    def _is_elsewhere(self, entity: Entity) -> bool:
        """Tell whether an organization is of the nation (国家文物局), or one that a place works with: 与|江南大学|共建.

        None of 9 of the nation's, nor of 8 such universities and academies, stood in the place that spoke.
        """
        return _of_nation().match(entity.name) is not None or (
            entity.name.endswith(("大学", "农科院", "科学院"))
            and any(_with().search(self.folded, max(0, span.start - 8), span.start) for span in entity.mentions)
        )

    def _village_of(self, entity: Entity) -> Entity | None:
        """Return the village that an organization's name begins with: 石头寨村|养殖专业合作社, and 永丰|种植专业合作社.

        A short name counts where it is no unit's, and where such bodies are a village's: 28 of 30 stood there.
        """
        named = (e for span in entity.mentions for s, e in self.mentions.within(span, (Kind.VILLAGE,)) if s != span)
        in_full = next((village for village in named if entity.name.startswith(village.name)), None)
        if in_full is not None or not _of_village().search(entity.name):
            return in_full
        return self.in_short.get(max(filter(entity.name.startswith, self.in_short), key=len, default=""))

    def _mark(self, entity: Entity) -> str | None:
        """Return what all mentions of an organization begin with that says whose it is: 县 of 县人民医院."""
        whose = _whose()
        marks = {m[1] if (m := whose.match(self.folded, span.start)) else None for span in entity.mentions}
        return marks.pop() if len(marks) == 1 else None

    def _marked(self, mark: str) -> Entity | None:
        """Return the unit that a mark means: the nearest of the speaker's, else the only one named that ends in it.

        A wide report means all of its cities by 市政府, however many it names.
        """
        own = unit_called(mark, self.home)
        if own is not None:
            return self.units.get(own.path)
        if self.doc._.document.metadata.wide:
            return None
        named = [e for e in self.mentions.entities if e.kind in _UNITS and is_called(e.name, mark)]
        return named[0] if len(named) == 1 else None

    def project(self, entity: Entity) -> None:
        """Claim the places in its row's cell of sites, in its name, its clause or its firm's name, else the speaker."""
        for span in entity.mentions:
            cell = next((site for name, site in self.sites.items() if name.contains(span)), None)
            if cell is not None and (standing := self._standing(cell)):
                self._sites(entity, span, standing, "row", 0.92)
                return
        for span in entity.mentions:
            inner = self._standing(span)
            if inner:
                self._sites(entity, span, inner, "name", 0.92)
                return
        for span in entity.mentions:
            before = self._named_before(span)
            found = [before] if before is not None else self._clause(span)
            if found:
                self._sites(entity, span, found, "clause", 0.75)
                return
        if (town := self._called_after(entity)) is not None:
            self._claim(entity, entity.mentions[0], town, "name in brief", 0.92)
            return
        for span in entity.mentions:
            named = self._standing(span, outside=())
            if named:
                self._sites(entity, span, named, "firm", 0.93)
                return
        if self.home is not None and self.home.level is not Level.NATIONAL:
            # Three of ten projects of a province stand in a place that its report does not name.
            sure = 0.72 if self.doc._.document.metadata.wide else 0.91
            self._claim(entity, entity.mentions[0], self.own, "document", sure)

    def _called_after(self, project: Entity) -> Entity | None:
        """Return the unit below the speaker's whose short name a project's begins with: 洋川装备制造园 in 洋川镇."""
        name = max(filter(project.name.startswith, self.brief), key=len, default="")
        return None if _feature().match(project.name, len(name)) else self.brief.get(name)

    def _standing(self, stretch: Span, *, outside: Sequence[Kind] = (Kind.ORGANIZATION,)) -> list[Entity]:
        """Return the places named in a stretch outside the names of some kinds; none that holds the speaker.

        One character is where a line leads (京津塘高速), not where it stands.
        """
        names = [s for s, _ in self.mentions.within(stretch, tuple(outside)) if s != stretch]
        named = [pair for pair in self.mentions.within(stretch, PLACES) if pair[0].end - pair[0].start > 1]
        return [
            place
            for span, place in named
            if not any(name.contains(span) for name in names) and not self._holds_home(place)
        ]

    def _clause(self, span: Span) -> list[Entity]:
        """Return the places in the clause before a project that says where it is made: 在柳沟村建成…, 柳沟村建成….

        A village stands there whatever is between (柳沟村利用专项资金80万元建成…), a unit only as the doer. A place
        within the name of another work is that one's site alone (黑水村苗木基地、物流园二期).
        """
        sentence = self.mentions.sentence(span)
        clause = re.split("[，；。]", self.folded[sentence.start : span.start])[-1]
        if not clause:
            return []
        stretch = Span(span.start - len(clause), span.start)
        standing = self._standing(stretch, outside=(Kind.ORGANIZATION, Kind.PROJECT))
        if re.search("[在为以对]", clause):
            return standing
        if villages := [place for place in standing if place.kind is Kind.VILLAGE]:
            return villages
        level = self.home.level if self.home is not None else None
        doers = [place for place in standing if below(place.level, level)]
        last = max((s.end for doer in doers for s in doer.mentions if stretch.contains(s)), default=None)
        return doers if last is not None and is_governing(self._without_works(Span(last, span.start))) else []

    def _without_works(self, stretch: Span) -> str:
        """Return a stretch without the works listed in it and what joins them: 戴镇|加快推进甲厂二期、|乙厂技改."""
        words, at = "", stretch.start
        for work, _ in self.mentions.within(stretch, (Kind.PROJECT,)):
            words, at = words + self.folded[at : work.start], max(at, work.end)
        return re.sub("[、和及与]", "", words + self.folded[at : stretch.end])

    def _sites(self, project: Entity, span: Span, places: Sequence[Entity], rule: str, sure: float) -> None:
        """Claim the villages among some places, else the most specific units, guessed villages last."""
        villages = {e.id: e for e in places if e.kind is Kind.VILLAGE}
        known = [e for e in villages.values() if not is_guess(e)]
        for place in known or _most_specific(places) or villages.values():
            self._claim(project, span, place, rule, sure)

    def _holds_home(self, unit: Entity) -> bool:
        """Tell whether a unit is one of those above the one that speaks, as the nation always is."""
        if unit.place == NATION:
            return True
        if self.home is None or unit.kind is not Kind.ADMINISTRATIVE_UNIT:
            return False
        if unit.place is None:
            return any(unit.name == p.name for p in self.home.within)
        return unit.place.path in {p.path for p in self.home.within}

    def _claim(self, entity: Entity, span: Span, unit: Entity | None, rule: str, sure: float) -> None:
        if unit is not None and unit is not entity:
            self.doc._.claims.append(
                Claim(
                    span,
                    Predicate.LOCATED_IN,
                    unit.mentions[0],
                    Basis.STATED,
                    sure,
                    self.mentions.sentence(span),
                    f"policy_location/{rule}",
                )
            )


def _spoken(unit: Entity) -> tuple[str, ...]:
    """Return the short names of a unit that the table of divisions knows."""
    return divisions().spoken_names(unit.place)[1:] if unit.place is not None else ()


def _most_specific(places: Iterable[Entity]) -> list[Entity]:
    """Return the units that hold no other of those named: of 湄潭县 and 永兴镇 the town."""
    units = {e.id: e for e in places if e.kind is Kind.ADMINISTRATIVE_UNIT}
    return [e for e in units.values() if not any(_holds(e, other) for other in units.values())]


def _holds(outer: Entity, inner: Entity) -> bool:
    """Tell whether a unit holds another: as the table of divisions has it, or named directly before it."""
    if outer.place is not None and inner.place is not None:
        return outer.place.path in {unit.path for unit in inner.place.within}
    starts = {span.start for span in inner.mentions}
    return below(inner.level, outer.level) and any(span.end in starts for span in outer.mentions)


@cache
def _of_village() -> re.Pattern[str]:
    """Return how the names of bodies end that are a village's, where they begin with its name."""
    return re.compile(f"(?:{alternation(lexicon('relations')['of_villages'])})$")


@cache
def _of_nation() -> re.Pattern[str]:
    """Return how the names of the nation's bodies begin that stand in no place of which a report speaks."""
    return re.compile("|".join(lexicon("relations")["of_nation"]))


@cache
def _with() -> re.Pattern[str]:
    """Return what leads up to the name of one from elsewhere: 与|…共建, 聘请|…, 被|…录取."""
    return re.compile(f"(?:{alternation(lexicon('relations')['partners'])})[^，。、]{{0,2}}$")


@cache
def _institution() -> re.Pattern[str]:
    """Return how the names of a place's institutions end; where a firm or a brand sits, a report seldom says."""
    return re.compile(f"(?:[{HAN}]区|{alternation(lexicon('relations')['institutions'])})$")


@Language.factory("policy_location")
def make_location_reader(nlp: Language, name: str) -> LocationReader:
    """Create the reader of places."""
    return LocationReader()
