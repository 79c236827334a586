"""What keeps the server up: limits, killed queries, refused calls, full queues, new builds under load."""

from __future__ import annotations

import asyncio
import csv
import errno
import io
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from asyncio.subprocess import Process
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib
import uvicorn

from kg.cli import main
from kg.server import confinement, workers
from kg.server.app import serve as serve_in_process
from kg.server.limits import Limits, table
from kg.server.workers import spawn
from kg.store import writing
from ontology.errors import QueryError, UsageError

from .conftest import ROOT, TOKEN, Serve, ask, count, publish

MANY = 20_000
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
PATHS = (
    "SELECT * { ?a (pl:serves|!pl:serves)*/(^pl:advances|!pl:advances)* ?b . ?b (rdf:type|!rdf:type)+ ?c } ORDER BY ?a"
)
CONCAT = "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?f))) AS ?all) { ?a ?b ?c . ?d ?e ?f }"
SORTED = "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?g"


def alive(client: httpx.Client) -> None:
    """A simple query is answered within a second."""
    began = time.perf_counter()
    assert count(client) == 12_014
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("query", [CROSS, PATHS, CONCAT, SORTED], ids=["cross", "paths", "concat", "sorted"])
def test_query_out_of_hand_is_ended(server: httpx.Client, query: str) -> None:
    began = time.perf_counter()
    response = ask(server, query)
    assert time.perf_counter() - began < 4
    assert (response.status_code, response.json()["error"]["code"]) in (
        (504, "PL-QUERY-TIMEOUT"),
        (500, "PL-QUERY-MEMORY"),
    )
    alive(server)


def test_by_default_a_query_is_ended_after_ten_seconds(folder: Path, serve: Serve) -> None:
    with serve(folder) as client:
        began = time.perf_counter()
        response = ask(client, CROSS)
        assert 10 <= time.perf_counter() - began < 12
        assert response.status_code == 504
        alive(client)


def test_memory_is_bounded(folder: Path, serve: Serve) -> None:
    doubled = "BIND(REPLICATE AS ?t0)".replace("REPLICATE", '"' + "x" * 1000 + '"')
    for step in range(6):
        parts = ",".join([f"?t{step}"] * 32)
        doubled += f" BIND(CONCAT({parts}) AS ?t{step + 1})"
    with serve(folder, "--limit", "memory_bytes=1000000000") as client:
        response = ask(client, f"SELECT (STRLEN(?t6) AS ?n) {{ {doubled} }}")
        assert (response.status_code, response.json()["error"]["code"]) == (500, "PL-QUERY-MEMORY")
        alive(client)


@pytest.mark.parametrize(
    "query",
    [
        *(f"SELECT * {{ {opening * MANY} {closing * MANY} }}" for opening, closing in ("()", "{}", "[]", ("<<", ">>"))),
        f"SELECT * {{ ?s ?p ?o FILTER{'(' * MANY}1{')' * MANY} }}",
        f"SELECT * {{ ?s ?p ?o {'{' * 65}{'}' * 65} }}",
    ],
)
def test_deep_nesting_is_refused(server: httpx.Client, query: str) -> None:
    response = ask(server, query)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "PL-QUERY-NESTING")
    alive(server)


@pytest.mark.parametrize(
    "text",
    [
        "<" * MANY,
        '"' * MANY,
        f"FILTER({'!' * MANY}true)",
        f"FILTER({'-' * MANY}1)",
        f"FILTER({'1+' * MANY}1)",
        f"?s {'^' * MANY}<x:a> ?o",
        f"?s {'<x:a>/' * MANY}<x:a> ?o",
        f"{{}} {'UNION {} ' * MANY}",
        f"FILTER(?a<{'(' * MANY}1{')' * MANY}&&?b>1)",
    ],
    ids=["<", '"', "!", "-", "+", "^", "/", "union", "hidden"],
)
def test_long_chain_costs_one_process_at_most(server: httpx.Client, text: str) -> None:
    response = ask(server, f"SELECT * {{ {text} }}")
    codes = {400: ("PL-QUERY-SYNTAX", "PL-QUERY-NESTING"), 500: ("PL-QUERY-MEMORY",), 504: ("PL-QUERY-TIMEOUT",)}
    assert response.json()["error"]["code"] in codes[response.status_code]
    alive(server)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "' + "(" * 100 + '" }',
        "SELECT * { ?s ?p '''" + "{" * 100 + "\n''' }",
        "SELECT * { ?s ?p <http://example.org/" + "(" * 100 + "> }",
        "SELECT * { ?s ?p ?o } # " + "[" * 100 + " SERVICE <http://example.org/> {}",
        "SELECT ?service { ?service <http://example.org/service> 'SERVICE' }",
        "SELECT * { " + "{" * 60 + " ?s ?p 1 " + "}" * 60 + " }",
    ],
)
def test_what_stands_in_strings_is_no_syntax(server: httpx.Client, query: str) -> None:
    assert ask(server, query).status_code == 200


@contextmanager
def canary() -> Iterator[tuple[str, list[object]]]:
    """An address on loopback, and who has called at it."""
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        stop = threading.Event()

        def listen() -> None:
            while not stop.is_set():
                try:
                    connection, address = listening.accept()
                except TimeoutError:
                    continue
                calls.append(address)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/", calls
        finally:
            stop.set()
            thread.join()


def test_no_other_server_is_called(folder: Path, tmp_path: Path, serve: Serve) -> None:
    publish(tmp_path / "graph", 丁镇=1)
    with canary() as (address, calls), serve(tmp_path / "graph", "--update-token", TOKEN) as client:
        for query in (
            f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ sErViCe<{address}>{{ ?s ?p ?o }} }}",
            f"SELECT * {{ ?s ?p 1SERVICE<{address}>{{ ?s ?p ?o }} }}",
            f"PREFIX : <{address}> SELECT * {{ SERVICE:a{{ ?s ?p ?o }} }}",
            f"SELECT * {{ BIND(<{address}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
            f"SELECT * {{ FILTER(?a<?b&&'x>y'='z') SERVICE <{address}> {{ ?s ?p ?o }} FILTER('a'='b') }}",
        ):
            response = ask(client, query)
            assert (response.status_code, response.json()["error"]["code"]) == (400, "PL-QUERY-REFUSED"), query
        assert ask(client, f"SELECT * FROM <{address}> {{ ?s ?p ?o }}").json()["results"]["bindings"] == []
        named = {"default-graph-uri": address, "named-graph-uri": address}
        assert ask(client, "SELECT * { GRAPH ?g { ?s ?p ?o } }", **named).json()["results"]["bindings"] == []
        for update in (
            f"LOAD <{address}>",
            f"LOAD SILENT <{address}> INTO GRAPH <x:g>",
            f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
        ):
            response = client.post("/sparql", data={"update": update}, headers={"Authorization": f"Bearer {TOKEN}"})
            assert (response.status_code, response.json()["error"]["code"]) == (400, "PL-QUERY-REFUSED"), update
    assert calls == []


OPEN_GATE = """
import sys
from kg import guard
from kg.server import confinement, {module}
guard.check = lambda *_, **__: None
{more}
{module}.main()
"""
"""Runs a process of the server whose reading of the text lets everything through."""


@pytest.mark.parametrize("walled", [True, False])
def test_processes_reach_no_server_even_where_the_text_is_not_read(folder: Path, tmp_path: Path, walled: bool) -> None:
    """The wall behind the wall; without it the canary sings, which shows that it can."""
    if not confinement.can_cut_network():
        pytest.skip("the kernel's filter of system calls is not ours to set here")
    publish(tmp_path / "graph", 丁镇=1)
    with canary() as (address, calls):
        query = {"query": f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}", "seconds": 20}
        load = {"update": f"LOAD <{address}>", "base": address, "default": None, "named": None, "nesting": 64}
        for module, store, order in (
            ("worker", folder, query),
            ("updater", tmp_path / "graph", {**load, "seconds": 20}),
        ):
            more = "" if walled else f"{module}.cut_network = lambda: True"
            script = OPEN_GATE.format(module=module, more=more)
            run = subprocess.run(
                [sys.executable, "-c", script, str(store), str(4 << 30)],
                input=json.dumps(order).encode() + b"\n",
                capture_output=True,
                cwd=ROOT,
                timeout=60,
            )
            assert b"error" in run.stdout, run.stderr
            assert (b"Permission denied" in run.stdout) == walled
    assert bool(calls) != walled


def test_long_answer_says_that_it_was_cut(server: httpx.Client) -> None:
    query = "SELECT * { ?s ?p ?o }"
    answer = ask(server, query)
    assert answer.headers["x-truncated"] == "true"
    assert answer.json()["truncated"] is True
    assert len(answer.json()["results"]["bindings"]) == 1000
    assert "truncated" in ask(server, query, "application/sparql-results+xml").text[:200]
    table = ask(server, query, "text/csv")
    assert table.headers["x-truncated"] == "true"
    lines = list(csv.reader(io.StringIO(table.text)))
    assert len(lines) == 1 + 1000 + 1 and lines[-1] == ["truncated: only the first part of the answer", "", ""]
    tabs = ask(server, query, "text/tab-separated-values").content
    *_, last = ox.parse_query_results(tabs, format=ox.QueryResultsFormat.TSV)
    assert (last[0].value, last[1]) == ("truncated: only the first part of the answer", None)
    whole_triples = "CONSTRUCT WHERE { ?s ?p ?o }"
    linked = ask(server, whole_triples, "application/ld+json").content
    assert b"truncated" in linked[:20]
    assert (
        len(set(ox.parse(linked, format=ox.RdfFormat.JSON_LD)))
        == len(rdflib.Graph().parse(linked, format="json-ld"))
        == 1000
    )
    triples = ask(server, "CONSTRUCT WHERE { ?s ?p ?o }", "application/n-triples")
    assert triples.text.startswith("# truncated")
    assert len(triples.text.splitlines()) == 1001
    page = server.get("/queries/mentions", headers={"Accept": "text/html"}, params={"name": "第1村"})
    assert "truncated" not in page.text
    whole = ask(server, f"{query} LIMIT 1000")
    assert "truncated" not in whole.json()
    assert "x-truncated" not in whole.headers


def test_size_of_an_answer_is_bounded(folder: Path, serve: Serve) -> None:
    with serve(folder, "--limit", "answer_bytes=20000") as client:
        answer = ask(client, "SELECT * { ?s ?p ?o }", "text/csv")
        assert answer.headers["x-truncated"] == "true"
        assert 10_000 < len(answer.content) < 20_000
        graph = client.get("/graphs?default")
        assert (graph.status_code, graph.json()["error"]["code"]) == (413, "PL-SERVER-SIZE")


def test_body_is_bounded(server: httpx.Client) -> None:
    headers = {"Content-Type": "application/sparql-query"}

    def chunks() -> Iterator[bytes]:
        yield from (b" " * 65_536 for _ in range(32))

    for content in (b" " * 2_000_000, chunks()):
        try:
            response = server.post("/sparql", content=content, headers=headers)
        except httpx.WriteError:  # the server has hung up on the rest of the body
            continue
        assert (response.status_code, response.json()["error"]["code"]) == (413, "PL-SERVER-SIZE")
    alive(server)


def test_full_queue_asks_to_come_again(folder: Path, serve: Serve) -> None:
    with (
        serve(folder, "--limit", "queue=1", "--limit", "query_seconds=2") as client,
        ThreadPoolExecutor(6) as threads,
    ):
        answers = list(threads.map(lambda _: ask(client, CROSS), range(6)))
        refused = [answer for answer in answers if answer.status_code == 503]
        assert len(refused) == 3
        assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
        assert refused[0].json()["error"]["code"] == "PL-SERVER-BUSY"
        alive(client)


def test_a_process_that_cannot_be_started_at_once_is_started_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))] * 2

    async def spawned(*arguments: str) -> Process:
        if failures and started:
            raise failures.pop()
        started.append(await spawn(*arguments))
        return started[-1]

    started: list[Process] = []
    monkeypatch.setattr(workers, "spawn", spawned)
    monkeypatch.setattr(workers, "_PAUSE", 0.1)

    async def visit() -> None:
        async with workers.Pool(folder, Limits(workers=1, query_seconds=1)) as pool:
            with pytest.raises(QueryError, match="took longer"):
                await pool.ask(CROSS)
            assert (await pool.ask("ASK {}"))[0].answer

    asyncio.run(visit())
    assert (len(started), failures) == (2, [])


def test_nobody_waits_for_a_client_that_has_gone(folder: Path, serve: Serve) -> None:
    with serve(folder, "--limit", "workers=1", "--limit", "query_seconds=20") as client:
        with pytest.raises(httpx.ReadTimeout):
            client.post("/sparql", data={"query": CROSS}, timeout=0.5)
        alive(client)


def test_twenty_clients_with_a_bad_one_among_them(folder: Path, serve: Serve) -> None:
    with serve(folder, "--limit", "query_seconds=4") as client:
        times: list[float] = []

        def bad() -> int:
            return ask(client, CROSS).status_code

        def good(number: int) -> list[int]:
            statuses = []
            for turn in range(5):
                began = time.perf_counter()
                query = f'SELECT ?v {{ ?v skos:prefLabel "第{number * 5 + turn}村"@zh ; pl:serves ?s }}'
                statuses.append(ask(client, query).status_code)
                times.append(time.perf_counter() - began)
            return statuses

        with ThreadPoolExecutor(20) as threads:
            pathological = threads.submit(bad)
            statuses = [status for done in threads.map(good, range(19)) for status in done]
            assert set(statuses) == {200}
            assert pathological.result() == 504
        assert statistics.quantiles(times, n=20)[-1] < 0.5


def test_new_build_becomes_visible_without_a_failed_query(tmp_path: Path, serve: Serve) -> None:
    store = tmp_path / "graph"
    publish(store, 丁镇=1)
    with serve(store) as client:
        seen: set[int] = set()
        done = threading.Event()

        def query() -> None:
            while not done.is_set():
                seen.add(count(client, "?v a pl:Village"))

        with ThreadPoolExecutor(3) as threads:
            running = [threads.submit(query) for _ in range(3)]
            try:
                for villages in range(2, 7):
                    publish(store, 丁镇=villages)
                    assert count(client, "?v a pl:Village") == villages
            finally:
                done.set()
            for thread in running:
                thread.result()
        assert seen <= set(range(1, 7))


def test_a_graph_that_the_format_cannot_hold_is_told_as_that(tmp_path: Path, serve: Serve) -> None:
    a, b = ox.NamedNode("http://example.org/a"), ox.NamedNode("http://example.org/b")
    with writing(tmp_path / "graph") as draft:
        draft.replace_graph(a, [ox.Triple(a, b, ox.Triple(a, b, a))])
        draft.publish()
    with serve(tmp_path / "graph", "--limit", "workers=1") as client:
        response = client.get(f"/graphs?graph={a.value}", headers={"Accept": "application/ld+json"})
        assert (response.status_code, response.json()["error"]["code"]) == (400, "PL-QUERY")
        assert "graph can't be given" in response.json()["error"]["message"]


@pytest.mark.parametrize("letter", ["a", "长"])
def test_an_error_about_something_endless_is_short(server: httpx.Client, letter: str) -> None:
    endless = f"http://example.org/{letter * 40_000}"
    asked = ask(server, f"SELECT * {{ <{endless}> <{endless}> }}")
    assert (asked.status_code, asked.json()["error"]["code"]) == (400, "PL-QUERY-SYNTAX")
    missing = server.get(f"/graphs?graph={endless[: 40_000 if letter == 'a' else 5_000]}")
    assert missing.status_code == 404
    error = missing.json()["error"]
    assert error["code"] == "PL-NOT-FOUND" and error["subject"].startswith("http://example.org/")
    assert len(error["message"]) == len(error["subject"]) == 1001


def test_an_error_that_nobody_foresaw_is_told_and_costs_no_process(folder: Path) -> None:
    broken = "from kg.server import worker; worker.answer = lambda *_: 1 / 0; worker.main()"
    run = subprocess.run(
        [sys.executable, "-c", broken, str(folder), str(2 << 30)], input=b"{}\n{}\n", capture_output=True, cwd=ROOT
    )
    told = [json.loads(line)["error"] for line in run.stdout.splitlines()]
    assert [error["code"] for error in told] == ["PL-SERVER", "PL-SERVER"]
    assert all("ZeroDivisionError" in error["message"] for error in told)


def test_documentation_lists_every_limit() -> None:
    text = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    for name, default, unit, sentence in table():
        assert f"| `{name}` | {default} | {unit} | {sentence} |" in text


@pytest.mark.parametrize("port", ["99999", "-1", "taken"])
def test_an_address_that_cannot_be_listened_on_is_told_in_one_line(
    folder: Path, port: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = str(other.getsockname()[1]) if port == "taken" else port
        assert main(["serve", "--store", str(folder), "--port", number]) == 2
    told = capfd.readouterr().err
    assert told.startswith(f"kg: 127.0.0.1:{number} can't be listened on (") and told.count("\n") == 1


def test_answers_are_sent_without_delay(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asyncio turns Nagle's algorithm off where the socket names its protocol; on, each answer takes 40 ms more."""
    found: list[socket.socket] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda _, sockets: found.extend(sockets))
    serve_in_process(folder, port=0)
    (listening,) = found
    with listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize(
    "pair",
    ["rows", "rows=many", "rows=0", "rows=-1", "colour=1", "query_seconds=nan", "query_seconds=inf",
     "query_seconds=1e10", f"memory_bytes={10**30}"],
)  # fmt: skip
def test_limits_are_checked(pair: str) -> None:
    with pytest.raises(UsageError):
        Limits.read([pair])


def test_the_highest_limits_let_a_query_through(folder: Path, serve: Serve) -> None:
    with serve(folder, "--limit", f"query_seconds={10**9}", "--limit", f"memory_bytes={10**15}") as client:
        alive(client)
