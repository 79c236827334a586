"""Push: every graph arrives whole, a second push sends what changed, a stopped one goes on."""

from __future__ import annotations

import importlib
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox
import pytest

import kg
from kg.cli import main
from kg.store import writing
from ontology.errors import EndpointError
from tests import servers

pushing = importlib.import_module("kg.push")  # kg.push is the verb

GRAPHS = ("urn:文件/甲", "urn:文件/乙", "urn:文件/丙")


def publish(folder: Path, **contents: list[str]) -> None:
    """Publish a store whose graphs hold these labels."""
    with writing(folder) as draft:
        for graph, name in zip(GRAPHS, "甲乙丙", strict=True):
            labels = contents.get(name, [])
            predicate = ox.NamedNode("urn:label")
            triples = [
                ox.Triple(ox.NamedNode(f"{graph}{number}"), predicate, ox.Literal(label, language="zh"))
                for number, label in enumerate(labels)
            ]
            draft.replace_graph(ox.NamedNode(graph), triples)
        draft.publish()


@pytest.fixture(params=[servers.oxigraph, servers.virtuoso], ids=["oxigraph", "virtuoso"], scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[servers.Server]:
    with request.param() as running:
        yield running


def access(server: servers.Server) -> dict[str, Any]:
    user, password = server.user or (None, None)
    return {"user": user, "password": password, "union": not server.makes_union}


def labels(server: servers.Server, graph: str | None = None) -> list[str]:
    where = f"GRAPH <{graph}> {{ ?s <urn:label> ?l }}" if graph else "?s <urn:label> ?l"
    return [row.l for row in kg.open(server.query).query(f"SELECT DISTINCT ?l {{ {where} }} ORDER BY ?l")]


def test_what_changed_is_sent_and_what_is_gone_deleted(
    server: servers.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pushing, "CHUNK", 3)
    publish(tmp_path, 甲=[f"{n:02d}" for n in range(8)], 乙=["共同", '引"号\\与\n行'])
    first = kg.push(server.store, store=tmp_path, **access(server))
    assert set(first.sent) >= set(GRAPHS[:2]) and not first.failed
    assert labels(server, GRAPHS[0]) == [f"{n:02d}" for n in range(8)]
    assert labels(server, GRAPHS[1]) == ["共同", '引"号\\与\n行']
    assert len(labels(server)) == 10

    second = kg.push(server.store, store=tmp_path, **access(server))
    assert (second.sent, second.triples, len(second.unchanged)) == ((), 0, len(first.sent))

    publish(tmp_path, 乙=["共同"], 丙=["新"])
    third = kg.push(server.store, store=tmp_path, **access(server))
    assert third.deleted == GRAPHS[:1]
    assert set(third.sent) - {"default"} == set(GRAPHS[1:])
    assert labels(server) == ["共同", "新"]
    again = kg.push(server.store, store=tmp_path, again=True, **access(server))
    assert not again.unchanged and labels(server) == ["共同", "新"]


def test_a_graph_that_the_server_has_lost_is_sent_again(tmp_path: Path) -> None:
    publish(tmp_path, 甲=["一"], 乙=["二"])
    with servers.oxigraph() as server:
        kg.push(server.store, store=tmp_path)
        pushing._Service(server.store, None, None, None, 10, 0).delete(GRAPHS[1])
        assert kg.push(server.store, store=tmp_path).sent == GRAPHS[1:2]
        assert labels(server, GRAPHS[1]) == ["二"]


def test_a_push_that_is_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, 甲=["一"], 乙=["二"], 丙=["三"])
    with servers.oxigraph() as server:
        put, calls = pushing._Service.put, []

        def breaks(self: Any, name: str, lines: Iterator[bytes]) -> int:
            calls.append(name)
            if len(calls) == 3:
                raise EndpointError("the line is cut")
            return put(self, name, lines)

        monkeypatch.setattr(pushing._Service, "put", breaks)
        with pytest.raises(EndpointError):
            kg.push(server.store, store=tmp_path)
        report = kg.push(server.store, store=tmp_path)
        assert len(report.unchanged) == 2 and len(report.sent) == 2
        assert labels(server) == sorted("一二三")


def test_a_graph_that_is_refused_is_listed_and_the_others_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(tmp_path, 甲=["一"], 乙=["二"])
    lines = pushing._lines

    def broken(store: ox.Store, graph: Any) -> Iterator[bytes]:
        return iter([b"no Turtle"]) if pushing._name(graph) == GRAPHS[0] else lines(store, graph)

    with servers.oxigraph() as server:
        monkeypatch.setattr(pushing, "_lines", broken)
        assert main(["push", server.store, "--store", str(tmp_path)]) == 3
        assert GRAPHS[0] in capsys.readouterr().err
        assert labels(server, GRAPHS[1]) == ["二"]
        monkeypatch.setattr(pushing, "_lines", lines)
        assert main(["push", server.store, "--store", str(tmp_path), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["sent"] == [GRAPHS[0]]


def test_nobody_there_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publish(tmp_path, 甲=["一"])
    assert main(["push", "http://127.0.0.1:9/store", "--store", str(tmp_path), "--timeout", "2"]) == 1
    assert "can't be reached" in capsys.readouterr().err
    assert main(["push", "http://127.0.0.1:9/store", "--store", str(tmp_path / "none")]) == 1


def test_files_for_a_bulk_loader_are_written_where_something_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, out = tmp_path / "store", tmp_path / "out" / "files"

    def pushed(*options: str) -> list[int]:
        assert main(["push", str(out), "--store", str(store), "--json", *options]) == 0
        report = json.loads(capsys.readouterr().out)
        loaded = ox.Store()
        for file in out.glob("*.nq"):
            loaded.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)
        with kg.open(store) as graph:
            assert set(loaded) == {q for q in graph.store if not options or isinstance(q.graph_name, ox.NamedNode)}
        return [len(report[what]) for what in ("sent", "unchanged", "deleted")]

    publish(store, 甲=["一", '引"号\\与\n行', "三"], 乙=["一"])
    assert pushed() == [3, 0, 0]
    assert pushed() == [0, 3, 0]
    next(out.glob("*乙*")).unlink()
    assert pushed() == [1, 2, 0]
    publish(store, 乙=["一", "二"])
    assert pushed() == [2, 0, 1]
    assert pushed("--no-union") == [0, 1, 1]
    (tmp_path / "file").touch()
    assert main(["push", str(tmp_path / "file" / "x"), "--store", str(store)]) == 1
    assert "could not be written" in capsys.readouterr().err


def test_virtuoso_is_told_how_to_do_without_the_union(tmp_path: Path) -> None:
    publish(tmp_path, 甲=["一"])
    with servers.virtuoso() as server:
        user, password = server.user
        report = kg.push(server.store, store=tmp_path, user=user, password=password, retries=0)
        assert GRAPHS[0] in report.sent
        assert [name for name, _ in report.failed] == ["default"] and "--no-union" in report.failed[0][1]


def test_a_push_that_is_killed_goes_on(tmp_path: Path) -> None:
    publish(tmp_path, 甲=["一"], 乙=["二"], 丙=["三"])
    script = (
        "import importlib, os, signal, sys, kg\n"
        "pushing = importlib.import_module('kg.push')\n"
        "lines = pushing._lines\n"
        "def killed(store, graph):\n"
        "    if '甲' in pushing._name(graph) and sys._getframe(1).f_code.co_name == 'push':\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return lines(store, graph)\n"
        "pushing._lines = killed\n"
        "kg.push(sys.argv[1], store=sys.argv[2])\n"
    )
    with servers.oxigraph() as server:
        for target in (server.store, str(tmp_path / "files")):
            run = subprocess.run([sys.executable, "-c", script, target, str(tmp_path)], capture_output=True)
            assert run.returncode == -signal.SIGKILL, run.stderr
            report = kg.push(target, store=tmp_path)
            assert sorted(report.unchanged) == sorted(GRAPHS[1:])
            assert set(report.sent) == {GRAPHS[0], "default"}
        assert labels(server) == sorted("一二三")


def test_a_note_that_a_push_was_ended_in_is_dropped(tmp_path: Path) -> None:
    """At whichever byte it ended, the graphs noted before are unchanged, and what follows is noted again."""
    store, out = tmp_path / "store", tmp_path / "files"
    publish(store, 甲=["一"], 乙=["二"], 丙=["三"])
    kg.push(out, store=store)
    kept = (out / "pushed.jsonl").read_bytes()
    assert kept.count(b"\n") == 4
    last = kept.splitlines(keepends=True)[-1]
    for missing in (1, 2, len(last) // 2, len(last) - 1, len(last)):
        (out / "pushed.jsonl").write_bytes(kept[:-missing])
        report = kg.push(out, store=store)
        assert (len(report.sent), len(report.unchanged)) == ((0, 4) if missing == 1 else (1, 3))
        assert (out / "pushed.jsonl").read_bytes() == kept
    publish(store, 乙=["二"])
    assert kg.push(out, store=store).deleted == (GRAPHS[2], GRAPHS[0])
    assert kg.push(out, store=store).deleted == ()


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="only Linux tells how much a process has written")
def test_what_is_written_grows_with_the_graphs_and_no_faster(tmp_path: Path) -> None:
    def written() -> int:
        counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
        return int(counts["wchar"])

    graphs = [
        (ox.NamedNode(f"urn:文件/{n}"), [ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(n))])
        for n in range(300)
    ]
    with writing(tmp_path / "store") as draft:
        draft.replace_graphs(graphs)
        draft.publish()
    for again in (False, True):
        before = written()
        report = kg.push(tmp_path / "files", store=tmp_path / "store", union=False, again=again)
        assert len(report.sent) == 300 and (written() - before) / 300 < 1000


@dataclass
class Keeper:
    """A Graph Store service of our own, which answers the methods that it is told to refuse with a status."""

    url: str = ""
    graphs: set[str] = field(default_factory=set)
    refused: dict[str, int] = field(default_factory=dict)


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    kept = Keeper()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            graph = unquote(self.path.partition("?graph=")[2]) or "default"
            known = graph in kept.graphs or self.command == "PUT"
            status = kept.refused.get(self.command, 204 if known else 404)
            if status == 204 and self.command == "PUT":
                kept.graphs.add(graph)
            if status == 204 and self.command == "DELETE":
                kept.graphs.remove(graph)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_DELETE = do_PUT

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    kept.url = f"http://127.0.0.1:{server.server_port}/store"
    yield kept
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "code"), [(401, "PL-ENDPOINT-REFUSED"), (403, "PL-ENDPOINT-REFUSED"), (418, "PL-ENDPOINT")]
)
def test_a_server_that_does_not_say_what_it_has_is_no_success(
    tmp_path: Path, keeper: Keeper, status: int, code: str
) -> None:
    publish(tmp_path, 甲=["一"])
    kg.push(keeper.url, store=tmp_path)
    keeper.refused = {"HEAD": status}
    with pytest.raises(EndpointError) as caught:
        kg.push(keeper.url, store=tmp_path)
    assert caught.value.code == code


def test_a_server_that_has_gone_away_is_no_success(tmp_path: Path) -> None:
    publish(tmp_path, 甲=["一"])
    with servers.oxigraph() as server:
        kg.push(server.store, store=tmp_path)
    assert main(["push", server.store, "--store", str(tmp_path), "--timeout", "2"]) == 1


@pytest.mark.parametrize(("status", "sent"), [(405, ()), (501, ()), (500, (GRAPHS[0], "default"))])
def test_of_a_server_without_head_the_notes_are_believed(
    tmp_path: Path, keeper: Keeper, status: int, sent: tuple[str, ...]
) -> None:
    publish(tmp_path, 甲=["一"])
    keeper.refused = {"HEAD": status}
    assert len(kg.push(keeper.url, store=tmp_path).sent) == 2
    assert kg.push(keeper.url, store=tmp_path).sent == sent


@pytest.mark.parametrize("status", [403, 405, 500])
def test_a_graph_that_is_not_deleted_is_told_and_tried_again(
    tmp_path: Path, keeper: Keeper, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    publish(tmp_path, 甲=["一"], 乙=["二"])
    kg.push(keeper.url, store=tmp_path)
    publish(tmp_path)
    keeper.refused = {"DELETE": status}
    for _ in range(2):
        report = kg.push(keeper.url, store=tmp_path)
        assert report.deleted == () and [name for name, _ in report.failed] == sorted(GRAPHS[:2])
        assert keeper.graphs >= set(GRAPHS[:2])
    assert main(["push", keeper.url, "--store", str(tmp_path)]) == 3
    assert f"left out: {GRAPHS[0]}: not deleted: " in capsys.readouterr().err
    keeper.refused = {}
    assert kg.push(keeper.url, store=tmp_path).deleted == tuple(sorted(GRAPHS[:2]))
    assert keeper.graphs == {"default"}
