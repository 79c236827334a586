"""Where the entities of a graph stand on a page: the layout of the pictures, as data for the page's script."""

from __future__ import annotations

from typing import Any

import networkx

from kg.picture.layout import FOOT_LINE, FOOT_TEXT, ICON, LINE, MARGIN, TEXT, layout
from kg.picture.network import FOOT, Network, network
from kg.picture.style import COLOURS, DASHES, FOCUS, LINES, SHAPES, TINTS, holds_label, paint, thickness
from kg.rows import IRI
from kg.server.pages.catalogue import Item
from kg.server.pages.forms import jsonable
from kg.server.pages.neighbourhood import Neighbourhood, Tie
from kg.vocabulary import WORDS

_EDGE = 24.0
"""Pixels that a row leaves free at each side."""


def drawing(part: Neighbourhood, width: float, focus: str = "") -> dict[str, Any]:
    """Return where everything stands, and how it looks.

    Args:
        part: the entities and the links among them.
        width: pixels that a row may take.
        focus: the entity that everything is about.
    """
    drawn: Network = networkx.MultiDiGraph()
    for item in part.items:
        hidden = part.hidden.get(item.iri, 0)
        drawn.add_node(str(item.iri), label=item.name, kind=item.kind, level=item.level, hidden=hidden)
    for tie in part.ties:
        drawn.add_edge(str(tie.subject), str(tie.object), basis=tie.basis, confidence=tie.confidence)
    placed = layout(network(drawn), across=width - 2 * _EDGE)
    items = {item.iri: item for item in part.items}
    kinds = {item.kind for item in part.items}
    return {
        "width": placed.width - MARGIN,
        "height": placed.height,
        "beyond": part.beyond,
        "bands": [
            {
                "level": band.level,
                "kinds": [kind for kind in FOOT[::-1] if kind in kinds] if band.name != WORDS[band.level] else [],
                **{"top": band.top, "bottom": band.bottom, "colour": COLOURS[band.level], "tint": TINTS[band.level]},
            }
            for band in placed.bands
        ],
        "nodes": [
            _node(items[IRI(iri)], drawn.nodes[iri]["hidden"], iri == focus)
            | {"x": box.x - MARGIN, "top": box.top, "width": box.width, "height": box.height, "lines": box.lines}
            for iri, box in placed.boxes.items()
        ],
        "edges": [
            _edge(tie) | {"points": [(x - MARGIN, y) for x, y in placed.ways.get((tie.subject, tie.object), ())]}
            for tie in part.ties
        ],
    }


def _node(item: Item, hidden: int, focus: bool) -> dict[str, Any]:
    about = {"kind": item.kind, "level": item.level}
    fill, ink, rim = paint(about)
    inside = holds_label(item.kind)
    return {
        **jsonable(item),
        "hidden": hidden,
        "focus": focus,
        "shape": SHAPES.get(item.kind, "box"),
        "icon": 0 if inside else ICON,
        "size": TEXT if inside else FOOT_TEXT,
        "leading": (LINE if inside else FOOT_LINE) / (TEXT if inside else FOOT_TEXT),
        "fill": fill,
        "ink": ink,
        "rim": FOCUS if focus else rim,
    }


def _edge(tie: Tie) -> dict[str, Any]:
    return {
        **jsonable(tie),
        "stroke": LINES[tie.basis],
        "dashes": DASHES[tie.basis],
        "thickness": thickness(tie.confidence),
    }
