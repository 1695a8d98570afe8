"""Results by benchmark."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kg.queries.boards import lower_is_better
from kg.rdf import Store
from kg.server.claims import results
from kg.server.index import GraphIndex

if TYPE_CHECKING:
    from kg.server.index import Ints

_KINDS: Final = ("absolute", "improvement")
_ORDER: Final = (
    "By metric, the one with most results first; scores before gains, percentages before other values; then "
    "by value, the best first: the lowest where the metric's name says an error, a loss, a distance or a "
    "delay, else the highest. The values are what the papers' abstracts say, and not of one protocol."
)


def boards(index: GraphIndex) -> list[tuple[int, int]]:
    """Benchmarks with the number of results on them, the most first."""
    counts = Counter(index.results.roles["benchmark"].tolist())
    counts.pop(-1, None)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def boards_page(index: GraphIndex, part: slice) -> dict[str, Any]:
    """A part of the benchmarks, each with the metrics of its results."""
    found = boards(index)
    return {
        "total": len(found),
        "boards": [
            {
                "node": index.node(node),
                "results": count,
                "metrics": index.nodes(
                    metric for metric, _ in _metrics(index, _numbers(index, node)) if metric >= 0
                ),
            }
            for node, count in found[part]
        ],
    }


def leaderboard(index: GraphIndex, store: Store, benchmark: int) -> dict[str, Any]:
    """The results on a benchmark; ``order`` says how they are sorted."""
    numbers = _numbers(index, benchmark)
    metrics = _metrics(index, numbers)
    places = {metric: place for place, (metric, _) in enumerate(metrics)}
    lower = {metric: metric >= 0 and lower_is_better(index.labels[metric]) for metric in places}
    rows = results(index, store, numbers)
    metric_of = [int(metric) for metric in index.results.roles["metric"][numbers]]

    def order(number: int) -> tuple[Any, ...]:
        row, metric = rows[number], metric_of[number]
        value = _value(row["value"])
        # A gain is always a gain, whichever way its metric goes.
        rising = lower[metric] and row["kind"] != "improvement"
        kind = _KINDS.index(row["kind"]) if row["kind"] in _KINDS else len(_KINDS)
        return places[metric], kind, row["unit"] != "%", value if rising else -value, number

    return {
        "node": index.node(benchmark),
        "metrics": [
            {
                "node": index.node(metric) if metric >= 0 else None,
                "results": count,
                "lower_is_better": lower[metric],
            }
            for metric, count in metrics
        ],
        "order": _ORDER,
        "rows": [rows[number] for number in sorted(range(len(rows)), key=order)],
    }


def _numbers(index: GraphIndex, benchmark: int) -> Ints:
    return np.flatnonzero(index.results.roles["benchmark"] == benchmark)


def _metrics(index: GraphIndex, numbers: Ints) -> list[tuple[int, int]]:
    """The metrics of some results with their number, the most first; -1 stands for none named, last."""
    counts = Counter(index.results.roles["metric"][numbers].tolist())
    return sorted(counts.items(), key=lambda item: (item[0] < 0, -item[1], item[0]))


def _value(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return value if value.is_finite() else Decimal(0)
