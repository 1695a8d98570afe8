"""Where each node of a network is drawn."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import networkx as nx
import numpy as np

from kg.network.graph import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Points: TypeAlias = NDArray[np.float64]
    _Graph: TypeAlias = nx.Graph[int]

Positions: TypeAlias = dict[str, tuple[int, int]]
"""x and y by node, y growing downwards."""

_COARSE: Final = 300
_FINE: Final = 2000
"""So many of the best linked nodes are laid out first, and so many with forces at all."""
_ROOMY: Final = 250
"""Up to so many nodes there is room for labels between them; more are set closer, down to a third."""
_GAP: Final = 30.0
"""Room between two nodes."""
_RING: Final = 90.0
"""The least distance from a node to those that are fanned out around it."""
_ARC: Final = math.radians(190)
"""They go above it, for its label stands below."""
_STRETCH: Final = 1.35
"""Width over height: labels and screens are wider than high."""
_GOLDEN_ANGLE: Final = math.pi * (3 - math.sqrt(5))


def node_radius(degree: int) -> int:
    """How large a node with so many neighbours is drawn, in the unit of the positions."""
    return min(10 + round(2 * math.sqrt(degree)), 44)


def layout(network: Network, *, seed: int = 0) -> Positions:
    """Compute a position for every node, the same in every run.

    Nodes with a single neighbour are set aside, to be fanned out around it. What is left is laid out by
    ForceAtlas2 (Jacomy et al. 2014, as networkx has it): the best linked nodes first, then all of them from
    there. Nodes that still overlap are pushed apart, and parts that nothing links are put side by side.

    Args:
        network: A network of some thousands of nodes: time grows with the square of their number.
        seed: Another one gives another picture.

    Returns:
        A position for each node, drawn with the ``node_radius`` of its degree.
    """
    names = list(network)
    numbers = {name: number for number, name in enumerate(names)}
    graph: _Graph = nx.Graph()
    graph.add_nodes_from(range(len(names)))
    # In sorted order, for networkx sums forces in the order of the edges.
    graph.add_edges_from(sorted({_pair(numbers[u], numbers[v]) for u, v in network.edges() if u != v}))
    radii = [float(node_radius(network.nodes[name]["degree"])) for name in names]
    parts = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda p: (-len(p), p[0]))
    room = min(1.0, max(1 / 3, _ROOMY / max(1, len(names))))
    placed = _side_by_side([_lay_out(graph, part, radii, room, seed) for part in parts])
    return {name: (round(placed[number][0]), round(placed[number][1])) for name, number in numbers.items()}


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


_Placed: TypeAlias = dict[int, tuple[float, float]]


def _lay_out(graph: _Graph, part: Sequence[int], radii: Sequence[float], room: float, seed: int) -> _Placed:
    """Place the nodes of one connected part around the origin."""
    core = [node for node in part if graph.degree(node) > 1] or part[:1]
    inside = set(core)
    fans: dict[int, list[tuple[float, float]]] = {}
    reach = []
    for node in core:
        leaves = [other for other in graph[node] if other not in inside]
        fans[node] = _fan(radii[node], [radii[leaf] for leaf in leaves], room)
        outermost = math.hypot(*fans[node][-1]) + max(radii[leaf] for leaf in leaves) if leaves else 0.0
        reach.append(max(radii[node], outermost))
    points = _forces(graph.subgraph(core), core, seed)
    sizes = np.array(reach) + _GAP * room / 2
    spread = math.sqrt(float((points**2).sum(axis=1).mean())) or 1.0
    points *= math.sqrt(float((sizes**2).sum()) * 1.6) / spread
    points[:, 0] *= _STRETCH
    _push_apart(points, sizes)
    placed: _Placed = {}
    for (x, y), node in zip(points.tolist(), core, strict=True):
        placed[node] = (x, y)
        leaves = [other for other in graph[node] if other not in inside]
        for (dx, dy), leaf in zip(fans[node], leaves, strict=True):
            placed[leaf] = (x + dx, y + dy)
    return placed


def _fan(radius: float, leaves: Sequence[float], room: float) -> list[tuple[float, float]]:
    """Places around the origin for the nodes that have no other neighbour, in rings."""
    if not leaves:
        return []
    step = 2 * max(leaves) + _GAP * room
    places: list[tuple[float, float]] = []
    ring, turn = max(radius + step, _RING * room), 0.0
    while len(places) < len(leaves):
        count = min(max(3, int(_ARC * ring / step)), len(leaves) - len(places))
        for number in range(count):
            # Each ring is turned against the one before, whose nodes would hide its links.
            angle = _ARC * ((number + 0.5 - turn) / count - 0.5)
            places.append((ring * math.sin(angle), -ring * math.cos(angle)))
        ring, turn = ring + step, 0.25 - turn
    return places


def _forces(graph: _Graph, core: Sequence[int], seed: int) -> _Points:
    """Positions by ForceAtlas2, in the order of the nodes."""
    if len(core) < 3:
        return np.array([[40.0 * number, 0.0] for number in range(len(core))])
    ranked = sorted(core, key=lambda node: (-graph.degree(node), node))
    positions: dict[int, NDArray[np.float64]] = {}
    for limit, rounds in ((_COARSE, 120), (_FINE, 14)):
        chosen = set(ranked[:limit])
        if len(chosen) > len(positions):
            some = _ordered(graph, [node for node in core if node in chosen])
            _place_beside(graph, ranked[:limit], positions, seed)
            start = {node: positions[node] for node in some}
            moved = nx.forceatlas2_layout(some, start, max_iter=rounds, scaling_ratio=4)
            positions = {node: np.asarray(at, dtype=np.float64) for node, at in moved.items()}
    _place_beside(graph, ranked, positions, seed)
    points: _Points = np.array([positions[node] for node in core])
    points -= points.mean(axis=0)
    return points


def _ordered(graph: _Graph, nodes: Sequence[int]) -> _Graph:
    chosen = set(nodes)
    copy: _Graph = nx.Graph()
    copy.add_nodes_from(nodes)
    copy.add_edges_from(sorted(_pair(u, v) for u, v in graph.subgraph(chosen).edges()))
    return copy


def _place_beside(
    graph: _Graph, nodes: Iterable[int], positions: dict[int, NDArray[np.float64]], seed: int
) -> None:
    """Start each node that has no place yet amid its neighbours that have one, off it by a spiral."""
    for number, node in enumerate(nodes):
        if node not in positions:
            near = [positions[other] for other in graph[node] if other in positions]
            angle = _GOLDEN_ANGLE * (number + seed)
            away = np.array([math.cos(angle), math.sin(angle)]) * (2 + math.sqrt(number))
            positions[node] = (np.mean(near, axis=0) if near else 0) + away


def _push_apart(points: _Points, sizes: NDArray[np.float64], rounds: int = 60) -> None:
    """Move discs that overlap away from each other, in place, until none does or the rounds are over."""
    for _ in range(rounds):
        pairs = []
        x, y = points.T.copy()
        for start in range(0, len(points), 256):
            rows, rest = slice(start, start + 256), slice(start, None)
            gap = np.square(x[rows, None] - x[rest]) + np.square(y[rows, None] - y[rest])
            close = np.triu(gap < np.square(sizes[rows, None] + sizes[rest]) - 1e-6, 1)
            pairs.append(np.stack(np.nonzero(close)) + start)
        one, other = np.concatenate(pairs, axis=1)
        if not len(one):
            return
        apart = points[other] - points[one]
        distance = np.sqrt(np.square(apart).sum(axis=1))
        # Two in the very same place part along a direction of their own.
        same = distance < 1e-9
        apart[same] = np.stack([np.cos(one[same]), np.sin(one[same])], axis=1)
        distance[same] = 1.0
        missing = sizes[one] + sizes[other] - np.where(same, 0.0, distance)
        move = apart * (missing / distance)[:, None]
        weight = (sizes[other] / (sizes[one] + sizes[other]))[:, None]
        np.add.at(points, one, -move * weight * 0.6)
        np.add.at(points, other, move * (1 - weight) * 0.6)


def _side_by_side(parts: Sequence[_Placed]) -> _Placed:
    """Put parts into rows, the largest first."""
    boxes = []
    for part in parts:
        xs, ys = [x for x, _ in part.values()], [y for _, y in part.values()]
        boxes.append((min(xs) - 30, min(ys) - 30, max(xs) + 30, max(ys) + 30))
    area = sum((right - left) * (bottom - top) for left, top, right, bottom in boxes)
    width = max([math.sqrt(area * _STRETCH), *(box[2] - box[0] for box in boxes)]) if boxes else 0.0
    placed: _Placed = {}
    x = y = height = 0.0
    for part, (left, top, right, bottom) in zip(parts, boxes, strict=True):
        if x and x + right - left > width:
            x, y, height = 0.0, y + height, 0.0
        for node, (at_x, at_y) in part.items():
            placed[node] = (at_x - left + x, at_y - top + y)
        x, height = x + right - left, max(height, bottom - top)
    return placed
