"""What the models of ``tagger`` go by: the traits of each character of a text, and their numbers in a model.

A trait is told by a string: what a character is and what stands right beside it (windows of a few characters), and
what holds for a stretch of characters (runs): the names that the rules propose there, quotation marks, headings, the
verb that governs a clause.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import add, eq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from extract.names import governors
from extract.surface import HAN, JOINTS, folded_text, quotations
from extract.wording import is_usual

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

LINE_END = "newline"
"""The one trait of a line's end."""

_CLAUSE = re.compile("[^，。；：！？\n]+")
_PHRASE = re.compile(f"[{HAN}]+")
_JOINED = re.compile(f"(?<=[{HAN}])、(?=[{HAN}])")
_AND = re.compile("|".join(JOINTS))
_SHORTEST, _LONGEST = 3, 10
"""Characters of a phrase that another may be parallel to."""
_REACH = 24
"""Characters to either side of a mark that the phrases beside it lie in."""
_MARGIN = "  "
"""What a line is read between, so that windows do not run over its ends."""


class Run(NamedTuple):
    """A trait of the characters from ``start`` up to ``end``."""

    trait: str
    start: int
    end: int


class _Window(NamedTuple):
    """A trait that spells out what stands around a character.

    Attributes:
        sign: what the trait begins with.
        stream: what is spelt out: the characters, their shapes, or whether pairs of them are usual.
        first, size: where it begins, counted from the character, and how many signs it has.
    """

    sign: str
    stream: str
    first: int
    size: int


_OWN = (_Window("0", "marks", 0, 1), _Window("<", "marks", -1, 2), _Window("^", "marks", -1, 3))
_BESIDE = (
    _Window("-", "marks", -1, 1),
    _Window("+", "marks", 1, 1),
    _Window(">", "marks", 0, 2),
    _Window("(", "marks", -2, 2),
    _Window(")", "marks", 1, 2),
    _Window("s", "shapes", -1, 3),
    _Window("w", "usual", -1, 2),
)


@dataclass(frozen=True)
class Seen:
    """What is seen of the characters of a text.

    Attributes:
        folded: the text.
        own: what holds for stretches of it.
        beside: what holds for the characters next to them, for a model that does not see its neighbours for itself.
    """

    folded: str
    own: Sequence[Run]
    beside: Sequence[Run]

    @cached_property
    def streams(self) -> Mapping[str, str]:
        """What windows are cut from: signs in the places of the characters, each line between two margins."""
        marks = f"{_MARGIN}{self.folded.replace(chr(10), _MARGIN)}{_MARGIN}"
        usual = "".join(["ru"[known] for known in map(is_usual, map(add, marks, marks[1:]))])
        return {"marks": marks, "shapes": marks.translate(_SHAPES), "usual": usual}

    @cached_property
    def is_line_end(self) -> NDArray[np.bool_]:
        """Which of the text's characters end a line."""
        return np.equal(_code_points(self.folded), ord("\n"))

    @cached_property
    def line_ends(self) -> Integers:
        """The offsets of the ends of lines."""
        return np.flatnonzero(self.is_line_end)

    @cached_property
    def characters(self) -> Integers:
        """The offsets of all other characters."""
        return np.flatnonzero(~self.is_line_end)

    @cached_property
    def places(self) -> Integers:
        """Where those characters stand in the streams."""
        lines_before = self.characters - np.arange(len(self.characters))
        return self.characters + lines_before * (len(_MARGIN) - 1) + len(_MARGIN)

    def rows(self, *, beside: bool) -> list[list[str]]:
        """Return the traits of each character, those of its neighbours with it or not; a line's end has one trait."""
        rows = [[LINE_END] if mark == "\n" else [] for mark in self.folded]
        for at, place in zip(self.characters.tolist(), self.places.tolist(), strict=True):
            for sign, stream, first, size in (*_OWN, *(_BESIDE if beside else ())):
                rows[at].append(sign + self.streams[stream][place + first : place + first + size])
        for trait, start, end in (*self.own, *(self.beside if beside else ())):
            for at in range(max(start, 0), min(end, len(rows))):
                if self.folded[at] != "\n":
                    rows[at].append(trait)
        return rows


class Bags(NamedTuple):
    """Numbers of traits, those of one character behind those of the other, and how many each character has."""

    ids: Integers
    sizes: Integers

    @property
    def owners(self) -> Integers:
        """The character that has each of the traits."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def kept(self, kept: NDArray[np.bool_]) -> Bags:
        """Return those of the traits that are marked."""
        return Bags(self.ids[kept], np.bincount(self.owners[kept], minlength=len(self.sizes)))

    def sums(self, table: Floats) -> Floats:
        """Return for each character the sum of the rows of a table that its traits name."""
        filled = np.flatnonzero(self.sizes)
        sums = np.zeros((len(self.sizes), table.shape[1]), np.float32)
        starts = np.cumsum(self.sizes)[filled] - self.sizes[filled]
        if len(filled):
            sums[filled] = np.add.reduceat(table[self.ids], starts)
        return sums


class Vocabulary:
    """The traits that a model knows, numbered from 1; 0 is any other.

    Attributes:
        text: the known ones, sorted, a line each.
        size: how many they are.
        beside: whether the model goes by what stands beside a character too.
    """

    def __init__(self, text: str, *, beside: bool) -> None:
        self.text = text
        self.beside = beside
        code_points = _code_points(text)
        ends = np.append(np.flatnonzero(code_points == ord("\n")), len(text)) if text else np.zeros(0, np.int64)
        starts = np.append(0, ends + 1)[:-1]
        self.size = len(ends)
        windows = (*_OWN, *(_BESIDE if beside else ()))
        signs = code_points[starts]
        spelt = [ord(window.sign) for window in windows if window.sign not in "-+"]  # runs begin with these as well
        of_runs = np.flatnonzero(~np.isin(signs, spelt))
        named = zip(of_runs.tolist(), starts[of_runs].tolist(), ends[of_runs].tolist(), strict=True)
        self._numbers = {text[start:end]: place + 1 for place, start, end in named}
        alike: dict[tuple[str, int], list[tuple[int, Integers, Integers]]] = defaultdict(list)
        for sign, stream, first, size in windows:
            places = np.flatnonzero((signs == ord(sign)) & (ends - starts == size + 1))
            alike[stream, size].append((first, places + 1, _keys(code_points, starts[places] + 1, size)))
        self._spelt = [_Spelt.of(*key, found) for key, found in alike.items()]

    @property
    def traits(self) -> list[str]:
        """The known traits."""
        return self.text.split("\n") if self.text else []

    @cached_property
    def _all_numbers(self) -> dict[str, int]:
        return {trait: number for number, trait in enumerate(self.traits, 1)}

    def bags(self, seen: Seen) -> Bags:
        """Return the numbers of the traits of each character."""
        rows = seen.rows(beside=self.beside)
        numbers = [self._all_numbers.get(trait, 0) for row in rows for trait in row]
        return Bags(np.array(numbers, np.int64), np.array(list(map(len, rows)), np.int64))

    def sums(self, seen: Seen, table: Floats) -> Floats:
        """Return what the sums of ``bags`` are, in a fraction of the time.

        Args:
            seen: what is seen of the characters of a text.
            table: a row for unknown traits, and one for each trait.
        """
        total = self._by_runs(seen, table)
        total[seen.line_ends] = table[self._numbers.get(LINE_END, 0)]
        by_windows = np.zeros((len(seen.characters), table.shape[1]), np.float32)
        for spelt in self._spelt:
            for column in spelt.columns(seen):
                by_windows += table[column]
        total[seen.characters] += by_windows
        return total

    def _by_runs(self, seen: Seen, table: Floats) -> Floats:
        """Sum up the traits of runs, once for all characters between two edges of runs."""
        runs = (*seen.own, *(seen.beside if self.beside else ()))
        ids = np.array([self._numbers.get(run.trait, 0) for run in runs], np.int64)
        length = len(seen.folded)
        starts, ends = (np.clip(np.array([run[place] for run in runs], np.int64), 0, length) for place in (1, 2))
        edges = np.unique(np.concatenate([starts, ends, [0, length]]))
        first = np.searchsorted(edges, starts)
        sizes = np.searchsorted(edges, ends) - first
        owners = np.arange(sizes.sum()) + np.repeat(first - np.cumsum(sizes) + sizes, sizes)
        order = np.argsort(owners, kind="stable")
        bags = Bags(np.repeat(ids, sizes)[order], np.bincount(owners, minlength=len(edges) - 1))
        return np.repeat(bags.sums(table), np.diff(edges), axis=0)


class _Spelt(NamedTuple):
    """The known traits of the windows that are equally long and cut from one stream.

    Attributes:
        stream, size: of the windows.
        keys: what they spell out, sorted.
        windows: where each begins, and the number of its trait for each of the keys, behind that for any other.
    """

    stream: str
    size: int
    keys: Integers
    windows: Sequence[tuple[int, Integers]]

    @classmethod
    def of(cls, stream: str, size: int, found: Sequence[tuple[int, Integers, Integers]]) -> _Spelt:
        """Gather them from where each window begins, the numbers of its traits, and what these spell out."""
        keys = np.unique(np.concatenate([spelt for _, _, spelt in found]))
        windows = []
        for first, numbers, spelt in found:
            table = np.zeros(len(keys) + 1, np.int64)
            table[np.searchsorted(keys, spelt) + 1] = numbers
            windows.append((first, table))
        return cls(stream, size, keys, windows)

    def columns(self, seen: Seen) -> Iterator[Integers]:
        """Yield for each window the numbers of the traits of all characters but the ends of lines."""
        stream = _code_points(seen.streams[self.stream])
        keys = _keys(stream, np.arange(len(stream) - self.size + 1), self.size)
        behind = np.searchsorted(self.keys, keys, side="right")
        known = np.append(-1, self.keys)[behind] == keys
        for first, table in self.windows:
            yield table[np.where(known, behind, 0)[seen.places + first]]


def _code_points(text: str) -> Integers:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)


def _keys(code_points: Integers, starts: Integers, size: int) -> Integers:
    """Return a number for each stretch of up to three characters, in the order of the stretches."""
    keys = np.zeros(len(starts), np.int64)
    for place in range(size):
        keys = keys << 21 | code_points[starts + place]
    return keys


class _Shapes(dict[int, str]):
    """The sort of each character: a numeral, another Chinese character, a digit, a letter; a mark stands for itself."""

    def __missing__(self, code_point: int) -> str:
        mark = chr(code_point)
        if "一" <= mark <= "鿿":
            shape = "N" if mark in "一二三四五六七八九十百千万亿两" else "H"
        else:
            shape = "D" if mark.isdigit() else "A" if mark.isalpha() else mark
        self[code_point] = shape
        return shape


_SHAPES = _Shapes()


def seen(doc: Doc) -> Seen:
    """Describe the characters of a document whose rules have proposed their names."""
    folded = folded_text(doc)
    verbs = governors(folded)
    own: list[Run] = []
    for c in doc._.candidates:
        start, end = c.span.start, c.span.end
        tag = f"{c.kind}:{c.extractor.removeprefix('policy_')}"
        sure = f"{tag}:{int(c.confidence * 5)}"
        own += (Run(f"b{sure}", start, start + 1), Run(f"e{sure}", end - 1, end), Run(f"i{tag}", start, end))
    for start, end in quotations(folded):
        own += (Run("qb", start, start + 1), Run("qe", end - 1, end), Run("q", start, end))
    own += (Run("g", at, at + 1) for at in verbs if folded[at : at + 1] != "\n")
    for pair in parallels(folded):
        shape = f"p{pair.size}{pair.alike}"
        own.append(Run(f"b{shape}", pair.start, pair.start + 1))
        own.append(Run(shape, pair.comma, pair.comma + 1))
        own.append(Run(f"e{shape}", pair.end - 1, pair.end))
    beside = [Run(f"-{trait}", start + 1, end + 1) for trait, start, end in own if trait[0] in "eqg"]
    beside += [Run(f"+{trait}", start - 1, end - 1) for trait, start, end in own if trait[0] in "bq"]
    structure = doc._.structure
    for section in structure.sections if structure is not None else ():
        if section.heading is not None:
            own.append(Run("h", section.heading.start, section.heading.end))
        if section.role == "glossary":
            own.append(Run("G", section.span.start, section.span.end))
    own += clause_runs(folded, verbs)
    return Seen(folded, own, beside)


class Pair(NamedTuple):
    """Two equally long phrases with 、 between them: 桥米飘香、装备登高.

    Attributes:
        start, comma, end: where they begin, part and end; in code points.
        alike: whether they have the same character in the same place (小矛盾不出院、大矛盾不出镇).
    """

    start: int
    comma: int
    end: int
    alike: bool

    @property
    def size(self) -> int:
        """The characters of each."""
        return self.comma - self.start


@lru_cache(maxsize=4)
def parallels(folded: str) -> Sequence[Pair]:
    """Return the pairs of equally long phrases with 、 between them.

    A phrase is told by what bounds one of the two: a mark, or the governing verb before the first
    (坚持|桥米飘香、装备登高|的思路).

    Args:
        folded: folded text.

    >>> parallels("坚持桥米飘香、装备登高的思路")
    [Pair(start=2, comma=6, end=11, alike=False)]
    """
    pairs = []
    governed = list(governors(folded))
    for comma in (match.start() for match in _JOINED.finditer(folded)):
        begin = comma - len(_PHRASE.findall(folded, max(0, comma - _REACH), comma)[-1])
        end = comma + 1 + len(_PHRASE.findall(folded, comma + 1, comma + 1 + _REACH)[0])
        before = bisect_left(governed, comma)
        start = max(begin, governed[before - 1]) if before else begin
        for size in sorted({comma - start, end - comma - 1}):
            if _SHORTEST <= size <= _LONGEST and comma - size >= begin and comma + 1 + size <= end:
                alike = any(map(eq, folded[comma - size : comma], folded[comma + 1 : comma + 1 + size]))
                pairs.append(Pair(comma - size, comma, comma + 1 + size, alike))
    return pairs


def clause_runs(folded: str, verbs: Mapping[int, str]) -> Iterator[Run]:
    """Name the verb that governs the characters of a clause, and what the clause ends in.

    建成甲路、乙桥等12个项目: in such lists a member shows by its verb and by the noun behind 等 what it is.

    Args:
        folded: folded text.
        verbs: its governing verbs.
    """
    governed = sorted(verbs)
    for clause in _CLAUSE.finditer(folded):
        start, end = clause.span()
        summed = folded.rfind("等", start, end)
        last = folded[max(end - 2, 0) : end].lstrip("\n")
        verb, since = "^", start
        tail = ("D" if start < summed else "N") + last
        governing = governed[bisect_left(governed, start) : bisect_left(governed, end)]
        begins = {start, *governing, *(match.end() for match in _AND.finditer(folded, start, end - 1))}
        for at in sorted(begins | {max(start, summed)}):
            if at in verbs or at == summed:
                if since < at:
                    yield from (Run("vV" + verb, since, at), Run("tT" + tail, since, at))
                verb, since = verbs.get(at, verb), at
                tail = ("D" if at < summed else "N") + last
            if at in begins:
                yield from (Run("vI" + verb, at, at + 1), Run("tI" + tail, at, at + 1))
        yield from (Run("vV" + verb, since, end), Run("tT" + tail, since, end))
