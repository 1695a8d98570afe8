"""Annotated papers for the tests, with texts written for them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

Value = dict[str, Any]

GRAPHEX: Value = {
    "id": "2401.00001",
    "title": "Graphex: Ranking with graph neural networks",
    "abstract": "We propose Graphex, a graph neural network (GNN) for link prediction. "
    "Graphex reaches 91.5% accuracy on ImageNet.",
    "entities": [
        {"name": "Graphex", "aliases": [], "type": "Method", "relations": ["introduces"]},
        {
            "name": "graph neural network",
            "aliases": ["graph neural networks", "GNN"],
            "type": "Method",
            "relations": ["uses"],
        },
        {"name": "link prediction", "aliases": [], "type": "Task", "relations": ["addresses"]},
        {"name": "ImageNet", "aliases": [], "type": "Benchmark", "relations": ["evaluatesOn"]},
        {"name": "accuracy", "aliases": [], "type": "Metric", "relations": ["measures"]},
    ],
    "results": [
        {
            "subject": "Graphex",
            "benchmark": "ImageNet",
            "metric": "accuracy",
            "value": "91.5",
            "unit": "%",
            "kind": "absolute",
            "baseline": None,
        }
    ],
}
TREES: Value = {
    "id": "2401.00002",
    "title": "Reward trees for dialogue",
    "abstract": "We train reward trees with reinforcement learning on MultiWOZ and compare them with GPT-4.",
    "entities": [
        {"name": "reward trees", "aliases": [], "type": "Method", "relations": ["introduces"]},
        {"name": "reinforcement learning", "aliases": [], "type": "Method", "relations": ["uses"]},
        {"name": "MultiWOZ", "aliases": [], "type": "Dataset", "relations": ["trainsOn"]},
        {"name": "GPT-4", "aliases": [], "type": "Model", "relations": ["comparesWith"]},
    ],
    "results": [],
}


def entity(
    name: str, type: str = "Method", *relations: str, aliases: tuple[str, ...] = (), **more: Any
) -> Value:
    return {
        "name": name,
        "type": type,
        "aliases": list(aliases),
        "relations": list(relations or ("uses",)),
        **more,
    }


def result(value: str, kind: str = "absolute", **names: str) -> Value:
    return {"value": value, "kind": kind, "unit": "", **names}


def paper(*entities: Value, id: str = "2401.00003", results: tuple[Value, ...] = ()) -> Value:
    return {"id": id, "entities": list(entities), "results": list(results)}


def without_text(value: Value) -> Value:
    return {key: value[key] for key in ("id", "entities", "results")}


def write(path: Path, *values: Value) -> Path:
    """Write JSON Lines, gzipped where the name says so."""
    text = "".join(json.dumps(value) + "\n" for value in values).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path
