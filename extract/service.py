"""Reads serves and advances: which work is for which strategy, and which strategy carries out a higher one.

Four readings, from the surest to the least sure: a sentence says so (stated), a heading or lead announces the strategy
of what follows (structural), the names contain one another (definitional), the subject matter is the same (inferred).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.announcements import LONGEST, Announcement, Announcements
from extract.document import Section, Span
from extract.mentions import WORKS, Mentions, below, is_body, is_said
from extract.names import alternation, lexicon
from extract.surface import folded_text
from extract.topics import subjects, things, topics_of
from ontology.scheme import Concept, Scheme
from ontology.terms import PLACES, Basis, Kind, Level, Predicate

_SPEAKERS = ("政府", "国务院", "街道办事处")
_AFFIXES = re.compile(r"战略|建设|理念|目标|制度|体系|工作|具有[^的]{1,12}的")
_FOLLOWING = re.compile(
    r"(?:围绕|实现|完成|贯彻)(?:上述|以上|这些|这一)[^。]{0,24}(?:做好|抓好|推进|开展|突出|实施|落实)[^。]{0,8}(?:以下|如下|[二三四五六七八九十][个项大]?方面)"
)
_GOVERNMENT = re.compile("[、和]?[省市州县区旗镇乡]?(?:人民)?(?:政府|办事处)")
"""What follows a party committee that speaks with the government: 镇党委|、政府."""
_CERTAIN = 0.8
"""A name that its form alone makes so sure (美丽晋中) needs no quotation marks to be an overall strategy."""
_NAMED = 0.9
"""A list of mottoes less sure than that, and not set off, may be but its mottoes: 坚持向海图强、工业兴市、农旅富民."""
_LOOSE = 0.49
"""What a long sentence of a province or the nation relates: a reader accepted 15 of 41, so that views leave it out, as
they do what the subject matter of a town's motto shows."""
_BESIDE = 0.65
"""What stands in a sentence with one strategy, without a word that relates the two; of wide reports ``_LOOSE``."""
_HEARD = 400
"""Characters from the speaker's name to a sentence that still speaks of what the speaker does."""
_NEAR = 150
"""A strategy named so many characters before a work of its subject matter is what the work is for."""
_FEW = 2
"""A word of subject matter that the names of more strategies share tells nothing."""
_CORE = 6
"""So many characters from the start have to agree before two names are one strategy of two territories."""
_ONE_LIST = re.compile(r'["、和与及]*|[^，。]{0,12}、[^，。]{0,12}')
_JOINED_BEFORE, _JOINED_BEHIND = re.compile('[、和与及]"?$'), re.compile('"?[、和与及]')
_SEGMENT = re.compile(r"（[^（）]{1,8}段）|（[^（）]{1,6}）")


class ServiceReader:
    """Claims what serves and advances what.

    Attributes:
        inferred: whether claims from subject matter are made too.
    """

    def __init__(self, inferred: bool) -> None:
        self.inferred = inferred

    def __call__(self, doc: Doc) -> Doc:
        """Append the claims."""
        reading = _Reading(doc)
        reading.stated()
        reading.structural()
        reading.in_turn()
        reading.definitional()
        if self.inferred:
            reading.by_authority()
            reading.by_topic()
            reading.by_thing()
            reading.by_word()
        return doc


class _Reading:
    """One document being read."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.mentions = Mentions(doc)
        self.folded = folded_text(doc)
        self.announcements = Announcements(self.mentions, self.folded)
        self.parts = self.mentions.wholes(doc._.claims)
        self.served: set[str] = set()
        self.overall: list[tuple[Span, Entity]] = []
        self.level: Level | None = doc._.document.metadata.level
        self.wide: bool = doc._.document.metadata.wide

    def _is_overall(self, sentence: Span, span: Span, entity: Entity, *, closing: bool = False) -> bool:
        """Tell whether a strategy may be the speaker's overall one: known, set off or pursued, and part of no other.

        ``closing`` tells that it stands behind all that guides the speaker, as what comes of that.
        """
        concept = self._concept(entity)
        if _words().meeting.search(entity.name) or (self.wide and entity.name.startswith("中国式现代化")):
            return False
        sure = entity.confidence >= _CERTAIN and (not self.wide or self._names_home(entity))
        pursued = not self.wide and self._is_pursued(sentence, span)
        known = concept is not None or is_said(entity) or sure or pursued or closing
        return known and self._stands_alone(entity) and not (concept and concept.component_of)

    def _is_within(self, span: Span, entity: Entity, other: Span, whole: Entity) -> bool:
        """Tell whether a name is but a piece of another one (三带 in 一川两山三带), and not known as its part."""
        return other != span and other.contains(span) and whole.id not in self.parts.get(entity.id, ())

    def _stands_alone(self, entity: Entity) -> bool:
        """Tell whether a strategy is part of no other, or but of a list that may be no name itself."""
        wholes = [self.mentions.by_id[whole] for whole in self.parts.get(entity.id, ())]
        return not any(is_said(whole) or whole.confidence >= _NAMED for whole in wholes)

    def _names_home(self, entity: Entity) -> bool:
        """Tell whether a strategy names the speaker's own territory: 经济强省、美丽河北."""
        place = self.doc._.document.metadata.place
        return place is not None and place.name.rstrip("省市区")[:2] in entity.name

    def _concept(self, entity: Entity) -> Concept | None:
        scheme: Scheme | None = self.doc._.scheme
        return scheme.concept(entity.concept) if scheme is not None and entity.concept else None

    def claim(
        self, subject: Span, predicate: Predicate, obj: Span, basis: Basis, sure: float, evidence: Span, rule: str
    ) -> None:
        self.doc._.claims.append(Claim(subject, predicate, obj, basis, sure, evidence, f"policy_service/{rule}"))

    def relate(
        self,
        subject: tuple[Span, Entity],
        strategy: tuple[Span, Entity],
        basis: Basis,
        sure: float,
        evidence: Span,
        rule: str,
    ) -> None:
        """Claim serves or advances, whichever the levels of the two allow."""
        (span, entity), (goal_span, goal) = subject, strategy
        if self._in_brackets(span, entity):
            return
        if entity is goal or (span.contains(goal_span) and basis is not Basis.DEFINITIONAL):
            return
        if entity.kind is not Kind.STRATEGY:
            if basis is not Basis.INFERRED:
                self.served.add(entity.id)
            self.claim(span, Predicate.SERVES, goal_span, basis, sure, evidence, rule)
        elif below(entity.level, goal.level):
            self.claim(span, Predicate.ADVANCES, goal_span, basis, sure, evidence, rule)
        elif entity.level is goal.level or entity.level is None or goal.level is None:
            self.claim(span, Predicate.SERVES, goal_span, basis, round(sure - 0.1, 2), evidence, rule)

    def _in_brackets(self, span: Span, entity: Entity) -> bool:
        """Tell whether an organization is but named as responsible: （省财政厅、省教育厅负责）."""
        if entity.kind is not Kind.ORGANIZATION:
            return False
        before = self.folded[max(0, span.start - 60) : span.start]
        return before.rfind("（") > before.rfind("）")

    # stated ----------------------------------------------------------------------------------------------------------

    def stated(self) -> None:
        """Read each sentence that names a strategy together with work, or with a strategy of another level."""
        for sentence in self.mentions.structure.sentences:
            section = self._section(sentence.start)
            if section is not None and section.role in ("glossary", "title"):
                continue
            named = self.mentions.strategies(sentence)
            if not named:
                continue
            wording = self._wording(sentence)
            if whole := self._wholes(named):
                self._call(sentence, whole[-1])
                self._means(sentence, whole[-1], whole[:-1])
            if _words().preamble.search(wording):
                self._preamble(sentence, named)
            else:
                self._sentence(sentence, named)
                if _words().speaking.search(wording):
                    pursued = [pair for pair in named if self._is_pursued(sentence, pair[0])]
                    self._speaker(sentence, [pair for pair in pursued if pair[1].id not in self.parts])

    def _wholes(self, named: list[tuple[Span, Entity]]) -> list[tuple[Span, Entity]]:
        """Return the names of a sentence, without parts whose whole it names too (工业立市 in 工业立市、制造强市)."""
        beside = {entity.id for _, entity in named}
        return [pair for pair in named if not beside & self.parts.get(pair[1].id, set())]

    def _preamble(self, sentence: Span, named: list[tuple[Span, Entity]]) -> None:
        """The speaker's overall strategies carry out all that the preamble names above them.

        A preamble that names none of its own speaks of those of an earlier one.
        """
        higher = [pair for pair in self._wholes(named) if below(self.level, pair[1].level)]
        last = max((goal.end for goal, _ in higher), default=sentence.end)
        own = [
            (span, entity)
            for span, entity in self.mentions.within(sentence, (Kind.STRATEGY,))
            if entity.level is self.level and self._is_overall(sentence, span, entity, closing=last <= span.start)
        ]
        own = [pair for pair in own if not any(self._is_within(*pair, *other) for other in own)]
        if own:
            self.overall = own
        general = _words().general.search(self._wording(sentence))
        # Whether a province's strategy is its own or given to it by the nation, its preamble leaves open.
        sure = 0.65 if self.wide else 0.85 if own else 0.8
        for mine in own or (self.overall if general else ()):
            doubt = 0.2 if mine[1].id in self.parts else 0
            for goal in higher:
                self.relate(mine, goal, Basis.STATED, round(sure - doubt, 2), sentence, "preamble")
        self._levels(sentence, higher)
        # A national preamble names nothing but its own; a province's, all that the province is called on to do.
        if not self.wide or (self.level is not Level.NATIONAL and _words().speaking.search(self._wording(sentence))):
            pursued = [pair for pair in named if pair[1].id not in self.parts and self._is_pursued(sentence, pair[0])]
            self._speaker(sentence, own + [pair for pair in pursued if pair not in own])

    def _call(self, sentence: Span, goal: tuple[Span, Entity]) -> None:
        """The slogans of a call are for what it calls for: 苦干实干，为建设…而奋斗."""
        call = _words().call.search(self._wording(sentence))
        if call is None:
            return
        begin, end = sentence.start + call.start(), sentence.start + call.end()
        if sentence.start < begin < goal[0].start < end:
            for slogan in self.mentions.within(Span(sentence.start, begin), (Kind.SLOGAN,)):
                self.relate(slogan, goal, Basis.STATED, _LOOSE if self.wide else 0.8, sentence, "call")

    def _means(self, sentence: Span, goal: tuple[Span, Entity], others: list[tuple[Span, Entity]]) -> None:
        """The speaker's own means are for the own target that a sentence ends in: 坚持“…”发展思路，奋力建设….

        Where more than a few other strategies stand between, they are not.
        """
        end = goal[0].start
        own = goal[1].level is self.level is not Level.NATIONAL and goal[1].id not in self.parts
        if end == sentence.start or not own or not _verbs("achieving").search(self._clause(sentence, goal[0])):
            return
        for span, entity in self.mentions.within(Span(sentence.start, end), (Kind.STRATEGY, Kind.POLICY)):
            if (
                entity.level is self.level
                and entity.id not in self.parts
                and sum(span.end <= other.start and other.end <= end for other, _ in others) <= _FEW
                and self._clauses_between(span, goal[0])
                and "；" not in self.folded[span.end : end]
                and _verbs("upholding").search(self._clause(sentence, span))
                and not self._is_marked(sentence, span, "aiming", _words().ends)
            ):
                self.relate((span, entity), goal, Basis.STATED, 0.6 if self.wide else 0.75, sentence, "means")

    def _is_pursued(self, sentence: Span, goal: Span) -> bool:
        """Tell whether the clause names a goal as what the speaker works at (聚焦…, 实施…), not as its guidance."""
        clause, words = self._clause(sentence, goal), _words()
        guides = words.guided.search(clause) or words.guiding.match(self.folded, goal.end)
        if guides or words.meeting.search(self.folded, goal.start, goal.end):
            return False
        # 统筹疫情防控和经济社会发展 names the pursuit itself.
        return bool(words.pursued.search(clause) or _verbs("pursued").match(self.folded, goal.start))

    def _levels(self, sentence: Span, higher: list[tuple[Span, Entity]]) -> None:
        """Chain the overall strategies of the levels above: a county's follows its prefecture's, half of the time."""
        meeting = _words().meeting
        local = [p for p in higher if p[1].level is not Level.NATIONAL and not meeting.search(p[1].name)]
        for lower in local:
            above = [pair for pair in local if below(lower[1].level, pair[1].level)]
            if above:
                nearest = max(above, key=lambda pair: pair[1].level.rank if pair[1].level else 0)
                self.relate(lower, nearest, Basis.INFERRED, _LOOSE, sentence, "levels")

    def _speaker(self, sentence: Span, goals: list[tuple[Span, Entity]]) -> None:
        """The government serves what a sentence says that it pursues, where it is the government that speaks.

        What a wide report pursues is seldom meant so: 10 of 29 such links were right.
        """
        metadata = self.doc._.document.metadata
        place = metadata.place
        if self.wide or (metadata.issuer is not None and not metadata.issuer.endswith(_SPEAKERS)):
            return
        speaker = next(
            (
                e
                for e in self.mentions.entities
                if e.kind is Kind.ORGANIZATION
                and e.name.endswith(_SPEAKERS)
                and e.place is not None
                and place is not None
                and e.place.path == place.path
            ),
            None,
        )
        if speaker is None:
            return
        at = min(speaker.mentions, key=lambda span: abs(span.start - sentence.start))
        if abs(at.start - sentence.start) > _HEARD:
            return
        beside = [
            span
            for span, body in self.mentions.within(sentence, (Kind.ORGANIZATION,))
            if body.place is not None and body.place.path == place.path and _GOVERNMENT.match(self.folded, span.end)
        ]
        for span, _ in goals:
            for body in (at, *beside):
                self.claim(body, Predicate.SERVES, span, Basis.STATED, 0.85, sentence, "speaker")

    def _sentence(self, sentence: Span, named: list[tuple[Span, Entity]]) -> None:
        meeting = _words().meeting
        whole = self._wholes(named)
        own = [pair for pair in whole if pair[1].level is self.level and not meeting.search(pair[1].name)]
        for goal in named:
            if self._aimed_at(sentence, goal[0], "purpose"):
                for mine in own:
                    if below(mine[1].level, goal[1].level) and not self._side_by_side(mine[0], goal[0]):
                        self._said(mine, goal, 0.65, sentence)
        self._two_halves(sentence, whole)
        verbs = "purpose" if self.wide else "pursuit"
        goals = [
            (pair, self._aimed_at(sentence, pair[0], "guidance"))
            for pair in whole
            if self._aimed_at(sentence, pair[0], verbs)
        ]
        for work in self.mentions.within(sentence, WORKS):
            if is_body(work[1]) or work[1].id in self.parts or (self.wide and work[1].kind is Kind.ORGANIZATION):
                continue
            if self._is_ground(sentence, work[0]) or any(span.contains(work[0]) for span, _ in named):
                continue  # 里仁 in 里仁坚果片 only names it
            for goal, guided in goals:
                sure = self._served_in(sentence, work, goal[0], guided=guided)
                if sure:
                    self._said(work, goal, sure, sentence)
            if not goals and len(named) == len(whole) == 1 and work[1].kind is not Kind.ORGANIZATION:
                self._beside(work, whole[0], sentence)

    def _is_ground(self, sentence: Span, work: Span) -> bool:
        """Tell whether a document names a work as the ground it is made on, not as what its purpose is served by."""
        words = _words()
        made = words.decree.search(self.folded, work.end, sentence.end)
        return made is not None and words.ground.search(self._clause(sentence, work)) is not None

    def _beside(self, work: tuple[Span, Entity], goal: tuple[Span, Entity], sentence: Span) -> None:
        """Relate a work to the only strategy of its sentence where no verb aims at that: two of three are for it."""
        first, second = sorted((work[0], goal[0]))
        if "；" not in self.folded[first.end : second.start]:
            self.relate(work, goal, Basis.STATED, _LOOSE if self.wide else _BESIDE, sentence, "only strategy")

    def _said(self, subject: tuple[Span, Entity], goal: tuple[Span, Entity], sure: float, sentence: Span) -> None:
        self.relate(subject, goal, Basis.STATED, _LOOSE if self.wide else sure, sentence, "sentence")

    def _served_in(self, sentence: Span, work: tuple[Span, Entity], goal: Span, *, guided: bool) -> float:
        """Return how sure it is that a sentence names a work as being for a goal; 0 where it does not say so."""
        span, entity = work
        if self._side_by_side(span, goal):
            return 0
        # The long sentences of a province or the nation list more than they relate.
        if self.wide and self._clauses_between(span, goal) > 1:
            return 0
        if span.start < goal.start:
            # 按照“…”发展桃产业 says nothing of the works named before it, nor does a clause with a doer of its own.
            told = not guided or (entity.kind is Kind.PROJECT and self._does(sentence, span, goal))
            return 0.75 if told and not self._has_doer(sentence, span, goal) else 0
        if self._leads(sentence, goal):
            return 0.75 if guided else 0.92
        return 0.65

    def _does(self, sentence: Span, work: Span, goal: Span) -> bool:
        """Tell whether a project is what serves or carries out a goal: …项目投资3亿元，落实乡村振兴战略."""
        clause = self._clause(sentence, goal)
        return self._clauses_between(work, goal) <= 1 and _verbs("serving").search(clause) is not None

    def _has_doer(self, sentence: Span, work: Span, goal: Span) -> bool:
        """Tell whether the clause of a goal behind a work names another work that is for it: …，高新区争创…."""
        start = goal.start - len(self._clause(sentence, goal))
        between = self.mentions.within(Span(start, goal.start), WORKS) if work.end <= start < goal.start else ()
        return any(True for _ in between)

    def _two_halves(self, sentence: Span, named: list[tuple[Span, Entity]]) -> None:
        """Relate the two strategies of a short sentence, such as a heading: 突出文旅引领，建设道养福城.

        The second half is what the first is for, unless the first is marked as the goal (锚定…目标，构建…).
        """
        if len(named) != 2 or self._side_by_side(named[0][0], named[1][0]):
            return
        first, second = named
        if self._clauses_between(first[0], second[0]) == 0 or not self._leads(sentence, first[0]):
            return
        marked = self._is_marked(sentence, first[0], "target", _words().marked)
        if sentence.end - sentence.start > LONGEST and not marked:
            return
        if below(second[1].level, first[1].level):
            self.relate(second, first, Basis.STATED, 0.75, sentence, "two halves")
        elif first[1].level is second[1].level is not Level.NATIONAL:  # of two of the nation's, one in three was
            self.relate(
                *((second, first) if marked else (first, second)),
                Basis.STATED,
                0.6,
                sentence,
                "two halves",
            )

    def _is_marked(self, sentence: Span, name: Span, verbs: str, behind: re.Pattern[str]) -> bool:
        """Tell whether the words before or behind a name call it a goal: 锚定…, …定位."""
        return _verbs(verbs).search(self._clause(sentence, name)) is not None or (
            behind.match(self.folded, name.end) is not None
        )

    def _clause(self, sentence: Span, name: Span) -> str:
        """Return the words of a name's clause before it."""
        return re.split("[，；：]", self.folded[sentence.start : name.start])[-1]

    def _clauses_between(self, one: Span, other: Span) -> int:
        """Return how many marks part two names' clauses."""
        first, second = sorted((one, other))
        return len(re.findall("[，；：]", self.folded[first.end : second.start]))

    def _leads(self, sentence: Span, goal: Span) -> bool:
        """Tell whether a goal stands in a sentence's first clause and so governs all that follows."""
        return re.search("[，；：]", self.folded[sentence.start : goal.start]) is None

    def _side_by_side(self, one: Span, other: Span) -> bool:
        """Tell whether two names are items of one list, or stand in parallel halves of a sentence."""
        first, second = sorted((one, other))
        between = self.folded[first.end : second.start]
        if first is one and _verbs("purpose").search(re.split("[、，；]", between)[-1]):
            return "；" in between  # 九洲、文光|连片建成|“汀江画廊”
        return "；" in between or _ONE_LIST.fullmatch(between) is not None

    def _aimed_at(self, sentence: Span, goal: Span, verbs: str) -> bool:
        """Tell whether the clause leads up to the goal with such a verb (围绕, 打造, 确保), not as one item of work."""
        clause = self._clause(sentence, goal)
        return bool(_verbs(verbs).search(clause) or _words().aimed.match(self.folded, goal.end, goal.end + 8))

    # structural ------------------------------------------------------------------------------------------------------

    def structural(self) -> None:
        """Link what stands in a section to the strategy that its innermost announcing heading or lead names.

        Where no heading announces one, the title of a plan or notice does (关于推进智能建造的意见).
        """
        for span, entity in self.mentions.within(self.mentions.whole):
            if entity.kind not in (*WORKS, Kind.STRATEGY) or is_body(entity) or entity.id in self.parts:
                continue
            for announcement in self.announcements.over(span, entity):
                self._announced(span, entity, announcement)

    def in_turn(self) -> None:
        """Link what headings announce to the one overall strategy where a sentence says so: 围绕上述目标，做好以下工作.

        What the preamble names too stands beside the overall strategy, not under it.
        """
        for sentence in self.mentions.structure.sentences:
            if len(self.overall) != 1 or not _FOLLOWING.search(self.folded[sentence.start : sentence.end]):
                continue
            part = self._part(sentence.start)
            for index, section in enumerate(self.mentions.structure.sections):
                if (
                    section.heading is None
                    or section.span.start < sentence.end
                    or self._part(section.span.start) != part
                ):
                    continue
                announcement = self.announcements.by_section.get(index)
                for goal in announcement.goals if announcement is not None else ():
                    new = goal[1].mentions[0].start > sentence.start
                    if new and goal[1].level is self.level and self._is_overall(section.heading, *goal):
                        self.relate(goal, self.overall[0], Basis.STRUCTURAL, 0.5, sentence, "in turn")

    def _announced(self, span: Span, entity: Entity, announcement: Announcement) -> None:
        goals, evidence, rule = announcement.goals, announcement.evidence, announcement.rule
        by_topic = announcement.by_topic
        if self.wide and entity.kind is Kind.ORGANIZATION and not (by_topic and self.level is Level.PROVINCIAL):
            return  # bodies that the reports of the nation name under a heading are named in passing
        for goal in goals:
            if entity.kind is not Kind.STRATEGY:
                sure = announcement.confidence(entity, goal[1], self.level)
                sure = min(sure, self._ceiling(entity, goal[1], announcement))
                self.relate((span, entity), goal, Basis.STRUCTURAL, sure, evidence, rule)
            elif below(goal[1].level, entity.level):
                # A higher strategy named under a local heading is carried out there; under a wide one it is but named.
                if not self.wide:
                    self.relate(goal, (span, entity), Basis.STRUCTURAL, 0.55, evidence, f"under {rule}")
            elif _words().preamble.search(self._wording(self.mentions.sentence(span))):
                continue  # what guides the speaker is not for what is announced
            elif not by_topic:
                # Half of a wide report's own are for the heading far above them, which views leave out.
                if self.wide and goal[1].level is entity.level is self.level:
                    sure = _LOOSE + 0.1  # what ``relate`` takes off between strategies of one level
                    self.relate((span, entity), goal, Basis.STRUCTURAL, sure, evidence, f"strategy under {rule}")
            elif not below(entity.level, goal[1].level):
                sure = 0.5 if announcement.inner else 0.8
                self.relate((span, entity), goal, Basis.STRUCTURAL, sure, evidence, f"strategy under {rule}")
            elif all(other.level is not entity.level for _, other in goals):
                sure = 0.5 if announcement.inner else 0.75
                self.relate((span, entity), goal, Basis.STRUCTURAL, sure, evidence, f"carried out under {rule}")

    def _ceiling(self, entity: Entity, goal: Entity, announcement: Announcement) -> float:
        """Return how sure it can be that a work is for what is announced.

        Headings of wide reports are for half of the works below them only, surely for those of the same subject
        matter; where one names several goals, entities or not, two links of five are right, which views leave out.
        """
        if not self.wide or topics_of(entity.name, "work") & topics_of(goal.name, "goal"):
            return 1
        if entity.kind is Kind.ORGANIZATION:
            return 0.6
        several = len(announcement.goals) > 1 and not announcement.by_topic
        if several or any(self._is_half(span) for span, _ in announcement.goals):
            return 0.45
        if "，" in self._wording(announcement.evidence):
            return 0.75
        return 1 if announcement.by_topic else 0.85

    def _is_half(self, goal: Span) -> bool:
        """Tell whether a goal is named together with something else: 推进|经济结构调整|和经济体制改革."""
        before = _JOINED_BEFORE.search(self.folded, max(0, goal.start - 2), goal.start)
        return before is not None or _JOINED_BEHIND.match(self.folded, goal.end) is not None

    def _wording(self, stretch: Span) -> str:
        return self.folded[stretch.start : stretch.end]

    # definitional ----------------------------------------------------------------------------------------------------

    def definitional(self) -> None:
        """Link names that contain one another, or that differ in the stretch of territory only."""
        for span, entity in self.mentions.within(self.mentions.whole, (Kind.PROJECT, Kind.POLICY, Kind.STRATEGY)):
            for goal in self.mentions.within(span, (Kind.STRATEGY,)):
                coordinated = self.folded[goal[0].start - 1 : goal[0].start] in ("和", "、", "与")
                same = _AFFIXES.sub("", entity.name) == _AFFIXES.sub("", goal[1].name)
                if goal[0] != span and len(goal[1].name) >= 4 and not coordinated and not same:
                    sure = 0.5 if entity.kind is Kind.STRATEGY else 0.92
                    self.relate((span, entity), goal, Basis.DEFINITIONAL, sure, self.mentions.sentence(span), "name")
        strategies = [e for e in self.mentions.entities if e.kind is Kind.STRATEGY and e.level is not None]
        cores = {e.id: _SEGMENT.sub("", e.name) for e in strategies}
        alike: dict[str, list[Entity]] = defaultdict(list)
        for entity in strategies:
            alike[cores[entity.id][:_CORE]].append(entity)
        for lower in strategies:
            above = [
                e
                for e in alike[cores[lower.id][:_CORE]]
                if below(lower.level, e.level) and _same_core(cores[lower.id], cores[e.id])
            ]
            if above:
                nearest = max(above, key=lambda e: e.level.rank if e.level else 0)
                span = lower.mentions[0]
                self.relate(
                    (span, lower),
                    (nearest.mentions[0], nearest),
                    Basis.DEFINITIONAL,
                    0.9,
                    self.mentions.sentence(span),
                    "segment",
                )

    # inferred --------------------------------------------------------------------------------------------------------

    def by_authority(self) -> None:
        """Link concepts as the authority file relates them, where the document names both."""
        scheme: Scheme | None = self.doc._.scheme
        if scheme is None:
            return
        by_concept = {e.concept: e for e in self.mentions.entities if e.concept}
        for iri, entity in by_concept.items():
            concept = scheme.concept(iri) if iri else None
            if concept is None:
                continue
            for goal_iri in (*concept.serves, *concept.advances):
                goal = by_concept.get(goal_iri)
                if goal is not None and entity.kind is not Kind.STRATEGY:
                    together = next(self.mentions.together(entity, goal), None)
                    span, at = together or (entity.mentions[0], goal.mentions[0])
                    self._infer((span, entity), (at, goal), 0.75 if together else 0.45, "authority")

    def by_topic(self) -> None:
        """Link work to the strategy that its subject matter shows (a pig farm: 畜牧养殖强镇战略).

        A town's projects to the town's own strategies, unless a heading announces them: those have their work by
        structure. The strategies of a county and above divide all of government among them; there only work that
        nothing else relates is linked, to a strategy named shortly before it.
        """
        strategies = [(topics_of(e.name, "goal"), e) for e in self.mentions.entities if e.kind is Kind.STRATEGY]
        announced = {e.id for found in self.announcements.by_section.values() for _, e in found.goals}
        own = [
            (topics, e) for topics, e in strategies if e.level is self.level is Level.TOWNSHIP and e.id not in announced
        ]
        for work in self.mentions.entities:
            topics = topics_of(work.name, "work") if work.kind in WORKS and work.id not in self.parts else frozenset()
            if not topics or is_body(work):
                continue
            span = work.mentions[0]
            if work.kind is Kind.PROJECT:
                # The village and the builder that a project is named after do the project's work.
                named = [p for p in self.mentions.within(span, (Kind.VILLAGE, Kind.ORGANIZATION)) if not is_body(p[1])]
                for goal in [goal for shared, goal in own if topics & shared][:2]:
                    # What the town itself calls a strategy was right in 31 cases of 36, its mottoes in two of five.
                    sure = 0.65 if goal.name.endswith("战略") else _LOOSE
                    for one in ((span, work), *named):
                        self._infer(one, (goal.mentions[0], goal), sure, "topic")
            if work.id not in self.served:
                for shared, goal in strategies:
                    near = [at for at in goal.mentions if 0 <= span.start - at.end < _NEAR]
                    if topics & shared and near:
                        self._infer((span, work), (near[-1], goal), 0.6, "topic near")

    def by_thing(self) -> None:
        """Link a town's projects to its own strategies that name the same thing (大豆, 药材, 轴承).

        What names a place, any work, or several of the strategies tells nothing. Four of five such links are right; of
        a county's, or of firms and policies, half.
        """
        if self.level is not Level.TOWNSHIP:
            return
        home = self.doc._.document.metadata.place
        named = [e.name for e in self.mentions.entities if e.kind in PLACES] + ([home.name] if home is not None else [])
        places = frozenset(thing for name in named for thing in things(name))
        strategies = [e for e in self.mentions.entities if e.kind is Kind.STRATEGY and e.level is self.level]
        own = [(things(e.name) - places, e) for e in strategies]
        times = Counter(thing for shown, _ in own for thing in shown)
        for work in self.mentions.entities:
            if work.kind is Kind.PROJECT:
                telling = {thing for thing in things(work.name) if times[thing] <= _FEW}
                for shown, goal in own:
                    if telling & shown:
                        self._infer((work.mentions[0], work), (goal.mentions[0], goal), 0.75, "thing")

    def _infer(self, subject: tuple[Span, Entity], strategy: tuple[Span, Entity], sure: float, rule: str) -> None:
        self.relate(subject, strategy, Basis.INFERRED, sure, self.mentions.sentence(subject[0]), rule)

    def by_word(self) -> None:
        """Link strategies to those of the nearest higher level but the nation's that name the same subject matter."""
        by_word: dict[str, list[Entity]] = defaultdict(list)
        strategies = [(subjects(e.name), e) for e in self.mentions.entities if e.kind is Kind.STRATEGY and e.level]
        for words, entity in strategies:
            for word in words if entity.level is not Level.NATIONAL else ():
                by_word[word].append(entity)
        for words, lower in strategies:
            above = {e.id: e for word in words for e in by_word[word] if below(lower.level, e.level)}
            nearest = max((e.level.rank for e in above.values() if e.level), default=None)
            span = lower.mentions[0]
            goals = [goal for goal in above.values() if goal.level and goal.level.rank == nearest]
            for goal in goals if len(goals) <= _FEW else ():
                self._infer((span, lower), (goal.mentions[0], goal), 0.45, "word")

    def _part(self, offset: int) -> int | None:
        """Return the index of the top section at an offset."""
        path = self.mentions.structure.path(self.mentions.structure.section_at(offset))
        return path[-1] if path else None

    def _section(self, offset: int) -> Section | None:
        index = self.mentions.structure.section_at(offset)
        return None if index is None else self.mentions.structure.sections[index]


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


@cache
def _verbs(sort: str) -> re.Pattern[str]:
    words = lexicon("relations")
    return re.compile(alternation((*words["purpose"], *words[sort]) if sort == "pursuit" else words[sort]))


@dataclass(frozen=True, slots=True)
class _Words:
    preamble: re.Pattern[str]
    general: re.Pattern[str]
    guided: re.Pattern[str]
    guiding: re.Pattern[str]
    pursued: re.Pattern[str]
    speaking: re.Pattern[str]
    marked: re.Pattern[str]
    aimed: re.Pattern[str]
    meeting: re.Pattern[str]
    ground: re.Pattern[str]
    decree: re.Pattern[str]
    call: re.Pattern[str]
    ends: re.Pattern[str]


@cache
def _words() -> _Words:
    data = lexicon("relations")
    words = {name: alternation(listed) for name, listed in data["preamble"].items()}
    general = f"以[^，。]{{0,40}}(?:{words['guides']})|{words['requirements']}"
    whose = "[全我][一-鿿]{1,2}|[一-鿿]{0,6}[省市县区镇乡旗州委]"
    return _Words(
        preamble=re.compile(f"{general}|{words['carrying_out']}|{words['looking_back']}"),
        general=re.compile(general),
        guided=re.compile(f"(?:{words['guided']})[^，。；]*$"),
        guiding=re.compile(f'"?(?:{words["guiding"]})'),
        pursued=re.compile(f'(?:(?:{alternation(data["pursued"])}|以)(?:{whose})?|[、和与及"])+$'),
        speaking=re.compile(f"(?:^|[，、年来])(?:{words['speakers']})(?!要|将|必须)"),
        marked=re.compile(f'"?的?[^，。；]{{0,4}}(?:{words["marks"]})'),
        aimed=re.compile(f'"?[^，。；]{{0,4}}(?:{words["aims"]})'),
        meeting=re.compile(words["meetings"]),
        ground=re.compile(f"(?:{words['grounds']})[^，。；]*$"),
        decree=re.compile(words["decrees"]),
        call=re.compile(f"为[^，。；！]{{2,60}}(?:{words['calls']})"),
        ends=re.compile(f'"?的?[^，。；]{{0,4}}(?:{words["ends"]})'),
    )


@Language.factory("policy_service", default_config={"inferred": True})
def make_service_reader(nlp: Language, name: str, inferred: bool) -> ServiceReader:
    """Create the reader of serves and advances."""
    return ServiceReader(inferred)
