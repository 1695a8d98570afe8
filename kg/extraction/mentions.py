"""Names of things, chosen from the candidates by what the network says of them."""

from __future__ import annotations

import numpy as np

from kg.extraction.candidates import Context, Span, find_candidates
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import log_softmax, softmax
from kg.extraction.network import Network
from kg.extraction.reading import Found, Reading

__all__ = ["choose", "context", "find_names"]

THRESHOLD = 0.35
"""Log odds above which a candidate counts as a name, chosen on held-out papers."""
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
            tuple(probabilities[n, 1:].tolist()),
            n in chosen,
        )
        for n in kept
    ]
    relations = log_softmax(scored.relations[kept])
    reading.relation_odds = {candidates.spans[n]: row for n, row in zip(kept, relations, strict=True)}
