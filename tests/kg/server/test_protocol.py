"""The protocol: the W3C's tests, formats, datasets, graphs, updates."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
import rdflib

import kg
import queries
from kg import example
from kg.store import writing
from ontology.terms import PL, PLID, PREFIXES, Kind

from .conftest import ROOT, TOKEN, Serve, ask, count, publish

W3C = ROOT.parent / "shared" / "w3c" / "run.py"
VILLAGE = f"{PLID}Village/甲省/乙市/丙县/丁镇/第7村"


@pytest.fixture
def open_server(tmp_path: Path, serve: Serve) -> Iterator[httpx.Client]:
    """A server that may be updated, over a store of one document."""
    publish(tmp_path / "graph", 丁镇=2)
    with serve(tmp_path / "graph", "--update-token", TOKEN) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


def update(client: httpx.Client, text: str, **form: str) -> None:
    response = client.post("/sparql", data={"update": text, **form})
    assert response.status_code == 204, response.text


@pytest.mark.skipif(not W3C.exists(), reason="the W3C's protocol tests are not beside the project")
def test_w3c(tmp_path: Path, serve: Serve) -> None:
    with serve(tmp_path / "new", "--update-token", TOKEN) as client:
        url = str(client.base_url.join("/sparql"))
        run = subprocess.run([sys.executable, W3C, url, url, "--token", TOKEN], capture_output=True, text=True)
    assert run.stdout.strip() == "34 passed, 0 failed"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("application/sparql-results+xml, */*;q=0.1", "application/sparql-results+xml"),
        ("text/csv;q=0.9, text/turtle", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_rows_come_in_the_format_asked_for(server: httpx.Client, accept: str, media_type: str) -> None:
    response = ask(server, f"SELECT ?l ?none {{ <{VILLAGE}> skos:prefLabel ?l }}", accept)
    assert response.headers["content-type"] == media_type
    assert "第7村" in response.text
    assert "x-truncated" not in response.headers


@pytest.mark.parametrize(
    "accept", ["text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"]
)
def test_triples_come_in_the_format_asked_for(server: httpx.Client, accept: str) -> None:
    response = ask(server, f"DESCRIBE <{VILLAGE}>", accept)
    assert response.headers["content-type"].partition(";")[0] == accept
    graph = rdflib.Graph().parse(data=response.text, format=accept)
    assert (rdflib.URIRef(VILLAGE), rdflib.RDF.type, rdflib.URIRef(f"{PL}Village")) in graph
    assert len(graph) == 3


def test_what_cannot_be_given_is_refused(server: httpx.Client) -> None:
    response = ask(server, "SELECT * { ?s ?p ?o }", "image/png")
    assert (response.status_code, response.json()["error"]["code"]) == (406, "PL-SERVER-ACCEPT")


def test_default_graph_is_one_set(server: httpx.Client) -> None:
    assert count(server, f"<{PLID}Strategy/中国/乡村振兴> a ?kind") == 1
    graphs = [f"{PLID}Document/丁镇", f"{PLID}Document/戊镇"]
    both = {"default-graph-uri": graphs}
    query = f"SELECT * {{ <{PLID}Strategy/中国/乡村振兴> a ?kind }}"
    assert len(ask(server, query, **both).json()["results"]["bindings"]) == 1
    clauses = " ".join(f"FROM <{graph}>" for graph in graphs)
    assert len(ask(server, query.replace("{", f"{clauses} {{", 1)).json()["results"]["bindings"]) == 1


def test_from_names_graphs_of_the_store_alone(server: httpx.Client) -> None:
    query = f"SELECT * FROM <{server.base_url}graphs?default> FROM <file:///etc/passwd> {{ ?s ?p ?o }}"
    assert ask(server, query).json()["results"]["bindings"] == []


def test_prefixes_are_known(server: httpx.Client) -> None:
    query = " ".join(f"{prefix}:x" for prefix in PREFIXES)
    assert ask(server, f"SELECT * {{ VALUES ?x {{ {query} }} }}").status_code == 200


@pytest.mark.parametrize("name", [f"graph={quote(PLID + 'Document/丁镇')}", "default"])
def test_graph_is_read_whole(server: httpx.Client, name: str) -> None:
    response = server.get(f"/graphs?{name}", headers={"Accept": "application/n-triples"})
    assert len(response.text.splitlines()) == (6008 if name != "default" else 12014)
    head = server.head(f"/graphs?{name}", headers={"Accept": "application/n-triples"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == response.headers["content-length"]


@pytest.mark.parametrize(
    ("address", "status"),
    [("?graph=http://no.example/", 404), ("", 400), ("?default&graph=x:y", 400), ("?graph=x", 400)],
)
def test_no_such_graph(server: httpx.Client, address: str, status: int) -> None:
    response = server.get(f"/graphs{address}")
    assert response.status_code == status
    assert response.json()["error"]["status"] == status


def test_service_description(server: httpx.Client) -> None:
    response = server.get("/sparql", headers={"Accept": "text/turtle"})
    graph = rdflib.Graph().parse(data=response.text, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    service = next(graph.subjects(rdflib.RDF.type, sd.Service))
    assert graph.value(service, sd.endpoint) == rdflib.URIRef(str(server.base_url.join("/sparql")))
    assert set(graph.objects(service, sd.supportedLanguage)) == {sd.SPARQL11Query}
    assert {str(name) for name in graph.objects(None, sd.name)} == {f"{PLID}Document/丁镇", f"{PLID}Document/戊镇"}


def test_things_have_addresses(server: httpx.Client) -> None:
    path = "/id/Village/甲省/乙市/丙县/丁镇/第7村"
    response = server.get(path, headers={"Accept": "application/n-triples"})
    assert {str(t.subject) for t in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)} == {f"<{VILLAGE}>"}
    page = server.get(path, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, quote(path.replace("/id/", "/entity/")))
    missing = server.get("/id/Village/没有", headers={"Accept": "text/turtle"})
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "PL-NOT-FOUND")


LIBRARY = queries.library()[0].name


@pytest.mark.parametrize(
    ("suffix", "accept", "media_type"),
    [
        ("", "text/csv", "text/csv"),
        (".csv", "text/turtle", "text/csv"),
        (".json", "*/*", "application/sparql-results+json"),
        ("", "text/turtle", "text/turtle"),
        (".ttl", "", "text/turtle"),
    ],
)
def test_library_query_by_suffix_or_accept(server: httpx.Client, suffix: str, accept: str, media_type: str) -> None:
    response = server.get(f"/queries/{LIBRARY}{suffix}", headers={"Accept": accept})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == media_type
    if media_type == "text/turtle":
        results = rdflib.Graph().parse(data=response.text, format="turtle")
        rs = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
        assert list(results.subjects(rdflib.RDF.type, rs.ResultSet))
        assert list(results.objects(None, rs.resultVariable))


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "text/csv", ""])
@pytest.mark.parametrize("name", [query.name for query in queries.library()])
def test_every_library_query_has_every_suffix_for_everyone(server: httpx.Client, name: str, accept: str) -> None:
    for suffix, media_type in (
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("ttl", "text/turtle"),
        ("html", "text/html"),
    ):
        response = server.get(f"/queries/{name}.{suffix}", headers={"Accept": accept})
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].partition(";")[0] == media_type
        if suffix == "json":
            assert set(response.json()) >= {"head", "results"}


def test_what_is_empty_in_the_address_is_left_out(server: httpx.Client) -> None:
    given = server.get("/queries/broken-chains.csv?township=&missing=pl:county+pl:prefecture")
    assert given.content == server.get("/queries/broken-chains.csv").content
    assert server.get("/queries/broken-chains.csv?issuer=x").json()["error"]["code"] == "PL-QUERY-PARAMETER"


def test_the_library_comes_as_sparql_examples(server: httpx.Client) -> None:
    for address, accept in (("/queries.ttl", BROWSER), ("/queries", "text/turtle")):
        response = server.get(address, headers={"Accept": accept})
        assert response.headers["content-type"].partition(";")[0] == "text/turtle"
        assert response.text == queries.as_rdf()


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [("no-such-query.json", 404, "PL-NOT-FOUND"), (f"{LIBRARY}.json?colour=red", 400, "PL-QUERY-PARAMETER")],
)
def test_library_refuses_what_it_does_not_know(server: httpx.Client, address: str, status: int, code: str) -> None:
    response = server.get(f"/queries/{address}")
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing-here.json", 404),
        ("PUT", "/sparql?query=ASK%7B%7D", 405),
        ("GET", "/sparql?query=ASK%7B", 400),
        ("GET", "/sparql?query=", 400),
    ],
)
def test_errors_have_one_shape(server: httpx.Client, method: str, path: str, status: int) -> None:
    response = server.request(method, path, headers={"Accept": "application/json"})
    assert response.status_code == status
    if status != 404:  # a page of the explorer says what is missing in its own words
        assert set(response.json()["error"]) == {"status", "code", "message", "subject"}
    assert response.headers["access-control-allow-origin"] == "*"
    assert "script-src 'self'" in response.headers["content-security-policy"]


def test_update_needs_the_token(server: httpx.Client, open_server: httpx.Client) -> None:
    form = {"update": "DROP ALL"}
    assert server.post("/sparql", data=form).status_code == 403
    for authorization in ("", "Bearer wrong", f"Basic {TOKEN}", TOKEN):
        response = open_server.post("/sparql", data=form, headers={"Authorization": authorization})
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert "access-control-allow-origin" not in response.headers
    assert count(open_server) == 14


def test_spaces_around_the_token_are_no_part_of_it(tmp_path: Path, serve: Serve) -> None:
    with serve(tmp_path / "graph", "--update-token", f"{TOKEN} \n") as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        update(client, "INSERT DATA { <x:a> <x:b> 1 }")
        assert count(client) == 1


def test_pages_of_other_sites_may_read_but_not_update(open_server: httpx.Client) -> None:
    preflight = open_server.options("/sparql", headers={"Origin": "http://example.org"})
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "authorization" not in preflight.headers["access-control-allow-headers"].lower()
    assert ask(open_server, "ASK {}").headers["access-control-allow-origin"] == "*"
    response = open_server.post("/sparql", data={"update": "INSERT DATA { GRAPH <x:g> { <x:a> <x:b> <x:c> } }"})
    assert "access-control-allow-origin" not in response.headers


def test_update_keeps_lineage_and_union(open_server: httpx.Client) -> None:
    graph, village = f"{PLID}Document/丁镇", f"{PLID}Village/甲省/新村"
    nation = f"{PLID}Strategy/中国/乡村振兴"
    assert count(open_server, "?s pl:contributesTo ?o") == 0
    update(open_server, f"INSERT DATA {{ GRAPH <{graph}> {{ <{village}> a pl:Village ; pl:serves <{nation}> }} }}")
    assert count(open_server, f"<{village}> pl:contributesTo <{nation}>") == 1
    assert count(open_server, f"<{village}> ?p ?o") == 3
    assert count(open_server, "?s pl:contributesTo ?o") == 6  # 2 villages to town and nation, the town, the new one
    update(open_server, f"DELETE WHERE {{ <{village}> pl:serves ?o }}")
    assert count(open_server, f"<{village}> pl:contributesTo ?o") == 0
    assert count(open_server, f"GRAPH ?g {{ <{village}> pl:serves ?o }}") == 0
    update(open_server, f"DROP GRAPH <{graph}>")
    assert count(open_server) == 0


def test_the_kept_quads_of_a_dropped_document_go_with_it(tmp_path: Path, serve: Serve) -> None:
    store = tmp_path / "graph"
    kg.build(example.folder(), metadata=example.metadata(), store=store)
    kept = {path.name for path in (store / "documents").iterdir()}
    with kg.open(store) as graph:
        (document, *_) = (row.d for row in graph.query("SELECT ?d { ?d a pl:Document } ORDER BY ?d"))
    with serve(store, "--update-token", TOKEN) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        update(client, "INSERT DATA { <x:a> <x:b> 1 }")
        assert {path.name for path in (store / "documents").iterdir()} == kept
        update(client, f"DROP GRAPH <{document}>")
    left = {path.name for path in (store / "documents").iterdir()}
    assert left < kept and len(left) == len(kept) - 1


def test_a_dropped_row_of_a_table_comes_back_with_the_next_build(tmp_path: Path, serve: Serve) -> None:
    store, table = tmp_path / "graph", tmp_path / "表.csv"
    table.write_text("id,text\n甲,打造“甲镇”。\n乙,打造“乙镇”。\n", encoding="utf-8")
    kg.build(table, store=store)
    with serve(store, "--update-token", TOKEN) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        update(client, f"DROP GRAPH <{PLID}Document/甲>")
    report = kg.build(table, store=store)
    assert (report.built, report.unchanged) == (("甲",), ("乙",))


def test_update_of_the_union_holds_in_every_document(open_server: httpx.Client) -> None:
    town, other = f"{PLID}Strategy/甲省/乙市/丙县/丁镇/兴镇", f"{PLID}Strategy/中国/兴国"
    update(open_server, f"INSERT DATA {{ <{town}> pl:serves <{other}> . <{other}> a pl:Strategy }}")
    assert count(open_server, f"GRAPH plid:graph\\/updates {{ <{town}> pl:serves <{other}> }}") == 1
    assert count(open_server, f"?s pl:contributesTo <{other}>") == 3
    update(open_server, f"DELETE DATA {{ <{town}> pl:serves <{other}> }}")
    assert count(open_server, f"?s pl:contributesTo <{other}>") == 0


def test_operations_of_one_update_see_each_other(open_server: httpx.Client) -> None:
    update(
        open_server,
        "PREFIX x: <x:> INSERT DATA { GRAPH x:g { x:a x:p 1 } } ;"
        "INSERT { GRAPH x:h { ?s x:q ?o } } WHERE { ?s x:p ?o } ; DELETE WHERE { x:a x:p ?o }",
    )
    assert count(open_server, "GRAPH <x:h> { <x:a> <x:q> 1 }") == 1
    assert count(open_server, "<x:a> ?p ?o") == 1


def test_triple_can_be_moved_to_another_graph(open_server: httpx.Client) -> None:
    update(
        open_server,
        "DELETE { ?v skos:prefLabel ?l } INSERT { GRAPH <x:names> { ?v skos:prefLabel ?l } }"
        " WHERE { ?v a pl:Village ; skos:prefLabel ?l }",
    )
    assert count(open_server, "?v a pl:Village ; skos:prefLabel ?l") == 2
    assert count(open_server, "GRAPH ?g { ?v a pl:Village . } GRAPH ?g { ?v skos:prefLabel ?l }") == 0
    assert count(open_server, "GRAPH <x:names> { ?v skos:prefLabel ?l }") == 2


def test_nothing_is_left(open_server: httpx.Client) -> None:
    for text in ("CLEAR NAMED", "CLEAR DEFAULT", "DELETE WHERE { ?s ?p ?o }", "DROP ALL"):
        update(open_server, f"INSERT DATA {{ GRAPH <x:g> {{ <x:a> pl:serves <x:b> }} <x:c> <x:p> 1 }} ; {text}")
        assert count(open_server) == count(open_server, "GRAPH ?g { ?s ?p ?o }") == 0


def test_update_that_fails_changes_nothing(open_server: httpx.Client) -> None:
    before = ask(open_server, "ASK {}").headers["x-graph-version"]
    response = open_server.post("/sparql", data={"update": "DROP ALL ; INSERT DATA { nonsense }"})
    assert response.status_code == 400
    for text in ("LOAD <http://127.0.0.1:9/>", "DROP ALL ; LOAD SILENT <file:///etc/passwd>"):
        response = open_server.post("/sparql", data={"update": text})
        assert (response.status_code, response.json()["error"]["code"]) == (400, "PL-QUERY-REFUSED")
    assert count(open_server) == 14
    assert ask(open_server, "ASK {}").headers["x-graph-version"] == before


LINKED = "x:town a pl:Strategy . x:village a pl:Village"
LINK = "rdf:subject x:village ; rdf:predicate pl:serves ; rdf:object x:town ; pl:basis pl:stated ; pl:confidence 0.9"
MENTION = "x:mention itsrdf:taIdentRef x:town ; nif:referenceContext x:document ; nif:beginIndex 1 ; nif:endIndex 2 ."


@pytest.mark.parametrize(
    ("data", "status", "code", "said"),
    [
        ("x:village pl:serves []", 400, "PL-QUERY", "pl:serves"),
        ("[] pl:advances x:town", 400, "PL-QUERY", "pl:advances"),
        ('x:village pl:serves "兴镇"', 400, "PL-QUERY", "兴镇"),
        ("[] a pl:Strategy", 400, "PL-QUERY", "rdf:type"),
        ("GRAPH plid:graph\\/decisions { x:link rdf:subject x:town }", 400, "PL-QUERY", "rdf:predicate"),
        ("GRAPH x:g { x:link rdf:subject x:town } x:link " + LINK.partition(" ; ")[2], 400, "PL-QUERY", "same graph"),
        ("x:mention itsrdf:taIdentRef x:town ; nif:referenceContext x:document", 400, "PL-QUERY", "nif:beginIndex"),
        (f"x:link {LINK}".replace("0.9", '"high"'), 400, "PL-QUERY", '"high": the value is a number from 0 to 1'),
        (f"x:link {LINK}".replace("pl:stated", "x:guess"), 400, "PL-QUERY", "pl:stated"),
        (f"x:link {LINK}".replace("pl:serves", "x:likes"), 400, "PL-QUERY", "pl:serves"),
        (f"{MENTION} x:mention nif:beginIndex 1.5", 400, "PL-QUERY", "xsd:integer"),
        ('x:town pl:level "high"', 400, "PL-QUERY", "pl:national"),
        ("x:town pl:level x:high", 400, "PL-QUERY", "pl:national"),
        ('x:town pl:status "done"', 400, "PL-QUERY", "pl:completed"),
        ('x:figure pl:indicatorOf x:town ; pl:unit "元" ; pl:value "much"', 400, "PL-QUERY", "xsd:decimal"),
    ],
)
def test_an_update_that_fails_is_told_what_it_failed_of(
    open_server: httpx.Client, data: str, status: int, code: str, said: str
) -> None:
    text = f"PREFIX x: <http://example.org/> INSERT DATA {{ {LINKED} . {data} }}"
    response = open_server.post("/sparql", data={"update": text})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, code)
    assert said in error["message"] and "nothing has changed" in error["message"]
    assert count(open_server) == 14
    update(open_server, f"PREFIX x: <http://example.org/> INSERT DATA {{ {LINKED} }}")
    assert count(open_server, "GRAPH plid:graph\\/updates { ?s ?p ?o }") == 2


def test_what_is_whole_is_taken_and_shown_whatever_its_iri(open_server: httpx.Client, tmp_path: Path) -> None:
    data = f'{LINKED} . x:village pl:serves x:town . x:link {LINK} . {MENTION} x:town skos:prefLabel "外镇"@zh'
    update(open_server, f"PREFIX x: <http://example.org/> INSERT DATA {{ {data} }}")
    assert count(open_server, "<http://example.org/village> pl:contributesTo <http://example.org/town>") == 1
    for page in (
        "/",
        "/search?q=外镇",
        "/entity/?iri=http://example.org/town",
        "/entity/.graph?iri=http://example.org/town",
    ):
        assert open_server.get(page, headers={"Accept": "text/html"}).status_code == 200, page
    with kg.open(tmp_path / "graph") as graph:
        lineage = graph.lineage("外镇")
    assert (lineage.entity.kind, lineage.below[0].subject) == (Kind.STRATEGY, "http://example.org/village")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INSERT DATA { _:b a <x:T> }", "rdf:type <x:T>: a blank node"),
        ("INSERT DATA { GRAPH <x:g> { <x:a> <x:b> [] , 1 } }", "a blank node"),
        ("INSERT { ?v <x:p> _:b } WHERE { ?v a pl:Village }", "a blank node"),
        ("INSERT { ?v <x:p> _:b GRAPH <x:g> { ?v <x:p> _:b } } WHERE { ?v a pl:Village }", "a blank node"),
        ("INSERT { GRAPH ?g { <x:a> <x:b> 1 } } WHERE { BIND(BNODE() AS ?g) }", "a blank node"),
        ("INSERT DATA { <x:a> <x:b> <<( <x:a> <x:b> 1 )>> }", "a triple within a triple"),
    ],
)
def test_an_update_that_would_add_what_has_no_iri_is_refused(open_server: httpx.Client, text: str, said: str) -> None:
    response = open_server.post("/sparql", data={"update": text})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "PL-QUERY")
    assert said in response.json()["error"]["message"] and "nothing has changed" in response.json()["error"]["message"]
    assert count(open_server) == count(open_server, "GRAPH ?g { ?s ?p ?o }") == 14


def test_an_update_is_out_of_time_or_of_memory_where_it_is(tmp_path: Path, serve: Serve) -> None:
    publish(tmp_path / "graph", 丁镇=2000)
    header = {"Authorization": f"Bearer {TOKEN}"}
    slow = "INSERT { <x:a> <x:b> ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } }"
    for limit, status, code in (
        ("update_seconds=1.5", 504, "PL-QUERY-TIMEOUT"),
        ("update_memory_bytes=20000000", 500, "PL-QUERY-MEMORY"),
    ):
        with serve(tmp_path / "graph", "--update-token", TOKEN, "--limit", limit) as client:
            for _ in range(2):  # the first one leaves no lock behind
                response = client.post("/sparql", data={"update": slow}, headers=header)
                assert (response.status_code, response.json()["error"]["code"]) == (status, code)
            assert count(client) == 6008


def test_update_waits_for_no_build(tmp_path: Path, serve: Serve) -> None:
    publish(tmp_path / "graph", 丁镇=1)
    with serve(tmp_path / "graph", "--update-token", TOKEN) as client:
        with writing(tmp_path / "graph"):
            headers = {"Authorization": f"Bearer {TOKEN}"}
            response = client.post("/sparql", data={"update": "DROP ALL"}, headers=headers)
            assert (response.status_code, response.json()["error"]["code"]) == (503, "PL-STORE-LOCKED")
            assert "retry-after" in response.headers
        assert count(client) == 11
