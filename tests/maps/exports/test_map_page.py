"""The interactive page in a real browser, opened from disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kg.maps.exports.page import render_page
from tests.maps.exports.sample import MARKUP_TITLE, PAPERS, SAMPLE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@dataclass
class Opened:
    """A page, what it asked for and what it complained of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def turn_to(self, name: str) -> None:
        self.page.get_by_role("tab", name=name).click()

    def heading(self) -> str | None:
        return self.page.locator("#panel h2").text_content()


Open = Callable[..., Opened]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "map.html"
    path.write_text(render_page(SAMPLE), encoding="utf-8", newline="\n")
    return path


@pytest.fixture
def show(browser: Browser, file: Path) -> Iterator[Open]:
    """Opens the page; at the end it must have asked for nothing and complained of nothing."""
    opened: list[Opened] = []

    def show(at: Path = file, **look: Any) -> Opened:
        look.setdefault("viewport", {"width": 1300, "height": 800})
        page = browser.new_context(offline=True, **look).new_page()
        one = Opened(page)
        page.on("request", lambda request: one.requests.append(request.url))
        page.on("console", lambda message: one.messages.append(message.text))
        page.on("pageerror", lambda error: one.messages.append(str(error)))
        page.goto(at.as_uri())
        opened.append(one)
        return one

    yield show
    for one in opened:
        assert [url for url in one.requests if not url.startswith(("file:", "data:"))] == []
        assert one.messages == []
        one.page.context.close()


def test_the_page_is_one_file_with_a_policy_and_the_same_each_time(file: Path) -> None:
    html = file.read_text(encoding="utf-8")
    assert html == render_page(SAMPLE)
    assert "default-src &#x27;none&#x27;; script-src &#x27;sha256-" in html
    assert "</script><" not in html.partition('id="data"')[2].partition("</script>")[0]
    assert " onclick=" not in html


def test_a_paper_opens_with_its_claims_and_their_sentences(show: Open) -> None:
    opened = show()
    title = " ".join(MARKUP_TITLE.split())
    opened.page.locator("#panel").get_by_role("button", name=title).click()
    assert opened.heading() == title
    assert opened.page.locator(
        "#panel blockquote", has_text="NewtOpt [v2] is a *new* way | to do it."
    ).count()
    assert opened.page.locator("#panel mark", has_text="PondBench").count()
    assert opened.page.url.endswith("#oneil2025")
    opened.page.locator("#panel").get_by_role("button", name="both evaluate on PondBench").click()
    assert opened.page.locator("#panel blockquote", has_text="tuned with GRPO on A+B_#1").count()


def test_a_cell_shows_its_sentence_on_focus_and_opens_by_keyboard(show: Open) -> None:
    opened = show()
    opened.turn_to("Matrix")
    hint = opened.page.get_by_role("tooltip")
    first = opened.page.locator("#matrix button.cell").first
    first.hover()
    assert "Reading CON is <hard>." in (hint.text_content() or "")
    first.focus()
    opened.page.keyboard.press("ArrowRight")
    assert "tuned with GRPO" in (hint.text_content() or "")
    focused = opened.page.locator("#matrix button.cell:focus")
    assert "uses GRPO" in (focused.get_attribute("aria-label") or "")
    assert opened.page.locator("#matrix button.cell[tabindex='0']").count() == 1
    opened.page.keyboard.press("Enter")
    assert (opened.heading() or "").endswith("and GRPO")
    opened.page.keyboard.press("Escape")
    assert hint.count() == 0


def test_time_and_groups_filter_the_matrix(show: Open) -> None:
    from playwright.sync_api import expect

    opened = show()
    opened.turn_to("Matrix")
    rows = opened.page.locator("#matrix tbody tr")
    expect(rows).to_have_count(5)
    opened.page.get_by_label("From").focus()
    opened.page.keyboard.press("ArrowRight")
    expect(opened.page.locator("#time output")).to_have_text("2025-01 – 2025-03: 3 papers")
    expect(rows).to_have_count(3)
    opened.page.locator("#groups input").first.uncheck()
    expect(rows).to_have_count(0)
    opened.page.get_by_role("button", name="Show everything").click()
    expect(rows.nth(4)).to_be_visible()


def test_gaps_boards_differences_timelines_and_support_lead_to_sentences(show: Open) -> None:
    opened = show()
    opened.turn_to("Gaps")
    opened.page.get_by_role("button", name="NewtOpt [v2] with PondBench: not seen in this collection").click()
    assert opened.page.locator("#panel blockquote", has_text="tuned with GRPO").count()
    opened.turn_to("Leaderboards")
    opened.page.locator("#boards").get_by_role("button", name="71.5%").click()
    assert opened.page.locator("#panel blockquote", has_text="an F1 of 71.5%").count() == 1
    opened.turn_to("Differences")
    assert opened.page.locator("#differences blockquote").count() == 2
    opened.turn_to("Timelines")
    assert opened.page.locator("#timelines blockquote", has_text="We present FrogNet").count() == 1
    opened.turn_to("Support")
    opened.page.locator("#support").get_by_role("button", name="uses GRPO").click()
    assert opened.page.locator("#panel blockquote").count() == 2


def test_a_click_on_the_map_opens_the_paper_there(show: Open) -> None:
    opened = show()
    box = opened.page.locator("#chart").bounding_box()
    assert box
    x, y = opened.page.evaluate("kgMap.place(kgMap.map.papers[0])")
    opened.page.mouse.click(box["x"] + x, box["y"] + y)
    assert opened.heading() == " ".join(PAPERS["arxiv-2501.00001"].title.split())


def test_search_finds_by_alias(show: Open) -> None:
    opened = show()
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("frog netw")
    opened.page.keyboard.press("Enter")
    assert opened.heading() == "FrogNet"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_accessible(show: Open, scheme: str) -> None:
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    opened = show(color_scheme=scheme)
    opened.page.evaluate(axe)
    found = []
    for tab in opened.page.get_by_role("tab").all():
        tab.click()
        told = opened.page.evaluate(
            "axe.run({resultTypes: ['violations']}).then(({ violations }) => violations.map("
            "({ id, impact, nodes }) => [id, impact, nodes[0].html]))"
        )
        found += [(tab.text_content(), *one) for one in told if one[1] in {"serious", "critical"}]
    assert found == []


def test_a_phone_shows_every_view_whole(show: Open) -> None:
    opened = show(viewport={"width": 390, "height": 800}, has_touch=True)
    for tab in opened.page.get_by_role("tab").all():
        tab.click()
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert opened.page.locator("#filters summary").is_visible()


def test_a_large_map_says_what_it_leaves_out(show: Open, tmp_path: Path) -> None:
    first = PAPERS["arxiv-2501.00001"]
    papers = {
        f"p{number}": replace(
            first, key=f"p{number}", cite_key=f"p{number}", x=number / 2500, y=number % 50 / 50
        )
        for number in range(2500)
    }
    cluster = replace(SAMPLE.clusters[0], papers=tuple(papers))
    matrix = replace(SAMPLE.matrix, rows=tuple(papers), cells={})
    large = replace(
        SAMPLE,
        papers=papers,
        clusters=(cluster,),
        claims={},
        of_paper={},
        results=(),
        related=(),
        links=(),
        timelines=(),
        boards=(),
        contradictions=(),
        supports=(),
        method_gaps={},
        matrix=matrix,
    )
    path = tmp_path / "large.html"
    path.write_text(render_page(large), encoding="utf-8")
    opened = show(path)
    assert "Showing 2,000 of 2,500 papers" in (opened.page.locator(".notice").first.text_content() or "")
