"""The example corpus: true to its own rules, ours in every sentence, telling the stories that its README promises.

What holds for its annotations holds for those of the invented reports that the extractors are tested on.
"""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from extract.document import Document
from extract.metadata import describe
from kg import example
from ontology.terms import Basis, Kind, Level, Period, Predicate, Status

DOCUMENTS = sorted(example.folder().iterdir())
INVENTED = Path(__file__).parents[1] / "extract" / "fixtures"
FIXTURES = sorted(INVENTED.glob("*.txt"))
GOLD = {path.stem: path for folder in (example.gold(), INVENTED) for path in folder.glob("*.json")}
SHARED = Path(__file__).parents[2].parent / "shared"
RUN = 15
"""A run of so many characters that a source has too counts as copied."""
SET_PHRASES = (
    "2023年3月5日在第十四届全国人民代表大会第一次会议上",
    "2023年3月10日在张营镇第五届人民代表大会第三次会议上",
    "在山西省第十四届人民代表大会第一次会议上",
    "山西省“三区三地”和运城市",
    "“四个意识”，坚定“四个自信”",
    "创新高地、人才高地、开放高地",
    "资源变资产、资金变股金、农民变股东",
)
"""What is no long name and still can't be said otherwise: occasions, and short names in their set order."""


def gold(stem: str) -> dict[str, Any]:
    annotated: dict[str, Any] = json.loads(GOLD[stem].read_text(encoding="utf-8"))
    return annotated


def metadata() -> dict[str, dict[str, str]]:
    with example.metadata().open(encoding="utf-8", newline="") as table:
        return {row["document"]: row for row in csv.DictReader(table)}


def entities(stem: str) -> dict[str, dict[str, Any]]:
    return {entity["id"]: entity for entity in gold(stem)["entities"]}


def named(stem: str) -> dict[str, dict[str, Any]]:
    return {entity["name"]: entity for entity in gold(stem)["entities"]}


def related(stem: str, predicate: str) -> set[tuple[str, str]]:
    names = {key: entity["name"] for key, entity in entities(stem).items()}
    return {(names[r["s"]], names[r["o"]]) for r in gold(stem)["relations"] if r["p"] == predicate}


def test_every_document_has_gold_and_metadata() -> None:
    stems = {path.stem for path in DOCUMENTS}
    assert len(stems) == 7
    assert {path.stem for path in example.gold().iterdir()} == stems == set(metadata())


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
class TestDocument:
    def test_says_in_its_title_that_it_is_no_source(self, path: Path) -> None:
        title = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert example.MARKER in title
        assert metadata()[path.stem]["title"] == title

    def test_is_of_a_length_to_be_read(self, path: Path) -> None:
        assert 1500 <= len(path.read_text(encoding="utf-8")) <= 3000


@pytest.mark.parametrize("path", [*DOCUMENTS, *FIXTURES], ids=lambda path: path.stem)
class TestAnnotation:
    def test_entities_stand_in_the_text(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        annotated = gold(path.stem)
        assert annotated["document"] == path.stem
        assert len(entities(path.stem)) == len(annotated["entities"]) == len(named(path.stem))
        for entity in annotated["entities"]:
            kind = Kind(entity["type"])
            assert entity["surfaces"] and len(set(entity["surfaces"])) == len(entity["surfaces"]), entity
            assert all(surface in text for surface in entity["surfaces"]), entity
            assert entity.get("definition", "") in text, entity
            assert ("status" in entity) is (kind is Kind.PROJECT), entity
            if kind is Kind.PROJECT:
                Status(entity["status"])
            if entity.get("level") is not None:
                Level(entity["level"])

    def test_indicators_stand_in_the_text(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        known = entities(path.stem)
        for indicator in gold(path.stem)["indicators"]:
            assert indicator["surface"] in indicator["quote"], indicator
            assert indicator["quote"] in text, indicator
            assert indicator["surface"].endswith(indicator["unit"]), indicator
            assert indicator["value"] > 0 and indicator["measure"], indicator
            assert indicator["of"] is None or indicator["of"] in known, indicator
            Period(indicator["period"])

    def test_relations_join_what_they_may(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        known = entities(path.stem)
        seen = set()
        for relation in gold(path.stem)["relations"]:
            predicate = Predicate(relation["p"])
            subject, target = known[relation["s"]], known[relation["o"]]
            assert subject is not target, relation
            assert relation.get("quote", "") in text, relation
            if predicate in (Predicate.SERVES, Predicate.ADVANCES):
                assert Basis(relation["basis"]) is not Basis.CURATED, relation
                assert relation["quote"], relation
                assert target["type"] == Kind.STRATEGY, relation
            if predicate is Predicate.ADVANCES:
                assert subject["type"] == Kind.STRATEGY, relation
                assert Level(target["level"]).above(Level(subject["level"])), relation
            if predicate is Predicate.LOCATED_IN:
                assert target["type"] in (Kind.VILLAGE, Kind.ADMINISTRATIVE_UNIT), relation
            seen.add((relation["s"], predicate, relation["o"]))
        assert len(seen) == len(gold(path.stem)["relations"])

    def test_no_sentence_is_copied(self, path: Path, source_runs: frozenset[str]) -> None:
        names = [s for entity in gold(path.stem)["entities"] for s in entity["surfaces"] if len(s) > 5]
        pieces = path.read_text(encoding="utf-8").splitlines()
        for name in sorted((*names, *SET_PHRASES), key=len, reverse=True):
            pieces = [part for piece in pieces for part in piece.split(name)]
        runs = {piece[i : i + RUN] for piece in pieces for i in range(len(piece) - RUN + 1)}
        assert (runs & source_runs) == set()


@pytest.fixture(scope="module")
def source_runs() -> frozenset[str]:
    """The runs of our documents that a real report has too."""
    if not SHARED.is_dir():
        pytest.skip("needs the real reports of ../shared, which are no part of the project")
    texts = [path.read_text(encoding="utf-8") for path in (*DOCUMENTS, *FIXTURES)]
    ours = {text[i : i + RUN] for text in texts for i in range(len(text) - RUN + 1)}
    found = set()
    for folder in ("corpus", "reports"):
        for path in sorted((SHARED / folder).glob("*.txt")):
            text = path.read_text(encoding="utf-8")
            found.update(ours.intersection(text[i : i + RUN] for i in range(len(text) - RUN + 1)))
    return frozenset(found)


def test_the_documents_form_a_chain_of_units() -> None:
    places = {row["place"] for row in metadata().values()}
    assert places == {
        "中国",
        "山西省",
        "山西省/运城市",
        "山西省/运城市/永济市",
        "山西省/运城市/永济市/张营镇",
        "山西省/运城市/永济市/鹳鸣镇",
    }


def test_the_yellow_river_chain_is_stated_step_by_step() -> None:
    nation = "黄河流域生态保护和高质量发展"
    steps = [
        ("township_张营镇_2023_示例", "黄河流域（张营段）生态保护和高质量发展示范区"),
        ("prefecture_运城市_2023_示例", "黄河流域（运城段）生态保护和高质量发展示范区"),
        ("province_山西省_2023_示例", "黄河流域生态保护和高质量发展重要实验区"),
        ("national_全国_2023_示例", nation),
    ]
    for (stem, lower), (_, higher) in pairwise(steps):
        assert (lower, higher) in related(stem, "advances")
    assert (nation, "区域重大战略") in related(steps[-1][0], "componentOf")
    assert nation not in named("county_永济市_2023_示例"), "the county is the gap in the chain"


def test_some_national_strategies_are_served_by_nothing_below() -> None:
    below = [path.stem for path in DOCUMENTS if not path.stem.startswith("national")]
    reached = {target for stem in below for p in ("serves", "advances") for _, target in related(stem, p)}
    assert {"京津冀协同发展", "粤港澳大湾区建设"} <= set(named("national_全国_2023_示例")) - reached


def test_the_second_year_tells_what_became_of_the_plans_of_the_first() -> None:
    promised, delivered = named("township_鹳鸣镇_2022_示例"), named("township_鹳鸣镇_2023_示例")
    projects = [name for name, entity in promised.items() if entity["type"] == Kind.PROJECT]
    assert {promised[name]["status"] for name in projects} == {"planned"}
    assert {delivered[name]["status"] for name in projects} == set(Status)
    assert delivered["杏坞村冷链仓储项目"]["status"] == "planned"


@pytest.mark.parametrize("path", sorted(example.folder().glob("township_鹳鸣镇_*.txt")), ids=lambda path: path.stem)
def test_the_invented_township_says_so_and_has_no_division_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "均为虚构" in text
    place = describe(Document(path.stem, text, sha256=""), metadata()[path.stem]).metadata.place
    assert place is not None
    assert (place.name, place.code) == ("鹳鸣镇", None)
