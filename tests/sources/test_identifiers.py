from __future__ import annotations

import pytest

from kg.sources.identifiers import (
    find_arxiv,
    is_code_url,
    issued_from_arxiv,
    paper_url,
    parse_arxiv,
    parse_doi,
    repair_url,
)


@pytest.mark.parametrize(
    ("text", "arxiv_id", "version"),
    [
        ("2505.17387", "2505.17387", None),
        ("2505.17387v2", "2505.17387", 2),
        ("arXiv:2505.17387v2 [cs.CL]", "2505.17387", 2),
        ("http://arxiv.org/pdf/2505.14146v1", "2505.14146", 1),
        ("https://arxiv.org/pdf/2505.14146v1.pdf", "2505.14146", 1),
        ("https://www.arxiv.org/abs/2505.14146?context=cs", "2505.14146", None),
        ("https://export.arxiv.org/abs/hep-th/9901001v3", "hep-th/9901001", 3),
        ("math.GT/0309136", "math/0309136", None),
        ("https://doi.org/10.48550/arXiv.2505.14146", "2505.14146", None),
        ("https://huggingface.co/papers/2505.14146", "2505.14146", None),
    ],
)
def test_an_arxiv_id_is_read_in_any_form(text: str, arxiv_id: str, version: int | None) -> None:
    assert parse_arxiv(text) == (arxiv_id, version)


@pytest.mark.parametrize(
    "text", ["", "1234.5678", "2513.12345", "issues/1234567", "see 2505.17387", "a/2505.1"]
)
def test_what_is_no_arxiv_id_is_none(text: str) -> None:
    assert parse_arxiv(text) is None


def test_an_arxiv_id_is_found_within_a_text() -> None:
    assert find_arxiv("In: arXiv preprint arXiv:2505.14146v2 (2025)") == ("2505.14146", 2)
    assert find_arxiv("pages 2505.14146") is None


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1145/3292500.3330701", "10.1145/3292500.3330701"),
        ("https://doi.org/10.1145/ABC.", "10.1145/abc"),
        ("doi:10.1000/a(1)b).", "10.1000/a(1)b"),
        ("https://dl.acm.org/doi/pdf/10.1145/1.2", "10.1145/1.2"),
        ("https://doi.org/10.1000%2Fx", "10.1000/x"),
        ("https://doi.org/10.48550/arXiv.2505.14146", ""),
        ("no doi", ""),
    ],
)
def test_a_doi_is_read_from_text_and_links(text: str, doi: str) -> None:
    assert parse_doi(text) == doi


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://openreview.net/pdf?id=aB_1-c", "https://openreview.net/forum?id=aB_1-c"),
        ("https://www.aclweb.org/anthology/P18-1001.pdf", "https://aclanthology.org/P18-1001/"),
        ("https://aclanthology.org/2020.acl-main.1", "https://aclanthology.org/2020.acl-main.1/"),
        ("arxiv.org/abs/2505.14146v1", "https://arxiv.org/abs/2505.14146v1"),
        ("https://github.com/a/b", ""),
        ("https://example.org/blog", ""),
        ("#anchor", ""),
    ],
)
def test_a_link_to_a_paper_is_told_from_others(link: str, url: str) -> None:
    assert paper_url(link) == url


def test_a_url_loses_what_a_sentence_left_on_it() -> None:
    assert repair_url("https://github.com/a/b.") == "https://github.com/a/b"
    assert repair_url("<https://example.org/a_(b)>") == "https://example.org/a_(b)"
    assert repair_url("javascript:alert(1)") == repair_url("") == repair_url("http://") == ""
    assert repair_url('https://example.org/"onload=x') == ""


def test_code_hosts_are_known() -> None:
    assert is_code_url("https://github.com/a/b")
    assert is_code_url("https://a.github.io/")
    assert not is_code_url("https://github.com/")
    assert not is_code_url("https://huggingface.co/papers/2505.14146")


def test_the_month_is_in_the_arxiv_id() -> None:
    assert issued_from_arxiv("2505.17387") == "2025-05"
    assert issued_from_arxiv("hep-th/9901001") == "1999-01"
    assert issued_from_arxiv("") == ""
