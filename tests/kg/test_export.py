"""Export: the same bytes for the same graph, nothing lost, nothing half written, nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import errno
import importlib
import json
import os
import socket
from dataclasses import replace
from pathlib import Path

import networkx
import openpyxl
import pandas
import pyoxigraph as ox
import pytest
import rdflib
import rdflib.compare

import kg
from extract.annotation import Annotation
from extract.document import Document
from kg import jsonld
from kg.derive import derive
from kg.export import export
from kg.statements import statements
from ontology import scheme
from ontology.errors import OutputError, UsageError

exporting = importlib.import_module("kg.export")  # kg.export is also the function
SUFFIXES = [".nq", ".trig", ".ttl", ".nt", ".jsonld", ".rdf", ".graphml", ".gexf", ".csv", ".parquet", ".xlsx"]


def store_of(annotation: Annotation, *, backwards: bool = False) -> ox.Store:
    store = ox.Store()
    quads = list(statements(annotation))
    store.extend(reversed(quads) if backwards else quads)
    store.extend(derive(store, scheme.load()))
    for quad in list(store):
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return store


@pytest.fixture
def store(report: Annotation) -> ox.Store:
    return store_of(report)


def named(store: ox.Store) -> set[ox.Quad]:
    return {quad for quad in store if isinstance(quad.graph_name, ox.NamedNode)}


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_graph_gives_the_same_bytes(report: Annotation, tmp_path: Path, suffix: str) -> None:
    one = export(store_of(report), tmp_path / f"one{suffix}").read_bytes()
    other = export(store_of(report, backwards=True), tmp_path / f"other{suffix}").read_bytes()
    assert one == other
    assert len(one) > 1000
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"one{suffix}", f"other{suffix}"]


@pytest.mark.parametrize("suffix", [".nq", ".trig", ".jsonld"])
def test_named_graphs_come_back_and_the_union_stays_behind(store: ox.Store, tmp_path: Path, suffix: str) -> None:
    back = ox.Store()
    back.load(path=str(export(store, tmp_path / f"graph{suffix}")))
    assert set(back) == named(store)


def test_jsonld_carries_the_words_of_the_ontology_and_loads_offline(
    store: ox.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_internet(*address: object) -> None:
        raise AssertionError(f"asks for {address}")

    path = export(store, tmp_path / "graph.jsonld")
    monkeypatch.setattr(socket, "create_connection", no_internet)
    monkeypatch.setattr(socket, "getaddrinfo", no_internet)
    dataset = rdflib.Dataset()
    dataset.parse(path, format="json-ld")
    nquads = rdflib.Dataset()
    nquads.parse(export(store, tmp_path / "graph.nq"), format="nquads")
    assert set(dataset.quads()) == set(nquads.quads())
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert whole["@context"] == json.loads(jsonld.CONTEXT.read_text(encoding="utf-8"))["@context"]
    (said,) = (graph["graph"] for graph in whole["@graph"] if graph["id"] == "plid:Document/丁镇%202023")
    (document,) = (node for node in said if node["id"] == "plid:Document/丁镇%202023")
    assert (document["year"], document["level"], document["title"]) == (2023, "pl:township", "丁镇工作报告")
    (project,) = (node for node in said if "Project" in node.get("type", ()))
    assert project["label"] == {"zh": ["舜耕水渠工程"]} and project["status"] == "pl:completed"


@pytest.mark.parametrize("suffix", [".ttl", ".nt", ".rdf"])
def test_triples_come_back_in_rdflib(store: ox.Store, tmp_path: Path, suffix: str) -> None:
    form = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml"}[suffix]
    back = rdflib.Graph().parse(export(store, tmp_path / f"graph{suffix}"), format=form)
    lines = "".join(f"{triple} .\n" for triple in {quad.triple for quad in named(store)})
    assert rdflib.compare.isomorphic(back, rdflib.Graph().parse(data=lines, format="nt"))


def test_nquads_are_sorted_within_their_graphs(store: ox.Store, tmp_path: Path) -> None:
    lines = export(store, tmp_path / "graph.nq").read_text(encoding="utf-8").splitlines()
    graphs = [line.rsplit(" ", 2)[1] for line in lines]
    assert graphs == sorted(graphs)
    assert len(lines) == len(set(lines)) == len(named(store))


@pytest.mark.parametrize(("suffix", "read"), [(".graphml", networkx.read_graphml), (".gexf", networkx.read_gexf)])
def test_networks_come_back(store: ox.Store, tmp_path: Path, suffix: str, read) -> None:  # type: ignore[no-untyped-def]
    back = read(export(store, tmp_path / f"graph{suffix}"))
    names = {about["label"] for _, about in back.nodes(data=True)}
    assert {"实力丁镇", "三区三地", "舜耕村", "舜耕水渠工程", "丁镇"} <= names
    relations = {about["relation"] for *_, about in back.edges(data=True)}
    assert relations == {"advances", "serves", "locatedIn"}
    assert {type(about["confidence"]) for *_, about in back.edges(data=True)} == {float}
    ours = kg.open(store).graph()
    assert {node: about["place"] for node, about in back.nodes(data=True)} == dict(ours.nodes(data="place"))
    said = {(start, end, about["document"], about["evidence"]) for start, end, about in back.edges(data=True)}
    assert said == {(s, o, why["document"], why["evidence"]) for s, o, why in ours.edges(data=True)}
    assert "丁镇 2023" in {document for _, _, document, _ in said}


def test_a_link_that_curators_reject_is_in_no_table_and_no_network(
    rejecting: tuple[Path, tuple[str, str, str]], tmp_path: Path
) -> None:
    folder, (subject, _, object_) = rejecting
    with kg.open(folder) as graph:
        table = pandas.read_csv(export(graph, tmp_path / "links.csv"))
        network = networkx.read_graphml(export(graph, tmp_path / "graph.graphml"))
        assert len(table) == network.number_of_edges() == sum(graph.info().counts.links.values()) > 0
        assert not network.has_edge(subject, object_)
        assert not graph.graph().has_edge(subject, object_)
        assert subject in network and subject in graph.graph(), "the entity itself stays"


def test_csv_opens_in_excel_with_a_row_for_each_proof(store: ox.Store, tmp_path: Path) -> None:
    path = export(store, tmp_path / "links.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["relation"] == "advances"]
    assert [
        (row["subject_name"], row["subject_level"], row["object_name"], row["basis"], row["confidence"], row["year"])
        for row in rows
    ] == [("实力丁镇", "township", "三区三地", "stated", "0.95", "2023")]
    assert rows[0]["evidence"].startswith("围绕“实力丁镇”")
    assert rows[0]["document"] == "丁镇 2023"
    assert rows[0]["subject_place"] == "甲省 › 乙市 › 丙县 › 丁镇"


def test_parquet_has_types(store: ox.Store, tmp_path: Path) -> None:
    frame = pandas.read_parquet(export(store, tmp_path / "links.parquet"))
    assert frame["confidence"].dtype == "float64"
    assert set(frame["relation"]) == {"advances", "serves", "locatedIn"}
    assert frame["evidence"].notna().all()


def test_xlsx_has_a_sheet_for_each_table(store: ox.Store, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export(store, tmp_path / "graph.xlsx"))
    assert book.sheetnames == ["links", "entities", "indicators", "documents"]
    rows = list(book["indicators"].iter_rows(values_only=True))
    indicator = dict(zip(rows[0], rows[1], strict=True))
    assert (indicator["figure"], indicator["value"], indicator["unit"]) == ("3.43亿元", 343000000, "元")
    assert (indicator["of"], indicator["of_kind"], indicator["period"]) == ("舜耕水渠工程", "Project", "review")
    documents = list(book["documents"].iter_rows(values_only=True))
    assert dict(zip(documents[0], documents[1], strict=True))["unit"] == "丁镇"


@pytest.fixture
def hostile(report: Annotation) -> ox.Store:
    old = report.document.text
    text = old.replace("舜耕村", "=1+").replace("围绕“", "@围“", 1)
    assert len(text) == len(old)
    document = Document("=cmd()", text, "ab" * 32, metadata=replace(report.document.metadata, title="+1"))
    return store_of(replace(report, document=document))


def test_no_cell_is_a_formula(hostile: ox.Store, tmp_path: Path) -> None:
    with export(hostile, tmp_path / "links.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'=cmd()" in cells
    book = openpyxl.load_workbook(export(hostile, tmp_path / "graph.xlsx"))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in found if cell.data_type == "f"]
    assert "=cmd()" in {cell.value for cell in found}


def test_control_characters_break_no_xml(report: Annotation, tmp_path: Path) -> None:
    text = report.document.text.replace("，", "\x0b")
    store = store_of(replace(report, document=replace(report.document, text=text)))
    for suffix in (".graphml", ".gexf", ".xlsx"):
        export(store, tmp_path / f"graph{suffix}")
    networkx.read_graphml(tmp_path / "graph.graphml")
    with pytest.raises(UsageError, match="XML can't hold"):
        export(store, tmp_path / "graph.rdf")
    assert not (tmp_path / "graph.rdf").exists()


@pytest.mark.parametrize("suffix", [".nq", ".csv", ".xlsx", ".graphml"])
def test_a_full_disk_leaves_what_stood_there(
    store: ox.Store, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"graph{suffix}"
    path.write_text("before", encoding="utf-8")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("kg.output.os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        export(store, path)
    assert path.read_text(encoding="utf-8") == "before"
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


def test_more_rows_than_excel_holds_are_refused(
    store: ox.Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "EXCEL_ROWS", 3)
    with pytest.raises(UsageError, match=r"\.csv or \.parquet"):
        export(store, tmp_path / "graph.xlsx")


@pytest.mark.parametrize("name", ["graph", "graph.doc", "graph.nq.gz"])
def test_an_unknown_suffix_is_refused_with_those_that_are_known(store: ox.Store, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"unknown suffix; one of \.nq"):
        export(store, tmp_path / name)


def test_an_empty_graph_can_be_exported(tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        assert export(ox.Store(), tmp_path / f"empty{suffix}").exists()
