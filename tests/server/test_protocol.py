"""The SPARQL 1.1 Protocol's operation "query", from the text of the recommendation (section 2)."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from tests.server.serving import GRAPH_IRI, HTTP, Server

PAPERS = "SELECT ?paper { ?paper a <https://w3id.org/paperkg/ontology#Paper> }"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
FORMS = {
    "select": PAPERS,
    "ask": "ASK { ?paper a <https://w3id.org/paperkg/ontology#Paper> }",
    "construct": "CONSTRUCT { ?p a <http://a/P> } { ?p a <https://w3id.org/paperkg/ontology#Paper> }",
    "describe": "DESCRIBE <https://w3id.org/paperkg/id/entity/lantern>",
}


def send(server: Server, way: str, query: str, **parameters: Any) -> httpx.Response:
    """One of the three ways of section 2.1."""
    if way == "get":
        return HTTP.get(server.sparql, params={"query": query, **parameters})
    if way == "form":
        return HTTP.post(server.sparql, data={"query": query, **parameters})
    headers = {"Content-Type": QUERY}
    return HTTP.post(server.sparql, params=parameters, content=query.encode(), headers=headers)


@pytest.mark.parametrize("way", ["get", "form", "direct"])
@pytest.mark.parametrize("form", FORMS)
def test_each_query_form_is_answered_in_each_way(server: Server, way: str, form: str) -> None:
    answer = send(server, way, FORMS[form])
    assert answer.status_code == 200
    if form == "select":
        assert answer.headers["content-type"] == "application/sparql-results+json"
        assert len(answer.json()["results"]["bindings"]) == 6
    elif form == "ask":
        assert answer.json() == {"head": {}, "boolean": True}
    else:
        assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
        assert list(ox.parse(answer.content, ox.RdfFormat.TURTLE))


@pytest.mark.parametrize("way", ["get", "form", "direct"])
def test_the_dataset_of_the_protocol_takes_the_place_of_the_querys_own(server: Server, way: str) -> None:
    elsewhere = PAPERS.replace("{", "FROM <http://example.org/other> {", 1)
    answer = send(server, way, elsewhere, **{"default-graph-uri": GRAPH_IRI})
    assert len(answer.json()["results"]["bindings"]) == 6


@pytest.mark.parametrize("way", ["get", "form", "direct"])
@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_another_graph_is_refused_with_the_name_of_ours(server: Server, way: str, name: str) -> None:
    answer = send(server, way, PAPERS, **{name: ["http://example.org/a", "http://example.org/b"]})
    assert answer.status_code == 400
    assert GRAPH_IRI in answer.text


def test_the_query_may_name_the_served_graph(server: Server) -> None:
    for clause in (f"FROM <{GRAPH_IRI}>", "FROM g:graph", f"from\n<{GRAPH_IRI}>"):
        query = "PREFIX g: <https://w3id.org/paperkg/id/> " + PAPERS.replace("{", clause + " {", 1)
        assert len(server.ask(query).json()["results"]["bindings"]) == 6, clause


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ([("query", PAPERS), ("query", PAPERS)], 400),
        ([("default-graph-uri", GRAPH_IRI)], 400),
        ([("query", "")], 400),
        ([("query", "  \n")], 400),
        ([("query", "SELECT nonsense")], 400),
        ([("query", "ASK {}\0")], 400),
    ],
)
def test_a_get_without_exactly_one_legal_query(server: Server, parameters: Any, status: int) -> None:
    answer = HTTP.get(server.sparql, params=parameters)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(answer.text.splitlines()) == 1


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        (FORM, b"", 400),
        (FORM, b"query=ASK%7B%7D&query=ASK%7B%7D", 400),
        (FORM, b"query=%ff%fe", 400),
        (QUERY, b"", 400),
        (QUERY, "SELECT * { ?s ?p 'é' }".encode("latin-1"), 400),
        (QUERY + "; charset=utf-16", "ASK {}".encode("utf-16"), 415),
        (QUERY + "; charset=UTF-8", b"ASK {}", 200),
        (FORM + ";charset=utf-8", b"query=ASK%7B%7D", 200),
        ("text/plain", b"ASK {}", 415),
        ("multipart/form-data; boundary=x", b"ASK {}", 415),
        ("application/sparql-update", b"CLEAR ALL", 415),
        (None, b"ASK {}", 415),
    ],
)
def test_the_content_of_a_post(server: Server, kind: str | None, body: bytes, status: int) -> None:
    request = httpx.Request("POST", server.sparql, content=body)
    if kind:
        request.headers["Content-Type"] = kind
    assert HTTP.send(request).status_code == status


def test_a_query_in_the_address_and_as_the_body_is_one_too_many(server: Server) -> None:
    answer = HTTP.post(
        server.sparql, params={"query": "ASK {}"}, content="ASK {}", headers={"Content-Type": QUERY}
    )
    assert answer.status_code == 400


def test_a_syntax_error_tells_its_place(server: Server) -> None:
    assert "line 2, column 10" in server.ask("SELECT *\n{ ?s ?p }").text


def test_prefixes_of_the_graph_need_no_declaration_and_own_ones_win(server: Server) -> None:
    assert server.ask("ASK { entity:lantern a kg:Method }").json()["boolean"]
    assert not server.ask("PREFIX kg: <http://example.org/> ASK { ?s a kg:Method }").json()["boolean"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods(server: Server, method: str) -> None:
    answer = HTTP.request(method, server.sparql)
    assert answer.status_code == 405
    assert {"GET", "HEAD", "POST", "OPTIONS"} == set(answer.headers["allow"].split(", "))


def test_options_tell_what_may_be_done(server: Server) -> None:
    answer = HTTP.options(server.sparql)
    assert answer.status_code == 204
    assert "POST" in answer.headers["allow"]
    assert QUERY in answer.headers["accept-post"]
    assert "access-control-allow-origin" not in answer.headers


def test_head_is_get_without_the_body(server: Server) -> None:
    got, head = (HTTP.request(m, server.sparql, params={"query": PAPERS}) for m in ("GET", "HEAD"))
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-length", "content-type", "vary"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/json", "application/json"),
        ("text/csv;q=0.3, application/sparql-results+xml;q=0.7", "application/sparql-results+xml"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/xml"),
        ("application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
    ],
)
def test_results_come_as_the_client_likes_them(server: Server, accept: str, kind: str) -> None:
    answer = server.ask(PAPERS, accept)
    assert answer.headers["content-type"] == kind
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("accept", ["text/turtle", "image/png", "*/*;q=0", "text/csv;q=0"])
def test_no_acceptable_type_is_406(server: Server, accept: str) -> None:
    answer = server.ask(PAPERS, accept)
    assert answer.status_code == 406
    assert "text/csv" in answer.text


def test_each_result_format_holds_the_same(server: Server) -> None:
    query = PAPERS + " ORDER BY ?paper"
    found = [b["paper"]["value"] for b in server.ask(query).json()["results"]["bindings"]]
    assert server.ask(query, "text/csv").text.splitlines() == ["paper", *found]
    assert server.ask(query, "text/tab-separated-values").text.splitlines() == [
        "?paper",
        *(f"<{iri}>" for iri in found),
    ]
    xml = ElementTree.fromstring(server.ask(query, "application/sparql-results+xml").content)
    assert [uri.text for uri in xml.iter("{http://www.w3.org/2005/sparql-results#}uri")] == found


@pytest.mark.parametrize("accept", ["text/csv", "text/tab-separated-values"])
def test_a_truth_value_as_text(server: Server, accept: str) -> None:
    assert server.ask("ASK {}", accept).text == "true"


@pytest.mark.parametrize(
    ("accept", "format"),
    [
        ("text/turtle", ox.RdfFormat.TURTLE),
        ("application/n-triples", ox.RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
    ],
)
def test_graphs_come_as_the_client_likes_them(server: Server, accept: str, format: ox.RdfFormat) -> None:
    answer = server.ask("CONSTRUCT WHERE { ?s ?p ?o }", f"{accept}, */*;q=0.1")
    assert answer.headers["content-type"].startswith(accept)
    triples = {str(quad.triple) for quad in ox.parse(answer.content, format)}
    whole = ox.parse(server.ask("CONSTRUCT WHERE { ?s ?p ?o }").content, ox.RdfFormat.TURTLE)
    assert triples == {str(quad.triple) for quad in whole}


def test_large_answers_are_compressed_for_those_who_take_it(server: Server) -> None:
    query = "SELECT * { ?s ?p ?o }"
    plain = server.ask(query, **{"Accept-Encoding": "identity"})
    packed = server.ask(query, **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3
    assert packed.content == plain.content


def test_an_answer_that_is_known_is_not_sent_again(server: Server) -> None:
    tags = server.ask(PAPERS).headers["etag"]
    assert tags.startswith('"')
    again = server.ask(PAPERS, **{"If-None-Match": f'"x", {tags}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tags)
    assert server.ask(PAPERS + " LIMIT 1", **{"If-None-Match": tags}).status_code == 200
    assert server.ask(PAPERS, "text/csv").headers["etag"] != tags
    assert "etag" not in server.ask("SELECT (NOW() AS ?n) {}").headers


def test_the_service_describes_itself(server: Server) -> None:
    for accept, format in (
        ("", ox.RdfFormat.TURTLE),
        ("application/ld+json", ox.RdfFormat.JSON_LD),
        ("application/rdf+xml", ox.RdfFormat.RDF_XML),
    ):
        answer = HTTP.get(server.sparql, headers={"Accept": accept} if accept else {})
        store = ox.Store()
        store.load(answer.content, format)
        described = store.query(
            "PREFIX sd: <http://www.w3.org/ns/sparql-service-description#> ASK { ?s a sd:Service ; "
            f"sd:endpoint <{server.sparql}> ; sd:supportedLanguage sd:SPARQL11Query ; "
            f"sd:defaultDataset/sd:defaultGraph <{GRAPH_IRI}> }}"
        )
        assert described
    browser = HTTP.get(server.sparql, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (browser.status_code, browser.headers["location"]) == (303, "/query")


def test_void_counts_the_graph(server: Server) -> None:
    answer = HTTP.get(f"{server.url}.well-known/void", headers={"Accept": "application/n-triples"})
    store = ox.Store()
    store.load(answer.content, ox.RdfFormat.N_TRIPLES)
    found: Any = store.query(
        "PREFIX void: <http://rdfs.org/ns/void#> SELECT ?n ?papers { "
        f"<{GRAPH_IRI}> void:triples ?n ; void:classPartition [ void:entities ?papers ; "
        "void:class <https://w3id.org/paperkg/ontology#Paper> ] }"
    )
    counted = json.loads(server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").text)
    (row,) = found
    assert [term.value for term in row] == [counted["results"]["bindings"][0]["n"]["value"], "6"]
