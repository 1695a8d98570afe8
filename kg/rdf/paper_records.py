"""Records for scoring: what a graph says of each paper, in the form of the annotation guidelines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from pyoxigraph import NamedNode

from kg.rdf.namespaces import PREFIXES
from kg.rdf.store import Store, select
from kg.records import ENTITY_TYPES, RELATIONS

# Papers that are asked for at once: few enough for memory, many enough for few queries.
_BATCH: Final = 500

_PROLOGUE: Final = "".join(
    f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in ("dcterms", "fabio", "kg", "oa", "rdf", "skos")
)
_PAPERS: Final = "SELECT ?paper ?id { ?paper a kg:Paper OPTIONAL { ?paper fabio:hasArXivId ?id } }"
_TEXTS: Final = """SELECT ?paper ?title ?abstract {
  %s ?paper dcterms:title ?title OPTIONAL { ?paper dcterms:abstract ?abstract } }"""
_CLAIMS: Final = """SELECT ?paper ?entity ?relation ?confidence {
  %s ?claim rdf:subject ?paper ; a kg:Claim ; rdf:predicate ?relation ; rdf:object ?entity ;
    kg:confidence ?confidence }"""
_MENTIONS: Final = """SELECT ?paper ?entity ?type ?label ?field ?start ?exact {
  %s ?mention kg:inPaper ?paper ; a kg:Mention ; kg:denotes ?entity ; kg:field ?field ; oa:start ?start ;
    oa:exact ?exact . ?entity skos:prefLabel ?label ; a ?type . FILTER (?type IN (TYPES)) }""".replace(
    "TYPES", ", ".join(f"kg:{name}" for name in ENTITY_TYPES)
)
_RESULTS: Final = """SELECT ?paper ?result ?start ?value ?unit ?kind ?verbatim
  ?subject ?benchmark ?metric ?baseline {
  %s ?paper kg:hasResult ?result . ?result oa:start ?start ; kg:value ?value ; kg:kind ?kind ;
    kg:verbatim ?verbatim .
  OPTIONAL { ?result kg:unit ?unit } OPTIONAL { ?result kg:subject ?subject }
  OPTIONAL { ?result kg:benchmark ?benchmark } OPTIONAL { ?result kg:metric ?metric }
  OPTIONAL { ?result kg:baseline ?baseline } }"""


@dataclass(slots=True)
class _Found:
    """What the queries found of one paper."""

    title: str = ""
    abstract: str = ""
    relations: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    """By entity: the confidence of each relation."""
    types: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    mentions: dict[str, list[tuple[bool, int, str]]] = field(default_factory=lambda: defaultdict(list))
    """By entity: not in the title, start, text."""
    results: list[tuple[bool, int, int, tuple[str, ...]]] = field(default_factory=list)


def paper_records(store: Store, *, confidences: bool = False) -> Iterator[dict[str, Any]]:
    """Every paper of a graph as a record, sorted by its id.

    Args:
        store: The graph.
        confidences: Give each entity also ``confidences``, one for each relation.

    Yields:
        ``id`` (the arXiv id, else the paper's key), ``title``, ``abstract``, ``entities`` (``name``,
        ``aliases``, ``type``, ``relations``) in reading order, and ``results``. Names and aliases are forms
        that stand in this paper; the name is the longest of them, by words.
    """
    ids = {
        _text(paper): _text(arxiv_id) or _text(paper).rpartition("/paper/")[2]
        for paper, arxiv_id in select(store, _PROLOGUE + _PAPERS)
    }
    ordered = iter(sorted(ids, key=lambda paper: (ids[paper], paper)))
    while batch := list(islice(ordered, _BATCH)):
        found = _ask(store, batch)
        for paper in batch:
            yield {"id": ids[paper], **_record(found[paper], confidences)}


def _ask(store: Store, papers: Sequence[str]) -> Mapping[str, _Found]:
    found: dict[str, _Found] = {paper: _Found() for paper in papers}
    values = "VALUES ?paper { " + " ".join(f"<{paper}>" for paper in papers) + " }"

    def rows(query: str) -> Iterator[tuple[_Found, list[str]]]:
        for paper, *rest in select(store, _PROLOGUE + query.replace("%s", values)):
            yield found[_text(paper)], [_text(value) for value in rest]

    for of, (title, abstract) in rows(_TEXTS):
        of.title, of.abstract = title, abstract
    for of, (entity, relation, confidence) in rows(_CLAIMS):
        of.relations[entity][relation.removeprefix(PREFIXES["kg"])] = float(confidence)
    for of, (entity, kind, label, name, start, exact) in rows(_MENTIONS):
        of.types[entity], of.labels[entity] = kind.removeprefix(PREFIXES["kg"]), label
        of.mentions[entity].append((name != "title", int(start), exact))
    for of, (result, start, *rest) in rows(_RESULTS):
        in_abstract = not result.rpartition("/")[2].startswith("title-")
        of.results.append((in_abstract, int(start), int(result.rpartition("-")[2]), tuple(rest)))
    return found


def _record(found: _Found, confidences: bool) -> dict[str, Any]:
    names: dict[str, str] = {}
    entities = []
    for entity, mentions in sorted(found.mentions.items(), key=lambda item: (min(item[1]), item[0])):
        forms = list(dict.fromkeys(text for _, _, text in sorted(mentions)))
        label = found.labels[entity]
        name = min(
            forms, key=lambda form: (-len(re.split(r"[\s-]+", form)), form != label, forms.index(form))
        )
        names[entity] = name
        claims = {one: found.relations[entity][one] for one in RELATIONS if one in found.relations[entity]}
        record = {
            "name": name,
            "aliases": [form for form in forms if form != name],
            "type": found.types[entity],
            "relations": list(claims),
        }
        entities.append({**record, "confidences": list(claims.values())} if confidences else record)
    results = []
    for *_, (value, unit, kind, verbatim, *roles) in sorted(found.results):
        subject, benchmark, metric, baseline = (names.get(role) for role in roles)
        results.append(
            {
                "subject": subject,
                "benchmark": benchmark,
                "metric": metric,
                "value": _as_printed(value, verbatim),
                "unit": unit,
                "kind": kind,
                "baseline": baseline,
            }
        )
    return {"title": found.title, "abstract": found.abstract, "entities": entities, "results": results}


def _as_printed(value: str, verbatim: str) -> str:
    """The number with the digits that the text gives it: 66.60 where the graph has 66.6."""
    for number in re.findall(r"\d[\d,]*(?:\.\d+)?|\.\d+", verbatim):
        digits: str = number.replace(",", "")
        if Decimal(digits) == abs(Decimal(value)):
            return f"-{digits}" if value.startswith("-") else digits
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.value if isinstance(value, NamedNode) else str(getattr(value, "value", value))
