"""The records that pass between the rooms of the house: immutable, typed, importing nothing of ours.

Offsets are in Unicode code points into the field that they name, end exclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

EntityType = Literal["Task", "Method", "Model", "Dataset", "Benchmark", "Metric"]
Relation = Literal[
    "introduces", "trainsOn", "evaluatesOn", "comparesWith", "uses", "addresses", "measures", "mentions"
]
Field = Literal["title", "abstract"]
ResultKind = Literal["absolute", "improvement"]

ENTITY_TYPES: tuple[EntityType, ...] = get_args(EntityType)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
"""In order of precedence: the first that holds is a paper's main relation to an entity."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a source that could not be read; the rest of the source was."""

    where: str
    """A file with its line where that is known (``refs.bib:12``), a URL, or an arXiv id."""
    message: str
    """What is wrong and what to do, in one line."""

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True, order=True)
class ReadingList:
    """A list that papers were found in: a file, or a query."""

    title: str
    source: str
    """The file's name without its folder, or the query as it was given."""


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """What the keeper of a reading list wrote about a paper, under one heading."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as its sources describe it, with its texts repaired: no LaTeX, no line wraps, no mojibake."""

    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    """Names in the paper's order, given name first."""
    issued: str = ""
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty when unknown."""
    arxiv_id: str = ""
    """Without ``arXiv:`` and version: ``2505.17387`` or ``hep-th/9901001``."""
    arxiv_version: int | None = None
    doi: str = ""
    """Lower case, without a resolver: ``10.1145/3292500.3330701``."""
    url: str = ""
    """Where the source says the paper is (http or https)."""
    code_url: str = ""
    """The code repository or project page that the source links to (http or https)."""
    lists: tuple[ReadingList, ...] = ()
    notes: tuple[Note, ...] = ()

    def text(self, name: Field) -> str:
        """The title or the abstract."""
        return self.title if name == "title" else self.abstract


@dataclass(frozen=True, slots=True, order=True)
class Sentence:
    """A sentence of the abstract, or the title as a whole."""

    field: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True, order=True)
class Mention:
    """One occurrence of a name in a paper's title or abstract."""

    field: Field
    start: int
    end: int
    text: str
    """The very substring at ``start`` to ``end``."""


@dataclass(frozen=True, slots=True)
class RelationClaim:
    """What the paper does with an entity, how sure that is (0 to 1), and the mentions that say so."""

    relation: Relation
    confidence: float
    evidence: tuple[int, ...]
    """Indices into the mentions of the entity; at least one."""


@dataclass(frozen=True, slots=True)
class LocalEntity:
    """What one paper calls by one or more forms: its long form, short form, plural and spelling variants."""

    name: str
    """The long form as it stands in the text where there is one, else the most telling form."""
    type: EntityType
    mentions: tuple[Mention, ...]
    """In reading order, title first; at least one."""
    relations: tuple[RelationClaim, ...]
    """At least one; in the order of RELATIONS."""
    concept: str = ""
    """The vocabulary's slug for it (``group-relative-policy-optimization``), where it names it."""

    @property
    def forms(self) -> tuple[str, ...]:
        """Every distinct form, the name first, the others in reading order."""
        return tuple(dict.fromkeys([self.name, *(m.text for m in self.mentions)]))


@dataclass(frozen=True, slots=True)
class Result:
    """A score or a gain that the text ties to a name. Entities are indices into ``Extraction.entities``."""

    subject: int | None
    benchmark: int | None
    metric: int | None
    baseline: int | None
    value: str
    """A decimal number as a string, without sign for a gain, without unit: ``66.6``."""
    unit: str
    """``%``, ``points``, ``x`` or empty."""
    kind: ResultKind
    verbatim: Mention
    """The number as it stands in the text, with its sign and unit: ``+9.02%``."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was read from one title and abstract. A pure function of both and of the extractor."""

    sentences: tuple[Sentence, ...] = ()
    """The title, then the abstract's sentences in reading order; each mention lies within one."""
    entities: tuple[LocalEntity, ...] = ()
    results: tuple[Result, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing of the graph, whatever its papers call it."""

    slug: str
    """The last part of its IRI; the type is no part of it."""
    label: str
    type: EntityType
    alt_labels: tuple[str, ...] = ()
    """Every other form, sorted."""
    broader: tuple[str, ...] = ()
    """Slugs of broader entities of the same graph, sorted."""
    exact_match: tuple[str, ...] = ()
    """IRIs of the same thing in other knowledge bases, as the vocabulary or the curation gives them."""


@dataclass(frozen=True, slots=True)
class LinkedPaper:
    """A paper, what was read from it, and the entity of the graph that each local entity is."""

    key: str
    """The last part of the paper's IRI: ``arxiv-2505.17387``."""
    paper: Paper
    extraction: Extraction
    slugs: tuple[str, ...]
    """The entity's slug for each of ``extraction.entities``; two may be the same."""
    said_by: Mapping[tuple[str, Relation], tuple[str, ...]] = field(default_factory=dict)
    """Claims, by slug and relation, that people make themselves, and who does."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A term of the vocabulary."""

    slug: str
    label: str
    type: EntityType
    aliases: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    exact_match: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The curated terms by slug, and a fingerprint that changes with any of them."""

    concepts: Mapping[str, Concept] = field(default_factory=dict)
    fingerprint: str = ""
