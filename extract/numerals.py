"""Reads numbers as Chinese documents write them, exactly, as ``Decimal``.

Arabic and full-width digits, Chinese numerals, the two mixed (3.43亿, 7500多亿) and vague counts (十余, 上亿, 数十)
have one value each; a vague one has the bound that it names.
"""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = dict(zip("零一二三四五六七八九〇○两壹贰叁肆伍陆柒捌玖", [*range(10), 0, 0, 2, *range(1, 10)], strict=True))
SMALL = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
LARGE = {"万": 10**4, "亿": 10**8, "萬": 10**4, "億": 10**8}

_VAGUE_FRONT = re.compile(r"^(?:约|近|上|超|逾|将近|接近|超过|数|几|成)(?=[\d十百千万亿]|[一二三四五六七八九两])")
_VAGUE_INSIDE = re.compile(r"[余多来几]")
_ARABIC = re.compile(r"([0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?)([十百千万亿]*)")
_WIDTH = str.maketrans("０１２３４５６７８９．，％", "0123456789.,%")
_HAN = re.compile(rf"[{''.join({**DIGITS, **SMALL, **LARGE})}]+")


def parse(text: str) -> Decimal | None:
    """Return the value of a numeral, None where the text is none.

    Args:
        text: the numeral alone, without unit; 成 and 百分之 are read as what they multiply.

    >>> [str(parse(t)) for t in ("3.43亿", "三百二十", "９万余", "7500多亿", "百分之三点五", "三成", "上亿")]
    ['343000000', '320', '90000', '750000000000', '3.5', '3', '100000000']
    """
    text = text.strip().translate(_WIDTH)
    if text.startswith("百分之"):
        return Decimal(100) if text == "百分之百" else parse(text[3:])
    text = _VAGUE_FRONT.sub("", text)
    text = _VAGUE_INSIDE.sub("", text)
    if text.endswith("成") and len(text) > 1:
        text = text[:-1]
    if text == "半":
        return Decimal("0.5")
    if text.endswith("半") and len(text) > 1:
        whole = parse(text[:-1])
        return None if whole is None else _half(text[:-1], whole)
    parts = _ARABIC.findall(text)
    if parts and "".join(number + marks for number, marks in parts) == text:
        return _exact(sum((Decimal(n.replace(",", "")) * _multiplier(marks) for n, marks in parts), Decimal(0)))
    if "点" in text:
        return _with_point(text)
    return _han(text)


def announced(numeral: str) -> int:
    """Return how many parts the numeral of a name announces (三区, 双核), 0 where it is none.

    >>> announced("三"), announced("双"), announced("强")
    (3, 2, 0)
    """
    return 2 if numeral == "双" else int(parse(numeral) or 0)


def _half(numeral: str, whole: Decimal) -> Decimal:
    """Read 两万半 as 25000 and 三半 as 3.5."""
    unit = (SMALL | LARGE).get(numeral[-1], 1)
    return _exact(whole + Decimal(unit) / 2)


def _multiplier(marks: str) -> int:
    product = 1
    for mark in marks:
        product *= (SMALL | LARGE)[mark]
    return product


def _exact(value: Decimal) -> Decimal:
    """Drop zeros behind the point and any exponent."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _with_point(text: str) -> Decimal | None:
    whole, _, fraction = text.partition("点")
    marks = re.search(r"[十百千万亿]*$", fraction)
    multiplier = marks.group() if marks else ""
    digits = fraction[: len(fraction) - len(multiplier)]
    head = _han(whole)
    if head is None or not digits or any(c not in DIGITS for c in digits):
        return None
    return _exact(Decimal(f"{head}.{''.join(str(DIGITS[c]) for c in digits)}") * _multiplier(multiplier))


def _han(text: str) -> Decimal | None:
    """Read Chinese numerals: with places (三百二十), or digit by digit (二〇二三)."""
    if not text or not _HAN.fullmatch(text):
        return None
    if all(c in DIGITS for c in text):
        return Decimal("".join(str(DIGITS[c]) for c in text))
    total = section = 0
    digit: int | None = None
    place = 0
    for mark in text:
        if mark in DIGITS:
            if digit:
                return None
            digit = DIGITS[mark]
            place = place if digit else 0
        elif mark in SMALL:
            section += (1 if digit is None or digit == 0 else digit) * SMALL[mark]
            digit, place = None, SMALL[mark]
        else:
            section += digit or 0
            large = LARGE[mark]
            if total and large > 10**4:
                total = (total + section) * large
            else:
                total += (section or 1) * large
            section, digit, place = 0, None, large
    if digit and place > 10:
        # 三百五 is 350, 两万三 is 23000; with 零 between it is the bare digit.
        digit *= place // 10
    return Decimal(total + section + (digit or 0))
