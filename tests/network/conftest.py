from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, RdfFormat

from kg.rdf import OxigraphStore
from kg.rdf.store import Store
from tests.network.sample import pond, synthetic

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        if os.environ.get("KG_REQUIRE_BROWSER") == "1":
            pytest.fail("KG_REQUIRE_BROWSER is set, and there is no chromium on the PATH")
        pytest.skip("no chromium on the PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=_FLAGS.split())
        yield browser
        browser.close()
