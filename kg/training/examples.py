"""Annotated papers as the pipeline reads them: what a model learns from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kg.evaluation import PaperRecord
from kg.evaluation.records import EntityRecord
from kg.evaluation.scoring import normal
from kg.extraction.candidates import Candidates, Context, Span, find_candidates
from kg.extraction.entities import Group, group_names
from kg.extraction.extractor import first_components, make_doc
from kg.extraction.lexicon import Lexicon
from kg.extraction.mentions import context
from kg.extraction.reading import Found, Reading, reading
from kg.records import ENTITY_TYPES, RELATIONS, LocalEntity, RelationClaim, Vocabulary

__all__ = ["Example", "GoldNames", "gold_names", "label", "read_examples"]


@dataclass(frozen=True, slots=True)
class Example:
    """A paper as the pipeline reads it, up to the component that chooses names."""

    paper: PaperRecord
    reading: Reading

    @property
    def context(self) -> Context:
        """What the features of candidates are drawn from."""
        return context(self.reading)

    def candidates(self, lexicon: Lexicon) -> Candidates:
        """The spans that may be names."""
        return find_candidates(self.context, lexicon)


def read_examples(papers: Iterable[PaperRecord], vocabulary: Vocabulary) -> Iterator[Example]:
    """Run the first components of the pipeline on papers, in a stream."""
    nlp = first_components(vocabulary)
    for paper in papers:
        doc = make_doc(nlp, paper.title, paper.abstract)
        for _, component in nlp.pipeline:
            doc = component(doc)
        yield Example(paper, reading(doc))


def label(example: Example, candidates: Candidates) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """What the annotations say of each candidate.

    Returns:
        ``(candidates,)``: 0, or 1 + the index in ``ENTITY_TYPES`` of the entity that it names; a name within
        a longer one counts as none. ``(candidates, relations)``: the paper's relations to it in equal shares.
    """
    named: dict[str, EntityRecord] = {}
    for entity in example.paper.entities:
        for form in entity.forms:
            named.setdefault(normal(form), entity)
    labels = np.zeros(len(candidates.spans), np.int8)
    relations = np.zeros((len(candidates.spans), len(RELATIONS)), np.float32)
    found = [named.get(normal(example.reading.quote(span))) for span in candidates.spans]
    matches = sorted(
        ((n, candidates.spans[n], entity) for n, entity in enumerate(found) if entity is not None),
        key=lambda match: (match[1].first - match[1].last, match[1]),
    )
    cover: dict[int, Span] = {}
    for n, span, entity in matches:
        holder = cover.get(span.first)
        inside = range(span.first, span.last + 1)
        if holder not in {None, span} and all(cover.get(i) == holder for i in inside):
            continue
        labels[n] = 1 + ENTITY_TYPES.index(entity.type)
        for relation in entity.relations:
            relations[n, RELATIONS.index(relation)] = 1 / len(entity.relations)
        for i in inside:
            cover.setdefault(i, span)
    return labels, relations


@dataclass(frozen=True, slots=True)
class GoldNames:
    """A reading whose names are the annotated ones."""

    reading: Reading
    groups: Sequence[Group]
    entities: Sequence[EntityRecord]
    """The annotated entity of each group."""


def gold_names(example: Example, lexicon: Lexicon) -> GoldNames:
    """Put the annotated names in the place of found ones, so that what comes after is learnt apart."""
    one = replace(example.reading, entities=[], entity_spans=[], found=[])
    one.tokens = example.reading.tokens
    candidates = example.candidates(lexicon)
    labels, _ = label(example, candidates)
    taken: set[int] = set()
    for n in sorted(
        np.flatnonzero(labels).tolist(), key=lambda n: (-len(candidates.keys[n]), candidates.spans[n])
    ):
        span = candidates.spans[n]
        places = set(range(span.first, span.last + 1))
        if places & taken:
            continue
        taken |= places
        probabilities = tuple(float(labels[n] == 1 + k) for k in range(len(ENTITY_TYPES)))
        one.found.append(Found(span, candidates.keys[n], probabilities, True))
    one.found.sort(key=lambda found: found.span)
    gold = {normal(form): entity for entity in example.paper.entities for form in entity.forms}
    groups: list[Group] = []
    entities: list[EntityRecord] = []
    for group in group_names(one):
        entity = gold.get(normal(group.name))
        if entity is None:
            continue
        group.type = entity.type
        groups.append(group)
        entities.append(entity)
        claims = tuple(RelationClaim(name, 1.0, (0,)) for name in entity.relations)
        one.entities.append(LocalEntity(group.name, group.type, (), claims))
        one.entity_spans.append(group.spans)
    return GoldNames(one, groups, entities)
