"""What serves, advances, is part of and stands where, on a report of our own."""

from __future__ import annotations

import gc

import pytest
from spacy.language import Language

from extract import pipeline
from extract.annotation import Entity
from extract.document import Document, Metadata, Place, Span
from extract.relations.topics import topics_of
from ontology.errors import UsageError
from ontology.scheme import Scheme
from ontology.terms import Basis, Kind, Level, Predicate
from tests import linking

PROVINCE = Place("甲省", Level.PROVINCIAL)
CITY = Place("乙市", Level.PREFECTURE, (PROVINCE,))
COUNTY = Place("丙县", Level.COUNTY, (PROVINCE, CITY))
TOWN = Place("丁镇", Level.TOWNSHIP, (PROVINCE, CITY, COUNTY))

REPORT = """丁镇人民政府工作报告

一、2023年工作安排

今年工作的总体要求是：以习近平新时代中国特色社会主义思想为指导，深入贯彻党的二十大精神，紧紧围绕“一带三园”发展思路，埋头苦干。

（一）聚焦打造“活力丁镇”，推动产业升级
实施丁镇青石村冷链仓储项目，开展“百企进村”帮扶行动。健全河长制、林长制等生态治理体系。

（二）建设“美丽丁镇”，改善环境
我们要深入践行“两山”理念，打造“美丽丁镇”。推进丁镇白石村污水处理厂。

名词解释
一带三园：“一带”，即建设清河（丁镇段）生态产业带。“三园”，即打造果蔬园、养殖园、物流园。
"""


@pytest.fixture(scope="module")
def annotation():
    document = Document("t", REPORT, "0" * 64, metadata=Metadata(place=TOWN, level=Level.TOWNSHIP, year=2023))
    return pipeline.annotate(pipeline.load(), document)


def links(annotation, predicate: Predicate) -> dict[tuple[str, str], list]:
    name = {e.id: e.name for e in annotation.entities}
    found: dict[tuple[str, str], list] = {}
    for link in annotation.links:
        if link.predicate is predicate:
            found.setdefault((name[link.subject], name[link.object]), []).append(link)
    return found


def test_work_under_a_heading_serves_what_the_heading_announces(annotation):
    serves = links(annotation, Predicate.SERVES)
    link = next(k for k in serves["丁镇青石村冷链仓储项目", "活力丁镇"] if k.basis is Basis.STRUCTURAL)
    evidence = REPORT[link.evidence[0].start : link.evidence[0].end]
    assert "聚焦打造“活力丁镇”" in evidence
    assert ("丁镇青石村冷链仓储项目", "美丽丁镇") not in serves


def test_the_preamble_says_what_the_overall_strategy_carries_out(annotation):
    advances = links(annotation, Predicate.ADVANCES)
    for goal in ("习近平新时代中国特色社会主义思想", "党的二十大精神"):
        assert any(k.basis is Basis.STATED for k in advances["一带三园", goal])


def test_a_sentence_says_which_doctrine_a_strategy_practises(annotation):
    assert ("美丽丁镇", "“两山”理念") in links(annotation, Predicate.ADVANCES)


def test_the_glossary_gives_parts_and_wholes(annotation):
    parts = links(annotation, Predicate.COMPONENT_OF)
    assert ("三园", "一带三园") in parts
    assert {part for part, whole in parts if whole == "三园"} == {"果蔬园", "养殖园", "物流园"}


def test_a_part_has_the_level_of_its_whole(annotation):
    levels = {e.name: e.level for e in annotation.entities}
    assert levels["果蔬园"] is levels["一带三园"] is Level.TOWNSHIP


def test_advances_only_ever_points_to_a_higher_level(annotation):
    level = {e.id: e.level for e in annotation.entities}
    for link in annotation.links:
        if link.predicate is Predicate.ADVANCES:
            assert level[link.object].above(level[link.subject])


def test_every_link_has_a_confidence_and_evidence(annotation):
    assert annotation.links
    for link in annotation.links:
        assert 0 < link.confidence <= 1 and link.evidence


def test_no_strategy_serves_a_whole_that_it_is_part_of(annotation):
    parts = set(links(annotation, Predicate.COMPONENT_OF))
    assert parts.isdisjoint(links(annotation, Predicate.SERVES))


def test_a_component_that_is_switched_off_says_nothing():
    components = [name for name in pipeline.COMPONENTS if name not in ("policy_service", "policy_inference")]
    document = Document("t", REPORT, "0" * 64, metadata=Metadata(place=TOWN, level=Level.TOWNSHIP))
    found = pipeline.annotate(pipeline.load(components=components), document)
    assert {k.predicate for k in found.links}.isdisjoint({Predicate.SERVES, Predicate.ADVANCES})


@pytest.mark.parametrize("left_out", pipeline.COMPONENTS)
def test_each_component_can_be_left_out(left_out: str) -> None:
    counted = "坚持生态立镇、工业强镇、旅游兴镇三大战略，完成投资26万元。"
    text = REPORT.replace("推进丁镇白石村", f"{counted}推进丁镇白石村")
    nlp = pipeline.load(components=[name for name in pipeline.COMPONENTS if name != left_out])
    found = pipeline.annotate(nlp, Document("t", text, "0" * 64, metadata=Metadata(place=TOWN, level=Level.TOWNSHIP)))
    assert bool(found.structure.sections) is (left_out != "policy_structure")
    assert bool(found.entities) is (left_out != "policy_entities")
    assert bool(found.links) is (left_out not in ("policy_entities", "policy_links"))
    assert bool(found.indicators) is (left_out != "policy_indicators")


@pytest.mark.parametrize(
    ("settings", "idle"),
    [
        ({"config": {"policy_link": {"threshold": 0.9}}}, "policy_link"),
        ({"components": ["policy_structure"], "scheme": Scheme((), {})}, "policy_authority"),
    ],
)
def test_settings_of_what_is_not_among_the_components_are_refused(settings, idle: str) -> None:
    with pytest.raises(UsageError, match=f"«{idle}» is set up but not among the components"):
        pipeline.load(**settings)


@pytest.mark.parametrize("was_on", [True, False])
def test_the_garbage_collector_is_left_as_it_was(was_on: bool) -> None:
    """It pauses while a document is read, also where a component fails."""

    @Language.component("failing")
    def fail(doc):
        assert not gc.isenabled()
        raise RuntimeError("a component that fails")

    if not was_on:
        gc.disable()
    try:
        with pytest.raises(RuntimeError, match="a component that fails"):
            pipeline.annotate(pipeline.load(components=["failing"]), Document("t", REPORT, "0" * 64))
        assert gc.isenabled() is was_on
    finally:
        gc.enable()


def test_displacy_renders_the_mentions():
    from spacy import displacy

    document = Document("t", REPORT, "0" * 64, metadata=Metadata(place=TOWN, level=Level.TOWNSHIP))
    html = displacy.render(pipeline.process(pipeline.load(), document), style="span", jupyter=False)
    assert "Strategy" in html and "Project" in html


@pytest.mark.parametrize(
    ("name", "side", "topic"),
    [
        ("现代化连排猪舍项目", "work", "畜牧水产"),
        ("文旅融合兴镇战略", "goal", "文旅"),
        ("屋顶光伏发电项目", "work", "能源"),
    ],
)
def test_names_show_their_subject_matter(name, side, topic):
    assert topic in topics_of(name, side)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("坚持马列主义、毛泽东思想、邓小平理论、“三个代表”重要思想。", set()),
        ("实施茶业富县、工业强县、文旅活县三大战略。", {"茶业富县", "工业强县", "文旅活县"}),
    ],
)
def test_a_whole_follows_its_last_part_at_once(text: str, parts: set[str]) -> None:
    names = (
        "马列主义",
        "毛泽东思想",
        "邓小平理论",
        "“三个代表”重要思想",
        "茶业富县",
        "工业强县",
        "文旅活县",
        "三大战略",
    )
    named = {name: (Kind.STRATEGY, Level.COUNTY) for name in names if name in text}
    found = linking.read(linking.readers(), text, named, COUNTY)
    assert {subject for subject, _, link in found if link.predicate is Predicate.COMPONENT_OF} == parts


def test_a_name_within_an_item_of_a_list_ends_no_list() -> None:
    names = ("算力“四网融合”工程", "四网融合", "管网更新工程", "“十大基础设施项目”")
    text = "推进算力“四网融合”工程、管网更新工程等“十大基础设施项目”。"
    found = linking.read(linking.readers(), text, dict.fromkeys(names, (Kind.POLICY, Level.PROVINCIAL)), COUNTY)
    parts = {subject for subject, _, link in found if link.predicate is Predicate.COMPONENT_OF}
    assert parts == {"算力“四网融合”工程", "管网更新工程"}


def test_an_item_of_a_name_that_is_a_list_is_its_part_wherever_it_is_named_and_work_is_for_it():
    text = "坚持“茶香立县、鹮鸣活县”发展路径，埋头苦干。\n围绕“茶香立县”，建成鹮鸣湾茶厂，全年修渠三里。"
    nlp = linking.readers()
    doc = pipeline.make_doc(nlp, linking.document(text, COUNTY))

    def entity(number: int, kind: Kind, name: str, level: Level | None) -> Entity:
        start = text.rindex(name)
        return Entity(f"e{number}", kind, name, (Span(start, start + len(name)),), level=level)

    doc._.entities = (
        entity(1, Kind.STRATEGY, "茶香立县、鹮鸣活县", Level.COUNTY),
        entity(2, Kind.STRATEGY, "茶香立县", Level.COUNTY),
        entity(3, Kind.PROJECT, "鹮鸣湾茶厂", None),
    )
    for _, component in nlp.pipeline:
        doc = component(doc)
    found = {(link.subject, link.predicate, link.object) for link in doc._.links}
    assert found == {("e2", Predicate.COMPONENT_OF, "e1"), ("e3", Predicate.SERVES, "e2")}


def test_a_preamble_carries_out_a_list_of_mottoes_as_one_strategy():
    text = "全镇以习近平新时代中国特色社会主义思想为指导，按照县委“茶香立县、鹮鸣活县”部署，建设“鹮羽水乡”。"
    named = {"茶香立县、鹮鸣活县": (Kind.STRATEGY, Level.COUNTY), "茶香立县": (Kind.STRATEGY, Level.COUNTY)}
    named |= {"鹮鸣活县": (Kind.STRATEGY, Level.COUNTY), "鹮羽水乡": (Kind.STRATEGY, Level.TOWNSHIP)}
    found = [(one, link.predicate, other) for one, other, link in linking.read(linking.readers(), text, named, TOWN)]
    whole = "茶香立县、鹮鸣活县"
    assert sorted(found) == sorted(
        [
            ("茶香立县", Predicate.COMPONENT_OF, whole),
            ("鹮鸣活县", Predicate.COMPONENT_OF, whole),
            ("鹮羽水乡", Predicate.ADVANCES, whole),
        ]
    )


OWN = (Kind.STRATEGY, Level.TOWNSHIP)


def test_the_last_of_names_that_all_count_is_no_whole():
    named = dict.fromkeys(("双茶", "双鹮", "双高计划", "茶区", "鹮区", "两片"), OWN)
    links = linking.read(linking.readers(), "建设“双茶”“双鹮”“双高计划”，抓好茶区、鹮区“两片”。", named, TOWN)
    parts = [(one, other) for one, other, link in links if link.predicate is Predicate.COMPONENT_OF]
    assert parts == [("茶区", "两片"), ("鹮区", "两片")]


@pytest.mark.parametrize(
    ("text", "whole", "parts"),
    [
        ("建设两江，就是茶香走廊、鹮鸣湿地走廊，今年动工。", "两江", ["茶香走廊", "鹮鸣湿地走廊"]),
        ("“一乡三区”就是粮区、茶区、果区，在全镇铺开。", "一乡三区", ["粮区", "茶区", "果区"]),
        ("“12”工程，即抓牢“一个龙头”，建好国家茶园“两个支点”。", "12", ["一个龙头", "两个支点"]),
        ("抓“共富”机制，即种上好茶、养上好鹮。", "共富", ["种上好茶", "养上好鹮"]),
        ("建设一乡一区，即茶香走廊，粮区，奋力开创茶区新局面。", "一乡一区", ["茶香走廊", "粮区"]),
        ("“四新”，即茶、鹮，粮区等各处都好。", "四新", []),
        ("建成“两江”即将见效，粮区、茶区都好。", "两江", []),
    ],
)
def test_what_a_name_is_explained_as_is_its_parts(text, whole, parts):
    names = [
        "茶香走廊",
        "鹮鸣湿地走廊",
        "粮区",
        "茶区",
        "果区",
        "一个龙头",
        "两个支点",
        "国家茶园",
        "种上好茶",
        "养上好鹮",
    ]
    named = {name: OWN for name in (whole, *names) if name in text}
    links = linking.read(linking.readers(), text, named, TOWN)
    assert [one for one, other, link in links if link.predicate is Predicate.COMPONENT_OF and other == whole] == parts


def test_a_name_within_an_item_that_a_glossary_makes_a_part_is_no_part():
    items = "在加力扩大需求上聚力提升，在绿色低碳转型上聚力提升，在促进城乡融合发展上聚力提升"
    text = f"丁镇人民政府工作报告\n一、工作打算\n落实“三个聚力提升”，修渠三里。\n名词解释\n1.三个聚力提升：{items}。"
    links = linking.related(pipeline.load(), text, TOWN)
    parts = {
        part for part, whole, link in links if link.predicate is Predicate.COMPONENT_OF and whole == "三个聚力提升"
    }
    assert parts and parts <= set(items.split("，"))


def test_a_piece_of_an_overall_strategy_carries_out_nothing_by_itself():
    text = "全镇以习近平新时代中国特色社会主义思想为指导，坚持“一川三带”布局，各项工作稳中有进。"
    named = {"一川三带": OWN, "三带": OWN, "习近平新时代中国特色社会主义思想": (Kind.STRATEGY, Level.NATIONAL)}
    links = linking.read(linking.readers(), text, named, TOWN)
    assert {one for one, _, link in links if link.predicate is Predicate.ADVANCES} == {"一川三带"}


MOTTOES = ("茶香立镇", "鹮鸣活镇")


@pytest.mark.parametrize("doubted", [(), ("茶香立镇、鹮鸣活镇",)])
def test_a_list_of_mottoes_carries_out_what_the_preamble_names_and_its_mottoes_do_not(doubted):
    text = "全镇以习近平新时代中国特色社会主义思想为指导，坚持茶香立镇、鹮鸣活镇，各项工作稳中有进。"
    named = dict.fromkeys(("茶香立镇、鹮鸣活镇", *MOTTOES), (Kind.STRATEGY, Level.TOWNSHIP))
    named["习近平新时代中国特色社会主义思想"] = (Kind.STRATEGY, Level.NATIONAL)
    links = list(linking.read(linking.readers(), text, named, TOWN, doubted))
    assert {one for one, _, link in links if link.predicate is Predicate.ADVANCES} == {"茶香立镇、鹮鸣活镇"}


@pytest.mark.parametrize(
    ("sentence", "closes"),
    [
        ("全镇以习近平新时代中国特色社会主义思想为指导，朝着茶乡水镇迈进。", True),
        ("茶乡水镇这一年，以习近平新时代中国特色社会主义思想为指导，稳中有进。", False),
    ],
)
def test_what_a_preamble_comes_to_carries_out_what_guides_it(sentence, closes):
    named = {"茶乡水镇": (Kind.STRATEGY, Level.TOWNSHIP)}
    named["习近平新时代中国特色社会主义思想"] = (Kind.STRATEGY, Level.NATIONAL)
    links = linking.read(linking.readers(), sentence, named, TOWN, doubted=("茶乡水镇",))
    assert any(link.predicate is Predicate.ADVANCES for _, _, link in links) is closes


def test_a_paragraphs_first_sentence_stands_beside_its_heading_where_it_names_the_speakers_own_strategy():
    text = (
        "一、2023年工作回顾\n（一）建设茶乡水镇\n扛稳粮食安全责任。鹮鸣湾粮库项目开工。\n"
        "打造鹮鸣走廊。鹮鸣湾栈道项目开工。\n（二）全力抓好收尾\n扛稳粮食安全责任。鹮鸣湾磨坊项目开工。"
    )
    named = {"茶乡水镇": OWN, "鹮鸣走廊": OWN, "粮食安全": (Kind.STRATEGY, Level.NATIONAL)}
    named |= dict.fromkeys(("鹮鸣湾粮库项目", "鹮鸣湾栈道项目", "鹮鸣湾磨坊项目"), (Kind.PROJECT, None))
    links = linking.read(linking.readers(), text, named, TOWN)
    found = sorted((one, other) for one, other, link in links if link.basis is Basis.STRUCTURAL and "项目" in one)
    assert found == [
        ("鹮鸣湾栈道项目", "茶乡水镇"),
        ("鹮鸣湾栈道项目", "鹮鸣走廊"),
        ("鹮鸣湾磨坊项目", "粮食安全"),
        ("鹮鸣湾粮库项目", "茶乡水镇"),
    ]


def test_a_counted_name_has_those_parts_that_the_headings_of_one_rank_name() -> None:
    text = "丙县人民政府工作报告\n打造“两个丙县”：\n（一）打造实力丙县\n1.建设健康丙县\n修渠三里。"
    text += "\n（二）打造活力丙县\n修路三里。"
    named = dict.fromkeys(("两个丙县", "实力丙县", "活力丙县", "健康丙县"), (Kind.STRATEGY, Level.COUNTY))
    found = linking.read(linking.readers(), text, named, COUNTY)
    parts = {(s, o) for s, o, k in found if k.predicate is Predicate.COMPONENT_OF and o == "两个丙县"}
    assert parts == {("实力丙县", "两个丙县"), ("活力丙县", "两个丙县")}
