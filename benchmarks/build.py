"""Time and memory of a build, and the time of its saved queries.

    python -m benchmarks.build CORPUS [--papers 1000 10000] [--workers N]

CORPUS is a file of arXiv metadata as JSON Lines, gzipped or not. For each number of papers it runs
``kg build`` twice as its own process, with an empty cache and then with the first build's, and sums the
memory that the process and its workers have to themselves, twenty times a second. Then it runs each saved
query with the parameters given here and prints the slowest.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

import kg

PARAMETERS = {
    "entity": "large language model",
    "type": "Method",
    "relation": "introduces",
    "month": "2025-05",
    "year": "2025",
    "integer": "10",
    "string": "graph",
}


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; its seconds and its peak memory in MB, workers included (unique set size, Linux)."""
    started = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    watched = psutil.Process(process.pid)
    peak = 0
    while process.poll() is None:
        total = 0
        try:
            for one in [watched, *watched.children(recursive=True)]:
                total += one.memory_full_info().uss
        except psutil.Error:
            pass
        peak = max(peak, total)
        time.sleep(0.05)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
    return time.monotonic() - started, peak / 1e6


def slowest_queries(output: Path) -> list[tuple[float, str, int]]:
    """Seconds, name and rows of each saved query, the slowest first."""
    store = kg.open_store(output)
    paper = next(iter(kg.ask(store, "SELECT ?p WHERE { ?p a kg:Paper } ORDER BY ?p LIMIT 1")))[0]
    some_list = next(iter(kg.ask(store, "SELECT ?t WHERE { ?l a kg:ReadingList ; dcterms:title ?t }")))[0]
    known = {**PARAMETERS, "paper": str(paper).strip("<>"), "list": str(some_list).strip('"')}
    times = []
    for query in kg.saved_queries():
        values = {p.name: known[p.type] for p in query.parameters if p.required}
        started = time.monotonic()
        answer = kg.ask(store, query.name, values)
        rows = len(list(answer)) or len(list(answer.triples()))
        times.append((time.monotonic() - started, query.name, rows))
    return sorted(times, reverse=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--papers", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    print(" papers build   seconds  papers/s  memory MB  graph.ttl MB  store MB")
    for papers in arguments.papers:
        folder = Path(tempfile.mkdtemp(prefix="kg-benchmark-"))
        try:
            output = folder / "output"
            command = [sys.executable, "-m", "kg", "build", str(arguments.corpus), "--limit", str(papers)]
            command += ["--output", str(output), "--workers", str(arguments.workers)]
            environment = {**os.environ, "KG_CACHE_DIR": str(folder / "cache")}
            for name in ("first", "second"):
                seconds, memory = measure(command, environment)
                graph = (output / "graph.ttl").stat().st_size / 1e6
                store = sum(f.stat().st_size for f in (output / "store").resolve().rglob("*")) / 1e6
                print(
                    f"{papers:7,} {name:6} {seconds:8.1f} {papers / seconds:9.1f} {memory:10,.0f}"
                    f" {graph:13,.1f} {store:9,.1f}",
                    flush=True,
                )
            for seconds, query, rows in slowest_queries(output)[:5]:
                print(f"{'':7} query  {seconds:8.3f} s  {query} ({rows:,} rows)", flush=True)
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
