"""Extraction for a build: source files to files of quads, each kept under a key of all that it depends on.

A source is a file; it yields one document, or, a table, many. The quads of each are written to the store's
``documents/`` folder as soon as they are there, so that no document is extracted twice, whatever happens to the build.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import pickle
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from kg.store import Entry, write_atomically
from ontology.errors import ExtractionError, PolicyGraphError, ReadError
from ontology.terms import PL, Kind

if TYPE_CHECKING:
    from spacy.language import Language

    from extract.document import Document
    from ontology.scheme import Scheme

WORTH_A_PROCESS = 1_000_000
"""Bytes of sources to extract for which one more process pays: it needs about 3 seconds to start."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that is not in the graph, and why, in one line."""

    source: str
    reason: str
    code: str

    @classmethod
    def because(cls, source: Path, error: PolicyGraphError) -> Self:
        """Tell why a file is left out, and its name as text whatever its bytes."""
        from extract.reading import readable

        name = readable(source)
        return cls(name, str(error).replace(str(source), name), error.code)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    Attributes:
        path: as named, or below the folder that was named.
        root: that folder.
        relative: what its document is called where the file's own name clashes with another's.
        clashes: whether it does.
    """

    path: Path
    root: Path
    relative: str
    clashes: bool

    @property
    def key(self) -> str:
        """Return what the manifest knows it by."""
        return str(self.path.resolve())

    @property
    def below(self) -> str:
        """Return its path below that folder."""
        return str(self.path.relative_to(self.root))


@dataclass(frozen=True, slots=True)
class Extracted:
    """The documents of one source, how much they say, and why sheets of a workbook have none."""

    entries: Mapping[str, Entry]
    entities: int = 0
    links: int = 0
    unread: tuple[ReadError, ...] = ()


class Extraction:
    """Turns sources into files of quads; the pipeline is loaded when the first document needs it.

    Attributes:
        version: digest of the code and the schemes, with which the names of the files begin.
    """

    def __init__(
        self, schemes: Sequence[Path], rows: Mapping[str, Mapping[str, str]], folder: Path, nlp: Language | None
    ) -> None:
        self._schemes = schemes
        self._rows = rows
        self._folder = folder
        self._nlp = nlp
        self.version = digest(code_digest(), *(path.read_bytes() for path in schemes))[:16]

    @cached_property
    def scheme(self) -> Scheme:
        """Return the authority file with the researcher's own laid over it, read when it is first needed."""
        from ontology import scheme

        return scheme.load(*self._schemes)

    @cached_property
    def _pipeline(self) -> Language:
        from extract import pipeline

        return self._nlp if self._nlp is not None else pipeline.load(scheme=self.scheme)

    def outcomes(
        self, sources: Sequence[Source], before: Mapping[str, Entry]
    ) -> Iterator[tuple[Source, Extracted | PolicyGraphError]]:
        """Yield each source with its documents, or with why it has none; what has not changed is not read again."""
        held: dict[str, dict[str, Entry]] = {}
        for name, entry in before.items():
            held.setdefault(entry.source, {})[name] = entry
        unchanged = {source: Extracted(held[source.key]) for source in sources if self._unchanged(source, held)}
        pending = [source for source in sources if source not in unchanged]
        extracted = self._extract_all(pending)
        for source in sources:
            yield source, unchanged[source] if source in unchanged else next(extracted)

    def _extract_all(self, sources: Sequence[Source]) -> Iterator[Extracted | PolicyGraphError]:
        size = sum(source.path.stat().st_size for source in sources if source.path.exists())
        count = min(os.cpu_count() or 1, size // WORTH_A_PROCESS, len(sources))
        if count < 2 or self._nlp is not None:
            yield from map(self.attempt, sources)
            return
        with ExitStack() as stack:
            workers = [stack.enter_context(_Worker(self)) for _ in range(count)]
            idle: SimpleQueue[_Worker] = SimpleQueue()
            for worker in workers:
                idle.put(worker)

            def ask(source: Source) -> Extracted | PolicyGraphError:
                worker = idle.get()
                try:
                    return worker.ask(source)
                finally:
                    idle.put(worker)

            pool = ThreadPoolExecutor(count)
            stack.callback(pool.shutdown, wait=True, cancel_futures=True)
            for worker in workers:
                stack.callback(worker.stop)  # first of all, so that no one waits for a document in hand
            yield from pool.map(ask, sources)

    def _unchanged(self, source: Source, held: Mapping[str, Mapping[str, Entry]]) -> bool:
        """Tell whether it is sure that nothing has changed that the documents of a source depend on."""
        from extract.reading import bytes_of

        if source.key not in held or self._nlp is not None:
            return False
        try:
            key = self._source_key(source, bytes_of(source.path))
        except ReadError:
            return False
        return all(entry.source_key == key for entry in held[source.key].values())

    def attempt(self, source: Source, *, qualified: bool = False) -> Extracted | PolicyGraphError:
        """Extract a source, and return what is wrong with it where that can't be done."""
        try:
            return self.extract(source, qualified=qualified)
        except PolicyGraphError as error:
            return error

    def extract(self, source: Source, *, qualified: bool = False) -> Extracted:
        """Read a source and make sure that a file of quads exists for each of its documents.

        Args:
            source: the file.
            qualified: whether its documents go by the file's path, as a document of another file has the same name.
        """
        from extract.metadata import describe
        from extract.reading import bytes_of, read, readable

        content = bytes_of(source.path)
        key = self._source_key(source, content)
        sha256 = hashlib.sha256(content).hexdigest()
        entries: dict[str, Entry] = {}
        unread: list[ReadError] = []
        entities = links = 0
        for document in read(source.path, root=source.root, content=content, unread=unread):
            identifier = document.identifier
            if qualified or source.clashes:
                whole = identifier == readable(source.path.stem)
                identifier = source.relative if whole else f"{source.relative}/{identifier}"
            if identifier in entries:
                raise ReadError(f"{source.path}: two documents are called {identifier!r}", subject=str(source.path))
            document = describe(replace(document, identifier=identifier), self._row(identifier))
            name, quads = self._kept(document)
            entries[identifier] = Entry(_graph(quads), name, source.key, key, sha256, str(source.root.resolve()))
            entities += len(_ENTITY.findall(quads))
            links += len(_LINK.findall(quads))
        return Extracted(entries, entities, links, tuple(unread))

    def _kept(self, document: Document) -> tuple[str, bytes]:
        """Return a document's key and the quads kept under it: those of a pipeline of one's own are made each time."""
        quads = None if self._nlp is None else self._quads(document)
        key = self._document_key(document) if quads is None else digest(quads)
        path = self._folder / key
        if not path.exists():
            write_atomically(path, gzip.compress(quads or self._quads(document), compresslevel=3, mtime=0))
        return key, gzip.decompress(path.read_bytes())

    def _quads(self, document: Document) -> bytes:
        from extract import pipeline
        from kg import statements

        try:
            annotation = pipeline.annotate(self._pipeline, document)
            quads = set(statements.statements(annotation, self.scheme))
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ExtractionError(
                f"{document.source}: the extractor failed ({type(error).__name__}: {error}); please report it",
                subject=document.source,
            ) from error
        return "".join(sorted(f"{quad} .\n" for quad in quads)).encode()

    def _source_key(self, source: Source, content: bytes) -> str:
        """Digest what the documents of a source depend on; "" where that is a pipeline of one's own."""
        from extract.reading import readable

        if self._nlp is not None:
            return ""
        name = source.relative if source.clashes else readable(source.path.name)
        many = source.path.suffix.lower() in (".csv", ".xlsx")
        told = self._rows if many else self._row(name)
        row = json.dumps(told, ensure_ascii=False, sort_keys=True)
        return digest(content, name, readable(source.below), row, self.version)

    def _row(self, name: str) -> Mapping[str, str] | None:
        """Return the metadata row of a document, which may go by its name with or without the suffix."""
        from extract.metadata_table import without_suffix

        return self._rows.get(name, self._rows.get(without_suffix(name)))

    def _document_key(self, document: Document) -> str:
        return f"{self.version}-{digest(document.identifier, document.text, repr(document.metadata))}"


class _Worker:
    """A process of its own that extracts what it is asked to; it ends with this one, however this one ends.

    Where it dies, the next question starts another.
    """

    def __init__(self, extraction: Extraction) -> None:
        self._extraction = extraction
        self._process: subprocess.Popen[bytes] | None = None
        self._starting = Lock()
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def ask(self, source: Source) -> Extracted | PolicyGraphError:
        """Have a source extracted.

        Raises:
            OSError: the quads could not be written.
        """
        try:
            process = self._running()
            _send(process, source)
            assert process.stdout is not None
            outcome: Extracted | PolicyGraphError | OSError = pickle.load(process.stdout)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            self._end()
            return ExtractionError(
                f"{source.path}: the process that read it died, of memory perhaps; build it by itself",
                subject=str(source.path),
            )
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    def stop(self) -> None:
        """Kill the process, whatever it is at; no other is started any more."""
        with self._starting:
            self._stopped = True
            if (process := self._process) is not None:
                process.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process; a new one where there is none yet, or none any more.

        Raises:
            EOFError: it has been stopped.
        """
        if self._process is None or self._process.poll() is not None:
            self._end()
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            with self._starting:
                if self._stopped:
                    raise EOFError
                self._process = subprocess.Popen(
                    [sys.executable, "-c", "from kg.extraction import work; work()"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=environment,
                    start_new_session=True,  # Ctrl-C is for the build, which then ends this
                )
            _send(self._process, self._extraction)
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _send(process: subprocess.Popen[bytes], message: object) -> None:
    assert process.stdin is not None
    pickle.dump(message, process.stdin)
    process.stdin.flush()


def work() -> None:
    """Extract sources as they come on stdin until it ends; run by ``_Worker`` in its own process."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever a library prints is no answer
    extraction: Extraction = pickle.load(sys.stdin.buffer)
    while True:
        try:
            source: Source = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        outcome: Extracted | PolicyGraphError | OSError
        try:
            outcome = extraction.attempt(source)
        except OSError as error:
            outcome = error
        pickle.dump(outcome, answers)
        answers.flush()


@dataclass(frozen=True, slots=True)
class Discovered:
    """What there is to read.

    Attributes:
        sources: the files, in a fixed order and each once.
        left_out: named files and folders that are not there.
        skipped: files of the folders that no one reads.
        moved: files that the store has documents of, and that are now among the sources in another place.
    """

    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...]
    skipped: tuple[LeftOut, ...]
    moved: frozenset[Path]


def discover(named: Iterable[Path], held: Mapping[Path, Entry], aside: Collection[Path] = ()) -> Discovered:
    """List the files of all sources.

    A file that the store has documents of, and that bears the name of a listed one, is listed too, so that both go by
    their paths, as they would had they been named together.

    Args:
        named: files and folders.
        held: files that the store has documents of, each with the entry of one.
        aside: tables that describe documents and are none, and folders to pass over.
    """
    from extract import reading

    roots: dict[Path, tuple[Path, Path]] = {}
    left_out: list[LeftOut] = []
    skipped: list[LeftOut] = []
    tables = {path.resolve() for path in aside}
    for path in named:
        try:
            discovered = reading.discover([path], aside)
        except ReadError as error:
            left_out.append(LeftOut.because(path, error))
            continue
        for file in discovered.files:
            if file.resolve() not in tables:
                roots.setdefault(file.resolve(), (file, path if path.is_dir() else path.parent))
        skipped += [LeftOut(reading.readable(each.path), each.reason, "PL-READ-SKIPPED") for each in discovered.skipped]
        for folder, reason in ((each.path, each.reason) for each in discovered.closed):
            left_out.append(LeftOut.because(folder, ReadError(f"{folder} {reason}", code="PL-READ-MISSING")))
        if not (discovered.files or discovered.closed):
            nothing = f"{path} holds no file that is read; known are {' '.join(reading.SUFFIXES)}"
            left_out.append(LeftOut.because(path, ReadError(nothing, code="PL-READ-EMPTY")))
    listed: dict[str, list[Path]] = {}
    for absolute, (file, _) in roots.items():
        listed.setdefault(file.stem, []).append(absolute)
    namesakes = {file for file in held if file.stem in listed and file not in roots}
    there = {file for file in namesakes if reading.is_there(file)}
    gone = namesakes - there
    digests = {stem: set(map(_sha256, listed[stem])) for stem in {file.stem for file in gone}}
    moved = frozenset(file for file in gone if held[file].sha256 in digests[file.stem])
    for file in there:
        root = Path(held[file].root)
        roots[file] = (file, root if file.is_relative_to(root) else file.parent)
    stems = {absolute: file.stem for absolute, (file, _) in roots.items()} | {f: f.stem for f in namesakes - moved}
    counts = Counter(stems.values())
    clashing = {file for file, stem in stems.items() if counts[stem] > 1}
    rivals = Counter(end for file in clashing for end in _ends(file))
    found = [
        Source(file, root, reading.readable(_distinct(absolute, rivals)), absolute in clashing)
        for absolute, (file, root) in sorted(roots.items())
    ]
    return Discovered(tuple(found), tuple(left_out), tuple(skipped), moved)


def _sha256(file: Path) -> str:
    from extract.reading import bytes_of

    try:
        return hashlib.sha256(bytes_of(file)).hexdigest()
    except ReadError:
        return ""


def _ends(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the ends of a path from its folder's name on, the shortest first."""
    return (path.parts[-length:] for length in range(2, len(path.parts)))


def _distinct(path: Path, rivals: Counter[tuple[str, ...]]) -> str:
    """Return the shortest end of a path that no other one has, given how many have each."""
    return "/".join(next((end for end in _ends(path) if rivals[end] <= 1), (path.name,)))


def _graph(content: bytes) -> str:
    """Return the IRI of the one named graph that a document's quads stand in."""
    graphs = {line[line.rindex(b"<") + 1 : line.rindex(b">")] for line in content.splitlines()}
    (graph,) = graphs
    return graph.decode()


@cache
def code_digest() -> str:
    """Digest the code and data that turn a text into quads: the extractor's version, never forgotten to be raised."""
    root = Path(__file__).parent.parent
    learned_from = ("training.py", "examples.py", "model/annotations", "model/written", "model/unseen")
    training = {root / "extract" / name for name in learned_from}
    paths = [root / "kg" / f"{name}.py" for name in ("statements", "derive", "decisions", "walk", "extraction")]
    for package in ("ontology", "extract"):
        files = (path for path in (root / package).rglob("*") if path.suffix != ".pyc" and path.is_file())
        paths += [path for path in files if training.isdisjoint((path, *path.parents))]
    return digest(*(part for path in sorted(paths) for part in (path.name, path.read_bytes())))


def digest(*parts: str | bytes) -> str:
    """Return the SHA-256 of several parts, in hex; where one ends and the next begins matters."""
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(len(content).to_bytes(8) + content)
    return total.hexdigest()


_ENTITY = re.compile(rf"#type> <{re.escape(PL)}(?:{'|'.join(Kind)})>".encode())
_LINK = re.compile(rf"#type> <{re.escape(PL)}Link>".encode())
