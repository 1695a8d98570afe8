"""Papers that are about the same things."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kg.network.graph import LINKS
from kg.records import RELATIONS
from kg.server.claims import claim_edges
from kg.server.index import GraphIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.server.index import Ints

RELATION_WEIGHTS: Final = {
    "introduces": 1.0,
    "trainsOn": 0.8,
    "evaluatesOn": 0.8,
    "comparesWith": 0.8,
    "uses": 0.8,
    "addresses": 0.8,
    "measures": 0.4,
    "mentions": 0.2,
}
"""How much a paper's relation to an entity says of what the paper is about."""
HUB: Final = 2000
"""An entity that more papers mention than this is not looked at: it says little, and costs most."""
SHARED: Final = 5
"""How many shared entities explain a related paper."""

_WEIGHTS: Final = np.array([RELATION_WEIGHTS[name] for name in RELATIONS])


@dataclass(frozen=True, slots=True, eq=False)
class Related:
    """The papers related to one, the most related first."""

    papers: Ints
    scores: NDArray[np.float64]


def related(index: GraphIndex, paper: int) -> Related:
    """The papers that share entities with a paper.

    The score of papers p and q is the sum, over the entities e that both have, of
    ``w(p, e) * w(q, e) * idf(e)``: ``w`` is the weight of the paper's strongest relation to e
    (``RELATION_WEIGHTS``), ``idf(e) = ln(1 + N / n(e))`` with N papers in the graph, n(e) of which mention e
    (inverse document frequency, Spärck Jones 1972). Entities of more than ``HUB`` papers do not count.
    """
    entities, weights = _telling(index, paper)
    scores = np.zeros(len(index))
    for entity, weight in zip(entities, weights, strict=True):
        papers, theirs = _strongest(index, int(entity))
        scores[papers] += weight * theirs
    scores[paper] = 0
    found = np.flatnonzero(scores)
    # Equal scores may differ in their last bits, by the order in which they were added up.
    order = np.lexsort((index.recency[found], -np.round(scores[found], 9)))
    return Related(found[order], scores[found[order]])


def explained(index: GraphIndex, paper: int, found: Related, part: slice) -> list[dict[str, Any]]:
    """Related papers as the API gives them, with up to ``SHARED`` entities that add most to the score."""
    ours, weights = _telling(index, paper)
    rows = []
    for other, score in zip(found.papers[part], found.scores[part], strict=True):
        theirs, their_weights = _strongest(index, int(other))
        shared, here, there = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
        told = np.round(weights[here] * their_weights[there], 9)
        shared = shared[np.lexsort((shared, -told))][:SHARED]
        rows.append(
            {
                "node": index.node(int(other)),
                "score": round(float(score), 3),
                "shared": [
                    {
                        "node": index.node(int(entity)),
                        "here": relations_to(index, paper, int(entity)),
                        "there": relations_to(index, int(other), int(entity)),
                    }
                    for entity in shared
                ],
            }
        )
    return rows


def relations_to(index: GraphIndex, paper: int, entity: int) -> Sequence[str]:
    """What a paper does with an entity."""
    edges, others = claim_edges(index, paper)
    return [LINKS[code] for code in index.relations[edges[others == entity]]]


def _telling(index: GraphIndex, paper: int) -> tuple[Ints, NDArray[np.float64]]:
    """The entities of a paper that are no hubs, with its weight to each times their rarity."""
    entities, weights = _strongest(index, paper)
    keep = index.papers[entities] <= HUB
    entities, weights = entities[keep], weights[keep]
    rarity = np.log1p((index.types == 0).sum() / np.maximum(1, index.papers[entities]))
    return entities, weights * rarity


def _strongest(index: GraphIndex, node: int) -> tuple[Ints, NDArray[np.float64]]:
    """The other ends of a node's claims, each once, and the weight of the strongest relation to it."""
    edges, others = claim_edges(index, node)
    unique, places = np.unique(others, return_inverse=True)
    weights = np.zeros(len(unique))
    np.maximum.at(weights, places, _WEIGHTS[index.relations[edges]])
    return unique, weights
