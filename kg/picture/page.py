"""The picture as a page: pyvis draws it at our places, with what proves each link one click away.

The page is one file. It asks nothing of any address: what pyvis would fetch is taken out, and the page's own policy
forbids the rest. Every text reaches it as JSON and is shown as text.
"""

from __future__ import annotations

import html
import json
import re
from importlib.resources import files
from itertools import pairwise
from typing import Any

import networkx
from pyvis.network import Network as Page

from kg.picture.layout import (
    BAND,
    FOOT_LINE,
    FOOT_TEXT,
    GAP_X,
    ICON,
    LINE,
    TEXT,
    Box,
    Layout,
    ground,
    room,
)
from kg.picture.network import Network
from kg.picture.style import COLOURS, DASHES, FOCUS, LINES, PALE_INK, SHAPES, TINTS, holds_label, paint, thickness
from kg.picture.svg import because, legend, tooltip

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:;"
    " form-action 'none'; base-uri 'none'"
)
_FONTS = "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei','Source Han Sans SC',sans-serif"
_GRID_GAP = 26.0


def page(shown: Network, layout: Layout, whole: Network, title: str = "") -> str:
    """Return a layered picture as a page.

    Args:
        shown: what is seen at first; a node with ``members`` is a bundle.
        layout: of what is seen at first.
        whole: everything, members of bundles too.
        title: of the page.
    """
    numbers = {node: f"n{index}" for index, node in enumerate([*shown, *(n for n in whole if n not in shown)])}
    drawn: networkx.DiGraph[str] = networkx.DiGraph()
    for node, box in layout.boxes.items():
        drawn.add_node(numbers[node], **_look(shown.nodes[node], box))
    _stretches(drawn, shown, layout, numbers)
    bundles: dict[str, Any] = {}
    for node, about in shown.nodes(data=True):
        if about["members"]:
            bundles[numbers[node]] = _bundle(about["members"], whole, shown, layout, numbers)
    picture = Page(height="100vh", width="100%", directed=True, cdn_resources="in_line")
    picture.from_nx(drawn, show_edge_weights=False)
    picture.set_options(json.dumps(_OPTIONS))
    entities: dict[str, dict[str, Any]] = {n: about for part in (whole, shown) for n, about in part.nodes(data=True)}
    data = {
        "bands": [
            {"name": b.name, "top": b.top, "bottom": b.bottom, "colour": COLOURS[b.level], "tint": TINTS[b.level]}
            for b in layout.bands
        ],
        "width": layout.width,
        "height": layout.height,
        "about": {numbers[node]: tooltip(about) for node, about in entities.items() if node in numbers},
        "names": {numbers[node]: about["label"] for node, about in entities.items()},
        "links": [
            [numbers[start], numbers[end], because(why)]
            for start, end, why in (*whole.edges(data=True), *_folded_edges(shown))
        ],
        "bundles": bundles,
        "fonts": _FONTS,
    }
    return _assembled(picture.generate_html(notebook=False), data, title, legend(whole))


_OPTIONS: dict[str, Any] = {
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {"hover": True, "dragNodes": False, "tooltipDelay": 120, "selectConnectedEdges": False},
    "edges": {"smooth": {"type": "cubicBezier", "forceDirection": "vertical", "roundness": 0.5}},
}


def _look(about: dict[str, Any], box: Box) -> dict[str, Any]:
    """Return how a node looks; ``box`` is drawn by our script, the rest is what vis-network knows."""
    fill, ink, rim = paint(about)
    inside = holds_label(about["kind"])
    return {
        "label": "\n".join(box.lines),
        "shape": SHAPES.get(about["kind"], "box"),
        "x": box.x,
        "y": box.y,
        "color": {"background": fill, "border": FOCUS if about["focus"] else rim},
        "font": {"color": ink},
        "box": {
            "width": box.width,
            "height": box.height,
            "lines": box.lines,
            "size": TEXT if inside else FOOT_TEXT,
            "leading": LINE if inside else FOOT_LINE,
            "icon": 0 if inside else ICON,
            "focus": about["focus"],
            "tint": ground(about),
            "ends": bool(about["members"]),
        },
    }


def _stretches(drawn: networkx.DiGraph[str], shown: Network, layout: Layout, numbers: dict[str, str]) -> None:
    """Add the links, bent at invisible nodes where they pass a row."""
    points: dict[tuple[str, tuple[float, float]], str] = {}
    for (start, end), way in layout.ways.items():
        proofs = sorted(shown[start][end].values(), key=lambda why: -float(why["confidence"]))
        line = [numbers[start]]
        for place in way:
            point = points.setdefault((end, place), f"w{len(points)}")
            drawn.add_node(point, label=" ", shape="dot", size=0, x=place[0], y=place[1], color="rgba(0,0,0,0)")
            line.append(point)
        line.append(numbers[end])
        for index, (one, other) in enumerate(pairwise(line)):
            members = drawn[one][other]["links"] if drawn.has_edge(one, other) else []
            look = _stroke(str(proofs[0]["basis"]), float(proofs[0]["confidence"]), arrow=index == len(line) - 2)
            if not drawn.has_edge(one, other) or drawn[one][other]["weight"] < look["weight"]:
                drawn.add_edge(one, other, **look)
            drawn[one][other]["links"] = [*members, [numbers[start], numbers[end]]]


def _stroke(basis: str, confidence: float, *, arrow: bool = True) -> dict[str, Any]:
    return {
        "weight": thickness(confidence),
        "dashes": list(DASHES[basis]) or False,
        "color": {"color": LINES[basis], "opacity": 0.75},
        "arrows": {"to": {"enabled": arrow, "scaleFactor": 0.45}},
    }


def _bundle(
    members: tuple[str, ...], whole: Network, shown: Network, layout: Layout, numbers: dict[str, str]
) -> dict[str, Any]:
    """Return the nodes and edges that appear below the picture when a bundle is opened."""
    nodes, edges = [], []
    x, y, tallest = GAP_X, layout.height + BAND, 0.0
    for node in members:
        width, height, lines = room(whole.nodes[node])
        if x + width > max(layout.width, 900) and x > GAP_X:
            x, y, tallest = GAP_X, y + tallest + _GRID_GAP, 0.0
        box = Box(x + width / 2, y + height / 2, width, height, lines)
        nodes.append({"id": numbers[node], **_look(whole.nodes[node] | {"focus": False}, box)})
        x, tallest = x + width + GAP_X, max(tallest, height)
    inside = set(members)
    for start, end in sorted({*whole.out_edges(members), *whole.in_edges(members)}):
        if all(node in shown or node in inside for node in (start, end)):
            surest = max(whole[start][end].values(), key=lambda why: float(why["confidence"]))
            look = _stroke(str(surest["basis"]), float(surest["confidence"]))
            ends = [numbers[start], numbers[end]]
            edges.append(
                {
                    "id": "-".join(ends),
                    "from": ends[0],
                    "to": ends[1],
                    "links": [ends],
                    "width": look.pop("weight"),
                    **look,
                }
            )
    return {"nodes": nodes, "edges": edges, "bottom": y + tallest + BAND + FOOT_LINE}


def _folded_edges(shown: Network) -> list[tuple[str, str, dict[str, Any]]]:
    return [edge for edge in shown.edges(data=True) if any(shown.nodes[end]["members"] for end in edge[:2])]


def _assembled(made: str, data: dict[str, Any], title: str, marks: str) -> str:
    """Make pyvis's page one file of ours: no address, our policy, our script, a legend and a panel."""
    made = re.sub(r"<!-- <link.*?-->", "", made, flags=re.DOTALL)
    made = re.sub(r"<link\b[^>]*?https?://[^>]*?>", "", made, flags=re.DOTALL)
    made = re.sub(r"<script\b[^>]*?src=\"[^>]*?>\s*</script>", "", made, flags=re.DOTALL)
    made = re.sub(r"<center>.*?</center>", "", made, flags=re.DOTALL)
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title>"
    )
    own = files("kg.picture")
    style = own.joinpath("page.css").read_text(encoding="utf-8").replace("FONTS", _FONTS).replace("PALE", PALE_INK)
    script = own.joinpath("page.js").read_text(encoding="utf-8")
    foot = (
        f'<div id="legend">{marks}</div><aside id="panel" hidden aria-live="polite"></aside>'
        f"<script>const picture = {_json(data)};\n{script}</script>"
    )
    made = made.replace('<meta charset="utf-8">', f'<meta charset="utf-8">{head}', 1)
    made = made.replace("</head>", f"<style>{style}</style></head>", 1)
    before, _, after = made.rpartition("</body>")
    return f"<!doctype html>\n{before}{foot}</body>{after}".replace("<html>", '<html lang="zh-Hans">', 1)


def _json(value: Any) -> str:
    """Return JSON that can stand in a script element whatever it says."""
    text = json.dumps(value, ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
