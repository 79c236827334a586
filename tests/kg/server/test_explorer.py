"""The explorer without a browser: its catalogue, its words, and its pages in every form."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, unquote

import httpx
import pyoxigraph as ox
import pytest
from rich.console import Console

import kg
import queries
from kg import example
from kg.language import LANGUAGES, Language, language_of
from kg.lineage import tree
from kg.picture.style import COLOURS
from kg.rows import IRI, Row
from kg.server import pages
from kg.server.app import create_app
from kg.server.pages import neighbourhood, views
from kg.server.pages.catalogue import Catalogue, Catalogues, Filter, Paper
from kg.server.pages.document import Mark, Reading
from kg.server.pages.drawing import drawing
from kg.server.pages.flow import flow
from kg.server.pages.rendering import cell, href
from kg.server.pages.words import Words, phrases
from kg.store import writing
from kg.vocabulary import WORDS
from ontology.terms import PL, PLID, RDF, SKOS, Basis, Level

from .conftest import count, publish
from .explorer_store import HOSTILE, build

LIBRARY = queries.library()[0].name
ROOT = Path(pages.__file__).parents[1]
ZONE = f"{PLID}Strategy/山西省/三区三地"
VILLAGE = f"{PLID}Village/山西省/运城市/永济市/张营镇/舜帝村"
REVITALISATION = f"{PLID}Strategy/中国/乡村振兴战略"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("explorer") / "graph")


@pytest.fixture(scope="module")
def catalogue(store: Path) -> Catalogue:
    return Catalogues(store).current()


@pytest.fixture(scope="module")
def client(store: Path, serve: Callable[..., Any]) -> Iterator[httpx.Client]:
    with serve(store) as client:
        yield client


@pytest.mark.parametrize(
    ("text", "name"),
    [("乡村振兴战略", "乡村振兴战略"), ("三区", "三区三地"), ("sqsd", "三区三地"), ("振兴战", "乡村振兴战略"),
     ("Three areas", "三区三地"), ("“三区三地”", "三区三地"), ("XCZX", "乡村振兴战略")],
)  # fmt: skip
def test_a_part_of_a_name_or_its_initials_find_an_entity(catalogue: Catalogue, text: str, name: str) -> None:
    assert name in [item.name for item in catalogue.suggest(text)]


@pytest.mark.parametrize("text", ["", '"', "*", "地三", "NEAR(", "'; DROP TABLE entity; --"])
def test_what_is_no_name_finds_nothing_and_breaks_nothing(catalogue: Catalogue, text: str) -> None:
    assert not text.strip() or "三区三地" not in [item.name for item in catalogue.suggest(text)]
    assert catalogue.item(ZONE) is not None


def test_an_exact_name_comes_before_longer_ones(catalogue: Catalogue) -> None:
    assert catalogue.suggest("张营镇")[0].name == "张营镇"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("jsy", "晋陕豫黄河金三角区域合作"),
        ("lsq", "“两山七河一流域”生态保护和修复"),
        ("sqsd", "三区三地"),
    ],
)
def test_beginnings_come_before_other_parts_and_labels_before_other_names(
    catalogue: Catalogue, text: str, first: str
) -> None:
    assert catalogue.suggest(text)[0].name == first


def test_of_searches_only_pages_are_remembered(catalogue: Catalogue) -> None:
    page, table = (catalogue.search(Filter("战略"), limit) for limit in (25, 10_000))
    assert catalogue.search(Filter("战略"), 25) is page
    assert catalogue.search(Filter("战略"), 10_000) is not table
    assert len(table.items) > len(page.items) == 25


def test_facets_count_what_choosing_them_gives(catalogue: Catalogue) -> None:
    found = catalogue.search(Filter("黄河"))
    for facet, values in found.facets.items():
        for value, number in values.items():
            chosen = Filter("黄河", **{facet: int(value) if facet == "year" else value})
            assert catalogue.search(chosen).total == number, (facet, value)


def test_a_lineage_holds_what_the_graph_derives_and_counts_the_rest(catalogue: Catalogue, store: Path) -> None:
    drawn = neighbourhood.lineage(catalogue, ZONE, whole=True)
    shown = {item.iri for item in drawn.items}
    with kg.open(store) as graph:
        lineage = graph.lineage(ZONE)
        sure = {step.object for step in lineage.above if step.confidence >= 0.5}
    assert sure <= shown
    assert drawn.beyond == 0
    assert all(tie.confidence >= 0.5 and {tie.subject, tie.object} <= shown for tie in drawn.ties)
    node, hidden = max(drawn.hidden.items(), key=lambda pair: pair[1] if pair[1] <= 30 else 0)
    expanded = neighbourhood.neighbours(catalogue, node, [item.iri for item in drawn.items])
    assert len(expanded.items) == len(drawn.items) + hidden
    assert node not in expanded.hidden


def test_a_lineage_opens_with_its_main_lines_and_says_what_stands_beyond(catalogue: Catalogue) -> None:
    opened, whole = (neighbourhood.lineage(catalogue, VILLAGE, whole=whole) for whole in (False, True))
    shown = {item.iri: item for item in opened.items}
    assert opened.beyond == len(whole.items) - len(opened.items) > 0
    assert set(opened.ties) < set(whole.ties)
    direct = {tie.object for tie in whole.ties if tie.subject == VILLAGE}
    assert direct and direct <= shown.keys()
    upward = {tie.subject for tie in opened.ties}
    assert all(iri in upward or item.level == Level.NATIONAL for iri, item in shown.items())


def test_a_newcomer_is_offered_something_of_each_level(catalogue: Catalogue) -> None:
    examples = catalogue.examples()
    levels = [item.level for item in examples if item.kind == "Strategy"]
    assert levels == [str(level) for level in list(Level)[:5]]
    assert examples[-1].kind == "Village"


def test_a_drawing_has_a_place_for_everything_on_a_narrow_screen_too(catalogue: Catalogue) -> None:
    part = neighbourhood.lineage(catalogue, VILLAGE)
    for width in (358, 1150):
        drawn = drawing(part, width, VILLAGE)
        assert {node["iri"] for node in drawn["nodes"]} == {item.iri for item in part.items}
        assert [node["iri"] for node in drawn["nodes"] if node["focus"]] == [VILLAGE]
        for node in drawn["nodes"]:
            assert node["x"] - node["width"] / 2 >= 0 and node["x"] + node["width"] / 2 <= drawn["width"]
            assert any(b["top"] <= node["top"] and node["top"] + node["height"] <= b["bottom"] for b in drawn["bands"])
        assert drawn["bands"][-1]["kinds"] == ["Village"]


def test_a_link_tells_its_sentences_with_their_places(client: httpx.Client) -> None:
    ends = {"subject": ZONE, "object": f"{PLID}Strategy/中国/高质量发展"}
    quotes = client.get("/evidence.json", params=ends).json()
    assert {quote["predicate"] for quote in quotes} == {"advances"}
    assert any(quote["basis"] == "curated" and not quote["href"] for quote in quotes)
    assert any("三区三地" in quote["text"] and "?at=" in quote["href"] for quote in quotes)
    assert client.get("/evidence.json", params={**ends, "object": "urn:x"}).status_code == 404


WRONG_DRAWINGS = [
    "", "[]", "{}", '{"links": 1}', '{"links": [["x"]]}', "[" * 100_000, '{"links": [["\\ud800", "x", "y"]]}',
    f'{{"links": [], "width": {"1" * 400}}}',
]  # fmt: skip


@pytest.mark.parametrize("body", WRONG_DRAWINGS, ids=range(len(WRONG_DRAWINGS)))
def test_a_drawing_asked_for_wrongly_is_refused(client: httpx.Client, body: str) -> None:
    assert client.post("/drawing.json", content=body).status_code == 400


def test_links_of_any_query_can_be_drawn(client: httpx.Client) -> None:
    links = [[ZONE, f"{PL}advances", REVITALISATION], ["urn:x", f"{PL}serves", HOSTILE]]
    drawn = client.post("/drawing.json", json={"links": links, "width": 1e9}).json()
    assert {node["name"] for node in drawn["nodes"]} >= {"三区三地", "乡村振兴战略"}
    assert {node["iri"] for node in drawn["nodes"]} >= {"urn:x", HOSTILE}
    assert len(drawn["edges"]) == 2


def test_a_drawing_of_endless_names_keeps_nobody_waiting(client: httpx.Client) -> None:
    endless = f"{PLID}Strategy/{'长' * 90_000}"
    drawn = client.post("/drawing.json", json={"links": [[endless, f"{PL}serves", ZONE]]}, timeout=10).json()
    name, iri = next((node["name"], node["iri"]) for node in drawn["nodes"] if node["iri"] != ZONE)
    assert (len(name), iri) == (400, endless)


def test_few_drawings_are_made_at_a_time(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work: set[int] = set()
    seen: list[int] = []

    def counted(*arguments: Any) -> dict[str, Any]:
        at_work.add(threading.get_ident())
        seen.append(len(at_work))
        time.sleep(0.05)
        at_work.discard(threading.get_ident())
        return drawing(*arguments)

    monkeypatch.setattr(views, "drawing", counted)
    app = create_app(store)
    links = {"links": [[ZONE, f"{PL}advances", REVITALISATION]]}

    async def visit() -> None:
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as me:
            asked = [me.post("/drawing.json", json=links) for _ in range(5)]
            asked += [me.get(f"/entity/.graph?iri={quote(ZONE)}") for _ in range(5)]
            assert {response.status_code for response in await asyncio.gather(*asked)} == {200}

    asyncio.run(visit())
    assert max(seen) == 2


def test_a_row_of_several_sentences_leads_to_the_first() -> None:
    row = Row(("sentence", "document"), ("甲。 / 乙。", "丁镇_2023"))
    assert f"quote={quote('甲。')}#" in cell(Words("zh"), row, "document")[1]


def test_a_basis_has_one_name_everywhere(store: Path) -> None:
    named = {Basis.STATED: "明示", Basis.STRUCTURAL: "结构", Basis.DEFINITIONAL: "定义"}
    named |= {Basis.INFERRED: "推断", Basis.CURATED: "审定"}
    assert {basis: Words("zh").term("Basis", basis) for basis in Basis} == named
    assert {basis: WORDS[basis] for basis in Basis} == named
    console = Console(file=io.StringIO(), width=200)
    with kg.open(store) as graph:
        console.print(tree(graph.lineage("舜帝村"), most=1000))
    shown = set(re.findall(r"  (\S+) [01]\.\d\d", console.file.getvalue()))  # type: ignore[attr-defined]
    assert shown and shown <= set(named.values())


def test_the_home_page_counts_what_kg_info_counts(tmp_path: Path) -> None:
    kg.build(example.folder(), metadata=example.metadata(), store=tmp_path)
    home, info = Catalogues(tmp_path).current().summary(), kg.info(store=tmp_path)
    assert home["mentions"] == info.mentions
    assert home["entities"] == sum(info.counts.entities.values())
    assert home["links"] == sum(info.counts.links.values())


def test_a_link_that_curators_reject_is_none_of_the_explorers(
    rejecting: tuple[Path, tuple[str, str, str]], serve: Callable[..., Any]
) -> None:
    store, (subject, _, object_) = rejecting
    catalogue = Catalogues(store).current()
    assert catalogue.summary()["links"] == sum(kg.info(store=store).counts.links.values()) > 0
    assert IRI(object_) not in catalogue.others(subject, "subject", 9)
    with serve(store) as client:
        assert client.get("/evidence.json", params={"subject": subject, "object": object_}).json() == []
        page = client.get(href(IRI(subject)), headers={"Accept": "application/json"}).text
    assert subject in page and object_ not in page


def test_confidence_leaves_links_out(catalogue: Catalogue) -> None:
    every, sure = (neighbourhood.lineage(catalogue, VILLAGE, least, whole=True) for least in (0.0, 0.8))
    assert {tie.confidence for tie in every.ties} > {tie.confidence for tie in sure.ties}
    assert min(tie.confidence for tie in sure.ties) >= 0.8


def test_a_new_version_gets_a_catalogue_of_its_own(tmp_path: Path) -> None:
    def publish_strategy(name: str) -> None:
        with writing(tmp_path) as draft:
            node = ox.NamedNode(f"{PLID}Strategy/中国/{name}")
            triples = [
                ox.Triple(node, ox.NamedNode(f"{RDF}type"), ox.NamedNode(f"{PL}Strategy")),
                ox.Triple(node, ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal(name, language="zh")),
            ]
            draft.replace_graph(ox.NamedNode(f"{PLID}Document/{name}"), triples)
            draft.publish()

    publish_strategy("甲战略")
    catalogues = Catalogues(tmp_path)
    assert [item.name for item in catalogues.current().suggest("战略")] == ["甲战略"]
    first = catalogues.current()
    assert catalogues.current() is first
    publish_strategy("乙战略")
    assert {item.name for item in catalogues.current().suggest("战略")} == {"甲战略", "乙战略"}
    assert Catalogues(tmp_path).current().path == catalogues.current().path


@pytest.mark.parametrize("room", [True, False], ids=["within the store", "elsewhere"])
def test_a_store_made_anew_under_a_running_server_is_shown(
    tmp_path: Path, serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "elsewhere"))

    def make(*numbers: int) -> None:
        shutil.rmtree(tmp_path / "graph", ignore_errors=True)
        for villages in numbers:
            publish(tmp_path / "graph", 丁镇=villages)
        if not room:
            (tmp_path / "graph" / "catalogue").touch()  # where a folder ought to be

    def shown(client: httpx.Client) -> tuple[int, int]:
        return count(client, "?v a pl:Village"), client.get("/search.json?kind=Village").json()["total"]

    make(1, 2, 3)
    with serve(tmp_path / "graph") as client:
        assert shown(client) == (3, 3)
        make(4, 5, 6)  # the same number
        assert shown(client) == (6, 6)
        make(7)  # a lower one
        assert shown(client) == (7, 7)
        publish(tmp_path / "graph", 丁镇=8)
        assert shown(client) == (8, 8)


def test_a_catalogue_that_finds_no_room_in_its_store_goes_when_the_server_goes(
    tmp_path: Path, serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "graph", 丁镇=1)
    (tmp_path / "graph" / "catalogue").touch()  # where a folder ought to be
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "elsewhere"))
    with serve(tmp_path / "graph") as client:
        for villages in (1, 2):
            publish(tmp_path / "graph", 丁镇=villages)
            assert client.get("/search.json?kind=Village").json()["total"] == villages
            assert len(list((tmp_path / "elsewhere").glob("kg-catalogue-*"))) == 1
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_overlapping_marks_cut_the_text_and_lose_none_of_it() -> None:
    text = "一、总则\n围绕黄河流域生态保护，治水。\n\n结语"
    marks = (Mark(5, 11, None, "a"), Mark(7, 15, None, "b"), Mark(9, 11, None, "c"), Mark(11, 11, None, "d"))
    paper = Paper(IRI("x"), "x", "x", "", (), None, 0)
    paragraphs = Reading(paper, {}, text, (), marks).paragraphs(cited=(8, 13))
    assert ["".join(piece.text for piece in p.pieces) for p in paragraphs] == [
        line for line in text.split("\n") if line
    ]
    pieces = [piece for p in paragraphs for piece in p.pieces]
    assert all(text[piece.start : piece.start + len(piece.text)] == piece.text for piece in pieces)
    assert [("".join(m.figure for m in piece.marks), piece.cited) for piece in pieces if piece.marks] == [
        ("a", False), ("ab", False), ("ab", True), ("cab", True), ("b", True), ("b", False),
    ]  # fmt: skip


def test_every_word_is_used_and_every_used_word_is_there() -> None:
    sources = [*ROOT.glob("templates/*.html"), *ROOT.glob("static/*.js")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    used = set(re.findall(r"['\"`]([a-z]+\.[a-z_]+)['\"`]", text))
    known = {key for key in phrases() if key[0].islower()}
    composed = {key for key in known if re.match(r"search\.(kind|level|place|year)$|document\.(plan|review)$", key)}
    groups = {key.split(".")[0] for key in known}
    assert {key for key in used if key.split(".")[0] in groups} | composed == known


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [(None, "", "zh"), (None, "en-US,en;q=0.9", "en"), ("zh", "en", "zh"), ("xx", "de, en;q=0.3, zh;q=0.4", "zh"),
     (None, "en;q=x", "zh")],
)  # fmt: skip
def test_the_language_follows_choice_then_browser(chosen: str | None, accepted: str, language: Language) -> None:
    assert language in get_args(Language) == LANGUAGES
    assert language_of(chosen, accepted) == language


def test_colours_are_those_of_the_pictures() -> None:
    style = (ROOT / "static" / "explorer.css").read_text(encoding="utf-8")
    for level in Level:
        assert f"--{level}: {COLOURS[level]};" in style


def test_the_flow_is_that_of_the_pictures(catalogue: Catalogue, store: Path, client: httpx.Client) -> None:
    with kg.open(store) as graph:
        for measure in ("projects", "money"):
            drawn = kg.flow(graph, "张营镇", measure=measure)
            assert flow(catalogue, "张营镇", measure).links == drawn.links
            assert set(drawn.things) == {end for link in drawn.links for end in link}
            answer = client.get("/flow.json", params={"in": "张营镇", "measure": measure}).json()
            assert {(row["lower"], row["upper"]): row["value"] for row in answer["flows"]} == drawn.links
            assert (answer["drawn"], answer["total"]) == (drawn.drawn, drawn.total)
    rows = list(csv.DictReader(io.StringIO(client.get("/flow.csv?in=张营镇").text.removeprefix("\ufeff"))))
    assert {"lower_name", "upper_name", "value"} <= rows[0].keys() and len(rows) == len(
        client.get("/flow.json?in=张营镇").json()["flows"]
    )
    described = {
        str(t.subject) for t in ox.parse(client.get("/flow.ttl?in=张营镇").content, format=ox.RdfFormat.TURTLE)
    }
    assert f"<{ZONE}>" in described
    assert client.get("/flow.json?in=没有的地方").json()["flows"] == []


def test_the_address_of_a_graph_draws_what_was_expanded(client: httpx.Client) -> None:
    def drawn(**parameters: Any) -> dict[str, Any]:
        answer = client.get("/entity/Strategy/山西省/三区三地.graph", params=parameters)
        return {node["name"]: node for node in answer.raise_for_status().json()["nodes"]}

    plain = drawn()
    some = next(node for node in plain.values() if 0 < node["hidden"] < 10 and not node["focus"])
    name = some["iri"].removeprefix(PLID)
    opened = drawn(open=name)
    assert len(opened) == len(plain) + some["hidden"] and opened[some["name"]]["hidden"] == 0
    assert drawn(open=some["iri"]).keys() == opened.keys()
    second = next(node for node in opened.values() if node["name"] not in plain and 0 < node["hidden"] < 30)
    both = drawn(open=[name, second["iri"]])
    assert len(both) == len(opened) + second["hidden"]
    assert drawn(open=[second["iri"], name]).keys() == opened.keys()  # what is not drawn yet stays closed
    for wrong in (HOSTILE, "Strategy/没有", "urn:x", ""):
        assert drawn(open=wrong).keys() == plain.keys()


PAGES = {
    "/search?q=黄河": "/search.{}?q=黄河",
    "/entity/Strategy/山西省/三区三地": "/entity/Strategy/山西省/三区三地.{}",
    "/document/township_张营镇_2023_示例": "/document/township_张营镇_2023_示例.{}",
    "/": "/index.{}",
    "/documents": "/documents.{}",
    "/flow?measure=money": "/flow.{}?measure=money",
    "/queries": "/queries.{}",
    f"/entity/?iri={quote(ZONE)}": f"/entity/.{{}}?iri={quote(ZONE)}",
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("form", "media_type"),
    [("json", "application/json"), ("csv", "text/csv"), ("ttl", "text/turtle"), ("html", "text/html")],
)
def test_every_page_comes_as_data_by_suffix_and_by_accept(
    client: httpx.Client, page: str, form: str, media_type: str
) -> None:
    named = client.get(PAGES[page].format(form), headers={"Accept": "text/html" if form != "html" else "text/csv"})
    wanted = client.get(page, headers={"Accept": media_type})
    for response in (named, wanted):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(media_type)
    if form == "json":
        assert named.json() == wanted.json()
    elif form == "csv":
        rows = list(csv.DictReader(io.StringIO(named.content.decode("utf-8-sig"))))
        assert {"iri", "subject", "entity", "lower", "name"} & rows[0].keys()
    elif form == "html":
        assert re.findall('<link rel="alternate" href="(.*?)"', named.text)
        for address in re.findall('<link rel="alternate" href="(.*?)"', named.text):
            assert client.get(address.replace("&amp;", "&")).status_code == 200
    else:
        triples = {str(quad.triple) for quad in ox.parse(named.content, format=ox.RdfFormat.TURTLE)}
        assert len(triples) > 5


def test_no_page_reads_the_catalogue_where_all_others_wait(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[str] = []
    read = Catalogue.rows

    def rows(self: Catalogue, query: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            waited.append(query)
        return read(self, query, parameters)

    monkeypatch.setattr(Catalogue, "rows", rows)
    app = create_app(store)

    async def visit() -> None:
        transport = httpx.ASGITransport(app)
        async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://x") as me:
            links = (await me.get("/entity/Strategy/山西省/三区三地.json")).json()["account"]["above"]
            evidence = f"/evidence.json?subject={quote(ZONE)}&object={quote(links[0]['other']['iri'])}"
            graph = f"/entity/.graph?iri={quote(ZONE)}"
            for page in (*PAGES, evidence, graph, "/editor", "/suggest.json?q=黄河", f"/queries/{LIBRARY}"):
                assert (await me.get(page, headers={"Accept": "text/html"})).status_code == 200, page

    asyncio.run(visit())
    assert waited == []


def test_no_document_is_left_out_of_the_list(tmp_path: Path, serve: Callable[..., Any]) -> None:
    names = [*(f"镇{number:04d}" for number in range(1100)), f"龙镇{example.MARKER}"]
    publish(tmp_path / "graph", **dict.fromkeys(names, 0))
    with serve(tmp_path / "graph", "--limit", "query_seconds=60") as client:
        page, seen = "/documents", []
        while page:
            shown = client.get(page, headers={"Accept": "text/html"}).text
            seen += [unquote(name) for name in re.findall('href="/document/([^"]*)"', shown)]
            assert "1,101" in shown
            following = re.search('<a rel="next" href="([^"]*)"', shown)
            page = unescape(following[1]) if following else ""
        assert sorted(seen) == sorted(names)
        first, last = (client.get(f"/documents.json?page={number}").json() for number in (1, 3))
        assert (first["total"], first["pages"], len(first["documents"]), len(last["documents"])) == (1101, 3, 500, 101)
        for address in ("/documents.csv", "/index.csv"):
            rows = list(csv.DictReader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))
            assert sorted(row["identifier"] for row in rows) == sorted(names)
        for page in ("/", "/?page=2"):
            shown = client.get(page, headers={"Accept": "text/html"}).text
            assert re.findall('href="/document/([^"]*)"', shown) == [quote(name) for name in names[:12]], page
        for page in ("/", "/search?q=兴镇", "/editor"):  # the one example text, behind all others, marks them
            assert '<p class="notice"' in client.get(page, headers={"Accept": "text/html"}).text, page


def test_turtle_says_what_the_graph_says(client: httpx.Client, store: Path) -> None:
    said = client.get("/entity/Strategy/山西省/三区三地.ttl").content
    stated = {(str(t.subject), str(t.predicate), str(t.object)) for t in ox.parse(said, format=ox.RdfFormat.TURTLE)}
    rows = list(csv.DictReader(io.StringIO(client.get("/entity/Strategy/山西省/三区三地.csv").text.lstrip("\ufeff"))))
    assert {ZONE} < {row["object"] for row in rows}
    for row in rows:
        assert (f"<{row['subject']}>", f"<{PL}{row['predicate']}>", f"<{row['object']}>") in stated
        assert any(p == f"<{RDF}object>" and o == f"<{row['object']}>" for _, p, o in stated)
    triples = {quad.triple for quad in ox.parse(said, format=ox.RdfFormat.TURTLE)}
    with kg.open(store) as graph:
        held = {quad.triple for quad in graph.store.quads_for_pattern(None, None, None, ox.DefaultGraph())}
    assert triples <= held
    assert (
        ox.Triple(ox.NamedNode(ZONE), ox.NamedNode(f"{SKOS}prefLabel"), ox.Literal("三区三地", language="zh"))
        in triples
    )


@pytest.mark.parametrize("path", ["/entity/Strategy/没有", "/document/没有", "/queries/none", "/anything", "/entity/"])
def test_what_is_not_there_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(path, headers={"Accept": "text/html"}).status_code == 404


def test_an_address_may_be_encoded_once_as_people_type_it_or_twice_as_links_have_it(
    tmp_path: Path, serve: Callable[..., Any]
) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "青龙镇 2023 报告.txt").write_text("打造“青龙绿谷”。", encoding="utf-8")
    kg.build(tmp_path / "sources", store=tmp_path / "graph")
    with serve(tmp_path / "graph") as client:
        linked = re.findall('href="(/document/[^"]*)"', client.get("/documents", headers={"Accept": "text/html"}).text)[
            0
        ]
        assert "%2520" in linked
        for address in (
            linked,
            f"/document/{quote('青龙镇 2023 报告')}",
            f"/document/{quote('青龙镇 2023 报告')}.html",
        ):
            assert "青龙绿谷" in client.get(address, headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    "query", ["page=-1&year=99999999&confidence=x", "confidence=nan", "page=999999", "place=/../&level=%00&basis='"]
)
def test_strange_parameters_harm_nothing(client: httpx.Client, query: str) -> None:
    for path in ("/search", "/entity/Strategy/山西省/三区三地", "/document/township_张营镇_2023_示例"):
        assert client.get(f"{path}?{query}&at=9-1", headers={"Accept": "text/html"}).status_code == 200


def test_no_cell_is_a_formula(client: httpx.Client, tmp_path: Path) -> None:
    content = client.get(f"/search.csv?q={quote('陷阱')}").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert any(HOSTILE in row["name"] for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_the_editor_completes_from_our_own_terms(client: httpx.Client) -> None:
    known = client.get("/terms.json").json()
    terms = {term["name"]: term for term in known["terms"]}
    assert known["prefixes"]["pl"] == PL
    assert terms["pl:serves"]["type"] == "property" and terms["pl:serves"]["label_zh"]
    assert terms["pl:Strategy"]["type"] == "class"


def test_a_refused_question_is_told_and_not_lost(client: httpx.Client) -> None:
    response = client.get("/queries/projects-under-strategy?minimum_confidence=viel", headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert "viel" in response.text and 'role="alert"' in response.text


def test_a_page_and_its_data_fail_alike(store: Path, serve: Callable[..., Any]) -> None:
    with serve(store, "--limit", "query_seconds=0.000001") as client:
        for page in (f"/entity/?iri={quote(ZONE)}", f"/queries/{LIBRARY}"):
            shown = client.get(page, headers={"Accept": "text/html"})
            told = client.get(page, headers={"Accept": "application/json"})
            assert (shown.status_code, told.status_code, told.json()["error"]["code"]) == (504, 504, "PL-QUERY-TIMEOUT")
            assert 'role="alert"' in shown.text and told.json()["error"]["message"] in unescape(shown.text)


@pytest.mark.parametrize(("language", "said"), [("zh", 0), ("en", 1)])
def test_questions_speak_the_readers_language(client: httpx.Client, language: str, said: int) -> None:
    headers = {"Accept": "text/html", "Accept-Language": language}
    gallery = unescape(client.get("/queries", headers=headers).text)
    for query in queries.library():
        assert (query.description_zh, query.description)[said] in gallery
        page = unescape(client.get(f"/queries/{query.name}", headers=headers).text)
        assert (query.description_zh, query.description)[said] in page
        for parameter in query.parameters:
            assert f"<label>{(parameter.label_zh, parameter.label)[said]}" in page
        headings = re.findall('<th scope="col" title="(.*?)"[^>]*>(.*?)</th>', page)
        assert not [name for name, heading in headings if heading == name and (said == 0 or "_" in name)]
        assert len({heading for _, heading in headings}) == len(headings)
        assert not {f"{name}_name" for name, _ in headings} & {name for name, _ in headings}


def test_a_name_in_an_answer_leads_to_its_entity_and_years_have_no_comma(client: httpx.Client) -> None:
    headers = {"Accept": "text/html", "Accept-Language": "zh"}
    page = unescape(client.get("/queries/strategies-by-level", headers=headers).text)
    assert f'<td class="name"><a href="{href(ZONE)}">三区三地</a></td>' in page
    assert '<th scope="col" title="strategy">' not in page
    page = client.get("/queries/project-status", headers=headers).text
    assert '<td class="number">2022</td>' in page
    page = client.get("/queries/link-evidence", headers=headers).text
    assert "policy_service/" in page and "/entity/policy_service" not in page


def test_a_question_about_a_place_that_the_graph_does_not_know_says_so(client: httpx.Client) -> None:
    ask = {"Accept": "text/html", "Accept-Language": "zh"}
    assert "没有名为“没有的镇”的实体" in client.get("/queries/strategies-of-place?place=没有的镇", headers=ask).text
    assert "没有名为" not in client.get("/queries/strategies-of-place", headers=ask).text


@pytest.mark.parametrize(
    ("question", "plain", "other"),
    [
        ("mentions?name=", "三区三地", "“三区三地”"),
        ("mentions?name=", "三区三地", f"<{ZONE}>"),
        ("strategies-of-place?place=", "张营镇", "永济市张营镇"),
    ],
)
def test_a_name_is_read_as_on_the_command_line(client: httpx.Client, question: str, plain: str, other: str) -> None:
    def rows(name: str, accept: str) -> list[str]:
        answer = client.get(f"/queries/{question}{quote(name)}", headers={"Accept": accept})
        assert answer.status_code == 200 and "没有名为" not in answer.text
        return re.findall("<td.*?</td>", answer.text) if accept == "text/html" else answer.text.splitlines()

    for accept, most in (("text/html", 0), ("text/csv", 1)):
        assert rows(other, accept) == rows(plain, accept) and len(rows(plain, accept)) > most


def test_a_place_may_be_left_out_and_a_level_is_chosen(client: httpx.Client) -> None:
    page = client.get("/queries/broken-chains?township=", headers={"Accept": "text/html", "Accept-Language": "en"}).text
    assert 'name="township" value=""' in page and 'placeholder="any; for example 张营镇"' in page
    assert '<option value="pl:county pl:prefecture" selected>County + Prefecture</option>' in page
    assert '<option value="pl:county">County</option>' in page
    page = client.get("/queries/broken-chains?missing=pl:county", headers={"Accept": "text/html"}).text
    assert '<option value="pl:county" selected>县级</option>' in page


def test_what_looks_back_or_ahead_is_said_in_the_readers_language(client: httpx.Client) -> None:
    page = client.get("/queries/indicators", headers={"Accept": "text/html", "Accept-Language": "zh"}).text
    assert '<td class="">回顾</td>' in page and '<td class="">review</td>' not in page


def test_a_cut_answer_is_marked_on_the_page_and_in_its_table(store: Path, serve: Callable[..., Any]) -> None:
    with serve(store, "--limit", "rows=5") as client:
        page = client.get("/queries/links-to-check?maximum_confidence=1.1", headers={"Accept": "text/html"})
        assert page.text.count("<tr>") == 1 + 5 and "truncated" in page.text
        table = client.get("/queries/links-to-check.csv?maximum_confidence=1.1", headers={"Accept": "text/html"})
        assert table.headers["x-truncated"] == "true"
        assert len(table.text.splitlines()) >= 1 + 5 + 1 and "truncated" in table.text.splitlines()[-1]
        turtle = client.get(f"/entity/?iri={quote(ZONE)}", headers={"Accept": "text/turtle"})
        assert turtle.headers["x-truncated"] == "true" and turtle.text.startswith("# truncated")


def test_the_librarys_example_that_a_graph_lacks_is_to_be_changed_and_no_error(server: httpx.Client) -> None:
    ask = {"Accept": "text/html", "Accept-Language": "zh"}
    page = server.get("/queries/strategies-of-place", headers=ask).text
    assert "只是示例" in page and "没有名为" not in page and "没有结果" not in page
    assert "没有名为“张营镇”的实体" in server.get("/queries/strategies-of-place?place=张营镇", headers=ask).text


def test_a_units_page_leads_to_its_strategies(client: httpx.Client) -> None:
    ask = {"Accept": "text/html", "Accept-Language": "zh"}
    unit = "/entity/AdministrativeUnit/" + quote("山西省/运城市/永济市/张营镇")
    address = re.search(r'href="([^"]+)">该地提出的战略', client.get(unit, headers=ask).text)
    assert address is not None and "四大战略" in client.get(unescape(address[1]), headers=ask).text
    assert ">该地提出的战略<" not in client.get(f"/entity/Strategy/{quote('中国/乡村振兴战略')}", headers=ask).text
