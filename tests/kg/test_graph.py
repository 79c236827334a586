"""Asking a graph: typed rows, frames with dtypes, formats, errors of one line."""

from __future__ import annotations

import datetime
import json
import socket
from decimal import Decimal
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import kg
from kg.magic import ask
from kg.rows import IRI
from kg.server.worker import Request, answer
from kg.store import writing
from ontology.errors import NotFound, QueryError, StoreError, UsageError
from ontology.terms import PL, PLID, PREFIXES, Level
from tests.kg.server.conftest import running as serving

DATA = """
@prefix pl: <https://w3id.org/policy-lineage#> .
@prefix plid: <https://w3id.org/policy-lineage/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<urn:a> a pl:Project ; skos:prefLabel "滨河公园"@zh ; pl:value 12 , 0.5 ;
  pl:done true ; pl:on "2023-03-10"^^<http://www.w3.org/2001/XMLSchema#date> .
<urn:b> a pl:Strategy ; skos:prefLabel "水韵丙镇"@zh ; pl:level pl:township .
"""


@pytest.fixture
def graph() -> kg.Graph:
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode("urn:g"))
    return kg.open(store)


def test_cells_are_pythons_own(graph: kg.Graph) -> None:
    rows = graph.query(
        "SELECT ?e ?label ?v ?done ?on ?none"
        " { ?e skos:prefLabel ?label ; pl:value ?v ; pl:done ?done ; pl:on ?on } ORDER BY ?v"
    )
    half, twelve = rows
    assert twelve == (IRI("urn:a"), "滨河公园", 12, True, datetime.date(2023, 3, 10), None)
    assert [type(cell) for cell in twelve[:4]] == [IRI, str, int, bool]
    assert isinstance(half.v, Decimal) and half["v"] == Decimal("0.5")
    assert half.asdict()["label"] == "滨河公园"
    assert rows[:1] == (half,) and len(rows) == 2
    with pytest.raises(AttributeError):
        half.nonsense  # noqa: B018


def test_a_column_goes_before_a_method_of_tuple(graph: kg.Graph) -> None:
    (row,) = graph.query("SELECT (COUNT(*) AS ?count) ('甲' AS ?index) { ?e pl:value ?v }")
    assert (row.count, row.index) == (row["count"], row["index"]) == (2, "甲")
    (other,) = graph.query("SELECT (COUNT(*) AS ?n) { ?e pl:value ?v }")
    assert other.count(2) == 1 and other.index(2) == 0


def test_a_place_tells_namesakes_apart_and_needs_a_name(graph: kg.Graph) -> None:
    with pytest.raises(UsageError, match="月球镇 tells namesakes apart"):
        graph.graph(within="月球镇")


def test_a_folder_takes_no_options_of_an_endpoint(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="timeout"):
        kg.open(tmp_path, timeout=5)


def test_a_closed_graph_may_be_closed_again_and_says_what_it_is(graph: kg.Graph) -> None:
    with graph:
        assert len(graph.dataset) and graph.query("ASK {}")[0].answer
        graph.close()
    for asked in (
        lambda: graph.query("ASK {}"),
        lambda: graph.frame("ASK {}"),
        lambda: graph.store,
        lambda: graph.dataset,
        lambda: list(graph.quads()),
        graph.info,
    ):
        with pytest.raises(StoreError, match="closed") as told:
            asked()
        assert "\n" not in str(told.value)
    with pytest.raises(QueryError):  # what is wrong with a question is told first
        graph.query("SELECT * { SERVICE <x:y> {} }")


def test_a_closed_graph_lets_its_version_go(tmp_path: Path) -> None:
    with writing(tmp_path / "graph") as draft:
        draft.publish()
    graph = kg.open(tmp_path / "graph")
    with writing(tmp_path / "graph") as draft:
        draft.publish()
    versions = tmp_path / "graph" / "versions"
    assert sorted(path.name for path in versions.iterdir()) == ["000001", "000002"]
    graph.close()
    with writing(tmp_path / "graph"):
        pass
    assert [path.name for path in versions.iterdir()] == ["000002"]


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ('"Ecology first"@en , "生态优先"@zh , "A"', "生态优先"),
        ('"A"@en , "甲"', "甲"),
        ('"B"@en , "A"@en', "A"),
        ('"甲"@zh , "乙"@zh-CN', "乙"),
        ("pl:none", "c"),
    ],
)
def test_an_entity_goes_by_its_chinese_name(labels: str, name: str) -> None:
    iri = f"{PLID}Strategy/中国/c"
    store = ox.Store()
    relation = "skos:prefLabel" if labels != "pl:none" else "pl:seeAlso"
    store.update(
        f"INSERT DATA {{ <{iri}> a pl:Strategy ; pl:level pl:national ; {relation} {labels} ;"
        f" skos:definition '两山'@zh . <{PLID}Village/a> a pl:Village ; pl:serves <{iri}> }}",
        prefixes=PREFIXES,
    )
    graph = kg.open(store)
    node = graph.graph().nodes[iri]
    assert node == {"label": name, "kind": "Strategy", "level": "national", "place": "中国"}
    thing = graph.lineage(iri).entity
    assert (thing.name, thing.level, thing.definition) == (name, Level.NATIONAL, "两山")
    drawn = ask("--as graph", "SELECT ?s ?o { ?s pl:serves ?o }", {"graph": graph}).whole
    assert drawn.nodes[iri]["label"] == name


def test_ask_and_construct_are_rows_too(graph: kg.Graph) -> None:
    assert graph.query("ASK { ?e a pl:Village }")[0].answer is False
    (row,) = graph.query("CONSTRUCT { ?e pl:is ?l } WHERE { ?e pl:level ?l }")
    assert row == ("urn:b", f"{PL}is", f"{PL}township")
    assert row.object.short == "pl:township"
    assert IRI(f"{PLID}Village/甲").short == "plid:Village/甲"


def test_frames_have_dtypes_and_na(graph: kg.Graph) -> None:
    import pandas as pd

    frame = graph.frame(
        "SELECT ?e ?n ?half ?done ?on { VALUES (?e ?n ?half ?done ?on)"
        " { (<urn:a> 3 0.5 true '2023-03-10'^^xsd:date) (UNDEF UNDEF UNDEF UNDEF UNDEF) } }"
    )
    assert [str(dtype) for dtype in frame.dtypes] == ["string", "Int64", "Float64", "boolean", "datetime64[ns]"]
    assert frame.loc[1].isna().all()
    assert frame.loc[0, "on"] == pd.Timestamp("2023-03-10")
    empty = graph.frame("SELECT ?a ?b { FILTER(false) }")
    assert list(empty.columns) == ["a", "b"] and len(empty) == 0


def test_parameters(graph: kg.Graph) -> None:
    query = "SELECT ?e { ?e skos:prefLabel ?label FILTER(STR(?label) = ?name) }"
    assert graph.query(query, name="滨河公园")[0].e == "urn:a"
    assert len(graph.query(query, name='x" || true || "')) == 0
    assert graph.query("SELECT ?e { ?e pl:level ?l }", l=IRI(f"{PL}township"))[0].e == "urn:b"


def test_formats(graph: kg.Graph) -> None:
    query = "SELECT ?l { ?e skos:prefLabel ?l } ORDER BY ?l"
    assert graph.serialize(query, "csv").decode().split() == ["l", "水韵丙镇", "滨河公园"]
    assert json.loads(graph.serialize(query, "json"))["head"] == {"vars": ["l"]}
    turtle = graph.serialize("CONSTRUCT { ?e a ?k } WHERE { ?e a ?k }", "ttl").decode()
    assert len(rdflib.Graph().parse(data=turtle, format="turtle")) == 2
    with pytest.raises(QueryError, match="rows"):
        graph.serialize(query, "ttl")
    with pytest.raises(QueryError, match="triples"):
        graph.serialize("CONSTRUCT { ?e a ?k } WHERE { ?e a ?k }", "csv")


@pytest.mark.parametrize(
    "query",
    ["SELECT * { ?s foo:x ?y }", "SELECT * {", "DELETE WHERE { ?s ?p ?o }", "SELECT (COUNT(?s) AS ?n) ?s { ?s ?p ?o }"],
)
def test_a_query_that_can_not_be_is_told_in_one_short_line(graph: kg.Graph, query: str) -> None:
    with pytest.raises(QueryError) as told:
        graph.query(query)
    assert "\n" not in str(told.value) and len(str(told.value)) < 250


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("SELECT ?s { ?s ?p }", "error at 1:20: what stands there is not SPARQL, or something before it is missing"),
        ('SELECT ?s { ?s ?p "a }', "error at 1:23: what stands there is not SPARQL, or something before it is missing"),
        ("SELECT ?s { ?s a pl:Village", "an opening brace has no partner"),
        ("SELECT ?s { ?s a pl:Village }}", "a closing brace has no partner"),
        ("SELEC ?s { ?s a pl:Village }", "no query begins with SELEC"),
        ("SELECT ?s ｛ ?s a pl:Village }", "｛ is no mark of SPARQL; write it with an English keyboard"),
        ("SELECT ?s { ?s rdfs:label “甲”@zh }", "“ is no mark of SPARQL; write it with an English keyboard"),
        ('SELECT ?s { ?s rdfs:label "“甲”｛" ?p }', "is not SPARQL, or something before it is missing"),
        ("SELECT (COUNT(?s) AS ?n) ?p { ?s ?p ?o }", "The SELECT contains a variable that is unbound"),
        ("SELECT * { ?s foo:x ?y }", "a prefix that is neither declared nor known"),
    ],
)
def test_a_syntax_error_shows_no_rules_of_grammar(graph: kg.Graph, query: str, complaint: str) -> None:
    with pytest.raises(QueryError) as told:
        graph.query(query)
    assert str(told.value).endswith(complaint) and "expected" not in str(told.value)


def test_an_update_that_is_sent_as_a_query_is_told_as_one_by_the_server_too() -> None:
    with pytest.raises(QueryError, match="this is an update") as told:
        answer(ox.Store(), Request(query="INSERT DATA { <urn:a> <urn:b> 1 }"))
    assert told.value.code == "PL-QUERY-REFUSED"


@pytest.mark.parametrize("silent", ["", "SILENT "])
def test_no_other_server_is_called(graph: kg.Graph, silent: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as canary:
        canary.settimeout(0.2)
        query = f"SELECT * {{ SERVICE {silent}<http://127.0.0.1:{canary.getsockname()[1]}/sparql> {{ ?s ?p ?o }} }}"
        for ask in (graph.query, graph.frame, graph.dataset.query, lambda text: graph.serialize(text, "csv")):
            with pytest.raises(QueryError) as told:
                ask(query)
            assert told.value.code == "PL-QUERY-REFUSED"
        with pytest.raises(TimeoutError):
            canary.accept()


def test_brackets_that_would_overflow_the_engine_are_refused(graph: kg.Graph) -> None:
    with pytest.raises(QueryError) as told:
        graph.query(f"SELECT * {{ {'{' * 20_000}{'}' * 20_000} }}")
    assert told.value.code == "PL-QUERY-NESTING"


def test_the_dataset_is_the_same_graph_and_read_only(graph: kg.Graph) -> None:
    dataset = graph.dataset
    assert isinstance(dataset, rdflib.Dataset)
    (row,) = dataset.query("SELECT (COUNT(*) AS ?n) { ?e a pl:Project }")
    assert row.n.toPython() == 1
    assert len(set(dataset.graph(rdflib.URIRef("urn:g")))) == 9
    triple = (rdflib.URIRef("urn:x"), rdflib.RDF.type, rdflib.URIRef("urn:y"))
    for change in (
        lambda: dataset.add(triple),
        lambda: dataset.remove(triple),
        lambda: dataset.update("CLEAR ALL"),
        lambda: dataset.parse(data="<urn:a> <urn:b> <urn:c> .", format="turtle"),
        lambda: dataset.remove_graph(rdflib.URIRef("urn:g")),
    ):
        with pytest.raises(StoreError):
            change()
    assert len(list(graph.quads())) == 9


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("FROM <urn:g> FROM <urn:h> { ?s ?p ?o }", 3),
        ("FROM <urn:g> FROM <urn:h> FROM <urn:g> FROM NAMED <urn:h> { GRAPH ?g { ?s ?p ?o } }", 2),
        ("FROM <urn:h> { ?s ?p ?o }", 2),
        ("FROM NAMED <urn:h> { ?s ?p ?o }", 0),
    ],
)
def test_several_graphs_of_from_are_one_set_as_at_the_server(tmp_path: Path, query: str, count: int) -> None:
    shared, first, second = (
        ox.Triple(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(text)) for text in ("共同", "一", "二")
    )
    with writing(tmp_path) as draft:
        draft.replace_graphs([(ox.NamedNode("urn:g"), [shared, first]), (ox.NamedNode("urn:h"), [shared, second])])
        draft.publish()
    with serving(tmp_path) as client, kg.open(tmp_path) as local:
        for graph in (local, kg.open(str(client.base_url.join("/sparql")))):
            assert graph.query(f"SELECT (COUNT(*) AS ?n) {query}")[0].n == count


def test_the_union_is_no_graph_to_export(graph: kg.Graph) -> None:
    assert {quad.graph_name for quad in graph.quads()} == {ox.NamedNode("urn:g")}


def test_no_link_no_evidence(graph: kg.Graph) -> None:
    with pytest.raises(NotFound):
        graph.evidence("urn:nothing")


def test_a_frame_holds_the_values_that_pandas_has_no_type_for() -> None:
    rows = "(99999999999999999999 '1500-01-01'^^xsd:date) (1 '2020-01-01'^^xsd:date)"
    frame = kg.open(ox.Store()).frame(f"SELECT ?n ?d {{ VALUES (?n ?d) {{ {rows} }} }}")
    assert list(frame["n"]) == [99999999999999999999, 1]
    assert list(frame["d"]) == [datetime.date(1500, 1, 1), datetime.date(2020, 1, 1)]
