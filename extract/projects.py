"""Finds projects: concrete undertakings with a site, a builder or a budget, by the head their name ends in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import alternation, clause_start, generic_names, headed, lexicon, name_start
from extract.surface import folded_text
from extract.wording import unusual
from ontology.terms import Kind, Status

_SITE = re.compile(r"[一-鿿](?:村|镇|乡|街|路|县|河|湖|段|线|大道|社区)|[A-Za-z]{2}|公司|集团|—|[一二三四五]期|号")
_UNNAMED = re.compile(
    r"^(?:所|座|条|批|处|家|个|各|每|一批|新一轮|国家级|省级|市级|县级|乡镇|镇级|村级|具有|全国性|区域性|主要|其他|有关|以上|优良|普惠性|公办|民办|[A-Z0-9]级|指|控制|共建|推出|配套)"
)
_SORT = re.compile(
    r"^(?:[^村镇乡]{0,2}(?:重点|重大|民生|产业|工业|农业|文旅|基础设施|市政|水利|交通|生态|科技|招商|外资|技改|储备|签约|开工|建设|优质|标志性))*"
    r"(?:建设)?(?:项目|工程|基地|中心|园区|产业园|公园|市场|学校|医院|公路|高速公路|铁路|高铁|机场|港|水库|养老院|幼儿园)$"
)
_ROADS = re.compile(
    r"(?P<name>[一-鿿]{2,6}至[一-鿿]{2,6}?)(?P<head>道路|公路|高速公路|高速|高铁|铁路|大道)(?P<tail>铺设|建设|改造|提升|工程|项目)?"
)
_LISTED = re.compile(r"(?P<items>[^，。；：！？\n、]{3,40}(?:、[^，。；：！？\n、]{2,30})+)")
_SUMMED = re.compile(
    r"等[^，。；、]{0,12}?(?:项目|工程|高速公路|高速|高铁|铁路|公路|水库|电站|机场|大桥|产业园|基地|场馆)(?:建设)?(?P<behind>[^，。；、]{0,10})$"
)
_LAST = re.compile(r"(?<=[^、和及与])(?:和|及|以及|与)(?=[^、]{3,}$)")
_TRAILING = re.compile(
    r"(?:等[^、]{0,14}|(?:项目)?(?:的)?(?:前期工作|前期|规划|选址|建设|任务|投入使用|投用|投产|落地|开工))$"
)
_COMPLETED = re.compile(r"完工|竣工|建成|投产|完成|投用|投入使用|通车|落成|交付|运营|落到实处|达效|验收|启用|开业|开园")


class ProjectFinder:
    """Proposes names that end in a project's head; sorts of project (重点项目) are left out."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each project's name."""
        folded = folded_text(doc)
        concrete = re.compile(f"(?:{alternation(lexicon('kinds')[Kind.PROJECT]['concrete'])})$")
        sites = (Kind.VILLAGE, Kind.ADMINISTRATIVE_UNIT, Kind.ORGANIZATION)
        named = sorted({c.span.start for c in doc._.candidates if c.kind in sites and c.confidence >= 0.6})
        villages = {c.span.end: c.span.start for c in doc._.candidates if c.kind is Kind.VILLAGE}
        for start, end, head in headed(folded, Kind.PROJECT):
            name = folded[start:end]
            modifier = name[: -len(head)]
            if (
                len(modifier) < 2
                or _SORT.match(name)
                or _UNNAMED.match(name)
                or modifier.endswith(("的", "为", "宅"))
                or "等" in name
            ):
                continue
            start = max([start, *(at for at in named if start < at < end and folded[at - 1] in "和及与")])
            start = max(start, folded.rfind("的", start, end - len(head) - 2) + 1)
            start = _coordinated(villages, folded, start)
            undertaking = head.endswith(("项目", "工程")) or concrete.search(head) is not None
            sited = _SITE.search(modifier) is not None or any(start <= at < end for at in named)
            sure = (0.6 if undertaking else 0.35) + (0.25 if sited else 0)
            doc._.candidates.append(Candidate(Span(start, end), Kind.PROJECT, "policy_projects", sure))
        doc._.candidates.extend(_listed(folded))
        for match in _ROADS.finditer(folded):
            doc._.candidates.append(Candidate(Span(match.start(), match.end()), Kind.PROJECT, "policy_projects", 0.6))
        return doc


@cache
def _works() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = lexicon("kinds")[Kind.PROJECT]
    underway = re.compile(f"(?:{alternation(words['underway'])})(?:了|好)?[^，。；、]{{0,8}}$")
    return re.compile(f"(?:{alternation(words['works'])})(?:（[^（）]{{1,8}}）)?$"), underway


def _listed(folded: str) -> Iterator[Candidate]:
    """Propose the items of lists of works: 加快建设春风隧道、轨道五期、侨城东路北延; 福元工业园、高汇电子等…项目."""
    ends, underway = _works()
    for match in _LISTED.finditer(folded):
        start, end = match.span("items")
        summed = _SUMMED.search(folded, start, end)
        first = folded.index("、", start)
        begin = name_start(folded, first, floor=max(start, clause_start(folded, first)))
        led = underway.search(folded, max(0, begin - 16), begin) is not None
        if not summed and not led:
            continue
        stop = summed.start() if summed else end
        items = list(_items(folded, begin, stop))
        fit = [ends.search(folded, s, e) is not None and unusual(folded[s:e]) > 0 for s, e in items]
        named = sum(unusual(folded[s:e]) > 0 for s, e in items)
        for (s, e), fits in zip(items, fit, strict=True):
            name = folded[s:e]
            if (
                name in generic_names()
                or _SORT.match(name)
                or _UNNAMED.match(name)
                or re.search("[的了]|有限公司$|[硬亮绿美净]化$|^(?:更多|一批)", name)
            ):
                continue
            believed = fits or (summed is not None and unusual(name) > 0) or (led and sum(fit) * 2 > len(items))
            if believed and named * 2 >= len(items):
                yield Candidate(Span(s, e), Kind.PROJECT, "policy_projects", 0.8 if summed or fits else 0.6)


def _items(folded: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Split a list at 、 and before its last member at 和; cut what follows the last name."""
    pieces = [(m.start() + start, m.end() + start) for m in re.finditer("[^、]+", folded[start:stop])]
    if pieces and (joint := _LAST.search(folded, *pieces[-1])):
        before, behind = pieces.pop()
        pieces += [(before, joint.start()), (joint.end(), behind)]
    for first, last in pieces:
        while tail := _TRAILING.search(folded, first, last):
            last = tail.start()
        if last - first >= 3:
            yield first, last


def _coordinated(villages: Mapping[int, int], folded: str, start: int) -> int:
    """Extend a name that begins with a village to the villages listed before it (窑头、北阳、|下吴千亩葡萄产业园)."""
    if start not in villages.values():
        return start
    while True:
        mark = start - 1 if folded[start - 1 : start] in ("、", "和") else start
        if mark not in villages:
            return start
        start = villages[mark]


def status(before: str, behind: str, *, plan: bool) -> Status:
    """Tell how far a project has come from the words around one of its mentions.

    Args:
        before: the clause before the name.
        behind: the clause behind it.
        plan: whether the passage looks ahead.

    >>> status("", "顺利完工", plan=False)
    <Status.COMPLETED: 'completed'>
    >>> status("持续推进", "，确保按期建成投产", plan=True)
    <Status.ONGOING: 'ongoing'>
    """
    words = before + "|" + behind
    if plan:
        if re.search(
            r"续建|持续|继续|加快|推进|巩固|扩大|壮大|在建|抓好|建成|完成|竣工|完工|投产|投用|通车|交付|二期", words
        ):
            return Status.ONGOING
        return Status.PLANNED
    if re.search(r"争取|谋划|拟|即将|筹备|前期|规划建设", before):
        return Status.PLANNED
    if re.search(r"主体|正在|在建|加快|推进|进展|启动|开工|动工|加紧|抓紧|建设中", behind) or re.search(
        r"加快|开工|动工|启动|主体|引进|签约|落户|招引", before
    ):
        return Status.ONGOING
    if _COMPLETED.search(behind) or _COMPLETED.search(before):
        return Status.COMPLETED
    if re.search(r"推进|持续|管护|抓好", before):
        return Status.ONGOING
    return Status.COMPLETED


@Language.factory("policy_projects")
def make_project_finder(nlp: Language, name: str) -> ProjectFinder:
    """Create the finder of projects."""
    return ProjectFinder()
