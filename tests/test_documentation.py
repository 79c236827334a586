"""What a user may type or set is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg import cli
from kg.arguments import Argument

ROOT = Path(__file__).parent.parent
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("function, arguments", cli._COMMANDS, ids=lambda part: getattr(part, "__name__", ""))
def test_every_command_is_documented_with_its_options(function: cli.Command, arguments: tuple[Argument, ...]) -> None:
    (row,) = (line for line in COMMANDS.splitlines() if line.startswith(f"| `kg {function.__name__}"))
    access = re.search(r"^Access to a server: .*$", COMMANDS, re.MULTILINE)
    if "access to it" in row and access is not None:
        row += access[0]
    options = {name for names, _ in arguments for name in names if name.startswith("-")} - {"--store"}
    assert {name for name in options if f"`{name}" not in row} == set()
    assert set(re.findall(r"`(--?[a-z-]+)", row)) <= options


def test_every_environment_variable_is_documented() -> None:
    sources = [path for package in ("kg", "extract", "ontology", "queries") for path in (ROOT / package).rglob("*.py")]
    read = {name for path in sources for name in re.findall(r"\bKG_[A-Z_]+", path.read_text(encoding="utf-8"))}
    read |= {
        name
        for path in sources
        for name in re.findall(r"(?:environ(?:\.get)?|getenv)[\[(]\"(\w+)", path.read_text(encoding="utf-8"))
    }
    assert read - {"PYTHONPATH"} == set(re.findall(r"^\| `([A-Z_]+)` \|", COMMANDS, re.MULTILINE))  # Python's own


def test_every_page_of_the_documentation_can_be_reached() -> None:
    for readme in ("README.md", "README.zh.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert [page.name for page in (ROOT / "docs").glob("*.md") if f"docs/{page.name}" not in text] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
