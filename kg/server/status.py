"""How an error is answered over HTTP, as data and as a page: its status, and the headers that go with it."""

from __future__ import annotations

from kg.server.protocol import RequestError
from kg.server.workers import Busy
from ontology.errors import NotFound, PolicyGraphError, StoreError

_STATUSES = {
    "PL-QUERY-TIMEOUT": 504,
    "PL-QUERY-MEMORY": 500,
    "PL-SERVER": 500,
    "PL-SERVER-ACCEPT": 406,
    "PL-SERVER-SIZE": 413,
}


def status_of(error: PolicyGraphError) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of the answer to a request that meets an error.

    >>> status_of(PolicyGraphError("out of time", code="PL-QUERY-TIMEOUT"))
    (504, {})
    >>> status_of(StoreError("it is being written"))
    (503, {'Retry-After': '5'})
    """
    if isinstance(error, RequestError):
        return error.status, error.headers
    if isinstance(error, Busy):
        return 503, {"Retry-After": str(error.retry_after)}
    if isinstance(error, StoreError):
        return 503, {"Retry-After": "5"}
    return 404 if isinstance(error, NotFound) else _STATUSES.get(error.code, 400), {}
