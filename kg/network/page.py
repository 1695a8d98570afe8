"""The network as one HTML page that needs nothing but a browser."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kg import web
from kg.errors import KgError
from kg.network.evidence import Evidence, read_evidence
from kg.network.graph import LINKS, Network
from kg.network.layout import Positions, layout, node_radius
from kg.network.rows import short_id
from kg.network.web_links import paper_links
from kg.queries.quotes import Quote
from kg.rdf.store import Store
from kg.web.standalone import content_policy

if TYPE_CHECKING:
    from pyvis.network import Network as PyvisNetwork

_MANY: Final = 1000
"""With more nodes than this, edges are left out while the picture moves."""


def write_html(
    network: Network,
    store: Store,
    path: Path,
    *,
    title: str,
    focus: Iterable[str] = (),
    positions: Positions | None = None,
    max_quotes: int = 3,
) -> None:
    """Write the network as one HTML file that opens from disk and makes no request.

    Args:
        network: What to show; see ``project``.
        store: The graph that it was projected from, asked for the sentences behind the edges.
        path: The file to write.
        title: The page's heading, as plain text.
        focus: IRIs that the network was projected around; a single one is shown opened.
        positions: Where each node is drawn; computed if not given.
        max_quotes: How many sentences to hold for each claim. The page tells how many more there are.

    Raises:
        KgError: pyvis is not a version that this page can be made with.
    """
    page = render_html(
        network,
        read_evidence(store, network),
        title=title,
        focus=focus,
        positions=positions,
        max_quotes=max_quotes,
    )
    path.write_text(page, encoding="utf-8", newline="\n")


def render_html(
    network: Network,
    evidence: Evidence,
    *,
    title: str,
    focus: Iterable[str] = (),
    positions: Positions | None = None,
    max_quotes: int = 3,
) -> str:
    """The page that ``write_html`` writes, from evidence already read."""
    # Takes half a second, for it imports IPython.
    from pyvis.network import Network as PyvisNetwork

    drawn = PyvisNetwork(heading=title, cdn_resources="in_line")
    library = Path(drawn.template_dir) / "lib" / "vis-9.1.2" / "vis-network.min.js"
    if not library.is_file():
        raise KgError("pyvis does not hold vis-network 9.1.2; install pyvis 0.3.2", where=str(library))
    at = layout(network) if positions is None else positions
    numbers = {node: number for number, node in enumerate(network)}
    for node, number in numbers.items():
        attributes = network.nodes[node]
        drawn.add_node(
            number,
            label=attributes["label"],
            group=attributes["type"],
            size=node_radius(attributes["degree"]),
            x=at[node][0],
            y=at[node][1],
        )
    lines = {pair: number for number, pair in enumerate(dict.fromkeys(network.edges()))}
    # add_edge compares each new edge with all others.
    drawn.edges = [{"from": numbers[source], "to": numbers[target]} for source, target in lines]
    drawn.set_options(json.dumps(_options(len(network))))
    details = _details(network, evidence, numbers, lines, max_quotes)
    centre = [node for node in focus if node in numbers]
    details["focus"] = [numbers[node] for node in centre]
    notice = _notice(network, [network.nodes[node]["label"] for node in centre])
    return _fill_template(drawn, details, notice, library)


def _options(nodes: int) -> dict[str, Any]:
    return {
        "physics": {"enabled": False},
        "layout": {"improvedLayout": False},
        "nodes": {"chosen": False},
        "edges": {"chosen": False, "smooth": False, "arrowStrikethrough": False},
        "interaction": {
            "hover": True,
            "selectConnectedEdges": False,
            "dragNodes": False,
            "hideEdgesOnDrag": nodes > _MANY,
            "hideEdgesOnZoom": nodes > _MANY,
        },
    }


def _details(
    network: Network,
    evidence: Evidence,
    numbers: dict[str, int],
    lines: dict[tuple[str, str], int],
    max_quotes: int,
) -> dict[str, Any]:
    """What the page shows beside the picture. Its scripts say how it is read."""
    sentences: dict[str, int] = {}

    def said(one: Quote) -> list[Any]:
        return [sentences.setdefault(one.text, len(sentences)), one.marks]

    used = {relation for *_, relation in network.edges(keys=True)}
    relations = [relation for relation in LINKS if relation in used]
    lists = sorted({title for _, titles in network.nodes(data="lists") for title in titles or ()})
    claims = []
    for source, target, relation, attributes in network.edges(keys=True, data=True):
        quotes = evidence.claims.get((source, target, relation), ())
        confidence = attributes.get("confidence")
        claims.append(
            [
                lines[source, target],
                relations.index(relation),
                None if confidence is None else round(confidence * 100),
                [said(one) for one in quotes[:max_quotes]],
                max(0, len(quotes) - max_quotes),
                [numbers[node] for node in attributes.get("via", ()) if node in numbers],
            ]
        )
    results = [
        [
            numbers[result.paper],
            [[role, label, numbers.get(iri, -1)] for role, iri, label in result.roles],
            result.value,
            result.unit,
            result.kind,
            *said(result.quote),
        ]
        for result in evidence.results
    ]
    return {
        "relations": relations,
        "lists": lists,
        "nodes": [_node(node, network.nodes[node], lists) for node in network],
        "claims": claims,
        "results": results,
        "sentences": list(sentences),
    }


def _node(iri: str, attributes: dict[str, Any], lists: list[str]) -> dict[str, Any]:
    known = {
        "iri": iri,
        "key": short_id(iri),
        "degree": attributes["degree"],
        "aliases": attributes.get("aliases"),
        "issued": attributes.get("issued"),
        "authors": attributes.get("authors"),
        "lists": [lists.index(title) for title in attributes.get("lists", ())],
        "links": paper_links(
            **{name: attributes[name] for name in ("arxiv", "doi", "url", "code") if name in attributes}
        ),
    }
    return {name: value for name, value in known.items() if value}


def _notice(network: Network, focus: Sequence[str]) -> str:
    """What of the graph is not in the picture; empty if all of it is."""
    total = network.graph["total_papers"] + network.graph["total_entities"]
    if len(network) == total:
        return ""
    which = f", around {' and '.join(focus)}" if focus else ": the most connected"
    return f"Showing {len(network):,} of {total:,} nodes{which}"


def _fill_template(drawn: PyvisNetwork, details: dict[str, Any], notice: str, library: Path) -> str:
    """Let pyvis fill our page in place of its own, which asks other hosts for scripts and styles."""
    parts = web.folder() / "page"
    style = (parts / "page-style.css").read_text(encoding="utf-8")
    vis, _, _ = library.read_text(encoding="utf-8").partition("//# sourceMappingURL")
    scripts = [vis, (parts / "page.js").read_text(encoding="utf-8")]
    if any("</script" in script.lower() or "\r" in script for script in scripts):
        raise KgError("a script can't be set into a page; install pyvis 0.3.2", where=str(library))
    policy = content_policy(scripts, style)
    drawn.set_template_dir(str(parts), "page.html")
    environment = drawn.templateEnv
    environment.autoescape = True
    environment.policies["json.dumps_kwargs"] = {
        "sort_keys": True,
        "ensure_ascii": False,
        "separators": (",", ":"),
    }
    environment.globals["page"] = {
        "policy": policy,
        "style": style,
        "scripts": scripts,
        "notice": notice,
        "details": details,
    }
    html: str = drawn.generate_html()
    return html
