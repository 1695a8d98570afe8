"""Which way a metric goes."""

from __future__ import annotations

import re
from typing import Final

_LOWER: Final = re.compile(
    r"\b(?:(?i:errors?|\w*perplexity|ppl|latency|delay|runtime|time|loss|brier|hallucinations?|regret|carbon"
    r"|distance|divergence)"
    r"|(?:bpc|bpb|fid|fvd|kid|wer|cer|der|eer|mae|mse|n?rmse|nmse|s?mape|mpjpe|lpips)"
    r"|BPC|BPB|FID|FVD|KID|WER|CER|DER|PER|TER|EER|MAE|MSE|N?RMSE|NMSE|S?MAPE|MPJPE|LPIPS)\b"
)
_REDUCED: Final = re.compile(r"\b(?:reduction|reduced|detection|correction)", re.IGNORECASE)


def lower_is_better(metric: str) -> bool:
    """Whether a metric's name says that less of it is better: an error, a loss, a distance, a delay."""
    return bool(_LOWER.search(metric)) and not _REDUCED.search(metric)
