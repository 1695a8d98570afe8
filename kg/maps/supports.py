"""How many papers, and how many groups of authors, say the same; and links that follow from claims."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from kg.maps.collection import Collection
from kg.maps.records import MapClaim, MapEntity, MapPaper, PaperLink, Support
from kg.records import RELATIONS, Relation

_LINKING: Final[Mapping[str, tuple[Relation, ...]]] = {
    "usesMethodIn": ("uses",),
    "usesDataFrom": ("trainsOn", "evaluatesOn", "uses"),
    "extends": ("uses", "comparesWith", "mentions"),
}


def supports(papers: Mapping[str, MapPaper], claims: Mapping[str, MapClaim]) -> tuple[Support, ...]:
    """For each relation and entity, the papers that state it, and their groups; the best supported first.

    Papers that share an author, themselves or through others of these papers, are one group. Authors are the
    same if their names are, but for case, accents, points and the order of given and family name. Papers
    whose authors are not known may be of any group: they add none, but that they are one where there is no
    other.
    """
    stated: defaultdict[tuple[str, Relation], list[MapClaim]] = defaultdict(list)
    for claim in claims.values():
        if claim.relation != "mentions":
            stated[claim.entity, claim.relation].append(claim)
    authors = {key: author_keys(paper.authors) for key, paper in papers.items()}
    found = [
        Support(
            relation=relation,
            entity=entity,
            papers=tuple(sorted({claim.paper for claim in of})),
            groups=disjoint_groups(authors[paper] for paper in sorted({claim.paper for claim in of})),
            claims=tuple(sorted(claim.iri for claim in of)),
        )
        for (entity, relation), of in stated.items()
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (-one.groups, -len(one.papers), one.entity, RELATIONS.index(one.relation)),
        )
    )


def author_keys(names: Iterable[str]) -> frozenset[str]:
    """The names of authors as they are compared: ``Doe, José`` and ``Jose Doe`` are one."""
    keys = set()
    for name in names:
        family, comma, given = name.partition(",")
        bare = unicodedata.normalize("NFKD", f"{given} {family}" if comma else name)
        letters = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
        keys.add(" ".join(letters.casefold().split()))
    return frozenset(filter(None, keys))


def disjoint_groups(of_papers: Iterable[frozenset[str]]) -> int:
    """The number of groups of papers of which no two share an author."""
    leaders: dict[str, str] = {}

    def leader(name: str) -> str:
        while leaders[name] != name:
            leaders[name] = leaders[leaders[name]]
            name = leaders[name]
        return name

    unknown = False
    for authors in of_papers:
        unknown = unknown or not authors
        names = sorted(authors)
        for name in names:
            leaders.setdefault(name, name)
            leaders[leader(name)] = leader(names[0])
    return sum(leaders[name] == name for name in leaders) or int(unknown)


def links(
    collection: Collection,
    derived: Sequence[tuple[int, str, int, int]],
    papers: Mapping[str, MapPaper],
    entities: Mapping[str, MapEntity],
    claims: Mapping[str, MapClaim],
) -> tuple[PaperLink, ...]:
    """The links among the papers of a map with the claims that they follow from.

    ``usesMethodIn`` and ``usesDataFrom`` are the graph's. A paper ``extends`` another if it introduces a
    variant (``skos:broader``) of what that one alone introduces, and is not the older of the two.
    """
    about: defaultdict[tuple[str, str], list[MapClaim]] = defaultdict(list)
    introduced: defaultdict[str, list[MapClaim]] = defaultdict(list)
    for claim in claims.values():
        about[claim.paper, claim.entity].append(claim)
        if claim.relation == "introduces":
            introduced[claim.entity].append(claim)

    found: dict[tuple[str, str, str, str], tuple[str, ...]] = {}

    def add(source: str, name: str, target: str, via: str, also: Sequence[MapClaim] = ()) -> None:
        chain = [*also, *(claim for claim in about[source, via] if claim.relation in _LINKING[name])]
        chain += [claim for claim in about[target, via] if claim.relation == "introduces"]
        key = source, name, target, via
        found[key] = tuple(dict.fromkeys([*found.get(key, ()), *(claim.iri for claim in chain)]))

    for paper, relation, other, entity in derived:
        source, target = collection.papers[paper], collection.papers[other]
        if source in papers and target in papers and relation in _LINKING:
            add(source, relation, target, collection.entities[entity])
    for variant in sorted(introduced):
        for wide in entities[variant].broader:
            origins = introduced.get(wide, [])
            for claim in introduced[variant]:
                if len(origins) == 1 and not _older(papers[claim.paper], papers[origins[0].paper]):
                    add(claim.paper, "extends", origins[0].paper, wide, [claim])
    return tuple(
        PaperLink(source, _link_name(name), target, via, chain)
        for (source, name, target, via), chain in sorted(found.items())
        if source != target
    )


def _older(paper: MapPaper, other: MapPaper) -> bool:
    length = min(len(paper.issued), len(other.issued))
    return length > 0 and paper.issued[:length] < other.issued[:length]


def _link_name(name: str) -> Literal["usesMethodIn", "usesDataFrom", "extends"]:
    if name == "usesMethodIn":
        return "usesMethodIn"
    return "usesDataFrom" if name == "usesDataFrom" else "extends"
