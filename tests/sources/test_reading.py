from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from kg.errors import KgError, UsageError
from kg.records import Paper, Problem
from kg.sources import read_source

LIST = "# My list\n\n- [A Study of Widgets](https://arxiv.org/abs/2501.00001)\n"


def read(source: str | Path, format_name: str | None = None) -> tuple[list[Paper], list[Problem]]:
    problems: list[Problem] = []
    return list(read_source(source, format=format_name, on_problem=problems.append)), problems


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(KgError, match="no such file"):
        read_source("nowhere/list.md")


def test_another_web_address_is_an_error() -> None:
    with pytest.raises(KgError, match="only arXiv"):
        read_source("https://example.org/list.md")


def test_an_unknown_format_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(LIST)
    with pytest.raises(UsageError, match="jsonl"):
        read_source(tmp_path / "a.md", format="docx")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (bytes(range(256)) * 20, "binary"),
        (b"%PDF-1.7\n" + bytes(1000), "PDF"),
        (b"PK\x03\x04" + bytes(100), "ZIP"),
        (b"just a sentence\n", "no list of papers"),
        (b"# A list\n\n- [A tool](https://github.com/a/b)\n- [B](https://example.org)\n", "no paper"),
    ],
)
def test_a_file_without_papers_is_a_clear_problem(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "list"
    path.write_bytes(content)
    papers, (problem,) = read(path)
    assert not papers
    assert problem.where == str(path)
    assert message in problem.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_and_line_ends_are_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.txt"
    text = LIST.replace("My list", "Über Çağrı 中文").replace("\n", "\r\n")
    path.write_bytes(text.encode(encoding))
    (paper,), problems = read(path)
    assert (paper.title, paper.lists[0].title) == ("A Study of Widgets", "Über Çağrı 中文")
    assert not problems


def test_windows_1252_is_read_with_a_problem(tmp_path: Path) -> None:
    path = tmp_path / "list.md"
    path.write_bytes("# Café\n\n- [Études – naïve](https://arxiv.org/abs/2501.00001)\n".encode("cp1252"))
    (paper,), (problem,) = read(path)
    assert (paper.title, paper.lists[0].title) == ("Études – naïve", "Café")
    assert problem.where == f"{path}:1"
    assert "Windows-1252" in problem.message


def test_a_folder_is_read_in_order_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for number, name in enumerate(["z.md", "a.txt", "b/deep/c.md", ".hidden.md", ".git/x.md"]):
        (tmp_path / name).write_text(
            LIST.replace("2501.00001", f"2501.0000{number}").replace("My list", name)
        )
    (tmp_path / "picture.png").write_bytes(b"\x89PNG" + bytes(50))
    (tmp_path / "code.py").write_text("print()")
    (tmp_path / "broken.bib").write_bytes(b"")
    (tmp_path / "b" / "loop").symlink_to(tmp_path, target_is_directory=True)
    papers, (problem,) = read(tmp_path)
    assert [paper.lists[0].title for paper in papers] == ["a.txt", "z.md", "b/deep/c.md"]
    assert problem.where == str(tmp_path / "broken.bib")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text(LIST)
    (tmp_path / "secret.md").write_text(LIST)
    (tmp_path / "closed").mkdir()
    (tmp_path / "secret.md").chmod(0)
    (tmp_path / "closed").chmod(0)
    papers, problems = read(tmp_path)
    inside, (refused,) = read(tmp_path / "closed" / "x.md")
    (tmp_path / "closed").chmod(0o700)
    assert not inside
    assert "cannot be read" in refused.message
    assert len(papers) == 1
    assert {Path(problem.where).name for problem in problems} == {"secret.md", "closed"}


def test_a_link_to_nothing_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere.md")
    papers, (problem,) = read(tmp_path)
    assert not papers
    assert problem.where.endswith("gone.md")


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LIST.encode())))
    (paper,), _ = read("-")
    assert (paper.lists[0].title, paper.lists[0].source) == ("My list", "standard input")


def test_a_pipe_is_read(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, LIST.encode())
    os.close(writer)
    try:
        (paper,), problems = read(f"/dev/fd/{reader}")
    finally:
        os.close(reader)
    assert (paper.title, problems) == ("A Study of Widgets", [])


def test_the_format_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "notes"
    path.write_text("- Widgets at large [[paper](https://example.org/w.pdf)]\n")
    (paper,), _ = read(path, "markdown")
    assert (paper.title, paper.lists[0].title) == ("Widgets at large", "notes")


def test_no_more_papers_come_than_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text("".join(f'{{"title": "Paper {n}"}}\n' for n in range(9)))
    assert [paper.title for paper in read_source(path, limit=2)] == ["Paper 0", "Paper 1"]
    with pytest.raises(UsageError):
        read_source(path, limit=0)


def test_a_huge_line_does_not_hide_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "list.md"
    with path.open("w", encoding="utf-8") as stream:
        stream.write("# L\n\n")
        for _ in range(50):
            stream.write("y " * 500_000)
        stream.write("\n\n" + LIST)
    (paper,), (problem,) = read(path)
    assert paper.title == "A Study of Widgets"
    assert problem.where == f"{path}:3"
