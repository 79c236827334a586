"""Where villages, firms and projects stand, on sentences of our own."""

from __future__ import annotations

import pytest

from extract import pipeline
from extract.document import Place
from ontology.divisions import NATION, divisions
from ontology.terms import Kind, Level, Predicate
from tests import linking

COUNTY = divisions().find("夏县", within=["运城市"])[0]
CITY = COUNTY.within[-1]
TOWN = divisions().find("水头镇", within=["夏县"])[0]


@pytest.fixture(scope="module")
def nlp():
    return pipeline.load()


def located(nlp, text: str, place: Place) -> set[tuple[str, str]]:
    return {(s, o) for s, o, k in linking.related(nlp, text, place) if k.predicate is Predicate.LOCATED_IN}


def located_as_named(text: str, named, place: Place) -> set[tuple[str, str]]:
    """As ``located``, between entities that the test names itself."""
    found = linking.read(linking.readers(), text, named, place)
    return {(s, o) for s, o, k in found if k.predicate is Predicate.LOCATED_IN}


def test_villages_stand_in_the_unit_that_their_list_begins_with(nlp):
    found = located(nlp, "夏县政府工作报告\n水头镇鹮湾村、鹭溪村，埝掌镇苇塘村修渠三里。", COUNTY)
    assert {(village, unit) for village, unit in found if village.endswith("村")} == {
        ("鹮湾村", "水头镇"),
        ("鹭溪村", "水头镇"),
        ("苇塘村", "埝掌镇"),
    }


def test_of_nested_units_a_project_stands_in_the_narrower(nlp):
    project = "夏县水头镇鹮鸣茶叶加工项目"
    units = {unit for name, unit in located(nlp, f"运城市政府工作报告\n建成{project}。", CITY) if name == project}
    assert units == {"水头镇"}


def test_a_project_stands_in_the_unit_named_before_it(nlp):
    found = located(nlp, "水头镇政府工作报告\n在鹮湾村建成鹭鸣果蔬加工项目。", TOWN)
    assert ("鹭鸣果蔬加工项目", "鹮湾村") in found


def test_what_a_city_is_supported_to_build_stands_there(nlp):
    province = COUNTY.within[0]
    found = located(nlp, "山西省政府工作报告\n支持运城申建空港综保区。", province)
    assert ("空港综保区", "运城市") in found


def test_what_settled_somewhere_stands_there(nlp):
    found = located(nlp, "夏县政府工作报告\n鹮鸣果蔬加工项目成功落户水头镇，鹭溪食品公司落户水头镇。", COUNTY)
    assert found >= {("鹮鸣果蔬加工项目", "水头镇"), ("鹭溪食品公司", "水头镇")}
    listed = "鹮鸣果蔬加工项目和鹭溪食品公司落户水头镇、鹭湾食品公司落户庙前镇"
    assert ("鹮鸣果蔬加工项目", "庙前镇") not in located(nlp, f"夏县政府工作报告\n{listed}。", COUNTY)


def test_mass_organizations_by_their_bare_names_stand_nowhere(nlp):
    found = located(nlp, "夏县政府工作报告\n支持工会、共青团、妇联、红十字会工作。县总工会获奖。", COUNTY)
    assert not {"工会", "共青团", "妇联", "红十字会"} & {body for body, _ in found}
    assert ("夏县总工会", "夏县") in found


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("国家文物局支持考古。", "国家文物局"),
        ("中华全国供销合作总社支持考古。", "中华全国供销合作总社"),
        ("农业部鹮鸣中心支持考古。", "农业部鹮鸣中心"),
        ("住建部鹮鸣产业化发展中心支持考古。", "住建部鹮鸣产业化发展中心"),
        ("中部战区支持考古。", "中部战区"),
        ("鹭溪茶业在北交所上市。", "北交所"),
        ("大唐风电场并网。", "大唐"),
        ("中铁十二局施工。", "中铁十二局"),
        ("新华网报道。", "新华网"),
        ("与江南大学共建果树站。", "江南大学"),
        ("鹮鸣大学选派教师。", "鹮鸣大学"),
        ("聘请清华大学做规划。", "清华大学"),
        ("与甲集团、鹭溪园林达成合作协议。", "鹭溪园林"),
        ("积极对接甲集团、鹭溪园林等企业。", "鹭溪园林"),
        ("与鹮湾经济开发区签署合作协议。", "鹮湾经济开发区"),
        ("依托鹭溪园林做规划。", "鹭溪园林"),
        ("已引进美团、顺丰等企业业务。", "美团"),
    ],
)
def test_bodies_of_the_nation_universities_and_firms_that_help_stand_elsewhere(text: str, body: str) -> None:
    named = {body: (Kind.ORGANIZATION, None), "鹮鸣小学": (Kind.ORGANIZATION, None)}
    named["夏县"] = (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY)
    text = f"夏县政府工作报告\n夏县修渠，鹮鸣小学开学。\n{text}"
    found = {(s, o) for s, o, _ in linking.read(linking.readers(), text, named, COUNTY, places={"夏县": COUNTY})}
    assert found == {("鹮鸣小学", "夏县")}


@pytest.mark.parametrize(
    ("body", "unit"),
    [
        ("山西鹮鸣农业有限公司", "山西省"),
        ("山西省农业农村厅", "山西省"),
        ("夏县鹮鸣农业有限公司", "夏县"),
        ("县人民医院", "夏县"),
        ("县委", "夏县"),
        ("镇卫生院", "水头镇"),
        ("鹮鸣农业有限公司", "水头镇"),
    ],
)
def test_an_organization_stands_in_the_unit_that_its_name_begins_with(nlp, body, unit):
    text = f"水头镇人民政府工作报告\n今年，{body}投资建厂。山西省、夏县和水头镇来访。"
    assert {place for name, place in located(nlp, text, TOWN) if body in name or name.endswith(body)} == {unit}


def test_a_districts_hospital_does_not_stand_in_the_autonomous_region(nlp):
    county = divisions().find("宾阳县")[0]
    text = "宾阳县人民政府工作报告\n今年，区人民医院投资建院。广西壮族自治区来访。"
    assert {name for name, unit in located(nlp, text, county) if unit == "广西壮族自治区"} == set()


def test_an_organization_of_a_town_of_unknown_county_stands_in_the_only_county_named():
    text = "鹮湾镇人民政府工作报告\n今年，县人民医院在夏县设点。"
    named = {"县人民医院": (Kind.ORGANIZATION, None), "夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY)}
    assert located_as_named(text, named, Place("鹮湾镇", Level.TOWNSHIP)) == {("县人民医院", "夏县")}


@pytest.mark.parametrize(("body", "unit"), [("乡镇鹮鸣队", "夏县"), ("乡鹮鸣队", "埝掌乡")])
def test_a_team_of_all_towns_does_not_stand_in_the_only_one_named(body, unit):
    text = f"夏县人民政府工作报告\n{body}巡河。夏县埝掌乡增收。"
    named = {
        body: (Kind.ORGANIZATION, None),
        "夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY),
        "埝掌乡": (Kind.ADMINISTRATIVE_UNIT, Level.TOWNSHIP),
    }
    places = {"夏县": COUNTY, "埝掌乡": Place("埝掌乡", Level.TOWNSHIP, COUNTY.chain)}
    found = linking.read(linking.readers(), text, named, COUNTY, places=places)
    assert {o for s, o, k in found if s == body and k.predicate is Predicate.LOCATED_IN} == {unit}


def test_a_quoted_project_stands_in_the_unit_named_right_before_it():
    text = "夏县人民政府工作报告\n援建晋中“鹮鸣服装产业园”。"
    named = {
        "鹮鸣服装产业园": (Kind.PROJECT, None),
        "夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY),
        "晋中": (Kind.ADMINISTRATIVE_UNIT, Level.PREFECTURE),
    }
    assert ("鹮鸣服装产业园", "晋中") in located_as_named(text, named, COUNTY)


def test_a_project_stands_in_the_village_named_in_its_clause():
    text = "水头镇人民政府工作报告\n鹮湾村利用专项资金八十万元建成鹭溪泵站，鹮鸣泵站开工。"
    named = {"鹭溪泵站": (Kind.PROJECT, None), "鹮鸣泵站": (Kind.PROJECT, None), "鹮湾村": (Kind.VILLAGE, None)}
    assert ("鹭溪泵站", "鹮湾村") in located_as_named(text, named, TOWN)
    assert ("鹮鸣泵站", "鹮湾村") not in located_as_named(text, named, TOWN)


def test_a_village_in_the_name_of_one_work_is_not_the_site_of_the_next():
    text = "水头镇人民政府工作报告\n实施鹮湾村苗圃、鹭溪泵站建设。"
    named = {"鹮湾村苗圃": (Kind.PROJECT, None), "鹭溪泵站": (Kind.PROJECT, None), "鹮湾村": (Kind.VILLAGE, None)}
    found = located_as_named(text, named, TOWN)
    assert ("鹮湾村苗圃", "鹮湾村") in found
    assert ("鹭溪泵站", "鹮湾村") not in found


def test_an_institute_stands_in_the_speakers_unit_where_its_name_says_so(nlp):
    text = "山西省人民政府工作报告\n北京鹮鸣实验室山西研究院揭牌。北京市来访。"
    assert ("北京鹮鸣实验室山西研究院", "北京市") not in located(nlp, text, CITY.within[0])


def test_a_body_of_a_unit_that_is_not_told_stands_nowhere(nlp):
    assert not {unit for body, unit in located(nlp, "我镇工作报告\n在县委领导下，修渠三里。", TOWN) if body == "县委"}


def test_a_line_does_not_stand_where_one_character_says_that_it_leads():
    named = {"京鹭高速": (Kind.PROJECT, None), "京": (Kind.ADMINISTRATIVE_UNIT, Level.PROVINCIAL)}
    named |= {"夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY)}
    found = linking.read(linking.readers(), "夏县政府工作报告\n京鹭高速开工。", named, COUNTY)
    assert "京" not in {unit for _, unit, link in found if link.predicate is Predicate.LOCATED_IN}


def test_a_project_stands_in_the_village_that_makes_it(nlp):
    found = located(nlp, "水头镇政府工作报告\n鹮湾村建成鹭鸣果蔬加工项目。", TOWN)
    assert ("鹭鸣果蔬加工项目", "鹮湾村") in found


@pytest.mark.parametrize(
    ("sentence", "there"),
    [
        ("水头镇的鹮鸣冷链中心开工。", True),
        ("水头镇建成鹮鸣冷链中心。", True),
        ("鹮鸣冷链中心开工，水头镇来访。", False),
    ],
)
def test_a_project_stands_in_the_town_whose_it_is_or_that_makes_it(sentence, there):
    named = {"鹮鸣冷链中心": (Kind.PROJECT, None), "水头镇": (Kind.ADMINISTRATIVE_UNIT, Level.TOWNSHIP)}
    named |= {"夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY)}
    found = located_as_named(f"夏县政府工作报告\n{sentence}", named, COUNTY)
    assert (("鹮鸣冷链中心", "水头镇") in found) is there


def test_a_project_stands_where_the_name_of_its_firm_says_if_nothing_else_tells():
    named = {"水头中学新校区": (Kind.PROJECT, None), "水头中学": (Kind.ORGANIZATION, None)}
    named |= {"水头": (Kind.ADMINISTRATIVE_UNIT, Level.TOWNSHIP), "夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY)}
    found = located_as_named("夏县政府工作报告\n水头中学新校区启用。", named, COUNTY)
    assert ("水头中学新校区", "水头") in found


def test_a_firm_that_a_prefectures_report_names_stands_there(nlp):
    firm = "鹮鸣农业有限公司"
    assert (firm, "运城市") in located(nlp, f"运城市政府工作报告\n{firm}投产。", CITY)


def test_a_village_stands_in_the_only_unit_named_where_that_holds_the_speaker(nlp):
    for unit, stands in (("上海市", False), ("运城市", True)):
        found = located(nlp, f"我镇工作报告\n鹮湾村修渠三里，{unit}来访。", TOWN)
        assert (("鹮湾村", unit) in found) is stands


def test_a_row_says_where_its_work_stands():
    named = {"鹮鸣冷链中心": (Kind.PROJECT, None), "水头镇": (Kind.ADMINISTRATIVE_UNIT, Level.TOWNSHIP)}
    named |= {"夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY)}
    table = "项目名称\t建设地点\t投资\n鹮鸣冷链中心\t水头镇\t300"
    assert ("鹮鸣冷链中心", "水头镇") in located_as_named(f"夏县重点项目表\n{table}", named, COUNTY)


@pytest.mark.parametrize(
    ("project", "unit"),
    [
        ("水头果品冷链园", "水头镇"),
        ("水头河治理项目", "夏县"),  # the river of that name may be elsewhere
        ("水头流域治理项目", "夏县"),
        ("水头、鹮河两岸绿化带", "夏县"),
        ("中国（鹮湾）果品交易园", "夏县"),  # what is the nation's by name stands somewhere in it
    ],
)
def test_a_project_stands_in_the_town_that_its_name_begins_with_in_brief(project, unit):
    text = f"夏县人民政府工作报告\n建成{project}。夏县水头镇增收。"
    named = {
        project: (Kind.PROJECT, None),
        "水头镇": (Kind.ADMINISTRATIVE_UNIT, Level.TOWNSHIP),
        "夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY),
        "中国": (Kind.ADMINISTRATIVE_UNIT, Level.NATIONAL),
    }
    places = {"水头镇": TOWN, "夏县": COUNTY, "中国": NATION}
    found = linking.read(linking.readers(), text, named, COUNTY, places=places)
    assert {o for s, o, k in found if s == project and k.predicate is Predicate.LOCATED_IN} == {unit}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("鹮湾种植专业合作社", "鹮湾村"),
        ("鹮湾小学", "鹮湾村"),
        ("水头小学", "水头镇"),  # the town's, though a village bears its name too
        ("鹮湾文化站", "水头镇"),
    ],
)
def test_a_body_of_a_village_stands_there_where_it_goes_by_its_short_name(body, place):
    text = f"水头镇人民政府工作报告\n{body}建成。鹮湾村、水头村和水头镇受益。"
    named = {
        body: (Kind.ORGANIZATION, None),
        "鹮湾村": (Kind.VILLAGE, None),
        "水头村": (Kind.VILLAGE, None),
        "水头镇": (Kind.ADMINISTRATIVE_UNIT, Level.TOWNSHIP),
    }
    found = linking.read(linking.readers(), text, named, TOWN, places={"水头镇": TOWN})
    assert {o for s, o, k in found if s == body and k.predicate is Predicate.LOCATED_IN} == {place}


def test_a_firm_that_works_in_a_place_may_sit_elsewhere(nlp):
    text = "水头镇人民政府工作报告\n今年，鹮鸣农业有限公司投资建厂，镇卫生院扩建。水头镇人人称好。"
    found = {s: k.confidence for s, _, k in linking.related(nlp, text, TOWN) if k.predicate is Predicate.LOCATED_IN}
    assert found["鹮鸣农业有限公司"] < 0.8


@pytest.mark.parametrize(
    "text", ["鹭溪园林与县政府对接。", "与乙县交界，鹭溪园林签约。", "引进鹭溪园林建厂。", "美团先后落户。"]
)
def test_who_comes_to_a_place_stands_there(text: str) -> None:
    named = {"鹭溪园林": (Kind.ORGANIZATION, None), "美团": (Kind.ORGANIZATION, None)}
    named = {name: what for name, what in named.items() if name in text}
    named["夏县"] = (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY)
    text = f"夏县政府工作报告\n{text}"
    found = {o for _, o, _ in linking.read(linking.readers(), text, named, COUNTY, places={"夏县": COUNTY})}
    assert found == {"夏县"}


@pytest.mark.parametrize(
    ("body", "unit"),
    [
        ("运城国际陆港", "运城市"),
        ("山西鹮鸣集团", "山西省"),
        ("鹮鸣科学院山西创新基地", "山西省"),
        ("鹮鸣集团", None),
        ("中国鹮鸣集团", None),
    ],
)
def test_a_body_that_a_provinces_report_names_stands_where_its_name_begins(nlp, body: str, unit: str | None) -> None:
    named = {body: (Kind.ORGANIZATION, None)}
    units = {"山西": CITY.within[0], "运城": CITY, "中国": NATION}
    named |= {name: (Kind.ADMINISTRATIVE_UNIT, place.level) for name, place in units.items()}
    text = f"山西省人民政府工作报告\n山西、运城和中国出彩，{body}成立。"
    found = linking.read(linking.readers(), text, named, CITY.within[0], places=units)
    names = {"山西": "山西省", "运城": "运城市"}
    assert {names[o] for s, o, _ in found if s == body} == ({unit} if unit else set())


@pytest.mark.parametrize(
    ("body", "unit"),
    [("夏县北京招商中心", "北京"), ("北京大学夏县研究院", "夏县"), ("北京夏县企业商会", "北京")],
)
def test_of_two_units_in_a_bodys_name_the_last_says_where_it_stands(body: str, unit: str) -> None:
    places = {"夏县": COUNTY, "北京": divisions().find("北京市")[0]}
    named = {body: (Kind.ORGANIZATION, None)}
    named |= {name: (Kind.ADMINISTRATIVE_UNIT, place.level) for name, place in places.items()}
    found = linking.read(linking.readers(), f"夏县政府工作报告\n用好{body}。", named, COUNTY, places=places)
    assert {o for s, o, _ in found if s == body} == {unit}


@pytest.mark.parametrize(
    ("project", "units"),
    [
        ("夏县北京文创园", {"夏县"}),
        ("夏县至北京公路", {"夏县", "北京"}),
        ("北京鹮鸣建材生产基地", {"夏县"}),
        ("水头-北京界公路", {"夏县"}),
    ],
)
def test_a_unit_elsewhere_is_no_site_beside_the_speakers_nor_where_its_border_is(project: str, units: set[str]) -> None:
    places = {"夏县": COUNTY, "北京": divisions().find("北京市")[0]}
    named = {project: (Kind.PROJECT, None)}
    named |= {name: (Kind.ADMINISTRATIVE_UNIT, place.level) for name, place in places.items()}
    found = linking.read(linking.readers(), f"夏县、北京来访。\n建成{project}。", named, COUNTY, places=places)
    assert {o for s, o, k in found if s == project and k.predicate is Predicate.LOCATED_IN} == units


def test_a_firm_or_school_that_bears_the_name_of_a_far_city_does_not_say_where_a_countys_work_stands() -> None:
    places = {"夏县": COUNTY, "南阳": divisions().find("南阳市")[0]}
    named = {"南阳中学扩建": (Kind.PROJECT, None), "南阳中学": (Kind.ORGANIZATION, None)}
    named |= {name: (Kind.ADMINISTRATIVE_UNIT, place.level) for name, place in places.items()}
    found = linking.read(linking.readers(), "夏县政府工作报告\n南阳中学扩建完工。", named, COUNTY, places=places)
    assert {o for s, o, _ in found if s == "南阳中学扩建"} == {"夏县"}


@pytest.mark.parametrize("said", ["项目位于水头镇鹮湾村南侧", "由甲公司在水头镇鹮湾村建设存栏百头的场"])
def test_an_explanation_says_where_its_work_stands(said: str) -> None:
    text = f"夏县政府工作报告\n建成鹮鸣泵站[1]。\n名词解释\n1.鹮鸣泵站：{said}，占地64亩。\n2.双减：减甲、减乙。"
    named = {"鹮鸣泵站": (Kind.PROJECT, None), "鹮湾村": (Kind.VILLAGE, None)}
    named |= {"夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY), "水头镇": (Kind.ADMINISTRATIVE_UNIT, Level.TOWNSHIP)}
    assert ("鹮鸣泵站", "鹮湾村") in located_as_named(text, named, COUNTY)


def test_a_firm_that_a_place_came_to_terms_with_stands_elsewhere_however_often_it_is_named() -> None:
    text = "夏县政府工作报告\n与甲集团、鹭溪园林达成合作协议。推进鹭溪园林项目，依托鹮鸣药业种植，鹮鸣药业扩产。"
    named = {"鹭溪园林": (Kind.ORGANIZATION, None), "鹮鸣药业": (Kind.ORGANIZATION, None)}
    named |= {"夏县": (Kind.ADMINISTRATIVE_UNIT, Level.COUNTY)}
    found = {s for s, _, _ in linking.read(linking.readers(), text, named, COUNTY, places={"夏县": COUNTY})}
    assert found == {"鹮鸣药业"}


def test_the_place_of_a_numbered_item_is_not_the_next_ones(nlp):
    text = "夏县政府工作报告\n交通工程2项：（1）鹮湾村道路硬化工程（2）鹭溪大街南延工程。"
    found = located(nlp, text, COUNTY)
    assert ("鹮湾村道路硬化工程", "鹮湾村") in found
    assert ("鹭溪大街南延工程", "鹮湾村") not in found
