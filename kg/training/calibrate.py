"""Calibrating confidence on annotated papers that nothing was learnt from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.linear_model import LogisticRegression

from kg.evaluation import PaperRecord, as_record
from kg.evaluation.calibration import claim_outcomes
from kg.extraction.confidence import Confidence, log_odds
from kg.extraction.extractor import Extractor
from kg.extraction.parameters import Parameters
from kg.records import ENTITY_TYPES, RELATIONS, Vocabulary

__all__ = ["calibrate"]

_STRENGTH = 0.3
"""Of the offsets: the inverse of the L2 penalty, which keeps those of rare relations near 0."""


def calibrate(
    parameters: Parameters, papers: Mapping[str, PaperRecord], vocabulary: Vocabulary
) -> Confidence:
    """Fit the calibration of claims.

    Args:
        parameters: Whose confidence is still the models' own.
        papers: Annotated papers with their texts, none of them learnt from.
        vocabulary: As the extractor will use it.

    Returns:
        The calibration; the models' own confidence where all claims are right, or all wrong.
    """
    texts = ((paper.title, paper.abstract) for paper in papers.values())
    extractions = Extractor(vocabulary, parameters).extract_many(texts)
    predicted = {
        paper.id: as_record(paper, extraction)
        for paper, extraction in zip(papers.values(), extractions, strict=True)
    }
    claims = list(claim_outcomes(papers, predicted))
    right = np.array([claim.right for claim in claims])
    if len(set(right.tolist())) < 2:
        return parameters.confidence
    rows = np.zeros((len(claims), 1 + len(ENTITY_TYPES) + len(RELATIONS)))
    for row, claim in zip(rows, claims, strict=True):
        row[0] = log_odds(claim.confidence)
        row[1 + ENTITY_TYPES.index(claim.type)] = 1
        row[1 + len(ENTITY_TYPES) + RELATIONS.index(claim.relation)] = 1
    fitted = LogisticRegression(C=_STRENGTH).fit(rows, right)
    slope, *offsets = (round(float(one), 4) for one in fitted.coef_[0])
    return Confidence(
        slope,
        round(float(fitted.intercept_[0]), 4),
        dict(zip(ENTITY_TYPES, offsets[: len(ENTITY_TYPES)], strict=True)),
        dict(zip(RELATIONS, offsets[len(ENTITY_TYPES) :], strict=True)),
    )
