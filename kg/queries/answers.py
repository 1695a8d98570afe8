"""Running a SPARQL query, and what it answers with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pyoxigraph as ox

from kg.errors import KgError, UsageError
from kg.rdf import PREFIXES, RESOURCE_KINDS, Iris, QueryResults, Store, Term, graph_base
from kg.rdf.sparql import QUOTED

AnswerKind = Literal["rows", "truth", "graph"]
Row = tuple[Term | None, ...]

_QUOTED: Final = re.compile(QUOTED, re.VERBOSE | re.DOTALL)
_PROLOGUE: Final = re.compile(r"\s*(?:BASE\b|PREFIX\b\s*[\w.-]*:)\s*", re.IGNORECASE)
_DECLARED: Final = re.compile(r"\bPREFIX\s*([\w.-]*):", re.IGNORECASE)
_USED: Final = re.compile(r"(?<![\w?$])([A-Za-z][\w.-]*):")
_UPDATES: Final = frozenset(
    ["INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"]
)
_POSITION: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_CHOICE: Final = re.compile(r'"([(){}.;,])"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query answers with. Rows and triples are read once, as they come.

    Iterating gives the rows of a SELECT, in the order of ``variables``.
    """

    results: QueryResults
    store: Store
    """The graph that was asked."""

    @property
    def base(self) -> str:
        """What the IRIs of the graph's resources begin with."""
        return graph_base(self.store)

    @property
    def prefixes(self) -> Mapping[str, str]:
        """Prefixes to shorten IRIs with."""
        return Iris(graph_base(self.store)).prefixes()

    @property
    def kind(self) -> AnswerKind:
        """``rows`` for SELECT, ``truth`` for ASK, ``graph`` for CONSTRUCT and DESCRIBE."""
        if isinstance(self.results, ox.QuerySolutions):
            return "rows"
        return "truth" if isinstance(self.results, ox.QueryBoolean) else "graph"

    @property
    def variables(self) -> tuple[str, ...]:
        """The columns of a SELECT, without ``?``; empty for other queries."""
        if isinstance(self.results, ox.QuerySolutions):
            return tuple(variable.value for variable in self.results.variables)
        return ()

    def __iter__(self) -> Iterator[Row]:
        if isinstance(self.results, ox.QuerySolutions):
            for solution in self.results:
                yield tuple(solution)

    def __bool__(self) -> bool:
        """The answer to an ASK; True for any other answer, even an empty one."""
        return bool(self.results) if isinstance(self.results, ox.QueryBoolean) else True

    def triples(self) -> Iterator[ox.Triple]:
        """The triples of a CONSTRUCT or DESCRIBE; none for other queries."""
        if isinstance(self.results, ox.QueryTriples):
            yield from self.results


def run_query(
    store: Store, text: str, *, params: Mapping[str, Term] | None = None, where: str = "query"
) -> Answer:
    """Run a SELECT, ASK, CONSTRUCT or DESCRIBE query with the graph's prefixes declared.

    The prefixes are those of ``kg.rdf.PREFIXES`` and one for each kind of resource (``paper:``,
    ``entity:`` …); the query's own PREFIX lines win.

    Args:
        store: The graph.
        text: The query.
        params: Terms for variables of the query, by name without ``?``.
        where: What to call the query in an error: its file, or its name.

    Raises:
        UsageError: The query is an update, or is not valid SPARQL (with its line and column), or a parameter
            is no variable of it.
        KgError: The store can't answer.
    """
    text = text.removeprefix("\ufeff")
    if re.search("[\ud800-\udfff]", text):
        raise UsageError("the query is not UTF-8; save it, or set the terminal, as UTF-8", where=where)
    # A blank of the same length keeps lines and columns.
    bare = _QUOTED.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    form = _form(bare)
    if form in _UPDATES:
        raise UsageError(
            f"{form} would change the graph, and kg query only reads it; "
            "ask with SELECT, ASK, CONSTRUCT or DESCRIBE, and change the papers of the build instead",
            where=where,
        )
    needed = set(_USED.findall(bare)) - set(_DECLARED.findall(bare))
    prefixes = PREFIXES if needed.isdisjoint(RESOURCE_KINDS) else Iris(graph_base(store)).prefixes()
    # On one line of their own, so that errors are one line further down than in the user's text.
    header = (
        " ".join(f"PREFIX {name}: <{prefixes[name]}>" for name in sorted(needed & prefixes.keys())) + "\n"
    )
    try:
        results = store.query(header + text, bindings=params)
    except KgError as error:
        if reason := _syntax_error(header, text, bare):
            raise UsageError(reason, where=where) from error
        raise
    return Answer(results, store)


def _form(bare: str) -> str:
    """The keyword that a query begins with, after its prologue."""
    position = 0
    while match := _PROLOGUE.match(bare, position):
        position = match.end()
    first = re.compile(r"\s*([A-Za-z]+)").match(bare, position)
    return first[1].upper() if first else ""


def _syntax_error(header: str, text: str, bare: str) -> str:
    """Where a query is no SPARQL and what to do, in one line; empty if it is valid."""
    if not bare.strip():
        return "the query is empty; give a SPARQL query, a file that holds one, or the name of a saved query"
    if "SERVICE" in bare.upper():
        return ""  # running it here, if only to parse it, would send requests
    try:
        ox.Store().query(header + text)
    except SyntaxError as error:
        return explain_syntax_error(text, str(error), lines_before=1)
    except (OSError, RuntimeError, ValueError):
        return ""
    return ""


def explain_syntax_error(text: str, message: str, *, lines_before: int = 0) -> str:
    """Where a query is no SPARQL and what to do, in one line.

    Args:
        text: The query.
        message: What Oxigraph says of it.
        lines_before: How many lines stood before it when Oxigraph read it.
    """
    match = _POSITION.match(message)
    if not match:
        return f"not valid SPARQL: {' '.join(message.split())}"
    line, column, reason = int(match[1]) - lines_before, int(match[2]), match[3]
    return f"line {line}, column {column}: {_explained(text, line, column, reason)}"


def _explained(text: str, line: int, column: int, reason: str) -> str:
    lines = text.split("\n")
    before = lines[line - 1][: column - 1] if 0 < line <= len(lines) else ""
    after = lines[line - 1][column - 1 :].strip() if 0 < line <= len(lines) else ""
    if "Prefix not found" in reason:
        name = re.search(r"([\w.-]*):[\w.%:-]*$", before)
        shown = f"{name[1]}:" if name else "of this name"
        return f"the prefix {shown} is not known; declare it with PREFIX {shown} <…> at the start"
    if "variable that is unbound" in reason:
        return (
            "SELECT names a variable that is neither grouped nor aggregated; put it into GROUP BY, or drop it"
        )
    near = f"{after[:30]!r}" if after else "the end" if line >= len(lines) else "the end of the line"
    if "IRI parsing failed" in reason:
        return f"not an IRI before {near}; an IRI in <…> is absolute and holds no space, quote or bracket"
    # The engine also lists keywords and the characters that could have gone on with the last word.
    choices = sorted(set(_CHOICE.findall(reason)))
    expected = f"; one of {' '.join(choices)} could stand there" if choices else ""
    return f"not valid SPARQL at {near}{expected}; correct the query there"
