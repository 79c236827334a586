"""The explorer on a large graph: how long a reader waits for each page, at a real server and in a real browser."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
from rich.console import Console
from rich.table import Table

from kg.store import writing

GOAL = 1.0
"""Seconds after which a reader should see the first of any page."""

PAGES = {
    "home": "/",
    "suggestions": "/suggest.json?q=第7镇",
    "search": "/search?q=振兴",
    "township's strategy": "/entity/Strategy/第0省/第0市/第1县/第7镇/第7镇乡村振兴示范",
    "its picture": "/entity/Strategy/第0省/第0市/第1县/第7镇/第7镇乡村振兴示范.graph",
    "national strategy": "/entity/Strategy/中国/乡村振兴",
    "document": "/document/第7镇_2023",
    "question": "/queries/projects-by-village?township=第7镇",
}
"""Pages of the invented country, from what a reader meets first."""


def publish(store: ox.Store, folder: Path) -> None:
    """Publish a store's named graphs as a version that can be served."""
    with writing(folder) as draft:
        draft.replace_graphs(
            (graph, (quad.triple for quad in store.quads_for_pattern(None, None, None, graph)))
            for graph in store.named_graphs()
            if isinstance(graph, ox.NamedNode)
        )
        draft.publish()


def explorer(out: Console, folder: Path, rounds: int, median: Callable[[Callable[[], object], int], float]) -> None:
    """Measure the explorer's pages over a published store, and print their table."""
    with serving(folder) as port:
        started = time.perf_counter()
        while get(port, "/")[0] != http.client.OK:
            time.sleep(0.2)
        ready = time.perf_counter() - started
        paints = dict(painted(port))
        table = Table(title=f"explorer; catalogue made in {ready:.1f} s")
        for column in ("page", "kB", "ms", "first paint, ms", ""):
            table.add_column(column, justify="left" if column == "page" else "right")
        for name, page in PAGES.items():
            status, content = get(port, page)
            assert status == http.client.OK, f"{page}: {status}"
            taken = median(lambda page=page: get(port, page), rounds)  # type: ignore[misc]
            paint = paints.get(name)
            late = f"over {GOAL:g} s" if max(taken, (paint or 0) / 1000) > GOAL else ""
            shown = "" if paint is None else f"{paint:.0f}"
            table.add_row(name, f"{len(content) / 1000:.0f}", f"{taken * 1000:.1f}", shown, late)
        out.print(table)
        if not paints:
            out.print("first paint: not measured, chromium and chromedriver are not installed")


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Run ``kg serve`` over a store and give its port."""
    command = [sys.executable, "-m", "kg", "serve", "--store", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r":(\d+)/", process.stdout.readline())
            assert found is not None, "kg serve did not start"
            yield int(found[1])
        finally:
            process.terminate()


def get(port: int, page: str) -> tuple[int, bytes]:
    """Fetch a page as a browser would; return its status and content."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", quote(page, safe="/?=&%"), headers={"Accept": "text/html,*/*;q=0.5"})
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response.status, content


def painted(port: int) -> Iterator[tuple[str, float]]:
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
                if "." not in page:
                    browser.get(f"http://127.0.0.1:{port}{quote(page, safe='/?=&%')}")
                    with suppress(IndexError):
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
