"""Spans of tokens that may be the name of something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kg.extraction.lexicon import Lexicon
from kg.extraction.tokens import Tokens, words

__all__ = ["LINK", "Candidates", "Context", "apposition", "find_candidates"]

MAX_TOKENS = 8
"""The longest name that is looked for without further evidence, in tokens."""
_PUNCTUATION_INSIDE = frozenset({"&", "+", "*", "'s", "’s"})
LINK = "of"
_ADDRESSES = ("http:", "https:", "www.")
_SAYING = words(", is are – —")
_ARTICLES = words("a an the our one")
_AFTER_HEAD = words(
    """for that which of with to in on at by from where whose who and or as using based built designed
    comprising containing consisting composed covering spanning featuring including tailored trained
    collected curated via across over under capable specifically"""
)
_DESCRIPTION = 12
"""Tokens after an article in which the noun that it belongs to is looked for."""


class Span(NamedTuple):
    """Tokens ``first`` to ``last``, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Context:
    """What the components before know about a document, in tokens."""

    tokens: Tokens
    title_tokens: int
    """How many of the tokens are the title's."""
    concepts: Mapping[Span, str]
    """The type that the vocabulary gives to a span."""
    long_forms: frozenset[Span]
    short_forms: frozenset[Span]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Spans of one document that may name something."""

    spans: Sequence[Span]
    keys: Sequence[str]
    """The folded text of each span."""
    counts: Mapping[str, int]
    """How often each key occurs among the spans."""
    in_title: frozenset[str]
    """The keys of spans in the title."""
    edges: Sequence[tuple[bool, bool]]
    """Whether each span begins and ends a run of words that names hold."""


def find_candidates(context: Context, lexicon: Lexicon) -> Candidates:
    """All spans of a document that may be names: runs of words that names hold, and what is known before."""
    tokens = context.tokens
    runs = _runs(tokens, context.title_tokens, lexicon)
    spans = _spans(tokens, runs)
    known = set(spans)
    extra = [*context.concepts, *context.long_forms, *context.short_forms]
    spans.extend(sorted(span for span in set(extra) if span not in known))
    keys = [tokens.key(*span) for span in spans]
    in_title = frozenset(
        key for key, span in zip(keys, spans, strict=True) if span.first < context.title_tokens
    )
    lefts = {run[0] for run in runs}
    rights = {run[1] for run in runs}
    edges = [(first in lefts, last in rights) for first, last in spans]
    return Candidates(spans, keys, Counter(keys), in_title, edges)


def _runs(tokens: Tokens, title_tokens: int, lexicon: Lexicon) -> list[tuple[int, int]]:
    """Longest runs of tokens of one sentence that names hold."""
    runs: list[tuple[int, int]] = []
    begin = -1
    for i in range(len(tokens) + 1):
        ends = (
            i == len(tokens)
            or i == title_tokens
            or (i > 0 and tokens.sentence[i] != tokens.sentence[i - 1])
            or _is_barrier(tokens, i, lexicon)
        )
        if ends and begin >= 0:
            runs.append((begin, i - 1))
            begin = -1
        if begin < 0 and i < len(tokens) and not _is_barrier(tokens, i, lexicon):
            begin = i
    return runs


def _is_barrier(tokens: Tokens, i: int, lexicon: Lexicon) -> bool:
    if tokens.shapes[i] == ".":
        return tokens.texts[i] not in _PUNCTUATION_INSIDE
    lower = tokens.lowers[i]
    return lower in lexicon.barriers or lower.startswith(_ADDRESSES)


def _spans(tokens: Tokens, runs: list[tuple[int, int]]) -> list[Span]:
    spans: list[Span] = []
    for number, (begin, end) in enumerate(runs):
        linked = -1
        if number + 1 < len(runs) and runs[number + 1][0] == end + 2 and tokens.lowers[end + 1] == LINK:
            linked = runs[number + 1][1]
        for first in range(begin, end + 1):
            if not _may_begin(tokens, first):
                continue
            reach = range(first, min(first + MAX_TOKENS - 1, end) + 1)
            spans.extend(Span(first, last) for last in reach if _may_end(tokens, last))
            if linked >= 0 and end - first < 4:
                reach = range(end + 2, min(first + MAX_TOKENS - 1, end + 5, linked) + 1)
                spans.extend(Span(first, last) for last in reach if _may_end(tokens, last))
    return spans


def _may_begin(tokens: Tokens, i: int) -> bool:
    return tokens.shapes[i] not in {".", "9"} and tokens.texts[i][0] != "-"


def _may_end(tokens: Tokens, i: int) -> bool:
    text = tokens.texts[i]
    return tokens.shapes[i] != "." and not (text[0] == "-" and text[1:].isalpha())


def apposition(tokens: Tokens, last: int) -> str:
    """What a name is said to be: ``dataset`` in "Foo-17K, a curated dataset for …" or "Foo is a dataset"."""
    end = len(tokens)
    i = last + 1
    if tokens.lowers[i : i + 1] == ["("] and tokens.lowers[i + 2 : i + 3] == [")"]:  # its short form
        i += 3
    if i + 1 >= end or tokens.lowers[i] not in _SAYING or tokens.lowers[i + 1] not in _ARTICLES:
        return ""
    stems: list[str] = []
    for j in range(i + 2, min(i + 2 + _DESCRIPTION, end)):
        if tokens.sentence[j] != tokens.sentence[last] or tokens.shapes[j] == ".":
            break
        if stems and tokens.lowers[j] in _AFTER_HEAD:
            break
        stems.append(tokens.stems[j])
    if "benchmark" in stems:  # a benchmark dataset is a benchmark
        return "benchmark"
    return stems[-1] if stems else ""
