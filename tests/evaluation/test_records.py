from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kg.errors import KgError
from kg.evaluation import read_records, with_texts
from tests.evaluation.papers import GRAPHEX, TREES, entity, paper, result, without_text, write


@pytest.mark.parametrize("name", ["gold.jsonl", "gold.jsonl.gz"])
def test_records_are_read_with_their_texts(tmp_path: Path, name: str) -> None:
    records = read_records(write(tmp_path / name, GRAPHEX, TREES))
    assert list(records) == ["2401.00001", "2401.00002"]
    record = records["2401.00001"]
    assert record.title == "Graphex: Ranking with graph neural networks"
    assert record.entities[1].forms == ("graph neural network", "graph neural networks", "GNN")
    assert record.entities[3].relations == ("evaluatesOn",)
    assert record.results[0].benchmark == "ImageNet"
    assert record.results[0].baseline is None


def test_texts_are_cleaned_as_a_build_cleans_them(tmp_path: Path) -> None:
    wrapped = {**GRAPHEX, "abstract": r"We propose \textbf{Graphex}," + "\nwhich ranks."}
    record = read_records(write(tmp_path / "gold.jsonl", wrapped))["2401.00001"]
    assert record.abstract == "We propose Graphex, which ranks."


@pytest.mark.parametrize("name", ["arxiv.jsonl", "arxiv.jsonl.gz"])
def test_annotations_get_their_texts_from_metadata(tmp_path: Path, name: str) -> None:
    bare = read_records(write(tmp_path / "gold.jsonl.gz", without_text(GRAPHEX), without_text(TREES)))
    assert bare["2401.00001"].title == ""
    other = {"id": "2401.09999", "title": "Something else", "abstract": ""}
    metadata = write(tmp_path / name, other, TREES, GRAPHEX)
    full = with_texts(bare, metadata)
    assert full == read_records(write(tmp_path / "full.jsonl", GRAPHEX, TREES))
    assert list(full) == ["2401.00001", "2401.00002"]


def test_papers_that_the_metadata_lack_are_told(tmp_path: Path) -> None:
    bare = read_records(write(tmp_path / "gold.jsonl", without_text(GRAPHEX), without_text(TREES)))
    metadata = write(tmp_path / "arxiv.jsonl", TREES)
    with pytest.raises(KgError, match=r"arxiv\.jsonl: 1 of 2 .* \(2401\.00001\)"):
        with_texts(bare, metadata)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ('"\xff"', "UTF-8"),
        (json.dumps({"entities": []}), '"id"'),
        (json.dumps({"id": "1"}), '"entities" is no list'),
        (json.dumps({"id": "2401.00001", "entities": []}), "already on line 1"),
        (json.dumps({"id": "1", "title": 3, "entities": []}), '"title" is no text'),
        (json.dumps(paper({"type": "Task"})), 'no "name"'),
        (json.dumps(paper(entity("x", "Thing"))), "'Thing'.*Benchmark"),
        (json.dumps(paper(entity("x", "Task", "likes"))), "'likes'.*addresses"),
        (json.dumps(paper({"name": "x", "type": "Task", "aliases": [1]})), "alias of the entity 'x'"),
        (json.dumps(paper({"name": "x", "type": "Task", "aliases": "y"})), '"aliases" is no list'),
        (json.dumps(paper(entity("x", confidences=[2.0]))), "confidence from 0 to 1"),
        (json.dumps(paper(entity("x", confidences=[0.5, 0.5]))), "for each relation"),
        (json.dumps(paper(results=({"kind": "absolute"},))), 'no "value"'),
        (json.dumps(paper(results=(result("1", "relative"),))), "'relative'.*improvement"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(tmp_path: Path, line: str, words: str) -> None:
    path = write(tmp_path / "gold.jsonl", GRAPHEX)
    path.write_bytes(path.read_bytes() + b"\n" + line.encode("latin-1") + b"\n")
    with pytest.raises(KgError, match=rf"gold\.jsonl:3: .*{words}"):
        read_records(path)


def test_files_that_hold_nothing_or_break_off_are_errors(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"none\.jsonl: can't be read"):
        read_records(tmp_path / "none.jsonl")
    with pytest.raises(KgError, match=r"empty\.jsonl: there is no record"):
        read_records(write(tmp_path / "empty.jsonl"))
    many: list[dict[str, Any]] = [{**GRAPHEX, "id": f"2401.{n:05}"} for n in range(400)]
    broken = write(tmp_path / "broken.jsonl.gz", *many)
    broken.write_bytes(broken.read_bytes()[:-20])
    with pytest.raises(KgError, match=r"broken\.jsonl\.gz:\d+: the gzip data"):
        read_records(broken)
