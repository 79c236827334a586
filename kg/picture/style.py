"""What a picture's colours, shapes and lines mean; the one place that the page, the SVG and the legends read."""

from __future__ import annotations

from collections.abc import Mapping

from ontology.terms import Basis, Kind, Level

COLOURS: Mapping[str, str] = {
    Level.NATIONAL: "#b3282d",
    Level.PROVINCIAL: "#7b3f98",
    Level.PREFECTURE: "#2860a8",
    Level.COUNTY: "#13788a",
    Level.TOWNSHIP: "#2e7d3a",
    Level.VILLAGE: "#9a6b00",
    "": "#6b7280",
}
"""Fill by level; white text on each has a contrast of at least 4.5:1."""

TINTS: Mapping[str, str] = {
    Level.NATIONAL: "#fbeeee",
    Level.PROVINCIAL: "#f5eef9",
    Level.PREFECTURE: "#edf3fb",
    Level.COUNTY: "#eaf6f8",
    Level.TOWNSHIP: "#edf7ee",
    Level.VILLAGE: "#fbf5e6",
    "": "#f3f4f6",
}
"""Ground of a level's band."""

INK, PALE_INK, NO_LEVEL, FOCUS = "#1f2933", "#6b7280", "#4b5563", "#f5b301"

SHAPES: Mapping[str, str] = {
    Kind.STRATEGY: "box",
    Kind.POLICY: "box",
    Kind.SLOGAN: "ellipse",
    Kind.PROJECT: "dot",
    Kind.VILLAGE: "triangle",
    Kind.ORGANIZATION: "hexagon",
    Kind.ADMINISTRATIVE_UNIT: "square",
}
"""Shapes by their names in vis-network; a policy is a box with a white ground, a box or ellipse holds its own label."""

DASHES: Mapping[str, tuple[int, ...]] = {
    Basis.STATED: (),
    Basis.CURATED: (),
    Basis.DEFINITIONAL: (14, 4),
    Basis.STRUCTURAL: (6, 4),
    Basis.INFERRED: (2, 4),
    "": (2, 4),
}
LINES: Mapping[str, str] = {
    Basis.STATED: "#374151",
    Basis.CURATED: "#c77700",
    Basis.DEFINITIONAL: "#374151",
    Basis.STRUCTURAL: "#374151",
    Basis.INFERRED: "#6b7280",
    "": "#6b7280",
}
"""Stroke by basis; what rests on the authority file or a curator is full as well, and ochre."""


def thickness(confidence: float) -> float:
    """Return the width of a line in pixels: 1 for no confidence, 3.5 for certainty."""
    return round(1 + 2.5 * confidence, 2)


def paint(about: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the fill, the text and the rim of a node."""
    colour = COLOURS[about["level"]]
    if about["kind"] == Kind.POLICY:
        return "#ffffff", colour, colour
    if holds_label(about["kind"]):
        return colour, "#ffffff", colour
    return colour if about["level"] else NO_LEVEL, INK, "#ffffff"


def holds_label(kind: str) -> bool:
    """Tell whether the shape of a kind holds its name; else the name stands below it."""
    return SHAPES.get(kind, "box") in ("box", "ellipse")
