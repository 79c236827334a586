"""Things under addresses of their own, as data: entities and documents at ``/id/…``, library queries at ``/queries/…``.

A browser gets the explorer's page of the same thing.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import queries
from kg import sparql
from kg.rows import IRI
from kg.server.negotiation import GRAPHS, ROWS, choose, prefers_html
from kg.server.protocol import RequestError, formats, respond, unless_gone
from kg.server.truncation import marked
from kg.server.worker import Answer
from kg.server.worker import Request as Question
from kg.server.workers import Pool, meant
from ontology.errors import NotFound
from ontology.terms import PLID, PREFIXES, RDF, XSD

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
"""The W3C's terms for rows as RDF."""

_SUFFIX = re.compile(r"\.(json|xml|csv|tsv|ttl)$")
_NOT_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_PAGE_PARAMETERS = ("lang",)
"""Parameters of an address that belong to the page and not to the query."""


class Things:
    """The endpoint ``/id/…``: whatever has an IRI of ours."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def handle(self, request: Request) -> Response:
        """Return what is said of a thing and what points to it; send a browser to its page."""
        iri = IRI(PLID + _readable(request.scope["raw_path"].decode("ascii")).partition("/id/")[2])
        if prefers_html(request.headers.get("accept", "")):
            kind, _, name = iri.removeprefix(PLID).partition("/")
            page = f"/document/{name}" if kind == "Document" else f"/entity/{kind}/{name}"
            return RedirectResponse(quote(page, safe="/%"), status_code=303)
        node = sparql.term(iri)
        query = f"CONSTRUCT {{ {node} ?p ?o . ?s ?q {node} }} {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} }} }}"
        if not (await self._pool.ask(f"ASK {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} }} }}"))[0].answer:
            raise NotFound(f"nothing is said of {iri}", subject=iri)
        return respond(await unless_gone(request, self._pool.answer(Question(query, **formats(request)))))


class Library:
    """The endpoint ``/queries/NAME``: the answer of a library query; its parameters are those of the address."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def handle(self, request: Request) -> Response:
        """Answer a library query, in the format of the suffix or else of ``Accept``."""
        name, form = request.path_params["name"], None
        if suffix := _SUFFIX.search(name):
            name, form = name.removesuffix(suffix[0]), suffix[1]
        else:
            form = choose(request.headers.get("accept", ""), {**ROWS, "ttl": GRAPHS["ttl"]})
        if form is None:
            raise RequestError("the request accepts none of the formats of rows", 406, "PL-SERVER-ACCEPT")
        given = [(key, value) for key, value in request.query_params.multi_items() if key not in _PAGE_PARAMETERS]
        parameters: dict[str, Any] = {}
        for key, value in given:
            if key in parameters:
                raise RequestError(f"{key} is given twice; give it once")
            parameters[key] = IRI(value) if value.startswith("<") and value.endswith(">") else value
        query = queries.load(name)
        text = query.bind(**await meant(self._pool.ask, query, parameters))
        question = Question(text, row_format="json" if form == "ttl" else form, graph_format="ttl")
        answer = await unless_gone(request, self._pool.answer(question))
        if form == "ttl" and answer.format == "json":
            answer = await asyncio.to_thread(rows_as_turtle, answer)
        return respond(answer)


def rows_as_turtle(answer: Answer) -> Answer:
    """Write an answer's rows in the W3C's result set vocabulary."""
    results = ox.parse_query_results(answer.content, format=ox.QueryResultsFormat.JSON)
    node, head = ox.NamedNode, ox.BlankNode("results")
    triples = [ox.Triple(head, node(f"{RDF}type"), node(f"{RS}ResultSet"))]
    if isinstance(results, ox.QueryBoolean):
        value = ox.Literal(str(bool(results)).lower(), datatype=node(f"{XSD}boolean"))
        triples.append(ox.Triple(head, node(f"{RS}boolean"), value))
    else:
        names = [variable.value for variable in results.variables]
        triples += [ox.Triple(head, node(f"{RS}resultVariable"), ox.Literal(name)) for name in names]
        for number, solution in enumerate(results):
            row = ox.BlankNode(f"row{number}")
            triples.append(ox.Triple(head, node(f"{RS}solution"), row))
            triples.append(ox.Triple(row, node(f"{RS}index"), ox.Literal(number + 1)))
            for column, (name, term) in enumerate(zip(names, solution, strict=True)):
                if term is not None:
                    binding = ox.BlankNode(f"row{number}column{column}")
                    triples += [
                        ox.Triple(row, node(f"{RS}binding"), binding),
                        ox.Triple(binding, node(f"{RS}variable"), ox.Literal(name)),
                        ox.Triple(binding, node(f"{RS}value"), term),
                    ]
    content = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes={**PREFIXES, "rs": RS}) or b""
    return replace(answer, content=marked(content, "ttl") if answer.truncated else content, format="ttl")


def _readable(path: str) -> str:
    """Turn the address of a thing into the end of its IRI: Chinese as characters, what is reserved still encoded.

    >>> _readable("/id/Village/%E5%B1%B1/%20x")
    '/id/Village/山/%20x'
    """

    def characters(match: re.Match[str]) -> str:
        try:
            return bytes.fromhex(match[0].replace("%", "")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise RequestError("the address is not UTF-8") from error

    return _NOT_ASCII.sub(characters, path)
