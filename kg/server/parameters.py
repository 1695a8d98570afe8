"""The parameters and bodies that the API takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kg.network.graph import LINKS
from kg.server.filters import Filters, Names
from kg.server.index import NODE_TYPES

Relation = Literal[*LINKS]  # type: ignore[valid-type]
NodeType = Literal[*NODE_TYPES]  # type: ignore[valid-type]
Direction = Literal["out", "in"]
NodeId = Annotated[str, Field(max_length=2000)]
MOST_NODES = 20_000
"""How many nodes a request may name."""
MOST_ON_PAGE = 5000
"""How many nodes a page to download may hold."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(_Strict):
    """A request that takes no parameters."""


class AnyValues(BaseModel):
    """Values for the parameters of a saved query, by name."""

    model_config = ConfigDict(extra="allow", frozen=True)


class Part(_Strict):
    """Which part of a long list."""

    offset: int = Field(default=0, ge=0, le=10_000_000)
    limit: int = Field(default=20, ge=1, le=500)

    @property
    def slice(self) -> slice:
        """The part as a slice."""
        return slice(self.offset, self.offset + self.limit)


class ClaimsPart(Part):
    """Which claims of a node."""

    limit: int = Field(default=20, ge=1, le=200)
    relation: Relation | Literal[""] = ""
    direction: Direction | Literal[""] = ""


class Search(_Strict):
    """What somebody typed into the search box."""

    q: str = Field(default="", max_length=1000)
    type: NodeType | Literal[""] = ""
    limit: int = Field(default=20, ge=1, le=100)


class Sample(Filters):
    """How much of the network."""

    limit: int = Field(default=1000, ge=1, le=5000)


class Pair(_Strict):
    """Two nodes."""

    source: NodeId
    target: NodeId


class Path(Filters):
    """Two nodes to find paths between."""

    source: NodeId
    target: NodeId


class Expand(_Strict):
    """A node to expand, and what is on the canvas."""

    node: NodeId
    relation: Relation | None = None
    direction: Direction | None = None
    offset: int = Field(default=0, ge=0, le=10_000_000)
    limit: int = Field(default=100, ge=1, le=500)
    present: list[NodeId] = Field(default=[], max_length=MOST_NODES)
    filters: Filters = Field(default_factory=Filters)


class Subgraph(_Strict):
    """Nodes to show."""

    ids: list[NodeId] = Field(max_length=MOST_NODES)
    filters: Filters = Field(default_factory=Filters)


class PlacedNode(_Strict):
    """A node and where it is drawn."""

    id: NodeId
    x: float = Field(ge=-1e7, le=1e7)
    y: float = Field(ge=-1e7, le=1e7)


class Page(_Strict):
    """What to write as a page of its own."""

    title: str = Field(max_length=300)
    nodes: list[PlacedNode] = Field(min_length=1, max_length=MOST_ON_PAGE)
    relations: Names | None = None
