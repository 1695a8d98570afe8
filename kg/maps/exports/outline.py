"""A map as a related-work outline, ready to be written as Markdown or LaTeX."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kg.maps.exports.document import Block, Cite, Heading, Items, Name, Paragraph, Parts, Quotations, Said
from kg.maps.exports.evidence import SURE, Evidence
from kg.maps.exports.tables import boards, comparison, supports
from kg.maps.exports.wording import (
    LINK_VERBS,
    about_entity,
    about_paper,
    about_reason,
    amount,
    counted,
    evidence_of,
    joined,
)
from kg.maps.records import Cluster, Contradiction, Event, Gap, Related, RelatedWorkMap, Timeline
from kg.queries.relation_words import VERBS

_PAIRS: Final = 3
"""Related pairs that are told of for each cluster."""
_REASONS: Final = 2
_TELLING: Final = 3
_GAPS: Final = 12
_ALIKE: Final = 2
_SUGGESTIONS: Final = 3
_CONTRADICTIONS: Final = 20
_TIMELINES: Final = 8
_EVENTS: Final = 8
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
    yield Heading(1, ("How this was made",))
    sure = (
        f"Sentences are made of claims with a confidence of {SURE} or more; the others are in evidence.csv "
    )
    yield Items(((sure,), *((note,) for note in work.notes)))


def _clusters(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Block]:
    yield Heading(1, ("Related work",))
    numbers = {key: cluster.number for cluster in work.clusters for key in cluster.papers}
    pairs: dict[int, list[Related]] = {}
    for pair in work.related:
        if numbers.get(pair.source) == numbers.get(pair.target, -1):
            pairs.setdefault(numbers[pair.source], []).append(pair)
    for cluster in work.clusters:
        yield Heading(2, (cluster.name[:1].upper() + cluster.name[1:],))
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
    told = [(timeline, lines) for timeline in work.timelines if (lines := _events(work, evidence, timeline))]
    # What this collection introduced and took up says most.
    told.sort(key=lambda one: (not _introduced_here(work, one[0]), -sum(one[0].months.values())))
    if not told:
        return
    yield Heading(1, ("Timelines",))
    yield Paragraph(("What is first here is first among these papers.",))
    for timeline, lines in told[:_TIMELINES]:
        entity = work.entities[timeline.entity]
        rest = f"; the first {_EVENTS} of {len(lines)} events" if len(lines) > _EVENTS else ""
        sure = timeline.origin == "introduced elsewhere" or _introduced_here(work, timeline)
        yield Heading(2, (entity.label,))
        yield Paragraph((f"{entity.type}{f', {timeline.origin}' if sure else ''}{rest}:",))
        yield Items(tuple(lines[:_EVENTS]))
    if len(told) > _TIMELINES:
        yield Paragraph((f"{len(told) - _TIMELINES} more timelines are in the interactive page.",))


def _introduced_here(work: RelatedWorkMap, timeline: Timeline) -> bool:
    return any(
        event.kind == "introduced" and work.claims[event.claim].confidence >= SURE
        for event in timeline.events
    )


def _events(work: RelatedWorkMap, evidence: Evidence, timeline: Timeline) -> list[Parts]:
    """A line for each month, paper and kind of event."""
    together: dict[tuple[str, str, str], list[Event]] = {}
    for event in timeline.events:
        if work.claims[event.claim].confidence >= SURE:
            together.setdefault((event.month, event.kind, event.paper), []).append(event)
    lines: list[Parts] = []
    for (month, kind, paper), events in together.items():
        claim = work.claims[events[0].claim]
        others: list[Parts] = []
        numbers = evidence.of_claim(claim)
        for event in events:
            surely = evidence.surely(paper, event.other)
            if event.other and surely:
                others.append((Name(event.other), Said(evidence.of_claims(surely))))
        if kind != "first used for" and kind != "variant":
            verb = VERBS[claim.relation][len(work.papers[paper].authors) > 1]
            lines.append((f"{month}: ", Cite(paper), f" {verb} it", Said(numbers), "."))
        elif others:
            word = "first used for " if kind == "first used for" else "variant "
            lines.append((f"{month}: {word}", *joined(others), " by ", Cite(paper), Said(numbers), "."))
    return lines


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
            chosen = _varied(open_)
            yield Items(tuple(_gap(evidence, gap) for gap in chosen))
            if len(open_) > len(chosen):
                yield Paragraph((f"{len(open_) - len(chosen):,} more are in gaps.csv.",))


def _varied(gaps: list[Gap]) -> list[Gap]:
    """The most suggested ones, with at most some of one row or column."""
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    chosen: list[Gap] = []
    for gap in gaps:
        if max(rows[gap.row], columns[gap.column]) < _ALIKE and len(chosen) < _GAPS:
            chosen.append(gap)
            rows[gap.row] += 1
            columns[gap.column] += 1
    return chosen


def _gap(evidence: Evidence, gap: Gap) -> Parts:
    similar: dict[str, list[str]] = {}
    for slug, paper in gap.suggested_by:
        similar.setdefault(paper, []).append(slug)
    reasons: list[Parts] = []
    for paper, slugs in [*similar.items()][:_SUGGESTIONS]:
        names = joined([(Name(slug), Said(evidence.between(paper, slug))) for slug in slugs])
        column = Said(evidence.between(paper, gap.column))
        reasons.append((Cite(paper), " has it", column, " with ", *names))
    why: Parts = ("; ", *joined(reasons, last="; ", comma="; ")) if reasons else ()
    return (Name(gap.row, strong=True), " with ", Name(gap.column, strong=True), ": ", gap.state, *why, ".")


def _contradictions(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Block]:
    if not work.contradictions:
        return
    yield Heading(1, ("Results that differ",))
    yield Paragraph(
        (
            "Results for the same model, benchmark and metric that differ, those of two papers first. These "
            "are candidates to look at: settings may differ.",
        )
    )
    pairs = sorted(work.contradictions, key=lambda pair: pair.one.paper == pair.other.paper)
    for pair in pairs[:_CONTRADICTIONS]:
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
