"""Chinese text as outlines, from the font that ships with us, so that an SVG or PNG looks alike on every machine.

The font is the Simplified Chinese face of Noto Sans CJK (SIL Open Font License), cut to GB 2312 and Latin; a character
that it has not is left to the fonts of the machine.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent.parent / "fonts" / "PolicySans.otf"
"""The font file; ``matplotlib.font_manager.fontManager.addfont`` takes it too."""

FAMILY = "Policy Sans"

_READING = threading.Lock()
"""fontTools reads a table of the font when it is first asked for, which two threads must not do at once."""

_LONGEST = 400
"""Characters of a name that are looked at; no picture shows more, and a graph or a request may hold any number."""


@cache
def outline(character: str) -> str | None:
    """Return the outline of a character as an SVG path, 1000 units an em, y upwards; None where the font has it not.

    >>> outline("镇").startswith("M")
    True
    >>> outline("\\U00020000") is None
    True
    """
    from fontTools.pens.svgPathPen import SVGPathPen

    with _READING:
        name = _font()[1].get(ord(character))
        if name is None:
            return None
        glyphs = _font()[0].getGlyphSet()
        pen = SVGPathPen(glyphs, ntos=lambda number: str(round(number)))
        glyphs[name].draw(pen)
        return str(pen.getCommands())


@cache
def advance(character: str) -> float:
    """Return the width of a character in em.

    >>> advance("镇")
    1.0
    """
    with _READING:
        name = _font()[1].get(ord(character))
        if name is not None:
            return float(_font()[0]["hmtx"][name][0]) / 1000
    return 0.0 if unicodedata.combining(character) else 1.0


def measure(text: str, size: float) -> float:
    """Return the width of a line of text in pixels.

    >>> measure("张营镇", 10)
    30.0
    """
    return sum(advance(character) for character in text) * size


def wrapped(text: str, width: float, *, lines: int = 5) -> list[str]:
    """Break a name into lines of at most ``width`` em and about the same length; what is too long ends in ….

    A break goes behind a mark or a 和 that stands near, and never into a number or a Latin word.

    Args:
        text: a name, on one line.
        width: em.
        lines: at most so many.

    >>> wrapped("黄河流域（运城段）生态保护和高质量发展示范区", 10)
    ['黄河流域（运城段）', '生态保护和', '高质量发展示范区']
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in text[:_LONGEST]).split())
    units = _UNIT.findall(text)
    rows = min(lines, max(1, -int(-measure(text, 1) // width)))
    broken: list[str] = []
    while len(broken) < rows - 1 and units:
        left = measure("".join(units), 1)
        fair = max(min(left / (rows - len(broken)), width), 1.0)
        end = 1
        while end < len(units) and measure("".join(units[: end + 1]), 1) <= fair + 0.51:
            end += 1
        near = [end + step for step in (0, 1, 2, -1, -2) if 0 < end + step < len(units)]
        fits = (at for at in near if measure("".join(units[:at]), 1) <= width and _ends(units[at - 1], units[at]))
        end = next((at for at in fits if measure("".join(units[at:]), 1) <= width * (rows - 1 - len(broken))), end)
        broken.append("".join(units[:end]).strip())
        units = units[end:]
    line = "".join(units)
    if measure(line, 1) > width + 2:
        while line and measure(line, 1) > width:
            line = line[:-1]
        line += "…"
    return [*broken, line] if line or not broken else broken


def clipped(text: str, size: float, width: float) -> str:
    """Cut a line of text to so many pixels; what is cut ends in ….

    >>> clipped("黄河流域生态保护", 10, 50)
    '黄河流域…'
    """
    text = text[:_LONGEST]
    if measure(text, size) <= width:
        return text
    while text and measure(f"{text}…", size) > width:
        text = text[:-1]
    return f"{text}…"


_UNIT = re.compile(r"(?:[A-Za-z0-9.%]+|.)[、，；：）》”’」！？。]*")


def _ends(before: str, after: str) -> bool:
    """Tell whether a line may well end between two units."""
    return before[-1] in "、，；：）》”和与及 " or after[0] in "（《“ "


@cache
def _font() -> tuple[Any, dict[int, str]]:
    from fontTools.ttLib import TTFont

    font = TTFont(PATH, lazy=True)
    return font, font.getBestCmap()
