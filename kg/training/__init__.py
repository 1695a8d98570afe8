"""Training what the extractor has learnt; needs the extra ``train``."""

from __future__ import annotations

from kg.training.options import NetworkOptions, PretrainingOptions, TrainingOptions, TrainingReport
from kg.training.train import train

__all__ = ["NetworkOptions", "PretrainingOptions", "TrainingOptions", "TrainingReport", "train"]
