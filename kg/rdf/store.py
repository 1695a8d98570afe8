"""Where a graph is asked: an Oxigraph store on disk, a file read into memory, or a SPARQL endpoint."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Protocol

import pyoxigraph as ox
from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple

from kg.errors import KgError, UsageError
from kg.rdf.http import HttpClient
from kg.rdf.namespaces import BASE_IRI, PREFIXES
from kg.rdf.sparql import Term, bind_variables

_ANSWERS = "application/sparql-results+json, application/n-triples;q=0.9, text/turtle;q=0.8"
_HINT = "give the address of a SPARQL query endpoint (…/query)"

QueryResults = QuerySolutions | QueryBoolean | QueryTriples


class Store(Protocol):
    """Anything that answers SPARQL queries about a graph."""

    def query(self, sparql: str, *, bindings: Mapping[str, Term] | None = None) -> QueryResults:
        """Answer a SPARQL 1.1 query.

        Args:
            sparql: The query, with its prefixes declared.
            bindings: Terms for variables of the query, by name without ``?`` (see ``bind_variables``).

        Returns:
            Solutions for SELECT, a truth value for ASK, triples for CONSTRUCT and DESCRIBE.

        Raises:
            UsageError: The query is not valid SPARQL, or a binding names no variable of it.
            KgError: The store can't be read, or the endpoint does not answer.
        """
        ...


class OxigraphStore:
    """A graph in Oxigraph, for reading.

    Args:
        where: The folder of an Oxigraph store, opened read-only, so that any number of processes may read it;
            or an RDF file (Turtle, N-Triples, RDF/XML, JSON-LD, by its extension), read into memory.

    Raises:
        KgError: There is no such file or folder, or it holds no store or no valid RDF.
    """

    def __init__(self, where: str | Path) -> None:
        path = Path(where)
        try:
            self._on_disk = path.is_dir()
            if self._on_disk:
                # A build may replace a linked folder while this one is read.
                self._store = ox.Store.read_only(str(path.resolve()))
            else:
                self._store = ox.Store()
                self._store.bulk_load(path=path, format=rdf_format(path))
        except (OSError, SyntaxError) as error:
            raise KgError(f"can't be read as a graph: {error}", where=str(where)) from error

    def query(self, sparql: str, *, bindings: Mapping[str, Term] | None = None) -> QueryResults:
        """Answer a SPARQL query; see ``Store.query``."""
        bound = bind_variables(sparql, bindings or {})
        try:
            return self._store.query(bound)
        except SyntaxError as error:
            raise UsageError(f"not valid SPARQL: {error}") from error
        except (OSError, RuntimeError) as error:
            raise KgError(f"the store can't answer: {error}") from error

    def triples(self) -> Iterator[Triple] | None:
        """Every triple, those of one subject together; None for a store that has them in another order."""
        if not self._on_disk:
            return None
        return (quad.triple for quad in self._store.quads_for_pattern(None, None, None, ox.DefaultGraph()))

    def write_ntriples(self, out: IO[bytes]) -> None:
        """Write every triple as N-Triples, in no order that means anything, and in bounded memory."""
        self._store.dump(out, ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())


class SparqlEndpoint:
    """A graph behind a SPARQL 1.1 query endpoint: its default graph.

    Args:
        url: The address of the query endpoint (``http://localhost:7878/query``).
        timeout: How many seconds to wait for an answer to begin or go on.
    """

    def __init__(self, url: str, *, timeout: float = 60.0) -> None:
        self.url = url
        self._http = HttpClient(timeout)

    def query(self, sparql: str, *, bindings: Mapping[str, Term] | None = None) -> QueryResults:
        """Answer a SPARQL query; see ``Store.query``."""
        bound = bind_variables(sparql, bindings or {})
        response = self._http.request(
            "POST",
            self.url,
            data={"query": bound},
            headers={"Accept": _ANSWERS},
            hint=_HINT,
        )
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        try:
            if results := ox.QueryResultsFormat.from_media_type(media_type):
                return ox.parse_query_results(response.content, results)
            if rdf := ox.RdfFormat.from_media_type(media_type):
                # pyoxigraph makes triples that serialise themselves only as the answer to a query.
                answer = ox.Store()
                answer.load(response.content, rdf, base_iri=self.url)
                return answer.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
        except (SyntaxError, ValueError) as error:
            raise KgError(
                f"sent an answer that can't be read: {error}", where=self._http.shown(self.url)
            ) from error
        raise KgError(
            f"answered with {media_type or 'no content type'}, which is no answer to a query; {_HINT}",
            where=self._http.shown(self.url),
        )


def open_store(where: str | Path) -> Store:
    """Open the graph of a build's output folder, a store's folder, a graph file, or a SPARQL query endpoint.

    Args:
        where: ``output/``, ``output/store``, ``graph.ttl`` or ``http://…/query``.

    Raises:
        KgError: There is no graph there, or it can't be read.
    """
    if str(where).startswith(("http://", "https://")):
        return SparqlEndpoint(str(where))
    return OxigraphStore(locate_graph(where))


def locate_graph(where: str | Path) -> Path:
    """The folder of the store in a build's output or in a store's own folder, or the graph file there.

    Raises:
        KgError: There is neither.
    """
    path = Path(where)
    if path.is_dir():
        for candidate in (path / "store", path):
            if (candidate / "CURRENT").is_file():
                return candidate
        if (path / "graph.ttl").is_file():
            return path / "graph.ttl"
    elif path.is_file():
        return path
    raise KgError(f"no graph in {where}: run kg build first")


def select(
    store: Store, sparql: str, bindings: Mapping[str, Term] | None = None
) -> Iterator[tuple[Term | None, ...]]:
    """Answer a SELECT with rows of terms, None where a variable is not bound.

    Raises:
        UsageError: The query is no SELECT.
    """
    solutions = store.query(sparql, bindings=bindings)
    if not isinstance(solutions, QuerySolutions):
        raise UsageError("not a SELECT query")
    return (tuple(solution) for solution in solutions)


def graph_base(store: Store) -> str:
    """The base of a graph's resources, from the IRI of any paper; the usual one if there is none."""
    for (paper,) in select(store, f"SELECT ?p {{ ?p a <{PREFIXES['kg']}Paper> }} LIMIT 1"):
        if isinstance(paper, NamedNode):
            base, found, _ = paper.value.rpartition("paper/")
            if found:
                return base
    return BASE_IRI


def triples_by_subject(store: Store) -> Iterator[Triple]:
    """Every triple of a store's default graph, those of one subject together.

    A store that does not keep them in such an order is copied into a temporary one on disk.
    """
    if isinstance(store, OxigraphStore) and (grouped := store.triples()):
        yield from grouped
        return
    triples = store.query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    if not isinstance(triples, QueryTriples):
        raise KgError("the store answered a CONSTRUCT without triples")
    with tempfile.TemporaryDirectory() as folder:
        copy = ox.Store(folder)
        while batch := [ox.Quad(*triple) for triple in islice(triples, 200_000)]:
            copy.bulk_extend(batch)
        for quad in copy:
            yield quad.triple


def rdf_format(path: Path) -> ox.RdfFormat:
    """The format of an RDF file, by its extension.

    Raises:
        KgError: The extension is none of an RDF format.
    """
    if rdf_format := ox.RdfFormat.from_extension(path.suffix.lstrip(".")):
        return rdf_format
    raise KgError("not an RDF file that can be read; give .ttl, .nt, .rdf or .jsonld", where=str(path))
