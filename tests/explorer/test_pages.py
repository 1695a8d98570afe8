"""The explorer's pages in a real browser, from a real server."""

from __future__ import annotations

import csv
import io
import json
import re
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
import requests

from tests.explorer.conftest import Look, Visit
from tests.explorer.sample import STUDIES

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

PAPER = "/paper/arxiv-2501.00001"
METHOD = "/entity/reinforcement-learning"
ASKED = (
    "PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "
    "SELECT ?paper ?title WHERE { ?paper a kg:Paper ; dcterms:title ?title }"
)
PATHS = [
    "/",
    METHOD,
    PAPER,
    "/list/marsh-notes",
    "/leaderboards",
    "/leaderboard/pondqa",
    "/query?name=papers-using&method=RL",
    "/entity/no-such-thing",
    "/network",
    "/network?start=entity%2Freinforcement-learning",
]


def expect(locator: Locator) -> Any:
    from playwright.sync_api import expect as expect_that

    return expect_that(locator)


def heading(visit: Visit, text: str) -> None:
    """Wait until a page has been drawn."""
    expect(visit.page.locator("main h1")).to_have_text(text)


def group(page: Page, name: str) -> Locator:
    return page.locator("section.claims", has=page.get_by_role("heading", name=name, exact=True))


def test_the_start_page_shows_what_there_is(look: Look) -> None:
    visit = look("/")
    main = visit.page.locator("main")
    heading(visit, "Knowledge graph of research papers")
    figures = main.locator(".figures > div").all_inner_texts()
    assert [int(text.split()[1]) for text in figures[:2]] == [8 + STUDIES, 15]
    assert main.get_by_role("link", name="reinforcement learning", exact=True).get_attribute("href") == METHOD
    latest = main.locator("section", has=visit.page.get_by_role("heading", name="Latest papers"))
    assert "An Island with No Bridge" in latest.inner_text()
    main.get_by_role("link", name='Marsh "notes" & <i>more</i>').click()
    heading(visit, 'Marsh "notes" & <i>more</i>')
    assert visit.path == "/list/marsh-notes"


def test_typing_finds_and_the_keyboard_opens(look: Look) -> None:
    visit = look(PAPER)
    page = visit.page
    expect(page.locator("main h1")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("tidalo")
    match = page.get_by_role("option").first
    expect(match).to_have_text(re.compile("tidal optimization.*TidalOpt"))
    page.locator("#search").fill("")
    page.keyboard.type("reinf")
    expect(page.get_by_role("option").first).to_contain_text("reinforcement learning")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_text(re.compile("^reinforcement learning"))
    page.keyboard.press("ArrowUp")
    expect(chosen).not_to_have_text(re.compile("^reinforcement learning"))
    page.locator("#search").fill("")
    page.keyboard.type("off")
    expect(chosen).to_contain_text("offline reinforcement learning")
    page.keyboard.press("Enter")
    heading(visit, "offline reinforcement learning")
    assert page.title() == "offline reinforcement learning · paperkg"


def test_an_entity_comes_with_its_claims_and_their_sentences(look: Look) -> None:
    visit = look("/entity/leaf-routing")
    page = visit.page
    heading(visit, "leaf routing")
    assert "Also: LR" in page.locator(".aliases").inner_text()
    introduced = group(page, "Introduced by")
    assert "We propose leaf routing (LR)," in introduced.locator("blockquote").all_inner_texts()
    assert "leaf routing" in introduced.locator("mark").all_inner_texts()
    assert "97 %" in introduced.inner_text()
    assert group(page, "Used by").get_by_role("link").get_attribute("href") == "/paper/doi-10.9999%2Ftidal.3"
    assert page.get_by_role("img", name=re.compile("Papers by month")).locator("rect.introduces").count() == 1
    page.get_by_text("As a table").click()
    assert page.get_by_role("row", name="2025-01 1 1").count() == 1
    page.get_by_role("link", name="FernLM: Leaf Routing for Patient Language Models").first.click()
    heading(visit, "FernLM: Leaf Routing for Patient Language Models")


def test_a_link_to_a_group_stays_on_the_page(look: Look) -> None:
    visit = look("/entity/pondqa", viewport={"width": 1280, "height": 400})
    page = visit.page
    asked = page.locator("section.claims")
    page.get_by_role("navigation", name="Claims").get_by_role("link", name=re.compile("Results")).click()
    expect(page.get_by_role("heading", name=re.compile("Results that name it"))).to_be_in_viewport()
    assert visit.path == "/entity/pondqa#results"
    assert sum(url.endswith("/api/node/entity/pondqa") for url in visit.requests) == 1
    assert asked.count() == 2


def test_an_entity_has_its_place_and_its_data(look: Look, served: str) -> None:
    visit = look("/entity/offline-reinforcement-learning")
    page = visit.page
    broader = page.locator("section", has=page.get_by_role("heading", name="Broader"))
    expect(broader.get_by_role("link")).to_have_attribute("href", METHOD)
    start = page.get_by_role("link", name="Show in the network").get_attribute("href")
    assert start == "/network?start=entity%2Foffline-reinforcement-learning"
    iri = page.locator("code").inner_text()
    assert iri == "https://w3id.org/paperkg/id/entity/offline-reinforcement-learning"
    href = page.get_by_role("link", name="Turtle").get_attribute("href")
    turtle = requests.get(served + str(href), timeout=10).content
    assert any(quad.subject == ox.NamedNode(iri) for quad in ox.parse(turtle, ox.RdfFormat.TURTLE))


def test_a_long_group_comes_in_pages(look: Look) -> None:
    page = look(METHOD).page
    used = group(page, f"Used by ({STUDIES + 2})")
    expect(used.locator("li")).to_have_count(20)
    used.get_by_role("button", name=re.compile("Show 20 more")).click()
    expect(used.locator("li")).to_have_count(40)
    expect(used.locator("li").nth(20).get_by_role("link")).to_be_focused()
    used.get_by_role("button", name=re.compile("Show 20 more")).click()
    used.get_by_role("button", name=re.compile("Show 7 more")).click()
    expect(used.locator("li")).to_have_count(STUDIES + 2)
    assert used.get_by_role("button").count() == 0
    names = used.locator("li a").all_inner_texts()
    assert len(set(names)) == STUDIES + 2


def test_a_paper_has_its_abstract_marked(look: Look) -> None:
    visit = look(PAPER)
    page = visit.page
    abstract = page.locator(".abstract")
    expect(abstract).to_contain_text("With it we train FernLM-7B on Marsh-12K.")
    mention = abstract.get_by_role("link", name="Marsh-12K")
    assert "mention Dataset" in str(mention.get_attribute("class"))
    assert mention.get_attribute("title") == "Dataset: Marsh-12K (the paper trains on it)"
    styles = {
        name: abstract.get_by_role("link", name=name).first.evaluate(
            "it => getComputedStyle(it).textDecorationStyle"
        )
        for name in ("leaf routing", "FernLM-7B", "Marsh-12K", "PondQA")
    }
    assert len(set(styles.values())) == 4, "colour is not the only sign of a type"
    assert {"Method", "Model", "Dataset"} <= set(page.locator(".legend").inner_text().split())
    assert "71.5%" in page.get_by_role("region", name="Results").inner_text()
    assert (
        page.get_by_role("link", name=re.compile("arXiv")).get_attribute("href")
        == "https://arxiv.org/abs/2501.00001"
    )
    assert page.get_by_role("link", name="Pond reading group").get_attribute("href") == "/list/pond-reading"
    mention.click()
    heading(visit, "Marsh-12K")
    assert visit.path == "/entity/marsh-12k"


def test_a_paper_names_related_ones_and_why(look: Look) -> None:
    page = look(PAPER).page
    related = page.locator(".related", has_text="PondQA: A Still Benchmark")
    expect(related).to_contain_text("Both: compares with MossLM")
    path = related.get_by_role("link", name="Why are these connected?").get_attribute("href")
    assert parse_qs(urlsplit(str(path)).query) == {
        "from": ["paper/arxiv-2501.00001"],
        "to": ["paper/arxiv-2502.00002"],
    }


def test_markup_in_names_is_text(look: Look) -> None:
    visit = look("/paper/doi-10.9999%2Ftidal.3")
    heading(visit, "<script>window.hacked=1</script> Attacks on Reinforcement Learning")
    assert visit.page.locator("main a[href^=javascript]").count() == 0
    visit.open("/entity/img-onerror")
    heading(visit, '<img src=x onerror="window.hacked=2">')
    assert visit.page.locator("main img").count() == 0
    visit.page.locator("#search").fill("attacks")
    expect(visit.page.get_by_role("option")).to_contain_text("<script>window.hacked=1</script> Attacks")
    visit.open(f"/query?query={quote(ASKED)}")
    expect(visit.page.locator(".answer")).to_contain_text("<script>window.hacked=1</script> Attacks")


def test_a_leaderboard_sorts_and_tells_gains_from_scores(look: Look, tmp_path: Path) -> None:
    page = look("/leaderboard/pondqa").page
    values = page.locator("td.value")
    expect(values).to_have_text(["71.5", "71.4", "68.5", "9.25", "+3.5"])
    kinds = page.locator("td.kind").all_inner_texts()
    assert kinds == ["score", "score", "score", "score", "gain"]
    button = page.get_by_role("button", name="Value")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(values).to_have_text(["+3.5", "9.25", "68.5", "71.4", "71.5"])
    assert page.locator("th[aria-sort]").all_inner_texts() == ["Value"]
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    badge = page.get_by_text("As the abstracts say")
    badge.click()
    expect(page.locator(".badge p").first).to_be_visible()
    expect(page.locator(".badge p").first).to_contain_text("nobody has run it again")
    rows = list(csv.DictReader(io.StringIO(download(page, "Download as CSV"))))
    assert {(row["value"], row["unit"], row["kind"]) for row in rows} >= {
        ("3.5", "%", "gain"),
        ("71.5", "%", "score"),
    }
    assert rows[0]["paper"] == "FernLM: Leaf Routing for Patient Language Models"
    assert rows[0]["sentence"].startswith("It reaches 71.5% accuracy on PondQA")


def test_the_leaderboards_are_listed(look: Look) -> None:
    visit = look("/leaderboards")
    visit.page.locator("main").get_by_role("link", name="PondQA").click()
    heading(visit, "Leaderboard: PondQA")
    assert visit.page.locator("nav [aria-current=page]").inner_text() == "Leaderboards"


def test_a_list_comes_in_pages(look: Look) -> None:
    page = look("/list/marsh-notes").page
    expect(page.locator("main li")).to_have_count(50)
    page.get_by_role("button", name=f"Show {STUDIES + 3 - 50} more of {STUDIES + 3}").click()
    expect(page.locator("main li")).to_have_count(STUDIES + 3)


def test_a_saved_query_has_a_form(look: Look) -> None:
    visit = look("/query")
    page = visit.page
    page.get_by_role("link", name="Papers that use something").click()
    page.get_by_label("method").fill("tidal")
    page.locator("#parameter-method-matches [role=option]").first.click()
    page.get_by_role("button", name="Run", exact=True).click()
    answer = page.get_by_role("region", name="Results")
    expect(answer.get_by_role("row")).to_have_count(2)
    assert parse_qs(urlsplit(page.url).query) == {"name": ["papers-using"], "method": ["tidal optimization"]}
    page.reload()
    expect(answer.get_by_role("row")).to_have_count(2)
    assert page.get_by_label("method").input_value() == "tidal optimization"
    answer.get_by_role("link", name="paper:arxiv-2503.00004").click()
    heading(visit, 'بركة هادئة: Notes on "Offline RL" & 🦆 Ponds')
    page.go_back()
    expect(answer.get_by_role("row")).to_have_count(2)


def test_a_wrong_value_of_a_parameter_is_told(look: Look) -> None:
    visit = look("/query?name=papers-using&method=no+such+thing")
    expect(visit.page.get_by_role("alert")).to_contain_text("nothing in the graph is named 'no such thing'")
    visit.messages.clear()


def test_the_editor_completes_our_terms(look: Look) -> None:
    page = look("/query").page
    write(page, "SELECT * WHERE { ?paper kg:evalu")
    expect(page.locator(".CodeMirror-hint")).to_have_text(["kg:evaluatesOn"])
    page.locator(".CodeMirror-hint").click()
    text = page.locator(".CodeMirror-code")
    expect(text).to_contain_text("?paper kg:evaluatesOn")
    expect(text).to_contain_text("PREFIX kg: <https://w3id.org/paperkg/ontology#>")
    write(page, "SELECT * WHERE { ?it a kg:")
    expect(page.locator(".CodeMirror-hint", has_text="kg:Benchmark")).to_be_visible()
    assert page.locator(".CodeMirror-hint", has_text="kg:evaluatesOn").count() == 0


def test_a_query_has_an_address(look: Look) -> None:
    visit = look(f"/query?query={quote(ASKED)}")
    page = visit.page
    status = page.locator(".answered .note").first
    expect(status).to_contain_text(f"{8 + STUDIES} rows")
    write(page, "ASK { ?paper a kg:Paper }")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".truth")).to_have_text("Yes")
    assert "ASK" in parse_qs(urlsplit(page.url).query)["query"][0]
    page.go_back()
    expect(status).to_contain_text(f"{8 + STUDIES} rows")
    page.go_forward()
    expect(page.locator(".truth")).to_have_text("Yes")


def test_an_error_of_the_endpoint_is_shown(look: Look) -> None:
    visit = look("/query?query=SELECT+*+WHERE+%7B")
    expect(visit.page.get_by_role("alert")).to_contain_text("not valid SPARQL")
    write(visit.page, "INSERT DATA { <a:a> <a:b> <a:c> }")
    visit.page.keyboard.press("Control+Enter")
    expect(visit.page.get_by_role("alert")).to_contain_text(re.compile("read-only|update", re.IGNORECASE))
    visit.messages.clear()


def test_a_query_can_be_stopped(look: Look) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    page = look(f"/query?query={quote(endless)}").page
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".answers")).to_have_text("Stopped.")
    write(page, "ASK {}")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".truth")).to_have_text("Yes")


def test_answers_are_saved_in_each_format(look: Look) -> None:
    visit = look(f"/query?query={quote(ASKED)}")
    page = visit.page
    number = 8 + STUDIES
    assert len(list(csv.reader(io.StringIO(download(page, "CSV"))))) == number + 1
    assert download(page, "TSV").splitlines()[0] == "?paper\t?title"
    assert len(json.loads(download(page, "JSON"))["results"]["bindings"]) == number
    results = ET.fromstring(download(page, "XML"))
    assert len(results.findall(".//{*}result")) == number
    visit.open(f"/query?query={quote('DESCRIBE <https://w3id.org/paperkg/id/entity/pondqa>')}")
    expect(page.get_by_role("region", name="Graph in Turtle")).to_contain_text("PondQA")
    graphs = {
        name: {str(quad) for quad in ox.parse(download(page, name), kind)}
        for name, kind in (
            ("Turtle", ox.RdfFormat.TURTLE),
            ("N-Triples", ox.RdfFormat.N_TRIPLES),
            ("RDF/XML", ox.RdfFormat.RDF_XML),
            ("JSON-LD", ox.RdfFormat.JSON_LD),
        )
    }
    assert graphs["Turtle"]
    assert all(graph == graphs["Turtle"] for graph in graphs.values())


def test_back_and_forward_go_through_the_pages(look: Look) -> None:
    visit = look(METHOD)
    page = visit.page
    heading(visit, "reinforcement learning")
    link = page.locator(".claims li a").nth(18)
    study = link.inner_text()
    link.click()
    heading(visit, study)
    assert page.evaluate("scrollY") == 0
    page.go_back()
    heading(visit, "reinforcement learning")
    assert page.evaluate("scrollY") > 0, "one is back where one was"
    page.go_forward()
    heading(visit, study)


def test_what_is_not_there_is_said(look: Look, served: str) -> None:
    visit = look("/entity/no-such-thing")
    heading(visit, "Not found")
    expect(visit.page.locator("main")).to_contain_text("no entity “no-such-thing”")
    assert (
        requests.get(
            served + "/entity/no-such-thing", headers={"Accept": "text/html"}, timeout=10
        ).status_code
        == 404
    )
    visit.open("/nowhere/at/all")
    heading(visit, "Not found")
    visit.page.locator("#search").fill("pondqa")
    visit.page.get_by_role("option").first.click()
    heading(visit, "PondQA")
    visit.messages.clear()


def test_a_page_that_fails_can_be_tried_again(look: Look) -> None:
    visit = look("/")
    visit.page.route("**/api/node/**", lambda route: route.abort())
    visit.page.get_by_role("link", name="reinforcement learning", exact=True).click()
    expect(visit.page.get_by_role("alert")).to_contain_text("The server does not answer")
    visit.page.unroute("**/api/node/**")
    visit.page.get_by_role("button", name="Try again").click()
    heading(visit, "reinforcement learning")
    visit.messages.clear()


def test_light_or_dark_is_remembered(look: Look) -> None:
    page = look("/", color_scheme="light").page
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    expect(page.get_by_role("button", name="Dark colours", pressed=True)).to_be_visible()
    assert page.evaluate(ground) == dark


# In the dark only the colours are others.
@pytest.mark.parametrize(("scheme", "rules"), [("light", {}), ("dark", {"runOnly": ["color-contrast"]})])
def test_every_page_is_accessible(look: Look, scheme: str, rules: dict[str, Any]) -> None:
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    visit = look("/", color_scheme=scheme)
    found = []
    for path in PATHS:
        visit.open(path)
        settled(visit)
        visit.page.evaluate(axe)
        violations = visit.page.evaluate(
            "(rules) => axe.run({resultTypes: ['violations'], ...rules}).then((told) => told.violations)",
            rules,
        )
        found += [
            (path, one["id"], [node["html"] for node in one["nodes"]][:3])
            for one in violations
            if one["impact"] in {"serious", "critical"}
        ]
    assert found == []
    visit.messages.clear()


def test_a_phone_shows_every_page_whole(look: Look) -> None:
    visit = look("/", viewport={"width": 390, "height": 800}, has_touch=True)
    wide = {}
    for path in PATHS:
        visit.open(path)
        settled(visit)
        wide[path] = visit.page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in wide.items() if width > 390} == {}
    visit.messages.clear()


def settled(visit: Visit) -> None:
    """Wait until a page has been drawn, with what it asks for by itself."""
    expect(visit.page.locator("main h1, .panel h2").first).to_be_visible()
    if "/query" in visit.path:
        expect(visit.page.locator(".answered")).to_be_visible()


def write(page: Page, text: str) -> None:
    """Type a query in place of the one in the editor."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def download(page: Page, name: str) -> str:
    with page.expect_download() as started:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(started.value.path()).read_text(encoding="utf-8")
