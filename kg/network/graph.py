"""The graph as papers, entities and the links between them: a networkx projection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import networkx as nx

from kg.errors import UsageError
from kg.network.rows import first_by_text, local_name, rows, rows_about, short_id
from kg.network.web_links import is_web_address
from kg.rdf.store import Store
from kg.records import ENTITY_TYPES, RELATIONS

Network: TypeAlias = "nx.MultiDiGraph[str]"
"""Nodes by IRI, edges by relation; see ``project``."""

PAPER_LINKS: Final = ("usesMethodIn", "usesDataFrom", "extends")
"""Derived links from a paper to another, by their names in CiTO."""
LINKS: Final = (*RELATIONS, *PAPER_LINKS, "broader")
"""Every relation that an edge of the network can have."""

_Edges: TypeAlias = dict[tuple[str, str, str], dict[str, object]]

# Only claims have a confidence.
CLAIMS: Final = """
SELECT ?paper ?relation ?entity ?confidence WHERE {
  ?claim kg:confidence ?confidence ; rdf:subject ?paper ; rdf:predicate ?relation ; rdf:object ?entity
}"""
DERIVED: Final = """
SELECT ?paper ?relation ?other ?entity WHERE {
  ?derivation a kg:Derivation ; kg:via ?entity ;
              rdf:subject ?paper ; rdf:predicate ?relation ; rdf:object ?other
}"""
BROADER: Final = """
SELECT ?narrower ?broader WHERE { ?narrower skos:broader ?broader . ?broader a kg:ResearchEntity }"""
_PAPERS: Final = "SELECT ?paper WHERE { ?paper a kg:Paper }"
_LABELS: Final = "SELECT ?entity ?label WHERE { ?entity skos:prefLabel ?label }"
_TYPES: Final = (
    "SELECT ?entity ?type WHERE { VALUES ?type { "
    + " ".join(f"kg:{name}" for name in ENTITY_TYPES)
    + " } ?entity a ?type }"
)
# A second VALUES for the properties would make Oxigraph read every triple that has them.
_PAPER_FACTS: Final = """
SELECT ?paper ?property ?value WHERE {
  VALUES ?paper { %s } ?paper ?property ?value
  FILTER(?property IN (dcterms:title, dcterms:issued, kg:byline, kg:doi, fabio:hasArXivId,
                       schema:url, schema:codeRepository))
}"""
_PAPER_LISTS: Final = """
SELECT ?paper ?title WHERE {
  VALUES ?paper { %s } ?paper dcterms:isPartOf ?list . ?list dcterms:title ?title
}"""
_ENTITY_FACTS: Final = """
SELECT ?entity ?property ?value WHERE {
  VALUES ?entity { %s } ?entity ?property ?value FILTER(?property IN (skos:prefLabel, skos:altLabel))
}"""


def project(
    store: Store,
    *,
    types: Collection[str] | None = None,
    relations: Collection[str] | None = None,
    focus: str | Iterable[str] | None = None,
    depth: int = 1,
    max_nodes: int | None = 5000,
) -> Network:
    """The papers and entities of a graph, linked by what each paper does with each entity.

    A node is named by its IRI and has ``kind`` (``paper`` or ``entity``), ``type`` (``Paper`` or the
    entity's), ``label`` and ``degree``, the number of its neighbours before ``focus`` and ``max_nodes``
    apply. An entity has ``aliases``; a paper has ``issued``, ``year``, ``authors`` (one string), ``arxiv``,
    ``doi``, ``url``, ``code`` (http and https only) and ``lists`` (titles of its reading lists). All are
    strings, but for ``degree`` (int) and ``aliases`` and ``lists`` (tuples); what is unknown is empty.

    An edge has its relation as key and as ``relation``, and a ``kind``: a ``claim`` of a paper about an
    entity with its ``confidence``, a ``derived`` link between papers with the IRIs of the entities that it
    goes ``via``, or ``broader`` between entities.

    The graph's own attributes count what there was to show: ``total_papers``, ``total_entities`` and
    ``total_edges``, after ``types`` and ``relations`` and before ``focus`` and ``max_nodes``.

    Args:
        store: The graph.
        types: Keep entities of these types only; papers stay where an entity links them.
        relations: Keep links of these relations only (``LINKS``), and the nodes that they link.
        focus: IRIs to look around; without them, the whole graph.
        depth: How many links away from the focus a node may be.
        max_nodes: How many nodes to keep at most; None keeps all. Around a focus the nearest stay. Otherwise
            up to half are papers, those best linked to the entities of the highest degree; the rest are the
            entities best linked to those papers.

    Returns:
        The network, its nodes and edges sorted by IRI.

    Raises:
        UsageError: An unknown type or relation, a focus that is not in the network, or a limit below 1.
    """
    _refuse_unknown("type", types, ENTITY_TYPES)
    _refuse_unknown("relation", relations, LINKS)
    if depth < 0 or (max_nodes is not None and max_nodes < 1):
        raise UsageError("the depth is 0 or more, and the number of nodes 1 or more")
    papers = {paper for (paper,) in rows(store, _PAPERS)}
    kinds = {entity: local_name(kind) for entity, kind in rows(store, _TYPES)}
    if types is not None:
        kinds = {entity: kind for entity, kind in kinds.items() if kind in types}
    edges = _edges(store, papers, kinds, frozenset(LINKS if relations is None else relations))
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    for source, target, _ in edges:
        neighbours[source].add(target)
        neighbours[target].add(source)
    everything = {*papers, *kinds}
    if types is not None or relations is not None:
        everything.intersection_update(neighbours)

    if focus is not None:
        # From near to far, and the most connected first among the equally near.
        kept = _around([focus] if isinstance(focus, str) else focus, everything, neighbours, depth)[
            :max_nodes
        ]
    elif max_nodes is not None and len(everything) > max_nodes:
        kept = _most_connected(everything, papers, neighbours, max_nodes)
    else:
        kept = list(everything)
    return describe(
        store,
        {node: kinds.get(node, "Paper") for node in kept},
        edges,
        {node: len(neighbours[node]) for node in kept},
        total_papers=len(everything & papers),
        total_entities=len(everything - papers),
        total_edges=len(edges),
    )


def describe(
    store: Store,
    types: Mapping[str, str],
    edges: Mapping[tuple[str, str, str], Mapping[str, object]],
    degrees: Mapping[str, int],
    **totals: int,
) -> Network:
    """The network of nodes that have been chosen, with what the graph says of each; see ``project``.

    Args:
        store: The graph.
        types: The type of each node by IRI: ``Paper``, or the entity's.
        edges: The attributes of edges by source, target and relation; those with another node are left out.
        degrees: The degree of each node.
        totals: The network's own attributes.
    """
    network: Network = nx.MultiDiGraph()
    network.graph.update(totals)
    papers = [node for node in sorted(types) if types[node] == "Paper"]
    facts = _facts(store, papers, [node for node in sorted(types) if types[node] != "Paper"])
    for node in sorted(types):
        known, degree = facts[node], degrees[node]
        if types[node] == "Paper":
            network.add_node(node, kind="paper", type="Paper", degree=degree, **_paper(node, known))
        else:
            aliases = tuple(sorted(known["altLabel"]))
            label = first_by_text(known["prefLabel"]) or short_id(node)
            network.add_node(
                node, kind="entity", type=types[node], degree=degree, label=label, aliases=aliases
            )
    for (source, target, relation), attributes in sorted(edges.items()):
        if source in types and target in types:
            network.add_edge(source, target, relation, relation=relation, **attributes)
    return network


def entity_types(store: Store, papers: Collection[str]) -> dict[str, str]:
    """The type of every entity by IRI, papers left out; the first by name where a graph gives several."""
    kinds: dict[str, str] = {}
    for entity, kind in rows(store, _TYPES):
        if entity not in papers:
            kinds[entity] = min(local_name(kind), kinds.get(entity, local_name(kind)))
    return kinds


def entity_labels(store: Store) -> dict[str, str]:
    """The preferred label of every entity by IRI, the first by text where a graph gives several."""
    labels: dict[str, str] = {}
    for entity, label in rows(store, _LABELS):
        labels[entity] = min(label, labels.get(entity, label))
    return labels


def _refuse_unknown(what: str, names: Collection[str] | None, known: Collection[str]) -> None:
    for name in names or ():
        if name not in known:
            raise UsageError(f"unknown {what} {name!r}; there are {', '.join(known)}")


def _edges(store: Store, papers: set[str], kinds: dict[str, str], relations: frozenset[str]) -> _Edges:
    edges: _Edges = {}
    for paper, relation, entity, confidence in rows(store, CLAIMS):
        name = local_name(relation)
        if paper in papers and entity in kinds and name in relations:
            edges[paper, entity, name] = {"kind": "claim", "confidence": float(confidence)}
    via: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for paper, relation, other, entity in rows(store, DERIVED):
        name = local_name(relation)
        if paper in papers and other in papers and entity in kinds and name in relations:
            via[paper, other, name].add(entity)
    for key, entities in via.items():
        edges[key] = {"kind": "derived", "via": tuple(sorted(entities))}
    if "broader" in relations:
        for narrower, broader in rows(store, BROADER):
            if narrower in kinds and broader in kinds:
                edges[narrower, broader, "broader"] = {"kind": "broader"}
    return edges


def _around(
    focus: Iterable[str], everything: set[str], neighbours: dict[str, set[str]], depth: int
) -> list[str]:
    centre = sorted(set(focus))
    for node in centre:
        if node not in everything:
            raise UsageError("not a paper or entity of this network", where=node)
    found, ring = list(centre), centre
    seen = set(centre)
    for _ in range(depth):
        reached = {other for node in ring for other in neighbours[node]} - seen
        ring = sorted(reached, key=lambda node: (-len(neighbours[node]), node))
        seen |= reached
        found += ring
    return found


def _most_connected(
    everything: set[str], papers: set[str], neighbours: dict[str, set[str]], limit: int
) -> list[str]:
    """Entities by degree, the papers best linked to them, and with those the entities chosen anew."""

    def best(nodes: set[str], among: set[str] | None, number: int) -> list[str]:
        def links(node: str) -> int:
            return len(neighbours[node] if among is None else neighbours[node] & among)

        return sorted(nodes, key=lambda node: (-links(node), -len(neighbours[node]), node))[:number]

    candidates, entities = everything & papers, everything - papers
    room = limit - min(len(candidates), limit // 2)
    first = best(entities, None, room)
    chosen = best(candidates, set(first), limit - len(first))
    return chosen + best(entities, set(chosen), limit - len(chosen))


def _facts(
    store: Store, papers: Sequence[str], entities: Sequence[str]
) -> defaultdict[str, defaultdict[str, set[str]]]:
    facts: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for query, nodes in ((_PAPER_FACTS, papers), (_ENTITY_FACTS, entities)):
        for node, name, value in rows_about(store, query, nodes):
            facts[node][local_name(name)].add(value)
    for paper, title in rows_about(store, _PAPER_LISTS, papers):
        facts[paper]["list"].add(title)
    return facts


def _paper(iri: str, known: dict[str, set[str]]) -> dict[str, object]:
    issued = first_by_text(known["issued"])
    return {
        "label": first_by_text(known["title"]) or short_id(iri),
        "issued": issued,
        "year": issued[:4],
        "authors": first_by_text(known["byline"]),
        "arxiv": first_by_text(known["hasArXivId"]),
        "doi": first_by_text(known["doi"]),
        "url": first_by_text(filter(is_web_address, known["url"])),
        "code": first_by_text(filter(is_web_address, known["codeRepository"])),
        "lists": tuple(sorted(known["list"])),
    }
