"""Boosted trees: scikit-learn grows them (``extract.training``), numpy reads what they came to."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from extract.learned.traits import Floats, Integers

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier


_BLOCK = 256
"""Things that are asked for at once: what they need stays in the processor's cache."""


class Trees(NamedTuple):
    """Trees whose sum is the logarithmic odds of something.

    Attributes:
        numbers: which number of a thing each node asks for.
        thresholds: above which a node goes on to the second of its branches.
        branches: the two nodes behind each node; a leaf leads to itself.
        values: what each leaf adds to the odds.
        roots: the first node of each tree.
        depth: the most nodes that a tree asks.
        base: the odds to begin with.
    """

    numbers: Integers
    thresholds: Floats
    branches: Integers
    values: Floats
    roots: Integers
    depth: Integers
    base: Floats

    @classmethod
    def of(cls, grown: HistGradientBoostingClassifier) -> Trees:
        """Take the trees out of a classifier of two classes that scikit-learn has trained."""
        trees = [tree.nodes for (tree,) in grown._predictors]
        sizes = np.array(list(map(len, trees)))
        roots = np.cumsum(sizes) - sizes
        nodes, places = np.concatenate(trees), np.arange(sizes.sum())
        leaf, first = nodes["is_leaf"] == 1, np.repeat(roots, sizes)
        branches = np.stack([np.where(leaf, places, first + nodes[side]) for side in ("left", "right")], axis=1)
        return cls(
            np.where(leaf, 0, nodes["feature_idx"]).astype(np.int64),
            _floor(np.where(leaf, 0, nodes["num_threshold"])),
            branches.astype(np.int64),
            np.where(leaf, nodes["value"], 0).astype(np.float32),
            roots.astype(np.int64),
            nodes["depth"].max(),
            grown._baseline_prediction.ravel(),
        )

    def likelihoods(self, things: Floats) -> Floats:
        """Return how likely it is of each thing, 0 to 1.

        Args:
            things: a row of numbers for each.
        """
        odds = [self._odds(things[start : start + _BLOCK]) for start in range(0, len(things), _BLOCK)]
        likely: Floats = 1 / (1 + np.exp(-(self.base + np.concatenate([*odds, np.zeros(0, np.float32)]))))
        return likely

    def _odds(self, things: Floats) -> Floats:
        flat, rows = things.ravel(), np.arange(len(things))[:, None] * things.shape[1]
        branches, at = self.branches.ravel(), np.tile(self.roots, (len(things), 1))
        for _ in range(int(self.depth)):
            goes_on = flat.take(rows + self.numbers.take(at)) > self.thresholds.take(at)
            at = branches.take(2 * at + goes_on)
        odds: Floats = self.values.take(at).sum(axis=1)
        return odds

    def save(self, path: Path) -> None:
        """Write the trees; the same trees give the same bytes."""
        np.savez_compressed(path, **self._asdict())


def _floor(thresholds: NDArray[np.float64]) -> Floats:
    """Return the next lower numbers of half the precision: above both the same things lie, whose numbers are such."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


@cache
def opened(path: Path) -> Trees | None:
    """Read trees that were saved, None where there are none; the next call for them returns the same."""
    if not path.exists():
        return None
    with np.load(path) as saved:
        return Trees(**saved)
