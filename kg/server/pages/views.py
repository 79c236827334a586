"""The explorer's pages and what stands behind them: each in Chinese and English, as HTML, JSON, CSV and Turtle."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

import queries
from kg import sparql
from kg.example import MARKER
from kg.language import Language, language_of
from kg.picture.flow import Flow, Measure
from kg.rows import IRI
from kg.server.limits import Limits
from kg.server.pages.catalogue import PAGE, Catalogue, Catalogues, Filter, Item, Paper
from kg.server.pages.document import reading
from kg.server.pages.drawing import drawing
from kg.server.pages.entity import Account, Relation, account, evidence
from kg.server.pages.flow import flow, picture, places, steps
from kg.server.pages.forms import form_of, jsonable, table
from kg.server.pages.gallery import MOST_ROWS, answer
from kg.server.pages.neighbourhood import Neighbourhood, lineage, linked
from kg.server.pages.rendering import address, environment, href, is_sample, source, title, what
from kg.server.pages.words import Words
from kg.server.protocol import RequestError, read_body
from kg.server.status import status_of
from kg.server.truncation import marked
from kg.server.workers import Ask
from kg.vocabulary import terms
from ontology.errors import NotFound, PolicyGraphError
from ontology.iri import encoded
from ontology.terms import PLID, PREFIXES, SHOWN, Kind, Predicate

_AT_HOME = 12
_PAPERS = 500
"""Documents that the home page shows, and those of one page of their list."""

_PATIENCE = 1.5
"""Seconds that a reader waits for the catalogue before the page says that it is being made."""

_MOST_DRAWN = 600
_DRAWINGS = 2
_MOST_OPENED = 60
_MOST_CSV = 10_000
_MOST_TRIPLES = 5000


@dataclass(frozen=True, slots=True)
class Explorer:
    """What the pages need: the catalogues, somebody to ask, and what a request may cost.

    Attributes:
        catalogues: of the store.
        ask: answers SPARQL over the published version.
        limits: what a request may cost.
        drawings: lets a few be made at a time; each may take seconds of this very process, and other pages wait.
    """

    catalogues: Catalogues
    ask: Ask
    limits: Limits
    drawings: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_DRAWINGS))

    async def catalogue(self) -> Catalogue:
        """Return the published version's catalogue."""
        return await run_in_threadpool(self.catalogues.current)

    # Pages

    async def home(self, request: Request) -> Response:
        """What the graph holds, and where to begin; while a version is being catalogued, only that."""
        try:
            catalogue = await asyncio.wait_for(asyncio.shield(self.catalogue()), _PATIENCE)
        except TimeoutError:
            return await self._answer(request, "preparing", {}, headers={"Refresh": "2"}, status=503)
        leading = await run_in_threadpool(catalogue.leading)
        summary = await run_in_threadpool(catalogue.summary)
        examples = await run_in_threadpool(catalogue.examples)
        data = {"summary": summary, "examples": examples, "leading": leading}
        if form_of(request) != "html":
            return await self._listing(request, "home", catalogue, data)
        first = await run_in_threadpool(catalogue.papers, _AT_HOME)
        sample = await run_in_threadpool(_any_sample, catalogue)
        return await self._answer(request, "home", {**data, "documents": first}, sample=sample)

    async def search(self, request: Request) -> Response:
        """Entities by name, with facets."""
        catalogue = await self.catalogue()
        wanted = _filter(request)
        page = max(1, _integer(request, "page") or 1)
        form = form_of(request)
        limit, offset = (PAGE, (page - 1) * PAGE) if form != "csv" else (_MOST_CSV, 0)
        found = await run_in_threadpool(catalogue.search, wanted, limit, offset)
        pages = max(1, -(-found.total // PAGE))
        data = {"filter": wanted, "total": found.total, "page": page, "pages": pages, "items": found.items,
                "facets": found.facets}  # fmt: skip
        sample = await run_in_threadpool(_any_sample, catalogue)
        return await self._answer(
            request, "search", data, rows=[_item_row(item) for item in found.items], sample=sample,
            about=[item.iri for item in found.items], truncated=form == "csv" and found.total > len(found.items),
        )  # fmt: skip

    async def entity(self, request: Request) -> Response:
        """All that the graph says of an entity."""
        catalogue = await self.catalogue()
        item, suffix = await _named(request, catalogue.item)
        if item is None:
            return await self.missing(request)
        confidence = _confidence(request)
        if suffix == "graph":
            whole = "whole" in request.query_params
            opened = [_iri(name) for name in request.query_params.getlist("open")[:_MOST_OPENED]]
            part = await run_in_threadpool(lineage, catalogue, item.iri, confidence, whole=whole, opened=opened)
            return await self._drawn(part, _width(request.query_params), item.iri)
        told = await account(self.ask, catalogue, item)
        issuers = await run_in_threadpool(catalogue.items, told.facts.get("issuer", ()))
        data = {"account": told, "confidence": confidence, "issuers": issuers}
        rows = [
            _relation_row(item, relation, up) for up, relation in _relations(told) if relation.confidence >= confidence
        ]
        papers = {quote.document for quote in told.quotes() if quote.document}
        return await self._answer(request, "entity", data, rows=rows, papers=papers, about=[item.iri], suffix=suffix)

    async def drawing(self, request: Request) -> Response:
        """Where the ends of links stand.

        Raises:
            RequestError: the body is not what the page's scripts send.
        """
        catalogue = await self.catalogue()
        try:
            asked = json.loads(await read_body(request, self.limits))
            links = [(str(s), str(p), str(o)) for s, p, o in asked["links"][:_MOST_DRAWN]]
            "".join(map("".join, links)).encode()  # JSON can hold half a surrogate pair, which is no text
            width = _width(asked)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise RequestError("a drawing is asked for with links: subject, predicate and object of each") from error
        part = await run_in_threadpool(linked, catalogue, links)
        return await self._drawn(part, width)

    async def evidence(self, request: Request) -> Response:
        """Why a link that is drawn is believed: each sentence with its document and the address of the passage."""
        catalogue = await self.catalogue()
        ends = [request.query_params.get(name, "") for name in ("subject", "object")]
        if await run_in_threadpool(lambda: set(catalogue.items(ends)) != set(ends)):
            raise HTTPException(404)
        quotes = {
            (relation.predicate, quote.text, quote.document): {
                "predicate": relation.predicate, "basis": reason.basis, "confidence": reason.confidence,
                "text": quote.text, "document": title(quote.document) if quote.document else "",
                "year": quote.document.year if quote.document else None,
                "href": source(quote.document, quote.start, quote.end) if quote.document else "",
            }
            for relation in await evidence(self.ask, catalogue, *ends)
            for reason in relation.reasons
            for quote in reason.quotes
        }  # fmt: skip
        return JSONResponse(jsonable(list(quotes.values())))

    async def flow(self, request: Request) -> Response:
        """How many projects, or how much money, run from strategies of townships, or above, up to the nation's."""
        catalogue = await self.catalogue()
        within = request.query_params.get("in", "").strip()[:100]
        measure: Measure = "money" if request.query_params.get("measure") == "money" else "projects"
        try:
            drawn = await run_in_threadpool(flow, catalogue, within, measure)
        except NotFound:
            drawn = Flow({}, {}, measure, 0.0, within)
        language = _words(request).language
        offered = await run_in_threadpool(places, catalogue)
        rows = steps(drawn, language)
        data = {"within": within, "measure": measure, "drawn": drawn.drawn, "total": drawn.total, "level": drawn.level,
                "flows": rows, "picture": picture(drawn, language), "places": offered}  # fmt: skip
        sample = await run_in_threadpool(_any_sample, catalogue)
        return await self._answer(request, "flow", data, rows=rows, about=list(drawn.things), sample=sample)

    async def documents(self, request: Request) -> Response:
        """The list of documents."""
        return await self._listing(request, "documents", await self.catalogue(), {})

    async def _listing(self, request: Request, name: str, catalogue: Catalogue, data: Mapping[str, Any]) -> Response:
        """Answer with one page of the list of documents, and whatever else is to be shown; as a table with all."""
        page = max(1, _integer(request, "page") or 1)
        form = form_of(request)
        limit, offset = (_PAPERS, (page - 1) * _PAPERS) if form != "csv" else (_MOST_CSV, 0)
        papers = await run_in_threadpool(catalogue.papers, limit, offset)
        total = (await run_in_threadpool(catalogue.summary))["documents"]
        pages = max(1, -(-total // _PAPERS))
        return await self._answer(
            request, name, {**data, "total": total, "page": page, "pages": pages, "documents": papers},
            rows=[_paper_row(paper) for paper in papers], about=[paper.iri for paper in papers],
            sample=await run_in_threadpool(_any_sample, catalogue), truncated=form == "csv" and total > len(papers),
        )  # fmt: skip

    async def document(self, request: Request) -> Response:
        """A document's text with its mentions."""
        catalogue = await self.catalogue()
        paper, suffix = await _named(request, catalogue.paper)
        if paper is None:
            return await self.missing(request)
        read = await reading(self.ask, catalogue, paper)
        data = {"reading": read, "cited": _span(request, read.text)}
        rows = [
            {"start": mark.start, "end": mark.end, "text": read.text[mark.start : mark.end],
             "entity": mark.item.iri if mark.item else "", "name": mark.item.name if mark.item else mark.figure,
             "kind": mark.item.kind if mark.item else "Indicator"}
            for mark in read.marks
        ]  # fmt: skip
        return await self._answer(
            request, "document", data, rows=rows, papers=[paper], about=[paper.iri], suffix=suffix
        )

    async def suggest(self, request: Request) -> Response:
        """Names that fit what is being typed."""
        text = request.query_params.get("q", "")[:100]
        catalogue = await self.catalogue()
        items = await run_in_threadpool(catalogue.suggest, text) if text.strip() else ()
        words = _words(request)
        return JSONResponse([{**jsonable(item), "href": href(item.iri), "what": what(words, item)} for item in items])

    async def missing(self, request: Request) -> Response:
        """Say that there is no such page.

        Raises:
            HTTPException: to whoever does not read pages.
        """
        if form_of(request) != "html":
            raise HTTPException(404)
        return await self._answer(request, "missing", {}, rows=[], status=404)

    async def gallery(self, request: Request) -> Response:
        """The library of queries; as Turtle the SPARQL examples."""
        if form_of(request) == "ttl":
            return Response(queries.as_rdf(), media_type="text/turtle; charset=utf-8")
        questions = queries.library()
        rows = [
            {"name": query.name, "summary": query.summary, "summary_zh": query.summary_zh,
             "description": query.description, "description_zh": query.description_zh, "tags": " ".join(query.tags)}
            for query in questions
        ]  # fmt: skip
        return await self._answer(request, "gallery", {"questions": questions}, rows=rows)

    async def question(self, request: Request) -> Response:
        """One query of the library with its form and its answer, as a page or as a table for a spreadsheet."""
        name, _, suffix = request.path_params["name"].partition(".")
        try:
            question = queries.load(name)
        except NotFound:
            return await self.missing(request)
        given = await answer(self.ask, question, request.query_params)
        rows = [row.asdict() for row in given.rows or ()]
        catalogue = await self.catalogue()
        sample = await run_in_threadpool(_any_sample, catalogue)
        status, _ = status_of(given.refused) if given.refused is not None else (200, {})
        return await self._answer(
            request, "question", {"answer": given, "most": MOST_ROWS}, rows=rows, sample=sample, suffix=suffix,
            status=status, truncated=given.rows is not None and given.rows.truncated,
        )  # fmt: skip

    def page(self, show: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that tells a reader on a page, and a program by the server's own error, what is wrong."""

        async def endpoint(request: Request) -> Response:
            try:
                return await show(request)
            except PolicyGraphError as error:
                if form_of(request) != "html":
                    raise
                status, headers = status_of(error)
                return await self._answer(request, "failed", {"message": str(error)}, status=status, headers=headers)

        return endpoint

    async def editor(self, request: Request) -> Response:
        """The SPARQL editor."""
        catalogue = await self.catalogue()
        sample = await run_in_threadpool(_any_sample, catalogue)
        return await self._answer(request, "editor", {"query": request.query_params.get("query", "")}, sample=sample)

    async def terms(self, request: Request) -> Response:
        """The ontology's terms and the known prefixes, for the editor's completion."""
        return JSONResponse({"prefixes": PREFIXES, "terms": list(terms().values())})

    # Answers

    async def _drawn(self, part: Neighbourhood, width: float, focus: str = "") -> Response:
        """Answer with where everything stands; see ``drawing``."""
        async with self.drawings:
            return JSONResponse(await run_in_threadpool(drawing, part, width, focus))

    async def _answer(
        self,
        request: Request,
        page: str,
        data: Mapping[str, Any],
        *,
        rows: Sequence[Mapping[str, Any]] = (),
        about: Sequence[IRI] = (),
        papers: Iterable[Paper] = (),
        sample: bool = False,
        truncated: bool = False,
        suffix: str | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Answer in the form that is asked for.

        Args:
            request: whose answer it is.
            page: name of the template.
            data: what the page shows; the answer as JSON.
            rows: its table, the answer as CSV.
            about: the entities and documents whose description is the answer as Turtle.
            papers: the documents that the page shows.
            sample: whether it shows example texts, besides what ``papers`` tell.
            truncated: whether the table has not all rows.
            suffix: the form that the address itself ends with.
            status: the HTTP status.
            headers: further headers.
        """
        form = form_of(request, suffix)
        vary = {"Vary": "Accept, Accept-Language, Cookie", **(headers or {})}
        if form == "json":
            return JSONResponse(jsonable(data), status, vary)
        content: bytes | str
        if form in ("csv", "ttl"):
            content = table(rows, truncated=truncated)
            if form == "ttl":
                content, truncated = await self._turtle(about, incoming=page == "entity")
            cut = {"X-Truncated": "true"} if truncated else {}
            media_type = "text/csv" if form == "csv" else "text/turtle"
            return Response(content, status, {**vary, **cut}, f"{media_type}; charset=utf-8")
        words = _words(request)
        sample = sample or any(is_sample(paper) for paper in papers)
        path = request.url.path.removesuffix(f".{suffix}") if suffix else request.url.path
        content = environment().get_template(f"{page}.html").render(
            **data, t=words, request=request, sample=sample, path=path, here=address(request),
            links=_alternatives(request) if page in _TABLES and status == 200 else {},
            switch=address(request, lang="en" if words.language == "zh" else "zh"),
        )  # fmt: skip
        response = Response(content, status, vary, "text/html; charset=utf-8")
        if request.query_params.get("lang") == words.language:
            response.set_cookie("lang", words.language, max_age=31_536_000, samesite="lax", httponly=True)
        return response

    async def _turtle(self, about: Sequence[IRI], *, incoming: bool) -> tuple[bytes, bool]:
        """Describe things: what is said of them, and the links that start from them with their evidence.

        Args:
            about: the things.
            incoming: whether to tell the links that lead to them as well.

        Returns:
            The description, and whether it has been cut off.
        """
        if not about:
            return b"", False
        either = sparql.values("e", about)
        ends = ["subject", "object"] if incoming else ["subject"]
        links = " UNION ".join(
            f"{{ {either} ?s rdf:{end} ?e ; ?p ?o }} UNION"
            f" {{ {either} ?l rdf:{end} ?e ; pl:evidence ?s . FILTER(ISIRI(?s)) ?s ?p ?o }}"
            for end in ends
        )
        if incoming:
            relations = " ".join(f"pl:{predicate}" for predicate in Predicate)
            links += f" UNION {{ {sparql.values('o', about)} VALUES ?p {{ {relations} }} ?s ?p ?o }}"
        rows = await self.ask(
            "SELECT DISTINCT ?s ?p (ISIRI(?o) AS ?named) (STR(?o) AS ?value) (LANG(?o) AS ?tag)"
            " (STR(DATATYPE(?o)) AS ?type) {"
            f" {{ {sparql.values('s', about)} ?s ?p ?o FILTER(?p != pl:contributesTo) }} UNION {links} }}"
            f" LIMIT {_MOST_TRIPLES + 1}"
        )
        triples = [
            ox.Triple(ox.NamedNode(row.s), ox.NamedNode(row.p), _term(row)) for row in rows if isinstance(row.s, IRI)
        ]
        truncated = rows.truncated or len(rows) > _MOST_TRIPLES
        content = ox.serialize(triples[:_MOST_TRIPLES], format=ox.RdfFormat.TURTLE, prefixes=PREFIXES)
        assert content is not None  # only None where an output is given
        return marked(content, "ttl") if truncated else content, truncated


_TABLES = ("home", "gallery", "search", "entity", "documents", "document", "question", "flow")
"""Pages that have their data in other forms."""

_OTHER_FORMS = (("JSON", "json"), ("CSV", "csv"), ("Turtle", "ttl"))


def _term(row: Any) -> ox.NamedNode | ox.Literal:
    if row.named:
        return ox.NamedNode(row.value)
    if row.tag:
        return ox.Literal(row.value, language=row.tag)
    return ox.Literal(row.value, datatype=ox.NamedNode(row.type))


def _words(request: Request) -> Words:
    chosen = request.query_params.get("lang") or request.cookies.get("lang")
    language: Language = language_of(chosen, request.headers.get("accept-language", ""))
    return Words(language)


def _alternatives(request: Request) -> dict[str, str]:
    """Return where the same page is found in other forms."""
    plain = quote(request.scope["path"].removesuffix(".html"), safe="/")
    stem = plain if plain != "/" else "/index"
    parameters = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    query = f"?{urlencode(parameters)}" if parameters else ""
    return {name: f"{stem}.{form}{query}" for name, form in _OTHER_FORMS}


async def _named(request: Request, find: Callable[[str], Any]) -> tuple[Any, str | None]:
    """Return what the address names, and the form that the address ends with.

    An address is the end of an IRI, in which a space is ``%20``, encoded once more (``%2520``) as links of a page have
    it; or not, as people type it.
    """
    name: str = request.path_params.get("name", "")
    if "iri" in request.query_params:
        return await run_in_threadpool(find, request.query_params["iri"]), name.removeprefix(".") or None
    prefix = f"{PLID}Document/" if request.url.path.startswith("/document/") else PLID

    async def held(name: str) -> Any:
        found = await run_in_threadpool(find, prefix + name)
        return await run_in_threadpool(find, prefix + encoded(name)) if found is None else found

    found = await held(name)
    if found is None and "." in name:
        stem, _, suffix = name.rpartition(".")
        if suffix in ("html", "json", "csv", "ttl", "graph"):
            return await held(stem), suffix
    return found, ""


def _iri(name: str) -> str:
    """Return the IRI of an entity that an address names by the end of it, or whole."""
    return PLID + name if name.partition("/")[0] in set(Kind) else name


def _filter(request: Request) -> Filter:
    given = request.query_params
    confidence = _number(given.get("confidence"))
    return Filter(
        text=given.get("q", "").strip()[:100],
        kind=given.get("kind", ""),
        level=given.get("level", ""),
        place=given.get("place", "").strip("/"),
        year=_integer(request, "year"),
        basis=given.get("basis", ""),
        confidence=confidence,
    )


def _confidence(request: Request) -> float:
    found = _number(request.query_params.get("confidence"))
    return SHOWN if found is None else found


def _number(text: str | None, most: float = 1.0) -> float | None:
    try:
        return min(most, max(0.0, float(text))) if text else None
    except ValueError:
        return None


def _width(given: Mapping[str, Any]) -> float:
    """Return how many pixels wide a drawing may be."""
    width = given.get("width")
    found = float(width) if isinstance(width, int | float) else _number(width, 4000)
    return max(320.0, min(4000.0, found or 1100.0))


def _integer(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _span(request: Request, text: str) -> tuple[int, int] | None:
    """Return the passage that the reader comes for: given by its ends in ``at``, or by its words in ``quote``."""
    quoted = request.query_params.get("quote", "")
    if quoted and (start := text.find(quoted)) >= 0:
        return start, start + len(quoted)
    ends = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", request.query_params.get("at", ""))
    if ends is None or int(ends[1]) >= int(ends[2]):
        return None
    return int(ends[1]), int(ends[2])


def _any_sample(catalogue: Catalogue) -> bool:
    return catalogue.titled(MARKER)


def _relations(told: Account) -> Iterable[tuple[bool, Relation]]:
    yield from ((True, relation) for relation in (*told.above, *told.located_in))
    yield from ((False, relation) for relation in (*told.below, *told.located_here))


def _item_row(item: Item) -> dict[str, Any]:
    return {"iri": item.iri, "name": item.name, "english": item.english, "kind": item.kind, "level": item.level,
            "place": "/".join(item.places), "mentions": item.mentions, "supporters": item.supporters}  # fmt: skip


def _paper_row(paper: Paper) -> dict[str, Any]:
    return {"iri": paper.iri, "identifier": paper.identifier, "title": paper.title, "level": paper.level,
            "place": "/".join(paper.places), "year": paper.year, "mentions": paper.mentions}  # fmt: skip


def _relation_row(item: Item, relation: Relation, up: bool) -> dict[str, Any]:
    reason = relation.reasons[0]
    quote = reason.quotes[0] if reason.quotes else None
    subject, object_ = (item, relation.other) if up else (relation.other, item)
    return {
        "subject": subject.iri, "subject_name": subject.name, "predicate": str(relation.predicate),
        "object": object_.iri, "object_name": object_.name, "basis": str(reason.basis),
        "confidence": reason.confidence, "evidence": quote.text if quote else "",
        "document": quote.document.iri if quote and quote.document else "",
        "start": quote.start if quote else None, "end": quote.end if quote else None,
    }  # fmt: skip
