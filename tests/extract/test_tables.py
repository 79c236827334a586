"""What a table's column of names lists, however its cells are parted."""

from __future__ import annotations

import pytest

from extract import pipeline
from extract.document import Document
from extract.layout.tables import named_rows
from ontology.terms import Kind

ROWS = [
    ["序号", "项目名称", "建设地点", "投资"],
    ["1", "白石水库除险加固", "丁镇", "3200"],
    ["2", "“千人千树”行动", "戊镇", "120"],
]


def table(border: str, rows: list[list[str]] = ROWS) -> str:
    return "\n".join(border.join(row) for row in rows)


@pytest.mark.parametrize(
    "lines",
    [
        table("\t"),
        table("  "),
        table("　　"),
        table(" "),
        "\n".join(f"| {' | '.join(row)} |" for row in ROWS),
        table("\t", [ROWS[0], ["港城白石"], ROWS[1], ["", "", "", ""], ROWS[2]]),
        table("\t", [ROWS[0], ["1", "", "丁镇", "300"], *ROWS[1:]]),
    ],
)
def test_a_column_of_names_names_works_and_instruments(lines: str) -> None:
    text = f"项目名称如下。\n{lines}\n各镇要抓紧项目建设，确保如期完工。"
    doc = pipeline.process(pipeline.load(components=["policy_tables"]), Document("d", text, ""))
    found = {text[c.span.start : c.span.end]: c.kind for c in doc._.candidates if c.span.end - c.span.start > 2}
    assert found == {"白石水库除险加固": Kind.PROJECT, "“千人千树”行动": Kind.POLICY}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "我们实施项目名称登记，抓项目、抓投资、抓招商。",
        "序号\t单位\t电话\n1\t水利站\t12345",
        "项目名称\t投资\n白石水库\t300",
        "序号\t项目名称\t投资\n合计\t合计5项\t900\n1\t12.5\t3\n2\t修路三里，植树百亩。\t5",
    ],
)
def test_other_lines_and_cells_name_nothing(text: str) -> None:
    doc = pipeline.process(pipeline.load(components=["policy_tables"]), Document("d", text, ""))
    assert doc._.candidates == []


def test_a_table_ends_where_running_text_begins() -> None:
    text = (
        f"{table(chr(9))}\n附：下列各项另行安排，由镇长督办，各村配合，年底前逐项验收并公示结果。\n3\t青石路\t丁镇\t200"
    )
    assert [text[cell.start : cell.end] for cell, _ in named_rows(text)] == ["白石水库除险加固", "“千人千树”行动"]


def annotated(text: str) -> list[tuple[str, str, str, str, str | None]]:
    """Return the figures of a text: surface, value, unit, measure, and the name of what they measure."""
    annotation = pipeline.annotate(pipeline.load(), Document("d", text, ""))
    names = {entity.id: entity.name for entity in annotation.entities}
    return [
        (text[i.span.start : i.span.end], str(i.value), i.unit, i.measure, names.get(i.of or ""))
        for i in annotation.indicators
    ]


AMOUNTS = [
    ["序号", "项目名称", "建设单位", "总投资（万元）", "计划投资", "增速(%)"],
    ["1", "白石水库除险加固工程", "浙江长荣建设有限公司", "25000", "3亿元", "5.2"],
    ["2", "青石路改建项目", "浙江长荣建设有限公司", "1,200.5", "", "-1.5"],
    ["合计", "", "", "26200.5", "待定", "—"],
]


@pytest.mark.parametrize("border", ["\t", " | "])
@pytest.mark.parametrize("title", ["", "重点项目一览表\n", "重点项目一览表\n附：各镇要抓紧落实，确保如期完工。\n"])
def test_figures_of_a_column_have_the_unit_and_measure_of_its_heading(border: str, title: str) -> None:
    assert annotated(title + table(border, AMOUNTS)) == [
        ("25000", "250000000", "元", "总投资", "白石水库除险加固工程"),
        ("3亿元", "300000000", "元", "计划投资", "白石水库除险加固工程"),
        ("5.2", "5.2", "%", "增速", "白石水库除险加固工程"),
        ("1,200.5", "12005000", "元", "总投资", "青石路改建项目"),
        ("-1.5", "-1.5", "%", "增速", "青石路改建项目"),
        ("26200.5", "262005000", "元", "总投资", None),
    ]


def test_a_cell_with_its_own_unit_has_the_measure_of_its_column_not_of_its_row() -> None:
    rows = [["项目名称", "投资"], ["甬舟铁路项目", "270亿元"], ["杭绍台高速公路项目", "全长226公里，投资150亿元"]]
    assert annotated(f"各镇要抓紧。\n{table(chr(9), rows)}") == [
        ("270亿元", "27000000000", "元", "投资", "甬舟铁路项目"),
        ("226公里", "226", "公里", "全长", "杭绍台高速公路项目"),
        ("150亿元", "15000000000", "元", "投资", "杭绍台高速公路项目"),
    ]
    assert annotated("户数（户）\t对象\n300\t个体户") == [("300", "300", "户", "户数", None)]
    assert [found[3] for found in annotated("项目名称\t甬舟铁路项目\n总投资\t270亿元")] == ["总投资"]


@pytest.mark.parametrize(
    "text",
    [
        "序号\t单位\t电话\n1\t水利站\t25000",
        "序号\t项目名称\t工期（年）\n1\t青石路改建\t2023",
        "项目名称\t总投资（万元）\n青石路改建\t待定\n青石路\t镇\t300",  # a row with other columns
        "项目名称\t总投资（万元）\n本表由县发改局汇总，各镇要对照任务抓紧落实，确保项目如期完工并投产见效。\n青石路\t300",
        "总投资（万元）：300\t青石路",
    ],
)
def test_other_cells_measure_nothing(text: str) -> None:
    assert annotated(text) == []


def test_no_name_runs_over_a_tables_border_or_begins_with_its_dash():
    text = "序号|项目名称|建设地点|投资\n1|白石水库除险加固工程|白石村|300\n——项目建设势头强劲。开工建设42个。"
    doc = pipeline.process(pipeline.load(), Document("t", text, ""))
    assert [e.name for e in doc._.entities if e.kind is Kind.PROJECT] == ["白石水库除险加固工程"]
