"""Answers as tables and files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import IO, Final

import pyoxigraph as ox

from kg.errors import KgError, UsageError
from kg.queries.answers import Answer, AnswerKind
from kg.queries.plain import clip, pad, plain, width
from kg.rdf import Iris, Term
from kg.rdf.turtle import TurtleFormatter

FORMATS: Final[Mapping[AnswerKind, tuple[str, ...]]] = {
    "rows": ("table", "csv", "tsv", "json", "xml", "markdown"),
    "truth": ("table", "csv", "tsv", "json", "xml", "markdown"),
    "graph": ("turtle", "ntriples"),
}
"""The formats for each kind of answer, the default first."""

_ALIASES: Final = {"md": "markdown", "ttl": "turtle", "nt": "ntriples", "n-triples": "ntriples"}
_RESULTS: Final = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
_WHAT: Final[Mapping[AnswerKind, str]] = {
    "rows": "a SELECT query",
    "truth": "an ASK query",
    "graph": "a CONSTRUCT or DESCRIBE query",
}
_NUMERIC: Final = re.compile(r".*#(?:integer|decimal|double|float|nonNegativeInteger|int|long)")
_LOCAL: Final = re.compile(r"\w(?:[\w.%-]*[\w%-])?")
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_GAP: Final = "  "
_NARROWEST: Final = 4


def write_answer(
    answer: Answer, out: IO[bytes], format: str | None = None, *, columns: int | None = None
) -> None:
    """Write an answer as UTF-8.

    CSV, TSV, JSON and XML are the W3C's formats for SPARQL results; they, Markdown and N-Triples are written
    as the rows come. A table is held until the widths of its columns are known, Turtle until it is sorted.

    Args:
        answer: What a query answered; it is read to its end.
        out: Where the bytes go: ``sys.stdout.buffer``, or a file opened with ``"wb"``.
        format: One of ``FORMATS[answer.kind]``, or ``md``, ``ttl``, ``nt``; by default the first of them.
        columns: The width that a table is cut to; by default it is as wide as its texts.

    Raises:
        UsageError: The kind of answer has no such format.
        KgError: The store failed while it answered.
    """
    name = chosen_format(answer.kind, format)
    try:
        if name == "ntriples":
            ox.serialize(answer.triples(), out, ox.RdfFormat.N_TRIPLES)
        elif name == "turtle":
            _write_turtle(answer, out)
        elif name in _RESULTS and not isinstance(answer.results, ox.QueryTriples):
            answer.results.serialize(out, _RESULTS[name])
            if answer.kind == "truth" or name == "json":
                out.write(b"\n")
        else:
            lines = _markdown(answer) if name == "markdown" else _table(answer, columns)
            for line in lines:
                out.write(line.encode() + b"\n")
    except RuntimeError as error:
        raise KgError(f"the store failed while it answered: {error}") from error


def chosen_format(kind: AnswerKind, format: str | None) -> str:
    """The name of a format for a kind of answer.

    Raises:
        UsageError: The kind of answer has no such format.
    """
    known = FORMATS[kind]
    if format is None:
        return known[0]
    name = _ALIASES.get(format.lower(), format.lower())
    if name in known:
        return name
    if any(name in others for others in FORMATS.values()):
        raise UsageError(f"{_WHAT[kind]} can't be written as {name}; choose one of {', '.join(known)}")
    every = dict.fromkeys(name for names in FORMATS.values() for name in names)
    raise UsageError(f"there is no format {format!r}; choose one of {', '.join(every)}")


def shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    """An IRI as a prefixed name, where a prefix fits and what remains can stand in SPARQL as it is."""
    best = max(
        ((name, start) for name, start in prefixes.items() if iri.startswith(start)),
        key=lambda item: len(item[1]),
        default=None,
    )
    if best and _LOCAL.fullmatch(local := iri[len(best[1]) :]):
        return f"{best[0]}:{local}"
    return iri


def _shown(term: Term | None, prefixes: Mapping[str, str]) -> str:
    if term is None:
        return ""
    if isinstance(term, ox.NamedNode):
        return shorten(term.value, prefixes)
    return term.value if isinstance(term, ox.Literal) else str(term)


def _table(answer: Answer, columns: int | None) -> Iterator[str]:
    if answer.kind == "truth":
        yield "yes" if answer else "no"
        return
    prefixes = answer.prefixes
    header = [plain(name) for name in answer.variables]
    numeric = [True] * len(header)
    rows: list[list[str]] = []
    for row in answer:
        rows.append([plain(_shown(term, prefixes)) for term in row])
        for index, term in enumerate(row):
            if term is not None:
                numeric[index] = numeric[index] and _is_number(term)
    widths = [max(map(width, cells)) for cells in zip(header, *rows, strict=True)]
    if columns is not None:
        widths = _narrowed(widths, columns)

    def line(cells: list[str]) -> str:
        fields = (
            pad(clip(cell, columns), columns, right=right)
            for cell, columns, right in zip(cells, widths, numeric, strict=True)
        )
        return _GAP.join(fields).rstrip()

    yield line(header)
    yield _GAP.join("─" * columns for columns in widths)
    yield from map(line, rows)
    if not rows:
        yield "(no rows)"


def _is_number(term: Term) -> bool:
    return isinstance(term, ox.Literal) and bool(_NUMERIC.fullmatch(term.datatype.value))


def _narrowed(widths: list[int], columns: int) -> list[int]:
    """Widths that fit into a line: the widest columns give way first."""
    room = max(columns - len(_GAP) * (len(widths) - 1), 0)
    cap, left = 0, len(widths)
    for size in sorted(widths):
        if size * left > room:
            cap = room // left
            break
        room, left, cap = room - size, left - 1, size
    return [min(size, max(cap, _NARROWEST)) for size in widths]


def _write_turtle(answer: Answer, out: IO[bytes]) -> None:
    triples = list(answer.triples())
    formatter = TurtleFormatter(Iris(answer.base))
    try:
        blocks = [block.turtle for block in formatter.subjects(triples)]
    except TypeError:  # blank nodes, which the graph has none of but a CONSTRUCT may make
        ox.serialize(triples, out, ox.RdfFormat.TURTLE)
        return
    out.write(formatter.header().encode())
    out.writelines(block.encode() for block in blocks)


def _markdown(answer: Answer) -> Iterator[str]:
    if answer.kind == "truth":
        yield "yes" if answer else "no"
        return
    prefixes = answer.prefixes
    yield _markdown_row([_escaped(name) for name in answer.variables])
    yield _markdown_row(["---"] * len(answer.variables))
    for row in answer:
        yield _markdown_row([_markdown_cell(term, prefixes) for term in row])


def _markdown_row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _markdown_cell(term: Term | None, prefixes: Mapping[str, str]) -> str:
    shown = _shown(term, prefixes)
    # An IRI holds no angle bracket, bar or space, so that nothing in it ends the link.
    if isinstance(term, ox.NamedNode) and term.value.startswith(("http://", "https://")):
        return f"[{_escaped(shown)}](<{term.value}>)"
    return "<br>".join(_escaped(plain(part)) for part in shown.splitlines())


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
