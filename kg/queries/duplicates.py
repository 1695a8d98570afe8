"""Entities that are likely one thing: by their names, and by what else their papers name."""

from __future__ import annotations

import re
import shlex
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappush, heappushpop
from math import log, sqrt
from typing import Final

from rapidfuzz import fuzz

from kg.queries.answers import run_query
from kg.rdf import PREFIXES, Store
from kg.records import ENTITY_TYPES, EntityType
from kg.resolution.forms import same_version, squash
from kg.text.names import fold

__all__ = ["Candidate", "Suggestion", "suggest_duplicates"]

_ENTITIES: Final = """
SELECT ?entity ?type ?label { ?entity a ?type ; skos:prefLabel ?label
  FILTER (?type IN (kg:Task, kg:Method, kg:Model, kg:Dataset, kg:Benchmark, kg:Metric)) }
"""
_ALIASES: Final = "SELECT ?entity ?alias { ?entity a kg:ResearchEntity ; skos:altLabel ?alias }"
_MENTIONS: Final = "SELECT ?paper ?entity { ?paper a kg:Paper ; kg:mentions ?entity }"
_KINDS: Final[Mapping[str, str]] = {"Dataset": "data", "Benchmark": "data", "Metric": "metric"}
_SMALL: Final = frozenset("a an and as at by for from in of on or the to with via".split())
_BLOCK: Final = 25
"""A word that more entities have says too little to compare them all."""
_WINDOW: Final = 4
"""How far apart, in alphabetical order, names may be that are compared letter by letter."""
_SHORTEST: Final = 5
_ALIKE: Final = 87.0
"""The least similarity (rapidfuzz's ratio) of two names that have neither the same letters nor words."""
_LONGEST_SHORT: Final = 5
"""Letters of what may be an abbreviation."""
_PAPERS: Final = 200
"""Of an entity of more papers, neighbours are counted in so many."""
_NAME_WEIGHT: Final = 0.7


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of two entities that may be one."""

    iri: str
    label: str
    type: EntityType
    papers: int
    """Papers that mention it."""
    name: str
    """By which it can be named without ambiguity: its label, or ``entity:`` and its slug."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two entities that are likely one thing."""

    first: Candidate
    """The one of more papers, whose label would stay."""
    other: Candidate
    score: float
    """From 0 to 1: 0.7 parts how alike the names are, 0.3 how alike their neighbours; less where one paper
    mentions both."""
    why: tuple[str, ...]

    @property
    def command(self) -> str:
        """What accepts the suggestion on the command line."""
        return shlex.join(["kg", "curate", "merge", self.first.name, self.other.name])


def suggest_duplicates(
    store: Store,
    *,
    limit: int = 20,
    known: Callable[[Candidate, Candidate], bool] | None = None,
) -> list[Suggestion]:
    """Entities of a graph that are likely one thing, the likeliest first.

    Compared are names with the same letters or words, short forms with long ones of these initials, and names
    that share a rare word or are near in the alphabet; takes time linear in the entities. Two types of
    different kinds (a metric and a method) and two versions are never suggested.

    Args:
        store: The graph.
        limit: The most suggestions to give.
        known: Whether two entities have been decided on already, so that they are left out.
    """
    graph = _Names(store)
    alike = sorted(_alike(graph).items(), key=lambda item: (-item[1][0], item[0]))
    found: list[Suggestion] = []
    best: list[float] = []  # the scores of the best found, the lowest first
    for pair, (name, why) in alike:
        if len(best) == limit and _NAME_WEIGHT * name + (1 - _NAME_WEIGHT) < best[0]:
            break  # whatever its neighbours, no further pair gets among them
        one = graph.suggestion(pair, name, why)
        if known is None or not known(one.first, one.other):
            found.append(one)
            (heappush if len(best) < limit else heappushpop)(best, one.score)
    found.sort(
        key=lambda one: (-one.score, -one.other.papers, -one.first.papers, one.first.iri, one.other.iri)
    )
    return found[:limit]


class _Names:
    """The names of a graph's entities, and what is mentioned together."""

    def __init__(self, store: Store) -> None:
        self.types: dict[str, EntityType] = {}
        self.labels: dict[str, str] = {}
        for iri, of_type, label in _rows(store, _ENTITIES):
            kind = of_type.removeprefix(PREFIXES["kg"])
            self.types[iri] = next(one for one in ENTITY_TYPES if one == kind)
            self.labels[iri] = label
        self.forms: defaultdict[str, list[str]] = defaultdict(list)
        for iri, label in self.labels.items():
            self.forms[iri].append(label)
        for iri, alias in sorted(_rows(store, _ALIASES)):
            self.forms[iri].append(alias)
        self.papers: defaultdict[str, list[str]] = defaultdict(list)
        self._entities: defaultdict[str, list[str]] = defaultdict(list)
        for paper, iri in sorted(_rows(store, _MENTIONS)):
            self.papers[iri].append(paper)
            self._entities[paper].append(iri)
        self._neighbours: dict[str, frozenset[str]] = {}

    def kind(self, iri: str) -> str:
        """Types between which an entity's may waver."""
        return _KINDS.get(self.types[iri], "work")

    @cached_property
    def _ambiguous(self) -> frozenset[str]:
        return frozenset(label for label, count in Counter(self.labels.values()).items() if count > 1)

    def candidate(self, iri: str) -> Candidate:
        """An entity, as a suggestion shows it."""
        label = self.labels[iri]
        name = f"entity:{iri.rpartition('/')[2]}" if label in self._ambiguous else label
        return Candidate(iri, label, self.types[iri], len(self.papers[iri]), name)

    def neighbours(self, iri: str) -> frozenset[str]:
        """What the papers of an entity mention besides it."""
        if (known := self._neighbours.get(iri)) is None:
            known = frozenset(
                other for paper in self.papers[iri][:_PAPERS] for other in self._entities[paper]
            )
            self._neighbours[iri] = known = known - {iri}
        return known

    def suggestion(self, pair: tuple[str, str], name: float, why: str) -> Suggestion:
        """Two entities with names that are alike, and how alike their neighbours are.

        That is the cosine of the sets of neighbours, each neighbour weighing less the more papers mention it.
        """
        first, other = sorted(pair, key=lambda iri: (-len(self.papers[iri]), iri))
        one, two = self.neighbours(first) - {other}, self.neighbours(other) - {first}
        shared = sorted(one & two, key=lambda iri: (len(self.papers[iri]), self.labels[iri], iri))
        norm = sqrt(self._weight(one) * self._weight(two))
        together = self._weight(shared) / norm if norm else 0.0
        reasons = [why]
        if shared:
            shown = ", ".join(self.labels[iri] for iri in shared[:3])
            reasons.append(
                f"their papers also name {shown}"
                + (f" and {len(shared) - 3} more" if len(shared) > 3 else "")
            )
        score = _NAME_WEIGHT * name + (1 - _NAME_WEIGHT) * together
        both = len(set(self.papers[first][:_PAPERS]).intersection(self.papers[other][:_PAPERS]))
        if both:
            reasons.append(f"but {both} {'paper mentions' if both == 1 else 'papers mention'} both")
            score *= 1 - 0.5 * min(1.0, both / len(self.papers[other]))
        return Suggestion(
            self.candidate(first), self.candidate(other), round(min(score, 1.0), 3), tuple(reasons)
        )

    def _weight(self, iris: Iterable[str]) -> float:
        return sum(sorted(1 / log(2 + len(self.papers[iri])) ** 2 for iri in iris))


def _alike(graph: _Names) -> dict[tuple[str, str], tuple[float, str]]:
    """Pairs of entities with names that are alike, how much (to 1), and why; the best reason of each."""
    found: dict[tuple[str, str], tuple[float, str]] = {}
    for one, other, score, why in (*_same(graph), *_short(graph), *_near(graph)):
        pair = (min(one, other), max(one, other))
        if one == other or graph.kind(one) != graph.kind(other):
            continue
        if not same_version(fold(graph.labels[one]), fold(graph.labels[other])):
            continue
        if pair not in found or found[pair][0] < score:
            found[pair] = (score, why)
    return found


def _same(graph: _Names) -> Iterator[tuple[str, str, float, str]]:
    """Names with the same letters, or the same words in another order or number."""
    letters: defaultdict[str, dict[str, str]] = defaultdict(dict)
    words: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for iri, forms in graph.forms.items():
        for form in forms:
            key = fold(form)
            letters[squash(key)].setdefault(iri, form)
            if len(those := _words(key)) > 1:
                words[" ".join(sorted(those))].setdefault(iri, form)
    for blocks, score, what in ((letters, 1.0, "the same name"), (words, 0.95, "the same words")):
        for key, block in blocks.items():
            if len(key) > 1:
                for one, other in _pairs(list(block)):
                    labels = block[one] == graph.labels[one] and block[other] == graph.labels[other]
                    alike = score if labels else _shared(graph, one, other)
                    yield one, other, alike, f"{what}: {block[one]!r} and {block[other]!r}"


def _shared(graph: _Names, one: str, other: str) -> float:
    """How alike two entities with an alias in common are: an abbreviation may stand for several things."""
    ratio = fuzz.ratio(fold(graph.labels[one]), fold(graph.labels[other])) / 100
    short = min(len(squash(fold(graph.labels[iri]))) for iri in (one, other)) <= _LONGEST_SHORT
    return 0.8 if short and ratio < 1 else 0.5 + 0.45 * ratio


def _short(graph: _Names) -> Iterator[tuple[str, str, float, str]]:
    """Abbreviations, and names of several words with these initials."""
    shorts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    longs: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for iri, forms in graph.forms.items():
        for form in forms:
            if re.fullmatch(r"[A-Z][A-Za-z]{1,8}", form) and sum(map(str.isupper, form)) > 2:
                shorts[form.lower()].setdefault(iri, form)
            elif len(those := [word for word in re.findall(r"[^\W\d_]+", form) if word not in _SMALL]) > 2:
                longs["".join(word[0] for word in those).lower()].setdefault(iri, form)
    for key in sorted(shorts.keys() & longs.keys()):
        if len(shorts[key]) * len(longs[key]) <= _BLOCK:
            for one, short in shorts[key].items():
                for other, long in longs[key].items():
                    yield one, other, 0.85, f"{short!r} may be short for {long!r}"


def _near(graph: _Names) -> Iterator[tuple[str, str, float, str]]:
    """Names that differ in few letters, among those with a rare word in common or near in the alphabet."""
    by_word: defaultdict[str, list[str]] = defaultdict(list)
    keys: dict[str, str] = {}
    for iri in sorted(graph.labels):
        keys[iri] = key = fold(graph.labels[iri])
        if len(key) >= _SHORTEST:
            for word in sorted(set(_words(key))):
                by_word[word].append(iri)
    compared: set[tuple[str, str]] = set()
    for block in by_word.values():
        compared.update(_pairs(block))
    ordered = sorted((key, iri) for iri, key in keys.items() if len(key) >= _SHORTEST)
    for number, (_, iri) in enumerate(ordered):
        compared.update(
            (min(iri, two), max(iri, two)) for _, two in ordered[number + 1 : number + 1 + _WINDOW]
        )
    for one, other in sorted(compared):
        ratio = fuzz.ratio(keys[one], keys[other], score_cutoff=_ALIKE)
        if ratio:
            why = f"much alike: {graph.labels[one]!r} and {graph.labels[other]!r}"
            yield one, other, 0.9 * ratio / 100, why


def _pairs(block: list[str]) -> Iterator[tuple[str, str]]:
    if len(block) <= _BLOCK:
        ordered = sorted(block)
        for number, one in enumerate(ordered):
            for other in ordered[number + 1 :]:
                yield one, other


def _words(key: str) -> list[str]:
    return [word for word in key.split() if word not in _SMALL]


def _rows(store: Store, query: str) -> Iterator[tuple[str, ...]]:
    for row in run_query(store, query):
        yield tuple(str(getattr(value, "value", "")) for value in row)
