"""Metadata: who speaks, when, for which place, each with how it was found, and unknown rather than a guess."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.document import Document, Metadata, Place
from extract.jurisdiction import Named, named_in, resolve
from extract.metadata import describe, load_table
from extract.reading import SUFFIXES, read
from ontology.divisions import NATION
from ontology.errors import UsageError
from ontology.terms import Level

SHARED = Path(__file__).parents[3] / "shared"
BODY = "一、2022年工作回顾\n我们新修了水渠。\n二、2023年工作安排\n要修路。"


def known(text: str, source: str = "无题.txt", row: dict[str, str] | None = None) -> Metadata:
    return describe(Document(Path(source).stem, text, "", source), row).metadata


def path(metadata: Metadata) -> tuple[str, ...]:
    return metadata.place.path if metadata.place else ()


def test_a_report_tells_all_in_its_title_block() -> None:
    metadata = known(
        "政府工作报告\n（2023年3月10日在张营镇第五届人民代表大会第三次会议上）\n张营镇人民政府镇长  某 某\n"
        f"各位代表：\n现在，我代表镇人民政府向大会报告工作。\n{BODY}"
    )
    assert path(metadata) == ("山西省", "运城市", "永济市", "张营镇") or metadata.place == Place(
        "张营镇", Level.TOWNSHIP
    )
    assert metadata.title == "政府工作报告"
    assert (metadata.issued, metadata.year, metadata.level) == ("2023-03-10", 2023, Level.TOWNSHIP)
    assert metadata.issuer == "张营镇人民政府"
    assert metadata.meeting == "张营镇第五届人民代表大会第三次会议"
    assert (metadata.review_years, metadata.plan_years) == ((2022,), (2023,))
    assert metadata.found["issued"] == metadata.found["place"] == "title"


@pytest.mark.parametrize(
    ("text", "place", "issued"),
    [
        ("政府工作报告\n——二〇二六年一月二十七日在甘肃省十四届人民代表大会第四次会议上", "甘肃省", "2026-01-27"),
        ("政府工作报告\n——2026年1月26日在广东省第十四届\n人民代表大会第五次会议上\n各位代表：", "广东省", "2026-01-26"),
        ("(山西省)晋中市人民政府工作报告(2024年)\n　　抓好粮食。", "晋中市", None),
        ("夏县2024年政府工作报告\n各位代表：", "夏县", None),
        ("永济市鹳鸣镇人民政府工作报告\n各位代表：", "鹳鸣镇", None),
        ("永济市张营镇舜帝村2023年工作总结\n一年来", "舜帝村", None),
        ("中共中央关于示例的建议\n（2020年10月29日示例会议通过）\n要修路。", "中国", "2020-10-29"),
    ],
)  # fmt: skip
def test_places_and_dates_are_read_off_the_title(text: str, place: str, issued: str | None) -> None:
    metadata = known(text)
    assert metadata.place is not None and metadata.place.name == place
    assert metadata.issued == issued


@pytest.mark.parametrize(
    ("title", "issuer", "place"),
    [
        ("国务院关于促进示例产业发展的意见\n国发〔2021〕1号", "国务院", "中国"),
        ("中共中央 国务院关于做好示例工作的意见\n（2018年1月2日）", "中共中央、国务院", "中国"),
        ("工业和信息化部等五部门关于示例的指导意见", "工业和信息化部", "中国"),
        ("安徽省人民政府办公厅关于示例的通知", "安徽省人民政府办公厅", "安徽省"),
        ("阿坝州人民政府关于印发《示例办法》的通知\n阿府办发〔2021〕21号", "阿坝州人民政府", "阿坝藏族羌族自治州"),
    ],
)  # fmt: skip
def test_policies_name_their_issuer_in_the_title(title: str, issuer: str, place: str) -> None:
    metadata = known(f"{title}\n各有关单位：\n现通知如下。")
    assert metadata.issuer == issuer
    assert metadata.place is not None and metadata.place.name == place
    assert metadata.year == {"国": 2021, "中": 2018, "阿": 2021}.get(title[0])


def test_policies_sign_and_date_at_the_end() -> None:
    metadata = known("各有关单位：\n请认真贯彻执行。\n国家能源局\n2024年5月14日")
    assert (metadata.issuer, metadata.issued, metadata.place) == ("国家能源局", "2024-05-14", NATION)
    assert metadata.found["issued"] == "text"


@pytest.mark.parametrize(
    ("signature", "issuer", "issued"),
    [
        ("科 技 部\n财 政 部\n2021 年 3 月 9 日", "科技部、财政部", "2021-03-09"),
        ("国家林业和草原局\n水利部\n２０２１年3月9日签发", "国家林业和草原局、水利部", "2021-03-09"),
        ("山东省人民政府办公厅　2021年3月9日印发", "山东省人民政府办公厅", "2021-03-09"),
        ("2021年3月9日", None, "2021-03-09"),
        ("石桥村\n2021年3月9日", None, None),  # a table's cells
        ("附件一\n2021年", None, None),
    ],
)  # fmt: skip
def test_a_letter_that_goes_with_a_text_signs_and_dates_it(
    signature: str, issuer: str | None, issued: str | None
) -> None:
    letter = f"各有关单位：\n现将《修渠办法》印发给你们，请认真贯彻执行。\n{signature}\n修渠办法\n"
    metadata = known(letter + "第一条　各镇每年修渠，使水到田头。\n" * 40)
    assert (metadata.issuer, metadata.issued) == (issuer, issued)


def test_a_title_is_dated_in_its_brackets() -> None:
    assert known(f"夏县人民政府工作报告(2023年1月10日)\n{BODY}").issued == "2023-01-10"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("管理规范（试行）\n第一章　总则\n第一条　修渠。", "管理规范（试行）"),
        ("夏县农田水利标准体系\n建设指南（试行）\n一、总则", "夏县农田水利标准体系建设指南（试行）"),
        ("夏县第五届人民代表大会第三次会议\n政府工作报告\n各位代表：", "政府工作报告"),
        ("各镇：\n现将办法印发给你们。\n夏县人民政府\n2023年1月10日\n修渠办法（试行）\n第一条", "修渠办法（试行）"),
    ],
)
def test_a_title_may_be_set_in_two_lines_or_stand_below_a_letter(text: str, title: str) -> None:
    assert known(text).title == title


@pytest.mark.parametrize(
    ("masthead", "issued"),
    [
        ("2023年2月15日 来源：湖州市人民政府", "2023-02-15"),
        ("2023-02-15  10:30:12  来源: 湖南日报", "2023-02-15"),
        ("发布时间：2023-02-15 10:30 来源：湖州日报", "2023-02-15"),
        ("来源：湖州日报　发布时间：２０２３-02-15", "2023-02-15"),
        ("发布日期：2023年2月15日", "2023-02-15"),
        ("成文日期：2023-02-15", "2023-02-15"),
        ("索引号：113　成文日期：2023年2月15日　发布日期：2023-02-20", "2023-02-15"),
        ("发布日期：2023-02-20\n成文日期：2023-02-15", "2023-02-15"),
        ("来源：湖南日报\n时间：2023-02-15", "2023-02-15"),
        ("时间：\n2023-02-15 09:30\n来源：\n湖州日报\n分享:", "2023-02-15"),
        ("（2023年2月10日）\n发布日期：2023年2月15日", "2023-02-10"),
        ("时间：2023-02-15\n地点：县政府礼堂", None),  # of a meeting
        ("发布时间：2024-02-15", None),  # put online anew
    ],
)
def test_the_masthead_of_a_page_dates_it(masthead: str, issued: str | None) -> None:
    metadata = known(f"湖州市2023年政府工作报告\n{masthead}\n各位代表：\n{BODY}")
    assert (metadata.issued, metadata.year, metadata.title) == (issued, 2023, "湖州市2023年政府工作报告")
    assert metadata.found.get("issued") == (issued and "title")


@pytest.mark.parametrize(
    "text",
    [
        "【法规标题】修渠办法\n【颁布单位】水利部、农业部\n【颁布时间】1993-04-01\n【实施时间】1993-05-01\n【文号】水发〔1993〕4号\n修渠。",
        "【实施时间】1993-05-01\n修渠办法\n修渠。\n【颁布时间】 19930401\n【年份】 1993\n【颁布单位】 水利部, 农业部",
        "发文机关：水利部 农业部\n成文日期：1993年4月1日\n修渠办法\n第一条 要修渠。",
    ],
)
def test_the_labels_of_a_database_tell_title_date_and_issuer(text: str) -> None:
    metadata = known(text)
    assert (metadata.title, metadata.issued, metadata.issuer) == ("修渠办法", "1993-04-01", "水利部、农业部")
    assert metadata.level is Level.NATIONAL


def test_a_signature_dates_a_text_better_than_its_page() -> None:
    metadata = known("关于修渠的通知\n发布时间：2023-02-20\n各乡镇：\n要修渠。\n夏县人民政府\n2023年2月15日")
    assert metadata.issued == "2023-02-15"


@pytest.mark.parametrize(
    ("written", "issued"),
    [
        ("2023年2月30日", "2023-02"),
        ("二〇二三年二月二十九日", "2023-02"),
        ("2024年2月29日", "2024-02-29"),
        ("2023年4月31日", "2023-04"),
        ("2023年13月1日", "2023"),
        ("2023年0月1日", "2023"),
        ("1912年1月1日", "1912-01-01"),
    ],
)
def test_a_date_is_told_as_far_as_a_calendar_has_it(written: str, issued: str) -> None:
    assert known(f"关于修渠的通知\n（{written}）\n各乡镇：\n要修渠。").issued == issued


@pytest.mark.parametrize(
    ("before", "below"),
    [("（2023年1月10日在张营镇第五届人民代表大会第三次会议上）", ""), ("", "张营镇人民政府\n2023年1月10日")],
)
def test_the_year_is_that_of_issue_where_a_title_names_the_one_looked_back_on(before: str, below: str) -> None:
    metadata = known(f"张营镇2022年政府工作报告\n{before}\n各位代表：\n{BODY}\n{below}", "张营镇_2022.txt")
    assert (metadata.year, metadata.issued) == (2023, "2023-01-10")
    assert metadata.found["year"] == metadata.found["issued"]


@pytest.mark.parametrize(
    ("title", "issued"), [("2022年", "2021年12月29日"), ("2021年", "2022年1月5日"), ("2022年", "2022年1月5日")]
)
def test_a_report_looks_back_from_the_year_that_begins_whatever_its_title_names(title: str, issued: str) -> None:
    body = "各位代表：\n一、过去五年工作回顾\n修了渠。\n二、今年工作安排\n要修路。"
    metadata = known(f"{title}张营镇政府工作报告\n（{issued}）\n{body}")
    assert (metadata.review_years, metadata.plan_years) == ((2017, 2018, 2019, 2020, 2021), (2022,))


def test_a_date_of_another_year_than_the_table_tells_is_not_that_of_issue() -> None:
    text = f"张营镇2023年政府工作报告\n（2023年3月10日）\n各位代表：\n{BODY}"
    assert (known(text, row={"year": "2021"}).year, known(text, row={"year": "2021"}).issued) == (2021, None)
    assert known(text, row={"year": "2023"}).issued == "2023-03-10"


def test_a_number_that_is_only_quoted_dates_nothing() -> None:
    assert known("为落实《示例规划》（国发〔2014〕64号），制定本办法。\n第一条 抓好粮食。").year is None


def test_a_planning_period_is_no_year_of_issue() -> None:
    assert known("示例产业三年行动计划（2018—2020年）\n为促进发展，制定本计划。").year is None


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("各位代表：\n现在，我代表国务院，向第十届全国人民代表大会第一次会议报告工作。", 2003),
        ("各位代表：\n我代表国务院报告工作。\n第十一届全国人民代表大会第一次会议以来的五年，很不平凡。", 2013),
        ("同志们：\n现在，我代表第十九届中央委员会向大会作报告。", 2022),
        ("各位代表：\n我代表国务院，向大会报告1993年换届以来的工作。\n三、１９９５年工作任务\n好。", 1995),
        ("各位代表：\n现在，我代表国务院，向大会作政府工作报告。\n一、１９９４年国内工作的回顾\n好。", 1995),
    ],
)
def test_congresses_and_headings_tell_the_year(text: str, year: int) -> None:
    metadata = known(text)
    assert (metadata.year, metadata.place, metadata.found["year"]) == (year, NATION, "text")


@pytest.mark.parametrize(
    ("text", "county"),
    [
        ("鹮湾镇2023年政府工作报告\n各位代表：\n运城市夏县的乡亲们，修渠三里。", "夏县"),
        ("鹮湾镇2023年政府工作报告\n各位代表：\n在运城市，宁夏县域经济的经验，我们要学。", None),
    ],
)
def test_a_township_that_the_table_lacks_stands_in_the_county_that_the_text_names(
    text: str, county: str | None
) -> None:
    place = known(text).place
    assert place is not None and place.name == "鹮湾镇"
    assert (place.within[-1].name if place.within else None) == county


def test_the_file_name_is_the_last_hint() -> None:
    metadata = known("要修路。", "township_张营镇_2023.txt")
    assert (metadata.year, metadata.level, metadata.found["year"]) == (2023, Level.TOWNSHIP, "file name")
    titled = known(f"2022年夏县政府工作报告\n{BODY}", "永济市_2021.txt")
    assert (titled.year, path(titled)) == (2022, ("山西省", "运城市", "夏县"))


@pytest.mark.parametrize("name", ["doc17.txt", "政府工作报告.txt", "新建文本文档.txt", "2021-2025规划.txt", "计划.txt"])
def test_nothing_told_is_unknown(name: str) -> None:
    metadata = known("要加快发展，修好公路。", name)
    assert (metadata.year, metadata.level, metadata.place, metadata.issuer) == (None, None, None, None)
    assert "place" not in metadata.found


PIECES = (
    "政府工作报告|2022年|关于|通知|\n|（|）|〔|〕|2023|二〇二三|年|十三|月|九十九|日|在|向|第|十四|届|次|全国人民代表大会|会议|上|我代表|国务院|"
    "省人民政府|张营镇|永济市|镇长|各位代表：|一、|工作回顾|我市|中国共产党|全国代表大会|中央委员会|以来的五年|１９９９|○|〇|。|𠀀|é"
)


@given(
    st.lists(st.sampled_from(re.split(r"\|", PIECES)), max_size=30).map("".join),
    st.sampled_from(["a.txt", "张营镇_2023.txt", ""]),
)
def test_any_text_is_described_without_a_crash_and_consistently(text: str, source: str) -> None:
    metadata = known(text, source)
    if metadata.issued is not None:
        assert metadata.year == int(metadata.issued[:4])
        date.fromisoformat(f"{metadata.issued}-01-01"[:10])
    if metadata.place is not None:
        assert metadata.level is metadata.place.level
    told = {name for name in Metadata.__slots__ if name != "found" and getattr(metadata, name)}
    assert told == set(metadata.found)


# Namesakes


def test_the_text_tells_namesakes_apart() -> None:
    report = "城关镇人民政府工作报告\n各位代表：\n按照{}的部署，抓好粮食。{}要当先锋。"
    ruyang = known(report.format("汝阳县委", "洛阳市"))
    assert path(ruyang)[:3] == ("河南省", "洛阳市", "汝阳县")
    vague = known(report.format("上级", "我们"))
    assert vague.place == Place("城关镇", Level.TOWNSHIP)  # one of dozens: no chain, no code


@pytest.mark.parametrize(
    ("unit", "level"), [("柳河县", Level.COUNTY), ("浙江省", Level.PROVINCIAL), ("永济市张营镇", Level.TOWNSHIP)]
)
def test_a_party_congress_is_its_units(unit: str, level: Level) -> None:
    text = f"在中国共产党{unit}第十五次代表大会上的报告\n（2021年11月26日）\n同志们：\n今后五年，修渠三里。"
    known = describe(Document("r", text, "")).metadata
    assert known.level is level and known.place is not None and unit.endswith(known.place.name)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("修渠三里", ("新疆维吾尔自治区", "双河市", "石峪镇")),
        ("落实山西省平顺县部署", ("山西省", "长治市", "平顺县", "石峪镇")),
        ("根据《平顺县工作要点》", ("石峪镇",)),
    ],
)
def test_the_only_town_of_a_name_in_the_table_may_be_another(words: str, path: tuple[str, ...]) -> None:
    place = resolve(Named("石峪镇"), context=f"石峪镇工作方案。{words}。")
    assert place is not None and place.path == path


@pytest.mark.parametrize(("town", "county"), [("兴隆镇", "兴隆县"), ("青龙镇", "青龙满族自治县"), ("平山镇", "平山县")])
def test_a_towns_own_name_does_not_name_the_county_of_that_name(town: str, county: str) -> None:
    text = f"{town}2023年政府工作报告。在县委、县政府领导下，打造红色{town[:-1]}，{town}人民政府修渠三里。"
    assert resolve(Named(town), context=text) == Place(town, Level.TOWNSHIP)
    assert resolve(Named(town), context=text + county).within[-1].name == county


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("鹳鸣镇2024年工作总结和2025年工作打算", "鹳鸣镇"),
        ("鹳鸣镇2023年工作思路落实情况及2024年重点工作", "鹳鸣镇"),
        ("关于印发《鹳鸣镇2024年工作要点》的通知", "鹳鸣镇"),
        ("中共鹳鸣镇委员会 鹳鸣镇人民政府关于印发《2024年工作要点》的通知", "鹳鸣镇"),
        ("鹳鸣镇“十五五”工作思路及2026年重点任务", "鹳鸣镇"),
        ("昭通市2020年《政府工作报告》(摘要)", "昭通市"),
        ("来宾市政府工作报告（2020年）（节选）", "来宾市"),
        ("屏南县鹳鸣镇国民经济和社会发展第十四个五年规划纲要", "鹳鸣镇"),
        ("盐池县乡村振兴战略规划（2018—2022年）", "盐池县"),
        ("凌东区政府工作报告(2023年)", "凌东区"),
        ("合肥经开区2022年工作要点", "经开区"),
        ("推进乡村振兴的街道工作总结", None),
        ("现代农业园区工作总结", None),
        ("全区2023年工作总结", None),
        ("我县2023年工作总结", None),
        ("风景名胜区2023年工作总结", None),
        ("工业强镇行动方案", None),
        ("特色小镇建设方案", None),
        ("美丽宜居乡村建设方案", None),
    ],
)
def test_titles_of_every_sort_tell_who_speaks(title: str, name: str | None) -> None:
    place = known(f"{title}\n{BODY}").place
    assert (place.name if place else None) == name


def test_a_file_name_tells_the_town_of_an_excerpt_that_speaks_of_its_county() -> None:
    excerpt = "（三）全县第一个冷库在我镇建成，全县观摩会在我镇召开，落实县委部署，全县排名第二。" * 3
    metadata = known(excerpt, "township_鹳鸣镇_2024.txt")
    assert (path(metadata), metadata.level) == (("鹳鸣镇",), Level.TOWNSHIP)


def test_a_file_name_that_says_the_level_tells_it() -> None:
    text = "（三）我们新修了水渠。"
    known_city, unknown_city = known(text, "prefecture_运城市_2024.txt"), known(text, "prefecture_鹳鸣市_2024.txt")
    assert (path(known_city)[-1], known_city.level) == ("运城市", Level.PREFECTURE)
    assert (path(unknown_city), unknown_city.level) == (("鹳鸣市",), Level.PREFECTURE)
    assert known(text, "鹳鸣市_2024.txt").level is None
    assert path(known(text, "city_夏县_2024.txt"))[-1] == "夏县"


def test_a_file_name_that_says_the_level_leaves_the_place_to_the_text() -> None:
    """It also names a county in brief, which is an ordinary word elsewhere."""
    text = "容城县要修路。我县在容城县城建了公园。容城县和各镇都来参加。全县都说好，全县都来。"
    from_text = known(text, "county_2015.txt")
    assert (path(from_text)[-1:], from_text.found["place"]) == (("容城县",), "text")
    assert path(known(text, "township_2015.txt")) == ()
    in_brief = known("（三）我们新修了水渠。", "county_容城_2015.txt")
    assert (path(in_brief)[-1:], in_brief.found["place"]) == (("容城县",), "file name")
    assert path(known("（三）我们新修了水渠。", "容城_2015.txt")) == ()


@pytest.mark.parametrize(
    ("town", "name"),
    [("柳河头镇", "柳河头镇"), ("河头镇", "河头镇"), ("产业兴镇", None)],
)
def test_a_town_is_called_as_phrases_begin_and_never_by_the_end_of_other_words(town: str, name: str | None) -> None:
    """The division table has 河头镇 and 兴镇, and lacks 柳河头镇."""
    text = f"今年，{town}要修路。我镇在{town}中心建了公园，{town}人民政府办好实事。全镇都来，我镇要好，全镇说好。"
    place = known(text, "").place
    assert (place.name if place else None) == name


def test_what_a_text_speaks_of_within_the_unit_of_its_file_name_is_who_speaks() -> None:
    text = "济南市要修路。我市要建好济南市的公园。全市支持济南市的企业。全市都要参加。"
    metadata = known(text, "policy_山东省_007.txt")
    assert (path(metadata), metadata.found["place"]) == (("山东省", "济南市"), "text")


def test_an_excerpt_that_addresses_its_hearers_again_has_no_title_block() -> None:
    long = "（三）" + "我们新修了水渠，也修了路。" * 8
    assert known(f"{long}\n要感谢县长和乡亲们。\n各位代表，路还很长。", "鹳鸣镇.txt").level is Level.TOWNSHIP


def test_a_town_of_a_province_that_the_text_does_not_name_is_another() -> None:
    text = "青峪镇2024年工作总结\n一年来，我们落实习近平总书记视察山东重要讲话精神，修了路。"
    assert path(known(text)) == ("青峪镇",)
    assert path(known(text.replace("视察山东", "视察四川")))[:1] == ("四川省",)


def test_a_folder_tells_namesakes_apart() -> None:
    metadata = known("城关镇人民政府工作报告\n各位代表：\n抓好粮食。", "河南省/洛阳市/汝阳县/报告.txt")
    assert path(metadata)[:3] == ("河南省", "洛阳市", "汝阳县")


def test_villages_tell_namesakes_apart() -> None:
    from ontology.divisions import divisions

    township = divisions().find("城关镇", within=["汝阳县"])[0]
    villages = "、".join(village.name for village in divisions().villages(township)[:8])
    assert known(f"城关镇人民政府工作报告\n各位代表：\n{villages}修好了路。").place == township


def test_a_township_that_the_table_lacks_hangs_below_its_county() -> None:
    place = resolve(Named("鹳鸣镇", ("永济市",)))
    assert place is not None
    assert (place.path, place.code) == (("山西省", "运城市", "永济市", "鹳鸣镇"), None)


@pytest.mark.parametrize(
    ("phrase", "named"),
    [
        ("山西省运城市永济市张营镇人民政府", Named("张营镇", ("山西省", "运城市", "永济市"))),
        ("河南省人民政府关于支持郑州市建设的意见", Named("河南省")),
        ("山西省_运城市_2023", Named("运城市", ("山西省",))),
        ("阿坝州人民政府办公室", Named("阿坝州")),
        ("智慧养老产业发展行动计划（2024-2025年）", None),
        ("加强合作与发展", None),
        ("白沙溪镇人民政府工作报告", Named("白沙溪镇")),  # not the listed 沙溪镇
        ("永济市白沙溪镇人民政府", Named("白沙溪镇", ("永济市",))),
        ("鹭鸣街道党工委", Named("鹭鸣街道")),
        ("关于鹮咀镇2017年工作总结的报告", Named("鹮咀镇")),
    ],
)
def test_units_are_found_in_phrases(phrase: str, named: Named | None) -> None:
    assert named_in(phrase) == named


def test_the_category_of_a_page_is_no_title() -> None:
    metadata = known("工作报告\n运城市夏县2023年政府工作报告\n来源：夏县\n政府工作报告\n各位代表：\n要修渠。")
    assert (metadata.title, metadata.year, path(metadata)[-1]) == ("运城市夏县2023年政府工作报告", 2023, "夏县")


def test_a_county_that_names_itself_without_its_ending_is_known_by_how_often_it_does() -> None:
    body = "全县齐心，全县发力，县委有令。" + "容城要强，美丽容城。" * 4
    assert path(known(f"一、过去五年工作回顾\n{body}")) == ("河北省", "保定市", "容城县")
    assert known(f"一、过去五年工作回顾\n{body}夏津与临猗、临猗互助，临猗临猗。").place is None


@pytest.mark.parametrize(
    ("body", "county"),
    [
        ("推动新安发展，建设新安。" * 4 + "河南有序，洛阳齐心。", "新安县"),
        ("推动新安发展，建设新安。" * 4 + "河南有序。", "安新县"),
        ("推动新安发展，建设新安。" * 4 + "河南有序，洛阳齐心，安新来访。", "安新县"),
        ("推动新安发展，河南有序，洛阳齐心。", "安新县"),
    ],
)
def test_a_county_that_the_text_never_names_does_not_speak_where_it_names_another_by_far_most(body, county) -> None:
    assert path(known(f"各位代表：\n{body}", "county_安新_2024.txt"))[-1] == county


def test_a_letterspaced_title_is_a_title() -> None:
    text = "政 府 工 作 报 告\n——2023年2月1日在永济市第十七届人民代表大会第三次会议上\n各位代表：\n"
    assert known(text).title == "政府工作报告"


def test_a_policy_without_a_title_is_placed_by_what_it_calls_its_own() -> None:
    text = "为推进青岛市高质量发展，结合我市实际，制定本措施。青岛市各区要落实。市财政局负责解释。青岛市全市推广。"
    metadata = known(text, "a.txt")
    assert (path(metadata), metadata.found["place"]) == (("山东省", "青岛市"), "text")


@pytest.mark.parametrize(
    ("county", "chain"),
    [
        ("我们在运城市和平陆县的支持下修渠。", ("山西省", "运城市", "平陆县")),
        ("我们向运城市平陆县和永济市学习。", ()),  # which of the two, nothing tells
        ("我们向平陆县学习。", ()),  # a county named by itself may be any
    ],
)
def test_the_text_tells_the_county_of_an_unlisted_township(county: str, chain: tuple[str, ...]) -> None:
    assert path(known(f"白沙溪镇人民政府工作报告\n各位代表：\n{county}")) == (*chain, "白沙溪镇")


def test_a_namesake_that_the_table_lacks_stands_in_the_county_that_the_text_names() -> None:
    title = "枫溪乡人民政府工作报告\n各位代表：\n"  # the table has two, both of Fujian
    assert path(known(f"{title}我们落实舒城县部署，服务安徽发展。")) == ("安徽省", "六安市", "舒城县", "枫溪乡")
    assert path(known(f"{title}我们修渠三里。")) == ("枫溪乡",)


# Tables


def test_a_table_overrides_the_text(tmp_path: Path) -> None:
    table = tmp_path / "m.csv"
    table.write_bytes(
        "document,year,place,review_years,issuer\n报告.txt,2019,山西省/运城市/夏县,2014-2018,夏县政府\n".encode(
            "utf-8-sig"
        )
    )
    metadata = known(f"2022年永济市政府工作报告\n{BODY}", "报告.txt", load_table(table)["报告"])
    assert (metadata.year, path(metadata)[-1], metadata.level) == (2019, "夏县", Level.COUNTY)
    assert metadata.review_years == (2014, 2015, 2016, 2017, 2018)
    assert metadata.plan_years == (2023,)
    assert metadata.issuer == "夏县政府"
    assert (metadata.found["place"], metadata.found["title"]) == ("table", "title")


@pytest.mark.parametrize("issuer", ["浙江省安吉县天荒坪镇人民政府", "安吉县人民政府", "国务院办公厅"])
def test_an_issuer_in_a_table_tells_place_and_level_as_in_a_title(issuer: str) -> None:
    named = known(f"{issuer}关于修渠的通知\n各有关单位：\n要修渠。")
    row = known("运城市水利局关于修渠的通知\n各有关单位：\n要修渠。", row={"发文机关": issuer})
    assert (row.issuer, row.place, row.level) == (issuer, named.place, named.level)
    assert row.place is not None and row.place.name in ("天荒坪镇", "安吉县", "中国")
    assert row.found["place"] == row.found["level"] == "table"


def test_a_place_in_a_table_stands_before_that_of_its_issuer() -> None:
    metadata = known("要修路。", row={"发文机关": "安吉县人民政府", "地区": "山西省/运城市/夏县"})
    assert (path(metadata)[-1], metadata.issuer) == ("夏县", "安吉县人民政府")
    unknown = known("2022年永济市政府工作报告\n要修路。", row={"发文机关": "水利局"})  # names no place: the title does
    assert (path(unknown)[-1], unknown.found["place"]) == ("永济市", "title")


def test_a_table_in_chinese_with_the_chain_in_columns() -> None:
    metadata = known(
        "要修路。", row={"文件名": "a", "省份": "山西省", "城市": "运城市", "区县": "夏县", "发布日期": "2023年3月"}
    )
    assert (path(metadata), metadata.issued, metadata.year) == (("山西省", "运城市", "夏县"), "2023-03", 2023)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "names no document"),
        ("title\n甲\n", "names no document"),
        ("document,year\n,2022\n", "row 2: names no document"),
        ("document,备注\na,好\n", "no column that describes"),
        ("document,year,年份\na,2022,2023\n", "gives year in two columns, year and 年份"),
        ("document,year\na,2022\na.txt,2023\n", "row 3: names a a second time"),
        ("document,year\na,2022,x\n", "more cells"),
        ("document,year\na,去年\n", "row 2: «去年».*no year"),
        ("document,year\na,2203\n", "no year"),
        ("document,year\na,2021-2022\n", "not the one year"),
        ("document,year,issued\na,2021,2023-03\n", "not the one year"),
        ("document,review_years\na,2022-2018\n", "no year"),
        ("document,level\na,高级\n", "no level"),
        ("document,issued\na,三月\n", "not a date"),
        ("document,issued\na,2023-13-45\n", "not a date"),
        ("document,place\na,火星市\n", "«火星市» is no known place"),
        ("document,place,level\na,永济市/张营镇,县级\n", "«永济市/张营镇» is no county place"),
        ("document,place,level\na,山西省,国家级\n", "«山西省» is no national place"),
    ],
)
def test_tables_that_cannot_be_understood_are_refused(tmp_path: Path, content: str, message: str) -> None:
    table = tmp_path / "m.csv"
    table.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=message) as refusal:
        load_table(table)
    assert str(table) in str(refusal.value)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_table_may_name_a_document_with_the_suffix_of_any_format(tmp_path: Path, suffix: str) -> None:
    table = tmp_path / "m.csv"
    table.write_text(f"document,year\n报告1.0{suffix.upper()},2022\n", "utf-8")
    assert load_table(table).keys() == {"报告1.0"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_read_in_every_encoding_that_documents_are(tmp_path: Path, encoding: str) -> None:
    table = tmp_path / "m.csv"
    table.write_bytes("文件名,年份,地区\n工作报告,2023,山西省/运城市/鹳鸣镇\n".encode(encoding))
    assert load_table(table)["工作报告"]["年份"] == "2023"  # a township that the division table lacks is no mistake


def test_a_table_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "m.csv"
    table.write_bytes("文件名,年份\n臺灣經濟發展報告與產業轉型,2023\n".encode("big5") * 9)
    with pytest.raises(UsageError, match="save it as UTF-8"):
        load_table(table)


# All that there is


@pytest.mark.skipif(not (SHARED / "reports").is_dir(), reason="the shared reports are not beside this repository")
def test_every_report_has_the_level_and_year_of_the_index() -> None:
    levels = {"national": Level.NATIONAL, "party": Level.NATIONAL, "province": Level.PROVINCIAL}
    with (SHARED / "reports" / "index.tsv").open(encoding="utf-8") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    misses: Counter[str] = Counter()
    for row in rows:
        (document,) = read(SHARED / "reports" / row["file"])
        metadata = describe(document).metadata
        misses["year"] += str(metadata.year) != row["year"]
        misses["place"] += metadata.place is None
        misses["level"] += metadata.level is not levels.get(row["level"], metadata.level)
        misses["province"] += row["level"] == "province" and path(metadata) != (row["place"],)
    assert not +misses


def test_a_page_in_one_line_tells_what_its_lines_would() -> None:
    """The web often gives a report without its line ends: its title and periods are there all the same."""
    years = "围绕乡村振兴，全镇上下苦干实干，各项工作都有新的进展，群众得到更多实惠。" * 6
    page = f"永济市张营镇2022年工作总结和2023年工作计划 一、2022年工作回顾 {years} 二、2023年工作安排 {years}"
    metadata = known(page)
    assert metadata.title == "永济市张营镇2022年工作总结和2023年工作计划"
    assert path(metadata) == ("山西省", "运城市", "永济市", "张营镇")
    assert (metadata.review_years, metadata.plan_years) == ((2022,), (2023,))


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("白石岭乡在溆浦县委、县政府领导下发展。", ("湖南省", "怀化市", "溆浦县")),
        ("白石岭乡的上海市崇明区援建车间投产。", ()),
        ("白石岭乡深化与天津市东丽区结对协作。", ()),
        ("白石岭乡融入怀化产业链，助推湖南发展，为“五个溆浦”和溆浦明天奋斗。", ("湖南省", "怀化市", "溆浦县")),
        ("白石岭乡助推湖南发展，为“五个溆浦”和溆浦明天奋斗。", ()),
        ("白石岭乡融入白山产业链，助推吉林发展，卖好长白山人参、长白山蓝莓。", ()),
        ("白石岭乡对接昆明市场，助推云南发展，强村富民、产业富民。", ()),
        ("白石岭乡对接岳阳市场，助推湖南发展，融入岳阳。", ()),
    ],
)
def test_a_county_that_helps_is_not_the_one_that_a_township_lies_in(text: str, above: tuple[str, ...]) -> None:
    place = resolve(Named("白石岭乡"), level=Level.TOWNSHIP, context=text)
    assert place is not None
    assert place.path == (*above, "白石岭乡")
