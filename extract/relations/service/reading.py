"""What all readings of service share: the document being read, its sentences, and the words that relate names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.document import Place, Span
from extract.layout.explanations import NUMERAL
from extract.mentions import Mentions, below, is_said
from extract.names import FIVE_YEARS, alternation, conferring, lexicon
from extract.relations.announcements import BETTER, Announcements, ending
from extract.surface import HAN, folded_text
from ontology.divisions import NATION
from ontology.scheme import Scheme
from ontology.terms import Basis, Kind, Level, Predicate

Mention: TypeAlias = tuple[Span, Entity]
"""Where an entity is named, and the entity."""

LOOSE = 0.49
"""What a long sentence of a province or the nation relates: a reader accepted 15 of 41, so that views leave it out."""
_CERTAIN = 0.8
"""A name that its form alone makes so sure (美丽晋中) needs no quotation marks to be an overall strategy."""
_MARK = re.compile("[，；：]")
"""What parts clauses."""
_LONGEST_BRACKET = 200
_MEANS = re.compile(
    f"{NUMERAL}[个大项条](?:重要|主要|关键|重点|工作)*(?:抓手|关键词|举措|主旋律|保障|支撑|突破口|切入点|着力点)"
)
"""A label of means (三个重要抓手), which carries out nothing by itself: 0 of 6 did."""
_UPHOLDS = re.compile("坚持[^，；]{0,3}$")
_FIVE_YEARS = re.compile(f'["“]?{FIVE_YEARS}["”]?(?:规划)?')
_YEAR = re.compile('"?(?:规划)?(?:实施)?的?(?:开局|起步|收官|承上启下|关键|决胜|奠基)[^，。；]{0,8}年')
"""Behind a plan that only says what year it is: “十四五”规划|开局之年."""
_PERIOD = re.compile('"?(?:时期|期间|末|以来|新征程|良好|开局|开好局|起好步|收好官|谋好篇)')
"""Behind a five-year plan that only says when: “十四五”|时期, “十五五”|开好局."""
_LONGEST_HONOUR = 8
"""Characters of an honour's name behind the strategy in it."""
_ONE_LIST = re.compile(r'["、和与及]*|[^，。]{0,12}、[^，。]{0,12}')
_BOTH_QUOTED = re.compile(r'"(?:\[\d+\])?[、和与及]?"')
"""What stands between two quoted names, each perhaps with the number of its note."""


def is_five_year_plan(entity: Entity) -> bool:
    """Tell whether an instrument is a five-year plan: “十四五”规划."""
    return entity.kind is Kind.POLICY and _FIVE_YEARS.fullmatch(entity.name) is not None


class Reading:
    """One document being read.

    Attributes:
        mentions: which entity stands where.
        folded: the text, folded.
        announcements: what its headings, leads and topic sentences announce.
        scheme: the authority file.
        parts: the entities that are parts of others, with their wholes, by identifier.
        served: identifiers of the works that the text itself relates to a strategy.
        overall: the speaker's overall strategies, as the last preamble has them that names any.
        home: the unit that speaks.
        issuer: the name of its body that speaks.
        level: the level that speaks.
        wide: whether the nation, a province or nobody known speaks.
    """

    def __init__(self, doc: Doc) -> None:
        self.mentions = Mentions.of(doc)
        self.folded = folded_text(doc)
        self.announcements = Announcements(self.mentions, self.folded)
        self.scheme: Scheme | None = doc._.scheme
        self._claims: list[Claim] = doc._.claims
        self.parts = self.mentions.wholes(self._claims)
        self.served: set[str] = set()
        self.overall: list[Mention] = []
        speaker = doc._.document.metadata
        self.home: Place | None = speaker.place
        self.issuer: str | None = speaker.issuer
        self.level: Level | None = speaker.level
        self.wide: bool = speaker.wide

    def wording(self, stretch: Span) -> str:
        """Return what a stretch of the text says, folded."""
        return self.folded[stretch.start : stretch.end]

    def claim(
        self, subject: Span, predicate: Predicate, obj: Span, basis: Basis, sure: float, evidence: Span, rule: str
    ) -> None:
        """Append a claim."""
        self._claims.append(Claim(subject, predicate, obj, basis, sure, evidence, f"policy_service/{rule}"))

    def relate(self, subject: Mention, strategy: Mention, basis: Basis, sure: float, evidence: Span, rule: str) -> None:
        """Claim serves or advances, whichever the levels of the two allow."""
        (span, entity), (goal_span, goal) = subject, strategy
        if entity is goal or (span.contains(goal_span) and basis is not Basis.DEFINITIONAL):
            return
        if basis is Basis.STATED and self._explains(goal_span, span):
            return
        if entity.kind is Kind.ORGANIZATION:
            if entity.id in self.mentions.conferring or self._in_brackets(span):
                return
            if entity.place == NATION and self.level is not Level.NATIONAL:
                sure = min(sure, LOOSE)  # 4 of 25 bodies of the nation were for what a county names beside them
        elif entity.kind is Kind.POLICY:
            if (basis is Basis.STATED or basis is Basis.STRUCTURAL) and _YEAR.match(self.folded, span.end):
                return
            if not self.wide and is_five_year_plan(entity):
                # A time (11 such links, 2 of them right); else only what the authority file relates was right (4 of 6,
                # of sentences, headings and topics 0 of 8).
                told = basis is Basis.INFERRED and not _PERIOD.match(self.folded, span.end)
                sure = sure if told else min(sure, LOOSE)
        if entity.kind is not Kind.STRATEGY:
            if basis is not Basis.INFERRED:
                self.served.add(entity.id)
            self.claim(span, Predicate.SERVES, goal_span, basis, sure, evidence, rule)
        elif below(entity.level, goal.level):
            self.claim(span, Predicate.ADVANCES, goal_span, basis, sure, evidence, rule)
        elif entity.level is goal.level or entity.level is None or goal.level is None:
            self.claim(span, Predicate.SERVES, goal_span, basis, round(sure - 0.1, 2), evidence, rule)

    def _in_brackets(self, span: Span) -> bool:
        """Tell whether an organization is but named as responsible: （省财政厅、省教育厅负责）."""
        before = self.folded[max(0, span.start - 60) : span.start]
        return before.rfind("（") > before.rfind("）")

    def _explains(self, goal: Span, work: Span) -> bool:
        """Tell whether a goal stands in brackets, which explain the name before them, and the work outside of these."""
        begin = self.folded.rfind("（", max(0, goal.start - _LONGEST_BRACKET), goal.start)
        if begin < 0 or "）" in self.folded[begin : goal.start]:
            return False
        end = self.folded.find("）", goal.end)
        beside = self.folded[begin + 1 : goal.start] + self.folded[goal.end : max(end, goal.end)]
        alone = beside.strip('"即') == ""  # “1+2+3”（即1带2园3区）: another form of the name
        return not alone and not begin < work.start < end

    def is_overall(self, sentence: Sentence, strategy: Mention, *, closing: bool = False) -> bool:
        """Tell whether a strategy may be the speaker's overall one: known, set off or pursued, and part of no other.

        ``closing`` tells that it stands behind all that guides the speaker, as what comes of that.
        """
        span, entity = strategy
        if _MEANS.fullmatch(entity.name.strip('"“”')):
            return False
        if words().meeting.search(entity.name) or (self.wide and entity.name.startswith("中国式现代化")):
            return False
        concept = self.scheme.concept(entity.concept) if self.scheme is not None and entity.concept else None
        sure = entity.confidence >= _CERTAIN and (not self.wide or self._names_home(entity))
        pursued = not self.wide and sentence.pursues(span)
        known = concept is not None or is_said(entity) or sure or pursued or closing
        return known and entity.id not in self.parts and not (concept and concept.component_of)

    def _names_home(self, entity: Entity) -> bool:
        """Tell whether a strategy names the speaker's own territory: 经济强省、美丽河北."""
        return self.home is not None and self.home.name.rstrip("省市区")[:2] in entity.name


class Sentence:
    """A sentence or heading, of which one may ask how its clauses lead up to the names in it.

    Attributes:
        span: where it stands.
        wording: what it says, folded.
    """

    def __init__(self, folded: str, span: Span) -> None:
        self.span = span
        self.wording = folded[span.start : span.end]
        self._folded = folded

    def clause(self, name: Span) -> str:
        """Return the words of a name's clause before it."""
        return _MARK.split(self._folded[self.span.start : name.start])[-1]

    def between(self, one: Span, other: Span) -> str:
        """Return the words between two names."""
        first, second = sorted((one, other))
        return self._folded[first.end : second.start]

    def clauses_between(self, one: Span, other: Span) -> int:
        """Return how many marks part two names' clauses."""
        return len(_MARK.findall(self.between(one, other)))

    def sets_side_by_side(self, one: Span, other: Span) -> bool:
        """Tell whether two names are items of one list, or stand in parallel halves of a sentence."""
        between = self.between(one, other)
        if one <= other and verbs("purpose").search(re.split("[、，；]", between)[-1]):
            return "；" in between  # 九洲、文光|连片建成|“汀江画廊”
        return "；" in between or self.lists(one, other)

    def lists(self, one: Span, other: Span) -> bool:
        """Tell whether two names are items of one list."""
        return _ONE_LIST.fullmatch(self.between(one, other)) is not None

    def upholds_both(self, one: Span, other: Span) -> bool:
        """Tell whether two names are what parallel clauses uphold, neither for the other: 坚持甲，坚持乙."""
        return bool(self.clauses_between(one, other)) and all(_UPHOLDS.search(self.clause(n)) for n in (one, other))

    def honours_both(self, one: Span, other: Span) -> bool:
        """Tell whether each of two names' clauses says what honour was given: 荣获甲城市，入选乙示范区."""
        given = words().honoured
        if given.search(self.wording) is None or not self.clauses_between(one, other):
            return False
        return all(given.search(self.clause(name)) for name in (one, other))

    def seeks(self, goal: Span) -> bool:
        """Tell whether a goal stands in the name of an honour that is sought: 争创国家|生态文明|建设示范县.

        None of seven instruments and works of the clauses before was for it, and of 75 strategies five.
        """
        sought = words().sought
        if sought.search(self.wording) is None or sought.search(self.clause(goal)) is None:
            return False
        return words().honour.match(self._folded, goal.start, goal.end + _LONGEST_HONOUR) is not None

    def honours(self, goal: Span) -> bool:
        """Tell whether a goal stands in the name of an honour that was given or of a meeting: 获评|平安甲省|先进集体.

        Of 53 works of other clauses 5 were for it.
        """
        if words().meets.match(self._folded, goal.end) is not None:
            return True
        return words().honoured.search(self.clause(goal)) is not None

    def quotes_side_by_side(self, one: Span, other: Span) -> bool:
        """Tell whether two quoted names stand next to each other: 统筹|“三区同建”[29]“四村联创”|."""
        return _BOTH_QUOTED.fullmatch(self.between(one, other)) is not None

    def opens_with(self, goal: Span) -> bool:
        """Tell whether a goal stands in the first clause and so governs all that follows."""
        return _MARK.search(self._folded, self.span.start, goal.start) is None

    def builds(self, goal: Span) -> bool:
        """Tell whether the sentence opens with a goal as what is built and then says how: 推进|健康上海|建设，…."""
        leads = words().building.fullmatch(self._folded, self.span.start, goal.start)
        return leads is not None and words().built.match(self._folded, goal.end) is not None

    def tells_of(self, goal: Span) -> bool:
        """Tell whether the sentence opens with a goal and how that has come on: |健康上海|建设走深走实，…."""
        at_first = self.wording[: goal.start - self.span.start].strip(' "') == ""
        return at_first and words().came_on.match(self._folded, goal.end) is not None

    def ends_in(self, goal: Span) -> bool:
        """Tell whether the sentence ends in a clause that but names a goal as what is built: …，加快建设|健康上海|。"""
        if words().last.match(self._folded, goal.end) is None:
            return False
        clause = self.clause(goal)
        return ending().fullmatch(clause) is not None and len(clause) < goal.start - self.span.start

    def aims_at(self, goal: Span, sort: str) -> bool:
        """Tell whether the clause leads up to the goal with such a verb (围绕, 打造, 确保), not as one item of work."""
        clause = self.clause(goal)
        return bool(verbs(sort).search(clause) or words().aimed.match(self._folded, goal.end, goal.end + 8))

    def pursues(self, goal: Span) -> bool:
        """Tell whether the clause names a goal as what the speaker works at (聚焦…, 实施…), not as its guidance."""
        clause = self.clause(goal)
        guides = words().guided.search(clause) or words().guiding.match(self._folded, goal.end)
        if guides or words().meeting.search(self._folded, goal.start, goal.end):
            return False
        # 统筹疫情防控和经济社会发展 names the pursuit itself.
        return bool(words().pursued.search(clause) or verbs("pursued").match(self._folded, goal.start))

    def marks(self, name: Span, sort: str, behind: re.Pattern[str]) -> bool:
        """Tell whether the words before or behind a name call it a goal: 锚定…, …定位."""
        return verbs(sort).search(self.clause(name)) is not None or behind.match(self._folded, name.end) is not None

    def has_as_ground(self, work: Span) -> bool:
        """Tell whether a document names a work as the ground it is made on, not as what its purpose is served by."""
        made = words().decree.search(self._folded, work.end, self.span.end)
        return made is not None and words().ground.search(self.clause(work)) is not None


@cache
def verbs(sort: str) -> re.Pattern[str]:
    """Return the verbs of a sort that ``lexicon/relations.toml`` lists."""
    listed = lexicon("relations")
    return re.compile(alternation((*listed["purpose"], *listed[sort]) if sort == "pursuit" else listed[sort]))


@dataclass(frozen=True, slots=True)
class Words:
    """The words around names that tell what a sentence says of them."""

    preamble: re.Pattern[str]
    general: re.Pattern[str]
    teaching: re.Pattern[str]
    guided: re.Pattern[str]
    guiding: re.Pattern[str]
    pursued: re.Pattern[str]
    speaking: re.Pattern[str]
    marked: re.Pattern[str]
    aimed: re.Pattern[str]
    meeting: re.Pattern[str]
    honour: re.Pattern[str]
    honoured: re.Pattern[str]
    sought: re.Pattern[str]
    meets: re.Pattern[str]
    campaign: re.Pattern[str]
    ground: re.Pattern[str]
    decree: re.Pattern[str]
    call: re.Pattern[str]
    building: re.Pattern[str]
    built: re.Pattern[str]
    came_on: re.Pattern[str]
    last: re.Pattern[str]
    ends: re.Pattern[str]


@cache
def words() -> Words:
    """Return the words around names, of which ``lexicon/relations.toml`` and ``honours.toml`` list most."""
    data = lexicon("relations")
    listed = {name: alternation(forms) for name, forms in data["preamble"].items()}
    adverbs = alternation(lexicon("structure")["heading"]["adverbs"])
    general = f"以[^，。]{{0,40}}(?:{listed['guides']})|{listed['requirements']}"
    whose = f"[全我][{HAN}]{{1,2}}|[{HAN}]{{0,6}}[省市县区镇乡旗州委]"
    return Words(
        preamble=re.compile(f"{general}|{listed['carrying_out']}|{listed['looking_back']}"),
        general=re.compile(general),
        teaching=re.compile(listed["teachings"]),
        guided=re.compile(f"(?:{listed['guided']})[^，。；]*$"),
        guiding=re.compile(f'"?(?:{listed["guiding"]})'),
        pursued=re.compile(f'(?:(?:{alternation(data["pursued"])}|以)(?:{whose})?|[、和与及"])+$'),
        speaking=re.compile(f"(?:^|[，、年来])(?:{listed['speakers']})(?!要|将|必须)"),
        marked=re.compile(f'"?的?[^，。；]{{0,4}}(?:{listed["marks"]})'),
        aimed=re.compile(f'"?[^，。；]{{0,4}}(?:{listed["aims"]})'),
        meeting=re.compile(listed["meetings"]),
        honour=re.compile(f"[^，。；]*?(?:{alternation(lexicon('honours')['names'])})"),
        honoured=re.compile(conferring("rated", "given")),
        sought=re.compile(conferring("sought")),
        meets=re.compile(f'"?[^，。；、]{{0,8}}?(?:{alternation(data["gatherings"])})(?!战)'),
        campaign=re.compile(f"(?:{alternation(data['campaigns'])})$"),
        ground=re.compile(f"(?:{listed['grounds']})[^，。；]*$"),
        decree=re.compile(listed["decrees"]),
        call=re.compile(f"为[^，。；！]{{2,60}}(?:{listed['calls']})"),
        building=re.compile(rf'\s*(?:(?:{adverbs})+|(?:{adverbs})*(?:{alternation(data["building"])}){BETTER})"?'),
        built=re.compile('"?(?:建设)?，'),
        came_on=re.compile(r'"?[^，。；：、"\d]{2,12}，'),
        last=re.compile('"?(?:建设)?。'),
        ends=re.compile(f'"?的?[^，。；]{{0,4}}(?:{listed["ends"]})'),
    )
