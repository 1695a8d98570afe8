"""Which way a metric goes."""

from __future__ import annotations

import re
from typing import Final

_LOWER: Final = re.compile(
    r"\b(?:errors?|\w*perplexity|ppl|latency|runtime|loss|bpc|bpb|fid|fvd|kid|wer|cer|der|per|ter|eer|mae|mse|rmse"
    r"|nmse|nrmse|mape|smape|mpjpe|brier|lpips|hallucinations?|regret|carbon|distance|divergence)\b",
    re.IGNORECASE,
)


def lower_is_better(metric: str) -> bool:
    """Whether a metric's name says that less of it is better: an error, a loss, a distance, a delay."""
    return bool(_LOWER.search(metric))
