"""Parts of the network for the explorer's canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.network.graph import LINKS
from kg.server.filters import Filters, Selection, select
from kg.server.index import GraphIndex
from kg.server.related import RELATION_WEIGHTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kg.server.index import Ints

_WEIGHTS = np.array([RELATION_WEIGHTS.get(relation, 1.0) for relation in LINKS])


def expand(
    index: GraphIndex,
    node: int,
    filters: Filters,
    *,
    relation: str | None,
    direction: str | None,
    part: slice,
    present: Sequence[str],
) -> dict[str, Any]:
    """A part of the neighbours of a node, the most relevant first, and their edges.

    Relevance is the weight of the relation (``RELATION_WEIGHTS``; 1 for derived links and ``broader``) times
    the claim's confidence times ``log2(2 + degree)`` of the neighbour; of several edges the best counts. Of
    equal ones the better known comes first.

    Args:
        index: The network.
        node: The node to start from; it stays whatever the filters say.
        filters: What to leave out.
        relation: Only neighbours by this relation.
        direction: Only those that the node points to (``out``), or that point to it (``in``).
        part: Which of them.
        present: Ids of nodes whose edges with those that come are wanted too; unknown ones are ignored.
    """
    there = [number for number in map(index.find, present) if number is not None]
    selection = select(index, filters, [node, *there])
    edges, others = index.around(node)
    chosen = select(index, filters, [node]).edges[edges] if there else selection.edges[edges]
    if relation is not None:
        chosen &= index.relations[edges] == LINKS.index(relation)
    if direction is not None:
        chosen &= (index.sources[edges] == node) == (direction == "out")
    found, scores = _best(index, edges[chosen], others[chosen])
    came = found[np.lexsort((found, -scores))][part]
    new = index.mask(came)
    shown = new | index.mask(there)
    shown[node] = True
    return {"total": len(found), "nodes": index.nodes(came), "edges": _edges(index, selection, shown, new)}


def _best(index: GraphIndex, edges: Ints, others: Ints) -> tuple[Ints, NDArray[np.float64]]:
    """Each neighbour once, with its relevance."""
    found, places = np.unique(others, return_inverse=True)
    confidences = np.nan_to_num(index.confidences[edges].astype(np.float64), nan=1.0)
    scores = np.zeros(len(found))
    np.maximum.at(scores, places, _WEIGHTS[index.relations[edges]] * confidences)
    return found, np.round(scores * np.log2(2 + index.degrees[found]), 9)


def _edges(
    index: GraphIndex, selection: Selection, shown: NDArray[np.bool_], new: NDArray[np.bool_] | None = None
) -> list[dict[str, Any]]:
    """The edges among nodes that are shown; of those, the ones with an end that is new."""
    chosen = selection.edges & shown[index.sources] & shown[index.targets]
    if new is not None:
        chosen &= new[index.sources] | new[index.targets]
    return [index.edge(int(edge)) for edge in np.flatnonzero(chosen)]


def subgraph(index: GraphIndex, ids: Sequence[str], filters: Filters) -> dict[str, Any]:
    """Some nodes, all edges among them that the filters leave, and the ids that the graph does not have."""
    numbers = {node_id: index.find(node_id) for node_id in ids}
    nodes = sorted(number for number in numbers.values() if number is not None)
    selection = select(index, filters, nodes)
    return {
        "nodes": index.nodes(nodes),
        "edges": _edges(index, selection, index.mask(nodes)),
        "missing": [node_id for node_id, number in numbers.items() if number is None],
    }


def sample(index: GraphIndex, filters: Filters, limit: int) -> dict[str, Any]:
    """The most connected part of the network.

    Up to half are papers, those best linked to the entities of the highest degree; the rest are the entities
    best linked to those papers. Degrees are those that the filters leave; nodes without edges come last.
    """
    selection = select(index, filters)
    everything = np.flatnonzero(selection.nodes)
    sources, targets = index.sources[selection.edges], index.targets[selection.edges]
    degrees = np.bincount(sources, minlength=len(index)) + np.bincount(targets, minlength=len(index))

    def best(nodes: Ints, among: Ints | None, number: int) -> Ints:
        links = degrees
        if among is not None:
            inside = index.mask(among)
            links = np.bincount(sources[inside[targets]], minlength=len(index))
            links += np.bincount(targets[inside[sources]], minlength=len(index))
        order: Ints = nodes[np.lexsort((nodes, -degrees[nodes], -links[nodes]))]
        return order[:number]

    if len(everything) > limit:
        papers, entities = everything[index.types[everything] == 0], everything[index.types[everything] > 0]
        room = limit - min(len(papers), limit // 2)
        first = best(entities, None, room)
        chosen = best(papers, first, limit - len(first))
        nodes = np.concatenate([chosen, best(entities, chosen, limit - len(chosen))])
    else:
        nodes = everything
    nodes = np.sort(nodes)
    return {
        "nodes": index.nodes(nodes),
        "edges": _edges(index, selection, index.mask(nodes)),
        "total_nodes": len(everything),
    }


def relations(index: GraphIndex, node: int, filters: Filters) -> list[dict[str, Any]]:
    """By which relations and in which directions a node can be expanded, and to how many neighbours."""
    allowed = select(index, filters, [node]).edges
    edges, others = index.around(node)
    edges, others = edges[allowed[edges]], others[allowed[edges]]
    outward = index.sources[edges] == node
    found = []
    for direction, way in (("out", outward), ("in", ~outward)):
        for code, relation in enumerate(LINKS):
            total = len(np.unique(others[way & (index.relations[edges] == code)]))
            if total:
                found.append({"relation": relation, "direction": direction, "total": total})
    return found
