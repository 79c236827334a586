"""Finds the names of the authority file: nationwide and well-known provincial strategies, policies and slogans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache

import ahocorasick_rs
from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Place, Span
from extract.names import (
    alternation,
    alternations,
    is_governing,
    joined_heads,
    lexicon,
    nameless_words,
    within_another_plan,
)
from extract.surface import HAN, fold, folded_text
from ontology import scheme as schemes
from ontology.scheme import Concept, Scheme
from ontology.terms import Kind, Level

_EXAMPLE_BEHIND = re.compile('"?的?(?:成功|先进|好|有益|宝贵)?(?:经验|做法|模式|样板)')
_NEAR = 10
"""Characters before a name in which a document says that it takes it as an example."""
_UNMISTAKABLE = 6
"""Names this long mean one province's concept wherever they stand; in characters."""
_COUNTED = re.compile("[一二两三四五六七八九十](?:[大个张件条项新]|.[一二两三四五六七八九十]).{1,2}")
_PROVINCE = re.compile("省|自治区")
_BEFORE = 6
"""Characters before a name that may tell whose it is (省委“两个确保”)."""
_SHORTEST_CORE = 2
"""Characters that stand in quotation marks before a head."""
_MARKS = re.compile(r'["《》]')
_Match = tuple[int, int, Concept]
"""Where a match begins and ends, and what it names."""


@cache
def _exemplary() -> re.Pattern[str]:
    """Return what stands before a name that a document takes as an example: 借鉴|“千万工程”经验."""
    return re.compile(alternation(lexicon("kinds")["category"]["exemplary"]))


@cache
def _trailing() -> re.Pattern[str]:
    """Return a noun behind a name that is no part of it: “六保”|工作."""
    return re.compile(f"(?:{alternation(lexicon('kinds')['category']['trailing'])})$")


@cache
def _does() -> re.Pattern[str]:
    """Return a name that is a verb and its object where more of the object follows: 创新政府|管理."""
    words = alternations(lexicon("strategies")["doing"])
    return re.compile(f"(?:{words['names']})(?:{words['objects']})")


def _loose_form(surface: str, concept: Concept) -> bool:
    """Tell whether a surface is the concept with a verb before it (构建|新发展格局) or a noun behind (“六保”|工作).

    Neither is part of a name (GUIDELINES "Span"), however often documents write them together.
    """
    label = fold(concept.label)
    if surface == label:
        return False
    if surface.endswith(label) and is_governing(surface[: -len(label)]):
        return True
    bare = _MARKS.sub("", _trailing().sub("", surface))
    return bare != _MARKS.sub("", surface) and bare in {
        _MARKS.sub("", fold(f)) for f in (concept.label, *concept.alt_labels)
    }


def _core_quoted(surface: str, kind: Kind) -> str:
    """Return a name with all but its head in quotation marks, as documents often write it.

    >>> _core_quoted("强省会战略", Kind.STRATEGY), _core_quoted("两个确立", Kind.SLOGAN)
    ('"强省会"战略', '两个确立')
    """
    head = _heads(kind).search(surface, _SHORTEST_CORE)
    return f'"{surface[: head.start()]}"{head.group()}' if head and '"' not in surface else surface


@cache
def _heads(kind: Kind) -> re.Pattern[str]:
    heads = joined_heads(kind)
    return re.compile(f"(?:{heads})$" if heads else "(?!)")


class AuthorityFinder:
    """Matches every surface of a scheme, longest first, whatever quotation marks the text uses.

    Attributes:
        scheme: the concepts to find; None loads the bundled file at first use.
        confidence: of each candidate.
    """

    def __init__(self, confidence: float) -> None:
        self.confidence = confidence
        self.scheme: Scheme | None = None
        self._automaton: ahocorasick_rs.AhoCorasick | None = None
        self._concepts: list[Concept] = []
        self._built_for: Scheme | None = None

    def _build(self) -> ahocorasick_rs.AhoCorasick:
        scheme = self.scheme if self.scheme is not None else schemes.load()
        if self._automaton is None or self._built_for is not scheme:
            patterns: dict[str, Concept] = {}
            for surface, concept in scheme.surfaces():
                folded = fold(surface)
                if _loose_form(folded, concept) or _MARKS.sub("", folded) in nameless_words():
                    continue
                for form in (folded, _MARKS.sub("", folded), _core_quoted(folded, concept.kind)):
                    patterns.setdefault(form, concept)
            self._concepts = list(patterns.values())
            self._automaton = ahocorasick_rs.AhoCorasick(list(patterns))
            self._built_for = scheme
            self.scheme = scheme
        return self._automaton

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each match that stands, and leave the scheme for the readers of relations."""
        folded = folded_text(doc)
        automaton = self._build()
        doc._.scheme = self.scheme
        found = [
            (start, end, self._concepts[p])
            for p, start, end in automaton.find_matches_as_indexes(folded, overlapping=True)
        ]
        units = _units(found, doc._.document.metadata.place, folded)
        found = [match for match in found if _means(match, units, folded)]
        candidates = doc._.candidates
        for start, end, concept in longest(found):
            candidates.append(
                Candidate(
                    span=_with_head(folded, Span(start, end), concept),
                    kind=concept.kind,
                    extractor="policy_authority",
                    confidence=self.confidence,
                    name=concept.label,
                    level=concept.level,
                    concept=concept.iri,
                )
            )
        return doc


def _with_head(folded: str, span: Span, concept: Concept) -> Span:
    """Return a match with the quotation marks around it and the head behind them: “大搬快聚”|富民安居工程.

    A nationwide name is written without too (“双减”|政策), and its labels tell what belongs to it.
    """
    if concept.kind is not Kind.POLICY or concept.level is Level.NATIONAL or folded[span.start - 1 : span.start] != '"':
        return span
    head = _head_outside().match(folded, span.end)
    return Span(span.start - 1, head.end()) if head is not None else span


@cache
def _head_outside() -> re.Pattern[str]:
    return re.compile(f'"[{HAN}]{{0,4}}?(?:{joined_heads(Kind.POLICY)})+')


def _means(match: _Match, units: Collection[str] | None, folded: str) -> bool:
    """Tell whether a document that speaks for units may mean a concept: a province's 五大任务 is not another's.

    Another province's instrument is meant where the document takes it as an example: 学习运用|千万工程|经验.
    """
    start, end, concept = match
    if _does().match(folded, start) and folded[start - 1 : start] not in ("、", '"'):
        return False
    if concept.kind is Kind.POLICY and within_another_plan(folded, start, end):
        return False
    if units is None or not _is_local(concept) or _issuer(concept) in units:
        return True
    if concept.kind is Kind.POLICY:
        return not units or _is_example(folded, start, end)
    return not units and end - start >= _UNMISTAKABLE


def _is_example(folded: str, start: int, end: int) -> bool:
    before, behind = _exemplary().search(folded, max(0, start - _NEAR), start), _EXAMPLE_BEHIND.match(folded, end)
    return before is not None or behind is not None


def _units(found: Iterable[_Match], place: Place | None, folded: str) -> tuple[str, ...] | None:
    """Return the units below the nation for which a document speaks, None where its place is not known.

    Where the province of its place is not (a town with namesakes, or one that the division table lacks), it is the one
    whose strategies, or else whose policies, the document names most: 八八战略 is Zhejiang's.
    """
    if place is None or place.level is Level.NATIONAL:
        return None if place is None else ()
    if place.at(Level.PROVINCIAL) is not None:
        return place.path
    named = {concept for start, end, concept in found if _is_local(concept) and _tells(folded, start, end)}
    strategies = {concept for concept in named if concept.kind is not Kind.POLICY}
    ranked = Counter(map(_issuer, strategies or named)).most_common(2)
    tie = len(ranked) == 2 and ranked[0][1] == ranked[1][1]
    return (*place.path, *(unit for unit, _ in ranked[:1] if not tie))


def _tells(folded: str, start: int, end: int) -> bool:
    """Tell whether a province's name for a strategy is no count that any government may have (三大战略, 一核三带)."""
    if _COUNTED.fullmatch(folded, start, end) is None:
        return True
    return _PROVINCE.search(folded, max(0, start - _BEFORE), start) is not None


def is_ours(concept: Concept, place: Place | None) -> bool:
    """Tell whether a concept is the nation's, or that of a place or of a unit around it."""
    return not _is_local(concept) or (place is not None and _issuer(concept) in place.path)


def _is_local(concept: Concept) -> bool:
    """Tell whether a concept stands for its issuer's alone."""
    return concept.issuer is not None and concept.level is not Level.NATIONAL


def _issuer(concept: Concept) -> str:
    return str(concept.issuer).rsplit("/", 1)[-1]


def _word_of(inner: Concept, outer: Concept) -> bool:
    """Tell whether a concept within another's name is but a word of it: both of one level and one sort."""
    return inner.level is outer.level and not (inner.kind is Kind.STRATEGY and outer.kind is Kind.POLICY)


def longest(found: list[_Match]) -> list[_Match]:
    """Leave out matches within a longer match of the same concept, and those that cross an earlier or longer one.

    The short form that begins a longer one is a form of its own (乡村振兴|战略, 中央八项规定|精神).
    A national concept named within a lower level's name stands (黄河流域…高质量发展 in Shanxi's …重要实验区); within
    another national strategy it is but a word of it (脱贫攻坚 in 巩固拓展脱贫攻坚成果).
    """
    kept: list[_Match] = []
    open_spans: list[_Match] = []
    for start, end, concept in sorted(found, key=lambda m: (m[0], -m[1], m[2].iri)):
        open_spans = [m for m in open_spans if m[1] > start]
        if any(
            end > other_end or (start != other_start if concept is other else _word_of(concept, other))
            for other_start, other_end, other in open_spans
        ):
            continue
        open_spans.append((start, end, concept))
        kept.append((start, end, concept))
    return kept


@Language.factory("policy_authority", default_config={"confidence": 0.95})
def make_authority_finder(nlp: Language, name: str, confidence: float) -> AuthorityFinder:
    """Create the finder of authority-file names."""
    return AuthorityFinder(confidence)
