"""The canvas as a file of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from kg.network import LINKS, Network, describe, read_evidence, render_html
from kg.rdf import Store
from kg.server.errors import BadRequest
from kg.server.index import NODE_TYPES, GraphIndex


def page_file(
    index: GraphIndex,
    store: Store,
    title: str,
    places: Mapping[int, tuple[float, float]],
    relations: Collection[str] | None,
) -> str:
    """A self-contained page of some nodes, as ``kg view`` writes it.

    Args:
        index: The network.
        store: The graph.
        title: The page's heading.
        places: Where each node is drawn, y growing downwards, in the unit of ``kg.network.node_radius``.
        relations: Draw links of these relations only.

    Raises:
        BadRequest: There is no such relation.
    """
    for relation in relations or ():
        if relation not in LINKS:
            raise BadRequest(f"there is no relation {relation[:80]!r}; choose from {', '.join(LINKS)}")
    network = _network(index, store, sorted(places), LINKS if relations is None else relations)
    positions = {index.iri(node): (round(x), round(y)) for node, (x, y) in places.items()}
    return render_html(network, read_evidence(store, network), title=title, positions=positions)


def _network(index: GraphIndex, store: Store, nodes: list[int], relations: Collection[str]) -> Network:
    chosen = index.mask(nodes)
    edges: dict[tuple[str, str, str], dict[str, object]] = {}
    for edge in np.flatnonzero(chosen[index.sources] & chosen[index.targets]).tolist():
        relation = LINKS[index.relations[edge]]
        ends = index.iri(index.sources[edge]), index.iri(index.targets[edge])
        if relation not in relations:
            continue
        if edge in index.via:
            via = tuple(index.iri(entity) for entity in index.via[edge])
            edges[*ends, relation] = {"kind": "derived", "via": via}
        elif (confidence := index.confidence(edge)) is not None:
            edges[*ends, relation] = {"kind": "claim", "confidence": confidence}
        else:
            edges[*ends, relation] = {"kind": "broader"}
    papers = int((index.types == 0).sum())
    return describe(
        store,
        {index.iri(node): NODE_TYPES[index.types[node]] for node in nodes},
        edges,
        {index.iri(node): int(index.degrees[node]) for node in nodes},
        total_papers=papers,
        total_entities=len(index) - papers,
        total_edges=len(index.sources),
    )
