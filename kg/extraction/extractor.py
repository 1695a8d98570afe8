"""The extractor: a spaCy pipeline of our own components from title and abstract to an ``Extraction``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, cast

from spacy.language import Language
from spacy.tokens import Doc

from kg.extraction.abbreviations import find_short_forms
from kg.extraction.candidates import Span
from kg.extraction.entities import Group, group_names
from kg.extraction.lexicon import Lexicon, load_lexicon
from kg.extraction.linear import LinearModel, load_model
from kg.extraction.mentions import find_names
from kg.extraction.phrases import ConceptMatcher
from kg.extraction.reading import Reading, attach, reading
from kg.extraction.relations import relate
from kg.extraction.results import find_results
from kg.extraction.tokens import Tokens, blank_pipeline
from kg.records import Extraction, LocalEntity, Mention, RelationClaim, Sentence, Vocabulary
from kg.text.sentences import split_sentences

__all__ = ["Extractor", "add_entities"]

VERSION = 4
"""Raised with every change of the code that may change what is extracted."""
MODELS = ("names", "relations", "numbers", "links")
"""The models of the package, by the name of their file."""
_BATCH = 64
_LONGEST_PAIR = 12


@lru_cache(maxsize=1)
def _load_lexicon() -> Lexicon:
    return load_lexicon(_data("lexicon.json.gz"))


@lru_cache(maxsize=4)
def _load_model(name: str) -> tuple[LinearModel, str]:
    return load_model(_data(f"{name}.json.gz"))


def _data(name: str) -> Path:
    return Path(str(files("kg.extraction"))) / "data" / name


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


@Language.component("kg_names")
def mark_names(doc: Doc) -> Doc:
    """Choose the spans that name something."""
    find_names(reading(doc), _load_lexicon(), _load_model("names")[0])
    return doc


@Language.component("kg_entities")
def gather_entities(doc: Doc) -> Doc:
    """Bring together the names of one thing, and say what the paper does with it."""
    one = reading(doc)
    groups = group_names(one)
    add_entities(one, groups, relate(one, groups, _load_model("relations")[0], _load_lexicon()))
    return doc


def add_entities(one: Reading, groups: list[Group], claims: list[tuple[RelationClaim, ...]]) -> None:
    """Fill in the reading's entities: each group with its claims."""
    for group, relations in zip(groups, claims, strict=True):
        mentions = tuple(_mention(one, span) for span in group.spans)
        one.entities.append(LocalEntity(group.name, group.type, mentions, relations, group.concept))
        one.entity_spans.append(group.spans)


@Language.component("kg_results")
def gather_results(doc: Doc) -> Doc:
    """Tie numbers to names."""
    one = reading(doc)
    one.results = find_results(one, _load_model("numbers")[0], _load_model("links")[0])
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


class Extractor:
    """Reads what a title and an abstract say: what they name, the paper's relations to it, and results.

    Args:
        vocabulary: Terms that are known beforehand.

    Each text is read by itself, so that the same text always gives the same extraction. Pickled, it is its
    vocabulary, and is made anew from that.
    """

    components: ClassVar[tuple[str, ...]] = ("kg_names", "kg_entities", "kg_results")
    """The pipeline's, after those that find sentences, the vocabulary's terms and short forms."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._build(vocabulary)
        parts = [str(VERSION), vocabulary.fingerprint, *self._learnt()]
        self.fingerprint: str = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        """Changes whenever the same text may give something else."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._vocabulary,)

    def _learnt(self) -> list[str]:
        """The fingerprints of what the components look into."""
        return [_load_lexicon().fingerprint, *(_load_model(name)[1] for name in MODELS)]

    def _build(self, vocabulary: Vocabulary) -> None:
        self._nlp = blank_pipeline()
        self._nlp.add_pipe("kg_sentences")
        concepts = cast(VocabularyComponent, self._nlp.add_pipe("kg_vocabulary"))
        concepts.load(vocabulary)
        for name in ("kg_short_forms", *self.components):
            self._nlp.add_pipe(name)

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
            with self._nlp.memory_zone():
                extractions = [_extraction(reading(doc)) for doc in self._nlp.pipe(map(self._doc, batch))]
            yield from extractions

    def _doc(self, text: tuple[str, str]) -> Doc:
        title, abstract = text
        joined = f"{title}\n{abstract}"
        doc = self._nlp.make_doc(joined)
        attach(doc, Reading(joined, len(title)))
        return doc


def _extraction(one: Reading) -> Extraction:
    offset = one.title_length + 1
    sentences = [Sentence("title", 0, one.title_length)]
    sentences.extend(Sentence("abstract", start - offset, end - offset) for start, end in one.sentences[1:])
    return Extraction(tuple(sentences), tuple(one.entities), tuple(one.results))
