"""Completes closed lists: where one item of a list that is counted or summed up is a name, the others are too.

鹭城精工、鹭河铝业|等龙头企业 lists two firms, 龙湾、北鹭庄、东鹭庄|三个示范点 three villages. Of 1,018 lists as long as
their numeral says 725 are annotated as items of one kind, 12 of several, 69 in part; of 95 before 等…企业 94 are whole.
What stands before 等(重点)项目 is a work, though it be called as the firm or institution that builds it: 推动|鹭泵阀业
、鹭河冶金|等项目 (870 annotated, and 8 bodies; of 29 that end as firms' names do one).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from extract.annotation import Candidate
from extract.document import Span
from extract.names import alternations, clause_start, lexicon, name_start
from extract.numerals import parse
from extract.surface import HAN
from extract.wording import unusual
from ontology.terms import Kind

_KINDS = (Kind.VILLAGE, Kind.ORGANIZATION, Kind.PROJECT)
"""The kinds that such lists are of."""
_SURE = 0.7
"""How sure an item is that only the others tell."""
_LONGEST = 160
"""Characters of a list."""
_FARTHEST = 36
"""Characters between the last two marks of one, at most."""
_ITEM = re.compile(f"(?![^、]*[的了等])[{HAN}A-Za-z0-9（）—]{{2,16}}")
_BETWEEN = re.compile("、|(?<!、)[和及与](?=[^、和及与]{2,16}$)")
_Named = Mapping[Span, list[int]]
"""Where the candidates of these kinds stand, with their places among all."""


@cache
def _ends() -> re.Pattern[str]:
    """Return what closes a list: 等龙头企业, 等12个新建项目, 四个示范点; before 三个农贸市场 stands where these are."""
    words = alternations(lexicon("kinds")["list"])
    number = "(?:[0-9]{1,2}|[两三四五六七八九十])"
    return re.compile(
        "(?=[等0-9两三四五六七八九十])"
        f"(?:等(?:{number}余?[个家项]|一批)?(?P<sort>[{HAN}]{{0,8}}?)(?:(?P<firms>{words['firms']})|(?P<works>{words['works']}))"
        f"|(?P<count>{number})[个家座处条](?![{HAN}]{{0,6}}(?:{words['facilities']}))(?=[{HAN}]{{2}}))"
    )


def completed(candidates: Sequence[Candidate], folded: str) -> list[Candidate]:
    """Return the candidates with the items of closed lists that nobody proposes, all of a list of one kind.

    Args:
        candidates: likely names.
        folded: folded text.
    """
    settled = list(candidates)
    named: dict[Span, list[int]] = defaultdict(list)
    for place, c in enumerate(candidates):
        if c.kind in _KINDS:
            named[c.span].append(place)
    words = lexicon("kinds")["list"]
    under_way, ranks = tuple(words["under_way"]), ("", *words["ranks"])
    for closing in _ends().finditer(folded):
        items = _items(folded, closing.start(), named)
        if len(items) < 2 or (closing["count"] and parse(closing["count"]) != len(items)):
            continue
        surest = [max((settled[place] for place in named[item]), key=_sureness) for item in items if item in named]
        kinds = {c.kind for c in surest}
        if closing["works"] and 2 * len(surest) < len(items):
            continue  # 供水、供热、鹭湾水厂等项目
        told = Kind.ORGANIZATION if closing["firms"] else Kind.PROJECT if closing["works"] else next(iter(kinds), None)
        sort = closing["sort"]
        built = closing["works"] and (sort.removesuffix("建设") in ranks or sort.endswith(under_way))
        fits = told in kinds or (built and Kind.ORGANIZATION in kinds)
        if told is None or not fits or (closing["count"] and len(kinds) > 1):
            continue
        for item in items:
            if item in named:
                for place in named[item] if closing["firms"] or built else ():
                    if settled[place].kind is not Kind.VILLAGE:
                        settled[place] = replace(settled[place], kind=told)
            elif (item is items[0] and told is not Kind.VILLAGE and _opens_clause(folded, item)) or any(
                item.overlaps(c.span) and c.kind is told for c in settled
            ):
                continue  # 注入|鹭湾贸易、鹭河能源等企业: where an unknown first item begins, nothing tells
            elif told is not Kind.PROJECT or unusual(folded[item.start : item.end]):
                settled.append(Candidate(item, told, "policy_entities", _SURE))
    return settled


def _sureness(c: Candidate) -> float:
    return c.confidence


def _opens_clause(folded: str, item: Span) -> bool:
    return re.match(f"[{HAN}]", folded[max(0, item.start - 1) : item.start]) is None


def _items(folded: str, stop: int, named: _Named) -> list[Span]:
    """Return the items of the list that ends at ``stop``, the first behind the verb that governs it."""
    if "、" not in folded[max(0, stop - _FARTHEST) : stop]:
        return []
    start = clause_start(folded, stop, floor=max(0, stop - _LONGEST), across="、")
    marks = [(m.start() + start, m.end() + start) for m in _BETWEEN.finditer(folded[start:stop])]
    begins, ends = [start, *(end for _, end in marks)], [*(begin for begin, _ in marks), stop]
    items: list[Span] = []
    for begin, end in zip(begins, ends, strict=True):
        if end - begin < 2:
            return []
        item = Span(begin, end)
        if item not in named:
            known = [span.start for span in named if span.end == end and span.start > begin]
            first = min(known, default=name_start(folded, end, floor=begin))
            if first > begin:  # a verb: here the list begins
                items, item = [], Span(min(first, end - 1), end)
        if _ITEM.fullmatch(folded, item.start, item.end) is None:
            return []
        items.append(item)
    return items
