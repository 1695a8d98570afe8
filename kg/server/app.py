"""The application: its routes, and the call that serves it."""

from __future__ import annotations

import asyncio
import errno
import logging
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import kg.web
from kg.errors import KgError, UsageError
from kg.rdf import Iris
from kg.server.api import routes as api_routes
from kg.server.errors import RequestError
from kg.server.linked_data import LinkedData, find_resource
from kg.server.negotiation import preferred
from kg.server.pool import QueryFailedError, WorkerPool
from kg.server.security import Guard, error_response
from kg.server.served import ServedGraph, Snapshot
from kg.server.sparql import METHODS, SparqlService
from kg.server.worker import Settings

_PAGES: Final = ("/", "/leaderboards", "/query", "/network")
_PAGES_OF: Final = {"entity": "entity", "paper": "paper", "list": "list", "leaderboard": "entity"}
"""The first part of a page's path, and the kind of resource that the rest of it names."""
_MAX_BYTES: Final = 1 << 30
_MAX_MEMORY: Final = 2 << 30
_MAX_HEADERS: Final = 256 << 10
_PREFLIGHT: Final = ("GET", "HEAD", "POST")
_EVERY_METHOD: Final = [*METHODS, "PUT", "PATCH", "DELETE", "TRACE"]
_log = logging.getLogger("kg.server")


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What a server allows."""

    timeout: float = 30.0
    """Seconds that a query may take."""
    max_rows: int = 1_000_000
    """Rows, or triples, that an answer may have."""
    cors: Sequence[str] = ()
    """Origins of other sites whose pages may read the answers; ``*`` for all."""
    hosts: Sequence[str] = ()
    """Names besides those of this machine by which the server may be called; ``*`` for any."""

    def __post_init__(self) -> None:
        if self.timeout <= 0:
            raise UsageError("a query needs some time", where="--timeout")
        if self.max_rows < 1:
            raise UsageError("an answer may have a row at least", where="--max-rows")


def create_app(graph: ServedGraph, options: ServerOptions | None = None) -> Starlette:
    """Make the ASGI application that serves a graph.

    Args:
        graph: The graph.
        options: What it allows.

    Raises:
        KgError: The explorer's scripts have not been built.
    """
    options = options or ServerOptions()
    explorer = kg.web.folder() / "explorer"
    folder = tempfile.mkdtemp(prefix="kg-answers-")
    pool = WorkerPool(_settings(graph.snapshot(), options, folder))
    service = SparqlService(graph, pool)
    linked = LinkedData(service)

    async def page(request: Request) -> Response:
        kind, _, rest = request.scope["raw_path"].decode("ascii", "replace").lstrip("/").partition("/")
        there = True
        if kind in _PAGES_OF:
            named = f"{_PAGES_OF[kind]}/{rest}"
            there = bool(await run_in_threadpool(find_resource, graph.snapshot(), named))
        return _page(explorer, 200 if there else 404)

    async def failed(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            status, message, headers = error.status_code, error.detail, error.headers
        elif isinstance(error, RequestError):
            status, message, headers = error.status, error.message, None
        elif isinstance(error, UsageError):
            status, message, headers = 400, error.message, None
        elif isinstance(error, KgError) and graph.remote:
            status, message, headers = 502, "the endpoint that holds the graph did not answer", None
        else:
            status, message, headers = 500, "the server failed at this request", None
        liked = preferred(request.headers.get("accept"), ("text/plain", "text/html"))
        if status == 404 and liked == "text/html":
            return _page(explorer, 404)
        return error_response(request.url.path, status, message, headers)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        tasks: set[asyncio.Task[None]] = set()

        def changed(snapshot: Snapshot) -> None:
            pool.reopen(_settings(snapshot, options, folder))
            hash_soon(snapshot)

        def hash_soon(snapshot: Snapshot) -> None:
            task = loop.create_task(_hash(service, snapshot))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        graph.on_change(lambda snapshot: _soon(loop, partial(changed, snapshot)))
        if not graph.remote:
            hash_soon(graph.snapshot())
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await pool.close()
            await asyncio.gather(*tasks, return_exceptions=True)
            shutil.rmtree(folder, ignore_errors=True)

    app = Starlette(
        routes=[
            Route("/sparql", service.endpoint, methods=_EVERY_METHOD, name="sparql"),
            Route("/.well-known/void", linked.void),
            Route("/id/{rest:path}", linked.identify),
            Route("/data/{rest:path}", linked.data),
            *(Route(f"/{name}", linked.ontology) for name in _ontology_paths()),
            *api_routes,
            Mount("/assets", StaticFiles(directory=explorer)),
            *(Route(path, page) for path in _PAGES),
            *(Route(f"/{kind}/{{rest:path}}", page) for kind in _PAGES_OF),
        ],
        middleware=_middleware(options),
        exception_handlers=dict.fromkeys((HTTPException, RequestError, KgError, Exception), failed),
        lifespan=lifespan,
    )
    app.state.graph = graph
    app.state.pool = pool
    return app


def serve(
    store: str | Path = "output",
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    timeout: float = 30.0,
    max_rows: int = 1_000_000,
    cors: Sequence[str] = (),
    allow_hosts: Sequence[str] = (),
    on_start: Callable[[str], None] | None = None,
) -> None:
    """Serve a graph over HTTP until Ctrl-C: a SPARQL 1.1 endpoint at ``/sparql``, and the explorer.

    Args:
        store: A build's output folder, a store's folder, a graph file, or the address of a SPARQL endpoint.
            When a new build takes its place, that is served from the next requests on.
        host: The address to listen at. Anybody who reaches another than 127.0.0.1 can read the graph.
        port: The port; 0 takes one that is free.
        timeout: How many seconds a query may take.
        max_rows: How many rows, or triples, an answer may have.
        cors: Origins (``https://example.org``) whose pages may read the answers in a browser; ``*`` for all.
        allow_hosts: Further names by which the server is called, such as that of the machine.
        on_start: Called with the server's address when it answers.

    Raises:
        UsageError: An option is wrong.
        KgError: There is no graph, or the port is in use.
    """
    options = ServerOptions(timeout, max_rows, tuple(cors), (*allow_hosts, *_own_names(host)))
    listening = _listen(host, port)
    try:
        app = create_app(ServedGraph(store), options)
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listening.getsockname()[1]}/"
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="on",
            log_level="error",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=_MAX_HEADERS,
        )
        with _quiet_end():
            _Server(config, partial(on_start or (lambda _: None), address)).run(sockets=[listening])
    finally:
        listening.close()


class _Server(uvicorn.Server):
    """Says when it has started."""

    def __init__(self, config: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_start()


class _quiet_end:  # noqa: N801 - used like contextlib's
    """Lets Ctrl-C and SIGTERM end the server without a word, after it has cleaned up."""

    def __enter__(self) -> None:
        def end(number: int, frame: FrameType | None) -> None:
            raise KeyboardInterrupt

        # uvicorn raises the signal once more when it has shut down, for the handler that was there before.
        self._before = (
            signal.signal(signal.SIGTERM, end)
            if threading.current_thread() is threading.main_thread()
            else None
        )

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> bool:
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)
        return kind is KeyboardInterrupt


def _middleware(options: ServerOptions) -> list[Middleware]:
    chain = [Middleware(Guard, hosts=options.hosts)]
    if options.cors:
        chain.append(
            Middleware(
                CORSMiddleware,
                allow_origins=list(options.cors),
                allow_methods=_PREFLIGHT,
                allow_headers=("Accept", "Content-Type", "If-None-Match"),
                expose_headers=("ETag", "Link"),
            )
        )
    return [*chain, Middleware(GZipMiddleware, minimum_size=1000, compresslevel=4)]


def _settings(snapshot: Snapshot, options: ServerOptions, folder: str) -> Settings:
    return Settings(
        location=snapshot.location,
        folder=folder,
        prefixes=Iris(snapshot.base).prefixes(),
        seconds=options.timeout,
        max_rows=options.max_rows,
        max_bytes=_MAX_BYTES,
        max_memory=_MAX_MEMORY,
    )


def _page(explorer: Path, status: int) -> Response:
    return FileResponse(explorer / "index.html", status, headers={"Cache-Control": "no-cache"})


def _ontology_paths() -> list[str]:
    return ["ontology", *(f"ontology{end}" for end in (".ttl", ".nt", ".rdf", ".jsonld")), "context.jsonld"]


async def _hash(service: SparqlService, snapshot: Snapshot) -> None:
    """Compute what answers are tagged with; without it they have no tag."""
    with suppress(QueryFailedError):
        service.hashes = {snapshot.version: await service.pool.canonical_hash()}


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the server has ended
        loop.call_soon_threadsafe(call)


def _own_names(host: str) -> tuple[str, ...]:
    """The names that a request may call a server by which listens at an address."""
    if host in {"0.0.0.0", "::", ""}:  # noqa: S104 - it is compared with
        return ()
    return (f"[{host}]" if ":" in host else host,)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # asyncio sets TCP_NODELAY only where the protocol is said; without it answers wait for a delayed ACK.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
        except OSError:
            listening.close()
            raise
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise KgError("in use; choose another port with --port", where=f"{host}:{port}") from error
        reason = getattr(error, "strerror", None) or str(error)
        raise KgError(f"can't listen there: {reason}", where=f"{host}:{port}") from error
    return listening
