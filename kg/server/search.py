"""Searching the names of a graph while somebody types."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from kg.sources.identifiers import parse_arxiv, parse_doi

_TABLES: Final = """
CREATE TABLE names (row INTEGER PRIMARY KEY, node INTEGER, type TEXT, name TEXT, key TEXT, alias INTEGER);
CREATE VIRTUAL TABLE words USING fts5(
    type, name, content='names', content_rowid='row', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);
"""
_FILL: Final = """
CREATE INDEX keys ON names (key);
INSERT INTO words (words) VALUES ('rebuild');
INSERT INTO words (words) VALUES ('optimize');
"""
_EXACT: Final = """
SELECT node, name, alias FROM names WHERE key IN (%s) AND (?1 = '' OR type = ?1)
ORDER BY alias, row LIMIT ?2"""
_PREFIX: Final = """
SELECT node, name, alias FROM names WHERE key >= ?3 AND key < ?4 AND (?1 = '' OR type = ?1)
ORDER BY row LIMIT ?2"""
_WORDS: Final = """
SELECT node, names.name, alias FROM words JOIN names ON row = words.rowid
WHERE words MATCH ?1 ORDER BY words.rowid LIMIT ?2"""
_LAST: Final = "\U0010ffff"
_NAMES_OF_ONE: Final = 50
"""So many names of a node may match before another is found."""
_LONGEST: Final = 300
_WORDS_AT_MOST: Final = 16


@dataclass(frozen=True, slots=True)
class Found:
    """A node that a search found."""

    node: int
    matched: str | None
    """The alias or identifier that matched; None where it was the label or title."""


class Names:
    """Every name of a graph's nodes, in SQLite's full-text index in memory.

    Rows are in the order of the nodes, so that SQLite yields the best known first and can stop early.

    Args:
        labels: By node, the best known first.
        others: Aliases and identifiers by node.
        types: By node: its place in ``type_names``.
        type_names: The names of the types.
    """

    def __init__(
        self,
        labels: Sequence[str],
        others: Mapping[int, Sequence[str]],
        types: Sequence[int],
        type_names: Sequence[str],
    ) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._database.executescript(_TABLES)
        rows = (
            (node, type_names[types[node]], name, name_key(name), name != label)
            for node, label in enumerate(labels)
            for name in dict.fromkeys([label, *sorted(others.get(node, ()))])
        )
        self._database.executemany(
            "INSERT INTO names (node, type, name, key, alias) VALUES (?, ?, ?, ?, ?)", rows
        )
        self._database.executescript(_FILL)
        self._database.commit()

    def search(self, text: str, *, node_type: str = "", limit: int = 20) -> list[Found]:
        """The nodes that have a name like a text.

        First those whose label, alias, arXiv id or DOI is the text (labels first), then those with a name
        that begins with it, then those with a name that has all its words or their beginnings; the node of
        the highest degree first in each. Case, accents, and hyphens for spaces make no difference.

        Args:
            text: What somebody typed.
            node_type: Only nodes of this type.
            limit: How many nodes at most.
        """
        text = text[:_LONGEST]
        found: dict[int, Found] = {}
        # One query at a time: each takes a few milliseconds, and the connection is shared.
        with self._lock:
            for node, name, alias in self._rows(text, node_type, limit):
                found.setdefault(node, Found(node, name if alias else None))
                if len(found) == limit:
                    break
        return list(found.values())

    def _rows(self, text: str, node_type: str, limit: int) -> Iterator[tuple[int, str, bool]]:
        execute, most = self._database.execute, limit * _NAMES_OF_ONE
        key = name_key(text)
        if key:
            keys = sorted({key, *identifiers(text)})
            marks = ", ".join(f"?{number + 3}" for number in range(len(keys)))
            yield from execute(_EXACT % marks, (node_type, most, *keys))
            yield from execute(_PREFIX, (node_type, most, key, key + _LAST))
        words = re.findall(r"[^\W_]+", text)[:_WORDS_AT_MOST]
        if words:
            match = " ".join(f'name : "{word}" *' for word in words)
            if node_type:
                match = f'type : "{node_type}" {match}'
            yield from execute(_WORDS, (match, most))


def name_key(name: str) -> str:
    """A name without case, accents, hyphens and outer spaces, for comparing."""
    plain = unicodedata.normalize("NFKD", name.encode("utf-8", "replace").decode().casefold())
    kept = "".join(c for c in plain if not unicodedata.combining(c)) if not plain.isascii() else plain
    return re.sub(r"[\s_‐-―-]+", " ", kept.replace("\0", " ")).strip()


def identifiers(text: str) -> list[str]:
    """The keys of the arXiv id and the DOI that a text is, in any form people write them."""
    arxiv, doi = parse_arxiv(text), parse_doi(text)
    return [name_key(one) for one in (arxiv.id if arxiv else "", doi or "") if one]
