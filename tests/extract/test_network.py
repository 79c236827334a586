"""The network over characters: it learns, is read back as it was written, and reads long texts block by block."""

from pathlib import Path

import numpy as np
import pytest
from thinc.api import LayerNorm

from extract.learned import network
from extract.learned.network import Network, Sample
from extract.learned.traits import Seen

_TEXT = "建设甲村水库，建设乙村公路。" * 12
_SEEN = Seen(_TEXT, [], [])
_LABELS = np.array([[int(mark in "甲乙"), int(mark in "水库公路")] for mark in _TEXT])


@pytest.fixture(scope="module")
def trained() -> Network:
    """Return a network that was told of 甲 and 乙 in one group of labels, of works in another."""
    return Network.train([Sample(_SEEN, _LABELS)] * 60, [2, 2])


def test_it_learns_what_it_is_told(trained: Network) -> None:
    """Of each group of labels, the likeliest is the one that the samples have."""
    told = [likely.argmax(axis=1).tolist() for likely in trained.likelihoods(_SEEN)]
    assert told == _LABELS.T.tolist()


def test_likelihoods_of_a_group_add_up_to_one(trained: Network) -> None:
    """Characters never met, and a text of one character or none, are no exception."""
    for text in (_TEXT, "陌", "\n", ""):
        for likely in trained.likelihoods(Seen(text, [], [])):
            assert likely.shape == (len(text), 2)
            assert np.allclose(likely.sum(axis=1), 1)


def test_its_layer_of_even_numbers_is_that_of_thinc() -> None:
    """Forward and backward, ours gives what thinc's slower ``LayerNorm`` gives."""
    draw = np.random.default_rng(0)
    numbers, gradient = draw.normal(1, 2, (2, 50, 16)).astype(np.float32)
    results = []
    for layer in (network._normal(16), LayerNorm(16)):
        layer.initialize()
        layer.set_param("G", np.linspace(0.5, 2, 16, dtype=np.float32))
        scaled, back = layer(numbers, True)
        results.append((scaled, back(gradient.copy()), layer.get_grad("G"), layer.get_grad("b")))
    for ours, theirs in zip(*results, strict=True):
        assert np.allclose(ours, theirs, atol=1e-5)


def test_a_long_text_reads_as_its_blocks_do(trained: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a block ends makes no difference: each is read with all that its characters see around them."""
    whole = trained.likelihoods(_SEEN)
    monkeypatch.setattr(network, "_BLOCK", 7)
    for at_once, in_blocks in zip(whole, trained.likelihoods(_SEEN), strict=True):
        assert np.allclose(at_once, in_blocks, atol=1e-5)


def test_it_is_read_back_as_written(trained: Network, tmp_path: Path) -> None:
    """A second training gives the same bytes, and a network of sixteen bits a number tells the same."""
    trained.save(tmp_path / "one.npz")
    Network.train([Sample(_SEEN, _LABELS)] * 60, [2, 2]).save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    read = Network.load(tmp_path / "one.npz")
    assert read.vocabulary.traits == trained.vocabulary.traits
    for before, after in zip(trained.likelihoods(_SEEN), read.likelihoods(_SEEN), strict=True):
        assert np.allclose(before, after, atol=0.01)
