"""The words of the interface in Chinese and English, from ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from kg.language import LANGUAGES, Language
from kg.vocabulary import label
from ontology.terms import Basis


class Words:
    """The words of one language; ``words("search.results", 3)`` fills in what a phrase leaves open.

    >>> Words("en")("search.results", 3)
    'Results: 3'
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
    """Return every phrase as (Chinese, English) by ``group.key``; a basis is called what the ontology calls it.

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
    found |= {f"Basis.{basis}": (label(basis, "zh"), label(basis, "en")) for basis in Basis}
    return found
