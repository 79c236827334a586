"""Names of places as documents write them → the unit that is meant, told from its namesakes by its chain."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from extract.document import Place
from extract.names import alternation, alternations, lexicon
from extract.surface import HAN
from extract.wording import unusual
from ontology.divisions import NATION, divisions
from ontology.terms import Level

_LONGEST_NAME = 15
_HAN = re.compile(f"[{HAN}]")
_GAP = re.compile(r"[\s_\-—/>·()（）\[\]【】.\d]*")
_UNIT_END = re.compile(r".+[省市州盟县区旗镇乡]$|.+(?:街道|苏木|地区|自治区)$")
_BEHIND_SHORT = re.compile(r"$|[\s_\-—/()（）.\d]|人民政府|政府|工作报告|第|\d")
_OWN_NAME = re.compile(rf"(?<![{HAN}])(?P<name>[{HAN}]{{2,4}}(?:镇|乡(?!村)|街道))(?![{HAN}]{{1,4}}[省市县区镇乡])")
"""A township's name that begins a phrase, with no wider unit before it."""
_WEIGHTS = {Level.PROVINCIAL: 1, Level.PREFECTURE: 2, Level.COUNTY: 3, Level.TOWNSHIP: 4}
_ENOUGH = 5
"""A unit that a text names more often tells no more."""
_MARGIN_ABOVE = 3
"""Points by which one namesake must lead: its county named once, its prefecture twice or its province three times."""
_MARGIN_BELOW = 2
"""Villages or townships of its own that the text must name beyond those of any namesake."""
_NEARBY = 8
"""Characters on either side of a unit's name in which a word tells that the unit helps."""
_LEAST_SELF = 3
"""How often a text must say 我市, or name a unit, before it counts."""
_LEAST_BY_FAR, _BY_FAR = 8, 3
"""How often a text must name a county by its short name, and how many times as often as any other, to mean it."""
_LEAST_IN_BRIEF = 2
"""How often a text must name a county that it names by its short name only."""
_SELF_LEVELS = {
    "provincial": (Level.PROVINCIAL,),
    "city": (Level.PREFECTURE, Level.COUNTY, Level.PROVINCIAL),
    "county": (Level.COUNTY,),
    "township": (Level.TOWNSHIP,),
}


class _Unlisted(NamedTuple):
    """How units are named that the table of divisions lacks.

    Attributes:
        unit: the name of one; 园区, 社区 and 示范区 are none, nor is 全区, 我县 or 乡镇.
        village: the name of a village behind its town's.
        levels: of the endings of such names.
    """

    unit: re.Pattern[str]
    village: re.Pattern[str]
    levels: Mapping[str, Level]


@cache
def _unlisted() -> _Unlisted:
    data = lexicon("metadata")["unlisted"]
    words = alternations(data)
    end = r"$|[\s_\-—(（.\d]"
    return _Unlisted(
        unit=re.compile(
            rf"(?P<name>(?![全我本各该某乡](?:县|旗|镇|乡|市|区|街道|苏木))[{HAN}]{{1,6}}?"
            rf"(?:自治县|自治旗|街道|苏木|县|旗|镇|乡|市|(?<!{words['no_district']})区))(?:{words['behind']}|{end})"
        ),
        village=re.compile(rf"(?P<name>[{HAN}]{{1,8}}?(?:村|社区))(?:{words['behind_village']}|{end})"),
        levels={suffix: level for level in Level for suffix in data["levels"].get(level, ())},
    )


@dataclass(frozen=True, slots=True)
class Named:
    """A unit as a phrase names it, with the wider units named directly before it."""

    name: str
    within: tuple[str, ...] = ()


def national_body(phrase: str) -> str | None:
    """Return the body of the nation that a phrase begins with, None where there is none.

    >>> national_body("国务院办公厅关于印发…的通知")
    '国务院办公厅'
    """
    compact = "".join(phrase.split())
    if compact in {"中国", "全国", "中央", "中央部门", "national"}:
        return compact
    return next((body for body in _national_bodies() if compact.startswith(body)), None)


def named_in(phrase: str) -> Named | None:
    """Return the narrowest of the units that stand together where a phrase first names one.

    >>> named_in("（山西省）晋中市人民政府工作报告")
    Named(name='晋中市', within=('山西省',))
    """
    phrase = re.sub("^(?:关于(?:下达|制定|印发|公布|编制)?)?(?:中共|中国共产党)?(?=.)", "", phrase)
    chain: list[str] = []
    at = 0
    if (own := _OWN_NAME.search(phrase)) is not None and not divisions().find(own["name"]):
        # 白沙溪镇 is not 沙溪镇, nor 梅坝镇 the town of 坝镇: an unlisted name that only ends in a listed one.
        starts = range(len(own["name"]) - 1)
        listed = next((name for start in starts if (name := _name_at(own["name"], start, below=False))), None)
        if listed is not None and own["name"].endswith((listed, listed + own["name"][-1])):
            return Named(own["name"])
    while at < len(phrase):
        if name := _name_at(phrase, at, below=bool(chain)):
            chain.append(name)
            at = _behind_gap(phrase, at + len(name))
        elif chain:
            break
        else:
            at += 1
    at = at if chain else _behind_gap(phrase, 0)
    words = _unlisted()
    village = words.village.match(phrase, at) if chain else None
    if unlisted := village or words.unit.match(phrase, at) or _town_at(phrase, at):
        chain.append(unlisted["name"])
    return Named(chain[-1], tuple(chain[:-1])) if chain else None


def resolve(named: Named, *, level: Level | None = None, context: str = "") -> Place | None:
    """Return the unit that is meant.

    Where namesakes stay equally likely, only name and level are given: no chain and no code.

    Args:
        named: the name, with wider units that must contain it.
        level: its level, where known; a short name (吉林) without one means the widest.
        context: text whose other names tell namesakes apart: the units above each and the units below.

    >>> resolve(Named("张营镇", ("永济市",))).path
    ('山西省', '运城市', '永济市', '张营镇')
    """
    village = named.within and named.name.endswith(("村", "社区"))
    found = divisions().find(named.name, level=Level.VILLAGE if village else None, within=named.within)
    found = tuple(place for place in found if level is None or place.level is level)
    full = tuple(place for place in found if place.name == named.name)
    candidates = full or tuple(place for place in found if place.level is found[0].level)
    if not candidates:
        return _outside_the_table(named, level, context)
    if len(candidates) == 1:
        return candidates[0] if named.within else _or_namesake(candidates[0], context)
    best = _likeliest(candidates, context)
    if best is not None:
        return best
    levels = {place.level for place in candidates}
    if levels == {Level.TOWNSHIP} and (county := _county_named(context)) is not None:
        return Place(candidates[0].name, Level.TOWNSHIP, county.chain)  # a namesake that the table lacks
    return Place(candidates[0].name, levels.pop()) if len(levels) == 1 else None


def spoken_of(text: str) -> tuple[Level | None, Place | None]:
    """Return the level, and the unit, that a text calls its own (全市, 我省) and names most often.

    The unit is given only where the text names it at least twice as often as any other of its kind.
    """
    words = lexicon("metadata")["self"]
    counts = {own: sum(text.count(mark) for mark in words[own]) for own in _SELF_LEVELS}
    own = max(counts, key=lambda key: counts[key])
    if counts[own] < _LEAST_SELF or counts[own] < 2 * sorted(counts.values())[-2]:
        if any(mark in text for mark in words["national"]) and counts[own] < _LEAST_SELF:
            return Level.NATIONAL, NATION
        return None, None
    place = _township_named(text) if own == "township" else _most_named(text, _SELF_LEVELS[own])
    if place is None and own == "county":
        place = _most_named_in_brief(text)
    if place is not None:
        return place.level, place
    return (_SELF_LEVELS[own][0] if len(_SELF_LEVELS[own]) == 1 else None), None


def named_instead(place: Place, text: str) -> Place | None:
    """Return the county, with all units above it, that a text names by far most though another one is said to speak.

    None where the text names that one too: of 10 annotated texts that name nowhere the county or prefecture of their
    file's name none names another so.
    """
    if place.level is not Level.COUNTY or any(len(n) > 1 and n in text for n in divisions().spoken_names(place)):
        return None
    counts: Counter[Place] = Counter()
    for county in _units((Level.COUNTY,)):
        names = [name for name in divisions().spoken_names(county) if len(name) > 1]
        if any(name in text for name in names) and all(
            any(name in text for name in divisions().spoken_names(unit)) for unit in county.within
        ):
            counts[county] = max(map(text.count, names))
    ranked = counts.most_common(2)
    second = ranked[1][1] if len(ranked) > 1 else 0
    return ranked[0][0] if ranked and ranked[0][1] >= max(_LEAST_BY_FAR, _BY_FAR * second) else None


def _name_at(phrase: str, at: int, *, below: bool) -> str | None:
    """Return the longest name of the table at a position, None where none begins there.

    Full names, and short ones of provinces and prefectures, stand anywhere. Short names of lower units are often
    ordinary words (计划, 合作): they count only ``below`` a unit that stands directly before them.
    """
    if not _HAN.match(phrase, at) or phrase.startswith("人民", at):
        return None
    for end in range(min(len(phrase), at + _LONGEST_NAME), at + 1, -1):
        name = phrase[at:end]
        found = divisions().find(name)
        if not found or found == (NATION,) or phrase.startswith("乡村", end - 1):
            continue
        if len(name) == 2 and not below and at > 0 and _HAN.match(phrase, at - 1):
            continue  # 凌东区 is not the 东区 of 攀枝花
        wide = found[0].level.rank <= Level.PREFECTURE.rank
        full = _UNIT_END.match(name)  # of today, or that of before a county became a city
        if wide or full or (below and _BEHIND_SHORT.match(phrase, end)):
            return name
    return None


def _town_at(phrase: str, at: int) -> re.Match[str] | None:
    """Return the name at a position that ends as a town's and is no common noun: 官桥塘镇|工作汇报, not 特色小镇."""
    words = lexicon("places")["town"]
    ending = alternation(words["endings"])
    town = re.compile(rf"(?P<name>(?P<stem>[{HAN}]{{2,6}}?)(?P<ending>{ending}))").match(phrase, at)
    if town is None or phrase.startswith(tuple(words[f"not_before_{town['ending']}"]), town.end()):
        return None
    common = (*words["generic_ends"], *words[f"ends_{town['ending']}"])
    return None if town["stem"] in words["generic"] or town["stem"].endswith(common) else town


def _behind_gap(phrase: str, at: int) -> int:
    gap = _GAP.match(phrase, at)
    return gap.end() if gap else at


def _or_namesake(place: Place, context: str) -> Place:
    """Return the one town of a name that the table has, unless the text places a namesake that the table lacks.

    Where it names no unit above the town, the town is that of the county that it speaks of; with another county named,
    which of the two it is stays open.
    """
    if place.level is not Level.TOWNSHIP or _named_above(place, context):
        return place
    if (county := _county_named(context)) is not None:
        return Place(place.name, place.level, county.chain)
    others = any(len(unit.name) > 2 and unit.name in context for unit in _units((Level.COUNTY,)))
    return Place(place.name, place.level) if others or _visited().search(context) else place


def _outside_the_table(named: Named, level: Level | None, context: str) -> Place | None:
    """Return a unit that the table lacks, below the unit named before it."""
    told = next((found for suffix, found in _unlisted().levels.items() if named.name.endswith(suffix)), level)
    if level not in (None, told):
        return None
    level = told
    if level is None or (divisions().find(named.name) and not named.within):
        return None
    if not named.within:
        county = _county_named(context) if level is Level.TOWNSHIP else None
        return Place(named.name, level, county.chain if county is not None else ())
    above = resolve(Named(named.within[-1], named.within[:-1]), context=context)
    if above is None or not above.level.above(level):
        return None
    return Place(named.name, level, above.chain)


def _county_named(context: str) -> Place | None:
    """Return the one county that a text names in full beside its prefecture, its province or its own government.

    Where it names none in full, one by its short name counts, beside its prefecture and its province.
    """
    counties = _units((Level.COUNTY,))
    named = [county for county in counties if county.name in context and _is_named(county, context)]
    named = named or [county for county in counties if _is_named_in_brief(county, context)]
    return named[0] if len(named) == 1 else None


def _is_named_in_brief(county: Place, context: str) -> bool:
    """Tell whether a text names a county by its short name, more than once, beside all units above it.

    All annotated towns that this places lie there (扶沟 beside 河南 and 周口). 长白山 does not name 长白; an ordinary
    word (富民, 通道) names no county by itself.
    """
    short = next((name for name in divisions().spoken_names(county)[1:] if len(name) > 1), None)
    if short is None or short not in context or county.at(Level.PREFECTURE) is None or not unusual(short):
        return False
    if any(short in name for unit in county.within for name in divisions().spoken_names(unit)):
        return False  # 岳阳 of 岳阳市 and 岳阳县
    if len(re.findall(f"{short}(?![山河江湖])", context)) < _LEAST_IN_BRIEF:
        return False
    return all(any(name in context for name in divisions().spoken_names(unit)) for unit in county.within)


def _is_named(county: Place, context: str) -> bool:
    """Tell whether a text that holds a county's name speaks of the county, and names its rulers or a unit above it.

    One of two characters (夏县) is part of other words (宁夏县域): it stands at the start of a word or behind a unit.
    A county that only helps (上海崇明区援建) is not the speaker's.
    """
    places = re.finditer(re.escape(county.name), context)
    if all(_helps(context, place) for place in places):
        return False
    above = [name for unit in county.within for name in divisions().spoken_names(unit) if name in context]
    if len(county.name) > 2:
        return bool(above) or re.search(f"{county.name}(?:委|人民政府|政府)", context) is not None
    begun = rf"(?:(?<![{HAN}])|{alternation(above)}){county.name}(?![域级])"
    return bool(above) and re.search(begun, context) is not None


def _helps(context: str, place: re.Match[str]) -> bool:
    """Tell whether the words around a unit's name say that it helps another one."""
    around = context[max(0, place.start() - _NEARBY) : place.start()] + context[place.end() : place.end() + _NEARBY]
    return re.search(alternation(lexicon("metadata")["helping"]["words"]), around) is not None


def _likeliest(candidates: tuple[Place, ...], context: str) -> Place | None:
    """Return the namesake whose containing units, or else whose parts, the context names most; None where two tie."""
    for score, margin in ((_named_above, _MARGIN_ABOVE), (_named_below, _MARGIN_BELOW)):
        ranked = sorted(((score(place, context), place) for place in candidates), key=lambda pair: -pair[0])
        most = ranked[0][0]
        candidates = tuple(place for points, place in ranked if most - points < margin)
        if len(candidates) == 1:
            return candidates[0]
    return None


def _named_above(place: Place, context: str) -> int:
    """Weigh how often the units above a place are named; 兴隆 in 兴隆镇 does not name 兴隆县."""
    points = 0
    for unit in place.within:
        names = [name for name in divisions().spoken_names(unit) if name == unit.name or name not in place.name]
        points += _WEIGHTS[unit.level] * min(_ENOUGH, max(map(context.count, names)))
    return points


def _named_below(place: Place, context: str) -> int:
    return sum(child.name in context for child in divisions().children(place) if len(child.name) > 2)


def _most_named(text: str, levels: tuple[Level, ...]) -> Place | None:
    ranked = sorted(((_mentions(place, text), place) for place in _units(levels)), key=lambda pair: -pair[0])
    (most, place), (second, _) = ranked[:2]
    return place if most >= _LEAST_SELF and most >= 2 * second else None


def _most_named_in_brief(text: str) -> Place | None:
    """Return the county whose short name a text that calls a county its own has by far most often: 容城, without 县."""
    counties = _units((Level.COUNTY,))
    short = {name: county for county in counties for name in divisions().spoken_names(county)[1:] if len(name) > 1}
    counts = Counter({name: text.count(name) for name in short if name in text and unusual(name)})
    (most, times), (_, second) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    shared = sum(most in divisions().spoken_names(county) for county in counties) > 1
    return short[most] if not shared and times >= max(_LEAST_BY_FAR, _BY_FAR * second) else None


def _township_named(text: str) -> Place | None:
    """Return the township whose government or committee a text names most, or that it names most with its suffix."""
    for behind in ("(?=党委|人民政府|政府|党政)", ""):
        found = re.findall(rf"[{HAN}]{{2,5}}(?:镇|乡|街道){behind}", text)
        names = Counter(name for phrase in found if (name := _township_at_end(phrase)) is not None).most_common(2)
        least = 2 if behind else _LEAST_SELF
        if names and names[0][1] >= max(least, 2 * sum(count for _, count in names[1:])):
            name = _as_begun(names[0][0], text)
            return resolve(Named(name), level=Level.TOWNSHIP, context=text) if name is not None else None
    return None


def _as_begun(name: str, text: str) -> str | None:
    """Return a town's name with the character that always stands before it, where a phrase begins there: 柳|河头镇.

    None for one of two characters that nowhere begins a phrase or follows a unit: 工业|兴镇.
    """
    before = {text[place.start() - 1 : place.start()] for place in re.finditer(name, text)}
    longer = f"{before.pop()}{name}" if len(before) == 1 else name
    if _HAN.match(longer) and re.search(rf"(?<![{HAN}]){longer}", text):
        return longer
    begun = rf"(?<![{HAN}]){name}|(?<=[省市州盟县区旗]){name}"
    return name if len(name) > 2 or re.search(begun, text) else None


def _township_at_end(phrase: str) -> str | None:
    endings = (phrase[start:] for start in range(len(phrase) - 1))
    return next((name for name in endings if divisions().find(name, level=Level.TOWNSHIP)), None)


def _mentions(place: Place, text: str) -> int:
    """Count how often a text names a unit, by its short name too where that is no ordinary word (合作市)."""
    short = next(iter(divisions().spoken_names(place)[1:]), place.name)
    wide = place.level.rank <= Level.PREFECTURE.rank
    return text.count(short if wide and short in place.name else place.name)


@cache
def _visited() -> re.Pattern[str]:
    """Return how a local text names the instructions that its province was given: 视察山东重要讲话精神."""
    names = alternation(n for province in divisions().children(NATION) for n in divisions().spoken_names(province))
    return re.compile(rf"[视考]察(?:{names})|[对在](?:{names})(?:工作|[视考]察)")


@cache
def _units(levels: tuple[Level, ...]) -> tuple[Place, ...]:
    provinces = divisions().children(NATION)
    prefectures = [unit for province in provinces for unit in divisions().children(province)]
    counties = [
        unit for above in prefectures if above.level is Level.PREFECTURE for unit in divisions().children(above)
    ]
    cities = Level.PREFECTURE in levels
    return tuple(
        unit
        for unit in (*provinces, *prefectures, *counties)
        if unit.level in levels and (not cities or unit.name.endswith(("市", "州", "盟")))
    )


@cache
def _national_bodies() -> list[str]:
    return sorted(lexicon("metadata")["national"]["bodies"], key=len, reverse=True)
