"""The network's arithmetic and file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg.extraction.candidates import find_candidates
from kg.extraction.extractor import first_components, make_doc
from kg.extraction.mentions import context
from kg.extraction.network import LONGEST, load_network, save_network
from kg.extraction.parameters import load_parameters
from kg.extraction.reading import Reading, reading
from kg.vocabulary import load_vocabulary

TITLE = "FooNet: Graph Routing for Image Segmentation"
SENTENCE = "We propose FooNet, a graph routing network for image segmentation, and test it on BarBench. "


def read(abstract: str) -> Reading:
    nlp = first_components(load_vocabulary())
    doc = make_doc(nlp, TITLE, abstract)
    for _, component in nlp.pipeline:
        doc = component(doc)
    return reading(doc)


def test_a_saved_network_scores_as_before_and_saves_to_the_same_bytes(tmp_path: Path) -> None:
    learnt = load_parameters()
    network = learnt.network
    save_network(network.arrays, tmp_path / "one.npz")
    again, digest = load_network(tmp_path / "one.npz", learnt.lexicon)
    save_network(again.arrays, tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert load_network(tmp_path / "two.npz", learnt.lexicon)[1] == digest
    known = context(read(SENTENCE))
    candidates = find_candidates(known, learnt.lexicon)
    for one, other in zip(network.score(candidates, known), again.score(candidates, known), strict=True):
        np.testing.assert_allclose(one, other, atol=0.05)


def test_a_long_text_is_scored_like_a_short_one_and_whole() -> None:
    learnt = load_parameters()
    known = context(read(SENTENCE * (3 * LONGEST // 18)))
    assert len(known.tokens) > 2 * LONGEST
    candidates = find_candidates(known, learnt.lexicon)
    scored = learnt.network.score(candidates, known)
    assert len(scored.types) == len(scored.relations) == len(candidates.spans)
    names = [n for n, key in enumerate(candidates.keys) if key == "barbench"]
    assert candidates.spans[names[-1]].first > 2 * LONGEST
    assert all(scored.types[n].argmax() > 0 for n in (names[0], names[-1]))


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "network.npz").write_bytes(b"not an archive")
    with pytest.raises(ValueError, match=r"pickle|npz|magic"):
        load_network(tmp_path / "network.npz", load_parameters().lexicon)
