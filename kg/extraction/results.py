"""Numbers tied to names."""

from __future__ import annotations

from kg.extraction.reading import Reading
from kg.records import Result


def find_results(reading: Reading) -> list[Result]:
    """To be written next."""
    return []
