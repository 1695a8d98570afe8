"""The ontology, the shapes, the context and the graph speak of the same terms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SH

from kg.rdf import PREFIXES, write_graph
from kg.rdf.triples import TYPE_ALIGNMENTS
from kg.records import ENTITY_TYPES, RELATIONS
from kg.resources import ontology_file
from tests.rdf.examples import ENTITIES, PAPERS

KG = rdflib.Namespace(PREFIXES["kg"])


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(ontology_file("paperkg.ttl"))


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> rdflib.Graph:
    path = tmp_path_factory.mktemp("graph") / "graph.ttl"
    write_graph(path, PAPERS, ENTITIES)
    return rdflib.Graph().parse(path)


def of_ours(nodes: set[rdflib.term.Node]) -> set[rdflib.term.Node]:
    return {node for node in nodes if str(node).startswith(str(KG))}


def test_every_term_of_a_graph_is_in_the_ontology(ontology: rdflib.Graph, graph: rdflib.Graph) -> None:
    defined = set(ontology.subjects(RDFS.isDefinedBy))
    used = of_ours(set(graph.predicates()) | set(graph.objects(predicate=RDF.type)))
    assert used <= defined
    # The example has no dataset; all else that the ontology defines is used.
    assert {str(node).removeprefix(str(KG)) for node in of_ours(defined) - used} == {"Dataset", "addresses"}


def test_every_term_of_the_ontology_has_a_shape(ontology: rdflib.Graph) -> None:
    shapes = rdflib.Graph().parse(ontology_file("shapes.ttl"))
    named = set(shapes.objects(predicate=SH.targetClass)) | set(shapes.objects(predicate=SH.path))
    members = set(shapes.objects(predicate=RDF.first))
    assert of_ours(set(ontology.subjects(RDFS.isDefinedBy))) <= named | members


def test_a_graph_states_the_classes_that_the_ontology_implies(
    ontology: rdflib.Graph, graph: rdflib.Graph
) -> None:
    for subject in set(graph.subjects()):
        stated = set(graph.objects(subject, RDF.type))
        implied = {above for kind in stated for above in ontology.transitive_objects(kind, RDFS.subClassOf)}
        assert implied == stated, subject


def test_alignments_in_code_are_those_of_the_ontology(ontology: rdflib.Graph) -> None:
    for kind in ENTITY_TYPES:
        above = set(ontology.objects(KG[kind], RDFS.subClassOf)) - {KG.ResearchEntity}
        expected = {prefix + ":" + name for prefix, name in (one.split(":") for one in TYPE_ALIGNMENTS[kind])}
        assert {ontology.qname(str(one)) for one in above} == expected


def test_every_relation_is_a_kind_of_mention(ontology: rdflib.Graph) -> None:
    for relation in RELATIONS[:-1]:
        assert (KG[relation], RDFS.subPropertyOf, KG.mentions) in ontology
        assert (KG[relation], RDFS.domain, KG.Paper) in ontology


def test_nothing_is_the_same_as_something_else(ontology: rdflib.Graph, graph: rdflib.Graph) -> None:
    vocabulary = rdflib.Graph().parse(ontology_file("vocabulary.ttl"))
    assert not [g for g in (ontology, graph, vocabulary) if (None, OWL.sameAs, None) in g]


def test_the_context_names_what_the_ontology_names(ontology: rdflib.Graph) -> None:
    context = json.loads(Path(ontology_file("context.jsonld")).read_text())["@context"]
    assert all(PREFIXES[name] == iri for name, iri in context.items() if isinstance(iri, str))
    coerced = {d["@id"]: d.get("@type") for d in context.values() if isinstance(d, dict)}
    for name in ontology.subjects(RDF.type, OWL.ObjectProperty):
        assert coerced[f"kg:{str(name).removeprefix(str(KG))}"] == "@id"
    for name in ontology.subjects(RDF.type, OWL.DatatypeProperty):
        expected = ontology.qname(str(ontology.value(name, RDFS.range)))
        assert (coerced[f"kg:{str(name).removeprefix(str(KG))}"] or "xsd:string") == expected
