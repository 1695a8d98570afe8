"""Texts from papers as plain text for a terminal: nothing in them moves a cursor, and widths are known."""

from __future__ import annotations

import re
from typing import Final

import wcwidth

_SPACE: Final = re.compile(r"[\t\n\r\v\f\x85\u2028\u2029]+")
# Directional overrides are taken out too: they make a title read as something that it is not.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """A text on one line without control characters.

    Line breaks and tabs become a space; each other control character becomes its picture (``␛`` for escape)
    or U+FFFD, so that it is seen and does nothing.
    """
    return _CONTROL.sub(_picture, _SPACE.sub(" ", text))


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "\ufffd"


def width(text: str) -> int:
    """How many columns a plain text takes in a terminal."""
    return len(text) if text.isascii() else wcwidth.width(text)


def clip(text: str, columns: int) -> str:
    """A plain text cut to a number of columns, with ``…`` where something was left out."""
    if width(text) <= columns:
        return text
    if columns < 1:
        return ""
    return wcwidth.clip(text, 0, columns - 1).rstrip() + "…"


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """A plain text filled with spaces to a number of columns, to its left when ``right``."""
    spaces = " " * (columns - width(text))
    return spaces + text if right else text + spaces
