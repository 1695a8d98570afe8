from __future__ import annotations

import csv
import io
import json
from xml.etree import ElementTree

import pytest
import rdflib
import wcwidth

from kg.errors import UsageError
from kg.queries import FORMATS, run_query, write_answer
from kg.rdf import Store

PAPERS = """
SELECT ?title ?issued ?paper ?by WHERE {
  ?paper a kg:Paper ; dcterms:title ?title ; kg:byline ?by OPTIONAL { ?paper dcterms:issued ?issued }
} ORDER BY DESC(STR(?issued)) ?title
"""
HOSTILE = 'Why <script>alert(1)</script> | "quotes" \x1b[31mturn\x1b[0m red\u202e dlrow'


def written(store: Store, text: str, format: str | None = None, columns: int | None = None) -> str:
    out = io.BytesIO()
    write_answer(run_query(store, text), out, format, columns=columns)
    return out.getvalue().decode()


def test_csv_keeps_every_value_as_it_is(store: Store) -> None:
    rows = list(csv.DictReader(io.StringIO(written(store, PAPERS, "csv"), newline="")))
    assert len(rows) == 6
    assert rows[0] == {
        "title": "Heron-7B Reads Notes",
        "issued": "2025-02-14",
        "paper": "https://w3id.org/paperkg/id/paper/arxiv-2502.00002",
        "by": "Li Wei",
    }
    assert rows[-1]["title"] == HOSTILE
    assert rows[-1]["issued"] == ""


def test_tsv_has_terms_in_turtle(store: Store) -> None:
    lines = written(store, PAPERS, "tsv").splitlines()
    assert lines[0] == "?title\t?issued\t?paper\t?by"
    assert lines[1].split("\t")[0] == '"Heron-7B Reads Notes"'
    assert lines[1].split("\t")[2] == "<https://w3id.org/paperkg/id/paper/arxiv-2502.00002>"


def test_json_and_xml_are_sparql_results(store: Store) -> None:
    found = json.loads(written(store, PAPERS, "json"))
    assert found["head"]["vars"] == ["title", "issued", "paper", "by"]
    assert found["results"]["bindings"][-1]["title"]["value"] == HOSTILE
    assert json.loads(written(store, "ASK { ?x a kg:Paper }", "json"))["boolean"] is True
    # XML 1.0 can't hold an escape character.
    tree = ElementTree.fromstring(
        written(store, PAPERS.replace("OPTIONAL", ". OPTIONAL"), "xml").replace("\x1b", "")
    )
    assert len(tree.findall(".//{http://www.w3.org/2005/sparql-results#}result")) == 6


def test_a_table_is_aligned_also_with_wide_characters(store: Store) -> None:
    lines = written(store, PAPERS).splitlines()
    assert lines[0].split() == ["title", "issued", "paper", "by"]
    start = lines[0].index("by")
    for line in lines[2:]:
        before = wcwidth.clip(line, 0, start)
        assert before.endswith("  ")
    assert any("李雷" in line for line in lines)
    assert "paper:arxiv-2501.00001" in lines[3]
    assert "paper:doi-10.5555%2Fclin.2023.4" in lines[5]


def test_a_table_is_cut_to_the_width_of_the_terminal(store: Store) -> None:
    lines = written(store, PAPERS, columns=60).splitlines()
    assert all(wcwidth.width(line) <= 60 for line in lines)
    assert "…" in lines[2]
    wide = 'SELECT ("' + "李" * 40 + '" AS ?a) ("end" AS ?b) {}'
    row = written(store, wide, columns=20).splitlines()[2]
    assert wcwidth.width(row) <= 20
    assert row.endswith("end")


def test_numbers_stand_to_the_right(store: Store) -> None:
    table = written(store, 'SELECT * { VALUES (?n ?t) { (1 "a") (200 "b") } }')
    assert table == "  n  t\n───  ─\n  1  a\n200  b\n"


def test_no_control_character_reaches_a_terminal(store: Store) -> None:
    table = written(store, PAPERS)
    assert not {c for c in table if ord(c) < 32 or 0x7F <= ord(c) < 0xA0} - {"\n"}
    assert "\u202e" not in table
    assert "␛[31mturn␛[0m" in table
    assert "[31m" not in table.replace("␛[31m", "")
    many_lines = written(store, 'SELECT ("a\\nb\\r\\nc\\u2028d\\u0007e\\u009b2Jf" AS ?x) {}')
    assert many_lines.splitlines()[2] == "a b c d␇e�2Jf"


def test_rich_markup_in_a_title_is_text(store: Store) -> None:
    assert "[bold]x[/bold]" in written(store, 'SELECT ("[bold]x[/bold]" AS ?x) {}')


def test_markdown_escapes_what_would_end_a_cell_or_run(store: Store) -> None:
    lines = written(store, PAPERS, "markdown").splitlines()
    assert lines[:2] == ["| title | issued | paper | by |", "| --- | --- | --- | --- |"]
    assert "[paper:arxiv-2502.00002](<https://w3id.org/paperkg/id/paper/arxiv-2502.00002>)" in lines[2]
    assert r"\<script\>alert(1)\</script\> \|" in lines[-1]
    cell = written(store, r'SELECT ("a|b\n[x](javascript:y) `c` \\" AS ?x) {}', "md").splitlines()[2]
    assert cell == r"| a\|b<br>\[x\](javascript:y) \`c\` \\ |"


def test_graphs_are_parsed_by_rdflib(store: Store) -> None:
    construct = "CONSTRUCT { ?claim ?p ?o } WHERE { ?claim a kg:Claim ; ?p ?o }"
    turtle = rdflib.Graph().parse(data=written(store, construct), format="turtle")
    ntriples = rdflib.Graph().parse(data=written(store, construct, "nt"), format="nt")
    assert len(turtle) > 100
    assert set(turtle) == set(ntriples)
    assert written(store, construct) == written(store, construct)


def test_a_graph_with_blank_nodes_is_written_too(store: Store) -> None:
    construct = "CONSTRUCT { [] rdfs:label ?label } WHERE { ?e a kg:Method ; skos:prefLabel ?label }"
    assert len(rdflib.Graph().parse(data=written(store, construct), format="turtle")) == 4


def test_ask_is_answered_with_yes_or_no(store: Store) -> None:
    assert written(store, "ASK { ?x a kg:Paper }") == "yes\n"
    assert written(store, "ASK { ?x a kg:Nothing }") == "no\n"
    assert written(store, "ASK { ?x a kg:Paper }", "csv").strip() == "true"


def test_an_empty_answer_has_its_header_and_a_table_says_that_it_is_empty(store: Store) -> None:
    empty = "SELECT ?x ?y WHERE { ?x a kg:Nothing ; kg:uses ?y }"
    assert written(store, empty).splitlines() == ["x  y", "─  ─", "(no rows)"]
    assert written(store, empty, "csv").strip() == "x,y"
    assert written(store, empty, "markdown").splitlines() == ["| x | y |", "| --- | --- |"]


@pytest.mark.parametrize(
    ("text", "format", "message"),
    [
        (
            "SELECT * { ?s a kg:Paper }",
            "turtle",
            "a SELECT query can't be written as turtle; choose one of table",
        ),
        (
            "CONSTRUCT WHERE { ?s a kg:Paper }",
            "csv",
            "can't be written as csv; choose one of turtle, ntriples",
        ),
        ("ASK { ?s a kg:Paper }", "nt", "an ASK query can't be written as ntriples"),
        ("ASK { ?s a kg:Paper }", "excel", "there is no format 'excel'"),
    ],
)
def test_a_format_that_does_not_fit_is_wrong_usage(
    store: Store, text: str, format: str, message: str
) -> None:
    with pytest.raises(UsageError, match=r"format|written") as caught:
        written(store, text, format)
    assert message in str(caught.value)


def test_every_format_writes(store: Store) -> None:
    texts = {"rows": PAPERS, "truth": "ASK { ?s a kg:Paper }", "graph": "DESCRIBE entity:lantern"}
    for kind, formats in FORMATS.items():
        for format in formats:
            assert written(store, texts[kind], format), format
