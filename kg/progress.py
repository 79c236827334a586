"""What a running build tells: a protocol, silence, and a bar in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from types import TracebackType
from typing import Any, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

PAUSE = 5.0
"""Seconds between two lines of progress where no terminal shows a bar."""

_COUNTS = ("documents", "entities", "links")


class Progress(Protocol):
    """Hears how far a build has come; every method may be called from the building process only."""

    def start(self, sources: int) -> None:
        """Hear how many source files there are."""

    def source(self, documents: int, entities: int, links: int) -> None:
        """Hear that one more source is done, and what was new in it, whether or not other documents say the same."""

    def stage(self, name: str) -> None:
        """Hear what the build does now: ``extracting``, ``linking``, ``publishing``."""


class Silent:
    """Says nothing."""

    def start(self, sources: int) -> None:
        """Ignore it."""

    def source(self, documents: int, entities: int, links: int) -> None:
        """Ignore it."""

    def stage(self, name: str) -> None:
        """Ignore it."""


class TerminalProgress:
    """A bar on stderr with documents, entities, links and the time left; use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn(
                "{task.fields[documents]} documents, summed over them {task.fields[entities]} entities, "
                "{task.fields[links]} links"
            ),
            TimeRemainingColumn(compact=True),
            console=console,
            transient=True,
        )
        self._counts: dict[str, Any] = dict.fromkeys(_COUNTS, 0)
        self._task = self._bar.add_task("reading", total=None, **self._counts)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def start(self, sources: int) -> None:
        """Set the length of the bar."""
        self._bar.update(self._task, total=sources)

    def source(self, documents: int, entities: int, links: int) -> None:
        """Move on by one source."""
        for name, count in zip(_COUNTS, (documents, entities, links), strict=True):
            self._counts[name] += count
        self._bar.update(self._task, advance=1, **self._counts)

    def stage(self, name: str) -> None:
        """Show the stage in front of the bar."""
        self._bar.update(self._task, description=name)


@contextmanager
def counting(title: str, console: Console) -> Iterator[Callable[[int, int], None]]:
    """Show a bar that a callback of (done, of) moves on; where no terminal is, a line whenever some time has passed."""
    if not console.is_terminal:
        told = monotonic()

        def tell(done: int, of: int) -> None:
            nonlocal told
            if monotonic() - told >= PAUSE:
                told = monotonic()
                console.print(f"{title} {done} of {of}")

        yield tell
        return
    bar = Bar(
        TextColumn(title),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        console=console,
        transient=True,
    )
    task = bar.add_task(title, total=None)
    with bar:
        yield lambda done, of: bar.update(task, completed=done, total=of)
