"""What the ontology calls its terms, in Chinese and English: read from the ontology itself, as no view may differ."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import pyoxigraph as ox

from kg.language import Language
from kg.rows import IRI
from ontology.terms import PL, Basis, Kind, Level, Predicate


def label(name: str, language: Language = "zh") -> str:
    """Return what a term is called.

    >>> label("structural"), label("structural", "en")
    ('结构', 'structural')
    """
    return terms()[name][f"label_{language}"]


@cache
def terms() -> Mapping[str, Mapping[str, str]]:
    """Return each term by its local name: its name, type, and label and comment by language (``label_zh``)."""
    known: dict[str, dict[str, str]] = {}
    content = (files("ontology") / "policy-lineage.ttl").read_bytes()
    for quad in ox.parse(content, format=ox.RdfFormat.TURTLE):
        if not isinstance(quad.subject, ox.NamedNode) or not quad.subject.value.startswith(PL):
            continue
        name = quad.subject.value.removeprefix(PL)
        term = known.setdefault(name, {"name": f"pl:{name}"})
        property = IRI(quad.predicate.value).local
        if property == "type" and isinstance(quad.object, ox.NamedNode):
            kind = IRI(quad.object.value).local
            if "Property" in kind or kind == "Class":
                term["type"] = "property" if "Property" in kind else "class"
        elif property in ("label", "comment") and isinstance(quad.object, ox.Literal):
            term[f"{property}_{quad.object.language or 'en'}"] = quad.object.value
    return dict(sorted(known.items()))


WORDS: Mapping[str, str] = {
    **{Level.NATIONAL: "国家", Level.PROVINCIAL: "省", Level.PREFECTURE: "市", Level.COUNTY: "县"},
    **{Level.TOWNSHIP: "乡镇", Level.VILLAGE: "村级", "": "层级未明"},
    **{Kind.VILLAGE: "村", Kind.ADMINISTRATIVE_UNIT: "政区", Kind.ORGANIZATION: "机构", Kind.PROJECT: "项目"},
    **{Kind.POLICY: "政策", Kind.STRATEGY: "战略", Kind.SLOGAN: "口号"},
    **{basis: label(basis) for basis in Basis},
    **{
        Predicate.COMPONENT_OF: "属于",
        Predicate.SERVES: "服务",
        Predicate.ADVANCES: "落实",
        Predicate.LOCATED_IN: "位于",
    },
}
"""Short Chinese words for pictures and the terminal, where the ontology's labels are too long but for a basis."""

NOT_SPENT = (
    "人均|亩均|户均|每[人亩户]|标准|余额|工资|收入|起征点|单价|售价|保费|限额|生产总值|增加值|产值|销售|营收|营业额|利润|税收"
    "|存款|储蓄|出口|进口|进出口|零售|消费|损失|交易额|债务"
)
"""What sums of money are called that nobody spends on a work: income, output, stocks, standards; regular expression."""
