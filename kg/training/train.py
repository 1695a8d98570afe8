"""Training the extractor as one call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from kg.errors import KgError
from kg.evaluation import PaperRecord, read_records, with_texts
from kg.progress import Progress
from kg.records import ENTITY_TYPES
from kg.training.options import TrainingOptions, TrainingReport

__all__ = ["train"]


def train(
    annotations: str | Path | Sequence[str | Path],
    metadata: str | Path,
    *,
    output: str | Path = "output/model",
    calibration: str | Path | None = None,
    options: TrainingOptions | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> TrainingReport:
    """Train all that the extractor has learnt.

    Word vectors and clusters are counted over the metadata file, and a network learns to guess hidden words
    of its abstracts; linear models, and teacher networks that begin with that one, learn from the annotated
    papers; teachers and linear model together label other abstracts, and one network, which begins like them,
    learns from those and the annotations. On one machine, the same input gives the same files.

    Args:
        annotations: Files of records, with or without the papers' text.
        metadata: An arXiv metadata file: JSON Lines, gzipped or not, with ``id``, ``title`` and ``abstract``.
        output: The folder to write; ``--extractor-option model=FOLDER`` reads it.
        calibration: Annotated papers, none of them among ``annotations``, on which confidence is calibrated;
            without them it is what the models say. The teachers don't label them.
        options: What to do otherwise than the packaged model was trained.
        workers: How many processes learn from the annotations. With more than one, a script must call this
            under ``if __name__ == "__main__"``.
        progress: Called as the work goes on.

    Raises:
        KgError: A file can't be read, there is too little to learn from, or the extra ``train`` is not
            installed.
    """
    try:
        from kg.training.learn import learn  # needs the extra
    except ImportError as error:
        raise KgError(f"training needs {error.name}; install paperkg[train]") from error
    report = progress or (lambda stage, done, total: None)
    files = [annotations] if isinstance(annotations, str | Path) else list(annotations)
    records: dict[str, PaperRecord] = {}
    for file in files:
        for id_, record in read_records(file).items():
            if id_ in records:
                raise KgError(f"the paper {id_} is annotated in an earlier file too", where=str(file))
            records[id_] = record
    _check(records.values(), files)
    seen = with_texts(records, metadata, progress=report)
    unseen: dict[str, PaperRecord] = {}
    if calibration is not None:
        unseen = read_records(calibration)
        if both := [id_ for id_ in unseen if id_ in seen]:
            raise KgError(
                f"the paper {both[0]} is learnt from too; calibrate on papers that are not",
                where=str(calibration),
            )
        unseen = with_texts(unseen, metadata, progress=report)
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KgError(f"can't be made: {error.strerror}", where=str(output)) from error
    return learn(
        list(seen.values()),
        Path(metadata),
        folder,
        unseen=unseen,
        files=[Path(file).name for file in files],
        options=options or TrainingOptions(),
        workers=workers,
        report=report,
    )


def _check(papers: Collection[PaperRecord], files: Sequence[str | Path]) -> None:
    where = ", ".join(map(str, files))
    types = {entity.type for paper in papers for entity in paper.entities}
    for name in ENTITY_TYPES:
        if name not in types:
            raise KgError(
                f"no paper names a {name}, so it can't be learnt; annotate more papers", where=where
            )
    if not any(paper.results for paper in papers):
        raise KgError("no paper reports a result, so they can't be learnt; annotate more papers", where=where)
