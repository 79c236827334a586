"""The words of the interface in Chinese and English, from ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Words:
    """The words of one language; ``words("search.results", 3)`` fills in what a phrase leaves open.

    >>> Words("en")("search.results", 3)
    '3 results'
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self._index = LANGUAGES.index(language)

    def __call__(self, key: str, *values: object) -> str:
        """Return a phrase; without values as it stands, for a script to fill in.

        Raises:
            KeyError: there is none of that key.
        """
        phrase = phrases()[key][self._index]
        return phrase.format(*values) if values else phrase

    def term(self, group: str, value: str) -> str:
        """Return what a term of the ontology is called; a term unknown here by its own name."""
        known = phrases().get(f"{group}.{value}")
        return known[self._index] if known else value

    def section(self, *groups: str) -> dict[str, str]:
        """Return the phrases of some groups for a script, by key."""
        return {key: pair[self._index] for key, pair in phrases().items() if key.split(".")[0] in groups}

    def translations(self, group: str) -> dict[str, str]:
        """Return the English phrases of a group with what stands for them in this language."""
        return {pair[1]: pair[self._index] for key, pair in phrases().items() if key.split(".")[0] == group}


@cache
def phrases() -> Mapping[str, tuple[str, str]]:
    """Return every phrase as (Chinese, English) by ``group.key``.

    Raises:
        ValueError: a phrase lacks one of the languages.
    """
    table = tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))
    found: dict[str, tuple[str, str]] = {}
    for group, keys in table.items():
        for key, pair in keys.items():
            if len(pair) != len(LANGUAGES) or not all(pair):
                raise ValueError(f"words.toml: {group}.{key} needs a phrase in each of {', '.join(LANGUAGES)}")
            found[f"{group}.{key}"] = (pair[0], pair[1])
    return found


def language_of(chosen: str | None, accepted: str) -> Language:
    """Return the language to speak.

    Args:
        chosen: what the reader has chosen, by link or cookie.
        accepted: the header ``Accept-Language``.

    >>> language_of(None, "fr;q=0.9, en-GB;q=0.8, zh;q=0.5"), language_of("zh", "en"), language_of(None, "")
    ('en', 'zh', 'zh')
    """
    for language in LANGUAGES:
        if chosen == language:
            return language
    wishes: list[tuple[float, str]] = []
    for part in accepted.split(","):
        name, _, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), name.lower()))
        except ValueError:
            continue
    for _, name in sorted(wishes):
        for language in LANGUAGES:
            if name == language or name.startswith(f"{language}-"):
                return language
    return "zh"
