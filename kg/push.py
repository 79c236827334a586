"""Push: a graph into another SPARQL server by the Graph Store Protocol, or into files for its bulk loader.

Each named graph is put whole, so that a push can be stopped and started again: what a push has done is noted in the
store, in ``pushed/``, under the digest of the graph's content, and a graph that the server already has is not sent
again. A graph that the store no longer has is deleted there.

The default graph of our store is the union of its named graphs. Servers that make that union themselves (Virtuoso,
GraphDB) need the named graphs only; for the others (Oxigraph, Fuseki) the union is pushed as their default graph.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
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
from kg.store import DEFAULT_STORE, write_atomically
from ontology.errors import EndpointError, StoreError

Graphs: TypeAlias = "ox.NamedNode | ox.DefaultGraph"
Listener: TypeAlias = Callable[[int, int], None]

CHUNK = 50_000
"""Triples of one request; a graph that has more is put in several."""

FILE_CHUNK = 1_000_000
"""Quads of one file for a bulk loader."""

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
        failed: graphs that the target did not take, with the reason.
        triples: how many were sent.
    """

    target: str
    sent: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    triples: int = 0


def push(
    endpoint: str,
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
    """Put every graph of a store into a server.

    Args:
        endpoint: address of the server's Graph Store service.
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
        StoreError: there is no store.
        EndpointError: the server can't be reached or refuses the user; what was sent until then stays noted.
    """
    service = _Service(endpoint, user, password, token, timeout, retries)
    with open(store) as graph:
        quads = graph.store
        folder = Path(store) / "pushed"
        notes = _Notes(folder / f"{hashlib.sha256(endpoint.encode()).hexdigest()[:16]}.json", endpoint)
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
                if error.code != _Service.REFUSED:
                    raise
                failed.append((name, str(error)))
                continue
            notes.note(name, digest)
            sent.append(name)
        gone = sorted(notes.digests.keys() - {_name(name) for name in names} - {_DEFAULT})
        for name in gone:
            service.delete(name)
            notes.forget(name)
        if listener:
            listener(len(names), len(names))
    return PushReport(endpoint, tuple(sent), tuple(unchanged), tuple(gone), tuple(failed), triples)


def write_files(folder: str | Path, *, store: str | Path = DEFAULT_STORE, union: bool = True) -> PushReport:
    """Write a store as N-Quads files of a million lines each, as bulk loaders take them.

    Args:
        folder: where; made where there is none. Files of an earlier run are replaced, those too many removed.
        store: folder of the store.
        union: also write the union of all graphs, as the default graph.

    Raises:
        StoreError: there is no store, or the files can't be written.
    """
    target = Path(folder)
    with open(store) as graph:
        names = sorted(_name(name) for name in graph.store.named_graphs())
        quads = (q for q in graph.store if union or isinstance(q.graph_name, ox.NamedNode))
        number = count = 0
        try:
            target.mkdir(parents=True, exist_ok=True)
            while chunk := list(islice(quads, FILE_CHUNK)):
                number += 1
                count += len(chunk)
                ox.serialize(chunk, str(target / f"graph-{number:04d}.nq"), format=ox.RdfFormat.N_QUADS)
            for left in target.glob("graph-[0-9]*.nq"):
                if int(left.stem.removeprefix("graph-")) > number:
                    left.unlink()
        except OSError as error:
            raise StoreError(f"{target} could not be written ({error})", subject=str(target)) from error
    return PushReport(str(target), tuple(names), triples=count)


class _Notes:
    """What a server has been sent: the digest of each graph, kept in a file."""

    def __init__(self, path: Path, endpoint: str) -> None:
        self._path = path
        self._endpoint = endpoint
        try:
            self.digests: dict[str, str] = dict(json.loads(path.read_text(encoding="utf-8"))["graphs"])
        except (OSError, ValueError, KeyError, TypeError):
            self.digests = {}

    def note(self, name: str, digest: str) -> None:
        self.digests[name] = digest
        self._write()

    def forget(self, name: str) -> None:
        if self.digests.pop(name, None) is not None:
            self._write()

    def _write(self) -> None:
        content = {"endpoint": self._endpoint, "graphs": dict(sorted(self.digests.items()))}
        try:
            self._path.parent.mkdir(exist_ok=True)
            write_atomically(self._path, json.dumps(content, ensure_ascii=False, indent=1).encode())
        except OSError as error:
            raise StoreError(f"{self._path} could not be written ({error})", subject=str(self._path)) from error


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
        """Tell whether the server has a graph; where it does not say, what was noted is believed."""
        try:
            self._send("HEAD", name)
        except EndpointError as error:
            return error.code != "PL-ENDPOINT-MISSING"
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
