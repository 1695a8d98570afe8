"""What an extractor is: ours, or anybody's that is registered under the entry point group of this module."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from kg.records import Extraction, Vocabulary

__all__ = ["GROUP", "ExtractorFactory", "Outcome", "Text", "TextExtractor"]

GROUP: Final = "paperkg.extractors"
"""The entry point group whose names ``--extractor`` takes; each refers to an `ExtractorFactory`."""

Text = tuple[str, str]
"""A title and an abstract; either may be empty."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one text."""

    extraction: Extraction | None
    """None where the text could not be read: the paper then stays without entities, and is tried again by
    the next build."""
    problems: tuple[str, ...] = ()
    """What the user should know, each in one line; a build reports them with the paper."""


class TextExtractor(Protocol):
    """What turns titles and abstracts into extractions.

    It must guarantee that

    - the offsets of an extraction are code points into the title or abstract that it was given, end
      exclusive, and the text of a mention is the very substring there; what is not is left out;
    - each text is read by itself: whatever stands before or after it in the stream, it gives the same;
    - the same text gives the same extraction as long as the fingerprint is the same.

    It should be picklable, to be used by several processes; one that is not is used by one.
    """

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text may give something else; extractions are kept by it."""

    def extract_many(self, texts: Iterable[Text]) -> Iterator[Extraction | Outcome]:
        """What was read from each (title, abstract), in order: an extraction, or an outcome with problems.

        An exception costs the text at which it is raised, and is reported; a `kg.KgError` ends the build.
        """


class ExtractorFactory(Protocol):
    """What an entry point refers to: a function, or a class."""

    def __call__(self, vocabulary: Vocabulary, **options: str) -> TextExtractor:
        """Make an extractor.

        Args:
            vocabulary: The terms that are known beforehand.
            options: Those of ``--extractor-option KEY=VALUE``.

        Raises:
            UsageError: An option is wrong or lacks.
        """
