from __future__ import annotations

import pytest

from kg.errors import KgError
from kg.evaluation import Calibration, calibration, parse_record
from tests.evaluation.papers import Value, entity, paper


def measured(gold: Value, predicted: Value) -> Calibration:
    one, other = (parse_record(value, where="test") for value in (gold, predicted))
    return calibration({one.id: one}, {other.id: other})


def test_a_claim_is_right_with_the_type_and_the_relation() -> None:
    gold = paper(
        entity("a1", "Method", "uses"), entity("b1", "Model", "uses"), entity("c1", "Task", "addresses")
    )
    predicted = paper(
        entity("a1", "Method", "uses", "mentions", confidences=[0.95, 0.25]),
        entity("b1", "Method", "uses", confidences=[0.85]),
        entity("d1", "Method", "uses", confidences=[0.8]),
        entity("c1", "Task", "addresses", confidences=[1.0]),
    )
    found = measured(gold, predicted)
    assert (found.claims, found.sure, found.sure_right, found.sure_precision) == (5, 4, 2, 50.0)
    bins = {(one.low, one.high): (one.claims, one.right) for one in found.bins if one.claims}
    assert bins == {(0.2, 0.3): (1, 0.0), (0.7, 0.8): (1, 0.0), (0.8, 0.9): (1, 0.0), (0.9, 1.0): (2, 1.0)}


def test_the_expected_error_is_the_mean_distance_weighted_by_claims() -> None:
    # Three claims at 0.6, of which one is right; one at 1.0, which is right.
    gold = paper(entity("a1"), entity("b1"))
    predicted = paper(
        entity("a1", confidences=[0.6]),
        entity("x1", confidences=[0.6]),
        entity("y1", confidences=[0.6]),
        entity("b1", confidences=[1.0]),
    )
    assert measured(gold, predicted).expected_error == pytest.approx(3 / 4 * (0.6 - 1 / 3))


def test_a_perfectly_calibrated_extractor_has_no_error() -> None:
    predicted = paper(entity("a1", confidences=[0.5]), entity("b1", confidences=[0.5]))
    assert measured(paper(entity("a1")), predicted).expected_error == 0.0
    assert measured(paper(entity("a1")), paper()).expected_error == 0.0


def test_claims_without_confidence_are_an_error() -> None:
    with pytest.raises(KgError, match=r"2401\.00003 have no confidence"):
        measured(paper(entity("a1")), paper(entity("a1")))
