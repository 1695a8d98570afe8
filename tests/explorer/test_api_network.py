"""What the canvas asks for: neighbours, parts of the network, paths and files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.explorer.api import Api, api_of, write_graph_file
from tests.explorer.sample import STUDIES, ponds

RL = "entity/reinforcement-learning"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with api_of(write_graph_file(ponds(), tmp_path_factory.mktemp("network") / "graph.nt")) as api:
        yield api


def ids(nodes: list[dict[str, Any]]) -> list[str]:
    return [node["id"] for node in nodes]


def triples(edges: list[dict[str, Any]]) -> set[tuple[str, str, str]]:
    return {(edge["source"], edge["relation"], edge["target"]) for edge in edges}


class TestExpand:
    def test_neighbours_come_in_pages_without_gap_or_repetition(self, api: Api) -> None:
        seen: list[str] = []
        while True:
            page = api.post("expand", {"node": RL, "relation": "uses", "offset": len(seen), "limit": 20})
            if not page["nodes"]:
                break
            seen += ids(page["nodes"])
        assert len(seen) == len(set(seen)) == page["total"] == STUDIES + 2

    def test_the_most_relevant_come_first(self, api: Api) -> None:
        found = api.post("expand", {"node": "entity/pondqa", "limit": 3})["nodes"]
        # The paper that introduces it, with one of the highest degrees, and a confidence of 0.98.
        assert found[0]["id"] == "paper/arxiv-2502.00002"
        assert api.post("expand", {"node": "entity/pondqa", "limit": 3})["nodes"] == found

    def test_edges_lead_to_what_came_and_to_what_is_there(self, api: Api) -> None:
        body = {
            "node": "paper/arxiv-2503.00004",
            "relation": "evaluatesOn",
            "present": ["paper/arxiv-2503.00005"],
        }
        page = api.post("expand", body)
        assert ids(page["nodes"]) == ["entity/reedbench"]
        assert triples(page["edges"]) == {
            ("paper/arxiv-2503.00004", "evaluatesOn", "entity/reedbench"),
            ("paper/arxiv-2503.00005", "introduces", "entity/reedbench"),
        }

    def test_directions_are_told_apart(self, api: Api) -> None:
        wider = api.post("expand", {"node": RL, "relation": "broader", "direction": "in"})
        assert ids(wider["nodes"]) == ["entity/offline-reinforcement-learning"]
        assert wider["edges"][0]["confidence"] is None
        assert api.post("expand", {"node": RL, "relation": "broader", "direction": "out"})["total"] == 0

    def test_relations_say_what_can_be_expanded(self, api: Api) -> None:
        for choice in api.get(f"relations/{RL}"):
            body = {"node": RL, "relation": choice["relation"], "direction": choice["direction"]}
            assert api.post("expand", body)["total"] == choice["total"]
        assert {choice["relation"] for choice in api.get(f"relations/{RL}")} == {"uses", "broader"}

    def test_a_wrong_body_is_told(self, api: Api) -> None:
        assert "no-such" in api.post("expand", {"node": "entity/no-such"}, 404)["error"]
        for body, word in (
            ({}, "node"),
            ({"node": RL, "limit": 501}, "limit"),
            ({"node": RL, "offset": -1}, "offset"),
            ({"node": RL, "relation": "likes"}, "relation"),
            ({"node": RL, "nodes": []}, "nodes"),
            ({"node": RL, "filters": {"types": ["Person"]}}, "Person"),
            ({"node": RL, "filters": {"list": "no-such"}}, "no-such"),
        ):
            assert word in api.post("expand", body, 400)["error"]
        assert "20,000" in api.post("expand", {"node": RL, "present": ["x"] * 20_001}, 413)["error"]
        for body_text in (b"", b"{", b"[]", b"\xff", b'"a"'):
            response = api.session.post(
                f"{api.address}/api/expand",
                data=body_text,
                headers={"Content-Type": "application/json"},
                timeout=60,
            )
            assert response.status_code == 400
            assert response.json()["error"]


class TestFilters:
    def total(self, api: Api, **filters: Any) -> int:
        """How many neighbours reinforcement learning has under filters, by both ways to ask."""
        total = api.post("expand", {"node": RL, "filters": filters})["total"]
        params = {
            name: ",".join(value) if isinstance(value, list) else value for name, value in filters.items()
        }
        assert sum(choice["total"] for choice in api.get(f"relations/{RL}", **params)) == total
        return int(total)

    def test_each_leaves_what_it_says(self, api: Api) -> None:
        every = STUDIES + 3
        assert self.total(api) == every
        assert self.total(api, types=["Task", "Paper"]) == every - 1, "the narrower method goes"
        assert self.total(api, types=["Method"]) == 1, "papers go"
        assert self.total(api, relations=["broader"]) == 1
        assert self.total(api, relations=["uses", "broader"]) == every
        assert self.total(api, until=2023) == 2, "the survey; entities have no year"
        assert self.total(api, **{"from": 2023, "until": 2023}) == 2
        assert self.total(api, list="pond-reading") == 2
        assert self.total(api, **{"from": 2026}) == 1
        assert self.total(api, min_confidence=1) == 1, "what is no claim has no confidence"
        sure = sum(60 + number % 30 >= 77 for number in range(STUDIES)) + 1
        assert self.total(api, min_confidence=0.77) == sure + 1

    @pytest.mark.parametrize(
        ("params", "word"),
        [
            ({"types": "Task,Person"}, "Person"),
            ({"relations": "likes"}, "likes"),
            ({"min_confidence": "1.5"}, "min_confidence"),
            ({"min_confidence": "nan"}, "min_confidence"),
            ({"from": "soon"}, "from"),
            ({"list": "no-such"}, "no-such"),
            ({"until": "2024", "color": "red"}, "color"),
        ],
    )
    def test_wrong_values_are_told(self, api: Api, params: dict[str, str], word: str) -> None:
        assert word in api.error(f"relations/{RL}", **params)
        assert word in api.error("sample", **params)
        assert word in api.error("path", source=RL, target=RL, **params)


class TestPaths:
    def path(self, api: Api, source: str, target: str, **filters: Any) -> list[list[str]]:
        found = api.get("path", source=source, target=target, **filters)["paths"]
        for path in found:
            nodes = ids(path["nodes"])
            assert (nodes[0], nodes[-1]) == (source, target)
            assert len(path["claims"]) == len(nodes) - 1
            for here, there, claims in zip(nodes, nodes[1:], path["claims"], strict=False):
                assert {claim["node"]["id"] for claim in claims} == {there}
                assert any({edge["source"], edge["target"]} == {here, there} for edge in path["edges"])
        return [ids(path["nodes"]) for path in found]

    def test_shortest_paths_go_through_rare_nodes_first(self, api: Api) -> None:
        found = self.path(api, "paper/arxiv-2503.00004", "paper/arxiv-2503.00005")
        # A derived link joins them directly.
        assert found == [["paper/arxiv-2503.00004", "paper/arxiv-2503.00005"]]
        claimed = self.path(
            api,
            "paper/arxiv-2503.00004",
            "paper/arxiv-2503.00005",
            relations="trainsOn,evaluatesOn,introduces",
        )
        assert sorted(path[1] for path in claimed) == ["entity/reedbench", "entity/wetland-corpus"]

    def test_a_bare_mention_is_a_step_too(self, api: Api) -> None:
        found = self.path(api, "paper/title-a-survey-of-ponds", "paper/arxiv-2502.00002")
        assert [path[1:-1] for path in found] == [["entity/question-answering"]]

    def test_every_step_has_its_sentences(self, api: Api) -> None:
        (path,) = api.get("path", source="entity/fernlm-7b", target="entity/leaf-routing")["paths"][:1]
        for claims in path["claims"]:
            assert all(claim["quotes"] for claim in claims if claim["confidence"] is not None)

    def test_filters_hold_and_ends_stay(self, api: Api) -> None:
        ends = {"source": "paper/arxiv-2501.00001", "target": "paper/arxiv-2502.00002"}
        direct = {"relations": "comparesWith,evaluatesOn,introduces"}
        assert api.get("path", **ends, **direct)["paths"]
        assert api.get("path", **ends, **direct, types="Task")["paths"] == []
        assert api.get("path", **ends, **direct, until=2020, types="Benchmark")["paths"]

    def test_no_path_and_no_step(self, api: Api) -> None:
        assert self.path(api, "paper/arxiv-2504.00008", RL) == []
        assert self.path(api, RL, RL) == [[RL]]
        assert "no-such" in api.error("path", 404, source=RL, target="paper/no-such")
        assert "target" in api.error("path", source=RL)

    def test_at_most_three_come(self, api: Api) -> None:
        found = self.path(
            api, "paper/arxiv-2404.00000", "paper/arxiv-2404.00001", relations="uses,evaluatesOn,measures"
        )
        assert len(found) == 3
        degrees = [api.get(f"node/{path[1]}")["node"]["degree"] for path in found]
        assert degrees == sorted(degrees)


class TestParts:
    def test_evidence_in_both_directions(self, api: Api) -> None:
        one, other = "paper/arxiv-2502.00002", "entity/pondqa"
        there = api.get("evidence", source=one, target=other)
        assert [(claim["relation"], claim["direction"]) for claim in there["claims"]] == [
            ("introduces", "out"),
            ("evaluatesOn", "out"),
        ]
        back = api.get("evidence", source=other, target=one)
        assert {claim["direction"] for claim in back["claims"]} == {"in"}
        assert [claim["quotes"] for claim in back["claims"]] == [claim["quotes"] for claim in there["claims"]]
        assert api.get("evidence", source=one, target=RL)["claims"] == []

    def test_a_graph_of_given_nodes_has_all_edges_among_them(self, api: Api) -> None:
        wanted = ["paper/arxiv-2501.00001", "paper/arxiv-2502.00002", "entity/pondqa", "entity/nothing"]
        part = api.post("graph", {"ids": wanted})
        assert sorted(ids(part["nodes"])) == sorted(wanted[:-1])
        assert part["missing"] == ["entity/nothing"]
        assert ("paper/arxiv-2501.00001", "usesDataFrom", "paper/arxiv-2502.00002") in triples(part["edges"])
        assert ("paper/arxiv-2502.00002", "introduces", "entity/pondqa") in triples(part["edges"])
        fewer = api.post("graph", {"ids": wanted, "filters": {"relations": ["introduces"]}})
        assert triples(fewer["edges"]) == {("paper/arxiv-2502.00002", "introduces", "entity/pondqa")}
        assert "20,000" in api.post("graph", {"ids": ["x"] * 20_001}, 413)["error"]

    def test_a_sample_holds_the_best_connected(self, api: Api) -> None:
        part = api.get("sample", limit=10)
        assert len(part["nodes"]) == 10
        assert part["total_nodes"] == STUDIES + 8 + 15
        assert RL in ids(part["nodes"])
        assert sum(node["type"] == "Paper" for node in part["nodes"]) == 5
        shown = set(ids(part["nodes"]))
        assert all({edge["source"], edge["target"]} <= shown for edge in part["edges"])
        every = api.get("sample", limit=5000)
        assert len(every["nodes"]) == every["total_nodes"]
        assert "limit" in api.error("sample", limit=5001)

    def test_a_page_holds_the_nodes_asked_where_they_were(self, api: Api) -> None:
        nodes = [
            {"id": "entity/pondqa", "x": 120.4, "y": -30},
            {"id": "paper/arxiv-2502.00002", "x": -500, "y": 77},
        ]
        body = {"title": "Ponds & <b>more</b>", "nodes": nodes}
        response = api.session.post(f"{api.address}/api/page", json=body, timeout=60)
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/html")
        assert response.headers["Content-Disposition"].startswith("attachment")
        html = response.text
        assert "Ponds &amp; &lt;b&gt;more" in html
        assert "PondQA" in html
        assert "Our PondQA scores" in html, "with the sentences behind the edge"
        assert "entity/mosslm" not in html
        for broken, status in (
            ({"title": "", "nodes": []}, 400),
            ({"title": "", "nodes": [{"id": "entity/no-such", "x": 0, "y": 0}]}, 404),
            ({"title": "", "nodes": [{"id": RL, "x": 1e300, "y": 0}]}, 400),
            ({"title": "", "nodes": nodes, "relations": ["likes"]}, 400),
            ({"title": "", "nodes": nodes[:1] * 5001}, 413),
        ):
            assert api.post("page", broken, status)["error"]
