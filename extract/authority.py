"""Finds the names of the authority file: nationwide and well-known provincial strategies, policies and slogans."""

from __future__ import annotations

import re

import ahocorasick_rs
from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Place, Span
from extract.names import is_governing
from extract.surface import fold, folded_text
from ontology import scheme as schemes
from ontology.scheme import Concept, Scheme
from ontology.terms import Kind, Level

_UNMISTAKABLE = 6
"""Names this long mean one province's concept wherever they stand; in characters."""
_MARKS = re.compile(r'["《》]')


_TRAILING = re.compile(r"(?:工作|要求|部署|任务|目标|思路|问题|活动|经验)$")


def _loose_form(surface: str, concept: Concept) -> bool:
    """Tell whether a surface is the concept with a verb before it (构建|新发展格局) or a noun behind (“六保”|工作).

    Neither is part of a name (GUIDELINES "Span"), however often documents write them together.
    """
    label = fold(concept.label)
    if surface == label:
        return False
    if surface.endswith(label) and is_governing(surface[: -len(label)]):
        return True
    bare = _MARKS.sub("", _TRAILING.sub("", surface))
    return bare != _MARKS.sub("", surface) and bare in {
        _MARKS.sub("", fold(f)) for f in (concept.label, *concept.alt_labels)
    }


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
                if _loose_form(folded, concept):
                    continue
                patterns.setdefault(folded, concept)
                patterns.setdefault(_MARKS.sub("", folded), concept)
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
        place = doc._.document.metadata.place
        found = [(start, end, concept) for start, end, concept in found if _speaks_of(concept, place, end - start)]
        for start, end, concept in longest(found):
            doc._.candidates.append(
                Candidate(
                    span=Span(start, end),
                    kind=concept.kind,
                    extractor="policy_authority",
                    confidence=self.confidence,
                    name=concept.label,
                    level=concept.level,
                    concept=concept.iri,
                )
            )
        return doc


def _speaks_of(concept: Concept, place: Place | None, length: int) -> bool:
    """Tell whether a document of a place may mean a concept: a province's 五大任务 is not another province's."""
    if concept.issuer is None or concept.level is Level.NATIONAL or concept.kind is Kind.POLICY or place is None:
        return True  # a province's instrument is learned from elsewhere: 学习运用“千万工程”经验
    if place.level is Level.NATIONAL:
        return length >= _UNMISTAKABLE
    return concept.issuer.rsplit("/", 1)[-1] in place.path


def _word_of(inner: Concept, outer: Concept) -> bool:
    """Tell whether a concept within another's name is but a word of it: both of one level and one sort."""
    return inner.level is outer.level and not (inner.kind is Kind.STRATEGY and outer.kind is Kind.POLICY)


def longest(found: list[tuple[int, int, Concept]]) -> list[tuple[int, int, Concept]]:
    """Leave out matches within a longer match of the same concept, and those that cross an earlier or longer one.

    The short form that begins a longer one is a form of its own (乡村振兴|战略, 中央八项规定|精神).
    A national concept named within a lower level's name stands (黄河流域…高质量发展 in Shanxi's …重要实验区); within
    another national strategy it is but a word of it (脱贫攻坚 in 巩固拓展脱贫攻坚成果).
    """
    kept: list[tuple[int, int, Concept]] = []
    open_spans: list[tuple[int, int, Concept]] = []
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
