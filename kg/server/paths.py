"""Why two nodes are connected: the shortest paths between them."""

from __future__ import annotations

import heapq
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kg.network.graph import LINKS
from kg.rdf import Store
from kg.server.claims import claims_of
from kg.server.filters import Selection
from kg.server.index import GraphIndex

if TYPE_CHECKING:
    from kg.server.index import Ints, Mask

PATHS: Final = 3
_MENTION_COST: Final = 1_000_000
"""More than all nodes of a path cost together: paths with fewer bare mentions come first."""
_RARITY: Final = 1000
_FAR: Final = np.iinfo(np.int64).max // 4


def shortest_paths(index: GraphIndex, selection: Selection, source: int, target: int) -> list[list[int]]:
    """Up to ``PATHS`` shortest paths between two nodes, whichever way their edges point.

    Found by breadth-first search from both ends, always from the end with fewer nodes to go on from (Pohl
    1971). Of equally long paths, those with fewer steps that are bare mentions come first; then those whose
    nodes in between have fewer neighbours, by the sum of the logarithms of their degrees.

    Args:
        index: The network.
        selection: What of it may be used.
        source: The node to start from.
        target: The node to reach.

    Returns:
        The nodes of each path, both ends included; a single node where both are the same.
    """
    if source == target:
        return [[source]]
    levels = _levels(index, selection.edges, source, target)
    if not levels:
        return []
    solid = selection.edges & (index.relations != LINKS.index("mentions"))
    node_cost = np.round(_RARITY * np.log2(1 + index.degrees)).astype(np.int64)
    node_cost[[source, target]] = 0
    # From the target back: what the rest of a path costs at best.
    rest = np.full(len(index), _FAR)
    rest[target] = 0
    steps: list[dict[int, list[tuple[int, int]]]] = []
    for level, following in zip(reversed(levels[:-1]), reversed(levels[1:]), strict=True):
        here, there, cost = _links(index, selection.edges, solid, level, following)
        cost = cost + node_cost[there]
        best = np.full(len(index), _FAR)
        np.minimum.at(best, here, cost + rest[there])
        order = np.lexsort((there, cost + rest[there], here))
        nexts: dict[int, list[tuple[int, int]]] = {}
        for place in order:
            choices = nexts.setdefault(int(here[place]), [])
            if len(choices) < PATHS:  # no path among the best takes a later one
                choices.append((int(there[place]), int(cost[place])))
        rest[level] = best[level]
        steps.append(nexts)
    steps.reverse()
    found: list[list[int]] = []
    heap = [(int(rest[source]), [source], 0)]
    while heap and len(found) < PATHS:
        _, path, spent = heapq.heappop(heap)
        if len(path) == len(levels):
            found.append(path)
            continue
        for node, cost_of_step in steps[len(path) - 1].get(path[-1], ()):
            so_far = spent + cost_of_step
            heapq.heappush(heap, (so_far + int(rest[node]), [*path, node], so_far))
    return found


def _levels(index: GraphIndex, edges: Mask, source: int, target: int) -> list[Ints]:
    """The nodes on shortest paths, by their distance from the source; empty if there is no path."""
    reached = [index.mask([source]), index.mask([target])]
    sides = [[np.array([source])], [np.array([target])]]
    while True:
        side = 0 if len(sides[0][-1]) <= len(sides[1][-1]) else 1
        _, through, others = index.around_all(sides[side][-1])
        fresh = np.unique(others[edges[through]])
        fresh = fresh[~reached[side][fresh]]
        if not len(fresh):
            return []
        reached[side][fresh] = True
        sides[side].append(fresh)
        met = fresh[reached[1 - side][fresh]]
        if len(met):
            break
    forward, backward = sides
    # The meeting nodes are in the last level of either side; go back to both ends from there.
    before = _back(index, edges, forward[:-1], met)
    after = _back(index, edges, backward[:-1], met)
    return [*reversed(before), met, *after]


def _back(index: GraphIndex, edges: Mask, levels: list[Ints], start: Ints) -> list[Ints]:
    """Those nodes of each level, the last first, that a path from the end of the levels goes through."""
    found, here = [], start
    for level in reversed(levels):
        _, through, others = index.around_all(here)
        here = np.intersect1d(others[edges[through]], level)
        found.append(here)
    return found


def _links(
    index: GraphIndex, edges: Mask, solid: Mask, level: Ints, following: Ints
) -> tuple[Ints, Ints, Ints]:
    """The pairs of linked nodes of two levels, and what the step between them costs by its kind."""
    here, through, there = index.around_all(level)
    keep = edges[through] & index.mask(following)[there]
    here, through, there = here[keep], through[keep], there[keep]
    pairs, places = np.unique(here * len(index) + there, return_inverse=True)
    said = np.zeros(len(pairs), dtype=np.bool_)
    np.logical_or.at(said, places, solid[through])
    return pairs // len(index), pairs % len(index), np.where(said, 0, _MENTION_COST)


def described(index: GraphIndex, store: Store, selection: Selection, path: list[int]) -> dict[str, Any]:
    """A path as the API gives it: its nodes, every edge between neighbours, and the claims of each step."""
    steps = [_between(index, selection.edges, one, other) for one, other in pairwise(path)]
    return {
        "nodes": index.nodes(path),
        "edges": [index.edge(edge) for step in steps for edge in step],
        "claims": [claims_of(index, store, node, step) for node, step in zip(path, steps, strict=False)],
    }


def evidence(index: GraphIndex, store: Store, source: int, target: int) -> dict[str, Any]:
    """Every claim between two nodes, in either direction, seen from the first."""
    every = np.ones(len(index.sources), dtype=np.bool_)
    return {
        "source": index.node(source),
        "target": index.node(target),
        "claims": claims_of(index, store, source, _between(index, every, source, target)),
    }


def _between(index: GraphIndex, allowed: Mask, one: int, other: int) -> list[int]:
    edges, others = index.around(one)
    chosen = edges[(others == other) & allowed[edges]]
    return [int(edge) for edge in chosen]
