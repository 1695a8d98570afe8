"""The explorer's API over real HTTP: a server in a thread, and a client that says what came."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pyoxigraph
import requests
import uvicorn
from pyoxigraph import DefaultGraph, RdfFormat

from kg.server.app import create_app
from kg.server.served import ServedGraph


@dataclass
class Api:
    """Asks a server's API."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, status: int = 200, /, **params: Any) -> Any:
        """The JSON that a GET gives, with the status that is expected."""
        return self._json(self.session.get(f"{self.address}/api/{path}", params=params, timeout=60), status)

    def post(self, path: str, body: Mapping[str, Any], status: int = 200) -> Any:
        """The JSON that a POST of JSON gives, with the status that is expected."""
        return self._json(self.session.post(f"{self.address}/api/{path}", json=body, timeout=60), status)

    def error(self, path: str, status: int = 400, /, **params: Any) -> str:
        """The message of an error."""
        found = self.get(path, status, **params)
        assert list(found) == ["error"]
        return str(found["error"])

    @staticmethod
    def _json(response: requests.Response, status: int) -> Any:
        assert response.status_code == status, response.text[:500]
        assert response.headers["Content-Type"] == "application/json"
        return response.json()


@contextmanager
def api_of(where: Path | str) -> Iterator[Api]:
    """The API of a graph file, a build or an endpoint, served on a free port."""
    # asyncio sends small answers at once only from a socket that says it is TCP.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    server = uvicorn.Server(
        uvicorn.Config(create_app(ServedGraph(where)), lifespan="on", log_level="warning")
    )
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        with requests.Session() as session:
            yield Api(f"http://127.0.0.1:{listening.getsockname()[1]}", session)
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listening.close()


def write_graph_file(graph: pyoxigraph.Store, path: Path) -> Path:
    """A store's graph as a file."""
    graph.dump(path, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    return path
