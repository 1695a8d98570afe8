"""Free-standing numbers with their units."""

from __future__ import annotations

import pytest

from kg.extraction.numbers import find_numbers


def numbers(text: str) -> list[tuple[str, str, str]]:
    return [(text[one.start : one.end], one.value, one.unit) for one in find_numbers(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gains +9.02% here", [("+9.02%", "9.02", "%")]),
        ("81 percent of 1,234.5 items", [("81 percent", "81", "%"), ("1,234.5", "1234.5", "")]),
        (
            "by 3.2 points or 4 percentage points",
            [("3.2 points", "3.2", "points"), ("4 percentage points", "4", "points")],
        ),
        (
            "1.5x, 3-fold and 2× faster",
            [("1.5x", "1.5", "x"), ("3-fold", "3", "x"), ("2×", "2", "x")],
        ),
        ("from 10 to 20%", [("10", "10", "%"), ("20%", "20", "%")]),
        ("4-18% better", [("4", "4", "%"), ("18%", "18", "%")]),
        ("an AUC of 0.91.", [("0.91", "0.91", "")]),
        ("scores -0.33 on it", [("-0.33", "0.33", "")]),
    ],
)
def test_numbers_are_read(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(
    "text", ["GPT-4o", "Llama-3.1-8B", "$5", "v2.1", "10K steps", "F1", "x^2", "3D", "a.5"]
)
def test_parts_of_names_are_no_numbers(text: str) -> None:
    assert numbers(f"with {text} in it") == []
