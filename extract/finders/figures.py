"""Finds the figures with units that pass as measures of work or outcome: money, counts, areas, lengths, shares, rates.

What passes, and what a figure's span holds, is as gold/GUIDELINES.md says: figure and unit, with 余 or 多 where these
stand between; no dates, ordinals, section numbers, figures inside names, thresholds, or numerals that sum up a list. In
a table's cell whose column's heading has the unit, the span holds the figure alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from heapq import merge

from extract.document import Span
from extract.layout.columns import Column
from extract.names import alternation, alternations, lexicon
from extract.numerals import parse
from extract.surface import HAN

_DIGIT_HAN = "一二两三四五六七八九零〇"
_TIMES = r"(?:[十百万亿]|千(?![瓦米克伏]))"
_WHOLE = r"(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,15})(?:\.\d{1,8})?"
_ARABIC = rf"{_WHOLE}[余多]?(?: ?{_TIMES}){{0,3}}(?:\d{{1,6}}(?:\.\d{{1,4}})?{_TIMES}{{1,3}})?[余多]?"
_HAN = (
    rf"(?<![{_DIGIT_HAN}十百千万亿点])(?:上(?=[百千万亿]))?[{_DIGIT_HAN}十百千万亿]{{1,24}}?"
    rf"(?:点[{_DIGIT_HAN}]+)?[余多几]?{_TIMES}{{0,3}}[余多]?"
)
BOUNDED = re.compile(f"以[上下]的?(?![和及与或])[{HAN}]")
"""Behind a figure that only bounds what is named behind it: 60岁|以上老人."""
_CLAUSE = re.compile(r"[，。；：！？\n]")
_TIMES_OF = re.compile("[十百千万亿]")
_ADJACENT = re.compile("[一二两三四五六七八九]{2}")
_SIZED_BEFORE = re.compile(r"\d(?:[余多]?个(?:总投资|投资额?)?(?:过|超过?)?|[万亿]?元?[至—~-])$")
_SIZED_BEHIND = re.compile(r"(?:[至—~-]\d+[万亿]?元)?(?:以上|级)?的?[^，。；、\d]{0,6}(?:项目|企业|产业|园区|集群)")
"""Around the size of what was counted: 4个过|亿元|在谈项目, 10至|500万元|项目."""
_LIST_MARK = re.compile(r"[、和及与]")
_VILLAGES = re.compile("以[上下]的?(?:自然|行政)?村")
_AMONG = re.compile(r"的?(?:项目|企业|园区)?(?:达到?|有|不少于)?\d+[个家户处]")
_BOUND_OF_COUNTED = re.compile(r"及?以[上下]的?[^，。；、\d]{0,8}?\d+[个家户]")
"""Behind the bound by which some were counted: 项目50个，其中5亿元|以上11个| (none of 58 is a figure)."""
_POORER = re.compile("以[上下]的?(?:行政|空壳|薄弱)?村")
"""Behind the income by which villages are told apart."""
_LOWER = re.compile(
    r"(?<![\d.,A-Za-z第年月日/+×*—–~～-])(?P<number>\d{1,6}(?:\.\d{1,4})?)(?P<times>[万亿]?)(?:[—~～]{1,2}|–|--?)$"
)
"""The lower of two bounds before the upper: 2-|3家, 6-|6.5%. Of 14 such ranges 13 are annotated whole, most with the
lower's value; of eight with the unit behind both (5%-5.5%) only two.
"""
_HANDED_OUT = re.compile(r"(?:分别|各)[^，。；、\d]{0,8}(?P<numbers>(?:\d{1,8}(?:\.\d{1,4})?[万亿]?[、和与])+)$")
"""Numbers before the one that has the unit of all: 分别达|94万、|95万人次 (so five of five annotated)."""
_RANGE_SIGNS = tuple("—–~～-")
_ITEM = re.compile(r"[\d.]+(?P<times>[万亿]?)")
_CELL = re.compile(rf"(?P<minus>[-—])?(?P<number>{_WHOLE})")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit as matched; offsets in characters."""

    start: int
    end: int
    number: str
    unit: str
    value: Decimal

    @property
    def arabic(self) -> bool:
        """Whether it is written in digits."""
        return any(c.isascii() and c.isdigit() for c in self.number)


@dataclass(frozen=True, slots=True)
class Units:
    """The units by sort, and a measure word may be of several.

    ``sized`` are those of money and of what is measured, ``amounts`` these and what counts things: 28|公里|, 8|条|.
    """

    sized: frozenset[str]
    time: frozenset[str]
    count: frozenset[str]
    concrete: frozenset[str]
    place: frozenset[str]
    share: frozenset[str]
    amounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rules:
    """The lexicon's words around a figure as compiled expressions and sets."""

    not_unit: re.Pattern[str]
    rhetoric: re.Pattern[str]
    span_names: re.Pattern[str]
    span_verbs: re.Pattern[str]
    ordinal: re.Pattern[str]
    before_rank: tuple[str, ...]
    ranks: frozenset[str]
    never: re.Pattern[str]
    implied: tuple[tuple[str, re.Pattern[str]], ...]
    bound: re.Pattern[str]
    grown: re.Pattern[str]
    reached: re.Pattern[str]
    counted_before: re.Pattern[str]
    counted: re.Pattern[str]
    counted_behind: re.Pattern[str]
    graded: re.Pattern[str]
    among: re.Pattern[str]
    ranked: re.Pattern[str]
    in_digits: frozenset[str]


@cache
def units() -> Units:
    """Return the lexicon's units."""
    data = lexicon("indicators")["units"]
    sized = frozenset([*data["money"], *data["measure"]])
    return Units(
        sized=sized,
        time=frozenset(data["time"]),
        count=frozenset(data["count"]),
        concrete=frozenset(data["concrete"]),
        place=frozenset(data["place"]),
        share=frozenset(data["share"]),
        amounts=tuple(sized.union(data["count"], data["concrete"])),
    )


@cache
def pattern() -> re.Pattern[str]:
    """Return what a figure with its unit is printed as: groups ``percent``, ``number`` and ``unit``, ``bare``."""
    data = lexicon("indicators")
    every = alternation(word for words in data["units"].values() for word in words)
    return re.compile(
        rf"(?=[\d{_DIGIT_HAN}上十百千万亿])(?:"  # few places, at which alone the rest is tried
        rf"(?P<percent>[百千]分之(?:[{_DIGIT_HAN}十百点]{{1,12}}|\d+(?:\.\d+)?))"
        rf"|(?<![\dA-Za-z.+/×*〔])(?P<number>{_ARABIC}|{_HAN})"
        rf" ?(?P<unit>(?:{every})(?:/(?:{every}|[日月])){{0,2}}(?!(?<=人)口|(?<=台)阶)|番"
        rf"|成(?!{alternation(data['not_unit']['behind_tenth'])}))"
        rf"|(?<![\dA-Za-z.+/×*〔])(?P<bare>{_WHOLE}[余多]?[万亿]{{1,2}}[余多]?))"
    )


@cache
def _rules() -> _Rules:
    data = lexicon("indicators")
    excluded, threshold = data["not_unit"], alternations(data["threshold"])
    return _Rules(
        not_unit=re.compile(alternation(excluded["behind"])),
        rhetoric=re.compile(alternation(excluded["rhetoric"])),
        span_names=re.compile(alternation(excluded["span_names"])),
        span_verbs=re.compile(f"(?:{alternation(excluded['span_verbs'])})$"),
        ordinal=re.compile(f"(?:{alternation(excluded['before'])})$"),
        before_rank=tuple(excluded["before_rank"]),
        ranks=frozenset(excluded["ranks"]),
        never=re.compile(f"(?:{alternation(excluded['before_any'])})$"),
        implied=tuple((unit, re.compile(alternation(nouns))) for unit, nouns in data["implied"].items()),
        bound=re.compile(f"(?<!签)(?:{alternation(excluded['bounds'])})$"),
        grown=re.compile(f"(?:{alternation(excluded['grown'])})$"),
        reached=re.compile(f"(?:{threshold['reached']})$"),
        counted_before=re.compile(
            rf"\d[余多]?[个家户](?:{threshold['counted']})?[^，。；、\d]{{0,12}}(?:{threshold['sizes']})[^，。；、\d]{{0,4}}$"
        ),
        counted=re.compile(threshold["counted"]),
        counted_behind=re.compile(
            rf"(?:以上|以下|以内)?的?(?:{threshold['counted']})[^，。；、\d]{{0,10}}?\d+(?:{threshold['counted_in']})"
        ),
        graded=re.compile(rf"及?以[上下]的?[^，。；、\d]{{0,6}}?(?:{threshold['sorted']})"),
        among=re.compile(f"(?:{threshold['among']})$"),
        ranked=re.compile(threshold["ranked"]),
        in_digits=frozenset(excluded["in_digits"]),
    )


def figures(folded: str, columns: Mapping[Span, Column]) -> Iterator[Figure]:
    """Yield the figures of a text in its order; two may overlap where a table's next cell begins like a unit.

    Args:
        folded: folded text.
        columns: the measured cells of its tables.
    """
    return merge(_amounts(folded, columns), _in_words(folded), key=lambda figure: figure.start)


def _in_words(folded: str) -> Iterator[Figure]:
    """Yield figures with units that pass as indicators by their wording."""
    for match in pattern().finditer(folded):
        if match["percent"]:
            value = parse(match["percent"].replace("千分之", "百分之"))
            if value is not None and not folded.endswith(("前", "六个"), 0, match.start()):
                yield Figure(*match.span(), match["percent"], "%" if match["percent"][0] == "百" else "‰", value)
            continue
        printed = match["number"] or match["bare"]
        unit = match["unit"] or _implied(folded, match)
        value = parse(printed.replace(" ", ""))
        if value is None or not unit:
            continue
        figure = Figure(*match.span(), printed, unit, value)
        before = folded[max(0, figure.start - 6) : figure.start]
        if before.endswith(("几", "数")) and not figure.arabic:
            continue
        if not _ordinary(folded, figure, before) or (not figure.arabic and not _counts_in_han(figure, before)):
            continue
        if _is_threshold(folded, figure, before) or _sums_up(folded, figure):
            continue
        if figure.arabic and before.endswith(("、", "和", "与")):
            yield from _handed_out(folded, figure)
        yield _whole_range(folded, figure) if before.endswith(_RANGE_SIGNS) else figure


def _handed_out(folded: str, figure: Figure) -> Iterator[Figure]:
    """Yield the figures that share the unit of the last of those that 分别 hands out."""
    listed = _HANDED_OUT.search(folded, max(0, figure.start - 60), figure.start)
    for number in _ITEM.finditer(folded, *listed.span("numbers")) if listed is not None else ():
        value = parse(number[0] if number["times"] else number[0] + "".join(_TIMES_OF.findall(figure.number)))
        if value is not None:
            yield Figure(*number.span(), number[0], figure.unit, value)


def _whole_range(folded: str, figure: Figure) -> Figure:
    """Return a figure that is the upper of two bounds with the lower: 2-3家."""
    lower = _LOWER.search(folded, max(0, figure.start - 12), figure.start)
    if lower is None or not figure.arabic or figure.unit in units().time | units().place:
        return figure
    number = lower["number"] + (lower["times"] or "".join(_TIMES_OF.findall(figure.number)))
    value = parse(number)
    if value is None or value >= figure.value:
        return figure
    return replace(figure, start=lower.start(), number=number, value=value)


def _amounts(folded: str, columns: Mapping[Span, Column]) -> Iterator[Figure]:
    """Yield the figures that fill a cell and have their unit in its column's heading: 2500 below 总投资（万元）."""
    for cell, column in columns.items():
        figure = _CELL.fullmatch(folded, cell.start, cell.end)
        read = pattern().fullmatch(figure["number"] + column.unit) if figure and column.unit else None
        value = parse(read["number"]) if read and read["number"] else None
        if figure and read and value is not None:
            yield Figure(cell.start, cell.end, read["number"], read["unit"], -value if figure["minus"] else value)


def _implied(folded: str, match: re.Match[str]) -> str:
    """Return the unit that the noun gives (1000多万失业人员, 参保人数增加1.4亿), "" where none does."""
    behind = folded[match.end() : match.end() + 10]
    clause = re.split(r"[，。；、：！？\n的是将]", behind, maxsplit=1)[0]
    before = _CLAUSE.split(folded[max(0, match.start() - 16) : match.start()])[-1]
    for unit, nouns in _rules().implied:
        if nouns.search(clause) or (not clause and nouns.search(before)):
            return unit
    return ""


def _ordinary(folded: str, figure: Figure, before: str) -> bool:
    """Tell a figure from dates, ordinals, ranks, attributes and set phrases."""
    rules = _rules()
    unit_at = figure.end - len(figure.unit) if folded.endswith(figure.unit, figure.start, figure.end) else figure.end
    if rules.not_unit.match(folded, unit_at) or rules.never.search(before):
        return False
    if figure.value >= 10**8 and rules.rhetoric.match(folded, figure.end):
        return False
    counted = figure.unit in units().count or figure.unit in units().concrete or figure.unit in units().place
    if rules.ordinal.search(before) and (counted or figure.unit in units().time):
        return False
    if figure.unit in rules.ranks and before.endswith(rules.before_rank):
        return False
    if figure.unit in units().time:
        return (
            figure.arabic
            and figure.value < 1000
            and not rules.span_names.match(folded, figure.end)
            and bool(rules.span_verbs.search(before))
        )
    if figure.unit in units().place:
        return figure.arabic
    if figure.unit == "届":
        return figure.arabic and bool(re.search(r"举办|连续|召开了?|举行", before))
    return True


def _counts_in_han(figure: Figure, before: str) -> bool:
    """Tell a count in Chinese numerals from rhetoric (三个, 四项, 千亩, 一批)."""
    rules = _rules()
    number = figure.number
    vague = number[-1] in "余多" or any(c in number for c in "余多几上")
    if _ADJACENT.search(number) or (all(c in "十百千万亿" for c in number) and not rules.bound.search(before)):
        return False
    if figure.unit == "番":
        return before.endswith(("翻", "翻了"))
    if figure.unit == "成":
        return True
    if figure.unit == "倍":
        return number != "一" or bool(rules.grown.search(before))
    if number in ("一", "二", "零", "〇"):
        return False
    if figure.unit in ("期", "批"):
        return before.endswith("分") or vague or figure.value > 10
    if figure.unit in units().concrete:
        return figure.value >= 2
    if figure.unit in units().count:
        return vague or figure.value > 10
    return figure.unit not in units().place and figure.unit not in rules.in_digits


def _is_threshold(folded: str, figure: Figure, before: str) -> bool:
    """Tell whether the figure only says what was counted (突破10万元村19个, 12家企业营收超百亿元)."""
    clause = _CLAUSE.split(folded[max(0, figure.start - 40) : figure.start])[-1]
    rules = _rules()
    sized, reached = figure.unit in units().sized, rules.reached.search(before) is not None
    if reached and (rules.counted_before.search(clause) or (sized and rules.ranked.match(folded, figure.end))):
        return True
    if figure.unit == "岁" and BOUNDED.match(folded, figure.end):
        return True
    if not reached and figure.unit in ("户", "人") and _VILLAGES.match(folded, figure.end):
        return True
    if sized and (
        folded.startswith("级", figure.end)
        or rules.graded.match(folded, figure.end)
        or _BOUND_OF_COUNTED.match(folded, figure.end)
        or (rules.among.search(clause) and _AMONG.match(folded, figure.end))
    ):
        return True
    if figure.unit == "元" and (
        _POORER.match(folded, figure.end) or (_SIZED_BEFORE.search(clause) and _SIZED_BEHIND.match(folded, figure.end))
    ):
        return True
    if sized and not figure.arabic and rules.counted.match(folded, figure.end):
        return True
    if not reached and not folded.startswith(("以上", "以下"), figure.end):
        return False
    return rules.counted_behind.match(folded, figure.end) is not None


def _sums_up(folded: str, figure: Figure) -> bool:
    """Tell whether the figure only sums up the list before it (甲、乙2村)."""
    if not 2 <= figure.value <= 12 or figure.unit not in units().count | units().place | units().concrete:
        return False
    if not re.match(rf"[{HAN}\"]", folded[figure.end : figure.end + 1]) and figure.unit not in units().place:
        return False
    clause = _CLAUSE.split(folded[max(0, figure.start - 80) : figure.start])[-1]
    if not clause or clause[-1] in "、和及与有了":
        return False
    marks = len(_LIST_MARK.findall(clause.rstrip("等")))
    return marks > 0 and marks == int(figure.value) - 1
