"""An invented province and its documents, small enough that the answer to every question can be checked by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from extract.annotation import Annotation, Entity, Indicator, Link
from extract.document import Document, Metadata, Place, Section, Span, Structure
from kg.derive import derive
from kg.statements import statements
from ontology.scheme import Concept, Scheme
from ontology.terms import PLID, Basis, Kind, Level, Period, Predicate, Status

NATION = Place("中国", Level.NATIONAL)
PROVINCE = Place("甲省", Level.PROVINCIAL)
CITY = Place("乙市", Level.PREFECTURE, (PROVINCE,))
COUNTY = Place("丙县", Level.COUNTY, (PROVINCE, CITY))
TOWN = Place("丁镇", Level.TOWNSHIP, (PROVINCE, CITY, COUNTY))
SILENT_COUNTY = Place("己县", Level.COUNTY, (PROVINCE, CITY))
OTHER_TOWN = Place("戊镇", Level.TOWNSHIP, (PROVINCE, CITY, SILENT_COUNTY))

SCHEME = Scheme(
    (
        Concept(
            f"{PLID}Strategy/中国/大江保护",
            Kind.STRATEGY,
            "大江保护",
            "Great river protection",
            level=Level.NATIONAL,
            year=2020,
        ),
        Concept(f"{PLID}Strategy/中国/强国", Kind.STRATEGY, "强国", "A strong country", level=Level.NATIONAL),
    ),
    {},
)

THINGS: dict[str, tuple[Kind, Level | None]] = {
    **dict.fromkeys(("大江保护", "强国", "海洋开发"), (Kind.STRATEGY, Level.NATIONAL)),
    **dict.fromkeys(("大江实验区", "三区三地"), (Kind.STRATEGY, Level.PROVINCIAL)),
    "大江示范区（乙段）": (Kind.STRATEGY, Level.PREFECTURE),
    **dict.fromkeys(("强县", "富县"), (Kind.STRATEGY, Level.COUNTY)),
    **dict.fromkeys(("实力丁镇", "大江示范区（丁段）", "甜蜜戊镇", "孤岛计划"), (Kind.STRATEGY, Level.TOWNSHIP)),
    "勇往直前": (Kind.SLOGAN, Level.NATIONAL),
    "河长制": (Kind.POLICY, Level.NATIONAL),
    "清河行动": (Kind.POLICY, Level.TOWNSHIP),
    **dict.fromkeys(("水渠工程", "湿地项目", "果园工程"), (Kind.PROJECT, None)),
    "长丰公司": (Kind.ORGANIZATION, None),
    **dict.fromkeys(("舜耕村", "柳湾村", "石门村"), (Kind.VILLAGE, Level.VILLAGE)),
}


@dataclass(frozen=True)
class Told:
    """A sentence and what it says.

    Attributes:
        text: the sentence.
        links: ``subject relation object``, with a confidence and a basis where they are not 0.9 and stated.
        status: of projects.
        figures: figure in the text: (value, unit, measure, entity).
        period: whether the section that the sentence is alone in looks back or ahead.
        definition: of the entity that it is the glossary's entry of.
    """

    text: str
    links: Sequence[str] = ()
    status: Sequence[tuple[str, Status]] = ()
    figures: Sequence[tuple[str, str, str, str, str]] = ()
    period: Period | None = None
    definition: tuple[str, str] | None = None


DOCUMENTS = (
    (
        "全国_2021",
        NATION,
        2021,
        (Told("推进大江保护，建设强国，开展海洋开发，勇往直前。", ("大江保护 serves 强国",)),),
    ),
    (
        "甲省_2022",
        PROVINCE,
        2022,
        (
            Told("以大江实验区落实大江保护。", ("大江实验区 advances 大江保护",)),
            Told("三区三地包括大江实验区，服务强国。", ("大江实验区 componentOf 三区三地", "三区三地 advances 强国")),
        ),
    ),
    (
        "乙市_2022",
        CITY,
        2022,
        (
            Told("建设大江示范区（乙段），对接大江实验区，勇往直前。", ("大江示范区（乙段） advances 大江实验区",)),
            Told("全面推行河长制，服务大江保护。", ("河长制 serves 大江保护",)),
        ),
    ),
    (
        "丙县_2022",
        COUNTY,
        2022,
        (Told("强县是对三区三地的落实。", ("强县 advances 三区三地 0.7 definitional",)),),
    ),
    (
        "丁镇_2022",
        TOWN,
        2022,
        (
            Told(
                "围绕实力丁镇，在舜耕村新建水渠工程，计划投资300万元。",
                ("水渠工程 serves 实力丁镇", "水渠工程 locatedIn 舜耕村 1 definitional"),
                (("水渠工程", Status.PLANNED),),
                (("300万元", "3000000", "元", "投资", "水渠工程"),),
                Period.PLAN,
            ),
            Told("孤岛计划另行研究。"),
        ),
    ),
    (
        "丁镇_2023",
        TOWN,
        2023,
        (
            Told(
                "围绕实力丁镇，由长丰公司承建的水渠工程在舜耕村建成，完成投资320万元。",
                (
                    "水渠工程 serves 实力丁镇",
                    "水渠工程 locatedIn 舜耕村 1 definitional",
                    "长丰公司 serves 实力丁镇 0.6 structural",
                ),
                (("水渠工程", Status.COMPLETED),),
                (("320万元", "3200000", "元", "投资", "水渠工程"),),
                Period.REVIEW,
            ),
            Told("实力丁镇助力强县，勇往直前。", ("实力丁镇 advances 强县",)),
            Told(
                "以大江示范区（丁段）融入大江示范区（乙段），在柳湾村实施湿地项目，恢复湿地1500亩，助力强国。",
                (
                    "大江示范区（丁段） advances 大江示范区（乙段）",
                    "湿地项目 serves 大江示范区（丁段）",
                    "湿地项目 serves 强国 0.4 inferred",
                    "湿地项目 locatedIn 柳湾村",
                ),
                (("湿地项目", Status.ONGOING),),
                (("1500亩", "1500", "亩", "恢复湿地", "湿地项目"),),
                Period.PLAN,
            ),
            Told("大江示范区（丁段）也为强县添力。", ("大江示范区（丁段） serves 强县 0.6 structural",)),
            Told("石门村整治环境，清河行动服务大江保护。", ("清河行动 serves 大江保护",)),
            Told("清河行动：清淤、清障、清违。", definition=("清河行动", "清淤、清障、清违")),
        ),
    ),
    (
        "戊镇_2023",
        OTHER_TOWN,
        2023,
        (
            Told(
                "建设甜蜜戊镇，实施果园工程，投资80万元。",
                ("果园工程 serves 甜蜜戊镇",),
                (("果园工程", Status.PLANNED),),
                (("80万元", "800000", "元", "投资", "果园工程"),),
                Period.PLAN,
            ),
            Told("以甜蜜戊镇落实三区三地。", ("甜蜜戊镇 advances 三区三地",)),
            Told("富县有我。"),
        ),
    ),
)


def store() -> ox.Store:
    """Return the invented documents as a store whose default graph is the union of the named ones."""
    graph = ox.Store()
    for identifier, place, year, told in DOCUMENTS:
        graph.extend(statements(_annotation(identifier, place, year, told), SCHEME))
    graph.extend(derive(graph, SCHEME))
    graph.extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in graph])
    return graph


def _annotation(identifier: str, place: Place, year: int, told: Sequence[Told]) -> Annotation:
    text = "".join(f"{sentence.text}\n" for sentence in told)
    starts = [sum(len(before.text) + 1 for before in told[:number]) for number in range(len(told))]
    spans = [Span(start, start + len(sentence.text)) for start, sentence in zip(starts, told, strict=True)]
    status = dict(pair for sentence in told for pair in sentence.status)
    definitions = dict(sentence.definition for sentence in told if sentence.definition)
    entities = tuple(
        Entity(
            name,
            kind,
            name,
            mentions,
            level,
            place=Place(name, Level.VILLAGE, (*place.within, place)) if kind is Kind.VILLAGE else None,
            concept=f"{PLID}Strategy/中国/{name}" if name in ("大江保护", "强国") else None,
            definition=definitions.get(name),
            status=status.get(name),
        )
        for name, (kind, level) in THINGS.items()
        if (mentions := tuple(Span(at.start(), at.end()) for at in re.finditer(re.escape(name), text)))
    )
    links = tuple(_link(link, span) for sentence, span in zip(told, spans, strict=True) for link in sentence.links)
    indicators = tuple(
        Indicator(
            figure,
            Span(at := text.index(figure), at + len(figure)),
            Decimal(value),
            unit,
            measure,
            of,
            sentence.period,
        )
        for sentence in told
        for figure, value, unit, measure, of in sentence.figures
    )
    sections = tuple(
        Section(span, None, "", 0, None, sentence.period) for sentence, span in zip(told, spans, strict=True)
    )
    metadata = Metadata(f"{place.name}政府工作报告", str(year), year, place.level, place, f"{place.name}人民政府")
    document = Document(identifier, text, "0" * 64, metadata=metadata)
    return Annotation(document, Structure(sections, tuple(spans), ()), entities, indicators, links)


def _link(told: str, sentence: Span) -> Link:
    subject, relation, object_, *how = told.split()
    confidence, basis = float(how[0]) if how else 0.9, Basis(how[1]) if how[1:] else Basis.STATED
    return Link(subject, Predicate(relation), object_, basis, confidence, (sentence,), "told")
