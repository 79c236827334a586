"""Scores by taggers that have not seen what they are measured on; training takes minutes and is stood in for."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract import examples
from kg.held_out import held_out, unseen
from ontology.errors import UsageError

EXAMPLE = Path(__file__).parents[2] / "kg" / "example"
STRETCHES = [("甲省_0", "甲省"), ("甲省_900", "甲省"), ("乙省_0", "乙省"), ("written", None)]
GOLDS = sorted((EXAMPLE / "gold").glob("*.json"))[:3]


@pytest.mark.parametrize("folds", [0, 1, 4])
def test_folds_are_from_two_to_the_number_of_documents(folds: int) -> None:
    with pytest.raises(UsageError, match=f"{folds} folds of 3 documents: give from 2"):
        held_out(GOLDS, folds, shared=EXAMPLE)


def test_a_folder_without_annotations_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no gold/ to train from: name the folder with --shared"):
        held_out(GOLDS, 2, shared=tmp_path)


def test_a_gold_file_without_its_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no text of this name; name its folder with --corpus"):
        held_out(GOLDS, 2, shared=EXAMPLE, corpus=tmp_path)


def test_no_tagger_is_trained_on_what_it_is_measured_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fold trains without its own documents and scores them; here no tagger comes of it, the rules alone score."""
    seen: list[set[str]] = []
    told: list[str] = []
    known = examples.of_folder(EXAMPLE / "gold", EXAMPLE / "documents")
    monkeypatch.setattr("kg.held_out.everything", lambda shared: known)
    monkeypatch.setattr("extract.training.train", lambda examples, folder: seen.append({e.name for e in examples}))
    scores = held_out(GOLDS, 2, shared=EXAMPLE, tell=told.append)
    everything, names = {e.name for e in known}, [path.stem for path in GOLDS]
    assert seen == [everything - set(names[0::2]), everything - set(names[1::2])]
    assert told == ["fold 1 of 2: 2 documents held out", "fold 2 of 2: 1 documents held out"]
    assert scores.figures


def test_other_stretches_of_a_held_report_are_not_trained_on() -> None:
    """A report's own strategies stand in all its stretches: one of them seen tells of the others."""
    stretches = [examples.example(name, "", {"entities": []}, report) for name, report in STRETCHES]
    assert [e.name for e in unseen(stretches, {"甲省_0"})] == ["乙省_0", "written"]
