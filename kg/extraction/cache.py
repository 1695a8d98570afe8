"""Extractions kept on disk by text and extractor, so that a second build extracts nothing."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import TypeAdapter, ValidationError

from kg.errors import KgError
from kg.extraction.protocol import Outcome, Text
from kg.files import default_cache_folder

__all__ = ["ExtractionCache", "default_cache_folder"]

_FORMAT = 2
"""Changes with the records, so that what an older version wrote is not read."""
_KEPT_EXTRACTORS = 3
_OUTCOME = TypeAdapter(Outcome)


class ExtractionCache:
    """A SQLite file of the extractions of one extractor; a temporary one where the folder can't be written.

    Args:
        folder: Where the file is kept; None for a temporary cache that is gone when it is closed.
        fingerprint: The extractor's; another fingerprint is another file. The three last used are kept.
    """

    def __init__(self, folder: Path | None, fingerprint: str) -> None:
        self.persistent = False
        """Whether what is put here is found by the next build."""
        if folder is not None:
            name = hashlib.sha256(f"{_FORMAT}\0{fingerprint}".encode()).hexdigest()[:16]
            path = folder / f"extractions-{name}.sqlite"
            with suppress(OSError, sqlite3.Error):
                folder.mkdir(parents=True, exist_ok=True)
                self._database = self._open_or_renew(path)
                self.persistent = True
                path.touch()
                self._forget_old(folder)
        if not self.persistent:
            self._database = self._open("")

    @classmethod
    def _open_or_renew(cls, path: Path) -> sqlite3.Connection:
        try:
            return cls._open(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # not a database, or a damaged one: it is a cache, start anew
            for part in path.parent.glob(path.name + "*"):
                part.unlink()
            return cls._open(path)

    @staticmethod
    def _open(path: Path | str) -> sqlite3.Connection:
        database = sqlite3.connect(path, timeout=60)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            with database:
                database.execute(
                    "CREATE TABLE IF NOT EXISTS extraction (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
                    " WITHOUT ROWID"
                )
                database.execute(
                    "DELETE FROM extraction WHERE key = x''"
                )  # fails here if it can't be written
        except BaseException:
            database.close()
            raise
        return database

    @staticmethod
    def _forget_old(folder: Path) -> None:
        files = sorted(folder.glob("extractions-*.sqlite"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_KEPT_EXTRACTORS]:
            for part in folder.glob(file.name + "*"):
                part.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @staticmethod
    def _key(text: Text) -> bytes:
        title, abstract = text
        return hashlib.sha256(f"{len(title)}\0{title}{abstract}".encode("utf-8", "surrogatepass")).digest()

    def __contains__(self, text: Text) -> bool:
        row = self._database.execute("SELECT 1 FROM extraction WHERE key = ?", (self._key(text),)).fetchone()
        return row is not None

    def get(self, text: Text) -> Outcome | None:
        """What was extracted from a (title, abstract), with its problems; None where it has not been."""
        row = self._database.execute(
            "SELECT value FROM extraction WHERE key = ?", (self._key(text),)
        ).fetchone()
        if row is None:
            return None
        try:
            return _OUTCOME.validate_json(zlib.decompress(row[0]))
        except (zlib.error, ValidationError):
            return None

    def put(self, items: Iterable[tuple[Text, Outcome]]) -> None:
        """Keep extractions, in one transaction.

        Raises:
            KgError: The disk is full.
        """
        try:
            with self._database:
                self._database.executemany(
                    "INSERT OR REPLACE INTO extraction VALUES (?, ?)", self._rows(items)
                )
        except sqlite3.OperationalError as error:
            raise KgError(
                f"can't keep extractions ({error}); free some space, or set another --cache"
            ) from error

    def _rows(self, items: Iterable[tuple[Text, Outcome]]) -> Iterator[tuple[bytes, bytes]]:
        for text, outcome in items:
            yield self._key(text), zlib.compress(_OUTCOME.dump_json(outcome), 3)
