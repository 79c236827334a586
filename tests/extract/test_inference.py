"""What work serves where nothing in the text relates it to a strategy, on documents of our own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from extract import pipeline
from extract.annotation import Claim, Entity
from extract.document import Place, Span
from extract.learned import inference
from ontology import scheme
from ontology.terms import Basis, Kind, Level, Predicate
from tests import linking

COUNTY = Place("丙县", Level.COUNTY, (Place("甲省", Level.PROVINCIAL), Place("乙市", Level.PREFECTURE)))
HERD, SCHOOL = "鹮鸣肉牛养殖场", "鹭湾中心小学扩建项目"
NAMED = {
    "畜牧强县": (Kind.STRATEGY, Level.COUNTY),
    "幸福丙县": (Kind.STRATEGY, Level.COUNTY),
    "习近平经济思想": (Kind.STRATEGY, Level.NATIONAL),
    HERD: (Kind.PROJECT, None),
    SCHOOL: (Kind.PROJECT, None),
}
TEXT = (
    f"丙县人民政府工作报告\n一年来，{HERD}建成投用。\n{SCHOOL}开工。\n学习习近平经济思想，畜牧强县、幸福丙县再上台阶。"
)


def read(place: Place, text: str = TEXT):
    """Return a document with the entities that the test names, before the inference reads it."""
    doc = pipeline.process(pipeline.load(components=["policy_structure"]), linking.document(text, place))
    doc._.scheme = scheme.load()
    doc._.entities = tuple(
        Entity(f"e{number}", kind, name, tuple(Span(*m.span()) for m in re.finditer(name, text)), level=level)
        for number, (name, (kind, level)) in enumerate(NAMED.items())
    )
    return doc


def claimed(doc, models: Path) -> dict[str, tuple[str, float]]:
    found = inference.InferenceReader(models, 0.0)(doc)._.claims
    words = [(TEXT[c.subject.start : c.subject.end], TEXT[c.object.start : c.object.end], c.confidence) for c in found]
    return {work: (goal, sure) for work, goal, sure in words}


def test_a_work_is_linked_to_the_strategy_of_its_subject_matter():
    doc = read(COUNTY)
    found = claimed(doc, inference.MODELS)
    assert found[HERD][0] == "畜牧强县"
    assert found[SCHOOL][0] == "幸福丙县"
    assert {(c.predicate, c.basis) for c in doc._.claims} == {(Predicate.SERVES, Basis.INFERRED)}
    assert all(
        TEXT[c.evidence.start : c.evidence.end].find(TEXT[c.subject.start : c.subject.end]) >= 0 for c in doc._.claims
    )


def test_what_guides_all_work_is_no_single_works_goal():
    goals = {pair.goal.name for choices in inference.pairs(read(COUNTY)) for pair in choices}
    assert goals == {"畜牧强县", "幸福丙县"}


def test_a_work_that_the_text_relates_is_left_as_it_is():
    doc = read(COUNTY)
    herd, goal = (Span(TEXT.index(name), TEXT.index(name) + len(name)) for name in (HERD, "幸福丙县"))
    doc._.claims.append(Claim(herd, Predicate.SERVES, goal, Basis.STATED, 0.9, herd, "test"))
    assert [choices[0].work.name for choices in inference.pairs(doc)] == [SCHOOL]


def test_of_what_a_glossary_names_first_nothing_is_inferred():
    text = TEXT.replace(f"一年来，{HERD}建成投用。", "一年来真抓实干。") + f"\n名词解释\n1.{HERD}：县里办的养殖场。"
    assert [choices[0].work.name for choices in inference.pairs(read(COUNTY, text))] == [SCHOOL]


@pytest.mark.parametrize(
    ("between", "goals"), [("生态建设成效明显。", {"幸福丙县"}), ("修渠三里。", {"畜牧强县", "幸福丙县"})]
)
def test_a_result_between_a_strategy_and_a_work_of_one_line_begins_a_new_topic(between, goals):
    line = f"一年来，畜牧强县再上台阶。{between}{HERD}建成投用。"
    text = f"丙县人民政府工作报告\n{line}\n{SCHOOL}服务幸福丙县、习近平经济思想。"
    found = {
        choices[0].work.name: {pair.goal.name for pair in choices} for choices in inference.pairs(read(COUNTY, text))
    }
    assert found[HERD] == goals


@pytest.mark.parametrize("place", COUNTY.within[:1])
def test_reports_of_provinces_are_left_out(place):
    assert not list(inference.pairs(read(place)))


def test_without_a_model_nothing_is_claimed(tmp_path: Path):
    assert not claimed(read(COUNTY), tmp_path)


def test_a_likelier_link_is_surer_but_never_as_sure_as_what_a_heading_says():
    sure = [inference._confidence(likely / 10) for likely in range(4, 11)]
    assert sure == sorted(sure) and sure[0] == 0.4 and sure[-1] < 0.8


def test_lists_of_mottoes_and_kinds_of_government_are_no_works_goal(monkeypatch):
    text = f"{TEXT}坚持农业稳县、畜牧活县，建设廉洁政府。"
    for name in ("农业稳县、畜牧活县", "廉洁政府"):
        monkeypatch.setitem(NAMED, name, (Kind.STRATEGY, Level.COUNTY))
    goals = {pair.goal.name for choices in inference.pairs(read(COUNTY, text)) for pair in choices}
    assert goals == {"畜牧强县", "幸福丙县"}


@pytest.mark.parametrize(
    ("lines", "sure"),
    [
        (f"畜牧强县再上台阶。\n{HERD}建成投用。", True),
        (f"{HERD}建成投用。\n畜牧强县再上台阶。", False),
        (f"畜牧强县再上台阶。\n{'修渠三里。' * 120}\n{HERD}建成投用。", False),
    ],
    ids=["before", "behind", "far before"],
)
def test_a_strategy_named_only_behind_a_work_or_far_before_it_is_hardly_its_goal(monkeypatch, lines, sure):
    monkeypatch.setattr(inference, "likelihood", lambda *_: 0.8)
    text = f"丙县人民政府工作报告\n{lines}\n{SCHOOL}服务幸福丙县、习近平经济思想。"
    found = inference.InferenceReader(inference.MODELS, 0.0)(read(COUNTY, text))._.claims
    assert [c.confidence >= 0.5 for c in found if text[c.subject.start : c.subject.end] == HERD] == [sure]
