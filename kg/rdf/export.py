"""A graph in other formats: RDF files, tables of nodes and edges, and records for scoring.

All of them are sorted, so that a graph gives the same bytes whatever store it is in, and none is collected in
memory on its way.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import IO, Any, Final

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import KgError, UsageError
from kg.rdf.namespaces import PREFIXES, RESOURCE_KINDS, Iris, term
from kg.rdf.paper_records import paper_records
from kg.rdf.store import Store, graph_base, select, triples_by_subject
from kg.rdf.turtle import TurtleFormatter
from kg.rdf.write import Spool
from kg.records import ENTITY_TYPES
from kg.resources import ontology_file

EXPORT_FORMATS: Final = ("turtle", "ntriples", "rdfxml", "jsonld", "csv", "records")
"""What ``export_graph`` writes."""

INTEGERS: Final = {
    term("oa:start"): term("xsd:nonNegativeInteger"),
    term("oa:end"): term("xsd:nonNegativeInteger"),
    term("kg:position"): term("xsd:positiveInteger"),
}
_XSD_INTEGER: Final = term("xsd:integer")
_XSD_STRING: Final = PREFIXES["xsd"] + "string"
_KG: Final = PREFIXES["kg"]


def export_graph(store: Store, format: str, target: str | Path | IO[bytes]) -> None:
    """Write a graph in one of ``EXPORT_FORMATS``.

    Args:
        store: The graph.
        format: ``turtle`` (the bytes of ``graph.ttl``), ``ntriples``, ``rdfxml``, ``jsonld`` (with the
            context that ships with the package), ``csv`` (``nodes.csv`` and ``edges.csv``) or ``records``
            (JSON Lines, one paper each).
        target: The file to write, or a binary stream; for ``csv`` a folder, made if it is not there.

    Raises:
        UsageError: There is no such format, or ``csv`` is given a stream.
        KgError: The target can't be written.
    """
    if format not in EXPORT_FORMATS:
        raise UsageError(f"there is no format {format!r}; choose from {', '.join(EXPORT_FORMATS)}")
    if isinstance(target, str | Path):
        try:
            if format == "csv":
                Path(target).mkdir(parents=True, exist_ok=True)
                _write_csv(store, Path(target))
            else:
                with Path(target).open("wb") as out:
                    _WRITERS[format](store, out)
        except OSError as error:
            raise KgError(f"can't be written: {error.strerror or error}", where=str(target)) from error
    elif format == "csv":
        raise UsageError("csv is two files; give a folder to write them to")
    else:
        _WRITERS[format](store, target)


def _write_turtle(store: Store, out: IO[bytes]) -> None:
    with tempfile.TemporaryFile() as file:
        spool = Spool(file, TurtleFormatter(Iris(graph_base(store))))
        for _, triples in groupby(triples_by_subject(store), key=lambda triple: triple.subject):
            spool.add(map(_with_datatype, triples))
        out.writelines(spool.sorted())


def _with_datatype(triple: Triple) -> Triple:
    """Give an integer back the datatype that Oxigraph generalises to xsd:integer."""
    value, datatype = triple.object, INTEGERS.get(triple.predicate)
    if datatype and isinstance(value, Literal) and value.datatype == _XSD_INTEGER:
        return Triple(triple.subject, triple.predicate, Literal(value.value, datatype=datatype))
    return triple


@contextmanager
def _sorted_triples(store: Store) -> Iterator[Iterator[Triple]]:
    """Every triple in the order of ``graph.ttl``."""
    with tempfile.TemporaryFile() as file:
        _write_turtle(store, file)
        file.seek(0)
        yield (quad.triple for quad in ox.parse(file, ox.RdfFormat.TURTLE))


def _serialize(rdf_format: ox.RdfFormat) -> Callable[[Store, IO[bytes]], None]:
    def write(store: Store, out: IO[bytes]) -> None:
        with _sorted_triples(store) as triples:
            ox.serialize(triples, out, rdf_format, prefixes=dict(PREFIXES))

    return write


def _write_jsonld(store: Store, out: IO[bytes]) -> None:
    context = json.loads(ontology_file("context.jsonld").read_text(encoding="utf-8"))["@context"]
    base = graph_base(store)
    context |= {kind: f"{base}{kind}/" for kind in RESOURCE_KINDS}
    compact = _Compactor(context)
    out.write(b'{"@context": ' + json.dumps(context, indent=1).encode() + b',\n"@graph": [')
    with _sorted_triples(store) as triples:
        between = b"\n"
        for subject, of_subject in groupby(triples, key=lambda triple: triple.subject):
            node = compact.node(subject, of_subject)
            out.write(between + json.dumps(node, ensure_ascii=False).encode())
            between = b",\n"
    out.write(b"\n]}\n")


class _Compactor:
    """Writes nodes with the terms of a JSON-LD context.

    Args:
        context: Prefixes as texts, terms as ``{"@id": prefixed name, "@type": datatype or "@id"}``.
    """

    def __init__(self, context: Mapping[str, Any]) -> None:
        prefixes = {name: iri for name, iri in context.items() if isinstance(iri, str) and "://" in iri}
        self._prefixes = sorted(((iri, name) for name, iri in prefixes.items()), reverse=True)
        self._terms: dict[str, tuple[str, str]] = {}
        for name, definition in context.items():
            if isinstance(definition, dict):
                prefix, _, local = definition["@id"].partition(":")
                self._terms[prefixes[prefix] + local] = (name, definition.get("@type", ""))

    def node(self, subject: object, triples: Iterable[Triple]) -> dict[str, Any]:
        """One subject as a JSON object; several values of a predicate as a list."""
        types: list[str] = []
        values: dict[str, list[Any]] = defaultdict(list)
        for triple in triples:
            if triple.predicate == term("rdf:type"):
                types.append(self._iri(triple.object))
            else:
                name, coerced = self._terms.get(triple.predicate.value, (self._iri(triple.predicate), ""))
                values[name].append(self._value(triple.object, coerced))
        return {
            "@id": self._iri(subject),
            "@type": types,
            **{name: found if len(found) > 1 else found[0] for name, found in values.items()},
        }

    def _value(self, value: object, coerced: str) -> Any:
        if not isinstance(value, Literal):
            return self._iri(value) if coerced == "@id" else {"@id": self._iri(value)}
        datatype = self._iri(value.datatype)
        if datatype == (coerced or "xsd:string"):
            return value.value
        return {"@value": value.value, "@type": datatype}

    def _iri(self, node: object) -> str:
        iri = node.value if isinstance(node, NamedNode) else str(node)
        for namespace, prefix in self._prefixes:
            if iri.startswith(namespace):
                return f"{prefix}:{iri.removeprefix(namespace)}"
        return iri


_NODES: Final = f"""
PREFIX dcterms: <{PREFIXES["dcterms"]}> PREFIX fabio: <{PREFIXES["fabio"]}> PREFIX kg: <{_KG}>
PREFIX skos: <{PREFIXES["skos"]}> PREFIX schema: <{PREFIXES["schema"]}>
SELECT ?node ?type ?label ?issued ?arxiv ?doi ?url {{
  {{ ?node a kg:Paper ; dcterms:title ?label . BIND (kg:Paper AS ?type)
    OPTIONAL {{ ?node dcterms:issued ?issued }} OPTIONAL {{ ?node fabio:hasArXivId ?arxiv }}
    OPTIONAL {{ ?node kg:doi ?doi }} OPTIONAL {{ ?node schema:url ?url }} }}
  UNION
  {{ VALUES ?type {{ {" ".join(f"kg:{name}" for name in ENTITY_TYPES)} }}
    ?node a ?type ; skos:prefLabel ?label }}
}}"""
_EDGES: Final = f"""
PREFIX cito: <{PREFIXES["cito"]}> PREFIX kg: <{_KG}> PREFIX rdf: <{PREFIXES["rdf"]}>
SELECT DISTINCT ?source ?target ?relation ?confidence {{
  {{ ?claim a kg:Claim ; rdf:subject ?source ; rdf:predicate ?relation ; rdf:object ?target ;
      kg:confidence ?confidence }}
  UNION
  {{ ?link a kg:Derivation ; rdf:subject ?source ; rdf:predicate ?relation ; rdf:object ?target }}
}}"""


def _write_csv(store: Store, folder: Path) -> None:
    _write_table(
        folder / "nodes.csv",
        ("id", "type", "label", "issued", "arxiv_id", "doi", "url"),
        _plain(select(store, _NODES), (1,)),
    )
    _write_table(
        folder / "edges.csv",
        ("source", "target", "relation", "confidence"),
        _plain(select(store, _EDGES), (2,)),
    )


def _plain(rows: Iterable[tuple[object, ...]], names: tuple[int, ...]) -> Iterator[list[str]]:
    """Rows of texts: the last part of the IRI for the columns that hold a class or property."""
    for row in rows:
        texts = ["" if value is None else str(getattr(value, "value", value)) for value in row]
        for column in names:
            texts[column] = texts[column].rpartition("#" if "#" in texts[column] else "/")[2]
        yield texts


def _write_table(path: Path, header: tuple[str, ...], rows: Iterable[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(sorted(rows))


def _write_records(store: Store, out: IO[bytes]) -> None:
    for record in paper_records(store):
        out.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")


_WRITERS: Final[Mapping[str, Callable[[Store, IO[bytes]], None]]] = {
    "turtle": _write_turtle,
    "ntriples": _serialize(ox.RdfFormat.N_TRIPLES),
    "rdfxml": _serialize(ox.RdfFormat.RDF_XML),
    "jsonld": _write_jsonld,
    "records": _write_records,
}
