"""The notebooks: each runs from top to bottom on the example corpus, is kept without outputs, and shows Chinese."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

import kg
from kg.cli import main
from kg.magic import ask, chart, use_chinese
from kg.notebook import bundled, notebook
from ontology.errors import UsageError
from tests.kg.server.conftest import running

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def endpoint(example_store: Path) -> Iterator[str]:
    with running(example_store) as client:
        yield str(client.base_url.join("/sparql"))


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


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["notebook", str(tmp_path / "file" / "mine"), "--copy"]) == 1
    assert "[PL-EXPORT-WRITE]" in capsys.readouterr().err


@pytest.fixture
def jupyter(tmp_path: Path) -> dict[str, str]:
    """The environment of a JupyterLab that keeps to a folder of its own, opens no browser."""
    pytest.importorskip("jupyterlab", reason="needs pip install 'policy-lineage[notebook]'")
    home = tmp_path / "jupyter"
    home.mkdir()
    settings = {"open_browser": False, "port": 0}
    (home / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": settings}), encoding="utf-8")
    places = {f"JUPYTER_{name}_DIR": str(home) for name in ("CONFIG", "DATA", "RUNTIME")}
    return {**os.environ, **places, "PYTHONPATH": str(ROOT)}


def test_kg_notebook_opens_jupyterlab_on_the_copies(jupyter: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg", "notebook", str(tmp_path / "mine")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=jupyter, start_new_session=True) as process:
        try:
            assert process.stderr is not None
            lines = iter(process.stderr.readline, "")
            address = next(
                found for line in lines if (found := re.search(r"(http://127\S+)/lab\S*\?token=(\w+)", line))
            )
            shown = httpx.get(f"{address[1]}/api/contents", params={"token": address[2]}, timeout=30).json()
            page = httpx.get(f"{address[1]}/lab", params={"token": address[2]}, timeout=30, follow_redirects=True)
            process.terminate()
            assert process.wait(timeout=30) == 128 + signal.SIGTERM
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{address[1]}/api", timeout=30)
            with pytest.raises(ProcessLookupError):
                os.killpg(process.pid, 0)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert {entry["name"] for entry in shown["content"]} == {path.name for path in bundled()}
    assert page.status_code == 200 and "jupyterlab" in page.text.lower()


def test_a_jupyterlab_that_fails_is_an_error(jupyter: dict[str, str], tmp_path: Path) -> None:
    settings = {"ServerApp": {"ip": "203.0.113.1", "open_browser": False}}  # an address that no machine has
    config = Path(jupyter["JUPYTER_CONFIG_DIR"]) / "jupyter_server_config.json"
    config.write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "kg", "notebook", str(tmp_path / "mine")]
    done = subprocess.run(command, capture_output=True, text=True, env=jupyter, timeout=120)
    assert done.returncode == 2
    assert "JupyterLab ended with code" in done.stderr.splitlines()[-1]


def test_sparql_asks_an_endpoint(graph: kg.Graph, endpoint: str) -> None:
    query = "SELECT ?s ?o { ?s pl:advances ?o }"
    names: dict[str, object] = {}
    there, here = ask(f"--endpoint {endpoint}", query, names), ask("", query, {"graph": graph})
    assert sorted(map(tuple, there.values)) == sorted(map(tuple, here.values)) and len(there) > 10
    assert ask(f"--as graph --endpoint {endpoint}", query, names).whole.number_of_edges() == len(
        ask("--as graph", query, {"graph": graph}).whole.edges
    )
    assert len(ask(f"--endpoint {endpoint} unserved-strategies township=张营镇", None, names))


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


@pytest.mark.parametrize("line", ["", "--as pie x", "--unknown", "village-lineage village='a", "x \\"])
def test_wrong_magic_is_a_usage_error(line: str) -> None:
    with pytest.raises(UsageError, match="%%sparql: ") as told:
        ask(line, "", {})
    assert "\n" not in str(told.value)
