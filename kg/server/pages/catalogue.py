"""The catalogue: an SQLite file beside each published version, for what a page must know in a few milliseconds.

It holds the names of entities as character bigrams (FTS5) with the initials of their pinyin, what facets count, and
links without their evidence; whatever is told about one entity or document in detail comes from the graph itself.
Bigrams, because FTS5's own trigrams find nothing for names of two characters.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from kg.graph import Graph
from kg.rows import IRI
from kg.server.pages.cataloguing import plain, write
from kg.store import open_version, published
from ontology.errors import StoreError
from ontology.terms import PLACES, Kind, Level

_FORMAT = 5
"""Raised when the tables or what they hold change, so that a file of an earlier release is made anew."""

PAGE = 25
"""Entities of one page of search results."""

_KEPT = 2
"""Catalogues that stay beside a store: the published version's and the one before, which a reader may still hold."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entity as lists and graphs show it.

    Attributes:
        iri: its IRI.
        name: preferred label, in Chinese where there is one.
        english: label in English, "" where there is none.
        kind: its class.
        level: level of government, "" where unknown.
        places: the places that contain it, from the province down.
        mentions: how often documents name it.
        supporters: how many entities contribute to it, directly or not.
    """

    iri: IRI
    name: str
    english: str
    kind: str
    level: str
    places: tuple[str, ...]
    mentions: int
    supporters: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as lists show it."""

    iri: IRI
    identifier: str
    title: str
    level: str
    places: tuple[str, ...]
    year: int | None
    mentions: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What a search is narrowed to; "" and None mean anything.

    Attributes:
        text: part of a name, or of the initials of its pinyin.
        kind: class of the entities.
        level: level of government.
        place: names of places from the province down, joined by ``/``; what lies within is found too.
        year: year of a document that names them.
        basis: why a link of theirs is believed.
        confidence: what a link of theirs reaches.
    """

    text: str = ""
    kind: str = ""
    level: str = ""
    place: str = ""
    year: int | None = None
    basis: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: one page of entities, how many there are, and for each facet how many of each value."""

    items: tuple[Item, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


class Catalogue:
    """The catalogue of one version, open for reading from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._remembered = lru_cache(maxsize=512)(self._found)
        self.summary = lru_cache(maxsize=1)(self._summary)

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Ask the tables, which ``cataloguing`` describes."""
        with closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return connection.execute(query, parameters).fetchall()

    def _summary(self) -> dict[str, Any]:
        """Count what the version holds."""
        kinds = {row["kind"]: row["n"] for row in self.rows("SELECT kind, COUNT(*) n FROM entity GROUP BY kind")}
        (sums,) = self.rows(
            "SELECT (SELECT COUNT(*) FROM entity) entities, (SELECT COUNT(*) FROM document) documents,"
            " (SELECT COUNT(*) FROM (SELECT DISTINCT subject, predicate, object FROM link)) links,"
            " (SELECT COALESCE(SUM(mentions), 0) FROM document) mentions"
        )
        return {**dict(sums), "kinds": {kind: kinds[kind] for kind in map(str, Kind) if kind in kinds}}

    def leading(self, limit: int = 12) -> tuple[Item, ...]:
        """Return the strategies that most contributes to."""
        query = (
            f"SELECT * FROM entity WHERE kind = '{Kind.STRATEGY}' ORDER BY supporters DESC, mentions DESC, iri LIMIT ?"
        )
        return tuple(_item(row) for row in self.rows(query, [limit]))

    def examples(self) -> tuple[Item, ...]:
        """Return what a newcomer may look at: of each level the strategy that most contributes to, and a village."""
        rows = self.rows(
            f"SELECT *, MAX(supporters) FROM entity WHERE kind = '{Kind.STRATEGY}' AND supporters > 0 GROUP BY level"
        )
        villages = self.rows(f"SELECT * FROM entity WHERE kind = '{Kind.VILLAGE}' ORDER BY mentions DESC, iri LIMIT 1")
        order = [str(level) for level in Level]
        found = sorted((row for row in rows if row["level"]), key=lambda row: order.index(row["level"]))
        return tuple(_item(row) for row in (*found, *villages))

    def item(self, iri: str) -> Item | None:
        """Return one entity."""
        return next((_item(row) for row in self.rows("SELECT * FROM entity WHERE iri = ?", [iri])), None)

    def items(self, iris: Iterable[str]) -> dict[IRI, Item]:
        """Return entities by IRI; what is no entity is left out."""
        return {IRI(row["iri"]): _item(row) for row in self._named("entity", iris)}

    def paper(self, iri: str) -> Paper | None:
        """Return one document."""
        return next((_paper(row) for row in self.rows("SELECT * FROM document WHERE iri = ?", [iri])), None)

    def papers_named(self, iris: Iterable[str]) -> dict[IRI, Paper]:
        """Return documents by IRI; what is no document is left out."""
        return {IRI(row["iri"]): _paper(row) for row in self._named("document", iris)}

    def _named(self, table: str, iris: Iterable[str]) -> Iterator[sqlite3.Row]:
        """Yield the rows of things by their IRIs, so many at a time as SQLite takes."""
        wanted = sorted(set(iris))
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            yield from self.rows(f"SELECT * FROM {table} WHERE iri IN ({marks(some)})", some)

    def papers(self, limit: int, offset: int = 0) -> tuple[Paper, ...]:
        """Return so many documents of all, the nation's first, after so many others."""
        order = " ".join(f"WHEN '{level}' THEN {level.rank}" for level in Level)
        query = (
            f"SELECT * FROM document ORDER BY CASE level {order} ELSE 9 END, place, year, identifier LIMIT ? OFFSET ?"
        )
        return tuple(_paper(row) for row in self.rows(query, [limit, offset]))

    def titled(self, part: str) -> bool:
        """Tell whether the title of a document holds a text."""
        return bool(self.rows("SELECT 1 FROM document WHERE INSTR(title, ?) LIMIT 1", [part]))

    def suggest(self, text: str, limit: int = 10) -> tuple[Item, ...]:
        """Return the entities that fit what has been typed so far."""
        return self.search(Filter(text), limit, facets=False).items

    def search(self, wanted: Filter, limit: int = PAGE, offset: int = 0, facets: bool = True) -> Found:
        """Find entities; what fits on a page is remembered, as many longer answers would fill the memory.

        Args:
            wanted: what they must be.
            limit: how many to return.
            offset: how many to pass over.
            facets: whether to count the values of facets.
        """
        find = self._remembered if limit <= PAGE else self._found
        return find(wanted, limit, offset, facets)

    def _found(self, wanted: Filter, limit: int, offset: int, facets: bool) -> Found:
        conditions, parameters = _conditions(wanted)
        matched = _match(wanted.text)
        if wanted.text and matched is None:
            return Found((), 0, {})
        source = "entity e"
        order = "e.mentions DESC, e.supporters DESC, e.name, e.iri"
        start: list[Any] = []
        if matched is not None:
            text = plain(wanted.text)
            source = (  # whole names before beginnings before other parts, and of each labels before other names
                "(SELECT entity, MIN(LENGTH(plain)) length, MIN(other + 2 * CASE WHEN ? IN (plain, letters) THEN 0"
                " WHEN ? IN (SUBSTR(plain, 1, ?), SUBSTR(letters, 1, ?)) THEN 1 ELSE 2 END) closeness"
                " FROM name WHERE name MATCH ? GROUP BY entity) n JOIN entity e ON e.id = n.entity"
            )
            start = [text, text, len(text), len(text), matched]
            order = f"n.closeness, {order}" if len(text) > 1 else f"n.closeness, n.length, {order}"
        where = " AND ".join(["1", *conditions])
        rows = self.rows(
            f"SELECT e.* FROM {source} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
            [*start, *parameters, limit, offset],
        )
        counts: dict[str, Mapping[str, int]] = {}
        for name, column, join in _FACETS if facets else ():
            if name == "place":
                counted = self._places(source, where, start, parameters, wanted.place)
            else:
                counted = {
                    str(row["v"]): row["n"]
                    for row in self.rows(
                        f"SELECT {column} v, COUNT(DISTINCT e.id) n FROM {source} {join} WHERE {where}"
                        f" AND {column} IS NOT NULL AND {column} <> '' GROUP BY v",
                        [*start, *parameters],
                    )
                }
            counts[name] = counted
        (total,) = self.rows(f"SELECT COUNT(*) n FROM {source} WHERE {where}", [*start, *parameters])
        return Found(tuple(_item(row) for row in rows), total["n"], counts)

    def _places(self, source: str, where: str, start: list[Any], parameters: list[Any], within: str) -> dict[str, int]:
        """Count entities by the places one step below ``within``."""
        depth = within.count("/") + 1 if within else 0
        counted: defaultdict[str, int] = defaultdict(int)
        for row in self.rows(
            f"SELECT e.place v, COUNT(*) n FROM {source} WHERE {where} GROUP BY v", [*start, *parameters]
        ):
            parts = row["v"].split("/") if row["v"] else []
            if len(parts) > depth:
                counted["/".join(parts[: depth + 1])] += row["n"]
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:30])

    def others(self, iri: str, end: str, limit: int) -> tuple[IRI, ...]:
        """Return the entities at the other ends of an entity's links, the surest links first.

        Args:
            iri: the entity.
            end: which end of the links it is, ``subject`` or ``object``.
            limit: how many at most.
        """
        other = {"subject": "object", "object": "subject"}[end]
        rows = self.rows(
            f"SELECT e.iri FROM entity here JOIN link l ON l.{end} = here.id JOIN entity e ON e.id = l.{other}"
            " WHERE here.iri = ? GROUP BY e.id ORDER BY MAX(l.confidence) DESC, e.mentions DESC, e.iri LIMIT ?",
            [iri, limit],
        )
        return tuple(IRI(row["iri"]) for row in rows)


class Catalogues:
    """The catalogue of whatever version is published, made when it is first asked for; close it when done."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._aside: tempfile.TemporaryDirectory[str] | None = None
        self._lock = threading.Lock()
        self._current: tuple[tuple[int, int, int], Catalogue] | None = None

    def prepare(self) -> None:
        """Make the published version's catalogue in the background, so that the first reader need not wait for it."""

        def make() -> None:
            with suppress(StoreError, OSError):  # whoever asks for it meets the error
                self.current()

        threading.Thread(target=make, daemon=True, name="catalogue").start()

    def current(self) -> Catalogue:
        """Return the published version's catalogue; the first call for a version makes it, which takes a while.

        Raises:
            StoreError: there is no store, or it is damaged.
        """
        held = self._current
        if held is not None and held[0] == published(self.folder):
            return held[1]
        with self._lock:
            held = self._current
            if held is None or held[0] != published(self.folder):
                held = self._current = self._made()
            return held[1]

    def close(self) -> None:
        """Remove what was written outside the store."""
        if self._aside is not None:
            self._aside.cleanup()
            self._aside = self._current = None

    def _made(self) -> tuple[tuple[int, int, int], Catalogue]:
        from kg.graph import Embedded

        now = published(self.folder)
        version = open_version(self.folder)
        home = self._home()
        *_, since = now  # leads, so that the names stand in the order of publication, also in a store made anew
        path = home / f"catalogue-{since}-{version.number:06d}-{_FORMAT}.sqlite"
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}.draft")
            draft.unlink(missing_ok=True)
            write(Graph(Embedded(version.store, version)), draft)
            draft.replace(path)
            for old in sorted({*home.glob("catalogue-*.sqlite")} - {path})[: 1 - _KEPT]:
                old.unlink(missing_ok=True)
        return now, Catalogue(path.resolve())

    def _home(self) -> Path:
        """Return where catalogues are kept: in the store, or in a temporary folder where that may not be written."""
        home = self.folder / "catalogue"
        try:
            home.mkdir(exist_ok=True)
            (home / f".{os.getpid()}").touch()
            (home / f".{os.getpid()}").unlink()
        except OSError:
            if self._aside is None:
                self._aside = tempfile.TemporaryDirectory(prefix="kg-catalogue-", ignore_cleanup_errors=True)
            home = Path(self._aside.name)
        return home


def _match(text: str) -> str | None:
    """Return an FTS5 expression for names that hold a text; None where no name can."""
    signs = plain(text)
    if not signs:
        return None
    if len(signs) == 1:
        phrase = f'"{signs}"*'
    else:
        phrase = '"' + " ".join(signs[index : index + 2] for index in range(len(signs) - 1)) + '"'
    return f"{{grams initials}} : {phrase}" if signs.isascii() else f"grams : {phrase}"


_FACETS = (
    ("kind", "e.kind", ""),
    ("level", "e.level", ""),
    ("place", "e.place", ""),
    ("year", "y.year", "JOIN mentioned y ON y.entity = e.id"),
    (
        "basis",
        "l.basis",
        "JOIN (SELECT subject id, basis FROM link UNION SELECT object, basis FROM link) l ON l.id = e.id",
    ),
)


def _conditions(wanted: Filter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    parameters: list[Any] = []
    for column, value in (("kind", wanted.kind), ("level", wanted.level)):
        if value:
            conditions.append(f"e.{column} = ?")
            parameters.append(value)
    if wanted.place:
        conditions.append("(e.place = ? OR SUBSTR(e.place, 1, ?) = ?)")
        parameters += [wanted.place, len(wanted.place) + 1, wanted.place + "/"]
    if wanted.year is not None:
        conditions.append("e.id IN (SELECT entity FROM mentioned WHERE year = ?)")
        parameters.append(wanted.year)
    if wanted.basis or wanted.confidence is not None:
        link = "(? = '' OR basis = ?) AND confidence >= ?"
        conditions.append(f"e.id IN (SELECT subject FROM link WHERE {link} UNION SELECT object FROM link WHERE {link})")
        parameters += [wanted.basis, wanted.basis, wanted.confidence or 0.0] * 2
    return conditions, parameters


def _item(row: sqlite3.Row) -> Item:
    places = tuple(row["place"].split("/")) if row["place"] else ()
    if row["kind"] in PLACES:
        places = places[:-1]
    return Item(
        IRI(row["iri"]), row["name"], row["english"], row["kind"], row["level"], places, row["mentions"],
        row["supporters"],
    )  # fmt: skip


def _paper(row: sqlite3.Row) -> Paper:
    places = tuple(row["place"].split("/")) if row["place"] else ()
    return Paper(
        IRI(row["iri"]), row["identifier"], row["title"], row["level"], places, row["year"], row["mentions"]
    )  # fmt: skip


def marks(values: Sequence[Any]) -> str:
    """Return as many placeholders as there are values."""
    return ", ".join("?" * len(values))
