"""How the extractor is trained, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["NetworkOptions", "PretrainingOptions", "TrainingOptions", "TrainingReport"]


@dataclass(frozen=True, slots=True)
class NetworkOptions:
    """The shape of a network and how it is trained."""

    width: int = 192
    convolutions: int = 4
    heads: int = 4
    dropout: float = 0.2
    word_dropout: float = 0.25
    """The share of words that are hidden while training, so that context and affixes count too."""
    rate: float = 2e-3
    """The highest learning rate of AdamW (Loshchilov and Hutter 2019)."""
    slowness: float = 1.0
    """The share of that rate for what the network takes over from another that it begins with."""
    batch: int = 16
    epochs: int = 7
    relations: float = 0.5
    """The weight of the loss of relations."""


@dataclass(frozen=True, slots=True)
class PretrainingOptions:
    """How a network is taught to guess hidden words."""

    texts: int = 100_000
    """How many texts it reads at most."""
    hidden: float = 0.15
    """The share of tokens of which nothing is seen."""
    bare: float = 0.1
    """The share of tokens of which the affixes are seen."""
    sample: int = 2000
    """How many words are drawn that the right one is told from, beside those hidden in the same batch."""
    rate: float = 2e-3
    batch: int = 32
    epochs: int = 2


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How the extractor is trained; written beside what comes of it."""

    seed: int = 0
    pretraining: PretrainingOptions = field(default_factory=PretrainingOptions)
    """Of the network that all others begin with; of no texts, there is none."""
    teachers: int = 2
    """Networks trained on the annotations alone, which together label other abstracts."""
    unlabelled: int = 10_000
    """How many other abstracts they label for the network that is kept (self-training with an ensemble)."""
    share: float = 0.5
    """That of the teachers in a log probability of those labels, beside the linear model's."""
    teacher: NetworkOptions = field(default_factory=lambda: NetworkOptions(slowness=0.3))
    """Its shape is the student's too."""
    student: NetworkOptions = field(
        default_factory=lambda: NetworkOptions(dropout=0.1, word_dropout=0.1, slowness=0.5, epochs=4)
    )


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was trained on, and where it lies."""

    folder: Path
    annotated: int
    labelled: int
    """Abstracts that the teachers labelled."""
    size: int
    """Of the files, in bytes."""
