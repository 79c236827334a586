"""Lineage: closed in a document, open to the authority file and the owner's documents, and to nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from extract.annotation import Annotation, Link
from kg.derive import derive
from kg.statements import statements
from ontology import scheme as schemes
from ontology.iri import AUTHORITY_GRAPH, DECISIONS_GRAPH, DERIVED_GRAPH, UPDATES_GRAPH, document_iri
from ontology.scheme import Concept, Scheme
from ontology.terms import PL, PLID, PREFIXES, Kind, Level

EMPTY = Scheme((), {})
NATION, PROVINCE, CITY, COUNTY = "中国", "甲省", "甲省/乙市", "甲省/乙市/丙县"


def store_of(annotations: Iterable[Annotation], scheme: Scheme = EMPTY) -> ox.Store:
    """Make a store whose default graph is the union, as the published one's is."""
    store = ox.Store()
    for annotation in annotations:
        for quad in statements(annotation, scheme):
            store.add(quad)
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return store


def lineage(store: ox.Store, scheme: Scheme = EMPTY) -> set[tuple[str, str]]:
    """Return who contributes to what, by what follows the kind in the IRI."""
    return {
        tuple(end.value.removeprefix(PLID).split("/", 1)[1] for end in (quad.subject, quad.object))  # type: ignore[misc]
        for quad in derive(store, scheme)
        if quad.predicate.value == PL + "contributesTo"
    }


def test_within_a_document_it_is_the_closure_over_the_three_relations(tell) -> None:  # type: ignore[no-untyped-def]
    annotation = tell(
        "d",
        "丁镇",
        ["水渠 serves 口号", "口号 componentOf 兴镇", "兴镇 advances 强县", "强县 serves 富县", "水渠 locatedIn 耕村"],
        kinds={"水渠": Kind.PROJECT, "口号": Kind.SLOGAN, "耕村": Kind.VILLAGE},
        levels={"强县": Level.COUNTY, "富县": Level.COUNTY},
    )
    town = f"{COUNTY}/丁镇"
    below = {f"{town}/{name}" for name in ("水渠", "口号", "兴镇")}
    expected = {(name, f"{COUNTY}/{top}") for name in below for top in ("强县", "富县")}
    expected |= {(name, f"{town}/兴镇") for name in below - {f"{town}/兴镇"}} | {(f"{COUNTY}/强县", f"{COUNTY}/富县")}
    assert lineage(store_of([annotation])) == expected


def test_a_circle_ends_and_nothing_contributes_to_itself(tell) -> None:  # type: ignore[no-untyped-def]
    annotation = tell("d", "丁镇", ["一 serves 二", "二 serves 三", "三 serves 一"])
    assert len(lineage(store_of([annotation]))) == 6


def test_namesakes_of_two_towns_do_not_mix(tell) -> None:  # type: ignore[no-untyped-def]
    here = tell("here", "丁镇", ["水渠 serves 美丽乡镇"], kinds={"水渠": Kind.PROJECT})
    there = tell("there", "戊镇", ["美丽乡镇 advances 绿县"], levels={"绿县": Level.COUNTY})
    pairs = lineage(store_of([here, there]))
    assert (f"{COUNTY}/戊镇/美丽乡镇", f"{COUNTY}/绿县") in pairs
    assert (f"{COUNTY}/丁镇/水渠", f"{COUNTY}/绿县") not in pairs
    assert not [pair for pair in pairs if ("丁镇" in pair[0]) and ("戊镇" in pair[1])]


def test_a_national_instrument_does_not_carry_one_towns_work_to_another_towns_strategy(tell) -> None:  # type: ignore[no-untyped-def]
    more = {"kinds": {"改革": Kind.POLICY, "大厅": Kind.PROJECT}, "levels": {"改革": Level.NATIONAL}}
    here = tell("here", "丁镇", ["大厅 serves 实力丁镇", "大厅 componentOf 改革"], **more)
    there = tell("there", "戊镇", ["改革 serves 实力戊镇"], **more)
    pairs = lineage(store_of([here, there]))
    assert ("中国/改革", f"{COUNTY}/戊镇/实力戊镇") in pairs
    assert (f"{COUNTY}/丁镇/大厅", f"{COUNTY}/戊镇/实力戊镇") not in pairs


def test_it_goes_on_in_a_document_of_the_unit_whose_strategy_is_reached_and_in_no_other(tell) -> None:  # type: ignore[no-untyped-def]
    levels = {"强县": Level.COUNTY, "兴省": Level.PROVINCIAL, "富省": Level.PROVINCIAL}
    town = tell("town", "丁镇", ["兴镇 advances 强县"], levels=levels)
    county = tell("county", "丙县", ["强县 advances 兴省"], levels=levels)
    neighbour = tell("neighbour", "戊镇", ["强县 advances 富省"], levels=levels)
    pairs = lineage(store_of([town, county, neighbour]))
    assert (f"{COUNTY}/丁镇/兴镇", f"{PROVINCE}/兴省") in pairs
    assert (f"{COUNTY}/丁镇/兴镇", f"{PROVINCE}/富省") not in pairs


def test_the_owners_document_never_leads_down_into_another_unit(tell) -> None:  # type: ignore[no-untyped-def]
    sample = f"{COUNTY}/戊镇/样板"
    levels = {"强县": Level.COUNTY, "样板": None}
    town = tell("town", "丁镇", ["兴镇 advances 强县"], levels=levels)
    county = tell("county", "丙县", ["强县 serves 样板"], levels=levels, concepts={"样板": f"{PLID}Strategy/{sample}"})
    pairs = lineage(store_of([town, county]))
    assert (f"{COUNTY}/强县", sample) in pairs  # what the county's own document says
    assert (f"{COUNTY}/丁镇/兴镇", sample) not in pairs


def test_each_graph_of_no_document_is_described_that_of_updates_where_there_is_one(tell) -> None:  # type: ignore[no-untyped-def]
    def described(store: ox.Store) -> set[str]:
        return {q.subject.value for q in derive(store, EMPTY) if q.object.value == f"{PREFIXES['prov']}Bundle"}  # type: ignore[union-attr]

    store = store_of([tell("d", "丁镇", ["水渠 serves 兴镇"], kinds={"水渠": Kind.PROJECT})])
    assert described(store) == {AUTHORITY_GRAPH, DECISIONS_GRAPH, DERIVED_GRAPH}
    one, other = (ox.NamedNode(f"{PLID}Strategy/{COUNTY}/丁镇/{name}") for name in ("兴镇", "强镇"))
    store.add(ox.Quad(one, ox.NamedNode(f"{PL}serves"), other, ox.NamedNode(UPDATES_GRAPH)))
    assert described(store) == {AUTHORITY_GRAPH, DECISIONS_GRAPH, DERIVED_GRAPH, UPDATES_GRAPH}


def concept(name: str, **more) -> Concept:  # type: ignore[no-untyped-def]
    place = more.pop("place", NATION)
    return Concept(f"{PLID}Strategy/{place}/{name}", Kind.STRATEGY, name, **more)


def scheme_of(*concepts: Concept) -> Scheme:
    return Scheme(concepts, {c.label: c.iri for c in concepts})


HIGHER = concept("总战略", level=Level.NATIONAL, label_en="Overall strategy", source="某次大会", year=2017)
LOWER = concept("分战略", level=Level.NATIONAL, component_of=(HIGHER.iri,))
PROVINCIAL = concept(
    "兴省", level=Level.PROVINCIAL, place=PROVINCE, issuer=f"{PLID}AdministrativeUnit/甲省", advances=(LOWER.iri,)
)
UNUSED = concept("另一战略", level=Level.NATIONAL)
SCHEME = scheme_of(HIGHER, LOWER, PROVINCIAL, UNUSED)


def told(tell) -> ox.Store:  # type: ignore[no-untyped-def]
    annotation = tell(
        "d",
        "丁镇",
        ["兴镇 advances 兴省"],
        levels={"兴省": Level.PROVINCIAL},
        concepts={"兴省": PROVINCIAL.iri},
    )
    return store_of([annotation], SCHEME)


def test_the_chain_goes_on_through_the_authority_file(tell) -> None:  # type: ignore[no-untyped-def]
    assert lineage(told(tell), SCHEME) == {
        (f"{COUNTY}/丁镇/兴镇", f"{PROVINCE}/兴省"),
        (f"{COUNTY}/丁镇/兴镇", f"{NATION}/分战略"),
        (f"{COUNTY}/丁镇/兴镇", f"{NATION}/总战略"),
        (f"{PROVINCE}/兴省", f"{NATION}/分战略"),
        (f"{PROVINCE}/兴省", f"{NATION}/总战略"),
        (f"{NATION}/分战略", f"{NATION}/总战略"),
    }


def test_the_authority_graph_holds_the_concepts_used_and_those_above_with_proof(tell) -> None:  # type: ignore[no-untyped-def]
    store = told(tell)
    store.extend(derive(store, SCHEME))
    rows = store.query(
        f"""SELECT ?name ?evidence {{ GRAPH <{AUTHORITY_GRAPH}> {{ ?c skos:prefLabel ?name ; a skos:Concept
          OPTIONAL {{ ?l a pl:Link ; rdf:subject ?c ; pl:basis pl:curated ; pl:confidence 1.0 ; pl:evidence ?evidence ;
            prov:wasGeneratedBy ?by ; rdf:predicate ?p ; rdf:object ?o . ?c ?p ?o . ?by a pl:Generator }} }} }}""",
        prefixes=PREFIXES,
    )
    found = {(row["name"].value, row["evidence"].value if row["evidence"] else None) for row in rows}  # type: ignore[union-attr, index]
    source = "中国政策提法规范表"
    assert found == {("兴省", source), ("分战略", source), ("总战略", None), ("Overall strategy", None)}


def test_units_of_the_division_table_lie_in_the_next_unit_of_their_chain(tell) -> None:  # type: ignore[no-untyped-def]
    quads = {
        (q.subject.value, q.object.value) for q in derive(told(tell), EMPTY) if q.predicate.value == PL + "locatedIn"
    }
    unit = f"{PLID}AdministrativeUnit/"
    assert quads == {
        (unit + f"{COUNTY}/丁镇", unit + COUNTY),
        (unit + COUNTY, unit + CITY),
        (unit + CITY, unit + PROVINCE),
    }


def decide(store: ox.Store, subject: str, relation: str, object_: str, *, accepted: bool) -> None:
    graph, link = ox.NamedNode(DECISIONS_GRAPH), ox.NamedNode("x:decision")
    ends = (ox.NamedNode(PLID + subject), ox.NamedNode(PL + relation), ox.NamedNode(PLID + object_))
    if accepted:
        store.add(ox.Quad(*ends, graph))
    for part, end in zip(("subject", "predicate", "object"), ends, strict=True):
        store.add(ox.Quad(link, ox.NamedNode(PREFIXES["rdf"] + part), end, graph))


def test_an_accepted_link_holds_in_every_document(tell) -> None:  # type: ignore[no-untyped-def]
    store = store_of([tell("d", "丁镇", ["水渠 serves 兴镇", "兴镇 serves 美镇"], kinds={"水渠": Kind.PROJECT})])
    levels = {"强县": Level.COUNTY, "富县": Level.COUNTY}
    for quad in statements(tell("county", "丙县", ["强县 serves 富县"], levels=levels)):
        store.add(quad)
    decide(store, f"Strategy/{COUNTY}/丁镇/兴镇", "advances", f"Strategy/{COUNTY}/强县", accepted=True)
    assert (f"{COUNTY}/丁镇/水渠", f"{COUNTY}/富县") in lineage(store)


def test_a_rejected_link_of_the_authority_file_is_left_out(tell) -> None:  # type: ignore[no-untyped-def]
    store = told(tell)
    decide(store, f"Strategy/{PROVINCE}/兴省", "advances", f"Strategy/{NATION}/分战略", accepted=False)
    assert lineage(store, SCHEME) == {
        (f"{COUNTY}/丁镇/兴镇", f"{PROVINCE}/兴省"),
        (f"{NATION}/分战略", f"{NATION}/总战略"),
    }


NAMES = ("一", "二", "三", "四")
LINK = st.builds(
    "{} {} {}".format, st.sampled_from(NAMES), st.sampled_from(["serves", "componentOf"]), st.sampled_from(NAMES)
)
REPORT = st.tuples(
    st.sampled_from(["丁镇", "戊镇", "丙县", "中国", None]),
    st.lists(LINK.filter(lambda link: link[0] != link[-1]), min_size=1, max_size=5, unique=True),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([Level.COUNTY, Level.NATIONAL, None])),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(REPORT, min_size=1, max_size=4), st.data())
def test_a_removed_document_leaves_no_trace(tell, reports, data: st.DataObject) -> None:  # type: ignore[no-untyped-def]
    annotations = [tell(f"d{n}", place, links, levels=levels) for n, (place, links, levels) in enumerate(reports)]
    gone = data.draw(st.sampled_from(range(len(annotations))))
    without = store_of([a for n, a in enumerate(annotations) if n != gone])
    store = store_of(annotations)
    before = list(derive(store, EMPTY))
    store.extend(before)
    for graph in (document_iri(f"d{gone}"), AUTHORITY_GRAPH, DERIVED_GRAPH):
        store.remove_graph(ox.NamedNode(graph))
    assert list(derive(store, EMPTY)) == list(derive(without, EMPTY))
    assert list(derive(store_of(reversed(annotations)), EMPTY)) == before


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(REPORT, min_size=1, max_size=4), st.sampled_from([0.0, 0.5, 0.9]), st.data())
def test_a_lineage_shows_what_is_derived_from_links_as_sure(  # type: ignore[no-untyped-def]
    tell, reports, least: float, data: st.DataObject
) -> None:
    annotations = []
    for number, (place, links, levels) in enumerate(reports):
        told = tell(f"d{number}", place, links, levels=levels)
        sure = [data.draw(st.sampled_from([0.4, 0.6, 0.9])) for _ in told.links]
        annotations.append(replace(told, links=tuple(map(at_confidence, told.links, sure))))
    surer = [replace(a, links=tuple(link for link in a.links if link.confidence >= least)) for a in annotations]
    expected = {
        (quad.subject.value, quad.object.value)
        for quad in derive(store_of(surer), EMPTY)
        if quad.predicate.value == PL + "contributesTo"
    }
    store = store_of(annotations)
    for quad in list(derive(store, EMPTY)):
        store.add(quad)
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    with kg.open(store) as graph:
        for entity in {row.e for row in graph.query("SELECT ?e { ?e a pl:Strategy }")}:
            shown = graph.lineage(entity, confidence=least)
            assert {step.object for step in shown.above} - {entity} == {o for s, o in expected if s == entity}
            assert {step.subject for step in shown.below} - {entity} == {s for s, o in expected if o == entity}


def at_confidence(link: Link, confidence: float) -> Link:
    return replace(link, confidence=confidence)


def test_what_was_derived_before_is_not_derived_from(tell) -> None:  # type: ignore[no-untyped-def]
    store = told(tell)
    first = list(derive(store, SCHEME))
    store.extend(first)
    assert list(derive(store, SCHEME)) == first


@pytest.mark.parametrize("label", ["乡村振兴战略", "黄河流域生态保护和高质量发展"])
def test_the_bundled_scheme_can_be_derived_from(tell, label: str) -> None:  # type: ignore[no-untyped-def]
    scheme = schemes.load()
    known = scheme.by_label(label)
    assert known is not None
    store = store_of([tell("d", "丁镇", [f"兴镇 advances {label}"], concepts={label: known.iri})], scheme)
    tail = known.iri.removeprefix(PLID).split("/", 1)[1]
    assert (f"{COUNTY}/丁镇/兴镇", tail) in lineage(store, scheme)


def test_every_term_that_is_written_is_defined_in_the_ontology(report: Annotation, tell) -> None:  # type: ignore[no-untyped-def]
    store = told(tell)
    store.extend(statements(report))
    store.extend(derive(store, SCHEME))
    ontology = rdflib.Graph().parse(Path(__file__).parents[2] / "ontology" / "policy-lineage.ttl")
    written = {term.value for quad in store for term in quad.triple if term.value.startswith(PL)}
    defined = {str(term) for term in ontology.subjects() if str(term).startswith(PL)}
    assert len(written) > 40
    assert written <= defined
