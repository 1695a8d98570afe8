from __future__ import annotations

import pytest

from kg.queries.boards import lower_is_better


@pytest.mark.parametrize(
    "metric",
    [
        "WER",
        "word error rate",
        "Fréchet inception distance",
        "perplexity",
        "inference latency",
        "RMSE",
        "fid",
        "MAE",
    ],
)
def test_of_errors_distances_and_delays_less_is_better(metric: str) -> None:
    assert lower_is_better(metric)


@pytest.mark.parametrize(
    "metric",
    [
        "accuracy",
        "F1 score",
        "power",
        "error reduction",
        "accuracy per class",
        "lossless compression ratio",
        "hyper volume",
    ],
)
def test_of_anything_else_more_is_better(metric: str) -> None:
    assert not lower_is_better(metric)
