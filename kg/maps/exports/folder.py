"""A folder of files that are written together, and replaced without touching anybody else's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Final

from kg.errors import KgError
from kg.files import replacing

_RECORD: Final = ".paperkg.json"
_HASH_LENGTH: Final = 16


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into a folder that is new, empty, or was written here before.

    Args:
        folder: Where to; made if it is not there.
        files: The content of each, by its path in the folder with ``/``.

    Raises:
        KgError: The folder holds files of others and none of ours, a file of ours was changed since, one of
            others is where one of ours is to be, or something can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        known = _read_record(folder)
        if known is None and any(folder.iterdir()):
            raise KgError(
                "holds files that were not written by kg map; choose a new or empty folder", where=str(folder)
            )
        written = {path: _hash(content) for path, content in files.items()}
        known = known or {}
        for path in sorted({*known, *files}):
            _refuse_others(folder, path, known.get(path), written.get(path))
        # Should it end halfway, the files of both are still known as ours.
        _write_record(folder, known | written, partial=known)
        for path, content in sorted(files.items()):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with replacing(target) as file:
                file.write_bytes(content)
        _remove(folder, sorted(known.keys() - files.keys()))
        _write_record(folder, written)
    except OSError as error:
        raise KgError(f"can't be written: {error.strerror or error}", where=str(folder)) from error


def _refuse_others(folder: Path, path: str, known: list[str] | str | None, new: str | None) -> None:
    target = folder / path
    if not target.exists():
        return
    if known is None:
        raise KgError("is not a file of kg map and would be replaced; move it away", where=str(target))
    now = _hash(target.read_bytes()) if target.is_file() else ""
    if now not in ([known] if isinstance(known, str) else known) and now != new:
        raise KgError(
            "was changed since kg map wrote it; move it away, or delete it, to write it anew",
            where=str(target),
        )


def _read_record(folder: Path) -> dict[str, list[str] | str] | None:
    record = folder / _RECORD
    if not record.is_file():
        return None
    try:
        files = json.loads(record.read_text(encoding="utf-8"))["files"]
        return {str(path): known for path, known in files.items() if _lies_within(str(path))}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KgError("is not a record of kg map; choose a new or empty folder", where=str(record)) from error


def _lies_within(path: str) -> bool:
    parts = PurePosixPath(path)
    return not parts.is_absolute() and ".." not in parts.parts


def _write_record(
    folder: Path, files: Mapping[str, list[str] | str], partial: Mapping[str, list[str] | str] | None = None
) -> None:
    content: dict[str, list[str] | str] = dict(files)
    for path, known in (partial or {}).items():
        both = {*([known] if isinstance(known, str) else known), *_listed(files[path])}
        content[path] = sorted(both) if len(both) > 1 else both.pop()
    with replacing(folder / _RECORD) as file:
        file.write_text(json.dumps({"files": content}, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def _listed(known: list[str] | str) -> list[str]:
    return [known] if isinstance(known, str) else known


def _remove(folder: Path, paths: Iterable[str]) -> None:
    for path in paths:
        target = folder / path
        target.unlink(missing_ok=True)
        for parent in PurePosixPath(path).parents:
            if str(parent) != ".":
                with suppress(OSError):  # not empty
                    (folder / parent).rmdir()


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:_HASH_LENGTH]
