"""Parse a risky format in a process of its own, limited in memory and time, that can be killed.

The parent calls ``parse``; the process runs ``main``, which imports one format's module and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from extract.reading.limits import Limits
from ontology.errors import ReadError

_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from extract.reading.child import main; main()"

_OUT_OF_MEMORY = (-6, -5, -9)
"""How a parser in C ends that is refused memory (SIGABRT, SIGTRAP), or that the system kills to have some (SIGKILL)."""
_OUT_OF_TIME = -24
"""SIGXCPU."""


def parse(format_module: str, path: Path, limits: Limits) -> Any:
    """Return what ``extract.reading.<format_module>.parse(path, limits)`` returns, computed in a limited process.

    Raises:
        ReadError: the file was refused, or it needs more time (``PL-READ-TIME``) or memory (``PL-READ-MEMORY``)
            than the limits give.
    """
    command = [
        sys.executable,
        "-I",
        "-c",
        _START,
        json.dumps(sys.path),
        format_module,
        str(path),
        json.dumps(asdict(limits)),
    ]
    try:
        run = subprocess.run(
            command, capture_output=True, timeout=limits.seconds, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise ReadError(
            f"{path} is not read: parsing takes longer than {limits.seconds} seconds; save it anew or as text",
            subject=str(path),
            code="PL-READ-TIME",
        ) from error
    try:
        answer = json.loads(run.stdout)
    except ValueError as error:
        raise _died(path, run, limits) from error
    if "refused" in answer:
        raise ReadError(answer["refused"], subject=str(path), code=answer["code"])
    return answer["parsed"]


def main() -> None:
    """Parse the file named on the command line and print the result as JSON."""
    _, _, format_module, name, given = sys.argv
    limits = Limits(**json.loads(given))
    _restrict(limits)
    path = Path(name)
    try:
        answer = {"parsed": import_module(f"extract.reading.{format_module}").parse(path, limits)}
        printed = json.dumps(answer)
    except ReadError as error:
        printed = json.dumps({"refused": str(error), "code": error.code})
    except (MemoryError, RecursionError):
        message = f"{path} is not read: parsing needs more than {limits.memory >> 20} MiB; save it anew or as text"
        printed = json.dumps({"refused": message, "code": "PL-READ-MEMORY"})
    except Exception as error:  # noqa: BLE001 - the edge of the process: whatever a parser raises, the file is damaged
        message = f"{path} is damaged ({type(error).__name__}: {str(error)[:100]}); open it and save it anew"
        printed = json.dumps({"refused": message, "code": "PL-READ-DAMAGED"})
    sys.stdout.write(printed)


def _restrict(limits: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; time is limited by the parent everywhere
        return
    for kind, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or value < hard:
            resource.setrlimit(kind, (value, value + 1))  # at the soft limit of time comes a signal that tells why


def _died(path: Path, run: subprocess.CompletedProcess[bytes], limits: Limits) -> ReadError:
    if run.returncode == _OUT_OF_TIME:
        message, code = f"parsing takes longer than {limits.seconds} seconds", "PL-READ-TIME"
    elif run.returncode in _OUT_OF_MEMORY or b"MemoryError" in run.stderr or b"bad_alloc" in run.stderr:
        message, code = f"parsing needs more than {limits.memory >> 20} MiB", "PL-READ-MEMORY"
    else:
        message, code = f"its parser broke down (exit {run.returncode})", "PL-READ-DAMAGED"
    return ReadError(f"{path} is not read: {message}; save it anew or as text", subject=str(path), code=code)
