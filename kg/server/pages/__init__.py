"""The explorer: pages to search the graph, read it from the nation down to a village, and see the proving sentences.

``routes`` is all that the server needs. ``catalogue`` is what pages know in milliseconds, ``cataloguing`` writes it;
``entity``, ``document``, ``flow`` and ``gallery`` gather what one page shows, ``neighbourhood`` what it draws, and
``drawing`` places that; ``views`` answers, as a page (``rendering``) or as data (``forms``); ``words`` speaks Chinese
and English. Templates and scripts lie beside this package, in ``templates/`` and ``static/``.
"""

from __future__ import annotations

from importlib.resources import files

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from kg.server.limits import Limits
from kg.server.pages.catalogue import Catalogues
from kg.server.pages.views import Explorer
from kg.server.workers import Ask


def routes(catalogues: Catalogues, ask: Ask, limits: Limits) -> list[BaseRoute]:
    """Return the explorer's routes.

    Args:
        catalogues: of the store; its published version is shown.
        ask: answers SPARQL over that version: ``await ask(query, **parameters)`` gives ``kg.rows.Rows``.
        limits: what a request may cost.
    """
    explorer = Explorer(catalogues, ask, limits)
    pages = {
        "/": explorer.home,
        "/index.{form:str}": explorer.home,
        "/entity/{name:path}": explorer.entity,
        "/document/{name:path}": explorer.document,
        "/documents": explorer.documents,
        "/documents.{form:str}": explorer.documents,
        "/search": explorer.search,
        "/search.{form:str}": explorer.search,
        "/flow": explorer.flow,
        "/flow.{form:str}": explorer.flow,
        "/queries": explorer.gallery,
        "/queries.{form:str}": explorer.gallery,
        "/queries/{name:str}": explorer.question,
        "/editor": explorer.editor,
        "/evidence.json": explorer.evidence,
        "/suggest.json": explorer.suggest,
        "/terms.json": explorer.terms,
    }
    return [
        *(Route(path, explorer.page(show)) for path, show in pages.items()),
        Route("/drawing.json", explorer.drawing, methods=["POST"]),
        Mount("/static", StaticFiles(directory=str(files("kg.server") / "static")), name="static"),
        Route("/{path:path}", explorer.missing),
    ]
