from __future__ import annotations

import json
from dataclasses import replace

import pytest
import wcwidth

from kg.errors import UsageError
from kg.queries import EntityCard, PaperCard, card_to_dict, render_card, show
from kg.rdf import Store

LANTERN_CARD = """\
Lantern: Small Steps for Medical QA
paper:arxiv-2501.00001 · 2025-01 · arXiv 2501.00001v2
Authors:   Amina Diallo; Jörg Weiß
Paper:     https://arxiv.org/abs/2501.00001v2
Code:      https://example.org/code/lantern
Lists:     Evening reading; Medicine
Notes:     Idea; To check

Introduces
  Lantern (Method, 0.95)
    «Lantern»: Small Steps for Medical QA
    We propose «Lantern», which extends GRPO with a reward for each step.
    «Lantern» reaches 71.4% accuracy on MedQuizz, against 66.0% for BaseChat.

Evaluates on
  MedQuizz (Benchmark, 0.90)
    Lantern reaches 71.4% accuracy on «MedQuizz», against 66.0% for BaseChat.

Compares with
  BaseChat (Model, 0.80)
    Lantern reaches 71.4% accuracy on MedQuizz, against 66.0% for «BaseChat».

Uses
  group relative policy optimization (Method, 0.85)
    We propose Lantern, which extends «GRPO» with a reward for each step.

Addresses
  medical question answering (Task, 0.75)
    Lantern: Small Steps for «Medical QA»

Measures
  accuracy (Metric, 0.90)
    Lantern reaches 71.4% «accuracy» on MedQuizz, against 66.0% for BaseChat.

Results
  Lantern on MedQuizz: accuracy 71.4%
    Lantern reaches «71.4%» accuracy on MedQuizz, against 66.0% for BaseChat.
  BaseChat on MedQuizz: accuracy 66.0%
    Lantern reaches 71.4% accuracy on MedQuizz, against «66.0%» for BaseChat.

Links to other papers
  uses data of: 2024-11-05  MedQuizz: Questions That Doctors Ask, through MedQuizz
  its method is used by: 2025-02-14  Heron-7B Reads Notes, through Lantern"""

MEDQUIZZ_CARD = """\
MedQuizz
entity:medquizz · Benchmark · 3 papers
Also:      Med-Quizz

Introduced by (1)
  2024-11-05  MedQuizz: Questions That Doctors Ask (0.95)
    «MedQuizz»: Questions That Doctors Ask
    We present «MedQuizz», a benchmark for medical question answering.

Evaluated on by (2)
  2025-02-14  Heron-7B Reads Notes (0.90)
    On «MedQuizz», Heron-7B gains 7.5 points of accuracy over Lantern.
  … and 1 more paper (--limit shows more)

Results (3)
  Heron-7B on MedQuizz: accuracy +7.5 points over Lantern
    2025-02-14  Heron-7B Reads Notes
    On MedQuizz, Heron-7B gains «7.5 points» of accuracy over Lantern.
  … and 2 more results (--limit shows more)

Named together with
  accuracy (Metric, 2)
  … and 8 more entities (--limit shows more)"""


def test_a_papers_card(store: Store) -> None:
    assert render_card(show(store, "2501.00001")) == LANTERN_CARD


def test_an_entitys_card_is_limited_and_counts_the_rest(store: Store) -> None:
    assert render_card(show(store, "Med-Quizz", limit=1)) == MEDQUIZZ_CARD


def test_an_endpoint_gives_the_same_card(store: Store, endpoint: Store) -> None:
    assert render_card(show(endpoint, "2501.00001")) == LANTERN_CARD
    assert show(endpoint, "RL") == show(store, "RL")


def test_broader_narrower_and_same(store: Store) -> None:
    card = show(store, "RL")
    assert isinstance(card, EntityCard)
    assert [ref.label for ref in card.narrower] == ["group relative policy optimization"]
    assert card.exact_match == ("https://example.org/thing/rl",)
    narrower = show(store, "GRPO")
    assert isinstance(narrower, EntityCard)
    assert [ref.label for ref in narrower.broader] == ["reinforcement learning"]


def test_a_card_without_a_limit_has_everything(store: Store) -> None:
    card = show(store, "MedQuizz", limit=None)
    assert isinstance(card, EntityCard)
    assert len(card.results) == card.results_total == 3
    assert len(card.together) == card.together_total == 9
    assert [group.total for group in card.papers] == [len(group.claims) for group in card.papers] == [1, 2]
    assert "more" not in render_card(card)


def test_marks_are_the_words_that_the_claim_was_read_from(store: Store) -> None:
    for name in ("2411.00003", "2501.00001", "2502.00002", "10.5555/clin.2023.4"):
        card = show(store, name)
        assert isinstance(card, PaperCard)
        for claim in card.claims:
            assert claim.entity
            assert claim.quotes
            names = {claim.entity.label.lower(), "grpo", "medical qa", "reports"}
            for quote in claim.quotes:
                assert quote.marks
                for start, end in quote.marks:
                    assert quote.text[start:end].lower() in names


def test_a_card_as_json(store: Store) -> None:
    paper = json.loads(json.dumps(card_to_dict(show(store, "2501.00001"))))
    assert (paper["kind"], paper["key"], paper["version"]) == ("paper", "arxiv-2501.00001", "v2")
    assert paper["claims"][0] == {
        "relation": "introduces",
        "confidence": 0.95,
        "quotes": [
            {"text": "Lantern: Small Steps for Medical QA", "marks": [[0, 7]], "field": "title"},
            {
                "text": "We propose Lantern, which extends GRPO with a reward for each step.",
                "marks": [[11, 18]],
                "field": "abstract",
            },
            {
                "text": "Lantern reaches 71.4% accuracy on MedQuizz, against 66.0% for BaseChat.",
                "marks": [[0, 7]],
                "field": "abstract",
            },
        ],
        "entity": {"iri": "https://w3id.org/paperkg/id/entity/lantern", "label": "Lantern", "type": "Method"},
    }
    assert paper["notes"][1] == {"heading": "To check", "text": "Is the reward learned?"}
    entity = json.loads(json.dumps(card_to_dict(show(store, "GRPO"))))
    assert entity["kind"] == "entity"
    assert entity["papers"][0]["claims"][0]["paper"]["title"] == "Lantern: Small Steps for Medical QA"


def test_a_paper_with_hardly_anything_has_a_card(store: Store) -> None:
    card = show(store, "paper:title-why-script-alert-1-script-quotes-31mturn-0m-red-dlrow")
    assert isinstance(card, PaperCard)
    assert (card.issued, card.abstract, card.results, card.links, card.notes) == ("", "", (), (), ())
    text = render_card(card)
    assert text.splitlines()[0] == 'Why <script>alert(1)</script> | "quotes" ␛[31mturn␛[0m red� dlrow'
    assert "«red»" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_card_is_wrapped_to_the_terminal(store: Store) -> None:
    text = render_card(show(store, "2501.00001"), columns=50)
    assert all(wcwidth.width(line) <= 50 for line in text.splitlines())
    assert "Paper:     https://arxiv.org/abs/2501.00001v2" in text
    card = show(store, "2501.00001")
    assert isinstance(card, PaperCard)
    many = render_card(replace(card, authors="Amina Diallo; Jörg Weiß; Li Wei; Ines Okafor"), columns=50)
    assert "Authors:   Amina Diallo; Jörg Weiß; Li Wei; Ines\n           Okafor\n" in many
    assert "    We propose «Lantern», which extends GRPO with\n    a reward for each step." in text


def test_unknown_and_ambiguous_names_are_told(store: Store) -> None:
    with pytest.raises(UsageError, match="did you mean 'Lantern'"):
        show(store, "Lanterm")
    with pytest.raises(UsageError, match="may be one of several"):
        show(store, "LAN")
    with pytest.raises(UsageError, match="shows nothing"):
        show(store, "GRPO", limit=-1)
