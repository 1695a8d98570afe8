"""How the server stands a load: requests at a time from wrk, and the memory of its processes.

``python -m benchmarks.serve_load output --seconds 60 --connections 50``; needs wrk (``apt-get install wrk``).
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil

_QUERIES = (
    "SELECT ?t { ?p a kg:Paper ; dcterms:title ?t } LIMIT 10",
    "SELECT ?e (COUNT(?p) AS ?n) { ?p kg:introduces ?e } GROUP BY ?e ORDER BY DESC(?n) ?e LIMIT 20",
    "SELECT ?l ?a { ?e a kg:Benchmark ; skos:prefLabel ?l ; skos:altLabel ?a } LIMIT 50",
    "CONSTRUCT { ?p kg:uses ?e } { ?p kg:uses ?e } LIMIT 100",
    "ASK { ?p kg:evaluatesOn ?e }",
)
_SCRIPT = """
local paths = {PATHS}
local position = 0
request = function()
  position = position % #paths + 1
  return wrk.format("GET", paths[position])
end
done = function(summary, latency, requests)
  local wrong = summary.errors
  io.write(string.format("percentiles %.1f %.1f %.1f\\n", latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency:percentile(99) / 1000))
  io.write(string.format("wrong %d %d %d %d %d\\n", wrong.connect, wrong.read, wrong.write, wrong.status,
    wrong.timeout))
  io.write(string.format("requests %d %.1f\\n", summary.requests, summary.duration / 1e6))
end
"""


def main() -> None:
    """Load a server and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", help="a build's output folder")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--connections", type=int, default=50)
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed: apt-get install wrk")
    command = [sys.executable, "-m", "kg", "serve", "--store", options.store, "--port", "0"]
    started = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline() if server.stdout else ""
        print(f"started in {time.perf_counter() - started:.1f} s")
        address = line.split()[0]
        _wait_for_hash(address)
        for name, paths in {"SPARQL": _sparql(), "explorer": _explorer(address)}.items():
            figures, early, late = _load(server.pid, address, paths, options.seconds, options.connections)
            print(f"{name}: {figures}")
            print(f"  memory of all processes after a fifth: {_told(early)}; near the end: {_told(late)}")
    finally:
        server.terminate()
        server.wait(20)


def _wait_for_hash(address: str) -> None:
    """The hash of the graph is computed after the start; the load is measured without that."""
    while "etag" not in httpx.get(f"{address}sparql", params={"query": "ASK {}"}).headers:
        time.sleep(0.5)


def _sparql() -> list[str]:
    return [f"/sparql?query={quote(query)}" for query in _QUERIES]


def _explorer(address: str) -> list[str]:
    top = httpx.get(f"{address}api/overview", timeout=60).json()["top"]
    nodes = [node["id"] for of_type in top.values() for node in of_type[:3]]
    pages = [f"/api/node/{quote(node, safe='/%')}" for node in nodes]
    return [
        *pages,
        *(f"/api/search?q={word}" for word in ("gr", "reason", "medical%20vis")),
        "/",
        "/api/overview",
    ]


def _load(
    server: int, address: str, paths: list[str], seconds: int, connections: int
) -> tuple[str, list[int], list[int]]:
    """Figures of a load, and the memory of the server's processes early and late in it."""
    script = _SCRIPT.replace("PATHS", ", ".join(f'"{path}"' for path in paths))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "load.lua"
        file.write_text(script, encoding="utf-8")
        command = [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{seconds}s",
            "--timeout",
            "60s",
            "-s",
            str(file),
            address,
        ]
        wrk = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        time.sleep(seconds * 0.2)
        early = _memory(server)
        time.sleep(seconds * 0.75)
        late = _memory(server)
        told = wrk.communicate()[0]
    found = {name: numbers.split() for name, numbers in re.findall(r"(?m)^(\w+) ([\d. ]+)$", told)}
    requests, duration = int(found["requests"][0]), float(found["requests"][1])
    half, most, nearly_all = found["percentiles"]
    errors = sum(map(int, found["wrong"]))
    figures = (
        f"{requests:,} requests, {connections} at a time, {requests / duration:.0f} a second; "
        f"half in {half} ms, 95 % in {most} ms, 99 % in {nearly_all} ms; {errors} errors"
    )
    return figures, early, late


def _memory(server: int) -> list[int]:
    """Bytes that the server and each of its workers have to themselves."""
    process = psutil.Process(server)
    memory = []
    for one in (process, *process.children()):
        with suppress(psutil.NoSuchProcess):
            memory.append(one.memory_full_info().uss)
    return memory


def _told(memory: list[int]) -> str:
    server, *workers = (f"{size / 1e6:.0f}" for size in memory)
    return f"{sum(memory) / 1e6:.0f} MB (server {server}, workers {', '.join(workers)})"


if __name__ == "__main__":
    main()
