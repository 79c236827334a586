"""The explorer in a real Chromium: what a reader does, nothing on the console, nothing asked elsewhere."""

from __future__ import annotations

import csv
import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest

selenium = pytest.importorskip("selenium", reason="selenium is in the dev group")

from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService, Keys  # noqa: E402
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.wait import WebDriverWait  # noqa: E402

from .explorer_store import HOSTILE, JAVASCRIPT, build  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed")

ENTITY = "/entity/Strategy/山西省/三区三地"
VILLAGE = "/entity/Village/山西省/运城市/永济市/张营镇/舜帝村"
DOCUMENT = "/document/township_张营镇_2023_示例"
MARKER = "示例文本：依公开事实改写，非原文，不可引用"


class Reader:
    """A reader at a browser."""

    def __init__(self, driver: Chrome, origin: str) -> None:
        self.driver = driver
        self.origin = origin.rstrip("/")

    def go(self, path: str) -> None:
        self.driver.get(self.origin + quote(path, safe="/?=&%#"))

    def one(self, selector: str) -> Any:
        """Return the first element of a selector once it is there."""
        return self.until(lambda: next(iter(self.driver.find_elements(By.CSS_SELECTOR, selector)), None))

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def until(self, condition: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, 10, 0.05).until(lambda _: condition())

    def said(self, selector: str) -> str:
        """Return what an element says just now, "" where there is none; scripts may replace it at any time."""
        return str(self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector))

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.driver.current_url).path)

    def complaints(self) -> list[str]:
        """Return what the console says."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]

    def elsewhere(self) -> list[str]:
        """Return the addresses outside the origin that were asked since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return [url for url in asked if not url.startswith((f"{self.origin}/", "data:", "blob:"))]


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory, downloads: Path) -> Iterator[Reader]:
    """A browser before a server of the example graph and a hostile document."""
    store = build(tmp_path_factory.mktemp("explorer") / "graph")
    options = ChromeOptions()
    assert CHROMIUM is not None
    options.binary_location = CHROMIUM
    profile = tmp_path_factory.mktemp("profile")
    switches = (
        "headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
        "disable-component-update", "disable-sync", "disable-dev-shm-usage", "window-size=1280,900", "lang=zh-CN",
        f"user-data-dir={profile}",
    )  # fmt: skip
    for switch in switches:
        options.add_argument(f"--{switch}")
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(downloads), "intl.accept_languages": "zh-CN,zh"}
    )
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with serve(store) as client:
        driver = Chrome(options=options, service=ChromeService(DRIVER))
        try:
            driver.get("about:blank")  # leaves the browser's own page, which asks for more while it opens
            yield Reader(driver, str(client.base_url))
        finally:
            driver.quit()


@pytest.fixture
def reader(browser: Reader) -> Iterator[Reader]:
    """The reader, whose console must stay silent and whose browser must ask nobody else."""
    browser.driver.delete_all_cookies()
    browser.complaints()
    browser.elsewhere()
    yield browser
    assert browser.complaints() == []
    assert browser.elsewhere() == []


def drawn(reader: Reader) -> int:
    """Return how many nodes the graph shows, once it is drawn."""
    return int(reader.until(lambda: reader.one("#graph").get_attribute("data-nodes")))


def test_a_reader_finds_an_entity_by_typing_and_comes_back(reader: Reader) -> None:
    reader.go("/")
    box = reader.one("#q")
    box.send_keys("sqsd")
    reader.until(lambda: any("三区三地" in option.text for option in reader.all("#suggestions li")))
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    reader.until(lambda: reader.path == ENTITY)
    assert reader.one("h1").text == "三区三地"
    assert any("转型" in definition.text for definition in reader.all(".definition"))
    assert drawn(reader) > 5
    reader.driver.back()
    reader.until(lambda: reader.path == "/")
    reader.one("#q").clear()
    reader.one("#q").send_keys("黄河")
    reader.one(".searchbox button").click()
    reader.until(lambda: reader.path == "/search")
    reader.one(".results a.entity")
    names = [link.text for link in reader.all(".results a.entity")]
    assert "黄河流域生态保护和高质量发展" in names
    reader.driver.find_element(By.LINK_TEXT, "黄河流域生态保护和高质量发展").click()
    reader.until(lambda: reader.path.startswith("/entity/"))
    reader.driver.back()
    reader.until(lambda: reader.path == "/search")
    reader.until(lambda: [link.text for link in reader.all(".results a.entity")] == names)


def test_facets_narrow_a_search_and_are_taken_away(reader: Reader) -> None:
    reader.go("/search?q=黄河")
    everything = len(reader.all(".results li"))
    reader.driver.find_element(By.PARTIAL_LINK_TEXT, "乡镇级").click()
    reader.until(lambda: "level=township" in reader.driver.current_url)
    narrowed = reader.all(".results li")
    assert 0 < len(narrowed) < everything
    assert all("乡镇级" in item.text for item in narrowed)
    reader.one("a.chosen").click()
    reader.until(lambda: "level" not in reader.driver.current_url)
    assert len(reader.all(".results li")) == everything


def closed(reader: Reader) -> dict[str, Any]:
    """Return a node of the graph that can be expanded, other than the one whose page it is."""
    return reader.run(
        "const g = document.querySelector('#graph').explorer;"
        "const n = g.nodes().filter(n => n.data('hidden') > 0 && n.data('hidden') < 20 && !n.data('focus'))[0];"
        "const {id, hidden, label, name} = n.data(); return {id, hidden, label, name};"
    )


def at(reader: Reader, node: str) -> ActionChains:
    """Point at a node of the graph."""
    graph = reader.one("#graph")
    reader.run("arguments[0].scrollIntoView({block: 'center'})", graph)
    place = reader.run(
        "return document.querySelector('#graph').explorer.getElementById(arguments[0]).renderedPosition()", node
    )
    size = graph.size
    spot = (place["x"] - size["width"] / 2, place["y"] - size["height"] / 2)
    return ActionChains(reader.driver).move_to_element_with_offset(graph, *spot)


def test_a_double_click_expands_by_the_number_that_was_shown_and_folds_again(reader: Reader) -> None:
    reader.go(ENTITY)
    before = drawn(reader)
    some = closed(reader)
    assert f"＋{some['hidden']}" in some["label"]
    at(reader, some["id"]).double_click().perform()
    reader.until(lambda: drawn(reader) > before)
    assert drawn(reader) == before + some["hidden"]
    left = reader.run(
        "return document.querySelector('#graph').explorer.getElementById(arguments[0]).data('hidden')", some["id"]
    )
    assert left == 0
    at(reader, some["id"]).double_click().perform()
    reader.until(lambda: drawn(reader) == before)
    at(reader, some["id"]).double_click().perform()
    reader.until(lambda: drawn(reader) > before)
    reader.one("[data-graph=reset]").click()
    reader.until(lambda: drawn(reader) == before)


def test_what_is_expanded_and_chosen_stands_in_the_address(reader: Reader) -> None:
    reader.go(ENTITY)
    before = drawn(reader)
    first = closed(reader)
    at(reader, first["id"]).double_click().perform()
    reader.until(lambda: drawn(reader) > before)
    once = drawn(reader)
    second = closed(reader)
    at(reader, second["id"]).double_click().perform()
    reader.until(lambda: drawn(reader) > once)
    twice = drawn(reader)
    address = reader.driver.current_url
    assert [unquote(part.partition("=")[2]) for part in urlsplit(address).query.split("&")] == [
        node["id"].removeprefix("https://w3id.org/policy-lineage/id/") for node in (first, second, second)
    ]
    reader.driver.get("about:blank")
    reader.driver.get(address)
    assert drawn(reader) == twice
    reader.until(lambda: second["name"] in reader.said("#graph-detail"))
    reader.one("a.language").click()
    reader.until(lambda: reader.one("html").get_attribute("lang") == "en")
    assert drawn(reader) == twice
    reader.go(f"{ENTITY}?lang=zh")
    drawn(reader)
    for node, count in ((first, once), (second, twice)):
        at(reader, node["id"]).double_click().perform()
        reader.until(lambda count=count: drawn(reader) == count)
    reader.driver.back()
    reader.until(lambda: drawn(reader) == once)
    reader.driver.back()
    reader.until(lambda: drawn(reader) == before)
    reader.driver.forward()
    reader.until(lambda: drawn(reader) == once)


def test_the_copied_address_is_the_one_shown(reader: Reader) -> None:
    reader.go(f"{ENTITY}?whole=1")
    drawn(reader)
    reader.run("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }")
    for button in reader.all("button.copy"):
        button.click()
        reader.until(lambda button=button: button.text == "已复制")
        assert reader.run("return window.copied") == reader.driver.current_url
    assert reader.driver.current_url.endswith("?whole=1")


@pytest.mark.parametrize("width", [1400, 390])
def test_the_graph_of_a_village_opens_whole_and_readable(reader: Reader, width: int) -> None:
    device = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
    try:
        reader.go(VILLAGE)
        assert drawn(reader) > 5
        zoom, left, right, top, bottom, x, y, w, h = reader.run(
            "const g = document.querySelector('#graph').explorer, b = g.elements().renderedBoundingBox();"
            "const f = g.nodes('[?focus]')[0].renderedPosition();"
            "return [g.zoom(), b.x1, b.x2, b.y1, b.y2, f.x, f.y, g.width(), g.height()]"
        )
        assert 0.6 <= zoom <= 1
        assert 0 < x < w and 0 < y < h
        if width == 1400:
            assert left >= 0 and top >= 0 and right <= w and bottom <= h
        labels = [band.get_attribute("textContent") for band in reader.all("#graph .bands div")]
        assert labels[0] == "国家级" and labels[-1] == "村"
        before = drawn(reader)
        more = int(reader.one("[data-graph=whole] span").text.removeprefix("＋"))
        reader.one("[data-graph=whole]").click()
        reader.until(lambda: drawn(reader) == before + more)
        assert not reader.one("[data-graph=whole]").is_displayed()
    finally:
        reader.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_line_of_the_graph_is_one_click_from_its_sentence(reader: Reader) -> None:
    reader.go(ENTITY)
    drawn(reader)
    graph = reader.one("#graph")
    reader.run("arguments[0].scrollIntoView({block: 'center'})", graph)
    place = reader.run(
        "const g = document.querySelector('#graph').explorer;"
        "const e = g.edges().filter(e => e.data('basis') === 'stated' && e.source().data('focus'))[0];"
        "return e.renderedMidpoint();"
    )
    size = graph.size
    spot = (place["x"] - size["width"] / 2, place["y"] - size["height"] / 2)
    ActionChains(reader.driver).move_to_element_with_offset(graph, *spot).click().perform()
    link = reader.one("#graph-detail a.source")
    sentence = link.text
    assert "三区三地" in sentence
    reader.driver.refresh()
    reader.until(lambda: reader.said("#graph-detail a.source") == sentence)
    reader.one("#graph-detail a.source").click()
    reader.until(lambda: reader.all("dialog[open] .cited"))
    cited = "".join(piece.text for piece in reader.all("dialog[open] .cited"))
    assert cited.replace(" ", "") == sentence.replace(" ", "")


def test_the_wheel_scrolls_the_page_over_the_graph(reader: Reader) -> None:
    reader.go(VILLAGE)
    drawn(reader)
    graph = reader.one("#graph")
    zoom = reader.run("return document.querySelector('#graph').explorer.zoom()")
    ActionChains(reader.driver).scroll_from_origin(ScrollOrigin.from_element(graph), 0, 200).perform()
    reader.until(lambda: reader.run("return scrollY") > 100)
    assert reader.run("return document.querySelector('#graph').explorer.zoom()") == zoom


def test_the_graph_is_walked_and_expanded_by_keyboard(reader: Reader) -> None:
    reader.go(ENTITY)
    before = drawn(reader)
    graph = reader.one("#graph")
    graph.send_keys(Keys.ARROW_UP)
    reader.until(lambda: reader.one("#graph-detail").text.startswith("三区三地"))
    graph.send_keys(Keys.ENTER)
    reader.until(lambda: drawn(reader) > before)
    graph.send_keys(Keys.ARROW_UP)
    above = reader.one("#graph-detail b").text
    assert above != "三区三地"
    graph.send_keys(Keys.SPACE)
    reader.until(lambda: reader.path != ENTITY)
    assert reader.one("h1").text == above


def test_evidence_opens_at_the_cited_sentence(reader: Reader) -> None:
    reader.go(ENTITY)
    link = next(link for link in reader.all("#above blockquote a.source") if link.text)
    sentence = link.text
    link.click()
    reader.until(lambda: reader.all("dialog[open] .cited"))
    cited = "".join(piece.text for piece in reader.all("dialog[open] .cited"))
    assert cited.replace(" ", "") == sentence.replace(" ", "")
    box, piece = reader.one("dialog .text").rect, reader.all("dialog .cited")[0].rect
    assert box["y"] <= piece["y"] <= box["y"] + box["height"]
    reader.driver.back()
    reader.until(lambda: not reader.all("dialog[open]"))
    assert reader.path == ENTITY
    reader.driver.forward()
    reader.until(lambda: reader.all("dialog[open] .cited"))
    reader.driver.refresh()
    reader.until(lambda: reader.all("dialog[open] .cited"))
    reader.one("dialog .close").click()
    reader.until(lambda: "see=" not in reader.driver.current_url)
    assert reader.path == ENTITY and not reader.all("dialog[open]")
    next(link for link in reader.all("#above blockquote a.source") if link.text == sentence).click()
    reader.until(lambda: reader.all("dialog[open] .cited"))
    reader.one("dialog .whole").click()
    reader.until(lambda: reader.path.startswith("/document/"))
    reader.until(
        lambda: (
            reader.run("return scrollY") > 0
            or reader.run("return document.querySelector('.cited').getBoundingClientRect().top") < 900
        )
    )
    top = reader.run("return document.querySelector('.cited').getBoundingClientRect().top")
    assert 0 <= top <= 900
    assert MARKER in reader.one(".notice").text
    reader.driver.back()
    reader.until(lambda: reader.path == ENTITY)


def test_overlapping_mentions_are_offered_in_a_menu(reader: Reader) -> None:
    reader.go(DOCUMENT)
    mark = reader.one("a.over")
    names = [one["name"] for one in json.loads(mark.get_attribute("data-all"))]
    assert len(names) > 1
    mark.click()
    menu = reader.one(".menu")
    assert all(name in menu.text for name in names)
    ActionChains(reader.driver).send_keys(Keys.ESCAPE).perform()
    reader.until(lambda: not reader.all(".menu"))
    assert reader.run("return document.activeElement === arguments[0]", mark)
    box = reader.one(".switches input[data-kind=Strategy]")
    box.click()
    assert all("off" in mark.get_attribute("class") for mark in reader.all("#text .k-Strategy"))
    assert reader.driver.current_url.endswith("?hide=Strategy")
    reader.driver.refresh()
    assert not reader.one(".switches input[data-kind=Strategy]").is_selected()
    assert all("off" in mark.get_attribute("class") for mark in reader.all("#text .k-Strategy"))


def test_a_passage_that_is_selected_has_an_address(reader: Reader) -> None:
    reader.go(DOCUMENT)
    selected = reader.run(
        "const ps = [...document.querySelectorAll('#text p')].filter(p => p.querySelectorAll('.m').length > 2);"
        "const marks = ps[1].querySelectorAll('.m'), range = document.createRange();"
        "range.setStart(marks[0].firstChild, 1); range.setEnd(marks[2].firstChild, 2);"
        "getSelection().removeAllRanges(); getSelection().addRange(range); return range.toString();"
    )
    reader.one("button.offer").click()
    reader.until(lambda: "at=" in reader.driver.current_url)
    start, end = map(int, urlsplit(reader.driver.current_url).query.removeprefix("at=").split("-"))
    reader.driver.refresh()
    assert "".join(piece.text for piece in reader.all("#text .cited")) == selected
    assert end - start == len(selected)


def test_a_question_is_set_answered_and_downloaded(reader: Reader, downloads: Path) -> None:
    reader.go("/queries")
    assert len(reader.all(".questions a")) >= 10
    reader.go("/queries/unserved-strategies")
    rows = len(reader.all("table.answer tbody tr"))
    field = reader.one("form.question input")
    field.clear()
    field.send_keys("鹳鸣镇")
    reader.one("button.run").click()
    reader.until(lambda: "township=" in reader.driver.current_url)
    assert reader.one("form.question input").get_attribute("value") == "鹳鸣镇"
    rows = len(reader.all("table.answer tbody tr"))
    reader.one("a.download").click()
    file = reader.until(lambda: next(iter(downloads.glob("*.csv")), None))
    reader.until(lambda: not list(downloads.glob("*.crdownload")))
    with file.open(encoding="utf-8-sig", newline="") as content:
        assert len(list(csv.DictReader(content))) == rows > 0


def test_a_row_leads_to_its_sentence_in_the_document(reader: Reader) -> None:
    reader.go("/queries/village-lineage?lang=zh")
    row = next(row for row in reader.all("table.answer tbody tr") if "一条主线" in row.text)
    cells = [cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
    assert "属于" in cells and "乡镇级" in cells
    row.find_elements(By.CSS_SELECTOR, "a")[-1].click()
    reader.until(lambda: reader.path.startswith("/document/"))
    cited = "".join(piece.text for piece in reader.all("#text .cited"))
    assert cited and any(cited == cell for cell in cells)


def test_the_editor_asks_completes_and_charts(reader: Reader) -> None:
    reader.go("/editor")
    reader.until(lambda: reader.run("return !!document.querySelector('#yasgui').editor"))
    reader.run("document.querySelector('#yasgui').editor.getTab().query()")
    reader.until(lambda: "中华民族伟大复兴" in reader.one(".yasr").text)
    link = reader.one(".yasr a.iri")
    assert urlsplit(link.get_attribute("href")).path.startswith("/entity/Strategy/")
    reader.one(".select_chart").click()
    reader.until(lambda: reader.all(".yasr_bars i"))
    hints = (
        "const tab = document.querySelector('#yasgui').editor.getTab(), yasqe = tab.getYasqe();"
        "yasqe.setValue(arguments[0]); yasqe.focus(); yasqe.getDoc().setCursor({line: 0, ch: arguments[0].length});"
        "yasqe.autocomplete(true);"
    )
    reader.run(hints, "PREFIX pl: <https://w3id.org/policy-lineage#> SELECT * { ?a pl:ser")
    reader.until(lambda: any("pl:serves" in hint.text for hint in reader.all(".CodeMirror-hints li")))
    reader.run(hints, "SELECT * { ?a ?b 三区三地")
    reader.until(lambda: any("三区三地" in hint.text for hint in reader.all(".CodeMirror-hints li")))
    reader.one(".CodeMirror-hints li").click()
    value = reader.run("return document.querySelector('#yasgui').editor.getTab().getYasqe().getValue()")
    assert value == "SELECT * { ?a ?b <https://w3id.org/policy-lineage/id/Strategy/山西省/三区三地>"
    reader.go(f"/editor?query={quote('CONSTRUCT { ?a <urn:x> ?b } { ?a pl:advances ?b } LIMIT 5')}")
    reader.until(lambda: reader.run("return !!document.querySelector('#yasgui').editor"))
    reader.run("document.querySelector('#yasgui').editor.getTab().query()")
    reader.until(lambda: reader.all(".select_graph"))
    reader.one(".select_graph").click()
    reader.until(lambda: reader.all(".yasr .graph canvas"))
    reader.until(lambda: "国家级" in reader.said(".yasr .bands"))


def test_the_editor_flags_what_the_server_refuses_and_nothing_else(reader: Reader) -> None:
    def flagged(query: str) -> bool:
        reader.run("document.querySelector('#yasgui').editor.getTab().setQuery(arguments[0])", query)
        state = "const y = document.querySelector('#yasgui').editor.getTab().getYasqe(); return y.queryValid"
        marked = bool(reader.all(".parseErrorIcon"))
        assert marked is not reader.run(state)
        return marked

    reader.go("/editor")
    reader.until(lambda: reader.run("return !!document.querySelector('#yasgui').editor"))
    ask = "return fetch('/sparql', {method: 'POST', body: new URLSearchParams({query: arguments[0]})}).then(r => r.ok)"
    for query, good in (
        ("SELECT ?s { ?s a pl:Strategy ; skos:prefLabel ?n ; dcterms:source ?d }", True),
        ("SELECT ?m { ?m nif:beginIndex ?b ; itsrdf:taIdentRef plid:x }", True),
        ("PREFIX eigen: <urn:eigen:> SELECT ?s { ?s eigen:a ?o ; pl:serves ?x }", True),
        ("SELECT ?s { ?s fremd:a ?o }", False),
        ("SELECT ?s { ?s pl:serves }", False),
    ):
        assert flagged(query) is not good, query
        assert reader.run(ask, query) is good, query
    reader.complaints()  # the browser itself says that two answers were refusals


def test_an_answer_of_the_editor_has_an_address(reader: Reader) -> None:
    def shown() -> str:
        return reader.run("return document.querySelector('#yasgui').editor?.getTab().getYasr().drawnPlugin || ''")

    first, second = "SELECT ?s ?o { ?s pl:advances ?o }", "SELECT (7 AS ?n) { }"
    reader.go("/")
    reader.run("localStorage.clear()")  # what earlier tests have chosen
    reader.go(f"/editor?query={quote(first)}")
    reader.until(lambda: reader.run("return !!document.querySelector('#yasgui').editor"))
    reader.run("document.querySelector('#yasgui').editor.getTab().query()")
    reader.until(lambda: shown() == "table")
    reader.one(".select_graph").click()
    reader.until(lambda: shown() == "graph" and reader.driver.current_url.endswith("view=graph"))
    reader.driver.refresh()
    reader.until(lambda: shown() == "graph" and "国家级" in reader.said(".yasr .bands"))
    reader.run("document.querySelector('#yasgui').editor.getTab().setQuery(arguments[0])", second)
    reader.until(lambda: "view=" not in reader.driver.current_url)
    reader.run("document.querySelector('#yasgui').editor.getTab().query()")
    reader.until(lambda: shown() == "table" and "7" in reader.said(".yasr_results tbody"))
    reader.driver.back()
    reader.until(lambda: shown() == "graph" and "国家级" in reader.said(".yasr .bands"))
    value = "return document.querySelector('#yasgui').editor.getTab().getYasqe().getValue()"
    assert reader.run(value) == first


def test_the_flow_is_drawn_pointed_at_and_leads_to_a_strategy(reader: Reader) -> None:
    reader.go("/flow")
    links = int(reader.until(lambda: reader.one("#flow").get_attribute("data-links")))
    assert links == len(reader.all("#flow path.flow")) == len(reader.all("table.answer tbody tr")) > 10
    assert reader.one("#flow .level").text == "乡镇级"
    assert reader.run("const b = document.querySelector('#flow'); return b.scrollWidth - b.clientWidth") == 0
    assert reader.run("return document.querySelector('#flow svg').clientWidth") > 1000
    field = reader.one("form.question input")
    field.send_keys("张营镇")
    reader.one("form.question select").send_keys("资金")
    reader.one("button.run").click()
    reader.until(lambda: "measure=money" in reader.driver.current_url)
    assert "6,250 万元" in reader.one("main").text
    reader.go("/flow")
    reader.until(lambda: reader.one("#flow").get_attribute("data-links"))
    nodes = reader.all("#flow a")
    boxes = reader.run(
        "return [...document.querySelectorAll('#flow a')].map(a => {"
        " const {x, y, width, height} = a.getBBox(); return [x, y, width, height]; })"
    )
    for index, (x1, y1, w1, h1) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[index + 1 :]:
            assert x1 + w1 <= x2 + 1 or x2 + w2 <= x1 + 1 or y1 + h1 <= y2 + 1 or y2 + h2 <= y1 + 1
    reader.run("arguments[0].focus()", nodes[0])
    assert reader.all("#flow path.aside") and len(reader.all("#flow path.aside")) < len(reader.all("#flow path.flow"))
    name = nodes[0].find_element(By.CSS_SELECTOR, "title").get_attribute("textContent").split("\n")[0]
    ActionChains(reader.driver).send_keys(Keys.ENTER).perform()
    reader.until(lambda: reader.path.startswith("/entity/"))
    assert reader.one("h1").text == name


def test_the_editor_speaks_chinese_but_leaves_results_alone(reader: Reader) -> None:
    query = 'SELECT ?x ?y { VALUES (?x ?y) { ("Table" "Show all") } }'
    reader.go(f"/editor?lang=zh&query={quote(query)}")
    reader.until(lambda: reader.run("return !!document.querySelector('#yasgui').editor"))
    reader.run("document.querySelector('#yasgui').editor.getTab().query()")
    reader.until(lambda: "Show all" in reader.one(".yasr_results tbody").text)
    assert reader.one(".yasr_results tbody").text.split() == ["1", "Table", "Show", "all"]
    assert "用时" in reader.one(".yasr_response_chip").text
    shown = reader.run(
        "const seen = [...document.querySelectorAll('#yasgui .yasr_header *, #yasgui .yasqe_buttons *')]"
        ".filter(e => e.checkVisibility());"
        "return seen.flatMap(e => [e.title, e.ariaLabel, e.placeholder, e.children.length ? '' : e.textContent])"
    )
    assert not [text for text in shown if text and any("a" <= letter.lower() <= "z" for letter in text)]
    assert not [link for link in reader.all("#yasgui a[href^=http]") if link.is_displayed()]


@pytest.mark.parametrize(
    ("language", "told", "none"), [("zh", "第 1 行第", "没有结果"), ("en", "can't be parsed", "No data")]
)
def test_the_editor_tells_a_refusal_in_a_line_and_what_is_empty(
    reader: Reader, language: str, told: str, none: str
) -> None:
    def asked(query: str, shown: str) -> str:
        reader.go(f"/editor?lang={language}&query={quote(query)}")
        reader.until(lambda: reader.run("return !!document.querySelector('#yasgui').editor"))
        reader.one(".yasqe_queryButton").click()
        return str(reader.until(lambda: reader.said(f".yasr_results {shown}")))

    refusal = asked("SELECT { ?x", "[role=alert]")
    assert told in refusal and "{" not in refusal
    complaints = reader.complaints()
    assert len(complaints) == 1 and "400" in complaints[0], "the browser's own line on the answer, no error of the page"
    assert not reader.all(".yasr_tryQuery")
    assert ("Response in" in reader.said(".yasr_response_chip")) == (language == "en")
    assert none in asked("SELECT ?x { ?x a pl:Nothing }", ".dt-empty")
    reader.until(lambda: ("Showing" in reader.said(".dt-info")) == (language == "en"))


def test_the_language_is_the_reader_s_and_stays(reader: Reader) -> None:
    reader.go(ENTITY)
    assert reader.one("html").get_attribute("lang") == "zh-CN"
    reader.one("a.language").click()
    reader.until(lambda: reader.one("html").get_attribute("lang") == "en")
    assert "Where it stands" in reader.one("main").text
    assert reader.one("h1").text == "三区三地"
    reader.go("/queries")
    assert reader.one("h1").text == "Questions"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_the_screen(reader: Reader, language: str, width: int) -> None:
    device = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
    try:
        pages = ("/", "/search?q=黄河", ENTITY, DOCUMENT, "/documents", "/flow", "/queries")
        for path in (*pages, "/queries/village-lineage", "/editor"):
            reader.go(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert reader.run("return document.documentElement.scrollWidth") <= width, path
            assert path == "/queries" or MARKER in reader.one(".notice").text, path
    finally:
        reader.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_hostile_texts_stay_texts(reader: Reader) -> None:
    trap = "/entity/Strategy/%253Cscript%253Ewindow.broken=1%253C%252Fscript%253E/陷阱"
    javascript = f"/entity/?iri={quote(JAVASCRIPT)}"
    document = "/document/%253Cscript%253E陷阱"
    others = (
        "/",
        "/documents",
        f"/search?q={quote('陷阱<script>window')}",
        f"/search?q=陷阱&kind={quote(HOSTILE)}",
        f"/document/?iri={quote('javascript:alert(1)')}",
        f"/queries/unserved-strategies?township={quote(HOSTILE)}",
        f"/flow?in={quote(HOSTILE)}&measure={quote(HOSTILE)}",
        f"{document}?hide={quote(HOSTILE)}&at={quote(HOSTILE)}",
        f"{ENTITY}?open={quote(HOSTILE)}&on={quote(HOSTILE)}&to={quote(HOSTILE)}&see={quote('javascript:alert(1)')}",
        f"{ENTITY}?see={quote('//example.org/document/x')}",
    )
    for path in (trap, javascript, document, *others):
        reader.go(path)
        if path in (trap, javascript):
            assert HOSTILE in reader.one("h1").get_attribute("textContent"), path
            assert drawn(reader) == 2
            reader.one("#graph").send_keys(Keys.ARROW_UP)
            reader.until(lambda: HOSTILE in reader.one("#graph-detail").get_attribute("textContent"))
            reader.run("document.querySelector('a.source').click()")
            reader.until(lambda: reader.all("dialog[open] .cited"))
        if path == document:
            assert HOSTILE in reader.one("#text").get_attribute("textContent")
            reader.run("document.querySelector('a.over').click()")
            assert HOSTILE in reader.one(".menu").get_attribute("textContent")
        assert reader.run("return window.broken") is None, path
        scripts = reader.run(
            "return [...document.scripts].filter(s => !s.src && s.type !== 'application/json').length"
            " + document.querySelectorAll('[onerror], [onload], [onclick], img').length"
        )
        assert scripts == 0, path
        links = reader.run("return [...document.links].map(a => a.href)")
        assert all(link.startswith(reader.origin) for link in links), path
        if reader.run("return performance.getEntriesByType('navigation')[0].responseStatus") >= 400:
            reader.complaints()  # the browser itself says that such a page was not found
    reader.go("/flow?in=某镇")
    reader.until(lambda: reader.one("#flow").get_attribute("data-links"))
    assert len(reader.all("#flow a")) == 2
    assert all(HOSTILE in title.get_attribute("textContent") for title in reader.all("#flow title"))
    assert not reader.all("#flow script, #flow img, #flow image, #flow foreignObject, #flow [onload]")
    assert reader.run("return window.broken") is None
    reader.go("/")
    reader.one("#q").send_keys("陷阱")
    reader.until(lambda: any(HOSTILE in o.get_attribute("textContent") for o in reader.all("#suggestions li")))
    query = 'SELECT ?s ?l { ?s skos:prefLabel ?l FILTER(CONTAINS(?l, "陷阱")) }'
    reader.go(f"/editor?query={quote(query)}&view={quote(HOSTILE)}")
    reader.until(lambda: reader.run("return !!document.querySelector('#yasgui').editor"))
    reader.run("document.querySelector('#yasgui').editor.getTab().query()")
    reader.until(lambda: "陷阱<script>" in reader.one(".yasr").text)
    assert reader.run("return window.broken") is None
    time.sleep(0.2)
