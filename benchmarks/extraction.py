"""Words a second of the extraction on one core, beside an encoder of BERT base's size on the same texts.

    python -m benchmarks.extraction [CORPUS] [--papers 2000] [--encoder-papers 32]

CORPUS is a file of arXiv metadata as JSON Lines, gzipped or not. The whole pipeline runs in one process on
one thread, first to warm up on other abstracts, then timed, then with each of its components timed. The
encoder has random weights, as speed depends on shapes alone, and reads as many word pieces as BERT's
tokenizer would make, of which ``--pieces`` says how many there are to a word. Words are runs without white
space. Seconds are those of the processor, so that other work on the machine counts less.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # read when NumPy is imported
    os.environ[_name] = "1"

from kg.evaluation.records import read_metadata  # noqa: E402
from kg.extraction import Extractor  # noqa: E402
from kg.extraction.extractor import make_doc  # noqa: E402
from kg.vocabulary import load_vocabulary  # noqa: E402

Text = tuple[str, str]
CORPUS = Path(__file__).parents[2] / "shared" / "corpora" / "arxiv-cs.jsonl.gz"
WARM_UP = 500
LONGEST = 512
"""Positions of BERT."""


def count_words(texts: Iterable[Text]) -> int:
    """Runs without white space."""
    return sum(len(title.split()) + len(abstract.split()) for title, abstract in texts)


def pipeline_seconds(extractor: Extractor, texts: Sequence[Text]) -> float:
    """Processor seconds to extract from all texts."""
    started = time.process_time()
    for _ in extractor.extract_many(texts):
        pass
    return time.process_time() - started


def component_seconds(extractor: Extractor, texts: Sequence[Text]) -> dict[str, float]:
    """Processor seconds of the tokenizer and of each component, one text after another."""
    nlp = extractor._nlp
    seconds = dict.fromkeys(["tokenizer", *nlp.pipe_names], 0.0)
    with nlp.memory_zone():
        for title, abstract in texts:
            started = time.process_time()
            doc = make_doc(nlp, title, abstract)
            ended = time.process_time()
            seconds["tokenizer"] += ended - started
            for name, component in nlp.pipeline:
                started = ended
                doc = component(doc)
                ended = time.process_time()
                seconds[name] += ended - started
    return seconds


def encoder_seconds(lengths: Sequence[int], batch: int) -> float:
    """Processor seconds of BERT base on texts of so many word pieces, those of like length together."""
    import torch
    from transformers import BertConfig, BertModel

    torch.set_num_threads(1)
    torch.manual_seed(0)
    configuration = BertConfig()
    encoder = BertModel(configuration, add_pooling_layer=False).eval()
    ordered = sorted(min(length, LONGEST) for length in lengths)
    with torch.inference_mode():
        encoder(torch.zeros((1, 64), dtype=torch.long))
        started = time.process_time()
        for part in _batches(ordered, batch):
            width = part[-1]
            pieces = torch.randint(configuration.vocab_size, (len(part), width))
            mask = torch.arange(width)[None] < torch.tensor(part)[:, None]
            encoder(input_ids=pieces, attention_mask=mask.long())
        return time.process_time() - started


def _batches(ordered: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ordered[k : k + size] for k in range(0, len(ordered), size))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path, nargs="?", default=CORPUS)
    parser.add_argument("--papers", type=int, default=2000, help="abstracts that the pipeline reads")
    parser.add_argument("--encoder-papers", type=int, default=32, help="the first of them, for the encoder")
    parser.add_argument("--batch", type=int, default=8, help="abstracts that the encoder reads at once")
    parser.add_argument("--pieces", type=float, default=1.35, help="word pieces to a word")
    arguments = parser.parse_args()
    if not arguments.corpus.is_file():
        parser.error(f"there is no {arguments.corpus}; give a file of arXiv metadata")
    read = ((title, abstract) for _, title, abstract in read_metadata(arguments.corpus) if abstract)
    warming = list(islice(read, WARM_UP))
    texts = list(islice(read, arguments.papers))
    extractor = Extractor(load_vocabulary())
    pipeline_seconds(extractor, warming)

    words = count_words(texts)
    seconds = pipeline_seconds(extractor, texts)
    speed = words / seconds
    print(f"pipeline: {len(texts):,} abstracts, {words:,} words in {seconds:.1f} s: {speed:,.0f} words/s")
    parts = component_seconds(extractor, texts)
    for name, part in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"    {name:15} {part / sum(parts.values()):6.1%} {part / len(texts) * 1e3:6.2f} ms a paper")

    few = texts[: arguments.encoder_papers]
    lengths = [round(arguments.pieces * count_words([text])) + 2 for text in few]  # with [CLS] and [SEP]
    words = count_words(few)
    seconds = encoder_seconds(lengths, arguments.batch)
    print(
        f"encoder:  {len(few):,} abstracts, {words:,} words in {seconds:.1f} s: {words / seconds:,.0f}"
        f" words/s (BERT base, random weights, {arguments.pieces} pieces to a word)"
    )
    print(f"ratio:    {speed * seconds / words:,.0f}")


if __name__ == "__main__":
    main()
