"""Every limit of the server in one table: name, default, unit, and what it bounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from kg.guard import NESTING
from ontology.errors import UsageError

_MOST_BYTES, _MOST = 10**15, 10**9
"""What the system's own calls still take as a limit, of bytes and of seconds; more would make every query fail."""


def _limit(default: float, unit: str, sentence: str) -> Any:
    return field(default=default, metadata={"unit": unit, "sentence": sentence})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost.

    >>> Limits().rows
    10000
    """

    query_seconds: float = _limit(10.0, "s", "A query that takes longer is killed with its process.")
    rows: int = _limit(10_000, "rows", "Rows or triples of an answer; the rest is cut off and the answer says so.")
    answer_bytes: int = _limit(
        64 << 20, "bytes", "Size of an answer; rows beyond it are cut off, a larger graph is refused."
    )
    memory_bytes: int = _limit(2 << 30, "bytes", "Address space of a process that answers; at the limit it ends.")
    body_bytes: int = _limit(1 << 20, "bytes", "Size of a request's body.")
    body_seconds: float = _limit(10.0, "s", "Time in which the whole body must have come in.")
    nesting: int = _limit(NESTING, "levels", "Depth of brackets of all kinds in a query or an update.")
    workers: int = _limit(2, "processes", "Queries that run at the same time.")
    queue: int = _limit(20, "requests", "Queries that wait for a process; beyond it the answer is 503.")
    queue_seconds: float = _limit(12.0, "s", "Time that a query waits for a process; then the answer is 503.")
    update_seconds: float = _limit(120.0, "s", "An update that takes longer is killed and changes nothing.")
    update_memory_bytes: int = _limit(8 << 30, "bytes", "Address space of the process that does an update.")
    connections: int = _limit(256, "connections", "Connections that are open at the same time.")

    @classmethod
    def read(cls, pairs: Iterable[str]) -> Self:
        """Return the limits with some set otherwise, as ``NAME=NUMBER``.

        Raises:
            UsageError: there is no such limit, or its value is no number above zero, or beyond all measure.

        >>> Limits.read(["query_seconds=30"]).query_seconds
        30.0
        """
        values = asdict(cls())
        for pair in pairs:
            name, _, text = pair.partition("=")
            if name not in values:
                raise UsageError(f"there is no limit {name!r}; there are {', '.join(values)}", subject=name)
            try:
                values[name] = type(values[name])(text)
            except ValueError as error:
                raise UsageError(f"{pair}: a limit is a number, without unit", subject=name) from error
            most = _MOST_BYTES if name.endswith("bytes") else _MOST
            if not 0 < values[name] <= most:
                raise UsageError(f"{pair}: a limit is above zero and at most {most:,}", subject=name)
        return cls(**values)


def table() -> list[tuple[str, str, str, str]]:
    """Return name, default, unit and sentence of each limit."""
    return [
        (f.name, f"{f.default:,}".removesuffix(".0"), f.metadata["unit"], f.metadata["sentence"])
        for f in fields(Limits)
    ]
