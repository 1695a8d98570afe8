"""Validation of a graph, the ontology or the vocabulary against the shapes, at any size.

A graph file of ours is sorted, so what is said of one subject comes at once, and every constraint of SHACL
Core in the shapes is checked as the file streams by. Constraints in SPARQL run in Oxigraph meanwhile. pySHACL
gives the same verdict (the tests hold one against the other), but needs the graph in the memory of rdflib.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Triple

from kg.errors import KgError
from kg.rdf.namespaces import PREFIXES
from kg.rdf.shapes import Node, NodeShape, PropertyShape, Values, read_shapes
from kg.rdf.store import Store, open_store, rdf_format, triples_by_subject
from kg.rdf.write import load_store
from kg.resources import ontology_file

_TYPE: Final = PREFIXES["rdf"] + "type"
_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that the shapes do not allow."""

    focus: str
    """The node that a shape was not met by."""
    path: str
    """The predicate whose values are at fault; empty where the node as a whole is."""
    message: str
    """What is wrong."""
    constraint: str
    """The SHACL constraint component, such as ``MinCountConstraintComponent``."""

    def __str__(self) -> str:
        place = f"<{self.focus}>" + (f" <{self.path}>" if self.path else "")
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a validation found."""

    violations: tuple[Violation, ...]
    """The first of them, sorted."""
    count: int
    """How many there are in all."""
    checked: int
    """How many nodes were held against a shape."""

    @property
    def conforms(self) -> bool:
        """Whether nothing is wrong."""
        return not self.count

    def raise_if_violated(self) -> None:
        """Raise an error that names the first violation, if there is one.

        Raises:
            KgError: The graph does not conform.
        """
        if self.count:
            more = f" (and {self.count - 1} more)" if self.count > 1 else ""
            raise KgError(f"the graph breaks a rule of the shapes: {self.violations[0]}{more}")


def validate(
    graph: str | Path | Store,
    *,
    store: Store | Callable[[], Store] | None = None,
    shapes: str | Path | None = None,
    limit: int = 100,
) -> Report:
    """Hold a graph against the shapes.

    Args:
        graph: A Turtle file, a build's output folder, a store's folder, or an open store.
        store: The same graph in an open store, or a function that makes one, which runs while the file is
            checked (``lambda: load_store(folder, graph)``). Constraints in SPARQL are asked there. A
            temporary store is made unless it is given.
        shapes: A file of SHACL shapes; those that ship with the package unless given.
        limit: How many violations to keep; all are counted.

    Raises:
        KgError: The graph or the shapes can't be read.
    """
    compiled = read_shapes(shapes or ontology_file("shapes.ttl"))
    found = _Violations(limit)
    with tempfile.TemporaryDirectory() as scratch:
        file = _file(graph)
        with ThreadPoolExecutor(max_workers=3) as pool:
            opening = pool.submit(_open, graph, store, Path(scratch))
            answers = [
                pool.submit(_broken, opening, constraint.select, constraint.message)
                for shape in compiled
                for constraint in shape.sparql
            ]
            try:
                checked = _walk(compiled, lambda: _sorted_subjects(_parse(file)), found) if file else None
            except _UnsortedError:
                checked = None
            if checked is None:
                found.clear()
                checked = _walk(compiled, lambda: _subjects(triples_by_subject(opening.result())), found)
            for answer in answers:
                for violation in answer.result():
                    found.add(violation)
    return Report(found.sorted(), found.count, checked)


class _UnsortedError(Exception):
    """The subjects of a file are not in ascending order, so that it can't be checked as it streams by."""


class _Violations:
    """Counts violations and keeps the first ones."""

    def __init__(self, limit: int) -> None:
        self.count = 0
        self._limit = limit
        self._kept: list[Violation] = []

    def add(self, violation: Violation) -> None:
        self.count += 1
        self._kept.append(violation)
        if len(self._kept) > 2 * self._limit + 1000:
            self._kept = list(self.sorted())

    def clear(self) -> None:
        self.count = 0
        self._kept.clear()

    def sorted(self) -> tuple[Violation, ...]:
        return tuple(sorted(self._kept)[: self._limit])


_Subjects = Callable[[], Iterator[tuple[Node, Values]]]


def _walk(shapes: list[NodeShape], subjects: _Subjects, found: _Violations) -> int:
    """Check every subject, and return how many were a focus node.

    What is an instance of which class is known at the end, so a second pass names the values that are of the
    wrong class; it runs only when there are any, or when the data has subclasses of a class of the shapes.
    """
    first = _Checker(shapes, {}, None)
    for subject, values in subjects():
        first.check(subject, values, found)
    superclasses, missing = first.superclasses(), first.missing()
    if superclasses:
        found.clear()
        first = _Checker(shapes, superclasses, None)
        for subject, values in subjects():
            first.check(subject, values, found)
        missing = first.missing()
    if missing:
        found.clear()
        second = _Checker(shapes, superclasses, missing)
        for subject, values in subjects():
            second.check(subject, values, found)
    return first.checked


class _Checker:
    """Checks subjects one by one.

    Args:
        shapes: What to check.
        superclasses: The classes above each class.
        missing: For a second pass: what is no instance of each class that a constraint asks for.
    """

    def __init__(
        self,
        shapes: list[NodeShape],
        superclasses: Mapping[str, frozenset[str]],
        missing: Mapping[str, set[str]] | None,
    ) -> None:
        self.checked = 0
        self._superclasses = superclasses
        self._missing = missing
        self._by_class: dict[str, list[NodeShape]] = defaultdict(list)
        self._by_predicate: dict[str, list[NodeShape]] = defaultdict(list)
        for shape in shapes:
            for target in shape.target_classes:
                self._by_class[target].append(shape)
            for target in shape.target_subjects_of:
                self._by_predicate[target].append(shape)
        asked = {name for shape in shapes for of in shape.properties for name in of.classes}
        self._instances: dict[str, set[str]] = {name: set() for name in asked}
        self._needed: dict[str, set[str]] = {name: set() for name in asked}
        self._subclass_of: dict[str, set[str]] = defaultdict(set)

    def check(self, subject: Node, values: Values, found: _Violations) -> None:
        """Check one subject against every shape that targets it."""
        focus = _key(subject)
        classes = {_key(kind) for kind in values.get(_TYPE, ())}
        if self._superclasses:
            classes.update(*(self._superclasses.get(name, ()) for name in tuple(classes)))
        for name in classes:
            if name in self._instances:
                self._instances[name].add(focus)
        if _SUBCLASS in values:
            self._subclass_of[focus].update(_key(above) for above in values[_SUBCLASS])
        shapes = {shape.name: shape for name in classes for shape in self._by_class.get(name, ())}
        shapes |= {
            s.name: s for name in self._by_predicate if name in values for s in self._by_predicate[name]
        }
        self.checked += bool(shapes)
        for shape in shapes.values():
            for path, message, component in self._faults(subject, values, shape):
                found.add(Violation(focus, path, message, component))

    def missing(self) -> dict[str, set[str]]:
        """What constraints ask to be an instance of a class and is none."""
        return {
            name: rest for name, needed in self._needed.items() if (rest := needed - self._instances[name])
        }

    def superclasses(self) -> dict[str, frozenset[str]]:
        """The classes above each class, by the data; empty if none of them matters to a shape."""
        above: dict[str, frozenset[str]] = {}
        for name in self._subclass_of:
            reached, ahead = set(), [name]
            while ahead:
                for parent in self._subclass_of.get(ahead.pop(), ()):
                    if parent not in reached:
                        reached.add(parent)
                        ahead.append(parent)
            above[name] = frozenset(reached)
        relevant = self._by_class.keys() | self._instances.keys()
        return above if any(parents & relevant for parents in above.values()) else {}

    def _faults(self, subject: Node, values: Values, shape: NodeShape) -> Iterator[tuple[str, str, str]]:
        for test in shape.tests:
            if not test.holds(subject, values):
                yield "", test.message, test.component
        if shape.closed is not None:
            for predicate in values:
                if predicate not in shape.closed:
                    for _ in values[predicate]:
                        yield predicate, "not a property that such a node has", "ClosedConstraintComponent"
        for of in shape.properties:
            yield from self._property_faults(values, of)

    def _property_faults(self, values: Values, of: PropertyShape) -> Iterator[tuple[str, str, str]]:
        found = values.get(of.path, ())
        if len(found) < of.min_count:
            yield of.path, f"{len(found)} values, {of.min_count} needed", "MinCountConstraintComponent"
        if of.max_count is not None and len(found) > of.max_count:
            yield of.path, f"{len(found)} values, {of.max_count} allowed", "MaxCountConstraintComponent"
        for value in of.has_values:
            if value not in found:
                yield of.path, f"lacks {value}", "HasValueConstraintComponent"
        for value in found:
            for test in of.tests:
                if not test.holds(value, values):
                    yield of.path, f"{_shown(value)}: {test.message}", test.component
            for name in of.classes:
                wrong = isinstance(value, Literal)
                if self._missing is not None:
                    wrong = wrong or _key(value) in self._missing.get(name, ())
                elif not wrong:
                    self._needed[name].add(_key(value))
                if wrong:
                    yield of.path, f"{_shown(value)}: not a <{name}>", "ClassConstraintComponent"
        if of.qualified:
            qualifies, least, most = of.qualified
            number = sum(qualifies(value, values) for value in found)
            if number < least:
                yield of.path, f"{number} such values, {least} needed", "QualifiedMinCountConstraintComponent"
            if most is not None and number > most:
                yield of.path, f"{number} such values, {most} allowed", "QualifiedMaxCountConstraintComponent"


def _broken(opening: Future[Store], select: str, message: str) -> list[Violation]:
    solutions = opening.result().query(select)
    if not isinstance(solutions, ox.QuerySolutions):
        raise KgError("a constraint in SPARQL is a SELECT", where=select)
    return [Violation(_key(row["this"]), "", message, "SPARQLConstraintComponent") for row in solutions]


def _file(graph: str | Path | Store) -> Path | None:
    """The file to stream through, if there is one."""
    if not isinstance(graph, str | Path):
        return None
    path = Path(graph)
    file = path / "graph.ttl" if path.is_dir() else path
    return file if file.is_file() else None


def _open(graph: str | Path | Store, store: Store | Callable[[], Store] | None, scratch: Path) -> Store:
    """The store to ask."""
    if store is not None:
        return store() if callable(store) else store
    if not isinstance(graph, str | Path):
        return graph
    path = Path(graph)
    # Oxigraph's loader takes about eight times a file's size in memory, unless it gets the file in parts.
    if path.suffix == ".ttl" and path.is_file() and path.stat().st_size > 16_000_000:
        return load_store(scratch / "store", path)
    return open_store(graph)


def _parse(file: Path) -> Iterator[Triple]:
    try:
        for quad in ox.parse(path=file, format=rdf_format(file)):
            yield quad.triple
    except (OSError, SyntaxError) as error:
        raise KgError(f"can't be read as a graph: {error}", where=str(file)) from error


def _sorted_subjects(triples: Iterable[Triple]) -> Iterator[tuple[Node, Values]]:
    last = ""
    for subject, values in _subjects(triples):
        if not isinstance(subject, NamedNode) or subject.value <= last:
            raise _UnsortedError
        last = subject.value
        yield subject, values


def _subjects(triples: Iterable[Triple]) -> Iterator[tuple[Node, Values]]:
    for subject, of_subject in groupby(triples, key=lambda triple: triple.subject):
        values: dict[str, list[Node]] = defaultdict(list)
        for triple in of_subject:
            values[triple.predicate.value].append(triple.object)
        yield subject, dict(values)


def _key(node: Node) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)


def _shown(value: Node) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
