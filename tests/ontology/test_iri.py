"""IRIs: valid whatever the text, one for all spellings of a name, different for different names."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ontology import iri, scheme
from ontology.terms import PLID, Basis, Kind, Predicate

MARKS = '“”"「」《》（）()，,：: 　\u200b％%/.·１1Ａa①\u0301é'
CHINESE = st.text(f"山水乡村振兴两三{MARKS}", min_size=1, max_size=12)
ANY = st.one_of(CHINESE, st.text(min_size=1, max_size=20))


def normalised(name: str) -> str:
    try:
        return iri.normalise(name)
    except ValueError:
        assume(False)
        raise


@given(ANY)
def test_normalisation_is_idempotent(name: str) -> None:
    once = normalised(name)
    assert iri.normalise(once) == once


@given(ANY, ANY, st.sampled_from(Kind))
def test_iris_are_as_different_as_normalised_names(one: str, other: str, kind: Kind) -> None:
    same_name = normalised(one) == normalised(other)
    assert (iri.mint(kind, ("山西省",), one) == iri.mint(kind, ("山西省",), other)) is same_name


@given(ANY, ANY)
def test_place_and_name_are_never_confused(place: str, name: str) -> None:
    assume(normalised(place) and normalised(name))
    minted = iri.mint(Kind.PROJECT, (place,), name)
    assert len(iri.place_of(minted)) == 1
    assert minted != iri.mint(Kind.PROJECT, (), name)


@given(ANY)
def test_any_text_gives_an_iri_that_engines_take_and_give_back(text: str) -> None:
    document = iri.document_iri(text)
    entity = iri.mint(Kind.STRATEGY, ("中国",), normalised(text))
    for minted in (document, entity, iri.mention_iri(document, 0, 3, entity)):
        quad = ox.Quad(ox.NamedNode(minted), ox.NamedNode(f"{PLID}p"), ox.NamedNode(minted))
        assert list(ox.parse(f"{quad} .".encode(), format=ox.RdfFormat.N_QUADS)) == [quad]
        assert list(ox.parse(f"<{minted}> <p:p> <> .".encode(), format=ox.RdfFormat.TURTLE, base_iri=minted))
        assert not set(minted) & set(' <>"{}|\\^`')


@given(st.text(min_size=1), st.text(min_size=1))
def test_documents_are_as_different_as_their_identifiers(one: str, other: str) -> None:
    assert (iri.document_iri(one) == iri.document_iri(other)) is (one == other)


@pytest.mark.parametrize(
    "spelling", ["“两山”理念", '"两山"理念', "「两山」理念", " “两山”理念\u200b", "两山 理念", "‘两山’\u3000理念"]
)
def test_spellings_of_one_name_are_one(spelling: str) -> None:
    assert iri.normalise(spelling) == "两山理念"


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("黄河流域(运城段)示范区", "黄河流域（运城段）示范区"),
        ("Ｋ１２教育", "K12教育"),
        ("new  area (test)", "new area (test)"),
        ("“三资”［22］监管平台", "三资监管平台"),
        ("“1530”[20]工程", "1530工程"),
        ("一轴两翼三组团[1][2]", "一轴两翼三组团"),
        ("六稳①工作机制", "六稳工作机制"),
        ("国发〔2021〕1号、皖政〔21〕3号", "国发〔2021〕1号、皖政〔21〕3号"),
        ("”[1]", "[1]"),
        ("人民至上、生命至上", "人民至上、生命至上"),
    ],
)
def test_normal_form_reads_as_printed(written: str, form: str) -> None:
    assert iri.normalise(written) == form


@pytest.mark.parametrize("nothing", ["", " ", "“”", "\u200b\u3000"])
def test_a_name_of_nothing_is_refused(nothing: str) -> None:
    with pytest.raises(ValueError, match="a name needs more"):
        iri.mint(Kind.SLOGAN, (), nothing)


@pytest.mark.parametrize("half", ["\ud800", "乡村\udfff"])
def test_half_a_surrogate_pair_is_refused(half: str) -> None:
    with pytest.raises(ValueError):
        iri.mint(Kind.SLOGAN, (), half)


@pytest.mark.parametrize(
    ("identifier", "tail"),
    [("town_张营镇_2023", "town_张营镇_2023"), ("a/b c", "a/b%20c"), ("../x", "%2E%2E/x"), ("50%#?", "50%25%23%3F")],
)
def test_document_iris(identifier: str, tail: str) -> None:
    assert iri.document_iri(identifier) == f"{PLID}Document/{tail}"


def test_what_hangs_below_a_document_is_told_apart() -> None:
    document = iri.document_iri("d")
    town = iri.mint(Kind.ADMINISTRATIVE_UNIT, ("山西省",), "张营")
    village = iri.mint(Kind.VILLAGE, ("山西省",), "张营")
    link = (town, Predicate.SERVES, village)
    made = [
        iri.mention_iri(document, 0, 2, town),
        iri.mention_iri(document, 0, 2, village),
        iri.mention_iri(document, 0, 2, iri.indicator_iri(document, 0, 2)),
        iri.section_iri(document, 0, 2),
        iri.indicator_iri(document, 0, 2),
        iri.evidence_iri(document, 0, 2),
        iri.link_iri(document, *link, Basis.STATED, "a"),
        iri.link_iri(document, *link, Basis.STATED, "b"),
        iri.link_iri(document, *link, Basis.INFERRED, "a"),
    ]
    assert len(set(made)) == len(made)
    assert all(part.startswith(document + "#") for part in made)


def test_the_authority_file_mints_by_the_same_rule() -> None:
    for concept in scheme.load():
        assert iri.mint(concept.kind, iri.place_of(concept.iri), concept.label) == concept.iri
