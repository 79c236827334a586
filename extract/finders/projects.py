"""Finds projects: concrete undertakings with a site, a builder or a budget, by the head their name ends in."""

from __future__ import annotations

import re
from bisect import bisect, bisect_left
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import (
    alternations,
    clause_start,
    ending,
    generic_names,
    headed,
    is_governing,
    lexicon,
    name_start,
)
from extract.surface import HAN, folded_text
from extract.wording import unusual
from ontology.terms import Kind, Level

_NUMBER_OF_PLACES = re.compile(
    "等?(?:[0-9]+|[两二三四五六七八九十])(?:个|处|座|所)?(?:行政村|自然村|村|社区|嘎查)?(?:的)?"
)
_NUMBER = re.compile("等?(?:[0-9]+|[两二三四五六七八九])[个村处]")
_LISTED = re.compile(r"(?P<items>[^，。；：！？\n、]{3,40}+(?:、[^，。；：！？\n、]{2,30})+)")
_ROW = re.compile(
    r"^[ （]*(?:\d{1,2}|[一二三四五六七八九十]{1,2})[）.、]+ *"
    r"(?P<name>[^，。；：！？\n（]{6,48}(?:工程|项目))(?=[，。；：（ ]|$)",
    re.M,
)
"""A line of a numbered list of works, which begins with the name of one whatever marks are in it."""
_FEWEST_ROWS = 2
_SUMMED = "[两三四五六七八九十]大(?:重点)?(?:工程|项目)"
"""What counts a list of works behind its last: 南街改造、市场迁建、客运站升级|三大工程."""
_LAST = re.compile(r"(?<=[^、和及与])(?:和|及|以及|与)(?=[^、]{3,}$)")


class ProjectFinder:
    """Proposes names that end in a project's head; sorts of project (重点项目) are left out."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each project's name."""
        folded, candidates = folded_text(doc), doc._.candidates
        concrete, site, does = ending(Kind.PROJECT, "concrete"), _site(), _does()
        sites = (Kind.VILLAGE, Kind.ADMINISTRATIVE_UNIT, Kind.ORGANIZATION)
        named = sorted({c.span.start for c in candidates if c.kind in sites and c.confidence >= 0.6})
        places = {
            c.span.end: c.span.start
            for c in candidates
            if c.kind is Kind.VILLAGE or (c.level is Level.TOWNSHIP and folded[c.span.start : c.span.end] != c.name)
        }
        for alone, end, head in headed(folded, Kind.PROJECT):
            shared = _coordinated(places, folded, alone, end - len(head))
            inside = named[bisect(named, alone) : bisect_left(named, end)]
            start = max([shared, *(at for at in inside if folded[at - 1] in "和及与")])
            start = max(start, folded.rfind("的", start, end - len(head) - 2) + 1)
            start = max([start, *(doer.end() for doer in does.finditer(folded, start, end - len(head)))])
            name = folded[start:end]
            modifier = name[: -len(head)]
            if folded[start - 1 : start] == "、" and re.search(f"{_SUMMED}$", name):
                continue
            if len(modifier) < 2 or _no_name().match(name) or modifier.endswith(("的", "为", "宅", "开展", "实施")):
                continue
            if "等" in name and start >= alone:
                continue
            if (number := _NUMBER.search(folded, start + 1, end - len(head))) and number.start() not in places:
                continue  # 茶叶、|蔬菜两个种植基地
            undertaking = head.endswith(("项目", "工程")) or concrete.search(head) is not None
            sited = site.search(modifier) is not None or bisect_left(named, start) < bisect_left(named, end)
            sure = (0.6 if undertaking else 0.35) + (0.25 if sited else 0)
            candidates.append(Candidate(Span(start, end), Kind.PROJECT, "policy_projects", sure))
        candidates.extend(_listed(folded))
        candidates.extend(_rows(folded))
        if not doc._.document.metadata.wide:
            candidates.extend(_shared(folded))
        for match in _works_on_places().road.finditer(folded):
            candidates.append(Candidate(Span(match.start(), match.end()), Kind.PROJECT, "policy_projects", 0.6))
        return doc


@cache
def _words() -> dict[str, str]:
    return alternations(lexicon("kinds")[Kind.PROJECT])


@cache
def _site() -> re.Pattern[str]:
    """Return what in a name says where the work is, or that it is one of several."""
    return re.compile(f"[{HAN}](?:{_words()['sited']})|[A-Za-z]{{2}}|公司|集团|—|[一二三四五]期|号")


@cache
def _does() -> re.Pattern[str]:
    """Return a doer with what it does, before a name: 鹭湾公司新上|果酒生产线."""
    return re.compile(f"(?:村|社区|公司|合作社)(?:{_words()['taken_on']})")


@cache
def _no_name() -> re.Pattern[str]:
    """Return what a number of projects begins with, or a sort of project is made of."""
    words = _words()
    sort = f"(?:[^村镇乡]{{0,2}}(?:{words['sort_attributes']}))*(?:建设)?(?:{words['sort_heads']})$"
    ranked = f".*(?:{words['sort_ranks']})(?:建设)?(?:项目|工程)$"
    return re.compile(f"(?:{words['unnamed']}|[A-Z0-9]级)|{sort}|{ranked}")


@cache
def _trailing() -> re.Pattern[str]:
    return re.compile(f"(?:等[^、]{{0,14}}|{_SUMMED}|(?:项目)?(?:的)?(?:{_words()['trailing']}))$")


@cache
def _works() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return how an item of a list of works ends, what stands before such a list, and what sums it up."""
    words = _words()
    return (
        re.compile(f"(?:{words['works']})(?:（[^（）]{{1,8}}）)?$"),
        re.compile(f"(?:{words['underway']})(?:了|好)?[^，。；、]{{0,8}}$"),
        re.compile(f"等[^，。；、]{{0,12}}?(?:{words['summed']})(?:建设)?[^，。；、]{{0,10}}$"),
    )


class _WorksOnPlaces(NamedTuple):
    """How a text names roads from one place to another, and work that is done on several places of one sort.

    Attributes:
        road: 窑头至北阳|水泥路|硬化.
        clause: a clause that may tell of work on places.
        places: those of one sort that follow each other, before the work that is done on all: 枫南路、浦西路、中山支路.
        work: that work.
    """

    road: re.Pattern[str]
    clause: re.Pattern[str]
    places: re.Pattern[str]
    work: re.Pattern[str]


@cache
def _works_on_places() -> _WorksOnPlaces:
    words = alternations(lexicon("kinds")[Kind.PROJECT]["on_places"])
    sorts = ("路|街|巷|(?<!街)道", f"{words['waters']}|河道", words["houses"], words["facilities"])
    alike = (
        f"(?P<item{n}>(?!公里|平方)[{HAN}]{{1,10}}(?:{ends}))(?: ?[、和及] ?[{HAN}]{{1,9}}(?:{ends}))+"
        for n, ends in enumerate(sorts)
    )
    brief = (
        f"(?P<brief>[{HAN}]{{2,5}})(?:、[{HAN}]{{2,5}})+"
        f"(?=[0-9两三四五六七八九十]+个(?:行政|自然)?(?:村|社区|嘎查|[{HAN}]{{0,4}}小区))"
    )
    return _WorksOnPlaces(
        road=re.compile(f"[{HAN}]{{2,6}}至[{HAN}]{{2,6}}?(?:{words['roads']})(?:{words['road_works']})*"),
        clause=re.compile(f"[^，。；\n]+(?:{words['worked']})[^，。；\n]*"),
        places=re.compile("|".join((*alike, brief))),
        work=re.compile(
            rf"(?:(?:等|这)?(?:\d+|[两二三四五六七八九十])(?:{words['measures']})(?:[{HAN}]{{2,6}}?)??)?"
            "(?:沿线|全段|流域|片区)?"
            f'(?:"[^"\n]{{2,6}}"|(?:(?![完已正实列逐的了]|全[部面])[{HAN}]){{2,8}}?)?'
            f"(?:{words['renewal']})(?:{words['renewal_besides']})*(?:建设)?(?:工程|项目)?"
            f"(?=[，。；、）\n ]|[0-9]|{words['said_behind']}|$)"
        ),
    )


def _listed(folded: str) -> Iterator[Candidate]:
    """Propose the items of lists of works: 加快建设春风隧道、轨道五期、侨城东路北延; 福元工业园、高汇电子等…项目."""
    ends, underway, summing = _works()
    for match in _LISTED.finditer(folded):
        start, end = match.span("items")
        summed = summing.search(folded, start, end)
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
                or _no_name().match(name)
                or _NUMBER.search(name, 1)
                or re.search("[的了]|有限公司$|[硬亮绿美净]化$|^(?:更多|一批)", name)
            ):
                continue
            believed = fits or (summed is not None and unusual(name) > 0) or (led and sum(fit) * 2 > len(items))
            if believed and named * 2 >= len(items):
                yield Candidate(Span(s, e), Kind.PROJECT, "policy_projects", 0.7 if summed or fits else 0.6)


def _rows(folded: str) -> Iterator[Candidate]:
    """Propose the works of a numbered list: 1、万安路、薛卫台路约10000平米道路维修工程。"""
    rows = [match.span("name") for match in _ROW.finditer(folded)]
    for start, end in rows if len(rows) >= _FEWEST_ROWS else ():
        while cut := next((at for at in range(start + 2, start + 7) if is_governing(folded[start:at])), 0):
            start = cut
        if not _no_name().match(folded, start, end):
            yield Candidate(Span(start, end), Kind.PROJECT, "policy_projects", 0.85)


def _shared(folded: str) -> Iterator[Candidate]:
    """Propose the work on places that follow each other: 实施|谢家河、小青龙河黑臭水体整治工程."""
    words = _works_on_places()
    for clause in words.clause.finditer(folded):
        if "、" not in clause.group() and "和" not in clause.group():
            continue
        for match in words.places.finditer(folded, *clause.span()):
            if work := words.work.match(folded, match.end()):
                first = match.end(match.lastgroup or 0)
                inside = "一" <= folded[match.start() - 1] <= "鿿" or folded[match.start() - 1].isdecimal()
                start = name_start(folded, first, floor=0 if inside else match.start())
                if first - start > 1 and "至" not in folded[start : match.end()]:
                    yield Candidate(Span(start, work.end()), Kind.PROJECT, "policy_projects", 0.85)


def _items(folded: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Split a list at 、 and before its last member at 和; cut what follows the last name."""
    pieces = [(m.start() + start, m.end() + start) for m in re.finditer("[^、]+", folded[start:stop])]
    if pieces and (joint := _LAST.search(folded, *pieces[-1])):
        before, behind = pieces.pop()
        pieces += [(before, joint.start()), (joint.end(), behind)]
    for first, last in pieces:
        while tail := _trailing().search(folded, first, last):
            last = tail.start()
        if last - first >= 3:
            yield first, last


def _coordinated(places: Mapping[int, int], folded: str, start: int, head_start: int) -> int:
    """Extend a name to the villages, and towns in brief, that share it.

    窑头、北阳、|下吴千亩葡萄产业园; 龙潭、红岩2村|高标准农田项目.
    """
    for last in range(start - 12, head_start) if places else ():
        number = _NUMBER_OF_PLACES.match(folded, last, head_start) if last in places else None
        if number is None or start < places[last]:
            continue
        if start <= number.end() or is_governing(folded[number.end() : start]):
            start = places[last]
    if start in places.values():
        while (end := start - 1 if folded[start - 1 : start] in ("、", "和") else start) in places:
            if folded[places[end] - 1 : places[end]] == "至":
                break  # 朱浜至石泉、|荷浜至北漾农村公路
            start = places[end]
    return start


@Language.factory("policy_projects")
def make_project_finder(nlp: Language, name: str) -> ProjectFinder:
    """Create the finder of projects."""
    return ProjectFinder()
