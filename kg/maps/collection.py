"""What a map reads of a graph: all claims as numbers, and the facts of the papers that it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias, get_args

import numpy as np

from kg.maps.records import MapClaim, MapEntity, MapResult
from kg.network.graph import BROADER, entity_labels, entity_types
from kg.network.rows import first_by_text, local_name, rows, rows_about
from kg.network.web_links import is_web_address
from kg.queries.quotes import quote, read_quotes
from kg.rdf import Store, graph_base
from kg.records import RELATIONS, EntityType, ResultKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

_PAPERS: Final = "SELECT ?paper WHERE { ?paper a kg:Paper }"
_CLAIMS: Final = """
SELECT ?claim ?paper ?relation ?entity ?confidence WHERE {
  ?claim kg:confidence ?confidence ; rdf:subject ?paper ; rdf:predicate ?relation ; rdf:object ?entity
}"""
_TITLES: Final = "SELECT ?paper ?title WHERE { ?paper a kg:Paper ; dcterms:title ?title }"
_FACTS: Final = """
SELECT ?paper ?property ?value WHERE {
  VALUES ?paper { %s } ?paper ?property ?value
  FILTER(?property IN (dcterms:title, dcterms:issued, dcterms:creator, kg:byline, kg:doi, fabio:hasArXivId,
                       schema:url, schema:codeRepository))
}"""
_LISTS: Final = """
SELECT ?paper ?title WHERE {
  VALUES ?paper { %s } ?paper dcterms:isPartOf ?list . ?list dcterms:title ?title
}"""
_ALIASES: Final = "SELECT ?entity ?label WHERE { VALUES ?entity { %s } ?entity skos:altLabel ?label }"
_RESULTS: Final = """
SELECT ?paper ?result ?value ?verbatim ?unit ?kind ?field ?begin ?text ?start ?end
  ?subject ?benchmark ?metric ?baseline WHERE {
  VALUES ?paper { %s }
  ?paper kg:hasResult ?result .
  ?result kg:value ?value ; kg:verbatim ?verbatim ; kg:kind ?kind ; oa:start ?start ; oa:end ?end ;
    kg:inSentence ?sentence .
  ?sentence kg:text ?text ; kg:field ?field ; oa:start ?begin .
  OPTIONAL { ?result kg:unit ?unit } OPTIONAL { ?result kg:subject ?subject }
  OPTIONAL { ?result kg:benchmark ?benchmark } OPTIONAL { ?result kg:metric ?metric }
  OPTIONAL { ?result kg:baseline ?baseline }
}"""
_FORMS: Final = """
SELECT ?paper ?entity ?form WHERE {
  ?mention kg:denotes ?entity ; kg:inPaper ?paper ; oa:exact ?form
}"""
_DERIVED: Final = """
SELECT ?paper ?relation ?other ?entity WHERE {
  ?derivation a kg:Derivation ; kg:via ?entity ;
              rdf:subject ?paper ; rdf:predicate ?relation ; rdf:object ?other
}"""


@dataclass(frozen=True, eq=False)
class Collection:
    """Every claim of a graph; papers and entities are numbered in the order of their keys and slugs."""

    base: str
    papers: Sequence[str]
    """Keys: what follows the base and ``paper/``, or the whole IRI of a paper that is elsewhere."""
    titles: Sequence[str]
    entities: Sequence[str]
    """Slugs; the whole IRI of an entity that is elsewhere."""
    labels: Sequence[str]
    types: Sequence[EntityType]
    broader: Mapping[int, tuple[int, ...]]
    claims: Sequence[str]
    """IRIs, sorted by paper, entity and relation."""
    paper: Ints
    """By claim."""
    entity: Ints
    relation: NDArray[np.int8]
    """By claim: its place in ``RELATIONS``."""
    confidence: Floats
    forms: Mapping[tuple[int, int], tuple[str, ...]]
    """By paper and entity: what the paper calls it, other than by its label; sorted."""

    @cached_property
    def paper_numbers(self) -> Mapping[str, int]:
        """The number of each paper by its IRI."""
        return {self.paper_iri(number): number for number in range(len(self.papers))}

    @cached_property
    def entity_numbers(self) -> Mapping[str, int]:
        """The number of each entity by its IRI."""
        return {self.entity_iri(number): number for number in range(len(self.entities))}

    @cached_property
    def offsets(self) -> Ints:
        """Where the claims of each paper begin; those of paper ``n`` are ``offsets[n]:offsets[n + 1]``."""
        return np.searchsorted(self.paper, np.arange(len(self.papers) + 1))

    @cached_property
    def paper_counts(self) -> Ints:
        """How many papers have a claim about each entity."""
        pairs = np.unique(np.stack([self.entity, self.paper]), axis=1)
        return np.bincount(pairs[0], minlength=len(self.entities))

    def paper_iri(self, number: int) -> str:
        """The IRI of a paper."""
        return _iri(self.base + "paper/", self.papers[number])

    def entity_iri(self, number: int) -> str:
        """The IRI of an entity."""
        return _iri(self.base + "entity/", self.entities[number])

    def of_papers(self, papers: Iterable[int]) -> Ints:
        """The numbers of the claims of some papers."""
        spans = [np.arange(self.offsets[paper], self.offsets[paper + 1]) for paper in papers]
        return np.concatenate(spans) if spans else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What a graph says of a paper itself."""

    title: str
    authors: tuple[str, ...]
    issued: str
    arxiv_id: str
    doi: str
    url: str
    code_url: str
    lists: tuple[str, ...]


def read_collection(store: Store) -> Collection:
    """Read every claim of a graph.

    Raises:
        KgError: The store can't answer.
    """
    base = graph_base(store)
    titles = {paper: "" for (paper,) in rows(store, _PAPERS)}
    for paper, title in rows(store, _TITLES):
        titles[paper] = min(filter(None, (titles[paper], " ".join(title.split()))), default="")
    kinds, labels = entity_types(store, titles), entity_labels(store)

    papers = {iri: number for number, iri in enumerate(_by_key(titles, base + "paper/"))}
    entities = {iri: number for number, iri in enumerate(_by_key(kinds, base + "entity/"))}
    codes: dict[str, int] = {name: code for code, name in enumerate(RELATIONS)}
    found: dict[tuple[int, int, int], tuple[float, str]] = {}
    for claim, paper, relation, entity, confidence in rows(store, _CLAIMS):
        code = codes.get(local_name(relation))
        if code is not None and paper in papers and entity in entities:
            key = (papers[paper], entities[entity], code)
            known = found.get(key)
            one = (-float(confidence), claim)
            found[key] = one if known is None else min(known, one)
    ordered = sorted(found)
    keys = np.array(ordered, dtype=np.int64).reshape(-1, 3)
    broader: defaultdict[int, set[int]] = defaultdict(set)
    for narrow, wide in rows(store, BROADER):
        if narrow in entities and wide in entities and narrow != wide:
            broader[entities[narrow]].add(entities[wide])
    named = [" ".join(labels.get(iri, "").split()) or local_name(iri) for iri in entities]
    forms: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for paper, entity, form in rows(store, _FORMS):
        if paper in papers and entity in entities and form != named[entities[entity]]:
            forms[papers[paper], entities[entity]].add(form)
    return Collection(
        base=base,
        papers=[iri.removeprefix(base + "paper/") for iri in papers],
        titles=[titles[iri] or iri.removeprefix(base + "paper/") for iri in papers],
        entities=[iri.removeprefix(base + "entity/") for iri in entities],
        labels=named,
        types=[_entity_type(kinds[iri]) for iri in entities],
        broader={one: tuple(sorted(wide)) for one, wide in sorted(broader.items())},
        claims=[found[key][1] for key in ordered],
        paper=keys[:, 0].copy(),
        entity=keys[:, 1].copy(),
        relation=keys[:, 2].astype(np.int8),
        confidence=np.array([-found[key][0] for key in ordered], dtype=np.float64),
        forms={key: tuple(sorted(found)) for key, found in sorted(forms.items())},
    )


def read_papers(store: Store, collection: Collection, papers: Sequence[int]) -> dict[int, PaperFacts]:
    """What the graph says of some papers."""
    iris = [collection.paper_iri(paper) for paper in papers]
    known: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for paper, name, value in rows_about(store, _FACTS, iris):
        known[paper][local_name(name)].add(value)
    for paper, title in rows_about(store, _LISTS, iris):
        known[paper]["list"].add(title)
    facts = {}
    for number, iri in zip(papers, iris, strict=True):
        of = known[iri]
        # The byline keeps the order, which single creators don't.
        byline = first_by_text(of["byline"])
        authors = [one.strip() for one in byline.split(";")] if byline else sorted(of["creator"])
        facts[number] = PaperFacts(
            title=collection.titles[number],
            authors=tuple(filter(None, authors)),
            issued=first_by_text(of["issued"]),
            arxiv_id=first_by_text(of["hasArXivId"]),
            doi=first_by_text(of["doi"]),
            url=first_by_text(filter(is_web_address, of["url"])),
            code_url=first_by_text(filter(is_web_address, of["codeRepository"])),
            lists=tuple(sorted(of["list"])),
        )
    return facts


def read_claims(store: Store, collection: Collection, papers: Sequence[int]) -> dict[str, MapClaim]:
    """The claims of some papers by IRI, with the sentences behind them; by paper, entity and relation."""
    numbers = collection.of_papers(papers)
    quotes = read_quotes(store, [collection.claims[number] for number in numbers])
    return {
        iri: MapClaim(
            iri=iri,
            paper=collection.papers[collection.paper[number]],
            entity=collection.entities[collection.entity[number]],
            relation=RELATIONS[collection.relation[number]],
            confidence=float(collection.confidence[number]),
            quotes=quotes.get(iri, ()),
        )
        for number in numbers
        for iri in (collection.claims[number],)
    }


def read_entities(
    store: Store, collection: Collection, claims: Iterable[MapClaim], results: Iterable[MapResult]
) -> dict[str, MapEntity]:
    """The entities that claims and results name, by slug."""
    numbers = {slug: number for number, slug in enumerate(collection.entities)}
    papers: defaultdict[str, set[str]] = defaultdict(set)
    for claim in claims:
        papers[claim.entity].add(claim.paper)
    for result in results:
        for slug in filter(None, (result.subject, result.benchmark, result.metric, result.baseline)):
            papers[slug].add(result.paper)
    iris = [collection.entity_iri(numbers[slug]) for slug in sorted(papers)]
    aliases: defaultdict[str, set[str]] = defaultdict(set)
    for entity, alias in rows_about(store, _ALIASES, iris):
        aliases[entity].add(alias)
    return {
        slug: MapEntity(
            slug=slug,
            iri=iri,
            label=collection.labels[numbers[slug]],
            type=collection.types[numbers[slug]],
            aliases=tuple(sorted(aliases[iri])),
            broader=tuple(collection.entities[wide] for wide in collection.broader.get(numbers[slug], ())),
            papers=len(papers[slug]),
            papers_total=int(max(collection.paper_counts[numbers[slug]], len(papers[slug]))),
        )
        for slug, iri in zip(sorted(papers), iris, strict=True)
    }


def read_results(store: Store, collection: Collection, papers: Sequence[int]) -> tuple[MapResult, ...]:
    """The results of some papers, in reading order within a paper."""
    iris = [collection.paper_iri(paper) for paper in papers]
    entities = collection.entity_numbers
    found: dict[tuple[int, bool, int, str], MapResult] = {}
    for row in rows_about(store, _RESULTS, iris):
        paper, iri, value, verbatim, unit, kind, name, begin, text, start, end, *roles = row
        number = collection.paper_numbers[paper]
        offset = int(begin)
        subject, benchmark, metric, baseline = (
            collection.entities[entities[role]] if role in entities else "" for role in roles
        )
        result = MapResult(
            iri=iri,
            paper=collection.papers[number],
            subject=subject,
            benchmark=benchmark,
            metric=metric,
            baseline=baseline,
            value=f"{Decimal(value):f}",
            unit=unit,
            kind=_result_kind(kind),
            verbatim=verbatim,
            quote=quote(text, [(int(start) - offset, int(end) - offset)], name),
        )
        key = (number, name != "title", int(start), iri)
        found[key] = min(result, found.get(key, result), key=repr)
    return tuple(found[key] for key in sorted(found))


def read_derived(store: Store, collection: Collection) -> list[tuple[int, str, int, int]]:
    """The links between papers that the graph derived: from, relation, to, through what entity; sorted."""
    papers, entities = collection.paper_numbers, collection.entity_numbers
    return sorted(
        {
            (papers[paper], local_name(relation), papers[other], entities[entity])
            for paper, relation, other, entity in rows(store, _DERIVED)
            if paper in papers and other in papers and entity in entities and paper != other
        }
    )


def _by_key(iris: Iterable[str], start: str) -> list[str]:
    return sorted(iris, key=lambda iri: (iri.removeprefix(start), iri))


def _iri(start: str, key: str) -> str:
    return key if "://" in key else start + key


def _entity_type(name: str) -> EntityType:
    return next(kind for kind in get_args(EntityType) if kind == name)


def _result_kind(name: str) -> ResultKind:
    return "improvement" if name == "improvement" else "absolute"
