"""Parameters are terms: whatever a value holds, it stays a value."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.rows import IRI
from kg.sparql import bind, term
from ontology.errors import QueryError
from ontology.terms import PREFIXES, XSD


def answers(query: str, **parameters: object) -> list[str]:
    store = ox.Store()
    return [row["x"].value for row in store.query(bind(query, parameters), prefixes=PREFIXES)]  # type: ignore[arg-type]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert answers("SELECT ?x { BIND(?value AS ?x) }", value=text) == [text]
    assert answers('SELECT ?x { VALUES ?value { "" } BIND(?value AS ?x) }', value=text) == [text]


@pytest.mark.parametrize(
    ("value", "like", "expected"),
    [
        ("3", "10", f'"3"^^<{XSD}integer>'),
        ("1.5", "0.5", f'"1.5"^^<{XSD}decimal>'),
        ("true", "false", f'"true"^^<{XSD}boolean>'),
        ("乡村振兴", '"x"@zh', '"乡村振兴"@zh'),
        ("pl:county", "pl:national", "<https://w3id.org/policy-lineage#county>"),
        ("urn:a", "<urn:b>", "<urn:a>"),
        ("pl:county", "", '"pl:county"'),
        (IRI("urn:a"), "", "<urn:a>"),
        (rdflib.URIRef("urn:a"), "", "<urn:a>"),
        (rdflib.Literal("甲", lang="zh"), "", '"甲"@zh'),
        (rdflib.Literal(7), "", f'"7"^^<{XSD}integer>'),
        (7, "", f'"7"^^<{XSD}integer>'),
        (True, "", f'"true"^^<{XSD}boolean>'),
        (Decimal("343000000.5"), "", f'"343000000.5"^^<{XSD}decimal>'),
        (datetime.date(2023, 3, 10), "", f'"2023-03-10"^^<{XSD}date>'),
        (ox.NamedNode("urn:a"), "", "<urn:a>"),
    ],
)
def test_terms(value: object, like: str, expected: str) -> None:
    assert str(term(value, like)) == expected


@pytest.mark.parametrize(
    ("value", "like"), [("many", "10"), ("x", "0.5"), ("ja", "true"), ("not an iri", "<urn:x>"), ([1], "")]
)
def test_a_value_of_the_wrong_type_is_told(value: object, like: str) -> None:
    with pytest.raises(QueryError):
        term(value, like)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?x { BIND("{ ?no }" AS ?y) BIND(?v AS ?x) }',
        "# SELECT { ?no\nSELECT ?x WHERE { BIND(?v AS ?x) }",
        "SELECT ?x { { SELECT ?x ?v { VALUES ?v { 1 } BIND(?v AS ?x) } } }",
        "SELECT ?x { VALUES ?v { 1 2 3 } BIND(?v AS ?x) }",
        "SELECT ?x { VALUES $v { 1 } BIND($v AS ?x) }",
    ],
)
def test_only_syntax_is_read_as_syntax(query: str) -> None:
    assert answers(query, v=9) == ["9"]
    with pytest.raises(QueryError, match=r"\?no"):
        bind(query, {"no": 1})


def test_the_template_of_a_construct_is_not_its_where() -> None:
    query = "CONSTRUCT { ?s <urn:p> ?v } WHERE { BIND(<urn:s> AS ?s) }"
    (triple,) = ox.Store().query(bind(query, {"v": "甲"}))
    assert triple.object == ox.Literal("甲")


def test_a_condition_of_what_is_selected_is_not_its_where() -> None:
    assert answers("SELECT (EXISTS { FILTER(true) } AS ?y) ?x { BIND(?v AS ?x) }", v=9) == ["9"]
