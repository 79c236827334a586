"""What is decided about a query or update from its text, before the engine parses it.

The text is split into tokens; strings, IRIs, comments and names are opaque. The engine would follow ``SERVICE`` and
``LOAD`` to any address and overflow its stack on deep nesting, so both are refused here. Its grammar knows no word
borders (``1SERVICE<…>`` is a service call), hence keywords are looked for inside words too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urljoin

from ontology.errors import QueryError
from ontology.terms import PREFIXES

_TOKEN = re.compile(
    r'(?P<string>"""(?:\\.|[^\\])*?"""|\'\'\'(?:\\.|[^\\])*?\'\'\'|"(?:\\.|[^"\\\n\r])*"|\'(?:\\.|[^\'\\\n\r])*\')'
    r'|(?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)'
    r"|(?P<space>\#[^\n\r]*|\s+)"
    r"|(?P<variable>[?$]\w+)|(?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)"
    r"|(?P<name>[\w.-]*:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[^\w\s])*)"
    r"|(?P<word>\w+)|(?P<open>[({\[]|<<)|(?P<close>[)}\]]|>>)|(?P<other>.)",
    re.DOTALL,
)
_MODIFY = ("insert", "delete", "with")
"""First words of the operations that may have a ``WHERE``, and so a dataset."""

_CHANGES = frozenset({*_MODIFY, "load", "clear", "drop", "create", "add", "move", "copy"})
"""First words of an update."""


class Token(NamedTuple):
    """A piece of text that is no space or comment; a bracket counts to the depth that it opens or closes."""

    kind: str
    text: str
    start: int
    end: int
    depth: int

    @property
    def keyword(self) -> str:
        """Return the word in lower case; "" for what is no word."""
        return self.text.lower() if self.kind == "word" else ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """The graphs that a request names; None where it names none at all."""

    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return self.default is not None or self.named is not None


NESTING = 64
"""Greatest depth of brackets of all kinds that a query may have, unless a server is told otherwise."""


def check(text: str, nesting: int = NESTING, refused: Sequence[str] = ("service",)) -> None:
    """Refuse what must not reach the engine.

    Args:
        text: a query or an update.
        nesting: greatest depth of brackets.
        refused: keywords that would make the engine call another server.

    Raises:
        QueryError: brackets are nested too deep, or another server is to be reached.

    >>> check('SELECT * { ?s ?p "SERVICE <x>" }')
    >>> check("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
        ...
    ontology.errors.QueryError: SERVICE is refused: a query asks this graph and calls no other server; take it out
    """
    ambiguous = False
    for token in tokenize(text):
        if token.depth > nesting:
            raise QueryError(f"brackets are nested deeper than {nesting}", code="PL-QUERY-NESTING")
        if token.kind == "word":
            _refuse(refused, token.keyword.__contains__)
        elif token.kind == "name":
            prefix = token.text.partition(":")[0].lower().removesuffix("silent")
            _refuse(refused, prefix.endswith)
        ambiguous = ambiguous or (token.kind == "iri" and "'" in token.text)
    if ambiguous:  # "<" may be an operator there and the quote begin a string: in no reading may a keyword stand
        _refuse(refused, text.lower().__contains__)


def _refuse(refused: Sequence[str], holds: Callable[[str], bool]) -> None:
    for keyword in refused:
        if holds(keyword):
            raise QueryError(
                f"{keyword.upper()} is refused: a query asks this graph and calls no other server; take it out",
                code="PL-QUERY-REFUSED",
            )


def refuse_update(query: str) -> None:
    """Refuse an update that is sent as a query, before the engine tells only that it can't parse it.

    Raises:
        QueryError: it is one.

    >>> refuse_update("SELECT ?insert { ?insert ?p 'DROP' }")
    >>> refuse_update("PREFIX x: <urn:x> INSERT DATA { x:a x:b 1 }")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ontology.errors.QueryError: a query only reads, and this is an update; ...
    """
    first = _after_prologue(list(tokenize(query)))
    if first is not None and first.keyword in _CHANGES:
        raise QueryError(
            "a query only reads, and this is an update; change the graph's sources or --decisions and run kg build,"
            " use kg remove, or send it to a server as an update",
            code="PL-QUERY-REFUSED",
        )


def dataset(query: str, base: str) -> Dataset:
    """Return the graphs that the ``FROM`` clauses of a query name.

    >>> dataset("PREFIX e: <http://e/> SELECT * FROM e:a FROM NAMED <b> { ?s ?p ?o }", "http://base/")
    Dataset(default=('http://e/a',), named=('http://base/b',))
    """
    prefixes = dict(PREFIXES)
    default: list[str] = []
    named: list[str] = []
    tokens = [token for token in tokenize(query) if token.depth == 0]
    for index, token in enumerate(tokens):
        following = tokens[index + 1 : index + 3]
        if token.keyword == "base" and following:
            base = urljoin(base, following[0].text[1:-1])
        elif token.keyword == "prefix" and len(following) == 2:
            prefixes[following[0].text.removesuffix(":")] = urljoin(base, following[1].text[1:-1])
        elif token.keyword == "from" and following:
            is_named = following[0].keyword == "named"
            graph = following[-1] if is_named else following[0]
            (named if is_named else default).append(_resolve(graph, prefixes, base))
    if not default and not named:
        return Dataset()
    return Dataset(tuple(default), tuple(named))


def operations(update: str) -> list[str]:
    """Split an update at its semicolons; each operation keeps the prologues that stand before it.

    >>> operations("PREFIX e: <http://e/> CLEAR ALL ; DROP GRAPH e:g")
    ['PREFIX e: <http://e/> CLEAR ALL ', 'PREFIX e: <http://e/> DROP GRAPH e:g']
    """
    tokens = list(tokenize(update))
    ends = [token.start for token in tokens if token.depth == 0 and token.text == ";"]
    starts = [0, *(end + 1 for end in ends)]
    found = []
    prologue = ""
    for start, end in zip(starts, [*ends, len(update)], strict=True):
        inside = [token for token in tokens if start <= token.start < end]
        begin = _after_prologue(inside)
        if begin is None:
            prologue += update[start:end] if inside else ""
            continue
        found.append(f"{prologue}{update[start:end].lstrip()}" if prologue else update[start:end].lstrip())
        prologue += update[start : begin.start].lstrip()
    return found or [update]


def inserted(operation: str) -> str | None:
    """Return an operation on plain data as the insertion of the same data; None for any other operation.

    >>> inserted("DELETE DATA { <x:a> <x:b> 1 }")
    'INSERT DATA { <x:a> <x:b> 1 }'
    >>> inserted("DELETE WHERE { ?s ?p ?o }")
    """
    tokens = list(tokenize(operation))
    first = _after_prologue(tokens)
    if first is None or first is tokens[-1] or tokens[tokens.index(first) + 1].keyword != "data":
        return None
    return f"{operation[: first.start]}INSERT{operation[first.end :]}"


def using(operation: str, graphs: Dataset) -> str:
    """Make an operation work on a dataset that the protocol names.

    Raises:
        QueryError: the operation itself names one.

    >>> using("INSERT { ?s a <c> } WHERE { ?s a <d> }", Dataset(default=("http://g",)))
    'INSERT { ?s a <c> } USING <http://g> WHERE { ?s a <d> }'
    >>> using("DELETE WHERE { ?s ?p ?o }", Dataset(named=("http://g",)))
    'DELETE { ?s ?p ?o } USING NAMED <http://g> WHERE { ?s ?p ?o }'
    """
    tokens = list(tokenize(operation))
    first = _after_prologue(tokens)
    top = [token for token in tokens if token.depth == 0]
    where = next((token for token in top if token.keyword == "where"), None)
    if first is None or first.keyword not in _MODIFY or where is None:
        return operation
    if any(token.keyword in ("using", "with") for token in top):
        raise QueryError(
            "the update says USING or WITH, and the request names graphs too; take one of them",
            code="PL-QUERY-DATASET",
        )
    clauses = [f"USING <{graph}>" for graph in graphs.default or ()]
    clauses += [f"USING NAMED <{graph}>" for graph in graphs.named or ()]
    if tokens[tokens.index(first) + 1] is where:  # DELETE WHERE { … } is short for DELETE { … } WHERE { … }
        clauses.insert(0, operation[where.end :].strip())
    return f"{operation[: where.start]}{' '.join(clauses)} {operation[where.start :]}"


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of a query or update; those of its own clauses, outside all brackets, have depth 0.

    >>> [token.text for token in tokenize("ASK { ?s ?p 'LIMIT' } # 1") if token.depth == 0]
    ['ASK']
    """
    depth = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "space":
            continue
        depth += kind == "open"
        yield Token(kind, match[0], match.start(), match.end(), depth)
        depth -= kind == "close"


def _after_prologue(tokens: Sequence[Token]) -> Token | None:
    """Return the first token behind ``BASE <…>`` and ``PREFIX x: <…>``; None where nothing stands there."""
    index = 0
    while index < len(tokens) and tokens[index].keyword in ("base", "prefix"):
        index += 2 if tokens[index].keyword == "base" else 3
    return tokens[index] if index < len(tokens) else None


def _resolve(graph: Token, prefixes: dict[str, str], base: str) -> str:
    """Return the whole IRI of a token; what the engine is going to complain of comes back as it is."""
    if graph.kind == "iri":
        return urljoin(base, graph.text[1:-1])
    prefix, _, local = graph.text.partition(":")
    return prefixes.get(prefix, f"{prefix}:") + re.sub(r"\\(.)", r"\1", local)
