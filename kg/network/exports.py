"""The network for other programs: GraphML (yEd, Cytoscape, igraph) and GEXF (Gephi)."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Final

import networkx as nx

from kg.network.graph import Network
from kg.network.layout import Positions, node_radius

# XML 1.0, 2.2: every other code point can't stand in a document, not even escaped.
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_DATE: Final = re.compile(rb' lastmodifieddate="[^"]*"')


def write_graphml(network: Network, path: Path, *, positions: Positions | None = None) -> None:
    """Write the network as GraphML, as networkx reads it again.

    Nodes have the attributes that ``project`` gives them, several values of one joined with ``; ``, and
    ``x`` and ``y`` where positions are given. Edges have ``relation``, ``kind``, ``weight`` (the confidence
    of a claim, else 1) and ``via``. What XML can't hold is written as U+FFFD.

    Args:
        network: What to write; see ``project``.
        path: The file to write.
        positions: Where each node is drawn; see ``layout``.
    """
    graph = _plain(network)
    for node, (x, y) in (positions or {}).items():
        graph.nodes[node].update(x=x, y=y)
    nx.write_graphml(graph, path, named_key_ids=True)


def write_gexf(network: Network, path: Path, *, positions: Positions | None = None) -> None:
    """Write the network as GEXF 1.2, as networkx reads it again; see ``write_graphml``.

    Positions are written in the format's own module for visualisation, with the sizes of the nodes.
    """
    graph = _plain(network)
    for node, (x, y) in (positions or {}).items():
        # Gephi's y grows upwards.
        place = {"x": float(x), "y": float(-y), "z": 0.0}
        graph.nodes[node]["viz"] = {
            "position": place,
            "size": float(node_radius(graph.nodes[node]["degree"])),
        }
    written = BytesIO()
    nx.write_gexf(graph, written, version="1.2draft")
    # networkx dates the file at its top, and the same network is to give the same bytes.
    path.write_bytes(_DATE.sub(b"", written.getbuffer(), count=1))


def _plain(network: Network) -> nx.MultiDiGraph[str]:
    """The network with plain values only, and a key for each edge that no other edge has."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node, attributes in network.nodes(data=True):
        graph.add_node(node, **{name: _value(value) for name, value in attributes.items()})
    for number, (source, target, attributes) in enumerate(network.edges(data=True)):
        graph.add_edge(
            source,
            target,
            f"e{number}",
            label=attributes["relation"],
            relation=attributes["relation"],
            kind=attributes["kind"],
            weight=attributes.get("confidence", 1.0),
            via=_value(attributes.get("via", "")),
        )
    return graph


def _value(value: object) -> str | int | float:
    if isinstance(value, (int, float)):
        return value
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    return _ILLEGAL.sub("\ufffd", text)
