"""Records of the annotation guidelines: what a paper's abstract puts in the graph, as annotated or as read.

A file holds one record a line (JSON Lines, gzipped or not): ``id``, ``entities``, ``results``, and in most
files ``title`` and ``abstract``. Annotations that are kept without the papers' text get it from an arXiv
metadata file.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from kg.errors import KgError
from kg.progress import Progress
from kg.records import ENTITY_TYPES, RELATIONS, EntityType, Extraction, Relation, ResultKind
from kg.text import plain

__all__ = [
    "EntityRecord",
    "PaperRecord",
    "ResultRecord",
    "as_record",
    "parse_record",
    "read_metadata",
    "read_records",
    "with_texts",
]

_KINDS: tuple[ResultKind, ...] = get_args(ResultKind)
_SHOWN = 5
_STEP = 1000


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """What a paper names, and what it does with it."""

    name: str
    type: EntityType
    relations: tuple[Relation, ...]
    aliases: tuple[str, ...] = ()
    confidences: tuple[float, ...] = ()
    """One for each relation; empty where they are not known."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The name and the aliases, each once."""
        return tuple(dict.fromkeys((self.name, *self.aliases)))


@dataclass(frozen=True, slots=True)
class ResultRecord:
    """A score or gain that a text ties to a name."""

    value: str
    kind: ResultKind
    unit: str = ""
    subject: str | None = None
    benchmark: str | None = None
    metric: str | None = None
    baseline: str | None = None


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One paper's annotations, with its text where the file has it."""

    id: str
    entities: tuple[EntityRecord, ...] = ()
    results: tuple[ResultRecord, ...] = ()
    title: str = ""
    abstract: str = ""
    """As a build cleans it: no LaTeX, no line wraps."""


def read_records(path: str | Path) -> dict[str, PaperRecord]:
    """Read a file of records, with or without the papers' text.

    Args:
        path: JSON Lines, gzipped or not, in the form of the annotation guidelines. An entity may also have
            ``confidences``, one for each relation.

    Returns:
        The records by id, in the order of the file.

    Raises:
        KgError: The file can't be read, holds no record, or a line breaks the form; with the line's number.
    """
    records: dict[str, PaperRecord] = {}
    lines: dict[str, int] = {}
    with closing(_objects(Path(path))) as objects:
        for number, value in objects:
            record = parse_record(value, where=f"{path}:{number}")
            if record.id in records:
                raise KgError(
                    f"the paper {record.id} is already on line {lines[record.id]}; leave one of the two",
                    where=f"{path}:{number}",
                )
            records[record.id], lines[record.id] = record, number
    if not records:
        raise KgError("there is no record in it; give one paper a line, as JSON", where=str(path))
    return records


def with_texts(
    records: Mapping[str, PaperRecord], metadata: str | Path, *, progress: Progress | None = None
) -> dict[str, PaperRecord]:
    """Give records that lack their text the title and abstract of an arXiv metadata file, which is streamed.

    Args:
        records: By arXiv id; those that have a title keep their text.
        metadata: JSON Lines, gzipped or not, with ``id``, ``title`` and ``abstract``.
        progress: Called as the file is read.

    Raises:
        KgError: The file can't be read, or lacks papers.
    """
    lacking = {id_ for id_, record in records.items() if not record.title}
    wanted = len(lacking)
    found: dict[str, PaperRecord] = {}
    if lacking:
        with closing(_objects(Path(metadata))) as objects:
            for count, (number, value) in enumerate(objects, 1):
                if progress and count % _STEP == 0:
                    progress("Looking for texts", wanted - len(lacking), wanted)
                id_ = value.get("id")
                if not isinstance(id_, str) or id_ not in lacking:
                    continue
                title, abstract = _text(value, f"{metadata}:{number}")
                if not title:
                    raise KgError(f"the paper {id_} has no title", where=f"{metadata}:{number}")
                found[id_] = replace(records[id_], title=title, abstract=abstract)
                lacking.discard(id_)
                if not lacking:
                    break
    if lacking:
        raise KgError(
            f"{len(lacking):,} of {wanted:,} annotated papers are not in it ({_some(lacking)}); "
            "give a metadata file that holds them all",
            where=str(metadata),
        )
    return {id_: found.get(id_, record) for id_, record in records.items()}


def read_metadata(metadata: str | Path) -> Generator[tuple[str, str, str]]:
    """Stream the papers of an arXiv metadata file: id, title and abstract, cleaned as a build does.

    Args:
        metadata: JSON Lines, gzipped or not.

    Raises:
        KgError: The file can't be read, or a line has no id or no title; with its number.
    """
    with closing(_objects(Path(metadata))) as objects:
        for number, value in objects:
            where = f"{metadata}:{number}"
            id_ = value.get("id")
            if not isinstance(id_, str):
                raise KgError("the paper has no id", where=where)
            title, abstract = _text(value, where)
            if not title:
                raise KgError(f"the paper {id_} has no title", where=where)
            yield id_, title, abstract


def as_record(paper: PaperRecord, extraction: Extraction) -> PaperRecord:
    """What was extracted from a paper's text, as a record with confidences."""
    names = [entity.name for entity in extraction.entities]

    def name(index: int | None) -> str | None:
        return None if index is None else names[index]

    return replace(
        paper,
        entities=tuple(
            EntityRecord(
                entity.name,
                entity.type,
                tuple(claim.relation for claim in entity.relations),
                entity.forms[1:],
                tuple(claim.confidence for claim in entity.relations),
            )
            for entity in extraction.entities
        ),
        results=tuple(
            ResultRecord(
                result.value,
                result.kind,
                result.unit,
                name(result.subject),
                name(result.benchmark),
                name(result.metric),
                name(result.baseline),
            )
            for result in extraction.results
        ),
    )


def parse_record(value: Mapping[str, Any], *, where: str) -> PaperRecord:
    """A record from a JSON object.

    Args:
        value: The object.
        where: File and line, for errors.

    Raises:
        KgError: A key is missing or holds something else than the guidelines say.
    """
    id_ = value.get("id")
    if not isinstance(id_, str) or not id_:
        raise KgError('the record has no "id"; give the paper\'s arXiv id as text', where=where)
    title, abstract = _text(value, where)
    return PaperRecord(
        id_,
        tuple(_entity(one, where) for one in _list(value, "entities", where, needed=True)),
        tuple(_result(one, where) for one in _list(value, "results", where)),
        title,
        abstract,
    )


def _text(value: Mapping[str, Any], where: str) -> tuple[str, str]:
    parts = []
    for key in ("title", "abstract"):
        text = value.get(key) or ""
        if not isinstance(text, str):
            raise KgError(f'"{key}" is no text', where=where)
        parts.append(plain(text))
    return parts[0], parts[1]


def _entity(value: Any, where: str) -> EntityRecord:
    if not isinstance(value, dict) or not isinstance(name := value.get("name"), str) or not name.strip():
        raise KgError('an entity has no "name"', where=where)
    where_of = f"the entity {name!r}"
    aliases = _list(value, "aliases", where)
    relations = _list(value, "relations", where)
    confidences = _list(value, "confidences", where)
    if not all(isinstance(alias, str) for alias in aliases):
        raise KgError(f"an alias of {where_of} is no text", where=where)
    if (type_ := value.get("type")) not in ENTITY_TYPES:
        raise KgError(f"{where_of} has the type {type_!r}; use one of {', '.join(ENTITY_TYPES)}", where=where)
    if wrong := [one for one in relations if one not in RELATIONS]:
        raise KgError(
            f"{where_of} has the relation {wrong[0]!r}; use some of {', '.join(RELATIONS)}", where=where
        )
    if confidences and (
        len(confidences) != len(relations)
        or not all(isinstance(one, int | float) and 0 <= one <= 1 for one in confidences)
    ):
        raise KgError(f"{where_of} needs a confidence from 0 to 1 for each relation", where=where)
    return EntityRecord(name, type_, tuple(relations), tuple(aliases), tuple(map(float, confidences)))


def _result(value: Any, where: str) -> ResultRecord:
    if not isinstance(value, dict) or not isinstance(number := value.get("value"), str | int | float):
        raise KgError('a result has no "value"', where=where)
    if (kind := value.get("kind")) not in _KINDS:
        raise KgError(f"the result {number} has the kind {kind!r}; use {' or '.join(_KINDS)}", where=where)
    texts: dict[str, str | None] = {}
    for key in ("unit", "subject", "benchmark", "metric", "baseline"):
        text = value.get(key)
        if text is not None and not isinstance(text, str):
            raise KgError(f'"{key}" of the result {number} is no text', where=where)
        texts[key] = text
    unit = texts.pop("unit") or ""
    return ResultRecord(str(number), kind, unit, **texts)


def _list(value: Mapping[str, Any], key: str, where: str, *, needed: bool = False) -> list[Any]:
    found = value.get(key)
    if found is None and not needed:
        return []
    if not isinstance(found, list):
        raise KgError(f'"{key}" is no list', where=where)
    return found


def _objects(path: Path) -> Generator[tuple[int, dict[str, Any]]]:
    """The JSON object on each line, with the line's number; lines without text are passed over."""
    number = 0
    try:
        with path.open("rb") as head:
            packed = head.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _object(line, f"{path}:{number}")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise KgError(f"the gzip data ends or breaks here: {error}", where=f"{path}:{number + 1}") from error
    except OSError as error:
        raise KgError(f"can't be read: {error.strerror or error}", where=str(path)) from error


def _object(line: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise KgError("the line is not UTF-8; save the file as UTF-8", where=where) from error
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "nested too deeply")
        raise KgError(f"this is no JSON ({reason}); give one paper a line", where=where) from error
    if not isinstance(value, dict):
        raise KgError("this is no JSON object; give one paper a line", where=where)
    return value


def _some(ids: set[str]) -> str:
    shown = sorted(ids)[:_SHOWN]
    return ", ".join(shown) + (", …" if len(ids) > _SHOWN else "")
