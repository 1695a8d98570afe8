"""Writing a file so that it is there only when it is whole, and where what may be lost is kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from platformdirs import user_cache_path

from kg.errors import KgError

__all__ = ["default_cache_folder", "replacing"]


def default_cache_folder() -> Path:
    """``$KG_CACHE_DIR``, else the user's cache folder as the platform has it."""
    return Path(os.environ.get("KG_CACHE_DIR") or user_cache_path("paperkg"))


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A file beside ``path`` to write to, which takes its place when the block ends without an error.

    Raises:
        KgError: The folder can't be written, or the disk is full.
    """
    target = Path(path)
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise KgError(f"can't be written: {error.strerror}", where=str(path)) from error
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(target)
    except OSError as error:
        raise KgError(f"can't be written: {error.strerror or error}", where=str(path)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
