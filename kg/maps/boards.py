"""Results by benchmark and metric, and results that do not agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from typing import Final

from kg.maps.records import Board, Contradiction, MapEntity, MapResult
from kg.queries.boards import lower_is_better

_COMPARED: Final = 8


def boards(results: Sequence[MapResult], entities: Mapping[str, MapEntity]) -> tuple[Board, ...]:
    """The results of each benchmark in each metric; those of most results first.

    Within one, scores stand before gains and percentages before other values, then the best first: the lowest
    where the metric's name says an error, a loss, a distance or a delay, else the highest.
    """
    found: defaultdict[tuple[str, str], list[MapResult]] = defaultdict(list)
    for result in results:
        if result.benchmark:
            found[result.benchmark, result.metric].append(result)
    made = []
    for benchmark, metric in sorted(found, key=lambda key: (-len(found[key]), key)):
        lower = bool(metric) and lower_is_better(entities[metric].label)

        def order(result: MapResult, lower: bool = lower) -> tuple[bool, bool, Decimal, str]:
            gain, value = result.kind == "improvement", Decimal(result.value)
            # A gain is a gain, whichever way its metric goes.
            return gain, result.unit != "%", value if lower and not gain else -value, result.iri

        made.append(Board(benchmark, metric, tuple(sorted(found[benchmark, metric], key=order)), lower))
    return tuple(made)


def contradictions(results: Sequence[MapResult]) -> tuple[Contradiction, ...]:
    """Pairs of scores of one subject on one benchmark in one metric that differ, of different sentences.

    They are candidates: settings may differ. Those of two papers come first, then the greatest differences.
    Of many scores of the same, the first eight are compared.
    """
    found: defaultdict[tuple[str, str, str], list[MapResult]] = defaultdict(list)
    for result in results:
        key = result.subject, result.benchmark, result.metric
        if result.kind == "absolute" and all(key):
            found[key].append(result)
    pairs = []
    for key in sorted(found):
        for one, other in combinations(found[key][:_COMPARED], 2):
            difference = _difference(one, other)
            if difference and (one.paper, one.quote.text) != (other.paper, other.quote.text):
                pairs.append(Contradiction(one, other, float(difference)))
    return tuple(
        sorted(
            pairs,
            key=lambda pair: (
                pair.one.paper == pair.other.paper,
                -pair.difference,
                pair.one.iri,
                pair.other.iri,
            ),
        )
    )


def _difference(one: MapResult, other: MapResult) -> Decimal:
    """How far two scores are apart; 0.71 and 71% are the same, and what can't be compared is not apart."""
    a, b = Decimal(one.value), Decimal(other.value)
    units = {one.unit, other.unit}
    if "x" in units and len(units) > 1:
        return Decimal(0)
    if "%" in units and len(units) > 1:
        a, b = (
            value * 100 if result.unit != "%" and abs(value) <= 1 else value
            for result, value in ((one, a), (other, b))
        )
    return abs(a - b)
