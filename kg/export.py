"""Export: the whole graph as RDF, as a network, or as tables; the same graph gives the same bytes.

RDF holds the named graphs and not the union that a store keeps of them; formats without graphs hold each triple once.
Tables are read by people: names beside IRIs, a link a row with its sentence.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph as ox

from kg.evidence import held
from kg.graph import Graph
from kg.graph import open as open_graph
from kg.output import inert, replacing
from ontology.errors import UsageError
from ontology.iri import expanded, name_of, places_of
from ontology.terms import PL, PREFIXES, Kind

Cell: TypeAlias = str | int | float | None

_RDF = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
}

EXCEL_ROWS = 1_048_576
"""Rows that a sheet of Excel can hold, its head among them."""

_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the names and types of their columns."""

    name: str
    columns: Mapping[str, type]
    rows: Sequence[tuple[Cell, ...]]


def export(graph: Graph | ox.Store, path: str | Path) -> Path:
    """Write a graph to a file, in the format that its suffix names.

    ``.nq .trig .ttl .nt .jsonld .rdf`` are RDF; ``.graphml .gexf`` a network of entities and links; ``.csv .parquet``
    a table of links; ``.xlsx`` sheets of links, entities, indicators and documents.

    Args:
        graph: an open graph, or a store whose default graph is the union of its named ones.
        path: where to; a file that stands there is replaced once the new one is complete.

    Returns:
        The path.

    Raises:
        UsageError: the suffix is unknown, or the format can't hold this graph.
        OutputError: the file can't be written; what stood there before is unharmed.
    """
    path = Path(path)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise UsageError(f"{path.name}: unknown suffix; one of {' '.join(_WRITERS)}", subject=str(path))
    held = graph if isinstance(graph, Graph) else open_graph(graph)
    with replacing(path) as temporary:
        write(held, temporary, path.suffix.lower())
    return path


def documents(graph: Graph) -> Table:
    """Return a row for each document."""
    columns = {
        **dict.fromkeys(("document", "title", "issued"), str),
        **{"year": int, "level": str, "unit": str, "characters": int, "iri": str},
    }
    about = _About(graph)
    rows: list[tuple[Cell, ...]] = []
    for iri in about.subjects("pl:Document"):
        issuer = about.one(iri, "pl:issuer")
        year, text = about.one(iri, "pl:year"), about.one(iri, "nif:isString") or ""
        told = [about.one(iri, term) for term in ("dcterms:identifier", "dcterms:title", "dcterms:issued")]
        unit = about.one(issuer, "skos:prefLabel") if issuer else None
        rows.append((*told, int(year) if year else None, about.local(iri, "pl:level"), unit, len(text), iri))
    return Table("documents", columns, _sorted(rows))


def entities(graph: Graph) -> Table:
    """Return a row for each entity."""
    columns = ("name", "kind", "level", "place", "name_en", "definition", "division_code", "status")
    about = _About(graph)
    mentions = Counter(iri for named in about.values("itsrdf:taIdentRef").values() for iri in named)
    rows: list[tuple[Cell, ...]] = []
    for kind in Kind:
        for iri in about.subjects(f"pl:{kind}"):
            rows.append(
                (
                    about.one(iri, "skos:prefLabel"),
                    str(kind),
                    about.local(iri, "pl:level"),
                    " › ".join(places_of(iri)) or None,
                    about.one(iri, "skos:prefLabel", "en"),
                    about.one(iri, "skos:definition"),
                    about.one(iri, "pl:divisionCode"),
                    "; ".join(status.removeprefix(PL) for status in about.values("pl:status").get(iri, ())) or None,
                    mentions[iri],
                    iri,
                )
            )
    return Table("entities", {**dict.fromkeys(columns, str), "mentions": int, "iri": str}, _sorted(rows))


def links(graph: Graph) -> Table:
    """Return a row for each ``pl:Link`` that holds and piece of evidence."""
    ends = ("name", "kind", "level", "place")
    columns = [f"subject_{end}" for end in ends] + ["relation"] + [f"object_{end}" for end in ends]
    columns += ["basis", "confidence", "evidence", "document", "title", "year", "begin", "end", "made_by"]
    columns += ["subject_iri", "object_iri", "link_iri"]
    types = {**dict.fromkeys(columns, str), "confidence": float, "year": int, "begin": int, "end": int}
    about = _About(graph)
    known = {row[-1]: row[: len(ends)] for row in entities(graph).rows}
    told = {row[-1]: (row[0], row[1], row[3]) for row in documents(graph).rows}
    rows: list[tuple[Cell, ...]] = []
    for link, (subject, relation, object_) in held(graph.store).items():
        made_by = name_of(str(about.one(link, "prov:wasGeneratedBy")))
        for proof in about.values("pl:evidence").get(link, [""]):
            anchor, document = about.one(proof, "nif:anchorOf"), about.one(proof, "nif:referenceContext")
            span = [about.one(proof, term) for term in ("nif:beginIndex", "nif:endIndex")]
            rows.append(
                (
                    *known.get(subject, (subject, None, None, None)),
                    relation.removeprefix(PL),
                    *known.get(object_, (object_, None, None, None)),
                    about.local(link, "pl:basis"),
                    float(about.one(link, "pl:confidence") or 0),
                    anchor or proof or None,
                    *told.get(document, (None, None, None)),
                    *(int(offset) if offset else None for offset in span),
                    *(made_by, subject, object_, link),
                )
            )
    return Table("links", types, _sorted(rows))


def indicators(graph: Graph) -> Table:
    """Return a row for each indicator."""
    columns = {
        **{"document": str, "year": int, "measure": str, "figure": str, "value": float, "unit": str, "period": str},
        **{"of": str, "of_kind": str, "begin": int, "end": int, "iri": str},
    }
    about = _About(graph)
    known = {row[-1]: row[:2] for row in entities(graph).rows}
    told = {row[-1]: (row[0], row[3]) for row in documents(graph).rows}
    mentions = {named[0]: mention for mention, named in about.values("itsrdf:taIdentRef").items()}
    rows: list[tuple[Cell, ...]] = []
    for iri in about.subjects("pl:Indicator"):
        mention = mentions.get(iri, "")
        span = [about.one(mention, term) for term in ("nif:beginIndex", "nif:endIndex")]
        rows.append(
            (
                *told.get(about.one(mention, "nif:referenceContext"), (None, None)),
                about.one(iri, "pl:measure"),
                about.one(mention, "nif:anchorOf"),
                float(about.one(iri, "pl:value") or 0),
                about.one(iri, "pl:unit"),
                about.local(iri, "pl:period"),
                *known.get(about.one(iri, "pl:indicatorOf"), (None, None)),
                *(int(offset) if offset else None for offset in span),
                iri,
            )
        )
    return Table("indicators", columns, _sorted(rows))


class _About:
    """What the union says of each subject, read property by property: many times faster than joins for whole tables."""

    def __init__(self, graph: Graph) -> None:
        self._store = graph.store
        self._read: dict[tuple[str, str], dict[str, list[str]]] = {}

    def subjects(self, kind: str) -> list[str]:
        """Return the IRIs of a class."""
        quads = self._store.quads_for_pattern(None, _term("rdf:type"), _term(kind), ox.DefaultGraph())
        return [quad.subject.value for quad in quads]  # type: ignore[union-attr]

    def values(self, term: str, language: str = "zh") -> dict[str, list[str]]:
        """Return the values of a property by subject, in order; of texts with a language only those in this one."""
        if (term, language) not in self._read:
            found: dict[str, list[str]] = defaultdict(list)
            for quad in self._store.quads_for_pattern(None, _term(term), None, ox.DefaultGraph()):
                if not isinstance(quad.object, ox.Literal) or quad.object.language in (None, language):
                    found[quad.subject.value].append(quad.object.value)  # type: ignore[union-attr]
            self._read[term, language] = {subject: sorted(values) for subject, values in found.items()}
        return self._read[term, language]

    def one(self, subject: str, term: str, language: str = "zh") -> str | None:
        """Return the first value of a property."""
        return next(iter(self.values(term, language).get(subject, ())), None)

    def local(self, subject: str, term: str) -> str | None:
        """Return the local name of a term of the ontology."""
        value = self.one(subject, term)
        return value.removeprefix(PL) if value is not None else None


def _term(name: str) -> ox.NamedNode:
    return ox.NamedNode(expanded(name))


def _sorted(rows: list[tuple[Any, ...]]) -> list[tuple[Cell, ...]]:
    return sorted(rows, key=lambda row: tuple((cell is not None, cell if cell is not None else "") for cell in row))


def _write_rdf(graph: Graph, path: Path, suffix: str) -> None:
    form = _RDF[suffix]
    quads = graph.quads()
    statements: list[Any]
    if form.supports_datasets:
        statements = sorted(quads, key=lambda quad: (str(quad.graph_name), str(quad)))
    else:
        statements = sorted({quad.triple for quad in quads}, key=str)
    if form == ox.RdfFormat.RDF_XML:
        for triple in statements:
            if isinstance(triple.object, ox.Literal) and _NOT_IN_XML.search(triple.object.value):
                raise UsageError(
                    f"{path.name}: {triple.subject} has a character that XML can't hold; export to .ttl or .nq"
                )
    with path.open("wb") as file:
        ox.serialize(statements, file, format=form, prefixes=PREFIXES)


def _write_jsonld(graph: Graph, path: Path, suffix: str) -> None:
    from kg import jsonld

    with path.open("w", encoding="utf-8", newline="\n") as file:
        jsonld.write(sorted(graph.quads(), key=lambda quad: (str(quad.graph_name), str(quad))), file)


def _write_network(graph: Graph, path: Path, suffix: str) -> None:
    import networkx

    network = graph.graph()
    for _, about in network.nodes(data=True):
        about.update({name: _plain(value) for name, value in about.items()})
    for *_, why in network.edges(data=True):
        why.update({"label": why["relation"], "evidence": _plain(why["evidence"]), "document": _plain(why["document"])})
    if suffix == ".graphml":
        networkx.write_graphml(network, path, named_key_ids=True)
    else:
        text = "\n".join(networkx.generate_gexf(network))
        path.write_text(re.sub(r' lastmodifieddate="[^"]*"', "", text), encoding="utf-8")


def _plain(cell: Cell) -> str:
    """Return text that XML can hold; what is unknown is empty, as a key of a network has one type."""
    return "" if cell is None else _NOT_IN_XML.sub("", str(cell))


def _write_csv(graph: Graph, path: Path, suffix: str) -> None:
    """Write links as UTF-8 with a byte order mark, by which Excel knows it; text that Excel would run is quoted."""
    table = links(graph)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        writer.writerows([inert(cell) for cell in row] for row in table.rows)


def _write_parquet(graph: Graph, path: Path, suffix: str) -> None:
    import pyarrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    table = links(graph)
    types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in table.columns.items()])
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    parquet.write_table(pyarrow.Table.from_pylist(rows, schema=schema), path)


def _write_xlsx(graph: Graph, path: Path, suffix: str) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    with path.open("wb") as file:  # where that is refused, no half-written sheet is left to complain
        book = Workbook(write_only=True)
        for table in (links(graph), entities(graph), indicators(graph), documents(graph)):
            if len(table.rows) >= EXCEL_ROWS:
                raise UsageError(f"{table.name}: more rows than Excel's {EXCEL_ROWS}; export to .csv or .parquet")
            sheet = book.create_sheet(table.name)
            sheet.freeze_panes = "A2"
            sheet.append(list(table.columns))
            for row in table.rows:
                cells = []
                for value in row:
                    cell = WriteOnlyCell(sheet, _NOT_IN_XML.sub("", value) if isinstance(value, str) else value)
                    if isinstance(value, str):
                        cell.data_type = "s"  # never a formula, whatever it begins with
                    cells.append(cell)
                sheet.append(cells)
        book.save(file)
    _without_times(path)


def _without_times(path: Path) -> None:
    """Write an Office file anew without the times of the run."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in sorted(archive.namelist())}
    core = parts["docProps/core.xml"]
    parts["docProps/core.xml"] = re.sub(
        rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", core
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


_WRITERS: dict[str, Callable[[Graph, Path, str], None]] = {
    **dict.fromkeys(_RDF, _write_rdf),
    ".jsonld": _write_jsonld,
    ".graphml": _write_network,
    ".gexf": _write_network,
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
}
