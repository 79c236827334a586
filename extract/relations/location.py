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
from extract.surface import HAN, ITEM_MARK, folded_text
from ontology.divisions import NATION, divisions
from ontology.terms import PLACES, Basis, Kind, Level, Predicate

_UNITS = (Kind.ADMINISTRATIVE_UNIT,)
_NEAR = (Level.PREFECTURE, Level.COUNTY)
"""Units above the speaker's that a village may be said to stand in, where the text names no other."""
_OF_FIRM, _OF_BODY = 0.72, 0.94
"""How surely an organization sits where its name says: seven of ten firms do, nineteen of twenty bodies.

Of those whose names tell neither the place nor an institution (荣盛重工) 295 of 397 sat in the place that spoke.
"""

_LINE = re.compile("[至到—-]")
"""What joins the ends of a line."""
_CLAUSE_END = re.compile(f"[，；。]|{ITEM_MARK.pattern}")
_BORDER = re.compile("界(?![首河])")
_SITED = re.compile("(?:位于|坐落[于在])(?P<site>[^，。；：（\n]+)|在(?P<built>[^，。；：（\n]{2,30}?)[建新][设成建]")
"""How an explanation says where a work stands."""
_FARTHEST = 60
"""Characters from a name to the place that it came to, at most."""
_CAME = "(?:落地|落户|选址|落子)"
_SETTLED = re.compile(
    f"(?:项目|工程)?(?:[、和与](?:(?!{_CAME})[^，。；、]){{2,18}}){{0,4}}(?:等(?:(?!{_CAME})[^，。；、]){{0,12}})?"
    f"(?:成功|顺利|相继|先后|正式|已)?{_CAME}[于在到]?"
)
"""What stands between a work or body and the place that it came to, where 34 of 37 stood: 鹮鸣基地成功落户|苏州."""
_LISTED = "(?:[^、]{0,2}|(?:[^、]+、)+)$"
"""What stands between a partner and what tells that it is one: nothing much, or others of the list."""


@cache
def _feature() -> re.Pattern[str]:
    """Return what goes on behind a town's short name in that of a river or mountain, or a list of these: 汤沟|河."""
    return re.compile(f"{alternation(lexicon('relations')['features'])}|[、和][{HAN}]{{1,2}}[河江湖淀]")


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
        self.named_at = {span.start: entity for span, entity in self.mentions.within(self.mentions.whole, PLACES)}
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
        """Return the unit before a name, or before a list of villages: 王集镇柳沟、石桥村, 王集镇的石桥村, 和静“…”."""
        start = span.start
        while start not in self.before:
            if self.folded[start - 1 : start] in ("的", '"') and start - 1 in self.before:
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
        told = True
        unit: Entity | None = None
        if (village := self._village_of(entity)) is not None:
            unit = village
        elif entity.place is not None:
            unit = self.units.get(entity.place.path)
        elif (settled := self._settled(entity)) is not None:
            _, unit = settled
        elif mark := self._mark(entity):
            unit = self._marked(mark)
        elif (named := self._named_in(entity, anywhere=small or institution)) is not None:
            unit = named
        elif (small or institution) and not self._is_elsewhere(entity):
            unit, told = self.own, False
        if unit is not None and unit.level is not Level.NATIONAL:
            doubtful = is_firm(entity.name) or not (told or institution)
            self._claim(entity, entity.mentions[0], unit, "organization", _OF_FIRM if doubtful else _OF_BODY)

    def _named_in(self, entity: Entity, *, anywhere: bool) -> Entity | None:
        """Return the unit that an organization's name names: the last, as in 泰州学院|兴化|产业技术研究院.

        A chamber stands in the first (北京|河北企业商会).

        Args:
            entity: the organization.
            anywhere: also a unit that its name does not begin with, other than the speaker's.
        """
        named = [
            unit
            for span in entity.mentions
            for at, unit in self.mentions.within(span, _UNITS)
            if anywhere or at.start == span.start or unit is self.own
        ]
        units = _most_specific(named)
        return (units[0] if entity.name.endswith("商会") else units[-1]) if units else None

    def _is_elsewhere(self, entity: Entity) -> bool:
        """Tell whether an organization is of the nation, a university of no county, or one that a place works with.

        None of 9 of the nation's, of 8 universities and academies and one of 9 firms that a place came to terms with
        (与|甲公司、乙公司|签约) stood in the place that spoke, two of 6 that it relied on (依托|甲公司), and one of 7
        zones, hospitals and the like that it came to terms with.
        """
        name, academy = entity.name, _academy().search(entity.name) is not None
        local = self.home is not None and below(self.home.level, Level.PREFECTURE)
        if _of_nation().match(name) is not None or (academy and local):
            return True
        if name in lexicon("organizations")["names"]["known"] and not any(map(self._has_come, entity.mentions)):
            return True
        around = [self._around(span) for span in entity.mentions]
        if any(_with().search(before) and _joint().search(behind) for before, behind in around):
            return True
        if not academy and _institution().search(name) is not None:
            return False
        return all(_partner().search(before) for before, _ in around)

    def _has_come(self, span: Span) -> bool:
        """Tell whether the clause says that an organization came: 华为、腾讯等|先后落户."""
        return _come().search("".join(self._around(span))) is not None

    def _around(self, span: Span) -> tuple[str, str]:
        """Return what stands before and behind a mention within its clause."""
        sentence = self.mentions.sentence(span)
        before = re.split("[，；。：]", self.folded[sentence.start : span.start])[-1]
        return before, re.split("[，；。：]", self.folded[span.end : sentence.end])[0]

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
            if (site := self._explained(span)) and (standing := self._standing(site)):
                self._sites(entity, span, standing, "explained", 0.92)
                return
        if (settled := self._settled(entity)) is not None:
            self._sites(entity, settled[0], [settled[1]], "settled", 0.92)
            return
        for span in entity.mentions:
            inner = self._without_others(span, self._standing(span))
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
            named = [place for place in self._standing(span, outside=()) if not self._is_abroad(place)]
            if named:
                self._sites(entity, span, named, "firm", 0.93)
                return
        if self.home is not None and self.home.level is not Level.NATIONAL:
            # Three of ten projects of a province stand in a place that its report does not name.
            sure = 0.72 if self.doc._.document.metadata.wide else 0.91
            self._claim(entity, entity.mentions[0], self.own, "document", sure)

    def _settled(self, entity: Entity) -> tuple[Span, Entity] | None:
        """Return the place to which the text says that a work or body came, with the mention behind which it does."""
        for span in entity.mentions:
            came = _SETTLED.match(self.folded, span.end, span.end + _FARTHEST)
            place = self.named_at.get(came.end()) if came is not None else None
            if place is not None and not self._holds_home(place):
                return span, place
        return None

    def _explained(self, term: Span) -> Span | None:
        """Return where a glossary says that the work that it explains stands: 鹮鸣电站：项目位于|水头镇鹮湾村|，…."""
        entry = next((e for e in self.mentions.structure.glossary if e.term == term), None)
        said = _SITED.search(self.folded, entry.definition.start, entry.definition.end) if entry is not None else None
        return Span(*said.span(said.lastgroup or 0)) if said is not None else None

    def _is_abroad(self, place: Entity) -> bool:
        """Tell whether a place is a unit that neither holds the speaker nor lies in its territory."""
        if place.place is None or self.home is None or place.kind is not Kind.ADMINISTRATIVE_UNIT:
            return False
        short, long = sorted((place.place.path, self.home.path), key=len)
        return long[: len(short)] != short

    def _without_others(self, name: Span, places: Sequence[Entity]) -> list[Entity]:
        """Return the places in a work's name without those elsewhere if it names the speaker's too: 夏县|北京|文创园.

        A line leads to both: of 荆门至宜昌高铁 neither is left out. Of a county's or a town's works none of 4 stood in
        the far place that their names name alone, a firm's (深圳鹮鸣电池生产线) or one cut out (高|铁岭|塘段).
        """
        near = [place for place in places if not self._is_abroad(place)]
        alone = self.home is not None and below(self.home.level, Level.PREFECTURE)
        return near if (near or alone) and not _LINE.search(self.folded, name.start, name.end) else list(places)

    def _called_after(self, project: Entity) -> Entity | None:
        """Return the unit below the speaker's whose short name a project's begins with: 洋川装备制造园 in 洋川镇."""
        name = max(filter(project.name.startswith, self.brief), key=len, default="")
        return None if _feature().match(project.name, len(name)) else self.brief.get(name)

    def _standing(self, stretch: Span, *, outside: Sequence[Kind] = (Kind.ORGANIZATION,)) -> list[Entity]:
        """Return the places named in a stretch outside the names of some kinds; none that holds the speaker.

        One character is where a line leads (京津塘高速), not where it stands, and 山西界 is the border of both.
        """
        names = [s for s, _ in self.mentions.within(stretch, tuple(outside)) if s != stretch]
        named = [pair for pair in self.mentions.within(stretch, PLACES) if pair[0].end - pair[0].start > 1]
        return [
            place
            for span, place in named
            if not any(name.contains(span) for name in names)
            and not self._holds_home(place)
            and not _BORDER.match(self.folded, span.end)
        ]

    def _clause(self, span: Span) -> list[Entity]:
        """Return the places in the clause before a project that says where it is made: 在柳沟村建成…, 柳沟村建成….

        A village stands there whatever is between (柳沟村利用专项资金80万元建成…), a unit only as the doer. A place
        within the name of another work is that one's site alone (黑水村苗木基地、物流园二期).
        """
        sentence = self.mentions.sentence(span)
        clause = _CLAUSE_END.split(self.folded[sentence.start : span.start])[-1]
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
    words = lexicon("relations")
    return re.compile("|".join([*words["of_nation"], f"(?:{alternation(words['mass_organizations'])})$"]))


@cache
def _with() -> re.Pattern[str]:
    """Return how what stands before one ends that a place does something with: 与|…对接."""
    return re.compile("(?:与|(?<![会合协共相不等])同)" + _LISTED)


@cache
def _partner() -> re.Pattern[str]:
    """Return how what stands before one from elsewhere ends: 聘请|…."""
    return re.compile(f"(?:{alternation(lexicon('relations')['partners'])}){_LISTED}")


@cache
def _joint() -> re.Pattern[str]:
    """Return what is done with one from elsewhere: 与…|签约."""
    return re.compile(alternation(lexicon("relations")["joint"]))


@cache
def _come() -> re.Pattern[str]:
    """Return what says that a firm known nationwide came to the place that speaks."""
    return re.compile(alternation(lexicon("relations")["come"]))


@cache
def _academy() -> re.Pattern[str]:
    """Return how the names of universities and academies end, which no county and no town has of its own."""
    return re.compile(f"(?:{'|'.join(lexicon('relations')['academies'])})(?:[{HAN}]{{2,6}}学院)?$")


@cache
def _institution() -> re.Pattern[str]:
    """Return how the names of a place's institutions end; where a firm or a brand sits, a report seldom says."""
    return re.compile(f"(?:[{HAN}]区|{alternation(lexicon('relations')['institutions'])})$")


@Language.factory("policy_location")
def make_location_reader(nlp: Language, name: str) -> LocationReader:
    """Create the reader of places."""
    return LocationReader()
