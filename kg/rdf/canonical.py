"""A hash of what a graph says, whatever store it is in."""

from __future__ import annotations

import hashlib
import heapq
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import IO, Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, QueryTriples, Triple

from kg.errors import KgError
from kg.rdf.export import with_datatype
from kg.rdf.store import OxigraphStore, Store

_BATCH: Final = 200_000
"""Triples that are sorted in memory at a time."""
_SMALL: Final = 100_000
"""Triples up to which a graph with blank nodes is canonicalised."""


def canonical_hash(store: Store) -> str:
    """SHA-256 of a graph's canonical N-Quads (RDF Dataset Canonicalization 1.0, RDFC-1.0), in hexadecimal.

    A graph without blank nodes, as every build makes, is canonical once its lines are sorted by code point:
    this is what ``kg export --format ntriples | LC_ALL=C sort | sha256sum`` prints. They are sorted in parts,
    which wait in temporary files: memory does not grow with the graph.

    Raises:
        KgError: The store can't be read, or it has blank nodes and over 100,000 triples.
    """
    with ExitStack() as files:
        parts: list[IO[bytes]] = []
        triples = map(with_datatype, _triples(store))
        while batch := list(islice(triples, _BATCH)):
            if any(isinstance(node, BlankNode) for one in batch for node in (one.subject, one.object)):
                return _with_blank_nodes(store)
            part = files.enter_context(tempfile.TemporaryFile())
            part.writelines(sorted(_lines(batch)))
            part.seek(0)
            parts.append(part)
        digest = hashlib.sha256()
        last = b""
        for line in heapq.merge(*parts):
            if line != last:
                digest.update(line)
                last = line
        return digest.hexdigest()


def _triples(store: Store) -> Iterator[Triple]:
    if isinstance(store, OxigraphStore) and (kept := store.triples()):
        return kept
    found = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    if not isinstance(found, QueryTriples):
        raise KgError("the store answered a CONSTRUCT without triples")
    return iter(found)


def _lines(triples: list[Triple]) -> list[bytes]:
    text = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    return [line + b"\n" for line in text.split(b"\n")[:-1]]


def _with_blank_nodes(store: Store) -> str:
    triples = [with_datatype(triple) for triple in islice(_triples(store), _SMALL + 1)]
    if len(triples) > _SMALL:
        raise KgError(
            f"a graph with blank nodes and over {_SMALL:,} triples can't be hashed; give its nodes IRIs"
        )
    graph = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = _lines([quad.triple for quad in graph])
    return hashlib.sha256(b"".join(sorted(lines))).hexdigest()
