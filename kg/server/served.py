"""The graph that is served: a snapshot of it, and another one when it has changed."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kg.errors import KgError
from kg.rdf import OxigraphStore, SparqlEndpoint, Store
from kg.rdf.store import locate_graph, rdf_format
from kg.server.index import GraphIndex

_LOOK_EVERY: Final = 1.0
"""Seconds between two looks at whether the graph has changed."""
_NOISE: Final = {"LOCK", "LOG"}
_log = logging.getLogger("kg.server")


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Snapshot:
    """A graph as it was at one moment; it stays readable when the graph's files have been replaced."""

    store: Store
    index: GraphIndex
    base: str
    """What the IRIs of its resources begin with."""
    version: str
    """Differs from that of any other state of the graph's files; 16 hexadecimal digits."""
    location: str
    """What a worker opens: the folder of a store, or the address of an endpoint."""

    @property
    def graph(self) -> str:
        """The IRI of the graph."""
        return f"{self.base}graph"


class ServedGraph:
    """Gives the current snapshot of a graph, which it looks for anew when it is asked, in the background.

    A build that replaces the graph, and a store that another program writes to, are noticed within a second
    of the next request; until the new snapshot is there the old one is given, as it is when the graph has
    been deleted or can't be read. An endpoint's snapshot is made once: whether it has changed can't be seen.

    Args:
        where: A build's output folder, a store's folder, a graph file, or the address of a SPARQL endpoint.
        on_change: Called with a new snapshot, in a thread of its own.

    Raises:
        KgError: There is no graph there, or it can't be read.
    """

    def __init__(self, where: str | Path, on_change: Callable[[Snapshot], None] | None = None) -> None:
        self._where = str(where)
        self._remote = self._where.startswith(("http://", "https://"))
        self._on_change = on_change or (lambda _: None)
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        self._loading = False
        self._identity = "" if self._remote else _identity(locate_graph(self._where).resolve())
        self._snapshot = self._load()

    def snapshot(self) -> Snapshot:
        """The graph as it is now. Cheap, and safe to call in any thread."""
        if self._due():
            with self._lock:
                if self._due():
                    self._looked = time.monotonic()
                    self._look()
        return self._snapshot

    @property
    def remote(self) -> bool:
        """Whether the graph is behind another endpoint."""
        return self._remote

    def on_change(self, call: Callable[[Snapshot], None]) -> None:
        """Set what is called with a new snapshot."""
        self._on_change = call

    def _due(self) -> bool:
        return not (self._remote or self._loading or time.monotonic() - self._looked < _LOOK_EVERY)

    def _look(self) -> None:
        try:
            identity = _identity(locate_graph(self._where).resolve())
        except (KgError, OSError):
            return
        if identity != self._identity:
            self._loading = True
            threading.Thread(target=self._reload, args=(identity,), daemon=True).start()

    def _reload(self, identity: str) -> None:
        before, self._identity = self._identity, identity
        try:
            self._snapshot = self._load()
            self._on_change(self._snapshot)
        except (KgError, OSError):
            # Another program may be in the middle of writing it: the next look tries again.
            self._identity = before
            _log.warning("the graph has changed and can't be read; the one before it is still served")
        finally:
            self._looked = time.monotonic()
            self._loading = False

    def _load(self) -> Snapshot:
        if self._remote:
            store: Store = SparqlEndpoint(self._where)
            version = hashlib.sha256(f"{self._where} {time.time_ns()}".encode()).hexdigest()[:16]
            index = GraphIndex.read(store)
            return Snapshot(store, index, index.base, version, self._where)
        folder = tempfile.mkdtemp(prefix="kg-serve-")
        held: list[int] = []
        try:
            held += _copy(locate_graph(self._where).resolve(), Path(folder))
            store = OxigraphStore(folder)
            index = GraphIndex.read(store)
        except BaseException:
            _drop(folder, held)
            raise
        snapshot = Snapshot(store, index, index.base, self._identity[:16], folder)
        weakref.finalize(snapshot, _drop, folder, held)
        return snapshot


def _identity(path: Path) -> str:
    """Differs whenever the files do: their names, sizes and times."""
    files = [path]
    if path.is_dir():
        files += sorted(file for file in path.iterdir() if file.name not in _NOISE)
    seen = []
    for file in files:
        status = file.stat()
        written = 0 if file == path and len(files) > 1 else status.st_mtime_ns
        seen.append(f"{file} {status.st_ino} {status.st_size if written else 0} {written}")
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def _copy(path: Path, folder: Path) -> list[int]:
    """Make a store in a folder that stays when the graph's files are replaced or deleted.

    The large files of an Oxigraph store never change and are deleted once they are not needed. They are held
    open and linked to by descriptor, which copies nothing and writes nothing beside the graph; where a system
    has no such links (it is not Linux) they are copied.

    Returns:
        The descriptors that are held open.
    """
    if not path.is_dir():
        try:
            store = ox.Store(folder)
            store.bulk_load(path=path, format=rdf_format(path))
            store.flush()
        except (OSError, SyntaxError) as error:
            raise KgError(f"can't be read as a graph: {error}", where=str(path)) from error
        return []
    held = []
    for file in sorted(path.iterdir()):
        if file.name in _NOISE:
            continue
        if file.suffix == ".sst" and Path("/proc/self/fd").is_dir():
            descriptor = os.open(file, os.O_RDONLY)
            held.append(descriptor)
            (folder / file.name).symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
        else:
            shutil.copy(file, folder)
    return held


def _drop(folder: str, held: list[int]) -> None:
    for descriptor in held:
        os.close(descriptor)
    shutil.rmtree(folder, ignore_errors=True)
