"""Training the extractor: one command, from annotations, an arXiv metadata file and a seed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from kg.errors import KgError
from kg.evaluation import PaperRecord, read_records, with_texts
from kg.evaluation.records import read_metadata
from kg.extraction.candidates import describe
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import LinearModel, log_softmax, save_json, softmax
from kg.extraction.mentions import NETWORK, NOTHING, score
from kg.extraction.network import save_network
from kg.extraction.parameters import MODEL_FILES
from kg.files import replacing
from kg.records import ENTITY_TYPES
from kg.training.examples import Example, label, read_examples
from kg.training.linear import Fitted, fit_names, fit_relations, fit_results, unpacked
from kg.training.networks import Item, NetworkOptions, SpanNetwork, fit_network, make_item, probabilities
from kg.training.words import WordVectors, count_barriers, lexicon_value, make_lexicon, word_vectors
from kg.vocabulary import load_vocabulary

__all__ = ["TrainingOptions", "TrainingReport", "train"]

Progress = Callable[[str, int, int | None], None]
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How the extractor is trained; written beside what comes of it."""

    seed: int = 0
    teachers: int = 2
    """Networks trained on the annotations alone, which together label other abstracts."""
    unlabelled: int = 10_000
    """How many other abstracts they label for the network that is kept (self-training with an ensemble)."""
    teacher: NetworkOptions = field(default_factory=NetworkOptions)
    student: NetworkOptions = field(
        default_factory=lambda: NetworkOptions(dropout=0.1, word_dropout=0.1, epochs=4)
    )


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What was trained on, and where it lies."""

    folder: Path
    annotated: int
    labelled: int
    """Abstracts that the teachers labelled."""
    size: int
    """Of the files, in bytes."""


def train(
    annotations: str | Path | Sequence[str | Path],
    metadata: str | Path,
    output: str | Path = "output/model",
    *,
    options: TrainingOptions | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> TrainingReport:
    """Train all that the extractor has learnt.

    Word vectors and clusters are counted over the metadata file; linear models and teacher networks learn
    from the annotated papers; teachers and linear model together label other abstracts, and one network
    learns from those and the annotations. On one machine, the same input gives the same files.

    Args:
        annotations: Files of records, with or without the papers' text.
        metadata: An arXiv metadata file: JSON Lines, gzipped or not, with ``id``, ``title`` and ``abstract``.
        output: The folder to write; ``Extractor`` and ``--extractor-option model=`` read it.
        options: What to do otherwise than the shipped model was trained.
        workers: How many processes learn from the annotations. With more than one, a script must call this
            under ``if __name__ == "__main__"``.
        progress: Called as the work goes on.

    Raises:
        KgError: A file can't be read, or there is too little to learn from.
    """
    options = options or TrainingOptions()
    report = progress or (lambda stage, done, total: None)
    folder = Path(output)
    files = [annotations] if isinstance(annotations, str | Path) else list(annotations)
    papers = _annotated(files, metadata, report)
    _check(papers)
    vocabulary = load_vocabulary()
    texts = (f"{title} . {abstract}" for _, title, abstract in read_metadata(metadata))
    report("Counting words", 0, None)
    vectors = word_vectors(texts, seed=options.seed)
    examples = list(read_examples(papers, vocabulary))
    barriers = count_barriers(examples)
    lexicon = make_lexicon(barriers, vectors)

    rows = {word: 1 + row for row, word in enumerate(lexicon.clusters)}
    items = [_gold_item(example, lexicon, rows) for example in examples]
    fitted, teachers = _learn_from_annotations(examples, items, lexicon, vectors, options, workers, report)
    names = unpacked(fitted["names"])
    known = {paper.id for paper in papers}
    labelled: list[Item] = []
    others = read_examples(_others(metadata, known, options), vocabulary)
    while chunk := list(islice(others, _CHUNK)):
        labelled.extend(_label(chunk, teachers, names, lexicon, rows))
        report("Labelling abstracts", len(labelled), options.unlabelled)
    network = fit_network(
        items + labelled,
        options.student,
        lexicon,
        vectors,
        seed=options.seed,
        progress=_stage(report, "Training the network"),
    )
    _write(folder, lexicon_value(barriers, vectors), fitted, network, options, files)
    size = sum((folder / name).stat().st_size for name in MODEL_FILES)
    return TrainingReport(folder, len(papers), len(labelled), size)


def _learn_from_annotations(
    examples: Sequence[Example],
    items: Sequence[Item],
    lexicon: Lexicon,
    vectors: WordVectors,
    options: TrainingOptions,
    workers: int,
    report: Progress,
) -> tuple[dict[str, Fitted], list[SpanNetwork]]:
    """The linear models by name, and the teachers."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        names = pool.submit(fit_names, examples, lexicon)
        teachers = [
            pool.submit(fit_network, items, options.teacher, lexicon, vectors, seed=options.seed + number)
            for number in range(options.teachers)
        ]
        relations = pool.submit(fit_relations, examples, lexicon)
        results = pool.submit(fit_results, examples, lexicon)
        jobs: list[Future[Any]] = [names, relations, results, *teachers]
        report("Learning from annotations", 0, len(jobs))
        for done, _ in enumerate(as_completed(jobs), 1):
            report("Learning from annotations", done, len(jobs))
    numbers, links = results.result()
    fitted = {
        "names": names.result(),
        "relations": relations.result(),
        "numbers": numbers,
        "links": links,
    }
    return fitted, [teacher.result() for teacher in teachers]


def _stage(report: Progress, name: str) -> Callable[[int, int], None]:
    return lambda done, total: report(name, done, total)


def _annotated(files: Sequence[str | Path], metadata: str | Path, report: Progress) -> list[PaperRecord]:
    records: dict[str, PaperRecord] = {}
    for file in files:
        for id_, record in read_records(file).items():
            if id_ in records:
                raise KgError(f"the paper {id_} is annotated in an earlier file too", where=str(file))
            records[id_] = record
    return list(with_texts(records, metadata, progress=report).values())


def _check(papers: Sequence[PaperRecord]) -> None:
    types = {entity.type for paper in papers for entity in paper.entities}
    lacking = [name for name in ENTITY_TYPES if name not in types]
    if lacking:
        raise KgError(f"no annotated paper names a {lacking[0]}, so it can't be learnt; annotate more papers")
    if not any(paper.results for paper in papers):
        raise KgError("no annotated paper reports a result, so they can't be learnt; annotate more papers")


def _others(metadata: str | Path, known: set[str], options: TrainingOptions) -> Iterable[PaperRecord]:
    """Papers that are not annotated, drawn at random, in the order of the file."""
    ids = {id_ for id_, _, abstract in read_metadata(metadata) if id_ not in known and abstract}
    drawn = set(sorted(ids, key=partial(_lot, options.seed))[: options.unlabelled])
    for id_, title, abstract in read_metadata(metadata):
        if id_ in drawn:
            drawn.discard(id_)
            yield PaperRecord(id_, title=title, abstract=abstract)


def _lot(seed: int, id_: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{id_}".encode()).digest()


def _gold_item(example: Example, lexicon: Lexicon, rows: dict[str, int]) -> Item:
    candidates = example.candidates(lexicon)
    labels, relations = label(example, candidates)
    return make_item(example.context, candidates, rows, np.eye(1 + len(ENTITY_TYPES))[labels], relations)


def _label(
    examples: Sequence[Example],
    teachers: Sequence[SpanNetwork],
    names: LinearModel,
    lexicon: Lexicon,
    rows: dict[str, int],
) -> list[Item]:
    """What teachers and the linear model of names together say of texts, as items to learn from."""
    order = [names.classes.index(name) for name in (NOTHING, *ENTITY_TYPES)]
    blank: list[Item] = []
    linear = []
    for example in examples:
        candidates = example.candidates(lexicon)
        if not candidates.spans:
            continue
        known = example.context
        linear.append(
            log_softmax(score(candidates.spans, describe(candidates, known, lexicon), names)[:, order])
        )
        nothing = np.zeros((len(candidates.spans), 0))
        blank.append(make_item(known, candidates, rows, nothing, nothing))
    said = [probabilities(teacher, blank) for teacher in teachers]
    items: list[Item] = []
    for n, item in enumerate(blank):
        types = np.mean([np.log(one[n][0] + 1e-9) for one in said], axis=0)
        relations = np.mean([one[n][1] for one in said], axis=0)
        mixed = softmax((NETWORK * types + (1 - NETWORK) * linear[n]).astype(np.float32))
        items.append(
            Item(
                item.rows,
                item.flags,
                item.spans,
                item.marks,
                mixed.astype(np.float16),
                relations.astype(np.float16),
            )
        )
    return items


def _write(
    folder: Path,
    lexicon: dict[str, object],
    fitted: dict[str, Fitted],
    network: SpanNetwork,
    options: TrainingOptions,
    files: Sequence[str | Path],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_json(lexicon, folder / "lexicon.json.gz")
    for name, model in fitted.items():
        save_json(model, folder / f"{name}.json.gz")
    save_network(network.arrays(), folder / "network.npz")
    value = {"annotations": [Path(file).name for file in files], **asdict(options)}
    with replacing(folder / "training.json") as path:
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
