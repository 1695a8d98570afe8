"""Our tokenizer and what the extractor looks at in each token."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from typing import Any, Final

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

__all__ = ["Tokens", "blank_pipeline", "shape", "singular", "words"]


def words(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


def _signs(text: str) -> list[str]:
    return [re.escape(one) if one[0] != "\\" else one for one in text.split()]


_OPENING = _signs(
    r"""\( \[ \{ < > " ' ` “ ” ‘ ’ « » * … , ; : ! ? = ~ $ # | • ± ≈ ≥ ≤ × → – — - + & / \\ ^ _"""
)
_CLOSING = _signs(
    r"""\) \] \} < > " ' ` “ ” ‘ ’ « » … , ; : ! ? = ~ $ | • % ± ≈ ≥ ≤ × → – — - & / \\ ^ 's ’s"""
)
_DERIVED: Final = (
    "based|driven|guided|enhanced|augmented|powered|style|like|trained|specific|generated|assisted|inspired|"
    "oriented|related|aware|centric|enabled|only|free|level|integrated|tuned|finetuned|derived|equipped|native|"
    "backed|supervised|informed|optimized|compatible|focused|empowered|induced|conditioned|generating|as"
)
_INNER = [
    r"(?<=[^\W_])/(?=[^\W_])",
    r"[()\[\]{}“”…—|=→×≈<>]",
    r"(?<=[^\W\d_])[,;:](?=[^\W_])",
    rf"(?<=[\w\)])-(?:{_DERIVED})(?![\w-])",
    r"--+",
    r"\.\.+",
]


def blank_pipeline() -> Language:
    """An English pipeline without components whose tokens keep hyphenated and versioned names whole.

    ``Qwen2.5-VL-7B`` and ``text-to-image`` are one token each; suffixes that derive an adjective from a name
    (``-based``, ``-driven``) are a token of their own.
    """
    nlp = spacy.blank("en")
    tokenizer: Any = nlp.tokenizer
    tokenizer.rules = {}
    tokenizer.token_match = None
    tokenizer.prefix_search = compile_prefix_regex(_OPENING).search
    tokenizer.suffix_search = compile_suffix_regex([*_CLOSING, r"\*+", r"\.+"]).search
    tokenizer.infix_finditer = compile_infix_regex(_INNER).finditer
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

    Args:
        doc: The document.
        sentences: Offsets of its sentences in order; each token belongs to the last that begins before it.
    """

    __slots__ = ("ends", "index", "lowers", "sentence", "shapes", "starts", "stems", "texts")

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
        self.index = {start: i for i, start in enumerate(self.starts)}

    def __len__(self) -> int:
        return len(self.texts)
