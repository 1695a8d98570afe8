from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import UsageError
from kg.queries import find
from kg.rdf import OxigraphStore, Store

LANTERN = "paper:arxiv-2501.00001"


def one(store: Store, name: str) -> str:
    match = find(store, name).one()
    return f"{match.kind}:{match.key}"


@pytest.mark.parametrize(
    "name",
    [
        "2501.00001",
        "2501.00001v9",
        "arXiv:2501.00001",
        "https://arxiv.org/abs/2501.00001",
        "https://arxiv.org/pdf/2501.00001v2.pdf",
        "arxiv-2501.00001",
        "paper:arxiv-2501.00001",
        "paper/arxiv-2501.00001",
        "https://w3id.org/paperkg/id/paper/arxiv-2501.00001",
        "<https://w3id.org/paperkg/id/paper/arxiv-2501.00001>",
        "Lantern: Small Steps for Medical QA",
        "lantern small steps for medical qa",
        "https://example.org/code/lantern/",
    ],
)
def test_a_paper_is_found_by_any_of_its_names(store: Store, name: str) -> None:
    assert one(store, name) == LANTERN


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hep-th/9901001", "paper:arxiv-hep-th%2F9901001"),
        ("10.5555/CLIN.2023.4", "paper:doi-10.5555%2Fclin.2023.4"),
        ("doi:10.5555/clin.2023.4", "paper:doi-10.5555%2Fclin.2023.4"),
        ("https://doi.org/10.5555/clin.2023.4", "paper:doi-10.5555%2Fclin.2023.4"),
        ("GRPO", "entity:group-relative-policy-optimization"),
        ("grpo", "entity:group-relative-policy-optimization"),
        ("Group-Relative  Policy Optimization", "entity:group-relative-policy-optimization"),
        ("entity:lantern", "entity:lantern"),
        ("Lantern", "entity:lantern"),
        ("Heron 7B", "entity:heron-7b"),
        ("heron7b", "entity:heron-7b"),
        ("Med Quizz", "entity:medquizz"),
        ("reinforcement-learning", "entity:reinforcement-learning"),
        ("F1 scores", "entity:f1"),
    ],
)
def test_names_in_many_spellings(store: Store, name: str, expected: str) -> None:
    assert one(store, name) == expected


def test_through_an_endpoint(endpoint: Store) -> None:
    assert one(endpoint, "GRPO") == "entity:group-relative-policy-optimization"
    assert one(endpoint, "2501.00001v2") == LANTERN


def test_an_ambiguous_name_lists_what_it_may_be(store: Store) -> None:
    matches = find(store, "LAN")
    assert [match.key for match in matches.found] == ["lantern", "local-attention-network"]
    with pytest.raises(UsageError, match=r"entity:lantern .*entity:local-attention-network") as caught:
        matches.one()
    assert "name one of them" in str(caught.value)


def test_a_title_that_is_also_an_entity_lists_both(store: Store) -> None:
    found = find(store, "Question answering").found
    assert [(match.kind, match.key) for match in found] == [
        ("paper", "arxiv-hep-th%2F9901001"),
        ("entity", "question-answering"),
    ]
    assert find(store, "Question answering", kind="entity").one().key == "question-answering"


def test_an_unknown_name_gets_the_nearest_suggested(store: Store) -> None:
    assert find(store, "Lanterm").nearest[0] == "Lantern"
    assert find(store, "policy optimization").nearest == ("group relative policy optimization",)
    assert find(store, "clin nodes").nearest == ("Clin Notes",)
    with pytest.raises(UsageError, match="nothing in the graph is named 'Lanterm'; did you mean 'Lantern'"):
        find(store, "Lanterm").one()
    with pytest.raises(UsageError, match="nothing is named much like it"):
        find(store, "qqqqzzzz").one()


@pytest.mark.parametrize(
    "name", ['GRPO" } DROP', "> } INSERT { <a", "\\", '\'"""\'', "\ud800", "entity:a b", "a" * 5000]
)
def test_hostile_names_are_only_unknown(store: Store, name: str) -> None:
    assert find(store, name).found == ()


def test_an_empty_name_is_wrong_usage(store: Store) -> None:
    with pytest.raises(UsageError, match="the name is empty"):
        find(store, "  ")


def test_a_hostile_title_stays_out_of_messages(store: Store) -> None:
    title = 'Why <script>alert(1)</script> | "quotes" \x1b[31mturn\x1b[0m red\u202e dlrow'
    match = find(store, title).one()
    assert match.label == title
    assert "\x1b" not in str(match)
    with pytest.raises(UsageError) as caught:
        find(store, "script alert quotes").one()
    assert "\x1b" not in str(caught.value)
    assert "\u202e" not in str(caught.value)


def test_a_hundred_thousand_labels_are_searched(tmp_path: Path) -> None:
    kg, skos = "https://w3id.org/paperkg/ontology#", "http://www.w3.org/2004/02/skos/core#"
    lines = [f"@prefix kg: <{kg}> . @prefix skos: <{skos}> ."]
    for number in range(20_000):
        aliases = ", ".join(f'"{form} {number}"' for form in ("Alpha", "Beta", "Gamma", "Delta"))
        lines.append(
            f"<https://w3id.org/paperkg/id/entity/method-{number}> a kg:Method ;"
            f' skos:prefLabel "Method {number}" ; skos:altLabel {aliases} .'
        )
    path = tmp_path / "graph.ttl"
    path.write_text("\n".join(lines))
    store = OxigraphStore(path)
    assert find(store, "gamma-12345").one().key == "method-12345"
    assert find(store, "Metod 777").nearest[0] == "Method 777"
