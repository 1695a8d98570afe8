"""What a collection does not show: methods that no paper has with a benchmark or a task."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Final, Literal, TypeAlias

from kg.maps.options import MapOptions
from kg.maps.records import Gap, GapState, GapTable, MapClaim, MapEntity, MapResult
from kg.records import EntityType, Relation

ROWS: Final = 40
COLUMNS: Final = 25
_SIMILAR: Final = 50
_SUGGESTED_BY: Final = 3

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

_ORDER: Final[tuple[GapState, ...]] = ("not seen in this collection", "stated", "not possible by type")

_Pairs: TypeAlias = Mapping[tuple[str, str], tuple[str, ...]]
"""The papers that state each row with each column."""


def gap_tables(
    entities: Mapping[str, MapEntity],
    claims: Mapping[str, MapClaim],
    results: Iterable[MapResult],
    options: MapOptions,
) -> dict[Literal["Benchmark", "Task"], GapTable]:
    """The tables of gaps against benchmarks and against tasks.

    Rows are those that most papers do more with than mention them; of those that a single paper has, there
    is only the first that it introduces, by title and confidence. Columns are those that most rows have. A
    cell is stated where a paper has both: it does more than mention the row, and is scored on the benchmark
    or addresses the task. The score of a cell that is not seen tells how much the neighbours suggest it, 0 to
    1:

        sum of s(m, q) over papers q that have the column / (1 + sum of s(m, q) over all papers q),

    where s(m, q) is the similarity of row m to the most similar row of paper q, among the rows most similar
    to m. Two rows are as similar as the cosine of the benchmarks and tasks that they have, each weighted by
    ``ln(1 + rows / rows that have it)``: item-based collaborative filtering (Sarwar and others 2001,
    doi:10.1145/371920.372071). The 1 keeps a single neighbour from suggesting much.
    """
    rows_of: defaultdict[str, set[str]] = defaultdict(set)
    introduced: dict[str, list[MapClaim]] = {}
    columns_of: dict[str, defaultdict[str, set[str]]] = {kind: defaultdict(set) for kind in POSSIBLE}
    for claim in claims.values():
        kind = entities[claim.entity].type
        if kind in options.gap_types and claim.relation != "mentions":
            rows_of[claim.entity].add(claim.paper)
            if claim.relation == "introduces":
                introduced.setdefault(claim.paper, []).append(claim)
        if kind in columns_of and claim.relation in _COLUMN_RELATIONS[kind]:
            columns_of[kind][claim.entity].add(claim.paper)
    stated = {kind: _stated(rows_of, columns) for kind, columns in columns_of.items()}
    for result in results:
        subject, benchmark = result.subject, result.benchmark
        if subject and benchmark and entities[subject].type in options.gap_types:
            rows_of[subject].add(result.paper)
            stated["Benchmark"].setdefault((subject, benchmark), set()).add(result.paper)
    pairs = {
        kind: {pair: tuple(sorted(papers)) for pair, papers in sorted(found.items())}
        for kind, found in stated.items()
    }
    having: defaultdict[str, set[str]] = defaultdict(set)
    for found in pairs.values():
        for row, column in found:
            having[row].add(column)
    similarity = _Similarity(having)
    own = {min(of, key=_rank).entity for of in introduced.values()}
    return {
        "Benchmark": _table("Benchmark", entities, pairs["Benchmark"], rows_of, own, similarity),
        "Task": _table("Task", entities, pairs["Task"], rows_of, own, similarity),
    }


def _rank(claim: MapClaim) -> tuple[bool, float, str]:
    return all(quote.field != "title" for quote in claim.quotes), -claim.confidence, claim.entity


def _stated(
    rows_of: Mapping[str, set[str]], columns: Mapping[str, set[str]]
) -> dict[tuple[str, str], set[str]]:
    of_paper: defaultdict[str, list[str]] = defaultdict(list)
    for column, papers in columns.items():
        for paper in papers:
            of_paper[paper].append(column)
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row, papers in rows_of.items():
        for paper in papers:
            for column in of_paper.get(paper, ()):
                if column != row:
                    found[row, column].add(paper)
    return dict(found)


def _table(
    kind: Literal["Benchmark", "Task"],
    entities: Mapping[str, MapEntity],
    pairs: _Pairs,
    rows_of: Mapping[str, set[str]],
    own: Set[str],
    similarity: _Similarity,
) -> GapTable:
    of_column = Counter(column for _, column in pairs)
    columns = sorted(of_column, key=lambda column: (-of_column[column], column))[:COLUMNS]
    kept = set(columns)
    of_row = Counter(row for row, column in pairs if column in kept)
    told = [row for row in of_row if row in own or len(rows_of[row]) > 1] or list(of_row)
    rows = sorted(told, key=lambda row: (-len(rows_of[row]), -of_row[row], row))[:ROWS]

    columns_of: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for (row, column), papers in pairs.items():
        columns_of[row][column] = papers
    cells = []
    for row in rows:
        possible = entities[row].type in POSSIBLE[kind]
        cells += _cells(row, columns, possible, columns_of, similarity.most(row))
    places = {slug: place for place, slug in enumerate([*rows, *columns])}
    cells.sort(key=lambda gap: (_ORDER.index(gap.state), -gap.score, places[gap.row], places[gap.column]))
    return GapTable(tuple(rows), tuple(columns), tuple(cells))


def _cells(
    row: str,
    columns: Sequence[str],
    possible: bool,
    columns_of: Mapping[str, Mapping[str, tuple[str, ...]]],
    similar: Sequence[tuple[str, float]],
) -> list[Gap]:
    """The cells of a row."""
    best: dict[str, float] = {}
    by_column: defaultdict[str, dict[str, tuple[str, float]]] = defaultdict(dict)
    for other, value in similar:
        for column, papers in columns_of[other].items():
            for paper in papers:
                best.setdefault(paper, value)  # the most similar come first
                by_column[column].setdefault(paper, (other, value))
    total = 1 + math.fsum(best.values())
    cells = []
    for column in columns:
        papers = columns_of[row].get(column, ())
        if row == column or not possible:
            cells.append(Gap(row, column, "not possible by type", 0.0, (), ()))
        elif papers:
            cells.append(Gap(row, column, "stated", 0.0, papers, ()))
        else:
            having = by_column[column]
            score = round(math.fsum(value for _, value in having.values()) / total, 6)
            by = tuple((other, paper) for paper, (other, _) in list(having.items())[:_SUGGESTED_BY])
            cells.append(Gap(row, column, "not seen in this collection", score, (), by))
    return cells


class _Similarity:
    """How similar rows are, by the columns that they have."""

    def __init__(self, having: Mapping[str, Set[str]]) -> None:
        self._columns = {row: sorted(columns) for row, columns in sorted(having.items())}
        self._rows: defaultdict[str, list[str]] = defaultdict(list)
        for row, columns in self._columns.items():
            for column in columns:
                self._rows[column].append(row)
        self._weights = {
            column: math.log1p(len(having) / len(rows)) ** 2 for column, rows in self._rows.items()
        }
        self._lengths = {
            row: math.sqrt(math.fsum(self._weights[column] for column in columns))
            for row, columns in self._columns.items()
        }

    def most(self, row: str) -> list[tuple[str, float]]:
        """The rows most similar to a row, with the cosine of what they have."""
        products: defaultdict[str, float] = defaultdict(float)
        for column in self._columns[row]:
            for other in self._rows[column]:
                products[other] += self._weights[column]
        products.pop(row, None)
        cosines = {
            other: round(value / (self._lengths[row] * self._lengths[other]), 9)
            for other, value in products.items()
        }
        return sorted(cosines.items(), key=lambda item: (-item[1], item[0]))[:_SIMILAR]
