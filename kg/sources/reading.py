"""From what a user names as a source to the papers in it."""

from __future__ import annotations

import gzip
import io
import os
import re
import stat
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from kg.errors import KgError, UsageError
from kg.records import Paper, Problem, ReadingList
from kg.sources.formats import Document, Format, OnProblem, known_formats
from kg.sources.identifiers import parse_arxiv

_HEAD = 1 << 16
_STANDARD_INPUT = "standard input"
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_PACKED = ((b"PK\x03\x04", "ZIP"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"\x28\xb5\x2f\xfd", "Zstandard"))
_LISTS = re.compile(r"\.(?:md|markdown|txt|bib|bibtex|ris|json|jsonl|ndjson)(?:\.gz)?", re.IGNORECASE)
_SURELY_LISTS = re.compile(r"\.(?:bib|bibtex|ris|jsonl|ndjson)(?:\.gz)?", re.IGNORECASE)


class _UnreadableError(Exception):
    """A file that holds no text; the message says what it holds."""


def read_source(
    source: str | os.PathLike[str],
    *,
    format: str | None = None,
    on_problem: OnProblem | None = None,
    limit: int | None = None,
) -> Iterator[Paper]:
    """The papers of one source, as they come; memory does not grow with a JSON Lines file.

    Args:
        source: A file (gzipped or not), a folder (with its folders, hidden ones left out), ``-`` for standard
            input, an arXiv id or URL, or ``arxiv:QUERY``.
        format: The name of the format, if it shall not be recognised by content.
        on_problem: Called with what could not be read, while the rest is; by default nothing is.
        limit: The most papers to give.

    Returns:
        Each paper with at least one reading list: the file's title, else its name without suffix.

    Raises:
        KgError: There is no such file, or arXiv could not be asked.
        UsageError: There is no such format, or the limit is not positive.
    """
    name = os.fspath(source)
    tell = on_problem or (lambda problem: None)
    if limit is not None and limit < 1:
        raise UsageError("the limit must be 1 or more", where=str(limit))
    chosen = _format_named(format) if format else None
    return islice(_papers(name, chosen, tell, limit), limit)


def _papers(source: str, chosen: Format | None, on_problem: OnProblem, limit: int | None) -> Iterator[Paper]:
    path = Path(source)
    if source == "-":
        return _read_stream(sys.stdin.buffer, "", "-", chosen, on_problem)
    if _exists(path):
        read = _read_folder if os.path.isdir(path) else _read_file  # noqa: PTH112 - raises nothing
        return read(path, chosen, on_problem)
    if source.lower().startswith("arxiv:") or parse_arxiv(source):
        from kg.sources.arxiv_api import (
            read_arxiv,
        )  # only where it is needed: the client takes long to import

        return read_arxiv(source, on_problem=on_problem, limit=limit)
    if source.lower().startswith(("http://", "https://")):
        raise KgError("only arXiv is read over the network; download the file and name it", where=source)
    raise KgError("there is no such file or folder; check the path", where=source)


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def _format_named(name: str) -> Format:
    for known in known_formats():
        if known.name == name.lower():
            return known
    raise UsageError(f"there is no format {name!r}; known are {', '.join(f.name for f in known_formats())}")


def _read_folder(folder: Path, chosen: Format | None, on_problem: OnProblem) -> Iterator[Paper]:
    """The papers of the files of a folder and its folders, in the order of their names."""
    seen: set[tuple[int, int]] = set()

    def refused(error: OSError) -> None:
        on_problem(Problem(str(error.filename or folder), f"the folder cannot be read ({error.strerror})"))

    for root, folders, files in os.walk(folder, followlinks=True, onerror=refused):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield from _read_file(Path(root, name), chosen, on_problem, named=False)


def _read_file(
    path: Path, chosen: Format | None, on_problem: OnProblem, *, named: bool = True
) -> Iterator[Paper]:
    where = str(path)
    if not named and not (_LISTS.search(path.name) or chosen):
        return
    try:
        if not named and not stat.S_ISREG(path.stat().st_mode):
            return
        with path.open("rb") as stream:
            yield from _read_stream(stream, path.name, where, chosen, on_problem, named=named)
    except OSError as error:
        on_problem(Problem(where, f"the file cannot be read ({error.strerror or error})"))


def _read_stream(
    stream: BinaryIO,
    name: str,
    where: str,
    chosen: Format | None,
    on_problem: OnProblem,
    *,
    named: bool = True,
) -> Iterator[Paper]:
    """The papers of a file; `named` says whether the user named it, so that silence would puzzle."""
    source = _Bytes(stream, where, on_problem)
    if source.head[:2] == b"\x1f\x8b":
        source = _Bytes(gzip.GzipFile(fileobj=source.whole()), where, on_problem)
    expected = named or bool(_SURELY_LISTS.search(name))
    try:
        encoding = _encoding(source.head)
    except _UnreadableError as error:
        if named or expected:
            on_problem(Problem(where, str(error)))
        return
    text = io.TextIOWrapper(source.whole(), encoding=encoding, errors=_on_error(encoding), newline=None)
    head = source.head.decode(encoding, "replace").lstrip("\ufeff \t\r\n").replace("\r\n", "\n")
    kind = chosen or next((known for known in known_formats() if known.sniff(head, name.lower())), None)
    if not head:
        on_problem(Problem(where, "the file is empty"))
        return
    if kind is None:
        if expected:
            names = ", ".join(known.name for known in known_formats())
            on_problem(
                Problem(where, f"no list of papers that is known; name its form with --format ({names})")
            )
        return
    document = Document(name or _STANDARD_INPUT, where, text, on_problem)
    default = ReadingList(_stem(name) or _STANDARD_INPUT, document.name)
    count = 0
    for paper in kind.read(document):
        count += 1
        yield paper if paper.lists else replace(paper, lists=(default,))
    if not count and expected:
        on_problem(Problem(where, f"no paper was found in it (read as {kind.name})"))


def _stem(name: str) -> str:
    stem = name.removesuffix(".gz")
    return stem.rpartition(".")[0] or stem


def _encoding(head: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding
    for magic, name in _PACKED:
        if head.startswith(magic):
            raise _UnreadableError(f"the file is packed ({name}); unpack it first")
    if head.startswith(b"%PDF-"):
        raise _UnreadableError("the file is a PDF, not a list of papers")
    sample = head[:4096]
    zeros = sample[0::2].count(0), sample[1::2].count(0)
    if any(zeros):
        half = max(len(sample) // 2, 1)
        if zeros[0] == 0 and zeros[1] > half * 0.4:
            return "utf-16-le"
        if zeros[1] == 0 and zeros[0] > half * 0.4:
            return "utf-16-be"
        raise _UnreadableError("the file is binary, not a list of papers")
    odd = sum(byte < 9 or 13 < byte < 32 for byte in sample)
    if odd > len(sample) * 0.02:
        raise _UnreadableError("the file is binary, not a list of papers")
    return "utf-8"


def _on_error(encoding: str) -> str:
    return "surrogateescape" if encoding.startswith("utf-8") else "replace"


class _Bytes(io.RawIOBase):
    """A byte stream whose first bytes can be looked at, and that ends where it is damaged, with a problem."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile, where: str, on_problem: OnProblem) -> None:
        self._stream = stream
        self._where = where
        self._on_problem = on_problem
        self._ended = False
        head = bytearray()
        while len(head) < _HEAD and (part := self._next(_HEAD - len(head))):
            head += part
        self.head = bytes(head)
        """Up to the first 64 Ki bytes."""
        self._rest = self.head

    def whole(self) -> io.BufferedReader:
        """The stream from its first byte."""
        return io.BufferedReader(self, buffer_size=_HEAD)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        part = self._rest[: len(buffer)] or self._next(len(buffer))
        self._rest = self._rest[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def _next(self, size: int) -> bytes:
        if self._ended:
            return b""
        try:
            part: bytes = (
                self._stream.read1(size) if hasattr(self._stream, "read1") else self._stream.read(size)
            )
        except (EOFError, OSError, zlib.error) as error:
            self._ended = True
            reason = getattr(error, "strerror", None) or str(error)
            message = f"the file is cut short or damaged ({reason}); what stands before was read"
            self._on_problem(Problem(self._where, message))
            return b""
        self._ended = not part
        return part
