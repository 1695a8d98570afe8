"""Making a map of a graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from kg.maps import relatedness
from kg.maps.boards import boards, contradictions
from kg.maps.cite_keys import cite_keys
from kg.maps.clusters import cluster_of, clusters, group, neighbour_graph
from kg.maps.collection import (
    Collection,
    PaperFacts,
    read_claims,
    read_collection,
    read_derived,
    read_entities,
    read_papers,
    read_results,
)
from kg.maps.gaps import COLUMNS, ROWS, gap_tables
from kg.maps.matrix import matrix
from kg.maps.options import MapOptions
from kg.maps.positions import AROUND, positions
from kg.maps.records import MapClaim, MapPaper, Matrix, RelatedWorkMap
from kg.maps.start import choose
from kg.maps.supports import links, supports
from kg.maps.timelines import EVENTS, LIMIT, timelines
from kg.progress import Progress
from kg.rdf import Store
from kg.records import RELATIONS

_MOST: Final = 10
_FEWEST: Final = 3
_TOLD: Final = 5


def make_map(
    store: Store,
    start: str | Path | None = None,
    *,
    options: MapOptions | None = None,
    progress: Progress | None = None,
) -> RelatedWorkMap:
    """Map what belongs together, what differs and what is missing among papers.

    Args:
        store: The graph.
        start: None for all papers of the graph; a reading list (title or slug), a paper (it and those nearest
            to it), an entity (the papers that name it), each by any of its names; a SPARQL SELECT whose first
            variable gives papers, or an ``.rq`` file that holds one.
        options: What can be chosen.
        progress: Called as the work goes on.

    Raises:
        UsageError: Nothing has this name, or several things have it, or the query selects no papers.
        KgError: There is no paper, or the graph or the file can't be read.
    """
    options = options or MapOptions()
    report = progress or (lambda stage, done, total: None)
    report("Reading the graph", 0, None)
    collection = read_collection(store)
    report("Relating papers", 0, None)
    vectors = relatedness.vectors(collection, options)
    begin = choose(store, collection, vectors, start, options)
    numbers = np.array(begin.papers, dtype=np.int64)

    around = relatedness.nearest(vectors, numbers, AROUND)
    graph = neighbour_graph(around.first(neighbours(len(numbers))))
    groups = group(graph)
    found = clusters(collection, graph, groups, options)
    report("Placing papers", 0, None)
    places = positions(around, graph, groups, options.seed)

    report("Reading sentences", 0, None)
    facts = read_papers(store, collection, begin.papers)
    papers = _papers(collection, facts, cluster_of(found), places)
    claims = read_claims(store, collection, begin.papers)
    results = read_results(store, collection, begin.papers)
    entities = read_entities(store, collection, claims.values(), results)
    report("Comparing papers", 0, None)
    table = matrix(found, entities, claims, options)
    return RelatedWorkMap(
        title=begin.title,
        start=begin.start,
        base=collection.base,
        papers=papers,
        entities=entities,
        claims=claims,
        results=results,
        related=relatedness.related(collection, vectors, around.first(_TOLD)),
        links=links(collection, read_derived(store, collection), papers, entities, claims),
        clusters=found,
        matrix=table,
        timelines=timelines(papers, entities, claims),
        method_gaps=gap_tables(entities, claims, results, options),
        boards=boards(results, entities),
        contradictions=contradictions(results),
        supports=supports(papers, claims),
        notes=_notes(vectors, len(numbers), table),
        of_paper=_of_paper(papers, claims),
    )


def neighbours(papers: int) -> int:
    """How many neighbours of each paper count for clusters: the root of their number, 3 to 10."""
    return int(min(_MOST, max(_FEWEST, round(papers**0.5))))


def _papers(
    collection: Collection,
    facts: Mapping[int, PaperFacts],
    cluster: Mapping[str, int],
    places: Mapping[int, tuple[float, float]],
) -> dict[str, MapPaper]:
    keys = cite_keys({collection.papers[number]: of for number, of in facts.items()})
    return {
        key: MapPaper(
            key=key,
            iri=collection.paper_iri(number),
            title=of.title,
            authors=of.authors,
            issued=of.issued,
            arxiv_id=of.arxiv_id,
            doi=of.doi,
            url=of.url,
            code_url=of.code_url,
            lists=of.lists,
            cite_key=keys[key],
            cluster=cluster[key],
            x=places[number][0],
            y=places[number][1],
        )
        for number, of in sorted(facts.items())
        for key in (collection.papers[number],)
    }


def _of_paper(papers: Mapping[str, MapPaper], claims: Mapping[str, MapClaim]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[MapClaim]] = defaultdict(list)
    for claim in claims.values():
        found[claim.paper].append(claim)
    return {
        key: tuple(
            claim.iri
            for claim in sorted(
                found[key], key=lambda one: (RELATIONS.index(one.relation), -one.confidence, one.entity)
            )
        )
        for key in papers
    }


def _notes(vectors: relatedness.Vectors, papers: int, table: Matrix) -> tuple[str, ...]:
    notes = [
        f"Each paper is linked to its {_TOLD} nearest; clusters come from its {neighbours(papers)} nearest.",
        f"Entities and words that more than {relatedness.HUB:,} papers have do not count for relatedness "
        f"({vectors.hubs:,} here).",
    ]
    if table.omitted:
        notes.append(
            f"The matrix leaves out {table.omitted:,} entities: those of one paper, and those that compare "
            "least."
        )
    notes += [
        f"Timelines are told of {LIMIT} methods, models and benchmarks at most, with {EVENTS} events each.",
        f"Gaps are looked for among {ROWS} methods and models and {COLUMNS} benchmarks or tasks at most; "
        "“not seen in this collection” says nothing of papers that are not in it.",
    ]
    return tuple(notes)
