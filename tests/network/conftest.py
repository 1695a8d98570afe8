from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, RdfFormat

from kg.rdf import OxigraphStore
from kg.rdf.store import Store
from tests.network.sample import pond, synthetic


def _open(graph: pyoxigraph.Store, path: Path) -> Store:
    graph.dump(path, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    return OxigraphStore(path)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The eight invented papers, as a store."""
    return _open(pond(), tmp_path_factory.mktemp("pond") / "graph.nt")


@pytest.fixture(scope="session")
def larger_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Sixty synthetic papers, as a store."""
    return _open(synthetic(60), tmp_path_factory.mktemp("larger") / "graph.nt")
