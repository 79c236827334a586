"""How well words go together, as learned from sentences and links of our own making."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from extract.learned import affinity
from extract.learned.affinity import Affinity
from extract.relations.topics import things

FIRST = ord("竹")  # of characters that no lexicon here calls general
WORDS = [[f"{chr(FIRST + 80 * topic + n)}{chr(FIRST + 80 * topic + n + 40)}" for n in range(40)] for topic in range(3)]
"""Words of three topics, a pair of characters each."""
KNOWN = [[word for word in topic if things(word)] for topic in WORDS]


@pytest.fixture(scope="module")
def learned() -> Affinity:
    """Return what is learned where work of the first topic serves strategies of the second, and the other way round."""
    draw = random.Random(0)
    texts = ["。".join("，".join(draw.sample(topic, 6)) for _ in range(200)) for topic in KNOWN]
    links = [
        [link for n in range(5) for link in ((ones[n], others[n]), (KNOWN[2][n], KNOWN[2][n + 5]))]
        for ones, others in [(KNOWN[0], KNOWN[1])] * 20 + [(KNOWN[1], KNOWN[0])] * 20
    ]
    return Affinity.of(affinity.meanings(texts), links)


def words(learned: Affinity, *texts: str) -> affinity.Words:
    return learned.words([things(text) for text in texts])


def test_words_of_the_same_sentences_are_alike(learned: Affinity) -> None:
    assert all(len(topic) > 30 for topic in KNOWN)
    ones = words(learned, *("，".join(topic[:3]) for topic in KNOWN))
    others = words(learned, *("，".join(topic[3:6]) for topic in KNOWN))
    alike = ones.alike(others)
    assert (alike.diagonal() > 0.3).all()
    assert (alike < 0.05).sum() == 6


def test_work_goes_with_what_its_like_has_served(learned: Affinity) -> None:
    one, other, third = (words(learned, topic[0]) for topic in KNOWN)
    assert one.serve(other) > 1 and other.serve(one) > 1
    assert abs(one.serve(third)) < 0.1 and abs(one.serve(one)) < 0.1
    assert one.serve(words(learned, KNOWN[1][1])) < -0.3, "where the one is named, the other is served less often"


def test_unknown_words_go_with_nothing(learned: Affinity) -> None:
    known, unknown = words(learned, KNOWN[0][0]), words(learned, "龘靐", "")
    assert not unknown.alike(known).any() and not unknown.serve(known).any() and not known.serve(unknown).any()
    assert unknown.sizes.tolist() == [[1], [1]]


def test_what_was_saved_says_the_same(learned: Affinity, tmp_path: Path) -> None:
    learned.save(tmp_path / affinity.MODEL)
    opened = affinity.opened(tmp_path / affinity.MODEL)
    assert opened is not None
    one, other = (words(each, KNOWN[0][0], KNOWN[1][0]) for each in (learned, opened))
    assert np.allclose(one.serve(one), other.serve(other), atol=0.02)
    assert np.allclose(one.alike(one), other.alike(other), atol=0.005)
    assert affinity.opened(tmp_path / "missing.npz") is None
