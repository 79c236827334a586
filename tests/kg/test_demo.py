"""The demo: a chain from a village to the nation, pictures of it, and nobody else's graph touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

import kg
from kg import example
from kg.cli import main
from kg.demo import Demo
from ontology.errors import UsageError
from ontology.terms import Level


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


KILLED = """
import os, pathlib, sys
from kg.store import writing
with writing(pathlib.Path(sys.argv[1])):
    os._exit(9)
"""


@pytest.fixture(scope="module")
def made(folder: Path) -> Demo:
    """A demo in a folder in which an earlier one was killed before it had published anything."""
    assert subprocess.run([sys.executable, "-c", KILLED, str(folder / "graph")], check=False).returncode == 9
    assert (folder / "graph" / "current").read_text(encoding="ascii") == "0\n"
    return kg.demo(folder / "pictures", store=folder / "graph")


def test_the_chain_leads_from_a_village_to_the_nation(made: Demo) -> None:
    chains = made.lineage.chains()
    levels = [[made.lineage.entities[step.object].level for step in chain] for chain in chains]
    wanted = {Level.TOWNSHIP, Level.PREFECTURE, Level.PROVINCIAL, Level.NATIONAL}
    assert any(wanted <= set(steps) and steps == sorted(steps, key=lambda level: -level.rank) for steps in levels)
    assert all(steps[-1] is Level.NATIONAL for steps in levels)
    assert all(step.proofs for chain in chains for step in chain)


def test_the_pictures_are_there(made: Demo) -> None:
    pictures = made.pictures
    assert [path.suffix for path in pictures] == [".html", ".svg", ".png"]
    page = pictures[0].read_text(encoding="utf-8")
    assert example.MARKER in page and "黄河流域生态保护和高质量发展" in page
    assert pictures[2].read_bytes().startswith(b"\x89PNG")
    assert pictures[2].stat().st_size < 300_000


def test_a_second_run_finds_all_done_and_prints_a_screenful(
    folder: Path, made: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kg.cli.out", Console(width=80))
    assert main(["demo", "--store", str(folder / "graph"), "--pictures", str(folder / "pictures")]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == example.MARKER
    assert 15 < len(shown) <= 45
    assert max(cell_len(line) for line in shown[:-2]) <= 80
    assert str(folder / "pictures" / "lineage.html") in shown[-1]


def test_a_graph_of_other_documents_is_left_alone(tmp_path: Path) -> None:
    source = tmp_path / "某镇_2023.txt"
    source.write_text("某镇2023年政府工作报告\n推进生态文明建设。\n", encoding="utf-8")
    kg.build([source], store=tmp_path / "graph")
    with pytest.raises(UsageError, match="other documents"):
        kg.demo(tmp_path / "pictures", store=tmp_path / "graph")
    assert not (tmp_path / "pictures").exists()
