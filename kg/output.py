"""Files and folders that results go to: whole or not at all, and one line where that can't be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ontology.errors import OutputError

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of ``path`` at the end, or vanishes where that is not reached.

    Raises:
        OutputError: it can't be written; what stood there before is unharmed.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield temporary
        with temporary.open("rb+") as file:  # Windows syncs only what is open for writing
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f"{path} can't be written ({reason}); what stood there before is unharmed", subject=str(path)
        ) from error
    finally:
        with suppress(OSError):  # there is none, or its folder is none
            temporary.unlink()


def folder(path: Path) -> Path:
    """Make a folder where it is missing, and return it.

    Raises:
        OutputError: it can't be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path} can't be made ({error.strerror})", subject=str(path)) from error
    return path


def inert(cell: Any) -> Any:
    """Return a cell with an apostrophe before it where it is text that a spreadsheet would take for a formula.

    >>> inert("=1+1"), inert("三区三地"), inert(-1)
    ("'=1+1", '三区三地', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
