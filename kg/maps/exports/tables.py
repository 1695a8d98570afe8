"""The tables of an outline: comparison, leaderboards, support."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kg.maps.exports.document import Cite, Does, Name, Paragraph, Parts, Said, Table
from kg.maps.exports.evidence import Evidence
from kg.maps.exports.wording import amount, counted, main_relations
from kg.maps.records import Board, RelatedWorkMap
from kg.queries.relation_words import VERBS
from kg.records import ENTITY_TYPES

_COLUMNS: Final = 7
_ROWS: Final = 40
_BOARDS: Final = 20
_SUPPORTS: Final = 20
_SENTENCES: Final = 8
_PLURALS: Final = {kind: f"{kind.lower()}s" for kind in ENTITY_TYPES}


def comparison(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Table | Paragraph]:
    """What papers do with the entities that they share, one table for each type of entity."""
    matrix = work.matrix
    left_out = matrix.omitted
    for kind in ENTITY_TYPES:
        of_kind = [slug for slug in matrix.columns if work.entities[slug].type == kind]
        columns = of_kind[:_COLUMNS]
        left_out += len(of_kind) - len(columns)
        filled = {key: sum((key, slug) in matrix.cells for slug in columns) for key in matrix.rows}
        fullest = sorted((key for key in matrix.rows if filled[key]), key=lambda key: -filled[key])[:_ROWS]
        chosen = set(fullest)
        rows = []
        for key in matrix.rows:
            if key not in chosen:
                continue
            cells: list[Parts] = [(Cite(key),)]
            for slug in columns:
                claims = matrix.cells.get((key, slug), ())
                relations = main_relations(claims)
                shown = [claim for claim in claims if claim.relation in relations]
                cells.append((Does(relations), Said(evidence.of_claims(shown))) if relations else ())
            rows.append(tuple(cells))
        if rows:
            more = sum(map(bool, filled.values())) - len(rows)
            rest = f"; {counted(more)} more with fewer are left out" if more else ""
            yield Table(
                f"Papers and the {_PLURALS[kind]} that they share or that tell them apart{rest}",
                (("Paper",), *((Name(slug),) for slug in columns)),
                tuple(rows),
                upright=False,
            )
    if left_out:
        yield Paragraph((f"{counted(left_out, 'entity column').capitalize()} more are left out here.",))


def boards(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Table | Paragraph]:
    """The leaderboards with the most results."""
    for board in work.boards[:_BOARDS]:
        yield _board(work, evidence, board)
    if len(work.boards) > _BOARDS:
        rest = len(work.boards) - _BOARDS
        yield Paragraph((f"{counted(rest, 'leaderboard').capitalize()} more are in the CSV.",))


def _board(work: RelatedWorkMap, evidence: Evidence, board: Board) -> Table:
    metric = f", {work.entities[board.metric].label}" if board.metric in work.entities else ""
    better = "lower is better" if board.lower_is_better else "higher is better"
    rows: list[tuple[Parts, ...]] = [
        (
            (Name(result.subject),) if result.subject else ("not named",),
            (amount(result), Said(evidence.of_result(result))),
            (Name(result.baseline),) if result.baseline else (),
            (Cite(result.paper),),
        )
        for result in board.results
    ]
    return Table(
        f"{work.entities[board.benchmark].label}{metric} ({better}; gains last)",
        (("What",), ("Result",), ("Over",), ("Paper",)),
        tuple(rows),
    )


def supports(work: RelatedWorkMap, evidence: Evidence) -> Iterator[Table]:
    """What most papers say, and how many groups of authors stand behind it."""
    rows: list[tuple[Parts, ...]] = []
    for support in work.supports[:_SUPPORTS]:
        numbers = evidence.of_claims(work.claims[iri] for iri in support.claims if iri in work.claims)
        rest = len(numbers) - _SENTENCES
        rows.append(
            (
                (f"{VERBS[support.relation][0]} ", Name(support.entity)),
                (f"{len(support.papers):,}",),
                (f"{support.groups:,}",),
                (Said(numbers[:_SENTENCES]), f" and {rest} more" if rest > 0 else ""),
            )
        )
    if rows:
        yield Table(
            "What most papers say of an entity; no two groups share an author",
            (("Claim",), ("Papers",), ("Groups",), ("Sentences",)),
            tuple(rows),
        )
