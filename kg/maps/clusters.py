"""Papers that belong together, and what sets each group of them apart."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import networkx as nx

from kg.maps.collection import Collection
from kg.maps.options import MapOptions
from kg.maps.records import Cluster
from kg.maps.relatedness import Neighbours, name_words
from kg.records import RELATIONS
from kg.text.titles import short_title

if TYPE_CHECKING:
    PaperGraph: TypeAlias = "nx.Graph[int]"

ALONE: Final = "not related to the others"
"""The name of the cluster of the papers that share nothing with any other."""
_ENTITIES: Final = 8
_NAMED: Final = 3
_FEWEST: Final = 2
_MORE: Final = 1.5
_HUB: Final = 0.4


def neighbour_graph(neighbours: Neighbours) -> PaperGraph:
    """The papers, each linked to its nearest; ``weight`` is the score, double where both are near."""
    graph: PaperGraph = nx.Graph()
    graph.add_nodes_from(int(paper) for paper in neighbours.papers)
    for paper, (others, scores) in zip(neighbours.papers.tolist(), neighbours.near, strict=True):
        for other, score in zip(others.tolist(), scores.tolist(), strict=True):
            known = graph.edges[paper, other]["weight"] if graph.has_edge(paper, other) else 0.0
            graph.add_edge(paper, other, weight=known + score)
    return graph


class _InOrder(random.Random):
    """Leaves what it is to shuffle in order."""

    def shuffle(self, x: MutableSequence[object]) -> None:
        """Do nothing."""


def group(graph: PaperGraph) -> list[list[int]]:
    """The communities of a graph of papers, the largest first; those without a neighbour together, last.

    Communities are those of the Louvain method (Blondel and others 2008,
    doi:10.1088/1742-5468/2008/10/P10008), by networkx. Papers are visited in the order of their keys, which
    is as good as any and changes little with a new paper; a shuffled order, networkx's usual one, changes
    as a whole. Leiden is to be had in Python from leidenalg and igraph, which are under the GPL.
    """
    alone = sorted(nx.isolates(graph))
    linked: PaperGraph = nx.Graph()
    linked.add_nodes_from(sorted(set(graph) - set(alone)))
    linked.add_edges_from(sorted((min(a, b), max(a, b), data) for a, b, data in graph.edges(data=True)))
    communities = nx.community.louvain_communities(linked, seed=_InOrder(0))  # type: ignore[call-overload]
    found = [sorted(papers) for papers in communities]
    found.sort(key=lambda papers: (-len(papers), papers))
    return [*filter(None, found), *filter(None, [alone])]


@dataclass(frozen=True, slots=True)
class _Weights:
    """The entities of a group of papers."""

    papers: Sequence[int]
    weights: Mapping[int, float]
    """By entity, the sum over papers of what the strongest claim weighs."""
    named: Mapping[int, int]
    """By entity, how many of the papers name it."""


def clusters(
    collection: Collection, graph: PaperGraph, groups: Sequence[Sequence[int]], options: MapOptions
) -> tuple[Cluster, ...]:
    """The groups with their names.

    What sets a cluster c apart is told by class-based TF-IDF (Grootendorst 2022, arXiv:2203.05794): for each
    entity e, ``tf(e, c) * ln(1 + A / f(e))``, with tf(e, c) the share of e in the weights of c's claims, f(e)
    the sum of e's weights in all clusters and A the mean sum of the clusters'. Of several papers, two have to
    name the entity, and one half more of them than of all papers; what two fifths of all papers name sets
    nothing apart. A name holds no entity that an earlier cluster's name holds.
    """
    of_group = [_weights(collection, papers, options) for papers in groups]
    everywhere: Counter[int] = Counter()
    weights: defaultdict[int, float] = defaultdict(float)
    for of in of_group:
        everywhere.update(of.named)
        for entity, value in of.weights.items():
            weights[entity] += value
    mean = sum(weights.values()) / max(1, len(groups))
    number = sum(len(papers) for papers in groups)

    found = []
    taken: set[str] = set()
    for place, of in enumerate(of_group):
        inside = graph.subgraph(of.papers)
        strength = {paper: float(inside.degree(paper, weight="weight")) for paper in of.papers}
        central = sorted(of.papers, key=lambda paper: (-round(strength[paper], 9), paper))
        total = sum(of.weights.values())
        scores = {
            entity: round(value / total * math.log1p(mean / weights[entity]), 9)
            for entity, value in of.weights.items()
            if total and _sets_apart(of, entity, everywhere[entity] / number, len(groups))
        }
        telling = sorted(scores, key=lambda entity: (-scores[entity], entity))
        chosen = _apart(telling, collection, taken)
        name = ", ".join(collection.labels[entity] for entity in chosen)
        if len(of.papers) > 1 and not inside.number_of_edges():
            name = ALONE
        elif not name:
            name = short_title(collection.titles[central[0]])
        taken.update(_key(collection.labels[entity]) for entity in chosen)
        found.append(
            Cluster(
                number=place,
                name=name,
                entities=tuple(collection.entities[entity] for entity in telling[:_ENTITIES]),
                papers=tuple(collection.papers[paper] for paper in central),
            )
        )
    return tuple(found)


def _weights(collection: Collection, papers: Sequence[int], options: MapOptions) -> _Weights:
    strongest: defaultdict[tuple[int, int], float] = defaultdict(float)
    for claim in collection.of_papers(papers):
        key = int(collection.paper[claim]), int(collection.entity[claim])
        relation = RELATIONS[collection.relation[claim]]
        strongest[key] = max(strongest[key], options.weight(relation) * float(collection.confidence[claim]))
    weights: defaultdict[int, float] = defaultdict(float)
    for (_, entity), value in strongest.items():
        weights[entity] += value
    return _Weights(papers, weights, Counter(entity for _, entity in strongest))


def _sets_apart(of: _Weights, entity: int, usual: float, groups: int) -> bool:
    """Whether more of these papers name an entity than of all."""
    here = of.named[entity]
    if len(of.papers) > 1 and here < _FEWEST:
        return False
    return groups == 1 or (usual <= _HUB and here / len(of.papers) >= _MORE * usual)


def cluster_of(found: Sequence[Cluster]) -> Mapping[str, int]:
    """The number of each paper's cluster, by the paper's key."""
    return {paper: cluster.number for cluster in found for paper in cluster.papers}


def _key(label: str) -> str:
    return " ".join(sorted(name_words(label))) or label.casefold()


def _apart(entities: Sequence[int], collection: Collection, taken: set[str]) -> list[int]:
    """The first entities whose names say different things, from each other and from those that are taken."""
    chosen: list[int] = []
    seen: set[str] = set()
    for entity in entities:
        words = set(name_words(collection.labels[entity]))
        if _key(collection.labels[entity]) in taken or (words and words <= seen):
            continue
        if any(set(name_words(collection.labels[other])) <= words for other in chosen):
            continue
        chosen.append(entity)
        seen |= words
        if len(chosen) == _NAMED:
            break
    return chosen
