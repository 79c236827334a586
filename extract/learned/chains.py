"""The linear-chain CRFs of ``tagger``: crfsuite trains them; here they are read, all lines of a text at once.

crfsuite itself reads one model and one line at a time, and is asked for each label of each character in a call of its
own: with that the tagger took half as long again, and its files are ten times as large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pycrfsuite

from extract.learned.traits import Floats, Seen, Vocabulary

MODEL = "chains.npz"

_BLOCK = 128
"""Characters of a block; all blocks are read together, step by step."""
_MARGIN = 48
"""Characters on either side that a block is read with: a chain forgets what lies further off."""


class Chains:
    """Trained CRFs, one for each group of labels.

    Within, each group has one label more, the last, which is that of a line's end and of nothing else, so that lines
    are apart though all are read as one.

    Attributes:
        vocabulary: the traits that they know.
        groups: how many labels each has.
    """

    def __init__(self, traits: str, groups: Sequence[int], weights: Floats, passing: Floats) -> None:
        """Take what crfsuite has learned.

        Args:
            traits: those that a CRF knows, sorted, a line each.
            groups: how many labels each CRF has.
            weights: what a trait adds to a label: a row for those not known, one for each trait, a column for each
                label.
            passing: the factor for passing from one label to another, 0 where it can't be.
        """
        self.vocabulary = Vocabulary(traits, beside=True)
        self.groups = groups
        self._weights = weights
        self._passing = passing
        self._columns = _columns(groups)
        self._line_end = [columns.stop - 1 for columns in self._columns]
        self._same_group = np.zeros_like(passing)
        for columns in self._columns:
            self._same_group[columns, columns] = 1
        self._never = np.array([not column.any() for column in passing.T])
        self._never[self._line_end] = True

    @classmethod
    def of(cls, crfs: Mapping[Path, Sequence[str]]) -> Chains:
        """Read files of crfsuite's.

        Args:
            crfs: for each file, the labels in the order of the columns of ``likelihoods``; the first is for what has
                no name.
        """
        learned = [(_learned(path), labels) for path, labels in crfs.items()]
        traits = sorted(set().union(*(model.attributes for model, _ in learned)))
        numbers = {trait: number for number, trait in enumerate(traits, 1)}
        groups = [len(labels) for _, labels in learned]
        width = sum(groups) + len(groups)
        weights, passing = (np.zeros((height, width), np.float32) for height in (len(traits) + 1, width))
        for (model, labels), columns in zip(learned, _columns(groups), strict=True):
            column = {label: place for place, label in enumerate(labels, columns.start) if label in model.labels}
            known = sorted({columns.start, *column.values(), columns.stop - 1})
            passing[np.ix_(known, known)] = 1
            for (one, other), weight in model.transitions.items():
                passing[column[one], column[other]] = np.exp(weight)
            for (trait, label), weight in model.state_features.items():
                weights[numbers[trait], column[label]] = weight
        return cls("\n".join(traits), groups, weights, passing)

    def save(self, path: Path) -> None:
        """Write the chains; the same chains give the same bytes."""
        filled = np.flatnonzero(self._weights)
        np.savez_compressed(
            path,
            traits=np.frombuffer(self.vocabulary.text.encode(), np.uint8),
            groups=np.array(self.groups),
            filled=np.diff(filled, prepend=0),
            weights=self._weights.ravel()[filled],
            passing=self._passing,
        )

    @classmethod
    def load(cls, path: Path) -> Chains:
        """Read chains that ``save`` wrote."""
        with np.load(path) as saved:
            traits, passing = saved["traits"].tobytes().decode(), saved["passing"]
            weights = np.zeros((traits.count("\n") + 2, len(passing)), np.float32)
            weights.ravel()[np.cumsum(saved["filled"])] = saved["weights"]
            return cls(traits, saved["groups"].tolist(), weights, passing)

    def likelihoods(self, seen: Seen) -> list[Floats]:
        """Return how likely each label is for each character, a matrix for each group (characters by labels).

        Args:
            seen: what is seen of the characters of a text.
        """
        together = self._together(self._factors(seen))
        likely = []
        for columns in self._columns:
            each = together[:, columns]
            likely.append((each / each.sum(axis=1, keepdims=True))[:, :-1])
        return likely

    def _factors(self, seen: Seen) -> Floats:
        """Return how well each label fits the traits of each character, and of a line's end behind the text."""
        scores = np.zeros((len(seen.folded) + 1, len(self._passing)), np.float32)
        scores[:-1] = self.vocabulary.sums(seen, self._weights)
        scores[:, self._never] = -np.inf
        for columns in self._columns:
            scores[:, columns] -= scores[:, columns].max(axis=1, keepdims=True)
        factors: Floats = np.exp(scores)
        ends = np.append(seen.line_ends, len(seen.folded))
        factors[ends] = 0
        factors[np.ix_(ends, self._line_end)] = 1
        return factors

    def _together(self, factors: Floats) -> Floats:
        """Return how well each label fits all of a line, for each character: the algorithm forward–backward."""
        length = len(factors) - 1
        blocks = np.arange(0, length, _BLOCK)
        places = np.arange(-_MARGIN, _BLOCK + _MARGIN)[:, np.newaxis] + blocks
        places[(places < 0) | (places > length)] = length
        fit = factors[places]
        onward = np.empty_like(fit)
        before = factors[np.full(len(blocks), length)]
        for step in range(len(fit)):
            before = before @ self._passing
            before *= fit[step]
            before /= before @ self._same_group
            onward[step] = before
        back = np.ascontiguousarray(self._passing.T)
        behind = np.ones_like(before)
        for step in range(len(fit) - 1, _MARGIN, -1):
            behind *= fit[step]
            behind = behind @ back
            behind /= behind @ self._same_group
            onward[step - 1] *= behind
        inner: Floats = onward[_MARGIN : _MARGIN + _BLOCK].transpose(1, 0, 2)
        return inner.reshape(-1, inner.shape[2])[:length]


opened = cache(Chains.load)


def _columns(groups: Sequence[int]) -> list[slice]:
    """Return the columns of each group of labels, that of a line's end with them."""
    ends = np.cumsum([size + 1 for size in groups]).tolist()
    return [slice(end - size - 1, end) for size, end in zip(groups, ends, strict=True)]


def _learned(path: Path) -> pycrfsuite._dumpparser.ParsedDump:
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    return tagger.info()
