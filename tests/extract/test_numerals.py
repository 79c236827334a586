from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.numerals import parse

_HAN = "零一二三四五六七八九"


def han(number: int) -> str:
    """Write a number the way Chinese documents do (10 as 十, 105 as 一百零五)."""
    if number < 10:
        return _HAN[number]
    for unit, size in (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10)):
        if number >= size:
            head, rest = divmod(number, size)
            written = ("" if number < 20 else han(head)) + unit
            if rest:
                written += ("零" if rest < size // 10 else "") + han(rest)
            return written
    raise AssertionError(number)


@given(st.integers(0, 10**12 - 1))
def test_a_number_written_in_chinese_numerals_reads_back(number: int) -> None:
    assert parse(han(number)) == number


@given(
    st.decimals(0, 10**6, places=2),
    st.sampled_from([("", 1), ("百", 100), ("万", 10**4), ("亿", 10**8), ("万亿", 10**12)]),
)
def test_arabic_digits_with_a_multiplier_are_exact(number: Decimal, times: tuple[str, int]) -> None:
    mark, factor = times
    assert parse(f"{number}{mark}") == number * factor


@given(st.integers(0, 10**12))
def test_full_width_digits_read_as_half_width(number: int) -> None:
    wide = "".join(chr(ord("０") + int(c)) for c in str(number))
    assert parse(wide) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三百二十", "320"), ("两万", "20000"), ("十余", "10"), ("百", "100"), ("半", "0.5"), ("两万半", "25000"),
        ("三成", "3"), ("百分之百", "100"), ("百分之三点五", "3.5"), ("百分之12.5", "12.5"), ("3.43亿", "343000000"),
        ("1.37万亿", "1370000000000"), ("9万余", "90000"), ("7500多亿", "750000000000"), ("上亿", "100000000"),
        ("近百", "100"), ("数十", "10"), ("二〇二三", "2023"), ("三百五", "350"), ("2,022", "2022"),
        ("1亿2000万", "120000000"), ("十二点五万", "125000"), ("一万二千亿", "1200000000000"), ("７．３", "7.3"),
    ],
)  # fmt: skip
def test_forms_met_in_reports(text: str, value: str) -> None:
    assert parse(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "村", "三村", "1.2.3", "一二十", "点五", "百分之", "余"])
def test_what_is_no_numeral_has_no_value(text: str) -> None:
    assert parse(text) is None


@given(st.text(alphabet="一二三十百千万亿零两点半成余多上近数0123456789.,百分之 村", max_size=12))
def test_any_text_gives_a_finite_value_or_none(text: str) -> None:
    value = parse(text)
    assert value is None or (value.is_finite() and value >= 0)
