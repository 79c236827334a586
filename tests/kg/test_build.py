"""What a build promises: only what changed, the same graph each time, nothing lost, every bad file told."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pyoxigraph as ox
import pytest
from spacy.language import Language

import kg
from kg.extraction import Extraction, _Worker, discover
from kg.store import Entry, open_version
from ontology.errors import NotFound, StoreError, UsageError
from ontology.terms import PL, PLID

if TYPE_CHECKING:
    from spacy.tokens import Doc


def lines(store: Path) -> list[str]:
    """Return the graph as sorted N-Quads."""
    with kg.open(store) as graph:
        return sorted(str(quad) for quad in graph.quads())


def union(store: Path) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """Return the default graph, and the union of the named ones as it ought to be."""
    with kg.open(store) as graph:
        quads = list(graph.store.quads_for_pattern(None, None, None, None))
        default = [q.triple for q in quads if isinstance(q.graph_name, ox.DefaultGraph)]
        assert len(default) == len(set(default))
        return set(default), {q.triple for q in graph.quads()}


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Return inode and time of change of every file."""
    return {str(p): (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.rglob("*") if p.name != "LOG"}


def test_the_graph_holds_every_document_and_its_union(sources: Path, tmp_path: Path, toy: Language) -> None:
    report = kg.build(sources, store=tmp_path / "g", nlp=toy)
    assert report.built == ("丙镇_2023", "乙镇_2023", "甲镇_2023")
    assert report.published and report.documents == 3
    assert report.counts.links["serves"] == 3
    assert report.counts.entities["Strategy"] == len(kg.query("SELECT * { ?s a pl:Strategy }", store=tmp_path / "g"))
    default, named = union(tmp_path / "g")
    assert default == named


def test_two_builds_are_the_same_line_by_line(sources: Path, tmp_path: Path, toy: Language) -> None:
    kg.build(sources, store=tmp_path / "one", nlp=toy)
    files = sorted(sources.iterdir())
    for file in reversed(files):  # one at a time, in another order
        kg.build(file, store=tmp_path / "two", nlp=toy)
    assert lines(tmp_path / "one") == lines(tmp_path / "two")
    assert str(tmp_path) not in "".join(lines(tmp_path / "one"))


def test_a_second_build_touches_nothing(sources: Path, tmp_path: Path) -> None:
    kg.build(sources, store=tmp_path / "g")
    before = snapshot(tmp_path / "g" / "versions"), snapshot(tmp_path / "g" / "documents")
    report = kg.build(sources, store=tmp_path / "g")
    assert (report.published, report.built, len(report.unchanged)) == (False, (), 3)
    assert (snapshot(tmp_path / "g" / "versions"), snapshot(tmp_path / "g" / "documents")) == before


def test_only_the_changed_document_is_extracted(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kg.build(sources, store=tmp_path / "g")
    extracted = spy(monkeypatch)
    (sources / "丙镇_2023.txt").write_text("建设“幸福丙镇”，服务“兴国战略”。", encoding="utf-8")
    assert kg.build(sources, store=tmp_path / "g").built == ("丙镇_2023",)
    assert extracted == ["丙镇_2023"]
    kg.build(sources, store=tmp_path / "fresh")
    assert lines(tmp_path / "g") == lines(tmp_path / "fresh")
    default, named = union(tmp_path / "g")
    assert default == named


def test_a_changed_rule_of_an_own_pipeline_is_run_and_the_same_one_changes_nothing(
    sources: Path, tmp_path: Path
) -> None:
    from extract import pipeline
    from extract.annotation import Entity
    from extract.document import Span, Structure
    from ontology.terms import Kind

    rule = "实力.镇|幸福.镇"

    @Language.component("own_rule")
    def own_rule(doc: Doc) -> Doc:
        found = [Span(*match.span()) for match in re.finditer(rule, doc.text)]
        doc._.structure = Structure((), (Span(0, len(doc)),), ())
        doc._.entities = tuple(
            Entity(f"e{span.start}", Kind.STRATEGY, doc.text[span.start : span.end], (span,)) for span in found
        )
        return doc

    nlp = pipeline.load(components=["own_rule"])
    kg.build(sources, store=tmp_path / "g", nlp=nlp)
    rule = "生态.镇|幸福.镇"
    report = kg.build(sources, store=tmp_path / "g", nlp=nlp)
    assert (report.built, report.unchanged) == (("乙镇_2023", "甲镇_2023"), ("丙镇_2023",))
    names = [row.n for row in kg.query("SELECT ?n { ?s a pl:Strategy ; skos:prefLabel ?n }", store=tmp_path / "g")]
    assert sorted(names) == ["幸福丙镇", "生态乙镇"]
    again = kg.build(sources, store=tmp_path / "g", nlp=nlp)
    assert (again.built, len(again.unchanged), again.published) == ((), 3, False)


def test_only_the_changed_row_is_extracted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, table = tmp_path / "g", tmp_path / "表.csv"
    table.write_text("id,text\n甲,打造“甲镇”。\n乙,打造“乙镇”。\n", encoding="utf-8")
    kg.build(table, store=store)
    extracted = spy(monkeypatch)
    table.write_text("id,text\n甲,打造“甲镇”。\n乙,打造“新乙镇”。\n", encoding="utf-8")
    report = kg.build(table, store=store)
    assert (report.built, report.unchanged, extracted) == (("乙",), ("甲",), ["乙"])
    asked = "SELECT * { ?x dcterms:identifier ?d ; pl:sha256 ?h }"
    digests = [(row.d, row.h) for row in kg.query(asked, store=store)]
    assert sorted(digests) == [(name, hashlib.sha256(table.read_bytes()).hexdigest()) for name in ("乙", "甲")]
    kg.build(table, store=tmp_path / "fresh")
    assert lines(store) == lines(tmp_path / "fresh")


def test_a_stopped_build_goes_on_where_it_was(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spy(monkeypatch, stop_at=2)
    with pytest.raises(KeyboardInterrupt):
        kg.build(sources, store=tmp_path / "g")
    monkeypatch.undo()
    extracted = spy(monkeypatch)
    assert len(kg.build(sources, store=tmp_path / "g").built) == 3
    assert len(extracted) == 2


def test_remove_restores_exactly(sources: Path, tmp_path: Path, toy: Language) -> None:
    store = tmp_path / "g"
    kg.build([sources / "甲镇_2023.txt", sources / "丙镇_2023.txt"], store=store, nlp=toy)
    before = lines(store)
    kg.build(sources / "乙镇_2023.txt", store=store, nlp=toy)
    assert lines(store) != before
    assert kg.remove("乙镇_2023", store=store).removed == ("乙镇_2023",)
    assert lines(store) == before
    default, named = union(store)
    assert default == named
    with pytest.raises(NotFound, match="乙镇_2023"):
        kg.remove("乙镇_2023", store=store)


def test_a_removed_row_comes_back_with_the_next_build(tmp_path: Path) -> None:
    store, table = tmp_path / "g", tmp_path / "表.csv"
    table.write_text("id,text\n甲,打造“甲镇”。\n乙,打造“乙镇”。\n", encoding="utf-8")
    kg.build(table, store=store)
    before = lines(store)
    kg.remove("甲", store=store)
    report = kg.build(table, store=store)
    assert (report.built, report.unchanged) == (("甲",), ("乙",))
    assert lines(store) == before


def test_bad_files_are_named_and_the_rest_is_built(sources: Path, tmp_path: Path, toy: Language) -> None:
    (sources / "空.txt").write_bytes(b"")
    report = kg.build([sources, tmp_path / "没有"], store=tmp_path / "g", nlp=toy)
    assert len(report.built) == 3
    assert {Path(left.source).name for left in report.left_out} == {"空.txt", "没有"}
    assert all(left.source in left.reason and "\n" not in left.reason for left in report.left_out)


def test_a_file_beyond_the_limit_is_never_opened(sources: Path, tmp_path: Path, toy: Language) -> None:
    kg.build(sources, store=tmp_path / "g", nlp=toy)
    (sources / "甲镇_2023.txt").rename(tmp_path / "甲镇_2023.txt")  # gone: is it the one of its name that is there now?
    for large in (sources / "新" / "甲镇_2023.txt", sources / "乙镇_2023.txt"):
        large.parent.mkdir(exist_ok=True)
        with large.open("wb") as file:
            file.truncate(2**40)  # all holes: it takes no room on the disk, and more memory than there is
    report = kg.build(sources, store=tmp_path / "g", nlp=toy)
    assert report.unchanged == ("丙镇_2023",)
    assert {left.source for left in report.left_out} == {str(large), str(sources / "新" / "甲镇_2023.txt")}
    for left in report.left_out:
        assert left.reason == f"{left.source} has 1,099,511,627,776 bytes, more than 104,857,600; split it"
        assert left.code == "PL-READ-SIZE"


def test_the_extractor_is_another_where_what_shapes_a_graph_is(tmp_path: Path) -> None:
    for package in ("ontology", "extract", "kg"):  # a copy, of links
        shutil.copytree(Path(kg.__file__).parents[1] / package, tmp_path / package, copy_function=os.symlink)
    code = (
        "import pathlib, sys\n"
        "from kg.extraction import code_digest\n"
        "for name in sys.argv[1:]:\n"
        "    before = code_digest()\n"
        "    path = pathlib.Path(name)\n"
        "    content = path.read_bytes()\n"
        "    path.unlink()\n"
        "    path.write_bytes(content + b' ')\n"
        "    code_digest.cache_clear()\n"
        "    if code_digest() != before:\n"
        "        print(name)\n"
    )
    shaping = ["extract/links.py", "extract/lexicon/names.toml", "extract/model/network.npz", "ontology/strategies.ttl"]
    shaping += [f"kg/{name}.py" for name in ("statements", "derive", "decisions", "walk", "extraction")]
    other = ["extract/training.py", "extract/examples.py", "kg/cli.py"]
    other += [str(next((tmp_path / "extract/model" / name).iterdir())) for name in ("annotations", "written", "unseen")]
    command = [sys.executable, "-c", code, *shaping, *other]
    run = subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""}, capture_output=True, text=True)
    assert (run.stdout.split(), run.stderr) == (shaping, "")


def test_a_build_of_nothing_but_bad_files_makes_no_store(tmp_path: Path, toy: Language) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    report = kg.build(tmp_path / "空.txt", store=tmp_path / "g", nlp=toy)
    assert (len(report.left_out), report.version) == (1, 0)
    assert not (tmp_path / "g").exists()


def test_a_source_that_went_bad_keeps_its_document(sources: Path, tmp_path: Path, toy: Language) -> None:
    kg.build(sources, store=tmp_path / "g", nlp=toy)
    before = lines(tmp_path / "g")
    (sources / "甲镇_2023.txt").write_bytes(b"")
    report = kg.build(sources, store=tmp_path / "g", nlp=toy)
    assert (len(report.left_out), report.outdated, report.missing) == (1, ("甲镇_2023",), ())
    assert lines(tmp_path / "g") == before
    (sources / "甲镇_2023.txt").unlink()  # gone, and left out by name
    report = kg.build(sources / "甲镇_2023.txt", store=tmp_path / "g", nlp=toy)
    assert (len(report.left_out), report.outdated, report.missing) == (1, (), ("甲镇_2023",))


def test_documents_whose_source_is_gone_stay_and_are_told(sources: Path, tmp_path: Path, toy: Language) -> None:
    kg.build(sources, store=tmp_path / "g", nlp=toy)
    (sources / "甲镇_2023.txt").rename(sources / "甲镇_新.txt")
    report = kg.build(sources, store=tmp_path / "g", nlp=toy)
    assert report.missing == ("甲镇_2023",)
    assert report.built == ("甲镇_新",)
    assert report.documents == 4


def test_sources_of_one_name_go_by_their_relative_paths(sources: Path, tmp_path: Path) -> None:
    for year in ("2022", "2023"):
        (sources / year).mkdir()
        (sources / year / "丁镇.txt").write_text(f"打造“{year}丁镇”。", encoding="utf-8")
    report = kg.build(sources, store=tmp_path / "g")
    assert {"2022/丁镇.txt", "2023/丁镇.txt"} <= set(report.built)
    shutil.rmtree(sources / "2022")
    report = kg.build(sources / "2023", store=tmp_path / "g")
    assert report.unchanged == ("2023/丁镇.txt",) and report.missing == ("2022/丁镇.txt",)
    kg.remove("2022/丁镇.txt", store=tmp_path / "g")
    report = kg.build(sources / "2023", store=tmp_path / "g")
    assert report.built == ("丁镇",) and report.removed == ("2023/丁镇.txt",)
    assert report.renamed == (("2023/丁镇.txt", "丁镇"),)


def test_a_clashing_name_is_as_long_as_it_must_be(tmp_path: Path) -> None:
    for name in ("a/报告.txt", "b/a/报告.txt", "b/a/报告.md", "b/别的.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("文", encoding="utf-8")
    found = discover([tmp_path], {tmp_path / "gone" / "报告.txt": Entry("", "", "", "", "0" * 64)})
    assert {source.relative: source.clashes for source in found.sources} == {
        f"{tmp_path.name}/a/报告.txt": True, "b/a/报告.txt": True, "a/报告.md": True, "b/别的.txt": False,
    }  # fmt: skip


def test_thousands_of_files_of_one_name_are_told_apart_in_a_moment(tmp_path: Path) -> None:
    for number in range(3_000):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "报告.txt").write_text(str(number), encoding="utf-8")
    held = {tmp_path / f"gone{number}" / "报告.txt": Entry("", "", "", "", "0" * 64) for number in range(1_000)}
    begun = time.monotonic()
    found = discover([tmp_path], held)
    assert time.monotonic() - begun < 10  # 0.6 seconds; in time that grows with the square of the files it were minutes
    assert {source.relative for source in found.sources} == {f"{number}/报告.txt" for number in range(3_000)}


def test_a_file_of_one_name_in_a_later_run_replaces_nothing(sources: Path, tmp_path: Path, toy: Language) -> None:
    for year in ("2022", "2023"):
        (sources / year).mkdir()
        (sources / year / "丁镇.txt").write_text(f"打造“{year}丁镇”。", encoding="utf-8")
    assert kg.build(sources / "2022", store=tmp_path / "g", nlp=toy).built == ("丁镇",)
    report = kg.build(sources / "2023", store=tmp_path / "g", nlp=toy)
    assert (report.built, report.removed) == (("2022/丁镇.txt", "2023/丁镇.txt"), ("丁镇",))
    assert report.renamed == (("丁镇", "2022/丁镇.txt"),)
    kg.build([sources / "2022", sources / "2023"], store=tmp_path / "fresh", nlp=toy)
    assert lines(tmp_path / "g") == lines(tmp_path / "fresh")


def test_a_row_of_one_name_in_a_later_table_replaces_nothing(sources: Path, tmp_path: Path, toy: Language) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,text\n报告,打造“{name}镇”。\n", encoding="utf-8")
        kg.build(tmp_path / f"{name}.csv", store=tmp_path / "g", nlp=toy)
    assert [held.identifier for held in kg.info(store=tmp_path / "g").documents] == [
        f"{tmp_path.name}/b.csv/报告",
        "报告",
    ]


def test_a_build_keeps_the_quads_of_its_documents_alone(sources: Path, tmp_path: Path, toy: Language) -> None:
    (sources / "a.csv").write_text("id,text\n甲镇_2023,打造“甲”。\n", encoding="utf-8")  # has the name of a file
    (sources / "b.csv").write_text("id,text\n丁,打造“丁”。\n丁,打造“又丁”。\n", encoding="utf-8")  # is left out
    store = tmp_path / "g"
    report = kg.build(sources, store=store, nlp=toy)
    assert (report.documents, len(report.left_out)) == (4, 1)
    used = {entry.key for entry in open_version(store).manifest.documents.values()}
    assert {path.name for path in (store / "documents").iterdir()} == used and len(used) == 4
    assert kg.build(sources, store=store, nlp=toy).documents == 4
    kg.remove("甲镇_2023", store=store)
    assert len(list((store / "documents").iterdir())) == 3


def test_what_a_stopped_build_has_left_goes_once_no_build_can_use_it(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "g"
    spy(monkeypatch, stop_at=3)
    with pytest.raises(KeyboardInterrupt):
        kg.build(sources, store=store)
    monkeypatch.undo()
    left = {path.name for path in (store / "documents").iterdir()}
    (tmp_path / "别的.txt").write_text("打造“实力丁镇”。", encoding="utf-8")
    kg.build(tmp_path / "别的.txt", store=store)
    assert len(left) == 2 and left < {path.name for path in (store / "documents").iterdir()}
    kg.build(tmp_path / "别的.txt", store=store, scheme=own_scheme(tmp_path / "own.ttl"))
    used = {entry.key for entry in open_version(store).manifest.documents.values()}
    assert {path.name for path in (store / "documents").iterdir()} == used and len(used) == 1


def test_a_sheet_without_texts_is_skipped_and_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for rows in ([["id", "text"], ["甲", "打造“甲”。"]], [["镇", "数"], ["甲镇", "3"]]):
        sheet = book.active if book.active.max_row == 1 else book.create_sheet("统计")
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "表.xlsx")
    first, second = (kg.build(tmp_path / "表.xlsx", store=tmp_path / "g") for _ in range(2))
    assert [(each.code, "sheet 统计 has no text column" in each.reason) for each in first.skipped] == [
        ("PL-READ-COLUMN", True)
    ]
    assert not first.left_out and not second.skipped  # what has not changed is not read again
    assert (first.built, second.unchanged, second.published) == (("甲",), ("甲",), False)


def test_a_file_that_was_moved_is_known_again(sources: Path, tmp_path: Path, toy: Language) -> None:
    (sources / "表.csv").write_text("text\n打造“表镇”。\n", encoding="utf-8")
    kg.build(sources, store=tmp_path / "g", nlp=toy)
    before = lines(tmp_path / "g")
    moved = sources.rename(tmp_path / "moved")
    report = kg.build(moved, store=tmp_path / "g", nlp=toy)
    assert (report.documents, report.missing, report.removed) == (4, (), ())
    assert (report.built, len(report.unchanged), report.renamed) == ((), 4, ())
    assert lines(tmp_path / "g") == before
    moved = moved.rename(tmp_path / "again")
    (moved / "甲镇_2023.txt").write_text("改写“新甲镇”。", encoding="utf-8")  # moved and changed: not the same for sure
    report = kg.build(moved, store=tmp_path / "g", nlp=toy)
    assert report.missing == ("甲镇_2023",) and report.documents == 5


def test_the_folders_below_the_one_named_tell_a_place_whatever_was_named_before(tmp_path: Path) -> None:
    file = tmp_path / "reports" / "甘肃省永登县" / "城关镇_2023.txt"
    file.parent.mkdir(parents=True)
    file.write_text("打造“实力城关”。", encoding="utf-8")
    kg.build(file.parent, store=tmp_path / "g")
    assert kg.build(tmp_path / "reports", store=tmp_path / "g").built == ("城关镇_2023",)
    kg.build(tmp_path / "reports", store=tmp_path / "fresh")
    assert lines(tmp_path / "g") == lines(tmp_path / "fresh")
    assert "甘肃省/兰州市/永登县/城关镇" in "".join(lines(tmp_path / "g"))


def test_a_document_that_a_namesake_renames_keeps_the_folders_that_tell_its_place(tmp_path: Path) -> None:
    folders = [tmp_path / "reports", tmp_path / "others"]
    for folder in ("reports/甘肃省永登县", "others/另"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "城关镇.txt").write_text("打造“实力城关”。", encoding="utf-8")
    for folder in folders:
        kg.build(folder, store=tmp_path / "g")
    kg.build(folders, store=tmp_path / "fresh")
    assert lines(tmp_path / "g") == lines(tmp_path / "fresh")


def test_documents_that_go_by_another_path_now_are_told(sources: Path, tmp_path: Path, toy: Language) -> None:
    for year in ("2022", "2023"):
        (sources / year).mkdir()
        (sources / year / "丁镇.txt").write_text(f"打造“{year}丁镇”。", encoding="utf-8")
        (sources / year / "表.csv").write_text(f"id,text\n甲,打造“{year}甲”。\n乙,打造“{year}乙”。\n", encoding="utf-8")
    kg.build(sources, store=tmp_path / "g", nlp=toy)
    (sources / "2022").rename(sources / "2021")
    report = kg.build(sources, store=tmp_path / "g", nlp=toy)
    names = ("丁镇.txt", "表.csv/乙", "表.csv/甲")
    assert report.renamed == tuple((f"2022/{name}", f"2021/{name}") for name in names)
    assert report.removed == tuple(old for old, _ in report.renamed) and report.missing == ()


def test_the_tables_of_a_build_are_no_documents(sources: Path, tmp_path: Path, toy: Language) -> None:
    table = sources / "metadata.csv"
    table.write_text("document,year\n甲镇_2023,2021\n", encoding="utf-8")
    report = kg.build(sources, store=tmp_path / "g", metadata=table, nlp=toy)
    assert (len(report.built), report.left_out) == (3, ())


def test_each_metadata_tells_how_it_was_found(sources: Path, tmp_path: Path, toy: Language) -> None:
    store, table = tmp_path / "g", tmp_path / "m.csv"
    text = "政府工作报告\n（2023年3月10日在山西省永济市张营镇第五届人民代表大会第三次会议上）\n各位代表：\n"
    text += "一、2022年工作回顾\n"
    (sources / "张营镇.txt").write_text(text, encoding="utf-8")
    table.write_text("document,issuer\n张营镇,张营镇人民政府\n", encoding="utf-8")
    kg.build(sources, store=store, metadata=table, nlp=toy)
    known = {held.identifier: held for held in kg.info(store=store).documents}
    held = known["张营镇"]
    assert (held.place, held.issued, held.review_years) == (
        ("山西省", "运城市", "永济市", "张营镇"),
        "2023-03-10",
        (2022,),
    )
    assert {held.found[name] for name in ("title", "issued", "year", "level", "place", "meeting")} == {"title"}
    assert (held.found["issuer"], held.found["review_years"]) == ("table", "text")
    assert known["甲镇_2023"].found == dict.fromkeys(("year", "level", "place"), "file name")
    assert (known["甲镇_2023"].place, known["甲镇_2023"].title) == (("甲镇",), None)
    asked = "SELECT ?d { ?x dcterms:identifier ?d ; pl:foundInFileName pl:year } ORDER BY ?d"
    assert [row.d for row in kg.query(asked, store=store)] == ["丙镇_2023", "乙镇_2023", "甲镇_2023"]
    assert kg.validate(kg.open(store)).conforms


def test_rows_that_describe_no_document_are_told(sources: Path, tmp_path: Path, toy: Language) -> None:
    (sources / "2022").mkdir()
    (sources / "2022" / "甲镇_2023.md").write_text("打造“旧甲镇”。", encoding="utf-8")
    table = tmp_path / "m.csv"
    table.write_text(
        "document,year\n乙镇_2023.docx,2001\n丁镇_2023,2002\n甲镇_2023,2003\n2022/甲镇_2023.md,2004\n", encoding="utf-8"
    )
    report = kg.build(sources, store=tmp_path / "g", metadata=table, nlp=toy)
    (left,) = report.left_out
    assert (left.source, left.code) == (str(table), "PL-TABLE-ROW")
    assert "no document 丁镇_2023, 甲镇_2023;" in left.reason  # two bear the latter's name, and go by their paths
    years = {held.identifier: held.year for held in kg.info(store=tmp_path / "g").documents}
    assert years["乙镇_2023"] == 2001 and years["2022/甲镇_2023.md"] == 2004
    assert kg.build(sources, store=tmp_path / "g", metadata=table, nlp=toy).left_out == (left,)


def test_nothing_named_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        kg.build([], store=tmp_path / "g")
    assert not (tmp_path / "g").exists()


def own_scheme(path: Path) -> Path:
    """Write an authority file of one concept."""
    path.write_text(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix pl: <https://w3id.org/policy-lineage#> ."
        " <https://w3id.org/policy-lineage/id/Strategy/中国/兴国大计> a skos:Concept, pl:Strategy ;"
        ' skos:prefLabel "兴国大计"@zh ; pl:level pl:national .',
        encoding="utf-8",
    )
    return path


def test_a_scheme_stays_whatever_its_suffix(sources: Path, tmp_path: Path) -> None:
    kg.build(sources, store=tmp_path / "g", scheme=own_scheme(tmp_path / "own.turtle"))
    report = kg.build(sources, store=tmp_path / "g")
    assert (report.built, report.published, len(report.unchanged)) == ((), False, 3)


@pytest.mark.parametrize("kind", [str, Path])
def test_one_scheme_may_be_named_without_a_list(
    kind: type[str] | type[Path], sources: Path, tmp_path: Path, toy: Language
) -> None:
    own = own_scheme(tmp_path / "own.ttl")
    kg.build(sources, store=tmp_path / "one", scheme=kind(own), nlp=toy)
    kg.build(sources, store=tmp_path / "list", scheme=[own], nlp=toy)
    one, several = (open_version(tmp_path / name) for name in ("one", "list"))
    assert one.manifest == several.manifest
    assert [path.name for path in (one.path / "scheme").iterdir()] == ["00-own.ttl"]
    with pytest.raises(UsageError, match="no such"):
        kg.build(sources, store=tmp_path / "one", scheme=kind(tmp_path / "no such.ttl"))


@pytest.mark.parametrize("option", ["metadata", "decisions", "scheme"])
def test_a_table_or_scheme_that_is_not_there_is_wrong_usage(option: str, sources: Path, tmp_path: Path) -> None:
    path = tmp_path / "nope.ttl"
    with pytest.raises(UsageError, match=f"^{path} can't be read .No such file or directory.; check its path"):
        kg.build(sources, store=tmp_path / "g", **{option: [path] if option == "scheme" else path})  # type: ignore[arg-type]
    assert not (tmp_path / "g").exists()


def test_decisions_add_and_reject_links_and_can_be_taken_back(sources: Path, tmp_path: Path, toy: Language) -> None:
    store = tmp_path / "g"
    kg.build(sources, store=store, nlp=toy)
    before = set(lines(store))
    (link,) = kg.query('SELECT * { ?s pl:serves ?o . ?s skos:prefLabel ?n FILTER(STR(?n) = "实力甲镇") }', store=store)
    (other,) = kg.query('SELECT * { ?s skos:prefLabel ?n FILTER(STR(?n) = "幸福丙镇") }', store=store)
    table = tmp_path / "decisions.csv"
    table.write_text(
        "subject,predicate,object,action,note\n"
        f"{link.s},pl:serves,{link.o},reject,名称相同而已\n"
        f"{other.s},pl:serves,{link.o},accept,见会议纪要\n",
        encoding="utf-8-sig",
    )
    report = kg.build(sources, store=store, decisions=table, nlp=toy)
    assert report.built == () and report.published
    served = {row.s for row in kg.query(f"SELECT ?s {{ ?s pl:serves <{link.o}> }}", store=store)}
    assert other.s in served and link.s not in served
    with kg.open(store) as graph:
        assert [proof.basis for proof in graph.evidence((other.s, f"{PL}serves", link.o))] == ["curated"]
        with pytest.raises(NotFound):
            graph.evidence((link.s, f"{PL}serves", link.o))
        record = f"?link rdf:subject <{link.s}> ; rdf:object <{link.o}> ; pl:basis ?basis ; pl:confidence ?sure"
        assert [row[:] for row in graph.query(f"SELECT ?basis ?sure {{ {record} }}")] == [(f"{PL}curated", 0)]
    kg.build(sources, store=store, nlp=toy)  # decisions given earlier stay
    assert other.s in {row.s for row in kg.query(f"SELECT ?s {{ ?s pl:serves <{link.o}> }}", store=store)}
    table.write_text("subject,predicate,object,action,note\n", encoding="utf-8")
    kg.build(sources, store=store, decisions=table, nlp=toy)
    assert set(lines(store)) == before
    assert not kg.query(
        "ASK { GRAPH ?g { ?s ?p ?o } FILTER(?g = plid:graph/decisions) }".replace(
            "plid:graph/decisions", f"<{PLID}graph/decisions>"
        ),
        store=store,
    )[0].answer


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ("", "has no column subject"),
        ("subject,predicate,object,action\n", "has no column note"),
        ("HEAD\nplid:a,pl:serves,plid:b,maybe,", "row 2: the action is accept or reject, not «maybe»"),
        ("HEAD\nplid:a,pl:serves,plid:b,,", "row 2: the action is accept or reject, not «»"),
        ("HEAD\nplid:a,pl:likes,plid:b,accept,", "row 2: the predicate is one of .*, not «pl:likes»"),
        ("HEAD\nplid:a,pl:sameAs,plid:b,reject,", "row 2: .*nothing to reject"),
        ("HEAD\n甲镇,pl:serves,plid:b,accept,", "row 2: "),
        ("HEAD\nplid:a,pl:serves,plid:b,accept,\nplid:a,pl:serves,plid:b,accept,", "row 3: .*same link as row 2"),
        ("HEAD\nplid:a,pl:serves,plid:b,accept,\nplid:a,pl:serves,plid:b,reject,", "row 3: .*same link as row 2"),
        ("HEAD\nplid:a,pl:sameAs,plid:b,accept,\nplid:b,pl:sameAs,plid:a,accept,", "row 3: .*same link as row 2"),
    ],
)
def test_a_wrong_table_of_decisions_is_named_by_row(table: str, complaint: str, sources: Path, tmp_path: Path) -> None:
    path = tmp_path / "decisions.csv"
    path.write_text(table.replace("HEAD", "subject,predicate,object,action,note"), encoding="utf-8")
    with pytest.raises(UsageError, match=f"decisions.csv {complaint}"):
        kg.build(sources, store=tmp_path / "g", decisions=path)
    assert not (tmp_path / "g").exists()


def test_decisions_without_effect_are_told_and_keep_the_graph_valid(
    sources: Path, tmp_path: Path, toy: Language
) -> None:
    store, table = tmp_path / "g", tmp_path / "decisions.csv"
    kg.build(sources, store=store, nlp=toy)
    names = {str(row.n): row.s for row in kg.query("SELECT * { ?s a pl:Strategy ; skos:prefLabel ?n }", store=store)}
    nation, town, other = names["兴国战略"], names["实力甲镇"], names["幸福丙镇"]
    rows = [
        (f"{town},pl:serves,plid:Strategy/没有", "accept", "no entity <.*没有>"),
        (f"{town},pl:locatedIn,{other}", "accept", "does not lead from a pl:Strategy to a pl:Strategy"),
        (f"{nation},pl:advances,{town}", "accept", "leads to a higher level"),
        (f"{town},pl:serves,{town}", "accept", "itself"),
        (f"{other},pl:serves,{nation}", "reject", "nothing to reject"),
    ]
    text = "\n".join(f"{link},{action},因为" for link, action, _ in rows)
    table.write_bytes(f"subject,predicate,object,action,note\n{text}\n".encode("gb18030"))
    report = kg.build(sources, store=store, decisions=table, nlp=toy)
    for left, (number, (_, _, complaint)) in zip(report.left_out, enumerate(rows, start=2), strict=True):
        assert left.code == "PL-TABLE-ROW"
        assert re.match(f"{re.escape(str(table))} row {number}: .*{complaint}", left.reason)
    with kg.open(store) as graph:
        assert kg.validate(graph).conforms
        assert not graph.query("ASK { ?l pl:basis pl:curated ; pl:confidence 1 }")[0].answer


def test_curators_say_that_two_names_are_one_thing(sources: Path, tmp_path: Path, toy: Language) -> None:
    store, table = tmp_path / "g", tmp_path / "decisions.csv"
    kg.build(sources, store=store, nlp=toy)
    before = lines(store)
    names = {str(row.n): row.s for row in kg.query("SELECT * { ?s a pl:Strategy ; skos:prefLabel ?n }", store=store)}
    one, other = names["实力甲镇"], names["幸福丙镇"]
    table.write_text(
        f"subject,predicate,object,action,note\n<{one}>,pl:sameAs,<{other}>,accept,同一战略的两个名称\n",
        encoding="utf-8",
    )
    assert kg.build(sources, store=store, decisions=table, nlp=toy).left_out == ()
    with kg.open(store) as graph:
        for here, there in ((one, other), (other, one)):
            assert [row.o for row in graph.query(f"SELECT ?o {{ <{here}> pl:sameAs ?o }}")] == [there]
            (proof,) = graph.evidence((here, f"{PL}sameAs", there))
            assert (proof.basis, proof.confidence, proof.text) == ("curated", 1.0, "同一战略的两个名称")
        assert graph.info().counts.links["sameAs"] == 2
        assert graph.graph().has_edge(one, other)
        assert kg.validate(graph).conforms
        assert not graph.lineage("实力甲镇").below  # it is said, and nothing follows from it
    kg.remove("丙镇_2023", store=store)  # the decision stays, without effect until the entity is there again
    assert not kg.query("ASK { ?s pl:sameAs ?o }", store=store)[0].answer
    kg.build(sources, store=store, nlp=toy)
    assert kg.query("ASK { ?s pl:sameAs ?o }", store=store)[0].answer
    assert set(before) < set(lines(store))


def test_a_document_that_breaks_the_extractor_is_left_out(
    sources: Path, tmp_path: Path, toy: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    from extract import pipeline

    annotate = pipeline.annotate

    def fail(nlp: Language, document: object) -> object:
        if document.identifier == "甲镇_2023":  # type: ignore[attr-defined]
            raise IndexError("no sentence at offset 3")
        return annotate(nlp, document)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "annotate", fail)
    report = kg.build(sources, store=tmp_path / "g", nlp=toy)
    assert [left.code for left in report.left_out] == ["PL-EXTRACT"]
    assert len(report.built) == 2


def spy(monkeypatch: pytest.MonkeyPatch, stop_at: int = 0) -> list[str]:
    """Record which documents are annotated; where ``stop_at`` is given, stop as Ctrl-C does at that one."""
    from extract import pipeline

    annotate = pipeline.annotate
    seen: list[str] = []

    def watch(nlp: Language, document: object) -> object:
        seen.append(document.identifier)  # type: ignore[attr-defined]
        if len(seen) == stop_at:
            raise KeyboardInterrupt
        return annotate(nlp, document)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "annotate", watch)
    return seen


def test_counts_agree_with_rdflib(sources: Path, tmp_path: Path, toy: Language) -> None:
    import rdflib

    kg.build(sources, store=tmp_path / "g", nlp=toy)
    with kg.open(tmp_path / "g") as graph:
        own = rdflib.Dataset(default_union=True)
        own.parse(data="".join(f"{quad} .\n" for quad in graph.quads()), format="nquads")
        for query in (
            "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
            "SELECT (COUNT(*) AS ?n) { ?a a ?k . ?b a ?k }",
            "SELECT (SUM(?c) AS ?n) { ?s <https://w3id.org/policy-lineage#confidence> ?c }",
        ):
            (expected,) = own.query(query)
            assert graph.query(query)[0].n == expected[0].toPython()
            (wrapped,) = graph.dataset.query(query)
            assert wrapped[0].toPython() == expected[0].toPython()


def test_worker_processes_build_the_same_graph(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sources / "坏.txt").write_bytes(b"")
    one = kg.build(sources, store=tmp_path / "one")
    monkeypatch.setattr("kg.extraction.WORTH_A_PROCESS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    two = kg.build(sources, store=tmp_path / "two")
    assert lines(tmp_path / "one") == lines(tmp_path / "two")
    assert (one.built, one.left_out) == (two.built, two.left_out)


def test_only_the_files_that_kill_their_process_are_left_out(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(  # what every process of the build runs first: some names are deadly
        "import os, sys\n"
        "def deadly(event, args):\n"
        "    if event == 'open' and 'deadly' in str(args[0]):\n"
        "        os.kill(os.getpid(), 9)\n"
        "sys.addaudithook(deadly)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("kg.extraction.WORTH_A_PROCESS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    for number in range(3):  # first of all files, and more than there are processes
        (sources / f"0 deadly {number}.txt").write_text("打造“毒镇”。", encoding="utf-8")
    report = kg.build(sources, store=tmp_path / "g")
    assert report.built == ("丙镇_2023", "乙镇_2023", "甲镇_2023")
    assert [Path(left.source).stem for left in report.left_out] == [f"0 deadly {number}" for number in range(3)]
    for left in report.left_out:
        assert left.code == "PL-EXTRACT"
        assert left.reason == f"{left.source}: the process that read it died, of memory perhaps; build it by itself"


def test_a_disk_that_is_full_for_the_processes_of_a_build_is_told(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(  # what every process of the build runs first
        "import sys\n"
        "def full(event, args):\n"
        "    if event == 'open' and str(args[0]).endswith('.new'):\n"
        "        raise OSError(28, 'No space left on device', args[0])\n"
        "sys.addaudithook(full)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("kg.extraction.WORTH_A_PROCESS", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(StoreError, match="No space left on device"):
        kg.build(sources, store=tmp_path / "g")


def test_ctrl_c_waits_for_no_document_in_hand(sources: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(  # what every process of the build runs first: one file takes its time
        "import pathlib, sys, time\n"
        "def slow(event, args):\n"
        "    if event == 'open' and str(args[0]).endswith('endless.txt'):\n"
        f"        pathlib.Path({str(tmp_path / 'reached')!r}).touch()\n"
        "        time.sleep(100)\n"
        "sys.addaudithook(slow)\n",
        encoding="utf-8",
    )
    (sources / "endless.txt").write_text("打造“甲镇”。", encoding="utf-8")
    code = (
        "import os, signal, sys\n"
        "import kg, kg.extraction\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "os.cpu_count, kg.extraction.WORTH_A_PROCESS = lambda: 2, 1\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"  # for the processes that it starts
        f"kg.build({str(sources)!r}, store={str(tmp_path / 'g')!r})\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(kg.__file__).parents[1])}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None and not (tmp_path / "reached").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert b"KeyboardInterrupt" in process.communicate(timeout=30)[1]
    finally:
        process.kill()
    assert (tmp_path / "reached").exists()


def test_a_process_killed_between_two_files_costs_neither(tmp_path: Path) -> None:
    (tmp_path / "空.txt").write_bytes(b"")
    (source,) = discover([tmp_path], {}).sources
    with _Worker(Extraction((), {}, tmp_path, None)) as worker:
        for _ in range(2):
            assert "is empty; leave it out" in str(worker.ask(source))
            assert worker._process is not None
            worker._process.kill()
            worker._process.wait()


def test_a_build_killed_while_it_extracts_is_finished_by_the_next(sources: Path, tmp_path: Path) -> None:
    for number in range(60):
        (sources / f"村{number}.txt").write_text(f"建设“美丽{number}村”，服务“兴国战略”。" * 40, encoding="utf-8")
    kg.build(sources / "甲镇_2023.txt", store=tmp_path / "killed")
    before = lines(tmp_path / "killed")
    command = [sys.executable, "-m", "kg", "build", str(sources), "--store", str(tmp_path / "killed"), "--quiet"]
    kept = 0
    for _ in range(3):
        process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path(kg.__file__).parents[1])})
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None and count(tmp_path) <= kept:
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert count(tmp_path) >= kept
        kept = count(tmp_path)
        if process.returncode != 0:
            assert lines(tmp_path / "killed") == before
    kg.build(sources, store=tmp_path / "killed")
    kg.build(sources, store=tmp_path / "whole")
    assert lines(tmp_path / "killed") == lines(tmp_path / "whole")


def count(folder: Path) -> int:
    """Return how many documents the killed build has kept."""
    return sum(not path.name.endswith(".new") for path in (folder / "killed" / "documents").iterdir())


def test_a_store_within_its_source_is_passed_over(tmp_path: Path, toy: Language) -> None:
    (tmp_path / "甲镇报告.txt").write_text("甲镇修渠。", encoding="utf-8")
    reports = [kg.build(tmp_path, store=tmp_path / "policy-graph", nlp=toy) for _ in range(2)]
    assert [(len(each.skipped), len(each.left_out), each.documents) for each in reports] == [(0, 0, 1), (0, 0, 1)]
