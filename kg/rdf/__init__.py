"""The graph: its namespaces, its triples, its file, its store, its shapes and its exports."""

from kg.rdf.namespaces import BASE_IRI, PREFIXES, RESOURCE_KINDS, Iris, term
from kg.rdf.publish import OUTPUT_NAMES, publication
from kg.rdf.remote import push_graph
from kg.rdf.sparql import Term, bind_variables
from kg.rdf.store import OxigraphStore, QueryResults, SparqlEndpoint, Store, open_store
from kg.rdf.validate import Report, Violation, validate
from kg.rdf.write import GraphCounts, load_store, write_graph

__all__ = [
    "BASE_IRI",
    "OUTPUT_NAMES",
    "PREFIXES",
    "RESOURCE_KINDS",
    "GraphCounts",
    "Iris",
    "OxigraphStore",
    "QueryResults",
    "Report",
    "SparqlEndpoint",
    "Store",
    "Term",
    "Violation",
    "bind_variables",
    "load_store",
    "open_store",
    "publication",
    "push_graph",
    "term",
    "validate",
    "write_graph",
]
