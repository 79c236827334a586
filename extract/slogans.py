"""Finds slogans: parallel set phrases that call or characterise, unquoted ones too."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Span
from extract.names import alternation, lexicon
from extract.surface import folded_text
from ontology.terms import Kind

_HAN = r"[一-鿿]"
_PARALLEL = re.compile(
    rf"(?:(?<=坚持)|(?<=秉持)|(?<=发扬)|(?<=弘扬)|(?<=牢记)|(?<=始终)|(?<=努力))"
    rf"(?:{_HAN}{{3,6}}、){{1,3}}{_HAN}{{3,6}}(?=[，。；的])"
)
_SPIRIT = re.compile(
    rf"(?:(?<=弘扬|发扬|传承|赓续|践行|讲好|激发)|(?<=精神、))"
    rf"(?:(?!会|讲话|指示|中央|巡视|反馈|考察|工作|弘扬|发扬|传承){_HAN}){{2,8}}精神(?!状态|文明|面貌)"
)
_CALL = re.compile(rf"(?:路虽|道阻|行而|事虽|征程|风好|乘风|潮起|山高|时不我待)(?:{_HAN}|，){{6,24}}(?=[。！])")
_ONE_BY_ONE = re.compile(rf"一(?P<a>{_HAN})接着一(?P=a){_HAN}{{1,3}}，一(?P<b>{_HAN})接着一(?P=b){_HAN}{{1,3}}")
_FIRST_DUTY = re.compile(rf"把{_HAN}{{2,16}}(?:作为第一要务|作为头等大事|作为生命线|放在首位|放在第一位)")
_CLOSING = re.compile(rf"(?P<first>{_HAN}{{4}})、(?P<second>{_HAN}{{4}})(?=，(?:为|以|奋力|全力|努力|推动|加快|不断))")


class SloganFinder:
    """Proposes unquoted set phrases; the quoted and the nationwide ones are other finders'."""

    def __call__(self, doc: Doc) -> Doc:
        """Append a candidate for each slogan."""
        folded = folded_text(doc)
        # A list of target states is none: 教育强省、健康福建.
        named = re.compile(alternation(lexicon("kinds")[Kind.STRATEGY]["certain"]) + "|健康|区域|试点")
        for pattern, sure in (
            (_PARALLEL, 0.6),
            (_SPIRIT, 0.6),
            (_CALL, 0.55),
            (_ONE_BY_ONE, 0.8),
            (_FIRST_DUTY, 0.75),
            (_CLOSING, 0.5),
        ):
            for match in pattern.finditer(folded):
                start, end = match.span()
                parts = folded[start:end].split("、")
                uneven = pattern is _PARALLEL and len({len(part) for part in parts}) > 1
                if uneven or named.search(folded, start, end):
                    continue
                doc._.candidates.append(Candidate(Span(start, end), Kind.SLOGAN, "policy_slogans", sure))
        return doc


@Language.factory("policy_slogans")
def make_slogan_finder(nlp: Language, name: str) -> SloganFinder:
    """Create the finder of slogans."""
    return SloganFinder()
