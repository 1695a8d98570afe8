"""Rules with slugs and keys in place of the names that people write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kg.curation.conflicts import Groups
from kg.curation.names import EntityNames, PaperNames, UnknownNameError
from kg.curation.rules import Add, Curation, Distinct, Match, Merge, Reject, Rename, Retype, Rule, Split
from kg.records import Entity, EntityType, Paper, Relation
from kg.text.names import fold

__all__ = ["Plan", "SplitPlan", "make_plan"]

Use = tuple[Rule, str]
"""A rule and the key of the paper that it is about, empty where it is about all."""


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """Where some mentions of an entity go."""

    rule: Split
    papers: frozenset[str]
    """Keys; empty for all papers."""
    forms: frozenset[str]
    """Folded; empty for all forms."""
    into: str

    def takes(self, key: str, form: str) -> bool:
        """Whether a mention, by its paper and its text, is of the other thing."""
        return (not self.papers or key in self.papers) and (not self.forms or fold(form) in self.forms)


@dataclass(slots=True)
class Plan:
    """What to do with each entity, by the slug that stands for it, and in each paper, by its key."""

    groups: Groups = field(default_factory=Groups)
    members: dict[str, list[str]] = field(default_factory=dict)
    """Of each entity that a rule is about: the slugs that it unites."""
    splits: dict[str, list[SplitPlan]] = field(default_factory=lambda: defaultdict(list))
    rejected: dict[tuple[str, str], Reject] = field(default_factory=dict)
    """By slug and key; an empty key where the entity is rejected everywhere."""
    denied: dict[tuple[str, str, Relation], Reject] = field(default_factory=dict)
    """Likewise claims."""
    adds: dict[str, list[tuple[Add, str]]] = field(default_factory=lambda: defaultdict(list))
    """By key: the rule, and the slug of its entity."""
    labels: dict[str, str] = field(default_factory=dict)
    types: dict[str, EntityType] = field(default_factory=dict)
    matches: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    new: dict[str, tuple[str, EntityType | None]] = field(default_factory=dict)
    """Label and type of things that only a rule names."""
    recounted: set[str] = field(default_factory=set)
    """The slugs, before they are united, of entities whose mentions a rule changes."""
    expected: dict[Use, str] = field(default_factory=dict)
    """What a rule needs to meet in the papers, with what to say if it is not met."""


def make_plan(
    curation: Curation,
    papers: Sequence[Paper],
    entities: Mapping[str, Entity],
    on_problem: Callable[[Rule, str], None],
) -> Plan:
    """Find what the names in the rules stand for.

    Args:
        curation: The rules.
        papers: The papers of the collection.
        entities: Its entities by slug, before any rule.
        on_problem: Called with each rule that does not apply, and why.
    """
    return _Planner(papers, entities, on_problem).plan(curation)


class _Planner:
    def __init__(
        self,
        papers: Sequence[Paper],
        entities: Mapping[str, Entity],
        on_problem: Callable[[Rule, str], None],
    ) -> None:
        self._plan = Plan()
        self._names = EntityNames(entities)
        self._papers = PaperNames(papers)
        self._entities = entities
        self._tell = on_problem
        self._found: list[tuple[Rule, tuple[str, ...]]] = []
        """Each rule with the slugs of its names."""

    def plan(self, curation: Curation) -> Plan:
        for rule in curation.rules:
            try:
                slugs = self._slugs(rule)
            except UnknownNameError as error:
                self._tell(rule, str(error))
            else:
                self._found.append((rule, slugs))
        self._unite()
        for rule, slugs in self._found:
            self._place(rule, tuple(map(self._plan.groups.root, slugs)))
        self._plan.new = self._united_new()
        return self._plan

    def _slugs(self, rule: Rule) -> tuple[str, ...]:
        """The slugs of a rule's names; what the rule itself names is known from here on.

        Raises:
            UnknownNameError: A name that the rule is about stands for nothing, or for several things.
        """
        if isinstance(rule, Merge | Distinct):
            return self._several(rule)
        if isinstance(rule, Rename):
            slug = self._names.known(rule.name)
            if other := self._names.labelled(rule.to, but=slug):
                raise UnknownNameError(
                    f"{rule.to!r} is the name of another entity, entity:{other}; merge the two instead"
                )
            self._names.give(rule.to, slug)
            return (slug,)
        if isinstance(rule, Split):
            slug = self._names.known(rule.name)
            other = self._names.find(rule.into)
            if other is None or self._plan.groups.root(other) == self._plan.groups.root(slug):
                other = self._new(rule.into, rule.type)
            return slug, other
        if isinstance(rule, Add):
            self._papers.known(rule.paper)
            found = self._names.find(rule.name)
            if found is None and rule.type is None:
                raise UnknownNameError(f"no paper names {rule.name!r} by itself; say its 'type' to add it")
            return (found or self._new(rule.name, rule.type),)
        if isinstance(rule, Retype | Reject | Match):
            return (self._names.known(rule.name),)
        raise TypeError(f"no such rule: {type(rule).__name__}")

    def _several(self, rule: Merge | Distinct) -> tuple[str, ...]:
        slugs: list[str] = []
        unknown: list[UnknownNameError] = []
        for name in rule.names:
            try:
                slugs.append(self._names.known(name))
            except UnknownNameError as error:
                unknown.append(error)
        if unknown:
            self._tell(rule, str(unknown[0]))
        if isinstance(rule, Merge):
            for other in slugs[1:]:
                self._plan.groups.join(slugs[0], other)
        return tuple(dict.fromkeys(slugs)) if isinstance(rule, Merge) else tuple(slugs)

    def _new(self, name: str, kind: EntityType | None) -> str:
        slug = self._names.new(name)
        self._plan.new[slug] = (name, kind)
        return slug

    def _unite(self) -> None:
        members: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for _, slugs in self._found:
            for slug in slugs:
                members[self._plan.groups.root(slug)][slug] = None
        self._plan.members = {root: sorted(slugs) for root, slugs in members.items()}

    def _united_new(self) -> dict[str, tuple[str, EntityType | None]]:
        """Only things that are no other's part are things of their own."""
        return {slug: given for slug, given in self._plan.new.items() if self._plan.groups.root(slug) == slug}

    def _place(self, rule: Rule, slugs: tuple[str, ...]) -> None:
        plan = self._plan
        if isinstance(rule, Merge):
            self._recount(slugs)
        elif isinstance(rule, Distinct):
            if len(set(slugs)) < len(slugs):
                self._tell(rule, "two of these names are one entity; split it to tell them apart")
        elif isinstance(rule, Rename):
            if plan.labels.setdefault(slugs[0], rule.to) != rule.to:
                self._tell(
                    rule,
                    f"the entity is already renamed to {plan.labels[slugs[0]]!r} by another of its names",
                )
        elif isinstance(rule, Retype):
            if plan.types.setdefault(slugs[0], rule.to) != rule.to:
                self._tell(
                    rule, f"the entity is already retyped to {plan.types[slugs[0]]} by another of its names"
                )
            self._recount(slugs)
        elif isinstance(rule, Match):
            plan.matches[slugs[0]] += rule.iris
        elif isinstance(rule, Split):
            self._place_split(rule, *slugs)
        elif isinstance(rule, Reject):
            self._place_reject(rule, slugs[0])
        elif isinstance(rule, Add):
            plan.adds[self._papers.known(rule.paper)].append((rule, slugs[0]))
            self._recount(slugs)

    def _place_split(self, rule: Split, slug: str, into: str) -> None:
        if slug == into:
            self._tell(rule, f"{rule.name!r} and {rule.into!r} are merged by another rule")
            return
        keys = dict(self._keys(rule, rule.papers))
        if rule.papers and not keys:
            return
        forms = frozenset(map(fold, rule.forms))
        self._plan.splits[slug].append(SplitPlan(rule, frozenset(keys), forms, into))
        said = f" as {' or '.join(map(repr, rule.forms))}" if rule.forms else ""
        for key, paper in (keys or {"": ""}).items():
            of = f"the paper {paper!r} does not name" if paper else "no paper names"
            self._plan.expected[rule, key] = f"{of} {rule.name!r}{said}"
        self._recount((slug, into))

    def _place_reject(self, rule: Reject, slug: str) -> None:
        keys = dict(self._keys(rule, rule.papers))
        if rule.papers and not keys:
            return
        for key, paper in (keys or {"": ""}).items():
            of = f"the paper {paper!r}" if paper else "any paper"
            if rule.relation:
                self._plan.denied[slug, key, rule.relation] = rule
                claim = f"there is no claim that {of} {rule.relation} {rule.name!r}"
                self._plan.expected[rule, key] = claim
            else:
                self._plan.rejected[slug, key] = rule
                self._plan.expected[rule, key] = f"there is no mention of {rule.name!r} in {of}"
        self._recount((slug,))

    def _keys(self, rule: Rule, papers: Sequence[str]) -> Iterator[tuple[str, str]]:
        for paper in papers:
            try:
                yield self._papers.known(paper), paper
            except UnknownNameError as error:
                self._tell(rule, str(error))

    def _recount(self, roots: Sequence[str]) -> None:
        for root in roots:
            self._plan.recounted.update(self._plan.members[root])
