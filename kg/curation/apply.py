"""Rules replayed on what was read and resolved: papers and entities in, curated papers and entities out.

Rules hold in this order, wherever they stand: merge, split, reject, retype, add, rename and match. The names
in a rule are those of the graph without any rule, and those that rules before it give: the other thing of a
split, a new label, an added entity.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kg.curation.draft import Draft
from kg.curation.plan import Use, make_plan
from kg.curation.rules import Curation, Rule
from kg.records import (
    Entity,
    EntityType,
    LinkedPaper,
    LocalEntity,
    Paper,
    Problem,
    Vocabulary,
)
from kg.resolution.forms import best_label, main_type

__all__ = ["Curated"]


@dataclass(slots=True)
class _Counted:
    """What papers say of one entity."""

    papers: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    """Papers that write each form."""
    types: Counter[EntityType] = field(default_factory=Counter)
    """Mentions by type."""
    scored: bool = False
    """Whether a paper evaluates on it."""

    def add(self, local: LocalEntity, named: bool = True) -> None:
        self.papers += 1
        if named:
            self.forms.update(dict.fromkeys((" ".join(form.split()) for form in local.forms), 1))
        self.types[local.type] += len(local.mentions)
        self.scored = self.scored or any(claim.relation == "evaluatesOn" for claim in local.relations)

    @property
    def type(self) -> EntityType:
        return main_type(self.types)


class Curated:
    """Papers and entities as the rules of a curation have them. Iterating gives the papers, anew each time.

    The outcome does not depend on the order of the papers. A rule that does not apply is a problem with its
    file and line, and the others hold.

    Args:
        curation: The rules.
        papers: The papers of the collection.
        linked: The same, with what was read from each; can be iterated anew.
        entities: The entities by slug.
        vocabulary: The curated terms, whose types go before what the papers say.
        on_problem: Called with each rule that does not apply.
    """

    def __init__(
        self,
        curation: Curation,
        papers: Sequence[Paper],
        linked: Iterable[LinkedPaper],
        entities: Mapping[str, Entity],
        vocabulary: Vocabulary,
        on_problem: Callable[[Problem], None],
    ) -> None:
        self._linked = linked
        self._given = entities
        self._vocabulary = vocabulary
        self._tell = on_problem
        self._told: set[tuple[Rule, str]] = set()
        self._plan = make_plan(curation, papers, entities, self._problem)
        self._before: defaultdict[str, _Counted] = defaultdict(_Counted)
        self._after: defaultdict[str, _Counted] = defaultdict(_Counted)
        used: set[Use] = set()
        self._count(used)
        for use, message in self._plan.expected.items():
            if use not in used:
                self._problem(use[0], message)
        self.entities: Mapping[str, Entity] = self._entities()
        """The entities by slug, in the order of the slugs."""

    def __iter__(self) -> Iterator[LinkedPaper]:
        used: set[Use] = set()
        for one in self._linked:
            draft = self._draft(one, used)
            yield draft.finished() if draft else one

    def _problem(self, rule: Rule, message: str) -> None:
        if (rule, message) not in self._told:
            self._told.add((rule, message))
            self._tell(Problem(rule.where, f"the rule does not apply: {message}"))

    def _draft(self, one: LinkedPaper, used: set[Use]) -> Draft | None:
        """A paper with the rules replayed on it; None if none is about it."""
        plan = self._plan
        adds = plan.adds.get(one.key, ())
        if not adds and plan.recounted.isdisjoint(one.slugs):
            return None
        draft = Draft(one, plan, used)
        for rule, slug in adds:
            if message := draft.add(rule, slug, self._type(slug), self._names(slug)):
                self._problem(rule, message)
        return draft

    def _count(self, used: set[Use]) -> None:
        if not self._plan.recounted:
            return
        for one in self._linked:
            draft = self._draft(one, used)
            if draft is None:
                continue
            for slug, local in zip(one.slugs, one.extraction.entities, strict=True):
                self._before[self._plan.groups.root(slug)].add(local)
            for part in draft.parts:
                self._after[part.slug].add(part.local, part.named)

    def _type(self, slug: str) -> EntityType:
        """An entity's type before anything is counted anew."""
        if kind := self._plan.types.get(slug):
            return kind
        if slug in self._plan.new:
            return self._plan.new[slug][1] or "Method"
        return self._given[slug].type

    def _names(self, slug: str) -> list[str]:
        """What an entity is called without the rules, and by them."""
        names = [self._plan.labels.get(slug, ""), self._plan.new.get(slug, ("",))[0]]
        for member in self._members(slug):
            names += (member.label, *member.alt_labels)
        return list(filter(None, names))

    def _members(self, slug: str) -> list[Entity]:
        """The given entities that are now one, the one that it is named for first."""
        slugs = self._plan.members.get(slug, [slug])
        return [
            self._given[one]
            for one in sorted(slugs, key=lambda one: (one != slug, one))
            if one in self._given
        ]

    def _entities(self) -> Mapping[str, Entity]:
        plan = self._plan
        entities = {
            slug: entity
            for slug, entity in self._given.items()
            if slug not in plan.members and plan.groups.root(slug) == slug
        }
        for slug in plan.members:
            recounted = not plan.recounted.isdisjoint(plan.members[slug])
            if not recounted or self._after[slug].papers:
                entities[slug] = self._entity(slug, recounted)
        for slug, entity in entities.items():
            broader = {plan.groups.root(other) for other in entity.broader} - {slug}
            kept = tuple(sorted(other for other in broader if other in entities))
            if kept != entity.broader:
                entities[slug] = replace(entity, broader=kept)
        return dict(sorted(entities.items()))

    def _entity(self, slug: str, recounted: bool) -> Entity:
        plan, members = self._plan, self._members(slug)
        names = {name for member in members for name in (member.label, *member.alt_labels)}
        given = self._given.get(slug)
        label = plan.new[slug][0] if given is None else given.label
        kind = self._type(slug)
        if recounted:
            before, after = self._before[slug].forms, self._after[slug].forms
            names = (names - (before.keys() - after.keys())) | after.keys()
            if (
                label not in names
                and slug not in plan.new
                and slug not in self._vocabulary.concepts
                and after
            ):
                label = best_label(after)
            if slug not in plan.types:
                kind = self._counted_type(slug, [member.slug for member in members])
        if slug in plan.labels:
            names.add(label)
            label = plan.labels[slug]
        matches = {iri for member in members for iri in member.exact_match} | set(plan.matches.get(slug, ()))
        return Entity(
            slug=slug,
            label=label,
            type=kind,
            alt_labels=tuple(sorted(names - {label})),
            broader=tuple(sorted({other for member in members for other in member.broader})),
            exact_match=tuple(sorted(matches)),
        )

    def _counted_type(self, slug: str, members: Sequence[str]) -> EntityType:
        """The vocabulary's type, else the one that a rule gives a new thing, else what most mentions say."""
        counted = self._after[slug]
        concepts = (self._vocabulary.concepts.get(one) for one in (slug, *members))
        kind: EntityType | None = next((concept.type for concept in concepts if concept), None)
        kind = kind or (self._plan.new[slug][1] if slug in self._plan.new else None) or counted.type
        return "Benchmark" if kind == "Dataset" and counted.scored else kind
