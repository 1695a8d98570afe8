"""The saved queries and the terms of the ontology, for the query editor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from kg.errors import UsageError
from kg.queries import Parameter, saved_queries, saved_query
from kg.queries.saved import bind
from kg.rdf import PREFIXES, Iris, Store, bind_variables, term
from kg.records import ENTITY_TYPES, RELATIONS
from kg.resources import ontology_file
from kg.server.errors import BadRequest, NotFound
from kg.server.index import GraphIndex

_HEADER: Final = re.compile(r"(?:#[^\n]*\n|\s*\n)*")
_KINDS: Final = {
    term("owl:Class"): "class",
    term("owl:ObjectProperty"): "property",
    term("owl:DatatypeProperty"): "property",
}


def editor(index: GraphIndex) -> dict[str, Any]:
    """What the query editor needs: prefixes, terms and saved queries."""
    return {
        "prefixes": Iris(index.base).prefixes(),
        "terms": ontology_terms(),
        "queries": [
            {
                "name": query.name,
                "title": query.title,
                "description": query.description,
                "parameters": [_parameter(index, parameter) for parameter in query.parameters],
                "text": _HEADER.sub("", query.text, count=1),
            }
            for query in saved_queries()
        ],
    }


def bound_query(index: GraphIndex, store: Store, name: str, values: Mapping[str, str]) -> str:
    """A saved query with its prefixes declared and its parameters set.

    Raises:
        NotFound: There is no such query.
        BadRequest: A parameter is missing, unknown or wrong.
    """
    try:
        query = saved_query(name)
    except UsageError as error:
        raise NotFound(f"there is no saved query {name!r}") from error
    try:
        terms = bind(store, query, {key: value for key, value in values.items() if value})
    except UsageError as error:
        raise BadRequest(
            f"{error.where.removeprefix('--param ')}: {error.message}".removeprefix(": ")
        ) from error
    body = bind_variables(_HEADER.sub("", query.text, count=1), terms)
    used = set(re.findall(r"(?<![\w?$<])([A-Za-z][\w-]*):", body))
    prefixes = Iris(index.base).prefixes()
    header = "".join(
        f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(prefixes.items()) if prefix in used
    )
    return f"# {query.title}\n{header}\n{body}"


@cache
def ontology_terms() -> list[dict[str, str]]:
    """The classes and properties of the ontology, sorted by name."""
    about: dict[str, dict[str, str]] = {}
    kinds: dict[str, str] = {}
    for quad in ox.parse(path=ontology_file("paperkg.ttl"), format=ox.RdfFormat.TURTLE):
        if not isinstance(quad.subject, ox.NamedNode) or not quad.subject.value.startswith(PREFIXES["kg"]):
            continue
        iri = quad.subject.value
        if isinstance(quad.object, ox.NamedNode) and quad.object in _KINDS:
            kinds[iri] = _KINDS[quad.object]
        elif isinstance(quad.object, ox.Literal):
            about.setdefault(iri, {})[quad.predicate.value.removeprefix(PREFIXES["rdfs"])] = quad.object.value
    return [
        {
            "iri": iri,
            "name": f"kg:{iri.removeprefix(PREFIXES['kg'])}",
            "kind": kind,
            "label": about.get(iri, {}).get("label", ""),
            "comment": about.get(iri, {}).get("comment", ""),
        }
        for iri, kind in sorted(kinds.items())
    ]


def _parameter(index: GraphIndex, parameter: Parameter) -> dict[str, Any]:
    choices = {
        "type": list(ENTITY_TYPES),
        "relation": list(RELATIONS),
        "list": [entry.title for entry in index.lists.values()],
    }
    known: dict[str, Any] = {
        "name": parameter.name,
        "type": parameter.type,
        "required": parameter.required,
        "default": parameter.default,
        "description": parameter.description,
    }
    if parameter.type in choices:
        known["choices"] = choices[parameter.type]
    return known
