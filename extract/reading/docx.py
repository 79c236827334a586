"""DOCX → readable text: paragraphs, tables and automatic numbering in order.

Read from the XML with lxml: python-docx leaves out what Word numbers by itself (一、 （二） 第三条), tracked insertions
and content controls, all common in government documents.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

from lxml import etree

from extract.reading.archive import open_archive
from extract.reading.limits import Limits
from extract.reading.numbering import Numbering
from extract.reading.row import as_row
from ontology.errors import ReadError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_RELATIONS = "_rels/.rels"
_SKIPPED = frozenset(
    (f"{_W}del", f"{_W}moveFrom", f"{_W}delText", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr", f"{_W}rt", f"{_MC}Fallback")
)
_BESIDE = ("numbering", "styles", "footnotes", "endnotes")
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def parse(path: Path, limits: Limits) -> str:
    """Return the readable text of a file: one line a paragraph or table row, see ``as_row``."""
    with open_archive(path, limits, part=_RELATIONS) as archive:
        part = _main_part(archive)
        root = _xml(archive, part)
        if root is None or root.tag != f"{_W}document":
            raise ReadError(
                f"{path} is no Word document; give it the suffix of its format",
                subject=str(path),
                code="PL-READ-DAMAGED",
            )
        beside = {name: _xml(archive, posixpath.join(posixpath.dirname(part), f"{name}.xml")) for name in _BESIDE}
    numbering = Numbering(beside["numbering"], beside["styles"])
    lines: list[str] = []
    for story in (root, beside["footnotes"], beside["endnotes"]):
        if story is not None:
            lines += (line for block in _blocks(story, numbering) for line in block.split("\n") if line.strip())
    return "".join(f"{line}\n" for line in lines)


def _main_part(archive: ZipFile) -> str:
    """Return the part that the archive calls its document; some programs name it document2.xml."""
    relations = _xml(archive, _RELATIONS)
    targets = () if relations is None else relations.iter("{*}Relationship")
    main = (target.get("Target", "") for target in targets if target.get("Type", "").endswith("/officeDocument"))
    return next(main, "").lstrip("/")


def _xml(archive: ZipFile, part: str) -> etree._Element | None:
    if part not in archive.namelist():
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(part).replace(_STRICT, _TRANSITIONAL), parser)


def _blocks(root: etree._Element, numbering: Numbering) -> Iterator[str]:
    """Yield paragraphs and table rows, those of a table inside a cell too; text boxes come behind their paragraph."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.tag == f"{_W}p":
            yield _paragraph(node, numbering)
            stack += reversed(list(_outermost(node, f"{_W}txbxContent")))
        elif node.tag == f"{_W}tr":
            yield from _row(node, numbering)
        elif node.tag not in _SKIPPED:
            stack += reversed(node)


def _row(row: etree._Element, numbering: Numbering) -> Iterator[str]:
    """Yield a row as one line, or what its cells hold where they hold tables or are there for the layout."""
    cells = [[block for block in _blocks(cell, numbering) if block.strip()] for cell in _outermost(row, f"{_W}tc")]
    line = None
    if next(row.iter(f"{_W}tbl"), None) is None:
        line = as_row([[" ".join(block.split()) for block in cell] for cell in cells])
    if line is not None:
        yield line
    else:
        yield from chain.from_iterable(cells)


def _outermost(root: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Yield the elements of a tag below ``root`` that stand in no other one of it."""
    stack = list(reversed(root))
    while stack:
        node = stack.pop()
        if node.tag == tag:
            yield node
        elif node.tag not in _SKIPPED:
            stack += reversed(node)


def _paragraph(paragraph: etree._Element, numbering: Numbering) -> str:
    text = "".join(_runs(paragraph))
    return numbering.of(paragraph) + text if text.strip() else ""


def _runs(paragraph: etree._Element) -> Iterator[str]:
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if node.tag == f"{_W}t":
            yield node.text or ""
        elif node.tag in _BREAKS:
            yield "" if node.get(f"{_W}type") == "page" else _BREAKS[node.tag]
        elif node.tag not in _SKIPPED and node.tag != f"{_W}txbxContent":
            stack += reversed(node)
