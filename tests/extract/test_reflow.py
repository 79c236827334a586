import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract import pipeline
from extract.document import Document, Metadata, Place, Span
from extract.layout.reflow import reflow
from kg.statements import statements
from ontology.terms import Kind, Level

PARAGRAPHS = "\n".join(
    [
        "一、2022年工作回顾",
        "我们围绕“实力白石”建设，实施白石镇千亩苹果示范园提升改造项目，完成投资3.43亿元，新建灌渠12公里，"
        "栽种果树5万株。",
        "我们深入贯彻乡村振兴战略，推进白石镇青石河生态治理工程，清淤河道8公里，栽植护岸林240亩，群众满意度达到96.5%。",
        "（一）聚焦兴农，赋能“白石”",
        "推进农村集体产权制度改革，开展“三比三争”活动，建成村级电商服务站11个。",
        "建成高标准农田3万亩，种植富硒小麦1.2万亩，引进深加工企业三家，带动周边农户2600户，农村居民人均可支配"
        "收入增长8.1%，全镇粮食总产量达到2.3万吨，村集体经济收入全部突破十万元。",
    ]
)


def wrapped(text: str, width: int, indent: str = "") -> str:
    """Break a text's lines at a width in ems, its paragraphs perhaps set in, as a page prints it."""
    lines = []
    for paragraph in text.split("\n"):
        line, room = indent, width - len(indent)
        for mark in paragraph:
            if room < 1:
                lines.append(line)
                line, room = "", width
            line += mark
            room -= 0.5 if mark.isascii() else 1
        lines.append(line)
    return "\n".join(lines)


@pytest.mark.parametrize("width", [17, 20, 26])
@pytest.mark.parametrize("indent", ["", "　　"])
def test_lines_broken_at_a_margin_are_joined_to_their_paragraphs(width: int, indent: str) -> None:
    joined = reflow(wrapped(PARAGRAPHS, width, indent)).text
    assert [line.strip() for line in joined.split("\n")] == PARAGRAPHS.split("\n")


def test_an_indent_that_was_lost_still_tells_the_first_line_of_a_paragraph() -> None:
    lost = "\n".join(line.strip() for line in wrapped(PARAGRAPHS, 20, "　　").split("\n"))
    assert reflow(lost).text.split("\n") == PARAGRAPHS.split("\n")


@pytest.mark.parametrize("number", ["— 2 —", "2", "- 12 -", "第 2 页", "第2页 共10页", "2/10"])
def test_a_page_number_between_two_lines_is_left_out(number: str) -> None:
    lines = wrapped(PARAGRAPHS, 20).split("\n")
    paged = "\n".join([*lines[:3], number, *lines[3:]])
    assert reflow(paged).text == PARAGRAPHS


def test_a_running_head_between_two_lines_is_left_out() -> None:
    lines = wrapped("\n".join([PARAGRAPHS, PARAGRAPHS]), 20).split("\n")
    cut = [number for number, line in enumerate(lines) if len(line) > 18 and "。" not in line][1::3]
    paged = "\n".join(f"{line}\n白石镇政府工作报告" if n in cut else line for n, line in enumerate(lines))
    assert len(cut) >= 3
    assert reflow(paged).text == "\n".join([PARAGRAPHS, PARAGRAPHS])


@pytest.mark.parametrize(
    "text",
    [
        PARAGRAPHS,
        "",
        # a table: each row is a line, however alike they are in width
        "序号 项目名称，建设地点 投资额（万元）\n"
        + "\n".join(f"{n} 白石镇苹果园提升，青石村 {n}200" for n in range(1, 9)),
        # headings of one width, with long paragraphs below them
        "\n".join(
            f"（{n}）聚焦强镇，建设实力白石新镇\n我们大力推进各项工作，{'成效良好，' * 12}" for n in "一二三四五六"
        ),
    ],
)
def test_other_lines_stay_apart(text: str) -> None:
    assert reflow(text).text == text


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("到 2025 年，建成 220 千伏变电站，占比 45% 以上。", "到2025年，建成220千伏变电站，占比45%以上。"),
        ("为 落 实 乡 村 振 兴 战 略 ， 制 定 本 方 案 。", "为落实乡村振兴战略，制定本方案。"),
        ("3 加强领导，压实责任 12 项。", "3 加强领导，压实责任 12 项。"),
        ("1 白石镇苹果园 青石村 1200 2023年，续建", "1 白石镇苹果园 青石村 1200 2023年，续建"),
        ("投资 6 700万元，征收 1 7 00 户 2 6.5 %。", "投资6700万元，征收1700户26.5 %。"),
        ("新增 1 . 57 万家，2 016 年更好。", "新增1.57万家，2016年更好。"),
        ("如表1 2024年项目所列，完成。", "如表1 2024年项目所列，完成。"),
        ("采用 Internet of Things 平台，提升能力。", "采用Internet of Things平台，提升能力。"),
    ],
)
def test_spaces_around_figures_are_closed_in_running_text(text: str, read: str) -> None:
    assert reflow(text).text == read


@given(st.text(alphabet="白石镇，。；　 \n\t\r•12Ae\u0301𠮷“”（一）、|", max_size=300), st.integers(14, 30))
def test_offsets_lead_back_to_the_text_as_read(text: str, width: int) -> None:
    broken = wrapped(text, width)
    flow = reflow(broken)
    assert len(flow.offsets) == len(flow.text)
    assert all(flow.text[i] in (broken[at], " ") for i, at in enumerate(flow.offsets))
    assert list(flow.offsets) == sorted(set(flow.offsets))
    for start in range(0, len(flow.text), 7):
        assert flow.joined(flow.as_read(Span(start, start + 1))) == Span(start, start + 1)


def test_names_across_line_ends_are_found_where_they_stand() -> None:
    text = wrapped(PARAGRAPHS, 17)
    place = Place("白石镇", Level.TOWNSHIP, (Place("白石县", Level.COUNTY),))
    document = Document("t", text, "0" * 64, metadata=Metadata(place=place, level=Level.TOWNSHIP))
    annotation = pipeline.annotate(pipeline.load(), document)
    names = {entity.name: entity for entity in annotation.entities}
    park = names["白石镇千亩苹果示范园提升改造项目"]
    assert park.kind is Kind.PROJECT
    assert [text[m.start : m.end].replace("\n", "") for m in park.mentions] == [park.name]
    assert "\n" in text[park.mentions[0].start : park.mentions[0].end]
    graph = list(statements(annotation))
    anchors = [quad.object.value for quad in graph if quad.predicate.value.endswith("#anchorOf")]
    labels = [quad.object.value for quad in graph if quad.predicate.value.endswith("Label")]
    assert any("\n" in anchor for anchor in anchors)
    assert not any("\n" in label for label in labels)
    assert all(anchor in text for anchor in anchors)


ROWS = "白石镇苹果园提升项目\t青石村\t1200\t2023年完成，续建工程\n白石镇灌渠延伸项目\t青石村\t900\t2023年完成，新建工程"
LONG = "全镇上下齐心协力，推进各项工作，成效明显，" * 3 + "群众满意。"


@pytest.mark.parametrize(
    "tail",
    [
        f"项目如下：\n{ROWS}",  # a table behind broken lines
        f"{LONG}\n{LONG}\n产业稳步发展",  # whole paragraphs, which are wider than any broken line
        "• 一、兴农\n• 修路三里，植树百亩",
        "- 修路三里，植树百亩\n- 办学一所，惠及百户",
        "附件1：名单\n表1：任务",
    ],
)
@pytest.mark.parametrize("width", [17, 20, 26])
def test_what_stands_behind_broken_lines_stays_apart(tail: str, width: int) -> None:
    assert reflow(f"{wrapped(PARAGRAPHS, width)}\n{tail}").text == f"{PARAGRAPHS}\n{tail}"


def test_a_blank_line_or_a_heading_that_recurs_parts_paragraphs_that_end_at_the_margin() -> None:
    works = ("修渠三里植树百亩", "办学堂一所架桥梁", "种粮千亩养猪百头", "修路十里通水万家")
    paragraphs = [f"我们{work}，{'惠及百姓各家各户，' * 5}群众{work[:3]}。"[-60:] for work in works]
    broken = "\n\n主要做法\n\n".join(wrapped(paragraph, 20) for paragraph in paragraphs)
    assert {len(paragraph) for paragraph in paragraphs} == {60}
    assert reflow(broken).text == "\n\n主要做法\n\n".join(paragraphs)


def test_a_page_number_within_a_name_gets_into_no_label() -> None:
    lines = wrapped(PARAGRAPHS, 17).split("\n")
    text = "\n".join([*lines[:2], "— 2 —", *lines[2:]])
    place = Place("白石镇", Level.TOWNSHIP, (Place("白石县", Level.COUNTY),))
    document = Document("t", text, "0" * 64, metadata=Metadata(place=place, level=Level.TOWNSHIP))
    graph = list(statements(pipeline.annotate(pipeline.load(), document)))
    labels = {quad.object.value for quad in graph if quad.predicate.value.endswith("Label")}
    assert "白石镇千亩苹果示范园提升改造项目" in labels
    assert not any("—" in label for label in labels)


PROSE = "全乡上下团结一心，扎实推进各项工作，村容村貌焕然一新，群众收入稳步增长，茶园扩种三千亩，新修渠道八公里，"


@pytest.mark.parametrize(
    ("before", "behind", "joined"),
    [
        (f"{PROSE}建成白石镇标准化", "茶厂一座，带动就业。", True),
        ("我们认真学习《", "白石镇章程》，做到人人会讲。", True),
        (f"{PROSE}建成白石镇标准化", "（二）聚焦强镇，再上台阶。", False),
        (f"{PROSE}较好完成任务", "名词解释", False),
        (f"{PROSE}较好完成任务。（二）工作思路", "全乡上下将真抓实干，再上台阶。", False),
        (f"{PROSE}较好完成任务", "（a）修渠三里，惠及全村。", False),
        ("聚焦强镇，建设实力白石", "我们大力推进各项工作，成效良好。", False),
    ],
)
def test_a_sentence_that_a_lines_end_cuts_goes_on(before: str, behind: str, joined: bool) -> None:
    assert (f"{before}{behind}" in reflow(f"{before}\n{behind}").text) is joined


@pytest.mark.parametrize("mark", ["[4]", "〔12〕", "［3］", "【20】", "[5 ]"])
def test_a_footnotes_mark_is_left_out_of_a_sentence_but_numbers_its_note(mark: str) -> None:
    text = f"推行“红绿旗”{mark}激励机制，建设白石产业园{mark}。\n{mark}“红绿旗”：奖优罚劣。"
    assert reflow(text).text == f"推行“红绿旗”激励机制，建设白石产业园。\n{mark}“红绿旗”：奖优罚劣。"


def test_a_footnotes_mark_may_hold_a_space() -> None:
    assert reflow("推行“红绿旗”〔 7〕激励机制，建设白石产业园。").text == "推行“红绿旗”激励机制，建设白石产业园。"


def test_the_year_of_a_rule_is_no_footnotes_mark() -> None:
    assert reflow("落实国发〔2021〕5号文件。").text == "落实国发〔2021〕5号文件。"


@pytest.mark.parametrize("kind", ["（{}）", "({})"])
def test_round_marks_of_footnotes_are_left_out_where_they_count_up(kind: str) -> None:
    first, second, third = map(kind.format, (1, 2, 3))
    text = f"推行“红绿旗”{first}机制，落实“四早”{second}要求，建设白石产业园{third}。\n{first}“红绿旗”：奖优罚劣。"
    assert reflow(text).text == f"推行“红绿旗”机制，落实“四早”要求，建设白石产业园。\n{first}“红绿旗”：奖优罚劣。"


@pytest.mark.parametrize(
    "text",
    [
        "推行“红绿旗”（2）机制，落实“四早”（1）要求。",
        "推行“红绿旗”（6）机制，落实“四早”（7）要求。",
        "建设白石产业园工程（1）鹮湾路工程（2）。",
    ],
)
def test_other_numbers_in_round_brackets_stay(text: str) -> None:
    assert reflow(text).text == text
