"""Surface forms: one shape for punctuation and digits, and the scanning that every finder shares.

``fold`` keeps the length, so an offset in the folded text is an offset in the document.
"""

from __future__ import annotations

import re
from functools import lru_cache

_FOLD = str.maketrans(
    {
        **dict.fromkeys("“”„‟＂「」『』‘’＇", '"'),
        "(": "（",
        ")": "）",
        "﹙": "（",
        "﹚": "）",
        "〔": "（",
        "〕": "）",
        ",": "，",
        ":": "：",
        ";": "；",
        "!": "！",
        "?": "？",
        "﹔": "；",
        "–": "—",
        "－": "—",
        "―": "—",
        "─": "—",
        "＋": "+",
        "％": "%",
        "．": ".",
        "·": "·",
        "•": "·",
        "・": "·",
        "　": " ",
        "\t": " ",
        "\xa0": " ",
        **{chr(0xFF10 + i): str(i) for i in range(10)},
        **{chr(0xFF21 + i): chr(0x41 + i) for i in range(26)},
        **{chr(0xFF41 + i): chr(0x61 + i) for i in range(26)},
    }
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[，：](?=\d)")
_PAIRS = {"）": "（", "》": "《", "】": "【", "〉": "〈", "]": "["}


def fold(text: str) -> str:
    """Give quotation marks, brackets, commas and digits one form each, length unchanged.

    >>> fold("深化“放管服”改革,共１２项(试行)")
    '深化"放管服"改革，共12项（试行）'
    """
    folded = text.translate(_FOLD)
    if "，" in folded or "：" in folded:
        folded = _BETWEEN_DIGITS.sub(lambda m: text[m.start()] if text[m.start()] in ",:" else m.group(), folded)
    return folded


@lru_cache(maxsize=64)
def quotations(folded: str) -> tuple[tuple[int, int], ...]:
    """Return the spans inside quotation marks, marks excluded, each within one line.

    Marks pair off from left to right in a line; an unpaired last mark is passed over. In documents that use curly marks
    the folding has made both the same, which pairs them alike.

    >>> quotations('坚持"两山"理念')
    ((3, 5),)
    """
    spans = []
    opened: int | None = None
    for match in re.finditer(r'["\n]', folded):
        if match.group() == "\n":
            opened = None
        elif opened is None:
            opened = match.end()
        else:
            if match.start() > opened:
                spans.append((opened, match.start()))
            opened = None
    return tuple(spans)


def opening(folded: str, closer: int) -> int | None:
    """Return the index of the mark that the closing mark at ``closer`` pairs with, in the same line."""
    mark = folded[closer]
    partner = '"' if mark == '"' else _PAIRS.get(mark)
    if partner is None:
        return None
    line = folded.rfind("\n", 0, closer) + 1
    if mark == '"':
        found = folded.rfind('"', line, closer)
        return found if found >= 0 else None
    depth = 0
    for index in range(closer, line - 1, -1):
        if folded[index] == mark:
            depth += 1
        elif folded[index] == partner:
            depth -= 1
            if depth == 0:
                return index
    return None
