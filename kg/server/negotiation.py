"""Which format an answer takes: by ``Accept`` or by suffix."""

from __future__ import annotations

from collections.abc import Mapping

ROWS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
}
"""Media type of each format of rows, the preferred one first."""

GRAPHS = {
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
"""Media type of each format of triples, the preferred one first."""

HTML = "text/html"

_ALSO = {
    "application/xhtml+xml": "html",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/x-turtle": "ttl",
    "text/turtle": "ttl",
}


def choose(accept: str, offered: Mapping[str, str]) -> str | None:
    """Return the key of the format that an ``Accept`` header likes best; None where it takes none.

    >>> choose("text/csv;q=0.5, application/json", ROWS), choose("", ROWS), choose("image/png", GRAPHS)
    ('json', 'json', None)
    """
    if not accept.strip():
        return next(iter(offered))
    best: tuple[float, str] | None = None
    for key, media_type in offered.items():
        names = {media_type.partition(";")[0], *(name for name, also in _ALSO.items() if also == key)}
        quality = max(_quality(accept, name) for name in names)
        if quality > 0 and (best is None or quality > best[0]):
            best = (quality, key)
    return best[1] if best else None


def prefers_html(accept: str) -> bool:
    """Tell whether a page is liked better than data, as browsers say.

    >>> prefers_html("text/html,application/xhtml+xml,*/*;q=0.8"), prefers_html("*/*"), prefers_html("text/turtle")
    (True, False, False)
    """
    html = _quality(accept, HTML)
    media_types = (*ROWS.values(), *GRAPHS.values(), "application/json")
    return html > max(_quality(accept, media_type.partition(";")[0]) for media_type in media_types)


def _quality(accept: str, media_type: str) -> float:
    """Return how much a header likes a media type, 0 to 1; the most specific range decides."""
    found = (-1, 0.0)
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        specific = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
        if name not in specific:
            continue
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        found = max(found, (2 - specific.index(name), quality))
    return found[1]
