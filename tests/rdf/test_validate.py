"""The streaming validator, held against pySHACL."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyshacl
import pytest
import rdflib

from kg.errors import KgError
from kg.rdf import (
    OxigraphStore,
    Report,
    load_store,
    open_store,
    validate,
    validate_by_pyshacl,
    write_graph,
)
from kg.rdf.shapes import read_shapes
from kg.resources import ontology_file
from tests.rdf.examples import ENTITIES, PAPERS

SHAPES = ontology_file("shapes.ttl")
MENTION = "<mention/arxiv-2505.00001/abstract-11-18>"
RESULT = "<result/arxiv-2505.00001/111-116-1>"
CLAIM = "<claim/arxiv-2505.00001/uses/zebra-7b>"
SENTENCE = "<sentence/arxiv-2505.00001/abstract-0-84>"
PAPER = "paper:arxiv-2505.00001"
DERIVATION = "<derivation/arxiv-2505.00001/usesMethodIn/arxiv-hep-th%2F9901001/zebra-7b>"


@pytest.fixture(scope="module")
def turtle(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("graph") / "graph.ttl"
    write_graph(path, PAPERS, ENTITIES)
    return path.read_text()


def counted(report: Report) -> Counter[tuple[str, str, str]]:
    assert report.count == len(report.violations)
    assert report.checked > 0
    return Counter((v.focus, v.path, v.constraint) for v in report.violations)


def by_pyshacl(path: Path) -> Counter[tuple[str, str, str]]:
    return counted(validate_by_pyshacl(path))


def by_streaming(path: Path) -> Counter[tuple[str, str, str]]:
    return counted(validate(path))


def edited(turtle: str, subject: str, old: str, new: str) -> str:
    """The graph with a replacement, by regular expression, in what it says of one subject."""
    blocks = turtle.split("\n\n")
    (index,) = (i for i, block in enumerate(blocks) if block.startswith(subject + "\n"))
    blocks[index], changes = re.subn(old, new, blocks[index], count=1, flags=re.DOTALL)
    assert changes, f"{old} is not in {subject}"
    return "\n\n".join(blocks)


BROKEN = {
    "no title": (PAPER, r"    dcterms:title[^;]*;\n", "", "MinCount"),
    "two titles": (PAPER, r"dcterms:title ", 'dcterms:title "Another" , ', "MaxCount"),
    "an empty title": (PAPER, r'dcterms:title "[^"]*"', 'dcterms:title ""', "MinLength"),
    "a title with a language": (PAPER, r'dcterms:title ("[^"]*")', r"dcterms:title \1@en", "Datatype"),
    "a year as a text": (PAPER, r'"2025-05"\^\^xsd:gYearMonth', '"2025-05"', "Or"),
    "an identifier of another kind": (PAPER, 'hasArXivId "2505.00001"', 'hasArXivId "arXiv:2505"', "Pattern"),
    "an address as a text": (PAPER, r"schema:url <[^>]*>", 'schema:url "https://arxiv.org"', "NodeKind"),
    "a property that is not ours": (PAPER, "kg:doi", 'kg:nonsense "x" ; kg:doi', "Closed"),
    "a list that is none": (PAPER, "list:agents", "entity:giraffe", "Class"),
    "a method that is not there": (PAPER, "kg:uses ", "kg:uses entity:missing , ", "Class"),
    "not said to be an article": (PAPER, ", schema:ScholarlyArticle", "", "HasValue"),
    "a paper under another name": (MENTION, "paper:arxiv-2505.00001", "<paper/nonsense>", "Class"),
    "an entity of two types": ("entity:giraffe", "kg:Model", "kg:Model, kg:Task", "QualifiedMaxCount"),
    "an entity of no type": ("entity:giraffe", "kg:Model, ", "", "QualifiedMinCount"),
    "a label twice": (
        "entity:giraffe", "skos:prefLabel", 'skos:altLabel "Giraffe" ; skos:prefLabel', "Disjoint"),
    "a confidence above one": (CLAIM, "0.5", "1.5", "MaxInclusive"),
    "a confidence below zero": (CLAIM, "0.5", "-0.5", "MinInclusive"),
    "a confidence as a float": (CLAIM, "0.5", "5e-1", "Datatype"),
    "a relation that is none": (CLAIM, "kg:uses", "kg:likes", "In"),
    "a claim with no evidence": (CLAIM, r" ;\n    kg:evidence.*?\.$", " .", "MinCount"),
    "a claim of what the paper does not say": (CLAIM, "kg:uses", "kg:introduces", "SPARQL"),
    "evidence from another paper": (
        CLAIM, "<mention/[^>]*>", "<mention/arxiv-hep-th%2F9901001/title-0-8>", "SPARQL"),
    "an end before the start": (MENTION, 'oa:end "18"', 'oa:end "8"', "LessThan"),
    "an offset below zero": (
        MENTION, r'oa:start "11"\^\^xsd:nonNegativeInteger', "oa:start -1", "MinInclusive"),
    "an offset as a text": (MENTION, r'"11"\^\^xsd:nonNegativeInteger', '"11"', "Or"),
    "a quote that is not in the text": (MENTION, '"Giraffe"', '"Gorilla"', "SPARQL"),
    "a quote at another place": (MENTION, '"11"(.*)"18"|"18"(.*)"11"', r'"19"\2"12"', "SPARQL"),
    "a sentence of another paper": (
        MENTION, "<sentence/[^>]*>", "<sentence/arxiv-hep-th%2F9901001/abstract-0-24>", "SPARQL"),
    "a sentence that is not in the abstract": (SENTENCE, "We present", "We found", "SPARQL"),
    "a number that is not in the text": (RESULT, '"66.60"', '"66.61"', "SPARQL"),
    "a result of no kind": (RESULT, '"absolute"', '"relative"', "In"),
    "a link that is not drawn": (DERIVATION, "cito:usesMethodIn", "cito:extends", "SPARQL"),
    "a paper that builds on itself": (DERIVATION, r"paper:arxiv-hep-th%2F9901001", PAPER, "Disjoint"),
}  # fmt: skip


def test_a_graph_of_ours_conforms_for_both(turtle: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.write_text(turtle)
    assert by_streaming(path) == by_pyshacl(path) == Counter()


@pytest.mark.parametrize("case", BROKEN)
def test_both_find_the_same_in_a_broken_graph(case: str, turtle: str, tmp_path: Path) -> None:
    subject, old, new, component = BROKEN[case]
    path = tmp_path / "graph.ttl"
    path.write_text(edited(turtle, subject, old, new))
    found = by_streaming(path)
    assert f"{component}ConstraintComponent" in {constraint for _, _, constraint in found}
    assert found == by_pyshacl(path)


@pytest.mark.parametrize(
    ("subject", "old", "new"),
    [
        (PAPER, "2025-05", "2025-13"),
        (PAPER, r'"2025-05"\^\^xsd:gYearMonth', '"2025-02-30"^^xsd:date'),
        (CLAIM, "0.5", '"high"^^xsd:decimal'),
    ],
)
def test_a_value_that_its_datatype_does_not_allow_is_found(
    subject: str, old: str, new: str, turtle: str, tmp_path: Path
) -> None:
    # SHACL, 4.1.2: an ill-typed literal violates sh:datatype. rdflib, and so pySHACL, lets some of them pass.
    path = tmp_path / "graph.ttl"
    path.write_text(edited(turtle, subject, old, new))
    assert not validate(path).conforms


def test_every_constraint_of_the_shapes_is_broken_by_a_case() -> None:
    used = {
        test.component.removesuffix("ConstraintComponent")
        for shape in read_shapes(SHAPES)
        for test in (*shape.tests, *(test for of in shape.properties for test in of.tests))
    }
    assert used <= {component for *_, component in BROKEN.values()}


@pytest.mark.parametrize("name", ["paperkg.ttl", "vocabulary.ttl"])
def test_what_ships_with_the_package_conforms_for_both(name: str) -> None:
    path = ontology_file(name)
    assert by_streaming(path) == by_pyshacl(path) == Counter()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('rdfs:label "paper"@en ;', ""),
        ('rdfs:comment "A research', 'rdfs:seeAlso "A research'),
        ('"paper"@en', '"paper"@en , "work"@en'),
    ],
)
def test_a_term_without_its_label_or_comment_is_found_by_both(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "ontology.ttl"
    path.write_text(ontology_file("paperkg.ttl").read_text().replace(old, new, 1))
    found = by_streaming(path)
    assert found == by_pyshacl(path) != Counter()


def test_the_shapes_are_shapes() -> None:
    graph = rdflib.Graph().parse(SHAPES)
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=graph, meta_shacl=True, inference="none")
    assert conforms, text


def test_order_and_engine_do_not_change_the_verdict(turtle: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    for folder, text in ((good, turtle), (bad, edited(turtle, MENTION, '"Giraffe"', '"Gorilla"'))):
        folder.mkdir()
        (folder / "graph.ttl").write_text(text)
        load_store(folder / "store", folder / "graph.ttl")
        header, *blocks = text.split("\n\n")
        (folder / "shuffled.ttl").write_text(
            "\n\n".join([header, *(b.rstrip() for b in blocks[::-1])]) + "\n"
        )
        reports = [
            validate(folder),
            validate(folder / "graph.ttl"),
            validate(folder / "shuffled.ttl"),
            validate(folder / "store"),
            validate(open_store(folder)),
            validate(OxigraphStore(folder / "graph.ttl")),
            validate(folder / "graph.ttl", store=lambda: open_store(folder / "store")),  # noqa: B023
        ]
        assert len(set(reports)) == 1
        assert reports[0].conforms == (folder == good)


def test_only_the_first_violations_are_kept(turtle: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.write_text(turtle.replace("kg:field", "kg:area"))
    report = validate(path, limit=3)
    assert report.count > len(report.violations) == 3
    assert list(report.violations) == sorted(validate(path, limit=500).violations)[:3]


def test_a_part_of_shacl_that_is_not_compiled_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> ."
        "e:S a sh:NodeShape ; sh:targetClass e:C ; sh:property [ sh:path e:p ; sh:uniqueLang true ] ."
    )
    with pytest.raises(KgError, match="sh:uniqueLang is not supported"):
        validate(ontology_file("paperkg.ttl"), shapes=path)


def test_a_file_that_is_no_turtle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.write_text("@prefix broken")
    for engine in (validate, validate_by_pyshacl):
        with pytest.raises(KgError, match="can't be read as a graph"):
            engine(path)


def test_an_error_names_the_first_violation(turtle: str, tmp_path: Path) -> None:
    path = tmp_path / "graph.ttl"
    path.write_text(turtle)
    validate(path).raise_if_violated()
    path.write_text(edited(turtle, CLAIM, "0.5", "1.5"))
    with pytest.raises(KgError, match=r"uses/zebra-7b.*more than 1"):
        validate(path).raise_if_violated()
