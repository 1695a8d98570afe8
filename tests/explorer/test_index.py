"""The network in memory, and graphs as no build writes them."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import networkx as nx
import pytest
import requests
from pyoxigraph import DefaultGraph, RdfFormat

from kg.network import project
from kg.rdf import OxigraphStore, SparqlEndpoint, Store
from kg.server.errors import BadRequest
from kg.server.filters import Filters, select
from kg.server.index import GraphIndex
from kg.server.paths import shortest_paths
from kg.server.related import related
from tests.explorer.api import api_of, write_graph_file
from tests.explorer.sample import ponds
from tests.network.sample import Sample, SampleEntity, SamplePaper, synthetic

PREFIXES = """
@base <https://example.org/lab/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix fabio: <http://purl.org/spar/fabio/> .
@prefix kg: <https://w3id.org/paperkg/ontology#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
ODD = (
    PREFIXES
    + r"""
<paper/bare> a kg:Paper .
<paper/odd> a kg:Paper ; dcterms:title "Line one\nLine \"two\" <script>window.hacked=1</script>" ;
  dcterms:issued "soon" ; dcterms:abstract "Short 🦆 text." ; schema:url <javascript:alert(1)> ;
  dcterms:isPartOf <list/unknown>, <list/untitled> ; kg:hasResult <result/odd/1> .
<list/untitled> a kg:ReadingList .
<entity/alone> a kg:ResearchEntity, kg:Method ; skos:prefLabel "alone"@en ; skos:exactMatch <urn:x:1> .
<entity/nameless> a kg:ResearchEntity, kg:Task ; skos:broader <entity/nameless>, <entity/gone> .
<entity/tag> a kg:ResearchEntity, kg:Metric ; skos:prefLabel "<b>\n\"tag\"</b>" ; skos:altLabel "" .
<claim/odd/uses/tag> a kg:Claim ; kg:confidence 0.5 ; rdf:subject <paper/odd> ; rdf:predicate kg:measures ;
  rdf:object <entity/tag> ; kg:evidence <mention/1>, <mention/2> .
<claim/odd/uses/gone> a kg:Claim ; kg:confidence 0.5 ; rdf:subject <paper/odd> ; rdf:predicate kg:uses ;
  rdf:object <entity/gone> .
<claim/odd/measures/tag> a kg:Claim ; kg:confidence 0.7 ;
  rdf:subject <paper/odd> ; rdf:predicate kg:measures ;
  rdf:object <entity/tag> ; kg:evidence <mention/1>, <mention/2> .
<mention/1> kg:inPaper <paper/odd> ; kg:denotes <entity/tag> ; kg:field "abstract" ; oa:start 6 ; oa:end 7 ;
  kg:inSentence <sentence/1> .
<mention/2> kg:inPaper <paper/odd> ; kg:denotes <entity/tag> ; kg:field "abstract" ; oa:start 10 ; oa:end 99 ;
  kg:inSentence <sentence/1> .
<sentence/1> kg:text "Short 🦆 text." ; oa:start 0 ; oa:end 13 .
<result/odd/1> a kg:Result ; kg:inPaper <paper/odd> ; kg:value "1e3" ; kg:kind "absolute" .
"""
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return OxigraphStore(write_graph_file(ponds(), tmp_path_factory.mktemp("index") / "graph.nt"))


@pytest.fixture(scope="module")
def index(store: Store) -> GraphIndex:
    return GraphIndex.read(store)


class TestIndex:
    def test_holds_the_nodes_and_edges_of_the_projection(self, store: Store, index: GraphIndex) -> None:
        network = project(store, max_nodes=None)
        assert sorted(map(index.iri, range(len(index)))) == list(network)
        for number in range(len(index)):
            known, node = network.nodes[index.iri(number)], index.node(number)
            assert (node["type"], node["label"], node["degree"]) == (
                known["type"],
                " ".join(known["label"].split()),
                known["degree"],
            )
        edges = {}
        for number in range(len(index.sources)):
            edge = index.edge(number)
            edges[index.base + edge["source"], index.base + edge["target"], edge["relation"]] = edge[
                "confidence"
            ]
        expected = {
            (source, target, relation): known.get("confidence")
            for source, target, relation, known in network.edges(keys=True, data=True)
        }
        assert edges == expected

    def test_adjacency_has_every_edge_at_both_ends(self, index: GraphIndex) -> None:
        seen: Counter[int] = Counter()
        for node in range(len(index)):
            edges, others = index.around(node)
            assert list(others) == sorted(others)
            for edge, other in zip(edges, others, strict=True):
                assert {int(index.sources[edge]), int(index.targets[edge])} == {node, int(other)}
                seen[int(edge)] += 1
            assert len(set(others.tolist())) == index.degrees[node]
        assert seen == dict.fromkeys(range(len(index.sources)), 2)

    def test_nodes_are_numbered_by_degree(self, index: GraphIndex) -> None:
        assert list(index.degrees) == sorted(index.degrees, reverse=True)

    def test_reads_the_same_from_another_store(self, index: GraphIndex, oxigraph_server: str) -> None:
        body = ponds().dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
        kind = {"Content-Type": "application/n-triples"}
        requests.put(
            f"{oxigraph_server}/store?default", data=body, headers=kind, timeout=60
        ).raise_for_status()
        there = GraphIndex.read(SparqlEndpoint(f"{oxigraph_server}/query"))
        assert (there.ids, there.labels) == (index.ids, index.labels)
        assert (there.sources == index.sources).all()
        assert (there.half_edges == index.half_edges).all()
        assert there.results.ids == index.results.ids
        with api_of(f"{oxigraph_server}/query") as api:
            page = api.get("node/entity/pondqa")
            assert page["groups"][0]["claims"][0]["quotes"]
            assert api.get("leaderboard/pondqa")["rows"][0]["value"] == "71.5"
            assert api.get("path", source="entity/fernlm-7b", target="entity/f1")["paths"]
            assert api.get("node/paper/arxiv-2501.00001")["abstract"]["mentions"]

    def test_many_threads_search_and_select_at_once(self, index: GraphIndex) -> None:
        def work(number: int) -> tuple[list[int], int]:
            found = index.names.search("reinforcement"[: 1 + number % 13])
            selection = select(index, Filters(min_confidence=number % 10 / 10))
            return [one.node for one in found], int(selection.edges.sum())

        alone = [work(number) for number in range(130)]
        with ThreadPoolExecutor(12) as pool:
            assert list(pool.map(work, range(130))) == alone

    def test_an_unknown_list_is_told(self, index: GraphIndex) -> None:
        with pytest.raises(BadRequest, match="no-such"):
            select(index, Filters(list="no-such"))


class TestPaths:
    def test_every_path_of_a_larger_graph_is_a_shortest_one(self, tmp_path: Path) -> None:
        store = OxigraphStore(write_graph_file(synthetic(60), tmp_path / "graph.nt"))
        index = GraphIndex.read(store)
        graph: nx.Graph[int] = nx.Graph(zip(index.sources.tolist(), index.targets.tolist(), strict=True))
        selection = select(index, Filters())
        papers = [node for node in range(len(index)) if not index.types[node]]
        for source, target in zip(papers, reversed(papers), strict=True):
            found = shortest_paths(index, selection, source, target)
            every = sorted(nx.all_shortest_paths(graph, source, target)) if source != target else [[source]]
            assert len(found) == min(3, len(every))
            assert all(path in every for path in found)
            assert found == shortest_paths(index, selection, source, target)

    def test_bare_mentions_come_last_and_rare_nodes_first(self, tmp_path: Path) -> None:
        names = {name: SampleEntity(name, "Method") for name in ("rare", "common", "said")}
        sample = Sample(names)

        def paper(key: str, *slugs: str) -> None:
            claims = {slug: [("mentions" if slug == "said" else "uses", "0.9")] for slug in slugs}
            text = " and ".join(f"[[{slug}|{slug}]]" for slug in slugs)
            sample.paper(SamplePaper(key, f"Paper {key}", [f"We use {text}."], claims))  # type: ignore[arg-type]

        paper("title-one", "rare", "common", "said")
        paper("title-two", "rare", "common", "said")
        for number in range(5):
            paper(f"title-other-{number}", "common")
        index = GraphIndex.read(OxigraphStore(write_graph_file(sample.finish(), tmp_path / "graph.nt")))
        ends = [index.find("paper/title-one"), index.find("paper/title-two")]
        assert ends[0] is not None
        assert ends[1] is not None
        found = shortest_paths(index, select(index, Filters()), ends[0], ends[1])
        assert [index.labels[path[1]] for path in found] == ["rare", "common", "said"]
        like = related(index, ends[0])
        assert index.ids[like.papers[0]] == "paper/title-two"


class TestOddGraphs:
    def test_an_empty_graph_has_every_page(self, tmp_path: Path) -> None:
        graph = tmp_path / "graph.ttl"
        graph.write_text(PREFIXES, encoding="utf-8")
        with api_of(graph) as api:
            shown = api.get("overview")
            assert shown["counts"]["papers"] == 0
            assert shown["years"] is None
            assert api.get("search", q="a")["matches"] == []
            assert api.get("sample") == {"nodes": [], "edges": [], "total_nodes": 0}
            assert api.get("leaderboards")["boards"] == []
            assert api.post("graph", {"ids": ["entity/a"]})["missing"] == ["entity/a"]
            assert api.get("queries")["queries"]
            api.get("node/entity/a", 404)

    def test_what_is_missing_or_malformed_is_left_out(self, tmp_path: Path) -> None:
        graph = tmp_path / "graph.ttl"
        graph.write_text(ODD, encoding="utf-8")
        with api_of(graph) as api:
            shown = api.get("overview")
            assert shown["base"] == "https://example.org/lab/"
            assert shown["counts"]["papers"] == 2
            assert [entry["title"] for entry in shown["lists"]] == ["list/untitled"]
            bare = api.get("node/paper/bare")
            assert bare["node"]["label"] == "paper/bare"
            assert "issued" not in bare["node"]
            assert (bare["authors"], bare["abstract"]["text"], bare["related"]) == ("", "", [])
            odd = api.get("node/paper/odd")
            assert odd["node"]["label"] == 'Line one Line "two" <script>window.hacked=1</script>'
            assert odd["links"] == []
            assert odd["lists"] == [{"id": "list/untitled", "title": "list/untitled"}]
            (mention,) = odd["abstract"]["mentions"]
            assert odd["abstract"]["text"][mention["start"] : mention["end"]] == "🦆"
            (group,) = odd["groups"]
            (claim,) = group["claims"]
            assert (claim["confidence"], claim["quotes"][0]["marks"]) == (0.7, [[6, 7]])
            assert odd["results"][0] | {"paper": None} == {
                "id": "result/odd/1",
                "subject": None,
                "benchmark": None,
                "metric": None,
                "baseline": None,
                "value": "1e3",
                "unit": "",
                "kind": "absolute",
                "verbatim": "",
                "paper": None,
                "quote": {"text": "", "marks": [], "field": "abstract"},
            }
            alone = api.get("node/entity/alone")
            assert (alone["node"]["papers"], alone["groups"], alone["links"]) == (0, [], [])
            assert alone["timeline"] == []
            nameless = api.get("node/entity/nameless")
            assert (nameless["node"]["label"], nameless["broader"]) == ("entity/nameless", [])
            found = [match["id"] for match in api.get("search", q='"tag"')["matches"]]
            assert found == ["entity/tag"]
            nodes = [{"id": "entity/tag", "x": 0, "y": 0}, {"id": "paper/odd", "x": 90, "y": 0}]
            response = api.session.post(
                f"{api.address}/api/page", json={"title": "<script>", "nodes": nodes}, timeout=60
            )
            assert response.status_code == 200
            assert "<script>window.hacked" not in response.text
