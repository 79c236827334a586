"""What the models go by: windows that end where lines end, runs, and sums that are those of the rows one by one."""

from collections import Counter
from itertools import chain

import numpy as np
import pytest

from extract import metadata, pipeline
from extract.document import Document
from extract.learned import traits
from extract.learned.tagger import TAGGER
from extract.learned.traits import Run, Seen, Vocabulary


@pytest.fixture(scope="module")
def seen() -> Seen:
    """Return what is seen of a text with headings, quotation marks, a list and an empty line."""
    text = (
        "丁镇2024年政府工作报告\n\n一、聚焦“三区三地”战略，推进乡村振兴\n"
        "实施甲村水库除险加固、乙村至丙村公路等3个项目。\n坚持桥米飘香、装备登高。"
    )
    finders = pipeline.load(components=pipeline.COMPONENTS[: pipeline.COMPONENTS.index(TAGGER)])
    return traits.seen(pipeline.process(finders, metadata.describe(Document("a", text, "a"))))


def test_windows_do_not_run_over_the_ends_of_lines() -> None:
    """What stands in the next line is not seen; a line's end has one trait."""
    rows = Seen("甲乙\n丙", [], []).rows(beside=True)
    assert {"0甲", "< 甲", "^ 甲乙", "- ", "+乙", ">甲乙", "(  ", ")乙 "} <= set(rows[0])
    assert {"^甲乙 ", "+ ", ")  "} <= set(rows[1])
    assert rows[2] == [traits.LINE_END]
    assert {"^ 丙 ", "(  "} <= set(rows[3])


def test_runs_hold_for_their_characters_and_stop_at_the_ends_of_lines() -> None:
    """What a run says of a character next to it may fall outside of the text."""
    rows = Seen("甲乙\n丙", [Run("h", 0, 3)], [Run("+q", -1, 1), Run("-q", 3, 5)]).rows(beside=True)
    assert ["h" in row for row in rows] == [True, True, False, False]
    assert ["+q" in row for row in rows] == [True, False, False, False]
    assert ["-q" in row for row in rows] == [False, False, False, True]
    assert not any("+q" in row for row in Seen("甲", [], [Run("+q", 0, 1)]).rows(beside=False))


def test_the_text_shows_what_rules_propose_marks_and_headings(seen: Seen) -> None:
    """Of the quoted name: its quotation marks, the finder that proposes it, and the heading that it stands in."""
    row = seen.rows(beside=True)[seen.folded.index("三区三地")]
    assert {"q", "qb", "h"} <= set(row)
    assert any(trait.startswith("bStrategy:quotations") for trait in row)
    after = seen.rows(beside=True)[seen.folded.index("三区三地") + 1]
    assert not any(trait.startswith("bStrategy:quotations") for trait in after)


@pytest.mark.parametrize("beside", [False, True])
def test_sums_are_those_of_the_rows_one_by_one(seen: Seen, beside: bool) -> None:
    """The quick way finds the same numbers, of known traits and of others, also where runs lie beside the text."""
    met = Counter(chain.from_iterable(seen.rows(beside=True)))
    known = sorted(trait for number, trait in enumerate(met) if number % 3)
    vocabulary = Vocabulary("\n".join(known), beside=beside)
    table = np.random.default_rng(0).normal(size=(len(known) + 1, 5)).astype(np.float32)
    for text in (seen, Seen("", [], []), Seen("\n", [], []), Seen("甲", [Run("q", -1, 3)], [])):
        assert np.allclose(vocabulary.sums(text, table), vocabulary.bags(text).sums(table), atol=1e-5)
