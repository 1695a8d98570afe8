"""Fitting the linear models of names, of the paper's relations to them, of numbers and of their names."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from kg.evaluation.records import EntityRecord, ResultRecord
from kg.evaluation.scoring import normal
from kg.extraction.aliases import DIFFERENT, SAME, alias_cues, alias_pairs
from kg.extraction.candidates import Candidates
from kg.extraction.lexicon import Lexicon
from kg.extraction.relations import mention_cues, own_cues
from kg.extraction.results import (
    OTHER,
    Naming,
    around,
    find_places,
    link_cues,
    number_cues,
    sentence_mentions,
)
from kg.records import ENTITY_TYPES, RELATIONS
from kg.training.examples import Example, gold_names, label
from kg.training.features import NOTHING, Features, describe

__all__ = ["fit_aliases", "fit_names", "fit_relations", "fit_results", "fit_spans", "packed"]

SCALE = 0.03
"""What weights are rounded to."""
PRUNE = 3
"""The least weight, in units of ``SCALE``, that keeps a feature."""
_CERTAIN = 5.0

Fitted = dict[str, Any]
"""A model as its file holds it."""


def _fit(
    rows: Sequence[Sequence[str]],
    labels: Sequence[int],
    classes: Sequence[str],
    *,
    strength: float,
    least: int,
) -> Fitted:
    """Fit a multinomial logistic regression, and round and prune it as its file holds it.

    Where all examples are of one class, that is what the model always says.
    """
    if len(present := set(labels)) < 2:
        only = np.zeros((len(classes), 1))
        only[list(present), -1] = _CERTAIN
        return packed(classes, [], only)
    counts: Counter[str] = Counter(feature for row in rows for feature in row)
    names = sorted(feature for feature, count in counts.items() if count >= least and "\n" not in feature)
    index = {feature: column for column, feature in enumerate(names)}
    columns, ends = array("i"), array("q", [0])
    for row in rows:
        columns.extend(index[feature] for feature in row if feature in index)
        ends.append(len(columns))
    matrix = sparse.csr_matrix(
        (np.ones(len(columns), np.float32), np.frombuffer(columns, np.int32), np.frombuffer(ends, np.int64)),
        shape=(len(rows), len(names)),
    )
    matrix.sum_duplicates()
    fitted = LogisticRegression(C=strength, max_iter=400, tol=1e-5).fit(matrix, np.asarray(labels))
    weights = np.zeros((len(classes), len(names) + 1))
    learnt = np.column_stack([fitted.coef_, fitted.intercept_])
    weights[fitted.classes_] = np.vstack([-learnt, learnt]) / 2 if len(learnt) == 1 else learnt
    weights -= weights.mean(axis=0)
    return packed(classes, names, weights)


def packed(classes: Sequence[str], names: Sequence[str], weights: Any) -> Fitted:
    """A model in whole multiples of ``SCALE``; features whose weights are all small are left out."""
    whole = np.rint(weights / SCALE).astype(int)
    kept = np.abs(whole[:, :-1]).max(axis=0, initial=0) >= PRUNE
    return {
        "classes": list(classes),
        "features": "\n".join(name for name, keep in zip(names, kept, strict=True) if keep),
        "scale": SCALE,
        "weights": [[*row[:-1][kept].tolist(), int(row[-1])] for row in whole],
    }


def _rows(candidates: Candidates, features: Features) -> list[list[str]]:
    """All features of each candidate."""
    return [
        [
            *features.start[span.first],
            *features.end[span.last],
            *own,
            *(feature for i in range(span.first, span.last + 1) for feature in features.inside[i]),
        ]
        for span, own in zip(candidates.spans, features.own, strict=True)
    ]


def fit_spans(
    texts: Iterable[tuple[Candidates, Features, Iterable[int]]], classes: Sequence[str], *, strength: float
) -> Fitted:
    """A model that tells candidates of several classes apart.

    Args:
        texts: The candidates of each text, what they are described by, and the class of each as its number.
        classes: Their names.
        strength: The inverse of the regularization.
    """
    rows: list[list[str]] = []
    labels: list[int] = []
    for candidates, features, numbers in texts:
        rows.extend(_rows(candidates, features))
        labels.extend(numbers)
    return _fit(rows, labels, classes, strength=strength, least=2)


def fit_names(examples: Sequence[Example], lexicon: Lexicon) -> Fitted:
    """The model that tells names and their types from other candidates."""

    def texts() -> Iterator[tuple[Candidates, Features, list[int]]]:
        for example in examples:
            candidates = example.candidates(lexicon)
            labels, _ = label(example, candidates)
            yield candidates, describe(candidates, example.context, lexicon), labels.tolist()

    return fit_spans(texts(), [NOTHING, *ENTITY_TYPES], strength=0.25)


def fit_relations(examples: Sequence[Example], lexicon: Lexicon) -> Fitted:
    """The model that tells the paper's relations to what it names, from the annotated names."""
    rows: list[list[str]] = []
    names: list[str] = []
    for example in examples:
        gold = gold_names(example, lexicon)
        for group, entity in zip(gold.groups, gold.entities, strict=True):
            cues = mention_cues(gold.reading, group, lexicon)
            rows.append(
                [
                    *own_cues(gold.reading, group, lexicon),
                    *dict.fromkeys(cue for mention in cues for cue in mention),
                ]
            )
            names.append("+".join(sorted(entity.relations, key=RELATIONS.index)))
    counts = Counter(names)
    classes = sorted(name for name, count in counts.items() if count >= 20 or "+" not in name)
    labels = [classes.index(name if name in classes else name.split("+")[0]) for name in names]
    return _fit(rows, labels, classes, strength=0.03, least=3)


def fit_aliases(examples: Sequence[Example], lexicon: Lexicon) -> Fitted:
    """The model that tells whether two annotated names of a paper are one thing."""
    rows: list[list[str]] = []
    labels: list[int] = []
    for example in examples:
        gold = gold_names(example, lexicon)
        for longer, shorter, one, other in alias_pairs(gold.reading, gold.groups):
            groups = gold.groups[longer], gold.groups[shorter]
            rows.append(alias_cues(gold.reading, *groups, one, other, lexicon))
            labels.append(int(gold.entities[longer] is gold.entities[shorter]))
    return _fit(rows, labels, [DIFFERENT, SAME], strength=0.3, least=2)


def fit_results(examples: Sequence[Example], lexicon: Lexicon) -> tuple[Fitted, Fitted]:
    """The models that tell results from other numbers, and the parts that names have in a result."""
    number_rows: list[list[str]] = []
    number_labels: list[int] = []
    link_rows: list[list[str]] = []
    link_labels: list[int] = []
    kinds = [OTHER, "absolute", "improvement"]
    roles = [OTHER, "subject", "benchmark", "metric", "baseline"]
    for example in examples:
        gold = gold_names(example, lexicon)
        by_value: dict[str, list[ResultRecord]] = {}
        for row in example.paper.results:
            by_value.setdefault(row.value.lstrip("-+"), []).append(row)
        namings = sentence_mentions(gold.reading)
        for place in find_places(gold.reading):
            here = around(place, namings.get(place.sentence, []))
            rows = by_value.get(place.number.value, [])
            if len(rows) > 1:
                rows = _of_sentence(rows, here, gold.entities) or rows
            kind = rows[0].kind if rows else OTHER
            number_rows.append(number_cues(gold.reading, place, here))
            number_labels.append(kinds.index(kind))
            for naming in here if rows else ():
                named = normal(gold.entities[naming.entity].name)
                role = OTHER
                for row in rows:
                    for part in roles[1:]:
                        if (name := getattr(row, part)) and normal(name) == named:
                            role = part
                link_rows.append(link_cues(gold.reading, place, naming, here, kind))
                link_labels.append(roles.index(role))
    return (
        _fit(number_rows, number_labels, kinds, strength=0.1, least=2),
        _fit(link_rows, link_labels, roles, strength=0.1, least=2),
    )


def _of_sentence(
    rows: list[ResultRecord], namings: Sequence[Naming], entities: Sequence[EntityRecord]
) -> list[ResultRecord]:
    """Those of several rows with one value whose metric or benchmark the sentence names."""
    here = {normal(entities[naming.entity].name) for naming in namings}
    return [row for row in rows if any(name and normal(name) in here for name in (row.metric, row.benchmark))]
