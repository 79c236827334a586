"""The models that ``extract.training`` makes: where they lie, opened once; what one says of a thing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pycrfsuite

MODELS = Path(__file__).parents[1] / "model"
"""The folder of the bundled models."""


def classify(model: pycrfsuite.Tagger, features: Sequence[str], *, doubt: str | None = None) -> str:
    """Return the label that a log-linear model finds likeliest for one thing.

    Args:
        model: the opened model.
        features: of the thing.
        doubt: the label that says that nothing tells; returned only where it is likelier than all others together.
    """
    label: str = model.tag([features])[0]
    if label == doubt and model.marginal(label, 0) <= 0.5:
        label = max((known for known in model.labels() if known != doubt), key=lambda known: model.marginal(known, 0))
    return label


def likelihood(model: pycrfsuite.Tagger, features: Sequence[str], label: str) -> float:
    """Return how likely a log-linear model finds a label for one thing, 0 to 1."""
    model.set([features])
    likely: float = model.marginal(label, 0)
    return likely


@cache
def opened(folder: Path, model: str) -> pycrfsuite.Tagger | None:
    """Open a model of a folder, None where it is not there; the next call for it returns the same."""
    if not (folder / model).exists():
        return None
    tagger = pycrfsuite.Tagger()
    tagger.open(str(folder / model))
    return tagger
