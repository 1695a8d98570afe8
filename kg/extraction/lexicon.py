"""The statistics that the extractor ships with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg.extraction.linear import read_json

__all__ = ["Lexicon", "load_lexicon"]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What words and names are like, counted over texts by ``kg train``."""

    barriers: frozenset[str] = frozenset()
    """Lower-case words that names hardly ever hold."""
    clusters: Mapping[str, int] = field(default_factory=dict)
    """Words that occur in like company have the same number; a coarser one is in ``families``."""
    families: Sequence[int] = ()
    """The family of each cluster."""
    fingerprint: str = ""

    def cluster(self, word: str) -> int:
        """The cluster of a lower-case word, -1 for a rare one."""
        return self.clusters.get(word, -1)

    def family(self, word: str) -> int:
        """The family of a lower-case word, -1 for a rare one."""
        number = self.clusters.get(word, -1)
        return self.families[number] if number >= 0 else -1


def load_lexicon(path: Path) -> Lexicon:
    """Read a lexicon that ``kg train`` wrote."""
    value, digest = read_json(path)
    clusters = {
        word: number for number, words in enumerate(value["clusters"]) for word in words.split("\n") if word
    }
    return Lexicon(frozenset(value["barriers"].split("\n")), clusters, tuple(value["families"]), digest)
