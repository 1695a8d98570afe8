"""Training the network of `kg.extraction.network` with PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.extraction.candidates import Candidates, Context
from kg.extraction.lexicon import Lexicon
from kg.extraction.network import CONVOLVED, FLAGS, HASHED, MARKS, flags, marks, word_rows
from kg.records import ENTITY_TYPES, RELATIONS
from kg.training.options import NetworkOptions
from kg.training.words import WordVectors

__all__ = [
    "Item",
    "SpanNetwork",
    "bare_item",
    "batches",
    "fit_network",
    "make_batch",
    "make_item",
    "probabilities",
    "take_step",
    "warm_up_and_decay",
]

_MOST_FLAGS = 6
_MOST_TOKENS = 400  # hardly any abstract has more
_HEAD = ("mark.", "start.", "end.", "inside.", "types.", "relations.")
"""Parameters of what scores spans."""
_BUCKET = 32
"""Batches of which texts of like length are put together."""


@dataclass(frozen=True, slots=True)
class Item:
    """One text as the network reads it, with what it shall learn."""

    rows: npt.NDArray[np.int32]
    """``(tokens, 4)``: rows of the word table and of the hashed table."""
    flags: npt.NDArray[np.int16]
    """``(tokens, 6)``, filled up with ``FLAGS``."""
    spans: npt.NDArray[np.int32]
    """``(candidates, 2)``."""
    marks: npt.NDArray[np.int16]
    """``(candidates, 6)``."""
    types: npt.NDArray[np.float16]
    """``(candidates, 1 + types)``: probabilities of nothing and of each type."""
    relations: npt.NDArray[np.float16]
    """``(candidates, relations)``; they count as much as the candidate names something."""


def make_item(
    context: Context,
    candidates: Candidates,
    rows: dict[str, int],
    types: npt.NDArray[np.floating],
    relations: npt.NDArray[np.floating],
) -> Item:
    """Put what the network reads of a text into arrays; ``rows`` are those of the words of the table."""
    tokens = context.tokens
    words = np.array([word_rows(text, rows) for text in tokens.texts], np.int32)
    flagged = np.full((len(tokens), _MOST_FLAGS), FLAGS, np.int16)
    filled = [0] * len(tokens)
    for i, flag in flags(context):
        if filled[i] < _MOST_FLAGS:
            flagged[i, filled[i]] = flag
            filled[i] += 1
    return Item(
        words,
        flagged,
        np.array(candidates.spans, np.int32).reshape(-1, 2),
        marks(candidates, context).astype(np.int16),
        types.astype(np.float16),
        relations.astype(np.float16),
    )


def bare_item(context: Context, rows: dict[str, int]) -> Item:
    """What the network reads of the beginning of a text, without candidates: words to hide and guess."""
    nothing = np.zeros((0, 0), np.float32)
    item = make_item(context, Candidates([], [], {}, frozenset(), []), rows, nothing, nothing)
    return replace(item, rows=item.rows[:_MOST_TOKENS], flags=item.flags[:_MOST_TOKENS])


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts put together, filled up to one length."""

    rows: Tensor
    flags: Tensor
    mask: Tensor
    text: Tensor
    first: Tensor
    last: Tensor
    marks: Tensor


def make_batch(items: Sequence[Item]) -> Batch:
    """Put texts together."""
    length = max(len(item.rows) for item in items)
    rows = np.zeros((len(items), length, 4), np.int64)
    flagged = np.full((len(items), length, _MOST_FLAGS), FLAGS, np.int64)
    mask = np.zeros((len(items), length), bool)
    for k, item in enumerate(items):
        rows[k, : len(item.rows)] = item.rows
        flagged[k, : len(item.rows)] = item.flags
        mask[k, : len(item.rows)] = True
    text = np.repeat(np.arange(len(items)), [len(item.spans) for item in items])
    spans = np.concatenate([item.spans for item in items]).astype(np.int64)
    marked = np.concatenate([item.marks for item in items]).astype(np.int64)
    first, last = np.ascontiguousarray(spans.T)
    tensors = map(torch.from_numpy, (rows, flagged, mask, text, first, last, marked))
    return Batch(*tensors)


class SpanNetwork(nn.Module):  # type: ignore[misc]
    """The network of `kg.extraction.network.Network`, for training.

    Args:
        vectors: Word vectors that the word table begins with, in the order of the lexicon's words.
        classes: Nothing and the types that spans are told apart by.
    """

    def __init__(
        self,
        options: NetworkOptions,
        lexicon: Lexicon,
        vectors: WordVectors | None = None,
        *,
        classes: int = 1 + len(ENTITY_TYPES),
    ) -> None:
        super().__init__()
        width = options.width
        self.word = nn.Embedding(len(lexicon.clusters) + 1, width)
        self.hashed = nn.Embedding(HASHED, width)
        self.flag = nn.Embedding(FLAGS + 1, width, padding_idx=FLAGS)
        self.mark = nn.Embedding(MARKS, width)
        for table in (self.word, self.hashed, self.flag, self.mark):
            nn.init.normal_(table.weight, std=0.1)
        with torch.no_grad():
            self.flag.weight[FLAGS] = 0
            if vectors is not None:
                row = {word: n for n, word in enumerate(vectors.words)}
                known = vectors.vectors[[row[word] for word in lexicon.clusters]]
                self.word.weight[1:, : known.shape[1]] = torch.from_numpy(known / (10 * known.std()))
        self.convolutions = nn.ModuleList(
            nn.Linear(CONVOLVED * width, width) for _ in range(options.convolutions)
        )
        self.convolution_norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(options.convolutions))
        self.attention_norm = nn.LayerNorm(width)
        self.attention_in = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.feed_norm = nn.LayerNorm(width)
        self.feed_in = nn.Linear(width, 2 * width)
        self.feed_out = nn.Linear(2 * width, width)
        self.norm = nn.LayerNorm(width)
        self.start = nn.Linear(width, width)
        self.end = nn.Linear(width, width, bias=False)
        self.inside = nn.Linear(width, width, bias=False)
        self.types = nn.Linear(width, classes)
        self.relations = nn.Linear(width, len(RELATIONS))
        self.dropout = nn.Dropout(options.dropout)
        self.word_dropout = options.word_dropout
        self.heads = options.heads

    def encode(self, batch: Batch, hidden: Tensor | None = None) -> Tensor:
        """What each token means where it stands; of ``hidden`` ones neither word nor affixes are seen."""
        words = batch.rows[..., 0]
        if self.training:
            words = words.masked_fill(torch.rand(words.shape) < self.word_dropout, 0)
        hashed = self.hashed(batch.rows[..., 1:]).sum(2)
        if hidden is not None:
            words = words.masked_fill(hidden, 0)
            hashed = hashed * ~hidden[..., None]
        x = self.word(words) + hashed + self.flag(batch.flags).sum(2)
        texts, length, width = x.shape
        mask = batch.mask[..., None].float()
        x = self.dropout(x) * mask
        reach = CONVOLVED // 2
        precision = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
        for k, (layer, norm) in enumerate(zip(self.convolutions, self.convolution_norms, strict=True)):
            if k == len(self.convolutions) // 2:
                joined = self.attention_in(self.attention_norm(x))
                query, key, value = joined.view(texts, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
                mixed = functional.scaled_dot_product_attention(
                    query, key, value, attn_mask=batch.mask[:, None, None, :]
                )
                x = x + self.attention_out(mixed.transpose(1, 2).reshape(texts, length, width))
                x = x + self.feed_out(self.dropout(functional.relu(self.feed_in(self.feed_norm(x)))))
            seen = (norm(x) * mask).to(precision)
            padded = functional.pad(seen, (0, 0, reach, reach))
            windows = torch.cat([padded[:, n : n + length] for n in range(CONVOLVED)], 2)
            x = x + self.dropout(functional.relu(layer(windows)))
        encoded: Tensor = self.norm(x)
        return encoded

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Log odds of types ``(candidates, 1 + types)`` and of relations ``(candidates, relations)``."""
        h = self.encode(batch).float()
        texts, length, _ = h.shape
        start = self.start(h).reshape(texts * length, -1)
        end = self.end(h).reshape(texts * length, -1)
        sums = torch.cumsum(functional.pad(self.inside(h).float(), (0, 0, 1, 0)), 1).reshape(
            texts * (length + 1), -1
        )
        row, edge = batch.text * length, batch.text * (length + 1)
        z = sums.index_select(0, edge + batch.last + 1) - sums.index_select(0, edge + batch.first)
        z = z / (batch.last - batch.first + 1)[:, None].float()
        z = z + start.index_select(0, row + batch.first) + end.index_select(0, row + batch.last)
        z = self.dropout(functional.relu(z + self.mark(batch.marks).sum(1)))
        return self.types(z).float(), self.relations(z).float()

    def arrays(self) -> dict[str, npt.NDArray[np.float32]]:
        """The parameters as `kg.extraction.network.Network` names them."""
        found: dict[str, npt.NDArray[np.float32]] = {
            "heads": np.array(self.heads, np.float32),
            "word": _array(self.word.weight),
            "hashed": _array(self.hashed.weight),
            "flag": _array(self.flag.weight)[:FLAGS],
            "mark": _array(self.mark.weight),
        }
        layers: dict[str, nn.Module] = {
            "attention.norm": self.attention_norm,
            "attention.in": self.attention_in,
            "attention.out": self.attention_out,
            "feed.norm": self.feed_norm,
            "feed.in": self.feed_in,
            "feed.out": self.feed_out,
            "norm": self.norm,
            "start": self.start,
            "end": self.end,
            "inside": self.inside,
            "types": self.types,
            "relations": self.relations,
        }
        for k, (layer, norm) in enumerate(zip(self.convolutions, self.convolution_norms, strict=True)):
            layers[f"conv{k}"] = layer
            layers[f"conv{k}.norm"] = norm
        for name, layer in layers.items():
            for part, tensor in layer.named_parameters():
                values = _array(tensor)
                found[f"{name}.{part}"] = np.ascontiguousarray(values.T) if values.ndim == 2 else values
        return found


def _array(tensor: Tensor) -> npt.NDArray[np.float32]:
    values: npt.NDArray[np.float32] = tensor.detach().float().numpy()
    return values


def fit_network(
    items: Sequence[Item],
    options: NetworkOptions,
    lexicon: Lexicon,
    vectors: WordVectors | None = None,
    *,
    start: SpanNetwork | None = None,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> SpanNetwork:
    """Train a network on one thread, so that the same input gives the same network on one machine.

    Cross-entropy of each candidate's types, and of its relations as far as it names something; AdamW with
    warm-up over a twentieth of the steps and linear decay.

    Args:
        items: The texts, which also say how many classes of spans there are.
        options: Of the network.
        lexicon: Whose words the word table holds.
        vectors: What the word table begins with.
        start: A network whose encoder this one begins with; ``options.slowness`` tells how much more slowly
            it learns than what is new.
        seed: Of the first parameters, the order and what is dropped.
        progress: Called with the number of batches done and to do.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = SpanNetwork(options, lexicon, vectors, classes=items[0].types.shape[1])
    groups = _groups(network, start, options)
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    steps = options.epochs * math.ceil(len(items) / options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, warm_up_and_decay(steps))
    done = 0
    network.train()
    for _ in range(options.epochs):
        for batch in batches(items, options.batch, random):
            part = [items[n] for n in batch]
            with torch.autocast("cpu", dtype=torch.bfloat16):
                types, relations = network(make_batch(part))
            wanted = torch.from_numpy(np.concatenate([item.types for item in part]).astype(np.float32))
            related = torch.from_numpy(np.concatenate([item.relations for item in part]).astype(np.float32))
            loss = -(functional.log_softmax(types, -1) * wanted).sum()
            named = 1 - wanted[:, 0]
            loss = (
                loss
                - options.relations * ((functional.log_softmax(relations, -1) * related).sum(1) * named).sum()
            )
            take_step(loss / len(part) / 20, network.parameters(), optimizer, schedule)
            done += 1
            if progress:
                progress(done, steps)
    network.eval()
    return network


def _groups(network: SpanNetwork, start: SpanNetwork | None, options: NetworkOptions) -> list[dict[str, Any]]:
    """What is learnt fast and slowly; the latter gets the parameters that it begins with."""
    fast: list[nn.Parameter] = []
    slow: list[nn.Parameter] = []
    known = {} if start is None else dict(start.named_parameters())
    for name, parameter in network.named_parameters():
        if name in known and not name.startswith(_HEAD):
            with torch.no_grad():
                parameter.copy_(known[name])
            slow.append(parameter)
        else:
            fast.append(parameter)
    return [{"params": fast, "lr": options.rate}, {"params": slow, "lr": options.rate * options.slowness}]


def take_step(
    loss: Tensor,
    parameters: Iterable[nn.Parameter],
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> None:
    """Change parameters so that a loss falls; their gradients are clipped to length 1."""
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    schedule.step()


def warm_up_and_decay(steps: int) -> Callable[[int], float]:
    """The share of the highest learning rate by step: up over a twentieth of them, then linearly down."""
    return lambda step: min(1.0, (step + 1) / (0.05 * steps)) * max(0.01, (steps - step) / steps)


def batches(items: Sequence[Item], size: int, random: np.random.Generator) -> Iterable[Sequence[int]]:
    """Batches of texts of like length, in random order."""
    order = random.permutation(len(items)).tolist()
    found: list[list[int]] = []
    for k in range(0, len(order), size * _BUCKET):
        bucket = sorted(order[k : k + size * _BUCKET], key=lambda n: (len(items[n].rows), n))
        found.extend(bucket[x : x + size] for x in range(0, len(bucket), size))
    return [found[k] for k in random.permutation(len(found))]


def probabilities(
    network: SpanNetwork, items: Sequence[Item]
) -> list[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """The probabilities of types and relations of the candidates of each text."""
    network.eval()
    order = sorted(range(len(items)), key=lambda n: len(items[n].rows))
    found: dict[int, tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]] = {}
    with torch.no_grad():
        for k in range(0, len(order), _BUCKET):
            numbers = order[k : k + _BUCKET]
            part = [items[n] for n in numbers]
            types, relations = network(make_batch(part))
            ends = np.cumsum([len(item.spans) for item in part])[:-1]
            pairs = zip(
                np.split(functional.softmax(types, -1).numpy(), ends),
                np.split(functional.softmax(relations, -1).numpy(), ends),
                strict=True,
            )
            found.update(zip(numbers, pairs, strict=True))
    return [found[n] for n in range(len(items))]
