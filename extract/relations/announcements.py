"""Tells which strategies the headings, leads and topic sentences of a document announce for what stands below them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from extract.annotation import Entity
from extract.document import Section, Span
from extract.layout.structure import opening_verb
from extract.layout.tables import is_row, worded_cells
from extract.mentions import Mentions, is_result, is_system
from extract.names import alternation, conferring, lexicon
from extract.surface import HAN
from ontology.terms import Kind, Level

_LISTED = 2
"""A lead that names more strategies than this lists them instead of announcing what follows."""
_CLAUSES = 1
"""A lead with more commas than this tells of work already: a third of what followed was for its strategy."""
_LONGEST_LEAD = 130
"""Characters behind a heading in its own line that but lead up to what stands below."""
LONGEST = 31
"""A topic sentence at the start of a line has so many characters at most, with its numbering."""
_LONGEST_INSIDE = 16
_BRIEF = 13
"""Characters of a local sentence inside a line that begins something else whatever it opens with: 激活科技创新能力。"""
_REACH = 600
"""No paragraph is longer in characters; where line ends are lost, a topic sentence does not rule the whole document."""
_INNER_REACH = 240
"""One inside a line rules less: of what stood farther off, 7 of 56 were for it."""
_SURE = {"title": 0.6, "group of rows": 0.93, "topic sentence": 0.93, "inner topic sentence": 0.65}
_STATEMENT = re.compile(r"[年期][^，。]{0,2}是|[一之]年。|总体要求|意义")
"""A sentence that says what a year was like, or what a part is about, announces nothing."""
_JOINED_BEFORE, _JOINED_BEHIND = re.compile('[、和与及]"?$'), re.compile('"?[、和与及]')
_OF_THREE = 3
"""Characters of each of several doings side by side: 稳增长|促改革|调结构."""
_BESIDES = re.compile(" *(?:同时|与此同时|此外|另外)，")
"""What opens a paragraph of all that belongs under no heading: 4 of 17 works there were for what theirs announces."""
_MANNER = re.compile("，以更")
"""What begins the half of a heading that only says how: 聚焦建强“实力张营”|，以更宽视野谋划高质量发展."""


@cache
def _apart() -> re.Pattern[str]:
    """Return how a paragraph begins that names what belongs under no numbered heading: 我们要全面贯彻“一国两制”."""
    return re.compile(f"[^。]{{0,24}}?(?:{alternation(lexicon('structure')['announcement']['apart'])})")


@cache
def _plan() -> re.Pattern[str]:
    """Return what the title of a document says that has one purpose."""
    return re.compile(alternation(lexicon("structure")["announcement"]["plans"]))


@cache
def _result() -> re.Pattern[str]:
    """Return what a sentence ends in that says how something has come on: 砖瓦窑治理成效|显著。"""
    return re.compile(f"(?:{alternation(lexicon('structure')['run_together']['topic_ends'])})。?$")


BETTER = "(?:更高水平的?)?"
"""What may stand between a verb such as 扩大 and the goal."""


@cache
def ending() -> re.Pattern[str]:
    """Return the words of a clause before the goal that it but names as what is built: …，|加快建设|健康上海。"""
    adverbs = alternation(lexicon("structure")["heading"]["adverbs"])
    return re.compile(f'(?:{adverbs})*(?:{alternation(lexicon("relations")["ending"])}){BETTER}"?')


@cache
def _caption() -> re.Pattern[str]:
    """Return what the caption of a table ends in that lists work."""
    works = alternation(lexicon("structure")["announcement"]["captions"])
    return re.compile(f"(?:{works})[^，。、]{{0,6}}表[）)]?$")


def is_result_sentence(sentence: str) -> bool:
    """Tell whether a short sentence says how something has come on, and so begins a new topic: 生态建设成效明显。"""
    return len(sentence) <= _LONGEST_INSIDE and "，" not in sentence and _result().search(sentence) is not None


def is_joined(folded: str, goal: Span) -> bool:
    """Tell whether a goal is named together with something else: 推进|经济结构调整|和经济体制改革."""
    before = _JOINED_BEFORE.search(folded, max(0, goal.start - 2), goal.start)
    return before is not None or _JOINED_BEHIND.match(folded, goal.end) is not None


@cache
def _attribute() -> re.Pattern[str]:
    words = lexicon("structure")["announcement"]
    return re.compile(f'(?:{alternation(words["attributes"])})"?的?[{HAN}]{{0,3}}?(?:{alternation(words["aspects"])})')


def is_attribute(folded: str, goal: Span) -> bool:
    """Tell whether a goal only says of which sort something is that a heading names: 增强|高质量发展|动力."""
    return _attribute().match(folded, goal.start) is not None


@cache
def _threes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what stands before and behind one of several doings of three characters each."""
    doing = f"(?:{alternation(lexicon('structure')['announcement']['threes'])})[{HAN}]{{2}}"
    return re.compile(f"(?:^|[^{HAN}])(?:{doing})+$"), re.compile(f"(?:{doing})+(?![{HAN}])")


class _Branches(NamedTuple):
    """What tells the development of a branch from the nation's.

    Attributes:
        before: the branch before it: 柿子产业|高质量发展.
        attribute: the nation's goals that are said of branches too.
        item: how a sentence begins, or what it says, that but names one more item of work.
    """

    before: re.Pattern[str]
    attribute: re.Pattern[str]
    item: re.Pattern[str]


@cache
def _branches() -> _Branches:
    words = lexicon("structure")["announcement"]
    attributes, branches = alternation(words["attributes"]), alternation(words["branches"])
    return _Branches(
        before=re.compile(f"(?:{branches})$"),
        attribute=re.compile(attributes),
        item=re.compile(f"支持|.*(?:{branches}|经济)(?:{attributes})|.*(?:{conferring('rated', 'given')})"),
    )


def is_of_branch(folded: str, goal: Span) -> bool:
    """Tell whether a goal is the nation's by its words only, and meant of a branch or a sort: 柿子产业|高质量发展."""
    words = _branches()
    return (
        words.attribute.fullmatch(folded, goal.start, goal.end) is not None
        and words.before.search(folded, max(0, goal.start - 4), goal.start) is not None
    )


@dataclass(frozen=True, slots=True)
class Announcement:
    """Strategies announced for a stretch of text.

    Attributes:
        goals: the strategies, with the mentions that announce them.
        evidence: the heading, lead or sentence that names them.
        rule: ``heading``, ``title``, ``group of rows``, ``topic sentence`` or ``inner topic sentence``.
    """

    goals: list[tuple[Span, Entity]]
    evidence: Span
    rule: str

    @property
    def by_topic(self) -> bool:
        """Whether a topic sentence announces them, at the start of a line or inside it."""
        return self.rule.endswith("topic sentence")

    @property
    def inner(self) -> bool:
        """Whether it is a topic sentence inside a line."""
        return self.rule.startswith("inner")

    def shares(self, other: Announcement) -> bool:
        """Tell whether two announcements name one strategy."""
        return not {goal.id for _, goal in self.goals}.isdisjoint(goal.id for _, goal in other.goals)

    def confidence(self, goal: Entity, speaker: Level | None) -> float:
        """Return how sure it is that a work below is for one of the goals that are announced.

        Args:
            goal: one of ``goals``.
            speaker: the level of government that speaks. Of a heading that names its own strategy beside another's,
                what stands below was nearly always for its own, for the other's half of the time, where that comes
                last in a topic sentence one time of five; of two of its own nine of ten for the last, half for the
                first, two of three in topic sentences.
        """
        sure = _SURE.get(self.rule, 0.91)
        if len(self.goals) == 1 or not (self.by_topic or self.rule == "heading"):
            return sure
        own = [each.level is speaker for _, each in self.goals]
        last = goal is self.goals[-1][1]
        if all(own):  # what comes last is what the first is for: 坚持工业立镇，加快建设|实力鹤溪
            return min(sure, 0.91 if last else 0.65 if self.by_topic else 0.56)
        if not any(own):
            return min(sure, 0.6 if self.by_topic else 0.52)
        if goal.level is speaker:
            return sure if last or not self.by_topic else 0.75
        return 0.45 if last and self.by_topic else 0.52


class Announcements:
    """The announcements of a document.

    Attributes:
        by_section: those of its sections' headings and leads, by the index of the section.
    """

    def __init__(self, mentions: Mentions, folded: str) -> None:
        self._mentions = mentions
        self._folded = folded
        self._level, self._wide = mentions.speaker.level, mentions.speaker.wide
        self._lines_apart: dict[tuple[int, int], bool] = {}
        sections = mentions.structure.sections
        self.by_section = {
            i: found
            for i, s in enumerate(sections)
            if s.role == "body" and not self._is_inner(s) and (found := self._of_section(s, "heading"))
        }
        self._title = self._of_title()
        self._groups = self._groups_of_rows()
        self._topics = self._topic_sentences()
        self._starts = [topic.evidence.start for topic in self._topics]

    def over(self, span: Span, entity: Entity) -> list[Announcement]:
        """Return the innermost announcements that hold for a mention of an entity, the title's where no other does.

        For works below a heading that names a strategy, the topic sentence of a town, county or prefecture announces
        another beside it where that is the speaker's own; one of a higher level (扛稳粮食安全责任) only opens the
        paragraph: of 86 works behind such a sentence 81 were for the heading's strategy, 28 for the sentence's. A
        result of any level that stands in the heading's own line announces what follows it, as far as the line goes.
        """
        structure = self._mentions.structure
        path = structure.path(structure.section_at(span.start))
        line = self._folded.rfind("\n", 0, span.start) + 1
        if (path and structure.sections[path[-1]].role != "body") or _BESIDES.match(self._folded, line):
            return []
        innermost = next((index for index in path if index in self.by_section), None)
        group = next((g for within, g in self._groups if within.contains(span)), None)
        if group is not None:
            return [group]
        heading = None if innermost is None or self._is_apart(line, innermost) else self.by_section[innermost]
        found = [self._title if heading is None else heading]
        floor = structure.sections[innermost].span.start if innermost is not None else 0
        ended = False
        for index in range(bisect_right(self._starts, span.start) - 1, -1, -1):
            topic = self._topics[index]
            begin = topic.evidence.start
            if begin < floor or span.start - begin >= _REACH or "\n" in self._folded[begin : span.start]:
                break
            turns = heading is not None and self._turns(heading, topic)
            far = span.start - begin >= _INNER_REACH and not turns
            if topic.goals and not (topic.inner and (ended or far)):
                work = entity.kind is not Kind.STRATEGY and not topic.evidence.contains(span)
                if heading is None or self._wide or not work or topic.shares(heading) or turns:
                    found = [topic]
                elif any(goal.level is self._level for _, goal in topic.goals):
                    found = [topic, heading]
                break
            ended = True
        return [each for each in found if each is not None and not each.evidence.contains(span)]

    def _is_apart(self, line: int, section: int) -> bool:
        """Tell whether a wide report's line speaks of what only stands behind the last of its headings.

        Under a heading that names none of it, 0 of 11 such works were for what that announces.
        """
        heading = self._mentions.structure.sections[section].heading if self._wide else None
        if heading is None or heading.start >= line:
            return False
        if (line, section) not in self._lines_apart:
            named = _apart().search(self._folded, heading.start, heading.end)
            self._lines_apart[line, section] = named is None and _apart().match(self._folded, line) is not None
        return self._lines_apart[line, section]

    def _turns(self, heading: Announcement, topic: Announcement) -> bool:
        """Tell whether a result inside the line of a heading opens a part of it: 攻坚战取得突破。脱贫攻坚稳步推进。…"""
        begin, end = topic.evidence.start, topic.evidence.end
        return (
            topic.inner
            and not self._wide
            and _result().search(self._folded, begin, end) is not None
            and "\n" not in self._folded[heading.evidence.start : begin]
        )

    def _of_section(self, section: Section, rule: str) -> Announcement | None:
        """A heading announces the first strategies that it names, a lead the one or two that it names."""
        if section.heading is not None:
            # Of works below a system beside another goal 25 of 28 were for it in wide reports, 3 of 22 in the others.
            named = [] if self._is_item(section.heading) else self._named(section.heading, systems=self._wide)
            manner = _MANNER.search(self._folded, section.heading.start, section.heading.end)
            if manner is not None and any(entity.level is self._level for _, entity in named):
                named = [pair for pair in named if pair[0].start < manner.start()] or named
            if not self._wide:  # none of 35 works below 抓脱贫、治污染、|防风险| was for it
                named = [p for p in named if p[1].level is self._level or not self._is_one_of_several(p[0])]
            built = self._built(section, section.heading)
            if built is not None and all(entity.level is not self._level for _, entity in named):
                return Announcement([built[0]], built[1], rule)
            if named:
                return Announcement(named[:2], section.heading, rule)
        if section.lead is not None:
            named = self._named(section.lead)
            clauses = self._folded.count("，", section.lead.start, section.lead.end)
            if 0 < len(named) <= _LISTED and clauses <= _CLAUSES:
                return Announcement(named, section.lead, rule)
        return None

    def _is_inner(self, section: Section) -> bool:
        """Tell whether a wide report's section is but a short sentence inside a line, which is a topic at the most.

        As headings such ones were right for 2 of 19 links.
        """
        return self._wide and not section.numbering and bool(self._before_in_line(section.span).strip())

    def _built(self, section: Section, heading: Span) -> tuple[tuple[Span, Entity], Span] | None:
        """Return the speaker's goal in which the line of a wide report's heading ends, with the sentence that names it.

        Of works below 全面深化改革。…，打造|改革开放高地|。 70 of 100 were for that goal, 27 for the nation's in the
        heading; where that names none, 26 of 28.
        """
        if not self._wide or not section.numbering or self._before_in_line(section.span).strip():
            return None
        end = self._folded.find("\n", heading.end, section.span.end)
        if not 1 < end - heading.end <= _LONGEST_LEAD:
            return None
        last = self._mentions.sentence(Span(end - 1, end))
        goal = next(reversed(self._mentions.strategies(last)), None)
        if goal is None or goal[1].level is not self._level or self._folded[goal[0].end : end].strip('"。'):
            return None
        clause = re.split("[，；：]", self._folded[last.start : goal[0].start])[-1]
        return (goal, last) if ending().fullmatch(clause) else None

    def _is_one_of_several(self, goal: Span) -> bool:
        """Tell whether a goal is one of the doings that a heading lists, by marks or in threes: 优结构|稳增长."""
        if is_joined(self._folded, goal):
            return True
        before, behind = _threes()
        first = max(0, goal.start - LONGEST)
        others = before.search(self._folded, first, goal.start) or behind.match(self._folded, goal.end)
        return others is not None and goal.end - goal.start == _OF_THREE

    def _named(self, stretch: Span, *, systems: bool = False) -> list[tuple[Span, Entity]]:
        named = [pair for pair in self._mentions.strategies(stretch) if not is_result(pair[1], wide=self._wide)]
        if not self._wide:
            named = [pair for pair in named if not is_of_branch(self._folded, pair[0])]
        return named if systems else [pair for pair in named if not is_system(pair[1])] or named

    def _of_title(self) -> Announcement | None:
        """Read the title of a plan or notice; a report's title announces nothing."""
        for section in self._mentions.structure.sections:
            if section.role == "title" and section.heading is not None:
                wording = self._folded[section.heading.start : section.heading.end]
                if _plan().search(wording) and "报告" not in wording:
                    return self._of_section(section, "title")
        return None

    def _groups_of_rows(self) -> list[tuple[Span, Announcement]]:
        """Find the strategies under which a table lists its rows, each with the stretch of those.

        A strategy stands alone in a line with rows behind it or in their caption, or in the first cell of the first of
        its rows.
        """
        lines = [line.span() for line in re.finditer(r"[^\n]+", self._folded) if line.group().strip(" |")]
        end_of_text = (len(self._folded), len(self._folded))  # is no row, and so ends the last group
        found: list[tuple[Span, Announcement]] = []
        group: tuple[Span, Entity] | None = None
        begin = 0
        for (start, end), following in pairwise([*lines, end_of_text, end_of_text]):
            words = worded_cells(self._mentions.text, start, end)
            row = is_row(self._mentions.text, start, end)
            heads = row or (len(words) == 1 and is_row(self._mentions.text, *following))
            goal = self._strategy(words[0]) if words and heads else None
            if goal is None and row:
                continue
            if group is not None and begin < start:
                found.append((Span(begin, start), Announcement([group], group[0], "group of rows")))
            group, begin = goal, words[0].end if goal is not None else 0
        return found

    def _strategy(self, cell: Span) -> tuple[Span, Entity] | None:
        """Return the strategy whose name fills a cell, or for which a caption lists work: 附：乡村振兴重点项目表."""
        named = self._mentions.strategies(cell)
        caption = len(named) == 1 and _caption().search(self._folded, named[0][0].end, cell.end) is not None
        return named[0] if named and (caption or self._bare(cell) == self._bare(named[0][0])) else None

    def _bare(self, span: Span) -> str:
        return self._folded[span.start : span.end].strip('"')

    def _names_work(self, sentence: Span) -> bool:
        return any(entity.kind is not Kind.ADMINISTRATIVE_UNIT for _, entity in self._mentions.within(sentence))

    def _before_in_line(self, sentence: Span) -> str:
        return self._folded[self._folded.rfind("\n", 0, sentence.start) + 1 : sentence.start]

    def _is_item(self, sentence: Span) -> bool:
        """Tell whether a sentence or heading behind another sentence of its line names but one more item of work.

        支持|威海打造…, 推进预制食品|产业高质量发展: 0 of 20 works were for it; 柳工|入选质量强国建设领军企业: 0 of 3.
        """
        behind = "。" in self._before_in_line(sentence)
        return behind and _branches().item.match(self._folded, sentence.start, sentence.end) is not None

    def _topic_sentences(self) -> list[Announcement]:
        """Find the short sentences that name what the rest of their line is about: 全域旅游叫响品牌。….

        One within a line that names no strategy (加强生态保护修复。) ends the reach of such a one before it, as does a
        brief one of a local report that names nothing: 0 of 5 works behind one were for the topic before.
        """
        found = []
        for sentence in self._mentions.structure.sentences:
            wording = self._folded[sentence.start : sentence.end]
            first = not self._before_in_line(sentence).strip()
            if len(wording) > (LONGEST if first else _LONGEST_INSIDE) or _STATEMENT.search(wording):
                continue
            named = self._mentions.strategies(sentence)
            if first and not named and self._wide:  # 深入实施健康上海行动。 names its strategy within a policy
                named = list(self._mentions.within(sentence, (Kind.STRATEGY,)))
            if first and 0 < len(named) <= _LISTED:
                found.append(Announcement(named, sentence, "topic sentence"))
            elif not first and not re.search(r"[，；：\d]|摆在|放在", wording):
                opens = opening_verb().match(wording) or (not self._wide and len(wording) <= _BRIEF)
                turns = opens and not self._names_work(sentence)
                if len(named) == 1 or turns or _result().search(wording):
                    goals = named if len(named) == 1 and not self._is_item(sentence) else []
                    found.append(Announcement(goals, sentence, "inner topic sentence"))
        return found
