"""A build that replaces the one before it in a single step.

``output/`` holds links (``graph.ttl``, ``graph.html``, ``store``) into ``output/current``, and ``current`` is
itself a link to the folder of one build in ``output/.builds``. A new build is made in a folder beside the
old one, written through to the disk, and becomes visible when ``current`` is replaced: one rename, which
POSIX makes atomic. Whenever a build is killed, the old output or the new one is there, whole.

Where links can't be made (Windows without the privilege for it) files are renamed one by one instead: each is
whole at any moment, but a build killed between two renames leaves new files beside old ones.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from kg.errors import KgError

OUTPUT_NAMES: Final = ("graph.ttl", "graph.html", "store")
"""What a build may leave in its output folder."""

_BUILDS: Final = ".builds"
_CURRENT: Final = "current"
_RENAMED: Final = "renamed"
"""Lists, in ``.builds``, what was put in place by renaming because links could not be made."""


@contextmanager
def publication(
    output: str | Path, *, names: Sequence[str] = OUTPUT_NAMES, wait: float = 0.0
) -> Iterator[Path]:
    """Give a fresh folder to build in, which takes the place of the last build in one step.

    If the block raises, Ctrl-C included, the new folder is removed and the old output stays. What builds that
    were killed have left behind is removed first.

    Args:
        output: The output folder; made if it is not there. Other files in it are left alone.
        names: The files and folders that a build may make.
        wait: How many seconds to wait for another build in the same folder to end.

    Yields:
        The folder to build in, on the same file system.

    Raises:
        KgError: Another build is writing there, a file of somebody else's stands in the way, or the folder
            can't be written to.
    """
    folder = Path(output)
    builds = folder / _BUILDS
    try:
        builds.mkdir(parents=True, exist_ok=True)
        lock = FileLock(builds / "lock")
        lock.acquire(timeout=wait)
    except Timeout as error:
        raise KgError("another build is writing here; wait for it to end", where=str(output)) from error
    except OSError as error:
        raise _failure(error, output) from error
    try:
        _refuse_foreign(folder, names)
        _remove_builds(folder)
        staging = Path(tempfile.mkdtemp(dir=builds, prefix="build-"))
        staging.chmod(0o755)
        try:
            yield staging
            _sync(staging)
            if not _link(folder, staging, names):
                _rename(folder, staging, names)
        except BaseException:
            if _linked_build(folder) != staging.name:
                shutil.rmtree(staging, ignore_errors=True)
            raise
        _remove_builds(folder)
    except OSError as error:
        raise _failure(error, output) from error
    finally:
        lock.release()


def _link(folder: Path, staging: Path, names: Sequence[str]) -> bool:
    """Point ``current`` at a build; False where the system makes no links."""
    present = [name for name in names if (staging / name).exists()]
    following = folder / _BUILDS / "next"
    try:
        following.unlink(missing_ok=True)
        following.symlink_to(f"{_BUILDS}/{staging.name}", target_is_directory=True)
    except (OSError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
            raise
        return False
    for name in present:
        # Where there is no build yet these lead nowhere until the last step.
        if not (folder / name).is_symlink() and not (folder / name).exists():
            (folder / name).symlink_to(f"{_CURRENT}/{name}", target_is_directory=(staging / name).is_dir())
    following.replace(folder / _CURRENT)
    for name in set(names) - set(present):
        (folder / name).unlink(missing_ok=True)
    _sync_folder(folder)
    return True


def _rename(folder: Path, staging: Path, names: Sequence[str]) -> None:
    """Put a build's files in place one by one."""
    (folder / _BUILDS / _RENAMED).write_text("\n".join(names), encoding="utf-8")
    old = Path(tempfile.mkdtemp(dir=folder / _BUILDS, prefix="build-"))
    for name in names:
        target = folder / name
        if target.is_dir():
            target.rename(old / name)
        if (staging / name).exists():
            (staging / name).replace(target)
        else:
            target.unlink(missing_ok=True)
    _sync_folder(folder)


def _refuse_foreign(folder: Path, names: Sequence[str]) -> None:
    """Raise if something that no build made has the name of something that a build makes."""
    renamed: list[str] = []
    with suppress(FileNotFoundError):
        renamed = (folder / _BUILDS / _RENAMED).read_text(encoding="utf-8").splitlines()
    links = {folder / name: f"{_CURRENT}/{name}" for name in names}
    links[folder / _CURRENT] = f"{_BUILDS}/build-"
    for path, target in links.items():
        if path.is_symlink():
            ours = path.readlink().as_posix().startswith(target)
        else:
            ours = not path.exists() or path.name in renamed
        if not ours:
            raise KgError("is not from a build; move it away, or build into another folder", where=str(path))


def _linked_build(folder: Path) -> str:
    """The name of the build that ``current`` leads to; empty if there is none."""
    with suppress(OSError):
        return (folder / _CURRENT).readlink().name
    return ""


def _remove_builds(folder: Path) -> None:
    """Remove every build but the one that is visible."""
    current = _linked_build(folder)
    for build in (folder / _BUILDS).glob("build-*"):
        if build.name != current:
            shutil.rmtree(build, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Write a folder and all that is in it through to the disk."""
    for parent, _, files in os.walk(folder):
        for name in files:
            # Windows flushes only what was opened for writing.
            with (Path(parent) / name).open("rb+") as file:
                os.fsync(file.fileno())
        _sync_folder(Path(parent))


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _failure(error: OSError, output: str | Path) -> KgError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return KgError("the disk is full; the old output was kept", where=str(output))
    return KgError(f"can't be written to: {error.strerror or error}", where=str(output))
