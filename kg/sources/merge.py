"""One paper, however often and wherever it was met."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import quote

from kg.records import Note, Paper
from kg.text import slugify

_GENERIC = """
    abstract acknowledgement acknowledgements acknowledgments appendix bibliography conclusion
    conclusions contents correction corrections corrigendum discussion editorial erratum foreword
    frontmatter guesteditorial index introduction keynote method methods news note notes obituary
    overview panel preface proceedings references reply report response results review summary survey
    tableofcontents technicalreport thesis title tutorial untitled welcome workshop
"""
_GENERIC_TITLES = frozenset(_GENERIC.split())
_DISTINCTIVE = 10
"""Letters and digits that a title must have to say by itself which paper it is."""
_PLACEHOLDER = re.compile(r"arXiv:\S+")


def paper_key(paper: Paper) -> str:
    """The last part of a paper's IRI: by arXiv id, else by DOI, else by title.

    >>> paper_key(Paper("A", arxiv_id="hep-th/9901001")), paper_key(Paper("Gödel Machines!"))
    ('arxiv-hep-th%2F9901001', 'title-godel-machines')
    """
    if paper.arxiv_id:
        return "arxiv-" + quote(paper.arxiv_id, safe="")
    if paper.doi:
        return "doi-" + quote(paper.doi.lower(), safe="")
    return "title-" + (slugify(paper.title) or _digest(paper.title))


def merge_papers(papers: Iterable[Paper]) -> list[Paper]:
    """Each paper once, sorted by `paper_key`; the same whatever the order of the input.

    Papers are one if they have the same arXiv id in any version, the same DOI, or the same title up to case,
    punctuation and diacritics. Two arXiv ids are two papers, whatever else they share; where a DOI or a title
    fits several of them, an entry without arXiv id joins none. A title such as "Introduction" joins nothing
    that has an identifier. The text of the highest arXiv version wins, then the longest abstract; lists and
    notes are united. Takes time linear in the papers.
    """
    members = sorted(papers, key=_order)
    groups = _Groups([paper.arxiv_id for paper in members])
    groups.join(_indices(members, lambda paper: paper.arxiv_id))
    groups.join(_indices(members, lambda paper: paper.doi.lower()))
    groups.join(_indices(members, lambda paper: _same_title(paper) if not _is_generic(paper) else ""))
    groups.join(_indices(members, lambda paper: "" if paper.arxiv_id or paper.doi else _same_title(paper)))
    merged = [_merged([members[index] for index in group]) for group in groups]
    return sorted(merged, key=paper_key)


class _Groups:
    """Disjoint sets of indices (union by size, path halving), none with two different arXiv ids."""

    def __init__(self, arxiv_ids: list[str]) -> None:
        self._parent = list(range(len(arxiv_ids)))
        self._size = [1] * len(arxiv_ids)
        self._arxiv = arxiv_ids

    def join(self, candidates: Iterable[list[int]]) -> None:
        """Unite each list of indices, unless several arXiv ids are among them: then those without one."""
        for indices in candidates:
            roots = list(dict.fromkeys(map(self._root, indices)))
            if len({self._arxiv[root] for root in roots} - {""}) > 1:
                roots = [root for root in roots if not self._arxiv[root]]
            for other in roots[1:]:
                self._unite(roots[0], other)

    def __iter__(self) -> Iterator[list[int]]:
        groups: defaultdict[int, list[int]] = defaultdict(list)
        for index in range(len(self._parent)):
            groups[self._root(index)].append(index)
        yield from groups.values()

    def _root(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def _unite(self, one: int, other: int) -> None:
        one, other = sorted((self._root(one), self._root(other)), key=lambda root: (-self._size[root], root))
        if one != other:
            self._parent[other] = one
            self._size[one] += self._size[other]
            self._arxiv[one] = self._arxiv[one] or self._arxiv[other]


def _indices(papers: list[Paper], key: Callable[[Paper], str]) -> Iterator[list[int]]:
    """The indices of the papers that share a key, for each key; an empty key is none."""
    sharing: defaultdict[str, list[int]] = defaultdict(list)
    for index, paper in enumerate(papers):
        if name := key(paper):
            sharing[name].append(index)
    yield from sharing.values()


def _same_title(paper: Paper) -> str:
    """What titles that differ in case, punctuation and diacritics have in common."""
    return slugify(paper.title).replace("-", "").replace(".", "") or paper.title


def _is_generic(paper: Paper) -> bool:
    title = _same_title(paper)
    return len(title) < _DISTINCTIVE or title in _GENERIC_TITLES or bool(_PLACEHOLDER.fullmatch(paper.title))


def _order(paper: Paper) -> tuple[Any, ...]:
    """The order in which a paper's records are believed; total, so that the input's order plays no part."""
    return (
        bool(_PLACEHOLDER.fullmatch(paper.title)),
        -(paper.arxiv_version or 0),
        -len(paper.abstract),
        *(paper.abstract, paper.title, paper.authors, paper.issued, paper.arxiv_id, paper.doi),
        *(paper.url, paper.code_url, paper.lists, paper.notes),
    )


def _merged(records: list[Paper]) -> Paper:
    """One paper from its records, the most believed first."""
    return Paper(
        title=records[0].title,
        abstract=next((record.abstract for record in records if record.abstract), ""),
        authors=min(
            (record.authors for record in records), key=lambda names: (-len(names), -len("".join(names)))
        ),
        issued=min(
            (r.issued for r in records if r.issued), key=lambda day: (day[:4], -len(day), day), default=""
        ),
        arxiv_id=next((record.arxiv_id for record in records if record.arxiv_id), ""),
        arxiv_version=max((r.arxiv_version for r in records if r.arxiv_version is not None), default=None),
        doi=min((record.doi.lower() for record in records if record.doi), default=""),
        url=next((record.url for record in records if record.url), ""),
        code_url=next((record.code_url for record in records if record.code_url), ""),
        lists=tuple(sorted({entry for record in records for entry in record.lists})),
        notes=_notes(records),
    )


def _notes(records: list[Paper]) -> tuple[Note, ...]:
    """The notes of all records, each keeper's in their order, identical ones once."""
    keepers = sorted(records, key=lambda record: (record.lists, record.notes))
    return tuple(dict.fromkeys(note for record in keepers for note in record.notes))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
