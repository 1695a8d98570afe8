"""The graph file: one sorted Turtle file from any number of papers, in memory that hardly grows with them."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO

import pyoxigraph as ox
from pyoxigraph import Triple

from kg.errors import KgError
from kg.rdf.links import LinkFinder
from kg.rdf.namespaces import BASE_IRI, RESOURCE_KINDS, Iris
from kg.rdf.store import OxigraphStore
from kg.rdf.triples import entity_triples, list_triples, paper_triples, verify
from kg.rdf.turtle import TurtleFormatter
from kg.records import Entity, LinkedPaper, ReadingList
from kg.text.slugs import slugify


@dataclass(frozen=True, slots=True)
class GraphCounts:
    """How many resources of each kind a graph file holds."""

    papers: int = 0
    entities: int = 0
    claims: int = 0
    mentions: int = 0
    sentences: int = 0
    results: int = 0
    notes: int = 0
    lists: int = 0
    derivations: int = 0
    """Reasons for links from paper to paper."""
    triples: int = 0
    unverified: int = 0
    """Mentions, relations and results that were left out because their quote could not be verified."""


def write_graph(
    path: str | Path,
    papers: Iterable[LinkedPaper],
    entities: Mapping[str, Entity],
    lists: Iterable[ReadingList] = (),
    *,
    base_iri: str = BASE_IRI,
) -> GraphCounts:
    """Write the graph as Turtle, sorted by subject, ``rdf:type`` first, then predicate and object.

    The bytes depend on what is given, never on its order. Triples pass through a temporary file beside
    ``path`` rather than through memory.

    Args:
        path: The file to write.
        papers: The papers, each key once. Read twice: a list, or an object that can be iterated anew.
        entities: Every entity of the graph by slug.
        lists: Reading lists to write even if no paper is in them; those of the papers are written anyway.
        base_iri: Where the graph's resources live.

    Raises:
        UsageError: ``base_iri`` can't be a base.
        KgError: The disk is full or the folder can't be written.
        TypeError: ``papers`` is an iterator, which can't be read twice.
        ValueError: Two papers have the same key.
    """
    if iter(papers) is papers:
        raise TypeError("papers are read twice: give a list or an object that can be iterated anew")
    iris = Iris(base_iri)
    finder = LinkFinder({slug: entity.type for slug, entity in entities.items()})
    all_lists = set(lists)
    for linked in papers:
        all_lists.update(linked.paper.lists)
        finder.observe(linked.key, ((claim.relation, claim.slug) for claim in verify(linked).claims))
    slugs, links = list_slugs(all_lists), finder.links()

    target = Path(path)
    try:
        with tempfile.TemporaryFile(dir=target.parent) as file, target.open("wb") as out:
            spool = Spool(file, TurtleFormatter(iris))
            unverified = 0
            for linked in papers:
                verified = verify(linked)
                unverified += verified.unverified
                spool.add(paper_triples(linked, verified, slugs, links.get(linked.key, ()), iris))
            for entity in entities.values():
                spool.add(entity_triples(entity, entities, iris))
            for reading_list, slug in slugs.items():
                spool.add(list_triples(reading_list, slug, iris))
            out.writelines(spool.sorted())
    except OSError as error:
        raise KgError(f"the graph can't be written: {error.strerror}", where=target.name) from error
    counted = {f"{kind}s" if kind != "entity" else "entities": spool.counts[kind] for kind in RESOURCE_KINDS}
    return GraphCounts(**counted, triples=spool.triples, unverified=unverified)


def list_slugs(lists: Iterable[ReadingList]) -> dict[ReadingList, str]:
    """A slug for each reading list, from its title; lists of one title are numbered by their source."""
    slugs: dict[ReadingList, str] = {}
    taken: set[str] = set()
    for reading_list in sorted(set(lists)):
        name = slugify(reading_list.title) or slugify(reading_list.source) or "list"
        number = 1
        while (slug := name if number == 1 else f"{name}-{number}") in taken:
            number += 1
        taken.add(slug)
        slugs[reading_list] = slug
    return slugs


def load_store(folder: str | Path, graph_ttl: str | Path) -> OxigraphStore:
    """Load a graph file into a new Oxigraph store on disk, and open that for reading.

    The file is loaded in parts: Oxigraph's bulk loader takes 1.9 GB for 5.7 million triples at once, and
    0.3 GB so, for half as long again. Compaction then makes queries three times as fast.

    Args:
        folder: Where the store goes; made if it is not there, and empty if it is.
        graph_ttl: A file that ``write_graph`` wrote.

    Raises:
        KgError: The file is no such Turtle, or the disk is full.
    """
    try:
        store = ox.Store(folder)
        for part in turtle_parts(graph_ttl):
            # Our own file: its IRIs were checked when they were minted.
            store.bulk_load(part, ox.RdfFormat.TURTLE, lenient=True)
        store.flush()
        store.optimize()
        del store
    except (OSError, SyntaxError) as error:
        raise KgError(f"the store can't be written: {error}", where=Path(folder).name) from error
    return OxigraphStore(folder)


def turtle_parts(graph_ttl: str | Path, size: int = 8_000_000) -> Iterator[bytes]:
    """A graph file in parts of about ``size`` bytes, each a Turtle document of its own.

    Args:
        graph_ttl: A file that ``write_graph`` wrote: an empty line before each subject, and none elsewhere.
        size: How many bytes a part has, at most, unless one subject has more.
    """
    with Path(graph_ttl).open("rb") as file:
        header = rest = b""
        while (line := file.readline()).startswith(b"@"):
            header += line
        header += b"\n"
        while chunk := file.read(size):
            whole, found, rest = (rest + chunk).rpartition(b"\n\n")
            if found:
                yield header + whole + b"\n"
        if rest:
            yield header + rest


class Spool:
    """Blocks of Turtle in a temporary file, to be read back sorted.

    Args:
        file: The temporary file.
        formatter: Writes the blocks.
    """

    def __init__(self, file: IO[bytes], formatter: TurtleFormatter) -> None:
        self.formatter = formatter
        self.counts: Counter[str] = Counter()
        self.triples = 0
        self._file = file
        self._at = 0
        self._blocks: list[tuple[str, int, int]] = []

    def add(self, triples: Iterable[Triple]) -> None:
        """Write the triples of one paper, entity or list: a block for each kind of resource in them."""
        for kind, of_kind in groupby(
            self.formatter.subjects(triples), key=lambda s: self.formatter.kind(s.iri)
        ):
            subjects = list(of_kind)
            text = "".join(subject.turtle for subject in subjects).encode()
            self.counts[kind] += len(subjects)
            self.triples += sum(subject.triples for subject in subjects)
            self._blocks.append((subjects[0].iri, self._at, len(text)))
            self._at += self._file.write(text)

    def sorted(self) -> Iterator[bytes]:
        """The header, then the blocks by IRI. Those of two papers never interleave: a key holds no slash."""
        yield self.formatter.header().encode()
        self._blocks.sort()
        last = ""
        for iri, at, size in self._blocks:
            if iri == last:
                raise ValueError(f"described twice: {iri}")
            last = iri
            self._file.seek(at)
            yield self._file.read(size)
