"""SHACL shapes compiled to checks on one subject at a time.

The shapes use the part of SHACL Core in which a constraint looks at a node's own values, and at the classes
of those, so that a sorted graph of any size is checked as it streams by. The rest is in SPARQL, run in
Oxigraph. Anything that can't be compiled is refused, never skipped.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode

from kg.errors import KgError
from kg.rdf.namespaces import PREFIXES, term

Node = NamedNode | BlankNode | Literal | ox.Triple
Values = Mapping[str, Sequence[Node]]
"""What a graph says of one subject: objects by predicate."""
Test = Callable[[Node, Values], bool]

_SH = PREFIXES["sh"]
_NIL, _FIRST, _REST = (term(f"rdf:{name}") for name in ("nil", "first", "rest"))

_NODE_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "IRI": (NamedNode,),
    "Literal": (Literal,),
    "BlankNode": (BlankNode,),
    "BlankNodeOrIRI": (BlankNode, NamedNode),
    "IRIOrLiteral": (NamedNode, Literal),
    "BlankNodeOrLiteral": (BlankNode, Literal),
}
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_LEXICAL: Final = {
    PREFIXES["xsd"] + name: re.compile(pattern, re.ASCII)
    for name, pattern in {
        "integer": r"[+-]?\d+",
        "nonNegativeInteger": r"\+?\d+|-0+",
        "positiveInteger": r"\+?0*[1-9]\d*",
        "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
        "double": r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?",
        "gYear": rf"-?([1-9]\d{{3,}}|0\d{{3}}){_ZONE}",
        "gYearMonth": rf"-?([1-9]\d{{3,}}|0\d{{3}})-(0[1-9]|1[0-2]){_ZONE}",
        "date": rf"(\d{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])){_ZONE}",
    }.items()
}
_NUMERIC = frozenset(
    PREFIXES["xsd"] + name
    for name in ("integer", "nonNegativeInteger", "positiveInteger", "decimal", "double")
)


@dataclass(frozen=True, slots=True)
class ValueTest:
    """A constraint that every value of a path must meet."""

    component: str
    holds: Test
    message: str


@dataclass(frozen=True, slots=True)
class PropertyShape:
    """What a focus node's values at one predicate must be."""

    path: str
    tests: tuple[ValueTest, ...] = ()
    classes: tuple[str, ...] = ()
    """Classes that every value is an instance of."""
    has_values: tuple[Node, ...] = ()
    min_count: int = 0
    max_count: int | None = None
    qualified: tuple[Test, int, int | None] | None = None
    """A test, and how many values at least and at most must pass it."""


@dataclass(frozen=True, slots=True)
class SparqlConstraint:
    """A query that selects the focus nodes that break a rule."""

    select: str
    """With its prefixes, restricted to the shape's targets."""
    message: str


@dataclass(frozen=True, slots=True)
class NodeShape:
    """What focus nodes must be."""

    name: str
    target_classes: frozenset[str]
    target_subjects_of: frozenset[str]
    tests: tuple[ValueTest, ...]
    """About the focus node itself."""
    properties: tuple[PropertyShape, ...]
    closed: frozenset[str] | None
    """The predicates that a closed shape allows."""
    sparql: tuple[SparqlConstraint, ...] = field(default=())


def read_shapes(path: str | Path) -> list[NodeShape]:
    """Read and compile a file of shapes.

    Raises:
        KgError: The file is no Turtle, or uses a part of SHACL that can't be compiled.
    """
    try:
        triples = [quad.triple for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE)]
    except (OSError, SyntaxError) as error:
        raise KgError(f"the shapes can't be read: {error}", where=str(path)) from error
    return _Compiler(triples, Path(path).name).node_shapes()


class _Compiler:
    def __init__(self, triples: Sequence[ox.Triple], where: str) -> None:
        self._where = where
        self._about: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
        for triple in triples:
            self._about[triple.subject][triple.predicate.value].append(triple.object)

    def node_shapes(self) -> list[NodeShape]:
        shapes = [
            self._node_shape(node, of)
            for node, of in self._about.items()
            if term("sh:NodeShape") in of.get(PREFIXES["rdf"] + "type", ())
        ]
        return sorted(shapes, key=lambda shape: shape.name)

    def _node_shape(self, node: Node, about: Mapping[str, list[Node]]) -> NodeShape:
        of = self._shacl(about)
        classes = frozenset(_iri(target) for target in of.pop("targetClass", ()))
        subjects_of = frozenset(_iri(target) for target in of.pop("targetSubjectsOf", ()))
        properties = tuple(self._property_shape(shape) for shape in of.pop("property", ()))
        closed = None
        ignored = [_iri(node) for head in of.pop("ignoredProperties", ()) for node in self._list(head)]
        if any(value == Literal(True) for value in of.pop("closed", ())):
            closed = frozenset([*(shape.path for shape in properties), *ignored])
        sparql = tuple(self._sparql(constraint, classes) for constraint in of.pop("sparql", ()))
        return NodeShape(str(node), classes, subjects_of, self._tests(of), properties, closed, sparql)

    def _property_shape(self, node: Node) -> PropertyShape:
        of = self._shacl(self._about[node])
        (path,) = of.pop("path")
        maximum, qualified_maximum = of.pop("maxCount", None), of.pop("qualifiedMaxCount", None)
        qualified_minimum = of.pop("qualifiedMinCount", None)
        qualified = None
        if shape := of.pop("qualifiedValueShape", None):
            qualified = (
                self._conforms(shape[0]),
                _number(qualified_minimum) if qualified_minimum else 0,
                _number(qualified_maximum) if qualified_maximum else None,
            )
        return PropertyShape(
            path=_iri(path),
            classes=tuple(_iri(kind) for kind in of.pop("class", ())),
            has_values=tuple(of.pop("hasValue", ())),
            min_count=_number(of.pop("minCount", [Literal(0)])),
            max_count=_number(maximum) if maximum else None,
            qualified=qualified,
            tests=self._tests(of),
        )

    def _tests(self, of: dict[str, list[Node]]) -> tuple[ValueTest, ...]:
        """Compile what is left of a shape: constraints on each value."""
        tests = []
        for name, parameters in sorted(of.items()):
            component = f"{name[0].upper()}{name[1:]}ConstraintComponent"
            for parameter in parameters:
                holds, message = self._test(name, parameter)
                tests.append(ValueTest(component, holds, message))
        return tuple(tests)

    def _test(self, name: str, parameter: Node) -> tuple[Test, str]:
        match name, parameter:
            case "datatype", NamedNode():
                return _has_datatype(parameter.value), f"not an {_short(parameter)}"
            case "nodeKind", NamedNode():
                kinds = _NODE_KINDS[parameter.value.removeprefix(_SH)]
                return lambda value, _: isinstance(value, kinds), f"not an {_short(parameter)}"
            case "pattern", Literal():
                search = re.compile(parameter.value).search
                return (
                    lambda value, _: not isinstance(value, BlankNode) and bool(search(_lexical(value))),
                    f"does not match {parameter.value}",
                )
            case "minLength", Literal():
                least = int(parameter.value)
                return (
                    lambda value, _: not isinstance(value, BlankNode) and len(_lexical(value)) >= least,
                    f"shorter than {least}",
                )
            case "minInclusive", Literal():
                low = Decimal(parameter.value)
                return lambda value, _: (n := _decimal(value)) is not None and n >= low, f"less than {low}"
            case "maxInclusive", Literal():
                high = Decimal(parameter.value)
                return lambda value, _: (n := _decimal(value)) is not None and n <= high, f"more than {high}"
            case "in", _:
                allowed = frozenset(self._list(parameter))
                return lambda value, _: value in allowed, "not one of the values that are allowed"
            case "or", _:
                options = [self._conforms(node) for node in self._list(parameter)]
                return lambda value, of: any(
                    option(value, of) for option in options
                ), "none of the alternatives"
            case "disjoint", NamedNode():
                other = parameter.value
                return (
                    lambda value, of: value not in of.get(other, ()),
                    f"also a value of {_short(parameter)}",
                )
            case "lessThan", NamedNode():
                return _less_than(parameter.value), f"not less than {_short(parameter)}"
        raise KgError(f"sh:{name} is not supported", where=self._where)

    def _conforms(self, node: Node) -> Test:
        """Whether a value meets an anonymous shape."""
        tests = self._tests(self._shacl(self._about[node]))
        return lambda value, of: all(test.holds(value, of) for test in tests)

    def _sparql(self, node: Node, classes: frozenset[str]) -> SparqlConstraint:
        of = self._shacl(self._about[node])
        (select,), (message,) = of["select"], of["message"]
        if not isinstance(select, Literal) or not isinstance(message, Literal):
            raise KgError("sh:select and sh:message are texts", where=self._where)
        prefixes = ""
        for ontology in of.get("prefixes", ()):
            for declaration in self._about[ontology][_SH + "declare"]:
                declared = self._shacl(self._about[declaration])
                prefixes += (
                    f"PREFIX {_lexical(declared['prefix'][0])}: <{_lexical(declared['namespace'][0])}>\n"
                )
        targets = " UNION ".join(f"{{ $this a <{kind}> }}" for kind in sorted(classes))
        return SparqlConstraint(prefixes + select.value.replace("{", f"{{ {targets}", 1), message.value)

    def _shacl(self, about: Mapping[str, list[Node]]) -> dict[str, list[Node]]:
        return {
            predicate.removeprefix(_SH): objects
            for predicate, objects in about.items()
            if predicate.startswith(_SH)
        }

    def _list(self, head: Node) -> Iterator[Node]:
        while head != _NIL:
            yield self._about[head][_FIRST.value][0]
            head = self._about[head][_REST.value][0]


def _has_datatype(datatype: str) -> Test:
    lexical = _LEXICAL.get(datatype)

    def holds(value: Node, _: Values) -> bool:
        if not isinstance(value, Literal) or value.datatype.value != datatype:
            return False
        return lexical is None or _well_formed(value.value, lexical, datatype)

    return holds


def _well_formed(text: str, lexical: re.Pattern[str], datatype: str) -> bool:
    found = lexical.fullmatch(text)
    if found and datatype.endswith("#date"):
        try:
            date.fromisoformat(found[1])
        except ValueError:
            return False
    return bool(found)


def _less_than(other: str) -> Test:
    def holds(value: Node, of: Values) -> bool:
        number = _decimal(value)
        return all(
            number is not None and (n := _decimal(o)) is not None and number < n for o in of.get(other, ())
        )

    return holds


def _decimal(value: Node) -> Decimal | None:
    if isinstance(value, Literal) and (datatype := value.datatype.value) in _NUMERIC:
        return Decimal(value.value) if _LEXICAL[datatype].fullmatch(value.value) else None
    return None


def _lexical(value: Node) -> str:
    return value.value if isinstance(value, NamedNode | Literal) else ""


def _iri(node: Node) -> str:
    if isinstance(node, NamedNode):
        return node.value
    raise KgError(f"an IRI is needed in place of {node}", where="shapes")


def _number(values: Sequence[Node]) -> int:
    return int(_lexical(values[0]))


def _short(node: NamedNode) -> str:
    for prefix, namespace in PREFIXES.items():
        if node.value.startswith(namespace):
            return f"{prefix}:{node.value.removeprefix(namespace)}"
    return node.value
