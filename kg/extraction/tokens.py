"""Our tokenizer and what the extractor looks at in each token."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Any, Final, cast

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

__all__ = ["Tokens", "blank_pipeline", "shape", "singular", "words"]


def words(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


_OPENING = frozenset("([{<>\"'`“”‘’«»*…,;:!?=~$#|•±≈≥≤×→–—-+&/\\^_")
_CLOSING = frozenset(")]}<>\"'`“”‘’«»…,;:!?=~$|•%±≈≥≤×→–—-&/\\^*.")
_POSSESSIVES = ("'s", "’s")
_ADDRESS = re.compile(r"(?:https?:|www\.)\S", re.IGNORECASE)
_DERIVED: Final = (
    "based|driven|guided|enhanced|augmented|powered|style|like|trained|specific|generated|assisted|inspired|"
    "oriented|related|aware|centric|enabled|only|free|level|integrated|tuned|finetuned|derived|equipped|native|"
    "backed|supervised|informed|optimized|compatible|focused|empowered|induced|conditioned|generating|as"
)
_INNER = re.compile(
    r"(?<=[^\W_])/(?=[^\W_])|[()\[\]{}“”…—|=→×≈<>]|(?<=[^\W\d_])[,;:](?=[^\W_])"
    rf"|(?<=[\w)])-(?:{_DERIVED})(?![\w-])|--+|\.\.+"
)
_CHUNK = re.compile(r"(\s+)|\S+")


class WordTokenizer:
    """A spaCy tokenizer that keeps hyphenated and versioned names whole, in time linear in the text.

    ``Qwen2.5-VL-7B`` and ``text-to-image`` are one token each, as are addresses; suffixes that derive an
    adjective from a name (``-based``, ``-driven``) are a token of their own.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Split a text; the tokens and their spaces spell it."""
        parts: list[str] = []
        spaces: list[bool] = []
        for match in _CHUNK.finditer(text):
            chunk = match[0]
            if match[1] is None:
                pieces = _pieces(chunk) if len(chunk) < _LONG_CHUNK else _split(chunk)
                parts.extend(pieces)
                spaces.extend([False] * len(pieces))
                continue
            if chunk[0] == " " and parts and not spaces[-1]:
                spaces[-1] = True
                chunk = chunk[1:]
            if chunk:
                parts.append(chunk)
                spaces.append(False)
        return Doc(self.vocab, words=parts, spaces=spaces)


_LONG_CHUNK = 40


def _split(chunk: str) -> tuple[str, ...]:
    """The tokens of a run without white space."""
    begin, end = 0, len(chunk)
    if not _ADDRESS.match(chunk):
        while begin < end and chunk[begin] in _OPENING:
            begin += 1
    stop = end
    tail: list[str] = []
    while stop > begin:
        if chunk.endswith(_POSSESSIVES, begin + 1, stop):
            tail.append(chunk[stop - 2 : stop])
            stop -= 2
        elif chunk[stop - 1] in _CLOSING:
            tail.append(chunk[stop - 1])
            stop -= 1
        else:
            break
    parts = list(chunk[:begin])
    if _ADDRESS.match(chunk, begin):
        parts.append(chunk[begin:stop])
    else:
        position = begin
        for match in _INNER.finditer(chunk, begin, stop):
            if match.start() > position:
                parts.append(chunk[position : match.start()])
            parts.append(match[0])
            position = match.end()
        if stop > position:
            parts.append(chunk[position:stop])
    parts.extend(reversed(tail))
    return tuple(parts)


_pieces = lru_cache(maxsize=1 << 16)(_split)


def blank_pipeline() -> Language:
    """An English pipeline without components, with our tokenizer and no limit on the length of a text."""
    nlp = spacy.blank("en")
    nlp.tokenizer = WordTokenizer(nlp.vocab)
    vocab = cast(Any, nlp.vocab)
    lower = vocab.strings["LOWER"]  # all that we match by; others take half of the tokenizer's time
    vocab.lex_attr_getters = {lower: vocab.lex_attr_getters[lower]}
    nlp.max_length = 1 << 30
    return nlp


@lru_cache(maxsize=1 << 16)
def singular(word: str) -> str:
    """A lower-case word without a plural "s", where it seems to have one."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
    return word


@lru_cache(maxsize=1 << 16)
def shape(word: str) -> str:
    """The kind of a token by its characters: ``x``, ``Xx``, ``XX``, ``xX``, ``9``, also joined (``XX9-``)."""
    if not any(map(str.isalnum, word)):
        return "."
    if not any(map(str.isalpha, word)):
        return "9"
    letters = [one for one in word if one.isalpha()]
    upper = sum(map(str.isupper, letters))
    core = word[:-1] if word.endswith("s") and len(word) > 2 else word
    if not upper:
        kind = "x"
    elif len(letters) == 1:
        kind = "X"
    elif all(one.isupper() for one in core if one.isalpha()):
        kind = "XX"
    elif all(not part or part[1:].islower() or len(part) == 1 for part in re.split(r"[\W\d_]+", word)):
        kind = "Xx" if word[0].isupper() else "x-X"
    else:
        kind = "xX" if word[0].islower() else "XxX"
    if any(map(str.isdigit, word)):
        kind += "9"
    if "-" in word.strip("-"):
        kind += "-"
    return kind


class Tokens:
    """The tokens of a document as plain lists, white space left out, and the sentence of each.

    ``begins`` holds the first token of each token's sentence, ``index`` the token at an offset.

    Args:
        doc: The document.
        sentences: Offsets of its sentences in order; each token belongs to the last that begins before it.
    """

    __slots__ = ("begins", "ends", "index", "lowers", "sentence", "shapes", "starts", "stems", "texts")

    def __init__(self, doc: Doc, sentences: list[tuple[int, int]]) -> None:
        begins = [start for start, _ in sentences]
        self.texts: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sentence: list[int] = []
        for token in doc:
            text = token.text
            if text.isspace():
                continue
            start = token.idx
            self.texts.append(text)
            self.starts.append(start)
            self.ends.append(start + len(text))
            self.sentence.append(bisect_right(begins, start) - 1)
        self.lowers = [text.lower() for text in self.texts]
        self.stems = [singular(lower) for lower in self.lowers]
        self.shapes = [shape(text) for text in self.texts]
        self.begins = [0] * len(self.texts)
        for i in range(1, len(self.texts)):
            self.begins[i] = self.begins[i - 1] if self.sentence[i] == self.sentence[i - 1] else i
        self.index = {start: i for i, start in enumerate(self.starts)}

    def __len__(self) -> int:
        return len(self.texts)

    def key(self, first: int, last: int) -> str:
        """What the tokens ``first`` to ``last`` say, folded: mentions with the same key are one thing."""
        return " ".join([*self.lowers[first:last], self.stems[last]]).replace("-", " ")
