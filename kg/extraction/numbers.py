"""Numbers in a text that may be scores or gains."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

__all__ = ["Number", "find_numbers"]

_DIGITS = r"(?P<value>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_UNIT = (
    r"(?P<unit>\s?\\?%(?:[\s-]?points?\b|\s?pp\b)?|[\s-]?percentage[\s-]points?\b|[\s-]percent\b"
    r"|\s?(?:pp|p\.p\.)(?!\w)|[\s-]points?\b|[\s-]pts?\b|\s?[x×X](?!\w)|\s?times\b|[\s-]?folds?\b)?"
)
_FREE = r"(?![\w^@])(?![.,]\d)"
_NUMBER = re.compile(
    rf"(?:(?<![\w.,/_^@#$€£])(?<!\w[-−–])|(?<=%/))(?P<sign>[+\-−–]?){_DIGITS}{_UNIT}(?:{_FREE}|(?=(?:mAP|nDCG|F1)\b))"
)
_SECOND = re.compile(rf"\s?(?P<to>-|−|–|—|~|to)\s?\+?{_DIGITS}{_UNIT}{_FREE}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it stands in the text."""

    start: int
    end: int
    value: str
    """Its digits with a decimal point, without sign and thousands commas."""
    unit: str
    """``%``, ``points``, ``x`` or empty."""
    sign: str
    """``+``, ``-`` or empty."""


def find_numbers(text: str, start: int, end: int) -> list[Number]:
    """The free-standing numbers between two offsets, with their signs and units.

    Of two in a range ("10 to 20%", "3-5x"), the first takes the unit of the second where it has none. Numbers
    that are part of a name (``GPT-4``, ``8B``), and sums of money, are not free-standing.
    """
    found: list[Number] = []
    position = start
    while match := _NUMBER.search(text, position, end):
        sign = "+" if match["sign"] == "+" else "-" if match["sign"] else ""
        one = _number(match, match.start("sign"), sign)
        second = _SECOND.match(text, one.end, end)
        position = one.end
        if second:
            other = _number(second, second.start("value"), sign)
            found.append(replace(one, unit=one.unit or other.unit))
            found.append(other)
            position = other.end
        else:
            found.append(one)
    return found


def _number(match: re.Match[str], start: int, sign: str) -> Number:
    stop = match.end("unit") if match["unit"] else match.end("value")
    return Number(start, stop, match["value"].replace(",", ""), _unit(match["unit"] or ""), sign)


def _unit(text: str) -> str:
    unit = text.strip(" -\\\xa0").lower()
    if not unit:
        return ""
    if unit.startswith("%"):
        return "points" if "p" in unit else "%"
    if unit == "percent":
        return "%"
    return "points" if unit.startswith("p") else "x"
