"""Finds what stands in quotation marks as a name, and tells its kind from what surrounds it.

A 提法 is quoted when it is first said: 打造“实力张营”, “一项目一专班”工作机制, 以“大抓项目”为导向. The noun behind
the closing mark decides first, then the verb before the opening one, then the shape of the phrase itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate, Claim
from extract.document import Span
from extract.names import (
    FIVE_YEARS,
    alternation,
    alternations,
    generic_names,
    lexicon,
    nameless_words,
    within_another_plan,
)
from extract.surface import HAN, folded_text, quotations, text_of
from ontology.terms import IDEAS, Basis, Kind, Predicate

_LONGEST = 40
_SAYING = 12
_NOT_A_NAME = re.compile(r"字头$|^[0-9A-Za-z.%+\-—/\s]{1,3}$|^[，。、；：]|[。；！？：]")
_NUMERAL_GROUP = re.compile(
    r"^[一二两三四五六七八九十百千0-9]+[个条大项张]?[^，。、]{1,5}(?:[一二两三四五六七八九十百千]+[个条大项张]?[^，。、]{1,4})*$"
)
_CODE = re.compile(f"[0-9+]{{2,}}|(?!{FIVE_YEARS})[一二三四五六七八九十]{{3,}}")
_LAID_OUT = re.compile(f"[{HAN}]{{0,4}}(?:思路|布局|部署)|总体要求")
"""What a quotation of nothing but figures is called, a part of its name: “1645”工作思路 (43 of 44)."""
_YEAR_OF = re.compile(f"[{HAN}]{{3,}}[^百十周全]年")
"""A campaign of a year: 项目建设攻坚年 (118 of 119 are annotated); no number of years (两个一百年), nor 全年."""
_SO_MANY = re.compile(r"(?:项目|工程)\d+[余多]?[个项]")
"""What counts works under an instrument: “三类500强”|项目1608个 (14 of 15 are policies, none a work)."""
_ALIKE = re.compile(rf"(?P<name>[{HAN}]{{4,8}})(?=、|\"|$)")
_KINDS = (Kind.STRATEGY, Kind.POLICY, Kind.SLOGAN, Kind.PROJECT)


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a quoted phrase is taken for: kind, the end of the name, and how sure."""

    kind: Kind
    end: int
    joined: bool
    confidence: float


@cache
def _layout() -> re.Pattern[str]:
    """Return how a territory is to be laid out: 一轴两翼三组团, 1带2园3区."""
    words = lexicon("strategies")["layout"]
    parts = alternation([*words["parts"], *words["groups"], *words["brief"]])
    return re.compile(f"(?:[一二两三四五六七八九十0-9][个条大]?[{HAN}]?(?:{parts})){{2,}}")


@cache
def _works() -> re.Pattern[str]:
    """Return how works go by their numbers: 三路一桥, 五馆两中心 (4 of 4 annotated are projects)."""
    words = alternations(lexicon("glossary")["counted"])
    more = f"[一二两三四五六七八九十](?:{words['works']}|{words['works_besides']})"
    return re.compile(
        f"[一二两三四五六七八九十](?:{words['works']})(?:{more})+|(?:{more})+[一二两三四五六七八九十](?:{words['works']})"
    )


@cache
def _part() -> re.Pattern[str]:
    """Return a verb with a name behind it, as several make up a compound."""
    verbs = alternation(lexicon("strategies")["compounding"])
    return re.compile(f"(?:{verbs})(?P<name>[^，、。]{{3,12}})")


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    kinds = lexicon("kinds")
    cues: dict[str, re.Pattern[str]] = {}
    doing = alternation(kinds["category"]["doing"])
    for kind in _KINDS:
        words = kinds[kind]
        for key in ("quoted_joined", "quoted_apart"):
            if words.get(key):
                nouns = alternation(words[key])
                # A short attribute may stand before a noun that joins the name: “61020”科技创新行动.
                attribute = (
                    rf"|(?![及和与或等是即指]|为(?!民)|{doing})[{HAN}]{{2,8}}?(?:{nouns})(?=[，。、；：的])"
                    rf"|的[{HAN}]{{8,10}}?(?:{nouns})(?=[，。、；：])"
                    if key == "quoted_joined"
                    else ""
                )
                cues[f"{kind} {key}"] = re.compile(f"的?(?:{nouns}){attribute}")
        cues[f"{kind} heads"] = (
            re.compile(f"(?:{alternation(words['heads'])})$") if words.get("heads") else re.compile(r"(?!)")
        )
        if words.get("before"):
            cues[f"{kind} before"] = re.compile(f"(?:{alternation(words['before'])})(?:好|了|全[国省市县区镇乡])?$")
    # “基地+合作社+农户”的发展模式
    cues["formula"] = re.compile(f"的?(?:[{HAN}]{{0,4}}(?:{alternation(kinds[Kind.POLICY]['formula_heads'])}))")
    cues["counted targets"] = re.compile(f"(?:{alternation(kinds[Kind.STRATEGY]['counted'])})$")
    cues["category before"] = re.compile(f"(?:{alternation(kinds['category']['before'])})$")
    cues["category behind"] = re.compile(f"(?:等)?(?:{alternation(kinds['category']['behind'])})")
    return cues


def _verb_before(folded: str, opener: int) -> str:
    """Return the text before an opening mark, coordinated quotations (“甲”和“乙”, “甲”“乙”) skipped."""
    before = folded[max(0, opener - 60) : opener]
    while True:
        shorter = re.sub(r'"[^"\n]*"(?:[和与、及]|以及)?$', "", before)
        if shorter == before:
            return before
        before = shorter


def read(folded: str, start: int, end: int) -> Interpretation | None:
    """Tell what the quoted phrase ``folded[start:end]`` is; None where it is no name.

    Args:
        folded: folded text, the marks at ``start - 1`` and ``end``.
        start: first character inside the marks.
        end: behind the last character inside the marks.
    """
    phrase = folded[start:end]
    code = _CODE.fullmatch(phrase) is not None
    nameless = _NOT_A_NAME.search(phrase) is not None
    if not 2 <= len(phrase) <= _LONGEST or (nameless and not code) or phrase in nameless_words():
        return None
    cues = _cues()
    behind = folded[end + 1 : end + 18]
    # “甲”和“乙”两项改革, “甲”“乙”政策: what follows the last of coordinated quotations holds for each.
    chained = re.match(r'(?:(?:[和与、及]|以及)?"[^"\n]{1,40}")+', folded[end + 1 : end + 120])
    if chained:
        behind = folded[end + 1 + chained.end() : end + 1 + chained.end() + 18]
    best: tuple[int, Kind, str] | None = None
    for kind in _KINDS:
        for key in ("quoted_joined", "quoted_apart"):
            pattern = cues.get(f"{kind} {key}")
            match = pattern.match(behind) if pattern else None
            # What makes a saying of it counts whole: “干字当头”的工作理念 beside 理念.
            if match and (best is None or match.end() + (kind is Kind.SLOGAN) > best[0]):
                best = (match.end(), kind, key)
    before = _verb_before(folded, start - 1)
    if "+" in phrase and re.search(f"[{HAN}]\\+[{HAN}]", phrase):
        named = cues["formula"].match(behind) if not chained else None  # “公司+农户”、“基地+农户”|模式
        end = end + 1 + named.end() if named else end
        return Interpretation(Kind.POLICY, end, named is not None, 0.85)
    if "，" in phrase and best is not None and best[1] is Kind.STRATEGY and len(phrase) >= _SAYING:
        best = None  # a saying is shouted, whatever it is called: “人人都是营商环境，事事关系营商环境”的理念
    if best is not None and best[1] is Kind.STRATEGY and _YEAR_OF.fullmatch(phrase):
        return Interpretation(Kind.POLICY, end, False, 0.85)  # “大抓落实年”部署
    if best is not None and best[1] is Kind.PROJECT and _SO_MANY.match(behind):
        return Interpretation(Kind.POLICY, end, False, 0.85)
    if best is not None:
        length, kind, key = best
        joined = (key == "quoted_joined" or (code and _LAID_OUT.match(behind) is not None)) and not chained
        if joined and kind in IDEAS and folded.endswith('""', 0, start) and not (nameless or phrase in generic_names()):
            joined = False  # the last of a row: “鲁科贷”“鲁科担”“鲁科保”|金融服务 (25 of 41; of what 和 joins 3 of 16)
        if nameless and (not joined or kind is Kind.PROJECT):
            return None
        return Interpretation(kind, end + 1 + length if joined else end, joined, 0.9 if joined else 0.85)
    if nameless or cues["category behind"].match(behind) or cues["category before"].search(before):
        return None
    if _works().fullmatch(phrase):
        return Interpretation(Kind.PROJECT, end, False, 0.85)
    if _layout().fullmatch(phrase):
        return Interpretation(Kind.STRATEGY, end, False, 0.8)
    if _YEAR_OF.fullmatch(phrase):
        return Interpretation(Kind.POLICY, end, False, 0.85)
    for kind in _KINDS:
        if cues[f"{kind} heads"].search(phrase) and (kind is not Kind.PROJECT or len(phrase) > 5):
            return Interpretation(kind, end, False, 0.8)
    parallel = [part for part in re.split("[、，]", phrase) if part]
    if len(parallel) > 1:
        kind = Kind.STRATEGY if _matches(f"{Kind.STRATEGY} before", before) else Kind.SLOGAN
        alike = len({len(part) for part in parallel}) == 1
        return Interpretation(kind, end, False, 0.65 if alike else 0.5)
    for kind in IDEAS:
        if _matches(f"{kind} before", before):
            return Interpretation(kind, end, False, 0.7 if kind is Kind.STRATEGY else 0.6)
    if _NUMERAL_GROUP.match(phrase):
        target = cues["counted targets"].search(phrase)
        return Interpretation(Kind.STRATEGY if target else Kind.POLICY, end, False, 0.5)
    return None


def _matches(cue: str, text: str) -> bool:
    return _cues()[cue].search(text) is not None


class QuotationFinder:
    """Proposes each quoted name, alone and with the noun that belongs to it (“放管服”改革)."""

    def __call__(self, doc: Doc) -> Doc:
        """Append one candidate a quotation, two where a noun joins it."""
        folded, candidates = folded_text(doc), doc._.candidates
        for start, end in quotations(folded):
            reading = read(folded, start, end)
            if reading is None or within_another_plan(folded, start - 1, reading.end):
                continue
            if reading.joined and _explains(doc, folded, start, end, reading.end):
                continue
            name = text_of(doc)[start - 1 : reading.end] if reading.joined else None
            if reading.joined:
                candidates.append(
                    Candidate(Span(start - 1, reading.end), reading.kind, "policy_quotations", reading.confidence, name)
                )
                if folded[start:end] in generic_names() or within_another_plan(folded, start, end):
                    continue  # “一站式”服务 is one thing, “一站式” nothing by itself
            candidates.append(
                Candidate(Span(start, end), reading.kind, "policy_quotations", reading.confidence - 0.05, name)
            )
            if reading.kind is Kind.STRATEGY:
                self._parts(doc, folded, Span(start, end))
        return doc

    @staticmethod
    def _parts(doc: Doc, folded: str, whole: Span) -> None:
        """Read the parts of a compound of verb phrases: “推进三大转型、建设三新简阳” → 三大转型, 三新简阳."""
        parts = list(_part().finditer(folded, whole.start, whole.end)) or list(
            _ALIKE.finditer(folded, whole.start, whole.end)
        )
        if len({folded[part.end() - 2 : part.end()] for part in parts if part.re is _ALIKE}) > 1:
            return  # 产业云麓、商贸云麓: names that end alike
        if len(parts) < 2 or sum(len(part.group()) for part in parts) + len(parts) - 1 != whole.end - whole.start:
            return
        for part in parts:
            span = Span(*part.span("name"))
            doc._.candidates.append(Candidate(span, Kind.STRATEGY, "policy_quotations", 0.7))
            doc._.claims.append(
                Claim(span, Predicate.COMPONENT_OF, whole, Basis.DEFINITIONAL, 0.95, whole, "policy_quotations/parts")
            )


def _explains(doc: Doc, folded: str, start: int, end: int, stop: int) -> bool:
    """Tell whether a quoted list only explains a term of its own noun: “四预”机制: …“预期、…、预警”|机制."""
    noun = folded[end + 1 : stop]
    return "、" in folded[start:end] and any(
        entry.definition.start < start < entry.definition.end
        and folded[entry.term.start : entry.term.end].strip('"').endswith(noun)
        for entry in doc._.structure.glossary
    )


@Language.factory("policy_quotations")
def make_quotation_finder(nlp: Language, name: str) -> QuotationFinder:
    """Create the finder of quoted names."""
    return QuotationFinder()
