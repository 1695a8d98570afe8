from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import to_isomorphic

from kg.errors import KgError, UsageError
from kg.rdf import (
    EXPORT_FORMATS,
    OxigraphStore,
    export_graph,
    graph_base,
    load_store,
    open_store,
    write_graph,
)
from kg.records import Extraction, LinkedPaper, Result
from tests.rdf.examples import ENTITIES, GIRAFFE, PAPERS, local, mention, sentences

ID = "https://w3id.org/paperkg/id/"


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output")
    write_graph(folder / "graph.ttl", PAPERS, ENTITIES)
    load_store(folder / "store", folder / "graph.ttl")
    return folder


def exported(store: Path, format: str) -> bytes:
    out = io.BytesIO()
    export_graph(open_store(store), format, out)
    return out.getvalue()


def test_turtle_from_any_store_is_the_graph_file(output: Path) -> None:
    for where in (output, output / "graph.ttl"):
        assert exported(where, "turtle") == (output / "graph.ttl").read_bytes()


@pytest.mark.parametrize(
    ("format", "parser"), [("ntriples", "nt"), ("rdfxml", "xml"), ("jsonld", "json-ld"), ("turtle", "turtle")]
)
def test_every_rdf_format_holds_the_same_graph(format: str, parser: str, output: Path) -> None:
    expected = rdflib.Graph().parse(output / "graph.ttl")
    data = exported(output, format)
    # RDF/XML and JSON-LD parsers of rdflib keep lexical forms, so the graphs are equal term by term.
    assert to_isomorphic(rdflib.Graph().parse(data=data, format=parser)) == to_isomorphic(expected)
    assert data == exported(output / "graph.ttl", format)


def test_json_ld_reads_well_and_stands_alone(output: Path) -> None:
    document = json.loads(exported(output, "jsonld"))
    by_id = {node["@id"]: node for node in document["@graph"]}
    paper = by_id["paper:arxiv-2505.00001"]
    assert paper["title"] == "Giraffe: long memory for clinical agents"
    assert paper["issued"] == "2025-05"
    assert paper["introduces"] == "entity:giraffe"
    assert by_id["paper:doi-10.1000%2F182"]["issued"] == {"@value": "2023-01-31", "@type": "xsd:date"}
    assert by_id["claim:arxiv-2505.00001/uses/zebra-7b"]["confidence"] == "0.5"
    used = {quad.predicate.value for quad in ox.parse(path=output / "graph.ttl", format=ox.RdfFormat.TURTLE)}
    assert not [key for node in document["@graph"] for key in node if ":" in key], "a predicate has no term"
    assert len(used) > 30


def test_tables_hold_nodes_and_edges(output: Path, tmp_path: Path) -> None:
    export_graph(open_store(output), "csv", tmp_path / "tables")
    with (tmp_path / "tables" / "nodes.csv").open(encoding="utf-8", newline="") as file:
        nodes = {row["id"]: row for row in csv.DictReader(file)}
    with (tmp_path / "tables" / "edges.csv").open(encoding="utf-8", newline="") as file:
        edges = list(csv.DictReader(file))
    assert len(nodes) == len(PAPERS) + len(ENTITIES)
    assert nodes[f"{ID}entity/clinicbench"]["type"] == "Benchmark"
    assert nodes[f"{ID}paper/arxiv-2505.00001"]["arxiv_id"] == "2505.00001"
    assert len(edges) == 10 + 2
    assert {edge["source"] for edge in edges} | {edge["target"] for edge in edges} <= nodes.keys()
    assert {
        "source": f"{ID}paper/arxiv-2505.00001", "target": f"{ID}paper/arxiv-hep-th%2F9901001",
        "relation": "usesDataFrom", "confidence": "",
    } in edges  # fmt: skip


def test_records_are_what_the_papers_say(output: Path) -> None:
    records = {r["id"]: r for r in map(json.loads, exported(output, "records").splitlines())}
    assert list(records) == ["2505.00001", "doi-10.1000%2F182", "hep-th/9901001"]
    assert records["doi-10.1000%2F182"] == {
        "id": "doi-10.1000%2F182", "title": "A paper of which only the title is known", "abstract": "",
        "entities": [], "results": [],
    }  # fmt: skip
    giraffe = records["2505.00001"]
    assert giraffe["abstract"] == GIRAFFE.abstract
    assert giraffe["entities"] == [
        {"name": "Giraffe", "aliases": [], "type": "Model", "relations": ["introduces"]},
        {
            "name": "group relative policy optimization",
            "aliases": ["GRPO"],
            "type": "Method",
            "relations": ["uses"],
        },
        {"name": "ClinicBench", "aliases": [], "type": "Benchmark", "relations": ["trainsOn", "evaluatesOn"]},
        {"name": "accuracy", "aliases": [], "type": "Metric", "relations": ["measures"]},
        {"name": "Zebra-7B", "aliases": [], "type": "Model", "relations": ["comparesWith", "uses"]},
        {"name": "Retrieval", "aliases": [], "type": "Method", "relations": ["mentions"]},
    ]
    assert giraffe["results"] == [
        {"subject": "Giraffe", "benchmark": "ClinicBench", "metric": "accuracy", "value": "66.60", "unit": "",
         "kind": "absolute", "baseline": None},
        {"subject": "Giraffe", "benchmark": "ClinicBench", "metric": "accuracy", "value": "9.02", "unit": "%",
         "kind": "improvement", "baseline": "Zebra-7B"},
        {"subject": None, "benchmark": "ClinicBench", "metric": None, "value": "9.02", "unit": "%",
         "kind": "improvement", "baseline": "Zebra-7B"},
    ]  # fmt: skip


def test_a_name_is_the_long_form_whatever_the_entity_is_called(tmp_path: Path) -> None:
    forms = [mention(GIRAFFE, "GRPO"), mention(GIRAFFE, "group relative policy optimization")]
    linked = LinkedPaper(
        "arxiv-1",
        dataclasses.replace(GIRAFFE, arxiv_id="2505.1"),
        Extraction(
            sentences(GIRAFFE),
            (local("GRPO", "Method", forms, "uses"),),
            (Result(None, None, None, None, "0.5", "", "absolute", mention(GIRAFFE, "66.60")),),
        ),
        ("grpo",),
    )
    entities = {"grpo": dataclasses.replace(ENTITIES["retrieval"], slug="grpo", label="GRPO")}
    write_graph(tmp_path / "graph.ttl", [linked], entities)
    (record,) = map(json.loads, exported(tmp_path / "graph.ttl", "records").splitlines())
    (entity,) = record["entities"]
    assert (entity["name"], entity["aliases"]) == ("group relative policy optimization", ["GRPO"])
    assert record["results"][0]["value"] == "0.5"


def test_a_graph_under_another_base_is_exported_under_it(tmp_path: Path) -> None:
    write_graph(tmp_path / "graph.ttl", PAPERS, ENTITIES, base_iri="https://example.org/kg/")
    assert graph_base(OxigraphStore(tmp_path / "graph.ttl")) == "https://example.org/kg/"
    assert exported(tmp_path / "graph.ttl", "turtle") == (tmp_path / "graph.ttl").read_bytes()
    assert '"paper": "https://example.org/kg/paper/"' in exported(tmp_path / "graph.ttl", "jsonld").decode()
    assert b"2505.00001" in exported(tmp_path / "graph.ttl", "records")


def test_an_empty_graph_has_every_export(tmp_path: Path) -> None:
    write_graph(tmp_path / "graph.ttl", [], {})
    load_store(tmp_path / "store", tmp_path / "graph.ttl")
    for format in EXPORT_FORMATS:
        export_graph(open_store(tmp_path), format, tmp_path / format)
    assert json.loads((tmp_path / "jsonld").read_text())["@graph"] == []
    assert (tmp_path / "records").read_text() == ""


def test_a_format_or_target_that_is_none_is_refused(output: Path, tmp_path: Path) -> None:
    store = open_store(output)
    with pytest.raises(UsageError, match="choose from turtle"):
        export_graph(store, "docx", tmp_path / "x")
    with pytest.raises(UsageError, match="a folder"):
        export_graph(store, "csv", io.BytesIO())
    with pytest.raises(KgError, match="can't be written"):
        export_graph(store, "turtle", tmp_path / "missing" / "x.ttl")
