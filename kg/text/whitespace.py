"""Lines, spaces and fences as files wrap them."""

from __future__ import annotations

import re
import unicodedata

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([^`\n]*)")
_HEADING = re.compile(r"#{2,6}\s+\S")
_BREAK = re.compile(r"[ \t]*(?:\r\n?|[\n\x0b\x0c\x85\u2028\u2029])[ \t\r\n\x0b\x0c\x85\u2028\u2029]*")
_COMPOUND = re.compile(r"(?<=[^\W\d_])([-\u2010])\n(?=[^\W_])")
_SUSPENDED = re.compile(r"(?:and|or|to|und|oder|bis)\b")
_INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\u00ad\ufffe\uffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def tidy(text: str) -> str:
    """One line of plain text: NFC, hard-wrapped lines joined, every run of white space one space.

    Soft hyphens, byte-order marks, zero-width spaces and control characters are gone.
    """
    return " ".join(join_lines(_printable(text)).split())


def paragraphs(text: str) -> str:
    """Text as `tidy` gives it, but with its lines kept and one blank line between paragraphs."""
    lines = (" ".join(line.split()) for line in _printable(text).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def join_lines(text: str) -> str:
    r"""Text with its hard-wrapped lines joined.

    A line that ends in a hyphen inside a compound is joined without a space and keeps the hyphen, as arXiv
    wraps at hyphens and never hyphenates words; a suspended hyphen keeps its space.

    >>> join_lines("retrieve-\nentangling retrieval"), join_lines("pre-\nand post-training")
    ('retrieve-entangling retrieval', 'pre- and post-training')
    """
    parts = _COMPOUND.split(_BREAK.sub("\n", text.strip()))
    joined = parts[0]
    for hyphen, rest in zip(parts[1::2], parts[2::2], strict=True):
        joined += hyphen + (" " if _SUSPENDED.match(rest) else "") + rest
    return joined.replace("\n", " ")


def strip_code_fences(text: str) -> str:
    """Text whose stray code fences are blank lines: one that is never closed, or that holds headings.

    Such fences come from a chat assistant's answer pasted into a list. Code blocks stay as they are.
    """
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if not (match := _FENCE.fullmatch(lines[at])):
            at += 1
            continue
        end = _closing_fence(lines, at, match[1])
        named = match[2].strip().lower() not in {"", "markdown", "md", "text"}
        if end is None:
            lines[at] = ""
        elif not named and any(_HEADING.match(line) for line in lines[at + 1 : end]):
            lines[at] = lines[end] = ""
            end = at
        at = (at if end is None else end) + 1
    return "\n".join(lines)


def _closing_fence(lines: list[str], start: int, mark: str) -> int | None:
    for at in range(start + 1, len(lines)):
        match = _FENCE.fullmatch(lines[at])
        if match and match[1].startswith(mark) and not match[2].strip():
            return at
    return None


def _printable(text: str) -> str:
    """NFC without what no line shows; half of a surrogate pair is a lost character."""
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    return unicodedata.normalize("NFC", _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text))
