"""Export: the whole graph as RDF, as a network, or as tables; the same graph gives the same bytes.

RDF holds the named graphs and not the union that a store keeps of them; formats without graphs hold each triple once.
Tables are read by people: names beside IRIs, a link a row with its sentence.
"""

from __future__ import annotations

import csv
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import unquote

import pyoxigraph as ox

from kg.graph import Graph
from kg.graph import open as open_graph
from kg.rows import IRI
from ontology.errors import StoreError, UsageError
from ontology.iri import place_of
from ontology.terms import PREFIXES, Kind

Cell: TypeAlias = str | int | float | None

_RDF = {
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}

EXCEL_ROWS = 1_048_576
"""Rows that a sheet of Excel can hold, its head among them."""

_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        StoreError: the file can't be written; what stood there before is unharmed.
    """
    path = Path(path)
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise UsageError(f"{path.name}: unknown suffix; one of {' '.join(_WRITERS)}", subject=str(path))
    held = graph if isinstance(graph, Graph) else open_graph(graph)
    with _replacing(path) as temporary:
        write(held, temporary, path.suffix.lower())
    return path


def documents(graph: Graph) -> Table:
    """Return a row for each document."""
    columns = dict.fromkeys(("document", "title", "issued", "level", "unit", "text_length", "iri"), str)
    return _table(
        graph,
        "documents",
        {**columns, "year": int, "text_length": int},
        """SELECT ?document (SAMPLE(?t) AS ?title) (STR(SAMPLE(?i)) AS ?issued) (SAMPLE(?l) AS ?level)
          (SAMPLE(?n) AS ?unit) (STRLEN(SAMPLE(?x)) AS ?text_length) ?iri (SAMPLE(?y) AS ?year)
        { ?iri a pl:Document ; dcterms:identifier ?document ; nif:isString ?x
          OPTIONAL { ?iri dcterms:title ?t } OPTIONAL { ?iri dcterms:issued ?i } OPTIONAL { ?iri pl:level ?l }
          OPTIONAL { ?iri pl:year ?y } OPTIONAL { ?iri pl:issuer/skos:prefLabel ?n FILTER(LANG(?n) = "zh") }
        } GROUP BY ?iri ?document""",
    )


def entities(graph: Graph) -> Table:
    """Return a row for each entity."""
    columns = ("name", "kind", "level", "place", "name_en", "definition", "division_code", "status", "iri")
    kinds = " ".join(f"pl:{kind}" for kind in Kind)
    return _table(
        graph,
        "entities",
        {**dict.fromkeys(columns, str), "mentions": int},
        f"""SELECT (MIN(?n) AS ?name) ?kind (MIN(?l) AS ?level) ("" AS ?place) (MIN(?en) AS ?name_en)
          (MIN(?d) AS ?definition) (MIN(?c) AS ?division_code)
          (GROUP_CONCAT(DISTINCT STRAFTER(STR(?s), "#"); separator="; ") AS ?status) ?iri (SAMPLE(?count) AS ?mentions)
        {{ VALUES ?kind {{ {kinds} }} ?iri a ?kind
          OPTIONAL {{ ?iri skos:prefLabel ?n FILTER(LANG(?n) = "zh") }}
          OPTIONAL {{ ?iri skos:prefLabel ?en FILTER(LANG(?en) = "en") }}
          OPTIONAL {{ ?iri pl:level ?l }} OPTIONAL {{ ?iri skos:definition ?d }}
          OPTIONAL {{ ?iri pl:divisionCode ?c }} OPTIONAL {{ ?iri pl:status ?s }}
          OPTIONAL {{ {{ SELECT ?iri (COUNT(?m) AS ?count) {{ ?m itsrdf:taIdentRef ?iri }} GROUP BY ?iri }} }}
        }} GROUP BY ?iri ?kind""",
    )


def links(graph: Graph) -> Table:
    """Return a row for each ``pl:Link`` and piece of evidence."""
    ends = ("name", "kind", "level", "place", "iri")
    columns = [f"subject_{end}" for end in ends[:4]] + ["relation"] + [f"object_{end}" for end in ends[:4]]
    columns += ["basis", "confidence", "evidence", "document", "title", "year", "begin", "end", "made_by"]
    columns += ["subject_iri", "object_iri", "link_iri"]
    types = {**dict.fromkeys(columns, str), "confidence": float, "year": int, "begin": int, "end": int}
    known = {row[-2]: row for row in entities(graph).rows}
    said = {row[6]: row for row in documents(graph).rows}
    rows = []
    for row in graph.query(
        """SELECT ?link ?s ?p ?o ?basis ?confidence ?by ?evidence ?begin ?end ?document {
          ?link a pl:Link ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; pl:basis ?basis ;
            pl:confidence ?confidence ; prov:wasGeneratedBy ?by
          OPTIONAL { ?link pl:evidence ?e
            OPTIONAL { ?e nif:anchorOf ?a ; nif:beginIndex ?begin ; nif:endIndex ?end ; nif:referenceContext ?document }
            BIND(COALESCE(?a, STR(?e)) AS ?evidence) } }"""
    ):
        subject, object_ = (known.get(end, (end.local, None, None, None)) for end in (row.s, row.o))
        document = said.get(row.document, (None,) * 8)
        why = (row.basis.local, float(row.confidence), row.evidence, document[0], document[1], document[7])
        where = (row.begin, row.end, row.by.local, str(row.s), str(row.o), str(row.link))
        rows.append((*subject[:4], row.p.local, *object_[:4], *why, *where))
    return Table("links", types, _sorted(rows))


def indicators(graph: Graph) -> Table:
    """Return a row for each indicator."""
    columns = ("document", "measure", "figure", "unit", "of", "of_kind", "period", "iri")
    return _table(
        graph,
        "indicators",
        {**dict.fromkeys(columns, str), "value": float, "year": int, "begin": int, "end": int},
        """SELECT ?document (SAMPLE(?w) AS ?measure) (SAMPLE(?a) AS ?figure) (SAMPLE(?u) AS ?unit)
          (MIN(?n) AS ?of) (SAMPLE(?k) AS ?of_kind) (SAMPLE(?p) AS ?period) ?iri
          (SAMPLE(?v) AS ?value) (SAMPLE(?y) AS ?year) (MIN(?b) AS ?begin) (MIN(?e) AS ?end)
        { ?iri a pl:Indicator ; pl:value ?v .
          ?m itsrdf:taIdentRef ?iri ; nif:anchorOf ?a ; nif:beginIndex ?b ; nif:endIndex ?e ; nif:referenceContext ?d .
          ?d dcterms:identifier ?document OPTIONAL { ?d pl:year ?y }
          OPTIONAL { ?iri pl:unit ?u } OPTIONAL { ?iri pl:measure ?w } OPTIONAL { ?iri pl:period ?p }
          OPTIONAL { ?iri pl:indicatorOf ?x . ?x skos:prefLabel ?n ; a ?k FILTER(LANG(?n) = "zh")
            FILTER(STRSTARTS(STR(?k), STR(pl:))) }
        } GROUP BY ?iri ?document""",
    )


def _table(graph: Graph, name: str, columns: Mapping[str, type], query: str) -> Table:
    """Return a query's rows in the order of ``columns``, terms of the ontology by their local names."""
    rows = []
    for row in graph.query(query):
        cells: list[Cell] = []
        for column, kind in columns.items():
            value: Any = row[column]
            if column == "place":
                value = " › ".join(map(unquote, place_of(row.iri)))
            elif isinstance(value, IRI) and column != "iri":
                value = value.local
            cells.append(None if value is None or value == "" else kind(value))
        rows.append(tuple(cells))
    return Table(name, columns, _sorted(rows))


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


def _write_network(graph: Graph, path: Path, suffix: str) -> None:
    import networkx

    network: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for row in entities(graph).rows:
        name, kind, level, place, *_, iri, _ = (_plain(cell) for cell in row)
        network.add_node(iri, label=name, kind=kind, level=level, place=place)
    table = links(graph)
    for row in table.rows:
        link = dict(zip(table.columns, row, strict=True))
        keys = ("relation", "basis", "document", "evidence")
        about: dict[str, Any] = {key: _plain(link[key]) for key in keys}
        ends = (str(link["subject_iri"]), str(link["object_iri"]))
        network.add_edge(*ends, **about, label=about["relation"], confidence=float(link["confidence"] or 0))
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
        writer.writerows([_inert(cell) for cell in row] for row in table.rows)


def _inert(cell: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


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
    book.save(path)
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
    ".graphml": _write_network,
    ".gexf": _write_network,
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".xlsx": _write_xlsx,
}


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of ``path`` at the end, or vanishes where that is not reached."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StoreError(
            f"{path} could not be written ({error.strerror or error}); what stood there before is unharmed",
            subject=str(path),
            code="PL-EXPORT-WRITE",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
