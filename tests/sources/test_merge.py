from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kg.records import Note, Paper, ReadingList
from kg.sources import merge_papers, paper_key

ONE, TWO = ReadingList("One", "one.md"), ReadingList("Two", "two.bib")


def test_versions_of_one_arxiv_paper_are_one_with_the_newest_text() -> None:
    old = Paper("Old Title of Widgets", "A longer abstract of old.", arxiv_id="2501.00001", arxiv_version=1)
    new = Paper("New Title of Widgets", "New.", arxiv_id="2501.00001", arxiv_version=3)
    (paper,) = merge_papers([old, new])
    assert (paper.title, paper.abstract, paper.arxiv_version) == ("New Title of Widgets", "New.", 3)


def test_lists_and_notes_are_united_and_identical_notes_kept_once() -> None:
    note, other = Note("Idea", "Good."), Note("Doubt", "Why?")
    base = Paper("Widgets in the Wild", arxiv_id="2501.00001")
    (paper,) = merge_papers(
        [replace(base, lists=(TWO,), notes=(note, other)), replace(base, lists=(ONE,), notes=(note,))]
    )
    assert paper.lists == (ONE, TWO)
    assert paper.notes == (note, other)


def test_a_doi_or_a_title_makes_two_entries_one() -> None:
    papers = [
        Paper("Learning Widgets: A Study", doi="10.1000/X"),
        Paper("Something else entirely", doi="10.1000/x", abstract="Text."),
        Paper("learning widgets — a study", arxiv_id="2501.00002", issued="2025-01"),
        Paper("Learning Widgets, a Study!", code_url="https://github.com/a/b"),
    ]
    (paper,) = merge_papers(papers)
    assert (paper.arxiv_id, paper.doi, paper.abstract) == ("2501.00002", "10.1000/x", "Text.")
    assert paper.code_url == "https://github.com/a/b"


def test_two_arxiv_ids_stay_two_papers() -> None:
    title = "A Very Particular Title"
    papers = [Paper(title, arxiv_id="2501.00001"), Paper(title, arxiv_id="2502.00002"), Paper(title)]
    assert [paper_key(paper) for paper in merge_papers(papers)] == [
        "arxiv-2501.00001",
        "arxiv-2502.00002",
        "title-a-very-particular-title",
    ]


def test_a_title_that_many_have_joins_nothing() -> None:
    papers = [Paper("Introduction", doi="10.1/a"), Paper("Introduction", doi="10.1/b"), Paper("Editorial")]
    assert len(merge_papers(papers)) == 3


def test_an_id_in_place_of_a_title_gives_way_to_a_title() -> None:
    stub = Paper("arXiv:2501.00001", arxiv_id="2501.00001", arxiv_version=2)
    (paper,) = merge_papers([stub, Paper("Widgets", arxiv_id="2501.00001", arxiv_version=1)])
    assert (paper.title, paper.arxiv_version) == ("Widgets", 2)


def test_keys_are_fit_for_iris() -> None:
    assert paper_key(Paper("T", arxiv_id="hep-th/9901001")) == "arxiv-hep-th%2F9901001"
    assert paper_key(Paper("T", doi="10.1145/3292500.3330701")) == "doi-10.1145%2F3292500.3330701"
    assert paper_key(Paper("T", doi="10.1002/(SICI)1<a>")) == "doi-10.1002%2F%28sici%291%3Ca%3E"
    assert paper_key(Paper("???")).startswith("title-")
    assert paper_key(Paper("???")) != paper_key(Paper("!!!"))


def test_a_long_chain_of_names_is_followed() -> None:
    chain = [
        paper
        for n in range(20_000)
        for paper in (
            Paper(f"A chained title number {n}", doi=f"10.1/{n}"),
            Paper(f"A chained title number {n + 1}", doi=f"10.1/{n}"),
        )
    ]
    assert len(merge_papers(chain)) == 1


PAPERS = st.builds(
    Paper,
    title=st.sampled_from(
        ["Widgets in the Wild", "widgets in the wild!", "Widgets at Home Again", "Introduction"]
    ),
    abstract=st.sampled_from(["", "Short.", "Somewhat longer."]),
    authors=st.sampled_from([(), ("A B",), ("A B", "C D"), ("E F", "G H")]),
    issued=st.sampled_from(["", "2024", "2024-05", "2025-01-02"]),
    arxiv_id=st.sampled_from(["", "", "2501.00001", "2501.00002"]),
    arxiv_version=st.sampled_from([None, 1, 2]),
    doi=st.sampled_from(["", "", "10.1/a", "10.1/B", "10.1/b"]),
    url=st.sampled_from(["", "https://a.org/", "https://b.org/"]),
    lists=st.sampled_from([(), (ONE,), (TWO,), (TWO, ONE)]),
    notes=st.sampled_from([(), (Note("A", "x"),), (Note("B", "y"), Note("A", "x"))]),
)


@given(st.lists(PAPERS, max_size=8), st.randoms())
def test_the_order_of_the_input_plays_no_part(papers: list[Paper], random: object) -> None:
    shuffled = list(papers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    merged = merge_papers(papers)
    assert merge_papers(shuffled) == merged
    assert len({paper_key(paper) for paper in merged}) == len(merged)
    assert {entry for paper in merged for entry in paper.lists} == {
        e for paper in papers for e in paper.lists
    }


@given(st.lists(PAPERS, max_size=8))
def test_a_paper_given_twice_changes_nothing(papers: list[Paper]) -> None:
    assert merge_papers(papers + papers) == merge_papers(papers)
