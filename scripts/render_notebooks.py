"""Execute the notebooks and write them as Markdown with images into docs/notebooks, where a code host shows them.

Pictures, which are pages in a notebook, become PNGs of few colours. Run with the package and its extra ``notebook``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import MarkdownExporter

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "notebooks"

_AS_PNG = """
import io
from PIL import Image as _Image
from kg.picture import Picture
from kg.picture.highlight import Highlighted
from kg.picture.svg import png as _png
def _small(self):
    out = io.BytesIO()
    _Image.open(io.BytesIO(_png(self.svg, 1.3))).convert("RGB").quantize(48).save(out, "PNG", optimize=True)
    return out.getvalue()
del Picture._repr_html_
Picture._repr_png_ = _small
def _start(self):
    body, style = self._marked()[:9000], 'text-decoration:underline'
    return "<p><i>The first lines; underlined is what was found.</i></p><blockquote>" + re.sub(
        r"<mark[^>]*>(.*?)</mark>", r"<u>\\1</u>", body.rpartition("\\n")[0]
    ).replace("\\n", "<br>") + "</blockquote>"
import re
Highlighted._repr_html_ = _start
"""


def render(path: Path) -> None:
    """Execute one notebook and write its page."""
    notebook = nbformat.read(path, 4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(_AS_PNG))
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    del notebook.cells[0]
    body, resources = MarkdownExporter().from_notebook_node(notebook)
    for name, content in resources["outputs"].items():
        number = len(list(TARGET.glob(f"{path.stem}_*.png"))) + 1
        image = f"{path.stem}_{number}.png"
        (TARGET / image).write_bytes(content)
        body = body.replace(name, image)
    body = re.sub(r"<style scoped>.*?</style>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"/tmp/\S*?/", "", body)
    body = re.sub(r"\]\((\d\d_\w+)\.ipynb\)", r"](\1.md)", body).replace("](../docs/", "](../")
    (TARGET / f"{path.stem}.md").write_text(body, encoding="utf-8")


if __name__ == "__main__":
    TARGET.mkdir(exist_ok=True)
    for notebook in sorted((ROOT / "notebooks").glob(f"{sys.argv[1] if len(sys.argv) > 1 else ''}*.ipynb")):
        for old in TARGET.glob(f"{notebook.stem}*"):
            old.unlink()
        render(notebook)
