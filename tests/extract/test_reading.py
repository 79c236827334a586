"""Readers: every format to the same readable text, whatever the encoding."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from extract.document import Document
from extract.reading import SUFFIXES, Discovered, discover, read
from extract.reading.encoding import decode
from extract.reading.limits import table as limits_table
from extract.reading.numbering import chinese
from ontology.errors import ReadError
from ontology.terms import Level

SENTENCE = "我镇围绕“三园两带”布局，新修机耕路12.5公里，完成投资3.43亿元。"
DOCS = Path(__file__).parents[2] / "docs" / "reading.md"


def only(path: Path) -> Document:
    (document,) = read(path)
    return document


# Plain text and encodings


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_every_encoding_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "报告.txt"
    path.write_bytes(f"政府工作报告\r\n\r\n{SENTENCE}\r".encode(encoding))
    document = only(path)
    assert document.text == f"政府工作报告\n\n{SENTENCE}\n"
    assert document.identifier == "报告"
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


# Characters of all planes and widths: ideographs beyond the basic plane, full-width, combining, half of emoji pairs.
ANY_TEXT = st.text(
    st.one_of(
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
        st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF),
        st.characters(min_codepoint=0xFF01, max_codepoint=0xFF5E),
        st.characters(min_codepoint=0x0300, max_codepoint=0x036F),
        st.characters(min_codepoint=0x1F300, max_codepoint=0x1FAFF),
        st.sampled_from("政府工作报告，。\n　 é한"),
    ),
    min_size=1,
)


@given(ANY_TEXT)
def test_utf8_text_is_read_to_the_letter(text: str) -> None:
    assert decode(text.encode(), "t") == text
    assert decode(text.encode("utf-8-sig"), "t") == text


@given(ANY_TEXT, st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_marked_utf16_is_read_to_the_letter(text: str, encoding: str) -> None:
    assert decode(("\ufeff" + text).encode(encoding), "t") == text


EVERYDAY = st.text(
    st.sampled_from("的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动"), min_size=12
)


@given(EVERYDAY, st.sampled_from(["gb18030", "utf-16-le", "utf-16-be"]))
def test_unmarked_chinese_is_told_by_its_everyday_characters(text: str, encoding: str) -> None:
    assert decode(f"{text}。\n".encode(encoding), "t") == f"{text}。\n"


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        text = decode(content, "t")
    except ReadError as error:
        assert error.code in {"PL-READ-BINARY", "PL-READ-ENCODING"}
    else:
        assert "\0" not in text and "\r" not in text
        text.encode()  # no lone surrogates


@given(ANY_TEXT)
@settings(max_examples=50)
def test_offsets_are_code_points(text: str) -> None:
    decoded = decode(f"{text}舜帝村".encode(), "t")
    start = decoded.rindex("舜帝村")
    assert decoded[start : start + 3] == "舜帝村"
    assert start == len(text)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("臺灣經濟發展報告與產業轉型".encode("big5") * 5, "PL-READ-ENCODING"),
        (b"\xff\xfe\x00\xd8\x00\x00", "PL-READ-ENCODING"),  # a lone surrogate
        (bytes(range(256)) * 4, "PL-READ-BINARY"),
        (b"\x7fELF\x02\x01\x01\x00" + bytes(200), "PL-READ-BINARY"),
    ],
)
def test_what_is_no_chinese_text_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(ReadError) as refusal:
        decode(content, "坏.txt")
    assert refusal.value.code == code
    assert "坏.txt" in str(refusal.value)


# Formats


def test_docx_keeps_numbers_tables_and_insertions(tmp_path: Path) -> None:
    book = docx.Document()
    book.add_paragraph("一、抓好农业")
    for words in ("抓粮食", "抓水利"):
        book.add_paragraph(words, style="List Number")
    grid = book.add_table(2, 2)
    for cell, words in zip(grid._cells, ("指标", "目标", "粮食总产量", "3.2万吨"), strict=True):
        cell.text = words
    inserted = book.add_paragraph("修建")
    inserted._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>水渠</w:t></w:r></w:ins>"))
    inserted._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>公路</w:delText></w:r></w:del>"))
    book.save(str(tmp_path / "a.docx"))
    assert only(tmp_path / "a.docx").text.split("\n") == [
        "一、抓好农业", "1. 抓粮食", "2. 抓水利", "指标\t目标", "粮食总产量\t3.2万吨", "修建水渠", "",
    ]  # fmt: skip


def test_docx_prints_chinese_automatic_numbers(tmp_path: Path) -> None:
    book = docx.Document()
    numbering = book.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:suff w:val="nothing"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for depth, pattern in enumerate(("%1、", "（%2）"))
    )
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for words, depth in (("回顾", 0), ("农业", 1), ("工业", 1), ("安排", 0), ("项目", 1)):
        properties = book.add_paragraph(words)._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="90"/></w:numPr>')
        )
    book.save(str(tmp_path / "a.docx"))
    assert only(tmp_path / "a.docx").text == "一、回顾\n（一）农业\n（二）工业\n二、安排\n（一）项目\n"


WORD = f"{nsdecls('w')} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"


def paragraph(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def table(*rows: list[str]) -> str:
    """Return a table of Word, of rows of cells that are given as XML."""
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def box(inner: str) -> str:
    """Return a paragraph with a text box, which Word writes in two forms for programs new and old."""
    content = f"<w:txbxContent>{inner}</w:txbxContent>"
    forms = f"<mc:Choice Requires='wps'>{content}</mc:Choice><mc:Fallback><w:pict>{content}</w:pict></mc:Fallback>"
    return f"<w:p><w:r><mc:AlternateContent>{forms}</mc:AlternateContent></w:r></w:p>"


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (  # a page laid out by a table, with a table in it
            table([paragraph("关于治水的通知") + paragraph("各乡镇：") + table([paragraph("指标"), paragraph("数")])]),
            ["关于治水的通知", "各乡镇：", "指标\t数"],
        ),
        (
            table([paragraph("侧栏"), paragraph("见表") + table([paragraph("指标"), paragraph("数")])]),
            ["侧栏", "见表", "指标\t数"],
        ),
        (
            table([paragraph("序号"), paragraph("内容"), paragraph("")],
                  [paragraph("1"), paragraph("拓宽；") + paragraph("") + paragraph("防渗。"), paragraph("县水利局")]),
            ["序号\t内容\t", "1\t拓宽； 防渗。\t县水利局"],
        ),
        (table([paragraph("甲"), box(paragraph("框中"))]), ["甲\t框中"]),
        (box(paragraph("框外") + box(paragraph("框中"))), ["框外", "框中"]),
        (
            table([paragraph("甲")]).replace(
                "</w:tr>", f"<w:sdt><w:sdtContent><w:tc>{paragraph('乙')}</w:tc></w:sdtContent></w:sdt></w:tr>"
            ),
            ["甲\t乙"],
        ),
    ],
)  # fmt: skip
def test_docx_tables_are_rows_or_a_frame_of_paragraphs(tmp_path: Path, body: str, lines: list[str]) -> None:
    book = docx.Document()
    for block in parse_xml(f"<w:body {WORD}>{body}</w:body>"):
        book.element.body.insert(len(book.element.body) - 1, block)
    book.save(str(tmp_path / "a.docx"))
    assert only(tmp_path / "a.docx").text.splitlines() == lines


def test_docx_numbers_go_on_through_the_cells_of_a_table(tmp_path: Path) -> None:
    book = docx.Document()
    grid = book.add_table(2, 2)
    for row in grid.rows:
        row.cells[0].paragraphs[0].style = "List Number"
        row.cells[0].paragraphs[0].text = "抓水利"
        row.cells[1].text = "县水利局"
    book.add_paragraph("抓粮食", style="List Number")
    book.save(str(tmp_path / "a.docx"))
    assert only(tmp_path / "a.docx").text.splitlines() == ["1. 抓水利\t县水利局", "2. 抓水利\t县水利局", "3. 抓粮食"]


def test_docx_may_call_its_document_otherwise(tmp_path: Path) -> None:
    book = docx.Document()
    book.add_paragraph(SENTENCE)
    book.save(str(tmp_path / "a.docx"))
    with zipfile.ZipFile(tmp_path / "a.docx") as old, zipfile.ZipFile(tmp_path / "b.docx", "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b"word/document.xml", b"word/document2.xml")
            new.writestr(name.replace("document.xml", "document2.xml"), content)
    assert only(tmp_path / "b.docx").text == f"{SENTENCE}\n"


@given(st.integers(1, 9999))
def test_chinese_numbers_read_back(number: int) -> None:
    total, digit = 0, 0
    for character in chinese(number):
        if character in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(character)
    assert total + digit == number


HTML = (
    "<title>网站</title><nav>首页</nav><ul><li><a>要闻</a><li><a>公开</a><li><a>服务</a></ul><h1>关于治水的通知</h1>"
    "<p>第一段在\n此折行，good\nland。<br>换行</p><ol start=3><li>甲<li>乙</ol>"
    "<table><tr><td>指标</td><td>3.2<b>万吨</b></td></tr></table><script>alert(1)</script>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_is_read_as_a_browser_shows_it(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f"<meta charset={'gb2312' if encoding == 'gb18030' else encoding}>{HTML}".encode(encoding))
    assert only(path).text == "关于治水的通知\n第一段在此折行，good land。\n换行\n3. 甲\n4. 乙\n指标\t3.2万吨\n"


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        (  # a page laid out by tables, one within the other
            "<table><tr><td><h1>关于治水的通知</h1><p>各乡镇：</p><table><tr><td>指标</td><td>数</td></tr></table>"
            "<p>落款</p></td></tr></table>",
            ["关于治水的通知", "各乡镇：", "指标\t数", "落款"],
        ),
        ("<table><tr><td>侧栏<td><h1>通知</h1></table>", ["侧栏", "通知"]),
        ("<table><tr><td>　　第一段<br>　　第二段</td></tr></table>", ["　　第一段", "　　第二段"]),
        ("<table><tr><td><p>要闻<p>公开<td><p>第一段。<p>第二段。</table>", ["要闻", "公开", "第一段。", "第二段。"]),
        ("<table><tr><td>要闻<p>公开<td>第一段。 <br>第二段。</table>", ["要闻", "公开", "第一段。", "第二段。"]),
        (  # a table pasted from Word, whose cells are paragraphs each, and a cell that holds two
            "<table><tr><td><p>序号</p></td><td><p><span>项目</span><br>名称</p></td><td><p>内容</p></td></tr>"
            "<tr><td><p>1</p></td><td><p>水渠</p></td><td><p>拓宽；</p><p>防渗。</p></td></tr>"
            "<tr><td colspan=2><p>合计</p></td><td><script>alert(1)</script></td></tr></table>",
            ["序号\t项目名称\t内容", "1\t水渠\t拓宽； 防渗。", "合计\t"],
        ),
        ("<table><tr><td>甲<div><td>乙<td>丙</table>", ["甲", "乙", "丙"]),  # no </div>
        ("<table><form><tr><form><td>指标</td><td>数</td></form></tr></form></table>", ["指标\t数"]),
    ],
)  # fmt: skip
def test_html_tables_are_rows_or_a_frame_of_paragraphs(tmp_path: Path, page: str, lines: list[str]) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<meta charset=utf-8>{page}", "utf-8")
    assert only(path).text.splitlines() == lines


def test_what_a_document_type_declares_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text('<!DOCTYPE html [\n<!ENTITY a "甲]">\n<!ENTITY b "&a;&a;">\n] >\n<p>一、回顾&b;</p>', "utf-8")
    assert only(path).text == "一、回顾&b;\n"


def test_markdown_is_read_without_its_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# 报告\n\n围绕**三园两带**\n布局\n\n1. 甲\n2. 乙\n\n|指标|数|\n|---|---|\n|项目|16|\n", "utf-8")
    assert only(path).text == "报告\n围绕三园两带布局\n1. 甲\n2. 乙\n指标\t数\n项目\t16\n"


def pdf(path: Path, pages: list[list[str]], **options: object) -> Path:
    """Print pages of lines with a running head and page numbers; a line that begins with 　　 is indented."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page = canvas.Canvas(str(path), pagesize=(595, 842), **options)
    for number, lines in enumerate(pages, 1):
        page.setFont("STSong-Light", 10)
        page.drawCentredString(297, 800, "示例县人民政府公报")
        page.drawCentredString(297, 40, f"— {number} —")
        page.setFont("STSong-Light", 16)
        for row, line in enumerate(lines):
            page.drawString(112 if line.startswith("　　") else 80, 740 - 28 * row, line.strip("　"))
        page.showPage()
    page.save()
    return path


def wrapped(text: str, width: int = 27) -> list[str]:
    text = f"　　{text}"
    return [text[start : start + width] for start in range(0, len(text), width)]


def test_pdf_lines_are_joined_and_running_heads_dropped(tmp_path: Path) -> None:
    first, second, third = (SENTENCE.replace("12.5", number) * 6 for number in ("十二", "三十", "四"))
    lines = [*wrapped(first), *wrapped(second)]
    path = pdf(tmp_path / "a.pdf", [["　　一、工作回顾", *lines[:9]], [*lines[9:], *wrapped(third)], wrapped(third)])
    assert only(path).text == f"一、工作回顾\n{first}\n{second}\n{third}\n{third}\n"


@pytest.mark.parametrize(
    ("lines", "paragraphs"),
    [
        (["政府工作报告", "一、工作回顾"], ["政府工作报告", "一、工作回顾"]),  # all as wide as each other
        (
            ["张营镇政府工作报告", "一、2022年工作回顾", "完成投资3亿元。"],
            ["张营镇政府工作报告", "一、2022年工作回顾", "完成投资3亿元。"],
        ),
        (
            ["某某县人民政府关于加快推进全域旅游高质量发展的实施意", "（一）总体要求", *wrapped("推" * 90)],
            ["某某县人民政府关于加快推进全域旅游高质量发展的实施意", "（一）总体要求", "推" * 90],
        ),
        (wrapped("推" * 25 + "一、二、三产业融合"), ["推" * 25 + "一、二、三产业融合"]),
        (wrapped("推" * 24 + "第一、第二产业"), ["推" * 24 + "第一、第二产业"]),
        (["　　" + "推" * 25, "推" * 27, "推" * 22, "进；“12345”平台"], ["推" * 74 + "进；“12345”平台"]),
    ],
)
def test_pdf_titles_and_headings_stand_alone(tmp_path: Path, lines: list[str], paragraphs: list[str]) -> None:
    (_, *read_lines) = only(pdf(tmp_path / "a.pdf", [lines])).text.splitlines()  # the running head of one page stays
    assert read_lines == paragraphs


def test_pdf_paragraphs_without_indent_are_parted_by_space(tmp_path: Path) -> None:
    page = canvas.Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page.setFont("STSong-Light", 24)  # a title of two lines, centred
    page.drawCentredString(297, 790, "示例省人民政府关于做好稳增长工作")
    page.drawCentredString(297, 755, "的若干意见")
    page.setFont("STSong-Light", 16)
    lines = ["做" * 27, "好" * 26 + "。", "再" * 27, "做" * 26 + "。"]
    for line, height in zip(lines, (700, 676, 640, 616), strict=True):
        page.drawString(80, height, line)
    page.save()
    title = "示例省人民政府关于做好稳增长工作的若干意见"
    assert only(tmp_path / "a.pdf").text.splitlines() == [title, lines[0] + lines[1], lines[2] + lines[3]]


# Tables


def xlsx(path: Path, *sheets: list[list[object]]) -> Path:
    """Write a workbook of the sheets 表1, 表2 and so on."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"表{number}")
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("form", ["xlsx", "utf-8-sig", "gb18030", "utf-16"])
def test_each_row_of_a_table_is_a_document(tmp_path: Path, form: str) -> None:
    rows = [
        ["文件名", "年份", "正文"],
        ["甲报告", 2023, f"{SENTENCE}\n第二段，"],
        ["", "2024", SENTENCE],
        ["空", "", ""],
    ]
    if form == "xlsx":
        path = xlsx(tmp_path / "表.xlsx", rows)
    else:
        path = tmp_path / "表.csv"
        with path.open("w", encoding=form, newline="") as file:
            csv.writer(file).writerows(rows)
    first, second = read(path)
    assert (first.identifier, first.text, first.metadata.year) == ("甲报告", f"{SENTENCE}\n第二段，", 2023)
    assert (second.identifier, second.metadata.found["year"]) == ("表#3", "table")
    assert {first.sha256, second.sha256} == {hashlib.sha256(path.read_bytes()).hexdigest()}


def test_every_sheet_with_a_text_column_is_read(tmp_path: Path) -> None:
    header = ["文件名", "年份", "正文"]
    path = xlsx(
        tmp_path / "汇编.xlsx",
        [["说明"], ["各镇报送"]],
        [header, ["甲报告", 2022, SENTENCE], ["", 2022, SENTENCE]],
        [],
        [header, ["甲报告", 2023, SENTENCE], ["乙报告", 2023, SENTENCE], ["", 2023, SENTENCE]],
        [header],
    )
    unread: list[ReadError] = []
    found = {document.identifier: document.metadata.year for document in read(path, unread=unread)}
    assert found == {"甲报告": 2022, "汇编#3": 2022, "表4/甲报告": 2023, "乙报告": 2023, "汇编#表4#4": 2023}
    assert [str(error) for error in unread] == [
        f"{path} sheet 表1 has no text column; name it «text» or «正文»"
    ]  # an empty sheet, and one with a header only, hold nothing that could be read


def test_a_cell_of_a_later_sheet_that_cannot_be_understood_is_named(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "t.xlsx", [["text"], [SENTENCE]], [["年份", "text"], ["去年", SENTENCE]])
    with pytest.raises(ReadError, match=r"t\.xlsx sheet 表2 row 2: «去年» in column year"):
        list(read(path))


def test_a_table_column_tells_the_place(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"省份,层级,text\n山西省,省级,{SENTENCE}\n", "utf-8")
    metadata = only(path).metadata
    assert (metadata.level, metadata.place and metadata.place.name) == (Level.PROVINCIAL, "山西省")


# Folders


def test_folders_are_walked_in_order_and_say_what_they_skip(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.txt", "a.txt", ".git/x.txt", "~$a.docx", "图.png", "旧.doc"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("文", "utf-8")
    named = tmp_path / "图.png"
    found = discover([tmp_path, tmp_path / "a.txt"])
    assert [str(path.relative_to(tmp_path)) for path in found.files] == ["a.txt", "旧.doc", "b/1.txt", "b/2.txt"]
    assert {(skipped.path.name, skipped.reason) for skipped in found.skipped} == {
        ("~$a.docx", "hidden"), ("图.png", "unknown suffix .png"),
    }  # fmt: skip
    assert discover([named]) == Discovered((named,))
    with pytest.raises(ReadError, match="does not exist"):
        discover([tmp_path / "nowhere"])


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_lead_to_files_once_and_in_no_circle(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("文", "utf-8")
    for name, target in (("b.txt", "a.txt"), ("gone.txt", "nowhere"), ("self.txt", "self.txt"), ("round", ".")):
        (tmp_path / name).symlink_to(target)
    found = discover([tmp_path])
    assert [path.name for path in found.files] == ["a.txt", "b.txt"]
    reasons = {skipped.path.name: skipped.reason for skipped in found.skipped}
    assert reasons.pop("round").startswith("a link to a folder")
    assert reasons == dict.fromkeys(("gone.txt", "self.txt"), "not a regular file")
    for name in ("gone.txt", "self.txt"):
        with pytest.raises(ReadError, match="does not exist"):
            discover([tmp_path / name])


def test_sources_are_named_relative_to_the_root(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("文", "utf-8")
    assert next(read(tmp_path / "a.txt", root=tmp_path)).source == "a.txt"


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes only on Linux")
def test_a_file_name_in_gb18030_is_read_as_text(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/" + "张营镇.txt".encode("gb18030")
    Path(os.fsdecode(name)).write_text("文", "utf-8")
    (path,) = discover([tmp_path]).files
    assert only(path).identifier == "张营镇"


# Cost and documentation


def test_plain_text_imports_no_parser() -> None:
    code = "import sys, extract.reading; print(*{'lxml', 'openpyxl', 'pypdfium2', 'spacy', 'csv'} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert run.stdout.strip() == ""


def test_the_documentation_lists_every_limit_suffix_and_column() -> None:
    written = DOCS.read_text("utf-8")
    for name, default, unit, sentence in limits_table():
        assert f"| `{name}` | {default:,} | {unit} | {sentence} |" in written
    for suffix in SUFFIXES:
        assert f"`{suffix}`" in written
