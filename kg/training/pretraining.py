"""What texts are like, which a network learns before what is annotated in some of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from kg.extraction.lexicon import Lexicon
from kg.training.networks import Item, SpanNetwork, batches, make_batch, take_step, warm_up_and_decay
from kg.training.options import NetworkOptions, PretrainingOptions
from kg.training.words import WordVectors

__all__ = ["pretrain"]

_SMOOTHING = 0.75


class _Guesses(nn.Module):  # type: ignore[misc]
    """Tells hidden words from a sample of the word table, which also holds what they are guessed by.

    The odds are corrected by how often a row is to be expected in the sample (Jean et al. 2015).

    Args:
        network: Whose table it is.
        counts: How often the word of each row occurs.
        sample: How many rows to draw.
    """

    def __init__(self, network: SpanNetwork, counts: Tensor, sample: int) -> None:
        super().__init__()
        size, width = network.word.weight.shape
        self.table = network.word.weight
        self.inner = nn.Linear(width, width)
        self.bias = nn.Parameter(torch.zeros(size))
        self._sample = sample
        self._share = counts / counts.sum()
        self._drawn = counts**_SMOOTHING / (counts**_SMOOTHING).sum()
        self._lots = torch.cumsum(self._drawn.double(), 0)

    def forward(self, h: Tensor, words: Tensor) -> Tensor:
        """The cross-entropy of the words that were hidden where the network made ``h`` of the text."""
        lots = torch.rand(self._sample, dtype=torch.double) * self._lots[-1]
        drawn = torch.searchsorted(self._lots, lots)
        rows, places = torch.unique(torch.cat([words, drawn]), return_inverse=True)
        expected = -torch.expm1(-(len(words) * self._share[rows] + self._sample * self._drawn[rows]))
        odds = functional.linear(functional.relu(self.inner(h)), self.table.index_select(0, rows))
        odds = odds.float() + (self.bias[rows] - torch.log(expected))
        return functional.cross_entropy(odds, places[: len(words)])


def pretrain(
    items: Sequence[Item],
    shape: NetworkOptions,
    options: PretrainingOptions,
    lexicon: Lexicon,
    vectors: WordVectors | None = None,
    *,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> SpanNetwork:
    """Train a network to guess hidden words of texts (Devlin et al. 2019), on one thread.

    Of some tokens nothing is shown; of others the affixes are, so that these come to tell what a word means
    that the table lacks. AdamW with warm-up over a twentieth of the steps and linear decay.

    Args:
        items: The texts; candidates are not looked at.
        shape: That of the network.
        options: Of the training.
        lexicon: Whose words the word table holds.
        vectors: What the word table begins with.
        seed: Of the first parameters, the order, and what is hidden and drawn.
        progress: Called with the number of batches done and to do.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    network = SpanNetwork(shape, lexicon, vectors)
    network.dropout.p = network.word_dropout = 0.0
    rows = np.concatenate([item.rows[:, 0] for item in items])
    counts = np.bincount(rows[rows > 0], minlength=len(network.word.weight)).astype(np.float32)
    guesses = _Guesses(network, torch.from_numpy(counts), options.sample)
    parameters = [*network.parameters(), *guesses.inner.parameters(), guesses.bias]
    optimizer = torch.optim.AdamW(
        parameters, lr=options.rate, weight_decay=0.01, betas=(0.9, 0.98), fused=True
    )
    steps = options.epochs * math.ceil(len(items) / options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, warm_up_and_decay(steps))
    network.train()
    done = 0
    for _ in range(options.epochs):
        for numbers in batches(items, options.batch, random):
            batch = make_batch([items[n] for n in numbers])
            words = batch.rows[..., 0]
            lots = torch.rand(words.shape)
            bare = lots < options.hidden + options.bare
            asked = bare & (words > 0)
            wanted = words[asked]
            batch.rows[..., 0] = words.masked_fill(bare, 0)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = guesses(network.encode(batch, lots < options.hidden)[asked], wanted)
            take_step(loss, parameters, optimizer, schedule)
            done += 1
            if progress:
                progress(done, steps)
    network.eval()
    return network
