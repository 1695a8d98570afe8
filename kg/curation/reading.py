"""From a curation file to its rules, each with its line.

Read with ruamel.yaml, whose nodes know their lines. Every value is taken as the text that stands there: a
plain ``2505.10000`` is an arXiv id, not a number that has lost its zeros, and ``no`` is a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from rapidfuzz import process
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from kg.curation.conflicts import check
from kg.curation.rules import Add, Curation, Distinct, Match, Merge, Reject, Rename, Retype, Rule, Split
from kg.errors import KgError
from kg.records import ENTITY_TYPES, RELATIONS

__all__ = ["FILE_NAME", "parse_rules", "read_curation"]

FILE_NAME: Final = "curation.yaml"
_LARGEST: Final = 10_000_000
_CORE: Final = "tag:yaml.org,2002:"
_UNFIT: Final = re.compile(r"[\x00-\x1f\x7f\ufffe\uffff]")


def read_curation(*paths: str | Path) -> Curation:
    """Read curation files.

    Args:
        paths: The files. Their order does not matter: a file's rules keep theirs, and files are taken in the
            order of their content.

    Returns:
        All their rules. An empty file has none.

    Raises:
        KgError: A file can't be read, is no YAML, or breaks a rule of the form (an unknown or missing key, a
            wrong value); or two rules contradict each other. It says where, with the line.
    """
    texts = sorted((_text(Path(path)), str(path)) for path in dict.fromkeys(map(str, paths)))
    rules = tuple(rule for text, path in texts for rule in parse_rules(text, path))
    check(rules)
    return Curation(rules)


def parse_rules(text: str, path: str) -> tuple[Rule, ...]:
    """The rules in the text of one file; what ``path`` is called in errors.

    Raises:
        KgError: The text is no YAML or breaks a rule of the form.
    """
    root = _compose(text, path)
    if root is None:
        return ()
    if not isinstance(root, SequenceNode):
        raise _error(
            path, root, "not a list of rules; begin each rule with a hyphen, as in '- merge: [A, B]'"
        )
    return tuple(_rule(node, path) for node in root.value)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise KgError("too large for a file that people review; 10 MB at most", where=str(path))
        data = path.read_bytes()
    except OSError as error:
        raise KgError(f"can't be read: {error.strerror}", where=str(path)) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise KgError("not UTF-8; save the file as UTF-8", where=f"{path}:{line}") from error


def _compose(text: str, path: str) -> Node | None:
    try:
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else path
        # A YAML library's own words, without those that name its insides.
        said = " ".join(filter(None, (error.context, error.problem))).replace("<stream end>", "its end")
        raise KgError(f"not valid YAML: {said}; mend the line", where=where) from error
    except YAMLError as error:
        odd = re.search(r"position (\d+)", str(error))
        line = text.count("\n", 0, int(odd[1])) + 1 if odd else 1
        raise KgError("holds a character that YAML can't; remove it", where=f"{path}:{line}") from error
    except RecursionError as error:
        raise KgError("nested too deeply for a list of rules", where=f"{path}:1") from error
    except (ValueError, AttributeError, KeyError, IndexError) as error:  # the library's, on odd directives
        raise KgError("not valid YAML; mend its first line", where=f"{path}:1") from error
    return None if isinstance(node, ScalarNode) and not node.value else node


def _error(path: str, node: Node, message: str) -> KgError:
    return KgError(message, where=f"{path}:{node.start_mark.line + 1}")


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of rule: what it takes beside its first key, and what it makes of that."""

    make: Callable[..., Rule]
    example: str
    required: Mapping[str, str]
    """Keys, each with the field of the record that it fills."""
    optional: Mapping[str, str]
    several: bool = False
    """Whether the first key takes a list of names."""


_FORMS: Final[Mapping[str, _Form]] = {
    "merge": _Form(Merge, "- merge: [GRPO, group relative PO]", {}, {}, several=True),
    "distinct": _Form(Distinct, "- distinct: [VQA, VQA v2]", {}, {}, several=True),
    "split": _Form(
        Split,
        "- split: SAM, into: sharpness-aware minimization, in: 2505.14146",
        {"into": "into"},
        {"in": "papers", "forms": "forms", "type": "type"},
    ),
    "rename": _Form(Rename, "- rename: grpo, to: GRPO", {"to": "to"}, {}),
    "retype": _Form(Retype, "- retype: MedQA, to: Benchmark", {"to": "to"}, {}),
    "reject": _Form(Reject, "- reject: large model", {}, {"in": "papers", "relation": "relation"}),
    "add": _Form(
        Add,
        "- add: GRPO, in: 2505.14146, relation: uses, quote: trained with GRPO",
        {"in": "paper", "relation": "relation", "quote": "quote"},
        {"type": "type"},
    ),
    "match": _Form(Match, "- match: GRPO, to: https://www.wikidata.org/entity/…", {"to": "iris"}, {}),
}
_COMMON: Final = {"by": "by", "note": "note"}
_LISTS: Final = frozenset({"papers", "forms", "iris"})


def _rule(node: Node, path: str) -> Rule:
    if not isinstance(node, MappingNode):
        raise _error(path, node, "not a rule; write one as in '- merge: [A, B]'")
    entries = _entries(node, path)
    kinds = [key for key in entries if key in _FORMS]
    if not kinds:
        key, (at, _) = next(iter(entries.items()), ("", (node, node)))
        said = f"there is no rule {key!r}{_near(key, _FORMS)}" if key else "an empty rule"
        raise _error(path, at, f"{said}; a rule has one of {', '.join(_FORMS)}")
    if len(kinds) > 1:
        at, _ = entries[kinds[1]]
        raise _error(path, at, f"{kinds[0]!r} and {kinds[1]!r} in one rule; make two rules of them")
    kind = kinds[0]
    form = _FORMS[kind]
    known = {kind, *form.required, *form.optional, *_COMMON}
    for key, (at, _) in entries.items():
        if key not in known:
            near = _near(key, known - {kind})
            allowed = ", ".join(sorted(known - {kind}))
            raise _error(path, at, f"{kind!r} takes no {key!r}{near}; it takes {allowed}")
    for key in form.required:
        if key not in entries:
            raise _error(path, node, f"{kind!r} lacks {key!r}; write it as in {form.example!r}")
    values: dict[str, Any] = {}
    at, value = entries[kind]
    values["names" if form.several else "name"] = (
        _names(value, path, kind) if form.several else _name(value, path, kind)
    )
    for key, field in {**form.required, **form.optional, **_COMMON}.items():
        if key in entries:
            at, value = entries[key]
            values[field] = _value(kind, key, field, value, path)
    if form.make is Split and not (values.get("papers") or values.get("forms")):
        raise _error(
            path,
            node,
            "'split' says neither 'in' which papers nor which 'forms' are the other thing; add one",
        )
    if values.get("relation") == "mentions" and form.make is Reject:
        raise _error(
            path, at, "every entity of a paper is mentioned; leave 'relation' out to reject the entity"
        )
    return form.make(**values, where=f"{path}:{node.start_mark.line + 1}")


def _entries(node: MappingNode, path: str) -> dict[str, tuple[Node, Node]]:
    entries: dict[str, tuple[Node, Node]] = {}
    for key, value in node.value:
        name = _scalar(key, path, "a key")
        if name in entries:
            raise _error(path, key, f"{name!r} is there twice in one rule; leave one")
        if isinstance(value, ScalarNode) and not value.value.strip():  # its mark is that of what follows
            raise _error(path, key, f"{name!r} is empty; give it a value")
        entries[name] = (key, value)
    return entries


def _value(kind: str, key: str, field: str, node: Node, path: str) -> object:
    if key == "type" or (kind == "retype" and key == "to"):
        return _choice(node, path, key, ENTITY_TYPES)
    if key == "relation":
        return _choice(node, path, key, RELATIONS)
    if field not in _LISTS:
        return _name(node, path, key)
    values = _list(node, path, key) if isinstance(node, SequenceNode) else (_name(node, path, key),)
    if field == "iris":
        for one, at in zip(values, node.value if isinstance(node, SequenceNode) else [node], strict=True):
            if not _is_address(one):
                raise _error(
                    path, at, f"{one!r} is no http or https IRI of the thing in another knowledge base"
                )
    return values


def _names(node: Node, path: str, key: str) -> tuple[str, ...]:
    if not isinstance(node, SequenceNode):
        raise _error(path, node, f"{key!r} takes a list of names: [A, B]")
    names = _list(node, path, key)
    if len(set(names)) < 2:
        raise _error(path, node, f"{key!r} needs two different names at least")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _error(path, node, f"{twice!r} is there twice; leave one")
    return names


def _list(node: SequenceNode, path: str, key: str) -> tuple[str, ...]:
    if not node.value:
        raise _error(path, node, f"{key!r} is an empty list; fill it or remove it")
    return tuple(_name(one, path, key) for one in node.value)


def _name(node: Node, path: str, key: str) -> str:
    text = " ".join(_scalar(node, path, key).split())
    if not text:
        raise _error(path, node, f"{key!r} is empty; give it a value")
    if _UNFIT.search(text):
        raise _error(path, node, f"{key!r} holds a control character; remove it")
    return text


def _scalar(node: Node, path: str, key: str) -> str:
    if not isinstance(node, ScalarNode):
        raise _error(
            path,
            node,
            f"{key!r} takes one text, not a {'list' if isinstance(node, SequenceNode) else 'mapping'}",
        )
    if not str(node.tag).startswith(_CORE) or str(node.tag).startswith(_CORE + "python"):
        raise _error(path, node, f"{key!r} has the tag {node.tag}; write plain text")
    return str(node.value)


def _choice(node: Node, path: str, key: str, choices: Iterable[str]) -> str:
    text, known = _name(node, path, key), list(choices)
    if text not in known:
        raise _error(path, node, f"{key!r} is {text!r}{_near(text, known)}; choose one of {', '.join(known)}")
    return text


def _near(text: str, known: Iterable[str]) -> str:
    found = process.extractOne(text, sorted(known), score_cutoff=60, processor=str.casefold)
    return f" (did you mean {found[0]!r}?)" if found else ""


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not re.search(r'[\s<>"{}|\\^`]', text)
