"""Infers which strategy a work serves where nothing in the text relates it to one: by its subject matter, as learned.

A researcher who knows the definitions links a pig farm to the strategy of animal husbandry though no sentence does. A
log-linear model tells how likely that is, by what the two names, the work's sentence and its heading are about, by
where they stand, and by what the text says of the strategy. Trained by ``python -m extract.training``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.document import Span
from extract.learned.classifier import MODELS, likelihood, opened
from extract.mentions import WORKS, Mentions, is_body
from extract.names import alternation, lexicon
from extract.relations.announcements import is_result_sentence
from extract.relations.topics import topics_of
from extract.surface import folded_text
from ontology.terms import STATED, Basis, Kind, Level, Predicate

MODEL = "inference.crfsuite"
"""The model's file name, beside the tagger's."""
SERVES, NOT = "serves", "not"
"""The model's labels for a work and a strategy."""

_NO_SUBJECT = re.compile("、|政府$")
"""Lists of mottoes and kinds of government (廉洁政府) are about all or none: of 88 links to them 13 were right."""
_DISTANCES = (150, 400, 1500)
"""Characters between a strategy and a work behind it that make a difference."""
_FAR = 600
"""Characters from a strategy to a work behind it that is seldom for it: 6 of 20 were."""
_HARDLY = 0.45
"""How sure at most a strategy far before a work is, or one only behind it (48 of 130 right, before it 127 of 159)."""
_MANY = 5
"""A strategy that more works serve by what the text says is as good as one that so many do."""


class Pair(NamedTuple):
    """A work that nothing relates to a strategy, and a strategy that it may serve.

    Attributes:
        sentence: that first names the work.
        near: whether the strategy is named in that sentence, or not far before it.
        features: what the model goes by.
    """

    work: Entity
    goal: Entity
    sentence: Span
    near: bool
    features: list[str]


class _Goal(NamedTuple):
    """A strategy that works may serve.

    Attributes:
        starts: where its mentions begin.
        topics: what its name is about.
        words: the pairs of characters in its name, without the speaker's own.
        whose: whether it is the speaker's own, whether it is known, and whether it names the speaker.
        served: how many works serve it by what the text says.
    """

    entity: Entity
    starts: list[int]
    topics: frozenset[str]
    words: list[str]
    whose: str
    served: int


def pairs(doc: Doc) -> Iterator[list[Pair]]:
    """Describe, for each work that no claim relates to a strategy, every strategy that it may serve.

    Reports of the nation and of provinces are left out: they name too much besides, and two of five links were right.
    So is what the glossary at a document's end names first: of such links one of eight was right.

    Args:
        doc: with entities, and with the claims of the readers of relations.

    Yields:
        One list a work, never empty.
    """
    if doc._.document.metadata.wide:
        return
    reading = _Reading(doc)
    for work in reading.mentions.entities:
        if work.kind not in WORKS or work.id in reading.serving or is_body(work) or reading.in_glossary(work):
            continue
        if work.id in reading.mentions.conferring:
            continue
        described = list(reading.pairs(work))
        if described:
            yield described


class _Reading:
    """One document being read."""

    def __init__(self, doc: Doc) -> None:
        self.mentions = Mentions.of(doc)
        self.folded = folded_text(doc)
        self.speaker: Level | None = doc._.document.metadata.level
        self.serving: set[str] = set()
        served: Counter[str] = Counter()
        domain, range_ = STATED[Predicate.SERVES]
        for claim in doc._.claims:
            if claim.predicate is Predicate.SERVES:
                work, goal = self.mentions.at(claim.subject, domain), self.mentions.at(claim.object, range_)
                if work is not None and goal is not None:
                    self.serving.add(work.id)
                    served[goal.id] += 1
        place = doc._.document.metadata.place
        self.home = place.name[:2] if place is not None else ""
        strategies = [e for e in self.mentions.entities if e.kind is Kind.STRATEGY and not _guides().search(e.name)]
        aims = [e for e in strategies if not _NO_SUBJECT.search(e.name)]
        self.goals = [self._goal(entity, served[entity.id]) for entity in aims]
        own = sum(entity.level is self.speaker for entity in strategies)
        self.document = f"{self.speaker}{min(_MANY, own)}"

    def in_glossary(self, work: Entity) -> bool:
        """Tell whether a work is named first where terms are explained, in a document that is more than a glossary."""
        structure, whole = self.mentions.structure, self.mentions.whole
        index = structure.section_at(work.mentions[0].start)
        if index is None or structure.sections[index].role != "glossary":
            return False
        glossary = structure.sections[index].span
        return 2 * (glossary.end - glossary.start) < whole.end - whole.start

    def _goal(self, entity: Entity, served: int) -> _Goal:
        level = "own" if entity.level is self.speaker else "nation" if entity.level is Level.NATIONAL else "other"
        name = re.sub('["“”]', "", entity.name)
        bare = name.replace(self.home, "") if self.home else name
        return _Goal(
            entity,
            [span.start for span in entity.mentions],
            topics_of(entity.name, "goal"),
            sorted({bare[at : at + 2] for at in range(len(bare) - 1)}),
            f"{level}{entity.concept is not None}{bare != name}",
            min(_MANY, served),
        )

    def pairs(self, work: Entity) -> Iterator[Pair]:
        """Describe a work with each strategy."""
        at, sentence = work.mentions[0].start, self.mentions.sentence(work.mentions[0])
        structure = self.mentions.structure
        path = structure.path(structure.section_at(at))
        part = structure.sections[path[-1]].span if path else self.mentions.whole
        heading = structure.sections[path[0]].heading if path else None
        above = self.folded[heading.start : heading.end] if heading is not None else ""
        about = topics_of(work.name, "work")
        around = topics_of(self.folded[sentence.start : sentence.end], "work") - about
        headed = topics_of(above, "work") | topics_of(above, "goal")
        for goal in self.goals:
            whose, served, where = goal.whose, goal.served, self._where(goal.starts, at, sentence)
            if where == "line" and self._turns(goal.starts, at):
                continue
            shared = "".join(str(min(2, len(topics & goal.topics))) for topics in (about, around, headed))
            beside = any(part.start <= start < part.end for start in goal.starts)
            near = where == "sentence" or any(0 <= at - start < _FAR for start in goal.starts)
            yield Pair(
                work,
                goal.entity,
                sentence,
                near,
                [
                    work.kind,
                    f"document{self.document}",
                    f"kind{work.kind}{whose}",
                    f"whose{whose}{self.document}",
                    f"level{goal.entity.level}{self.speaker}",
                    f"where{where}",
                    f"where{where}{whose}{beside}",
                    f"where{where}{served}",
                    f"topics{shared}",
                    f"topics{shared}{whose}",
                    f"topics{shared}{where}",
                    f"topics{shared}{work.kind}",
                    f"served{served}{whose}",
                    *(f"goal{word}" for word in goal.words),
                    *(f"about{topic}{word}" for topic in sorted(about) for word in goal.words),
                    *(f"around{topic}{word}" for topic in sorted(around) for word in goal.words),
                    *(f"headed{topic}{word}" for topic in sorted(headed) for word in goal.words),
                    *(f"ends{work.name[-2:]}{word}" for word in goal.words),
                ],
            )

    def _turns(self, starts: list[int], at: int) -> bool:
        """Tell whether a result (生态建设成效明显。) parts a strategy and a work of one line: 6 of 12 were for it."""
        between = self.folded[starts[bisect_right(starts, at) - 1] : at].split("。")[1:-1]
        return any(is_result_sentence(sentence) for sentence in between)

    def _where(self, starts: list[int], at: int, sentence: Span) -> str:
        """Tell where a strategy is named nearest before a work that begins at an offset in a sentence."""
        if any(sentence.start <= start < sentence.end for start in starts):
            return "sentence"
        if starts[0] > at:
            return "behind"
        before = starts[bisect_right(starts, at) - 1]
        if "\n" not in self.folded[before:at]:
            return "line"
        return str(sum(at - before > distance for distance in _DISTANCES))


@cache
def _guides() -> re.Pattern[str]:
    """Return what thoughts, meetings and speeches are called, which guide all work and are no single work's goal."""
    return re.compile(f"{alternation(lexicon('relations')['preamble']['meetings'])}|思想|精神$")


@dataclass(frozen=True, slots=True)
class InferenceReader:
    """Claims the likeliest strategy of each work that nothing else relates to one.

    Attributes:
        models: folder of the model; without one nothing is claimed.
        threshold: less likely service is not claimed.
    """

    models: Path
    threshold: float

    def __call__(self, doc: Doc) -> Doc:
        """Append the claims."""
        model = opened(self.models, MODEL)
        if model is None:
            return doc
        for choices in pairs(doc):
            likely = [likelihood(model, pair.features, SERVES) for pair in choices]
            best, (work, goal, sentence, near, _) = max(zip(likely, choices, strict=True), key=lambda found: found[0])
            if best >= self.threshold:
                span, aim, sure = work.mentions[0], goal.mentions[0], _confidence(best)
                sure = sure if near else min(sure, _HARDLY)
                doc._.claims.append(
                    Claim(span, Predicate.SERVES, aim, Basis.INFERRED, sure, sentence, "policy_inference/subject")
                )
        return doc


def _confidence(likely: float) -> float:
    """Return the share of links so likely that were right: 0.4 at a likelihood of 0.4, three of four of the surest.

    >>> _confidence(0.4), _confidence(1.0)
    (0.4, 0.75)
    """
    return round(0.4 + 0.58 * (likely - 0.4), 2)


@Language.factory("policy_inference", default_config={"models": None, "threshold": 0.5})
def make_inference_reader(nlp: Language, name: str, models: str | None, threshold: float) -> InferenceReader:
    """Create the judge of service; ``models`` names another folder of models than the bundled one."""
    return InferenceReader(Path(models) if models else MODELS, threshold)
