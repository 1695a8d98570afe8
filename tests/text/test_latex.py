from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text import clean_latex, plain, strip_code_fences, tidy


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (r"\textbf{RARL} and \textit{two words}", "RARL and two words"),
        (r"($\mathsf{OGSRL}$)", "(OGSRL)"),
        (r"by 11.4\% and 5%", "by 11.4% and 5%"),
        (r"G\"odel, Fr\'{e}chet, Erd\H{o}s, na\"{\i}ve", "Gödel, Fréchet, Erdős, naïve"),
        (r"Nguy{\~{\^e}}n, Ho{\`{\u a}}ng, B\d{\^o}", "Nguyễn, Hoằng, Bộ"),
        (r"$\alpha$-divergence, 5$\times$, $\sim$70", "α-divergence, 5×, ~70"),
        (r"R$^2$, $F_1$, CO$_2$, $\pi_{0.5}$, pass@$k$", "R^2, F1, CO2, π0.5, pass@k"),
        (r"$256{\times}256$ at $360^\circ$", "256×256 at 360°"),
        (r"$\textbf{L}$oc$\textbf{a}$te", "Locate"),
        (r"\textbf{a \emph{nested} one}", "a nested one"),
        ("SAM~3 --- a model -- of 2--3", "SAM 3 — a model – of 2–3"),
        ("``quoted''", "“quoted”"),
        (r"{\em emphasised} and \href{https://example.org}{here}", "emphasised and here"),
        (r"\(O(n \log n)\) and \[x\]", "O(n log n) and x"),
        (r"\$148K against (\$500 and $\geq$ \$1)", "$148K against ($500 and ≥ $1)"),
        (r"see \cite{doe2020}\footnote{A note.}", "see (A note.)"),
    ],
)
def test_markup_becomes_what_it_prints(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    "text",
    [
        "30% of $5, $4-$8 and $10 million",
        "snake_case {a, b} {} x^2 ~100k 10~20",
        "run --help, a_b and C:\\Users\\name",
        "$HOME and $PATH",
        r"we call it \ours",
        "https://example.org/~doe/a_b%20c",
    ],
)
def test_plain_text_is_not_damaged(text: str) -> None:
    assert clean_latex(text) == text


def test_braces_of_bibtex_go_only_when_asked() -> None:
    assert clean_latex("{BERT} for {Q}uestions", braces=True) == "BERT for Questions"
    assert clean_latex("the set {a, b}") == "the set {a, b}"


@given(st.text(max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    plain(text)


@given(st.text("\\${}^_%~ abx12[]()", max_size=60))
def test_no_broken_markup_makes_it_fail(text: str) -> None:
    plain(text, braces=True)


@pytest.mark.parametrize("text", ["{" * 50_000, "{" * 3_000 + "}" * 3_000, r"\textbf{" * 9_000])
def test_what_is_no_text_is_left_alone(text: str) -> None:
    assert clean_latex(text, braces=True) == text


def test_wrapped_lines_are_joined() -> None:
    assert tidy("retrieve-\nentangling\nretrieval  and\tmore ") == "retrieve-entangling retrieval and more"
    assert tidy("pre-\nand post-training, a -\nb") == "pre- and post-training, a - b"


def test_control_characters_and_half_surrogates_do_not_get_through() -> None:
    assert tidy("a\x00b\x1b c\ud83d\u200b\ufeff") == "a b c\ufffd"


def test_stray_fences_go_and_code_stays() -> None:
    code = "```python\n## not a heading\nx = 1\n```"
    assert strip_code_fences(code) == code
    assert strip_code_fences("text\n```\n### Notes\nmore\n```\nend") == "text\n\n### Notes\nmore\n\nend"
    assert strip_code_fences("text\n```\n### Notes") == "text\n\n### Notes"
