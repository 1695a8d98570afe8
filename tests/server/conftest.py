from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.serving import Server, publish, serving


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The graph of six invented papers as a build leaves it; not to be written to."""
    return publish(tmp_path_factory.mktemp("served") / "output")


@pytest.fixture(scope="session")
def server(output: Path) -> Iterator[Server]:
    """A server of that graph, whose queries have three seconds."""
    with serving(output, "--timeout", "3") as running:
        yield running.settle()


@pytest.fixture(scope="session")
def strict(output: Path) -> Iterator[Server]:
    """A server whose answers have 20 rows at most, that another site may use, and that has one more name."""
    options = "--timeout 20 --max-rows 20 --cors https://example.org --allow-host graph.example".split()
    with serving(output, *options) as running:
        yield running.settle()
