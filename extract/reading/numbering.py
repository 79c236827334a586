"""The numbers that Word prints before a paragraph by itself (一、 （二） 第三条 1.2), which its text does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_TENS = ("", "十", "百", "千")
_PLACEHOLDER = re.compile(r"%([1-9])")
_CLOSED = re.compile(r"[、）．。：]$")
"""Ends of a number that need no space behind them: full-width signs bring their own."""


def chinese(number: int) -> str:
    """Return a number from 1 to 9999 as Chinese counts.

    >>> [chinese(n) for n in (2, 10, 12, 20, 101, 110)]
    ['二', '十', '十二', '二十', '一百零一', '一百一十']
    """
    digits = [int(digit) for digit in str(number)]
    written, gap = "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit:
            written += ("零" if written and gap else "") + _DIGITS[digit] + _TENS[place]
            gap = False
        else:
            gap = True
    return written[1:] if written.startswith("一十") else written


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    written = ""
    for value, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"],
        strict=True,
    ):
        written += letters * (number // value)
        number %= value
    return written


def _circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else str(number)


_FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda n: f"{n:02}",
    "lowerLetter": _letter,
    "upperLetter": lambda n: _letter(n).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda n: _roman(n).upper(),
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "japaneseCounting": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "ideographDigital": lambda n: "".join(_DIGITS[int(d)] for d in str(n)),
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalFullWidth": lambda n: "".join(chr(ord(d) + 0xFEE0) for d in str(n)),
}


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    pattern: str
    suffix: str


class Numbering:
    """Counts the numbered paragraphs of a document as they come.

    Args:
        definitions: root of ``numbering.xml``, None where the document has none.
        styles: root of ``styles.xml``; a heading style may carry the numbering.
    """

    def __init__(self, definitions: etree._Element | None, styles: etree._Element | None) -> None:
        self._levels: dict[tuple[str, int], _Level] = {}
        self._list_of: dict[str, str] = {}
        self._style: dict[str, tuple[str | None, str | None, str | None]] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._started: set[tuple[str, int]] = set()
        self._restart: dict[tuple[str, int], int] = {}
        if definitions is not None:
            self._define(definitions)
        for style in () if styles is None else styles.iter(f"{_W}style"):
            number, depth = _numbered(style)
            self._style[style.get(f"{_W}styleId", "")] = (number, depth, _value(style.find(f"{_W}basedOn")))

    def of(self, paragraph: etree._Element) -> str:
        """Return the number printed before a paragraph, "" where it has none; counts it."""
        number, depth_text = _numbered(paragraph)
        style = _value(paragraph.find(f"{_W}pPr/{_W}pStyle"))
        seen: set[str] = set()
        while style and style in self._style and style not in seen and (number is None or depth_text is None):
            seen.add(style)
            inherited, inherited_depth, base = self._style[style]
            number, depth_text, style = number or inherited, depth_text or inherited_depth, base
        if number is None or number not in self._list_of:
            return ""
        depth = int(depth_text or 0)
        level = self._levels.get((number, depth))
        if level is None:
            return ""
        counted = self._list_of[number]
        if (number, depth) in self._restart and (number, depth) not in self._started:
            self._counts[counted, depth] = self._restart[number, depth] - 1
        self._started.add((number, depth))
        self._counts[counted, depth] = self._counts.get((counted, depth), level.start - 1) + 1
        for deeper in range(depth + 1, 9):
            self._counts.pop((counted, deeper), None)
        if level.format in {"bullet", "none"}:
            return ""
        printed = _PLACEHOLDER.sub(lambda found: self._shown(number, int(found[1]) - 1), level.pattern)
        return printed if _CLOSED.search(printed) else printed + level.suffix

    def _shown(self, number: str, depth: int) -> str:
        level = self._levels.get((number, depth))
        if level is None:
            return ""
        count = self._counts.get((self._list_of[number], depth), level.start)
        return _FORMATS.get(level.format, str)(count)

    def _define(self, definitions: etree._Element) -> None:
        abstract = {node.get(f"{_W}abstractNumId", ""): node for node in definitions.iter(f"{_W}abstractNum")}
        for node in definitions.iter(f"{_W}num"):
            number = node.get(f"{_W}numId", "")
            base = _value(node.find(f"{_W}abstractNumId")) or ""
            self._list_of[number] = base
            levels = list(abstract[base].iter(f"{_W}lvl")) if base in abstract else []
            for override in node.iter(f"{_W}lvlOverride"):
                start = _value(override.find(f"{_W}startOverride"))
                if start is not None:
                    self._restart[number, int(override.get(f"{_W}ilvl", "0"))] = int(start)
                levels += override.iter(f"{_W}lvl")
            for level in levels:
                self._levels[number, int(level.get(f"{_W}ilvl", "0"))] = _Level(
                    start=int(_value(level.find(f"{_W}start")) or 1),
                    format=_value(level.find(f".//{_W}numFmt")) or "decimal",
                    pattern=_value(level.find(f"{_W}lvlText")) or "",
                    suffix="" if _value(level.find(f"{_W}suff")) == "nothing" else " ",
                )


def _numbered(node: etree._Element) -> tuple[str | None, str | None]:
    found = node.find(f"{_W}pPr/{_W}numPr")
    if found is None:
        return None, None
    return _value(found.find(f"{_W}numId")), _value(found.find(f"{_W}ilvl"))


def _value(node: etree._Element | None) -> str | None:
    return None if node is None else node.get(f"{_W}val")
