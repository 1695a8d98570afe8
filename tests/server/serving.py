"""A real server in a process of its own, and graphs for it."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pyoxigraph as ox

from kg.rdf.publish import publication
from tests.conftest import ROOT

GRAPH = ROOT / "tests" / "queries" / "graph.ttl"
GRAPH_IRI = "https://w3id.org/paperkg/id/graph"
HTTP = httpx.Client(timeout=60, trust_env=False)
"""Keeps connections, as clients do."""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . FILTER(?c != ?f) }"


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers."""

    url: str
    process: subprocess.Popen[str]

    @property
    def sparql(self) -> str:
        return f"{self.url}sparql"

    def ask(self, query: str, accept: str = "", **headers: str) -> httpx.Response:
        sent = {"Accept": accept} if accept else {}
        return HTTP.get(self.sparql, params={"query": query}, headers=sent | headers)

    def settle(self) -> Server:
        """Wait until it has computed the graph's hash, after which no worker has anything left to do."""
        assert wait_for(lambda: "etag" in self.ask("ASK {}").headers)
        return self

    def workers(self) -> list[psutil.Process]:
        """The processes that evaluate queries."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # it has ended meanwhile
                if "kg.server.worker" in child.cmdline():
                    found.append(child)
        return found


def wait_for(condition: Callable[[], bool], seconds: float = 60.0) -> bool:
    """Whether a condition comes true in some time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def serving(store: Path | str, *options: str) -> Iterator[Server]:
    """``kg serve`` on a free port."""
    command = [sys.executable, "-m", "kg", "serve", "--store", str(store), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.match(r"http://\S+/", line)
        if not address:
            process.kill()
            raise AssertionError(f"no address: {line!r} {process.communicate()[1]}")
        yield Server(address.group(), process)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def publish(output: Path, turtle: str | None = None) -> Path:
    """Put a graph where a build would."""
    text = GRAPH.read_text(encoding="utf-8") if turtle is None else turtle
    with publication(output) as folder:
        (folder / "graph.ttl").write_text(text, encoding="utf-8")
        store = ox.Store(folder / "store")
        store.bulk_load(text, ox.RdfFormat.TURTLE)
        store.flush()
        del store
    return output
