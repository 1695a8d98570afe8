from __future__ import annotations

import pyoxigraph as ox
import pytest

from tests.server.serving import HTTP, Server

BASE = "https://w3id.org/paperkg/id/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
RDF = {"Accept": "application/rdf+xml;q=0.5, text/turtle"}


def resources(server: Server) -> list[str]:
    answer = server.ask("SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?s", "text/csv")
    return [iri.removeprefix(BASE) for iri in answer.text.splitlines()[1:] if iri.startswith(BASE)]


def test_every_resource_resolves_to_data_and_to_a_page(server: Server) -> None:
    found = resources(server)
    assert len({identifier.partition("/")[0] for identifier in found}) >= 7
    for identifier in found[::5]:
        data = HTTP.get(f"{server.url}id/{identifier}", headers=RDF)
        assert (data.status_code, data.headers["location"]) == (303, f"/data/{identifier}")
        page = HTTP.get(f"{server.url}id/{identifier}", headers=BROWSER)
        assert page.status_code == 303
        assert HTTP.get(server.url + page.headers["location"][1:], headers=BROWSER).status_code == 200
        graph = ox.parse(HTTP.get(server.url + data.headers["location"][1:]).content, ox.RdfFormat.TURTLE)
        assert any(quad.subject == ox.NamedNode(BASE + identifier) for quad in graph)


@pytest.mark.parametrize(
    ("accept", "ending", "format"),
    [
        ("text/turtle", ".ttl", ox.RdfFormat.TURTLE),
        ("application/n-triples", ".nt", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ".rdf", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ".jsonld", ox.RdfFormat.JSON_LD),
    ],
)
def test_data_in_each_format(server: Server, accept: str, ending: str, format: ox.RdfFormat) -> None:
    liked = HTTP.get(f"{server.url}data/entity/lantern", headers={"Accept": accept})
    named = HTTP.get(f"{server.url}data/entity/lantern{ending}", headers=BROWSER)
    assert liked.headers["content-type"].startswith(accept)
    assert named.headers["content-type"].startswith(accept)
    assert liked.content == named.content
    triples = {quad.triple for quad in ox.parse(liked.content, format)}
    lantern = ox.NamedNode(f"{BASE}entity/lantern")
    assert any(triple.subject == lantern for triple in triples)
    assert any(triple.object == lantern for triple in triples)


@pytest.mark.parametrize(
    "path", ["id/entity/nothing", "id/nothing", "data/entity/nothing.ttl", "id/entity/a%20b"]
)
def test_what_the_graph_does_not_hold(server: Server, path: str) -> None:
    assert HTTP.get(server.url + path).status_code == 404
    assert HTTP.get(server.url + path, headers=BROWSER).status_code == 404


def test_where_a_client_takes_neither(server: Server) -> None:
    for path in ("id/entity/lantern", "data/entity/lantern"):
        assert HTTP.get(server.url + path, headers={"Accept": "image/png"}).status_code == 406


def test_the_graph_and_its_ontology_are_described(server: Server) -> None:
    assert HTTP.get(f"{server.url}id/graph").headers["location"] == "/.well-known/void"
    for path, headers in (("ontology", RDF), ("ontology.ttl", BROWSER), ("ontology", {})):
        answer = HTTP.get(server.url + path, headers=headers)
        assert any(
            quad.subject == ox.NamedNode("https://w3id.org/paperkg/ontology#Paper")
            for quad in ox.parse(answer.content, ox.RdfFormat.TURTLE)
        )
    assert "@context" in HTTP.get(f"{server.url}context.jsonld").json()
