"""What was read from one paper, with the rules replayed on it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kg.curation.plan import Plan, Use
from kg.curation.rules import Add
from kg.extraction.relations import ALLOWED
from kg.extraction.results import ROLES
from kg.records import (
    EntityType,
    Field,
    LinkedPaper,
    LocalEntity,
    Mention,
    Relation,
    RelationClaim,
    Result,
    Sentence,
)
from kg.text.sentences import split_sentences

__all__ = ["CURATOR", "Draft"]

CURATOR: Final = "curation"
"""Who says so, where a rule does not tell."""
_ROLES: Final = ("subject", "benchmark", "metric", "baseline")


@dataclass(frozen=True, slots=True)
class _Part:
    """A local entity, or those of its mentions that are of one thing."""

    slug: str
    local: LocalEntity
    origin: int
    """Its number before the rules; -1 for one that a rule adds."""
    named: bool = True
    """Whether its mentions are its names, and not the words that a person quotes for it."""


class Draft:
    """One paper, in the making.

    Args:
        linked: The paper before the rules.
        plan: The rules.
        used: Filled with what rules meet in this paper.
    """

    def __init__(self, linked: LinkedPaper, plan: Plan, used: set[Use]) -> None:
        self._linked = linked
        self._plan = plan
        self._used = used
        self._said: defaultdict[tuple[str, Relation], set[str]] = defaultdict(set)
        self._sentences = linked.extraction.sentences or _sentences(linked)
        self.parts: list[_Part] = []
        """What the paper names, as the rules have it."""
        for number, (slug, local) in enumerate(zip(linked.slugs, linked.extraction.entities, strict=True)):
            for other, part in self._split(plan.groups.root(slug), local):
                if not self._is_rejected(other):
                    self.parts.append(_Part(other, self._claims_kept(other, part), number))

    def finished(self) -> LinkedPaper:
        """The paper with the rules replayed on it."""
        extraction = replace(
            self._linked.extraction,
            sentences=self._sentences,
            entities=tuple(part.local for part in self.parts),
            results=tuple(self._results()),
        )
        said = {claim: tuple(sorted(people)) for claim, people in sorted(self._said.items())}
        slugs = tuple(part.slug for part in self.parts)
        return replace(self._linked, extraction=extraction, slugs=slugs, said_by=said)

    def add(self, rule: Add, slug: str, kind: EntityType, names: Sequence[str]) -> str:
        """Add a claim that a person makes; says what is wrong if the paper does not bear it out.

        Args:
            rule: The claim, with its quote.
            slug: Of its entity.
            kind: The entity's type.
            names: What the entity is called.
        """
        if rule.relation not in ALLOWED[kind]:
            fitting = ", ".join(ALLOWED[kind])
            return f"a paper can't stand in {rule.relation!r} to a {kind}; choose one of {fitting}"
        place = self._quoted(rule.quote)
        if place is None:
            return f"the paper does not say {_short(rule.quote)} in its title or abstract"
        field, start, end = place
        text = self._linked.paper.text(field)
        named = _named(text, start, end, (rule.name, *names))
        start, end = named or (start, end)
        if not any(one.field == field and one.start <= start and end <= one.end for one in self._sentences):
            return f"the quote {_short(rule.quote)} runs over several sentences; quote one of them"
        mention = Mention(field, start, end, text[start:end])
        for part in self.parts:
            if mention in part.local.mentions and part.slug != slug:
                return (
                    f"{mention.text!r} stands for entity:{part.slug} there; "
                    f"split that, or quote words that name {rule.name!r}"
                )
        claim = RelationClaim(rule.relation, 1.0, (0,))
        local = LocalEntity(mention.text, kind, (mention,), (claim,))
        self.parts.append(_Part(slug, local, -1, named is not None))
        self._said[slug, rule.relation].add(rule.by or CURATOR)
        return ""

    def _split(self, slug: str, local: LocalEntity) -> list[tuple[str, LocalEntity]]:
        """The things that a local entity's mentions are of, each with its part."""
        plans = self._plan.splits.get(slug)
        if not plans:
            return [(slug, local)]
        key = self._linked.key
        places: dict[str, list[int]] = {}
        for number, mention in enumerate(local.mentions):
            into = slug
            for plan in plans:
                if plan.takes(key, mention.text):
                    into = plan.into
                    self._used.add((plan.rule, key if plan.papers else ""))
                    break
            places.setdefault(into, []).append(number)
        if len(places) == 1:
            return [(next(iter(places)), local)]
        return [(into, _part(local, numbers)) for into, numbers in places.items()]

    def _is_rejected(self, slug: str) -> bool:
        met = [
            (rule, key)
            for key in (self._linked.key, "")
            if (rule := self._plan.rejected.get((slug, key))) is not None
        ]
        self._used.update(met)
        return bool(met)

    def _claims_kept(self, slug: str, local: LocalEntity) -> LocalEntity:
        """A local entity without the claims that are rejected or do not fit the type that a person gives."""
        kind = self._plan.types.get(slug)
        kept: list[RelationClaim] = []
        for claim in local.relations:
            denied = False
            for key in (self._linked.key, ""):
                if rule := self._plan.denied.get((slug, key, claim.relation)):
                    self._used.add((rule, key))
                    denied = True
            if not denied and (kind is None or claim.relation in ALLOWED[kind]):
                kept.append(claim)
        if kept == list(local.relations):
            return local
        return replace(local, relations=tuple(kept) or (_mentioned(local.relations, local.mentions),))

    def _results(self) -> Iterable[Result]:
        """The results, their entities counted anew; without what is rejected, or no longer fits its type."""
        of: defaultdict[int, list[int]] = defaultdict(list)
        for number, part in enumerate(self.parts):
            of[part.origin].append(number)
        for result in self._linked.extraction.results:
            roles: dict[str, int | None] = {}
            for role in _ROLES:
                origin = getattr(result, role)
                roles[role] = None if origin is None else self._nearest(of.get(origin, []), result, role)
            if any(number is not None for number in roles.values()) or all(
                getattr(result, role) is None for role in _ROLES
            ):
                yield Result(
                    **roles,
                    value=result.value,
                    unit=result.unit,
                    kind=result.kind,
                    verbatim=result.verbatim,
                )

    def _nearest(self, numbers: Sequence[int], result: Result, role: str) -> int | None:
        """Of the parts of what a result refers to, the one that is named nearest to its number."""
        number = result.verbatim
        fitting = []
        for one in numbers:
            part = self.parts[one]
            kind = self._plan.types.get(part.slug)
            if kind is None or role in ROLES[kind]:
                far = min(
                    (mention.field != number.field, abs(mention.start - number.start))
                    for mention in part.local.mentions
                )
                fitting.append((far, one))
        return min(fitting)[1] if fitting else None

    def _quoted(self, quote: str) -> tuple[Field, int, int] | None:
        """Where a quote stands first, in the title or abstract; any white space stands for any other."""
        pattern = re.compile(r"\s+".join(map(re.escape, quote.split())))
        fields: tuple[Field, Field] = ("title", "abstract")
        for field in fields:
            if found := pattern.search(self._linked.paper.text(field)):
                return field, found.start(), found.end()
        return None


def _sentences(linked: LinkedPaper) -> tuple[Sentence, ...]:
    paper = linked.paper
    own = [Sentence("abstract", start, end) for start, end in split_sentences(paper.abstract)]
    return (Sentence("title", 0, len(paper.title)), *own)


def _part(local: LocalEntity, numbers: Sequence[int]) -> LocalEntity:
    """A local entity with some of its mentions only; claims that rest on others are that it is mentioned."""
    mentions = tuple(local.mentions[number] for number in numbers)
    places = {number: place for place, number in enumerate(numbers)}
    relations = [
        replace(claim, evidence=evidence)
        for claim in local.relations
        if (evidence := tuple(places[number] for number in claim.evidence if number in places))
    ]
    forms = [mention.text for mention in mentions]
    name = local.name if local.name in forms else max(forms, key=len)
    kept = tuple(relations) or (_mentioned(local.relations, mentions),)
    return LocalEntity(name, local.type, mentions, kept)


def _mentioned(claims: Sequence[RelationClaim], mentions: Sequence[Mention]) -> RelationClaim:
    """That something is mentioned, as surely as what is claimed of it."""
    return RelationClaim("mentions", max(claim.confidence for claim in claims), tuple(range(len(mentions))))


def _named(text: str, start: int, end: int, names: Iterable[str]) -> tuple[int, int] | None:
    """Where one of some names stands in a stretch of text: the longest, rather in its own case."""
    patterns = [
        rf"(?<!\w){body}(?!\w)"
        for name in sorted(dict.fromkeys(names), key=lambda name: (-len(name), name))
        if (body := r"\s+".join(map(re.escape, name.split())))
    ]
    for flags in (0, re.IGNORECASE):
        for pattern in patterns:
            if found := re.compile(pattern, flags).search(text, start, end):
                return found.start(), found.end()
    return None


def _short(quote: str) -> str:
    return repr(quote if len(quote) <= 60 else quote[:57] + "…")
