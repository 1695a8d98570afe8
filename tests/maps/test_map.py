from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import requests
from pyoxigraph import DefaultGraph, RdfFormat

from kg.errors import KgError, UsageError
from kg.maps import MapOptions, RelatedWorkMap, make_map
from kg.maps.boards import contradictions
from kg.maps.build import neighbours
from kg.maps.cite_keys import cite_keys
from kg.maps.clusters import group, neighbour_graph
from kg.maps.collection import PaperFacts, read_collection
from kg.maps.positions import FEW
from kg.maps.records import Gap
from kg.maps.relatedness import nearest, vectors
from kg.maps.supports import author_keys, disjoint_groups
from kg.rdf import open_store
from kg.rdf.store import Store
from tests.maps.garden import PAPERS, garden, opened
from tests.network.sample import synthetic

SPROUT, BENCH, ROOT, FAST, GRAFT, MORE, THOUGHTS = (
    "arxiv-2401.00001",
    "arxiv-2402.00002",
    "arxiv-2403.00003",
    "arxiv-2404.00004",
    "arxiv-2405.00005",
    "arxiv-2406.00006",
    "arxiv-2406.00007",
)
CLAIM = "https://w3id.org/paperkg/id/claim/"


def test_every_claim_leads_to_its_sentence(work: RelatedWorkMap) -> None:
    assert len(work.claims) == sum(len(relations) for paper in PAPERS for relations in paper.claims.values())
    claim = work.claims[f"{CLAIM}{SPROUT}/introduces/sprouting"]
    assert (claim.paper, claim.entity, claim.relation, claim.confidence) == (
        SPROUT,
        "sprouting",
        "introduces",
        0.96,
    )
    assert [quote.text for quote in claim.quotes] == [
        "SproutNet: Sprouting for Leaf Counting",
        "We introduce sprouting.",
    ]
    for one in work.claims.values():
        assert one.quotes
        assert all(quote.text[start:end] for quote in one.quotes for start, end in quote.marks)
    assert work.of_paper[SPROUT][0] == claim.iri
    assert sorted(iri for claims in work.of_paper.values() for iri in claims) == sorted(work.claims)


def test_papers_and_entities_are_as_the_graph_has_them(work: RelatedWorkMap) -> None:
    paper = work.papers[SPROUT]
    assert paper.authors == ("Ada Lane", "Bo Reed")
    assert (paper.issued, paper.arxiv_id, paper.lists) == (
        "2024-01",
        "2401.00001",
        ("Leaves", "The garden club"),
    )
    assert work.papers[BENCH].cite_key == "celik2024leafbench"
    entity = work.entities["fast-sprouting"]
    assert (entity.label, entity.type, entity.broader, entity.papers) == (
        "fast sprouting",
        "Method",
        ("sprouting",),
        1,
    )
    assert work.entities["sprouting"].papers == 4
    assert list(work.papers) == sorted(work.papers)
    assert list(work.entities) == sorted(work.entities)


def test_clusters_are_the_two_topics_named_apart(work: RelatedWorkMap) -> None:
    by_name = {cluster.name: set(cluster.papers) for cluster in work.clusters}
    leaves = next(name for name in by_name if "leaf counting" in name)
    roots = next(name for name in by_name if "root tracing" in name)
    assert by_name[leaves] == {SPROUT, BENCH, FAST}
    assert by_name[roots] == {ROOT, GRAFT, MORE}
    assert len(by_name) == len(work.clusters)
    assert sorted(paper for cluster in work.clusters for paper in cluster.papers) == sorted(work.papers)
    assert [cluster.number for cluster in work.clusters] == list(range(len(work.clusters)))
    assert all(work.papers[paper].cluster == one.number for one in work.clusters for paper in one.papers)


def test_positions_keep_neighbours_near(work: RelatedWorkMap) -> None:
    def far(one: str, other: str) -> float:
        a, b = work.papers[one], work.papers[other]
        return math.hypot(a.x - b.x, a.y - b.y)

    assert all(0 <= paper.x <= 1 and 0 <= paper.y <= 1 for paper in work.papers.values())
    assert far(SPROUT, FAST) < far(SPROUT, GRAFT)
    assert far(GRAFT, MORE) < far(GRAFT, BENCH)
    assert len({(paper.x, paper.y) for paper in work.papers.values()}) == len(work.papers)


def test_matrix_shows_what_is_shared(work: RelatedWorkMap, store: Store) -> None:
    table = work.matrix
    assert set(table.rows) == set(work.papers)
    assert table.columns == (
        "leaf-counting",
        "root-tracing",
        "language-model",
        "sprouting",
        "grafting",
        "leafbench",
        "rootbench",
        "accuracy",
        "count-error",
    )
    assert table.omitted == 3
    assert [claim.relation for claim in table.cells[ROOT, "sprouting"]] == ["uses"]
    assert (MORE, "sprouting") not in table.cells

    narrow = make_map(
        store, options=MapOptions(matrix_types=("Benchmark", "Task"), matrix_relations=("evaluatesOn",))
    ).matrix
    assert narrow.columns == ("rootbench", "leafbench")
    assert make_map(store, options=MapOptions(columns=2)).matrix.omitted == 10


def test_timelines_tell_what_was_introduced_and_what_was_used_before(work: RelatedWorkMap) -> None:
    told = {one.entity: one for one in work.timelines}
    assert set(told) == {"sprouting", "grafting", "language-model", "leafbench", "rootbench"}
    assert [(one.month, one.kind, one.paper, one.other) for one in told["sprouting"].events] == [
        ("2024-01", "introduced", SPROUT, ""),
        ("2024-01", "first used for", SPROUT, "leaf-counting"),
        ("2024-03", "first used for", ROOT, "root-tracing"),
        ("2024-04", "variant", FAST, "fast-sprouting"),
    ]
    assert told["sprouting"].events[2].claim == f"{CLAIM}{ROOT}/uses/sprouting"
    assert told["sprouting"].origin == "introduced here"
    assert told["leafbench"].origin == "introduced here, used before"
    assert told["rootbench"].origin == "introduced elsewhere"
    assert told["rootbench"].events[0].kind == "seen"
    assert told["language-model"].months == {"2024-01": 1, "2024-03": 1, "2024-06": 1, "2024-07": 1}


def test_gaps_have_three_states_and_say_what_suggests_them(work: RelatedWorkMap, store: Store) -> None:
    def cells(one: RelatedWorkMap, kind: str) -> Mapping[tuple[str, str], Gap]:
        table = one.method_gaps[kind]  # type: ignore[index]
        found = {(gap.row, gap.column): gap for gap in table.gaps}
        assert set(found) == {(row, column) for row in table.rows for column in table.columns}
        return found

    gaps = cells(work, "Benchmark")
    assert gaps["sprouting", "leafbench"].papers == (SPROUT, BENCH, FAST)
    gap = gaps["grafting", "leafbench"]
    assert gap.state == "not seen in this collection"
    assert 0 < gap.score < 1
    assert gap.suggested_by == tuple(("sprouting", paper) for paper in (SPROUT, BENCH, FAST))
    # Three papers have sprouting, the row most like both, with LeafBench, and only one has it with RootBench.
    assert gap.score > gaps["fast-sprouting", "rootbench"].score
    assert work.method_gaps["Benchmark"].gaps[0] == gap
    assert "language-model" not in work.method_gaps["Task"].rows  # it is only mentioned

    by_data = cells(make_map(store, options=MapOptions(gap_types=("Dataset",))), "Benchmark")
    assert {gap.state for gap in by_data.values()} == {"not possible by type"}
    assert ("greenhouse-9k", "rootbench") in by_data


def test_leaderboards_have_the_best_first(work: RelatedWorkMap) -> None:
    boards = {(board.benchmark, board.metric): board for board in work.boards}
    assert [result.value for result in boards["leafbench", "accuracy"].results] == ["71", "64"]
    errors = boards["rootbench", "count-error"]
    assert errors.lower_is_better
    assert [(result.subject, result.value) for result in errors.results] == [
        ("mulching", "2.4"),
        ("grafting", "3.1"),
    ]
    quote = errors.results[0].quote
    assert [quote.text[start:end] for start, end in quote.marks] == ["2.4"]


def test_differing_scores_are_shown_side_by_side(work: RelatedWorkMap) -> None:
    (pair,) = work.contradictions
    assert {(pair.one.paper, pair.one.value), (pair.other.paper, pair.other.value)} == {
        (SPROUT, "71"),
        (FAST, "64"),
    }
    assert pair.difference == 7


def test_shares_and_percentages_are_compared_alike(work: RelatedWorkMap) -> None:
    one, other = (work.contradictions[0].one, work.contradictions[0].other)
    as_share = replace(other, value="0.71", unit="")
    same = replace(one, value="71", unit="%")
    assert not contradictions([same, as_share])
    assert [pair.difference for pair in contradictions([replace(same, value="70.5"), as_share])] == [0.5]
    assert not contradictions([same, replace(other, value="3", unit="x")])
    assert not contradictions([same, replace(same, iri="another", value="60")])  # one sentence, two numbers


def test_support_counts_groups_without_a_common_author(work: RelatedWorkMap) -> None:
    supports = {(one.relation, one.entity): one for one in work.supports}
    # Ada Lane wrote two of the three.
    assert supports["addresses", "leaf-counting"].papers == (SPROUT, BENCH, FAST)
    assert supports["addresses", "leaf-counting"].groups == 2
    assert supports["addresses", "root-tracing"].groups == 3
    assert work.supports[0].groups == 3
    assert ("mentions", "language-model") not in supports


def test_author_groups() -> None:
    assert author_keys(["Çelik, Müge"]) == author_keys(["muge celik"])
    one, other, both, unknown = (author_keys(names) for names in (["A B"], ["C D"], ["A B", "C D"], []))
    assert disjoint_groups([one, other]) == 2
    assert disjoint_groups([one, other, both]) == 1
    assert disjoint_groups([one, unknown]) == 1
    assert disjoint_groups([unknown, unknown]) == 1
    assert disjoint_groups([]) == 0


def test_links_have_their_chain_of_claims(work: RelatedWorkMap) -> None:
    links = {(link.source, link.relation, link.target): link for link in work.links}
    assert set(links) == {
        (SPROUT, "usesDataFrom", BENCH),
        (ROOT, "usesMethodIn", SPROUT),
        (FAST, "usesDataFrom", BENCH),
        (FAST, "extends", SPROUT),
        (MORE, "usesMethodIn", GRAFT),
    }
    link = links[FAST, "extends", SPROUT]
    assert link.via == "sprouting"
    assert link.claims == (
        f"{CLAIM}{FAST}/introduces/fast-sprouting",
        f"{CLAIM}{FAST}/comparesWith/sprouting",
        f"{CLAIM}{SPROUT}/introduces/sprouting",
    )
    assert all(claim in work.claims for one in work.links for claim in one.claims)


def test_cite_keys() -> None:
    def facts(title: str, author: str = "", issued: str = "2017") -> PaperFacts:
        return PaperFacts(title, (author,) if author else (), issued, "", "", "", "", ())

    papers = {
        "a": facts("Attention Is All You Need", "Ashish Vaswani"),
        "b": facts("The Attention of Others", "Vaswani, Ashish"),
        "c": facts("Über Straßen", "Jörg Weiß Jr."),
        "d": facts("On 3 Roads to Nowhere"),
        "e": facts("道", "李明", ""),
    }
    keys = cite_keys(papers)
    assert keys == {
        "a": "vaswani2017attention",
        "b": "vaswani2017attentiona",
        "c": "weiss2017uber",
        "d": "roads2017nowhere",
        "e": "paper",
    }
    newer = {**papers, "0": facts("Attention Again", "Vaswani, Ashish", "2017-11")}
    assert {key: value for key, value in cite_keys(newer).items() if key in papers} == keys


@pytest.mark.parametrize(
    ("start", "papers", "said"),
    [
        ("Leaves", (SPROUT, BENCH, FAST), "reading list Leaves"),
        ("list:garden-club", (SPROUT, ROOT), "reading list The garden club"),
        ("grafting", (GRAFT, MORE), "papers that name grafting"),
        ("entity:rootbench", (ROOT, GRAFT, MORE), "papers that name RootBench"),
        ("LM", (SPROUT, ROOT, THOUGHTS, "arxiv-2407.00008"), "papers that name language model"),
        ("SELECT ?p WHERE { ?p kg:trainsOn ?d }", (GRAFT,), "papers that a query selects"),
    ],
)
def test_starts(store: Store, start: str, papers: tuple[str, ...], said: str) -> None:
    work = make_map(store, start)
    assert tuple(work.papers) == papers
    assert work.start == said
    assert sorted(paper for cluster in work.clusters for paper in cluster.papers) == sorted(papers)


def test_a_paper_comes_with_its_nearest(store: Store) -> None:
    work = make_map(store, "2401.00001", options=MapOptions(nearest=2))
    assert set(work.papers) == {SPROUT, BENCH, FAST}
    assert work.start == "papers related to SproutNet: Sprouting for Leaf Counting"
    assert len(make_map(store, f"paper:{SPROUT}").papers) == 6  # three share nothing with it
    assert work.entities["sprouting"].papers == 3
    assert work.entities["sprouting"].papers_total == 4


def test_a_query_may_stand_in_a_file(store: Store, tmp_path: Path) -> None:
    query = tmp_path / "leaves.rq"
    query.write_text("SELECT ?paper WHERE { ?paper kg:addresses entity:leaf-counting }", encoding="utf-8")
    assert set(make_map(store, query).papers) == {SPROUT, BENCH, FAST}
    assert make_map(store, str(query)).start == "papers that leaves.rq selects"


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("nothing like this", "nothing in the graph is named"),
        ("a club of gardeners", "did you mean 'The garden club'"),
        ("list:nowhere", "no reading list is named 'nowhere'"),
        ("SELECT ?x WHERE { ?x a kg:Method }", r"\?x gives .*which is no paper of the graph"),
        ("SELECT ?t WHERE { ?p dcterms:title ?t }", "first variable of the query is to give papers"),
        ("SELECT ?p WHERE { ?p a kg:ReadingLists }", "the query selects no paper"),
        ("SELECT ?p WHERE { ?p a kg:Paper", "line 1"),
        ("missing.rq", "missing.rq: the query can't be read"),
        ("", "the name is empty"),
    ],
)
def test_a_wrong_start_is_told(store: Store, start: str, message: str) -> None:
    with pytest.raises(KgError, match=message):
        make_map(store, start)


def test_a_name_of_a_list_and_of_an_entity_is_ambiguous(tmp_path: Path) -> None:
    papers = [replace(paper, lists=("leaves",)) for paper in PAPERS[:2]]
    graph = garden(papers)
    graph.update(
        """PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX kg: <https://w3id.org/paperkg/ontology#>
        DELETE { ?list dcterms:title ?old } INSERT { ?list dcterms:title "sprouting" }
        WHERE { ?list a kg:ReadingList ; dcterms:title ?old }"""
    )
    store = opened(graph, tmp_path / "graph.nt")
    with pytest.raises(
        UsageError, match=r"one of several; name one of them: list:leaves .* entity:sprouting"
    ):
        make_map(store, "sprouting")
    assert len(make_map(store, "list:leaves").papers) == 2


def test_small_and_odd_graphs(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="holds no paper"):
        make_map(opened(garden([]), tmp_path / "empty.nt"))

    one = make_map(opened(garden(PAPERS[:1]), tmp_path / "one.nt"))
    assert [(cluster.papers, cluster.name) for cluster in one.clusters] == [
        ((SPROUT,), "leaf counting, LeafBench, sprouting")
    ]
    assert (one.papers[SPROUT].x, one.papers[SPROUT].y) == (0.5, 0.5)
    assert not one.related
    assert len(one.matrix.columns) == 5

    nothing = make_map(opened(garden(PAPERS[-1:]), tmp_path / "nothing.nt"))
    assert [cluster.name for cluster in nothing.clusters] == ["Nothing Named"]
    assert not nothing.claims

    two = make_map(opened(garden([PAPERS[0], PAPERS[3]]), tmp_path / "two.nt"))
    assert [len(cluster.papers) for cluster in two.clusters] == [2]
    assert len(two.related) == 1

    # No dates, no authors, no abstracts.
    bare = [replace(paper, authors=(), lists=()) for paper in (PAPERS[-1], PAPERS[6])]
    graph = garden(bare)
    graph.update("PREFIX dcterms: <http://purl.org/dc/terms/> DELETE WHERE { ?paper dcterms:issued ?date }")
    graph.update("PREFIX dcterms: <http://purl.org/dc/terms/> DELETE WHERE { ?paper dcterms:abstract ?text }")
    work = make_map(opened(graph, tmp_path / "bare.nt"))
    assert [paper.cite_key for paper in work.papers.values()] == ["thoughtslanguage", "nothingnamed"]
    assert [cluster.name for cluster in work.clusters] == ["not related to the others"]
    assert all(event.month == "" for one in work.timelines for event in one.events)


def test_papers_and_entities_under_another_base_are_kept(tmp_path: Path) -> None:
    graph = garden()
    graph.update(
        """PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/>
        PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> PREFIX e: <https://w3id.org/paperkg/id/entity/>
        INSERT DATA {
          <http://example.net/1> a kg:Paper ; dcterms:title "Elsewhere" .
          <http://example.net/c> a kg:Claim ; rdf:subject <http://example.net/1> ; kg:confidence 0.5 ;
            rdf:predicate kg:uses ; rdf:object e:grafting .
          <http://example.net/d> a kg:Claim ; rdf:subject <http://example.net/1> ; kg:confidence 0.5 ;
            rdf:predicate kg:wonders ; rdf:object e:grafting .
        }"""
    )
    work = make_map(opened(graph, tmp_path / "graph.nt"))
    assert work.papers["http://example.net/1"].iri == "http://example.net/1"
    assert work.of_paper["http://example.net/1"] == ("http://example.net/c",)
    assert work.claims["http://example.net/c"].quotes == ()


def test_another_base_makes_no_difference_but_in_iris(work: RelatedWorkMap, tmp_path: Path) -> None:
    base = "https://example.org/garden/"
    moved = make_map(opened(garden(base=base), tmp_path / "moved.nt"))
    assert moved.base == base
    assert all(iri.startswith(f"{base}claim/") for iri in moved.claims)
    assert repr(moved).replace(base, work.base) == repr(work)


def test_the_same_from_a_server(work: RelatedWorkMap, oxigraph_server: str) -> None:
    data = garden().dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    requests.post(
        f"{oxigraph_server}/store?default",
        data=data,
        headers={"Content-Type": "application/n-triples"},
        timeout=30,
    ).raise_for_status()
    remote = open_store(f"{oxigraph_server}/query")
    assert repr(make_map(remote)) == repr(work)
    assert set(make_map(remote, "Leaves").papers) == {SPROUT, BENCH, FAST}


def test_the_same_map_whatever_the_hash_seed(tmp_path: Path) -> None:
    graph = tmp_path / "graph.nt"
    opened(synthetic(40), graph)
    program = (
        "import sys; from kg.maps import make_map; from kg.rdf import open_store;"
        "sys.stdout.write(repr(make_map(open_store(sys.argv[1]))))"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program, str(graph)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


def test_a_new_paper_leaves_most_clusters_as_they_were(tmp_path: Path, work: RelatedWorkMap) -> None:
    others = [paper for paper in PAPERS if paper.key != MORE]
    fewer = make_map(opened(garden(others), tmp_path / "fewer.nt"))
    before = {frozenset(cluster.papers): cluster.name for cluster in fewer.clusters}
    now = {frozenset(cluster.papers) - {MORE}: cluster.name for cluster in work.clusters}
    assert before.keys() == now.keys()
    assert before[frozenset({SPROUT, BENCH, FAST})] == now[frozenset({SPROUT, BENCH, FAST})]


def test_clusters_of_many_papers_change_little_with_one(larger_store: Store) -> None:
    collection = read_collection(larger_store)
    found = vectors(collection, MapOptions())

    def grouped(papers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[set[int]]:
        near = nearest(found, papers, neighbours(len(papers)))
        return [set(one) for one in group(neighbour_graph(near))]

    everything = np.arange(len(collection.papers))
    whole = grouped(everything)
    kept = []
    for paper in range(0, 200, 20):
        fewer = grouped(everything[everything != paper])
        # Each paper counts for how much of its cluster is still together, and alone.
        for cluster in [one - {paper} for one in whole]:
            kept += [max(len(cluster & one) / len(cluster | one) for one in fewer)] * len(cluster)
    assert sum(kept) / len(kept) > 0.93  # 0.88 where papers are visited in a shuffled order


def test_many_papers_are_drawn_near_their_neighbours(larger_store: Store) -> None:
    work = make_map(larger_store)
    assert len(work.papers) > FEW
    drawn = work.papers.values()
    assert all(0 <= paper.x <= 1 and 0 <= paper.y <= 1 for paper in drawn)
    related = [
        math.dist((work.papers[pair.source].x, work.papers[pair.source].y), (other.x, other.y))
        for pair in work.related[:200]
        for other in (work.papers[pair.target],)
    ]
    usual = [math.dist((one.x, one.y), (other.x, other.y)) for one in drawn for other in drawn]
    assert sum(related) / len(related) < 0.5 * sum(usual) / len(usual)


def test_a_missing_extra_is_told(larger_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.manifold", None)
    with pytest.raises(KgError, match=r"pip install 'paperkg\[maps\]'"):
        make_map(larger_store)
