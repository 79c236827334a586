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
        first = {token.keyword: index for index, token in reversed([*enumerate(top)])}
        taken = []

        def number(word: str) -> int | None:
            if word not in first:
                return None
            keyword, value = top[first[word] : first[word] + 2]
            taken.append((keyword.start, value.end))
            return int(value.text)

        self.limit = number("limit")
        self._offset = number("offset") or 0
        graphs = after = first.get("from", 0)
        while after < len(top) and top[after].keyword == "from":
            after += 3 if top[after + 1].keyword == "named" else 2
        self._dataset = ""
        if after > graphs:
            taken.append((top[graphs].start, top[after - 1].end))
            self._dataset = query[slice(*taken[-1])]
        for start, end in taken:
            query = f"{query[:start]}{' ' * (end - start)}{query[end:]}"
        start, end = top[first["select"]].start, tokens[-1].end
        values = top[first["values"]].start if "values" in first else end
        self._prologue, self._select, self._values = query[:start], query[start:values], query[values:end]
        self._order = "" if "order" in first else "ORDER BY"

    def page(self, start: int, size: int, names: Sequence[str]) -> str:
        """Return the query of one page.

        Args:
            start: how many rows stand before it.
            size: how many it has.
            names: of all variables that the query selects.
        """
        order = " ".join([self._order, *(f"?{name}" for name in names)]) if names else ""
        return (
            f"{self._prologue}SELECT * {self._dataset} {{ {{ {self._select}\n{order} {self._values} }} }}"
            f" LIMIT {size} OFFSET {self._offset + start}"
        )
