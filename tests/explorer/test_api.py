"""The pages, searches and leaderboards that the explorer asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from pyoxigraph import Literal, NamedNode, Quad

from tests.explorer.api import Api, api_of, write_graph_file
from tests.explorer.sample import SCORES, STUDIES, ponds


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with api_of(write_graph_file(ponds(), tmp_path_factory.mktemp("api") / "graph.nt")) as api:
        yield api


def labels(nodes: list[dict[str, Any]]) -> list[str]:
    return [node["label"] for node in nodes]


def group(page: dict[str, Any], relation: str, direction: str) -> dict[str, Any]:
    (found,) = (g for g in page["groups"] if (g["relation"], g["direction"]) == (relation, direction))
    return found  # type: ignore[no-any-return]


def marked(quote: dict[str, Any]) -> list[str]:
    return [quote["text"][start:end] for start, end in quote["marks"]]


class TestOverview:
    def test_counts_what_the_graph_holds(self, api: Api) -> None:
        shown = api.get("overview")
        counts = shown["counts"]
        assert (counts["papers"], counts["entities"], counts["lists"]) == (STUDIES + 8, 15, 2)
        assert counts["types"]["Benchmark"] == 2
        assert counts["relations"]["broader"] == 1
        assert counts["relations"]["usesMethodIn"] > 0
        assert counts["claims"] == sum(
            count
            for relation, count in counts["relations"].items()
            if relation not in {"broader", "usesMethodIn", "usesDataFrom", "extends"}
        )
        assert shown["years"] == [2023, 2025]

    def test_begins_with_the_best_connected_and_the_latest(self, api: Api) -> None:
        shown = api.get("overview")
        assert shown["top"]["Method"][0]["id"] == "entity/reinforcement-learning"
        degrees = [node["degree"] for node in shown["top"]["Method"]]
        assert degrees == sorted(degrees, reverse=True)
        assert shown["latest"][0]["issued"] == "2025-04"
        assert shown["lists"][0] == {
            "id": "list/marsh-notes",
            "title": 'Marsh "notes" & <i>more</i>',
            "papers": STUDIES + 3,
        }
        assert shown["leaderboards"][0]["node"]["id"] == "entity/pondqa"


class TestSearch:
    @pytest.mark.parametrize(
        ("typed", "found", "matched"),
        [
            ("reinforcement learning", "entity/reinforcement-learning", None),
            ("RL", "entity/reinforcement-learning", "RL"),
            ("rein", "entity/reinforcement-learning", None),
            ("learn reinf", "entity/reinforcement-learning", None),
            ("pond-qa", "entity/pondqa", "Pond QA"),
            ("island bridge", "paper/arxiv-2504.00008", None),
            ("2504.00008", "paper/arxiv-2504.00008", "2504.00008"),
            ("https://arxiv.org/abs/2504.00008v3", "paper/arxiv-2504.00008", "2504.00008"),
            ("بركة", "paper/arxiv-2503.00004", None),
        ],
    )
    def test_finds_names_aliases_titles_and_identifiers(
        self, api: Api, typed: str, found: str, matched: str | None
    ) -> None:
        first = api.get("search", q=typed)["matches"][0]
        assert (first["id"], first["matched"]) == (found, matched)

    def test_puts_exact_names_first_then_beginnings_then_words(self, api: Api) -> None:
        assert labels(api.get("search", q="F1")["matches"])[0] == "F1"
        names = labels(api.get("search", q="corpus")["matches"])
        assert names == ["ReedBench and the Wetland Corpus", "Wetland Corpus"]
        names = labels(api.get("search", q="w")["matches"])
        assert names[0] == "Wetland Corpus", "a beginning goes before a word inside"
        assert "ReedBench and the Wetland Corpus" in names[1:]
        names = labels(api.get("search", q="learning")["matches"])
        assert set(names) == {
            "reinforcement learning",
            "offline reinforcement learning",
            "<script>window.hacked=1</script> Attacks on Reinforcement Learning",
        }
        degrees = [match["degree"] for match in api.get("search", q="learning")["matches"]]
        assert degrees == sorted(degrees, reverse=True)

    def test_keeps_to_a_type_and_a_limit(self, api: Api) -> None:
        found = api.get("search", q="r", type="Benchmark")["matches"]
        assert labels(found) == ["ReedBench"]
        assert len(api.get("search", q="pond", limit=3)["matches"]) == 3

    @pytest.mark.parametrize(
        "typed",
        [
            '"',
            "'",
            "a AND",
            "NEAR(",
            "name:x",
            "*",
            "-",
            "^a",
            "a\x00b",
            "(",
            "{type}:",
            "\\",
            "_",
            "%",
            "𐐷",
            "",
        ],
    )
    def test_takes_any_text(self, api: Api, typed: str) -> None:
        assert api.get("search", q=typed)["q"] == typed

    def test_says_what_is_wrong(self, api: Api) -> None:
        assert "type" in api.error("search", q="a", type="Person")
        assert "limit" in api.error("search", q="a", limit="many")
        assert "no such parameter" in api.error("search", quest="a")


class TestEntityPage:
    def test_shows_every_claim_with_its_sentence(self, api: Api) -> None:
        page = api.get("node/entity/leaf-routing")
        assert page["node"]["type"] == "Method"
        assert page["node"]["papers"] == 2
        assert page["aliases"] == ["LR", "Leaf Routing"]
        (claim,) = group(page, "introduces", "in")["claims"]
        assert claim["node"]["id"] == "paper/arxiv-2501.00001"
        assert claim["confidence"] == 0.97
        assert [quote["field"] for quote in claim["quotes"]] == ["title", "abstract"]
        assert [marked(quote) for quote in claim["quotes"]] == [["Leaf Routing"], ["leaf routing", "LR"]]

    def test_pages_the_claims_of_a_hub_newest_first(self, api: Api) -> None:
        page = api.get("node/entity/reinforcement-learning")
        uses = group(page, "uses", "in")
        assert uses["total"] == STUDIES + 2
        assert len(uses["claims"]) == 20
        rest = api.get(
            "claims/entity/reinforcement-learning", relation="uses", direction="in", offset=20, limit=100
        )
        assert rest["total"] == uses["total"]
        seen = [claim["node"] for claim in (*uses["claims"], *rest["claims"])]
        assert len({node["id"] for node in seen}) == uses["total"]
        dates = [node["issued"] for node in seen]
        assert dates == sorted(dates, reverse=True)

    def test_links_broader_and_narrower(self, api: Api) -> None:
        assert labels(api.get("node/entity/reinforcement-learning")["narrower"]) == [
            "offline reinforcement learning"
        ]
        assert labels(api.get("node/entity/offline-reinforcement-learning")["broader"]) == [
            "reinforcement learning"
        ]

    def test_counts_papers_by_month_and_apart_those_without(self, api: Api) -> None:
        page = api.get("node/entity/pondqa")
        assert {"month": "2025-02", "papers": 1, "introduces": 1} in page["timeline"]
        assert page["timeline_without_month"] == 1
        assert sum(month["papers"] for month in page["timeline"]) + 1 == page["node"]["papers"]

    def test_counts_what_its_papers_name_too(self, api: Api) -> None:
        page = api.get("node/entity/tidal-optimization")
        found = {entry["node"]["id"]: entry["papers"] for entry in page["together"]}
        assert found["entity/reinforcement-learning"] == 1
        assert "entity/tidal-optimization" not in found
        assert page["together_total"] == len(found)
        assert (
            api.get("together/entity/tidal-optimization", offset=1, limit=1)["together"]
            == page["together"][1:2]
        )

    def test_gives_the_results_that_it_has_a_part_in(self, api: Api) -> None:
        page = api.get("node/entity/mosslm")
        (result,) = page["results"]
        assert (result["kind"], result["value"], result["verbatim"]) == ("improvement", "3.5", "+3.5%")
        assert result["benchmark"]["id"] == "entity/pondqa"
        assert result["baseline"] is None
        assert marked(result["quote"]) == ["+3.5%"]
        assert page["leaderboard"] is False
        assert api.get("node/entity/pondqa")["leaderboard"] is True


class TestPaperPage:
    def test_marks_every_mention_in_title_and_abstract(self, api: Api) -> None:
        page = api.get("node/paper/arxiv-2503.00004")
        text = page["abstract"]["text"]
        found = [(text[m["start"] : m["end"]], m["node"]["id"]) for m in page["abstract"]["mentions"]]
        assert found[0] == ("offline RL", "entity/offline-reinforcement-learning")
        assert ("Wetland Corpus", "entity/wetland-corpus") in found
        (mention,) = page["title_mentions"]
        assert page["node"]["label"][mention["start"] : mention["end"]] == "Offline RL"
        assert mention["relations"] == ["uses"]

    def test_gives_links_lists_and_authors(self, api: Api) -> None:
        page = api.get("node/paper/arxiv-2501.00001")
        assert page["authors"] == "Ada Example; Bo Sample"
        assert page["links"] == [
            ["arXiv:2501.00001", "https://arxiv.org/abs/2501.00001"],
            ["Code", "https://example.org/fernlm"],
        ]
        assert page["lists"] == [{"id": "list/pond-reading", "title": "Pond reading group"}]
        assert page["results"][0]["value"] == "71.5"

    def test_gives_no_link_that_runs_a_script(self, api: Api) -> None:
        page = api.get("node/paper/doi-10.9999%2Ftidal.3")
        assert page["links"] == []
        assert page["node"]["label"].startswith("<script>")

    def test_quotes_derived_links_by_the_claims_behind_them(self, api: Api) -> None:
        page = api.get("node/paper/doi-10.9999%2Ftidal.3")
        (claim,) = group(page, "usesMethodIn", "out")["claims"]
        assert claim["node"]["id"] == "paper/arxiv-2501.00001"
        assert claim["confidence"] is None
        assert labels(claim["via"]) == ["leaf routing"]
        assert [marked(quote)[0] for quote in claim["quotes"]] == [
            "Leaf routing",
            "Leaf Routing",
            "leaf routing",
        ]

    def test_explains_related_papers(self, api: Api) -> None:
        page = api.get("node/paper/arxiv-2503.00005")
        first = page["related"][0]
        assert first["node"]["id"] == "paper/arxiv-2503.00004"
        assert {
            "node": api.get("node/entity/reedbench")["node"],
            "here": ["introduces"],
            "there": ["evaluatesOn"],
        } in first["shared"]
        scores = [entry["score"] for entry in page["related"]]
        assert scores == sorted(scores, reverse=True)
        assert page["related_total"] == len(api.get("related/paper/arxiv-2503.00005", limit=500)["related"])

    def test_takes_keys_as_iris_have_them_and_encoded_once_more(self, api: Api) -> None:
        node_id = "paper/doi-10.9999%2Ftidal.3"
        for path in ("node/paper/doi-10.9999%2Ftidal.3", "node/paper/doi-10.9999%252Ftidal.3"):
            assert api.get(path)["node"]["id"] == node_id
        assert api.get("evidence", source=node_id, target="entity/leaf-routing")["claims"]

    def test_says_what_is_not_there(self, api: Api) -> None:
        assert "no-such" in api.error("node/paper/no-such", 404)
        assert "no-such" in api.error("node/entity/no-such", 404)
        assert api.error("node/claim/arxiv-2501.00001", 404)
        assert "offset" in api.error("claims/entity/pondqa", offset=-1)
        assert "relation" in api.error("claims/entity/pondqa", relation="likes")


class TestListsAndLeaderboards:
    def test_a_list_gives_its_papers_newest_first(self, api: Api) -> None:
        shown = api.get("list/marsh-notes", limit=10)
        assert (shown["total"], len(shown["papers"]), shown["source"]) == (STUDIES + 3, 10, "marsh-notes.md")
        assert shown["papers"][0]["issued"] == "2025-03"
        assert "no-such" in api.error("list/no-such", 404)

    def test_leaderboards_are_counted(self, api: Api) -> None:
        boards = api.get("leaderboards")
        assert [(board["node"]["label"], board["results"]) for board in boards["boards"]] == [
            ("PondQA", len(SCORES) + 2),
            ("ReedBench", 1),
        ]
        assert boards["boards"][0]["metrics"][0]["label"] == "accuracy"

    def test_the_best_comes_first_within_a_metric_and_kind(self, api: Api) -> None:
        board = api.get("leaderboard/pondqa")
        assert [(row["kind"], row["value"]) for row in board["rows"]] == [
            *(("absolute", value) for value in sorted(("71.5", *SCORES), key=float, reverse=True)),
            ("improvement", "3.5"),
        ]
        assert "best first" in board["order"]
        assert board["metrics"][0]["lower_is_better"] is False
        assert api.get("leaderboard/reedbench")["metrics"] == [
            {"node": None, "results": 1, "lower_is_better": False}
        ]


class TestQueries:
    def test_gives_terms_prefixes_and_queries(self, api: Api) -> None:
        found = api.get("queries")
        terms = {term["name"]: term for term in found["terms"]}
        assert terms["kg:uses"]["kind"] == "property"
        assert terms["kg:Paper"]["kind"] == "class"
        assert terms["kg:Paper"]["comment"]
        queries = {query["name"]: query for query in found["queries"]}
        (method,) = queries["papers-using"]["parameters"]
        assert (method["name"], method["type"], method["required"]) == ("method", "entity", True)
        assert found["prefixes"]["entity"].endswith("/entity/")

    def test_binds_parameters_into_text_that_the_endpoint_answers(self, api: Api) -> None:
        text = api.get("query/papers-using", method="RL")["text"]
        response = requests.post(
            f"{api.address}/sparql",
            data={"query": text},
            headers={"Accept": "application/sparql-results+json"},
            timeout=60,
        )
        assert len(response.json()["results"]["bindings"]) == STUDIES + 2

    def test_every_query_is_valid_as_it_is_shown(self, api: Api) -> None:
        values = {"entity": "PondQA", "paper": "2501.00001", "type": "Method", "relation": "uses"}
        values |= {
            "list": "Pond reading group",
            "month": "2025-05",
            "year": "2025",
            "integer": "1",
            "string": "a",
        }
        for query in api.get("queries")["queries"]:
            params = {p["name"]: values[p["type"]] for p in query["parameters"] if p["required"]}
            text = api.get(f"query/{query['name']}", **params)["text"]
            answer = requests.post(f"{api.address}/sparql", data={"query": text}, timeout=60)
            assert answer.status_code == 200, (query["name"], answer.text)

    def test_says_which_parameter_is_wrong(self, api: Api) -> None:
        assert "method" in api.error("query/papers-using")
        assert "no such thing at all" in api.error("query/papers-using", method="no such thing at all")
        assert "nonsense" in api.error("query/papers-using", method="RL", nonsense="1")
        assert api.error("query/no-such", 404)


class TestCaching:
    def test_a_known_version_is_not_sent_again(self, api: Api) -> None:
        first = api.session.get(f"{api.address}/api/overview", timeout=60)
        tag = first.headers["ETag"]
        again = api.session.get(f"{api.address}/api/overview", headers={"If-None-Match": tag}, timeout=60)
        assert (again.status_code, again.content) == (304, b"")
        other = api.session.get(f"{api.address}/api/overview", headers={"If-None-Match": '"x"'}, timeout=60)
        assert other.status_code == 200
        assert other.content == first.content
        wrong = f"{api.address}/api/search?limit=0"
        assert api.session.get(wrong, headers={"If-None-Match": tag}, timeout=60).status_code == 400


def test_who_vouches_for_a_claim_is_told(tmp_path: Path) -> None:
    graph = ponds()
    kg = "https://w3id.org/paperkg/ontology#"
    introduced = {
        str(quad.subject.value): quad.subject
        for quad in graph.quads_for_pattern(None, None, NamedNode(kg + "introduces"))
        if isinstance(quad.subject, NamedNode)
    }
    claim = introduced[min(introduced)]
    graph.add(Quad(claim, NamedNode(kg + "curatedBy"), Literal("Ada")))
    paper = claim.value.split("/claim/")[1].split("/")[0]
    with api_of(write_graph_file(graph, tmp_path / "graph.nt")) as api:
        claims = group(api.get(f"node/paper/{paper}"), "introduces", "out")["claims"]
    assert [one["curated_by"] for one in claims].count("Ada") == 1
