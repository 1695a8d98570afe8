"""Reading titles and abstracts: what they name, what the paper does with it, what it reports."""

from __future__ import annotations

from kg.extraction.extractor import Extractor
from kg.extraction.protocol import ExtractorFactory, Outcome, Text, TextExtractor
from kg.extraction.registry import DEFAULT_EXTRACTOR, extractor_names, make_extractor
from kg.extraction.verify import CheckedExtractor, verify

__all__ = [
    "DEFAULT_EXTRACTOR",
    "CheckedExtractor",
    "Extractor",
    "ExtractorFactory",
    "Outcome",
    "Text",
    "TextExtractor",
    "extractor_names",
    "make_extractor",
    "verify",
]
