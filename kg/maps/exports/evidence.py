"""The sentences that a map's statements lead to, under one number in every format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from kg.maps.records import MapClaim, MapResult, RelatedWorkMap
from kg.queries.quotes import Quote
from kg.records import Field, Relation

SURE: Final = 0.5
"""The confidence from which a claim is told in a text; the others are in the files of data."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a paper, and what was read from it."""

    number: int
    """From 1, in the order of the clusters and their papers."""
    paper: str
    """The paper's key."""
    field: Field
    text: str
    marks: tuple[tuple[int, int], ...]
    """What the claims and results were read from: sorted, apart from each other; code points."""
    claims: tuple[MapClaim, ...]
    results: tuple[MapResult, ...]


class Evidence:
    """The sentences of a map, found by claim and result.

    Args:
        work: The map.
    """

    def __init__(self, work: RelatedWorkMap) -> None:
        self._numbers: dict[tuple[str, Field, str], int] = {}
        said: dict[int, list[tuple[Quote, MapClaim | MapResult]]] = defaultdict(list)
        results: dict[str, list[MapResult]] = defaultdict(list)
        for result in work.results:
            results[result.paper].append(result)
        about: dict[tuple[str, str], list[MapClaim]] = defaultdict(list)
        for key in papers_in_order(work):
            for iri in work.of_paper.get(key, ()):
                claim = work.claims[iri]
                about[claim.paper, claim.entity].append(claim)
                for quote in claim.quotes:
                    said[self._number(key, quote)].append((quote, claim))
            for result in results.get(key, ()):
                said[self._number(key, result.quote)].append((result.quote, result))
        self.results: Mapping[str, tuple[MapResult, ...]] = {
            paper: tuple(some) for paper, some in results.items()
        }
        """By the paper's key."""
        self.claims: Mapping[tuple[str, str], tuple[MapClaim, ...]] = {
            pair: tuple(claims) for pair, claims in about.items()
        }
        """By paper and entity."""
        self.sentences: tuple[Sentence, ...] = tuple(
            _sentence(number, paper, field, text, said[number])
            for (paper, field, text), number in self._numbers.items()
        )

    def _number(self, paper: str, quote: Quote) -> int:
        return self._numbers.setdefault((paper, quote.field, quote.text), len(self._numbers) + 1)

    def surely(self, paper: str, entity: str) -> tuple[MapClaim, ...]:
        """What a paper does with an entity, without what is less sure than ``SURE``."""
        return tuple(claim for claim in self.claims.get((paper, entity), ()) if claim.confidence >= SURE)

    def of_claim(self, claim: MapClaim) -> tuple[int, ...]:
        """The number of the sentence that says it best, the abstract's first; empty if there is none."""
        quotes = sorted(claim.quotes, key=lambda quote: quote.field == "title")
        return tuple(self._numbers[claim.paper, quote.field, quote.text] for quote in quotes[:1])

    def of_claims(self, claims: Iterable[MapClaim]) -> tuple[int, ...]:
        """The numbers of some claims' sentences, each once, in their order."""
        return tuple(dict.fromkeys(number for claim in claims for number in self.of_claim(claim)))

    def of_result(self, result: MapResult) -> tuple[int, ...]:
        """The number of a result's sentence."""
        return (self._numbers[result.paper, result.quote.field, result.quote.text],)

    def between(self, paper: str, entity: str, relations: Iterable[Relation] = ()) -> tuple[int, ...]:
        """The numbers of what a paper says of an entity; of any relation if none is given."""
        wanted = frozenset(relations)
        claims = self.claims.get((paper, entity), ())
        return self.of_claims(claim for claim in claims if not wanted or claim.relation in wanted)


def papers_in_order(work: RelatedWorkMap) -> Iterator[str]:
    """Keys of the papers by cluster, then those of none."""
    in_clusters = dict.fromkeys(key for cluster in work.clusters for key in cluster.papers)
    yield from in_clusters
    yield from (key for key in work.papers if key not in in_clusters)


def _sentence(
    number: int, paper: str, field: Field, text: str, said: list[tuple[Quote, MapClaim | MapResult]]
) -> Sentence:
    marks: list[tuple[int, int]] = []
    for start, end in sorted(mark for quote, _ in said for mark in quote.marks):
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((start, end))
    claims = tuple(what for _, what in said if isinstance(what, MapClaim))
    results = tuple(what for _, what in said if isinstance(what, MapResult))
    return Sentence(number, paper, field, text, tuple(marks), claims, results)
