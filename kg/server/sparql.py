"""The SPARQL 1.1 Protocol for queries (https://www.w3.org/TR/sparql11-protocol/, section 2)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.background import BackgroundTask
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from kg.queries.answers import explain_syntax_error
from kg.rdf import Term
from kg.server.description import service_description
from kg.server.guard import CheckedQuery, check_query, no_named_graphs, refuse_graph
from kg.server.negotiation import accepts_gzip, preferred
from kg.server.pool import QueryFailedError, RawAnswer, WorkerPool
from kg.server.served import ServedGraph, Snapshot

METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
ALLOW: Final = ", ".join(METHODS)

_RESULTS: Final = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/xml": "xml",
    "text/xml": "xml",
}
GRAPHS: Final = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/rdf+xml": "rdfxml",
    "application/ld+json": "jsonld",
}
"""The media types of RDF, the favourite first, with what a worker calls them."""
_GRAPHS_TOO: Final = {"application/json": "jsonld", "application/xml": "rdfxml", "text/plain": "ntriples"}
_FORM: Final = "application/x-www-form-urlencoded"
_QUERY: Final = "application/sparql-query"
_UTF8: Final = {"", "utf-8", "utf8", "us-ascii"}
_MAX_FIELDS: Final = 100
_STATUS: Final = {
    "busy": (503, "too many queries are waiting; try again"),
    # Not 503: a client that tries again where it is told that a server is busy would ask for it once more.
    "timeout": (504, "the query took longer than {seconds:g} seconds and was ended; ask for less"),
    "limit": (422, "{message}"),
    "memory": (422, "the query needed more memory than there is for one, and was ended; ask for less"),
    "syntax": (400, "{message}"),
    "remote": (502, "the endpoint that holds the graph did not answer: {message}"),
    "store": (500, "the graph can't be read"),
    "died": (500, "the query could not be evaluated"),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks."""

    query: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()


class _GoneError(Exception):
    """The client has closed the connection."""


class SparqlService:
    """Answers queries about a graph by workers.

    Args:
        graph: The graph.
        pool: The workers.
    """

    def __init__(self, graph: ServedGraph, pool: WorkerPool) -> None:
        self.graph = graph
        self.pool = pool
        self.hashes: dict[str, str] = {}
        """The canonical hash of a snapshot, by its version, once it is known."""

    async def endpoint(self, request: Request) -> Response:
        """Answer a request of the protocol, or describe the service where it has no parameters."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ALLOW, "Accept-Post": f"{_QUERY}, {_FORM}"})
        if request.method not in METHODS:
            raise HTTPException(405, f"{request.method} is not possible here", {"Allow": ALLOW})
        if request.method in {"GET", "HEAD"} and not request.url.query:
            return self._describe(request)
        asked = await _asked(request)
        snapshot = self.graph.snapshot()
        checked = check_query(
            asked.query, snapshot.graph, dataset_given=bool(asked.default_graphs or asked.named_graphs)
        )
        if asked.named_graphs:
            raise no_named_graphs(snapshot.graph)
        for iri in asked.default_graphs:
            if iri != snapshot.graph:
                raise refuse_graph(iri, snapshot.graph)
        offers = _RESULTS if checked.form in {"SELECT", "ASK", None} else GRAPHS | _GRAPHS_TOO
        return await self.answer(request, snapshot, checked, offers)

    async def answer(
        self,
        request: Request,
        snapshot: Snapshot,
        checked: CheckedQuery,
        offers: Mapping[str, str],
        *,
        media_type: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Evaluate a query and write the answer as the request likes it.

        Args:
            request: The request.
            snapshot: The graph.
            checked: A query that may be asked.
            offers: What workers call the formats, by the media types that there are.
            media_type: Which of them to take, whatever the request likes.
            headers: Further headers of the answer.

        Raises:
            HTTPException: The client takes none of the types, or the query was not answered.
        """
        media_type = media_type or negotiated(request, tuple(offers))
        gzip = accepts_gzip(request.headers.get("accept-encoding"))
        known = {
            "Vary": "Accept",
            "Cache-Control": "no-cache",
            "Content-Type": _with_charset(media_type),
            **(headers or {}),
        }
        tag = self._tag(snapshot, checked, media_type)
        if tag and request.method != "POST":
            tags = (f'"{tag}"', f'"{tag}-gzip"')
            given = {part.strip().removeprefix("W/") for part in _none_match(request).split(",")}
            if found := next((etag for etag in tags if etag in given), ""):
                del known["Content-Type"]
                return Response(status_code=304, headers={**known, "ETag": found})
        try:
            raw = await _unless_gone(request, self.pool.run(checked.text, offers[media_type], gzip=gzip))
        except _GoneError:
            return Response(status_code=499)  # nobody reads it
        except QueryFailedError as error:
            raise self._http_error(error, checked.text) from error
        if tag and request.method != "POST":
            known["ETag"] = f'"{tag}-gzip"' if raw.gzip else f'"{tag}"'
        if raw.gzip:
            known |= {"Content-Encoding": "gzip", "Vary": "Accept, Accept-Encoding"}
        return _response(raw, known)

    async def rows(self, query: str) -> list[list[Term | None]]:
        """The rows of a query of the server's own.

        Raises:
            HTTPException: It was not answered.
        """
        try:
            raw = await self.pool.run(query, "json")
        except QueryFailedError as error:
            raise self._http_error(error, query) from error
        solutions = ox.parse_query_results(raw.data, ox.QueryResultsFormat.JSON)
        return [list(row) for row in solutions] if isinstance(solutions, ox.QuerySolutions) else []

    def _describe(self, request: Request) -> Response:
        offers = (*GRAPHS, "text/html")
        media_type = negotiated(request, offers)
        if media_type == "text/html":
            return RedirectResponse("/query", 303, headers={"Vary": "Accept"})
        body = service_description(self.graph.snapshot(), str(request.url_for("sparql")), GRAPHS[media_type])
        return Response(body, headers={"Vary": "Accept"}, media_type=_with_charset(media_type))

    def _tag(self, snapshot: Snapshot, checked: CheckedQuery, media_type: str) -> str:
        known = self.hashes.get(snapshot.version)
        if known is None or checked.varies:
            return ""
        parts = "\0".join((known, snapshot.graph, media_type, checked.text))
        return hashlib.sha256(parts.encode()).hexdigest()[:32]

    def _http_error(self, error: QueryFailedError, query: str) -> HTTPException:
        status, text = _STATUS[error.kind]
        message = explain_syntax_error(query, error.message) if error.kind == "syntax" else error.message
        return HTTPException(
            status,
            text.format(message=message, seconds=self.pool.settings.seconds),
            {"Retry-After": "5"} if error.kind == "busy" else None,
        )


def negotiated(request: Request, offers: Sequence[str]) -> str:
    """The media type that a request likes best.

    Raises:
        HTTPException: 406, it takes none of them.
    """
    accept = ",".join(request.headers.getlist("accept"))
    if chosen := preferred(accept, offers):
        return chosen
    raise HTTPException(406, f"this can be had as {', '.join(offers)}", {"Vary": "Accept"})


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _none_match(request: Request) -> str:
    return request.headers.get("if-none-match", "")


async def _asked(request: Request) -> _Asked:
    """Read the query and the dataset of a request."""
    fields = _fields(request.scope["query_string"])
    if request.method != "POST":
        return _from_fields(fields)
    kind, charset = _content_type(request.headers)
    if kind not in {_FORM, _QUERY}:
        if kind == "application/sparql-update":
            raise HTTPException(415, "updates are not possible: this endpoint only reads")
        raise HTTPException(
            415, f"send a query as {_QUERY} or {_FORM}", {"Accept-Post": f"{_QUERY}, {_FORM}"}
        )
    if charset not in _UTF8:
        raise HTTPException(415, "send the query as UTF-8")
    body = await request.body()
    if kind == _FORM:
        # All is in the body (2.1.2); what is also in the address is not overlooked.
        return _from_fields([*fields, *_fields(body)])
    if any(name == "query" for name, _ in fields):
        raise HTTPException(400, "the query is there twice: in the address and as the body")
    try:
        query = body.decode()
    except UnicodeDecodeError as error:
        raise HTTPException(400, "the query is not UTF-8") from error
    return _from_fields([*fields, ("query", query)])


def _content_type(headers: Headers) -> tuple[str, str]:
    kind, *parameters = headers.get("content-type", "").split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return kind.strip().lower(), charset


def _fields(encoded: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_FIELDS
        )
    except UnicodeDecodeError as error:
        raise HTTPException(400, "the parameters are not percent-encoded UTF-8") from error
    except ValueError as error:
        raise HTTPException(400, "there are too many parameters") from error


def _from_fields(fields: Sequence[tuple[str, str]]) -> _Asked:
    def values(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in fields if key == name)

    if values("update") or values("using-graph-uri") or values("using-named-graph-uri"):
        raise HTTPException(400, "updates are not possible: this endpoint only reads")
    queries = values("query")
    if len(queries) != 1:
        what = "there is no query" if not queries else "there is more than one query"
        raise HTTPException(400, f"{what}; give one, as the parameter query or as the body")
    if not queries[0].strip():
        raise HTTPException(400, "the query is empty")
    if "\0" in queries[0]:
        raise HTTPException(400, "the query holds a character that none may hold")
    return _Asked(queries[0], values("default-graph-uri"), values("named-graph-uri"))


async def _unless_gone(request: Request, running: Coroutine[Any, Any, RawAnswer]) -> RawAnswer:
    """Wait for an answer, and give it up when the client closes the connection."""

    async def gone() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    answer = asyncio.create_task(running)
    watch = asyncio.create_task(gone())
    try:
        await asyncio.wait({answer, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise _GoneError
        return answer.result()
    finally:
        for task in (answer, watch):
            task.cancel()
        with suppress(asyncio.CancelledError, QueryFailedError):
            await answer


def _response(raw: RawAnswer, headers: Mapping[str, str]) -> Response:
    if raw.file is None:
        return Response(raw.data, headers=dict(headers))
    fixed = {**headers, "Content-Length": str(raw.size)}
    return FileResponse(raw.file, headers=fixed, background=BackgroundTask(raw.file.unlink, missing_ok=True))
