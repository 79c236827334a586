"""Tells how far a project has come: completed, ongoing or planned, by the words around its name.

A rule reads the telling words (``lexicon/kinds.toml``, ``Project.status``); a learned model weighs its reading with the
wording of the clause, as annotators did. Trained with the tagger: ``python -m extract.training``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from extract.classifier import classify
from extract.document import Span, Structure
from extract.names import lexicon
from ontology.terms import Kind, Level, Period, Status

MODEL = "status.crfsuite"
"""The model's file name, beside the tagger's."""
_REACH = 60
_NEAR = 24
"""How far the rule and the model read to either side of a name, at most to the clause's end; in characters."""
_LIST_OPENS, _LIST_ENDS = 8, 10
"""How much is read at either end of a clause that lists works, where it is said of all: 建成|甲路、乙桥等|三个项目."""


def status_by_rule(before: str, behind: str, *, plan: bool) -> Status:
    """Tell by rule how far a project has come from the words around one of its mentions.

    Args:
        before: the clause before the name.
        behind: the clause behind it.
        plan: whether the passage looks ahead.

    >>> status_by_rule("", "顺利完工", plan=False)
    <Status.COMPLETED: 'completed'>
    >>> status_by_rule("持续推进", "，确保按期建成投产", plan=True)
    <Status.ONGOING: 'ongoing'>
    """
    if plan:
        return Status.ONGOING if _says("continued", before + "|" + behind) else Status.PLANNED
    if _says("prepared_before", before):
        return Status.PLANNED
    if _says("ongoing_behind", behind) or _says("ongoing_before", before):
        return Status.ONGOING
    if _says("completed", behind) or _says("completed", before):
        return Status.COMPLETED
    return Status.ONGOING if _says("kept_up_before", before) else Status.COMPLETED


def _says(progress: str, words: str) -> bool:
    return any(word in words for word in lexicon("kinds")[Kind.PROJECT]["status"][progress])


def features(mentions: Sequence[Span], folded: str, structure: Structure, level: Level | None) -> list[str]:
    """Describe what is said around a project's mentions, for the model.

    Args:
        mentions: where it is named.
        folded: folded text.
        structure: of the document; tells whether a passage looks back or ahead.
        level: of the document; what 推进 says of a work differs with who says it.
    """
    found = {f"level{level}"}
    for span in mentions[:3]:
        looks = structure.period_at(span.start)
        period, plan = str(looks), looks is Period.PLAN
        before, behind, following = _clauses(span, folded)
        reading = status_by_rule(before, behind, plan=plan)
        found |= {f"r{reading}", period, f"r{reading}{period}", "n" + folded[span.end - 2 : span.end]}
        found |= {f"lb{period}{before[-2:]}", f"fb{period}{before[:2]}"}
        found |= {f"fa{period}{behind[:2]}", f"la{period}{behind[-2:]}"}
        found |= {f"level{level}{period}", f"then{following[:2]}"} | {f"then{period}{following[:n]}" for n in (2, 3, 4)}
        said = [("b", before[-_NEAR:]), ("a", behind[:_NEAR])]
        if "、" in before:
            said.append(("b", before[:_LIST_OPENS]))
        if "、" in behind:
            said.append(("a", behind[-_LIST_ENDS:]))
        for side, words in said:
            for piece in _pieces(words):
                found |= {side + piece, side + period + piece}
    return sorted(found)


def _clauses(span: Span, folded: str) -> tuple[str, str, str]:
    """Return what stands before a name in its clause, what stands behind it there, and the following clause."""
    before = re.split("[，。；！\n]", folded[max(0, span.start - _REACH) : span.start])[-1]
    behind, *others = re.split("[，。；！\n]", folded[span.end : span.end + _REACH])
    return before, behind, others[0] if others else ""


def _pieces(words: str) -> Iterator[str]:
    for size in (2, 3):
        yield from (words[at : at + size] for at in range(len(words) - size + 1))


def status(mentions: Sequence[Span], folded: str, structure: Structure, level: Level | None, models: Path) -> Status:
    """Tell how far a project has come from all its mentions.

    Args:
        mentions: where it is named, in the order of the text.
        folded: folded text.
        structure: of the document; tells whether a passage looks back or ahead.
        level: of the document.
        models: the folder with the model; without one the rule alone decides.
    """
    if (models / MODEL).exists():
        return Status(classify(models / MODEL, features(mentions, folded, structure, level)))
    readings = [
        status_by_rule(*_clauses(span, folded)[:2], plan=structure.period_at(span.start) is Period.PLAN)
        for span in mentions
    ]
    if Status.COMPLETED in readings and len(set(readings)) > 1:
        return Status.ONGOING if readings[-1] is not Status.COMPLETED else Status.COMPLETED
    return readings[-1]
