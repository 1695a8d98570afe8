"""How well names are brought together across papers, apart from how well they are found.

The resolver is given what the annotators found, and its entities are compared with the annotated ones.

What is annotated is one paper at a time, so that sameness across papers has to be taken from the names:

- Items are (paper, form): each form of each entity of a paper. The forms of one entity of a paper are one.
- Entities of two papers are one if their names are the same after the scorer's normalisation, spaces set
  aside, and they are of one kind: Method, Model and Task count as one kind, Dataset and Benchmark as one, for
  a graph has one entity whatever the papers take its type to be; or, where ``by_type`` is asked for, of one
  type.
- Two names are one if most papers that use the less common one use the other for the same thing too, and the
  words with digits in them agree. One paper's loose "models" for its language models joins nothing.
- An abbreviation joins two long forms only where they agree, that is, where their words begin with the same
  five letters: ``MAE`` of "masked autoencoder" and of "masked autoencoding" is one, of "mean absolute error"
  is another. Abbreviations are forms of at most eight characters with two capitals, or of at most three
  characters, with no space, hyphen or full stop. What stands in parentheses is no part of a name.
- An abbreviation without its long form, alone or within a longer name, stands for what at least nine in ten
  papers spell it out as. Where they do not agree so far, a longer name is taken as it is written, and an
  entity that has no other name is left out, as the annotations do not tell what it is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from kg.evaluation.records import EntityRecord, PaperRecord
from kg.evaluation.scoring import normal
from kg.records import EntityType, Extraction, LocalEntity, Mention, RelationClaim, Vocabulary
from kg.resolution import Resolver
from kg.text import plain

__all__ = ["ClusterError", "ResolutionScores", "gold_extraction", "resolution_scores"]

_KIND: dict[EntityType, str] = {"Model": "Method", "Task": "Method", "Benchmark": "Dataset"}
_SMALL = frozenset("a an and as by for from in of on or the to via with".split())
_IN_PARENTHESES = re.compile(r"\s*\([^()]*\)")
_BEGINNING = 5
_LONGEST_ABBREVIATION = 8
_SHOWN = 6

_T = TypeVar("_T")
Item = tuple[str, int, str]
"""A paper's id, the number of an entity of its, and a form of that."""
_Name = tuple[str, str]
"""A kind and a squashed form."""


@dataclass(frozen=True, slots=True)
class ClusterError:
    """A cluster of one side that the other side has in several parts."""

    label: str
    pairs: int
    """Pairs of items that are together on one side only."""
    parts: tuple[tuple[str, int], ...]
    """A label for each part and how many items it has of the cluster, the largest first."""


@dataclass(frozen=True, slots=True)
class ResolutionScores:
    """Agreement of the resolver's entities with the annotated ones; shares in %."""

    items: int
    left_out: int
    """Items of abbreviations of which the annotations do not tell what they mean."""
    gold_clusters: int
    clusters: int
    pairwise: tuple[float, float, float]
    """Precision, recall and F1 of pairs of items that are one."""
    b_cubed: tuple[float, float, float]
    """Mean precision and recall over items, and their F1."""
    merged: tuple[ClusterError, ...]
    """The resolver's entities that hold several annotated ones, the worst first."""
    split: tuple[ClusterError, ...]
    """Annotated entities that the resolver has as several, the worst first."""


def resolution_scores(
    gold: Mapping[str, PaperRecord], vocabulary: Vocabulary, *, by_type: bool = False, worst: int = 10
) -> ResolutionScores:
    """Resolve the annotated entities of some papers and compare with what the annotations say is one.

    Pairwise scores count pairs of items. B-cubed scores are those of A. Bagga and B. Baldwin, "Algorithms for
    scoring coreference chains", LREC workshop on linguistic coreference, 1998: an item's precision is the
    share of its cluster that is in its gold cluster, its recall the share of its gold cluster that is in its
    cluster.

    Args:
        gold: By paper id.
        vocabulary: The resolver's vocabulary.
        by_type: Take annotated entities of different types for different things.
        worst: How many clusters of each sort of error to give.
    """
    truth = gold_clusters(gold, by_type=by_type)
    resolver = Resolver(vocabulary)
    extractions = {id_: gold_extraction(record) for id_, record in gold.items()}
    for extraction in extractions.values():
        resolver.observe(extraction)
    resolution = resolver.resolve()
    found: dict[Item, str] = {}
    for id_, record in gold.items():
        slugs = resolution.slugs(extractions[id_])
        for number, (entity, slug) in enumerate(zip(record.entities, slugs, strict=True)):
            found.update(((id_, number, form), slug) for form in entity.forms)
    return _compare({item: found[item] for item in truth}, truth, len(found) - len(truth), worst)


def gold_extraction(record: PaperRecord) -> Extraction:
    """An extraction that holds a paper's annotated entities, with one mention of each form."""
    entities = []
    for entity in record.entities:
        mentions, at = [], 0
        for form in dict.fromkeys(plain(form) or form for form in entity.forms):
            mentions.append(Mention("abstract", at, at + len(form), form))
            at += len(form) + 1
        claims = tuple(RelationClaim(relation, 1.0, (0,)) for relation in entity.relations)
        entities.append(LocalEntity(mentions[0].text, entity.type, tuple(mentions), claims))
    return Extraction(entities=tuple(entities))


def _cleaned(entity: EntityRecord) -> EntityRecord:
    """The entity with its forms as a build cleans the text that they stand in."""
    name, *aliases = (_IN_PARENTHESES.sub("", plain(form)) or form for form in entity.forms)
    return replace(entity, name=name, aliases=tuple(aliases))


def gold_clusters(gold: Mapping[str, PaperRecord], *, by_type: bool = False) -> dict[Item, str]:
    """The cluster of each item, by the rules above; without the items that are left out."""
    numbered = [
        ((id_, number), entity, _cleaned(entity))
        for id_, record in sorted(gold.items())
        for number, entity in enumerate(record.entities)
    ]
    spellings = _spellings(cleaned for _, _, cleaned in numbered)
    entities = [
        _Named(cleaned, cleaned.type if by_type else _KIND.get(cleaned.type, cleaned.type), spellings)
        for _, _, cleaned in numbered
    ]
    sets = _joined_names(entities)
    spelled_out: defaultdict[_Name, Counter[_Name]] = defaultdict(Counter)
    for one in entities:
        for short in one.short if one.long else ():
            spelled_out[short][sets.find(one.long[0])] += 1
    labels: dict[_Name, str] = {}
    clusters: dict[Item, str] = {}
    for ((id_, number), entity, _), one in zip(numbered, entities, strict=True):
        if one.long:
            name = sets.find(one.long[0])
        elif (meaning := _agreed(spelled_out.get(one.short[0], Counter({one.short[0]: 1})))) is not None:
            name = meaning
        else:
            continue
        label = labels.setdefault(name, f"{entity.name} ({entity.type}, {id_})")
        clusters.update(((id_, number, form), label) for form in entity.forms)
    return clusters


def _spellings(entities: Iterable[EntityRecord]) -> dict[str, str]:
    """The words that an abbreviation stands for, both normalised, where papers agree on them."""
    beginnings: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    words: defaultdict[tuple[str, tuple[str, ...]], Counter[str]] = defaultdict(Counter)
    for entity in entities:
        long, short = _split(entity)
        for form in short if long else ():
            beginnings[normal(form)][_beginnings(long[0])] += 1
            words[normal(form), _beginnings(long[0])][normal(long[0])] += 1
    agreed = {short: _agreed(counts) for short, counts in beginnings.items()}
    return {
        short: min(words[short, begin].items(), key=lambda item: (-item[1], item[0]))[0]
        for short, begin in agreed.items()
        if begin is not None
    }


class _Named:
    """The names that an annotated entity has for others."""

    def __init__(self, entity: EntityRecord, kind: str, spellings: Mapping[str, str]) -> None:
        long, short = _split(entity)
        self.long = tuple(dict.fromkeys((kind, _squashed(_spelled(form, spellings))) for form in long))
        self.short = tuple(dict.fromkeys((kind, _squashed(form)) for form in short))
        self.beginnings = _beginnings(_spelled(long[0], spellings)) if long else ()


def _spelled(form: str, spellings: Mapping[str, str]) -> str:
    """A name with the abbreviations in it spelled out."""
    words = re.split(r"[\s-]+", form)
    if len(words) == 1:
        return form
    return " ".join(
        spellings.get(normal(word), word) if sum(map(str.isupper, word)) >= 2 else word for word in words
    )


def _joined_names(entities: Sequence[_Named]) -> _Sets:
    """The sets of long forms that are one."""
    papers: Counter[_Name] = Counter()
    together: defaultdict[_Name, Counter[_Name]] = defaultdict(Counter)
    for one in entities:
        papers.update(one.long)
        for name in one.long:
            together[name].update(other for other in one.long if other != name)
    sets = _Sets()
    for name in papers:
        # At most one, so that a rare name does not join two common ones.
        other, count = max(
            (
                (other, count)
                for other, count in together[name].items()
                if (papers[other], other) > (papers[name], name) and _digits(other) == _digits(name)
            ),
            key=lambda item: (item[1], papers[item[0]], item[0]),
            default=(name, 0),
        )
        if count * 2 > papers[name]:
            sets.join(other, name)
    agreeing: dict[tuple[_Name, tuple[str, ...]], _Name] = {}
    for one in entities:
        for short in one.short if one.long else ():
            sets.join(agreeing.setdefault((short, one.beginnings), one.long[0]), one.long[0])
    return sets


def _agreed(counts: Counter[_T]) -> _T | None:
    """What at least nine in ten say, or nothing."""
    one, count = counts.most_common(1)[0]
    return one if count * 10 >= counts.total() * 9 else None


def _split(entity: EntityRecord) -> tuple[list[str], list[str]]:
    """The long forms and the abbreviations; forms that hold an abbreviation do not spell it out."""
    short = [form for form in entity.forms if _is_abbreviation(form)]
    long = [form for form in entity.forms if not _is_abbreviation(form)]
    shown = {normal(form) for form in short}
    spelled = [form for form in long if shown.isdisjoint(normal(form).split())]
    return (long, short) if spelled or not short else ([], [*short, *long])


def _is_abbreviation(form: str) -> bool:
    if len(form) > _LONGEST_ABBREVIATION or re.search(r"[\s.-]", form):
        return False
    return sum(map(str.isupper, form)) >= 2 or len(form) <= 3


def _squashed(form: str) -> str:
    """The normal form without its spaces, but for those that keep numbers apart."""
    return re.sub(r"(?<!\d) | (?!\d)", "", normal(form))


def _digits(name: _Name) -> list[str]:
    return re.findall(r"\d+[a-z]?", name[1])


def _beginnings(form: str) -> tuple[str, ...]:
    words = [word for word in normal(form).split() if word not in _SMALL]
    return tuple(word[:_BEGINNING] for word in words)


class _Sets:
    """Disjoint sets of names, joined as they are met."""

    def __init__(self) -> None:
        self._parents: dict[_Name, _Name] = {}

    def find(self, one: _Name) -> _Name:
        root = one
        while (up := self._parents.get(root, root)) != root:
            root = up
        while (up := self._parents.get(one, one)) != root:
            self._parents[one], one = root, up
        return root

    def join(self, one: _Name, other: _Name) -> None:
        self._parents[self.find(other)] = self.find(one)


def _compare(
    found: Mapping[Item, str], truth: Mapping[Item, str], left_out: int, worst: int
) -> ResolutionScores:
    both = Counter((truth[item], found[item]) for item in truth)
    golds, others = Counter(truth.values()), Counter(found.values())
    together, true_pairs, found_pairs = (sum(map(_pairs, one.values())) for one in (both, golds, others))
    precision = sum(n * n / others[other] for (_, other), n in both.items())
    recall = sum(n * n / golds[one] for (one, _), n in both.items())
    items = len(truth)
    return ResolutionScores(
        items=items,
        left_out=left_out,
        gold_clusters=len(golds),
        clusters=len(others),
        pairwise=_with_f1(
            together / found_pairs if found_pairs else 1.0, together / true_pairs if true_pairs else 1.0
        ),
        b_cubed=_with_f1(precision / items, recall / items) if items else (100.0, 100.0, 100.0),
        merged=_worst(((other, one, n) for (one, other), n in both.items()), worst),
        split=_worst(((one, other, n) for (one, other), n in both.items()), worst),
    )


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def _with_f1(precision: float, recall: float) -> tuple[float, float, float]:
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return 100 * precision, 100 * recall, 100 * f1


def _worst(counts: Iterable[tuple[str, str, int]], number: int) -> tuple[ClusterError, ...]:
    parts: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for whole, part, n in counts:
        parts[whole].append((part, n))
    errors = []
    for whole, found in parts.items():
        if len(found) > 1:
            found.sort(key=lambda one: (-one[1], one[0]))
            pairs = _pairs(sum(n for _, n in found)) - sum(_pairs(n) for _, n in found)
            errors.append(ClusterError(whole, pairs, tuple(found[:_SHOWN])))
    return tuple(sorted(errors, key=lambda one: (-one.pairs, one.label))[:number])
