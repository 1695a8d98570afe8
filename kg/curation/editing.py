"""Editing a file of rules: a rule is put after the others, and the last one that was put there taken back."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import SequenceNode

from kg.curation.conflicts import check
from kg.curation.reading import parse_rules
from kg.curation.rules import Rule
from kg.errors import KgError
from kg.files import default_cache_folder, replacing

__all__ = ["add_rule", "undo"]

_KEPT: Final = 100
_HEADING: Final = "# Rules for the graph of the lists beside this file; kg build replays them.\n"


def add_rule(path: str | Path, rule: Mapping[str, str | Sequence[str]]) -> Rule:
    """Put a rule at the end of a file, which is made where it is missing. What stands in the file stays.

    Args:
        path: The file.
        rule: The rule as the file has it: ``{"merge": ["A", "B"]}``. Empty values are left out.

    Returns:
        The rule as it was read back.

    Raises:
        KgError: The file or the rule is malformed, the rule contradicts another one, or the file can't be
            written. The file is as it was.
    """
    file = Path(path)
    before = _text(file) if file.exists() else None
    old = parse_rules(before or "", str(path))
    given = {key: value for key, value in rule.items() if value}
    entry = _rendered(given)
    # A rule that is wrong by itself has no line in a file yet.
    try:
        parse_rules(entry, "")
    except KgError as error:
        raise KgError(error.message, where=f"{path}: the new rule") from error
    after = _HEADING + entry if before is None else _appended(before, given, len(old), str(path))
    new = parse_rules(after, str(path))
    check(new)
    _write(file, after)
    _remember(file, before, after)
    return new[-1]


def undo(path: str | Path) -> str:
    """Take back the last edit of a file by `add_rule` that has not been taken back.

    Edits by hand stay: where the file was edited since, the rule is taken out of it if it stands there once
    and unchanged.

    Returns:
        What was taken out.

    Raises:
        KgError: There is nothing to take back, or the rule was changed since. The file is as it was.
    """
    file = Path(path)
    history = _history(file)
    if not history:
        raise KgError("there is no edit of kg curate to undo", where=str(path))
    before, after = history[-1]["before"], history[-1]["after"]
    added = _difference(before or _HEADING, after)
    now = _text(file)
    if now == after:
        restored = before
    elif added and now.count(added) == 1 and _is_without_one(now.replace(added, ""), now, str(path)):
        restored = now.replace(added, "")
    else:
        raise KgError(
            "the last rule of kg curate was changed by hand since; edit the file, or restore it with git",
            where=str(path),
        )
    if restored is None:
        try:
            file.unlink()
        except OSError as error:
            raise KgError(f"can't be removed: {error.strerror}", where=str(path)) from error
    else:
        parse_rules(restored, str(path))
        _write(file, restored)
    _keep_history(file, history[:-1])
    return added.strip("\n, ")


def _difference(before: str, after: str) -> str:
    """What was put into a text at one place."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return after[start : len(after) - end]


def _common(one: str, other: str) -> int:
    """How many characters two texts begin alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _is_without_one(text: str, before: str, path: str) -> bool:
    """Whether a text has the rules of another but for one."""
    rules = [replace(rule, where="") for rule in parse_rules(before, path)]
    try:
        left = [replace(rule, where="") for rule in parse_rules(text, path)]
    except KgError:
        return False
    return any(rules[:number] + rules[number + 1 :] == left for number in range(len(rules)))


def _rendered(rule: Mapping[str, str | Sequence[str]], *, in_brackets: bool = False) -> str:
    """A rule as a person would write it: lists in one line, no line folded."""
    item = CommentedMap()
    for key, value in rule.items():
        if isinstance(value, str):
            item[key] = value
        else:
            item[key] = CommentedSeq(value)
            item[key].fa.set_flow_style()
    if in_brackets:
        item.fa.set_flow_style()
    yaml, out = YAML(), io.StringIO()
    yaml.width = 1_000_000
    yaml.dump([item], out)
    return out.getvalue()


def _appended(text: str, rule: Mapping[str, str | Sequence[str]], count: int, path: str) -> str:
    """A text with a rule at the end of its list, and every byte of it as it was."""
    root = YAML(typ="safe", pure=True).compose(text)
    end = len(text)
    entry = _rendered(rule)
    places = [(end, entry)]
    if isinstance(root, SequenceNode) and root.flow_style:
        inner = _rendered(rule, in_brackets=True).removeprefix("- ").strip()
        places = [(root.end_mark.index - 1, f", {inner}" if count else inner)]
    elif root is not None and count:
        indent = " " * root.start_mark.column
        entry = "".join(indent + line for line in entry.splitlines(keepends=True))
        places = [(end, entry), (root.end_mark.index, entry)]  # the second before a line of "..."
    for at, added in places:
        before = text[:at]
        if not added.startswith((",", "{")) and before and not before.endswith("\n"):
            before += "\n"
        after = before + added + text[at:]
        try:
            if len(parse_rules(after, path)) == count + 1:
                return after
        except KgError:
            continue
    raise KgError("can't be added to without changing what is there; write the rule by hand", where=path)


def _text(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            return stream.read()
    except OSError as error:
        raise KgError(f"can't be read: {error.strerror}", where=str(file)) from error
    except UnicodeDecodeError as error:
        raise KgError("not UTF-8; save the file as UTF-8", where=str(file)) from error


def _write(file: Path, text: str) -> None:
    target = file.resolve()
    if not target.parent.is_dir():
        raise KgError("there is no such folder", where=str(file.parent))
    with replacing(target) as temporary:
        temporary.write_bytes(text.encode())


def _history_file(file: Path) -> Path:
    name = hashlib.sha256(str(file.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return default_cache_folder() / "curation" / f"{name}.json"


def _history(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(_history_file(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []


def _remember(file: Path, before: str | None, after: str) -> None:
    _keep_history(file, [*_history(file), {"before": before, "after": after}])


def _keep_history(file: Path, history: list[dict[str, Any]]) -> None:
    path = _history_file(file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KgError(f"can't remember the edit: {error.strerror}", where=str(path.parent)) from error
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(history[-_KEPT:]), encoding="utf-8")
