"""What a name means: the same in a lineage and in a question of the library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import kg
from kg.cli import main
from kg.naming import find, named
from kg.rows import IRI
from kg.store import writing
from ontology.errors import NotFound
from ontology.terms import ITSRDF, NIF, PL, PLID, RDF, SKOS

TOWN = "AdministrativeUnit/浙江省/湖州市/安吉县/天荒坪镇"
COUNTY = "AdministrativeUnit/浙江省/湖州市/安吉县"
VALLEY, NAMESAKE = "Strategy/浙江省/绿谷", "Strategy/浙江省/丽水市/绿谷"
PILOT, DRAFT = "Strategy/浙江省/湖州市/两山转化示范县", "Strategy/草案"


def iri(path: str) -> ox.NamedNode:
    return ox.NamedNode(f"{PLID}{path}")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    says: list[ox.Triple] = []

    def say(subject: str, predicate: str, value: ox.NamedNode | ox.Literal) -> None:
        says.append(ox.Triple(iri(subject), ox.NamedNode(predicate), value))

    for path in (TOWN, COUNTY, VALLEY, NAMESAKE, PILOT, DRAFT):
        say(path, f"{RDF}type", ox.NamedNode(PL + path.split("/")[0]))
        say(path, f"{SKOS}prefLabel", ox.Literal(path.split("/")[-1], language="zh"))
        say(path, f"{SKOS}prefLabel", ox.Literal(path.split("/")[-1], language="en"))
        say(f"m/{path}", f"{ITSRDF}taIdentRef", iri(path))
        say(f"m/{path}", f"{NIF}referenceContext", iri("Document/甲"))
        say(f"m/{path}", f"{NIF}beginIndex", ox.Literal(0))
        say(f"m/{path}", f"{NIF}endIndex", ox.Literal(3))
        say(f"m/{path}", f"{NIF}anchorOf", ox.Literal("绿水谷" if path == VALLEY else "名"))
    say(COUNTY, f"{SKOS}altLabel", ox.Literal("安吉", language="zh"))
    say(VALLEY, f"{PL}locatedIn", iri(TOWN))
    say("Document/甲", "http://purl.org/dc/terms/identifier", ox.Literal("甲"))
    with writing(folder) as draft:
        draft.replace_graph(iri("Document/甲"), says)
        draft.publish()
    return folder


@pytest.fixture
def graph(store: Path) -> Iterator[kg.Graph]:
    with kg.open(store) as graph:
        yield graph


@pytest.mark.parametrize(
    ("name", "entities"),
    [
        ("“两山”转化示范县", {PILOT}),
        ("安吉", {COUNTY}),
        ("安吉县", {COUNTY}),
        ("湖州市安吉县", {COUNTY}),
        ("浙江省 湖州市 安吉县", {COUNTY}),
        ("安吉县天荒坪镇", {TOWN}),
        ("绿水谷", {VALLEY}),
        ("绿谷", {VALLEY, NAMESAKE}),
        (f"<{PLID}{VALLEY}>", {VALLEY}),
        (f"{PLID}{VALLEY}", {VALLEY}),
        (f"plid:{NAMESAKE}", {NAMESAKE}),
        ("吉县", set()),
        (".*", set()),
        ("火星", set()),
    ],
)
def test_a_name_means_the_same_everywhere(name: str, entities: set[str], graph: kg.Graph) -> None:
    meant = {f"{PLID}{path}" for path in entities}
    assert set(named(graph, name)) == meant
    asked = graph.query("mentions", name=name)
    assert {row.entity for row in asked} == meant and len(asked) == len(meant)
    assert bool(graph.unknown_names("mentions", name=name)) is not bool(meant)
    if len(meant) == 1:
        assert {find(graph, name)} == meant


def test_a_name_in_angle_brackets_is_an_iri_on_the_command_line(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lineage", f"<{PLID}{VALLEY}>", "--store", str(store)]) == 0
    assert main(["query", "mentions", "--param", f"name=<{PLID}{VALLEY}>", "--store", str(store)]) == 0
    assert capsys.readouterr().err == "1 row\n"


@pytest.mark.parametrize("place", ["天荒坪镇", "安吉", "湖州市"])
def test_an_entity_lies_where_documents_locate_it(place: str, graph: kg.Graph) -> None:
    assert find(graph, "绿谷", place) == f"{PLID}{VALLEY}"


def test_an_entity_of_no_known_place_is_told_as_such(graph: kg.Graph) -> None:
    with pytest.raises(NotFound, match="草案 is not in 天荒坪镇, and no place of it is known"):
        find(graph, "草案", "天荒坪镇")
    with pytest.raises(NotFound, match=r"绿谷 is not in 火星, but in 浙江省, 浙江省 › 丽水市$"):
        find(graph, "绿谷", "火星")


@pytest.mark.parametrize("name", ["安吉", "火星", "<urn:x>"])
def test_what_a_name_means_is_asked_for_once(name: str, graph: kg.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    meant = graph.meant("mentions", name=IRI(name) if name.startswith("<") else name)
    monkeypatch.setattr("kg.naming.named", None)
    assert bool(graph.query("mentions", **meant)) is (name == "安吉")
    assert graph.unknown_names("mentions", **meant) == ([] if name == "安吉" else [name])
