"""Build: sources in, a published graph out; only what changed is extracted, and nothing is half done.

A document's quads depend on its source's bytes and path below the folder that was named, its metadata, the extractor's
version and the scheme, and on nothing else, least of all on the time of the run. They are kept in the store's
``documents/`` folder as soon as they are extracted, so that a build that was stopped goes on where it was; the graph
itself is changed in one short step at the end and published whole.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg import decisions as curation
from kg.extraction import Extracted, Extraction, LeftOut, code_digest, digest, discover
from kg.graph import Counts, Embedded, Graph
from kg.paths import Paths, listed
from kg.progress import Progress, Silent
from kg.statements import SHA256
from kg.store import DEFAULT_STORE, Draft, Entry, Manifest, open_version, published_number, without, writing
from ontology.errors import NotFound, PolicyGraphError, StoreError, UsageError

_NAMED = 5
"""Documents that one message names."""

if TYPE_CHECKING:
    from spacy.language import Language

    from ontology.scheme import Scheme


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build or removal did, and what the graph holds afterwards.

    Attributes:
        store: the store's folder.
        version: number of the published version.
        published: whether this run published it; False where nothing had changed.
        built: identifiers of the documents that are new or changed.
        unchanged: identifiers of the named sources' documents that were as before, wherever their files are now.
        removed: identifiers of the documents taken out.
        renamed: what documents of the named sources were called before and are called now, as another file bears their
            name or none does any more; the former stand in ``removed`` too, the latter in ``built``.
        left_out: sources that could not be read.
        skipped: files of the folders that are no documents: hidden, or of an unknown suffix; of the workbooks that were
            read, sheets without texts.
        missing: documents that stay although their source file is gone.
        outdated: documents that stay as they were read before, as their source file is left out now.
        documents: how many documents the graph holds.
        counts: of the graph's entities and links.
    """

    store: Path
    version: int = 0
    published: bool = False
    built: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    skipped: tuple[LeftOut, ...] = ()
    missing: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    documents: int = 0
    counts: Counts = field(default_factory=Counts)


def build(
    sources: Paths,
    *,
    store: str | Path = DEFAULT_STORE,
    scheme: Paths = (),
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
        store: folder of the store; made where there is none, and only for a document that can be read.
        scheme: the researcher's own authority file (Turtle), or several, beside the bundled one.
        metadata: CSV table that overrides what is read off the documents.
        decisions: CSV table of links accepted or rejected, see ``kg.decisions``.
        nlp: a pipeline of your own, from ``extract.pipeline.load``; all that is named is extracted anew, as nothing
            tells whether its rules have changed.
        progress: hears how far the build has come.

    Returns:
        What was built, what was left out and why, and what the graph now holds.

    Raises:
        UsageError: no source is named, or a table or scheme can't be read.
        AuthorityError: a scheme breaks its rules.
        StoreError: the store is locked, damaged or can't be written, or its folder holds other things; what was
            published before is unharmed.
    """
    progress = progress or Silent()
    named, schemes = listed(sources), listed(scheme)
    if not named:
        raise UsageError("no source is named; give files or folders to build from")
    from extract.reading import is_there

    _check(schemes, metadata, decisions)
    aside = [Path(path) for path in (metadata, decisions, store) if path is not None]  # the store may lie in a source
    if published_number(Path(store)) == 0:
        discovered = discover(named, {}, aside)
        if not discovered.sources:  # then no store is made
            return BuildReport(Path(store), left_out=discovered.left_out, skipped=discovered.skipped)
    with writing(Path(store)) as draft:
        before = draft.manifest.documents
        held = {Path(entry.source): entry for entry in before.values()}
        discovered = discover(named, held, aside)
        left_out = list(discovered.left_out)
        own_schemes = draft.keep_scheme(schemes) if schemes else draft.scheme
        draft.keep_table("decisions", decisions)
        rows = _rows(draft.keep_table("metadata", metadata))
        extraction = Extraction(own_schemes, rows, draft.documents, nlp)
        draft.drop_useless(extraction.version)
        progress.start(len(discovered.sources))
        progress.stage("extracting")
        others = {source.key for source in discovered.sources} | set(map(str, discovered.moved))
        kept = {name: entry for name, entry in before.items() if entry.source not in others}
        entries: dict[str, Entry] = {}
        outdated: dict[str, Entry] = {}
        skipped = [*discovered.skipped]
        for source, outcome in extraction.outcomes(discovered.sources, before):
            if isinstance(outcome, Extracted) and any(name in entries or name in kept for name in outcome.entries):
                outcome = extraction.attempt(source, qualified=True)
            if isinstance(outcome, PolicyGraphError):
                left_out.append(LeftOut.because(source.path, outcome))
                here = {source.key, *(str(file) for file in discovered.moved if file.stem == source.path.stem)}
                outdated |= {name: entry for name, entry in before.items() if entry.source in here}
                kept |= outdated
                progress.source(0, 0, 0)
                continue
            entries.update(outcome.entries)
            skipped += (LeftOut.because(source.path, error) for error in outcome.unread)
            progress.source(len(outcome.entries), outcome.entities, outcome.links)
        documents = {**kept, **entries}
        progress.stage("linking")
        _apply(draft, documents, lambda: extraction.scheme)
        if metadata is not None:
            left_out += _unused(Path(metadata), rows, documents)
        if decisions is not None:
            left_out += _without_effect(Path(decisions), draft, extraction.scheme)
        progress.stage("publishing")
        unchanged = {name for name, entry in entries.items() if name in before and before[name].key == entry.key}
        missing = {name for name, entry in kept.items() if not is_there(entry.source)}
        report = BuildReport(
            store=Path(store),
            built=tuple(sorted(entries.keys() - unchanged)),
            unchanged=tuple(sorted(unchanged)),
            removed=tuple(sorted(before.keys() - documents.keys())),
            renamed=tuple(_renamed(before, documents)),
            left_out=tuple(left_out),
            skipped=tuple(skipped),
            missing=tuple(sorted(missing)),
            outdated=tuple(sorted(outdated.keys() - missing)),
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
    from ontology.scheme import load

    names = {names} if isinstance(names, str) else set(names)
    open_version(Path(store))
    with writing(Path(store)) as draft:
        documents = draft.manifest.documents
        unknown = sorted(names - documents.keys())
        if unknown:
            raise NotFound(f"{store} holds no document {unknown[0]!r}; kg info lists them", subject=unknown[0])
        _apply(draft, without(documents, names), lambda: load(*draft.scheme))
        return _publish(draft, BuildReport(store=Path(store), removed=tuple(sorted(names))))


def _check(schemes: Sequence[Path], metadata: str | Path | None, decisions: str | Path | None) -> None:
    """Find what is wrong with the tables that were given before anything is done."""
    from ontology.scheme import load

    for path in (*schemes, *(table for table in (metadata, decisions) if table)):
        try:
            Path(path).open("rb").close()
        except OSError as error:
            raise UsageError(
                f"{path} can't be read ({error.strerror}); check its path and rights", subject=str(path)
            ) from error
    if schemes:
        load(*schemes)
    _rows(Path(metadata) if metadata else None)
    if decisions:
        curation.load(Path(decisions))


def _rows(table: Path | None) -> Mapping[str, Mapping[str, str]]:
    """Return the metadata table's rows by document."""
    from extract.metadata import load_table

    return load_table(table) if table else {}


def _renamed(before: Mapping[str, Entry], documents: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """Yield the former and the present name of each document of a file that is known again."""
    new: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(documents.keys() - before.keys()):
        for file in (documents[name].source, documents[name].sha256):
            for end in (*_ends(name), ""):
                new[file, end].append(name)
    for old in sorted(before.keys() - documents.keys()):
        files, ends = (before[old].source, before[old].sha256), (*_ends(old), "")
        known = next((new[file, end] for file in files for end in ends if (file, end) in new), [])
        if len(known) == 1:
            yield old, known[0]


def _ends(name: str) -> Iterator[str]:
    """Yield a name and what remains of it without its first folder, its first two, and so on."""
    yield name
    while "/" in name:
        name = name.partition("/")[2]
        yield name


def _unused(table: Path, rows: Mapping[str, Mapping[str, str]], documents: Iterable[str]) -> list[LeftOut]:
    """Return what rows of a metadata table describe no document of the graph."""
    from extract.metadata_table import without_suffix

    idle = sorted(rows.keys() - {way for name in documents for way in (name, without_suffix(name))})
    if not idle:
        return []
    some = ", ".join(idle[:_NAMED]) + (f" and {len(idle) - _NAMED} more" if len(idle) > _NAMED else "")
    reason = f"{table}: the graph has no document {some}; write the names as kg info lists them"
    return [LeftOut(str(table), reason, "PL-TABLE-ROW")]


def _apply(draft: Draft, documents: Mapping[str, Entry], scheme: Callable[[], Scheme]) -> None:
    """Make the draft hold these documents, the decisions, and what follows from them.

    Args:
        draft: the next version.
        documents: what it is to hold.
        scheme: gives the authority file, which takes its time to read: it is asked for only where something changes.
    """
    from kg import derive

    before = draft.manifest.documents
    tables = {name: draft.keep_table(name, None) for name in ("metadata", "decisions")}
    decisions = curation.load(tables["decisions"]) if tables["decisions"] else ()
    rejected = {decision.link for decision in decisions if not decision.accepted}
    given = {name: digest(path.read_bytes()) for name, path in tables.items() if path}
    rules = digest(code_digest(), *(path.read_bytes() for path in draft.scheme))
    redecided = given.get("decisions") != draft.manifest.tables.get("decisions")
    manifest = Manifest(dict(documents), rules, given)
    if manifest == draft.manifest:
        return
    changed = [name for name, entry in sorted(documents.items()) if redecided or before.get(name) != entry]
    draft.replace_graphs(
        (ox.NamedNode(documents[name].graph), curation.without_rejected(_load(draft, name, documents[name]), rejected))
        for name in changed
    )
    draft.replace_graphs((ox.NamedNode(before[name].graph), ()) for name in before.keys() - documents.keys())
    own = scheme()
    known = derive.known(draft.store, own)
    founded = [decision for decision in decisions if curation.unfounded(decision, known) is None]
    draft.replace_graph(curation.GRAPH, curation.statements(founded))
    derive.renew(draft, own)
    draft.manifest = manifest


def _without_effect(table: Path, draft: Draft, scheme: Scheme) -> list[LeftOut]:
    """Return which rows of a table of decisions change nothing."""
    from kg import derive

    known = derive.known(draft.store, scheme)
    idle: list[LeftOut] = []
    rejections: dict[bytes, curation.Decision] = {}
    for decision in curation.load(table):
        reason = curation.unfounded(decision, known)
        if reason is not None:
            idle.append(LeftOut(str(table), f"{table} row {decision.row}: {reason}", "PL-TABLE-ROW"))
        elif not decision.accepted and not (
            (concept := scheme.concept(decision.subject))
            and (decision.predicate, decision.object) in derive.upward_links(concept)
        ):
            rejections[f"{decision.link} ".encode()] = decision
    for entry in draft.manifest.documents.values() if rejections else ():
        content = _content(draft, entry)
        rejections = {link: decision for link, decision in rejections.items() if link not in content}
    for decision in rejections.values():
        reason = f"{table} row {decision.row}: no document says so, so there is nothing to reject; leave the row out"
        idle.append(LeftOut(str(table), reason, "PL-TABLE-ROW"))
    return idle


def _publish(draft: Draft, report: BuildReport) -> BuildReport:
    """Publish the draft if it differs from what is published, and complete the report."""
    base = draft.base
    published = bool(draft.manifest.documents or base) and (base is None or base.manifest != draft.manifest)
    counts = Graph(Embedded(draft.store)).counts()
    if published:
        number = draft.publish()
    else:
        number = base.number if base else 0
        draft.drop_unused()
    return replace(report, version=number, published=published, documents=len(draft.manifest.documents), counts=counts)


def _load(draft: Draft, name: str, entry: Entry) -> list[ox.Triple]:
    """Return what a document says, with the present digest of its file: another row of a table may have changed."""
    try:
        content = _content(draft, entry)
    except FileNotFoundError as error:
        raise StoreError(
            f"{draft.folder} has lost the quads of {name!r}; kg remove it, then build {entry.source} again",
            subject=name,
            code="PL-STORE-DAMAGED",
        ) from error
    triples = (quad.triple for quad in ox.parse(content, format=ox.RdfFormat.N_QUADS))
    return [ox.Triple(t.subject, SHA256, ox.Literal(entry.sha256)) if t.predicate == SHA256 else t for t in triples]


def _content(draft: Draft, entry: Entry) -> bytes:
    return gzip.decompress((draft.documents / entry.key).read_bytes())
