"""What can be chosen about a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kg.errors import UsageError
from kg.records import ENTITY_TYPES, RELATIONS, EntityType, Relation

RELATION_WEIGHTS: Final[Mapping[Relation, float]] = MappingProxyType(
    {
        "introduces": 0.7,
        "trainsOn": 1.0,
        "evaluatesOn": 1.0,
        "comparesWith": 1.0,
        "uses": 0.7,
        "addresses": 1.6,
        "measures": 0.6,
        "mentions": 0.6,
    }
)
"""How much a paper's relation to an entity says of what the paper is about (see benchmarks/README.md)."""


@dataclass(frozen=True, slots=True)
class MapOptions:
    """What can be chosen about a map.

    Raises:
        UsageError: A weight or a number that can't be, or an unknown type or relation.
    """

    weights: Mapping[Relation, float] = field(default_factory=lambda: RELATION_WEIGHTS)
    """How much each relation of a paper to an entity counts for relatedness, 0 or more; those that are not
    given keep their usual weight."""
    nearest: int = 30
    """How many related papers join the one that a map starts from."""
    matrix_types: tuple[EntityType, ...] = ENTITY_TYPES
    """The types of the entities that papers are compared by."""
    matrix_relations: tuple[Relation, ...] = RELATIONS
    """The relations that the cells of the matrix show."""
    columns: int = 60
    """How many entities the matrix compares at most."""
    gap_types: tuple[EntityType, ...] = ("Method", "Model")
    """The types of the entities that gaps are looked for."""
    seed: int = 0
    """Of clusters and positions."""

    def __post_init__(self) -> None:
        for name in self.weights:
            if name not in RELATIONS:
                raise UsageError(f"unknown relation {name!r}; there are {', '.join(RELATIONS)}")
        if not all(0 <= weight < float("inf") for weight in self.weights.values()):
            raise UsageError("the weight of a relation is 0 or more")
        for kind in (*self.matrix_types, *self.gap_types):
            if kind not in ENTITY_TYPES:
                raise UsageError(f"unknown type {kind!r}; there are {', '.join(ENTITY_TYPES)}")
        for name in self.matrix_relations:
            if name not in RELATIONS:
                raise UsageError(f"unknown relation {name!r}; there are {', '.join(RELATIONS)}")
        if self.nearest < 1 or self.columns < 1:
            raise UsageError("the number of nearest papers, and that of columns, is 1 or more")

    def weight(self, relation: Relation) -> float:
        """How much a relation counts."""
        return self.weights.get(relation, RELATION_WEIGHTS[relation])
