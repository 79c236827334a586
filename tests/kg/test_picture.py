"""Pictures: what is drawn where, one file each, nothing from outside, hostile text stays text."""

from __future__ import annotations

import errno
import html
import io
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import networkx
import pytest
from PIL import Image
from rich.console import Console

import kg
from kg.cli import main
from kg.picture import font
from kg.picture.flow import worded
from kg.picture.highlight import Highlighted, Mention
from kg.picture.layout import Layout, layout
from kg.picture.network import Network, folded, main_lines, network
from kg.picture.svg import because
from ontology.errors import NotFound, OutputError, UsageError
from ontology.terms import Basis, Kind, Level

if TYPE_CHECKING:
    from spacy.language import Language

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = ["<script>alert(1)</script>", '"></script><script>alert(2)</script>', "javascript:alert(3)", "href='x'"]


def town(strategies: int, projects: int, *, names: list[str] | None = None) -> Network:
    """Return a graph of national, provincial and township strategies with projects at the foot."""
    made: Network = networkx.MultiDiGraph()
    levels = [Level.NATIONAL, Level.PROVINCIAL, Level.TOWNSHIP]
    why = {"relation": "serves", "evidence": "围绕战略实施项目。", "document": "某镇_2023"}
    for index in range(strategies):
        level = levels[index % 3]
        label = f"第{index}个生态保护和高质量发展战略"
        made.add_node(f"s{index}", label=label, kind=str(Kind.STRATEGY), level=str(level))
        if index >= 3:
            made.add_edge(f"s{index}", f"s{index % 3 - 1 if index % 3 else 0}", basis="stated", confidence=0.9, **why)
    for index in range(projects):
        label = names[index] if names and index < len(names) else f"黄河滩涂第{index}号产业园建设项目"
        made.add_node(f"p{index}", label=label, kind=str(Kind.PROJECT), level="")
        basis = list(Basis)[index % 5]
        made.add_edge(f"p{index}", f"s{index % strategies}", basis=str(basis), confidence=0.5, **why)
    return made


def crossings(placed: Layout) -> int:
    """Return how often edges cross, straight lines between their points taken."""
    pieces = set()
    for (start, end), points in placed.ways.items():
        a, b = placed.boxes[start], placed.boxes[end]
        line = [(a.x, a.y), *points, (b.x, b.y)]
        pieces |= set(pairwise(line))
    found = 0
    listed = sorted(pieces)
    for i, (a1, a2) in enumerate(listed):
        for b1, b2 in listed[i + 1 :]:
            if len({a1, a2, b1, b2}) == 4:
                found += _turn(a1, a2, b1) != _turn(a1, a2, b2) and _turn(b1, b2, a1) != _turn(b1, b2, a2)
    return found


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) > (b[1] - a[1]) * (c[0] - a[0])


def overlaps(placed: Layout) -> list[tuple[str, str]]:
    return [
        (one, other)
        for (one, a), (other, b) in combinations(placed.boxes.items(), 2)
        if abs(a.x - b.x) < (a.width + b.width) / 2 - 0.01 and abs(a.y - b.y) < (a.height + b.height) / 2 - 0.01
    ]


@pytest.mark.parametrize(("strategies", "projects"), [(1, 0), (5, 20), (40, 160)])
def test_no_two_names_overlap(strategies: int, projects: int) -> None:
    placed = layout(network(town(strategies, projects)))
    assert len(placed.boxes) == strategies + projects
    assert overlaps(placed) == []
    assert all(box.x - box.width / 2 > 0 and box.x + box.width / 2 < placed.width for box in placed.boxes.values())


@pytest.mark.parametrize(("strategies", "projects"), [(5, 20), (40, 160)])
def test_no_link_runs_through_a_name_that_is_not_its_own(strategies: int, projects: int) -> None:
    made = town(strategies, projects)
    for index, (_, about) in enumerate(made.nodes(data=True)):  # neighbours of all heights
        about["label"] = "生态保护和高质量发展" * (index % 4 + 1)
    placed = layout(network(made))
    for (start, end), points in placed.ways.items():
        a, b = placed.boxes[start], placed.boxes[end]
        up = a.y > b.y
        line = [(a.x, a.top if up else a.bottom), *points, (b.x, b.bottom if up else b.top)]
        others = [box for node, box in placed.boxes.items() if node not in (start, end)]
        for (x1, y1), (x2, y2) in pairwise(line):
            for step in range(21):
                x, y = x1 + (x2 - x1) * step / 20, y1 + (y2 - y1) * step / 20
                inside = (abs(x - box.x) < box.width / 2 - 1 and abs(y - box.y) < box.height / 2 - 1 for box in others)
                assert not any(inside)


def test_the_nation_stands_on_top_and_projects_at_the_foot() -> None:
    whole = network(town(9, 12))
    placed = layout(whole)
    assert [band.name for band in placed.bands] == ["国家", "省", "乡镇", "项目"]
    for node, box in placed.boxes.items():
        about = whole.nodes[node]
        words = {"": "项目", "national": "国家", "provincial": "省", "township": "乡镇"}
        name = words[about["level"]]
        (band,) = (band for band in placed.bands if band.name == name)
        assert band.top <= box.top and box.bottom <= band.bottom


def test_what_serves_stands_below_within_a_level_and_circles_end() -> None:
    made: Network = networkx.MultiDiGraph()
    for name in "甲乙丙":
        made.add_node(name, label=name, kind="Strategy", level="township")
    made.add_edge("乙", "甲")
    placed = layout(network(made))
    assert placed.boxes["乙"].top > placed.boxes["甲"].bottom
    made.add_edge("甲", "丙")
    made.add_edge("丙", "乙")
    made.add_edge("丙", "丙")
    assert overlaps(layout(network(made))) == []


def test_sweeps_untangle_what_can_be_untangled() -> None:
    made: Network = networkx.MultiDiGraph()
    for index in range(8):
        made.add_node(f"t{index}", label=f"战略{index}", kind="Strategy", level="national")
        made.add_node(f"u{(index * 5) % 8}", label=f"镇战略{index}", kind="Strategy", level="township")
    for index in range(8):
        made.add_edge(f"u{index}", f"t{(index * 3) % 8}")
    assert crossings(layout(network(made))) == 0


def test_a_large_graph_folds_behind_strategies_with_counts() -> None:
    whole = network(town(30, 400))
    shown = folded(whole, 200)
    bundles = {node: about for node, about in shown.nodes(data=True) if about["members"]}
    hidden = [node for about in bundles.values() for node in about["members"]]
    assert len(shown) <= 200
    assert sorted([*hidden, *(node for node in shown if node not in bundles)]) == sorted(whole)
    assert {f"s{index}" for index in range(30)} <= set(shown)
    assert [node for node in shown if node not in bundles] == [node for node in whole if node in shown]
    for node, about in bundles.items():
        (strategy,) = shown.successors(node)
        assert about["label"] == f"＋项目 {len(about['members'])}"
        assert all(whole.has_edge(member, strategy) for member in about["members"])


def test_folding_keeps_the_way_up_and_leaves_nothing_loose() -> None:
    whole = network(town(120, 300))
    for index in range(7):  # a chain below a policy, which is folded with its policy
        whole.add_node(f"q{index}", **{**whole.nodes["s5"], "kind": "Policy"})
        whole.add_edge(f"q{index}", f"q{index - 1}" if index else "s5", **next(iter(whole["s5"]["s1"].values())))
    whole = whole.subgraph(next(part for part in networkx.weakly_connected_components(whole) if "s5" in part)).copy()
    assert len(whole) > 100
    whole.nodes["s5"]["focus"] = True
    shown = folded(whole, 100)
    assert {"s5", "s1"} <= set(shown)
    assert networkx.is_weakly_connected(shown)
    assert shown.nodes["+s5"]["label"].startswith("＋政策 7")
    assert layout(shown).width < 2_500
    assert overlaps(layout(shown)) == []


def test_main_lines_set_out_by_as_many_first_steps_as_there_are() -> None:
    links = [
        ("镇", "县", 0.9),
        ("县", "甲", 0.9),
        ("县", "乙", 0.9),
        ("县", "丙", 0.9),
        ("镇", "省", 0.9),
        ("省", "丁", 0.9),
    ]
    ranks = {"镇": 4, "县": 3, "省": 1, "甲": 0, "乙": 0, "丙": 0, "丁": 0}
    assert {("镇", "县"), ("镇", "省"), ("省", "丁")} < main_lines("镇", links, ranks, most=3)
    assert len(main_lines("镇", links, ranks, most=3)) == 5


def test_many_servants_hang_below_and_not_aside() -> None:
    placed = layout(network(town(1, 150)))
    boxes = placed.boxes.values()
    assert abs(placed.boxes["s0"].x - sum(box.x for box in boxes) / len(boxes)) < placed.width / 5
    assert placed.width < 2_400


def test_a_bundle_opens_below_the_picture_without_overlaps() -> None:
    import json

    page = kg.draw(town(30, 400)).html
    data = json.loads(re.search(r"const picture = (\{.*?\});\n", page, re.DOTALL)[1])  # type: ignore[index]
    assert sum(len(bundle["nodes"]) for bundle in data["bundles"].values()) >= 230
    for bundle in data["bundles"].values():
        rooms = [(n["x"], n["y"], n["box"]["width"], n["box"]["height"]) for n in bundle["nodes"]]
        assert all(y - height / 2 > data["height"] for _, y, _, height in rooms)
        for (x1, y1, w1, h1), (x2, y2, w2, h2) in combinations(rooms, 2):
            assert abs(x1 - x2) >= (w1 + w2) / 2 or abs(y1 - y2) >= (h1 + h2) / 2


@pytest.mark.parametrize("suffix", ["html", "svg", "png"])
def test_each_form_is_one_file(suffix: str, tmp_path: Path) -> None:
    path = kg.draw(town(5, 9), tmp_path / f"图.{suffix}")
    assert path.stat().st_size > 5_000


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.html, \.svg or \.png"):
        kg.draw(town(1, 1), tmp_path / "p.gif")


def test_a_picture_that_can_not_be_written_leaves_what_stood_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kg.draw(town(1, 1), tmp_path / "p.svg")
    for wrong in (tmp_path / "absent" / "p.svg", path / "p.svg"):
        with pytest.raises(OutputError, match="can't be written"):
            kg.draw(town(1, 1), wrong)
    before = path.read_text(encoding="utf-8")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("kg.output.os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        kg.draw(town(5, 9), path)
    assert path.read_text(encoding="utf-8") == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_page_asks_no_address_and_forbids_it() -> None:
    page = kg.draw(town(5, 9)).html
    assert not re.search(r"<(?:link|script|img|iframe)\b[^>]*(?:src|href)\s*=", page)
    assert "default-src 'none'" in page
    assert page.startswith("<!doctype html>")


def test_hostile_names_stay_text() -> None:
    picture = kg.draw(town(3, len(HOSTILE), names=HOSTILE), title="</title><script>alert(4)</script>")
    scripts = picture.html.count("<script")
    assert scripts == kg.draw(town(3, len(HOSTILE))).html.count("<script")
    assert "<script>alert" not in picture.html
    root = ET.fromstring(picture.svg)
    assert not [element for element in root.iter() if element.tag.endswith(("script", "foreignObject", "}a"))]
    assert "<iframe srcdoc=" in picture._repr_html_() and picture._repr_html_().count("<") == 2


@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")
def test_the_page_draws_in_a_browser_and_runs_nothing_foreign(tmp_path: Path) -> None:
    hostile = [*HOSTILE, "<img src=x onerror=\"document.title='HACKED'\">"]
    path = kg.draw(town(30, 400, names=hostile), tmp_path / "hostile.html", title="图")
    clicks = "unfold(Object.keys(picture.bundles)[0]); choose('n0'); document.title += panel.hidden;"
    done = _opened(path, clicks, tmp_path)
    assert "<title>图false</title>" in done.stdout
    assert "<canvas" in done.stdout and "向下：什么服务于它" in done.stdout
    assert "CONSOLE" not in done.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")
def test_boxes_are_drawn_wherever_the_picture_is_moved(tmp_path: Path) -> None:
    """Also where the origin of the picture has left the view, at which vis takes our boxes to stand."""
    looked = """
    const canvas = document.querySelector("canvas"), {color, id} = nodes.get().find(({id}) => id[0] === "n");
    const filled = () => {
      const patch = canvas.getContext("2d").getImageData(canvas.width / 2 - 30, canvas.height / 2 - 9, 60, 18).data;
      const wanted = [1, 3, 5].map((at) => parseInt(color.background.slice(at, at + 2), 16));
      for (let at = 0; at < patch.length; at += 4) if (wanted.every((part, n) => part === patch[at + n])) return true;
      return false;
    };
    network.once("afterDrawing", () => setTimeout(() => {
      network.moveTo({ position: network.getPosition(id), scale: 3 });
      network.body.emitter.emit("_redraw");
      document.title += filled();
    }));
    """
    page = kg.draw(town(30, 30), tmp_path / "a.html", title="图")
    assert "<title>图true</title>" in _opened(page, looked, tmp_path).stdout


def _opened(page: Path, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Open a page in the browser with a script at its end, and return what it then holds and says."""
    opened = page.with_name("opened.html")
    content = page.read_text(encoding="utf-8").replace("</body>", f"<script>{script}</script></body>")
    opened.write_text(content, encoding="utf-8")
    arguments = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        f" --disable-component-update --disable-sync --user-data-dir={folder / 'profile'} --virtual-time-budget=3000"
    )
    assert CHROMIUM is not None
    command = [CHROMIUM, *arguments.split(), "--dump-dom", opened.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


def test_no_word_at_a_link_hides_another() -> None:
    """A town's strategy that carries out twelve of the nation's has room for few words where the links set out."""
    made = town(3, 0)
    for index in range(12):
        made.add_node(f"n{index}", label=f"国家第{index}号战略", kind=str(Kind.STRATEGY), level=str(Level.NATIONAL))
        made.add_edge("s2", f"n{index}", relation="advances", basis="stated", confidence=0.9, evidence="", document="")
    words = [
        tuple(float(rect.get(side, "")) for side in ("x", "y", "width", "height"))
        for rect in ET.fromstring(kg.draw(made).svg).iter("{http://www.w3.org/2000/svg}rect")
        if rect.get("rx") == "4" and rect.get("opacity")
    ]
    assert words
    for (x, y, wide, high), (x2, y2, wide2, high2) in combinations(words, 2):
        assert x + wide <= x2 + 0.2 or x2 + wide2 <= x + 0.2 or y + high <= y2 + 0.2 or y2 + high2 <= y + 0.2


def test_a_drawn_link_says_no_basis_that_nobody_gave() -> None:
    why = {"relation": "advances", "basis": "", "confidence": 0.5, "evidence": "", "document": ""}
    assert because(why) == "落实" and "可信度 0.50" in because(why | {"basis": "stated"})


def test_control_characters_do_not_break_the_svg() -> None:
    ET.fromstring(kg.draw(town(3, 2, names=["一\x00二\ufffe\x1b[31m三", " \n "])).svg)


def test_the_svg_needs_no_font() -> None:
    picture = kg.draw(town(5, 9)).svg
    assert "<text" not in picture and f'id="g{ord("滩"):x}"' in picture
    assert "围绕战略实施项目。" in picture and "某镇_2023" in picture


def test_the_png_shows_chinese_without_fonts_of_the_machine() -> None:
    same = [kg.draw(town(3, 1, names=[name])) for name in ("黄河公园", "长江大桥")]
    pictures = [Image.open(io.BytesIO(picture.png)) for picture in same]
    assert pictures[0].size == pictures[1].size
    assert pictures[0].tobytes() != pictures[1].tobytes()
    assert font.outline("黄") != font.outline("河")


def test_rare_characters_are_left_to_the_reader() -> None:
    assert ">𠀀</text>" in kg.draw(town(3, 1, names=["𠀀村公园"])).svg


def test_the_font_is_small_licensed_and_knows_place_names() -> None:
    assert font.PATH.stat().st_size < 3_000_000
    assert "SIL OPEN FONT LICENSE" in (font.PATH.parent / "OFL.txt").read_text(encoding="utf-8")
    assert all(font.outline(character) for character in "张营镇舜帝村鹳栲栳郇濮亳衢暨“”（）、·")


def test_threads_read_the_font_together() -> None:
    for _ in range(5):
        for read in (font.advance, font._font):
            read.cache_clear()
        with ThreadPoolExecutor(4) as threads:
            assert set(threads.map(font.advance, "张营镇舜帝村鹳栲栳")) == {1.0}


def test_names_break_into_even_lines() -> None:
    assert font.wrapped("黄河流域生态保护和高质量发展", 9) == ["黄河流域生态保护和", "高质量发展"]
    assert font.wrapped("舜帝村", 9) == ["舜帝村"]
    assert font.wrapped("＋项目 14、村 10、政策 12、战略 2", 7.5) == ["＋项目 14、", "村 10、政策", "12、战略 2"]
    assert font.wrapped("甲乙丙丁2035ABCD戊己庚辛", 6) == ["甲乙丙丁", "2035ABCD", "戊己庚辛"]
    assert all(font.measure(line, 1) <= 10 for line in font.wrapped("长" * 60, 9))
    assert font.wrapped("长" * 60, 9)[-1].endswith("…")


def test_a_name_costs_no_more_time_than_can_be_shown_of_it() -> None:
    endless = "长" * 300_000  # character by character it would take an hour
    assert font.wrapped(endless, 9) == font.wrapped(endless[:400], 9)
    assert font.clipped(endless, 13, 100) == font.clipped(endless[:400], 13, 100)


def test_projects_flow_up_and_none_is_lost_on_the_way(graph: kg.Graph, tmp_path: Path) -> None:
    flow = kg.flow(graph, "张营镇")
    into: dict[str, float] = {}
    out: dict[str, float] = {}
    for (lower, upper), amount in flow.links.items():
        out[lower] = out.get(lower, 0) + amount
        into[upper] = into.get(upper, 0) + amount
    assert flow.links
    for node in into.keys() & out.keys():
        assert into[node] == out[node] or "张营镇" in node
    assert flow.save(tmp_path / "flow.png").read_bytes().startswith(b"\x89PNG")
    assert "个项目" in flow.svg


def test_money_flows_too(graph: kg.Graph) -> None:
    assert "万元" in kg.flow(graph, measure="money").svg
    with pytest.raises(NotFound, match="无此镇"):
        kg.flow(graph, "无此镇")
    with pytest.raises(UsageError, match="projects or money, not 'x'"):
        kg.flow(graph, measure="x")


def test_a_flow_starts_at_the_lowest_level_from_which_something_runs(tmp_path: Path) -> None:
    text = "鹳鸣县2023年政府工作报告\n\n贯彻乡村振兴战略，建设“稻香鹳鸣”。围绕“稻香鹳鸣”，建设粮食物流园项目。\n"
    (tmp_path / "鹳鸣县_2023.txt").write_text(text, encoding="utf-8")
    kg.build(tmp_path / "鹳鸣县_2023.txt", store=tmp_path / "graph")
    with kg.open(tmp_path / "graph") as built:
        flow = kg.flow(built)
    names = [[flow.things[end].name for end in link] for link in flow.links]
    assert (flow.level, names) == (Level.COUNTY, [["稻香鹳鸣", "乡村振兴战略"]])
    assert flow.title == "项目流向：从县级战略到国家级战略"


def test_a_flow_says_how_much_it_leaves_out(graph: kg.Graph) -> None:
    flow = kg.flow(graph, most=1)
    drawn = max(flow.links.values())
    assert 0 < drawn < flow.total
    assert all(f'id="g{ord(character):x}"' in flow.svg for character in "其余数额较小")


def test_a_terminal_shows_each_link_of_a_flow_in_a_row(graph: kg.Graph) -> None:
    flow = kg.flow(graph)
    narrow, wide = (Console(width=width, color_system=None) for width in (60, 1000))
    for console in (narrow, wide):
        with console.capture() as captured:
            console.print(flow)
        rows = captured.get().splitlines()[-len(flow.links) :]
        amounts = [worded(amount, "projects") for amount in flow.links.values()]
        assert all(row.rstrip().endswith(f" {amount}") for row, amount in zip(rows, amounts, strict=True))
        assert ("…" in captured.get()) is (console is narrow)


def test_pictures_are_named_by_kind_and_title(graph: kg.Graph) -> None:
    drawn = kg.draw(graph.lineage("西敬村", "张营镇"))
    made = (kg.flow(graph, "张营镇"), kg.timeline(graph, "乡村振兴"), drawn, Highlighted("张营镇", "", ()))
    assert [repr(picture) for picture in made] == [
        "<Flow 张营镇项目流向：从乡镇级战略到国家级战略>",
        "<Timeline “乡村振兴”：历年各级的使用>",
        "<Layered 西敬村>",
        "<Highlighted 张营镇>",
    ]


def test_a_timeline_counts_mentions_by_year_and_level(graph: kg.Graph) -> None:
    timeline = kg.timeline(graph, "三区三地")
    frame = timeline.frame
    assert {"provincial", "prefecture", "county", "township"} <= set(frame["level"])
    assert set(frame["year"]) == {2022, 2023}
    assert "三区三地" in ET.fromstring(timeline.svg).get("aria-label", "")
    with pytest.raises(NotFound):
        kg.timeline(graph, "从未提过")
    assert kg.timeline(graph, " “三区三地” ").svg == timeline.svg


def test_a_form_within_a_longer_one_is_counted_once(tmp_path: Path) -> None:
    text = "鹳鸣镇2023年政府工作报告\n\n实施乡村振兴战略，修渠三里。围绕乡村振兴，种树百亩。\n"
    (tmp_path / "鹳鸣镇_2023.txt").write_text(text, encoding="utf-8")
    kg.build(tmp_path / "鹳鸣镇_2023.txt", store=tmp_path / "graph")
    with kg.open(tmp_path / "graph") as built:
        forms = built.query("SELECT ?f { ?m itsrdf:taIdentRef/skos:prefLabel '乡村振兴战略'@zh ; nif:anchorOf ?f }")
        assert sorted(row.f for row in forms) == ["乡村振兴", "乡村振兴", "乡村振兴战略"]
        assert list(kg.timeline(built, "乡村振兴战略").frame["mentions"]) == [2]
        assert [row.form for row in built.query("mentions", name="乡村振兴战略")] == ["乡村振兴战略", "乡村振兴"]


def test_a_timeline_tells_of_documents_of_unknown_year(sources: Path, tmp_path: Path, toy: Language) -> None:
    (sources / "丁镇.txt").write_text("建设“书香丁镇”，服务“兴国战略”。", encoding="utf-8")
    kg.build(sources, store=tmp_path / "graph", nlp=toy)
    with kg.open(tmp_path / "graph") as built:
        timeline = kg.timeline(built, "兴国战略")
        assert timeline.undated == 1 and len(timeline.frame) == 2
        console = Console(width=80, color_system=None)
        with console.capture() as captured:
            console.print(timeline)
        assert "另有 1 份年份不详的文件" in captured.get()
        assert all(f'id="g{ord(character):x}"' in timeline.svg for character in "另份详未列")
        assert kg.timeline(built, "实力甲镇").undated == 0
        with pytest.raises(NotFound, match="1 of unknown year do"):
            kg.timeline(built, "书香丁镇")
        with pytest.raises(NotFound, match="there are 书香丁镇"):
            kg.timeline(built, "香丁")


def test_a_highlighted_text_is_the_text(graph: kg.Graph, tmp_path: Path) -> None:
    text = kg.highlight(graph, "township_张营镇_2023_示例")
    main = re.search(r"<main>(.*)</main>", text.html, re.DOTALL)
    assert main is not None
    assert html.unescape(re.sub(r"<[^>]*>", "", main[1])) == text.text
    assert re.search(r"<mark title=\"[^\"]*战略：三区三地[^>]*>三区三地</mark>", text.html)
    assert text.save(tmp_path / "text.html").exists()
    with pytest.raises(UsageError):
        text.save(tmp_path / "text.png")
    with pytest.raises(NotFound):
        kg.highlight(graph, "无此文件")


def test_overlapping_and_hostile_mentions() -> None:
    source = "甲乙<script>丙丁"
    names = [
        Mention(0, 2, Kind.VILLAGE, "一"),
        Mention(1, 11, Kind.PROJECT, '"><b>'),
        Mention(0, 12, Kind.POLICY, "二"),
    ]
    page = Highlighted("题", source, names).html
    main = re.search(r"<main>(.*)</main>", page, re.DOTALL)
    assert main is not None and html.unescape(re.sub(r"<[^>]*>", "", main[1])) == source
    assert "<script" not in page and "<b>题" in page and page.count("<b>") == 1
    assert page.count("<mark") == 4


def test_flow_timeline_and_highlight_print_their_figures_or_draw(
    example_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--store", str(example_store)]
    document = "township_张营镇_2023_示例"
    for command, told in (
        (["flow", "--in", "张营镇", "--measure", "money"], "6,250 万元"),
        (["timeline", "三区三地"], document),
        (["highlight", document], "幸福张营"),
    ):
        assert main([*command, *where]) == 0
        assert told in capsys.readouterr().out
        page = tmp_path / f"{command[0]}.html"
        assert main([*command, *where, "-o", str(page)]) == 0
        assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    for form in ("svg", "png"):
        assert main(["flow", *where, "-o", str(tmp_path / f"flow.{form}")]) == 0
        assert main(["timeline", "三区三地", *where, "-o", str(tmp_path / f"timeline.{form}")]) == 0
    assert len(list(tmp_path.iterdir())) == 7
    assert capsys.readouterr().out == ""
