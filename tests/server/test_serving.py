"""The server itself: what it opens, whom it answers, and how it ends."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pyoxigraph as ox
import pytest

import kg
from kg.server.security import CONTENT_SECURITY_POLICY
from tests.conftest import ROOT
from tests.server.serving import GRAPH, HTTP, Server, publish, serving, wait_for

PAPERS = "SELECT (COUNT(*) AS ?n) { ?s a kg:Paper }"
ONE_MORE = "\n<paper/title-one-more> a kg:Paper ; dcterms:title 'One more' .\n"


def papers(server: Server) -> int:
    return int(server.ask(PAPERS).json()["results"]["bindings"][0]["n"]["value"])


def listed(server: Server) -> int:
    return int(HTTP.get(f"{server.url}api/overview").json()["counts"]["papers"])


def test_a_new_build_appears_and_one_that_goes_stays(tmp_path: Path) -> None:
    text = GRAPH.read_text(encoding="utf-8")
    output = publish(tmp_path / "output")
    with serving(output) as server:
        assert (papers(server), listed(server)) == (6, 6)
        publish(output, text + ONE_MORE)
        assert wait_for(lambda: (papers(server), listed(server)) == (7, 7))
        shutil.rmtree(output)
        for worker in server.workers():  # those that come after them open the store anew
            worker.kill()
        assert wait_for(lambda: server.ask(PAPERS).status_code == 200)
        assert not wait_for(lambda: papers(server) != 7, seconds=2)
        assert listed(server) == 7
        publish(output, text)
        assert wait_for(lambda: (papers(server), listed(server)) == (6, 6))


def test_a_store_that_another_program_writes_to(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    store = ox.Store(folder)
    store.bulk_load(GRAPH.read_bytes(), ox.RdfFormat.TURTLE)
    store.flush()
    with serving(folder) as server:
        assert papers(server) == 6
        kind = ox.NamedNode("https://w3id.org/paperkg/ontology#Paper")
        rdf_type = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
        store.add(ox.Quad(ox.NamedNode("https://w3id.org/paperkg/id/paper/new"), rdf_type, kind))
        store.flush()
        assert wait_for(lambda: papers(server) == 7)


def test_a_graph_file_and_an_endpoint(output: Path) -> None:
    with serving(GRAPH) as first, serving(first.sparql) as second:
        assert (papers(first), papers(second), listed(second)) == (6, 6, 6)
        assert second.ask("ASK { ?s a kg:Paper }").json()["boolean"]
        assert second.ask("CONSTRUCT WHERE { ?s a kg:Paper }").text.count("kg:Paper") == 6
        assert second.ask("SELECT nonsense").status_code == 400
        assert second.ask("SELECT * { SERVICE <http://127.0.0.1:1/> {} }").status_code == 403
        first.process.terminate()
        first.process.wait(20)
        answer = second.ask(PAPERS)
        assert answer.status_code == 502
        assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize(
    ("how", "host", "told"),
    [(signal.SIGINT, "127.0.0.1", ""), (signal.SIGTERM, "0.0.0.0", "can read the graph")],
)
def test_it_ends_quietly_and_leaves_nothing(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals, host: str, told: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving(output, "--host", host) as server:
        address = server.url.replace("0.0.0.0", "127.0.0.1")
        assert HTTP.get(f"{address}sparql", params={"query": "ASK {}"}).status_code == 200
        assert list(tmp_path.iterdir())
        workers = server.workers()
        assert workers
        server.process.send_signal(how)
        _, errors = server.process.communicate(timeout=20)
        assert server.process.returncode == 0
        assert len(errors.splitlines()) == len(told and [told])
        assert told in errors
        assert not list(tmp_path.iterdir())
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert not alive


def test_workers_end_with_a_server_that_is_killed(output: Path) -> None:
    with serving(output) as server:
        assert papers(server) == 6
        workers = server.workers()
        server.process.kill()
        _, alive = psutil.wait_procs(workers, timeout=10)
        assert not alive


def test_a_port_that_is_in_use(output: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "kg", "serve", "--store", str(output), "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (1, "", 1)
    assert "--port" in done.stderr


def test_what_can_not_be_served(output: Path, tmp_path: Path) -> None:
    with pytest.raises(kg.KgError, match="run kg build first"):
        kg.serve(tmp_path, port=0)
    with pytest.raises(kg.KgError, match="can't listen there"):
        kg.serve(output, host="192.0.2.1", port=0)
    with pytest.raises(kg.UsageError, match="--timeout"):
        kg.serve(output, timeout=0, port=0)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("graph.example", 200),
        ("rebinding.example", 421),
        ("127.0.0.1.rebinding.example", 421),
        ("", 421),
    ],
)
def test_the_name_that_the_server_is_called_by(strict: Server, host: str, status: int) -> None:
    for path in ("sparql", "", "api/overview"):
        assert HTTP.get(strict.url + path, headers={"Host": host}).status_code == status


def test_pages_of_another_site_read_only_what_is_allowed(server: Server, strict: Server) -> None:
    query = {"query": "ASK {}"}
    allowed, other = {"Origin": "https://example.org"}, {"Origin": "https://other.example"}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    name = "access-control-allow-origin"
    assert HTTP.get(strict.sparql, params=query, headers=allowed).headers[name] == "https://example.org"
    assert HTTP.options(strict.sparql, headers=allowed | asked).headers[name] == "https://example.org"
    assert name not in HTTP.get(strict.sparql, params=query, headers=other).headers
    assert HTTP.options(strict.sparql, headers=other | asked).status_code == 400
    assert name not in HTTP.get(server.sparql, params=query, headers=allowed).headers


def test_the_api_takes_no_forms_of_other_sites(server: Server) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
        answer = HTTP.post(f"{server.url}api/graph", content=b'{"ids": []}', headers={"Content-Type": kind})
        assert answer.status_code == 415
        assert "application/json" in answer.json()["error"]


def test_headers_that_keep_a_page_to_itself(server: Server) -> None:
    page = HTTP.get(server.url, headers={"Accept": "text/html"})
    assert page.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    missing = HTTP.get(f"{server.url}nothing", headers={"Accept": "text/html"})
    assert missing.status_code == 404
    assert missing.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    for answer in (page, missing, server.ask("ASK {}"), HTTP.get(f"{server.url}assets/../../pyproject.toml")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "server" not in answer.headers


def test_requests_have_a_size(server: Server) -> None:
    long = "ASK {} #" + "x" * 40_000
    assert server.ask(long).status_code == 414
    assert HTTP.post(server.sparql, data={"query": long}).status_code == 200
    assert HTTP.post(server.sparql, data={"query": "ASK {} #" + "x" * (5 << 20)}).status_code == 413
    parts = (b"x" * 100_000 for _ in range(60))
    unknown = HTTP.post(server.sparql, content=parts, headers={"Content-Type": "application/sparql-query"})
    assert unknown.status_code == 413


def test_errors_tell_nothing_of_the_machine(server: Server, output: Path) -> None:
    for path in (
        "nothing",
        "sparql?query=x",
        "assets/%2e%2e/x",
        "api/node/paper/x",
        "data/paper/x",
        "id/%00",
    ):
        answer = HTTP.get(server.url + path)
        assert 400 <= answer.status_code < 500, path
        assert "Traceback" not in answer.text
        for told in (str(output), str(ROOT), tempfile.gettempdir() + "/", "python", "uvicorn"):
            assert told not in answer.text.lower()


def test_pages_of_what_is_not_there_say_so(server: Server) -> None:
    browser = {"Accept": "text/html"}
    for path, status in {
        "": 200,
        "network": 200,
        "query": 200,
        "leaderboards": 200,
        "entity/lantern": 200,
        "entity/nothing": 404,
        "paper/nothing": 404,
        "leaderboard/medquizz": 200,
    }.items():
        answer = HTTP.get(server.url + path, headers=browser)
        assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html"), path
