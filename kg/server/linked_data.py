"""Every IRI of the graph resolves here: to a page for people, to RDF for programs.

As https://www.w3.org/TR/cooluris/ has it ("303 URIs"): ``/id/…`` names the thing, ``/data/…`` is what the
graph says of it, and the explorer has its page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, unquote

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kg.rdf import RESOURCE_KINDS
from kg.resources import ontology_file
from kg.server.description import CLASSES, PROPERTIES, TRIPLES, serialize, void_description
from kg.server.guard import CheckedQuery
from kg.server.served import Snapshot
from kg.server.sparql import GRAPHS, SparqlService, negotiated

_EXTENSIONS: Final = {
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
    ".jsonld": "application/ld+json",
}
_MENTIONING: Final = 1000
"""At most so many triples that have the resource as their object."""
_NOT_THERE: Final = "the graph holds nothing of this name"


def page_of(identifier: str) -> str:
    """The path of the explorer's page about a resource: its own, or that of the paper that it is from.

    Args:
        identifier: What follows the graph's base in its IRI: ``entity/grpo``.
    """
    kind, _, key = identifier.partition("/")
    if kind in {"entity", "list", "paper"}:
        return f"/{kind}/{key}"
    return f"/paper/{key.partition('/')[0]}"


class LinkedData:
    """Resolves IRIs, and describes the graph and its ontology.

    Args:
        service: What asks the graph.
    """

    def __init__(self, service: SparqlService) -> None:
        self._service = service
        self._void: tuple[str, list[ox.Triple]] = ("", [])

    async def identify(self, request: Request) -> Response:
        """``/id/KIND/KEY``: 303 to the page or to the data of a resource."""
        snapshot = self._service.graph.snapshot()
        rest = _raw_path(request, "/id/")
        chosen = negotiated(request, (*GRAPHS, "text/html", "application/xhtml+xml"))
        if rest == "graph":
            return _see("/.well-known/void")
        identifier = await run_in_threadpool(find_resource, snapshot, rest)
        if identifier is None:
            raise HTTPException(404, _NOT_THERE)
        path = quote(identifier, safe="/%:@!$&'()*+,;=~")
        return _see(f"/data/{path}" if chosen in GRAPHS else page_of(path))

    async def data(self, request: Request) -> Response:
        """``/data/KIND/KEY``: what the graph says of a resource, and what has it as its object."""
        snapshot = self._service.graph.snapshot()
        rest = _raw_path(request, "/data/")
        identifier = await run_in_threadpool(find_resource, snapshot, rest)
        media_type = ""
        if identifier is None:
            stem, media_type = _extension(rest)
            identifier = await run_in_threadpool(find_resource, snapshot, stem) if media_type else None
        if identifier is None:
            raise HTTPException(404, _NOT_THERE)
        iri = f"<{snapshot.base}{identifier}>"
        query = (
            f"CONSTRUCT {{ {iri} ?p ?o . ?s ?q {iri} }} WHERE {{ {{ {iri} ?p ?o }} UNION "
            f"{{ SELECT ?s ?q {{ ?s ?q {iri} }} LIMIT {_MENTIONING} }} }}"
        )
        path = quote(identifier, safe="/%:@!$&'()*+,;=~")
        return await self._service.answer(
            request,
            snapshot,
            CheckedQuery(query, "CONSTRUCT", varies=False),
            GRAPHS,
            media_type=media_type,
            headers={"Link": f'<{page_of(path)}>; rel="alternate"; type="text/html"'},
        )

    async def void(self, request: Request) -> Response:
        """``/.well-known/void``: the size, the classes and the properties of the graph."""
        media_type = negotiated(request, tuple(GRAPHS))
        snapshot = self._service.graph.snapshot()
        endpoint = str(request.url_for("sparql"))
        version = f"{snapshot.version} {endpoint}"
        if self._void[0] != version:
            ask = self._service.rows
            described = void_description(
                snapshot,
                endpoint,
                triples=await ask(TRIPLES),
                classes=await ask(CLASSES),
                properties=await ask(PROPERTIES),
            )
            self._void = (version, described)
        return _rdf(serialize(iter(self._void[1]), GRAPHS[media_type]), media_type)

    async def ontology(self, request: Request) -> Response:
        """``/ontology``: the ontology of the graph, also by extension; ``/context.jsonld``: its context."""
        path = request.url.path
        if path == "/context.jsonld":
            context = json.loads(ontology_file("context.jsonld").read_bytes())
            return Response(json.dumps(context, ensure_ascii=False), media_type="application/ld+json")
        media_type = _extension(path)[1] or negotiated(request, tuple(GRAPHS))
        triples = await run_in_threadpool(lambda: list(_ontology()))
        return _rdf(serialize(iter(triples), GRAPHS[media_type]), media_type)


def find_resource(snapshot: Snapshot, written: str) -> str | None:
    """What follows the base in the IRI of a resource that the graph holds.

    Args:
        snapshot: The graph.
        written: The same as it stands in an address, where letters of other scripts are percent-encoded.
    """
    if written.partition("/")[0] not in RESOURCE_KINDS:
        return None
    for identifier in dict.fromkeys((written, unquote(quote(unquote(written), safe="/%")), unquote(written))):
        try:
            iri = ox.NamedNode(snapshot.base + identifier)
        except ValueError:
            continue
        if snapshot.store.query(f"ASK {{ {iri} ?p ?o }}"):
            return identifier
    return None


def _ontology() -> Iterator[ox.Triple]:
    for quad in ox.parse(path=ontology_file("paperkg.ttl"), format=ox.RdfFormat.TURTLE):
        yield quad.triple


def _raw_path(request: Request, before: str) -> str:
    """What follows in the path as it was sent: an escaped slash is not one that divides."""
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    return raw.partition(b"?")[0].decode("ascii", "replace").removeprefix(before)


def _extension(path: str) -> tuple[str, str]:
    for extension, media_type in _EXTENSIONS.items():
        if path.endswith(extension):
            return path.removesuffix(extension), media_type
    return path, ""


def _see(path: str) -> Response:
    return RedirectResponse(path, 303, headers={"Vary": "Accept"})


def _rdf(body: bytes, media_type: str) -> Response:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return Response(body, media_type=media_type + charset, headers={"Vary": "Accept"})
