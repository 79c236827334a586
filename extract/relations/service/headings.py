"""What headings, leads, topic sentences and titles announce: the works and strategies below them are for that."""

from __future__ import annotations

import re
from functools import cache

from extract.annotation import Entity
from extract.document import Span, Structure
from extract.mentions import WORKS, below, is_body, is_doctrine, is_system
from extract.names import alternation, lexicon
from extract.relations.announcements import Announcement, is_attribute, is_joined
from extract.relations.service.reading import LOOSE, Mention, Reading, Sentence, words
from extract.relations.topics import things, topics_of
from ontology.terms import Basis, Kind, Level

_FAR = 3
"""Sentences behind a topic sentence inside a line of a wide report before which 222 of 292 works were for it."""
_UPHOLDING = re.compile(r"[（(]?[一二三四五六七八九十\d]*[）)]?[、.．\s]*(?:始终|必须)?坚持")
_OF = re.compile('"?的')


def structural(reading: Reading) -> None:
    """Link what stands in a section to the strategy that its innermost announcing heading or lead names.

    Where no heading announces one, the title of a plan or notice does (关于推进智能建造的意见).
    """
    for mention in reading.mentions.within(reading.mentions.whole):
        _, entity = mention
        if entity.kind not in (*WORKS, Kind.STRATEGY) or is_body(entity) or entity.id in reading.parts:
            continue
        for announcement in reading.announcements.over(*mention):
            _announced(reading, mention, announcement)
    _in_turn(reading)


def _announced(reading: Reading, subject: Mention, announcement: Announcement) -> None:
    """Link a work or a strategy to what is announced for it."""
    span, entity = subject
    if entity.kind is Kind.STRATEGY and _names_work(reading, span):
        return
    goals, evidence, rule = announcement.goals, announcement.evidence, announcement.rule
    by_topic = announcement.by_topic
    if reading.wide and entity.kind is Kind.ORGANIZATION and not (by_topic and reading.level is Level.PROVINCIAL):
        return  # bodies that the reports of the nation name under a heading are named in passing
    aside = _aside(reading, span, announcement)
    for goal in goals:
        if entity.kind is not Kind.STRATEGY:
            if is_doctrine(goal[1]) and below(reading.level, goal[1].level):
                continue  # 用…思想凝心铸魂 is for study: what stands below was for it in the party's own reports
            sure = announcement.confidence(goal[1], reading.level)
            sure = min(sure, LOOSE if goal is aside else _ceiling(reading, subject, goal[1], announcement))
            reading.relate(subject, goal, Basis.STRUCTURAL, sure, evidence, rule)
        elif is_attribute(reading.folded, goal[0]):
            continue  # none of 18 strategies there was for it
        elif below(goal[1].level, entity.level):
            # A higher strategy named under a local heading is carried out there; under a wide one it is but named.
            if not reading.wide:
                reading.relate(goal, subject, Basis.STRUCTURAL, 0.55, evidence, f"under {rule}")
        elif words().preamble.search(reading.wording(reading.mentions.sentence(span))):
            continue  # what guides the speaker is not for what is announced
        elif not by_topic:
            # Half of a wide report's own are for the heading far above them, which views leave out.
            if reading.wide and goal[1].level is entity.level is reading.level:
                sure = LOOSE + 0.1  # what ``relate`` takes off between strategies of one level
                reading.relate(subject, goal, Basis.STRUCTURAL, sure, evidence, f"strategy under {rule}")
        elif not below(entity.level, goal[1].level):
            # ``relate`` takes off 0.1 between strategies of one level.
            sure = min(0.5 if announcement.inner else 0.8, _limit(reading, subject, goal, aside) + 0.1)
            reading.relate(subject, goal, Basis.STRUCTURAL, sure, evidence, f"strategy under {rule}")
        elif all(other.level is not entity.level for _, other in goals):
            sure = min(0.45 if announcement.inner else 0.75, _limit(reading, subject, goal, aside))
            reading.relate(subject, goal, Basis.STRUCTURAL, sure, evidence, f"carried out under {rule}")


def _names_work(reading: Reading, span: Span) -> bool:
    """Tell whether but the name of a work or body holds a name: 新建|阳光甲县|运动公园.

    Of 147 strategies that only such names hold in a paragraph 19 were for anything, or carried it out, by that.
    """
    around = reading.mentions.within(reading.mentions.sentence(span), (Kind.PROJECT, Kind.ORGANIZATION))
    return any(other.contains(span) for other, _ in around)


def _aside(reading: Reading, span: Span, announcement: Announcement) -> Mention | None:
    """Return which of the two goals of a wide report's topic sentence a mention is not for.

    Where one clause names both (推动全面深化改革扩大高水平开放), that is the one whose words the nearest sentence
    with words of either does not repeat: of works 14 of 64 were for it, of strategies 4 of 21, for the other goal 40
    of 69 and 17 of 28.
    """
    goals = announcement.goals
    if not reading.wide or not announcement.by_topic or len(goals) != 2:
        return None
    if "，" in reading.folded[goals[0][0].end : goals[1][0].start]:
        return None
    first, second = (things(goal.name) for _, goal in goals)
    for sentence in reversed(reading.folded[announcement.evidence.end : span.end].split("。")):
        named = [any(word in sentence for word in own) for own in (first - second, second - first)]
        if any(named):
            return None if all(named) else goals[named.index(False)]
    return None


def _limit(reading: Reading, subject: Mention, goal: Mention, aside: Mention | None) -> float:
    """Return how sure it can be that a strategy is for what its paragraph's topic sentence announces.

    A doctrine from above guides all work (2 of 5 were for the topic), and what stands before 的 says what something
    else is like (25 of 65). In the reports of towns, counties and prefectures one of the nation's was for another of
    the nation's 109 of 203 times, for one that is not known 13 of 33.
    """
    span, entity = subject
    if goal is aside or _OF.match(reading.folded, span.end):
        return LOOSE
    if is_doctrine(entity) and below(reading.level, entity.level):
        return LOOSE
    if not reading.wide and entity.level is goal[1].level is Level.NATIONAL:
        return 0.55 if goal[1].concept else LOOSE
    return 1


def _ceiling(reading: Reading, subject: Mention, goal: Entity, announcement: Announcement) -> float:
    """Return how sure it can be that a work is for what is announced.

    Headings of wide reports are for half of the works below them only, surely for those of the same subject matter;
    where one names several goals, entities or not, two links of five are right, which views leave out. What only says
    of which sort something is (高质量发展|动力) is what 45 of 147 works are for, at whatever level. Of firms and
    institutes that only the names of works hold (|比亚迪|基地) 8 of 25 were for the topic, of zones and ports 12 of 14,
    of works three sentences behind a topic inside a line 25 of 57.
    """
    span, entity = subject
    if is_attribute(reading.folded, next(at for at, each in announcement.goals if each is goal)):
        return 0.45
    if not reading.wide or topics_of(entity.name, "work") & topics_of(goal.name, "goal"):
        return 1
    if announcement.inner and reading.folded.count("。", announcement.evidence.end, span.start) >= _FAR:
        return LOOSE
    if entity.kind is Kind.ORGANIZATION:
        zone = entity.name.endswith(_zones())
        return 0.6 if zone or not all(map(reading.mentions.is_within, entity.mentions)) else 0.45
    if _is_last_of_clauses(reading, goal, announcement):
        return 0.75
    several = not announcement.by_topic and len(announcement.goals) > 1
    if (several and sum(not is_system(each) for _, each in announcement.goals) > 1) or any(
        is_joined(reading.folded, at) for at, _ in announcement.goals
    ):
        return 0.45
    if "，" in reading.wording(announcement.evidence):
        return 0.75
    return 1 if announcement.by_topic else 0.85


@cache
def _zones() -> tuple[str, ...]:
    return tuple(lexicon("relations")["zones"])


def _is_last_of_clauses(reading: Reading, goal: Entity, announcement: Announcement) -> bool:
    """Tell whether a wide report's lead, or its heading that upholds something, ends in the clause of a goal of two.

    Works below were for the last goal there 98 of 102 times, for the first 52 of 100: 坚持甲，加快建设|乙.
    """
    goals = announcement.goals
    if announcement.by_topic or len(goals) != 2 or goal is not goals[1][1]:
        return False
    wording = reading.wording(announcement.evidence)
    told = wording.endswith("。") or _UPHOLDING.match(wording)
    return bool(told) and "，" in reading.folded[goals[0][0].end : goals[1][0].start]


@cache
def _following() -> re.Pattern[str]:
    """Return how a sentence says that what follows it is for what stands before: 围绕上述目标，做好以下工作."""
    return re.compile(
        f"(?:围绕|实现|完成|贯彻)(?:上述|以上|这些|这一)[^。]{{0,24}}(?:{alternation(lexicon('relations')['following'])})"
        "[^。]{0,8}(?:以下|如下|[二三四五六七八九十][个项大]?方面)"
    )


def _in_turn(reading: Reading) -> None:
    """Link what headings announce to the one overall strategy where a sentence says so: 围绕上述目标，做好以下工作.

    What the preamble names too stands beside the overall strategy, not under it.
    """
    if len(reading.overall) != 1:
        return
    structure, following = reading.mentions.structure, _following()
    for sentence in structure.sentences:
        if not following.search(reading.wording(sentence)):
            continue
        part = _part(structure, sentence.start)
        for index, announcement in reading.announcements.by_section.items():
            section = structure.sections[index]
            begin = section.span.start
            if section.heading is None or begin < sentence.end or _part(structure, begin) != part:
                continue
            heading = Sentence(reading.folded, section.heading)
            for goal in announcement.goals:
                new = goal[1].mentions[0].start > sentence.start
                if new and goal[1].level is reading.level and reading.is_overall(heading, goal):
                    reading.relate(goal, reading.overall[0], Basis.STRUCTURAL, 0.5, sentence, "in turn")


def _part(structure: Structure, offset: int) -> int | None:
    """Return the index of the top section at an offset."""
    path = structure.path(structure.section_at(offset))
    return path[-1] if path else None
