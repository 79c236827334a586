"""A learned choice: a log-linear model that weighs the features of one thing. Trained by ``extract.training``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pycrfsuite

MODELS = Path(__file__).parent / "model"
"""The folder of the bundled models."""


def classify(model: Path, features: Sequence[str]) -> str | None:
    """Return the label that a model finds likeliest, None where there is no such model."""
    if not model.exists():
        return None
    label: str = _opened(model).tag([features])[0]
    return label


@cache
def _opened(model: Path) -> pycrfsuite.Tagger:
    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))
    return tagger
