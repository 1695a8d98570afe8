"""The vault as Obsidian reads it: front matter as YAML, links by path, quotes in block quotes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from ruamel.yaml import YAML

from kg.maps.exports.evidence import Evidence
from kg.maps.exports.file_names import FileNames
from tests.maps.exports.sample import ENTITIES, PAPERS, SAMPLE

Vault = Mapping[str, str]


def _front(note: str) -> dict[str, Any]:
    start, front, _ = note.split("---\n", 2)
    assert start == ""
    read: dict[str, Any] = YAML(typ="safe").load(front)
    return read


def test_there_is_a_note_for_each_paper_and_entity_and_an_index(vault: Vault) -> None:
    folders = [PurePosixPath(path).parts[0] for path in vault]
    assert folders.count("Papers") == len(PAPERS)
    assert folders.count("Entities") == len(ENTITIES)
    assert "Index.md" in vault


def test_front_matter_is_yaml_with_the_texts_as_they_are(vault: Vault) -> None:
    found = {front["cite_key"]: front for front in map(_front, vault.values()) if "cite_key" in front}
    for paper in PAPERS.values():
        front = found[paper.cite_key]
        assert front["title"] == " ".join(paper.title.split())
        assert tuple(front.get("authors", ())) == paper.authors
        assert front.get("issued", "") == paper.issued
    assert _front(vault["Entities/FrogNet.md"])["aliases"] == ["FrogNet", "Frog Network", "<b>frog</b>"]


def test_every_link_resolves_also_those_of_the_front_matter(vault: Vault) -> None:
    links = 0
    for note in vault.values():
        for link in re.findall(r"\[\[([^\]]*)\]\]", note):
            path, _, label = link.partition("|")
            assert f"{path}.md" in vault
            assert "|" not in label
            links += 1
    assert links > len(PAPERS) + len(ENTITIES)


def test_names_are_safe_on_every_system_and_differ_by_more_than_case(vault: Vault) -> None:
    for path in vault:
        assert not re.search(r'[<>:"\\|?*#^\[\]\x00-\x1f]', path)
        stem = PurePosixPath(path).stem
        assert stem == stem.strip(" .")
        assert len(path.encode()) < 200
        assert stem.upper() not in {"CON", "NUL", "PRN", "AUX"}
    stems = [unicodedata.normalize("NFKC", PurePosixPath(path).stem).casefold() for path in vault]
    assert len(stems) == len(set(stems))


def test_devices_and_long_and_empty_names_get_names_of_their_own() -> None:
    names = FileNames()
    given = [names.name(text) for text in ("NUL", "nul.txt", "COM1", "", "...", "é" * 90, "é" * 91, "Aux")]
    assert given[:6] == ["NUL_", "nul.txt_", "COM1_", "unnamed", "unnamed 2", "é" * 50]
    assert given[6:] == ["é" * 50 + " 2", "Aux_"]
    assert names.name("nul", "Model") == "nul_ (Model)"


def test_each_sentence_stands_in_the_notes_of_its_paper_and_its_entities(vault: Vault) -> None:
    by_key = {_front(note).get("cite_key"): note for note in vault.values()}
    for sentence in Evidence(SAMPLE).sentences:
        shown = [
            line.removeprefix("  > ").replace("\\", "").replace("=", "")
            for line in by_key[PAPERS[sentence.paper].cite_key].splitlines()
            if line.startswith("  > ")
        ]
        assert sentence.text.replace("=", "") in shown
    assert "==GRPO==" in vault["Entities/GRPO.md"]


def test_texts_of_papers_are_no_markup(vault: Vault) -> None:
    for note in vault.values():
        body = note.split("---\n", 2)[2]
        assert not re.search(r"(?<!\\)<(?!https?:)", re.sub(r"\[\[[^\]]*\]\]", "", body))
        assert "%%" not in body
