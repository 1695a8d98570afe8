from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph
import pytest
from pyoxigraph import DefaultGraph, RdfFormat

from tests.explorer.sample import ponds

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``kg serve`` with the invented papers."""
    path = tmp_path_factory.mktemp("served") / "graph.nt"
    graph: pyoxigraph.Store = ponds()
    graph.dump(path, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    with run_server(path) as address:
        yield address


class run_server:  # noqa: N801 - used like contextlib's
    """``kg serve`` in a process of its own, on a free port; gives its address, without the last slash."""

    def __init__(self, store: Path, *options: str) -> None:
        self._command = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", "0", *options]

    def __enter__(self) -> str:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        first = self._process.stdout.readline()
        assert first.startswith("http://"), f"kg serve said {first!r}"
        return first.split()[0].rstrip("/")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)


@dataclass
class Visit:
    """A page of the explorer with all that went on in it."""

    page: Page
    address: str
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    @property
    def path(self) -> str:
        """What follows the server's address."""
        return self.page.url.removeprefix(self.address)


Look = Callable[..., Visit]


@pytest.fixture
def look(browser: Browser, served: str) -> Iterator[Look]:
    """Open a page in a new window; at the end no other host was asked, and nothing was reported or run."""
    visits: list[Visit] = []

    def look(path: str = "/", address: str = served, **options: Any) -> Visit:
        page = browser.new_context(**{"viewport": {"width": 1280, "height": 850}} | options).new_page()
        page.set_default_timeout(10_000)
        visit = Visit(page, address)
        page.on("request", lambda request: visit.requests.append(request.url))
        page.on("console", lambda message: visit.messages.append(message.text))
        page.on("pageerror", lambda error: visit.messages.append(str(error)))
        page.on("dialog", lambda dialog: visit.messages.append(dialog.message))
        visit.open(path)
        visits.append(visit)
        return visit

    yield look
    for visit in visits:
        own = (visit.address + "/", f"blob:{visit.address}/", "data:")
        assert [url for url in visit.requests if not url.startswith(own)] == []
        assert visit.messages == []
        assert visit.page.evaluate("typeof window.hacked") == "undefined"
        visit.page.context.close()
