"""What the pages of papers, entities and reading lists show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kg.network.graph import LINKS
from kg.network.rows import first_by_text, local_name, rows_about
from kg.network.web_links import is_web_address, paper_links
from kg.rdf import Store
from kg.server.claims import claim_edges, claims_of, groups, ordered, results
from kg.server.index import NODE_TYPES, GraphIndex
from kg.server.leaderboards import boards
from kg.server.related import explained, related, relations_to

if TYPE_CHECKING:
    from kg.server.index import Ints

SHOWN: Final = 20
"""How much of a long list a page begins with."""
_TOP: Final = 12

_FACTS: Final = "SELECT ?thing ?property ?value WHERE { VALUES ?thing { %s } ?thing ?property ?value }"
_NOTES: Final = """
SELECT ?position ?note ?heading ?text WHERE {
  VALUES ?paper { %s } ?paper kg:hasNote ?note . ?note kg:text ?text
  OPTIONAL { ?note kg:position ?position } OPTIONAL { ?note dcterms:title ?heading }
}"""
_MENTIONS: Final = """
SELECT ?field ?start ?end ?entity WHERE {
  VALUES ?paper { %s } ?mention kg:inPaper ?paper ; kg:denotes ?entity ; kg:field ?field ;
    oa:start ?start ; oa:end ?end
}"""


def overview(index: GraphIndex, version: str) -> dict[str, Any]:
    """What the start page shows."""
    by_type = np.bincount(index.types, minlength=len(NODE_TYPES))
    by_relation = np.bincount(index.relations, minlength=len(LINKS))
    papers = np.flatnonzero(index.types == 0)
    years = index.years[papers][index.years[papers] > 0]
    lists = [_list(index, name) for name in index.lists]
    return {
        "title": lists[0]["title"] if len(lists) == 1 else "Knowledge graph of research papers",
        "base": index.base,
        "version": version,
        "counts": {
            "papers": len(papers),
            "entities": len(index) - len(papers),
            "claims": int((~np.isnan(index.confidences)).sum()),
            "results": len(index.results.ids),
            "lists": len(lists),
            "types": {name: int(by_type[code]) for code, name in enumerate(NODE_TYPES) if code},
            "relations": {name: int(by_relation[code]) for code, name in enumerate(LINKS)},
        },
        "years": [int(years.min()), int(years.max())] if len(years) else None,
        # Nodes are numbered by degree.
        "top": {
            name: index.nodes(np.flatnonzero(index.types == code)[:_TOP])
            for code, name in enumerate(NODE_TYPES)
            if code
        },
        "latest": index.nodes(papers[np.argsort(index.recency[papers])][:_TOP]),
        "lists": lists,
        "leaderboards": [
            {"node": index.node(node), "results": count} for node, count in boards(index)[:_TOP]
        ],
    }


def entity_page(index: GraphIndex, store: Store, node: int) -> dict[str, Any]:
    """What the page of an entity shows; each long list with its total and its first ``SHOWN``."""
    known = _facts(store, index.iri(node))
    edges, others = index.around(node)
    broader = index.relations[edges] == LINKS.index("broader")
    upward = index.sources[edges] == node
    matches = sorted(filter(is_web_address, known.get("exactMatch", ())))
    reported = index.results.with_entity(node)
    neighbours, counts = together(index, node)
    return {
        "node": index.node(node),
        "aliases": sorted(known.get("altLabel", ())),
        "broader": index.nodes(others[broader & upward]),
        "narrower": index.nodes(others[broader & ~upward]),
        "exact_match": matches,
        **_timeline(index, node),
        "groups": _groups(index, store, node),
        "together": _counted(index, neighbours[:SHOWN], counts[:SHOWN]),
        "together_total": len(neighbours),
        "results": results(index, store, reported[:SHOWN]),
        "results_total": len(reported),
        "leaderboard": bool(len(index.results.ids))
        and bool((index.results.roles["benchmark"] == node).any()),
        "links": [[iri.partition("://")[2], iri] for iri in matches],
    }


def paper_page(index: GraphIndex, store: Store, node: int) -> dict[str, Any]:
    """What the page of a paper shows; each long list with its total and its first ``SHOWN``."""
    iri = index.iri(node)
    facts = _facts(store, iri)
    known = {name: first_by_text(values) for name, values in facts.items()}
    title, abstract = known.get("title", ""), known.get("abstract", "")
    marks = _mentions(index, store, node, {"title": title, "abstract": abstract})
    reported, like = index.results.of_paper(node), related(index, node)
    return {
        "node": index.node(node),
        "title": title,
        "authors": known.get("byline") or "; ".join(sorted(facts.get("creator", ()))),
        "issued": index.issued[node],
        "links": paper_links(
            arxiv=known.get("hasArXivId", ""),
            doi=known.get("doi", ""),
            url=known.get("url", ""),
            code=known.get("codeRepository", ""),
        ),
        "lists": [
            {"id": entry.id, "title": entry.title} for entry in index.lists.values() if node in entry.papers
        ],
        "notes": [
            {"heading": heading, "text": text}
            for _, _, heading, text in sorted(
                rows_about(store, _NOTES, [iri]), key=lambda row: (int(row[0] or 0), row[1:])
            )
        ],
        "title_mentions": marks["title"],
        "abstract": {"text": abstract, "mentions": marks["abstract"]},
        "groups": _groups(index, store, node),
        "results": results(index, store, reported[:SHOWN]),
        "results_total": len(reported),
        "related": explained(index, node, like, slice(SHOWN)),
        "related_total": len(like.papers),
    }


def claims_page(
    index: GraphIndex, store: Store, node: int, relation: str, direction: str, part: slice
) -> dict[str, Any]:
    """A further part of the claims of a node by one relation; with no direction, or no relation, by any."""
    edges = [
        ordered(index, node, edges)
        for name, way, edges in groups(index, node)
        if relation in {"", name} and direction in {"", way}
    ]
    found = np.concatenate(edges) if edges else np.zeros(0, dtype=np.int64)
    return {"total": len(found), "claims": claims_of(index, store, node, found[part])}


def results_page(index: GraphIndex, store: Store, node: int, part: slice) -> dict[str, Any]:
    """A further part of the results that a paper reports or an entity has a part in, newest paper first."""
    table = index.results
    found = table.with_entity(node) if index.types[node] else table.of_paper(node)
    return {"total": len(found), "results": results(index, store, found[part])}


def together_page(index: GraphIndex, node: int, part: slice) -> dict[str, Any]:
    """A further part of what the papers of an entity name as well."""
    neighbours, counts = together(index, node)
    return {"total": len(neighbours), "together": _counted(index, neighbours[part], counts[part])}


def related_page(index: GraphIndex, node: int, part: slice) -> dict[str, Any]:
    """A further part of the papers related to a paper; see ``kg.server.related``."""
    found = related(index, node)
    return {"total": len(found.papers), "related": explained(index, node, found, part)}


def list_page(index: GraphIndex, list_id: str, part: slice) -> dict[str, Any]:
    """A part of a reading list, the newest papers first."""
    entry = index.lists[list_id]
    return {
        "id": entry.id,
        "title": entry.title,
        "source": entry.source,
        "total": len(entry.papers),
        "papers": index.nodes(entry.papers[part]),
    }


def together(index: GraphIndex, entity: int) -> tuple[Ints, Ints]:
    """The entities that the papers of one name as well, and the number of these papers, the most first."""
    _, papers = claim_edges(index, entity)
    paper, _, others = index.around_all(np.unique(papers))
    pairs = np.unique((paper * len(index) + others)[(index.types[others] > 0) & (others != entity)])
    counts = np.bincount(pairs % max(1, len(index)), minlength=len(index))
    found = np.flatnonzero(counts)
    found = found[np.lexsort((found, -counts[found]))]
    return found, counts[found]


def _counted(index: GraphIndex, nodes: Ints, counts: Ints) -> list[dict[str, Any]]:
    return [
        {"node": index.node(int(node)), "papers": int(count)}
        for node, count in zip(nodes, counts, strict=True)
    ]


def _list(index: GraphIndex, list_id: str) -> dict[str, Any]:
    entry = index.lists[list_id]
    return {"id": entry.id, "title": entry.title, "papers": len(entry.papers)}


def _groups(index: GraphIndex, store: Store, node: int) -> list[dict[str, Any]]:
    found = [group for group in groups(index, node) if group[0] != "broader"]
    shown = [ordered(index, node, edges)[:SHOWN] for _, _, edges in found]
    # One question to the store for all.
    claims = iter(claims_of(index, store, node, np.concatenate(shown) if shown else ()))
    return [
        {
            "relation": relation,
            "direction": direction,
            "total": len(edges),
            "claims": [next(claims) for _ in part],
        }
        for (relation, direction, edges), part in zip(found, shown, strict=True)
    ]


def _timeline(index: GraphIndex, entity: int) -> dict[str, Any]:
    """Papers by month; those of which only the year is known, or nothing, are counted apart."""
    edges, papers = claim_edges(index, entity)
    introduces = set(papers[index.relations[edges] == LINKS.index("introduces")].tolist())
    named = sorted(set(papers.tolist()))
    all_months = Counter(index.issued[paper][:7] for paper in named)
    first_months = Counter(index.issued[paper][:7] for paper in named if paper in introduces)
    return {
        "timeline": [
            {"month": month, "papers": all_months[month], "introduces": first_months[month]}
            for month in sorted(all_months)
            if len(month) == 7
        ],
        "timeline_without_month": sum(count for month, count in all_months.items() if len(month) != 7),
    }


def _facts(store: Store, iri: str) -> Mapping[str, list[str]]:
    facts: dict[str, list[str]] = {}
    for _, name, value in rows_about(store, _FACTS, [iri]):
        facts.setdefault(local_name(name), []).append(value)
    return facts


def _mentions(
    index: GraphIndex, store: Store, paper: int, texts: Mapping[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """The mentions in each text of a paper, in reading order; of two that overlap the first and longest."""
    found: dict[str, set[tuple[int, int, int]]] = {name: set() for name in texts}
    for name, start, end, entity in rows_about(store, _MENTIONS, [index.iri(paper)]):
        node = index.find(entity.removeprefix(index.base))
        if name in found and node is not None:
            found[name].add((int(start), int(end), node))
    marked: dict[str, list[dict[str, Any]]] = {name: [] for name in texts}
    for name, spans in found.items():
        last = 0
        for begin, stop, node in sorted(spans, key=lambda span: (span[0], -span[1], span[2])):
            if last <= begin < stop <= len(texts[name]):
                last = stop
                relations = relations_to(index, paper, node)
                marked[name].append(
                    {"start": begin, "end": stop, "node": index.node(node), "relations": relations}
                )
    return marked
