"""What a document of one place may call its units and villages, and what is found of them while it is read.

A place is told from its namesakes, and from an ordinary word, by the document's own chain of places: names of the chain
and of what lies within it are known in full and in short, other units by their full names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import takewhile

import ahocorasick_rs

from extract.annotation import Candidate
from extract.document import Place, Span
from extract.names import alternation, lexicon
from extract.wording import unusual
from ontology.divisions import NATION, divisions
from ontology.terms import Kind, Level

DOUBTFUL = 0.3
"""An ordinary word that is also a place near by (大同, 长治): a place only beside another, or before its zone."""

_OLD_NAME = re.compile(".{2,}(?:[省市县旗州盟]|地区)")
"""A name as full as that of today under which a unit is known: 即墨市 for 即墨区."""


@cache
def words_of(table: str) -> Mapping[str, frozenset[str]]:
    """Return the word lists of a table of ``lexicon/places.toml``."""
    return {name: frozenset(words) for name, words in lexicon("places")[table].items()}


@cache
def any_of(table: str, name: str) -> str:
    """Return a regular expression for any word of a list of the lexicon."""
    return f"(?:{alternation(words_of(table)[name])})"


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The names that a document of one place may use.

    Attributes:
        units: names of administrative units, with the unit (None where several bear the name), its level, how sure.
        automaton, unit_names: what finds them.
        villages: full names of villages, with the village (None where several bear the name).
        near: full names of the villages of the document's own township or village.
        own: names of the document's own chain, by which a bare word means the unit.
        towns: short names of the towns of the county or prefecture that speaks, without those that several share.
    """

    units: dict[str, tuple[Place | None, Level, float]]
    automaton: ahocorasick_rs.AhoCorasick
    unit_names: list[str]
    villages: dict[str, Place | None]
    near: dict[str, Place]
    own: frozenset[str]
    towns: dict[str, Place]


@lru_cache(maxsize=64)
def gazetteer_of(home: Place | None) -> Gazetteer:
    """Gather the names that a document of a place may use, of a document without place where ``home`` is None.

    >>> gazetteer_of(None).units["山西"][0].name
    '山西省'
    """
    table = divisions()
    chain = home.chain if home is not None and home.level is not Level.NATIONAL else ()
    path = tuple(unit.name for unit in chain)
    units = dict(_units_anywhere())
    for name in (
        _names_by_province().get(path[0], ()) if path else ()
    ):  # elsewhere a name means what it means in any document
        if entry := _entry(name, table.names()[name], path):
            units[name] = entry
        else:
            units.pop(name, None)
    seat = next((u for u in chain if u.level in (Level.PREFECTURE, Level.COUNTY)), None)
    for township in table.townships(seat) if seat is not None else ():
        inside = township.path[: len(path)] == path
        if re.search(".{2}(?:镇|乡|街道|苏木)$", township.name) and (inside or township.name not in units):
            units[township.name] = (township, Level.TOWNSHIP, 0.93 if inside else 0.85)
    own = {name: unit for unit in chain for name in table.spoken_names(unit)}
    for name, unit in own.items():
        units[name] = (unit, unit.level, 0.6 if name in words_of("units")["ordinary"] else 0.96)
    unit_names = list(units)
    automaton = ahocorasick_rs.AhoCorasick(unit_names, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return Gazetteer(units, automaton, unit_names, *_villages(home), frozenset(own), _towns(home))


def _towns(home: Place | None) -> dict[str, Place]:
    """Return the towns of a county or prefecture that speaks by the short names that no other unit near by has.

    The town of 定兴镇 is not 定兴, which is 定兴县 that it lies in.
    """
    if home is None or home.level not in (Level.COUNTY, Level.PREFECTURE):
        return {}
    table = divisions()
    short = [(name, town) for town in table.townships(home) for name in table.spoken_names(town)[1:] if len(name) > 1]
    times = Counter(name for name, _ in short)
    own = {name for unit in home.chain for name in table.spoken_names(unit)}
    return {name: town for name, town in short if times[name] == 1 and name not in own}


@cache
def counties_in_brief(unit: Place) -> dict[str, Place]:
    """Return the counties of a province or prefecture by their short names, without those that are ordinary words.

    >>> counties_in_brief(divisions().find("运城市")[0])["万荣"].name
    '万荣县'
    """
    table = divisions()
    below = table.children(unit)
    counties = [c for b in below for c in ((b,) if b.level is Level.COUNTY else table.children(b))]
    ordinary = words_of("units")["ordinary"]
    return {
        name: county
        for county in counties
        if county.level is Level.COUNTY
        for name in table.spoken_names(county)[1:]
        if len(name) > 1 and name not in ordinary and unusual(name)
    }


def county_near(name: str, home: Place | None) -> Place | None:
    """Return the county of a short name that lies nearest to a place, None where several do or none is.

    >>> county_near("盐边", divisions().find("凉山彝族自治州")[0]).name
    '盐边县'
    """
    counties = [place for place in divisions().names().get(name, ()) if place.level is Level.COUNTY]
    nearest = _nearest(counties, home.path if home is not None else ()) if counties else []
    return nearest[0] if len(nearest) == 1 else None


@cache
def _units_anywhere() -> dict[str, tuple[Place | None, Level, float]]:
    """Return what each unit's name means in a document that has no place."""
    entries = {name: _entry(name, places, ()) for name, places in divisions().names().items()}
    return {name: entry for name, entry in entries.items() if entry is not None}


@cache
def _names_by_province() -> dict[str, tuple[str, ...]]:
    """Return the names that units of each province bear."""
    names: dict[str, list[str]] = {}
    for name, places in divisions().names().items():
        for province in {place.path[0] for place in places if place.path}:
            names.setdefault(province, []).append(name)
    return {province: tuple(found) for province, found in names.items()}


def _entry(name: str, places: tuple[Place, ...], path: tuple[str, ...]) -> tuple[Place | None, Level, float] | None:
    """Tell which unit above the townships a name means in a document of a place, and how surely; None for no unit.

    Full names count everywhere, short names within the document's territory; elsewhere only those of provinces and
    prefectures that are no ordinary words.
    """
    words = words_of("units")
    if len(name) < 2 or places == (NATION,) or (name in words["common"] and name not in path):
        return None
    full = [p for p in places if p.name == name or _OLD_NAME.fullmatch(name)]
    nearest = _nearest(full or list(places), path)
    place = nearest[0] if len(nearest) == 1 else None
    inside = place is not None and path != () and place.path[: len(path)] == path
    if nearest[0].level is Level.PROVINCIAL:
        return place, Level.PROVINCIAL, 0.95
    if full and len(name) > 2:
        return place, nearest[0].level, 0.93 if place is not None else 0.4
    if inside:
        city = nearest[0].level is Level.PREFECTURE and name not in words["things"]
        doubtful = not full and name in words["ordinary"] and not city
        return place, nearest[0].level, DOUBTFUL if doubtful else 0.9
    prefecture = next((p for p in nearest if p.level is Level.PREFECTURE), None)
    if full or prefecture is None or name in words["ordinary"]:
        return None
    return prefecture, Level.PREFECTURE, 0.8


def _nearest(places: list[Place], path: tuple[str, ...]) -> list[Place]:
    """Keep the places that share most of their chain with a path; of those, the highest."""

    def shared(place: Place) -> int:
        pairs = zip(place.path, path, strict=False)
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))

    if len(places) == 1:
        return places
    best = max(map(shared, places))
    kept = [p for p in places if shared(p) == best]
    if best == 0 and len(kept) > 1 and len({p.level for p in kept}) == 1:
        return kept
    top = min(p.level.rank for p in kept)
    return [p for p in kept if p.level.rank == top]


def _villages(home: Place | None) -> tuple[dict[str, Place | None], dict[str, Place]]:
    """Return the villages of the prefecture or county that may be named, and those of the document's own township."""
    if home is None or home.level in (Level.NATIONAL, Level.PROVINCIAL):
        return {}, {}
    table = divisions()
    township = home.at(Level.TOWNSHIP)
    near = {v.name: v for v in table.villages(township)} if township is not None else {}
    seat = home.at(Level.COUNTY) or home
    villages: dict[str, Place | None] = {}
    for village in table.villages(seat):
        villages[village.name] = None if village.name in villages else village
    return {**villages, **near}, near


@dataclass(slots=True)
class PlaceReading:
    """One document under reading: its text, what is known, and what has been found.

    Attributes:
        text: folded text.
        gazetteer: the names that the document may use.
        home: the place that the document speaks for.
        local: whether that is a county, a township or a village.
        unlisted: how sure a village or town is that the table lacks; 0 to 1.
        found: candidates by start, end and kind.
        bare: short forms that the document proved to be villages, with the full name.
    """

    text: str
    gazetteer: Gazetteer
    home: Place | None
    local: bool
    unlisted: float
    found: dict[tuple[int, int, Kind], Candidate] = field(default_factory=dict)
    bare: dict[str, str] = field(default_factory=dict)
    _units: dict[int, list[int]] = field(default_factory=dict)
    """Where the units found begin, by where they end."""

    def add(
        self, start: int, end: int, kind: Kind, sure: float, name: str, place: Place | None, level: Level | None = None
    ) -> None:
        """Add a place, unless it was found there more surely before; ``sure`` is from 0 to 1.

        The level is that of ``place``; ``level`` where it is not known which place bears the name.
        """
        key = (start, end, kind)
        if key not in self.found or self.found[key].confidence < sure:
            if kind is Kind.ADMINISTRATIVE_UNIT and key not in self.found:
                self._units.setdefault(end, []).append(start)
            self.found[key] = Candidate(
                Span(start, end),
                kind,
                "policy_places",
                round(sure, 3),
                name=name,
                level=level if place is None else place.level,
                place=place,
            )

    def add_village(self, start: int, end: int, name: str, sure: float) -> None:
        """Add a village; its place is the table's, or one without code within the unit named before it, or the home."""
        self.add(start, end, Kind.VILLAGE, sure, name, self._village(name, start), Level.VILLAGE)

    def unit_before(self, start: int) -> Candidate | None:
        """Return the unit whose name ends where another name begins."""
        units = (self.found.get((begin, start, Kind.ADMINISTRATIVE_UNIT)) for begin in self._units.get(start, ()))
        return next((unit for unit in units if unit is not None), None)

    def _village(self, name: str, start: int) -> Place | None:
        unit = self.unit_before(start)
        container = unit.place if unit is not None else None
        known = self.gazetteer.near.get(name) or self.gazetteer.villages.get(name)
        if container is not None and container.level in (Level.TOWNSHIP, Level.COUNTY):
            inside = [v for v in divisions().villages(container) if v.name == name]
            return inside[0] if len(inside) == 1 else Place(name, Level.VILLAGE, container.chain)
        if known is not None:
            return known
        home = container or self.home
        if home is None:
            return None
        chain = home.chain if home.level not in (Level.VILLAGE, Level.NATIONAL) else home.within
        return Place(name, Level.VILLAGE, chain)

    def known(self, name: str) -> bool:
        """Tell whether a full name is in the table of the document's territory."""
        return name in self.gazetteer.villages
