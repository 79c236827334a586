"""Parameters of a query as RDF terms: set through ``VALUES``, never pasted into the text.

A query declares a parameter by its default, ``VALUES ?place { "张营镇" }``, and so runs as it stands on any engine.
``bind`` replaces what stands in the braces; the default's term tells the type of a value that comes as bare text. A
variable without such a block gets one at the start of the outermost ``WHERE``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

import pyoxigraph as ox

from kg import guard
from ontology.errors import QueryError
from ontology.iri import expanded
from ontology.terms import XSD

Term: TypeAlias = ox.NamedNode | ox.Literal
Value: TypeAlias = str | bool | int | float | Decimal | datetime.date | Term

_FULL_WIDTH = frozenset("｛｝（）【】“”‘’；，、。？：＜＞＝！")
_BEGINNINGS = frozenset(("prefix", "base", "select", "ask", "construct", "describe"))
_BARE = {
    "integer": (r"[+-]?\d+", r"[+-]?\d+"),
    "decimal": (r"[+-]?\d*\.\d+", r"[+-]?(\d+\.?\d*|\.\d+)"),
    "boolean": (r"true|false", r"true|false"),
}
"""Datatypes whose literals SPARQL writes without quotes: how a default looks, and how a value may."""


def bind(text: str, parameters: Mapping[str, Value]) -> str:
    """Set variables of a query to values.

    Args:
        text: a SPARQL query.
        parameters: value by name of variable. Where the query has a default for it, a plain ``str`` becomes a term of
            the default's type; elsewhere it is a plain literal. IRIs are given as ``IRI``, ``pyoxigraph`` or ``rdflib``
            terms.

    Raises:
        QueryError: the query has no variable of that name, or the value does not fit the default's type.

    >>> bind('SELECT * { VALUES ?level { pl:national } ?s pl:level ?level }', {"level": "pl:county"})
    'SELECT * { VALUES ?level { <https://w3id.org/policy-lineage#county> } ?s pl:level ?level }'
    >>> bind('SELECT * { ?s skos:prefLabel ?name }', {"name": '实力"张营'})
    'SELECT * { VALUES ?name { "实力\\\\"张营" } ?s skos:prefLabel ?name }'
    """
    if not parameters:
        return text
    known: set[str] = set()
    blocks: dict[str, list[tuple[int, int]]] = {}
    where: int | None = None
    tokens = list(guard.tokenize(text))
    for index, token in enumerate(tokens):
        before = tokens[index - 1].keyword if index else ""
        if token.kind == "variable":
            known.add(token.text[1:])
            if before == "values" and (block := tokens[index + 1 : index + 2]) and block[0].text == "{":
                end = next((t.start for t in tokens[index + 2 :] if t.text == "}"), len(text))
                blocks.setdefault(token.text[1:], []).append((block[0].end, end))
        elif token.text == "{" and token.depth == 1 and before != "construct" and where is None:
            where = token.end
    edits: list[tuple[int, int, str]] = []
    for name, value in parameters.items():
        if name not in known or where is None:
            raise QueryError(f"the query has no variable ?{name}", subject=name, code="PL-QUERY-PARAMETER")
        if name in blocks:
            edits += [(start, end, f" {term(value, like=text[start:end])} ") for start, end in blocks[name]]
        else:
            edits.append((where, where, f" VALUES ?{name} {{ {term(value)} }}"))
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def unparsed(error: SyntaxError, query: str) -> QueryError:
    """Return the engine's complaint of a query without the rules of grammar that it would have taken.

    >>> str(unparsed(SyntaxError("error at 1:20: expected one of LATERAL, SERVICE, [_]"), "SELECT ?s { ?s ?p }"))
    "the query can't be parsed: error at 1:20: what stands there is not SPARQL, or something before it is missing"
    >>> str(unparsed(SyntaxError("error at 1:20: expected [_]"), "SELECT ?s { ?s ?p ?o"))
    "the query can't be parsed: error at 1:20: an opening brace has no partner"
    """
    reason = str(error)
    where, expected, rules = reason.partition(": expected ")
    if "Prefix not found" in reason:
        reason = f"{reason.split(': ')[0]}: a prefix that is neither declared nor known"
    elif expected:
        sentences = re.findall(r"The [\w ]+", rules)
        told = "; ".join(sentences) or _slip(query)
        reason = f"{where}: {told or 'what stands there is not SPARQL, or something before it is missing'}"
    short = reason if len(reason) <= 160 else f"{reason[:160]}…"
    return QueryError(f"the query can't be parsed: {short}", code="PL-QUERY-SYNTAX")


def _slip(query: str) -> str:
    """Return what is wrong with a query by its look, "" where nothing shows: a mark of a Chinese keyboard, a brace."""
    tokens = [token for token in guard.tokenize(query) if token.kind != "string"]
    if wide := next((token.text[0] for token in tokens if token.text[0] in _FULL_WIDTH), None):
        return f"{wide} is no mark of SPARQL; write it with an English keyboard"
    if tokens and tokens[0].kind == "word" and tokens[0].keyword not in _BEGINNINGS:
        return f"no query begins with {tokens[0].text}"
    braces = sum((token.text == "{") - (token.text == "}") for token in tokens)
    return f"{'an opening' if braces > 0 else 'a closing'} brace has no partner" if braces else ""


def term(value: Value | Any, like: str = "") -> Term:
    """Make an RDF term of a Python value.

    Args:
        value: text, number, date, or a term of ``pyoxigraph`` or ``rdflib``.
        like: SPARQL text of a term whose type a plain ``str`` takes.

    Raises:
        QueryError: the value does not fit that type.

    >>> str(term("3", like="10")), str(term("乡村振兴", like='"x"@zh'))
    ('"3"^^<http://www.w3.org/2001/XMLSchema#integer>', '"乡村振兴"@zh')
    >>> str(term("county", like="pl:national"))
    '<https://w3id.org/policy-lineage#county>'
    """
    if isinstance(value, ox.NamedNode | ox.Literal):
        return value
    if type(value) is str:
        try:
            return _like(value, like.strip())
        except ValueError as error:  # half a surrogate pair, as a file name in another encoding has
            raise QueryError(f"{value!r} is no text", code="PL-QUERY-PARAMETER") from error
    if isinstance(value, str):  # rdflib's terms and our IRI are str
        if not hasattr(value, "datatype"):
            return _named(value)
        datatype = _named(value.datatype) if value.datatype else None
        return ox.Literal(str(value), language=getattr(value, "language", None), datatype=datatype)
    if isinstance(value, bool | int | float):
        return ox.Literal(value)
    if isinstance(value, Decimal):
        return ox.Literal(str(value), datatype=ox.NamedNode(f"{XSD}decimal"))
    if isinstance(value, datetime.date):
        return ox.Literal(value.isoformat(), datatype=ox.NamedNode(f"{XSD}date"))
    raise QueryError(f"a {type(value).__name__} can't be a parameter", code="PL-QUERY-PARAMETER")


def values(name: str, iris: Iterable[str]) -> str:
    """Return the block that lets a variable be any of some IRIs.

    >>> values("e", {"urn:b", "plid:Village"})
    'VALUES ?e { <https://w3id.org/policy-lineage/id/Village> <urn:b> }'
    """
    return f"VALUES ?{name} {{ {' '.join(str(_named(iri)) for iri in sorted(iris))} }}"


def _like(value: str, like: str) -> Term:
    if namespace := re.match(r"<(?:.*[#/])?|[A-Za-z][\w-]*:|:", like):
        return _named(value if re.search(r"[:\s]", value) else f"{namespace[0]}{value}")
    if language := re.search(r"[\"']@([A-Za-z-]+)\s*$", like):
        return ox.Literal(value, language=language[1])
    for datatype, (as_default, as_value) in _BARE.items():
        if re.fullmatch(as_default, like) or like.endswith(f"#{datatype}>"):
            if not re.fullmatch(as_value, value):
                raise QueryError(
                    f"{value!r} is no {datatype}, which this parameter has to be", code="PL-QUERY-PARAMETER"
                )
            return ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))
    return ox.Literal(value)


def _named(value: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(expanded(value))
    except ValueError as error:
        raise QueryError(f"{value!r} is no IRI", code="PL-QUERY-PARAMETER") from error
