"""Finds organizations: bodies of party and state under their full names, firms, institutions and named teams.

A body is named by its unit's word (省委, 市政府, 镇人大); which unit that is, the document's own chain of places says:
in a town of 永济市, 市委 is 中共永济市委员会.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Candidate
from extract.document import Place, Span
from extract.layout.masthead import masthead, within
from extract.names import alternation, beginning, is_governing, lexicon, name_start
from extract.surface import HAN, folded_text, quotations
from extract.wording import unusual
from ontology.divisions import NATION, divisions
from ontology.terms import Kind, Level

_COUNT = "[0-9一二两三四五六七八九十]+"
_SESSION = "第?[一二三四五六七八九十0-9]+届"
_OFFICES = "办公厅|办公室"
_LONGEST_LABEL = 8
"""Characters of a label with its colon: 稿件来源：."""
_LONGEST_SESSION = 6
"""Characters of it: 第二十一届."""
_BESIDE = {
    form: re.compile(f"[、和](?P<name>(?:镇|乡|街道|苏木|县|市|区|旗)?(?P<form>{other}))(?!工作|部门|性|投资|债)")
    for form, other in (("委", "政府"), ("党委", "政府"), ("党工委", "办事处"))
}
"""The same unit's government behind its committee: 镇党委、|政府, 街道党工委、|办事处."""

_OF_EACH = re.compile("(?:各|有关|相关)[省市州盟县区旗镇乡]、$")
"""Before a body's word that goes on a list of all units: 各区、|市政府."""
_CUT = re.compile("[、与及\n]|和(?!平|谐|美|顺)|了|的|在|由|(?<!华)为|对(?!接)|以(?!岭)")
"""Behind what no name of a body goes back to."""
_FIRM = re.compile("(?:股份|集团|控股)?(?:有限)?(?:责任)?(?:公司|集团)$|(?:农民|农业|专业|种植|养殖)*合作社$")
"""How a firm's name ends that others have as well."""


@cache
def _forms() -> dict[str, str]:
    """Return the pattern of the full name of each body by its form."""
    return {form: body["name"] for body in lexicon("organizations")["bodies"] for form in body["forms"]}


@cache
def _names(table: str) -> tuple[str, ...]:
    return tuple(lexicon("organizations")["names"][table])


@cache
def _lines() -> str:
    """Return a regular expression for the rest of the name of a committee's office: 市委|金融办."""
    lines = alternation(_names("lines"))
    return f"(?:{lines})(?:委员会|工作委员会|工委|委(?![员托屈派任])|领导小组|办公室|办(?![理法好事公学])|局)"


@cache
def _body_pattern() -> re.Pattern[str]:
    words = alternation(_names("units"))
    departments = alternation(lexicon("organizations")["departments"])
    return re.compile(
        f"(?P<word>{words})(?:(?P<office>委{_lines()})|(?P<form>{alternation(_forms())})(?!员会)(?<!委(?=[托屈派任员]))(?:{_OFFICES})?"
        f"|(?P<stem>{departments})(?P<rank>厅|局|委员会|委|部(?!门|署|分)|办)(?!会))"
    )


@dataclass(slots=True)
class _Reading:
    """One document under reading."""

    text: str
    home: Place | None
    units: dict[int, tuple[int, Place]]
    found: dict[tuple[int, int], Candidate] = field(default_factory=dict)
    firms: dict[str, str] = field(default_factory=dict)
    """Short names of firms that the document proved, with the full name."""
    _marks: bytearray = field(init=False)
    _ends: dict[int, int] = field(init=False)
    """Where the units begin, by where they end."""

    def __post_init__(self) -> None:
        self._marks = bytearray(len(self.text))
        self._ends = {end: start for start, (end, _) in self.units.items()}

    def unit_before(self, end: int) -> int | None:
        """Return where the unit begins whose name ends at an offset."""
        return self._ends.get(end)

    def add(self, start: int, end: int, sure: float, name: str | None = None, place: Place | None = None) -> None:
        key = (start, end)
        if key not in self.found or self.found[key].confidence < sure:
            self._marks[start:end] = b"\1" * (end - start)
            self.found[key] = Candidate(
                Span(start, end), Kind.ORGANIZATION, "policy_organizations", sure, name=name, place=place
            )

    def taken(self, start: int, end: int) -> bool:
        """Tell whether an organization already stands on a part of a stretch."""
        return 1 in self._marks[start:end]


def is_called(unit: str, word: str) -> bool:
    """Tell whether a document may call a unit by a word.

    >>> is_called("永济市", "市"), is_called("大理白族自治州", "州"), is_called("广西壮族自治区", "区")
    (True, True, False)
    """
    return unit.endswith(word) and not (word == "区" and unit.endswith("自治区"))


def is_firm(name: str) -> bool:
    """Tell whether an organization does business, by its name."""
    return name.endswith(("公司", "集团", "合作社"))


def firms_own(name: str) -> str:
    """Return what of a firm's name no other has, "" where nothing tells.

    >>> firms_own("洢水源公司"), firms_own("洢水源茶业"), firms_own("某公司")
    ('洢水源', '洢水源茶业', '')
    """
    own = _FIRM.sub("", name)
    return own if len(own) >= (3 if own == name else 2) else ""


def unit_called(word: str, home: Place | None) -> Place | None:
    """Return the unit that a document of a place means by 省, 市, 县, 镇: the nearest of its chain, itself first."""
    chain = tuple(reversed(home.chain)) if home is not None else ()
    called = next((unit for unit in chain if is_called(unit.name, word)), None)
    return called or next((unit for unit in chain if _was_called(unit, word)), None)


def _was_called(unit: Place, word: str) -> bool:
    """Tell whether a unit's former name ends in a word: 子长县, since 2019 子长市."""
    return any(unit in divisions().find(name + word) for name in divisions().spoken_names(unit)[1:])


def is_beginning(folded: str, start: int, end: int) -> bool:
    """Tell whether what looks like a national body's name only begins another word.

    >>> is_beginning("水利部门", 0, 3), is_beginning("水利部支持", 0, 3)
    (True, False)
    """
    return folded[start:end] in lexicon("organizations")["national"] and bool(_goes_on().match(folded, end))


@cache
def _goes_on() -> re.Pattern[str]:
    return re.compile("|".join(lexicon("organizations")["none"]["national_not_before"]))


def find_bodies(reading: _Reading) -> None:
    """Add government and party bodies with their units' full names."""
    text = reading.text
    generic_before = _names("not_units_behind")
    for match in _body_pattern().finditer(text):
        start, word = match.start(), match["word"]
        behind = match.start() + len(word)
        named = next(
            (
                (s, unit)
                for s in range(max(0, behind - 16), start + 1)
                if s in reading.units
                for end, unit in [reading.units[s]]
                if end == behind
            ),
            None,
        )
        if named is not None:
            start, unit = named
            start -= (
                len("中共")
                if text.endswith("中共", 0, start) and (match["form"] or match["office"] or "").startswith(("委", "党"))
                else 0
            )
        else:
            if text[start - 1 : start] and text[start - 1] in generic_before:
                continue
            if (
                text[start - 1 : start] == "、"
                and _OF_EACH.search(text, max(0, start - 4), start)
                and not text.startswith(("各部门", "有关部门", "直属"), match.end())
            ):
                continue
            found = unit_called(word, reading.home)
            if found is None:  # which unit's body it is, nothing tells
                if (
                    (reading.home is None or not reading.home.within)
                    and match["form"]
                    and text[start - 1 : start] not in ("一", "该", "本")
                ):
                    reading.add(start, match.end(), 0.75)
                continue
            unit = found
        reading.add(start, match.end(), 0.95 if named else 0.92, _full_name(match, unit), unit)
        if match["form"] in _BESIDE and (beside := _BESIDE[match["form"]].match(text, match.end())):
            reading.add(*beside.span("name"), 0.96, _forms()[beside["form"]].format(unit=unit.name), unit)
        if match["form"] == "人大主席团":
            reading.add(start, match.end() - len("主席团"), 0.9, _forms()["人大"].format(unit=unit.name), unit)
    following = re.compile(alternation(form for form in _forms() if form not in ("委", "法院")))
    session = re.compile(f"{_SESSION}(?:人民代表大会|人大)")
    zone = re.compile(f"(?:(?!创建|争创|申建|等地|[在和与])[{HAN}]){{0,5}}(?:{alternation(_names('zones'))})")
    for start, (end, unit) in reading.units.items():
        body = following.match(text, end)
        if body and unit.level is not Level.NATIONAL and not reading.taken(start, body.end()):
            reading.add(start, body.end(), 0.85, _forms()[body.group()].format(unit=unit.name), unit)
        if sitting := session.match(text, end):
            reading.add(start, sitting.end(), 0.93, f"{unit.name}人民代表大会", unit)
        if run := zone.match(text, end):
            reading.add(start, run.end(), 0.6, None, unit)
    words = alternation(_names("units"))
    numbered = re.compile(f"(?P<word>{words}){_SESSION}(?:人民代表大会|人大)")
    for match in numbered.finditer(text):
        unit_meant = unit_called(match["word"], reading.home)
        if unit_meant is not None and not reading.taken(*match.span()):
            reading.add(*match.span(), 0.9, f"{unit_meant.name}人民代表大会", unit_meant)
    own = reading.home
    if own is None or own.level is Level.NATIONAL:
        return
    bare = "(?<![全国省市县区镇乡道届州旗盟、位])(?P<form>人大|政协)(?:及其常委会)?"
    bare += "(?=代表|议案|建议|提案|的|[^，。；]{0,4}监督)"
    for match in re.finditer(bare, text):
        if not reading.taken(*match.span()):
            reading.add(*match.span(), 0.7, _forms()[match["form"]].format(unit=own.name), own)


def _full_name(match: re.Match[str], unit: Place) -> str:
    if match["office"]:
        return _forms()["委"].format(unit=unit.name) + match["office"][1:]
    if match["form"]:
        office = re.search(_OFFICES, match.group())
        return _forms()[match["form"]].format(unit=unit.name) + (office.group() if office else "")
    rank = "委员会" if match["rank"] == "委" else match["rank"]
    return unit.name + str(lexicon("organizations")["departments"][match["stem"]]) + rank


def find_national(reading: _Reading) -> None:
    """Add the bodies of the nation and beyond, also with the number of a session: 第十四届全国人民代表大会."""
    names: Mapping[str, str] = lexicon("organizations")["national"]
    session = re.compile(f"{_SESSION}$")
    bodies = f"{beginning(names)}(?<!高等)(?:{alternation(names)})(?!{_goes_on().pattern})"
    for match in re.finditer(bodies, reading.text):
        start, name = match.start(), match.group()
        held = session.search(reading.text, max(0, start - _LONGEST_SESSION), start) if name[:2] == "全国" else None
        reading.add(held.start() if held else start, match.end(), 0.95, names[name], NATION)
    for match in re.finditer(f"(?:{alternation(_names('known'))})(?!大学)", reading.text):
        if not reading.taken(*match.span()):
            reading.add(*match.span(), 0.8)


def find_named(reading: _Reading) -> None:
    """Add firms, institutions, teams and standing bodies by the endings of their names."""
    text = reading.text
    no_ending = alternation(_names("not_before"))
    for table, sure, shortest in (("firms", 0.8, 2), ("institutions", 0.65, 2), ("teams", 0.65, 2)):
        for match in re.finditer(f"(?:{alternation(_names(table))})(?!{no_ending})", text):
            start = _start(reading, match.start())
            stem = text[start : match.start()]
            counted = re.match(r"\s*[0-9]+(?:余|多)?[家户个所支]", text[match.end() :])
            if counted or len(stem) < shortest or not _is_name(stem) or reading.taken(start, match.end()):
                continue
            placed = start in reading.units or stem.startswith(("中国", "国家"))
            if match.group() in _names("local") and not placed and stem[0] not in "省市县区州镇乡":
                continue
            if match.group() in _names("widespread") and not placed:
                continue
            if match.group() in ("公司", "集团") and not placed and len(stem) > 5:
                continue
            reading.add(start, match.end(), sure if len(stem) <= 14 else sure - 0.2)
            if table == "firms":
                _prove_firm(reading, stem, text[start : match.end()])
    for match in re.finditer(f"(?:{_COUNT}[大支个])[{HAN}]{{0,6}}(?:{alternation(_names('teams'))})", text):
        start = _list_start(text, match.start())
        if text[match.start() + 1] in "大支" and not reading.taken(start, match.end()):
            reading.add(start, match.end(), 0.7, match.group())
    for match in re.finditer(alternation(_names("standing")), text):
        if not reading.taken(*match.span()):
            reading.add(*match.span(), 0.65)
    generic_before = alternation(_names("not_units_behind"))
    for match in re.finditer(f"(?<!{generic_before})(?:镇|乡)[{HAN}]{{2,3}}办(?![理公法事好学])", text):
        if not reading.taken(*match.span()):
            reading.add(*match.span(), 0.65, None, reading.home)
    industries = re.compile(f"(?:{alternation(_names('industries'))})(?![业户区民])")
    for match in industries.finditer(text):
        start = _start(reading, match.start())
        stem = text[start : match.start()]
        if not 2 <= len(stem) <= 4 or not _is_name(stem) or reading.taken(start, match.end()):
            continue
        if unusual(stem) and unusual(stem[-1] + match.group()):
            reading.add(start, match.end(), 0.6)
            if not text.startswith(("项目", "工程"), match.end()):
                _prove_firm(reading, stem, text[start : match.end()])


def _start(reading: _Reading, head: int) -> int:
    """Return where a name whose ending stands at ``head`` begins: behind 、 and 和 too."""
    floor = max(0, head - 30)
    stretch = reading.text[floor:head]
    if cut := list(_CUT.finditer(stretch)):
        floor += cut[-1].end()
    start = name_start(reading.text, head, floor=floor)
    if _all_generic(reading.text[start:head]):
        # A verb that stands inside the name (康庄|种植产业合作社) cut too far.
        start = _behind_verbs(reading.text, floor, head)
    verb = _verbs().match(reading.text, start, head)
    start = verb.end() if verb else start
    # A unit's name begins the name, with the unit's that holds it: 组建|云南农村商业银行, 对接|天津南开中学.
    begun = max([start, *(unit for unit in reading.units if start < unit < head - 1)])
    while (holder := reading.unit_before(begun)) is not None and holder >= start:
        begun = holder
    return begun


@cache
def _verbs() -> re.Pattern[str]:
    return re.compile(f"(?:{alternation(_names('verbs'))})+(?=..)")


def _behind_verbs(text: str, start: int, end: int) -> int:
    """Return where the words begin that follow the governing verbs at ``start``."""
    return next((cut for cut in range(end - 2, start, -1) if is_governing(text[start:cut])), start)


def _list_start(text: str, start: int) -> int:
    """Return where the enumeration begins that a counted team sums up: 项目招商、资金争取、荣誉争取|三支小分队."""
    items = re.search(f"(?:[{HAN}]{{2,8}}、)+[{HAN}]{{2,8}}$", text[max(0, start - 40) : start])
    if items is None:
        return start
    first = max(0, start - 40) + items.start()
    verb = re.match(f"(?:{alternation(_names('verbs'))})(?=..)", text[first:start])
    return first + verb.end() if verb else _behind_verbs(text, first, text.index("、", first))


def _is_name(stem: str) -> bool:
    if stem in _names("generic") or stem.endswith(_names("generic_ends")) or _vague().search(stem):
        return False
    return re.fullmatch(f"[{HAN}A-Za-z0-9（）·]+", stem) is not None and not _all_generic(stem)


@cache
def _vague() -> re.Pattern[str]:
    """Return what tells that a stem names nobody: how many there are, or some of them."""
    number = f"{_COUNT}(?:余|多)?(?:[家个所支名]|大型)?$"
    return re.compile(f"{alternation(_names('vague'))}|{_COUNT}年|{number}|[等各某多]$|^[各某该本]")


def _all_generic(stem: str) -> bool:
    """Tell whether a stem is made of nothing but generic words: 国家级|重点|龙头|企业."""
    return _generic().fullmatch(stem) is not None


@cache
def _generic() -> re.Pattern[str]:
    return re.compile(f"(?:{alternation(_names('generic'))}|{_COUNT}|家|所|个|等|和|类)+")


def _prove_firm(reading: _Reading, stem: str, full: str) -> None:
    if 2 <= len(stem) <= 4 and not any(unit.name.startswith(stem) for _, unit in reading.units.values()):
        reading.firms.setdefault(stem, full)


def find_short_forms(reading: _Reading) -> None:
    """Add a proven firm's short name wherever it stands: 长荣, 长荣农科 for 长荣公司."""
    named = {stem: full for stem, full in reading.firms.items() if _is_short_name(reading.text, stem, full)}
    if not named:
        return
    pattern = re.compile(f"(?P<stem>{alternation(named)})(?:{alternation(_names('additions'))})?")
    for match in pattern.finditer(reading.text):
        name = named[match["stem"]]
        if not reading.taken(*match.span()):
            reading.add(*match.span(), 0.75, name)
        elif match.span() in reading.found and reading.found[match.span()].name is None:
            reading.found[match.span()] = Candidate(
                Span(*match.span()), Kind.ORGANIZATION, "policy_organizations", 0.8, name=name
            )


def _is_short_name(text: str, stem: str, full: str) -> bool:
    """Tell whether a firm's stem is a name and not a common noun, which would stand alone far more often."""
    return text.count(stem) <= 4 * text.count(full) + 4 and stem not in divisions().names()


def find_brands(reading: _Reading) -> None:
    """Add quoted names of brands that a firm runs: “…”、“…”等大型餐饮品牌."""
    quoted = quotations(reading.text)
    kinds = re.compile(f'"(?:等)?[{HAN}]{{0,4}}?(?:{alternation(_names("brands"))})')
    for index, (start, end) in enumerate(quoted):
        if kinds.match(reading.text, end):
            run = [(start, end)]
            for before, behind in reversed(quoted[:index]):
                if reading.text[behind : run[-1][0]].strip('"、和') == "":
                    run.append((before, behind))
                else:
                    break
            for first, last in run:
                if last - first <= 8:
                    reading.add(first, last, 0.8)


class OrganizationFinder:
    """Appends candidates for organizations; the units that ``policy_places`` found name their bodies."""

    def __call__(self, doc: Doc) -> Doc:
        """Find the organizations of a document."""
        units = {
            c.span.start: (c.span.end, c.place)
            for c in doc._.candidates
            if c.kind is Kind.ADMINISTRATIVE_UNIT and c.place is not None
        }
        reading = _Reading(folded_text(doc), doc._.document.metadata.place, units)
        find_national(reading)
        find_bodies(reading)
        find_named(reading)
        find_brands(reading)
        find_short_forms(reading)
        lines = masthead(reading.text)
        # 责任编辑：湖南日报社 names no body that the document speaks of, but 来源：湖南日报, 来源：湖州市人民政府 do
        doc._.candidates.extend(
            c
            for c in _settled(reading)
            if c.place is not None
            or not within(c.span, lines)
            or _source().search(reading.text, max(0, c.span.start - _LONGEST_LABEL), c.span.start)
        )
        return doc


@cache
def _source() -> re.Pattern[str]:
    """Return what stands in a masthead before the newspaper or the body whose text it is."""
    return re.compile(f"(?:{alternation(lexicon('metadata')['masthead']['source'])}) *：\\s*$")


def _settled(reading: _Reading) -> Iterator[Candidate]:
    """Yield the candidates in the order of the text, the longest where one lies within another."""
    last = -1
    for (_, end), candidate in sorted(reading.found.items(), key=lambda item: (item[0][0], -item[0][1])):
        if end > last or reading.text.startswith("主席团", end):
            yield candidate
            last = max(last, end)


@Language.factory("policy_organizations")
def make_organization_finder(nlp: Language, name: str) -> OrganizationFinder:
    """Create the finder of organizations."""
    return OrganizationFinder()
