"""Names as the last part of an IRI."""

from __future__ import annotations

import re
import unicodedata

_SPELLED_OUT = (("+", "-plus"), ("#", "-sharp"), ("@", "-at-"))
_SEPARATORS = re.compile(r"[^\w.]+|_+")
_OUTER = re.compile(r"^[-.]+|[-.]+$")


def slugify(name: str) -> str:
    """A name in lower case without diacritics, words joined by single hyphens.

    Letters of every script, digits and inner full stops are kept; ``+``, ``#`` and ``@`` are spelled out, so
    that ``C``, ``C++`` and ``C#`` differ. Idempotent. Empty if the name holds no letter and no digit.

    >>> slugify("Qwen2.5-VL"), slugify("Gödel Machine"), slugify("C++"), slugify("pass@1")
    ('qwen2.5-vl', 'godel-machine', 'c-plus-plus', 'pass-at-1')
    """
    text = _bare(_bare(name).lower())
    for sign, word in _SPELLED_OUT:
        text = text.replace(sign, word)
    text = _SEPARATORS.sub("-", text)
    return _OUTER.sub("", re.sub(r"-*\.*-+\.*-*", "-", text))


def _bare(text: str) -> str:
    """NFKD without the marks; composed again for scripts whose letters are compositions, such as Hangul."""
    letters = "".join(
        c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M")
    )
    return unicodedata.normalize("NFC", letters)
