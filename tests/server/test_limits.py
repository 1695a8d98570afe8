"""What takes too long or too much ends with an error, and the server goes on."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import pytest

from kg.server.pool import QueryFailedError, WorkerPool
from kg.server.worker import Settings
from tests.server.serving import ENDLESS, HTTP, Server, wait_for

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def test_a_query_that_never_ends_is_ended(server: Server) -> None:
    before = {worker.pid for worker in server.workers()}
    answer = server.ask(ENDLESS)
    assert answer.status_code == 504
    assert "3 seconds" in answer.text
    assert "retry-after" not in answer.headers
    assert server.ask(COUNT).status_code == 200
    assert wait_for(lambda: not before or not before <= {worker.pid for worker in server.workers()})


def test_twenty_clients_of_which_one_asks_without_end(strict: Server) -> None:
    def one(number: int) -> list[int]:
        return [strict.ask(f"{COUNT} # {number} {turn}").status_code for turn in range(5)]

    with ThreadPoolExecutor(20) as clients:
        endless = clients.submit(strict.ask, ENDLESS)
        others = list(clients.map(one, range(19)))
        unnoticed = not endless.done()
        assert others == [[200] * 5] * 19
        assert unnoticed
        assert len(strict.workers()) <= 16
        max(strict.workers(), key=lambda worker: worker.cpu_times().user).kill()
        assert endless.result().status_code == 422
    assert strict.ask(COUNT).status_code == 200


def test_a_client_that_goes_takes_its_query_with_it(strict: Server) -> None:
    host, _, port = strict.url.removeprefix("http://").rstrip("/").partition(":")
    with socket.create_connection((host, int(port))) as client:
        client.sendall(f"GET /sparql?query={quote(ENDLESS)} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

        def at_work() -> list[psutil.Process]:
            return [one for one in strict.workers() if one.status() == psutil.STATUS_RUNNING]

        assert wait_for(lambda: bool(at_work()))
        busy = at_work()[0]
    assert wait_for(lambda: not busy.is_running())


@pytest.mark.parametrize(
    "accept",
    [
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    ],
)
@pytest.mark.parametrize(
    "value",
    ['"plain"', r'"a \"quoted\" line\r\nand {\"type\":\"<result>\"} {"', "<http://example.org/a>", "3.5"],
)
def test_rows_are_counted_in_each_format(strict: Server, accept: str, value: str) -> None:
    values = "VALUES (?type ?x) { " + f"({value} {value})" * 20 + " }"
    assert strict.ask(f"SELECT * {{ {values} }}", accept).status_code == 200
    answer = strict.ask(f"SELECT * {{ {values} VALUES ?y {{ 1 2 }} }}", accept)
    assert answer.status_code == 422
    assert "20 rows" in answer.text


def test_triples_are_counted(strict: Server) -> None:
    assert strict.ask("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 20").status_code == 200
    answer = strict.ask("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 21")
    assert answer.status_code == 422
    assert "20 triples" in answer.text


def test_an_answer_is_whole_when_it_is_large(server: Server) -> None:
    query = "SELECT * { ?a ?b ?c . ?d kg:confidence ?f }"
    answer = HTTP.post(server.sparql, data={"query": query}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200
    rows = int(server.ask(COUNT).json()["results"]["bindings"][0]["n"]["value"])
    claims = server.ask("SELECT ?d { ?d kg:confidence ?f }").json()["results"]["bindings"]
    assert len(answer.text.splitlines()) == 1 + rows * len(claims)
    assert len(answer.content) > 1 << 20


def pooled(
    output: Path, folder: Path, use: Callable[[WorkerPool], Coroutine[Any, Any, None]], **changes: Any
) -> None:
    """Use a pool of workers of its own."""
    known = {"seconds": 30.0, "max_rows": 10**9, "max_bytes": 10**6, "max_memory": 400 << 20} | changes
    limits = {name: known.pop(name) for name in ("usual", "limit", "queue") if name in known}
    settings = Settings(location=str(output / "store"), folder=str(folder), prefixes={}, **known)

    async def run() -> None:
        pool = WorkerPool(settings, **limits)
        try:
            await use(pool)
        finally:
            await pool.close()

    # In a thread of its own: the browser of other tests keeps this thread's event loop running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, run()).result()


async def failure(pool: WorkerPool, query: str) -> str:
    with pytest.raises(QueryFailedError) as raised:
        await pool.run(query, "json")
    return raised.value.kind


def test_memory_is_limited(output: Path, tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        products = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
        assert await failure(pool, f"SELECT * {{ {products} }} ORDER BY ?i ?a ?f") == "memory"
        assert (await pool.run("ASK {}", "json")).data == b'{"head":{},"boolean":true}'

    pooled(output, tmp_path, use)


def test_bytes_are_limited_and_nothing_stays_on_the_disk(output: Path, tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        everything = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
        assert await failure(pool, everything) == "limit"
        assert not list(tmp_path.iterdir())

    pooled(output, tmp_path, use, max_bytes=3 << 20)


def test_where_too_many_wait_one_is_told_to_come_back(output: Path, tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        busy = asyncio.create_task(failure(pool, ENDLESS))
        while not pool.at_work:
            await asyncio.sleep(0.01)
        assert await failure(pool, "ASK {}") == "busy"
        assert await busy == "timeout"
        assert (await pool.run("ASK {}", "csv")).data == b"true"

    pooled(output, tmp_path, use, usual=1, limit=1, queue=0, seconds=2.0)


def test_a_worker_that_dies_is_replaced(output: Path, tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        for _ in range(3):
            assert (await pool.run("ASK {}", "csv")).data == b"true"
            workers = [one for one in psutil.Process().children() if "kg.server.worker" in one.cmdline()]
            for worker in workers:
                worker.kill()
            with suppress(QueryFailedError):  # it may be noticed only now
                await pool.run("ASK {}", "csv")

    pooled(output, tmp_path, use)
