"""Finds policies: named instruments that a government carries out, by head or between the marks of a title."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import alternations, beginning, headed, lexicon
from extract.surface import HAN, folded_text
from ontology.terms import Kind, Level

_TITLE = re.compile(r"《((?![^《》\n]*报告(?:（[^（）]*）)?》)[^《》\n]{4,60})》")
"""What stands in title marks, but for reports, which nobody carries out."""
_GOODS = re.compile(rf"送[{HAN}]{{1,4}}下乡|[{HAN}]{{2,4}}下乡(?=活动)")


class _Words(NamedTuple):
    """What tells instruments, and what is none.

    Attributes:
        wardens: of rivers, woods and fields in a list, who stand for their systems: 河（湖）长、林长、田长.
        measures: packages of measures that go by their number: 稳增长惠民生27条, 优化工商业电价机制12条举措.
        arrangement: who does what in an arrangement, with what it is: 党委领导、政府负责、公众参与的|社会治理体制.
    """

    wardens: re.Pattern[str]
    measures: re.Pattern[str]
    arrangement: re.Pattern[str]


@cache
def _words() -> _Words:
    words = alternations(lexicon("kinds")[Kind.POLICY])
    wardens = f"(?:{words['wardens']})"
    return _Words(
        wardens=re.compile(f"(?<![{HAN}]){wardens}(?:（[湖河]）)?长(?:、{wardens}(?:（湖）)?长)+"),
        measures=re.compile(
            f"{beginning(lexicon('kinds')[Kind.POLICY]['issued'])}(?:{words['issued']})+"
            rf'(?P<name>[{HAN}]{{4,18}}"?\d{{1,3}}条"?(?:措施|举措|政策|政策措施|意见)?)(?=[，。、；和]|等|取得|落地|加快|见效)'
        ),
        arrangement=re.compile(
            f"(?:{words['arranged']})(?:了|起)?"
            rf"(?P<name>(?:[^，。；、：（）\n\"的]{{3,16}}、){{2,}}[^，。；、：（）\n\"的]{{3,18}}的[{HAN}]{{2,14}}?体制)"
            "(?=[，。；、\n]|和|以及)"
        ),
    )


class PolicyFinder:
    """Proposes instruments: heads (改革, 机制, 专项行动), titles in 《》, and goods sent to the countryside."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each instrument's name."""
        folded, candidates, words = folded_text(doc), doc._.candidates, _words()
        for table, sure in (("heads", 0.65), ("heads_weak", 0.4)):
            for start, end, head in headed(folded, Kind.POLICY, table=table, longest=30):
                modifier = folded[start : end - len(head)]
                if len(modifier) >= 2 and "等" not in modifier and ('"' in modifier or not modifier.endswith("的")):
                    candidates.append(Candidate(Span(start, end), Kind.POLICY, "policy_policies", sure))
        for match in _TITLE.finditer(folded):
            candidates.append(Candidate(Span(match.start(1), match.end(1)), Kind.POLICY, "policy_policies", 0.8))
        for wardens in words.wardens.finditer(folded) if "长、" in folded else ():
            for match in re.finditer("[^、]+", folded[wardens.start() : wardens.end()]):
                span = Span(wardens.start() + match.start(), wardens.start() + match.end())
                candidates.append(
                    Candidate(span, Kind.POLICY, "policy_policies", 0.8, match.group() + "制", Level.NATIONAL)
                )
        for match in words.measures.finditer(folded):
            candidates.append(Candidate(Span(*match.span("name")), Kind.POLICY, "policy_policies", 0.85))
        for match in words.arrangement.finditer(folded) if "体制" in folded else ():
            candidates.append(Candidate(Span(*match.span("name")), Kind.POLICY, "policy_policies", 0.8))
        for match in _GOODS.finditer(folded) if "下乡" in folded else ():
            candidates.append(Candidate(Span(*match.span()), Kind.POLICY, "policy_policies", 0.7))
        return doc


@Language.factory("policy_policies")
def make_policy_finder(nlp: Language, name: str) -> PolicyFinder:
    """Create the finder of policies."""
    return PolicyFinder()
