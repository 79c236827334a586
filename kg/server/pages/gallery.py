"""The gallery: a page for each query of the library, with a form for what may be set and the answer below it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.rows import Rows
from kg.server.workers import Ask, meant
from ontology.errors import QueryError
from queries import Query

MOST_ROWS = 500
"""Rows that a page shows; a download has all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A query with what was set and what came of it.

    Attributes:
        question: the query.
        values: what each parameter was set to, its default where nothing was given, "" where it is left out.
        text: the SPARQL that was asked.
        rows: the answer; None where the query was refused.
        refused: why it was.
        unknown: the names asked for that the graph does not know.
        example: whether nothing has been set yet, so that the names are the library's examples.
    """

    question: Query
    values: Mapping[str, str]
    text: str
    rows: Rows | None
    refused: QueryError | None = None
    unknown: tuple[str, ...] = ()
    example: bool = False


async def answer(ask: Ask, question: Query, given: Mapping[str, str]) -> Answer:
    """Ask a query of the library.

    Args:
        ask: whom to ask.
        question: the query.
        given: values of its parameters as they were typed; what is empty or missing is left at its default.
    """
    values = {p.name: given.get(p.name, "").strip() or p.default for p in question.parameters}
    try:
        asked = await meant(ask, question, values)
        text, names = question.bind(**asked), question.unknown_names(**asked)
        rows = await ask(text)
        unknown = await ask(names) if names is not None else ()
        example = not any(given.get(p.name) for p in question.parameters)
        return Answer(question, values, text, rows, unknown=tuple(row.name for row in unknown), example=example)
    except QueryError as error:
        return Answer(question, values, question.text, None, error)
