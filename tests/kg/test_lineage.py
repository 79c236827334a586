"""Lineages: every step with its proof, and no step that a document of another place says."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from rich.console import Console

import kg
from kg import example
from kg.derive import derive
from kg.lineage import Lineage, tree
from kg.rows import IRI
from kg.statements import OBJECT, PREDICATE, SUBJECT
from kg.store import writing
from kg.walk import UPWARD
from ontology.errors import AmbiguousName, NotFound
from ontology.scheme import load
from ontology.terms import ITSRDF, NIF, PL, PLID, RDF, SKOS, XSD, Kind

PARK = "Project/山西省/甲市/乙县/丙镇/滨河公园"
TOWN = "Strategy/山西省/甲市/乙县/丙镇/水韵丙镇"
COUNTY = "Strategy/山西省/甲市/乙县/生态乙县"
PROVINCE = "Strategy/山西省/绿色山西"
NATION = "Strategy/中国/生态文明建设"
FOREIGN = "Strategy/中国/文化强国"
LEVELS = {TOWN: "township", COUNTY: "county", PROVINCE: "provincial", NATION: "national", FOREIGN: "national"}

CONTRIBUTES = [(PARK, TOWN), (PARK, COUNTY), (PARK, PROVINCE), (PARK, NATION), (TOWN, COUNTY), (TOWN, PROVINCE)]
CONTRIBUTES += [(TOWN, NATION), (COUNTY, PROVINCE), (COUNTY, NATION), (PROVINCE, NATION)]


def iri(path: str) -> ox.NamedNode:
    return ox.NamedNode(f"{PLID}{path}")


def term(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{PL}{name}")


def entity(path: str) -> list[ox.Triple]:
    kind, *_, name = path.split("/")
    said = [
        ox.Triple(iri(path), ox.NamedNode(f"{RDF}type"), term(kind)),
        ox.Triple(iri(path), ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal(name, language="zh")),
    ]
    return said + ([ox.Triple(iri(path), term("level"), term(LEVELS[path]))] if path in LEVELS else [])


def contributing(pairs: list[tuple[str, str]]) -> list[ox.Triple]:
    return [ox.Triple(iri(lower), term("contributesTo"), iri(upper)) for lower, upper in pairs]


def link(document: str, number: int, lower: str, relation: str, upper: str, sentence: str) -> list[ox.Triple]:
    why, proof = iri(f"{document}/link/{number}"), iri(f"{document}/evidence/{number}")

    def says(node: ox.NamedNode, property_: str, value: ox.NamedNode | ox.Literal) -> ox.Triple:
        return ox.Triple(node, ox.NamedNode(property_), value)

    return [
        *entity(lower),
        *entity(upper),
        ox.Triple(iri(lower), term(relation), iri(upper)),
        says(why, f"{RDF}type", term("Link")),
        says(why, f"{RDF}subject", iri(lower)),
        says(why, f"{RDF}predicate", term(relation)),
        says(why, f"{RDF}object", iri(upper)),
        says(why, f"{PL}basis", term("stated")),
        says(why, f"{PL}confidence", ox.Literal("0.95", datatype=ox.NamedNode(f"{XSD}decimal"))),
        says(why, f"{PL}evidence", proof),
        says(proof, f"{NIF}anchorOf", ox.Literal(sentence)),
        says(proof, f"{NIF}beginIndex", ox.Literal(0)),
        says(proof, f"{NIF}endIndex", ox.Literal(len(sentence))),
        ox.Triple(iri(document), ox.NamedNode(f"{RDF}type"), term("Document")),
    ]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A town's chain up to the nation, half of it told by the county, and another town's link that is not its own."""
    town, county, other = "Document/丙镇_2023", "Document/乙县_2023", "Document/丁镇_2023"
    unit = iri("AdministrativeUnit/山西省/甲市/乙县")
    with writing(tmp_path) as draft:
        draft.replace_graph(
            iri(town),
            [
                *link(town, 1, PARK, "serves", TOWN, "建设滨河公园，擦亮水韵丙镇名片。"),
                *link(town, 2, TOWN, "advances", COUNTY, "以水韵丙镇落实生态乙县部署。"),
                ox.Triple(iri(COUNTY), term("issuer"), unit),
            ],
        )
        draft.replace_graph(
            iri(county),
            [
                *link(county, 1, COUNTY, "advances", PROVINCE, "生态乙县融入绿色山西。"),
                ox.Triple(iri(county), term("issuer"), unit),
            ],
        )
        draft.replace_graph(iri(other), link(other, 1, COUNTY, "serves", FOREIGN, "丁镇说生态乙县为文化强国。"))
        draft.replace_graph(
            iri("graph/authority"),
            [*entity(PROVINCE), *entity(NATION), ox.Triple(iri(PROVINCE), term("advances"), iri(NATION))],
        )
        draft.replace_graph(iri("graph/derived"), contributing(CONTRIBUTES))
        draft.publish()
    return tmp_path


def ends(lineage: Lineage) -> set[str]:
    return {step.object.removeprefix(PLID) for step in lineage.above}


def test_a_place_is_told_where_its_strategies_are(tmp_path: Path) -> None:
    kg.build(example.folder(), store=tmp_path, metadata=example.metadata())
    console = Console(file=io.StringIO(), width=300)
    with kg.open(tmp_path) as graph:
        console.print(tree(graph.lineage("张营镇")))
        told = re.search(r"kg query (\S+) --param place=(\S+)", console.file.getvalue())  # type: ignore[attr-defined]
        assert told and "实力张营" in {row.strategy_name for row in graph.query(told[1], place=told[2])}


def test_the_chain_goes_from_the_project_to_the_nation(store: Path) -> None:
    (chain,) = kg.lineage(kg.open(store), "滨河公园").chains()
    assert [step.object.removeprefix(PLID) for step in chain] == [TOWN, COUNTY, PROVINCE, NATION]
    assert [step.predicate for step in chain] == ["serves", "advances", "advances", "advances"]
    assert [step.proofs[0].text if step.proofs else None for step in chain] == [
        "建设滨河公园，擦亮水韵丙镇名片。",
        "以水韵丙镇落实生态乙县部署。",
        "生态乙县融入绿色山西。",
        None,
    ]
    assert chain[0].proofs[0].confidence == 0.95
    assert chain[0].proofs[0].document == f"{PLID}Document/丙镇_2023"


def test_what_another_town_says_is_not_followed(store: Path) -> None:
    assert FOREIGN not in ends(kg.open(store).lineage("滨河公园"))
    assert FOREIGN in ends(kg.open(store).lineage("生态乙县"))


def test_below_is_all_that_contributes(store: Path) -> None:
    below = kg.open(store).lineage("绿色山西").below
    assert {(s.subject.removeprefix(PLID), s.object.removeprefix(PLID)) for s in below} == {
        (COUNTY, PROVINCE),
        (TOWN, COUNTY),
        (PARK, TOWN),
    }


def test_the_way_down_takes_in_what_it_passes_and_proves_each_step_once(store: Path) -> None:
    """A town that says what the nation's strategy is for contributes by way of its province, which itself does not."""
    later = "Document/丙镇_2024"
    with writing(store) as draft:
        draft.replace_graph(
            iri(later),
            [
                *link(later, 1, PARK, "serves", TOWN, "滨河公园续建，水韵丙镇更美。"),
                *link(later, 2, TOWN, "advances", PROVINCE, "以水韵丙镇融入绿色山西。"),
                *link(later, 3, NATION, "serves", FOREIGN, "以生态文明建设促文化强国。"),
            ],
        )
        further = [(lower, FOREIGN) for lower in (PARK, TOWN, NATION)]
        draft.replace_graph(iri("graph/derived"), contributing([*CONTRIBUTES, *further]))
        draft.publish()
    below = kg.open(store).lineage("文化强国").below
    assert {(s.subject.removeprefix(PLID), s.object.removeprefix(PLID)) for s in below} == {
        (PARK, TOWN),
        (TOWN, PROVINCE),
        (PROVINCE, NATION),
        (NATION, FOREIGN),
        (COUNTY, FOREIGN),
    }
    assert [len(step.proofs) for step in below] == [len(set(step.proofs)) for step in below]


def test_names_that_several_bear_are_listed_with_their_places(store: Path) -> None:
    elsewhere = "Project/山西省/甲市/戊县/滨河公园"
    with writing(store) as draft:
        draft.replace_graph(iri("Document/戊县"), entity(elsewhere))
        draft.publish()
    graph = kg.open(store)
    with pytest.raises(AmbiguousName) as told:
        graph.lineage("滨河公园")
    assert {path.removeprefix(PLID) for path, _ in told.value.candidates} == {PARK, elsewhere}
    assert any("戊县" in place for _, place in told.value.candidates)
    assert graph.lineage("滨河公园", "丙镇").entity.iri == f"{PLID}{PARK}"
    assert graph.lineage(f"plid:{elsewhere}").entity.places == ("山西省", "甲市", "戊县")
    with pytest.raises(NotFound, match="己县"):
        graph.lineage("滨河公园", "己县")


def test_an_entity_may_have_any_iri_and_its_kind_stands_in_the_graph(store: Path) -> None:
    kind, label = ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{SKOS}prefLabel")
    outer, thing = ox.NamedNode("http://example.org/甲"), ox.NamedNode("http://example.org/no-entity")
    with writing(store) as draft:
        said = [ox.Triple(outer, kind, term("Project")), ox.Triple(outer, label, ox.Literal("滨河公园", language="zh"))]
        links = [ox.Triple(outer, term("serves"), iri(COUNTY)), ox.Triple(outer, term("serves"), thing)]
        draft.replace_graph(ox.NamedNode("http://example.org/graph"), [*said, *links])
        draft.publish()
    graph = kg.open(store)
    with pytest.raises(AmbiguousName) as told:
        graph.lineage("滨河公园")
    assert (outer.value, "Project") in told.value.candidates
    found = graph.lineage("生态乙县").entities
    assert (found[IRI(outer.value)].kind, found[IRI(outer.value)].name) == (Kind.PROJECT, "滨河公园")
    assert outer.value in found and thing.value not in found


def test_an_unknown_name_gets_a_hint(store: Path) -> None:
    with pytest.raises(NotFound, match="滨河公园"):
        kg.open(store).lineage("公园")


def test_the_hint_names_what_is_mentioned_most(tmp_path: Path) -> None:
    with writing(tmp_path / "graph") as draft:
        often = "Strategy/中国/乡村全面振兴"
        mentions = [ox.Triple(iri(f"m{number}"), ox.NamedNode(f"{ITSRDF}taIdentRef"), iri(often)) for number in (1, 2)]
        draft.replace_graph(iri("Document/甲"), [*entity(often), *entity("Strategy/中国/乡村人"), *mentions])
        draft.publish()
    with pytest.raises(NotFound, match=r"there are 乡村全面振兴, 乡村人$"):
        kg.open(tmp_path / "graph").lineage("乡村")


@pytest.mark.parametrize("name", ['"} ?x ?y ?z {"', "a\\", "换\n行", "’'"])
def test_a_hostile_name_is_only_a_name(store: Path, name: str) -> None:
    with pytest.raises(NotFound):
        kg.open(store).lineage(name)


def test_the_tree_fits_a_terminal_of_80_columns(store: Path) -> None:
    from rich.cells import cell_len

    console = Console(width=80, record=True, file=io.StringIO())
    console.print(tree(kg.open(store).lineage("生态乙县")))
    shown = console.export_text()
    for expected in ("滨河公园", "绿色山西", "生态文明建设", "以水韵丙镇落实生态乙县部署。", "落实", "服务"):
        assert expected in shown
    assert max(cell_len(line) for line in shown.splitlines()) <= 80


def test_a_circle_ends(store: Path) -> None:
    document = "Document/环"
    a, b = "Strategy/中国/此", "Strategy/中国/彼"
    with writing(store) as draft:
        draft.replace_graph(
            iri(document),
            [
                *(t for t in link(document, 1, a, "serves", b, "此为彼。") if t.predicate != term("level")),
                *(t for t in link(document, 2, b, "serves", a, "彼为此。") if t.predicate != term("level")),
            ],
        )
        draft.publish()
    lineage = kg.open(store).lineage("此")
    assert [len(chain) for chain in lineage.chains()] == [1]
    Console(file=io.StringIO()).print(tree(lineage))


def test_the_picture_is_one_file_with_escaped_text(store: Path, tmp_path: Path) -> None:
    document = "Document/恶意"
    with writing(store) as draft:
        draft.replace_graph(
            iri(document),
            [
                *entity(TOWN),
                *(
                    t
                    for t in link(document, 1, TOWN, "serves", NATION, "</script><script>alert(2)</script>")
                    if t.subject != iri(NATION)
                ),
            ],
        )
        draft.publish()
    path = kg.draw(kg.open(store).lineage("水韵丙镇"), tmp_path / "picture.html")
    page = path.read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "<script>alert(2)" not in page
    assert "alert(2)" in page


def test_links_less_sure_are_left_out_with_what_only_they_reach(store: Path) -> None:
    graph = kg.open(store)
    assert ends(graph.lineage("滨河公园", confidence=0.95)) == {TOWN, COUNTY, PROVINCE, NATION}
    assert ends(graph.lineage("滨河公园", confidence=0.96)) == set()


@pytest.mark.parametrize(
    ("name", "confidence", "told"),
    [
        ("滨河公园", 0.96, ["（1 条关系低于所定置信度；列出它们：--confidence 0）"]),
        ("水韵丙镇", 0.96, ["（1 条关系低于所定置信度；列出它们：--confidence 0）"] * 2),
        ("滨河公园", 0.95, []),
        ("生态文明建设", 1.0, ["（没有上级战略）"]),
    ],
)
def test_links_that_are_left_out_are_counted_where_nothing_else_stands(
    name: str, confidence: float, told: list[str], store: Path
) -> None:
    console = Console(file=io.StringIO(), width=300)
    console.print(tree(kg.open(store).lineage(name, confidence=confidence)))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert re.findall("（[^（）]+）", shown) == told


@pytest.mark.parametrize("confidence", [0.0, 0.5, 0.8])
def test_the_example_shows_just_what_contributes(graph: kg.Graph, confidence: float) -> None:
    surer = ox.Store()
    for name in graph.store.named_graphs():
        quads = list(graph.store.quads_for_pattern(None, None, None, name))
        sure = {s for s, p, o, _ in quads if p == term("confidence") and float(o.value) >= confidence}
        parts = {p: {s: o for s, each, o, _ in quads if each == p and s in sure} for p in (SUBJECT, PREDICATE, OBJECT)}
        kept = {(subject, parts[PREDICATE][link], parts[OBJECT][link]) for link, subject in parts[SUBJECT].items()}
        relations = {term(relation) for relation in UPWARD}
        surer.extend(quad for quad in quads if quad.predicate not in relations or (*quad.triple,) in kept)
    above: dict[str, set[str]] = {}
    below: dict[str, set[str]] = {}
    for quad in derive(surer, load()):
        if quad.predicate == term("contributesTo"):
            above.setdefault(quad.subject.value, set()).add(quad.object.value)
            below.setdefault(quad.object.value, set()).add(quad.subject.value)
    asked = graph.query("SELECT DISTINCT ?e { ?e pl:serves|pl:advances|pl:componentOf ?o } ORDER BY ?e")
    for entity in {*(row.e for row in asked[::5]), *list(below)[::9]}:
        shown = graph.lineage(entity, confidence=confidence)
        reached = {step.object for step in shown.above if shown.entities[step.object].kind is Kind.STRATEGY}
        assert reached - {entity} == above.get(entity, set())
        if shown.entity.kind is Kind.STRATEGY:
            assert {step.subject for step in shown.below} - {entity} == below.get(entity, set())
        assert all(proof.confidence >= confidence for step in (*shown.above, *shown.below) for proof in step.proofs)
