from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import KgError, UsageError
from kg.rdf import SparqlEndpoint, open_store, push_graph, term, validate, write_graph
from kg.rdf import remote as remote_module
from kg.records import LinkedPaper
from tests.rdf.examples import ENTITIES, PAPERS

EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def graph(folder: Path, *papers: LinkedPaper) -> Path:
    path = folder / f"graph-{len(papers)}.ttl"
    write_graph(path, papers, ENTITIES)
    return path


def triples(where: str | Path) -> set[str]:
    found = open_store(where).query(EVERYTHING)
    assert isinstance(found, ox.QueryTriples)
    return {str(triple) for triple in found}


@contextmanager
def serving(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Iterator[str]:
    """A server that answers every request in the same way; status 0 closes the connection instead."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PUT = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("path", ["/update", "/store?default"])
def test_the_graph_on_the_server_is_replaced(path: str, oxigraph_server: str, tmp_path: Path) -> None:
    one, all_three = graph(tmp_path, PAPERS[0]), graph(tmp_path, *PAPERS)
    for file in (all_three, one):
        push_graph(oxigraph_server + path, file)
        assert triples(f"{oxigraph_server}/query") == triples(file)
    assert validate(open_store(f"{oxigraph_server}/query")).conforms


def test_batches_arrive_whole_and_leave_nothing_else(
    oxigraph_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "_BATCH_BYTES", 2000)
    sent: list[int] = []
    file = graph(tmp_path, *PAPERS)
    push_graph(f"{oxigraph_server}/update", file, on_progress=sent.append)
    assert len(sent) > 5
    assert sent == sorted(sent)
    assert triples(f"{oxigraph_server}/query") == triples(file)
    store = SparqlEndpoint(f"{oxigraph_server}/query")
    assert not store.query("ASK { GRAPH ?g { ?s ?p ?o } }")


def test_the_old_graph_stays_when_an_update_fails(
    oxigraph_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_module, "_BATCH_BYTES", 2000)
    old = graph(tmp_path, PAPERS[2])
    push_graph(f"{oxigraph_server}/update", old)
    broken = tmp_path / "broken.ttl"
    broken.write_text(graph(tmp_path, *PAPERS).read_text() + "\nthis is no Turtle\n")
    with pytest.raises(UsageError):
        push_graph(f"{oxigraph_server}/update", broken)
    assert triples(f"{oxigraph_server}/query") == triples(old)
    assert not SparqlEndpoint(f"{oxigraph_server}/query").query("ASK { GRAPH ?g { ?s ?p ?o } }")


def test_a_named_graph_can_be_replaced(oxigraph_server: str, tmp_path: Path) -> None:
    push_graph(f"{oxigraph_server}/store?graph=https://example.org/g", graph(tmp_path, PAPERS[2]))
    store = SparqlEndpoint(f"{oxigraph_server}/query")
    assert store.query("ASK { GRAPH <https://example.org/g> { ?s ?p ?o } }")
    assert not store.query("ASK { ?s ?p ?o }")


def test_an_endpoint_answers_like_a_store(oxigraph_server: str, tmp_path: Path) -> None:
    file = graph(tmp_path, *PAPERS)
    push_graph(f"{oxigraph_server}/store?default", file)
    prefix = f"PREFIX kg: <{term('kg:').value}> "
    for store in (open_store(f"{oxigraph_server}/query"), open_store(file)):
        rows = store.query(
            prefix + "SELECT ?p { ?p kg:uses ?m } ORDER BY ?p",
            bindings={"m": ox.NamedNode("https://w3id.org/paperkg/id/entity/zebra-7b")},
        )
        assert isinstance(rows, ox.QuerySolutions)
        assert [str(row["p"]) for row in rows] == ["<https://w3id.org/paperkg/id/paper/arxiv-2505.00001>"]
        assert bool(store.query("ASK { ?s ?p 'Giraffe' }")) is True
        assert isinstance(
            store.query("DESCRIBE <https://w3id.org/paperkg/id/entity/zebra-7b>"), ox.QueryTriples
        )
        with pytest.raises(UsageError):
            store.query("SELECT nonsense")


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, "a login is needed"), (404, "nothing is at"), (500, "failed with status 500"), (0, "broke off")],
)  # fmt: skip
def test_a_server_that_refuses_is_one_clear_line(status: int, message: str, tmp_path: Path) -> None:
    file = graph(tmp_path, PAPERS[2])
    with serving(status, body=b"<html>\n<b>no</b>") as url:
        secret = url.replace("http://", "http://ada:secret@")
        for call in (
            lambda: push_graph(secret, file),
            lambda: push_graph(f"{secret}?default", file),
            lambda: open_store(secret).query("ASK { ?s ?p ?o }"),
        ):
            with pytest.raises(KgError, match=message) as caught:
                call()
            assert "secret" not in str(caught.value)
            assert "\n" not in str(caught.value)


def test_a_page_is_no_answer() -> None:
    with (
        serving(200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>") as url,
        pytest.raises(KgError, match="text/html"),
    ):
        SparqlEndpoint(url).query("ASK { ?s ?p ?o }")
    with (
        serving(200, {"Content-Type": "application/sparql-results+json"}, b"{") as url,
        pytest.raises(KgError, match="can't be read"),
    ):
        SparqlEndpoint(url).query("ASK { ?s ?p ?o }")


def test_no_server_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="is the server running"):
        push_graph("http://127.0.0.1:9/update", graph(tmp_path, PAPERS[2]))
    with pytest.raises(KgError, match="is the server running"):
        SparqlEndpoint("http://127.0.0.1:9/query").query("ASK { ?s ?p ?o }")


def test_a_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/sparql"
        with pytest.raises(KgError, match="no answer in time"):
            push_graph(f"{url}?default", graph(tmp_path, PAPERS[2]), timeout=0.2)
        with pytest.raises(KgError, match="no answer in time"):
            SparqlEndpoint(url, timeout=0.2).query("ASK { ?s ?p ?o }")


def test_the_wrong_path_says_which_is_right(oxigraph_server: str, tmp_path: Path) -> None:
    for path in ("/", "/query", "/nothing"):
        with pytest.raises(KgError, match="/update"):
            push_graph(oxigraph_server + path, graph(tmp_path, PAPERS[2]))
