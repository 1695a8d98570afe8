"""Where each paper is drawn: nearby papers near each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from kg.maps.clusters import PaperGraph

_ROUNDS: Final = 300


def positions(graph: PaperGraph, groups: list[list[int]], seed: int) -> Mapping[int, tuple[float, float]]:
    """The x and y of each paper, 0 to 1."""
    nodes = sorted(graph)
    place = {node: number for number, node in enumerate(nodes)}
    n = len(nodes)
    if n == 1:
        return {nodes[0]: (0.5, 0.5)}
    rng = np.random.default_rng(seed)
    at = np.zeros((n, 2))
    for number, group in enumerate(groups):
        angle = 2 * np.pi * number / len(groups)
        for paper in group:
            at[place[paper]] = [np.cos(angle), np.sin(angle)]
    at = 10 * at + rng.normal(scale=1.0, size=(n, 2))
    edges = np.array(
        [(place[a], place[b]) for a, b in sorted(map(sorted, graph.edges()))], dtype=np.int64
    ).reshape(-1, 2)
    weights = np.array([graph.edges[nodes[a], nodes[b]]["weight"] for a, b in edges])
    weights = weights / max(weights.max(initial=0), 1e-9)
    heads, tails = edges[:, 0], edges[:, 1]
    for turn in range(_ROUNDS):
        step = 1 - turn / _ROUNDS
        delta = at[heads] - at[tails]
        square = (delta**2).sum(1)
        pull = (-2 * weights / (1 + square))[:, None] * delta
        move = np.zeros_like(at)
        for column in (0, 1):
            move[:, column] += np.bincount(heads, pull[:, column], n) - np.bincount(tails, pull[:, column], n)
        for _ in range(5):
            other = rng.integers(n, size=n)
            away = at - at[other]
            square = (away**2).sum(1)
            push = (2 / ((0.01 + square) * (1 + square)))[:, None] * away
            move += push * 1.0
        at += step * np.clip(move, -4, 4) * 0.3
    low, high = at.min(0), at.max(0)
    span = max(float((high - low).max()), 1e-9)
    at = (at - low) / span + (1 - (high - low) / span) / 2
    return {node: (round(float(x), 6), round(float(y), 6)) for node, (x, y) in zip(nodes, at, strict=True)}
