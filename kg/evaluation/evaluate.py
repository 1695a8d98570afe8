"""Evaluation as one call: an extractor, a graph or a file of records against annotated papers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import KgError, UsageError
from kg.evaluation.calibration import Calibration, calibration
from kg.evaluation.errors import ErrorKind, error_kinds
from kg.evaluation.records import PaperRecord, as_record, parse_record, read_records, with_texts
from kg.evaluation.resolution import ResolutionScores, resolution_scores
from kg.evaluation.scoring import Scores, score
from kg.progress import Progress
from kg.rdf import open_store, paper_records
from kg.records import Extraction
from kg.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from kg.extraction import CheckedExtractor

__all__ = ["Evaluation", "evaluate", "extracted_records", "graph_records"]

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How well extraction agrees with annotated papers."""

    scores: Scores
    errors: tuple[ErrorKind, ...]
    """Every kind of error, the commonest first."""
    calibration: Calibration | None = None
    resolution: ResolutionScores | None = None


def evaluate(
    gold: str | Path,
    *,
    graph: str | None = None,
    records: str | Path | None = None,
    extractor: str | None = None,
    extractor_options: Mapping[str, str] | None = None,
    metadata: str | Path | None = None,
    calibration: bool = False,
    resolution: bool = False,
    progress: Progress | None = None,
) -> Evaluation:
    """Score extraction against annotated papers; by default what the packaged extractor reads in their texts.

    Args:
        gold: Annotated papers in the form of the annotation guidelines, JSON Lines, gzipped or not, with or
            without the papers' text; see `kg.evaluation.read_records`.
        graph: Score this graph: a build's output folder, a graph file or a SPARQL endpoint.
        records: Score this file of records, in the form of ``gold``.
        extractor: Score this extractor, by its name; see `kg.extraction.make_extractor`.
        extractor_options: What that extractor takes.
        metadata: arXiv metadata that holds the texts, where ``gold`` lacks them and they are to be read.
        calibration: Also compare confidence with correctness; see `kg.evaluation.calibration`.
        resolution: Also measure how the annotated names are brought together across papers; see
            `kg.evaluation.resolution_scores`.
        progress: Called as the work goes on.

    Raises:
        UsageError: Several things to score are given.
        KgError: A file can't be read, or a paper of ``gold`` has no text or no prediction.
    """
    if sum(one is not None for one in (graph, records, extractor)) > 1:
        raise UsageError("give one thing to score: a graph, a file of records or an extractor")
    truth = read_records(gold)
    if records is not None:
        where, predicted = str(records), read_records(records)
    elif graph is not None:
        where, predicted = graph, graph_records(graph, progress=progress)
    else:
        if metadata is not None:
            truth = with_texts(truth, metadata, progress=progress)
        _require_texts(truth, gold)
        reader = _extractor(extractor, extractor_options)
        where, predicted = str(gold), extracted_records(truth, reader, progress=progress)
    if missing := [id_ for id_ in truth if id_ not in predicted]:
        raise KgError(
            f"{len(missing):,} of the {len(truth):,} papers of {gold} are not in it ({_some(missing)}); "
            "score what was read from all of them",
            where=where,
        )
    if progress:
        progress("Scoring", 0, None)
    return Evaluation(
        scores=score(truth, predicted),
        errors=error_kinds(truth, predicted),
        calibration=_calibration(truth, predicted, where) if calibration else None,
        resolution=resolution_scores(truth, load_vocabulary()) if resolution else None,
    )


def extracted_records(
    papers: Mapping[str, PaperRecord],
    extractor: CheckedExtractor,
    *,
    progress: Progress | None = None,
) -> dict[str, PaperRecord]:
    """What an extractor reads in the texts of some papers, by paper id."""

    def extractions() -> Iterator[Extraction]:
        texts = ((paper.title, paper.abstract) for paper in papers.values())
        for done, outcome in enumerate(extractor.extract_many(texts), 1):
            if progress:
                progress("Reading abstracts", done, len(papers))
            yield outcome.extraction or Extraction()

    return {
        paper.id: as_record(paper, extraction)
        for paper, extraction in zip(papers.values(), extractions(), strict=True)
    }


def graph_records(graph: str, *, progress: Progress | None = None) -> dict[str, PaperRecord]:
    """What a graph says of its papers, by paper id.

    Args:
        graph: A build's output folder, a graph file or a SPARQL endpoint.
        progress: Called as papers are read.
    """
    found: dict[str, PaperRecord] = {}
    for value in paper_records(open_store(graph), confidences=True):
        record = parse_record(value, where=graph)
        found[record.id] = record
        if progress:
            progress("Reading the graph", len(found), None)
    return found


def _extractor(name: str | None, options: Mapping[str, str] | None) -> CheckedExtractor:
    from kg.extraction import DEFAULT_EXTRACTOR, make_extractor  # slow to import, and not always needed

    return make_extractor(name or DEFAULT_EXTRACTOR, load_vocabulary(), options)


def _calibration(
    gold: Mapping[str, PaperRecord], predicted: Mapping[str, PaperRecord], where: str
) -> Calibration:
    try:
        return calibration(gold, predicted)
    except KgError as error:
        raise KgError(error.message, where=where) from error


def _require_texts(gold: Mapping[str, PaperRecord], path: str | Path) -> None:
    if missing := [id_ for id_, record in gold.items() if not record.title]:
        raise KgError(
            f"{len(missing):,} of {len(gold):,} papers have no title ({_some(missing)}); "
            "give the arXiv metadata that holds their texts with --metadata",
            where=str(path),
        )


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (", …" if len(ids) > _SHOWN else "")
