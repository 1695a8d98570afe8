"""Names of one paper that are variants of one name: "hierarchical planning agent" and "planning agent"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kg.extraction.candidates import Span
from kg.extraction.entities import Group
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import LinearModel, softmax
from kg.extraction.reading import Reading
from kg.extraction.tokens import words

__all__ = ["DIFFERENT", "SAME", "alias_cues", "alias_pairs", "merge_aliases"]

DIFFERENT, SAME = "different", "same"
THRESHOLD = 0.65
"""The least probability that two names are one thing: below it, what a wrong pair costs (a name of its own is
lost) outweighs what a right one gains."""
_KINDS = {"Model": "M", "Method": "M", "Dataset": "D", "Benchmark": "D", "Task": "T", "Metric": "E"}
_DEFINITE = words("the our this these its their")
_MOST_WORDS = 8


def _stems(reading: Reading, span: Span) -> tuple[str, ...]:
    """The words of a name, hyphens undone."""
    tokens = reading.tokens
    joined = " ".join(tokens.stems[span.first : span.last + 1]).replace("-", " ")
    return tuple(joined.split())


def alias_pairs(reading: Reading, groups: Sequence[Group]) -> Iterator[tuple[int, int, Span, Span]]:
    """Pairs of groups that may be one thing, with the mention of each that is nearest to the other in words.

    They share the last word of a name, or one holds all words of the other; the longer name comes first.
    """
    forms: list[list[tuple[tuple[str, ...], Span]]] = []
    by_word: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        first: dict[tuple[str, ...], Span] = {}
        for span in group.spans:
            if span.last - span.first < _MOST_WORDS:
                first.setdefault(_stems(reading, span), span)
        forms.append(list(first.items()))
        for word in {word for form in first for word in form}:
            by_word.setdefault(word, []).append(number)
    near = {
        (a, b)
        for numbers in by_word.values()
        for position, a in enumerate(numbers)
        for b in numbers[position + 1 :]
        if _KINDS[groups[a].type] == _KINDS[groups[b].type]
    }
    for a, b in sorted(near):
        best: tuple[int, int, int, Span, Span] | None = None
        for one, first_span in forms[a]:
            for other, second_span in forms[b]:
                long, short = (one, other) if len(one) >= len(other) else (other, one)
                if not (long[-1] == short[-1] or set(short) <= set(long)):
                    continue
                distance = len(set(long) ^ set(short))
                swapped = len(one) < len(other)
                spans = (second_span, first_span) if swapped else (first_span, second_span)
                pair = (distance, b if swapped else a, a if swapped else b, *spans)
                if best is None or pair[0] < best[0]:
                    best = pair
        if best:
            yield best[1], best[2], best[3], best[4]


def alias_cues(
    reading: Reading, longer: Group, shorter: Group, long_span: Span, short_span: Span, lexicon: Lexicon
) -> list[str]:
    """What tells whether two names are one thing."""
    tokens = reading.tokens
    long, short = _stems(reading, long_span), _stems(reading, short_span)
    size = len(short)
    if long[-size:] == short:
        kind, extra = "suffix", long[:-size]
    elif long[:size] == short:
        kind, extra = "prefix", long[size:]
    elif set(short) <= set(long):
        kind, extra = "within", tuple(word for word in long if word not in short)
    else:
        kind, extra = "head", tuple(word for word in long if word not in short)
    lacking = [word for word in short if word not in long]
    letter = _KINDS[longer.type]
    before = tokens.lowers[short_span.first - 1] if short_span.first else "¶"
    sentences = {tokens.sentence[span.first] for span in longer.spans}
    together = any(tokens.sentence[span.first] in sentences for span in shorter.spans)
    order = "long" if min(longer.spans) < min(shorter.spans) else "short"
    counts = f"{min(len(longer.spans), 3)}{min(len(shorter.spans), 3)}"
    places = "".join(
        "t" if group.spans[0].first < reading.title_tokens else "a" for group in (longer, shorter)
    )
    features = [
        f"kind={kind}{letter}",
        f"kind={kind}{len(extra)}{len(lacking)}",
        f"type={longer.type}{shorter.type}",
        f"head={short[-1]}",
        f"headc={lexicon.cluster(short[-1])}",
        f"size={size}{len(long)}",
        f"before={before}",
        f"definite={before in _DEFINITE}{kind}{order}",
        f"order={order}{kind}",
        f"together={together}{kind}{letter}",
        f"counts={counts}",
        f"places={places}{kind}",
        f"concepts={bool(longer.concept)}{bool(shorter.concept)}",
        f"pairs={longer.has_short_form}{shorter.has_short_form}{letter}",
        f"same={longer.concept == shorter.concept and bool(longer.concept)}",
        f"shape={tokens.shapes[long_span.first]}{tokens.shapes[short_span.first]}",
    ]
    for word in extra:
        features += [
            f"x={word}",
            f"x={word}{kind}",
            f"xc={lexicon.cluster(word)}",
            f"xf={lexicon.family(word)}{kind}",
        ]
    for word in lacking:
        features += [f"y={word}", f"yc={lexicon.cluster(word)}"]
    if len(extra) == 1 and len(lacking) == 1:
        features += [f"xy={min(extra[0], lacking[0])}|{max(extra[0], lacking[0])}"]
        features.append(f"begin={_common(extra[0], lacking[0])}")
    return list(dict.fromkeys(features))


def _common(one: str, other: str) -> int:
    """How many letters two words begin with alike, up to six."""
    for n, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b or n == 6:
            return n
    return min(len(one), len(other), 6)


def merge_aliases(
    reading: Reading, groups: Sequence[Group], model: LinearModel, lexicon: Lexicon
) -> list[Group]:
    """The groups, those that are variants of one name together, in the order of their first mentions.

    Two things that the vocabulary tells apart stay apart. The likeliest pairs join first, and two groups
    never join through a third that is less like either of them.
    """
    pairs = [
        pair
        for pair in alias_pairs(reading, groups)
        if not (groups[pair[0]].concept and groups[pair[1]].concept)
        or groups[pair[0]].concept == groups[pair[1]].concept
    ]
    if not pairs:
        return list(groups)
    rows = [alias_cues(reading, groups[a], groups[b], one, other, lexicon) for a, b, one, other in pairs]
    same = softmax(model.sums(rows) + model.bias)[:, model.classes.index(SAME)]
    merged: dict[int, Group] = dict(enumerate(groups))
    taken: set[int] = set()
    for n in sorted(range(len(pairs)), key=lambda n: (-same[n], n)):
        a, b, _, _ = pairs[n]
        if same[n] < THRESHOLD or a in taken or b in taken:
            continue
        taken.update((a, b))
        merged[a] = _joined(groups[a], groups[b])
        del merged[b]
    return sorted(merged.values(), key=lambda group: group.spans[0])


def _joined(one: Group, other: Group) -> Group:
    """Two groups as one, by the name and type of that which is surer and named more often."""
    first, second = sorted(
        (one, other), key=lambda group: (-len(group.spans) * group.probability, group.spans[0])
    )
    return Group(
        first.type,
        max(first.probability, second.probability),
        sorted([*first.spans, *second.spans]),
        first.name,
        first.concept or second.concept,
        first.has_short_form or second.has_short_form,
    )
