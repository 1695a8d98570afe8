from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

from kg.network import layout, project, write_gexf, write_graphml
from kg.rdf import Iris
from kg.rdf.store import Store

FERN = Iris().paper("arxiv-2501.00001").value


def test_graphml_is_read_again_with_all_it_held(store: Store, tmp_path: Path) -> None:
    network = project(store)
    positions = layout(network)
    write_graphml(network, tmp_path / "graph.graphml", positions=positions)
    read = nx.read_graphml(tmp_path / "graph.graphml", force_multigraph=True)
    assert set(read) == set(network)
    assert read.number_of_edges() == network.number_of_edges()
    node = read.nodes[FERN]
    assert (node["label"], node["type"], node["degree"]) == (
        "FernLM: Leaf Routing for Patient Language Models",
        "Paper",
        8,
    )
    assert (node["x"], node["y"]) == positions[FERN]
    weights = {(u, v, data["relation"]): data["weight"] for u, v, data in read.edges(data=True)}
    assert weights == {
        (u, v, key): data.get("confidence", 1.0) for u, v, key, data in network.edges(keys=True, data=True)
    }


def test_gexf_is_read_again_with_all_it_held(store: Store, tmp_path: Path) -> None:
    network = project(store)
    positions = layout(network)
    write_gexf(network, tmp_path / "graph.gexf", positions=positions)
    read = nx.read_gexf(tmp_path / "graph.gexf")
    assert set(read) == set(network)
    assert read.number_of_edges() == network.number_of_edges()
    place = read.nodes[FERN]["viz"]["position"]
    assert (place["x"], -place["y"]) == positions[FERN]
    assert {data["relation"] for *_, data in read.edges(data=True)} == {
        key for *_, key in network.edges(keys=True)
    }


@pytest.mark.parametrize("suffix", ["graphml", "gexf"])
def test_markup_and_illegal_characters_stay_text(tmp_path: Path, store: Store, suffix: str) -> None:
    network = project(store)
    network.nodes[FERN]["label"] = "a\x00b\x1b<c> & ]]> \ufffe 🌿 بركة"
    path = tmp_path / f"graph.{suffix}"
    (write_graphml if suffix == "graphml" else write_gexf)(network, path)
    read = nx.read_graphml(path) if suffix == "graphml" else nx.read_gexf(path)
    assert read.nodes[FERN]["label"] == "a\ufffdb\ufffd<c> & ]]> \ufffd 🌿 بركة"
    assert "<script>window" not in path.read_text(encoding="utf-8")
