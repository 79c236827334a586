"""The ontology: complete, in both languages, without orphans or circles, and what the code writes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS

from ontology.terms import PL, PREFIXES, Basis, Kind, Level, Period, Predicate, Status

ROOT = Path(__file__).parents[2]
ONTOLOGY = rdflib.Graph().parse(ROOT / "ontology" / "policy-lineage.ttl")
TERMS = sorted({term for term in ONTOLOGY.subjects() if str(term).startswith(PL)})
PROPERTIES = [
    term
    for term in TERMS
    if {OWL.ObjectProperty, OWL.DatatypeProperty, RDF.Property} & set(ONTOLOGY.objects(term, RDF.type))
]


def pl(name: str) -> rdflib.URIRef:
    return rdflib.URIRef(PL + name)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.removeprefix(PL))
def test_every_term_has_label_and_comment_in_both_languages(term: rdflib.URIRef) -> None:
    for predicate in (RDFS.label, RDFS.comment):
        assert sorted(text.language for text in ONTOLOGY.objects(term, predicate)) == ["en", "zh"]  # type: ignore[union-attr]
    assert list(ONTOLOGY.objects(term, RDF.type))


@pytest.mark.parametrize("term", PROPERTIES, ids=lambda term: term.removeprefix(PL))
def test_every_property_has_domain_and_range(term: rdflib.URIRef) -> None:
    assert len(list(ONTOLOGY.objects(term, RDFS.domain))) == 1
    assert len(list(ONTOLOGY.objects(term, RDFS.range))) == 1


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.removeprefix(PL))
def test_no_term_is_an_orphan(term: rdflib.URIRef) -> None:
    beside_itself = [o for p, o in ONTOLOGY.predicate_objects(term) if p in (RDFS.subClassOf, RDFS.domain, RDFS.range)]
    typed = [o for o in ONTOLOGY.objects(term, RDF.type) if str(o).startswith(PL)]
    assert beside_itself or typed or list(ONTOLOGY.subjects(None, term))


def test_no_class_is_its_own_ancestor() -> None:
    for term in TERMS:
        assert term not in {a for parent in ONTOLOGY.objects(term, RDFS.subClassOf)
                            for a in ONTOLOGY.transitive_objects(parent, RDFS.subClassOf)}  # fmt: skip


def test_whatever_the_ontology_uses_of_its_own_is_defined() -> None:
    used = {node for triple in ONTOLOGY for node in triple if str(node).startswith(PL)}
    assert used == set(TERMS)


@pytest.mark.parametrize(
    ("names", "of"),
    [(Kind, None), (Level, "Level"), (Basis, "Basis"), (Period, "Period"), (Status, "ProjectStatus")],
)
def test_terms_in_python_and_in_the_ontology_are_alike(names: type, of: str | None) -> None:
    if of is None:
        found = set(ONTOLOGY.subjects(RDFS.subClassOf, pl("Entity")))
    else:
        found = set(ONTOLOGY.subjects(RDF.type, pl(of)))
    assert found == {pl(name) for name in names}  # type: ignore[attr-defined]


def test_levels_are_ordered_as_in_python() -> None:
    for level in Level:
        assert ONTOLOGY.value(pl(level), pl("order")) == rdflib.Literal(level.rank)


def test_relations_are_object_properties() -> None:
    for relation in Predicate:
        assert (pl(relation), RDF.type, OWL.ObjectProperty) in ONTOLOGY


def test_shapes_and_context_speak_of_defined_terms_only() -> None:
    for name in ("shapes.ttl", "context.jsonld"):
        text = (ROOT / "ontology" / name).read_text(encoding="utf-8")
        assert {pl(term) for term in re.findall(r"\bpl:(\w+)", text)} <= set(TERMS)


def test_the_context_has_our_prefixes_and_a_name_for_every_term() -> None:
    context = json.loads((ROOT / "ontology" / "context.jsonld").read_text(encoding="utf-8"))["@context"]
    for prefix, namespace in PREFIXES.items():
        assert context.get(prefix, namespace) == namespace
    named = {value["@id"] if isinstance(value, dict) else value for value in context.values() if value != 1.1}
    missing = [t.removeprefix(PL) for t in PROPERTIES if f"pl:{t.removeprefix(PL)}" not in named]
    assert missing == []


def test_docs_tell_every_term() -> None:
    told = (ROOT / "docs" / "ontology.md").read_text(encoding="utf-8")
    assert [term.removeprefix(PL) for term in TERMS if f"`pl:{term.removeprefix(PL)}`" not in told] == []
