"""Spans of tokens that may be the name of something, and the features by which they are scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kg.extraction.lexicon import Lexicon
from kg.extraction.tokens import Tokens, words

__all__ = ["Candidates", "Context", "Features", "apposition", "describe", "find_candidates"]

MAX_TOKENS = 8
"""The longest name that is looked for without further evidence, in tokens."""
_PUNCTUATION_INSIDE = frozenset({"&", "+", "*", "'s", "’s"})
_LINK = "of"
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

    def part(self, numbers: Sequence[int]) -> Candidates:
        """Some of the spans, with what is known of all."""
        return replace(
            self,
            spans=[self.spans[n] for n in numbers],
            keys=[self.keys[n] for n in numbers],
            edges=[self.edges[n] for n in numbers],
        )


@dataclass(frozen=True, slots=True)
class Features:
    """Named features of candidates, which are shared between spans by token position.

    The features of ``spans[n]`` are ``start[first]``, ``end[last]``, ``inside[first]`` to ``inside[last]``
    and ``own[n]``.
    """

    start: Mapping[int, Sequence[str]]
    end: Mapping[int, Sequence[str]]
    inside: Mapping[int, Sequence[str]]
    own: Sequence[Sequence[str]]


def find_candidates(context: Context, lexicon: Lexicon) -> Candidates:
    """All spans of a document that may be names: runs of words that names hold, and what is known before."""
    tokens = context.tokens
    runs = _runs(tokens, context.title_tokens, lexicon)
    spans = _spans(tokens, runs)
    known = set(spans)
    extra = [*context.concepts, *context.long_forms, *context.short_forms]
    spans.extend(sorted(span for span in set(extra) if span not in known))
    keys = [" ".join([*tokens.lowers[a:b], tokens.stems[b]]).replace("-", " ") for a, b in spans]
    in_title = frozenset(
        key for key, span in zip(keys, spans, strict=True) if span.first < context.title_tokens
    )
    lefts = {run[0] for run in runs}
    rights = {run[1] for run in runs}
    edges = [(first in lefts, last in rights) for first, last in spans]
    return Candidates(spans, keys, Counter(keys), in_title, edges)


def describe(candidates: Candidates, context: Context, lexicon: Lexicon) -> Features:
    """The features of all candidates of a document."""
    tokens = context.tokens
    spans = candidates.spans
    shapes = _shapes(context)
    start = {a: _start_features(context, lexicon, shapes, a) for a in {span.first for span in spans}}
    end = {b: _end_features(context, lexicon, shapes, b) for b in {span.last for span in spans}}
    inside = {
        i: [f"i={tokens.stems[i]}", f"ic={lexicon.cluster(tokens.lowers[i])}"]
        for i in sorted({i for span in spans for i in range(span.first, span.last + 1)})
    }
    own = [
        _own_features(
            context, lexicon, shapes, span, key, candidates.counts[key], key in candidates.in_title, edge
        )
        for span, key, edge in zip(spans, candidates.keys, candidates.edges, strict=True)
    ]
    return Features(start, end, inside, own)


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
        if number + 1 < len(runs) and runs[number + 1][0] == end + 2 and tokens.lowers[end + 1] == _LINK:
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


def _shapes(context: Context) -> list[str]:
    """Shapes, with those of title case in a title and at the head of a sentence told apart."""
    tokens = context.tokens
    shapes = list(tokens.shapes)
    for i, one in enumerate(shapes):
        if one.startswith("Xx"):
            if i < context.title_tokens:
                shapes[i] = "t" + one
            elif i == 0 or tokens.sentence[i] != tokens.sentence[i - 1]:
                shapes[i] = "s" + one
    return shapes


def _word(tokens: Tokens, i: int) -> str:
    return tokens.lowers[i] if 0 <= i < len(tokens) else "¶"


def _before(context: Context, i: int) -> str:
    """The word before a token within its sentence."""
    tokens = context.tokens
    if i <= 0 or tokens.sentence[i - 1] != tokens.sentence[i]:
        return "¶"
    return tokens.lowers[i - 1]


def _after(context: Context, i: int) -> str:
    tokens = context.tokens
    if i + 1 >= len(tokens) or tokens.sentence[i + 1] != tokens.sentence[i]:
        return "¶"
    return tokens.lowers[i + 1]


def _start_features(context: Context, lexicon: Lexicon, shapes: list[str], i: int) -> list[str]:
    tokens = context.tokens
    word, before, shape = tokens.lowers[i], _before(context, i), shapes[i]
    before2 = _before(context, i - 1) if before != "¶" else "¶"
    following = _word(tokens, i + 1)
    return [
        f"f={word}",
        f"fc={lexicon.cluster(word)}",
        f"ff={lexicon.family(word)}",
        f"fs={shape}",
        f"f3={word[:3]}",
        f"fx={word[-3:]}",
        f"p={before}",
        f"pc={lexicon.cluster(before)}",
        f"pp={before2}|{before}",
        f"p2={before2}",
        f"pf={before}|{word}",
        f"pcf={lexicon.cluster(before)}|{lexicon.cluster(word)}",
        f"ps={before}|{shape}",
        f"fg={word}|{following}",
    ]


def _end_features(context: Context, lexicon: Lexicon, shapes: list[str], i: int) -> list[str]:
    tokens = context.tokens
    word, stem, after, shape = tokens.lowers[i], tokens.stems[i], _after(context, i), shapes[i]
    after2 = _after(context, i + 1) if after != "¶" else "¶"
    before = _word(tokens, i - 1)
    said_to_be = apposition(tokens, i)
    return [
        *([f"is={said_to_be}", f"isc={lexicon.cluster(said_to_be)}"] if said_to_be else []),
        f"l={stem}",
        f"lw={word}",
        f"lc={lexicon.cluster(word)}",
        f"lf={lexicon.family(word)}",
        f"ls={shape}",
        f"l3={stem[-3:]}",
        f"l4={stem[-4:]}",
        f"n={after}",
        f"nc={lexicon.cluster(after)}",
        f"nn={after}|{after2}",
        f"n2={after2}",
        f"ln={stem}|{after}",
        f"lcn={lexicon.cluster(word)}|{lexicon.cluster(after)}",
        f"ns={after}|{shape}",
        f"kl={before}|{stem}",
        f"hs={shapes[i - 1] if i else ''}|{stem}",
        f"kcl={lexicon.cluster(before)}|{lexicon.cluster(word)}",
    ]


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


def _own_features(
    context: Context,
    lexicon: Lexicon,
    shapes: list[str],
    span: Span,
    key: str,
    count: int,
    in_title: bool,
    edges: tuple[bool, bool],
) -> list[str]:
    tokens = context.tokens
    first, last = span
    length = last - first + 1
    signature = "_".join(shapes[first : last + 1])
    before, after = _before(context, first), _after(context, last)
    edge = f"{'[' if edges[0] else ' '}{']' if edges[1] else ' '}"
    if _LINK in tokens.lowers[first + 1 : last]:
        edge += "of"
    features = [
        f"len={length}{edge}",
        f"key={key}",
        f"sig={signature}",
        f"fl={tokens.lowers[first]}|{tokens.stems[last]}",
        f"flc={lexicon.cluster(tokens.lowers[first])}|{lexicon.cluster(tokens.lowers[last])}",
        f"cnt={min(count, 4)}{'t' if in_title else ''}",
        f"lenl={length}|{tokens.stems[last]}",
        f"lenf={length}|{tokens.lowers[first]}",
        f"pn={before}|{after}",
        f"sgn={signature}|{after}",
        f"sgp={signature}|{before}",
        f"cnte={min(count, 3)}{edge}{length}",
    ]
    concept = context.concepts.get(span)
    if concept:
        features.append(f"voc={concept}")
        features.append(f"voc={concept}{length}")
    if span in context.long_forms:
        features.append("long")
        features.append(f"long{edge}")
    if span in context.short_forms:
        features.append("short")
    if length == 1:
        features.append(f"1s={shapes[first]}{min(count, 4)}{'t' if in_title else ''}")
        if first == 0 and after == ":":
            features.append(f"title:{shapes[first]}")
    if first == 0 and after == ":":
        features.append("title:")
    return features
