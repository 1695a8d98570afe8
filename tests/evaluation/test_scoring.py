from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from typing import Any

import pytest

from kg.evaluation import PaperRecord, Scores, extracted_records, parse_record, read_records, score
from kg.extraction import make_extractor
from kg.vocabulary import load_vocabulary
from tests.conftest import ROOT
from tests.evaluation.papers import Value, entity, paper, result

GOLD = ROOT.parent / "shared" / "gold"
needs_gold = pytest.mark.skipif(
    not (GOLD / "score.py").is_file(), reason="the annotated papers are not beside this checkout"
)


def scored(gold: Value, predicted: Value) -> Scores:
    one, other = (parse_record(value, where="test") for value in (gold, predicted))
    return score({one.id: one}, {other.id: other})


def hits(gold: Value, predicted: Value) -> dict[str, int]:
    return {level: one.hits for level, one in scored(gold, predicted).levels.items()}


def test_levels_ask_for_more_and_more() -> None:
    gold = paper(
        entity("reward trees"),
        entity("MultiWOZ", "Dataset"),
        entity("GPT-4", "Model"),
        entity("F1", "Metric"),
    )
    predicted = paper(
        entity("Reward-Tree", "Method", "introduces"),
        entity("MultiWOZ", "Benchmark"),
        entity("GPT-4", "Task"),
        entity("GPT-4o", "Model"),
    )
    assert hits(gold, predicted) == {"found": 3, "coarse": 2, "typed": 1, "edge": 0, "result": 0}
    found = scored(gold, predicted).levels["found"]
    assert (found.precision, found.recall, found.f1) == (75.0, 75.0, 75.0)


def test_figures_per_type_count_what_each_side_calls_so() -> None:
    scores = scored(
        paper(entity("a1"), entity("b1"), entity("c1", "Task")), paper(entity("a1"), entity("c1"))
    )
    method = scores.types["Method"]
    assert (method.hits, method.predicted, method.gold) == (1, 2, 2)
    assert scores.types["Task"].f1 == 0.0
    assert list(scores.types) == ["Task", "Method"]


def test_matching_is_the_largest_one_to_one() -> None:
    # Taking the first that fits would give "policy" to the first gold entity and leave the second without.
    gold = paper(entity("policy", aliases=("learned policy",)), entity("policy"))
    assert hits(gold, paper(entity("policy"), entity("Learned Policy")))["found"] == 2
    assert hits(paper(entity("policy")), paper(entity("policy"), entity("Policy")))["found"] == 1


@pytest.mark.parametrize(
    ("row", "fits"),
    [
        (result("66.6", benchmark="MedCalc"), True),
        (result("66.6%", benchmark="med-calc"), False),
        (result("66.6%", metric="Accuracy"), True),
        (result("66.60", benchmark="MedCalc"), False),
        (result("66.6", "improvement", benchmark="MedCalc"), False),
        (result("66.6"), False),
    ],
)
def test_a_result_needs_value_kind_and_one_name(row: Value, fits: bool) -> None:
    gold = paper(results=(result("66.6", benchmark="MedCalc", metric="accuracy"),))
    assert hits(gold, paper(results=(row,)))["result"] == fits


def test_a_result_without_names_needs_none_and_a_row_counts_once() -> None:
    gold = paper(results=(result("3"), result("3")))
    assert hits(gold, paper(results=(result("3", benchmark="X"),)))["result"] == 1


def test_papers_without_prediction_have_nothing_found_and_others_do_not_count() -> None:
    one = parse_record(paper(entity("a1"), id="1"), where="test")
    other = parse_record(paper(entity("a1"), id="2"), where="test")
    scores = score({"1": one}, {"2": other})
    assert (scores.levels["found"].predicted, scores.levels["found"].gold) == (0, 1)
    assert scores.levels["found"].f1 == 0.0
    assert scores.papers == 1


def _scorer() -> Any:
    spec = importlib.util.spec_from_file_location("scorer", GOLD / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _as_value(record: PaperRecord) -> Value:
    return {
        "id": record.id,
        "entities": [
            {
                "name": one.name,
                "aliases": list(one.aliases),
                "type": one.type,
                "relations": list(one.relations),
            }
            for one in record.entities
        ],
        "results": [
            {
                "value": one.value,
                "kind": one.kind,
                "benchmark": one.benchmark,
                "metric": one.metric,
            }
            for one in record.results
        ],
    }


def _assert_same(gold: dict[str, Value], predicted: dict[str, Value]) -> None:
    scorer = _scorer()
    ours = score(
        *({id_: parse_record(one, where=id_) for id_, one in side.items()} for side in (gold, predicted))
    )
    levels = {name: (one.precision, one.recall, one.f1) for name, one in ours.levels.items()}
    types = {name: (one.precision, one.recall, one.f1) for name, one in ours.types.items()}
    assert levels == scorer.score(gold, predicted)
    assert types == scorer.score_types(gold, predicted)


@needs_gold
def test_figures_are_those_of_the_annotators_scorer() -> None:
    gold = read_records(GOLD / "dev.jsonl")
    predicted = extracted_records(gold, make_extractor("model", load_vocabulary()))
    _assert_same(*({id_: _as_value(record) for id_, record in side.items()} for side in (gold, predicted)))


@needs_gold
@pytest.mark.parametrize("seed", range(20))
def test_figures_are_those_of_the_annotators_scorer_where_forms_collide(seed: int) -> None:
    chance = random.Random(seed)
    names = ["policy", "learned policy", "Policies", "GPT-4", "gpt 4", "F1", "trees", "tree", "AUC"]
    types = ["Task", "Method", "Model", "Dataset", "Benchmark", "Metric"]
    relations = ["uses", "introduces", "mentions"]

    def side() -> dict[str, Value]:
        return {
            str(n): paper(
                *(
                    entity(
                        chance.choice(names),
                        chance.choice(types[: 2 + n % 5]),
                        *chance.sample(relations, chance.randint(1, 2)),
                        aliases=tuple(chance.sample(names, chance.randint(0, 2))),
                    )
                    for _ in range(chance.randint(0, 7))
                ),
                id=str(n),
                results=tuple(
                    result(
                        chance.choice(["1", "2", "2%"]),
                        chance.choice(["absolute", "improvement"]),
                        **{
                            key: chance.choice(names)
                            for key in chance.sample(["benchmark", "metric"], chance.randint(0, 2))
                        },
                    )
                    for _ in range(chance.randint(0, 4))
                ),
            )
            for n in range(8)
        }

    _assert_same(side(), side())


@needs_gold
def test_the_annotated_files_can_be_read() -> None:
    assert sum(len(read_records(Path(GOLD / f"{name}.jsonl"))) for name in ("train", "dev")) == 1145
