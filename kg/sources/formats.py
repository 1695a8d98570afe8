"""What a format of papers is, and which there are.

A format is a module of this folder with a constant ``FORMAT``; `formats` names them. To add one, write the
module and put its name into ``_MODULES``. Its contract:

- ``sniff(head, name)`` says whether a file is of this format from its first 64 Ki characters (white space and
  the byte-order mark before them removed; the last line may be cut) and from the file's name in lower case
  (``""`` for standard input). The content decides; the name only settles a tie. Modules are asked in the
  order of ``_MODULES``.
- ``read(document)`` yields papers while it reads. It raises nothing for a bad entry: it calls
  ``document.problem(message, line=12)`` and goes on. Titles, abstracts, names and notes are plain text when
  they leave it (`kg.text`: ``clean_latex``, ``repair_mojibake``, ``tidy``). It leaves ``Paper.lists`` empty
  unless the file itself says the list's title; `kg.sources.read_source` fills the rest in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module

from kg.records import Paper, Problem

OnProblem = Callable[[Problem], None]

_MODULES = ("jsonl", "csl_json", "bibtex", "ris", "markdown")
MAX_LINE = 4_000_000
"""Characters; no line of a list of papers is longer, and what is longer is not read into memory."""
MAX_TEXT = 256_000_000
"""Characters of a document that is parsed as a whole."""


@dataclass(frozen=True, slots=True)
class Format:
    """A form in which papers are written down."""

    name: str
    """What ``--format`` takes: ``bibtex``."""
    sniff: Callable[[str, str], bool]
    read: Callable[[Document], Iterator[Paper]]


@dataclass(slots=True)
class Document:
    r"""One file, or standard input, as characters: decoded, no byte-order mark, line ends ``\n``."""

    name: str
    """The file's name without its folder; ``standard input`` for that."""
    where: str
    """The file as the user named it, for messages."""
    stream: io.TextIOBase
    on_problem: OnProblem
    _said: set[str] = field(default_factory=set)

    def problem(self, message: str, *, line: int | None = None) -> None:
        """Report what could not be read (at a line, counted from 1)."""
        self.on_problem(Problem(f"{self.where}:{line}" if line else self.where, message))

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line with its number from 1, without its line end; memory stays flat.

        A line longer than `MAX_LINE` is reported and left out.
        """
        for number, line in self._bounded_lines():
            if line is None:
                self.problem(f"the line is longer than {MAX_LINE:,} characters and was skipped", line=number)
            else:
                yield number, self._decoded(line, number)

    def text(self, *, bound_lines: bool = True) -> str:
        """The whole document.

        Args:
            bound_lines: Leave out (with a problem) lines longer than `MAX_LINE`; off for formats that may
                stand on one line, as JSON does.
        """
        if bound_lines:
            lines = dict(self.lines())
            return "\n".join(lines.get(number, "") for number in range(1, max(lines, default=0) + 1))
        text = self._read_at_most(MAX_TEXT)
        return self._decoded(text, None)

    def _read_at_most(self, size: int) -> str:
        parts: list[str] = []
        while size > 0 and (part := self._guarded(lambda: self.stream.read(1 << 20))):
            parts.append(part)
            size -= len(part)
        if size <= 0:
            self.problem(f"only the first {MAX_TEXT:,} characters were read; split the file")
        return "".join(parts)

    def _bounded_lines(self) -> Iterator[tuple[int, str | None]]:
        number = 0
        while line := self._guarded(lambda: self.stream.readline(MAX_LINE)):
            number += 1
            if line.endswith("\n") or len(line) < MAX_LINE:
                yield number, line.removesuffix("\n")
                continue
            while (rest := self._guarded(lambda: self.stream.readline(MAX_LINE))) and not rest.endswith("\n"):
                pass
            yield number, None

    def _guarded(self, read: Callable[[], str]) -> str:
        """What can be read; empty at the end, also where a damaged file ends too early."""
        try:
            return read()
        except (EOFError, OSError, ValueError, UnicodeError) as error:
            self._once(
                f"the file ends too early or is damaged ({_reason(error)}); what stands before was read"
            )
            return ""

    def _decoded(self, text: str, line: int | None) -> str:
        """Text in which bytes that are no UTF-8 are read as Windows-1252."""
        if not _UNDECODED.search(text):
            return text
        if "encoding" not in self._said:
            self._said.add("encoding")
            self.problem(
                "some bytes are not UTF-8 and were read as Windows-1252; save the file as UTF-8", line=line
            )
        return _UNDECODED.sub(_windows_1252, text)

    def _once(self, message: str) -> None:
        if message not in self._said:
            self._said.add(message)
            self.problem(message)


@cache
def formats() -> tuple[Format, ...]:
    """The formats in the order in which they are asked whether a file is theirs."""
    return tuple(import_module(f"kg.sources.{module}").FORMAT for module in _MODULES)


_UNDECODED = re.compile("[\udc80-\udcff]+")


def _windows_1252(match: re.Match[str]) -> str:
    return match.group().encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
