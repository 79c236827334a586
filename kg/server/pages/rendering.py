"""What templates know: addresses within the site, names of things in the reader's language, data for scripts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request

from extract.document import unbroken
from kg.example import MARKER
from kg.picture.flow import worded
from kg.rows import IRI, Row, Rows
from kg.server.pages.catalogue import Item, Paper
from kg.server.pages.document import Mark
from kg.server.pages.forms import jsonable
from kg.server.pages.words import Words
from ontology.iri import document_iri
from ontology.terms import PL, PLID, SHOWN, Basis, Kind, Level, Predicate
from queries import Parameter


def href(iri: str, form: str = "", **parameters: Any) -> str:
    """Return the address of a thing's page within this site; never an address outside it.

    >>> href(PLID + "Strategy/山西省/三区三地")
    '/entity/Strategy/%E5%B1%B1%E8%A5%BF%E7%9C%81/%E4%B8%89%E5%8C%BA%E4%B8%89%E5%9C%B0'
    >>> href("javascript:alert(1)")
    '/entity/?iri=javascript%3Aalert%281%29'
    """
    local = iri.removeprefix(PLID)
    suffix = f".{form}" if form else ""
    query = {key: value for key, value in parameters.items() if value not in (None, "")}
    if local.startswith("Document/") and "#" not in local:
        path = "/document/" + quote(local.removeprefix("Document/"), safe="/") + suffix
    elif local != iri and "#" not in local:
        path = "/entity/" + quote(local, safe="/") + suffix
    else:
        path, query = "/entity/" + suffix, {"iri": iri, **query}
    return path + (f"?{urlencode(query)}" if query else "")


def source(document: Paper, start: int | None, end: int | None) -> str:
    """Return the address of a passage: the page scrolls to it and shows it as cited."""
    if start is None or end is None:
        return href(document.iri)
    return href(document.iri, at=f"{start}-{end}") + "#cited"


def what(words: Words, item: Item) -> str:
    """Return what an entity is in a few words: its level, its kind, and where.

    >>> what(Words("en"), Item(IRI("x"), "三区三地", "", "Strategy", "provincial", ("山西省",), 1, 0))
    'Provincial Strategy · 山西省'
    """
    level = words.term("Level", item.level) if item.level and item.kind != Kind.VILLAGE else ""
    kind = words.term("Kind", item.kind)
    first = f"{level} {kind}" if words.language == "en" and level else f"{level}{kind}"
    return " · ".join(filter(None, [first, " › ".join(item.places)]))


def is_sample(paper: Paper) -> bool:
    """Tell whether a document is an example text, which may not be cited."""
    return MARKER in paper.title


def title(paper: Paper) -> str:
    """Return a document's title without the marker of example texts, and with its place where the title lacks it.

    >>> title(Paper(IRI("x"), "z_2023", "政府工作报告", "township", ("山西省", "永济市", "张营镇"), 2023, 0))
    '张营镇 · 政府工作报告'
    >>> title(Paper(IRI("x"), "s_2023", f"山西省政府工作报告（{MARKER}）", "provincial", ("山西省",), 2023, 0))
    '山西省政府工作报告'
    """
    plain = paper.title.replace(f"（{MARKER}）", "").replace(MARKER, "").strip() or paper.identifier
    if paper.level == Level.NATIONAL or not paper.places or paper.places[-1] in plain:
        return plain
    return f"{paper.places[-1]} · {plain}"


@cache
def environment() -> Environment:
    """Return the templates; everything that they write is escaped."""
    made = Environment(
        loader=PackageLoader("kg.server"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "href": href, "source": source, "what": what, "title": title, "is_sample": is_sample,
        "Kind": list(Kind), "Level": list(Level), "Basis": list(Basis), "Predicate": list(Predicate),
        "MARKER": MARKER, "DEFAULT_CONFIDENCE": SHOWN,
        "data": _data, "cell": cell, "columns": columns, "column": column, "choices": choices,
        "data_list": _listed, "quote_around": quote_around, "address": address, "amount": worded,
    }  # fmt: skip
    return made


def columns(rows: Rows) -> list[tuple[str, str]]:
    """Return the columns that a page shows of an answer, each with the one whose entities it names, "" where none.

    An entity and its name are one column: the name, which leads to the entity.

    >>> columns(Rows(["strategy", "strategy_name", "total"], [[IRI(PLID + "Strategy/山西省/三区三地"), "三区三地", 2]]))
    [('strategy_name', 'strategy'), ('total', '')]
    """
    naming = {f"{name}_name": name for name in rows.names} | {"name": "entity" if "entity" in rows.names else "version"}
    pairs = {
        name: thing
        for name, thing in naming.items()
        if {name, thing} <= set(rows.names) and all(isinstance(row[thing], IRI | None) for row in rows)
    }
    return [(name, pairs.get(name, "")) for name in rows.names if name not in pairs.values()]


def column(words: Words, name: str) -> str:
    """Return what a column is called; one of names as that of the things which they name."""
    found = words.term("Column", name)
    return words.term("Column", name.removesuffix("_name")) if found == name else found


def cell(words: Words, row: Row, name: str, thing: str = "") -> tuple[str, str, str]:
    """Return a cell of an answer as what it shows, the address that it leads to, and how it is set.

    Terms of the ontology show their name in the reader's language. A document's identifier leads to its text, at the
    sentence that stands in the same row; a name to the entity in the column ``thing``.

    >>> cell(Words("en"), Row(("level",), (IRI(PL + "township"),)), "level")
    ('Township', '', '')
    >>> cell(Words("zh"), Row(("sum",), (Decimal("12000.50"),)), "sum")
    ('12,000.50', '', 'number')
    """
    value = row[name]
    if thing and row[thing]:
        shown, address, manner = cell(words, row, thing)
        return str(value or shown), address, manner
    if isinstance(value, IRI):
        if value.startswith(PL):
            groups = ("Kind", "Level", "Predicate", "Basis", "Status", "Period")
            found = {words.term(group, value.local) for group in groups}
            return next(iter(found - {value.local}), value.local), "", ""
        about = value.removeprefix(PLID).split("/")[0]
        inside = about in (*Kind, "Document") and "#" not in value
        return unquote(value.local), href(value) if inside else "", "name"
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower(), "", ""
    if isinstance(value, int | float | Decimal):
        return str(value) if name in _YEARS else f"{value:,}", "", "number"
    if name == "change":
        return words.term("Change", str(value)), "", ""
    if name == "document" and value:
        first, _, _ = str(row.asdict().get("sentence") or "").partition(" / ")  # so queries join several
        return str(value), href(document_iri(str(value)), quote=first[:300]) + "#cited", ""
    return str(value), "", "long" if len(str(value)) > 40 else ""


_YEARS = ("year", "earlier", "later", "planned_in", "reached_in")
"""Columns of years, which are written without a comma."""


def choices(words: Words, parameter: Parameter, value: str) -> list[tuple[str, str]]:
    """Return what a parameter that is a level may be set to, and how it reads: the default, each level, what is set."""
    offered = dict.fromkeys((parameter.default, *(f"pl:{level}" for level in Level), value))
    return [
        (choice, " + ".join(words.term("Level", IRI(part.replace(":", "#")).local) for part in choice.split()))
        for choice in offered
    ]


def quote_around(text: str, mark: tuple[int, int] | None) -> tuple[str, str, str]:
    """Return a sentence in what stands before, in and after the part that is marked."""
    start, end = mark or (len(text), len(text))
    return unbroken(text[:start]), unbroken(text[start:end]), unbroken(text[end:])


def _listed(marks: Iterable[Mark], words: Words) -> str:
    """Return overlapping marks as JSON for an attribute, from which the page's script makes a menu."""
    return json.dumps(
        [
            {"name": mark.item.name, "what": what(words, mark.item), "href": href(mark.item.iri)}
            if mark.item
            else {"name": mark.figure, "what": "", "href": ""}
            for mark in marks
        ],
        ensure_ascii=False,
    )


def _data(value: Any) -> Markup:
    """Return a value as JSON that can stand in a ``<script type="application/json">``."""
    text = json.dumps(jsonable(value), ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def address(request: Request, **changes: Any) -> str:
    """Return the page's own address with some parameters changed; None takes one out."""
    parameters = [(key, value) for key, value in request.query_params.multi_items() if key not in changes]
    parameters += [(key, str(value)) for key, value in changes.items() if value is not None]
    path = quote(request.url.path if "%" not in request.url.path else request.scope["path"], safe="/")
    return path + (f"?{urlencode(parameters)}" if parameters else "")
