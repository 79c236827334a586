"""Infers which strategy a work or another strategy is for where no rule relates it to that, as learned.

A researcher who knows the definitions links a pig farm to the strategy of animal husbandry though no sentence does.
Boosted trees tell how likely that is, by what the two names, the sentence and its heading are about, by where they
stand, and by what the rules relate to strategies beside. Others judge the likelier ones of works again: they see what
the first say of the work beside and of the other strategies. Trained by ``python -m extract.training``.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from functools import cache
from itertools import islice, permutations
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from extract.annotation import Claim, Entity
from extract.document import Section, Span
from extract.learned import affinity, trees
from extract.learned.affinity import Affinity
from extract.learned.classifier import MODELS
from extract.learned.traits import Floats, Integers
from extract.mentions import WORKS, Mentions, below, is_body, is_said
from extract.names import alternation, lexicon
from extract.relations.topics import things, topics_of
from extract.surface import folded_text
from ontology.terms import STATED, Basis, Kind, Level, Period, Predicate

WORKS_MODELS = ("inference-works.npz", "inference-works-again.npz")
STRATEGIES_MODELS = ("inference-strategies.npz",)
"""The models' file names, beside the tagger's: of works, whose second judges again, and of strategies."""
WORTH_JUDGING_AGAIN = 0.03
"""What the first trees find less likely stays as they judged it."""

_NO_SUBJECT = re.compile("、|政府$")
"""Lists of mottoes and kinds of government (廉洁政府) are about all or none: of 88 links to them 13 were right."""
_NOWHERE = 100_000
"""Stands for the distance to what is not there, in characters."""
_STRETCH = 30_000
"""Characters of a text that is read at once; county reports have 10,000 to 25,000."""
_WITHIN = 3
"""Of the stretches around a subject, its sentence, line and section speak for a strategy that others in them serve."""
_CONTEXT = 6
"""Sentences that tell what a goal is about."""
_KINDS = tuple(Kind)

Column = NDArray[Any]
"""One number of each subject, of each goal, or of each pair of these (subjects by goals)."""
_Pairs = Sequence[Collection[str]]
"""The pairs of characters of several texts (``things``)."""


class Choices(NamedTuple):
    """The strategies that a work or a strategy may be for, to none of which a rule relates it.

    Attributes:
        subject: the village, project, policy, slogan, organization or strategy.
        goals: the strategies that it may be for, at least one.
        numbers: what the trees go by, a row for each of them.
        around: the sentence that first names the subject, its heading and the outermost heading above that.
    """

    subject: Entity
    goals: Sequence[Entity]
    numbers: Floats
    around: tuple[Span, Span | None, Span | None]


def of_works(doc: Doc, affinity: Affinity) -> Iterator[Choices]:
    """Describe each work with every strategy for which something speaks, and to which no claim relates it.

    What the glossary at a document's end names first is left out: of such links one of eight was right.

    Args:
        doc: with entities, and with the claims of the readers of relations.
        affinity: how well words go together.
    """
    return (each for stretch in _stretches(doc) for each in _Works(doc, stretch, affinity).choices())


def of_strategies(doc: Doc, affinity: Affinity) -> Iterator[Choices]:
    """Describe each strategy with every other of no lower level that something speaks for, and no claim relates it to.

    Args:
        doc: with entities, and with the claims of the readers of relations.
        affinity: how well words go together.
    """
    return (each for stretch in _stretches(doc) for each in _Strategies(doc, stretch, affinity).choices())


def _stretches(doc: Doc) -> Iterator[Span]:
    """Yield the stretches of a long text in which subjects and goals are sought: all pairs of it would be too many."""
    return (Span(start, start + _STRETCH) for start in range(0, max(1, len(doc)), _STRETCH))


class _Reading(ABC):
    """One document being read.

    Attributes:
        entities: of the document, by where they are first named.
        strategies: that the stretch read names.
        subjects: what may be for a strategy.
        goals: the strategies that it may be for.
        sentences: that first name the subjects.
        at: where these first stand.
        lines: that they first stand in.
        parts: the sections that each stands in, from the innermost outward.
        said: where the text says of something what strategy it is for, and the number of that among the goals.
        by: what is for each goal by what the text says.
        serving: which subjects are (subjects by goals).
        above: which goals are parts of others, or carry them out (goals by goals).
    """

    side: ClassVar[str]
    """The words of a topic by which subjects are known."""
    upward: ClassVar[tuple[Predicate, ...]]
    """The relations that say what a subject is for."""
    inward: ClassVar[tuple[Predicate, ...]]
    """The relations that say which goal stands above another."""

    def __init__(self, doc: Doc, stretch: Span, affinity: Affinity) -> None:
        self.affinity = affinity
        self.mentions = Mentions.of(doc)
        self.stretch = stretch
        self.structure = self.mentions.structure
        self.folded = folded_text(doc)
        self.speaker: Level | None = doc._.document.metadata.level
        place = doc._.document.metadata.place
        self.home = place.name[:2] if place is not None else ""
        self.entities = sorted(self.mentions.entities, key=lambda entity: entity.mentions[0])
        strategies = (e for e in self.entities if e.kind is Kind.STRATEGY)
        self.strategies = [e for e in strategies if any(map(stretch.contains, e.mentions))]
        self.subjects, self.goals = self._ends()
        self.sentences = [self.mentions.sentence(subject.mentions[0]) for subject in self.subjects]
        self.at = np.array([subject.mentions[0].start for subject in self.subjects], np.int64)
        self.lines = list(map(self._line, self.at.tolist()))
        paths = (self.structure.path(self.structure.section_at(start)) for start in self.at.tolist())
        self.parts: list[list[Section]] = [[self.structure.sections[number] for number in path] for path in paths]
        self._read(doc._.claims)

    @abstractmethod
    def _ends(self) -> tuple[list[Entity], list[Entity]]:
        """Return what may be for something, and what it may be for."""

    @abstractmethod
    def _pairs(self) -> Iterable[Column]:
        """Describe what only subjects and goals of this sort show."""

    @abstractmethod
    def _possible(self) -> NDArray[np.bool_]:
        """Tell which pairs may be related at all."""

    def choices(self) -> Iterator[Choices]:
        """Yield the subjects with the goals for which something speaks."""
        if not self.subjects or not self.goals:
            return
        places, (matter, fitting), near = self._places(), self._matter(), self._near()
        _, _, here, headed = places
        reasons = (here, headed, *matter[:6], *near[: 3 * _WITHIN : 3], *near[-2:])
        speaks = np.any([column > 0 for column in reasons], axis=0)
        may = speaks & (self.serving == 0) & self._possible()
        columns = [np.broadcast_to(column[:, None], may.shape) for column in self._of_subjects()]
        columns += [np.broadcast_to(column, may.shape) for column in self._of_goals()]
        columns += [*places, *matter, *fitting, *near, *self._kin(), *self._pairs()]
        numbers = np.stack([column[may] for column in columns], axis=-1, dtype=np.float32, casting="unsafe")
        sizes = may.sum(axis=1)
        rows = np.split(numbers, np.cumsum(sizes[:-1]))
        for number in np.flatnonzero(sizes).tolist():
            goals = [self.goals[goal] for goal in np.flatnonzero(may[number]).tolist()]
            headings: Sequence[Span | None] = _headings(self.parts[number]) or (None,)
            yield Choices(
                self.subjects[number], goals, rows[number], (self.sentences[number], headings[0], headings[-1])
            )

    def _read(self, claims: Iterable[Claim]) -> None:
        """Gather what the text itself relates to the goals."""
        of_goals = {goal.id: number for number, goal in enumerate(self.goals)}
        of_subjects = {subject.id: number for number, subject in enumerate(self.subjects)}
        self.by: list[dict[str, Entity]] = [{} for _ in self.goals]
        self.serving = np.zeros((len(self.subjects), len(self.goals)), np.float32)
        self.above = np.zeros((len(self.goals), len(self.goals)), np.float32)
        said = []
        for claim in claims:
            if claim.predicate not in (*self.upward, *self.inward):
                continue
            domain, range_ = STATED[claim.predicate]
            one, other = self.mentions.at(claim.subject, domain), self.mentions.at(claim.object, range_)
            if one is None or other is None or other.id not in of_goals:
                continue
            goal = of_goals[other.id]
            if claim.predicate in self.upward:
                said.append((claim.subject.start, goal))
                self.by[goal][one.id] = one
                if one.id in of_subjects:
                    self.serving[of_subjects[one.id], goal] = 1
            elif one.id in of_goals:
                self.above[of_goals[one.id], goal] = 1
        self.said = np.array(sorted(said), np.int64).reshape(-1, 2)

    def _of_subjects(self) -> list[Column]:
        """Describe the subjects: what each is and where it is first named."""
        edges = np.concatenate([[-_NOWHERE], self.said[:, 0], [len(self.folded) + _NOWHERE]])
        behind = np.searchsorted(edges, self.at, side="right")
        columns: list[Any] = [
            [_KINDS.index(each.kind) for each in self.subjects],
            self.at / len(self.folded),
            [sentence.end - sentence.start for sentence in self.sentences],
            [len(_headings(parts)) for parts in self.parts],
            [sum(1 for _ in self.mentions.within(sentence, WORKS)) for sentence in self.sentences],
            self.serving.sum(axis=1),
            [len(each.name) for each in self.subjects],
            [self.structure.period_at(start) is Period.PLAN for start in self.at.tolist()],
            self.at - edges[behind - 1],
            edges[behind] - self.at,
            np.full(len(self.subjects), _rank(self.speaker)),
            np.full(len(self.subjects), len(self.goals)),
            *_marked([topics_of(each.name, self.side) for each in self.subjects], lexicon("topics")).T,
        ]
        return list(map(np.asarray, columns))

    def _of_goals(self) -> list[Column]:
        """Describe the goals: whose each is, where it stands, and how much serves it by what the text says."""
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
        """Tell how far before and behind a subject a goal stands, whether in its sentence or line, or its headings."""
        starts, ends = (np.array([sentence[side] for sentence in self.sentences]) for side in (0, 1))
        lines = np.array([line.start for line in self.lines])
        columns = []
        for goal in self.goals:
            edges = np.array([-_NOWHERE, *(span.start for span in goal.mentions), len(self.folded) + _NOWHERE])
            next_ = np.searchsorted(edges, self.at, side="right")
            before, behind = edges[next_ - 1], edges[next_]
            within = np.searchsorted(edges, ends) > np.searchsorted(edges, starts)
            distances = (np.minimum(each, _NOWHERE) for each in (self.at - before, behind - self.at))
            columns.append([*distances, np.where(within, 2, before >= lines)])
        headed = np.array([self._named_in(_headings(parts)) for parts in self.parts])
        led = np.array([self._named_in([part.lead for part in parts if part.lead is not None]) for parts in self.parts])
        return [*np.array(columns).transpose(1, 2, 0), 2 * headed + led]

    def _named_in(self, stretches: Iterable[Span]) -> NDArray[np.bool_]:
        named = {entity.id for stretch in stretches for _, entity in self.mentions.within(stretch, (Kind.STRATEGY,))}
        return np.array([goal.id in named for goal in self.goals])

    def _matter(self) -> tuple[list[Column], list[Column]]:
        """Tell what subjects, their sentences and headings have in common with the goals, and with what serves these.

        The first six are in common with the goals: topics of the subject, of its sentence, of its heading; things.
        Second, how well their words go together.
        """
        names = [each.name for each in self.subjects]
        sentences = [self.folded[sentence.start : sentence.end] for sentence in self.sentences]
        above = ["".join(self.folded[h.start : h.end] for h in _headings(parts)[:1]) for parts in self.parts]
        about = [topics_of(name, self.side) for name in names]
        around = [topics_of(words, self.side) - own for words, own in zip(sentences, about, strict=True)]
        headed = [topics_of(words, "work") | topics_of(words, "goal") for words in above]
        aims = [topics_of(goal.name, "goal") for goal in self.goals]
        named, said, titled = (list(map(things, words)) for words in (names, sentences, above))
        wanted = [things(goal.name) for goal in self.goals]
        served = [frozenset(thing for work in by.values() for thing in things(work.name)) for by in self.by]
        serve = sorted({work.name for by in self.by for work in by.values()})
        by_goal = _marked([[work.name for work in by.values()] for by in self.by], serve)
        topics = by_goal @ _marked([topics_of(name, self.side) for name in serve], lexicon("topics"))
        alike = _common(named, served)
        return [
            *(_common(each, aims) for each in (about, around, headed)),
            *(_common(each, wanted) for each in (named, said, titled)),
            alike,
            alike / _sizes(named),
            _common(said, served) / _sizes(said),
            _marked(about, lexicon("topics")) @ (topics / _sizes(self.by)).T,
        ], self._fitting((named, said, titled), wanted, served)

    def _fitting(self, subjects: Sequence[_Pairs], wanted: _Pairs, served: _Pairs) -> list[Column]:
        """Tell how well the words of names, sentences and headings go with those of goals and of what serves these."""
        told = [things("\n".join(self._sentences_of(goal))) for goal in self.goals]
        name, sentence, heading = map(self.affinity.words, subjects)
        goal, context, work = map(self.affinity.words, (wanted, told, served))
        odds = name.serve(goal)
        return [
            odds,
            odds / name.sizes,
            sentence.serve(goal) / sentence.sizes,
            *(words.alike(goal) for words in (name, sentence, heading)),
            *(words.alike(others) for others in (context, work) for words in (name, sentence)),
        ]

    def _sentences_of(self, goal: Entity) -> list[str]:
        """Return the first sentences that name a goal."""
        sentences = dict.fromkeys(map(self.mentions.sentence, goal.mentions))
        return [self.folded[sentence.start : sentence.end] for sentence in islice(sentences, _CONTEXT)]

    def _near(self) -> list[Column]:
        """Tell how much of what the text relates to goals near a subject is for each of them."""
        outer = [parts[-1].span if parts else self.mentions.whole for parts in self.parts]
        inner = [parts[0].span if parts else self.mentions.whole for parts in self.parts]
        starts, goals = self.said.T
        columns: list[Column] = []
        for stretches in (self.sentences, self.lines, inner, outer):
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
        """Tell how many of the goals that a subject has stand below each, above it, and under one whole with it."""
        return [
            self.serving @ self.above,
            self.serving @ self.above.T,
            self.serving @ (self.above @ self.above.T > 0).astype(np.float32),
        ]


class _Works(_Reading):
    """Works, which may serve a strategy each."""

    side = "work"
    upward = (Predicate.SERVES,)
    inward = (Predicate.COMPONENT_OF, Predicate.ADVANCES)

    def _ends(self) -> tuple[list[Entity], list[Entity]]:
        begun = (e for e in self.entities if self.stretch.contains(e.mentions[0]))
        works = [e for e in begun if e.kind in WORKS and self._may_serve(e)]
        return works, [e for e in self.strategies if not _guides().search(e.name) and not _NO_SUBJECT.search(e.name)]

    def _may_serve(self, work: Entity) -> bool:
        for_all = is_body(work) or work.name in lexicon("relations")["mass_organizations"]
        return not (for_all or self._in_glossary(work) or work.id in self.mentions.conferring)

    def _in_glossary(self, work: Entity) -> bool:
        """Tell whether a work is named first where terms are explained, in a document that is more than a glossary."""
        index = self.structure.section_at(work.mentions[0].start)
        if index is None or self.structure.sections[index].role != "glossary":
            return False
        glossary, whole = self.structure.sections[index].span, self.mentions.whole
        return 2 * (glossary.end - glossary.start) < whole.end - whole.start

    def _pairs(self) -> Iterable[Column]:
        return ()

    def _possible(self) -> NDArray[np.bool_]:
        return np.ones_like(self.serving, bool)


class _Strategies(_Reading):
    """Strategies, each of which may serve others of its level and carry out those above."""

    side = "goal"
    upward = (Predicate.SERVES, Predicate.ADVANCES)
    inward = (Predicate.COMPONENT_OF,)

    def _ends(self) -> tuple[list[Entity], list[Entity]]:
        return self.strategies, self.strategies

    def _ranks(self) -> Integers:
        return np.array([_rank(strategy.level) for strategy in self.strategies])

    def _possible(self) -> NDArray[np.bool_]:
        ranks = self._ranks()
        upward = (ranks <= ranks[:, None]) | (ranks < 0) | (ranks[:, None] < 0)
        related = self.above + self.above.T + self.serving.T + np.eye(len(ranks), dtype=np.float32)
        possible: NDArray[np.bool_] = upward & (related == 0)
        return possible

    def _pairs(self) -> Iterable[Column]:
        """Tell how the two are named, how often sentences name both, and how the first of these does."""
        names = [strategy.name for strategy in self.strategies]
        shape = self.serving.shape
        ranks, said = self._ranks(), np.array([is_said(strategy) for strategy in self.strategies])
        guiding = np.array([_guides().search(name) is not None for name in names])
        holds = np.array([[other in name for other in names] for name in names])
        of_one = (
            ranks,
            np.array([strategy.concept is not None for strategy in self.strategies]),
            said,
            np.array([bool(self.home) and self.home in name for name in names]),
            np.array([len(strategy.mentions) for strategy in self.strategies]),
            self.above.sum(axis=1),
            self.above.sum(axis=0),
            self.serving.sum(axis=0),
        )
        yield from (np.broadcast_to(column[:, None], shape) for column in of_one)
        yield from (np.broadcast_to(column, shape) for column in (said, guiding))
        yield ranks - ranks[:, None]
        yield from (holds, holds.T, self.above @ self.serving, *self._together())

    def _together(self) -> Column:
        """Count the sentences that name two strategies; of the first tell the order, the distance, and the verbs.

        Of that tell also what guides it names, for how many others there the first is by what the text says, and how
        many others there are for the second.
        """
        guides = {number for number, each in enumerate(self.strategies) if _guides().search(each.name)}
        numbers = {strategy.id: number for number, strategy in enumerate(self.strategies)}
        named: dict[Span, list[tuple[Span, int]]] = defaultdict(list)
        for strategy in self.strategies:
            for span in strategy.mentions:
                named[self.mentions.sentence(span)].append((span, numbers[strategy.id]))
        columns = np.full((12, *self.serving.shape), -1)
        columns[0] = 0
        for sentence, found in sorted(named.items()):
            found.sort()
            verbs = [[self._since(verb, span, sentence) for verb in _verbs()] for span, _ in found]
            there = sorted({number for _, number in found})
            carries, carried = self.serving[:, there].sum(axis=1), self.serving[there].sum(axis=0)
            guided = len(guides.intersection(there))
            for (place, (one, subject)), (beside, (other, goal)) in permutations(enumerate(found), 2):
                if subject == goal or one.overlaps(other):
                    continue
                columns[0, subject, goal] += 1
                if columns[0, subject, goal] == 1:
                    order, far, apart = beside < place, abs(one.start - other.start), abs(place - beside)
                    around = guided, carries[subject], carried[goal]
                    told = (order, far, apart, *verbs[place], *verbs[beside], len(found) - place, *around)
                    columns[1:, subject, goal] = told
        return columns

    def _since(self, verb: re.Pattern[str], span: Span, sentence: Span) -> int:
        """Return how far before a name the last of some verbs ends in its sentence."""
        *_, last = (-_NOWHERE, *(m.end() for m in verb.finditer(self.folded, sentence.start, span.start)))
        return min(span.start - last, _NOWHERE)


@cache
def _verbs() -> tuple[re.Pattern[str], ...]:
    """Return what stands before that by which one is guided (贯彻, 围绕), and before what one makes (打造, 建设)."""
    return tuple(re.compile(alternation(lexicon("relations")[verbs])) for verbs in ("guidance", "achieving"))


def _headings(parts: Iterable[Section]) -> list[Span]:
    return [part.heading for part in parts if part.heading is not None]


def _rank(level: Level | None) -> int:
    return -1 if level is None else level.rank


def _marked(sets: Sequence[Collection[str]], known: Iterable[str]) -> Floats:
    """Return which of what is known each set holds (sets by known)."""
    places = {each: place for place, each in enumerate(known)}
    held = [(row, places[one]) for row, each in enumerate(sets) for one in each if one in places]
    marks = np.zeros((len(sets), len(places)), np.float32)
    marks[tuple(np.array(held, np.int64).reshape(-1, 2).T)] = 1
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
    """Claims the likeliest strategy of each work, and all likely ones of each strategy, beside those that rules claim.

    Attributes:
        models: folder of the models; without one nothing is claimed.
        threshold: what is less likely of a work is not claimed.
        of_strategies: what is less likely of a strategy is not: of those from 0.27 to 0.31 one of three was right.
    """

    models: Path
    threshold: float
    of_strategies: float

    def __call__(self, doc: Doc) -> Doc:
        """Append the claims."""
        mentions, found, fitting = Mentions.of(doc), [], affinity.opened(self.models / affinity.MODEL)
        if fitting is None:
            return doc
        for each, chances in self._judged(of_works(doc, fitting), WORKS_MODELS):
            best = int(chances.argmax())
            if chances[best] >= self.threshold:
                found.append(_claim(mentions, each, best, chances, "subject"))
        for each, chances in self._judged(of_strategies(doc, fitting), STRATEGIES_MODELS):
            likely = np.flatnonzero(chances >= self.of_strategies).tolist()
            found += [_claim(mentions, each, number, chances, "strategy") for number in likely]
        doc._.claims.extend(found)
        return doc

    def _judged(self, described: Iterable[Choices], names: Sequence[str]) -> Iterator[tuple[Choices, Floats]]:
        """Yield how likely each of the choices is."""
        models = [model for name in names if (model := trees.opened(self.models / name)) is not None]
        every = list(described)
        if len(models) < len(names) or not every:
            return
        first, *second = models
        likely = first.likelihoods(np.concatenate([each.numbers for each in every]))
        for model in second:
            again, numbers = to_judge_again(every, likely)
            likely[again] = model.likelihoods(numbers)
        yield from zip(every, np.split(likely, np.cumsum([len(each.goals) for each in every[:-1]])), strict=True)


def to_judge_again(described: Sequence[Choices], likely: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Return which choices are judged again, and what the second trees go by in them.

    That is what the first trees go by, and what they say: of a choice, of the subject's other goals, of the goal's
    other subjects, and of these the ones in the same sentence, under the same headings, and right before and behind.

    Args:
        described: all choices of a document, by where their subjects stand.
        likely: how likely the first trees find each.
    """
    numbers: dict[str, int] = {}
    goal = np.array([numbers.setdefault(aim.id, len(numbers)) for each in described for aim in each.goals])
    subject = np.repeat(np.arange(len(described)), [len(each.goals) for each in described])
    chances, asked = np.zeros((2, len(described), len(numbers)), np.float32)
    chances[subject, goal], asked[subject, goal] = likely, 1
    of_subject, of_goal = chances.sum(axis=1, keepdims=True), chances.sum(axis=0)
    beside = np.pad(chances, ((1, 1), (0, 0)))
    tables: list[Column] = [
        chances,
        np.broadcast_to(of_subject, chances.shape),
        (-chances).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable"),
        _best_other(chances, 1),
        of_goal - chances,
        (of_goal - chances) / np.maximum(1, asked.sum(axis=0) - 1),
        _best_other(chances, 0),
        beside[:-2],
        beside[2:],
    ]
    for stretches in zip(*(each.around for each in described), strict=True):
        places = {stretch: place for place, stretch in enumerate(dict.fromkeys(stretches))}
        at = np.array([places[stretch] for stretch in stretches])
        share = np.eye(len(places), dtype=np.float32)[at]
        together, others = (share @ (share.T @ each) for each in (chances, asked))
        tables += [
            together - chances,
            (together - chances) / np.maximum(1, others - 1),
            together >= together.max(axis=1, keepdims=True),
        ]
    again = likely >= WORTH_JUDGING_AGAIN
    told = np.stack([table[subject, goal][again] for table in tables], axis=-1, dtype=np.float32, casting="unsafe")
    return again, np.hstack([np.concatenate([each.numbers for each in described])[again], told])


def _best_other(chances: Floats, axis: int) -> Floats:
    """Return the greatest of the others in each row or column."""
    beside = [(0, 0), (0, 0)]
    beside[axis] = (0, 1)
    ranked = np.partition(np.pad(chances, beside), -2, axis=axis)
    second, first = (ranked.take([place], axis=axis) for place in (-2, -1))
    others: Floats = np.where(chances >= first, second, first)
    return others


def _claim(mentions: Mentions, each: Choices, number: int, chances: Floats, rule: str) -> Claim:
    """Claim what is likely, by the first sentence that names both, else by that which first names the subject."""
    subject, goal = each.subject, each.goals[number]
    predicate = Predicate.SERVES
    if subject.kind is Kind.STRATEGY and below(subject.level, goal.level):
        predicate = Predicate.ADVANCES
    one, other = next(mentions.together(subject, goal), (subject.mentions[0], goal.mentions[0]))
    sure, sentence = round(float(chances[number]), 2), mentions.sentence(one)
    return Claim(one, predicate, other, Basis.INFERRED, sure, sentence, f"policy_inference/{rule}")


@Language.factory("policy_inference", default_config={"models": None, "threshold": 0.25, "of_strategies": 0.3})
def make_inference_reader(
    nlp: Language, name: str, models: str | None, threshold: float, of_strategies: float
) -> InferenceReader:
    """Create the judge of service; ``models`` names another folder of models than the bundled one."""
    return InferenceReader(Path(models) if models else MODELS, threshold, of_strategies)
