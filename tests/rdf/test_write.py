from __future__ import annotations

import dataclasses
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from kg.errors import KgError
from kg.rdf import OxigraphStore, load_store, open_store, term, write_graph
from kg.rdf.write import list_slugs, turtle_parts
from kg.records import Entity, Extraction, LinkedPaper, LocalEntity, Mention, Paper, ReadingList, Result
from tests.rdf.examples import ENTITIES, GIRAFFE, PAPERS, local, mention, sentences

BASE = "https://w3id.org/paperkg/id/"


def written(folder: Path, *papers: LinkedPaper, entities: dict[str, Entity] = ENTITIES) -> rdflib.Graph:
    path = folder / "graph.ttl"
    write_graph(path, papers or PAPERS, entities)
    return rdflib.Graph().parse(path)


def objects(graph: rdflib.Graph, subject: str, predicate: str) -> list[str]:
    found = graph.objects(rdflib.URIRef(BASE + subject), rdflib.URIRef(term(predicate).value))
    return sorted(str(o).removeprefix(BASE) for o in found)


def giraffe(*entities: LocalEntity, slugs: tuple[str, ...], results: tuple[Result, ...] = ()) -> LinkedPaper:
    return LinkedPaper("arxiv-1", GIRAFFE, Extraction(sentences(GIRAFFE), entities, results), slugs)


def test_the_bytes_do_not_depend_on_the_order_of_what_is_given(tmp_path: Path) -> None:
    write_graph(tmp_path / "a.ttl", PAPERS, ENTITIES)
    backwards = [
        dataclasses.replace(p, paper=dataclasses.replace(p.paper, lists=p.paper.lists[::-1]))
        for p in PAPERS[::-1]
    ]
    write_graph(tmp_path / "b.ttl", backwards, dict(reversed(ENTITIES.items())))
    assert (tmp_path / "a.ttl").read_bytes() == (tmp_path / "b.ttl").read_bytes()


def test_subjects_are_sorted_and_every_parser_reads_the_same_graph(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    counts = write_graph(path, PAPERS, ENTITIES)
    triples = list(ox.parse(path=path, format=ox.RdfFormat.TURTLE))
    subjects = list(dict.fromkeys(t.subject.value for t in triples))
    assert subjects == sorted(subjects)
    assert len(triples) == counts.triples == len(rdflib.Graph().parse(path))
    as_rdflib = {tuple(t) for t in rdflib.Graph().parse(path)}
    as_ntriples = ox.serialize((t.triple for t in triples), format=ox.RdfFormat.N_TRIPLES)
    assert as_rdflib == {tuple(t) for t in rdflib.Graph().parse(data=as_ntriples, format="nt")}


def test_counts_are_those_of_the_file(tmp_path: Path) -> None:
    counts = write_graph(tmp_path / "graph.ttl", PAPERS, ENTITIES)
    graph = rdflib.Graph().parse(tmp_path / "graph.ttl")
    for name, kind in [
        ("papers", "Paper"),
        ("entities", "ResearchEntity"),
        ("claims", "Claim"),
        ("mentions", "Mention"),
        ("sentences", "Sentence"),
        ("results", "Result"),
        ("notes", "Note"),
        ("lists", "ReadingList"),
        ("derivations", "Derivation"),
    ]:
        found = set(graph.subjects(rdflib.RDF.type, rdflib.URIRef(term(f"kg:{kind}").value)))
        assert len(found) == getattr(counts, name) > 0, name
    assert counts.unverified == 0


def test_every_mention_is_the_text_at_its_offsets(tmp_path: Path) -> None:
    write_graph(tmp_path / "graph.ttl", PAPERS, ENTITIES)
    rows = OxigraphStore(tmp_path / "graph.ttl").query(
        """PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX oa: <http://www.w3.org/ns/oa#>
        PREFIX dcterms: <http://purl.org/dc/terms/>
        SELECT ?exact ?start ?end ?title ?abstract ?field {
          ?m a kg:Mention ; oa:exact ?exact ; oa:start ?start ; oa:end ?end .
          ?m kg:field ?field ; kg:inPaper ?p .
          ?p dcterms:title ?title ; dcterms:abstract ?abstract }"""
    )
    assert isinstance(rows, ox.QuerySolutions)
    values = [[value.value for value in row] for row in rows]
    quotes = [
        (exact, (title if field == "title" else abstract)[int(start) : int(end)])
        for exact, start, end, title, abstract, field in values
    ]
    assert len(quotes) == 11
    assert all(exact == found for exact, found in quotes)


def test_what_is_not_in_the_text_is_not_written(tmp_path: Path) -> None:
    wrong = Mention("abstract", 3, 10, "Giraffe")
    outside = Mention("abstract", 900, 907, "Giraffe")
    right = mention(GIRAFFE, "ClinicBench")
    gain = Mention("abstract", 0, 5, "66.60")
    linked = giraffe(
        local("Giraffe", "Model", [wrong, outside], "introduces"),
        local("ClinicBench", "Benchmark", [right, wrong], "evaluatesOn"),
        slugs=("giraffe", "clinicbench"),
        results=(
            Result(None, 1, None, None, "66.6", "", "absolute", gain),
            Result(0, 1, None, None, "66.6", "", "absolute", mention(GIRAFFE, "66.60")),
            Result(None, 1, None, None, "many", "", "absolute", mention(GIRAFFE, "66.60")),
        ),
    )
    counts = write_graph(tmp_path / "graph.ttl", [linked], ENTITIES)
    graph = written(tmp_path, linked)
    assert objects(graph, "paper/arxiv-1", "kg:mentions") == ["entity/clinicbench"]
    assert objects(graph, "paper/arxiv-1", "kg:introduces") == []
    assert objects(graph, "claim/arxiv-1/evaluatesOn/clinicbench", "kg:evidence") == [
        f"mention/arxiv-1/abstract-{right.start}-{right.end}"
    ]
    assert (counts.mentions, counts.claims, counts.results) == (1, 1, 0)
    assert counts.unverified == 3 + 1 + 3  # mentions, the relation that rested on them, results


def test_local_entities_of_one_entity_are_united(tmp_path: Path) -> None:
    long = mention(GIRAFFE, "group relative policy optimization")
    short = mention(GIRAFFE, "GRPO")
    graph = written(
        tmp_path,
        giraffe(
            local("group relative policy optimization", "Method", [long], "uses", confidence=0.6),
            local("GRPO", "Method", [short], "uses", confidence=0.8),
            local("GRPO", "Method", [short], "mentions", confidence=0.99),
            slugs=("group-relative-policy-optimization",) * 3,
        ),
    )
    claim = "claim/arxiv-1/uses/group-relative-policy-optimization"
    assert objects(graph, claim, "kg:confidence") == ["0.8"]
    assert len(objects(graph, claim, "kg:evidence")) == 2
    assert len(set(graph.subjects(rdflib.RDF.type, rdflib.URIRef(term("kg:Claim").value)))) == 1


def test_two_entities_at_one_place_are_one_mention(tmp_path: Path) -> None:
    place = mention(GIRAFFE, "Giraffe")
    linked = giraffe(
        local("Giraffe", "Model", [place], "introduces"),
        local("Giraffe", "Task", [place], "addresses"),
        slugs=("giraffe", "量子"),
    )
    graph = written(tmp_path, linked)
    assert objects(graph, f"mention/arxiv-1/abstract-{place.start}-{place.end}", "kg:denotes") == [
        "entity/giraffe"
    ]
    assert objects(graph, "paper/arxiv-1", "kg:mentions") == ["entity/giraffe"]


def test_a_paper_is_linked_to_the_only_paper_that_introduces_what_it_uses(tmp_path: Path) -> None:
    graph = written(tmp_path)
    assert objects(graph, "paper/arxiv-2505.00001", "cito:usesMethodIn") == ["paper/arxiv-hep-th%2F9901001"]
    assert objects(graph, "paper/arxiv-2505.00001", "cito:usesDataFrom") == ["paper/arxiv-hep-th%2F9901001"]
    derivation = "derivation/arxiv-2505.00001/usesDataFrom/arxiv-hep-th%2F9901001/clinicbench"
    assert objects(graph, derivation, "prov:wasDerivedFrom") == [
        "claim/arxiv-2505.00001/evaluatesOn/clinicbench",
        "claim/arxiv-2505.00001/trainsOn/clinicbench",
        "claim/arxiv-hep-th%2F9901001/introduces/clinicbench",
    ]
    second = dataclasses.replace(PAPERS[1], key="arxiv-2")
    graph = written(tmp_path, *PAPERS, second)
    assert objects(graph, "paper/arxiv-2505.00001", "cito:usesMethodIn") == []


def test_what_no_graph_file_can_hold_becomes_a_replacement_character(tmp_path: Path) -> None:
    paper = Paper(
        "a\x00b\ud800c\x1fd\u2028e\tf",
        url="javascript:alert(1)",
        code_url="https://e.org/<x>",
        issued="2025-13",
    )
    graph = written(tmp_path, LinkedPaper("title-a", paper, Extraction(), ()))
    assert objects(graph, "paper/title-a", "dcterms:title") == ["a\ufffdb\ufffdc\ufffdd\u2028e\tf"]
    assert objects(graph, "paper/title-a", "schema:url") == []
    assert objects(graph, "paper/title-a", "schema:codeRepository") == ["https://e.org/%3Cx%3E"]
    assert objects(graph, "paper/title-a", "dcterms:issued") == []


def test_lists_of_one_title_stay_apart() -> None:
    lists = [
        ReadingList("Papers", "b.md"),
        ReadingList("Papers", "a.md"),
        ReadingList("!", "?"),
        ReadingList("Papers 2", "c.md"),
    ]
    assert {f"{x.title} {x.source}": slug for x, slug in list_slugs(lists).items()} == {
        "! ?": "list",
        "Papers a.md": "papers",
        "Papers b.md": "papers-2",
        "Papers 2 c.md": "papers-2-2",
    }


def test_the_store_holds_the_file(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    counts = write_graph(path, PAPERS, ENTITIES)
    load_store(tmp_path / "store", path)
    for store in (
        open_store(tmp_path),
        open_store(tmp_path / "store"),
        open_store(path),
        OxigraphStore(path),
    ):
        (row,) = store.query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")  # type: ignore[misc]
        assert int(row["n"].value) == counts.triples


@pytest.mark.parametrize("size", [1, 500, 3000, 10**6])
def test_a_file_in_parts_is_the_whole_file(tmp_path: Path, size: int) -> None:
    path = tmp_path / "graph.ttl"
    write_graph(path, PAPERS, ENTITIES)
    whole = {str(q) for q in ox.parse(path=path, format=ox.RdfFormat.TURTLE)}
    parts = list(turtle_parts(path, size))
    assert {str(q) for part in parts for q in ox.parse(part, ox.RdfFormat.TURTLE)} == whole
    assert (len(parts) > 2) == (size < 10**6)


def test_nowhere_is_no_graph(tmp_path: Path) -> None:
    with pytest.raises(KgError, match="run kg build first"):
        open_store(tmp_path)
    with pytest.raises(KgError, match="run kg build first"):
        open_store(tmp_path / "missing.ttl")
    (tmp_path / "broken.ttl").write_text("this is no Turtle")
    with pytest.raises(KgError, match="can't be read"):
        open_store(tmp_path / "broken.ttl")


def test_papers_that_can_be_read_only_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="read twice"):
        write_graph(tmp_path / "graph.ttl", iter(PAPERS), ENTITIES)
    with pytest.raises(ValueError, match="described twice"):
        write_graph(tmp_path / "graph.ttl", [PAPERS[0], PAPERS[0]], ENTITIES)
