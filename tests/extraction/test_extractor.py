"""What is read from a title and an abstract."""

from __future__ import annotations

import os
import subprocess
import sys
from pickle import dumps, loads

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.extraction import Extractor
from kg.records import Concept, Extraction, LocalEntity, Vocabulary
from kg.vocabulary import load_vocabulary

TITLE = "FooRL: Verifiable Rewards for Radiology Report Generation"
ABSTRACT = (
    "Large language models (LLMs) struggle with radiology report generation. In this paper, we propose "
    "FooRL, a framework that trains LLMs with Group Relative Policy Optimization (GRPO). We introduce "
    "RadTestBench, a benchmark of 2,000 reports from 2019, e.g. those of rare cases. FooRL is trained on "
    "MIMIC-CXR and evaluated on RadTestBench and MedQA. FooRL reaches 81.2% accuracy on MedQA, outperforming "
    "GPT-4o by 3.1 points. It scores 60.5 on RadTestBench. GRPO needs no critic."
)
VOCABULARY = load_vocabulary()


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(VOCABULARY)


@pytest.fixture(scope="module")
def extraction(extractor: Extractor) -> Extraction:
    return extractor.extract(TITLE, ABSTRACT)


def entity(extraction: Extraction, name: str) -> LocalEntity:
    (found,) = [one for one in extraction.entities if name in one.forms]
    return found


def relations(extraction: Extraction, name: str) -> set[str]:
    return {claim.relation for claim in entity(extraction, name).relations}


def check(title: str, abstract: str, extraction: Extraction) -> None:
    """What holds of every extraction."""
    texts = {"title": title, "abstract": abstract}
    assert extraction.sentences[0].field == "title"
    assert (extraction.sentences[0].start, extraction.sentences[0].end) == (0, len(title))
    spans: set[tuple[str, int, int]] = set()
    mentions = [mention for one in extraction.entities for mention in one.mentions]
    for mention in [*mentions, *(result.verbatim for result in extraction.results)]:
        assert mention.text
        assert texts[mention.field][mention.start : mention.end] == mention.text
        assert any(
            sentence.field == mention.field
            and sentence.start <= mention.start
            and mention.end <= sentence.end
            for sentence in extraction.sentences
        )
    for mention in mentions:
        assert (mention.field, mention.start, mention.end) not in spans
        spans.add((mention.field, mention.start, mention.end))
    for one in extraction.entities:
        assert one.name in one.forms
        assert any(one.name == mention.text for mention in one.mentions)
        assert one.relations
        order = [(mention.field != "title", mention.start) for mention in one.mentions]
        assert order == sorted(order)
        for claim in one.relations:
            assert 0 < claim.confidence < 1
            assert claim.evidence
            assert all(0 <= index < len(one.mentions) for index in claim.evidence)
    for result in extraction.results:
        for index in (result.subject, result.benchmark, result.metric, result.baseline):
            assert index is None or 0 <= index < len(extraction.entities)


def test_every_quote_stands_where_it_is_said_to(extraction: Extraction) -> None:
    check(TITLE, ABSTRACT, extraction)


def test_the_proposed_system_is_introduced(extraction: Extraction) -> None:
    assert relations(extraction, "FooRL") == {"introduces"}
    assert "introduces" in relations(extraction, "RadTestBench")
    assert entity(extraction, "RadTestBench").type == "Benchmark"


def test_long_and_short_forms_are_one_entity_named_by_the_long_one(extraction: Extraction) -> None:
    grpo = entity(extraction, "GRPO")
    assert grpo.name == "Group Relative Policy Optimization"
    assert (grpo.type, grpo.concept) == ("Method", "group-relative-policy-optimization")
    assert len(grpo.mentions) == 3
    assert entity(extraction, "LLMs") is entity(extraction, "Large language models")


def test_forms_that_differ_in_case_are_one_entity(extraction: Extraction) -> None:
    task = entity(extraction, "radiology report generation")
    assert task.type == "Task"
    assert "Radiology Report Generation" in task.forms
    assert relations(extraction, "radiology report generation") == {"addresses"}


def test_types_and_relations_follow_the_text(extraction: Extraction) -> None:
    assert entity(extraction, "GPT-4o").type == "Model"
    assert relations(extraction, "GPT-4o") == {"comparesWith"}
    assert "evaluatesOn" in relations(extraction, "MedQA")
    assert "trainsOn" in relations(extraction, "MIMIC-CXR")
    assert relations(extraction, "accuracy") == {"measures"}


def test_relations_that_exclude_each_other_are_not_claimed_together(
    extractor: Extractor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.extraction.relations.SECOND", 0.0)
    extraction = extractor.extract(TITLE, ABSTRACT)
    said = [{claim.relation for claim in one.relations} for one in extraction.entities]
    assert max(map(len, said)) > 1
    for together in said:
        assert not {"introduces", "uses"} <= together
        assert together == {"mentions"} or "mentions" not in together


def test_results_are_tied_to_names_and_other_numbers_are_left(extraction: Extraction) -> None:
    def name(index: int | None) -> str | None:
        return None if index is None else extraction.entities[index].name

    rows = {
        (
            result.value,
            result.unit,
            result.kind,
            name(result.subject),
            name(result.benchmark),
            name(result.metric),
            name(result.baseline),
        )
        for result in extraction.results
    }
    assert ("81.2", "%", "absolute", "FooRL", "MedQA", "accuracy", None) in rows
    assert ("60.5", "", "absolute", "FooRL", "RadTestBench", None, None) in rows
    assert any(row[:4] == ("3.1", "points", "improvement", "FooRL") and row[6] == "GPT-4o" for row in rows)
    assert {row[0] for row in rows} == {"81.2", "60.5", "3.1"}


def test_generic_words_are_no_entities(extraction: Extraction) -> None:
    forms = {form.lower() for one in extraction.entities for form in one.forms}
    assert forms.isdisjoint({"framework", "paper", "benchmark", "cases", "we", "rare cases"})


def test_a_term_of_the_vocabulary_is_found_by_its_alias() -> None:
    vocabulary = Vocabulary(
        {"zorb-flux": Concept("zorb-flux", "zorb flux optimization", "Method", ("ZFO",))}, fingerprint="z"
    )
    extraction = Extractor(vocabulary).extract(
        "On zorb-flux optimization", "We use ZFO and zorb flux optimization."
    )
    found = {one.concept for one in extraction.entities}
    assert "zorb-flux" in found
    check("On zorb-flux optimization", "We use ZFO and zorb flux optimization.", extraction)


def test_the_fingerprint_changes_with_the_vocabulary(extractor: Extractor) -> None:
    assert Extractor(VOCABULARY).fingerprint == extractor.fingerprint
    assert Extractor(Vocabulary({}, "other")).fingerprint != extractor.fingerprint


def test_each_text_is_read_by_itself_in_order(extractor: Extractor, extraction: Extraction) -> None:
    texts = [(TITLE, ABSTRACT), ("", ""), ("A title", ""), (TITLE, ABSTRACT)] * 40
    extractions = list(extractor.extract_many(iter(texts)))
    assert len(extractions) == len(texts)
    assert extractions[0] == extractions[3] == extractions[-1] == extraction
    assert extractions[1].entities == ()


def test_a_stream_is_read_as_it_comes(extractor: Extractor) -> None:
    taken = 0

    def endless() -> object:
        nonlocal taken
        while True:
            taken += 1
            yield (TITLE, ABSTRACT)

    stream = extractor.extract_many(endless())  # type: ignore[arg-type]
    assert next(stream) == next(stream)
    assert taken < 1000


@pytest.mark.parametrize("abstract", ["", " ", "\n\n", "…", "一种方法。", "a\x00b \u202e c"])
def test_texts_without_names_are_read(extractor: Extractor, abstract: str) -> None:
    check("", abstract, extractor.extract("", abstract))


def test_a_long_form_ends_with_its_sentence(extractor: Extractor) -> None:
    title, abstract = "On Zorb Flux", "Optimization (ZFO) is old."
    check(title, abstract, extractor.extract(title, abstract))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["GRPO", "we propose", "FooNet (FN)", "94.1%", "on", "MedQA", ".", "models", "-", "\n", "(", "’s"]
        )
        | st.text(max_size=12)
    ).map(" ".join),
)
def test_any_text_keeps_its_offsets(extractor: Extractor, title: str, abstract: str) -> None:
    check(title, abstract, extractor.extract(title, abstract))


@pytest.mark.parametrize(
    "abstract",
    [
        ABSTRACT * 400,
        "deep network " * 16_000,
        "(" * 200_000,
        "1.5% " * 40_000,
        "A" * 200_000,
        "AB (ABC) " * 22_000,
    ],
    ids=["prose", "one run", "parentheses", "numbers", "one word", "pairs"],
)
def test_a_very_long_abstract_is_read(extractor: Extractor, abstract: str) -> None:
    extraction = extractor.extract("A long one", abstract)
    assert extraction.sentences[-1].end <= len(abstract)


def test_the_hash_seed_changes_nothing(extraction: Extraction) -> None:
    program = (
        "import sys, pickle; from kg.extraction import Extractor; from kg.vocabulary import load_vocabulary; "
        "title, abstract = pickle.loads(sys.stdin.buffer.read()); "
        "one = Extractor(load_vocabulary()); "
        "sys.stdout.buffer.write(pickle.dumps((one.fingerprint, one.extract(title, abstract))))"
    )
    answers = [
        loads(
            subprocess.run(
                [sys.executable, "-c", program],
                input=dumps((TITLE, ABSTRACT)),
                stdout=subprocess.PIPE,
                check=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout
        )
        for seed in ("1", "2")
    ]
    assert answers[0] == answers[1]
    assert answers[0][1] == extraction


def test_variants_of_a_name_are_one_entity_and_modified_names_are_others(extractor: Extractor) -> None:
    found = extractor.extract(
        "Foo-Net: Adaptive Graph Routing for Object Detection",
        "We study object detection. We propose Foo-Net, which relies on an adaptive graph routing module. "
        "The graph routing is trained end to end. Foo-Net improves on offline reinforcement learning and "
        "reinforcement learning, and on GPT-4 and GPT-4o.",
    )
    assert entity(found, "graph routing") is entity(found, "adaptive graph routing module")
    apart = ("offline reinforcement learning", "reinforcement learning", "GPT-4", "GPT-4o")
    assert len({id(entity(found, name)) for name in apart}) == len(apart)
