"""The application: routes, headers, errors; and ``serve``, which runs it.

The explorer's pages (``kg.server.pages``) stand behind the routes of data; where both answer, a browser gets the page.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from http import HTTPStatus
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.server import pages
from kg.server.limits import Limits
from kg.server.negotiation import prefers_html
from kg.server.pages.catalogue import Catalogues
from kg.server.protocol import Graphs, Sparql
from kg.server.resources import Library, Things
from kg.server.status import status_of
from kg.server.updater import create
from kg.server.workers import Pool
from kg.store import DEFAULT_STORE, open_version, published_number
from ontology.errors import PolicyGraphError, UsageError

_log = logging.getLogger(__name__)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_READ_BY_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Truncated, X-Graph-Version, Retry-After",
}
_PREFLIGHT = {
    "Allow": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}
"""A page of another site may ask in any form, but not send a token."""


def create_app(
    store: str | Path = DEFAULT_STORE, *, update_token: str | None = None, limits: Limits | None = None
) -> Starlette:
    """Make the application over a store; ``app.state.pool`` answers queries, see ``Pool.ask``.

    Args:
        store: folder of the store; with ``update_token`` it is made empty where there is none.
        update_token: who sends it may update; None turns updates off.
        limits: what a request may cost.

    Raises:
        UsageError: the token is empty.
        StoreError: there is no store, or it is damaged.
    """
    if update_token is not None:
        update_token = update_token.strip()  # a header's value comes without the spaces around it
        if not update_token:
            raise UsageError("the update token is empty; leave it out to turn updates off")
    folder = Path(store)
    if update_token is not None and published_number(folder) == 0:
        create(folder)
    open_version(folder)
    pool, catalogues = Pool(folder, limits or Limits()), Catalogues(folder)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        catalogues.prepare()
        with closing(catalogues):
            async with pool:
                yield

    app = Starlette(
        routes=_routes(pool, catalogues, update_token),
        lifespan=lifespan,
        exception_handlers={
            PolicyGraphError: _refuse,
            HTTPException: _refuse,
            ClientDisconnect: _refuse,
            Exception: _fail,
        },
    )
    app.state.pool = pool
    app.add_middleware(_Headers)
    return app


def serve(
    store: str | Path = DEFAULT_STORE,
    *,
    host: str = "127.0.0.1",
    port: int = 7878,
    update_token: str | None = None,
    limits: Limits | None = None,
) -> None:
    """Serve a store over HTTP until interrupted; the address is printed once it answers.

    Args:
        store: folder of the store; with ``update_token`` it is made empty where there is none.
        host: address to listen on; only this machine reaches the default.
        port: 0 takes a free one.
        update_token: who sends it may update; None turns updates off.
        limits: what a request may cost.

    Raises:
        StoreError: there is no store, or it is damaged.
        UsageError: the address can't be listened on.
    """
    limits = limits or Limits()
    app = create_app(store, update_token=update_token, limits=limits)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http="h11",
        ws="none",
        log_level="warning",
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=64 << 10,
    )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, proto=socket.IPPROTO_TCP)  # named, so that asyncio sends without delay
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(config.backlog)  # who reads the address below may connect at once
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "ports go from 0 to 65535"
        raise UsageError(
            f"{host}:{port} can't be listened on ({reason}); choose another --host or --port", subject=str(port)
        ) from error
    shown = f"[{host}]" if ":" in host else host
    print(f"serving {store} at http://{shown}:{listening.getsockname()[1]}/ (stop with Ctrl+C)", flush=True)
    uvicorn.Server(config).run(sockets=[listening])


class DataRoute(Route):
    """A route that leaves to the explorer an address in ``.html``, and a browser's request for a page or a table."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as ``Route`` does, but for what is the explorer's."""
        match, child = super().matches(scope)
        suffix = scope["path"].rpartition("/")[2].partition(".")[2]
        by_browser = suffix in ("", "csv") and prefers_html(Headers(scope=scope).get("accept", ""))
        if match is not Match.NONE and (suffix == "html" or by_browser):
            return Match.NONE, {}
        return match, child


def _routes(pool: Pool, catalogues: Catalogues, update_token: str | None) -> list[BaseRoute]:
    sparql, graphs = Sparql(pool, update_token), Graphs(pool)
    return [
        Route("/sparql", sparql.handle, methods=["GET", "POST"]),
        Route("/sparql/", sparql.handle, methods=["GET", "POST"]),
        Route("/graphs", graphs.handle, methods=["GET"]),
        Route("/id/{path:path}", Things(pool).handle, methods=["GET"]),
        DataRoute("/queries/{name:str}", Library(pool).handle, methods=["GET"]),
        *pages.routes(catalogues, pool.ask, pool.limits),
    ]


class _Headers:
    """Adds the headers of security to every response, and those that let any page read to every read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if not scope.get("writes"):
                    headers.update(_READ_BY_ALL)
            await send(message)

        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)


async def _refuse(request: Request, error: Exception) -> Response:
    """Tell what is wrong in the one shape that errors have."""
    headers: dict[str, str] = {}
    code, subject, message = "PL-SERVER-REQUEST", None, str(error)
    if isinstance(error, HTTPException):
        status, headers = error.status_code, dict(error.headers or {})
        message = f"{request.method} {request.url.path}: {HTTPStatus(status).phrase}"
    elif isinstance(error, PolicyGraphError):
        code, subject = error.code, error.subject
        status, headers = status_of(error)
    else:
        status = 499
    return error_response(status, code, message, subject, headers)


async def _fail(request: Request, error: Exception) -> Response:
    """Answer an error that nobody foresaw; what it was stands in the log alone."""
    _log.exception("%s %s", request.method, request.url.path, exc_info=error)
    return error_response(500, "PL-SERVER", "the server met an error of its own; its log says more")


def error_response(
    status: int, code: str, message: str, subject: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return the JSON that every error comes as."""
    content = {"error": {"status": status, "code": code, "message": message, "subject": subject}}
    return JSONResponse(content, status_code=status, headers=headers)
