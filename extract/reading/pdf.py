"""PDF with a text layer → readable text: hard-wrapped lines joined, running heads and page numbers dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from extract.reading.limits import Limits
from ontology.errors import ReadError

_PAGE_NUMBER = re.compile(r"[\s\-—–―·•.]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[,，/共]*\s*\d{0,4}\s*页?)?[\s\-—–―·•.]*")
_ENDS = re.compile(r"[。！？!?；;：:…][”’」』）)]*$")
_LETTER = re.compile(r"[A-Za-z0-9]")
_UNBREAKABLE = re.compile(r"(?:[!-~“”‘’（《]|.(?=[，。、；：！？“”‘’）》]))+")
"""What printers put on the next line as one piece: a word, and signs with what they may not be parted from."""
_STARTS = re.compile(
    r"(?:[一二三四五六七八九十百]+[、.．]|[（(][一二三四五六七八九十\d]+[)）]"
    r"|第[一二三四五六七八九十百零\d]+[章节条编]|[①-⑳])"
)
_HEADING = re.compile(
    r"[一二三四五六七八九十]+、(?![一二三四五六七八九十]、?)|[（(][一二三四五六七八九十]+[)）](?![项款条目点、和至])"
)
"""A number that begins a line by itself; 一、二、三产业 and （三）项 go on with a sentence."""
_LEAST_LINE = 12
"""Characters; a narrower line is not one that was broken at a margin."""
_FILTERS = re.compile(rb"/Filter\s*\[([^\]]*)")
"""The filters of a stream; its dictionary is never compressed."""
_EDGE_LINES = 2
_GRID = 3
"""Points; edges of lines that differ by less are the same margin."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line: its text, the edges of its ink and the height of its characters, in points."""

    text: str
    left: float
    right: float
    middle: float
    size: float


def parse(path: Path, limits: Limits) -> str:
    """Return the readable text of a file: one line a paragraph or heading.

    Raises:
        ReadError: it is encrypted (``PL-READ-ENCRYPTED``), damaged, scanned (``PL-READ-SCANNED``: more than half of
            its pages have no text layer), has too many pages, or nests its streams like a bomb (``PL-READ-BOMB``).
    """
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadError(
                f"{path} is encrypted; save it without a password", subject=str(path), code="PL-READ-ENCRYPTED"
            ) from error
        raise ReadError(
            f"{path} is damaged ({error}); open it in a PDF viewer and print it to a new PDF",
            subject=str(path),
            code="PL-READ-DAMAGED",
        ) from error
    if len(document) > limits.pages:
        raise ReadError(
            f"{path} has {len(document):,} pages, more than {limits.pages:,}; split it",
            subject=str(path),
            code="PL-READ-SIZE",
        )
    filters = max((names.count(b"/") for names in _FILTERS.findall(path.read_bytes())), default=0)
    if filters > limits.nesting or any(_depth(page, limits) > limits.nesting for page in document):
        raise ReadError(
            f"{path} is not read: its streams are nested more than {limits.nesting} deep, as bombs are; "
            "open it in a PDF viewer and print it to a new PDF",
            subject=str(path),
            code="PL-READ-BOMB",
        )
    pages = [_lines(page) for page in document]
    empty = sum(not page for page in pages)
    if 2 * empty > len(pages) or not pages:
        raise ReadError(
            f"{path} has no text layer on {empty} of {len(pages)} pages (a scan?); run OCR on it first",
            subject=str(path),
            code="PL-READ-SCANNED",
        )
    return "".join(f"{paragraph}\n" for paragraph in _paragraphs(_without_running_heads(pages)))


def _depth(page: pdfium.PdfPage, limits: Limits) -> int:
    """Return how deep forms lie within forms on a page, up to one more than the limit; pdfium drops what lies deep."""
    forms = page.get_objects(filter=[raw.FPDF_PAGEOBJ_FORM], max_depth=limits.nesting + 1)
    return max((form.level + 1 for form in forms), default=0)


def _lines(page: pdfium.PdfPage) -> list[_Line]:
    """Return the lines of a page from top to bottom, as the file's own order of characters has them."""
    text_page = page.get_textpage()
    characters: list[tuple[str, float, float, float, float]] = []
    lines: list[_Line] = []
    for index in range(text_page.count_chars()):
        code = raw.FPDFText_GetUnicode(text_page, index)
        if code in {0, 0xFFFE, 0xFFFF} or 0xD800 <= code < 0xE000:
            continue
        left, bottom, right, top = text_page.get_charbox(index, loose=True)
        middle = (bottom + top) / 2
        if code in {10, 13}:
            continue
        if characters and abs(middle - characters[-1][3]) > 0.5 * max(characters[-1][4], top - bottom, 1):
            lines += _line(characters)
            characters = []
        characters.append((chr(code), left, right, middle, top - bottom))
    return [*lines, *_line(characters)]


def _line(characters: Sequence[tuple[str, float, float, float, float]]) -> Iterator[_Line]:
    inked = [c for c in characters if not c[0].isspace()]
    if not inked:
        return
    size = median(c[4] for c in inked)
    written = ""
    previous = None
    for character in characters:
        if previous is not None and not character[0].isspace() and not written.endswith((" ", "\t")):
            gap = character[1] - previous[2]
            if gap > 2 * size:
                written += "\t"
            elif gap > 0.6 * size and (_LETTER.match(character[0]) or _LETTER.match(previous[0])):
                written += " "
        if character[0].isspace():
            if written and not written.endswith((" ", "\t")):
                written += character[0] if character[0] == "　" else " "
            continue
        written += character[0]
        previous = character
    yield _Line(written.strip(), inked[0][1], inked[-1][2], inked[0][3], size)


def _without_running_heads(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """Drop page numbers, and what stands at the edge of most pages in the same words."""
    edges = Counter(key for page in pages for key in {_key(line) for line in _edge(page)})
    repeated = {key for key, count in edges.items() if count >= 3 and 2 * count > len(pages)}
    kept = []
    for page in pages:
        edge = set(map(id, _edge(page)))
        kept.append(
            [
                line
                for line in page
                if id(line) not in edge or not (_PAGE_NUMBER.fullmatch(line.text) or _key(line) in repeated)
            ]
        )
    return kept


def _edge(page: Sequence[_Line]) -> list[_Line]:
    by_height = sorted(page, key=lambda line: -line.middle)
    return by_height[:_EDGE_LINES] + by_height[-_EDGE_LINES:]


def _key(line: _Line) -> str:
    return re.sub(r"\d+", "0", "".join(line.text.split()))


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the body of a document is set, in points; ``leading`` is 0 where no line follows another."""

    size: float
    left: float
    right: float
    leading: float

    @classmethod
    def of(cls, lines: Sequence[_Line]) -> _Layout:
        """Measure it: where many lines begin, where most wide ones end, how far apart they stand."""
        size = median(line.size for line in lines)
        printed = [line for line in lines if abs(line.size - size) < 1]
        lefts = Counter(round(line.left / _GRID) for line in printed)
        rights = Counter(round(line.right / _GRID) for line in printed if _wide(line))
        left = min((edge for edge, count in lefts.items() if count * 20 >= len(lines)), default=0)
        right = max(rights, key=lambda edge: (rights[edge], edge), default=0)
        gaps = Counter(round(gap) for gap in map(_gap, printed, printed[1:]) if gap > 0)
        leading = min((gap for gap, count in gaps.items() if count * 5 >= gaps.total()), default=0)
        return cls(size, left * _GRID, right * _GRID, leading)


def _paragraphs(pages: Iterable[Sequence[_Line]]) -> Iterator[str]:
    lines = [line for page in pages for line in page]
    if not lines:
        return
    layout = _Layout.of(lines)
    joined = lines[0].text
    for line, following in pairwise(lines):
        if _goes_on(line, following, layout):
            latin = _LETTER.match(joined[-1]) and _LETTER.match(following.text[0])
            joined += (" " if latin else "") + following.text
        else:
            yield joined
            joined = following.text
    yield joined


def _goes_on(line: _Line, following: _Line, layout: _Layout) -> bool:
    """Tell whether a printed line is the same paragraph's next line."""
    if abs(line.size - following.size) > 0.15 * line.size or "\t" in line.text or "\t" in following.text:
        return False
    kept_together = _UNBREAKABLE.match(following.text)
    spare = sum(0.6 if character.isascii() else 1 for character in kept_together[0]) if kept_together else 0
    full = _wide(line) and line.right > layout.right - (2.2 + spare) * line.size
    if not full or (_HEADING.match(following.text) and not line.text.endswith("第")):
        return False
    if line.size > 1.15 * layout.size:
        return True  # a long title, centred
    if layout.leading and _gap(line, following) > 1.4 * layout.leading:
        return False
    indented = following.left > layout.left + 1.2 * following.size
    if _ENDS.search(line.text) and (indented or _STARTS.match(following.text)):
        return False
    return not indented or abs(line.left - following.left) < 0.5 * line.size


def _wide(line: _Line) -> bool:
    return line.right - line.left > _LEAST_LINE * line.size


def _gap(line: _Line, following: _Line) -> float:
    """Return how far below a line the following one stands; less than 0 where it stands on the next page."""
    return line.middle - following.middle
