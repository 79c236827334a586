"""Pictures of a lineage: one HTML file that works offline, levels as layers with the nation on top."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from pathlib import Path

import networkx
from pyvis.network import Network

from kg.lineage import Lineage, Step, Thing
from kg.rows import IRI
from ontology.errors import UsageError
from ontology.terms import Basis, Kind, Level

_COLOURS = dict(zip(Level, ("#c0392b", "#8e44ad", "#2e6fb7", "#148f9f", "#3a8f3a", "#b7950b"), strict=True))
_SHAPES = {
    Kind.VILLAGE: "triangle",
    Kind.ADMINISTRATIVE_UNIT: "square",
    Kind.ORGANIZATION: "hexagon",
    Kind.PROJECT: "dot",
    Kind.POLICY: "diamond",
    Kind.STRATEGY: "box",
    Kind.SLOGAN: "ellipse",
}
_DASHES: dict[Basis, bool | list[int]] = {
    Basis.STATED: False,
    Basis.CURATED: False,
    Basis.DEFINITIONAL: [12, 4],
    Basis.STRUCTURAL: [6, 4],
    Basis.INFERRED: [2, 5],
}
_COLUMN, _ROW, _LABEL = 190, 130, 14


def draw(lineage: Lineage, path: str | Path) -> Path:
    """Draw a lineage into a file that needs nothing outside itself.

    Args:
        lineage: what to draw.
        path: where; the suffix is ``.html``.

    Raises:
        UsageError: the suffix names no kind of picture.
    """
    path = Path(path)
    if path.suffix != ".html":
        raise UsageError(f"{path}: a picture is written as .html", subject=str(path))
    path.write_text(page(lineage), encoding="utf-8")
    return path


def page(lineage: Lineage) -> str:
    """Return the picture as a page."""
    steps = {(step.subject, step.predicate, step.object): step for step in (*lineage.above, *lineage.below)}
    network: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()
    for iri, (x, y) in _positions(lineage).items():
        thing = lineage.entities[iri]
        network.add_node(
            str(iri),
            label=_wrapped(thing.name),
            title=_about(thing),
            shape=_SHAPES[thing.kind],
            color=_COLOURS[thing.level] if thing.level else "#7f8c8d",
            font={"color": "#ffffff" if thing.kind is Kind.STRATEGY else "#222222"},
            borderWidth=4 if iri == lineage.entity.iri else 1,
            x=x,
            y=y,
        )
    for step in steps.values():
        basis = step.proofs[0].basis if step.proofs else Basis.INFERRED
        network.add_edge(
            str(step.subject),
            str(step.object),
            title=_why(step),
            width=1 + 3 * step.confidence,
            dashes=_DASHES[basis],
            color="#888888",
        )
    picture = Network(height="96vh", width="100%", directed=True, cdn_resources="in_line")
    picture.from_nx(network, show_edge_weights=False)
    picture.toggle_physics(False)
    return _offline(picture.generate_html(notebook=False))


def _positions(lineage: Lineage) -> dict[IRI, tuple[int, int]]:
    """Place each entity in the row of its level, the nation's on top; what has no level stands at the foot."""
    rows: defaultdict[int, list[IRI]] = defaultdict(list)
    for iri in sorted(lineage.entities):
        thing = lineage.entities[iri]
        rows[thing.level.rank if thing.level and thing.kind is not Kind.VILLAGE else len(Level)].append(iri)
    return {
        iri: (round((column - (len(row) - 1) / 2) * _COLUMN), rank * _ROW)
        for rank, row in rows.items()
        for column, iri in enumerate(row)
    }


def _about(thing: Thing) -> str:
    lines = [thing.name, " › ".join(thing.places), thing.definition or ""]
    return html.escape("\n".join(line for line in lines if line), quote=False)


def _why(step: Step) -> str:
    lines = [f"{step.predicate} ({proof.basis}, {proof.confidence:.2f}) {proof.text or ''}" for proof in step.proofs]
    return html.escape("\n".join(lines), quote=False)


def _wrapped(name: str) -> str:
    return "\n".join(name[start : start + _LABEL] for start in range(0, len(name), _LABEL))


def _offline(page: str) -> str:
    """Take out the two links to a CDN that pyvis leaves in."""
    page = re.sub(r"<link[^>]*?https?://[^>]*?>", "", page, flags=re.DOTALL)
    return re.sub(r"<script[^>]*?src=\"https?://[^>]*?>\s*</script>", "", page, flags=re.DOTALL)
