"""Who signs a text and when: below the letter that goes with it, at its end, or where it was printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from extract.dates import DATE, NARROW, iso_date
from extract.names import lexicon
from extract.surface import HAN

_CLOSING = 400
_LAST_LINES = 8
"""Characters and lines at the end in which whatever short line stands above a date signs."""
_MOST_BODIES = 15
_SHORT, _LONGEST = 30, 60
"""Characters of a line that signs at the end, and of one with the names of several bodies."""
_SPACED = re.compile("(?<=[0-9年月]) +(?=[0-9年月日])")
"""Spaces within a date: 2021 年 3 月 9 日."""
_DATED = re.compile(rf"(?P<body>[{HAN}“”、 \u2003\u3000]{{3,{_LONGEST}}}?)?(?:{DATE.pattern})(?:印发|签发)?")
"""A line that ends in a date and holds nothing else than who signs: 山东省人民政府办公厅 2019年3月15日印发."""
_LAST = frozenset("日月发0123456789０１２３４５６７８９")
"""How such a line ends."""
_HANDED_ON = re.compile("印发(?:给)?你们[^。]*。$")
"""How a letter ends that goes with a text."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, none where nobody is named, when, and the line below, with which what the letter goes with begins."""

    bodies: tuple[str, ...]
    issued: str | None
    below: str


def signature(text: str) -> Signature | None:
    """Return the first signature of a text, None where nobody signs it.

    >>> signature("请认真执行。\\n科 技 部\\n财政部\\n2021年3月9日\\n修渠办法\\n第一条")
    Signature(bodies=('科技部', '财政部'), issued='2021-03-09', below='修渠办法')
    """
    lines = [line for raw in text.split("\n") if (line := raw.strip())]
    for index, line in enumerate(lines):
        if line[-1] not in _LAST or len(line) > _LONGEST + _SHORT:
            continue
        dated = _DATED.fullmatch(_SPACED.sub("", line.translate(NARROW)))
        if dated is None:
            continue
        below = lines[index + 1 : index + 1 + _LAST_LINES + 1]
        at_end = len(below) <= _LAST_LINES and sum(map(len, below)) <= _CLOSING
        if not (dated["d"] or dated["d2"] or (at_end and dated["m"] and not dated["body"])):
            continue
        bodies = _bodies([dated["body"]] if dated["body"] else lines[max(0, index - _MOST_BODIES) : index])
        above = "" if dated["body"] or not index else lines[index - 1]
        if not bodies and at_end and 0 < len(above) <= _SHORT and not above.endswith("。"):
            bodies = (above,)
        if bodies or (above and (at_end or _HANDED_ON.search(above))):
            return Signature(bodies, iso_date(dated), below[0] if below else "")
    return None


def _bodies(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the bodies whose names the last of some lines are, each in a line or parted by spaces."""
    found: list[str] = []
    for line in reversed(lines):
        words = line.split()
        words = ["".join(words)] if all(len(word) == 1 for word in words) else words
        if len(line) > _LONGEST or not all(word.endswith(_ends()) for word in words):
            break
        found = words + found
    return tuple(found)


@cache
def _ends() -> tuple[str, ...]:
    """Return how the names of bodies end that sign a text."""
    return tuple(lexicon("metadata")["titles"]["signs"])
