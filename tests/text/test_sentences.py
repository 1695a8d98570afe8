"""Sentences of running text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.sentences import split_sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "We use large models, e.g. GPT-4o, i.e. those that can be called.",
        "Smith et al. describe it in Sec. 3 and Fig. 2 of their work.",
        "It wins 62.5 vs. 60.1 points with v2.1 of the code.",
        "Accuracy grew from 3.5 ... to 4.5, approx. 1 point, w.r.t. the base.",
        "The U.S. data of J. Doe et al. were used.",
        "Eq. (4) and No. 7 hold.",
        "Code is at https://example.org/a.b.c/d.html now.",
        "Does it help? yes, it does.",
    ],
)
def test_a_sentence_with_stops_inside_stays_whole(sentence: str) -> None:
    assert split(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentences",
    [
        ["We train a model.", "It works!", "Does it?", "Yes..."],
        ["We compare with Foo et al.", "However, this is slow."],
        ["It gains 3.5%.", "Results hold."],
        ["We call it iBar.", "mFoo is another name."],
        ["They said “it works.”", "(It did.)", "Then it stopped."],
        ["First we read, write, etc.", "The rest follows."],
        ["It beats GPT-4.", "3D data are next."],
        ["我们提出一种方法。", "它有效。"],
    ],
)
def test_sentences_are_told_apart(sentences: list[str]) -> None:
    gap = "" if "。" in sentences[0] else " "
    assert split(gap.join(sentences)) == sentences


def test_blank_lines_and_list_items_begin_a_sentence() -> None:
    assert split("Our aims\n\nare these:\n- to read\n- to write\n2) to rest") == [
        "Our aims",
        "are these:",
        "- to read",
        "- to write",
        "2) to rest",
    ]


def test_the_number_of_a_list_item_ends_no_sentence() -> None:
    assert split("There are two. 1. The first is long. 2. The second is not.") == [
        "There are two.",
        "1. The first is long.",
        "2. The second is not.",
    ]


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_has_no_sentence(text: str) -> None:
    assert split_sentences(text) == []


@given(st.text(st.sampled_from("aA1 .!?…\n\t()\"'e.g。-")) | st.text())
def test_sentences_cover_the_text_without_overlap(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    outside = "".join(
        text[a:b]
        for a, b in zip([0, *(e for _, e in spans)], [*(s for s, _ in spans), len(text)], strict=True)
    )
    assert not outside.strip()
