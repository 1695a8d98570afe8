from __future__ import annotations

from math import isclose
from pathlib import Path

import numpy as np
import pytest

from kg.errors import UsageError
from kg.maps import MapOptions, RelatedWorkMap, make_map
from kg.maps.collection import read_collection
from kg.maps.records import Related
from kg.maps.relatedness import OWN, WORDS, name_words, nearest, vectors
from kg.rdf.store import Store
from kg.text.titles import short_title
from tests.maps.garden import opened
from tests.network.sample import Sample, SampleEntity, SamplePaper

FLOWERS = {
    "shared-task": SampleEntity("petal sorting", "Task"),
    "hub": SampleEntity("language model", "Method"),
    "one": SampleEntity("Alpha", "Method"),
    "other": SampleEntity("Beta", "Method"),
}


def between(work: RelatedWorkMap, one: str, other: str) -> Related:
    return next(pair for pair in work.related if {pair.source, pair.target} == {one, other})


def test_introducing_for_one_task_says_more_than_mentioning_one_model(tmp_path: Path) -> None:
    sample = Sample(FLOWERS)
    for key, method in (("a", "one"), ("b", "other")):
        title = f"[[{FLOWERS[method].label}|{method}]] for [[petal sorting|shared-task]]"
        sample.paper(
            SamplePaper(
                f"title-{key}",
                title,
                (),
                {method: [("introduces", "0.9")], "shared-task": [("addresses", "0.9")]},
            )
        )
    for key in ("c", "d"):
        title = f"Paper {key} on a [[language model|hub]]"
        sample.paper(SamplePaper(f"title-{key}", title, (), {"hub": [("mentions", "0.9")]}))
    work = make_map(opened(sample.finish(), tmp_path / "graph.nt"))

    introducing, mentioning = between(work, "title-a", "title-b"), between(work, "title-c", "title-d")
    assert introducing.score > 1.5 * mentioning.score
    assert introducing.text == "both address petal sorting"
    assert mentioning.text == "both mention language model"


def test_rare_entities_relate_more_than_common_ones(store: Store) -> None:
    collection = read_collection(store)
    found = vectors(collection, MapOptions())
    number = {key: place for place, key in enumerate(collection.papers)}
    scores = found.scores(number["arxiv-2403.00003"])
    # Both share sprouting, or language model, with it; but only one shares root tracing and RootBench.
    assert scores[number["arxiv-2405.00005"]] > scores[number["arxiv-2401.00001"]]
    assert scores[number["arxiv-2401.00001"]] > scores[number["arxiv-2407.00008"]] > 0
    assert scores[number["title-nothing-named"]] == 0
    assert scores[number["arxiv-2403.00003"]] == 0


def test_scores_follow_the_formula(store: Store) -> None:
    """What two papers share is one entity and its two words, so the score can be worked out."""
    collection = read_collection(store)
    found = vectors(collection, MapOptions())
    number = {key: place for place, key in enumerate(collection.papers)}
    one, other = number["arxiv-2406.00007"], number["arxiv-2407.00008"]
    value = 0.6 * 0.6 * np.log(1 + 9 / 4)  # weight, confidence and idf of "language model", in 4 of 9 papers

    def part(lengths: list[float], terms: int) -> float:
        own = OWN * np.mean(lengths)
        return float(terms * value**2 / (terms * value**2 + own**2))

    terms, weights = found.of(one)
    entity = weights[terms < found.entities]
    assert len(entity) == 1
    assert len(weights) == 3
    # The part of the entity, from its share of a vector of length 1 with the paper's own.
    entity_part, word_part = float(entity[0] ** 2), float((weights[terms >= found.entities] ** 2).sum())
    assert isclose(found.scores(one)[other], entity_part + word_part, abs_tol=1e-9)
    all_entities = []
    for paper in range(len(collection.papers)):
        strongest: dict[int, float] = {}
        for claim in collection.of_papers([paper]):
            of, relation = int(collection.entity[claim]), int(collection.relation[claim])
            weight = (0.7, 1, 1, 1, 0.7, 1.6, 0.6, 0.6)[relation] * collection.confidence[claim]
            if collection.paper_counts[of] > 1:
                strongest[of] = max(
                    strongest.get(of, 0), weight * np.log(1 + 9 / collection.paper_counts[of])
                )
        if strongest:
            all_entities.append(float(np.sqrt(sum(value**2 for value in strongest.values()))))
    assert isclose(entity_part, part(all_entities, 1) / (1 + WORDS**2), rel_tol=1e-9)


def test_reasons_add_up_and_say_what_each_paper_does(work: RelatedWorkMap) -> None:
    pair = between(work, "arxiv-2405.00005", "arxiv-2406.00006")
    assert isclose(sum(reason.share for reason in pair.reasons), pair.score, abs_tol=1e-5)
    by_entity = {reason.entity: reason for reason in pair.reasons}
    assert by_entity["grafting"].source == ("introduces",)
    assert by_entity["grafting"].target == ("uses",)
    assert "both address root tracing" in pair.text
    assert "More Grafting uses grafting, which Grafting for Root Tracing introduces" in pair.text
    assert all(0 < one.score < 1 for one in work.related)
    assert [one.score for one in work.related] == sorted((one.score for one in work.related), reverse=True)


def test_weights_can_be_chosen(store: Store) -> None:
    blind = make_map(store, options=MapOptions(weights={"mentions": 0}))
    assert not any(
        {"arxiv-2406.00007", "arxiv-2407.00008"} & {pair.source, pair.target} for pair in blind.related
    )
    with pytest.raises(UsageError, match="0 or more"):
        MapOptions(weights={"uses": -1})
    with pytest.raises(UsageError, match="unknown relation 'cites'"):
        MapOptions(weights={"cites": 1})  # type: ignore[dict-item]


def test_hubs_are_left_out_and_counted(larger_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.maps.relatedness.HUB", 20)
    collection = read_collection(larger_store)
    found = vectors(collection, MapOptions())
    hubs = {entity for entity, count in enumerate(collection.paper_counts) if count > 20}
    assert hubs
    assert not hubs & set(found.terms.tolist())
    assert found.hubs >= len(hubs)
    some = make_map(larger_store, "SELECT ?paper WHERE { ?paper a kg:Paper } ORDER BY ?paper LIMIT 20")
    assert f"papers have do not count for relatedness ({found.hubs:,} here)" in " ".join(some.notes)


def test_nearest_are_those_of_all_scores(larger_store: Store) -> None:
    collection = read_collection(larger_store)
    found = vectors(collection, MapOptions())
    some = np.arange(0, len(collection.papers), 3)
    near = nearest(found, some, 5)
    for paper, (others, scores) in zip(near.papers, near.near, strict=True):
        dense = found.scores(int(paper))
        assert (
            list(others)
            == sorted(
                (other for other in some if dense[other] > 0), key=lambda other: (-dense[other], other)
            )[:5]
        )
        assert list(scores) == [dense[other] for other in others]


def test_words_and_titles_are_shortened() -> None:
    assert name_words("Studies of the Batteries") == ("study", "battery")
    assert name_words("GPT-4o loss") == ("gpt", "4o", "loss")
    assert short_title("Sprout: A Net") == "Sprout"
    assert short_title("word " * 30).endswith("word…")
    assert len(short_title("word " * 30)) <= 60
