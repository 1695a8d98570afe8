"""The explorer's JSON API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kg.rdf import Store
from kg.server import canvas, leaderboards, pages, parameters, paths, saved
from kg.server.errors import BadRequest, NotFound, RequestError, TooLarge
from kg.server.filters import Filters, select
from kg.server.index import GraphIndex
from kg.server.page_file import page_file
from kg.server.served import Snapshot


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to answer, and the graph to answer it from."""

    snapshot: Snapshot
    kind: str
    """``paper`` or ``entity``, where the path has it."""
    keys: tuple[str, ...]
    """What the path ends in: as it stands there, which is how IRIs are written, and decoded once."""

    @property
    def index(self) -> GraphIndex:
        """The network."""
        return self.snapshot.index

    @property
    def store(self) -> Store:
        """The graph."""
        return self.snapshot.store

    def node(self, kind: str = "") -> int:
        """The node that the path names."""
        for key in self.keys:
            number = self.index.find(f"{kind or self.kind}/{key}")
            if number is not None:
                return number
        raise NotFound(f"the graph has no {kind or self.kind} {self.keys[-1][:200]}")

    def named(self, node_id: str) -> int:
        """The node with an id."""
        number = self.index.find(node_id)
        if number is None:
            raise NotFound(f"the graph has no {node_id[:200]}")
        return number


_Parameters = TypeVar("_Parameters", bound=BaseModel)


def _get(path: str, model: type[_Parameters], answer: Callable[[Ask, _Parameters], Any]) -> Route:
    """A route that answers GET and HEAD with JSON, or 304 where the client has this version of the graph."""

    def endpoint(request: Request) -> Response:
        snapshot: Snapshot = request.app.state.graph.snapshot()
        headers = {"ETag": f'"{snapshot.version}"', "Cache-Control": "no-cache"}
        try:
            wanted = model.model_validate(_query(request))
        except ValidationError as error:
            raise _explained(error) from error
        # A wrong request is an error even where its tag is right.
        if _is_known(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        key = request.scope["raw_path"].decode("ascii", "replace").split("/", path.count("/"))[-1]
        ask = Ask(snapshot, request.path_params.get("kind", ""), (key, unquote(key)))
        return _json(answer(ask, wanted), headers)

    return Route(path, endpoint, methods=["GET"])


def _post(path: str, model: type[_Parameters], answer: Callable[[Ask, _Parameters], Any]) -> Route:
    """A route that answers a JSON body with JSON, or with the response that ``answer`` gives."""

    async def endpoint(request: Request) -> Response:
        ask = Ask(request.app.state.graph.snapshot(), "", ())
        try:
            wanted = model.model_validate_json(await request.body())
        except ValidationError as error:
            raise _explained(error) from error
        given = await run_in_threadpool(answer, ask, wanted)
        return given if isinstance(given, Response) else _json(given)

    return Route(path, endpoint, methods=["POST"])


def _query(request: Request) -> dict[str, str]:
    """The query's parameters; one that is given several times is joined with commas."""
    params = request.query_params
    return {name: ",".join(params.getlist(name)) for name in params}


def _is_known(request: Request, tag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))


def _json(value: Any, headers: Mapping[str, str] | None = None) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text.encode("utf-8", "replace"), 200, headers, "application/json")


def _explained(error: ValidationError) -> RequestError:
    """What is wrong with a request, in one line."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "too_long":
            return TooLarge(f"{where}: at most {first['ctx']['max_length']:,} can be asked for at once")
        case "extra_forbidden":
            message = "there is no such parameter"
        case "missing":
            message = "is missing"
        case "json_invalid":
            message = "the body is not JSON"
        case _:
            message = first["msg"].removeprefix("Value error, ")
    return BadRequest(f"{where}: {message}" if where else message)


def _overview(ask: Ask, _: parameters.Nothing) -> Any:
    return pages.overview(ask.index, ask.snapshot.version)


def _search(ask: Ask, wanted: parameters.Search) -> Any:
    found = ask.index.names.search(wanted.q, node_type=wanted.type, limit=wanted.limit)
    matches = [{**ask.index.node(one.node), "matched": one.matched} for one in found]
    return {"q": wanted.q, "matches": matches}


def _page_of_node(ask: Ask, _: parameters.Nothing) -> Any:
    show = pages.paper_page if ask.kind == "paper" else pages.entity_page
    return show(ask.index, ask.store, ask.node())


def _claims(ask: Ask, wanted: parameters.ClaimsPart) -> Any:
    return pages.claims_page(
        ask.index, ask.store, ask.node(), wanted.relation, wanted.direction, wanted.slice
    )


def _results(ask: Ask, wanted: parameters.Part) -> Any:
    return pages.results_page(ask.index, ask.store, ask.node(), wanted.slice)


def _together(ask: Ask, wanted: parameters.Part) -> Any:
    return pages.together_page(ask.index, ask.node(), wanted.slice)


def _related(ask: Ask, wanted: parameters.Part) -> Any:
    return pages.related_page(ask.index, ask.node(), wanted.slice)


def _relations(ask: Ask, filters: Filters) -> Any:
    return canvas.relations(ask.index, ask.node(), filters)


def _list(ask: Ask, wanted: parameters.Part) -> Any:
    for key in ask.keys:
        if f"list/{key}" in ask.index.lists:
            return pages.list_page(ask.index, f"list/{key}", wanted.slice)
    raise NotFound(f"the graph has no reading list {ask.keys[-1][:200]}")


def _boards(ask: Ask, wanted: parameters.Part) -> Any:
    return leaderboards.boards_page(ask.index, wanted.slice)


def _board(ask: Ask, _: parameters.Nothing) -> Any:
    return leaderboards.leaderboard(ask.index, ask.store, ask.node("entity"))


def _evidence(ask: Ask, pair: parameters.Pair) -> Any:
    return paths.evidence(ask.index, ask.store, ask.named(pair.source), ask.named(pair.target))


def _path(ask: Ask, wanted: parameters.Path) -> Any:
    source, target = ask.named(wanted.source), ask.named(wanted.target)
    selection = select(ask.index, wanted, [source, target])
    found = paths.shortest_paths(ask.index, selection, source, target)
    return {"paths": [paths.described(ask.index, ask.store, selection, path) for path in found]}


def _sample(ask: Ask, wanted: parameters.Sample) -> Any:
    return canvas.sample(ask.index, wanted, wanted.limit)


def _expand(ask: Ask, wanted: parameters.Expand) -> Any:
    return canvas.expand(
        ask.index,
        ask.named(wanted.node),
        wanted.filters,
        relation=wanted.relation,
        direction=wanted.direction,
        part=slice(wanted.offset, wanted.offset + wanted.limit),
        present=wanted.present,
    )


def _graph(ask: Ask, wanted: parameters.Subgraph) -> Any:
    return canvas.subgraph(ask.index, wanted.ids, wanted.filters)


def _editor(ask: Ask, _: parameters.Nothing) -> Any:
    return saved.editor(ask.index)


def _query_text(ask: Ask, values: parameters.AnyValues) -> Any:
    return {"text": saved.bound_query(ask.index, ask.store, ask.keys[-1], values.model_extra or {})}


def _page_file(ask: Ask, wanted: parameters.Page) -> Response:
    places = {ask.named(node.id): (node.x, node.y) for node in wanted.nodes}
    html = page_file(ask.index, ask.store, wanted.title, places, wanted.relations)
    return Response(
        html,
        media_type="text/html",
        headers={"Content-Disposition": 'attachment; filename="graph.html"', "Cache-Control": "no-store"},
    )


routes: Final = [
    _get("/api/overview", parameters.Nothing, _overview),
    _get("/api/search", parameters.Search, _search),
    _get("/api/node/{kind}/{key:path}", parameters.Nothing, _page_of_node),
    _get("/api/claims/{kind}/{key:path}", parameters.ClaimsPart, _claims),
    _get("/api/results/{kind}/{key:path}", parameters.Part, _results),
    _get("/api/together/{kind}/{key:path}", parameters.Part, _together),
    _get("/api/related/{kind}/{key:path}", parameters.Part, _related),
    _get("/api/relations/{kind}/{key:path}", Filters, _relations),
    _get("/api/list/{key:path}", parameters.Part, _list),
    _get("/api/leaderboards", parameters.Part, _boards),
    _get("/api/leaderboard/{key:path}", parameters.Nothing, _board),
    _get("/api/evidence", parameters.Pair, _evidence),
    _get("/api/path", parameters.Path, _path),
    _get("/api/sample", parameters.Sample, _sample),
    _get("/api/queries", parameters.Nothing, _editor),
    _get("/api/query/{key:path}", parameters.AnyValues, _query_text),
    _post("/api/expand", parameters.Expand, _expand),
    _post("/api/graph", parameters.Subgraph, _graph),
    _post("/api/page", parameters.Page, _page_file),
]
"""The routes of ``/api/``; ``app.state.graph.snapshot()`` gives them the graph."""
