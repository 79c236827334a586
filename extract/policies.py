"""Finds policies: named instruments that a government carries out, by head or between the marks of a title."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import headed
from extract.surface import folded_text
from ontology.terms import Kind, Level

_TITLE = re.compile(r"《((?![^《》\n]*报告(?:（[^（）]*）)?》)[^《》\n]{4,60})》")
"""What stands in title marks, but for reports, which nobody carries out."""
_WORK_OF_ART = re.compile(
    "(?:剧|歌|片|戏|曲|舞|电影|小说|节目|作品|图书|丛书|画册|诗|散文|专栏|综艺)(?:《[^》]*》、?)*$"
)
_GOODS = re.compile(r"送[一-鿿]{1,4}下乡|[一-鿿]{2,4}下乡(?=活动)")

_WARDENS = re.compile(r"(?<![一-鿿])[河湖林田湾山路街链](?:（[湖河]）)?长(?:、[河湖林田湾山路街链](?:（湖）)?长)+")
"""Wardens in a list stand for their systems: 河（湖）长、林长、田长."""

_MEASURES = re.compile(
    r"(?:出台|制定|推出|落实|实施|印发|制定出台|推出了|执行)(?P<name>[一-鿿]{4,18}\"?\d{1,3}条\"?(?:措施|举措|政策|政策措施|意见)?)(?=[，。、；和]|等|取得|落地|加快|见效)"
)
"""Packages of measures that go by their number: 稳增长惠民生27条, 优化工商业电价机制12条举措."""


class PolicyFinder:
    """Proposes instruments: heads (改革, 机制, 专项行动), titles in 《》, and goods sent to the countryside."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each instrument's name."""
        folded, candidates = folded_text(doc), doc._.candidates
        for table, sure in (("heads", 0.65), ("heads_weak", 0.4)):
            for start, end, head in headed(folded, Kind.POLICY, table=table, longest=30):
                modifier = folded[start : end - len(head)]
                if len(modifier) >= 2 and "等" not in modifier and ('"' in modifier or not modifier.endswith("的")):
                    candidates.append(Candidate(Span(start, end), Kind.POLICY, "policy_policies", sure))
        for match in _TITLE.finditer(folded):
            if _WORK_OF_ART.search(folded, max(0, match.start() - 8), match.start()):
                continue
            candidates.append(Candidate(Span(match.start(1), match.end(1)), Kind.POLICY, "policy_policies", 0.8))
        for wardens in _WARDENS.finditer(folded):
            for match in re.finditer("[^、]+", folded[wardens.start() : wardens.end()]):
                span = Span(wardens.start() + match.start(), wardens.start() + match.end())
                candidates.append(
                    Candidate(span, Kind.POLICY, "policy_policies", 0.8, match.group() + "制", Level.NATIONAL)
                )
        for match in _MEASURES.finditer(folded):
            candidates.append(Candidate(Span(*match.span("name")), Kind.POLICY, "policy_policies", 0.85))
        for match in _GOODS.finditer(folded):
            candidates.append(Candidate(Span(*match.span()), Kind.POLICY, "policy_policies", 0.7))
        return doc


@Language.factory("policy_policies")
def make_policy_finder(nlp: Language, name: str) -> PolicyFinder:
    """Create the finder of policies."""
    return PolicyFinder()
