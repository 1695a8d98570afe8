"""Turtle as a person would write it: sorted, abbreviated, one object a line, so that a diff reads well.

rdflib's serialiser keeps the whole graph in memory, and pyoxigraph's escapes some local names in a way that
rdflib's parser refuses; this one writes abbreviations that every parser reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.rdf.namespaces import PREFIXES, RESOURCE_KINDS, Iris

_LOCAL_NAME = re.compile(
    r"(?:[A-Za-z0-9_]|%[0-9A-F]{2})(?:(?:[A-Za-z0-9_.-]|%[0-9A-F]{2})*(?:[A-Za-z0-9_-]|%[0-9A-F]{2}))?"
)
_FOREIGN = ("owl", "rdfs", "sh")  # of the ontology and the shapes, not of a graph
_DOT_SEGMENT = re.compile(r"/\.\.?(?:/|$)")
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
_TYPE = PREFIXES["rdf"] + "type"
_XSD = PREFIXES["xsd"]


class SubjectBlock(NamedTuple):
    """What a graph says of one subject."""

    iri: str
    turtle: str
    triples: int


class TurtleFormatter:
    """Formats a graph's triples as Turtle, its resources relative to the graph's base.

    Args:
        iris: The base and its prefixes.
    """

    def __init__(self, iris: Iris) -> None:
        self._base = iris.base
        self._prefixes = {name: iri for name, iri in iris.prefixes().items() if name not in _FOREIGN}
        self._vocabulary: dict[str, str] = {_TYPE: "a"}

    def header(self) -> str:
        """The base and the prefixes, in alphabetical order."""
        prefixes = (f"@prefix {name}: <{self._prefixes[name]}> .\n" for name in sorted(self._prefixes))
        return f"@base <{self._base}> .\n" + "".join(prefixes)

    def kind(self, iri: str) -> str:
        """What kind of resource an IRI names, such as ``paper`` or ``entity``."""
        return iri[len(self._base) :].partition("/")[0]

    def subjects(self, triples: Iterable[Triple]) -> Iterator[SubjectBlock]:
        """What is said of each subject, sorted by its IRI, the same whatever the order of the triples.

        ``rdf:type`` comes first, then the predicates by their IRI, and objects by their IRI or text.

        Raises:
            TypeError: A triple holds a blank node or another triple; a graph of papers holds neither.
        """
        rows = sorted({(_iri(t.subject), _rank(t.predicate.value), *self._object(t.object)) for t in triples})
        for subject, of_subject in groupby(rows, key=lambda row: row[0]):
            statements, size = [], 0
            for predicate, of_predicate in groupby(of_subject, key=lambda row: row[1]):
                objects = [row[3] for row in of_predicate]
                between = ", " if not predicate else " ,\n        "
                statements.append(f"    {self._name(predicate or _TYPE)} {between.join(objects)}")
                size += len(objects)
            turtle = f"\n{self._name(subject)}\n" + " ;\n".join(statements) + " .\n"
            yield SubjectBlock(subject, turtle, size)

    def _object(self, value: NamedNode | BlankNode | Literal | Triple) -> tuple[str, str]:
        """What an object is sorted by, and its Turtle."""
        if not isinstance(value, Literal):
            iri = _iri(value)
            return iri, self._name(iri)
        text, datatype = str(value), value.datatype.value
        if datatype == _XSD + "decimal" and _DECIMAL.fullmatch(value.value):
            return text, value.value
        if not value.language and datatype.startswith(_XSD) and datatype != _XSD + "string":
            return text, f"{text.rpartition('^^')[0]}^^xsd:{datatype.removeprefix(_XSD)}"
        return text, text

    def _name(self, iri: str) -> str:
        if iri.startswith(self._base):
            path = iri[len(self._base) :]
            kind, _, local = path.partition("/")
            if kind in self._prefixes and _LOCAL_NAME.fullmatch(local):
                return f"{kind}:{local}"
            return f"<{path}>" if kind in RESOURCE_KINDS and not _DOT_SEGMENT.search(path) else f"<{iri}>"
        if name := self._vocabulary.get(iri):
            return name
        for prefix, namespace in PREFIXES.items():
            local = iri.removeprefix(namespace)
            if local != iri and _LOCAL_NAME.fullmatch(local):
                return self._vocabulary.setdefault(iri, f"{prefix}:{local}")
        return f"<{iri}>"


def _rank(predicate: str) -> str:
    return "" if predicate == _TYPE else predicate


def _iri(node: NamedNode | BlankNode | Literal | Triple) -> str:
    if isinstance(node, NamedNode):
        return node.value
    raise TypeError(f"a graph of papers holds no {type(node).__name__} here")
