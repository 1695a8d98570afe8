"""Asking a store for rows of plain strings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.rdf.namespaces import PREFIXES
from kg.rdf.store import Store, select

_HEADER: Final = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
_BATCH: Final = 500


def rows(store: Store, query: str) -> Iterator[list[str]]:
    """The solutions of a SELECT, each term as its IRI or lexical form, empty where unbound."""
    for row in select(store, _HEADER + query):
        yield [term.value if isinstance(term, (NamedNode, Literal, BlankNode)) else "" for term in row]


def rows_about(store: Store, query: str, iris: Sequence[str]) -> Iterator[list[str]]:
    """The solutions of a SELECT for some IRIs, asked for in batches.

    Args:
        store: The graph.
        query: A query in which ``%s`` stands for the IRIs of a ``VALUES`` block.
        iris: What to ask about.
    """
    for start in range(0, len(iris), _BATCH):
        yield from rows(
            store, query.replace("%s", " ".join(f"<{iri}>" for iri in iris[start : start + _BATCH]))
        )


def local_name(iri: str) -> str:
    """What follows the last ``#`` or ``/``: ``uses`` of ``…/ontology#uses``."""
    return iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :]


def short_id(iri: str) -> str:
    """The kind and key that an IRI of the graph ends in: ``entity/lora``, whatever its base."""
    return "/".join(iri.rsplit("/", 2)[1:])


def first_by_text(values: Iterable[str]) -> str:
    """The same one of several values in every build; empty if there is none."""
    return min(values, default="")
