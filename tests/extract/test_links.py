"""Which claims stand as links: lineage never leads back to where it began."""

from __future__ import annotations

import pytest

from extract import pipeline
from extract.annotation import Claim, Entity
from extract.document import Document, Metadata, Place, Span
from extract.links import LinkResolver
from ontology import scheme
from ontology.divisions import NATION, divisions
from ontology.terms import Basis, Kind, Predicate

COUNTY = divisions().find("夏县", within=["运城市"])[0]


def served(names: list[str], claims: list[tuple[int, int, float]], place: Place) -> set[tuple[str, str]]:
    """Return which of some strategies serve which, of what is claimed of them by number and confidence."""
    text = "。".join(names)
    level = place.level
    doc = pipeline.make_doc(
        pipeline.load(components=["policy_links"]), Document("t", text, "", metadata=Metadata(place=place, level=level))
    )
    doc._.scheme = scheme.load()
    concepts = [doc._.scheme.by_label(name) for name in names]
    spans = [Span(text.index(name), text.index(name) + len(name)) for name in names]
    doc._.entities = tuple(
        Entity(f"e{n}", Kind.STRATEGY, name, (span,), level=level, concept=concept.iri if concept else None)
        for n, (name, span, concept) in enumerate(zip(names, spans, concepts, strict=True), 1)
    )
    doc._.claims = [
        Claim(spans[one], Predicate.SERVES, spans[other], Basis.STATED, sure, Span(0, len(text)), "policy_service/test")
        for one, other, sure in claims
    ]
    links = LinkResolver(0.4)(doc)._.links
    return {(names[int(k.subject[1:]) - 1], names[int(k.object[1:]) - 1]) for k in links}


def test_of_links_in_a_circle_the_least_sure_is_left_out() -> None:
    names = ["甲鹮战略", "乙鹭战略", "丙鸥战略"]
    found = served(names, [(0, 1, 0.9), (1, 2, 0.6), (2, 0, 0.8), (0, 2, 0.5)], COUNTY)
    assert found == {("甲鹮战略", "乙鹭战略"), ("丙鸥战略", "甲鹮战略")}


def test_no_two_entities_of_one_name_are_linked() -> None:
    name = "甲鹮新区"
    body = Entity("e1", Kind.ORGANIZATION, name, (Span(0, 4),))
    unit = Entity("e2", Kind.ADMINISTRATIVE_UNIT, name, (Span(5, 9),))
    doc = pipeline.make_doc(pipeline.load(components=["policy_links"]), Document("t", f"{name}。{name}。", ""))
    doc._.entities = (body, unit)
    doc._.claims = [
        Claim(Span(0, 4), Predicate.LOCATED_IN, Span(5, 9), Basis.STATED, 0.9, Span(0, 10), "policy_location/test")
    ]
    assert not LinkResolver(0.4)(doc)._.links


@pytest.mark.parametrize(("place", "there"), [(NATION, False), (COUNTY, True)])
def test_in_a_document_of_the_nation_the_broader_strategy_is_for_no_narrower(place: Place, there: bool) -> None:
    """More concepts lead to 数字中国 than to 新型城镇化, in the authority file."""
    broad, narrow = "数字中国", "新型城镇化"
    known = scheme.load()
    leading = [known.supporters(known.by_label(name).iri) for name in (broad, narrow)]
    assert 8 * (leading[1] + 1) > leading[0] + 1 > leading[1] + 1
    assert ((broad, narrow) in served([broad, narrow], [(0, 1, 0.8)], place)) is there
    assert (narrow, broad) in served([broad, narrow], [(1, 0, 0.8)], place)


def test_a_strategy_that_the_authority_file_lacks_does_not_lead_the_nations_broader_to_a_narrower_one() -> None:
    names = ["科教兴国战略", "鹮鸣之治", "西部陆海新通道"]
    found = served(names, [(0, 1, 0.8), (1, 2, 0.6)], NATION)
    assert found == {("科教兴国战略", "鹮鸣之治")}
