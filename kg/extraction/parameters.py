"""What the extractor has learnt, read from a folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from kg.errors import KgError
from kg.extraction.confidence import Confidence, load_confidence
from kg.extraction.lexicon import Lexicon, load_lexicon
from kg.extraction.linear import LinearModel, load_model
from kg.extraction.network import Network, load_network

__all__ = ["MODEL_FILES", "Parameters", "load_parameters"]

LINEAR = ("aliases", "relations", "numbers", "links")
"""The linear models, by the name of their file."""
MODEL_FILES = ("lexicon.json.gz", "network.npz", "confidence.json", *(f"{name}.json.gz" for name in LINEAR))
"""What a folder of a trained extractor holds."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """All that is learnt."""

    lexicon: Lexicon
    network: Network
    aliases: LinearModel
    relations: LinearModel
    numbers: LinearModel
    links: LinearModel
    confidence: Confidence
    fingerprint: str
    """Of the bytes of all files."""


def load_parameters(folder: Path | None = None) -> Parameters:
    """Read a trained extractor.

    Args:
        folder: As ``kg train`` writes it; the one of the package when None.

    Raises:
        KgError: A file is missing or is not what it should be.
    """
    return _packaged() if folder is None else _read(folder)


@lru_cache(maxsize=1)
def _packaged() -> Parameters:
    return _read(Path(str(files("kg.extraction"))) / "data")


def _read(folder: Path) -> Parameters:
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise KgError(f"there is no {name} in it; give a folder that kg train wrote", where=str(folder))
    try:
        lexicon = load_lexicon(folder / "lexicon.json.gz")
        network, digest = load_network(folder / "network.npz", lexicon)
        linear = [load_model(folder / f"{name}.json.gz") for name in LINEAR]
        confidence, said = load_confidence(folder / "confidence.json")
    except (OSError, EOFError, TypeError, ValueError, KeyError) as error:
        raise KgError(f"it holds no trained extractor ({error})", where=str(folder)) from error
    (aliases, relations, numbers, links), digests = zip(*linear, strict=True)
    whole = "\0".join((lexicon.fingerprint, digest, said, *digests))
    fingerprint = hashlib.sha256(whole.encode()).hexdigest()
    return Parameters(lexicon, network, aliases, relations, numbers, links, confidence, fingerprint)
