"""The extractor: a spaCy pipeline of our own components from title and abstract to an ``Extraction``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, cast

from spacy.language import Language
from spacy.tokens import Doc
from threadpoolctl import ThreadpoolController

from kg.extraction.abbreviations import find_short_forms
from kg.extraction.aliases import merge_aliases
from kg.extraction.candidates import Span
from kg.extraction.entities import Group, group_names
from kg.extraction.mentions import find_names
from kg.extraction.parameters import Parameters, load_parameters
from kg.extraction.phrases import ConceptMatcher
from kg.extraction.reading import Reading, attach, reading
from kg.extraction.relations import relate
from kg.extraction.results import find_results
from kg.extraction.tokens import Tokens, blank_pipeline
from kg.records import Extraction, LocalEntity, Mention, RelationClaim, Sentence, Vocabulary
from kg.text.sentences import split_sentences

__all__ = ["Extractor", "add_entities", "first_components", "make_doc"]

VERSION = 7
"""Raised with every change of the code that may change what is extracted."""
_BATCH = 64
_LONGEST_PAIR = 12


@Language.component("kg_sentences")
def mark_sentences(doc: Doc) -> Doc:
    """The title and the sentences of the abstract, and the tokens in them."""
    one = reading(doc)
    offset = one.title_length + 1
    one.sentences = [(0, one.title_length)]
    one.sentences.extend((start + offset, end + offset) for start, end in split_sentences(one.text[offset:]))
    one.tokens = Tokens(doc, one.sentences)
    one.title_tokens = sum(start < one.title_length for start in one.tokens.starts)
    return doc


@Language.factory("kg_vocabulary")
class VocabularyComponent:
    """Marks what a vocabulary names; ``load`` gives it one."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.name = name
        self._nlp = nlp
        self.load(Vocabulary())

    def load(self, vocabulary: Vocabulary) -> None:
        """Look for the concepts of this vocabulary from now on."""
        self._vocabulary = vocabulary
        self._matcher = ConceptMatcher(self._nlp, vocabulary)

    def __call__(self, doc: Doc) -> Doc:
        """Fill in the reading's concepts."""
        one = reading(doc)
        for start, end, slug in self._matcher(doc):
            span = _span(one, start, end)
            if span and one.tokens.sentence[span.first] == one.tokens.sentence[span.last]:
                one.concepts[span] = (slug, self._vocabulary.concepts[slug].type)
        return doc


@Language.component("kg_short_forms")
def mark_short_forms(doc: Doc) -> Doc:
    """Mark the long and short forms that the text introduces together."""
    one = reading(doc)
    for pair in find_short_forms(one.text):
        long = _span(one, pair.long_start, pair.long_end)
        short = _span(one, pair.short_start, pair.short_end)
        if long and short and long.last - long.first < _LONGEST_PAIR:
            sentence = one.tokens.sentence
            if sentence[long.first] == sentence[long.last] and sentence[short.first] == sentence[short.last]:
                one.pairs.append((long, short))
    return doc


class LearntComponent:
    """A component that needs what the extractor has learnt; ``parameters`` is set before the first text."""

    parameters: Parameters

    def __init__(self, nlp: Language, name: str) -> None:
        self.name = name


@Language.factory("kg_names")
class NamesComponent(LearntComponent):
    """Chooses the spans that name something."""

    def __call__(self, doc: Doc) -> Doc:
        """Fill in the reading's names."""
        learnt = self.parameters
        find_names(reading(doc), learnt.lexicon, learnt.network)
        return doc


@Language.factory("kg_entities")
class EntitiesComponent(LearntComponent):
    """Brings together the names of one thing, and says what the paper does with it."""

    def __call__(self, doc: Doc) -> Doc:
        """Fill in the reading's entities."""
        one = reading(doc)
        learnt = self.parameters
        groups = merge_aliases(one, group_names(one), learnt.aliases, learnt.lexicon)
        claims = relate(one, groups, learnt.relations, learnt.lexicon, learnt.confidence)
        add_entities(one, groups, claims)
        return doc


def add_entities(one: Reading, groups: list[Group], claims: list[tuple[RelationClaim, ...]]) -> None:
    """Fill in the reading's entities: each group with its claims."""
    for group, relations in zip(groups, claims, strict=True):
        mentions = tuple(_mention(one, span) for span in group.spans)
        one.entities.append(LocalEntity(group.name, group.type, mentions, relations, group.concept))
        one.entity_spans.append(group.spans)


@Language.factory("kg_results")
class ResultsComponent(LearntComponent):
    """Ties numbers to names."""

    def __call__(self, doc: Doc) -> Doc:
        """Fill in the reading's results."""
        one = reading(doc)
        one.results = find_results(one, self.parameters.numbers, self.parameters.links)
        return doc


def _span(one: Reading, start: int, end: int) -> Span | None:
    """The tokens between two offsets, if both are boundaries of tokens."""
    tokens = one.tokens
    first = tokens.index.get(start)
    if first is None:
        return None
    last = first
    while tokens.ends[last] < end and last + 1 < len(tokens):
        last += 1
    return Span(first, last) if tokens.ends[last] == end else None


def _mention(one: Reading, span: Span) -> Mention:
    start, end = one.tokens.starts[span.first], one.tokens.ends[span.last]
    text = one.text[start:end]
    if end <= one.title_length:
        return Mention("title", start, end, text)
    offset = one.title_length + 1
    return Mention("abstract", start - offset, end - offset, text)


def first_components(vocabulary: Vocabulary) -> Language:
    """A pipeline of the components before those that name things, which need nothing learnt."""
    nlp = blank_pipeline()
    nlp.add_pipe("kg_sentences")
    concepts = cast(VocabularyComponent, nlp.add_pipe("kg_vocabulary"))
    concepts.load(vocabulary)
    nlp.add_pipe("kg_short_forms")
    return nlp


def make_doc(nlp: Language, title: str, abstract: str) -> Doc:
    """The document of a paper, for the pipeline's components."""
    joined = f"{title}\n{abstract}"
    doc = nlp.make_doc(joined)
    attach(doc, Reading(joined, len(title)))
    return doc


@lru_cache(maxsize=1)
def _blas() -> ThreadpoolController:
    """NumPy's threads: for matrices as small as ours, waiting for one another costs more than they save."""
    return ThreadpoolController()


class Extractor:
    """Reads what a title and an abstract say: what they name, the paper's relations to it, and results.

    Args:
        vocabulary: Terms that are known beforehand.
        model: A folder that ``kg train`` wrote, or what was read from one; the package's own when None.

    Each text is read by itself, so that the same text always gives the same extraction. Pickled, it is its
    vocabulary and its model, and is made anew from those.
    """

    components: ClassVar[tuple[str, ...]] = ("kg_names", "kg_entities", "kg_results")
    """The pipeline's, after those that find sentences, the vocabulary's terms and short forms."""

    def __init__(self, vocabulary: Vocabulary, model: str | Path | Parameters | None = None) -> None:
        self._vocabulary = vocabulary
        self._model = model
        self._nlp = first_components(vocabulary)
        for name in self.components:
            component = self._nlp.add_pipe(name)
            if isinstance(component, LearntComponent):
                component.parameters = self._parameters
        parts = [vocabulary.fingerprint, *self._fingerprints()]
        self.fingerprint: str = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        """Changes whenever the same text may give something else."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Extractor, (self._vocabulary, self._model)

    @cached_property
    def _parameters(self) -> Parameters:
        if isinstance(self._model, Parameters):
            return self._model
        return load_parameters(None if self._model is None else Path(self._model))

    def _fingerprints(self) -> list[str]:
        """Of what the components do and look into."""
        return [str(VERSION), self._parameters.fingerprint]

    def extract(self, title: str, abstract: str) -> Extraction:
        """Read one paper.

        Args:
            title: As the graph will hold it; offsets of mentions point into it.
            abstract: Likewise; may be empty.
        """
        return next(self.extract_many([(title, abstract)]))

    def extract_many(self, texts: Iterable[tuple[str, str]]) -> Iterator[Extraction]:
        """Read many papers in a stream, in order; memory does not grow with their number."""
        remaining = iter(texts)
        while batch := list(islice(remaining, _BATCH)):
            with self._nlp.memory_zone(), _blas().limit(limits=1, user_api="blas"):
                docs = (make_doc(self._nlp, title, abstract) for title, abstract in batch)
                extractions = [_extraction(reading(doc)) for doc in self._nlp.pipe(docs)]
            yield from extractions


def _extraction(one: Reading) -> Extraction:
    offset = one.title_length + 1
    sentences = [Sentence("title", 0, one.title_length)]
    sentences.extend(Sentence("abstract", start - offset, end - offset) for start, end in one.sentences[1:])
    return Extraction(tuple(sentences), tuple(one.entities), tuple(one.results))
