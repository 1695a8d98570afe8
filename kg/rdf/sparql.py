"""Binding the variables of a SPARQL query to terms, safely and for any engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import UsageError

Term = NamedNode | Literal | BlankNode | Triple
"""What a query answers with."""

QUOTED: Final = r"""
    <[^<>"{}|^`\\\x00-\x20]*>
  | \#[^\n\r]*
  | '''(?:'{0,2}(?:[^'\\]|\\.))*''' | \"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"
  | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*"
"""
"""The IRIs, comments and strings of a query (SPARQL 1.1, 19.8), in which a word is no keyword and a brace or
a question mark means nothing. A regular expression, verbose, in which a dot matches any character."""

_TOKEN: Final = re.compile(
    r"(?P<skip>" + QUOTED + r") | [?$](?P<variable>\w+) | (?P<word>[\w:%.\\-]+) | (?P<mark>[{}()*])",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class _Select:
    """A query or sub-select whose WHERE comes next: the brackets open around it, and what it selects."""

    parens: int
    braces: int
    selected: set[str]
    template: bool = False
    """The template of a CONSTRUCT comes before the WHERE."""


def bind_variables(query: str, bindings: Mapping[str, Term]) -> str:
    """The query with some of its variables fixed to a term each.

    A ``VALUES`` block at the start of the query's WHERE, and of every sub-select that selects the variable,
    holds the terms. Unlike Oxigraph's own substitutions this also works for variables that are not selected,
    lets the optimiser start from the terms, and runs on every endpoint; unlike a replacement in the text it
    can't change what the query means.

    Args:
        query: A SPARQL query with a WHERE (every SELECT and ASK; a short ``CONSTRUCT WHERE`` has no room).
        bindings: Terms by the name of the variable, without ``?``.

    Raises:
        UsageError: A variable does not occur in the query, or the query has no WHERE to bind it in.
    """
    if not bindings:
        return query
    insertions: list[tuple[int, list[str]]] = []
    occurring: set[str] = set()
    waiting: list[_Select] = []
    form = previous = ""
    parens = braces = 0
    for token in _TOKEN.finditer(query):
        if token["skip"]:
            continue
        variable, text = token["variable"], (token["word"] or token["mark"] or "").upper()
        here = (
            waiting[-1] if waiting and (waiting[-1].parens, waiting[-1].braces) == (parens, braces) else None
        )
        if variable:
            occurring.add(variable)
            if here:
                here.selected.add(variable)
        elif not form and text in {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}:
            form = text
            waiting.append(_Select(0, 0, set(bindings), template=form == "CONSTRUCT"))
        elif text == "SELECT" and previous == "{":
            waiting.append(_Select(parens, braces, set()))
        elif text == "*" and here:
            here.selected.update(bindings)
        elif text in {"(", ")"}:
            parens += 1 if text == "(" else -1
        elif text in {"{", "}"}:
            braces += 1 if text == "{" else -1
            if text == "{" and here and here.template:
                here.template = False
            elif text == "{" and here:
                insertions.append((token.end(), sorted(here.selected & bindings.keys())))
                waiting.pop()
        previous = text
    if unknown := sorted(bindings.keys() - occurring):
        raise UsageError(f"the query has no variable ?{unknown[0]}")
    if not insertions:
        raise UsageError(f"the query has no WHERE in which ?{min(bindings)} could be bound")
    parts, last = [], 0
    for position, names in insertions:
        if names:
            variables = " ".join(f"?{name}" for name in names)
            terms = " ".join(str(bindings[name]) for name in names)
            parts += [query[last:position], f" VALUES ({variables}) {{ ({terms}) }} "]
            last = position
    return "".join([*parts, query[last:]])
