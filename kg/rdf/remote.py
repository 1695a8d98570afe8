"""A graph sent to a SPARQL server, by either of the two protocols of SPARQL 1.1."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from kg.errors import KgError
from kg.rdf.http import HttpClient
from kg.rdf.write import turtle_parts

STAGING_GRAPH: Final = "https://w3id.org/paperkg/staging"
"""The named graph that collects a new graph on the server until it is whole."""

# Servers limit the body of an update; Oxigraph's to 1 MB.
_BATCH_BYTES: Final = 500_000
_HINT: Final = (
    "give a SPARQL Update address (…/update) or that of a graph (…/store?default, …/store?graph=IRI)"
)


def push_graph(
    url: str,
    graph_ttl: str | Path,
    *,
    timeout: float = 600.0,
    on_progress: Callable[[int], None] | None = None,
) -> None:
    """Replace the graph on a SPARQL server in one step.

    An address with ``?default`` or ``?graph=IRI`` is a graph of the SPARQL 1.1 Graph Store Protocol: one PUT
    replaces it. Any other is a SPARQL 1.1 Update endpoint: the triples are inserted in batches into a staging
    graph, which then takes the place of the default graph in one request. Until that, and if anything fails,
    the server's old graph stays.

    Args:
        url: The address, with user name and password in it if need be.
        graph_ttl: A file that ``write_graph`` wrote.
        timeout: How many seconds the server may be silent.
        on_progress: Called with the number of bytes of the file that have been sent, as it grows.

    Raises:
        UsageError: The server refuses the request as malformed.
        KgError: The server can't be reached, asks for a login, has nothing at this address, or fails.
    """
    http, path = HttpClient(timeout), Path(graph_ttl)
    report = on_progress or (lambda _: None)
    if {"default", "graph"} & parse_qs(urlsplit(url).query, keep_blank_values=True).keys():
        with path.open("rb") as body:
            http.request("PUT", url, headers={"Content-Type": "text/turtle"}, data=body, hint=_HINT)
        report(path.stat().st_size)
        return
    try:
        _update(http, url, f"DROP SILENT GRAPH <{STAGING_GRAPH}>")
        sent = 0
        for part in turtle_parts(path, _BATCH_BYTES):
            header, _, triples = part.partition(b"\n\n")
            # Sorted Turtle without blank nodes is also the body of an INSERT DATA, under SPARQL's own header.
            prologue = (
                header.decode().replace("@base", "BASE").replace("@prefix", "PREFIX").replace("> .", ">")
            )
            _update(
                http, url, f"{prologue}\nINSERT DATA {{ GRAPH <{STAGING_GRAPH}> {{\n{triples.decode()}}} }}"
            )
            sent += len(triples)
            report(sent)
        _update(http, url, f"MOVE SILENT GRAPH <{STAGING_GRAPH}> TO DEFAULT")
    except (KgError, KeyboardInterrupt):
        with suppress(KgError):
            _update(http, url, f"DROP SILENT GRAPH <{STAGING_GRAPH}>")
        raise


def _update(http: HttpClient, url: str, update: str) -> None:
    http.request(
        "POST", url, headers={"Content-Type": "application/sparql-update"}, data=update.encode(), hint=_HINT
    )
