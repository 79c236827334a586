"""Reads the terms that a document explains: the entries of its glossary, and explanations in running text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from extract.document import GlossaryEntry, Span
from extract.layout.paragraphs import Paragraph
from extract.names import alternation, lexicon
from extract.numerals import announced
from extract.surface import quotations

_LONGEST_TERM = 20
"""A longer quotation is a saying, which no bracket behind it explains; in characters."""
NUMERAL = "[一二两双三四五六七八九十]"
_MANY = "[一二两双三四五六七八九十百千多全N]"
"""How a part of a compound begins, which may not say how many it has: 一核两翼|多点."""
TAKEN_FOR = re.compile(rf'以(?P<parts>[^，。；"\n]{{2,80}})为"(?P<label>{NUMERAL}[^"\n]{{1,5}})"')
"""A part of a compound behind its meaning: 以…、…为“两带”."""
_COUNTED = re.compile(f"{_MANY}.{{1,5}}")
_COUNTS = re.compile(f'({NUMERAL})(?:[个大条项张])?[^\\d，。、"]{{1,5}}')
"""A quoted name that counts what is listed before it: 三区更新."""
_LISTED_BEFORE = re.compile('(?:^|[，。；：\n])以?(?P<list>[^，。；：、（）"\n]{3,}(?:、[^，。；：、（）"\n]{3,})+)$')
_PLACES = tuple("省市县区镇乡村")
"""How places end, which are no parts of what counts them."""
_COUNTED_VERB = re.compile(f"({NUMERAL})([^\\W\\d])")
_COUNTED_VERBS = re.compile(f"(?:{NUMERAL}[^\\W\\d]){{2,4}}")
"""A name that counts verbs: 三减三抓."""
_NUMBER = re.compile(r"[（\[［【〔{]? ?(\d{1,3})[ .、）\]］】〕}]")
_PAGE = re.compile(r"（[^（）\d]{0,6}\d{1,3} ?页[^（）]{0,6}）[。 \n]*$")
"""Where a glossary says its term stands: …平整土地。|（见第3页）."""
_COINED = re.compile('(?!.*(?:工程|项目)$)(?:[^，]{0,8}"|.?[一二两三四五六七八九十双]|\\d{2,})')
"""A name that needs explaining: quoted, or with a numeral at its beginning; works, which lists number too, are none."""
_QUOTED = re.compile('"[^"\n]+"')
_NAMES_IN_A_ROW = re.compile('"[^"\n]+"(?:[、和及]?"[^"\n]+")+')
_FEWEST = 3
"""Entries that make a glossary without a heading."""
_MOST_PARTS = 8
"""Parts that a compound has at most."""
_LONGEST_PART = 120
"""Characters that the meaning of one such part takes at most."""


def unheaded_glossary(folded: str, paragraphs: Sequence[Paragraph]) -> int:
    """Return the index of the first paragraph of a glossary that has lost its heading; their number where none has.

    Such a one is a numbered list to the end of the text that explains names with numerals or in quotation marks.

    >>> text = '1.四减四增：减少…。\\n2."两带"：粮带、果带。\\n3.四雁：头雁、归雁…。'
    >>> lines = [Paragraph(m.start(), m.end()) for m in re.finditer(".+", text)]
    >>> unheaded_glossary(text, lines), unheaded_glossary("1.修路工程：完工。", [Paragraph(0, 9)])
    (0, 1)
    """
    first = entries = coined = expected = 0
    for index, paragraph in enumerate(paragraphs):
        number = _NUMBER.match(folded, paragraph.start, paragraph.end)
        if number is None and entries:
            continue  # an entry's further paragraph
        entry = _wording().entry.match(folded, paragraph.start, paragraph.end) if number is not None else None
        if number is None or entry is None or (entries and int(number[1]) != expected):
            first, entries, coined = index + 1, 0, 0
            continue
        entries, expected = entries + 1, int(number[1]) + 1
        coined += _COINED.match(folded, *_named(entry)) is not None
    return first if entries >= _FEWEST and coined * 2 >= entries else len(paragraphs)


def glossary_entries(folded: str, paragraphs: Iterable[Paragraph]) -> Iterator[GlossaryEntry]:
    """Read a glossary: an entry a paragraph, with what follows until the next entry.

    Args:
        folded: the folded text of the document.
        paragraphs: those behind the glossary's heading.
    """
    entry, debris = _wording().entry, _wording().debris
    term: Span | None = None
    begin = end = 0
    for paragraph in paragraphs:
        if debris.match(folded, paragraph.start, paragraph.end):
            break
        match = entry.match(folded, paragraph.start, paragraph.end)
        if match:
            if term is not None and begin < end:
                yield from _parted(folded, term, Span(begin, end))
            term = _bare(folded, *_named(match))
            begin = match.end()
        end = paragraph.end
        while begin < end and folded[begin] in " \n：，":
            begin += 1
    if term is not None and begin < end:
        yield from _parted(folded, term, Span(begin, end))


def _parted(folded: str, term: Span, meaning: Span) -> Iterator[GlossaryEntry]:
    """Give each of the names that one entry explains its own meaning: “三大高地”“五大战略”：打造…；实施…."""
    page = _PAGE.search(folded, meaning.start, meaning.end)
    meaning = meaning if page is None or page.start() == meaning.start else Span(meaning.start, page.start())
    if _NAMES_IN_A_ROW.fullmatch(folded, term.start, term.end) is None:
        yield GlossaryEntry(term, meaning)
        return
    names = [Span(m.start() + 1, m.end() - 1) for m in _QUOTED.finditer(folded, term.start, term.end)]
    again = [folded.find(folded[name.start - 1 : name.end + 1], meaning.start, meaning.end) for name in names]
    if again == sorted(again) and again[0] >= 0:
        bounds = [*again, meaning.end]
        behind = [part_label().match(folded, at) for at in again]
        parts = [Span(m.end() if m else at, end) for m, at, end in zip(behind, again, bounds[1:], strict=True)]
    else:
        parts = [Span(*m.span()) for m in re.compile("[^；。\n]+").finditer(folded, meaning.start, meaning.end)]
    for number, name in enumerate(names):
        yield GlossaryEntry(name, parts[number] if len(parts) == len(names) else meaning)


def explanations(folded: str, limit: int) -> Iterator[GlossaryEntry]:
    """Read the explanations in running text before an offset: “…”即…, “…”（…、…）, 注：…是指….

    >>> text = '建设"一心两翼"（一心即主城，两翼即两镇）。'
    >>> [text[e.term.start : e.term.end] for e in explanations(text, len(text))]
    ['一心两翼']
    """
    explanation = _wording().explanation
    for start, end in quotations(folded):
        if end >= limit:
            return
        match = explanation.match(folded, end + 1, limit) if end - start <= _LONGEST_TERM else None
        if match:
            noun = match["noun"] or match["named"]
            term = Span(start - 1, end + 1 + len(noun)) if noun else Span(start, end)
            yield GlossaryEntry(term, Span(*match.span("bracket" if match["bracket"] else "meaning")))
        elif listed := _listed_before(folded, start, end):
            yield GlossaryEntry(Span(start, end), listed)
        elif done := _done_behind(folded, start, end):
            yield GlossaryEntry(Span(start, end), done)


def _listed_before(folded: str, start: int, end: int) -> Span | None:
    """Return the list, of items alike in length, that a quotation counts: 以|街区焕新、小区整新|“两区更新”."""
    counting = _COUNTS.fullmatch(folded, start, end)
    listed = _LISTED_BEFORE.search(folded, max(0, start - _LONGEST_PART), start - 1) if counting else None
    if counting is None or listed is None:
        return None
    items = listed["list"].split("、")
    alike = len({len(item) for item in items}) == 1 and not any(item.endswith(_PLACES) for item in items)
    return Span(*listed.span("list")) if alike and len(items) == announced(counting[1]) else None


def _done_behind(folded: str, start: int, end: int) -> Span | None:
    """Return what spells out the verbs that a quotation counts: “三减三抓”活动，|减会议、减考核、减留痕，抓活动、….

    >>> text = '开展"两减两抓"活动，减会议、减考核，抓项目、抓招商，以实干开局。'
    >>> found = _done_behind(text, 3, 7)
    >>> text[found.start : found.end]
    '减会议、减考核，抓项目、抓招商'
    """
    verbs = _COUNTED_VERBS.fullmatch(folded, start, end)
    if verbs is None:
        return None
    done = [
        f"{verb}[^，、。；：\n]{{1,8}}"
        for count, verb in _COUNTED_VERB.findall(verbs[0])
        for _ in range(announced(count))
    ]
    behind = re.compile(f'"[^，。；：、（）"\n]{{0,6}}[，：]({"[，、]".join(done)})(?=[，。；\n])').match(folded, end)
    return Span(*behind.span(1)) if behind is not None else None


def meaning_behind(folded: str, end: int) -> Span | None:
    """Return what says in its sentence what a name that ends at an offset stands for: 两江，就是|….

    >>> text = '抓好两江，就是梅江、韩江，"三带"即粮带。'
    >>> meaning_behind(text, 4), meaning_behind(text, 9)
    (Span(start=7, end=12), None)
    >>> meaning_behind('热线"接诉即办"机制，以"为民初心"、"服务脚步"办事。', 2) is None
    True
    """
    found = _wording().meaning.match(folded, end)
    if found is None:
        return None
    start, end = found.span("meaning")
    following = part_label().search(folded, start, end)
    end = following.start() - 1 if following else end
    return Span(start, end) if start < end else None


def spelled_out(folded: str, entries: Iterable[GlossaryEntry]) -> list[GlossaryEntry]:
    """Return a text's entries with the compounds whose parts it explains in a row, in place of those parts.

    >>> text = '围绕"一谷两带"发力。"一谷"即药谷，"两带"即粮带、果带。'
    >>> found = spelled_out(text, explanations(text, len(text)))
    >>> [(text[e.term.start : e.term.end], text[e.definition.start : e.definition.end]) for e in found]
    [('一谷两带', '"一谷"即药谷，"两带"即粮带、果带')]
    """
    compounds = list(_compounds(folded))
    known = [e for e in entries if not any(each.definition.contains(e.term) for each in compounds)]
    terms = {name.strip('"') for e in known for name in re.findall('^"[^"]+"|.+', folded[e.term.start : e.term.end])}
    known += [each for each in compounds if folded[each.term.start : each.term.end] not in terms]
    return sorted(known, key=lambda e: (e.term.start, e.term.end))


def _compounds(folded: str) -> Iterator[GlossaryEntry]:
    """Find parts in a row that are explained one by one and make up a name of the text."""
    labelled = [(m.start(), m.end(), m[m.lastindex or 0]) for m in part_label().finditer(folded)]
    taken = [(m.start(), m.end(), m["label"]) for m in TAKEN_FOR.finditer(folded)]
    for marks, stop in ((labelled, re.compile(r"[。；）\n]|\Z")), (taken, re.compile(""))):
        marks = [mark for mark in marks if _COUNTED.fullmatch(mark[2])]
        first = 0
        while first < len(marks):
            last = first
            most = min(len(marks), first + _MOST_PARTS) - 1
            while last < most and marks[last + 1][0] - marks[last][1] <= _LONGEST_PART:
                last += 1
            for end in range(last, first, -1):
                whole = "".join(label for _, _, label in marks[first : end + 1])
                at = max(folded.rfind(whole, 0, marks[first][0]), folded.find(whole, marks[end][1]))
                closing = stop.search(folded, marks[end][1])
                if at >= 0 and closing is not None:
                    yield GlossaryEntry(Span(at, at + len(whole)), Span(marks[first][0], closing.start()))
                    first = end
                    break
            first += 1


class _Wording(NamedTuple):
    """What begins an entry, what sets in behind a glossary, and what follows a term or a name that is explained."""

    entry: re.Pattern[str]
    debris: re.Pattern[str]
    explanation: re.Pattern[str]
    meaning: re.Pattern[str]


@cache
def part_label() -> re.Pattern[str]:
    """Return a part of a compound, and that its meaning follows: “两带”即…, 一核，是指…."""
    done = alternation(lexicon("structure")["explanation"]["done"])
    return re.compile(
        r'"([^"\n]{1,12})"(?:（[^（）\n]{1,20}）)?，?(?:即指?|是指|指的是|指|分别[是为指]|是|为|就是)：?'
        rf'|"({_MANY}[^"\n]{{1,5}})"，?(?={done})'
        rf"|(?:^|(?<=[，；。：\n]))({NUMERAL}[^\W\d即指是为分]{{1,4}}|\d{{1,2}}(?=，|即|指))，?(?:即指?|是指|指|分别[是为指]|为|就是)：?"
    )


@cache
def _wording() -> _Wording:
    words = lexicon("structure")["explanation"]
    that_is, never = alternation(words["that_is"]), f"(?!{alternation(words['that_is_not_before'])})"
    entry = re.compile(
        r"(?:\d{1,3}[.、） ]*|[（\[［【〔{] ?\d{1,3} ?[）\]］】〕}]|[①-⒛]|[一二三四五六七八九十]{1,3}、)?[ ]*"
        rf"(?:[\[［【](?P<boxed>(?!\d+[\]］】])[^\]］】\n]{{2,40}})[\]］】][：，]?(?:{that_is})?：?"
        rf"|(?P<term>\"[^\"\n]{{2,40}}\"[^\"：。，\n]{{0,16}}|[^：。；\n]{{2,40}}?)(?:：(?:{that_is})?|，?(?:是指|指的是|，指)))"
    )
    noun = f'[^，。、；：（）"\\n]{{0,6}}?(?:{alternation(words["nouns"])})'
    explanation = re.compile(
        rf"(?P<noun>{noun})?(?:不动摇|不放松)?(?:[，：]?(?:{that_is}){never}：?|[，：](?=\"\d\"[^，。；\n]))"
        rf"(?P<meaning>\"\d\"[^。\n]{{4,400}}|\"[^\"\n]*、[^\"\n]*\"(?![和与及、\"])|[^。；）\n]{{4,200}})"
        rf"|(?P<named>{noun})?（(?:即|指|是指)?：?(?P<bracket>[^（）\n]*[、，；][^（）\n]*)）"
    )
    meaning = re.compile(rf'"?[^，。、；：（）"\n]{{0,6}}，?(?!指)(?:{that_is}){never}：?(?P<meaning>[^。；）\n]+)')
    return _Wording(entry, re.compile(alternation(words["debris"])), explanation, meaning)


def _named(entry: re.Match[str]) -> tuple[int, int]:
    """Return where the term of an entry stands."""
    return entry.span("boxed" if entry["boxed"] else "term")


def _bare(folded: str, start: int, end: int) -> Span:
    """Leave out white space and quotation marks around a whole term."""
    while end - start > 1 and folded[start] == " ":
        start += 1
    while end - start > 1 and folded[end - 1] == " ":
        end -= 1
    if end - start > 2 and folded[start] == folded[end - 1] == '"' and '"' not in folded[start + 1 : end - 1]:
        start, end = start + 1, end - 1
    return Span(start, end)
