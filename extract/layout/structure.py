"""Reads the build of a document: title, sections with their headings and numberings, sentences, glossary.

Chinese official writing orders its text by numberings of several styles (第一章, 一、, （一）, 1., （1）, ①, 一是, ——)
and by headings without one: a line of its own, or a short first sentence that names the paragraph's topic
(加快推进乡村全面振兴。…). Which style stands under which is read from the document itself: a style that is open already
is continued, a new one opens below what is open.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from spacy.language import Language
from spacy.tokens import Doc

from extract.document import GlossaryEntry, Section, Span, Structure
from extract.layout.explanations import explanations, glossary_entries, spelled_out, unheaded_glossary
from extract.layout.paragraphs import ENDED, NUMBERING, STOP, Paragraph, ordinal_of, paragraphs_in, sentences_in
from extract.layout.periods import names_period, period_of, tell_periods
from extract.layout.sections import LONGEST_HEADING, Draft, Opening
from extract.names import alternation, lexicon
from extract.surface import HAN, fold, text_of
from ontology.terms import Period

RANKED = ("part", "chapter", "division", "article", "han", "bracketed han", "arabic", "bracketed arabic")
"""Numberings of headings in their customary order."""
_NEAR = 5
"""Paragraphs from a heading without number to the first numbered one below it, at most."""
_LINES = ("dated line", "line")
"""Headings without a number: those that name a period (2023年工作回顾) stand above the others."""
_INSIDE = re.compile(r"(?<=[。；：！？])(?=[（①-⒛首其再最第\d一二三四五六七八九十])")
_LONGEST_INNER_TOPIC = 16
_AHEAD = re.compile(r"(?:\d{4} ?年|明年|来年|下一?步|新的一年)，[^，。]{0,16}(?:将|要|计划|拟)")
"""How a summary turns at its end to what comes: 2026年，全镇将…; no section above holds that paragraph."""
_NO_HEADING = re.compile("[（《]|图 *[0-9一二三四五六七八九十]")
"""What a short line begins with that heads nothing: a bracket, or a figure's caption (图1 总体架构)."""
_LONGEST_TITLE_LINE = 70


def structure(text: str) -> Structure:
    """Read sections, sentences and glossary of a text.

    Args:
        text: a document's text, line ends ``\\n``; any text will do.

    Returns:
        Sections nested properly, in the order of the text; sentences; the terms that the text explains.

    >>> outline = structure("一、回顾\\n（一）兴农。种粮10亩。\\n二、打算")
    >>> [(s.numbering, s.depth) for s in outline.sections]
    [('一、', 0), ('（一）', 1), ('二、', 0)]
    """
    folded = fold(text)
    return _Reader(folded).read()


class _Reader:
    """One text being read, folded."""

    def __init__(self, folded: str) -> None:
        self.text = folded
        self.paragraphs = list(paragraphs_in(folded))
        self.words = _words()
        self.drafts: list[Draft] = []
        self.open: list[int] = []
        self.summary = bool(self.paragraphs) and self.words.summary.fullmatch(self._line(0)) is not None

    def read(self) -> Structure:
        sentences = tuple(sentences_in(self.text))
        body, glossary_from = self._body()
        topics = self._topics(range(body, glossary_from))
        closing = self._closing(body, glossary_from, topics)
        if body:
            self._add(_headed(self.paragraphs[0], "title"), role="title")
            self._extend(self.paragraphs[body - 1].end)
            self.open.clear()
        for index in range(body, glossary_from):
            if index == closing:
                self.open.clear()
                self._add(Opening(self.paragraphs[index].start, "closing"), role="closing")
            if closing is None or index < closing:
                self._paragraph(index, topics)
            self._extend(self.paragraphs[index].end)
        entries: list[GlossaryEntry] = []
        running_text_end = len(self.text)
        if glossary_from < len(self.paragraphs):
            self.open.clear()
            first = self.paragraphs[glossary_from]
            headed = self.words.glossary.fullmatch(self._line(glossary_from)) is not None
            self._add(_headed(first, "glossary") if headed else Opening(first.start, "glossary"), role="glossary")
            self._extend(self.paragraphs[-1].end)
            entries += glossary_entries(self.text, self.paragraphs[glossary_from + headed :])
            running_text_end = first.start
        entries += explanations(self.text, running_text_end)
        entries = spelled_out(self.text, entries)
        self._find_leads(sentences)
        tell_periods(self.text, self.paragraphs, self.drafts)
        return Structure(tuple(_section(draft) for draft in self.drafts), sentences, tuple(entries))

    # sections --------------------------------------------------------------------------------------------------------

    def _body(self) -> tuple[int, int]:
        """Return the index of the first paragraph behind title and contents, and that of the glossary."""
        count = len(self.paragraphs)
        headed = (i for i in range(count - 2, -1, -1) if self.words.glossary.fullmatch(self._line(i)))
        glossary = next(headed, None)
        if glossary is None:
            glossary = unheaded_glossary(self.text, self.paragraphs)
        seen = Counter(self._line(i) for i in range(count))
        index = 0
        while index < glossary:
            line = self._line(index)
            if self.words.contents.fullmatch(line):
                index += 1
                continue
            listed = self._contents(index, glossary, seen)
            if listed > index:
                index = listed
            elif not self._is_title_line(line) and not (index == 0 and self.summary):
                break
            else:
                index += 1
        if index >= glossary or index > 40:
            index = 0
        return index, glossary

    def _contents(self, index: int, limit: int, seen: Counter[str]) -> int:
        """Return the index behind a table of contents that begins here: headings without text, some met again later."""
        stop = index
        while stop < limit and self._numbering(stop) and not ENDED.search(self._line(stop)[:_LONGEST_TITLE_LINE]):
            stop += 1
        recurs = stop - index >= 3 and any(seen[self._line(i)] > 1 for i in range(index, stop))
        return stop if recurs else index

    def _is_title_line(self, line: str) -> bool:
        return (
            len(line) <= _LONGEST_TITLE_LINE
            and not ENDED.search(line)
            and not self.words.address.match(line)
            and period_of(line) is None
            and ((match := NUMBERING.match(line)) is None or match.lastgroup == "dash")
        )

    def _line(self, index: int) -> str:
        paragraph = self.paragraphs[index]
        return self.text[paragraph.start : paragraph.end]

    def _paragraph(self, index: int, topics: dict[int, Span]) -> None:
        """Open and close sections by one paragraph of the body."""
        paragraph = self.paragraphs[index]
        line = self._line(index)
        openings = self._openings(index)
        if not openings or openings[0].start > paragraph.start:
            if index in topics:
                self._place(Opening(paragraph.start, "topic", heading=topics[index]))
            elif not openings and self._is_line_heading(index):
                self._close_counted_anew(index)
                self._place(_headed(paragraph, self._style_of(line)))
            else:
                self._plain(paragraph, line)
        if len(openings) <= 1:
            openings += self._inner_topics(paragraph, openings[0].heading if openings else topics.get(index))
        for opening in openings:
            self._extend(opening.start)
            self._place(opening)

    def _close_counted_anew(self, index: int) -> None:
        """Close the numbered sections that are counted anew behind a heading without number: (四)…，今年安排，(一)…."""
        behind = (self._numbering(i) for i in range(index + 1, min(index + 1 + _NEAR, len(self.paragraphs))))
        match = next(filter(None, behind), None)
        styles = [self.drafts[i].opening.style for i in self.open]
        if match is not None and ordinal_of(match) == 1 and _style(match) in styles:
            del self.open[styles.index(_style(match)) :]

    def _style_of(self, line: str) -> str:
        """Tell whether a heading without number names a period and so stands above the others."""
        inside = any(self.drafts[index].opening.style == "dated line" for index in self.open)
        return "dated line" if names_period(line, inside=inside) else "line"

    def _inner_topics(self, paragraph: Paragraph, heading: Span | None) -> list[Opening]:
        """Find the short sentences within a paragraph that name what follows them: …。严守粮食安全。…"""
        found = []
        start = heading.end if heading else paragraph.start
        for stop in STOP.finditer(self.text, start, paragraph.end):
            sentence = self.text[start : stop.start()]
            short = 5 <= len(sentence) <= _LONGEST_INNER_TOPIC and not re.search(r"[，；：\d]", sentence)
            if (
                short
                and start > paragraph.start
                and paragraph.end - stop.end() >= 20
                and self.words.topic.match(sentence)
            ):
                found.append(Opening(start, "inner topic", heading=Span(start, stop.start())))
            start = stop.end()
        return found

    def _plain(self, paragraph: Paragraph, line: str) -> None:
        """Close what a paragraph without heading ends; hold it in a section of its own where none is open."""
        self._close_run_in()
        if self.summary and _AHEAD.match(line) and not self._in_plan():
            self.open.clear()
        elif self.words.address.match(line) or self.words.transition.search(line, 0, 40):
            del self.open[1:]
        if not self.open:
            self._add(Opening(paragraph.start, "plain"))

    def _in_plan(self) -> bool:
        """Tell whether a part that is open looks ahead by its heading."""
        headings = (self.drafts[index].opening.heading for index in self.open)
        return any(h is not None and period_of(self.text[h.start : h.end]) is Period.PLAN for h in headings)

    def _place(self, opening: Opening) -> None:
        """Open a section where its style belongs among those that are open."""
        styles = [self.drafts[i].opening.style for i in self.open]
        if opening.style in styles:
            del self.open[styles.index(opening.style) :]
        elif opening.ordinal > 1 and opening.style not in RANKED:
            self._close_run_in()
        elif opening.style in ("topic", *_LINES):
            above = _LINES[: _LINES.index(opening.style)] if opening.style in _LINES else _LINES
            while self.open and self._top().style not in (*RANKED, *above):
                self.open.pop()
        elif opening.style in RANKED:
            rank = RANKED.index(opening.style)
            for position, style in enumerate(styles):
                if (style in RANKED and RANKED.index(style) > rank) or style not in (*RANKED, *_LINES):
                    del self.open[position:]
                    break
        if self.open and self._top().style == "plain":
            self.open.pop()
        self._add(opening)

    def _close_run_in(self) -> None:
        """Close the sections whose heading and text shared a paragraph."""
        while self.open and self._top().style not in (*RANKED, *_LINES, "plain") and not self._top().alone:
            self.open.pop()

    def _top(self) -> Opening:
        return self.drafts[self.open[-1]].opening

    def _add(self, opening: Opening, role: str = "body") -> None:
        parent = self.open[-1] if self.open else None
        self.open.append(len(self.drafts))
        self.drafts.append(Draft(opening, parent, len(self.open) - 1, role, opening.start + 1))

    def _extend(self, end: int) -> None:
        while end > 0 and self.text[end - 1] in " \n":
            end -= 1
        for index in self.open:
            self.drafts[index].end = max(self.drafts[index].end, end)

    # openings --------------------------------------------------------------------------------------------------------

    def _openings(self, index: int) -> list[Opening]:
        """Find the numbered sections that begin in a paragraph: at its start, and lists run in behind 。；：."""
        paragraph = self.paragraphs[index]
        after = self._numbering(index + 1)
        found: list[re.Match[str]] = []
        first = NUMBERING.match(self.text, paragraph.start, paragraph.end)
        if first:
            found.append(first)
        counted = {first.lastgroup: ordinal_of(first)} if first else {}
        waiting: dict[str | None, re.Match[str]] = {}
        for place in _INSIDE.finditer(self.text, paragraph.start + 1, paragraph.end):
            match = NUMBERING.match(self.text, place.start(), paragraph.end)
            if match is None or match.lastgroup in ("dash", "part", "chapter", "division", "article", "han"):
                continue
            style, ordinal = match.lastgroup, ordinal_of(match)
            if ordinal == 1:
                waiting[style] = match
            elif style in waiting and ordinal == 2:
                found += [waiting.pop(style), match]
                counted[style] = 2
            elif counted.get(style, 0) + 1 == ordinal and ordinal > 1:
                found.append(match)
                counted[style] = ordinal
        if after is not None and after.lastgroup in waiting and ordinal_of(after) == 2:
            found.append(waiting[after.lastgroup])
        found.sort(key=lambda match: match.start())
        behind = [*found[1:], None]
        return [self._opening(match, following, index) for match, following in zip(found, behind, strict=False)]

    def _opening(self, match: re.Match[str], following: re.Match[str] | None, index: int) -> Opening:
        style = _style(match)
        paragraph = self.paragraphs[index]
        start, end = match.end(), following.start() if following else paragraph.end
        stop = STOP.search(self.text, start, end)
        first_end, behind = (stop.start(), stop.end()) if stop else (end, end)
        colon = self.text.find("：", start, first_end)
        if (0 < colon - start <= 25 and colon + 1 < behind) or colon == end - 1:
            first_end, behind = colon, colon + 1
        fills = behind >= end and (following is None or following.lastgroup == match.lastgroup)
        alone = fills and match.start() == paragraph.start and following is None
        if stop is not None and style not in RANKED:
            alone = alone and index + 1 < len(self.paragraphs) and self._numbering(index + 1) is None
        alone = alone and not ENDED.search(self.text, start, first_end)
        legal = style == "article" and stop is not None
        heading = None
        if 0 < first_end - start <= LONGEST_HEADING and (alone or not fills) and not legal:
            heading = Span(start, first_end)
        printed = match.group(match.lastgroup or 0)
        return Opening(match.start(), style, ordinal_of(match), printed, heading, alone and heading is not None)

    def _numbering(self, index: int) -> re.Match[str] | None:
        """Return the numbering at the start of a paragraph."""
        if index >= len(self.paragraphs):
            return None
        return NUMBERING.match(self.text, self.paragraphs[index].start, self.paragraphs[index].end)

    def _is_line_heading(self, index: int) -> bool:
        """Tell whether a paragraph is a heading without number: short, without a stop, with running text behind it."""
        line = self._line(index)
        if self.words.year_topic.fullmatch(line):
            return True
        if index + 1 >= len(self.paragraphs) or self.words.address.match(line):
            return False
        following = self._line(index + 1)
        if not (len(following) > LONGEST_HEADING or "。" in following or NUMBERING.match(following)):
            return False
        if not 3 < len(line) <= LONGEST_HEADING or ENDED.search(line) or "。" in line:
            return False
        before = self._line(index - 1) if index else ""
        running = not before or bool(ENDED.search(before)) or bool(NUMBERING.match(before))
        return running and bool(re.search(rf"[{HAN}]{{3}}", line)) and not _NO_HEADING.match(line)

    def _topics(self, indices: range) -> dict[int, Span]:
        """Find the paragraphs whose short first sentence is a heading; one alone in a text is taken for none.

        Nor is that of the only paragraph between two numbered headings: it begins what the first of these is about.
        """
        found = {}
        for index in indices:
            paragraph = self.paragraphs[index]
            stop = STOP.search(self.text, paragraph.start, min(paragraph.end, paragraph.start + LONGEST_HEADING))
            if stop is None or paragraph.end - stop.end() < 20 or self.text[stop.start()] != "。":
                continue
            sentence = self.text[paragraph.start : stop.start()]
            if self.words.topic.match(sentence) or self.words.year_topic.match(sentence + "。"):
                found[index] = Span(paragraph.start, stop.start())
        found = {index: topic for index, topic in found.items() if not self._is_whole_text(index)}
        return found if len(found) > 1 else {}

    def _is_whole_text(self, index: int) -> bool:
        """Tell whether a paragraph is all that stands below a numbered heading."""
        heading, following = (self._line(at) if 0 <= at < len(self.paragraphs) else "" for at in (index - 1, index + 1))
        headed = NUMBERING.match(heading) is not None and not STOP.search(heading)
        return headed and (not following or NUMBERING.match(following) is not None)

    def _closing(self, first: int, last: int, topics: dict[int, Span]) -> int | None:
        """Return the index of the paragraph at which the closing words begin."""
        begin = None
        for index in range(last - 1, first, -1):
            line = self._line(index)
            if index in topics or NUMBERING.match(line) or self._is_line_heading(index):
                break
            if index == last - 1 and self.words.calls.search(line):
                begin = index
            if self.words.address.match(line) or line.startswith("让我们"):
                begin = index
                if self.words.closing.search(self.text, self.paragraphs[index].start, self.paragraphs[last - 1].end):
                    break
        if begin is None:
            return None
        span = self.paragraphs[last - 1].end - self.paragraphs[first].start
        size = self.paragraphs[last - 1].end - self.paragraphs[begin].start
        return begin if size <= max(200, span // 5) else None

    # leads -----------------------------------------------------------------------------------------------------------

    def _find_leads(self, sentences: tuple[Span, ...]) -> None:
        starts = {sentence.start: number for number, sentence in enumerate(sentences)}
        for index, draft in enumerate(self.drafts):
            if draft.role != "body":
                continue
            opening = draft.opening
            begin = opening.heading.end if opening.heading else opening.start + len(opening.numbering)
            stop = self.drafts[index + 1].opening.start if index + 1 < len(self.drafts) else draft.end
            stop = min(stop, draft.end)
            while begin < stop and self.text[begin] in ' \n。：."）':
                begin += 1
            number = starts.get(begin)
            for sentence in sentences[number : number + 2] if number is not None else ():
                words = self.text[sentence.start : sentence.end]
                if sentence.end > stop or len(words) > 160 or self.words.preamble.search(words):
                    break
                if self.words.lead.match(words):
                    draft.lead = sentence
                    break
                if len(words) > 20:
                    break


@dataclass(frozen=True, slots=True)
class _Words:
    """The lexicon as compiled expressions."""

    glossary: re.Pattern[str]
    contents: re.Pattern[str]
    address: re.Pattern[str]
    transition: re.Pattern[str]
    closing: re.Pattern[str]
    calls: re.Pattern[str]
    topic: re.Pattern[str]
    year_topic: re.Pattern[str]
    lead: re.Pattern[str]
    preamble: re.Pattern[str]
    summary: re.Pattern[str]


@cache
def opening_verb() -> re.Pattern[str]:
    """Return what a topic sentence opens with: a verb, perhaps behind adverbs."""
    heading = lexicon("structure")["heading"]
    return re.compile(f"(?:{alternation(heading['adverbs'])})*(?:{alternation(heading['verbs'])})")


@cache
def _words() -> _Words:
    data = lexicon("structure")
    heading, passage = data["heading"], data["passage"]
    years = alternation(heading["year_topics"])
    free = "(?:(?!必须|已经|我们|今年)[^，是])*"
    plain = r"[^。！？；：\d]"
    terms = "|".join(" *".join(word) for word in heading["glossary"])  # 名 词 解 释
    return _Words(
        glossary=re.compile(rf"(?:附件?\d?：?)?.{{0,20}}(?:{terms})[^\w\n]{{0,4}}"),
        contents=re.compile(alternation(heading["contents"]), re.IGNORECASE),
        address=re.compile(rf"(?:{alternation(passage['address'])})(?=[，：！、 ]|$)"),
        transition=re.compile(alternation(passage["transition"])),
        closing=re.compile(alternation(passage["closing"])),
        calls=re.compile(f"(?:{alternation(passage['closing'])})[^。！]*(?:！|(?<=篇章|奋斗|贡献)。)$"),
        topic=re.compile(
            rf"(?={plain}{{4,36}}$)(?!我们|要|必须|今年)(?:(?!{years})[^，是了]{{2,20}}，)?"
            rf"(?:以[^，]{{2,12}}为[^，]{{1,3}})?{opening_verb().pattern}(?![于是不]){free}(?:，{free})?$"
        ),
        year_topic=re.compile(rf"(?:{years})，我们(?![^。]*(?:以下|下列|方面|是))[^。；\d]{{4,40}}。"),
        lead=re.compile(
            rf"(?:{alternation(passage['lead_before'])})*(?:{alternation(passage['lead'])}|[以把将][^，。]{{2,40}}为)"
        ),
        preamble=re.compile(alternation(passage["preamble"])),
        summary=re.compile(
            r"[^，。]*(?:[省市县区旗镇乡]|街道|\d{4} ?年)[^，。]{2,}"
            f"(?:{alternation(heading['summaries'])})(?:[及和暨与][^，。]{{2,20}})?"
        ),
    )


def _style(numbering: re.Match[str]) -> str:
    """Return the style of a heading's number: bracketed han for （一）."""
    return (numbering.lastgroup or "").replace("_", " ")


def _headed(paragraph: Paragraph, style: str) -> Opening:
    """Open a section whose heading is a whole paragraph without numbering."""
    return Opening(paragraph.start, style, heading=Span(paragraph.start, paragraph.end), alone=True)


def _section(draft: Draft) -> Section:
    opening = draft.opening
    return Section(
        Span(opening.start, max(draft.end, opening.start + 1)),
        opening.heading,
        opening.numbering,
        draft.depth,
        draft.parent,
        draft.period,
        draft.role,
        draft.lead,
    )


class StructureReader:
    """Sets ``doc._.structure``."""

    def __call__(self, doc: Doc) -> Doc:
        """Read the structure of the Doc's text."""
        doc._.structure = structure(text_of(doc))
        return doc


@Language.factory("policy_structure")
def make_structure_reader(nlp: Language, name: str) -> StructureReader:
    """Create the reader of sections, sentences and glossary."""
    return StructureReader()
