"""A convolutional network over characters, made of the layers of thinc, spaCy's own library of them.

It sees sixteen characters to either side, and tells of each character how likely it begins, continues or ends a name.
Where the CRFs of ``tagger`` go by the very words, it goes by what is alike. Trained by ``extract.training``.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import chain as joined
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
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

from extract.learned.traits import Bags, Floats, Integers, Seen, Vocabulary

MODEL = "network.npz"

Layer = Model[Any, Any]
"""A layer; thinc's types of arrays say no more of ours."""

_SIZE = 64
"""Numbers that stand for a trait."""
_WIDTH = 128
"""Numbers that stand for a character with its surroundings."""
_DISTANCES = (1, 1, 2, 4, 8)
"""How far to either side each layer looks, in characters."""
_REACH = sum(_DISTANCES)
_BLOCK = 1000
"""Characters read at once."""
_KNOWN, _KNOWN_PAIR, _KNOWN_TRIPLE = 4, 8, 20
"""How often a trait must have been met to be known, and one that spells out two or three characters."""
_DROPPED = 0.3
"""The share of numbers between layers that training hides."""
_HIDDEN = 0.12
"""The share of traits that training hides."""
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
        seen: what is seen of its characters.
        labels: of each character, one number a group of labels.
    """

    seen: Seen
    labels: Integers


class _Ops(NumpyOps):  # type: ignore[misc]
    """Thinc's operations, with numpy's product of matrices: two to five times as fast where we tried."""

    def gemm(self, x: Floats, y: Floats, out: Floats | None = None, trans1: bool = False, trans2: bool = False) -> Any:
        return np.matmul(x.T if trans1 else x, y.T if trans2 else y, out=out)

    def relu(self, X: Floats, inplace: bool = False) -> Any:
        return np.maximum(X, 0, out=X)  # what goes in is the sum that the layer has just made


class Network:
    """A trained network.

    Attributes:
        vocabulary: the traits that it knows.
        groups: how many labels each group has; a character has one of each group.
    """

    def __init__(self, traits: str, groups: Sequence[int]) -> None:
        self.vocabulary = Vocabulary(traits, beside=False)
        self.groups = groups
        self._model = _layers(self.vocabulary.size + 1, sum(groups))

    def likelihoods(self, seen: Seen) -> list[Floats]:
        """Return how likely each label is for each character, a matrix for each group (characters by labels).

        Args:
            seen: what is seen of the characters of a text.
        """
        sums, *others = self._model.layers
        table: Any = sums.get_param("E")
        stand_for = self.vocabulary.sums(seen, table)
        found = [np.zeros((0, sum(self.groups)), np.float32)]
        with _THREADS.limit(limits=1):
            for start in range(0, len(stand_for), _BLOCK):
                first = max(0, start - _REACH)
                block = stand_for[first : start + _BLOCK + _REACH]
                for layer in others:
                    block = layer.predict(block)
                found.append(block[start - first :][:_BLOCK])
        return [_softmax(each) for each in self._split(np.concatenate(found))]

    def _split(self, scores: Floats) -> list[Floats]:
        return np.split(scores, np.cumsum(self.groups)[:-1], axis=1)

    def save(self, path: Path) -> None:
        """Write the network, each number to sixteen bits; the same network gives the same bytes."""
        text = np.frombuffer(self.vocabulary.text.encode(), np.uint8)
        weights = {key: np.asarray(node.get_param(name), np.float16) for key, node, name in self._weights()}
        np.savez_compressed(path, features=text, groups=np.array(self.groups), **weights)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Network:
        """Read a network that ``save`` wrote."""
        with np.load(path) as saved:
            network = cls(saved["features"].tobytes().decode(), saved["groups"].tolist())
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
        known = _frequent(row for sample in samples for row in sample.seen.rows(beside=False))
        network = cls("\n".join(known), groups)
        network._model.initialize()
        texts = [(network.vocabulary.bags(sample.seen), sample.labels) for sample in samples]
        steps = _PASSES * math.ceil(len(texts) / _BATCH)
        rate = warmup_linear(_RATE, math.ceil(_WARM * steps), steps)
        adam = Adam(rate, L2=0.0, grad_clip=1.0, use_averages=True)  # type: ignore[arg-type]
        with _THREADS.limit(limits=1):
            for _ in range(_PASSES):
                random.shuffle(texts)
                for at in range(0, len(texts), _BATCH):
                    bags, labels = zip(*texts[at : at + _BATCH], strict=True)
                    network._learn(Bags(*map(np.concatenate, zip(*bags, strict=True))), np.concatenate(labels))
                    network._model.finish_update(adam)
                    adam.step_schedules()
        # The mean of the weights on the way does better than those at its end.
        with network._model.use_params(adam.averages):
            network._model = network._model.copy()
        return network

    def _learn(self, bags: Bags, labels: Integers) -> None:
        scores, back = self._model.begin_update(bags)
        wrong = [_softmax(each) for each in self._split(scores)]
        for each, right in zip(wrong, labels.T, strict=True):
            each[np.arange(len(right)), right] -= 1
        back(np.concatenate(wrong, axis=1) / len(labels))


opened = cache(Network.load)


def _frequent(rows: Iterable[Sequence[str]]) -> list[str]:
    met = Counter(joined.from_iterable(rows))
    least = {"<": _KNOWN_PAIR, "^": _KNOWN_TRIPLE}
    return sorted(trait for trait, times in met.items() if times >= least.get(trait[0], _KNOWN))


def _softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely: Floats = powers / powers.sum(axis=1, keepdims=True)
    return likely


def _layers(traits: int, labels: int) -> Layer:
    first, *others = _DISTANCES
    deeper = [
        residual(chain(_normal(_WIDTH), _window(distance), Relu(_WIDTH, 3 * _WIDTH, dropout=_DROPPED)))
        for distance in others
    ]
    entry = [_sums(traits), _normal(_SIZE), Dropout(_DROPPED), _window(first), Relu(_WIDTH, 3 * _SIZE)]
    model: Layer = chain(*entry, *deeper, Dropout(_DROPPED), Linear(labels, _WIDTH))
    for node in model.walk():
        node.ops = _Ops()
    return model


def _sums(traits: int) -> Layer:
    """Make the layer that stands for a character by the sum of what stands for its traits."""

    def forward(model: Any, bags: Bags, is_train: bool) -> tuple[Floats, Any]:
        table = model.get_param("E")
        if is_train:
            bags = bags.kept(np.random.random(len(bags.ids)) >= _HIDDEN)

        def backward(gradient: Floats) -> list[Floats]:
            moved = np.zeros_like(table)
            np.add.at(moved, bags.ids, gradient[bags.owners])
            model.inc_grad("E", moved)
            return []

        return bags.sums(table), backward

    def start(model: Any, X: Any = None, Y: Any = None) -> None:
        model.set_param("E", np.random.normal(0, 0.1, (traits, _SIZE)).astype(np.float32))

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
