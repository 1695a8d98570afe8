"""What a related-work map holds: immutable, typed, ready to be written in any format.

Papers are named by their key (``arxiv-2505.14146``), entities by their slug (``grpo``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kg.queries.quotes import Quote
from kg.records import EntityType, Relation, ResultKind

EventKind = Literal["introduced", "first used for", "variant", "seen"]
GapState = Literal["stated", "not seen in this collection", "not possible by type"]


@dataclass(frozen=True, slots=True)
class MapPaper:
    """A paper of the map."""

    key: str
    iri: str
    title: str
    authors: tuple[str, ...]
    """In the paper's order; empty where the graph has none."""
    issued: str
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty when unknown."""
    arxiv_id: str
    doi: str
    url: str
    code_url: str
    lists: tuple[str, ...]
    """Titles of its reading lists."""
    cite_key: str
    """For ``\\cite``: unique in the map, the same in every export."""
    cluster: int
    """The number of its cluster."""
    x: float
    """Where it is drawn: 0 to 1, nearby papers near each other."""
    y: float


@dataclass(frozen=True, slots=True)
class MapEntity:
    """An entity that a paper of the map names."""

    slug: str
    iri: str
    label: str
    type: EntityType
    aliases: tuple[str, ...]
    broader: tuple[str, ...]
    """Slugs of broader entities, also of those that are not in the map."""
    papers: int
    """How many papers of the map name it."""
    papers_total: int
    """How many of the whole graph."""


@dataclass(frozen=True, slots=True)
class MapClaim:
    """What a paper does with an entity, with the sentences that say so."""

    iri: str
    paper: str
    entity: str
    relation: Relation
    confidence: float
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class MapResult:
    """A score or a gain that a paper reports; the entities by slug, empty where the text names none."""

    iri: str
    paper: str
    subject: str
    benchmark: str
    metric: str
    baseline: str
    value: str
    """A decimal number as text."""
    unit: str
    kind: ResultKind
    verbatim: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that two papers share, and its part of their relatedness."""

    entity: str
    """Slug; empty where they share a word of names only."""
    word: str
    """The word that names of both hold; empty where they share an entity."""
    share: float
    """Its part of the score; the parts of all reasons add up to the score."""
    source: tuple[Relation, ...]
    """What the one paper does with it."""
    target: tuple[Relation, ...]
    """What the other one does."""


@dataclass(frozen=True, slots=True)
class Related:
    """Two papers that are related, and why."""

    source: str
    target: str
    score: float
    """0 to 1; see ``kg.maps.relatedness``."""
    reasons: tuple[Reason, ...]
    """The weightiest first, some at most."""
    text: str
    """The reasons in words: ``both evaluate on PMC-VQA; A uses GRPO, which B introduces``, with the papers'
    short titles for A and B."""


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A link from a paper to another that follows from their claims."""

    source: str
    relation: Literal["usesMethodIn", "usesDataFrom", "extends"]
    target: str
    via: str
    """The entity's slug."""
    claims: tuple[str, ...]
    """IRIs of the claims that it follows from, of both papers."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Papers that belong together."""

    number: int
    """From 0, the largest first."""
    name: str
    """What sets it apart: labels of its telling entities."""
    entities: tuple[str, ...]
    """Slugs of the entities that set it apart, the most telling first."""
    papers: tuple[str, ...]
    """Keys, the most central first."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Papers against entities: what each paper does with each."""

    rows: tuple[str, ...]
    """Keys of papers, by cluster."""
    columns: tuple[str, ...]
    """Slugs of entities, by type, the most shared first."""
    cells: Mapping[tuple[str, str], tuple[MapClaim, ...]]
    """By paper and entity; those that are missing are empty."""
    omitted: int
    """How many columns were left out."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an entity in a month."""

    month: str
    """``YYYY-MM``, or ``YYYY`` where the month is unknown."""
    kind: EventKind
    paper: str
    claim: str
    """The IRI of the claim that says so."""
    other: str
    """The slug of the task that it was first used for, or of the variant; else empty."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What became of a method, model or benchmark."""

    entity: str
    origin: str
    """``introduced here``, ``introduced here, used before`` or ``introduced elsewhere``, as claims tell."""
    events: tuple[Event, ...]
    """By month."""
    months: Mapping[str, int]
    """How many papers name it in each month."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A combination of a method or model with a benchmark or task, and whether a paper states it."""

    row: str
    """Slug of the method or model."""
    column: str
    """Slug of the benchmark or task."""
    state: GapState
    score: float
    """How much the neighbours suggest it; 0 where it is stated or not possible."""
    papers: tuple[str, ...]
    """The papers that state it."""
    suggested_by: tuple[tuple[str, str], ...]
    """Pairs of a similar method's slug and of a paper that has that one with the same column."""


@dataclass(frozen=True, slots=True)
class GapTable:
    """Methods and models against benchmarks or tasks."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    gaps: tuple[Gap, ...]
    """One for each cell; the most suggested first, then those that are stated."""


@dataclass(frozen=True, slots=True)
class Board:
    """The results on one benchmark in one metric."""

    benchmark: str
    metric: str
    """Slug; empty where the texts name none."""
    results: tuple[MapResult, ...]
    """Absolute values, the best first, then gains; which end is the best is told by ``lower_is_better``."""
    lower_is_better: bool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two absolute results of the same subject, benchmark and metric that differ: a candidate to look at."""

    one: MapResult
    other: MapResult
    difference: float


@dataclass(frozen=True, slots=True)
class Support:
    """How many papers say the same of an entity."""

    relation: Relation
    entity: str
    papers: tuple[str, ...]
    groups: int
    """Groups of these papers of which no two share an author."""
    claims: tuple[str, ...]
    """IRIs."""


@dataclass(frozen=True, slots=True)
class RelatedWorkMap:
    """What belongs together, what differs and what is missing among papers, and the sentences that say so."""

    title: str
    start: str
    """What it is of: ``the whole collection``, ``reading list …``, ``papers related to …``."""
    base: str
    """What the graph's IRIs begin with."""
    papers: Mapping[str, MapPaper]
    """By key, in the order of the keys."""
    entities: Mapping[str, MapEntity]
    """By slug, in the order of the slugs."""
    claims: Mapping[str, MapClaim]
    """By IRI."""
    results: tuple[MapResult, ...]
    related: tuple[Related, ...]
    """The strongest first."""
    links: tuple[PaperLink, ...]
    clusters: tuple[Cluster, ...]
    matrix: Matrix
    timelines: tuple[Timeline, ...]
    method_gaps: Mapping[Literal["Benchmark", "Task"], GapTable]
    boards: tuple[Board, ...]
    contradictions: tuple[Contradiction, ...]
    supports: tuple[Support, ...]
    """The best supported first."""
    notes: tuple[str, ...] = ()
    """What was capped or left out, in words that each export shows."""
    of_paper: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The IRIs of each paper's claims, in the order of the relations, the surest first."""
