"""How much papers are related by what they share, and why.

A paper is a vector over the entities that it names and over the words of their names, weighted as terms are
in text retrieval (Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval",
doi:10.1016/0306-4573(88)90021-0). Entity e and word t have the weights

    w(p, e) = max of weight(relation) * confidence over p's claims about e, times idf(e)
    w(p, t) = sum over p's entities whose name, or what p calls them, holds t, of that maximum, times idf(t)
    idf(x) = ln(1 + N / n(x))

in paper p, for N papers in the graph of which n(x) have x (inverse document frequency, Spärck Jones 1972).
The relatedness of two papers is

    r(p, q) = (c(p, q) + WORDS² * d(p, q)) / (1 + WORDS²),

where c is the cosine of their entities, d that of their words. Each vector has, beside what others may share,
a part of its own, ``OWN`` times as long as vectors are on average: of papers that name little, little is
known, and naming one thing alike does not make them the same (a smooth form of the pivoted length
normalisation of Singhal, Buckley and Mitra 1996). So r is at least 0 and below 1.

What only one paper has relates it to none and does not count, nor do hubs: what more than ``HUB`` papers
have. So the work is linear in what papers share: each entity and word costs at most ``HUB`` steps for each
of its papers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from kg.maps.collection import Collection
from kg.maps.options import MapOptions
from kg.maps.records import Reason, Related
from kg.queries.relation_words import VERBS
from kg.records import RELATIONS, Relation
from kg.text.titles import short_title

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

HUB: Final = 5000
"""What more papers have than this is left out: it says little, and costs most."""
WORDS: Final = 1.5
"""How much the words of names count beside the entities."""
OWN: Final = 0.5
"""How much of a vector of average length is never shared."""
REASONS: Final = 8
"""How many reasons a pair of papers is given."""

_DECIMALS: Final = 9
_TOLD: Final = 3
_STOP: Final = frozenset("a an and based by for from in of on the to using via with".split())


@dataclass(frozen=True, eq=False)
class Vectors:
    """Papers as sparse vectors, of length 1 at most, over entities and the words of their names.

    Terms are numbered: entities first, by their number in the collection, then words.
    """

    offsets: Ints
    terms: Ints
    """By paper, ascending; those of paper ``n`` are the slice ``offsets[n]:offsets[n + 1]``."""
    weights: Floats
    words: Sequence[str]
    entities: int
    hubs: int
    """How many entities and words were left out as hubs."""

    @cached_property
    def _postings(self) -> tuple[Ints, Ints, Floats]:
        """The papers and weights of each term, and where each term's begin."""
        owners = np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))
        order = np.lexsort((owners, self.terms))
        size = self.entities + len(self.words)
        starts = np.searchsorted(self.terms[order], np.arange(size + 1))
        return starts, owners[order], self.weights[order]

    def of(self, paper: int) -> tuple[Ints, Floats]:
        """The terms of a paper and their weights."""
        here = slice(self.offsets[paper], self.offsets[paper + 1])
        return self.terms[here], self.weights[here]

    def scores(self, paper: int) -> Floats:
        """The relatedness of a paper to every paper, 0 to itself; shape (papers,)."""
        starts, owners, values = self._postings
        terms, weights = self.of(paper)
        counts = starts[terms + 1] - starts[terms]
        before = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(starts[terms] - before, counts)
        products = values[places] * np.repeat(weights, counts)
        scores = np.bincount(owners[places], weights=products, minlength=len(self.offsets) - 1)
        scores[paper] = 0
        # Equal scores may differ in their last bits, by the order in which they were added up.
        return np.round(scores, _DECIMALS)


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """The nearest papers of each of some papers."""

    papers: Ints
    """Whose neighbours these are."""
    near: Sequence[tuple[Ints, Floats]]
    """For each of them, its neighbours, the nearest first, and their scores, above 0."""

    def first(self, k: int) -> Neighbours:
        """The ``k`` nearest only."""
        return Neighbours(self.papers, [(papers[:k], scores[:k]) for papers, scores in self.near])


def vectors(collection: Collection, options: MapOptions) -> Vectors:
    """The vectors of all papers of a graph."""
    weight = np.array([options.weight(relation) for relation in RELATIONS])
    values = weight[collection.relation] * collection.confidence
    papers, entities, strongest = _strongest(collection.paper, collection.entity, values)
    size = len(collection.entities)
    number = len(collection.papers)

    words: dict[str, int] = {}
    word_papers, word_terms, word_values = [], [], []
    for paper, entity, value in zip(papers.tolist(), entities.tolist(), strongest.tolist(), strict=True):
        for word in _words_of(collection, paper, entity):
            word_papers.append(paper)
            word_terms.append(words.setdefault(word, len(words)))
            word_values.append(value)
    # Words are numbered in their own order, whatever the order of papers.
    ordered = sorted(words)
    places = np.empty(len(words), dtype=np.int64)
    places[[words[word] for word in ordered]] = np.arange(len(words))
    owner, term, total = _summed(
        np.array(word_papers, dtype=np.int64),
        places[np.array(word_terms, dtype=np.int64)],
        np.array(word_values),
        len(words),
    )

    entity_part = _weighted(papers, entities, strongest, number, size)
    word_part = _weighted(owner, term, total, number, len(words))
    owners = np.concatenate([entity_part[0], word_part[0]])
    terms = np.concatenate([entity_part[1], word_part[1] + size])
    joint = np.concatenate([entity_part[2], WORDS * word_part[2]]) / np.sqrt(1 + WORDS**2)
    order = np.lexsort((terms, owners))
    return Vectors(
        offsets=np.searchsorted(owners[order], np.arange(number + 1)),
        terms=terms[order],
        weights=joint[order],
        words=ordered,
        entities=size,
        hubs=entity_part[3] + word_part[3],
    )


def nearest(vectors: Vectors, papers: Ints, k: int) -> Neighbours:
    """The ``k`` nearest papers of each of some papers, among these; of equal ones, the lower number."""
    near = []
    for paper in papers:
        scores = vectors.scores(int(paper))[papers]
        found = np.flatnonzero(scores)
        if len(found) > k:
            # All that are as near as the k-th, so that ties are broken by number alone.
            least = np.partition(scores[found], len(found) - k)[len(found) - k]
            found = found[scores[found] >= least]
        best = found[np.lexsort((papers[found], -scores[found]))][:k]
        near.append((papers[best], scores[best]))
    return Neighbours(papers, near)


def related(collection: Collection, vectors: Vectors, neighbours: Neighbours) -> tuple[Related, ...]:
    """Each paper with its nearest, each pair once, explained; the strongest first."""
    pairs = {
        (min(int(paper), int(other)), max(int(paper), int(other))): float(score)
        for paper, (others, scores) in zip(neighbours.papers, neighbours.near, strict=True)
        for other, score in zip(others, scores, strict=True)
    }
    ordered = sorted(pairs, key=lambda pair: (-pairs[pair], pair))
    return tuple(explain(collection, vectors, one, other) for one, other in ordered)


def explain(collection: Collection, vectors: Vectors, source: int, target: int) -> Related:
    """Why two papers are related: what they share, the weightiest first.

    What a word adds counts for the shared entity whose name holds it, where there is one.
    """
    terms, here, there = np.intersect1d(
        vectors.of(source)[0], vectors.of(target)[0], assume_unique=True, return_indices=True
    )
    products = vectors.of(source)[1][here] * vectors.of(target)[1][there]
    shares: dict[int, float] = {int(term): float(share) for term, share in zip(terms, products, strict=True)}
    score = sum(shares.values())
    shared = [term for term in shares if term < vectors.entities]
    holders: dict[str, int] = {}
    for entity in sorted(shared, key=lambda term: (-shares[term], term)):
        both = {*_words_of(collection, source, entity), *_words_of(collection, target, entity)}
        for word in sorted(both):
            holders.setdefault(word, entity)
    for term in [term for term in shares if term >= vectors.entities]:
        if (holder := holders.get(vectors.words[term - vectors.entities])) is not None:
            shares[holder] += shares.pop(term)
    ours, theirs = _relations(collection, source), _relations(collection, target)
    reasons = []
    for term in sorted(shares, key=lambda term: (-round(shares[term], _DECIMALS), term))[:REASONS]:
        share = round(shares[term], 6)
        if term < vectors.entities:
            reasons.append(Reason(collection.entities[term], "", share, ours[term], theirs[term]))
        else:
            reasons.append(Reason("", vectors.words[term - vectors.entities], share, (), ()))
    labels = [collection.labels[term] for term in shared]
    by_slug = dict(zip((collection.entities[term] for term in shared), labels, strict=True))
    return Related(
        source=collection.papers[source],
        target=collection.papers[target],
        score=round(score, 6),
        reasons=tuple(reasons),
        text=_told(
            reasons, by_slug, short_title(collection.titles[source]), short_title(collection.titles[target])
        ),
    )


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name that count: in lower case, singular, without ``of``, ``the`` and the like."""
    words = re.findall(r"[^\W_]+", name.lower())
    return tuple(dict.fromkeys(_singular(word) for word in words if len(word) > 1 and word not in _STOP))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _words_of(collection: Collection, paper: int, entity: int) -> tuple[str, ...]:
    """The words of an entity's name and of what a paper calls it."""
    names = [collection.labels[entity], *collection.forms.get((paper, entity), ())]
    return tuple(dict.fromkeys(word for name in names for word in name_words(name)))


def _strongest(papers: Ints, terms: Ints, values: Floats) -> tuple[Ints, Ints, Floats]:
    """Each paper and term once, with the highest of their values."""
    order = np.lexsort((-values, terms, papers))
    papers, terms, values = papers[order], terms[order], values[order]
    first = np.ones(len(papers), dtype=np.bool_)
    first[1:] = (papers[1:] != papers[:-1]) | (terms[1:] != terms[:-1])
    return papers[first], terms[first], values[first]


def _summed(papers: Ints, terms: Ints, values: Floats, size: int) -> tuple[Ints, Ints, Floats]:
    """Each paper and term once, with the sum of their values."""
    keys, places = np.unique(papers * max(1, size) + terms, return_inverse=True)
    sums: Floats = np.bincount(places, weights=values, minlength=len(keys)).astype(np.float64)
    return keys // max(1, size), keys % max(1, size), sums


def _weighted(
    papers: Ints, terms: Ints, values: Floats, number: int, size: int
) -> tuple[Ints, Ints, Floats, int]:
    """TF-IDF of terms that several papers have and that are no hubs, each paper's of length below 1."""
    counts = np.bincount(terms, minlength=size)
    keep = (counts[terms] > 1) & (counts[terms] <= HUB) & (values > 0)
    papers, terms = papers[keep], terms[keep]
    weights = values[keep] * np.log1p(number / counts[terms])
    squares = np.bincount(papers, weights=weights**2, minlength=number)
    usual = float(np.sqrt(squares[squares > 0]).mean()) if len(weights) else 0.0
    lengths = np.sqrt(squares + (OWN * usual) ** 2)
    return papers, terms, weights / lengths[papers], int((counts > HUB).sum())


def _relations(collection: Collection, paper: int) -> Mapping[int, tuple[Relation, ...]]:
    found: defaultdict[int, list[Relation]] = defaultdict(list)
    for claim in range(collection.offsets[paper], collection.offsets[paper + 1]):
        found[int(collection.entity[claim])].append(RELATIONS[collection.relation[claim]])
    return {entity: tuple(relations) for entity, relations in found.items()}


def _told(reasons: Sequence[Reason], labels: Mapping[str, str], one: str, other: str) -> str:
    together: defaultdict[Relation, list[str]] = defaultdict(list)
    apart = []
    for reason in [reason for reason in reasons if reason.entity][:_TOLD]:
        label = labels[reason.entity]
        common = [relation for relation in reason.source if relation in reason.target]
        if common:
            together[common[0]].append(label)
        elif reason.source[0] == "introduces":
            apart.append(f"{other} {VERBS[reason.target[0]][0]} {label}, which {one} introduces")
        else:
            verb = VERBS[reason.target[0]][0]
            apart.append(f"{one} {VERBS[reason.source[0]][0]} {label}, which {other} {verb}")
    parts = [f"both {VERBS[relation][1]} {_listed(names)}" for relation, names in together.items()]
    words = [f"“{reason.word}”" for reason in reasons if reason.word][:_TOLD]
    if words and len(parts) + len(apart) < 2:
        apart.append(f"names in both hold {_listed(words)}")
    return "; ".join([*parts, *apart])


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
