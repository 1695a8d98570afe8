from __future__ import annotations

from pathlib import Path

import pytest

from kg.records import Note, Paper, Problem, ReadingList
from kg.sources import merge_papers, read_source

SEEDS = Path(__file__).parents[2].parent / "shared" / "seeds"


def read(tmp_path: Path, text: str, name: str = "list.md") -> list[Paper]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    papers = list(read_source(path, on_problem=problems.append))
    assert not problems
    return papers


SUMMARISED = r"""# Widgets (and more)
- [25/05] **Widgets: You Don't Need Many**  
[[Paper](http://arxiv.org/pdf/2505.00001v2)] [[Code/Page]()] [[TLDR/Notes](#widgets--you-don-t-need-many)]

- [25/04] **Gadgets**  
[[Paper](http://arxiv.org/pdf/2504.00002v1)] [[Code/Page](https://github.com/a/gadgets.)] [[TLDR/Notes](#gadgets)]


# TLDR/Notes
## widgets--you-don-t-need-many
### Abstract
We present \textit{Widget
Nets} ($\mathsf{WN}$), which gain 5\% on widget-
entangling tasks.
```
### Idea

First part,
two lines.

Second part; see [others](https://arxiv.org/abs/2001.00001).
### Empty
```

## gadgets
### Abstract
Gadgets are studied.
"""  # noqa: E501, W291


def test_a_list_with_summaries_is_read_whole(tmp_path: Path) -> None:
    entry = ReadingList("Widgets (and more)", "list.txt")
    assert read(tmp_path, SUMMARISED, "list.txt") == [
        Paper(
            title="Widgets: You Don't Need Many",
            abstract="We present Widget Nets (WN), which gain 5% on widget-entangling tasks.",
            issued="2025-05",
            arxiv_id="2505.00001",
            arxiv_version=2,
            url="http://arxiv.org/pdf/2505.00001v2",
            lists=(entry,),
            notes=(
                Note(
                    "Idea",
                    "First part,\ntwo lines.\n\nSecond part; see [others](https://arxiv.org/abs/2001.00001).",
                ),
                Note("Empty", ""),
            ),
        ),
        Paper(
            title="Gadgets",
            abstract="Gadgets are studied.",
            issued="2025-04",
            arxiv_id="2504.00002",
            arxiv_version=1,
            url="http://arxiv.org/pdf/2504.00002v1",
            code_url="https://github.com/a/gadgets",
            lists=(entry,),
        ),
    ]


@pytest.mark.parametrize(
    ("line", "title", "identifier"),
    [
        ("- [Wild Widgets](https://arxiv.org/abs/2301.01234v2) - nice", "Wild Widgets", "2301.01234"),
        ("1. **Widgets End to End** (ICML 2022) [[Paper](https://doi.org/10.1/x)]", "Widgets End to End", ""),
        (
            "* Widget Nets: Why? [[arXiv](https://arxiv.org/pdf/2403.00001.pdf)]",
            "Widget Nets: Why?",
            "2403.00001",
        ),
        (
            '- Doe et al. "Quoted Widgets." *ACL*. [pdf](https://aclanthology.org/P18-1001.pdf)',
            "Quoted Widgets",
            "",
        ),
        ("- [PDF](https://arxiv.org/pdf/2501.00003) A Title Behind", "A Title Behind", "2501.00003"),
        ("- [`2404.12345`](https://arxiv.org/abs/2404.12345) Widget Codes", "Widget Codes", "2404.12345"),
        (
            "- [W](https://a.org/w): Big Nets [[pdf](https://arxiv.org/abs/2305.55555)]",
            "Big Nets",
            "2305.55555",
        ),
        (
            "- [WGPT](https://a.org/w): Big Nets [[pdf](arxiv.org/abs/2305.55555)]",
            "WGPT: Big Nets",
            "2305.55555",
        ),
        ("- [Open Widgets](https://openreview.net/forum?id=AbC_1)", "Open Widgets", ""),
        ("- https://arxiv.org/abs/2406.22222", "arXiv:2406.22222", "2406.22222"),
        ("- Grace Hopper, Alan Turing. Small Nets. 2019. [[PDF](https://doi.org/10.1/x)]", "Small Nets", ""),
        ("### [Headed Widgets](https://arxiv.org/abs/2212.00001)", "Headed Widgets", "2212.00001"),
        (
            "- **Parents**\n  - [pdf](https://arxiv.org/abs/2501.00001)\n  - [code](x)",
            "Parents",
            "2501.00001",
        ),
        (
            '<ul><li><a href="https://arxiv.org/abs/2111.11111">HTML Nets</a></li></ul>',
            "HTML Nets",
            "2111.11111",
        ),
        (
            "- **[WNet]** Tagged Nets (**ACL 2020**) [[pdf](https://arxiv.org/abs/2001.00001)]",
            "Tagged Nets",
            "2001.00001",
        ),
        (
            "- **[All in Brackets]** [[pdf](https://arxiv.org/abs/2001.00001)]",
            "All in Brackets",
            "2001.00001",
        ),
        ("- [WNet] Tagged Nets [[pdf](https://arxiv.org/abs/2001.00001)]", "Tagged Nets", "2001.00001"),
        ("- (*ICML 2020*) Dated Nets. [[pdf](https://arxiv.org/abs/2001.00001)]", "Dated Nets", "2001.00001"),
        (
            "- (Almost) Free Nets [[pdf](https://arxiv.org/abs/2001.00001)]",
            "(Almost) Free Nets",
            "2001.00001",
        ),
        (
            "### 3. Numbered Nets (2020)\n[[pdf](https://arxiv.org/abs/2001.00001)]",
            "Numbered Nets",
            "2001.00001",
        ),
        ("- [[2001.00001] Page Nets](https://arxiv.org/abs/2001.00001)", "Page Nets", "2001.00001"),
        (
            "- **Roe et al.** (2020) Led Nets. [pdf](https://arxiv.org/abs/2001.00001)",
            "Led Nets",
            "2001.00001",
        ),
        (
            "- Roe, J., & Doe, K. (2020). Styled nets in use. *J. of Nets*, 3, 1. https://arxiv.org/abs/2001.00001",
            "Styled nets in use",
            "2001.00001",
        ),
        (
            "- **Dataset alignment** [[pdf](https://arxiv.org/abs/2001.00001)]",
            "Dataset alignment",
            "2001.00001",
        ),
        ("- 《网络研究》 [论文链接](https://arxiv.org/abs/2001.00001)", "网络研究", "2001.00001"),
        (
            "**Printed Nets**. Published in [arXiv](https://arxiv.org/abs/2001.00001).",
            "Printed Nets",
            "2001.00001",
        ),
        (
            '<table><tr><td>Celled Nets</td><td>ACL 2020</td><td><a href="https://arxiv.org/abs/2001.00001">pdf</a>'
            "</td></tr></table>",
            "Celled Nets",
            "2001.00001",
        ),
        ("- ![badge](x.png) [Badged Nets](https://arxiv.org/abs/2111.11112)", "Badged Nets", "2111.11112"),
    ],
)
def test_an_entry_is_read_in_the_forms_that_people_write(
    tmp_path: Path, line: str, title: str, identifier: str
) -> None:
    (paper,) = read(tmp_path, f"# List\n\n## Part\n\n{line}\n")
    assert (paper.title, paper.arxiv_id) == (title, identifier)


def test_what_is_no_paper_is_left_out(tmp_path: Path) -> None:
    text = """# Awesome Widgets [![Awesome](https://awesome.re/badge.svg)](https://awesome.re)

> See [this paper](https://arxiv.org/abs/2001.00001) and [our blog](https://example.org).

How to [contribute](CONTRIBUTING.md). A longer survey is on [arXiv](https://arxiv.org/abs/2001.00002).

The whole story is told [here](https://arxiv.org/abs/2001.00003) at length.

- [Surveys](#surveys)
- [WidgetLib](https://github.com/w/lib) - a library
- [How to use widgets](https://medium.com/widgets)
- [WidgetHub](https://huggingface.co/widgets/hub)

## Surveys

- [A Survey of Widgets](https://arxiv.org/abs/2301.01234)

```bibtex
@misc{x, url={https://arxiv.org/abs/2001.00009}}
```
"""
    assert [paper.title for paper in read(tmp_path, text)] == ["A Survey of Widgets"]


def test_links_authors_and_remarks_go_where_they_belong(tmp_path: Path) -> None:
    text = """# List

- **WidgetNet** <br> *Jane Roe, Max Muster* <br> [[`arXiv`](https://arxiv.org/abs/2205.12345)] [![Git](x.png)](https://github.com/roe/w)
- [2024/03] [Open Widgets](https://doi.org/10.1000/Ab) presents data that everyone can use.
  - A nested remark of five words.
  - [Follow-Up Work](https://doi.org/10.1000/2)
- [Third Widget](https://doi.org/10.1000/3), KDD 2021, [project page](https://widgets.example.org)
"""
    first, second, third, fourth = read(tmp_path, text)
    assert first.authors == ("Jane Roe", "Max Muster")
    assert (first.issued, first.code_url) == ("2022-05", "https://github.com/roe/w")
    assert (second.issued, second.doi) == ("2024-03", "10.1000/ab")
    assert [note.text for note in second.notes] == [
        "presents data that everyone can use.",
        "A nested remark of five words.",
    ]
    assert (third.title, third.notes) == ("Follow-Up Work", ())
    assert (fourth.issued, fourth.code_url, fourth.notes) == ("2021", "https://widgets.example.org", ())


def test_tables_are_read_by_their_columns(tmp_path: Path) -> None:
    text = """
| Title | Authors | Year | Links | Summary |
|---|---|---|---|---|
| Tabular Widgets | Ann Lee, Bob Ray | 2021 | [pdf](https://doi.org/10.1000/1) [code](https://gitlab.com/a/b) | It puts it into tables. |
| [Linked Widgets](https://arxiv.org/abs/2102.03334) | Cy Young and Di Orr | 2021 | | |

| Date | Paper | Code |
|:-:|:-:|:-:|
| 2023-04 | **Bold Widgets** <br> [![arXiv](x.png)](https://doi.org/10.1000/3) | [GitHub](https://github.com/c/w) |
"""  # noqa: E501
    first, second, third = read(tmp_path, text)
    assert first.lists == (ReadingList("list", "list.md"),)
    assert (first.title, first.authors, first.issued) == ("Tabular Widgets", ("Ann Lee", "Bob Ray"), "2021")
    assert (first.doi, first.code_url) == ("10.1000/1", "https://gitlab.com/a/b")
    assert [note.text for note in first.notes] == ["It puts it into tables."]
    assert (second.authors, second.arxiv_id) == (("Cy Young", "Di Orr"), "2102.03334")
    assert (third.title, third.issued, third.code_url) == (
        "Bold Widgets",
        "2023-04",
        "https://github.com/c/w",
    )


def test_a_heading_with_its_links_below_is_an_entry_with_a_section(tmp_path: Path) -> None:
    text = """# List

## Plain Headed Widgets

[paper](https://arxiv.org/abs/2212.00002) | [code](https://github.com/ph/w)

### Abstract

Plain heads are *studied* here.

### My take

Good work.

## [Linked Headed Widgets](https://arxiv.org/abs/2212.00003)

**Abstract:** Linked heads,
at last.
"""
    first, second = read(tmp_path, text)
    assert (first.title, first.abstract) == ("Plain Headed Widgets", "Plain heads are studied here.")
    assert first.notes == (Note("My take", "Good work."),)
    assert (second.abstract, second.notes) == ("Linked heads, at last.", ())


def test_fields_below_a_title_belong_to_its_paper(tmp_path: Path) -> None:
    text = """# List

## Noted Widgets

**Authors**: Ann Lee, Bob Ray
**Paper**: https://arxiv.org/abs/2212.00004
**Code**: https://github.com/n/w

### Abstract

Widgets with notes.

## [Linked Widgets](https://arxiv.org/abs/2212.00005)

*ICLR 2022* · [code](https://github.com/l/w)

- strong results on most tasks

## Items

* **Listed Widgets**
  * **Authors**: Cy Young, Di Orr
  * **Paper**: [link](https://arxiv.org/abs/2212.00006)
* [Last Widgets](https://arxiv.org/abs/2212.00007)
  * Authors: Ann Lee, Di Orr
  * They come last of all widgets.
"""
    noted, linked, listed, last = read(tmp_path, text)
    assert (noted.title, noted.abstract) == ("Noted Widgets", "Widgets with notes.")
    assert (noted.authors, noted.code_url) == (("Ann Lee", "Bob Ray"), "https://github.com/n/w")
    assert linked.code_url == "https://github.com/l/w"
    assert linked.notes == (Note("Notes", "- strong results on most tasks"),)
    assert (listed.title, listed.authors) == ("Listed Widgets", ("Cy Young", "Di Orr"))
    assert last.authors == ("Ann Lee", "Di Orr")
    assert last.notes == (Note("Notes", "They come last of all widgets."),)


def test_a_heading_tells_the_year_where_nothing_else_does(tmp_path: Path) -> None:
    text = """# List

## 2021

### Parsing

- [Old Widgets](https://openreview.net/forum?id=a)
- [Known Widgets](https://openreview.net/forum?id=b), ICML 2020

## NeurIPS 2022

- [New Widgets](https://openreview.net/forum?id=c)

## Before 2015

- [Early Widgets](https://openreview.net/forum?id=d)
"""
    assert [paper.issued for paper in read(tmp_path, text)] == ["2021", "2020", "2022", ""]


def test_remarks_in_chinese_are_kept(tmp_path: Path) -> None:
    text = """# 论文

- 小部件研究，[arXiv](https://arxiv.org/abs/2301.00001)，很好的综述，值得一读
- **部件网络** [[论文](https://arxiv.org/abs/2301.00002)] [[代码](https://github.com/a/b)]
  - 方法简单，效果出色，可以直接复用。
"""
    first, second = read(tmp_path, text)
    assert (first.title, first.notes) == ("小部件研究", (Note("Notes", "很好的综述，值得一读"),))
    assert second.notes == (Note("Notes", "方法简单，效果出色，可以直接复用。"),)
    assert second.code_url == "https://github.com/a/b"


def test_lines_of_ids_are_a_paper_each(tmp_path: Path) -> None:
    text = "2301.00001\narXiv:2301.00002v2\nhttps://arxiv.org/abs/2301.00003\nhttps://doi.org/10.1000/1\n"
    papers = read(tmp_path, text, "ids.txt")
    assert [(paper.title, paper.arxiv_version, paper.url) for paper in papers] == [
        ("arXiv:2301.00001", None, "https://arxiv.org/abs/2301.00001"),
        ("arXiv:2301.00002", 2, "https://arxiv.org/abs/2301.00002v2"),
        ("arXiv:2301.00003", None, "https://arxiv.org/abs/2301.00003"),
    ]


def test_a_title_that_holds_html_stays_text(tmp_path: Path) -> None:
    (paper,) = read(tmp_path, "- [A <b>Bold</b> & `code` Title](https://arxiv.org/abs/2501.00001)\n")
    assert paper.title == "A Bold & code Title"


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the two seed lists are not here")
def test_the_seed_lists_give_thirteen_papers() -> None:
    problems: list[Problem] = []
    files = sorted(SEEDS.glob("*.txt"))
    read_papers = [paper for file in files for paper in read_source(file, on_problem=problems.append)]
    papers = merge_papers(read_papers)
    assert not problems
    assert (len(read_papers), len(papers)) == (15, 13)
    assert merge_papers(reversed(read_papers)) == papers
    assert {entry.title for paper in papers for entry in paper.lists} == {
        "Paper List of Terms(Medical+RL)",
        "Paper List of Terms(Reward+RL+Medical)",
    }
    assert [paper.arxiv_id for paper in papers if len(paper.lists) == 2] == ["2505.13973", "2505.14146"]
    assert {paper.arxiv_id: paper.arxiv_version for paper in papers if paper.arxiv_version != 1} == {
        "2505.17387": 2,
        "2506.06600": 2,
    }
    assert {paper.code_url for paper in papers} == {
        "",
        "https://github.com/Wenchuan-Zhang/Patho-R1",
        "https://github.com/JarvisUSTC/DoctorAgent-RL",
    }
    for paper in papers:
        assert paper.issued == f"20{paper.arxiv_id[:2]}-{paper.arxiv_id[2:4]}"
        assert len(paper.abstract) > 900
        assert not set("\\$\n`#") & set(paper.abstract)
        assert len(paper.notes) == 5 * len(paper.lists)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the two seed lists are not here")
def test_no_mojibake_is_left_in_the_notes_of_the_seed_lists() -> None:
    papers = [paper for file in sorted(SEEDS.glob("*.txt")) for paper in read_source(file)]
    text = "\n".join(f"{note.heading}\n{note.text}" for paper in papers for note in paper.notes)
    assert {c for c in text if "\x7f" < c < "\u2000"} <= set("éï")
    restored = sum("\u4e00" <= c <= "\u9fff" for c in text)
    assert 0.73 < restored / (restored + text.count("\ufffd")) < 0.76
    assert "```" not in text


def test_what_looks_like_markup_in_a_title_is_its_text(tmp_path: Path) -> None:
    path = tmp_path / "list.md"
    path.write_text(
        '# L\n\n- **Cross <script>alert(1)</script> Site: <b>bold</b> a < b in <Model> & "B"** '
        "[[Paper](https://arxiv.org/abs/2401.00002)]\n"
        "- [“A Quoted Title of a Paper”](https://arxiv.org/abs/2401.00003)\n"
    )
    titles = [paper.title for paper in read_source(path)]
    assert titles == [
        'Cross <script>alert(1)</script> Site: bold a < b in <Model> & "B"',
        "A Quoted Title of a Paper",
    ]
