"""What is learnt, from annotated papers and an arXiv metadata file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from kg.evaluation import PaperRecord
from kg.evaluation.records import read_metadata
from kg.extraction.confidence import Confidence, save_confidence
from kg.extraction.lexicon import Lexicon
from kg.extraction.linear import LinearModel, log_softmax, save_json, softmax, unpacked
from kg.extraction.network import save_network
from kg.extraction.parameters import MODEL_FILES, load_parameters
from kg.files import replacing
from kg.progress import Progress
from kg.records import ENTITY_TYPES, Vocabulary
from kg.training.calibrate import calibrate
from kg.training.examples import Example, label, read_examples
from kg.training.features import NOTHING, describe, score
from kg.training.linear import Fitted, fit_aliases, fit_names, fit_relations, fit_results
from kg.training.networks import Item, SpanNetwork, bare_item, fit_network, make_item, probabilities
from kg.training.options import TrainingOptions, TrainingReport
from kg.training.pretraining import pretrain
from kg.training.words import WordVectors, count_barriers, lexicon_value, make_lexicon, word_vectors
from kg.vocabulary import load_vocabulary

__all__ = ["learn"]

_CHUNK = 500


def learn(
    papers: Sequence[PaperRecord],
    metadata: Path,
    folder: Path,
    *,
    unseen: Mapping[str, PaperRecord],
    files: Sequence[str],
    options: TrainingOptions,
    workers: int,
    report: Progress,
) -> TrainingReport:
    """Learn, and write the folder; see `kg.training.train`."""
    vocabulary = load_vocabulary()
    report("Counting words", 0, None)
    texts = (f"{title} . {abstract}" for _, title, abstract in read_metadata(metadata))
    vectors = word_vectors(texts, seed=options.seed)
    examples = list(read_examples(papers, vocabulary))
    barriers = count_barriers(examples)
    lexicon = make_lexicon(barriers, vectors)

    rows = {word: 1 + row for row, word in enumerate(lexicon.clusters)}
    items = [_gold_item(example, lexicon, rows) for example in examples]
    count = options.teachers if options.unlabelled else 0
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = _fit_linear_models(pool, examples, lexicon)
        encoder = _pretrain(metadata, vocabulary, lexicon, rows, vectors, options, report)
        fit_teacher = partial(fit_network, items, options.teacher, lexicon, vectors, start=encoder)
        teacher_jobs = [pool.submit(fit_teacher, seed=options.seed + number) for number in range(count)]
        waited = [*jobs.values(), *teacher_jobs]
        report("Learning from annotations", 0, len(waited))
        for done, _ in enumerate(as_completed(waited), 1):
            report("Learning from annotations", done, len(waited))
    fitted = {name: job.result() for name, job in jobs.items()}
    fitted["numbers"], fitted["links"] = fitted.pop("results")
    teachers = [job.result() for job in teacher_jobs]
    names = unpacked(fitted.pop("names"))
    annotated = {paper.id for paper in papers} | set(unseen)
    labelled: list[Item] = []
    others = _draw(metadata, options.unlabelled if teachers else 0, options.seed, without=annotated)
    unlabelled = read_examples(others, vocabulary)
    while chunk := list(islice(unlabelled, _CHUNK)):
        labelled.extend(_label(chunk, teachers, names, options.share, lexicon, rows))
        report("Labelling abstracts", len(labelled), options.unlabelled)
    network = fit_network(
        items + labelled,
        options.student if labelled else options.teacher,
        lexicon,
        vectors,
        start=encoder,
        seed=options.seed,
        progress=_stage(report, "Training the network"),
    )
    _write(folder, lexicon_value(barriers, vectors), fitted, network, options, files)
    if unseen:
        report("Calibrating", 0, None)
        confidence = calibrate(load_parameters(folder), unseen, vocabulary)
        save_confidence(confidence, folder / "confidence.json")
    size = sum((folder / name).stat().st_size for name in MODEL_FILES)
    return TrainingReport(folder, len(papers), len(labelled), size)


def _fit_linear_models(
    pool: Executor, examples: Sequence[Example], lexicon: Lexicon
) -> dict[str, Future[Any]]:
    """The linear models by name, as they will be; ``results`` are two."""
    fits = {"names": fit_names, "aliases": fit_aliases, "relations": fit_relations, "results": fit_results}
    return {name: pool.submit(fit, examples, lexicon) for name, fit in fits.items()}


def _pretrain(
    metadata: Path,
    vocabulary: Vocabulary,
    lexicon: Lexicon,
    rows: dict[str, int],
    vectors: WordVectors,
    options: TrainingOptions,
    report: Progress,
) -> SpanNetwork | None:
    """A network that has guessed hidden words of abstracts."""
    items: list[Item] = []
    drawn = _draw(metadata, options.pretraining.texts, options.seed)
    for example in read_examples(drawn, vocabulary):
        items.append(bare_item(example.context, rows))
        if len(items) % _CHUNK == 0:
            report("Reading abstracts", len(items), None)
    if not items:
        return None
    return pretrain(
        items,
        options.teacher,
        options.pretraining,
        lexicon,
        vectors,
        seed=options.seed,
        progress=_stage(report, "Guessing hidden words"),
    )


def _stage(report: Progress, name: str) -> Callable[[int, int], None]:
    return lambda done, total: report(name, done, total)


def _draw(metadata: Path, count: int, seed: int, *, without: Collection[str] = ()) -> Iterator[PaperRecord]:
    """Papers that have an abstract, drawn by lot, in the order of the file."""
    if not count:
        return
    ids = {id_ for id_, _, abstract in read_metadata(metadata) if id_ not in without and abstract}
    drawn = set(sorted(ids, key=partial(_lot, seed))[:count])
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
    share: float,
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
        mixed = softmax((share * types + (1 - share) * linear[n]).astype(np.float32))
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
    files: Sequence[str],
) -> None:
    save_json(lexicon, folder / "lexicon.json.gz")
    for name, model in fitted.items():
        save_json(model, folder / f"{name}.json.gz")
    save_confidence(Confidence(), folder / "confidence.json")
    save_network(network.arrays(), folder / "network.npz")
    value = {"annotations": list(files), **asdict(options)}
    with replacing(folder / "training.json") as path:
        path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
