"""A format's papers and problems, from a text."""

from __future__ import annotations

import io

from kg.records import Paper, Problem
from kg.sources.formats import Document, Format


def read_text(format_: Format, text: str, where: str = "refs") -> tuple[list[Paper], list[Problem]]:
    problems: list[Problem] = []
    papers = list(format_.read(Document(where, where, io.StringIO(text), problems.append)))
    return papers, problems
