"""Whose a strategy, policy or slogan is, by the words around it."""

from __future__ import annotations

import re

import pycrfsuite
import pytest

from extract import levels
from extract.document import Metadata, Place, Span
from extract.learned.classifier import classify, opened
from extract.levels import coined_level, level_by_rule
from extract.surface import fold
from ontology.divisions import NATION, divisions
from ontology.terms import Kind, Level

PROVINCE = Place("内蒙古自治区", Level.PROVINCIAL)
LEAGUE = Place("锡林郭勒盟", Level.PREFECTURE, (PROVINCE,))
BANNER = Place("苏尼特左旗", Level.COUNTY, (PROVINCE, LEAGUE))
SUMU = Place("鹮湾苏木", Level.TOWNSHIP, (PROVINCE, LEAGUE, BANNER))
YUNNAN = Place("云南省", Level.PROVINCIAL)
DALI = Place("大理白族自治州", Level.PREFECTURE, (YUNNAN,))
TOWN = Place("鹭溪镇", Level.TOWNSHIP, (YUNNAN, DALI, Place("祥云县", Level.COUNTY, (YUNNAN, DALI))))


def level(kind: Kind, name: str, text: str, place: Place = TOWN) -> Level | None:
    start = text.index(name)
    spans = [Span(start, start + len(name))]
    return level_by_rule(kind, name, spans, fold(text), Metadata(place=place, level=place.level))


@pytest.mark.parametrize(
    ("name", "text", "place", "expected"),
    [
        ("草原牧都", "紧扣全旗“草原牧都”目标，修渠三里。", SUMU, Level.COUNTY),
        ("草原牧都", "落实盟委“草原牧都”部署，修渠三里。", SUMU, Level.PREFECTURE),
        ("三大定位", "围绕大理州“三大定位”，修渠三里。", TOWN, Level.PREFECTURE),
        ("畜牧强旗", "坚持畜牧强旗，修渠三里。", SUMU, Level.COUNTY),
        ("旅游立州", "推进旅游立州，修渠三里。", TOWN, Level.PREFECTURE),
        ("让山乡过上好日子", "牢记“让山乡过上好日子”的嘱托，修渠三里。", TOWN, Level.NATIONAL),
        ("茶香鹭溪", "打造“茶香鹭溪”，修渠三里。", TOWN, Level.TOWNSHIP),
    ],
)
def test_the_words_around_a_strategy_tell_whose_it_is(name, text, place, expected):
    assert level(Kind.STRATEGY, name, text, place) is expected


@pytest.mark.parametrize(
    ("name", "place", "expected"),
    [
        ("自治区市场监管智慧监管平台", BANNER, Level.PROVINCIAL),
        ("省级鹮类保护试点", TOWN, Level.PROVINCIAL),
        ("全区口岸智慧化建设", LEAGUE, Level.PROVINCIAL),
        ("全州修渠行动", TOWN, Level.PREFECTURE),
        ("全区口岸智慧化建设", NATION, Level.NATIONAL),
    ],
)
def test_a_policy_for_all_of_a_unit_is_that_units(name, place, expected, tmp_path):
    text = f"推进{name}，修渠三里。"
    metadata = Metadata(place=place, level=place.level)
    assert levels.level_of(Kind.POLICY, name, [Span(2, 2 + len(name))], text, metadata, tmp_path) is expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("国家鹮类保护试点", "争取国家鹮类保护试点。", Level.NATIONAL),
        ("小鹭帮办", "推出“小鹭帮办”服务。", Level.TOWNSHIP),
        ("鹭溪五条", "落实“鹭溪五条”。", Level.TOWNSHIP),
        ("绿美鹭溪三年行动", "开展绿美鹭溪三年行动。", Level.TOWNSHIP),
        ("五步法", "落实“五步法”。", None),
        ("农机补贴", "发放农机补贴三万元。", Level.NATIONAL),
    ],
)
def test_what_a_town_says_that_it_set_up_is_its_own_policy(name, text, expected):
    assert level(Kind.POLICY, name, text) is expected


def test_a_slogan_without_quotation_marks_is_everybodys():
    assert level(Kind.SLOGAN, "真抓实干、善作善成", "坚持真抓实干、善作善成。") is Level.NATIONAL
    assert level(Kind.SLOGAN, "日日有鹮鸣", "发扬“日日有鹮鸣”的劲头。") is Level.TOWNSHIP


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("全力打造运城后花园。", Level.COUNTY),
        ("打造黄河鹮湾、运城后花园。", Level.COUNTY),
        ("落实运城后花园部署。", Level.PREFECTURE),
    ],
)
def test_what_a_county_is_to_be_for_its_prefecture_is_the_countys_own(said, expected, tmp_path):
    name, place = "运城后花园", divisions().find("夏县", within=["运城市"])[0]
    spans, metadata = [Span(said.index(name), said.index(name) + len(name))], Metadata(place=place, level=Level.COUNTY)
    assert levels.level_of(Kind.STRATEGY, name, spans, said, metadata, tmp_path) is expected


@pytest.mark.parametrize(
    ("name", "expected"), [("国家绿色发展排头兵", Level.PREFECTURE), ("国家绿色发展基地", Level.NATIONAL)]
)
def test_the_nations_vanguard_that_a_place_is_to_be_is_its_own(name, expected, tmp_path):
    metadata, said = Metadata(place=LEAGUE, level=Level.PREFECTURE), f"争当{name}。"
    assert levels.level_of(Kind.STRATEGY, name, [Span(2, len(name) + 2)], said, metadata, tmp_path) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("大理文旅第一镇", Level.TOWNSHIP),
        ("云南果蔬强县", Level.COUNTY),
        ("“生态立省”战略", Level.PROVINCIAL),
        ("现代农业强市", None),
    ],
)
def test_a_place_that_is_called_by_its_own_sort_is_of_that_sorts_level(name, expected, tmp_path):
    said, metadata = fold(f"打造{name}。"), Metadata(level=Level.TOWNSHIP, place=TOWN)
    found = levels.level_of(Kind.STRATEGY, name, [Span(2, len(name) + 2)], said, metadata, tmp_path)
    assert found is expected if expected is not None else found is not Level.TOWNSHIP


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("为建设鹮羽之城作出新的更大贡献。", Level.COUNTY),
        ("为全州打造鹮羽之城贡献鹭溪力量。", Level.PREFECTURE),
        ("为建设鹮羽之城多作贡献。打造鹮羽之城。鹮羽之城初具形象。", Level.TOWNSHIP),
        ("打造鹮羽之城，多作贡献。", Level.TOWNSHIP),
        ("主动融入鹮羽之城。鹮羽之城初具形象。", Level.COUNTY),
    ],
)
def test_what_a_place_joins_or_contributes_to_is_of_a_unit_above_it(monkeypatch, tmp_path, said, expected):
    monkeypatch.setattr(levels, "opened", lambda *_: object())
    monkeypatch.setattr(levels, "classify", lambda *_, **__: "township")
    name, metadata = "鹮羽之城", Metadata(place=TOWN, level=Level.TOWNSHIP)
    spans = [Span(at.start(), at.end()) for at in re.finditer(name, said)]
    assert levels.level_of(Kind.STRATEGY, name, spans, said, metadata, tmp_path) is expected


@pytest.mark.parametrize(("told", "expected"), [("county", Level.PROVINCIAL), ("national", Level.NATIONAL)])
def test_no_name_is_issued_by_a_unit_below_the_speaker(monkeypatch, tmp_path, told, expected):
    monkeypatch.setattr(levels, "opened", lambda *_: object())
    monkeypatch.setattr(levels, "classify", lambda *_, **__: told)
    metadata = Metadata(place=YUNNAN, level=Level.PROVINCIAL)
    text = "打造“鹭溪鹮乡”，修渠三里。"
    assert levels.level_of(Kind.STRATEGY, "鹭溪鹮乡", [Span(3, 7)], fold(text), metadata, tmp_path) is expected


def test_where_the_province_is_not_known_a_name_that_bears_one_is_a_provinces(tmp_path):
    text = "推进平安浙江和诗画鹭溪建设。"
    unplaced = Place("鹭溪镇", Level.TOWNSHIP)
    for place, expected in ((unplaced, Level.PROVINCIAL), (TOWN, Level.TOWNSHIP)):
        metadata = Metadata(place=place, level=Level.TOWNSHIP)
        assert levels.level_of(Kind.STRATEGY, "平安浙江", [Span(2, 6)], fold(text), metadata, tmp_path) is expected


@pytest.mark.parametrize(("votes", "expected"), [((40, 35, 25), "county"), ((60, 25, 15), "none")])
def test_doubt_is_chosen_only_where_it_outweighs_all_else(tmp_path, votes, expected):
    trainer = pycrfsuite.Trainer(verbose=False)
    for label, times in zip(("none", "county", "township"), votes, strict=True):
        for _ in range(times):
            trainer.append([["seen"]], [label])
    trainer.train(str(tmp_path / "model"))
    assert classify(opened(tmp_path, "model"), ["seen"], doubt="none") == expected


def test_every_province_is_known_by_the_name_that_it_goes_by(tmp_path):
    for province in divisions().children(NATION):
        short = divisions().short_names(province)[0]
        metadata = Metadata(place=province, level=Level.PROVINCIAL)
        assert levels.named_level(f"深入落实{short}", province) is Level.PROVINCIAL
        assert levels.level_of(Kind.STRATEGY, f"健康{short}", [], "", metadata, tmp_path) is Level.PROVINCIAL, short


def test_a_county_of_nationalities_is_known_by_its_short_name(tmp_path):
    (county,) = divisions().find("长阳土家族自治县")
    metadata = Metadata(place=county, level=Level.COUNTY)
    assert levels.level_of(Kind.SLOGAN, "最美长阳", [], "", metadata, tmp_path) is Level.COUNTY


def test_a_prefecture_of_a_provinces_name_is_not_the_province(tmp_path):
    county = divisions().find("兴海县")[0]
    metadata = Metadata(place=county, level=Level.COUNTY)
    assert levels.level_of(Kind.STRATEGY, "海南自由贸易港", [], "", metadata, tmp_path) is not Level.PREFECTURE


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("五个中心", "落实市委“五个中心”部署。", Level.PREFECTURE),
        ("十个新突破", "紧扣中央“十个新突破”部署。", Level.NATIONAL),
        ("有话好好说", "双沟社区提出“有话好好说”。", Level.VILLAGE),
    ],
)
def test_the_unit_right_before_a_quoted_name_is_its_issuer(tmp_path, name, text, expected):
    start = text.index(name)
    place = divisions().find("太谷区")[0]
    spans, metadata = [Span(start, start + len(name))], Metadata(place=place, level=Level.COUNTY)
    assert levels.level_of(Kind.SLOGAN, name, spans, fold(text), metadata, tmp_path) is expected


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("鹭溪镇鹮湾村创新的治理做法，即小院议事。", Level.VILLAGE),
        ("2021年县第十五次党代会提出。", Level.COUNTY),
        ("指一条溪的两岸，市委六届二次全会确定的布局。", Level.PREFECTURE),
        ("分两期实施的村道工程。", None),
    ],
)
def test_an_explanation_says_who_coined_a_name(definition: str, expected: Level | None) -> None:
    assert coined_level(definition, None) is expected
