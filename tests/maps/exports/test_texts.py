"""The outline, read by markdown-it and compiled by pdfLaTeX, and its references, formatted by citeproc."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from bibtexparser.entrypoint import parse_string
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from markdown_it import MarkdownIt

from kg.maps.exports.bibliography import render_bibtex
from kg.maps.exports.evidence import Evidence
from kg.maps.exports.latex import render_latex
from kg.maps.exports.markdown import render_markdown
from kg.sources import read_source
from tests.maps.exports.conftest import Text
from tests.maps.exports.sample import CLAIMS, PAPERS, SAMPLE

CITE_KEYS = {paper.cite_key for paper in PAPERS.values()}


def _shown(markdown: str) -> str:
    """What a reader of a Markdown text sees, tags and entities gone."""
    html = MarkdownIt("commonmark").enable("table").render(markdown)
    return unescape(re.sub(r"<[^>]+>", "", html))


def _outline(text: Text) -> str:
    return text("markdown").partition("# Papers")[0]


def test_every_footnote_of_the_outline_is_a_sentence_of_the_paper_it_names(text: Text) -> None:
    notes = dict(re.findall(r"^\[\^q(\d+)\]: (.*)$", text("markdown"), re.MULTILINE))
    assert set(re.findall(r"\[\^q(\d+)\]", _outline(text))) == set(notes)
    for sentence in Evidence(SAMPLE).sentences:
        shown = _shown(notes[str(sentence.number)])
        assert sentence.text in shown
        assert f"(@{PAPERS[sentence.paper].cite_key}, {sentence.field}" in shown


def test_a_paper_is_told_of_by_its_claims_alone(text: Text) -> None:
    told = _outline(text).split("\n\n")
    introduced = next(line for line in told if line.startswith("@muller2025"))
    assert introduced.split(". ") == [
        "@muller2025 introduces **FrogNet**[^q1] and addresses CON[^q3]",
        "The paper trains on A+B\\_\\#1[^q2], uses GRPO[^q2] and evaluates on PondBench[^q2]",
        "It reports 66.6% (F1) on PondBench with FrogNet[^q4].",
    ]
    several = next(line for line in told if line.startswith("@oneil2025"))
    assert "introduce **NewtOpt \\[v2\\]**" in several
    assert "They report 71.5% (F1) on PondBench with FrogNet[^q6]." in several


def test_what_is_not_sure_is_not_told() -> None:
    unsure = {iri: replace(claim, confidence=0.4) for iri, claim in CLAIMS.items()}
    told = render_markdown(replace(SAMPLE, claims=unsure)).partition("# Comparison")[0]
    assert "introduces" not in told
    assert "No claim was read from [@brackets2024] and [@sign]." in told


def test_texts_of_papers_are_no_markup_in_markdown(text: Text) -> None:
    html = MarkdownIt("commonmark").enable("table").render(text("markdown"))
    assert "<script" not in html
    assert "<img" not in html
    shown = _shown(text("markdown"))
    for paper in PAPERS.values():
        assert " ".join(paper.title.split()) in shown


def test_gaps_are_never_called_untried(text: Text) -> None:
    assert "**NewtOpt \\[v2\\]** with **PondBench**: not seen in this collection;" in text("markdown")
    assert text("markdown").count("untried") == 1
    assert "Not seen in this collection is not the same as untried." in text("markdown")


def test_results_that_differ_stand_with_both_sentences(text: Text) -> None:
    section = text("markdown").partition("# Results that differ")[2].partition("\n# ")[0]
    assert "71.5% in @oneil2025[^q6], 66.6% in @muller2025[^q4]" in section
    assert section.count("\n> ") == 2


def test_what_was_capped_is_told_in_both_outlines(text: Text) -> None:
    assert SAMPLE.notes[0] in _shown(text("markdown"))
    assert SAMPLE.notes[0].replace("&", r"\&") in text("latex")


def test_latex_cites_what_the_bibtex_holds_and_links_only_to_sentences_that_are_there(text: Text) -> None:
    latex = text("latex")
    cited = {key for keys in re.findall(r"\\(?:no)?cite\{([^}]*)\}", latex) for key in keys.split(",")}
    library = parse_string(text("bibtex"))
    assert cited == CITE_KEYS == {entry.key for entry in library.entries}
    assert not library.failed_blocks
    body = latex.partition(r"\begin{document}")[2]
    linked = set(re.findall(r"\\evidence\{(\d+)\}", body))
    assert linked == set(re.findall(r"\\target\{(\d+)\}", body))


def test_pdflatex_compiles_the_outline_with_its_references(tmp_path: Path, text: Text) -> None:
    pdflatex, bibtex = shutil.which("pdflatex"), shutil.which("bibtex")
    if not pdflatex or not bibtex:
        pytest.skip("needs pdflatex and bibtex (texlive-latex-base, texlive-latex-recommended)")
    (tmp_path / "outline.tex").write_text(text("latex"), encoding="utf-8")
    (tmp_path / "references.bib").write_text(text("bibtex"), encoding="utf-8")
    compiling = [pdflatex, "-interaction=nonstopmode", "-halt-on-error", "outline"]
    for command in (compiling, [bibtex, "outline"], compiling, compiling):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode(errors="replace")[-800:]
    log = (tmp_path / "outline.log").read_text(errors="replace")
    assert "undefined" not in log
    assert b"%PDF" in (tmp_path / "outline.pdf").read_bytes()[:10]


def test_latex_declares_what_pdflatex_lacks_and_leaves_the_text_alone() -> None:
    latex = render_latex(replace(SAMPLE, notes=("医 🐸 ≥ é",)))
    assert r"\DeclareUnicodeCharacter{533B}" in latex
    assert r"\DeclareUnicodeCharacter{1F438}" in latex
    assert r"\DeclareUnicodeCharacter{2265}" in latex
    assert r"\DeclareUnicodeCharacter{00E9}" not in latex
    assert "医 🐸 ≥ é" in latex


def test_our_own_reader_reads_the_bibtex_as_the_same_papers(tmp_path: Path, text: Text) -> None:
    file = tmp_path / "references.bib"
    file.write_text(text("bibtex"), encoding="utf-8")
    read = {paper.title: paper for paper in read_source(str(file))}
    for paper in PAPERS.values():
        # What pylatexenc reads \\textasciicircum as.
        found = read[" ".join(paper.title.split()).replace("^", "ˆ")]
        assert found.arxiv_id == paper.arxiv_id
        assert found.doi == paper.doi
        assert found.issued[:4] == paper.issued[:4]
        assert found.authors == paper.authors


def test_a_single_brace_in_a_title_does_not_unbalance_the_bibtex() -> None:
    papers = {key: replace(paper, title=f"Half {{ {key}") for key, paper in PAPERS.items()}
    bibtex = render_bibtex(replace(SAMPLE, papers=papers))
    for entry in bibtex.split("\n\n"):
        assert entry.count("{") == entry.count("}")


def test_citeproc_formats_every_paper(text: Text) -> None:
    source = CiteProcJSON(json.loads(text("csl-json")))
    style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    citations = {key: Citation([CitationItem(key)]) for key in sorted(CITE_KEYS)}
    for citation in citations.values():
        bibliography.register(citation)
    formatted = [str(item) for item in bibliography.bibliography()]
    assert len(formatted) == len(PAPERS)
    assert any(
        line.startswith("O'Neil, B. and de la Cruz, C. (2025)") and "2502.00002" in line for line in formatted
    )
    assert bibliography.cite(citations["wang2025"], None) == "(王小明, Šimůnek and Doe, 2025)"
