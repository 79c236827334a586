"""In which form a page is asked for, and its data as JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from decimal import Decimal
from typing import Any, Literal, cast

from starlette.requests import Request

from kg.output import inert
from kg.server.negotiation import choose
from kg.server.truncation import marked

Form = Literal["html", "json", "csv", "ttl"]
FORMS: Mapping[str, str] = {
    "html": "text/html",
    "json": "application/json",
    "csv": "text/csv",
    "ttl": "text/turtle",
}
"""Media type of each form, the preferred one first."""


def form_of(request: Request, suffix: str | None = None) -> Form:
    """Return the form in which a page is asked for: by the end of its address, or else by ``Accept``."""
    ending = suffix if suffix is not None else request.url.path.rpartition(".")[2]
    if ending in FORMS:
        return cast(Form, ending)
    return cast(Form, choose(request.headers.get("accept", ""), FORMS) or "html")


def table(rows: Sequence[Mapping[str, Any]], *, truncated: bool = False) -> bytes:
    """Return rows as CSV that spreadsheets read as UTF-8, with no cell that they take for a formula.

    Args:
        rows: each with the same keys, which become the header.
        truncated: whether there are more; the last line says so.
    """
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows({key: inert(value) for key, value in row.items()} for row in rows)
    content = ("\ufeff" + text.getvalue()).encode()
    return marked(content, "csv", len(rows[0])) if truncated else content


def jsonable(value: Any) -> Any:
    """Return a value as JSON's types; where keys are no strings, a list of pairs."""
    if is_dataclass(value) and not isinstance(value, type):
        return {key: jsonable(getattr(value, key)) for key in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value):
            return {str(key): jsonable(part) for key, part in value.items()}
        return [[jsonable(key), jsonable(part)] for key, part in value.items()]
    if isinstance(value, list | tuple | set):
        return [jsonable(part) for part in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)
