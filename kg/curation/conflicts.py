"""Rules that contradict each other, as far as their own words tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from kg.curation.rules import Add, Distinct, Match, Merge, Reject, Rename, Retype, Rule, Split
from kg.errors import KgError
from kg.sources.identifiers import parse_arxiv, parse_doi
from kg.text import slugify
from kg.text.names import fold

__all__ = ["Groups", "check", "paper_id"]


class Groups:
    """Disjoint sets of names; the one that stands for a set is that which was joined to first."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, name: str) -> str:
        """The name that stands for a name's set."""
        while (parent := self._parent.get(name, name)) != name:
            self._parent[name] = self._parent.get(parent, parent)
            name = parent
        return name

    def join(self, first: str, other: str) -> None:
        """Unite two sets under the first's."""
        one, two = self.root(first), self.root(other)
        if one != two:
            self._parent[two] = one


def paper_id(name: str) -> str:
    """What two ways to name a paper have in common: its arXiv id, its DOI, else its title's letters."""
    if arxiv := parse_arxiv(name):
        return f"arxiv:{arxiv.id}"
    if doi := parse_doi(name):
        return f"doi:{doi}"
    return slugify(name) or name


def check(rules: Sequence[Rule]) -> None:
    """Refuse rules of which one says what another denies.

    Takes time linear in the rules. Names are one where they fold to one key; that two names are of one entity
    is not known before a build.

    Raises:
        KgError: Two rules contradict each other; it names the line of one and that of the other.
    """
    merged = Groups()
    for rule in rules:
        if isinstance(rule, Merge):
            for other in rule.names[1:]:
                merged.join(_key(rule.names[0]), _key(other))
    _check_distinct(rules, merged)
    _check_values(rules, merged)
    _check_splits(rules, merged)
    _check_rejected(rules, merged)


def _key(name: str) -> str:
    return name if name.startswith(("entity:", "http://", "https://")) else fold(name)


def _conflict(rule: Rule, other: Rule, message: str) -> KgError:
    line = other.where.rpartition(":")[2]
    same_file = other.where.rpartition(":")[0] == rule.where.rpartition(":")[0]
    there = f"line {line}" if same_file else other.where
    return KgError(f"{message} ({there}); remove one of the two rules", where=rule.where)


def _check_distinct(rules: Sequence[Rule], merged: Groups) -> None:
    merging: dict[str, Rule] = {}
    for rule in rules:
        if isinstance(rule, Merge):
            merging.setdefault(merged.root(_key(rule.names[0])), rule)
    for rule in rules:
        if isinstance(rule, Distinct):
            for one, other in combinations(rule.names, 2):
                root = merged.root(_key(one))
                if root == merged.root(_key(other)) and _key(one) != _key(other):
                    raise _conflict(
                        rule, merging[root], f"{one!r} and {other!r} are distinct here and merged there"
                    )


def _check_values(rules: Iterable[Rule], merged: Groups) -> None:
    first: dict[tuple[type[Rule], str], Rename | Retype] = {}
    for rule in rules:
        if isinstance(rule, Rename | Retype):
            other = first.setdefault((type(rule), merged.root(_key(rule.name))), rule)
            if other.to != rule.to:
                what = "renamed" if isinstance(rule, Rename) else "retyped"
                raise _conflict(
                    rule, other, f"{rule.name!r} is {what} to {rule.to!r} here and to {other.to!r} there"
                )


def _check_splits(rules: Iterable[Rule], merged: Groups) -> None:
    first: dict[tuple[str, str, str], Split] = {}
    for rule in rules:
        if not isinstance(rule, Split):
            continue
        root = merged.root(_key(rule.name))
        if _key(rule.into) == _key(rule.name):
            raise KgError(
                f"{rule.name!r} is split into itself; give the other thing another name", where=rule.where
            )
        for paper in map(paper_id, rule.papers or ("",)):
            for form in map(_key, rule.forms or ("",)):
                other = first.setdefault((root, paper, form), rule)
                if _key(other.into) != _key(rule.into):
                    raise _conflict(
                        rule,
                        other,
                        f"{rule.name!r} is split into {rule.into!r} here and {other.into!r} there",
                    )


def _check_rejected(rules: Sequence[Rule], merged: Groups) -> None:
    rejected: dict[tuple[str, str, str], Reject] = {}
    for rule in rules:
        if isinstance(rule, Reject):
            for paper in map(paper_id, rule.papers or ("",)):
                rejected[merged.root(_key(rule.name)), paper, rule.relation or ""] = rule
    named: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        if isinstance(rule, Merge):
            named[merged.root(_key(rule.names[0]))].append(rule)
        elif isinstance(rule, Rename | Retype | Match | Add):
            named[merged.root(_key(rule.name))].append(rule)
    for (root, paper, relation), reject in rejected.items():
        if not paper and not relation and named[root]:
            raise _conflict(reject, named[root][0], f"{reject.name!r} is rejected here and kept there")
    for rule in rules:
        if isinstance(rule, Add):
            root, paper = merged.root(_key(rule.name)), paper_id(rule.paper)
            for place in ((paper, ""), (paper, rule.relation), ("", rule.relation)):
                if denied := rejected.get((root, *place)):
                    raise _conflict(rule, denied, f"{rule.name!r} is added here and rejected there")
