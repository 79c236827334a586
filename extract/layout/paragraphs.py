"""Cuts a text into paragraphs and sentences, and reads the numbering that a paragraph begins with.

Offsets are code points of the folded text (``extract.surface.fold``), which are those of the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extract.document import Span
from extract.numerals import parse
from extract.surface import HAN, NOTE_MARK, pairs

_NUMERAL = "[一二三四五六七八九十百零〇]{1,4}"
NUMBERING = re.compile(
    rf"(?P<part>第{_NUMERAL}(?:编|篇|部分))[ ：、]*"
    rf"|(?P<chapter>第{_NUMERAL}章)[ ：、]*"
    rf"|(?P<division>第{_NUMERAL}节)[ ：、]*"
    rf"|(?P<article>第{_NUMERAL}条)[ ：、]*"
    rf"|(?P<han>{_NUMERAL} ?[、.])[ ]*"
    rf"|(?P<bracketed_han>（ ?{_NUMERAL} ?）[、.]?)[ ]*"
    rf"|(?P<arabic>\d{{1,2}}(?:[.、](?!\d)|(?= +[{HAN}])))[ ]*"
    r"|(?P<bracketed_arabic>（?\d{1,2}）[、.]?)[ ]*"
    r"|(?P<circled>[①-⑳])[ 、.]*|(?P<parenthesised>[⑴-⒇])[ 、.]*|(?P<dotted>[⒈-⒛])[ ]*"
    rf"|(?P<firstly>{_NUMERAL}是)(?=[^一二三四五六七八九十])"
    rf"|(?P<first>第{_NUMERAL})[，、：]"
    r"|(?P<order>首先|其次|再次|最后)，"
    r"|(?P<dash>(?:—{1,3}|-{2,3})) *(?!\d{4}年\d)"
)
"""The numberings that official writing uses, one named group a style."""
_ORDER = {"首先": 1, "其次": 2, "再次": 3, "最后": 4}
STOP = re.compile(r'[。！？]+["）》]*')
"""The end of a sentence: 。！？ with the closing marks behind it."""
_REMARK = re.compile(r'[。！？；]["）》]*（[^（）\n]{1,20}）$')
"""A remark in brackets behind the last sentence of a line: …平整土地。|（见第3页）."""
ENDED = re.compile(r'[。！？；：，、…!?;:,.]["）》]*$')
"""What a heading does not end in."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text without the white space around it; a line broken off in mid-sentence takes in the next."""

    start: int
    end: int


def ordinal_of(match: re.Match[str]) -> int:
    """Return the number of a match of ``NUMBERING``, 0 for a dash.

    >>> match = NUMBERING.match("（三）强农业")
    >>> ordinal_of(match) if match else None
    3
    """
    printed = match.group(match.lastgroup or 0)
    mark = printed[0]
    for first, base in (("①", "①"), ("⑴", "⑴"), ("⒈", "⒈")):
        if first <= mark <= chr(ord(base) + 19):
            return ord(mark) - ord(base) + 1
    if printed in _ORDER:
        return _ORDER[printed]
    digits = re.search(r"\d+|[一二三四五六七八九十百零〇]+", printed)
    return int(parse(digits.group()) or 0) if digits else 0


def paragraphs_in(folded: str) -> Iterator[Paragraph]:
    """Yield the lines that hold text; a line of running text that breaks off takes in the lines right behind it."""
    start = end = None
    for match in re.finditer(r"[^\n]+", folded):
        line = match.group()
        if not line.strip():
            continue
        begin = match.start() + len(line) - len(line.lstrip())
        stop = match.start() + len(line.rstrip())
        if start is not None and end is not None:
            broken = folded.find("。", start, end) >= 0 and not ENDED.search(folded, max(start, end - 4), end)
            numbered = NUMBERING.match(folded, begin, stop) or NOTE_MARK.match(folded, begin, stop)
            remarked = _REMARK.search(folded, max(start, end - 24), end)
            if broken and folded[end:begin].count("\n") == 1 and not numbered and not remarked:
                end = stop
                continue
            yield Paragraph(start, end)
        start, end = begin, stop
    if start is not None and end is not None:
        yield Paragraph(start, end)


def sentences_in(folded: str) -> Iterator[Span]:
    """Yield the sentences: up to 。！？ with the closing marks behind it, or to the line's end.

    >>> text = '一是"一区"。"两城"是二。'
    >>> [text[s.start : s.end] for s in sentences_in(text)]
    ['一是"一区"。', '"两城"是二。']
    """
    openers = frozenset(pairs(folded).values())
    for match in re.finditer(r"[^\n]+", folded):
        begin, end = match.start(), match.end()
        for stop in STOP.finditer(folded, begin, end):
            last = next((at for at in range(*stop.span()) if at in openers), stop.end())
            if (span := _stripped(folded, begin, last)) is not None:
                yield span
            begin = last
        if (span := _stripped(folded, begin, end)) is not None:
            yield span


def _stripped(folded: str, start: int, end: int) -> Span | None:
    inner = folded[start:end].strip()
    if not inner:
        return None
    start += folded[start:end].index(inner[0])
    return Span(start, start + len(inner))
