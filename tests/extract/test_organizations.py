"""Organizations: bodies under their full names by the document's place, firms and teams by the form of their names."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc

import extract.finders.organizations
import extract.finders.places  # noqa: F401  registers the factory
from extract import pipeline
from extract.annotation import Candidate
from extract.candidates import naming
from extract.document import Document, Metadata, Place, Span
from ontology.divisions import NATION, divisions
from ontology.terms import Kind

for _extension in ("document", "structure", "candidates"):
    if not Doc.has_extension(_extension):
        Doc.set_extension(_extension, default=None)

NLP = spacy.blank("zh")
NLP.add_pipe("policy_places")
NLP.add_pipe("policy_organizations")

TOWN = divisions().find("张营镇", within=["永济市"])[0]
COUNTY = divisions().find("夏县", within=["运城市"])[0]
PREFECTURE = divisions().find("晋中市")[0]
PROVINCE = divisions().find("云南省")[0]


def find(text: str, place: Place) -> list[Candidate]:
    doc = Doc(NLP.vocab, words=list(text), spaces=[False] * len(text))
    doc._.document = Document("d", text, "0" * 64, metadata=Metadata(place=place, level=place.level))
    doc._.candidates = []
    for _, component in NLP.pipeline:
        doc = component(doc)
    return [c for c in doc._.candidates if c.kind is Kind.ORGANIZATION and c.confidence >= 0.5]


def names(text: str, place: Place) -> dict[str, str]:
    return {text[c.span.start : c.span.end]: c.name or text[c.span.start : c.span.end] for c in find(text, place)}


@pytest.mark.parametrize(
    ("text", "place", "bodies"),
    [
        ("镇政府请示镇党委。", TOWN, {"镇政府": "张营镇人民政府", "镇党委": "中共张营镇委员会"}),
        ("在市委市政府领导下，", TOWN, {"市委": "中共永济市委员会", "市政府": "永济市人民政府"}),
        ("在市委领导下，", PREFECTURE, {"市委": "中共晋中市委员会"}),
        ("县委、县人民政府、县政协同行。", COUNTY,
         {"县委": "中共夏县委员会", "县人民政府": "夏县人民政府", "县政协": "政协夏县委员会"}),
        ("向张营镇第六届人民代表大会报告。", TOWN, {"张营镇第六届人民代表大会": "张营镇人民代表大会"}),
        ("镇人大监督，人大代表建议多。", TOWN, {"镇人大": "张营镇人民代表大会", "人大": "张营镇人民代表大会"}),
        ("省住建厅来调研。", TOWN, {"省住建厅": "山西省住房和城乡建设厅"}),
        ("市发改委立项。", PREFECTURE, {"市发改委": "晋中市发展和改革委员会"}),
        ("云南省人民政府印发。", PROVINCE, {"云南省人民政府": "云南省人民政府"}),
        ("党中央、国务院部署。", TOWN, {"党中央": "党中央", "国务院": "国务院"}),
        ("第十四届全国人民代表大会召开。", NATION, {"第十四届全国人民代表大会": "全国人民代表大会"}),
        ("依法接受人大及其常委会监督。", COUNTY, {"人大及其常委会": "夏县人民代表大会"}),
        ("在国管局、九三学社中央支持下，", COUNTY,
         {"国管局": "国家机关事务管理局", "九三学社中央": "九三学社中央委员会"}),
        ("省文联联合举办书展。", TOWN, {"省文联": "山西省文学艺术界联合会"}),
    ],
)  # fmt: skip
def test_bodies_have_full_names_by_the_documents_place(text: str, place: Place, bodies: dict[str, str]) -> None:
    assert names(text, place) == bodies


def test_a_body_stands_in_its_unit() -> None:
    (body,) = find("报市政府批准。", TOWN)
    assert body.place is not None and body.place.path == ("山西省", "运城市", "永济市")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("支持云岭公司扩产，云岭又建新厂。", {"云岭公司": "云岭公司", "云岭": "云岭公司"}),
        ("入股康田种植产业合作社分红。", {"康田种植产业合作社": "康田种植产业合作社"}),
        ("推广“河东味道”、“老街坊”等餐饮品牌。", {"河东味道": "河东味道", "老街坊": "老街坊"}),
        ("打造“鹮光米易”公用区域品牌，做强“鹭味”区域公用品牌。", {"鹮光米易": "鹮光米易", "鹭味": "鹭味"}),
        ("组成资料收集、入户核查两支小分队。", {"资料收集、入户核查两支小分队": "两支小分队"}),
        ("便民服务中心延时办公。", {"便民服务中心": "便民服务中心"}),
        ("云舟牧业现代化鸡舍开工。", {"云舟牧业": "云舟牧业"}),
    ],
)
def test_named_firms_and_teams(text: str, found: dict[str, str]) -> None:
    assert names(text, TOWN) == found


@pytest.mark.parametrize(
    "text",
    [
        "培育上市公司3家，国有企业、龙头企业和民营企业共同发展。",
        "各级政府、有关部门和乡镇政府齐抓共管，县、乡两级医院联动。",
        "吸引更多跨国公司落户，壮大农民专业合作社20个。",
        "建设人民满意的政府，推进社区委员会换届。",
        "彰显人格力量，公安部门联合执法。",
        "打掉流氓集团，处置一批大型企业集团风险。",
    ],
)
def test_the_unnamed_is_no_organization(text: str) -> None:
    assert names(text, TOWN) == {}


def test_a_body_is_named_with_all_units_that_its_name_begins_with() -> None:
    assert "天津南开中学" in names("深度对接天津南开中学等京津名校。", TOWN)


def test_a_unit_that_the_chain_lacks_names_no_body() -> None:
    assert names("县委书记到会。", PREFECTURE) == {}


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("长荣食品公司新建产业园。", ["长荣食品公司"]),
        ("新增绿色有机食品基地面积53万亩。", []),
        ("完成取水许可电子证照管理。", []),
    ],
)
def test_words_that_look_like_a_firm_are_none_where_the_tagger_doubts_them(sentence: str, named: list[str]):
    text = f"夏县政府工作报告\n今年，{sentence}"
    document = Document("d", text, "0" * 64, metadata=Metadata(place=COUNTY, level=COUNTY.level))
    found = pipeline.annotate(pipeline.load(), document).entities
    assert [e.name for e in found if e.kind is Kind.ORGANIZATION and not e.name.endswith("政府")] == named


@pytest.mark.parametrize(
    "line",
    [
        "来源：湖南日报",
        "2023-02-15 10:30 来源: 湖南日报",
        "责任编辑：湖南日报社张三",
        "时间：\n2023-02-15\n来源：\n湖南日报",
    ],
)
def test_the_masthead_of_a_page_names_the_organization_only_from_which_it_comes(line: str) -> None:
    running = "一、工作回顾\n湖南日报社和长荣公司来调研，成立晋中市农民专业合作联合社。\n" * 9
    comes = "来源" in line
    assert ("湖南日报" in names(f"工作报告\n{line}\n各位代表：\n我们要修渠。", PREFECTURE)) is comes
    whole = pipeline.annotate(pipeline.load(), Document("d", f"晋中市工作报告\n{line}\n各位代表：\n我们要修渠。", ""))
    assert ("湖南日报" in {entity.name for entity in whole.entities}) is comes
    assert "湖南日报" in names(f"工作报告\n{running}", PREFECTURE)


def test_an_office_of_a_committee_is_named_whole() -> None:
    assert names("市委金融办来访，县委书记和县委来访。", COUNTY) == {
        "市委金融办": "中共运城市委员会金融办",
        "县委": "中共夏县委员会",
    }


def test_ministries_of_former_years_are_the_nations() -> None:
    bodies = {c.name: c.place for c in find("农业部、国土部和国务院扶贫办来访，文化部落开园。", COUNTY)}
    assert bodies == dict.fromkeys(("农业部", "国土资源部", "国务院扶贫开发领导小组办公室"), NATION)


def test_a_firms_name_begins_behind_what_is_done_with_it() -> None:
    assert set(names("积极对接鹮鸣集团。", COUNTY)) == {"鹮鸣集团"}


def test_a_ministry_known_from_elsewhere_is_not_repeated_in_another_word() -> None:
    text = "夏县政府工作报告\n水利部支持修渠。\n由水利部门修渠。"
    entities = pipeline.annotate(pipeline.load(), Document("d", text, "")).entities
    assert [text[m.start : m.end + 1] for e in entities if e.name == "水利部" for m in e.mentions] == ["水利部支"]


def test_a_committee_of_the_party_is_one_body_whether_called_so_or_not() -> None:
    text = "落实中共云南省委部署，云南省委要求，省委决定。"
    assert names(text, PROVINCE) == dict.fromkeys(("中共云南省委", "云南省委", "省委"), "中共云南省委员会")


def test_a_government_is_named_by_a_masthead_too() -> None:
    assert names("工作报告\n来源：晋中市人民政府\n我们要修渠。", PREFECTURE) == {"晋中市人民政府": "晋中市人民政府"}


def test_a_schools_number_is_part_of_its_name() -> None:
    assert set(names("夏县第一中学扩建。", COUNTY)) == {"夏县第一中学"}


@pytest.mark.parametrize(
    ("text", "name", "is_one"),
    [
        ("对鹮鸣路、鹭溪街等7条道路改造。", "鹮鸣路、鹭溪街", False),
        ("扶持毛绒玩具、拉链箱包等产业。", "毛绒玩具", False),
        ("支持雕塑、定瓷等特色产业发展。", "定瓷", False),
        ("扶持毛绒玩具、拉链箱包等18个门类。", "毛绒玩具", False),
        ("做强鹮盐化工、鹭绿建材等产业集群。", "鹮盐化工", False),
        ("鹮鸣、鹭溪等产业龙头企业投产。", "鹮鸣", True),
        ("承办第十四届国防体育运动锦标赛。", "第十四届国防体育运动", False),
        ("在上级党委、政府领导下，", "政府", False),
        ("在镇党委、政府领导下，", "政府", True),
        ("中组部部务委员来访。", "中组部部务委员", False),
        ("中国铁路来访。", "中国铁路", True),
        ("领导小组来访。", "领导小组", False),
        ("鹮鸣领导小组来访。", "鹮鸣领导小组", True),
        ("第十五届开幕。", "第十五届", False),
        ("水利部门来访。", "水利部", False),
        ("水利部来访。", "水利部", True),
        ("聘请丁鹮鸣、王鹭院士为顾问。", "丁鹮鸣", False),
        ("聘请中科院、工程院院士为顾问。", "中科院", True),
        ("成立272个党员鹮愿服务队。", "党员鹮愿服务队", False),
        ("成立鹮愿服务队。", "鹮愿服务队", True),
        ("新增鹮鸣院士工作站1家。", "鹮鸣院士工作站", False),
        ("引进鹮鸣、鹭溪2家企业。", "鹭溪", True),
    ],
)
def test_roads_goods_contests_and_any_units_bodies_are_no_organizations(text: str, name: str, is_one: bool) -> None:
    start = text.index(name)
    proposed = Candidate(Span(start, start + len(name)), Kind.ORGANIZATION, "policy_tagger", 0.9)
    assert (list(naming([proposed], text)) != []) is is_one


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("各区、市政府要落实责任。", []),
        ("各镇、县政府各部门要落实责任。", ["夏县人民政府"]),
        ("县委、县政府要落实责任。", ["夏县人民政府"]),
    ],
)
def test_a_body_in_a_list_of_all_units_is_none_of_the_speakers(text: str, found: list[str]) -> None:
    assert [c.name for c in find(text, COUNTY) if c.name and c.name.endswith("政府")] == found


def test_firms_known_nationwide_go_by_their_bare_names() -> None:
    assert names("柳州上汽通用五菱整车项目投产，推进中电建光伏项目。", PROVINCE).keys() == {"上汽通用五菱", "中电建"}
