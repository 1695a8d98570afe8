"""Linear models over named features, as small files that can be read and compared."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["LinearModel", "load_model", "log_softmax", "read_json", "save_json", "softmax", "unpacked"]

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of a multinomial logistic regression.

    Args:
        classes: What is told apart, K of them.
        rows: The row of ``weights`` for each feature.
        weights: ``(features + 1, K)``; the last row is the bias.
    """

    classes: tuple[str, ...]
    rows: dict[str, int]
    weights: Scores

    @property
    def bias(self) -> Scores:
        """``(K,)``."""
        bias: Scores = self.weights[-1]
        return bias

    def find(self, features: Iterable[str]) -> list[int]:
        """The rows of those features that there are weights for, in order."""
        return [row for row in map(self.rows.get, features) if row is not None]

    def sums(self, items: Iterable[Iterable[str]]) -> Scores:
        """The summed weights of each item's features, without the bias: ``(items, K)``."""
        return self.sums_of_rows([self.find(features) for features in items])

    def sums_of_rows(self, items: Sequence[Sequence[int]]) -> Scores:
        """The same, of rows that were found before."""
        ends = np.cumsum([0, *map(len, items)])
        sums = np.zeros((len(items), len(self.classes)), np.float32)
        filled = np.flatnonzero(ends[1:] > ends[:-1])
        if len(filled):
            rows = np.fromiter(chain.from_iterable(items), np.int64, int(ends[-1]))
            sums[filled] = np.add.reduceat(self.weights[rows], ends[filled], axis=0)
        return sums


def softmax(scores: Scores) -> Scores:
    """Probabilities of each row of ``(N, K)`` scores."""
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: Scores = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def log_softmax(scores: Scores) -> Scores:
    """Logarithms of the probabilities of each row of ``(N, K)`` scores."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logarithms: Scores = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logarithms


def read_json(path: Path) -> tuple[Any, str]:
    """The value in a gzipped JSON file, and a digest of its bytes."""
    packed = path.read_bytes()
    return json.loads(gzip.decompress(packed)), hashlib.sha256(packed).hexdigest()


def save_json(value: object, path: Path) -> None:
    """Write a gzipped JSON file; the same value gives the same bytes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def unpacked(value: Mapping[str, Any]) -> LinearModel:
    """The model that a file holds.

    ``features`` are separated by line feeds, and ``weights`` hold, class by class, one whole number per
    feature and the bias last, in units of ``scale``.
    """
    features = value["features"].split("\n") if value["features"] else []
    weights = np.array(value["weights"], np.float32).T * np.float32(value["scale"])
    rows = {feature: row for row, feature in enumerate(features)}
    return LinearModel(tuple(value["classes"]), rows, np.ascontiguousarray(weights))


def load_model(path: Path) -> tuple[LinearModel, str]:
    """Read a model that ``kg train`` wrote, and the digest of its file."""
    value, digest = read_json(path)
    return unpacked(value), digest
