"""Extractors by their names: ours, and those that other packages register."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from kg.errors import KgError, UsageError
from kg.extraction.protocol import GROUP
from kg.extraction.verify import CheckedExtractor
from kg.records import Vocabulary

__all__ = ["DEFAULT_EXTRACTOR", "extractor_names", "make_extractor"]

DEFAULT_EXTRACTOR: Final = "model"
OURS: Final = {
    "model": "kg.extraction.extractor:Extractor",
    "rules": "kg.extraction.rules:RulesExtractor",
    "transformer": "kg.extraction.transformer:TransformerExtractor",
    "llm": "kg.extraction.llm:LlmExtractor",
}
"""As ``pyproject.toml`` registers them; theirs even where the package is run from a folder."""
_CHECKS = "1"
"""Changes with what is verified."""


def extractor_names() -> list[str]:
    """The names that `make_extractor` knows: ours first, then those that other packages register."""
    return [*OURS, *sorted({one.name for one in entry_points(group=GROUP)} - OURS.keys())]


def make_extractor(
    name: str = DEFAULT_EXTRACTOR,
    vocabulary: Vocabulary | None = None,
    options: Mapping[str, str] | None = None,
) -> CheckedExtractor:
    """Make an extractor by its name. This is the one place where extractors are made.

    Args:
        name: ``model``, ``rules``, ``transformer``, ``llm``, or one that is registered under the entry point
            group ``paperkg.extractors``; see `kg.extraction.ExtractorFactory`.
        vocabulary: The terms that are known beforehand; none by default.
        options: What its factory takes beside the vocabulary.

    Returns:
        The extractor; whatever it hands over is verified, see `kg.extraction.verify`.

    Raises:
        UsageError: There is no extractor of this name, or an option is wrong.
        KgError: It can't be loaded or made.
    """
    vocabulary = Vocabulary() if vocabulary is None else vocabulary
    point = _entry_point(name)
    try:
        factory = point.load()
    except (ImportError, AttributeError) as error:
        raise KgError(
            f"can't load {point.value} ({' '.join(str(error).split())}); install or mend the package that"
            " brings it",
            where=f"extractor {name}",
        ) from error
    _check_options(factory, name, vocabulary, options or {})
    try:
        extractor = factory(vocabulary, **(options or {}))
        fingerprint = extractor.fingerprint
    except KgError as error:
        if error.where:
            raise
        raise type(error)(error.message, where=f"extractor {name}") from error
    except Exception as error:
        raise KgError(
            f"can't be made: {type(error).__name__}: {' '.join(str(error).split())}",
            where=f"extractor {name}",
        ) from error
    if not isinstance(fingerprint, str) or not fingerprint:
        raise KgError("has no fingerprint; it must be a text", where=f"extractor {name}")
    whole = "\0".join((_CHECKS, name, point.value, fingerprint, vocabulary.fingerprint))
    return CheckedExtractor(extractor, vocabulary, hashlib.sha256(whole.encode()).hexdigest())


def _entry_point(name: str) -> EntryPoint:
    if name in OURS:
        return EntryPoint(name, OURS[name], GROUP)
    found = {one.value: one for one in entry_points(group=GROUP, name=name)}
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise UsageError(
            f"several packages register it ({', '.join(sorted(found))}); uninstall all but one",
            where=f"--extractor {name}",
        )
    names = extractor_names()
    near = get_close_matches(name, names, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise UsageError(f"there is no extractor {name!r}{hint}; there are: {', '.join(names)}")


def _check_options(factory: Any, name: str, vocabulary: Vocabulary, options: Mapping[str, str]) -> None:
    try:
        signature = inspect.signature(factory)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(vocabulary, **options)
    except TypeError as error:
        takes = [
            one.name + ("" if one.default is one.empty else " (optional)")
            for one in list(signature.parameters.values())[1:]
            if one.kind is not one.VAR_KEYWORD
        ]
        raise UsageError(
            f"{error}; its options are: {', '.join(takes) or 'none'}", where=f"extractor {name}"
        ) from error
