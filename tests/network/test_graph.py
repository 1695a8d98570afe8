from __future__ import annotations

import pytest

from kg.errors import UsageError
from kg.network import project, read_evidence
from kg.rdf import Iris
from kg.rdf.store import Store

IRIS = Iris()


def entity(slug: str) -> str:
    return IRIS.entity(slug).value


def paper(key: str) -> str:
    return IRIS.paper(key).value


FERN = paper("arxiv-2501.00001")
POND = paper("arxiv-2502.00002")


def test_a_paper_is_a_node_with_what_its_source_says(store: Store) -> None:
    node = project(store).nodes[FERN]
    assert node == {
        "kind": "paper",
        "type": "Paper",
        "label": "FernLM: Leaf Routing for Patient Language Models",
        "degree": 8,
        "issued": "2025-01",
        "year": "2025",
        "authors": "Ada Example; Bo Sample",
        "arxiv": "2501.00001",
        "doi": "",
        "url": "https://arxiv.org/abs/2501.00001",
        "code": "https://example.org/fernlm",
        "lists": ("Pond reading group",),
    }


def test_an_entity_is_a_node_with_its_type_and_aliases(store: Store) -> None:
    node = project(store).nodes[entity("leaf-routing")]
    assert node == {
        "kind": "entity",
        "type": "Method",
        "label": "leaf routing",
        "degree": 2,
        "aliases": ("LR", "Leaf Routing"),
    }


def test_a_link_that_is_no_web_address_is_left_out(store: Store) -> None:
    node = project(store).nodes[paper("doi-10.9999%2Ftidal.3")]
    assert (node["url"], node["code"]) == ("", "")


def test_edges_are_claims_with_their_confidence(store: Store) -> None:
    network = project(store)
    assert network.edges[POND, entity("pondqa"), "introduces"]["confidence"] == 0.98
    assert network.edges[POND, entity("pondqa"), "evaluatesOn"]["confidence"] == 0.8
    assert not network.has_edge(POND, entity("pondqa"), "mentions")
    survey = paper("title-a-survey-of-ponds")
    assert network.edges[survey, entity("question-answering"), "mentions"]["kind"] == "claim"


def test_derived_and_broader_links_are_edges_too(store: Store) -> None:
    network = project(store)
    link = network.edges[paper("doi-10.9999%2Ftidal.3"), FERN, "usesMethodIn"]
    assert (link["kind"], link["via"]) == ("derived", (entity("leaf-routing"),))
    assert network.has_edge(FERN, POND, "usesDataFrom")
    assert network.has_edge(
        entity("offline-reinforcement-learning"), entity("reinforcement-learning"), "broader"
    )


def test_types_keep_the_papers_that_they_link(store: Store) -> None:
    network = project(store, types=["Dataset"])
    assert {network.nodes[node]["type"] for node in network} == {"Paper", "Dataset"}
    assert FERN in network
    assert paper("arxiv-2504.00008") not in network
    assert not network.has_edge(FERN, POND, "usesDataFrom"), "it goes via a benchmark"


def test_relations_keep_what_they_link(store: Store) -> None:
    network = project(store, relations=["trainsOn"])
    assert set(network) == {FERN, paper("arxiv-2503.00004"), entity("marsh-12k"), entity("wetland-corpus")}


def test_a_focus_is_shown_with_what_is_near(store: Store) -> None:
    near = project(store, focus=entity("f1"))
    assert set(near) == {entity("f1"), POND, paper("arxiv-2504.00007")}
    assert near.nodes[POND]["degree"] > 2, "the degree is that in the whole graph"
    further = project(store, focus=[entity("f1")], depth=2)
    assert set(near) < set(further)
    assert set(project(store, focus=entity("f1"), depth=2, max_nodes=3)) == set(near), "the nearest stay"
    assert set(project(store, focus=entity("f1"), depth=0)) == {entity("f1")}


def test_past_the_limit_the_most_connected_stay(larger_store: Store) -> None:
    whole = project(larger_store, max_nodes=None)
    part = project(larger_store, max_nodes=80)
    assert len(part) == 80
    assert part.graph == whole.graph
    assert whole.graph["total_papers"] + whole.graph["total_entities"] == len(whole) > 80
    assert min(degree for _, degree in part.degree()) >= 1, "nothing is shown without a link"
    hub = max(whole, key=lambda node: whole.nodes[node]["degree"])
    assert hub in part
    assert part.nodes[hub]["degree"] == whole.nodes[hub]["degree"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"types": ["Widget"]}, "unknown type 'Widget'"),
        ({"relations": ["likes"]}, "unknown relation 'likes'"),
        ({"focus": "https://example.org/nowhere"}, "not a paper or entity"),
        ({"max_nodes": 0}, "1 or more"),
    ],
)
def test_wrong_use_is_told(store: Store, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        project(store, **arguments)  # type: ignore[arg-type]


def test_evidence_marks_every_mention_of_a_claim_in_its_sentence(store: Store) -> None:
    claims = read_evidence(store, project(store)).claims
    quotes = claims[FERN, entity("leaf-routing"), "introduces"]
    assert [[quote.text[start:end] for start, end in quote.marks] for quote in quotes] == [
        ["Leaf Routing"],
        ["leaf routing", "LR"],
    ]
    survey = claims[paper("title-a-survey-of-ponds"), entity("reinforcement-learning"), "uses"]
    assert [len(quote.marks) for quote in survey] == [1, 1, 1, 2, 1]


def test_results_name_what_they_are_tied_to(store: Store) -> None:
    first, second = read_evidence(store, project(store)).results
    assert [label for *_, label in first.roles] == ["FernLM-7B", "PondQA", "accuracy"]
    assert (first.value, first.unit, first.kind) == ("71.5", "%", "absolute")
    start, end = second.quote.marks[0]
    assert second.quote.text[start:end] == "+4.2%"
