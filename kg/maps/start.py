"""What a map starts from: the papers that a name, a list or a query stands for."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyoxigraph as ox

from kg.errors import KgError, UsageError
from kg.maps.collection import Collection
from kg.maps.options import MapOptions
from kg.maps.relatedness import Vectors
from kg.network.rows import rows
from kg.queries.answers import run_query
from kg.queries.names import Match, Matches, find
from kg.queries.plain import plain
from kg.rdf import Store
from kg.text import slugify
from kg.text.names import fold
from kg.text.titles import short_title

_LISTS: Final = "SELECT ?list ?title WHERE { ?list a kg:ReadingList OPTIONAL { ?list dcterms:title ?title } }"
_MEMBERS: Final = "SELECT ?paper WHERE { ?paper dcterms:isPartOf <%s> }"
_QUERY: Final = re.compile(r"\bSELECT\b.*\{", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Start:
    """The papers of a map."""

    title: str
    start: str
    papers: tuple[int, ...]
    """Their numbers in the collection, ascending."""


@dataclass(frozen=True, slots=True)
class _List:
    iri: str
    title: str

    @property
    def slug(self) -> str:
        return self.iri.rpartition("/")[2]


def choose(
    store: Store, collection: Collection, vectors: Vectors, start: str | Path | None, options: MapOptions
) -> Start:
    """Find the papers that a map is of.

    Args:
        store: The graph.
        collection: Its claims.
        vectors: Its papers' vectors.
        start: None for all papers; a reading list by title or slug (``list:SLUG`` for certain); a paper or
            an entity by any name that ``kg.queries.find`` knows (``paper:KEY``, ``entity:SLUG`` for certain);
            a SPARQL SELECT whose first variable gives papers, or an ``.rq`` file that holds one.
        options: How many papers join a paper.

    Raises:
        UsageError: Nothing has this name, or several things have it; the query is no valid SELECT of papers.
        KgError: The file can't be read, or there is no paper to map.
    """
    if start is None:
        if not collection.papers:
            raise KgError("the graph holds no paper to map; build one with kg build")
        return Start("Related work", "the whole collection", tuple(range(len(collection.papers))))
    text = str(start)
    if isinstance(start, Path) or text.endswith(".rq"):
        path = Path(start)
        try:
            query = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KgError(f"the query can't be read: {error}", where=str(path)) from error
        return _selected(store, collection, query, path.name)
    if _QUERY.search(text):
        return _selected(store, collection, text, "query")
    return _named(store, collection, vectors, text, options)


def _selected(store: Store, collection: Collection, query: str, where: str) -> Start:
    answer = run_query(store, query, where=where)
    if answer.kind != "rows":
        raise UsageError("not a SELECT query; its first variable is to give papers", where=where)
    found = set()
    for row in answer:
        if not row or not isinstance(row[0], ox.NamedNode):
            raise UsageError(
                f"?{answer.variables[0]} gives {plain(str(row[0]))[:80] if row else 'nothing'}; "
                "the first variable of the query is to give papers",
                where=where,
            )
        number = collection.paper_numbers.get(row[0].value)
        if number is None:
            raise UsageError(
                f"?{answer.variables[0]} gives {row[0].value}, which is no paper of the graph; "
                "the first variable of the query is to give papers",
                where=where,
            )
        found.add(number)
    if not found:
        raise KgError("the query selects no paper", where=where)
    title = f"Related work: {where.removesuffix('.rq')}" if where != "query" else "Related work"
    return Start(
        title, f"papers that {'a query' if where == 'query' else where} selects", tuple(sorted(found))
    )


def _named(store: Store, collection: Collection, vectors: Vectors, name: str, options: MapOptions) -> Start:
    lists = _lists(store, name)
    if name.startswith("list:"):
        if not lists:
            raise UsageError(f"no reading list is named {name.removeprefix('list:')!r}")
        return _of_list(store, collection, _one(name, lists, Matches(name, ())))
    matches = find(store, name)
    exact = tuple(match for match in matches.found if match.how not in {"spelling", "alias spelling"})
    if lists:
        return _of_list(store, collection, _one(name, lists, Matches(name, exact)))
    if not matches.found and (near := _near_lists(store, name)):
        matches = Matches(name, (), tuple(dict.fromkeys([*near, *matches.nearest]))[:5])
    match = matches.one()
    return (
        _of_paper(collection, vectors, match, options)
        if match.kind == "paper"
        else _of_entity(collection, match)
    )


def _lists(store: Store, name: str) -> list[_List]:
    """The reading lists that have a name: its slug or title; else those with another spelling of it."""
    wanted = " ".join(name.removeprefix("list:").split())
    found = _all_lists(store)
    same = [one for one in found if wanted in {one.iri, one.slug, one.title}]
    if not same and wanted:
        key, slug = fold(wanted), slugify(wanted)
        same = [one for one in found if fold(one.title) == key or one.slug == slug]
    return same


def _near_lists(store: Store, name: str) -> list[str]:
    words = set(fold(name).split())
    return [one.title for one in _all_lists(store) if words & set(fold(one.title).split())][:3]


def _all_lists(store: Store) -> list[_List]:
    titles: defaultdict[str, str] = defaultdict(str)
    for iri, title in rows(store, _LISTS):
        titles[iri] = min(filter(None, (titles[iri], " ".join(title.split()))), default="")
    return [_List(iri, title or iri.rpartition("/")[2]) for iri, title in sorted(titles.items())]


def _one(name: str, lists: list[_List], others: Matches) -> _List:
    if len(lists) + len(others.found) > 1:
        choices = [f"list:{one.slug} (reading list, {plain(one.title)})" for one in lists]
        choices += [
            f"{match.kind}:{match.key} ({match.type}, {plain(match.label)})" for match in others.found
        ]
        raise UsageError(f"{name!r} may be one of several; name one of them: {'; '.join(choices[:8])}")
    return lists[0]


def _of_list(store: Store, collection: Collection, one: _List) -> Start:
    members = {paper for (paper,) in rows(store, _MEMBERS % one.iri)}
    papers = sorted(collection.paper_numbers[iri] for iri in members if iri in collection.paper_numbers)
    if not papers:
        raise KgError(f"the reading list {plain(one.title)!r} holds no paper")
    return Start(f"Related work: {one.title}", f"reading list {one.title}", tuple(papers))


def _of_paper(collection: Collection, vectors: Vectors, match: Match, options: MapOptions) -> Start:
    number = collection.paper_numbers[match.iri]
    scores = vectors.scores(number)
    near = np.flatnonzero(scores)
    near = near[np.lexsort((near, -scores[near]))][: options.nearest]
    title = collection.titles[number]
    return Start(
        f"Related work: {short_title(title)}",
        f"papers related to {title}",
        tuple(sorted({number, *map(int, near)})),
    )


def _of_entity(collection: Collection, match: Match) -> Start:
    number = collection.entity_numbers[match.iri]
    papers = sorted(set(collection.paper[collection.entity == number].tolist()))
    if not papers:
        raise KgError(f"no paper of the graph names {plain(match.label)}")
    return Start(f"Related work: {match.label}", f"papers that name {match.label}", tuple(papers))
