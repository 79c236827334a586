"""Tells what the names of strategies and of work are about, by ``lexicon/topics.toml`` or by a thing that both name."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from extract.names import alternation, lexicon
from extract.surface import HAN


@cache
def _topics(side: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((topic, re.compile(alternation(words[side]))) for topic, words in lexicon("topics").items())


@lru_cache(maxsize=1 << 14)
def topics_of(name: str, side: str) -> frozenset[str]:
    """Return the topics that a name shows; ``side`` is ``goal`` for strategies, ``work`` for the rest.

    >>> sorted(topics_of("现代化连排猪舍项目", "work"))
    ['畜牧水产']
    """
    return frozenset(topic for topic, pattern in _topics(side) if pattern.search(name))


@lru_cache(maxsize=1 << 14)
def subjects(name: str) -> frozenset[str]:
    """Return the words of subject matter in a strategy's name.

    >>> sorted(subjects("国际知名文化旅游目的地"))
    ['文化旅游', '旅游']
    """
    return frozenset(word for word in _subject_words() if word in name)


@lru_cache(maxsize=1 << 14)
def things(name: str) -> frozenset[str]:
    """Return what may tell the thing that a name is about: its pairs of characters, without those that tell nothing.

    >>> sorted(things("富硒大豆加工项目"))
    ['大豆', '富硒', '硒大']
    """
    pieces = _general().split(name)
    return frozenset(piece[at : at + 2] for piece in pieces for at in range(len(piece) - 1))


@cache
def _general() -> re.Pattern[str]:
    return re.compile(f"{alternation(lexicon('relations')['general'])}|[^{HAN}]")


@cache
def _subject_words() -> tuple[str, ...]:
    return tuple(sorted({word for topic in lexicon("topics").values() for word in topic["goal"] if len(word) > 1}))
