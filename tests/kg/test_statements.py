"""A document's graph: complete, true to the text, the same whatever else there is."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.annotation import Annotation, Entity, Link
from extract.document import Document, Metadata, Place, Span, Structure
from kg.statements import decimal, entity_iri, statements, unit_iri
from ontology import scheme
from ontology.iri import document_iri, place_of
from ontology.terms import PLID, PREFIXES, Basis, Kind, Level, Predicate


def ask(annotation: Annotation, pattern: str) -> list[tuple[str, ...]]:
    store = ox.Store()
    store.extend(statements(annotation))
    names = list(dict.fromkeys(re.findall(r"\?(\w+)", pattern)))
    rows = store.query(f"SELECT * {{ GRAPH ?g {{ {pattern} }} }}", prefixes=PREFIXES)
    assert isinstance(rows, ox.QuerySolutions)
    return sorted(tuple(row[name].value for name in names) for row in rows)


TOWN = f"{PLID}AdministrativeUnit/甲省/乙市/丙县/丁镇"
STRATEGY = f"{PLID}Strategy/甲省/乙市/丙县/丁镇/实力丁镇"
PROJECT = f"{PLID}Project/甲省/乙市/丙县/丁镇/舜耕村/舜耕水渠工程"
VILLAGE = f"{PLID}Village/甲省/乙市/丙县/丁镇/舜耕村"


def test_everything_stands_once_in_the_documents_graph_without_blank_nodes(report: Annotation) -> None:
    quads = list(statements(report))
    assert len(set(quads)) == len(quads)
    assert {quad.graph_name for quad in quads} == {ox.NamedNode(document_iri("丁镇 2023"))}
    assert not [
        quad for quad in quads if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode)
    ]


def test_the_store_gives_back_what_was_written(report: Annotation) -> None:
    store = ox.Store()
    store.extend(statements(report))
    assert set(store) == set(statements(report))


def test_every_offset_is_true(report: Annotation) -> None:
    rows = ask(
        report,
        "?d nif:isString ?t . ?m nif:referenceContext ?d ; nif:beginIndex ?b ; nif:endIndex ?e ; nif:anchorOf ?a",
    )
    assert len(rows) == 10
    for _, text, _, begin, end, anchor in rows:
        assert text[int(begin) : int(end)] == anchor


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        (
            "?d a pl:Document, nif:Context ; dcterms:title ?t ; pl:year ?y",
            [(document_iri("丁镇 2023"), "丁镇工作报告", "2023")],
        ),
        (
            "[] a pl:Document ; dcterms:issued ?i ; pl:meeting ?m ; dcterms:creator ?c",
            [("2023-03", "丁镇人民代表大会", "丁镇人民政府")],
        ),
        ("[] a pl:Document ; pl:issuer ?u ; pl:level pl:township ; pl:reviewYear 2022 ; pl:planYear 2023", [(TOWN,)]),
        (
            "?part dcterms:isPartOf ?d . ?d a pl:Document . ?part pl:heading ?h ; pl:period pl:review",
            [(document_iri("丁镇 2023") + "#section=0,43", document_iri("丁镇 2023"), "实力丁镇")],
        ),
        ("?s a pl:Strategy ; pl:level pl:township ; pl:issuer ?u ; skos:prefLabel ?l", [(STRATEGY, TOWN, "实力丁镇")]),
        ("?p a pl:Project ; pl:status pl:completed ; skos:altLabel ?a", [(PROJECT, "水渠工程")]),
        ("?v a pl:Village ; pl:divisionCode ?c ; pl:level pl:village", [(VILLAGE, "990101100201")]),
        (
            "?i a pl:Indicator ; pl:value ?v ; pl:unit ?u ; pl:measure ?m ; pl:period pl:review ; pl:indicatorOf ?p",
            [(document_iri("丁镇 2023") + "#indicator=35,41", "343000000", "元", "投资", PROJECT)],
        ),
        ("[] itsrdf:taIdentRef/pl:value ?v", [("343000000",)]),
        (
            "?s pl:advances ?o . ?l rdf:subject ?s ; rdf:predicate pl:advances ; rdf:object ?o ; pl:basis pl:stated ;"
            " pl:confidence ?c ; prov:wasGeneratedBy/rdfs:label ?by FILTER(?l != ?s)",
            None,
        ),
    ],
)
def test_what_the_report_says(report: Annotation, pattern: str, rows: list[tuple[str, ...]] | None) -> None:
    found = ask(report, pattern)
    assert found == rows if rows is not None else len(found) == 1


def test_each_link_has_its_evidence_the_names_where_there_is_no_other(report: Annotation) -> None:
    rows = ask(report, "?l a pl:Link ; rdf:predicate ?p ; pl:evidence/nif:anchorOf ?e")
    proof = {(p.rsplit("#")[-1], e) for _, p, e in rows} if rows else set()
    sentence = "围绕“实力丁镇”，落实三区三地，舜耕村的水渠工程完成投资3.43亿元。"
    assert proof == {
        ("advances", sentence),
        ("serves", "实力丁镇"),
        ("serves", sentence),
        ("locatedIn", "舜耕村"),
        ("locatedIn", "水渠工程"),
    }


def test_units_of_the_chain_can_be_asked_for_but_are_not_mentioned(report: Annotation) -> None:
    units = ask(report, "?u a pl:AdministrativeUnit ; pl:level ?level ; skos:prefLabel ?name ; pl:divisionCode ?code")
    assert sorted(unit[2] for unit in units) == sorted(["甲省", "乙市", "丙县", "丁镇"])
    assert ask(report, "?m itsrdf:taIdentRef ?u . ?u a pl:AdministrativeUnit") == []


def named(kind: Kind, name: str, level: Level | None = None, **more: Place | str) -> Entity:
    return Entity("e1", kind, name, (Span(0, 1),), level, **more)  # type: ignore[arg-type]


PROVINCE = Place("山西省", Level.PROVINCIAL)
COUNTY = Place("永济市", Level.COUNTY, (PROVINCE, Place("运城市", Level.PREFECTURE, (PROVINCE,))))
HERE = Place("张营镇", Level.TOWNSHIP, (*COUNTY.within, COUNTY))


@pytest.mark.parametrize(
    ("entity", "path"),
    [
        (named(Kind.STRATEGY, "三区三地", Level.PROVINCIAL), "Strategy/山西省/三区三地"),
        (named(Kind.STRATEGY, "“两山”理念", Level.NATIONAL), "Strategy/中国/两山理念"),
        (named(Kind.SLOGAN, "大抓项目"), "Slogan/山西省/运城市/永济市/张营镇/大抓项目"),
        (named(Kind.POLICY, "三比三争", Level.COUNTY), "Policy/山西省/运城市/永济市/三比三争"),
        (named(Kind.PROJECT, "主题公园"), "Project/山西省/运城市/永济市/张营镇/主题公园"),
        (named(Kind.PROJECT, "主题公园", place=COUNTY), "Project/山西省/运城市/永济市/主题公园"),
        (named(Kind.ORGANIZATION, "省住建厅", place=PROVINCE), "Organization/山西省/省住建厅"),
        (named(Kind.VILLAGE, "舜帝村"), "Village/山西省/运城市/永济市/张营镇/舜帝村"),
        (named(Kind.VILLAGE, "舜帝村", place=HERE), "Village/山西省/运城市/永济市/张营镇/舜帝村"),
        (
            named(Kind.ADMINISTRATIVE_UNIT, "永济市", Level.COUNTY, place=COUNTY),
            "AdministrativeUnit/山西省/运城市/永济市",
        ),
        (named(Kind.ADMINISTRATIVE_UNIT, "浙江省", Level.PROVINCIAL), "AdministrativeUnit/浙江省"),
        (
            named(Kind.ADMINISTRATIVE_UNIT, "某镇", Level.TOWNSHIP, place=Place("某镇", Level.TOWNSHIP)),
            "AdministrativeUnit/山西省/运城市/永济市/某镇",
        ),
    ],
)
def test_identity_depends_on_kind_name_and_place(entity: Entity, path: str) -> None:
    assert entity_iri(entity, HERE) == PLID + path


def test_a_concept_speaks_with_the_authority_files_words() -> None:
    authority = scheme.load()
    concept = authority.by_label("乡村振兴战略")
    assert concept is not None
    entity = named(Kind.POLICY, "乡村振兴", Level.COUNTY, concept=concept.iri)
    assert entity_iri(entity, HERE, authority) == concept.iri
    document = Document("d", "乡村振兴", "", metadata=Metadata(place=HERE))
    quads = statements(Annotation(document, Structure((), (), ()), (entity,), (), ()), authority)
    said = {str(q.predicate).rsplit("#")[-1][:-1]: q.object for q in quads if q.subject.value == concept.iri}
    assert said["type"].value.endswith(concept.kind)
    assert said["prefLabel"].value == concept.label
    assert said["level"].value.endswith("national")
    assert said["issuer"].value == f"{PLID}AdministrativeUnit/中国"


def test_one_iri_has_one_preferred_label_however_documents_write_it() -> None:
    labels = set()
    for name in ("“放管服”改革", '"放管服"改革', "放管服 改革"):
        entity = named(Kind.POLICY, name, Level.NATIONAL)
        document = Document("d", name, "")
        quads = statements(Annotation(document, Structure((), (), ()), (entity,), (), ()))
        labels |= {(q.subject, q.object) for q in quads if q.predicate.value.endswith("prefLabel")}
    assert len({iri for iri, label in labels if "Policy" in iri.value}) == 1
    assert len([iri for iri, label in labels if "Policy" in iri.value]) == 1


@pytest.mark.parametrize(
    ("lower", "upper"),
    [(Level.COUNTY, Level.TOWNSHIP), (Level.COUNTY, Level.COUNTY), (None, Level.NATIONAL), (Level.TOWNSHIP, None)],
)
def test_advances_leads_to_a_higher_level_or_nowhere(tell, lower: Level | None, upper: Level | None) -> None:  # type: ignore[no-untyped-def]
    annotation = tell("d", "丁镇", ["丰收镇 advances 丰收县"], levels={"丰收镇": lower, "丰收县": upper})
    with pytest.raises(ValueError, match="higher level"):
        list(statements(annotation))


def test_a_link_to_itself_is_refused(tell) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match="itself"):
        list(statements(tell("d", "丁镇", ["丰收镇 serves “丰收镇”"])))


def test_a_span_behind_the_text_is_refused(report: Annotation) -> None:
    end = len(report.document.text)
    beyond = replace(report.entities[0], mentions=(Span(end - 1, end + 1),))
    with pytest.raises(ValueError, match="ends behind the text"):
        list(statements(replace(report, entities=(beyond, *report.entities[1:]))))


def test_links_of_entities_that_are_one_are_one_link_with_the_surer_confidence() -> None:
    text = "丰收镇“丰收镇”兴农"
    strategies = [named(Kind.STRATEGY, name, Level.TOWNSHIP) for name in ("丰收镇", "“丰收镇”", "兴农")]
    entities = tuple(replace(e, id=str(n)) for n, e in enumerate(strategies))
    links = tuple(
        Link(s, Predicate.SERVES, "2", Basis.STATED, c, (Span(0, 3),), "toy") for s, c in (("0", 0.5), ("1", 0.9))
    )
    annotation = Annotation(Document("d", text, ""), Structure((), (), ()), entities, (), links)
    assert [row[1] for row in ask(annotation, "?l a pl:Link ; pl:confidence ?c")] == ["0.9"]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_decimals_are_written_as_the_store_keeps_them(value: Decimal) -> None:
    literal = decimal(value)
    assert Decimal(literal.value) == value
    store = ox.Store()
    node = ox.NamedNode("x:x")
    store.add(ox.Quad(node, node, literal))
    assert next(iter(store)).object == literal


@given(st.text(alphabet="山\U00020000e\u0301，é🀄 ", min_size=1, max_size=20), st.data())
def test_offsets_hold_in_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    entity = Entity("e1", Kind.PROJECT, "水渠", (Span(start, end),))
    annotation = Annotation(Document("d", text, ""), Structure((), (), ()), (entity,), (), ())
    pattern = "[] nif:isString ?t . [] nif:beginIndex ?b ; nif:endIndex ?e ; nif:anchorOf ?a"
    ((read, begin, stop, anchor),) = ask(annotation, pattern)
    assert read[int(begin) : int(stop)] == anchor


def test_unit_iris_of_a_chain_nest() -> None:
    assert place_of(unit_iri(HERE)) == ("山西省", "运城市", "永济市")


def labels(*forms: str, name: str) -> set[str]:
    """Return the labels of a strategy of that name, which a document writes in these forms."""
    text = "，".join(forms)
    ends = [sum(map(len, forms[: number + 1])) + number for number in range(len(forms))]
    spans = tuple(Span(end - len(form), end) for form, end in zip(forms, ends, strict=True))
    entity = Entity("e1", Kind.STRATEGY, name, spans)
    annotation = Annotation(Document("d", text, "0" * 64), Structure((), (), ()), (entity,), (), ())
    assert [text[span.start : span.end] for span in spans] == list(forms)
    assert {anchor for *_, anchor in ask(annotation, "?m itsrdf:taIdentRef ?e ; nif:anchorOf ?a")} == set(forms)
    return {label for _, label in ask(annotation, "?e skos:prefLabel|skos:altLabel ?label")}


@pytest.mark.parametrize(
    ("form", "label"),
    [
        ("“数字赋能”战略", "“数字赋能”战略"),
        ("“数字赋能”", "数字赋能"),
        ("“‘数字’赋能”", "‘数字’赋能"),
        ("数字赋能”提升", "数字赋能提升"),
        ("“数字赋能提升", "数字赋能提升"),
        ("“数字”和“赋能”", "“数字”和“赋能”"),
        ("数字”和“赋能", "数字和赋能"),
    ],
)
def test_no_label_has_half_a_pair_of_quotation_marks(form: str, label: str) -> None:
    assert labels(form, name="数字赋能战略") == {"数字赋能战略", label}


def test_a_stray_mark_makes_no_second_label() -> None:
    assert labels("数字赋能”战略", "”", name="数字赋能战略") == {"数字赋能战略"}


def test_marks_of_footnotes_are_in_no_label_nor_iri() -> None:
    assert labels("三资[22]监管平台", "“三资［22］”监管平台", "三资监管平台〔3〕", name="三资[22]监管平台") == {
        "三资监管平台",
        "“三资”监管平台",
    }
    entity = Entity("e1", Kind.STRATEGY, "一轴两翼三组团[1]布局", (Span(0, 1),))
    assert entity_iri(entity, None) == f"{PLID}Strategy/一轴两翼三组团布局"
