r"""What may be asked: queries about the one graph that is served, and nothing that leaves it.

Oxigraph has no switch for ``SERVICE``, so that a query which holds it must never reach the engine. The engine
finds keywords inside longer words (``SERVICEs:x {``): any ``service`` outside strings, comments and IRIs is
refused, but for variables and the local parts of prefixed names. Two things could make the engine and us see
strings at different places, and so hide the word from us: escapes in local names (``ex:a\'``), and ``<`` as
an operator (``1<2&&'>'='>'``), which may look like the start of an IRI. Both are dealt with here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from starlette.exceptions import HTTPException

from kg.rdf.sparql import QUOTED

QueryForm = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
_FORMS: Final[tuple[QueryForm, ...]] = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

_TOKEN: Final = re.compile(
    r"(?P<escape>\\.) | (?P<iri><[A-Za-z][A-Za-z0-9+.-]*://[^<>\"{}|^`\\\x00-\x20]*>) | (?P<quoted>"
    + QUOTED
    + ")",
    re.VERBOSE | re.DOTALL,
)
_SERVICE: Final = re.compile(r"service", re.IGNORECASE)
_HARMLESS: Final = re.compile(r"[?$][A-Za-z0-9_]*service|:[A-Za-z0-9_][A-Za-z0-9_-]*service|:service", re.I)
_CODEPOINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PROLOGUE: Final = re.compile(r"\s*(?:BASE\s*<[^>]*>|PREFIX\s*[^\s:<]*:\s*<[^>]*>)", re.IGNORECASE)
_PREFIX: Final = re.compile(r"PREFIX\s*([^\s:<]*):\s*(<[^>]*>)", re.IGNORECASE)
_KEYWORD: Final = re.compile(r"\s*([A-Za-z]+)")
_UPDATES: Final = ("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_FROM: Final = re.compile(
    r"(?<![\w?$:@.\-])FROM(?:\s+(?P<named>NAMED))?\s*(?P<graph><[^>]*>|(?<=\s)[^\s:<{(]*:[^\s{(<]*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """A query that asks only the served graph."""

    text: str
    """The query without dataset clauses, in whose place there are blanks, so that positions are kept."""
    form: QueryForm | None
    """None if it is no query that we know; the engine says what is wrong."""
    varies: bool
    """It has a function that gives another value each time."""


def check_query(text: str, graph: str, *, dataset_given: bool = False) -> CheckedQuery:
    """Check that a query reads the served graph and nothing else.

    Args:
        text: The query.
        graph: The IRI of the served graph, which FROM may name.
        dataset_given: The request names a dataset, which takes the place of the query's own FROM.

    Raises:
        HTTPException: 400 for an update and for other graphs, 403 for SERVICE.
    """
    masked = _masked(text)
    _refuse_service(text, masked)
    if _CODEPOINT.search(text):
        # Some engines replace \u0053 before anything else (SPARQL 1.1, 19.2).
        plain = _CODEPOINT.sub(lambda match: _character(match[1] or match[2]), text)
        _refuse_service(plain, _masked(plain))
    keyword = _first_keyword(masked)
    if keyword.startswith(_UPDATES):
        raise HTTPException(
            400, f"{keyword} is an update, and this endpoint only reads: SELECT, ASK, CONSTRUCT or DESCRIBE"
        )
    form = next((form for form in _FORMS if keyword.startswith(form)), None)
    varies = bool(re.search(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\s*\(", masked, re.IGNORECASE))
    return CheckedQuery(_without_dataset(text, masked, graph, dataset_given), form, varies)


def refuse_graph(iri: str, graph: str) -> HTTPException:
    """The error for a graph that is not the served one."""
    return HTTPException(
        400, f"there is no graph <{iri[:200]}> here: the only graph is the default graph, <{graph}>"
    )


def no_named_graphs(graph: str) -> HTTPException:
    """The error for a request that wants named graphs."""
    return HTTPException(
        400,
        f"there are no named graphs here: all is in the default graph, <{graph}>; ask without NAMED",
    )


def _masked(text: str) -> str:
    """The query with blanks for its strings and comments and underscores within its IRIs, as long as before.

    What may be an IRI or a comparison is left as it is, for the word to be seen in it.
    """

    def mask(match: re.Match[str]) -> str:
        token = match.group()
        if match["escape"]:
            return "__"
        if match["iri"]:
            return "<" + "_" * (len(token) - 2) + ">"
        if token.startswith("<"):
            return token
        return re.sub(r"[^\n]", " ", token)

    return _TOKEN.sub(mask, text)


def _refuse_service(text: str, masked: str) -> None:
    if not _SERVICE.search(text):
        return
    ambiguous = any(
        match["quoted"] and match["quoted"].startswith("<") and set("'#") & set(match["quoted"])
        for match in _TOKEN.finditer(text)
    )
    if ambiguous:
        raise HTTPException(
            403,
            "a query that holds the word SERVICE may have no relative IRI and no comparison with a quote or "
            "a # between < and >: write blanks around <",
        )
    if _SERVICE.search(_HARMLESS.sub("", masked)):
        raise HTTPException(
            403,
            "SERVICE is not allowed: this endpoint asks no other; a prefix of that name needs another name",
        )


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code < 0x110000 else "\ufffd"


def _first_keyword(masked: str) -> str:
    position = 0
    while match := _PROLOGUE.match(masked, position):
        position = match.end()
    first = _KEYWORD.match(masked, position)
    return first[1].upper() if first else ""


def _without_dataset(text: str, masked: str, graph: str, dataset_given: bool) -> str:
    """Blank the dataset clauses out, after a look at what they name."""
    prefixes = {name: text[slice(*where)][1:-1] for name, where in _declared(masked)}
    parts, last = [], 0
    for match in _FROM.finditer(masked):
        if masked.count("{", 0, match.start()) != masked.count("}", 0, match.start()):
            continue
        if match["graph"] is None:
            if match.end() < len(masked) and masked[match.end()] == ":":
                continue  # a prefixed name, from:x
            raise HTTPException(400, "FROM needs the IRI of a graph after it")
        if not dataset_given:
            written = text[slice(*match.span("graph"))]
            if match["named"]:
                raise no_named_graphs(graph)
            if written.startswith("<"):
                iri = written[1:-1]
            else:
                prefix, _, local = written.partition(":")
                iri = prefixes.get(prefix, f"{prefix}:") + local
            if iri != graph:
                raise refuse_graph(iri, graph)
        parts += [text[last : match.start()], " " * (match.end() - match.start())]
        last = match.end()
    return "".join([*parts, text[last:]])


def _declared(masked: str) -> list[tuple[str, tuple[int, int]]]:
    return [(match[1], match.span(2)) for match in _PREFIX.finditer(masked)]
