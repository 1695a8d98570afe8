"""What each part of the trained extractor adds: scores with one part left out at a time.

    python -m benchmarks.ablation data/annotations/validation.jsonl --metadata arxiv-cs.jsonl.gz

Parts that only training could leave out (self-training, annotated papers) are in `benchmarks.learning_curve`.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

from kg.evaluation import PaperRecord, extracted_records, read_records, score, with_texts
from kg.extraction import make_extractor
from kg.vocabulary import load_vocabulary

PARTS: Mapping[str, tuple[str, float]] = {
    "relations by the linear model alone": ("kg.extraction.relations.NETWORK", 0.0),
    "relations by the network alone": ("kg.extraction.relations.NETWORK", 1.0),
    "no variants of names brought together": ("kg.extraction.aliases.THRESHOLD", 2.0),
}
"""Settings that leave a part out."""
LEVELS = ("found", "typed", "edge", "result")


def main() -> None:
    """Print a table of F1."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("gold", type=Path)
    parser.add_argument("--metadata", type=Path, help="with the texts that the annotations lack")
    args = parser.parse_args()
    gold = read_records(args.gold)
    if args.metadata:
        gold = with_texts(gold, args.metadata)
    print(f"F1 of {len(gold)} papers" + " " * 22 + "".join(f"{level:>9}" for level in LEVELS))
    print_row("all parts", gold)
    for name, (setting, value) in PARTS.items():
        with patch(setting, value):
            print_row(name, gold)
    print_row("vocabulary left out", gold, vocabulary=False)
    print_row("rules in place of all that is learnt", gold, extractor="rules")


def print_row(
    name: str, gold: Mapping[str, PaperRecord], *, extractor: str = "model", vocabulary: bool = True
) -> None:
    """Extract and score."""
    reader = make_extractor(extractor, load_vocabulary() if vocabulary else None)
    scores = score(gold, extracted_records(gold, reader))
    print(f"{name:40}" + "".join(f"{scores.levels[level].f1:9.1f}" for level in LEVELS), flush=True)


if __name__ == "__main__":
    main()
