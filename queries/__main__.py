"""Write what is generated from the library: ``python -m queries``."""

from __future__ import annotations

from pathlib import Path

from queries.library import as_rdf, gallery

ROOT = Path(__file__).parents[1]

if __name__ == "__main__":
    (ROOT / "queries" / "examples.ttl").write_text(as_rdf(), encoding="utf-8")
    (ROOT / "docs" / "queries.md").write_text(gallery(), encoding="utf-8")
