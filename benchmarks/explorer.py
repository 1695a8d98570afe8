"""Time and memory of the explorer's server on a graph.

    python -m benchmarks.explorer OUTPUT [--requests N]

OUTPUT is what ``kg build`` wrote. First the network is read into memory as the server does. Then ``kg serve``
is started, and asked over HTTP, one request after another: searches for labels and for their first one to
four letters, the pages of the 50 entities of the highest degree, of 200 others and of 200 papers, the
neighbours of those hubs, and the paths between random papers. Each is asked for once: nothing is kept from
one request to the next.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import psutil
import requests

import kg
from kg.server.index import GraphIndex


def read_index(output: Path) -> GraphIndex:
    """Read the network of a graph, and print what that takes."""
    store = kg.open_store(output)
    process = psutil.Process()
    gc.collect()
    before = process.memory_full_info().uss
    started, used = time.monotonic(), time.process_time()
    index = GraphIndex.read(store)
    seconds, cpu = time.monotonic() - started, time.process_time() - used
    gc.collect()
    memory = (process.memory_full_info().uss - before) / 1e6
    print(
        f"{(index.types == 0).sum():,} papers, {(index.types > 0).sum():,} entities, "
        f"{len(index.sources):,} edges: read in {seconds:.1f} s "
        f"({cpu:.1f} s of processor time), {memory:,.0f} MB"
    )
    return index


def measure(
    server: psutil.Process, name: str, ask: Callable[[str], requests.Response], wanted: Iterable[str]
) -> None:
    """Time some requests and print the median, the 95th percentile and the longest.

    The server's processor time is told apart, for on a busy machine most of the rest is waiting for a turn.
    """
    before = sum(server.cpu_times()[:2])
    times = []
    size = 0
    for one in wanted:
        started = time.monotonic()
        response = ask(one)
        times.append((time.monotonic() - started) * 1000)
        response.raise_for_status()
        size += len(response.content)
    if not times:
        return
    used = (sum(server.cpu_times()[:2]) - before) / len(times) * 1000
    times.sort()
    late = times[min(len(times) - 1, round(0.95 * len(times)))]
    print(
        f"{name:24} {len(times):5} {statistics.median(times):8.1f} {late:8.1f} {times[-1]:8.1f}"
        f" {used:9.1f} {size / len(times) / 1000:9.1f}",
        flush=True,
    )


def ask_all(index: GraphIndex, server: psutil.Process, address: str, number: int) -> None:
    """Ask a server for everything, and print how long it takes."""
    session, chance = requests.Session(), random.Random(7)
    hubs = [index.ids[node] for node in range(len(index)) if index.types[node]][:50]
    entities = [index.ids[node] for node in range(len(index)) if index.types[node]][50:]
    papers = [index.ids[node] for node in range(len(index)) if not index.types[node]]
    labels = chance.sample(list(index.labels), min(number, len(index)))

    def get(path: str) -> requests.Response:
        return session.get(f"{address}/api/{path}", timeout=600)

    def expand(node: str) -> requests.Response:
        return session.post(f"{address}/api/expand", json={"node": node, "limit": 500}, timeout=600)

    get("overview")
    print(f"{'':24} {'asked':>5} {'median':>8} {'95 %':>8} {'longest':>8} {'processor':>9} {'answer':>9}")
    print(f"{'':24} {'':5} {'ms':>8} {'ms':>8} {'ms':>8} {'ms, mean':>9} {'kB, mean':>9}")
    measure(server, "search, whole labels", get, (f"search?q={quote(label[:200])}" for label in labels))
    for length in (1, 2, 3, 4):
        begins = sorted({label[:length].lower() for label in labels})
        chosen = chance.sample(begins, min(number, len(begins)))
        measure(server, f"search, {length} letters", get, (f"search?q={quote(begin)}" for begin in chosen))
    measure(server, "pages of hubs", get, (f"node/{node}" for node in hubs))
    some = chance.sample(entities, min(200, len(entities)))
    measure(server, "pages of entities", get, (f"node/{node}" for node in some))
    some = chance.sample(papers, min(200, len(papers)))
    measure(server, "pages of papers", get, (f"node/{node}" for node in some))
    measure(server, "500 neighbours of hubs", expand, hubs)
    pairs = [chance.sample(papers, 2) for _ in range(100 if len(papers) > 1 else 0)]
    measure(
        server, "paths between papers", get, (f"path?source={quote(s)}&target={quote(t)}" for s, t in pairs)
    )
    measure(server, "5,000 nodes", get, ["sample?limit=5000"] * 5)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("--requests", type=int, default=300)
    arguments = parser.parse_args()
    index = read_index(arguments.output)
    command = [sys.executable, "-m", "kg", "serve", "--store", str(arguments.output), "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        address = server.stdout.readline().split()[0].rstrip("/")
        ask_all(index, psutil.Process(server.pid), address, arguments.requests)
    finally:
        server.terminate()
        server.wait(timeout=30)


if __name__ == "__main__":
    main()
