"""How sure a claim is: what the models say of it, calibrated on papers that they have not seen."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kg.files import replacing
from kg.records import EntityType, Relation

__all__ = ["Confidence", "load_confidence", "log_odds", "save_confidence"]

_LEAST = 0.01


def log_odds(chance: float) -> float:
    """Of a chance that is kept between 0.01 and 0.99."""
    chance = min(max(chance, _LEAST), 1 - _LEAST)
    return math.log(chance / (1 - chance))


@dataclass(frozen=True, slots=True)
class Confidence:
    """Platt scaling (1999) with an offset for each type and relation: a sigmoid of the chance's log odds.

    Without arguments, confidence is the chance itself.
    """

    slope: float = 1.0
    intercept: float = 0.0
    types: Mapping[EntityType, float] = field(default_factory=dict)
    relations: Mapping[Relation, float] = field(default_factory=dict)

    def __call__(self, chance: float, type_: EntityType, relation: Relation) -> float:
        """The confidence of a claim, 0.01 to 0.99 with two digits.

        Args:
            chance: That the paper names such a thing and has this relation to it, as the models say.
            type_: The thing's.
            relation: The paper's to it.
        """
        odds = self.slope * log_odds(chance) + self.intercept
        odds += self.types.get(type_, 0.0) + self.relations.get(relation, 0.0)
        return round(min(max(1 / (1 + math.exp(-odds)), _LEAST), 1 - _LEAST), 2)


def load_confidence(path: Path) -> tuple[Confidence, str]:
    """Read what `save_confidence` wrote, and the digest of its file."""
    text = path.read_bytes()
    return Confidence(**json.loads(text)), hashlib.sha256(text).hexdigest()


def save_confidence(confidence: Confidence, path: Path) -> None:
    """Write a calibration as JSON."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(asdict(confidence), indent=2) + "\n", encoding="utf-8")
