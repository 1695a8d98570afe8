"""Whatever would change the graph or leave it is refused, and nothing is sent anywhere."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from starlette.exceptions import HTTPException

from kg.server.guard import check_query
from tests.server.serving import GRAPH_IRI, HTTP, Server

UPDATES = [
    "INSERT DATA { <http://a/> <http://b/> <http://c/> }",
    "DELETE WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
    "WITH <http://g/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "LOAD <http://HOST/>",
    "load silent <file:///etc/hostname> INTO GRAPH <http://g/>",
    "CLEAR ALL",
    "DROP DEFAULT",
    "CREATE GRAPH <http://g/>",
    "ADD DEFAULT TO <http://g/>",
    "MOVE DEFAULT TO <http://g/>",
    "COPY DEFAULT TO <http://g/>",
    "PREFIX a: <http://a/> # a comment\nBASE <http://b/>\nINSERT DATA { a:a a:b a:c }",
]
SERVICES = [
    "SELECT * { SERVICE <http://HOST/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://HOST/> { ?s ?p ?o } }",
    "SELECT * { SERVICE?x { ?s ?p ?o } VALUES ?x { <http://HOST/> } }",
    "PREFIX s: <http://HOST/> SELECT * { SERVICEs:x { ?s ?p ?o } }",
    "PREFIX SERVICEs: <http://HOST/> SELECT * { SERVICEs:x { ?s ?p ?o } }",
    "SELECT * { ?s ?p '#' SERVICE <http://HOST/> { ?s ?p ?o } }",
    "SELECT * { # it's\nSERVICE <http://HOST/> { ?s ?p ?o } # it's\n}",
    # What looks like a string or a comment to one reader and not to another.
    "PREFIX e: <http://e/> SELECT * { ?s ?p e:a\\#b . SERVICE <http://HOST/> { ?s ?p ?o } }",
    "PREFIX e: <http://e/> SELECT * { ?s ?p e:a\\' . SERVICE <http://HOST/> { ?s ?p ?o } FILTER('a'='a') }",
    "SELECT * { FILTER(1<2&&'>'='>') SERVICE <http://HOST/> { ?s ?p ?o } FILTER('a'='a') }",
    "SELECT * { FILTER(1<2#>'''\n) SERVICE <http://HOST/> { ?s ?p ?o } #'''\n}",
    "SELECT * { \\u0053ERVICE <http://HOST/> { ?s ?p ?o } }",
    "SELECT * { { SELECT * { SERVICE <http://HOST/> { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE <http://HOST/> { ?s ?p ?o } } }",
    "CONSTRUCT { ?s ?p ?o } { SERVICE <http://HOST/> { ?s ?p ?o } }",
    "DESCRIBE ?s { SERVICE <http://HOST/> { ?s ?p ?o } }",
]
GRAPHS = [
    "SELECT * FROM <http://HOST/> { ?s ?p ?o }",
    "SELECT * FROM <file:///etc/hostname> { ?s ?p ?o }",
    "SELECT * FROM <relative> { ?s ?p ?o }",
    "SELECT * FROM NAMED <http://HOST/> { GRAPH ?g { ?s ?p ?o } }",
    f"SELECT * FROM <{GRAPH_IRI}> FROM <http://HOST/> {{ ?s ?p ?o }}",
    f"SELECT * FROM NAMED <{GRAPH_IRI}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "PREFIX x: <http://HOST/> ASK FROM x:y { ?s ?p ?o }",
    "CONSTRUCT FROM <http://HOST/> WHERE { ?s ?p ?o }",
    "DESCRIBE <http://a/> FROM <http://HOST/>",
]


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[socket.socket]:
    """A server that nobody should call."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def refused(server: Server, elsewhere: socket.socket, query: str) -> httpx.Response:
    host, port = elsewhere.getsockname()
    answer = server.ask(query.replace("HOST", f"{host}:{port}"))
    elsewhere.setblocking(False)
    with pytest.raises(BlockingIOError):
        elsewhere.accept()
    return answer


@pytest.mark.parametrize("query", UPDATES)
def test_updates(server: Server, elsewhere: socket.socket, query: str) -> None:
    answer = refused(server, elsewhere, query)
    assert answer.status_code == 400
    assert "only reads" in answer.text


@pytest.mark.parametrize("query", SERVICES)
def test_service(server: Server, elsewhere: socket.socket, query: str) -> None:
    answer = refused(server, elsewhere, query)
    assert answer.status_code == 403
    assert "SERVICE" in answer.text


@pytest.mark.parametrize("query", GRAPHS)
def test_other_graphs(server: Server, elsewhere: socket.socket, query: str) -> None:
    answer = refused(server, elsewhere, query)
    assert answer.status_code == 400
    assert GRAPH_IRI in answer.text


@pytest.mark.parametrize("where", ["address", "form", "both"])
def test_updates_as_a_parameter(server: Server, where: str) -> None:
    update = {"update": "CLEAR ALL"}
    both = {"query": "ASK {}", **update}
    if where == "address":
        answer = HTTP.get(server.sparql, params=update)
    else:
        answer = HTTP.post(server.sparql, data=update if where == "form" else both)
    assert answer.status_code == 400
    assert "only reads" in answer.text


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?service { ?service ?p 'SERVICE <http://a/> {' }",
        "PREFIX ex: <http://example.org/service#> ASK { ?s ex:service ?web_service } # SERVICE",
        'SELECT * { ?s ?p """\nSERVICE""" FILTER(1 < 2 && ?p = <http://example.org/a#service>) }',
        "SELECT ?from { ?from ?p ?o } ORDER BY ?from",
        "PREFIX from: <http://example.org/> DESCRIBE from:x",
        "SELECT ?x { BIND('LOAD' AS ?x) }",
    ],
)
def test_words_that_only_look_like_it(server: Server, query: str) -> None:
    assert server.ask(query).status_code == 200, server.ask(query).text


def test_the_place_of_a_dataset_clause_is_left_blank() -> None:
    query = f"SELECT *\nFROM <{GRAPH_IRI}> {{ ?s ?p ?o }}"
    checked = check_query(query, GRAPH_IRI)
    assert len(checked.text) == len(query)
    assert "FROM" not in checked.text


def test_a_query_of_any_shape_is_checked_in_a_moment() -> None:
    for query in (
        "<" * 50_000,
        "'" * 50_001,
        "ASK { ?service " * 5_000,
        "FROM " * 5_000,
        "PREFIX a: " * 5_000,
    ):
        with suppress(HTTPException):
            check_query(query + "service", GRAPH_IRI)
