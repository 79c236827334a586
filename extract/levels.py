"""Tells which level of government issued a strategy, policy or slogan that no authority knows.

A rule reads the unit that is named with it; a learned model weighs the rule's reading with the wording of the name and
of what stands before it, as annotators who know Chinese policy did. Trained with the tagger:
``python -m extract.training``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from extract.document import Metadata, Place, Span
from extract.learned.classifier import classify, opened
from extract.names import alternation, lexicon
from extract.surface import fold
from extract.wording import unusual
from ontology.divisions import NATION, divisions
from ontology.terms import Kind, Level

MODEL = "level.crfsuite"
"""The model's file name, beside the tagger's."""
UNTOLD = "none"
"""The model's label where annotators found that nothing tells the level."""

_CALLED = 12
"""Characters before a name in which a unit is looked for that it belongs to."""
_CLAUSE_END = re.compile(r"[，。；：！\n]")
_VILLAGE = re.compile("(?:村|社区|嘎查)$")
_WHOLE = re.compile("全(?P<unit>[省区市县州旗镇乡])(?!域)|省级|自治区(?!级)")
_UNIT_BEFORE = re.compile(
    "(?:党中央|中央|国务院|国家|[省市县区州旗]委|自治区党委|[镇乡]党委|全(?:省|市|县|区|州|旗|镇|乡)|(?<![^，。；、和及与]).{0,4}[省市县])"
    "(?:、?(?:[省市县区州旗镇乡]|自治区)?政府)?(?:的|关于|(?:提出|确定|部署|作出|实施)的?)?$"
)


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that tell whose a name is.

    Attributes:
        sort: how a positioning ends that calls its place by its own sort of unit: 农业强|镇, “生态立|省”战略.
        village_before: a village right before a name that is its own way of working: 望江社区坚持|“邻里的事邻里议”.
        role, nations_role: how the name of what a place is to be for a unit around it, or for the nation, ends.
        becoming: what stands before it.
        joining: what stands before a name that a unit around the speaker has.
        coined: how an explanation says who coined a name: 县第十三次党代会|提出。 双塘村|创新的基层治理做法.
    """

    cues: tuple[tuple[re.Pattern[str], Level], ...]
    city: re.Pattern[str]
    district: re.Pattern[str]
    centre: re.Pattern[str]
    nationwide: re.Pattern[str]
    own: re.Pattern[str]
    sort: re.Pattern[str]
    units: dict[str, str]
    own_make: re.Pattern[str]
    created: re.Pattern[str]
    entrusted: re.Pattern[str]
    makes: re.Pattern[str]
    made: tuple[str, ...]
    made_elsewhere: re.Pattern[str]
    made_jointly: re.Pattern[str]
    village_before: re.Pattern[str]
    coined: re.Pattern[str]
    role: re.Pattern[str]
    nations_role: re.Pattern[str]
    becoming: re.Pattern[str]
    joining: re.Pattern[str]


@cache
def _words() -> _Words:
    data = lexicon("levels")
    cues, name, context = data["cues"], data["name"], data["context"]
    return _Words(
        cues=tuple((re.compile(alternation(cues[level])), level) for level in Level if level in cues),
        city=re.compile(alternation(cues["city"])),
        district=re.compile(alternation(cues["district"])),
        centre=re.compile(alternation(name["centre"])),
        nationwide=re.compile(alternation(name["nationwide"])),
        own=re.compile(f"[{''.join(name['own'])}](市|{alternation(data['units'])})(?:战略)?$"),
        sort=re.compile(f'({alternation(name["sorts"])})["”]?(?:战略)?$'),
        units=data["units"],
        own_make=re.compile(f"(?:{alternation(name['own_make'])})$"),
        created=re.compile(f"(?:{alternation(context['created'])})[^，。；、]{{0,6}}$"),
        entrusted=re.compile(f'"?(?:的)?(?:{alternation(context["entrusted"])})'),
        makes=re.compile(f"(?:{alternation(context['makes'])})(?:了|并)?$"),
        made=tuple(context["made"]),
        made_elsewhere=re.compile(alternation(context["made_elsewhere"])),
        made_jointly=re.compile(alternation([*context["made_jointly"], *name["nationwide"]])),
        village_before=re.compile(
            "(?<![^，。；、：])[^，。；、：]{0,4}(?<![各全新乡农本该我])(?:村|[^区]社区|嘎查)"
            f"(?:的|(?:{alternation(context['devised'])})(?:出|了)?)?$"
        ),
        coined=re.compile(
            f"(?:^|[，。；])(?P<who>[^，。；：]{{1,28}}?)(?:{alternation(context['coined'])})"
            "(?:并[^，。；]{1,6})?(?:的|，|。|$|了|开展|实施)"
        ),
        role=re.compile(f'(?:{alternation(name["roles"])})"?$'),
        nations_role=re.compile(f'(?:{alternation(name["nations_roles"])})"?$'),
        becoming=re.compile(f'(?:{alternation(context["becoming"])})"?$'),
        joining=re.compile(f'(?:{alternation(context["joining"])})"?$'),
    )


def _city_level(place: Place | None) -> Level:
    """Return what 市 means in a document: the nearest city in its own chain (永济市 for a township of 永济市)."""
    if place is None:
        return Level.PREFECTURE
    for unit in reversed(place.chain):
        if unit.name.endswith("市"):
            return unit.level
    return Level.PREFECTURE


@lru_cache(maxsize=64)
def named_level(before: str, place: Place | None) -> Level | None:
    """Return the level of the last unit named in the words before a name, None where none is.

    >>> named_level("深入贯彻落实山西省", None)
    <Level.PROVINCIAL: 'provincial'>
    """
    bare = before.rstrip('" ')
    for unit in reversed(place.chain) if place is not None else ():
        brief = unit.name[:2] + unit.name[-1]  # 大理州, of the name that adds the nationality
        if bare.endswith((*divisions().spoken_names(unit), brief)):
            return unit.level
    best: tuple[int, Level] | None = None
    for pattern, level in _words().cues:
        for match in pattern.finditer(before):
            if best is None or match.end() >= best[0]:
                best = (match.end(), level)
    for match in _words().city.finditer(before):
        if best is None or match.end() > best[0]:
            named = [u for u in place.chain if before[: match.end()].endswith(u.name)] if place else []
            best = (match.end(), named[0].level if named else _city_level(place))
    for match in _words().district.finditer(before):
        if best is None or match.end() > best[0]:
            best = (match.end(), Level.COUNTY)
    return best[1] if best else None


def coined_level(definition: str, place: Place | None) -> Level | None:
    """Return the level of the unit by which an explanation says that a name was coined, None where it says nothing.

    >>> coined_level("县第十三次党代会提出的发展布局。", None), coined_level("由西山带和东山带组成。", None)
    (<Level.COUNTY: 'county'>, None)
    """
    coined = _words().coined.search(fold(definition))
    if coined is None:
        return None
    return Level.VILLAGE if _VILLAGE.search(coined["who"]) else named_level(coined["who"], place)


def made_here(name: str, mentions: Sequence[Span], folded: str) -> bool:
    """Tell whether a document says that its speaker makes an instrument, whoever else has one of that name.

    >>> text = "制定实施碳达峰实施方案。配合国家部门制定市场准入清单。"
    >>> made_here("碳达峰实施方案", [Span(4, 11)], text), made_here("市场准入清单", [Span(20, 26)], text)
    (True, False)
    """
    words = _words()
    if not name.rstrip('"”').endswith(words.made) or words.made_jointly.search(name):
        return False
    before = (_clause_before(span, folded).rstrip('"《') for span in mentions)
    return any(words.makes.search(clause) and not words.made_elsewhere.search(clause) for clause in before)


def level_of(
    kind: Kind,
    name: str,
    mentions: Sequence[Span],
    folded: str,
    metadata: Metadata,
    models: Path,
    *,
    own: bool = False,
) -> Level | None:
    """Tell the level that issued a name that no authority knows, None where nothing tells.

    Args:
        kind: Strategy, Policy or Slogan.
        name: the name.
        mentions: its mentions.
        folded: folded text.
        metadata: of the document.
        models: the folder with the model; without one the rule alone decides.
        own: whether the document itself defines the name.
    """
    certain = _told_by(kind, name, mentions, folded, metadata)
    if certain is None and kind is Kind.POLICY:
        certain = _of_whole(name, metadata.place)
    certain = certain or _called_before(name, mentions, folded, metadata)
    if certain is not None:
        return certain
    model = opened(models, MODEL)
    if model is None:
        return level_by_rule(kind, name, mentions, folded, metadata, own=own)
    told = classify(model, features(kind, name, mentions, folded, metadata, own=own), doubt=UNTOLD)
    level, speaker = None if told == UNTOLD else Level(told), metadata.level
    # Which of the units below the speaker it would be, the document does not say.
    level = speaker if level is not None and speaker is not None and speaker.above(level) else level
    return _level_above(mentions, folded, metadata) if level is not None and level is speaker else level


def _level_above(mentions: Sequence[Span], folded: str, metadata: Metadata) -> Level | None:
    """Return the level of the unit whose goal it is that the speaker joins or contributes to.

    融入|三峡城市群|, 为西陵区打造|三峡城市核心区|多作贡献: that named before it, else the next above the speaker; the
    speaker's own where no mention says the first and few say the second. Of 60 names that a town, a county or a
    prefecture joins none was its own; of 8 to which it contributes 6 were of a higher unit, the other two mostly named
    otherwise.
    """
    speaker, chain = metadata.level, metadata.place.within if metadata.place is not None else ()
    clauses = [(_clause_before(span, folded), span.end) for span in mentions]
    joined = [clause for clause, _ in clauses if _words().joining.search(clause)]
    given = [clause for clause, end in clauses if "为" in clause and _given().match(folded, end)]
    if speaker is None or not chain or not (joined or 2 * len(given) >= len(mentions) > 0):
        return speaker
    named = named_level((joined or given)[0], metadata.place)
    return named if named is not None and named.above(speaker) else chain[-1].level


@cache
def _given() -> re.Pattern[str]:
    """Return how it goes on behind what somebody contributes to: 建设|作出新的更大贡献, 贡献鹭溪力量."""
    words = lexicon("levels")["context"]
    end = "[^，。；、\n]"
    return re.compile(f"{end}{{0,8}}?(?:{alternation(words['giving'])}){end}{{0,10}}?(?:{alternation(words['gifts'])})")


def _called_before(name: str, mentions: Sequence[Span], folded: str, metadata: Metadata) -> Level | None:
    """Return the level of the unit that stands right before a quoted name: 市委“五个中心”建设部署."""
    for span in mentions:
        before = folded[max(0, span.start - _CALLED) : span.start].rstrip('"')
        quoted = name.startswith(('"', "“")) or '"' in folded[span.start - 1 : span.start + 1]
        if quoted and _words().village_before.search(before):
            return Level.VILLAGE
        if quoted and (unit := _UNIT_BEFORE.search(before)):
            level = named_level(unit.group(), metadata.place)
            if level is not None and (metadata.level is None or not metadata.level.above(level)):
                return level
    return None


def _told_by(kind: Kind, name: str, mentions: Sequence[Span], folded: str, metadata: Metadata) -> Level | None:
    """Return the level that a name tells by the units in it.

    What a place is to become of a unit around it is the place's own: 争当|上饶高质量发展排头兵 is a county's. So is
    what it calls by its own sort: 随州文旅特色第一|镇.
    """
    speaker = metadata.level
    words = _words()
    sort = words.sort.search(name) if kind is Kind.STRATEGY else None
    if sort is not None and speaker is not None and not speaker.above(of_sort := Level(words.units[sort[1]])):
        return of_sort
    level = _named_in(name, metadata.place)
    if level is None or speaker is None or not level.above(speaker):
        return level
    role = words.nations_role if level is Level.NATIONAL else words.role
    becomes = kind is Kind.STRATEGY and role.search(name)
    if becomes and any(words.becoming.search(folded, max(0, s.start - _CALLED), s.start) for s in mentions):
        return speaker
    return level


def _named_in(name: str, place: Place | None) -> Level | None:
    """Return the level of the centre's names, and of a unit of the document's own that a name bears in itself.

    That of the place itself tells wherever it stands in the name (绿美|四平|三年行动), the others' at its ends.
    Where the province of the document's place is not known, any province is its own (平安浙江).
    """
    if _words().centre.match(name):
        return Level.NATIONAL
    return next((level for borne, level in _borne(place) if borne.search(name)), None)


def _of_whole(name: str, place: Place | None) -> Level | None:
    """Return the level of the unit for all of which an instrument is by the beginning of its name: 全区口岸智慧化建设.

    全区 is all of the nearest district, else of the autonomous region.
    """
    whole = _WHOLE.match(name.lstrip('"“'))
    if whole is None or place is None or place.level is Level.NATIONAL:
        return None
    if whole["unit"] is None:
        return Level.PROVINCIAL
    return next((unit.level for unit in reversed(place.chain) if unit.name.endswith(whole["unit"])), None)


@lru_cache(maxsize=16)
def _borne(place: Place | None) -> tuple[tuple[re.Pattern[str], Level], ...]:
    """Return how names bear the units that a document's place lies in, the innermost first."""
    if place is None:
        return ()
    found = []
    for unit in reversed(place.chain):
        names = divisions().spoken_names(unit)
        if unit.level is not Level.PROVINCIAL:
            names = tuple(name for name in names if not _province().fullmatch(name))  # 海南州 is not 海南
        called = alternation(names)
        within = [name for name in names if unit is place and len(name) > 1 and unusual(name)]
        inside = f"|^(?!.*(?:{_words().nationwide.pattern})).*(?:{alternation(within)})" if within else ""
        borne = re.compile(rf"^(?:{called})|(?:{called})$|（(?:{called})段?）|{re.escape(unit.name)}{inside}")
        found.append((borne, unit.level))
    if place.level is not Level.NATIONAL and place.at(Level.PROVINCIAL) is None:
        found.append((_province(), Level.PROVINCIAL))
    return tuple(found)


@cache
def _province() -> re.Pattern[str]:
    provinces = divisions().children(NATION)
    short = alternation(name for province in provinces for name in divisions().spoken_names(province)[1:])
    return re.compile(f"^(?:{short})|(?:{short})$")


def features(
    kind: Kind, name: str, mentions: Sequence[Span], folded: str, metadata: Metadata, *, own: bool
) -> list[str]:
    """Describe a name and what stands around its mentions, for the model."""
    bare = name.strip('"')
    speaker = str(metadata.level)
    reading = str(level_by_rule(kind, name, mentions, folded, metadata, own=own))
    found = {f"s{speaker}", f"k{kind}", f"S{speaker}{kind}", f"r{reading}", f"R{reading}{speaker}{kind}"}
    found |= {"n" + bare[at : at + 2] + kind[:2] for at in range(len(bare) - 1)}
    for size in (1, 2, 3):
        found |= {"<" + bare[:size], ">" + bare[-size:], f"e{speaker}{bare[-size:]}"}
    for span in mentions[:3]:
        before = _clause_before(span, folded)
        unit = str(named_level(before, metadata.place))
        found |= {"u" + unit, f"U{unit}{speaker}", "a" + folded[span.end : span.end + 2]}
        quoted = folded[span.start - 1 : span.start] == '"' or '"' in name
        found.add(f"q{quoted}{speaker}")
        for size in (1, 2, 3):
            found |= {"b" + before[-size:], f"B{speaker}{before[-size:]}"}
    return sorted(found)


def _clause_before(span: Span, folded: str) -> str:
    return _CLAUSE_END.split(folded[max(0, span.start - 22) : span.start])[-1]


def level_by_rule(
    kind: Kind,
    name: str,
    mentions: Sequence[Span],
    folded: str,
    metadata: Metadata,
    *,
    own: bool = False,
) -> Level | None:
    """Tell by rule the level that issued a name that no authority knows.

    A unit at either end of the name, in its brackets or directly before it decides; else a strategy or slogan is the
    speaker's own, and a policy is where the text says that it was set up here.

    The arguments are those of ``level_of``.
    """
    words = _words()
    place = metadata.place
    speaker = metadata.level
    if (certain := _told_by(kind, name, mentions, folded, metadata)) is not None:
        return certain
    if kind is Kind.POLICY and words.nationwide.search(name):
        return Level.NATIONAL
    if any(words.entrusted.match(folded, span.end) for span in mentions):
        return Level.NATIONAL
    if kind is Kind.STRATEGY and (word := words.own.search(name)):
        return Level(words.units[word.group(1)]) if word.group(1) in words.units else _city_level(place)
    votes: Counter[Level] = Counter()
    created = own
    for span in mentions:
        clause = _clause_before(span, folded)
        created = created or bool(words.created.search(clause.rstrip('"')))
        level = named_level(clause, place)
        if level is not None and (speaker is None or not speaker.above(level)):
            votes[level] += 1
    if votes:
        return votes.most_common(1)[0][0]
    quoted = re.search('["“”]', name) is not None or any(folded[s.start - 1 : s.start] == '"' for s in mentions)
    if kind is Kind.SLOGAN and not quoted and not own:
        return Level.NATIONAL  # what everybody shouts needs no quotation marks
    if kind is Kind.POLICY and speaker is Level.TOWNSHIP and not created and not words.own_make.search(name):
        # Benefits and reforms that a town applies come from the nation; a quoted name may be anybody's.
        return None if quoted else Level.NATIONAL
    return speaker
