from __future__ import annotations

import itertools
import math
import os
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest

from kg.network import Network, layout, node_radius, project, render_html
from kg.network.evidence import Evidence
from kg.rdf.store import Store


def star(leaves: int) -> Network:
    network: Network = nx.MultiDiGraph()
    network.add_node("hub", degree=leaves)
    for number in range(leaves):
        network.add_node(f"leaf {number:03}", degree=1)
        network.add_edge("hub", f"leaf {number:03}", "uses")
    return network


@pytest.mark.parametrize("leaves", [0, 1, 2, 7, 150])
def test_a_star_of_any_size_has_places_for_all(leaves: int) -> None:
    positions = layout(star(leaves))
    assert len(set(positions.values())) == leaves + 1
    assert all(type(x) is int and type(y) is int for x, y in positions.values())


def test_an_empty_network_has_no_positions() -> None:
    assert layout(nx.MultiDiGraph()) == {}


def test_nodes_do_not_overlap(larger_store: Store) -> None:
    network = project(larger_store)
    positions = layout(network)
    assert set(positions) == set(network)
    radii = {node: node_radius(network.nodes[node]["degree"]) for node in network}
    overlaps = sum(
        math.dist(positions[one], positions[other]) < radii[one] + radii[other]
        for one, other in itertools.combinations(network, 2)
    )
    assert overlaps <= len(network) // 50


def test_linked_nodes_are_nearer_than_others(larger_store: Store) -> None:
    network = project(larger_store)
    positions = layout(network)
    linked = [math.dist(positions[one], positions[other]) for one, other in network.edges()]
    all_pairs = [
        math.dist(positions[one], positions[other]) for one, other in itertools.combinations(network, 2)
    ]
    assert sum(linked) / len(linked) < 0.6 * sum(all_pairs) / len(all_pairs)


def test_parts_lie_beside_each_other() -> None:
    network = star(20)
    for number in range(12):
        network.add_node(f"lone {number:02}", degree=0)
    positions = layout(network)
    assert len(set(positions.values())) == len(network)


def test_another_seed_gives_another_picture(larger_store: Store) -> None:
    network = project(larger_store)
    assert layout(network, seed=1) != layout(network, seed=2)


_BUILD = """
import sys
from pathlib import Path
from kg.network import layout, project, write_gexf, write_graphml, write_html
from kg.rdf import OxigraphStore
store = OxigraphStore(sys.argv[1])
network = project(store, max_nodes=300)
out = Path(sys.argv[2])
write_html(network, store, out / "graph.html", title="Same")
write_gexf(network, out / "graph.gexf", positions=layout(network))
write_graphml(network, out / "graph.graphml", positions=layout(network))
"""


def test_the_same_graph_gives_the_same_bytes(tmp_path: Path) -> None:
    from pyoxigraph import DefaultGraph, RdfFormat

    from tests.network.sample import synthetic

    synthetic(60).dump(tmp_path / "graph.nt", RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    lines = (tmp_path / "graph.nt").read_bytes().splitlines(keepends=True)
    for name, ordered, seed in (("one", lines, "1"), ("two", lines[::-1], "2")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "graph.nt").write_bytes(b"".join(ordered))
        subprocess.run(
            [sys.executable, "-c", _BUILD, folder / "graph.nt", folder],
            check=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    for file in ("graph.html", "graph.gexf", "graph.graphml"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_network_without_evidence_still_makes_a_page(larger_store: Store) -> None:
    network = project(larger_store, max_nodes=10)
    assert "<!doctype html>" in render_html(network, Evidence({}, ()), title="Bare")
