"""What a short form stands for where a paper does not spell it out, told by what else the paper names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable

__all__ = ["Meanings"]

_LEAST_PAPERS = 2
"""That spell a short form out alike, before others are thought to mean the same by it."""
_SMOOTHING = 1.0
_SURE = 0.8


class Meanings:
    """What papers spell one short form out as, and what they name besides.

    Naive Bayes: a meaning is as likely as the papers that have it are many, times the share of them that name
    each thing that the paper in question names. That share is smoothed towards the one among all papers that
    spell the short form out; things that none of those names tell nothing.

    Args:
        spelled: A meaning and what else is named, for each paper that spells the short form out.
    """

    def __init__(self, spelled: Iterable[tuple[str, Collection[str]]]) -> None:
        uses = [(meaning, frozenset(names)) for meaning, names in spelled]
        papers = Counter(meaning for meaning, _ in uses)
        self.papers = {meaning: count for meaning, count in sorted(papers.items()) if count >= _LEAST_PAPERS}
        """How many papers have each meaning, but for those that are too few."""
        self._named = {meaning: Counter[str]() for meaning in self.papers}
        for meaning, names in uses:
            if meaning in self.papers:
                self._named[meaning].update(names - self.papers.keys())
        self._total = Counter[str]()
        for counts in self._named.values():
            self._total.update(counts)

    def told_by(self, names: Collection[str]) -> str:
        """The meaning that is at least four fifths likely in a paper that names these things, or nothing."""
        known = sorted(set(names) & self._total.keys())
        scores = {meaning: self._score(meaning, known) for meaning in self.papers}
        best = min(scores, key=lambda meaning: (-scores[meaning], meaning), default="")
        total = sum(math.exp(score - scores[best]) for score in scores.values())
        return best if total and 1 / total >= _SURE else ""

    def _score(self, meaning: str, names: Iterable[str]) -> float:
        papers, named = self.papers[meaning], self._named[meaning]
        everyone = sum(self.papers.values())
        ratios = (
            (named[name] * everyone / self._total[name] + _SMOOTHING) / (papers + _SMOOTHING)
            for name in names
        )
        return math.log(papers) + sum(map(math.log, ratios))
