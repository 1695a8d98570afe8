"""What a person can say of a graph: the rules of a curation file, as records."""

from __future__ import annotations

from dataclasses import dataclass

from kg.records import EntityType, Relation

__all__ = [
    "Add",
    "Curation",
    "Distinct",
    "Match",
    "Merge",
    "Reject",
    "Rename",
    "Retype",
    "Rule",
    "Split",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has."""

    where: str = ""
    """The file and line, for what is told about it: ``curation.yaml:12``."""
    by: str = ""
    """Who says so."""
    note: str = ""
    """Why."""


@dataclass(frozen=True, slots=True)
class Merge(Rule):
    """Several names are one thing: the first, whose label and IRI stay."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Distinct(Rule):
    """Several names are several things; they are not suggested as duplicates."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split(Rule):
    """Some mentions of an entity are of another thing: those in some papers, those of some forms, or both."""

    name: str
    into: str
    papers: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    type: EntityType | None = None
    """Of the other thing, where the graph has no such thing yet."""


@dataclass(frozen=True, slots=True)
class Rename(Rule):
    """An entity's preferred label. Its IRI stays, and its old label becomes an alias."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Retype(Rule):
    """An entity's type."""

    name: str
    to: EntityType


@dataclass(frozen=True, slots=True)
class Reject(Rule):
    """An entity is none, or a claim is wrong (with a relation); everywhere or in some papers."""

    name: str
    papers: tuple[str, ...] = ()
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Add(Rule):
    """A paper stands in a relation to an entity, and says so in these words of its title or abstract."""

    name: str
    paper: str
    relation: Relation
    quote: str
    type: EntityType | None = None
    """Of the entity, where the graph has no such thing yet."""


@dataclass(frozen=True, slots=True)
class Match(Rule):
    """The same thing in other knowledge bases, by its IRIs there."""

    name: str
    iris: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Curation:
    """The rules of one or several files, which do not contradict each other."""

    rules: tuple[Rule, ...] = ()
