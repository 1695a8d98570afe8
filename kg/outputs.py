"""What is made from a graph that has been built: answers, its page, and its other formats."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import IO

from kg.errors import UsageError
from kg.files import replacing
from kg.network import Network, layout, project, write_gexf, write_graphml, write_html
from kg.queries import Answer, find, read_saved_query, run_query, run_saved, saved_query
from kg.rdf import EXPORT_FORMATS, Store, export_graph

__all__ = ["EXPORTS", "ask", "export", "view"]

_NETWORKS = {"graphml": write_graphml, "gexf": write_gexf}
EXPORTS = (*EXPORT_FORMATS, *_NETWORKS)
"""The formats that a graph can be written in."""

_DRAWN = 5000
"""Nodes of an exported network up to which they are given positions; a layout of more takes too long."""


def ask(
    store: Store,
    query: str,
    params: Mapping[str, str] | None = None,
    *,
    folder: str | Path | None = None,
) -> Answer:
    """Ask a graph a SPARQL query, the query in a file, or a saved query by its name.

    Args:
        store: The graph.
        query: A query's text, the path of a file that holds one, or the name of a saved query.
        params: Values for the parameters that a saved query or file declares, as people write them.
        folder: A folder with saved queries of one's own, looked into first.

    Raises:
        UsageError: There is no such query, it is not valid, or a parameter is missing, unknown or wrong.
        KgError: The file can't be read, or the store can't answer.
    """
    if _is_file(query):
        return run_saved(store, read_saved_query(Path(query)), params)
    if not set(query) & set(" \t\n{"):
        return run_saved(store, saved_query(query, folder), params)
    if params:
        raise UsageError(
            "only a query in a file or a saved query has parameters; write the value into the query"
        )
    return run_query(store, query)


def _is_file(query: str) -> bool:
    try:
        return Path(query).is_file()
    except (OSError, ValueError):  # no path: too long, or it holds a character that none can
        return False


def view(
    store: Store,
    path: str | Path,
    *,
    focus: str | Iterable[str] = (),
    depth: int = 1,
    types: Collection[str] | None = None,
    relations: Collection[str] | None = None,
    max_nodes: int = 5000,
    title: str = "",
) -> Network:
    """Write a graph's network, whole or around something, as one HTML file that opens offline.

    Args:
        store: The graph.
        path: The file to write; replaced when it is whole.
        focus: Names of papers or entities to look around; see `kg.find`.
        depth: How many links away from the focus a node may be.
        types: Show entities of these types only.
        relations: Show links of these relations only.
        max_nodes: How many nodes to show at most: around a focus the nearest, else the most connected.
        title: The page's heading; by default what it looks around.

    Returns:
        What is shown.

    Raises:
        UsageError: A name that is not in the graph, or an unknown type or relation.
        KgError: The file can't be written.
    """
    found = [find(store, name).one() for name in ([focus] if isinstance(focus, str) else focus)]
    network = project(
        store,
        types=types,
        relations=relations,
        focus=[match.iri for match in found] or None,
        depth=depth,
        max_nodes=max_nodes,
    )
    heading = title or " and ".join(match.label for match in found) or "Papers"
    with replacing(path) as page:
        write_html(network, store, page, title=heading, focus=[match.iri for match in found])
    return network


def export(store: Store, format: str, target: str | Path | IO[bytes]) -> None:
    """Write a graph in another format.

    Args:
        store: The graph.
        format: One of `EXPORTS`.
        target: A file, replaced when it is whole; a folder for ``csv``; or, for the formats that are no
            networks, a binary stream.

    Raises:
        UsageError: There is no such format, or it can't be written to a stream.
        KgError: The target can't be written.
    """
    if format not in EXPORTS:
        raise UsageError(f"there is no format {format!r}; choose one of {', '.join(EXPORTS)}")
    if format not in _NETWORKS and (format == "csv" or not isinstance(target, str | Path)):
        export_graph(store, format, target)
    elif not isinstance(target, str | Path):
        raise UsageError(f"{format} needs a file to be written to; name one with --output")
    else:
        with replacing(target) as path:
            if format in _NETWORKS:
                network = project(store, max_nodes=None)
                positions = layout(network) if len(network) <= _DRAWN else None
                _NETWORKS[format](network, path, positions=positions)
            else:
                export_graph(store, format, path)
