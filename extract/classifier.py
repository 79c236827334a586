"""The models that ``extract.training`` makes: where they lie, opened once; what one says of a thing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pycrfsuite

MODELS = Path(__file__).parent / "model"
"""The folder of the bundled models."""


def classify(model: Path, features: Sequence[str], *, doubt: str | None = None) -> str:
    """Return the label that a log-linear model finds likeliest for one thing.

    Args:
        model: the model's file.
        features: of the thing.
        doubt: the label that says that nothing tells; returned only where it is likelier than all others together.
    """
    tagger = opened(model)
    label: str = tagger.tag([features])[0]
    if label == doubt and tagger.marginal(label, 0) <= 0.5:
        label = max((known for known in tagger.labels() if known != doubt), key=lambda known: tagger.marginal(known, 0))
    return label


def likelihood(model: Path, features: Sequence[str], label: str) -> float:
    """Return how likely a log-linear model finds a label for one thing, 0 to 1."""
    tagger = opened(model)
    tagger.set([features])
    likely: float = tagger.marginal(label, 0)
    return likely


@cache
def opened(model: Path) -> pycrfsuite.Tagger:
    """Open a model; the next call for it returns the same."""
    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))
    return tagger
