"""What a paper does with each thing that it names."""

from __future__ import annotations

import re

import numpy as np

from kg.extraction.entities import Group
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import LinearModel, softmax
from kg.extraction.reading import Reading
from kg.records import RELATIONS, EntityType, Relation, RelationClaim

__all__ = ["ALLOWED", "mention_cues", "relate"]

ALLOWED: dict[EntityType, tuple[Relation, ...]] = {
    "Task": ("introduces", "addresses", "mentions"),
    "Method": ("introduces", "comparesWith", "uses", "mentions"),
    "Model": ("introduces", "comparesWith", "uses", "mentions"),
    "Dataset": ("introduces", "trainsOn", "evaluatesOn", "uses", "mentions"),
    "Benchmark": ("introduces", "trainsOn", "evaluatesOn", "uses", "mentions"),
    "Metric": ("introduces", "measures", "mentions"),
}
"""The relations that a paper can have to a thing of each type."""
SECOND = 0.4
"""The probability from which a relation beside the main one is claimed."""
_NEAR = 3
_FAR = 12
_COARSE = {"Model": "M", "Method": "M", "Dataset": "D", "Benchmark": "D", "Task": "T", "Metric": "E"}
_LETTERS = re.compile(r"[A-Z]")


def mention_cues(reading: Reading, group: Group, lexicon: Lexicon) -> list[list[str]]:
    """The words around each mention that may tell the relation, as features, a list for each mention."""
    tokens = reading.tokens
    lowers, sentence = tokens.lowers, tokens.sentence
    last_sentence = max(len(reading.sentences) - 1, 1)
    kind = _COARSE[group.type]
    cues: list[list[str]] = []
    for span in group.spans:
        here = sentence[span.first]
        before = _reach(sentence, span.first - 1, -1, _FAR, here)
        after = _reach(sentence, span.last + 1, 1, _FAR, here)
        near = [lowers[i] for i in before]
        then = [lowers[i] for i in after]
        place = "t" if span.first < reading.title_tokens else str(min(4, 5 * (here - 1) // last_sentence))
        p1, p2 = [*near, "¶", "¶"][:2]
        n1, n2 = [*then, "¶", "¶"][:2]
        features = [f"at={place}", f"p1={p1}", f"n1={n1}", f"pp={p2}|{p1}", f"nn={n1}|{n2}", f"pn={p1}|{n1}"]
        features += [f"pc={lexicon.cluster(p1)}", f"nc={lexicon.cluster(n1)}"]
        features += [f"b={word}" for word in near[:_NEAR]]
        features += [f"B={word}" for word in near]
        features += [f"BC={lexicon.cluster(word)}" for word in near]
        features += [f"a={word}" for word in then[:_NEAR]]
        features += [f"A={word}" for word in then]
        features += [f"AC={lexicon.cluster(word)}" for word in then[:6]]
        begin = span.first - len(before) if len(before) < _FAR else _begin(sentence, span.first)
        head = lowers[begin : min(begin + 3, span.first)]
        features += [f"h={word}" for word in head]
        if head:
            features.append("hh=" + "|".join(head[:2]))
        if place == "t" and span.first == 0 and n1 == ":":
            features.append("system")
        features += [f"{kind}:{feature}" for feature in features]
        cues.append(list(dict.fromkeys(features)))
    return cues


def _reach(sentence: list[int], start: int, step: int, most: int, here: int) -> list[int]:
    found: list[int] = []
    i = start
    while 0 <= i < len(sentence) and sentence[i] == here and len(found) < most:
        found.append(i)
        i += step
    return found


def _begin(sentence: list[int], i: int) -> int:
    here = sentence[i]
    while i > 0 and sentence[i - 1] == here:
        i -= 1
    return i


def own_cues(reading: Reading, group: Group, lexicon: Lexicon) -> list[str]:
    """What does not depend on a mention's place."""
    tokens = reading.tokens
    first = group.spans[0]
    in_title = first.first < reading.title_tokens
    count = min(len(group.spans), 4)
    capitals = bool(_LETTERS.search(group.name[1:]))
    key = group.name.lower()
    stem = tokens.stems[first.last]
    features = [
        f"type={group.type}",
        f"type={group.type}{'t' if in_title else ''}{count}{'C' if capitals else ''}",
        f"name={key}",
        f"stem={stem}",
        f"{group.type}|stem={stem}",
        f"kc={lexicon.cluster(stem)}",
        f"len={min(len(group.name.split()), 4)}{group.type}",
        f"concept={bool(group.concept)}{group.type}",
    ]
    shorts = {short for _, short in reading.pairs}
    if any(span in shorts for span in group.spans):
        features.append(f"pair{group.type}{'t' if in_title else ''}")
    return features


def relate(
    reading: Reading, groups: list[Group], model: LinearModel, lexicon: Lexicon
) -> list[tuple[RelationClaim, ...]]:
    """The paper's relations to each group, at least one, in the order of precedence.

    A class of the model is a relation, or several joined by ``+``.
    """
    if not groups:
        return []
    cues = [mention_cues(reading, group, lexicon) for group in groups]
    rows = [
        [*own_cues(reading, group, lexicon), *dict.fromkeys(cue for one in mentions for cue in one)]
        for group, mentions in zip(groups, cues, strict=True)
    ]
    probabilities = softmax(model.sums(rows) + model.bias)
    per_relation = np.zeros((len(groups), len(RELATIONS)))
    for column, name in enumerate(model.classes):
        for part in name.split("+"):
            per_relation[:, RELATIONS.index(part)] += probabilities[:, column]
    claims: list[tuple[RelationClaim, ...]] = []
    for group, mentions, chances in zip(groups, cues, per_relation, strict=True):
        allowed = [RELATIONS.index(one) for one in ALLOWED[group.type]]
        best = max(allowed, key=lambda k: chances[k])
        kept = [k for k in allowed if k == best or (chances[k] >= SECOND and RELATIONS[k] != "mentions")]
        weights = model.sums(mentions)
        claims.append(
            tuple(
                RelationClaim(
                    RELATIONS[k],
                    round(float(min(max(chances[k] * group.probability, 0.01), 0.99)), 2),
                    _evidence(weights, model, RELATIONS[k]),
                )
                for k in sorted(kept)
            )
        )
    return claims


def _evidence(
    weights: np.typing.NDArray[np.float32], model: LinearModel, relation: Relation
) -> tuple[int, ...]:
    """The mention that speaks most for a relation."""
    columns = [k for k, name in enumerate(model.classes) if relation in name.split("+")]
    if not columns:
        return (0,)
    rest = weights.sum(axis=1)
    gain = weights[:, columns].max(axis=1) * len(model.classes) - rest
    return (int(np.argmax(np.round(gain, 4))),)
