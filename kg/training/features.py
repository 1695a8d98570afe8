"""Named features of spans, and a linear model over them: the network's teacher."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kg.extraction.candidates import LINK, Candidates, Context, Span, apposition
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import LinearModel, Scores
from kg.extraction.tokens import Tokens

__all__ = ["NOTHING", "Features", "describe", "score"]

NOTHING = "nothing"
"""The class of candidates that name nothing."""


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


def score(spans: Sequence[Span], features: Features, model: LinearModel) -> Scores:
    """Scores of each candidate for each class, as the sum of those of its parts: ``(candidates, K)``."""
    length = max((span.last for span in spans), default=-1) + 1
    width = len(model.classes)
    start, end = np.zeros((2, length, width), np.float32)
    inside = np.zeros((length + 1, width), np.float64)
    start[list(features.start)] = model.sums(features.start.values())
    end[list(features.end)] = model.sums(features.end.values())
    inside[[i + 1 for i in features.inside]] = model.sums(features.inside.values())
    inside = np.cumsum(inside, axis=0)
    firsts = np.fromiter((span.first for span in spans), np.int64, len(spans))
    lasts = np.fromiter((span.last for span in spans), np.int64, len(spans))
    total: Scores = (
        model.sums(features.own)
        + start[firsts]
        + end[lasts]
        + (inside[lasts + 1] - inside[firsts]).astype(np.float32)
        + model.bias
    )
    return total


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
    if LINK in tokens.lowers[first + 1 : last]:
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
