"""Papers side by side: what each does with each entity."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from kg.maps.options import MapOptions
from kg.maps.records import Cluster, MapClaim, MapEntity, Matrix
from kg.records import ENTITY_TYPES, RELATIONS

_SHARED: Final = 2


def matrix(
    found: Sequence[Cluster],
    entities: Mapping[str, MapEntity],
    claims: Mapping[str, MapClaim],
    options: MapOptions,
) -> Matrix:
    """Compare papers by what they share and by what tells them apart.

    Columns are entities that two papers of the map have (in a map of one paper, all). If there are more than
    ``options.columns``, those with the highest ``n * ln(1 + N / n)`` stay, for n of N papers: what many share
    and what tells apart, before what nearly none has and before what nearly all have.
    """
    rows = tuple(paper for cluster in found for paper in cluster.papers)
    cells: defaultdict[tuple[str, str], list[MapClaim]] = defaultdict(list)
    for claim in claims.values():
        if claim.relation in options.matrix_relations and entities[claim.entity].type in options.matrix_types:
            cells[claim.paper, claim.entity].append(claim)
    counts: defaultdict[str, int] = defaultdict(int)
    for _, entity in cells:
        counts[entity] += 1

    def says(entity: str) -> float:
        return round(counts[entity] * math.log1p(len(rows) / counts[entity]), 9)

    least = min(_SHARED, len(rows))
    best = sorted(counts, key=lambda entity: (counts[entity] < least, -says(entity), entity))
    kept = {entity for entity in best[: options.columns] if counts[entity] >= least}
    columns = sorted(kept, key=lambda entity: (_type_place(entities[entity]), -counts[entity], entity))
    return Matrix(
        rows=rows,
        columns=tuple(columns),
        cells={
            key: tuple(sorted(cells[key], key=lambda claim: RELATIONS.index(claim.relation)))
            for key in sorted(cells)
            if key[1] in kept
        },
        omitted=len(counts) - len(kept),
    )


def _type_place(entity: MapEntity) -> int:
    return ENTITY_TYPES.index(entity.type)
