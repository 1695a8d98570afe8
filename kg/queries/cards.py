"""Papers and entities as cards: what the graph says of them, with the sentences that say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final, Literal, cast

import pyoxigraph as ox

from kg.errors import UsageError
from kg.queries.answers import run_query
from kg.queries.names import Kind, find
from kg.queries.quotes import Quote, quote, read_curators, read_quotes
from kg.rdf import PREFIXES, Store, Term
from kg.records import ENTITY_TYPES, RELATIONS, EntityType, Relation, ResultKind

DEFAULT_LIMIT: Final = 10
"""How much of a long list a card shows."""

_CLAIMS_OF_PAPER: Final = """
SELECT ?claim ?relation ?confidence ?entity ?label ?class WHERE {
  ?claim rdf:subject ?paper ; a kg:Claim ; rdf:predicate ?relation ; rdf:object ?entity ;
    kg:confidence ?confidence .
  ?entity skos:prefLabel ?label ; a ?class .
}
"""
_CLAIMS_ABOUT: Final = """
SELECT ?claim ?relation ?confidence ?paper ?issued WHERE {
  ?claim rdf:object ?entity ; a kg:Claim ; rdf:predicate ?relation ; rdf:subject ?paper ;
    kg:confidence ?confidence .
  OPTIONAL { ?paper dcterms:issued ?issued }
}
"""
_RESULTS: Final = """
SELECT ?result ?paper ?value ?verbatim ?unit ?kind ?field ?begin ?text ?start ?end
  ?subject ?benchmark ?metric ?baseline WHERE {
  VALUES ?result { %s }
  ?result kg:inPaper ?paper ; kg:value ?value ; kg:verbatim ?verbatim ; kg:kind ?kind ; oa:start ?start ;
    oa:end ?end ; kg:inSentence ?sentence .
  ?sentence kg:text ?text ; kg:field ?field ; oa:start ?begin .
  OPTIONAL { ?result kg:unit ?unit }
  OPTIONAL { ?result kg:subject/skos:prefLabel ?subject }
  OPTIONAL { ?result kg:benchmark/skos:prefLabel ?benchmark }
  OPTIONAL { ?result kg:metric/skos:prefLabel ?metric }
  OPTIONAL { ?result kg:baseline/skos:prefLabel ?baseline }
}
"""
_RESULTS_OF_PAPER: Final = """
SELECT ?result ?start WHERE { ?paper kg:hasResult ?result . ?result oa:start ?start }
"""
_RESULTS_WITH: Final = """
SELECT DISTINCT ?result ?issued WHERE {
  ?result kg:subject|kg:benchmark|kg:metric|kg:baseline ?entity ; kg:inPaper ?paper .
  OPTIONAL { ?paper dcterms:issued ?issued }
}
"""
_NOTES: Final = """
SELECT ?heading ?text WHERE {
  ?paper kg:hasNote ?note . ?note kg:position ?position ; kg:text ?text .
  OPTIONAL { ?note dcterms:title ?heading }
} ORDER BY ?position
"""
_LISTS: Final = """
SELECT ?title WHERE { ?paper dcterms:isPartOf ?list . ?list dcterms:title ?title } ORDER BY ?title
"""
_LINKS: Final = """
SELECT ?relation ?other ?via ?issued WHERE {
  ?derivation %s ?paper ; a kg:Derivation ; rdf:predicate ?relation ; %s ?other ; kg:via/skos:prefLabel ?via .
  OPTIONAL { ?other dcterms:issued ?issued }
}
"""
_TITLES: Final = """
SELECT ?paper ?title ?issued WHERE {
  VALUES ?paper { %s }
  ?paper dcterms:title ?title .
  OPTIONAL { ?paper dcterms:issued ?issued }
}
"""
_ENTITIES: Final = """
SELECT ?entity ?label ?class WHERE { VALUES ?entity { %s } ?entity skos:prefLabel ?label ; a ?class }
"""
_NARROWER: Final = "SELECT ?narrower WHERE { ?narrower skos:broader ?entity }"
_TOGETHER: Final = """
SELECT ?entity ?other (COUNT(?paper) AS ?papers) WHERE { ?paper kg:mentions ?entity, ?other }
GROUP BY ?entity ?other ORDER BY DESC(?papers)
"""
_PROPERTIES: Final = "SELECT ?property ?value WHERE { ?thing ?property ?value }"


@dataclass(frozen=True, slots=True)
class PaperRef:
    """A paper that a card names."""

    iri: str
    title: str
    issued: str


@dataclass(frozen=True, slots=True)
class EntityRef:
    """An entity that a card names."""

    iri: str
    label: str
    type: EntityType


@dataclass(frozen=True, slots=True)
class CardClaim:
    """What a paper does with an entity, how sure that is, and the sentences behind it."""

    relation: Relation
    confidence: Decimal
    quotes: tuple[Quote, ...]
    entity: EntityRef | None = None
    """On a paper's card."""
    paper: PaperRef | None = None
    """On an entity's card."""
    curated_by: str | None = None
    """Who vouches for it, where a curation does."""


@dataclass(frozen=True, slots=True)
class CardResult:
    """A score or a gain; the entities by their labels, empty where the text names none."""

    subject: str
    benchmark: str
    metric: str
    baseline: str
    value: str
    unit: str
    kind: ResultKind
    verbatim: str
    quote: Quote
    paper: PaperRef


@dataclass(frozen=True, slots=True)
class CardLink:
    """A derived link between this paper and another, and the labels of what it goes through."""

    relation: str
    """``usesMethodIn``, ``usesDataFrom`` or ``extends``."""
    direction: Literal["out", "in"]
    """``out`` from this paper to the other, ``in`` from the other to this one."""
    paper: PaperRef
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CardNote:
    """A note of a reading list's keeper."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class PaperCard:
    """What the graph says of a paper. The totals count what the limit left out of a list, too."""

    iri: str
    key: str
    title: str
    abstract: str
    authors: str
    """In the paper's order, joined by ``; ``."""
    issued: str
    arxiv_id: str
    version: str
    doi: str
    url: str
    code_url: str
    lists: tuple[str, ...]
    notes: tuple[CardNote, ...]
    claims: tuple[CardClaim, ...]
    """By relation, the surest first."""
    results: tuple[CardResult, ...]
    results_total: int
    links: tuple[CardLink, ...]
    """Those from this paper first, then the newest."""
    links_total: int


@dataclass(frozen=True, slots=True)
class RelationClaims:
    """The claims of one relation about an entity, newest paper first, and how many there are in all."""

    relation: Relation
    total: int
    claims: tuple[CardClaim, ...]


@dataclass(frozen=True, slots=True)
class EntityCard:
    """What the graph says of an entity. The totals count what the limit left out of a list, too."""

    iri: str
    slug: str
    label: str
    type: EntityType
    aliases: tuple[str, ...]
    broader: tuple[EntityRef, ...]
    narrower: tuple[EntityRef, ...]
    exact_match: tuple[str, ...]
    papers_total: int
    papers: tuple[RelationClaims, ...]
    """In the order of ``kg.records.RELATIONS``."""
    results: tuple[CardResult, ...]
    """Those of the newest papers first."""
    results_total: int
    together: tuple[tuple[EntityRef, int], ...]
    """What the same papers name, and how many of them, the most first."""
    together_total: int


Card = PaperCard | EntityCard


def show(store: Store, name: str, *, kind: Kind | None = None, limit: int | None = DEFAULT_LIMIT) -> Card:
    """The card of a paper or an entity.

    Args:
        store: The graph.
        name: Any name of it; see ``kg.queries.find``.
        kind: Look for a paper or for an entity only.
        limit: How many papers of each relation, results, links and neighbours to show; None for all.

    Raises:
        UsageError: Nothing, or more than one thing, has the name; or the limit is negative.
        KgError: The store can't answer.
    """
    if limit is not None and limit < 0:
        raise UsageError(f"a limit of {limit} shows nothing; give 0 or more")
    match = find(store, name, kind=kind).one()
    iri = ox.NamedNode(match.iri)
    return _paper_card(store, iri, limit) if match.kind == "paper" else _entity_card(store, iri, limit)


def card_to_dict(card: Card) -> dict[str, Any]:
    """A card as JSON-ready values: its kind and its fields; confidences are numbers, results texts."""
    kind = "paper" if isinstance(card, PaperCard) else "entity"
    return {"kind": kind, **cast("dict[str, Any]", _jsonable(asdict(card)))}


def _jsonable(value: object) -> object:
    if isinstance(value, dict):
        # A claim says which paper or which entity it is about, whichever the card is not.
        return {name: _jsonable(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_jsonable(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def _paper_card(store: Store, iri: ox.NamedNode, limit: int | None) -> PaperCard:
    one = _properties(store, iri)
    issued = _first(one, "dcterms:issued")
    this = PaperRef(iri.value, _first(one, "dcterms:title"), issued)
    results = sorted(
        _rows(store, _RESULTS_OF_PAPER, paper=iri), key=lambda row: (int(_text(row[1])), _text(row[0]))
    )
    links = _links(store, iri)
    return PaperCard(
        iri=iri.value,
        key=_last(iri.value),
        title=this.title,
        abstract=_first(one, "dcterms:abstract"),
        authors=_first(one, "kg:byline") or "; ".join(one["dcterms:creator"]),
        issued=issued,
        arxiv_id=_first(one, "fabio:hasArXivId"),
        version=_first(one, "schema:version"),
        doi=_first(one, "kg:doi"),
        url=_first(one, "schema:url"),
        code_url=_first(one, "schema:codeRepository"),
        lists=tuple(_text(title) for (title,) in _rows(store, _LISTS, paper=iri)),
        notes=tuple(CardNote(_text(row[0]), _text(row[1])) for row in _rows(store, _NOTES, paper=iri)),
        claims=_claims_of_paper(store, iri),
        results=_results(store, [_text(row[0]) for row in results[:limit]]),
        results_total=len(results),
        links=_with_titles(store, links[:limit]),
        links_total=len(links),
    )


def _claims_of_paper(store: Store, iri: ox.NamedNode) -> tuple[CardClaim, ...]:
    found: dict[str, tuple[Relation, Decimal, EntityRef]] = {}
    for claim, relation, confidence, entity, label, cls in _rows(store, _CLAIMS_OF_PAPER, paper=iri):
        if entity_type := _type_of(_text(cls)):
            ref = EntityRef(_text(entity), _text(label), entity_type)
            found[_text(claim)] = (_relation_of(relation), Decimal(_text(confidence)), ref)
    quotes, curators = read_quotes(store, found), read_curators(store, found)
    claims = [
        CardClaim(relation, confidence, quotes[claim], entity=entity, curated_by=curators.get(claim))
        for claim, (relation, confidence, entity) in found.items()
    ]

    def order(claim: CardClaim) -> tuple[int, Decimal, str]:
        return RELATIONS.index(claim.relation), -claim.confidence, claim.entity.label if claim.entity else ""

    return tuple(sorted(claims, key=order))


def _entity_card(store: Store, iri: ox.NamedNode, limit: int | None) -> EntityCard:
    one = _properties(store, iri)
    entity_type = next(name for name in ENTITY_TYPES if PREFIXES["kg"] + name in one["rdf:type"])
    rows = _rows(store, _CLAIMS_ABOUT, entity=iri)
    # Newest first; of one date, by the paper's IRI, so that the limit cuts at the same place every time.
    rows.sort(key=lambda row: _text(row[3]))
    rows.sort(key=lambda row: _text(row[4]), reverse=True)
    by_relation: dict[Relation, list[tuple[str, Decimal, str]]] = defaultdict(list)
    for claim, relation, confidence, paper, _ in rows:
        by_relation[_relation_of(relation)].append((_text(claim), Decimal(_text(confidence)), _text(paper)))
    shown = [claim for claims in by_relation.values() for claim in claims[:limit]]
    iris = [claim for claim, _, _ in shown]
    quotes, curators = read_quotes(store, iris), read_curators(store, iris)
    papers = _papers(store, [paper for _, _, paper in shown])
    results = _rows(store, _RESULTS_WITH, entity=iri)
    results.sort(key=lambda row: _text(row[0]))
    results.sort(key=lambda row: _text(row[1]), reverse=True)
    together = [row for row in _rows(store, _TOGETHER, entity=iri) if row[1] != iri]
    together.sort(key=lambda row: (-int(_text(row[2])), _text(row[1])))
    narrower = [_text(row[0]) for row in _rows(store, _NARROWER, entity=iri)]
    neighbours = [_text(row[1]) for row in together[:limit]]
    refs = _entities(store, [*one["skos:broader"], *narrower, *neighbours])
    return EntityCard(
        iri=iri.value,
        slug=_last(iri.value),
        label=_first(one, "skos:prefLabel"),
        type=entity_type,
        aliases=tuple(sorted(one["skos:altLabel"])),
        broader=_labelled(refs, one["skos:broader"]),
        narrower=_labelled(refs, narrower),
        exact_match=tuple(sorted(one["skos:exactMatch"])),
        papers_total=len({row[3] for row in rows}),
        papers=tuple(
            RelationClaims(
                relation,
                len(by_relation[relation]),
                tuple(
                    CardClaim(
                        relation,
                        confidence,
                        quotes[claim],
                        paper=papers[paper],
                        curated_by=curators.get(claim),
                    )
                    for claim, confidence, paper in by_relation[relation][:limit]
                ),
            )
            for relation in RELATIONS
            if relation in by_relation
        ),
        results=_results(store, [_text(row[0]) for row in results[:limit]]),
        results_total=len(results),
        together=tuple(
            (refs[_text(row[1])], int(_text(row[2]))) for row in together[:limit] if _text(row[1]) in refs
        ),
        together_total=len(together),
    )


def _labelled(refs: Mapping[str, EntityRef], iris: Iterable[str]) -> tuple[EntityRef, ...]:
    found = (refs[iri] for iri in iris if iri in refs)
    return tuple(sorted(found, key=lambda ref: (ref.label.casefold(), ref.iri)))


def _results(store: Store, iris: list[str]) -> tuple[CardResult, ...]:
    rows = {_text(row[0]): row for row in _rows(store, _RESULTS % _iris(iris))}
    papers = _papers(store, [_text(row[1]) for row in rows.values()])
    found = []
    for iri in iris:
        _, paper, value, verbatim, unit, kind, field, begin, text, start, end, *labels = rows[iri]
        offset = int(_text(begin))
        mark = (int(_text(start)) - offset, int(_text(end)) - offset)
        subject, benchmark, metric, baseline = (_text(label) for label in labels)
        found.append(
            CardResult(
                subject=subject,
                benchmark=benchmark,
                metric=metric,
                baseline=baseline,
                value=_text(value),
                unit=_text(unit),
                kind=cast("ResultKind", _text(kind)),
                verbatim=_text(verbatim),
                quote=quote(_text(text), [mark], _text(field)),
                paper=papers[_text(paper)],
            )
        )
    return tuple(found)


def _links(store: Store, iri: ox.NamedNode) -> list[CardLink]:
    """The derived links from and to a paper; the titles of the other papers are still empty."""
    found: list[CardLink] = []
    sides: tuple[tuple[Literal["out", "in"], str, str], ...] = (
        ("out", "rdf:subject", "rdf:object"),
        ("in", "rdf:object", "rdf:subject"),
    )
    for direction, this, other in sides:
        vias: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        for row in _rows(store, _LINKS % (this, other), paper=iri):
            link, paper, via, issued = map(_text, row)
            vias[issued, _last(link), paper].add(via)
        links = sorted(vias.items(), key=lambda item: item[0][1:])
        for (date, relation, linked), labels in sorted(links, key=lambda item: item[0][0], reverse=True):
            found.append(CardLink(relation, direction, PaperRef(linked, "", date), tuple(sorted(labels))))
    return found


def _with_titles(store: Store, links: list[CardLink]) -> tuple[CardLink, ...]:
    papers = _papers(store, [link.paper.iri for link in links])
    return tuple(CardLink(link.relation, link.direction, papers[link.paper.iri], link.via) for link in links)


def _papers(store: Store, iris: Iterable[str]) -> dict[str, PaperRef]:
    rows = _rows(store, _TITLES % _iris(iris))
    return {_text(row[0]): PaperRef(_text(row[0]), _text(row[1]), _text(row[2])) for row in rows}


def _entities(store: Store, iris: Iterable[str]) -> dict[str, EntityRef]:
    found = {}
    for entity, label, cls in _rows(store, _ENTITIES % _iris(iris)):
        if entity_type := _type_of(_text(cls)):
            found[_text(entity)] = EntityRef(_text(entity), _text(label), entity_type)
    return found


def _properties(store: Store, iri: ox.NamedNode) -> Mapping[str, list[str]]:
    """The values of each property of a resource, by its prefixed name."""
    names = {start: prefix for prefix, start in PREFIXES.items()}
    found: dict[str, list[str]] = defaultdict(list)
    for term, value in _rows(store, _PROPERTIES, thing=iri):
        prop = _text(term)
        cut = max(prop.rfind("#"), prop.rfind("/")) + 1
        found[f"{names.get(prop[:cut], '')}:{prop[cut:]}"].append(_text(value))
    return found


def _rows(store: Store, text: str, **params: Term) -> list[tuple[Term | None, ...]]:
    return list(run_query(store, text, params=params))


def _iris(iris: Iterable[str]) -> str:
    return " ".join(str(ox.NamedNode(iri)) for iri in dict.fromkeys(iris))


def _text(term: Term | None) -> str:
    """The value of a term; empty for none."""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal | ox.BlankNode) else ""


def _first(properties: Mapping[str, list[str]], name: str) -> str:
    return min(properties[name], default="") if name in properties else ""


def _last(iri: str) -> str:
    return iri.rpartition("/")[2]


def _relation_of(term: Term | None) -> Relation:
    return cast("Relation", _text(term).removeprefix(PREFIXES["kg"]))


def _type_of(iri: str) -> EntityType | None:
    return next((name for name in ENTITY_TYPES if iri == PREFIXES["kg"] + name), None)
