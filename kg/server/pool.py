"""Worker processes: as many as are needed, killed when a query takes too long, replaced when killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kg.server.worker import Settings

_STUCK_AFTER: Final = 4.0
"""Seconds at one query after which a worker no longer counts as one that others may wait for."""
_LOOK_EVERY: Final = 0.1
"""Seconds between two looks at whether another worker may be started for those that wait."""
_IDLE: Final = 60.0
"""Seconds without work after which a worker beyond the usual number ends."""
_STARTING: Final = 60.0
"""Seconds that a worker may take to open the store."""
_LINE: Final = 1 << 22


class QueryFailedError(Exception):
    """A query was not answered.

    Args:
        kind: ``busy``, ``timeout``, ``limit``, ``memory``, ``syntax``, ``remote``, ``store`` or ``died``.
        message: What the worker says, if it says something.
    """

    def __init__(self, kind: str, message: str = "") -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """The bytes of an answer, or the file that they are in, which is the receiver's to remove."""

    data: bytes
    file: Path | None
    size: int
    gzip: bool


class _Worker:
    """One worker process."""

    def __init__(self, process: asyncio.subprocess.Process, settings: Settings) -> None:
        self.settings = settings
        self.busy_since = 0.0
        self._process = process

    @classmethod
    async def start(cls, settings: Settings) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kg.server.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Modules are found where this process finds them, whatever its working folder.
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            limit=_LINE,
            start_new_session=True,
        )
        worker = cls(process, settings)
        try:
            async with asyncio.timeout(_STARTING):
                await worker._exchange(settings.line())
        except BaseException:
            worker.kill()
            raise
        return worker

    async def ask(self, job: Mapping[str, Any]) -> RawAnswer:
        head = await self._exchange(json.dumps(job).encode() + b"\n")
        if "file" in head:
            return RawAnswer(b"", Path(head["file"]), head["bytes"], head["gzip"])
        data = await self._read(head["bytes"])
        return RawAnswer(data, None, head["bytes"], head["gzip"])

    async def hash(self) -> str:
        return str((await self._exchange(b'{"hash": true}\n'))["hash"])

    @property
    def dead(self) -> bool:
        """Whether the process has ended, for a reason of its own."""
        out = self._process.stdout
        return self._process.returncode is not None or out is None or out.at_eof()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()

    async def gone(self) -> None:
        await self._process.wait()
        if self._process.stdin:  # else it is closed when the event loop is gone
            self._process.stdin.close()
            with suppress(OSError):
                await self._process.stdin.wait_closed()

    async def _exchange(self, line: bytes) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise QueryFailedError("died")
        try:
            stdin.write(line)
            await stdin.drain()
            answer = await stdout.readline()
        except OSError:
            answer = b""
        if not answer:
            await self._died()
        head: dict[str, Any] = json.loads(answer)
        if "failed" in head:
            raise QueryFailedError(head["failed"], head["message"])
        return head

    async def _read(self, size: int) -> bytes:
        if self._process.stdout is None:
            raise QueryFailedError("died")
        try:
            return await self._process.stdout.readexactly(size)
        except asyncio.IncompleteReadError:
            await self._died()
            raise

    async def _died(self) -> None:
        status = await self._process.wait()
        # The engine aborts where memory ends, and the system kills where it has none left.
        out_of_memory = status in {-getattr(signal, "SIGABRT", 6), -getattr(signal, "SIGKILL", 9)}
        raise QueryFailedError("memory" if out_of_memory else "died")


class WorkerPool:
    """Runs queries in worker processes. All of it belongs to one event loop.

    A few workers do the usual work, first come, first served. One that has been at a query for four seconds
    is left to it, and another takes its place, up to a limit: queries that never end don't keep the others
    waiting.

    Args:
        settings: What a new worker is told.
        usual: How many workers share the usual work.
        limit: How many there are at most.
        queue: How many queries wait at most.
    """

    def __init__(self, settings: Settings, *, usual: int = 0, limit: int = 16, queue: int = 512) -> None:
        self._settings = settings
        self._usual = usual or min((os.cpu_count() or 1) + 1, 4)
        self._limit = limit
        self._queue = queue
        self._idle: list[_Worker] = []
        self._workers: set[_Worker] = set()
        self._starting = 0
        self._waiting: deque[asyncio.Future[_Worker | None]] = deque()
        self._looking = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def settings(self) -> Settings:
        """What a new worker is told."""
        return self._settings

    @property
    def at_work(self) -> int:
        """How many workers are at a query."""
        return sum(bool(worker.busy_since) for worker in self._workers)

    def reopen(self, settings: Settings) -> None:
        """Serve another graph from now on; queries that are being evaluated end on the old one."""
        self._settings = settings
        for worker in self._idle:
            self._remove(worker)
        self._idle.clear()

    async def run(self, query: str, format: str, *, gzip: bool = False) -> RawAnswer:
        """Evaluate a query; where this call is cancelled, its process is killed.

        Args:
            query: A query that has been checked.
            format: What to write the answer as: json, xml, csv, tsv; turtle, ntriples, rdfxml, jsonld.
            gzip: Compress the answer if that is worth it.

        Raises:
            QueryFailedError: There is no answer; a query that takes too long has been killed.
        """
        worker = await self._acquire()
        worker.busy_since = asyncio.get_running_loop().time()
        done = False
        try:
            async with asyncio.timeout(worker.settings.seconds):
                answer = await worker.ask({"query": query, "format": format, "gzip": gzip})
            done = True
        except TimeoutError as error:
            raise QueryFailedError("timeout") from error
        except QueryFailedError as error:
            done = error.kind not in {"memory", "died"}
            raise
        finally:
            self._release(worker) if done else self._remove(worker)
        return answer

    async def canonical_hash(self) -> str:
        """The canonical hash of the graph, by a worker of its own that may take its time.

        Raises:
            QueryFailedError: It can't be computed.
        """
        worker = await _Worker.start(self._settings)
        self._workers.add(worker)
        try:
            return await worker.hash()
        finally:
            self._remove(worker)

    async def close(self) -> None:
        """End all workers, and wait until they are gone."""
        self._closed = True
        workers = list(self._workers)
        for worker in workers:
            self._remove(worker)
        await asyncio.gather(*(worker.gone() for worker in workers), return_exceptions=True)

    async def _acquire(self) -> _Worker:
        while self._idle and not self._waiting:
            worker = self._idle.pop()
            if not worker.dead:
                return worker
            self._remove(worker)
        if not self._waiting and self._may_start():
            return await self._start()
        if len(self._waiting) >= self._queue:
            raise QueryFailedError("busy")
        turn: asyncio.Future[_Worker | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._look_soon()
        try:
            async with asyncio.timeout(self._settings.seconds):
                handed = await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled() and (late := turn.result()):
                self._release(late)
            if isinstance(error, TimeoutError):
                raise QueryFailedError("busy") from error
            raise
        finally:
            with suppress(ValueError):
                self._waiting.remove(turn)
        if handed and handed.dead:
            self._remove(handed)
            handed = None
        return handed or await self._start()

    def _may_start(self) -> bool:
        """Whether fewer workers than usual are there for others, and not as many as may be."""
        now = asyncio.get_running_loop().time()
        there = len(self._workers) + self._starting
        stuck = sum(
            bool(worker.busy_since) and now - worker.busy_since > _STUCK_AFTER for worker in self._workers
        )
        return there < self._limit and there - stuck < self._usual

    def _look_soon(self) -> None:
        """While some wait, look now and then whether a worker may be started for the first of them."""
        if not self._looking and self._waiting and not self._closed:
            self._looking = True
            asyncio.get_running_loop().call_later(_LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._looking = False
        if self._may_start():
            self._hand(None)
        self._look_soon()

    async def _start(self) -> _Worker:
        self._starting += 1
        try:
            worker = await _Worker.start(self._settings)
        except TimeoutError as error:
            raise QueryFailedError("died") from error
        finally:
            self._starting -= 1
        self._workers.add(worker)
        if self._closed:
            self._remove(worker)
            raise QueryFailedError("died")
        return worker

    def _release(self, worker: _Worker) -> None:
        worker.busy_since = 0.0
        if self._closed or worker.settings is not self._settings:
            self._remove(worker)
            return
        if not self._hand(worker):
            self._idle.append(worker)
        if len(self._workers) > self._usual:
            asyncio.get_running_loop().call_later(_IDLE, self._shrink)

    def _shrink(self) -> None:
        """End a worker that was not needed; those used last are taken first, so this one has been idle."""
        if len(self._workers) > self._usual and self._idle:
            self._remove(self._idle.pop(0))

    def _hand(self, worker: _Worker | None) -> bool:
        """Give the first that waits a worker, or leave to start one; whether any waits."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(worker)
                return True
        return False

    def _remove(self, worker: _Worker) -> None:
        self._workers.discard(worker)
        worker.kill()
        task = asyncio.get_running_loop().create_task(worker.gone())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._look_soon()
