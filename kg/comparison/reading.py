"""What two graphs are compared by, read from a store in parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg.rdf import PREFIXES, Store, Term, graph_base, select
from kg.records import ENTITY_TYPES

__all__ = ["ROLES", "Claims", "Described", "Graph", "PaperParts", "ResultKey"]

ROLES: Final = ("subject", "benchmark", "metric", "baseline")
_PROLOGUE: Final = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
_COUNT: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
_COUNTS: Final = "SELECT (COUNT(*) AS ?n) { ?thing a kg:%s }"
_PAPERS: Final = "SELECT ?paper ?title { ?paper a kg:Paper ; dcterms:title ?title }"
_ENTITIES: Final = "SELECT ?entity ?label { ?entity a kg:ResearchEntity ; skos:prefLabel ?label }"
_TYPES: Final = "SELECT ?entity ?type { VALUES ?type { TYPES } ?entity a ?type }".replace(
    "TYPES", " ".join(f"kg:{name}" for name in ENTITY_TYPES)
)
_LINKS: Final = """SELECT ?entity ?property ?value {
  VALUES ?property { skos:altLabel skos:broader skos:exactMatch } ?entity ?property ?value }"""
# With a second VALUES for the properties Oxigraph joins them the slow way.
_FIELDS: Final = """SELECT ?paper ?property ?value { %s ?paper ?property ?value
  FILTER (?property IN (dcterms:title, dcterms:abstract, kg:byline, dcterms:issued, dcterms:isPartOf,
    fabio:hasArXivId, schema:version, kg:doi, schema:url, schema:codeRepository)) }"""
_MENTIONS: Final = "SELECT ?mention ?entity { %s ?mention kg:inPaper ?paper ; kg:denotes ?entity }"
_CLAIMS: Final = """SELECT ?paper ?entity ?relation ?confidence ?by { %s
  ?claim rdf:subject ?paper ; a kg:Claim ; rdf:predicate ?relation ; rdf:object ?entity ;
    kg:confidence ?confidence OPTIONAL { ?claim kg:curatedBy ?by } }"""
_RESULTS: Final = """SELECT ?paper ?result ?value ?unit ?kind ?verbatim ?start
  ?subject ?benchmark ?metric ?baseline { %s
  ?paper kg:hasResult ?result . ?result kg:value ?value ; kg:kind ?kind ; kg:verbatim ?verbatim ;
    oa:start ?start .
  OPTIONAL { ?result kg:unit ?unit } OPTIONAL { ?result kg:subject ?subject }
  OPTIONAL { ?result kg:benchmark ?benchmark } OPTIONAL { ?result kg:metric ?metric }
  OPTIONAL { ?result kg:baseline ?baseline } }"""

Claims = dict[str, dict[str, tuple[str, tuple[str, ...]]]]
"""By entity and relation: the confidence, and the people who say so."""
ResultKey = tuple[str, str, str, str, int, tuple[str, ...]]
"""Value, unit, kind, verbatim, start, and the entities in the order of ROLES, empty where there is none."""


@dataclass(slots=True)
class Described:
    """An entity."""

    label: str
    type: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    """Property and value: aliases, broader entities, matches; sorted."""


@dataclass(slots=True)
class PaperParts:
    """What a graph says of one paper."""

    fields: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    claims: Claims = field(default_factory=lambda: defaultdict(dict))
    results: list[ResultKey] = field(default_factory=list)


class Graph:
    """A graph, with its resources relative to its base: ``entity/grpo``.

    Args:
        store: Where it is.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._base = graph_base(store)
        self.papers: dict[str, str] = {}
        """Titles."""
        for paper, title in self._rows(_PAPERS):
            self.papers[paper] = title
        self.entities: dict[str, Described] = {}
        for entity, label in self._rows(_ENTITIES):
            self.entities[entity] = Described(label)
        for entity, kind in self._rows(_TYPES):
            if entity in self.entities:
                self.entities[entity].type = kind.removeprefix(PREFIXES["kg"])
        for entity, name, value in self._rows(_LINKS):
            if entity in self.entities:
                self.entities[entity].links.append((name, value))
        for described in self.entities.values():
            described.links.sort()

    def triples(self) -> int:
        """How many triples there are."""
        ((count,),) = self._rows(_COUNT)
        return int(count)

    def count(self, kind: str) -> int:
        """How many things of a class there are, such as ``Claim``."""
        ((count,),) = self._rows(_COUNTS % kind)
        return int(count)

    def label(self, entity: str) -> str:
        """An entity's label."""
        return self.entities[entity].label if entity in self.entities else entity

    def mentions(self, papers: Sequence[str]) -> dict[str, str]:
        """The entity that each mention in some papers denotes."""
        rows = self._rows(_MENTIONS % self._values(papers))
        return {mention: entity for mention, entity in rows}  # noqa: C416 - rows are of any length

    def parts(self, papers: Sequence[str]) -> dict[str, PaperParts]:
        """What the graph says of some papers."""
        found = {paper: PaperParts() for paper in papers}
        values = self._values(papers)
        for paper, name, value in self._rows(_FIELDS % values):
            found[paper].fields[name].append(value)
        for paper, entity, relation, confidence, person in self._rows(_CLAIMS % values):
            of_entity = found[paper].claims[entity]
            relation = relation.removeprefix(PREFIXES["kg"])
            people = of_entity[relation][1] if relation in of_entity else ()
            of_entity[relation] = (confidence, tuple(sorted({*people, *filter(None, [person])})))
        for paper, _, value, unit, kind, verbatim, start, *entities in self._rows(_RESULTS % values):
            found[paper].results.append((value, unit, kind, verbatim, int(start), tuple(entities)))
        for parts in found.values():
            parts.results.sort()
            for of_name in parts.fields.values():
                of_name.sort()
        return found

    def _values(self, papers: Sequence[str]) -> str:
        return "VALUES ?paper { " + " ".join(f"<{self._base}{paper}>" for paper in papers) + " }"

    def _rows(self, query: str) -> Iterator[tuple[str, ...]]:
        for row in select(self.store, _PROLOGUE + query):
            yield tuple(map(self._text, row))

    def _text(self, term: Term | None) -> str:
        if isinstance(term, NamedNode):
            return term.value.removeprefix(self._base)
        if isinstance(term, Literal):
            return term.value
        return "" if term is None else str(term)
