"""Pictures of the graph: levels as layers with the nation on top, as a page, an SVG or a PNG.

Each is one file that needs nothing outside itself: no browser to make it, no Chinese fonts to show it (the page takes
the reader's own), no network.
"""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, overload

from kg.output import replacing
from ontology.errors import UsageError

if TYPE_CHECKING:
    from kg.picture.layout import Layout
    from kg.picture.network import Drawable, Network

MOST = 200
"""Entities that a picture shows one by one; of more, the lowest are folded into bundles with their count."""


class Picture(ABC):
    """A drawing that a notebook shows and that goes into a file; ``html``, ``svg`` and ``png`` are its forms."""

    title: str

    @property
    @abstractmethod
    def html(self) -> str:
        """Return it as a page of one file."""

    @property
    @abstractmethod
    def svg(self) -> str:
        """Return it as SVG."""

    @cached_property
    def png(self) -> bytes:
        """Return it as PNG, twice as many pixels as the SVG has."""
        from kg.picture.svg import png

        return png(self.svg)

    def save(self, path: str | Path) -> Path:
        """Write it into a file, whose suffix says how: ``.html``, ``.svg`` or ``.png``.

        Raises:
            UsageError: the suffix is another.
            OutputError: the file can't be written.
        """
        path = Path(path)
        match path.suffix.lower():
            case ".html":
                return written(path, self.html.encode())
            case ".svg":
                return written(path, self.svg.encode())
            case ".png":
                return written(path, self.png)
        raise UsageError(f"{path}: a picture is written as .html, .svg or .png", subject=str(path))

    def __repr__(self) -> str:
        """Name it by its kind and title."""
        return f"<{type(self).__name__} {self.title}>"

    def _repr_html_(self) -> str:
        """Return it for a notebook: a frame of its own, so that neither reaches into the other."""
        return framed(self.html)


class Layered(Picture):
    """The layered picture of a lineage or of any part of the graph."""

    def __init__(self, source: Drawable, title: str = "") -> None:
        from kg.picture.network import folded, network

        self.whole: Network = network(source)
        self.shown: Network = folded(self.whole, MOST)
        focus = [about["label"] for _, about in self.whole.nodes(data=True) if about["focus"]]
        self.title = title or "".join(focus[:1]) or "政策图谱"

    @cached_property
    def layout(self) -> Layout:
        """Return where everything stands."""
        from kg.picture.layout import layout

        return layout(self.shown)

    @cached_property
    def svg(self) -> str:
        """Return it as SVG; what is pointed at tells its name, level, definition and evidence."""
        from kg.picture.svg import svg

        return svg(self.shown, self.layout, self.title)

    @cached_property
    def html(self) -> str:
        """Return it as a page of one file."""
        from kg.picture.page import page

        return page(self.shown, self.layout, self.whole, self.title)


@overload
def draw(source: Drawable, path: None = None, *, title: str = "") -> Layered: ...
@overload
def draw(source: Drawable, path: str | Path, *, title: str = "") -> Path: ...
def draw(source: Drawable, path: str | Path | None = None, *, title: str = "") -> Layered | Path:
    """Draw a lineage, a graph, or a part of it that was cut out with networkx.

    Args:
        source: ``Lineage``, ``Graph``, or a ``MultiDiGraph`` as ``Graph.graph()`` gives it.
        path: file to write, by suffix: ``.html``, ``.svg``, ``.png``; without one the picture itself is returned, which
            a notebook shows.
        title: of the page; by default the name of the entity whose lineage it is.

    Raises:
        UsageError: the suffix is another.
        OutputError: the file can't be written.
    """
    picture = Layered(source, title)
    return picture if path is None else picture.save(path)


def framed(page: str, height: int = 620) -> str:
    """Return a page in a frame of its own, for a notebook."""
    return (
        f'<iframe srcdoc="{html.escape(page, quote=True)}" sandbox="allow-scripts"'
        f' style="width:100%;height:{height}px;box-sizing:border-box;border:1px solid #e5e7eb;border-radius:6px">'
        "</iframe>"
    )


def bare(body: str, title: str, style: str = "body{margin:0}svg{max-width:100%;height:auto}") -> str:
    """Return a page of one file that runs no script and asks nothing of any address; by default of an SVG."""
    return (
        '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{html.escape(title)}</title><style>{style}</style></head><body>{body}</body></html>"
    )


def written(path: Path, content: bytes) -> Path:
    """Write a file and return its path.

    Raises:
        OutputError: it can't be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return path
