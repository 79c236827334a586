"""Files as callers name them: one, or several."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

Paths: TypeAlias = str | Path | Iterable[str | Path]


def listed(paths: Paths) -> list[Path]:
    """Return the paths that are named by one path or by several.

    >>> [path.name for path in listed("own.ttl")], [path.name for path in listed(["a.ttl", Path("b.ttl")])]
    (['own.ttl'], ['a.ttl', 'b.ttl'])
    """
    return [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
