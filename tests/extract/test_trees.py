"""Boosted trees: numpy reads them as scikit-learn does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from extract.learned import trees

THINGS = np.random.default_rng(1).normal(size=(600, 4)).astype(np.float32)


def grown() -> HistGradientBoostingClassifier:
    answers = THINGS[:, 0] * THINGS[:, 1] + THINGS[:, 2] > 0.2
    return HistGradientBoostingClassifier(max_iter=20, max_depth=4, random_state=0).fit(THINGS, answers)


def test_trees_are_read_as_the_library_reads_them_that_grew_them() -> None:
    model = grown()
    assert np.allclose(trees.Trees.of(model).likelihoods(THINGS), model.predict_proba(THINGS)[:, 1], atol=1e-6)


def test_the_same_trees_give_the_same_file_and_come_back_from_it(tmp_path: Path) -> None:
    for name in ("one", "two"):
        trees.Trees.of(grown()).save(tmp_path / f"{name}.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    back = trees.opened(tmp_path / "one.npz")
    assert back is not None and np.array_equal(back.likelihoods(THINGS), trees.Trees.of(grown()).likelihoods(THINGS))


def test_where_none_were_saved_there_are_none(tmp_path: Path) -> None:
    assert trees.opened(tmp_path / "none.npz") is None
