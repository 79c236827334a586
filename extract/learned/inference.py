"""Infers which strategy a work serves where nothing in the text relates it to that: by its subject matter, as learned.

A researcher who knows the definitions links a pig farm to the strategy of animal husbandry though no sentence does.
Boosted trees tell how likely that is, by what the two names, the work's sentence and its heading are about, by where
they stand, and by the works that the text itself relates to strategies. Trained by ``python -m extract.training``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.document import Section, Span
from extract.learned import trees
from extract.learned.classifier import MODELS
from extract.learned.traits import Floats, Integers
from extract.mentions import WORKS, Mentions, is_body
from extract.names import alternation, lexicon
from extract.relations.topics import things, topics_of
from extract.surface import folded_text
from ontology.terms import IDEAS, STATED, Basis, Kind, Level, Period, Predicate

MODEL = "inference.npz"
"""The model's file name, beside the tagger's."""

_NO_SUBJECT = re.compile("、|政府$")
"""Lists of mottoes and kinds of government (廉洁政府) are about all or none: of 88 links to them 13 were right."""
_NOWHERE = 100_000
"""Stands for the distance to what is not there, in characters."""

Column = NDArray[Any]
"""One number of each work, of each strategy, or of each pair of these (works by strategies)."""


class Choices(NamedTuple):
    """The strategies that a work may serve, none of which the text relates it to.

    Attributes:
        work: the village, project, policy, slogan or organization.
        sentence: that first names it.
        goals: the strategies, at least one.
        numbers: what the trees go by, a row for each of them.
    """

    work: Entity
    sentence: Span
    goals: Sequence[Entity]
    numbers: Floats


def choices(doc: Doc) -> Iterator[Choices]:
    """Describe each work with every strategy for which something speaks, and to which no claim relates it.

    Reports of the nation and of provinces are left out: they name too much besides, and two of five links were right.
    So is what the glossary at a document's end names first: of such links one of eight was right.

    Args:
        doc: with entities, and with the claims of the readers of relations.
    """
    if doc._.document.metadata.wide:
        return
    reading = _Reading(doc)
    if not reading.works or not reading.goals:
        return
    numbers, may = reading.described()
    for work, sentence, rows, marked in zip(reading.works, reading.sentences, numbers, may, strict=True):
        if marked.any():
            goals = [goal for goal, mark in zip(reading.goals, marked.tolist(), strict=True) if mark]
            yield Choices(work, sentence, goals, rows[marked])


class _Reading:
    """One document being read.

    Attributes:
        works: what may be for a strategy.
        goals: the strategies that it may be for.
        sentences: that first name the works.
        at: where these first stand.
        parts: the sections that each stands in, from the innermost outward.
        said: where the text says of something what strategy it is for, and the number of that among the goals.
        by: what serves each goal by what the text says.
        serving: which works do (works by goals).
        above: which goals are parts of others, or carry them out (goals by goals).
    """

    def __init__(self, doc: Doc) -> None:
        self.mentions = Mentions.of(doc)
        self.structure = self.mentions.structure
        self.folded = folded_text(doc)
        self.speaker: Level | None = doc._.document.metadata.level
        place = doc._.document.metadata.place
        self.home = place.name[:2] if place is not None else ""
        self.works = [e for e in self.mentions.entities if e.kind in WORKS and self._may_serve(e)]
        strategies = (e for e in self.mentions.entities if e.kind is Kind.STRATEGY)
        self.goals = [e for e in strategies if not _guides().search(e.name) and not _NO_SUBJECT.search(e.name)]
        self.sentences = [self.mentions.sentence(work.mentions[0]) for work in self.works]
        self.at = np.array([work.mentions[0].start for work in self.works], np.int64)
        paths = (self.structure.path(self.structure.section_at(start)) for start in self.at.tolist())
        self.parts: list[list[Section]] = [[self.structure.sections[number] for number in path] for path in paths]
        self._read(doc._.claims)

    def _may_serve(self, work: Entity) -> bool:
        return not (is_body(work) or self._in_glossary(work) or work.id in self.mentions.conferring)

    def _in_glossary(self, work: Entity) -> bool:
        """Tell whether a work is named first where terms are explained, in a document that is more than a glossary."""
        index = self.structure.section_at(work.mentions[0].start)
        if index is None or self.structure.sections[index].role != "glossary":
            return False
        glossary, whole = self.structure.sections[index].span, self.mentions.whole
        return 2 * (glossary.end - glossary.start) < whole.end - whole.start

    def _read(self, claims: Iterable[Claim]) -> None:
        """Gather what the text itself relates to the goals."""
        of_goals = {goal.id: number for number, goal in enumerate(self.goals)}
        of_works = {work.id: number for number, work in enumerate(self.works)}
        self.by: list[dict[str, Entity]] = [{} for _ in self.goals]
        self.serving = np.zeros((len(self.works), len(self.goals)), np.int64)
        self.above = np.zeros((len(self.goals), len(self.goals)), np.int64)
        said = []
        for claim in claims:
            serves = claim.predicate is Predicate.SERVES
            if not serves and claim.predicate not in (Predicate.COMPONENT_OF, Predicate.ADVANCES):
                continue
            domain, range_ = STATED[Predicate.SERVES] if serves else (IDEAS, IDEAS)
            one, other = self.mentions.at(claim.subject, domain), self.mentions.at(claim.object, range_)
            if one is None or other is None or other.id not in of_goals:
                continue
            goal = of_goals[other.id]
            if not serves:
                if one.id in of_goals:
                    self.above[of_goals[one.id], goal] = 1
                continue
            said.append((claim.subject.start, goal))
            self.by[goal][one.id] = one
            if one.id in of_works:
                self.serving[of_works[one.id], goal] = 1
        self.said = np.array(sorted(said), np.int64).reshape(-1, 2)

    def described(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Return what the trees go by (works by goals by numbers), and for which pairs something speaks."""
        places, subjects, near, kin = self._places(), self._subjects(), self._near(), self._kin()
        shape = (len(self.works), len(self.goals))
        columns = [np.broadcast_to(column[:, None], shape) for column in self._of_works()]
        columns += [np.broadcast_to(column, shape) for column in self._of_goals()]
        numbers = np.stack([*columns, *places, *subjects, *near, *kin], axis=-1, dtype=np.float32, casting="unsafe")
        _, _, here, headed = places
        beside = (*near[: 3 * _WITHIN : 3], *near[-2:])
        speaks = sum((column > 0 for column in (here, headed, *subjects[:6], *beside)), np.zeros(shape, np.int64))
        return numbers, (speaks > 0) & (self.serving == 0)

    def _of_works(self) -> list[Column]:
        """Describe the works: what each is and where it is first named."""
        edges = np.concatenate([[-_NOWHERE], self.said[:, 0], [len(self.folded) + _NOWHERE]])
        behind = np.searchsorted(edges, self.at, side="right")
        columns: list[Any] = [
            [_KINDS.index(work.kind) for work in self.works],
            self.at / len(self.folded),
            [sentence.end - sentence.start for sentence in self.sentences],
            [len(_headings(parts)) for parts in self.parts],
            [sum(1 for _ in self.mentions.within(sentence, WORKS)) for sentence in self.sentences],
            self.serving.sum(axis=1),
            [len(work.name) for work in self.works],
            [self.structure.period_at(start) is Period.PLAN for start in self.at.tolist()],
            self.at - edges[behind - 1],
            edges[behind] - self.at,
            np.full(len(self.works), _rank(self.speaker)),
            np.full(len(self.works), len(self.goals)),
            *_marked([topics_of(work.name, "work") for work in self.works], lexicon("topics")).T,
        ]
        return list(map(np.asarray, columns))

    def _of_goals(self) -> list[Column]:
        """Describe the strategies: whose each is, where it stands, and how much serves it by what the text says."""
        ranks = np.array([_rank(goal.level) for goal in self.goals])
        columns: list[Any] = [
            ranks,
            ranks - _rank(self.speaker),
            [goal.concept is not None for goal in self.goals],
            [bool(self.home) and self.home in goal.name for goal in self.goals],
            [goal.mentions[0].start / len(self.folded) for goal in self.goals],
            [len(goal.mentions) for goal in self.goals],
            [len(works) for works in self.by],
            [len(goal.name) for goal in self.goals],
            *_marked([topics_of(goal.name, "goal") for goal in self.goals], lexicon("topics")).T,
        ]
        return list(map(np.asarray, columns))

    def _places(self) -> list[Column]:
        """Tell how far before and behind a work a strategy stands, whether in its sentence or line, or its headings."""
        starts, ends = (np.array([sentence[side] for sentence in self.sentences]) for side in (0, 1))
        lines = np.array([self.folded.rfind("\n", 0, start) for start in self.at.tolist()])
        columns = []
        for goal in self.goals:
            edges = np.array([-_NOWHERE, *(span.start for span in goal.mentions), len(self.folded) + _NOWHERE])
            next_ = np.searchsorted(edges, self.at, side="right")
            before, behind = edges[next_ - 1], edges[next_]
            within = np.searchsorted(edges, ends) > np.searchsorted(edges, starts)
            distances = (np.minimum(each, _NOWHERE) for each in (self.at - before, behind - self.at))
            columns.append([*distances, np.where(within, 2, before > lines)])
        headed = np.array([self._named_in(_headings(parts)) for parts in self.parts])
        led = np.array([self._named_in([part.lead for part in parts if part.lead is not None]) for parts in self.parts])
        return [*np.array(columns).transpose(1, 2, 0), 2 * headed + led]

    def _named_in(self, stretches: Iterable[Span]) -> NDArray[np.bool_]:
        named = {entity.id for stretch in stretches for _, entity in self.mentions.within(stretch, (Kind.STRATEGY,))}
        return np.array([goal.id in named for goal in self.goals])

    def _subjects(self) -> list[Column]:
        """Tell what works, their sentences and headings have in common with the strategies, and with what serves these.

        The first six are in common with the strategies: topics of the work, of its sentence, of the heading; things.
        """
        names = [work.name for work in self.works]
        sentences = [self.folded[sentence.start : sentence.end] for sentence in self.sentences]
        above = ["".join(self.folded[h.start : h.end] for h in _headings(parts)[:1]) for parts in self.parts]
        about = [topics_of(name, "work") for name in names]
        around = [topics_of(words, "work") - own for words, own in zip(sentences, about, strict=True)]
        headed = [topics_of(words, "work") | topics_of(words, "goal") for words in above]
        aims = [topics_of(goal.name, "goal") for goal in self.goals]
        named, said, titled = (list(map(things, words)) for words in (names, sentences, above))
        wanted = [things(goal.name) for goal in self.goals]
        served = [frozenset(thing for work in by.values() for thing in things(work.name)) for by in self.by]
        serve = sorted({work.name for by in self.by for work in by.values()})
        by_goal = _marked([[work.name for work in by.values()] for by in self.by], serve)
        topics = by_goal @ _marked([topics_of(name, "work") for name in serve], lexicon("topics"))
        alike = _common(named, served)
        return [
            *(_common(each, aims) for each in (about, around, headed)),
            *(_common(each, wanted) for each in (named, said, titled)),
            alike,
            alike / _sizes(named),
            _common(said, served) / _sizes(said),
            _marked(about, lexicon("topics")) @ (topics / _sizes(self.by)).T,
        ]

    def _near(self) -> list[Column]:
        """Tell how much of what the text relates to strategies near a work is for each of them."""
        outer = [parts[-1].span if parts else self.mentions.whole for parts in self.parts]
        inner = [parts[0].span if parts else self.mentions.whole for parts in self.parts]
        lines = [self._line(sentence.start) for sentence in self.sentences]
        starts, goals = self.said.T
        columns: list[Column] = []
        for stretches in (self.sentences, lines, inner, outer):
            edges = np.searchsorted(starts, np.array([[stretch.start, stretch.end] for stretch in stretches]))
            counts = np.array([np.bincount(goals[a:b], minlength=len(self.goals)) for a, b in edges.tolist()])
            total = counts.sum(axis=1, keepdims=True)
            columns += [counts, counts / np.maximum(1, total), np.broadcast_to(total, counts.shape)]
        every = np.arange(len(self.goals))
        padded, behind = np.array([-1, *goals, -1]), np.searchsorted(starts, self.at, side="right")
        return [*columns, padded[behind][:, None] == every, padded[behind + 1][:, None] == every]

    def _line(self, at: int) -> Span:
        end = self.folded.find("\n", at)
        return Span(self.folded.rfind("\n", 0, at) + 1, end if end >= 0 else len(self.folded))

    def _kin(self) -> list[Column]:
        """Tell how many of the strategies that a work serves stand below each, above it, and under one whole."""
        return [self.serving @ self.above, self.serving @ self.above.T, self.serving @ (self.above @ self.above.T > 0)]


_KINDS = tuple(Kind)
_WITHIN = 3
"""Of the stretches around a work, its sentence, line and section speak for a strategy that others in them serve."""


def _headings(parts: Iterable[Section]) -> list[Span]:
    return [part.heading for part in parts if part.heading is not None]


def _rank(level: Level | None) -> int:
    return -1 if level is None else level.rank


def _marked(sets: Sequence[Collection[str]], known: Iterable[str]) -> Floats:
    """Return which of what is known each set holds (sets by known)."""
    places = {each: place for place, each in enumerate(known)}
    marks = np.zeros((len(sets), len(places)), np.float32)
    for row, each in enumerate(sets):
        marks[row, [places[one] for one in each if one in places]] = 1
    return marks


def _common(ones: Sequence[Collection[str]], others: Sequence[Collection[str]]) -> Floats:
    """Count what each of the ones has in common with each of the others."""
    known = sorted({each for other in others for each in other})
    shared: Floats = _marked(ones, known) @ _marked(others, known).T
    return shared


def _sizes(sets: Iterable[Sized]) -> Integers:
    return np.array([max(1, len(each)) for each in sets])[:, None]


@cache
def _guides() -> re.Pattern[str]:
    """Return what thoughts, meetings and speeches are called, which guide all work and are no single work's goal."""
    return re.compile(f"{alternation(lexicon('relations')['preamble']['meetings'])}|思想|精神$")


@dataclass(frozen=True, slots=True)
class InferenceReader:
    """Claims the likeliest strategy of each work beside those that the text relates it to.

    Attributes:
        models: folder of the model; without one nothing is claimed.
        threshold: less likely service is not claimed.
    """

    models: Path
    threshold: float

    def __call__(self, doc: Doc) -> Doc:
        """Append the claims."""
        model = trees.opened(self.models / MODEL)
        if model is None:
            return doc
        described = list(choices(doc))
        if not described:
            return doc
        likely = model.likelihoods(np.concatenate([each.numbers for each in described]))
        ends = np.cumsum([len(each.goals) for each in described])
        for (work, sentence, goals, _), chances in zip(described, np.split(likely, ends[:-1]), strict=True):
            best = int(chances.argmax())
            sure = round(float(chances[best]), 2)
            if sure >= self.threshold:
                span, aim = work.mentions[0], goals[best].mentions[0]
                doc._.claims.append(
                    Claim(span, Predicate.SERVES, aim, Basis.INFERRED, sure, sentence, "policy_inference/subject")
                )
        return doc


@Language.factory("policy_inference", default_config={"models": None, "threshold": 0.25})
def make_inference_reader(nlp: Language, name: str, models: str | None, threshold: float) -> InferenceReader:
    """Create the judge of service; ``models`` names another folder of models than the bundled one."""
    return InferenceReader(Path(models) if models else MODELS, threshold)
