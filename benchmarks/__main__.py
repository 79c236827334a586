"""``python -m benchmarks``: the library's queries, the server's pages, building and extraction, beside something known.

Machines differ and are noisy, so every figure is given as a ratio to a baseline of the same run too: a query's to a
plain count of all links, extraction's to ``jieba.cut`` on the same texts.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from benchmarks import graph as country

GOAL = 0.1
"""Seconds that a query of the library may take on a million triples."""

PAGES = {
    "home": "/",
    "search": "/search?q=建设",
    "suggestions while typing": "/suggest.json?q=第7镇",
    "village": "/entity/Village/第0省/第0市/第1县/第7镇/第7镇第3村",
    "national strategy": "/entity/Strategy/中国/乡村振兴",
    "its graph": "/entity/Strategy/中国/乡村振兴.graph",
    "document": "/document/第7镇_2023",
    "list of documents": "/documents",
    "flow": "/flow",
    "questions": "/queries",
    "a question": "/queries/village-lineage?village=第7镇第3村",
    "the same as JSON": "/queries/village-lineage.json?village=第7镇第3村",
    "a thing as Turtle": "/id/Village/第0省/第0市/第1县/第7镇/第7镇第3村",
    "SPARQL": "/sparql?query=ASK {}",
}
"""What a reader opens, and a program asks for."""

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
    out = Console(highlight=False, width=110)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        store = Path(folder) / "country"
        started = time.perf_counter()
        count = country.publish(options.triples, store)
        seconds = time.perf_counter() - started
        out.print(f"invented country: {count:,} quads in {seconds:.0f} s, {count / seconds / 1000:.0f} thousand/s")
        queries(out, store, options.rounds)
        pages(out, store, options.rounds)
        building(out, Path(folder), options.rounds)


def queries(out: Console, store: Path, rounds: int) -> None:
    """Measure every query of the library: asked of one place, and of the whole country where the place is optional."""
    import kg
    from queries import library

    with kg.open(store) as graph:
        size = graph.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0].n
        baseline = median(lambda: graph.query(BASELINE), rounds)
        table = Table(title=f"library on {size:,} triples; baseline, a count of all links: {baseline * 1000:.0f} ms")
        for column in ("query", "rows", "ms", "ratio", "", "rows everywhere", "ms"):
            table.add_column(column, justify="left" if column == "query" else "right")
        for query in library():
            given = {p.name: PARAMETERS[p.name] for p in query.parameters if p.name in PARAMETERS}
            optional = [p.name for p in query.parameters if p.optional]
            rows = len(graph.query(query.name, **given))
            taken = median(lambda: graph.query(query.name, **given), rounds)  # noqa: B023
            late = "" if taken <= GOAL else f"over {GOAL * 1000:.0f} ms"
            everywhere = []
            if optional:
                started = time.perf_counter()
                found = graph.query(query.name, **{name: given[name] for name in given if name not in optional})
                everywhere = [str(len(found)), f"{(time.perf_counter() - started) * 1000:.0f}"]
            table.add_row(query.name, str(rows), f"{taken * 1000:.1f}", f"{taken / baseline:.2f}", late, *everywhere)
        out.print(table)


def pages(out: Console, store: Path, rounds: int) -> None:
    """Measure what ``kg serve`` takes to start, to answer with each page, and a browser to show the first of it."""
    import httpx

    command = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", "0"]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().partition(" at ")[2].split()[0]
            with httpx.Client(base_url=address, headers={"Accept": "text/html, */*;q=0.8"}, timeout=60) as client:
                client.get("/sparql?query=ASK {}").raise_for_status()
                answers = time.perf_counter() - started
                while client.get("/").status_code == 503:
                    time.sleep(0.1)
                catalogued = time.perf_counter() - started
                table = Table(
                    title=f"kg serve: answers after {answers:.1f} s, first home page after {catalogued:.1f} s"
                )
                paints = dict(painted(address))
                for column in ("page", "kB", "ms", "first paint, ms"):
                    table.add_column(column, justify="left" if column == "page" else "right")
                for name, path in PAGES.items():
                    headers = {"Accept": "text/turtle"} if path.startswith("/id/") else {}
                    size = len(client.get(path, headers=headers).raise_for_status().content)
                    taken = median(lambda: client.get(path, headers=headers), rounds)  # noqa: B023
                    paint = f"{paints[name]:.0f}" if name in paints else ""
                    table.add_row(name, f"{size / 1000:.0f}", f"{taken * 1000:.1f}", paint)
                out.print(table)
                if not paints:
                    out.print("first paint: not measured, chromium and chromedriver are not installed")
        finally:
            process.terminate()


def painted(address: str) -> Iterator[tuple[str, float]]:
    """Yield when a browser shows the first content of each page, in milliseconds; nothing where there is no browser."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        return
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = chromium
    with tempfile.TemporaryDirectory(prefix="benchmark-profile-") as profile:
        for switch in ("headless=new", "no-sandbox", "disable-gpu", "disable-quic", "disable-background-networking"):
            options.add_argument(f"--{switch}")
        options.add_argument(f"--user-data-dir={profile}")
        browser: Any = Chrome(options=options, service=ChromeService(driver))
        try:
            for name, page in PAGES.items():
                if not re.search(r"\.\w+(\?|$)|^/id/|^/sparql", page):
                    browser.get(address.rstrip("/") + quote(page, safe="/?=&%"))
                    yield name, browser.execute_async_script(_PAINT)
        finally:
            browser.quit()


_PAINT = """
const done = arguments[0], look = () => {
  const [first] = performance.getEntriesByName("first-contentful-paint");
  if (first) done(first.startTime); else setTimeout(look, 20);
};
look();
"""


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
