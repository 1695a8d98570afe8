from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import UsageError
from kg.queries import run_query
from kg.rdf import OxigraphStore, Store

ID = "https://w3id.org/paperkg/id/"


def test_the_graphs_prefixes_are_declared(store: Store) -> None:
    answer = run_query(store, "SELECT ?label WHERE { entity:lantern skos:prefLabel ?label }")
    assert (answer.kind, answer.variables) == ("rows", ("label",))
    assert list(answer) == [(ox.Literal("Lantern"),)]


def test_prefixes_are_found_however_they_are_written(store: Store) -> None:
    assert run_query(store, "ASK{?paper ?p ?o.entity:lantern a ?class}")
    assert run_query(
        store, "ASK{?paper ^kg:inPaper/kg:denotes|kg:uses ?o.?o skos:broader*/skos:prefLabel ?l}"
    )
    assert run_query(store, "\ufeffASK { <https://w3id.org/paperkg/id/entity/lantern> a kg:Method }")


def test_a_querys_own_prefix_wins(store: Store) -> None:
    text = "PREFIX kg: <https://example.org/other#>\nASK { ?paper a kg:Paper }"
    assert not run_query(store, text)
    assert run_query(store, "ASK { ?paper a kg:Paper }")


def test_prefixes_follow_the_base_of_the_build(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.write_text(
        "<https://lab.example/graph/paper/title-one> a <https://w3id.org/paperkg/ontology#Paper> ."
    )
    answer = run_query(OxigraphStore(path), "ASK { paper:title-one a kg:Paper }")
    assert answer
    assert answer.base == "https://lab.example/graph/"


def test_ask_construct_and_describe(store: Store) -> None:
    assert run_query(store, "ASK { entity:lantern a kg:Method }").kind == "truth"
    graph = run_query(store, "CONSTRUCT { ?e a kg:Found } WHERE { ?e a kg:Benchmark }")
    assert graph.kind == "graph"
    assert [triple.subject for triple in graph.triples()] == [ox.NamedNode(f"{ID}entity/medquizz")]
    described = run_query(store, "DESCRIBE entity:medquizz")
    assert ox.Literal("MedQuizz") in [triple.object for triple in described.triples()]


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("SELECT ?x WHERE { ?x a }", "line 1, column 25", "not valid SPARQL"),
        ("# who\nSELECT ?x\nWHERE {\n  ?x kg:uses }", "line 4, column 14", "not valid SPARQL"),
        (
            "\nSELECT * WHERE { ?x nope:y ?z }",
            "line 2, column 27",
            "the prefix nope: is not known; declare it",
        ),
        ("SELECT * WHERE { ?x a <a b> }", "line 1", "an IRI in <…> is absolute"),
        ("SELECT ?x (COUNT(?y) AS ?n) { ?x ?p ?y }", "line 1", "put it into GROUP BY"),
        ("", "", "the query is empty"),
        ("# only a comment", "", "the query is empty"),
        ("SELECT ?x WHERE { ?x a kg:Paper", "line 1, column 32", "at the end"),
    ],
)
def test_invalid_sparql_is_told_in_one_line(store: Store, text: str, place: str, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        run_query(store, text)
    assert place in str(caught.value)
    assert what in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_endpoints_syntax_error_has_the_place_in_the_users_text(endpoint: Store) -> None:
    with pytest.raises(UsageError, match="line 2, column 14"):
        run_query(endpoint, "SELECT ?x WHERE {\n  ?x kg:uses }")


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <a:b> <a:c> <a:d> }",
        "# a comment\nPREFIX x: <http://x.example/#> BASE <http://y.example/>\ndelete where { ?a ?b ?c }",
        "DROP ALL",
        "WITH <g:g> DELETE { ?a ?b ?c } WHERE { ?a ?b ?c }",
        "LOAD <http://x.example/>",
    ],
)
def test_updates_are_refused(store: Store, text: str) -> None:
    with pytest.raises(UsageError, match="would change the graph"):
        run_query(store, text)


def test_words_of_updates_in_strings_are_no_updates(store: Store) -> None:
    assert list(run_query(store, 'SELECT ("DROP ALL" AS ?x) WHERE { } # INSERT')) == [
        (ox.Literal("DROP ALL"),)
    ]


def test_params_are_bound(store: Store) -> None:
    text = "SELECT ?paper WHERE { ?paper kg:introduces ?what }"
    answer = run_query(store, text, params={"what": ox.NamedNode(f"{ID}entity/lantern")})
    assert list(answer) == [(ox.NamedNode(f"{ID}paper/arxiv-2501.00001"),)]
