"""Who speaks in a document, when, for which place: read off the title block, the text and the file name.

As the finders do, it reads the text with its lines set right, so that a page in one line has a title too.
The title block comes first, then what the text says of itself, then the file name; a metadata table overrides all, and
the body that it names as issuer tells the place as one named in the title does.
What none of them tells stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from extract.dates import DATE, NARROW, NUMBER, YEAR, YEARS, iso_date, number_of, year_of
from extract.document import Document, Metadata, Place
from extract.jurisdiction import Named, named_in, named_instead, national_body, resolve, spoken_of
from extract.layout.masthead import is_masthead, masthead
from extract.layout.reflow import reflow
from extract.layout.signature import signature
from extract.metadata_table import from_row, load_table
from extract.names import alternation, lexicon
from extract.surface import HAN, fold
from ontology.divisions import NATION, divisions
from ontology.terms import Level

__all__ = ["describe", "load_table"]

_FIELDS = ("title", "issued", "year", "level", "place", "issuer", "meeting", "review_years", "plan_years")
_HEAD_LINES = 40
_OPENING = 3_000
_TITLE_LENGTH = 80

_DATED_TITLE = re.compile(rf"[（(](?:{DATE.pattern})[）)]$")
_FIRST_HALF = re.compile(f"[{HAN}]{{8,}}")
_LATTER_HALF = re.compile(f"(?!.*(?:报告|总结))[{HAN}]{{4,12}}")
"""The halves of a title that is set in two lines: 石化行业智能制造标准体系, and below it 建设指南."""
_SALUTATION = re.compile(r"各位(?:代表|委员)|^同志们[：:，！]")
_HEADING = re.compile(r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|第[一二三四五六七八九十]+[章部]")
_SPEAKS = re.compile(
    r"我(?:现在|谨)?(?:代表|受|根据)(?P<issuer>[^，。、的]{2,20}?)(?:的?委托|的?决定)?[，,]?(?:现在)?(?:向|作|就|对|将|报告)"
)
_NUMBERED = re.compile(rf"(?P<mark>[{HAN}]{{2,12}}?)[〔\[［【(（](?P<year>\d{{4}})[〕\]］】)）]\s*第?\d+号")
_ADOPTED = re.compile(r"(?:通过|公布|发布|印发)$")
_ISSUES = re.compile(rf"(?P<issuer>[{HAN}\s、]{{2,40}}?)(?:等[一二三四五六七八九十\d]*个?部门)?(?:印发)?关于")
_GOVERNMENT = re.compile(rf"(?P<unit>[{HAN}]{{2,20}}?)(?:人民)?政府")
_LABEL = re.compile(r"^【[^】]*】\s*")
"""Labels of databases before a line: 【法规标题】."""
_IN_DIGITS = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)")
"""A date without marks: 20190328."""
_REPORT = re.compile(r"工作报告")
_LETTERSPACED = re.compile(r"(?:\S\s+){3,}\S")
"""A title set with a space behind each character: 政 府 工 作 报 告."""
_SINCE = re.compile(rf"第(?P<congress>{NUMBER})届全国人民代表大会第一次会议以来的五年")
_REVIEWS = re.compile(rf"(?P<y>{YEAR})年(?:度)?(?:政府|国内)?(?:的)?(?:主要)?工作(?:的|主要)?(?:基本)?(?:回顾|总结)")
_REPORTS = re.compile("政府工作|报告[^，。]{0,20}工作")
_COMMITTEE = re.compile(rf"(?:代表|受)(?:中国共产党|党的)?(?P<committee>第?(?P<congress>{NUMBER})届中央委员会)")


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that tell who speaks, when, and to whom.

    Attributes:
        addressees: a line that says to whom a text is sent.
        meeting: the session before which a report was given: 在|永济市第五届人民代表大会第三次会议|上.
        post: the unit and the post of the one who reports.
        levels: of the posts that tell one.
        plans: a heading that looks ahead to a year: 2023年重点工作.
    """

    addressees: re.Pattern[str]
    meeting: re.Pattern[str]
    post: re.Pattern[str]
    levels: Mapping[str, Level]
    plans: re.Pattern[str]


@cache
def _words() -> _Words:
    data = lexicon("metadata")
    addressees, bodies = alternation(data["titles"]["addressees"]), alternation(data["congress"]["bodies"])
    posts = alternation(post for listed in data["posts"].values() for post in listed)
    return _Words(
        addressees=re.compile(rf"各[^。]+[：:]|.+(?:{addressees})[）)]?[：:]$"),
        meeting=re.compile(
            rf"[在向](?P<meeting>(?P<unit>[^，。、（）()\d在向]{{0,20}}?)第?(?P<congress>{NUMBER})[届次](?P<body>{bodies})"
            rf"(?:常务委员会|常委会)?(?:第?(?P<session>{NUMBER})次(?:全体)?会[议议])?)(?=上|作|提|报告|汇报|[，,）)]|$)"
        ),
        post=re.compile(rf"(?P<unit>[{HAN}]{{0,15}}?)(?:人民政府|政府)?(?:代理|代)?(?P<post>{posts})"),
        levels={post: level for level in Level for post in data["posts"].get(level, ())},
        plans=re.compile(
            rf"(?P<y>{YEAR})年(?:度)?(?:政府|国内|经济社会发展)?(?:的)?"
            rf"(?:(?:主要|重点|总体)(?:工作|任务|目标)|任务目标|工作(?:的)?(?:{alternation(data['plans']['work'])}))"
        ),
    )


@dataclass(slots=True)
class _Clues:
    """What one part of a document tells; ``units`` are names of places, the surest first, ``signed`` who issued it."""

    how: str
    fields: dict[str, Any] = field(default_factory=dict)
    units: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)
    level: Level | None = None

    def add(self, **fields: Any) -> None:
        """Keep what is told for the first time."""
        for name, value in fields.items():
            if value:
                self.fields.setdefault(name, value)


def describe(document: Document, row: Mapping[str, str] | None = None) -> Document:
    """Fill in a document's metadata, each field with how it was found; what nothing tells stays None.

    Args:
        document: as read; metadata that it already has (from a row of a table) stays.
        row: cells of a metadata table for it, by column; they override all else.

    Raises:
        UsageError: a cell of the row can't be understood.

    >>> text = "政府工作报告\\n（2023年3月10日在山西省永济市张营镇第五届人民代表大会第三次会议上）\\n各位代表："
    >>> known = describe(Document("r", text, "")).metadata
    >>> known.issued, known.place.path, known.found["place"]
    ('2023-03-10', ('山西省', '运城市', '永济市', '张营镇'), 'title')
    """
    if row is not None:
        document = from_row(document, row)
    fields: dict[str, Any] = {name: getattr(document.metadata, name) for name in document.metadata.found}
    found = dict(document.metadata.found)

    def keep(how: str, **values: Any) -> None:
        for name, value in values.items():
            if value and name not in fields:
                fields[name], found[name] = value, how

    def keep_date(how: str, issued: str | None) -> None:
        """Keep when a text was issued, and the year of that, unless another year is known to be the one."""
        if issued is not None and (year := int(issued[:4])) == fields.get("year", year):
            keep(how, issued=issued, year=year)

    told = _Clues("table", units=[fields["issuer"]] if "issuer" in fields else [])
    mended = replace(document, text=reflow(document.text).text)
    title, text, file_name = _from_title(mended.text), _from_text(mended.text), _from_file_name(mended)
    if "issued" in fields:
        keep_date(found["issued"], fields["issued"])
    for clues in (title, text):  # before the years that they name: a title may name the one that is looked back on
        keep_date(clues.how, clues.fields.pop("issued", None))
    for clues in (title, text):
        keep(clues.how, **clues.fields)
    keep("title", issuer="、".join(title.signed))
    keep_date("title", _masthead_date(mended.text, "published"))  # a page may be put online anew in a later year
    keep(file_name.how, **file_name.fields)
    if "place" not in fields:
        readings = list(_places(mended, (told, title, text, file_name), fields.get("level")))
        titled = [place for how, place, _ in readings if how == "title"]
        for how, place, level in readings:
            how = "title" if place is not None and place in titled else how  # the table's issuer only says it again
            keep(how, place=_with_chain(place, readings), level=level)
            if place is not None:
                break
    if "place" in fields:
        keep(found["place"], level=fields["place"].level)
    issuer = _full_issuer(fields.get("issuer"), fields.get("title"), fields.get("place"))
    if issuer and "issuer" not in fields:
        keep(found["place"], issuer=issuer)
    elif issuer and found["issuer"] != "table":
        fields["issuer"] = issuer
    years = [year for year in (fields.get("year"), title.fields.get("year")) if year is not None]
    review, plan = _periods(mended.text, max(years, default=None))  # one given in December is titled by the next year
    keep("text", review_years=review, plan_years=plan)
    metadata = Metadata(
        **{name: fields[name] for name in _FIELDS if name in fields},
        found=MappingProxyType({name: found[name] for name in _FIELDS if name in found}),
    )
    return replace(document, metadata=metadata)


def _title_block(text: str) -> list[str]:
    """Return the lines before the salutation, or before the addressees, the first heading or the first paragraph."""
    lines = [line.strip() for line in text[: 4 * _OPENING].split("\n") if line.strip()][:_HEAD_LINES]
    for index, line in enumerate(lines):
        if salutation := _SALUTATION.search(line):
            return [*lines[:index], *([line[: salutation.start()]] if salutation.start() else [])]
        if line.endswith("。") and len(line) > _TITLE_LENGTH:
            break  # an excerpt, which addresses its hearers again
    block: list[str] = []
    addressees = _words().addressees
    for line in lines:
        if _HEADING.match(line) or addressees.match(line) or len(line) > _TITLE_LENGTH or line.endswith("。"):
            break
        block.append(line)
    return block


def _from_title(text: str) -> _Clues:
    clues = _Clues("title")
    block = _title_block(text.translate(NARROW))
    never = tuple(lexicon("metadata")["titles"]["never"])
    block = [raw for raw in block if _NUMBERED.search(raw) or not is_masthead(fold(raw))]
    lines = [line for raw in block if (line := _LABEL.sub("", raw)) and not line.startswith(never)]
    lines = [line for line in lines if not is_masthead(fold(line))]
    lines = ["".join(line.split()) if _LETTERSPACED.fullmatch(line) else line for line in lines]
    title = _title(lines)
    clues.add(title=title)
    if title and (dated := _DATED_TITLE.search(title)) and (dated["m"] or dated["m2"]):
        clues.add(issued=iso_date(dated))
    _read_meeting("".join("".join(lines).split()), clues)
    if title:
        name = re.sub(rf"{YEAR}年?度?", " ", title)
        issues = _ISSUES.match(title)
        if issues:
            clues.add(issuer="、".join(issues["issuer"].split()))
        if _REPORT.search(title):
            years = set(re.findall(YEAR, title))
            clues.add(year=year_of(years.pop()) if len(years) == 1 else None)
            government = _GOVERNMENT.search(name.replace(" ", ""))
            if government:
                clues.units.append(government["unit"])
        elif (national := national_body(title)) is not None:
            clues.units.append(national)
        clues.units += [clues.fields["issuer"]] if "issuer" in clues.fields else []
        clues.units += [name, *re.findall(r"《([^《》]+)》", name)]
    words = _words()
    for line in lines:
        if (post := words.post.search(line.replace("　", ""))) is not None:
            if post["unit"]:
                clues.units.append(post["unit"])
            clues.level = clues.level or words.levels.get(post["post"])
        if (number := _NUMBERED.fullmatch(line.strip("（）()"))) is not None:
            clues.add(year=year_of(number["year"]))
        bare = line.strip("（）()—― 　").replace(" ", "")
        if (date := DATE.fullmatch(bare) or (_ADOPTED.search(bare) and DATE.match(bare))) is not None:
            clues.add(issued=iso_date(date))
    clues.add(issued=_masthead_date(text, "written"))
    clues.signed = _masthead_issuers(text)
    clues.units += clues.signed
    return clues


def _masthead(text: str) -> list[str]:
    folded = fold(text)
    return [folded[line.start : line.end] for line in masthead(folded)]


def _masthead_issuers(text: str) -> list[str]:
    """Return the bodies behind a label for those that issued a text: 【颁布单位】 水利部, 农业农村部."""
    label = re.compile(rf"(?:{alternation(lexicon('metadata')['masthead']['issuer'])}) *[：】]\s*([{HAN}、， ]+)")
    named = next((named[1] for line in _masthead(text) if (named := label.search(line)) is not None), "")
    signs = tuple(lexicon("metadata")["titles"]["signs"])
    return [body for body in re.split("[、， ]+", named) if body.endswith(signs)]


def _masthead_date(text: str, sort: str) -> str | None:
    """Return the first date that stands behind a label of a sort; one without a label before it was put online."""
    words = lexicon("metadata")["masthead"]
    lines = [_IN_DIGITS.sub(r"\1-\2-\3", line) for line in _masthead(text)]
    labels = list(words[sort])
    if sort == "published" and any(source in line for source in words["source"] for line in lines):
        labels += words["dated"]
    bare = r"^[ （【]*|" if sort == "published" else ""
    behind = re.compile(rf"(?:{bare}(?:{alternation(labels)}) *[：】]\s*)(?:{DATE.pattern})")
    return next((iso_date(date) for line in lines if (date := behind.search(line)) is not None), None)


def _from_text(text: str) -> _Clues:
    clues = _Clues("text")
    opening = text[:_OPENING].translate(NARROW)
    compact = "".join(opening[:600].split())
    _read_meeting(compact, clues)
    if (speaks := _SPEAKS.search(opening)) is not None and "中央委员会" not in speaks["issuer"]:
        issuer = speaks["issuer"]
        clues.add(issuer=issuer)
        clues.units.append(issuer)
    if (committee := _COMMITTEE.search(compact)) is not None:
        clues.units.append("中共中央")
        clues.add(
            year=_party_congress(number_of(committee["congress"]) + 1), issuer="中国共产党" + committee["committee"]
        )
    if (signed := signature(text)) is not None:
        clues.add(issued=signed.issued, issuer="、".join(signed.bodies), title=_title([signed.below]))
        clues.units += signed.bodies
    if (since := _SINCE.search(compact)) is not None:
        clues.add(year=_people_congress(number_of(since["congress"]) + 1, 1))
    plans = _words().plans
    headings = list(_headings(text))
    reported = _REPORTS.search(compact) is not None or any(heading.endswith("回顾") for heading in headings)
    for heading in headings:
        if (reviewed := _REVIEWS.search(heading)) is not None and (reported or heading.endswith("回顾")):
            year = year_of(reviewed["y"])
            clues.add(year=year + 1 if year else None)
        elif reported and (planned := plans.search(heading)) is not None:
            clues.add(year=year_of(planned["y"]))
    return clues


def _from_file_name(document: Document) -> _Clues:
    clues = _Clues("file name")
    name = Path(document.source.rpartition("#")[0] or document.source).stem if document.source else ""
    name = name or document.identifier
    years = {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", name)} & set(YEARS)
    if len(years) == 1:
        clues.add(year=years.pop())
    clues.units.append(name)
    words = [word for word in re.split(r"[\s_\-—.()（）\d]+", name) if word]
    clues.units += words
    told = {level for level, named in lexicon("metadata")["levels"].items() for w in words if w in named and len(w) > 1}
    clues.level = Level(told.pop()) if len(told) == 1 else None
    return clues


def _title(lines: list[str]) -> str | None:
    """Return the first title, or a longer one below that ends in it, where it is but the page's category: 工作报告."""
    found = list(_titles(lines))
    first = found[0] if found else None
    return next((title for title in found[1:] if title != first and title.endswith(str(first))), first)


def _titles(lines: list[str]) -> Iterator[str]:
    ends, signs = (tuple(lexicon("metadata")["titles"][name]) for name in ("ends", "signs"))
    for index, line in enumerate(lines):
        bare = re.sub(r"(?:[（(][^（）()]*[)）])+$", "", line).rstrip()
        if bare.startswith("—") or not bare or len(line) > _TITLE_LENGTH or _HEADING.match(bare):
            continue
        if bare.rstrip("》").endswith(ends):
            above = lines[index - 1] if index and _LATTER_HALF.fullmatch(bare) else ""
            begun = _FIRST_HALF.fullmatch(above) is not None and not above.endswith((*ends, *signs))
            yield above + line if begun else " ".join(line.split())
            continue
        following = lines[index + 1] if index + 1 < len(lines) else ""
        if "关于" in bare and following.endswith(ends) and len(bare + following) <= _TITLE_LENGTH:
            yield "".join((line + following).split())


def _read_meeting(compact: str, clues: _Clues) -> None:
    meeting = _words().meeting.search(compact)
    if meeting is None:
        return
    clues.add(meeting=meeting["meeting"])
    before = list(DATE.finditer(compact, max(0, meeting.start() - 20), meeting.start()))
    if before and before[-1].end() >= meeting.start() - 1:
        clues.add(issued=iso_date(before[-1]))
    after = DATE.match(re.sub(r"^上?(?:的报告)?[（(]?", "", compact[meeting.end() : meeting.end() + 30]))
    if after and after["m"]:
        clues.add(issued=iso_date(after))
    if unit := meeting["unit"].removeprefix("中国共产党"):
        clues.units.append(unit)
        return
    clues.units.append("中国")
    congress = number_of(meeting["congress"])
    if meeting["body"].endswith("全国代表大会"):
        clues.add(year=_party_congress(congress))
    elif meeting["session"] and meeting["body"].startswith("全国"):
        clues.add(year=_people_congress(congress, number_of(meeting["session"])))


def _places(
    document: Document, sources: tuple[_Clues, ...], level: Level | None
) -> Iterator[tuple[str, Place | None, Level | None]]:
    """Yield how a unit was found, the unit, and its level where only that is told, from the surest clue on.

    Names that stand for namesakes are told apart by the source's folders and by the text. What a text speaks of most
    counts where it lies within the unit that the file name names, or where nothing names one: a town's excerpt may say
    全县 more often than 我镇.
    """
    context = f"{document.source}\n{document.text}"
    spoken: Level | None = None
    place: Place | None = None
    for clues in sources:
        told, level = level, level or clues.level
        if clues.how == "file name" and told is None:
            spoken, place = spoken_of(document.text)
            if spoken is not (level or spoken):
                spoken, place = None, None
        for phrase in clues.units:
            if national_body(phrase) is not None and (level or spoken) in (None, Level.NATIONAL):
                yield clues.how, NATION, None
            elif (named := named_in(phrase) or _in_brief(phrase, clues)) is not None:
                meant = resolve(named, level=level or spoken, context=context)
                meant = meant or resolve(named, level=told, context=context)
                other = named_instead(meant, document.text) if clues.how == "file name" and meant else None
                if other is not None:  # a file by another county's name: 安新 for 新安
                    yield "text", other, None
                yield ("text", place, None) if place and meant in place.within else (clues.how, meant, None)
        yield clues.how, None, clues.level
    yield "text", place, spoken


def _in_brief(phrase: str, clues: _Clues) -> Named | None:
    """Return a unit by its short name, where a file name tells its level: county_|容城|_2015."""
    if clues.how != "file name" or clues.level is None or not divisions().find(phrase, level=clues.level):
        return None
    return Named(phrase)


def _with_chain(place: Place | None, readings: Sequence[tuple[str, Place | None, Level | None]]) -> Place | None:
    """Return a unit with the chain that another clue gives it: 张营镇 in the meeting, 永济市张营镇 in the title."""
    if place is None or place.within:
        return place
    chained = (other for _, other, _ in readings if other is not None and other.within)
    return next((other for other in chained if other.name == place.name and other.level is place.level), place)


def _full_issuer(issuer: str | None, title: str | None, place: Place | None) -> str | None:
    """Return the issuer with its place's name in front, where the text leaves it out (省人民政府)."""
    if place is None:
        return issuer
    if issuer is None:
        reported = title is not None and "政府工作报告" in title
        return None if not reported else "国务院" if place is NATION else f"{place.name}人民政府"
    relative = re.fullmatch(r"(?:省|市|县|区|旗|镇|乡|州|自治区|自治州)?(?:人民)?政府", issuer)
    return f"{place.name}人民政府" if relative and place is not NATION else issuer


def _headings(text: str) -> list[str]:
    return [
        line
        for raw in text.translate(NARROW).split("\n")
        if (line := raw.strip()) and len(line) <= 40 and not line.endswith("。")
    ]


def _periods(text: str, year: int | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the years that the headings look back on, and those that they plan for."""
    words = lexicon("metadata")["plans"]
    review: set[int] = set()
    plan: set[int] = set()
    for heading in _headings(text):
        back = any(word in heading for word in words["review"])
        ahead = any(word in heading for word in words["plan"])
        if (not _HEADING.match(heading) and not back) or back == ahead:
            continue
        (review if back else plan).update(_years_named(heading, year, words["first"], back))
    return tuple(sorted(review)), tuple(sorted(plan - review))


def _years_named(heading: str, year: int | None, first: Mapping[str, int], back: bool) -> set[int]:
    years = {y for found in re.finditer(rf"({YEAR})年", heading) if (y := year_of(found[1])) is not None}
    for name in re.findall(r"[“\"「]?([一二三四五六七八九十]+五)[”\"」]?(?:时期|规划|期间|发展)", heading):
        if name in first:
            years |= set(range(first[name], first[name] + 5))
    if year is None:
        return years
    if back and re.search(r"过去一年|去年|一年来", heading):
        years.add(year - 1)
    if back and re.search(r"过去(?:的)?五年|五年来|五年工作", heading):
        years |= set(range(year - 5, year))
    if not back and re.search(r"今年|本年", heading):
        years.add(year)
    if not back and re.search(r"(?:今后|未来)五年", heading):
        years |= set(range(year, year + 5))
    return years


@cache
def _congresses() -> tuple[Mapping[int, int], Mapping[int, list[int]]]:
    words = lexicon("metadata")["congress"]
    return ({int(n): y for n, y in words["party"].items()}, {int(n): y for n, y in words["people"].items()})


def _party_congress(number: int) -> int | None:
    known = _congresses()[0]
    year = known.get(number, known[12] + 5 * (number - 12) if number > 12 else 0)
    return year if year in YEARS else None


def _people_congress(number: int, session: int) -> int | None:
    known = _congresses()[1]
    if number in known:
        return known[number][session - 1] if 1 <= session <= len(known[number]) else None
    year = known[5][0] + 5 * (number - 5) + session - 1 if number > 5 and 1 <= session <= 5 else 0
    return year if year in YEARS else None
