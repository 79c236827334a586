"""HTML → readable text: paragraphs, lists and tables in order, without menus and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from lxml import etree, html

from extract.reading.encoding import decode
from extract.reading.limits import Limits
from extract.reading.row import as_row
from ontology.errors import ReadError

_DROPPED = re.compile(
    "head|script|style|noscript|template|svg|math|nav|button|select|option|iframe|object|canvas|audio|video|datalist"
).fullmatch  # not form: many government sites put the whole page into one
_INLINE = re.compile(
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|label|mark|o:p|q|rp|rt|ruby|s|samp|small|span|strike|"
    "strong|sub|sup|time|tt|u|var|wbr"
).fullmatch
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*\[.*?\]\s*>", re.IGNORECASE | re.DOTALL)
"""A document type with declarations of its own, of which the parser takes the end for text."""
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u2018-\u201d—…]"
_BREAK = re.compile(rf"(?<={_WIDE})[ \t\r\f]*\n[ \t\r\n\f]*(?={_WIDE})")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_PARAGRAPH_END = re.compile(r"(?<=。)\s*\0")
"""A forced line break between paragraphs; others break the words of a narrow cell."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MENU_LINKS = 3


def parse(path: Path, limits: Limits) -> str:
    """Return the readable text of a file."""
    content = path.read_bytes()
    return text_of(_decode(content, str(path)), str(path))


def text_of(source: str, name: str) -> str:
    """Return the readable text of an HTML page.

    One line a paragraph, list item or table row (see ``as_row``); a white space in the source is a space, and none
    where a line was broken between two Chinese characters, as browsers show it.

    Raises:
        ReadError: the page has no text.

    >>> text_of("<h1>报告</h1><ol><li>粮食</li><li>水<b>利</b></li></ol>", "a.html")
    '报告\\n1. 粮食\\n2. 水利\\n'
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        root = html.document_fromstring(_DOCTYPE.sub("", source, count=1).encode(), parser=parser)
    except etree.ParserError as error:
        raise ReadError(f"{name} holds no text; leave it out", subject=name, code="PL-READ-EMPTY") from error
    lines = [line for block in _blocks(root) for line in block.split("\x00") if line.strip(" \t")]
    return "".join(f"{line.strip(' ')}\n" for line in lines)


def _decode(content: bytes, name: str) -> str:
    declared = _CHARSET.search(content[:4096])
    if declared and not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = declared[1].decode("ascii").lower()
        try:
            return content.decode("gb18030" if encoding in {"gb2312", "gbk"} else encoding)
        except (LookupError, UnicodeDecodeError):
            pass  # pages often declare what they are not; the bytes decide
    return decode(content, name)


def _blocks(root: html.HtmlElement) -> Iterator[str]:
    """Yield the text of the page block by block; ``\\0`` stands for a forced line break."""
    collected: list[str] = []
    numbers: dict[html.HtmlElement, int] = {}

    def flush() -> Iterator[str]:
        block = _folded("".join(collected))
        collected.clear()
        if block.strip(" \0\t"):
            yield block

    stack: list[tuple[html.HtmlElement | str, bool]] = [(root, False)]
    while stack:  # not recursive: pages may nest deeper than Python does
        node, leaving = stack.pop()
        if isinstance(node, str):
            collected.append(node)
            continue
        tag = node.tag if isinstance(node.tag, str) else "head"
        if leaving:
            if not _INLINE(tag):
                yield from flush()
            continue
        if _DROPPED(tag) or _is_menu(node, tag):
            if not _INLINE(tag):
                yield from flush()
            continue
        if tag == "br":
            collected.append("\0")
            continue
        if not _INLINE(tag):
            yield from flush()
        if tag == "tr" and (row := _row(node)) is not None:
            yield row
            continue
        if tag == "ol":
            numbers.update(zip(node.iterchildren("li"), count(_first(node)), strict=False))
        if node in numbers:
            collected.append(f"{numbers[node]}. ")
        stack.append((node, True))
        for child in reversed(node):
            if child.tail:
                stack.append((child.tail, False))
            stack.append((child, False))
        if node.text:
            collected.append(node.text)


def _row(node: html.HtmlElement) -> str | None:
    """Return a row of a table as one line; None where its cells hold tables, headings or are there for the layout."""
    if any(inner is not node for inner in node.iter("tr", "table", *_HEADINGS)):
        return None
    cells = []
    for cell in node.iter("td", "th"):
        if next(cell.iterancestors("td", "th", "tr")) is not node:
            continue
        paragraphs = (part for block in _blocks(cell) for part in _PARAGRAPH_END.split(block))
        lines = (_folded(paragraph.replace("\0", "\n")).strip() for paragraph in paragraphs)
        cells.append([line for line in lines if line])
    return as_row(cells)


def _folded(text: str) -> str:
    return _SPACE.sub(" ", _BREAK.sub("", text.replace("\xa0", " ")))


def _is_menu(node: html.HtmlElement, tag: str) -> bool:
    """Tell whether a block is a list of links and nothing else."""
    if tag not in {"ul", "ol", "div", "header", "footer", "aside", "section", "table"}:
        return False
    links = list(node.iter("a"))
    if len(links) < _MENU_LINKS:
        return False
    whole = len("".join(node.text_content().split()))
    return sum(len("".join(link.text_content().split())) for link in links) > 0.8 * whole


def _first(items: html.HtmlElement) -> int:
    try:
        return int(items.get("start", "1"))
    except ValueError:
        return 1
