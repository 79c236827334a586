"""Answers as Python values: a cell for each RDF term, rows that go by the variables' names, frames with dtypes."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self, TypeAlias, overload

import pyoxigraph as ox

from ontology.iri import shortened
from ontology.terms import XSD

if TYPE_CHECKING:
    import pandas

    from kg.engine import Results


class IRI(str):
    """An IRI as a string, told apart from a literal by its type."""

    __slots__ = ()

    @property
    def short(self) -> str:
        """Return it with a known prefix (``pl:national``), or whole where none fits."""
        return shortened(str(self))

    @property
    def local(self) -> str:
        """Return what stands behind the last ``#`` or ``/``."""
        return re.split(r"[#/]", self)[-1]


Cell: TypeAlias = IRI | str | int | float | bool | Decimal | datetime.date | datetime.datetime | None


_METHODS = frozenset({"count", "index"})
"""Methods of a tuple whose names columns have too; a column goes first."""


class Row(tuple[Cell, ...]):
    """One solution: a tuple whose cells also go by the name of the variable, ``row.label`` or ``row["label"]``."""

    _names: tuple[str, ...]

    def __new__(cls, names: tuple[str, ...], cells: Iterable[Cell]) -> Self:
        """Make a row of cells and the names that they go by."""
        row = super().__new__(cls, cells)
        row._names = names
        for name in _METHODS.intersection(names):
            row.__dict__[name] = row[name]
        return row

    def __getattr__(self, name: str) -> Any:
        try:
            return self[self._names.index(name)]
        except ValueError:
            raise AttributeError(name) from None

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            try:
                key = self._names.index(key)
            except ValueError:
                raise KeyError(key) from None
        return super().__getitem__(key)

    def asdict(self) -> dict[str, Cell]:
        """Return the cells by name."""
        return dict(zip(self._names, self, strict=True))


class Rows(Sequence[Row]):
    """The typed answer to a query.

    A ``SELECT`` gives its solutions; a ``CONSTRUCT`` rows of subject, predicate and object; an ``ASK`` one row with one
    cell, ``answer``. Unbound variables are None, IRIs are ``IRI``, numbers and dates are Python's. ``truncated`` tells
    whether a limit has cut rows off.
    """

    def __init__(self, names: Sequence[str], cells: Iterable[Sequence[Cell]], *, truncated: bool = False) -> None:
        self.names = tuple(names)
        self.truncated = truncated
        self._rows = tuple(Row(self.names, row) for row in cells)

    @classmethod
    def of(cls, results: Results, *, truncated: bool = False) -> Self:
        """Read what an engine answers.

        >>> Rows.of(ox.Store().query("ASK {}"))[0].answer
        True
        """
        if isinstance(results, ox.QueryBoolean):
            return cls(["answer"], [[bool(results)]])
        if isinstance(results, ox.QueryTriples):
            names = ["subject", "predicate", "object"]
            triples = ([cell(t.subject), cell(t.predicate), cell(t.object)] for t in results)
            return cls(names, triples, truncated=truncated)
        names = [variable.value for variable in results.variables]
        return cls(names, ([cell(term) for term in solution] for solution in results), truncated=truncated)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {', '.join(self.names)}>"

    def frame(self) -> pandas.DataFrame:
        """Return a DataFrame: ``Int64``, ``Float64``, ``boolean``, ``datetime64``, ``string``; missing is NA.

        A column that pandas has no such type for (a date of 1500, an integer of more than 64 bits, times of several
        zones) holds the values themselves.
        """
        import pandas as pd

        columns = {}
        for index, name in enumerate(self.names):
            cells = [row[index] for row in self._rows]
            plain = [float(cell) if isinstance(cell, Decimal) else cell for cell in cells]
            try:
                columns[name] = pd.Series(plain, dtype=_dtype(cells))
            except (OverflowError, TypeError, ValueError):
                columns[name] = pd.Series(plain, dtype="object")
        return pd.DataFrame(columns, columns=list(self.names))


def cell(term: Any) -> Cell:
    """Return a term as a Python value."""
    if term is None:
        return None
    if isinstance(term, ox.NamedNode):
        return IRI(term.value)
    if not isinstance(term, ox.Literal):
        return str(term)
    convert = _FROM_XSD.get(term.datatype.value.removeprefix(XSD))
    if convert is None or term.language:
        return term.value
    try:
        return convert(term.value)
    except (ValueError, ArithmeticError):
        return term.value


_FROM_XSD: dict[str, Callable[[str], Cell]] = {
    **dict.fromkeys(["integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger"], int),
    **dict.fromkeys(["double", "float"], float),
    "decimal": Decimal,
    "boolean": lambda text: text in ("true", "1"),
    "date": datetime.date.fromisoformat,
    "dateTime": datetime.datetime.fromisoformat,
}


def _dtype(cells: Sequence[Cell]) -> str:
    """Return the pandas dtype that holds every cell of a column."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {int}:
        return "Int64"
    if kinds and kinds <= {int, float, Decimal}:
        return "Float64"
    if kinds == {bool}:
        return "boolean"
    if kinds and kinds <= {datetime.date, datetime.datetime}:
        return "datetime64[ns]"
    return "string" if kinds <= {str, IRI} else "object"
