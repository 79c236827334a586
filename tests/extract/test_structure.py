import re

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from extract.document import Section, Span
from extract.layout.reflow import reflow
from extract.layout.structure import structure
from ontology.terms import Period

Outline = list[tuple[int, str, str | None]]


def outline(text: str) -> Outline:
    """Give depth, numbering and heading of each section."""
    return [(s.depth, s.numbering, heading(text, s)) for s in structure(text).sections]


def heading(text: str, section: Section) -> str | None:
    return text[section.heading.start : section.heading.end] if section.heading else None


def terms(text: str) -> list[tuple[str, str]]:
    return [
        (text[e.term.start : e.term.end], text[e.definition.start : e.definition.end]) for e in structure(text).glossary
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "一、兴农\n（一）种粮\n1.选种。选好种子。\n2.施肥。用好肥料。\n（二）养猪\n二、修路",
            [(0, "一、", "兴农"), (1, "（一）", "种粮"), (2, "1.", "选种"), (2, "2.", "施肥"), (1, "（二）", "养猪"),
             (0, "二、", "修路")],
        ),
        (
            "第一章 总则\n第一条 为了种粮，制定本办法。\n第二章 附则",
            [(0, "第一章", "总则"), (1, "第一条", None), (0, "第二章", "附则")],
        ),
        (
            "（七）护林,育林。大家来种树,多种树.\n一是栽树更快。栽了许多树。二是护林更严。巡山很勤。",
            [(0, "（七）", "护林,育林"), (1, "一是", "栽树更快"), (1, "二是", "护林更严")],
        ),
        (
            "（一）办实事\n一是办好小事。①修桥。②铺路。\n二是办好大事。办了许多大事。",
            [(0, "（一）", "办实事"), (1, "一是", "办好小事"), (2, "①", None), (2, "②", None), (1, "二是", "办好大事")],
        ),
        (
            "一、成绩\n——农业更强。粮食年年丰收。\n——道路更宽。村村通了公路。",
            [(0, "一、", "成绩"), (1, "——", "农业更强"), (1, "——", "道路更宽")],
        ),
        (
            "二、安排\n聚焦“实力某镇”，谋划大发展\n我们要围绕产业做文章，扩大规模。\n一是抓好项目。建设许多项目。",
            [(0, "二、", "安排"), (1, "", "聚焦“实力某镇”，谋划大发展"), (2, "一是", "抓好项目")],
        ),
    ],
)  # fmt: skip
def test_sections_nest_as_their_numberings_do(text: str, expected: Outline) -> None:
    assert outline(text) == expected


def test_a_short_first_sentence_is_the_paragraph_s_heading_where_siblings_have_one_too() -> None:
    elaboration = "各村各户都参加，大家一起干，干得很有劲头。"
    text = f"三、自身建设\n用心用情讲政治，打造为民政府。{elaboration}\n加快推进乡村全面振兴。{elaboration}"
    assert [row[2] for row in outline(text)] == ["自身建设", "用心用情讲政治，打造为民政府", "加快推进乡村全面振兴"]
    assert [row[2] for row in outline(f"加快推进乡村全面振兴。{elaboration}")] == [None]


def test_the_only_paragraph_below_a_numbered_heading_has_no_heading_of_its_own() -> None:
    behind = "各村各户都参加，大家一起干，干得很有劲头。"
    sections = [
        f"（{number}）建设{name}\n加快推进{name}的各项事业。{behind}"
        for number, name in zip("一二", "甲乙", strict=True)
    ]
    text = "一、打算\n" + "\n".join(sections)
    assert [row[2] for row in outline(text)] == ["打算", "建设甲", "建设乙"]
    more = text.replace("（二）", f"坚持推进丙的各项事业。{behind}\n（二）")
    assert "加快推进甲的各项事业" in [row[2] for row in outline(more)]


def test_a_short_sentence_within_a_paragraph_heads_what_follows_it() -> None:
    behind = "修渠三里，护岸二十里，粮田每亩增产二十斤，农户人人称好。"
    text = f"一、今年打算\n推动农业增收。{behind}严守耕地红线。{behind}这是好事。{behind}"
    assert [heading(text, s) for s in structure(text).sections if s.heading][-1] == "严守耕地红线"


def test_a_run_in_section_ends_with_its_paragraph() -> None:
    text = "一、回顾\n一是修路更快。全镇修了许多路。\n我们也看到了不足。"
    sections = structure(text).sections
    assert text[sections[1].span.start : sections[1].span.end] == "一是修路更快。全镇修了许多路。"
    assert sections[0].span.end == len(text)


def test_a_table_of_contents_is_no_section() -> None:
    contents = "一、回顾\n二、安排\n三、建设\n某县政府工作报告\n"
    text = contents + "各位代表:\n现在报告工作。\n一、回顾\n去年种粮。\n二、安排\n今年修路。"
    sections = structure(text).sections
    assert [s.role for s in sections] == ["title", "body", "body", "body"]
    assert [heading(text, s) for s in sections[2:]] == ["回顾", "安排"]


@pytest.mark.parametrize(
    ("title", "period"),
    [
        ("2022年工作回顾", Period.REVIEW), ("过去五年", Period.REVIEW), ("今年工作安排", Period.PLAN),
        ("下一步打算", Period.PLAN), ("2023年重点工作", Period.PLAN), ("2022年重点工作完成情况", Period.REVIEW),
        ("2022年工作回顾和2023年工作安排", None),
        ("全面加强政府自身建设", Period.PLAN), ("种粮", None),
    ],
)  # fmt: skip
def test_a_part_s_heading_tells_its_period(title: str, period: Period | None) -> None:
    assert structure(f"一、{title}\n大家齐心协力。").sections[0].period is period


def test_headings_without_number_stand_below_the_one_that_names_their_period() -> None:
    long = "我们修渠三里，植树两千株，办学堂一所，" * 3 + "群众满意。"
    text = (
        f"2022年工作回顾\n{long}\n产业稳步发展\n{long}\n民生持续改善\n{long}\n2023年工作安排\n{long}\n做强产业\n{long}"
    )
    sections = structure(text).sections
    assert [s.depth for s in sections if s.heading] == [0, 1, 1, 0, 1]
    last = structure(text).period_at(len(text) - 5)
    assert (structure(text).period_at(text.index("产业稳步") + 9), last) == (Period.REVIEW, Period.PLAN)
    funds = text.replace("产业稳步发展", "统筹资金安排")
    assert structure(funds).period_at(funds.index("民生持续") + 9) is Period.REVIEW


def test_a_heading_behind_which_numbers_begin_anew_ends_the_numbered_sections() -> None:
    text = (
        "（三）坚持兴茶，产业更旺。种茶千亩。\n（四）坚持生态优先，鹮乡更美。治河十里。\n"
        "2025年重点工作安排\n今年要干在实处。重点做好以下工作：\n（一）壮大茶业。建成茶园。\n（二）守护鹮乡。治理河道。"
    )
    assert [(depth, printed) for depth, printed, _ in outline(text)][-3:] == [(0, ""), (1, "（一）"), (1, "（二）")]


def test_self_government_under_a_review_part_stays_review() -> None:
    found = structure("一、2022年工作回顾\n（一）加强政府自身建设\n大家齐心。")
    assert found.sections[1].period is None
    assert found.period_at(found.sections[1].span.start) is Period.REVIEW


def test_wording_tells_the_period_of_an_excerpt_without_parts() -> None:
    found = structure("确保粮食丰收，力争多收，进一步扩大面积，加快修渠。")
    assert found.sections[0].period is Period.PLAN


def test_headings_that_name_two_years_in_turn_look_back_and_ahead() -> None:
    text = "某镇工作报告\n各位代表：\n2025年干了什么\n修渠三里，群众满意。\n2026年准备干什么\n再修渠三里，植树两千株。"
    sections = [s for s in structure(text).sections if s.role == "body" and s.heading]
    assert [s.period for s in sections] == [Period.REVIEW, Period.PLAN]


def test_a_heading_with_the_next_year_ends_the_part_that_looks_back() -> None:
    text = "2017年工作回顾\n修渠三里，群众满意。\n2018年主要工作\n再修渠三里，植树两千株。"
    sections = [s for s in structure(text).sections if s.heading]
    assert [(s.depth, s.period) for s in sections] == [(0, Period.REVIEW), (0, Period.PLAN)]


def test_a_text_without_headings_is_parted_where_its_wording_turns() -> None:
    back = "去年，我们顺利修渠三里，累计植树两千株，群众收入明显增长，成效较好。"
    ahead = "今年，我们要力争再修渠三里，加快植树，确保群众增收，抓好各项工作。"
    text = f"{back}\n{back}\n{ahead}\n{ahead}"
    found = structure(text)
    turn = text.index(ahead)
    assert [(s.span.start, s.period) for s in found.sections] == [(0, Period.REVIEW), (turn, Period.PLAN)]
    assert found.period_at(turn - 5) is Period.REVIEW
    assert structure(f"{back}\n{back}").sections[0].period is Period.REVIEW


def test_lead_announces_the_work_below_a_heading() -> None:
    text = "聚焦赋能某镇，推进振兴\n我们要围绕“三条带”建设，推动振兴。\n一是兴农。种了许多粮食。"
    section = structure("一、安排\n" + text).sections[1]
    assert section.lead is not None
    assert ("一、安排\n" + text)[section.lead.start : section.lead.end] == "我们要围绕“三条带”建设，推动振兴。"


def test_closing_words_have_a_section_of_their_own() -> None:
    text = "一、今年工作安排\n" + "大家种粮修路，干好各样工作。" * 20 + "\n各位代表！让我们团结起来，为美好明天而奋斗！"
    assert [s.role for s in structure(text).sections] == ["body", "closing"]


@pytest.mark.parametrize(
    ("last", "closes"),
    [
        ("征程万里，我们将真抓实干，以优异成绩迎接新的一年！", True),
        ("我们将一锤接着一锤敲，奋力谱写丙县篇章。", True),
        ("大家团结修路，干好各样工作。", False),
    ],
)
def test_a_last_paragraph_that_ends_in_a_call_closes_the_report(last: str, closes: bool) -> None:
    text = "一、今年工作安排\n" + "大家种粮修路，干好各样工作。" * 20 + f"\n{last}"
    assert [s.role for s in structure(text).sections] == ["body", "closing"][: 1 + closes]


def test_a_glossary_is_read_with_continuation_paragraphs() -> None:
    text = "一、安排\n种粮。\n名词解释\n1、“两保”：保粮、保水。\n三清：\n清沟。\n清渠。\n“双增”行动是指增收增产。"
    assert structure(text).sections[-1].role == "glossary"
    assert terms(text) == [("两保", "保粮、保水。"), ("三清", "清沟。\n清渠。"), ("“双增”行动", "增收增产。")]


def test_terms_explained_in_running_text() -> None:
    assert terms("聚焦“两山两水”（东山、西山、南水、北水）地区。") == [("两山两水", "东山、西山、南水、北水")]
    assert terms("做好“双保”即保就业、保民生工作。") == [("双保", "保就业、保民生工作")]
    assert terms("开展“清风”行动（试行）。") == []


def test_half_width_full_stops_end_sentences_and_decimals_do_not() -> None:
    text = "种粮3.5亩,修路.养猪2头;养羊.\n一.兴农"
    assert [text[s.start : s.end] for s in structure(text).sentences] == ["种粮3.5亩,修路.", "养猪2头;养羊.", "一.兴农"]


def test_bullets_are_no_part_of_a_heading_or_of_a_glossary_s_terms() -> None:
    text = "● 一、兴农\n● 种粮十亩。\n名词解释\n• 两山：绿水青山就是金山银山。\n• 河长制：分级管河。"
    assert outline(text)[0] == (0, "一、", "兴农")
    assert [term for term, _ in terms(text)] == ["两山", "河长制"]


def test_a_line_broken_off_in_mid_sentence_goes_on() -> None:
    text = "一、回顾\n农业丰收。推动\n全面合作协定\n生效实施。大家高兴。"
    assert [row[2] for row in outline(text)] == ["回顾"]


def test_a_list_run_in_behind_a_colon_makes_no_line_heading() -> None:
    text = "一、安排\n附件：1.种粮项目；2.修路项目\n大家种粮修路。"
    assert all(s.heading is None or s.span.contains(s.heading) for s in structure(text).sections)
    assert [row[1] for row in outline(text)] == ["一、", "1.", "2."]


_PIECES = st.sampled_from(
    ["一、", "（一）", "(二)", "1.", "①", "一是", "二是", "第一，", "首先，", "——", "第一章", "加强党建。",
     "各位代表，",
     "附件：", "2.", "修路项目；", "名词解释", "四保：", "工作回顾", "2023年", "。", ".", "，", "“", "”",
     "（", "）", "：", "\n", "\n\n", " ", "　", "粮食丰收",
     "我们要围绕发展", "𠮷", "e\u0301", "\ud800", "目录", "让我们团结"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join) | st.text(max_size=80))
def test_any_text_gives_nested_sections_and_true_spans(text: str) -> None:
    found = structure(text)
    last = 0
    for section in found.sections:
        assert last <= section.span.start < section.span.end <= len(text)
        last = section.span.start
        if section.parent is not None:
            parent = found.sections[section.parent]
            assert parent.span.contains(section.span)
            assert parent.depth == section.depth - 1
        else:
            assert section.depth == 0
        for part in (section.heading, section.lead):
            assert part is None or section.span.contains(part)
    ends = [0]
    for sentence in found.sentences:
        assert ends[-1] <= sentence.start < sentence.end <= len(text)
        assert "\n" not in text[sentence.start : sentence.end]
        ends.append(sentence.end)
    for entry in found.glossary:
        assert entry.definition.end <= len(text)
        assert not entry.term.overlaps(entry.definition)


def test_the_component_sets_the_extension() -> None:
    nlp = spacy.blank("zh")
    nlp.add_pipe("policy_structure")
    if not Doc.has_extension("structure"):
        Doc.set_extension("structure", default=None)
    text = "一、回顾\n种粮30亩。"
    doc = Doc(nlp.vocab, words=list(text), spaces=[False] * len(text))
    assert nlp.get_pipe("policy_structure")(doc)._.structure == structure(text)


@pytest.mark.parametrize(
    "text",
    [
        "甲镇2022年工作总结\n\n一年工作情况如下。\n\n加快项目建设，努力开新局\n\n抓好招商，打造园区，强化服务，加快柳园项目。",
        "2022年，全镇工作取得新成效。\n\n加快项目建设，努力开新局\n\n抓好招商，打造园区，强化服务，加快柳园项目。",
        "一、2022年重点工作成效\n\n（一）抓好招商。加快柳园项目。",
    ],
)
def test_a_summary_looks_back_whatever_its_verbs(text: str) -> None:
    assert structure(text).period_at(text.index("柳园")) is Period.REVIEW


def test_a_page_that_lost_its_line_breaks_has_its_headings() -> None:
    page = "一、2023年工作回顾 全镇修渠。 （一）抓产业强村 种果树百亩。 （二）抓环境美村 治水清河。 " * 5
    outline = structure(reflow(page).text)
    assert [page[s.heading.start : s.heading.end] for s in outline.sections if s.heading][:2] == [
        "2023年工作回顾",
        "抓产业强村",
    ]


@pytest.mark.parametrize(
    "title",
    ["丙镇2024年民生实事项目进展情况公示", "丙镇2023年工作总结和2024年工作计划", "丙街道2024年“十件实事”完成情况公示"],
)
def test_a_page_that_tells_how_works_have_come_on_looks_back(title: str) -> None:
    text = (
        f"{title}\n2024年以来，丙镇强化服务，抓好项目，加快推进各项工作。\n1.农村道路。加快推进柳园路建设，打造亮点。"
    )
    assert structure(text).period_at(text.index("柳园")) is Period.REVIEW


def test_a_summary_turns_at_its_end_to_what_comes_unless_a_heading_did() -> None:
    text = "丙镇2023年工作总结\n一、兴农\n修渠。\n二、惠民\n办学。\n2024年，全镇将抓好柳园项目，力争见效。"
    outline = structure(text)
    assert outline.period_at(text.index("办学")) is Period.REVIEW
    assert outline.period_at(text.index("柳园")) is Period.PLAN
    text = "丙镇2023年工作总结及2024年计划\n一、2023年工作\n修渠。\n二、2024年工作计划\n2024年，全镇将抓好柳园项目。"
    outline = structure(text)
    index = outline.section_at(text.index("柳园"))
    assert index is not None and outline.sections[index].numbering == "二、"


def test_one_entry_may_explain_two_names_each_its_own_way() -> None:
    text = "正文。\n有关说明\n1.“三高地”“两战略”：打造甲高地、乙高地、丙高地；实施丁战略、戊战略。"
    entries = {
        text[e.term.start : e.term.end]: text[e.definition.start : e.definition.end] for e in structure(text).glossary
    }
    assert entries == {"三高地": "打造甲高地、乙高地、丙高地", "两战略": "实施丁战略、戊战略"}


def test_a_page_in_one_line_has_its_headings_and_topic_sentences() -> None:
    page = (
        "取得成效。（二）坚持农业稳市，筑牢根基。修渠十里。"
        + "植树百亩。" * 80
        + "（三）坚持文旅活市，释放潜力。办会两场。"
        "坚持生态立市，环境质量持续改善。治水一河。坚持民生为本，群众福祉不断增进。办学三所。"
    )
    flow = reflow(page)
    lines = flow.text.split("\n")
    assert [line[:8] for line in lines] == [
        "取得成效。",
        "（二）坚持农业稳",
        "（三）坚持文旅活",
        "坚持生态立市，环",
        "坚持民生为本，群",
    ]
    for place in re.finditer("修渠|治水|办学", flow.text):
        assert page[flow.as_read(Span(*place.span())).start :].startswith(place.group())


def test_a_figures_caption_heads_nothing() -> None:
    behind = "修渠三里，护岸二十里，粮田每亩增产二十斤。"
    text = f"一、总体架构\n{behind}\n图1 智慧渠系总体架构图\n{behind}\n渠系怎么修\n{behind}"
    assert [heading(text, s) for s in structure(text).sections if s.heading] == ["总体架构", "渠系怎么修"]


@pytest.mark.parametrize("heading", ["※名词解释※", "【名词解释】", "[名词解释]", "名 词 解 释", "附件：有关名词注释："])
@pytest.mark.parametrize("number", ["[{}]", "〔{}〕", "{}."])
def test_a_glossary_is_told_however_its_heading_and_numbers_are_set(heading: str, number: str) -> None:
    notes = ["“两保”：保粮、保水。（见第3页）", "“双增”行动：是指增收增产。（详见报告第14页）"]
    lines = [number.format(at) + note for at, note in enumerate(notes, 1)]
    assert terms("\n".join(["一、安排", "种粮。", heading, *lines])) == [
        ("两保", "保粮、保水。"),
        ("“双增”行动", "增收增产。"),
    ]


def test_the_terms_of_a_glossary_may_stand_in_brackets() -> None:
    lines = ["1.[三创四建]即创新、创业。", "【两保】：保粮、保水。", "3.[克重化管理]也称以克论净。"]
    assert terms("\n".join(["一、安排", "种粮。", "名词解释", *lines])) == [
        ("三创四建", "创新、创业。"),
        ("两保", "保粮、保水。"),
        ("克重化管理", "也称以克论净。"),
    ]


def test_a_glossary_without_heading_may_number_its_terms_in_brackets() -> None:
    lines = ["[1]“两保”：保粮、保水。", "[2]“三清”：清沟、清渠、清塘。", "[3]“四好”路：好。"]
    assert [term for term, _ in terms("\n".join(["一、安排", "种粮。", *lines]))] == ["两保", "三清", "“四好”路"]
