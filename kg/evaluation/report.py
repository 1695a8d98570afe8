"""An evaluation as text: tables for a terminal, Markdown, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from kg.errors import UsageError
from kg.evaluation.calibration import SURE, Calibration
from kg.evaluation.errors import ErrorExample, ErrorKind
from kg.evaluation.evaluate import Evaluation
from kg.evaluation.resolution import ClusterError, ResolutionScores
from kg.evaluation.scoring import Score

__all__ = ["EVALUATION_FORMATS", "render_evaluation"]

EVALUATION_FORMATS: Final = ("table", "json", "markdown")
"""What ``render_evaluation`` writes, the default first."""

_EXAMPLES = 3
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$])")


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: int
    """So many columns after the first are numbers; the others are texts."""
    note: str = ""


def render_evaluation(evaluation: Evaluation, format: str = "table", *, errors: int = 0) -> str:
    """An evaluation as text, without a line feed at its end.

    Args:
        evaluation: What `evaluate` gave.
        format: One of ``EVALUATION_FORMATS``. Precision, recall and F1 are in per cent throughout.
        errors: How many kinds of errors to give, the commonest, with examples.

    Raises:
        UsageError: There is no such format.
    """
    if format not in EVALUATION_FORMATS:
        raise UsageError(f"there is no format {format!r}; choose from {', '.join(EVALUATION_FORMATS)}")
    if format == "json":
        return json.dumps(_as_dict(evaluation, errors), ensure_ascii=False, indent=2)
    render = _table if format == "table" else _markdown
    return "\n\n".join("\n".join(render(section)) for section in _sections(evaluation, errors))


def _sections(evaluation: Evaluation, errors: int) -> Iterator[_Section]:
    scores = evaluation.scores
    yield _Section(
        f"Scores of {scores.papers:,} papers, in %",
        ("", "P", "R", "F1", "right", "predicted", "gold"),
        tuple(
            (name, *_percents(one.precision, one.recall, one.f1), *_counts(one.hits, one.predicted, one.gold))
            for name, one in (*scores.levels.items(), *scores.types.items())
        ),
        6,
    )
    if errors:
        kinds = evaluation.errors
        yield _Section(
            f"The commonest of {len(kinds):,} kinds of errors",
            ("kind", "count", "examples"),
            tuple(
                (one.kind, f"{one.count:,}", "; ".join(map(_example, one.examples[:_EXAMPLES])))
                for one in kinds[:errors]
            ),
            1,
        )
    if evaluation.calibration:
        yield _reliability(evaluation.calibration)
    if evaluation.resolution:
        yield from _clusters(evaluation.resolution)


def _example(one: ErrorExample) -> str:
    if one.gold and one.predicted and one.gold != one.predicted:
        return f"{one.predicted} for {one.gold} [{one.paper}]"
    return f"{one.gold or one.predicted} [{one.paper}]"


def _reliability(one: Calibration) -> _Section:
    return _Section(
        f"Confidence of {one.claims:,} claims",
        ("confidence", "claims", "mean", "right"),
        tuple(
            (f"{b.low:.1f}-{b.high:.1f}", f"{b.claims:,}", f"{b.confidence:.2f}", f"{b.right:.2f}")
            for b in one.bins
            if b.claims
        ),
        3,
        f"Expected calibration error {one.expected_error:.3f}. "
        f"Right are {one.sure_precision:.1f}% of the {one.sure:,} claims with {SURE} or more.",
    )


def _clusters(one: ResolutionScores) -> Iterator[_Section]:
    yield _Section(
        f"Resolution of the annotated names: {one.items:,} in {one.gold_clusters:,} entities",
        ("", "P", "R", "F1"),
        (("pairwise", *_percents(*one.pairwise)), ("B-cubed", *_percents(*one.b_cubed))),
        3,
        f"The resolver makes {one.clusters:,} entities. "
        f"Left out: {one.left_out:,} abbreviations that may mean several things.",
    )
    for title, clusters in (("Merged too much", one.merged), ("Split", one.split)):
        if clusters:
            yield _Section(
                title,
                ("entity", "pairs", "parts"),
                tuple(
                    (c.label, f"{c.pairs:,}", "; ".join(f"{part} ×{count}" for part, count in c.parts))
                    for c in clusters
                ),
                1,
            )


def _percents(*values: float) -> tuple[str, ...]:
    return tuple(f"{value:.1f}" for value in values)


def _counts(*values: int) -> tuple[str, ...]:
    return tuple(f"{value:,}" for value in values)


def _table(section: _Section) -> Iterator[str]:
    yield section.title
    rows = [section.header, *section.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if 1 <= number <= section.numeric else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
    if section.note:
        yield section.note


def _markdown(section: _Section) -> Iterator[str]:
    yield f"**{section.title}**"
    yield ""
    yield _line(section.header)
    yield _line(["---:" if 1 <= n <= section.numeric else "---" for n in range(len(section.header))])
    for row in section.rows:
        yield _line([_MARKUP.sub(r"\\\1", cell) for cell in row])
    if section.note:
        yield ""
        yield section.note


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _as_dict(evaluation: Evaluation, errors: int) -> dict[str, Any]:
    scores, calibration, resolution = evaluation.scores, evaluation.calibration, evaluation.resolution
    value: dict[str, Any] = {
        "papers": scores.papers,
        "levels": {name: _score(one) for name, one in scores.levels.items()},
        "types": {name: _score(one) for name, one in scores.types.items()},
    }
    if errors:
        value["errors"] = [_error(one) for one in evaluation.errors[:errors]]
    if calibration:
        value["calibration"] = {**asdict(calibration), "sure_precision": calibration.sure_precision}
    if resolution:
        value["resolution"] = {
            "items": resolution.items,
            "left_out": resolution.left_out,
            "gold_clusters": resolution.gold_clusters,
            "clusters": resolution.clusters,
            "pairwise": _shares(resolution.pairwise),
            "b_cubed": _shares(resolution.b_cubed),
            "merged": [_cluster(one) for one in resolution.merged],
            "split": [_cluster(one) for one in resolution.split],
        }
    return value


def _score(one: Score) -> dict[str, float]:
    counts = {"right": one.hits, "predicted": one.predicted, "gold": one.gold}
    return {**_shares((one.precision, one.recall, one.f1)), **counts}


def _shares(shares: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip(("precision", "recall", "f1"), shares, strict=True))


def _error(one: ErrorKind) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "count": one.count,
        "examples": [asdict(example) for example in one.examples],
    }


def _cluster(one: ClusterError) -> dict[str, Any]:
    return {
        "entity": one.label,
        "pairs": one.pairs,
        "parts": [{"entity": part, "names": count} for part, count in one.parts],
    }
