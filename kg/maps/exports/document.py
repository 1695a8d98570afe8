"""A related-work outline before it is Markdown or LaTeX: blocks of parts, without any markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from kg.records import Relation


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an entity."""

    slug: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Cite:
    """A paper that is cited."""

    paper: str
    """Its key."""
    named: bool = True
    """Whether it stands in the sentence by name, not in brackets."""


@dataclass(frozen=True, slots=True)
class Said:
    """Sentences that say what stands before, by number."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Does:
    """What a paper does with an entity, in a cell."""

    relations: tuple[Relation, ...]


Part: TypeAlias = str | Name | Cite | Said | Does
Parts: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a level from 1."""

    level: int
    parts: Parts


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    parts: Parts


@dataclass(frozen=True, slots=True)
class Items:
    """A list with bullets."""

    items: tuple[Parts, ...]


@dataclass(frozen=True, slots=True)
class Quotations:
    """Sentences quoted in full, by number."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names its rows."""

    caption: str
    header: tuple[Parts, ...]
    rows: tuple[tuple[Parts, ...], ...]
    upright: bool = True
    """Whether the header is short enough to stand upright."""


Block: TypeAlias = Heading | Paragraph | Items | Quotations | Table
