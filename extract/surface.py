"""Surface forms: one shape for punctuation and digits, and the scanning that every finder shares.

``fold`` keeps the length, so an offset in the folded text is an offset in the document.
"""

from __future__ import annotations

import re
from functools import lru_cache

from spacy.tokens import Doc

_FOLD = {
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
_FOLDED = re.compile(f"[{''.join(_FOLD)}]")
"""What has another form: few of a text's characters, which ``str.translate`` would look up one and all."""
HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
"""What a class of regular expressions holds for any Chinese character, also those of names such as 㙟村 and 𬇙水."""
JOINTS = ("、", "和", "及", "与")
"""What stands between the items of a list."""
_BULLET = re.compile("[·●◎■◆▪○◇□▲△★☆►▶➢✓*]+")
_POINT = re.compile(rf'\.(?<=[{HAN}"）》%]\.)(?=["）》]*(?:[ \n]|\Z|[{HAN}"（《]))')
"""A full stop of another script that ends a Chinese sentence, unless it stands behind the numbering of a line."""
_NUMERALS = re.compile(" *（?[一二三四五六七八九十百零〇]{1,4}）?")
_LONGEST_OPENING = 12
"""Characters that white space, bullet and numbering take at the start of a line."""
_QUOTE = re.compile("'(?:(?<![A-Za-z0-9]')|(?![A-Za-z0-9]))")
"""A straight single quotation mark; what stands within a foreign word is an apostrophe."""
_NESTED = re.compile("(?<=“)[^“”\n]*‘[^“”\n]*(?=”)")
"""A quotation that holds another."""
NOTE_MARK = re.compile(r"\[\d{1,3}\]")
"""A footnote's mark in folded text."""
ITEM_MARK = re.compile("（[0-9]{1,2}）")
"""The number of an item in running text, which no annotated name holds: 南街延伸工程|（3）|北街延伸工程; folded."""
_BETWEEN_DIGITS = re.compile(r"[，：](?<=\d[，：])(?=\d)")
_PARTNER = {"）": "（", "》": "《", "】": "【"}
_OPENERS = frozenset(_PARTNER.values())
_MARK = re.compile(r'["（）《》【】\n]')


@lru_cache(maxsize=4)
def fold(text: str) -> str:
    """Give quotation marks, brackets, commas, stops and digits one form each, length unchanged; bullets become spaces.

    The marks of a quotation within another stay, so that the outer one is whole.

    >>> fold("• 深化“放管服”改革,共１２项(试行).")
    '  深化"放管服"改革，共12项（试行）。'
    >>> fold("围绕“奋进‘十五五’、再造一个白石”")
    '围绕"奋进‘十五五’、再造一个白石"'
    >>> fold("做好'四好农村路'")
    '做好"四好农村路"'
    """
    folded = _POINT.sub(_stop, _BULLET.sub(_blank, _FOLDED.sub(lambda m: _FOLD[m.group()], text)))
    if "‘" in text:
        for nested in _NESTED.finditer(text):
            start, end = nested.span()
            inner = (
                mark if mark in "‘’" else same for mark, same in zip(nested.group(), folded[start:end], strict=True)
            )
            folded = folded[:start] + "".join(inner) + folded[end:]
    if "'" in folded:
        folded = _QUOTE.sub('"', folded)
    if "，" in folded or "：" in folded:
        folded = _BETWEEN_DIGITS.sub(lambda m: text[m.start()] if text[m.start()] in ",:" else m.group(), folded)
    return folded


def _blank(bullet: re.Match[str]) -> str:
    before = _before(bullet)
    return bullet.group() if before is None or before.strip() else " " * len(bullet.group())


def _stop(point: re.Match[str]) -> str:
    before = _before(point)
    return "." if before is not None and _NUMERALS.fullmatch(before) else "。"


def _before(mark: re.Match[str]) -> str | None:
    """Return what stands before a mark in its line, None where that is more than a numbering or a bullet takes."""
    start = max(0, mark.start() - _LONGEST_OPENING)
    _, end, opening = mark.string[start : mark.start()].rpartition("\n")
    return opening if end or start == 0 else None


def text_of(doc: Doc) -> str:
    """Return a Doc's text, which spaCy would put together anew from its tokens at each ``doc.text``."""
    if "text" not in doc.user_data:
        doc.user_data["text"] = doc.text
    text: str = doc.user_data["text"]
    return text


def folded_text(doc: Doc) -> str:
    """Return a Doc's folded text, folded once."""
    if "folded" not in doc.user_data:
        doc.user_data["folded"] = fold(text_of(doc))
    folded: str = doc.user_data["folded"]
    return folded


@lru_cache(maxsize=16)
def pairs(folded: str) -> dict[int, int]:
    """Return, for each closing mark, the index of the mark that opens it: quotation marks and brackets, line by line.

    Quotation marks pair off from left to right in a line, which gives curly and straight ones alike; marks without a
    partner are left out.

    >>> pairs('坚持"两山"理念（试行）')
    {5: 2, 11: 8}
    """
    found: dict[int, int] = {}
    quote: int | None = None
    open_brackets: list[int] = []
    for match in _MARK.finditer(folded):
        index, mark = match.start(), match.group()
        if mark == "\n":
            quote = None
            open_brackets.clear()
        elif mark == '"':
            if quote is None:
                quote = index
            else:
                found[index] = quote
                quote = None
        elif mark in _OPENERS:
            open_brackets.append(index)
        elif open_brackets and folded[open_brackets[-1]] == _PARTNER[mark]:
            found[index] = open_brackets.pop()
    return found


def quotations(folded: str) -> tuple[tuple[int, int], ...]:
    """Return the spans inside quotation marks, marks excluded, each within one line.

    >>> quotations('坚持"两山"理念')
    ((3, 5),)
    """
    return tuple(
        (opener + 1, closer)
        for closer, opener in pairs(folded).items()
        if folded[closer] == '"' and closer > opener + 1
    )
