"""A process that evaluates queries, one at a time, and can be killed at any moment.

It is run as ``python -m kg.server.worker`` and imports little, as a new one must be there quickly. On
standard input it reads lines of JSON: first its ``Settings``, then jobs. To each job it writes a line of
JSON, which says how many bytes of the answer follow or in which file it is: only whole answers leave it.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import queue
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from typing import IO, Any, Final

import pyoxigraph as ox

_RESULTS: Final = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
_GRAPHS: Final = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_PREFIXES: Final = {
    "turtle": (re.compile(rb"\A(?:@prefix [^\n]*\n)+"), re.compile(rb"@prefix [^\n]*\n")),
    "rdfxml": (
        re.compile(rb'(?<=<rdf:RDF)(?: xmlns:[^\s=]+="[^"]*")+'),
        re.compile(rb' xmlns:[^\s=]+="[^"]*"'),
    ),
}
"""The prefixes at the head of a format, and one of them."""
_INLINE: Final = 1 << 20
"""Bytes of an answer up to which it is handed over in memory."""
_WORTH_PACKING: Final = 1000
"""Bytes of an answer from which it is compressed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker serves, and what a query may take."""

    location: str
    """The folder of an Oxigraph store, or the address of an endpoint."""
    folder: str
    """Where the files of large answers go."""
    prefixes: Mapping[str, str]
    """What a query may use without declaring it."""
    seconds: float
    max_rows: int
    max_bytes: int
    max_memory: int
    """Bytes of data of the process."""

    def line(self) -> bytes:
        """The settings as a line for a worker."""
        return json.dumps(asdict(self)).encode() + b"\n"


class _TooMuchError(Exception):
    """An answer is larger than allowed."""


class _Spool(io.RawIOBase):
    """An answer in memory, and in a file once it is large."""

    def __init__(self, folder: str, limit: int) -> None:
        self.size = 0
        self.gzip = False
        self.file: str | None = None
        self._folder = folder
        self._limit = limit
        self._out: IO[bytes] = io.BytesIO()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.size += len(data)
        if self.size > self._limit:
            raise _TooMuchError(f"the answer has more than {self._limit:,} bytes; ask for less, with LIMIT")
        if self.file is None and self.size > _INLINE:
            handle, self.file = tempfile.mkstemp(dir=self._folder)
            start, self._out = self._out, os.fdopen(handle, "w+b")
            self._out.write(start.getvalue())  # type: ignore[attr-defined]
        self._out.write(data)
        return len(data)

    def reader(self) -> IO[bytes]:
        """The answer from its start."""
        self._out.flush()
        self._out.seek(0)
        return self._out

    def discard(self) -> None:
        """Remove the file, if there is one."""
        self._out.close()
        if self.file:
            os.unlink(self.file)  # noqa: PTH108 - pathlib would be one more import
            self.file = None


class _Head(io.RawIOBase):
    """Puts the prefixes at the head of RDF in order; the head is shorter than the first block written."""

    def __init__(self, out: io.RawIOBase, format: str) -> None:
        self._out = out
        self._format = format
        self._begun = False

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._out.write(bytes(data) if self._begun else prefixes_in_order(bytes(data), self._format))
        self._begun = True
        return len(data)


class _Rows(io.RawIOBase):
    """Counts the rows of an answer on their way, by what each format begins or ends a row with."""

    def __init__(self, out: io.RawIOBase, format: str, limit: int) -> None:
        self._out = out
        self._limit = limit
        # What comes before the rows: a line, or the objects of the whole, of its head and of its results.
        self._rows = {"csv": -1, "tsv": -1, "json": -3, "xml": 0}[format]
        self._count = {"csv": self._csv, "tsv": self._tsv, "json": self._json, "xml": self._xml}[format]
        self._quoted = False
        self._rest = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        block = bytes(data)
        self._rows += self._count(block)
        if self._rows > self._limit:
            raise _too_many("rows", self._limit)
        self._out.write(block)
        return len(block)

    @staticmethod
    def _tsv(block: bytes) -> int:
        return block.count(b"\n")

    def _csv(self, block: bytes) -> int:
        rows = 0
        for position, part in enumerate(block.split(b'"')):
            if position:
                self._quoted = not self._quoted
            if not self._quoted:
                rows += part.count(b"\n")
        return rows

    def _xml(self, block: bytes) -> int:
        return self._whole(block, b"<", 8).count(b"<result>")

    def _json(self, block: bytes) -> int:
        # A brace and a quote begin an object, unless they end a string. Rows that bind nothing are not seen;
        # they are bounded by the bytes of the answer.
        whole = self._whole(block, b"{", 9)
        objects = whole.count(b'{"') - whole.count(b'{"}') - whole.count(b'{",')
        return objects - whole.count(b'{"type":"')

    def _whole(self, block: bytes, start: bytes, length: int) -> bytes:
        """The block, and what was kept of the last, but for a mark at its end that may go on."""
        whole = self._rest + block
        cut = whole.rfind(start, max(len(whole) - length, 0))
        self._rest = whole[cut:] if cut >= 0 else b""
        return whole[:cut] if cut >= 0 else whole


def prefixes_in_order(rdf: bytes, format: str) -> bytes:
    """RDF with the prefixes at its head sorted: the engine writes them in another order each time."""
    if format not in _PREFIXES:
        return rdf
    head, prefix = _PREFIXES[format]
    return head.sub(lambda match: b"".join(sorted(prefix.findall(match.group()))), rdf, count=1)


def _too_many(what: str, limit: int) -> _TooMuchError:
    return _TooMuchError(f"the answer has more than {limit:,} {what}; ask for fewer, with LIMIT and OFFSET")


def _open(settings: Settings) -> Callable[[str], Any]:
    """What evaluates a query."""
    if settings.location.startswith(("http://", "https://")):
        from kg.rdf.store import SparqlEndpoint

        endpoint = SparqlEndpoint(settings.location, timeout=settings.seconds)

        def ask(query: str) -> Any:
            bare = {name for name in re.findall(r"([\w.-]*):", query) if name in settings.prefixes}
            declared = set(re.findall(r"PREFIX\s*([\w.-]*)\s*:", query, re.IGNORECASE))
            header = "".join(f"PREFIX {n}: <{settings.prefixes[n]}> " for n in sorted(bare - declared))
            return endpoint.query(header + query)

        return ask
    store = ox.Store.read_only(settings.location)
    return lambda query: store.query(
        query, prefixes=dict(settings.prefixes), default_graph=[ox.DefaultGraph()], named_graphs=[]
    )


def _evaluate(ask: Callable[[str], Any], job: Mapping[str, Any], settings: Settings) -> _Spool:
    results, format = ask(job["query"]), job["format"]
    spool = _Spool(settings.folder, settings.max_bytes)
    try:
        if isinstance(results, ox.QueryTriples):
            triples = _at_most(results, settings.max_rows)
            with io.BufferedWriter(_Head(spool, format), 1 << 16) as out:
                ox.serialize(triples, out, _GRAPHS[format], prefixes=dict(settings.prefixes))
        else:
            raw = spool if isinstance(results, ox.QueryBoolean) else _Rows(spool, format, settings.max_rows)
            with io.BufferedWriter(raw, 1 << 16) as out:
                results.serialize(out, _RESULTS[format])
        if job["gzip"] and spool.size >= _WORTH_PACKING:
            return _packed(spool, settings)
    except BaseException:
        spool.discard()
        raise
    return spool


def _packed(spool: _Spool, settings: Settings) -> _Spool:
    packed = _Spool(settings.folder, settings.max_bytes)
    try:
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=4, mtime=0) as out:
            shutil.copyfileobj(spool.reader(), out, 1 << 16)
    except BaseException:
        packed.discard()
        raise
    spool.discard()
    packed.gzip = True
    return packed


def _at_most(triples: Iterator[ox.Triple], limit: int) -> Iterator[ox.Triple]:
    yield from islice(triples, limit)
    if next(triples, None) is not None:
        raise _too_many("triples", limit)


def _failure(error: Exception, remote: bool) -> dict[str, Any]:
    """What went wrong, by its kind."""
    cause = error.__cause__ or error.__context__
    if isinstance(error, _TooMuchError) or isinstance(cause, _TooMuchError):
        return {"failed": "limit", "message": str(error if isinstance(error, _TooMuchError) else cause)}
    if isinstance(error, MemoryError):
        return {"failed": "memory", "message": ""}
    if type(error).__name__ == "UsageError" or isinstance(error, SyntaxError):
        return {"failed": "syntax", "message": getattr(error, "message", str(error))}
    if remote:
        return {"failed": "remote", "message": getattr(error, "message", "")}
    return {"failed": "store", "message": str(error)}


def _requests() -> queue.SimpleQueue[bytes]:
    """The lines of standard input. When it ends the server is gone, and so is this process, at once."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _limit_process(settings: Settings) -> None:
    with suppress(ImportError, ValueError, OSError):  # not everywhere, and not above what the system allows
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (settings.max_memory, settings.max_memory))
    with suppress(AttributeError, OSError):
        os.nice(5)  # the explorer's own requests go first


def main() -> None:
    """Serve jobs until standard input ends."""
    lines, out = _requests(), sys.stdout.buffer
    settings = Settings(**json.loads(lines.get()))
    _limit_process(settings)
    remote = settings.location.startswith("http")

    def reply(head: Mapping[str, Any]) -> None:
        out.write(json.dumps(head).encode() + b"\n")
        out.flush()

    try:
        ask = _open(settings)
    except Exception as error:
        reply({"failed": "store", "message": str(error)})
        return
    reply({"ready": True})
    while True:
        job = json.loads(lines.get())
        if "hash" in job:
            from kg.rdf.canonical import canonical_hash
            from kg.rdf.store import OxigraphStore

            reply({"hash": canonical_hash(OxigraphStore(settings.location))})
            continue
        if hasattr(signal, "alarm"):
            # Should the server not come to kill it, the system does: the signal's default is to end.
            signal.alarm(int(settings.seconds) + 5)
        try:
            spool = _evaluate(ask, job, settings)
        except Exception as error:
            reply(_failure(error, remote))
        else:
            head = {"bytes": spool.size, "gzip": spool.gzip}
            if spool.file:
                spool.reader().close()
                reply({**head, "file": spool.file})
            else:
                reply(head)
                out.write(spool.reader().read())
                out.flush()
        if hasattr(signal, "alarm"):
            signal.alarm(0)


if __name__ == "__main__":
    main()
