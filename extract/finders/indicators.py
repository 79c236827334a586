"""Finds the indicators of a document: figures, and the work or outcome that each measures.

What is an indicator is as gold/GUIDELINES.md says; which figures pass is told in ``figures``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Indicator
from extract.document import Span, Structure
from extract.finders.figures import BOUNDED, Figure, figures, pattern, units
from extract.layout.columns import measured_cells
from extract.names import alternation, lexicon
from extract.surface import HAN, NOTE_MARK, fold, quotations, text_of

_CLAUSE = re.compile(r"[，。；：！？\n]")
_SENTENCE = re.compile(r"[。；！？\n]")
_ASIDE = re.compile("(?:同比|[比较](?:上年|去年)|预计|预期)+$")
_HANDED_OUT = re.compile(r"(?:同比|年均|平均每年|[比较](?:[^，。；、\d]|\d{4}){1,10}?)?分别")
_BEFORE_LAST = re.compile("和|与|及(?!率)")
"""What stands behind the subjects of several figures, and what before the last of them."""
_BOUND = re.compile("^(?:以上|以下|以内|左右)的?(?=.{2})")
"""Behind a figure and before what it counts: 1500个|以上|省重点技改项目."""
_ROUGHLY = re.compile("^(?:左右|以[上下内])?(?:安排(?=[、，]|$)|大关|新?台阶)?")
"""What is said right behind a figure of itself: 4%|左右安排, 3000亿元|新台阶."""
_OF_THE_YEAR = re.compile("^(?:[底末初来前]+|度(?!假)|计(?!划|算))")
"""What makes a date of a year: 2018年|度, 按一年|计."""
_SINCE = re.compile("(?:(?<!自)由|从(?![业事]))[^，。；、由从]{1,8}?(?:年|末|初|底|月|时期|时)的?$")
"""Behind the subject of two figures: 生产总值|由上年末的|30亿元增加到40亿元."""
_COMPARED = re.compile("(?:是|为|相当于|达到?)[^，、]{1,16}的(?:约|近)?$")
"""Behind what is a multiple: 生产总值|是"十二五"末的|1.8倍."""
_JOINED = re.compile("(?:[和与]|(?<![普以涉惠危])及|以及|(?<![结配反应面])对|(?<=.{2})后)$")
"""What joins a noun to what follows: 12个贫困村|和|3个."""
_NEXT = re.compile("(?:[和与](?![谐美睦平])|以及)[^的]+$|并(?![网购联])")
"""What a figure is followed by that goes on to another: 建议1052件|和提案|1000件, 助餐点97个|并有序开放."""
_ITEM = r"[①-⒛—]|\d{1,3}[.、] *(?!\d)"
"""How the number of an item begins a line: 46.全市."""
_PARTED = re.compile(r"）[+=]")
"""What parts the terms of a sum: 日常监测（60%）|+|实地调研（20%）."""
_INDEX = re.compile(r"(?<=[数值比度])[\u4e00-\u9fff]{0,2}\d+\.\d+$")
"""The value of an index, which has no unit: 空气质量综合指数|6.06|，同比下降6.87%."""
_ALL_IN_ONE = re.compile("集[^，。；]{2,30}?于一[体身]的")
"""Before what is counted: 2座|集藏书、阅览于一体的|书院."""
_PAIRED = re.compile(r"\d[\d.]*[余多]?万?[余多]?[人户名]")
_WORDS_ABOVE = re.compile(f"([^，。；：！？\n]*[{HAN}])\n *$")
_TWO_IN_ONE = re.compile("城乡(?=居民|常住居民|人均|低保)|存贷(?=款)")
_RATES = ("率", "量", "比重", "强度")
_BRIEFEST = 2
"""Characters that a subject of several figures has at least: 一产."""
_LONGEST_QUOTED_NAME = 20
_LONGEST_MEASURE = 24


@dataclass(frozen=True, slots=True)
class _Rules:
    """The lexicon's words of measures as compiled expressions."""

    behind: re.Pattern[str]
    verb_behind: re.Pattern[str]
    verbs: re.Pattern[str]
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    change: re.Pattern[str]
    changes: re.Pattern[str]
    shared: re.Pattern[str]
    measured: re.Pattern[str]
    size: re.Pattern[str]
    aims: frozenset[str]
    qualified: re.Pattern[str]


@cache
def _rules() -> _Rules:
    measure = lexicon("indicators")["measure"]
    plain = rf"[^，。；：、！？\n（）\d\"]|\d+(?=G|A|强|岁以|[万亿]+元以上的?[{HAN}]{{2}})|（[市区旗州乡、]+）"
    whole = "".join(f"(?!(?<={word[:-1]}){word[-1]})" for word in measure["whole_tail"])
    return _Rules(
        behind=re.compile(
            rf"(?:{_ALL_IN_ONE.pattern}|(?=(?:\"?(?:{plain})){{2}}))(?:{plain}){{0,16}}(?:\"(?:{plain})+\")?(?:{plain})*"
        ),
        verb_behind=re.compile(
            f"(?!{alternation(measure['whole_behind'])})(?!(?<=[{HAN}])以[上下](?=..))"
            f"(?:{alternation(measure['verbs_behind'])}"
            f"|(?:进一步)?(?:{alternation(measure['steps'])}){{1,2}}[到至为])"
        ),
        verbs=re.compile(f"(?:{alternation(measure['verbs'])})*"),
        lead=re.compile(rf"^(?:(?!{alternation(measure['whole_lead'])})(?:{_ITEM}|{alternation(measure['lead'])}))+"),
        tail=re.compile(
            f"(?:{whole}(?:{alternation(measure['tail'])}|(?:{alternation(measure['steps'])}){{1,2}}[到至为]"
            f"|(?:{alternation(measure['adverbs'])})(?!$)))+$"
        ),
        change=re.compile(
            rf"(?:(?:按可比价格计算)?(?:[十两三四五六七八九\d]年|以来|平均每年|(?<![占同环对])[比较](?![重例值率价赛])[^，、]{{1,10}}?))?(?:{alternation(measure['change'])})+$"
        ),
        changes=re.compile(
            rf"(?:同比|[比较](?:上年|去年))?(?P<change>(?:{alternation(measure['change'])})+)"
            r"\d[\d.]*%[、和与](?P<second>\d[\d.]*%)(?![、和与]\d)"
        ),
        shared=re.compile(
            f"(?:{alternation([*measure['columns'], *measure['shared']])}"
            "|(?:产值|增加值|收入)?占[^，、]{1,10}比[重例])(?:年均|平均)?$"
        ),
        measured=re.compile(f"(?:{alternation(measure['measured'])})$"),
        size=re.compile(f"(?:{alternation(measure['sizes'])})$"),
        aims=frozenset(measure["aims"]),
        qualified=re.compile(f"(?:{alternation(measure['qualifiers'])})$"),
    )


class IndicatorFinder:
    """Sets ``doc._.indicators``."""

    def __call__(self, doc: Doc) -> Doc:
        """Find the indicators of the Doc outside its title and glossary."""
        doc._.indicators = tuple(find(text_of(doc), doc._.structure))
        return doc


def find(text: str, structure: Structure) -> Iterator[Indicator]:
    """Yield the indicators of a text.

    Args:
        text: a document's text.
        structure: its structure; title and glossary hold no indicators but those of tables, and its sections tell the
            period.

    >>> from extract.layout.structure import structure
    >>> text = "新建公路9万余米，投资3.43亿元。"
    >>> [(text[i.span.start : i.span.end], str(i.value), i.unit) for i in find(text, structure(text))]
    [('9万余米', '90000', '米'), ('3.43亿元', '343000000', '元')]
    """
    folded = fold(text)
    silent = [s.span for s in structure.sections if s.role in ("title", "glossary")]
    quoted = [Span(a, b) for a, b in quotations(folded) if b - a <= _LONGEST_QUOTED_NAME]
    cells = folded if "\t" not in text else "".join("\n" if c == "\t" else f for c, f in zip(text, folded, strict=True))
    columns = dict(measured_cells(text, folded))
    number = at = last = 0
    told: list[str] = []
    for figure in figures(folded, columns):
        if figure.start < last:  # the next cell begins like a unit: 300|个体户
            continue
        span = Span(figure.start, figure.end)
        column = columns.get(span)
        while at < len(quoted) and quoted[at].end < span.end:
            at += 1
        if at < len(quoted) and quoted[at].contains(span) and not figure.number.startswith("百分之"):
            continue
        if column is None and any(stretch.contains(span) for stretch in silent):
            continue
        if _SENTENCE.search(cells, last, figure.start):
            told = []
        words = column.measure if column else _measure(cells, figure, told)
        if not words and cells is not folded:
            words = _measure(folded, figure, told)
        words = _quoted(words)
        told.append(words)
        last = figure.end
        number += 1
        period = structure.period_at(figure.start)
        yield Indicator(f"i{number}", span, figure.value, figure.unit, words, period=period)


def _quoted(words: str) -> str:
    """Write quotation marks as they are printed, without those around the whole or without their pair.

    >>> _quoted('省级"两业"融合企业')
    '省级“两业”融合企业'
    """
    parts = words.split('"')
    if len(parts) % 2 == 0 or (len(parts) == 3 and not parts[0] and not parts[2]):
        return "".join(parts)
    return "".join(part + "“”"[at % 2] for at, part in enumerate(parts[:-1])) + parts[-1]


def _measure(folded: str, figure: Figure, told: Sequence[str]) -> str:
    """Name what a figure measures: the noun behind a count, else the words before it.

    Args:
        folded: folded text.
        figure: the figure.
        told: what the figures before it in the same sentence measure.
    """
    rules, subject = _rules(), told[-1] if told else ""
    behind = rules.behind.match(folded, _sized_end(folded, figure.end))
    noun = _behind(behind.group()) if behind else ""
    if len(noun) > 1 and (figure.unit in units().count or figure.unit in units().concrete):
        return noun
    sentence = _SENTENCE.split(folded[max(0, figure.start - 60) : figure.start])[-1]
    previous, clause = ["", *_CLAUSE.split(sentence)][-2:]
    words = _noun(_COMPARED.sub("", clause) if figure.unit == "倍" else clause)
    governed = bool(clause) and rules.verbs.fullmatch(clause) is not None and len(noun) > 1
    size = figure.unit in units().sized and not figure.unit.endswith(("元", "币"))
    if size and len(noun) > 1 and (words.endswith("投资") or _goes_on(clause, subject)):
        return noun[:_LONGEST_MEASURE]
    continued = not words and bool(clause) and bool(subject) and not governed
    if rules.verbs.fullmatch(words) and len(noun) > 1 and not continued:
        return noun[:_LONGEST_MEASURE]
    if not words or rules.change.fullmatch(words):
        words = (rules.change.sub("", subject) or _before(previous, any_noun=False)) + words
    if "分别" in clause:
        words = _respective(folded, figure, [previous, clause], words, told)
    elif figure.unit == "%" and (both := rules.changes.match(folded, figure.start - len(clause))) is not None:
        second = figure.start == both.start("second")
        if len(told) > 1 + second:
            words = told[-2] + both["change"]  # behind two figures: 分别为2.9万元、2万元，增长|8%|、|9%|
    return (
        _brief(words.strip("、"))
        or _said(folded, figure.end)
        or (_before(previous) if clause else _above(folded, figure.start))
    )


def _sized_end(folded: str, at: int) -> int:
    """Return where the figure ends that stands right behind one and is of the same, else where that ends.

    73条|110公里|农村公路, 20615户|45563名|贫困人口.
    """
    if (paired := _PAIRED.match(folded, at)) is not None:
        return paired.end()
    size = pattern().match(folded, at) if folded[at : at + 1].isdigit() else None
    if size is None or not size["unit"] or folded.startswith("以上", size.end()):
        return at
    return size.end() if size["unit"] in units().amounts else at


def _behind(words: str) -> str:
    """Return the noun that stands right behind a figure, without what is said of it."""
    words = NOTE_MARK.sub("", _BOUND.sub("", words)).lstrip("的")
    if (whole := _ALL_IN_ONE.match(words)) is not None:
        words = words[whole.end() :]
    noun = _JOINED.sub("", _rules().verb_behind.split(words, maxsplit=1)[0])
    return "" if _NEXT.match(noun) or noun in _rules().aims else noun


def _goes_on(clause: str, subject: str) -> bool:
    """Tell whether a figure goes on with a list of figures before what they measure: 1000亩花卉园、|500亩|稻虾基地."""
    before = clause[:-1]
    return (
        len(subject) > 1
        and clause.endswith(("、", "和", "及"))
        and before.endswith(subject)
        and before[: -len(subject)].endswith(units().amounts)
    )


def _said(folded: str, at: int) -> str:
    """Return what is said right behind a figure, or behind the one that goes with it: 12户|36人|脱贫."""
    paired = _PAIRED.match(folded, at)
    words = _rules().behind.match(folded, paired.end() if paired else at)
    return "" if words is None else _ROUGHLY.sub("", words.group())


def _before(clause: str, *, any_noun: bool = True) -> str:
    """Return the noun of the clause before that of the figure: 粮食产量大幅提高，年均|4亿斤|.

    Args:
        clause: the one before.
        any_noun: not only one that ends in a word for something measured.
    """
    rules = _rules()
    index = _INDEX.search(clause)
    noun = rules.tail.sub("", rules.change.sub("", _noun(clause[: index.start()] if index else clause)))
    return noun if any_noun or index or rules.shared.search(noun) else ""


def _above(folded: str, start: int) -> str:
    """Return the noun that the line before ends in, for a figure that begins a line: 总投资, and below it |5亿元|."""
    line = _WORDS_ABOVE.search(folded, max(0, start - _LONGEST_MEASURE), start)
    return _noun(line[1]) if line else ""


def _respective(folded: str, figure: Figure, clauses: Sequence[str], words: str, told: Sequence[str]) -> str:
    """Name what one figure measures where its clause lists the subjects first and 分别 hands out the figures.

    全年基础设施、制造业投资分别增长|9.4%|、9.1%: 基础设施投资增长. 城乡 are 城镇 and 农村, 存贷款 are two; where the
    clause names none, the subjects are what the figures just before it measure. Where that is not sure, the words stay
    whole.
    """
    rules = _rules()
    previous, clause = clauses
    start = figure.start - len(clause) + clause.rindex("分别")
    end = _CLAUSE.search(folded, figure.end)
    handed_out = pattern().finditer(folded, start, end.start() if end else len(folded))
    figures = [each for each in handed_out if each["unit"] != "年"]
    listed, _, change = words.partition("分别")
    if clause.startswith("分别") and all(each["unit"] == "年" for each in pattern().finditer(previous)):
        listed = _before(previous)
    *items, last = _ASIDE.sub("", listed).split("、")
    items += [last] if len(items) + 1 == len(figures) > 1 else _BEFORE_LAST.split(last, maxsplit=1)
    place = next((at for at, each in enumerate(figures) if each.start() == figure.start), None)
    unnamed = _HANDED_OUT.match(clause) is not None and "、" not in listed
    if place is not None and unnamed and len(figures) > 1 and rules.change.fullmatch(change):
        before = told[: len(told) - place][-len(figures) :]
        return rules.change.sub("", before[place]) + change if len(before) == len(figures) else words
    if len(items) == 1 and len(figures) == 2 and (both := _TWO_IN_ONE.search(listed)) is not None:
        whole, sides = listed, ("存", "贷")
        if both.group() == "城乡":
            whole = listed[both.start() :].replace("城乡人均", "城乡居民人均", 1)
            sides = ("城市" if whole.startswith("城乡低保") else "城镇", "农村")
        items = [whole.replace(both.group(), side, 1) for side in sides]
    ending = rules.shared.search(items[-1])
    if place is None or not 1 < len(items) == len(figures) or min(map(len, items)) < _BRIEFEST:
        return words
    item = items[place]
    if ending is None or rules.shared.search(item) is not None or rules.measured.search(item) is not None:
        rest = items[-1][len(item) :]  # 食品、药品|抽检合格率
        return item + (rest if rest.endswith(_RATES) and item[-1] == items[-1][len(item) - 1] else "") + change
    return item.removesuffix("居民") + ending.group() + change


def _brief(words: str) -> str:
    """Shorten what a figure measures to its end, not within a word.

    >>> _brief("全面推进乡镇和街道社会工作服务站建设的县城和重点镇生活垃圾无害化处理率")
    '县城和重点镇生活垃圾无害化处理率'
    """
    if len(words) <= _LONGEST_MEASURE:
        return words
    end = words[-_LONGEST_MEASURE:]
    after = re.split("[、的及]|以及", end, maxsplit=1)[-1]
    return after if after != end else words


def _noun(clause: str) -> str:
    """Strip figures, verbs and adverbs around the noun of a clause that a figure ends.

    Where figures share a subject (甲、乙分别增长1%、2%) it stands before the first of them.
    """
    rules = _rules()
    words = _in_brackets(NOTE_MARK.sub("", clause))
    for figure in reversed(list(pattern().finditer(words))):
        if _in_noun(words, figure):
            continue
        rest = _ROUGHLY.sub("", words[figure.end() :].lstrip("、")).strip("、和及与")
        if figure["unit"] == "年":
            rest = _OF_THE_YEAR.sub("", rest)
        if rest and not rules.tail.fullmatch(rest):
            words = rest
            break
        words = words[: figure.start()]
        if rest:  # 人均预期寿命|较2020年提高|1.16岁、达到79.72岁
            words = _ASIDE.sub("", rules.change.sub("", words.removesuffix("新增")))
    words = rules.tail.sub("", _SINCE.sub("", words.strip(" 、—")))
    words = rules.lead.sub("", words, count=1)
    size = rules.size.search(words)
    return words if size is None or rules.qualified.search(words, 0, size.start()) else size.group()


def _in_brackets(words: str) -> str:
    """Return the words in brackets before a figure, those before the brackets where these say nothing: 监测（|60%|）.

    >>> _in_brackets("按日常监测（60%）+实地调研（"), _in_brackets("改造老旧住房（累计约")
    ('实地调研', '改造老旧住房')
    """
    before, opened, inside = words.rpartition("（")
    if opened and "）" not in inside:
        words = inside if _rules().tail.sub("", inside.strip()) else before
    return _PARTED.split(words)[-1] if _PARTED.search(words) else words


def _in_noun(words: str, figure: re.Match[str]) -> bool:
    """Tell whether a number is but a piece of a noun: 一次|性化解率, 百亿|县区, 亿元|以上项目, "一村|一品"示范村."""
    rules = _rules()
    if figure["unit"] in units().place and re.fullmatch("[十百千万亿]+", figure["number"]) is not None:
        return True
    if (
        figure["unit"] == "年"
        and (grown := rules.change.search(rules.tail.sub("", words)))
        and grown.start() <= figure.start()
    ):
        return True
    quoted = words.count('"', 0, figure.start()) % 2 == 1 and '"' in words[figure.end() :]
    return (
        quoted
        or figure["number"] == "零"
        or words.startswith("性", figure.end())
        or (figure["unit"] not in units().share and BOUNDED.match(words, figure.end()) is not None)
    )


@Language.factory("policy_indicators")
def make_indicator_finder(nlp: Language, name: str) -> IndicatorFinder:
    """Create the finder of indicators."""
    return IndicatorFinder()
