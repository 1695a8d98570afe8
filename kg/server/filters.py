"""Which part of a network somebody wants to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from kg.network.graph import LINKS
from kg.server.errors import BadRequest
from kg.server.index import NODE_TYPES, GraphIndex

if TYPE_CHECKING:
    from kg.server.index import Mask


def _split(value: Any) -> Any:
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_split)]
"""Names in a list, or in a text with commas between them."""


class Filters(BaseModel):
    """Filters as the API takes them; what is not given leaves nothing out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: Names | None = None
    """Nodes of these types only: papers too stay only if ``Paper`` is among them."""
    relations: Names | None = None
    """Edges of these relations only."""
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    """Claims at least as sure; edges that are no claims stay."""
    from_: int | None = Field(default=None, alias="from", ge=0, le=9999)
    """Papers of this year or later; undated ones go, as with ``until``."""
    until: int | None = Field(default=None, ge=0, le=9999)
    list: str | None = Field(default=None, max_length=500)
    """Papers of this reading list only, by the last part of its IRI."""

    @field_validator("types")
    @classmethod
    def _known_types(cls, names: Any) -> Any:
        return _known("type", names, NODE_TYPES)

    @field_validator("relations")
    @classmethod
    def _known_relations(cls, names: Any) -> Any:
        return _known("relation", names, LINKS)


def _known(what: str, names: Sequence[str] | None, known: Sequence[str]) -> Sequence[str] | None:
    for name in names or ():
        if name not in known:
            raise ValueError(f"there is no {what} {name[:80]!r}; choose from {', '.join(known)}")
    return names


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The part of a network that filters leave."""

    nodes: Mask
    edges: Mask


def select(index: GraphIndex, filters: Filters, keep: Sequence[int] = ()) -> Selection:
    """The nodes and edges that filters leave; an edge stays if both its ends do.

    Args:
        index: The network.
        filters: What to leave out.
        keep: Nodes that stay whatever the filters say: those that somebody started from.

    Raises:
        BadRequest: There is no such reading list.
    """
    papers = index.types == 0
    nodes = np.ones(len(index), dtype=np.bool_)
    if filters.types is not None:
        nodes &= np.isin(index.types, [NODE_TYPES.index(name) for name in filters.types])
    if filters.from_ is not None:
        nodes &= ~papers | (index.years >= max(1, filters.from_))
    if filters.until is not None:
        nodes &= ~papers | ((index.years > 0) & (index.years <= filters.until))
    if filters.list is not None:
        entry = index.lists.get(f"list/{filters.list.removeprefix('list/')}")
        if entry is None:
            raise BadRequest(f"there is no reading list {filters.list!r}")
        nodes &= ~papers | index.mask(entry.papers)
    nodes[list(keep)] = True
    edges = nodes[index.sources] & nodes[index.targets]
    if filters.relations is not None:
        edges &= np.isin(index.relations, [LINKS.index(name) for name in filters.relations])
    if filters.min_confidence is not None:
        # Written so that NaN, the confidence of what is no claim, stays. 0.8 as float32 is below 0.8.
        edges &= ~(index.confidences < np.float32(filters.min_confidence))
    return Selection(nodes, edges)
