"""The kinds of errors that an extractor makes, counted, with examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.evaluation.records import EntityRecord, PaperRecord, ResultRecord
from kg.evaluation.scoring import fits_level, largest_matching, match, match_results, normal_forms
from kg.records import RELATIONS, Relation

__all__ = ["ErrorExample", "ErrorKind", "error_kinds"]

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class ErrorExample:
    """One error."""

    paper: str
    gold: str
    """What is annotated; empty if nothing is."""
    predicted: str
    """What was found; empty if nothing was."""


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """Errors that are alike."""

    kind: str
    """``missed Task``, ``too long Method``, ``Method for Model`` …; see `error_kinds`."""
    count: int
    examples: tuple[ErrorExample, ...]
    """The first few, in the order of the papers."""


def error_kinds(
    gold: Mapping[str, PaperRecord], predicted: Mapping[str, PaperRecord]
) -> tuple[ErrorKind, ...]:
    """Sort the errors of all gold papers into kinds, the commonest first.

    Each gold entity and each predicted one takes part in one error at most, the first of these that holds:

    - ``uses for comparesWith (Method)``: matched with the right type, but no relation is shared;
    - ``Method for Model``: matched, but of another type;
    - ``split Task``: predicted beside another entity that is the same gold entity;
    - ``merged Task``: gold, but its form was predicted as one of another gold entity;
    - ``too long Task``, ``too short Task``: the words of a predicted form hold those of a gold form, or lie
      within them;
    - ``missed Task``, ``extra Task``: none of these. ``extra`` and ``split`` name the predicted type, the
      others the gold one.

    Results: ``result with another name`` (value and kind are right), ``missed result``, ``extra result``.
    """
    examples: defaultdict[str, list[ErrorExample]] = defaultdict(list)
    for id_, record in gold.items():
        other = predicted.get(id_) or PaperRecord(id_)
        for kind, one, two in _entity_errors(record.entities, other.entities):
            examples[kind].append(ErrorExample(id_, one, two))
        for kind, one, two in _result_errors(record.results, other.results):
            examples[kind].append(ErrorExample(id_, one, two))
    return tuple(
        ErrorKind(kind, len(found), tuple(found[:_EXAMPLES]))
        for kind, found in sorted(examples.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _entity_errors(
    gold: Sequence[EntityRecord], predicted: Sequence[EntityRecord]
) -> Iterator[tuple[str, str, str]]:
    left_gold, left_predicted = dict(enumerate(gold)), dict(enumerate(predicted))

    def take(pairs: Sequence[tuple[int, int]]) -> list[tuple[EntityRecord, EntityRecord]]:
        numbers = list(left_gold), list(left_predicted)
        return [(left_gold.pop(numbers[0][i]), left_predicted.pop(numbers[1][j])) for i, j in pairs]

    for level in ("edge", "typed", "coarse", "found"):
        pairs = match(list(left_gold.values()), list(left_predicted.values()), fits_level(level))
        for one, other in take(pairs):
            if level == "typed":
                was, is_ = _main(one.relations), _main(other.relations)
                yield f"{is_} for {was} ({one.type})", one.name, other.name
            elif level != "edge":
                yield f"{other.type} for {one.type}", one.name, other.name
    for j, other in list(left_predicted.items()):
        forms = normal_forms(other)
        if twin := next((one for one in gold if not forms.isdisjoint(normal_forms(one))), None):
            yield f"split {other.type}", _all_forms(twin), other.name
            del left_predicted[j]
    for i, one in list(left_gold.items()):
        forms = normal_forms(one)
        if twin := next((other for other in predicted if not forms.isdisjoint(normal_forms(other))), None):
            yield f"merged {one.type}", one.name, _all_forms(twin)
            del left_gold[i]
    numbers = list(left_predicted)
    options = [
        [k for k, j in enumerate(numbers) if _boundary(one, left_predicted[j])] for one in left_gold.values()
    ]
    for one, other in take(largest_matching(options)):
        yield f"{_boundary(one, other)} {one.type}", one.name, other.name
    for one in left_gold.values():
        yield f"missed {one.type}", one.name, ""
    for other in left_predicted.values():
        yield f"extra {other.type}", "", other.name


def _main(relations: Sequence[Relation]) -> str:
    return min(relations, key=RELATIONS.index, default="nothing")


def _all_forms(entity: EntityRecord) -> str:
    return " = ".join(entity.forms)


def _boundary(gold: EntityRecord, predicted: EntityRecord) -> str:
    """``too long`` or ``too short`` if one of the names lies within the other, else nothing."""
    golds = [f" {form} " for form in normal_forms(gold)]
    others = [f" {form} " for form in normal_forms(predicted)]
    if any(one in other for one in golds for other in others):
        return "too long"
    return "too short" if any(other in one for one in golds for other in others) else ""


def _result_errors(
    gold: Sequence[ResultRecord], predicted: Sequence[ResultRecord]
) -> Iterator[tuple[str, str, str]]:
    pairs = match_results(gold, predicted)
    left_gold = [row for i, row in enumerate(gold) if i not in {i for i, _ in pairs}]
    left = [row for j, row in enumerate(predicted) if j not in {j for _, j in pairs}]
    for row in left_gold:
        alike = [one for one in left if one.value.rstrip("%") == row.value.rstrip("%")]
        if other := next((one for one in alike if one.kind == row.kind), None):
            yield "result with another name", _row(row), _row(other)
        elif alike:
            other = alike[0]
            yield f"{other.kind} for {row.kind} result", _row(row), _row(other)
        else:
            yield "missed result", _row(row), ""
            continue
        left.remove(other)
    for row in left:
        yield "extra result", "", _row(row)


def _row(row: ResultRecord) -> str:
    where = " ".join(filter(None, (row.benchmark, row.metric))) or "no name"
    return f"{row.value}{row.unit} ({where})"
