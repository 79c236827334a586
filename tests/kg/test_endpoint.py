"""Remote endpoints: two real servers, and one of our own that fails in every way a server may."""

from __future__ import annotations

import base64
import datetime
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest

import kg
from kg import endpoint
from kg.cli import main
from kg.push import push
from kg.rows import IRI
from kg.store import writing
from ontology.errors import EndpointError, QueryError, StoreError
from tests import servers

DATA = """
@prefix pl: <https://w3id.org/policy-lineage#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:a> a pl:Project ; skos:prefLabel "滨河\\"公园"@zh ; pl:value 343000000.5 ; pl:year 2023 ;
  pl:done true ; pl:on "2023-03-10"^^xsd:date .
<urn:b> a pl:Strategy ; skos:prefLabel "水韵丙镇"@zh ; pl:level pl:township .
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small")
    triples = [quad.triple for quad in ox.parse(DATA.encode(), format=ox.RdfFormat.TURTLE)]
    many = [
        ox.Triple(ox.NamedNode(f"urn:n{number}"), ox.NamedNode("urn:number"), ox.Literal(number))
        for number in range(2500)
    ]
    with writing(path) as draft:
        draft.replace_graphs([(ox.NamedNode("urn:g"), triples), (ox.NamedNode("urn:h"), many)])
        draft.publish()
    return path


@pytest.fixture(scope="module", params=[servers.oxigraph, servers.virtuoso], ids=["oxigraph", "virtuoso"])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[servers.Server]:
    with request.param() as running:
        user, password = running.user or (None, None)
        push(running.store, store=folder, user=user, password=password, union=not running.makes_union)
        yield running


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_typed_rows_are_those_of_the_store(server: servers.Server, folder: Path, method: str) -> None:
    query = (
        "SELECT ?e ?label ?value ?year ?on ?level"
        " { ?e skos:prefLabel ?label OPTIONAL { ?e pl:value ?value ; pl:year ?year ; pl:on ?on }"
        " OPTIONAL { ?e pl:level ?level } } ORDER BY ?e"
    )
    with kg.open(folder) as local:
        remote = kg.open(server.query, method=method, timeout=20)
        rows = remote.query(query)
        assert list(rows) == list(local.query(query))
        assert [list(map(type, row)) for row in rows] == [list(map(type, row)) for row in local.query(query)]
        assert rows[0].on == datetime.date(2023, 3, 10) and rows[1].year is None
        frame = remote.frame(query)
        assert dict(frame.dtypes) == dict(local.frame(query).dtypes)
        assert frame.equals(local.frame(query))


def test_parameters_ask_and_construct_work_as_on_the_store(server: servers.Server) -> None:
    remote = kg.open(server.query, timeout=20)
    named = remote.query('SELECT ?e { VALUES ?label { "x"@zh } ?e skos:prefLabel ?label }', label='滨河"公园')
    assert list(named) == [(IRI("urn:a"),)]
    assert remote.query("ASK { ?e a pl:Strategy }")[0].answer is True
    assert remote.query("ASK { ?e a pl:Village }")[0].answer is False
    (row,) = remote.query("CONSTRUCT { ?e <urn:is> ?l } WHERE { ?e pl:level ?l }")
    assert row == ("urn:b", "urn:is", "https://w3id.org/policy-lineage#township")
    assert json.loads(remote.serialize("ASK { ?e a pl:Strategy }", "json"))["boolean"] is True


@pytest.mark.parametrize("order", ["", "ORDER BY DESC(?n)"])
def test_answers_longer_than_the_server_gives_are_read_page_by_page(server: servers.Server, order: str) -> None:
    """Virtuoso is set to give 1000 rows; a page of 700 cuts either server's answer."""
    query = f"PREFIX x: <urn:> SELECT ?s ?n {{ ?s x:number ?n }} {order}"
    for page in (700, 10_000):
        rows = kg.open(server.query, timeout=20, page=page).query(query)
        numbers = [row.n for row in rows]
        assert sorted(numbers) == list(range(2500))
        assert not order or numbers == list(range(2499, -1, -1))
    assert len(kg.open(server.query, timeout=20, page=10).query(f"{query} LIMIT 25")) == 25


def test_what_cannot_be_parsed_is_told_in_one_line(server: servers.Server) -> None:
    with pytest.raises(QueryError) as caught:
        kg.open(server.query, timeout=20).query("SELECT * { ?s ?p")
    assert caught.value.code == "PL-QUERY-SYNTAX" and "\n" not in str(caught.value)
    with pytest.raises(QueryError, match="a query only reads"):
        kg.open(server.query).query("INSERT DATA { <urn:a> <urn:b> <urn:c> }")


def test_the_command_line_asks_an_endpoint(server: servers.Server, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    query = "SELECT ?l { ?e a pl:Project ; skos:prefLabel ?l }"
    assert main(["query", query, "--endpoint", server.query, "--format", "csv"]) == 0
    assert capsysbinary.readouterr().out.decode().split() == ["l", '"滨河""公园"']


def test_a_remote_graph_has_no_store() -> None:
    graph = kg.open("http://127.0.0.1:9/sparql")
    with pytest.raises(StoreError, match="remote graph"):
        graph.store  # noqa: B018


@dataclass
class Script:
    """What a scripted server answers, one after the other, and what it was asked."""

    answers: list[tuple[int, dict[str, str], bytes]]
    seen: list[tuple[str, dict[str, str], dict[str, list[str]]]] = field(default_factory=list)


ONE = json.dumps(
    {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "1"}}]}}
).encode()
RESULTS = {"Content-Type": "application/sparql-results+json"}


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[str, Script]]]:
    monkeypatch.setattr(endpoint, "_PAUSE", 0.01)
    running: list[ThreadingHTTPServer] = []

    def serve(*answers: tuple[int, dict[str, str], bytes]) -> tuple[str, Script]:
        script = Script(list(answers))

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                form = parse_qs(self.rfile.read(length).decode() or urlsplit(self.path).query)
                script.seen.append((self.command, dict(self.headers.items()), form))
                status, headers, body = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_: Any) -> None: ...

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}/sparql", script

    yield serve
    for server in running:
        server.shutdown()
        server.server_close()


def test_users_and_tokens_are_sent(scripted: Callable[..., tuple[str, Script]]) -> None:
    url, script = scripted((200, RESULTS, ONE))
    kg.open(url, user="甲", password="密").query("SELECT ?x {}")
    kg.open(url, token="abc").query("SELECT ?x {}")
    kg.open(url).query("SELECT ?x {}")
    basic, bearer, none = (headers.get("Authorization") for _, headers, _ in script.seen)
    assert basic == "Basic " + base64.b64encode("甲:密".encode()).decode()
    assert bearer == "Bearer abc" and none is None


def test_requests_are_forms_and_known_prefixes_declared(scripted: Callable[..., tuple[str, Script]]) -> None:
    url, script = scripted((200, RESULTS, ONE))
    kg.open(url).query("PREFIX pl: <urn:mine> SELECT ?x { ?x a pl:Y ; skos:prefLabel 'xsd:no' }")
    method, headers, form = script.seen[0]
    assert method == "POST" and headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    (query,) = form["query"]
    assert query.count("PREFIX pl:") == 1 and "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>" in query
    assert set(form) == {"query"}


def test_a_busy_server_is_asked_again(scripted: Callable[..., tuple[str, Script]]) -> None:
    url, script = scripted((503, {"Retry-After": "0"}, b""), (502, {}, b""), (200, RESULTS, ONE))
    assert kg.open(url).query("SELECT ?x {}")[0].x == "1"
    assert len(script.seen) == 3
    url, script = scripted((503, {}, b"too much"))
    with pytest.raises(EndpointError, match="503"):
        kg.open(url, retries=1).query("SELECT ?x {}")
    assert len(script.seen) == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "REFUSED"), (403, "REFUSED"), (404, "MISSING"), (405, "MISSING"), (500, ""), (418, "")],
)
def test_what_does_not_pass_is_told_at_once(
    scripted: Callable[..., tuple[str, Script]], status: int, code: str
) -> None:
    url, script = scripted((status, {}, "原因 <b>x</b>\n第二行".encode()))
    with pytest.raises(EndpointError) as caught:
        kg.open(url).query("SELECT ?x {}")
    assert caught.value.code == "-".join(filter(None, ["PL-ENDPOINT", code]))
    assert "\n" not in str(caught.value) and len(script.seen) == 1


def told_by_kg_serve(status: int, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    error = {"status": status, "code": code, "message": message, "subject": None}
    return status, {"Content-Type": "application/json"}, json.dumps({"error": error}).encode()


@pytest.mark.parametrize(
    ("status", "code", "shown"),
    [
        (400, "PL-QUERY-SYNTAX", "PL-QUERY-SYNTAX"),
        (400, "PL-QUERY-REFUSED", "PL-QUERY-REFUSED"),
        (500, "PL-QUERY-MEMORY", "PL-QUERY-MEMORY"),
        (504, "PL-QUERY-TIMEOUT", "PL-QUERY-TIMEOUT"),
        (413, "PL-SERVER-SIZE", "PL-SERVER-SIZE"),
        (405, "PL-SERVER-REQUEST", "PL-ENDPOINT-MISSING"),
    ],
)
def test_what_kg_serve_says_is_told_as_it_is(
    scripted: Callable[..., tuple[str, Script]], status: int, code: str, shown: str
) -> None:
    said = 'it "can\'t" \\ be'
    url, script = scripted(told_by_kg_serve(status, code, said))
    with pytest.raises((QueryError, EndpointError)) as caught:
        kg.open(url).query("SELECT ?x {}")
    assert caught.value.code == shown and len(script.seen) == 1
    assert (str(caught.value) == said) is (shown == code)


def test_another_servers_gateway_that_runs_out_of_time_is_told(scripted: Callable[..., tuple[str, Script]]) -> None:
    url, _ = scripted((504, {}, b"<h1>504</h1>"))
    with pytest.raises(EndpointError) as caught:
        kg.open(url, retries=0).query("SELECT ?x {}")
    assert caught.value.code == "PL-ENDPOINT-TIMEOUT"


def test_a_complaint_names_the_line_of_the_query_as_it_was_given(scripted: Callable[..., tuple[str, Script]]) -> None:
    url, script = scripted(told_by_kg_serve(400, "PL-QUERY-SYNTAX", "error at 4:7: expected"))
    with pytest.raises(QueryError, match="error at 2:7: expected"):
        kg.open(url).query("SELECT ?x {\n ?x a pl:Y ; skos:z }")
    assert script.seen[0][2]["query"][0].index("SELECT") > 0


def test_pages_that_are_not_got_are_told_with_how_many_were(scripted: Callable[..., tuple[str, Script]]) -> None:
    url, script = scripted(
        (200, {**RESULTS, "X-Truncated": "true"}, ONE),
        told_by_kg_serve(504, "PL-QUERY-TIMEOUT", "took longer than 10 s"),
    )
    with pytest.raises(QueryError, match=r"first 1 rows.*took longer than 10 s.*add LIMIT 1") as caught:
        kg.open(url).query("SELECT ?x { ?x ?y ?z }")
    assert caught.value.code == "PL-QUERY-TIMEOUT" and len(script.seen) == 2


def test_kg_serve_and_the_store_refuse_in_the_same_words(folder: Path) -> None:
    from tests.kg.server.conftest import running

    with running(folder) as client, kg.open(folder) as local:
        remote = kg.open(str(client.base_url.join("/sparql")))
        for query in ("SELECT * {", "SELECT * {\n ?s a pl:Strategy ;; x }", "SELECT * { SERVICE <urn:x> {} }"):
            told = []
            for graph in (local, remote):
                with pytest.raises(QueryError) as caught:
                    graph.query(query)
                told.append((caught.value.code, str(caught.value)))
            assert told[0] == told[1]


def test_a_cut_answer_is_no_answer(scripted: Callable[..., tuple[str, Script]]) -> None:
    url, _ = scripted((200, RESULTS, ONE[:-9]))
    with pytest.raises(EndpointError, match="broken answer"):
        kg.open(url).query("SELECT ?x {}")


def test_a_server_that_marks_its_answer_as_cut_is_read_on(scripted: Callable[..., tuple[str, Script]]) -> None:
    none = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": []}}).encode()
    url, script = scripted((200, {**RESULTS, "X-Truncated": "true"}, ONE), (200, RESULTS, ONE), (200, RESULTS, none))
    assert len(kg.open(url).query("SELECT ?x { ?x ?y ?z } # LIMIT 1")) == 2
    assert "OFFSET 1" in script.seen[1][2]["query"][0] and "ORDER BY ?x" in script.seen[1][2]["query"][0]


def test_nobody_there_and_nobody_answering(scripted: Callable[..., tuple[str, Script]]) -> None:
    with pytest.raises(EndpointError) as caught:
        kg.open("http://127.0.0.1:9/sparql", retries=0).query("SELECT ?x {}")
    assert caught.value.code == "PL-ENDPOINT-UNREACHABLE"
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(EndpointError) as caught:
        kg.open(f"http://127.0.0.1:{silent.getsockname()[1]}/", retries=0, timeout=1).query("SELECT ?x {}")
    assert caught.value.code == "PL-ENDPOINT-TIMEOUT"
