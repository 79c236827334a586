"""Sets the lines of a text right: joins what was broken at a margin, as text copied out of a PDF is, and breaks what a
web page runs together.

The finders read the mended text, in which no name is cut by a line's end and each heading stands alone; what they find
is then placed in the text as read, whose offsets the graph gives.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from extract.document import Span
from extract.layout.paragraphs import NUMBERING, STOP, ordinal_of
from extract.names import alternations, lexicon
from extract.surface import HAN, fold

_ENDED = re.compile(r'[。！？]["）》]*$')
_TOKEN = re.compile(r"(?:[A-Za-z0-9.%+]+|.)[，。；：！？、）》%]*")
"""What a line breaks before or behind as a whole: a word or figure, and the marks that may not begin a line."""
_CLOSED = re.compile(r"(?:[.·…]{3} *\d*|：)$")
"""The end of a line behind which another begins whatever room there was: a leader of a table of contents, a colon."""
_ITEM = re.compile(r" |- |附件|附表|[图表注] ?\d*[：:]|（[A-Za-z]）")
"""What an item or a caption begins with: a bullet, which folding makes a space; a dash; 附件1, 表1：, （a）."""
_RUNNING = re.compile("[，。；、]")
_OPENS, _CLOSES = re.compile("[《（]$"), re.compile("[》），。；、]")
_UNFINISHED = re.compile(f"[{HAN}，、]$")
"""How a line ends that breaks off in a sentence."""
_PROSE = 60
"""Characters of a line that is no heading and no row."""
_CELLS = re.compile("  ")
"""What parts the cells of a row that has lost its tabs."""
_PAGE_NUMBER = re.compile(r"[-—· ]{0,6}(?:第 ?)?\d{1,3} ?页?(?: ?[/，共]{1,2} ?\d{1,3} ?页?)?[-—· ]{0,6}")
_SET_APART = re.compile(r"(?<=[^ \x00-\x7f]) (?=[^ \x00-\x7f])")
_AROUND_FIGURES = re.compile(
    r"(?<=[^ \x00-\x7f]) (?=[A-Za-z0-9])|(?<=[A-Za-z0-9%]) (?=[^ \x00-\x7f])"
    rf"|(?:(?<=\d)(?<![表图件栏第]\d)|(?<=\d \.)) (?=[\d.][\d. ]*[{HAN}%])(?!(?:19|20)\d\d ?年)"
)
"""Spaces around figures and words of another script, and within a figure: 6 700万元 (nine of nine annotated)."""
_NOTE_MARK = re.compile(r"(?<=[^\s。；])[\[［〔【] ?\d{1,3} ?[\]］〕】]")
"""A footnote's mark: “红绿旗”[4]激励机制; at the start of a line or sentence it numbers the note itself."""
_ROUND_MARK = re.compile(r"[（(](?<=[^\s，。；：、].)(?P<number>\d{1,2})[)）]")
_BEHIND_NAME, _FEWEST_MARKS, _SKIPPED = ("”", '"', "》"), 2, 2
"""What round marks of footnotes stand behind, how often at least, and by how much they count on at most.

“六清”（12）, “三查”（14）. None of the annotated texts has such marks; numbers of items stand behind no quotation.
"""
_FIGURE_FIRST = re.compile(r"\d+ ")
_RECURRING = 3
"""So often a line without a comma stands in a text that is printed on each of its pages."""
_RUN_TOGETHER = 200
"""Characters from which on a line may hold several paragraphs."""
_LOST = 3
"""So many places where a line break stood show that a line does."""
_PAGE, _MOST_OF = 400, 0.6
"""Characters of a line that may be a whole page, and the share of the text that it is at least."""
_BEHIND_SENTENCE = re.compile('[。！？：；]["）》]* *| +')
_HEADING = re.compile(r"[^。；：\n ]{1,5} ?[^。；：\n ]{2,40}(?= )")
"""A heading that ends at a space."""
_FEWEST_TOPICS = 2
_PARAGRAPH_END = re.compile('[。！？：；]["）》]*$')
_LONGEST_HEADING = 40
_HEADED = frozenset(("part", "chapter", "division", "article", "han", "bracketed_han", "arabic"))
"""Numberings of headings; within sentences the others stand as well."""
_LETTER = re.compile(r"[A-Za-z]")
_NARROWEST, _SPREAD = 14, 3
"""Ems: of the narrowest margin, and that lines which end there may differ by."""
_SLACK, _DOUBT = 1, 0.25
"""Ems that a line may fall short of its margin, and more for each mark that printers set in many widths."""
_INDENT = 2
"""Ems by which the first line of a paragraph is set in."""
_FEWEST = 4
"""Broken lines that show a margin."""
_USUAL = 0.8
"""The share of lines that begin with white space from which on this tells nothing."""
_BOX = 1.5
"""So many times the margin a line is wide at most that was broken."""
_MOST, _WIDER = 0.5, 0.25
"""The share of the broken lines that are running text and end at it, and that of all lines which may be wider."""


class _Words(NamedTuple):
    """What headings say that stand within a line.

    Attributes:
        part: a part's heading that needs no other beside it: 二、2018年工作安排.
        titled: a page's title that ends at a space.
        title: how one ends.
        topic: a topic sentence of two halves, which opens a paragraph: 坚持产业强镇，发展后劲不断增强。
    """

    part: re.Pattern[str]
    titled: re.Pattern[str]
    title: re.Pattern[str]
    topic: re.Pattern[str]


@cache
def _words() -> _Words:
    words = alternations(lexicon("structure")["run_together"])
    return _Words(
        part=re.compile(
            rf"[一二三四五六]、 *(?:\d{{4}} ?年[^，。]{{0,10}}(?:{words['dated']})"
            "|(?:明年|今年|下一?步|存在)[^，。]{0,12}[ 。])"
        ),
        titled=re.compile(rf"[^。；：，\n ]{{4,40}}(?:{words['title_before_space']})(?= )"),
        title=re.compile(f"(?:{words['title']})$"),
        topic=re.compile(
            rf"(?P<mark>[。！？] *)(?:{words['topic_opens']})[^，。；：\d]{{3,22}}，[^，。；：\d]{{2,12}}"
            f"(?:{words['topic_ends']})(?=。)"
        ),
    )


@dataclass(frozen=True, slots=True)
class Reflowed:
    """A text with its lines set right.

    Attributes:
        text: the mended text.
        offsets: where each of its characters stands in the text as read, in code points.
    """

    text: str
    offsets: Sequence[int]

    def as_read(self, span: Span) -> Span:
        """Return where a stretch of the mended text stands in the text as read."""
        return Span(self.offsets[span.start], self.offsets[span.end - 1] + 1)

    def joined(self, span: Span) -> Span:
        """Return where a stretch of the text as read stands in the mended text."""
        return Span(bisect_left(self.offsets, span.start), bisect_left(self.offsets, span.end))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that holds text.

    Attributes:
        words: without the white space around them, folded.
        start: where they stand in the text.
        width: theirs in ems.
        slack: ems that this may be wrong by.
        indented: whether it begins with white space, where that is not the text's habit.
        apart: whether a blank line, a page number or a running head stands before it.
        row: whether tabs or bars part it into cells.
    """

    words: str
    start: int
    width: float
    slack: float
    indented: bool
    apart: bool
    row: bool

    @property
    def end(self) -> int:
        """Where the words end in the text."""
        return self.start + len(self.words)


@lru_cache(maxsize=4)
def reflow(text: str) -> Reflowed:
    """Set the lines of a text right: join those broken at a margin, break those run together.

    Gaps are closed (2022 年), the marks of footnotes left out.

    A line holds several paragraphs where white space stands behind sentences and before numbered headings in it.
    A text has a margin where most lines that break off do so at about the same width, and few are wider. There a line
    that had no room for what the next begins with goes on in it, page numbers and running heads between the two left
    out, unless that begins with a numbering or an indent. A figure at its start is none (到|35 年), unless it counts on
    from the line before, as the rows of a table do.

    >>> broken = "一、回顾" + "\\n全镇上下齐心协力，扎实推进黄河文化主" * 4 + "\\n题公园项目。"
    >>> "主全镇" in reflow(broken).text, "主题公园" in reflow(broken).text
    (True, True)
    """
    text, places = _parted(text)
    text = _broken(text)
    lines = _lines(text)
    gaps = [(at, at + 1, "") for line in lines for at in _spaces(line) if text[at] != "\t"]
    gaps += _line_ends(lines, _margin(lines))
    gaps += [(*mark.span(), "") for marks in (_NOTE_MARK.finditer(text), _round_marks(text)) for mark in marks]
    if not gaps:
        return Reflowed(text, places)
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for start, end, mark in sorted(gaps):
        if start < at:  # a space within a footnote's mark
            continue
        pieces += [text[at:start], mark]
        offsets += range(at, start + len(mark))
        at = end
    return Reflowed("".join((*pieces, text[at:])), [*map(places.__getitem__, (*offsets, *range(at, len(text))))])


def _round_marks(text: str) -> Sequence[re.Match[str]]:
    """Return the round marks of footnotes, which count up from the first of the text: “雨露计划”（2）救助."""
    marks = list(_ROUND_MARK.finditer(text))
    if sum(text.endswith(_BEHIND_NAME, 0, mark.start()) for mark in marks) < _FEWEST_MARKS:
        return ()
    numbers = (0, *(int(mark["number"]) for mark in marks))
    return marks if all(0 < number - last <= _SKIPPED for last, number in pairwise(numbers)) else ()


def _parted(text: str) -> tuple[str, Sequence[int]]:
    """Part a page that lost all its line ends before its headings and behind them.

    Returns:
        The text, and where each of its characters stands in the text as given.

    >>> page = "成效明显。二、明年工作 我们将实干。（一）坚持农业立镇。修渠。" + "植树。" * 130 + "（二）坚持工业强镇。"
    >>> [line[:11] for line in _parted(page)[0].split("\\n")]
    ['成效明显。', '二、明年工作', '我们将实干。', '（一）坚持农业立镇。修', '（二）坚持工业强镇。']
    """
    folded = fold(text)
    lines = [line.span() for line in re.finditer(r"[^\n]+", folded)]
    page = max(lines, key=lambda line: line[1] - line[0], default=(0, 0))
    if page[1] - page[0] < max(_PAGE, _MOST_OF * len(folded)):
        return text, range(len(text))
    begins = _headings(folded, *page)
    headings = (_words().titled.match(folded, *page), *(_HEADING.match(folded, begin, page[1]) for begin in begins))
    ended = _with_breaks(text, [heading.end() for heading in headings if heading is not None])
    parts = list(pairwise((0, *begins, len(text))))
    places: list[int] = []
    for begin, end in parts:
        if begin:
            places.append(begin - 1)  # what stood there is found where it was
        places += range(begin, end)
    return "\n".join(ended[begin:end] for begin, end in parts), places


def _headings(folded: str, begin: int, end: int) -> list[int]:
    """Return where in a line sections begin: by numberings that count on, or topic sentences of two halves."""
    numbered: dict[str | None, list[tuple[int, int]]] = {}
    for place in _BEHIND_SENTENCE.finditer(folded, begin + 1, end):
        if (match := _numbering(folded, place.end(), end)) is not None:
            numbered.setdefault(match.lastgroup, []).append((ordinal_of(match), place.end()))
    words = _words()
    found = []
    for counted in numbered.values():
        for number, (ordinal, at) in enumerate(counted):
            beside = [other for other, _ in (*counted[max(0, number - 1) : number], *counted[number + 1 : number + 2])]
            if ordinal - 1 in beside or ordinal + 1 in beside or words.part.match(folded, at, end):
                found.append(at)
    topics = [match.end("mark") for match in words.topic.finditer(folded, begin, end)]
    return sorted({*found, *(topics if len(topics) >= _FEWEST_TOPICS else ())})


def _broken(text: str) -> str:
    """Return a text with line breaks in the place of the white space between paragraphs that share a line.

    >>> _broken("一、回顾 去年不易。 " + "（一）兴农 修水渠。 " * 20).count("\\n")
    42
    """
    folded = fold(text)
    breaks = [
        at
        for line in re.finditer(rf"[^\n]{{{_RUN_TOGETHER},}}", folded)
        if len(lost := _paragraph_ends(folded, *line.span())) >= _LOST
        for at in lost
    ]
    return _with_breaks(text, breaks)


def _with_breaks(text: str, places: Sequence[int]) -> str:
    """Return a text with line breaks in the place of the characters at some offsets."""
    if not places:
        return text
    mended = list(text)
    for at in places:
        mended[at] = "\n"
    return "".join(mended)


def _paragraph_ends(folded: str, begin: int, end: int) -> list[int]:
    """Return where white space stands between two paragraphs of a line, a heading being one."""
    found: list[int] = []
    named = _words().title
    for space in re.compile(" +").finditer(folded, begin, end):
        paragraph = folded[begin : space.start()]
        title = not found and named.search(paragraph) is not None
        heading = len(paragraph) <= _LONGEST_HEADING and (title or _is_numbered(folded, begin, space.start()))
        if (
            (heading and not STOP.search(paragraph))
            or _PARAGRAPH_END.search(paragraph)
            or (paragraph and _is_numbered(folded, space.end(), end))
        ):
            found.append(space.start())
            begin = space.end()
    return found


def _is_numbered(folded: str, begin: int, end: int) -> bool:
    return _numbering(folded, begin, end) is not None


def _numbering(folded: str, begin: int, end: int) -> re.Match[str] | None:
    """Return the numbering of a heading that a stretch begins with; a bare figure is none."""
    match = NUMBERING.match(folded, begin, end)
    return match if match and match.lastgroup in _HEADED and not match.group().strip().isdigit() else None


def _lines(text: str) -> list[_Line]:
    """Return the lines that hold text, but page numbers and running heads."""
    folded = fold(text)
    met = Counter(line.strip() for line in text.split("\n"))
    lines = []
    end = 0
    for match in re.finditer(r"[^\n]+", text):
        printed = match.group().strip()
        head = met[printed] >= _RECURRING and not _RUNNING.search(printed)
        if printed and not head and not _PAGE_NUMBER.fullmatch(printed):
            start = match.start() + match.group().index(printed[0])
            slack = _SLACK + _DOUBT * (_ascii(printed) + sum(map(printed.count, "“”‘’")))
            words = folded[start : start + len(printed)]
            indented, apart = start > match.start(), text.count("\n", end, start) > 1
            row = "\t" in printed or "|" in printed
            lines.append(_Line(words, start, _width(printed), slack, indented, apart, row))
            end = lines[-1].end
    tells = sum(line.indented for line in lines) < _USUAL * len(lines)
    return [replace(line, indented=line.indented and tells) for line in lines]


def _spaces(line: _Line) -> Iterator[int]:
    """Yield where spaces stand around the figures and words of another script in a line of running text.

    In a line of letters set apart (为 落 实), all spaces are such. A line that begins with a figure, or has spaces
    between some of its Chinese words, may be the row of a table.
    """
    if " " not in line.words or not _RUNNING.search(line.words) or _FIGURE_FIRST.match(line.words):
        return
    spaced = len(_SET_APART.findall(line.words))
    between = _SET_APART if spaced * 3 > len(line.words) else _AROUND_FIGURES if not spaced else None
    for match in between.finditer(line.words) if between is not None else ():
        yield line.start + match.start()


def _width(printed: str) -> float:
    """Return the width of words in ems, a letter or figure taken for half of one."""
    return len(printed) - _ascii(printed) / 2


def _ascii(printed: str) -> int:
    return len(printed.encode("ascii", "ignore"))


@dataclass(frozen=True, slots=True)
class _Margin:
    """Where the lines of a text were broken, in ems; by how much the first of a paragraph is shorter."""

    width: float
    indent: float

    def reached(self, line: _Line, following: _Line, *, first: bool) -> bool:
        """Tell whether a line ends at the margin, without room for what the following begins with."""
        room = self.width - line.width - (self.indent if first else 0)
        ended = _ENDED.search(line.words) is not None
        if room < -_SPREAD:  # a box set wider than the page breaks its sentences too; a whole paragraph is no line
            return not ended and line.width <= _BOX * self.width
        return room < _width(_TOKEN.findall(following.words)[0]) + (0 if ended else line.slack)


def _margin(lines: Sequence[_Line]) -> _Margin | None:
    """Return the margin at which the lines were broken, None where they were not."""
    going = [line for line in lines if not (_ENDED.search(line.words) or _CLOSED.search(line.words))]
    usual = Counter(round(line.width) for line in going if _RUNNING.search(line.words))
    width = max(usual, key=lambda width: (usual[width], width), default=0)
    reaching = sum(count for each, count in usual.items() if abs(each - width) <= _SPREAD)
    broken = sum(line.width >= _NARROWEST for line in going)
    wider = sum(line.width > width + _SPREAD for line in lines)
    shown = width >= _NARROWEST and reaching >= max(_FEWEST, _MOST * broken) and wider <= _WIDER * len(lines)
    return _Margin(width, _INDENT if usual[width - _INDENT] > usual[width - 1] else 0) if shown else None


def _line_ends(lines: Sequence[_Line], margin: _Margin | None) -> Iterator[tuple[int, int, str]]:
    """Yield from where to where the text parts lines that belong together, and what joins them."""
    first = True
    for line, following in pairwise(lines):
        broken = margin is not None and _goes_on(line, following) and margin.reached(line, following, first=first)
        first = not (broken or _is_cut(line, following))
        if not first:
            latin = _LETTER.match(line.words[-1]) and _LETTER.match(following.words)
            yield line.end, following.start, " " if latin else ""


def _goes_on(line: _Line, following: _Line) -> bool:
    """Tell whether a line may go on in the following one, if it had no room for it."""
    if line.row or following.row or following.indented or _ITEM.match(following.words) or _CLOSED.search(line.words):
        return False
    if following.apart and _ENDED.search(line.words):
        return False
    before, after = NUMBERING.match(line.words), NUMBERING.match(following.words)
    if after is None or not after.group().strip().isdigit():
        return after is None
    return ordinal_of(after) != (ordinal_of(before) if before else 0) + 1


def _is_cut(line: _Line, following: _Line) -> bool:
    """Tell whether a sentence is cut by a line's end, as a link or a page's end may cut one in a text without margin.

    A bracket that closes belongs to the line before, and a paragraph that breaks off goes on in the next, unless it
    ends in a heading (…。（二）体系内容).
    """
    if line.row or following.row or following.apart:
        return False
    if _CLOSES.match(following.words) or _OPENS.search(line.words):
        return True
    prose = len(line.words) >= _PROSE and _RUNNING.search(line.words) and not _CELLS.search(line.words)
    headed = NUMBERING.match(re.split("[。！？；]", line.words)[-1]) is not None
    unfinished = _UNFINISHED.search(line.words) and (_RUNNING.search(following.words) or _ENDED.search(following.words))
    return bool(prose and unfinished) and not headed and _goes_on(line, following)
