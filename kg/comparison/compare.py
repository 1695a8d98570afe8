"""The differences of two graphs: papers, entities, claims and results.

Papers are read in parts, so that memory grows with the number of papers and entities, not with what is said
of them. A mention is the same where it stands at the same place of the same paper; what it denotes tells
which entities were united or divided.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from kg.comparison.reading import ROLES, Described, Graph, PaperParts, ResultKey
from kg.progress import Progress
from kg.rdf import PREFIXES, Store
from kg.rdf.canonical import canonical_hash
from kg.records import RELATIONS

__all__ = ["SECTIONS", "Change", "Comparison", "Section", "diff"]

SECTIONS: Final = (
    "papers added",
    "papers lost",
    "papers changed",
    "entities added",
    "entities lost",
    "entities renamed",
    "entities retyped",
    "entities merged",
    "entities split",
    "entities changed",
    "claims added",
    "claims lost",
    "claims changed",
    "results added",
    "results lost",
)
"""The kinds of differences, in the order in which they are told."""

_BATCH: Final = 500
_NAMES: Final = {
    PREFIXES["skos"] + "altLabel": "alias",
    PREFIXES["skos"] + "broader": "broader",
    PREFIXES["skos"] + "exactMatch": "match",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    id: str
    """What it is about, relative to the base: ``paper/arxiv-2505.14146``, ``claim/…``."""
    label: str
    """The same for people: a title, a label, a claim in words."""
    before: str = ""
    """What the old graph has in place of it."""
    after: str = ""
    """What the new graph has."""


@dataclass(slots=True)
class Section:
    """The differences of one kind."""

    total: int = 0
    changes: list[Change] = field(default_factory=list)
    """The first of them."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two graphs differ."""

    equal: bool
    """Whether they say the same: every triple of one is in the other."""
    hash: str
    """The canonical hash of both, if they are equal; see `kg.rdf.canonical_hash`."""
    before: Mapping[str, int]
    """How many papers, entities, claims, results and triples the old graph has."""
    after: Mapping[str, int]
    sections: Mapping[str, Section]
    """By the names in `SECTIONS`, each with at least one difference."""


def diff(old: Store, new: Store, *, limit: int | None = 20, progress: Progress | None = None) -> Comparison:
    """Compare two graphs.

    Graphs of as many triples are first compared by their canonical hash: where it is equal, nothing differs.
    Where it is not, entities whose mentions denote another entity in the new graph are told as renamed,
    merged or split, and claims that went with a merged or renamed one are not told again. Resources are
    compared relative to each graph's base.

    Args:
        old: The graph before.
        new: The graph after.
        limit: How many differences of each kind to give; all are counted. None gives all.
        progress: Called as the work goes on.

    Raises:
        KgError: A store can't be read.
    """
    report = progress or (lambda stage, done, total: None)
    report("Comparing", 0, None)
    one, two = Graph(old), Graph(new)
    sizes = one.triples(), two.triples()
    if sizes[0] == sizes[1]:
        report("Hashing", 0, None)
        if (digest := canonical_hash(old)) == canonical_hash(new):
            counts = _counts(two, sizes[1])
            return Comparison(True, digest, counts, counts, {})
    comparer = _Comparer(one, two, limit, report)
    comparer.run()
    sections = {name: comparer.sections[name] for name in SECTIONS if comparer.sections[name].total}
    return Comparison(False, "", _counts(one, sizes[0]), _counts(two, sizes[1]), sections)


def _counts(graph: Graph, triples: int) -> dict[str, int]:
    return {
        "papers": len(graph.papers),
        "entities": len(graph.entities),
        "claims": graph.count("Claim"),
        "results": graph.count("Result"),
        "triples": triples,
    }


class _Comparer:
    def __init__(self, old: Graph, new: Graph, limit: int | None, progress: Progress) -> None:
        self._old = old
        self._new = new
        self._limit = limit
        self._progress = progress
        self._same: dict[str, str] = {}
        """For entities of the old graph that have another IRI in the new one: that."""
        self.sections: defaultdict[str, Section] = defaultdict(Section)

    def run(self) -> None:
        self._compare_entities(self._moves())
        papers = sorted(self._old.papers.keys() | self._new.papers.keys())
        for done, batch in _batches(papers):
            self._progress("Comparing papers", done, len(papers))
            before = self._old.parts([paper for paper in batch if paper in self._old.papers])
            after = self._new.parts([paper for paper in batch if paper in self._new.papers])
            for paper in batch:
                self._compare_paper(paper, before.get(paper), after.get(paper))

    def _tell(self, name: str, change: Change) -> None:
        section = self.sections[name]
        section.total += 1
        if self._limit is None or len(section.changes) < self._limit:
            section.changes.append(change)

    def _moves(self) -> dict[str, Counter[str]]:
        """For each entity of the old graph, what its mentions denote in the new one."""
        moves: defaultdict[str, Counter[str]] = defaultdict(Counter)
        common = sorted(self._old.papers.keys() & self._new.papers.keys())
        for done, batch in _batches(common):
            self._progress("Comparing mentions", done, len(common))
            after = self._new.mentions(batch)
            for mention, entity in self._old.mentions(batch).items():
                if mention in after:
                    moves[entity][after[mention]] += 1
        return moves

    def _compare_entities(self, moves: Mapping[str, Counter[str]]) -> None:
        old, new = self._old.entities, self._new.entities
        sources: defaultdict[str, set[str]] = defaultdict(set)
        for entity, targets in moves.items():
            for target in targets:
                sources[target].add(entity)
        come = set[str]()  # new entities that are told with the old ones that they come from
        for entity in sorted(old):
            targets = moves.get(entity, Counter())
            others = sorted(target for target in targets if target != entity)
            if entity in new:
                if others:
                    self._tell_split(entity, targets)
                    come.update(others)
            elif len(others) > 1:
                self._tell_split(entity, targets)
                come.update(others)
            elif others:
                (target,) = others
                self._same[entity] = target
                come.add(target)
                if target in old or len(sources[target]) > 1:
                    self._tell("entities merged", Change(entity, old[entity].label, "", self._named(target)))
                else:
                    self._tell(
                        "entities renamed", Change(entity, old[entity].label, entity, self._named(target))
                    )
                    self._tell_retyped(target, old[entity], new[target])
            else:
                self._tell("entities lost", Change(entity, old[entity].label, old[entity].type))
        for entity in sorted(new):
            if entity not in old:
                if entity not in come:
                    self._tell("entities added", Change(entity, new[entity].label, "", new[entity].type))
                continue
            before, after = old[entity], new[entity]
            if before.label != after.label:
                self._tell("entities renamed", Change(entity, after.label, before.label, after.label))
            self._tell_retyped(entity, before, after)
            if before.links != after.links:
                lost, added = set(before.links) - set(after.links), set(after.links) - set(before.links)
                self._tell("entities changed", Change(entity, after.label, _links(lost), _links(added)))

    def _tell_retyped(self, entity: str, before: Described, after: Described) -> None:
        if before.type != after.type:
            self._tell("entities retyped", Change(entity, after.label, before.type, after.type))

    def _tell_split(self, entity: str, targets: Counter[str]) -> None:
        ordered = sorted(targets.items(), key=lambda item: (-item[1], item[0]))
        into = ", ".join(f"{self._named(target)} × {count}" for target, count in ordered)
        self._tell(
            "entities split", Change(entity, self._old.label(entity), f"{targets.total()} mentions", into)
        )

    def _named(self, entity: str) -> str:
        return f"{self._new.label(entity)} ({entity})"

    def _compare_paper(self, paper: str, before: PaperParts | None, after: PaperParts | None) -> None:
        title = (self._new if after else self._old).papers[paper]
        if before is None or after is None:
            self._tell("papers added" if after else "papers lost", Change(paper, title))
        else:
            names = sorted(before.fields.keys() | after.fields.keys())
            changed = [name for name in names if before.fields.get(name) != after.fields.get(name)]
            if changed:
                named = ", ".join(re.split("[#/]", name)[-1] for name in changed)
                self._tell("papers changed", Change(paper, title, "", named))
        self._compare_claims(paper, title, before, after)
        self._compare_results(paper, title, before, after)

    def _compare_claims(
        self, paper: str, title: str, before: PaperParts | None, after: PaperParts | None
    ) -> None:
        old: defaultdict[str, dict[str, tuple[str, tuple[str, ...]]]] = defaultdict(dict)
        for entity, claims in sorted(before.claims.items()) if before else ():
            target = old[self._same.get(entity, entity)]
            for relation, said in claims.items():
                # United entities keep the surest of their claims, as a build does.
                target[relation] = max(said, target.get(relation, said), key=lambda one: float(one[0]))
        for claims in old.values():
            if len(claims) > 1:
                claims.pop("mentions", None)
        new = after.claims if after else {}
        for entity in sorted(old.keys() | new.keys()):
            of_old, of_new = old.get(entity, {}), new.get(entity, {})
            label = self._new.label(entity) if entity in self._new.entities else self._old.label(entity)
            moved = bool(of_old) and bool(of_new) and of_old.keys() != of_new.keys()
            if moved:
                self._tell(
                    "claims changed",
                    Change(f"{paper} {entity}", f"{title} · {label}", _relations(of_old), _relations(of_new)),
                )
            for relation in RELATIONS:
                change_id = (
                    f"claim/{paper.removeprefix('paper/')}/{relation}/{entity.removeprefix('entity/')}"
                )
                was, now = _said(of_old.get(relation)), _said(of_new.get(relation))
                in_words = f"{title} · {relation} · {label}"
                if was and now and was != now:
                    self._tell("claims changed", Change(change_id, in_words, was, now))
                elif now and not was and not moved:
                    self._tell("claims added", Change(change_id, in_words, "", now))
                elif was and not now and not moved:
                    self._tell("claims lost", Change(change_id, in_words, was))

    def _compare_results(
        self, paper: str, title: str, before: PaperParts | None, after: PaperParts | None
    ) -> None:
        old = Counter(self._mapped(result) for result in before.results) if before else Counter[ResultKey]()
        new = Counter(after.results) if after else Counter[ResultKey]()
        for name, rows, graph in (
            ("results added", new - old, self._new),
            ("results lost", old - new, self._old),
        ):
            for result in sorted(rows.elements()):
                words = _in_words(result, graph, self._new)
                self._tell(name, Change(paper, title, *(("", words) if graph is self._new else (words, ""))))

    def _mapped(self, result: ResultKey) -> ResultKey:
        return (*result[:5], tuple(self._same.get(entity, entity) for entity in result[5]))


def _batches(papers: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    for start in range(0, len(papers), _BATCH):
        yield start, papers[start : start + _BATCH]


def _links(links: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{_NAMES[name]} {value}" for name, value in sorted(links))


def _relations(claims: Mapping[str, tuple[str, tuple[str, ...]]]) -> str:
    """A paper's relations to an entity, each with the people who say so."""
    told = ((relation, claims[relation][1]) for relation in RELATIONS if relation in claims)
    return ", ".join(f"{relation} ({', '.join(people)})" if people else relation for relation, people in told)


def _said(said: tuple[str, tuple[str, ...]] | None) -> str:
    """How sure a claim is, and who makes it; empty where there is none."""
    if said is None:
        return ""
    confidence, people = said
    return f"{confidence} ({', '.join(people)})" if people else confidence


def _in_words(result: ResultKey, graph: Graph, other: Graph) -> str:
    _, _, kind, verbatim, _, entities = result
    parts = [
        f"{role} {(graph if entity in graph.entities else other).label(entity)}"
        for role, entity in zip(ROLES, entities, strict=True)
        if entity
    ]
    return f"{verbatim} ({kind}{', ' if parts else ''}{', '.join(parts)})"
