"""The whole network of a graph in memory: what the explorer looks up at every step."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from kg.network.graph import BROADER, CLAIMS, DERIVED, LINKS, entity_labels, entity_types
from kg.network.rows import local_name, rows
from kg.rdf import Store, graph_base
from kg.records import ENTITY_TYPES
from kg.server.search import Names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Mask: TypeAlias = NDArray[np.bool_]

NODE_TYPES: Final = ("Paper", *ENTITY_TYPES)
"""What a node can be; its code is its place here. Papers have the code 0."""
ROLES: Final = ("subject", "benchmark", "metric", "baseline")
"""What an entity can be in a result."""

_PAPERS: Final = """
SELECT ?paper ?title ?issued ?arxiv ?doi WHERE {
  ?paper a kg:Paper
  OPTIONAL { ?paper dcterms:title ?title } OPTIONAL { ?paper dcterms:issued ?issued }
  OPTIONAL { ?paper fabio:hasArXivId ?arxiv } OPTIONAL { ?paper kg:doi ?doi }
}"""
_PAPER_FACTS: Final = ("title", "issued", "arxiv", "doi")
_ALIASES: Final = "SELECT ?entity ?label WHERE { ?entity skos:altLabel ?label }"
_RESULTS: Final = """
SELECT ?result ?paper ?start WHERE {
  ?result a kg:Result ; kg:inPaper ?paper OPTIONAL { ?result oa:start ?start }
}"""
_ROLE: Final = "SELECT ?result ?entity WHERE { ?result kg:%s ?entity }"
_LISTS: Final = """
SELECT ?list ?title ?source WHERE {
  ?list a kg:ReadingList OPTIONAL { ?list dcterms:title ?title } OPTIONAL { ?list dcterms:source ?source }
}"""
_MEMBERS: Final = "SELECT ?list ?paper WHERE { ?paper dcterms:isPartOf ?list }"


@dataclass(frozen=True, slots=True, eq=False)
class ReadingListEntry:
    """A reading list and its papers, the newest first."""

    id: str
    title: str
    source: str
    papers: Ints


@dataclass(frozen=True, slots=True, eq=False)
class ResultTable:
    """The results of a graph, those of the newest papers first, in reading order within a paper."""

    ids: Sequence[str]
    paper: Ints
    roles: Mapping[str, Ints]
    """The entity of each result in each of ``ROLES``; -1 where it names none."""

    def of_paper(self, paper: int) -> Ints:
        """The numbers of the results that a paper reports."""
        return np.flatnonzero(self.paper == paper)

    def with_entity(self, entity: int) -> Ints:
        """The numbers of the results that an entity has any part in."""
        return np.flatnonzero(np.logical_or.reduce([nodes == entity for nodes in self.roles.values()]))


@dataclass(frozen=True, slots=True, eq=False)
class GraphIndex:
    """The nodes and edges of a graph as arrays, and its names for searching. Immutable; safe among threads.

    Nodes are numbered by degree, the highest first, then by id: the lower of two numbers is the better known
    node. An edge is numbered by its source, target and relation. Every edge stands twice in the adjacency,
    once for either end: that of node ``n`` is the slice ``offsets[n]:offsets[n + 1]`` of ``half_edges`` (the
    numbers of its edges) and ``half_others`` (the nodes at their other ends, ascending).
    """

    base: str
    """What the IRIs of the graph begin with; an ``id`` is what follows."""
    ids: Sequence[str]
    labels: Sequence[str]
    """Titles of papers, preferred labels of entities; the id where there is none."""
    types: NDArray[np.int8]
    """By node: its place in ``NODE_TYPES``."""
    issued: Sequence[str]
    """Dates of papers as in the graph (``2025``, ``2025-05``, ``2025-05-17``); empty if unknown."""
    years: NDArray[np.int16]
    """0 if unknown."""
    recency: Ints
    """By paper: its place among all, the newest first (by id within a date, the undated last)."""
    degrees: Ints
    """Number of distinct neighbours."""
    papers: Ints
    """By entity: the number of papers that have a claim about it."""
    sources: Ints
    targets: Ints
    relations: NDArray[np.int8]
    """By edge: its place in ``kg.network.LINKS``."""
    confidences: NDArray[np.float32]
    """By edge: 0 to 1; NaN where it is no claim."""
    offsets: Ints
    half_edges: Ints
    half_others: Ints
    via: Mapping[int, tuple[int, ...]]
    """By derived edge: the entities that it goes through."""
    lists: Mapping[str, ReadingListEntry]
    """By id, in the order of their titles."""
    results: ResultTable
    names: Names
    _numbers: Mapping[str, int] = field(repr=False)

    @classmethod
    def read(cls, store: Store) -> GraphIndex:
        """Read the network of a graph.

        Raises:
            KgError: The store can't answer.
        """
        return _read(store)

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, node_id: str) -> int | None:
        """The number of a node by its id; None if the graph has no such paper or entity."""
        return self._numbers.get(node_id)

    def iri(self, node: int) -> str:
        """The IRI of a node."""
        return full_iri(self.base, self.ids[node])

    def node(self, node: int) -> dict[str, Any]:
        """A node as the API gives it."""
        known = {
            "id": self.ids[node],
            "type": NODE_TYPES[self.types[node]],
            "label": self.labels[node],
            "degree": int(self.degrees[node]),
        }
        if self.types[node]:
            known["papers"] = int(self.papers[node])
        elif self.issued[node]:
            known |= {"issued": self.issued[node], "year": int(self.years[node])}
        return known

    def nodes(self, nodes: Iterable[int]) -> list[dict[str, Any]]:
        """Nodes as the API gives them."""
        return [self.node(int(node)) for node in nodes]

    def edge(self, edge: int) -> dict[str, Any]:
        """An edge as the API gives it."""
        return {
            "source": self.ids[self.sources[edge]],
            "target": self.ids[self.targets[edge]],
            "relation": LINKS[self.relations[edge]],
            "confidence": self.confidence(edge),
        }

    def confidence(self, edge: int) -> float | None:
        """How sure a claim is; None for an edge that is no claim."""
        value = float(self.confidences[edge])
        return None if np.isnan(value) else round(value, 4)

    def around(self, node: int) -> tuple[Ints, Ints]:
        """The edges of a node, and the nodes at their other ends."""
        here = slice(self.offsets[node], self.offsets[node + 1])
        return self.half_edges[here], self.half_others[here]

    def around_all(self, nodes: Ints) -> tuple[Ints, Ints, Ints]:
        """Each of some nodes with its edges and the nodes at their other ends, in the nodes' order."""
        starts, counts = self.offsets[nodes], self.offsets[nodes + 1] - self.offsets[nodes]
        before = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(starts - before, counts)
        return np.repeat(nodes, counts), self.half_edges[places], self.half_others[places]

    def claim_iri(self, edge: int) -> str:
        """The IRI of the claim that an edge stands for."""
        paper, entity = self.ids[self.sources[edge]], self.ids[self.targets[edge]]
        relation = LINKS[self.relations[edge]]
        return f"{self.base}claim/{paper.rpartition('/')[2]}/{relation}/{entity.rpartition('/')[2]}"

    def mask(self, nodes: Ints | Sequence[int]) -> Mask:
        """True at some nodes."""
        chosen = np.zeros(len(self), dtype=np.bool_)
        chosen[np.asarray(nodes, dtype=np.int64)] = True
        return chosen


def full_iri(base: str, node_id: str) -> str:
    """The IRI that an id stands for: one that is not under the graph's base is its own id."""
    return node_id if "://" in node_id else base + node_id


_EdgeKey: TypeAlias = tuple[int, int, int]
"""Source, target and the relation's place in ``LINKS``."""


def _read(store: Store) -> GraphIndex:
    base = graph_base(store)
    facts = _read_papers(store)
    kinds, labels = entity_types(store, facts), entity_labels(store)

    iris = sorted([*facts, *kinds])
    edges, via = _read_edges(store, {iri: number for number, iri in enumerate(iris)}, facts)
    keys = np.array(list(edges), dtype=np.int64).reshape(-1, 3)
    confidences = np.array(list(edges.values()), dtype=np.float32)
    pairs = np.concatenate([keys[:, :2], keys[:, 1::-1]])
    # Each pair of neighbours once, as one number.
    distinct = np.unique(pairs[:, 0] * len(iris) + pairs[:, 1])
    degrees = np.bincount(distinct // max(1, len(iris)), minlength=len(iris))
    # From the order of the IRIs to that of the degrees.
    by_degree = np.lexsort((np.arange(len(iris)), -degrees))
    ranks = np.empty(len(iris), dtype=np.int64)
    ranks[by_degree] = np.arange(len(iris))
    keys[:, :2] = ranks[keys[:, :2]]
    order = np.lexsort((keys[:, 2], keys[:, 1], keys[:, 0]))
    keys, confidences = keys[order], confidences[order]
    sources, targets = keys[:, 0].copy(), keys[:, 1].copy()

    ordered = [iris[number] for number in by_degree]
    numbers = {iri: number for number, iri in enumerate(ordered)}
    ids = [iri.removeprefix(base) for iri in ordered]
    types = np.array([NODE_TYPES.index(kinds.get(iri, "Paper")) for iri in ordered], dtype=np.int8)
    issued = [facts[iri]["issued"] if iri in facts else "" for iri in ordered]
    shown = [
        " ".join((facts[iri]["title"] if iri in facts else labels.get(iri, "")).split()) or node_id
        for iri, node_id in zip(ordered, ids, strict=True)
    ]
    claims = (types[sources] == 0) & (types[targets] > 0)
    mentioned = np.unique(sources[claims] * len(ordered) + targets[claims]) % max(1, len(ordered))
    by_date = sorted(sorted(range(len(ids)), key=ids.__getitem__), key=issued.__getitem__, reverse=True)
    recency = np.empty(len(ids), dtype=np.int64)
    recency[by_date] = np.arange(len(ids))
    offsets, half_edges, half_others = _adjacency(len(ordered), sources, targets)
    return GraphIndex(
        base=base,
        ids=ids,
        labels=shown,
        types=types,
        issued=issued,
        years=np.array([int(date[:4]) if re.match(r"\d{4}", date) else 0 for date in issued], dtype=np.int16),
        recency=recency,
        degrees=degrees[by_degree],
        papers=np.bincount(mentioned, minlength=len(ordered)),
        sources=sources,
        targets=targets,
        relations=keys[:, 2].astype(np.int8),
        confidences=confidences,
        offsets=offsets,
        half_edges=half_edges,
        half_others=half_others,
        via=_numbered(via, ranks, sources, targets, keys[:, 2]),
        lists=_read_lists(store, base, numbers, recency),
        results=_read_results(store, base, numbers, recency),
        names=Names(shown, _other_names(store, facts, numbers), types.tolist(), NODE_TYPES),
        _numbers={node_id: number for number, node_id in enumerate(ids)},
    )


def _read_papers(store: Store) -> dict[str, dict[str, str]]:
    """Title, date and identifiers of each paper; of several, the same one in every build."""
    facts: dict[str, dict[str, str]] = {}
    for paper, *values in rows(store, _PAPERS):
        known = facts.setdefault(paper, dict.fromkeys(_PAPER_FACTS, ""))
        for name, value in zip(_PAPER_FACTS, values, strict=True):
            known[name] = min(filter(None, (known[name], value)), default="")
    return facts


def _read_edges(
    store: Store, numbers: Mapping[str, int], papers: Mapping[str, object]
) -> tuple[dict[_EdgeKey, float], dict[_EdgeKey, set[int]]]:
    """The confidence of every edge (NaN where it is no claim), and what the derived ones go through."""
    codes = {name: code for code, name in enumerate(LINKS)}
    edges: dict[_EdgeKey, float] = {}
    via: defaultdict[_EdgeKey, set[int]] = defaultdict(set)
    for paper, relation, entity, confidence in rows(store, CLAIMS):
        code = codes.get(local_name(relation))
        if code is not None and paper in papers and entity in numbers and entity not in papers:
            key = (numbers[paper], numbers[entity], code)
            edges[key] = max(float(confidence), edges.get(key, 0.0))
    for paper, relation, other, entity in rows(store, DERIVED):
        code = codes.get(local_name(relation))
        if code is not None and paper in papers and other in papers and entity in numbers and paper != other:
            key = (numbers[paper], numbers[other], code)
            edges[key] = math.nan
            via[key].add(numbers[entity])
    for narrower, broader in rows(store, BROADER):
        if narrower in numbers and broader in numbers and narrower != broader:
            edges[numbers[narrower], numbers[broader], codes["broader"]] = math.nan
    return edges, via


def _numbered(
    via: Mapping[_EdgeKey, set[int]], ranks: Ints, sources: Ints, targets: Ints, relations: Ints
) -> dict[int, tuple[int, ...]]:
    """What derived edges go through, by the final numbers of edges and nodes."""
    moved = {
        (int(ranks[source]), int(ranks[target]), relation): tuple(sorted(int(ranks[one]) for one in entities))
        for (source, target, relation), entities in via.items()
    }
    derived = np.flatnonzero(np.isin(relations, sorted({key[2] for key in via})))
    return {
        int(edge): moved[int(sources[edge]), int(targets[edge]), int(relations[edge])] for edge in derived
    }


def _adjacency(nodes: int, sources: Ints, targets: Ints) -> tuple[Ints, Ints, Ints]:
    here, there = np.concatenate([sources, targets]), np.concatenate([targets, sources])
    edges = np.tile(np.arange(len(sources)), 2)
    order = np.lexsort((edges, there, here))
    offsets = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(here, minlength=nodes), out=offsets[1:])
    return offsets, edges[order], there[order]


def _read_lists(
    store: Store, base: str, numbers: Mapping[str, int], recency: Ints
) -> dict[str, ReadingListEntry]:
    found: dict[str, tuple[str, str]] = {}
    for reading_list, title, source in rows(store, _LISTS):
        found[reading_list] = min((title, source), found.get(reading_list, (title, source)))
    members: defaultdict[str, set[int]] = defaultdict(set)
    for reading_list, paper in rows(store, _MEMBERS):
        if paper in numbers:
            members[reading_list].add(numbers[paper])
    lists = {}
    for iri, (title, source) in sorted(found.items(), key=lambda item: (item[1], item[0])):
        papers = np.array(sorted(members[iri], key=recency.__getitem__), dtype=np.int64)
        list_id = iri.removeprefix(base)
        lists[list_id] = ReadingListEntry(list_id, title or list_id, source, papers)
    return lists


def _read_results(store: Store, base: str, numbers: Mapping[str, int], recency: Ints) -> ResultTable:
    place: dict[str, tuple[int, int]] = {}
    for result, paper, start in rows(store, _RESULTS):
        if paper in numbers:
            place[result] = min((numbers[paper], int(start or 0)), place.get(result, (len(numbers), 0)))
    ordered = sorted(place, key=lambda result: (recency[place[result][0]], place[result][1], result))
    at = {result: number for number, result in enumerate(ordered)}
    roles = {}
    for role in ROLES:
        nodes = np.full(len(ordered), -1, dtype=np.int64)
        for result, entity in sorted(rows(store, _ROLE % role), reverse=True):
            if result in at and entity in numbers:
                nodes[at[result]] = numbers[entity]
        roles[role] = nodes
    return ResultTable(
        [result.removeprefix(base) for result in ordered],
        np.array([place[result][0] for result in ordered], dtype=np.int64),
        roles,
    )


def _other_names(
    store: Store, facts: Mapping[str, Mapping[str, str]], numbers: Mapping[str, int]
) -> dict[int, list[str]]:
    """Aliases of entities, arXiv ids and DOIs of papers."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    for entity, alias in rows(store, _ALIASES):
        if entity in numbers and entity not in facts:
            names[numbers[entity]].append(alias)
    for paper, known in facts.items():
        names[numbers[paper]] += filter(None, (known["arxiv"], known["doi"]))
    return names
