"""What the components of the pipeline learn about one paper, each from those before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt
from spacy.tokens import Doc

from kg.extraction.candidates import Span
from kg.extraction.tokens import Tokens
from kg.records import EntityType, LocalEntity, Result

__all__ = ["Found", "Reading", "reading"]

_KEY = "kg.reading"


@dataclass(frozen=True, slots=True)
class Found:
    """A span that names something, as a component that finds names hands it on."""

    span: Span
    key: str
    """Its folded text; mentions with the same key are one thing."""
    probabilities: tuple[float, ...]
    """Of each of ``ENTITY_TYPES``; what lacks to 1 is the probability that it names nothing of interest."""
    chosen: bool
    """Whether it is a name where it stands; otherwise only if the same name is one elsewhere in the paper."""


@dataclass(slots=True)
class Reading:
    """A paper in the pipeline: its title, a line feed, and its abstract are the text of the ``Doc``."""

    text: str
    title_length: int
    sentences: list[tuple[int, int]] = field(default_factory=list)
    """Offsets into the text; the title is the first."""
    tokens: Tokens = field(init=False)
    title_tokens: int = 0
    concepts: dict[Span, tuple[str, EntityType]] = field(default_factory=dict)
    """The vocabulary's slug and type for spans that it names."""
    pairs: list[tuple[Span, Span]] = field(default_factory=list)
    """Long and short forms that the text introduces together."""
    found: list[Found] = field(default_factory=list)
    """Names, in reading order; those chosen do not overlap."""
    relation_odds: dict[Span, npt.NDArray[np.float32]] = field(default_factory=dict)
    """For spans of names, the logarithms of the probabilities of ``RELATIONS``, by their own place alone."""
    entities: list[LocalEntity] = field(default_factory=list)
    entity_spans: list[list[Span]] = field(default_factory=list)
    """The tokens of the mentions of each entity."""
    results: list[Result] = field(default_factory=list)

    def quote(self, span: Span) -> str:
        """The text of a span."""
        return self.text[self.tokens.starts[span.first] : self.tokens.ends[span.last]]


def reading(doc: Doc) -> Reading:
    """The reading of a document that the extractor made."""
    return cast(Reading, doc.user_data[_KEY])


def attach(doc: Doc, one: Reading) -> None:
    """Let a document carry a reading."""
    doc.user_data[_KEY] = one
