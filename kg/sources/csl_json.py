"""CSL-JSON, as Zotero, Better BibTeX and Mendeley export it, and Zotero's own JSON.

The fields are described at https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables
and in https://github.com/citation-style-language/schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from kg.records import Paper
from kg.sources.bibliographic import as_date, join_date, note, paper_from, text_of
from kg.sources.formats import Document, Format

__all__ = ["FORMAT"]

_ARRAY = re.compile(r"\[\s*(?:\{\s*\"|\]\s*$)")
_OPENING = re.compile(r"\[")
_WRAPPED = re.compile(r"\"items\"\s*:\s*\[\s*(?=\{)")
_TYPE = re.compile(
    r"\"type\"\s*:\s*\"(?:article|paper|chapter|book|report|thesis|manuscript|webpage|dataset)"
)
_ITEM = re.compile(r"[\[,]\s*(?=\{\s*\")")
_EPRINT = re.compile(r"^\s*(?:tex\.)?(?:eprint|arxiv)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_NO_PAPERS = frozenset({"attachment", "note", "annotation"})
_HALF_A_CHARACTER = re.compile("[\ud800-\udfff]")  # what an escape such as \ud83d leaves by itself
_DECODER = json.JSONDecoder()
_MOST_BROKEN = 100
_MOST_CANDIDATES = 1000
"""How many openings after a broken item are tried as the next item: each may be read far before it fails."""


def sniff(head: str, name: str) -> bool:
    """Whether it is a JSON array of objects, an object with ``items``, or one item over several lines."""
    if not head.startswith("{"):
        return bool(_ARRAY.match(head))
    return bool(_WRAPPED.search(head) or (_TYPE.search(head) and not _is_whole(head.partition("\n")[0])))


def read(document: Document) -> Iterator[Paper]:
    """The paper of each item that has a title."""
    for item, line in _items(document.text(bound_lines=False), document):
        if not isinstance(item, dict):
            document.problem("the item is no JSON object and was skipped", line=line)
        elif _text(item, "itemType") not in _NO_PAPERS:
            if title := text_of(_text(item, "title")):
                yield _paper(title, item)
            else:
                document.problem("the item has no title and was skipped", line=line)


FORMAT = Format("csl-json", sniff, read)


def _items(text: str, document: Document) -> Iterator[tuple[Any, int]]:
    """Each item of the array with its line; after a broken one, reading goes on with the next whole one."""
    start = _after_space(text, 0)
    wrapped = _WRAPPED.search(text) if text.startswith("{", start) else None
    array = wrapped or _OPENING.match(text, start)
    at = array.end() if array else start
    line, counted, broken = 1, 0, 0
    while (at := _after_space(text, at)) < len(text) and text[at] != "]":
        line, counted = line + text.count("\n", counted, at), at
        try:
            item, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "it is nested too deeply, or a number is too long")
            document.problem(f"the item is broken JSON ({reason}) and was skipped", line=line)
            broken += 1
            if broken == _MOST_BROKEN:
                document.problem(f"{broken} items are broken; the rest of the file was skipped", line=line)
            at = _next_item(text, max(getattr(error, "pos", at), at)) if broken < _MOST_BROKEN else len(text)
            if at == len(text):
                return
            continue
        yield item, line
        if not array:
            return
    if array and at == len(text):
        document.problem("the file ends before its array does; what stands before was read", line=line)


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _next_item(text: str, at: int) -> int:
    """Where the next whole item starts; the end of the text if there is none."""
    for match in islice(_ITEM.finditer(text, at), _MOST_CANDIDATES):
        try:
            value, _ = _DECODER.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        if _is_item(value):
            return match.end()
    return len(text)


def _is_item(value: Any) -> bool:
    """Whether it is an item, not a part of one such as an author."""
    return isinstance(value, dict) and ("title" in value or "id" in value)


def _is_whole(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _paper(title: str, item: Mapping[str, Any]) -> Paper:
    remarks = _text(item, "note") or _text(item, "extra")
    archive = [_text(item, name) for name in ("number", "archive_location", "archiveID", "archiveLocation")]
    written = [_text(item, "annote"), *(_text(entry, "note") for entry in _objects(item, "notes"))]
    return paper_from(
        title,
        abstract=text_of(_text(item, "abstract") or _text(item, "abstractNote")),
        authors=_authors(item),
        date=_issued(item),
        eprints=[*archive, *_EPRINT.findall(remarks)],
        dois=[_text(item, "DOI")],
        urls=[_text(item, "URL"), _text(item, "url")],
        texts=[_text(item, "container-title"), _text(item, "publicationTitle"), remarks],
        notes=(note("Notes", text) for text in written),
    )


def _authors(item: Mapping[str, Any]) -> Iterator[str]:
    parts = [
        [
            _text(person, name)
            for name in ("given", "dropping-particle", "non-dropping-particle", "family", "suffix", "literal")
        ]
        for person in _objects(item, "author")
    ] or [
        [_text(person, name) for name in ("firstName", "lastName", "name")]
        for person in _objects(item, "creators")
        if person.get("creatorType") == "author"
    ]
    return (text_of(" ".join(words)) for words in parts)


def _issued(item: Mapping[str, Any]) -> str:
    issued = item.get("issued")
    if not isinstance(issued, dict):
        return as_date(_text(item, "issued") or _text(item, "date"))
    parts = issued.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first:
        return join_date(*[str(part or "") for part in [*first, "", ""][:3]])
    return as_date(_text(issued, "raw") or _text(issued, "literal"))


def _objects(item: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = item.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    if isinstance(value, str):
        return _HALF_A_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", value)
    return str(value) if isinstance(value, int | float) else ""
