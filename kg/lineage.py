"""Lineage: the strategies above an entity up to the nation, and what serves it, each step with its sentence.

The walk obeys the rule of ``pl:contributesTo`` (``kg.walk``) over the links that are sure enough: with every link, a
strategy is shown above an entity just where the graph says that the one contributes to the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from extract.document import unbroken
from kg import sparql
from kg.entities import described
from kg.evidence import Proof, proofs
from kg.naming import find
from kg.rows import IRI
from kg.vocabulary import WORDS
from kg.walk import EVERYWHERE, UPWARD, State, Upward, Walk
from ontology.errors import UsageError
from ontology.iri import AUTHORITY_GRAPH, identifier_of, places_of
from ontology.terms import PLID, SHOWN, Basis, Kind, Level, Predicate

if TYPE_CHECKING:
    from kg.graph import Graph

_LEVELS: Mapping[Level, str] = dict(zip(Level, ("国家", "省", "市", "县", "乡镇", "村"), strict=True))
_COLOURS: Mapping[Level, str] = dict(zip(Level, ("red", "magenta", "blue", "cyan", "green", "yellow"), strict=True))


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity as a lineage shows it.

    Attributes:
        iri: its IRI.
        name: preferred label.
        kind: its class.
        level: level of government, where known.
        places: the places in its IRI, from the province down.
        definition: what it stands for, where a text or the authority file says so.
    """

    iri: IRI
    name: str
    kind: Kind
    level: Level | None
    places: tuple[str, ...]
    definition: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a lineage, with why it is believed, the surest first."""

    subject: IRI
    predicate: Predicate
    object: IRI
    proofs: tuple[Proof, ...]

    @property
    def confidence(self) -> float:
        """Return the confidence of the surest proof, 0 where there is none."""
        return max((proof.confidence for proof in self.proofs), default=0.0)


@dataclass(frozen=True, slots=True)
class Lineage:
    """What stands above and below an entity.

    Attributes:
        entity: whose lineage it is.
        entities: it and every entity that the steps touch, by IRI.
        above: the steps from it up to the highest strategies.
        below: the steps from whatever serves it, directly or through others.
        unsure: how many of the entity's own links upwards, and of those to it from below, are left out as less sure.
    """

    entity: Thing
    entities: Mapping[IRI, Thing]
    above: tuple[Step, ...]
    below: tuple[Step, ...]
    unsure: tuple[int, int] = (0, 0)

    def chains(self) -> tuple[tuple[Step, ...], ...]:
        """Return every way up from the entity to where no step goes on, without going in circles."""
        upward = _by(self.above, "subject")
        complete: list[tuple[Step, ...]] = []
        open_: list[tuple[Step, ...]] = [(step,) for step in upward[self.entity.iri]]
        while open_:
            chain = open_.pop()
            passed = {chain[0].subject, *(step.object for step in chain)}
            further = [step for step in upward[chain[-1].object] if step.object not in passed]
            open_ += [(*chain, step) for step in further]
            if not further:
                complete.append(chain)
        return tuple(reversed(complete))


def lineage(graph: Graph, name: str, within: str | None = None, *, confidence: float = SHOWN) -> Lineage:
    """Trace an entity.

    Args:
        graph: where to look.
        name: what it is called, see ``kg.naming.named``, or its IRI.
        within: a place that it belongs to or lies in, which tells it from its namesakes (永济市, 张营镇).
        confidence: links less sure are left out, with what only they reach; 0 to 1.

    Raises:
        NotFound: the graph has no entity of that name, or none there.
        AmbiguousName: it has several; ``candidates`` lists them with their places.
        UsageError: the name is empty, or the confidence out of its range.
    """
    if not 0 <= confidence <= 1:
        raise UsageError(f"a confidence goes from 0 to 1; {confidence:g} does not", subject=f"{confidence:g}")
    iri = find(graph, name, within)
    upward, downward = _Said(graph, confidence), _Said(graph, confidence)
    above, below = _above(upward, iri), _below(downward, iri)
    unsure = sum(link[0] == iri for link in upward.unsure), sum(link[2] == iri for link in downward.unsure)
    touched = {iri, *(end for step in (*above, *below) for end in (step.subject, step.object))}
    things = _things(graph, touched)
    return Lineage(things[iri], things, _in_order(above, things), _in_order(below, things), unsure)


def tree(lineage: Lineage, *, most: int = 6) -> RenderableType:
    """Render a lineage for the terminal.

    Args:
        lineage: what to show.
        most: branches that hang from one entity at most; a line counts the rest.
    """
    named = _label(lineage.entity)
    named.append(f"  {' › '.join(lineage.entity.places)}", style="dim")
    top = Tree(named)
    _grow(top, lineage, lineage.entity.iri, _by(lineage.above, "subject"), "object", most, {lineage.entity.iri})
    unsure_above, unsure_below = (
        f"{number} 条关系低于所定置信度；列出它们：--confidence 0" if number else "" for number in lineage.unsure
    )
    if not lineage.above:
        top.add(Text(f"（{unsure_above or '没有上级战略'}）", style="dim"))
        if lineage.entity.kind is Kind.ADMINISTRATIVE_UNIT:
            question = f"kg query strategies-of-place --param place={lineage.entity.name}"
            top.add(Text(f"政区不落实战略，而是提出战略；列出它自己的战略：{question}", style="dim"))
    parts: list[RenderableType] = [Text("▲ 向上 · what it serves", style="bold"), top]
    if lineage.below or unsure_below:
        foot = Tree(named)
        _grow(foot, lineage, lineage.entity.iri, _by(lineage.below, "object"), "subject", most, {lineage.entity.iri})
        if not lineage.below:
            foot.add(Text(f"（{unsure_below}）", style="dim"))
        parts += [Text(), Text("▼ 向下 · what serves it", style="bold"), foot]
    return Group(*parts)


class _Said:
    """What the graph says of the links that are sure enough, asked for as a walk comes to need it.

    Attributes:
        walk: the links asked for so far.
        unsure: those that no document is sure enough of.
        asked: the entities whose links were asked for, each once, as a second answer would prove each link twice.
    """

    def __init__(self, graph: Graph, confidence: float) -> None:
        self.walk = Walk()
        self.unsure: set[tuple[IRI, Predicate, IRI]] = set()
        self.asked: set[IRI] = set()
        self._graph = graph
        self._confidence = confidence
        self._proofs: dict[tuple[IRI, Predicate, IRI], list[Proof]] = defaultdict(list)
        self._issuers_asked: set[IRI] = set()
        for row in graph.query("SELECT ?u ?d { { SELECT ?d { ?d a pl:Document } } ?d pl:issuer ?u }"):
            self.walk.issued[row.u].add(str(row.d))

    def ask_from(self, nodes: Collection[IRI]) -> None:
        """Ask for the upward links that go from some entities, but for those that were asked for."""
        if new := set(nodes) - self.asked:
            self.asked |= new
            self.ask(sparql.values("s", new))

    def ask_onward(self, top: IRI) -> None:
        """Ask for the upward links of all that the links so far lead to, up to an entity."""
        while passed := self._reached() - self.asked - {top}:
            self.ask_from(passed)

    def _reached(self) -> set[IRI]:
        return {
            IRI(object_)
            for by_subject in self.walk.links.values()
            for steps in by_subject.values()
            for _, object_ in steps
        }

    def ask(self, pattern: str) -> None:
        """Ask for the upward links whose subject ``?s`` a pattern picks."""
        among = f"{{ SELECT DISTINCT ?s {{ {pattern} }} }} VALUES ?p {{ {_RELATIONS} }}"
        links = self._graph.query(f"SELECT DISTINCT ?s ?p ?o ?g {{ {among} GRAPH ?g {{ ?s ?p ?o }} }}")
        for proof in proofs(self._graph, among) if links else ():
            self._proofs[proof.subject, proof.predicate, proof.object].append(proof)
        touched = set()
        sure = set()
        for row in links:
            self.asked.add(row.s)
            relation, source = Predicate(row.p.local), EVERYWHERE if _common(row.g) else str(row.g)
            link = row.s, relation, row.o
            self.unsure.add(link)
            reasons = self._reasons(link, {source})
            if not reasons or reasons[0].confidence >= self._confidence:
                self.walk.links[source][row.s].add((relation, row.o))
                touched |= {row.s, row.o}
                sure.add(link)
        self.unsure -= sure
        self._ask_issuers(touched - self._issuers_asked)

    def _reasons(self, link: tuple[IRI, Predicate, IRI], sources: Collection[str]) -> list[Proof]:
        """Return what some documents say for a link, the surest first."""
        return [proof for proof in self._proofs[link] if (proof.document or EVERYWHERE) in sources]

    def _ask_issuers(self, nodes: Collection[IRI]) -> None:
        """Ask whose strategies these are; the authority file knows best."""
        self._issuers_asked.update(nodes)
        if not nodes:
            return
        issuers: dict[str, tuple[bool, str]] = {}
        for row in self._graph.query(
            f"SELECT DISTINCT ?s ?u ?g {{ {sparql.values('s', nodes)} ?s a pl:{Kind.STRATEGY}"
            " GRAPH ?g { ?s pl:issuer ?u } }"
        ):
            told = (row.g != AUTHORITY_GRAPH, str(row.u))
            issuers[row.s] = min(told, issuers.get(row.s, told))
        self.walk.issuers |= {strategy: unit for strategy, (_, unit) in issuers.items()}

    def steps(self, used: Iterable[tuple[str, Upward, str]]) -> list[Step]:
        """Return links, each with the proofs of the documents by which it was reached."""
        sources: dict[tuple[IRI, Predicate, IRI], set[str]] = defaultdict(set)
        for subject, (relation, object_), source in used:
            sources[IRI(subject), relation, IRI(object_)].add(source)
        return [
            Step(*link, tuple(why for why in self._reasons(link, among) if why.confidence >= self._confidence))
            for link, among in sources.items()
        ]


def _above(said: _Said, start: IRI) -> list[Step]:
    """Walk upwards from an entity, whichever document links it."""
    said.ask_from({start})
    frontier = set(said.walk.starts())
    seen: set[State] = set()
    used: set[tuple[str, Upward, str]] = set()
    while frontier:
        seen |= frontier
        taken = [(state, *step) for state in frontier for step in said.walk.steps(state)]
        used |= {(entity, link, source) for (entity, _), link, source, _ in taken}
        frontier = {state for *_, state in taken} - seen
        said.ask_from({IRI(entity) for entity, _ in frontier})
    return said.steps(used)


def _below(said: _Said, top: IRI) -> list[Step]:
    """Return the links by which walks come to an entity: they start at what contributes to it, or is next to it.

    What they pass need not contribute itself: a town's document may say what a province's strategy is for.
    """
    said.ask(f"{{ ?s pl:contributesTo {sparql.term(top)} }} UNION {{ ?s ?next {sparql.term(top)} {_NEXT} }}")
    said.ask_onward(top)
    before: dict[State, list[tuple[State, Upward, str]]] = defaultdict(list)
    todo = [state for state in said.walk.starts() if state[0] != top]
    seen = set(todo)
    while todo:
        state = todo.pop()
        for link, source, after in said.walk.steps(state):
            before[after].append((state, link, source))
            if after not in seen and after[0] != top:
                seen.add(after)
                todo.append(after)
    used: set[tuple[str, Upward, str]] = set()
    todo = [state for state in before if state[0] == top]
    seen = set(todo)
    while todo:
        for state, link, source in before[todo.pop()]:
            used.add((state[0], link, source))
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return said.steps(used)


def _common(source: IRI) -> bool:
    """Tell whether a graph holds for all documents: the authority file's, the curators'."""
    return source.startswith(f"{PLID}graph/")


def _things(graph: Graph, iris: Collection[IRI]) -> dict[IRI, Thing]:
    """Return the entities among some IRIs; what the graph gives no class of ours is none."""
    among = sparql.values("e", iris)
    things = {
        iri: Thing(iri, entity.name, entity.kind, Level(entity.level) if entity.level else None, places_of(iri), None)
        for iri, entity in described(graph, among).items()
    }
    for row in graph.query(
        f"SELECT ?e (MIN(?d) AS ?definition) {{ {among} ?e skos:definition ?d FILTER(LANGMATCHES(LANG(?d), 'zh')) }}"
        " GROUP BY ?e"
    ):
        if row.e in things:
            things[row.e] = replace(things[row.e], definition=row.definition)
    return things


def _in_order(steps: Iterable[Step], things: Mapping[IRI, Thing]) -> tuple[Step, ...]:
    """Sort the steps between entities: those to the nearest level first, then the surest."""

    def key(step: Step) -> tuple[int, float, str, str, str]:
        level = things[step.object].level
        return (-level.rank if level else 1, -step.confidence, step.subject, step.predicate, step.object)

    return tuple(sorted((step for step in steps if {step.subject, step.object} <= things.keys()), key=key))


def _by(steps: Iterable[Step], end: str) -> defaultdict[IRI, list[Step]]:
    index: defaultdict[IRI, list[Step]] = defaultdict(list)
    for step in steps:
        index[getattr(step, end)].append(step)
    return index


def _grow(
    branch: Tree, whole: Lineage, node: IRI, steps: Mapping[IRI, list[Step]], end: str, most: int, shown: set[IRI]
) -> None:
    """Hang the steps at ``node`` on a branch; an entity's own steps are shown where it is met first."""
    here = steps.get(node, [])
    for step in here[:most]:
        other: IRI = getattr(step, end)
        line = Text()
        line.append(f"{'→' if end == 'object' else '←'} {WORDS[step.predicate]} ", style="bold")
        line.append_text(_label(whole.entities[other]))
        if step.proofs:
            proof = step.proofs[0]
            line.append(f"  {WORDS[proof.basis]} {proof.confidence:.2f}", style="dim")
            most_passages = 2 if proof.basis is Basis.STRUCTURAL else 1  # the heading, and the sentence below it
            goal, work = whole.entities[step.object].name, whole.entities[step.subject].name
            for passage in [p.text for p in step.proofs if p.link == proof.link and p.text][:most_passages]:
                line.append(f"\n“{_excerpt(passage, goal if goal in passage else work)}”", style="italic")
            if proof.document:
                line.append(f" {identifier_of(proof.document)}", style="dim")
        again = other in shown and bool(steps.get(other))
        if again:
            line.append(" （见上）", style="dim")
        twig = branch.add(line)
        if not again:
            shown.add(other)
            _grow(twig, whole, other, steps, end, most, shown)
    if len(here) > most:
        branch.add(Text(f"… 另有 {len(here) - most} 项", style="dim"))


def _label(thing: Thing) -> Text:
    line = Text(thing.name, style=f"bold {_COLOURS[thing.level]}" if thing.level else "bold")
    level = _LEVELS[thing.level] if thing.level and thing.kind is not Kind.VILLAGE else ""
    line.append(f" {level}{WORDS[thing.kind]}", style="not bold dim")
    return line


def _excerpt(text: str, name: str, most: int = 70) -> str:
    """Return at most so many characters of a sentence, those around the name where it is there."""
    text = unbroken(text)
    start = min(max(0, text.find(name) + len(name) // 2 - most // 2), max(0, len(text) - most))
    end = start + most
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


_RELATIONS = " ".join(f"pl:{relation}" for relation in UPWARD)
_NEXT = f"VALUES ?next {{ {_RELATIONS} }}"
