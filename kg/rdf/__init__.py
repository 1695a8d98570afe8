"""The graph: its namespaces, its triples, its file, its store, its shapes and its exports."""

from kg.rdf.by_pyshacl import validate_by_pyshacl
from kg.rdf.export import EXPORT_FORMATS, export_graph
from kg.rdf.namespaces import BASE_IRI, PREFIXES, RESOURCE_KINDS, Iris, term
from kg.rdf.paper_records import paper_records
from kg.rdf.publish import OUTPUT_NAMES, publication
from kg.rdf.remote import push_graph
from kg.rdf.sparql import Term, bind_variables
from kg.rdf.store import (
    OxigraphStore,
    QueryResults,
    SparqlEndpoint,
    Store,
    graph_base,
    open_store,
    select,
)
from kg.rdf.validate import Report, Violation, validate
from kg.rdf.write import GraphCounts, load_store, write_graph

__all__ = [
    "BASE_IRI",
    "EXPORT_FORMATS",
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
    "export_graph",
    "graph_base",
    "load_store",
    "open_store",
    "paper_records",
    "publication",
    "push_graph",
    "select",
    "term",
    "validate",
    "validate_by_pyshacl",
    "write_graph",
]
