from __future__ import annotations

import json
from pathlib import Path

import pytest

import kg
from tests.evaluation.papers import GRAPHEX, TREES, entity, paper, result, without_text, write
from tests.test_cli import run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Annotated papers with and without their texts, the metadata with them, and predictions."""
    write(tmp_path / "gold.jsonl", GRAPHEX, TREES)
    write(tmp_path / "bare.jsonl.gz", without_text(GRAPHEX), without_text(TREES))
    write(tmp_path / "arxiv.jsonl", GRAPHEX, TREES)
    found = entity("Graphex", "Method", "introduces", confidences=[0.9])
    wrong = entity("graph neural networks", "Model", "uses", confidences=[0.6])
    rows = (result("91.5", benchmark="ImageNet"),)
    write(
        tmp_path / "found.jsonl",
        paper(found, wrong, id="2401.00001", results=rows),
        paper(entity("reward tree"), id="2401.00002"),
    )
    return tmp_path


def test_records_are_scored_in_the_scorers_table(folder: Path) -> None:
    done = run("evaluate", "bare.jsonl.gz", "--records", "found.jsonl", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.strip()}
    assert rows["found"] == ["100.0", "33.3", "50.0", "3", "3", "9"]
    assert rows["typed"] == ["66.7", "22.2", "33.3", "2", "3", "9"]
    assert rows["edge"] == ["33.3", "11.1", "16.7", "1", "3", "9"]
    assert rows["result"] == ["100.0", "100.0", "100.0", "1", "1", "1"]
    assert rows["Task"] == ["0.0", "0.0", "0.0", "0", "0", "1"]


def test_the_packaged_extractor_reads_texts_wherever_they_are(folder: Path) -> None:
    of_gold = run("evaluate", "gold.jsonl", "--format", "json", cwd=folder)
    of_bare = run("evaluate", "bare.jsonl.gz", "--metadata", "arxiv.jsonl", "-f", "json", cwd=folder)
    assert of_gold.returncode == 0, of_gold.stderr
    assert of_gold.stdout == of_bare.stdout
    assert json.loads(of_gold.stdout)["levels"]["found"]["right"] > 0


def test_a_graph_scores_as_what_was_read_for_it(folder: Path) -> None:
    assert run("build", "arxiv.jsonl", cwd=folder).returncode == 0
    of_graph = run("evaluate", "gold.jsonl", "--graph", "output", "--calibration", cwd=folder)
    assert of_graph.returncode == 0, of_graph.stderr
    assert "Expected calibration error" in of_graph.stdout
    assert of_graph.stdout == (
        run("evaluate", "gold.jsonl", "--graph", "output/graph.ttl", "--calibration", cwd=folder).stdout
    )
    exported = run("export", "--format", "records", "--output", "out.jsonl", cwd=folder)
    assert exported.returncode == 0, exported.stderr
    levels = [
        json.loads(run("evaluate", "gold.jsonl", *option, "-f", "json", cwd=folder).stdout)["levels"]
        for option in (("--graph", "output"), ("--records", "out.jsonl"))
    ]
    assert levels[0] == levels[1]
    assert levels[0]["found"]["right"] > 0


def test_errors_calibration_and_resolution_are_shown_where_asked_for(folder: Path) -> None:
    asked = ["evaluate", "bare.jsonl.gz", "--records", "found.jsonl", "--errors", "2", "--resolution"]
    table = run(*asked, cwd=folder).stdout
    assert "Model for Method      1  graph neural networks for graph neural network [2401.00001]" in table
    assert "missed Benchmark      1  ImageNet [2401.00001]" in table
    assert "B-cubed" in table
    markdown = run(*asked, "--format", "markdown", cwd=folder).stdout
    assert "| found | 100.0 | 33.3 | 50.0 |" in markdown
    assert "| missed " in markdown
    value = json.loads(run(*asked, "--format", "json", cwd=folder).stdout)
    assert [error["count"] for error in value["errors"]] == sorted(
        (error["count"] for error in value["errors"]), reverse=True
    )
    assert len(value["errors"]) == 2
    assert value["resolution"]["pairwise"]["f1"] == 100.0
    assert "calibration" not in value


def test_the_call_gives_what_the_command_prints(folder: Path) -> None:
    evaluation = kg.evaluate(folder / "gold.jsonl", calibration=True)
    assert evaluation.calibration
    assert evaluation.calibration.claims > 0
    assert evaluation.resolution is None
    text = kg.render_evaluation(evaluation, "markdown", errors=3)
    assert run(
        "evaluate", "gold.jsonl", "--calibration", "--errors", "3", "-f", "markdown", cwd=folder
    ).stdout == (text + "\n")
    with pytest.raises(kg.UsageError, match="docx"):
        kg.render_evaluation(evaluation, "docx")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ((), 2, "GOLD"),
        (("none.jsonl",), 1, "none.jsonl"),
        (("empty.jsonl",), 1, "no record"),
        (("bare.jsonl.gz",), 1, "--metadata"),
        (("bare.jsonl.gz", "--metadata", "none.jsonl"), 1, "none.jsonl"),
        (("bare.jsonl.gz", "--metadata", "one.jsonl"), 1, "2401.00001"),
        (("gold.jsonl", "--records", "one.jsonl"), 1, "2401.00001"),
        (("gold.jsonl", "--records", "none.jsonl"), 1, "none.jsonl"),
        (("gold.jsonl", "--graph", "nowhere"), 1, "kg build"),
        (("gold.jsonl", "--graph", "output", "--records", "one.jsonl"), 2, "one thing to score"),
        (("gold.jsonl", "--extractor", "none"), 2, "rules"),
        (("gold.jsonl", "--records", "gold.jsonl", "--calibration"), 1, "confidence"),
        (("gold.jsonl", "--format", "docx"), 2, "docx"),
        (("gold.jsonl", "--errors", "-1"), 2, "errors"),
    ],
)
def test_errors_are_one_line(folder: Path, arguments: tuple[str, ...], status: int, words: str) -> None:
    (folder / "empty.jsonl").write_text("\n")
    write(folder / "one.jsonl", TREES)
    done = run("evaluate", *arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("kg: ")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
