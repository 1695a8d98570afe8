"""A small neural network that reads a paper and scores what its spans may be, in NumPy."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from kg.extraction.candidates import Candidates, Context, apposition
from kg.extraction.lexicon import Lexicon
from kg.extraction.tokens import Tokens, shape, words
from kg.files import replacing
from kg.records import ENTITY_TYPES

__all__ = [
    "CONVOLVED",
    "FLAGS",
    "HASHED",
    "MARKS",
    "Network",
    "flags",
    "load_network",
    "marks",
    "save_network",
    "word_rows",
]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

CONVOLVED = 5
"""How many tokens a convolution sees."""
HASHED = 4096
"""Rows of the table that prefixes, suffixes and shapes of words are hashed into."""
_CONCEPT = 3
FLAGS = _CONCEPT + 2 * len(ENTITY_TYPES) + 2
"""What a token may be flagged with: in the title, first or last of its sentence, first or later token of a
phrase of the vocabulary by type, in a long form, in a short form."""
_LENGTHS = 10
_COUNTS = 4
_FORMS = 3
_SAID = (
    words("benchmark suite testbed"),
    words("dataset corpus collection"),
    words("algorithm approach architecture framework method pipeline system technique module strategy"),
    words("model family checkpoint llm"),
    words("metric score measure"),
    words("task problem challenge"),
)
"""Words that say what a name is the name of ("Foo, a new dataset")."""
_SIZES = (_LENGTHS, 2 * _COUNTS, 4, 1 + len(ENTITY_TYPES), _FORMS, 1 + len(_SAID))
MARKS = sum(_SIZES)
"""What a span may be marked with, one of each kind: its length, how often its name occurs and whether in the
title, whether it begins and ends a run, the vocabulary's type, long or short form, what it is said to be."""
_OFFSETS = tuple(sum(_SIZES[:k]) for k in range(len(_SIZES)))
LONGEST = 1024
"""Tokens that the network reads at once."""
_SPANS_AT_ONCE = 1 << 14
_EPSILON = 1e-5
_TABLES = ("word", "hashed", "flag", "mark")
_LEAST_SCALE = 1e-4
"""Half precision holds no much smaller number exactly."""
_CACHED_WORDS = 1 << 16


class WordRows(NamedTuple):
    """Rows of the tables that tell what a word is like."""

    word: int
    """Of the word table; 0 for a word that is not in it."""
    prefix: int
    suffix: int
    shape: int


def _hashed(kind: str, text: str) -> int:
    return crc32(f"{kind}{text}".encode("utf-8", "surrogatepass")) % HASHED


@lru_cache(maxsize=_CACHED_WORDS)
def _parts(text: str) -> tuple[str, int, int, int]:
    lower = text.lower()
    plain = "".join("0" if one.isdigit() else one for one in lower)
    return lower, _hashed("<", plain[:3]), _hashed(">", plain[-3:]), _hashed("~", shape(text))


def word_rows(text: str, rows: Mapping[str, int]) -> WordRows:
    """The rows of a token, given those of the words of the table."""
    lower, prefix, suffix, form = _parts(text)
    return WordRows(rows.get(lower, 0), prefix, suffix, form)


def flags(context: Context) -> list[tuple[int, int]]:
    """The flags of a document's tokens: pairs of a token and one of ``FLAGS``, in order."""
    tokens = context.tokens
    found: list[tuple[int, int]] = [(i, 0) for i in range(context.title_tokens)]
    for i in range(len(tokens)):
        if tokens.begins[i] == i:
            found.append((i, 1))
            if i:
                found.append((i - 1, 2))
    for (first, last), type_ in context.concepts.items():
        number = ENTITY_TYPES.index(type_)
        found.append((first, _CONCEPT + number))
        found.extend((i, _CONCEPT + len(ENTITY_TYPES) + number) for i in range(first + 1, last + 1))
    for number, forms in enumerate((context.long_forms, context.short_forms)):
        flag = _CONCEPT + 2 * len(ENTITY_TYPES) + number
        found.extend((i, flag) for span in forms for i in range(span.first, span.last + 1))
    return sorted(set(found))


def _said(tokens: Tokens, last: int) -> int:
    word = apposition(tokens, last)
    return next((1 + n for n, group in enumerate(_SAID) if word in group), 0) if word else 0


def marks(candidates: Candidates, context: Context) -> Ints:
    """What each candidate is marked with, as rows of the mark table: ``(candidates, 6)``."""
    tokens = context.tokens
    said = {last: _said(tokens, last) for last in {span.last for span in candidates.spans}}
    counts, in_title = candidates.counts, candidates.in_title
    rows: list[tuple[int, ...]] = []
    for span, key, (left, right) in zip(candidates.spans, candidates.keys, candidates.edges, strict=True):
        concept = context.concepts.get(span)
        rows.append(
            (
                min(span.last - span.first, _LENGTHS - 1),
                min(counts[key], _COUNTS) - 1 + (_COUNTS if key in in_title else 0),
                2 * left + right,
                1 + ENTITY_TYPES.index(concept) if concept else 0,
                1 if span in context.long_forms else 2 if span in context.short_forms else 0,
                said[span.last],
            )
        )
    marked: Ints = np.array(rows, np.int64).reshape(-1, len(_SIZES)) + np.array(_OFFSETS)
    return marked


class Scored(NamedTuple):
    """What the network makes of the candidates of a document, as log odds up to a constant of each row."""

    types: Floats
    """``(candidates, 1 + types)``: nothing, then ``ENTITY_TYPES``."""
    relations: Floats
    """``(candidates, relations)``: what the paper does with it, if it names something, as ``RELATIONS``."""


class Network:
    """Word, affix and shape embeddings, convolutions with one layer of self-attention, and a span scorer.

    Args:
        arrays: The parameters by name, as ``kg.training`` writes them; D is the width of the network.
            ``word`` ``(V + 1, D)`` whose first row stands for unknown words, ``hashed`` ``(HASHED, D)``,
            ``flag`` ``(FLAGS, D)``, ``mark`` ``(MARKS, S)``, and the weights of the layers.
        lexicon: Whose words, in order, are those of the word table.

    A document is read whole, so that attention sees the title and all mentions of a name. Each document is
    read by itself: what comes out depends on its text alone.
    """

    def __init__(self, arrays: Mapping[str, Floats], lexicon: Lexicon) -> None:
        self.arrays = arrays
        self._rows = {word: 1 + row for row, word in enumerate(lexicon.clusters)}
        self._words: dict[str, Floats] = {}
        self._convolutions = sum(f"conv{k}.weight" in arrays for k in range(len(arrays)))
        self._heads = int(arrays["heads"])

    def _word(self, text: str) -> Floats:
        vector = self._words.get(text)
        if vector is None:
            if len(self._words) >= _CACHED_WORDS:
                self._words.clear()
            a = self.arrays
            rows = word_rows(text, self._rows)
            vector = (
                a["word"][rows.word]
                + a["hashed"][rows.prefix]
                + a["hashed"][rows.suffix]
                + a["hashed"][rows.shape]
            )
            self._words[text] = vector
        return vector

    def _norm(self, x: Floats, name: str) -> Floats:
        """Layer normalization (Ba et al. 2016)."""
        width = np.float32(x.shape[1])
        x = x - (np.einsum("ij->i", x) / width)[:, None]
        x *= (1 / np.sqrt(np.einsum("ij,ij->i", x, x) / width + np.float32(_EPSILON)))[:, None]
        x *= self.arrays[f"{name}.weight"]
        x += self.arrays[f"{name}.bias"]
        return x

    def _linear(self, x: Floats, name: str) -> Floats:
        y: Floats = x @ self.arrays[f"{name}.weight"]
        y += self.arrays[f"{name}.bias"]
        return y

    def _convolve(self, x: Floats, name: str) -> Floats:
        """``x`` plus a rectified convolution over five tokens."""
        length, width = x.shape
        reach = CONVOLVED // 2
        padded = np.zeros((length + 2 * reach, width), np.float32)
        padded[reach:-reach] = self._norm(x, f"{name}.norm")
        windows = np.lib.stride_tricks.as_strided(
            padded, (length, CONVOLVED * width), (padded.strides[0], padded.strides[1]), writeable=False
        )
        y = self._linear(windows, name)
        np.maximum(y, 0, out=y)
        y += x
        return y

    def _attend(self, x: Floats) -> Floats:
        """``x`` plus multi-head self-attention and a feed-forward layer (Vaswani et al. 2017)."""
        length, width = x.shape
        size = width // self._heads
        joined = self._linear(self._norm(x, "attention.norm"), "attention.in")
        query, key, value = joined.reshape(length, 3, self._heads, size).transpose(1, 2, 0, 3)
        weights = query @ key.transpose(0, 2, 1)
        weights *= np.float32(size**-0.5)
        weights -= weights.max(axis=2, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=2, keepdims=True)
        mixed = np.asarray(weights @ value, np.float32).transpose(1, 0, 2).reshape(length, width)
        x = x + self._linear(mixed, "attention.out")
        inner = self._linear(self._norm(x, "feed.norm"), "feed.in")
        np.maximum(inner, 0, out=inner)
        return x + self._linear(inner, "feed.out")

    def encode(self, context: Context) -> Floats:
        """What each token means where it stands: ``(tokens, D)``.

        A text of over ``LONGEST`` tokens, which no abstract has, is encoded piece by piece, as attention
        takes the square of the length.
        """
        x = np.concatenate([self._word(text) for text in context.tokens.texts]).reshape(
            len(context.tokens), -1
        )
        marked = np.array(flags(context), np.int64).reshape(-1, 2)
        flagged = np.zeros((len(x), FLAGS), np.float32)
        flagged[marked[:, 0], marked[:, 1]] = 1
        x += flagged @ self.arrays["flag"]
        for begin in range(0, len(x), LONGEST):
            x[begin : begin + LONGEST] = self._encode_piece(x[begin : begin + LONGEST])
        return x

    def _encode_piece(self, x: Floats) -> Floats:
        for number in range(self._convolutions):
            if number == self._convolutions // 2:
                x = self._attend(x)
            x = self._convolve(x, f"conv{number}")
        return self._norm(x, "norm")

    def score(self, candidates: Candidates, context: Context) -> Scored:
        """Score all candidates of a document, of which there is one at least."""
        h = self.encode(context)
        first, last = np.array(candidates.spans, np.int64).T
        marked = marks(candidates, context)
        start = self._linear(h, "start")
        end = h @ self.arrays["end.weight"]
        inside = np.zeros((len(h) + 1, start.shape[1]), np.float32)
        np.cumsum(h @ self.arrays["inside.weight"], axis=0, out=inside[1:])
        types: list[Floats] = []
        relations: list[Floats] = []
        for begin in range(0, len(first), _SPANS_AT_ONCE):
            here = slice(begin, begin + _SPANS_AT_ONCE)
            a, b = first[here], last[here]
            z = inside[b + 1] - inside[a]
            z /= (b - a + 1).astype(np.float32)[:, None]
            z += start[a]
            z += end[b]
            for rows in marked[here].T:
                z += self.arrays["mark"][rows]
            np.maximum(z, 0, out=z)
            types.append(self._linear(z, "types"))
            relations.append(self._linear(z, "relations"))
        return Scored(np.concatenate(types), np.concatenate(relations))


def load_network(path: Path, lexicon: Lexicon) -> tuple[Network, str]:
    """Read a network that ``kg.training`` wrote, and the digest of its file.

    Tables are stored as whole numbers of eight bits with a scale for each row (``NAME.scale``), all else
    in half precision.
    """
    packed = path.read_bytes()
    with np.load(io.BytesIO(packed)) as stored:
        arrays = {
            name: _scaled(stored[name], stored[f"{name}.scale"])
            if f"{name}.scale" in stored
            else stored[name].astype(np.float32)
            for name in stored.files
            if not name.endswith(".scale")
        }
    return Network(arrays, lexicon), hashlib.sha256(packed).hexdigest()


def _scaled(whole: npt.NDArray[np.int8], scale: npt.NDArray[np.float16]) -> Floats:
    return whole.astype(np.float32) * scale.astype(np.float32)[:, None]


def save_network(arrays: Mapping[str, Floats], path: Path) -> None:
    """Write a network's parameters as `load_network` reads them; the same parameters give the same bytes."""
    stored: dict[str, npt.NDArray[Any]] = {}
    for name in sorted(arrays):
        values = arrays[name]
        if name in _TABLES:
            scale = np.maximum(np.abs(values).max(axis=1) / 127, _LEAST_SCALE).astype(np.float16)
            whole = np.rint(values / scale.astype(np.float32)[:, None])
            stored[name] = whole.clip(-127, 127).astype(np.int8)
            stored[f"{name}.scale"] = scale
        else:
            stored[name] = values.astype(np.float16)
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **stored)
