"""What the models are trained from: where annotated names stand, and the annotated stretches of real reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract import examples, pipeline, training, wording
from extract.document import Document, Span
from extract.examples import Example
from extract.learned.classifier import MODELS
from extract.learned.tagger import labels
from extract.status import status
from extract.surface import folded_text
from ontology.terms import Kind, Status

SHARED = Path(__file__).parents[3] / "shared"
with_reports = pytest.mark.skipif(not (SHARED / "reports").is_dir(), reason="needs ../shared/reports")


@pytest.fixture(scope="module")
def written() -> list[Example]:
    return examples.of_folder(examples.WRITTEN, examples.WRITTEN)


def entity(kind: Kind, *surfaces: str) -> dict[str, object]:
    return {"type": kind, "surfaces": list(surfaces)}


def found(text: str, *entities: dict[str, object]) -> dict[Kind, list[str]]:
    spans = examples.occurrences(text, entities)
    return {kind: [text[s.start : s.end] for s in at] for kind, at in spans.items() if at}


def test_the_longest_of_one_kind_is_labelled() -> None:
    text = "壮大村集体经济，开展“壮大村集体经济”行动"
    policy = entity(Kind.POLICY, "“壮大村集体经济”行动", "村集体经济")
    assert found(text, policy) == {Kind.POLICY: ["村集体经济", "“壮大村集体经济”行动"]}


def test_a_towns_own_name_is_not_its_village() -> None:
    text = "张营镇的张营和小敬村"
    village, town = entity(Kind.VILLAGE, "张营", "小敬村"), entity(Kind.ADMINISTRATIVE_UNIT, "张营镇")
    assert examples.occurrences(text, [village, town])[Kind.VILLAGE] == [Span(4, 6), Span(7, 10)]


def test_what_crosses_a_longer_name_is_no_name() -> None:
    names = entity(Kind.STRATEGY, "智能制造"), entity(Kind.POLICY, "人工智能制")
    assert found("人工智能制造业与智能制造", *names) == {Kind.STRATEGY: ["智能制造"], Kind.POLICY: ["人工智能制"]}


def test_of_names_that_nest_the_outer_is_labelled() -> None:
    spans = {Kind.STRATEGY: [Span(2, 4)], Kind.POLICY: [Span(1, 5), Span(6, 7)]}
    expected = ["O", "B-Policy", "I-Policy", "I-Policy", "E-Policy", "O", "S-Policy"]
    assert labels(spans, 7) == expected


@with_reports
def test_an_annotated_stretch_is_a_gold_file_of_its_own_words(tmp_path: Path) -> None:
    examples.write_stretches(SHARED, tmp_path)
    stretches = {s.name: s for s in examples.stretches(SHARED)}
    written = {path.stem for path in (tmp_path / "gold").glob("*.json")}
    assert written == {name for name, s in stretches.items() if s.whole} == {p.stem for p in tmp_path.glob("corpus/*")}
    for name in written:
        gold, text = stretches[name].gold, stretches[name].text
        ids = {e["id"] for e in gold["entities"]}
        assert all(surface in text for e in gold["entities"] for surface in e["surfaces"])
        assert all(i["surface"] in i["quote"] and i["quote"] in text for i in gold["indicators"])
        assert all({r["s"], r["o"]} <= ids and (r["quote"] is None or r["quote"] in text) for r in gold["relations"])


def test_a_training_makes_every_model_that_ships(
    written: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_FOLDS", 2)
    parts = training.folds(written)
    learned = [text for part in parts for text in part[:4]]
    training.train(learned, tmp_path)
    shipped = {path.name for path in MODELS.iterdir() if path.is_file()} - {wording.USUAL.name}
    assert {path.name for path in tmp_path.iterdir()} == shipped
    nlp = pipeline.load(config={name: {"models": str(tmp_path)} for name in pipeline.LEARNED})
    text = learned[0].text
    annotation = pipeline.annotate(nlp, Document("d", text, ""))
    found = {text[m.start : m.end] for e in annotation.entities for m in e.mentions}
    annotated = {text[span.start : span.end] for spans in learned[0].spans.values() for span in spans}
    assert len(annotated & found) > len(annotated) / 2


def test_stretches_of_a_report_stay_in_one_fold() -> None:
    texts = [examples.example(f"{n}", "", {"entities": [], "relations": []}, f"r{n % 7}") for n in range(60)]
    parts = training.folds(texts)
    assert sorted(e.name for part in parts for e in part) == sorted(e.name for e in texts)
    assert all(
        len({i for i, part in enumerate(parts) if any(e.report == f"r{n}" for e in part)}) == 1 for n in range(7)
    )


def test_the_shipped_model_tells_status_where_the_rule_is_at_a_loss(tmp_path: Path) -> None:
    """What has 完成土地摘牌 is not built yet; the rule hears 完成 alone."""
    text = "（一）回顾\n过去一年，盛唐冷链物流园完成土地摘牌，明年开工。"
    doc = pipeline.process(pipeline.load(components=["policy_structure"]), Document("d", text, ""))
    start = text.index("盛唐")
    span = Span(start, start + len("盛唐冷链物流园"))
    told = [status([span], folded_text(doc), doc._.structure, None, models) for models in (tmp_path, MODELS)]
    assert told[0] is Status.COMPLETED
    assert told[1] is not Status.COMPLETED


def test_what_is_kept_unseen_is_no_text_of_training(written: list[Example]) -> None:
    unseen = examples.of_folder(MODELS / "unseen", MODELS / "unseen")
    learned = {each.text for each in written}
    assert len(unseen) == 61 and learned.isdisjoint(each.text for each in unseen)
    assert all(known.mentions for each in unseen for known in each.entities if "\n" not in "".join(known.surfaces))
