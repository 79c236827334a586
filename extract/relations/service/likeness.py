"""What names show: that one contains another or is much like it (definitional), or is about the same (inferred)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache

from extract.annotation import Entity
from extract.document import Span
from extract.mentions import WORKS, below, is_body
from extract.names import alternation, lexicon
from extract.relations.service.reading import Mention, Reading, words
from extract.relations.topics import subjects, things, topics_of
from ontology.terms import PLACES, Basis, Kind, Level

_SEGMENT = re.compile(r"（[^（）]{1,8}段）|（[^（）]{1,6}）")
_CORE = 6
"""So many characters from the start have to agree before two names are one strategy of two territories."""
_NEAR = 150
"""A strategy named so many characters before a work of its subject matter is what the work is for."""
_QUOTED = re.compile('"([^"]{3,})"')
"""What a work's name begins with, in quotation marks."""
_FEW = 2
"""A word of subject matter that the names of more strategies share tells nothing."""


def definitional(reading: Reading) -> None:
    """Link names that contain one another, or that differ in the stretch of territory only."""
    mentions, affixes = reading.mentions, _affixes()
    called = {
        reading.wording(span).strip('"'): (span, e)
        for e in mentions.entities
        if e.kind is Kind.STRATEGY
        for span in e.mentions[:1]
    }
    for span, entity in mentions.within(mentions.whole, (Kind.PROJECT, Kind.POLICY, Kind.STRATEGY)):
        may_quote = entity.kind is not Kind.STRATEGY and reading.folded[span.start] == '"'
        quoted = _QUOTED.match(reading.folded, span.start, span.end) if may_quote else None
        strategy = called.get(quoted[1]) if quoted is not None else None
        if strategy is not None and affixes.sub("", entity.name) != affixes.sub("", strategy[1].name):
            reading.relate((span, entity), strategy, Basis.DEFINITIONAL, 0.92, mentions.sentence(span), "name")
        for goal in mentions.within(span, (Kind.STRATEGY,)):
            coordinated = reading.folded[goal[0].start - 1 : goal[0].start] in ("和", "、", "与")
            same = affixes.sub("", entity.name) == affixes.sub("", goal[1].name)
            if goal[0] != span and len(goal[1].name) >= 4 and not coordinated and not same:
                sure = _named_for(reading, entity, goal[1])
                reading.relate((span, entity), goal, Basis.DEFINITIONAL, sure, mentions.sentence(span), "name")
    strategies = [e for e in mentions.entities if e.kind is Kind.STRATEGY and e.level is not None]
    cores = {e.id: _SEGMENT.sub("", e.name) for e in strategies}
    alike: dict[str, list[Entity]] = defaultdict(list)
    for entity in strategies:
        alike[cores[entity.id][:_CORE]].append(entity)
    for lower in strategies:
        core = cores[lower.id]
        above = [e for e in alike[core[:_CORE]] if below(lower.level, e.level) and _same_core(core, cores[e.id])]
        if above:
            nearest = max(above, key=lambda e: e.level.rank if e.level else 0)
            one, other = _first(lower), _first(nearest)
            reading.relate(one, other, Basis.DEFINITIONAL, 0.93, mentions.sentence(one[0]), "segment")


def _named_for(reading: Reading, entity: Entity, goal: Entity) -> float:
    """Return how sure it is that what has a strategy's name in its own is for that strategy.

    Of strategies that a lower level localises (丘区乡村振兴示范区) 102 of 110 were, of those of one level 16 of 39,
    of a wide report's own 6 of 10.
    """
    if entity.kind is not Kind.STRATEGY:
        return 0.92
    return 0.85 if below(entity.level, goal.level) and not reading.wide else 0.5


@cache
def _affixes() -> re.Pattern[str]:
    """Return what two names of one thing may differ by."""
    return re.compile(f"{alternation(lexicon('relations')['affixes'])}|具有[^的]{{1,12}}的|^[省市州盟县区旗镇乡]委")


def _same_core(lower: str, upper: str) -> bool:
    """Tell whether two names are one strategy cut to two territories.

    >>> _same_core("黄河流域生态保护和高质量发展示范区", "黄河流域生态保护和高质量发展重要实验区")
    True
    """
    shared = 0
    for a, b in zip(lower, upper, strict=False):
        if a != b:
            break
        shared += 1
    return shared >= _CORE and shared >= 0.6 * min(len(lower), len(upper))


def inferred(reading: Reading) -> None:
    """Link what the authority file relates, and names that share subject matter, a thing or a word."""
    _by_authority(reading)
    _by_topic(reading)
    _by_thing(reading)
    _by_word(reading)


def _infer(reading: Reading, subject: Mention, strategy: Mention, sure: float, rule: str) -> None:
    reading.relate(subject, strategy, Basis.INFERRED, sure, reading.mentions.sentence(subject[0]), rule)


def _first(entity: Entity) -> Mention:
    """Return an entity with its first mention."""
    return entity.mentions[0], entity


def _by_authority(reading: Reading) -> None:
    """Link concepts as the authority file relates them, where the document names both."""
    if reading.scheme is None:
        return
    by_concept = {e.concept: e for e in reading.mentions.entities if e.concept}
    attributes = lexicon("structure")["announcement"]["attributes"]
    for iri, entity in by_concept.items():
        concept = reading.scheme.concept(iri)
        if concept is None:
            continue
        for goal_iri in (*concept.serves, *concept.advances):
            goal = by_concept.get(goal_iri)
            if goal is not None and entity.kind is not Kind.STRATEGY:
                together = next(reading.mentions.together(entity, goal), None)
                span, at = together or (entity.mentions[0], goal.mentions[0])
                # 高质量发展, which local reports name for anything: 0 of 5.
                told = together and (reading.wide or goal.name not in attributes)
                _infer(reading, (span, entity), (at, goal), 0.75 if told else 0.45, "authority")


def _by_topic(reading: Reading) -> None:
    """Link work to the strategy that its subject matter shows (a pig farm: 畜牧养殖强镇战略).

    A town's projects to what the town itself calls its strategy (…战略), unless a heading announces it: that has its
    work by structure. To its mottoes a quarter of such links was right, to a list of mottoes one of twelve.
    The strategies of a county and above divide all of government among them; there only work that nothing else relates
    is linked, to a strategy named shortly before it.
    """
    mentions, level = reading.mentions, reading.level
    asked = words().meeting
    single = [
        e for e in mentions.entities if e.kind is Kind.STRATEGY and "、" not in e.name and not asked.search(e.name)
    ]
    strategies = [(topics_of(e.name, "goal"), e) for e in single]
    announced = {e.id for found in reading.announcements.by_section.values() for _, e in found.goals}
    called = [(topics, e) for topics, e in strategies if e.name.endswith("战略") and e.id not in announced]
    own = [(topics, e) for topics, e in called if e.level is level is Level.TOWNSHIP]
    for work in mentions.entities:
        topics = topics_of(work.name, "work") if work.kind in WORKS and work.id not in reading.parts else frozenset()
        if not topics or is_body(work):
            continue
        span = work.mentions[0]
        if work.kind is Kind.PROJECT:
            # The village and the builder that a project is named after do the project's work.
            named = [p for p in mentions.within(span, (Kind.VILLAGE, Kind.ORGANIZATION)) if not is_body(p[1])]
            for goal in [goal for shared, goal in own if topics & shared][:2]:
                for one in ((span, work), *named):
                    _infer(reading, one, _first(goal), 0.65, "topic")
        if work.id not in reading.served:
            for shared, goal in strategies:
                near = [at for at in goal.mentions if 0 <= span.start - at.end < _NEAR] if topics & shared else ()
                if near and not _in_passing(reading, near[-1], span):
                    _infer(reading, (span, work), (near[-1], goal), 0.52, "topic near")


def _in_passing(reading: Reading, goal: Span, work: Span) -> bool:
    """Tell whether another line names a goal within another name or explains it: 4 of 27 works near it were for it."""
    if "\n" not in reading.folded[goal.end : work.start]:
        return False
    structure = reading.mentions.structure
    section = structure.section_at(goal.start)
    explained = section is not None and structure.sections[section].role == "glossary"
    return explained or reading.mentions.is_within(goal)


def _by_thing(reading: Reading) -> None:
    """Link a town's projects to its own strategies that name the same thing (大豆, 药材, 轴承).

    What names a place, any work, or several of the strategies tells nothing, nor does a list of mottoes (one of six
    right). Three of four such links are right; of a county's, or of firms and policies, half.
    """
    if reading.level is not Level.TOWNSHIP:
        return
    entities, home = reading.mentions.entities, reading.home
    named = [e.name for e in entities if e.kind in PLACES] + ([home.name] if home is not None else [])
    places = frozenset(thing for name in named for thing in things(name))
    strategies = [e for e in entities if e.kind is Kind.STRATEGY and e.level is reading.level and "、" not in e.name]
    own = [(things(e.name) - places, e) for e in strategies]
    times = Counter(thing for shown, _ in own for thing in shown)
    for work in entities:
        if work.kind is Kind.PROJECT:
            telling = {thing for thing in things(work.name) if times[thing] <= _FEW}
            for shown, goal in own:
                if telling & shown:
                    _infer(reading, _first(work), _first(goal), 0.72, "thing")


def _by_word(reading: Reading) -> None:
    """Link strategies to those of the nearest higher level but the nation's that name the same subject matter.

    A list of mottoes has no single one.
    """
    by_word: dict[str, list[Entity]] = defaultdict(list)
    single = [e for e in reading.mentions.entities if e.kind is Kind.STRATEGY and e.level and "、" not in e.name]
    strategies = [(subjects(e.name), e) for e in single]
    for told, entity in strategies:
        for word in told if entity.level is not Level.NATIONAL else ():
            by_word[word].append(entity)
    for told, lower in strategies:
        above = {e.id: e for word in told for e in by_word[word] if below(lower.level, e.level)}
        nearest = max((e.level.rank for e in above.values() if e.level), default=None)
        goals = [goal for goal in above.values() if goal.level and goal.level.rank == nearest]
        for goal in goals if len(goals) <= _FEW else ():
            _infer(reading, _first(lower), _first(goal), 0.45, "word")
