"""The vocabulary's labels and aliases, found in texts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spacy.language import Language
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc
from spacy.util import filter_spans

from kg.extraction.tokens import words
from kg.records import Vocabulary

__all__ = ["ConceptMatcher"]

_SHORT = 5
_WORDS_OF_PROSE = words(
    """adam apps arc atlas bold chain clip coco comet copa crow dial echo fever flan focal gem glue hits
    jigsaw laser lasso math moss opus orca phi pile react recall ring rouge sam see spider stanford swag
    time vision wino"""
)
"""Names in lower case that are words too: only their own spelling counts."""


class ConceptMatcher:
    """Finds the longest phrases of a vocabulary.

    A short form or a name that is also a word counts only as it is spelled; any other phrase in any case,
    with hyphens or spaces, in singular or plural.

    Args:
        nlp: The pipeline whose tokenizer and strings are shared.
        vocabulary: The concepts. Where two claim a phrase, the one whose label it is has it.
    """

    def __init__(self, nlp: Language, vocabulary: Vocabulary) -> None:
        self._loose = PhraseMatcher(nlp.vocab, attr="LOWER")
        self._exact = PhraseMatcher(nlp.vocab, attr="ORTH")
        self._slug: dict[int, str] = {}
        taken: set[tuple[bool, str]] = set()
        phrases = [(concept.label, slug) for slug, concept in sorted(vocabulary.concepts.items())]
        phrases += [
            (alias, slug)
            for slug, concept in sorted(vocabulary.concepts.items())
            for alias in concept.aliases
        ]
        found: dict[tuple[bool, str], list[str]] = {}
        for phrase, slug in phrases:
            exact = _counts_as_spelled(phrase)
            for variant in _variants(phrase, exact):
                key = (exact, variant if exact else variant.lower())
                if key not in taken:
                    taken.add(key)
                    found.setdefault((exact, slug), []).append(variant)
        for (exact, slug), variants in found.items():
            matcher = self._exact if exact else self._loose
            matcher.add(slug, [nlp.make_doc(variant) for variant in variants])
            self._slug[nlp.vocab.strings[slug]] = slug

    def __call__(self, doc: Doc) -> list[tuple[int, int, str]]:
        """Offsets of the phrases in the text, and the concept of each; they do not overlap."""
        spans = [*self._exact(doc, as_spans=True), *self._loose(doc, as_spans=True)]
        return [(span.start_char, span.end_char, self._slug[span.label]) for span in filter_spans(spans)]


def _counts_as_spelled(phrase: str) -> bool:
    if " " in phrase:
        return False
    if phrase.lower() in _WORDS_OF_PROSE:
        return True
    return len(phrase) <= _SHORT and not phrase.islower()


def _variants(phrase: str, exact: bool) -> Iterable[str]:
    """A phrase with its hyphens as spaces and the other way round, each in singular and plural."""
    bases = [phrase]
    if not exact:
        if "-" in phrase:
            bases.append(phrase.replace("-", " "))
        parts = phrase.split()
        if 1 < len(parts) <= 4 and all(part.isalpha() for part in parts):
            bases.extend(
                " ".join([*parts[:i], f"{parts[i]}-{parts[i + 1]}", *parts[i + 2 :]])
                for i in range(len(parts) - 1)
            )
            bases.append("-".join(parts))
    for base in dict.fromkeys(bases):
        yield base
        if base[-1:].isalpha() and not base.endswith("s"):
            if base.endswith("y") and base[-2:-1] not in "aeiouAEIOU" and base.islower():
                yield base[:-1] + "ies"
            elif re.search(r"(?:ch|sh|x|z)$", base):
                yield base + "es"
            else:
                yield base + "s"
        elif not exact and base.endswith("s") and not base.endswith(("ss", "us", "is")) and len(base) > 4:
            yield base[:-1]
