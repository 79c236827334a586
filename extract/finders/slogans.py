"""Finds slogans: parallel set phrases that call or characterise, unquoted ones too."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import alternation, alternations, lexicon
from extract.surface import HAN, folded_text
from ontology.terms import Kind

_HAN = f"[{HAN}]"
_ONE_BY_ONE = re.compile(rf"一(?P<a>{_HAN})接着一(?P=a){_HAN}{{1,3}}，一(?P<b>{_HAN})接着一(?P=b){_HAN}{{1,3}}")
_BY_ONE_WORD = re.compile(rf'"{_HAN}{{1,2}}"的{_HAN}{{2}}(?:、"{_HAN}{{1,2}}"的{_HAN}{{2}})+(?=[，。；])')
"""“闯”的精神、“创”的劲头、“干”的作风, one slogan (5 of 5)."""
_FIRST_DUTY = re.compile(rf"把{_HAN}{{2,16}}(?:作为第一要务|作为头等大事|作为生命线|放在首位|放在第一位)")


class _Words(NamedTuple):
    """Slogans that are told by the words before, in or behind them.

    Attributes:
        parallel: set phrases that one upholds: 坚持|忠诚干净、担当实干.
        spirit: that of a place or a time: 弘扬|右玉精神.
        call: 道阻且长，行则将至.
        closing: the two phrases that open a sentence's last part: 凝心聚力、真抓实干|，奋力….
    """

    parallel: re.Pattern[str]
    spirit: re.Pattern[str]
    call: re.Pattern[str]
    closing: re.Pattern[str]


@cache
def _words() -> _Words:
    words = alternations(lexicon("kinds")[Kind.SLOGAN])
    return _Words(
        parallel=re.compile(rf"(?<={words['upheld']})(?:{_HAN}{{3,6}}、){{1,3}}{_HAN}{{3,6}}(?=[，。；的])"),
        spirit=re.compile(
            rf"(?:(?<={words['inspiring']})|(?<=精神、))(?:(?!{words['no_spirit']}){_HAN}){{2,8}}精神(?!状态|文明|面貌)"
        ),
        call=re.compile(rf"(?:{words['calls']})(?:{_HAN}|，){{6,24}}(?=[。！])"),
        closing=re.compile(rf"(?P<first>{_HAN}{{4}})、(?P<second>{_HAN}{{4}})(?=，(?:{words['led_by']}))"),
    )


class SloganFinder:
    """Proposes unquoted set phrases; the quoted and the nationwide ones are other finders'."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each slogan."""
        folded, words = folded_text(doc), _words()
        # A list of target states is none: 教育强省、健康福建.
        named = re.compile(alternation(lexicon("kinds")[Kind.STRATEGY]["certain"]) + "|健康|区域|试点")
        for pattern, sure in (
            (words.parallel, 0.6),
            (words.spirit, 0.6),
            (words.call, 0.55),
            (_ONE_BY_ONE, 0.8),
            (_FIRST_DUTY, 0.75),
            (_BY_ONE_WORD, 0.75),
            (words.closing, 0.5),
        ):
            for match in pattern.finditer(folded):
                start, end = match.span()
                parts = folded[start:end].split("、")
                uneven = pattern is words.parallel and len({len(part) for part in parts}) > 1
                if uneven or named.search(folded, start, end):
                    continue
                doc._.candidates.append(Candidate(Span(start, end), Kind.SLOGAN, "policy_slogans", sure))
        return doc


@Language.factory("policy_slogans")
def make_slogan_finder(nlp: Language, name: str) -> SloganFinder:
    """Create the finder of slogans."""
    return SloganFinder()
