"""Which sentence and which heading relates work to a strategy, and which does not."""

from __future__ import annotations

import pytest

from extract import pipeline
from extract.document import Document, Metadata, Place
from ontology.terms import Basis, Level, Predicate

COUNTY = Place("丙县", Level.COUNTY, (Place("甲省", Level.PROVINCIAL), Place("乙市", Level.PREFECTURE)))
TITLE = "丙县人民政府工作报告\n一、工作打算\n"
SPEAKER, MILL, GOAL = "丙县人民政府", "鹭湾鹮鸣茶叶加工项目", "茶香丙县"


@pytest.fixture(scope="module")
def nlp():
    return pipeline.load()


def links(nlp, text: str, predicate: Predicate) -> dict[tuple[str, str], Basis]:
    document = Document("t", text, "0" * 64, metadata=Metadata(place=COUNTY, level=Level.COUNTY))
    annotation = pipeline.annotate(nlp, document)
    name = {e.id: e.name for e in annotation.entities}
    return {(name[k.subject], name[k.object]): k.basis for k in annotation.links if k.predicate is predicate}


@pytest.mark.parametrize(
    ("clause", "pursued"),
    [
        ("今年，我们聚焦“茶香丙县”建设，真抓实干。", True),
        ("今年，我们全力打造“茶香丙县”，真抓实干。", True),
        ("今年，我们认真学习“茶香丙县”理念，真抓实干。", False),
        ("今年，各村聚焦“茶香丙县”建设，真抓实干。", False),
    ],
)
def test_the_speaker_serves_the_goals_that_it_says_it_pursues(nlp, clause, pursued):
    assert ((SPEAKER, GOAL) in links(nlp, TITLE + clause, Predicate.SERVES)) is pursued


@pytest.mark.parametrize(
    ("sentence", "guided"),
    [
        (f"按照“{GOAL}”发展思路，建成{MILL}。", True),
        (f"{MILL}建成，按照“{GOAL}”发展思路发展新品。", False),
    ],
)
def test_guidance_holds_for_what_follows_it_only(nlp, sentence, guided):
    assert ((MILL, GOAL) in links(nlp, TITLE + sentence, Predicate.SERVES)) is guided


@pytest.mark.parametrize(
    ("announcement", "served"),
    [("围绕上述目标，重点做好以下工作：\n", True), ("重点是：\n", False)],
)
def test_headings_serve_in_turn_what_a_sentence_says_they_are_for(nlp, announcement, served):
    text = (
        f"{TITLE}总体要求是：以习近平新时代中国特色社会主义思想为指导，紧紧围绕“一带三园”发展思路，埋头苦干。\n{announcement}"
        "（一）打造“活力鹮乡”，推动升级\n修渠三里。\n（二）建设“和美鹮乡”，改善环境\n植树千亩。"
    )
    found = links(nlp, text, Predicate.SERVES)
    assert {pair for pair, basis in found.items() if basis is Basis.STRUCTURAL} == (
        {("活力鹮乡", "一带三园"), ("和美鹮乡", "一带三园")} if served else set()
    )


def test_a_counted_group_is_the_whole_of_what_is_listed_before_it(nlp):
    parts = links(nlp, "实施茶业兴县、电商富县、山水立县三大战略。", Predicate.COMPONENT_OF)
    assert parts.keys() == {(part, "三大战略") for part in ("茶业兴县", "电商富县", "山水立县")}
    assert not links(nlp, "实施茶业兴县、电商富县三大战略。", Predicate.COMPONENT_OF)
