"""What a sentence says: which work it names as being for a strategy, which strategy as carrying out a higher one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from extract.document import Span
from extract.mentions import WORKS, below, is_body, is_doctrine
from extract.relations.announcements import LONGEST, is_of_branch
from extract.relations.service.reading import LOOSE, Mention, Reading, Sentence, is_five_year_plan, verbs, words
from ontology.terms import Basis, Kind, Level, Predicate

_SPEAKERS = ("政府", "国务院", "街道办事处")
_GOVERNMENT = re.compile("[、和]?[省市州县区旗镇乡]?(?:人民)?(?:政府|办事处)")
"""What follows a party committee that speaks with the government: 镇党委|、政府."""
_DOCTRINE = re.compile("思想|精神|讲话|论述")
"""What the name of a doctrine holds, which a preamble is guided by."""
_BESIDE = 0.65
"""What stands in a sentence with one strategy, without a word that relates the two; of wide reports ``LOOSE``."""
_BUILT = 0.85
"""What stands behind what its sentence opens with as being built: 建设|公园城市|，…; in wide reports 363 of 406."""
_CAME_ON = 0.8
"""Behind what its sentence opens with as having come on (|公园城市|走深走实，…) 123 of 150 were for it."""
_ENDED_IN = 0.7
"""Before what its sentence ends in: …，加快建设|公园城市|。; in wide reports 171 of 209."""
_FEW = 3
"""Strategies of the speaker's that a preamble may name for each to carry out what guides it."""
_OF_ITS_TIME = re.compile("关键时期|关键期|之年")
"""In a sentence that says what time it is, a five-year plan is for a third of what stands beside it (51 of 304)."""
_HARDLY = 0.4
"""What a sentence hardly relates: views leave it out."""
_MANY, _BY_PREAMBLE = 4, 0.45
"""So many of the nation's strategies make a local sentence a preamble whatever its verbs (30 of 276 pairs linked), and
how sure at most it relates what it names."""
_HEARD = 400
"""Characters from the speaker's name to a sentence that still speaks of what the speaker does."""
_BETWEEN = 2
"""More strategies than that between the speaker's means and the target part the two."""


def stated(reading: Reading) -> None:
    """Read each sentence that names a strategy together with work, or with a strategy of another level."""
    structure = reading.mentions.structure
    for span in structure.sentences:
        section = structure.section_at(span.start)
        if section is not None and structure.sections[section].role in ("glossary", "title"):
            continue
        named = reading.mentions.strategies(span)
        if not named:
            continue
        sentence, wholes = Sentence(reading.folded, span), _wholes(reading, named)
        if wholes:
            _call(reading, sentence, wholes[-1])
            _means(reading, sentence, wholes[-1], wholes[:-1])
        if words().preamble.search(sentence.wording):
            _preamble(reading, sentence, named, wholes)
        else:
            _higher(reading, sentence, named, wholes)
            _two_halves(reading, sentence, wholes)
            _works(reading, sentence, named, wholes)
            if words().speaking.search(sentence.wording):
                _speaker(reading, sentence, _pursued(reading, sentence, named))


def _wholes(reading: Reading, named: list[Mention]) -> list[Mention]:
    """Return the names of a sentence, without parts whose whole it names too (工业立市 in 工业立市、制造强市)."""
    beside = {entity.id for _, entity in named}
    return [pair for pair in named if not beside & reading.parts.get(pair[1].id, set())]


def _said(reading: Reading, subject: Mention, goal: Mention, sure: float, sentence: Sentence, rule: str) -> None:
    """Relate what a sentence that is no preamble relates, loosely where that is a wide report's."""
    reading.relate(subject, goal, Basis.STATED, min(sure, LOOSE) if reading.wide else sure, sentence.span, rule)


def _call(reading: Reading, sentence: Sentence, goal: Mention) -> None:
    """The slogans of a call are for what it calls for: 苦干实干，为建设…而奋斗."""
    call = words().call.search(sentence.wording)
    if call is None:
        return
    start = sentence.span.start
    begin, end = start + call.start(), start + call.end()
    if start < begin < goal[0].start < end:
        for slogan in reading.mentions.within(Span(start, begin), (Kind.SLOGAN,)):
            _said(reading, slogan, goal, 0.78, sentence, "call")


def _means(reading: Reading, sentence: Sentence, goal: Mention, others: list[Mention]) -> None:
    """The speaker's own means are for the own target that a sentence ends in: 坚持“…”发展思路，奋力建设….

    Where more than a few other strategies stand between, they are not.
    """
    start, end = sentence.span.start, goal[0].start
    own = goal[1].level is reading.level is not Level.NATIONAL and goal[1].id not in reading.parts
    if end == start or not own or not verbs("achieving").search(sentence.clause(goal[0])):
        return
    for span, entity in reading.mentions.within(Span(start, end), (Kind.STRATEGY, Kind.POLICY)):
        if (
            entity.level is reading.level
            and entity.id not in reading.parts
            and sum(span.end <= other.start and other.end <= end for other, _ in others) <= _BETWEEN
            and sentence.clauses_between(span, goal[0])
            and "；" not in sentence.between(span, goal[0])
            and verbs("upholding").search(sentence.clause(span))
            and not sentence.marks(span, "aiming", words().ends)
        ):
            sure = 0.6 if reading.wide else 0.75
            reading.relate((span, entity), goal, Basis.STATED, sure, sentence.span, "means")


def _preamble(reading: Reading, sentence: Sentence, named: list[Mention], wholes: list[Mention]) -> None:
    """The speaker's overall strategies carry out all that the preamble names above them, their parts do not.

    A wide preamble that names none of its own speaks of those of an earlier one, where both say what teaches or guides
    all work: of what other sentences (以项目建设为引领) took up, none of ten links was right, of what they had named
    (贯彻生态文明思想，…打造生态文明高地), none of 14.
    """
    higher = [pair for pair in wholes if below(reading.level, pair[1].level)]
    last = max((goal.end for goal, _ in higher), default=sentence.span.end)
    own = [
        pair
        for pair in reading.mentions.within(sentence.span, (Kind.STRATEGY,))
        if pair[1].level is reading.level and reading.is_overall(sentence, pair, closing=last <= pair[0].start)
    ]
    own = [pair for pair in own if not any(_is_within(reading, pair, other) for other in own)]
    general = reading.wide and words().general.search(sentence.wording) and words().teaching.search(sentence.wording)
    if own and (general or not reading.wide):
        reading.overall = own
    for mine in own or (reading.overall if general else ()):
        ends = bool(own) and mine is own[-1] and last <= mine[0].start
        for goal in higher:
            # What a sentence ends in carries out what its halves before name too: 12 of 12, in two texts.
            beside = sentence.lists if ends else sentence.sets_side_by_side
            if own and beside(mine[0], goal[0]):
                continue
            sure = _carried_out(reading, mine, goal, earlier=not own, many=len(own) > _FEW)
            reading.relate(mine, goal, Basis.STATED, sure, sentence.span, "preamble")
    _levels(reading, sentence, higher)
    _speaker(reading, sentence, own + [pair for pair in _pursued(reading, sentence, named) if pair not in own])


def _carried_out(reading: Reading, mine: Mention, goal: Mention, *, earlier: bool, many: bool) -> float:
    """Return how sure it is that a preamble names a goal as what the speaker's strategy carries out.

    Of ``many`` strategies of the speaker's, one may do so for all: 72 of 100 such links were right, 44 in texts not
    trained on. What is named behind the strategy (建设…，做好“六稳”工作) was meant so half of the time. Whether a
    province's is its own or given to it by the nation, its preamble leaves open: it carries out doctrines (69 of 100)
    rather than goals.
    """
    named_later = not earlier and mine[0].start < goal[0].start
    if reading.wide:
        return 0.45 if named_later else 0.68 if _DOCTRINE.search(goal[1].name) else 0.56
    return 0.5 if named_later else 0.65 if many else 0.85


def _is_within(reading: Reading, one: Mention, other: Mention) -> bool:
    """Tell whether a name is but a piece of another one (三带 in 一川两山三带), and not known as its part."""
    (span, entity), (around, whole) = one, other
    return around != span and around.contains(span) and whole.id not in reading.parts.get(entity.id, ())


def _levels(reading: Reading, sentence: Sentence, higher: list[Mention]) -> None:
    """Chain, in a town's report, the strategies above it: a county's follows its prefecture's, half of the time.

    In reports of counties and prefectures three of ten such links were right.
    """
    if reading.level is not Level.TOWNSHIP:
        return
    meeting = words().meeting
    local = [p for p in higher if p[1].level is not Level.NATIONAL and not meeting.search(p[1].name)]
    for lower in local:
        above = [pair for pair in local if below(lower[1].level, pair[1].level)]
        if above:
            nearest = max(above, key=lambda pair: pair[1].level.rank if pair[1].level else 0)
            reading.relate(lower, nearest, Basis.INFERRED, LOOSE, sentence.span, "levels")


def _pursued(reading: Reading, sentence: Sentence, named: list[Mention]) -> list[Mention]:
    """Return the strategies that the speaker says it works at, without parts of others."""
    return [pair for pair in named if pair[1].id not in reading.parts and sentence.pursues(pair[0])]


def _speaker(reading: Reading, sentence: Sentence, goals: list[Mention]) -> None:
    """The government serves what a sentence says that it pursues, where it is the government that speaks.

    What a wide report pursues is seldom meant so (10 of 29 such links were right), nor is what a county or prefecture
    takes up from above (one of six); of a town's such links 45 of 100 were right, of its own strategies 69.
    """
    home, issuer = reading.home, reading.issuer
    if reading.wide or home is None or (issuer is not None and not issuer.endswith(_SPEAKERS)):
        return
    speaker = next(
        (
            e
            for e in reading.mentions.entities
            if e.kind is Kind.ORGANIZATION
            and e.name.endswith(_SPEAKERS)
            and e.place is not None
            and e.place.path == home.path
        ),
        None,
    )
    if speaker is None:
        return
    start = sentence.span.start
    at = min(speaker.mentions, key=lambda span: abs(span.start - start))
    if abs(at.start - start) > _HEARD:
        return
    beside = [
        span
        for span, body in reading.mentions.within(sentence.span, (Kind.ORGANIZATION,))
        if body.place is not None and body.place.path == home.path and _GOVERNMENT.match(reading.folded, span.end)
    ]
    for span, goal in goals:
        own = goal.level is reading.level
        if own or reading.level is Level.TOWNSHIP:
            sure = 0.65 if own else 0.45
            for body in (at, *beside):
                reading.claim(body, Predicate.SERVES, span, Basis.STATED, sure, sentence.span, "speaker")


def _higher(reading: Reading, sentence: Sentence, named: list[Mention], wholes: list[Mention]) -> None:
    """Relate the speaker's own strategies to the higher ones that a sentence aims at."""
    own = [pair for pair in wholes if pair[1].level is reading.level and not words().meeting.search(pair[1].name)]
    for goal in named:
        if sentence.aims_at(goal[0], "purpose") and not sentence.seeks(goal[0]):
            for mine in own:
                if below(mine[1].level, goal[1].level) and not sentence.sets_side_by_side(mine[0], goal[0]):
                    _said(reading, mine, goal, 0.65, sentence, "sentence")


def _two_halves(reading: Reading, sentence: Sentence, wholes: list[Mention]) -> None:
    """Relate the two strategies of a short sentence, such as a heading: 突出文旅引领，建设道养福城.

    The second half is what the first is for, unless the first is marked as the goal (锚定…目标，构建…).
    """
    if len(wholes) != 2 or sentence.sets_side_by_side(wholes[0][0], wholes[1][0]):
        return
    if sentence.honours_both(wholes[0][0], wholes[1][0]):
        return
    if sentence.upholds_both(wholes[0][0], wholes[1][0]):
        return  # one of 13 such pairs is linked
    first, second = wholes
    if sentence.clauses_between(first[0], second[0]) == 0 or not sentence.opens_with(first[0]):
        return
    marked = sentence.marks(first[0], "target", words().marked)
    if len(sentence.wording) > LONGEST and not marked:
        return
    if below(second[1].level, first[1].level):
        reading.relate(second, first, Basis.STATED, 0.88, sentence.span, "two halves")
    elif first[1].level is second[1].level is not Level.NATIONAL:  # of two of the nation's, one in three was
        means, goal = (second, first) if marked else (first, second)
        reading.relate(means, goal, Basis.STATED, 0.6, sentence.span, "two halves")


def _works(reading: Reading, sentence: Sentence, named: list[Mention], wholes: list[Mention]) -> None:
    """Relate the works that a sentence names to the strategies that it aims at, or to the only one.

    What all say (“两个维护”) is not for the doctrine that the sentence begins with: 3 of 24 were in the texts of towns,
    counties and prefectures.
    """
    aim = "purpose" if reading.wide else "pursuit"
    told = ((pair, _framed(reading, sentence, pair[0])) for pair in wholes)
    goals = [
        (pair, sentence.aims_at(pair[0], "guidance"), *framed)
        for pair, framed in told
        if any(framed) or sentence.aims_at(pair[0], aim)
    ]
    many = not reading.wide and _named_apart(sentence, wholes) >= _MANY
    for work in reading.mentions.within(sentence.span, WORKS):
        span, entity = work
        body = entity.kind is Kind.ORGANIZATION
        if is_body(entity) or entity.id in reading.parts or (reading.wide and body):
            continue
        if sentence.has_as_ground(span) or any(name.contains(span) for name, _ in named):
            continue  # 里仁 in 里仁坚果片 only names it
        formula = entity.kind is Kind.SLOGAN and entity.level is Level.NATIONAL and not reading.wide
        for goal, guided, before, behind in goals:
            if formula and is_doctrine(goal[1]):
                continue
            if framed := before if span.start < goal[0].start else behind:
                reading.relate(work, goal, Basis.STATED, framed, sentence.span, "sentence")
            elif sure := _served_in(reading, sentence, work, goal[0], guided=guided):
                at_most = _at_most(reading, sentence, work, goal, many=many)
                _said(reading, work, goal, min(sure, at_most), sentence, "sentence")
        if not goals and len(named) == len(wholes) == 1 and not body and not _is_guide(wholes[0]):
            # No verb aims at the only strategy: two of three are for it.
            goal = wholes[0]
            apart = "；" in sentence.between(span, goal[0]) or sentence.quotes_side_by_side(span, goal[0])
            apart = apart or sentence.honours_both(span, goal[0])
            if not apart and not (formula and is_doctrine(goal[1])):
                at_most = _at_most(reading, sentence, work, goal, many=many)
                _said(reading, work, goal, min(_BESIDE, at_most), sentence, "only strategy")


def _named_apart(sentence: Sentence, wholes: Iterable[Mention]) -> int:
    """Return how many of the nation's strategies a sentence names, a list (法治政府、创新政府、廉洁政府) as one."""
    spans = [span for span, goal in wholes if goal.level is Level.NATIONAL]
    return len(spans) - sum(sentence.lists(one, other) for one, other in pairwise(spans))


def _at_most(reading: Reading, sentence: Sentence, work: Mention, goal: Mention, *, many: bool) -> float:
    """Return how sure at most a sentence relates a work to a goal.

    Hardly a plan that only tells the time, what another clause honours, and in a local report a campaign, which is one
    doing of several (打好蓝天保卫战: 4 of 65 works were for it), or the development of a branch.
    """
    (span, entity), (at, strategy) = work, goal
    if is_five_year_plan(entity) and _OF_ITS_TIME.search(sentence.wording):
        return _HARDLY
    if (sentence.seeks(at) or sentence.honours(at)) and sentence.clauses_between(span, at):
        return _HARDLY
    if not reading.wide and (words().campaign.search(strategy.name) or is_of_branch(reading.folded, at)):
        return _HARDLY
    return _BY_PREAMBLE if many else 1


def _framed(reading: Reading, sentence: Sentence, goal: Span) -> tuple[float, float]:
    """Return how sure it is that what stands before a goal, and behind it, is for it by a wide sentence's build.

    That is 0 where its opening and its end do not tell.
    """
    if not reading.wide:
        return 0, 0
    came_on = reading.level is not None and sentence.tells_of(goal)
    behind = _BUILT if sentence.builds(goal) else _CAME_ON if came_on else 0
    return _ENDED_IN if sentence.ends_in(goal) else 0, behind


def _is_guide(goal: Mention) -> bool:
    """Tell whether a strategy is a spirit, or asked for by a meeting: 17 of 17 works beside one were not for it."""
    name = goal[1].name
    return name.endswith("精神") or words().meeting.search(name) is not None


def _served_in(reading: Reading, sentence: Sentence, work: Mention, goal: Span, *, guided: bool) -> float:
    """Return how sure it is that a sentence names a work as being for a goal; 0 where it does not say so."""
    span, entity = work
    if sentence.sets_side_by_side(span, goal) or (not reading.wide and sentence.upholds_both(span, goal)):
        return 0
    if sentence.honours_both(span, goal):
        return 0
    # The long sentences of a province or the nation list more than they relate.
    if reading.wide and sentence.clauses_between(span, goal) > 1:
        return 0
    if span.start < goal.start:
        # 按照“…”发展桃产业 says nothing of the works named before it, nor does a clause with a doer of its own.
        told = not guided or (entity.kind is Kind.PROJECT and _does(sentence, span, goal))
        return 0.75 if told and not _has_doer(reading, sentence, span, goal) else 0
    if sentence.opens_with(goal):
        return 0.75 if guided else 0.92
    return 0.65


def _does(sentence: Sentence, work: Span, goal: Span) -> bool:
    """Tell whether a project is what serves or carries out a goal: …项目投资3亿元，落实乡村振兴战略."""
    return sentence.clauses_between(work, goal) <= 1 and verbs("serving").search(sentence.clause(goal)) is not None


def _has_doer(reading: Reading, sentence: Sentence, work: Span, goal: Span) -> bool:
    """Tell whether the clause of a goal behind a work names another work that is for it: …，高新区争创…."""
    start = goal.start - len(sentence.clause(goal))
    between = reading.mentions.within(Span(start, goal.start), WORKS) if work.end <= start < goal.start else ()
    return any(True for _ in between)
