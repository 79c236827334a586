"""A folder of bad files, made here: each is refused with a code and one line that names it, and none hurts the run."""

from __future__ import annotations

import io
import os
import re
import time
import zipfile
import zlib
from pathlib import Path

import docx
import openpyxl
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from extract.reading import discover, read
from extract.reading.limits import MIB, Limits
from ontology.errors import ReadError

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
DOCUMENT = "word/document.xml"
BOMB = "<!DOCTYPE b [<!ENTITY e0 '报告'>{}]>".format(
    "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(9))
)
"""&e9; is two thousand million characters."""


def docx_bytes() -> bytes:
    book = docx.Document()
    book.add_paragraph("一、工作回顾")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsx_bytes(*rows: list[str]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_part(archive: bytes, part: str, content: bytes) -> bytes:
    """Replace or add one file of an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    return buffer.getvalue()


def part_of(archive: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(part)


def marked_encrypted(archive: bytes) -> bytes:
    """Set the flag by which an archive says that its first file is encrypted."""
    content = bytearray(archive)
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def pdf_bytes(lines: list[str], **options: str) -> bytes:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, **options)
    page.setFont("STSong-Light", 16)
    for row, line in enumerate(lines):
        page.drawString(80, 700 - 28 * row, line)
    if not lines:
        page.rect(80, 80, 300, 300, fill=1)
    page.showPage()
    page.save()
    return buffer.getvalue()


REPORT = b"BT /F 16 Tf 80 700 Td (government work report) Tj ET"


def written_pdf(content: bytes, filters: str = "", forms: int = 0) -> bytes:
    """Write a one-page PDF by hand.

    Args:
        content: the page's content, or that of the innermost form.
        filters: by which ``content`` is to be decoded.
        forms: how many forms to put around it, one in the other.
    """
    font = "/Font<</F 4 0 R>>"
    resources = f"/Resources<<{font}/XObject<</X 6 0 R>>>>"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{resources}/Contents 5 0 R>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number in range(forms + 1):
        inner = content if number == forms else b"/X Do"
        form = f"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<<{font}/XObject<</X {number + 6} 0 R>>>>"
        head = f"<</Length {len(inner)}{form if number else ''}{f'/Filter[{filters}]' if number == forms else ''}>>"
        parts.append(f"{head}stream\n".encode() + inner + b"\nendstream")
    written = b"%PDF-1.7\n"
    offsets = []
    for number, part in enumerate(parts, 1):
        offsets.append(len(written))
        written += f"{number} 0 obj".encode() + part + b"endobj\n"
    table = b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets)
    size, start = len(parts) + 1, len(written)
    written += f"xref\n0 {size}\n0000000000 65535 f \n".encode() + table
    return written + f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode()


def compressed(times: int) -> tuple[bytes, str]:
    """Return a page's content compressed again and again, and the filters that decode it."""
    stream = REPORT
    for _ in range(times):
        stream = zlib.compress(stream)
    return stream, "/FlateDecode" * times


def torture(folder: Path) -> dict[str, str]:
    """Write the bad files; return the code that each is refused with."""
    document, xml = docx_bytes(), part_of(docx_bytes(), DOCUMENT)
    sheet = xlsx_bytes(["text"], ["报告"])
    deep = xml.replace(b"<w:body>", b"<w:body>" + b"<w:sdt>" * 100_000)
    bomb = xml.replace(b"<w:document", BOMB.encode() + b"<w:document", 1).replace("一、".encode(), b"&e9;")
    wide_bomb = bomb.decode().replace("UTF-8", "UTF-16").encode("utf-16")
    strings = f"<?xml version='1.0'?>{BOMB}<sst/>".encode()
    bare = xml[: xml.index(b"<w:body>")] + b"<w:body/></w:document>"
    files: dict[str, tuple[bytes, str]] = {
        "空.txt": (b"", "PL-READ-EMPTY"),
        "空白.txt": ("　\n \ufeff".encode(), "PL-READ-EMPTY"),
        "空.html": (b"<html><body><script>x</script></body></html>", "PL-READ-EMPTY"),
        "空.docx": (with_part(document, DOCUMENT, bare), "PL-READ-EMPTY"),
        "空.xlsx": (xlsx_bytes(), "PL-READ-COLUMN"),
        "空.csv": (b"id,text\n1,\n", "PL-READ-EMPTY"),
        "无行.csv": ("文件名,正文\n".encode(), "PL-READ-EMPTY"),
        "无行.xlsx": (xlsx_bytes(["文件名", "正文"]), "PL-READ-EMPTY"),
        "无正文.csv": ("省份,年份\n山西省,2023\n".encode(), "PL-READ-COLUMN"),
        "错格.csv": ("id,text\n1,甲,乙\n".encode(), "PL-READ-DAMAGED"),
        "程序.txt": (b"\x7fELF" + bytes(range(256)) * 9, "PL-READ-BINARY"),
        "图片.txt": (b"\x89PNG\r\n\x1a\n" + os.urandom(2_000), "PL-READ-"),
        "改名.txt": (document, "PL-READ-BINARY"),
        "改名.docx": (sheet, "PL-READ-DAMAGED"),
        "文本.docx": ("政府工作报告".encode("gb18030"), "PL-READ-BINARY"),
        "文本.pdf": ("政府工作报告".encode(), "PL-READ-BINARY"),
        "文本.xlsx": ("id,text\n1,报告\n".encode(), "PL-READ-BINARY"),
        "网页.docx": (b"<!DOCTYPE html><html><body>x</body></html>", "PL-READ-BINARY"),
        "网页.txt": (b"\xef\xbb\xbf\n<html><body>x</body></html>", "PL-READ-BINARY"),
        "繁体.txt": ("臺灣經濟發展報告與產業轉型".encode("big5") * 9, "PL-READ-ENCODING"),
        "断.txt": ("工作报告".encode("utf-16") + b"\x00", "PL-READ-ENCODING"),
        "旧.doc": (OLE + bytes(500), "PL-READ-LEGACY"),
        "旧.xls": (OLE + bytes(500), "PL-READ-LEGACY"),
        "旧.wps": (OLE + bytes(500), "PL-READ-LEGACY"),
        "假.docx": (OLE + bytes(500), "PL-READ-LEGACY"),
        "加密.docx": (OLE + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "PL-READ-ENCRYPTED"),
        "加密.xlsx": (marked_encrypted(sheet), "PL-READ-ENCRYPTED"),
        "加密.pdf": (pdf_bytes(["报告"], encrypt="secret"), "PL-READ-ENCRYPTED"),
        "断.docx": (document[: len(document) // 2], "PL-READ-DAMAGED"),
        "坏.docx": (with_part(document, DOCUMENT, xml[:-20]), "PL-READ-DAMAGED"),
        "断.pdf": (pdf_bytes(["报告"])[:200], "PL-READ-DAMAGED"),
        "扫描.pdf": (pdf_bytes([]), "PL-READ-SCANNED"),
        "炸弹.docx": (with_part(document, "word/media/a.bin", bytes(40 * MIB)), "PL-READ-BOMB"),
        "炸弹.xlsx": (with_part(sheet, "xl/media/a.bin", bytes(40 * MIB)), "PL-READ-BOMB"),
        "实体.docx": (with_part(document, DOCUMENT, bomb), "PL-READ-DOCTYPE"),
        "实体16.docx": (with_part(document, DOCUMENT, wide_bomb), "PL-READ-DOCTYPE"),
        "实体.xlsx": (with_part(sheet, "xl/sharedStrings.xml", strings), "PL-READ-DOCTYPE"),
        "深.docx": (with_part(document, DOCUMENT, deep), "PL-READ-DAMAGED"),
        "千层.pdf": (written_pdf(*compressed(1_000)), "PL-READ-BOMB"),
        "套层.pdf": (written_pdf(REPORT, forms=1_000), "PL-READ-BOMB"),
        "深.pdf": (written_pdf(b"BT " + b"[" * 500_000 + b" ET"), "PL-READ-SCANNED"),
        "图.png": (b"\x89PNG", "PL-READ-FORMAT"),
    }  # fmt: skip
    for name, (content, _) in files.items():
        (folder / name).write_bytes(content)
    return {name: code for name, (_, code) in files.items()}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("报告.docx", "政府工作报告".encode("gb18030"), "is a plain text, not a .docx; rename it to .txt"),
        ("报告.xlsx", "id,text\n1,报告\n".encode(), "is a plain text, not a .xlsx; rename it to .csv"),
        ("报告.pdf", b"<html><body>x</body></html>", "is an HTML page, not a .pdf; rename it to .html"),
        ("报告.txt", b"<?xml version='1.0'?>\n<!doctype HTML><p>x", "is an HTML page, not a .txt; rename it to .html"),
    ],
)
def test_a_text_or_page_of_another_suffix_is_told_its_own(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReadError, match=re.escape(f"{name} {told}")):
        list(read(tmp_path / name))


def test_every_bad_file_is_refused_in_one_line_and_the_good_one_is_read(tmp_path: Path) -> None:
    expected = torture(tmp_path)
    (tmp_path / "好.txt").write_text("政府工作报告", "utf-8")
    refused: dict[str, str] = {}
    read_well = []
    for path in discover([tmp_path, tmp_path / "图.png"]).files:
        try:
            read_well += [document.identifier for document in read(path)]
        except ReadError as error:
            assert error.subject == str(path)
            assert str(path) in str(error) and "\n" not in str(error) and len(str(error)) < len(str(path)) + 250
            assert ";" in str(error) or "known are" in str(error), f"says nothing of what to do: {error}"
            refused[path.name] = error.code
    assert read_well == ["好"]
    assert {name for name in expected if not refused.get(name, "").startswith(expected[name])} == set()


def test_a_table_without_rows_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("文件名,年份,正文\n", "utf-8")
    with pytest.raises(ReadError, match=r"t\.csv has no rows below its header; leave it out"):
        list(read(tmp_path / "t.csv"))


def test_streams_may_be_nested_as_programs_do(tmp_path: Path) -> None:
    for number, content in enumerate((written_pdf(*compressed(2)), written_pdf(REPORT, forms=3))):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(content)
        assert [document.text for document in read(path)] == ["government work report\n"]


@pytest.mark.parametrize(
    ("name", "limits", "code"),
    [
        ("大.txt", Limits(source_bytes=10), "PL-READ-SIZE"),
        ("长.txt", Limits(characters=3), "PL-READ-SIZE"),
        ("行.csv", Limits(rows=1), "PL-READ-SIZE"),
        ("行.xlsx", Limits(rows=1), "PL-READ-SIZE"),
        ("页.pdf", Limits(pages=0), "PL-READ-SIZE"),
        ("层.pdf", Limits(nesting=0), "PL-READ-BOMB"),
        ("多.docx", Limits(archive_members=3), "PL-READ-BOMB"),
        ("大.docx", Limits(archive_bytes=1000), "PL-READ-BOMB"),
        ("胀.pdf", Limits(memory=256 * MIB), "PL-READ-MEMORY"),
        ("忆.docx", Limits(memory=24 * MIB), "PL-READ-"),
    ],
)
def test_limits_are_kept(tmp_path: Path, name: str, limits: Limits, code: str) -> None:
    contents = {
        ".txt": "政府工作报告".encode(),
        ".csv": "text\n甲\n乙\n".encode(),
        ".xlsx": xlsx_bytes(["text"], ["甲"], ["乙"]),
        ".pdf": pdf_bytes(["报告"]),
        "胀.pdf": written_pdf(zlib.compress(b"BT ET " * 20_000_000), "/FlateDecode"),
        ".docx": docx_bytes(),
    }
    path = tmp_path / name
    path.write_bytes(contents.get(name) or contents[path.suffix])
    with pytest.raises(ReadError) as refusal:
        list(read(path, limits=limits))
    assert refusal.value.code.startswith(code)


def test_a_parser_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "慢.html"
    path.write_text("<table><tr><td>" * 20 + "<a>" * 2_000_000, "utf-8")
    begun = time.monotonic()
    with pytest.raises(ReadError) as refusal:
        list(read(path, limits=Limits(seconds=1)))
    assert refusal.value.code in {"PL-READ-TIME", "PL-READ-DAMAGED"}
    assert time.monotonic() - begun < 10


def test_memory_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "大.html"
    path.write_text("<p>粮食</p>" * 400_000, "utf-8")
    with pytest.raises(ReadError) as refusal:
        list(read(path, limits=Limits(memory=200 * MIB)))
    assert refusal.value.code == "PL-READ-MEMORY"
