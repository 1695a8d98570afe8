"""Nine invented papers of two topics, small enough to check by hand what a map says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyoxigraph
from pyoxigraph import DefaultGraph, RdfFormat

from kg.rdf import OxigraphStore
from kg.rdf.namespaces import Iris
from kg.rdf.store import Store
from tests.network.sample import Sample, SampleEntity, SamplePaper

ENTITIES: Mapping[str, SampleEntity] = {
    "sprouting": SampleEntity("sprouting", "Method", ("Sprout",)),
    "fast-sprouting": SampleEntity("fast sprouting", "Method", (), ("sprouting",)),
    "grafting": SampleEntity("grafting", "Method"),
    "mulching": SampleEntity("mulching", "Method"),
    "language-model": SampleEntity("language model", "Method", ("LM",)),
    "leaf-counting": SampleEntity("leaf counting", "Task"),
    "root-tracing": SampleEntity("root tracing", "Task"),
    "leafbench": SampleEntity("LeafBench", "Benchmark"),
    "rootbench": SampleEntity("RootBench", "Benchmark"),
    "greenhouse-9k": SampleEntity("Greenhouse-9K", "Dataset"),
    "accuracy": SampleEntity("accuracy", "Metric"),
    "count-error": SampleEntity("count error", "Metric"),
}

LISTS = {"leaves": "Leaves", "garden-club": "The garden club"}

PAPERS: Sequence[SamplePaper] = (
    SamplePaper(
        "arxiv-2401.00001",
        "SproutNet: [[Sprouting|sprouting]] for [[Leaf Counting|leaf-counting]]",
        (
            "We introduce [[sprouting|sprouting]].",
            "It reaches 71% [[accuracy|accuracy]] on [[LeafBench|leafbench]].",
            "It is unlike a [[language model|language-model]].",
        ),
        {
            "sprouting": [("introduces", "0.96")],
            "leaf-counting": [("addresses", "0.95")],
            "leafbench": [("evaluatesOn", "0.94")],
            "accuracy": [("measures", "0.90")],
            "language-model": [("mentions", "0.60")],
        },
        issued="2024-01",
        authors=("Ada Lane", "Bo Reed"),
        lists=("leaves", "garden-club"),
        results=(("sprouting", "leafbench", "accuracy", "71", "71%"),),
    ),
    SamplePaper(
        "arxiv-2402.00002",
        "[[LeafBench|leafbench]], a Still Benchmark for [[Leaf Counting|leaf-counting]]",
        ("[[LeafBench|leafbench]] scores [[Sprout|sprouting]] by [[accuracy|accuracy]].",),
        {
            "leafbench": [("introduces", "0.97")],
            "leaf-counting": [("addresses", "0.93")],
            "sprouting": [("comparesWith", "0.88")],
            "accuracy": [("measures", "0.85")],
        },
        issued="2024-02-11",
        authors=("Çelik, Müge",),
        lists=("leaves",),
    ),
    SamplePaper(
        "arxiv-2403.00003",
        "[[Root Tracing|root-tracing]] by Borrowed Tools",
        (
            "We apply [[sprouting|sprouting]] to [[root tracing|root-tracing]].",
            "We score on [[RootBench|rootbench]].",
            "Unlike a [[language model|language-model]], it is small.",
        ),
        {
            "sprouting": [("uses", "0.91")],
            "root-tracing": [("addresses", "0.94")],
            "rootbench": [("evaluatesOn", "0.92")],
            "language-model": [("mentions", "0.60")],
        },
        issued="2024-03",
        authors=("Bo Reed",),
        lists=("garden-club",),
    ),
    SamplePaper(
        "arxiv-2404.00004",
        "[[Fast Sprouting|fast-sprouting]]",
        (
            "We introduce [[fast sprouting|fast-sprouting]] for [[leaf counting|leaf-counting]].",
            "On [[LeafBench|leafbench]], [[sprouting|sprouting]] has 64% [[accuracy|accuracy]].",
        ),
        {
            "fast-sprouting": [("introduces", "0.95")],
            "leaf-counting": [("addresses", "0.92")],
            "leafbench": [("evaluatesOn", "0.90")],
            "sprouting": [("comparesWith", "0.89")],
            "accuracy": [("measures", "0.84")],
        },
        issued="2024-04",
        authors=("Dee Fern", "ada lane"),
        lists=("leaves",),
        results=(("sprouting", "leafbench", "accuracy", "64", "64%"),),
    ),
    SamplePaper(
        "arxiv-2405.00005",
        "[[Grafting|grafting]] for [[Root Tracing|root-tracing]]",
        (
            "[[Grafting|grafting]] is our answer; trained on [[Greenhouse-9K|greenhouse-9k]].",
            "On [[RootBench|rootbench]] its [[count error|count-error]] is 3.1 at last.",
        ),
        {
            "grafting": [("introduces", "0.97")],
            "root-tracing": [("addresses", "0.95")],
            "rootbench": [("evaluatesOn", "0.93")],
            "greenhouse-9k": [("trainsOn", "0.90")],
            "count-error": [("measures", "0.88")],
        },
        issued="2024-05",
        authors=("Eve Oak",),
        results=(("grafting", "rootbench", "count-error", "3.1", "3.1"),),
    ),
    SamplePaper(
        "arxiv-2406.00006",
        "More [[Grafting|grafting]]",
        (
            "We use [[grafting|grafting]] with [[mulching|mulching]] for [[root tracing|root-tracing]].",
            "On [[RootBench|rootbench]] [[mulching|mulching]] has a [[count error|count-error]] of 2.4 only.",
        ),
        {
            "grafting": [("uses", "0.93")],
            "mulching": [("introduces", "0.94")],
            "root-tracing": [("addresses", "0.92")],
            "rootbench": [("evaluatesOn", "0.90")],
            "count-error": [("measures", "0.86")],
        },
        issued="2024-06",
        authors=("Fay Pine", "Gus Elm"),
        results=(("mulching", "rootbench", "count-error", "2.4", "2.4"),),
    ),
    SamplePaper(
        "arxiv-2406.00007",
        "Thoughts on a [[Language Model|language-model]]",
        ("A [[language model|language-model]] in a garden.",),
        {"language-model": [("mentions", "0.60")]},
        issued="2024-06",
        authors=("Hal Yew",),
    ),
    SamplePaper(
        "arxiv-2407.00008",
        "Further Thoughts",
        ("Another [[language model|language-model]] in another garden.",),
        {"language-model": [("mentions", "0.60")]},
        issued="2024-07",
        authors=("Hal Yew",),
    ),
    SamplePaper("title-nothing-named", "Nothing Named", (), {}, issued="2024"),
)


def garden(papers: Sequence[SamplePaper] = PAPERS, base: str = "") -> pyoxigraph.Store:
    """The papers as a build writes them."""
    sample = Sample(ENTITIES, iris=Iris(base) if base else Iris())
    for paper in papers:
        sample.paper(paper)
    used = {slug for paper in papers for slug in paper.lists}
    return sample.finish({slug: title for slug, title in LISTS.items() if slug in used})


def opened(graph: pyoxigraph.Store, path: Path) -> Store:
    """A graph as kg reads it."""
    graph.dump(path, RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    return OxigraphStore(path)
