"""Where a name begins: the scanning that the finders of projects, policies and strategies share.

A name in this genre ends in a telling head (项目, 机制, 示范区) and begins behind the verb that governs it
(推进|小姚村…创建项目). The verbs and fillers are data: ``lexicon/names.toml``.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from extract.surface import HAN, pairs, quotations
from ontology.errors import AuthorityError

FIVE_YEARS = "十[一二三四五六七]五"
"""The five years of a plan, by which it goes, as a regular expression."""
LEXICON = Path(__file__).parent / "lexicon"
_CLOSING = '"）》'
_MARK = re.compile(f"[{_CLOSING}|\t。；！？\n：，、（《… ①-⑳]")
_NOT_ONE_NAME = re.compile(r'"(?:和|、|与|及)"|"抓项目$|应当|可以|不得|必须|实际行动$|具体行动$')
_NO_ROAD_BEFORE = "(?<![A-Z道])"
"""What stands before a number that is none of a road: G206|石城段, 省道242|高唐段."""
_ENCLOSED = re.compile(r'"[^"\n]*"|《[^》\n]*》|（[^）\n]*）')


@cache
def lexicon(name: str) -> dict[str, Any]:
    """Load a lexicon file.

    Args:
        name: file name without suffix, below ``extract/lexicon``.

    Raises:
        AuthorityError: the file is not valid TOML, or lists the same word twice in one list.
    """
    path = LEXICON / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise AuthorityError(f"{path.name} is not valid TOML: {error}", subject=path.name) from error
    for words in _lists(data):
        if twice := sorted(word for word, times in Counter(words).items() if times > 1):
            raise AuthorityError(f"{path.name} lists {twice[0]} twice in one list; take one out", subject=path.name)
    return data


def _lists(table: Mapping[str, Any]) -> Iterator[list[str]]:
    for value in table.values():
        if isinstance(value, dict):
            yield from _lists(value)
        elif isinstance(value, list) and all(isinstance(word, str) for word in value):
            yield value
        elif isinstance(value, list):
            for part in value:
                yield from _lists(part) if isinstance(part, dict) else ()


def joined_heads(kind: str) -> str:
    """Return a regular expression for the heads that make one name with the quotation before them: “放管服”|改革."""
    return alternation(lexicon("kinds")[kind]["quoted_joined"])


def alternation(words: Iterable[str]) -> str:
    """Return a regular expression for any of the words, longest first."""
    return _alternation(tuple(words))


def alternations(table: Mapping[str, Any]) -> dict[str, str]:
    """Return a regular expression for any of the words of each list of a lexicon's table, by the list's name."""
    return {name: alternation(words) for name, words in table.items() if isinstance(words, list)}


def conferring(*sorts: str) -> str:
    """Return a regular expression for the verbs of an honour, of the named lists of ``lexicon/honours.toml``."""
    return alternation(verb for sort in sorts for verb in lexicon("honours")[sort])


def beginning(words: Iterable[str]) -> str:
    """Return a regular expression that looks ahead for what some words begin with.

    Before an expression that ``re`` would else try in full at each place, it spares that at nearly all of them.

    >>> beginning(("推进", "推动", "建成"))
    '(?=[建推])'
    """
    return f"(?=[{re.escape(''.join(sorted({word[0] for word in words})))}])"


@cache
def _alternation(words: tuple[str, ...]) -> str:
    """Write words that begin alike once to where they part, which ``re`` tries faster than word by word.

    >>> _alternation(("推进", "推动", "推", "建成"))
    '推(?:[进动])?|建成'
    """
    following: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        if word:
            following.setdefault(word[0], []).append(word[1:])
    alone = [re.escape(first) for first, rest in following.items() if not any(rest)]
    ways = [f"[{''.join(alone)}]"] if len(alone) > 1 else alone
    for first, rest in following.items():
        if any(rest):
            longer, optional = _alternation(tuple(rest)), "" in rest
            ways.append(re.escape(first) + (f"(?:{longer})" if optional or "|" in longer else longer) + "?" * optional)
    return "|".join(ways)


class _Boundaries(NamedTuple):
    """What stands before a name.

    Attributes:
        lead: verbs, fillers and numbers that no name begins with.
        strong: a verb, or a number, behind which a name begins wherever it stands.
        situated: where a project stands and what is done there: 在张营街道建设|张营镇全民健身中心.
    """

    lead: re.Pattern[str]
    strong: re.Pattern[str]
    situated: re.Pattern[str]


@cache
def _boundaries() -> _Boundaries:
    words = lexicon("names")["boundary"]
    units, capacity = words["numbers"]["units"], words["numbers"]["capacity"]
    number = (
        rf"(?:{_NO_ROAD_BEFORE}第?[0-9]+(?:\.[0-9]+)?(?![0-9]|[A-Za-z]|大(?![型中小])|{alternation(words['numbers']['roads'])})"
        rf"(?:[余多])?[万亿]?(?:[余多])?(?:{alternation(units)}|[年月][底初末]?)?)"
    )
    named_before = "".join(f"(?<!{word})" for word in capacity)
    particles = "|".join(f"{p}(?![{unless}])" if unless else p for p, unless in words["particles"].items())
    lead = re.compile(
        f"(?:(?!{alternation(words['things'])})"
        f"(?:{alternation([*words['strong'], *words['weak'], *words['filler']])}|{number}|[.．]|{particles}))+"
    )
    aspect = "了|并|好|过|起(?![步点重飞源义])"
    strong = re.compile(
        f"{beginning((*words['strong'], *'第0123456789'))}"
        f"(?:(?:{alternation(words['strong'])})(?:{aspect})?|{named_before}(?<![0-9.]){number})"
    )
    situated = re.compile(rf".{{0,6}}?在[^，。、]{{2,12}}?(?:{alternation(words['situated'])})", re.DOTALL)
    return _Boundaries(lead, strong, situated)


@cache
def generic_names() -> frozenset[str]:
    """Return the words that end like a name but name nothing, and the ordinary words."""
    return frozenset([*lexicon("names")["stop"]["generic"], *lexicon("kinds")["category"]["ordinary_words"]])


@cache
def nameless_words() -> frozenset[str]:
    """Return the words that name nothing, quoted or not: 新三样, 三农, 协同发展, 体育公园."""
    words = lexicon("kinds")["category"]
    return frozenset([*words["figures_of_speech"], *words["ordinary_words"], *words["sorts_of_works"]])


@cache
def _period() -> re.Pattern[str]:
    """Return a five-year plan's name with what makes another plan's of it: 军队建设|“十四五”规划, “十四五”|交通规划."""
    subjects = "|".join(f"(?<={word})" for word in lexicon("kinds")["Policy"]["planned"])
    period, never = '"?十[一二三四五六]五"?', "规划|发展规划|时期|期间|以来|各|[年初末和、]"
    ahead = f"(?P<subject>{subjects})(?<!社会发展){period}(?:规划|实施方案)"
    return re.compile(f"{ahead}|{period}(?!{never})[{HAN}]{{2,8}}?(?:规划|方案|计划)")


def within_another_plan(folded: str, start: int, end: int) -> bool:
    """Tell whether what is printed at a stretch is a five-year plan's name only within that of another plan.

    >>> text = '编制军队建设"十四五"规划。'
    >>> within_another_plan(text, 7, 10), within_another_plan('完成"十四五"规划。', 3, 6)
    (True, False)
    """
    if "五" not in folded[start:end]:
        return False
    begin = start - (folded[start - 1 : start] == '"')
    found = _period().match(folded, begin)
    return found is not None and (found["subject"] is not None or end < found.end())


def clause_start(folded: str, position: int, *, floor: int = 0, across: str = "") -> int:
    """Return where the clause that holds ``position`` begins.

    Quoted and bracketed stretches are jumped over whole.

    Args:
        folded: folded text.
        position: an offset in the clause.
        floor: never go left of this.
        across: punctuation that does not end the clause here, such as ``、``.
    """
    marks, partners = _marks(folded), pairs(folded)
    before = bisect_left(marks, position)
    while before and (at := marks[before - 1]) >= floor:
        if folded[at] in _CLOSING:
            partner = partners.get(at)
            if partner is None or partner < floor or _begins_line(folded, partner):
                return at + 1
            before = bisect_left(marks, partner)
        elif folded[at] not in across:
            return at + 1
        else:
            before -= 1
    return floor


@lru_cache(maxsize=16)
def _marks(folded: str) -> tuple[int, ...]:
    """Return the offsets of the marks that end a clause or close a stretch."""
    return tuple(mark.start() for mark in _MARK.finditer(folded))


def _begins_line(folded: str, index: int) -> bool:
    """Tell whether a bracket opens a line: a heading's numbering （一）, no part of a name."""
    return folded[index] == "（" and not folded[folded.rfind("\n", 0, index) + 1 : index].strip()


def name_start(folded: str, head_start: int, *, floor: int = 0, across: str = "") -> int:
    """Return where the name whose head begins at ``head_start`` begins.

    The clause is cut behind the last governing verb and behind leading fillers; quoted stretches stay whole.

    >>> text = "持续推进舜帝村传统村落保护项目"
    >>> text[name_start(text, text.index("项目")):]
    '舜帝村传统村落保护项目'
    """
    start = clause_start(folded, head_start, floor=floor, across=across)
    before = _boundaries()
    clause = folded[start:head_start]
    enclosed = '"' in clause or "》" in clause or "）" in clause
    masked = _ENCLOSED.sub(lambda m: "\0" * len(m.group()), clause) if enclosed else clause
    situated = before.situated.match(clause) if "在" in clause else None
    cut = situated.end() if situated is not None else 0
    for match in reversed(list(before.strong.finditer(masked))):
        if match.end() <= cut:
            break
        # 小姚村…乡村振兴示范|创建|项目: a verb that leaves nothing but verbs before the head is part of the name.
        if len(masked) - match.end() >= 2 and before.lead.fullmatch(masked, match.end()) is None:
            cut = match.end()
            break
    lead = before.lead.match(masked, cut)
    return start + (cut if lead is None else lead.end())


@cache
def ending(kind: str, *tables: str) -> re.Pattern[str]:
    """Return what finds, at the end of a name, any of the words of a kind's lists in ``lexicon/kinds.toml``.

    >>> ending("Project", "works").search("鹭湾水库").group()
    '水库'
    """
    words = lexicon("kinds")[kind]
    return re.compile(f"(?:{alternation(word for table in tables for word in words[table])})$")


@cache
def _heads(kind: str, table: str) -> re.Pattern[str]:
    words, boundary = lexicon("kinds")[kind], lexicon("names")["boundary"]
    heads = alternation(words[table])
    between = alternation([*boundary["extensions"], *words.get("between", [])])
    return re.compile(f"(?:{heads})(?:(?:{between})?(?:{heads}))*(?!{alternation(boundary['unfinished'])})")


def headed(
    folded: str, kind: str, *, table: str = "heads", across: str = "", longest: int = 40
) -> Iterator[tuple[int, int, str]]:
    """Yield the spans that end in a head of a kind, with the head, outside quotation marks.

    Args:
        folded: folded text.
        kind: a table of ``lexicon/kinds.toml``.
        table: which of its lists of heads.
        across: punctuation a name may run across, such as ``、``.
        longest: longer stretches are sentences, not names; in characters.
    """
    taken = 0
    inside = _quoted(folded)
    for match in _heads(kind, table).finditer(folded):
        if match.start() < taken or inside.get(match.start(), match.end()) != match.end():
            continue  # within a longer quoted name: 一区两城三强市|三高地
        start = name_start(folded, match.start(), floor=taken, across=across)
        end = match.end()
        taken = end
        if start < match.start() and end - start <= longest:
            name = folded[start:end]
            if name not in generic_names() and not _NOT_ONE_NAME.search(name):
                yield start, end, match.group()


@lru_cache(maxsize=4)
def _quoted(folded: str) -> Mapping[int, int]:
    """Return the offsets within quotation marks, with where these end."""
    return {at: end for start, end in quotations(folded) for at in range(start, end)}


@lru_cache(maxsize=4)
def governors(folded: str) -> Mapping[int, str]:
    """Return the offsets behind each governing verb, where a name may begin, with the verb's last two characters."""
    return {match.end(): match.group()[-2:] for match in _boundaries().strong.finditer(folded)}


def behind_verbs(folded: str, start: int, end: int) -> int:
    """Return where the words begin that follow the verbs and fillers at ``start``, before ``end``."""
    lead = _boundaries().lead.match(folded, start, end)
    return start if lead is None or lead.end() > end - 2 else lead.end()


def is_governing(words: str) -> bool:
    """Tell whether the words are nothing but verbs and fillers that stand before a name."""
    return _boundaries().lead.fullmatch(words) is not None
