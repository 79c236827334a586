"""Chinese text as outlines, from the font that ships with us, so that an SVG or PNG looks alike on every machine.

The font is the Simplified Chinese face of Noto Sans CJK (SIL Open Font License), cut to GB 2312 and Latin; a character
that it has not is left to the fonts of the machine.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent.parent / "fonts" / "PolicySans.otf"
"""The font file; ``matplotlib.font_manager.fontManager.addfont`` takes it too."""

FAMILY = "Policy Sans"


@cache
def outline(character: str) -> str | None:
    """Return the outline of a character as an SVG path, 1000 units an em, y upwards; None where the font has it not.

    >>> outline("镇").startswith("M")
    True
    >>> outline("\\U00020000") is None
    True
    """
    from fontTools.pens.svgPathPen import SVGPathPen

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

    Args:
        text: a name, on one line.
        width: em.
        lines: at most so many.

    >>> wrapped("黄河流域生态保护和高质量发展", 9)
    ['黄河流域生态保', '护和高质量发展']
    """
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    whole = measure(text, 1)
    rows = min(lines, max(1, -int(-whole // width)))
    fair = max(whole / rows if whole <= width * lines else width, 1.0)
    broken: list[str] = []
    line = ""
    for character in text:
        closes = unicodedata.category(character) in ("Pe", "Pf", "Po")
        if line and measure(line + character, 1) > fair + 0.51 and not closes and len(broken) < rows - 1:
            broken.append(line)
            line = ""
        line += character
    if measure(line, 1) > width + 2:
        while line and measure(line, 1) > width:
            line = line[:-1]
        line += "…"
    return [*broken, line]


@cache
def _font() -> tuple[Any, dict[int, str]]:
    from fontTools.ttLib import TTFont

    font = TTFont(PATH, lazy=True)
    return font, font.getBestCmap()
