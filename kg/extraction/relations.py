"""What a paper does with each thing that it names."""

from __future__ import annotations

import re
from itertools import chain

import numpy as np
import numpy.typing as npt

from kg.extraction.confidence import Confidence
from kg.extraction.entities import Group
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import LinearModel, softmax
from kg.extraction.reading import Reading
from kg.extraction.tokens import Tokens, words
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
NETWORK = 0.5
"""The network's share in the chance of a relation, beside the linear model's; chosen on held-out papers."""
SECOND = 0.4
"""The probability from which a relation beside the main one is claimed."""
_NEAR = 3
_FAR = 12
_COARSE = {"Model": "M", "Method": "M", "Dataset": "D", "Benchmark": "D", "Task": "T", "Metric": "E"}
TRAINED_ON = 0.88
"""How often "trained on X" says that the paper trains on the data X: 38 of 43 names of annotated papers."""
_TRAIN = re.compile(
    r"(?:pre-?|re)?train(?:ed|ing|s)?|(?:fine-?|instruction-?)?tun(?:ed|ing|e)|-trained|-tuned"
)
_ON = words("on with using")
_LIST = 9
_REACH = 30
_SMALL = 3
_NO_GOVERNORS = words("also both from over that their these this those which with")
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
        begin = tokens.begins[span.first]
        head = lowers[begin : min(begin + 3, span.first)]
        features += [f"h={word}" for word in head]
        if head:
            features.append("hh=" + "|".join(head[:2]))
        governors = _governors(tokens, span.first, lexicon)
        if governors:
            verb = governors[0]
            features += [f"v={lowers[verb]}", f"vp={lowers[verb]}|{lowers[verb + 1]}"]
            features.append(f"vc={lexicon.cluster(lowers[verb])}")
        features += [f"w={lowers[verb]}" for verb in governors[1:]]
        if place == "t" and span.first == 0 and (n1 == ":" or (n1, n2) == ("technical", "report")):
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


def _governors(tokens: Tokens, first: int, lexicon: Lexicon) -> list[int]:
    """The two nearest words before a token, in its sentence, that may be verbs or introduce a list."""
    found: list[int] = []
    for i in range(first - 1, max(tokens.begins[first], first - _REACH) - 1, -1):
        word = tokens.lowers[i]
        if len(word) <= _SMALL or not word.isalpha() or word in _NO_GOVERNORS:
            continue
        if word in lexicon.barriers or word.endswith(("ed", "ing")):
            found.append(i)
            if len(found) == 2:
                break
    return found


def _trained_on(tokens: Tokens, first: int) -> bool:
    """Whether the words before a name are "trained on", "fine-tuned with" or the like, up to a short list."""
    least = max(tokens.begins[first], first - _LIST)
    for i in range(first - 1, least - 1, -1):
        if tokens.lowers[i] in _ON:
            verbs = tokens.lowers[max(tokens.begins[first], i - 3) : i]
            return any(_TRAIN.fullmatch(word) for word in verbs)
    return False


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
    if group.has_short_form:
        features.append(f"pair{group.type}{'t' if in_title else ''}")
    return features


def relate(
    reading: Reading,
    groups: list[Group],
    model: LinearModel,
    lexicon: Lexicon,
    confidence: Confidence,
) -> list[tuple[RelationClaim, ...]]:
    """The paper's relations to each group, at least one, in the order of precedence.

    A class of the model is a relation, or several joined by ``+``: those that may be claimed together.
    """
    if not groups:
        return []
    cues = [[model.find(cues) for cues in mention_cues(reading, group, lexicon)] for group in groups]
    rows = [
        [*model.find(own_cues(reading, group, lexicon)), *dict.fromkeys(chain.from_iterable(mentions))]
        for group, mentions in zip(groups, cues, strict=True)
    ]
    probabilities = softmax(model.sums_of_rows(rows) + model.bias)
    per_relation = np.zeros((len(groups), len(RELATIONS)))
    joined = [frozenset(map(RELATIONS.index, name.split("+"))) for name in model.classes]
    for column, parts in enumerate(joined):
        per_relation[:, list(parts)] += probabilities[:, column, None]
    trains = RELATIONS.index("trainsOn")
    claims: list[tuple[RelationClaim, ...]] = []
    for group, mentions, linear in zip(groups, cues, per_relation, strict=True):
        chances = _with_network(linear, reading, group)
        allowed = [RELATIONS.index(one) for one in ALLOWED[group.type]]
        spoken = [n for n, span in enumerate(group.spans) if _trained_on(reading.tokens, span.first)]
        if spoken and trains in allowed:
            chances[trains] = max(chances[trains], TRAINED_ON)
        best = max(allowed, key=lambda k: chances[k])
        kept = {best}
        for k in sorted(allowed, key=lambda k: -chances[k]):
            if chances[k] >= SECOND and any(kept | {k} <= parts for parts in joined):
                kept.add(k)
        weights = model.sums_of_rows(mentions)
        claims.append(
            tuple(
                RelationClaim(
                    RELATIONS[k],
                    confidence(float(chances[k]) * group.probability, group.type, RELATIONS[k]),
                    (spoken[0],) if spoken and k == trains else _evidence(weights, model, RELATIONS[k]),
                )
                for k in sorted(kept)
            )
        )
    return claims


def _with_network(linear: npt.NDArray[np.float64], reading: Reading, group: Group) -> npt.NDArray[np.float64]:
    """The chance of each relation, with the network's share where it has read the mentions."""
    rows = [reading.relation_odds[span] for span in group.spans if span in reading.relation_odds]
    if not rows:
        return linear
    odds = np.mean(rows, axis=0, dtype=np.float64)
    chances = np.exp(odds - odds.max())
    mixed: npt.NDArray[np.float64] = NETWORK * chances / chances.sum() + (1 - NETWORK) * linear
    return mixed


def _evidence(weights: npt.NDArray[np.float32], model: LinearModel, relation: Relation) -> tuple[int, ...]:
    """The mention that speaks most for a relation."""
    columns = [k for k, name in enumerate(model.classes) if relation in name.split("+")]
    if not columns:
        return (0,)
    rest = weights.sum(axis=1)
    gain = weights[:, columns].max(axis=1) * len(model.classes) - rest
    return (int(np.argmax(np.round(gain, 4))),)
