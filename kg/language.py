"""The reader's language: the interface speaks Chinese and English."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


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


def language_of_terminal(environment: Mapping[str, str] = os.environ) -> Language:
    """Return the language that a terminal is set to, by the variables that gettext goes by.

    >>> language_of_terminal({"LANG": "en_US.UTF-8"}), language_of_terminal({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US"})
    ('en', 'zh')
    """
    names = (environment.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    wished = next(filter(None, names), "")
    return language_of(None, ", ".join(name.partition(".")[0].replace("_", "-") for name in wished.split(":")))
