"""What words are like, counted over many texts: which names hardly ever hold, and which keep like company."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.linalg import svds
from sklearn.cluster import MiniBatchKMeans

from kg.extraction.lexicon import Lexicon
from kg.training.examples import Example

__all__ = ["WordVectors", "count_barriers", "lexicon_value", "make_lexicon", "word_vectors"]

VOCABULARY_SIZE, CONTEXT_WORDS, LEAST_COUNT = 25_000, 4_000, 12
DIMENSIONS, CLUSTERS, FAMILIES = 120, 600, 64
_OFFSETS = (-2, -1, 1, 2)
_WORD = re.compile(r"[A-Za-z0-9][\w.+@#'-]*[\w+#]|\w|[^\w\s]")
_SUFFIX = re.compile(
    r"-(?:based|driven|guided|enhanced|augmented|powered|style|like|trained|specific|generated|assisted|inspired"
    r"|oriented|related|aware|centric|enabled|only|free|level|integrated|tuned|finetuned)$"
)
_FUNCTION_WORDS = """the a an this that these those our we it its their they of and or for with to in on by as
is are be from at into than via over under between which while when where who whose not no but if so such can
may has have had was were will would could should both each either neither more most less least very"""


@dataclass(frozen=True, slots=True)
class WordVectors:
    """Words by the company that they keep."""

    words: Sequence[str]
    vectors: npt.NDArray[np.float32]
    """``(words, DIMENSIONS)``, each of length 1."""
    clusters: Sequence[Sequence[str]]
    families: Sequence[int]
    """The family of each cluster."""


def word_vectors(texts: Iterable[str], *, seed: int = 0) -> WordVectors:
    """Vectors and clusters of the commonest words.

    Singular vectors of positive pointwise mutual information with words up to two places away, smoothed with
    the exponent 0.75 (Levy, Goldberg and Dagan 2015), then k-means of the vectors and of its centres.
    """
    index: dict[str, int] = {}
    stream = array("i")
    for text in texts:
        for word in _WORD.findall(text.lower()):
            suffix = _SUFFIX.search(word)
            for part in (word[: suffix.start()], suffix[0]) if suffix else (word,):
                stream.append(index.setdefault(part, len(index)))
        stream.extend((-1, -1))
    numbers = np.frombuffer(stream, np.int32)
    counts = np.bincount(numbers[numbers >= 0], minlength=len(index))
    names = list(index)
    ranked = sorted(range(len(names)), key=lambda n: (-counts[n], names[n]))[:VOCABULARY_SIZE]
    kept = [n for n in ranked if counts[n] >= LEAST_COUNT]
    rows = np.full(len(names) + 1, -1, np.int32)  # the last is for the gap between texts
    rows[kept] = np.arange(len(kept), dtype=np.int32)
    vectors = _vectors(rows[numbers], len(kept), seed)
    words = [names[n] for n in kept]
    count = min(CLUSTERS, len(words))
    fitted = MiniBatchKMeans(count, random_state=seed, n_init=3, batch_size=4096, max_iter=60).fit(vectors)
    families = MiniBatchKMeans(min(FAMILIES, count), random_state=seed, n_init=5).fit(fitted.cluster_centers_)
    clusters: list[list[str]] = [[] for _ in range(count)]
    for word, number in zip(words, fitted.labels_, strict=True):
        clusters[number].append(word)
    return WordVectors(words, vectors, clusters, [int(one) for one in families.labels_])


def _vectors(stream: npt.NDArray[np.int32], size: int, seed: int) -> npt.NDArray[np.float32]:
    company_size = min(CONTEXT_WORDS, size)
    table: Any = sparse.csr_matrix((size, len(_OFFSETS) * company_size), dtype=np.float32)
    for slot, offset in enumerate(_OFFSETS):
        at, company = (
            (stream[:-offset], stream[offset:]) if offset > 0 else (stream[-offset:], stream[:offset])
        )
        kept = (at >= 0) & (company >= 0) & (company < company_size)
        ones = np.ones(int(kept.sum()), np.float32)
        table += sparse.coo_matrix(
            (ones, (at[kept], company[kept] + slot * company_size)), shape=table.shape
        ).tocsr()
    table = table.tocoo()
    total = table.sum()
    word_totals = np.asarray(table.sum(1)).ravel()
    company_totals = np.asarray(table.sum(0)).ravel() ** 0.75
    company_totals *= total / company_totals.sum()
    information = np.log(table.data * total / (word_totals[table.row] * company_totals[table.col]))
    kept = information > 0
    matrix = sparse.csr_matrix(
        (information[kept].astype(np.float32), (table.row[kept], table.col[kept])), shape=table.shape
    )
    left, singular_values, _ = svds(matrix, k=min(DIMENSIONS, size - 1), random_state=seed)
    vectors = left * np.sqrt(singular_values)
    unit: npt.NDArray[np.float32] = (
        vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)
    ).astype(np.float32)
    return unit


def count_barriers(examples: Sequence[Example]) -> frozenset[str]:
    """Lower-case words of which hardly any occurrence lies in an annotated name."""
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for example in examples:
        text = example.reading.text.lower()
        tokens = example.reading.tokens
        covered = [False] * len(tokens)
        for form in sorted({form.lower() for entity in example.paper.entities for form in entity.forms}):
            for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text):
                first = tokens.index.get(match.start())
                while first is not None and first < len(tokens) and tokens.ends[first] <= match.end():
                    covered[first] = True
                    first += 1
        for word, within in zip(tokens.lowers, covered, strict=True):
            (inside if within else outside)[word] += 1
    rare = {
        word
        for word, count in outside.items()
        if count >= 15 and inside[word] / (inside[word] + count) < 0.012
    }
    return frozenset(rare | set(_FUNCTION_WORDS.split()))


def lexicon_value(barriers: Iterable[str], vectors: WordVectors) -> dict[str, Any]:
    """What the file of a lexicon holds."""
    return {
        "barriers": "\n".join(sorted(barriers)),
        "clusters": ["\n".join(words) for words in vectors.clusters],
        "families": list(vectors.families),
    }


def make_lexicon(barriers: Iterable[str], vectors: WordVectors) -> Lexicon:
    """The lexicon that is read from that file."""
    clusters = {word: number for number, words in enumerate(vectors.clusters) for word in words}
    return Lexicon(frozenset(barriers), clusters, tuple(vectors.families))
