"""How often the papers nearest to a paper share its primary category.

    python -m benchmarks.relatedness CORPUS [--papers 10000] [--skip 0] [--graph OUTPUT]

CORPUS is a file of arXiv metadata as JSON Lines, gzipped or not. OUTPUT is a graph that was built from its
papers; without it, one is built from the first papers of the corpus, or from those after some. Neither the
category nor the reading list is seen: relatedness is that of ``kg.maps``, from claims alone. Its peers see
the abstracts: TF-IDF (scikit-learn, English stop words, sublinear term frequency, terms of two papers or
more) and BM25 (bm25s, its defaults, English stop words), each abstract a query. Figures are given for either
half of the papers, by arXiv id.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bm25s  # type: ignore[import-untyped]
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

import kg
from kg.maps.collection import read_collection
from kg.maps.options import MapOptions
from kg.maps.relatedness import Vectors, vectors
from kg.records import RELATIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

NEAREST = 5
_BATCH = 500


def read_corpus(path: Path) -> dict[str, dict[str, Any]]:
    """The records of a corpus by paper key."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        records = (json.loads(line) for line in lines if line.strip())
        return {f"arxiv-{record['id'].replace('/', '%2F')}": record for record in records}


def build(corpus: Path, skip: int, papers: int, folder: Path) -> Path:
    """A graph of some papers of a corpus, without their categories."""
    source = folder / "papers.jsonl"
    with source.open("w", encoding="utf-8") as written:
        for record in list(read_corpus(corpus).values())[skip : skip + papers]:
            kept = {name: value for name, value in record.items() if name != "categories"}
            written.write(json.dumps(kept) + "\n")
    kg.build([str(source)], output=folder / "output")
    return folder / "output"


def tfidf_scores(abstracts: list[str]) -> Iterator[tuple[int, Floats]]:
    """The cosine of each abstract with all."""
    found = TfidfVectorizer(sublinear_tf=True, stop_words="english", min_df=2).fit_transform(abstracts)
    turned = found.T.tocsr()
    for start in range(0, len(abstracts), _BATCH):
        yield from enumerate((found[start : start + _BATCH] @ turned).toarray(), start)


def bm25_scores(abstracts: list[str]) -> Iterator[tuple[int, Floats]]:
    """The BM25 score of all abstracts for each as a query."""
    tokens = bm25s.tokenize(abstracts, stopwords="en", return_ids=False, show_progress=False)
    index: Any = bm25s.BM25()
    index.index(tokens, show_progress=False)
    for number, query in enumerate(tokens):
        yield number, index.get_scores(query)


def graph_scores(found: Vectors, papers: int) -> Iterator[tuple[int, Floats]]:
    """The relatedness of each paper to all."""
    for paper in range(papers):
        yield paper, found.scores(paper)


def shared(scores: Iterator[tuple[int, Floats]], categories: list[str]) -> tuple[float, float]:
    """The share of the nearest that have the paper's category, for either half of the papers; in %."""
    known = np.array(categories)
    hits, asked = [0, 0], [0, 0]
    for paper, row in scores:
        if not known[paper]:
            continue
        row[paper] = 0
        near = np.lexsort((np.arange(len(row)), -row))[:NEAREST] if len(row) < 100 else _top(row)
        half = int(paper >= len(known) // 2)
        hits[half] += int((known[near[row[near] > 0]] == known[paper]).sum())
        asked[half] += NEAREST
    return 100 * hits[0] / max(1, asked[0]), 100 * hits[1] / max(1, asked[1])


def _top(row: Floats) -> NDArray[np.int64]:
    near = np.argpartition(-row, NEAREST)[: NEAREST * 2]
    return near[np.lexsort((near, -row[near]))][:NEAREST]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--papers", type=int, default=10_000)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--graph", type=Path)
    given = parser.parse_args()
    corpus = read_corpus(given.corpus)
    with tempfile.TemporaryDirectory() as folder:
        graph = given.graph or build(given.corpus, given.skip, given.papers, Path(folder))
        collection = read_collection(kg.open_store(graph))
    keys = [key for key in collection.papers if key in corpus]
    if len(keys) < len(collection.papers):
        parser.error(f"{len(collection.papers) - len(keys)} papers of the graph are not in the corpus")
    abstracts = [corpus[key]["abstract"] for key in keys]
    categories = [(corpus[key]["categories"] or [""])[0] for key in keys]
    print(f"{len(keys)} papers, {len(set(categories))} primary categories\n")
    print("| | first half | second half | seconds |\n| --- | --- | --- | --- |")
    options = MapOptions()
    flat = replace(options, weights=dict.fromkeys(RELATIONS, 1.0))
    number = len(keys)
    ways: Sequence[tuple[str, Callable[[], Iterator[tuple[int, Floats]]]]] = (
        ("TF-IDF of abstracts", lambda: tfidf_scores(abstracts)),
        ("BM25 of abstracts", lambda: bm25_scores(abstracts)),
        ("kg.maps", lambda: graph_scores(vectors(collection, options), number)),
        ("kg.maps, all relations alike", lambda: graph_scores(vectors(collection, flat), number)),
    )
    for name, scores in ways:
        started = time.monotonic()
        first, second = shared(scores(), categories)
        print(f"| {name} | {first:.1f} | {second:.1f} | {time.monotonic() - started:.0f} |", flush=True)


if __name__ == "__main__":
    main()
