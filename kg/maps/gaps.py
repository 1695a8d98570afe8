"""What a collection does not show: methods that no paper has with a benchmark or a task."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, Literal

from kg.maps.options import MapOptions
from kg.maps.records import Gap, GapTable, MapClaim, MapEntity
from kg.records import EntityType, Relation

ROWS: Final = 40
COLUMNS: Final = 25
_SIMILAR: Final = 20
_SUGGESTED_BY: Final = 3

_ROW_RELATIONS: Final[frozenset[Relation]] = frozenset(
    ["introduces", "trainsOn", "evaluatesOn", "comparesWith", "uses", "addresses", "measures"]
)
_COLUMN_RELATIONS: Final[Mapping[str, frozenset[Relation]]] = {
    "Benchmark": frozenset(["introduces", "trainsOn", "evaluatesOn", "uses"]),
    "Task": frozenset(["introduces", "addresses"]),
}
POSSIBLE: Final[Mapping[str, frozenset[EntityType]]] = {
    "Benchmark": frozenset(["Method", "Model", "Metric", "Task"]),
    "Task": frozenset(["Method", "Model", "Dataset", "Benchmark", "Metric"]),
}
"""What can go with a benchmark or a task, by type: a dataset is not scored on a benchmark, nor is another
benchmark; a task is not done for another task."""


def gap_tables(
    entities: Mapping[str, MapEntity], claims: Mapping[str, MapClaim], options: MapOptions
) -> dict[Literal["Benchmark", "Task"], GapTable]:
    """The tables of gaps against benchmarks and against tasks.

    A cell is stated where a paper does more than mention the row and is scored on the benchmark, or addresses
    the task. Otherwise its score tells how much the neighbours suggest it: the share, weighted by similarity,
    of the rows most similar to it that have the column (item-based collaborative filtering, Sarwar and others
    2001, doi:10.1145/371920.372071). The similarity of two rows is the cosine of the benchmarks and tasks
    that they have, each weighted by ``ln(1 + rows / rows that have it)``.
    """
    rows_of: defaultdict[str, set[str]] = defaultdict(set)
    columns_of: dict[str, defaultdict[str, set[str]]] = {kind: defaultdict(set) for kind in POSSIBLE}
    for claim in claims.values():
        kind = entities[claim.entity].type
        if kind in options.gap_types and claim.relation in _ROW_RELATIONS:
            rows_of[claim.entity].add(claim.paper)
        if kind in columns_of and claim.relation in _COLUMN_RELATIONS[kind]:
            columns_of[kind][claim.entity].add(claim.paper)
    stated = {kind: _stated(rows_of, columns) for kind, columns in columns_of.items()}
    having: defaultdict[str, set[str]] = defaultdict(set)
    for pairs in stated.values():
        for row, column in pairs:
            having[row].add(column)
    return {
        "Benchmark": _table("Benchmark", entities, stated["Benchmark"], rows_of, having),
        "Task": _table("Task", entities, stated["Task"], rows_of, having),
    }


def _stated(
    rows_of: Mapping[str, set[str]], columns: Mapping[str, set[str]]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """The papers that have a row and a column, for every such pair."""
    columns_by_paper: defaultdict[str, list[str]] = defaultdict(list)
    for column in sorted(columns):
        for paper in columns[column]:
            columns_by_paper[paper].append(column)
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in sorted(rows_of):
        for paper in sorted(rows_of[row]):
            for column in columns_by_paper.get(paper, ()):
                if column != row:
                    found[row, column].append(paper)
    return {pair: tuple(papers) for pair, papers in found.items()}


def _table(
    kind: Literal["Benchmark", "Task"],
    entities: Mapping[str, MapEntity],
    stated: Mapping[tuple[str, str], tuple[str, ...]],
    rows_of: Mapping[str, set[str]],
    having: Mapping[str, set[str]],
) -> GapTable:
    rows, columns = _most_connected(stated, rows_of)
    similar = _similarities(having, rows)
    cells = [_cell(kind, row, column, entities, stated, similar) for row in rows for column in columns]
    order = {"not seen in this collection": 0, "stated": 1, "not possible by type": 2}
    places = {slug: place for place, slug in enumerate([*rows, *columns])}
    cells.sort(key=lambda gap: (order[gap.state], -gap.score, places[gap.row], places[gap.column]))
    return GapTable(tuple(rows), tuple(columns), tuple(cells))


def _most_connected(
    stated: Mapping[tuple[str, str], tuple[str, ...]], rows_of: Mapping[str, set[str]]
) -> tuple[list[str], list[str]]:
    """The rows and columns that most is stated of; a row without any column is none."""
    of_row: defaultdict[str, int] = defaultdict(int)
    of_column: defaultdict[str, int] = defaultdict(int)
    for row, column in stated:
        of_row[row] += 1
        of_column[column] += 1
    columns = sorted(of_column, key=lambda column: (-of_column[column], column))[:COLUMNS]
    kept = set(columns)
    within: defaultdict[str, int] = defaultdict(int)
    for row, column in stated:
        within[row] += column in kept
    rows = sorted(
        (row for row in within if within[row]), key=lambda row: (-within[row], -len(rows_of[row]), row)
    )
    return rows[:ROWS], columns


def _cell(
    kind: str,
    row: str,
    column: str,
    entities: Mapping[str, MapEntity],
    stated: Mapping[tuple[str, str], tuple[str, ...]],
    similar: Mapping[str, Sequence[tuple[str, float]]],
) -> Gap:
    if papers := stated.get((row, column)):
        return Gap(row, column, "stated", 0.0, papers, ())
    if row == column or entities[row].type not in POSSIBLE[kind]:
        return Gap(row, column, "not possible by type", 0.0, (), ())
    near = similar[row]
    having = [(other, value) for other, value in near if (other, column) in stated]
    total = sum(value for _, value in near)
    score = round(sum(value for _, value in having) / total, 6) if total else 0.0
    return Gap(
        row,
        column,
        "not seen in this collection",
        score,
        (),
        tuple((other, stated[other, column][0]) for other, _ in having[:_SUGGESTED_BY]),
    )


def _similarities(having: Mapping[str, set[str]], rows: Sequence[str]) -> dict[str, list[tuple[str, float]]]:
    """The rows most similar to each of some rows, with the cosine of what they have."""
    of_column: defaultdict[str, list[str]] = defaultdict(list)
    for row in sorted(having):
        for column in having[row]:
            of_column[column].append(row)
    weight = {column: math.log1p(len(having) / len(found)) ** 2 for column, found in of_column.items()}

    def length(row: str) -> float:
        return math.sqrt(math.fsum(weight[column] for column in having[row]))

    similar = {}
    for row in rows:
        products: defaultdict[str, float] = defaultdict(float)
        for column in sorted(having[row]):
            for other in of_column[column]:
                products[other] += weight[column]
        products.pop(row, None)
        cosines = {
            other: round(value / (length(row) * length(other)), 9) for other, value in products.items()
        }
        similar[row] = sorted(cosines.items(), key=lambda item: (-item[1], item[0]))[:_SIMILAR]
    return similar
