"""Clients that people use."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tests.server.serving import GRAPH_IRI, Server

TITLES = "PREFIX kg: <https://w3id.org/paperkg/ontology#> SELECT ?p { ?p a kg:Paper } ORDER BY ?p"


@pytest.mark.parametrize(("method", "way"), [(GET, None), (POST, None), (POST, POSTDIRECTLY)])
def test_sparqlwrapper(server: Server, method: str, way: str | None) -> None:
    client: Any = SPARQLWrapper(server.sparql)
    client.setMethod(method)
    if way:
        client.setRequestMethod(way)
    client.setQuery(TITLES)
    client.setReturnFormat(JSON)
    assert len(client.queryAndConvert()["results"]["bindings"]) == 6
    client.setReturnFormat(XML)
    assert len(client.queryAndConvert().getElementsByTagName("result")) == 6
    for kind in (CSV, TSV):
        client.setReturnFormat(kind)
        assert len(client.queryAndConvert().splitlines()) == 7
    client.addDefaultGraph(GRAPH_IRI)
    client.setQuery("DESCRIBE <https://w3id.org/paperkg/id/entity/lantern>")
    for kind in (TURTLE, N3, RDFXML, JSONLD):
        client.setReturnFormat(kind)
        assert client.queryAndConvert()
    client.setQuery("SELECT nonsense")
    with pytest.raises(QueryBadFormed):
        client.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("kind", ["xml", "json", "csv", "tsv"])
def test_rdflib(server: Server, method: str, kind: str) -> None:
    graph = rdflib.Graph(SPARQLStore(server.sparql, method=method, returnFormat=kind))
    rows: Any = graph.query(TITLES)
    papers = [row.p for row in rows]
    assert len(papers) == 6
    if kind in {"xml", "json"}:  # it reads no truth values in the others, and no types in CSV
        title = graph.value(papers[0], rdflib.DCTERMS.title)
        assert isinstance(title, rdflib.Literal)
        assert (papers[0], rdflib.DCTERMS.title, title) in graph


def test_curl(server: Server) -> None:
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("no curl")

    def run(*arguments: str) -> str:
        done = subprocess.run([curl, "-sS", "--compressed", *arguments], capture_output=True, check=True)
        return done.stdout.decode()

    form = ["--data-urlencode", f"query={TITLES}"]
    assert len(json.loads(run(server.sparql, *form))["results"]["bindings"]) == 6
    assert len(run("-G", server.sparql, *form, "-H", "Accept: text/csv").splitlines()) == 7
    direct = ["-H", "Content-Type: application/sparql-query", "--data-binary", TITLES]
    assert run(server.sparql, *direct) == run(server.sparql, *form)
    assert run("-I", "-G", server.sparql, *form).startswith("HTTP/1.1 200")
