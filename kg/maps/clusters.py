"""Papers that belong together, and what sets each group of them apart."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import networkx as nx

from kg.maps.collection import Collection
from kg.maps.options import MapOptions
from kg.maps.records import Cluster
from kg.maps.relatedness import Neighbours, name_words, short_title
from kg.records import RELATIONS

if TYPE_CHECKING:
    PaperGraph: TypeAlias = "nx.Graph[int]"

ALONE: Final = "not related to the others"
"""The name of the cluster of the papers that share nothing with any other."""
_ENTITIES: Final = 8
_NAMED: Final = 3
_HUB_SHARE: Final = 0.2
_HUB_PAPERS: Final = 5


def neighbour_graph(neighbours: Neighbours) -> PaperGraph:
    """The papers, each linked to its nearest; ``weight`` is the score."""
    graph: PaperGraph = nx.Graph()
    graph.add_nodes_from(int(paper) for paper in neighbours.papers)
    for paper, (others, scores) in zip(neighbours.papers, neighbours.near, strict=True):
        for other, score in zip(others, scores, strict=True):
            graph.add_edge(int(paper), int(other), weight=float(score))
    return graph


def group(graph: PaperGraph, seed: int) -> list[list[int]]:
    """The communities of a graph of papers, the largest first; those without a neighbour together, last.

    Communities are those of the Louvain method (Blondel and others 2008,
    doi:10.1088/1742-5468/2008/10/P10008), by networkx.
    Leiden is to be had in Python from leidenalg and igraph, which are under the GPL.
    """
    alone = sorted(nx.isolates(graph))
    linked: PaperGraph = nx.Graph()
    linked.add_nodes_from(sorted(set(graph) - set(alone)))
    linked.add_edges_from(sorted((min(a, b), max(a, b), data) for a, b, data in graph.edges(data=True)))
    found = (
        [sorted(papers) for papers in nx.community.louvain_communities(linked, seed=seed)] if linked else []
    )
    found.sort(key=lambda papers: (-len(papers), papers))
    return [*found, alone] if alone else found


def clusters(
    collection: Collection, graph: PaperGraph, groups: Sequence[Sequence[int]], options: MapOptions
) -> tuple[Cluster, ...]:
    """The groups with their names.

    What sets a cluster c apart is told by class-based TF-IDF (Grootendorst 2022, arXiv:2203.05794): for each
    entity e, ``tf(e, c) * ln(1 + A / f(e))``, with tf(e, c) the share of e in the weights of c's claims, f(e)
    the sum of e's weights in all clusters and A the mean sum of the clusters'. An entity that more than a
    fifth of several clusters' papers name is in no name, nor is one that an earlier cluster's name holds.
    """
    weights: list[defaultdict[int, float]] = []
    named: list[Counter[int]] = []
    for papers in groups:
        strongest: dict[tuple[int, int], float] = {}
        for claim in collection.of_papers(papers):
            key = int(collection.paper[claim]), int(collection.entity[claim])
            value = options.weight(RELATIONS[collection.relation[claim]]) * float(
                collection.confidence[claim]
            )
            strongest[key] = max(value, strongest.get(key, 0.0))
        of: defaultdict[int, float] = defaultdict(float)
        counts: Counter[int] = Counter()
        for (_, entity), value in sorted(strongest.items()):
            of[entity] += value
            counts[entity] += 1
        weights.append(of)
        named.append(counts)
    everywhere: defaultdict[int, float] = defaultdict(float)
    for of in weights:
        for entity, value in of.items():
            everywhere[entity] += value
    mean = sum(everywhere.values()) / max(1, len(groups))
    total = sum((Counter(counts) for counts in named), Counter())
    number = sum(len(papers) for papers in groups)
    hubs = {
        entity
        for entity, count in total.items()
        if len(groups) > 1
        and count >= _HUB_PAPERS
        and count > _HUB_SHARE * number
        and max(counts[entity] for counts in named) < 0.8 * count
    }

    found = []
    taken: set[str] = set()
    for place, (papers, of, counts) in enumerate(zip(groups, weights, named, strict=True)):
        inside = graph.subgraph(papers)
        strength = {paper: inside.degree(paper, weight="weight") for paper in papers}
        central = sorted(papers, key=lambda paper: (-round(strength[paper], 9), paper))
        whole = sum(of.values())
        scores = {
            entity: value / whole * math.log1p(mean / everywhere[entity])
            for entity, value in of.items()
            if whole
        }
        least = 2 if len(papers) > 1 else 1
        # An entity of one paper of several says little of them, however rare it is.
        telling = sorted(
            (entity for entity in scores if entity not in hubs),
            key=lambda entity: (counts[entity] < least, -round(scores[entity], 9), entity),
        )
        together = len(papers) == 1 or inside.number_of_edges() > 0
        chosen = _apart([entity for entity in telling if counts[entity] >= least], collection, taken)
        chosen = chosen or _apart(telling[:_ENTITIES], collection, taken)[:1]
        name = ", ".join(collection.labels[entity] for entity in chosen)
        if not together:
            name = ALONE
        elif not name or name.casefold() in taken:
            name = short_title(collection.titles[central[0]])
        taken.update(word for entity in chosen for word in (_key(collection.labels[entity]),))
        taken.add(name.casefold())
        found.append(
            Cluster(
                number=place,
                name=name,
                entities=tuple(collection.entities[entity] for entity in telling[:_ENTITIES]),
                papers=tuple(collection.papers[paper] for paper in central),
            )
        )
    return tuple(found)


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
