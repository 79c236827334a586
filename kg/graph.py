"""The graph as a researcher holds it: ask it in SPARQL or by the name of a question, get typed rows, frames, lineages.

``Graph`` needs of its back end only that it answers SPARQL, so that the embedded store and a remote endpoint stand
behind the same methods.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, TypeAlias

import pyoxigraph as ox

from kg import engine, guard, sparql, vocabulary
from kg.engine import Results
from kg.entities import described
from kg.evidence import Proof, proofs
from kg.paths import is_address
from kg.rows import IRI, Rows
from kg.statements import FOUND, METADATA
from kg.store import DEFAULT_STORE, Version, open_version, reading
from ontology.errors import NotFound, QueryError, StoreError, UsageError
from ontology.iri import name_of, places_of
from ontology.terms import PL, PREFIXES, SHOWN, Kind, Level, Predicate

if TYPE_CHECKING:
    import networkx
    import pandas
    import rdflib

    from kg.lineage import Lineage
    from queries import Query

Source: TypeAlias = str | Path | ox.Store

_LIBRARY_NAME = re.compile(r"[\w-]+")
"""What is the name of a library query, not SPARQL."""


class Backend(Protocol):
    """What stands behind a ``Graph``: an engine that answers SPARQL, and knows ``ontology.terms.PREFIXES``."""

    def run(self, query: str) -> tuple[Results, bool]:
        """Answer a query, and tell whether the answer is known to be only a first part.

        Raises:
            QueryError: it can't be parsed or is refused.
        """

    def close(self) -> None:
        """Let go of whatever is held open."""


class Embedded:
    """An Oxigraph store in this process; the default graph is the union of the named ones."""

    def __init__(self, store: ox.Store, version: Version | None = None) -> None:
        self._store: ox.Store | None = store
        self.version = version

    @property
    def store(self) -> ox.Store:
        """Return the store.

        Raises:
            StoreError: it has been let go of.
        """
        if self._store is None:
            raise StoreError("the graph is closed; open it again with kg.open")
        return self._store

    def run(self, query: str) -> tuple[Results, bool]:
        """Answer a query, whole."""
        guard.check(query)
        try:
            with answering():
                return engine.run(self.store, query), False
        except SyntaxError as error:
            raise sparql.unparsed(error, query) from error

    def close(self) -> None:
        """Let go of the store; the version may then be dropped."""
        self.version = self._store = None


@contextmanager
def answering() -> Iterator[None]:
    """Tell in one line what the engine meets while it answers, which may be as late as a row is read.

    Raises:
        QueryError: it has met something.
    """
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise QueryError(f"the query can't be answered: {error}") from error


@dataclass(frozen=True, slots=True)
class Holding:
    """One document that the graph holds, and what is known about it; None is "unknown".

    Attributes:
        identifier: its name.
        title: as printed.
        level: of the government that speaks.
        year: of issue.
        issued: date of issue, as precise as known.
        place: names of the unit that speaks and of those that contain it, from the province down.
        issuer: the body that speaks.
        meeting: that it was given to.
        review_years: years looked back on.
        plan_years: years planned for.
        found: how each of these was found: ``title``, ``text``, ``file name`` or ``table``.
    """

    identifier: str
    title: str | None = None
    level: Level | None = None
    year: int | None = None
    issued: str | None = None
    place: tuple[str, ...] = ()
    issuer: str | None = None
    meeting: str | None = None
    review_years: tuple[int, ...] = ()
    plan_years: tuple[int, ...] = ()
    found: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a graph says.

    Attributes:
        entities: how many entities, by kind.
        levels: how many strategies, policies and slogans, by level of government.
        links: how many links, by relation.
    """

    entities: Mapping[str, int] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    links: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Info:
    """What a graph holds.

    Attributes:
        documents: by identifier.
        counts: of entities and links.
        mentions: how many mentions of entities.
        indicators: how many indicators, each a passage of its own.
    """

    documents: tuple[Holding, ...]
    counts: Counts
    mentions: int
    indicators: int


class Graph:
    """A policy graph, open for reading; use it as a context manager or let it be collected."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store; a graph that is closed can't be asked any more, but closed again."""
        self.backend.close()
        self.__dict__.pop("dataset", None)

    @property
    def store(self) -> ox.Store:
        """Return the embedded store, read-only.

        Raises:
            StoreError: the graph is a remote one, or closed.
        """
        if not isinstance(self.backend, Embedded):
            raise StoreError("a remote graph has no store in this process; ask it with query()", code="PL-STORE-REMOTE")
        return self.backend.store

    @cached_property
    def dataset(self) -> rdflib.Dataset:
        """Return an ``rdflib.Dataset`` over the same data, read-only; its default graph is the union."""
        from kg.dataset import dataset

        return dataset(self.store, self.backend)

    def quads(self) -> Iterator[ox.Quad]:
        """Yield every quad of every named graph, each once; the union, which is made of them, is left out."""
        with reading():
            for quad in self.store.quads_for_pattern(None, None, None, None):
                if isinstance(quad.graph_name, ox.NamedNode):
                    yield quad

    def query(self, query: str, **parameters: Any) -> Rows:
        """Ask the graph.

        Args:
            query: SPARQL (the prefixes of ``ontology.terms.PREFIXES`` are known), or the name of a library query.
            parameters: values of the query's variables, see ``kg.sparql.bind``.

        Raises:
            QueryError: the query can't be parsed, is an update, calls another server, or has no such parameter.
            UsageError: the query is empty.
            NotFound: the library has no query of that name.
        """
        results, truncated = self._run(query, parameters)
        with answering():
            return Rows.of(results, truncated=truncated)

    def meant(self, query: str, **parameters: Any) -> dict[str, Any]:
        """Return the parameters of a query with what the names among them mean in this graph in place of these.

        Where one query's parameters are needed more than once, this spares asking for the same names again.
        """
        from kg.naming import named

        question = _question(query)
        names = question.names(parameters) if question else ()
        return parameters | {parameter.name: parameter.meaning(name, named(self, name)) for parameter, name in names}

    def unknown_names(self, query: str, **parameters: Any) -> list[str]:
        """Return what a query asks for and the graph does not know: the answer says little then.

        Of a library query these are names, of SPARQL the graphs of its ``FROM`` and ``FROM NAMED`` and the terms that
        the ontology lacks (``pl:Vilage``).
        """
        question = _question(query)
        if question is None:
            graphs = guard.dataset(query, "")
            named = [f"<{iri}>" for iri in (*(graphs.default or ()), *(graphs.named or ()))]
            words = dict.fromkeys(token.text.rstrip(".") for token in guard.tokenize(query) if token.kind == "name")
            ours = "pl:" not in words or PL in query  # a query may mean something else by that prefix
            missing = [word for word in words if ours and re.match("pl:.", word) and word[3:] not in vocabulary.terms()]
            return [*(self._unknown_graphs(named) if named else ()), *missing]
        asked = question.unknown_names(**self.meant(query, **parameters))
        return [] if asked is None else [row.name for row in self.query(asked)]

    def _unknown_graphs(self, named: Iterable[str]) -> list[str]:
        values = " ".join(named)
        rows = self.query(
            f"SELECT DISTINCT ?g {{ VALUES ?g {{ {values} }} FILTER NOT EXISTS {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
        )
        return [f"<{row.g}>" for row in rows]

    def frame(self, query: str, **parameters: Any) -> pandas.DataFrame:
        """Ask the graph and return the rows as a DataFrame; see ``query`` and ``Rows.frame``."""
        return self.query(query, **parameters).frame()

    def serialize(self, query: str, form: Literal["csv", "tsv", "json", "xml", "ttl"], **parameters: Any) -> bytes:
        """Ask the graph and return the answer in one of the W3C's formats.

        Raises:
            QueryError: see ``query``; or rows are asked for in ``ttl``, or triples in anything else.
        """
        results, _ = self._run(query, parameters)
        if isinstance(results, ox.QueryTriples):
            if form != "ttl":
                raise QueryError(f"this query gives triples, which have no {form} form; ask for ttl")
            with answering():
                content = ox.serialize(results, format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
        elif form == "ttl":
            raise QueryError("this query gives rows, which have no ttl form; ask for csv, tsv, json or xml")
        else:
            with answering():
                content = results.serialize(format=getattr(ox.QueryResultsFormat, form.upper()))
        assert content is not None  # only None where an output is given
        return content

    def lineage(self, name: str, within: str | None = None, *, confidence: float = SHOWN) -> Lineage:
        """Return the strategies above an entity up to the nation, and what serves it; see ``kg.lineage``."""
        from kg.lineage import lineage

        return lineage(self, name, within, confidence=confidence)

    def evidence(self, link: str | tuple[str, str, str]) -> tuple[Proof, ...]:
        """Return why a link is believed.

        Args:
            link: IRI of a ``pl:Link``, or a link itself as (subject, predicate, object).

        Raises:
            NotFound: the graph has no such link, or curators reject it.
        """
        if isinstance(link, str):
            found = proofs(self, sparql.values("link", [link]))
        else:
            subject, predicate, object_ = (sparql.term(IRI(part)) for part in link)
            found = proofs(self, f"VALUES (?s ?p ?o) {{ ({subject} {predicate} {object_}) }}")
        if not found:
            raise NotFound(f"the graph has no link {link}", subject=str(link))
        return found

    def graph(
        self, name: str | None = None, within: str | None = None, confidence: float = 0.0
    ) -> networkx.MultiDiGraph[str]:
        """Return entities and links for network analysis.

        Args:
            name: only the lineage of this entity; everything by default.
            within: the place that tells it from its namesakes.
            confidence: links below it are left out.

        Returns:
            Nodes are IRIs with ``label``, ``kind``, ``level``, ``place``; there is an edge for each proof of a link,
            with ``relation``, ``basis``, ``confidence``, ``document`` (its identifier), ``evidence``. What is unknown
            is "", never None.

        Raises:
            NotFound: the graph has no entity of that name, or none there.
            AmbiguousName: it has several.
            UsageError: a place is given and no name.
        """
        import networkx

        if name is None and within is not None:
            raise UsageError(f"{within} tells namesakes apart; name the entity too", subject=within)

        only = self.lineage(name, within, confidence=confidence).entities if name is not None else None
        network: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
        for iri, entity in described(self).items():
            if only is None or iri in only:
                place = " › ".join(places_of(iri))
                network.add_node(str(iri), label=entity.name, kind=str(entity.kind), level=entity.level, place=place)
        for proof in proofs(self, f"FILTER(?confidence >= {confidence})"):
            if proof.subject in network and proof.object in network:
                network.add_edge(str(proof.subject), str(proof.object), **proof.edge)
        return network

    def info(self) -> Info:
        """Return what the graph holds."""
        figures = self._count("?x a pl:Mention ; itsrdf:taIdentRef ?i . ?i a pl:Indicator")
        mentions = self._count("?x a pl:Mention") - figures
        return Info(self._holdings(), self.counts(), mentions, self._count("?x a pl:Indicator"))

    def _holdings(self) -> tuple[Holding, ...]:
        fields = {IRI(term.value): name for name, term in METADATA.items()}
        ways = {IRI(PL + term): how for how, term in FOUND.items()}
        told: defaultdict[str, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        terms = " ".join(str(sparql.term(term)) for term in (*fields, *ways))
        for row in self.query(
            "SELECT ?identifier ?p ?o { ?d a pl:Document ; dcterms:identifier ?identifier"
            f" OPTIONAL {{ VALUES ?p {{ {terms} }} ?d ?p ?o }} }} ORDER BY ?identifier ?p ?o"
        ):
            if row.p in ways:
                found[row.identifier][fields[row.o]] = ways[row.p]
            elif row.p is not None:
                told[row.identifier][fields[row.p]].append(row.o)
            else:
                told[row.identifier]  # nothing is known about it
        return tuple(_holding(name, known, found[name]) for name, known in told.items())

    def counts(self) -> Counts:
        """Count entities by kind, strategies and their like by level, and links by relation."""

        def table(query: str, names: Iterable[str]) -> dict[str, int]:
            found = {row.of.local: row.n for row in self.query(query)}
            return {str(name): found.get(name, 0) for name in names}

        relations = " ".join(f"pl:{relation}" for relation in Predicate)
        return Counts(
            entities=table("SELECT ?of (COUNT(*) AS ?n) { ?e a ?of } GROUP BY ?of", Kind),
            levels=table(
                "SELECT ?of (COUNT(*) AS ?n) { VALUES ?k { pl:Strategy pl:Policy pl:Slogan } ?e a ?k ; pl:level ?of }"
                " GROUP BY ?of",
                Level,
            ),
            links=table(
                f"SELECT ?of (COUNT(*) AS ?n) {{ VALUES ?of {{ {relations} }} ?s ?of ?o }} GROUP BY ?of", Predicate
            ),
        )

    def _count(self, pattern: str) -> int:
        return int(self.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")[0].n)

    def _run(self, query: str, parameters: Mapping[str, Any]) -> tuple[Results, bool]:
        if not any(guard.tokenize(query)):
            raise UsageError("the query is empty; write SPARQL, or name a question of the library (kg query --list)")
        guard.refuse_update(query)
        return self.backend.run(self._bound(query, parameters))

    def _bound(self, query: str, parameters: Mapping[str, Any]) -> str:
        """Return the text of a query that is given as text or by name, with its parameters set."""
        question = _question(query)
        return question.bind(**self.meant(query, **parameters)) if question else sparql.bind(query, parameters)


def open(store: Source = DEFAULT_STORE, **remote: Any) -> Graph:
    """Open a graph for reading.

    Args:
        store: folder of a store, an Oxigraph store whose default graph is the union of its named ones, or the address
            of a SPARQL endpoint.
        remote: how to ask an endpoint: ``user``, ``password``, ``token``, ``timeout``, …; see ``kg.endpoint.Endpoint``.

    Raises:
        StoreError: there is no store, or it is damaged.
        UsageError: what is asked is no endpoint, but is told how to ask one.
    """
    if isinstance(store, str) and is_address(store):
        from kg.endpoint import Endpoint

        return Graph(Endpoint(store, **remote))
    if remote:
        raise UsageError(f"{store} is no endpoint; {', '.join(remote)}: these say how to ask one", subject=str(store))
    if isinstance(store, ox.Store):
        return Graph(Embedded(store))
    version = open_version(Path(store))
    return Graph(Embedded(version.store, version))


def info(*, store: Source = DEFAULT_STORE) -> Info:
    """Return what a graph holds."""
    with open(store) as graph:
        return graph.info()


def query(query: str, *, store: Source = DEFAULT_STORE, **parameters: Any) -> Rows:
    """Ask a graph in SPARQL or by the name of a library query; see ``Graph.query``."""
    with open(store) as graph:
        return graph.query(query, **parameters)


def _question(query: str) -> Query | None:
    """Return the query of the library that is meant; None where SPARQL is."""
    if not _LIBRARY_NAME.fullmatch(query):
        return None
    from queries import load

    return load(query)


def _holding(identifier: str, known: Mapping[str, list[Any]], found: Mapping[str, str]) -> Holding:
    one = {name: values[0] for name, values in known.items()}
    place, level = one.get("place"), one.get("level")
    return Holding(
        identifier,
        one.get("title"),
        Level(level.local) if level else None,
        one.get("year"),
        str(one["issued"]) if "issued" in one else None,
        (*places_of(place), name_of(place)) if place else (),
        one.get("issuer"),
        one.get("meeting"),
        tuple(known.get("review_years", ())),
        tuple(known.get("plan_years", ())),
        {name: found[name] for name in METADATA if name in found},
    )
