"""What the extractor has learnt, read from a folder."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from kg.errors import KgError
from kg.extraction.lexicon import Lexicon, load_lexicon
from kg.extraction.linear import LinearModel, load_model
from kg.extraction.network import Network, load_network

__all__ = ["MODEL_FILES", "Parameters", "load_parameters"]

MODEL_FILES = (
    "lexicon.json.gz",
    "network.npz",
    "names.json.gz",
    "relations.json.gz",
    "numbers.json.gz",
    "links.json.gz",
)
"""What a folder of a trained extractor holds."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """All that is learnt."""

    lexicon: Lexicon
    network: Network
    names: LinearModel
    relations: LinearModel
    numbers: LinearModel
    links: LinearModel
    fingerprint: str
    """Of the bytes of all files."""


def load_parameters(folder: Path | None = None) -> Parameters:
    """Read a trained extractor.

    Args:
        folder: As ``kg train`` writes it; the one of the package when None.

    Raises:
        KgError: A file is missing or is not what it should be.
    """
    return _load(folder or Path(str(files("kg.extraction"))) / "data")


@lru_cache(maxsize=2)
def _load(folder: Path) -> Parameters:
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise KgError(f"there is no {name} in it; give a folder that kg train wrote", where=str(folder))
    try:
        lexicon = load_lexicon(folder / "lexicon.json.gz")
        network, digest = load_network(folder / "network.npz", lexicon)
        linear = [
            load_model(folder / f"{name}.json.gz") for name in ("names", "relations", "numbers", "links")
        ]
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise KgError(f"it holds no trained extractor ({error})", where=str(folder)) from error
    (names, relations, numbers, links), digests = zip(*linear, strict=True)
    whole = "\0".join((lexicon.fingerprint, digest, *digests))
    fingerprint = hashlib.sha256(whole.encode()).hexdigest()
    return Parameters(lexicon, network, names, relations, numbers, links, fingerprint)
