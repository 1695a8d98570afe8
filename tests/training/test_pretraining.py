"""A network that guesses hidden words, and networks that begin with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kg.extraction.candidates import Candidates, Context, Span
from kg.extraction.lexicon import Lexicon
from kg.extraction.tokens import Tokens, blank_pipeline
from kg.records import RELATIONS

pytest.importorskip("torch", reason="needs the extra train")
pytest.importorskip("sklearn", reason="needs the extra train")

from kg.training.networks import Item, fit_network, make_item, probabilities
from kg.training.options import NetworkOptions, PretrainingOptions
from kg.training.pretraining import pretrain
from kg.training.words import make_lexicon, word_vectors

TEXTS = [
    f"We study {task} with {method} on {data} images ."
    for task in ("segmentation", "detection", "retrieval")
    for method in ("attention", "contrast", "search")
    for data in ("natural", "medical")
]
SHAPE = NetworkOptions(
    width=16, convolutions=2, heads=2, dropout=0.0, word_dropout=0.0, rate=1e-2, epochs=10, batch=4
)
OPTIONS = PretrainingOptions(sample=4, batch=6, epochs=3)
VECTORS = word_vectors(TEXTS * 3)
LEXICON: Lexicon = make_lexicon((), VECTORS)


@pytest.fixture(scope="module")
def items() -> list[Item]:
    """The texts, with what is studied, how and on what as candidates of a type each."""
    nlp = blank_pipeline()
    rows = {word: 1 + row for row, word in enumerate(LEXICON.clusters)}
    spans = [Span(2, 2), Span(4, 4), Span(6, 7)]
    candidates = Candidates(
        spans,
        ["task", "method", "data"],
        {"task": 1, "method": 1, "data": 1},
        frozenset(),
        [(True, True)] * 3,
    )
    types, relations = np.eye(1 + len(spans)), np.zeros((len(spans), len(RELATIONS)))
    return [
        make_item(
            Context(Tokens(nlp.make_doc(text), [(0, len(text))]), 0, {}, frozenset(), frozenset()),
            candidates,
            rows,
            types[1:],
            relations,
        )
        for text in TEXTS
    ]


def test_the_same_seed_gives_the_same_network(items: list[Item]) -> None:
    one, two, other = (
        pretrain(items, SHAPE, OPTIONS, LEXICON, VECTORS, seed=seed).arrays() for seed in (1, 1, 2)
    )
    assert all(np.array_equal(one[name], two[name]) for name in one)
    assert not np.array_equal(one["conv0.weight"], other["conv0.weight"])


def test_a_network_that_begins_with_another_learns_at_the_pace_it_is_told(items: list[Item]) -> None:
    encoder = pretrain(items, SHAPE, OPTIONS, LEXICON, VECTORS, seed=0)
    before = encoder.arrays()
    for slowness, kept in ((0.0, True), (0.5, False)):
        options = replace(SHAPE, slowness=slowness)
        network = fit_network(items, options, LEXICON, VECTORS, start=encoder, seed=0)
        after = network.arrays()
        for name in ("word", "hashed", "conv0.weight", "attention.in.weight"):
            assert np.array_equal(before[name], after[name]) == kept, name
        assert not np.array_equal(before["end.weight"], after["end.weight"])
        assert all(types.argmax(axis=1).tolist() == [1, 2, 3] for types, _ in probabilities(network, items))
