"""The sentences behind the edges of a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Final, TypeAlias

from kg.network.graph import Network
from kg.network.rows import local_name, rows_about
from kg.queries.quotes import Quote, quote
from kg.rdf.store import Store

_ROLES: Final = ("subject", "benchmark", "metric", "baseline")
_CLAIMS: Final = """
SELECT ?paper ?relation ?entity ?sentence ?text ?offset ?start ?end WHERE {
  VALUES ?paper { %s }
  ?claim rdf:subject ?paper ; rdf:predicate ?relation ; rdf:object ?entity ; kg:evidence ?mention .
  ?mention oa:start ?start ; oa:end ?end ; kg:inSentence ?sentence .
  ?sentence kg:text ?text ; oa:start ?offset
}"""
_RESULTS: Final = """
SELECT ?paper ?role ?entity ?label ?result ?value ?unit ?kind ?sentence ?text ?offset ?start ?end WHERE {
  VALUES ?paper { %s }
  ?paper kg:hasResult ?result .
  ?result kg:value ?value ; kg:kind ?kind ; oa:start ?start ; oa:end ?end ; kg:inSentence ?sentence .
  ?sentence kg:text ?text ; oa:start ?offset
  OPTIONAL { ?result kg:unit ?unit }
  OPTIONAL {
    ?result ?role ?entity . ?entity skos:prefLabel ?label
    FILTER(?role IN (kg:subject, kg:benchmark, kg:metric, kg:baseline))
  }
}"""


@dataclass(frozen=True, slots=True)
class ReportedResult:
    """A score or a gain that a paper reports, with the IRI and the label of each entity it is tied to."""

    paper: str
    roles: tuple[tuple[str, str, str], ...]
    """Role (``subject``, ``benchmark``, ``metric``, ``baseline``), IRI and label."""
    value: str
    unit: str
    kind: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the papers of a network say."""

    claims: Mapping[tuple[str, str, str], tuple[Quote, ...]]
    """By paper, entity and relation, as the network's edges are; in reading order, the title first."""
    results: tuple[ReportedResult, ...]
    """In order of the papers' IRIs, then in reading order."""


def read_evidence(store: Store, network: Network) -> Evidence:
    """The sentences behind every claim of a network, and the results that its papers report."""
    papers = [node for node in network if network.nodes[node]["kind"] == "paper"]
    marks: _Marks = defaultdict(lambda: defaultdict(set))
    for paper, relation, entity, sentence, text, offset, start, end in rows_about(store, _CLAIMS, papers):
        claim = (paper, entity, local_name(relation))
        if network.has_edge(*claim):
            marks[claim][_order(sentence, offset), text].add(
                (int(start) - int(offset), int(end) - int(offset))
            )
    claims = {
        claim: tuple(
            quote(text, spans, "abstract" if place[0] else "title")
            for (place, text), spans in sorted(sentences.items())
        )
        for claim, sentences in marks.items()
    }
    return Evidence(claims, tuple(_results(store, papers)))


_Place: TypeAlias = tuple[bool, int, str]
_Span: TypeAlias = tuple[int, int]
_Marks: TypeAlias = defaultdict[tuple[str, str, str], defaultdict[tuple[_Place, str], set[_Span]]]


def _order(sentence: str, offset: str) -> _Place:
    return (not local_name(sentence).startswith("title-"), int(offset), sentence)


def _results(store: Store, papers: Sequence[str]) -> Iterator[ReportedResult]:
    roles: defaultdict[str, set[tuple[int, str, str]]] = defaultdict(set)
    found: dict[str, tuple[tuple[str, _Place, int, str], ReportedResult]] = {}
    for row in rows_about(store, _RESULTS, papers):
        paper, role, entity, label, result, value, unit, kind, sentence, text, offset, start, end = row
        if role:
            roles[result].add((_ROLES.index(local_name(role)), entity, label))
        place = (paper, _order(sentence, offset), int(start), result)
        mark = (int(start) - int(offset), int(end) - int(offset))
        said = quote(text, [mark], "abstract" if place[1][0] else "title")
        found[result] = (place, ReportedResult(paper, (), value, unit, kind, said))
    for (*_, iri), reported in sorted(found.values(), key=itemgetter(0)):
        named = tuple((_ROLES[role], entity, label) for role, entity, label in sorted(roles[iri]))
        yield replace(reported, roles=named)
