"""Places by name: units told apart by the document's chain, villages also where 村 is left out."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

import extract.finders.organizations
import extract.finders.places  # noqa: F401  registers the factory
from extract.annotation import Candidate
from extract.document import Document, Metadata, Place
from ontology.divisions import NATION, divisions
from ontology.terms import Kind, Level

for _extension in ("document", "structure", "candidates"):
    if not Doc.has_extension(_extension):
        Doc.set_extension(_extension, default=None)

NLP = spacy.blank("zh")
NLP.add_pipe("policy_places")


def home(*path: str) -> Place:
    return divisions().find(path[-1], within=path[:-1])[0]


TOWN = home("永济市", "张营镇")
CITY = home("晋中市")


def find(text: str, place: Place | None = TOWN) -> list[Candidate]:
    doc = Doc(NLP.vocab, words=list(text), spaces=[False] * len(text))
    doc._.document = Document("d", text, "0" * 64, metadata=Metadata(place=place, level=place.level if place else None))
    doc._.candidates = []
    for _, component in NLP.pipeline:
        doc = component(doc)
    return [c for c in doc._.candidates if c.confidence >= 0.5]


def names(text: str, kind: Kind, place: Place | None = TOWN) -> dict[str, str | None]:
    return {text[c.span.start : c.span.end]: c.name for c in find(text, place) if c.kind is kind}


@pytest.mark.parametrize(
    ("text", "villages"),
    [
        ("今年在舜帝村修了戏台。", {"舜帝村": "舜帝村"}),
        ("打通小姚、康蜀2村断头路。", {"小姚": "小姚村", "康蜀": "康蜀村"}),
        (
            "给小姚、冯营、尊村和张营四村换水表。",
            {"小姚": "小姚村", "冯营": "冯营村", "尊村": "尊村", "张营": "张营村"},
        ),
        ("完成东坡、辛庄、舜帝等村的井房维修。", {"东坡": "东坡村", "辛庄": "辛庄村", "舜帝": "舜帝村"}),
        ("整治西敬、舜帝两个沿路重点村。", {"西敬": "西敬村", "舜帝": "舜帝村"}),
        ("扩种上岭、北阳、后沟百亩梨园。", {"上岭": "上岭村", "北阳": "北阳村"}),
        ("拓宽东岭至张营、新吕至南阳道路。", {"东岭": "东岭村", "张营": "张营村", "新吕": "新吕村", "南阳": "南阳村"}),
        ("修好南阳北阳之间的水渠。", {"南阳": "南阳村", "北阳": "北阳村"}),
        ("接通了通往大掌、平河两个村的光缆。", {"大掌": "大掌村", "平河": "平河村"}),
        ("给罗岗、塘寨三四条村通水。", {}),
        ("转移39个傍河村、3.1万余人。", {}),
        ("罗岗、平岗、塘寨三条村的供水工程通水。", {"罗岗": "罗岗村", "平岗": "平岗村", "塘寨": "塘寨村"}),
        ("红圈子、米粮两个移民村打了机井。", {"红圈子": "红圈子村", "米粮": "米粮村"}),
        ("抓好胜利、光荣两个村的场地硬化。", {"胜利": "胜利村", "光荣": "光荣村"}),
        ("2.修建官屯村水泥路6公里。", {"官屯村": "官屯村"}),
        ("①石咀子村提水工程；②修桥。", {"石咀子村": "石咀子村"}),
        ("彻底解决大营子村土地遗留问题。", {"大营子村": "大营子村"}),
        ("对新兴村民俗街进行改造。", {"新兴村": "新兴村"}),
        ("少数村基础薄弱，其他村和个别村也慢，逐步破解村财难题，维修村组道路。", {}),
        ("没有出现社区传播，新建颐养社区2个。", {}),
        ("将搬迁陇田、上旺等7个屯132户。", {"陇田": "陇田屯", "上旺": "上旺屯"}),
        ("哈日河、西查干、巨宝等146个嘎查村有水。", {n: f"{n}村" for n in ("哈日河", "西查干", "巨宝")}),
        ("将搬迁青山屯、永胜屯2个屯。", {"青山屯": "青山屯", "永胜屯": "永胜屯"}),
        ("东风好、永胜多，屯粮有方；扶持东风、永胜等屯粮大户；建成粮仓、冷库等2屯粮点。", {}),
        ("大柳自然村通了自来水。", {"大柳自然村": "大柳自然村"}),
    ],
)
def test_villages_in_full_and_in_lists(text: str, villages: dict[str, str]) -> None:
    found = names(text, Kind.VILLAGE)
    assert {surface: found.get(surface) for surface in villages} == villages


@pytest.mark.parametrize(
    "text",
    [
        "深入农村，走遍乡村和各村，建设美丽乡村示范村、中心村。",
        "改造城中村、空心村，帮扶贫困村，壮大19个村集体经济。",
        "争当文明村，打造2个精品村、3个样板村。",
        "推进农村社区、智慧社区和完整社区建设，社区服务更好。",
        "坚持和平、发展、合作，弘扬新华精神。",
        "村容村貌焕然一新，村民满意，行政村全覆盖。",
        "举办庙会和采摘节两次乡村旅游活动。",
        "发展助餐、理发等多样社区服务，面向社区招聘，立足社区资源。",
        "建好大数据、云计算等各类开源社区，人人各有特点和长处。",
        "农产品出村进城，建制村通客车，一九八四年村里通电。",
    ],
)
def test_common_nouns_are_no_villages(text: str) -> None:
    assert names(text, Kind.VILLAGE) == {}
    assert names(text, Kind.VILLAGE, CITY) == {}


def test_the_town_and_its_village_share_a_short_name() -> None:
    assert names("张营的明天会更好。", Kind.ADMINISTRATIVE_UNIT) == {"张营": "张营镇"}
    assert names("张营的明天会更好。", Kind.VILLAGE) == {}
    text = "给尊村和张营两村架线。"
    assert names(text, Kind.ADMINISTRATIVE_UNIT) == {}
    assert names(text, Kind.VILLAGE)["张营"] == "张营村"


def test_a_village_of_the_table_has_its_code_and_another_none() -> None:
    places = {c.name: c.place for c in find("舜帝村与大槐村结对。") if c.kind is Kind.VILLAGE}
    assert places["舜帝村"] is not None and places["舜帝村"].code == "140881106225"
    assert places["大槐村"] == Place("大槐村", Level.VILLAGE, TOWN.chain)


def test_the_unit_named_before_a_village_contains_it() -> None:
    (village,) = [c for c in find("张营镇舜帝村开园。", home("永济市")) if c.kind is Kind.VILLAGE]
    assert village.place is not None
    assert village.place.path == ("山西省", "运城市", "永济市", "张营镇", "舜帝村")


@pytest.mark.parametrize(
    ("text", "place", "units"),
    [
        ("融入山西省和运城市大局，建设美丽永济。", TOWN, {"山西省": "山西省", "运城市": "运城市", "永济": "永济市"}),
        ("平遥、介休空气更好，太谷增绿。", CITY, {"平遥": "平遥县", "介休": "介休市", "太谷": "太谷区"}),
        ("北京冬奥会成功，深圳、上海先行。", NATION, {"北京": "北京市", "深圳": "深圳市", "上海": "上海市"}),
        ("支援天津市和平区。", NATION, {"天津市": "天津市", "和平区": "和平区"}),
        ("建设美丽中国。", NATION, {"中国": "中国"}),
        ("做强晋中国家农高区。", CITY, {"晋中": "晋中市"}),
    ],
)
def test_units_in_full_and_in_short(text: str, place: Place, units: dict[str, str]) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, place) == units


@pytest.mark.parametrize(
    "text",
    [
        "维护国家长治久安，实现世界大同与和平。",
        "坚持中国特色社会主义，全市上下、我镇各方一起努力。",
        "沿海城市扩大合作，推动新兴产业振兴。",
        "黄浦江两岸、祁连山下、崖州湾畔，城市和县城同步改造。",
        "汶河北岸和贺兰山东麓的防洪堤完工，我们隆重庆祝建党百年。",
        "改造上海路和南京路，治理苏州河。",
    ],
)
def test_words_that_only_look_like_units_are_none(text: str) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, NATION) == {}


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("大同、阳泉两地先行。", {"大同": "大同市", "阳泉": "阳泉市"}),
        ("支持大同经开区扩区。", {"大同": "大同市"}),
        ("追求天下大同，人人尽责。", {}),
        ("大同古城修缮，确保社会长治久安。", {"大同": "大同市"}),
    ],
)
def test_a_word_that_is_a_city_means_it_in_its_own_province(text: str, units: dict[str, str]) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, home("山西省")) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("扩大合作共赢的朋友圈，甘肃合作发展。", {"甘肃": "甘肃省"}),
        ("合作机场扩建，白银产量增长。", {"合作": "合作市"}),
        ("巴丹吉林二回线路投运。", {}),
    ],
)
def test_a_word_that_is_a_county_needs_more_there(text: str, units: dict[str, str]) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, home("甘肃省")) == units


def test_a_town_that_takes_the_place_of_another_kind_is_named_without_what_is_done() -> None:
    assert "北田撤乡" not in names("完成北田撤乡设镇，苇塘乡改镇。", Kind.ADMINISTRATIVE_UNIT, home("保定市", "定兴县"))


def test_a_county_is_not_the_town_of_its_name_and_a_river_not_the_town_on_it() -> None:
    text = "定兴中学开学，定兴县各镇都来。\n拒马河、北河水质好，北河镇修路，南拒马河南北堤加固。"
    assert names(text, Kind.ADMINISTRATIVE_UNIT, home("保定市", "定兴县")) == {
        "定兴": "定兴县",
        "定兴县": "定兴县",
        "北河镇": "北河镇",
    }


def test_a_namesake_is_the_one_of_the_documents_own_chain() -> None:
    (unit,) = find("朝阳区治理见效。", home("长春市"))
    assert unit.place is not None and unit.place.path == ("吉林省", "长春市", "朝阳区")


def test_a_document_without_a_place_still_reads_full_names() -> None:
    assert names("山西省永济市来访。", Kind.ADMINISTRATIVE_UNIT, None) == {"山西省": "山西省", "永济市": "永济市"}


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "舜帝",
                "小姚",
                "尊村",
                "、",
                "和",
                "2村",
                "等村",
                "张营",
                "镇",
                "𠮷",
                "，",
                "１２",
                "二三十",
                "十",
                "等",
                "个",
                "社区",
                "在",
                "村",
                "\n",
            ]
        )
    ).map("".join)
)
def test_any_text_gives_spans_within_it(text: str) -> None:
    for candidate in find(text):
        assert 0 <= candidate.span.start < candidate.span.end <= len(text)
        assert 0 < candidate.confidence <= 1


def test_towns_that_the_table_lacks_are_found_and_hold_their_villages() -> None:
    text = "在鹭岭镇鹮湾村、左权县苇溪乡青塘村建设基地，支持鹮泉镇、砥澜街道做大果品；鹭岭镇党委牵头。"
    assert set(names(text, Kind.ADMINISTRATIVE_UNIT, CITY)) == {"左权县", "鹭岭镇", "苇溪乡", "鹮泉镇", "砥澜街道"}
    places = {c.name: c.place for c in find(text, CITY)}
    assert places["苇溪乡"].path == ("山西省", "晋中市", "左权县", "苇溪乡")
    assert places["青塘村"].path == (*places["苇溪乡"].path, "青塘村")


@pytest.mark.parametrize(
    "text",
    [
        "打造特色小镇、江南水乡，培育文明乡风，建设美丽圩镇，推进乡村振兴。",
        "深化百县千镇万村工程，小事不出村、大事不出镇，县乡联动。",
        "争当“活力鹮乡”，改造老旧街道，整治集镇环境。",
        "建设工业重镇、经济发达镇、电商镇、文旅融合镇，清洗主干街道，智慧街道上线。",
        "全面推进城镇建设，五年里城镇居民收入翻番，游子归乡创业。",
        "培育清莲乡旅融合示范点，让青年留乡，文明村镇过半。",
        "推进鹮湾路南延等一批城市街道、老旧小区改造。",
    ],
)
def test_common_nouns_are_no_towns(text: str) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, CITY) == {}
    assert names(text, Kind.ADMINISTRATIVE_UNIT, home("夏县")) == {}


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("苇溪乡风电项目开工。", "苇溪乡"),
        ("苇溪乡土地整治。", "苇溪乡"),
        ("鹭岭镇镇长领题。", "鹭岭镇"),
        ("鹭岭街道化解矛盾。", "鹭岭街道"),
        ("鹭岭彝族乡修渠。", "鹭岭彝族乡"),
    ],
)
def test_what_stands_behind_a_towns_ending_leaves_it_a_name(text: str, town: str) -> None:
    assert set(names(text, Kind.ADMINISTRATIVE_UNIT, CITY)) == {town}


def test_a_town_lies_in_the_unit_named_before_it_else_in_the_speakers() -> None:
    county = home("夏县")
    found = {c.name: c.place.path for c in find("赴杭州市笕鹭苑街道、鹮泉镇考察，鹭岭镇修路。", county) if c.place}
    assert found["笕鹭苑街道"][:2] == ("浙江省", "杭州市")
    assert found["鹭岭镇"] == (*county.path, "鹭岭镇")
    found = {c.name: c.place.path for c in find("在鹭岭镇白石岭村修路。", CITY) if c.place}
    assert found["白石岭村"] == (*CITY.path, "鹭岭镇", "白石岭村")


def test_a_towns_own_mottos_are_no_towns() -> None:
    assert names("坚持工业活镇、果业富镇。", Kind.ADMINISTRATIVE_UNIT) == {}


def test_a_village_is_not_the_end_of_anothers_name() -> None:
    assert names("道路通畅；白舜帝村种桃。在舜帝村修渠。", Kind.VILLAGE, home("永济市")) == {
        "白舜帝村": "白舜帝村",
        "舜帝村": "舜帝村",
    }


@pytest.mark.parametrize("text", ["今冬舜帝村修路。", "为了舜帝村修路。"])
def test_a_villages_name_does_not_take_in_what_stands_before_it(text: str) -> None:
    assert set(names(text, Kind.VILLAGE)) == {"舜帝村"}


@pytest.mark.parametrize(
    "text",
    [
        "其中卫生支出增长。",
        "加固原有堤防。",
        "解决供需失衡水问题。",
        "种植适合肥水充足地块的品种。",
        "新增城区数字电视用户，热力管穿越南水北调。",
        "建设国家乡村振兴示范县，分类推进。",
        "谋划新建区民政福利院。",
        "硬化村内街道三里。",
        "巡回指导组组长张福建来访。",
        "潮南高速饶段通车。",
        "深惠城际通车，罗浮山县镇村增收。",
    ],
)
def test_a_citys_name_is_not_cut_out_of_other_words(text: str) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, CITY) == {}


@pytest.mark.parametrize("text", ["成渝中线高铁开工。", "驻辽中央单位参加。", "清运城区垃圾。"])
@pytest.mark.parametrize("province", ["重庆市", "辽宁省", "山西省"])
def test_no_unit_of_a_province_is_cut_out_of_other_words_in_its_own_report(text: str, province: str) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, Place(province, Level.PROVINCIAL)) == {}


@pytest.mark.parametrize(
    ("text", "province"),
    [
        ("开发大湘西、湘西北旅游。", "湖南省"),
        ("修复环巢湖湿地，弘扬徽州文化。", "安徽省"),
    ],
)
def test_a_region_a_lake_s_surroundings_and_a_culture_are_no_units(text: str, province: str) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, divisions().find(province)[0]) == {}


def test_what_joins_the_nation_to_a_goal_names_no_nation() -> None:
    assert names("建设美丽中国，落实中国制造行动，复合肥料增产，武昌鱼畅销。", Kind.ADMINISTRATIVE_UNIT, CITY) == {}
    assert names("走进中国农谷，中国鹮鸣集团来访，夺取中国足协杯。", Kind.ADMINISTRATIVE_UNIT, CITY) == {}
    assert names("中国与东盟合作，合肥的企业来访。", Kind.ADMINISTRATIVE_UNIT, CITY) == {
        "中国": "中国",
        "合肥": "合肥市",
    }


def test_a_village_stands_in_the_town_that_the_document_names_once_before_it() -> None:
    county = home("运城市", "夏县")
    text = "水头镇鹮湾村修渠三里。鹮湾村通水。"
    places = {c.place.path if c.place else None for c in find(text, county) if c.kind is Kind.VILLAGE}
    assert {path[-2:] for path in places if path} == {("水头镇", "鹮湾村")}


def test_a_villages_name_may_end_in_village_twice() -> None:
    assert names("舜帝村村修了戏台。", Kind.VILLAGE) == {"舜帝村村": "舜帝村"}
    for text in ("舜帝村村民满意。", "舜帝村村委会换届。", "舜帝村村村通公路。"):
        assert names(text, Kind.VILLAGE) == {"舜帝村": "舜帝村"}


def test_a_county_that_became_a_city_is_known_by_its_former_name() -> None:
    found = names("到子长县和神木县学习。", Kind.ADMINISTRATIVE_UNIT, home("延安市", "宝塔区"))
    assert found == {"子长县": "子长市", "神木县": "神木市"}


def test_a_county_s_towns_go_by_their_short_names_in_roads_and_stops() -> None:
    text = "改建104国道虹桥至乐成段，做好柳市互通前期；虹桥飞架南北。"
    found = find(text, home("温州市", "乐清市"))
    assert [text[c.span.start : c.span.end] for c in found if c.level is Level.TOWNSHIP] == ["虹桥", "乐成", "柳市"]


def towns(text: str, *county: str) -> list[str]:
    found = find(text, home(*county))
    return [text[c.span.start : c.span.end] for c in found if c.level is Level.TOWNSHIP]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("虹桥镇修渠，建成虹桥鹮稻产业园。", ["虹桥镇", "虹桥"]),
        ("建成虹桥鹮稻产业园，疏浚虹桥河。", []),
        ("以虹桥、柳市、大荆三个乡镇为重点。", ["虹桥", "柳市", "大荆"]),
        ("抓好虹桥鹮湾、柳市鹭洲等6个精品示范村。", ["虹桥", "柳市"]),
    ],
)
def test_a_towns_short_name_means_the_town_where_the_text_shows_it(text: str, found: list[str]) -> None:
    assert towns(text, "温州市", "乐清市") == found


def test_a_list_of_rivers_is_no_list_of_the_towns_called_after_them() -> None:
    county = ("保定市", "徐水区")
    assert towns("加强漕河、瀑河、萍河河道及沿岸绿化。", *county) == []
    assert towns("漕河、瀑河、大因集中供水。", *county) == ["漕河", "瀑河", "大因"]
    assert towns("漕河、瀑河两个乡镇修渠。", *county) == ["漕河", "瀑河"]


def test_villages_behind_their_towns_short_names_are_named_without_these() -> None:
    text = "抓好虹桥鹮湾、柳市鹭洲等6个精品示范村。"
    found = names(text, Kind.VILLAGE, home("温州市", "乐清市"))
    assert found == {"鹮湾": "鹮湾村", "鹭洲": "鹭洲村"}


@pytest.mark.parametrize(
    ("text", "villages"),
    [
        ("居民入住和谐鹮苑社区。", {"和谐鹮苑社区"}),
        ("持续做好“千企联村”活动。", set()),
        ("修好鹮湾村水渠，惠及沿线鹭洲村。", {"鹮湾村", "鹭洲村"}),
        ("鹮湾嘎查建成草库伦，鹮湾草场改良千亩。", {"鹮湾嘎查", "鹮湾"}),
    ],
)
def test_where_a_villages_name_begins_and_what_is_none(text: str, villages: set[str]) -> None:
    assert names(text, Kind.VILLAGE).keys() == villages


def test_a_known_villages_name_that_only_ends_a_word_is_none() -> None:
    assert "舜帝" in names("修好舜帝、鹮湾2村水渠。", Kind.VILLAGE)
    assert "舜帝" not in names("修好鹮湾舜帝、鹮湾2村水渠。", Kind.VILLAGE)


HUBEI = home("湖北省")


@pytest.mark.parametrize(
    ("text", "place", "units"),
    [
        ("洪湖、梁子湖等重点湖库水质改善。", HUBEI, {}),
        ("丹江口水库水质优良，治理洪湖流域。", HUBEI, {}),
        ("洪湖、仙桃等3个县市修渠。", HUBEI, {"洪湖": "洪湖市", "仙桃": "仙桃市"}),
        ("赤壁、恩施等14个县市修渠。", HUBEI, {"赤壁": "赤壁市", "恩施": "恩施市"}),
        ("恩施、宜昌等市州修渠。", HUBEI, {"恩施": "恩施土家族苗族自治州", "宜昌": "宜昌市"}),
        ("达茂旗、土右旗修渠。", home("包头市"), {"达茂旗": "达尔罕茂明安联合旗", "土右旗": "土默特右旗"}),
    ],
)
def test_a_short_name_is_no_lakes_and_a_county_where_counties_are_counted(
    text: str, place: Place, units: dict[str, str]
) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, place) == units


def test_a_unit_before_another_is_no_river() -> None:
    assert "宝塔区" in names("考察延安市宝塔区河庄坪镇。", Kind.ADMINISTRATIVE_UNIT, home("延安市", "宝塔区"))


def test_countries_are_units_and_a_nationality_is_none() -> None:
    text = "产品销往韩国、老挝，朝鲜族村民跳起了舞。"
    assert names(text, Kind.ADMINISTRATIVE_UNIT) == {"韩国": "韩国", "老挝": "老挝"}


@pytest.mark.parametrize(
    ("text", "place", "towns"),
    [
        ("推动兴东、林湖、沈伦集中供水改造。", home("兴化市"), {"兴东": "兴东镇", "林湖": "林湖乡", "沈伦": "沈伦镇"}),
        ("钓鱼湖风景秀丽，大邹人勤劳。", home("兴化市"), {}),
        (
            "推进那彭、久隆、沙埠三镇联建共富园。",
            home("钦州市"),
            {"那彭": "那彭镇", "久隆": "久隆镇", "沙埠": "沙埠镇"},
        ),
        ("串联那彭、久隆山水。", home("钦州市"), {}),
    ],
)
def test_towns_in_a_list_go_by_their_short_names(text: str, place: Place, towns: dict[str, str]) -> None:
    found = names(text, Kind.ADMINISTRATIVE_UNIT, place)
    assert {short: name for short, name in found.items() if name != place.name} == towns
    assert not names(text, Kind.VILLAGE, place)


def test_the_beginning_of_a_towns_name_is_no_village() -> None:
    assert names("太村镇窑坡搬迁点建成入住。", Kind.VILLAGE, home("旬邑县")).keys().isdisjoint({"太村"})


def test_what_a_village_is_known_for_is_no_village() -> None:
    text = "柳沟村、石桥村和苇塘村增收，柳沟的金丝菊、石桥的翠冠梨、苇塘的车厘子上市。"
    assert set(names(text, Kind.VILLAGE)) == {"柳沟村", "石桥村", "苇塘村", "柳沟", "石桥", "苇塘"}


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("对标浙江安吉、河南长垣，学习贵州湄潭经验。", {"浙江", "安吉", "河南", "长垣", "贵州", "湄潭"}),
        ("安吉、长垣来学，浙江合作深化，浙江发展向好。", {"浙江"}),  # a county alone, and words that counties bear too
    ],
)
def test_a_county_goes_by_its_short_name_behind_the_unit_that_holds_it(text: str, units: set[str]) -> None:
    assert set(names(text, Kind.ADMINISTRATIVE_UNIT, home("夏县"))) == units


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("辐射会理、盐边、盐源等周边县。", {"会理": "会理市", "盐边": "盐边县", "盐源": "盐源县"}),
        ("辐射会理、鹮鸣等周边县。", {}),
        ("会理、盐边来访。", {}),
    ],
)
def test_counties_near_by_go_by_their_short_names_in_a_list(text: str, units: dict[str, str]) -> None:
    assert names(text, Kind.ADMINISTRATIVE_UNIT, CITY) == units


def test_a_line_that_ends_in_a_county_names_it() -> None:
    assert names("四平至伊通高速通车，兰州铁路枢纽扩建。", Kind.ADMINISTRATIVE_UNIT, home("四平市")) == {
        "四平": "四平市",
        "伊通": "伊通满族自治县",
        "兰州": "兰州市",
    }


def test_a_community_goes_by_its_short_name_too() -> None:
    found = names("岭兜社区广场建成。改造岭兜老旧厂房。", Kind.VILLAGE)
    assert found == {"岭兜社区": "岭兜社区", "岭兜": "岭兜社区"}


def test_a_province_behind_a_title_is_a_unit_where_no_surname_stands_between() -> None:
    for text in ("市委书记到福建学习。", "福建、江苏组长来访。"):
        assert "福建" in names(text, Kind.ADMINISTRATIVE_UNIT, CITY)


def test_a_place_that_a_masthead_names_as_author_is_no_nation() -> None:
    assert names("县政府工作报告\n时间：2023-01-24 作者：中国县域\n今年修渠。", Kind.ADMINISTRATIVE_UNIT, CITY) == {}


def test_villages_of_any_sort_are_named_where_a_number_counts_them() -> None:
    text = "鹮湾、鹭溪、李小王等13个省级新民居示范村开工。"
    assert set(names(text, Kind.VILLAGE)) == {"鹮湾", "鹭溪", "李小王"}
    assert names("大明、利民等13个驻村企业示范村开工。", Kind.VILLAGE) == {}


def test_sites_of_old_are_no_villages() -> None:
    assert names("加强仰韶村、双槐树、贾湖等遗址保护。", Kind.VILLAGE, CITY) == {}


def test_works_beside_a_village_are_none() -> None:
    found = names("舜帝的利民厂、舜帝村的跃进厂和停车场。在舜帝、停车场架线。", Kind.VILLAGE)
    assert set(found) == {"舜帝", "舜帝村"}


@pytest.mark.parametrize(
    "text",
    ["酒店于6月开业、舜帝村露营地建成。", "实施永济段清淤、舜帝村湿地项目。"],
)
def test_what_only_stands_before_a_village_in_a_list_is_none(text: str) -> None:
    assert "舜帝村" in (found := names(text, Kind.VILLAGE)) and found.keys() <= {"舜帝", "舜帝村"}


def test_the_towns_short_name_behind_the_town_begins_its_villages_name() -> None:
    found = names("羊平镇羊平北村、羊平镇虎山村入选。", Kind.VILLAGE, home("曲阳县"))
    assert set(found) == {"羊平北村", "虎山村"}


def test_a_town_whose_short_name_ends_like_a_village_is_no_village() -> None:
    town = home("宣州区", "沈村镇")
    assert names("沈村镇修缮沈村古民居群，沈村村修路。", Kind.VILLAGE, town) == {"沈村村": "沈村"}
    village = divisions().find("沈村", level=Level.VILLAGE, within=["沈村镇"])[0]
    assert names("沈村修缮古民居群。", Kind.VILLAGE, village) == {"沈村": "沈村"}, "a village's own name is its own"
    assert {"沈村镇", "沈村"} <= names("沈村镇修缮沈村古民居群。", Kind.ADMINISTRATIVE_UNIT, town).keys()
