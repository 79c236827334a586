"""Tells which parts of a document look back and which look ahead: by their headings, else by their wording."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from extract.document import Span
from extract.layout.paragraphs import Paragraph
from extract.layout.sections import LONGEST_HEADING, Draft, Opening
from extract.names import alternation, lexicon
from ontology.terms import Period

_LONGEST_DATED = 20
"""Characters of a heading that names a year and with it a part: 2018年主要工作."""
_TURNED = 3
"""How many words more have to be told right by a turn before a passage is taken to turn."""
_TOLD = 2
"""How many words more have to look one way than the other."""
_YEAR = re.compile(r"(\d{4}) ?年")
_WHOLE = re.compile(r"\d{4} ?年|[今明来]年|[上下]半年|下一?步|今后|未来|[一五]年来|工作|困难|问题|不足|目标")
_ANNOUNCES = re.compile(
    r"[^。\n]{0,40}?(?:(?:\d{4} ?年|[今明来新]年)(?!以?来|度)|新的一年|下一?步|今后|要求|思路|目标|打算|我们[要将])"
)
"""How a part opens that looks ahead behind such a one."""
_OUTCOME = re.compile(r"(?<![\d.≥≤<>＜＞于])\d+\.\d+%(?!左右|以上|以内)")
"""A share told to the decimal is an outcome, unless it is a bound: ten times as frequent where headings look back."""
_JOINED = re.compile("[和与及]|以及")


def period_of(heading: str) -> Period | None:
    """Tell by its words whether a heading looks back or ahead; None where they say neither, or both.

    >>> period_of("2022年工作回顾"), period_of("下一步打算"), period_of("种粮"), period_of("重点工作汇报")
    (<Period.REVIEW: 'review'>, <Period.PLAN: 'plan'>, None, <Period.REVIEW: 'review'>)
    """
    if len(heading) > LONGEST_HEADING:
        return None
    review, plan = _words("review").search(heading), _words("plan").search(heading)
    if review and plan and review.end() == len(heading) and not _JOINED.search(heading):
        plan = None
    if review and plan and not _words("plan").search(_words("plan_weak").sub("", heading)):
        plan = None
    if bool(review) == bool(plan):
        return None
    return Period.REVIEW if review else Period.PLAN


def names_period(line: str, *, inside: bool) -> bool:
    """Tell whether a heading without number names a period: 2023年工作回顾, 2018年主要工作.

    Args:
        line: the heading.
        inside: whether a part is open that such a heading opened: there only a year or a whole period tells, as
            统筹资金安排 is work of the year looked back on.
    """
    if period_of(line) is not None and (not inside or _WHOLE.search(line) is not None):
        return True
    return len(line) <= _LONGEST_DATED and _YEAR.match(line) is not None


def tell_periods(text: str, paragraphs: Sequence[Paragraph], drafts: list[Draft]) -> None:
    """Set the period of each part whose heading or wording tells it.

    Args:
        text: folded text.
        paragraphs: of the text.
        drafts: its sections in order; changed in place, and parted where a part without heading turns.
    """
    for draft in drafts:
        heading = draft.opening.heading
        if draft.role == "body" and heading is not None and not _stands_in_period(draft, drafts):
            words = text[heading.start : heading.end]
            draft.period = period_of(words)
            if draft.period is None and _words("self_government").search(words):
                draft.period = Period.PLAN
    _compare_years(text, drafts)
    holders = {draft.parent for draft in drafts if draft.period is not None}
    silent = {
        id(draft)
        for index, draft in enumerate(drafts)
        if draft.role == "body" and draft.parent is None and draft.period is None and index not in holders
    }
    title = next((draft.opening.heading for draft in drafts if draft.role == "title"), None)
    told = _opens_with("".join(text[title.start : title.end].split())) if title is not None else None
    for run in list(_runs(drafts, silent)):
        _tell_by_wording(text, paragraphs, drafts, run, told)


def _opens_with(title: str) -> Period | None:
    """Tell what a document tells first, by its title: 2022年工作总结和2023年工作计划 begins by looking back."""
    review, plan = _words("review").search(title), _words("plan").search(title)
    if review and plan and _JOINED.search(title, review.end()):
        return Period.REVIEW if review.start() < plan.start() else Period.PLAN
    return period_of(title)


def _stands_in_period(draft: Draft, drafts: Sequence[Draft]) -> bool:
    """Tell whether a section above has a period."""
    index = draft.parent
    while index is not None:
        if drafts[index].period is not None:
            return True
        index = drafts[index].parent
    return False


def _compare_years(text: str, drafts: Sequence[Draft]) -> None:
    """Tell the parts apart whose headings name two years that follow each other: 2025年干了什么, 2026年准备干什么."""
    years: list[tuple[Draft, int]] = []
    for draft in drafts:
        heading = draft.opening.heading
        if draft.role == "body" and draft.parent is None and heading is not None:
            found = set(_YEAR.findall(text, heading.start, heading.end))
            years += [(draft, int(year)) for year in found if len(found) == 1]
    named = sorted({year for _, year in years})
    if len(named) == 2 and named[1] == named[0] + 1:
        for draft, year in years:
            draft.period = draft.period or (Period.REVIEW if year == named[0] else Period.PLAN)


def _runs(drafts: Sequence[Draft], silent: set[int]) -> Iterator[list[Draft]]:
    """Group the silent top sections that follow each other without another top section between."""
    run: list[Draft] = []
    for draft in drafts:
        if draft.parent is not None:
            continue
        if id(draft) in silent:
            run.append(draft)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _tell_by_wording(
    text: str, paragraphs: Sequence[Paragraph], drafts: list[Draft], run: Sequence[Draft], told: Period | None
) -> None:
    """Tell the periods of parts that follow each other: they look back up to where their wording turns, then ahead.

    A part without heading or subsections is parted where it turns. Where the first tells what a year has brought, or
    the document's title tells that it looks back, the wording turns only where another announces it: 抓好 and 加快 are
    then what was done.
    """
    holders = {draft.parent for draft in drafts}
    stretches: list[tuple[Draft, Span]] = []
    for draft in run:
        span = Span(draft.opening.start, draft.end)
        inside = [Span(p.start, p.end) for p in paragraphs if span.start <= p.start < span.end]
        whole = draft.opening.heading is not None or drafts.index(draft) in holders or not inside
        stretches += [(draft, stretch) for stretch in ([span] if whole else inside)]
    tells = [_looks_back(text, span) for _, span in stretches]
    right = [sum(tells[:turn]) - sum(tells[turn:]) for turn in range(len(tells) + 1)]
    if told is Period.REVIEW or _opens().match(text, stretches[0][1].start, stretches[0][1].end):
        turns = [n for n, (_, span) in enumerate(stretches) if n and _ANNOUNCES.match(text, span.start, span.end)]
        best = max((*turns, len(tells)), key=lambda turn: right[turn])
    else:
        best = max(range(len(right)), key=lambda turn: right[turn])
        if right[best] < max(right[0], right[-1]) + _TURNED:
            best = 0 if right[0] > right[-1] else len(tells)
        if right[best] < _TOLD:
            return
    for number, (draft, span) in enumerate(stretches):
        if span.start == draft.opening.start:
            draft.period = Period.REVIEW if number < best else Period.PLAN
        elif number == best:
            _part(drafts, draft, span.start)


def _looks_back(text: str, span: Span) -> int:
    """Return how many words of a stretch look back, less those that look ahead."""
    back, ahead = (_words(sort).findall(text, span.start, span.end) for sort in ("review_wording", "plan_wording"))
    return len(back) + len(_OUTCOME.findall(text, span.start, span.end)) - len(ahead)


def _part(drafts: list[Draft], draft: Draft, start: int) -> None:
    """Part a top section in two; the second looks ahead."""
    index = drafts.index(draft)
    rest = Draft(Opening(start, draft.opening.style), None, draft.depth, end=draft.end, period=Period.PLAN)
    draft.end = start
    for other in drafts:
        if other.parent is not None and other.parent > index:
            other.parent += 1
    drafts.insert(index + 1, rest)


@cache
def _words(sort: str) -> re.Pattern[str]:
    return re.compile(alternation(lexicon("structure")["period"][sort]))


@cache
def _opens() -> re.Pattern[str]:
    """Return how a part opens that tells what a year has brought: 2018年，全镇…取得全面进步."""
    return re.compile(
        r"(?:\d{4} ?年|今年|[一五两三]年)?(?:以来|来)?，(?![^。\n]*(?:[要将]|力争|确保|预期|目标是|思路是))"
        rf"[^。\n]*(?:{_words('attained').pattern})"
    )
