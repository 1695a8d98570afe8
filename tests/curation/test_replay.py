"""Rules replayed on what was read."""

from __future__ import annotations

from itertools import permutations

import pytest

from kg.rdf import Iris
from kg.rdf.triples import entity_triples
from tests.curation.papers import PAPERS, Replayed

GRPO = "group-relative-policy-optimization"


def test_merge_unites_claims_and_names() -> None:
    made = Replayed("- merge: [group relative policy optimization, Sharpness-aware minimization]\n")
    assert made.problems == []
    assert "sharpness-aware-minimization" not in made.entities
    entity = made.entities[GRPO]
    assert (entity.label, entity.type) == ("group relative policy optimization", "Method")
    assert {"GRPO", "SAM", "sharpness-aware minimization"} <= set(entity.alt_labels)
    assert made.papers(GRPO) == {"2401.00001", "2401.00002"}
    assert made.result("2.1")["subject"] == GRPO


def test_split_by_paper_and_by_form() -> None:
    made = Replayed(
        """
- split: GRPO
  in: 2401.00002
  into: greedy policy optimization
- split: BraTS
  forms: [brats]
  into: BraTS 2021
  type: Dataset
"""
    )
    assert made.problems == []
    assert made.papers(GRPO) == {"2401.00001"}
    assert made.papers("greedy-policy-optimization") == {"2401.00002"}
    assert made.entities["greedy-policy-optimization"].alt_labels == ("GRPO",)
    assert "brats" not in made.entities
    assert made.entities["brats-2021"].type == "Benchmark", "a paper scores on it"
    assert made.result("91.2")["benchmark"] == "brats-2021"


def test_a_split_parts_the_forms_that_one_paper_uses_for_one_thing() -> None:
    made = Replayed(
        "- split: group relative policy optimization\n  forms: GRPO\n  into: the GRPO algorithm\n"
    )
    assert made.problems == []
    assert made.papers(GRPO) == {"2401.00001"}
    assert made.papers("the-grpo-algorithm") == {"2401.00001", "2401.00002"}
    assert "GRPO" not in made.entities[GRPO].alt_labels


def test_rename_keeps_the_iri_and_the_old_name() -> None:
    made = Replayed("- rename: imagenet\n  to: ImageNet (ILSVRC 2012)\n")
    entity = made.entities["imagenet"]
    assert entity.label == "ImageNet (ILSVRC 2012)"
    assert "ImageNet" in entity.alt_labels


def test_retype_drops_what_no_longer_fits() -> None:
    made = Replayed("- retype: BraTS\n  to: Task\n")
    assert made.entities["brats"].type == "Task"
    assert {relation for _, relation, *_ in made.claims("brats")} == {"mentions"}
    assert made.result("91.2") == {
        "subject": "segment-anything-model",
        "benchmark": None,
        "metric": "dice-coefficient",
        "baseline": None,
    }


def test_reject_an_entity_everywhere_in_one_paper_or_one_claim() -> None:
    made = Replayed(
        """
- reject: Qwen2.5
- reject: accuracy
  in: https://arxiv.org/abs/2401.00001v2
- reject: Dice
  relation: measures
"""
    )
    assert made.problems == []
    assert "qwen2.5" not in made.entities
    assert made.papers("accuracy") == {"2401.00002"}
    assert {relation for _, relation, *_ in made.claims("dice-coefficient")} == {"mentions"}
    assert made.result("3.5")["metric"] is None
    assert made.result("3.5")["benchmark"] == "imagenet"


def test_an_added_claim_stands_on_its_quote_and_says_who_makes_it() -> None:
    made = Replayed(
        """
- add: node embeddings
  type: Method
  in: 2401.00001
  relation: uses
  quote: a graph neural network for
  by: Ada
- add: GRPO
  in: Learning with grpo
  relation: comparesWith
  quote: >
    train Qwen2.5
    with GRPO
"""
    )
    assert made.problems == []
    assert made.claims("node-embeddings") == {("2401.00001", "uses", 1.0, ("Ada",))}
    assert made.entities["node-embeddings"].alt_labels == ()
    assert ("2401.00002", "comparesWith", 1.0, ("curation",)) in made.claims(GRPO)
    quotes = {
        mention.text
        for verified in made.verified().values()
        for claim in verified.claims
        if claim.said_by
        for mention in claim.evidence
    }
    assert quotes == {"a graph neural network for", "GRPO"}


def test_a_claim_that_is_also_read_is_kept_by_the_person_who_adds_it() -> None:
    rule = "- add: ImageNet\n  in: 2401.00001\n  relation: evaluatesOn\n  quote: evaluated on ImageNet\n"
    kept = {claim for claim in Replayed(rule).claims("imagenet") if claim[0] == "2401.00001"}
    assert kept == {("2401.00001", "evaluatesOn", 1.0, ("curation",))}


def test_outward_matches_are_written() -> None:
    made = Replayed("- match: GRPO\n  to: [https://example.org/1, https://example.org/2]\n")
    assert set(made.entities[GRPO].exact_match) >= {"https://example.org/1", "https://example.org/2"}
    text = " ".join(map(str, entity_triples(made.entities[GRPO], made.entities, Iris())))
    assert "exactMatch> <https://example.org/2>" in text


def test_later_rules_know_the_names_that_earlier_ones_give() -> None:
    made = Replayed(
        """
- split: GRPO
  in: 2401.00002
  into: greedy PO
- rename: greedy PO
  to: greedy policy optimization
- merge: [Qwen2.5, greedy policy optimization]
"""
    )
    assert made.problems == []
    assert "greedy-po" not in made.entities
    assert {"GRPO", "Qwen2.5"} & set(made.entities["qwen2.5"].alt_labels) == {"GRPO"} or made.entities[
        "qwen2.5"
    ].label == "greedy policy optimization"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("- reject: Graphexx", "near is 'Graphex'"),
        ("- merge: [GRPO, something unheard of]", "something unheard of"),
        ("- reject: GRPO\n  in: 2309.00001", "'2309.00001' is not in the collection"),
        ("- reject: GRPO\n  in: 2401.10000", "no mention of 'GRPO' in the paper"),
        ("- reject: GRPO\n  in: 2401.00002\n  relation: introduces", "no claim"),
        ("- split: GRPO\n  into: other\n  forms: [grpo-2]", "as 'grpo-2'"),
        ("- rename: GRPO\n  to: ImageNet", "merge the two"),
        ("- add: GRPO\n  in: 2401.00002\n  relation: uses\n  quote: not in it", "does not say 'not in it'"),
        ("- add: GRPO\n  in: 2401.00002\n  relation: measures\n  quote: GRPO", "choose one of introduces"),
        ("- add: gradients\n  in: 2401.00002\n  relation: uses\n  quote: GRPO", "say its 'type'"),
        ("- add: gradients\n  in: 2401.00002\n  type: Method\n  relation: uses\n  quote: GRPO", "split that"),
        (
            "- add: x\n  in: 2401.00002\n  type: Method\n  relation: uses\n  quote: GRPO. Sharpness",
            "several sentences",
        ),
        ("- match: SAM\n  to: https://example.org/1", "one of several"),
        ("- distinct: [GRPO, group relative policy optimization]", "one entity"),
    ],
)
def test_a_rule_that_does_not_apply_is_told_with_its_line_and_the_others_hold(rule: str, words: str) -> None:
    made = Replayed(f"# by hand\n{rule}\n- rename: BraTS\n  to: BRATS\n")
    (problem,) = made.problems
    assert problem.where == "curation.yaml:2"
    assert words in problem.message
    assert made.entities["brats"].label == "BRATS"


def test_what_rules_make_does_not_depend_on_the_order_of_papers() -> None:
    rules = """
- merge: [GRPO, Graphex]
- split: ImageNet
  in: 2401.00002
  into: ImageNet-V2
- reject: node classification
- add: GPT-4
  in: 2401.00001
  relation: comparesWith
  quote: outperforms GPT-4
"""
    made = [Replayed(rules, papers) for papers in permutations(PAPERS)]
    assert made[0].problems == []
    for other in made[1:]:
        assert (other.entities, other.verified()) == (made[0].entities, made[0].verified())
