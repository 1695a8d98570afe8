from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.records import Note, Paper, Problem
from kg.sources import read_source
from kg.sources.bibtex import FORMAT
from tests.sources.reading_text import read_text


def only(text: str) -> Paper:
    papers, problems = read_text(FORMAT, text)
    assert not problems
    assert len(papers) == 1
    return papers[0]


def field(name: str, value: str) -> Paper:
    return only(f"@misc{{key, title = {{A title}}, {name} = {{{value}}}}}")


def test_an_entry_is_read_in_full() -> None:
    assert only(
        r"""
@article{fuente2024,
  title = {{TurtleBERT}: {P}re-training {G}{\"o}del trees at 5\% of the cost},
  author = {de la Fuente, Ana and {\AA}str{\"o}m, Bj{\"o}rn and {Turtle Team and Friends} and others},
  abstract = {We gain 12% over $\alpha$-trees,
     \emph{and} more \& more. Code at https://github.com/ana/turtles.},
  date = {2024-03-05},
  eprint = {2403.00001v2}, archivePrefix = {arXiv}, primaryClass = {cs.CL},
  doi = {https://doi.org/10.1000/AB\_C},
  url = {https://example.org/a%20b\_c},
  annote = {Read it again.}
}
"""
    ) == Paper(
        title="TurtleBERT: Pre-training Gödel trees at 5% of the cost",
        abstract="We gain 12% over α-trees, and more & more. Code at https://github.com/ana/turtles.",
        authors=("Ana de la Fuente", "Björn Åström", "Turtle Team and Friends"),
        issued="2024-03-05",
        arxiv_id="2403.00001",
        arxiv_version=2,
        doi="10.1000/ab_c",
        url="https://example.org/a%20b_c",
        code_url="https://github.com/ana/turtles",
        notes=(Note("Annotation", "Read it again."),),
    )


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Donald E. Knuth", "Donald E. Knuth"),
        ("Knuth, Donald E.", "Donald E. Knuth"),
        ("van Beethoven, Ludwig", "Ludwig van Beethoven"),
        ("Ludwig van Beethoven", "Ludwig van Beethoven"),
        ("King, Jr., Martin Luther", "Martin Luther King Jr."),
        (r"G{\"o}del, K.", "K. Gödel"),
        (r"Erd{\H o}s, P{\'a}l", "Pál Erdős"),
        (r"{\O}rsted, Hans~Christian", "Hans Christian Ørsted"),
        ("{{OpenAI}}", "OpenAI"),
        ("Brinch Hansen, Per", "Per Brinch Hansen"),
    ],
)
def test_names_stand_given_name_first(written: str, name: str) -> None:
    assert field("author", f"{written} and Other, An").authors == (name, "An Other")


def test_names_are_split_before_they_are_decoded() -> None:
    assert field("author", r"{\relax Sand and Co} and S{\`a}nd and Anders, Ann AND others").authors == (
        "Sand and Co",
        "Sànd",
        "Ann Anders",
    )


@pytest.mark.parametrize(
    ("fields", "issued"),
    [
        ("year = 2021", "2021"),
        ("year = {2021}, month = may", "2021-05"),
        ("year = 2021, month = {May}", "2021-05"),
        ("year = 2021, month = 5, day = 7", "2021-05-07"),
        ('year = 2021, month = "10~" # jun', "2021-06-10"),
        ("date = {2021-05-07/2021-05-09}", "2021-05-07"),
        ("date = {2021-05}", "2021-05"),
        ("year = {in press}", ""),
        ("year = 2021, month = 13", "2021"),
        ("year = 2021, month = feb, day = 30", "2021-02"),
        ("year = 2024, eprint = {2403.00001}", "2024-03"),
        ("year = 2025, eprint = {2403.00001}", "2025"),
    ],
)
def test_dates_are_as_precise_as_the_entry(fields: str, issued: str) -> None:
    assert only(f"@misc{{k, title = {{T}}, {fields}}}").issued == issued


@pytest.mark.parametrize(
    ("fields", "arxiv_id", "version"),
    [
        ("eprint = {2403.00001}, archivePrefix = {arXiv}", "2403.00001", None),
        ("eprint = {2403.00001v3}, eprinttype = {arxiv}", "2403.00001", 3),
        ("eprint = {9901001}, archivePrefix = {arXiv}, primaryClass = {hep-th}", "hep-th/9901001", None),
        ("eprint = {0309136}, archivePrefix = {arXiv}, primaryClass = {math.GT}", "math/0309136", None),
        ("journal = {arXiv preprint arXiv:2403.00001}", "2403.00001", None),
        ("journal = {CoRR}, volume = {abs/2403.00001}", "2403.00001", None),
        ("note = {arXiv:2403.00001v2 [cs.CL]}", "2403.00001", 2),
        (r"howpublished = {\url{https://arxiv.org/abs/2403.00001}}", "2403.00001", None),
        ("url = {http://arxiv.org/pdf/2403.00001v1.pdf}", "2403.00001", 1),
        ("doi = {10.48550/arXiv.2403.00001}", "2403.00001", None),
        ("eprint = {2403.00001}, eprinttype = {pubmed}", "", None),
        ("abstract = {We extend arXiv:2403.00001.}", "", None),
    ],
)
def test_arxiv_ids_are_found_where_people_write_them(fields: str, arxiv_id: str, version: int | None) -> None:
    paper = only(f"@article{{k, title = {{T}}, {fields}}}")
    assert (paper.arxiv_id, paper.arxiv_version, paper.doi) == (arxiv_id, version, "")


@pytest.mark.parametrize(
    ("fields", "url", "code"),
    [
        (r"url = {https://a.org/100\%25\_x}", "https://a.org/100%25_x", ""),
        (r"url = {https://a.org/{\textasciitilde}ana/\#top}", "https://a.org/~ana/#top", ""),
        (r"url = {\url{https://a.org/~ana}}", "https://a.org/~ana", ""),
        (r"howpublished = {Available at \url{https://a.org/x_y}.}", "https://a.org/x_y", ""),
        (r"howpublished = {\href{https://a.org/x}{here}}", "https://a.org/x", ""),
        (r"howpublished = {\url{https://github.com/ana/x_y}}", "", "https://github.com/ana/x_y"),
        ("github = {ana/turtles}", "", "https://github.com/ana/turtles"),
        ("code = {https://gitlab.com/ana/turtles}", "", "https://gitlab.com/ana/turtles"),
        ("url = {javascript:alert(1)}", "", ""),
        ("doi = {10.1000/Xy}", "https://doi.org/10.1000/xy", ""),
        ("eprint = {2403.00001}", "https://arxiv.org/abs/2403.00001", ""),
    ],
)
def test_addresses_keep_what_latex_would_eat(fields: str, url: str, code: str) -> None:
    paper = only(f"@misc{{k, title = {{T}}, {fields}}}")
    assert (paper.url, paper.code_url) == (url, code)


def test_macros_and_concatenation_are_resolved() -> None:
    assert only(
        """
@string{animal = "Tur" # {tle}}
@STRING(many = animal # "s")
@comment{ @article{hidden, title = {Not this one}} }
@preamble{"\\newcommand{\\x}{y}"}
Anything between entries is a comment.
@article{k, title = {On } # Many # " and " # animal # { trees}, year = 20 # 24}
"""
    ) == Paper("On Turtles and Turtle trees", issued="2024")


def test_a_broken_entry_costs_only_itself(tmp_path: Path) -> None:
    file = tmp_path / "refs.bib"
    file.write_text(
        "@article{good1, title = {First}}\n"
        "@article{bad1, title = {An {open brace},\n  year = 2020\n}\n"
        "@article{good2, title = {Second}}\n"
        "@article{bad2 title = {No comma after the key}}\n"
        '@article{bad3, title = "An open quote, year = 2020}\n'
        "@article{good3, title = {Third}}\n"
        "@article{bad4, title = {The file ends"
    )
    problems: list[Problem] = []
    papers = list(read_source(file, on_problem=problems.append))
    assert [paper.title for paper in papers] == ["First", "Second", "Third"]
    assert [problem.where for problem in problems] == [f"{file}:{line}" for line in (2, 6, 7, 9)]
    assert all("broken entry" in problem.message for problem in problems)


def test_a_missing_comma_is_said_and_read_over() -> None:
    papers, problems = read_text(
        FORMAT, "@article{k,\n  title = {One}\n  year = {2020},\n  doi = {10.1000/x}\n}"
    )
    assert (papers[0].title, papers[0].issued, papers[0].doi) == ("One", "2020", "10.1000/x")
    assert [problem.where for problem in problems] == ["refs:2"]


def test_fields_that_a_brace_cut_off_are_said() -> None:
    papers, problems = read_text(FORMAT, "@article{k,\n  title = {One}},\n  abstract = {Lost.}\n}")
    assert [paper.title for paper in papers] == ["One"]
    assert [problem.where for problem in problems] == ["refs:2"]


def test_entries_with_one_key_are_both_read() -> None:
    papers, problems = read_text(FORMAT, "@string{y = 2020} @misc{k, title={A}} @misc{k, title={B}, year=y}")
    assert [(paper.title, paper.issued) for paper in papers] == [("A", ""), ("B", "2020")]
    assert not problems


def test_of_a_repeated_field_the_first_counts() -> None:
    assert only("@misc{k, title = {First}, title = {Second}, year = 2020}") == Paper("First", issued="2020")


def test_a_date_is_inherited_from_the_proceedings_which_are_no_paper() -> None:
    child = "@inproceedings{c, title = {Child}, crossref = {p}}\n"
    parent = "@proceedings{p, title = {Proceedings of Turtles}, year = 1999, month = mar}\n"
    assert only(child + parent) == Paper("Child", issued="1999-03")
    assert only(parent).title == "Proceedings of Turtles"


def test_an_entry_without_title_is_said() -> None:
    papers, problems = read_text(FORMAT, "\n@misc{k, year = 2020}\n@control{x, y = 1}\n")
    assert not papers
    assert [str(problem) for problem in problems] == ["refs:2: the entry k has no title and was skipped"]


def test_markup_of_publishers_is_removed() -> None:
    text = (
        r"<p>Growth of {\textless}i{\textgreater}E. coli{\textless}/i{\textgreater} \&amp; <think> tags</p>"
    )
    assert field("abstract", text).abstract == "Growth of E. coli & <think> tags"


@pytest.mark.parametrize(
    ("head", "name", "known"),
    [
        ("@article{key,\n title = {A}", "", True),
        ("% my papers\n@string{a = {b}}", "", True),
        ("Some words.\n\n@InProceedings{k:1,\n", "refs.txt", True),
        ("# Papers\n\n```bibtex\n@article{key,\n title = {A}", "readme.md", False),
        ("- [A paper](https://arxiv.org/abs/2403.00001)\n\n@article{key,\n", "", False),
        ("Ask @ana, or write to ana@example.org", "", False),
        ("@dataclass(frozen=True)\nclass A:", "", False),
    ],
)
def test_bibtex_is_recognised_by_its_entries(head: str, name: str, known: bool) -> None:
    assert FORMAT.sniff(head, name) is known


words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@given(st.lists(words, min_size=1, max_size=5), st.integers(0, 3))
def test_braces_leave_no_trace(title: list[str], depth: int) -> None:
    braced = " ".join("{" * depth + word + "}" * depth for word in title)
    assert only(f"@misc{{k, title = {{{braced}}}}}") == only(f"@misc{{k, title = {{{' '.join(title)}}}}}")


@given(st.text(st.sampled_from('@article{key,title=}"#\\%\n ()a1$~'), max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    papers, _ = read_text(FORMAT, text + "\n@misc{good, title = {Good}}\n")
    assert all(paper.title for paper in papers)
