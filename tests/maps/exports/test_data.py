"""CSV read by the csv module and pandas' rules, networks read by networkx."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import networkx as nx
import pytest

from kg.maps.exports import FORMATS
from kg.maps.exports.evidence import Evidence
from tests.maps.exports.conftest import Text
from tests.maps.exports.sample import BASE, CLAIMS, ENTITIES, FORMULA_TITLE, PAPERS, SAMPLE

Made = Callable[[str], bytes]
TABLES = [name for name, one in FORMATS.items() if one.file.endswith(".csv")]


@pytest.fixture
def rows(text: Text) -> Callable[[str], list[dict[str, str]]]:
    return lambda name: list(csv.DictReader(io.StringIO(text(name), newline=""), strict=True))


Rows = Callable[[str], list[dict[str, str]]]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_rectangular_with_the_line_ends_of_rfc_4180(name: str, text: Text) -> None:
    lines = list(csv.reader(io.StringIO(text(name), newline=""), strict=True))
    assert len(lines) > 1
    assert {len(line) for line in lines} == {len(lines[0])}
    assert text(name).count("\n") == text(name).count("\r\n") == len(lines)


@pytest.mark.parametrize("name", TABLES)
def test_no_cell_is_taken_for_a_formula_and_numbers_stay(name: str, text: Text) -> None:
    cells = [cell for line in csv.reader(io.StringIO(text(name), newline="")) for cell in line]
    assert [cell for cell in cells if cell[:1] in ("=", "@")] == []
    for cell in cells:
        if cell[:1] in ("+", "-"):
            float(cell.rstrip("%"))
    if name == "leaderboards":
        assert "-4.2" in cells
    if name in {"matrix", "orkg"}:
        assert f"'{FORMULA_TITLE}" in cells


def test_a_cell_of_the_matrix_leads_to_its_sentence(rows: Rows) -> None:
    said = {(row["number"], row["relation"]): row["sentence"] for row in rows("evidence")}
    row = next(row for row in rows("matrix") if row["cite_key"] == "muller2025")
    assert row["GRPO (Method)"] == "uses [2]"
    assert said["2", "uses"] == "FrogNet is tuned with GRPO on A+B_#1 and tested on PondBench."
    assert row["NewtOpt [v2] (Method)"] == ""


def test_evidence_holds_every_claim_and_result(rows: Rows) -> None:
    assert {row["iri"] for row in rows("evidence")} == {*CLAIMS, *(result.iri for result in SAMPLE.results)}


def test_gaps_are_in_three_states_with_their_papers(rows: Rows) -> None:
    found = {(row["method"], row["target"]): row for row in rows("gaps")}
    gap = found["NewtOpt [v2]", "PondBench"]
    assert (gap["state"], gap["score"]) == ("not seen in this collection", "0.7000")
    assert gap["suggested_by"] == "GRPO in muller2025 [2]"
    assert found["GRPO", "PondBench"]["stated_by"] == "muller2025 [2]"


def test_a_leaderboard_ranks_values_and_not_gains(rows: Rows) -> None:
    assert [(row["rank"], row["value"], row["kind"]) for row in rows("leaderboards")] == [
        ("1", "71.5", "absolute"),
        ("2", "66.6", "absolute"),
        ("", "-4.2", "improvement"),
    ]


def test_orkg_gets_the_columns_of_its_import(text: Text) -> None:
    header, *lines = csv.reader(io.StringIO(text("orkg"), newline=""))
    assert header[:5] == [
        "paper:title",
        "paper:authors",
        "paper:publication_month",
        "paper:publication_year",
        "paper:doi",
    ]
    assert "contribution:research_problem" in header
    first = dict(zip(header, lines[0], strict=True))
    assert first["paper:publication_month"] == "1"
    assert first["contribution:research_problem"] == "CON"
    assert first["resource:uses method"] == "GRPO"
    authors = dict(zip(header, lines[2], strict=True))["paper:authors"]
    assert authors.split("; ") == ["王小明", "Jan Šimůnek", "Dee Doe"]


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_networkx_reads_the_network_with_weights_places_and_sentences(name: str, made: Made) -> None:
    file = io.BytesIO(made(name))
    graph = nx.read_graphml(file) if name == "graphml" else nx.read_gexf(file)
    assert len(graph) == len(PAPERS) + len(ENTITIES)
    assert graph.number_of_edges() == len(CLAIMS) + len(SAMPLE.related) + len(SAMPLE.links)
    frog = graph.nodes[f"{BASE}entity/frognet"]
    assert (frog["label"], frog["type"], frog["aliases"]) == ("FrogNet", "Model", "Frog Network; <b>frog</b>")
    paper = graph.nodes[f"{BASE}paper/arxiv-2501.00001"]
    assert paper["cite_key"] == "muller2025"
    edges = [edge for *ends, edge in graph.edges(data=True) if edge["kind"] == "relatedness"]
    weights = sorted(edge["weight"] for edge in edges)
    assert weights[-1] == SAMPLE.related[0].score
    assert any("tuned with GRPO" in edge["sentences"] for edge in edges)
    if name == "gexf":
        assert frog["viz"]["position"]["x"] == pytest.approx(1000 * (0.27 + 0.44 + 0.61) / 3)
        assert set(paper["viz"]["color"]) == {"r", "g", "b", "a"}
    else:
        assert paper["x"] == pytest.approx(1000 * PAPERS["arxiv-2501.00001"].x)


def test_a_sentence_has_one_number_everywhere(rows: Rows, text: Text) -> None:
    for sentence in Evidence(SAMPLE).sentences:
        assert any(
            row["number"] == str(sentence.number) and row["sentence"].lstrip("'") == sentence.text
            for row in rows("evidence")
        )
    assert "[^q6]: “It beats" in text("markdown")
    assert next(row for row in rows("evidence") if row["number"] == "6")["sentence"].startswith("It beats")
