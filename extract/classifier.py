"""The models that ``extract.training`` makes: where they lie, opened once; and a learned choice by one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pycrfsuite

MODELS = Path(__file__).parent / "model"
"""The folder of the bundled models."""


def classify(model: Path, features: Sequence[str]) -> str | None:
    """Return the label that a log-linear model finds likeliest for one thing, None where there is no such model."""
    if not model.exists():
        return None
    label: str = opened(model).tag([features])[0]
    return label


@cache
def opened(model: Path) -> pycrfsuite.Tagger:
    """Open a model; the next call for it returns the same."""
    tagger = pycrfsuite.Tagger()
    tagger.open(str(model))
    return tagger
