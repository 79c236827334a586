"""The published store: numbered versions, one writer, any number of readers, nothing ever half written.

A store is a folder::

    policy-graph/
        current             the number of the published version, replaced by atomic rename
        lock                held by the one process that writes
        versions/000012/    graph/ (Oxigraph), manifest.json, scheme/ and tables; never changed once published
        documents/          the quads of each extracted document, kept so that a build can go on where it stopped
        draft/              the version being made; of no meaning to a reader, cleared by the next writer

The default graph of every version is the union of its named graphs as one set, kept up by ``Draft``.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from ontology.errors import StoreError

try:
    import fcntl
except ImportError:  # Windows: it does not let a folder go while a file in it is open, so readers need no lock there
    fcntl = None  # type: ignore[assignment]

DEFAULT_STORE = Path("policy-graph")

_PARTS = ("documents", "draft", "versions", "current", "lock")
"""What stands in the folder of a store; the lock goes last."""

_NOTHING = 0
"""What ``current`` names before the first version is published."""

_RAW = "surrogateescape"
"""Names of files are kept byte by byte, whatever their encoding."""

MANY_FILES = 250
"""Each build adds a few files to the store; when there are more than this, they are merged."""

BATCH = 200_000
"""Quads loaded at a time: more take ten times the memory and are no faster (measured on 3 million)."""

_OPENING_TRIES = 200
_OPENING_PAUSE = 0.02
"""A reader that meets the moment of publication tries again, for 4 seconds at most."""


_Change: TypeAlias = tuple[ox.NamedNode, set[ox.Triple], set[ox.Triple]]
"""A named graph, what is new in it and what is gone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a version.

    Attributes:
        graph: IRI of its named graph.
        key: digest of all that its quads depend on, but for ``sha256``; of the quads themselves where a pipeline of
            one's own gave them. It names their file in ``documents/``.
        source: path of the file that it was read from.
        source_key: digest of that file, its path below ``root``, its metadata, the extractor's version and the scheme;
            "" where it has to be read again in any case.
        sha256: digest of that file alone, by which it is known again where it has been moved.
        root: the folder that was named; those between it and the file tell places apart.
    """

    graph: str
    key: str
    source: str
    source_key: str
    sha256: str
    root: str = ""


def without(documents: Mapping[str, Entry], gone: Collection[str]) -> dict[str, Entry]:
    """Return the documents that stay; the next build reads those of a file again that has lost some of its own."""
    files = {documents[name].source for name in gone}
    return {
        name: replace(entry, source_key="") if entry.source in files else entry
        for name, entry in documents.items()
        if name not in gone
    }


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version was built from.

    Attributes:
        documents: an entry for each document, by identifier.
        rules: digest of the code and schemes that the graphs across documents depend on.
        tables: digest of each table that it was given, ``metadata`` and ``decisions``.
    """

    documents: Mapping[str, Entry] = field(default_factory=dict)
    rules: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)

    def dumps(self) -> str:
        """Serialise, the documents in the order of their identifiers."""
        documents = {name: asdict(self.documents[name]) for name in sorted(self.documents)}
        content = {"rules": self.rules, "tables": dict(self.tables), "documents": documents}
        return json.dumps(content, ensure_ascii=False, indent=1)

    @classmethod
    def loads(cls, text: str) -> Manifest:
        """Parse what ``dumps`` wrote."""
        content = json.loads(text)
        documents = {name: Entry(**entry) for name, entry in content["documents"].items()}
        return cls(documents, content["rules"], content["tables"])


@dataclass(frozen=True, slots=True)
class Version:
    """A published version, open for reading; it stays readable for as long as this object lives.

    Attributes:
        path: folder of the version.
        number: its number.
        store: its quads, read-only.
        manifest: what it was built from.
    """

    path: Path
    number: int
    store: ox.Store
    manifest: Manifest
    _lease: _Lock | None


def open_version(folder: Path) -> Version:
    """Open the published version for reading.

    Raises:
        StoreError: no store stands there, it may not be read, or it is damaged.
    """
    for _ in range(_OPENING_TRIES):
        number = published_number(folder)
        if number == _NOTHING:
            raise StoreError(
                f"{folder} holds no policy graph; make one with: kg build SOURCE --store {folder}",
                subject=str(folder),
                code="PL-STORE-MISSING",
            )
        path = _version_path(folder, number)
        try:
            lease = _Lock.take(path / "lease", shared=True)
        except OSError as error:
            raise _closed(folder, error) from error
        if lease is not None:
            try:
                store = ox.Store.read_only(str(path / "graph"))
                manifest = Manifest.loads((path / "manifest.json").read_text(encoding="utf-8", errors=_RAW))
                return Version(path, number, store, manifest, lease)
            except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
                if path.exists():
                    raise _damaged(folder, f"version {number} does not open ({error})") from error
        elif published_number(folder) == number and not (path / "lease").exists():
            raise _damaged(folder, f"version {number} is missing")
        time.sleep(_OPENING_PAUSE)
    raise _damaged(folder, "its published version could not be opened")


def published_number(folder: Path) -> int:
    """Return the number of the published version, 0 before the first.

    Raises:
        StoreError: the store may not be read, or is damaged.
    """
    try:
        return int((folder / "current").read_text(encoding="ascii")) if (folder / "versions").exists() else _NOTHING
    except PermissionError as error:
        raise _closed(folder, error) from error
    except (OSError, ValueError) as error:
        raise _damaged(folder, "its file 'current' names no version") from error


def published(folder: Path) -> tuple[int, int, int]:
    """Return what tells the published version from every other, one of the same number in a store made anew included.

    Raises:
        StoreError: the store is damaged.

    Returns:
        Its number, and which file names it and since when (in ns); cheap, to see whether another one is published.
    """
    number = published_number(folder)
    try:
        names = (folder / "current").stat()
    except FileNotFoundError:
        return number, 0, 0
    return number, names.st_ino, names.st_mtime_ns


class Draft:
    """The next version of a store while it is being made; nobody sees it until ``publish``.

    Attributes:
        folder: the store's folder.
        store: the quads, writable.
        manifest: what it is built from; assign before publishing.
    """

    def __init__(self, folder: Path, base: Version | None) -> None:
        self.folder = folder
        self.base = base
        self.manifest = base.manifest if base else Manifest()
        self._stored = set(self.documents.iterdir())
        self._path = folder / "draft"
        shutil.rmtree(self._path, ignore_errors=True)
        self._path.mkdir()
        if base is None:
            (self._path / "scheme").mkdir()
        else:
            base.store.backup(str(self._path / "graph"))
            shutil.copytree(base.path / "scheme", self._path / "scheme", copy_function=shutil.copyfile)
            for table in base.path.glob("*.csv"):
                shutil.copyfile(table, self._path / table.name)
        self.store = ox.Store(str(self._path / "graph"))

    @property
    def scheme(self) -> tuple[Path, ...]:
        """Return the researcher's own authority files."""
        return tuple(sorted((self._path / "scheme").iterdir()))

    @property
    def documents(self) -> Path:
        """Return the folder of extracted documents."""
        return self.folder / "documents"

    def keep_scheme(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """Take copies of the researcher's authority files into the version, in place of earlier ones."""
        folder = self._path / "scheme"
        shutil.rmtree(folder)
        folder.mkdir()
        for index, path in enumerate(paths):
            shutil.copyfile(path, folder / f"{index:02d}-{path.name}")
        return self.scheme

    def keep_table(self, name: str, path: str | Path | None) -> Path | None:
        """Take a copy of a table (``metadata``, ``decisions``) into the version, in place of an earlier one.

        Returns:
            The copy; without ``path`` the earlier one, None where there is none.
        """
        kept = self._path / f"{name}.csv"
        if path is not None:
            shutil.copyfile(path, kept)
        return kept if kept.exists() else None

    def replace_graph(self, graph: ox.NamedNode, triples: Iterable[ox.Triple]) -> None:
        """Make a named graph hold exactly ``triples`` and bring the union up to date."""
        self.replace_graphs([(graph, triples)])

    def replace_graphs(self, graphs: Iterable[tuple[ox.NamedNode, Iterable[ox.Triple]]]) -> None:
        """Make each of the named graphs hold exactly what is given with it, and bring the union up to date."""

        def changes() -> Iterator[_Change]:
            for graph, triples in graphs:
                old = {quad.triple for quad in self.store.quads_for_pattern(None, None, None, graph)}
                new = set(triples)
                yield graph, new - old, old - new

        self._apply(changes())

    def replace_large_graph(self, graph: ox.NamedNode, triples: Iterable[ox.Triple]) -> None:
        """Do as ``replace_graph``, holding the triples of one subject at a time.

        Raises:
            ValueError: the triples do not come subject by subject.
        """

        def changes() -> Iterator[_Change]:
            subjects = set()
            for subject, said in groupby(triples, key=attrgetter("subject")):
                if subject in subjects:
                    raise ValueError(f"the triples of {subject} come in two parts")
                subjects.add(subject)
                old = {quad.triple for quad in self.store.quads_for_pattern(subject, None, None, graph)}
                new = set(said)
                yield graph, new - old, old - new
            for quad in self.store.quads_for_pattern(None, None, None, graph):
                if quad.subject not in subjects:
                    yield graph, set(), {quad.triple}

        self._apply(changes())

    def _apply(self, changes: Iterable[_Change]) -> None:
        """Add and remove triples of named graphs, and do the same to their union."""
        removed: list[tuple[ox.NamedNode, set[ox.Triple]]] = []

        def added() -> Iterator[ox.Quad]:
            for graph, new, gone in changes:
                if gone:
                    removed.append((graph, gone))
                for t in new:
                    yield ox.Quad(t.subject, t.predicate, t.object, graph)
                    yield ox.Quad(t.subject, t.predicate, t.object)

        quads = added()
        while some := list(islice(quads, BATCH)):
            self.store.bulk_extend(some)
        for graph, gone in removed:
            for t in gone:
                self.store.remove(ox.Quad(t.subject, t.predicate, t.object, graph))
        for _, gone in removed:
            for t in gone:
                elsewhere = self.store.quads_for_pattern(t.subject, t.predicate, t.object, None)
                if all(isinstance(quad.graph_name, ox.DefaultGraph) for quad in elsewhere):
                    self.store.remove(ox.Quad(t.subject, t.predicate, t.object))
        for graph in {graph for graph, _ in removed}:
            if next(self.store.quads_for_pattern(None, None, None, graph), None) is None:
                self.store.remove_graph(graph)

    def publish(self) -> int:
        """Make this the published version and return its number; killed on the way, the old one stays published."""
        (self._path / "manifest.json").write_text(self.manifest.dumps(), encoding="utf-8", errors=_RAW)
        (self._path / "lease").touch()
        self.store.flush()
        if sum(1 for _ in (self._path / "graph").glob("*.sst")) > MANY_FILES:
            self._merge_files()
        self.close()
        for path in self._path.rglob("*"):
            if path.is_dir() or path.stat().st_nlink == 1:  # files shared with the base have been synced with it
                _sync(path)
        _sync(self._path)
        number = max(_numbers(self.folder), default=0) + 1
        self._path.rename(_version_path(self.folder, number))
        _sync(self.folder / "versions")
        _sync(self.folder)
        write_atomically(self.folder / "current", f"{number}\n".encode())
        self.drop_unused()
        return number

    def drop_unused(self) -> None:
        """Remove the quads of documents that this version has no more, or that were written while it was made, in vain.

        What an interrupted build has left before stays for the next one of the same extractor and scheme.
        """
        before, now = (
            {self.documents / entry.key for entry in manifest.documents.values()}
            for manifest in (self.base.manifest if self.base is not None else Manifest(), self.manifest)
        )
        for path in (before | set(self.documents.iterdir()) - self._stored) - now:
            path.unlink(missing_ok=True)

    def drop_useless(self, version: str) -> None:
        """Remove what interrupted builds of another extractor or scheme have left: no build can go on from there."""
        used = {entry.key for entry in self.manifest.documents.values()}
        for path in self.documents.iterdir():
            if not path.name.startswith(version) and path.name not in used:
                path.unlink()

    def _merge_files(self) -> None:
        """Write all quads into a new store (Oxigraph's ``optimize`` leaves files of bulk loads as they are)."""
        graph, everything = self._path / "graph", self._path / "everything.nq"
        self.store.dump(str(everything), format=ox.RdfFormat.N_QUADS)
        self.close()
        shutil.rmtree(graph)
        self.store = ox.Store(str(graph))
        self.store.bulk_load(path=str(everything), format=ox.RdfFormat.N_QUADS)
        self.store.flush()
        everything.unlink()

    def close(self) -> None:
        """Let go of the quads; the draft can't be written any more."""
        if hasattr(self, "store"):
            del self.store


@contextmanager
def writing(folder: Path) -> Iterator[Draft]:
    """Hold a store for writing: clear what a killed writer left, give a ``Draft``, drop versions that no one reads.

    The draft is lost unless ``publish`` is called on it.

    Raises:
        StoreError: another process writes, the disk is full, the store is damaged, or the folder holds other things.
    """
    made = not folder.exists()
    try:
        _refuse_foreign(folder)
        (folder / "documents").mkdir(parents=True, exist_ok=True)
        lock = _Lock.take(folder / "lock", create=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    if lock is None:
        raise StoreError(
            f"{folder} is being written by another process; wait until that has finished",
            subject=str(folder),
            code="PL-STORE-LOCKED",
        )
    draft = None
    try:
        if not (folder / "versions").exists():
            write_atomically(folder / "current", f"{_NOTHING}\n".encode())
            (folder / "versions").mkdir()
        for unfinished in (*folder.glob("*.new"), *(folder / "documents").glob("*.new")):
            unfinished.unlink()
        _drop_unpublished(folder)
        draft = Draft(folder, None if published_number(folder) == _NOTHING else open_version(folder))
        yield draft
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        if draft is not None:
            draft.close()
            draft.base = None
        shutil.rmtree(folder / "draft", ignore_errors=True)
        _drop_unpublished(folder)
        _drop_empty(folder, made)
        lock.release()


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file that is either wholly there or not at all, whenever the process ends."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync(path.parent)


class _Lock:
    """An advisory lock on a file; the system lets go of it when the process ends, however it ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, path: Path, *, shared: bool = False, create: bool = False) -> _Lock | None:
        """Take the lock without waiting; None where another holds it or the file is gone."""
        try:
            descriptor = os.open(path, (os.O_RDWR | os.O_CREAT) if create else os.O_RDONLY)
        except FileNotFoundError:
            if create:
                raise
            return None
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            elif not shared:
                import msvcrt

                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            if path.stat().st_ino == os.fstat(descriptor).st_ino:
                return cls(descriptor)
        except (BlockingIOError, PermissionError, FileNotFoundError):
            pass
        os.close(descriptor)
        return None

    def release(self) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        self.release()


def _version_path(folder: Path, number: int) -> Path:
    return folder / "versions" / f"{number:06d}"


def _numbers(folder: Path) -> Iterator[int]:
    for path in (folder / "versions").glob("[0-9]*"):
        if path.name.isdecimal():
            yield int(path.name)


def _drop_unpublished(folder: Path) -> None:
    """Remove every version but the published one, unless a reader still holds it; the next writer tries again."""
    try:
        current = published_number(folder)
    except StoreError:
        return
    if current != _NOTHING and not _version_path(folder, current).exists():
        return  # "current" is damaged, and one of the others is what was published
    for number in list(_numbers(folder)):
        path = _version_path(folder, number)
        dropped = folder / "versions" / f"dropped-{number:06d}"
        if number == current:
            continue
        lease = _Lock.take(path / "lease")
        if lease is None:
            continue
        if fcntl is None:
            lease.release()
        try:
            path.rename(dropped)
        except OSError:
            continue
        finally:
            lease.release()
    for path in (folder / "versions").glob("dropped-*"):
        shutil.rmtree(path, ignore_errors=True)


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder that holds visible things and is no store, not even one that a killed writer began."""
    things = {path.name: path for path in folder.iterdir()} if folder.exists() else {}
    if {"lock", "documents"} <= things.keys() or {"current", "versions"} <= things.keys():
        return
    begun = folder / "documents"
    foreign = sorted(
        name for name in things if not name.startswith(".") and (name != begun.name or any(begun.iterdir()))
    )
    if foreign:
        raise StoreError(
            f"{folder} is not empty and holds no policy graph, but {foreign[0]}; name another one with --store",
            subject=str(folder),
            code="PL-STORE-FOREIGN",
        )


def _drop_empty(folder: Path, made: bool) -> None:
    """Remove a store in which nothing was published or extracted, with its folder where the writer made that."""
    with suppress(OSError, StoreError):
        if published_number(folder) == _NOTHING and not any((folder / "documents").iterdir()):
            for part in _PARTS:
                path = folder / part
                if path.is_dir():
                    path.rmdir()
                else:
                    path.unlink(missing_ok=True)
            if made:
                folder.rmdir()


@contextmanager
def reading() -> Iterator[None]:
    """Tell in one line that a store has vanished or broken while it was being read.

    Raises:
        StoreError: it has.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(
            f"the graph can't be read to its end ({error}); was its store deleted? kg build makes it anew",
            code="PL-STORE-DAMAGED",
        ) from error


def _sync(path: Path) -> None:
    """Ask the system to put a file or folder on the disk; Windows takes no folder, and only files open to write."""
    if path.is_dir() and fcntl is None:
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _closed(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{folder} may not be read ({error.strerror}); check its rights", subject=str(folder), code="PL-STORE-CLOSED"
    )


def _damaged(folder: Path, what: str) -> StoreError:
    names = ", ".join(str(number) for number in sorted(_numbers(folder))) or "none"
    return StoreError(
        f"{folder} is damaged: {what} (complete versions: {names}); write the number of a complete version into "
        f"{folder / 'current'}, or build into another folder",
        subject=str(folder),
        code="PL-STORE-DAMAGED",
    )


def _unwritable(folder: Path, error: OSError) -> StoreError:
    return StoreError(
        f"{folder} could not be written ({error}); what was published before is unharmed",
        subject=str(folder),
        code="PL-STORE-WRITE",
    )
