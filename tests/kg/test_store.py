"""What the store promises: whole versions, whatever happens to the process that writes."""

from __future__ import annotations

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

import kg
from kg.output import replacing
from kg.store import open_version, writing
from ontology.errors import StoreError

ROOT = Path(__file__).parents[2]
SIZE = 400

RESTLESS = """
import sys
from pathlib import Path
from kg.store import writing
import pyoxigraph as ox

folder, size, step = Path(sys.argv[1]), int(sys.argv[2]), 0
node = lambda name: ox.NamedNode(f"urn:x:{name}")
print("ready", flush=True)
while True:
    step += 1
    with writing(folder) as draft:
        for graph in "ab":
            triples = [ox.Triple(node(f"{i}"), node("says"), ox.Literal(f"{step % 2} {i % 7}")) for i in range(size)]
            draft.replace_graph(node(graph), triples)
        draft.publish()
"""


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"urn:x:{name}")


def triples(state: int, size: int = SIZE) -> list[ox.Triple]:
    return [ox.Triple(node(f"{i}"), node("says"), ox.Literal(f"{state} {i % 7}")) for i in range(size)]


def publish(folder: Path, graphs: dict[str, Iterable[ox.Triple]]) -> int:
    with writing(folder) as draft:
        for name, content in graphs.items():
            draft.replace_graph(node(name), content)
        return draft.publish()


def content(store: ox.Store, graph: ox.NamedNode | ox.DefaultGraph) -> list[str]:
    return sorted(str(quad.triple) for quad in store.quads_for_pattern(None, None, None, graph))


def run(code: str, *arguments: object, **options: object) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,  # type: ignore[call-overload]
    )


def test_twenty_kills_lose_nothing(tmp_path: Path) -> None:
    publish(tmp_path, {"a": triples(0), "b": triples(0)})
    started = time.monotonic()
    publish(tmp_path, {"a": triples(1), "b": triples(1)})
    step = time.monotonic() - started
    states = [sorted(str(t) for t in triples(state)) for state in (0, 1)]
    chance = random.Random(4)
    versions = set()
    for _ in range(20):
        process = run(RESTLESS, tmp_path, SIZE)
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.0, 2.5 * step))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        version = open_version(tmp_path)
        versions.add(version.number)
        found = content(version.store, node("a"))
        assert found in states
        assert content(version.store, node("b")) == found
        assert content(version.store, ox.DefaultGraph()) == found
    assert len(versions) > 2, "the process was killed before it wrote anything"
    version = None  # type: ignore[assignment]
    publish(tmp_path, {"a": triples(0)})
    assert len(list((tmp_path / "versions").iterdir())) == 1
    assert not (tmp_path / "draft").exists()
    assert not list(tmp_path.rglob("*.new"))


def test_readers_see_whole_versions_while_a_writer_publishes(tmp_path: Path) -> None:
    publish(tmp_path, {"a": triples(0), "b": triples(0)})
    states = [sorted(str(t) for t in triples(state)) for state in (0, 1)]
    process = run(RESTLESS, tmp_path, SIZE)
    numbers: set[int] = set()
    wrong: list[object] = []

    def read() -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end and len(numbers) < 6:
            try:
                version = open_version(tmp_path)
                numbers.add(version.number)
                if content(version.store, ox.DefaultGraph()) not in states:
                    wrong.append(version.number)
            except StoreError as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    process.kill()
    process.communicate()
    assert wrong == []
    assert len(numbers) >= 6


def test_a_reader_keeps_its_version_until_it_lets_go(tmp_path: Path) -> None:
    first = publish(tmp_path, {"a": triples(0)})
    reader = kg.open(tmp_path)
    for state in (1, 0, 1):
        publish(tmp_path, {"a": triples(state)})
    assert reader.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(STRSTARTS(?o, '0')) }")[0].n == SIZE
    assert (tmp_path / "versions" / f"{first:06d}").exists()
    reader.close()
    publish(tmp_path, {"a": triples(0)})
    assert [path.name for path in (tmp_path / "versions").iterdir()] == ["000005"]


def test_a_second_writer_is_told(tmp_path: Path) -> None:
    with writing(tmp_path), pytest.raises(StoreError, match="another process") as told, writing(tmp_path):
        pass
    assert told.value.code == "PL-STORE-LOCKED"
    assert told.value.subject == str(tmp_path)
    publish(tmp_path, {"a": triples(0)})


def test_what_is_not_published_is_not_there(tmp_path: Path) -> None:
    publish(tmp_path, {"a": triples(0)})
    with pytest.raises(RuntimeError, match="stop"), writing(tmp_path) as draft:
        draft.replace_graph(node("a"), ())
        raise RuntimeError("stop")
    assert len(content(open_version(tmp_path).store, node("a"))) == SIZE


@pytest.mark.parametrize("foreign", ["报告.txt", "documents/报告.txt", "lock"])
def test_a_folder_of_other_things_is_refused_and_stays_as_it_is(foreign: str, tmp_path: Path) -> None:
    (tmp_path / foreign).parent.mkdir(exist_ok=True)
    (tmp_path / foreign).touch()
    before = list(tmp_path.rglob("*"))
    name = foreign.partition("/")[0]
    with pytest.raises(StoreError, match=f"{tmp_path} is not empty and holds no policy graph, but {name}; ") as told:
        publish(tmp_path, {"a": triples(0)})
    assert told.value.code == "PL-STORE-FOREIGN"
    assert list(tmp_path.rglob("*")) == before


def test_a_store_goes_on_with_other_things_beside_it_and_from_hidden_ones(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").touch()
    publish(tmp_path, {"a": triples(0)})
    (tmp_path / "notes.txt").touch()
    assert publish(tmp_path, {"a": triples(1)}) == 2


@pytest.mark.parametrize("made", [True, False])
def test_a_draft_of_nothing_leaves_nothing_behind(made: bool, tmp_path: Path) -> None:
    folder = tmp_path / "graph"
    if not made:
        folder.mkdir()
    with writing(folder):
        pass
    assert list(tmp_path.rglob("*")) == ([] if made else [folder])
    with writing(folder) as draft:
        (draft.documents / "extracted").touch()
    assert (folder / "documents" / "extracted").exists()


def test_no_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="kg build") as told:
        kg.open(tmp_path / "none")
    assert told.value.code == "PL-STORE-MISSING"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("damage", ["", "seven\n", "7\n", None])
def test_a_damaged_current_is_told_and_mended_by_hand(tmp_path: Path, damage: str | None) -> None:
    number = publish(tmp_path, {"a": triples(0)})
    if damage is None:
        (tmp_path / "current").unlink()
    else:
        (tmp_path / "current").write_text(damage)
    for attempt in (lambda: kg.open(tmp_path), lambda: publish(tmp_path, {})):
        with pytest.raises(StoreError, match="complete versions: 1") as told:
            attempt()
        assert told.value.code == "PL-STORE-DAMAGED"
        assert "\n" not in str(told.value)
    (tmp_path / "current").write_text(f"{number}\n")
    assert len(content(kg.open(tmp_path).store, node("a"))) == SIZE


def test_a_damaged_version_is_told(tmp_path: Path) -> None:
    number = publish(tmp_path, {"a": triples(0)})
    (tmp_path / "versions" / f"{number:06d}" / "graph" / "CURRENT").write_text("nonsense")
    with pytest.raises(StoreError) as told:
        kg.open(tmp_path)
    assert told.value.code == "PL-STORE-DAMAGED"


def test_a_triple_in_two_graphs_is_one_in_the_union_until_both_are_gone(tmp_path: Path) -> None:
    shared, own = ox.Triple(node("s"), node("p"), node("o")), ox.Triple(node("s"), node("p"), node("x"))
    publish(tmp_path, {"a": [shared, own], "b": [shared]})
    assert content(open_version(tmp_path).store, ox.DefaultGraph()) == sorted(map(str, [shared, own]))
    publish(tmp_path, {"a": []})
    store = open_version(tmp_path).store
    assert content(store, ox.DefaultGraph()) == [str(shared)]
    assert [graph.value for graph in store.named_graphs()] == ["urn:x:b"]
    publish(tmp_path, {"b": []})
    assert content(open_version(tmp_path).store, ox.DefaultGraph()) == []


def test_a_large_graph_is_replaced_subject_by_subject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.store.BATCH", 7)  # several loads, one of them in the middle of a subject
    label, other = node("label"), node("other")

    def said(*numbers: int) -> list[ox.Triple]:
        return [ox.Triple(node(f"s{n // 5}"), label, ox.Literal(str(n))) for n in numbers]

    for numbers in (range(40), (*range(3), *range(12, 50)), (), range(20, 22)):
        with writing(tmp_path) as draft:
            draft.replace_graph(other, said(1, 30))
            draft.replace_large_graph(node("large"), iter(said(*numbers)))
            draft.publish()
        version = open_version(tmp_path)
        named = {quad.triple for quad in version.store.quads_for_pattern(None, None, None, node("large"))}
        union = {quad.triple for quad in version.store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
        assert named == set(said(*numbers))
        assert union == {*said(*numbers), *said(1, 30)}
        assert (node("large") in version.store.named_graphs()) == bool(numbers)
        del version
    with writing(tmp_path) as draft, pytest.raises(ValueError, match="two parts"):
        draft.replace_large_graph(node("large"), said(1, 30, 2))


def test_many_small_builds_keep_few_files_and_every_quad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.store.MANY_FILES", 30)
    for step in range(12):
        publish(tmp_path, {f"g{step}": [*triples(step, 5), *triples(0, 3)]})
        files = list(tmp_path.glob("versions/*/graph/*.sst"))
        assert len(files) <= 30
    store = open_version(tmp_path).store
    expected = {*triples(0, 3), *(t for step in range(12) for t in triples(step, 5))}
    assert content(store, ox.DefaultGraph()) == sorted(map(str, expected))
    assert len(list(store.named_graphs())) == 12


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have files synced as Windows does, which refuses those that are open for reading alone; count what is synced."""
    fcntl = pytest.importorskip("fcntl")
    sync = os.fsync
    files: list[int] = []

    def strict(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            files.append(descriptor)
            if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
                raise OSError(errno.EBADF, "Bad file descriptor")
        sync(descriptor)

    monkeypatch.setattr("os.fsync", strict)
    return files


def test_files_are_open_for_writing_when_they_are_synced(tmp_path: Path, synced: list[int]) -> None:
    given = tmp_path / "given"
    given.touch(mode=0o444)
    for _ in range(2):
        with writing(tmp_path / "store") as draft:
            draft.keep_table("decisions", given)
            draft.keep_scheme([given])
            draft.publish()
    version = open_version(tmp_path / "store").path
    for kept in (version / "decisions.csv", version / "scheme" / "00-given"):
        assert kept.stat().st_mode & stat.S_IWUSR
    assert synced


def test_results_are_open_for_writing_when_they_are_synced(tmp_path: Path, synced: list[int]) -> None:
    with replacing(tmp_path / "result.txt") as temporary:
        temporary.write_text("三区三地", encoding="utf-8")
    assert (tmp_path / "result.txt").read_text(encoding="utf-8") == "三区三地" and synced


def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    publish(tmp_path, {"a": triples(0)})
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n{RESTLESS}"
    process = run(limited, tmp_path, 50 * SIZE)
    _, complaint = process.communicate(timeout=60)
    last = complaint.decode().strip().splitlines()[-1]
    assert "StoreError" in last and str(tmp_path) in last and "unharmed" in last
    assert len(content(open_version(tmp_path).store, ox.DefaultGraph())) == SIZE
    assert not (tmp_path / "draft").exists()
    publish(tmp_path, {"a": triples(1)})
