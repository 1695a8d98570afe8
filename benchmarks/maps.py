"""Time and memory of a map, what its drawing keeps, and how its clusters bear a new paper.

    python -m benchmarks.maps OUTPUT [START] [--times 20]

OUTPUT is a graph that kg build made, START what the map starts from. Prints the seconds and the peak memory
of ``make_map``; how many of each paper's five nearest are among the five, and the thirty, drawn nearest to
it; and the adjusted Rand index of the clusters of all other papers with and without one, for papers drawn by
lot.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from sklearn.metrics import adjusted_rand_score
from sklearn.neighbors import NearestNeighbors

import kg
from kg.maps import MapOptions, RelatedWorkMap, make_map
from kg.maps.build import neighbours
from kg.maps.clusters import group, neighbour_graph
from kg.maps.collection import Collection, read_collection
from kg.maps.relatedness import nearest, vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]

NEAREST = 5
AROUND = 30


def without(collection: Collection, paper: int) -> Collection:
    """A collection as it would be if one paper named nothing."""
    kept = np.flatnonzero(collection.paper != paper)
    return replace(
        collection,
        claims=[collection.claims[claim] for claim in kept.tolist()],
        paper=collection.paper[kept],
        entity=collection.entity[kept],
        relation=collection.relation[kept],
        confidence=collection.confidence[kept],
    )


def labels(collection: Collection, papers: Ints) -> dict[int, int]:
    """The cluster of each paper in a map of some papers."""
    near = nearest(vectors(collection, MapOptions()), papers, neighbours(len(papers)))
    return {paper: number for number, found in enumerate(group(neighbour_graph(near))) for paper in found}


def stability(collection: Collection, papers: Ints, times: int) -> list[float]:
    """The adjusted Rand index of the clusters of the others with and without one paper."""
    drawn = np.random.default_rng(0).choice(papers, min(times, len(papers)), replace=False)
    after = labels(collection, papers)
    found = []
    for paper in drawn.tolist():
        others = papers[papers != paper]
        before = labels(without(collection, paper), others)
        found.append(
            float(
                adjusted_rand_score(
                    [before[other] for other in others.tolist()], [after[other] for other in others.tolist()]
                )
            )
        )
    return found


def kept(work: RelatedWorkMap, collection: Collection, papers: Ints) -> tuple[float, float]:
    """The share of the papers' nearest that are drawn nearest, and near; in %."""
    near = nearest(vectors(collection, MapOptions()), papers, NEAREST)
    place = {int(paper): number for number, paper in enumerate(papers)}
    drawn = [work.papers[collection.papers[paper]] for paper in papers]
    at = np.array([(paper.x, paper.y) for paper in drawn])
    around = NearestNeighbors(n_neighbors=min(AROUND + 1, len(papers))).fit(at).kneighbors(at)[1]
    hits = np.zeros(2)
    total = 0
    for number, (others, _) in enumerate(near.near):
        wanted = {place[int(other)] for other in others}
        shown: Sequence[int] = [other for other in around[number].tolist() if other != number]
        hits += [len(wanted & set(shown[:NEAREST])), len(wanted & set(shown[:AROUND]))]
        total += len(wanted)
    share = 100 * hits / max(1, total)
    return float(share[0]), float(share[1])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("graph", type=Path)
    parser.add_argument("start", nargs="?")
    parser.add_argument("--times", type=int, default=20)
    given = parser.parse_args()
    store = kg.open_store(given.graph)
    wall, cpu = time.monotonic(), time.process_time()
    work = make_map(store, given.start)
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{len(work.papers):,} papers, {len(work.claims):,} claims, {len(work.related):,} explained pairs")
    print(f"{wall:.0f} seconds ({cpu:.0f} of them computing), {memory:,.0f} MB")
    print(f"{len(work.clusters)} clusters, the largest of {len(work.clusters[0].papers):,}", flush=True)
    collection = read_collection(store)
    numbers = {key: number for number, key in enumerate(collection.papers)}
    papers = np.array([numbers[key] for key in work.papers], dtype=np.int64)
    nearest_kept, near_kept = kept(work, collection, papers)
    print(
        f"of the five nearest, {nearest_kept:.0f}% are drawn nearest, "
        f"{near_kept:.0f}% among the {AROUND} nearest",
        flush=True,
    )
    if given.times:
        found = stability(collection, papers, given.times)
        print(
            f"adjusted Rand index without one of {len(found)} papers: "
            f"mean {np.mean(found):.3f}, least {min(found):.3f}"
        )


if __name__ == "__main__":
    main()
