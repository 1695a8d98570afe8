"""The canvas as a file of its own."""

from __future__ import annotations

from collections.abc import Collection

from kg.network import LINKS, Positions, project, read_evidence, render_html
from kg.rdf import Store
from kg.server.errors import BadRequest


def page_file(store: Store, title: str, positions: Positions, relations: Collection[str] | None) -> str:
    """A self-contained page of some nodes, as ``kg view`` writes it.

    Args:
        store: The graph.
        title: The page's heading.
        positions: Where each node is drawn, by IRI.
        relations: Draw links of these relations only.

    Raises:
        BadRequest: There is no such relation.
    """
    for relation in relations or ():
        if relation not in LINKS:
            raise BadRequest(f"there is no relation {relation[:80]!r}; choose from {', '.join(LINKS)}")
    network = project(store, nodes=positions)
    if relations is not None:
        network.remove_edges_from([edge for edge in network.edges(keys=True) if edge[2] not in relations])
    return render_html(network, read_evidence(store, network), title=title, positions=positions)
