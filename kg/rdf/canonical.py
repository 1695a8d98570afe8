"""A hash of what a graph says, whatever store it is in."""

from __future__ import annotations

import hashlib
import heapq
import io
import re
import tempfile
from contextlib import ExitStack
from itertools import islice
from typing import IO, Any, Final

import pyoxigraph as ox
from pyoxigraph import QueryTriples

from kg.errors import KgError
from kg.rdf.export import INTEGERS
from kg.rdf.namespaces import PREFIXES
from kg.rdf.store import OxigraphStore, Store

_PART: Final = 8_000_000
"""Bytes that are sorted in memory at a time."""
_SMALL: Final = 100_000
"""Triples up to which a graph with blank nodes is canonicalised."""
_EVERYTHING: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_BLANK: Final = re.compile(rb"^_:| _:[^\s\"]+ \.$", re.MULTILINE)
_XSD: Final = PREFIXES["xsd"].encode()
_INTEGER: Final = re.compile(
    rb'> <([^>]*)> "[^"]*"\^\^<' + re.escape(_XSD) + rb"(integer)> \.$", re.MULTILINE
)
_NARROWER: Final = {
    predicate.value.encode(): datatype.value.encode().removeprefix(_XSD)
    for predicate, datatype in INTEGERS.items()
}


def canonical_hash(store: Store) -> str:
    """SHA-256 of a graph's canonical N-Quads (RDF Dataset Canonicalization 1.0, RDFC-1.0), in hexadecimal.

    A graph without blank nodes, as every build makes, is canonical once its lines are sorted by code point:
    this is what ``kg export --format ntriples | LC_ALL=C sort | sha256sum`` prints. They are sorted in parts,
    which wait in temporary files: memory does not grow with the graph.

    Raises:
        KgError: The store can't be read, or it has blank nodes and over 100,000 triples.
    """
    with ExitStack() as files:
        lines = _SortedParts(files)
        with io.BufferedWriter(lines, 1 << 20) as out:
            if isinstance(store, OxigraphStore):
                store.write_ntriples(out)
            else:
                _triples(store).serialize(out, ox.RdfFormat.N_TRIPLES)
        lines.sort()
        if lines.blank_nodes:
            return _with_blank_nodes(store)
        digest, last = hashlib.sha256(), b""
        for line in heapq.merge(*lines.parts):
            if line != last:
                digest.update(line)
                last = line
        return digest.hexdigest()


class _SortedParts(io.RawIOBase):
    """Takes lines of N-Triples and leaves sorted files of them."""

    def __init__(self, files: ExitStack) -> None:
        self.parts: list[IO[bytes]] = []
        self.blank_nodes = False
        self._files = files
        self._blocks: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._blocks.append(bytes(data))
        self._size += len(data)
        if self._size >= _PART:
            self.sort()
        return len(data)

    def sort(self) -> None:
        """Write the whole lines that there are to a file."""
        whole, newline, rest = b"".join(self._blocks).rpartition(b"\n")
        self._blocks, self._size = [rest], len(rest)
        if not newline:
            return
        self.blank_nodes = self.blank_nodes or bool(_BLANK.search(whole))
        part: IO[bytes] = self._files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        part.writelines(sorted(_with_datatypes(whole + newline).splitlines(keepends=True)))
        part.seek(0)
        self.parts.append(part)


def _with_datatypes(lines: bytes) -> bytes:
    """Give integers back the datatypes that Oxigraph generalises, as exports do."""

    def narrow(match: re.Match[bytes]) -> bytes:
        if datatype := _NARROWER.get(match[1]):
            return match.group().removesuffix(b"integer> .") + datatype + b"> ."
        return match.group()

    return _INTEGER.sub(narrow, lines)


def _triples(store: Store) -> QueryTriples:
    triples = store.query(_EVERYTHING)
    if not isinstance(triples, QueryTriples):
        raise KgError("the store answered a CONSTRUCT without triples")
    return triples


def _with_blank_nodes(store: Store) -> str:
    triples = list(islice(_triples(store), _SMALL + 1))
    if len(triples) > _SMALL:
        raise KgError(
            f"a graph with blank nodes and over {_SMALL:,} triples can't be hashed; give its nodes IRIs"
        )
    graph = ox.Dataset(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    text = ox.serialize((quad.triple for quad in graph), format=ox.RdfFormat.N_TRIPLES) or b""
    return hashlib.sha256(b"".join(sorted(_with_datatypes(text).splitlines(keepends=True)))).hexdigest()
