"""Takes the definition of a term apart into the members that its numerals announce.

三区三地 is spelled out into six aims, “6466”长效机制 into four groups with members of their own. The numerals in the
term say how many members to expect, so that no ordinary list is taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from extract.document import Span
from extract.finders.items import (
    QUOTED,
    behind_lead,
    count_behind,
    counted,
    listed,
    names_nothing,
    pieces,
    split,
    trimmed,
    without_what_is_said_of_all,
)
from extract.layout.explanations import NUMERAL, TAKEN_FOR, part_label
from extract.names import alternation, alternations, lexicon
from extract.numerals import announced

_GROUP = re.compile(
    r'(双|[一二两三四五六七八九十]{1,2}|\d)([个条张大项]?)((?:统一|第一|双(?=$|["、])|[^\d一二两双三四五六七八九十、，。；："（）]){1,8})'
)
_AMOUNT = re.compile(rf"[\d.]\d|\d[余多]?[万亿元%]|(?:\d|{NUMERAL})(?:[名位]|年$)")
"""A figure, or the end of one, persons and years, which count no parts: 114|8亿元, 5名校长, 连续三年."""
_WORKS = re.compile(rf"(?:\d+|{NUMERAL}{{1,3}})[个项条](?:重点|重大|骨干)?(?:工程|项目)")
"""Behind a list it says that this lists works, which are parts of no strategy."""
_EACH_ONE = re.compile(f"({NUMERAL})个[一最不][^、，]{{0,2}}")
"""A name for parts that begin or end alike: 四个一, 四个一遍."""
_SUMMED = re.compile(
    rf"等(?P<name>(?:{NUMERAL}大[^，。；、]{{2,12}})|(?:[^，。；、]{{0,6}}{NUMERAL}大[^，。；、]{{1,8}}))$"
)
_BRIEFEST = 3
"""Characters of a name that stands without the head that it shares, at least."""
_BRIEF = 8
"""Characters of the parts of a name that has a numeral for each of them (一窗受理、五类集成), at most."""
_COUNTING = rf'(?P<name>(?P<count>{NUMERAL})[个条张大项]?[^，。；、（）"]{{1,8}})'
_LIST_BEHIND = re.compile(rf'{_COUNTING}"?（(?!在)(?P<list>[^（）]+)）')
"""A counted name with what it counts in brackets behind it."""
_COUNTED_NAME = re.compile(rf'(?:[^，。；、（）"]{{2}})??"?{_COUNTING}(?:"|$)')
"""A counted name that is quoted or ends its clause, perhaps behind a verb: 健全|三项机制."""
_QUOTED_COUNT = re.compile(
    rf'(?P<list>[^"，。；]+)"(?P<name>(?P<count>{NUMERAL})[^，。；、（）"]{{1,4}})"[^，。；、（）"]{{0,4}}'
)
"""A list that a quotation counts: 百亿强镇、商埠名镇、共富新镇|“三镇”|目标."""
_CLAUSE_ENDS = re.compile("[，；。\n]")
_HOLDS = re.compile("包括|包含|分为|分别[是为]|[，。]即(?!将)")
"""Behind it a definition lists what its name holds: 六条岸线，包括|鹭溪生态带、…."""
_IN_SHORT = re.compile("的?(?:简称|统称|总称|合称)")
"""What ends a definition that says what a term is short for: 碳达峰与碳中和|的简称."""
_IN_FULL = re.compile('是?"[^"]+"')
"""Such a definition that is but the name in full."""
_AGAIN = re.compile('[^"，。；、]*"(?P<list>[^"，；。]+)"的?(?P<noun>[^"，。；、]{2,16})[。；\\s]*')
"""A list in quotation marks before what may be the term's own noun: “四预”机制: 运行中|“预期、…、预警”|机制."""
_NOUN = 8
"""Characters of such a noun, at most, but where it ends in the term's: “五个一”机制: “…”|推动重点项目建设机制."""
_OF_TERM = re.compile("的(?P<of>[^的]{2,})$")
"""What the last item of a list may say of all: that they are the term's."""
_AIMED = re.compile("，旨在")
"""Before what an undertaking is for, which lists none of its parts."""
_NEXT = re.compile("[。；， \n]*(?:第[一二三四五六七八九十]个)?$")
"""What stands between one group and the next: ；|第二个|“三”，即."""
_EXPLAINS = re.compile(
    r"以(?!人民).{4,}|把.*(?:集成|合并|串)[成为]|[按依]照|根据|将|由|旨在|为了|通过|依托|有效|实行|习近平|进一步|逐步|转向|合并|改变|变.*为|单位|分别|.*是指|\d+[名位]"
)
"""How what explains a term begins, and no part of it does (1 of 19): 以综治网格为基础, 把多个事项集成为一件事."""
_NUMERALS = re.compile(f"{NUMERAL}+")
_HEADS = re.compile(f"({NUMERAL})([^、，。]?[^、，。])(?={NUMERAL}|$)")
_LAYOUT = re.compile(f"(?:{NUMERAL}(?:(?!{NUMERAL})[^、，。]){{1,2}}){{2,}}")
"""A name that counts things of several sorts: 一轴两翼三区."""
_VERB_LENGTH = 2
_FEWEST_REASONED = 3
"""Sentences that each name a part and say why, at least."""


@dataclass(frozen=True, slots=True)
class Member:
    """A part that a definition spells out: its span and the spans of its own parts."""

    span: Span
    parts: tuple[Member, ...] = ()
    alias: Span | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    """The words by which a definition counts what it holds.

    Attributes:
        head: what a term may say of all its members.
        name_first: a counted name and then what it counts: 实施|两大战略|，工业立县战略、项目兴县战略.
        list_before: a counted name behind what it counts.
    """

    head: re.Pattern[str]
    name_first: re.Pattern[str]
    list_before: re.Pattern[str]


@cache
def _words() -> _Words:
    data = lexicon("glossary")
    counted, term = (alternations(data[table]) for table in ("counted", "term"))
    count = f"(?P<count>{NUMERAL})(?:{counted['measures']}|[块道])"
    return _Words(
        head=re.compile(f"{NUMERAL}?大?(?P<head>{term['heads']})$"),
        name_first=re.compile(
            rf'"?(?P<name>{count}[^，。；、：（）"—]{{1,8}})"?(?:，(?:即|就是|分别[是为])?|：|——?)(?P<list>.+)'
        ),
        list_before=re.compile(rf'(?P<list>.+?)这?"?(?P<name>{count}[^，。；、（）"]{{1,8}})"?'),
    )


@cache
def strives() -> re.Pattern[str]:
    """Return how what a list of ways leads to begins, which is none of them: 打造甲带、乙带|，努力走在前列."""
    return re.compile(f"[，；](?:{alternation(lexicon('glossary')['members']['striving'])})")


def expected(term: str) -> list[int]:
    """Return how many members each numeral of a term announces.

    >>> expected("三区三地"), expected("一条主线、两张名片、四大战略"), expected("1+4"), expected("乡村振兴")
    ([3, 3], [1, 2, 4], [1, 4], [])
    >>> expected("三三五")
    [3, 3, 5]
    """
    groups = list(_GROUP.finditer(term))
    counts = [announced(group.group(1)) for group in groups]
    if each := _EACH_ONE.fullmatch(term.strip('"')):
        return [announced(each.group(1))]
    if re.fullmatch("[1-9]{2,6}|[1-9](?:\\+[1-9])+|[一二三四五六七八九]{3,6}", term.strip('"')):
        return [announced(digit) for digit in term.strip('"').replace("+", "")]
    return counts if len(counts) > 1 or (groups and groups[0].start() == 0) else []


def names_of(folded: str, term: Span) -> list[Span]:
    """Return a term and the quotation in it, by which it is named too: “三抓三早”|行动, 农村“五治”."""
    quoted = QUOTED.search(folded, term.start, term.end)
    return [term, *([Span(*quoted.span(1))] if quoted is not None else [])]


def counts_of(folded: str, term: Span) -> list[int]:
    """Return how many members the numerals of a term announce, those of the quotation in it where it has one."""
    return expected(_core(folded, term))


def _core(folded: str, term: Span) -> str:
    """Return the quotation in a term, or the whole of one that has none."""
    name = names_of(folded, term)[-1]
    return folded[name.start : name.end].strip('"')


def members(folded: str, term: Span, definition: Span) -> list[Member]:
    """Take a definition apart into the members that the term's numerals announce.

    Args:
        folded: folded text.
        term: the explained term.
        definition: its explanation.

    Returns:
        Members with their own members; empty where the definition lists none, or another number than announced.
    """
    return _named(folded, _spelled_out(folded, term, definition))


def _named(folded: str, parts: Sequence[Member]) -> list[Member]:
    """Leave out what explains and names nothing, but for parts that are all worded so: 凡是…，都…."""
    words = [folded[part.span.start : part.span.end] for part in parts]
    alike = len(parts) > 1 and len({each[0] for each in words}) == 1
    clauses = all("，" in each for each in words)
    return [
        replace(part, parts=tuple(_named(folded, part.parts)))
        for part, each in zip(parts, words, strict=True)
        if (alike or _EXPLAINS.match(each) is None) and (clauses or "，" not in each)
    ]


def _spelled_out(folded: str, term: Span, definition: Span) -> list[Member]:
    """Return what a definition lists of a term, as it is worded."""
    name = folded[term.start : term.end].strip('"')
    counts = counts_of(folded, term)
    if in_short := _IN_SHORT.search(folded, definition.start + 2, definition.end):
        definition = Span(definition.start, in_short.start())
        if _IN_FULL.fullmatch(folded, definition.start, definition.end):
            return []
    if aimed := _AIMED.search(folded, definition.start + 2, definition.end):
        definition = Span(definition.start, aimed.start())
    core = _core(folded, term)
    definition = _explained_again(folded, name, core, definition)
    if core.endswith("位一体") and "，" in folded[definition.start : definition.end]:
        return []  # “四位一体”责任: 对重点项目，分别确定领导、部门、…进行分包
    named = (
        _taken_groups(folded, definition)
        or _named_groups(folded, core, definition)
        or _listed_groups(folded, core, definition)
    )
    if named:
        return named
    if not counts:
        return _bare_list(folded, name, definition)
    sequential = _announced_groups(folded, term, counts, definition)
    if sequential:
        return sequential
    held = _held(folded, counts, definition)
    if counts == [len(held)]:
        return [Member(span) for span in without_what_is_said_of_all(folded, held)]
    spelled = (
        _reasoned(folded, counts, definition)
        or _by_heads(folded, core, definition)
        or _pairs(folded, core, counts, definition)
    )
    if spelled:
        return [Member(span) for span in spelled]
    halves = set(counts) == {1} and "、" in name and "、" not in folded[definition.start : definition.end]
    flat = [] if halves else listed(folded, definition.start, definition.end, sum(counts))
    alike = len(counts) > 1 and counts[0] > 1 and len(set(counts)) == 1
    if alike and not (flat and "、" in folded[definition.start : definition.end]):
        # 四破四立: each of the four sentences says what to break with and what to set up.
        for marks in ("。；\n", "，", "、"):
            sentences = split(folded, definition.start, definition.end, marks)
            if len(sentences) == counts[0]:
                return [Member(span) for span in _without_the_terms_head(folded, name, sentences)]
    if not flat and len(counts) > 1:
        flat = (
            _one_each(folded, counts, definition)
            or _clause_each(folded, counts, definition)
            or [item for items in _in_turn(folded, counts, definition) for item in items]
            or held
            or _several_of_one(folded, counts, definition)
        )
    if flat and counts[-1] > 1 and (behind := count_behind(folded, flat[-1], counts[-1])):
        flat[-1] = Span(flat[-1].start, behind.start())  # 鲜食玉米、肉牛养殖、食用菌|三个基地
    return [Member(span) for span in _without_the_terms_head(folded, name, flat)]


def _explained_again(folded: str, name: str, core: str, definition: Span) -> Span:
    """Return the list in quotation marks that a definition gives before the term's own noun, or the definition."""
    again = _AGAIN.fullmatch(folded, definition.start, definition.end)
    if again is None or again["list"] in name:
        return definition
    own = name.removeprefix(f'{core}"')
    same = len(again["noun"]) <= _NOUN and name.endswith(again["noun"])
    longer = own not in ("", name) and again["noun"].endswith(own)
    return Span(*again.span("list")) if same or longer else definition


def _without_the_terms_head(folded: str, term: str, items: list[Span]) -> list[Span]:
    """Cut the term's own head off the last item where no other item has it: 抓学习促提升、…、抓效能促发展|行动."""
    named = _words().head.search(term)
    if len(items) < 2:
        return items
    *before, last = items
    of_term = _OF_TERM.search(folded, last.start + 2, last.end) if named is None else None
    if of_term is not None and of_term["of"] in term and not any("的" in folded[i.start : i.end] for i in before):
        return [*before, Span(last.start, of_term.start())]  # “六无”平安村: 无黑恶、…、无命案|的村
    if named is None:
        return items
    head = named["head"]
    if any(folded.endswith(head, item.start, item.end) for item in before):
        return items
    return [*before, Span(last.start, last.end - len(head))] if folded.endswith(head, last.start, last.end) else items


def _one_each(folded: str, counts: list[int], definition: Span) -> list[Span]:
    """Read a list with an item for each numeral of the name: “151”: “一窗受理、五类集成、一次办结”; 一粮二牛三庭院."""
    each = split(folded, definition.start, definition.end, "、")
    if len(each) != len(counts):
        return []
    brief = all(span.end - span.start <= _BRIEF for span in each)
    told = all(str(count) in folded[span.start : span.end] for span, count in zip(each, counts, strict=True))
    measured = any(folded[span.start].isdigit() for span in each)
    spelled = told and all(folded[span.start].isdigit() for span in each[1:])
    if spelled:  # “135”: 群众诉求|1个工作日响应、3个工作日反馈、5个工作日办结
        first = each[0]
        each[0] = Span(folded.index(str(counts[0]), first.start), first.end)
    return each if brief or (told and not measured) or spelled else []


def _reasoned(folded: str, counts: list[int], definition: Span) -> list[Span]:
    """Read sentences that each name a part and say why, the names worded alike: 摘帽不摘责任，|防止松劲懈怠；…."""
    sentences = split(folded, definition.start, definition.end, "；。")
    if counts != [len(sentences)] or len(sentences) < _FEWEST_REASONED:
        return []
    firsts = [folded.find("，", span.start, span.end) for span in sentences]
    names = [trimmed(folded, span.start, end) for span, end in zip(sentences, firsts, strict=True) if end > 0]
    named = [name for name in names if name is not None and not names_nothing(folded, name)]
    begun = [max(definition.start, *(folded.rfind(mark, 0, name.start) + 1 for mark in "；。：")) for name in named]
    alike = any(len({folded[at] for at in starts}) == 1 for starts in (begun, [name.start for name in named]))
    return named if alike and len(named) == len(sentences) else []


def _clauses(folded: str, definition: Span, count: int) -> list[Span]:
    """Return the clauses of a definition, without what they lead to where they are more than so many."""
    clauses = split(folded, definition.start, definition.end, "，；")
    leads = len(clauses) > count and strives().search(
        folded, clauses[count - 1].end, clauses[count].start + _VERB_LENGTH
    )
    return clauses[:count] if leads else clauses


def _in_turn(folded: str, counts: list[int], definition: Span, marks: str = "、") -> list[list[Span]]:
    """Read a clause for each numeral, which names one thing or lists as many: 做大甲园，做精乙带、丙带.

    Not where each numeral is one: 一窗受理、一码通办, what explains it in two clauses names no parts.
    """
    clauses = _clauses(folded, definition, len(counts))
    if len(clauses) != len(counts) or set(counts) == {1}:
        return []
    lists = []
    for clause, count in zip(clauses, counts, strict=True):
        items = [clause] if count == 1 else split(folded, clause.start, clause.end, marks)
        if len(items) != count:
            return []
        lists.append(without_what_is_said_of_all(folded, items))
    return lists


def _clause_each(folded: str, counts: list[int], definition: Span) -> list[Span]:
    """Read a clause for each numeral that lists as many: “五小五好”: 小板凳聚民心、…，做到支部建设好、…."""
    clauses = split(folded, definition.start, definition.end, "，；。")
    lists = [split(folded, clause.start, clause.end, "、") for clause in clauses]
    lists = [items for items in lists if len(items) > 1]
    return [item for items in lists for item in items] if [len(items) for items in lists] == counts else []


def _held(folded: str, counts: list[int], definition: Span) -> list[Span]:
    """Read what a definition says that the name holds, as many as one of its numerals: 三江六岸：…，包括甲、乙、丙."""
    holds = _HOLDS.search(folded, definition.start, definition.end)
    begin = holds.end() if holds else definition.start + 1
    if holds is None and folded[definition.start] != "由":  # 由|甲带、乙带|构成的体系
        return []
    stop = re.compile("[，；。]|[构组]成").search(folded, begin, definition.end)
    held = split(folded, begin, stop.start() if stop else definition.end, "、")
    return held if len(held) in counts and len(held) > 1 else []


def _several_of_one(folded: str, counts: list[int], definition: Span) -> list[Span]:
    """Read a bare list of the only things that the name counts several of: 一县四业: 李果、青梅、茶叶、油茶."""
    several = [count for count in counts if count > 1]
    bare = _is_one_clause(folded, definition)
    return counted(folded, *definition, several[0]) if bare and len(several) == 1 else []


def _pairs(folded: str, name: str, counts: list[int], definition: Span) -> list[Span]:
    """Read clauses that each do in turn what the name says: 两督两保: 督新建、保开工，督续建、保竣工."""
    verbs = [verb for _, verb in _HEADS.findall(name)]
    if len(verbs) != len(counts) or len(verbs) < 2 or counts[0] < 2 or len(set(counts)) > 1:
        return []
    clauses = _clauses(folded, definition, counts[0])
    pairs = [split(folded, clause.start, clause.end, "、") for clause in clauses]
    done = all(
        len(pair) == len(verbs)
        and all(folded.startswith(verb, item.start) for item, verb in zip(pair, verbs, strict=True))
        for pair in pairs
    )
    return clauses if len(clauses) == counts[0] and done else []


def _by_heads(folded: str, name: str, definition: Span) -> list[Span]:
    """Read what ends as the name counts, whatever stands between: 一轴两翼: 以国道产业轴为主干，展开甲翼、乙翼，建设….

    Empty where the definition names more or fewer of a sort than the name says.
    """
    if _LAYOUT.fullmatch(name) is None:
        return []
    groups = _HEADS.findall(name)
    items = pieces(folded, definition.start, definition.end, "，、；。")
    ending = [[item for item in items if folded.endswith(head, item.start, item.end)] for _, head in groups]
    counted = all(len(found) == announced(count) for (count, _), found in zip(groups, ending, strict=True))
    return sorted({item for found in ending for item in found}) if counted else []


def _bare_list(folded: str, name: str, definition: Span) -> list[Member]:
    """Read a definition that is but a list, of as many items as a numeral within the term says: …三方联结机制."""
    if not _is_one_clause(folded, definition):
        return []
    items = split(folded, definition.start, definition.end, "、")
    counts = {announced(group.group(1)) for group in _GROUP.finditer(name)}
    said = without_what_is_said_of_all(folded, items) if len(items) > 1 and len(items) in counts else []
    return [Member(item) for item in said]


def _is_one_clause(folded: str, definition: Span) -> bool:
    return re.search("[，；：。](?!$)", folded[definition.start : definition.end].rstrip()) is None


def _taken_groups(folded: str, definition: Span) -> list[Member]:
    """Read 以集镇为“一芯”，以…、…为“两廊”."""
    found = []
    for mark in TAKEN_FOR.finditer(folded, definition.start, definition.end):
        count = next(iter(expected(mark["label"])), 0)
        parts = listed(folded, *mark.span("parts"), count)
        if count == 1 and parts:
            found.append(Member(parts[0], (), Span(*mark.span("label"))))
        else:
            found.append(Member(Span(*mark.span("label")), tuple(Member(part) for part in parts)))
    return found if len(found) > 1 else []


def _named_groups(folded: str, name: str, definition: Span) -> list[Member]:
    """Read “一区”，即建设…。“两城”，即…、…。, 一核即…，两带即…, “5”是打造…等五大产业集群, “上天”即…，“入地”即…."""
    text = folded[definition.start : definition.end]
    marks = list(part_label().finditer(text))
    if len(marks) < 2:  # 两翼——…, 四园，…
        groups = alternation(group.group() for group in _GROUP.finditer(name))
        marks = list(re.finditer(rf"(?:^|(?<=[，；。：\n]))({groups})(?:——?|：|，)", text)) if groups else []
    if len(marks) < 2:
        return []
    found = []
    spelled = "".join(str(mark[mark.lastindex or 0]) for mark in marks) == name
    for index, mark in enumerate(marks):
        start = definition.start + mark.end()
        stop = definition.start + (marks[index + 1].start() if index + 1 < len(marks) else len(text))
        if ends := _NEXT.search(folded[start:stop]):
            stop = start + ends.start()
        label = Span(
            definition.start + mark.start(mark.lastindex or 0), definition.start + mark.end(mark.lastindex or 0)
        )
        term = folded[label.start : label.end]
        count = next(iter(expected(term)), None)
        if number := int(term) if term.isdigit() else announced(term) if _NUMERALS.fullmatch(term) else 0:
            if first := _name_first(folded, start, stop, number):
                found.append(first)
            elif summed := _summed(folded, start, stop, number, plainly=True):
                found.append(summed)
            elif parts := listed(folded, start, stop, number):
                found += [Member(part) for part in parts]
            elif (whole := trimmed(folded, start, stop)) and not re.search("[、，；]", folded[whole.start : whole.end]):
                found.append(Member(whole))  # “4”指乡镇四个平台
            elif (quoted := _COUNTED_NAME.match(folded, start, stop)) and announced(quoted["count"]) == number:
                found.append(Member(Span(*quoted.span("name"))))
            continue
        if count is not None and count > 1 and (summed := _summed(folded, start, stop, count)):
            found.append(replace(summed, alias=label))
            continue
        clause = folded.find("，", start, stop)
        if count == 1 or (count is None and spelled):
            last = folded.rfind("，", start, stop) + 1
            if count is None and last and behind_lead(folded, last, stop) > last:
                whole = trimmed(folded, last, stop)  # “车”即立足自主品牌，建设|汽车产业集群
            else:
                whole = trimmed(folded, start, clause if count == 1 and clause > 0 else stop)
            if whole and not names_nothing(folded, whole):
                found.append(Member(whole, (), label))
            continue
        works = _WORKS.search(folded, start, stop)
        parts = listed(folded, start, stop, count) if count and works is None else []
        if clause > 0 and count == 2 and len(pair := listed(folded, start, clause, count)) == count:
            parts = pair  # “两带”即格凸河山地旅游带和红薯产业带，|公路完成路基工程
        if parts or label.end - label.start > 1:
            found.append(Member(label, tuple(Member(p) for p in parts)))
    return found


def _name_first(folded: str, start: int, stop: int, count: int) -> Member | None:
    """Read a counted name with what it counts behind it: “2”即实施|两大战略|，工业立县战略、项目兴县战略."""
    sentence = re.compile("[。\n]").search(folded, start, stop)
    stop = sentence.start() if sentence else stop
    named = _words().name_first.fullmatch(folded, behind_lead(folded, start, stop), stop)
    if named is None or announced(named["count"]) != count:
        return None
    if count == 1:
        only = trimmed(folded, *named.span("list"))
        return Member(only, (), Span(*named.span("name"))) if only is not None else None
    start, stop = named.span("list")
    again = re.compile(f'"?{re.escape(named["name"])}"?$').search(folded, start + 1, stop)  # …、文旅兴县|“三大战略”
    parts = counted(folded, start, again.start() if again else stop, count)
    return Member(Span(*named.span("name")), tuple(Member(part) for part in parts)) if parts else None


def _listed_groups(folded: str, name: str, definition: Span) -> list[Member]:
    """Read clauses that count what they list: 抓好两大主导（现代工业、洞穴旅游）, 打好通道经济、园区经济两张牌.

    Where the quoted names count what the digits of the term say (“156”：抓牢“一个统领”（…），…，做到“六个走在前列”),
    those without a list are its parts too.
    """
    list_before = _words().list_before
    found: list[Member] = []
    alone: set[Member] = set()
    counts: list[int] = []
    for clause in pieces(folded, definition.start, definition.end, "，；。\n"):
        ends = _CLAUSE_ENDS.search(folded, clause.end, definition.end)
        stop = ends.start() if ends else definition.end
        group = _LIST_BEHIND.search(folded, clause.start, stop)
        for listing in (list_before, _QUOTED_COUNT):
            group = group or listing.fullmatch(folded, clause.start, stop)
        quoted = max(clause.start, folded.find('"', clause.start, clause.end - 1))
        named = group or _COUNTED_NAME.match(folded, quoted, clause.end)
        if named is None:
            continue
        count, label = announced(named["count"]), Span(*named.span("name"))
        counts.append(count)
        if group and count == 1 and (only := trimmed(folded, *group.span("list"))):
            found.append(Member(only, (), label))
        elif group and count > 1 and (parts := counted(folded, *group.span("list"), count)):
            found.append(Member(label, tuple(Member(part) for part in parts)))
        else:
            found.append(Member(label))
            alone.add(found[-1])
    if counts != expected(name):
        found = [member for member in found if member not in alone]
    return found if len(found) > 1 else []


def _summed(folded: str, start: int, stop: int, count: int, *, plainly: bool = False) -> Member | None:
    """Return the name that sums up a list of so many members, with these: 新材料、…等|五大新兴产业集群.

    Of one member it is another name (鹮乡水城|一个目标). ``plainly`` tells that it may follow the list without 等:
    工业强基、文旅富民、人才回归|三大行动.
    """
    summing = _SUMMED.search(folded[:stop], start)
    if summing is None and plainly:
        summing = count_behind(folded, Span(max(start, folded.rfind("、", start, stop)), stop), count)
    if summing is None:
        return None
    only = trimmed(folded, start, summing.start()) if count == 1 else None  # 城乡融合、宜居宜业的鹮乡|一个目标
    parts = [only] if only is not None else counted(folded, start, summing.start(), count)
    if len(parts) != count:
        return None
    name = Span(*summing.span("name"))
    quoted = folded[name.start - 1] == '"'
    if quoted and 2 * sum(part.end - part.start < _BRIEFEST for part in parts) > count > 1:
        parts = []  # 富强、创新、开放|“三个新鹮城”: attributes of one head
    return Member(parts[0], (), name) if count == 1 else Member(name, tuple(Member(part) for part in parts))


def _each_with(folded: str, verb: str, start: int, stop: int) -> list[Span]:
    """Return the items of a stretch that begin with the verb by which they are counted: 三个坚持：坚持以…，坚持以…."""
    return [Span(*item.span()) for item in re.compile(f"{re.escape(verb)}[^，、；。\n]+").finditer(folded, start, stop)]


def _announced_groups(folded: str, term: Span, counts: list[int], definition: Span) -> list[Member]:
    """Read groups that the definition names again (六个环节：…；四个结合，…) or spells out one clause each."""
    groups = list(_GROUP.finditer(folded, definition.start, definition.end))
    again: list[Member] = []
    seen: set[str] = set()
    labels = [
        g
        for g in groups
        if (announced(g.group(1)) > 1 or folded[g.end() : g.end() + 1] == "：")
        and not _AMOUNT.search(folded, max(definition.start, g.start() - 1), g.end())
    ]
    for group in labels:
        wording = group.group()
        if wording in seen:
            continue
        repeat = [g for g in labels if g.group() == wording]
        seen.add(wording)
        spelled = repeat[-1]
        count = announced(group.group(1))
        if len(repeat) > 1 or folded[spelled.end() : spelled.end() + 1] in "：，":
            later = [g.start() for g in labels if g.start() > spelled.end() and g.group() != wording]
            stop = min([*later, definition.end]) if count > 1 else definition.end
            sentence = re.search(r"[。；\n]", folded[spelled.end() : stop])
            if sentence:
                stop = spelled.end() + sentence.start()
            if count == 1:  # 一个定位：打造|苏鲁边界先行区
                if only := trimmed(folded, spelled.end(), stop):
                    again.append(Member(only, (), Span(group.start(), group.end())))
                continue
            parts = _each_with(folded, wording[-_VERB_LENGTH:], spelled.end(), stop)
            if len(parts) != count:
                parts = listed(folded, spelled.end(), stop, count)
            again.append(Member(Span(group.start(), group.end()), tuple(Member(p) for p in parts)))
    if len(again) >= 2 and len(again) >= len([c for c in counts if c > 1]) - 1:
        return again
    name = re.compile(r'"?[^"]+').match(folded, term.start, term.end)  # “三抓三早”|行动
    in_term = [Span(*m.span()) for m in re.compile(r'[^、"]+').finditer(folded, *name.span())] if name else []
    if len(counts) < 2 or len(in_term) != len(counts):
        return []
    out = []
    for items, label in zip(_in_turn(folded, counts, definition, "、和"), in_term, strict=False):
        if len(items) == 1:
            (span,) = items
            tail = re.search(r"这[一条个]?[^，。]{0,3}主线$|这[一个条][^，。]{0,4}$", folded[span.start : span.end])
            out.append(Member(Span(span.start, span.start + tail.start()) if tail else span, (), label))
        else:
            out.append(Member(label, tuple(Member(item) for item in items)))
    return out


def things_counted(term: str) -> set[str]:
    """Return the first characters of what the numerals of a term count.

    >>> things_counted("三路一桥") == {"路", "桥"}
    True
    """
    return {group[3][0] for group in _GROUP.finditer(term)}
