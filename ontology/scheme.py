"""The authority file: strategies, policies and slogans that are known nationwide, or by their province.

``strategies.ttl`` and ``policies.ttl`` beside this file form one SKOS concept scheme. A researcher's own Turtle files
are laid over it with ``load(path, ...)``; docs/authority.md tells how to write and check one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from ontology.errors import AuthorityError
from ontology.iri import shortened
from ontology.terms import DCTERMS, IDEAS, PL, PLID, RDF, RDFS, SKOS, Kind, Level

BUNDLED: tuple[Path, ...] = tuple(Path(__file__).with_name(name) for name in ("strategies.ttl", "policies.ttl"))
"""The files that ``load`` reads before those it is given."""

_KINDS = {PL + kind: kind for kind in IDEAS}
_LEVELS = {PL + level: level for level in Level}

# What a concept may say: property -> field of Concept.
_ONE = {
    PL + "level": "level",
    PL + "issuer": "issuer",
    PL + "year": "year",
    SKOS + "definition": "definition",
    SKOS + "note": "note",
    DCTERMS + "source": "source",
}
_LABELS = {SKOS + "altLabel": "alt_labels", SKOS + "hiddenLabel": "hidden_labels"}
_LINKS = {
    PL + "componentOf": "component_of",
    PL + "advances": "advances",
    PL + "serves": "serves",
    SKOS + "broader": "broader",
}
_IGNORED = {SKOS + "inScheme", SKOS + "topConceptOf", RDFS + "seeAlso"}
_PREF_LABEL, _TYPE = SKOS + "prefLabel", RDF + "type"
_KNOWN = {*_ONE, *_LABELS, *_LINKS, _PREF_LABEL, *_IGNORED}

# Two spellings of a name that differ only in these are one name: quotation marks, spaces, half-width marks.
_SPELLING = str.maketrans("(),:;!?", "（），：；！？", "“”‘’\"'「」『』《》〈〉 \u3000")


@dataclass(frozen=True, slots=True)
class Concept:
    """A strategy, policy or slogan of the authority file.

    Attributes:
        iri: the entity's IRI in every graph (see ``ontology.iri``).
        kind: Strategy, Policy or Slogan.
        label: preferred Chinese label.
        label_en: English label.
        alt_labels: other forms under which documents name it.
        hidden_labels: further forms, too loose to show but met in documents.
        level: level of government that issued it.
        issuer: IRI of the unit whose strategy it is; None for the nation.
        year: year of first issue.
        definition: what it stands for, in our own words.
        source: occasion of first issue (党的十九大报告).
        note: what a reader must beware of: an older homonym, a disputed origin.
        component_of: IRIs of the wholes that it is a part of.
        advances: IRIs of the higher level's strategies that it carries out.
        serves: IRIs of the strategies that it is for.
        broader: IRIs of the wider concepts.
    """

    iri: str
    kind: Kind
    label: str
    label_en: str | None = None
    alt_labels: tuple[str, ...] = ()
    hidden_labels: tuple[str, ...] = ()
    level: Level | None = None
    issuer: str | None = None
    year: int | None = None
    definition: str | None = None
    source: str | None = None
    note: str | None = None
    component_of: tuple[str, ...] = ()
    advances: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Return every Chinese form of the name, the preferred label first."""
        return (self.label, *self.alt_labels, *self.hidden_labels)

    @property
    def upward(self) -> tuple[str, ...]:
        """Return the IRIs of what it leads to: as a part, by serving and by advancing."""
        return (*self.component_of, *self.serves, *self.advances)


class Scheme:
    """Concepts by IRI and by name; immutable.

    >>> scheme = load()
    >>> scheme.by_label("乡村振兴").label
    '乡村振兴战略'
    """

    def __init__(self, concepts: Iterable[Concept], owners: dict[str, str]) -> None:
        self._concepts = {concept.iri: concept for concept in concepts}
        self._owners = owners  # the concept to which each name, without marks, belongs

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._concepts.values())

    def __len__(self) -> int:
        return len(self._concepts)

    def above(self, iri: str) -> frozenset[str]:
        """Return the IRIs that a concept leads to, step by step, as a part, by serving and by advancing."""
        return self._above.get(iri, frozenset())

    def supporters(self, iri: str) -> int:
        """Return how many concepts lead to one, step by step."""
        return self._supporters[iri]

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for start in self._concepts:
            reached: set[str] = set()
            todo = [start]
            while todo:
                fresh = {*self._concepts[todo.pop()].upward} - reached
                reached |= fresh
                todo += fresh
            found[start] = frozenset(reached)
        return found

    @cached_property
    def _supporters(self) -> Counter[str]:
        return Counter(higher for reached in self._above.values() for higher in reached)

    def concept(self, iri: str) -> Concept | None:
        """Return the concept with this IRI, None where the scheme has none."""
        return self._concepts.get(iri)

    def by_label(self, text: str) -> Concept | None:
        """Return the concept that ``text`` names in any of its Chinese forms, whatever quotation marks are in it.

        >>> load().by_label("“三农”全面振兴") is None
        True
        """
        owner = self._owners.get(_name(text))
        return None if owner is None else self._concepts[owner]

    def surfaces(self) -> Iterator[tuple[str, Concept]]:
        """Yield each form of a name with the one concept that it names."""
        for concept in self:
            for surface in concept.surfaces:
                if self._owners.get(_name(surface)) == concept.iri:
                    yield surface, concept


@dataclass(slots=True)
class _Draft:
    """A concept while files are merged: what has been said of it, and where."""

    iri: str
    file: Path
    kind: Kind | None = None
    pref: dict[str, str] = field(default_factory=dict)
    one: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def name(self) -> str:
        return self.pref.get("zh") or self.iri.removeprefix(PLID)

    def fail(self, problem: str) -> AuthorityError:
        return AuthorityError(f"{self.file.name}: {self.name}: {problem}", subject=str(self.file))


def load(*paths: str | Path) -> Scheme:
    """Read the bundled authority file, then lay further files over it.

    What a later file says of a concept replaces its labels, level, issuer, year, definition, source and note, and
    adds to its other names and links. A name that a later file gives to another concept goes over to that one.

    Args:
        paths: Turtle files, in the order in which they are laid over each other.

    Raises:
        AuthorityError: a file is missing, is not Turtle, or breaks a rule; the message names file, concept and fix.
    """
    drafts: dict[str, _Draft] = {}
    owners: dict[str, str] = {}
    for layer in (BUNDLED, *((Path(path),) for path in paths)):
        claimed: dict[str, _Draft] = {}
        for path in layer:
            for draft in _merge(path, drafts):
                _claim(draft, claimed)
        owners |= {name: draft.iri for name, draft in claimed.items()}
    concepts = [_concept(draft) for draft in drafts.values()]
    _check_links(concepts, drafts)
    names = {(_name(surface), concept.iri) for concept in concepts for surface in concept.surfaces}
    return Scheme(concepts, {name: iri for name, iri in owners.items() if (name, iri) in names})


def _name(surface: str) -> str:
    return surface.translate(_SPELLING)


def _merge(path: Path, drafts: dict[str, _Draft]) -> list[_Draft]:
    """Add what ``path`` says to ``drafts``; return a draft for each of its concepts that holds only its own words."""
    own: dict[str, _Draft] = {}
    schemes: set[str] = set()
    triples: list[tuple[str, str, ox.Literal | str]] = []
    try:
        for quad in ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE):
            subject, predicate, object_, _ = quad
            value = object_.value if isinstance(object_, ox.NamedNode) else object_
            if not isinstance(subject, ox.NamedNode) or not isinstance(value, (str, ox.Literal)):
                raise AuthorityError(
                    f"{path.name}: a concept without an IRI; write <…> before it, not [ ] or _:x", subject=str(path)
                )
            if value == SKOS + "ConceptScheme":
                schemes.add(subject.value)
            triples.append((subject.value, predicate.value, value))
    except SyntaxError as error:
        raise AuthorityError(
            f"{path.name}: not valid Turtle (line {error.lineno}): {error.msg}", subject=str(path)
        ) from error
    except OSError as error:
        raise AuthorityError(
            f"{path}: can't be read ({error.strerror}); check its path and rights", subject=str(path)
        ) from error

    for iri, predicate, value in triples:
        if iri not in schemes:
            _say(own.get(iri) or own.setdefault(iri, _Draft(iri, path)), predicate, value)
    for iri, said in own.items():
        merged = drafts.setdefault(iri, _Draft(iri, path))
        if said.kind is not None and merged.kind is not None and said.kind is not merged.kind:
            raise said.fail(f"is a {merged.kind} in {merged.file.name}, a {said.kind} here; keep to one kind")
        merged.kind = merged.kind or said.kind
        merged.pref |= said.pref
        merged.one |= said.one
        for name, values in said.many.items():
            merged.many[name] += [value for value in values if value not in merged.many[name]]
    return list(own.values())


def _say(draft: _Draft, predicate: str, value: ox.Literal | str) -> None:
    """Note one statement, after checking that its property is known and its value of the right sort."""
    if predicate == _TYPE:
        if value == SKOS + "Concept":
            return
        if value not in _KINDS:
            raise draft.fail(f"unknown class {_short(str(value))}; write a pl:Strategy, pl:Policy or pl:Slogan")
        if draft.kind is not None:
            raise draft.fail(f"is both a {draft.kind} and a {_KINDS[str(value)]}; keep to one kind")
        draft.kind = _KINDS[str(value)]
        return
    if predicate not in _KNOWN:
        raise draft.fail(f"unknown property {_short(predicate)}; docs/authority.md lists those that it may have")
    if predicate in _IGNORED:
        return
    wants_iri = predicate in _LINKS or predicate in (PL + "level", PL + "issuer")
    if wants_iri is isinstance(value, ox.Literal):
        raise draft.fail(f"{_short(predicate)} needs {'an IRI: <…>' if wants_iri else 'text in quotation marks'}")
    if isinstance(value, str):
        text, language = value, "zh"
    else:
        text, language = value.value.strip(), value.language or "zh"
    if not text:
        raise draft.fail(f"{_short(predicate)} is empty; write it or leave it out")
    if predicate == _PREF_LABEL:
        if language not in ("zh", "en"):
            raise draft.fail(f"a label in {language!r}; labels are @zh and @en")
        if language in draft.pref:
            raise draft.fail(f"two skos:prefLabel @{language}; make one of them a skos:altLabel")
        draft.pref[language] = text
    elif predicate in _ONE:
        name = _ONE[predicate]
        if name in draft.one:
            raise draft.fail(f"two values of {_short(predicate)}; keep one")
        if name == "level" and text not in _LEVELS:
            raise draft.fail(f"unknown level {_short(text)}; one of {', '.join(f'pl:{level}' for level in Level)}")
        if name == "year" and not (text.isdecimal() and len(text) == 4):
            raise draft.fail(f"the year {text} is not a year; write pl:year 2017")
        draft.one[name] = text
    else:
        if language != "zh":
            raise draft.fail(f"{_short(predicate)} {text!r} in {language!r}; only Chinese forms are looked for")
        draft.many[_LABELS.get(predicate) or _LINKS[predicate]].append(text)


def _claim(draft: _Draft, claimed: dict[str, _Draft]) -> None:
    """Give the draft's names to it, unless another concept of the same layer has one already."""
    surfaces = [draft.pref["zh"]] if "zh" in draft.pref else []
    surfaces += draft.many["alt_labels"] + draft.many["hidden_labels"]
    for surface in surfaces:
        if surfaces.count(surface) > 1:
            raise draft.fail(f"the form {surface} stands twice; keep it in one label")
        other = claimed.setdefault(_name(surface), draft)
        if other.iri != draft.iri:
            raise draft.fail(
                f"the form {surface} also names {other.name} ({other.file.name}); leave it to one of the two"
            )


def _concept(draft: _Draft) -> Concept:
    """Turn a merged draft into a concept."""
    if draft.kind is None:
        raise draft.fail("has no kind; write a pl:Strategy, pl:Policy or pl:Slogan")
    if "zh" not in draft.pref:
        raise draft.fail('has no Chinese label; write skos:prefLabel "…"@zh')
    one = draft.one
    many = draft.many
    level = _LEVELS[one["level"]] if "level" in one else None
    if level not in (None, Level.NATIONAL) and "issuer" not in one:
        raise draft.fail("is below the national level and has no pl:issuer; name the unit whose it is")
    return Concept(
        iri=draft.iri,
        kind=draft.kind,
        label=draft.pref["zh"],
        label_en=draft.pref.get("en"),
        alt_labels=tuple(form for form in many["alt_labels"] if form != draft.pref["zh"]),
        hidden_labels=tuple(many["hidden_labels"]),
        level=level,
        issuer=one.get("issuer"),
        year=int(one["year"]) if "year" in one else None,
        definition=one.get("definition"),
        source=one.get("source"),
        note=one.get("note"),
        component_of=tuple(many["component_of"]),
        advances=tuple(many["advances"]),
        serves=tuple(many["serves"]),
        broader=tuple(many["broader"]),
    )


def _check_links(concepts: list[Concept], drafts: dict[str, _Draft]) -> None:
    """Check that links lead to concepts, that ``advances`` leads upward, and that none leads back to its start."""
    known = {concept.iri: concept for concept in concepts}
    for concept in concepts:
        fail = drafts[concept.iri].fail
        for target in (*concept.upward, *concept.broader):
            if target not in known:
                raise fail(f"no file defines {target.removeprefix(PLID)}, to which it refers; define or correct it")
        for target in concept.advances:
            higher = known[target]
            if concept.level is None or higher.level is None or not higher.level.above(concept.level):
                raise fail(f"advances {higher.label}, which is not of a higher level; write pl:serves or a pl:level")
    for links, name in (
        ({c.iri: c.upward for c in concepts}, "componentOf, serves and advances"),
        ({c.iri: c.broader for c in concepts}, "broader"),
    ):
        loop = _cycle(links)
        if loop:
            way = " → ".join(known[iri].label for iri in loop)
            raise drafts[loop[0]].fail(f"{name} lead back to where they start: {way}; take one of these links out")


def _cycle(links: dict[str, tuple[str, ...]]) -> list[str]:
    """Return the nodes of a cycle, its first node again at the end; an empty list where there is none."""
    done: set[str] = set()
    for start in links:
        path = [start]
        stack = [(start, iter(links[start]))] if start not in done else []
        while stack:
            node, targets = stack[-1]
            target = next((target for target in targets if target not in done), None)
            if target is None:
                done.add(node)
                stack.pop()
                path.pop()
            elif target in path:
                return [*path[path.index(target) :], target]
            else:
                path.append(target)
                stack.append((target, iter(links[target])))
    return []


def _short(iri: str) -> str:
    short = shortened(iri)
    return short if short != iri else f"<{iri}>"
