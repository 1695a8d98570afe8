"""The wheel works in an empty folder: the ontology, the queries and the page's parts are in it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import requests

from tests.conftest import DATA, ROOT


def test_wheel_builds_a_graph_in_an_empty_folder(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", str(ROOT), "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", str(installed), str(wheel)], check=True
    )
    empty.mkdir()
    program = "import kg.cli, sys; assert kg.__file__.startswith(sys.argv.pop()); kg.cli.main()"
    for arguments in (
        ["build", *DATA],
        ["validate"],
        ["query", "who-introduces"],
        ["view"],
        ["show", "GRPO"],
        ["map", "--to", "html"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments, str(installed)],
            cwd=empty,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert (empty / "output" / "graph.html").is_file()
    with subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", "0", str(installed)],
        cwd=empty,
        env={**os.environ, "PYTHONPATH": str(installed)},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        try:
            address = server.stdout.readline().split()[0]
            page = requests.get(address, timeout=30).text
            for part in re.findall(r'(?:src|href)="/(assets/[^"]+)"', page):
                assert requests.get(address + part, timeout=30).ok
            assert requests.get(
                f"{address}sparql", params={"query": "ASK { ?p a kg:Paper }"}, timeout=30
            ).json()["boolean"]
        finally:
            server.terminate()
