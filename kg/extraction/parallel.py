"""Extraction of many texts by several processes, in a stream."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context, parent_process, resource_tracker
from pickle import PicklingError, dumps
from threading import Thread, current_thread, main_thread
from types import FrameType

from kg.errors import KgError
from kg.extraction.cache import ExtractionCache
from kg.extraction.protocol import Outcome, Text
from kg.extraction.verify import CheckedExtractor

__all__ = ["FillReport", "fill_cache"]

_BATCH = 64
_WORTH_A_WORKER = 400
"""Texts that one more process must have to do before starting it pays (it takes about two seconds)."""


@dataclass(frozen=True, slots=True)
class FillReport:
    """What `fill_cache` did."""

    extracted: int
    """Texts that were read, or tried."""
    failed: dict[Text, Outcome]
    """Those that could not be read."""


def fill_cache(
    texts: Sequence[Text],
    cache: ExtractionCache,
    extractor: CheckedExtractor,
    *,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> FillReport:
    """Extract the texts that the cache lacks.

    Args:
        texts: Each a (title, abstract).
        cache: Where extractions are kept as they come, batch by batch, so that an interrupted run goes on.
        extractor: What extracts; where it can't be pickled, one process does.
        workers: How many processes may extract; a short job takes fewer.
        progress: Called with the number of texts done and to do.

    Returns:
        How many texts were read, and which could not be, for those are not kept.

    Raises:
        KgError: The extractor can't go on; what was read before is kept.
    """
    missing = [text for text in dict.fromkeys(texts) if text not in cache]
    workers = max(1, min(workers, len(missing) // _WORTH_A_WORKER))
    if workers > 1 and not _can_travel(extractor):
        workers = 1
    failed: dict[Text, Outcome] = {}
    done = 0
    try:
        for batch, outcomes in _extract(missing, extractor, workers):
            both = list(zip(batch, outcomes, strict=True))
            cache.put((text, outcome) for text, outcome in both if outcome.extraction is not None)
            failed.update((text, outcome) for text, outcome in both if outcome.extraction is None)
            done += len(batch)
            if progress:
                progress(done, len(missing))
    except BrokenProcessPool as error:
        raise KgError("a process that extracts was ended from outside; try fewer workers") from error
    return FillReport(done, failed)


def _can_travel(extractor: CheckedExtractor) -> bool:
    try:
        dumps(extractor)
    except (PicklingError, TypeError, AttributeError):
        return False
    return True


def _extract(
    texts: Sequence[Text], extractor: CheckedExtractor, workers: int
) -> Iterator[tuple[list[Text], list[Outcome]]]:
    remaining = iter(texts)
    batches = iter(lambda: list(islice(remaining, _BATCH)), [])
    if workers == 1:
        for batch in batches:
            outcomes: list[Outcome] = []
            try:
                outcomes.extend(extractor.extract_many(batch))
            except (KgError, KeyboardInterrupt):
                yield batch[: len(outcomes)], outcomes
                raise
            yield batch, outcomes
        return
    # "spawn" everywhere: forking a process that holds threads (a progress bar) can hang.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(extractor,)
    ) as pool:
        running: deque[tuple[list[Text], Future[list[Outcome]]]] = deque()
        try:
            for batch in batches:
                with _without_interrupts():  # this may start a process, which inherits it
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


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while processes are started: for us until they are, and from them for good.

    An interrupt in the middle would leave a process that nobody ends, and one in a process that is starting
    would print a traceback. The handler is the process's own; the mask is what started processes inherit.
    """
    resource_tracker.ensure_running()  # it changes the mask once, when it is started
    held: list[tuple[int, FrameType | None]] = []
    ours = current_thread() is main_thread()
    handler = (
        signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame))) if ours else None
    )
    masks = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else set()
    try:
        yield
    finally:
        if masks:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if ours:
            signal.signal(signal.SIGINT, handler)
    if held and callable(handler):
        handler(*held[0])


_worker: CheckedExtractor


def _start_worker(extractor: CheckedExtractor) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    _worker = extractor


def _end_with_parent() -> None:
    """Leave when the parent was killed, which could not tell us to."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _extract_batch(batch: list[Text]) -> list[Outcome]:
    return list(_worker.extract_many(batch))
