"""Editing a file of rules, and taking edits back."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.curation import parse_rules, read_curation

BY_HAND = """# Ours; talk to Ada before you change it.

- merge: [GRPO,   "group relative PO"]   # same authors
# and these
- reject: 'large model'
  note: >
    too vague
    to be a thing
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "curation.yaml"
    path.write_text(BY_HAND)
    return path


def test_a_rule_goes_to_the_end_and_all_before_it_stays_byte_for_byte(file: Path) -> None:
    made = kg.curate({"rename": "grpo: the method", "to": "GRPO", "by": "Ada", "note": ""}, file)
    assert made.where == f"{file}:9"
    assert file.read_text() == BY_HAND + "- rename: 'grpo: the method'\n  to: GRPO\n  by: Ada\n"
    kg.curate({"reject": "accuracy", "in": ["2505.10000", "yes"]}, file)
    reject = read_curation(file).rules[-1]
    assert getattr(reject, "papers", ()) == ("2505.10000", "yes")


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        (None, "# Rules for the graph"),
        ("", ""),
        ("# only a comment", "# only a comment\n"),
        ("  - reject: A\n", "  - reject: A\n  - "),
        ("- reject: A", "- reject: A\n- "),
        ("- reject: A\r\n", "- reject: A\r\n"),
        ("# one\n[{reject: A}]  # two\n", "# one\n[{reject: A}, {merge: [B, C]}, "),
        ("[ ] # none\n", "] # none"),
        ("---\n- reject: A  # x\n...\n", "---\n- reject: A  # x\n- merge: [B, C]\n"),
    ],
)
def test_every_way_to_write_the_file_can_be_added_to_and_taken_back(
    tmp_path: Path, before: str | None, kept: str
) -> None:
    path = tmp_path / "curation.yaml"
    if before is not None:
        path.write_bytes(before.encode())
    old = len(parse_rules(before or "", ""))
    kg.curate({"merge": ["B", "C"]}, path)
    kg.curate({"retype": "D", "to": "Task"}, path)
    assert len(read_curation(path).rules) == old + 2
    assert kept.encode() in path.read_bytes()
    kg.undo_curation(path)
    kg.undo_curation(path)
    assert (path.read_bytes().decode() if path.exists() else None) == before
    with pytest.raises(kg.KgError, match="no edit"):
        kg.undo_curation(path)


def test_undo_leaves_what_was_edited_by_hand_since(file: Path) -> None:
    kg.curate({"rename": "A", "to": "B"}, file)
    kg.curate({"rename": "C", "to": "D"}, file)
    file.write_text("# new heading\n" + file.read_text() + "- reject: E\n")
    assert kg.undo_curation(file) == "- rename: C\n  to: D"
    assert kg.undo_curation(file) == "- rename: A\n  to: B"
    assert file.read_text() == "# new heading\n" + BY_HAND + "- reject: E\n"


@pytest.mark.parametrize("change", [("to: B\n", "to: C\n"), ("to: B\n", "to: B\n  note: my own\n")])
def test_undo_refuses_where_the_rule_itself_was_changed(file: Path, change: tuple[str, str]) -> None:
    kg.curate({"rename": "A", "to": "B"}, file)
    file.write_text(changed := file.read_text().replace(*change))
    with pytest.raises(kg.KgError, match="changed by hand"):
        kg.undo_curation(file)
    assert file.read_text() == changed


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"merge": ["A", "A"]}, "two different"),
        ({"retype": "A", "to": "Thing"}, "choose one of"),
        ({"frobnicate": "A"}, "no rule"),
        ({"distinct": ["group relative PO", "GRPO"]}, "line 3"),
        ({"rename": "large model", "to": "LLM"}, "rejected"),
    ],
)
def test_a_wrong_rule_leaves_the_file_as_it_was(file: Path, rule: dict[str, str], words: str) -> None:
    with pytest.raises(kg.KgError, match=words):
        kg.curate(rule, file)
    assert file.read_text() == BY_HAND
    assert [path.name for path in file.parent.iterdir()] == ["curation.yaml"]


def test_a_file_that_is_malformed_already_is_not_touched(file: Path) -> None:
    file.write_text("- merge: [A, B\n")
    with pytest.raises(kg.KgError, match=r"curation\.yaml:"):
        kg.curate({"reject": "C"}, file)
    assert file.read_text() == "- merge: [A, B\n"
