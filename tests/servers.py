"""Two SPARQL servers of other make, on loopback, for as long as a test session lasts."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest

_START = 40.0
"""Seconds that a server may take to start; Virtuoso makes a new database."""

_VIRTUOSO_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
ErrorLogLevel = 7
FileExtend = 200
MaxCheckpointRemap = 2000
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
MaxQueryMem = 500M
ThreadsPerQuery = 1
CheckpointInterval = 0
DirsAllowed = {folder}
[HTTPServer]
ServerPort = 127.0.0.1:{http_port}
ServerRoot = {folder}
ServerThreads = 4
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = 1000
MaxQueryExecutionTime = 60
"""


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        name: which it is.
        query: address of its SPARQL service.
        store: address of its Graph Store service.
        user: name and password for writing, empty where it asks for none.
        makes_union: whether its default graph is the union of the named ones by itself.
    """

    name: str
    query: str
    store: str
    user: tuple[str, str] | tuple[()]
    makes_union: bool


@contextmanager
def oxigraph() -> Iterator[Server]:
    """Run the Oxigraph server of the package ``oxigraph``."""
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("the package oxigraph, which brings the server, is not installed")
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    with _running([str(program), "serve", "--bind", f"127.0.0.1:{port}"], f"{address}/query?query=ASK%7B%7D"):
        yield Server("Oxigraph", f"{address}/query", f"{address}/store", (), False)


@contextmanager
def virtuoso() -> Iterator[Server]:
    """Run Virtuoso 7 of the Debian package ``virtuoso-opensource-7``."""
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("virtuoso-t is not installed")
    folder = Path(tempfile.mkdtemp(prefix="virtuoso-"))
    port = _free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(_VIRTUOSO_INI.format(folder=folder, sql_port=_free_port(), http_port=port), encoding="utf-8")
    command = [program, "+foreground", "+configfile", str(settings)]
    address = f"http://127.0.0.1:{port}"
    try:
        with _running(command, f"{address}/sparql?query=ASK%7B%7D"):
            yield Server("Virtuoso", f"{address}/sparql", f"{address}/sparql-graph-crud-auth", ("dba", "dba"), True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(command: list[str], ready: str) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + _START
        while not _answers(ready):
            if process.poll() is not None or time.monotonic() > end:
                pytest.skip(f"{command[0]} does not start")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
