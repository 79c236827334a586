"""What work serves where nothing in the text relates it to a strategy, on documents of our own."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from extract import pipeline
from extract.annotation import Claim, Entity
from extract.document import Place, Span
from extract.learned import affinity, inference
from ontology import scheme
from ontology.terms import Basis, Kind, Level, Predicate
from tests import linking

COUNTY = Place("丙县", Level.COUNTY, (Place("甲省", Level.PROVINCIAL), Place("乙市", Level.PREFECTURE)))
HERD, SCHOOL = "鹮鸣肉牛养殖场", "鹭湾中心小学扩建项目"
NAMED = {
    "畜牧强县": (Kind.STRATEGY, Level.COUNTY),
    "教育强县": (Kind.STRATEGY, Level.COUNTY),
    "习近平经济思想": (Kind.STRATEGY, Level.NATIONAL),
    HERD: (Kind.PROJECT, None),
    SCHOOL: (Kind.PROJECT, None),
}
TEXT = (
    f"丙县人民政府工作报告\n一年来，{HERD}建成投用。\n{SCHOOL}开工。\n学习习近平经济思想，畜牧强县、教育强县再上台阶。"
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


def fitting() -> affinity.Affinity:
    learned = affinity.opened(inference.MODELS / affinity.MODEL)
    assert learned is not None
    return learned


def described(doc) -> dict[str, set[str]]:
    return {each.subject.name: {goal.name for goal in each.goals} for each in inference.of_works(doc, fitting())}


def claimed(doc, models: Path) -> dict[str, tuple[str, float]]:
    found = inference.InferenceReader(models, 0.0, 0.0)(doc)._.claims
    words = [(TEXT[c.subject.start : c.subject.end], TEXT[c.object.start : c.object.end], c.confidence) for c in found]
    return {work: (goal, sure) for work, goal, sure in words}


def test_a_work_is_linked_to_the_strategy_of_its_subject_matter():
    doc = read(COUNTY)
    found = claimed(doc, inference.MODELS)
    assert found[HERD][0] == "畜牧强县"
    assert found[SCHOOL][0] == "教育强县"
    works = [c for c in doc._.claims if TEXT[c.subject.start : c.subject.end] in (HERD, SCHOOL)]
    assert {(c.predicate, c.basis) for c in works} == {(Predicate.SERVES, Basis.INFERRED)}
    assert all(
        TEXT[c.evidence.start : c.evidence.end].find(TEXT[c.subject.start : c.subject.end]) >= 0 for c in doc._.claims
    )


def test_what_guides_all_work_is_no_single_works_goal():
    goals = {goal.name for each in inference.of_works(read(COUNTY), fitting()) for goal in each.goals}
    assert goals == {"畜牧强县", "教育强县"}


def test_to_what_the_text_relates_a_work_it_is_not_linked_again():
    doc = read(COUNTY)
    herd, goal = (Span(TEXT.index(name), TEXT.index(name) + len(name)) for name in (HERD, "畜牧强县"))
    assert described(doc) == {HERD: {"畜牧强县"}, SCHOOL: {"教育强县"}}
    doc._.claims.append(Claim(herd, Predicate.SERVES, goal, Basis.STATED, 0.9, herd, "test"))
    assert HERD not in described(doc)


def test_what_the_text_relates_to_a_strategy_speaks_for_it_to_what_stands_beside():
    text = TEXT.replace(f"{HERD}建成投用。", f"{HERD}建成投用。开办鹮岭茶社。")
    shop = Entity("shop", Kind.ORGANIZATION, "鹮岭茶社", (Span(*re.search("鹮岭茶社", text).span()),))
    doc = read(COUNTY, text)
    doc._.entities = (*doc._.entities, shop)
    assert "鹮岭茶社" not in described(doc)
    herd, goal = (Span(text.index(name), text.index(name) + len(name)) for name in (HERD, "畜牧强县"))
    doc._.claims.append(Claim(herd, Predicate.SERVES, goal, Basis.STATED, 0.9, herd, "test"))
    assert described(doc)["鹮岭茶社"] == {"畜牧强县"}


def test_a_mass_organization_is_for_nothing_of_its_own():
    text = TEXT.replace(f"{HERD}建成投用。", f"{HERD}、妇联同向畜牧强县发力。")
    women = Entity("women", Kind.ORGANIZATION, "妇联", (Span(*re.search("妇联", text).span()),))
    doc = read(COUNTY, text)
    doc._.entities = (*doc._.entities, women)
    assert set(described(doc)) == {HERD, SCHOOL}


def test_of_what_a_glossary_names_first_nothing_is_inferred():
    text = TEXT.replace(f"一年来，{HERD}建成投用。", "一年来真抓实干。") + f"\n名词解释\n1.{HERD}：县里办的养殖场。"
    assert described(read(COUNTY, text)) == {SCHOOL: {"教育强县"}}


def test_a_strategy_may_be_for_others_of_no_lower_level():
    doc = read(COUNTY)
    found = {each.subject.name: {goal.name for goal in each.goals} for each in inference.of_strategies(doc, fitting())}
    assert found["畜牧强县"] == {"教育强县", "习近平经济思想"}
    assert "习近平经济思想" not in found
    farm, study = (Span(TEXT.index(name), TEXT.index(name) + len(name)) for name in ("畜牧强县", "习近平经济思想"))
    doc._.claims.append(Claim(farm, Predicate.ADVANCES, study, Basis.STATED, 0.9, farm, "test"))
    found = {each.subject.name: {goal.name for goal in each.goals} for each in inference.of_strategies(doc, fitting())}
    assert found["畜牧强县"] == {"教育强县"}


def test_what_is_judged_again_is_told_what_the_first_trees_say_beside():
    doc = read(COUNTY)
    goals = [e for e in doc._.entities if e.name in ("畜牧强县", "教育强县")]
    herd, school = (next(e for e in doc._.entities if e.name == name) for name in (HERD, SCHOOL))
    line, heading = Span(0, 10), Span(0, 5)
    choices = [
        inference.Choices(herd, goals, np.zeros((2, 1), np.float32), (line, None, heading)),
        inference.Choices(school, goals[1:], np.ones((1, 1), np.float32), (Span(10, 20), None, heading)),
    ]
    again, numbers = inference.to_judge_again(choices, np.array([0.4, 0.02, 0.3], np.float32))
    assert again.tolist() == [True, False, True], "what is unlikely is not judged again"
    own, all_of_subject, rank, rival = numbers[:, 1:5].T
    assert numbers[:, 0].tolist() == [0, 1], "what the first trees went by"
    assert own == pytest.approx([0.4, 0.3]) and all_of_subject == pytest.approx([0.42, 0.3])
    assert rank.tolist() == [0, 0] and rival == pytest.approx([0.02, 0])
    others, mean, best, before, behind = numbers[:, 5:10].T
    assert others == pytest.approx([0, 0.02]) and mean == pytest.approx([0, 0.02]) and best == pytest.approx([0, 0.02])
    assert before == pytest.approx([0, 0.02]) and behind == pytest.approx([0, 0])
    in_sentence, in_section, in_part = numbers[:, 10::3].T
    assert in_sentence == pytest.approx([0, 0]), "they stand in two sentences"
    assert in_section == pytest.approx([0, 0.02]) and in_part == pytest.approx([0, 0.02])


def test_a_long_text_is_read_in_stretches(monkeypatch):
    monkeypatch.setattr(inference, "_STRETCH", TEXT.index("学习"))
    assert not list(inference.of_works(read(COUNTY), fitting()))
    text = TEXT.replace("一年来，", "一年来，畜牧强县再上台阶。")
    monkeypatch.setattr(inference, "_STRETCH", text.index("学习"))
    assert described(read(COUNTY, text)) == {HERD: {"畜牧强县"}}


def test_without_a_model_nothing_is_claimed(tmp_path: Path):
    assert not claimed(read(COUNTY), tmp_path)


def test_what_is_less_likely_than_the_threshold_is_not_claimed():
    sure = claimed(read(COUNTY), inference.MODELS)[HERD][1]
    for least, is_claimed in ((sure - 0.01, True), (sure + 0.01, False)):
        claims = inference.InferenceReader(inference.MODELS, least, 0.0)(read(COUNTY))._.claims
        assert any(TEXT[c.subject.start : c.subject.end] == HERD for c in claims) == is_claimed


def test_lists_of_mottoes_and_kinds_of_government_are_no_works_goal(monkeypatch):
    text = f"{TEXT}坚持农业稳县、畜牧活县，建设廉洁政府。"
    for name in ("农业稳县、畜牧活县", "廉洁政府"):
        monkeypatch.setitem(NAMED, name, (Kind.STRATEGY, Level.COUNTY))
    goals = {goal.name for each in inference.of_works(read(COUNTY, text), fitting()) for goal in each.goals}
    assert goals == {"畜牧强县", "教育强县"}
