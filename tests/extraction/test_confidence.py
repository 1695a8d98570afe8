"""Confidence of claims."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kg.extraction.confidence import Confidence, load_confidence, save_confidence

CHANCES = st.floats(0, 1)


@given(CHANCES, CHANCES)
def test_a_likelier_claim_is_never_less_sure(one: float, other: float) -> None:
    confidence = Confidence(0.7, -0.2, {"Task": -0.4}, {"uses": 0.3})
    low, high = sorted((one, other))
    sure = [confidence(chance, "Task", "uses") for chance in (low, high)]
    assert 0 < sure[0] <= sure[1] < 1


def test_types_and_relations_have_offsets_of_their_own() -> None:
    confidence = Confidence(types={"Task": -1.0}, relations={"introduces": 1.0})
    assert confidence(0.5, "Method", "uses") == 0.5
    assert confidence(0.5, "Task", "uses") < 0.5 < confidence(0.5, "Method", "introduces")
    assert confidence(0.5, "Task", "introduces") == 0.5


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    confidence = Confidence(0.8, -0.1, {"Task": -0.4}, {"uses": 0.2})
    save_confidence(confidence, tmp_path / "confidence.json")
    assert load_confidence(tmp_path / "confidence.json")[0] == confidence
