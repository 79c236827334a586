"""``kg demo``: the example graph, a lineage and its pictures, in a few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg import example, output
from kg.store import DEFAULT_STORE, published_number
from ontology.errors import UsageError

if TYPE_CHECKING:
    from kg.lineage import Lineage

VILLAGE = ("西敬村", "张营镇")
"""Whose way up to the nation is printed, and where it lies."""

STRATEGY = "黄河流域（张营段）生态保护和高质量发展示范区"
"""Whose lineage is drawn: the township's part of a chain that runs through every level."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo has made.

    Attributes:
        store: folder of the graph.
        documents: how many it holds.
        lineage: the two main lines from a village up to the nation.
        pictures: the files, ``.html``, ``.svg`` and ``.png``.
    """

    store: Path
    documents: int
    lineage: Lineage
    pictures: tuple[Path, ...]


def demo(folder: str | Path = "demo", *, store: str | Path = DEFAULT_STORE) -> Demo:
    """Build the example graph, trace a village up to the nation, and draw the township's part of the Yellow River.

    Args:
        folder: where the pictures go; it is made where it is missing.
        store: where the graph goes.

    Raises:
        UsageError: the store holds other documents.
        OutputError: the pictures can't be written.
    """
    from kg.build import build
    from kg.graph import info, open
    from kg.picture import draw
    from kg.picture.network import trunk

    ours = {path.stem for path in example.folder().iterdir()}
    if published_number(Path(store)):
        others = {held.identifier for held in info(store=store).documents} - ours
        if others:
            raise UsageError(
                f"{store} holds other documents ({min(others)}, …); give the demo a folder of its own with --store",
                subject=str(store),
            )
    report = build([example.folder()], store=store, metadata=example.metadata())
    folder = output.folder(Path(folder))
    with open(store) as graph:
        village, strategy = graph.lineage(*VILLAGE), graph.lineage(STRATEGY)
    title = f"{STRATEGY} · {example.MARKER}"
    main = trunk(strategy)
    pictures = (
        draw(strategy, folder / "lineage.html", title=title),
        draw(main, folder / "lineage.svg", title=title),
        draw(main, folder / "lineage.png", title=title),
    )
    return Demo(Path(store), len(report.built) + len(report.unchanged), trunk(village, most=2), pictures)
