"""Where each paper is drawn: nearby papers near each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import networkx as nx
import numpy as np

from kg.errors import KgError
from kg.maps.clusters import neighbour_graph
from kg.maps.relatedness import Neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.maps.clusters import PaperGraph

    Points = NDArray[np.float64]

FEW: Final = 100
"""Up to so many papers are drawn by forces; more need scikit-learn."""
AROUND: Final = 30
"""How many of a paper's nearest are to be near it."""

_ROUNDS: Final = 300
_NEAREST: Final = 5
_FEWEST: Final = 3
_STEPS: Final = 400
_ANGLE: Final = 0.8  # coarser than usual, and a third faster
_PERPLEXITY: Final = 9  # scikit-learn wants three times as many neighbours, and two more
_START: Final = 1e-2
_ROW: Final = 40


def positions(
    neighbours: Neighbours, graph: PaperGraph, groups: Sequence[Sequence[int]], seed: int
) -> Mapping[int, tuple[float, float]]:
    """The x and y of each paper, 0 to 1.

    Few papers are drawn by ForceAtlas2 (Jacomy and others 2014, by networkx; in the LinLog mode) with their
    five nearest, many by t-SNE (van der Maaten and Hinton 2008, by scikit-learn) with their thirty nearest,
    which starts with the clusters apart. Papers without a neighbour stand in rows below.

    Args:
        neighbours: ``AROUND`` nearest of each paper.
        graph: Those that count for clusters.
        groups: The clusters' papers.
        seed: Of what is left to chance.

    Raises:
        KgError: There are more than ``FEW`` papers, and scikit-learn is not installed.
    """
    linked = sorted(node for node in graph if graph.degree(node))
    alone = sorted(set(graph) - set(linked))
    if len(linked) > FEW:
        at = _fitted(_by_tsne(neighbours, linked, _start(graph, groups, linked, seed), seed))
    else:
        at = _fitted(_by_forces(neighbours, linked, seed))
    # The rows of those alone take as much height as they need, a third at most.
    rows = -(-len(alone) // _ROW)
    below = min(rows / _ROW, 1 / 3) if linked else 1.0
    at[:, 1] = below + at[:, 1] * (1 - below)
    places = dict(zip(linked, at.tolist(), strict=True))
    for number, node in enumerate(alone):
        row, column = divmod(number, _ROW)
        width = min(len(alone) - row * _ROW, _ROW)
        places[node] = [(column + 0.5) / width, below * (rows - row - 0.5) / rows]
    return {node: (round(x, 6), round(y, 6)) for node, (x, y) in sorted(places.items())}


def _start(graph: PaperGraph, groups: Sequence[Sequence[int]], linked: Sequence[int], seed: int) -> Points:
    """Each paper near its cluster's place among the clusters."""
    cluster = {paper: number for number, papers in enumerate(groups) for paper in papers}
    between: defaultdict[tuple[int, int], float] = defaultdict(float)
    for one, other in sorted((min(edge), max(edge)) for edge in graph.edges):
        pair = sorted((cluster[one], cluster[other]))
        between[pair[0], pair[1]] += graph.edges[one, other]["weight"]
    whole: PaperGraph = nx.Graph()
    whole.add_nodes_from(range(len(groups)))
    whole.add_weighted_edges_from((a, b, score) for (a, b), score in sorted(between.items()) if a != b)
    centres = nx.spring_layout(whole, seed=seed, iterations=_ROUNDS)
    apart = np.random.default_rng(seed).normal(scale=0.1, size=(len(linked), 2))
    return np.array([centres[cluster[paper]] for paper in linked]) + apart


def _by_forces(neighbours: Neighbours, linked: Sequence[int], seed: int) -> Points:
    if len(linked) < _FEWEST:
        return np.array([[number, 0.0] for number in range(len(linked))]).reshape(-1, 2)
    near = neighbour_graph(neighbours.first(_NEAREST)).subgraph(linked)
    with np.errstate(invalid="ignore"):  # networkx divides by the distance of each node to itself
        drawn = nx.forceatlas2_layout(near, seed=seed, weight="weight", max_iter=_ROUNDS, linlog=True)
    return np.array([drawn[node] for node in linked])


def _by_tsne(neighbours: Neighbours, linked: Sequence[int], start: Points, seed: int) -> Points:
    try:
        from scipy.sparse import csr_array
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise KgError(
            f"drawing more than {FEW} papers needs scikit-learn; pip install 'paperkg[maps]'"
        ) from error
    place = {paper: number for number, paper in enumerate(linked)}
    known = dict(zip(neighbours.papers.tolist(), neighbours.near, strict=True))
    around = AROUND
    distances: list[list[tuple[int, float]]] = []
    for paper, number in place.items():
        others, scores = known[paper]
        near = {
            place[other]: 1 - score for other, score in zip(others.tolist(), scores.tolist(), strict=True)
        }
        # Every paper is given as many, though some be not near at all.
        for far in range(len(linked)):
            if len(near) >= around:
                break
            if far != number:
                near.setdefault(far, 2.0)
        distances.append([(number, 0.0), *sorted(near.items(), key=lambda item: (item[1], item[0]))[:around]])
    columns = np.array([column for row in distances for column, _ in row])
    values = np.array([value for row in distances for _, value in row])
    starts = np.arange(len(linked) + 1) * (around + 1)
    matrix: Any = csr_array((values, columns, starts), shape=(len(linked), len(linked)))
    drawing = TSNE(
        metric="precomputed",
        perplexity=_PERPLEXITY,
        init=(start / np.std(start[:, 0]) * _START).astype(np.float32),
        max_iter=_STEPS,
        angle=_ANGLE,
        random_state=seed,
        n_jobs=1,
    )
    drawn: Points = drawing.fit_transform(matrix).astype(np.float64)
    return drawn


def _fitted(at: Points) -> Points:
    """Points within 0 to 1, as far apart in x as in y."""
    if not len(at):
        return at
    low, high = at.min(0), at.max(0)
    span = max(float((high - low).max()), np.finfo(np.float64).tiny)
    return np.asarray((at - low) / span + (1 - (high - low) / span) / 2)
