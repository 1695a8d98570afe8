"""A map as a related-work outline, ready to be written as Markdown or LaTeX."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg.maps.exports.document import Block, Cite, Heading, Items, Name, Paragraph, Parts, Quotations, Said
from kg.maps.exports.evidence import Evidence
from kg.maps.exports.tables import boards, comparison, supports
from kg.maps.exports.wording import (
    LINK_VERBS,
    VERBS,
    about_entity,
    about_paper,
    about_reason,
    amount,
    counted,
    evidence_of,
    joined,
)
from kg.maps.records import Cluster, Contradiction, Gap, Related, RelatedWorkMap, Timeline

_PAIRS: Final = 4
"""Related pairs that are told of for each cluster."""
_REASONS: Final = 3
_TELLING: Final = 3
_GAPS: Final = 12
_SUGGESTIONS: Final = 3
_CONTRADICTIONS: Final = 20
_TIMELINES: Final = 10
_GAP_HEADINGS: Final = {
    "Benchmark": "Methods and models on benchmarks",
    "Task": "Methods and models for tasks",
}


def outline(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Block]:
    """The blocks of the outline, without title, list of papers and quoted sentences."""
    yield Paragraph(
        (
            f"This outline of {work.start} is put together from what the titles and abstracts of "
            f"{counted(len(work.papers))} state; each statement leads to its sentence.",
        )
    )
    if work.notes:
        yield Items(tuple((note,) for note in work.notes))
    yield from _clusters(work, evidence)
    if tables := tuple(comparison(work, evidence)):
        yield Heading(1, ("Comparison",))
        yield from tables
    yield from _timelines(work, evidence)
    yield from _gaps(work, evidence)
    if tables := tuple(boards(work, evidence)):
        yield Heading(1, ("Leaderboards",))
        yield from tables
    yield from _contradictions(work, evidence)
    if tables := tuple(supports(work, evidence)):
        yield Heading(1, ("Support",))
        yield from tables


def _clusters(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Block]:
    yield Heading(1, ("Related work",))
    numbers = {key: cluster.number for cluster in work.clusters for key in cluster.papers}
    pairs: dict[int, list[Related]] = {}
    for pair in work.related:
        if numbers.get(pair.source) == numbers.get(pair.target, -1):
            pairs.setdefault(numbers[pair.source], []).append(pair)
    for cluster in work.clusters:
        yield Heading(2, (cluster.name,))
        if len(cluster.papers) > 1 and (intro := _intro(work, evidence, cluster)):
            yield Paragraph(intro)
        silent = []
        for key in cluster.papers:
            if words := about_paper(work, evidence, key):
                yield Paragraph(words)
            else:
                silent.append((Cite(key, named=False),))
        if silent:
            yield Paragraph(("No claim was read from ", *joined(silent), "."))
        if related := tuple(_connections(work, evidence, cluster, pairs.get(cluster.number, []))):
            yield Paragraph(("Connections within the group:",))
            yield Items(related)


def _intro(work: RelatedWorkMap, evidence: Evidence, cluster: Cluster) -> Parts:
    sentences = [about_entity(work, evidence, slug, cluster.papers) for slug in cluster.entities]
    return joined([words for words in sentences if words][:_TELLING], last=" ", comma=" ")


def _connections(
    work: RelatedWorkMap, evidence: Evidence, cluster: Cluster, pairs: list[Related]
) -> Iterator[Parts]:
    inside = set(cluster.papers)
    for link in work.links:
        if link.source in inside:
            numbers = evidence.of_claims(work.claims[iri] for iri in link.claims if iri in work.claims)
            verb = LINK_VERBS[link.relation]
            via: Parts = (": ", Name(link.via)) if link.via in work.entities else ()
            yield (Cite(link.source), f" {verb} ", Cite(link.target), *via, Said(numbers), ".")
    told = 0
    for pair in pairs:
        reasons = [about_reason(evidence, reason, pair.source, pair.target) for reason in pair.reasons]
        if any(reasons) and told < _PAIRS:
            told += 1
            why = joined([reason for reason in reasons if reason][:_REASONS], last="; ", comma="; ")
            yield (Cite(pair.source), " and ", Cite(pair.target), ": ", *why, ".")


def _timelines(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Block]:
    if not work.timelines:
        return
    yield Heading(1, ("Timelines",))
    for timeline in work.timelines[:_TIMELINES]:
        entity = work.entities[timeline.entity]
        yield Heading(2, (entity.label,))
        if events := tuple(_events(work, evidence, timeline)):
            yield Paragraph((f"{entity.type}, {timeline.origin}.",))
            yield Items(events)
    if len(work.timelines) > _TIMELINES:
        yield Paragraph((f"{len(work.timelines) - _TIMELINES} more timelines are in the interactive page.",))


def _events(work: RelatedWorkMap, evidence: Evidence, timeline: Timeline) -> Iterator[Parts]:
    for event in timeline.events:
        claim = work.claims[event.claim]
        verb = VERBS[claim.relation][len(work.papers[event.paper].authors) > 1]
        about: Parts = (Name(event.other),) if event.other in work.entities else ()
        what: dict[str, Parts] = {
            "introduced": ("introduced by ", Cite(event.paper)),
            "first used for": ("first used for ", *about, " by ", Cite(event.paper)),
            "variant": ("variant ", *about, " by ", Cite(event.paper)),
            "seen": ("first seen: ", Cite(event.paper), f" {verb} it"),
        }
        numbers = evidence.of_claim(claim)
        if event.other:
            numbers += evidence.between(event.paper, event.other)
        yield (f"{event.month}: ", *what[event.kind], Said(tuple(dict.fromkeys(numbers))))


def _gaps(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Block]:
    if not any(table.gaps for table in work.method_gaps.values()):
        return
    yield Heading(1, ("Gaps",))
    yield Paragraph(
        (
            "Combinations that no title or abstract of this collection states, those that its neighbours "
            "suggest most first. Not seen in this collection is not the same as untried.",
        )
    )
    for kind, table in work.method_gaps.items():
        open_ = [gap for gap in table.gaps if gap.state == "not seen in this collection" and gap.score > 0]
        stated = sum(gap.state == "stated" for gap in table.gaps)
        yield Heading(2, (_GAP_HEADINGS[kind],))
        yield Paragraph((f"{stated:,} stated, {len(open_):,} not seen in this collection but suggested.",))
        if open_:
            yield Items(tuple(_gap(evidence, gap) for gap in open_[:_GAPS]))


def _gap(evidence: Evidence, gap: Gap) -> Parts:
    reasons: list[Parts] = []
    for similar, paper in gap.suggested_by[:_SUGGESTIONS]:
        numbers = evidence.between(paper, similar) + evidence.between(paper, gap.column)
        said = Said(tuple(dict.fromkeys(numbers)))
        reasons.append((Cite(paper), " has it with ", Name(similar), said))
    why: Parts = ("; ", *joined(reasons)) if reasons else ()
    return (Name(gap.row, strong=True), " with ", Name(gap.column, strong=True), ": ", gap.state, *why, ".")


def _contradictions(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Block]:
    if not work.contradictions:
        return
    yield Heading(1, ("Results that differ",))
    yield Paragraph(
        (
            "Two papers give different values for the same model, benchmark and metric. These are "
            "candidates to look at: settings may differ.",
        )
    )
    for pair in work.contradictions[:_CONTRADICTIONS]:
        yield Paragraph(_difference(evidence, pair))
        yield Quotations(tuple(dict.fromkeys(evidence.of_result(pair.one) + evidence.of_result(pair.other))))
    if len(work.contradictions) > _CONTRADICTIONS:
        yield Paragraph((f"{len(work.contradictions) - _CONTRADICTIONS} more are in the interactive page.",))


def _difference(evidence: Evidence, pair: Contradiction) -> Parts:
    one, other = pair.one, pair.other
    what: Parts = (Name(one.subject, strong=True), " on ", Name(one.benchmark, strong=True))
    metric: Parts = (" (", Name(one.metric), ")") if one.metric else ()
    first = (f": {amount(one)} in ", Cite(one.paper), *evidence_of(evidence, one))
    second = (f", {amount(other)} in ", Cite(other.paper), *evidence_of(evidence, other))
    return (*what, *metric, *first, *second, ".")
