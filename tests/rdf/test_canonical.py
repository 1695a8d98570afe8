from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pyoxigraph as ox
import pytest

import kg.rdf.canonical
from kg.errors import KgError
from kg.rdf import OxigraphStore, SparqlEndpoint, export_graph, push_graph
from kg.rdf.canonical import canonical_hash
from tests.conftest import ROOT

GRAPH = ROOT / "tests" / "queries" / "graph.ttl"


def sorted_export(store: OxigraphStore) -> str:
    out = io.BytesIO()
    export_graph(store, "ntriples", out)
    lines = sorted(line + b"\n" for line in out.getvalue().split(b"\n")[:-1])
    return hashlib.sha256(b"".join(lines)).hexdigest()


def test_it_is_that_of_the_sorted_export(built: Path) -> None:
    store = OxigraphStore(built / "store")
    assert canonical_hash(store) == sorted_export(store)
    assert canonical_hash(OxigraphStore(built / "graph.ttl")) == canonical_hash(store)


def test_it_does_not_depend_on_how_much_is_sorted_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    store = OxigraphStore(GRAPH)
    whole = canonical_hash(store)
    monkeypatch.setattr(kg.rdf.canonical, "_PART", 500)
    assert canonical_hash(store) == whole == sorted_export(store)


def test_another_graph_has_another(tmp_path: Path) -> None:
    text = GRAPH.read_text(encoding="utf-8")
    (tmp_path / "other.ttl").write_text(text.replace('"Heron"', '"Egret"'), encoding="utf-8")
    assert canonical_hash(OxigraphStore(tmp_path / "other.ttl")) != canonical_hash(OxigraphStore(GRAPH))


def test_it_is_the_same_on_a_server(oxigraph_server: str, built: Path) -> None:
    push_graph(f"{oxigraph_server}/store?default", built / "graph.ttl")
    endpoint = SparqlEndpoint(f"{oxigraph_server}/query")
    assert canonical_hash(endpoint) == canonical_hash(OxigraphStore(built / "graph.ttl"))


def test_blank_nodes_are_named_canonically(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = tmp_path / "one.nt", tmp_path / "other.nt"
    one.write_text("_:a <http://e/p> _:b .\n_:b <http://e/p> <http://e/o> .\n", encoding="utf-8")
    other.write_text("_:z <http://e/p> <http://e/o> .\n_:y <http://e/p> _:z .\n", encoding="utf-8")
    assert canonical_hash(OxigraphStore(one)) == canonical_hash(OxigraphStore(other))
    graph = ox.Dataset(ox.parse(path=one))
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{quad.triple} .\n" for quad in graph)
    assert canonical_hash(OxigraphStore(one)) == hashlib.sha256("".join(lines).encode()).hexdigest()
    monkeypatch.setattr(kg.rdf.canonical, "_SMALL", 1)
    with pytest.raises(KgError, match="blank nodes"):
        canonical_hash(OxigraphStore(one))
