"""Tells which level of government issued a strategy, policy or slogan, from the unit that is named with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from extract.document import Metadata, Place, Span
from ontology.terms import Kind, Level

_CUES: tuple[tuple[str, Level], ...] = (
    (r"党中央|中共中央|中央|国务院|国家|全国|习近平|总书记|党的", Level.NATIONAL),
    (r"省委|省政府|全省|我省|省级|自治区党委|全区域|省", Level.PROVINCIAL),
    (r"县委|县政府|全县|我县|县级|县", Level.COUNTY),
    (r"镇党委|乡党委|镇政府|全镇|我镇|全乡|我乡|街道党工委|全街道|镇|乡$", Level.TOWNSHIP),
)
_CITY = re.compile(r"市委|市政府|全市|我市|市级|市")
_DISTRICT = re.compile(r"区委|区政府|全区|我区|区级")
_OWN_MAKE = re.compile(r"(?:行动|活动|机制|模式|平台|体系)$")
"""What a township sets up itself, unless another level is named; reforms and benefits come from above."""
_CENTRE = re.compile(r"习近平|(?:习)?总书记|党的|党中央|中共中央|中央|国务院|国家")
_SUFFIX = re.compile("(?:省|市|县|区|镇|乡|街道|自治区|自治州)$")
_OWN_WORD = re.compile(r"[强立兴富秀旺活美靓稳名](省|市|县|区|镇|乡)(?:战略)?$")
"""What a motto's last word says of its issuer: 工业强县 is a county's."""
_CREATED = re.compile(r"(?:建立|制定|创新|推行|探索|首创|创建|建立健全|坚持|实行|完善)[^，。；、]{0,6}$")


def _city_level(place: Place | None) -> Level:
    """Return what 市 means in a document: the nearest city in its own chain (永济市 for a township of 永济市)."""
    if place is None:
        return Level.PREFECTURE
    for unit in reversed((*place.within, place)):
        if unit.name.endswith("市"):
            return unit.level
    return Level.PREFECTURE


def named_level(before: str, place: Place | None) -> Level | None:
    """Return the level of the last unit named in the words before a name, None where none is.

    >>> named_level("深入贯彻落实山西省", None)
    <Level.PROVINCIAL: 'provincial'>
    """
    bare = before.rstrip('" ')
    for unit in reversed((*place.within, place)) if place is not None else ():
        short = _SUFFIX.sub("", unit.name)
        if bare.endswith(unit.name) or (len(short) >= 2 and bare.endswith(short)):
            return unit.level
    best: tuple[int, Level] | None = None
    for pattern, level in _CUES:
        for match in re.finditer(pattern, before):
            if best is None or match.end() >= best[0]:
                best = (match.end(), level)
    for match in _CITY.finditer(before):
        if best is None or match.end() > best[0]:
            named = [u for u in (*place.within, place) if before[: match.end()].endswith(u.name)] if place else []
            best = (match.end(), named[0].level if named else _city_level(place))
    for match in _DISTRICT.finditer(before):
        if best is None or match.end() > best[0]:
            best = (match.end(), Level.COUNTY)
    return best[1] if best else None


def level_of(
    kind: Kind,
    name: str,
    mentions: Iterable[Span],
    folded: str,
    metadata: Metadata,
    *,
    own: bool = False,
) -> Level | None:
    """Tell the level that issued a name that no authority knows.

    A unit at either end of the name, in its brackets or directly before it decides; else a strategy or slogan is the
    speaker's own, and a policy is where the text says that it was set up here.

    Args:
        kind: Strategy, Policy or Slogan.
        name: the name.
        mentions: its mentions.
        folded: folded text.
        metadata: of the document.
        own: whether the document itself defines the name.
    """
    place = metadata.place
    speaker = metadata.level
    if _CENTRE.match(name):
        return Level.NATIONAL
    if place is not None:
        for unit in reversed((*place.within, place)):
            short = _SUFFIX.sub("", unit.name)
            if len(short) >= 2 and re.search(rf"^{short}|{short}$|（{short}段?）|{unit.name}", name):
                return unit.level
    if kind is Kind.STRATEGY and (word := _OWN_WORD.search(name)):
        return named_level(word.group(1), place)
    spans = tuple(mentions)
    votes: Counter[Level] = Counter()
    created = own
    for span in spans:
        clause = re.split(r"[，。；：！\n]", folded[max(0, span.start - 22) : span.start])[-1]
        created = created or bool(_CREATED.search(clause.rstrip('"')))
        level = named_level(clause, place)
        if level is not None and (speaker is None or not speaker.above(level)):
            votes[level] += 1
    if votes:
        return votes.most_common(1)[0][0]
    if kind is Kind.POLICY and speaker is Level.TOWNSHIP and not created and not _OWN_MAKE.search(name):
        # Benefits and reforms that a town applies come from the nation; a quoted name may be anybody's.
        return (
            None
            if re.search('["“”]', name) or any(folded[s.start - 1 : s.start] == '"' for s in spans)
            else Level.NATIONAL
        )
    return speaker
