"""Finds the terms that a document explains itself, and tells of what kind each and its members are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate, Claim
from extract.document import Span
from extract.finders.definitions import Member, expected, members, names_of, things_counted
from extract.finders.quotations import Interpretation, read
from extract.layout.explanations import NUMERAL
from extract.levels import named_level
from extract.names import alternation, alternations, lexicon
from extract.surface import folded_text, text_of
from ontology.scheme import Concept, Scheme
from ontology.terms import IDEAS, Basis, Kind, Level, Predicate

_MOST = 0.6
"""The share of a term's members that tells what it is."""
_COMPOUND = 0.85
"""How sure a term is at least that is spelled out."""
_WHOSE = re.compile('(?:[省市县区州旗镇乡]委?|自治区党委)(?=")')
"""Whose a term is that names it by its quotation: 市委|“6293”工作思路, 省|“十强”产业."""
_SITES = re.compile(r"\d+[个所条处座]")
"""How a term begins that counts sites, and names nothing where no ideas spell it out: 6个老旧小区改造提升."""
_BRIEF = 3
"""Characters of an ordinary word, at most."""
_FULL_NAME = re.compile('(?:的|其)?全称[是为]?[：，]?"(?P<name>[^"]+)"')
"""How a definition begins that gives the term's name in full: 全称为“…平台”."""
_FORMULA = re.compile(r"\d(?:\+[\dN])+")
"""A sum as a name, which stands for what is done: “3+1”保障."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that tell of what kind an explained term is.

    Attributes:
        layout_part: a part of a layout (数字经济带); the parts of 三资 or 三类户 are no strategies.
        ways: how a term that sums up directions begins, or ends: 四大支柱, 三条生命线, “124”发展思路.
        conviction, instrument: words of the definition of a slogan, and of a policy.
        works: what the numerals of a name count that stands for works: 三路一桥.
        works_besides: the first character of what does so beside one of these: 两馆一中心.
        deeds: what they count of what is done: 四送一服.
        institution: how the name of an institution ends, no part of a strategy: 四所一庭.
        carried_out: what stands behind a quoted count that is carried out, as an alternation: “四化”|管理.
        genus: the first clause of a definition that says of what sort its term is.
    """

    layout_part: re.Pattern[str]
    ways: re.Pattern[str]
    conviction: re.Pattern[str]
    instrument: re.Pattern[str]
    works: frozenset[str]
    works_besides: frozenset[str]
    deeds: frozenset[str]
    institution: re.Pattern[str]
    carried_out: str
    campaigns: tuple[str, ...]
    genus: re.Pattern[str]


@cache
def _words() -> _Words:
    data = lexicon("glossary")
    term, measures = alternations(data["term"]), alternation(data["counted"]["measures_of_ways"])
    return _Words(
        layout_part=re.compile(f"[^，。；、]{{3,}}(?:{alternation(lexicon('strategies')['layout']['parts'])})"),
        ways=re.compile(f'"?{NUMERAL}(?:{measures})|[^"]*"[^"]+"[^"]{{0,4}}(?:思路|定位|目标)$'),
        conviction=re.compile(term["convictions"]),
        instrument=re.compile(term["instruments"]),
        works=frozenset(data["counted"]["works"]),
        works_besides=frozenset(word[0] for word in data["counted"]["works_besides"]),
        deeds=frozenset(data["counted"]["deeds"]),
        institution=re.compile(f"(?:{term['institutions']})$"),
        carried_out=term["carried_out"],
        campaigns=tuple(data["term"]["campaigns"]),
        genus=re.compile(f'[^，。；、]*的(?P<genus>[^的，。；、"]{{2,14}}?(?:{term["genera"]}))(?=[，。；\n]|$)'),
    )


def _counts_works(term: str) -> bool:
    things = things_counted(term)
    return not things.isdisjoint(_words().works) and things <= _words().works | _words().works_besides


def genus_of(folded: str, definition: Span) -> Span | None:
    """Return what the first clause of a definition calls its term, which is no name (0 of 24): …通客车的|提质升级工程.

    >>> text = "四川省建制村通客车的提质升级工程，旨在便民。"
    >>> text[slice(*genus_of(text, Span(0, len(text))))]
    '提质升级工程'
    """
    found = _words().genus.match(folded, definition.start, definition.end)
    return Span(*found.span("genus")) if found is not None else None


class GlossaryFinder:
    """Proposes explained terms with their definitions, the members they are spelled out into, and componentOf."""

    def __call__(self, doc: Doc) -> Doc:
        """Append candidates for terms and members, and a claim for each part and its whole."""
        folded = folded_text(doc)
        words, scheme, place = _words(), doc._.scheme, doc._.document.metadata.place
        for entry in doc._.structure.glossary:
            whose = _WHOSE.match(folded, entry.term.start, entry.term.end)
            term = Span(whose.end(), entry.term.end) if whose is not None else entry.term
            level = named_level(whose.group(), place) if whose is not None else None
            concept = scheme.by_label(text_of(doc)[term.start : term.end]) if scheme is not None else None
            spelled = members(folded, term, entry.definition)
            bodies = [words.institution.search(folded, part.span.start, part.span.end) for part in spelled]
            if sum(body is not None for body in bodies) > _MOST * len(bodies):
                spelled = []
            reading = self._kind(doc, concept, term, entry.definition, spelled)
            layout = all(words.layout_part.fullmatch(folded, part.span.start, part.span.end) for part in spelled)
            ways = len(spelled) > 1 and (layout or words.ways.match(folded, term.start, term.end))
            if reading is None and (ways or any(part.alias for part in spelled)):
                reading = Interpretation(Kind.STRATEGY, term.end, False, 0.65)  # 一河六圈一带, 四大支柱
            if reading is None or (not spelled and _SITES.match(folded, term.start, term.end)):
                continue
            if spelled:  # a compound is a name; 六大提升工程: what is spelled out is carried out
                works = _counts_works(folded[term.start : term.end])
                kind = Kind.POLICY if reading.kind is Kind.PROJECT and not works else reading.kind
                reading = replace(reading, kind=kind, confidence=max(reading.confidence, _COMPOUND))
            if concept is not None and concept.level is Level.NATIONAL:
                telling = [part for part in spelled if _is_telling(part, text_of(doc), scheme)]
                spelled = telling if len(telling) > 1 or telling == spelled else []  # 建好、…、|运营好农村公路
            if full := _FULL_NAME.match(folded, *entry.definition):
                name = text_of(doc)[term.start : term.end]
                doc._.candidates.append(
                    Candidate(Span(*full.span("name")), reading.kind, "policy_glossary", reading.confidence, name)
                )
            definition = text_of(doc)[entry.definition.start : entry.definition.end].strip()
            doc._.candidates.append(
                Candidate(term, reading.kind, "policy_glossary", reading.confidence, None, level, definition=definition)
            )
            self._members(doc, names_of(folded, term), spelled, reading.kind)
        return doc

    def _members(self, doc: Doc, wholes: Iterable[Span], parts: Iterable[Member], above: Kind) -> None:
        for part in parts:
            campaigns = part.parts and folded_text(doc).endswith(_words().campaigns, part.span.start, part.span.end)
            kind = Kind.POLICY if campaigns and above is Kind.STRATEGY else above
            name = text_of(doc)[part.span.start : part.span.end]
            doc._.candidates.append(Candidate(part.span, kind, "policy_glossary", 0.85))
            if part.alias is not None:
                doc._.candidates.append(Candidate(part.alias, kind, "policy_glossary", 0.85, name=name))
            evidence = doc._.structure.sentence_of(part.span)
            doc._.claims.extend(
                Claim(part.span, Predicate.COMPONENT_OF, whole, Basis.DEFINITIONAL, 0.98, evidence, "policy_glossary")
                for whole in wholes
            )
            self._members(doc, [part.span], part.parts, kind)

    @staticmethod
    def _kind(
        doc: Doc, concept: Concept | None, term: Span, definition: Span, spelled: Sequence[Member]
    ) -> Interpretation | None:
        """Read the term's kind off the authority file, its uses, its own head, its members, or its definition."""
        folded = folded_text(doc)
        if concept is not None and concept.kind in IDEAS and spelled:
            return Interpretation(concept.kind, term.end, False, 0.85)
        phrase = folded[term.start : term.end].strip('"')
        layout = len(expected(phrase)) > 1 and not phrase.isdigit()  # 一核两带三园
        readings = []
        for match in re.finditer(re.escape(f'"{phrase}"'), folded):
            reading = read(folded, match.start() + 1, match.end() - 1)
            if reading is not None and not (layout and reading.kind is Kind.PROJECT):
                readings.append(reading)
        kinds = lexicon("kinds")
        meaning = folded[definition.start : definition.end]
        if len(_words().conviction.findall(meaning)) >= 3:
            return Interpretation(Kind.SLOGAN, term.end, False, 0.9)
        if readings:
            best = max(readings, key=lambda r: r.confidence)
            if best.confidence > 0.5:
                return Interpretation(best.kind, term.end, False, 0.9)
            if len(spelled) > 1 and re.search(f'"{re.escape(phrase)}"(?:{_words().carried_out})', folded):
                return Interpretation(best.kind, term.end, False, 0.7)  # 四美, “四化”
        for kind in (Kind.STRATEGY, Kind.SLOGAN, Kind.POLICY):
            if re.search(f"(?:{alternation((*kinds[kind]['heads'], *kinds[kind]['quoted_joined']))})$", phrase):
                return Interpretation(kind, term.end, False, 0.85)
        if layout and _counts_works(phrase):
            return Interpretation(Kind.PROJECT, term.end, False, 0.7)
        done = things_counted(phrase) & _words().deeds
        begun = [folded[member.span.start] in done for member in spelled] if layout else []
        if sum(begun) > _MOST * len(begun):
            return Interpretation(Kind.POLICY, term.end, False, 0.7)
        if layout:
            return Interpretation(Kind.STRATEGY, term.end, False, 0.7)
        if spelled and _FORMULA.match(phrase):
            return Interpretation(Kind.POLICY, term.end, False, 0.65)
        if _words().instrument.search(meaning, 0, 60):
            return Interpretation(Kind.POLICY, term.end, False, 0.7)
        if re.search(r"建设成?|打造|建成|发展|构建", meaning[:40]):
            return Interpretation(Kind.STRATEGY, term.end, False, 0.65)
        return None


def _is_telling(part: Member, text: str, scheme: Scheme) -> bool:
    """Tell whether a part of a nationwide concept is more than an ordinary word that every explanation of it lists.

    “三医”联动: 医疗、医保、医药; 四好农村路: 建好、管好、护好、运营好. What the authority file names is.
    """
    name = text[part.span.start : part.span.end]
    return len(name) > _BRIEF or bool(part.parts) or scheme.by_label(name) is not None


@Language.factory("policy_glossary")
def make_glossary_finder(nlp: Language, name: str) -> GlossaryFinder:
    """Create the finder of explained terms."""
    return GlossaryFinder()
