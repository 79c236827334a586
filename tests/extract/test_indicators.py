from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.annotation import Indicator
from extract.finders.indicators import find
from extract.layout.structure import structure
from ontology.terms import Period


def read(text: str) -> list[Indicator]:
    return list(find(text, structure(text)))


def figures(text: str) -> list[tuple[str, str, str]]:
    return [(text[i.span.start : i.span.end], str(i.value), i.unit) for i in read(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("完成投资2.5亿元。", [("2.5亿元", "250000000", "元")]),
        ("栽植苗木7万余株。", [("7万余株", "70000", "株")]),
        ("铺设管网十余公里，更换五台水泵。", [("十余公里", "10", "公里"), ("五台", "5", "台")]),
        ("覆盖率从3.5%提高到4.2%以上。", [("3.5%", "3.5", "%"), ("4.2%", "4.2", "%")]),
        ("约300万贫困人口脱贫。", [("300万", "3000000", "人")]),
        ("参保人数增加2.4亿、覆盖9亿人。", [("2.4亿", "240000000", "人"), ("9亿人", "900000000", "人")]),
        ("收入翻了两番，污染天数下降三成。", [("两番", "2", "番"), ("三成", "3", "成")]),
        ("安全利用率保持“两个百分之百”。", [("百分之百", "100", "%")]),
        ("装机５０万千瓦。", [("５０万千瓦", "500000", "千瓦")]),
        ("平均受教育年限提高到11年。", [("11年", "11", "年")]),
        ("连续举办6届博览会。", [("6届", "6", "届")]),
        ("对沿河7村道路进行整修。", [("7村", "7", "村")]),
        ("浓度下降到28微克/立方米。", [("28微克/立方米", "28", "微克/立方米")]),
        ("产量达到1亿2000万吨。", [("1亿2000万吨", "120000000", "吨")]),
    ],
)
def test_figures_with_their_units(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert figures(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2023年3月10日召开第3次会议。",
        "十四届三次全会审议通过。",
        "深化“2+8+30”治理体系。",
        "排名全省第3位，进入前10名。",
        "打造“30分钟服务圈”。",
        "实施三年行动，推进一批项目。",
        "抓好以下4个方面工作。",
        "坚决做到两个维护。",
        "建设千亩果园。",
        "打通最后1公里。",
        "结构如图3所示。",
        "东坡、西岭2村道路完工。",
        "长三角一体化发展，5G基站和PM2.5监测。",
        "14亿多人口大国保持稳定。",
    ],
)
def test_what_measures_nothing_is_left_out(text: str) -> None:
    assert figures(text) == []


def test_a_threshold_gives_way_to_what_it_counts() -> None:
    assert figures("收入突破20万元村12个。") == [("12个", "12", "个")]
    assert figures("8家企业营业收入超百亿元。") == [("8家", "8", "家")]


@pytest.mark.parametrize(
    "text",
    ["村集体收入8万元以下的村清零。", "增速连续16个季度居前。", "由第369位上升。", "企业由69位上升，一次性办结。"],
)
def test_thresholds_ranks_and_quarters_are_none(text: str) -> None:
    assert figures(text) == []


def test_the_size_of_what_was_counted_is_none() -> None:
    assert figures("10至500万元项目累计投资2亿元。") == [("2亿元", "200000000", "元")]


def test_a_total_behind_other_members_is_kept() -> None:
    assert figures("甲园、乙园等16个项目投产。") == [("16个", "16", "个")]


def test_title_and_glossary_hold_no_indicators() -> None:
    text = "某镇政府工作报告\n一、工作回顾\n种粮30亩。\n名词解释\n四网：4个网络，20个节点。"
    assert figures(text) == [("30亩", "30", "亩")]


def test_period_comes_from_the_part() -> None:
    text = "一、2022年工作回顾\n种粮30亩。\n二、2023年工作安排\n修路8公里。"
    assert [i.period for i in read(text)] == [Period.REVIEW, Period.PLAN]


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("地区生产总值完成80亿元,增长2.5%。", ["地区生产总值", "地区生产总值增长"]),
        ("新建12个便民中心。", ["便民中心"]),
        ("开展9公里道路建设。", ["道路建设"]),
        ("城镇化率从60%提高到65%。", ["城镇化率", "城镇化率"]),
        ("工业、服务业增加值分别增长9%、8%。", ["工业增加值增长", "服务业增加值增长"]),
        ("全年水利、电力投资分别达到9亿元和8亿元。", ["水利投资", "电力投资"]),
        ("一产、二产、三产分别为9亿元、8亿元、7亿元。", ["一产", "二产", "三产"]),
        ("工业、服务业增加值比上年分别增长9%、8%。", ["工业增加值增长", "服务业增加值增长"]),
        ("事故起数、伤亡人数、经济损失分别下降9%、8%、7%。", ["事故起数下降", "伤亡人数下降", "经济损失下降"]),
        (
            "城乡居民收入分别达4万元、2万元，分别增长5%、6%。",
            ["城镇居民收入", "农村居民收入", "城镇居民收入增长", "农村居民收入增长"],
        ),
        (
            "接待游客3亿人次、旅游花费2亿元，分别增长5%、6%。",
            ["接待游客", "旅游花费", "接待游客增长", "旅游花费增长"],
        ),
        ("食品、药品抽检合格率分别达99%、98%。", ["食品抽检合格率", "药品抽检合格率"]),
        ("加快推进总投资9亿元的苇塘粮库，完成固定资产投资8亿元。", ["总投资", "固定资产投资"]),
        ("实施15项以上县重点技改项目。", ["县重点技改项目"]),
        ("培育38家国家级5G工厂，一次性化解率达97%。", ["国家级5G工厂", "一次性化解率"]),
        ("一、二、三产业分别增长9%、8%、7%。", ["一、二、三产业分别增长"] * 3),
        ("工业、服务业增加值分别增长9%。", ["工业、服务业增加值分别增长"]),
        ("盘活厂房900平方米，完成80亩土地平整。", ["盘活厂房", "土地平整"]),
        ("粮食产量达到90吨，比上年增加7吨。", ["粮食产量", "粮食产量比上年增加"]),
    ],
)
def test_measure_names_what_is_measured(text: str, measures: list[str]) -> None:
    assert [i.measure for i in read(text)] == measures


@given(st.text(alphabet="一二三十百千万亿0123456789.,%余多个元亩村上近年第、，。“”超从到 \n", max_size=60))
def test_any_text_gives_spans_that_hold_the_figure(text: str) -> None:
    before = 0
    for indicator in read(text):
        assert before <= indicator.span.start < indicator.span.end <= len(text)
        assert isinstance(indicator.value, Decimal)
        assert indicator.value.is_finite()
        before = indicator.span.end


def test_roads_ranks_and_the_size_of_what_is_counted_are_no_figures() -> None:
    assert figures("改造104国道和323省道，排名27名；改造甲苑、乙苑等2个小区。") == []
    assert figures("4个过亿元在谈项目。") == [("4个", "4", "个")]
