from __future__ import annotations

import pytest

from kg.evaluation import ResolutionScores, parse_record, resolution_scores
from kg.evaluation.resolution import gold_clusters
from kg.records import Concept, Vocabulary
from tests.evaluation.papers import Value, entity, paper


def together(*entities: Value, by_type: bool = False) -> list[int]:
    """A number for each paper of one entity; the same for those that are one; -1 where it is left out."""
    gold = {str(n): parse_record(paper(one, id=str(n)), where="test") for n, one in enumerate(entities)}
    clusters = gold_clusters(gold, by_type=by_type)
    numbers: dict[str, int] = {}
    found = []
    for n, one in enumerate(entities):
        label = clusters.get((str(n), 0, one["name"]))
        found.append(-1 if label is None else numbers.setdefault(label, len(numbers)))
    return found


def scores(*entities: Value, vocabulary: Vocabulary | None = None) -> ResolutionScores:
    gold = {str(n): parse_record(paper(one, id=str(n)), where="test") for n, one in enumerate(entities)}
    return resolution_scores(gold, vocabulary or Vocabulary())


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        ([entity("Reward Trees"), entity("reward-tree"), entity("reward forest")], [0, 0, 1]),
        ([entity("in-painting"), entity("inpainting")], [0, 0]),
        ([entity("Qwen2.5-3B", "Model"), entity("Qwen2-53B", "Model")], [0, 1]),
        ([entity("BERT", "Model"), entity("BERT", "Method"), entity("BERT", "Metric")], [0, 0, 1]),
        ([entity("masked autoencoder", aliases=("MAE",)), entity("MAE")], [0, 0]),
        (
            [
                entity("masked autoencoder", aliases=("MAE",)),
                entity("masked autoencoding", aliases=("MAE",)),
                entity("maximal answer entropy", aliases=("MAE",)),
                entity("MAE"),
            ],
            [0, 0, 1, -1],
        ),
        (
            [entity("masked autoencoder", aliases=("MAE",)), entity("MAE training"), entity("MAE", "Metric")],
            [0, 1, 2],
        ),
        (
            [
                entity("RL agents"),
                entity("reinforcement learning agent"),
                entity("reinforcement learning", aliases=("RL",)),
            ],
            [0, 0, 1],
        ),
        ([entity("tree search", aliases=("guided search",)), entity("guided search")], [0, 0]),
        (
            [
                entity("tree search", aliases=("guided search",)),
                entity("tree search"),
                entity("tree search"),
                entity("guided search"),
            ],
            [0, 0, 0, 1],
        ),
        ([entity("Llama 3", "Model", aliases=("Llama",)), entity("Llama", "Model")], [0, 1]),
    ],
)
def test_what_is_one_across_papers(entities: list[Value], expected: list[int]) -> None:
    assert together(*entities) == expected


def test_types_can_be_told_apart() -> None:
    assert together(entity("BERT", "Model"), entity("BERT", "Method"), by_type=True) == [0, 1]


def test_names_that_are_resolved_as_annotated_score_full() -> None:
    found = scores(
        entity("masked autoencoder", aliases=("MAE",)), entity("Masked Autoencoders"), entity("reward trees")
    )
    assert found.pairwise == found.b_cubed == (100.0, 100.0, 100.0)
    assert (found.items, found.gold_clusters, found.clusters) == (4, 2, 2)
    assert found.merged == found.split == ()


def test_what_is_merged_and_what_is_split_is_told_with_its_figures() -> None:
    # The vocabulary takes "forest" for "tree": with two papers each, two pairs are right and four wrong.
    vocabulary = Vocabulary({"tree": Concept("tree", "reward tree", "Method", ("reward forest",))})
    names = [entity(name) for name in ("reward tree", "reward tree", "reward forest", "reward forest")]
    found = scores(*names, vocabulary=vocabulary)
    assert found.pairwise == pytest.approx((100 * 2 / 6, 100, 50))
    assert found.b_cubed == pytest.approx((50, 100, 200 / 3))
    (worst,) = found.merged
    assert (worst.label, worst.pairs, [count for _, count in worst.parts]) == ("tree", 4, [2, 2])
    assert found.split == ()


def test_the_order_of_papers_changes_no_figure() -> None:
    names = [entity("tree search", aliases=("TS",)), entity("TS"), entity("table search", aliases=("TS",))]
    one, other = scores(*names), scores(*reversed(names))
    assert (one.pairwise, one.b_cubed, one.left_out) == (other.pairwise, other.b_cubed, other.left_out)
