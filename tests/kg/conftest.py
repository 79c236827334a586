"""Annotated documents of invented towns, told in one line each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest

from extract.annotation import Annotation, Entity, Indicator, Link
from extract.document import Document, Metadata, Place, Section, Span, Structure
from ontology.terms import Basis, Kind, Level, Period, Predicate, Status

Tell = Callable[..., Annotation]

PROVINCE = Place("甲省", Level.PROVINCIAL, (), "990000000000")
CITY = Place("乙市", Level.PREFECTURE, (PROVINCE,), "990100000000")
COUNTY = Place("丙县", Level.COUNTY, (PROVINCE, CITY), "990101000000")
TOWN = Place("丁镇", Level.TOWNSHIP, (PROVINCE, CITY, COUNTY), "990101100000")
OTHER_TOWN = Place("戊镇", Level.TOWNSHIP, (PROVINCE, CITY, COUNTY), "990101101000")
NATION = Place("中国", Level.NATIONAL)
PLACES = {place.name: place for place in (NATION, PROVINCE, CITY, COUNTY, TOWN, OTHER_TOWN)}


@pytest.fixture(scope="session")
def tell() -> Tell:
    """Return a function that makes an annotation: its links, written ``实力丁镇 advances 强县``, are its text.

    An entity is a township's strategy unless its name stands in ``kinds`` or ``levels``; a level of None is unknown.
    """

    def tell(
        identifier: str,
        place: str | None,
        links: Sequence[str],
        *,
        kinds: dict[str, Kind] | None = None,
        levels: dict[str, Level | None] | None = None,
        concepts: dict[str, str] | None = None,
        basis: Basis = Basis.STATED,
    ) -> Annotation:
        text = "".join(f"{link}。" for link in links)
        ends = [link.split() for link in links]
        ids: dict[str, str] = {}
        for subject, _, object_ in ends:
            for name in (subject, object_):
                ids.setdefault(name, f"e{len(ids) + 1}")
        entities = tuple(
            Entity(
                number,
                kind := (kinds or {}).get(name, Kind.STRATEGY),
                name,
                (Span(text.index(name), text.index(name) + len(name)),),
                (levels or {}).get(name, Level.TOWNSHIP) if kind is not Kind.PROJECT else None,
                concept=(concepts or {}).get(name),
            )
            for name, number in ids.items()
        )
        made = []
        at = 0
        for link, (subject, relation, object_) in zip(links, ends, strict=True):
            span = Span(at, at := at + len(link) + 1)
            made.append(Link(ids[subject], Predicate(relation), ids[object_], basis, 0.9, (span,), "toy"))
        where = PLACES[place] if place else None
        metadata = Metadata(title=identifier, year=2023, level=where.level if where else None, place=where)
        document = Document(identifier, text, "0" * 64, metadata=metadata)
        return Annotation(document, Structure((), (Span(0, max(1, len(text))),), ()), entities, (), tuple(made))

    return tell


@pytest.fixture(scope="session")
def report() -> Annotation:
    """Return a small report with one of everything."""
    text = "一、实力丁镇\n围绕“实力丁镇”，落实三区三地，舜耕村的水渠工程完成投资3.43亿元。\n"

    def at(name: str, nth: int = 0) -> Span:
        start = -1
        for _ in range(nth + 1):
            start = text.index(name, start + 1)
        return Span(start, start + len(name))

    village = Place("舜耕村", Level.VILLAGE, (*TOWN.within, TOWN), "990101100201")
    sentence = Span(text.index("围绕"), text.index("。") + 1)
    entities = (
        Entity("e1", Kind.STRATEGY, "“实力丁镇”", (at("实力丁镇"), at("实力丁镇", 1)), Level.TOWNSHIP, TOWN),
        Entity("e2", Kind.STRATEGY, "三区三地", (at("三区三地"),), Level.PROVINCIAL),
        Entity("e3", Kind.VILLAGE, "舜耕村", (at("舜耕村"),), Level.VILLAGE, place=village),
        Entity("e4", Kind.PROJECT, "舜耕水渠工程", (at("水渠工程"),), place=village, status=Status.COMPLETED),
    )
    links = (
        Link("e1", Predicate.ADVANCES, "e2", Basis.STATED, 0.95, (sentence,), "toy"),
        Link("e4", Predicate.SERVES, "e1", Basis.STRUCTURAL, 0.8, (at("实力丁镇"), sentence), "toy"),
        Link("e4", Predicate.LOCATED_IN, "e3", Basis.DEFINITIONAL, 1, (), "names"),
    )
    indicator = Indicator("i1", at("3.43亿元"), Decimal("343000000.00"), "元", "投资", "e4", Period.REVIEW)
    metadata = Metadata(
        "丁镇工作报告", "2023-03", 2023, Level.TOWNSHIP, TOWN, "丁镇人民政府", "丁镇人民代表大会", (2022,), (2023,)
    )
    section = Section(Span(0, len(text)), at("实力丁镇"), "一、", 0, None, Period.REVIEW)
    inner = Section(sentence, None, "", 1, 0)
    structure = Structure((section, inner), (sentence,), ())
    document = Document("丁镇 2023", text, "ab" * 32, metadata=metadata)
    return Annotation(document, structure, entities, (indicator,), links)
