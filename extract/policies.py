"""Finds policies: named instruments that a government carries out, by head or between the marks of a title."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import headed
from extract.surface import fold
from ontology.terms import Kind

_TITLE = re.compile(r"《([^《》\n]{4,60})》")
_GOODS = re.compile(r"送[一-鿿]{1,4}下乡|[一-鿿]{2,4}下乡(?=活动)")
_STRONG_HEADS = frozenset({
    "改革", "机制", "专项行动", "攻坚行动", "行动计划", "党政同责", "一岗双责", "责任制", "补贴", "津贴", "筛查", "优待证", "动态监测", "协定",
    "攻坚战", "专项整治", "大排查", "大整治", "大提升", "创评", "宣传活动", "评选活动", "承诺制", "包联制", "积分制", "工作法", "热线",
})


class PolicyFinder:
    """Proposes instruments: heads (改革, 机制, 专项行动), titles in 《》, and goods sent to the countryside."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each instrument's name."""
        folded = fold(doc.text)
        for start, end, head in headed(folded, Kind.POLICY, longest=30):
            modifier = folded[start : end - len(head)]
            if len(modifier) < 2 or modifier.endswith("的") and '"' not in modifier:
                continue
            sure = 0.7 if head in _STRONG_HEADS else 0.5
            doc._.candidates.append(Candidate(Span(start, end), Kind.POLICY, "policy_policies", sure))
        for match in _TITLE.finditer(folded):
            doc._.candidates.append(Candidate(Span(match.start(1), match.end(1)), Kind.POLICY, "policy_policies", 0.8))
        for match in _GOODS.finditer(folded):
            doc._.candidates.append(Candidate(Span(*match.span()), Kind.POLICY, "policy_policies", 0.7))
        return doc


@Language.factory("policy_policies")
def make_policy_finder(nlp: Language, name: str) -> PolicyFinder:
    """Create the finder of policies."""
    return PolicyFinder()
