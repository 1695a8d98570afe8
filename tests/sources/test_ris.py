from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records import Note, Paper, Problem
from kg.sources import read_source
from kg.sources.ris import FORMAT
from tests.sources.reading_text import read_text

FULL = """TY  - JOUR
TI  - On <i>turtles</i> and H<sub>2</sub>O &amp; more
AU  - de la Fuente, Ana
AU  - King, Martin, Jr.
AU  - Turtle Team
AB  - <jats:p>We count turtles.</jats:p>
PY  - 2021///
DA  - 2021/05/07/
DO  - https://doi.org/10.1000/AB.1
UR  - https://example.org/a;b=1
UR  - https://github.com/ana/turtles
RN  - Read it again.
ER  -
"""
PAPER = Paper(
    title="On turtles and H2O & more",
    abstract="We count turtles.",
    authors=("Ana de la Fuente", "Martin King Jr.", "Turtle Team"),
    issued="2021-05-07",
    doi="10.1000/ab.1",
    url="https://example.org/a;b=1",
    code_url="https://github.com/ana/turtles",
    notes=(Note("Notes", "Read it again."),),
)


@pytest.mark.parametrize(
    "text",
    [
        FULL,
        FULL.replace("  - ", " - "),
        FULL.replace("  - ", "  -  "),
        FULL.replace("ER  -\n", ""),
        FULL.replace("ER  -", "ER"),
        FULL.replace("TI  -", "T1  -").replace("AB  -", "N2  -").replace("AU  -", "A1  -"),
        FULL.replace("PY  -", "Y1  -"),
        FULL.replace("UR  -", "LK  -"),
        FULL.replace("turtles.</jats:p>", "\nturtles.</jats:p>"),
        "Provider: A library\nDatabase: Turtles\n\n" + FULL.replace("\n", "\n\n"),
        FULL.replace("TY  - JOUR\n", ""),
    ],
    ids=[
        "plain",
        "one-space",
        "wide",
        "no-ER",
        "bare-ER",
        "old-tags",
        "Y1",
        "LK",
        "wrapped",
        "blank-lines",
        "no-TY",
    ],
)
def test_a_record_is_read_however_it_is_spaced(text: str) -> None:
    assert read_text(FORMAT, text) == ([PAPER], [])


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_is_read_whatever_its_line_ends(tmp_path: Path, mark: str, end: str) -> None:
    file = tmp_path / "refs.ris"
    second = "\n" + mark + "TY  - CONF\nTI  - Second\n"
    file.write_bytes((mark + FULL + second).replace("\n", end).encode())
    problems: list[Problem] = []
    assert [p.title for p in read_source(file, on_problem=problems.append)] == [PAPER.title, "Second"]
    assert not problems


def test_the_arxiv_id_that_zotero_writes_as_a_note_is_no_note() -> None:
    lines = ["TY  - GEN", "TI  - Turtles", "N1  - arXiv:2402.00001 [cs]", "N1  - Read twice.", "ER  -"]
    [paper], _ = read_text(FORMAT, "\n".join(lines))
    assert paper.arxiv_id == "2402.00001"
    assert paper.notes == (Note("Notes", "Read twice."),)


def test_records_without_an_end_are_not_joined() -> None:
    papers, problems = read_text(
        FORMAT, "TY  - JOUR\nTI  - A\nPY  - 2020\nTY  - JOUR\nstray\nTI  - B\nTY  - GEN\nTI  - C"
    )
    assert [(paper.title, paper.issued) for paper in papers] == [("A", "2020"), ("B", ""), ("C", "")]
    assert not problems


def test_a_record_without_title_is_said_with_its_line() -> None:
    papers, problems = read_text(FORMAT, FULL + "\nTY  - GEN\nAU  - Nobody\nER  -\n" + FULL)
    assert papers == [PAPER, PAPER]
    assert [str(problem) for problem in problems] == ["refs:15: the record has no title and was skipped"]


@pytest.mark.parametrize(
    ("lines", "arxiv_id", "version"),
    [
        ("UR  - https://arxiv.org/abs/2403.00001v2", "2403.00001", 2),
        ("DO  - 10.48550/arXiv.2403.00001", "2403.00001", None),
        ("JO  - arXiv preprint arXiv:2403.00001", "2403.00001", None),
        ("PB  - arXiv\nAN  - 2403.00001", "2403.00001", None),
        ("AN  - arXiv:hep-th/9901001", "hep-th/9901001", None),
        ("VL  - 2403.00001", "", None),
        ("AB  - As arXiv:2403.00001 shows.", "", None),
    ],
)
def test_arxiv_ids_are_found(lines: str, arxiv_id: str, version: int | None) -> None:
    [paper], _ = read_text(FORMAT, f"TY  - JOUR\nTI  - T\n{lines}\nER  - \n")
    assert (paper.arxiv_id, paper.arxiv_version, paper.doi) == (arxiv_id, version, "")


@pytest.mark.parametrize(
    ("lines", "issued"),
    [
        ("PY  - 2021", "2021"),
        ("PY  - 2021\nDA  - 2021-05-07", "2021-05-07"),
        ("PY  - 2021\nDA  - 2020-05-07", "2021"),
        ("Y1  - 2021/05//", "2021-05"),
        ("DA  - May 7, 2021", "2021-05-07"),
        ("Y2  - 2021/05/07", ""),
    ],
)
def test_dates_are_as_precise_as_the_record(lines: str, issued: str) -> None:
    [paper], _ = read_text(FORMAT, f"TY  - JOUR\nTI  - T\n{lines}\nER  - \n")
    assert paper.issued == issued


def test_a_hyphen_within_a_wrapped_text_starts_no_field() -> None:
    [paper], _ = read_text(
        FORMAT, "TY  - JOUR\nTI  - T\nAB  - The\nAI - as it is called - and\nT1-weighted images\nER  -\n"
    )
    assert paper.abstract == "The AI - as it is called - and T1-weighted images"


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (FULL, True),
        ("Exported\n\nTY - JOUR\nT1 - A", True),
        ("TYPE - a list\n- [A](b)", False),
        ("TY", False),
    ],
)
def test_ris_is_recognised_by_its_records(head: str, known: bool) -> None:
    assert FORMAT.sniff(head, "") is known


@given(st.lists(st.text(st.characters(categories=["L"]), min_size=1, max_size=20), max_size=20), st.data())
def test_no_record_is_lost(titles: list[str], data: st.DataObject) -> None:
    text = ""
    for title in titles:
        end = data.draw(st.sampled_from(["ER  - \n", "ER\n", "", "\n\n"]))
        gap = data.draw(st.sampled_from(["  - ", " - "]))
        text += f"TY{gap}JOUR\nTI{gap}x{title}\n{end}"
    papers, problems = read_text(FORMAT, text)
    assert len(papers) == len(titles)
    assert not problems


@given(st.text(st.sampled_from("TYERAUI -\n\x0c1ab;"), max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    papers, _ = read_text(FORMAT, f"{text}\nTY  - GEN\nTI  - Good\n")
    assert papers[-1].title == "Good"
