"""Whether confidence means what it says: of claims with 0.8, four in five should be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kg.errors import KgError
from kg.evaluation.records import PaperRecord
from kg.evaluation.scoring import fits_level, match
from kg.records import EntityType, Relation

__all__ = ["Calibration", "ClaimOutcome", "ReliabilityBin", "calibration", "claim_outcomes"]

SURE = 0.8
"""Claims with at least this confidence are those that people are told to rely on."""
_BINS = 10


class ClaimOutcome(NamedTuple):
    """A predicted claim."""

    type: EntityType
    relation: Relation
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The claims whose confidence lies above ``low`` (from it, in the first bin) and up to ``high``."""

    low: float
    high: float
    claims: int
    confidence: float
    """The mean of theirs, 0 to 1; 0 where there is no claim."""
    right: float
    """The share of them that is right, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How confidence and correctness of claims agree."""

    claims: int
    bins: tuple[ReliabilityBin, ...]
    """The reliability curve, from low confidence to high."""
    expected_error: float
    """The expected calibration error, 0 to 1."""
    sure: int
    """Claims with a confidence of at least 0.8."""
    sure_right: int

    @property
    def sure_precision(self) -> float:
        """The share of the sure claims that is right, in %."""
        return 100 * self.sure_right / self.sure if self.sure else 0.0


def calibration(
    gold: Mapping[str, PaperRecord], predicted: Mapping[str, PaperRecord], *, bins: int = _BINS
) -> Calibration:
    """Compare the confidence of claims with how often they are right.

    A claim is right when its entity is matched to a gold entity of the paper at level ``typed`` and the gold
    entity has the claim's relation. The expected calibration error is the mean distance between confidence
    and share of right claims over bins of equal width, weighted by their claims: C. Guo, G. Pleiss, Y. Sun
    and K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017, equation 3.

    Args:
        gold: By paper id; only these papers count.
        predicted: By paper id, with confidences.
        bins: How many bins of equal width the curve has.

    Raises:
        KgError: A predicted claim has no confidence.
    """
    counts = [0] * bins
    sums = [0.0] * bins
    rights = [0] * bins
    sure = sure_right = 0
    for claim in claim_outcomes(gold, predicted):
        confidence, right = claim.confidence, claim.right
        # Bins are closed above, as in the paper.
        at = next((k for k in range(bins) if confidence <= (k + 1) / bins), bins - 1)
        counts[at] += 1
        sums[at] += confidence
        rights[at] += right
        if confidence >= SURE:
            sure += 1
            sure_right += right
    total = sum(counts)
    curve = tuple(
        ReliabilityBin(k / bins, (k + 1) / bins, n, sums[k] / n if n else 0.0, rights[k] / n if n else 0.0)
        for k, n in enumerate(counts)
    )
    error = sum(one.claims * abs(one.right - one.confidence) for one in curve) / total if total else 0.0
    return Calibration(total, curve, error, sure, sure_right)


def claim_outcomes(
    gold: Mapping[str, PaperRecord], predicted: Mapping[str, PaperRecord]
) -> Iterator[ClaimOutcome]:
    """Each predicted claim of the gold papers, and whether it is right.

    Raises:
        KgError: A predicted claim has no confidence.
    """
    for id_, record in gold.items():
        if (other := predicted.get(id_)) is None:
            continue
        matched = {j: i for i, j in match(record.entities, other.entities, fits_level("typed"))}
        for j, entity in enumerate(other.entities):
            if len(entity.confidences) != len(entity.relations):
                raise KgError(
                    f"the claims of the paper {id_} have no confidence; "
                    'give "confidences" beside "relations", or score a graph or an extractor'
                )
            true = record.entities[matched[j]].relations if j in matched else ()
            for relation, confidence in zip(entity.relations, entity.confidences, strict=True):
                yield ClaimOutcome(entity.type, relation, confidence, relation in true)
