from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.rdf import load_store, open_store, publication, write_graph
from kg.records import LinkedPaper
from tests.rdf.examples import ENTITIES, PAPERS


def build(output: Path, *papers: LinkedPaper) -> None:
    with publication(output) as staging:
        write_graph(staging / "graph.ttl", papers, ENTITIES)
        (staging / "graph.html").write_text(f"{len(papers)} papers")
        load_store(staging / "store", staging / "graph.ttl")


def versions(output: Path) -> set[int]:
    """The number of papers in each of the three parts of an output folder."""
    asked = "SELECT (COUNT(*) AS ?n) { ?p a <https://w3id.org/paperkg/ontology#Paper> }"
    found = {int((output / "graph.html").read_text().split()[0])}
    for where in (output / "graph.ttl", output / "store"):
        (row,) = open_store(where).query(asked)  # type: ignore[misc]
        found.add(int(row["n"].value))
    return found


def builds(output: Path) -> list[Path]:
    return list((output / ".builds").glob("build-*"))


def test_a_build_replaces_the_one_before(tmp_path: Path) -> None:
    output = tmp_path / "deep" / "output"
    build(output, *PAPERS)
    assert versions(output) == {3}
    build(output, PAPERS[0])
    assert versions(output) == {1}
    assert len(builds(output)) == 1


def test_the_output_can_be_moved_and_a_reader_keeps_its_graph(tmp_path: Path) -> None:
    build(tmp_path / "output", *PAPERS)
    (tmp_path / "output").rename(tmp_path / "moved")
    assert versions(tmp_path / "moved") == {3}
    reader = open_store(tmp_path / "moved")
    build(tmp_path / "moved", PAPERS[0])
    assert len(list(reader.query("SELECT ?p { ?p a <https://w3id.org/paperkg/ontology#Paper> }"))) == 3  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [ValueError("bad"), KeyboardInterrupt(), SystemExit(3)])
def test_a_build_that_fails_leaves_the_old_output_and_nothing_else(
    error: BaseException, tmp_path: Path
) -> None:
    build(tmp_path, *PAPERS)

    def fail(staging: Path) -> None:
        (staging / "graph.ttl").write_text("half")
        raise error

    with pytest.raises(type(error)), publication(tmp_path) as staging:
        fail(staging)
    assert versions(tmp_path) == {3}
    assert len(builds(tmp_path)) == 1


def test_what_a_build_no_longer_makes_is_gone(tmp_path: Path) -> None:
    build(tmp_path, *PAPERS)
    with publication(tmp_path) as staging:
        (staging / "graph.ttl").write_text("new")
    assert sorted(p.name for p in tmp_path.iterdir()) == [".builds", "current", "graph.ttl"]
    build(tmp_path, PAPERS[0])
    assert versions(tmp_path) == {1}


@pytest.mark.parametrize("name", ["graph.ttl", "store", "current"])
def test_a_file_of_somebody_else_is_never_replaced(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(KgError, match="not from a build"), publication(tmp_path):
        pytest.fail("the build has begun")
    assert (tmp_path / name).read_text() == "mine"
    (tmp_path / name).rename(tmp_path / "other.txt")
    build(tmp_path, *PAPERS)
    assert (tmp_path / "other.txt").read_text() == "mine"


def test_a_link_of_somebody_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "graph.ttl").symlink_to("elsewhere.ttl")
    with pytest.raises(KgError, match="not from a build"), publication(tmp_path):
        pytest.fail("the build has begun")


def test_two_builds_in_one_folder_do_not_mix(tmp_path: Path) -> None:
    with publication(tmp_path) as staging:
        (staging / "graph.ttl").write_text("first")
        code = "import sys; from kg.rdf import publication\nwith publication(sys.argv[1]): pass"
        second = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)],
            capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False,
        )  # fmt: skip
        assert "another build is writing here" in second.stderr
    assert (tmp_path / "graph.ttl").read_text() == "first"


KILLED = textwrap.dedent("""
    import os, pathlib, shutil, signal, sys
    countdown = [int(sys.argv[2])]
    def deadly(function):
        def call(*args, **kwargs):
            countdown[0] -= 1
            if countdown[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)
        return call
    from tests.rdf.examples import PAPERS
    from tests.rdf.test_publish import build
    for name in ("fsync", "symlink", "replace", "rename", "unlink", "rmdir", "mkdir"):
        setattr(os, name, deadly(getattr(os, name)))
    build(pathlib.Path(sys.argv[1]), PAPERS[0])
""")


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_at_any_moment_the_old_output_or_the_new_is_there(tmp_path: Path) -> None:
    output = tmp_path / "output"
    seen = []
    for step in range(0, 200, 3):
        shutil.rmtree(output, ignore_errors=True)
        build(output, *PAPERS)
        process = subprocess.run(
            [sys.executable, "-c", KILLED, str(output), str(step)], cwd=Path(__file__).parents[2], check=False
        )
        found = versions(output)
        assert found in ({3}, {1}), f"killed at step {step}"
        seen.append(found)
        build(output, PAPERS[0], PAPERS[1])
        assert versions(output) == {2}
        assert len(builds(output)) == 1
        if process.returncode == 0:
            break
    assert process.returncode == 0
    assert seen[0] == {3}
    assert seen[-1] == {1}


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_first_build_that_is_killed_leaves_no_output(tmp_path: Path) -> None:
    for step in (0, 5, 10):
        subprocess.run(
            [sys.executable, "-c", KILLED, str(tmp_path), str(step)],
            cwd=Path(__file__).parents[2],
            check=False,
        )
        with pytest.raises(KgError, match="run kg build first"):
            open_store(tmp_path)
    build(tmp_path, *PAPERS)
    assert versions(tmp_path) == {3}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    ) if shutil.which("mount") and os.name == "posix" and os.geteuid() == 0 else None  # fmt: skip
    if not made or made.returncode:
        pytest.skip("needs the right to mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_the_old_output(small_disk: Path) -> None:
    with publication(small_disk) as staging:
        (staging / "graph.ttl").write_text("old")
    with pytest.raises(KgError, match="the disk is full"), publication(small_disk) as staging:
        (staging / "graph.ttl").write_text("new" * 1_000_000)

    def fill(staging: Path) -> None:
        many = [dataclasses.replace(PAPERS[0], key=f"arxiv-{n}") for n in range(99)]
        write_graph(staging / "graph.ttl", many, ENTITIES)

    with pytest.raises(KgError, match="No space left"), publication(small_disk) as staging:
        fill(staging)

    def load(staging: Path) -> None:
        write_graph(staging / "graph.ttl", PAPERS, ENTITIES)
        with suppress(OSError), (staging / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        load_store(staging / "store", staging / "graph.ttl")

    with pytest.raises(KgError, match="the store can't be written"), publication(small_disk) as staging:
        load(staging)
    assert (small_disk / "graph.ttl").read_text() == "old"
    assert len(builds(small_disk)) == 1


def test_a_folder_that_can_not_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KgError, match="can't be written to"), publication(tmp_path / "file"):
        pytest.fail("the build has begun")


def test_without_links_files_are_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(1314, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    build(tmp_path, *PAPERS)
    assert versions(tmp_path) == {3}
    build(tmp_path, PAPERS[0])
    assert versions(tmp_path) == {1}
    assert not (tmp_path / "graph.ttl").is_symlink()
    assert not builds(tmp_path)
