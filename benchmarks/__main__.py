"""``python -m benchmarks``: the library's queries, the explorer, building and extraction, each beside something known.

Machines differ and are noisy, so every figure is given as a ratio to a baseline of the same run too: a query's to a
plain count of all links, extraction's to ``jieba.cut`` on the same texts.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
from rich.console import Console
from rich.table import Table

from benchmarks import graph as country
from benchmarks.explorer import explorer, publish

GOAL = 0.1
"""Seconds that a query of the library may take on a million triples."""

BASELINE = "SELECT (COUNT(*) AS ?n) { ?link a pl:Link }"

PARAMETERS = {
    "village": "第7镇第3村",
    "name": "第7镇第3号工程",
    "strategy": "第0省数字建设示范",
    "township": "第7镇",
    "first": "第7镇",
    "second": "第8镇",
    "slogan": "勇往直前",
    "place": "第7镇",
    "subject": "第7镇第3号工程",
    "object": "第7镇乡村振兴示范",
    "least": "100000",
}


def main() -> None:
    """Run all benchmarks and print their tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("--triples", type=int, default=1_000_000, help="size of the invented graph")
    parser.add_argument("--rounds", type=int, default=5, help="how often each thing is measured; the median counts")
    options = parser.parse_args()
    out = Console(highlight=False)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        queries(out, Path(folder) / "country", options.triples, options.rounds)
        publish(ox.Store.read_only(str(Path(folder) / "country")), Path(folder) / "published")
        explorer(out, Path(folder) / "published", options.rounds, median)
        building(out, Path(folder), options.rounds)


def queries(out: Console, path: Path, triples: int, rounds: int) -> None:
    """Measure every query of the library on an invented country, on disk as a published store is."""
    import kg
    from queries import library

    started = time.perf_counter()
    made = country.store(triples, str(path))
    count, seconds = len(made), time.perf_counter() - started
    del made
    out.print(f"invented country: {count:,} quads written in {seconds:.0f} s, {count / seconds / 1000:.0f} thousand/s")
    with kg.open(ox.Store.read_only(str(path))) as graph:
        size = graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0].n
        baseline = median(lambda: graph.query(BASELINE), rounds)
        table = Table(title=f"library on {size:,} triples; baseline, a count of all links: {baseline * 1000:.0f} ms")
        for column in ("query", "rows", "ms", "ratio", ""):
            table.add_column(column, justify="left" if column == "query" else "right")
        for query in library():
            text = query.bind(**{p.name: PARAMETERS[p.name] for p in query.parameters if p.name in PARAMETERS})
            rows = len(graph.query(text))
            taken = median(lambda text=text: graph.query(text), rounds)  # type: ignore[misc]
            late = "" if taken <= GOAL else f"over {GOAL * 1000:.0f} ms"
            table.add_row(query.name, str(rows), f"{taken * 1000:.1f}", f"{taken / baseline:.2f}", late)
        out.print(table)


def building(out: Console, folder: Path, rounds: int) -> None:
    """Measure extraction beside ``jieba.cut``, and a whole build, on the example corpus."""
    import jieba

    import kg
    from extract import pipeline
    from extract.reading import read
    from kg import example

    documents = [document for path in sorted(example.folder().iterdir()) for document in read(path)]
    characters = sum(len(document.text) for document in documents)
    nlp = pipeline.load()
    jieba.setLogLevel("ERROR")
    jieba.initialize()
    extraction = median(lambda: [pipeline.annotate(nlp, document) for document in documents], rounds)
    cutting = median(lambda: [list(jieba.cut(document.text)) for document in documents], rounds)
    numbers = iter(range(rounds + 1))
    whole = median(lambda: kg.build(example.folder(), store=folder / f"graph-{next(numbers)}"), rounds)
    table = Table(title=f"example corpus: {len(documents)} documents, {characters:,} characters")
    for column in ("", "ms", "thousand characters/s", "ratio of speeds to jieba.cut"):
        table.add_column(column, justify="right" if column else "left")
    for name, taken in (("jieba.cut", cutting), ("extraction", extraction), ("kg build, one process", whole)):
        table.add_row(name, f"{taken * 1000:.0f}", f"{characters / taken / 1000:.0f}", f"{cutting / taken:.2f}")
    out.print(table)


def median(do: Callable[[], object], rounds: int) -> float:
    """Return the median of the seconds that something takes, after one run that does not count."""
    do()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        do()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
