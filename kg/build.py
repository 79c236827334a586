"""Build: sources in, a published graph out; only what changed is extracted, and nothing is half done.

A document's quads depend on its source's bytes, its metadata, the extractor's version and the scheme, and on nothing
else, least of all on the time of the run. They are kept in the store's ``documents/`` folder as soon as they are
extracted, so that a build that was stopped goes on where it was; the graph itself is changed in one short step at the
end and published whole.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg import decisions as curation
from kg.graph import Counts, Embedded, Graph
from kg.progress import Progress, Silent
from kg.store import DEFAULT_STORE, Draft, Entry, Manifest, open_version, write_atomically, writing
from ontology.errors import ExtractionError, NotFound, PolicyGraphError, ReadError, StoreError, UsageError
from ontology.terms import PL, Kind

if TYPE_CHECKING:
    from spacy.language import Language

    from extract.document import Document
    from ontology.scheme import Scheme


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that is not in the graph, and why, in one line."""

    source: str
    reason: str
    code: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build or removal did, and what the graph holds afterwards.

    Attributes:
        store: the store's folder.
        version: number of the published version.
        published: whether this run published it; False where nothing had changed.
        built: identifiers of the documents that are new or changed.
        unchanged: identifiers of the named sources' documents that were as before.
        removed: identifiers of the documents taken out.
        left_out: sources that could not be read.
        skipped: files of the folders that are no documents: hidden, or of an unknown suffix.
        missing: documents that stay although their source file is gone.
        documents: how many documents the graph holds.
        counts: of the graph's entities and links.
    """

    store: Path
    version: int = 0
    published: bool = False
    built: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    skipped: tuple[LeftOut, ...] = ()
    missing: tuple[str, ...] = ()
    documents: int = 0
    counts: Counts = field(default_factory=Counts)


def build(
    sources: str | Path | Iterable[str | Path],
    *,
    store: str | Path = DEFAULT_STORE,
    scheme: Sequence[str | Path] = (),
    metadata: str | Path | None = None,
    decisions: str | Path | None = None,
    nlp: Language | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Read files and folders into a store; a second run touches only what changed.

    A named source's documents become exactly what the source now yields. Documents of sources that are not named
    stay; so do a scheme, metadata and decisions given earlier, until others are given.

    Args:
        sources: files, and folders that are searched for files.
        store: folder of the store; made where there is none.
        scheme: the researcher's own authority files (Turtle), beside the bundled one.
        metadata: CSV table that overrides what is read off the documents.
        decisions: CSV table of links accepted or rejected, see ``kg.decisions``.
        nlp: a pipeline of your own, from ``extract.pipeline.load``.
        progress: hears how far the build has come.

    Returns:
        What was built, what was left out and why, and what the graph now holds.

    Raises:
        UsageError: no source is named, or a table can't be read.
        AuthorityError: a scheme breaks its rules.
        StoreError: the store is locked, damaged or can't be written; what was published before is unharmed.
    """
    progress = progress or Silent()
    sources = [sources] if isinstance(sources, str | Path) else list(sources)
    if not sources:
        raise UsageError("no source is named; give files or folders to build from")
    _check(scheme, metadata, decisions)
    found, left_out, skipped = _find([Path(source) for source in sources])
    with writing(Path(store)) as draft:
        before = draft.manifest.documents
        own_schemes = draft.keep_scheme([Path(path) for path in scheme]) if scheme else draft.scheme
        draft.keep_table("decisions", decisions)
        rows = _rows(draft.keep_table("metadata", metadata))
        extraction = _Extraction(own_schemes, rows, draft.documents, nlp)
        progress.start(len(found))
        progress.stage("extracting")
        entries: dict[str, Entry] = {}
        read = set()
        for source in found:
            try:
                extracted = extraction.unchanged(source, before, entries) or extraction.extract(source, entries)
            except PolicyGraphError as error:
                left_out.append(LeftOut(str(source.path), str(error), error.code))
                extracted = _Extracted({})
            else:
                read.add(source.key)
            entries.update(extracted.entries)
            progress.source(len(extracted.entries), extracted.entities, extracted.links)
        kept = {name: entry for name, entry in before.items() if entry.source not in read and name not in entries}
        progress.stage("linking")
        _apply(draft, {**kept, **entries})
        progress.stage("publishing")
        report = BuildReport(
            store=Path(store),
            built=tuple(sorted(name for name, entry in entries.items() if before.get(name) != entry)),
            unchanged=tuple(sorted(name for name, entry in entries.items() if before.get(name) == entry)),
            removed=tuple(sorted(before.keys() - kept.keys() - entries.keys())),
            left_out=tuple(left_out),
            skipped=tuple(skipped),
            missing=tuple(sorted(name for name, entry in kept.items() if not Path(entry.source).exists())),
        )
        return _publish(draft, report)


def remove(names: str | Iterable[str], *, store: str | Path = DEFAULT_STORE) -> BuildReport:
    """Take documents out of a store; what was derived from them is derived anew.

    Args:
        names: identifiers of documents, as ``info`` lists them.
        store: folder of the store.

    Raises:
        NotFound: the store holds no document of that name; nothing is removed then.
        StoreError: there is no store, or it is locked, damaged or can't be written.
    """
    names = {names} if isinstance(names, str) else set(names)
    open_version(Path(store))
    with writing(Path(store)) as draft:
        documents = draft.manifest.documents
        unknown = sorted(names - documents.keys())
        if unknown:
            raise NotFound(f"{store} holds no document {unknown[0]!r}; kg info lists them", subject=unknown[0])
        _apply(draft, {name: entry for name, entry in documents.items() if name not in names})
        return _publish(draft, BuildReport(store=Path(store), removed=tuple(sorted(names))))


@dataclass(frozen=True, slots=True)
class _Source:
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
        return str(self.path.resolve())


@dataclass(frozen=True, slots=True)
class _Extracted:
    """The documents of one source, and how much they say."""

    entries: Mapping[str, Entry]
    entities: int = 0
    links: int = 0


class _Extraction:
    """Turns sources into files of quads; the pipeline is loaded when the first document needs it."""

    def __init__(
        self, schemes: Sequence[Path], rows: Mapping[str, Mapping[str, str]], folder: Path, nlp: Language | None
    ) -> None:
        self._schemes = schemes
        self._rows = rows
        self._folder = folder
        self._nlp = nlp
        own = nlp.config.to_str() if nlp is not None else ""
        self._version = _digest(_code_digest(), own, *(path.read_bytes() for path in schemes))

    @cached_property
    def _scheme(self) -> Scheme:
        from ontology import scheme

        return scheme.load(*self._schemes)

    @cached_property
    def _pipeline(self) -> Language:
        from extract import pipeline

        return self._nlp if self._nlp is not None else pipeline.load(scheme=self._scheme)

    def unchanged(self, source: _Source, before: Mapping[str, Entry], taken: Collection[str]) -> _Extracted | None:
        """Return the documents of a source that needs no reading, as nothing that they depend on has changed."""
        entries = {name: entry for name, entry in before.items() if entry.source == source.key}
        key = self._source_key(source)
        if not entries or any(name in taken or entry.source_key != key for name, entry in entries.items()):
            return None
        return _Extracted(entries)

    def extract(self, source: _Source, taken: Collection[str]) -> _Extracted:
        """Read a source and make sure that a file of quads exists for each of its documents."""
        from extract.metadata import describe
        from extract.reading import read

        key = self._source_key(source)
        entries: dict[str, Entry] = {}
        entities = links = 0
        for document in read(source.path, root=source.root):
            identifier = document.identifier
            if source.clashes:
                whole = identifier == source.path.stem
                identifier = source.relative if whole else f"{source.relative}/{identifier}"
            elif identifier in taken:
                identifier = f"{source.relative}/{identifier}"
            if identifier in entries:
                raise ReadError(f"{source.path}: two documents are called {identifier!r}", subject=str(source.path))
            row = self._row(identifier, document.identifier)
            document = describe(replace(document, identifier=identifier), row)
            path = self._folder / self._document_key(document)
            if not path.exists():
                write_atomically(path, gzip.compress(self._quads(document), compresslevel=3, mtime=0))
            content = gzip.decompress(path.read_bytes())
            entries[identifier] = Entry(_graph(content), path.name, source.key, key)
            entities += len(_ENTITY.findall(content))
            links += len(_LINK.findall(content))
        return _Extracted(entries, entities, links)

    def _quads(self, document: Document) -> bytes:
        from extract import pipeline
        from kg import statements

        try:
            annotation = pipeline.annotate(self._pipeline, document)
            quads = set(statements.statements(annotation, self._scheme))
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise ExtractionError(
                f"{document.source}: the extractor failed ({type(error).__name__}: {error}); please report it",
                subject=document.source,
            ) from error
        return "".join(sorted(f"{quad} .\n" for quad in quads)).encode()

    def _source_key(self, source: _Source) -> str:
        try:
            content = source.path.read_bytes()
        except OSError as error:
            raise ReadError(f"{source.path} can't be read ({error.strerror})", subject=str(source.path)) from error
        name = source.relative if source.clashes else source.path.name
        many = source.path.suffix.lower() in (".csv", ".xlsx")
        told = self._rows if many else self._row(name, source.path.stem)
        return _digest(content, name, json.dumps(told, ensure_ascii=False, sort_keys=True), self._version)

    def _row(self, *names: str) -> Mapping[str, str] | None:
        """Return the metadata row of the document that goes by one of the names, with or without its suffix."""
        ways = (way for name in names for way in (name, str(PurePosixPath(name).with_suffix(""))))
        return next((self._rows[way] for way in ways if way in self._rows), None)

    def _document_key(self, document: Document) -> str:
        told = (document.identifier, document.source, document.sha256, document.text, repr(document.metadata))
        return _digest(*told, self._version)


def _check(schemes: Sequence[str | Path], metadata: str | Path | None, decisions: str | Path | None) -> None:
    """Find what is wrong with the tables that were given before anything is done."""
    from ontology.scheme import load

    if schemes:
        load(*(Path(path) for path in schemes))
    _rows(Path(metadata) if metadata else None)
    if decisions:
        curation.load(Path(decisions))


def _rows(table: Path | None) -> Mapping[str, Mapping[str, str]]:
    """Return the metadata table's rows by document."""
    from extract.metadata import load_table

    return load_table(table) if table else {}


def _find(named: Iterable[Path]) -> tuple[list[_Source], list[LeftOut], list[LeftOut]]:
    """List the files of all sources in a fixed order, each once; those that are not there; those that no one reads."""
    from extract.reading import discover

    roots: dict[Path, tuple[Path, Path]] = {}
    left_out: list[LeftOut] = []
    skipped: list[LeftOut] = []
    for path in named:
        try:
            discovered = discover([path])
        except ReadError as error:
            left_out.append(LeftOut(str(path), str(error), error.code))
            continue
        for file in discovered.files:
            roots.setdefault(file.resolve(), (file, path if path.is_dir() else path.parent))
        skipped += [LeftOut(str(skip.path), skip.reason, "PL-READ-SKIPPED") for skip in discovered.skipped]
    stems = Counter(file.stem for file, _ in roots.values())
    clashing = [absolute for absolute, (file, _) in roots.items() if stems[file.stem] > 1]
    found = [
        _Source(file, root, _distinct(absolute, clashing), stems[file.stem] > 1)
        for absolute, (file, root) in sorted(roots.items())
    ]
    return found, left_out, skipped


def _distinct(path: Path, others: Collection[Path]) -> str:
    """Return the shortest end of ``path``, folder included, that none of the others has."""
    rivals = [other for other in others if other != path and other.stem == path.stem]
    for length in range(2, len(path.parts)):
        end = path.parts[-length:]
        if all(other.parts[-length:] != end for other in rivals):
            return "/".join(end)
    return path.name


def _apply(draft: Draft, documents: Mapping[str, Entry]) -> None:
    """Make the draft hold these documents, the decisions, and what follows from them."""
    from kg import derive
    from ontology import scheme

    before = draft.manifest.documents
    table = draft.keep_table("decisions", None)
    decisions = curation.load(table) if table else ()
    rejected = {decision.link for decision in decisions if not decision.accepted}
    curated = _digest(table.read_bytes() if table else b"")
    rules = _digest(_code_digest(), *(path.read_bytes() for path in draft.scheme))
    redecided = curated != draft.manifest.decisions
    if before == documents and not redecided and rules == draft.manifest.rules:
        return
    changed = [name for name, entry in sorted(documents.items()) if redecided or before.get(name) != entry]
    draft.replace_graphs(
        (ox.NamedNode(documents[name].graph), curation.without_rejected(_load(draft, name, documents[name]), rejected))
        for name in changed
    )
    draft.replace_graphs((ox.NamedNode(before[name].graph), ()) for name in before.keys() - documents.keys())
    draft.replace_graph(curation.GRAPH, curation.statements(decisions))
    followed: dict[ox.NamedNode, list[ox.Triple]] = {
        graph: [] for graph in draft.graphs() - {ox.NamedNode(entry.graph) for entry in documents.values()}
    }
    followed.pop(curation.GRAPH, None)
    for quad in derive.derive(draft.store, scheme.load(*draft.scheme)):
        followed.setdefault(quad.graph_name, []).append(quad.triple)
    draft.replace_graphs(followed.items())
    draft.manifest = Manifest(dict(documents), rules, curated)


def _publish(draft: Draft, report: BuildReport) -> BuildReport:
    """Publish the draft if it differs from what is published, and complete the report."""
    base = draft.base
    published = bool(draft.manifest.documents or base) and (base is None or base.manifest != draft.manifest)
    counts = Graph(Embedded(draft.store)).counts()
    number = draft.publish() if published else (base.number if base else 0)
    if base is not None:
        used = {entry.key for entry in draft.manifest.documents.values()}
        for entry in base.manifest.documents.values():
            if entry.key not in used:
                (draft.documents / entry.key).unlink(missing_ok=True)
    return replace(report, version=number, published=published, documents=len(draft.manifest.documents), counts=counts)


def _load(draft: Draft, name: str, entry: Entry) -> list[ox.Triple]:
    try:
        content = gzip.decompress((draft.documents / entry.key).read_bytes())
    except FileNotFoundError as error:
        raise StoreError(
            f"{draft.folder} has lost the quads of {name!r}; kg remove it, then build {entry.source} again",
            subject=name,
            code="PL-STORE-DAMAGED",
        ) from error
    return [quad.triple for quad in ox.parse(content, format=ox.RdfFormat.N_QUADS)]


def _graph(content: bytes) -> str:
    """Return the IRI of the one named graph that a document's quads stand in."""
    graphs = {line[line.rindex(b"<") + 1 : line.rindex(b">")] for line in content.splitlines()}
    (graph,) = graphs
    return graph.decode()


@cache
def _code_digest() -> str:
    """Digest the code and data that turn a text into quads: the extractor's version, never forgotten to be raised."""
    packages = (Path(__file__).parent.parent / name for name in ("ontology", "extract"))
    paths = [path for package in packages for path in package.rglob("*") if path.suffix != ".pyc" and path.is_file()]
    paths += [Path(__file__).parent / name for name in ("statements.py", "derive.py", "decisions.py")]
    return _digest(*(part for path in sorted(paths) for part in (path.name, path.read_bytes())))


def _digest(*parts: str | bytes) -> str:
    total = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        total.update(len(content).to_bytes(8) + content)
    return total.hexdigest()


_ENTITY = re.compile(rf"#type> <{re.escape(PL)}(?:{'|'.join(Kind)})>".encode())
_LINK = re.compile(rf"#type> <{re.escape(PL)}Link>".encode())
