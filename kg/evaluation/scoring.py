"""Precision, recall and F1 of extracted records against annotated ones, paper by paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import networkx as nx
from networkx.algorithms.bipartite import hopcroft_karp_matching

from kg.evaluation.records import EntityRecord, PaperRecord, ResultRecord
from kg.records import ENTITY_TYPES, EntityType

__all__ = ["ENTITY_LEVELS", "Level", "Score", "Scores", "match", "match_results", "normal", "score"]

Level = Literal["found", "coarse", "typed", "edge"]
ENTITY_LEVELS: tuple[Level, ...] = get_args(Level)
_COARSE: dict[EntityType, EntityType] = {"Model": "Method", "Benchmark": "Dataset"}
_OTHER = re.compile(r"[^0-9a-z+#@ ]+")


@dataclass(frozen=True, slots=True)
class Score:
    """Counts, and what follows from them in per cent."""

    hits: int
    predicted: int
    gold: int

    @property
    def precision(self) -> float:
        """Share of what was predicted that is right, in %."""
        return 100 * self._shares[0]

    @property
    def recall(self) -> float:
        """Share of what is annotated that was predicted, in %."""
        return 100 * self._shares[1]

    @property
    def f1(self) -> float:
        """The harmonic mean of both, in %."""
        p, r = self._shares
        return 100 * (2 * p * r / (p + r) if p + r else 0.0)

    @property
    def _shares(self) -> tuple[float, float]:
        return (
            self.hits / self.predicted if self.predicted else 0.0,
            self.hits / self.gold if self.gold else 0.0,
        )


@dataclass(frozen=True, slots=True)
class Scores:
    """Micro-averaged scores over all papers."""

    papers: int
    levels: Mapping[str, Score]
    """``found``, ``coarse``, ``typed``, ``edge`` and ``result``."""
    types: Mapping[EntityType, Score]
    """At level ``typed``, for each type that is annotated."""


@lru_cache(maxsize=1 << 16)
def normal(form: str) -> str:
    """A form without what spellings of a name differ in: case, punctuation, hyphens, the plural's ending."""
    words = _OTHER.sub(" ", form.lower().replace("-", " ")).split()
    if (
        words
        and len(words[-1]) > 3
        and words[-1].endswith("s")
        and not words[-1].endswith(("ss", "us", "is"))
    ):
        words[-1] = words[-1][:-1]
    return " ".join(words)


def coarse(type_: EntityType) -> EntityType:
    """The type with Model taken as Method and Benchmark as Dataset."""
    return _COARSE.get(type_, type_)


def normal_forms(entity: EntityRecord) -> frozenset[str]:
    """The normal forms of an entity's name and aliases."""
    return frozenset(map(normal, entity.forms)) - {""}


def match(
    gold: Sequence[EntityRecord],
    predicted: Sequence[EntityRecord],
    fits: Callable[[EntityRecord, EntityRecord], bool],
) -> list[tuple[int, int]]:
    """The largest one-to-one matching of gold and predicted entities that share a normal form and fit.

    Returns:
        Pairs of indices, in the order of the gold entities.
    """
    owners: dict[str, list[int]] = {}
    for j, entity in enumerate(predicted):
        for form in normal_forms(entity):
            owners.setdefault(form, []).append(j)
    options = [
        sorted(
            {j for form in normal_forms(entity) for j in owners.get(form, ()) if fits(entity, predicted[j])}
        )
        for entity in gold
    ]
    return largest_matching(options)


def largest_matching(options: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """The largest one-to-one matching of numbers 0, 1 … with one of their options each.

    Where no two share an option it is read off; else found by the algorithm of J. Hopcroft and R. Karp, "An
    n^5/2 algorithm for maximum matchings in bipartite graphs", SIAM Journal on Computing 2 (1973).
    """
    if all(len(one) <= 1 for one in options) and len({j for one in options for j in one}) == sum(
        map(len, options)
    ):
        return [(i, one[0]) for i, one in enumerate(options) if one]
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(options)))
    graph.add_edges_from((i, len(options) + j) for i, one in enumerate(options) for j in one)
    found = hopcroft_karp_matching(graph, range(len(options)))
    return [(i, found[i] - len(options)) for i in range(len(options)) if i in found]


def fits_level(level: Level) -> Callable[[EntityRecord, EntityRecord], bool]:
    """When a gold and a predicted entity that share a form count as matched at a level."""
    return _FITS[level]


_FITS: dict[Level, Callable[[EntityRecord, EntityRecord], bool]] = {
    "found": lambda g, p: True,
    "coarse": lambda g, p: coarse(g.type) == coarse(p.type),
    "typed": lambda g, p: g.type == p.type,
    "edge": lambda g, p: g.type == p.type and not set(g.relations).isdisjoint(p.relations),
}


def result_fits(gold: ResultRecord, predicted: ResultRecord) -> bool:
    """Whether value and kind are the same, and the benchmark or the metric where the gold row names one."""
    if gold.value.rstrip("%") != predicted.value.rstrip("%") or gold.kind != predicted.kind:
        return False
    named = [(gold.benchmark, predicted.benchmark), (gold.metric, predicted.metric)]
    named = [(one, other) for one, other in named if one]
    return not named or any(other and normal(other) == normal(one or "") for one, other in named)


def match_results(gold: Sequence[ResultRecord], predicted: Sequence[ResultRecord]) -> list[tuple[int, int]]:
    """Each gold row with the first predicted row that fits and is free, as pairs of indices."""
    free = dict(enumerate(predicted))
    pairs = []
    for i, row in enumerate(gold):
        j = next((j for j, other in free.items() if result_fits(row, other)), None)
        if j is not None:
            del free[j]
            pairs.append((i, j))
    return pairs


def score(gold: Mapping[str, PaperRecord], predicted: Mapping[str, PaperRecord]) -> Scores:
    """Score predicted records against gold records by the rules of the annotation guidelines.

    A predicted entity matches a gold entity when a form of one is a form of the other after normalisation,
    one to one within a paper. ``coarse`` asks for the type too, with Model taken as Method and Benchmark as
    Dataset; ``typed`` for the very type; ``edge`` also for a shared relation. A ``result`` needs the same
    value, kind, and benchmark or metric.

    Args:
        gold: By paper id. Only these papers count.
        predicted: By paper id; of a paper that is not there, nothing is taken to be found.
    """
    hits: Counter[str] = Counter()
    gold_types: Counter[EntityType] = Counter()
    predicted_types: Counter[EntityType] = Counter()
    hit_types: Counter[EntityType] = Counter()
    results = [0, 0]
    for id_, record in gold.items():
        other = predicted.get(id_) or PaperRecord(id_)
        for level in ENTITY_LEVELS:
            pairs = match(record.entities, other.entities, _FITS[level])
            hits[level] += len(pairs)
            if level == "typed":
                hit_types.update(record.entities[i].type for i, _ in pairs)
        gold_types.update(entity.type for entity in record.entities)
        predicted_types.update(entity.type for entity in other.entities)
        hits["result"] += len(match_results(record.results, other.results))
        results[0] += len(other.results)
        results[1] += len(record.results)
    totals = predicted_types.total(), gold_types.total()
    levels: dict[str, Score] = {level: Score(hits[level], *totals) for level in ENTITY_LEVELS}
    return Scores(
        papers=len(gold),
        levels={**levels, "result": Score(hits["result"], results[0], results[1])},
        types={
            type_: Score(hit_types[type_], predicted_types[type_], gold_types[type_])
            for type_ in ENTITY_TYPES
            if gold_types[type_]
        },
    )
