"""Names of authors in their parts, as BibTeX and CSL want them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bibtexparser.middlewares.names import InvalidNameError, parse_single_name_into_parts

from kg.maps.records import MapPaper


@dataclass(frozen=True, slots=True)
class Person:
    """A name; one that can't be told apart is all family name."""

    given: str
    particle: str
    """``de la``"""
    family: str
    suffix: str
    """``Jr.``"""


@lru_cache(maxsize=4096)
def person(name: str) -> Person:
    """The parts of a name that is written given name first, by the rules of BibTeX."""
    words = " ".join(name.split())
    if any(sign in words for sign in ",{}\\") or " and " in f" {words} ":
        return Person("", "", words, "")
    try:
        parts = parse_single_name_into_parts(words)
    except InvalidNameError:
        return Person("", "", words, "")
    return Person(" ".join(parts.first), " ".join(parts.von), " ".join(parts.last), " ".join(parts.jr))


def byline(paper: MapPaper, limit: int = 10) -> str:
    """The first authors by their whole names, and ``et al.`` where there are more."""
    names = paper.authors
    return ", ".join([*names[:limit], *(["et al."] if len(names) > limit else [])])


def short_byline(paper: MapPaper) -> str:
    """``Liu``, ``Liu and Chen``, ``Liu et al.``; empty without authors."""
    families = [f"{one.particle} {one.family}".strip() for one in map(person, paper.authors)]
    if len(families) > 2:
        return f"{families[0]} et al."
    return " and ".join(families)
