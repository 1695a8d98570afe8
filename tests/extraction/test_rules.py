"""What the rules read from a title and an abstract."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from pickle import dumps, loads

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from kg.extraction.rules import RulesExtractor
from kg.records import Extraction
from kg.vocabulary import load_vocabulary
from tests.conftest import DATA
from tests.extraction.test_extractor import ABSTRACT, TITLE, check, entity, relations

VOCABULARY = load_vocabulary()


@pytest.fixture(scope="module")
def extractor() -> RulesExtractor:
    return RulesExtractor(VOCABULARY)


@pytest.fixture(scope="module")
def extraction(extractor: RulesExtractor) -> Extraction:
    return extractor.extract(TITLE, ABSTRACT)


def test_names_types_and_relations_follow_cues(extraction: Extraction) -> None:
    check(TITLE, ABSTRACT, extraction)
    assert relations(extraction, "FooRL") == {"introduces"}
    assert (entity(extraction, "RadTestBench").type, relations(extraction, "RadTestBench")) == (
        "Benchmark", {"introduces"},
    )  # fmt: skip
    assert relations(extraction, "MIMIC-CXR") == {"trainsOn"}
    assert relations(extraction, "MedQA") == {"evaluatesOn"}
    assert (entity(extraction, "GPT-4o").type, relations(extraction, "GPT-4o")) == (
        "Model", {"comparesWith"},
    )  # fmt: skip
    assert entity(extraction, "radiology report generation").type == "Task"
    assert relations(extraction, "accuracy") == {"measures"}
    grpo = entity(extraction, "GRPO")
    assert grpo.name == "Group Relative Policy Optimization"
    assert relations(extraction, "GRPO") == {"uses"}


def test_results_are_read_by_pattern(extraction: Extraction) -> None:
    names = [one.name for one in extraction.entities]
    rows = {
        (one.value, one.unit, one.kind, names[one.subject or 0], names[one.benchmark or 0])
        for one in extraction.results
    }  # fmt: skip
    assert ("81.2", "%", "absolute", "FooRL", "MedQA") in rows
    assert ("60.5", "", "absolute", "FooRL", "RadTestBench") in rows
    assert {row[0] for row in rows} == {"81.2", "60.5", "3.1"}


@pytest.mark.parametrize(
    ("text", "name", "type_"),
    [
        ("We show Zorbnet, a new dataset of maps.", "Zorbnet", "Dataset"),
        ("We score on the Zorb benchmark.", "Zorb", "Benchmark"),
        ("This uses the FluxSort algorithm.", "FluxSort", "Method"),
        ("We study glacier segmentation here.", "glacier segmentation", "Task"),
        ("It has a good boundary accuracy.", "boundary accuracy", "Metric"),
        ("It is compared with Llama 3.1 here.", "Llama 3.1", "Model"),
    ],
)
def test_a_type_is_told_by_the_words_beside(
    extractor: RulesExtractor, text: str, name: str, type_: str
) -> None:
    assert entity(extractor.extract("On things", text), name).type == type_


def test_what_only_sets_the_scene_is_mentioned(extractor: RulesExtractor) -> None:
    abstract = "Earlier work grew FluxNet. Here we propose ZorbNet, which learns from maps."
    extraction = extractor.extract("On maps", abstract)
    assert relations(extraction, "FluxNet") == {"mentions"}
    assert relations(extraction, "ZorbNet") == {"introduces"}


def test_a_long_form_ends_with_its_sentence(extractor: RulesExtractor) -> None:
    title, abstract = "On Zorb Flux", "Optimization (ZFO) is old."
    check(title, abstract, extractor.extract(title, abstract))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            ["GRPO", "we propose", "FooNet (FN)", "94.1%", "on", "MedQA", ".", "model", "-", "\n", "(", ":"]
        )
        | st.text(max_size=12)
    ).map(" ".join),
)  # fmt: skip
def test_any_text_keeps_its_offsets(extractor: RulesExtractor, title: str, abstract: str) -> None:
    check(title, abstract, extractor.extract(title, abstract))


@pytest.mark.parametrize(
    "abstract", ["FooNet " * 30_000, "deep network " * 16_000, "1.5% " * 40_000, ABSTRACT * 300]
)
def test_a_very_long_abstract_is_read(extractor: RulesExtractor, abstract: str) -> None:
    assert extractor.extract("A long one: yes", abstract).sentences[-1].end <= len(abstract)


def test_it_travels_and_the_hash_seed_changes_nothing(
    extractor: RulesExtractor, extraction: Extraction
) -> None:
    program = (
        "import sys, pickle; one, title, abstract = pickle.loads(sys.stdin.buffer.read()); "
        "sys.stdout.buffer.write(pickle.dumps((one.fingerprint, one.extract(title, abstract))))"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program], input=dumps((extractor, TITLE, ABSTRACT)),
            stdout=subprocess.PIPE, check=True, env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert loads(done.stdout) == (extractor.fingerprint, extraction)


def test_a_build_by_rules_is_another_valid_graph(built: Path, tmp_path: Path) -> None:
    report = kg.build(DATA, output=tmp_path / "out", extractor="rules")
    assert report.problems == ()
    assert report.counts.claims > 50
    assert kg.validate(kg.open_store(tmp_path / "out")).conforms
    assert (tmp_path / "out" / "graph.ttl").read_bytes() != (built / "graph.ttl").read_bytes()
