"""Records as triples: what the graph says of papers, entities and reading lists, as pure functions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import quote, urlsplit

from pyoxigraph import Literal, NamedNode, Triple

from kg.rdf.links import Link
from kg.rdf.namespaces import Iris, term
from kg.records import (
    RELATIONS,
    Entity,
    EntityType,
    Extraction,
    LinkedPaper,
    Mention,
    Paper,
    ReadingList,
    Relation,
    Result,
    Sentence,
)

TYPE_ALIGNMENTS: Final[Mapping[EntityType, tuple[str, ...]]] = {
    "Task": ("mls:Task",),
    "Method": ("mls:Algorithm",),
    "Model": ("mls:Model", "fair4ml:MLModel"),
    "Dataset": ("schema:Dataset", "dcat:Dataset"),
    "Benchmark": ("mls:EvaluationSpecification",),
    "Metric": ("mls:EvaluationMeasure",),
}
"""The classes of other vocabularies that an entity of a type is also an instance of."""

_TYPE = term("rdf:type")
_TITLE, _ABSTRACT, _SOURCE = term("dcterms:title"), term("dcterms:abstract"), term("dcterms:source")
_CREATOR, _ISSUED, _IS_PART_OF = term("dcterms:creator"), term("dcterms:issued"), term("dcterms:isPartOf")
_BYLINE, _DOI, _HAS_NOTE, _POSITION = (
    term("kg:byline"),
    term("kg:doi"),
    term("kg:hasNote"),
    term("kg:position"),
)
_ARXIV_ID = term("fabio:hasArXivId")
_VERSION, _URL, _CODE = term("schema:version"), term("schema:url"), term("schema:codeRepository")
_MENTIONS, _HAS_RESULT = term("kg:mentions"), term("kg:hasResult")
_SUBJECT, _PREDICATE, _OBJECT = term("rdf:subject"), term("rdf:predicate"), term("rdf:object")
_CONFIDENCE, _EVIDENCE, _CURATED_BY = term("kg:confidence"), term("kg:evidence"), term("kg:curatedBy")
_IN_PAPER, _IN_SENTENCE, _DENOTES = term("kg:inPaper"), term("kg:inSentence"), term("kg:denotes")
_FIELD, _TEXT, _VIA = term("kg:field"), term("kg:text"), term("kg:via")
_EXACT, _START, _END = term("oa:exact"), term("oa:start"), term("oa:end")
_VALUE, _VERBATIM, _UNIT, _KIND = term("kg:value"), term("kg:verbatim"), term("kg:unit"), term("kg:kind")
_PREF_LABEL, _ALT_LABEL = term("skos:prefLabel"), term("skos:altLabel")
_BROADER, _EXACT_MATCH = term("skos:broader"), term("skos:exactMatch")
_DERIVED_FROM = term("prov:wasDerivedFrom")

_RELATION: Final = {relation: term(f"kg:{relation}") for relation in RELATIONS}
_LINK: Final = {name: term(f"cito:{name}") for name in ("usesMethodIn", "usesDataFrom")}
_ROLES: Final = tuple((name, term(f"kg:{name}")) for name in ("subject", "benchmark", "metric", "baseline"))

_PAPER_TYPES = (term("kg:Paper"), term("fabio:ResearchPaper"), term("schema:ScholarlyArticle"))
_LIST_TYPES = (term("kg:ReadingList"), term("fabio:WorkCollection"))
_CLAIM_TYPES = (term("kg:Claim"), term("rdf:Statement"))
_DERIVATION_TYPES = (term("kg:Derivation"), term("rdf:Statement"))
_MENTION_TYPES = (term("kg:Mention"), term("oa:TextQuoteSelector"), term("oa:TextPositionSelector"))
_RESULT_TYPES = (term("kg:Result"), term("mls:ModelEvaluation"))
_NOTE_TYPES, _SENTENCE_TYPES = (term("kg:Note"),), (term("kg:Sentence"),)
_ENTITY_TYPES: Final = {
    kind: tuple(term(name) for name in ("kg:ResearchEntity", f"kg:{kind}", "skos:Concept", *also))
    for kind, also in TYPE_ALIGNMENTS.items()
}

_DECIMAL, _OFFSET = term("xsd:decimal"), term("xsd:nonNegativeInteger")
_POSITIVE = term("xsd:positiveInteger")
_DATES: Final = {4: term("xsd:gYear"), 7: term("xsd:gYearMonth"), 10: term("xsd:date")}

# What neither XML 1.0 nor UTF-8 can hold.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Claim:
    """What a paper does with an entity, by the mentions that say so."""

    relation: Relation
    slug: str
    confidence: float
    evidence: tuple[Mention, ...]
    said_by: tuple[str, ...] = ()
    """The people who say so themselves."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What of an extraction stands in the paper's own words, its local entities united by slug."""

    claims: tuple[Claim, ...] = ()
    """By slug, then in the order of RELATIONS; each entity has at least one."""
    mentions: Mapping[Mention, str] = field(default_factory=dict)
    """The slug that each mention denotes."""
    results: tuple[Result, ...] = ()
    sentences: Mapping[Mention, Sentence] = field(default_factory=dict)
    """The sentence that holds each mention and each result's number."""
    unverified: int = 0
    """How many mentions, relations and results were left out: they are not the text at their offsets, lie in
    no sentence, stand where another entity does, or rest on nothing that was verified."""


def verify(linked: LinkedPaper) -> Verified:
    """Check every quote of a paper against its title and abstract, and keep what holds."""
    paper, extraction = linked.paper, linked.extraction
    sentences: dict[Mention, Sentence] = {}
    denoted: dict[Mention, str] = {}
    places: dict[tuple[str, int, int], str] = {}
    evidence: dict[tuple[str, Relation], set[Mention]] = defaultdict(set)
    confidence: dict[tuple[str, Relation], float] = defaultdict(float)
    unverified = 0

    for slug, entity in zip(linked.slugs, extraction.entities, strict=True):
        held: list[bool] = []
        for mention in entity.mentions:
            place = (mention.field, mention.start, mention.end)
            sentence = _quoted_in(mention, paper, extraction)
            holds = sentence is not None and places.setdefault(place, slug) == slug
            if holds and sentence:
                sentences[mention] = sentence
                denoted[mention] = slug
            held.append(holds)
            unverified += not holds
        for claim in entity.relations:
            found = [entity.mentions[i] for i in claim.evidence if held[i]]
            unverified += not found
            if found:
                evidence[slug, claim.relation].update(found)
                confidence[slug, claim.relation] = max(confidence[slug, claim.relation], claim.confidence)

    more_than_mentioned = {slug for slug, relation in evidence if relation != "mentions"}
    claims = tuple(
        Claim(
            relation,
            slug,
            confidence[slug, relation],
            tuple(sorted(evidence[slug, relation])),
            linked.said_by.get((slug, relation), ()),
        )
        for slug, relation in sorted(evidence, key=lambda key: (key[0], RELATIONS.index(key[1])))
        if relation != "mentions" or slug not in more_than_mentioned
    )
    claimed = {claim.slug for claim in claims}

    results = []
    for result in extraction.results:
        sentence = _quoted_in(result.verbatim, paper, extraction)
        roles = (getattr(result, name) for name, _ in _ROLES)
        named = all(index is None or linked.slugs[index] in claimed for index in roles)
        if sentence and named and _decimal(result.value):
            sentences[result.verbatim] = sentence
            results.append(result)
        else:
            unverified += 1
    mentions = {mention: slug for mention, slug in denoted.items() if slug in claimed}
    kept = mentions.keys() | {result.verbatim for result in results}
    return Verified(
        claims,
        mentions,
        tuple(results),
        {mention: sentence for mention, sentence in sentences.items() if mention in kept},
        unverified,
    )


def paper_triples(
    linked: LinkedPaper,
    verified: Verified,
    lists: Mapping[ReadingList, str],
    links: Iterable[Link],
    iris: Iris,
) -> Iterator[Triple]:
    """Everything that the graph says of one paper, in no particular order.

    Args:
        linked: The paper.
        verified: What ``verify`` kept of its extraction.
        lists: The slug of each of its reading lists.
        links: The derived links from it to other papers.
        iris: Mints the IRIs.

    Yields:
        The triples of the paper, its notes, claims, mentions, sentences, results and derivations.
    """
    key, paper = linked.key, linked.paper
    subject = iris.paper(key)
    yield from _typed(subject, _PAPER_TYPES)
    yield Triple(subject, _TITLE, _text(paper.title))
    if paper.abstract:
        yield Triple(subject, _ABSTRACT, _text(paper.abstract))
    authors = [author for author in paper.authors if author]
    for author in authors:
        yield Triple(subject, _CREATOR, _text(author))
    if authors:
        yield Triple(subject, _BYLINE, _text("; ".join(authors)))
    if issued := _date(paper.issued):
        yield Triple(subject, _ISSUED, issued)
    if paper.arxiv_id:
        yield Triple(subject, _ARXIV_ID, _text(paper.arxiv_id))
    if paper.arxiv_version is not None:
        yield Triple(subject, _VERSION, _text(f"v{paper.arxiv_version}"))
    if paper.doi:
        yield Triple(subject, _DOI, _text(paper.doi))
    for predicate, address in ((_URL, paper.url), (_CODE, paper.code_url)):
        if page := web_iri(address):
            yield Triple(subject, predicate, page)
    for reading_list in paper.lists:
        yield Triple(subject, _IS_PART_OF, iris.reading_list(lists[reading_list]))

    for position, note in enumerate(paper.notes, 1):
        resource = iris.note(key, position)
        yield Triple(subject, _HAS_NOTE, resource)
        yield from _typed(resource, _NOTE_TYPES)
        yield Triple(resource, _TITLE, _text(note.heading))
        yield Triple(resource, _TEXT, _text(note.text))
        yield Triple(resource, _POSITION, Literal(str(position), datatype=_POSITIVE))

    yield from _claim_triples(key, verified.claims, iris)
    yield from _mention_triples(key, verified, iris)
    yield from _sentence_triples(linked, verified, iris)
    yield from _result_triples(linked, verified, iris)
    for link in links:
        yield from _link_triples(link, iris)


def entity_triples(entity: Entity, slugs: Mapping[str, Entity], iris: Iris) -> Iterator[Triple]:
    """What the graph says of an entity. Broader entities that are not among ``slugs`` are left out."""
    subject = iris.entity(entity.slug)
    yield from _typed(subject, _ENTITY_TYPES[entity.type])
    yield Triple(subject, _PREF_LABEL, _text(entity.label))
    for label in entity.alt_labels:
        if label and label != entity.label:
            yield Triple(subject, _ALT_LABEL, _text(label))
    for slug in entity.broader:
        if slug in slugs and slug != entity.slug:
            yield Triple(subject, _BROADER, iris.entity(slug))
    for address in entity.exact_match:
        if match := web_iri(address):
            yield Triple(subject, _EXACT_MATCH, match)


def list_triples(reading_list: ReadingList, slug: str, iris: Iris) -> Iterator[Triple]:
    """What the graph says of a reading list."""
    subject = iris.reading_list(slug)
    yield from _typed(subject, _LIST_TYPES)
    yield Triple(subject, _TITLE, _text(reading_list.title))
    yield Triple(subject, _SOURCE, _text(reading_list.source))


def web_iri(address: str) -> NamedNode | None:
    """An http or https address as an IRI, what no IRI can hold percent-encoded; None if it is no address."""
    iri = quote(address.strip(), safe=_IRI_CHARACTERS) if _UNWRITABLE_IN_IRI.search(address) else address
    try:
        parts = urlsplit(iri)
        return NamedNode(iri) if parts.scheme in {"http", "https"} and parts.netloc else None
    except ValueError:
        return None


_UNWRITABLE_IN_IRI = re.compile(r'[\x00-\x20<>"{}|\\^`\ud800-\udfff]')
_IRI_CHARACTERS = "".join(map(chr, range(0x21, 0x7F))).translate(dict.fromkeys(map(ord, '<>"{}|\\^`')))


def _claim_triples(key: str, claims: Sequence[Claim], iris: Iris) -> Iterator[Triple]:
    paper = iris.paper(key)
    for claim in claims:
        subject, relation = iris.claim(key, claim.relation, claim.slug), _RELATION[claim.relation]
        entity = iris.entity(claim.slug)
        yield Triple(paper, relation, entity)
        if relation != _MENTIONS:
            yield Triple(paper, _MENTIONS, entity)
        yield from _typed(subject, _CLAIM_TYPES)
        yield from _statement(subject, paper, relation, entity)
        yield Triple(
            subject, _CONFIDENCE, Literal(_plain(Decimal(f"{claim.confidence:.2f}")), datatype=_DECIMAL)
        )
        for mention in claim.evidence:
            yield Triple(subject, _EVIDENCE, _mention_iri(key, mention, iris))
        for person in claim.said_by:
            yield Triple(subject, _CURATED_BY, _text(person))


def _mention_triples(key: str, verified: Verified, iris: Iris) -> Iterator[Triple]:
    paper = iris.paper(key)
    for mention, slug in verified.mentions.items():
        subject, sentence = _mention_iri(key, mention, iris), verified.sentences[mention]
        yield from _typed(subject, _MENTION_TYPES)
        yield Triple(subject, _IN_PAPER, paper)
        yield Triple(subject, _DENOTES, iris.entity(slug))
        yield Triple(subject, _EXACT, _text(mention.text))
        yield Triple(subject, _IN_SENTENCE, _sentence_iri(key, sentence, iris))
        yield from _span(subject, mention)


def _sentence_triples(linked: LinkedPaper, verified: Verified, iris: Iris) -> Iterator[Triple]:
    paper = iris.paper(linked.key)
    for sentence in sorted(set(verified.sentences.values())):
        subject = _sentence_iri(linked.key, sentence, iris)
        text = linked.paper.text(sentence.field)[sentence.start : sentence.end]
        yield from _typed(subject, _SENTENCE_TYPES)
        yield Triple(subject, _TEXT, _text(text))
        yield Triple(subject, _IN_PAPER, paper)
        yield from _span(subject, sentence)


def _result_triples(linked: LinkedPaper, verified: Verified, iris: Iris) -> Iterator[Triple]:
    paper = iris.paper(linked.key)
    rows: dict[tuple[str, int, int], int] = defaultdict(int)
    for result in verified.results:
        number = result.verbatim
        place = (number.field, number.start, number.end)
        rows[place] += 1
        subject = iris.result(linked.key, *place, rows[place])
        yield Triple(paper, _HAS_RESULT, subject)
        yield from _typed(subject, _RESULT_TYPES)
        for name, predicate in _ROLES:
            if (index := getattr(result, name)) is not None:
                yield Triple(subject, predicate, iris.entity(linked.slugs[index]))
        yield Triple(subject, _VALUE, Literal(_decimal(result.value), datatype=_DECIMAL))
        yield Triple(subject, _VERBATIM, _text(number.text))
        if result.unit:
            yield Triple(subject, _UNIT, _text(result.unit))
        yield Triple(subject, _KIND, _text(result.kind))
        yield Triple(subject, _IN_PAPER, paper)
        yield Triple(subject, _IN_SENTENCE, _sentence_iri(linked.key, verified.sentences[number], iris))
        yield from _offsets(subject, number)


def _link_triples(link: Link, iris: Iris) -> Iterator[Triple]:
    paper, other, predicate = iris.paper(link.key), iris.paper(link.other), _LINK[link.name]
    subject = iris.derivation(link.key, link.name, link.other, link.slug)
    yield Triple(paper, predicate, other)
    yield from _typed(subject, _DERIVATION_TYPES)
    yield from _statement(subject, paper, predicate, other)
    yield Triple(subject, _VIA, iris.entity(link.slug))
    for relation in link.relations:
        yield Triple(subject, _DERIVED_FROM, iris.claim(link.key, relation, link.slug))
    yield Triple(subject, _DERIVED_FROM, iris.claim(link.other, "introduces", link.slug))


def _typed(subject: NamedNode, types: Iterable[NamedNode]) -> Iterator[Triple]:
    for kind in types:
        yield Triple(subject, _TYPE, kind)


def _statement(subject: NamedNode, of: NamedNode, relation: NamedNode, to: NamedNode) -> Iterator[Triple]:
    yield Triple(subject, _SUBJECT, of)
    yield Triple(subject, _PREDICATE, relation)
    yield Triple(subject, _OBJECT, to)


def _span(subject: NamedNode, span: Mention | Sentence) -> Iterator[Triple]:
    yield Triple(subject, _FIELD, Literal(span.field))
    yield from _offsets(subject, span)


def _offsets(subject: NamedNode, span: Mention | Sentence) -> Iterator[Triple]:
    yield Triple(subject, _START, Literal(str(span.start), datatype=_OFFSET))
    yield Triple(subject, _END, Literal(str(span.end), datatype=_OFFSET))


def _mention_iri(key: str, mention: Mention, iris: Iris) -> NamedNode:
    return iris.mention(key, mention.field, mention.start, mention.end)


def _sentence_iri(key: str, sentence: Sentence, iris: Iris) -> NamedNode:
    return iris.sentence(key, sentence.field, sentence.start, sentence.end)


def _quoted_in(mention: Mention, paper: Paper, extraction: Extraction) -> Sentence | None:
    """The sentence that holds a mention, if the mention's text is what stands at its offsets."""
    text = paper.text(mention.field)
    if not 0 <= mention.start < mention.end <= len(text) or text[mention.start : mention.end] != mention.text:
        return None
    for sentence in extraction.sentences:
        if (
            sentence.field == mention.field
            and 0 <= sentence.start <= mention.start
            and mention.end <= sentence.end <= len(text)
        ):
            return sentence
    return None


def _text(text: str) -> Literal:
    """A plain literal; a character that no graph file can hold becomes U+FFFD, so that offsets still fit."""
    return Literal(_UNWRITABLE.sub("\ufffd", text))


def _date(issued: str) -> Literal | None:
    datatype = _DATES.get(len(issued))
    if not datatype or not re.fullmatch(r"\d{4}(-\d\d){0,2}", issued):
        return None
    try:
        date.fromisoformat(issued + "-01-01"[len(issued) - 4 :] if len(issued) < 10 else issued)
    except ValueError:
        return None
    return Literal(issued, datatype=datatype)


def _decimal(number: str) -> str:
    """The canonical form of a decimal number (XSD 1.1: no trailing zeros); empty if it is none."""
    try:
        value = Decimal(number)
    except InvalidOperation:
        return ""
    # Oxigraph holds 38 digits, 18 of them after the point, as a number.
    return _plain(value) if value.is_finite() and abs(value.adjusted()) < 18 else ""


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.removeprefix("-") if text == "-0" else text
