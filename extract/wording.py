"""The usual wording of official documents: which pairs of characters they write, and which only names bring in.

A name is new wording (茜坑水厂, 罗沙路, 舜嘉牧业): somewhere in it two characters meet that official prose seldom puts
together. The pairs are counted once over the real reports, by ``python -m extract.training``, and ship as a small file.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from extract.surface import HAN

USUAL = Path(__file__).parent / "model" / "usual-pairs.txt.gz"
_SHARED = 5
"""A pair is usual where so many documents have it; chosen on the reports, where 44,000 of 179,000 pairs are."""
_PAIR = re.compile(f"(?=([{HAN}]{{2}}))")


def pairs_of(text: str) -> frozenset[str]:
    """Return the pairs of Chinese characters that stand side by side in a text.

    >>> sorted(pairs_of("水厂3期"))
    ['水厂']
    """
    return frozenset(_PAIR.findall(text))


def count(texts: Iterable[str]) -> list[str]:
    """Return the pairs that enough of the texts share, sorted."""
    documents: Counter[str] = Counter()
    for text in texts:
        documents.update(pairs_of(text))
    return sorted(pair for pair, number in documents.items() if number >= _SHARED)


def write(pairs: Iterable[str], path: Path = USUAL) -> None:
    """Write the usual pairs; the same pairs give the same bytes."""
    path.write_bytes(gzip.compress("".join(pairs).encode(), mtime=0))


@cache
def _usual(path: Path = USUAL) -> frozenset[str]:
    text = gzip.decompress(path.read_bytes()).decode()
    return frozenset(text[i : i + 2] for i in range(0, len(text), 2))


@cache
def is_usual(pair: str) -> bool:
    """Tell whether official documents write a pair of characters often; what is not Chinese counts as usual."""
    return pair in _usual() or _PAIR.match(pair) is None


def unusual(text: str) -> int:
    """Return how many pairs of a text only names bring in.

    >>> unusual("加强项目建设"), unusual("茜坑水厂") > 0
    (0, True)
    """
    return len(pairs_of(text) - _usual())
