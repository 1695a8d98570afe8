"""Short forms and their long forms, after Schwartz and Hearst."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kg.extraction.tokens import words

__all__ = ["ShortForm", "find_short_forms"]

_PARENTHESIS = re.compile(r"[(\[]([^()\[\]]{2,80})[)\]]")
_MAX_SHORT_WORDS = 2
_MAX_SHORT_LENGTH = 14
_MAX_LONG_LENGTH = 160
_CUT = re.compile(r"[;,:]|\b(?:i\.e\.|e\.g\.|also|called|termed|abbreviated|hereafter|or|short for)\s")
_SENTENCE_STOP = re.compile(r"[.!?;:]\s|[()\[\]]")
_WORD = re.compile(r"\S+")
_OPEN_EDGE = " \t\n-–—/,\"'“‘"
_LEADING = words(
    """a an the our this that these those of in on for with to and or by via as from using called named use
    uses is are be we propose proposed introduce novel new standard traditional existing"""
)
_PLURAL = re.compile(r"(?<=[A-Z0-9])(?:'?s)$")


@dataclass(frozen=True, slots=True)
class ShortForm:
    """A pair that a text introduces, as offsets into it."""

    long_start: int
    long_end: int
    short_start: int
    short_end: int


def find_short_forms(text: str) -> list[ShortForm]:
    """Find ``long form (SF)`` and ``SF (long form)`` pairs.

    The algorithm is that of A. S. Schwartz and M. A. Hearst, "A simple algorithm for identifying abbreviation
    definitions in biomedical text", Pacific Symposium on Biocomputing 8 (2003): the characters of the short
    form are matched from right to left against the words before the parenthesis, at most
    ``min(|SF| + 5, 2 |SF|)`` words away, and its first character must begin a word. Added to it: a plural "s"
    at the end of a short form needs no match, and a long form begins with no article and no preposition.

    Args:
        text: A title or abstract.

    Returns:
        The pairs in reading order of the parentheses.
    """
    pairs: list[ShortForm] = []
    for match in _PARENTHESIS.finditer(text):
        inner_start = match.start(1)
        cut = _CUT.search(match[1])
        inner = (match[1][: cut.start()] if cut and cut.start() > 0 else match[1]).rstrip()
        inner_start += len(inner) - len(inner.lstrip())
        inner = inner.strip(" \"'“”‘’")
        inner_start = text.find(inner, inner_start)
        before_end = len(text[: match.start()].rstrip(" \"'“”‘’"))
        if _is_short_form(inner):
            long = _long_form_before(text, before_end, inner)
            if long is not None:
                pairs.append(ShortForm(long[0], long[1], inner_start, inner_start + len(inner)))
        elif len(inner.split()) > 1:
            short = _short_form_before(text, before_end)
            if short is not None and (start := _align(text[short[0] : short[1]], inner)) is not None:
                start = _strip_leading(inner, start)
                if len(inner[start:].split()) <= _most_words(text[short[0] : short[1]]):
                    pairs.append(ShortForm(inner_start + start, inner_start + len(inner), short[0], short[1]))
    return pairs


def _is_short_form(candidate: str) -> bool:
    if not 2 <= len(candidate) <= _MAX_SHORT_LENGTH or not candidate[0].isalnum():
        return False
    if len(candidate.split()) > _MAX_SHORT_WORDS or not any(map(str.isalpha, candidate)):
        return False
    return sum(map(str.isupper, candidate)) >= 1 + (len(candidate) > 5)


def _most_words(short: str) -> int:
    letters = sum(map(str.isalnum, short))
    return min(letters + 5, letters * 2)


def _long_form_before(text: str, end: int, short: str) -> tuple[int, int] | None:
    window = text[max(0, end - _MAX_LONG_LENGTH) : end]
    stops = list(_SENTENCE_STOP.finditer(window))
    if stops:
        window = window[stops[-1].end() :]
    found = list(_WORD.finditer(window))
    if not found:
        return None
    window = window[found[max(0, len(found) - _most_words(short))].start() :]
    start = _align(short, window)
    if start is None:
        return None
    start = _strip_leading(window, start)
    long = window[start:]
    if len(long) <= len(short) or short in long.split() or not long.strip():
        return None
    return end - len(long), end


def _short_form_before(text: str, end: int) -> tuple[int, int] | None:
    start = end
    while start > 0 and not text[start - 1].isspace() and text[start - 1] not in "([{\"'“‘,;":
        start -= 1
    short = text[start:end]
    if len(short) > 10 or not _is_short_form(short) or sum(map(str.isupper, short)) < 2:
        return None
    return start, end


def _strip_leading(text: str, start: int) -> int:
    while (space := text.find(" ", start)) > 0 and text[start:space].lower().strip(",") in _LEADING:
        start = space + 1
    return start


def _align(short: str, long: str) -> int | None:
    """The offset in ``long`` at which the shortest tail that spells ``short`` begins, or None."""
    for candidate in dict.fromkeys((short, _PLURAL.sub("", short))):
        if (start := _align_exactly(candidate, long)) is not None:
            return start
    return None


def _align_exactly(short: str, long: str) -> int | None:
    position = len(long)
    letters = [character.lower() for character in short if character.isalnum()]
    if not letters:
        return None
    for index in range(len(letters) - 1, -1, -1):
        position -= 1
        while position >= 0 and (
            long[position].lower() != letters[index]
            or (index == 0 and position > 0 and long[position - 1] not in _OPEN_EDGE)
        ):
            position -= 1
        if position < 0:
            return None
    while position > 0 and not long[position - 1].isspace() and long[position - 1] not in "\"'“‘,":
        position -= 1
    return position
