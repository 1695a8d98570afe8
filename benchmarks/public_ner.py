"""Our span network and linear model on the public test sets of SciERC and TDMSci, trained on each alone.

    python -m benchmarks.public_ner CORPORA [--corpus scierc tdmsci] [--work output/public-ner]

CORPORA is a folder with ``scierc/{train,dev,test}.txt``, ``tdmsci/{train_1500_v2,test_500_v2}.conll`` and
``arxiv-cs.jsonl.gz`` (see ``benchmarks/README.md``). Everything is trained here from nothing, on one core:
word vectors and a network that guesses hidden words on the unlabelled abstracts (both kept in WORK); then,
beginning with that network, others, and a linear model, on the corpus's training set, which together label
some of the unlabelled abstracts; then one network on both.

Candidates are all spans up to ten tokens within a sentence that neither begin nor end with punctuation or a
word that the training set's entities hardly ever hold. Thresholds are chosen on SciERC's dev set, or on the
last tenth of TDMSci's training set, which is not learnt from. A prediction counts if its span and its type
are those annotated; F1 is micro-averaged over all types, as published.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import pickle
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # read when NumPy is imported
    os.environ[_name] = "1"

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402
import torch  # noqa: E402
from spacy.tokens import Doc  # noqa: E402

from kg.evaluation.records import read_metadata  # noqa: E402
from kg.extraction.abbreviations import find_short_forms  # noqa: E402
from kg.extraction.candidates import Candidates, Context, Span  # noqa: E402
from kg.extraction.lexicon import Lexicon  # noqa: E402
from kg.extraction.linear import LinearModel, log_softmax, softmax, unpacked  # noqa: E402
from kg.extraction.mentions import choose  # noqa: E402
from kg.extraction.tokens import Tokens, blank_pipeline  # noqa: E402
from kg.records import RELATIONS  # noqa: E402
from kg.text.sentences import split_sentences  # noqa: E402
from kg.training.features import NOTHING, describe, score  # noqa: E402
from kg.training.linear import fit_spans  # noqa: E402
from kg.training.networks import (  # noqa: E402
    Item,
    SpanNetwork,
    bare_item,
    fit_network,
    make_item,
    probabilities,
)
from kg.training.options import NetworkOptions, PretrainingOptions  # noqa: E402
from kg.training.pretraining import pretrain  # noqa: E402
from kg.training.words import WordVectors, make_lexicon, word_vectors  # noqa: E402

Scores = npt.NDArray[np.float32]

LONGEST = 10
"""Tokens of a candidate."""
TEACHER = NetworkOptions(dropout=0.3, word_dropout=0.2, slowness=0.3, epochs=10, relations=0)
STUDENT = NetworkOptions(dropout=0.2, word_dropout=0.2, slowness=0.5, epochs=2, relations=0)
PRETRAINING = PretrainingOptions()
TEACHERS = 2
REPEATED = 3
"""How often the student reads each annotated text in the time that it reads the others once."""
UNLABELLED = {"scierc": 2500, "tdmsci": 2500}
"""Abstracts, or sentences, that the student learns from beside the annotated ones."""
FIELDS = frozenset(
    {"cs.AI", "cs.CL", "cs.CV", "cs.IR", "cs.LG", "cs.NE", "cs.RO", "cs.SD", "eess.AS", "stat.ML"}
)
"""Of the abstracts that are learnt from."""
LEAST_TOKENS = 60
"""Of an abstract that is labelled."""
PRIOR = 10_000
"""How many words of all abstracts count with a training set's, when it is asked which are its own."""
THRESHOLDS = np.arange(-2.0, 1.01, 0.1)
BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
PUBLISHED = {
    "scierc": "SciBERT 67.6 (Beltagy et al. 2019, 110 million parameters), PL-Marker 70.3, HGERE 75.9",
    "tdmsci": "none that we compare with",
}
NLP = blank_pipeline()


@dataclass(frozen=True, slots=True)
class Text:
    """A text as our pipeline reads it, with the entities annotated in it."""

    context: Context
    entities: dict[Span, str]
    unreachable: int = 0
    """Entities that don't begin and end with our tokens, which are never found."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus's texts."""

    train: list[Text]
    held_out: list[Text]
    test: list[Text]
    unlabelled: list[Text]
    batch: int
    """How many texts a network learns from at once."""

    @property
    def classes(self) -> list[str]:
        """Nothing, and the types."""
        return [NOTHING, *sorted({kind for text in self.train for kind in text.entities.values()})]


def make_text(
    doc: Doc, sentences: list[tuple[int, int]], entities: Iterable[tuple[int, int, str]] = ()
) -> Text:
    """A text of a document, the offsets of its sentences and those of its entities."""
    tokens = Tokens(doc, sentences)
    ends = {end: i for i, end in enumerate(tokens.ends)}

    def span(start: int, end: int) -> Span | None:
        first, last = tokens.index.get(start), ends.get(end)
        if first is None or last is None or tokens.sentence[first] != tokens.sentence[last]:
            return None
        return Span(first, last)

    pairs = find_short_forms(doc.text)
    longs = (span(pair.long_start, pair.long_end) for pair in pairs)
    shorts = (span(pair.short_start, pair.short_end) for pair in pairs)
    found = [(span(start, end), kind) for start, end, kind in entities]
    return Text(
        Context(tokens, 0, {}, frozenset(filter(None, longs)), frozenset(filter(None, shorts))),
        {place: kind for place, kind in found if place},
        sum(place is None for place, _ in found),
    )


def read_columns(path: Path) -> Iterator[list[list[str]]]:
    """Blocks of lines of columns; a document begins with a block of one ``-DOCSTART-`` line, if any does."""
    block: list[list[str]] = []
    with path.open(encoding="utf-8") as lines:
        for line in [*lines, ""]:
            columns = line.split()
            if columns:
                block.append(columns)
            elif block:
                yield block
                block = []


def entities_of(tags: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The entities that tags of tokens from an offset to another spell, in IOB of either kind."""
    entities: list[tuple[int, int, str]] = []
    before = "O"
    for start, end, tag in tags:
        if tag != "O":
            if before == "O" or tag[2:] != before[2:] or tag.startswith("B-"):
                entities.append((start, end, tag[2:]))
            else:
                entities[-1] = (entities[-1][0], end, tag[2:])
        before = tag
    return entities


def read_scierc(path: Path) -> list[Text]:
    """Abstracts, in the corpus's own tokens."""
    abstracts: list[list[list[list[str]]]] = []
    for block in read_columns(path):
        if block[0][0] == "-DOCSTART-":
            abstracts.append([])
        else:
            abstracts[-1].append(block)
    return [_abstract(sentences) for sentences in abstracts if sentences]


def _abstract(sentences: list[list[list[str]]]) -> Text:
    words = [BRACKETS.get(line[0], line[0]) for sentence in sentences for line in sentence]
    spaces = [
        word not in "([{" and following not in ")]},.;:"
        for word, following in zip(words, [*words[1:], ""], strict=True)
    ]
    doc = Doc(NLP.vocab, words=words, spaces=spaces)
    bounds: list[tuple[int, int]] = []
    entities: list[tuple[int, int, str]] = []
    at = 0
    for sentence in sentences:
        places = [(token.idx, token.idx + len(token)) for token in doc[at : at + len(sentence)]]
        at += len(sentence)
        bounds.append((places[0][0], places[-1][1]))
        entities += entities_of([(*place, line[-1]) for place, line in zip(places, sentence, strict=True)])
    return make_text(doc, bounds, entities)


def read_tdmsci(path: Path) -> list[Text]:
    """Sentences, in our tokens: the corpus's split all hyphens, and offsets tell which were together."""
    texts: list[Text] = []
    for block in read_columns(path):
        text = ""
        tags: list[tuple[int, int, str]] = []
        end = int(block[0][1])
        for word, offset, tag in block:
            text += " " if int(offset) > end else ""
            tags.append((len(text), len(text) + len(word), tag))
            text += word
            end = int(offset) + len(word)
        texts.append(make_text(NLP.make_doc(text), [(0, len(text))], entities_of(tags)))
    return texts


@dataclass(frozen=True, slots=True)
class Abstracts:
    """Unlabelled abstracts of a metadata file, without candidates."""

    path: Path
    numbers: list[int]
    """The place of each in the file."""
    items: list[Item]

    def nearest(self, texts: Sequence[Item], count: int) -> list[int]:
        """The places of the abstracts whose words are most those of texts, the nearest first.

        By the mean log ratio of a word's frequency in the texts, smoothed with a Dirichlet prior, to that in
        all abstracts (the unigram case of Moore and Lewis 2010).
        """
        size = 1 + max(int(item.rows[:, 0].max()) for item in [*self.items, *texts])
        lengths = np.array([len(item.rows) for item in self.items])
        words = np.concatenate([item.rows[:, 0] for item in self.items])
        wanted = np.bincount(np.concatenate([item.rows[:, 0] for item in texts]), minlength=size)
        shares = np.bincount(words, minlength=size) + 1.0
        shares /= shares.sum()
        ratios = np.log((wanted + PRIOR * shares) / (wanted.sum() + PRIOR) / shares)
        ratios[0] = 0
        means = np.add.reduceat(ratios[words], np.cumsum(lengths) - lengths) / lengths
        means[lengths < LEAST_TOKENS] = -np.inf
        return [self.numbers[n] for n in np.argsort(-means, kind="stable")[:count]]


def read_abstracts(path: Path, rows: dict[str, int]) -> Abstracts:
    """Read the abstracts of our fields; ``rows`` are those of the words of the table."""
    with gzip.open(path) as lines:
        ours = [bool(FIELDS.intersection(json.loads(line).get("categories") or ())) for line in lines]
    found = Abstracts(path, [], [])
    for number, (_, _, abstract) in enumerate(read_metadata(path)):
        bounds = list(split_sentences(abstract)) if ours[number] else []
        if not bounds:
            continue
        tokens = Tokens(NLP.make_doc(abstract), bounds)
        found.numbers.append(number)
        found.items.append(bare_item(Context(tokens, 0, {}, frozenset(), frozenset()), rows))
    return found


def read_unlabelled(path: Path, numbers: Sequence[int]) -> list[Text]:
    """Abstracts by their places in a metadata file."""
    wanted = set(numbers)
    texts: dict[int, Text] = {}
    for number, (_, _, abstract) in enumerate(read_metadata(path)):
        if number in wanted:
            texts[number] = make_text(NLP.make_doc(abstract), list(split_sentences(abstract)))
    return [texts[number] for number in numbers]


def read_sentences(path: Path, count: int) -> list[Text]:
    """A sentence of each of the abstracts spread over a metadata file."""
    with gzip.open(path) as lines:
        step = sum(1 for _ in lines) // count
    texts: list[Text] = []
    for number, (_, _, abstract) in enumerate(islice(read_metadata(path), 0, None, step)):
        bounds = list(split_sentences(abstract))
        if bounds:
            start, end = bounds[number % len(bounds)]
            texts.append(make_text(NLP.make_doc(abstract[start:end]), [(0, end - start)]))
    return texts[:count]


def read_corpus(name: str, folder: Path, abstracts: Abstracts, rows: dict[str, int]) -> Corpus:
    """Read a corpus, and unlabelled texts; ``rows`` are those of the words of the table."""
    count = UNLABELLED[name]
    if name == "scierc":
        train, dev, test = (read_scierc(folder / name / f"{part}.txt") for part in ("train", "dev", "test"))
        near = abstracts.nearest([bare_item(text.context, rows) for text in train], count)
        return Corpus(train, dev, test, read_unlabelled(abstracts.path, near), batch=16)
    train = read_tdmsci(folder / name / "train_1500_v2.conll")
    test = read_tdmsci(folder / name / "test_500_v2.conll")
    cut = len(train) * 9 // 10
    others = read_sentences(abstracts.path, count)
    return Corpus(train[:cut], train[cut:], test, others, batch=64)


def count_barriers(texts: Iterable[Text]) -> frozenset[str]:
    """Lower-case words that entities hardly ever hold."""
    total: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    for text in texts:
        lowers = text.context.tokens.lowers
        total.update(lowers)
        inside.update(lowers[i] for span in text.entities for i in range(span.first, span.last + 1))
    return frozenset(word for word, count in total.items() if count >= 10 and inside[word] < 0.012 * count)


def find_candidates(context: Context, lexicon: Lexicon) -> Candidates:
    """All spans of a few tokens within a sentence whose ends may be those of an entity."""
    tokens = context.tokens
    outside = [
        form == "." or lower in lexicon.barriers
        for form, lower in zip(tokens.shapes, tokens.lowers, strict=True)
    ]
    border = [True, *outside, True]
    begins = {i for i in range(len(tokens)) if border[i] or tokens.begins[i] == i}
    ends = {i for i in range(len(tokens)) if border[i + 2] or i + 1 in tokens.begins}
    spans = [
        Span(first, last)
        for first in range(len(tokens))
        if not outside[first]
        for last in range(first, min(first + LONGEST, len(tokens)))
        if tokens.begins[last] == tokens.begins[first] and (not outside[last] or tokens.texts[last] in ")]")
    ]
    keys = [" ".join([*tokens.lowers[a:b], tokens.stems[b]]).replace("-", " ") for a, b in spans]
    edges = [(first in begins, last in ends) for first, last in spans]
    return Candidates(spans, keys, Counter(keys), frozenset(), edges)


class Models:
    """Networks and a linear model of one corpus.

    Args:
        corpus: To learn from.
        vectors: Of words.
        encoder: The network that all begin with.
    """

    def __init__(self, corpus: Corpus, vectors: WordVectors, encoder: SpanNetwork) -> None:
        self.classes = corpus.classes
        self._vectors = vectors
        self._encoder = encoder
        self._batch = corpus.batch
        self.lexicon = make_lexicon(count_barriers(corpus.train), vectors)
        self._rows = {word: 1 + row for row, word in enumerate(self.lexicon.clusters)}
        self._items = [self.item(text) for text in corpus.train]
        self.linear = self._fit_linear(corpus.train)
        self.networks = [self._fit(TEACHER, self._items, seed) for seed in range(TEACHERS)]

    def candidates(self, text: Text) -> Candidates:
        """The spans that are told apart."""
        return find_candidates(text.context, self.lexicon)

    def _labels(self, text: Text) -> list[int]:
        spans = self.candidates(text).spans
        return [self.classes.index(text.entities.get(span, NOTHING)) for span in spans]

    def item(self, text: Text, types: Scores | None = None) -> Item:
        """What the network reads of a text, with its annotations or with probabilities of types."""
        candidates = self.candidates(text)
        if types is None:
            types = np.eye(len(self.classes), dtype=np.float32)[self._labels(text)]
        nothing = np.zeros((len(candidates.spans), len(RELATIONS)), np.float32)
        return make_item(text.context, candidates, self._rows, types, nothing)

    def _fit(self, options: NetworkOptions, items: Sequence[Item], seed: int) -> SpanNetwork:
        options = replace(options, batch=self._batch)
        return fit_network(items, options, self.lexicon, self._vectors, start=self._encoder, seed=seed)

    def _fit_linear(self, texts: Sequence[Text]) -> LinearModel:
        described = (
            (candidates, describe(candidates, text.context, self.lexicon), self._labels(text))
            for text in texts
            for candidates in [self.candidates(text)]
        )
        return unpacked(fit_spans(described, self.classes, strength=0.25))

    def learn_from_others(self, texts: Sequence[Text]) -> SpanNetwork:
        """A network trained on the annotated texts and on what all models together say of others."""
        said = self.say(texts, self.networks, 0.5)
        items = [self.item(text, softmax(types)) for text, types in zip(texts, said, strict=True)]
        return self._fit(STUDENT, [*self._items * REPEATED, *items], TEACHERS)

    def say(self, texts: Sequence[Text], networks: Sequence[SpanNetwork], share: float) -> list[Scores]:
        """Log probabilities of each text's candidates; ``share`` is that of the networks."""
        items = [self.item(text) for text in texts]
        logs = [[np.log(types + 1e-9) for types, _ in probabilities(one, items)] for one in networks]
        said: list[Scores] = []
        for n, text in enumerate(texts):
            mixed = np.zeros((len(items[n].spans), len(self.classes)), np.float32)
            if share > 0:
                mixed += share * np.mean([one[n] for one in logs], axis=0)
            if share < 1:
                candidates = self.candidates(text)
                features = describe(candidates, text.context, self.lexicon)
                order = [self.linear.classes.index(name) for name in self.classes]
                linear = score(candidates.spans, features, self.linear)[:, order]
                mixed += (1 - share) * log_softmax(linear)
            said.append(log_softmax(mixed))
        return said

    def predict(
        self, texts: Sequence[Text], said: Sequence[Scores], threshold: float
    ) -> list[dict[Span, str]]:
        """The entities: spans that don't overlap and whose log odds together exceed the threshold most."""
        found: list[dict[Span, str]] = []
        for text, logs in zip(texts, said, strict=True):
            spans = list(self.candidates(text).spans)
            nothing = np.clip(np.exp(logs[:, 0].astype(np.float64)), 1e-6, 1 - 1e-6)
            gains = np.log((1 - nothing) / nothing) - threshold
            best = 1 + logs[:, 1:].argmax(axis=1)
            found.append({spans[n]: self.classes[best[n]] for n in choose(spans, gains.tolist())})
        return found


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision, recall and F1 in per cent."""

    precision: float
    recall: float
    f1: float


def measure(texts: Sequence[Text], found: Sequence[dict[Span, str]], kind: str = "") -> Figures:
    """Strict figures of all types, or of one."""
    right = said = true = 0
    for text, entities in zip(texts, found, strict=True):
        gold = {pair for pair in text.entities.items() if kind in {"", pair[1]}}
        guessed = {pair for pair in entities.items() if kind in {"", pair[1]}}
        right += len(gold & guessed)
        said += len(guessed)
        true += len(gold) + (0 if kind else text.unreachable)
    return Figures(100 * right / max(said, 1), 100 * right / max(true, 1), 200 * right / max(said + true, 1))


def best_threshold(models: Models, texts: Sequence[Text], said: Sequence[Scores]) -> float:
    """The threshold with the highest F1."""
    scores = {float(t): measure(texts, models.predict(texts, said, t)).f1 for t in THRESHOLDS}
    return max(scores, key=lambda t: scores[t])


def said_by(models: Models, texts: Sequence[Text], student: SpanNetwork) -> dict[str, list[Scores]]:
    """What each model, and several together, say of texts."""
    return {
        "linear model": models.say(texts, [], 0.0),
        "a network": models.say(texts, models.networks[:1], 1.0),
        "networks and linear model": models.say(texts, models.networks, 0.5),
        "self-trained network": models.say(texts, [student], 1.0),
        "self-trained network and linear model": models.say(texts, [student], 0.5),
    }


def run(name: str, corpus: Corpus, vectors: WordVectors, encoder: SpanNetwork) -> None:
    """Train on a corpus, and print the figures of its test set."""
    started, used = time.monotonic(), time.process_time()
    models = Models(corpus, vectors, encoder)
    student = models.learn_from_others(corpus.unlabelled)
    thresholds: dict[str, float] = {}
    held_out: dict[str, float] = {}
    for variant, said in said_by(models, corpus.held_out, student).items():
        thresholds[variant] = best_threshold(models, corpus.held_out, said)
        found = models.predict(corpus.held_out, said, thresholds[variant])
        held_out[variant] = measure(corpus.held_out, found).f1
    entities = sum(len(text.entities) + text.unreachable for text in corpus.test)
    print(f"{name}: {len(corpus.train):,} texts to learn from, {len(corpus.unlabelled):,} unlabelled ones;")
    print(f"    test set of {len(corpus.test):,} texts, {entities:,} entities")
    print(f"    {'':38} held out F1   test P      R     F1")
    said_of_test = said_by(models, corpus.test, student)
    predicted = {
        variant: models.predict(corpus.test, said, thresholds[variant])
        for variant, said in said_of_test.items()
    }
    for variant, found in predicted.items():
        all_types = measure(corpus.test, found)
        print(
            f"    {variant:38} {held_out[variant]:11.1f} {all_types.precision:8.1f} {all_types.recall:6.1f}"
            f" {all_types.f1:6.1f}"
        )
    best = max(held_out, key=lambda variant: held_out[variant])
    by_type = (f"{kind} {measure(corpus.test, predicted[best], kind).f1:.1f}" for kind in corpus.classes[1:])
    print(f"    {best} by type: {', '.join(by_type)}")
    print(f"    published: {PUBLISHED[name]}")
    print(f"    {time.process_time() - used:.0f} s of one core, {time.monotonic() - started:.0f} s in all")


def read_vectors(metadata: Path, work: Path) -> WordVectors:
    """Word vectors of a metadata file, from WORK if they are there."""
    kept = work / "words.pickle"
    if kept.is_file():
        with kept.open("rb") as file:
            vectors: WordVectors = pickle.load(file)
        return vectors
    vectors = word_vectors(f"{title} . {abstract}" for _, title, abstract in read_metadata(metadata))
    work.mkdir(parents=True, exist_ok=True)
    with kept.open("wb") as file:
        pickle.dump(vectors, file)
    return vectors


def read_encoder(abstracts: Abstracts, lexicon: Lexicon, vectors: WordVectors, work: Path) -> SpanNetwork:
    """A network that guesses hidden words of abstracts, from WORK if it is there."""
    kept = work / "encoder.pt"
    if kept.is_file():
        encoder = SpanNetwork(TEACHER, lexicon)
        encoder.load_state_dict(torch.load(kept))
        return encoder
    encoder = pretrain(abstracts.items, TEACHER, PRETRAINING, lexicon, vectors, seed=0)
    torch.save(encoder.state_dict(), kept)
    return encoder


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--corpus", nargs="+", choices=list(PUBLISHED), default=list(PUBLISHED))
    parser.add_argument("--work", type=Path, default=Path("output/public-ner"))
    arguments = parser.parse_args()
    metadata = arguments.corpora / "arxiv-cs.jsonl.gz"
    vectors = read_vectors(metadata, arguments.work)
    lexicon = make_lexicon((), vectors)
    rows = {word: 1 + row for row, word in enumerate(lexicon.clusters)}
    abstracts = read_abstracts(metadata, rows)
    encoder = read_encoder(abstracts, lexicon, vectors, arguments.work)
    for name in arguments.corpus:
        run(name, read_corpus(name, arguments.corpora, abstracts, rows), vectors, encoder)


if __name__ == "__main__":
    main()
