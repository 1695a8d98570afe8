"""Short forms and their long forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extraction.abbreviations import find_short_forms


def pairs(text: str) -> list[tuple[str, str]]:
    return [
        (text[pair.long_start : pair.long_end], text[pair.short_start : pair.short_end])
        for pair in find_short_forms(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We use a large language model (LLM).", [("large language model", "LLM")]),
        ("Many large language models (LLMs) exist.", [("large language models", "LLMs")]),
        ("with chain-of-thought (CoT) prompts", [("chain-of-thought", "CoT")]),
        (
            "by reinforcement learning with verifiable rewards (RLVR)",
            [("reinforcement learning with verifiable rewards", "RLVR")],
        ),
        ("the vision foundation model (VFM, e.g., one of ours)", [("vision foundation model", "VFM")]),
        ("We call it GLOW (gated layers of wonder).", [("gated layers of wonder", "GLOW")]),
        ("two: mean absolute error (MAE) and F1 (higher is better)", [("mean absolute error", "MAE")]),
    ],
)
def test_pairs_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "We train it (see Table 2) for long.",
        "a model (ours) of Rome (Italy)",
        "It stops. The rest (QXZ) is not spelled out.",
        "GPT-4 (2023) and (LLM)",
        "()",
    ],
)
def test_other_parentheses_are_no_pairs(text: str) -> None:
    assert pairs(text) == []


@given(st.text(st.sampled_from("abAB ()[]-.,;'s“”\n")) | st.text())
def test_any_text_gives_offsets_into_it(text: str) -> None:
    for pair in find_short_forms(text):
        assert 0 <= pair.long_start < pair.long_end <= len(text)
        assert 0 <= pair.short_start < pair.short_end <= len(text)
