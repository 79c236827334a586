"""``kg notebook``: the notebooks that come with the package, copied to where they may be changed, and opened."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

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
        UsageError: JupyterLab is not installed or fails, or the folder can't be written.
    """
    if launch and find_spec("jupyterlab") is None:
        raise UsageError("JupyterLab is not installed: pip install 'policy-lineage[notebook]'")
    folder = Path(folder)
    copies = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in bundled():
            copy = folder / source.name
            if not copy.exists():
                shutil.copyfile(source, copy)
            copies.append(copy)
    except OSError as error:
        raise UsageError(f"{folder} can't be written ({error.strerror})", subject=str(folder)) from error
    if launch:
        ended = subprocess.run([sys.executable, "-m", "jupyterlab", str(folder)], check=False).returncode
        if ended > 0:
            raise UsageError(f"JupyterLab ended with code {ended}; what it said stands above", subject=str(folder))
    return tuple(copies)
