from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

from kg.rdf import OxigraphStore, SparqlEndpoint, Store

GRAPH = Path(__file__).parent / "graph.ttl"


@pytest.fixture(scope="session")
def store() -> Store:
    return OxigraphStore(GRAPH)


@pytest.fixture(scope="session")
def endpoint() -> Iterator[Store]:
    """The same graph behind a SPARQL endpoint."""
    graph = ox.Store()
    graph.bulk_load(path=GRAPH, format=ox.RdfFormat.TURTLE)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            query = parse_qs(self.rfile.read(size).decode())["query"][0]
            try:
                results = graph.query(query)
            except SyntaxError as error:
                self.send_error(400, explain=str(error))
                return
            if isinstance(results, ox.QueryTriples):
                media_type, body = "application/n-triples", results.serialize(format=ox.RdfFormat.N_TRIPLES)
            else:
                media_type = ox.QueryResultsFormat.JSON.media_type
                body = results.serialize(format=ox.QueryResultsFormat.JSON)
            assert body is not None
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield SparqlEndpoint(f"http://127.0.0.1:{server.server_port}/query")
    server.shutdown()
    server.server_close()
