"""A convolutional network over characters, made of the layers of thinc, spaCy's own library of them.

It sees sixteen characters to either side, and tells of each character how likely it begins, continues or ends a name.
Where the CRFs of ``extract.tagger`` go by the very words, it goes by what is alike. Trained by ``extract.training``.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain as joined
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from thinc.api import (
    Adam,
    Dropout,
    Linear,
    Model,
    NumpyOps,
    Relu,
    chain,
    fix_random_seed,
    residual,
    warmup_linear,
)
from threadpoolctl import ThreadpoolController

MODEL = "network.npz"

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Layer = Model[Any, Any]
"""A layer; thinc's types of arrays say no more of ours."""

_SIZE = 64
"""Numbers that stand for a feature."""
_WIDTH = 128
"""Numbers that stand for a character with its surroundings."""
_DISTANCES = (1, 1, 2, 4, 8)
"""How far to either side each layer looks, in characters."""
_REACH = sum(_DISTANCES)
_BLOCK = 1000
"""Characters read at once."""
_KNOWN, _KNOWN_PAIR, _KNOWN_TRIPLE = 4, 8, 20
"""How often a feature must have been met to be known, and one that spells out two or three characters."""
_DROPPED = 0.3
"""The share of numbers between layers that training hides."""
_HIDDEN = 0.12
"""The share of features that training hides."""
_LEAST_VARIANCE = 1e-8
_PASSES = 6
_BATCH = 2
"""Texts learned from at once."""
_RATE, _WARM = 2e-3, 0.08
"""The highest rate of learning, and the share of the steps that leads up to it."""

_THREADS = ThreadpoolController()
"""Matrices of this size gain nothing by a second thread, and two processes that start two each slow one another."""


class Sample(NamedTuple):
    """A text to learn from.

    Attributes:
        rows: the features of each character.
        labels: of each character, one number a group of labels.
    """

    rows: Sequence[Sequence[str]]
    labels: NDArray[np.int64]


class _Bags(NamedTuple):
    """The features of characters, one behind the other, and how many each character has."""

    ids: Integers
    sizes: Integers

    def between(self, first: int, last: int) -> _Bags:
        """Return those of the characters from the first up to the last, that left out."""
        start, end = self.sizes[:first].sum(), self.sizes[:last].sum()
        return _Bags(self.ids[start:end], self.sizes[first:last])


class _Ops(NumpyOps):  # type: ignore[misc]
    """Thinc's operations, with numpy's product of matrices: two to five times as fast where we tried."""

    def gemm(self, x: Floats, y: Floats, out: Floats | None = None, trans1: bool = False, trans2: bool = False) -> Any:
        return np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    def relu(self, X: Floats, inplace: bool = False) -> Any:
        return np.maximum(X, 0, out=X)  # what goes in is the sum that the layer has just made


class Network:
    """A trained network.

    Attributes:
        features: those that it knows.
        groups: how many labels each group has; a character has one of each group.
    """

    def __init__(self, features: Sequence[str], groups: Sequence[int]) -> None:
        self.features = features
        self.groups = groups
        self._ids = {feature: number for number, feature in enumerate(features, 1)}
        self._model = _layers(len(features) + 1, sum(groups))

    def likelihoods(self, rows: Iterable[Sequence[str]]) -> list[Floats]:
        """Return how likely each label is for each character, a matrix for each group (characters by labels).

        Args:
            rows: the features of each character of a text, line ends included.
        """
        bags = self._bags(rows)
        with _THREADS.limit(limits=1):
            found = [self._read(bags, start) for start in range(0, len(bags.sizes), _BLOCK)]
        whole = np.concatenate(found) if found else np.zeros((0, sum(self.groups)), np.float32)
        return [_softmax(each) for each in self._split(whole)]

    def _read(self, bags: _Bags, start: int) -> Floats:
        first = max(0, start - _REACH)
        scores: Floats = self._model.predict(bags.between(first, start + _BLOCK + _REACH))
        return scores[start - first :][:_BLOCK]

    def _split(self, scores: Floats) -> list[Floats]:
        return np.split(scores, np.cumsum(self.groups)[:-1], axis=1)

    def _bags(self, rows: Iterable[Sequence[str]]) -> _Bags:
        known = self._ids.get
        sizes: list[int] = []
        ids: list[int] = []
        for row in rows:
            sizes.append(len(row))
            ids.extend(map(known, row, repeat(0)))
        return _Bags(np.array(ids, np.int64), np.array(sizes, np.int64))

    def save(self, path: Path) -> None:
        """Write the network, each number to sixteen bits; the same network gives the same bytes."""
        text = np.frombuffer("\n".join(self.features).encode(), np.uint8)
        weights = {key: np.asarray(node.get_param(name), np.float16) for key, node, name in self._weights()}
        np.savez_compressed(path, features=text, groups=np.array(self.groups), **weights)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Network:
        """Read a network that ``save`` wrote."""
        with np.load(path) as saved:
            network = cls(saved["features"].tobytes().decode().split("\n"), saved["groups"].tolist())
            for key, node, name in network._weights():
                node.set_param(name, saved[key].astype(np.float32))
        return network

    def _weights(self) -> Iterator[tuple[str, Layer, str]]:
        """Yield where the weights stand: the key in a file, the layer, and their name there."""
        for place, node in enumerate(self._model.walk()):
            yield from ((f"{place}{name}", node, name) for name in node.param_names)

    @classmethod
    def train(cls, samples: Sequence[Sample], groups: Sequence[int]) -> Network:
        """Train a network; the same texts give the same network, on one kind of machine."""
        fix_random_seed(0)
        network = cls(_vocabulary(row for sample in samples for row in sample.rows), groups)
        texts = [(network._bags(sample.rows), sample.labels) for sample in samples]
        steps = _PASSES * math.ceil(len(texts) / _BATCH)
        rate = warmup_linear(_RATE, math.ceil(_WARM * steps), steps)
        adam = Adam(rate, L2=0.0, grad_clip=1.0, use_averages=True)  # type: ignore[arg-type]
        with _THREADS.limit(limits=1):
            for _ in range(_PASSES):
                random.shuffle(texts)
                for at in range(0, len(texts), _BATCH):
                    bags, labels = zip(*texts[at : at + _BATCH], strict=True)
                    network._learn(_Bags(*map(np.concatenate, zip(*bags, strict=True))), np.concatenate(labels))
                    network._model.finish_update(adam)
                    adam.step_schedules()
        # The mean of the weights on the way does better than those at its end.
        with network._model.use_params(adam.averages):
            network._model = network._model.copy()
        return network

    def _learn(self, bags: _Bags, labels: Integers) -> None:
        scores, back = self._model.begin_update(bags)
        wrong = [_softmax(each) for each in self._split(scores)]
        for each, right in zip(wrong, labels.T, strict=True):
            each[np.arange(len(right)), right] -= 1
        back(np.concatenate(wrong, axis=1) / len(labels))


opened = cache(Network.load)


def _vocabulary(rows: Iterable[Sequence[str]]) -> list[str]:
    met = Counter(joined.from_iterable(rows))
    least = {"<": _KNOWN_PAIR, "^": _KNOWN_TRIPLE}
    return sorted(feature for feature, times in met.items() if times >= least.get(feature[0], _KNOWN))


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely: Floats = powers / powers.sum(axis=1, keepdims=True)
    return likely


def _layers(features: int, labels: int) -> Layer:
    first, *others = _DISTANCES
    deeper = [
        residual(chain(_normal(_WIDTH), _window(distance), Relu(_WIDTH, 3 * _WIDTH, dropout=_DROPPED)))
        for distance in others
    ]
    entry = [_sums(features), _normal(_SIZE), Dropout(_DROPPED), _window(first), Relu(_WIDTH, 3 * _SIZE)]
    model: Layer = chain(*entry, *deeper, Dropout(_DROPPED), Linear(labels, _WIDTH))
    for node in model.walk():
        node.ops = _Ops()
    model.initialize()
    return model


def _sums(features: int) -> Layer:
    """Make the layer that stands for a character by the sum of what stands for its features."""

    def forward(model: Any, bags: _Bags, is_train: bool) -> tuple[Floats, Any]:
        ids, table = bags.ids, model.get_param("E")
        of = np.repeat(np.arange(len(bags.sizes)), bags.sizes)
        if is_train:
            seen = np.random.random(len(ids)) >= _HIDDEN
            ids, of = ids[seen], of[seen]
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        sums = np.zeros((len(bags.sizes), _SIZE), np.float32)
        sums[of[starts]] = np.add.reduceat(table[ids], starts)

        def backward(gradient: Floats) -> list[Floats]:
            moved = np.zeros_like(table)
            np.add.at(moved, ids, gradient[of])
            model.inc_grad("E", moved)
            return []

        return sums, backward

    def start(model: Any, X: Any = None, Y: Any = None) -> None:
        model.set_param("E", np.random.normal(0, 0.1, (features, _SIZE)).astype(np.float32))

    return Model("sums", forward, init=start, params={"E": None})


def _normal(width: int) -> Layer:
    """Make the layer that gives the numbers of each character mean 0 and variance 1, then scales and shifts them.

    It is thinc's ``LayerNorm``, which takes twice as long to read.
    """
    mean = np.full((width, 1), 1 / width, np.float32)

    def forward(model: Any, each: Floats, is_train: bool) -> tuple[Floats, Any]:
        normal = each - each @ mean
        narrowed = ((normal * normal) @ mean + _LEAST_VARIANCE) ** -0.5
        normal *= narrowed
        scale: Floats = model.get_param("G")

        def backward(gradient: Floats) -> Floats:
            model.inc_grad("b", gradient.sum(axis=0))
            model.inc_grad("G", (gradient * normal).sum(axis=0))
            along = gradient * scale
            along -= along @ mean + normal * ((along * normal) @ mean)
            along *= narrowed
            return along

        scaled = normal * scale
        scaled += model.get_param("b")
        return scaled, backward

    def start(model: Any, X: Any = None, Y: Any = None) -> None:
        model.set_param("G", np.ones(width, np.float32))
        model.set_param("b", np.zeros(width, np.float32))

    return Model("normal", forward, init=start, params={"G": None, "b": None})


def _window(distance: int) -> Layer:
    """Make the layer that puts side by side what stands for a character and for those so far before and behind it."""

    def forward(model: Layer, each: Floats, is_train: bool) -> tuple[Floats, Any]:
        width = each.shape[1]
        side = np.zeros((len(each), 3 * width), np.float32)
        side[distance:, :width] = each[:-distance]
        side[:, width : 2 * width] = each
        side[:-distance, 2 * width :] = each[distance:]

        def backward(gradient: Floats) -> Floats:
            total = gradient[:, width : 2 * width].copy()
            total[:-distance] += gradient[distance:, :width]
            total[distance:] += gradient[:-distance, 2 * width :]
            return total

        return side, backward

    return Model("window", forward)
