"""SVG without fonts: text as outlines, so that it shows anywhere; the PNG is made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from kg.picture import font
from kg.picture.layout import FOOT_LINE, FOOT_TEXT, ICON, LINE, MARGIN, TEXT, Box, Layout, ground
from kg.picture.network import FOOT, Network
from kg.picture.style import (
    COLOURS,
    DASHES,
    FOCUS,
    INK,
    LINES,
    PALE_INK,
    SHAPES,
    TINTS,
    holds_label,
    paint,
    thickness,
)
from kg.vocabulary import WORDS
from ontology.terms import Basis, Kind

LEGEND, _MOST_WORDS = 64.0, 30


class Drawing:
    """An SVG that grows piece by piece; each glyph is defined once."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.glyphs: dict[str, str] = {}

    def add(self, element: str, /, content: str = "", **attributes: str | float) -> None:
        """Add an element; an attribute that is written with ``_`` stands for one with ``-``."""
        written = "".join(
            f" {name.strip('_').replace('_', '-')}={quoteattr(_number(value))}" for name, value in attributes.items()
        )
        self.parts.append(f"<{element}{written}>{content}</{element}>" if content else f"<{element}{written}/>")

    def text(
        self, x: float, y: float, text: str, size: float, *, colour: str = INK, anchor: float = 0.0, bold: bool = False
    ) -> None:
        """Add a line of text.

        Args:
            x: where it begins; with an ``anchor`` of 0.5 its middle, of 1 its end.
            y: of its base line.
            text: the line.
            size: pixels an em.
            colour: fill.
            anchor: which part of it stands at ``x``.
            bold: with thicker strokes.
        """
        x -= anchor * font.measure(text, size)
        scale = size / 1000
        strokes = f' stroke="{colour}" stroke-width="34"' if bold else ""
        run, at, strange = [], 0.0, []
        for character in text:
            outline = font.outline(character)
            if outline is None:
                strange.append((x + at * size, character))
            elif outline:
                self.glyphs[character] = outline
                run.append(f'<use xlink:href="#g{ord(character):x}" x="{at * 1000:g}"/>')
            at += font.advance(character)
        if run:
            self.parts.append(
                f'<g transform="translate({_number(x)} {_number(y)}) scale({scale:g} {-scale:g})"'
                f' fill="{colour}"{strokes}>' + "".join(run) + "</g>"
            )
        for place, character in strange:
            self.add("text", escape(character), x=place, y=y, fill=colour, font_size=size, font_family="sans-serif")

    def svg(self, width: float, height: float, name: str) -> str:
        """Return the file; ``name`` is read out to who cannot see it."""
        glyphs = "".join(f'<path id="g{ord(c):x}" d="{d}"/>' for c, d in sorted(self.glyphs.items()))
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img"'
            f' aria-label={quoteattr(_clean(name))} width="{width:.0f}" height="{height:.0f}"'
            f' viewBox="0 0 {width:.0f} {height:.0f}"><defs>{glyphs}</defs>'
            f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(self.parts)}</svg>\n'
        )


def svg(network: Network, layout: Layout, title: str = "") -> str:
    """Return a layered picture as SVG."""
    drawing = Drawing()
    width, height = max(layout.width, _legend(Drawing(), network, 0.0) + 8), layout.height + LEGEND
    shift = (width - layout.width) / 2
    for band in layout.bands:
        drawing.add("rect", y=band.top, width=width, height=band.bottom - band.top - 2, fill=TINTS[band.level])
        colour = COLOURS[band.level]
        middle = (band.top + band.bottom) / 2
        names = [band.name] if len(band.name) <= 3 else band.name.split("、")
        for index, name in enumerate(names):
            y = middle + 8 + (index - (len(names) - 1) / 2) * 24
            drawing.text(MARGIN / 2, y, name, 21, colour=colour, anchor=0.5, bold=True)
    drawing.parts.append(f'<g transform="translate({_number(shift)} 0)">')
    _edges(drawing, network, layout)
    if len(layout.ways) <= _MOST_WORDS:
        _words(drawing, network, layout)
    for node, box in layout.boxes.items():
        about = network.nodes[node]
        drawing.parts.append(f"<g><title>{escape(_clean(tooltip(about)))}</title>")
        _node(drawing, about, box)
        drawing.parts.append("</g>")
    drawing.parts.append("</g>")
    _legend(drawing, network, layout.height + LEGEND / 2 + 2)
    return drawing.svg(width, height, title)


def png(picture: str, zoom: float = 2.0) -> bytes:
    """Return an SVG as PNG; long pictures are kept below 16,000 pixels.

    Fonts of the machine are looked up only for characters that ours has not.
    """
    import resvg_py

    return bytes(resvg_py.svg_to_bytes(svg_string=picture, zoom=zoom, skip_system_fonts="<text" not in picture))


def tooltip(about: dict[str, str]) -> str:
    """Return what is said of an entity when it is pointed at: name, level and kind, places, definition."""
    what = f"{WORDS[about['level']] if about['level'] else ''}{WORDS.get(about['kind'], about['kind'])}"
    return "\n".join(line for line in (about["label"], what, about["places"], about["definition"]) if line)


def because(why: dict[str, str]) -> str:
    """Return what is said of a link: relation, basis, confidence, sentence and document."""
    head = WORDS.get(why["relation"], why["relation"])
    if why["basis"]:
        head += f"（{WORDS.get(why['basis'], why['basis'])}，可信度 {float(why['confidence']):.2f}）"
    sentence = f"“{why['evidence']}”" if why["evidence"] else ""
    return "\n".join(line for line in (head, sentence, why["document"]) if line)


def _edges(drawing: Drawing, network: Network, layout: Layout) -> None:
    """Draw the links; what shares a stretch is drawn once there, in the style of the surest."""
    stretches: dict[tuple[tuple[float, float], tuple[float, float]], tuple[float, str, set[str], bool]] = {}
    for (start, end), points in layout.ways.items():
        proofs = sorted(network[start][end].values(), key=lambda why: -float(why["confidence"]))
        surest = float(proofs[0]["confidence"]), str(proofs[0]["basis"])
        a, b = layout.boxes[start], layout.boxes[end]
        up = a.y > b.y or (a.y == b.y)
        line = [(a.x, a.top if up else a.bottom), *points, (b.x, (b.bottom if up else b.top) + (5 if up else -5))]
        said = {f"{network.nodes[start]['label']} → {network.nodes[end]['label']}\n{because(why)}" for why in proofs}
        for index, stretch in enumerate(pairwise(line)):
            last = index == len(line) - 2
            before = stretches.get(stretch)
            if before is None:
                stretches[stretch] = (*surest, said, last)
            else:
                stretches[stretch] = (*max(surest, before[:2]), before[2] | said, last)
    for ((x1, y1), (x2, y2)), (confidence, basis, said, last) in sorted(stretches.items()):
        bend = (y1 + y2) / 2
        colour = LINES[basis]
        drawing.parts.append(f"<g><title>{escape(_clean(chr(10).join(sorted(said)[:6])))}</title>")
        drawing.add(
            "path",
            d=f"M{x1:.1f} {y1:.1f}C{x1:.1f} {bend:.1f} {x2:.1f} {bend:.1f} {x2:.1f} {y2:.1f}",
            fill="none",
            stroke=colour,
            stroke_width=thickness(confidence),
            stroke_dasharray=" ".join(map(str, DASHES[basis])) or "none",
            opacity=0.75,
        )
        if last:
            tip = y2 - 6 if y2 < y1 else y2 + 6
            drawing.add("path", d=f"M{x2 - 5:.1f} {y2:.1f}L{x2 + 5:.1f} {y2:.1f}L{x2:.1f} {tip:.1f}Z", fill=colour)
        drawing.parts.append("</g>")


def _words(drawing: Drawing, network: Network, layout: Layout) -> None:
    """Say at each link how it serves: 属于, 落实; plain service at the foot goes without saying.

    Where links run side by side, a word that has no room of its own stands once for all that say it.
    """
    size, height = 12.0, 17.0
    placed: list[tuple[float, float, float, str]] = []
    for (start, end), points in sorted(layout.ways.items()):
        a, b = layout.boxes[start], layout.boxes[end]
        if network.nodes[start]["kind"] in FOOT:
            continue
        up = a.y > b.y
        line = [(a.x, a.top if up else a.bottom), *points, (b.x, b.bottom if up else b.top)]
        stretches = list(pairwise(line))
        if len(stretches) > 1 and points[0][0] == a.x:  # from where it has left its row, and back
            stretches = [*stretches[1:], stretches[0]]
        relations = {str(why["relation"]) for why in network[start][end].values()}
        word = "、".join(WORDS.get(relation, relation) for relation in sorted(relations))
        width = font.measure(word, size) + 6
        roomy = [stretch for stretch in stretches if abs(stretch[0][1] - stretch[1][1]) > 1.5 * height]
        middles = [((x + x2) / 2, (y + y2) / 2) for (x, y), (x2, y2) in roomy or stretches]
        taken = [
            [said for x, y, wide, said in placed if abs(x - mid_x) < (wide + width) / 2 and abs(y - mid_y) < height]
            for mid_x, mid_y in middles
        ]
        free = next((middle for middle, others in zip(middles, taken, strict=True) if not others), None)
        if free is None and word in taken[0]:
            continue
        x, y = free or middles[0]
        placed.append((x, y, width, word))
        drawing.add(
            "rect", x=x - width / 2, y=y - height / 2, width=width, height=height, rx=4, fill="#ffffff", opacity=0.85
        )
        drawing.text(x, y + size * 0.36, word, size, colour=PALE_INK, anchor=0.5)


def _node(drawing: Drawing, about: dict[str, Any], box: Box) -> None:
    focus, shape = about["focus"], SHAPES.get(about["kind"], "box")
    fill, ink, rim = paint(about)
    left, centre = box.x - box.width / 2, box.x
    if holds_label(about["kind"]):
        radius = box.height / 2 if shape == "ellipse" else 5
        drawing.add(
            "rect",
            x=left,
            y=box.top,
            width=box.width,
            height=box.height,
            rx=radius,
            fill=fill,
            stroke=FOCUS if focus else rim,
            stroke_width=5 if focus else 1.8,
        )
        y = box.y - LINE * (len(box.lines) - 1) / 2 + TEXT * 0.36
        for line in box.lines:
            drawing.text(centre, y, line, TEXT, colour=ink, anchor=0.5)
            y += LINE
        return
    icon(drawing, shape, centre, box.top + ICON / 2, ICON, fill, FOCUS if focus else rim)
    y = box.top + ICON + 4 + FOOT_TEXT
    for line in box.lines:
        drawing.add(
            "rect",
            x=centre - font.measure(line, FOOT_TEXT) / 2 - 1,
            y=y - FOOT_TEXT * 0.92,
            width=font.measure(line, FOOT_TEXT) + 2,
            height=FOOT_LINE,
            fill=ground(about),
            opacity=0.85,
        )
        drawing.text(centre, y, line, FOOT_TEXT, anchor=0.5, bold=focus)
        y += FOOT_LINE


def icon(drawing: Drawing, shape: str, x: float, y: float, size: float, colour: str, rim: str) -> None:
    """Draw one of the small shapes around a centre."""
    half = size / 2
    corners: dict[str, Sequence[tuple[float, float]]] = {
        "triangle": [(0, -1), (1, 0.8), (-1, 0.8)],
        "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
        "hexagon": [(-1, 0), (-0.5, -0.87), (0.5, -0.87), (1, 0), (0.5, 0.87), (-0.5, 0.87)],
    }
    width = 4 if rim == FOCUS else 1.5
    if shape not in corners:
        drawing.add("circle", cx=x, cy=y, r=half * 0.85, fill=colour, stroke=rim, stroke_width=width)
        return
    points = " ".join(f"{x + dx * half:.1f},{y + dy * half:.1f}" for dx, dy in corners[shape])
    drawing.add("polygon", points=points, fill=colour, stroke=rim, stroke_width=width)


def legend(network: Network) -> str:
    """Return only the legend, as a small SVG."""
    drawing = Drawing()
    return drawing.svg(_legend(drawing, network, LEGEND / 2), LEGEND, "图例")


def _legend(drawing: Drawing, network: Network, y: float) -> float:
    kinds = {about["kind"] for _, about in network.nodes(data=True)}
    bases = {why["basis"] for _, _, why in network.edges(data=True)}
    x = 24.0
    for kind in (kind for kind in Kind if kind in kinds):
        shape = SHAPES[kind]
        if holds_label(kind):
            white = kind == Kind.POLICY
            radius = 8 if shape == "ellipse" else 3
            fill = "#ffffff" if white else PALE_INK
            drawing.add("rect", x=x, y=y - 8, width=26, height=16, rx=radius, fill=fill, stroke=PALE_INK)
            x += 32
        else:
            icon(drawing, shape, x + 8, y, 16, PALE_INK, "#ffffff")
            x += 22
        x = _word(drawing, x, y, WORDS[kind])
    x += 14
    for basis in (basis for basis in Basis if basis in bases):
        drawing.add(
            "path",
            d=f"M{x:.1f} {y:.1f}h38",
            stroke=LINES[basis],
            stroke_width=2.6,
            stroke_dasharray=" ".join(map(str, DASHES[basis])) or "none",
        )
        x = _word(drawing, x + 44, y, WORDS[basis])
    return _word(drawing, x + 10, y, "箭头指向所服务、落实的战略，线越粗越可信")


def _word(drawing: Drawing, x: float, y: float, word: str) -> float:
    drawing.text(x, y + 5, word, 13, colour=PALE_INK)
    return x + font.measure(word, 13) + 16


def _clean(text: str) -> str:
    """Take out what XML 1.0 can't hold."""
    return _NOT_XML.sub("", text)


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
