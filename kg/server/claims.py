"""Claims and results as the API gives them, with the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kg.network.graph import LINKS
from kg.network.rows import local_name, rows_about
from kg.queries.quotes import Quote, quote, read_curators, read_quotes
from kg.rdf import Store
from kg.records import RELATIONS
from kg.server.index import ROLES, GraphIndex, full_iri

if TYPE_CHECKING:
    from kg.server.index import Ints

# In two questions: with what is optional in one, Oxigraph would go through every sentence of the graph.
_RESULT_FACTS: Final = """
SELECT ?result ?property ?value WHERE {
  VALUES ?result { %s } ?result ?property ?value
  FILTER(?property IN (kg:value, kg:unit, kg:kind, kg:verbatim))
}"""
_RESULT_QUOTES: Final = """
SELECT ?result ?sentence ?text ?offset ?start ?end WHERE {
  VALUES ?result { %s } ?result kg:inSentence ?sentence ; oa:start ?start ; oa:end ?end .
  ?sentence kg:text ?text ; oa:start ?offset
}"""


def claims_of(index: GraphIndex, store: Store, node: int, edges: Iterable[int]) -> list[dict[str, Any]]:
    """The claims that some edges of a node stand for, each seen from the node.

    A derived claim is quoted by the two papers' own claims about what it goes through.
    """
    chosen = [int(edge) for edge in edges]
    behind = {edge: _claims_behind(index, edge) for edge in chosen}
    said = read_quotes(store, (index.claim_iri(edge) for group in behind.values() for edge in group))
    curators = read_curators(store, (index.claim_iri(edge) for edge in chosen))
    claims = []
    for edge in chosen:
        outward = index.sources[edge] == node
        quotes = [one for claim in behind[edge] for one in said[index.claim_iri(claim)]]
        claims.append(
            {
                "relation": LINKS[index.relations[edge]],
                "direction": "out" if outward else "in",
                "confidence": index.confidence(edge),
                "curated_by": curators.get(index.claim_iri(edge)),
                "node": index.node(int(index.targets[edge] if outward else index.sources[edge])),
                "quotes": [_quote(one) for one in dict.fromkeys(quotes)],
                "via": index.nodes(index.via.get(edge, ())),
            }
        )
    return claims


def _claims_behind(index: GraphIndex, edge: int) -> list[int]:
    """The edge itself if it is a claim; for a derived one, what both papers do with what it goes through."""
    if not np.isnan(index.confidences[edge]):
        return [edge]
    found: list[int] = []
    source, target = int(index.sources[edge]), int(index.targets[edge])
    for entity in index.via.get(edge, ()):
        for paper in (source, target):
            edges, others = index.around(paper)
            about = edges[(others == entity) & (index.sources[edges] == paper)]
            names = [(LINKS[index.relations[one]], int(one)) for one in about]
            found += [one for name, one in names if (name == "introduces") == (paper == target)]
    return found


def ordered(index: GraphIndex, node: int, edges: Ints) -> Ints:
    """Edges of a node in the order in which they are listed.

    Other papers: the newest first. Entities: the surest claim first, then the best known entity.
    """
    others = np.where(index.sources[edges] == node, index.targets[edges], index.sources[edges])
    entity = index.types[others] > 0
    first = np.where(entity, -np.nan_to_num(index.confidences[edges], nan=1.0), 0.0)
    second = np.where(entity, others, index.recency[others])
    return edges[np.lexsort((edges, second, first))]


def groups(index: GraphIndex, node: int, edges: Ints | None = None) -> list[tuple[str, str, Ints]]:
    """The edges of a node by relation and direction, in the order of ``LINKS``; those outward first."""
    if edges is None:
        edges, _ = index.around(node)
    outward = index.sources[edges] == node
    found = []
    for direction, chosen in (("out", edges[outward]), ("in", edges[~outward])):
        for code, relation in enumerate(LINKS):
            of_relation = chosen[index.relations[chosen] == code]
            if len(of_relation):
                found.append((relation, direction, of_relation))
    return found


def claim_edges(index: GraphIndex, node: int) -> tuple[Ints, Ints]:
    """The edges of a node that are claims, and the nodes at their other ends."""
    edges, others = index.around(node)
    claims = index.relations[edges] < len(RELATIONS)
    return edges[claims], others[claims]


def results(index: GraphIndex, store: Store, numbers: Sequence[int] | Ints) -> list[dict[str, Any]]:
    """Results by their numbers in the index, with their sentences.

    Values are texts as the graph has them, for no float holds every decimal.
    """
    table = index.results
    iris = [full_iri(index.base, table.ids[number]) for number in numbers]
    facts: dict[str, dict[str, str]] = {iri: {} for iri in iris}
    for iri, name, value in rows_about(store, _RESULT_FACTS, iris):
        facts[iri][local_name(name)] = min(value, facts[iri].get(local_name(name), value))
    said: dict[str, Quote] = {}
    for iri, sentence, text, offset, start, end in rows_about(store, _RESULT_QUOTES, iris):
        place = "title" if local_name(sentence).startswith("title-") else "abstract"
        said[iri] = quote(text, [(int(start) - int(offset), int(end) - int(offset))], place)
    return [
        {
            "id": table.ids[number],
            **{role: _named(index, int(table.roles[role][number])) for role in ROLES},
            **{name: facts[iri].get(name, "") for name in ("value", "unit", "kind", "verbatim")},
            "paper": index.node(int(table.paper[number])),
            "quote": _quote(said.get(iri, Quote("", (), "abstract"))),
        }
        for number, iri in zip(numbers, iris, strict=True)
    ]


def _named(index: GraphIndex, node: int) -> dict[str, Any] | None:
    return index.node(node) if node >= 0 else None


def _quote(one: Quote) -> dict[str, Any]:
    return {"text": one.text, "marks": [list(mark) for mark in one.marks], "field": one.field}
