from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kg.errors import KgError
from kg.records import ENTITY_TYPES, EntityType, Vocabulary
from kg.resources import ontology_file
from kg.text import slugify
from kg.text.names import fold
from kg.vocabulary import load_vocabulary

HEAD = """\
@prefix kg: <https://w3id.org/paperkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://w3id.org/paperkg/id/entity/> .
"""
FAMILIES: dict[EntityType, str] = {
    "Method": "system",
    "Model": "system",
    "Dataset": "data",
    "Benchmark": "data",
    "Task": "task",
    "Metric": "metric",
}


@pytest.fixture(scope="module")
def shipped() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "vocabulary.ttl"
    path.write_text(
        HEAD
        + ':deep-learning a kg:Method, skos:Concept ; skos:prefLabel "deep learning" ; skos:altLabel "DL" .\n'
        + ':transformer a kg:Method, skos:Concept ; skos:prefLabel "transformer"@en ;\n'
        + "    skos:broader :deep-learning ; skos:exactMatch <https://example.org/transformer> .\n"
    )
    return path


def test_a_vocabulary_is_read(written: Path) -> None:
    vocabulary = load_vocabulary(written)
    assert list(vocabulary.concepts) == ["deep-learning", "transformer"]
    transformer = vocabulary.concepts["transformer"]
    assert (transformer.label, transformer.type) == ("transformer", "Method")
    assert transformer.broader == ("deep-learning",)
    assert transformer.exact_match == ("https://example.org/transformer",)
    assert vocabulary.concepts["deep-learning"].aliases == ("DL",)


def test_the_fingerprint_is_that_of_the_terms_not_of_the_writing(written: Path) -> None:
    before = load_vocabulary(written).fingerprint
    text = written.read_text()
    lines = text.removeprefix(HEAD).splitlines(keepends=True)
    written.write_text("# a comment\n" + HEAD + "".join([*lines[1:], lines[0]]))
    assert load_vocabulary(written).fingerprint == before
    written.write_text(text.replace('"DL"', '"DL", "deep nets"'))
    assert load_vocabulary(written).fingerprint != before


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (":a a kg:Method, skos:Concept .", "0 skos:prefLabel"),
        (':a a kg:Method, skos:Concept ; skos:prefLabel "a", "b" .', "2 skos:prefLabel"),
        (':a a skos:Concept ; skos:prefLabel "a" .', "0 entity types"),
        (':a a kg:Method, kg:Task, skos:Concept ; skos:prefLabel "a" .', "2 entity types"),
        (':a a kg:Method, skos:Concept ; skos:prefLabel "a" ; skos:broader :b .', "no term of the file"),
        (':a a kg:Method, skos:Concept ; skos:prefLabel "deep-learning" .', "names both"),
        ('<https://example.org/a> a kg:Method, skos:Concept ; skos:prefLabel "a" .', "lies outside"),
        (':a a kg:Method ; skos:prefLabel "a', "not valid Turtle"),
    ],
)
def test_an_error_says_what_is_wrong_and_on_which_line(written: Path, term: str, message: str) -> None:
    line = len(written.read_text().splitlines()) + 1
    written.write_text(written.read_text() + term)
    with pytest.raises(KgError) as caught:
        load_vocabulary(written)
    assert message in str(caught.value)
    assert caught.value.where in {f"{written}:{line}", f"{written}:4"}


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KgError, match=r"none\.ttl: can't read the vocabulary"):
        load_vocabulary(tmp_path / "none.ttl")
    (tmp_path / "binary.ttl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(KgError, match="not UTF-8"):
        load_vocabulary(tmp_path / "binary.ttl")


def test_the_shipped_vocabulary_covers_every_type(shipped: Vocabulary) -> None:
    types = Counter(concept.type for concept in shipped.concepts.values())
    assert len(shipped.concepts) >= 1200
    assert all(types[name] >= 80 for name in ENTITY_TYPES)


def test_slugs_are_those_of_the_labels(shipped: Vocabulary) -> None:
    assert {slug: slugify(concept.label) for slug, concept in shipped.concepts.items()} == {
        slug: slug for slug in shipped.concepts
    }


def test_no_two_terms_share_a_form(shipped: Vocabulary) -> None:
    owners: dict[str, set[str]] = {}
    for concept in shipped.concepts.values():
        for form in (concept.label, *concept.aliases):
            owners.setdefault(fold(form), set()).add(concept.slug)
    assert {form: slugs for form, slugs in owners.items() if len(slugs) > 1} == {}


def test_broader_has_no_cycle_and_stays_within_compatible_types(shipped: Vocabulary) -> None:
    concepts = shipped.concepts

    def above(slug: str, path: tuple[str, ...]) -> None:
        assert slug not in path, path
        for broader in concepts[slug].broader:
            assert FAMILIES[concepts[broader].type] == FAMILIES[concepts[slug].type], (slug, broader)
            above(broader, (*path, slug))

    for slug in concepts:
        above(slug, ())


def test_the_file_is_sorted_and_written_in_one_way(shipped: Vocabulary) -> None:
    subjects = [
        line.split(">", 1)[0].rsplit("/", 1)[1]
        for line in ontology_file("vocabulary.ttl").read_text(encoding="utf-8").splitlines()
        if line.startswith("<https://w3id.org/paperkg/id/entity/")
    ]
    assert subjects == sorted(subjects)
    assert set(subjects) == set(shipped.concepts)


@pytest.mark.parametrize(
    ("form", "slug", "type"),
    [
        ("GRPO", "group-relative-policy-optimization", "Method"),
        ("LLMs", "large-language-model", "Method"),
        ("GPT-4o", "gpt-4o", "Model"),
        ("MS COCO", "coco", "Benchmark"),
        ("MIMIC-III", "mimic-iii", "Dataset"),
        ("VQA", "visual-question-answering", "Task"),
        ("F1-score", "f1-score", "Metric"),
    ],
)
def test_well_known_names_are_there(shipped: Vocabulary, form: str, slug: str, type: EntityType) -> None:
    concept = shipped.concepts[slug]
    assert concept.type == type
    assert fold(form) in {fold(other) for other in (concept.label, *concept.aliases)}
