"""What the service says of itself and of its graph: SPARQL 1.1 Service Description, and VoID."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.rdf import PREFIXES, select
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
_COUNTS: Final = (
    ("triples", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
    ("distinctSubjects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
    ("distinctObjects", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
)
_CLASSES: Final = "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c ORDER BY ?c"
_PROPERTIES: Final = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
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


def void_description(snapshot: Snapshot, endpoint: str) -> list[Triple]:
    """Describe the graph with VoID (https://www.w3.org/TR/void/): its size, its classes and properties.

    It counts all triples, three times: some seconds for millions of them.

    Args:
        snapshot: The graph.
        endpoint: The address of the SPARQL endpoint.

    Raises:
        KgError: The graph can't be read.
    """
    graph = NamedNode(snapshot.graph)
    triples = [
        _is_a(graph, _VOID + "Dataset"),
        Triple(graph, NamedNode(PREFIXES["dcterms"] + "title"), Literal("Knowledge graph of papers")),
        Triple(graph, NamedNode(_VOID + "sparqlEndpoint"), NamedNode(endpoint)),
        Triple(graph, NamedNode(_VOID + "uriSpace"), Literal(snapshot.base)),
        Triple(graph, NamedNode(_VOID + "rootResource"), NamedNode(snapshot.graph)),
    ]
    named = [("vocabulary", PREFIXES[name]) for name in _VOCABULARIES]
    named += [("feature", _FORMATS + name) for name in _RESULT_FORMATS[4:]]
    triples += [Triple(graph, NamedNode(_VOID + name), NamedNode(iri)) for name, iri in named]
    for name, query in _COUNTS:
        for (number,) in select(snapshot.store, query):
            triples.append(_number(graph, name, number))
    for part, query, kind in (("class", _CLASSES, "entities"), ("property", _PROPERTIES, "triples")):
        rows = list(select(snapshot.store, query))
        plural = "classes" if part == "class" else "properties"
        triples.append(_number(graph, plural, len(rows)))
        for position, (iri, number) in enumerate(rows):
            if not isinstance(iri, NamedNode):
                continue
            node = BlankNode(f"{part}{position}")
            triples.append(Triple(graph, NamedNode(f"{_VOID}{part}Partition"), node))
            triples.append(Triple(node, NamedNode(_VOID + part), iri))
            triples.append(_number(node, kind, number))
    return triples


def _is_a(subject: NamedNode | BlankNode, kind: str) -> Triple:
    return Triple(subject, NamedNode(PREFIXES["rdf"] + "type"), NamedNode(kind))


def _number(subject: NamedNode | BlankNode, name: str, number: object) -> Triple:
    value = int(number.value if isinstance(number, Literal) else str(number))
    return Triple(subject, NamedNode(_VOID + name), Literal(value))
