"""Who speaks in a document, when, for which place: read off the title block, the text and the file name.

The title block comes first, then what the text says of itself, then the file name; a metadata table overrides all.
What none of them tells stays unknown.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from extract.document import Document, Metadata, Place
from extract.reading.encoding import decode
from ontology.errors import ReadError, UsageError
from ontology.terms import Level

NATION = Place("中国", Level.NATIONAL)

_HEAD_LINES = 40
_OPENING = 3_000
_CLOSING = 600
_YEARS = range(1949, 2100)

_NUMBER = r"[〇○零一二三四五六七八九十百\d]+"
_YEAR = r"(?:[12]\d{3}|[一二][〇○零一二三四五六七八九]{3})"
_DATE = re.compile(rf"({_YEAR})年(?:({_NUMBER})月(?:({_NUMBER})日)?)?|([12]\d{{3}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})")
_SALUTATION = re.compile(r"^\s*(?:各位(?:代表|委员|同志)|同志们|尊敬的)", re.MULTILINE)
_HEADING = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十]+[章部])")
_MEETING = re.compile(
    rf"(?:在|向)(?P<meeting>(?P<unit>[^，。、（）()\d在向]{{0,20}}?)第?(?P<congress>{_NUMBER})[届次]"
    rf"(?P<body>全国人民代表大会|人民代表大会|全国代表大会|代表大会|全国人大|人大)"
    rf"(?:常务委员会)?(?:第?(?P<session>{_NUMBER})次(?:全体)?会议)?)"
)
_SPEAKS = re.compile(r"我(?:现在)?(?:谨)?(?:代表|受|根据)(?P<issuer>[^，。、的]{2,20}?)(?:的?委托|的?决定)?[，,]?(?:现在)?(?:向|作|就|对|将)")
_POST = re.compile(
    r"(?P<unit>[\u4e00-\u9fff]{2,15}?)(?:人民政府|政府)?(?:代理|代)?(?P<post>省长|市长|州长|盟长|县长|区长|旗长|镇长|乡长|主席|总理)(?:\s|$|[：:])"
)
_NUMBERED = re.compile(r"(?P<mark>[\u4e00-\u9fff]{2,12})[〔\[［【(（](?P<year>\d{4})[〕\]］】)）]\s*(?:第)?\d+号")
_ORGAN = re.compile(
    r"(?:人民政府|政府|人民代表大会|人大常委会|人大)?(?:办公厅|办公室|常务委员会)?(?:工作)?$"
)
_REPORT = re.compile(r"政府工作报告|人民政府工作报告|工作报告")
_UNIT = re.compile(
    r"[\u4e00-\u9fff]{1,12}?(?:特别行政区|自治区|自治州|自治县|自治旗|地区|街道办事处|街道|林区|新区|省|市|州|盟|县|区|旗|镇|乡|苏木)"
)
_SUFFIXES = (
    (("省", "自治区", "特别行政区"), Level.PROVINCIAL),
    (("自治州", "地区", "盟"), Level.PREFECTURE),
    (("自治县", "自治旗", "县", "旗", "区"), Level.COUNTY),
    (("镇", "乡", "街道", "苏木"), Level.TOWNSHIP),
    (("村", "社区"), Level.VILLAGE),
)
_POSTS = {
    "省长": Level.PROVINCIAL, "州长": Level.PREFECTURE, "盟长": Level.PREFECTURE, "县长": Level.COUNTY,
    "区长": Level.COUNTY, "旗长": Level.COUNTY, "镇长": Level.TOWNSHIP, "乡长": Level.TOWNSHIP, "总理": Level.NATIONAL,
}  # fmt: skip
_MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")
