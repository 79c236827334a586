"""The judge of proposed names: what it sees of them, what it counts, and what it leaves as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pycrfsuite
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from spacy.tokens import Doc

from extract import pipeline
from extract.annotation import Candidate
from extract.document import Document, Span
from extract.learned import reranker
from extract.learned.tagger import TAGGER
from extract.learned.trees import Trees
from ontology.terms import Kind

TEXT = "实施鹭湾渠项目，推进鹭湾渠建设"
CANAL, WORK, AGAIN = Span(2, 5), Span(2, 7), Span(10, 13)
"""鹭湾渠, 鹭湾渠项目, and 鹭湾渠 once more."""


def shown(*candidates: Candidate) -> Doc:
    """Return the text's Doc with candidates that the tagger has weighed."""
    doc = pipeline.process(pipeline.load(components=["policy_structure"]), Document("t", TEXT, ""))
    doc._.candidates.extend(candidates)
    return doc


def candidate(span: Span, likelihood: float | None, by: str = TAGGER, sure: float = 0.6, **more: str) -> Candidate:
    return Candidate(span, Kind.PROJECT, by, sure, likelihood=likelihood, **more)


@pytest.fixture
def judge(tmp_path: Path) -> Callable[[float], reranker.Reranker]:
    """Make a reranker whose model takes every name that the tagger finds likely and refuses the others."""
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params({"feature.minfreq": 1})
    for likelihood, label in ((0.9, reranker.TAKEN), (0.1, reranker.REFUSED)):
        doc = shown(candidate(WORK, likelihood))
        (traits,) = reranker.features(doc, reranker.proposed(doc), {})
        for _ in range(40):
            trainer.append([traits], [label])
    trainer.train(str(tmp_path / reranker.MODEL))
    reranker.write_counts({}, tmp_path / reranker.COUNTS)
    return lambda threshold: reranker.Reranker(tmp_path, threshold)


def test_who_proposes_one_span_is_gathered_into_one_name() -> None:
    doc = shown(
        candidate(WORK, 0.4, "policy_projects", 0.7),
        candidate(WORK, 0.4),
        candidate(WORK, 0.4, "policy_quotations", 0.5),
        candidate(CANAL, 0.2),
    )
    work, canal = reranker.proposed(doc)
    assert (work.form, work.places, work.proposers) == ("鹭湾渠项目", [0, 1, 2], {"projects": 0.7, "quotations": 0.5})
    assert (canal.form, canal.places, canal.proposers, canal.rule) == ("鹭湾渠", [3], {}, 0.0)


@pytest.mark.parametrize(
    ("proposal", "judged"),
    [
        (candidate(WORK, 0.001, "policy_projects", 0.6), False),
        (candidate(WORK, 0.02, "policy_projects", 0.6), True),
        (candidate(WORK, 0.001, "policy_glossary", 0.95), True),
        (candidate(WORK, 0.001, "policy_authority", 0.9, concept="c"), True),
        (candidate(WORK, None, "policy_projects", 0.6), False),
        (Candidate(WORK, Kind.ADMINISTRATIVE_UNIT, "policy_places", 0.9, likelihood=0.9), False),
    ],
)
def test_what_is_judged(proposal: Candidate, judged: bool) -> None:
    assert [bool(reranker.proposed(shown(proposal)))] == [judged]


@pytest.mark.parametrize(("around", "judged"), [(0.9, True), (0.001, False)])
def test_what_stands_within_a_likely_name_is_judged_however_unlikely(around: float, judged: bool) -> None:
    part = candidate(CANAL, 0.001, "policy_projects", 0.6)
    names = reranker.proposed(shown(part, candidate(WORK, around)))
    assert (CANAL in {name.span for name in names}) is judged


def test_a_name_shows_where_it_stands_again_and_what_lies_across_it() -> None:
    doc = shown(candidate(CANAL, 0.3), candidate(WORK, 0.6), candidate(AGAIN, 0.95))
    seen = dict(
        zip(("work", "canal", "again"), map(set, reranker.features(doc, reranker.proposed(doc), {})), strict=True)
    )
    best = f"Probest{round(2 * 2.944)}"  # the log odds of 0.95
    assert best in seen["canal"] & seen["again"]
    assert {"Profromknown", "Profrom", "Protimes2"} & seen["canal"] == {"Protimes2"}
    assert any(trait.startswith("ProfromTrue") for trait in seen["canal"])
    assert any(trait.startswith("ProopeningTrue") for trait in seen["work"])
    assert "Proalone" in seen["again"]
    assert {"Pro<推进" not in seen["canal"], "Proverb推进" in seen["again"]} == {True}
    assert {trait for trait in seen["work"] if trait.startswith("Pro3")}, "each trait also with the likelihood"


def test_a_name_is_judged_again_by_its_rivals_and_by_the_places_where_it_stands() -> None:
    names = reranker.proposed(
        shown(candidate(CANAL, 0.3), candidate(WORK, 0.6, "policy_projects"), candidate(AGAIN, 0.95))
    )
    work, canal, again = reranker.numbers(names, [0.5, 0.9, 0.1])
    high, none = np.float32(np.log(9)), -13
    assert work[:6] == pytest.approx([reranker.KINDS.index(Kind.PROJECT), 0, np.log(1.5), 0.6, 0, 5])
    assert list(work[6:]) == [0, none, none, none, 0, none, none, high, high, none, none]
    assert list(canal[6:10]) == pytest.approx([1, -high, -high, -high])
    assert list(again[6:10]) == pytest.approx([1, high, high, high])
    assert list(canal[13:15]) == [0, 0], "the work lies across it"
    assert list(again[13:15]) == [none, none]


def test_neighbours_in_a_list_and_other_kinds_of_the_same_words_count() -> None:
    doc = shown(
        candidate(CANAL, 0.3), candidate(Span(6, 8), 0.6), Candidate(CANAL, Kind.POLICY, TAGGER, 0.6, likelihood=0.4)
    )
    names = reranker.proposed(doc)
    rows = dict(zip([(n.span, n.kind) for n in names], reranker.numbers(names, [0.9] * 3), strict=True))
    high, none = np.float32(np.log(9)), -13
    assert list(rows[CANAL, Kind.PROJECT][11:]) == [high, high, none, none, none, high]
    assert list(rows[Span(6, 8), Kind.PROJECT][11:]) == [none, none, none, none, high, none]


def test_the_trees_have_the_last_word(judge: Callable[[float], reranker.Reranker], tmp_path: Path) -> None:
    """Grown from names of which those were taken that the log-linear model finds unlikely, they raise such a one."""
    things = np.random.default_rng(0).normal(size=(400, 17)).astype(np.float32)
    grown = HistGradientBoostingClassifier(max_iter=30).fit(things, things[:, 1] < 0)
    Trees.of(grown).save(tmp_path / reranker.SECOND_MODEL)
    (unlikely,) = confidences(judge(0.5)(shown(candidate(WORK, 0.1, "policy_projects"))))
    assert unlikely > 0.8


def test_what_other_documents_show_of_a_form_is_seen() -> None:
    doc = shown(candidate(WORK, 0.5))
    counts = {"鹭湾渠项目": {Kind.PROJECT: (3, 4), Kind.POLICY: (1, 1)}}
    (seen,) = reranker.features(doc, reranker.proposed(doc), counts)
    (unseen,) = reranker.features(doc, reranker.proposed(doc), {})
    assert {"Protaken3of4", "Protaken3other1", "Protaken3met4"} <= set(seen)
    assert {"Protakenof0", "Protakenother0", "Protakenmet0"} <= set(unseen)


@pytest.mark.parametrize(
    ("other", "lies"),
    [
        (Span(3, 8), "from"),
        (Span(1, 5), "to"),
        (Span(2, 6), "around"),
        (Span(3, 4), "opening"),
        (Span(4, 5), "closing"),
        (Span(4, 7), "across"),
    ],
)
def test_how_another_name_lies(other: Span, lies: str) -> None:
    assert reranker._lies(other, Span(3, 5)) == lies


def test_documents_are_counted_not_places() -> None:
    """What fewer than three documents have is their own; a village's name says nothing of another county's."""
    once = [("共享水站", Kind.POLICY, True), ("共享水站", Kind.POLICY, False), ("张营", Kind.VILLAGE, True)]
    refused = [("共享水站", Kind.POLICY, False), ("共享水站", Kind.PROJECT, False), ("张营", Kind.VILLAGE, True)]
    rare = [("独一码", Kind.POLICY, True)]
    counts = reranker.count([once, refused, [*refused, *rare], rare])
    assert counts == {"共享水站": {Kind.POLICY: (1, 3), Kind.PROJECT: (0, 2)}}


def test_counts_are_read_as_written_and_written_alike(tmp_path: Path) -> None:
    counts = {"河长制": {Kind.POLICY: (9, 10)}, "乡村振兴": {Kind.STRATEGY: (8, 8), Kind.POLICY: (1, 8)}}
    one, other = tmp_path / "one.gz", tmp_path / "other.gz"
    reranker.write_counts(counts, one)
    reranker.write_counts(dict(reversed(counts.items())), other)
    assert reranker.read_counts(one) == counts
    assert one.read_bytes() == other.read_bytes()


def confidences(doc: Doc) -> list[float]:
    return [c.confidence for c in doc._.candidates]


def test_likely_names_are_raised_and_others_lowered(judge: Callable[[float], reranker.Reranker]) -> None:
    doc = judge(0.5)(shown(candidate(WORK, 0.9, "policy_projects"), candidate(AGAIN, 0.1, "policy_projects")))
    likely, unlikely = confidences(doc)
    assert likely > 0.8 > 0.2 > unlikely


def test_a_chance_of_the_threshold_is_a_confidence_of_one_half(judge: Callable[[float], reranker.Reranker]) -> None:
    """The lower the threshold, the surer every name; at the threshold itself the resolver's 0.5 is met."""
    low, high = (confidences(judge(threshold)(shown(candidate(WORK, 0.9))))[0] for threshold in (0.2, 0.8))
    assert low > high
    assert reranker.Reranker(Path(), 0.32)._confidence(0.32) == pytest.approx(0.5)


def test_what_the_text_defines_stays_sure_and_what_nobody_weighed_stays(
    judge: Callable[[float], reranker.Reranker],
) -> None:
    defined = candidate(WORK, 0.1, "policy_glossary", 0.95)
    known = candidate(AGAIN, 0.1, "policy_authority", 0.95, concept="c")
    unweighed = candidate(CANAL, None, "policy_projects", 0.6)
    hopeless = candidate(Span(8, 13), 0.001, "policy_projects", 0.7)
    sure, doubted, as_it_was, dropped = confidences(judge(0.5)(shown(defined, known, unweighed, hopeless)))
    assert (sure, as_it_was, dropped) == (0.95, 0.6, 0.0)
    assert doubted < 0.5


def test_without_a_model_candidates_keep_their_confidence(tmp_path: Path) -> None:
    doc = reranker.Reranker(tmp_path, 0.32)(shown(candidate(WORK, 0.1, "policy_projects", 0.6)))
    assert confidences(doc) == [0.6]
