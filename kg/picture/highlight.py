"""A document's text with its mentions: ground by kind, a line for each mention where several overlap."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from kg import sparql
from kg.picture import bare, framed, written
from kg.vocabulary import WORDS
from ontology.errors import NotFound, UsageError
from ontology.terms import Kind

if TYPE_CHECKING:
    from kg.graph import Graph

_COLOURS = dict(zip(Kind, ("#b7791f", "#718096", "#805ad5", "#2b6cb0", "#2c7a7b", "#c53030", "#d53f8c"), strict=True))
_STYLE = """body{margin:0;color:#1f2933;
font:16px/2.2 'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif}
main{max-width:44em;margin:auto;padding:1rem 1.2rem 4rem;white-space:pre-wrap;overflow-wrap:anywhere}
header{position:sticky;top:0;background:#fffffff0;border-bottom:1px solid #e5e7eb;padding:.4rem 1.2rem;
font-size:13px;line-height:1.9}
header span{margin-right:1em;white-space:nowrap}
header i{display:inline-block;width:1em;height:.35em;margin-right:.35em;vertical-align:middle}
mark{color:inherit;background:none;padding-bottom:1px}"""


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a document names an entity, in code points."""

    start: int
    end: int
    kind: Kind
    name: str


class Highlighted:
    """A text with its mentions, as a page; a notebook shows it."""

    def __init__(self, title: str, text: str, mentions: Sequence[Mention]) -> None:
        self.title = title
        self.text = text
        self.mentions = tuple(sorted(mentions, key=lambda m: (m.start, -m.end, m.name)))

    def __repr__(self) -> str:
        """Name it by its kind and title."""
        return f"<{type(self).__name__} {self.title}>"

    @cached_property
    def html(self) -> str:
        """Return it as a page of one file."""
        legend = "".join(
            f'<span><i style="background:{_COLOURS[kind]}"></i>{WORDS[kind]} {count}</span>'
            for kind, count in self.counts().items()
        )
        head = f"<header><b>{html.escape(self.title)}</b> &nbsp; {legend}</header>"
        return bare(f"{head}<main>{self._marked()}</main>", self.title, _STYLE)

    def __rich__(self) -> Text:
        """Return it for the terminal, coloured by kind."""
        text = Text(self.text)
        for mention in self.mentions:
            text.stylize(f"underline {_COLOURS[mention.kind]}", mention.start, mention.end)
        legend = "  ".join(f"[{_COLOURS[kind]}]{WORDS[kind]} {count}[/]" for kind, count in self.counts().items())
        return Text.assemble((self.title, "bold"), "\n", Text.from_markup(legend), "\n\n", text)

    def counts(self) -> dict[Kind, int]:
        """Return how many mentions there are of each kind that is mentioned."""
        numbers = Counter(mention.kind for mention in self.mentions)
        return {kind: numbers[kind] for kind in Kind if kind in numbers}

    def save(self, path: str | Path) -> Path:
        """Write it into a file ``.html``.

        Raises:
            UsageError: the suffix is another.
            OutputError: the file can't be written.
        """
        path = Path(path)
        if path.suffix.lower() != ".html":
            raise UsageError(f"{path}: a text is written as .html", subject=str(path))
        return written(path, self.html.encode())

    def _repr_html_(self) -> str:
        return framed(self.html, 460)

    def _marked(self) -> str:
        """Return the text in pieces that lie within the same mentions, each piece with a line for each of them."""
        borders = sorted({0, len(self.text), *(edge for m in self.mentions for edge in (m.start, m.end))})
        pieces: list[str] = []
        open_: list[Mention] = []
        following = 0
        for start, end in pairwise(borders):
            open_ = [mention for mention in open_ if mention.end > start]
            while following < len(self.mentions) and self.mentions[following].start <= start:
                open_.append(self.mentions[following])
                following += 1
            piece = html.escape(self.text[start:end])
            if not open_:
                pieces.append(piece)
                continue
            lines = ",".join(
                f"0 {2 * index + 2}px 0 {colour}"
                for index, colour in enumerate(_layers([_COLOURS[mention.kind] for mention in open_]))
            )
            said = html.escape("\n".join(f"{WORDS[m.kind]}：{m.name}" for m in open_), quote=True)
            ground = f"{_COLOURS[open_[-1].kind]}1a"
            pieces.append(f'<mark title="{said}" style="background:{ground};box-shadow:{lines}">{piece}</mark>')
        return "".join(pieces)


def highlight(graph: Graph, document: str) -> Highlighted:
    """Show a document's text with its mentions.

    Args:
        graph: where from.
        document: its identifier, as ``kg info`` lists it.

    Raises:
        NotFound: the graph has no such document.
    """
    which = f"VALUES ?i {{ {sparql.term(document)} }} ?d dcterms:identifier ?i ; a pl:Document"
    found = graph.query(
        f"SELECT ?d ?text ?title {{ {which} ; nif:isString ?text OPTIONAL {{ ?d dcterms:title ?title }} }}"
    )
    if not found:
        raise NotFound(f"the graph has no document {document}; kg info lists them", subject=document)
    kinds = " ".join(f"pl:{kind}" for kind in Kind)
    rows = graph.query(
        f"SELECT ?start ?end ?kind (MIN(?n) AS ?name) {{ {which} . ?m nif:referenceContext ?d ; a pl:Mention ;"
        f" nif:beginIndex ?start ; nif:endIndex ?end ; itsrdf:taIdentRef ?e . VALUES ?kind {{ {kinds} }} ?e a ?kind ;"
        " skos:prefLabel ?n FILTER(!LANGMATCHES(LANG(?n), 'en')) } GROUP BY ?start ?end ?kind ?e"
    )
    mentions = [Mention(row.start, row.end, Kind(row.kind.local), row.name) for row in rows]
    return Highlighted(found[0].title or document, found[0].text, mentions)


def _layers(colours: Sequence[str]) -> list[str]:
    """Return the colours of the lines below a piece, white between them, the innermost mention's first."""
    lines: list[str] = []
    for colour in reversed(colours[-3:]):
        lines += [colour, "#ffffff"]
    return lines[:-1]
