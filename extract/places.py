"""Finds the administrative units and villages that a document names, also where 村 is left out in a list.

A place is told from its namesakes, and from an ordinary word, by the document's own chain of places: names of the chain
and of what lies within it are known in full and in short, other units by their full names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import takewhile

import ahocorasick_rs
from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Place, Span
from extract.names import alternation, lexicon, name_start
from extract.surface import folded_text
from ontology.divisions import NATION, divisions
from ontology.terms import Kind, Level

_HAN = "一-龥㐀-䶿"
_NUMBER = "[0-9]+|[一二两三四五六七八九十]{1,3}"
_NUMERALS = {c: i for i, c in enumerate("零一二三四五六七八九十")} | {"两": 2}
_SEPARATOR = re.compile("、|和|及|与|以及|至|到")
_CLAUSE_END = re.compile(r'[。；：，！？\n（）《》"…]')
_LONGEST = 8
_DOUBTFUL = 0.3
"""An ordinary word that is also a place near by (大同, 长治): a place only beside another, or before its zone."""
_ZONE = re.compile("经开区|高新区|农高区|综保区|开发区|保税区|口岸|机场|南站|北站|东站|西站|高铁|至")


@cache
def _lexicon(table: str) -> Mapping[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in lexicon("places")[table].items()}


@cache
def _pattern(table: str, name: str) -> str:
    """Return a regular expression for any word of a list of the lexicon."""
    return f"(?:{alternation(_lexicon(table)[name])})"


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    """The names that a document of one place may use.

    Attributes:
        units: names of administrative units, with the unit (None where several bear the name), its level, how sure.
        automaton, unit_names: what finds them.
        villages: full names of villages, with the village (None where several bear the name).
        near: full names of the villages of the document's own township or village.
        own: names of the document's own chain, by which a bare word means the unit.
    """

    units: dict[str, tuple[Place | None, Level, float]]
    automaton: ahocorasick_rs.AhoCorasick
    unit_names: list[str]
    villages: dict[str, Place | None]
    near: dict[str, Place]
    own: frozenset[str]


@lru_cache(maxsize=64)
def _gazetteer(home: Place | None) -> _Gazetteer:
    table = divisions()
    chain = home.chain if home is not None and home.level is not Level.NATIONAL else ()
    path = tuple(unit.name for unit in chain)
    units = dict(_units_anywhere())
    for name in _names_in(path[0]) if path else ():  # elsewhere a name means what it means in any document
        if entry := _entry(name, table.names()[name], path):
            units[name] = entry
        else:
            units.pop(name, None)
    seat = next((u for u in chain if u.level in (Level.PREFECTURE, Level.COUNTY)), None)
    for township in table.townships(seat) if seat is not None else ():
        inside = township.path[: len(path)] == path
        if re.search(".{2}(?:镇|乡|街道|苏木)$", township.name) and (inside or township.name not in units):
            units[township.name] = (township, Level.TOWNSHIP, 0.93 if inside else 0.85)
    own = {name: unit for unit in chain for name in (unit.name, *table.short_names(unit)) if len(name) >= 2}
    for name, unit in own.items():
        units[name] = (unit, unit.level, 0.6 if name in _lexicon("units")["ordinary"] else 0.96)
    unit_names = list(units)
    automaton = ahocorasick_rs.AhoCorasick(unit_names, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    return _Gazetteer(units, automaton, unit_names, *_villages(home), frozenset(own))


@cache
def _units_anywhere() -> dict[str, tuple[Place | None, Level, float]]:
    """Return what each unit's name means in a document that has no place."""
    entries = {name: _entry(name, places, ()) for name, places in divisions().names().items()}
    return {name: entry for name, entry in entries.items() if entry is not None}


@cache
def _names_in(province: str) -> tuple[str, ...]:
    """Return the names that units of a province bear."""
    return tuple(n for n, places in divisions().names().items() if any(p.path[:1] == (province,) for p in places))


def _entry(name: str, places: tuple[Place, ...], path: tuple[str, ...]) -> tuple[Place | None, Level, float] | None:
    """Tell which unit above the townships a name means in a document of a place, and how surely; None for no unit.

    Full names count everywhere, short names within the document's territory; elsewhere only those of provinces and
    prefectures that are no ordinary words.
    """
    if len(name) < 2 or places == (NATION,) or (name in _lexicon("units")["common"] and name not in path):
        return None
    full = [p for p in places if p.name == name]
    nearest = _nearest(full or list(places), path)
    place = nearest[0] if len(nearest) == 1 else None
    inside = place is not None and path != () and place.path[: len(path)] == path
    if nearest[0].level is Level.PROVINCIAL:
        return place, Level.PROVINCIAL, 0.95
    if full and len(name) > 2:
        return place, nearest[0].level, 0.93 if place is not None else 0.4
    if inside:
        doubtful = not full and name in _lexicon("units")["ordinary"]
        return place, nearest[0].level, _DOUBTFUL if doubtful else 0.9
    prefecture = next((p for p in nearest if p.level is Level.PREFECTURE), None)
    if full or prefecture is None or name in _lexicon("units")["ordinary"]:
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
class _Reading:
    """One document under reading: its text, what is known, and what has been found."""

    text: str
    gazetteer: _Gazetteer
    home: Place | None
    local: bool
    unlisted: float
    found: dict[tuple[int, int, Kind], Candidate] = field(default_factory=dict)
    bare: dict[str, str] = field(default_factory=dict)
    """Short forms that the document proved to be villages, with the full name."""

    def add(self, start: int, end: int, kind: Kind, sure: float, name: str, place: Place | None) -> None:
        key = (start, end, kind)
        if key not in self.found or self.found[key].confidence < sure:
            level = place.level if place is not None else (Level.VILLAGE if kind is Kind.VILLAGE else None)
            self.found[key] = Candidate(
                Span(start, end), kind, "policy_places", round(sure, 3), name=name, level=level, place=place
            )

    def add_village(self, start: int, end: int, name: str, sure: float) -> None:
        """Add a village; its place is the table's, or one without code within the unit named before it, or the home."""
        self.add(start, end, Kind.VILLAGE, sure, name, self._village(name, start))

    def _village(self, name: str, start: int) -> Place | None:
        before = (c for c in self.found.values() if c.span.end == start and c.kind is Kind.ADMINISTRATIVE_UNIT)
        container = next((c.place for c in before), None)
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


def find_units(reading: _Reading) -> None:
    """Add the administrative units that the text names, in full or in short."""
    text, gazetteer = reading.text, reading.gazetteer
    never = re.compile(_pattern("units", "not_before") + "|道(?!路)")
    covered = [False] * (len(text) + 1)
    container: tuple[int, Place] | None = None
    for index, start, end in gazetteer.automaton.find_matches_as_indexes(text):
        name = gazetteer.unit_names[index]
        place, level, sure = gazetteer.units[name]
        covered[start:end] = [True] * (end - start)
        if container is not None and container[0] == start:
            place, sure = _inside(name, container[1]) or (place, sure)
        short = place is None or place.name != name
        own = name in gazetteer.own
        if never.match(text, end) or (not own and _straddles(text, start, end, name)):
            continue
        if short and own and text[end : end + 1] in ("村", "社"):
            continue
        if place is not None:
            reading.add(start, end, Kind.ADMINISTRATIVE_UNIT, sure, place.name, place)
            container = (end, place)
        else:
            candidate = Candidate(
                Span(start, end), Kind.ADMINISTRATIVE_UNIT, "policy_places", sure, name=name, level=level
            )
            reading.found[start, end, Kind.ADMINISTRATIVE_UNIT] = candidate
    _confirm(reading)
    nation = re.compile(f"中国(?!{_pattern('units', 'nation_not_before')})|中华人民共和国")
    for match in nation.finditer(text):
        if not covered[match.start()]:
            reading.add(match.start(), match.end(), Kind.ADMINISTRATIVE_UNIT, 0.75, NATION.name, NATION)


def _confirm(reading: _Reading) -> None:
    """Believe the doubtful units that stand in a list with others, or before a zone's name."""
    sure = {(start, end) for (start, end, _), c in reading.found.items() if c.confidence > _DOUBTFUL}
    ends, starts = {end for _, end in sure}, {start for start, _ in sure}
    for key, c in list(reading.found.items()):
        if c.confidence > _DOUBTFUL:
            continue
        start, end, _ = key
        listed = (reading.text[start - 1 : start] in ("、", "和", "与") and start - 1 in ends) or (
            reading.text[end : end + 1] in ("、", "和", "与") and end + 1 in starts
        )
        if listed or _ZONE.match(reading.text, end):
            reading.found[key] = replace(c, confidence=0.85)
        else:
            del reading.found[key]


def _inside(name: str, container: Place) -> tuple[Place, float] | None:
    """Return the unit of a name within the unit named directly before it: 天津市|和平区."""
    inside = [p for p in divisions().find(name) if p.path[: len(container.path)] == container.path and p != container]
    return (inside[0], 0.93) if len(inside) == 1 else None


def _straddles(text: str, start: int, end: int, name: str) -> bool:
    """Tell whether a name is only cut out of other words: 沿|海城市, 上|海南|站, 罗|浮山县|域."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    if before in _lexicon("units")["not_behind"] and name.startswith(("海", "江", "河")):
        return True
    return (name.endswith("县") and behind == "域") or (
        name.endswith("城市") and re.match(f"[{_HAN}]", before) is not None
    )


def find_named_villages(reading: _Reading) -> None:
    """Add the villages and communities named with their ending."""
    never = re.compile(_pattern("village", "not_before"))
    offices = re.compile(_pattern("village", "community_not_before"))
    rarely = re.compile(_pattern("village", "institutions"))
    for match in re.finditer(_pattern("village", "endings"), reading.text):
        end, ending = match.end(), match.group()
        known = _known_before(reading, end)
        if known is not None and match.start() - known == 1:
            longer = _unknown_start(reading, match.start())
            if longer is not None and known - 2 <= longer < known:
                known = None  # 龙|王村: a namesake's end
        if known is not None:
            name = reading.text[known:end]
            reading.add_village(known, end, name, 0.97 if name in reading.gazetteer.near else 0.93)
            _prove(reading, name)
            continue
        if (offices if ending == "社区" else never).match(reading.text, end):
            continue
        start = _unknown_start(reading, match.start())
        if start is None:
            continue
        name = reading.text[start:end]
        single = match.start() - start == 1
        doubtful = single or not reading.local
        if reading.text[start - 1 : start].isdigit() or (doubtful and rarely.match(reading.text, end)):
            continue
        sure = reading.unlisted - (0.15 if single or ending in ("屯", "嘎查") else 0)
        if not reading.local and not re.match("[省市州县区旗镇乡盟]", reading.text[max(0, start - 1)]):
            # A report of a province names few villages, and says in which county they lie.
            sure -= 0.35
        reading.add_village(start, end, name, sure)
        stem = reading.text[start : match.start()]
        # A common noun stands without 村 far more often than with it.
        if ending == "村" and reading.text.count(stem) <= 3 * reading.text.count(name) + 1:
            _prove(reading, name)


def _prove(reading: _Reading, name: str) -> None:
    short = re.sub("(?:自然村|村|社区)$", "", name)
    if len(short) >= 2:
        reading.bare.setdefault(short, name)


def _known_before(reading: _Reading, end: int) -> int | None:
    """Return where the longest known full name that ends at ``end`` begins, None where a common noun does (示|范村)."""
    for start in range(max(0, end - _LONGEST), end - 1):
        name = reading.text[start:end]
        if name in reading.gazetteer.villages:
            return None if _is_common_noun(reading, start, end) else start
    return None


def _is_common_noun(reading: _Reading, start: int, end: int) -> bool:
    """Tell whether a village's name is a common noun here: 示|范村 within 示范村, 文明村 behind 省级."""
    ending = "社区" if reading.text.startswith("社区", end - 2) else reading.text[end - 1 : end]
    generic = tuple(word + ending for word in _lexicon("village")["generic"])
    if reading.text[max(0, start - 6) : end].endswith(tuple(noun for noun in generic if len(noun) > end - start)):
        return True
    name = reading.text[start:end]
    if name not in generic:
        return False
    attributed = re.search(f"{_pattern('village', 'attributes')}$", reading.text[max(0, start - 4) : start])
    return name not in reading.gazetteer.near or attributed is not None


def _item_start(reading: _Reading, floor: int, end: int) -> int:
    """Return where a name that ends at ``end`` begins: behind the governing verb and behind a unit's name."""
    start = max(floor, name_start(reading.text, end, floor=floor))
    verb = re.match(f"{_pattern('village', 'verbs')}+(?=..)", reading.text[start:end])
    start += verb.end() if verb else 0
    for _, unit_end, kind in reading.found:
        if kind is Kind.ADMINISTRATIVE_UNIT and start < unit_end < end:
            start = unit_end
    if cut := list(re.finditer("[的了等]|(?:乡镇|街道|镇|乡|县)(?=.)", reading.text[start:end])):
        start += cut[-1].end()
    return start


def _unknown_start(reading: _Reading, end: int) -> int | None:
    """Return where an unlisted village's name begins whose 村 stands at ``end``, None where no name stands there."""
    words = _lexicon("village")
    floor = _clause_floor(reading.text, end)
    if separators := list(_SEPARATOR.finditer(reading.text, floor, end)):
        floor = separators[-1].end()
    start = _item_start(reading, floor, end)
    stem = reading.text[start:end]
    if (
        not re.fullmatch(f"[{_HAN}]{{1,4}}", stem)
        or stem in words["generic"]
        or stem.endswith(tuple(words["generic_ends"]))
    ):
        return None
    if re.search(f"(?:{_NUMBER})个?$", stem) and len(stem) > 1:
        return None
    if re.search("村.", stem):
        return None
    return start


def _clause_floor(text: str, end: int) -> int:
    """Return where the stretch without a comma, stop or bracket that ends at ``end`` begins."""
    window = text[max(0, end - 120) : end]
    ends = [m.end() for m in _CLAUSE_END.finditer(window)]
    return max(0, end - 120) + (ends[-1] if ends else 0)


_QUANTIFIED = re.compile(
    f"(?P<item>[{_HAN}]{{1,8}}?)(?:等(?:(?:{_NUMBER})余?个?)?|(?P<count>{_NUMBER})个?)(?P<kind>[{_HAN}]{{0,6}}?)"
)


def find_listed_villages(reading: _Reading) -> None:
    """Add the members of lists that end in 等村, 2村 or 两个重要节点村, or in a village's full name."""
    for match in re.finditer("村|社区", reading.text):
        floor = _clause_floor(reading.text, match.start())
        items = _items(reading, floor, match.start())
        last_start, last_end = items[-1]
        last = reading.text[last_start:last_end]
        if quantified := _QUANTIFIED.fullmatch(last):
            items[-1] = (last_start, last_start + quantified.end("item"))
            number = quantified["count"]
            if not re.fullmatch(f"{_pattern('village', 'qualities')}*", quantified["kind"]):
                continue
            counted = number is not None and _value(number) == len(items)
            if number is not None and not counted:
                continue
            if len(items) == 1 and not reading.known(reading.text[items[0][0] : items[0][1]] + match.group()):
                continue
            sure = 0.95 if counted else 0.88
        elif reading.known(reading.text[last_start : match.end()]) and len(items) > 1:
            sure = 0.6
            items = items[:-1]
        else:
            continue
        _add_items(reading, items, match.group(), sure)


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    tens, _, ones = number.rpartition("十")
    if "十" not in number:
        return _NUMERALS[number[-1]]
    return (_NUMERALS[tens[-1]] if tens else 1) * 10 + (_NUMERALS[ones[-1]] if ones else 0)


def _items(reading: _Reading, floor: int, end: int) -> list[tuple[int, int]]:
    """Split a stretch into the members of an enumeration; 和 in a known name (和平) does not split."""
    items, start = [], floor
    for match in re.finditer("、|和|及|与|以及", reading.text[floor:end]):
        at = floor + match.start()
        if match.group() != "、" and (at == start or _begins_known(reading, at, end)):
            continue
        items.append((start, at))
        start = floor + match.end()
    return [*items, (start, end)]


def _begins_known(reading: _Reading, start: int, end: int) -> bool:
    """Tell whether a known village's short name begins at ``start``."""
    stems = (reading.text[start:stop] for stop in range(start + 2, min(end, start + 4) + 1))
    return any(reading.known(stem + "村") for stem in stems)


def _add_items(reading: _Reading, items: list[tuple[int, int]], ending: str, sure: float) -> None:
    for position in range(len(items) - 1, -1, -1):
        start, end = items[position]
        known = _known_short(reading, start, end, ending)
        start = known if known is not None else _item_start(reading, start, end)
        stem = reading.text[start:end]
        full = stem if re.search("(?:村|社区)$", stem) else stem + ending
        if known is None and not _may_be_village(stem, longest=4):
            return
        reading.add_village(start, end, full, sure if known is None else max(sure, 0.9))
        _prove(reading, full)
        if start > items[position][0]:
            return


def _known_short(reading: _Reading, floor: int, end: int, ending: str) -> int | None:
    """Return where the longest known name, with or without its ending, that ends at ``end`` begins."""
    for start in range(max(floor, end - _LONGEST), end):
        stem = reading.text[start:end]
        if stem in reading.gazetteer.villages or stem + ending in reading.gazetteer.villages:
            return start
    return None


def find_bare_villages(reading: _Reading) -> None:
    """Add villages named without 村: neighbours of known ones in a list, then every proven short form."""
    near = {re.sub("(?:村|社区)$", "", name): name for name in reading.gazetteer.near}
    no_village = _lexicon("village")["no_village"]
    for _ in range(3):
        before = len(reading.bare)
        short = {s: full for s, full in {**near, **reading.bare}.items() if len(s) >= 2 and s not in no_village}
        if not short:
            return
        spans = list(_occurrences(reading.text, short))
        for start, end in spans:
            _read_neighbours(reading, start, end, spans, short, near)
        if len(reading.bare) == before:
            break
    proven = {s: full for s, full in reading.bare.items() if s not in no_village}
    never = re.compile(_pattern("village", "bare_not_before"))
    for start, end in _occurrences(reading.text, proven):
        stem = reading.text[start:end]
        if stem in reading.gazetteer.own or never.match(reading.text, end):
            continue
        if any(s <= start and end <= e for s, e, _ in reading.found):
            continue
        reading.add_village(start, end, proven[stem], 0.8 if stem in near else 0.6)


def _occurrences(text: str, short: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    if not short:
        return
    automaton = ahocorasick_rs.AhoCorasick(list(short), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    for _, start, end in automaton.find_matches_as_indexes(text):
        yield start, end


def _read_neighbours(
    reading: _Reading,
    start: int,
    end: int,
    spans: list[tuple[int, int]],
    short: Mapping[str, str],
    near: Mapping[str, str],
) -> None:
    """Read what stands beside a known short form, behind a separator: 窑头、|北阳|、下吴|千亩葡萄产业园."""
    text = reading.text
    if re.match("镇|乡|街道", text[end:]):
        return
    beside = []
    known = set(spans)
    tails = _pattern("village", "tails")
    right = re.compile(f"(?:、|至|到)([{_HAN}]{{2,3}}?)(?=、|和|至|到|[，。；（）0-9]|{tails})")
    if match := right.match(text, end + (1 if text[end : end + 1] == "村" else 0)):
        beside.append(match.span(1))
    separator = re.search("(?:、|至|到)$", text[max(0, start - 2) : start])
    if separator:
        stop = start - len(separator.group())
        floor = _clause_floor(text, stop)
        others = list(_SEPARATOR.finditer(text, floor, stop))
        first = _item_start(reading, others[-1].end() if others else floor, stop)
        if 2 <= stop - first <= 3:
            beside.append((first, stop))
    beside += [span for span in known if span[0] == end or span[1] == start]
    for first, last in beside:
        stem = text[first:last]
        listed = (first, last) in known
        if not listed and stem not in near and not _may_be_village(stem):
            continue
        full = short.get(stem) or near.get(stem) or (stem if stem.endswith("村") else stem + "村")
        reading.add_village(first, last, full, 0.9 if listed else 0.75)
        reading.add_village(start, end, short[text[start:end]], 0.9 if listed else 0.8)
        if stem not in reading.gazetteer.own:
            _prove(reading, full)
        if text[start:end] not in reading.gazetteer.own:
            _prove(reading, short[text[start:end]])


def _may_be_village(stem: str, longest: int = 3) -> bool:
    words = _lexicon("village")
    return (
        re.fullmatch(f"[{_HAN}]{{2,{longest}}}", stem) is not None
        and re.fullmatch("[一二三四五六七八九十百千万亿零〇]+|百分.*", stem) is None
        and stem not in words["generic"]
        and stem not in words["no_village"]
        and not stem.endswith(tuple(words["generic_ends"] - {"村"}))
    )


class PlaceFinder:
    """Appends candidates for administrative units and villages.

    Attributes:
        unlisted: how sure a village named in full is that the division table lacks; 0 to 1.
    """

    def __init__(self, unlisted: float) -> None:
        self.unlisted = unlisted

    def __call__(self, doc: Doc) -> Doc:
        """Find the places of a document."""
        home: Place | None = doc._.document.metadata.place
        local = home is not None and home.level in (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
        reading = _Reading(folded_text(doc), _gazetteer(home), home, local, self.unlisted)
        find_units(reading)
        find_named_villages(reading)
        find_listed_villages(reading)
        if local:
            find_bare_villages(reading)
        doc._.candidates.extend(_settled(reading))
        return doc


def _settled(reading: _Reading) -> Iterator[Candidate]:
    """Yield the candidates; a word that may be the town or its village is the village where a list says so."""
    for (start, end, kind), candidate in sorted(reading.found.items()):
        if kind is Kind.ADMINISTRATIVE_UNIT and (start, end, Kind.VILLAGE) in reading.found:
            continue
        yield candidate


@Language.factory("policy_places", default_config={"unlisted": 0.8})
def make_place_finder(nlp: Language, name: str, unlisted: float) -> PlaceFinder:
    """Create the finder of places."""
    return PlaceFinder(unlisted)
