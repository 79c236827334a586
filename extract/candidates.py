"""Cuts off candidates what is no part of their names, and leaves out those that name nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import chain

from extract.annotation import Candidate
from extract.document import Span
from extract.layout.masthead import links_from
from extract.nameless import TOLD, is_nameless
from extract.names import alternation, alternations, behind_verbs, clause_start, is_governing, lexicon
from extract.surface import HAN, ITEM_MARK, JOINTS, pairs
from extract.wording import is_usual
from ontology.terms import IDEAS, Kind

_BRIEFEST = 2
"""Characters of a name, at least."""
_NOTE_OPENS = "[［【]］】（"
"""How a footnote's mark or a number begins."""
_NOTE = re.compile("[\\[［【][0-9]{1,3}[\\]］】]")
"""A footnote's mark, which is no name."""
_NOTE_MARK = re.compile("(?:[\\[［【][0-9]{1,3})?[\\]］】](?=.)|[\\[［【](?=.)|（[0-9一二三四五六七八九十]{1,2}）(?=.)")
"""A footnote's mark or a number before a name: [2]|人才十条, （1）|107国道整治工程."""
_BUILT = re.compile('"([^"]+)"(?:建设|要求|(?:实现|成为|推动落实|推动发展).*)')
"""A quoted name that is built at, asked for (of 180 such demands the quotation alone is the name of 159) or does
something: “机器管招投标”|实现工程建设领域全覆盖 (no annotated name goes on so)."""
_TITLES = re.compile("(?:《[^《》]+》[、和]?)+")
_TITLE = re.compile("《([^《》]+)》")
"""What title marks enclose is named without them (of 435 names 396), and each by itself (48 of 48)."""
_ONCE = re.compile("一(?:次(?![办性不告成跑])|批|轮|系列)")
"""What counts before an instrument: 开展|一次|送政策上门行动 (no name, but 一次办好 and 一次性补贴)."""
_SUMMED = re.compile(rf'[^"]*、[^"]*(?P<sort>[{HAN}])(?="[两二三四五六七八九](?P=sort)")')
"""A list before what sums it up."""
_MARK = re.compile(r'["（）《》【】|]')
"""What a name holds with its partner only, or not at all: the border of a table's cell."""
_LAST_COUNTED = re.compile("(?P<last>[^、和与及]{3,12}?)[两三四五六七2-7][条个座处段家](?!一)[^、和与及]+")
_MEASURED = "[0-9]+(?:\\.[0-9]+)?余?(?:公里|千米|平方米|米|亩)|[万亿]?元的|集(?=[^，。；]*[为于]一体)"
"""A measure or sum before a work (2 of 14,485), and what only gathers several: 9.8公里|供水管网, 集|甲园于一体."""
_MEASURES, _NUMBERS = "个座处条项家口栋台套头只", tuple("0123456789万亿")
"""Behind a number these measure, and begin no name: 1.5万|头|能繁母猪基地."""
_INVESTED, _ITEM_ENDS = re.compile("投资[约近超]? ?[0-9.]+ ?[万亿]?元的$"), re.compile("[、，；。]|等")
"""What stands before and behind what is built for a sum: 投资8亿元的|中医院|、. No such name is annotated as a body."""
_PHASES = re.compile("(?:[、和及][一二三四五六]期?)+(?<=期)(?:项目|工程)?")
"""Further phases of the work before them, with which they are one: 甲工程一期|、二期; 甲工程一|、二期 (all of 5)."""
_PHASE = 2
"""Characters of 二期, which names no work by itself."""
_AND = "和及与"
_AND_WITHIN = re.compile(f"[{_AND}]")
_PAIRED = (Kind.PROJECT, Kind.POLICY)
"""The kinds of which two names may stand joined where one is proposed."""


def naming(candidates: Iterable[Candidate], folded: str) -> Iterator[Candidate]:
    """Yield the candidates that name something, each without what is no part of its name.

    Left out are honours, sorts of things, names that take in half of a quotation or the border of a cell, and what
    stands in the links to other pages below a text.

    Args:
        candidates: as the finders propose them.
        folded: folded text.
    """
    end = links_from(folded)
    for proposed in chain.from_iterable(_of_items(c, folded) for c in candidates):
        if proposed.span.start >= end:
            continue
        c = _without_building(_without_count(_without_lead(_without_mark(proposed, folded), folded), folded), folded)
        c = _with_phases(_retyped(c, folded), folded)
        brief = c.span.end - c.span.start < _BRIEFEST
        note = folded[c.span.start] in _NOTE_OPENS and _NOTE.fullmatch(folded, c.span.start, c.span.end)
        if not (brief or note or is_nameless(c, folded)) and _is_whole(c.span, folded):
            yield from _apart(c, folded)


def _of_items(c: Candidate, folded: str) -> list[Candidate]:
    """Return a candidate, or that of each item where it takes in several titles, or some numbered in running text."""
    start, end = c.span.start, c.span.end
    if folded[start] == "《" and _TITLES.fullmatch(folded, start, end):
        return [replace(c, span=Span(*title.span(1)), name=None) for title in _TITLE.finditer(folded, start, end)]
    inside = folded.find("（", start + 1, end)
    if inside < 0:
        return [c]
    items = []
    for mark in ITEM_MARK.finditer(folded, inside, end):
        items.append(replace(c, span=Span(start, mark.start())))
        start = mark.end()
    return [*items, replace(c, span=Span(start, end))] if start < end else items


def _apart(c: Candidate, folded: str) -> Iterator[Candidate]:
    """Yield each of two names that are joined, and not what a number joins: 展馆|和|北岸中心路, 东源街|及9条小巷.

    Where the first of two works ends in a site's head 80 are annotated apart and none whole (but of six that 及 joins,
    two); of instruments 70 and one.
    """
    paired = c.kind in _PAIRED and c.extractor not in TOLD and _AND_WITHIN.search(folded, c.span.start, c.span.end)
    joined = _joined(c.kind).fullmatch(folded, c.span.start, c.span.end) if paired else None
    if joined is None or joined["first"].count('"') % 2 or _shares_work(joined):
        yield c
        return
    for part in ("first", "second"):
        if joined[part] is not None:
            yield replace(c, span=Span(*joined.span(part)))


def _shares_work(joined: re.Match[str]) -> bool:
    """Tell whether what is done on the second of two sites is done on both: 东源|路|和西源|路|改造工程."""
    second = joined["second"] or ""
    return second.endswith(("工程", "项目")) and joined["first"][-1] in second


@cache
def _joined(kind: Kind) -> re.Pattern[str]:
    words = alternations(lexicon("kinds")[kind])
    own = "[^、，]"
    return re.compile(
        f"(?P<first>{own}{{2,}}?(?:{words['apart']}))"
        f"(?:(?:[和与]|以及)(?!{words['belonging']})(?P<second>(?![0-9]+[条个座处]){own}{{2,}}(?:{words['heads']}|{words['apart']}))"
        f"|及[0-9]+[条个座处]{own}+)"
    )


def _without_mark(c: Candidate, folded: str) -> Candidate:
    """Return a candidate without the footnote's mark before it: [2]|人才十条."""
    mark = _NOTE_MARK.match(folded, c.span.start, c.span.end) if folded[c.span.start] in _NOTE_OPENS else None
    return c if mark is None else replace(c, span=Span(mark.end(), c.span.end))


def _without_lead(c: Candidate, folded: str) -> Candidate:
    """Return a project or body without what only leads up to its list, nor a list's mark, a measure or a sum.

    And what sums up a list without that: 忠诚型、担当型|“五型”政府.
    续建的，有|甲铁路; 以|甲公司|为代表; 启动、持续升级|和美乡村示范带; 9.8公里|供水管网; 集|电商中心、花卉基地|于一体;
    改扩建|甲至乙高速公路.
    """
    start, end = c.span.start, c.span.end
    if folded[start] == "、":
        return replace(c, span=Span(behind_verbs(folded, start + 1, end), end))
    if c.kind in IDEAS and (summed := _SUMMED.match(folded, start, end)):
        return replace(c, span=Span(summed.end(), end))
    if c.kind in IDEAS and folded[start] == "一" and c.concept is None:
        once = _ONCE.match(folded, start, end)
        return c if once is None or end - once.end() < _BRIEFEST else replace(c, span=Span(once.end(), end))
    if c.kind not in (Kind.PROJECT, Kind.ORGANIZATION):
        return c
    if folded[start] in _AND and folded.count(folded[start + 1 : end]) > folded.count(folded[start:end]):
        return replace(c, span=Span(start + 1, end))  # 和|瀑河水库, which stands alone elsewhere
    if c.kind is Kind.PROJECT and folded[start - 1 : start] == "和" and not is_usual(folded[start - 1 : start + 1]):
        before = folded[clause_start(folded, start - 1, floor=max(0, start - 9)) : start - 1]
        alone = folded.count(folded[start:end]) > folded.count(folded[start - 1 : end])  # 瀑河水库 elsewhere
        return replace(c, span=Span(start - 1, end)) if before and is_governing(before) and not alone else c
    if c.kind is Kind.PROJECT and folded[start] in _MEASURES and folded[start - 1 : start] in _NUMBERS:
        return replace(c, span=Span(start + 1, end))
    lead = _lead(c.kind).match(folded, start)
    return c if lead is None or lead.end() >= end else replace(c, span=Span(lead.end(), end))


@cache
def _lead(kind: Kind) -> re.Pattern[str]:
    words = lexicon("names")["boundary"]
    leads = [f"{word}(?![{words['particles'][word]}])" for word in ("有", "以")]
    if kind is Kind.PROJECT:
        leads.append(f"(?!{alternation(words['things'])})(?:{alternation(words['before_works'])})")
    return re.compile("|".join((*leads, _MEASURED)))


def _without_count(c: Candidate, folded: str) -> Candidate:
    """Return the last work of a list without what counts them all: 土桥至底庙、清塬至郑家|三条县乡公路.

    Of 900 such names ten were annotated with the number in them.
    """
    if c.kind is not Kind.PROJECT or folded[c.span.start - 1 : c.span.start] not in JOINTS:
        return c
    counted = _LAST_COUNTED.fullmatch(folded, c.span.start, c.span.end)
    return c if counted is None else replace(c, span=Span(*counted.span("last")))


def _retyped(c: Candidate, folded: str) -> Candidate:
    """Return a body that is built for a sum as the work that it is, and a hotline as an instrument (all of 69).

    No institute is an instrument (of 93 mentions within names 83 are in bodies', 9 in works').
    """
    start, end = c.span.start, c.span.end
    if c.kind is Kind.POLICY and folded.endswith("研究院", start, end):
        return replace(c, kind=Kind.ORGANIZATION)
    if c.kind is Kind.PROJECT and folded.endswith("热线", start, end):
        return replace(c, kind=Kind.POLICY)
    if c.kind is Kind.ORGANIZATION and folded[start - 1 : start] == "的":
        built = _ITEM_ENDS.match(folded, end) and _INVESTED.search(folded, max(0, start - 16), start)
        return replace(c, kind=Kind.PROJECT) if built else c
    return c


def _with_phases(c: Candidate, folded: str) -> Candidate:
    """Return a work's phase with the further ones behind it: 甲工程一期|、二期."""
    start, end = c.span.start, c.span.end
    if c.kind is not Kind.PROJECT or folded[end - 1] not in "期一二三四五" or end - start <= _PHASE:
        return c
    phases = _PHASES.match(folded, end)
    return c if phases is None else replace(c, span=Span(start, phases.end()))


def _without_building(c: Candidate, folded: str) -> Candidate:
    """Return a candidate without what only says that a quoted name is built at or asked for: “双一流”|建设."""
    quoted = folded[c.span.start] == '"' and c.kind in IDEAS
    built = _BUILT.fullmatch(folded, c.span.start, c.span.end) if quoted else None
    return c if built is None else replace(c, span=Span(*built.span(1)))


def _is_whole(span: Span, folded: str) -> bool:
    """Tell whether a span takes in quotation marks and brackets with their partners only, and no border of a table."""
    partners = _partners(folded)
    return all(
        mark.group() != "|" and span.start <= partners.get(mark.start(), span.start) < span.end
        for mark in _MARK.finditer(folded, span.start, span.end)
    )


@lru_cache(maxsize=4)
def _partners(folded: str) -> dict[int, int]:
    closers = pairs(folded)
    return closers | {opener: closer for closer, opener in closers.items()}
