"""What a web page has around a text: a masthead, which tells where that comes from and when, and links to others."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache, lru_cache
from itertools import takewhile

from extract.document import Span
from extract.names import alternation, lexicon

_HEAD_LINES = 40
_FOOT_LINES = 12
_LONGEST = 80
"""Characters of a line above which it is running text."""
_LINE = re.compile(r"[^\n]*[^\n ][^\n]*")
_DATED = r"[\d〇○零一二三四五六七八九十年月日./:： |—-]*"


def is_masthead(line: str) -> bool:
    """Tell whether a folded line begins with a label of mastheads, or with a date and such a label.

    >>> is_masthead("2023年2月15日 来源：湖州市人民政府"), is_masthead("拓宽群众增收来源：发展茶业")
    (True, False)
    >>> is_masthead("【实施时间】 20190328"), is_masthead("【法规标题】 关于治水的通知")
    (True, False)
    """
    return _label().match(line) is not None


@lru_cache(maxsize=4)
def masthead(folded: str) -> tuple[Span, ...]:
    """Return the lines of a masthead, with the next line where a label stands alone in its own.

    Args:
        folded: folded text of a document.

    >>> text = "关于治水的通知\\n来源：湖南日报\\n时间：\\n2023-02-15\\n各乡镇：\\n要修渠。"
    >>> [text[line.start : line.end] for line in masthead(text)]
    ['来源：湖南日报', '时间：\\n2023-02-15']
    """
    lines = [Span(*line.span()) for line in _LINE.finditer(folded)]
    head = len(list(takewhile(lambda line: _is_short(folded, line), lines[:_HEAD_LINES])))
    found = []
    for index, line in enumerate(lines):
        if not head <= index < len(lines) - _FOOT_LINES and (label := _label().match(folded, line.start, line.end)):
            alone = not folded[label.end() : line.end].strip() and index + 1 < len(lines)
            found.append(Span(line.start, lines[index + 1].end if alone else line.end))
    return tuple(found)


@lru_cache(maxsize=4)
def links_from(folded: str) -> int:
    """Return where the links to other pages begin below a page's text, or a notice of rights; its end without these.

    >>> text = "镇政府要修渠。\\n上一篇：柳沟县政府工作报告\\n相关文章\\n石桥县政府工作报告"
    >>> text[links_from(text) :].split()[0]
    '上一篇：柳沟县政府工作报告'
    """
    notice = _notice().search(folded)
    begin = notice.start() if notice else len(folded)
    opens = re.compile(rf" *(?:{alternation(lexicon('metadata')['below']['links'])})(?: *：|$)")
    for line in reversed([Span(*line.span()) for line in _LINE.finditer(folded)]):
        if not _is_short(folded, line):
            break
        begin = line.start if opens.match(folded[line.start : line.end]) else begin
    return begin


def within(span: Span, lines: Collection[Span]) -> bool:
    """Tell whether a span lies in one of the lines."""
    return any(line.contains(span) for line in lines)


def _is_short(folded: str, line: Span) -> bool:
    return line.end - line.start <= _LONGEST and not folded[line.start : line.end].rstrip().endswith("。")


@cache
def _notice() -> re.Pattern[str]:
    return re.compile(f"^ *(?:{alternation(lexicon('metadata')['below']['notices'])})", re.MULTILINE)


@cache
def _label() -> re.Pattern[str]:
    data = lexicon("metadata")
    words = [word for sort in data["masthead"].values() for word in sort]
    bracketed = alternation([*words, *data["below"]["labels"]])
    return re.compile(rf"[ （【]*{_DATED}(?:{alternation(words)}) *：|【(?:{bracketed})】")
