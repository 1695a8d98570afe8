"""Training the extractor from annotated papers, and using what comes of it."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.extraction.parameters import MODEL_FILES

needs_extra = pytest.mark.usefixtures("extra")

TASKS = ("image segmentation", "machine translation", "question answering", "speech recognition")
METHODS = ("graph attention", "contrastive learning", "knowledge distillation", "beam search")
NAMES = ("Ardent", "Bellow", "Cinder", "Dapple", "Ember", "Fathom", "Gantry", "Hollow")


def paper(number: int, name: str, task: str, method: str) -> dict[str, Any]:
    """A paper that we made up, with what it names."""
    benchmark, dataset, model = f"{name}Bench", f"{name}-{number}K", f"GPT-{number}"
    score = f"{60 + number % 30}.{number % 10}"
    return {
        "id": f"2501.{number:05}",
        "title": f"{name}Net: {method.title()} for {task.title()}",
        "abstract": (
            f"We study {task}. We propose {name}Net, a framework that combines {method} with a new loss. "
            f"It is trained on {dataset}, a dataset of examples, and evaluated on {benchmark}. "
            f"{name}Net reaches {score}% accuracy on {benchmark}, outperforming {model}."
        ),
        "entities": [
            {"name": f"{name}Net", "aliases": [], "type": "Method", "relations": ["introduces"]},
            {"name": method, "aliases": [method.title()], "type": "Method", "relations": ["uses"]},
            {"name": task, "aliases": [task.title()], "type": "Task", "relations": ["addresses"]},
            {"name": dataset, "aliases": [], "type": "Dataset", "relations": ["trainsOn"]},
            {"name": benchmark, "aliases": [], "type": "Benchmark", "relations": ["evaluatesOn"]},
            {"name": model, "aliases": [], "type": "Model", "relations": ["comparesWith"]},
            {"name": "accuracy", "aliases": [], "type": "Metric", "relations": ["measures"]},
        ],
        "results": [
            {
                "subject": f"{name}Net",
                "benchmark": benchmark,
                "metric": "accuracy",
                "value": score,
                "unit": "%",
                "kind": "absolute",
                "baseline": None,
            }
        ],
    }


PAPERS = [
    paper(number, *parts) for number, parts in enumerate(product(NAMES, TASKS, METHODS)) if number % 2 == 0
]
LEARNT, UNSEEN = PAPERS[:48], PAPERS[48:60]


def write(path: Path, papers: list[dict[str, Any]], *keys: str) -> Path:
    rows = [{key: one[key] for key in keys or one} for one in papers]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def extra() -> None:
    for module in ("torch", "sklearn", "scipy"):
        pytest.importorskip(module, reason="needs the extra train")


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Annotations without texts, others to calibrate on, and the metadata with the texts of both and more."""
    annotations = write(tmp_path / "annotations.jsonl", LEARNT, "id", "entities", "results")
    unseen = write(tmp_path / "unseen.jsonl", UNSEEN, "id", "entities", "results")
    metadata = write(tmp_path / "metadata.jsonl", PAPERS, "id", "title", "abstract")
    return annotations, unseen, metadata


def kg_command(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_extra
def test_what_was_trained_reads_papers_it_has_not_seen(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    annotations, unseen, metadata = files
    words: list[str | Path] = ["train", annotations, "--metadata", metadata, "--calibrate", unseen]
    for name in ("one", "two"):
        done = kg_command(
            *words, "--unlabelled", "4", "--teachers", "1", "--workers", "1", "-o", tmp_path / name
        )
        assert done.returncode == 0, done.stderr
    for name in (*MODEL_FILES, "training.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    scores = kg.evaluate(
        unseen, metadata=metadata, extractor="model", extractor_options={"model": str(tmp_path / "one")}
    ).scores
    assert scores.levels["typed"].f1 > 50


@needs_extra
def test_annotations_alone_are_enough_to_learn_from(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    annotations, unseen, metadata = files
    done = kg_command(
        "train",
        annotations,
        "--metadata",
        metadata,
        "--pretraining",
        "0",
        "--unlabelled",
        "0",
        "-o",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "0 others" in done.stdout
    scores = kg.evaluate(
        unseen, metadata=metadata, extractor="model", extractor_options={"model": str(tmp_path)}
    ).scores
    assert scores.levels["typed"].f1 > 50


@needs_extra
def test_papers_that_are_learnt_from_can_not_calibrate(
    files: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    annotations, _, metadata = files
    done = kg_command(
        "train", annotations, "--metadata", metadata, "--calibrate", annotations, "-o", tmp_path / "out"
    )
    assert done.returncode == 1
    assert "learnt from too" in done.stderr
    assert not (tmp_path / "out").exists()


@needs_extra
def test_a_type_without_an_example_is_refused(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, _, metadata = files
    few = [{**one, "entities": [e for e in one["entities"] if e["type"] != "Dataset"]} for one in LEARNT]
    annotations = write(tmp_path / "few.jsonl", few)
    with pytest.raises(kg.KgError, match="no paper names a Dataset"):
        kg.train(annotations, metadata, output=tmp_path / "out")


@needs_extra
def test_a_paper_that_the_metadata_lacks_is_named(files: tuple[Path, Path, Path], tmp_path: Path) -> None:
    annotations, _, _ = files
    metadata = write(tmp_path / "short.jsonl", LEARNT[1:], "id", "title", "abstract")
    with pytest.raises(kg.KgError, match=LEARNT[0]["id"]):
        kg.train(annotations, metadata, output=tmp_path / "out")


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path: Path) -> None:
    reading_list = write(tmp_path / "list.jsonl", LEARNT[:1], "id", "title", "abstract")
    done = kg_command(
        "build", reading_list, "-o", tmp_path / "out", "--extractor-option", f"model={tmp_path}"
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "kg train" in done.stderr
