"""Links between papers that follow from what they introduce and use."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kg.records import EntityType, Relation

LinkName = Literal["usesMethodIn", "usesDataFrom"]

_LINKING: Final[Mapping[EntityType, LinkName]] = {
    "Method": "usesMethodIn",
    "Model": "usesMethodIn",
    "Dataset": "usesDataFrom",
    "Benchmark": "usesDataFrom",
}
_RELATIONS: Final[Mapping[LinkName, tuple[Relation, ...]]] = {
    "usesMethodIn": ("uses",),
    "usesDataFrom": ("trainsOn", "evaluatesOn", "uses"),
}


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """A paper builds on what one other paper introduces."""

    key: str
    name: LinkName
    other: str
    slug: str
    """The entity that the other paper introduces and this one uses."""
    relations: tuple[Relation, ...]
    """This paper's relations to the entity from which the link follows."""


class LinkFinder:
    """Finds the links of a graph from the relations of its papers, in one pass.

    An entity that several papers introduce links none of them: which one is meant is not certain.

    Args:
        types: The type of every entity by slug.
    """

    def __init__(self, types: Mapping[str, EntityType]) -> None:
        self._types = types
        self._introduced_by: dict[str, str | None] = {}
        self._used: dict[str, list[tuple[str, Relation]]] = defaultdict(list)

    def observe(self, key: str, relations: Iterable[tuple[Relation, str]]) -> None:
        """Take note of a paper's relations to entities, each relation with the entity's slug."""
        for relation, slug in relations:
            name = _LINKING.get(self._types[slug])
            if relation == "introduces":
                self._introduced_by[slug] = None if slug in self._introduced_by else key
            elif name and relation in _RELATIONS[name]:
                self._used[slug].append((key, relation))

    def links(self) -> dict[str, list[Link]]:
        """The links by the key of the paper that they start from, sorted."""
        found: dict[str, list[Link]] = defaultdict(list)
        for slug, introducer in self._introduced_by.items():
            name = _LINKING.get(self._types[slug])
            if not introducer or not name:
                continue
            relations: dict[str, list[Relation]] = defaultdict(list)
            for key, relation in self._used.get(slug, ()):
                if key != introducer:
                    relations[key].append(relation)
            for key, of_paper in relations.items():
                found[key].append(Link(key, name, introducer, slug, tuple(of_paper)))
        return {key: sorted(links) for key, links in found.items()}
