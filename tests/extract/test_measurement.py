"""What a figure measures, on sentences of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract import pipeline
from extract.annotation import Entity
from extract.document import Place, Span
from extract.learned import measurement
from ontology.terms import Kind, Level
from tests import linking

COUNTY = Place("丙县", Level.COUNTY)
FIELD, TOILETS, FIRM = "甲村鹮田项目", "厕所革命", "长鹮公司"
TABLE = f"项目名称\t业主\t投资\n{FIELD}\t{FIRM}\t26万元\n"


def measured(text: str, named: dict[str, Kind], models: Path = measurement.MODELS) -> list[str | None]:
    """Return what each figure of a text measures, where the text names these entities."""
    models_of = {"policy_measurement": {"models": str(models)}}
    nlp = pipeline.load(components=("policy_structure", "policy_indicators", "policy_measurement"), config=models_of)
    doc = pipeline.make_doc(nlp, linking.document(text, COUNTY))
    doc._.entities = tuple(
        Entity(name, kind, name, (Span(text.index(name), text.index(name) + len(name)),))
        for name, kind in named.items()
    )
    for _, component in nlp.pipeline:
        doc = component(doc)
    return [indicator.of for indicator in doc._.indicators]


@pytest.mark.parametrize(
    ("text", "named", "of"),
    [
        (f"{FIELD}投资26万元。", {FIELD: Kind.PROJECT, "鹮田": Kind.POLICY}, FIELD),
        ("甲村9亩茶园完工。", {"甲村9亩茶园": Kind.PROJECT, "甲村": Kind.VILLAGE}, "甲村9亩茶园"),
        (f"实施“{TOILETS}”，鹮鸣村新建公厕14座。", {TOILETS: Kind.POLICY, "鹮鸣村": Kind.VILLAGE}, TOILETS),
        (f"{FIELD}开工。全县森林覆盖率达63.2%。", {FIELD: Kind.PROJECT}, None),
        (f"实施“{TOILETS}”，{FIRM}占比63.2%。", {TOILETS: Kind.POLICY, FIRM: Kind.ORGANIZATION}, FIRM),
        ("投入14万元，建设鹮鸣新城。", {"鹮鸣新城": Kind.STRATEGY}, None),
        (f"{FIRM}投资14万元。", {FIRM: Kind.ORGANIZATION}, FIRM),
    ],
)  # fmt: skip
def test_a_figure_measures_what_its_sentence_is_about(text: str, named: dict[str, Kind], of: str | None) -> None:
    assert measured(text, named) == [of]


@pytest.mark.parametrize(
    ("between", "kind", "of"),
    [
        ("", Kind.PROJECT, FIELD),
        ("乡村更美。", Kind.PROJECT, None),
        ("乡村更美。", Kind.POLICY, None),
        ("乡村更美。", Kind.STRATEGY, FIELD),
    ],
)  # fmt: skip
def test_a_local_reports_figure_is_of_no_work_named_before_the_sentence_before(
    between: str, kind: Kind, of: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measurement, "likelihood", lambda *_: 1.0)
    assert measured(f"{FIELD}完工。{between}改造危桥12座。", {FIELD: kind}) == [of]


def test_an_amount_in_a_tables_row_measures_its_work_not_its_builder(tmp_path: Path) -> None:
    named = {FIELD: Kind.PROJECT, FIRM: Kind.ORGANIZATION}
    assert measured(TABLE, named, tmp_path) == measured(TABLE, named) == [FIELD]


def test_without_a_model_only_the_rows_of_tables_tell(tmp_path: Path) -> None:
    assert measured(f"{FIELD}投资26万元。", {FIELD: Kind.PROJECT}, tmp_path) == [None]


def test_an_item_of_a_list_is_not_of_the_item_before() -> None:
    named = {"鹮田污水工程": Kind.PROJECT}
    assert measured("建成鹮田污水工程9公里、公厕8座，施划停车位7个。", named) == ["鹮田污水工程", None, None]


def test_what_is_invested_is_of_what_follows() -> None:
    named = {FIELD: Kind.PROJECT, "鹮鸣粮库": Kind.PROJECT}
    assert measured(f"投资9亿元的{FIELD}、投资8亿元的鹮鸣粮库竣工。", named) == [FIELD, "鹮鸣粮库"]
    assert measured(f"{FIELD}竣工，投资8亿元的机械厂投产。", {FIELD: Kind.PROJECT}) == [None]


def test_a_figure_that_says_how_the_one_before_changed_is_of_the_same() -> None:
    named = {"鹮鸣奖补": Kind.POLICY}
    assert measured("发放鹮鸣奖补9亿元、比上年增加3000万元。", named) == ["鹮鸣奖补"] * 2
    assert measured("鹮鸣奖补9亿元，同比增长8.1%，公厕8座。", named)[:2] == ["鹮鸣奖补"] * 2


def test_a_five_year_plan_as_a_date_is_measured_by_nothing() -> None:
    assert measured("产值由“十二五”末的9亿元增长到8亿元。", {"十二五": Kind.POLICY}) == [None, None]


@pytest.mark.parametrize(
    ("text", "named", "figures"),
    [
        ("硬化八里庄村道路。", {"八里庄村": Kind.VILLAGE}, 0),
        ("落实常态化30项防控措施。", {"常态化30项防控措施": Kind.POLICY}, 0),
        ("做强5条产业链。", {"5条产业链": Kind.STRATEGY}, 0),
        ("办好33项民生工程。", {"33项民生工程": Kind.POLICY}, 1),
        ("建设9万吨鹮鸣粮库。", {"9万吨鹮鸣粮库": Kind.PROJECT}, 1),
        ("坚持两个百分之百。", {"两个百分之百": Kind.POLICY}, 1),
    ],
)
def test_a_piece_of_a_name_is_no_figure(text: str, named: dict[str, Kind], figures: int) -> None:
    assert len(measured(text, named)) == figures
