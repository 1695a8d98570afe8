"""What the service says of itself and of its graph: SPARQL 1.1 Service Description, and VoID."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.rdf import PREFIXES, Term
from kg.server.served import Snapshot
from kg.server.worker import prefixes_in_order

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_VOID: Final = "http://rdfs.org/ns/void#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_RDF_FORMATS: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_RESULT_FORMATS: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
TRIPLES: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
CLASSES: Final = "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY ?c"
PROPERTIES: Final = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
"""What VoID is counted with."""
Rows = Sequence[Sequence[Term | None]]
_VOCABULARIES: Final = ("kg", "skos", "dcterms", "fabio", "cito", "oa", "mls", "schema", "rdf")


def serialize(triples: Iterator[Triple], format: str) -> bytes:
    """Triples as RDF.

    Args:
        triples: The triples.
        format: ``turtle``, ``ntriples``, ``rdfxml`` or ``jsonld``.
    """
    prefixes = {**PREFIXES, "sd": _SD, "void": _VOID}
    written = ox.serialize(triples, format=_RDF_FORMATS[format], prefixes=prefixes) or b""
    return prefixes_in_order(written, format)


def service_description(snapshot: Snapshot, endpoint: str, format: str) -> bytes:
    """Describe the service.

    Args:
        snapshot: The graph.
        endpoint: The address of the endpoint.
        format: As for ``serialize``.
    """
    return serialize(_service(snapshot, endpoint), format)


def _service(snapshot: Snapshot, endpoint: str) -> Iterator[Triple]:
    service, dataset, graph = NamedNode(endpoint), BlankNode("dataset"), NamedNode(snapshot.graph)
    yield _is_a(service, _SD + "Service")
    yield Triple(service, NamedNode(_SD + "endpoint"), service)
    yield Triple(service, NamedNode(_SD + "supportedLanguage"), NamedNode(_SD + "SPARQL11Query"))
    for name in _RESULT_FORMATS:
        yield Triple(service, NamedNode(_SD + "resultFormat"), NamedNode(_FORMATS + name))
    yield Triple(service, NamedNode(_SD + "defaultDataset"), dataset)
    yield _is_a(dataset, _SD + "Dataset")
    yield Triple(dataset, NamedNode(_SD + "defaultGraph"), graph)
    yield _is_a(graph, _SD + "Graph")
    yield _is_a(graph, _VOID + "Dataset")
    yield _number(graph, "entities", len(snapshot.index))
    yield Triple(graph, NamedNode(_VOID + "sparqlEndpoint"), service)


def void_description(
    snapshot: Snapshot, endpoint: str, *, triples: Rows, classes: Rows, properties: Rows
) -> list[Triple]:
    """Describe the graph with VoID (https://www.w3.org/TR/void/): its size, its classes and properties.

    Args:
        snapshot: The graph.
        endpoint: The address of the SPARQL endpoint.
        triples: What ``TRIPLES`` finds.
        classes: What ``CLASSES`` finds.
        properties: What ``PROPERTIES`` finds.
    """
    graph = NamedNode(snapshot.graph)
    known = [
        _is_a(graph, _VOID + "Dataset"),
        Triple(graph, NamedNode(PREFIXES["dcterms"] + "title"), Literal("Knowledge graph of papers")),
        Triple(graph, NamedNode(_VOID + "sparqlEndpoint"), NamedNode(endpoint)),
        Triple(graph, NamedNode(_VOID + "uriSpace"), Literal(snapshot.base)),
        _number(graph, "entities", len(snapshot.index)),
        *(_number(graph, "triples", number) for (number,) in triples),
    ]
    named = [("vocabulary", PREFIXES[name]) for name in _VOCABULARIES]
    named += [("feature", _FORMATS + name) for name in _RESULT_FORMATS[4:]]
    known += [Triple(graph, NamedNode(_VOID + name), NamedNode(iri)) for name, iri in named]
    for part, plural, rows, kind in (
        ("class", "classes", classes, "entities"),
        ("property", "properties", properties, "triples"),
    ):
        known.append(_number(graph, plural, len(rows)))
        for position, (iri, number) in enumerate(rows):
            if isinstance(iri, NamedNode):
                node = BlankNode(f"{part}{position}")
                known.append(Triple(graph, NamedNode(f"{_VOID}{part}Partition"), node))
                known.append(Triple(node, NamedNode(_VOID + part), iri))
                known.append(_number(node, kind, number))
    return known


def _is_a(subject: NamedNode | BlankNode, kind: str) -> Triple:
    return Triple(subject, NamedNode(PREFIXES["rdf"] + "type"), NamedNode(kind))


def _number(subject: NamedNode | BlankNode, name: str, number: object) -> Triple:
    value = int(number.value if isinstance(number, Literal) else str(number))
    return Triple(subject, NamedNode(_VOID + name), Literal(value))
