"""Reads years and dates as documents print them: in digits or Chinese numerals, as precise as given."""

from __future__ import annotations

import re
from datetime import date

from extract.numerals import parse

YEARS = range(1900, 2101)
"""Years that a document may be of; the shapes of the graph say the same."""

NARROW = {0xFF10 + digit: 0x30 + digit for digit in range(10)}
"""A table for ``str.translate`` that makes full-width digits ASCII."""
NUMBER = r"[〇○零一二三四五六七八九十\d]+"
YEAR = r"(?:(?:19|20)\d{2}|[一二][〇○零一二三四五六七八九]{3})"
DATE = re.compile(
    rf"(?P<y>{YEAR})年(?:(?P<m>{NUMBER})月(?:(?P<d>{NUMBER})日)?)?|(?P<y2>(?:19|20)\d\d)[-/.](?P<m2>\d\d?)[-/.](?P<d2>\d\d?)"
)


def number_of(written: str) -> int:
    """Read 十四, 二十, 14 as numbers; what is none counts nothing."""
    return int(parse(written) or 0)


def year_of(written: str | None) -> int | None:
    """Return the year that is written, None for one that no document is of.

    >>> year_of("二〇二三"), year_of("1023")
    (2023, None)
    """
    year = number_of(written) if written is not None else 0
    return year if year in YEARS else None


def known_year(year: int) -> int:
    """Return a year that a document may be of.

    Raises:
        ValueError: no document is of that year.
    """
    if year not in YEARS:
        raise ValueError(year)
    return year


def iso(year: int, *parts: int) -> str:
    """Return a date as precise as it is given.

    Args:
        year: of issue.
        parts: the month, and the day.

    Raises:
        ValueError: no calendar has that date, or no document is of that year.

    >>> iso(2023, 3)
    '2023-03'
    """
    month, day, *_ = (*parts, 1, 1)
    date(known_year(year), month, day)
    return "-".join(f"{part:02}" for part in (year, *parts))


def iso_date(written: re.Match[str]) -> str | None:
    """Return a match of ``DATE`` as far as a calendar has it: 2023年2月30日 is of that month.

    >>> iso_date(DATE.search("2023年2月30日"))
    '2023-02'
    """
    printed = (written["y"] or written["y2"], written["m"] or written["m2"], written["d"] or written["d2"])
    parts = [number_of(part) for part in printed if part is not None]
    while parts:
        try:
            return iso(*parts)
        except ValueError:
            parts.pop()
    return None
