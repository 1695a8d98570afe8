"""A map as a network for other programs: GraphML (yEd, Cytoscape, igraph) and GEXF (Gephi).

Nodes are papers and the entities that they name; edges are the relatedness of papers, what each paper does
with an entity, and the links between papers that follow from claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import networkx as nx

from kg.maps.exports.colours import cluster_colour
from kg.maps.exports.evidence import Evidence
from kg.maps.exports.wording import LINK_VERBS
from kg.maps.records import RelatedWorkMap
from kg.queries.relation_words import VERBS

_SIDE: Final = 1000.0
"""Length of a map's side in the units of a drawing program."""
_ENTITY_COLOUR: Final = "#8a949b"

# XML 1.0, 2.2: every other code point can't stand in a document, not even escaped.
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE: Final = re.compile(rb' lastmodifieddate="[^"]*"')


def render_graphml(work: RelatedWorkMap) -> bytes:
    """GraphML, as networkx reads it again; nodes have ``x``, ``y`` and ``size``, edges a ``weight``."""
    written = BytesIO()
    nx.write_graphml(_graph(work), written, named_key_ids=True)
    return written.getvalue()


def render_gexf(work: RelatedWorkMap) -> bytes:
    """GEXF 1.2, as networkx and Gephi read it, with places, sizes and colours of the nodes."""
    graph = _graph(work)
    for _, attributes in graph.nodes(data=True):
        red, green, blue = (int(attributes["colour"][at : at + 2], 16) for at in (1, 3, 5))
        # Gephi's y grows upwards, as ours on paper does not.
        attributes["viz"] = {
            "position": {"x": attributes["x"], "y": -attributes["y"], "z": 0.0},
            "size": attributes["size"],
            "color": {"r": red, "g": green, "b": blue, "a": 1.0},
        }
    written = BytesIO()
    nx.write_gexf(graph, written, version="1.2draft")
    # networkx dates the file at its top, and the same map is to give the same bytes.
    return _DATE.sub(b"", written.getvalue(), count=1)


def _graph(work: RelatedWorkMap) -> nx.MultiDiGraph[str]:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    names = {cluster.number: cluster.name for cluster in work.clusters}
    for paper in work.papers.values():
        _node(
            graph,
            paper.iri,
            label=paper.title,
            kind="paper",
            type="Paper",
            cite_key=paper.cite_key,
            authors="; ".join(paper.authors),
            issued=paper.issued,
            year=int(paper.issued[:4]) if paper.issued[:4].isdigit() else 0,
            arxiv=paper.arxiv_id,
            doi=paper.doi,
            cluster=paper.cluster,
            cluster_name=names.get(paper.cluster, ""),
            colour=cluster_colour(paper.cluster),
            size=12.0,
            x=paper.x * _SIDE,
            y=paper.y * _SIDE,
        )
    around: dict[str, list[tuple[float, float]]] = {}
    for slug, paper_key in sorted({(claim.entity, claim.paper) for claim in work.claims.values()}):
        paper = work.papers[paper_key]
        around.setdefault(slug, []).append((paper.x, paper.y))
    for entity in work.entities.values():
        places = around.get(entity.slug, [(0.5, 0.5)])
        _node(
            graph,
            entity.iri,
            label=entity.label,
            kind="entity",
            type=entity.type,
            aliases="; ".join(entity.aliases),
            papers=entity.papers,
            cluster=-1,
            colour=_ENTITY_COLOUR,
            size=4.0 + min(entity.papers, 100) ** 0.5,
            x=_SIDE * sum(x for x, _ in places) / len(places),
            y=_SIDE * sum(y for _, y in places) / len(places),
        )

    for number, edge in enumerate(_edges(work)):
        graph.add_edge(_xml(edge.pop("source")), _xml(edge.pop("target")), f"e{number}", **edge)
    return graph


def _edges(work: RelatedWorkMap) -> Iterator[dict[str, Any]]:
    evidence = Evidence(work)

    def edge(source: str, target: str, label: str, kind: str, weight: float, **more: Any) -> dict[str, Any]:
        said = dict.fromkeys(more.pop("said"))
        sentences = " ".join(f"“{evidence.sentences[number - 1].text}”" for number in said)
        return {
            "source": source,
            "target": target,
            "label": label,
            "kind": kind,
            "weight": float(weight),
            "why": _xml(more.get("why", "")),
            "sentences": _xml(sentences),
        }

    for pair in work.related:
        source, target = work.papers[pair.source].iri, work.papers[pair.target].iri
        shared = [reason.entity for reason in pair.reasons if reason.entity]
        said = [
            number
            for slug in shared
            for paper in (pair.source, pair.target)
            for number in evidence.between(paper, slug)
        ]
        yield edge(source, target, "related to", "relatedness", pair.score, why=pair.text, said=said)
    for claim in work.claims.values():
        source, target = work.papers[claim.paper].iri, work.entities[claim.entity].iri
        verb = VERBS[claim.relation][0]
        yield edge(source, target, verb, "claim", claim.confidence, said=evidence.of_claim(claim))
    for link in work.links:
        source, target = work.papers[link.source].iri, work.papers[link.target].iri
        numbers = evidence.of_claims(work.claims[iri] for iri in link.claims if iri in work.claims)
        via = work.entities[link.via].label if link.via in work.entities else ""
        yield edge(source, target, LINK_VERBS[link.relation], "derived", 1.0, why=via, said=numbers)


def _node(graph: nx.MultiDiGraph[str], name: str, **attributes: Any) -> None:
    graph.add_node(_xml(name), **{key: _xml(value) for key, value in attributes.items()})


def _xml(value: Any) -> Any:
    return _ILLEGAL.sub("\ufffd", value) if isinstance(value, str) else value
