"""``kg curate``, run as people run it, and its suggestions."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

import kg
from kg.records import Paper
from tests.curation.papers import rows, write_papers
from tests.test_cli import run

PAPERS = (
    Paper("One", "We use Zanflow for image captioning on COCO.", arxiv_id="2401.00001"),
    Paper("Two", "We use Zan-Flow for image captioning on COCO.", arxiv_id="2401.00002"),
    Paper("Three", "We use Zanflow and BERT for image captioning.", arxiv_id="2401.00003"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a list and the graph of it, in which two models have much the same name."""
    path = tmp_path_factory.mktemp("curate")
    split = "- split: Zanflow\n  in: 2401.00002\n  into: Another net\n- rename: Another net\n  to: ZanFlow\n"
    (path / "start.yaml").write_text(split)
    kg.build(write_papers(path, PAPERS), output=path / "output", curation=path / "start.yaml")
    return path


def test_suggestions_say_why_and_are_accepted_or_declined(folder: Path, tmp_path: Path) -> None:
    store = kg.open_store(folder / "output")
    file = tmp_path / "curation.yaml"
    (first, *_) = kg.suggest(store, file)
    assert {first.first.label, first.other.label} == {"Zanflow", "ZanFlow"}
    assert (first.first.papers, first.other.papers) == (2, 1)
    assert "the same name" in first.why[0]
    assert "image captioning" in first.why[1]
    assert shlex.split(first.command) == ["kg", "curate", "merge", first.first.name, first.other.name]
    kg.curate({"distinct": [first.first.name, first.other.name]}, file, store=store)
    assert first not in kg.suggest(store, file)
    kg.undo_curation(file)
    kg.curate({"merge": [first.other.name, first.first.name]}, file)
    assert first not in kg.suggest(store, file)


def test_versions_and_other_kinds_are_not_suggested(tmp_path: Path) -> None:
    texts = (
        "We use Qwen2.5 and Qwen3.",
        "We use Qwen2-VL.",
        "We measure accuracy.",
        "We use GPT-4 and GPT-4o.",
    )
    papers = [Paper(f"Title {n}", text, arxiv_id=f"2401.0000{n}") for n, text in enumerate(texts)]
    kg.build(write_papers(tmp_path, papers), output=tmp_path / "output")
    assert kg.suggest(kg.open_store(tmp_path / "output")) == []


def test_commands_edit_the_file_and_the_next_build_replays_it(folder: Path, tmp_path: Path) -> None:
    store = ("--store", str(folder / "output"))
    listed = run("curate", "suggest", "--format", "json", *store, cwd=tmp_path)
    (first, *_) = json.loads(listed.stdout)
    assert first["number"] == 1
    assert run("curate", "suggest", "--apply", "1", "--by", "Ada", *store, cwd=tmp_path).returncode == 0
    told = run("curate", "add", "BERT", "--in", "2401.00003", "--relation", "comparesWith",
               "--quote", "Zanflow and BERT", *store, cwd=tmp_path)  # fmt: skip
    assert told.stdout.startswith("curation.yaml:4: add BERT")
    assert run("curate", "reject", "COCO", "--in", "One", *store, cwd=tmp_path).returncode == 0
    assert run("curate", "undo", cwd=tmp_path).stdout.endswith("- reject: COCO\n  in: [One]\n")
    for wrong, words in (
        (("merge", "Zanflow", "Zanflo"), "did you mean"),
        (("reject", "COCO", "--in", "2309.1"), "2309.1"),
        (("add", "BERT", "--in", "One", "--relation", "uses", "--quote", "BERT"), "does not say"),
        (("suggest", "--apply", "99"), "99"),
    ):
        done = run("curate", *wrong, *store, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert words in done.stderr
    source = write_papers(tmp_path, PAPERS)
    done = run("build", source, "--curation", str(folder / "start.yaml"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "curation  4 rules" in done.stdout
    assert rows(
        tmp_path / "output", "SELECT ?e { ?c kg:curatedBy 'curation' ; rdf:object/skos:prefLabel ?e }"
    )
    assert run("validate", cwd=tmp_path).returncode == 0
