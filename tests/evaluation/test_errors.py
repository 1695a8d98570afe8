from __future__ import annotations

import pytest

from kg.evaluation import error_kinds, parse_record
from tests.evaluation.papers import Value, entity, paper, result


def kinds(gold: Value, predicted: Value) -> dict[str, int]:
    one, other = (parse_record(value, where="test") for value in (gold, predicted))
    return {kind.kind: kind.count for kind in error_kinds({one.id: one}, {other.id: other})}


@pytest.mark.parametrize(
    ("gold", "predicted", "kind"),
    [
        (entity("reward trees"), entity("reward tree"), ""),
        (entity("reward trees", "Task", "addresses"), None, "missed Task"),
        (None, entity("reward trees"), "extra Method"),
        (entity("GPT-4", "Model"), entity("GPT-4", "Method"), "Method for Model"),
        (
            entity("GPT-4", "Model", "comparesWith"),
            entity("GPT-4", "Model", "mentions", "uses"),
            "uses for comparesWith (Model)",
        ),
        (entity("retrieval", "Task"), entity("dense retrieval", "Task"), "too long Task"),
        (entity("dense passage retrieval"), entity("Passage-Retrieval", "Task"), "too short Method"),
        (entity("trees"), entity("streets"), "missed Method, extra Method"),
    ],
)
def test_each_error_is_of_one_kind(gold: Value | None, predicted: Value | None, kind: str) -> None:
    found = kinds(paper(*filter(None, [gold])), paper(*filter(None, [predicted])))
    assert found == dict.fromkeys(sorted(kind.split(", ")) if kind else (), 1)


def test_two_entities_for_one_and_one_for_two() -> None:
    long = entity("graph neural network", aliases=("GNN",))
    parts = entity("graph neural network"), entity("GNN", "Model")
    assert kinds(paper(long), paper(*parts)) == {"split Model": 1}
    assert kinds(paper(*parts), paper(long)) == {"merged Model": 1}


@pytest.mark.parametrize(
    ("gold", "predicted", "kind"),
    [
        (result("3", benchmark="A"), result("3", benchmark="B"), "result with another name"),
        (result("3"), result("3", "improvement"), "improvement for absolute result"),
        (result("3"), None, "missed result"),
        (None, result("3"), "extra result"),
    ],
)
def test_errors_of_results(gold: Value | None, predicted: Value | None, kind: str) -> None:
    one = paper(results=tuple(filter(None, [gold])))
    other = paper(results=tuple(filter(None, [predicted])))
    assert kinds(one, other) == {kind: 1}


def test_the_commonest_kind_comes_first_with_examples() -> None:
    gold = {str(n): parse_record(paper(entity(f"name{n}"), id=str(n)), where="test") for n in range(8)}
    predicted = {"0": parse_record(paper(entity("name0", "Task"), id="0"), where="test")}
    first, second = error_kinds(gold, predicted)
    assert (first.kind, first.count, second.kind) == ("missed Method", 7, "Task for Method")
    assert [(one.paper, one.gold, one.predicted) for one in first.examples[:2]] == [
        ("1", "name1", ""),
        ("2", "name2", ""),
    ]
    assert second.examples[0].predicted == "name0"
