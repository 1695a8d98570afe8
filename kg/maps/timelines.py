"""What became of methods, models and benchmarks, by month."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from kg.maps.records import Event, EventKind, MapClaim, MapEntity, MapPaper, Timeline
from kg.records import Relation

TYPES: Final = ("Method", "Model", "Benchmark")
LIMIT: Final = 200
"""How many entities are told of at most."""
EVENTS: Final = 40
"""How many events are told of one at most."""

_USES: Final[frozenset[Relation]] = frozenset(
    ["introduces", "trainsOn", "evaluatesOn", "comparesWith", "uses"]
)
_KINDS: Final[tuple[EventKind, ...]] = ("introduced", "seen", "first used for", "variant")
_ORIGINS: Final = ("introduced here", "introduced here, used before", "introduced elsewhere")
_NEVER: Final = "9999"


def timelines(
    papers: Mapping[str, MapPaper], entities: Mapping[str, MapEntity], claims: Mapping[str, MapClaim]
) -> tuple[Timeline, ...]:
    """Tell when each method, model and benchmark was introduced, first used for each task, and varied.

    Told of are those that several papers of the map name; first those that one of them introduces before
    others use them, and those of most papers. A paper uses an entity
    for a task if it does more than mention the entity and addresses the task. A variant is an entity that is
    narrower (``skos:broader``) and that a paper introduces.
    """
    about: defaultdict[str, list[MapClaim]] = defaultdict(list)
    tasks: defaultdict[str, list[str]] = defaultdict(list)
    variants: defaultdict[str, list[str]] = defaultdict(list)
    for claim in claims.values():
        about[claim.entity].append(claim)
        if claim.relation == "addresses":
            tasks[claim.paper].append(claim.entity)
    for slug in sorted(about):
        for wide in entities[slug].broader:
            variants[wide].append(slug)
    told = [
        slug
        for slug, entity in entities.items()
        if entity.type in TYPES and (entity.papers > 1 or variants[slug]) and about[slug]
    ]
    made = [_timeline(slug, papers, about, tasks, variants[slug]) for slug in told]
    made.sort(key=lambda one: (_ORIGINS.index(one.origin), -entities[one.entity].papers, one.entity))
    return tuple(made[:LIMIT])


def _timeline(
    slug: str,
    papers: Mapping[str, MapPaper],
    about: Mapping[str, Sequence[MapClaim]],
    tasks: Mapping[str, Sequence[str]],
    variants: Sequence[str],
) -> Timeline:
    def when(claim: MapClaim) -> tuple[str, str, str]:
        return papers[claim.paper].issued or _NEVER, claim.paper, claim.iri

    claims = sorted(about[slug], key=when)
    events = [_event("introduced", claim, papers) for claim in claims if claim.relation == "introduces"]
    used: dict[str, MapClaim] = {}
    for claim in claims:
        if claim.relation in _USES:
            for task in tasks.get(claim.paper, ()):
                used.setdefault(task, claim)
    events += [_event("first used for", claim, papers, task) for task, claim in used.items()]
    for variant in variants:
        first = [claim for claim in sorted(about[variant], key=when) if claim.relation == "introduces"]
        events += [_event("variant", claim, papers, variant) for claim in first[:1]]
    introduced = [claim for claim in claims if claim.relation == "introduces"]
    if not introduced:
        events.append(_event("seen", claims[0], papers))
    events.sort(key=lambda one: (one.month or _NEVER, _KINDS.index(one.kind), one.other, one.paper))
    of_month = Counter({claim.paper: _month(papers[claim.paper]) for claim in claims}.values())
    return Timeline(
        entity=slug,
        origin=_origin(introduced, claims, papers),
        events=tuple(events[:EVENTS]),
        months={month: of_month[month] for month in sorted(filter(None, of_month))},
    )


def _origin(
    introduced: Sequence[MapClaim], claims: Sequence[MapClaim], papers: Mapping[str, MapPaper]
) -> str:
    if not introduced:
        return _ORIGINS[2]
    introducers = {claim.paper for claim in introduced}
    first = min((papers[paper].issued for paper in introducers if papers[paper].issued), default="")
    before = any(
        _before(papers[claim.paper].issued, first) for claim in claims if claim.paper not in introducers
    )
    return _ORIGINS[1] if before else _ORIGINS[0]


def _before(one: str, other: str) -> bool:
    """Whether a date is surely before another, which may be less exact."""
    length = min(len(one), len(other))
    return length > 0 and one[:length] < other[:length]


def _event(kind: EventKind, claim: MapClaim, papers: Mapping[str, MapPaper], other: str = "") -> Event:
    return Event(_month(papers[claim.paper]), kind, claim.paper, claim.iri, other)


def _month(paper: MapPaper) -> str:
    return paper.issued[:7]
