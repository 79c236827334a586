"""Writes a catalogue: the tables, and what they are filled with from the graph."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox

from kg.evidence import held
from kg.graph import Graph
from kg.vocabulary import NOT_SPENT
from ontology.iri import name_of, places_of
from ontology.terms import ITSRDF, NIF, PL, PLACES, PLID, Kind

_SCHEMA = """
CREATE TABLE entity (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, name TEXT, english TEXT, kind TEXT, level TEXT,
                     place TEXT, mentions INTEGER, supporters INTEGER);
CREATE TABLE document (id INTEGER PRIMARY KEY, iri TEXT UNIQUE, identifier TEXT, title TEXT, level TEXT, place TEXT,
                       year INTEGER, mentions INTEGER);
CREATE TABLE mentioned (entity INTEGER, document INTEGER, year INTEGER, mentions INTEGER);
CREATE TABLE link (subject INTEGER, predicate TEXT, object INTEGER, basis TEXT, confidence REAL);
CREATE TABLE money (entity INTEGER PRIMARY KEY, yuan REAL);
CREATE TABLE contributes (subject INTEGER, object INTEGER);
CREATE VIRTUAL TABLE name USING fts5(grams, initials, entity UNINDEXED, plain UNINDEXED, letters UNINDEXED,
                                    other UNINDEXED, tokenize='unicode61');
"""
_INDEXES = """
CREATE INDEX entity_kind ON entity (kind, level);
CREATE INDEX entity_order ON entity (mentions DESC, name);
CREATE INDEX mentioned_entity ON mentioned (entity);
CREATE INDEX mentioned_year ON mentioned (year, entity);
CREATE INDEX link_subject ON link (subject);
CREATE INDEX link_object ON link (object);
CREATE INDEX contributes_subject ON contributes (subject, object);
CREATE INDEX contributes_object ON contributes (object, subject);
"""


def write(graph: Graph, path: Path) -> None:
    """Write the catalogue of a graph into a new file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        with connection:
            _fill(graph, connection)
        connection.executescript(_INDEXES + "INSERT INTO name(name) VALUES ('optimize'); ANALYZE;")


def grams(text: str) -> str:
    """Return the overlapping pairs of characters of a text, and its last character, as words.

    >>> grams("乡村振兴")
    '乡村 村振 振兴 兴'
    >>> grams("“两山”理念")
    '两山 山理 理念 念'
    """
    signs = plain(text)
    return " ".join(signs[index : index + 2] for index in range(len(signs)))


def plain(text: str) -> str:
    """Return the letters and digits of a text in lower case, by which names are compared."""
    return "".join(character for character in text.casefold() if character.isalnum())


def initials(text: str) -> str:
    """Return the first letter of each syllable.

    >>> initials("乡村振兴"), initials("“543”现代产业矩阵")
    ('xczx', '543xdcyjz')
    """
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(plain(text), style=Style.FIRST_LETTER))


def _fill(graph: Graph, connection: sqlite3.Connection) -> None:
    ids: dict[str, int] = {}
    kinds = " ".join(f"pl:{kind}" for kind in Kind)
    levels = {row.e: row.level.local for row in graph.query("SELECT ?e ?level { ?e pl:level ?level }")}
    labels: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in graph.query(
        "SELECT ?e ?p ?l (LANG(?l) AS ?tag) { VALUES ?p { skos:prefLabel skos:altLabel skos:hiddenLabel } ?e ?p ?l }"
    ):
        labels[row.e].append((row.p.local, row.tag, row.l))
    entities: dict[str, list[Any]] = {}
    names: list[tuple[str, str, int, str, str, bool]] = []
    for row in graph.query(f"SELECT DISTINCT ?e ?k {{ VALUES ?k {{ {kinds} }} ?e a ?k }} ORDER BY ?e"):
        if row.e in ids:
            continue
        ids[row.e] = len(ids) + 1
        preferred = sorted((tag != "zh", label) for what, tag, label in labels[row.e] if what == "prefLabel")
        english = min((label for what, tag, label in labels[row.e] if what == "prefLabel" and tag == "en"), default="")
        name = preferred[0][1] if preferred else name_of(row.e)
        places = [*places_of(row.e)]
        if row.k.local in PLACES:
            places.append(name)
        place = "/".join(part.replace("/", "／") for part in places)
        entities[row.e] = [
            ids[row.e], row.e, name, english, row.k.local, levels.get(row.e, ""), place, 0, 0,
        ]  # fmt: skip
        known = {name, *(label for what, _, label in labels[row.e] if what == "prefLabel")}
        for label in sorted(known.union(label for _, _, label in labels[row.e])):
            letters = initials(label)
            names.append((grams(label), grams(letters), ids[row.e], plain(label), letters, label not in known))
    papers: dict[str, list[Any]] = {}
    years: dict[str, int | None] = {}
    for row in graph.query(
        "SELECT ?d (SAMPLE(?i) AS ?identifier) (SAMPLE(?t) AS ?title) (SAMPLE(?y) AS ?year) (SAMPLE(?u) AS ?unit)"
        " { ?d a pl:Document ; dcterms:identifier ?i OPTIONAL { ?d dcterms:title ?t } OPTIONAL { ?d pl:year ?y }"
        " OPTIONAL { ?d pl:issuer ?u } } GROUP BY ?d ORDER BY ?d"
    ):
        years[row.d] = row.year
        unit = row.unit.removeprefix(f"{PLID}{Kind.ADMINISTRATIVE_UNIT}/") if row.unit else ""
        papers[row.d] = [
            len(papers) + 1, row.d, row.identifier, row.title or row.identifier, levels.get(row.d, ""),
            unquote(unit), row.year, 0,
        ]  # fmt: skip
    mentioned: list[tuple[int, int, int | None, int]] = []
    for (entity, document), spans in _mentions(graph).items():
        if entity in ids and document in papers:
            times = _places(spans)
            mentioned.append((ids[entity], papers[document][0], years[document], times))
            entities[entity][7] += times
            papers[document][7] += len(spans)
    connection.executemany("INSERT INTO money VALUES (?, ?)", _money(graph, ids))
    links = _links(graph, ids)
    connection.executemany("INSERT INTO link VALUES (?, ?, ?, ?, ?)", links)
    connection.executemany("INSERT INTO contributes VALUES (?, ?)", _contributes(graph, ids, entities))
    connection.executemany(f"INSERT INTO entity VALUES ({', '.join('?' * 9)})", entities.values())
    connection.executemany(f"INSERT INTO document VALUES ({', '.join('?' * 8)})", papers.values())
    connection.executemany("INSERT INTO mentioned VALUES (?, ?, ?, ?)", mentioned)
    connection.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?, ?)", names)


def _mentions(graph: Graph) -> Mapping[tuple[str, str], list[tuple[int, int]]]:
    """Return where each document names each entity: offsets of the beginning and the end."""
    documents, begins, ends = (
        dict(_column(graph, NIF + name)) for name in ("referenceContext", "beginIndex", "endIndex")
    )
    spans: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for mention, entity in _column(graph, ITSRDF + "taIdentRef"):
        spans[entity, documents[mention]].append((int(begins[mention]), int(ends[mention])))
    return spans


def _places(spans: Iterable[tuple[int, int]]) -> int:
    """Count the places that name an entity; a form within a longer one counts once.

    >>> _places([(0, 6), (0, 4), (9, 13)])  # 乡村振兴战略, of which 乡村振兴, and 乡村振兴
    2
    """
    reach = places = 0
    for _, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        places += end > reach
        reach = max(reach, end)
    return places


def _links(graph: Graph, ids: Mapping[str, int]) -> Iterator[tuple[int, str, int, str, float]]:
    """Yield each link that holds once for each basis, with its highest confidence."""
    bases, confidences = (dict(_column(graph, f"{PL}{name}")) for name in ("basis", "confidence"))
    best: dict[tuple[str, str, str, str], float] = {}
    for link, ends in held(graph.store).items():
        key = (*ends, bases[link])
        best[key] = max(best.get(key, 0.0), float(confidences[link]))
    for (subject, predicate, object_, basis), confidence in best.items():
        if subject in ids and object_ in ids:
            yield ids[subject], predicate.removeprefix(PL), ids[object_], basis.removeprefix(PL), confidence


def _money(graph: Graph, ids: Mapping[str, int]) -> Iterator[tuple[int, float]]:
    """Yield the largest amount in 元 that a document names for each entity as spent on it."""
    units, measures = dict(_column(graph, f"{PL}unit")), dict(_column(graph, f"{PL}measure"))
    not_spent = re.compile(NOT_SPENT)
    values = dict(_column(graph, f"{PL}value"))
    largest: dict[str, float] = {}
    for indicator, entity in _column(graph, f"{PL}indicatorOf"):
        spent = not not_spent.search(measures.get(indicator, ""))
        if units.get(indicator) == "元" and spent and indicator in values and entity in ids:
            largest[entity] = max(largest.get(entity, 0.0), float(values[indicator]))
    return ((ids[entity], yuan) for entity, yuan in largest.items())


def _contributes(graph: Graph, ids: Mapping[str, int], entities: Mapping[str, list[Any]]) -> Iterator[tuple[int, int]]:
    for subject, object_ in _column(graph, f"{PL}contributesTo"):
        if subject in ids and object_ in ids:
            entities[object_][8] += 1
            yield ids[subject], ids[object_]


def _column(graph: Graph, predicate: str) -> Iterator[tuple[str, str]]:
    """Yield every subject and object of a predicate."""
    for quad in graph.store.quads_for_pattern(None, ox.NamedNode(predicate), None, ox.DefaultGraph()):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
            yield quad.subject.value, quad.object.value
