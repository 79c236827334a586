"""Finds the administrative units that a document names, and with ``villages`` the villages, in full and in short."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Place
from extract.finders.gazetteer import (
    DOUBTFUL,
    PlaceReading,
    any_of,
    counties_in_brief,
    county_near,
    gazetteer_of,
    words_of,
)
from extract.finders.villages import (
    NUMBER,
    find_bare_villages,
    find_estates,
    find_listed_villages,
    find_named_villages,
    unknown_start,
)
from extract.names import alternation
from extract.surface import HAN, folded_text
from ontology.divisions import NATION, divisions
from ontology.terms import Kind, Level

_BANK = re.compile("[东南西北]{1,2}[侧岸堤麓坡畔]")
"""The side of a river, lake or hill, whose first character a province's name may seem to end in."""
_RAIL = re.compile(
    "(?:高速|高铁|城际|铁路)(?!.?[站局枢]|口岸|新城|新区|片区|大桥|集装箱|货运|物流|.{0,4}(?:集团|公司))"
)
_LINES = ("至", "到", "—", "－", "-", "~")
"""What joins the ends of a line before the second."""
_AROUND = re.compile("等(?:周边|邻近|毗邻|相邻)(?:区县|县区|县市|县)(?![域级委城])")
"""What sums up a list of counties near by: 会理、盐边|等周边县. Of 54 names in such lists 44 were units'."""
_ITEMS = re.compile(f"(?:[{HAN}]{{2,3}}、)+[{HAN}]{{2,3}}$")
_LONGEST_LIST = 40
"""Characters of it."""
_COUNTIES = re.compile(r"(?:[、和][^，。；、]{2,6})*(?:等)?\d+个(?:县|区|旗)")
"""How a list of counties goes on, in which a prefecture's short name is that of its seat: 赤壁、恩施|等14个县市."""
_WATERS = ("河", "江", "湖", "淀", "山")
"""How short names of towns end that are as well those of the waters and hills they are called after."""
_BRIEFEST = 2
"""Characters of an unlisted town's name before its ending."""


def _features() -> str:
    """Return a regular expression for what names a river, mountain or bay with the short name before it: 黄浦|江."""
    return "|".join(words_of("units")["not_before_feature"])


def find_units(reading: PlaceReading) -> None:
    """Add the administrative units that the text names, in full or in short."""
    text, gazetteer = reading.text, reading.gazetteer
    never = re.compile(any_of("units", "not_before") + "|道(?!路)")
    feature = re.compile(_features())
    covered = [False] * (len(text) + 1)
    container: tuple[int, Place] | None = None
    matches = gazetteer.automaton.find_matches_as_indexes(text)
    starts = {start for _, start, _ in matches}
    for index, start, end in matches:
        name = gazetteer.unit_names[index]
        place, level, sure = gazetteer.units[name]
        covered[start:end] = [True] * (end - start)
        if container is not None and container[0] == start:
            place, sure = _inside(name, container[1]) or (place, sure)
        short = place is None or place.name != name
        own = name in gazetteer.own
        if short and place is not None and level is Level.PREFECTURE and _COUNTIES.match(text, end):
            seats = divisions().find(name, level=Level.COUNTY, within=place.path)
            place = next((seat for seat in seats if seat.name[:-1] == name), place)
        if short and level is not Level.PROVINCIAL and feature.match(text, end):
            continue
        cut_off = never.match(text, end) is not None and end not in starts  # 宝塔区|河庄坪镇 is no river
        if cut_off or (own and _is_cut_out(text, start, name, behind=False)):
            continue
        if not own and (_straddles(text, start, end, name) or _ends_a_person(text, start, level)):
            continue
        if short and text[end : end + 1] in (("村", "社") if own else "村"):
            continue
        if place is not None:
            reading.add(start, end, Kind.ADMINISTRATIVE_UNIT, sure, place.name, place)
            container = (end, place)
        else:
            reading.add(start, end, Kind.ADMINISTRATIVE_UNIT, sure, name, None, level=level)
    _find_counties_behind(reading)
    _find_counties_around(reading)
    _confirm(reading)
    for match in re.finditer(any_of("units", "countries"), text):
        if not any(covered[match.start() : match.end()]) and not _straddles(text, *match.span(), match.group()):
            country = Place(match.group(), Level.NATIONAL)
            reading.add(match.start(), match.end(), Kind.ADMINISTRATIVE_UNIT, 0.8, country.name, country)
    goals = tuple(words_of("units")["nation_not_behind"])
    speaks = reading.home is not None and reading.home.level is Level.NATIONAL
    told = f"?!{any_of('units', 'nation_not_before')}" if speaks else f"?={any_of('units', 'nation_before')}|\\s|$"
    nation = re.compile(f"中国({told})|中华人民共和国")
    for match in nation.finditer(text):
        named = speaks or not text.endswith(goals, 0, match.start())
        if not covered[match.start()] and named:
            reading.add(match.start(), match.end(), Kind.ADMINISTRATIVE_UNIT, 0.75, NATION.name, NATION)


def _find_counties_behind(reading: PlaceReading) -> None:
    """Add counties by their short names right behind the name of a unit that they lie in: 新疆|和静, 浙江|安吉."""
    text = reading.text
    never = re.compile(f"{any_of('units', 'not_before')}|{_features()}")
    starts = {start for start, _, _ in reading.found}
    for (_, start, _), unit in list(reading.found.items()):
        if unit.place is None or unit.level not in (Level.PROVINCIAL, Level.PREFECTURE) or start in starts:
            continue
        counties = counties_in_brief(unit.place)
        name = next((text[start:end] for end in (start + 3, start + 2) if text[start:end] in counties), None)
        if name is not None and not never.match(text, start + len(name)):
            county = counties[name]
            reading.add(start, start + len(name), Kind.ADMINISTRATIVE_UNIT, 0.85, county.name, county)


def _find_counties_around(reading: PlaceReading) -> None:
    """Add the counties that a list of those near by names in short, where the table knows two of them at least."""
    text, ends = reading.text, {end for _, end, _ in reading.found}
    for summed in _AROUND.finditer(text):
        listed = _ITEMS.search(text, max(0, summed.start() - _LONGEST_LIST), summed.start())
        if listed is None:
            continue
        known: dict[tuple[int, int], Place] = {}
        for item in re.finditer("[^、]+", listed.group()):
            end = listed.start() + item.end()
            for length in (3, 2):
                county = county_near(text[end - length : end], reading.home) if length <= len(item.group()) else None
                if county is not None:
                    known[end - length, end] = county
                    break
        for (start, end), county in known.items() if len(known) > 1 else ():
            if end not in ends:
                reading.add(start, end, Kind.ADMINISTRATIVE_UNIT, 0.85, county.name, county)


def find_unlisted_towns(reading: PlaceReading) -> None:
    """Add the towns that the division table lacks, renamed or merged since: what may be a name and ends as a town's.

    A wide report says in which county a town lies, and a town's own report calls for 工业强镇: in these a town is what
    stands behind another unit's name.
    """
    text = reading.text
    spoken = reading.home is not None and reading.home.level in (Level.PREFECTURE, Level.COUNTY)
    taken = bytearray(len(text) + 1)
    holders: dict[int, Place] = {}
    for (begin, stop, _), c in reading.found.items():
        taken[begin:stop] = b"\1" * (stop - begin)
        if c.place is not None and c.level is not Level.NATIONAL:
            holders[stop] = c.place
    for match in re.finditer(any_of("town", "endings"), text):
        ending, stem_end, end = match.group(), match.start(), match.end()
        if taken[stem_end] or re.compile(any_of("town", f"not_before_{ending}")).match(text, end):
            continue
        start = unknown_start(reading, stem_end, "town")
        if start is None or stem_end - start < _BRIEFEST or any(taken[start:end]):
            continue
        common = text.endswith(tuple(words_of("town")[f"ends_{ending}"]), start, stem_end)
        if common or (start > 0 and text[start - 1] == '"'):
            continue  # 江南水乡, 打造"活力鹮乡"
        holder = holders.get(start)
        if holder is None and start > 0 and text[start - 1] in "、和与":
            beside = holders.get(start - 1)
            holder = beside.at(Level.COUNTY) if beside is not None and beside.level is Level.TOWNSHIP else None
        if holder is None and spoken:
            holder = reading.home
        if holder is None or not holder.level.above(Level.TOWNSHIP):
            continue
        place = Place(text[start:end], Level.TOWNSHIP, holder.chain)
        reading.add(start, end, Kind.ADMINISTRATIVE_UNIT, reading.unlisted, place.name, place)
        taken[start:end] = b"\1" * (end - start)
        holders[end] = place


def find_towns_in_brief(reading: PlaceReading) -> None:
    """Add a county's own towns by their short names, where the text shows that the town is meant.

    It does where it names the town in full besides, in the name of a road or stop (乐成至黄华|段, 柳市|互通), and in a
    list of towns (林湖、沈伦|集中供水, 栗溪、仙居|等乡镇), as 80 of 82 names in such lists were; of 100 lists all
    of whose names end like those of waters and hills none was of towns (漕河、瀑河|河道). Elsewhere it may be a
    village's name, a river's or an ordinary word. Of those that a prefecture lists a third were towns: there they count
    in lists of so many towns only (那彭、久隆、沙埠|三镇).
    """
    towns = reading.gazetteer.towns
    if not towns or reading.home is None:
        return
    short = f"(?:{alternation(towns)})"
    counted = f"{short}(?:[、和]{short})*(?=(?:等(?:{NUMBER}个)?|{NUMBER}个?)(?:乡镇|镇街|镇|乡|街道))"
    if reading.home.level is Level.PREFECTURE:
        _add_towns(reading, [match.span() for match in re.finditer(counted, reading.text)], frozenset())
        return
    roads = f"(?:{short}(?:至|到|、|—)?)?{short}(?={any_of('units', 'stops')})"
    lists = f"(?P<list>{short}(?:[、和]{short})+)(?!(?:{NUMBER}个?)?(?:行政|自然)?(?:村|社区))"
    found = re.compile(f"{roads}|{counted}|{lists}").finditer(reading.text)
    stretches = [match.span() for match in found if not _are_waters(match["list"])]
    in_full = {c.name for c in reading.found.values() if c.level is Level.TOWNSHIP}
    ordinary = words_of("units")["ordinary"]
    named = {n for n, town in towns.items() if town.name in in_full and n not in ordinary and not n.endswith(_WATERS)}
    _add_towns(reading, stretches, named)


def _are_waters(listed: str | None) -> bool:
    """Tell whether all names of a list end like those of waters and hills."""
    return listed is not None and all(name.endswith(_WATERS) for name in re.split("[、和]", listed))


def _add_towns(reading: PlaceReading, stretches: Sequence[tuple[int, int]], named: Set[str]) -> None:
    """Add the towns by their short names within some stretches, and anywhere those that the text names in full."""
    never = re.compile(f"{any_of('town', 'endings')}|{any_of('units', 'not_before')}|{_features()}|村|社区")
    for match in re.finditer(alternation(reading.gazetteer.towns), reading.text):
        start, end = match.span()
        shown = any(begin <= start and end <= stop for begin, stop in stretches)
        if shown or (match.group() in named and not never.match(reading.text, end)):
            town = reading.gazetteer.towns[match.group()]
            reading.add(start, end, Kind.ADMINISTRATIVE_UNIT, 0.85, town.name, town)


def _confirm(reading: PlaceReading) -> None:
    """Believe the doubtful units that stand in a list with others, or before a zone's name."""
    sure = {(start, end) for (start, end, _), c in reading.found.items() if c.confidence > DOUBTFUL}
    sites = re.compile(any_of("units", "sites"))
    ends, starts = {end for _, end in sure}, {start for start, _ in sure}
    for key, c in list(reading.found.items()):
        if c.confidence > DOUBTFUL:
            continue
        start, end, _ = key
        listed = (reading.text[start - 1 : start] in ("、", "和", "与") and start - 1 in ends) or (
            reading.text[end : end + 1] in ("、", "和", "与") and end + 1 in starts
        )
        if listed or sites.match(reading.text, end):
            reading.found[key] = replace(c, confidence=0.85)
        else:
            del reading.found[key]


def _inside(name: str, container: Place) -> tuple[Place, float] | None:
    """Return the unit of a name within the unit named directly before it: 天津市|和平区."""
    inside = [p for p in divisions().find(name) if p.path[: len(container.path)] == container.path and p != container]
    word = name in words_of("units")["ordinary"]  # 甘肃|合作发展
    return (inside[0], DOUBTFUL if word else 0.93) if len(inside) == 1 else None


def _is_cut_out(text: str, start: int, name: str, *, behind: bool = True) -> bool:
    """Tell whether a name is cut out of a listed word, one that begins with the name only if ``behind``: 巩|固原|有."""
    return any(text.startswith(word, max(0, start - at)) for word, at in _words_with(name) if at or behind)


@cache
def _words_with(name: str) -> tuple[tuple[str, int], ...]:
    """Return the listed words that a name is cut out of, with where in them it stands."""
    return tuple((word, word.index(name)) for word in words_of("units")["cut_out"] if name in word)


def _straddles(text: str, start: int, end: int, name: str) -> bool:
    """Tell whether a name is only cut out of other words: 沿|海城市, 上|海南|站, 罗|浮山县|域, 复|合肥, 涞源湖|南侧.

    Two characters before 高速 or 铁路 that do not end a line (董家口至|五莲|铁路) are the initials of two places.
    """
    before = text[start - 1 : start]
    if _BANK.match(text, end - 1) or text.startswith("城际", end - 1):
        return True
    if end - start == len("潮南") and before not in _LINES and _RAIL.match(text, end):
        return True
    if _is_cut_out(text, start, name):
        return True
    if before == "环" and name.endswith("湖"):  # 环|巢湖 is none (0 of 11)
        return True
    if before in words_of("units")["not_behind"] and name.startswith(("海", "江", "河")):
        return True
    return (name[-1] in "县区" and text.startswith(tuple(words_of("units")["district_not_before"]), end)) or (
        name.endswith("城市") and re.match(f"[{HAN}]", before) is not None
    )


def _ends_a_person(text: str, start: int, level: Level | None) -> bool:
    """Tell whether a province's short name is a person's given name behind title and surname: 组长张|福建."""
    title = re.compile(f"{any_of('units', 'titles')}(?!{any_of('units', 'no_surname')})[{HAN}]$")
    return level is Level.PROVINCIAL and title.search(text, max(0, start - 6), start) is not None


class PlaceFinder:
    """Appends candidates for administrative units and villages.

    Attributes:
        unlisted: how sure a village or town named in full is that the division table lacks; 0 to 1.
    """

    def __init__(self, unlisted: float) -> None:
        self.unlisted = unlisted

    def __call__(self, doc: Doc) -> Doc:
        """Find the places of a document."""
        home: Place | None = doc._.document.metadata.place
        local = home is not None and home.level in (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
        reading = PlaceReading(folded_text(doc), gazetteer_of(home), home, local, self.unlisted)
        find_units(reading)
        find_unlisted_towns(reading)
        find_towns_in_brief(reading)
        find_named_villages(reading)
        find_listed_villages(reading)
        if local:
            find_bare_villages(reading)
            find_estates(reading)
        doc._.candidates.extend(_settled(reading))
        return doc


def _settled(reading: PlaceReading) -> Iterator[Candidate]:
    """Yield the candidates; a word that may be the town or its village is the village where a list says so.

    A village that is named behind one town's name stands in that town wherever the document names it.
    """
    told: dict[str | None, set[Place]] = defaultdict(set)
    for (start, _, kind), candidate in reading.found.items():
        if kind is Kind.VILLAGE and candidate.place is not None and _town_before(reading, start):
            told[candidate.name].add(candidate.place)
    for (start, end, kind), candidate in sorted(reading.found.items()):
        if kind is Kind.ADMINISTRATIVE_UNIT and (start, end, Kind.VILLAGE) in reading.found:
            continue
        if kind is Kind.VILLAGE and len(told[candidate.name]) == 1 and reading.unit_before(start) is None:
            candidate = replace(candidate, place=next(iter(told[candidate.name])))
        yield candidate


def _town_before(reading: PlaceReading, start: int) -> bool:
    unit = reading.unit_before(start)
    return unit is not None and unit.level is Level.TOWNSHIP


@Language.factory("policy_places", default_config={"unlisted": 0.8})
def make_place_finder(nlp: Language, name: str, unlisted: float) -> PlaceFinder:
    """Create the finder of places."""
    return PlaceFinder(unlisted)
