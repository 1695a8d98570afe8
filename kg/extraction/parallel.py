"""Extraction of many texts by several processes, in a stream."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from typing import Protocol

from kg.extraction.cache import ExtractionCache, Text
from kg.records import Extraction

__all__ = ["TextExtractor", "fill_cache"]

_BATCH = 64
_WORTH_A_WORKER = 400
"""Texts that one more process must have to do before starting it pays (it takes about two seconds)."""


class TextExtractor(Protocol):
    """What turns titles and abstracts into extractions, each from its own text alone."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text may give something else."""

    def extract_many(self, texts: Iterable[Text]) -> Iterator[Extraction]:
        """The extraction of each (title, abstract), in order."""


def fill_cache(
    texts: Sequence[Text],
    cache: ExtractionCache,
    extractor: Callable[[], TextExtractor],
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Extract the texts that the cache lacks.

    Args:
        texts: Each a (title, abstract).
        cache: Where extractions are kept as they come, batch by batch, so that an interrupted run goes on.
        extractor: Makes the extractor; picklable when there are several workers.
        workers: How many processes may extract; a short job takes fewer.
        progress: Called with the number of texts done and to do.

    Returns:
        How many texts were extracted.
    """
    missing = [text for text in dict.fromkeys(texts) if text not in cache]
    if not missing:
        return 0
    workers = max(1, min(workers, len(missing) // _WORTH_A_WORKER))
    done = 0
    for batch, extractions in _extract(missing, extractor, workers):
        cache.put(zip(batch, extractions, strict=True))
        done += len(batch)
        if progress:
            progress(done, len(missing))
    return done


def _extract(
    texts: Sequence[Text], extractor: Callable[[], TextExtractor], workers: int
) -> Iterator[tuple[list[Text], list[Extraction]]]:
    remaining = iter(texts)
    batches = iter(lambda: list(islice(remaining, _BATCH)), [])
    if workers == 1:
        one = extractor()
        for batch in batches:
            yield batch, list(one.extract_many(batch))
        return
    # "spawn" everywhere: forking a process that holds threads (a progress bar) can hang.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(extractor,)
    ) as pool:
        running: deque[tuple[list[Text], Future[list[Extraction]]]] = deque()
        try:
            for batch in batches:
                running.append((batch, pool.submit(_extract_batch, batch)))
                if len(running) >= 3 * workers:
                    first, future = running.popleft()
                    yield first, future.result()
            while running:
                first, future = running.popleft()
                yield first, future.result()
        finally:
            for _, future in running:
                future.cancel()


_worker: TextExtractor


def _start_worker(extractor: Callable[[], TextExtractor]) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    _worker = extractor()


def _extract_batch(batch: list[Text]) -> list[Extraction]:
    return list(_worker.extract_many(batch))
