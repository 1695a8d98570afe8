"""The graph as a network to look at: projected, laid out, written as a page or for other programs."""

from kg.network.evidence import Evidence, ReportedResult, read_evidence
from kg.network.exports import write_gexf, write_graphml
from kg.network.graph import LINKS, PAPER_LINKS, Network, describe, project
from kg.network.layout import Positions, layout, node_radius
from kg.network.page import render_html, write_html

__all__ = [
    "LINKS",
    "PAPER_LINKS",
    "Evidence",
    "Network",
    "Positions",
    "ReportedResult",
    "describe",
    "layout",
    "node_radius",
    "project",
    "read_evidence",
    "render_html",
    "write_gexf",
    "write_graphml",
    "write_html",
]
