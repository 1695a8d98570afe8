"""Sentences of papers, with the words in them that say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kg.queries.answers import run_query
from kg.rdf import Store, Term
from kg.records import Field

_BATCH: Final = 500
_EVIDENCE: Final = """
SELECT ?claim ?field ?begin ?text ?start ?end WHERE {
  VALUES ?claim { %s }
  ?claim kg:evidence ?mention .
  ?mention kg:field ?field ; oa:start ?start ; oa:end ?end ; kg:inSentence ?sentence .
  ?sentence kg:text ?text ; oa:start ?begin .
}
"""
_CURATORS: Final = "SELECT ?claim ?by WHERE { VALUES ?claim { %s } ?claim kg:curatedBy ?by }"


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence, and the stretches of it that say what is claimed (code points, end exclusive)."""

    text: str
    marks: tuple[tuple[int, int], ...]
    field: Field


def quote(text: str, spans: Iterable[tuple[int, int]], field: str) -> Quote:
    """A sentence with its marks in order; those that do not lie within it are left out.

    Args:
        text: The sentence.
        spans: Start and end of each mark in it.
        field: Where the paper has it, ``title`` or ``abstract``.
    """
    marks = sorted({span for span in spans if 0 <= span[0] < span[1] <= len(text)})
    return Quote(text, tuple(marks), "title" if field == "title" else "abstract")


def read_quotes(store: Store, claims: Iterable[str]) -> Mapping[str, tuple[Quote, ...]]:
    """The sentences of each claim, title first, with all its mentions in a sentence marked.

    Args:
        store: The graph.
        claims: The IRIs of the claims.

    Returns:
        Quotes by claim; none for a claim without evidence.
    """
    wanted = list(dict.fromkeys(claims))
    marks: dict[str, dict[tuple[bool, int, str], set[tuple[int, int]]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for first in range(0, len(wanted), _BATCH):
        batch = " ".join(str(ox.NamedNode(iri)) for iri in wanted[first : first + _BATCH])
        for claim, field, begin, text, start, end in run_query(store, _EVIDENCE % batch):
            offset = int(_text(begin))
            sentence = (_text(field) != "title", offset, _text(text))
            marks[_text(claim)][sentence].add((int(_text(start)) - offset, int(_text(end)) - offset))
    found: dict[str, tuple[Quote, ...]] = defaultdict(tuple)
    for claim_iri, sentences in marks.items():
        found[claim_iri] = tuple(
            quote(text, spans, "abstract" if in_abstract else "title")
            for (in_abstract, _, text), spans in sorted(sentences.items())
        )
    return found


def read_curators(store: Store, claims: Iterable[str]) -> dict[str, str]:
    """Who vouches for claims that a curation added or confirmed, by the claims' IRIs."""
    wanted = list(dict.fromkeys(claims))
    found: dict[str, str] = {}
    for first in range(0, len(wanted), _BATCH):
        batch = " ".join(str(ox.NamedNode(iri)) for iri in wanted[first : first + _BATCH])
        for claim, by in run_query(store, _CURATORS % batch):
            found[_text(claim)] = min(_text(by), found.get(_text(claim), _text(by)))
    return found


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else ""
