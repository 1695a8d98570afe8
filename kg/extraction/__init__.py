"""Reading titles and abstracts: what they name, what the paper does with it, what it reports."""

from __future__ import annotations

from kg.extraction.extractor import Extractor

__all__ = ["Extractor"]
