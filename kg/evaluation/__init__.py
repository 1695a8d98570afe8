"""Measuring extraction and resolution against annotated papers."""

from __future__ import annotations

from kg.evaluation.calibration import Calibration, ReliabilityBin, calibration
from kg.evaluation.errors import ErrorExample, ErrorKind, error_kinds
from kg.evaluation.evaluate import Evaluation, evaluate, extracted_records, graph_records
from kg.evaluation.records import (
    EntityRecord,
    PaperRecord,
    ResultRecord,
    as_record,
    parse_record,
    read_records,
    with_texts,
)
from kg.evaluation.report import EVALUATION_FORMATS, render_evaluation
from kg.evaluation.resolution import ClusterError, ResolutionScores, resolution_scores
from kg.evaluation.scoring import Score, Scores, normal, score

__all__ = [
    "EVALUATION_FORMATS",
    "Calibration",
    "ClusterError",
    "EntityRecord",
    "ErrorExample",
    "ErrorKind",
    "Evaluation",
    "PaperRecord",
    "ReliabilityBin",
    "ResolutionScores",
    "ResultRecord",
    "Score",
    "Scores",
    "as_record",
    "calibration",
    "error_kinds",
    "evaluate",
    "extracted_records",
    "graph_records",
    "normal",
    "parse_record",
    "read_records",
    "render_evaluation",
    "resolution_scores",
    "score",
    "with_texts",
]
