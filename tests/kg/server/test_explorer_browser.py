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


def test_a_double_click_expands_by_the_number_that_was_shown(reader: Reader) -> None:
    reader.go(ENTITY)
    before = drawn(reader)
    some = reader.run(
        "const g = document.querySelector('#graph').explorer;"
        "const n = g.nodes().filter(n => n.data('hidden') > 0 && n.data('hidden') < 20 && !n.data('focus'))[0];"
        "const {x, y} = n.renderedPosition(), {id, hidden, label} = n.data(); return {id, hidden, label, x, y};"
    )
    assert f"＋{some['hidden']}" in some["label"]
    graph = reader.one("#graph")
    reader.run("arguments[0].scrollIntoView({block: 'center'})", graph)
    size = graph.size
    spot = ActionChains(reader.driver).move_to_element_with_offset(
        graph, some["x"] - size["width"] / 2, some["y"] - size["height"] / 2
    )
    spot.double_click().perform()
    reader.until(lambda: drawn(reader) > before)
    assert drawn(reader) == before + some["hidden"]
    left = reader.run(
        "return document.querySelector('#graph').explorer.getElementById(arguments[0]).data('hidden')", some["id"]
    )
    assert left == 0
    reader.one("[data-graph=reset]").click()
    reader.until(lambda: drawn(reader) == before)


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
    link.click()
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
    box = reader.one(".switches input[data-kind=Strategy]")
    box.click()
    assert all("off" in mark.get_attribute("class") for mark in reader.all("#text .k-Strategy"))


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
    reader.until(lambda: "国家级" in reader.one(".yasr .bands").text)


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
        for path in ("/", "/search?q=黄河", ENTITY, DOCUMENT, "/queries", "/queries/village-lineage", "/editor"):
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
    reader.go("/")
    reader.one("#q").send_keys("陷阱")
    reader.until(lambda: any(HOSTILE in o.get_attribute("textContent") for o in reader.all("#suggestions li")))
    query = 'SELECT ?s ?l { ?s skos:prefLabel ?l FILTER(CONTAINS(?l, "陷阱")) }'
    reader.go(f"/editor?query={quote(query)}")
    reader.until(lambda: reader.run("return !!document.querySelector('#yasgui').editor"))
    reader.run("document.querySelector('#yasgui').editor.getTab().query()")
    reader.until(lambda: "陷阱<script>" in reader.one(".yasr").text)
    assert reader.run("return window.broken") is None
    time.sleep(0.2)
