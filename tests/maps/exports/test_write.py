"""Where a map is written: files, streams, folders and the command line."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import kg
from kg.maps.exports import FORMATS, map_targets, write_map
from tests.maps.exports.sample import SAMPLE


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("maps") / "map"
    write_map(SAMPLE, folder)
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_gets_every_format(everything: Path) -> None:
    assert {path.name for path in everything.iterdir()} == {
        ".paperkg.json",
        *(format.file for format in FORMATS.values()),
    }
    assert (everything / "vault" / "Index.md").is_file()


def test_writing_again_gives_the_same_bytes(everything: Path, tmp_path: Path) -> None:
    before = _files(everything)
    write_map(SAMPLE, str(everything))
    assert _files(everything) == before
    write_map(SAMPLE, "obsidian", tmp_path / "vault")
    assert (tmp_path / "vault" / "Index.md").read_bytes() == before["vault/Index.md"]


def test_a_vault_leaves_what_others_put_into_it_and_takes_its_own_away(tmp_path: Path) -> None:
    write_map(SAMPLE, "obsidian", tmp_path)
    mine = tmp_path / "Papers" / "my thoughts.md"
    mine.write_text("mine")
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / ".obsidian" / "app.json").write_text("{}")
    fewer = {slug: entity for slug, entity in SAMPLE.entities.items() if slug != "a-plus-b"}
    claims = {iri: claim for iri, claim in SAMPLE.claims.items() if claim.entity != "a-plus-b"}
    of_paper = {key: tuple(iri for iri in iris if iri in claims) for key, iris in SAMPLE.of_paper.items()}
    write_map(replace(SAMPLE, entities=fewer, claims=claims, of_paper=of_paper), "obsidian", tmp_path)
    assert mine.read_text() == "mine"
    assert (tmp_path / ".obsidian" / "app.json").is_file()
    assert not (tmp_path / "Entities" / "A+B_ 1.md").exists()
    assert (tmp_path / "Entities" / "GRPO.md").is_file()


def test_a_folder_with_files_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(kg.KgError, match="holds files that were not written by kg map"):
        write_map(SAMPLE, "obsidian", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_note_that_was_edited_is_not_overwritten(tmp_path: Path) -> None:
    write_map(SAMPLE, "obsidian", tmp_path)
    note = tmp_path / "Entities" / "GRPO.md"
    note.write_text("my own words")
    with pytest.raises(kg.KgError, match=r"GRPO\.md: was changed since kg map wrote it"):
        write_map(SAMPLE, "obsidian", tmp_path)
    assert note.read_text() == "my own words"


def test_a_file_and_a_stream_get_the_same(tmp_path: Path) -> None:
    out = io.BytesIO()
    write_map(SAMPLE, "bib", out)
    write_map(SAMPLE, "bibtex", tmp_path / "refs.bib")
    assert (tmp_path / "refs.bib").read_bytes() == out.getvalue()
    with pytest.raises(kg.UsageError, match="a folder and can't be written to a stream"):
        write_map(SAMPLE, "obsidian", out)


def test_without_matplotlib_all_but_the_pictures_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(kg.KgError, match=r"pip install 'paperkg\[maps\]'"):
        write_map(SAMPLE, "svg", tmp_path / "map.svg")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(kg.KgError, match=r"all is written but map\.svg and map\.png: .*paperkg\[maps\]"):
        write_map(SAMPLE, tmp_path)
    assert (tmp_path / "related-work.md").is_file()
    assert not (tmp_path / "map.svg").exists()


@pytest.mark.parametrize(
    ("to", "output", "targets"),
    [
        (["markdown"], None, [("markdown", "-")]),
        (["md", "bib"], None, [("markdown", "related-work.md"), ("bibtex", "references.bib")]),
        (["html"], None, [("html", "map.html")]),
        (["html"], "-", [("html", "-")]),
        (["./all", "tex"], None, [("./all", None), ("latex", "related-work.tex")]),
    ],
)
def test_where_formats_go(to: list[str], output: str | None, targets: list[tuple[str, str | None]]) -> None:
    assert map_targets(to, output) == targets


@pytest.mark.parametrize(
    ("to", "output", "message"),
    [
        ([], None, "say --to with one of"),
        (["markdwon"], None, "did you mean markdown"),
        (["md", "bib"], "x", "goes with a single format"),
        (["obsidian"], "-", "a vault is a folder"),
    ],
)
def test_what_makes_no_sense_is_refused(to: list[str], output: str | None, message: str) -> None:
    with pytest.raises(kg.UsageError, match=message):
        map_targets(to, output)


def test_the_command_writes_what_the_calls_do(built: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "kg", "map", *arguments, "--store", str(built)],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )

    done = run("--to", "evidence")
    assert done.returncode == 0, done.stderr
    out = io.BytesIO()
    write_map(kg.make_map(kg.open_store(str(built))), "evidence", out)
    assert done.stdout == out.getvalue()
    wrong = run("--to", "wrod")
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert wrong.stderr.startswith(b"kg: there is no format 'wrod'")
    assert wrong.stderr.count(b"\n") == 1
    both = run("--to", "md", "--to", "./new", "--weight", "uses=2", "--type", "Method", "--columns", "5")
    assert both.returncode == 0, both.stderr
    assert (tmp_path / "related-work.md").read_text().startswith('---\ntitle: "Related work"')
    assert (tmp_path / "new" / "map.html").is_file()
