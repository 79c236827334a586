"""Lineage: the strategies above an entity up to the nation, and what serves it, each step with its sentence.

Upwards the walk obeys the rule of ``pl:contributesTo``: it stays within one document's links, and leaves the document
only through the authority file and curators' decisions, or into a document of the unit whose strategy it has reached.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from kg import sparql
from kg.rows import IRI
from ontology.errors import AmbiguousName, NotFound
from ontology.iri import normalise, place_of
from ontology.terms import PLID, Basis, Kind, Level, Predicate

if TYPE_CHECKING:
    from kg.graph import Graph, Proof

UPWARD = (Predicate.COMPONENT_OF, Predicate.SERVES, Predicate.ADVANCES)
"""The relations that a lineage is made of."""

CONFIDENCE = 0.5
"""What a view shows unless it is asked for more."""

_WORDS: Mapping[str, str] = {
    **{Predicate.COMPONENT_OF: "属于", Predicate.SERVES: "服务", Predicate.ADVANCES: "落实"},
    **{Basis.STATED: "原文", Basis.STRUCTURAL: "结构", Basis.DEFINITIONAL: "定义"},
    **{Basis.INFERRED: "推断", Basis.CURATED: "审定"},
    **{Kind.VILLAGE: "村", Kind.ADMINISTRATIVE_UNIT: "政区", Kind.ORGANIZATION: "机构", Kind.PROJECT: "项目"},
    **{Kind.POLICY: "政策", Kind.STRATEGY: "战略", Kind.SLOGAN: "口号"},
}
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
    """

    entity: Thing
    entities: Mapping[IRI, Thing]
    above: tuple[Step, ...]
    below: tuple[Step, ...]

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


def lineage(graph: Graph, name: str, within: str | None = None, *, confidence: float = CONFIDENCE) -> Lineage:
    """Trace an entity.

    Args:
        graph: where to look.
        name: a label of the entity, a form under which a document names it, or its IRI.
        within: a place that tells it from its namesakes (永济市, 张营镇).
        confidence: links less sure are left out, with what only they reach; 0 to 1.

    Raises:
        NotFound: the graph has no entity of that name, or none there.
        AmbiguousName: it has several; ``candidates`` lists them with their places.
    """
    iri = find(graph, name, within)
    above = _reached(_sure(_above(graph, iri), confidence), iri, upwards=True)
    below = _reached(_sure(_below(graph, iri), confidence), iri, upwards=False)
    touched = {iri, *(end for step in (*above, *below) for end in (step.subject, step.object))}
    things = _things(graph, touched)
    return Lineage(things[iri], things, _in_order(above, things), _in_order(below, things))


def _sure(steps: Iterable[Step], confidence: float) -> list[Step]:
    """Leave out the proofs that are less sure, and the steps that lose every proof by it."""
    kept = []
    for step in steps:
        proofs = tuple(proof for proof in step.proofs if proof.confidence >= confidence)
        if proofs or not step.proofs:
            kept.append(replace(step, proofs=proofs))
    return kept


def _reached(steps: list[Step], start: IRI, *, upwards: bool) -> list[Step]:
    """Leave out the steps that no chain connects with ``start``."""
    ends = [(s.subject, s.object) if upwards else (s.object, s.subject) for s in steps]
    after: dict[IRI, list[IRI]] = defaultdict(list)
    for near, far in ends:
        after[near].append(far)
    seen, todo = {start}, [start]
    while todo:
        new = [far for far in after[todo.pop()] if far not in seen]
        seen.update(new)
        todo += new
    return [step for step, (near, _) in zip(steps, ends, strict=True) if near in seen]


def find(graph: Graph, name: str, within: str | None = None) -> IRI:
    """Return the IRI of the one entity of that name; see ``lineage``."""
    kinds = " ".join(f"pl:{kind}" for kind in Kind)
    plain = sparql.term(name)
    labels = " ".join(f"{sparql.term(form)}{tag}" for form in {name, _normal(name)} for tag in ("", "@zh", "@en"))
    patterns = [
        f"VALUES ?l {{ {labels} }} ?e skos:prefLabel|skos:altLabel ?l",
        f"?m nif:anchorOf {plain} ; itsrdf:taIdentRef ?e",
    ]
    if name.startswith(("plid:", PLID)):
        patterns = [f"VALUES ?e {{ {sparql.term(IRI(name))} }}"]
    for pattern in patterns:
        rows = graph.query(f"SELECT DISTINCT ?e {{ {pattern} . VALUES ?k {{ {kinds} }} ?e a ?k }} ORDER BY ?e")
        found: list[IRI] = [row.e for row in rows]
        if found:
            break
    else:
        rows = graph.query(
            f"SELECT DISTINCT ?n {{ ?e skos:prefLabel ?n ; a ?k . VALUES ?k {{ {kinds} }}"
            f" FILTER(CONTAINS(STR(?n), {plain})) }} ORDER BY STRLEN(STR(?n)) ?n LIMIT 3"
        )
        hint = f"; there are {', '.join(row.n for row in rows)}" if rows else ""
        raise NotFound(f"the graph has no entity called {name}{hint}", subject=name)
    there = [iri for iri in found if within is None or any(place.startswith(within) for place in _places(iri))]
    if not there:
        places = ", ".join(sorted({" › ".join(_places(iri)) for iri in found}))
        raise NotFound(f"{name} is not in {within}, but in {places}", subject=name)
    if len(there) > 1:
        candidates = tuple((str(iri), f"{_kind(iri)} {' › '.join(_places(iri))}") for iri in there)
        raise AmbiguousName(
            f"{len(there)} entities are called {name}; say which with --in PLACE or by IRI",
            subject=name,
            candidates=candidates,
        )
    return there[0]


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
    if not lineage.above:
        top.add(Text("（没有上级战略）", style="dim"))
    parts: list[RenderableType] = [Text("▲ 向上 · what it serves", style="bold"), top]
    if lineage.below:
        foot = Tree(named)
        _grow(foot, lineage, lineage.entity.iri, _by(lineage.below, "object"), "subject", most, {lineage.entity.iri})
        parts += [Text(), Text("▼ 向下 · what serves it", style="bold"), foot]
    return Group(*parts)


def _above(graph: Graph, start: IRI) -> list[Step]:
    """Walk upwards; where a walk is, is an entity together with the document whose links it follows."""
    links = _links_from(graph, {start})
    issued = _issued_by_owner(graph, {start})
    frontier = {(start, source) for _, _, source in links[start]}
    seen: set[tuple[IRI, IRI]] = set()
    used: set[tuple[IRI, Predicate, IRI, IRI]] = set()
    while frontier:
        seen |= frontier
        new = {node for node, _ in frontier} - links.keys()
        links |= _links_from(graph, new)
        issued |= _issued_by_owner(graph, new)
        reached = set()
        for node, document in frontier:
            for relation, target, source in links[node]:
                if _common(source) or source == document or source in issued[node]:
                    used.add((node, relation, target, source))
                    reached.add((target, document if _common(source) else source))
        frontier = reached - seen
    allowed = {(*link, None if _common(source) else source) for *link, source in used}
    return [
        Step(s, p, o, tuple(proof for proof in found if (s, p, o, proof.document) in allowed))
        for (s, p, o), found in _proofs(graph, {(s, p, o) for s, p, o, _ in used}).items()
    ]


def _below(graph: Graph, top: IRI) -> list[Step]:
    """Return the links between whatever contributes to ``top`` and ``top``."""
    rows = graph.query(
        f"""SELECT DISTINCT ?s ?p ?o {{ VALUES ?p {{ {_RELATIONS} }}
          {{ VALUES ?o {{ {sparql.term(top)} }} ?s ?p ?o }} UNION
          {{ ?s pl:contributesTo {sparql.term(top)} . ?s ?p ?o . ?o pl:contributesTo {sparql.term(top)} }} }}"""
    )
    links = {(row.s, Predicate(row.p.local), row.o) for row in rows if row.s != top}
    return [Step(s, p, o, found) for (s, p, o), found in _proofs(graph, links).items()]


def _links_from(graph: Graph, nodes: Collection[IRI]) -> dict[IRI, list[tuple[Predicate, IRI, IRI]]]:
    """Return for each entity the upward links that go from it, with the graph that each stands in."""
    links: dict[IRI, list[tuple[Predicate, IRI, IRI]]] = {node: [] for node in nodes}
    for row in graph.query(
        f"SELECT ?s ?p ?o ?g {{ VALUES ?p {{ {_RELATIONS} }} {_values('s', nodes)} GRAPH ?g {{ ?s ?p ?o }} }}"
    ):
        links[row.s].append((Predicate(row.p.local), row.o, row.g))
    return links


def _issued_by_owner(graph: Graph, nodes: Collection[IRI]) -> dict[IRI, set[IRI]]:
    """Return for each strategy the documents of the unit whose strategy it is."""
    issued: dict[IRI, set[IRI]] = {node: set() for node in nodes}
    for row in graph.query(
        f"SELECT ?s ?d {{ {_values('s', nodes)} ?s pl:issuer ?u . ?d pl:issuer ?u ; a pl:Document }}"
    ):
        issued[row.s].add(row.d)
    return issued


def _common(source: IRI) -> bool:
    """Tell whether a graph holds for all documents: the authority file's, the curators'."""
    return source.startswith(f"{PLID}graph/")


def _proofs(
    graph: Graph, links: Collection[tuple[IRI, Predicate, IRI]]
) -> dict[tuple[IRI, Predicate, IRI], tuple[Proof, ...]]:
    from kg.graph import proofs

    found: dict[tuple[IRI, Predicate, IRI], list[Proof]] = {link: [] for link in links}
    terms = " ".join(f"({sparql.term(s)} pl:{p} {sparql.term(o)})" for s, p, o in sorted(links))
    for proof in proofs(graph, f"VALUES (?s ?p ?o) {{ {terms} }}") if links else ():
        found[proof.subject, proof.predicate, proof.object].append(proof)
    return {link: tuple(why) for link, why in found.items()}


def _things(graph: Graph, iris: Collection[IRI]) -> dict[IRI, Thing]:
    things = {iri: Thing(iri, iri.local, _kind(iri), None, _places(iri), None) for iri in iris}
    for row in graph.query(
        f"SELECT ?e (MIN(?n) AS ?name) (MIN(?l) AS ?level) (MIN(?d) AS ?definition) {{ {_values('e', iris)}"
        " OPTIONAL { ?e skos:prefLabel ?n FILTER(LANGMATCHES(LANG(?n), 'zh')) } OPTIONAL { ?e pl:level ?l }"
        " OPTIONAL { ?e skos:definition ?d FILTER(LANGMATCHES(LANG(?d), 'zh')) } } GROUP BY ?e"
    ):
        plain = things[row.e]
        level = Level(row.level.local) if row.level else None
        things[row.e] = replace(plain, name=row.name or plain.name, level=level, definition=row.definition)
    return things


def _in_order(steps: Iterable[Step], things: Mapping[IRI, Thing]) -> tuple[Step, ...]:
    """Sort steps: those to the nearest level first, then the surest."""

    def key(step: Step) -> tuple[int, float, str, str, str]:
        level = things[step.object].level
        return (-level.rank if level else 1, -step.confidence, step.subject, step.predicate, step.object)

    return tuple(sorted(steps, key=key))


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
        line.append(f"{'→' if end == 'object' else '←'} {_WORDS[step.predicate]} ", style="bold")
        line.append_text(_label(whole.entities[other]))
        if step.proofs:
            proof = step.proofs[0]
            line.append(f"  {_WORDS[proof.basis]} {proof.confidence:.2f}", style="dim")
            if proof.text:
                line.append(f"\n“{_excerpt(proof.text, whole.entities[step.object].name)}”", style="italic")
            if proof.document:
                line.append(f" {unquote(proof.document.removeprefix(f'{PLID}Document/'))}", style="dim")
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
    line.append(f" {level}{_WORDS[thing.kind]}", style="not bold dim")
    return line


def _excerpt(text: str, name: str, most: int = 70) -> str:
    """Return at most so many characters of a sentence, those around the name where it is there."""
    text = " ".join(text.split())
    start = min(max(0, text.find(name) + len(name) // 2 - most // 2), max(0, len(text) - most))
    end = start + most
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _values(name: str, iris: Iterable[IRI]) -> str:
    return f"VALUES ?{name} {{ {' '.join(str(sparql.term(iri)) for iri in sorted(iris))} }}"


def _kind(iri: IRI) -> Kind:
    return Kind(iri.removeprefix(PLID).split("/")[0])


def _places(iri: IRI) -> tuple[str, ...]:
    return tuple(unquote(part) for part in place_of(iri))


def _normal(name: str) -> str:
    try:
        return normalise(name)
    except ValueError:  # nothing but marks and white space: then it is nobody's name
        return name


_RELATIONS = " ".join(f"pl:{relation}" for relation in UPWARD)
