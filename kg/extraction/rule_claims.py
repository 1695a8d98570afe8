"""What a paper does with what it names, and the results that it reports, by cue words."""

from __future__ import annotations

import re
from typing import Final

from kg.extraction.candidates import Span, apposition
from kg.extraction.entities import Group
from kg.extraction.reading import Reading
from kg.extraction.results import (
    Naming,
    Place,
    around,
    find_places,
    own_system,
    rows,
    sentence_mentions,
)
from kg.extraction.tokens import words
from kg.records import RELATIONS, EntityType, Relation, RelationClaim, Result

__all__ = ["find_results_by_rule", "relate_by_rule"]

_USUAL: Final[dict[EntityType, Relation]] = {
    "Task": "addresses",
    "Method": "uses",
    "Model": "comparesWith",
    "Dataset": "uses",
    "Benchmark": "evaluatesOn",
    "Metric": "measures",
}
"""The relation where no cue tells another."""
_DATA = frozenset({"Dataset", "Benchmark"})
_SYSTEMS = frozenset({"Method", "Model"})
_SURE, _LIKELY, _USUALLY = 0.8, 0.6, 0.5
"""The confidence of a claim by a plain cue, by a weaker one, and by none."""
_OFFER = re.compile(
    r"(?:propos|introduc|present|develop|releas|construct|curat|design|contribut|creat|buil[dt]|unveil)\w*"
)
_SELF = words("we our this paper work study here")
_CALLED = words("called named dubbed termed coined namely")
_STOP_OFFER = words("for with using on to that which by from where in of via and")
_TRAIN = re.compile(r"(?:pre-?|re)?train(?:ed|ing)|(?:fine-?|instruction-?)?tun(?:ed|ing)|-trained|-tuned")
_COMPARE = re.compile(
    r"outperform\w*|surpass\w*|exceed\w*|compar\w+|baselines?|against|than|over|versus|vs|beat\w*|rival\w*"
    r"|competitors?"
)
_BUILD = re.compile(r"based?|buil[dt]\w*|upon|us(?:e|es|ing)|leverag\w+|employ\w*|adopt\w*|fine-?tun\w+|from")
_EVALUATE = re.compile(
    r"evaluat\w+|experiment\w*|test\w*|benchmark\w*|result\w*|performance|achiev\w+|score\w*"
)
_SCORE = re.compile(
    r"achiev\w+|reach\w*|scor\w+|attain\w*|obtain\w*|improv\w+|outperform\w*|surpass\w*|exceed\w*|gain\w*"
    r"|increas\w+|boost\w*|accuracy|yield\w*|reduc\w+|faster|speedups?|higher|better|rate|auc|auroc|f1|bleu"
)
_MORE = words(
    """by improvement improvements improves improving improve gain gains increase increases increasing
    boost boosts higher better faster speedup more over outperforming outperforms exceeding
    surpassing reduction reduces reducing lower relative absolute up"""
)
_REACH = 10
_OFFER_REACH = 14


def relate_by_rule(one: Reading, groups: list[Group]) -> list[tuple[RelationClaim, ...]]:
    """The paper's relation to each group: that of the first mention whose words tell one, in precedence."""
    return [(_claim(one, group),) for group in groups]


def _claim(one: Reading, group: Group) -> RelationClaim:
    cues = [
        (relation, confidence, number)
        for number, span in enumerate(group.spans)
        for relation, confidence in [_cue(one, span, group.type)]
        if relation
    ]
    if cues:
        relation, confidence, number = min(cues, key=lambda cue: (RELATIONS.index(cue[0]), -cue[1], cue[2]))
        return RelationClaim(relation, confidence, (number,))
    if group.type in {"Method", "Model", "Task"} and _only_background(one, group):
        return RelationClaim("mentions", _USUALLY, (0,))
    number = next((n for n, span in enumerate(group.spans) if span.first >= one.title_tokens), 0)
    return RelationClaim(_USUAL[group.type], _USUALLY, (number,))


def _only_background(one: Reading, group: Group) -> bool:
    """Whether a thing stands only where an abstract sets the scene: before the paper speaks of itself."""
    tokens = one.tokens
    own = next((i for i in range(one.title_tokens, len(tokens)) if tokens.lowers[i] in {"we", "our"}), 0)
    return all(
        one.title_tokens <= span.first and tokens.sentence[span.first] < tokens.sentence[own]
        for span in group.spans
    )


def _cue(one: Reading, span: Span, type_: EntityType) -> tuple[Relation | None, float]:
    tokens = one.tokens
    begin = tokens.begins[span.first]
    before = tokens.lowers[max(begin, span.first - _REACH) : span.first][::-1]
    if _offered(one, span, before):
        return "introduces", _SURE
    on = next((n for n, word in enumerate(before) if word in {"on", "with", "using"}), -1)
    if type_ in _DATA and on >= 0:
        if any(_TRAIN.fullmatch(word) for word in before[on + 1 : on + 4]):
            return "trainsOn", _SURE
        if before[on] == "on" and any(map(_EVALUATE.fullmatch, tokens.lowers[begin : span.first])):
            return "evaluatesOn", _SURE
    if type_ in _SYSTEMS:
        for word in before:
            if _COMPARE.fullmatch(word):
                return "comparesWith", _SURE
            if _BUILD.fullmatch(word):
                return "uses", _LIKELY
    return None, 0.0


def _offered(one: Reading, span: Span, before: list[str]) -> bool:
    """Whether the paper presents it as its own: "Foo: …", "we propose Foo", "named Foo", "Foo, a new …"."""
    tokens = one.tokens
    following = tokens.texts[span.last + 1] if span.last + 1 < len(tokens) else ""
    if span.first == 0 and one.title_tokens and following in {":", "—", "–"}:
        return True
    if before and before[0] in _CALLED:
        return True
    if apposition(tokens, span.last) and {"new", "novel"} & set(tokens.lowers[span.last + 2 : span.last + 5]):
        return True
    begin = tokens.begins[span.first]
    for i in range(span.first - 1, max(begin, span.first - _OFFER_REACH) - 1, -1):
        if _OFFER.fullmatch(tokens.lowers[i]):
            return not _SELF.isdisjoint(tokens.lowers[max(begin, i - 8) : i])
        if tokens.lowers[i] in _STOP_OFFER:
            return False
    return False


def find_results_by_rule(one: Reading) -> list[Result]:
    """Numbers of sentences that speak of scores, with the names that stand nearest."""
    namings = sentence_mentions(one)
    own = own_system(one.entities)
    found: list[Result] = []
    for place in find_places(one):
        here = around(place, namings.get(place.sentence, []))
        kind = _kind(one, place, here)
        if kind == "none":
            continue
        roles = _roles(one, place, here)
        found.extend(rows(one, place, "improvement" if kind == "improvement" else "absolute", roles, own))
    return found


def _kind(one: Reading, place: Place, namings: list[Naming]) -> str:
    tokens, number = one.tokens, place.number
    begin = tokens.begins[place.token]
    before = tokens.lowers[max(begin, place.token - 12) : place.token]
    after = tokens.lowers[place.token + 1 : place.token + 7]
    if not any(map(_SCORE.fullmatch, [*before, *after])):
        return "none"
    if number.unit == "" and ("." not in number.value or not namings):
        return "none"
    close = {*before[-4:], *after[:3]}
    if number.sign == "+" or number.unit in {"points", "x"} or close & _MORE:
        return "improvement"
    return "absolute"


def _roles(one: Reading, place: Place, namings: list[Naming]) -> dict[str, list[tuple[float, int]]]:
    """The nearest metric and benchmark of the sentence, and the system that it is compared with."""
    roles: dict[str, list[tuple[float, int]]] = {}
    for role, types in (("metric", {"Metric"}), ("benchmark", _DATA)):
        near = [
            (abs(naming.first - place.token) + (0 if naming.first > place.token else 3), naming.entity)
            for naming in namings
            if one.entities[naming.entity].type in types
        ]
        if near:
            roles[role] = [(float(min(near)[0]), min(near)[1])]
    for naming in namings:
        if one.entities[naming.entity].type in _SYSTEMS:
            before = one.tokens.lowers[max(one.tokens.begins[naming.first], naming.first - 3) : naming.first]
            if any(map(_COMPARE.fullmatch, before)):
                roles["baseline"] = [(0.0, naming.entity)]
                break
    return roles
