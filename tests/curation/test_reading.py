"""Files of rules: what is in them, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg import KgError
from kg.curation import Add, Merge, Reject, Split, read_curation


def written(folder: Path, text: str | bytes, name: str = "curation.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_every_value_is_the_text_that_stands_there(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "# ours\n- merge: [no, 1e3, ~]   # three names\n"
        "- reject: 2024-05-01\n  in: [2505.10000, 'hep-th/9901001']\n"
        "- {split: 'null', into: \"NaN\", forms: 0x1F, by: yes}\n",
    )
    merge, reject, split = read_curation(path).rules
    assert isinstance(merge, Merge)
    assert isinstance(reject, Reject)
    assert isinstance(split, Split)
    assert merge.names == ("no", "1e3", "~")
    assert (reject.name, reject.papers) == ("2024-05-01", ("2505.10000", "hep-th/9901001"))
    assert (split.name, split.into, split.forms, split.by) == ("null", "NaN", ("0x1F",), "yes")
    assert [rule.where.rpartition(":")[2] for rule in (merge, reject, split)] == ["2", "3", "5"]


def test_a_folded_quote_is_one_line(tmp_path: Path) -> None:
    path = written(tmp_path, "- add: A\n  in: B\n  relation: uses\n  quote: >\n    one\n    two\n")
    (add,) = read_curation(path).rules
    assert isinstance(add, Add)
    assert add.quote == "one two"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "[]"])
def test_a_file_may_hold_no_rule(tmp_path: Path, text: str) -> None:
    assert read_curation(written(tmp_path, text)).rules == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("- reject: A\n- merge: [A, B", 2, "not valid YAML"),
        ("- reject: A\n\t- merge: [A, B]", 2, "not valid YAML"),
        ("- reject: 'A", 1, "not valid YAML"),
        ("- reject: *a", 1, "alias"),
        ("- reject: A\n---\n- reject: B", 2, "document"),
        ("- reject: A\n- reject: a\x07b", 2, "character"),
        (b"- reject: A\n- reject: \xff", 2, "UTF-8"),
        ("[" * 1500, 1, "nested"),
        ("reject: A\n", 1, "hyphen"),
        ("- reject: A\n- B\n", 2, "not a rule"),
        ("- reject: A\n- {}\n", 2, "empty rule"),
        ("- reject: A\n- mrege: [A, B]\n", 2, "'merge'"),
        ("- note: A\n", 1, "one of merge, distinct"),
        ("- rename: A\n  merge: [A, B]\n", 2, "two rules"),
        ("- rename: A\n  To: B\n", 2, "did you mean 'to'?"),
        ("- reject: A\n  reject: B\n", 2, "twice"),
        ("- rename: A\n", 1, "lacks 'to'"),
        ("- add: A\n  in: B\n  relation: uses\n", 1, "lacks 'quote'"),
        ("- rename: A\n  to:\n", 2, "empty"),
        ("- rename: A\n  to: [B]\n", 2, "one text, not a list"),
        ("- reject: {A: B}\n", 1, "one text, not a mapping"),
        ("- reject: !!python/name:os.system A\n", 1, "tag"),
        ("- reject: !secret A\n", 1, "tag"),
        ("- merge: A\n", 1, "list of names"),
        ("- merge: [A]\n", 1, "two different names"),
        ("- merge: [A, A]\n", 1, "two different names"),
        ("- merge: [A, B, A]\n", 1, "twice"),
        ("- merge: [A, [B]]\n", 1, "one text"),
        ("- split: A\n  into: B\n", 1, "'in'"),
        ("- split: A\n  into: B\n  in: []\n", 3, "empty list"),
        ("- split: A\n  into: a\n  in: C\n", 1, "another name"),
        ("- retype: A\n  to: Modell\n", 2, "did you mean 'Model'?"),
        ("- reject: A\n  relation: use\n", 2, "did you mean 'uses'?"),
        ("- reject: A\n  relation: mentions\n", 2, "leave 'relation' out"),
        ("- match: A\n  to: Q42\n", 2, "IRI"),
        ("- match: A\n  to:\n  - https://example.org/a\n  - javascript:x\n", 4, "IRI"),
        # Rules that contradict each other: the later line, and the line of the other.
        ("- merge: [A, B]\n- merge: [B, C]\n- distinct: [C, A]\n", 3, "(line 2)|(line 1)"),
        ("- rename: A\n  to: B\n\n- rename: a\n  to: C\n", 4, "(line 1)"),
        ("- merge: [A, B]\n- retype: A\n  to: Task\n- retype: B\n  to: Model\n", 4, "(line 2)"),
        ("- split: A\n  in: [1, 2]\n  into: B\n- split: A\n  in: 2\n  into: C\n", 4, "(line 1)"),
        ("- reject: A\n- rename: A\n  to: B\n", 1, "(line 2)"),
        (
            "- reject: A\n  in: 2505.14146\n"
            "- add: A\n  in: arXiv:2505.14146v2\n  relation: uses\n  quote: q\n",
            3,
            "(line 1)",
        ),
        ("- reject: A\n  relation: uses\n- add: A\n  in: B\n  relation: uses\n  quote: q\n", 3, "(line 1)"),
    ],
)
def test_a_malformed_file_is_refused_with_the_line(
    tmp_path: Path, text: str | bytes, line: int, words: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(KgError) as refused:
        read_curation(path)
    assert refused.value.where == f"{path}:{line}"
    assert any(word in refused.value.message for word in words.split("|"))
    assert "\n" not in str(refused.value)


def test_rules_of_two_files_may_contradict_each_other_too(tmp_path: Path) -> None:
    one = written(tmp_path, "- rename: A\n  to: B\n")
    two = written(tmp_path, "# two\n- rename: A\n  to: C\n", "two.yaml")
    with pytest.raises(KgError, match=r"curation\.yaml:1.*two\.yaml:2|two\.yaml:2.*curation\.yaml:1"):
        read_curation(one, two)
    assert read_curation(one, one).rules == read_curation(one).rules


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="can't be read"):
        read_curation(tmp_path / "curation.yaml")
