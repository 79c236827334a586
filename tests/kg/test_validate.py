"""Validation: a built graph conforms, and each way to break the contract is found and named."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from extract.annotation import Annotation
from kg.derive import derive
from kg.statements import pl, statements
from kg.validate import validate
from ontology import scheme
from ontology.iri import AUTHORITY_GRAPH, DERIVED_GRAPH, document_iri
from ontology.terms import PLID, PREFIXES

GRAPH = ox.NamedNode(document_iri("丁镇 2023"))
TOWN = "甲省/乙市/丙县/丁镇"


@pytest.fixture
def store(report: Annotation) -> ox.Store:
    store = ox.Store()
    store.extend(statements(report))
    store.extend(derive(store, scheme.load()))
    for quad in list(store):
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return store


def test_what_we_write_conforms(store: ox.Store) -> None:
    told: list[tuple[int, int]] = []
    report = validate(store, lambda done, of: told.append((done, of)))
    assert [str(violation) for violation in report.violations] == []
    assert report.conforms
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert report.shared == (AUTHORITY_GRAPH, DERIVED_GRAPH)


ENTITY = f"<{PLID}Strategy/{TOWN}/实力丁镇>"
PROJECT = f"<{PLID}Project/{TOWN}/舜耕村/舜耕水渠工程>"
PROVINCIAL = f"<{PLID}Strategy/甲省/三区三地>"


@pytest.mark.parametrize(
    ("update", "message"),
    [
        (
            "DELETE { ?m nif:endIndex ?e } INSERT { ?m nif:endIndex 40 } WHERE { ?m nif:endIndex ?e }",
            "is not its nif:anchorOf",
        ),
        ("DELETE { ?m nif:endIndex ?b } WHERE { ?m a pl:Mention ; nif:endIndex ?b }", "nif:endIndex is one"),
        (f"INSERT DATA {{ {PROJECT} pl:serves {PROVINCIAL} }}", "has no pl:Link"),
        (f"DELETE DATA {{ {PROJECT} pl:serves {ENTITY} }}", "has no plain triple"),
        (f"INSERT DATA {{ {PROVINCIAL} pl:advances {ENTITY} }}", "not of a higher level"),
        (f"DELETE {{ {PROVINCIAL} pl:level ?l }} WHERE {{ {PROVINCIAL} pl:level ?l }}", "level"),
        (f"INSERT DATA {{ {ENTITY} pl:level pl:national }}", "levels"),
        (f"INSERT DATA {{ {ENTITY} pl:level pl:galactic }}", "one of the six levels"),
        *(
            (
                f"DELETE {{ {ENTITY} pl:level ?l }} INSERT {{ {ENTITY} pl:level {level} }}"
                f" WHERE {{ {ENTITY} pl:level ?l }}",
                "one of the six levels",
            )
            for level in ("pl:galactic", "'township'", "[]")
        ),
        (f"INSERT DATA {{ {PROJECT} pl:level pl:galactic }}", "one of the six levels"),
        (f"INSERT DATA {{ {ENTITY} skos:prefLabel '别名'@zh }}", "Chinese names"),
        (f"INSERT DATA {{ {ENTITY} skos:prefLabel {PROJECT} }}", "skos:prefLabel"),
        (f"DELETE {{ {ENTITY} skos:prefLabel ?l }} WHERE {{ {ENTITY} skos:prefLabel ?l }}", "one skos:prefLabel"),
        (f"INSERT DATA {{ {PROJECT} pl:status pl:done }}", "pl:status is"),
        (f"INSERT DATA {{ {ENTITY} pl:status pl:ongoing }}", "only projects"),
        (f"INSERT DATA {{ {ENTITY} pl:divisionCode '990101100201' }}", "only places"),
        (
            "DELETE { ?v pl:divisionCode ?c } INSERT { ?v pl:divisionCode '9901' } WHERE { ?v pl:divisionCode ?c }",
            "12 digits",
        ),
        (
            "DELETE { ?l pl:confidence ?c } INSERT { ?l pl:confidence 1.5 } WHERE { ?l pl:confidence ?c }",
            "pl:confidence is one",
        ),
        ("DELETE { ?l pl:evidence ?c } WHERE { ?l pl:evidence ?c }", "has pl:evidence"),
        ("DELETE { ?l pl:basis ?c } WHERE { ?l pl:basis ?c }", "one pl:basis"),
        ("DELETE { ?l prov:wasGeneratedBy ?c } WHERE { ?l prov:wasGeneratedBy ?c }", "says what made it"),
        ("DELETE { ?i pl:value ?v } INSERT { ?i pl:value '3.43亿' } WHERE { ?i pl:value ?v }", "one pl:value"),
        ("DELETE { ?m itsrdf:taIdentRef ?e } WHERE { ?m itsrdf:taIdentRef ?e }", "itsrdf:taIdentRef"),
        ("DELETE { ?d nif:isString ?t } WHERE { ?d nif:isString ?t }", "one text, nif:isString"),
        ("DELETE { ?d pl:sha256 ?t } WHERE { ?d pl:sha256 ?t }", "64 hexadecimal"),
        ("INSERT DATA { [] pl:heading 'x' }", "blank node"),
        (f"INSERT DATA {{ {PROJECT} pl:componentOf {ENTITY} }}", "pl:componentOf joins"),
        (f"INSERT DATA {{ {ENTITY} pl:locatedIn <{PLID}Village/{TOWN}/舜耕村> }}", "stand nowhere"),
        (f"INSERT DATA {{ {PROJECT} pl:serves <{PLID}Village/{TOWN}/舜耕村> }}", "what is served"),
    ],
)
def test_every_breach_is_found(report: Annotation, update: str, message: str) -> None:
    store = ox.Store()
    for quad in statements(report):
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    store.update(update, prefixes=PREFIXES)
    broken = ox.Store()
    broken.extend(ox.Quad(quad.subject, quad.predicate, quad.object, GRAPH) for quad in store)
    found = validate(broken)
    assert not found.conforms
    assert [str(violation) for violation in found.violations if message in violation.message], found.violations
    assert all("\n" not in str(violation) for violation in found.violations)


def test_lineage_without_a_link_is_found(store: ox.Store) -> None:
    village, strategy = (ox.NamedNode(PLID + tail) for tail in (f"Village/{TOWN}/舜耕村", "Strategy/甲省/三区三地"))
    store.add(ox.Quad(village, pl("contributesTo"), strategy, ox.NamedNode(DERIVED_GRAPH)))
    store.add(ox.Quad(strategy, pl("contributesTo"), village, ox.NamedNode(DERIVED_GRAPH)))
    messages = " ".join(violation.message for violation in validate(store).violations)
    assert "has no link upward" in messages
    assert "which is no pl:Strategy" in messages
