"""The relations in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kg.records import Relation

VERBS: Final[Mapping[Relation, tuple[str, str]]] = {
    "introduces": ("introduces", "introduce"),
    "trainsOn": ("trains on", "train on"),
    "evaluatesOn": ("evaluates on", "evaluate on"),
    "comparesWith": ("compares with", "compare with"),
    "uses": ("uses", "use"),
    "addresses": ("addresses", "address"),
    "measures": ("measures", "measure"),
    "mentions": ("mentions", "mention"),
}
"""Each relation with one paper or author as the subject, and with several."""
BACK: Final[Mapping[Relation, str]] = {
    "introduces": "Introduced by",
    "trainsOn": "Trained on by",
    "evaluatesOn": "Evaluated on by",
    "comparesWith": "Compared against by",
    "uses": "Used by",
    "addresses": "Addressed by",
    "measures": "Measured by",
    "mentions": "Mentioned by",
}
"""The heading over the papers that stand in each relation to an entity."""
