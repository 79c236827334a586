"""A SELECT whose rows are more than a server gives at once, asked for page by page."""

from __future__ import annotations

from collections.abc import Sequence

from kg import guard


class Pages:
    """The rows of a SELECT in one order of all of them, without which its pages would not fit together.

    The query's own order goes before; rows that are alike in it are told apart by all that is selected. The query
    stands within another that takes the page, as Virtuoso sorts no more than 10,000 rows for one that does both.

    Attributes:
        limit: how many rows the query itself asks for at most; None for all.

    >>> pages = Pages("SELECT ?s ?n FROM <urn:g> { ?s ?p ?n } ORDER BY ?n LIMIT 25 # of many")
    >>> pages.limit
    25
    >>> " ".join(pages.page(10, 5, ["s", "n"]).split())
    'SELECT * FROM <urn:g> { { SELECT ?s ?n { ?s ?p ?n } ORDER BY ?n ?s ?n } } LIMIT 5 OFFSET 10'
    """

    def __init__(self, query: str) -> None:
        """Take a query apart that a server has answered, and so is well-formed."""
        tokens = list(guard.tokenize(query))
        top = [token for token in tokens if token.depth == 0]
        at = {token.keyword: index for index, token in reversed([*enumerate(top)])}
        text = query

        def take(first: int, last: int) -> str:
            """Blank a clause out, and return it."""
            nonlocal text
            start, end = top[first].start, top[last].end
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
            return query[start:end]

        self.limit, self._offset, self._dataset = None, 0, ""
        if "limit" in at:
            self.limit = int(top[at["limit"] + 1].text)
            take(at["limit"], at["limit"] + 1)
        if "offset" in at:
            self._offset = int(top[at["offset"] + 1].text)
            take(at["offset"], at["offset"] + 1)
        if "from" in at:
            last = max(index for index, token in enumerate(top) if token.keyword == "from")
            self._dataset = take(at["from"], last + (2 if top[last + 1].keyword == "named" else 1))
        start, end = top[at["select"]].start, tokens[-1].end
        values = top[at["values"]].start if "values" in at else end
        self._prologue, self._select, self._values = text[:start], text[start:values], text[values:end]
        self._ordered = "order" in at

    def page(self, start: int, size: int, names: Sequence[str] = ()) -> str:
        """Return the query of one page.

        Args:
            start: how many rows stand before it.
            size: how many it has.
            names: of all variables that the query selects; without them the rows have the query's own order alone.
        """
        order = " ".join(f"?{name}" for name in names)
        if order and not self._ordered:
            order = f"ORDER BY {order}"
        return (
            f"{self._prologue}SELECT * {self._dataset} {{ {{ {self._select}\n{order} {self._values} }} }}"
            f" LIMIT {size} OFFSET {self._offset + start}"
        )
