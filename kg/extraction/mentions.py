"""Names of things, chosen from the candidates by what the network says of them."""

from __future__ import annotations

import numpy as np

from kg.extraction.candidates import Context, Span, apposition, find_candidates
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import log_softmax, softmax
from kg.extraction.network import Network
from kg.extraction.reading import Found, Reading
from kg.extraction.tokens import Tokens
from kg.records import ENTITY_TYPES, EntityType

__all__ = ["choose", "context", "find_names"]

THRESHOLD = -0.15
"""Log odds above which a candidate counts as a name, chosen on held-out papers."""
_SAID: dict[str, tuple[EntityType, ...]] = {
    **dict.fromkeys(("benchmark", "suite", "testbed"), ("Benchmark",)),
    **dict.fromkeys(("dataset", "corpus", "collection"), ("Dataset", "Benchmark")),
    **dict.fromkeys(
        ("algorithm", "approach", "architecture", "framework", "method", "pipeline", "system"), ("Method",)
    ),
    "metric": ("Metric",),
}
"""What a name may be by what the text says that it is ("Foo, a new dataset"). In annotated papers this
holds for 60 of 61 benchmarks, 45 of 48 datasets, 290 of 305 methods and 9 of 9 metrics."""
_KEPT = 0.05
"""The least probability that a candidate not chosen is handed on with."""


def context(reading: Reading) -> Context:
    """What the features of candidates are drawn from."""
    return Context(
        tokens=reading.tokens,
        title_tokens=reading.title_tokens,
        concepts={span: type_ for span, (_, type_) in reading.concepts.items()},
        long_forms=frozenset(long for long, _ in reading.pairs),
        short_forms=frozenset(short for _, short in reading.pairs),
    )


def choose(spans: list[Span], gains: list[float]) -> list[int]:
    """Which spans to keep so that none overlap and their gains add up to the most; none without gain.

    Weighted interval scheduling by dynamic programming over tokens, linear in tokens and spans.
    """
    ending: dict[int, list[int]] = {}
    for number, (span, gain) in enumerate(zip(spans, gains, strict=True)):
        if gain > 0:
            ending.setdefault(span.last, []).append(number)
    length = max(ending, default=-1) + 1
    best = [0.0] * (length + 1)
    taken: list[int | None] = [None] * (length + 1)
    for i in range(length):
        best[i + 1] = best[i]
        for number in ending.get(i, ()):
            value = best[spans[number].first] + gains[number]
            if value > best[i + 1]:
                best[i + 1], taken[i + 1] = value, number
    kept: list[int] = []
    i = length
    while i > 0:
        number_at = taken[i]
        if number_at is None:
            i -= 1
        else:
            kept.append(number_at)
            i = spans[number_at].first
    return kept[::-1]


def find_names(reading: Reading, lexicon: Lexicon, network: Network) -> None:
    """Fill in ``reading.found`` and ``reading.relation_odds``."""
    known = context(reading)
    candidates = find_candidates(known, lexicon)
    if not candidates.spans:
        return
    scored = network.score(candidates, known)
    probabilities = softmax(scored.types).astype(np.float64)
    nothing = np.clip(probabilities[:, 0], 1e-6, 1 - 1e-6)
    gains = np.log((1 - nothing) / nothing) - THRESHOLD
    chosen = set(choose(list(candidates.spans), gains.tolist()))
    kept = [n for n in range(len(candidates.spans)) if n in chosen or nothing[n] < 1 - _KEPT]
    kept.sort(key=lambda n: candidates.spans[n])
    reading.found = [
        Found(
            candidates.spans[n],
            candidates.keys[n],
            _as_said(tuple(probabilities[n, 1:].tolist()), reading.tokens, candidates.spans[n]),
            n in chosen,
        )
        for n in kept
    ]
    relations = log_softmax(scored.relations[kept])
    reading.relation_odds = {candidates.spans[n]: row for n, row in zip(kept, relations, strict=True)}


def _as_said(probabilities: tuple[float, ...], tokens: Tokens, span: Span) -> tuple[float, ...]:
    """Probabilities of the types, without those that the words after a name rule out."""
    allowed = _SAID.get(apposition(tokens, span.last))
    if not allowed:
        return probabilities
    left = [p if type_ in allowed else 0.0 for type_, p in zip(ENTITY_TYPES, probabilities, strict=True)]
    share = sum(probabilities) / (sum(left) or 1.0)
    return tuple(p * share for p in left) if sum(left) else probabilities
