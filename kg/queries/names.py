"""Finding a paper or an entity by any name that people give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import pyoxigraph as ox
from rapidfuzz import fuzz, process, utils

from kg.errors import UsageError
from kg.queries.answers import run_query
from kg.queries.plain import plain
from kg.rdf import PREFIXES, Iris, Store, graph_base
from kg.records import ENTITY_TYPES, EntityType
from kg.sources.identifiers import parse_arxiv, parse_doi, repair_url
from kg.text import slugify
from kg.text.names import fold

Kind = Literal["paper", "entity"]
How = Literal["identifier", "label", "slug", "alias", "spelling", "alias spelling"]

_HOWS: Final[tuple[How, ...]] = ("identifier", "label", "slug", "alias", "spelling", "alias spelling")
_NEAREST: Final = 5
_CANDIDATES: Final = 200
_NEAR: Final = 60.0
_MUCH_FARTHER: Final = 20.0
_SPELLING: Final = 50.0
_NAMES: Final[tuple[tuple[Kind, How, str], ...]] = (
    ("entity", "spelling", "SELECT ?thing ?name WHERE { ?thing skos:prefLabel ?name }"),
    ("entity", "alias spelling", "SELECT ?thing ?name WHERE { ?thing skos:altLabel ?name }"),
    ("paper", "spelling", "SELECT ?thing ?name WHERE { ?thing a kg:Paper ; dcterms:title ?name }"),
)
_THING: Final = """
SELECT ?thing ?class ?label WHERE {
  ?thing a ?class ; dcterms:title|skos:prefLabel ?label .
}
"""


@dataclass(frozen=True, slots=True)
class Match:
    """A paper or an entity that a name stands for."""

    iri: str
    kind: Kind
    label: str
    """The paper's title, or the entity's preferred label."""
    type: Literal["Paper"] | EntityType
    how: How
    """What the name is of it: an identifier (IRI, key, arXiv id, DOI, address), its label or title, …"""

    @property
    def key(self) -> str:
        """The last part of the IRI, by which the thing can be named without ambiguity."""
        return self.iri.rpartition("/")[2]

    def __str__(self) -> str:
        return f"{plain(self.label)} ({self.type}, {self.kind}:{self.key})"


@dataclass(frozen=True, slots=True)
class Matches:
    """What a name stands for in a graph."""

    name: str
    found: tuple[Match, ...]
    """The closest first; of several of equal rank, papers after entities, then by label."""
    nearest: tuple[str, ...] = ()
    """Labels and titles much like the name, where nothing has it."""

    def one(self) -> Match:
        """The one thing that the name stands for.

        A preferred label goes before an alias of something else.

        Raises:
            UsageError: There is none, or there are several; the message lists what could be meant.
        """
        if not self.found:
            hint = (
                f"did you mean {_listed(self.nearest)}?" if self.nearest else "nothing is named much like it"
            )
            raise UsageError(f"nothing in the graph is named {self.name!r}; {hint}")
        best = [match for match in self.found if match.how == self.found[0].how]
        if len(best) > 1:
            choices = "; ".join(
                f"{match.kind}:{match.key} ({match.type}, {plain(match.label)})" for match in best[:8]
            )
            raise UsageError(f"{self.name!r} may be one of several; name one of them: {choices}")
        return best[0]


def find(store: Store, name: str, *, kind: Kind | None = None) -> Matches:
    """Find the papers and entities that a name stands for.

    A paper is found by its IRI, key, arXiv id (with or without version), DOI, address or title, an entity by
    its IRI, slug, label or any alias. Where nothing has the very name, spellings that differ in case,
    hyphens, plural and the like (``kg.text.names.fold``) are found; where there are none either, the nearest
    names are suggested, by the share of common words and letters (rapidfuzz's ``token_set_ratio``).

    Args:
        store: The graph.
        name: The name.
        kind: Look for papers or for entities only.

    Raises:
        UsageError: The name is empty.
    """
    # What the command line could not decode is in no graph.
    name = " ".join(name.encode("utf-8", "replace").decode().split())
    if not name:
        raise UsageError("the name is empty; give a paper or an entity by any of its names")
    found = _sorted(_identified(store, name), kind) or _sorted(_named(store, name), kind)
    if found:
        return Matches(name, found)
    return _spelled(store, name, kind)


def _identified(store: Store, name: str) -> Iterator[Match]:
    """Things that have the name as an identifier."""
    iris = Iris(graph_base(store))
    candidates = {name.strip("<>")}
    for kind in ("paper", "entity"):
        if match := re.fullmatch(rf"{kind}[:/](\S+)", name):
            candidates.add(f"{iris.base}{kind}/{match[1]}")
    if re.fullmatch(r"(?:arxiv|doi|title)-\S+", name):
        candidates.add(f"{iris.base}paper/{name}")
    for candidate in sorted(candidates):
        if iri := _iri(candidate):
            yield from _described(store, iri, "identifier")
    if arxiv := parse_arxiv(name):
        yield from _having(store, "fabio:hasArXivId", ox.Literal(arxiv.id))
    elif doi := parse_doi(name):
        yield from _having(store, "kg:doi", ox.Literal(doi))
    if url := repair_url(name):
        for address in sorted({url, url.rstrip("/"), url.rstrip("/") + "/"}):
            if iri := _iri(address):
                yield from _having(store, "schema:url|schema:codeRepository", iri)


def _named(store: Store, name: str) -> Iterator[Match]:
    """Things that have the very name as label, title, slug or alias."""
    literal = ox.Literal(name)
    yield from _having(store, "skos:prefLabel|dcterms:title", literal, "label")
    if (slug := slugify(name)) and (iri := _iri(f"{graph_base(store)}entity/{slug}")):
        yield from _described(store, iri, "slug")
    yield from _having(store, "skos:altLabel", literal, "alias")


def _spelled(store: Store, name: str, kind: Kind | None) -> Matches:
    """Things that have another spelling of the name; else the nearest names."""
    things: list[tuple[ox.NamedNode, How]] = []
    labels: list[str] = []
    for of_kind, how, text in _NAMES:
        if kind in {None, of_kind}:
            for thing, label in run_query(store, text):
                if isinstance(thing, ox.NamedNode) and isinstance(label, ox.Literal):
                    things.append((thing, how))
                    labels.append(label.value)
    near = process.extract(
        name,
        labels,
        scorer=fuzz.token_set_ratio,
        processor=utils.default_process,
        limit=_CANDIDATES,
        score_cutoff=_SPELLING,
    )
    key = fold(name)
    same: list[Match] = []
    for found, _, index in near:
        if fold(found) == key:
            same += _described(store, *things[index])
    if same:
        return Matches(name, _sorted(same, kind))
    ranked = sorted(
        (-score, -fuzz.ratio(name, found, processor=utils.default_process), found, things[index][0].value)
        for found, score, index in near
        if score >= _NEAR
    )
    nearest: dict[str, str] = {}  # one name for each thing
    for score, _, found, iri in ranked:
        if score <= ranked[0][0] + _MUCH_FARTHER:
            nearest.setdefault(iri, found)
    return Matches(name, (), tuple(dict.fromkeys(nearest.values()))[:_NEAREST])


def _having(
    store: Store, path: str, value: ox.Literal | ox.NamedNode, how: How = "identifier"
) -> Iterator[Match]:
    text = f"SELECT ?thing WHERE {{ ?thing {path} ?value }}"
    for (thing,) in list(run_query(store, text, params={"value": value})):
        if isinstance(thing, ox.NamedNode):
            yield from _described(store, thing, how)


def _described(store: Store, iri: ox.NamedNode, how: How) -> Iterator[Match]:
    """The match for an IRI, if it is a paper's or an entity's."""
    classes, label = set(), ""
    for _, cls, name in run_query(store, _THING, params={"thing": iri}):
        if isinstance(cls, ox.NamedNode) and isinstance(name, ox.Literal):
            classes.add(cls.value)
            label = name.value
    if PREFIXES["kg"] + "Paper" in classes:
        yield Match(iri.value, "paper", label, "Paper", how)
    for entity_type in ENTITY_TYPES:
        if PREFIXES["kg"] + entity_type in classes:
            yield Match(iri.value, "entity", label, entity_type, how)


def _sorted(matches: Iterator[Match] | list[Match], kind: Kind | None) -> tuple[Match, ...]:
    """Each thing once, by how it was found best."""
    best: dict[str, Match] = {}
    for match in matches:
        known = best.get(match.iri)
        if kind in {None, match.kind} and (known is None or _rank(match) < _rank(known)):
            best[match.iri] = match
    return tuple(sorted(best.values(), key=lambda match: (_rank(match), match.kind, match.label, match.iri)))


def _rank(match: Match) -> int:
    return _HOWS.index(match.how)


def _iri(text: str) -> ox.NamedNode | None:
    try:
        return ox.NamedNode(text)
    except ValueError:
        return None


def _listed(names: tuple[str, ...]) -> str:
    quoted = [repr(name) for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
