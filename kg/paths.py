"""What callers name: files, one or several, or the address of a server."""

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


def is_address(name: str) -> bool:
    """Tell whether a name is the address of a server, and no path.

    >>> is_address("http://127.0.0.1:7878/sparql"), is_address("policy-graph")
    (True, False)
    """
    return name.startswith(("http://", "https://"))
