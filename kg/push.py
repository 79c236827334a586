"""Push: a graph into another SPARQL server by the Graph Store Protocol, or into a folder of files for a bulk loader.

Each named graph is put whole, so that a push can be stopped and started again: what a push has done is noted under the
digest of the graph's content, and a graph that the target already has is not put again. A graph that the store no
longer has is deleted there. The notes of a server stand in the store, in ``pushed/``, those of a folder in the folder.

The default graph of our store is the union of its named graphs. Servers that make that union themselves (Virtuoso,
GraphDB) need the named graphs only; for the others (Oxigraph, Fuseki) the union is pushed as their default graph.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeAlias
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    OpenerDirector,
    Request,
    build_opener,
)

import pyoxigraph as ox

from kg.endpoint import RETRIES, TIMEOUT, attempt
from kg.graph import open
from kg.paths import is_address
from kg.store import DEFAULT_STORE, write_atomically
from ontology.errors import EndpointError, StoreError

Graphs: TypeAlias = "ox.NamedNode | ox.DefaultGraph"
Listener: TypeAlias = Callable[[int, int], None]

CHUNK = 50_000
"""Triples of one request; a graph that has more is put in several."""

_DEFAULT = "default"
"""How the default graph is called in the notes."""


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did.

    Attributes:
        target: address or folder.
        sent: graphs that were put.
        unchanged: graphs that the target had already.
        deleted: graphs that the target had and the store no longer has.
        failed: graphs that the target did not take or did not delete, with the reason.
        triples: how many were sent.
    """

    target: str
    sent: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    triples: int = 0


def push(
    target: str | Path,
    *,
    store: str | Path = DEFAULT_STORE,
    user: str | None = None,
    password: str | None = None,
    token: str | None = None,
    union: bool = True,
    again: bool = False,
    timeout: int = TIMEOUT,
    retries: int = RETRIES,
    listener: Listener | None = None,
) -> PushReport:
    """Put every graph of a store into a server, or into a folder as N-Quads, a file each.

    Args:
        target: address of the server's Graph Store service, or a folder, which is made where there is none.
        store: folder of the store.
        user: name for basic or digest authentication, whichever the server asks for.
        password: its password.
        token: for bearer authentication.
        union: also put the union of all graphs, as the server's default graph.
        again: send everything, whatever was sent before.
        timeout: seconds that a request may take.
        retries: how often a request is sent again where the server is busy or the connection breaks.
        listener: hears how many graphs are done, and of how many.

    Raises:
        StoreError: there is no store, or the folder can't be written.
        EndpointError: the server can't be reached or refuses the user; what was sent until then stays noted.
    """
    address = str(target)
    service: _Service | _Folder
    if is_address(address):
        service = _Service(address, user, password, token, timeout, retries)
        kept = Path(store) / "pushed" / f"{hashlib.sha256(address.encode()).hexdigest()[:16]}.jsonl"
    else:
        service = _Folder(Path(target))
        kept = Path(target) / "pushed.jsonl"
    with open(store) as graph:
        quads = graph.store
        notes = _Notes(kept)
        names: list[Graphs] = sorted(quads.named_graphs(), key=_name)  # type: ignore[arg-type]
        if union:
            names.append(ox.DefaultGraph())
        sent, unchanged, failed, triples = [], [], [], 0
        for done, graph_name in enumerate(names):
            if listener:
                listener(done, len(names))
            name = _name(graph_name)
            digest = _digest(quads, graph_name)
            if not again and notes.digests.get(name) == digest and service.has(name):
                unchanged.append(name)
                continue
            notes.forget(name)
            try:
                triples += service.put(name, _lines(quads, graph_name))
            except EndpointError as error:
                if error.code != _Service.REFUSED and name != _DEFAULT:
                    raise
                hint = "; where the server makes the union of its graphs itself, push without it: --no-union"
                failed.append((name, f"{error}{hint if name == _DEFAULT else ''}"))
                continue
            notes.note(name, digest)
            sent.append(name)
        deleted = []
        for name in sorted(notes.digests.keys() - {_name(name) for name in names}):
            try:
                service.delete(name)
            except EndpointError as error:  # it stays noted, so that the next push tries again
                failed.append((name, f"not deleted: {error}"))
                continue
            notes.forget(name)
            deleted.append(name)
        if listener:
            listener(len(names), len(names))
    return PushReport(address, tuple(sent), tuple(unchanged), tuple(deleted), tuple(failed), triples)


class _Notes:
    """What a target has been given: the digest of each graph, kept in a file.

    A change is a line of graph and digest, or null where the graph is forgotten: appended, and on the disk, before the
    push goes on. When a push begins, lines that later ones have replaced are dropped, and a last one that was cut off.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.digests: dict[str, str] = {}
        content = b""
        with suppress(OSError, ValueError, TypeError):
            content = path.read_bytes()
            for line in content.splitlines():
                name, digest = json.loads(line)
                self._set(name, digest)
        if content != (kept := b"".join(map(_entry, self.digests.items()))):
            with _writing(self._path):
                write_atomically(path, kept)

    def note(self, name: str, digest: str) -> None:
        self._change(name, digest)

    def forget(self, name: str) -> None:
        if name in self.digests:
            self._change(name, None)

    def _change(self, name: str, digest: str | None) -> None:
        self._set(name, digest)
        line = _entry((name, digest))
        with _writing(self._path):
            if not self._path.exists():
                self._path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(self._path, line)
                return
            with self._path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())

    def _set(self, name: str, digest: str | None) -> None:
        self.digests.pop(name, None)
        if digest is not None:
            self.digests[name] = digest


def _entry(change: tuple[str, str | None]) -> bytes:
    return json.dumps(change, ensure_ascii=False).encode() + b"\n"


class _Service:
    """A server's Graph Store service."""

    REFUSED = "PL-ENDPOINT-GRAPH"
    """Code of the error of one graph that the server does not take, while it may take others."""

    def __init__(
        self, url: str, user: str | None, password: str | None, token: str | None, timeout: int, retries: int
    ) -> None:
        self._url = url
        self._timeout = timeout
        self._retries = retries
        self._headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        self._opener = _opener(url, user, password)

    def put(self, name: str, lines: Iterator[bytes]) -> int:
        """Make a graph hold these triples, and return how many they are."""
        method, count = "PUT", 0
        while True:
            chunk = list(islice(lines, CHUNK))
            if chunk or method == "PUT":
                self._send(method, name, b"".join(chunk))
            count += len(chunk)
            if len(chunk) < CHUNK:
                return count
            method = "POST"

    def delete(self, name: str) -> None:
        """Take a graph out; that it is not there is as well."""
        try:
            self._send("DELETE", name)
        except EndpointError as error:
            if error.code != "PL-ENDPOINT-MISSING":
                raise

    def has(self, name: str) -> bool:
        """Tell whether the server has a graph; of one that does not take HEAD, as Virtuoso, the notes are believed."""
        try:
            self._send("HEAD", name)
        except EndpointError as error:
            if error.code not in ("PL-ENDPOINT-MISSING", "PL-ENDPOINT-METHOD", self.REFUSED):
                raise
            return error.code == "PL-ENDPOINT-METHOD"  # where it has failed, the graph is put, which tells the truth
        return True

    def _send(self, method: str, name: str, content: bytes | None = None) -> None:
        where = "default" if name == _DEFAULT else f"graph={quote(name, safe='')}"
        address = f"{self._url}{'&' if '?' in self._url else '?'}{where}"

        def send() -> None:
            headers = {**self._headers, "Content-Type": "text/turtle"} if content is not None else self._headers
            request = Request(address, data=content, headers=headers, method=method)
            try:
                with self._opener.open(request, timeout=self._timeout) as response:
                    response.read()
            except HTTPError as error:
                if error.code in (400, 413, 422, 500):
                    said = " ".join(error.read().decode(errors="replace").split())[:200]
                    raise EndpointError(
                        f"{self._url} did not take {name}: {error.code} {said}", subject=name, code=self.REFUSED
                    ) from error
                raise

        attempt(send, self._url, self._retries)


class _Folder:
    """A folder with a file of N-Quads for each graph, as bulk loaders take them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, lines: Iterator[bytes]) -> int:
        """Make a graph's file hold these triples, and return how many they are; the file is there whole or not."""
        path, count = self._path(name), 0
        graph = b"" if name == _DEFAULT else f" <{name}>".encode()
        with _writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".new")
            with unfinished.open("wb") as file:
                for line in lines:
                    file.write(line.removesuffix(b" .\n") + graph + b" .\n")
                    count += 1
            unfinished.replace(path)
        return count

    def delete(self, name: str) -> None:
        """Take a graph's file away; that it is not there is as well."""
        with _writing(self._folder):
            self._path(name).unlink(missing_ok=True)

    def has(self, name: str) -> bool:
        """Tell whether a graph's file is there."""
        return self._path(name).is_file()

    def _path(self, name: str) -> Path:
        readable = re.sub(r"[^\w-]+", "-", name.rpartition("/")[2])[:60]
        return self._folder / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:8]}.nq"


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{path} could not be written ({error})", subject=str(path)) from error


def _opener(url: str, user: str | None, password: str | None) -> OpenerDirector:
    """Return what opens addresses with a user's name and password, in whichever way the server asks for them."""
    if user is None:
        return build_opener()
    passwords = HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, user, password or "")
    return build_opener(HTTPDigestAuthHandler(passwords), HTTPBasicAuthHandler(passwords))


def _name(graph: Graphs | ox.BlankNode) -> str:
    return graph.value if isinstance(graph, ox.NamedNode) else _DEFAULT


def _lines(store: ox.Store, graph: Graphs) -> Iterator[bytes]:
    """Yield the triples of a graph as lines of N-Triples, which every Turtle parser reads."""
    for quad in store.quads_for_pattern(None, None, None, graph):
        yield f"{quad.triple} .\n".encode()


def _digest(store: ox.Store, graph: Graphs) -> str:
    """Return a digest of a graph's triples, whatever their order."""
    total = 0
    for line in _lines(store, graph):
        total += int.from_bytes(hashlib.blake2b(line, digest_size=16).digest())
    return f"{total % (1 << 128):032x}"
