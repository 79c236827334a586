"""Scores: the figures of shared/gold/score.py, and lines that say what went wrong."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pyoxigraph as ox
import pytest

from extract.annotation import Annotation, Entity, Indicator, Link
from extract.document import Document, Metadata, Place, Span, Structure
from kg.cli import main
from kg.score import score, score_annotations
from kg.statements import statements
from kg.store import writing
from ontology.errors import UsageError
from ontology.terms import Basis, Kind, Level, Period, Predicate, Status

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "kg" / "example"
GOLDS = sorted((EXAMPLE / "gold").glob("*.json"))
REFERENCE = ROOT.parent / "shared" / "gold" / "score.py"

Change = Callable[[dict[str, Any]], dict[str, Any]]


def annotate(gold: dict[str, Any], text: str) -> Annotation:
    """Turn a gold annotation into what a perfect extractor would say."""

    def places(surface: str) -> list[Span]:
        found, at = [], text.find(surface)
        while at >= 0:
            found.append(Span(at, at + len(surface)))
            at = text.find(surface, at + 1)
        return found

    levels = {e["id"]: Level(e["level"]) if e.get("level") else None for e in gold["entities"]}
    entities = tuple(
        Entity(
            e["id"],
            Kind(e["type"]),
            f"{e['name']}{e['id']}",  # no two of them are one
            tuple(sorted({span for surface in e["surfaces"] for span in places(surface)})),
            levels[e["id"]],
            status=Status(e["status"]) if e.get("status") else None,
        )
        for e in gold["entities"]
    )
    indicators = tuple(
        Indicator(
            i["id"],
            Span(at := text.index(i["surface"], text.index(i["quote"])), at + len(i["surface"])),
            i["value"],
            i["unit"],
            i["measure"],
            i.get("of"),
            Period(i["period"]) if i.get("period") else None,
        )
        for i in gold.get("indicators", [])
    )
    links = []
    for r in gold["relations"]:
        low, high = levels[r["s"]], levels[r["o"]]
        if r["p"] != "advances" or (low and high and high.above(low)):
            quote = r.get("quote")
            evidence = (Span(at := text.index(quote), at + len(quote)),) if quote else ()
            basis = Basis(r.get("basis") or "stated")
            links.append(Link(r["s"], Predicate(r["p"]), r["o"], basis, 0.9, evidence, "gold"))
    place = Place("丁镇", Level.TOWNSHIP, (Place("甲省", Level.PROVINCIAL),))
    document = Document(gold["document"], text, "", metadata=Metadata(place=place))
    return Annotation(document, Structure((), (), ()), entities, indicators, tuple(links))


def as_it_is(gold: dict[str, Any]) -> dict[str, Any]:
    return gold


def spoilt(gold: dict[str, Any]) -> dict[str, Any]:
    """Miss some, cut some short, mistake kinds, levels, statuses, bases and quotes."""
    kept = [e for n, e in enumerate(gold["entities"]) if n % 5]
    for n, e in enumerate(kept):
        if n % 4 == 0:
            e["surfaces"] = [surface[:-1] for surface in e["surfaces"] if len(surface) > 2] or e["surfaces"]
        if n % 7 == 0 and e["type"] in ("Policy", "Slogan"):
            e["type"] = "Strategy"
        if n % 3 == 0 and e["type"] == "Strategy":
            e["level"] = "provincial"
        if e.get("status"):
            e["status"] = "completed"
    ids = {e["id"] for e in kept}
    linked = [r for r in gold["relations"] if r["s"] in ids and r["o"] in ids]
    for n, r in enumerate(linked):
        if n % 3 == 0 and r["p"] == "serves":
            r["basis"] = "inferred"
        if n % 4 == 0:
            r["quote"] = gold["indicators"][0]["quote"] if gold["indicators"] else r.get("quote")
    more = [{**r, "o": other["o"]} for r, other in pairwise(linked) if r["s"] != other["o"]]
    figures = [{**i, "of": i["of"] if i.get("of") in ids else None} for n, i in enumerate(gold["indicators"]) if n % 3]
    return {**gold, "entities": kept, "relations": linked + more[::3], "indicators": figures}


def annotations(change: Change) -> list[Annotation]:
    return [
        annotate(
            change(json.loads(path.read_text(encoding="utf-8"))),
            (EXAMPLE / "documents" / f"{path.stem}.txt").read_text(encoding="utf-8"),
        )
        for path in GOLDS
    ]


def stored(made: list[Annotation]) -> ox.Store:
    store = ox.Store()
    for annotation in made:
        store.extend(statements(annotation))
    return store


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    if not REFERENCE.exists():
        pytest.skip("../shared/gold/score.py is not here")
    spec = importlib.util.spec_from_file_location("reference_score", REFERENCE)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("change", [as_it_is, spoilt])
def test_figures_and_errors_are_those_of_the_reference(
    reference: ModuleType, change: Change, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = stored(annotations(change))
    dump = tmp_path / "graph.nq"
    with dump.open("wb") as file:
        store.dump(file, format=ox.RdfFormat.N_QUADS)
    by_name = {document["document"]: document for document in reference.read_graph(dump)}
    golds = [json.loads(path.read_text(encoding="utf-8")) for path in GOLDS]
    expected = reference.score([(gold, by_name[gold["document"]]) for gold in golds], errors=True)
    expected.pop("documents")
    found = score(store, GOLDS)
    assert found.figures == expected
    assert sorted(e for e in found.errors if ": wrong " not in e) == sorted(capsys.readouterr().out.splitlines())


def test_every_wrong_level_and_status_is_listed() -> None:
    scores = score_annotations(annotations(spoilt), GOLDS)
    for listed, figure in (("wrong level", "level accuracy"), ("wrong status", "project status accuracy")):
        lines = [line for line in scores.errors if f": {listed}: " in line]
        share = scores.figures[figure]
        assert lines and share["accuracy"] == round(1 - len(lines) / share["n"], 3)


def test_annotations_score_as_their_graph_does() -> None:
    made = annotations(spoilt)
    assert score_annotations(made, GOLDS) == score(stored(made), GOLDS)


def test_a_perfect_extraction_misses_nothing() -> None:
    scores = score_annotations(annotations(as_it_is), GOLDS)
    assert scores.figures["entity strict core"]["f1"] == 1
    assert scores.figures["level accuracy"]["accuracy"] == 1
    assert scores.levels["national"]["f1"] == 1
    assert set(scores.documents) == {path.stem for path in GOLDS}
    assert scores.missing == ()
    assert [line for line in scores.errors if "missed" in line and "advances" not in line] == []


def test_a_document_that_is_not_there_counts_as_missed() -> None:
    scores = score_annotations(annotations(as_it_is)[1:], GOLDS)
    assert scores.missing == (GOLDS[0].stem,)
    assert scores.documents[GOLDS[0].stem]["entity strict core"]["r"] == 0
    assert any(line.startswith(f"{GOLDS[0].stem}: missed") for line in scores.errors)


def test_documents_are_recognised_by_their_text(tmp_path: Path) -> None:
    (tmp_path / "gold").mkdir()
    (tmp_path / "corpus").mkdir()
    made = annotations(as_it_is)[0]
    (tmp_path / "gold" / "another name.json").write_text(GOLDS[0].read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "corpus" / "another name.txt").write_text(made.document.text + "\n", encoding="utf-8")
    assert score(stored([made]), [tmp_path / "gold" / "another name.json"]).missing == ()


@pytest.mark.parametrize("kind", [str, Path])
def test_one_gold_may_be_named_without_a_list(kind: type[str] | type[Path]) -> None:
    made = annotations(as_it_is)[:1]
    gold = kind(GOLDS[0])
    assert score(stored(made), gold) == score(stored(made), [gold])
    assert score_annotations(made, gold).documents.keys() == {made[0].document.identifier}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b'{"document": "d", "entities": [{"id": 1}], "relations": []}',
        "一份报告。".encode() * 999,
        b"\xff" * 999,
    ],
)
def test_what_is_no_gold_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"broken\.json can't be read as a gold annotation: ") as told:
        score(ox.Store(), [path])
    assert len(str(told.value)) < len(str(path)) + 150


def test_a_gold_that_is_not_there_is_told_in_plain_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no\.json can't be read: No such file or directory; "):
        score(ox.Store(), [tmp_path / "no.json"])


def test_no_figures_stand_before_what_could_not_be_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with writing(tmp_path) as draft:
        draft.replace_graph(ox.NamedNode("urn:g"), [ox.Triple(*(ox.NamedNode(f"urn:{name}") for name in "spo"))])
        draft.publish()
    assert main(["score", str(GOLDS[0]), "--store", str(tmp_path)]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith("left out: the graph holds no document")
