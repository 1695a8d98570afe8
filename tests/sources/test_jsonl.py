from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from kg.records import Paper, Problem
from kg.sources import read_source


def write(path: Path, *records: dict[str, Any] | str) -> Path:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path) -> tuple[list[Paper], list[Problem]]:
    problems: list[Problem] = []
    return list(read_source(path, on_problem=problems.append)), problems


def test_the_short_form_is_read(tmp_path: Path) -> None:
    record = {
        "id": "2501.00001",
        "title": "Widgets\n  for \\textbf{All}",
        "authors": ["Ada Lovelace", 'Kurt G\\"odel'],
        "categories": ["cs.CL"],
        "comment": "12 pages, code: https://github.com/ada/widgets.",
        "abstract": "We gain 3\\% on\nwell-\nknown tasks.",
    }
    (paper,), problems = read(write(tmp_path / "some.jsonl", record))
    assert paper == Paper(
        title="Widgets for All",
        abstract="We gain 3% on well-known tasks.",
        authors=("Ada Lovelace", "Kurt Gödel"),
        issued="2025-01",
        arxiv_id="2501.00001",
        url="https://arxiv.org/abs/2501.00001",
        code_url="https://github.com/ada/widgets",
        lists=paper.lists,
    )
    assert [(entry.title, entry.source) for entry in paper.lists] == [("some", "some.jsonl")]
    assert not problems


def test_the_form_of_arxivs_snapshot_is_read(tmp_path: Path) -> None:
    record = {
        "id": "hep-th/9901001",
        "submitter": "Ada Lovelace",
        "authors": "Ada Lovelace (1) and J. von Neumann ((1) London)",
        "authors_parsed": [["Lovelace", "Ada", ""], ["von Neumann", "J.", "Jr."]],
        "title": "Widgets",
        "comments": None,
        "journal-ref": "J. Widgets 1",
        "doi": "10.1000/ABC",
        "abstract": "  Text.\n",
        "categories": "hep-th cs.LG",
        "versions": [
            {"version": "v1", "created": "Fri, 1 Jan 1999 12:00:00 GMT"},
            {"version": "v2", "created": "Mon, 4 Jan 1999 12:00:00 GMT"},
        ],
        "update_date": "2008-11-26",
    }
    (paper,), _ = read(write(tmp_path / "snapshot.json", record))
    assert paper.authors == ("Ada Lovelace", "J. von Neumann Jr.")
    assert (paper.arxiv_id, paper.arxiv_version, paper.issued) == ("hep-th/9901001", 2, "1999-01-01")
    assert paper.doi == "10.1000/abc"


def test_authors_in_one_string_are_told_apart(tmp_path: Path) -> None:
    record = {"id": "2501.00001", "title": "T", "authors": "A. Bee, C. Dee (MIT) and E. Eff"}
    (paper,), _ = read(write(tmp_path / "a.jsonl", record))
    assert paper.authors == ("A. Bee", "C. Dee", "E. Eff")


def test_the_colon_after_a_group_is_no_author(tmp_path: Path) -> None:
    record = {"id": "2501.00001", "title": "T", "authors": ["Pond Team", ":", "A. Bee", "李白"]}
    (paper,), _ = read(write(tmp_path / "a.jsonl", record))
    assert paper.authors == ("Pond Team", "A. Bee", "李白")


def test_a_bad_line_is_reported_with_its_number_and_the_rest_is_read(tmp_path: Path) -> None:
    good = {"id": "2501.00001", "title": "One"}
    path = write(
        tmp_path / "mixed.jsonl",
        good,
        '{"id": "2501.00002", "title": ',
        "[1, 2]",
        '{"id": "2501.00003", "abstract": "no title"}',
        '{"a": ' * 100_000,
        "",
        {"title": ["Not", "a", "text"]},
        {**good, "id": "2501.00004", "authors": 7, "versions": "v1", "abstract": None},
    )
    papers, problems = read(path)
    assert [paper.arxiv_id for paper in papers] == ["2501.00001", "2501.00004"]
    assert [problem.where for problem in problems] == [f"{path}:{line}" for line in (2, 3, 4, 5, 7)]


def test_a_huge_line_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "huge.jsonl"
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"id": "2501.00001", "title": "One"}\n{"title": "')
        for _ in range(50):
            stream.write("x" * 1_000_000)
        stream.write('"}\n{"id": "2501.00002", "title": "Two"}\n')
    papers, (problem,) = read(path)
    assert [paper.title for paper in papers] == ["One", "Two"]
    assert problem.where == f"{path}:2"
    assert "longer than" in problem.message


def test_gzip_is_read_and_a_truncated_one_up_to_its_end(tmp_path: Path) -> None:
    records = [{"id": f"25{n % 12 + 1:02}.{n:05}", "title": f"Paper {n * n}"} for n in range(20_000)]
    data = gzip.compress("\n".join(map(json.dumps, records)).encode())
    whole, cut = tmp_path / "whole.jsonl.gz", tmp_path / "cut.jsonl.gz"
    whole.write_bytes(data)
    cut.write_bytes(data[: len(data) // 2])
    papers, problems = read(whole)
    assert (len(papers), problems) == (20_000, [])
    assert papers[0].lists[0].title == "whole"
    some, problems = read(cut)
    assert some == [Paper(**{**fields(p), "lists": some[0].lists}) for p in papers[: len(some)]]
    assert len(some) > 5_000
    assert any("cut short" in problem.message for problem in problems)


def fields(paper: Paper) -> dict[str, Any]:
    return {name: getattr(paper, name) for name in Paper.__slots__}


def test_half_a_surrogate_pair_can_still_be_written(tmp_path: Path) -> None:
    (paper,), _ = read(write(tmp_path / "a.jsonl", '{"title": "Widget \\ud83d end"}'))
    assert paper.title.encode("utf-8").decode() == "Widget \ufffd end"
