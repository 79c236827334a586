"""``kg notebook``: the notebooks that come with the package, copied to where they may be changed, and opened."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from kg import output
from ontology.errors import UsageError


def bundled() -> tuple[Path, ...]:
    """Return the notebooks of the package, in their order.

    >>> [path.name[:2] for path in bundled()]
    ['01', '02', '03', '04', '05', '06', '07']
    """
    here = Path(__file__).parent
    folder = here / "notebooks" if (here / "notebooks").is_dir() else here.parent / "notebooks"
    return tuple(sorted(folder.glob("[0-9]*.ipynb")))


def notebook(folder: str | Path = "notebooks", *, launch: bool = True) -> tuple[Path, ...]:
    """Copy the notebooks into a folder and open them with JupyterLab; what is there already stays as it is.

    Args:
        folder: where to; it is made where it is missing.
        launch: open JupyterLab, and return when it ends; False only copies.

    Raises:
        UsageError: JupyterLab is not installed or fails.
        OutputError: the folder can't be written.
    """
    if launch and find_spec("jupyterlab") is None:
        raise UsageError("JupyterLab is not installed: pip install 'policy-lineage[notebook]'")
    folder = output.folder(Path(folder))
    copies = tuple(folder / source.name for source in bundled())
    for source, copy in zip(bundled(), copies, strict=True):
        if not copy.exists():
            with output.replacing(copy) as temporary:
                shutil.copyfile(source, temporary)
    if launch:
        ended = _open(folder)
        if ended > 0:
            raise UsageError(f"JupyterLab ended with code {ended}; what it said stands above", subject=str(folder))
    return copies


def _open(folder: Path) -> int:
    """Run JupyterLab until it ends, and return its exit code; whatever ends us ends it too."""

    def end(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    main = threading.current_thread() is threading.main_thread()  # the only one that may set a handler
    before = signal.signal(signal.SIGTERM, end) if main else None
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # as in most containers
    with subprocess.Popen([sys.executable, "-m", "jupyterlab", *root, str(folder)]) as lab:
        try:
            return lab.wait()
        finally:
            lab.terminate()
            if main:
                signal.signal(signal.SIGTERM, before)
