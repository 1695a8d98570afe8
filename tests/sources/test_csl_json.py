from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records import Note, Paper, Problem
from kg.sources import read_source
from kg.sources.csl_json import FORMAT
from tests.sources.reading_text import read_text

ITEM: dict[str, Any] = {
    "id": "fuente2024",
    "citation-key": "fuente2024",
    "type": "article-journal",
    "title": 'On <i>turtles</i> &amp; <span class="nocase">GPT</span> with <think> tags',
    "abstract": "<jats:title>Abstract</jats:title><jats:p>We count 10<jats:sup>-3</jats:sup> turtles,\n"
    "12% more.</jats:p><jats:p>A &lt; b, H<sub>2</sub>O.</jats:p>",
    "author": [
        {"family": "Fuente", "given": "Ana", "non-dropping-particle": "de la"},
        {"family": "King", "given": "Martin", "suffix": "Jr."},
        {"literal": "Turtle Team"},
    ],
    "issued": {"date-parts": [["2024", 3, "5"]]},
    "DOI": "10.1000/AB.1",
    "URL": "https://example.org/1",
    "annote": "<p>Read it.</p><p>Again.</p>",
}
PAPER = Paper(
    title="On turtles & GPT with <think> tags",
    abstract="We count 10^-3 turtles, 12% more. A < b, H2O.",
    authors=("Ana de la Fuente", "Martin King Jr.", "Turtle Team"),
    issued="2024-03-05",
    doi="10.1000/ab.1",
    url="https://example.org/1",
    notes=(Note("Notes", "Read it.\n\nAgain."),),
)


def with_fields(**fields: Any) -> Paper:
    [paper], problems = read_text(FORMAT, json.dumps([{"id": "k", "title": "T", **fields}]))
    assert not problems
    return paper


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("content", [[ITEM], {"items": [ITEM]}, ITEM], ids=["array", "items", "item"])
def test_an_item_is_read_in_full(content: Any, indent: int | None) -> None:
    assert read_text(FORMAT, "\n " + json.dumps(content, indent=indent)) == ([PAPER], [])


def test_zotero_s_own_json_is_read() -> None:
    item = {
        "itemType": "preprint",
        "title": "On turtles",
        "abstractNote": "We count.",
        "creators": [
            {"creatorType": "author", "firstName": "Ana", "lastName": "de la Fuente"},
            {"creatorType": "editor", "firstName": "Not", "lastName": "Me"},
            {"creatorType": "author", "name": "Turtle Team"},
        ],
        "date": "2024-03-05",
        "archiveID": "arXiv:2403.00001",
        "url": "http://arxiv.org/abs/2403.00001",
        "extra": "Citation Key: x",
        "notes": [{"note": "<p>Read it.</p>"}],
    }
    attachment = {"itemType": "attachment", "title": "Full text"}
    text = json.dumps(
        {"config": {"a": [1]}, "collections": {"k": {"items": [7]}}, "items": [attachment, item]}, indent=1
    )
    assert FORMAT.sniff(text, "")
    assert read_text(FORMAT, text) == (
        [
            Paper(
                "On turtles",
                abstract="We count.",
                authors=("Ana de la Fuente", "Turtle Team"),
                issued="2024-03-05",
                arxiv_id="2403.00001",
                url="http://arxiv.org/abs/2403.00001",
                notes=(Note("Notes", "Read it."),),
            )
        ],
        [],
    )


@pytest.mark.parametrize(
    ("issued", "read"),
    [
        ({"date-parts": [[2024]]}, "2024"),
        ({"date-parts": [["2024", "03"]]}, "2024-03"),
        ({"date-parts": [[2024, 3, 5], [2024, 4]]}, "2024-03-05"),
        ({"raw": "2024-03-05T10:00:00Z"}, "2024-03-05"),
        ({"literal": "March 2024"}, "2024-03"),
        ("2024-03", "2024-03"),
        ({"date-parts": [[None]]}, ""),
        ({"date-parts": []}, ""),
        ({"date-parts": [[2024, 99]]}, "2024"),
        (7, ""),
    ],
)
def test_dates_in_every_form(issued: Any, read: str) -> None:
    assert with_fields(issued=issued).issued == read


@pytest.mark.parametrize(
    "fields",
    [
        {"number": "arXiv:2403.00001"},
        {"note": "arXiv:2403.00001 [cs.CL]"},
        {"note": "Publisher: arXiv\ntex.eprint: 2403.00001"},
        {"archive_location": "2403.00001"},
        {"DOI": "10.48550/arXiv.2403.00001"},
        {"URL": "http://arxiv.org/abs/2403.00001"},
        {"container-title": "arXiv preprint arXiv:2403.00001"},
    ],
)
def test_arxiv_ids_are_found_where_zotero_puts_them(fields: dict[str, str]) -> None:
    paper = with_fields(**fields)
    assert (paper.arxiv_id, paper.doi, paper.issued) == ("2403.00001", "", "2024-03")


def test_an_abstract_gives_code_but_no_identifier() -> None:
    paper = with_fields(abstract="As arXiv:2403.00001 shows. Code: https://github.com/ana/turtles.")
    assert (paper.arxiv_id, paper.code_url) == ("", "https://github.com/ana/turtles")


def test_a_bad_item_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "refs.json"
    lines = [
        '{"id": 1, "title": "First", "author": "nobody", "DOI": 5, "issued": []}',
        '{"id": 2, "title": broken, "author": [{"family": "X"}, {"family": "Y"}]}',
        '{"id": 3, "author": [{"family": "X"}]}',
        "null",
        '"text"',
        '{"id": 6, "title": "Last"}',
    ]
    file.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    problems: list[Problem] = []
    papers = list(read_source(file, on_problem=problems.append))
    assert [paper.title for paper in papers] == ["First", "Last"]
    assert [problem.where for problem in problems] == [f"{file}:{line}" for line in (3, 4, 5, 6)]


def test_a_file_that_is_cut_is_read_up_to_there() -> None:
    whole = json.dumps([ITEM, ITEM, ITEM], indent=2)
    for cut in (len(whole) * 5 // 6, len(whole) - 2):
        papers, problems = read_text(FORMAT, whole[:cut])
        assert papers == [PAPER] * (2 if cut < len(whole) - 2 else 3)
        assert len(problems) == 1


@pytest.mark.parametrize("text", ["[" * 100_000, '[{"a":' * 50_000, '[{"title": ' + "1" * 10_000 + "}]"])
def test_json_that_python_cannot_hold_is_said(text: str) -> None:
    papers, problems = read_text(FORMAT, text)
    assert not papers
    assert len(problems) == 1


def test_half_a_character_is_shown_as_lost() -> None:
    [paper], _ = read_text(FORMAT, r'[{"id": 1, "title": "On \ud83d\ude00 and \ud83d."}]')
    assert paper.title == "On \N{GRINNING FACE} and \N{REPLACEMENT CHARACTER}."


def test_a_file_full_of_broken_items_is_given_up() -> None:
    papers, problems = read_text(
        FORMAT, "[" + '{"id": 1, "title": x},\n{"id": 2, "title": "Good"},\n' * 1000 + "]"
    )
    assert 0 < len(papers) < 1000
    assert "the rest of the file was skipped" in problems[-1].message


@pytest.mark.parametrize(
    ("head", "known"),
    [
        ('[{"id": "x",', True),
        ('[\n  {\n    "id"', True),
        ("[]", True),
        ('{\n "items": [\n  {', True),
        ('{"items": [{"id": 1', True),
        ('{\n  "type": "article-journal",\n  "title": "A"', True),
        ('{"id": "2403.00001", "title": "A", "abstract": "B"}\n{"id": "2403.00002", "title": "C"}', False),
        ('{"id": "x", "type": "article", "title": "A"}\n{"id": "y", "type": "article", "title": "C"}', False),
        ("[A paper](https://arxiv.org/abs/2403.00001)", False),
        ("[x] done", False),
    ],
)
def test_csl_json_is_recognised_by_its_shape(head: str, known: bool) -> None:
    assert FORMAT.sniff(head, "") is known


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from([*ITEM, "note", "creators", "items", "date", "notes", "archiveID", "itemType"])


@given(st.lists(json_values | st.dictionaries(KEYS, json_values, max_size=6), max_size=6))
def test_every_item_is_read_or_said(items: list[Any]) -> None:
    papers, problems = read_text(FORMAT, json.dumps(items))
    skipped = sum(
        isinstance(item, dict) and item.get("itemType") in ("attachment", "note", "annotation")
        for item in items
    )
    assert len(papers) + len(problems) + skipped == len(items)
