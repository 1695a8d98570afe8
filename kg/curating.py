"""What people decide about a graph, put into the file of rules that the next build replays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode

from kg.curation import FILE_NAME, Distinct, Merge, Rule, read_curation
from kg.curation.conflicts import Groups
from kg.curation.editing import add_rule, undo
from kg.errors import UsageError
from kg.queries import find, run_query
from kg.queries.duplicates import Candidate, Suggestion, suggest_duplicates
from kg.queries.names import Kind
from kg.rdf import Store
from kg.text.names import fold

__all__ = ["curate", "suggest", "undo_curation"]

_NAMES: Final[Mapping[str, Kind]] = {
    "merge": "entity",
    "distinct": "entity",
    "split": "entity",
    "rename": "entity",
    "retype": "entity",
    "reject": "entity",
    "match": "entity",
    "in": "paper",
}
"""The keys whose values must be in the graph."""
_TEXTS: Final = "SELECT ?text { ?paper dcterms:title|dcterms:abstract ?text }"


def curate(
    rule: Mapping[str, str | Sequence[str]], file: str | Path = FILE_NAME, *, store: Store | None = None
) -> Rule:
    """Put a rule at the end of a curation file, which the next build replays.

    What stands in the file stays as it is, comments and order included; the file is made where it is missing.

    Args:
        rule: The rule as the file has it, such as ``{"merge": ["GRPO", "group relative PO"]}`` or
            ``{"reject": "accuracy", "in": "2505.14146", "by": "Ada"}``.
        file: The file of rules.
        store: The graph that the names are looked up in; they are not checked where it is None.

    Returns:
        The rule as it was read back from the file, with its line.

    Raises:
        UsageError: A name is not in the graph, or may be one of several.
        KgError: The file or the rule is malformed, the rule contradicts another one, or the file can't be
            written. The file is as it was.
    """
    if store is not None:
        _check_names(rule, store)
    return add_rule(file, rule)


def undo_curation(file: str | Path = FILE_NAME) -> str:
    """Take back the last edit of a curation file by `curate` that has not been taken back.

    What was edited by hand since stays.

    Returns:
        The rule that was taken out, as it stood there.

    Raises:
        KgError: There is nothing to take back, or the rule itself was changed by hand since.
    """
    return undo(file)


def suggest(store: Store, file: str | Path | None = FILE_NAME, *, limit: int = 20) -> list[Suggestion]:
    """Entities of a graph that are likely one thing, the likeliest first; see ``suggest_duplicates``.

    Args:
        store: The graph.
        file: A curation file; what it merges, or says to be distinct, is not suggested. It may be missing.
        limit: The most suggestions to give.

    Raises:
        KgError: The file is malformed.
    """
    merged, distinct = Groups(), set[tuple[str, str]]()
    curation = read_curation(file) if file is not None and Path(file).exists() else None
    for rule in curation.rules if curation else ():
        names = [_key(name) for name in rule.names] if isinstance(rule, Merge | Distinct) else []
        for other in names[1:] if isinstance(rule, Merge) else []:
            merged.join(names[0], other)
        if isinstance(rule, Distinct):
            distinct.update((one, two) for one in names for two in names)

    def known(one: Candidate, other: Candidate) -> bool:
        return any(
            merged.root(first) == merged.root(second) or (first, second) in distinct
            for first in _keys(one)
            for second in _keys(other)
        )

    return suggest_duplicates(store, limit=limit, known=known if curation else None)


def _key(name: str) -> str:
    return name if name.startswith("entity:") else fold(name)


def _keys(one: Candidate) -> tuple[str, ...]:
    return fold(one.label), f"entity:{one.iri.rpartition('/')[2]}"


def _check_names(rule: Mapping[str, str | Sequence[str]], store: Store) -> None:
    if not any(key in rule for key in _NAMES) and "add" not in rule:
        return
    for key, value in rule.items():
        kind = _NAMES.get(key)
        if key == "add" and not rule.get("type"):
            kind = "entity"
        if kind:
            for name in [value] if isinstance(value, str) else value:
                find(store, name, kind=kind).one()
    if "add" in rule:
        _check_quote(rule, store)
    if "merge" in rule and not isinstance(rule["merge"], str):
        iris = [find(store, name, kind="entity").one().iri for name in rule["merge"]]
        if len(set(iris)) < len(iris):
            raise UsageError(f"{' and '.join(map(repr, rule['merge']))} are one entity already")


def _check_quote(rule: Mapping[str, str | Sequence[str]], store: Store) -> None:
    paper, quote = rule.get("in", ""), rule.get("quote", "")
    if isinstance(paper, str) and isinstance(quote, str) and paper and quote:
        found = find(store, paper, kind="paper").one()
        rows = run_query(store, _TEXTS, params={"paper": NamedNode(found.iri)})
        texts = [" ".join(str(getattr(text, "value", "")).split()) for (text,) in rows]
        if not any(" ".join(quote.split()) in text for text in texts):
            raise UsageError(f"the paper does not say {quote!r} in its title or abstract; copy its words")
