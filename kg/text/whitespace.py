"""Lines, spaces and fences as files wrap them."""

from __future__ import annotations

import re
import unicodedata

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*[\w+-]*[ \t]*$\n?", re.MULTILINE)
_BREAK = re.compile(r"[ \t]*(?:\r\n?|[\n\x0b\x0c\x85\u2028\u2029])[ \t\r\n\x0b\x0c\x85\u2028\u2029]*")
_COMPOUND = re.compile(r"(?<=[^\W\d_])([-\u2010])\n(?=[^\W_])")
_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\u00ad]")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis)\b")


def tidy(text: str) -> str:
    """One line of plain text: NFC, hard-wrapped lines joined, every run of white space one space.

    Soft hyphens, byte-order marks, zero-width spaces and control characters are gone.
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join("".join(" " if _is_control(c) else c for c in join_lines(text)).split())


def join_lines(text: str) -> str:
    r"""Text with its hard-wrapped lines joined.

    A line that ends in a hyphen inside a compound is joined without a space and keeps the hyphen, as arXiv
    wraps at hyphens and never hyphenates words; a suspended hyphen keeps its space.

    >>> join_lines("retrieve-\nentangling retrieval"), join_lines("pre-\nand post-training")
    ('retrieve-entangling retrieval', 'pre- and post-training')
    """
    text = _BREAK.sub("\n", text.strip())
    parts = _COMPOUND.split(text)
    joined = parts[0]
    for hyphen, rest in zip(parts[1::2], parts[2::2], strict=True):
        joined += hyphen + (" " if _SUSPENDED.match(rest) else "") + rest
    return joined.replace("\n", " ")


def paragraphs(text: str) -> str:
    """Text with its lines trimmed, its spaces single, and one blank line between paragraphs."""
    lines = (" ".join(line.split()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def strip_code_fences(text: str) -> str:
    """Text without the lines that only open or close a code block."""
    return _FENCE.sub("", text)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) == "Cc"
