"""The command line, run as people run it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
from rdflib import Graph

from tests.conftest import DATA
from tests.sources.arxiv_server import ArxivServer, Served


def run(*arguments: str, cwd: Path, input: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments],
        cwd=cwd, input=input, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, built: Path) -> Path:
    """A folder whose ``output`` is a build of the sample lists."""
    (tmp_path / "output").symlink_to(built)
    return tmp_path


def test_build_says_what_it_did(tmp_path: Path) -> None:
    done = run("build", *DATA, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "20 in 2 reading lists" in done.stdout
    assert "output/graph.html" in done.stdout
    assert (tmp_path / "output" / "graph.ttl").is_file()


def test_build_reads_standard_input(tmp_path: Path) -> None:
    done = run("build", "-", cwd=tmp_path, input="@misc{a, title={A Study of BERT}, abstract={We use BERT.}}")
    assert done.returncode == 0, done.stderr
    assert "1 in 1 reading list" in done.stdout


def test_fetch_completes_a_list_from_arxiv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list.md").write_text("# L\n\n- [Graphex](https://arxiv.org/abs/2401.00001)\n")
    abstract = "We propose Graphex, a graph neural network. Graphex reaches 91.5% accuracy on ImageNet."
    with ArxivServer([Served("2401.00001", "Graphex", (abstract,))]) as server:
        monkeypatch.setenv("KG_ARXIV_URL", server.url)
        monkeypatch.setenv("KG_ARXIV_DELAY", "0")
        titles_only = run("build", "list.md", cwd=tmp_path).stdout
        assert "--fetch" in titles_only
        assert " entities  0\n" in titles_only
        done = run("build", "list.md", "--fetch", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "ImageNet" in run("show", "2401.00001", cwd=tmp_path).stdout
        assert run("build", "arxiv:all:Graphex", "--limit", "5", cwd=tmp_path).returncode == 0
    monkeypatch.setenv("KG_ARXIV_URL", "http://127.0.0.1:1/api/query")
    offline = run("build", "2401.00001", cwd=tmp_path)
    assert (offline.returncode, offline.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("build", "missing.bib"), 1, "missing.bib"),
        (("build",), 2, "SOURCE"),
        (("build", "x.bib", "--format", "docx"), 2, "docx"),
        (("build", "x.bib", "--limit", "0"), 2, "limit"),
        (("build", "missing.bib", "--base-iri", ""), 2, "base IRI"),
        (("build", "https://example.org/list.md"), 1, "arXiv"),
        (("build", "x.bib", "--extractor", "modle"), 2, "did you mean model?"),
        (("build", "x.bib", "--extractor-option", "path"), 2, "NAME=VALUE"),
        (("query", "SELECT ?x WHERE { ?x"), 2, "line 1"),
        (("query", "papers-usin", "-p", "method=GRPO"), 2, "papers-using"),
        (("query", "papers-using", "-p", "method=GRPPO"), 2, "GRPO"),
        (("query", "papers-using", "-p", "method"), 2, "NAME=VALUE"),
        (("query", "papers-using"), 2, "method"),
        (("query", "DROP ALL"), 2, "DROP"),
        (("query", "ASK {}", "--format", "turtle"), 2, "turtle"),
        (("query",), 2, "--list"),
        (("show", "GRPPO"), 2, "GRPO"),
        (("show", "GRPO", "--store", "nowhere"), 1, "kg build"),
        (("view", "--focus", "GRPPO"), 2, "GRPO"),
        (("view", "--type", "Thing"), 2, "Thing"),
        (("view", "--output", "no/such/folder.html"), 1, "no/such"),
        (("export", "--format", "docx"), 2, "docx"),
        (("export", "--format", "csv"), 2, "folder"),
        (("export",), 2, "format"),
        (("validate", "nowhere"), 1, "kg build"),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
def test_errors_are_one_line(folder: Path, arguments: tuple[str, ...], status: int, words: str) -> None:
    (folder / "x.bib").write_text("")
    done = run(*arguments, cwd=folder)
    assert done.returncode == status
    assert done.stdout == ""
    assert done.stderr.startswith("kg: ")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr


def test_saved_query_takes_an_alias(folder: Path) -> None:
    by_alias = run("query", "papers-using", "--param", "method=GRPO", "--format", "csv", cwd=folder)
    by_name = run(
        "query", "papers-using", "-p", "method=group-relative policy optimization", "-f", "csv", cwd=folder
    )
    assert by_alias.returncode == 0, by_alias.stderr
    rows = list(csv.DictReader(io.StringIO(by_alias.stdout)))
    assert rows
    assert by_alias.stdout == by_name.stdout


def test_query_from_argument_file_and_standard_input(folder: Path) -> None:
    query = "SELECT (COUNT(?p) AS ?n) WHERE { ?p a kg:Paper }"
    (folder / "count.rq").write_text(query)
    answers = [
        run("query", query, "-f", "json", cwd=folder),
        run("query", "count.rq", "-f", "json", cwd=folder),
        run("query", "-", "-f", "json", cwd=folder, input=query),
    ]
    for answer in answers:
        assert answer.returncode == 0, answer.stderr
        assert json.loads(answer.stdout)["results"]["bindings"][0]["n"]["value"] == "20"


def test_query_writes_a_file(folder: Path) -> None:
    done = run("query", "DESCRIBE entity:group-relative-policy-optimization", "-o", "grpo.ttl", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(Graph().parse(folder / "grpo.ttl")) > 3


def test_queries_of_ones_own(folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "titles.rq").write_text(
        "# @title Titles\n# @description All of them\nSELECT ?t WHERE { ?p a kg:Paper ; dcterms:title ?t }\n"
    )
    assert "titles" in run("query", "--list", "--queries", "mine", cwd=folder).stdout
    done = run("query", "titles", "--queries", "mine", "-f", "csv", cwd=folder)
    assert len(done.stdout.splitlines()) == 21


def test_list_shows_every_saved_query(folder: Path) -> None:
    listed = run("query", "--list", cwd=folder).stdout
    assert all(name in listed for name in ("who-introduces", "leaderboard", "--param method=", "evidence"))
    assert "Papers whose own work builds on a method, model, dataset or benchmark" in listed


def test_show_prints_a_card_with_sentences(folder: Path) -> None:
    text = run("show", "GRPO", cwd=folder)
    assert "group relative policy optimization" in text.stdout
    assert "«" in text.stdout
    card = json.loads(run("show", "2505.14146", "--format", "json", cwd=folder).stdout)
    assert card["title"].startswith("s3: You Don't Need That Much Data")


def test_view_writes_a_page_around_something(folder: Path) -> None:
    done = run("view", "--focus", "GRPO", "--output", "grpo.html", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "grpo.html" in done.stdout
    assert "<html" in (folder / "grpo.html").read_text()


@pytest.mark.parametrize("format", ["turtle", "ntriples", "rdfxml", "jsonld"])
def test_export_holds_every_triple(folder: Path, built: Path, format: str) -> None:
    done = run("export", "--format", format, "-o", "graph.out", cwd=folder)
    assert done.returncode == 0, done.stderr
    names = {"turtle": "turtle", "ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}
    exported = Graph().parse(folder / "graph.out", format=names[format])
    assert set(exported) == set(Graph().parse(built / "graph.ttl"))


def test_export_for_other_programs(folder: Path) -> None:
    for format, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        done = run("export", "--format", format, "-o", f"graph.{format}", cwd=folder)
        assert done.returncode == 0, done.stderr
        assert read(folder / f"graph.{format}").number_of_nodes() > 100
    assert run("export", "--format", "csv", "-o", "tables", cwd=folder).returncode == 0
    with (folder / "tables" / "nodes.csv").open(newline="") as nodes:
        assert len(list(csv.DictReader(nodes))) > 100


def test_records_are_in_the_form_of_the_gold(folder: Path) -> None:
    done = run("export", "--format", "records", cwd=folder)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(records) == 20
    by_id = {record["id"]: record for record in records}
    entities = by_id["2505.13973"]["entities"]
    assert {"Method", "Task"} <= {entity["type"] for entity in entities}
    assert all(set(entity) == {"name", "aliases", "type", "relations"} for entity in entities)


@pytest.mark.parametrize("address", ["/update", "/store?default"])
def test_build_fills_a_server_that_answers_as_the_store_does(
    folder: Path, built: Path, oxigraph_server: str, address: str
) -> None:
    done = run("build", *DATA, "--output", "sent", "--store", oxigraph_server + address, cwd=folder)
    assert done.returncode == 0, done.stderr
    asked = ["query", "papers-using", "--param", "method=GRPO", "--format", "csv"]
    there = run(*asked, "--store", f"{oxigraph_server}/query", cwd=folder)
    assert there.stdout == run(*asked, cwd=folder).stdout
    run("export", "-f", "turtle", "-o", "back.ttl", "--store", f"{oxigraph_server}/query", cwd=folder)
    assert (folder / "back.ttl").read_bytes() == (built / "graph.ttl").read_bytes()


def test_validate_tells_a_good_graph_from_a_bad_one(folder: Path, built: Path) -> None:
    assert run("validate", cwd=folder).returncode == 0
    (folder / "list.bib").write_text("@misc{a, title={A Study of BERT}, abstract={We use BERT on GLUE.}}")
    run("build", "list.bib", "--output", "small", cwd=folder)
    assert run("validate", "small", "--pyshacl", cwd=folder).returncode == 0
    text = (built / "graph.ttl").read_text()
    (folder / "bad.ttl").write_text(text.replace("kg:confidence 0.", "kg:confidence 7."))
    done = run("validate", "bad.ttl", cwd=folder)
    assert done.returncode == 1
    assert "violations" in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(folder: Path) -> None:
    command = f"{sys.executable} -m kg query 'SELECT * WHERE {{ ?s ?p ?o }}' -f csv | head -n 1"
    done = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=True)
    assert sorted(done.stdout.strip().split(",")) == ["o", "p", "s"]
    assert done.stderr == ""


def test_help_names_every_command(tmp_path: Path) -> None:
    text = run("--help", cwd=tmp_path).stdout
    assert all(name in text for name in ("build", "query", "show", "view", "export", "validate", "evaluate"))
    assert run("--version", cwd=tmp_path).stdout.startswith("kg ")
