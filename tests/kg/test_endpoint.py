"""Remote endpoints: three real servers, and one of our own that fails in every way a server may."""

from __future__ import annotations

import base64
import datetime
import json
import threading
import warnings
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
from ontology.errors import EndpointError, IncompleteAnswer, QueryError, StoreError
from tests import servers
from tests.kg.server.conftest import running as serving

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


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso", "kg serve"])
def server(request: pytest.FixtureRequest, folder: Path) -> Iterator[servers.Server]:
    """Virtuoso and ``kg serve`` give 1000 rows at most, Oxigraph all."""
    if request.param == "kg serve":
        with serving(folder, "--limit", "rows=1000") as client:
            yield servers.Server("kg serve", str(client.base_url.join("/sparql")), "", (), True)
        return
    with getattr(servers, request.param)() as running:
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


def numbers(server: servers.Server, page: int, query: str) -> list[int]:
    rows = kg.open(server.query, timeout=20, page=page).query(f"PREFIX x: <urn:> {query}")
    assert not rows.truncated
    return [row.n for row in rows]


@pytest.mark.parametrize("page", [700, 10_000])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s ?n { ?s x:number ?n }",
        "SELECT * FROM x:h WHERE { ?s x:number ?n }",
        "SELECT ?n ?p { ?s ?p ?n } VALUES ?p { x:number }",
        "SELECT ?from ?offset ?n { ?from x:number ?n BIND('LIMIT 7' AS ?offset) }",
    ],
)
def test_answers_longer_than_the_server_gives_are_read_whole(server: servers.Server, page: int, query: str) -> None:
    assert sorted(numbers(server, page, query)) == list(range(2500))


@pytest.mark.parametrize("page", [700, 10_000])
def test_pages_keep_the_order_of_the_query(server: servers.Server, page: int) -> None:
    falling = "SELECT ?n { ?s x:number ?n } ORDER BY DESC(?n) # LIMIT 3"
    assert numbers(server, page, falling) == list(range(2499, -1, -1))
    alike = numbers(server, page, "SELECT ?n ?s { ?s x:number ?n BIND(FLOOR(?n / 900) AS ?k) } ORDER BY ?k")
    assert sorted(alike) == list(range(2500)) and [n // 900 for n in alike] == [n // 900 for n in range(2500)]


@pytest.mark.parametrize("page", [700, 10_000])
@pytest.mark.parametrize("limit", [25, 1000, 2200])
def test_a_limit_is_reached_and_not_passed(server: servers.Server, page: int, limit: int) -> None:
    found = numbers(server, page, f"SELECT ?n {{ ?s x:number ?n }} LIMIT {limit}")
    assert len(found) == len(set(found)) == limit
    grouped = f"SELECT (?x AS ?n) {{ ?s x:number ?x }} GROUP BY ?x ORDER BY ?x LIMIT {limit} OFFSET 150"
    assert numbers(server, page, grouped) == list(range(150, 150 + limit))


@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT {{ ?s <urn:is> ?n }} WHERE {{ ?s <urn:number> ?n FILTER(?n < {}) }}",
        "DESCRIBE ?s {{ ?s <urn:number> ?n FILTER(?n < {}) }}",
    ],
)
def test_triples_that_kg_serve_cuts_off_are_told(folder: Path, query: str) -> None:
    with serving(folder, "--limit", "rows=1000") as client:
        remote = kg.open(str(client.base_url.join("/sparql")))
        with pytest.warns(IncompleteAnswer, match="first 1,000 triples") as warned:
            rows = remote.query(query.format(1001))
        assert rows.truncated and len(rows) == 1000 and warned[0].filename == __file__
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            rows = remote.query(query.format(1000))
        assert not rows.truncated and len(rows) == 1000


def test_rows_that_kg_serve_never_gives_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One row is larger than an answer may be: those behind it can't be had."""
    long = "好" * 3000
    query = f"SELECT ?n ?t {{ ?s <urn:number> ?n BIND(IF(?n = 1500, '{long}', '') AS ?t) }} ORDER BY ?n"
    with serving(folder, "--limit", "answer_bytes=8000") as client:
        url = str(client.base_url.join("/sparql"))
        with pytest.warns(IncompleteAnswer, match="first 1,500 rows"):
            rows = kg.open(url).query(query)
        assert rows.truncated and [row.n for row in rows] == list(range(1500))
        assert main(["query", query, "--endpoint", url, "--format", "csv"]) == 3
        out, err = capsys.readouterr()
        assert len(out.splitlines()) == 1 + 1500
        assert err.startswith(f"{url} gave the first 1,500 rows") and err.count("\n") == 1


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


def test_commands_that_only_read_take_an_endpoint_for_a_store(
    example_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(example_store) as client:
        for command in (["lineage", "三区三地"], ["timeline", "三区三地"], ["info"], ["flow", "--in", "张营镇"]):
            told = []
            for store in (str(client.base_url.join("/sparql")), str(example_store)):
                assert main([*command, "--store", store]) == 0
                told.append(capsys.readouterr().out)
            assert told[0] == told[1] != ""


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
                if "Content-Length" not in headers:
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


def test_the_command_line_sends_the_token_of_the_environment(
    scripted: Callable[..., tuple[str, Script]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, script = scripted((200, RESULTS, ONE))
    monkeypatch.setenv("KG_TOKEN", "abc")
    assert main(["query", "SELECT ?x {}", "--endpoint", url]) == 0
    assert main(["query", "SELECT ?x {}", "--endpoint", url, "--token", "def"]) == 0
    sent = [headers.get("Authorization") for _, headers, _ in script.seen]
    assert (sent[0], sent[-1]) == ("Bearer abc", "Bearer def")


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


def test_a_busy_server_whose_complaint_breaks_off_is_asked_again(
    scripted: Callable[..., tuple[str, Script]],
) -> None:
    broken = (503, {"Content-Length": "1000"}, b"too")
    url, script = scripted(broken, (200, RESULTS, ONE))
    assert kg.open(url).query("SELECT ?x {}")[0].x == "1"
    assert len(script.seen) == 2
    url, script = scripted(broken)
    with pytest.raises(EndpointError, match=r"503 .*: too$"):
        kg.open(url, retries=1).query("SELECT ?x {}")
    assert len(script.seen) == 2


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "REFUSED"), (403, "REFUSED"), (404, "MISSING"), (405, "METHOD"), (501, "METHOD"), (500, ""), (418, "")],
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
        (405, "PL-SERVER-REQUEST", "PL-ENDPOINT-METHOD"),
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
    with serving(folder) as client, kg.open(folder) as local:
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


@pytest.mark.parametrize(
    "answer",
    [
        '{"results": {"bindings": []}}',
        '{"head": {}, "results": {"bindings": []}}',
        '{"head": {"vars": ["x"]}}',
        '{"head": {"vars": ["x"]}, "results": {"bindings": 5}}',
        '{"head": {"vars": ["x"]}, "results": {"bindings": [5]}}',
        '{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": 5}]}}',
        '{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "name", "value": "1"}}]}}',
        '{"head": {"vars": ["y"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "1"}}]}}',
        '{"head": {"vars": [5]}, "results": {"bindings": []}}',
        '{"head": {"vars": 5}, "results": {"bindings": []}}',
        '{"head": {}, "boolean": true}',
        '{"x": 5}',
        "[]",
        "5",
        "null",
    ],
)
def test_a_broken_answer_is_told_in_one_line(
    scripted: Callable[..., tuple[str, Script]], capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    url, _ = scripted((200, RESULTS, answer.encode()))
    assert main(["query", "SELECT ?x {}", "--endpoint", url]) == 1
    told = capsys.readouterr().err
    assert told.endswith("[PL-ENDPOINT-ANSWER]\n") and told.count("\n") == 1


@pytest.mark.parametrize("header", ["X-Truncated", "x-truncated", "X-SPARQL-MaxRows"])
def test_a_server_that_marks_its_answer_as_cut_is_read_anew_in_order(
    scripted: Callable[..., tuple[str, Script]], header: str
) -> None:
    cut = (200, {**RESULTS, header: "1"}, ONE)
    url, script = scripted(cut, cut, (200, RESULTS, ONE))
    assert len(kg.open(url).query("SELECT ?x { ?x ?y ?z } # LIMIT 1")) == 2
    asked = [" ".join(form["query"][0].split()) for _, _, form in script.seen]
    assert [query[query.index("ORDER BY") :] for query in asked[1:]] == [
        "ORDER BY ?x } } LIMIT 10000 OFFSET 0",
        "ORDER BY ?x } } LIMIT 10000 OFFSET 1",
    ]


def test_a_full_page_is_read_anew_only_where_a_row_stands_behind_it(
    scripted: Callable[..., tuple[str, Script]],
) -> None:
    none = (200, RESULTS, json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": []}}).encode())
    one = (200, RESULTS, ONE)

    def windows(script: Script) -> list[str]:
        return [" ".join(form["query"][0].partition("?z }")[2].split()) for _, _, form in script.seen[1:]]

    url, script = scripted(one, none)
    assert len(kg.open(url, page=1).query("SELECT ?x { ?x ?y ?z }")) == 1
    assert windows(script) == ["} } LIMIT 1 OFFSET 1"]
    url, script = scripted(one, one, one, one, none)
    assert len(kg.open(url, page=1).query("SELECT ?x { ?x ?y ?z }")) == 2
    assert windows(script) == [
        "} } LIMIT 1 OFFSET 1",
        "ORDER BY ?x } } LIMIT 1 OFFSET 0",
        "ORDER BY ?x } } LIMIT 1 OFFSET 1",
        "ORDER BY ?x } } LIMIT 1 OFFSET 2",
    ]


def test_nobody_there_and_nobody_answering(scripted: Callable[..., tuple[str, Script]]) -> None:
    with pytest.raises(EndpointError) as caught:
        kg.open("http://127.0.0.1:9/sparql", retries=0).query("SELECT ?x {}")
    assert caught.value.code == "PL-ENDPOINT-UNREACHABLE"
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(EndpointError) as caught:
        kg.open(f"http://127.0.0.1:{silent.getsockname()[1]}/", retries=0, timeout=1).query("SELECT ?x {}")
    assert caught.value.code == "PL-ENDPOINT-TIMEOUT"
