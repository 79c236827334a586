"""Cuts a list into its items: what stands around each, before the first and behind the last is none of its name.

打造|数字经济带、绿色经济带、先进制造带|一起抓在手上 lists three belts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from extract.document import Span
from extract.layout.explanations import NUMERAL
from extract.names import alternations, lexicon
from extract.numerals import announced
from extract.surface import JOINTS

_ATTRIBUTE = re.compile('[^"]*的"(?P<name>[^"]+)"?$')
"""Words that only describe a part before its quoted name: 以茶产业为主的“绿色白石”."""
_JOINT = re.compile("以及|和|及|与")
_THIS_ONE = re.compile('"?(?:这一[^，。、]{1,6}|(?<=[省市县区镇乡村地])目标)$')
_CLAUSE = re.compile("为(?![民农企侨])|而|从而|由于|对于|我[省市县区镇乡]|[^，。、；]*(?:既|又|还)要")
_NO_NAME = re.compile(
    r"(?:的|率|以上|左右|%|提出|指出)$|(?:达到|超过|突破|稳定在)[^，。；、]*\d|[形组构]成的|\d{4}年|(?<![新有])作为|之一$"
)
"""How what is no name among items begins (为深化改革，…的任期制), and what tells it (污水处理率, 产量达到1万吨)."""
_ONLY_THEN = re.compile("[：:]|，(?:分别[为是]|即)")
"""Behind what leads up to a name in its item: 具体内容是：|学习本领, 六条产业链，分别为|氢能."""
_SAID_LAST = re.compile("(?:等[^，。；、]{0,12}|的?)问题$|的?(?:工作|标准|要求|等)$")
"""What may stand behind the last of a list and belongs to all: 稳预期|工作."""
QUOTED = re.compile('"([^"]+)"')
"""A quotation within a name or a list."""
_SIDE_BY_SIDE = re.compile(f"(?:{QUOTED.pattern}){{2,}}")
"""A list of quotations without marks between them: “甲”“乙”."""
_ALIKE, _BRIEF = 2, 10
"""Characters in which items end alike, and those of one that may keep a verb, at most."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that tell where the items of a list begin and end.

    Attributes:
        before_member: what of a definition stands before a member and is none of it: 打造|数字经济带.
        for_core: a thing taken for the centre of something: 以茶产业为核心.
        runs_on: what no item of a list has in it: 石柳河旅游带、苍旺路产业带|，做优猕猴桃园.
        together: what is done with all of a list: 海峡合作|一体推进.
        count_behind: what counts a list behind its last member: 人才回归|三大行动.
    """

    before_member: re.Pattern[str]
    for_core: re.Pattern[str]
    runs_on: re.Pattern[str]
    together: re.Pattern[str]
    count_behind: re.Pattern[str]


@cache
def _words() -> _Words:
    data = lexicon("glossary")
    around, counted = (alternations(data[table]) for table in ("members", "counted"))
    whose = f"(?:[^，。、]{{2,8}}[省市县区]|[省市州县区旗镇乡]委)(?:{around['put_forward']})的"
    leads = (
        f"{whose}|[^，。、；]{{2,24}}(?:会议?|报告|讲话)[上中]?提出的|{NUMERAL}{{1,2}}是|把[^，。、]{{1,10}}?建设成为?|把(?![^，。、]*[成为])"
        f"|以[^，。、]{{2,20}}?为(?:{around['taken_for']}|主)的|{around['before']}|指(?![标数导挥南])"
        f"|重点(?={around['chiefly']})|[在以][^，。、]{{2,16}}[上中]体现"
    )
    return _Words(
        before_member=re.compile(f"(?:{leads})+"),
        for_core=re.compile(f"以(?P<name>.{{2,}})为(?:{around['taken_for']}|依托|支撑)$"),
        runs_on=re.compile(f"，(?:{around['improving']}|(?:加快|着力|全力)?(?:{around['building']}))"),
        together=re.compile(f"(?:{around['together']})[^，。；、]{{0,6}}$"),
        count_behind=re.compile(
            rf'等?这?"?(?P<name>(?P<count>{NUMERAL}|\d)(?:{counted["measures"]}|[种篇支位])'
            r'[^，。；、"一二三四五六七八九十]{1,9})"?(?:的[^，。；、"]{2,6})?$'
        ),
    )


def behind_lead(folded: str, start: int, end: int) -> int:
    """Return where a stretch begins behind the words that only lead up to a name: 建设|汽车产业集群."""
    lead = _words().before_member.match(folded, start, end)
    return lead.end() if lead is not None else start


def names_nothing(folded: str, item: Span) -> bool:
    """Tell whether an item is no name: a rate, a date, what somebody put forward."""
    return _NO_NAME.search(folded, item.start, item.end) is not None


def trimmed(folded: str, start: int, end: int) -> Span | None:
    """Return an item without the marks around it and what leads up to its name; None where nothing is left."""
    start, end = _bare(folded, start, end)
    if (stop := folded.find("。", start, end)) > start + 1:
        end = stop  # 老茶市街。|现存木楼37栋
    for led_up in _ONLY_THEN.finditer(folded, start, end - 1):
        start = led_up.end()
    words = _words()
    match = words.before_member.match(folded, start, end)
    if match and match.end() < end - 1:
        start = match.end()
    if this_one := _THIS_ONE.search(folded, start + 2, end):
        end = this_one.start()  # “田园松阳升级版”|这一总目标
    start, end = _bare(folded, start, end)
    if core := words.for_core.match(folded, start, end):
        start, end = core.span("name")
        verb = words.before_member.match(folded, start, end - 1)
        start = verb.end() if verb is not None else start  # 以|打造|鹮乡水城|为总目标
    if folded[start:end].count('"') == 1 and folded[end : end + 1] == '"':
        end += 1  # 教育医疗住房“三保障”
    if attribute := _ATTRIBUTE.match(folded, start, end):
        start, end = attribute.span("name")
    if folded.startswith("《", start, end) and folded.find("》", start, end) == end - 1:
        start, end = start + 1, end - 1
    return Span(start, end) if end - start >= 2 else None


def _bare(folded: str, start: int, end: int) -> tuple[int, int]:
    """Return where an item begins and ends without the marks around it."""
    while start < end and folded[start] in ' \n"，、；：（' and not _is_of_first(folded, start, end):
        start += 1
    while end > start and folded[end - 1] in ' \n"，、；。：）' and not _is_of_last(folded, start, end):
        end -= 1
    return start, end


def _is_of_first(folded: str, start: int, end: int) -> bool:
    """Tell whether an item opens with a quotation that is a part of its name: “药食同源”|食品生产聚集区."""
    mate = folded.find('"', start + 1, end) if folded[start] == '"' else -1
    return 0 < mate < end - 1 and folded[mate + 1] not in "，、；：。"


def _is_of_last(folded: str, start: int, end: int) -> bool:
    """Tell whether an item ends in a bracket that is a part of it: 名医（名科）."""
    return folded[end - 1] == "）" and folded.count("（", start, end) == folded.count("）", start, end)


def split(folded: str, start: int, end: int, marks: str) -> list[Span]:
    """Split a list at marks into its items; empty where a piece is a clause and so no item of a list."""
    spans = pieces(folded, start, end, marks)
    runs_on = _words().runs_on
    named = all(
        _CLAUSE.match(folded, s.start) is None
        and not names_nothing(folded, s)
        and _is_balanced(folded, s)
        and ("，" in marks or not runs_on.search(folded, s.start, s.end))
        for s in spans
    )
    return spans if named else []


def _is_balanced(folded: str, span: Span) -> bool:
    """Tell whether an item holds its quotation marks in pairs, those beside it counted where that makes pairs."""
    inside = folded.count('"', span.start, span.end)
    beside = (folded[span.start - 1 : span.start] + folded[span.end : span.end + 1]).count('"')
    return inside % 2 == 0 or (inside + beside) % 2 == 0


def pieces(folded: str, start: int, end: int, marks: str) -> list[Span]:
    """Split at marks outside brackets, and between titles, and strip leading verbs.

    和 and 以及 before the last member count as a mark.
    """
    parts: list[tuple[int, int]] = []
    depth, last = 0, start
    for index in range(start, end):
        mark = folded[index]
        if mark in "（《":
            depth += 1
        elif mark in "）》":
            depth -= 1
        elif depth <= 0 and mark in marks:
            parts.append((last, index))
            last = index + 1
        if depth == 0 and folded.startswith("》《", index, end):
            parts.append((last, index + 1))
            last = index + 1
    parts.append((last, end))
    if "、" in marks and len(parts) > 1:
        tail_start, tail_end = parts[-1]
        if joint := _JOINT.search(folded, tail_start + 1, tail_end - 1):
            parts[-1:] = [(tail_start, joint.start()), (joint.end(), tail_end)]
    spans = [span for part in parts if (span := trimmed(folded, *part)) is not None]
    return _ending_alike(folded, spans) if marks == "、" and len(spans) == len(parts) > 2 else spans


def _ending_alike(folded: str, spans: list[Span]) -> list[Span]:
    """Give back the first words of the only item that would lose them among items that end alike: 狠抓|落实本领.

    Not of a long one or behind a first item's own verb: 升级3大产业集群、培育|18个新星产业集群.
    """
    if folded[spans[0].start - 1] not in '：，；。、"（ \n即指是为':
        return spans
    cut = [i for i, span in enumerate(spans) if i and folded[span.start - 1] not in '、和及与"（ \n']
    if len(cut) != 1 or len({folded[span.end - _ALIKE : span.end] for span in spans}) > 1:
        return spans
    (index,) = cut
    start = folded.rfind("、", 0, spans[index].start) + 1
    whole = Span(start, spans[index].end)
    brief = whole.end - whole.start <= _BRIEF
    return [*spans[:index], whole, *spans[index + 1 :]] if brief else spans


def counted(folded: str, start: int, end: int, count: int) -> list[Span]:
    """Return the ``count`` items of a list, or as many quotations side by side (“甲”“乙”); [] where there are others.

    >>> text = '机器人、生物医药及大健康'
    >>> [text[start:end] for start, end in counted(text, 0, len(text), 2)]
    ['机器人', '生物医药及大健康']
    """
    items = _rejoined(folded, split(folded, start, end, "、"), count)
    end += folded.count('"', start, end) % 2 and folded.startswith('"', end)
    if len(items) != count and _SIDE_BY_SIDE.fullmatch(folded, behind_lead(folded, start, end), end):
        items = [Span(*quoted.span(1)) for quoted in QUOTED.finditer(folded, start, end)]
    return items if len(items) == count else []


def _rejoined(folded: str, items: list[Span], count: int) -> list[Span]:
    """Take the last two items for one where there is one too many: 清理垃圾、清理杂草、清理残垣|及|断壁 are three."""
    if len(items) == count + 1 > 2 and folded[items[-2].end : items[-1].start] in JOINTS[1:]:
        return [*items[:-2], Span(items[-2].start, items[-1].end)]
    return items


def listed(folded: str, start: int, end: int, count: int) -> list[Span]:
    """Return the ``count`` members listed in a stretch, whichever mark separates them; [] where none does."""
    fitting: list[tuple[int, int, list[Span]]] = []
    last = max(start, folded.rfind("、", start, end))
    close = re.compile("[，。；]").search(folded, last, end)
    stretches = [("、", close.start() if close else end)]
    stretches += [(marks, end) for marks in ("，；", "、，；", "。；\n", "，、；。")]
    for marks, stop in stretches:
        spans = _rejoined(folded, split(folded, start, stop, marks), count)
        if len(spans) == count:
            alike = len({folded[s.start] for s in spans}) + len({folded[s.end - 1] for s in spans})
            fitting.append((alike, len(fitting), spans))
    if not fitting and count == 2:
        joints = [at for at in _JOINT.finditer(folded, start + 1, end) if folded[at.end() : end].strip("。； \n")]
        if len(joints) == 1:
            halves = (start, joints[0].start()), (joints[0].end(), end)
            return [span for half in halves if (span := trimmed(folded, *half)) is not None]
    return without_what_is_said_of_all(folded, min(fitting)[2]) if fitting else []


def without_what_is_said_of_all(folded: str, items: list[Span]) -> list[Span]:
    """Cut what is said of all items off the last: what is done with them, and how many they are.

    把数字经济带、绿色经济带、先进制造带|一起抓在手上; 工业强基、文旅富民、人才回归|三大行动.
    """
    *before, last = items
    counted = count_behind(folded, last, len(items))
    said = counted or _words().together.search(folded, last.start + 2, last.end)
    if said is None and (tail := _SAID_LAST.search(folded, last.start + 2, last.end)):
        if any(folded.endswith(tail.group(), item.start, item.end) for item in before):
            return [] if tail.group().endswith("问题") else items  # problems that are solved: no names
        said = tail
    return [*before, Span(last.start, said.start())] if said is not None and before else items


def count_behind(folded: str, last: Span, count: int) -> re.Match[str] | None:
    """Find what counts a list of so many members behind its last one."""
    counted = _words().count_behind.search(folded, last.start + 2, last.end)
    return counted if counted is not None and announced(counted["count"]) == count else None
