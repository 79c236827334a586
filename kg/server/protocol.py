"""SPARQL 1.1 over HTTP: queries and updates at ``/sparql``, graphs to read at ``/graphs``, the service description."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from kg.server.limits import Limits
from kg.server.negotiation import GRAPHS, ROWS, choose, prefers_html
from kg.server.worker import GRAPH_FORMATS, Answer
from kg.server.worker import Request as Question
from kg.server.workers import GRACE, Pool, check_reply, kill, spawn
from ontology.errors import PolicyGraphError, QueryError
from ontology.terms import PREFIXES, RDF

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"
SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"

_T = TypeVar("_T")
_FORMAT_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "rdf": "RDF_XML",
    "jsonld": "JSON-LD",
}


class RequestError(PolicyGraphError):
    """A request that the protocol does not know, or that its sender may not make.

    Attributes:
        status: of the HTTP response.
        headers: that the response carries besides.
    """

    code = "PL-SERVER-REQUEST"

    def __init__(self, message: str, status: int = 400, code: str | None = None, **headers: str) -> None:
        super().__init__(message, code=code)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a request, from its address and its form."""

    pairs: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...] | None:
        """Return every value of a parameter; None where there is none."""
        return tuple(value for key, value in self.pairs if key == name) or None

    def one(self, name: str) -> str | None:
        """Return the value of a parameter that may stand once."""
        values = self.all(name) or ()
        if len(values) > 1:
            raise RequestError(f"{name} is given {len(values)} times; give it once")
        return values[0] if values else None

    def iris(self, name: str) -> tuple[str, ...] | None:
        """Return the values of a parameter that are IRIs."""
        values = self.all(name)
        for value in values or ():
            try:
                ox.NamedNode(value)
            except ValueError as error:
                raise RequestError(f"{name}: {value!r} is no IRI") from error
        return values


class Sparql:
    """The endpoint ``/sparql``."""

    def __init__(self, pool: Pool, update_token: str | None) -> None:
        self._pool = pool
        self._token = update_token
        self._updating = asyncio.Lock()

    async def handle(self, request: Request) -> Response:
        """Answer a query, do an update, or describe the service."""
        parameters, text, kind = await _operation(request, self._pool.limits)
        if kind is None:
            if prefers_html(request.headers.get("accept", "")):
                return RedirectResponse("/editor", status_code=303)
            return await self._describe(request)
        base = str(request.url.replace(query="", fragment=""))
        if kind == UPDATE:
            request.scope["writes"] = True
            self._allow(request)
            return await self._update(text, parameters, base)
        question = Question(
            query=text,
            base=base,
            default=_part(parameters.iris("default-graph-uri"), parameters.iris("named-graph-uri")),
            named=_part(parameters.iris("named-graph-uri"), parameters.iris("default-graph-uri")),
            **formats(request),
        )
        return respond(await unless_gone(request, self._pool.answer(question)))

    def _allow(self, request: Request) -> None:
        """Let only the holder of the token through."""
        if self._token is None:
            raise RequestError("updates are off; start kg serve with --update-token", 403, "PL-SERVER-READ-ONLY")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), self._token.encode()):
            raise RequestError(
                "an update needs the header: Authorization: Bearer TOKEN",
                401,
                "PL-SERVER-TOKEN",
                WWW_Authenticate="Bearer",
            )

    async def _update(self, text: str, parameters: Parameters, base: str) -> Response:
        using, named = parameters.iris("using-graph-uri"), parameters.iris("using-named-graph-uri")
        limits = self._pool.limits
        order = {
            "update": text,
            "default": _part(using, named),
            "named": _part(named, using),
            "base": base,
            "nesting": limits.nesting,
            "seconds": limits.update_seconds + GRACE,
        }
        async with self._updating:
            process = await spawn("kg.server.updater", str(self._pool.store), str(limits.update_memory_bytes))
            try:
                async with asyncio.timeout(limits.update_seconds):
                    output, _ = await process.communicate(json.dumps(order).encode() + b"\n")
            except TimeoutError as error:
                raise QueryError(
                    f"the update took longer than {limits.update_seconds:g} s; nothing has changed",
                    code="PL-QUERY-TIMEOUT",
                ) from error
            finally:
                kill(process)
                await process.wait()  # then the store is free again
        if not output:
            raise QueryError(
                f"the update's process ended with status {process.returncode}, of memory perhaps; nothing has changed",
                code="PL-QUERY-MEMORY",
            )
        check_reply(json.loads(output))
        return Response(status_code=204)

    async def _describe(self, request: Request) -> Response:
        """Describe the service: what it speaks, and the graphs that it holds."""
        form = choose(request.headers.get("accept", ""), GRAPHS)
        if form is None:
            raise RequestError("the service description is RDF, which the request does not accept", 406)
        graphs = [str(row.g) for row in await self._pool.ask("SELECT ?g { GRAPH ?g {} } ORDER BY ?g")]
        endpoint = str(request.url.replace(query="", fragment=""))
        triples = _description(endpoint, graphs, updates=self._token is not None)
        content = ox.serialize(triples, format=GRAPH_FORMATS[form], prefixes={**PREFIXES, "sd": SD, "formats": FORMATS})
        return Response(content, media_type=GRAPHS[form])


class Graphs:
    """The endpoint ``/graphs``: Graph Store Protocol, to read."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def handle(self, request: Request) -> Response:
        """Return the triples of a graph, whole."""
        parameters = Parameters(_pairs(request.scope["query_string"]))
        graph, default = parameters.one("graph"), parameters.one("default")
        if (graph is None) == (default is None):
            raise RequestError("name one graph: ?default or ?graph=IRI")
        parameters.iris("graph")
        question = Question(graph=graph, base=str(request.url), **formats(request))
        return respond(await unless_gone(request, self._pool.answer(question)))


def formats(request: Request) -> dict[str, Any]:
    """Return the formats of rows and of triples that a request accepts."""
    accept = request.headers.get("accept", "")
    return {"row_format": choose(accept, ROWS), "graph_format": choose(accept, GRAPHS)}


def respond(answer: Answer) -> Response:
    """Return an answer as a response, with a header where it was cut off."""
    headers = {"Vary": "Accept", "X-Graph-Version": str(answer.version)}
    if answer.truncated:
        headers["X-Truncated"] = "true"
    return Response(answer.content, headers=headers, media_type={**ROWS, **GRAPHS}[answer.format])


async def unless_gone(request: Request, work: Awaitable[_T]) -> _T:
    """Wait for an answer for as long as the client does; one that nobody waits for is not worked on."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        working.cancel()
        leaving.cancel()


async def _operation(request: Request, limits: Limits) -> tuple[Parameters, str, str | None]:
    """Return the parameters of a request, its query or update, and which it is; None where there is neither."""
    parameters = Parameters(_pairs(request.scope["query_string"]))
    if request.method == "POST":
        media_type, charset = _content_type(request.headers.get("content-type", ""))
        if media_type not in (QUERY, UPDATE, FORM) or charset not in ("", "utf-8", "utf8"):
            raise RequestError(f"POST a body of {QUERY}, {UPDATE} or {FORM}, in UTF-8", 415)
        body = await read_body(request, limits)
        if media_type != FORM:
            if parameters.all("query") or parameters.all("update"):
                raise RequestError("the query stands in the body and in the address; give one of them")
            return parameters, _decode(body), media_type
        parameters = Parameters((*parameters.pairs, *_pairs(body)))
    query, update = parameters.one("query"), parameters.one("update")
    if query is not None and update is not None:
        raise RequestError("give a query or an update, not both")
    if update is not None:
        if request.method != "POST":
            raise RequestError("an update is sent by POST", 405, Allow="POST")
        return parameters, update, UPDATE
    if query is None and request.method == "POST":
        raise RequestError("the form has neither a query nor an update")
    return parameters, query or "", QUERY if query is not None else None


async def read_body(request: Request, limits: Limits) -> bytes:
    """Read the body of a request, within the limits."""
    too_large = RequestError(f"the body is larger than {limits.body_bytes} bytes", 413, "PL-SERVER-SIZE")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.body_bytes:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(limits.body_seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limits.body_bytes:
                    raise too_large
    except TimeoutError as error:
        raise RequestError(f"the body did not come in within {limits.body_seconds:g} s", 408) from error
    return bytes(body)


def _content_type(header: str) -> tuple[str, str]:
    media_type, _, parameters = header.lower().partition(";")
    name, _, value = parameters.strip().partition("=")
    return media_type.strip(), value.strip('" ') if name.strip() == "charset" else ""


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError("the request is not UTF-8") from error


def _pairs(content: bytes) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(parse_qsl(_decode(content), keep_blank_values=True, errors="strict", max_num_fields=1000))
    except ValueError as error:
        raise RequestError(f"the form can't be read: {error}") from error


def _part(graphs: tuple[str, ...] | None, others: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the graphs of one part of a dataset, default or named; where it names only the others, these are none."""
    return graphs if graphs or others is None else ()


def _description(endpoint: str, graphs: list[str], *, updates: bool) -> list[ox.Triple]:
    node = ox.NamedNode
    service, dataset, default = ox.BlankNode("service"), ox.BlankNode("dataset"), ox.BlankNode("default")
    features = ["UnionDefaultGraph", "EmptyGraphs"]
    languages = ["SPARQL11Query", *(["SPARQL11Update"] if updates else [])]

    def say(subject: Any, predicate: str, object_: Any) -> ox.Triple:
        return ox.Triple(subject, node(predicate), object_)

    return [
        say(service, f"{RDF}type", node(f"{SD}Service")),
        say(service, f"{SD}endpoint", node(endpoint)),
        *(say(service, f"{SD}supportedLanguage", node(SD + language)) for language in languages),
        *(say(service, f"{SD}feature", node(SD + feature)) for feature in features),
        *(say(service, f"{SD}resultFormat", node(FORMATS + _FORMAT_NAMES[form])) for form in (*ROWS, *GRAPHS)),
        say(service, f"{SD}defaultDataset", dataset),
        say(dataset, f"{RDF}type", node(f"{SD}Dataset")),
        say(dataset, f"{SD}defaultGraph", default),
        say(default, f"{RDF}type", node(f"{SD}Graph")),
        *(
            triple
            for number, graph in enumerate(graphs)
            for triple in (
                say(dataset, f"{SD}namedGraph", ox.BlankNode(f"graph{number}")),
                say(ox.BlankNode(f"graph{number}"), f"{RDF}type", node(f"{SD}NamedGraph")),
                say(ox.BlankNode(f"graph{number}"), f"{SD}name", node(graph)),
            )
        ),
    ]
