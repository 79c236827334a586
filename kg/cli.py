"""The command ``kg``: takes arguments (``kg.arguments``), calls the package's functions, prints (``kg.terminal``).

A command is one function below whose name is the verb and whose docstring is its help, registered with its arguments.
It returns an exit code: 0 all well, 1 nothing could be done, 2 wrong usage, 3 done in part.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.arguments import (
    ACCESS,
    DRAWN,
    GRAPH,
    JSON,
    QUIET,
    STORE,
    USUAL_STORE,
    WITHIN,
    Argument,
    ListLibrary,
    ShowVersion,
    access,
    argument,
    at_least_one,
    folder,
    parameter,
    query_text,
)
from kg.terminal import (
    counted,
    err,
    out,
    print_counts,
    print_document,
    print_documents,
    print_figures,
    print_json,
    print_report,
    print_rows,
    whole,
)
from ontology.errors import (
    AmbiguousName,
    IncompleteAnswer,
    NotFound,
    OutputError,
    PolicyGraphError,
    QueryError,
    UsageError,
)
from ontology.terms import SHOWN

if TYPE_CHECKING:
    from kg.graph import Graph

DONE, NOTHING_DONE, WRONG_USAGE, DONE_IN_PART = range(4)
INTERRUPTED = 130

Command = Callable[[argparse.Namespace], int]

_COMMANDS: list[tuple[Command, tuple[Argument, ...]]] = []


def command(*arguments: Argument) -> Callable[[Command], Command]:
    """Register a function as the command of its name."""

    def register(function: Command) -> Command:
        _COMMANDS.append((function, arguments))
        return function

    return register


@command(
    STORE,
    argument("--pictures", metavar="DIR", type=Path, default=Path("demo"), help="folder of the pictures (./demo)"),
)
def demo(args: argparse.Namespace) -> int:
    """Build the example graph, print a lineage and write its pictures."""
    from kg.demo import demo
    from kg.example import MARKER
    from kg.lineage import tree

    made = demo(args.pictures, store=args.store)
    out.print(f"{MARKER}\n")
    out.print(tree(made.lineage))
    whole.print(f"\ngraph     {made.store}  ({made.documents} documents; kg info, kg query, kg serve)")
    whole.print(f"pictures  {'  '.join(map(str, made.pictures))}")
    return DONE


@command(
    argument("sources", metavar="SOURCE", nargs="+", type=Path, help="a file, or a folder that is searched for files"),
    STORE,
    argument("--scheme", metavar="FILE.ttl", action="append", default=[], type=Path, help="your own authority file"),
    argument("--metadata", metavar="FILE.csv", type=Path, help="table that overrides what is read off the documents"),
    argument("--decisions", metavar="FILE.csv", type=Path, help="table of links that people accept or reject"),
    QUIET,
    JSON,
)
def build(args: argparse.Namespace) -> int:
    """Read files and folders into the graph; a second run touches only what changed."""
    from kg.build import build
    from kg.progress import TerminalProgress

    bar = nullcontext() if args.quiet or args.json or not err.is_terminal else TerminalProgress(err)
    with bar as progress:
        report = build(
            args.sources,
            store=args.store,
            scheme=args.scheme,
            metadata=args.metadata,
            decisions=args.decisions,
            progress=progress,
        )
    print_report(report, quiet=args.quiet, as_json=args.json)
    if not report.left_out:
        return DONE
    return DONE_IN_PART if report.built or report.unchanged else NOTHING_DONE


@command(
    argument("names", metavar="NAME", nargs="+", help="identifier of a document, as kg info lists it"),
    STORE,
    QUIET,
    JSON,
)
def remove(args: argparse.Namespace) -> int:
    """Take documents out of the graph."""
    from kg.build import remove

    print_report(remove(args.names, store=args.store), quiet=args.quiet, as_json=args.json)
    return DONE


@command(
    argument(
        "names", metavar="NAME", nargs="*", help="tell all that is known of these documents, and how it was found"
    ),
    GRAPH,
    JSON,
)
def info(args: argparse.Namespace) -> int:
    """Say what the graph holds."""
    from kg.graph import info

    held = info(store=args.store)
    documents = {document.identifier: document for document in held.documents}
    unknown = next((name for name in args.names if name not in documents), None)
    if unknown is not None:
        raise NotFound(f"{args.store} holds no document {unknown!r}; kg info lists them", subject=unknown)
    if args.json:
        print_json([asdict(documents[name]) for name in args.names] if args.names else asdict(held))
        return DONE
    for name in args.names:
        print_document(documents[name])
    if args.names:
        return DONE
    print_documents(held.documents)
    print_counts(held.counts)
    out.print(
        f"{held.mentions} mentions of entities, {held.indicators} indicators;"
        " kg info NAME tells how a document was described"
    )
    return DONE


@command(
    argument("query", metavar="QUERY", type=query_text, help="SPARQL text, a .rq file, or the name of a library query"),
    argument(*STORE[0], **{**STORE[1], "default": None}),
    argument("--endpoint", metavar="URL", help="ask this SPARQL endpoint instead of a store"),
    *ACCESS,
    argument("--list", action=ListLibrary, help="name the library's queries with their parameters, and exit"),
    argument(
        "--param",
        metavar="NAME=VALUE",
        type=parameter,
        action="append",
        default=[],
        help="value of a variable of the query",
    ),
    argument("--format", choices=["table", "csv", "tsv", "json", "xml", "ttl"], default="table"),
)
def query(args: argparse.Namespace) -> int:
    """Ask the graph in SPARQL or by the name of a library query."""
    from kg.interruption import interruptible

    seconds = None if args.endpoint else args.timeout
    with (
        warnings.catch_warnings(record=True) as warned,
        interruptible(_interrupted, lambda: _late(seconds), seconds),
        _asked(args) as graph,
    ):
        warnings.simplefilter("always", IncompleteAnswer)
        parameters = graph.meant(args.query, **dict(args.param))
        if args.format != "table":
            answer = graph.serialize(args.query, args.format, **parameters)
            sys.stdout.buffer.write(answer if answer.endswith(b"\n") else answer + b"\n")
        else:
            print_rows(graph.query(args.query, **parameters))
        unknown = graph.unknown_names(args.query, **parameters)
    for name in unknown:
        print(f"the graph knows nothing named {name}", file=sys.stderr)
    for warning in warned:
        print(warning.message, file=sys.stderr)
    return DONE_IN_PART if any(warning.category is IncompleteAnswer for warning in warned) else DONE


@command(
    argument("endpoint", metavar="ENDPOINT", help="a Graph Store service, or a folder: N-Quads for a bulk loader"),
    STORE,
    *ACCESS,
    argument("--no-union", action="store_true", help="for servers whose default graph is the union of the named ones"),
    argument("--again", action="store_true", help="send everything, whatever was sent before"),
    QUIET,
    JSON,
)
def push(args: argparse.Namespace) -> int:
    """Put the graph into another SPARQL server or a folder, graph by graph; a second run sends only what changed."""
    from kg.progress import counting
    from kg.push import push

    bar = nullcontext() if args.quiet or args.json else counting("pushing", err)
    with bar as listener:
        report = push(
            args.endpoint,
            store=args.store,
            union=not args.no_union,
            again=args.again,
            listener=listener,
            **access(args),
        )
    if args.json:
        print_json(asdict(report))
    elif not args.quiet:
        counts = f"{len(report.sent)} graphs sent, {len(report.unchanged)} unchanged, {len(report.deleted)} deleted"
        whole.print(f"{report.target}: {counts}; {report.triples} triples")
    for name, reason in report.failed:
        print(f"left out: {name}: {reason}", file=sys.stderr)
    if not report.failed:
        return DONE
    return DONE_IN_PART if report.sent or report.unchanged or report.deleted else NOTHING_DONE


@command(
    argument("name", metavar="NAME", help="a label of the entity, or its IRI"),
    GRAPH,
    WITHIN,
    argument(
        "--confidence", type=float, default=SHOWN, help="leave out links less sure, 0 to 1 (default: %(default)s)"
    ),
    argument(
        "--most",
        type=at_least_one("--most"),
        default=6,
        help="branches shown from one entity in the terminal (default: %(default)s)",
    ),
    DRAWN,
)
def lineage(args: argparse.Namespace) -> int:
    """Show the strategies above an entity up to the nation and what serves it, with the sentence of each step."""
    from kg.graph import open
    from kg.lineage import tree

    with open(args.store) as graph:
        traced = graph.lineage(args.name, args.within, confidence=args.confidence)
        if args.output:
            from kg.picture import draw

            draw(traced, args.output)
        else:
            out.print(tree(traced, most=args.most))
    return DONE


@command(
    GRAPH,
    WITHIN,
    argument("--measure", choices=["projects", "money"], default="projects", help="what is counted (projects)"),
    argument(
        "--most",
        type=at_least_one("--most"),
        default=12,
        help="strategies of the lowest level that are shown (default: %(default)s)",
    ),
    DRAWN,
)
def flow(args: argparse.Namespace) -> int:
    """Show how many projects, or how much money, run from township strategies, or those above, up to national ones."""
    from kg.graph import open
    from kg.picture.flow import flow

    with open(args.store) as graph:
        return _show(flow(graph, args.within, measure=args.measure, most=args.most), args.output)


@command(argument("name", metavar="NAME", help="a label of a strategy, policy or slogan"), GRAPH, DRAWN)
def timeline(args: argparse.Namespace) -> int:
    """Show in which years, and on which levels of government, documents use a 提法."""
    from kg.graph import open
    from kg.picture.timeline import timeline

    with open(args.store) as graph:
        return _show(timeline(graph, args.name), args.output)


@command(
    argument("document", metavar="DOCUMENT", help="its identifier, as kg info lists it"),
    GRAPH,
    argument("-o", metavar="FILE.html", dest="output", type=Path, help="write it as a page instead"),
)
def highlight(args: argparse.Namespace) -> int:
    """Show a document's text with what it mentions highlighted."""
    from kg.graph import open
    from kg.picture.highlight import highlight

    with open(args.store) as graph:
        return _show(highlight(graph, args.document), args.output)


@command(STORE, QUIET, JSON)
def validate(args: argparse.Namespace) -> int:
    """Check the graph against its SHACL shapes and the contract, offsets included."""
    from kg.graph import open
    from kg.progress import counting
    from kg.validate import validate

    bar = nullcontext() if args.quiet or args.json else counting("checked", err)
    with open(args.store) as graph, bar as progress:
        report = validate(graph, progress)
    if args.json:
        print_json(asdict(report))
    elif not args.quiet:
        for violation in report.violations:
            print(violation)
        documents = counted(report.graphs - len(report.shared), "document")
        shared = ", ".join(iri.rpartition("/")[2] for iri in report.shared)
        checked = f"{documents} and the shared graphs ({shared})" if shared else documents
        print(f"{checked} checked, {counted(len(report.violations), 'violation')}")
    return DONE if report.conforms else NOTHING_DONE


@command(
    STORE,
    argument(
        "-o",
        metavar="FILE",
        dest="output",
        type=Path,
        required=True,
        help="by suffix .nq .trig .ttl .nt .jsonld .rdf, or .graphml .gexf .csv .parquet .xlsx for other tools",
    ),
    QUIET,
)
def export(args: argparse.Namespace) -> int:
    """Write the whole graph to a file."""
    from kg.export import export
    from kg.graph import open

    with open(args.store) as graph:
        path = export(graph, args.output)
    if not args.quiet:
        whole.print(f"{path} written, {path.stat().st_size:,} bytes")
    return DONE


@command(
    argument("golds", metavar="GOLD.json", nargs="+", type=Path, help="gold annotation files"),
    STORE,
    argument("--corpus", metavar="DIR", type=Path, help="folder of the gold documents' texts"),
    argument("--errors", action="store_true", help="list what is missed and what is spurious"),
    argument("--each", action="store_true", help="the figures of each document and level too"),
    argument("--folds", type=int, metavar="N", help="score no graph: train the tagger anew without each of N folds"),
    argument("--shared", metavar="DIR", type=Path, default=Path("../shared"), help="with --folds: what to train from"),
    JSON,
)
def score(args: argparse.Namespace) -> int:
    """Compare extraction and linking with gold annotations."""
    from kg.graph import open
    from kg.score import score

    if args.folds is not None:
        from kg.held_out import held_out

        scores = held_out(args.golds, args.folds, shared=args.shared, corpus=args.corpus, tell=err.print)
    else:
        with open(args.store) as graph:
            scores = score(graph, args.golds, args.corpus)
    if args.json:
        print_json(asdict(scores))
    elif len(scores.missing) < len(args.golds):  # else there is nothing but zeros
        print_figures(scores.figures)
        if args.each:
            for title, figures in (*scores.documents.items(), ("by level", scores.levels)):
                out.print(f"\n{title}", style="bold")
                print_figures(figures)
        for error in scores.errors if args.errors else ():
            print(error)
    for name in scores.missing:
        print(f"left out: the graph holds no document with the text of {name}", file=sys.stderr)
    if not scores.missing:
        return DONE
    return DONE_IN_PART if len(scores.missing) < len(args.golds) else NOTHING_DONE


@command(
    STORE,
    argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine alone)"),
    argument("--port", type=int, default=7878, help="port to listen on, 0 for a free one (default: %(default)s)"),
    argument(
        "--update-token",
        metavar="TOKEN",
        default=os.environ.get("KG_UPDATE_TOKEN") or None,
        help="let whoever sends it update the graph (default: ${KG_UPDATE_TOKEN}, else updates are off)",
    ),
    argument("--limit", metavar="NAME=NUMBER", action="append", default=[], help="set a limit, see docs/server.md"),
)
def serve(args: argparse.Namespace) -> int:
    """Serve the graph over HTTP: SPARQL at /sparql, the explorer at /."""
    from kg.server.app import serve
    from kg.server.limits import Limits

    limits = Limits.read(args.limit)
    serve(args.store, host=args.host, port=args.port, update_token=args.update_token, limits=limits)
    return DONE


@command(
    argument("folder", metavar="DIR", nargs="?", type=Path, default=Path("notebooks"), help="folder (./notebooks)"),
    argument("--copy", action="store_true", help="only copy them there"),
)
def notebook(args: argparse.Namespace) -> int:
    """Copy the notebooks into a folder, where they may be changed, and open them with JupyterLab."""
    from kg.notebook import notebook

    before = set(args.folder.glob("*.ipynb"))
    for path in notebook(args.folder, launch=not args.copy):
        whole.print(f"{path} (was there, kept as it is)" if path in before else str(path))
    return DONE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; an error is one line on stderr."""
    parser = argparse.ArgumentParser(prog="kg", description="Knowledge graphs of Chinese policy documents.")
    parser.add_argument("--version", action=ShowVersion, help="show which release this is, and exit")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    for function, described in _COMMANDS:
        verb = verbs.add_parser(function.__name__, help=function.__doc__, description=function.__doc__)
        for names, options in described:
            verb.add_argument(*names, **options)
        verb.set_defaults(run=function)
    try:
        args = parser.parse_args(arguments)
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except AmbiguousName as error:
        _complain(error)
        for iri, place in error.candidates:
            print(f"  {place}  <{iri}>", file=sys.stderr)
        return WRONG_USAGE
    except UsageError as error:
        _complain(error)
        return WRONG_USAGE
    except PolicyGraphError as error:
        _complain(error)
        return NOTHING_DONE
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        _drop_output()
        return DONE
    except OSError as error:
        if error.errno is None or error.filename is not None:  # the engine's or a file's, not the output's
            raise
        _drop_output()
        _complain(OutputError(f"the result can't be printed ({error.strerror}); free space, or print it elsewhere"))
        return NOTHING_DONE


def _drop_output() -> None:
    """Let what is not printed yet go to nowhere, so that Python does not complain of it when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _interrupted() -> int:
    print("kg: interrupted; what was published before is unharmed", file=sys.stderr)
    return INTERRUPTED


def _late(seconds: float | None) -> int:
    what = f"the query took longer than {seconds} s and was ended; narrow it, or raise --timeout"
    _complain(QueryError(what, code="PL-QUERY-TIMEOUT"))
    return NOTHING_DONE


def _complain(error: PolicyGraphError) -> None:
    print(f"kg: {error} [{error.code}]", file=sys.stderr)


def _show(picture: Any, output: Path | None) -> int:
    """Print a picture's figures, or write it into a file."""
    if output:
        picture.save(output)
    else:
        out.print(picture, crop=False)
    return DONE


def _asked(args: argparse.Namespace) -> Graph:
    """Open the store or endpoint that a query goes to."""
    from kg.graph import Graph, open

    if args.endpoint is None:
        if told := [f"--{name}" for name in ("user", "password", "token") if getattr(args, name) is not None]:
            raise UsageError(f"{', '.join(told)}: a store asks for none; name an --endpoint, or leave it out")
        return open(args.store or folder(USUAL_STORE))
    if args.store is not None:
        raise UsageError("--store and --endpoint name two graphs; take one of them", subject=args.endpoint)
    from kg.endpoint import Endpoint

    return Graph(Endpoint(args.endpoint, **access(args)))
