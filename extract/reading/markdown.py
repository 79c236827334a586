"""Markdown → readable text, by way of HTML."""

from __future__ import annotations

from pathlib import Path

from markdown_it import MarkdownIt

from extract.reading import html
from extract.reading.encoding import decode
from extract.reading.limits import Limits


def parse(path: Path, limits: Limits) -> str:
    """Return the text of a Markdown file without its marks; tables and ordered lists are kept."""
    source = decode(path.read_bytes(), str(path))
    return html.text_of(MarkdownIt("commonmark").enable("table").render(source), str(path))
