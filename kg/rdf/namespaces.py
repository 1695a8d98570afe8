"""The prefixes of the graph, and the IRI of every kind of resource in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode

from kg.errors import UsageError
from kg.records import Field, Relation

BASE_IRI: Final = "https://w3id.org/paperkg/id/"
"""Where resources live unless a build says otherwise."""

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cito": "http://purl.org/spar/cito/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "fabio": "http://purl.org/spar/fabio/",
        "fair4ml": "https://w3id.org/fair4ml#",
        "kg": "https://w3id.org/paperkg/ontology#",
        "mls": "http://www.w3.org/ns/mls#",
        "oa": "http://www.w3.org/ns/oa#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
"""The vocabularies that the graph, its ontology and its shapes use."""

RESOURCE_KINDS: Final = (
    "claim",
    "derivation",
    "entity",
    "list",
    "mention",
    "note",
    "paper",
    "result",
    "sentence",
)
"""The first part of a resource's IRI after the base, in the order in which the graph file holds them."""

_PREFIXED_KINDS: Final = ("entity", "list", "paper")


def term(name: str) -> NamedNode:
    """The IRI of a prefixed name: ``term("kg:Paper")``.

    Raises:
        KeyError: The prefix is not in ``PREFIXES``.
    """
    prefix, _, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local)


@dataclass(frozen=True, slots=True)
class Iris:
    """Mints the IRIs of a graph's resources from their keys, under one base.

    Args:
        base: An absolute http or https IRI that ends in ``/``.

    Raises:
        UsageError: The base is no such IRI.
    """

    base: str = BASE_IRI

    def __post_init__(self) -> None:
        # Names are written relative to the base, which resolves back only for a plain path (RFC 3986, 5.2).
        if not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?/", self.base) or re.search(
            r"/\.\.?/", self.base
        ):
            raise UsageError("a base IRI is an http or https IRI that ends in '/'", where=self.base)
        try:
            NamedNode(self.base)
        except ValueError as error:
            raise UsageError(f"not an IRI: {error}", where=self.base) from error

    def prefixes(self) -> dict[str, str]:
        """Every prefix: the vocabularies, and ``paper:``, ``entity:`` and ``list:`` for the graph's own.

        Other resources have a slash after their kind's, which no prefixed name can hold.
        """
        return dict(PREFIXES) | {kind: f"{self.base}{kind}/" for kind in _PREFIXED_KINDS}

    def paper(self, key: str) -> NamedNode:
        """A paper, from its key: ``paper/arxiv-2505.17387``."""
        return NamedNode(f"{self.base}paper/{key}")

    def note(self, key: str, position: int) -> NamedNode:
        """The note at a position (from 1) of a paper: ``note/KEY/1``."""
        return NamedNode(f"{self.base}note/{key}/{position}")

    def reading_list(self, slug: str) -> NamedNode:
        """A reading list: ``list/SLUG``."""
        return NamedNode(f"{self.base}list/{slug}")

    def entity(self, slug: str) -> NamedNode:
        """An entity: ``entity/group-relative-policy-optimization``."""
        return NamedNode(f"{self.base}entity/{slug}")

    def claim(self, key: str, relation: Relation, slug: str) -> NamedNode:
        """What a paper does with an entity: ``claim/KEY/uses/SLUG``."""
        return NamedNode(f"{self.base}claim/{key}/{relation}/{slug}")

    def mention(self, key: str, field: Field, start: int, end: int) -> NamedNode:
        """A stretch of a paper's title or abstract that names an entity: ``mention/KEY/abstract-10-14``."""
        return NamedNode(f"{self.base}mention/{key}/{field}-{start}-{end}")

    def sentence(self, key: str, field: Field, start: int, end: int) -> NamedNode:
        """A sentence of a paper: ``sentence/KEY/abstract-0-120``."""
        return NamedNode(f"{self.base}sentence/{key}/{field}-{start}-{end}")

    def result(self, key: str, field: Field, start: int, end: int, row: int) -> NamedNode:
        """A row (from 1) read from a number: ``result/KEY/10-14-1``, and ``title-10-14-1`` in a title."""
        place = f"title-{start}-{end}" if field == "title" else f"{start}-{end}"
        return NamedNode(f"{self.base}result/{key}/{place}-{row}")

    def derivation(self, key: str, link: str, other: str, slug: str) -> NamedNode:
        """Why one paper is linked to another: ``derivation/KEY/usesMethodIn/OTHER/SLUG``."""
        return NamedNode(f"{self.base}derivation/{key}/{link}/{other}/{slug}")
