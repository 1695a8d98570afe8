"""Tables as CSV (RFC 4180, UTF-8): matrix, gaps, leaderboards, sentences, and ORKG's import."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

from kg.maps.exports.evidence import Evidence
from kg.maps.exports.wording import main_relations
from kg.maps.records import MapPaper, RelatedWorkMap
from kg.queries.relation_words import VERBS
from kg.records import ENTITY_TYPES, RELATIONS

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?")
_FORMULA: Final = tuple("=+-@＝＋－＠")
_PAPER_COLUMNS: Final = ("cite_key", "title", "year", "iri")


def render_matrix(work: RelatedWorkMap) -> str:
    """Papers × entities: what each paper does with each, and the numbers of its sentences in ``evidence``."""
    evidence = Evidence(work)
    matrix = work.matrix
    columns = [work.entities[slug] for slug in matrix.columns]
    labels = [f"{entity.label} ({entity.type})" for entity in columns]
    rows: list[Sequence[str]] = [(*_PAPER_COLUMNS, "cluster", *labels)]
    names = {cluster.number: cluster.name for cluster in work.clusters}
    for key in matrix.rows:
        paper = work.papers[key]
        cells = []
        for slug in matrix.columns:
            claims = matrix.cells.get((key, slug), ())
            said = [
                f"{VERBS[claim.relation][0]} [{', '.join(map(str, evidence.of_claim(claim)))}]"
                for claim in claims
                if claim.relation in main_relations(claims)
            ]
            cells.append("; ".join(said))
        rows.append((*_about(paper), names.get(paper.cluster, ""), *cells))
    return _csv(rows)


def render_gaps(work: RelatedWorkMap) -> str:
    """Each combination with its state, who states it and who suggests it, with the numbers of sentences."""
    evidence = Evidence(work)
    rows: list[Sequence[str]] = [
        ("method", "method_type", "target", "target_type", "state", "score", "stated_by", "suggested_by")
    ]
    for table in work.method_gaps.values():
        for gap in table.gaps:
            row, column = work.entities[gap.row], work.entities[gap.column]
            stated = [
                f"{work.papers[paper].cite_key} {_both(evidence, paper, gap.row, gap.column)}"
                for paper in gap.papers
            ]
            suggested = [
                f"{work.entities[similar].label} in {work.papers[paper].cite_key} "
                f"{_both(evidence, paper, similar, gap.column)}"
                for similar, paper in gap.suggested_by
            ]
            rows.append(
                (
                    row.label,
                    row.type,
                    column.label,
                    column.type,
                    gap.state,
                    f"{gap.score:.4f}" if gap.score else "",
                    "; ".join(stated),
                    "; ".join(suggested),
                )
            )
    return _csv(rows)


def render_leaderboards(work: RelatedWorkMap) -> str:
    """Each result by benchmark and metric, the best first, with its sentence."""
    evidence = Evidence(work)
    rows: list[Sequence[str]] = [
        (
            *("benchmark", "metric", "better", "rank", "subject", "value", "unit", "kind", "baseline"),
            *_PAPER_COLUMNS,
            *("evidence", "sentence"),
        )
    ]

    def label(slug: str) -> str:
        return work.entities[slug].label if slug in work.entities else ""

    for board in work.boards:
        rank = 0
        for result in board.results:
            rank += result.kind == "absolute"
            rows.append(
                (
                    label(board.benchmark),
                    label(board.metric),
                    "lower" if board.lower_is_better else "higher",
                    str(rank) if result.kind == "absolute" else "",
                    label(result.subject),
                    result.value,
                    result.unit,
                    result.kind,
                    label(result.baseline),
                    *_about(work.papers[result.paper]),
                    ", ".join(map(str, evidence.of_result(result))),
                    result.quote.text,
                )
            )
    return _csv(rows)


def render_evidence(work: RelatedWorkMap) -> str:
    """Each claim and result with its sentence, under the number that the other files give."""
    rows: list[Sequence[str]] = [
        (*("number", "cite_key", "relation", "entity", "type", "confidence", "field", "sentence", "iri"),)
    ]
    for sentence in Evidence(work).sentences:
        start = (str(sentence.number), work.papers[sentence.paper].cite_key)
        end = (sentence.field, sentence.text)
        for claim in sentence.claims:
            entity = work.entities[claim.entity]
            said = (claim.relation, entity.label, entity.type, f"{claim.confidence:.2f}")
            rows.append((*start, *said, *end, claim.iri))
        rows += [
            (*start, "reports", result.verbatim, result.kind, "", *end, result.iri)
            for result in sentence.results
        ]
    return _csv(rows)


def render_orkg(work: RelatedWorkMap) -> str:
    """A comparison for ORKG's CSV import: a row for each paper, a column for each value of a property.

    ``paper:…`` and ``contribution:research_problem`` are the importer's own names; ``resource:…`` makes what
    is in the column a resource, so that papers share it. A property with several values has as many columns
    of the same name. The sentences stand in columns named ``evidence``.
    """
    evidence = Evidence(work)
    values: dict[str, dict[str, list[str]]] = {key: {} for key in work.matrix.rows}
    for key in work.matrix.rows:
        for slug in work.matrix.columns:
            claims = work.matrix.cells.get((key, slug), ())
            label = work.entities[slug].label
            for relation in main_relations(claims):
                column = (
                    "contribution:research_problem"
                    if relation == "addresses"
                    else f"resource:{VERBS[relation][0]} {work.entities[slug].type.lower()}"
                )
                values[key].setdefault(column, []).append(label)
            for number in evidence.of_claims(claims):
                said = values[key].setdefault("evidence", [])
                if (text := evidence.sentences[number - 1].text) not in said:
                    said.append(text)
    order = ["contribution:research_problem"]
    order += [f"resource:{VERBS[one][0]} {kind.lower()}" for one in RELATIONS for kind in ENTITY_TYPES]
    order.append("evidence")
    widths = {name: max((len(cells.get(name, ())) for cells in values.values()), default=0) for name in order}
    header = [
        "paper:title",
        "paper:authors",
        "paper:publication_month",
        "paper:publication_year",
        "paper:doi",
    ]
    rows: list[Sequence[str]] = [[*header, *(name for name in order for _ in range(widths[name]))]]
    for key, cells in values.items():
        paper = work.papers[key]
        year, month = [*paper.issued.split("-"), ""][:2]
        month = month.lstrip("0")
        row = [paper.title, "; ".join(paper.authors), month, year, paper.doi]
        for name in order:
            given = cells.get(name, [])
            row += [*given, *[""] * (widths[name] - len(given))]
        rows.append(row)
    return _csv(rows)


def _about(paper: MapPaper) -> tuple[str, str, str, str]:
    return paper.cite_key, paper.title, paper.issued[:4], paper.iri


def _both(evidence: Evidence, paper: str, one: str, other: str) -> str:
    numbers = dict.fromkeys((*evidence.between(paper, one), *evidence.between(paper, other)))
    return f"[{', '.join(map(str, numbers))}]"


def _csv(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows([_cell(text) for text in row] for row in rows)
    return out.getvalue()


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, as OWASP advises on "CSV Injection"; numbers stay."""
    line = " ".join(text.replace("\x00", "").split())
    return f"'{line}" if line[:1] in _FORMULA and not _NUMBER.fullmatch(line) else line
