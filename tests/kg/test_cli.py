"""The command line: exit codes, one-line errors, formats, and no more imported than a command needs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

import kg
from kg.cli import main
from ontology.terms import PL, PLID

if TYPE_CHECKING:
    from spacy.language import Language

ROOT = Path(__file__).parents[2]

LONG = f"party_{'中国共产党第十七次全国代表大会' * 4}报告_2007"
"""A name that is longer than a terminal's line."""


@pytest.fixture
def store(sources: Path, tmp_path: Path, toy: Language) -> str:
    kg.build(sources, store=tmp_path / "graph", nlp=toy)
    return str(tmp_path / "graph")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("option", ["--user", "--password", "--token"])
def test_a_store_takes_no_user_nor_token_of_an_endpoint(
    option: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["query", "ASK {}", "--store", store, option, "x"]) == 2
    assert capsys.readouterr().err.startswith(f"kg: {option}: a store asks for none; name an --endpoint")


def test_a_token_in_the_environment_is_for_endpoints_alone(store: str) -> None:
    done = run("query", "ASK {}", "--store", store, KG_TOKEN="abc", KG_PASSWORD="x")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["info", "query", "lineage", "remove"])
def test_commands_without_extraction_import_no_spacy(command: str, store: str) -> None:
    arguments = {"query": ["ASK {}"], "lineage": ["实力甲镇"], "remove": ["甲镇_2023"], "info": []}[command]
    code = (
        "import sys; from kg.cli import main\n"
        f"code = main({[command, *arguments, '--store', store]!r})\n"
        "heavy = {'spacy', 'pandas', 'rdflib', 'networkx', 'pyvis'} & sys.modules.keys()\n"
        "sys.exit(f'imports {heavy}' if heavy else code)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr.replace("1 row\n", "")) == (0, "")


def test_kg_store_names_the_store(store: str) -> None:
    query = "SELECT ?n { ?s a pl:Strategy ; pl:level pl:national ; skos:prefLabel ?n }"
    done = run("query", query, "--format", "csv", KG_STORE=store)
    assert (done.returncode, done.stdout.split()) == (0, ["n", "兴国战略"])


def test_info_names_documents_whole_and_tells_how_each_was_described(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", "--store", store]) == 0
    assert "甲镇_2023 " in capsys.readouterr().out
    assert main(["info", "甲镇_2023", "--store", store]) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split() for line in told if "year" in line.split()] == [["year", "2023", "file", "name"]]
    assert ["title", "?"] in [line.split() for line in told]
    assert main(["info", "甲镇_2023", "--json", "--store", store]) == 0
    assert json.loads(capsys.readouterr().out)[0]["found"]["year"] == "file name"


@pytest.fixture(scope="module")
def long_names(tmp_path_factory: pytest.TempPathFactory, toy: Language) -> str:
    folder = tmp_path_factory.mktemp("long")
    text = f"围绕“实力甲镇”，服务“兴国战略”，{'村村通路，' * 8}投资2000万元。"
    (folder / f"{LONG}.txt").write_text(text, encoding="utf-8")
    kg.build(folder, store=folder / "graph", nlp=toy)
    return str(folder / "graph")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["info"], f" {LONG}  "),
        (["info", LONG], f"{LONG}\n"),
        (["lineage", "实力甲镇"], f"{'村村通路，' * 8}投资2000万元。” {LONG}\n"),
        (["timeline", "实力甲镇"], f"  {LONG}  "),
        (["highlight", LONG], "投资2000万元。\n"),
        (["query", "SELECT ?n { ?d dcterms:identifier ?n }"], f" {LONG} "),
    ],
)
def test_nothing_is_wrapped_or_cut_where_no_terminal_is(arguments: list[str], line: str, long_names: str) -> None:
    assert line in run(*arguments, "--store", long_names).stdout


@pytest.mark.parametrize("arguments", [["info"], ["info", LONG], ["timeline", "实力甲镇"]])
def test_a_terminal_shows_identifiers_unbroken(
    arguments: list[str], long_names: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("cli", "terminal"):
        monkeypatch.setattr(f"kg.{module}.out", Console(width=40, force_terminal=True, color_system=None))
    assert main([*arguments, "--store", long_names]) == 0
    assert LONG in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        ("?level ?text", ["│ county │ 甲镇甲镇甲镇甲镇甲镇甲镇甲镇甲镇 │", f"│        │ 甲镇{' ' * 28} │"]),
        ("?level ?first ?text", ["1", "  level  county", "  first  第一期第一期第一期第一期"]),
    ],
)
def test_an_answer_too_wide_for_the_terminal_is_a_block_of_lines_a_row(
    names: str, lines: list[str], store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kg.terminal.out", Console(width=45, force_terminal=True, color_system=None))
    values = f'VALUES (?level ?first ?text) {{ ("county" "{"第一期" * 4}" "{"甲镇" * 9}") }}'
    assert main(["query", f"SELECT {names} {{ {values} }}", "--store", store]) == 0
    told = capsys.readouterr()
    assert [line.rstrip() for line in told.out.splitlines() if line.rstrip() in lines] == lines, told.out
    assert told.err.splitlines()[0] == "1 row"


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["query", "SELECT {"], 1, "PL-QUERY-SYNTAX"),
        (["query", "none.rq"], 2, "none.rq can't be read: No such file or directory; "),
        (["query", "INSERT DATA { <urn:a> <urn:b> 1 }"], 1, "a query only reads"),
        (["query", "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], 1, "PL-QUERY-REFUSED"),
        (["query", "prefix x: <urn:x> base <urn:y> delete where { ?s ?p ?o }"], 1, "PL-QUERY-REFUSED"),
        (["query", ""], 2, "the query is empty"),
        (["query", " # nothing", "--format", "csv"], 2, "the query is empty"),
        (["lineage", " "], 2, "the name is empty"),
        (["lineage", "实力甲镇", "--confidence", "5"], 2, "from 0 to 1; 5"),
        (["lineage", "实力甲镇", "--confidence", "nan"], 2, "from 0 to 1"),
        (["lineage", "实力甲镇", "--most", "0"], 2, "from 1, not '0'"),
        (["flow", "--most", "-1"], 2, "from 1, not '-1'"),
        (["query", "ASK {}", "--endpoint", "http://127.0.0.1:9/sparql"], 2, "--store and --endpoint"),
        (["query", "ASK {}", "--timeout", "0"], 2, "--timeout takes a whole number from 1"),
        (["query", "ASK { ?s ?p ?o }", "--param", "s"], 2, "NAME=VALUE"),
        (["query", "ASK { ?s ?p ?o }", "--param", "x=1"], 1, "PL-QUERY-PARAMETER"),
        (["lineage", "没有的战略"], 1, "PL-NOT-FOUND"),
        (["remove", "没有的文件"], 1, "PL-NOT-FOUND"),
        (["validate", "--store", "http://127.0.0.1:9/sparql"], 1, "http://127.0.0.1:9/sparql is no folder"),
        (["info", "没有的文件"], 1, "PL-NOT-FOUND"),
        (["lineage", "实力甲镇", "-o", "x.gif"], 2, "x.gif"),
        (["export", "-o", "nowhere/x.xlsx"], 1, "PL-EXPORT-WRITE"),
        (["lineage", "实力甲镇", "-o", "nowhere/x.svg"], 1, "PL-EXPORT-WRITE"),
        (["highlight", "甲镇_2023", "-o", "nowhere/x.html"], 1, "PL-EXPORT-WRITE"),
        (["highlight", "甲镇_2023", "-o", "x.png"], 2, "x.png"),
        (["highlight", "没有的文件"], 1, "PL-NOT-FOUND"),
        (["timeline", "没有的提法"], 1, "PL-NOT-FOUND"),
        (["timeline", " "], 2, "PL-USAGE"),
        (["flow", "--in", "没有的镇"], 1, "the graph knows no place called 没有的镇 [PL-NOT-FOUND]"),
        (["flow", "--in", "甲镇"], 1, "no project serves a strategy with a strategy above it in 甲镇"),
        (["build", "nowhere"], 1, "nowhere"),
    ],
)
def test_errors_are_one_line_with_a_code(
    arguments: list[str], code: int, complaint: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--store", store]) == code
    told = capsys.readouterr().err
    assert complaint in told
    assert len(told.splitlines()) == 1 and "Traceback" not in told


HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def test_a_query_of_a_store_is_ended_when_its_time_is_over(store: str) -> None:
    done = run("query", HEAVY, "--timeout", "1", "--store", store)
    assert (done.returncode, done.stdout) == (1, "")
    assert "longer than 1 s" in done.stderr and done.stderr.endswith("[PL-QUERY-TIMEOUT]\n")
    assert run("query", "ASK {}", "--timeout", "30", "--store", store).returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_ends_a_query_at_once(store: str) -> None:
    command = [sys.executable, "-m", "kg", "query", HEAVY, "--store", store]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell lets what it starts behind ignore Ctrl-C
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=heard) as process:
        time.sleep(2)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert time.monotonic() - began < 5
    assert process.returncode == 130 and told.count("\n") == 1 and "interrupted" in told


@pytest.mark.parametrize("arguments", [[], ["dance"], ["query"], ["query", "ASK {}", "--format", "pdf"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as told:
        main(arguments)
    assert told.value.code == 2


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as told:
        main(["--version"])
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert (told.value.code, capsys.readouterr().out) == (0, f"policy-lineage {declared}\n")


@pytest.mark.parametrize("address", ["not-a-url", "ftp://127.0.0.1/", "http://", "http://[", ""])
def test_an_endpoint_has_an_address_of_http(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "ASK {}", "--endpoint", address]) == 2
    told = capsys.readouterr().err
    assert "http:// or https://" in told and len(told.splitlines()) == 1


def test_no_store_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", "--store", str(tmp_path / "none")]) == 1
    assert "kg build" in capsys.readouterr().err


def test_a_folder_of_nothing_is_exit_code_1_and_makes_no_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["build", str(tmp_path / "empty"), "--store", str(tmp_path / "g")]) == 1
    told = capsys.readouterr()
    assert (told.out, "empty holds no file that is read" in told.err) == ("", True)
    assert not (tmp_path / "g").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="takes a right from root as only Linux can")
def test_what_may_not_be_read_is_told_and_the_rest_is_built(sources: Path, store: str, tmp_path: Path) -> None:
    humble = [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if humble and shutil.which("setpriv") is None:
        pytest.skip("root reads everything")

    def humbly(*arguments: str | Path) -> tuple[int, str]:
        command = [*humble, sys.executable, "-m", "kg", *map(str, arguments)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        return done.returncode, done.stderr

    (sources / "closed").mkdir()
    (sources / "closed" / "戊镇.txt").write_text("打造“戊镇”。", encoding="utf-8")
    closed = [sources / "甲镇_2023.txt", sources / "closed"]
    for path in closed:
        path.chmod(0)
    code, told = humbly("build", sources, "--store", tmp_path / "g", "--quiet")
    assert code == 3 and sorted(line.split()[2] for line in told.splitlines()) == sorted(map(str, closed))
    assert all("[PL-READ-MISSING]" in line for line in told.splitlines())
    code, told = humbly("build", sources / "closed" / "戊镇.txt", "--store", tmp_path / "g", "--quiet")
    assert code == 1 and "[PL-READ-MISSING]" in told
    Path(store).chmod(0)
    for command in (["info"], ["build", sources]):
        code, told = humbly(*command, "--store", store)
        assert code == 1 and told.endswith("check its rights [PL-STORE-CLOSED]\n") and told.count("\n") == 1
    for path in (*closed, Path(store)):
        path.chmod(0o755)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes only on Linux")
def test_file_names_in_any_encoding_can_be_built_and_told(tmp_path: Path, toy: Language) -> None:
    folder = os.fsencode(tmp_path / "sources") + "／年".encode("gb18030")
    Path(os.fsdecode(folder)).mkdir()
    for name, text in (
        ("张营镇.txt".encode("gb18030"), "打造“张营”。"),
        (b"\xff\xfe.txt", "打造“某镇”。"),
        ("空.txt".encode("gbk"), ""),
    ):
        Path(os.fsdecode(folder + b"/" + name)).write_text(text, encoding="utf-8")
    store, named = tmp_path / "g", os.fsdecode(folder)
    for _ in range(2):
        report = kg.build(named, store=store, nlp=toy)
        assert [held.identifier for held in kg.info(store=store).documents] == [r"\xff\xfe", "张营镇"]
        (left,) = report.left_out
        assert left.source == str(tmp_path / "sources／年" / "空.txt") and left.source in left.reason
    assert report.unchanged == (r"\xff\xfe", "张营镇")
    table = tmp_path / "m.csv"
    table.write_text("document,year\n张营镇,2001\n", encoding="utf-8")
    kg.build(named, store=store, nlp=toy, metadata=table)
    assert [held.year for held in kg.info(store=store).documents] == [None, 2001]
    done = run("build", named, "--store", str(store), "--json")
    assert done.returncode == 3 and json.loads(done.stdout)["documents"] == 2
    assert run("lineage", os.fsdecode(b"\xff"), "--store", str(store)).stderr.count("\n") == 1


def test_build_in_part_is_exit_code_3_and_lists_what_was_left_out(
    sources: Path, tmp_path: Path, toy: Language, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from extract import pipeline

    monkeypatch.setattr(pipeline, "load", lambda **_: toy)
    (sources / "空.txt").write_bytes(b"")
    assert main(["build", str(sources), "--store", str(tmp_path / "g")]) == 3
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        f"{tmp_path / 'g'}: 3 built; published as version 1",
        "9 entities: AdministrativeUnit 4, Strategy 5",
        "levels of 5 strategies, policies and slogans: national 1, township 4",
        "3 links: serves 3",
    ]
    assert "空.txt" in told.err
    (sources / "空.txt").unlink()
    assert main(["build", str(sources), "--store", str(tmp_path / "g")]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path / 'g'}: 3 unchanged; version 1 stays\n")
    assert main(["build", str(sources), "--store", str(tmp_path / "g"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert len(report["unchanged"]) == 3 and report["published"] is False
    assert main(["build", str(sources), "--store", str(tmp_path / "g"), "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_a_document_whose_source_went_bad_is_told_to_stay(
    sources: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (sources / "甲镇_2023.txt").write_bytes(b"")
    assert main(["build", str(sources / "甲镇_2023.txt"), "--store", store, "--quiet"]) == 1
    left_out, stays = capsys.readouterr().err.splitlines()
    assert left_out.endswith("[PL-READ-EMPTY]")
    assert stays == "earlier version: 甲镇_2023 stays in the graph as it was; kg remove takes it out"
    assert main(["build", str(sources / "甲镇_2023.txt"), "--store", store, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["outdated"] == ["甲镇_2023"]


def test_skipped_files_are_named(
    sources: Path, tmp_path: Path, toy: Language, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from extract import pipeline

    monkeypatch.setattr(pipeline, "load", lambda **_: toy)
    (sources / ".DS_Store").touch()
    for number in range(10):
        (sources / f"{number}.zip").touch()
    assert main(["build", str(sources), "--store", str(tmp_path / "g")]) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[:10] == [f"skipped: {sources / str(number)}.zip (unknown suffix .zip)" for number in range(10)]
    assert told[10:] == ["skipped: 1 more file; --json lists all"]
    assert main(["build", str(sources), "--store", str(tmp_path / "g"), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["skipped"]) == 11


def test_a_document_of_another_name_is_told(
    sources: Path, tmp_path: Path, toy: Language, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from extract import pipeline

    monkeypatch.setattr(pipeline, "load", lambda **_: toy)
    store = str(tmp_path / "g")
    assert main(["build", str(sources), "--store", store, "--quiet"]) == 0
    (sources / "旧").mkdir()
    (sources / "旧" / "丙镇_2023.txt").write_text("建设“老丙镇”。", encoding="utf-8")
    assert main(["build", str(sources), "--store", store]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{store}: 1 built, 2 unchanged, 1 renamed; published as version 2"
    assert told[1] == "丙镇_2023 is now sources/丙镇_2023.txt"


def test_names_that_several_bear_are_exit_code_2_with_a_list(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from ontology.errors import AmbiguousName

    def several(*_: object, **__: object) -> None:
        raise AmbiguousName("2 entities are called 甲", subject="甲", candidates=(("urn:1", "乙县"), ("urn:2", "丙县")))

    monkeypatch.setattr("kg.graph.Graph.lineage", several)
    assert main(["lineage", "甲", "--store", store]) == 2
    assert capsys.readouterr().err.count("县") == 2


def test_lineage_prints_the_sentence_and_draws(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lineage", "生态乙镇", "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "美丽乡村" in shown and "推进“美丽乡村”" in shown.replace("\n", "").replace(" ", "")
    assert main(["lineage", "生态乙镇", "--store", store, "-o", str(tmp_path / "p.html")]) == 0
    assert (tmp_path / "p.html").stat().st_size > 100_000


def test_what_a_text_says_is_no_markup(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", 'SELECT ?x { VALUES ?x { "[red]红[/red]" } }', "--store", store]) == 0
    assert "[red]红[/red]" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["info"], ["info", "--json"], ["query", "--list"], ["lineage", "实力甲镇"]])
def test_a_reader_that_goes_away_ends_a_command_quietly(arguments: list[str], store: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KG_STORE": store}
    command = [sys.executable, "-m", "kg", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [["info"], ["info", "--json"], ["query", "--list"], ["query", "ASK {}"], ["query", "ASK {}", "--format", "csv"]],
)
def test_a_full_disk_behind_the_output_is_one_line(arguments: list[str], store: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KG_STORE": store}
    command = [sys.executable, "-m", "kg", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False, timeout=60
        )
    told = done.stderr.replace("1 row\n", "")
    assert (done.returncode, told.count("\n")) == (1, 1)
    assert "No space left on device" in told and "[PL-EXPORT-WRITE]" in told


@pytest.mark.parametrize(("pause", "told"), [(0.0, "checked 1 of 5\n"), (60.0, "")])
def test_validation_tells_what_was_checked_and_how_far_it_has_come(
    pause: float, told: str, store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kg.progress.PAUSE", pause)
    assert main(["validate", "--store", store]) == 0
    shown = capsys.readouterr()
    assert shown.out == "3 documents and the shared graphs (authority, derived) checked, 0 violations\n"
    assert shown.err.startswith(told) and bool(shown.err) is bool(told)


def test_a_store_that_is_deleted_while_it_is_checked_is_one_line(example_store: Path, tmp_path: Path) -> None:
    """A store of more files than the engine opens at once: what it has open already, it reads also when deleted."""
    store = str(shutil.copytree(example_store, tmp_path / "graph", symlinks=True))
    code = (
        "import importlib, shutil, sys; from kg.cli import main\n"
        "validation = importlib.import_module('kg.validate'); before = validation._in_union\n"
        f"validation._in_union = lambda *given: (shutil.rmtree({store!r}), before(*given))[1]\n"
        f"sys.exit(main(['validate', '--store', {store!r}]))"
    )
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=60)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "deleted" in done.stderr and "[PL-STORE-DAMAGED]" in done.stderr


def test_a_query_file_with_a_parameter(store: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    file = tmp_path / "served.rq"
    file.write_text(
        'SELECT ?n { VALUES ?l { "x"@zh } ?s skos:prefLabel ?l ; pl:serves/skos:prefLabel ?n }', encoding="utf-8"
    )
    assert main(["query", str(file), "--param", "l=实力甲镇", "--format", "tsv", "--store", store]) == 0
    assert capsysbinary.readouterr().out.decode().splitlines() == ["?n", '"兴国战略"@zh']


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml"])
@pytest.mark.parametrize("query", ["ASK {}", "SELECT * { VALUES ?x { 1 } }"])
def test_every_answer_ends_with_a_line(
    query: str, form: str, store: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["query", query, "--format", form, "--store", store]) == 0
    written = capsysbinary.readouterr().out
    assert written.endswith(b"\n") and not written.endswith(b"\n\n")


@pytest.mark.parametrize(("place", "told"), [("没有的镇", True), ("甲镇", False)])
def test_an_answer_tells_which_name_the_graph_does_not_know(
    place: str, told: bool, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["query", "unserved-strategies", "--param", f"township={place}", "--store", store]) == 0
    assert (f"knows nothing named {place}" in capsys.readouterr().err) is told


def test_notebooks_that_were_there_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["notebook", str(tmp_path), "--copy"]
    assert main(command) == 0
    first, *others = capsys.readouterr().out.splitlines()
    Path(first).unlink()
    assert main(command) == 0
    told = capsys.readouterr().out.splitlines()
    assert told == [first, *(f"{other} (was there, kept as it is)" for other in others)]


@pytest.mark.parametrize(("term", "told"), [("pl:Vilage", True), ("pl:Village", False), ("plid:Vilage", False)])
def test_an_answer_tells_which_term_the_ontology_lacks(
    term: str, told: bool, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for prologue in ("", f"PREFIX pl: <{PL}> ", "PREFIX pl: <http://x.org/> "):
        assert main(["query", f"{prologue}SELECT ?x {{ ?x a {term}. }}", "--store", store]) == 0
        assert ("knows nothing named" in capsys.readouterr().err) is (told and "x.org" not in prologue)


@pytest.mark.parametrize("form", ["table", "csv"])
def test_an_answer_tells_which_graph_of_from_is_not_held(
    form: str, store: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    held = f"{PLID}Document/甲镇_2023"
    query = f"PREFIX x: <http://x.org/> SELECT * FROM x:g FROM NAMED <urn:no> FROM NAMED <{held}> {{ ?s ?p ?o }}"
    assert main(["query", query, "--format", form, "--store", store]) == 0
    told = capsysbinary.readouterr().err.decode()
    assert "knows nothing named <http://x.org/g>" in told and "knows nothing named <urn:no>" in told
    assert "甲镇" not in told


def test_the_verbs_are_functions_of_the_package() -> None:
    import importlib

    listing = [sys.executable, "-c", "import kg; print(*dir(kg))"]
    fresh = subprocess.run(listing, capture_output=True, text=True, cwd=ROOT, check=True)
    assert set(kg.__all__) <= set(fresh.stdout.split())
    for name in kg.__all__:
        assert callable(getattr(kg, name))
    importlib.import_module("kg.build")
    assert callable(kg.build) and kg.lineage.__name__ == "lineage"
