"""What the page of an entity tells: what it is, its links with their sentences, and where documents name it."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool

from kg import sparql
from kg.evidence import holds, passages
from kg.rows import IRI
from kg.server.pages.catalogue import Catalogue, Item, Paper
from kg.server.workers import Ask
from ontology.iri import AUTHORITY_GRAPH
from ontology.terms import Basis, Level, Predicate

MOST_LINKS = 100
"""Links of one direction that a page shows, the surest first."""

_MOST_QUOTES = 6
"""Sentences that a page shows for a link, those of the surest reasons."""

MOST_MENTIONS = 200
"""Mentions that a page shows."""

_WINDOW = 160
"""Characters before and after a mention in which its sentence is looked for."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch of a document's text.

    Attributes:
        document: which document; None for the authority file and curators.
        text: the sentence, or a curated source; None where the names themselves are the proof.
        start: where it begins, in code points of the document.
        end: where it ends.
        mark: the part of ``text`` that names the entity, as (start, end) within it.
    """

    document: Paper | None
    text: str | None
    start: int | None = None
    end: int | None = None
    mark: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A ``pl:Link`` with its sentences."""

    basis: Basis
    confidence: float
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A link of the entity with why it is believed, the surest reason first."""

    predicate: Predicate
    other: Item
    reasons: tuple[Reason, ...]

    @property
    def confidence(self) -> float:
        """Return that of the surest reason."""
        return self.reasons[0].confidence


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator of the entity."""

    measure: str
    value: Any
    unit: str
    period: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that the page of an entity shows but its graph.

    Attributes:
        item: the entity.
        names: what else it is called, by language.
        definitions: what it stands for.
        facts: issuer, division code, year, source, status by document, and what is the same.
        above: links that go from it, the place it lies in aside.
        below: links that lead to it.
        located_in: where it lies.
        located_here: what lies in it.
        figures: its indicators.
        mentions: the sentences that name it, by document, in the order of the text.
    """

    item: Item
    names: tuple[tuple[str, str], ...]
    definitions: tuple[str, ...]
    facts: Mapping[str, tuple[Any, ...]]
    above: tuple[Relation, ...]
    below: tuple[Relation, ...]
    located_in: tuple[Relation, ...]
    located_here: tuple[Relation, ...]
    figures: tuple[Figure, ...]
    mentions: Mapping[Paper, tuple[Quote, ...]]

    def quotes(self) -> Iterable[Quote]:
        """Yield every quote of the page."""
        for relation in (*self.above, *self.below, *self.located_in, *self.located_here):
            for reason in relation.reasons:
                yield from reason.quotes
        yield from (figure.quote for figure in self.figures)
        for quotes in self.mentions.values():
            yield from quotes


async def account(ask: Ask, catalogue: Catalogue, item: Item) -> Account:
    """Gather what the graph says of an entity, in a bounded number of bounded queries."""
    said, upward, downward, figures, mentions = await asyncio.gather(
        _said(ask, catalogue, item.iri),
        _relations(ask, catalogue, item.iri, "subject"),
        _relations(ask, catalogue, item.iri, "object"),
        _figures(ask, catalogue, item.iri),
        _mentions(ask, catalogue, item.iri),
    )
    names, definitions, facts = said
    located = Predicate.LOCATED_IN
    return Account(
        item,
        names,
        definitions,
        {key: tuple(values) for key, values in facts.items()},
        tuple(relation for relation in upward if relation.predicate is not located),
        tuple(relation for relation in downward if relation.predicate is not located),
        tuple(relation for relation in upward if relation.predicate is located),
        tuple(relation for relation in downward if relation.predicate is located),
        figures,
        mentions,
    )


async def _said(
    ask: Ask, catalogue: Catalogue, iri: IRI
) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...], dict[str, list[Any]]]:
    properties = "skos:prefLabel skos:altLabel skos:note dcterms:source pl:year pl:issuer pl:divisionCode pl:sameAs"
    node = str(sparql.term(iri))
    rows = await ask(
        f"SELECT DISTINCT ?p ?o (LANG(?o) AS ?tag) ?g {{ {{ VALUES ?p {{ {properties} }} {node} ?p ?o }} UNION"
        f" {{ VALUES ?p {{ skos:definition pl:status }} GRAPH ?g {{ {node} ?p ?o }} }} }} ORDER BY ?p ?o ?g LIMIT 1000"
    )
    papers = await run_in_threadpool(catalogue.papers_named, [row.g for row in rows if row.g is not None])
    names: dict[tuple[str, str], None] = {}
    definitions: dict[str, None] = {}
    facts: defaultdict[str, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.g != AUTHORITY_GRAPH):
        name = row.p.local
        if name in ("prefLabel", "altLabel"):
            names[row.o, row.tag] = None
        elif name in ("definition", "note"):
            definitions[row.o] = None
        elif name == "status":
            facts["status"].append((row.o.local, papers.get(row.g)))
        elif row.o not in facts[name]:
            facts[name].append(row.o)
    return tuple(names), tuple(definitions), facts


async def evidence(ask: Ask, catalogue: Catalogue, subject: str, object_: str) -> tuple[Relation, ...]:
    """Return the links from one entity to another, with why they are believed."""
    return await _relations(ask, catalogue, IRI(subject), "subject", [IRI(object_)])


async def _relations(
    ask: Ask,
    catalogue: Catalogue,
    iri: IRI,
    end: str,
    others: Sequence[IRI] | None = None,
) -> tuple[Relation, ...]:
    """Return the links that have the entity at one end, those of the given others or all, the surest first."""
    if others is None:
        others = await run_in_threadpool(catalogue.others, iri, end, MOST_LINKS)
    node = str(sparql.term(iri))
    link = holds(node, object_="?other") if end == "subject" else holds("?other", object_=node)
    links = await ask(
        f"""SELECT ?link ?p ?other ?basis ?confidence ?g {{ {sparql.values("other", others)}
          GRAPH ?g {{ {link} ?link pl:basis ?basis ; pl:confidence ?confidence }}
        }} ORDER BY DESC(?confidence) ?link LIMIT {10 * MOST_LINKS}"""
    )
    shown: defaultdict[tuple[IRI, IRI], list[IRI]] = defaultdict(list)
    for row in links:
        shown[row.other, row.p].append(row.link)
    texts: defaultdict[IRI, list[Any]] = defaultdict(list)
    for row in await ask(passages(link for some in shown.values() for link in some[:_MOST_QUOTES])):
        texts[row.link].append(row)
    papers = await run_in_threadpool(catalogue.papers_named, [row.g for row in links])
    reasons: defaultdict[tuple[IRI, Predicate], list[Reason]] = defaultdict(list)
    for row in links:
        paper = papers.get(row.g)
        quotes = tuple(Quote(paper, found.text, found.start, found.end) for found in texts[row.link])
        reasons[row.other, Predicate(row.p.local)].append(Reason(Basis(row.basis.local), float(row.confidence), quotes))
    items = await run_in_threadpool(catalogue.items, [other for other, _ in reasons])
    found = [
        Relation(predicate, items[other], tuple(why)) for (other, predicate), why in reasons.items() if other in items
    ]
    found.sort(key=lambda r: (list(Predicate).index(r.predicate), -r.confidence, -r.other.mentions, r.other.iri))
    return tuple(found[:MOST_LINKS])


async def _figures(ask: Ask, catalogue: Catalogue, iri: IRI) -> tuple[Figure, ...]:
    rows = await ask(
        f"""SELECT ?i ?value ?unit ?measure ?period ?d ?start ?end ?text {{ ?i pl:indicatorOf {sparql.term(iri)} ;
          pl:value ?value . ?m itsrdf:taIdentRef ?i ; nif:referenceContext ?d ; nif:beginIndex ?start ;
          nif:endIndex ?end ; nif:anchorOf ?text OPTIONAL {{ ?i pl:unit ?unit }} OPTIONAL {{ ?i pl:measure ?measure }}
          OPTIONAL {{ ?i pl:period ?period }} }} ORDER BY ?d ?start LIMIT 100"""
    )
    papers = await run_in_threadpool(catalogue.papers_named, [row.d for row in rows])
    return tuple(
        Figure(
            row.measure or "",
            row.value,
            row.unit or "",
            row.period.local if row.period else "",
            Quote(papers.get(row.d), row.text, row.start, row.end),
        )
        for row in rows
    )


async def _mentions(ask: Ask, catalogue: Catalogue, iri: IRI) -> dict[Paper, tuple[Quote, ...]]:
    """Return the sentences that name the entity, by document."""
    rows = await ask(
        f"""SELECT ?d ?start ?end (SUBSTR(?text, IF(?start > {_WINDOW}, ?start - {_WINDOW} + 1, 1),
            ?end - ?start + 2 * {_WINDOW}) AS ?around)
          {{ {{ SELECT ?d ?start ?end {{ ?m itsrdf:taIdentRef {sparql.term(iri)} ; nif:referenceContext ?d ;
            nif:beginIndex ?start ; nif:endIndex ?end }} ORDER BY ?d ?start LIMIT {MOST_MENTIONS} }}
            ?d nif:isString ?text }}"""
    )
    papers = await run_in_threadpool(catalogue.papers_named, [row.d for row in rows])
    found: defaultdict[Paper, list[Quote]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.d, row.start)):
        if row.d in papers:
            start = min(row.start, _WINDOW)
            left, right = sentence(row.around, start, start + row.end - row.start)
            found[papers[row.d]].append(
                Quote(
                    papers[row.d],
                    row.around[left:right],
                    row.start,
                    row.end,
                    (start - left, start + row.end - row.start - left),
                )
            )
    ranks = {str(level): level.rank for level in Level}

    def place(paper: Paper) -> tuple[int, int, tuple[str, ...], str]:
        return paper.year or 0, ranks.get(paper.level, len(ranks)), paper.places, paper.identifier

    return {paper: tuple(found[paper]) for paper in sorted(found, key=place)}


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentence around a stretch of text begins and ends.

    >>> sentence("修渠。建设黄河板块！植树。", 5, 9)
    (3, 10)
    """
    before = max((found.end() for found in re.finditer(r"[。！？；\n]", text[:start])), default=0)
    after = re.search(r"[。！？；]|(?=\n)", text[end:])
    return before, end + after.end() if after else len(text)
