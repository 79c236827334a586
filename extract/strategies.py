"""Finds strategies: target states by their head, a place's own epithet (幸福永济), the spirit of a speech."""

from __future__ import annotations

import re
from collections import defaultdict

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import alternation, headed, lexicon
from extract.surface import folded_text
from ontology.terms import Kind

_SPIRIT = re.compile(
    r"(?:习近平)?总书记[^，。；！？\n]{0,24}?(?:重要讲话(?:、?重要)?(?:指示)?(?:批示)?精神|重要论述(?:精神)?|"
    r"重要(?:指示|批示)(?:批示)?精神|"
    r"殷殷嘱托|嘱托|重要要求|视察[^，。；\n]{0,12}?精神)(?:和重要指示(?:批示)?精神)?"
)
_MEETING_SPIRIT = re.compile(
    r"(?:党的|中国共产党)?(?:[一二三四五六七八九十]+(?:届|大)[一-鿿、]{0,12}?|中央[一-鿿]{2,8}?|"
    r"[省市县区]委[一-鿿]{1,14}?)(?:全会|全体会议|大会|会议|工作会议|大)精神"
)
_SHORTEST = 4
"""A target state has at least so many characters."""
_AIM = re.compile(
    r"(?:打造|建设|建成|建强|争创|创建|构建|迈向|成为|实现|锚定|围绕|聚焦|推动形成|融入|服务|促进|推进)(?:成|为|好)?$"
)


class StrategyFinder:
    """Proposes target states (…示范区, …强市), epithets of the document's places, spirits of speeches and meetings."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each strategy's name."""
        folded = folded_text(doc)
        # A unit's full name before a target state says whose it is: 运城市|现代农业强市.
        units: dict[int, list[int]] = defaultdict(list)
        for c in doc._.candidates:
            if c.kind is Kind.ADMINISTRATIVE_UNIT and folded[c.span.end - 1] in "省市县区镇乡":
                units[c.span.start].append(c.span.end)
        headings = {
            i for s in doc._.structure.sections if s.heading is not None for i in range(s.heading.start, s.heading.end)
        }
        certain = re.compile(f"(?:{alternation(lexicon('kinds')[Kind.STRATEGY]['certain'])})$")
        for start, end, head in headed(folded, Kind.STRATEGY, longest=36):
            if end - start - len(head) < 2:
                continue
            start = max([start, *(unit for unit in units.get(start, ()) if end - unit >= _SHORTEST)])
            aimed = _AIM.search(folded[max(0, start - 8) : start].rstrip('"'))
            sure = 0.7 if aimed or start in headings else 0.55 if certain.search(head) else 0.4
            doc._.candidates.append(Candidate(Span(start, end), Kind.STRATEGY, "policy_strategies", sure))
        self._epithets(doc, folded)
        for pattern in (_SPIRIT, _MEETING_SPIRIT):
            for match in pattern.finditer(folded):
                doc._.candidates.append(
                    Candidate(Span(*match.span()), Kind.STRATEGY, "policy_strategies", 0.85, level=None)
                )
        return doc

    @staticmethod
    def _epithets(doc: Doc, folded: str) -> None:
        place = doc._.document.metadata.place
        if place is None:
            return
        for unit in (*place.within, place):
            short = re.sub(r"(?:省|市|县|区|镇|乡|街道|自治区|自治州|自治县)$", "", unit.name)
            if len(short) < 2:
                continue
            pattern = rf"(?:{alternation(lexicon('strategies')['epithets'])})+(?:新)?{re.escape(short)}"
            for match in re.finditer(pattern, folded):
                doc._.candidates.append(
                    Candidate(Span(*match.span()), Kind.STRATEGY, "policy_strategies", 0.85, level=unit.level)
                )


@Language.factory("policy_strategies")
def make_strategy_finder(nlp: Language, name: str) -> StrategyFinder:
    """Create the finder of strategies."""
    return StrategyFinder()
