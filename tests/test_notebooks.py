"""The notebooks: each runs from top to bottom on the example corpus, is kept without outputs, and shows Chinese."""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path

import pytest

import kg
from kg import example
from kg.magic import ask, chart, use_chinese
from kg.notebook import bundled, notebook
from ontology.errors import UsageError

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> kg.Graph:
    store = tmp_path_factory.mktemp("example") / "graph"
    kg.build([example.folder()], store=store, metadata=example.metadata())
    return kg.open(store)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient", reason="the notebooks need pip install 'policy-lineage[notebook]'")
    nbformat = pytest.importorskip("nbformat")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.delenv("KG_REPORTS", raising=False)
    book = nbformat.read(path, 4)
    nbclient.NotebookClient(
        book, timeout=180, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert outputs
    assert not [output.text for output in outputs if output.get("name") == "stderr" and "Glyph" in output.text]


def test_they_are_committed_without_outputs() -> None:
    assert len(NOTEBOOKS) >= 6
    for path in NOTEBOOKS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            assert not cell.get("outputs") and not cell.get("execution_count"), path.name


def test_each_has_a_rendered_page() -> None:
    for path in NOTEBOOKS:
        page = ROOT / "docs" / "notebooks" / f"{path.stem}.md"
        assert page.stat().st_size > 2_000
        assert "/tmp/" not in page.read_text(encoding="utf-8")


def test_they_are_copied_and_changes_stay(tmp_path: Path) -> None:
    copies = notebook(tmp_path / "mine", launch=False)
    assert [copy.name for copy in copies] == [path.name for path in bundled()]
    copies[0].write_text("changed", encoding="utf-8")
    notebook(tmp_path / "mine", launch=False)
    assert copies[0].read_text(encoding="utf-8") == "changed"


def test_sparql_gives_a_frame_or_keeps_it(graph: kg.Graph) -> None:
    names: dict[str, object] = {"graph": graph}
    frame = ask(
        "", "SELECT ?l (COUNT(*) AS ?n) { ?s a pl:Strategy ; pl:level ?l } GROUP BY ?l ORDER BY DESC(?n)", names
    )
    assert list(frame.columns) == ["l", "n"] and "national" in set(frame["l"])
    assert ask("--into kept township=张营镇", "SELECT ?township { }", names) is None
    assert list(names["kept"].columns) == ["township"]  # type: ignore[attr-defined]
    assert len(ask("unserved-strategies township=张营镇", None, names))


def test_sparql_draws_links(graph: kg.Graph) -> None:
    picture = ask("--as graph", "SELECT ?s ?o { ?s pl:advances ?o }", {"graph": graph})
    assert "三区三地" in picture.svg
    drawn = ask("--as graph", "CONSTRUCT { ?s pl:serves ?o } { ?s pl:serves ?o }", {"graph": graph})
    assert drawn.whole.number_of_edges() > 10


def test_charts_show_chinese_and_want_numbers(graph: kg.Graph) -> None:
    pytest.importorskip("matplotlib").use("Agg")
    use_chinese()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = chart(graph.query('SELECT ?镇 ?n { VALUES (?镇 ?n) { ("张营镇" 3) ("鹳鸣镇" -2) } }'))
        axes.figure.canvas.draw()
    with pytest.raises(UsageError, match="numbers"):
        chart(graph.query('SELECT ?x { VALUES ?x { "甲" } }'))


@pytest.mark.parametrize("line", ["", "--as pie x", "--unknown"])
def test_wrong_magic_is_a_usage_error(line: str) -> None:
    with pytest.raises(UsageError):
        ask(line, "", {})
