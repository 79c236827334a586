"""A remote SPARQL 1.1 endpoint behind ``kg.open``: what an embedded store answers, this answers too."""

from __future__ import annotations

import ast
import json
import re
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, IncompleteRead
from itertools import pairwise
from typing import Any, Literal, TypeAlias, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

import pyoxigraph as ox
from SPARQLWrapper import BASIC, JSON, TURTLE, URLENCODED, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import (
    EndPointInternalError,
    EndPointNotFound,
    QueryBadFormed,
    SPARQLWrapperException,
    Unauthorized,
    URITooLong,
)

from kg import guard
from kg.engine import Results
from kg.paging import Pages
from ontology.errors import EndpointError, IncompleteAnswer, PolicyGraphError, QueryError, UsageError
from ontology.terms import PREFIXES

Answer: TypeAlias = dict[str, Any]
T = TypeVar("T")

TIMEOUT = 60
"""Seconds that a request may take."""

RETRIES = 3
"""How often a request that failed for reasons that pass is sent again."""

PAGE = 10_000
"""Rows that servers give at most: Virtuoso and ``kg serve`` by default. An answer of that size is read on."""

_FORMS = ("select", "ask", "construct", "describe")
_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_BUSY = frozenset({429, 502, 503, 504})
_OF_THE_ADDRESS = frozenset({"PL-SERVER-REQUEST", "PL-SERVER-TOKEN", "PL-SERVER-READ-ONLY", "PL-NOT-FOUND"})
"""Errors of ``kg serve`` that are told as any server's: there is no such service, or it refuses the user."""
_CUT = ("X-Truncated", "X-SPARQL-MaxRows")
"""Headers by which ``kg serve`` and Virtuoso say that there are more rows than they give."""


class Endpoint:
    """A SPARQL endpoint, asked over HTTP; see ``kg.graph.Backend``."""

    def __init__(
        self,
        url: str,
        *,
        user: str | None = None,
        password: str | None = None,
        token: str | None = None,
        method: Literal["GET", "POST"] = "POST",
        timeout: int = TIMEOUT,
        retries: int = RETRIES,
        page: int = PAGE,
    ) -> None:
        """Name an endpoint; nothing is sent before the first query.

        Args:
            url: of the query service.
            user: name for basic authentication.
            password: its password.
            token: for bearer authentication.
            method: GET, or POST as a form.
            timeout: seconds that a request may take.
            retries: how often a request is sent again where the server is busy or the connection breaks.
            page: an answer of this many rows is read on, page by page.

        Raises:
            UsageError: the address is none of http or https.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(
                f"{url} is no address of an endpoint; it begins with http:// or https:// and a host", subject=url
            )
        self.url = url
        self._user = user
        self._password = password
        self._token = token
        self._method = method
        self._timeout = timeout
        self._retries = retries
        self._page = page

    def run(self, query: str) -> tuple[Results, bool]:
        """Answer a query, and tell whether the answer is known to be only a first part; a warning says so too.

        Raises:
            QueryError: the endpoint can't parse it, or refuses it.
            EndpointError: the endpoint can't be reached, refuses the user, or fails.
        """
        words = (token.keyword for token in guard.tokenize(query) if token.depth == 0)
        form = next((word for word in words if word in _FORMS), None)
        if form is None:
            raise QueryError("the query is no SELECT, ASK, CONSTRUCT or DESCRIBE", code="PL-QUERY-SYNTAX")
        prologue, kind = _prefixes(query), form.upper()
        with _placed(prologue):
            if kind in ("CONSTRUCT", "DESCRIBE"):
                content, headers = self._ask(prologue + query, kind, TURTLE)
                triples, many = _triples(content)
                if cut := _cut(headers):
                    self._tell(f"{many:,} triples")
                return triples, cut
            answer, cut = self._rows(prologue + query, kind)
        if kind == "SELECT" and (cut := self._complete(prologue + query, answer, cut)):
            self._tell(f"{len(answer['results']['bindings']):,} rows")
        return self._parsed(answer), cut

    def close(self) -> None:
        """Do nothing: no connection is kept open."""

    def _complete(self, query: str, answer: Answer, cut: bool) -> bool:
        """Read the rows of a SELECT page by page where its answer has only the first; tell whether some still lack.

        They are read from the first anew: in what order those that came stand is not known.
        """
        names, rows = answer["head"]["vars"], answer["results"]["bindings"]
        given = got = len(rows)
        if not self._goes_on(got, cut):
            return cut
        try:
            pages = Pages(query)
        except ValueError:  # LIMIT 20OFFSET 1: a query that can't be taken apart is not read on
            return True
        if given == pages.limit:
            return False
        with self._reading_on(given):
            if not cut and not self._rows(pages.page(given, 1), "SELECT")[0]["results"]["bindings"]:
                return False
        whole: list[dict[str, Any]] = []
        while self._goes_on(got, cut) and len(whole) != pages.limit:
            size = self._page if pages.limit is None else min(self._page, pages.limit - len(whole))
            with self._reading_on(max(given, len(whole))):
                page, cut = self._rows(pages.page(len(whole), size, names), "SELECT")
            got = len(page["results"]["bindings"])
            whole += page["results"]["bindings"]
        rows[:] = max(whole, rows, key=len)
        return (cut or len(whole) <= given) and len(rows) != pages.limit

    def _goes_on(self, got: int, cut: bool) -> bool:
        """Tell whether there may be rows behind so many."""
        return got > 0 and (cut or got >= self._page)

    def _tell(self, part: str) -> None:
        """Warn that an answer is only a first part."""
        what = f"{self.url} gave the first {part} and does not give the others; ask for less"
        warnings.warn(what, IncompleteAnswer, stacklevel=5)  # where Graph.query is called

    @contextmanager
    def _reading_on(self, got: int) -> Iterator[None]:
        """Say of an error that it is the next page's, and how to go on."""
        try:
            yield
        except (QueryError, EndpointError) as error:
            raise type(error)(
                f"{self.url} gave the first {got} rows, and failed at those behind them, which have to be put in order"
                f" for that ({error}); add LIMIT {got} to have the first ones alone, or ask for less",
                subject=error.subject,
                code=error.code,
            ) from error

    def _rows(self, query: str, kind: str) -> tuple[Answer, bool]:
        """Return an answer in the W3C's JSON form, and whether the server says that it is cut short."""
        content, headers = self._ask(query, kind, JSON)
        try:
            answer: Answer = json.loads(content)
            if kind == "SELECT" and not ("vars" in answer["head"] and "bindings" in answer["results"]):
                raise ValueError("it has no head.vars or no results.bindings")
            for row in answer.get("results", {}).get("bindings", ()):
                for term in row.values():
                    if term["type"] == "typed-literal":  # Virtuoso's, from before SPARQL 1.1
                        term["type"] = "literal"
            if kind == "ASK" and "boolean" not in answer:  # Virtuoso's: one row with 1, or none
                found = [term["value"] for row in answer["results"]["bindings"] for term in row.values()]
                answer = {"head": {}, "boolean": found in (["1"], ["true"])}
            return answer, _cut(headers)
        except KeyError as error:
            raise self._broken(f"it has no {error}") from error
        except (ValueError, TypeError, AttributeError) as error:
            raise self._broken(str(error)) from error

    def _parsed(self, answer: Answer) -> ox.QuerySolutions | ox.QueryBoolean:
        """Return an answer as the engine has it; a broken term is found here, not as late as its row is read."""
        content = json.dumps(answer)
        try:
            results = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
            if isinstance(results, ox.QuerySolutions):
                for _ in results:
                    pass
                results = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
        except SyntaxError as error:
            raise self._broken(str(error)) from error
        assert results is not None  # for mypy: JSON gives solutions or a boolean
        return results

    def _broken(self, reason: str) -> EndpointError:
        what = f"{self.url} gave a broken answer, perhaps cut off: {reason}"
        return EndpointError(what, subject=self.url, code="PL-ENDPOINT-ANSWER")

    def _ask(self, query: str, kind: str, form: str) -> tuple[bytes, Message]:
        """Send one request, and again where it fails for reasons that pass."""
        wrapper = self._wrapper(query, kind, form)

        def send() -> tuple[bytes, Message]:
            response: HTTPResponse = wrapper.query().response
            with response:
                return response.read(), response.headers

        return attempt(send, self.url, self._retries)

    def _wrapper(self, query: str, kind: str, form: str) -> SPARQLWrapper:
        wrapper = SPARQLWrapper(self.url)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it guesses the form of the query, which is set below
            wrapper.setQuery(query)
        wrapper.queryType = kind
        wrapper.setReturnFormat(form)
        wrapper.setOnlyConneg(True)
        wrapper.setMethod(self._method)
        wrapper.setRequestMethod(URLENCODED)
        wrapper.timeout = self._timeout
        if self._user is not None:
            wrapper.setHTTPAuth(BASIC)
            wrapper.setCredentials(self._user, self._password or "")
        elif self._token is not None:
            wrapper.addCustomHttpHeader("Authorization", f"Bearer {self._token}")
        return wrapper


def attempt(send: Callable[[], T], url: str, retries: int) -> T:
    """Do a request, and again after a pause that doubles where the server is busy or the connection breaks.

    Raises:
        QueryError: the server can't parse the query.
        EndpointError: the server can't be reached, refuses the user, or fails.
    """
    pause = _PAUSE
    while True:
        try:
            return send()
        except (OSError, HTTPException, SPARQLWrapperException) as error:
            failed = _explained(error, url)
            passing = isinstance(error, HTTPException | OSError) and (
                not isinstance(error, HTTPError) or (error.code in _BUSY and not isinstance(failed, QueryError))
            )
            if not passing or retries <= 0:
                raise failed from error
            after = error.headers.get("Retry-After", "") if isinstance(error, HTTPError) and error.headers else ""
            time.sleep(min(max(pause, float(after) if after.isdecimal() else 0), _LONGEST_PAUSE))
            retries -= 1
            pause *= 2


def _explained(error: Exception, url: str) -> PolicyGraphError:
    """Return what failed as one of our errors."""

    def failed(what: str, code: str = "PL-ENDPOINT") -> EndpointError:
        return EndpointError(f"{url} {what}", subject=url, code=code)

    content = _content(error)
    if told := _of_kg_serve(content):
        code, message, subject = told
        if code.startswith(QueryError.code):
            return QueryError(message, subject=subject, code=code)
        if code not in _OF_THE_ADDRESS:
            return EndpointError(message, subject=subject or url, code=code)
    said = _line(content)
    if isinstance(error, QueryBadFormed):
        return QueryError(f"{url} can't parse the query: {said}", code="PL-QUERY-SYNTAX")
    if isinstance(error, Unauthorized) or (isinstance(error, HTTPError) and error.code in (401, 403)):
        return failed("refuses the user; check user and password, or the token", "PL-ENDPOINT-REFUSED")
    hint = "check the path: for queries it mostly ends in /sparql, for kg push it is the Graph Store's"
    if isinstance(error, EndPointNotFound) or (isinstance(error, HTTPError) and error.code == HTTPStatus.NOT_FOUND):
        return failed(f"is no such service; {hint}", "PL-ENDPOINT-MISSING")
    if isinstance(error, HTTPError) and error.code in (405, 501):
        return failed(f"does not take this kind of request ({error.code}); {hint}", "PL-ENDPOINT-METHOD")
    if isinstance(error, URITooLong):
        return failed("takes no address that long; use method POST")
    if isinstance(error, EndPointInternalError):
        return failed(f"failed: {said}")
    if isinstance(error, HTTPError) and error.code == HTTPStatus.GATEWAY_TIMEOUT:
        return failed(f"ran out of time: {said}; ask for less", "PL-ENDPOINT-TIMEOUT")
    if isinstance(error, HTTPError):
        return failed(f"answered {error.code} {error.reason}: {said}")
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError | socket.timeout):
        return failed("did not answer in time; ask for less, or raise the timeout", "PL-ENDPOINT-TIMEOUT")
    return failed(f"can't be reached ({reason})", "PL-ENDPOINT-UNREACHABLE")


def _content(error: Exception) -> str:
    """Return what the server said of an error, whole or as far as it came."""
    content = str(error).encode()
    if isinstance(error, HTTPError):
        try:
            content = error.read()
        except (OSError, HTTPException) as cut:
            content = cut.partial if isinstance(cut, IncompleteRead) else b""
    elif told := re.search(r"Response:\n(b['\"].*)", str(error), re.DOTALL):  # SPARQLWrapper keeps it as a literal
        content = ast.literal_eval(told[1])
    return content.decode(errors="replace")


def _of_kg_serve(content: str) -> tuple[str, str, str | None] | None:
    """Return code, message and subject of an error that ``kg serve`` tells; None of any other server's."""
    try:
        told = json.loads(content)["error"]
        code, message, subject = told["code"], told["message"], told["subject"]
    except (ValueError, KeyError, TypeError):
        return None
    return (code, str(message), subject) if str(code).startswith("PL-") else None


def _line(content: str, most: int = 300) -> str:
    text = " ".join(content.split())
    return text if len(text) <= most else f"{text[:most]}…"


@contextmanager
def _placed(prologue: str) -> Iterator[None]:
    """Count the lines of a complaint from the first of the query as it was given, before which a prologue was put."""
    try:
        yield
    except QueryError as error:
        more = prologue.count("\n")
        if error.code != "PL-QUERY-SYNTAX" or not more:
            raise
        message = re.sub(r"\bat (\d+):", lambda found: f"at {max(1, int(found[1]) - more)}:", str(error), count=1)
        raise QueryError(message, subject=error.subject, code=error.code) from error


def _prefixes(query: str) -> str:
    """Return declarations of the known prefixes that a query uses without declaring them."""
    tokens = (token for token in guard.tokenize(query) if token.depth == 0)
    declared = {name.text.removesuffix(":") for word, name in pairwise(tokens) if word.keyword == "prefix"}
    used = {name for name in PREFIXES if re.search(rf"(?<![\w:]){name}:", query)}
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in PREFIXES if name in used - declared)


def _cut(headers: Message) -> bool:
    """Tell whether a server says that there is more than it gives."""
    return any(headers.get(name) for name in _CUT)


def _triples(content: bytes) -> tuple[ox.QueryTriples, int]:
    """Return the triples of an answer, and how many they are."""
    store = ox.Store()
    try:
        store.load(content, format=ox.RdfFormat.TURTLE)
    except SyntaxError as error:
        raise EndpointError(f"the endpoint gave broken Turtle: {error}", code="PL-ENDPOINT-ANSWER") from error
    results: Any = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    triples: ox.QueryTriples = results
    return triples, len(store)
