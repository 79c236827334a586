"""The CRFs as read here: as likely as crfsuite says, line by line and block by block, and read back as written."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pycrfsuite
import pytest

from extract.learned import chains
from extract.learned.chains import Chains
from extract.learned.traits import LINE_END, Seen

_LABELS = {"works": ("O", "B", "I", "E", "S"), "places": ("O", "S")}
_LINES = ("建设甲村水库，推进改造", "甲村、乙村公路", "", "今年建设水库和公路，改造甲乙两村的路") * 3
_SEEN = Seen("\n".join(_LINES), [], [])


def _tags(line: str) -> tuple[list[str], list[str]]:
    works = ["O"] * len(line)
    for word in ("水库", "公路"):
        if word in line:
            works[line.index(word) : line.index(word) + 2] = "BE"
    return works, ["S" if mark in "甲乙" else "O" for mark in line]


def _rows(line: str) -> list[list[str]]:
    return Seen(line, [], []).rows(beside=True)


@pytest.fixture(scope="module")
def crfs(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Sequence[str]]:
    """Return the files of two CRFs that crfsuite has trained; the first has never met the labels I and S."""
    folder = tmp_path_factory.mktemp("crfs")
    for place, name in enumerate(_LABELS):
        trainer = pycrfsuite.Trainer(verbose=False)
        for line in filter(None, _LINES):
            trainer.append(_rows(line), _tags(line)[place])
        trainer.train(str(folder / name))
    return {folder / name: labels for name, labels in _LABELS.items()}


@pytest.mark.parametrize("block", [chains._BLOCK, 7])
def test_labels_are_as_likely_as_crfsuite_finds_them(
    crfs: dict[Path, Sequence[str]], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All lines at once, in blocks that end anywhere; what a CRF has never met is never likely."""
    monkeypatch.setattr(chains, "_BLOCK", block)
    found = Chains.of(crfs).likelihoods(_SEEN)
    for (path, labels), likely in zip(crfs.items(), found, strict=True):
        tagger = pycrfsuite.Tagger()
        tagger.open(str(path))
        offset = 0
        for line in _LINES:
            tagger.set(_rows(line))
            for at in range(len(line)):
                told = [tagger.marginal(label, at) if label in tagger.labels() else 0 for label in labels]
                assert np.allclose(likely[offset + at], told, atol=1e-4)
            offset += len(line) + 1


def test_a_text_without_characters_is_read(crfs: dict[Path, Sequence[str]]) -> None:
    """No text, and nothing but the end of a line."""
    assert [likely.shape for likely in Chains.of(crfs).likelihoods(Seen("", [], []))] == [(0, 5), (0, 2)]
    assert [len(likely) for likely in Chains.of(crfs).likelihoods(Seen("\n", [], []))] == [1, 1]


def test_they_are_read_back_as_written(crfs: dict[Path, Sequence[str]], tmp_path: Path) -> None:
    """The same CRFs give the same bytes."""
    Chains.of(crfs).save(tmp_path / "one.npz")
    Chains.of(crfs).save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    read = Chains.load(tmp_path / "one.npz")
    assert LINE_END not in read.vocabulary.traits
    for before, after in zip(Chains.of(crfs).likelihoods(_SEEN), read.likelihoods(_SEEN), strict=True):
        assert np.array_equal(before, after)
