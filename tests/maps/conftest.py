from __future__ import annotations

import pytest

from kg.maps import RelatedWorkMap, make_map
from kg.rdf.store import Store
from tests.maps.garden import garden, opened
from tests.network.sample import synthetic


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The nine invented papers, as a store."""
    return opened(garden(), tmp_path_factory.mktemp("garden") / "graph.nt")


@pytest.fixture(scope="session")
def work(store: Store) -> RelatedWorkMap:
    """A map of all of them."""
    return make_map(store)


@pytest.fixture(scope="session")
def larger_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two hundred synthetic papers, as a store."""
    return opened(synthetic(200), tmp_path_factory.mktemp("larger") / "graph.nt")
