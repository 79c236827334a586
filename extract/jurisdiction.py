"""Names of places as documents write them → the unit that is meant, told from its namesakes by its chain."""

from __future__ import annotations

import re
from functools import cache

from extract.document import Document, Place
from extract.names import lexicon
from ontology.terms import Level

NATION = Place("中国", Level.NATIONAL)
"""The nation as a place: at the top of no chain, so its ``within`` is empty."""

_POSTS = {
    "总理": Level.NATIONAL,
    "省长": Level.PROVINCIAL,
    "州长": Level.PREFECTURE,
    "盟长": Level.PREFECTURE,
    "县长": Level.COUNTY,
    "区长": Level.COUNTY,
    "旗长": Level.COUNTY,
    "镇长": Level.TOWNSHIP,
    "乡长": Level.TOWNSHIP,
}
_MUNICIPALITIES = frozenset(("北京市", "天津市", "上海市", "重庆市"))
_SUFFIXES = (
    ("特别行政区", Level.PROVINCIAL), ("自治区", Level.PROVINCIAL), ("自治州", Level.PREFECTURE),
    ("自治县", Level.COUNTY), ("自治旗", Level.COUNTY), ("街道", Level.TOWNSHIP), ("地区", Level.PREFECTURE),
    ("苏木", Level.TOWNSHIP), ("社区", Level.VILLAGE), ("省", Level.PROVINCIAL), ("盟", Level.PREFECTURE),
    ("县", Level.COUNTY), ("旗", Level.COUNTY), ("区", Level.COUNTY), ("镇", Level.TOWNSHIP), ("乡", Level.TOWNSHIP),
    ("村", Level.VILLAGE),
)  # fmt: skip
_UNIT = re.compile(
    r"[\u4e00-\u9fff]{2,12}?(?:特别行政区|自治区|自治州|自治县|自治旗|地区|街道|苏木|省|市|州|盟|县|区|旗|镇|乡)"
)


def level_of_post(post: str) -> Level | None:
    """Return the level of government whose head bears the title; a 市长 may be of three levels."""
    return _POSTS.get(post)


def national_body(name: str) -> str | None:
    """Return the body of the nation that a name begins with, None where it is of a lower level."""
    compact = "".join(name.split())
    if compact in {"中国", "全国", "中央"} or compact.startswith("中央部门"):
        return compact
    return next((body for body in _bodies() if compact.startswith(body)), None)


def units_in(name: str) -> list[str]:
    """Split the names of units off a longer one, from the widest to the narrowest.

    >>> units_in("山西省运城市永济市张营镇人民政府")
    ['山西省', '运城市', '永济市', '张营镇']
    """
    return _UNIT.findall(re.sub(r"[^\u4e00-\u9fff]", " ", name))


def nearest(units: list[str], document: Document, level: Level | None) -> Place | None:
    """Return the unit that the last name means, a level and the document's other units telling namesakes apart."""
    if not units:
        return None
    name = units[-1]
    found = unlisted(name)
    return found if found is None or level is None or found.level is level else None


def unlisted(name: str) -> Place | None:
    """Return a unit that the table lacks, its level by its last character and its chain unknown."""
    if name in _MUNICIPALITIES:
        return Place(name, Level.PROVINCIAL)
    return next((Place(name, level) for suffix, level in _SUFFIXES if name.endswith(suffix)), None)


@cache
def _bodies() -> list[str]:
    return sorted(lexicon("metadata")["national"]["bodies"], key=len, reverse=True)
