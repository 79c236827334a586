"""How well the words of two names go together that have none in common (养老保险, 幸福民生).

Each pair of characters that texts of training often hold has three vectors. By the first, pairs are alike that stand
in sentences with the same others: a latent semantic analysis of their positive pointwise mutual information (Levy and
Goldberg 2014). The product of one pair's second and another's third is how much more often than by chance, in
logarithms, annotators let work that the one names serve a strategy that the other names. Trained by
``extract.training``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from extract.learned.traits import Floats, Integers
from extract.relations.topics import things

MODEL = "affinity.npz"

_SENTENCE = re.compile("[。！？\n]")
_LEAST = 8
"""How many sentences of the texts of training hold a pair that is known."""
_MEANING, _SERVICE = 64, 48
"""Numbers of a vector of the first sort, and of the second and third."""
_CAUTION = 3.0
"""Links that a chance is taken to bring, and to have brought: what few links tell counts little."""
_TELLING = 2
"""Links, by chance or annotated, without which two pairs of characters tell nothing."""


class Words(NamedTuple):
    """What the words of several texts stand for, a row a text.

    Attributes:
        meaning: vectors of length one, alike where what the texts are about is alike; of length zero where no pair of
            a text is known.
        serving: what work of these words was annotated to serve.
        served: what strategies of these words were annotated to be served by.
        sizes: how many pairs of characters each has, at least one (a column).
    """

    meaning: Floats
    serving: Floats
    served: Floats
    sizes: Floats

    def alike(self, others: Words) -> Floats:
        """Tell how alike each of these is to each of the others: the cosine."""
        cosines: Floats = self.meaning @ others.meaning.T
        return cosines

    def serve(self, strategies: Words) -> Floats:
        """Tell how much more often than by chance work of these words serves strategies of the others: log odds."""
        odds: Floats = self.serving @ strategies.served.T
        return odds


class Meanings(NamedTuple):
    """The pairs of characters that texts of training often hold, and what each means (pairs by numbers)."""

    pairs: Sequence[str]
    vectors: Floats


class Affinity:
    """The vectors of the known pairs of characters."""

    def __init__(self, pairs: Sequence[str], vectors: Floats) -> None:
        self._pairs = pairs
        self._places = {pair: place for place, pair in enumerate(pairs, 1)}
        self._vectors = np.vstack([np.zeros((1, vectors.shape[1]), np.float32), vectors])

    def words(self, texts: Sequence[Collection[str]]) -> Words:
        """Return what texts stand for.

        Args:
            texts: of each, its pairs of characters (``things``); at least one text.
        """
        places = [[0, *sorted(self._places[pair] for pair in text if pair in self._places)] for text in texts]
        starts = np.cumsum([0, *map(len, places[:-1])])
        sums = np.add.reduceat(self._vectors[list(chain.from_iterable(places))], starts)
        meaning, serving, served = np.split(sums, [_MEANING, _MEANING + _SERVICE], axis=1)
        sizes = np.array([[max(1, len(text))] for text in texts], np.float32)
        return Words(_unit(meaning), serving, served, sizes)

    def save(self, path: Path) -> None:
        """Write the vectors, each number to sixteen bits; the same vectors give the same bytes."""
        text = np.frombuffer("".join(self._pairs).encode(), np.uint8)
        np.savez_compressed(path, pairs=text, vectors=self._vectors[1:].astype(np.float16))

    @classmethod
    def of(cls, meanings: Meanings, links: Iterable[Sequence[tuple[str, str]]]) -> Affinity:
        """Learn what serves what.

        Args:
            meanings: of the pairs of characters.
            links: of each document, the names of work and of the strategy that it is annotated to serve.
        """
        from scipy.sparse import csr_matrix, diags  # only for training: the package goes without it

        documents = [document for document in links if document]
        number = np.repeat(np.arange(len(documents)), list(map(len, documents)))
        every = list(chain.from_iterable(documents))
        within = csr_matrix((np.ones(len(every), np.float32), (number, np.arange(len(every)))))
        works, goals = (_held([things(link[end]) for link in every], meanings.pairs) for end in (0, 1))
        shares = diags(1 / np.array(list(map(len, documents)), np.float32))
        chance = ((within @ works).T @ (shares @ within @ goals)).tocoo()
        told = np.asarray((works.T @ goals).tocsr()[chance.row, chance.col]).ravel()
        keep = chance.data + told >= _TELLING
        odds = np.log((told[keep] + _CAUTION) / (chance.data[keep] + _CAUTION))
        serving, served = _factors(odds, chance.row[keep], chance.col[keep], len(meanings.pairs), _SERVICE)
        return cls(meanings.pairs, np.hstack([meanings.vectors, serving, served]).astype(np.float32))


def meanings(texts: Iterable[str]) -> Meanings:
    """Learn what pairs of characters mean from the sentences of texts that hold them."""
    sentences = [things(sentence) for text in texts for sentence in _SENTENCE.split(text)]
    met = Counter(chain.from_iterable(sentences))
    pairs = sorted(pair for pair, times in met.items() if times >= _LEAST)
    held = _held(sentences, pairs)
    together = (held.T @ held).tocoo()
    times = np.array([met[pair] for pair in pairs], np.float32)
    odds = np.log(together.data * len(sentences) / (times[together.row] * times[together.col]))
    keep = (together.row != together.col) & (together.data >= _TELLING) & (odds > 0)
    vectors, _ = _factors(odds[keep], together.row[keep], together.col[keep], len(pairs), _MEANING)
    telling = np.log(len(sentences) / times)
    return Meanings(pairs, _unit(vectors) * telling[:, None])


def _unit(vectors: Floats) -> Floats:
    """Return vectors of length one; those of length zero stay so."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _held(texts: Sequence[Collection[str]], pairs: Sequence[str]) -> Any:
    """Return which of the pairs each text holds, as a sparse matrix (texts by pairs)."""
    from scipy.sparse import csr_matrix

    places = {pair: place for place, pair in enumerate(pairs)}
    found = [(row, places[pair]) for row, text in enumerate(texts) for pair in text if pair in places]
    rows, columns = np.array(found, np.int64).reshape(-1, 2).T
    return csr_matrix((np.ones(len(found), np.float32), (rows, columns)), shape=(len(texts), len(pairs)))


def _factors(numbers: Floats, rows: Integers, columns: Integers, size: int, width: int) -> tuple[Floats, Floats]:
    """Return two narrow matrices whose product is nearest to a square sparse one (singular value decomposition)."""
    from scipy.sparse import csr_matrix
    from sklearn.utils.extmath import randomized_svd

    square = csr_matrix((numbers, (rows, columns)), shape=(size, size))
    left, strengths, right = randomized_svd(square, min(width, size), random_state=0)
    both = [factor * np.sqrt(strengths) for factor in (left, right.T)]
    left, right = (
        np.pad(factor, ((0, 0), (0, width - len(strengths)))) for factor in both
    )  # where few pairs are known
    return left, right


@cache
def opened(path: Path) -> Affinity | None:
    """Read vectors that were saved, None where there are none; the next call for them returns the same."""
    if not path.exists():
        return None
    with np.load(path) as saved:
        text = saved["pairs"].tobytes().decode()
        return Affinity([text[at : at + 2] for at in range(0, len(text), 2)], saved["vectors"].astype(np.float32))
