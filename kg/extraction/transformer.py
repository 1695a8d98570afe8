"""The extractor ``transformer``: names by a token classifier of the user's own, from a local folder."""

from __future__ import annotations

import hashlib
import json
import os
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, cast

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc

from kg.errors import KgError, UsageError
from kg.extraction.candidates import Span
from kg.extraction.extractor import Extractor
from kg.extraction.reading import Found, Reading, reading
from kg.extraction.tokens import Tokens
from kg.records import ENTITY_TYPES, EntityType, Vocabulary

__all__ = ["TransformerExtractor"]

VERSION = 1
"""Raised with every change of the code that may change what is extracted."""
_OUTSIDE = "O"
_NOTHING = "-"
"""What ``labels`` maps a label to that is to be left out."""
_WINDOW = 512
_OVERLAP = 8
"""The part of a window that it shares with the next, as a divisor of its length."""
_SURE = 0.9
"""The probability of a type where the pipeline gives none."""
_BLOCK = 1 << 20

_Scored = list[tuple[Span, tuple[float, ...]]]


class _Recogniser(Protocol):
    """Finds the names of one text."""

    def __call__(self, one: Reading) -> _Scored:
        """Spans that do not overlap, in order, each with the probability of each of ``ENTITY_TYPES``."""


@Language.factory("kg_transformer_names")
class TransformerNames:
    """Marks what a recogniser finds; ``load`` gives it one."""

    def __init__(self, nlp: Language, name: str) -> None:
        self.name = name
        self._recognise: _Recogniser = lambda one: []

    def load(self, recogniser: _Recogniser) -> None:
        """Find names with this from now on."""
        self._recognise = recogniser

    def __call__(self, doc: Doc) -> Doc:
        """Fill in the names of the reading."""
        one = reading(doc)
        one.found = [
            Found(span, one.tokens.key(*span), probabilities, True)
            for span, probabilities in self._recognise(one)
        ]
        return doc


class TransformerExtractor(Extractor):
    """Reads names with a token classifier from a local folder; relations and results as ``model`` does.

    Nothing is downloaded. A text that is longer than the model can take is read in overlapping windows.

    Args:
        vocabulary: Terms that are known beforehand.
        path: A folder: either of Hugging Face Transformers (``config.json`` with ``id2label``, weights and a
            fast tokenizer; labels in BIO, BIOES, BILOU or without a prefix), or a spaCy pipeline with a
            component that finds entities (``meta.json``).
        labels: Its labels as ours where they differ: ``Material:Dataset,OtherTerm:-``; ``-`` leaves one out.

    Raises:
        UsageError: The folder is neither, or it has a label that is none of our types.
        KgError: The extra ``transformer`` is not installed, or the folder can't be read.
    """

    components: ClassVar[tuple[str, ...]] = ("kg_transformer_names", "kg_entities", "kg_results")

    def __init__(self, vocabulary: Vocabulary, path: str, labels: str = "") -> None:
        self._path = Path(path)
        self._labels = labels
        mapping = _mapping(labels)
        if (self._path / "config.json").is_file():
            recogniser: _Recogniser = _HuggingFace(self._path, mapping)
        elif (self._path / "meta.json").is_file():
            recogniser = _SpacyPipeline(self._path, mapping)
        else:
            raise UsageError(
                "it is no folder of a Hugging Face model (config.json) or of a spaCy pipeline (meta.json)",
                where=f"path={path}",
            )
        super().__init__(vocabulary)
        cast(TransformerNames, self._nlp.get_pipe("kg_transformer_names")).load(recogniser)

    def __reduce__(self) -> tuple[Any, ...]:
        return TransformerExtractor, (self._vocabulary, str(self._path), self._labels)

    def _fingerprints(self) -> list[str]:
        mapping = json.dumps(sorted(_mapping(self._labels).items()))
        return [*super()._fingerprints(), "transformer", str(VERSION), _fingerprint(self._path), mapping]


def _mapping(labels: str) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for part in filter(None, map(str.strip, labels.split(","))):
        label, colon, type_ = (piece.strip() for piece in part.partition(":"))
        if not colon or not label or type_ not in (*ENTITY_TYPES, _NOTHING):
            raise UsageError(
                f"it holds {part!r}; write LABEL:TYPE with a type of {', '.join(ENTITY_TYPES)}, or LABEL:-",
                where="labels",
            )
        mapping[label] = type_
    return mapping


def _types(labels: Sequence[str], mapping: Mapping[str, str], path: Path) -> dict[str, EntityType]:
    """The type of each label that is not to be left out."""
    wanted = {label: mapping.get(label, label) for label in labels}
    unknown = sorted(label for label, type_ in wanted.items() if type_ not in (*ENTITY_TYPES, _NOTHING))
    if unknown:
        raise UsageError(
            f"its labels {', '.join(unknown)} are none of our types; map them with the option"
            f" labels={unknown[0]}:{ENTITY_TYPES[0]},…, or leave one out with {unknown[0]}:-",
            where=str(path),
        )
    return {label: cast(EntityType, type_) for label, type_ in wanted.items() if type_ != _NOTHING}


def _fingerprint(path: Path) -> str:
    """Of all files of a folder, by their content."""
    digest = hashlib.sha256()
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        digest.update(f"{file.relative_to(path).as_posix()}\0{file.stat().st_size}\0".encode())
        with file.open("rb") as content:
            while block := content.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


class _SpacyPipeline:
    """The entities of a spaCy pipeline."""

    def __init__(self, path: Path, mapping: Mapping[str, str]) -> None:
        import spacy

        try:
            self._nlp = spacy.load(path)
        except Exception as error:  # whatever a foreign pipeline may raise
            raise KgError(f"spaCy can't load it: {_line(error)}", where=str(path)) from error
        self._nlp.max_length = 1 << 30
        found = {
            label
            for name in self._nlp.pipe_names
            if "doc.ents" in self._nlp.get_pipe_meta(name).assigns
            for label in self._nlp.pipe_labels.get(name, [])
        }
        if not self._nlp.pipe_names:
            raise UsageError("it has no component that finds entities", where=str(path))
        self._path, self._mapping = path, mapping
        self._types = _types(sorted(found), mapping, path)
        self._known = found

    def __call__(self, one: Reading) -> _Scored:
        spans: _Scored = []
        position = -1
        for entity in self._nlp(one.text).ents:
            if entity.label_ not in self._known:  # a component of the user's own need not declare its labels
                self._types.update(_types([entity.label_], self._mapping, self._path))
                self._known.add(entity.label_)
            type_ = self._types.get(entity.label_)
            span = _covering(one.tokens, entity.start_char, entity.end_char)
            if type_ is None or span is None or span.first <= position:
                continue
            position = span.last
            rest = (1 - _SURE) / len(ENTITY_TYPES)
            spans.append((span, tuple(_SURE if name == type_ else rest for name in ENTITY_TYPES)))
        return spans


def _covering(tokens: Tokens, start: int, end: int) -> Span | None:
    """The tokens that two offsets touch, if they are of one sentence."""
    first = bisect_right(tokens.ends, start)
    last = bisect_right(tokens.starts, end - 1) - 1
    if not first <= last or tokens.sentence[first] != tokens.sentence[last]:
        return None
    return Span(first, last)


class _HuggingFace:
    """A token classifier of Transformers, on the processor."""

    def __init__(self, path: Path, mapping: Mapping[str, str]) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            import torch
            from transformers import AutoModelForTokenClassification, AutoTokenizer
            from transformers.utils import logging
        except ImportError as error:
            raise KgError(
                f"needs torch and transformers ({_line(error)}); pip install 'paperkg[transformer]'"
            ) from error
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True, use_fast=True)
            self._model = AutoModelForTokenClassification.from_pretrained(path, local_files_only=True).eval()
        except Exception as error:  # whatever a foreign folder may raise
            raise KgError(f"Transformers can't load it: {_line(error)}", where=str(path)) from error
        if not self._tokenizer.is_fast:
            raise KgError(
                "its tokenizer gives no offsets; save a fast one (tokenizer.json) with it", where=str(path)
            )
        self._torch = torch
        config = self._model.config
        places = int(getattr(config, "max_position_embeddings", 0) or 0) - 2  # some begin to count at 2
        self._length = min(_WINDOW, places if places > 0 else _WINDOW, int(self._tokenizer.model_max_length))
        names = [str(config.id2label[number]) for number in range(config.num_labels)]
        parts = [_parts(name) for name in names]
        types = _types(sorted({label for _, label in parts if label != _OUTSIDE}), mapping, path)
        self._prefixes = [prefix for prefix, _ in parts]
        self._label_types = [types.get(label) for _, label in parts]

    def __call__(self, one: Reading) -> _Scored:
        tokens = one.tokens
        if not len(tokens):
            return []
        chances = self._chances(one)
        best = chances.argmax(axis=1)
        columns = np.array(
            [[type_ == name for type_ in self._label_types] for name in ENTITY_TYPES], np.float64
        )
        by_type = chances @ columns.T
        spans = _decode(
            [self._prefixes[k] for k in best], [self._label_types[k] for k in best], tokens.sentence
        )
        return [
            (span, tuple(by_type[span.first : span.last + 1].mean(axis=0).tolist()))
            for span in spans
            if any(map(str.isalnum, one.quote(span)))
        ]

    def _chances(self, one: Reading) -> NDArray[np.float64]:
        """The probability of each label for each of our tokens, by the first of its pieces.

        Where windows overlap, the one counts in which the piece is farther from the edge.
        """
        tokens, torch = one.tokens, self._torch
        encoded = self._tokenizer(
            one.text,
            truncation=True,
            max_length=self._length,
            stride=self._length // _OVERLAP,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        chances = np.zeros((len(tokens), len(self._prefixes)))
        chances[:, [k for k, type_ in enumerate(self._label_types) if type_ is None][:1]] = 1.0
        depth = [-1] * len(tokens)
        names = [name for name in self._tokenizer.model_input_names if name in encoded]
        for n, (offsets, special) in enumerate(
            zip(encoded["offset_mapping"], encoded["special_tokens_mask"], strict=True)
        ):
            window = {name: torch.tensor([encoded[name][n]]) for name in names}
            with torch.inference_mode():
                scores = torch.softmax(self._model(**window).logits[0].double(), dim=-1).numpy()
            pieces = [k for k in range(len(offsets)) if not special[k] and offsets[k][1] > offsets[k][0]]
            seen: set[int] = set()
            for order, k in enumerate(pieces):
                token = _token_at(tokens, one.text, *offsets[k])
                if token is None or token in seen:
                    continue
                seen.add(token)
                edge = min(order, len(pieces) - 1 - order)
                if edge > depth[token]:
                    depth[token] = edge
                    chances[token] = scores[k]
        return chances


def _token_at(tokens: Tokens, text: str, start: int, end: int) -> int | None:
    """The token that a piece begins in; some tokenizers count the space before it as part of it."""
    while start < end and text[start].isspace():
        start += 1
    number = bisect_right(tokens.starts, start) - 1
    return number if start < end and number >= 0 and start < tokens.ends[number] else None


def _parts(label: str) -> tuple[str, str]:
    """``B-Task`` as its prefix and name; without a prefix the former is empty."""
    prefix, hyphen, name = label.partition("-")
    if hyphen and prefix in {"B", "I", "E", "L", "S", "U"} and name:
        return prefix, name
    return "", label


def _decode(
    prefixes: Sequence[str], types: Sequence[EntityType | None], sentence: Sequence[int]
) -> list[Span]:
    """Spans from labels in any scheme: a name ends where its type, its sentence or its prefix says so."""
    spans: list[Span] = []
    first = -1
    for i in range(len(types) + 1):
        here = types[i] if i < len(types) else None
        goes_on = (
            first >= 0
            and here is not None
            and here == types[i - 1]
            and sentence[i] == sentence[i - 1]
            and prefixes[i] not in {"B", "S", "U"}
            and prefixes[i - 1] not in {"E", "L", "S", "U"}
        )
        if goes_on:
            continue
        if first >= 0:
            spans.append(Span(first, i - 1))
        first = i if here is not None else -1
    return spans
