"""The process that answers queries: ``python -m kg.server.worker STORE MEMORY``.

It reads one request a line (JSON) on its standard input and answers each on its standard output with a line that
describes the answer, and the answer. It holds the published version open, read-only, and goes over to a newer one
between two requests. It is killed from outside when a query takes too long; an answer is complete before it is sent.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyoxigraph as ox

from kg import engine, guard, sparql
from kg.server.confinement import arm, cut_network, limit_memory
from kg.server.truncation import marked
from kg.store import Version, open_version, published
from ontology.errors import NotFound, PolicyGraphError, QueryError
from ontology.terms import PREFIXES

ROW_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_LONGEST = 1000
"""Characters of an error's message and of its subject."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker is asked.

    Attributes:
        query: SPARQL; None for the triples of ``graph``.
        graph: IRI of a named graph, None for the default one.
        base: what relative IRIs start from.
        default: graphs that make up the default graph; None where the protocol names none.
        named: graphs that ``GRAPH`` sees.
        row_format: key of ``ROW_FORMATS``; None where the client takes none.
        graph_format: key of ``GRAPH_FORMATS``; None where the client takes none.
        rows: greatest number of rows or triples.
        size: greatest size of the answer in bytes.
        nesting: greatest depth of brackets.
        seconds: after this time the process ends itself, should nobody have killed it.
    """

    query: str | None = None
    graph: str | None = None
    base: str = "http://localhost/sparql"
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    row_format: str | None = "json"
    graph_format: str | None = "ttl"
    rows: int = 10_000
    size: int = 64 << 20
    nesting: int = guard.NESTING
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out: the content, its format (a key of the tables above), and whether something was cut off."""

    content: bytes
    format: str
    truncated: bool = False
    version: int = 0


def answer(store: ox.Store, request: Request) -> Answer:
    """Answer a request whole.

    Raises:
        QueryError: it can't be parsed, is refused, or gives what the client does not take.
        NotFound: the store has no such graph.
    """
    if request.query is not None:
        guard.check(request.query, request.nesting)
        guard.refuse_update(request.query)
    try:
        if request.query is None:
            return _whole_graph(store, request)
        asked = guard.Dataset(request.default, request.named)
        results = engine.run(store, request.query, asked, request.base)
        if isinstance(results, ox.QueryTriples):
            return _triples(results, request)
        form = _accepted(request.row_format, "rows")
        if isinstance(results, ox.QueryBoolean):
            return Answer(results.serialize(format=ROW_FORMATS[form]) or b"", form)
        return _rows(results, form, request)
    except SyntaxError as error:
        raise sparql.unparsed(error, request.query or "") from error
    except (OSError, ValueError, RuntimeError) as error:
        what = "query can't be answered" if request.query is not None else "graph can't be given"
        raise QueryError(f"the {what}: {error}") from error


def _rows(results: ox.QuerySolutions, form: str, request: Request) -> Answer:
    """Write rows down as TSV, whose cells are the terms themselves, and have the engine turn it into other formats."""
    lines = ["\t".join(f"?{variable.value}" for variable in results.variables)]
    cut = _Cut(request)
    for solution in results:
        line = "\t".join("" if term is None else _text(term) for term in solution)
        if cut.full(len(line.encode())):
            break
        lines.append(line)
    content = ("\n".join(lines) + "\n").encode()
    if form != "tsv":
        parsed = ox.parse_query_results(content, format=ox.QueryResultsFormat.TSV)
        assert isinstance(parsed, ox.QuerySolutions)
        content = parsed.serialize(format=ROW_FORMATS[form]) or b""
    if cut.truncated:
        content = marked(content, form, len(results.variables))
    return Answer(content, form, cut.truncated)


def _triples(results: Iterable[ox.Triple], request: Request) -> Answer:
    form = _accepted(request.graph_format, "triples")
    cut = _Cut(request)
    kept: dict[ox.Triple, None] = {}
    for triple in results:
        if triple in kept:
            continue
        if cut.full(len(str(triple).encode())):
            break
        kept[triple] = None
    content = ox.serialize(kept, format=GRAPH_FORMATS[form], prefixes=PREFIXES) or b""
    return Answer(marked(content, form) if cut.truncated else content, form, cut.truncated)


def _whole_graph(store: ox.Store, request: Request) -> Answer:
    """Return all triples of a graph: never a part, since whoever copies a graph takes it for the whole."""
    form = _accepted(request.graph_format, "triples")
    name = ox.NamedNode(request.graph) if request.graph is not None else ox.DefaultGraph()
    if isinstance(name, ox.NamedNode) and not store.contains_named_graph(name):
        raise NotFound(f"there is no graph {request.graph}", subject=request.graph)
    size = 0

    def triples() -> Iterator[ox.Triple]:
        nonlocal size
        for quad in store.quads_for_pattern(None, None, None, name):
            size += len(str(quad.triple).encode())
            if size > request.size:
                raise QueryError(f"the graph is larger than {request.size} bytes; kg export", code="PL-SERVER-SIZE")
            yield quad.triple

    return Answer(ox.serialize(list(triples()), format=GRAPH_FORMATS[form], prefixes=PREFIXES) or b"", form)


class _Cut:
    """Counts rows and bytes, and tells when an answer is full."""

    def __init__(self, request: Request) -> None:
        self._rows, self._size = request.rows, request.size
        self.truncated = False

    def full(self, size: int) -> bool:
        self._rows -= 1
        self._size -= size
        self.truncated = self._rows < 0 or self._size < 0
        return self.truncated


def _accepted(form: str | None, what: str) -> str:
    if form is None:
        raise QueryError(f"the query gives {what}, and the request accepts no format for them", code="PL-SERVER-ACCEPT")
    return form


def _text(term: Any) -> str:
    """Return a term as SPARQL writes it; ``str`` leaves the brackets of a triple out."""
    if isinstance(term, ox.Triple):
        return f"<<( {_text(term.subject)} {_text(term.predicate)} {_text(term.object)} )>>"
    return str(term)


class _Published:
    """The published version, reopened when another one is published."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: tuple[tuple[int, int, int], Version] | None = None

    def version(self) -> Version:
        now = published(self._folder)
        if self._held is None or self._held[0] != now:
            self._held = now, open_version(self._folder)
        return self._held[1]


def reply(output: BinaryIO, head: Mapping[str, Any], content: bytes = b"") -> None:
    """Send one answer: a line that describes it, with its length, and the content."""
    output.write(json.dumps({**head, "length": len(content)}).encode() + b"\n" + content)
    output.flush()


def refusal(error: PolicyGraphError) -> dict[str, Any]:
    """Return an error as it goes over the pipe, whose lines have an end; an IRI in it may be as long as a request."""
    return {"error": {"code": error.code, "message": _short(str(error)), "subject": _short(error.subject)}}


def _short(text: str | None) -> str | None:
    return f"{text[:_LONGEST]}…" if text is not None and len(text) > _LONGEST else text


def main() -> None:
    """Answer requests until the pipe is closed."""
    folder, memory = Path(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit_memory(memory)
    cut_network()
    current = _Published(folder)
    output = sys.stdout.buffer
    for line in sys.stdin.buffer:
        request = Request(**json.loads(line))
        arm(request.seconds)
        try:
            version = current.version()
            found = answer(version.store, request)
        except PolicyGraphError as error:
            reply(output, refusal(error))
        except MemoryError:
            reply(output, refusal(QueryError("the answer needs too much memory", code="PL-QUERY-MEMORY")))
        except Exception as error:  # noqa: BLE001  the edge of the server: whoever asked is told, the process goes on
            what = f"the query failed ({type(error).__name__}: {error}); please report it"
            reply(output, refusal(PolicyGraphError(what, code="PL-SERVER")))
        else:
            described = asdict(found) | {"version": version.number}
            reply(output, {key: described[key] for key in ("format", "truncated", "version")}, found.content)
        arm(0)


if __name__ == "__main__":
    main()
