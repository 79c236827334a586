"""Every error code that the code can raise is documented."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_error_code_is_documented():
    documented = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    raised = {
        code
        for package in ("ontology", "extract", "kg", "queries")
        for path in (ROOT / package).rglob("*.py")
        for code in re.findall(r"PL-[A-Z]+(?:-[A-Z]+)*", path.read_text(encoding="utf-8"))
    }
    assert raised
    assert [code for code in sorted(raised) if f"`{code}`" not in documented] == []
