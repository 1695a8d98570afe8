"""The page in a real browser, opened from disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from kg.errors import KgError
from kg.network import Evidence, Network, project, render_html, write_html
from kg.rdf import Iris
from kg.rdf.store import Store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

TITLE = 'Ponds </title><script>window.hacked=4</script> & "more"'


_ON_SCREEN = """place => {
    const at = kgPage.network.canvasToDOM(place);
    const frame = document.getElementById("network").getBoundingClientRect();
    return [at.x + frame.left, at.y + frame.top];
}"""


@dataclass
class Opened:
    """A page with all that went on in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def click_node(self, key: str) -> None:
        """Click where the picture shows a node, with the mouse."""
        x, y = self.page.evaluate(
            f"key => ({_ON_SCREEN})(kgPage.nodes.find((node) => node.key === key))", key
        )
        self.page.mouse.click(x, y)

    def is_hidden(self, key: str) -> bool:
        hidden: bool = self.page.evaluate(
            """key => {
                const { id } = kgPage.nodes.find((node) => node.key === key);
                return kgPage.network.body.nodes[id].options.hidden;
            }""",
            key,
        )
        return hidden

    def until(self, condition: str) -> None:
        """Wait for a condition; Playwright's own way needs an ``eval`` that the page's policy forbids."""
        for _ in range(200):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(25)
        raise AssertionError(condition)

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    def heading(self) -> str | None:
        return self.page.locator("#panel h2").text_content()


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def file(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "graph.html"
    write_html(project(store), store, path, title=TITLE)
    return path


@pytest.fixture
def show(browser: Browser, file: Path) -> Iterator[Open]:
    """Open a file in a new window; at the end nothing was requested, reported or run."""
    opened: list[Opened] = []

    def show(path: Path = file, anchor: str = "", **options: Any) -> Opened:
        page = browser.new_context(**{"viewport": {"width": 1300, "height": 850}} | options).new_page()
        now = Opened(page)
        page.on("request", lambda request: now.requests.append(request.url))
        page.on("console", lambda message: now.messages.append(message.text))
        page.on("pageerror", lambda error: now.messages.append(str(error)))
        page.on("dialog", lambda dialog: now.messages.append(dialog.message))
        page.goto(path.as_uri() + anchor)
        opened.append(now)
        return now

    yield show
    for each in opened:
        assert [url for url in each.requests if not url.startswith(("file:", "data:,"))] == []
        assert each.messages == []
        assert each.page.evaluate("typeof window.hacked") == "undefined"
        each.page.context.close()


@pytest.mark.browser
def test_the_page_draws_the_network_and_asks_for_nothing(show: Open) -> None:
    opened = show()
    assert opened.page.title() == TITLE
    assert opened.page.locator("h1").text_content() == TITLE
    opened.page.wait_for_function(  # shapes, lines and labels in several colours, once a frame is drawn
        """() => {
            const canvas = document.querySelector("#network canvas");
            const copy = new OffscreenCanvas(canvas.width, canvas.height);
            const drawing = copy.getContext("2d", { willReadFrequently: true });
            drawing.drawImage(canvas, 0, 0);
            const pixels = drawing.getImageData(0, 0, copy.width, copy.height).data;
            return new Set(new Uint32Array(pixels.buffer)).size > 20;
        }"""
    )
    assert opened.requests == [opened.page.url]


@pytest.mark.browser
def test_the_policy_stops_whatever_the_page_did_not_bring(show: Open) -> None:
    opened = show()
    ran = opened.page.evaluate(
        """async () => {
            const script = document.createElement("script");
            script.textContent = "window.injected = true";
            document.body.append(script);
            const image = document.createElement("img");
            image.setAttribute("onerror", "window.injected = true");
            image.src = "http://localhost:9/never.png";
            document.body.append(image);
            await new Promise((done) => setTimeout(done, 200));
            return Boolean(window.injected);
        }"""
    )
    assert not ran
    assert any("Content Security Policy" in message for message in opened.messages)
    opened.messages.clear()
    opened.requests.clear()


@pytest.mark.browser
def test_a_click_on_a_node_shows_its_claims_with_the_mention_marked(show: Open) -> None:
    opened = show()
    opened.click_node("entity/leaf-routing")
    assert opened.heading() == "leaf routing"
    text = opened.panel.inner_text()
    assert "Also: LR, Leaf Routing" in text
    assert "Introduced by" in text
    assert "97 %" in text
    assert opened.panel.locator("mark").all_text_contents()[:3] == ["Leaf Routing", "leaf routing", "LR"]
    assert opened.page.url.endswith("#entity/leaf-routing")


@pytest.mark.browser
def test_the_surest_claims_come_first(show: Open) -> None:
    opened = show()
    orders = opened.page.evaluate(
        """() => kgPage.nodes.flatMap((node) => {
            kgPage.go(node, false);
            return [...document.querySelectorAll("#panel ul")].map((list) =>
                [...list.querySelectorAll(".note[title=Confidence]")].map((note) =>
                    parseInt(note.textContent)));
        })"""
    )
    several = [order for order in orders if len(set(order)) > 1]
    assert several
    assert all(order == sorted(order, reverse=True) for order in several)


@pytest.mark.browser
def test_a_click_on_a_line_shows_that_claim(show: Open) -> None:
    opened = show()
    x, y = opened.page.evaluate(
        f"""() => {{
            const {{ from, to }} = kgPage.edges.find(({{ from, to }}) =>
                from.key === "paper/arxiv-2501.00001" && to.key === "entity/leaf-routing");
            return ({_ON_SCREEN})({{ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }});
        }}"""
    )
    opened.page.mouse.click(x, y)
    assert opened.heading() == "Introduces"
    assert "leaf routing" in opened.panel.locator("mark").all_text_contents()


@pytest.mark.browser
def test_a_paper_has_links_results_and_neighbours_to_walk_to(show: Open) -> None:
    opened = show()
    opened.click_node("paper/arxiv-2501.00001")
    links = opened.panel.locator("a")
    assert [(link.text_content(), link.get_attribute("href")) for link in links.all()] == [
        ("arXiv:2501.00001", "https://arxiv.org/abs/2501.00001"),
        ("Code", "https://example.org/fernlm"),
    ]
    assert {link.get_attribute("rel") for link in links.all()} == {"noopener noreferrer"}
    assert "71.5%" in opened.panel.locator(".score").all_text_contents()
    opened.panel.get_by_role("button", name="PondQA", exact=True).first.click()
    assert opened.heading() == "PondQA"
    opened.page.go_back()
    opened.page.get_by_role("heading", name="FernLM: Leaf Routing for Patient Language Models").wait_for()
    opened.page.go_back()
    opened.page.get_by_role("heading", name="Start anywhere").wait_for()


@pytest.mark.browser
def test_a_result_is_shown_with_its_number_marked(show: Open) -> None:
    opened = show(anchor="#entity/reedbench")
    opened.panel.get_by_role("heading", name="Results that name it").wait_for()
    assert opened.panel.locator(".score").text_content() == "+4.2%"
    assert opened.panel.locator("mark").last.text_content() == "+4.2%"


@pytest.mark.browser
def test_hostile_titles_and_links_are_text(show: Open) -> None:
    opened = show()
    opened.click_node("paper/doi-10.9999%2Ftidal.3")
    assert opened.heading() == "<script>window.hacked=1</script> Attacks on Reinforcement Learning"
    assert opened.panel.locator("a").count() == 0, "its links are javascript:"
    opened.click_node("entity/img-onerror")
    assert opened.heading() == '<img src=x onerror="window.hacked=2">'
    assert opened.panel.locator("mark").first.text_content() == '<img src=x onerror="window.hacked=2">'
    assert opened.page.locator("img").count() == 0


@pytest.mark.browser
def test_search_finds_names_aliases_and_titles(show: Open) -> None:
    opened = show()
    search = opened.page.get_by_role("combobox", name="Search")
    options = opened.page.locator("#matches").get_by_role("option")
    search.fill("tidalopt")
    assert options.all_inner_texts() == ["tidal optimization\nTidalOpt"]
    options.first.click()
    assert opened.heading() == "tidal optimization"
    search.fill("بركة")
    assert options.count() == 1
    search.fill("<script>")
    assert "<script>window.hacked=1</script>" in options.first.inner_text()
    search.fill("no such thing")
    assert options.count() == 0
    assert opened.page.locator("#matches").inner_text() == "Nothing here by that name"


@pytest.mark.browser
def test_the_keyboard_reaches_everything(show: Open) -> None:
    opened = show()
    keyboard = opened.page.keyboard
    keyboard.press("/")
    keyboard.type("pondqa")
    search = opened.page.get_by_role("combobox", name="Search")
    assert search.get_attribute("aria-expanded") == "true"
    first = search.get_attribute("aria-activedescendant")
    keyboard.press("ArrowDown")
    assert search.get_attribute("aria-activedescendant") != first
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    assert opened.heading() == "PondQA"
    assert opened.page.evaluate("document.activeElement.tagName") == "H2"
    keyboard.press("Tab")
    keyboard.press("Enter")
    assert opened.heading() != "PondQA", "the next stop after the heading is a neighbour"
    keyboard.press("Escape")
    assert opened.heading() == "Start anywhere"
    opened.page.locator("#network").focus()
    scale = "kgPage.network.getScale()"
    before = opened.page.evaluate(scale)
    keyboard.press("+")
    opened.until(f"{scale} > {before} * 1.2")
    middle = "kgPage.network.getViewPosition().x"
    before = opened.page.evaluate(middle)
    keyboard.press("ArrowRight")
    assert opened.page.evaluate(middle) > before


@pytest.mark.browser
def test_filters_hide_types_relations_lists_and_years(show: Open) -> None:
    opened = show()
    page = opened.page
    page.get_by_label("Methods").uncheck()
    assert opened.is_hidden("entity/leaf-routing")
    assert not opened.is_hidden("entity/pondqa")
    page.get_by_label("Methods").check()
    page.get_by_label("trains on").uncheck()
    assert opened.is_hidden("entity/marsh-12k"), "its last link went"
    assert not opened.is_hidden("entity/wetland-corpus")
    page.get_by_role("button", name="Show everything").click()
    opened.until("kgPage.shownNodes.size === kgPage.nodes.length")
    page.get_by_label("List").select_option(label='Marsh "notes" & <i>more</i>')
    assert opened.is_hidden("paper/arxiv-2501.00001")
    assert not opened.is_hidden("paper/arxiv-2502.00002")
    page.get_by_role("button", name="Show everything").click()
    opened.until("kgPage.shownNodes.size === kgPage.nodes.length")
    page.get_by_label("Until").select_option("2024")
    assert opened.is_hidden("paper/arxiv-2502.00002")
    assert not opened.is_hidden("paper/title-a-survey-of-ponds")


@pytest.mark.browser
def test_an_address_opens_its_node(show: Open) -> None:
    opened = show(anchor="#paper/doi-10.9999%2Ftidal.3")
    assert opened.heading() == "<script>window.hacked=1</script> Attacks on Reinforcement Learning"
    opened.page.evaluate("location.hash = '#entity/f1'")
    opened.page.get_by_role("heading", name="F1", exact=True).wait_for()
    assert show(anchor="#entity/nothing").heading() == "Start anywhere"


@pytest.mark.browser
def test_a_claim_with_many_sentences_says_how_many_are_left_out(show: Open) -> None:
    opened = show(anchor="#paper/title-a-survey-of-ponds")
    assert opened.panel.locator("blockquote").count() == 4, "three for one claim, one for the other"
    assert "2 more sentences are in the graph." in opened.panel.inner_text()


@pytest.mark.browser
def test_a_cut_network_says_so_and_a_focus_is_opened(show: Open, store: Store, tmp_path: Path) -> None:
    path = tmp_path / "cut.html"
    write_html(project(store, max_nodes=10), store, path, title="Cut")
    assert show(path).page.locator(".notice").inner_text() == "Showing 10 of 23 nodes: the most connected"
    iri = Iris().entity("f1").value
    write_html(project(store, focus=iri), store, path, title="F1", focus=[iri])
    opened = show(path)
    assert opened.heading() == "F1"
    assert opened.page.locator(".notice").inner_text() == "Showing 3 of 23 nodes, around F1"


@pytest.mark.browser
def test_a_network_of_nothing_is_a_page_too(show: Open, store: Store, tmp_path: Path) -> None:
    network = project(store, types=["Task"], relations=["trainsOn"])
    assert len(network) == 0
    write_html(network, store, tmp_path / "empty.html", title="Empty")
    assert "0 papers and 0 entities" in show(tmp_path / "empty.html").panel.inner_text()


@pytest.mark.browser
def test_a_node_that_a_filter_hides_is_still_found(show: Open) -> None:
    opened = show()
    opened.page.get_by_label("Datasets").uncheck()
    assert opened.is_hidden("entity/marsh-12k")
    opened.page.get_by_role("combobox", name="Search").fill("marsh-12k")
    opened.page.keyboard.press("Enter")
    assert opened.heading() == "Marsh-12K"
    assert not opened.is_hidden("entity/marsh-12k")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_picture_and_details(show: Open, scheme: str) -> None:
    opened = show(viewport={"width": 390, "height": 780}, color_scheme=scheme, has_touch=True)
    opened.click_node("entity/f1")
    assert opened.heading() == "F1"
    overflow = opened.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
    box = opened.page.locator("#network").bounding_box()
    assert box is not None
    assert box["height"] > 250


def test_the_page_holds_no_address_that_it_could_load(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    loaded = re.findall(r"""<(?:script|link|img|iframe)\b[^>]*?\s(?:src|href)=["']?([^"'\s>]*)""", html)
    assert loaded == ["data:,"]
    assert "cdn" not in html.lower()
    assert "sourceMappingURL" not in html
    assert "'unsafe-inline'" not in html


def test_a_pyvis_without_its_library_is_told(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyvis.network

    monkeypatch.setattr(pyvis.network, "__file__", str(tmp_path / "network.py"))
    with pytest.raises(KgError, match=r"install pyvis 0\.3\.2"):
        write_html(project(store), store, tmp_path / "graph.html", title="None")


@pytest.mark.browser
def test_a_long_title_has_a_short_label(show: Open, tmp_path: Path) -> None:
    titles = {
        "PondQA: A Still Benchmark": "PondQA",
        "Short and Sweet": "Short and Sweet",
        "A Survey of Ponds, Puddles and Everything Else": "A Survey of Ponds, Puddles and…",
        "Unbroken" * 10: "UnbrokenUnbrokenUnbrokenUnbrokenUnbr…",
        "A: Very": "A: Very",
    }
    network: Network = nx.MultiDiGraph(total_papers=len(titles), total_entities=0)
    for number, title in enumerate(titles):
        network.add_node(
            f"https://example.org/paper/p{number}", kind="paper", type="Paper", label=title, degree=0
        )
    path = tmp_path / "titles.html"
    path.write_text(render_html(network, Evidence({}, ()), title="Titles"), encoding="utf-8")
    assert show(path).page.evaluate("kgPage.nodes.map(({ label }) => label)") == list(titles.values())
