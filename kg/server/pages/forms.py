"""In which form a page is asked for, and its data as JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from decimal import Decimal
from typing import Any, Literal

from starlette.requests import Request

from kg.server.worker import marked

Form = Literal["html", "json", "csv", "ttl"]
FORMS: Mapping[str, Form] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/json": "json",
    "text/csv": "csv",
    "text/turtle": "ttl",
}


def form_of(request: Request, suffix: str | None = None) -> Form:
    """Return the form in which a page is asked for: by the end of its address, or else by ``Accept``."""
    ending = suffix if suffix is not None else request.url.path.rpartition(".")[2]
    for form in FORMS.values():
        if ending == form:
            return form
    wishes: list[tuple[float, int, Form]] = []
    for index, part in enumerate(request.headers.get("accept", "").split(",")):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((p.removeprefix("q=") for p in parameters if p.startswith("q=")), "1")
        if name in FORMS and quality.replace(".", "", 1).isdigit():
            wishes.append((-float(quality), index, FORMS[name]))
    return min(wishes)[2] if wishes else "html"


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
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    content = ("\ufeff" + text.getvalue()).encode()
    return marked(content, "csv", len(rows[0])) if truncated else content


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


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
