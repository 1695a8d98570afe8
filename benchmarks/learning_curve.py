r"""Annotated papers against F1: the extractor trained on more and more of them, scored on others.

    python -m benchmarks.learning_curve data/annotations/train.jsonl data/annotations/own.jsonl \
        --gold data/annotations/validation.jsonl --metadata arxiv-cs.jsonl.gz --sizes 250 500 1000 2000 4171

Each is trained without pretraining and self-training, on papers drawn by lot: the same lot, so that more
papers hold the fewer ones.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from pathlib import Path

import kg
from kg.evaluation import evaluate

LEVELS = ("found", "typed", "edge", "result")


def main() -> None:
    """Print a table of F1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("annotations", type=Path, nargs="+")
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--metadata", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", required=True)
    parser.add_argument("--workers", type=int, default=1)
    args = parser.parse_args()
    lines = [line for file in args.annotations for line in file.read_text(encoding="utf-8").splitlines()]
    lines.sort(key=lambda line: hashlib.sha256(json.loads(line)["id"].encode()).digest())
    print("papers" + "".join(f"{level:>9}" for level in LEVELS))
    for size in args.sizes:
        with tempfile.TemporaryDirectory() as folder:
            part = Path(folder) / "annotations.jsonl"
            part.write_text("\n".join(lines[:size]) + "\n", encoding="utf-8")
            report = kg.train(
                part,
                args.metadata,
                output=Path(folder) / "model",
                options=kg.TrainingOptions(pretraining=kg.PretrainingOptions(texts=0), unlabelled=0),
                workers=args.workers,
            )
            scores = evaluate(
                args.gold,
                metadata=args.metadata,
                extractor="model",
                extractor_options={"model": str(report.folder)},
            ).scores
        row = "".join(f"{scores.levels[level].f1:9.1f}" for level in LEVELS)
        print(f"{report.annotated:6}{row}", flush=True)


if __name__ == "__main__":
    main()
