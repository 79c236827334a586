"""What a table's column of names lists, however its cells are parted."""

from __future__ import annotations

import pytest

from extract import pipeline
from extract.document import Document
from extract.tables import name_cells
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
    assert [text[cell.start : cell.end] for cell in name_cells(text)] == ["白石水库除险加固", "“千人千树”行动"]
