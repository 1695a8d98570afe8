"""What a format of papers is, and which there are.

A format is a module of this folder with a constant ``FORMAT``; `known_formats` gives them. To add one, write
the module and put its name into ``_MODULES``. Its contract:

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
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from kg.records import Paper, Problem

OnProblem = Callable[[Problem], None]

_MODULES = ("csl_json", "jsonl", "bibtex", "ris", "markdown")
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
    _told_encoding: bool = False

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
        """The whole document, at most `MAX_TEXT` characters.

        Args:
            bound_lines: Put an empty line (with a problem) for each line longer than `MAX_LINE`; off for
                formats that may stand on one line, as JSON does.
        """
        if not bound_lines:
            text = self.stream.read(MAX_TEXT)
            self._end_here(len(text))
            return self._decoded(text, None)
        lines: list[str] = []
        size = 0
        for number, line in self.lines():
            lines += [""] * (number - 1 - len(lines))
            lines.append(line)
            if (size := size + len(line) + 1) > MAX_TEXT:
                self._end_here(size)
                break
        return "\n".join(lines)

    def _end_here(self, size: int) -> None:
        if size >= MAX_TEXT and self.stream.read(1):
            self.problem(f"only the first {MAX_TEXT:,} characters were read; split the file")

    def _bounded_lines(self) -> Iterator[tuple[int, str | None]]:
        number = 0
        while line := self.stream.readline(MAX_LINE):
            number += 1
            if line.endswith("\n") or len(line) < MAX_LINE:
                yield number, line.removesuffix("\n")
                continue
            while (rest := self.stream.readline(MAX_LINE)) and not rest.endswith("\n"):
                pass
            yield number, None

    def _decoded(self, text: str, line: int | None) -> str:
        """Text in which bytes that are no UTF-8 are read as Windows-1252."""
        if not _UNDECODED.search(text):
            return text
        if not self._told_encoding:
            self._told_encoding = True
            self.problem(
                "some bytes are not UTF-8 and were read as Windows-1252; save the file as UTF-8", line=line
            )
        return _UNDECODED.sub(_windows_1252, text)


@cache
def known_formats() -> tuple[Format, ...]:
    """The formats in the order in which they are asked whether a file is theirs."""
    return tuple(import_module(f"kg.sources.{module}").FORMAT for module in _MODULES)


_UNDECODED = re.compile("[\udc80-\udcff]+")


def _windows_1252(match: re.Match[str]) -> str:
    return match.group().encode("utf-8", "surrogateescape").decode("cp1252", "replace")
