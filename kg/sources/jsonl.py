"""arXiv metadata, one JSON object per line: arXiv's own snapshot and lists cut from it.

Keys of the snapshot are described at https://www.kaggle.com/datasets/Cornell-University/arxiv; the shorter
form has ``id``, ``title``, ``authors`` as a list, ``categories``, ``comment`` and ``abstract``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from kg.records import Paper
from kg.sources.bibliographic import author_names
from kg.sources.formats import Document, Format
from kg.sources.identifiers import find_code_url, issued_from_arxiv, parse_arxiv, parse_doi, repair_url
from kg.text import plain

_DATE = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_AND = re.compile(r",\s*and\s+|\s+and\s+|,\s*|;\s*")
_AFFILIATION = re.compile(r"\s*\([^()]*\)")
_LOOK_AT = 20


def sniff(head: str, name: str) -> bool:
    """Whether one of the first lines is a JSON object with a title."""
    if not head.startswith("{"):
        return name.removesuffix(".gz").endswith((".jsonl", ".ndjson"))
    lines = head.splitlines()
    if len(lines) == 1 and len(head) >= 1 << 16:
        return '"title"' in head
    return any(isinstance(_object(line), dict) for line in lines[:_LOOK_AT] if '"title"' in line)


def read(document: Document) -> Iterator[Paper]:
    """The paper of each line."""
    for number, line in document.lines():
        if not line.strip():
            continue
        record = _object(line)
        if isinstance(record, str):
            document.problem(f"{record}; the line was skipped", line=number)
            continue
        title = plain(_text(record, "title"))
        if not title:
            document.problem("the record has no title; the line was skipped", line=number)
            continue
        yield _paper(record, title)


FORMAT = Format("jsonl", sniff, read)


def _object(line: str) -> dict[str, Any] | str:
    """The object on a line, or what is wrong with it."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"this is no JSON ({getattr(error, 'msg', 'nested too deeply')})"
    return value if isinstance(value, dict) else "this is no JSON object"


def _paper(record: dict[str, Any], title: str) -> Paper:
    versions = record.get("versions")
    versions = [v for v in versions if isinstance(v, dict)] if isinstance(versions, list) else []
    arxiv = parse_arxiv(_text(record, "id") or _text(record, "arxiv_id"))
    arxiv_id = arxiv.id if arxiv else ""
    latest = re.fullmatch(r"v(\d+)", _text(versions[-1], "version")) if versions else None
    return Paper(
        title=title,
        abstract=plain(_text(record, "abstract")),
        authors=_authors(record),
        issued=_created(versions) or issued_from_arxiv(arxiv_id) or _dated(record),
        arxiv_id=arxiv_id,
        arxiv_version=int(latest[1]) if latest else arxiv.version if arxiv else None,
        doi=parse_doi(_text(record, "doi")),
        url=repair_url(_text(record, "url")) or (f"https://arxiv.org/abs/{arxiv_id}" if arxiv_id else ""),
        code_url=find_code_url(_text(record, "comments") or _text(record, "comment")),
    )


def _authors(record: dict[str, Any]) -> tuple[str, ...]:
    parsed, authors = record.get("authors_parsed"), record.get("authors")
    names: list[str]
    if isinstance(parsed, list) and parsed:
        parts = [[str(part) for part in name[:3]] for name in parsed if isinstance(name, list) and name]
        names = [" ".join([*name[1:2], name[0], *name[2:3]]) for name in parts]
    elif isinstance(authors, str):
        names = _AND.split(_AFFILIATION.sub("", plain(authors)))
    else:
        names = [name for name in authors if isinstance(name, str)] if isinstance(authors, list) else []
    return author_names(map(plain, names))


def _created(versions: list[dict[str, Any]]) -> str:
    """The day of the first version, which arXiv writes as mail does."""
    try:
        return parsedate_to_datetime(_text(versions[0], "created")).date().isoformat() if versions else ""
    except (ValueError, OverflowError):
        return ""


def _dated(record: dict[str, Any]) -> str:
    days = (_text(record, key)[:10] for key in ("published", "date", "update_date", "year"))
    return next((day for day in days if _DATE.fullmatch(day)), "")


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
