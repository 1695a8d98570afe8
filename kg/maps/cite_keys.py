"""Keys to cite papers by: ``vaswani2017attention``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from kg.maps.collection import PaperFacts

_STOP: Final = frozenset(
    "a an and are as at be beyond by can do does for from how in into is it its not of on one or the to "
    "toward towards via via what when where which who why with without we you your".split()
)
_SPELLED: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i", "ħ": "h"}
)
_SUFFIXES: Final = frozenset(["jr", "sr", "ii", "iii", "iv"])


def cite_keys(papers: Mapping[str, PaperFacts]) -> dict[str, str]:
    """A key for each paper: first author's family name, year, and the title's first telling word.

    Where no author is known, it is two telling words. ASCII letters and digits, in lower case. Where several
    papers would have the same, all but the first, by date and then by paper key, get a, b, … after it, so
    that a newer paper changes no key.

    Args:
        papers: Facts by paper key.
    """
    keys: dict[str, str] = {}
    taken: set[str] = set()
    for paper in sorted(papers, key=lambda key: (papers[key].issued or "9999", key)):
        facts = papers[paper]
        names = [_family(author) for author in facts.authors[:1]]
        words = [word for word in _ascii(facts.title).split() if _telling(word)]
        first, second, *_ = [*filter(None, names), *words, "", ""]
        stem = f"{first or 'paper'}{facts.issued[:4]}{second}"
        key, number = stem, 0
        while key in taken:
            key, number = stem + _letters(number), number + 1
        taken.add(key)
        keys[paper] = key
    return keys


def _telling(word: str) -> bool:
    return len(word) > 1 and not word.isdigit() and word not in _STOP


def _family(author: str) -> str:
    if "," in author:
        return _ascii(author.partition(",")[0]).replace(" ", "")
    words = [word for word in author.split() if word.strip(".").lower() not in _SUFFIXES]
    return _ascii(words[-1]).replace(" ", "") if words else ""


def _ascii(text: str) -> str:
    """The words of a text in lower-case ASCII; characters that have no such form are left out."""
    spelled = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED))
    bare = "".join(c for c in spelled if not unicodedata.combining(c) and c not in "'’")
    return " ".join(re.findall(r"[a-z0-9]+", bare))


def _letters(number: int) -> str:
    """``a`` to ``z``, then ``aa`` and on."""
    rest, letter = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("a") + letter)
