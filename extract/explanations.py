"""Reads the terms that a document explains: the entries of its glossary, and explanations in running text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache

from extract.document import GlossaryEntry, Span
from extract.names import alternation, lexicon
from extract.paragraphs import Paragraph
from extract.surface import quotations

_LONGEST_TERM = 20
"""A longer quotation is a saying, which no bracket behind it explains; in characters."""


def glossary_entries(folded: str, paragraphs: Iterable[Paragraph]) -> Iterator[GlossaryEntry]:
    """Read a glossary: an entry a paragraph, with what follows until the next entry.

    Args:
        folded: the folded text of the document.
        paragraphs: those behind the glossary's heading.
    """
    entry, debris, _ = _wording()
    term: Span | None = None
    begin = end = 0
    for paragraph in paragraphs:
        if debris.match(folded, paragraph.start, paragraph.end):
            break
        match = entry.match(folded, paragraph.start, paragraph.end)
        if match:
            if term is not None and begin < end:
                yield GlossaryEntry(term, Span(begin, end))
            term = _bare(folded, match.start("term"), match.end("term"))
            begin = match.end()
        end = paragraph.end
        while begin < end and folded[begin] in " \n：，":
            begin += 1
    if term is not None and begin < end:
        yield GlossaryEntry(term, Span(begin, end))


def explanations(folded: str, limit: int) -> Iterator[GlossaryEntry]:
    """Read the explanations in running text before an offset: “…”即…, “…”（…、…）, 注：…是指….

    >>> text = '建设"一心两翼"（一心即主城，两翼即两镇）。'
    >>> [text[e.term.start : e.term.end] for e in explanations(text, len(text))]
    ['一心两翼']
    """
    _, _, explanation = _wording()
    for start, end in quotations(folded):
        if end >= limit:
            return
        match = explanation.match(folded, end + 1, limit) if end - start <= _LONGEST_TERM else None
        if match:
            yield GlossaryEntry(Span(start, end), Span(*match.span("bracket" if match["bracket"] else "meaning")))


@cache
def _wording() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what an entry begins with, what sets in behind a glossary, and what follows an explained term."""
    words = lexicon("structure")["explanation"]
    that_is = alternation(words["that_is"])
    entry = re.compile(
        r"(?:\d{1,3}[.、） ]*|（\d{1,3}）|\[\d{1,3}\]|[①-⒛]|[一二三四五六七八九十]{1,3}、)?[ ]*"
        rf"(?P<term>\"[^\"\n]{{2,40}}\"[^\"：。，\n]{{0,16}}|[^：。；\n]{{2,40}}?)(?:：(?:{that_is})?|，?(?:是指|指的是|，指))"
    )
    explanation = re.compile(
        rf"，?(?:{that_is})(?![导定标将使刻日时出便])：?(?P<meaning>[^。；）\n]{{4,200}})"
        r"|（(?:即|指|是指)?：?(?P<bracket>[^（）\n]*[、，；][^（）\n]*)）"
    )
    return entry, re.compile(alternation(words["debris"])), explanation


def _bare(folded: str, start: int, end: int) -> Span:
    """Leave out white space and quotation marks around a whole term."""
    while end - start > 1 and folded[start] == " ":
        start += 1
    while end - start > 1 and folded[end - 1] == " ":
        end -= 1
    if end - start > 2 and folded[start] == folded[end - 1] == '"' and '"' not in folded[start + 1 : end - 1]:
        start, end = start + 1, end - 1
    return Span(start, end)
