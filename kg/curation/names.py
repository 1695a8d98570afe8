"""What the names in rules stand for: entities by any of their names, papers as people cite them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from rapidfuzz import fuzz, process, utils

from kg.records import Entity, Paper
from kg.resolution.forms import free_slug
from kg.sources import paper_key
from kg.sources.identifiers import parse_arxiv, parse_doi, repair_url
from kg.text import slugify
from kg.text.names import fold

__all__ = ["EntityNames", "PaperNames", "UnknownNameError"]

_NEAR = 60.0
_HINTS = 20
"""Unknown names for which a near one is looked for among all; each takes as long as there are names."""


class UnknownNameError(Exception):
    """A name stands for nothing, or for several things; the message says so in one line."""


class EntityNames:
    """Finds entities as ``kg.find`` does: by slug, label, alias, else by another spelling of these.

    Args:
        entities: The entities by slug.
    """

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        self._hints = _HINTS
        self._given: dict[str, str] = {}
        self._taken = set(entities)
        self._labels: defaultdict[str, list[str]] = defaultdict(list)
        self._aliases: defaultdict[str, list[str]] = defaultdict(list)
        for slug, entity in entities.items():
            self._labels[entity.label].append(slug)
            for alias in entity.alt_labels:
                self._aliases[alias].append(slug)

    def give(self, name: str, slug: str) -> None:
        """Let a name that a rule gives stand for an entity from here on."""
        self._given[fold(name)] = slug

    def new(self, name: str) -> str:
        """A slug for a thing that the collection does not have, by which it is found from here on."""
        slug = free_slug(name, self._taken)
        self._taken.add(slug)
        self.give(name, slug)
        return slug

    def find(self, name: str) -> str | None:
        """The slug of the entity that a name stands for, None if there is none.

        Raises:
            UnknownNameError: It may be one of several.
        """
        if identifier := re.fullmatch(r"entity[:/](\S+)|https?://\S+/entity/(\S+)", name):
            slug = identifier[1] or identifier[2]
            return slug if slug in self._taken else None
        if found := self._given.get(fold(name)):
            return found
        slug = slugify(name)
        by_slug = [slug] if slug in self._taken else []
        for slugs in (self._labels.get(name), by_slug, self._aliases.get(name)):
            if slugs:
                return _one(name, slugs)
        key = fold(name)
        for folded in (self._folded_labels, self._folded_aliases):
            if slugs := folded.get(key):
                return _one(name, slugs)
        return None

    def labelled(self, name: str, *, but: str) -> str | None:
        """The slug of an entity other than one whose label is a name."""
        given = self._given.get(fold(name))
        slugs = {*self._labels.get(name, ()), *([given] if given else [])} - {but}
        return min(slugs, default=None)

    def known(self, name: str) -> str:
        """The slug of the entity that a name stands for.

        Raises:
            UnknownNameError: There is none, or there are several.
        """
        slug = self.find(name)
        if slug is None:
            raise UnknownNameError(f"nothing in the collection is named {name!r}{self._near(name)}")
        return slug

    def _near(self, name: str) -> str:
        if not self._hints:
            return ""
        self._hints -= 1
        near = process.extract(
            name,
            self._all,
            scorer=fuzz.token_set_ratio,
            processor=utils.default_process,
            score_cutoff=_NEAR,
            limit=50,
        )
        best = sorted(near, key=lambda one: (-one[1], -fuzz.ratio(name, one[0]), one[0]))
        return f"; near is {best[0][0]!r}" if best else ""

    @cached_property
    def _all(self) -> list[str]:
        return sorted(self._labels.keys() | self._aliases.keys())

    @cached_property
    def _folded_labels(self) -> Mapping[str, list[str]]:
        return _folded((entity.label, slug) for slug, entity in self._entities.items())

    @cached_property
    def _folded_aliases(self) -> Mapping[str, list[str]]:
        return _folded(
            (alias, slug) for slug, entity in self._entities.items() for alias in entity.alt_labels
        )


class PaperNames:
    """Finds papers by key, arXiv id (with or without version), DOI, address or title.

    Args:
        papers: The papers of the collection.
    """

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._known: defaultdict[str, list[str]] = defaultdict(list)
        for paper in papers:
            key = paper_key(paper)
            names = {key, f"paper:{key}", paper.title, "title " + slugify(paper.title)}
            names.update((f"arxiv {paper.arxiv_id}", f"doi {paper.doi}"))
            names.update(url.rstrip("/") for url in (paper.url, paper.code_url))
            for name in names:
                self._known[name].append(key)

    def known(self, name: str) -> str:
        """The key of the paper that a name stands for.

        Raises:
            UnknownNameError: There is none, or there are several.
        """
        tries = [name]
        if arxiv := parse_arxiv(name):
            tries.append(f"arxiv {arxiv.id}")
        elif doi := parse_doi(name):
            tries.append(f"doi {doi}")
        if iri := re.fullmatch(r"https?://\S+/paper/(\S+)", name):
            tries.append(iri[1])
        if url := repair_url(name):
            tries.append(url.rstrip("/"))
        tries.append("title " + slugify(name))
        for one in tries:
            if one.strip() and (keys := self._known.get(one)):
                if len(keys) > 1:
                    raise UnknownNameError(
                        f"{name!r} may be one of several papers; name it by its arXiv id or DOI"
                    )
                return keys[0]
        raise UnknownNameError(f"the paper {name!r} is not in the collection")


def _one(name: str, slugs: list[str]) -> str:
    if len(slugs) > 1:
        choices = ", ".join(f"entity:{slug}" for slug in sorted(slugs)[:5])
        raise UnknownNameError(f"{name!r} may be one of several; name one of {choices}")
    return slugs[0]


def _folded(names: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    by_key: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for name, slug in names:
        by_key[fold(name)][slug] = None
    return {key: list(slugs) for key, slugs in by_key.items()}
