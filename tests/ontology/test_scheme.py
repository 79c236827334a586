"""The loader of the authority file: what it merges, what it refuses, and how it says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ontology.errors import AuthorityError
from ontology.scheme import Scheme, load
from ontology.terms import PLID, Kind, Level, Predicate

HEAD = """
@base <https://w3id.org/policy-lineage/id/> .
@prefix pl: <https://w3id.org/policy-lineage#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""

OURS = """
<Strategy/山西省/试验战略> a skos:Concept, pl:Strategy ;
    skos:prefLabel "试验战略"@zh, "Trial strategy"@en ;
    skos:altLabel "“试验”战略要求"@zh ;
    skos:hiddenLabel "试验战略布局"@zh ;
    pl:level pl:provincial ; pl:issuer <AdministrativeUnit/山西省> ;
    pl:year 2031 ; dcterms:source "某次全会"@zh ;
    pl:advances <Strategy/中国/乡村振兴战略> ;
    skos:definition "用来测试的战略"@zh ;
    skos:note "并无其事"@zh .
"""
IRI = PLID + "Strategy/山西省/试验战略"


@pytest.fixture(scope="module")
def bundled() -> Scheme:
    return load()


@pytest.fixture
def write(tmp_path: Path):
    def write(body: str, name: str = "own.ttl") -> Path:
        path = tmp_path / name
        path.write_text(HEAD + body, encoding="utf-8")
        return path

    return write


def test_a_further_file_adds_a_concept_with_all_that_it_says(write, bundled: Scheme):
    scheme = load(write(OURS))
    concept = scheme.concept(IRI)
    assert concept is not None
    assert (concept.kind, concept.level, concept.year) == (Kind.STRATEGY, Level.PROVINCIAL, 2031)
    assert concept.label_en == "Trial strategy"
    assert concept.surfaces == ("试验战略", "“试验”战略要求", "试验战略布局")
    assert concept.issuer == PLID + "AdministrativeUnit/山西省"
    assert (concept.source, concept.definition, concept.note) == ("某次全会", "用来测试的战略", "并无其事")
    assert concept.advances == (PLID + "Strategy/中国/乡村振兴战略",)
    assert len(scheme) == len(bundled) + 1


def test_a_name_is_found_in_any_spelling(write):
    scheme = load(write(OURS))
    for spelling in ("试验战略", "“试验”战略", '"试验"战略要求', "「试验」战略要求"):
        concept = scheme.by_label(spelling)
        assert concept is not None and concept.iri == IRI
    assert scheme.by_label("试验") is None
    assert scheme.by_label("") is None


def test_surfaces_give_each_form_once_with_its_concept(bundled: Scheme):
    surfaces = list(bundled.surfaces())
    assert len({surface for surface, _ in surfaces}) == len(surfaces)
    assert all(bundled.by_label(surface) is concept for surface, concept in surfaces)
    assert {concept.iri for _, concept in surfaces} == {concept.iri for concept in bundled}


def test_a_later_file_replaces_single_values_and_adds_to_the_others(write, bundled: Scheme):
    scheme = load(
        write("""
        <Strategy/中国/乡村振兴战略> skos:prefLabel "乡村的振兴"@zh ; pl:year 2030 ;
            skos:altLabel "振兴乡村战略"@zh .
        """)
    )
    before, after = (s.concept(PLID + "Strategy/中国/乡村振兴战略") for s in (bundled, scheme))
    assert before is not None and after is not None
    assert (after.label, after.year) == ("乡村的振兴", 2030)
    assert set(after.alt_labels) == {*before.alt_labels, "振兴乡村战略"}
    assert (after.label_en, after.definition, after.level) == (before.label_en, before.definition, before.level)
    assert scheme.by_label("乡村振兴战略") is None, "a label that was replaced is no longer looked for"
    assert scheme.by_label("乡村振兴") is after


def test_a_later_file_takes_a_name_over(write):
    scheme = load(write(OURS.replace('"试验战略布局"@zh', '"乡村振兴"@zh')))
    taken = scheme.by_label("乡村振兴")
    assert taken is not None and taken.iri == IRI
    assert dict(scheme.surfaces())["乡村振兴"].iri == IRI
    assert scheme.by_label("乡村振兴战略").iri == PLID + "Strategy/中国/乡村振兴战略"


LABEL = 'skos:prefLabel "试验口号"@zh'
SLOGAN = "<Slogan/中国/试验口号> a skos:Concept, pl:Slogan ; " + LABEL


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("<Slogan/中国/试验口号> a skos:Concept, pl:Slogan .", "no Chinese label"),
        ("<Slogan/中国/试验口号> a skos:Concept ; " + LABEL + " .", "has no kind"),
        ("<Slogan/中国/试验口号> a skos:Concept, pl:Village ; " + LABEL + " .", "unknown class pl:Village"),
        ("<Slogan/中国/试验口号> a pl:Slogan, pl:Policy ; " + LABEL + " .", "is both a"),
        ("<Strategy/中国/乡村振兴战略> a pl:Slogan .", "is a Strategy in strategies.ttl, a Slogan here"),
        (SLOGAN + " ; pl:level pl:galactic .", "unknown level pl:galactic; one of pl:national, pl:provincial"),
        (SLOGAN + ' ; pl:level "national" .', "pl:level needs an IRI"),
        (SLOGAN + " ; pl:level pl:county .", "has no pl:issuer"),
        (SLOGAN + " ; pl:year 17 .", "the year 17 is not a year"),
        (SLOGAN + " ; pl:year 2017, 2018 .", "two values of pl:year"),
        (SLOGAN + ' ; skos:prefLabel "试验之口号"@zh .', "two skos:prefLabel @zh"),
        (SLOGAN + ' ; skos:prefLabel "Versuch"@de .', "labels are @zh and @en"),
        (SLOGAN + ' ; skos:altLabel "trial"@en .', "only Chinese forms"),
        (SLOGAN + ' ; skos:altLabel " "@zh .', "skos:altLabel is empty"),
        (SLOGAN + ' ; skos:altLabel "试验口号"@zh .', "stands twice"),
        (SLOGAN + " ; skos:altLabel <x> .", "needs text in quotation marks"),
        (SLOGAN + " ; skos:related <Strategy/中国/乡村振兴战略> .", "unknown property skos:related"),
        (SLOGAN + ' . <Slogan/中国/另一> a pl:Slogan ; skos:prefLabel "“试验”口号"@zh .', "also names 试验口号"),
        (SLOGAN + " ; pl:serves <Strategy/中国/没有的战略> .", "no file defines Strategy/中国/没有的战略"),
        (SLOGAN + " ; pl:level pl:national ; pl:advances <Strategy/中国/乡村振兴战略> .", "not of a higher level"),
        (SLOGAN + " ; pl:advances <Strategy/中国/乡村振兴战略> .", "not of a higher level"),
        (SLOGAN + " ; skos:broader <Slogan/中国/试验口号> .", "lead back to where they start"),
        ('[] a pl:Slogan ; skos:prefLabel "试验口号"@zh .', "a concept without an IRI"),
        ("<Slogan/中国/试验口号> a pl:Slogan , .", "not valid Turtle (line"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_file_concept_and_fix(write, body: str, problem: str):
    path = write(body)
    with pytest.raises(AuthorityError) as caught:
        load(path)
    message = str(caught.value)
    assert problem in message
    assert "own.ttl" in message
    assert any(named in message for named in ("试验口号", "另一", "乡村振兴战略", "Turtle", "without an IRI"))
    assert caught.value.subject == str(path)
    assert caught.value.code == "PL-AUTHORITY"


def test_a_loop_through_several_relations_is_shown_whole(write):
    with pytest.raises(AuthorityError, match=r"试验口号 → 试验目标 → 试验口号|试验目标 → 试验口号 → 试验目标"):
        load(
            write(
                SLOGAN + " ; pl:serves <Strategy/中国/试验目标> ."
                "<Strategy/中国/试验目标> a pl:Strategy ; skos:prefLabel '试验目标'@zh ;"
                " pl:componentOf <Slogan/中国/试验口号> ."
            )
        )


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(AuthorityError, match=r"absent\.ttl: can't be read"):
        load(tmp_path / "absent.ttl")


def test_the_page_lists_every_property_and_its_example_loads(write):
    page = (Path(__file__).parents[2] / "docs" / "authority.md").read_text(encoding="utf-8")
    for name in ("pl:level", "pl:issuer", "pl:year", "dcterms:source", *(f"pl:{level}" for level in Level)):
        assert f"`{name}`" in page
    for name in ("prefLabel", "altLabel", "hiddenLabel", "broader", "definition", "note", "inScheme", "topConceptOf"):
        assert f"`skos:{name}`" in page
    for relation in (Predicate.COMPONENT_OF, Predicate.SERVES, Predicate.ADVANCES):
        assert f"`pl:{relation}`" in page
    examples = re.findall(r"```turtle\n(.*?)```", page, re.DOTALL)
    assert examples
    for example in examples:
        assert load(write(example)).by_label("关公故里名城").level is Level.PREFECTURE
