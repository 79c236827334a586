"""The shapes: well-formed, each with words, and about all classes and relations."""

from __future__ import annotations

from pathlib import Path

import pyshacl
import pytest
import rdflib
from rdflib import RDF
from rdflib.namespace import SH

from ontology.terms import PL, Kind, Predicate

SHAPES = rdflib.Graph().parse(Path(__file__).parents[2] / "ontology" / "shapes.ttl")
NODE_SHAPES = sorted(SHAPES.subjects(RDF.type, SH.NodeShape))


def test_the_shapes_are_valid_shacl() -> None:
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=SHAPES, meta_shacl=True)
    assert conforms, text


@pytest.mark.parametrize("name", [*Kind, "Document", "Section", "Mention", "Indicator", "Link"])
def test_every_class_has_a_shape(name: str) -> None:
    assert (None, SH.targetClass, rdflib.URIRef(PL + name)) in SHAPES


@pytest.mark.parametrize("name", [*Predicate, "contributesTo"])
def test_every_relation_has_a_shape(name: str) -> None:
    relation = rdflib.URIRef(PL + name)
    assert (None, SH.targetObjectsOf, relation) in SHAPES or (None, SH.targetSubjectsOf, relation) in SHAPES


def test_every_property_shape_says_in_words_what_is_wrong() -> None:
    for shape in NODE_SHAPES:
        for part in SHAPES.objects(shape, SH.property):
            assert SHAPES.value(part, SH.message), (shape, SHAPES.value(part, SH.path))
