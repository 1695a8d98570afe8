"""Sentences that are put together from claims, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from kg.maps.exports.document import Cite, Name, Part, Parts, Said
from kg.maps.exports.evidence import SURE, Evidence
from kg.maps.records import MapClaim, MapResult, Reason, RelatedWorkMap
from kg.queries.relation_words import VERBS
from kg.records import RELATIONS, Relation

LINK_VERBS: Final = {
    "usesMethodIn": "uses a method of",
    "usesDataFrom": "uses data of",
    "extends": "extends",
}

_FIRST: Final[tuple[Relation, ...]] = ("introduces", "addresses")
_THEN: Final[tuple[Relation, ...]] = ("trainsOn", "uses", "evaluatesOn", "measures", "comparesWith")
_RESULTS: Final = 3
_CITED: Final = 6
_SEVERAL: Final = 2


def main_relations(claims: Iterable[MapClaim]) -> tuple[Relation, ...]:
    """What a paper does with an entity, without a bare mention where there is more."""
    relations = {claim.relation for claim in claims}
    return tuple(
        relation
        for relation in RELATIONS
        if relation in relations and (relation != "mentions" or len(relations) == 1)
    )


def about_paper(work: RelatedWorkMap, evidence: Evidence, key: str) -> Parts:
    """A paper in one to three sentences; empty if nothing was read from it with enough confidence."""
    by_relation: dict[Relation, list[MapClaim]] = {}
    for iri in work.of_paper.get(key, ()):
        claim = work.claims[iri]
        if evidence.of_claim(claim) and claim.confidence >= SURE:
            by_relation.setdefault(claim.relation, []).append(claim)
    introduced = {claim.entity for claim in by_relation.get("introduces", ())}
    used = [claim for claim in by_relation.pop("uses", ()) if claim.entity not in introduced]
    if used:
        by_relation["uses"] = used
    first = [relation for relation in _FIRST if relation in by_relation]
    then = [relation for relation in _THEN if relation in by_relation]
    if "introduces" not in by_relation or len(first) + len(then) <= 2:
        first, then = [*first, *then], []
    if not first and "mentions" in by_relation:
        first = ["mentions"]
    results = evidence.results.get(key, ())
    several = len(work.papers[key].authors) > 1
    sentences = [
        [
            (f"{VERBS[relation][several]} ", *_names(evidence, by_relation[relation], relation))
            for relation in relations
        ]
        for relations in (first, then)
        if relations
    ]
    if results:
        reported = [score(result) + evidence_of(evidence, result) for result in results[:_RESULTS]]
        more = len(results) - _RESULTS
        rest: Parts = (f" (and {more} more {'result' if more == 1 else 'results'})",) if more > 0 else ()
        sentences.append([("report " if several else "reports ", *joined(reported), *rest)])
    parts: list[Part] = []
    for number, clauses in enumerate(sentences):
        again = "They" if several else ("The paper" if number == 1 else "It")
        parts += [f" {again} "] if number else [Cite(key), " "]
        parts += [*joined(clauses), "."]
    return tuple(parts)


def about_entity(work: RelatedWorkMap, evidence: Evidence, slug: str, papers: Sequence[str]) -> Parts:
    """Which of some papers do what with an entity, in one sentence; empty if it is not several of them."""
    doers: dict[Relation, list[str]] = {}
    for paper in papers:
        for relation in main_relations(evidence.surely(paper, slug)):
            doers.setdefault(relation, []).append(paper)
    doers.pop("mentions", None)
    if len({paper for who in doers.values() for paper in who}) < _SEVERAL:
        return ()
    clauses: list[Parts] = []
    for relation in sorted(doers, key=lambda one: (-len(doers[one]), RELATIONS.index(one))):
        who = doers[relation]
        verb = VERBS[relation][len(who) > 1]
        cited = [
            (Cite(paper, named=False), Said(evidence.between(paper, slug, (relation,))))
            for paper in who[:_CITED]
        ]
        among = ", among them" if len(who) > _CITED else ""
        object_: Parts = ("it",) if clauses else (Name(slug, strong=True),)
        clauses.append(
            (f"{counted(len(who))} {verb} ", *object_, f"{among} ", *joined(cited, last=", ", comma=", "))
        )
    return (*_capital(joined(clauses)), ".") if clauses else ()


def about_reason(evidence: Evidence, reason: Reason, source: str, target: str) -> Parts:
    """What two papers share, in words: ``both use GRPO``, ``A uses GRPO, which B introduces``.

    Empty if it is a word of names only, or if one of them only mentions it.
    """
    ours = main_relations(evidence.surely(source, reason.entity))
    theirs = main_relations(evidence.surely(target, reason.entity))
    if not ours or not theirs or "mentions" in (ours[0], theirs[0]):
        return ()
    said_ours = Said(evidence.between(source, reason.entity, ours[:1]))
    said_theirs = Said(evidence.between(target, reason.entity, theirs[:1]))
    if ours[0] == theirs[0]:
        numbers = tuple(dict.fromkeys(said_ours.numbers + said_theirs.numbers))
        return (f"both {VERBS[ours[0]][1]} ", Name(reason.entity), Said(numbers))
    if ours[0] == "introduces":
        source, target, ours, theirs = target, source, theirs, ours
        said_ours, said_theirs = said_theirs, said_ours
    return (
        Cite(source),
        f" {VERBS[ours[0]][0]} ",
        Name(reason.entity),
        said_ours,
        ", which ",
        Cite(target),
        f" {VERBS[theirs[0]][0]}",
        said_theirs,
    )


def score(result: MapResult) -> Parts:
    """A result in words: ``66.6% (Accuracy) on PondBench with FrogNet``, ``a gain of 4 points over …``."""
    parts: list[Part] = [amount(result)]
    if result.metric:
        parts += [" (", Name(result.metric), ")"]
    for word, slug in (("on", result.benchmark), ("with", result.subject), ("over", result.baseline)):
        if slug:
            parts += [f" {word} ", Name(slug)]
    return tuple(parts)


def amount(result: MapResult) -> str:
    """``66.6%``, ``a gain of 9.02 points``."""
    spaced = result.unit.isalpha() and result.unit != "x"
    value = f"{result.value}{' ' if spaced else ''}{result.unit}"
    if result.kind == "absolute":
        return value
    return f"a change of {value}" if value.startswith("-") else f"a gain of {value}"


def evidence_of(evidence: Evidence, result: MapResult) -> Parts:
    """The sentence of a result."""
    return (Said(evidence.of_result(result)),)


def joined(items: Sequence[Parts], *, last: str = " and ", comma: str = ", ") -> Parts:
    """``a, b and c``."""
    parts: list[Part] = []
    for number, item in enumerate(items):
        if number:
            parts.append(last if number == len(items) - 1 else comma)
        parts += item
    return tuple(parts)


def counted(number: int, noun: str = "paper") -> str:
    """``one paper``, ``12 papers``."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    figure = words[number] if number < len(words) else f"{number:,}"
    return f"{figure} {noun}{'' if number == 1 else 's'}"


def _names(evidence: Evidence, claims: Sequence[MapClaim], relation: Relation) -> Parts:
    """The entities of some claims, each followed by its sentences unless the next one has the same."""
    items: list[Parts] = []
    order = {said: at for at, said in reversed([*enumerate(map(evidence.of_claim, claims))])}
    claims = sorted(claims, key=lambda claim: order[evidence.of_claim(claim)])
    for number, claim in enumerate(claims):
        numbers = evidence.of_claim(claim)
        following = evidence.of_claim(claims[number + 1]) if number + 1 < len(claims) else ()
        said: Parts = () if numbers == following else (Said(numbers),)
        items.append((Name(claim.entity, strong=relation == "introduces"), *said))
    return joined(items)


def _capital(parts: Parts) -> Parts:
    first, *rest = parts
    return (first[:1].upper() + first[1:], *rest) if isinstance(first, str) else parts
