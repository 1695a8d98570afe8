"""A build: from lists to a graph, the same each time, and never half of one."""

from __future__ import annotations

import gzip
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rdflib import Graph

import kg
from tests.conftest import DATA, SEEDS, needs_seeds

PAPER = """# My list

- **Graphex: Faster Graphs** [[Paper](https://arxiv.org/abs/2401.00001v2)]

- **<script>alert(1)</script> & "quotes" \\\\ in a title** [[Paper](https://arxiv.org/abs/2401.00002)]
"""


def records(folder: Path, count: int) -> Path:
    """A file of invented papers."""
    path = folder / "papers.jsonl"
    with path.open("w") as out:
        for n in range(count):
            paper = {
                "id": f"2401.{n:05d}",
                "title": f"Graphex-{n}: Faster Learning on Graphs",
                "abstract": f"We propose Graphex-{n}, a graph neural network for node classification. "
                f"It is evaluated on ImageNet and outperforms GPT-4 by {n % 50}.5% in accuracy.",
            }
            out.write(json.dumps(paper) + "\n")
    return path


def files(output: Path) -> tuple[bytes, bytes]:
    return (output / "graph.ttl").read_bytes(), (output / "graph.html").read_bytes()


def ask(output: Path, query: str) -> list[tuple[str, ...]]:
    return [tuple(str(getattr(t, "value", "")) for t in row) for row in kg.ask(kg.open_store(output), query)]


def test_same_papers_give_the_same_bytes_and_are_read_once(built: Path, tmp_path: Path) -> None:
    again = kg.build(list(reversed(DATA)), output=tmp_path / "other", cache=tmp_path / "cache", workers=2)
    assert again.extracted == again.counts.papers
    assert files(tmp_path / "other") == files(built)
    third = kg.build(DATA, output=tmp_path / "other", cache=tmp_path / "cache")
    assert third.extracted == 0
    assert files(tmp_path / "other") == files(built)


def test_every_quote_is_the_text_at_its_place(built: Path) -> None:
    rows = ask(
        built,
        """SELECT ?exact ?start ?end ?text ?sentence ?from ?to WHERE {
             ?m a kg:Mention ; oa:exact ?exact ; oa:start ?start ; oa:end ?end ; kg:field ?field ;
                kg:inPaper ?p ; kg:inSentence ?s .
             ?s kg:text ?sentence ; oa:start ?from ; oa:end ?to ; kg:field ?field .
             ?p ?has ?text . FILTER(?has = IF(?field = "title", dcterms:title, dcterms:abstract)) }""",
    )
    assert len(rows) > 100
    for exact, start, end, text, sentence, first, last in rows:
        assert text[int(start) : int(end)] == exact
        assert text[int(first) : int(last)] == sentence
        assert int(first) <= int(start) < int(end) <= int(last)


def test_graph_file_holds_what_the_store_holds(built: Path) -> None:
    graph = Graph().parse(built / "graph.ttl")
    assert ask(built, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }") == [(str(len(graph)),)]


def test_what_a_paper_introduces_is_found_with_its_sentence(built: Path) -> None:
    rows = ask(
        built,
        """SELECT ?text WHERE { ?c rdf:predicate kg:introduces ; rdf:object/skos:prefLabel "MedCCO" ;
             kg:evidence/kg:inSentence/kg:text ?text }""",
    )
    assert rows
    assert all("MedCCO" in text for (text,) in rows)


@needs_seeds
def test_seeds_are_thirteen_papers_in_two_lists(tmp_path: Path) -> None:
    names = [str(seed) for seed in SEEDS]
    report = kg.build(names, output=tmp_path / "one")
    assert (report.counts.papers, report.counts.lists, report.problems) == (13, 2, ())
    kg.build(names[::-1], output=tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    text = (tmp_path / "one" / "graph.ttl").read_text()
    assert not [sign for sign in ("Ã", "â€", "ğŸ", "\\textbf", "\\mathsf") if sign in text]
    both = "SELECT ?p WHERE { ?p dcterms:isPartOf ?l } GROUP BY ?p HAVING (COUNT(?l) = 2)"
    assert len(ask(tmp_path / "one", both)) == 2
    assert kg.validate(kg.open_store(tmp_path / "one")).conforms


def test_hostile_title_is_text(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(PAPER)
    report = kg.build(str(tmp_path / "list.md"), output=tmp_path / "out")
    assert report.without_abstract == 2
    titles = {
        title for (title,) in ask(tmp_path / "out", "SELECT ?t WHERE { ?p a kg:Paper; dcterms:title ?t }")
    }
    assert any("<script>alert(1)</script>" in title for title in titles)
    assert "<script>alert(1)" not in (tmp_path / "out" / "graph.html").read_text()


def test_nothing_to_read_keeps_the_old_output(tmp_path: Path) -> None:
    (tmp_path / "list.md").write_text(PAPER)
    kg.build(str(tmp_path / "list.md"), output=tmp_path / "out")
    before = files(tmp_path / "out")
    (tmp_path / "empty.bib").write_text("")
    with pytest.raises(kg.KgError, match=r"empty\.bib"):
        kg.build(str(tmp_path / "empty.bib"), output=tmp_path / "out")
    assert files(tmp_path / "out") == before


def test_what_cannot_be_read_is_told_and_the_rest_is_built(tmp_path: Path) -> None:
    good = records(tmp_path, 3)
    (tmp_path / "binary.bin").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "empty.md").write_text("")
    (tmp_path / "broken.bib").write_text(
        "@article{one, title={First Things First}, year=2020}\n@article{two, title={Never closed\n"
        "@article{three, title={Third Time Lucky}, year=2021}\n"
    )
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(good.read_bytes().replace(b"2401.", b"2402."))[:-20])
    (tmp_path / "long.jsonl").write_text('{"id": "2403.00001", "title": "' + "x" * 50_000_000 + '"}\n')
    sources = [
        tmp_path / name for name in ("binary.bin", "empty.md", "broken.bib", "cut.jsonl.gz", "long.jsonl")
    ]
    report = kg.build([str(good), *map(str, sources)], output=tmp_path / "out")
    told = " ".join(str(problem) for problem in report.problems)
    assert all(source.name in told for source in sources)
    assert report.counts.papers >= 5
    with pytest.raises(kg.KgError):
        kg.build([str(good), *map(str, sources)], output=tmp_path / "out", strict=True)


def start(*arguments: str, size_limit: int | None = None) -> subprocess.Popen[str]:
    """Run ``kg``, in a process group of its own, perhaps with a limit to the size of each file it writes."""

    def limited() -> None:
        if size_limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size_limit, size_limit))

    return subprocess.Popen(
        [sys.executable, "-m", "kg", *arguments],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=limited,
    )


@pytest.mark.parametrize("delay", [0.0, 0.4, 1.0])
def test_killed_build_leaves_the_old_graph_whole(tmp_path: Path, delay: float) -> None:
    output = tmp_path / "out"
    kg.build(str(records(tmp_path, 5)), output=output)
    before = files(output)
    process = start("build", str(records(tmp_path, 2000)), "-o", str(output), "--cache", str(tmp_path / "c"))
    while process.poll() is None and not _staged(output):
        time.sleep(0.01)
    time.sleep(delay)
    process.kill()
    process.wait()
    assert files(output) == before
    assert kg.validate(kg.open_store(output)).conforms
    assert kg.build(str(records(tmp_path, 4)), output=output).counts.papers == 4
    assert not _staged(output)


def _staged(output: Path) -> bool:
    return len([one for one in (output / ".builds").iterdir() if one.is_dir()]) > 1


def test_ctrl_c_ends_with_one_line_and_the_old_graph(tmp_path: Path) -> None:
    output = tmp_path / "out"
    kg.build(str(records(tmp_path, 5)), output=output)
    before = files(output)
    cache = str(tmp_path / "c")
    papers = str(records(tmp_path, 3000))
    process = start("build", papers, "-o", str(output), "--cache", cache, "--workers", "2")
    while not _staged(output):
        time.sleep(0.01)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors.count("\n") == 1
    assert "interrupted" in errors
    assert files(output) == before
    assert not _staged(output)


def test_full_disk_is_one_clear_line_and_the_old_graph_stays(tmp_path: Path) -> None:
    output = tmp_path / "out"
    kg.build(str(records(tmp_path, 5)), output=output)
    before = files(output)

    process = start("build", str(records(tmp_path, 2000)), "-o", str(output), size_limit=200_000)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert errors.startswith("kg: ")
    assert errors.count("\n") == 1
    assert files(output) == before
