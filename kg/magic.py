"""``%load_ext kg``: SPARQL in a notebook cell, its answer a DataFrame, a graph or a chart.

``%%sparql`` asks the ``kg.Graph`` that the notebook calls ``graph``, or the store or endpoint that it is told:

    %%sparql                                                     a DataFrame
    %%sparql --as chart                                          bars: a column of names, one of numbers
    %%sparql --as graph                                          rows of two entities (or CONSTRUCT), drawn in layers
    %%sparql --into rows --store my-graph                        kept in a variable
    %%sparql --endpoint http://127.0.0.1:8000/sparql name=舜帝村  a parameter
    %sparql village-lineage village=舜帝村                        a question of the library
"""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING, Any, NoReturn

from kg.entities import described
from kg.graph import Graph
from kg.graph import open as open_graph
from kg.rows import IRI, Rows
from ontology.errors import UsageError

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is an error of ours, as a notebook has no process to leave."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%%sparql: {message}")


def load(shell: InteractiveShell) -> None:
    """Register the magics ``%sparql`` and ``%%sparql``."""

    def sparql(line: str, cell: str | None = None) -> Any:
        """Ask the graph; see ``kg.magic``."""
        return ask(line, cell, shell.user_ns)

    shell.register_magic_function(sparql, "line_cell", "sparql")  # type: ignore[arg-type]


def ask(line: str, cell: str | None, names: dict[str, Any]) -> Any:
    """Answer one magic.

    Args:
        line: options and parameters; a line magic's query is the name of a library question among them.
        cell: the query of a cell magic.
        names: the notebook's variables.

    Raises:
        UsageError: an option is unknown, a quotation is not closed, or there is nothing to ask.
    """
    parser = _Parser(prog="%%sparql", add_help=False)
    parser.add_argument("--store")
    parser.add_argument("--endpoint")
    parser.add_argument("--as", dest="form", choices=["frame", "graph", "chart"], default="frame")
    parser.add_argument("--into", metavar="NAME")
    parser.add_argument("rest", nargs="*")
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"%%sparql: {line}: {error}; close what is open, or take the mark out") from error
    args = parser.parse_args(words)
    questions = [word for word in args.rest if "=" not in word]
    query = cell if cell and cell.strip() else " ".join(questions)
    if not query:
        raise UsageError("%%sparql: write a query below it, or the name of a library question behind it")
    parameters = dict(word.split("=", 1) for word in args.rest if "=" in word)
    graph = _graph(args, names)
    rows = graph.query(query, **parameters)
    answer = _drawn(rows, graph) if args.form == "graph" else {"frame": _frame, "chart": chart}[args.form](rows)
    if not args.into:
        return answer
    names[args.into] = answer
    return None


def chart(rows: Rows) -> Any:
    """Draw rows as bars with matplotlib, in our font: the first column of text names them, numbers are their lengths.

    Raises:
        UsageError: no column holds numbers.
    """
    frame = rows.frame()
    numbers = [name for name in frame.columns if str(frame[name].dtype) in ("Int64", "Float64")]
    words = [name for name in frame.columns if name not in numbers]
    if not numbers:
        raise UsageError(f"a chart needs a column of numbers; there are {', '.join(rows.names)}")
    use_chinese()
    labelled = frame.set_index(words[0]) if words else frame
    axes = labelled[numbers].astype(float).plot.barh(figsize=(8, 0.6 + 0.34 * len(frame)), legend=len(numbers) > 1)
    axes.invert_yaxis()
    axes.set_ylabel("")
    axes.set_xlabel(numbers[0] if len(numbers) == 1 else "")
    axes.spines[["top", "right"]].set_visible(False)
    return axes


def use_chinese() -> None:
    """Make matplotlib write Chinese, on a machine without Chinese fonts too."""
    import matplotlib
    from matplotlib import font_manager

    from kg.picture import font

    if not any(entry.name == font.FAMILY for entry in font_manager.fontManager.ttflist):
        font_manager.fontManager.addfont(str(font.PATH))
    matplotlib.rcParams["font.family"] = [font.FAMILY]
    matplotlib.rcParams["axes.unicode_minus"] = False


def _graph(args: argparse.Namespace, names: dict[str, Any]) -> Graph:
    if args.endpoint:
        from kg.endpoint import Endpoint

        return Graph(Endpoint(args.endpoint))
    if args.store:
        return open_graph(args.store)
    known = names.get("graph")
    return known if isinstance(known, Graph) else open_graph()


def _frame(rows: Rows) -> Any:
    """Return a DataFrame in which an IRI stands under its last part, which for ours is a word or a name."""
    frame = rows.frame()
    for name in frame.columns:
        cells = [row[name] for row in rows]
        if any(isinstance(cell, IRI) for cell in cells):
            frame[name] = [cell.local if isinstance(cell, IRI) else cell for cell in cells]
    return frame


def _drawn(rows: Rows, graph: Graph) -> Any:
    """Draw each row's first two entities as a link, with what the graph says of the entities."""
    import networkx

    from kg import sparql
    from kg.picture import draw

    pairs = [[cell for cell in row if isinstance(cell, IRI)] for row in rows]
    links = [(pair[0], pair[-1], pair[1] if len(pair) > 2 else IRI("")) for pair in pairs if len(pair) > 1]
    if not links:
        raise UsageError("a graph needs rows of two entities; select ?subject ?object, or use CONSTRUCT")
    ends = sparql.values("e", {end for link in links for end in link[:2]})
    network: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for iri, entity in described(graph, ends).items():
        network.add_node(str(iri), label=entity.name, kind=str(entity.kind), level=entity.level)
    for start, end, relation in links:
        if start in network and end in network:
            network.add_edge(str(start), str(end), relation=relation.local, confidence=0.5)
    return draw(network)
