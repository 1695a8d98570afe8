"""The network page in a real browser, from a real server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from pyoxigraph import DefaultGraph, RdfFormat

from tests.explorer.conftest import Look, Visit, run_server
from tests.explorer.sample import study
from tests.network.sample import ENTITIES, LISTS, PAPERS, Sample

if TYPE_CHECKING:
    from playwright.sync_api import Download, Locator

pytestmark = pytest.mark.browser

STUDIES = 70
HUB = "entity/reinforcement-learning"
LEAF = "entity/leaf-routing"
FERN = "paper/arxiv-2501.00001"
POND = "paper/arxiv-2502.00002"
TIDAL = "paper/doi-10.9999%2Ftidal.3"
NOTES = "paper/arxiv-2503.00004"
AROUND_HUB = "reinforcement learning"
_PICTURE = "document.querySelector('.network .canvas')?.picture"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose graph has a node with more neighbours than come at a time."""
    sample = Sample(ENTITIES)
    for paper in (*PAPERS, *map(study, range(STUDIES))):
        sample.paper(paper)
    path = tmp_path_factory.mktemp("large") / "graph.nt"
    sample.finish(LISTS).dump(path, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    with run_server(path) as address:
        yield address


class Network:
    """The network page, as somebody sees and handles it."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.page = visit.page

    def ids(self) -> list[str]:
        """What is shown."""
        shown: list[str] = self.page.evaluate(f"{_PICTURE}?.shown.ids ?? []")
        return shown

    def places(self) -> dict[str, list[float]]:
        """Where each node stands."""
        places: dict[str, list[float]] = self.page.evaluate(
            f"Object.fromEntries({_PICTURE}.shown.ids.map((id) => [id, {_PICTURE}.spot(id)]))"
        )
        return places

    def until(self, condition: Callable[[], Any]) -> None:
        """Wait for a condition; Playwright's own way needs an ``eval`` that the page's policy forbids."""
        for _ in range(600):
            if condition():
                return
            self.page.wait_for_timeout(25)
        raise AssertionError("waited in vain")

    def settle(self, count: int | None = None) -> list[str]:
        """Wait until so many nodes are shown and nothing moves any more."""
        busy = "document.querySelector('.network .canvas')?.getAttribute('aria-busy')"
        self.until(
            lambda: (count is None or len(self.ids()) == count) and self.page.evaluate(busy) == "false"
        )
        return self.ids()

    def still(self, node: str) -> tuple[float, float]:
        """Where a node is on the screen, once the camera stands."""
        where = f"""id => {{
            const {{ x, y }} = {_PICTURE}.where(id);
            const frame = document.querySelector('.network .canvas').getBoundingClientRect();
            return [x + frame.left, y + frame.top];
        }}"""
        self.settle()
        self.until(lambda: not self.page.evaluate(f"{_PICTURE}.sigma.getCamera().isAnimated()"))
        # What is under the mouse is read from the last frame.
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        x, y = self.page.evaluate(where, node)
        return x, y

    def click(self, node: str, **how: Any) -> None:
        self.page.mouse.click(*self.still(node), **how)

    @property
    def panel(self) -> Locator:
        return self.page.locator(".network .panel")

    @property
    def menu(self) -> Locator:
        return self.page.get_by_role("menu")

    def do(self, name: str) -> None:
        """Press one of the buttons for the chosen node."""
        self.panel.get_by_role("button", name=name).click()

    def heading(self, text: str) -> None:
        expect(self.panel.locator("h2")).to_have_text(text)

    def press(self, name: str) -> None:
        self.page.get_by_role("group", name="Tools").get_by_role("button", name=name, exact=True).click()

    def export(self, name: str) -> Download:
        tools = self.page.get_by_role("group", name="Tools")
        tools.get_by_text("Export", exact=True).click()
        with self.page.expect_download() as download:
            tools.get_by_role("button", name=name).click()
        return download.value


def expect(locator: Locator) -> Any:
    from playwright.sync_api import expect as expect_that

    return expect_that(locator)


Open = Callable[..., Network]


@pytest.fixture
def show(look: Look, large: str) -> Open:
    def show(path: str, **options: Any) -> Network:
        return Network(look(path, **({"address": large} | options)))

    return show


def around(node: str) -> str:
    return f"/network?start={quote(node, safe='')}"


def test_a_start_brings_the_node_and_what_is_near(show: Open) -> None:
    network = show(around(FERN))
    ids = network.settle(12)
    assert {FERN, LEAF, "entity/fernlm-7b", "entity/pondqa"} <= set(ids)
    network.heading("FernLM: Leaf Routing for Patient Language Models")
    expect(network.panel.locator("mark").first).to_be_visible()
    assert network.visit.path.startswith("/network#do=start,paper/arxiv-2501.00001;expand,")
    assert "12 nodes" in (network.page.locator(".tally").text_content() or "")


def test_a_hub_comes_in_pages_the_most_relevant_first(show: Open) -> None:
    network = show(around(HUB))
    first = network.settle(51)
    more = network.panel.get_by_role("button", name="Expand everything near")
    total = STUDIES + 3
    expect(more).to_contain_text(f"{total - 50} more of {total}")
    more.click()
    ids = network.settle(total + 1)
    assert ids[: len(first)] == first
    expect(network.panel.get_by_role("button", name="Expand everything near")).to_be_disabled()


def test_one_relation_at_a_time(show: Open) -> None:
    network = show(f"/network#do=start,{LEAF}")
    network.settle(1)
    network.click(LEAF, button="right")
    expect(network.menu).to_be_visible()
    items = network.menu.get_by_role("menuitem")
    assert [text.split("\n")[0] for text in items.all_inner_texts()][:3] == [
        "Expand everything near",
        "Introduced by",
        "Used by",
    ]
    items.filter(has_text="Used by").click()
    assert set(network.settle(2)) == {LEAF, TIDAL}


def test_collapse_drops_what_only_that_node_brought(show: Open) -> None:
    network = show(f"/network#do=start,{FERN};start,entity/mosslm;expand,{FERN},,,0&chosen={FERN}")
    network.settle(12)
    network.do("Collapse")
    assert set(network.settle(2)) == {FERN, "entity/mosslm"}
    network.press("Undo")
    network.settle(12)


def test_hide_remove_undo_and_redo(show: Open) -> None:
    network = show(around(FERN))
    before = network.settle(12)
    places = network.places()
    network.click(LEAF)
    network.heading("leaf routing")
    network.do("Hide")
    network.settle(11)
    network.page.get_by_role("button", name="Show 1 hidden").click()
    network.settle(12)
    network.do("Remove")
    network.settle(11)
    network.page.locator(".network .canvas").focus()
    for count in (12, 11, 12):
        network.page.keyboard.press("Control+z")
        network.settle(count)
    assert network.ids() == before
    assert network.places() == places
    network.page.keyboard.press("Control+Shift+z")
    network.settle(11)
    assert LEAF not in network.ids()
    network.press("Redo")
    network.settle(12)
    network.press("Redo")
    network.settle(11)
    expect(network.page.get_by_role("button", name="Redo", exact=True)).to_be_disabled()


def test_back_and_forward_walk_the_operations(show: Open) -> None:
    network = show(f"/network#do=start,{LEAF}&chosen={LEAF}")
    network.settle(1)
    network.do("Expand everything near")
    count = len(network.settle(3))
    network.page.go_back()
    network.settle(1)
    network.page.go_forward()
    network.settle(count)
    network.page.goto(network.visit.address + f"/network#do=start,{HUB}")
    network.until(lambda: network.ids() == [HUB])
    network.page.go_back()
    network.settle(count)


def test_a_path_says_why_two_papers_are_connected(show: Open) -> None:
    network = show(f"/network?from={quote(FERN, safe='')}&to={quote(NOTES, safe='')}")
    network.settle()
    network.heading("Why these are connected")
    steps = network.panel.locator("ol.steps").first.locator("li")
    assert steps.count() >= 2
    assert network.panel.locator("mark").count() >= 1
    assert {FERN, NOTES} < set(network.ids())
    link = network.page.url
    assert f"path,{FERN}" in link


def test_a_path_is_asked_for_by_search_or_click(show: Open) -> None:
    network = show(f"/network#do=start,{POND};start,{LEAF}&chosen={LEAF}")
    network.settle(2)
    network.do("Why connected to…")
    network.page.get_by_text("Nodes on the canvas (2)").click()
    network.page.get_by_role("listbox", name="Nodes on the canvas").get_by_text("PondQA").click()
    network.heading("Why these are connected")
    network.page.keyboard.press("Escape")
    network.click(LEAF)
    network.do("Why connected to…")
    other = network.page.get_by_role("combobox", name="The other end")
    other.fill("island")
    network.page.locator(".network .search li").first.click()
    network.heading("No way between these")


def test_filters_hold_for_what_is_shown_and_for_what_comes(show: Open) -> None:
    network = show(around(FERN))
    network.settle(12)
    page = network.page
    page.get_by_label("Metrics").uncheck()
    network.until(lambda: "entity/accuracy" not in network.ids())
    assert "filter,types%3DMetric" in page.url
    page.get_by_label("Confidence").select_option("0.9")
    network.until(lambda: "entity/mosslm" not in network.ids())
    assert "entity/pondqa" in network.ids()
    page.get_by_label("trains on").uncheck()
    network.until(lambda: "entity/marsh-12k" not in network.ids())
    page.get_by_role("button", name="Show everything").click()
    network.settle(12)
    page.get_by_label("Until").select_option("2024")
    network.until(lambda: FERN not in network.ids())
    network.page.get_by_role("button", name="Show everything").click()
    network.settle(12)
    page.locator("select[name=list]").select_option(label=LISTS["marsh-notes"])
    network.until(lambda: FERN not in network.ids())
    assert "paper/arxiv-2404.00000" in network.ids()

    narrow = show(f"/network#do=filter,until%3D2023;start,{HUB};expand,{HUB},,,0")
    assert set(narrow.settle(3)) == {
        HUB,
        "paper/title-a-survey-of-ponds",
        "entity/offline-reinforcement-learning",
    }


def test_a_focus_shows_a_neighbourhood(show: Open) -> None:
    network = show(f"/network#do=start,{FERN};expand,{FERN},,,0;expand,entity/pondqa,,,0&chosen={LEAF}")
    everything = network.settle()
    network.do("Focus, 1 step")
    network.until(lambda: len(network.ids()) < len(everything))
    assert set(network.ids()) == {LEAF, FERN, TIDAL}
    network.do("Focus, 2 steps")
    network.until(lambda: len(network.ids()) > 3)
    network.page.locator(".tally").get_by_role("button", name="End the focus").click()
    network.settle(len(everything))


def test_a_link_opens_the_same_nodes_in_the_same_places(show: Open) -> None:
    network = show(around(FERN))
    network.settle(12)
    network.click("entity/accuracy")
    network.heading("accuracy")
    network.do("Expand everything near")
    network.until(lambda: len(network.ids()) > 12)
    network.settle()
    network.press("Rearrange")
    network.until(lambda: "seed,2" in network.page.url)
    network.settle()
    network.page.get_by_label("Tasks").uncheck()
    network.until(lambda: "filter,types" in network.page.url)
    again = show(network.visit.path)
    again.settle(len(network.ids()))
    assert again.ids() == network.ids()
    assert again.places() == network.places()
    again.heading("accuracy")
    assert not again.page.get_by_label("Tasks").is_checked()


def test_many_operations_are_packed_into_the_address(show: Open) -> None:
    hidden = "".join(f";hide,paper/arxiv-2404.{number:05}" for number in range(40))
    network = show(f"/network#do=start,{HUB};expand,{HUB},,,0{hidden}")
    network.settle()
    network.click(HUB)
    network.heading(AROUND_HUB)
    assert "packed=" in network.page.url
    assert len(network.page.url) < 600
    again = show(network.visit.path)
    again.settle(len(network.ids()))
    assert again.places() == network.places()
    requests = [url for url in again.visit.requests if "/api/expand" in url or "/api/graph" in url]
    assert len(requests) <= 3


def test_a_dragged_node_stays(show: Open) -> None:
    network = show(around(FERN))
    network.settle(12)
    x, y = network.still(LEAF)
    network.page.mouse.move(x, y)
    network.page.mouse.down()
    network.page.mouse.move(x + 40, y - 30, steps=4)
    network.page.mouse.move(x + 90, y - 60, steps=4)
    network.page.mouse.up()
    network.until(lambda: "pin,entity/leaf-routing" in network.page.url)
    network.settle()
    dropped = network.places()[LEAF]
    network.click(FERN)
    network.click("entity/accuracy")
    network.heading("accuracy")
    network.do("Expand everything near")
    network.until(lambda: len(network.ids()) > 12)
    network.settle()
    assert network.places()[LEAF] == dropped
    again = show(network.visit.path)
    again.settle(len(network.ids()))
    assert again.places() == network.places()


def test_a_line_shows_its_sentences(show: Open) -> None:
    network = show(f"/network#do=start,{FERN};start,{LEAF}")
    network.settle(2)
    (x, y), (to_x, to_y) = network.still(FERN), network.still(LEAF)
    network.page.mouse.click((x + to_x) / 2, (y + to_y) / 2)
    network.heading("Introduces")
    assert "leaf routing" in network.panel.locator("mark").all_text_contents()
    assert network.page.url.endswith(f"&chosen={FERN},{LEAF}")


def test_a_double_click_expands(show: Open) -> None:
    network = show(f"/network#do=start,{LEAF}")
    network.settle(1)
    network.page.mouse.dblclick(*network.still(LEAF))
    assert set(network.settle(3)) == {LEAF, FERN, TIDAL}


def test_exports(show: Open, tmp_path: Path) -> None:
    network = show(around(TIDAL))
    count = len(network.settle())
    network.still(TIDAL)
    network.export("Picture (PNG)").save_as(tmp_path / "network.png")
    header = (tmp_path / "network.png").read_bytes()[:24]
    assert header[1:4] == b"PNG"
    assert int.from_bytes(header[16:20], "big") > 800
    network.export("Drawing (SVG)").save_as(tmp_path / "network.svg")
    svg = ET.parse(tmp_path / "network.svg").getroot()
    names = "{http://www.w3.org/2000/svg}"
    assert len(list(svg.iter(f"{names}path"))) >= count
    assert len(list(svg.iter(f"{names}line"))) >= count - 1
    texts = " ".join(text.text or "" for text in svg.iter(f"{names}text"))
    assert "<script>window.hacked=1" in texts
    assert {"Paper", "Method"} <= set(texts.split())
    network.export("Table of claims (CSV)").save_as(tmp_path / "claims.csv")
    assert "tidal optimization" in (tmp_path / "claims.csv").read_text(encoding="utf-8")
    network.export("Page (HTML)").save_as(tmp_path / "network.html")
    asked: list[str] = []
    page = network.page.context.browser.new_page() if network.page.context.browser else None
    assert page
    page.on("request", lambda request: asked.append(request.url))
    page.goto((tmp_path / "network.html").as_uri())
    shown = page.evaluate("kgPage.nodes.map(({ key }) => key)")
    page.close()
    assert sorted(shown) == sorted(network.ids())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_the_keyboard_alone(show: Open) -> None:
    network = show("/network")
    page, keyboard = network.page, network.page.keyboard
    search = page.get_by_role("combobox", name="Add a paper, name or alias")
    expect(page.get_by_role("heading", name="Begin anywhere")).to_be_visible()
    search.focus()
    keyboard.type("leaf rout")
    expect(page.locator(".network .search li").first).to_contain_text("leaf routing")
    keyboard.press("Enter")
    network.settle(3)
    network.heading("leaf routing")
    page.get_by_text("Nodes on the canvas (3)").focus()
    keyboard.press("Enter")
    keyboard.press("Tab")
    keyboard.type("fernlm")
    keyboard.press("Tab")
    keyboard.press("Enter")
    network.heading("FernLM: Leaf Routing for Patient Language Models")
    page.locator(".network .nodes ul").focus()
    keyboard.press("Shift+F10")
    expect(network.menu).to_be_visible()
    keyboard.press("Enter")
    network.until(lambda: len(network.ids()) > 3)
    network.settle()
    page.locator(".network .canvas").focus()
    ratio = f"{_PICTURE}.sigma.getCamera().ratio"
    before = page.evaluate(ratio)
    keyboard.press("+")
    network.until(lambda: page.evaluate(ratio) < before)
    keyboard.press("m")
    expect(network.menu).to_be_visible()
    keyboard.press("Escape")
    expect(network.menu).to_be_hidden()
    keyboard.press("Escape")
    network.heading("On the canvas")


def test_the_most_connected_part(show: Open) -> None:
    network = show("/network")
    network.page.get_by_role("button", name=re.compile("^All .* nodes$")).click()
    network.settle(len(PAPERS) + STUDIES + len(ENTITIES))
    assert network.page.url.endswith("/network#do=sample,200")
    network.press("Clear")
    expect(network.page.get_by_role("heading", name="Begin anywhere")).to_be_visible()
    network.press("Undo")
    network.settle(len(PAPERS) + STUDIES + len(ENTITIES))


@pytest.mark.parametrize(
    "fragment",
    [
        "do=%E0%A4%A",
        "do=explode,entity/pondqa",
        "do=expand,entity/pondqa,likes,in,0",
        "packed=AAAA",
        "packed=%",
        "x",
    ],
)
def test_a_broken_address_says_so(show: Open, fragment: str) -> None:
    network = show(f"/network#{fragment}")
    expect(network.page.get_by_role("alert")).to_contain_text("This address holds no canvas")
    assert network.ids() == []
    expect(network.page.get_by_role("heading", name="Begin anywhere")).to_be_visible()


def test_an_unknown_node_is_told_and_the_canvas_goes_on(show: Open) -> None:
    network = show(around("entity/no-such-thing"))
    expect(network.page.get_by_role("alert")).to_contain_text("This graph has no entity/no-such-thing")
    network.visit.messages.clear()
    network.page.get_by_role("combobox", name="Add a paper, name or alias").fill("leaf rout")
    network.page.locator(".network .search li").first.click()
    network.until(lambda: LEAF in network.ids())


def test_a_server_that_is_gone_is_told(show: Open) -> None:
    network = show(f"/network#do=start,{LEAF}&chosen={LEAF}")
    network.settle(1)
    network.page.route("**/api/**", lambda route: route.abort())
    network.do("Expand everything near")
    expect(network.page.get_by_role("alert").first).to_contain_text("The server does not answer")
    assert network.settle() == [LEAF]
    network.page.unroute("**/api/**")
    network.do("Expand everything near")
    network.settle(3)
    network.visit.messages.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_picture_and_details(show: Open, scheme: str) -> None:
    network = show(around(FERN), viewport={"width": 390, "height": 780}, color_scheme=scheme, has_touch=True)
    network.settle(12)
    assert network.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    box = network.page.locator(".network .canvas").bounding_box()
    assert box
    assert box["height"] > 250
