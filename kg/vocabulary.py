"""The curated vocabulary: well-known methods, models, datasets, benchmarks, tasks and metrics, as SKOS."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple
from pathlib import Path

import pyoxigraph

from kg.errors import KgError
from kg.records import ENTITY_TYPES, Concept, EntityType, Vocabulary
from kg.resources import ontology_file
from kg.text.names import fold

__all__ = ["load_vocabulary"]

_ENTITY = "https://w3id.org/paperkg/id/entity/"
_KG = "https://w3id.org/paperkg/ontology#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_TYPES: dict[str, EntityType] = {_KG + name: name for name in ENTITY_TYPES}


def load_vocabulary(path: Path | None = None) -> Vocabulary:
    """Read a SKOS vocabulary in Turtle; the packaged ``ontology/vocabulary.ttl`` if no path is given.

    Every ``skos:Concept`` is a term. Each needs an IRI under ``https://w3id.org/paperkg/id/entity/``, exactly
    one ``skos:prefLabel`` and exactly one of the six entity types; ``skos:altLabel``, ``skos:broader`` (to
    another term of the file) and ``skos:exactMatch`` are optional. Language tags are ignored.

    Returns:
        The terms in the order of their slugs, with labels and links sorted. The fingerprint depends on them
        only, not on how the file writes them.

    Raises:
        KgError: The file can't be read, is not Turtle, or breaks a rule above; or two terms share a form
            (see `kg.text.names.fold`), so that a name could not be told apart.
    """
    path = ontology_file("vocabulary.ttl") if path is None else path
    try:
        text = path.read_text(encoding="utf-8")
        quads = list(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TURTLE))
    except OSError as error:
        raise KgError(f"can't read the vocabulary: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise KgError("the vocabulary is not UTF-8; save it as UTF-8", where=str(path)) from error
    except SyntaxError as error:
        raise KgError(f"not valid Turtle: {error.msg}", where=f"{path}:{error.lineno}") from error
    source = _Source(path, text)
    about: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for quad in quads:
        if isinstance(quad.subject, pyoxigraph.NamedNode) and not isinstance(
            quad.object, pyoxigraph.BlankNode
        ):
            about[quad.subject.value][quad.predicate.value].add(_value(quad.object))
    found = [
        _concept(iri, properties, source)
        for iri, properties in about.items()
        if _SKOS + "Concept" in properties[_RDF_TYPE]
    ]
    concepts = {concept.slug: concept for concept in sorted(found, key=lambda concept: concept.slug)}
    _check_links(concepts, source)
    _check_forms(concepts.values(), source)
    canonical = json.dumps([astuple(concept) for concept in concepts.values()], ensure_ascii=False)
    return Vocabulary(concepts, hashlib.sha256(canonical.encode()).hexdigest())


class _Source:
    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def error(self, slug: str, message: str) -> KgError:
        """An error at the line where a term is described, as far as it can be found in the text."""
        written = re.search(
            rf"^\s*(?:<[^>\s]*[/#]|[\w-]*:){re.escape(slug)}(?:>|\s)", self._text, re.MULTILINE
        )
        if not written:
            return KgError(message, where=str(self._path))
        line = self._text.count("\n", 0, written.end()) + 1
        return KgError(message, where=f"{self._path}:{line}")


def _value(term: object) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode | pyoxigraph.Literal) else str(term)


def _concept(iri: str, properties: Mapping[str, set[str]], source: _Source) -> Concept:
    slug = iri.removeprefix(_ENTITY)
    if slug == iri or not slug:
        raise source.error(
            re.split(r"[/#]", iri)[-1], f"the term <{iri}> lies outside <{_ENTITY}>; move it there"
        )
    labels = properties[_SKOS + "prefLabel"]
    if len(labels) != 1:
        raise source.error(slug, f"the term {slug} has {len(labels)} skos:prefLabel; give it exactly one")
    types = sorted(properties[_RDF_TYPE] & _TYPES.keys())
    if len(types) != 1:
        names = ", ".join(f"kg:{name}" for name in ENTITY_TYPES)
        raise source.error(
            slug, f"the term {slug} has {len(types)} entity types; give it exactly one of {names}"
        )
    (label,) = labels
    return Concept(
        slug=slug,
        label=label,
        type=_TYPES[types[0]],
        aliases=tuple(sorted(properties[_SKOS + "altLabel"] - {label})),
        broader=tuple(sorted(broader.removeprefix(_ENTITY) for broader in properties[_SKOS + "broader"])),
        exact_match=tuple(sorted(properties[_SKOS + "exactMatch"])),
    )


def _check_links(concepts: Mapping[str, Concept], source: _Source) -> None:
    for concept in concepts.values():
        for broader in concept.broader:
            if broader not in concepts:
                raise source.error(
                    concept.slug, f"skos:broader of {concept.slug} is {broader}, which is no term of the file"
                )


def _check_forms(concepts: Iterable[Concept], source: _Source) -> None:
    owner: dict[str, Concept] = {}
    for concept in concepts:
        for form in (concept.label, *concept.aliases):
            other = owner.setdefault(fold(form), concept)
            if other is not concept:
                raise source.error(
                    concept.slug,
                    f"{form!r} names both {other.slug} and {concept.slug}; leave it to one of them",
                )
