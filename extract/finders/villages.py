"""Finds the villages and communities that a document names: with their ending, in lists, and where 村 is left out."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import ahocorasick_rs

from extract.document import Span
from extract.finders.gazetteer import PlaceReading, any_of, words_of
from extract.names import name_start
from extract.numerals import parse
from extract.surface import HAN
from extract.wording import unusual
from ontology.terms import Kind, Level

NUMBER = "(?:[0-9]+|[一二两三四五六七八九十]{1,3})"
_MEASURE = "[个条座]?"
_UP_TO = re.compile("[一二两三四五六七八九](?=[一二两三四五六七八九])")
"""三四个村 are at most four."""
_COUNT = f"{NUMBER}个(?![^，。；\n])"
"""Behind 村 or 社区 that is counted, not named: 新建颐养社区2个."""
_SEPARATOR = re.compile("、|(?<!、)和(?![谐美睦])|及|与|以及|至|到")
"""What parts the members of a list: 和 in 和美, 和谐 and 和睦 does not."""
_CLAUSE_END = re.compile(r'[。；：，！？\n（）《》"…①-⑳]|(?<=[0-9])[.．](?![0-9])')
_QUANTIFIED_SURE = 0.88
"""How sure the members of a list are that says of how many villages, or that there are more."""
_ESTATE_SURE = 0.85
_UNLIKELY = 0.35
"""How sure a community's name is before 服务中心 and the like: left to the tagger."""
_ENDING = re.compile("(?:自然村|村|社区|嘎查)$")
"""What a village's short name goes without."""
_BRIEFEST = 2
"""Characters of a village's name behind its town's."""
_LONGEST = 8
"""Characters of the longest name of a village that is looked up."""


def find_named_villages(reading: PlaceReading) -> None:
    """Add the villages and communities named with their ending."""
    never = re.compile(f"(?!{any_of('village', 'before')}){any_of('village', 'not_before')}|{_COUNT}")
    offices = re.compile(f"{any_of('village', 'community_not_before')}|{_COUNT}")
    rarely = re.compile(any_of("village", "institutions"))
    counted = re.compile("(?:[0-9]|[二两三四五六七八九十几多数])余?个$")
    twice = re.compile(f"村(?!{any_of('village', 'word_of_its_own')})")
    site = re.compile(f"(?:、[{HAN}]{{2,8}})*等[{HAN}]{{0,4}}{any_of('village', 'sites')}")
    for match in re.finditer(any_of("village", "endings"), reading.text):
        end, ending = match.end(), match.group()
        if site.match(reading.text, end):
            continue  # 仰韶村、贾湖等遗址
        known = _known_before(reading, end)
        if known is not None and _is_own_town(reading, known, end) and reading.text[end : end + 1] != "村":
            continue  # 沈村|镇, and 沈村 where that speaks
        if known is not None and (
            _begins_a_town(reading, known, end) or not _is_whole(reading, known, match.start(), end)
        ):
            known = None
        if known is not None:
            known = _behind_town(reading.text, known)
            name = reading.text[known:end]
            end += twice.match(reading.text, end) is not None
            reading.add_village(known, end, name, 0.97 if name in reading.gazetteer.near else 0.93)
            _prove(reading, name)
            continue
        common = (offices if ending == "社区" else never).match(reading.text, end)
        start = unknown_start(reading, match.start(), "village")
        if start is not None and counted.search(reading.text, max(0, start - _LONGEST), start):
            continue  # 39个傍河村
        if start is None or (common and (ending != "社区" or not reading.local)):
            continue
        if reading.text[start - 1 : start] == '"':
            continue  # "千企联村"
        start = _behind_town(reading.text, start)
        name = reading.text[start:end]
        if common:
            reading.add_village(start, end, name, _UNLIKELY)
            continue
        single = match.start() - start == 1
        doubtful = single or not reading.local
        if reading.text[start - 1 : start].isdecimal() or (doubtful and rarely.match(reading.text, end)):
            continue
        sure = reading.unlisted - (0.15 if single or ending in ("屯", "嘎查") else 0)
        if not reading.local and not re.match("[省市州县区旗镇乡盟]", reading.text[max(0, start - 1)]):
            # A report of a province names few villages, and says in which county they lie.
            sure -= 0.35
        reading.add_village(start, end, name, sure)
        stem = reading.text[start : match.start()]
        # A common noun stands without 村 far more often than with it.
        if ending in ("村", "社区", "嘎查") and reading.text.count(stem) <= 3 * reading.text.count(name) + 1:
            _prove(reading, name)


@cache
def _estates() -> re.Pattern[str]:
    """Return housing estates in a row that are counted or called old, before what is done to them."""
    return re.compile(
        f"(?P<items>[{HAN}]{{3,10}}(?: ?[、和] ?[{HAN}]{{2,8}})*) ?"
        f"(?:(?P<count>{NUMBER}个?)(?:[居民老旧住宅]{{2}}|安置)?小区|(?<!个)老旧小区)的?"
        f"(?:[^，。；、\n]{{0,8}}{any_of('estate', 'works')}|实施)"
    )


def find_estates(reading: PlaceReading) -> None:
    """Add the housing estates that are renovated, each a community with a name: 江湾新村、锦绣花苑|3个老旧小区改造."""
    named = re.compile(f"{any_of('estate', 'endings')}$")
    never = re.compile(f"{any_of('estate', 'generic')}|{any_of('estate', 'generic_ends')}(?<!小区)$")
    names: set[str] = set()
    clauses = re.finditer(r"[^，。；\n]*小区[^，。；\n]*", reading.text)
    for match in (found for clause in clauses for found in _estates().finditer(reading.text, *clause.span())):
        counted = match["count"] is not None
        for item in re.finditer("[^、和]+", match["items"]):
            begin, end = match.start("items") + item.start(), match.start("items") + item.end()
            if not item.start():
                begin = name_start(reading.text, end, floor=begin)
            begin = max(begin, reading.text.rfind("社区", begin, end - 2) + len("社区"))
            name = reading.text[begin:end].strip().removesuffix("等")
            if 3 <= len(name) <= _LONGEST and (counted or named.search(name)) and not never.search(name):
                names.add(name)
    for name in sorted(names):
        for match in re.finditer(re.escape(name), reading.text):
            reading.add_village(match.start(), match.end(), name, _ESTATE_SURE)


def _begins_a_town(reading: PlaceReading, start: int, end: int) -> bool:
    """Tell whether a village's name is that of its town in brief, or but begins it: 太村|镇, 王村|口."""
    if any(reading.text[start:stop] in reading.gazetteer.units for stop in (end + 1, end + 2)):
        return True
    return any(len(town) >= end - start and reading.text.startswith(town, start) for town in reading.gazetteer.towns)


def _is_own_town(reading: PlaceReading, start: int, end: int) -> bool:
    """Tell whether a village's name is here that of the town that speaks, in brief."""
    name = reading.text[start:end]
    return name in reading.gazetteer.own and reading.gazetteer.units[name][1] is Level.TOWNSHIP


def _behind_town(text: str, start: int) -> int:
    """Return where a village's name begins that its town's short name opens, behind the town's: 羊平镇|羊平北村."""
    repeated = re.search(f"([{HAN}]{{2,3}})(?:镇|乡|街道)(?=\\1$)", text[max(0, start - 9) : start])
    return start if repeated is None else start - len(repeated[1])


def _is_whole(reading: PlaceReading, known: int, stem_end: int, end: int) -> bool:
    """Tell whether a known village's name is no other's end: 龙|王村, 白|石岭村.

    Args:
        reading: the document.
        known: where the name begins.
        stem_end, end: where what stands before 村 or 社区 ends, and the name.
    """
    longer = unknown_start(reading, stem_end, "village")
    if longer is None or not known - 2 <= longer < known:
        return True
    if stem_end - known == 1:
        return False
    marked = re.match(f"[{HAN}]", reading.text[max(0, longer - 1) : longer]) is None
    return (
        not (marked or reading.unit_before(longer) is not None)
        or reading.text[known:end] in reading.gazetteer.near
        or reading.text[longer:known] in words_of("village")["before_name"]
    )


def short_name(name: str) -> str:
    """Return a village's name without its ending, whole where what is left would be no name.

    >>> short_name("岭兜社区"), short_name("尊村")
    ('岭兜', '尊村')
    """
    short = _ENDING.sub("", name)
    return short if len(short) >= _BRIEFEST else name


def _prove(reading: PlaceReading, name: str) -> None:
    if (short := short_name(name)) != name:
        reading.bare.setdefault(short, name)


def _known_before(reading: PlaceReading, end: int) -> int | None:
    """Return where the longest known full name that ends at ``end`` begins, None where a common noun does (示|范村)."""
    for start in range(max(0, end - _LONGEST), end - 1):
        name = reading.text[start:end]
        if name in reading.gazetteer.villages:
            return None if _is_common_noun(reading, start, end) else start
    return None


def _is_common_noun(reading: PlaceReading, start: int, end: int) -> bool:
    """Tell whether a village's name is a common noun here: 示|范村 within 示范村, 文明村 behind 省级."""
    ending = "社区" if reading.text.startswith("社区", end - 2) else reading.text[end - 1 : end]
    generic = tuple(word + ending for word in words_of("village")["generic"])
    if reading.text[max(0, start - 6) : end].endswith(tuple(noun for noun in generic if len(noun) > end - start)):
        return True
    name = reading.text[start:end]
    if name not in generic:
        return False
    attributed = re.search(f"{any_of('village', 'attributes')}$", reading.text[max(0, start - 4) : start])
    return name not in reading.gazetteer.near or attributed is not None


def _item_start(reading: PlaceReading, floor: int, end: int) -> int:
    """Return where a name that ends at ``end`` begins: behind the governing verb and behind a unit's name."""
    start = max(floor, name_start(reading.text, end, floor=floor))
    start = next((at for at in range(end - 1, start, -1) if reading.unit_before(at) is not None), start)
    if cut := list(re.finditer("[的了等是]|(?:乡镇|街道|镇|乡|县)(?=.)", reading.text[start:end])):
        start += cut[-1].end()
    verbs = re.compile(f"(?:(?:群众|村民|居民|户)?{any_of('village', 'verbs')})+(?=..)")
    governing = (verbs.match(reading.text, at, end) for at in (max(floor, start - 1), start))  # 修|好, 修好 are verbs
    return max([start, *(verb.end() for verb in governing if verb is not None)])


def unknown_start(reading: PlaceReading, end: int, table: str) -> int | None:
    """Return where an unlisted place's name begins whose 村 or 镇 stands at ``end``, None where no name stands there.

    Args:
        reading: the document.
        end: offset of the ending, in code points.
        table: of the lexicon, ``village`` or ``town``: its common nouns are no names.
    """
    words = words_of(table)
    floor = _clause_floor(reading.text, end)
    if separators := list(_SEPARATOR.finditer(reading.text, floor, end)):
        floor = separators[-1].end()
    start = _item_start(reading, floor, end)
    stem = reading.text[start:end]
    if (
        not re.fullmatch(f"[{HAN}]{{1,4}}|[{HAN}]{{2,9}}族", stem)
        or stem in words["generic"]
        or stem.endswith(tuple(words["generic_ends"]))
    ):
        return None
    if re.search(f"{NUMBER}个?$", stem) and len(stem) > 1:
        return None
    if table == "village" and re.search("村.", stem):
        return None
    return start


def _clause_floor(text: str, end: int) -> int:
    """Return where the stretch without a comma, stop or bracket that ends at ``end`` begins."""
    window = text[max(0, end - 120) : end]
    ends = [m.end() for m in _CLAUSE_END.finditer(window)]
    return max(0, end - 120) + (ends[-1] if ends else 0)


_ATTRIBUTE = "(?<=[0-9一二两三四五六七八九十余]个)[^乡镇县区市街企家的在有为]{2,6}(?=示范|试点|重点|中心|特色|精品)"
"""What may say of which sort so many villages are: 13个|省级新民居|示范村."""
_COUNTED_ONLY = ("屯", "嘎查")
"""Endings that end many names too: they end a list only behind a number and its measure."""
_COUNTED = re.compile(f"{NUMBER}余?[个条座]$")
_OTHER_BEHIND = re.compile(f"、(?![{HAN}]*(?:村|社区|居委|屯|嘎查))[{HAN}]+")
"""What is no village behind one, with whose ending then none before it goes: 鹮鸣山、鹭湾村|、清溪湖."""
_QUANTIFIED = re.compile(
    f"(?P<item>[{HAN}]{{1,8}}?)(?:等(?:{NUMBER}余?{_MEASURE})?|(?P<count>{NUMBER}){_MEASURE})(?P<kind>[{HAN}]{{0,8}}?)"
)


def find_listed_villages(reading: PlaceReading) -> None:
    """Add the members of lists that end in 等村, 2村, 等7个屯 or 两个重要节点村, or in a village's full name."""
    for match in re.finditer("村|社区|居委|屯|嘎查(?!村)", reading.text):
        floor = _clause_floor(reading.text, match.start())
        items = _items(reading, floor, match.start())
        counted = False
        last_start, last_end = items[-1]
        last = reading.text[last_start:last_end]
        if quantified := _QUANTIFIED.fullmatch(last):
            items[-1] = (last_start, last_start + quantified.end("item"))
            number = quantified["count"]
            sort = re.compile(f"(?:{_ATTRIBUTE})?{any_of('village', 'qualities')}*")
            if not sort.fullmatch(last, *quantified.span("kind")):
                continue
            if match.group() in _COUNTED_ONLY and not _COUNTED.search(last):
                continue
            counted = number is not None and parse(_UP_TO.sub("", number)) == len(items)
            if number is not None and not counted:
                continue
            if len(items) == 1 and not reading.known(reading.text[items[0][0] : items[0][1]] + match.group()):
                continue
            sure = 0.95 if counted else _QUANTIFIED_SURE
        elif match.group() in _COUNTED_ONLY:
            continue
        elif reading.known(reading.text[last_start : match.end()]) and len(items) > 1:
            if _OTHER_BEHIND.match(reading.text, match.end()):
                continue
            sure = 0.6
            items = items[:-1]
        else:
            continue
        _add_items(reading, items, match.group(), sure, counted=counted)


def _items(reading: PlaceReading, floor: int, end: int) -> list[tuple[int, int]]:
    """Split a stretch into the members of an enumeration; 和 in a known name (和平) does not split."""
    items, start = [], floor
    for match in re.finditer("、|和|及|与|以及", reading.text[floor:end]):
        at = floor + match.start()
        if match.group() != "、" and (at == start or _begins_known(reading, at, end)):
            continue
        items.append((start, at))
        start = floor + match.end()
    return [*items, (start, end)]


def _begins_known(reading: PlaceReading, start: int, end: int) -> bool:
    """Tell whether a known village's short name begins at ``start``."""
    stems = (reading.text[start:stop] for stop in range(start + 2, min(end, start + 4) + 1))
    return any(reading.known(stem + "村") for stem in stems)


def _add_items(reading: PlaceReading, items: list[tuple[int, int]], ending: str, sure: float, *, counted: bool) -> None:
    for position in range(len(items) - 1, -1, -1):
        start, end = items[position]
        known = _known_short(reading, start, end, ending)
        town = _town_before(reading, start, end) if known is None else None
        if town is not None:
            known = _known_short(reading, town.end, end, ending)
        floor = town.end if town is not None else start
        begin = known if known is not None else _item_start(reading, floor, end)
        stem = reading.text[begin:end]
        full = stem if stem.endswith(("村", "社区", ending)) else reading.bare.get(stem, stem + ending)
        none = sure < _QUANTIFIED_SURE and _is_work_or_word(stem)  # 6月|开业|、鹰嘴村
        if known is None and (none or not _may_be_village(stem, longest=4, ordinary=counted)):
            return
        reading.add_village(begin, end, full, sure if known is None else max(sure, 0.9))
        _prove(reading, full)
        if (town.start if town is not None else begin) > start:
            return


def _town_before(reading: PlaceReading, start: int, end: int) -> Span | None:
    """Add the county's town whose short name a list's member begins with, if one does: 二都|帘前、中港|鹿冈."""
    begin = _item_start(reading, start, end)
    for short, town in reading.gazetteer.towns.items():
        if reading.text.startswith(short, begin) and begin + len(short) <= end - _BRIEFEST:
            span = Span(begin, begin + len(short))
            reading.add(span.start, span.end, Kind.ADMINISTRATIVE_UNIT, 0.85, town.name, town)
            return span
    return None


def _known_short(reading: PlaceReading, floor: int, end: int, ending: str) -> int | None:
    """Return where the longest known name, with or without its ending, that ends at ``end`` begins.

    One that is only the end of a longer word is none: 横冲|大桥.
    """
    first = _item_start(reading, floor, end)
    governed = re.compile(f"{any_of('village', 'verbs')}$")
    for start in range(max(floor, end - _LONGEST), end):
        if start > first and reading.unit_before(start) is None and not governed.search(reading.text, floor, start):
            return None
        stem = reading.text[start:end]
        if stem in reading.gazetteer.villages or stem + ending in reading.gazetteer.villages:
            return start
    return None


def find_bare_villages(reading: PlaceReading) -> None:
    """Add villages named without 村: neighbours of known ones in a list, then every proven short form."""
    near = {_ENDING.sub("", name): name for name in reading.gazetteer.near}
    no_village = words_of("village")["no_village"] | reading.gazetteer.towns.keys()
    for _ in range(3):
        before = len(reading.bare)
        short = {s: full for s, full in {**near, **reading.bare}.items() if len(s) >= 2 and s not in no_village}
        if not short:
            return
        spans = list(_occurrences(reading.text, short))
        for number in range(len(spans)):
            _read_neighbours(reading, spans, number, short, near)
        if len(reading.bare) == before:
            break
    proven = {s: full for s, full in reading.bare.items() if s not in no_village}
    never = re.compile(any_of("village", "bare_not_before"))
    found, taken = deque(sorted((start, end) for start, end, _ in reading.found)), 0
    for start, end in _occurrences(reading.text, proven):
        while found and found[0][0] <= start:
            taken = max(taken, found.popleft()[1])
        stem = reading.text[start:end]
        if end <= taken or stem in reading.gazetteer.own or never.match(reading.text, end):
            continue
        reading.add_village(start, end, proven[stem], 0.8 if stem in near else 0.6)


def _occurrences(text: str, short: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    if not short:
        return
    automaton = ahocorasick_rs.AhoCorasick(list(short), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    for _, start, end in automaton.find_matches_as_indexes(text):
        yield start, end


def _read_neighbours(
    reading: PlaceReading,
    spans: Sequence[tuple[int, int]],
    number: int,
    short: Mapping[str, str],
    near: Mapping[str, str],
) -> None:
    """Read what stands beside a known short form, behind a separator: 窑头、|北阳|、下吴|千亩葡萄产业园."""
    text, (start, end) = reading.text, spans[number]
    if text.startswith(("镇", "乡", "街道"), end):
        return
    beside = []
    around = spans[max(0, number - 1) : number + 2]
    tails = any_of("village", "tails")
    right = re.compile(f"(?:、|至|到)([{HAN}]{{2,3}}?)(?=、|和|至|到|[，。；（）0-9]|{tails})")
    if match := right.match(text, end + (1 if text[end : end + 1] == "村" else 0)):
        beside.append(match.span(1))
    separator = re.search("(?:、|至|到)$", text[max(0, start - 2) : start])
    if separator:
        stop = start - len(separator.group())
        floor = _clause_floor(text, stop)
        others = list(_SEPARATOR.finditer(text, floor, stop))
        first = _item_start(reading, others[-1].end() if others else floor, stop)
        if 2 <= stop - first <= 3 and text[first - 1] != "的":  # 漩滩的|翠冠梨、清溪沟
            beside.append((first, stop))
    beside += [span for span in around if span[0] == end or span[1] == start]
    for first, last in beside:
        stem = text[first:last]
        listed = (first, last) in around
        may_be = _may_be_village(stem) and not _is_work_or_word(stem)
        if stem in reading.gazetteer.towns or not (listed or stem in near or may_be):
            continue
        full = short.get(stem) or near.get(stem) or (stem if stem.endswith("村") else stem + "村")
        reading.add_village(first, last, full, 0.9 if listed else 0.75)
        reading.add_village(start, end, short[text[start:end]], 0.9 if listed else 0.8)
        if stem not in reading.gazetteer.own:
            _prove(reading, full)
        if text[start:end] not in reading.gazetteer.own:
            _prove(reading, short[text[start:end]])


def _is_work_or_word(stem: str) -> bool:
    """Tell whether what only stands in a list with villages is a work (水渠清淤, 跃进厂) or an ordinary word (开业)."""
    works = tuple(words_of("village")["works"])
    return stem.endswith(works) or re.search("..厂$", stem) is not None or not unusual(stem)


def _may_be_village(stem: str, longest: int = 3, *, ordinary: bool = False) -> bool:
    """Tell whether a list's member may be a village's name; ``ordinary`` words too (胜利、光荣两个村), if counted."""
    words = words_of("village")
    return (
        re.fullmatch(f"[{HAN}]{{2,{longest}}}", stem) is not None
        and re.fullmatch("[一二三四五六七八九十百千万亿零〇]+|百分.*", stem) is None
        and stem not in words["generic"]
        and (ordinary or stem not in words["no_village"])
        and (ordinary or not stem.endswith(tuple(words["generic_ends"] - {"村"})))
    )
