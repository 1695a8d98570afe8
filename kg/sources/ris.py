"""RIS, as reference managers and publishers export it, through rispy.

rispy wants two spaces between tag and hyphen and an ``ER`` after each record, and silently gives nothing
otherwise; it also joins continued lines to the wrong record. So records are cut and their lines put into that
form here, and each goes to rispy by itself: what it cannot read is seen, and where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import rispy
from rispy.config import TAG_KEY_MAPPING

from kg.records import Paper
from kg.sources.bibliographic import as_date, note, paper_from, text_of
from kg.sources.formats import Document, Format
from kg.sources.identifiers import parse_arxiv

__all__ = ["FORMAT"]

_START = re.compile(r"^\s{0,3}TY[^\S\n]{0,3}-(?:[^\S\n]+\w|[^\S\n]*$)", re.MULTILINE)
_STRICT = re.compile(r"([A-Z][A-Z0-9])  -(?:\s(.*)|)$")
_LENIENT = re.compile(r"\s{0,3}([A-Z][A-Z0-9])(?:\s{1,3}-(?:\s+(.*)|)|-\s{2,}(.*))$")
_END = re.compile(r"\s{0,3}ER\s*-?\s*$")
_MORE_TAGS = frozenset({"BT", "CT", "ED", "L3", "LK", "U1", "U2", "U3", "U4", "U5"})
_TAGS = frozenset(TAG_KEY_MAPPING) | _MORE_TAGS
_BEFORE_TEXT = "\ufeff\x1a"


@dataclass(slots=True)
class _Record:
    line: int
    values: list[list[str]] = field(default_factory=list)
    """Each with its tag, in the lines that it stood on."""

    def text(self) -> str:
        """The record as rispy reads it, each value on one line."""
        return "\n".join(" ".join(parts) for parts in [*self.values, ["ER  - "]])


def sniff(head: str, name: str) -> bool:
    """Whether a record starts with its type."""
    return bool(_START.search(head))


def read(document: Document) -> Iterator[Paper]:
    """The paper of each record that has a title."""
    for record in _records(document):
        try:
            parsed = rispy.loads(record.text(), delimiter_tags_mapping={})
        except (rispy.parser.ParseError, LookupError, TypeError, ValueError) as error:
            document.problem(f"the record cannot be read ({error}) and was skipped", line=record.line)
            continue
        if len(parsed) != 1:
            document.problem("the record cannot be read and was skipped", line=record.line)
        elif title := _first(parsed[0], "title", "primary_title", "BT", "CT", "short_title"):
            yield _paper(title, parsed[0])
        else:
            document.problem("the record has no title and was skipped", line=record.line)


FORMAT = Format("ris", sniff, read)


def _records(document: Document) -> Iterator[_Record]:
    """The records of a file.

    A record ends with ``ER``, with the next ``TY``, or with the file; one that lacks its ``TY`` starts with
    its first tag. A line that starts with no tag continues the value before it.
    """
    record: _Record | None = None
    for number, text in document.lines():
        line = text.strip(_BEFORE_TEXT)
        if _END.match(line):
            if record:
                yield record
            record = None
            continue
        tag, value = _tagged(line)
        if tag and (record is None or tag == "TY"):
            if record:
                yield record
            record = _Record(number, [] if tag == "TY" else [["TY  - GEN"]])
        if record and tag:
            record.values.append([f"{tag}  - {value}"])
        elif record and line.strip():
            record.values[-1].append(line.strip())
    if record:
        yield record


def _tagged(line: str) -> tuple[str, str]:
    """The tag that starts a line and its value; no tag if the line continues the one before."""
    if match := _STRICT.match(line):
        return match[1], (match[2] or "").strip()
    if (match := _LENIENT.match(line)) and match[1] in _TAGS:
        return match[1], (match[2] or match[3] or "").strip()
    return "", line


def _paper(title: str, record: Mapping[str, Any]) -> Paper:
    archive = " ".join(_all(record, "name_of_database", "publisher", "journal_name", "alternate_title3"))
    return paper_from(
        title,
        abstract=_first(record, "abstract", "notes_abstract"),
        authors=map(_name, _all(record, "authors", "first_authors")),
        date=_date(record),
        eprints=_all(record, "accession_number", "number", "volume") if "arxiv" in archive.lower() else (),
        dois=_all(record, "doi", "type_of_work"),
        urls=_all(record, "urls", "LK", "file_attachments2", "file_attachments1", "L3"),
        texts=_all(
            record,
            *("journal_name", "secondary_title", "alternate_title3", "alternate_title1", "accession_number"),
            *("number", "note", "notes", "custom1", "publisher"),
        ),
        notes=(
            note("Notes", text)
            for text in _all(record, "notes", "research_notes")
            if not parse_arxiv(text)  # where Zotero puts the id
        ),
    )


def _all(record: Mapping[str, Any], *names: str) -> list[str]:
    """The values of these fields (rispy's names, or tags that it does not know), in this order."""
    values: list[str] = []
    for name in names:
        value = record.get(name) or record.get("unknown_tag", {}).get(name) or []
        values.extend([value] if isinstance(value, str) else value)
    return [value for value in values if value.strip()]


def _first(record: Mapping[str, Any], *names: str) -> str:
    return next((text for value in _all(record, *names) if (text := text_of(value))), "")


def _name(text: str) -> str:
    """``Last, First, Suffix`` in the order in which it is spoken."""
    last, *rest = [part.strip() for part in text_of(text).split(",")]
    return " ".join(filter(None, [*rest[:1], last, *rest[1:]]))


def _date(record: Mapping[str, Any]) -> str:
    """The publication year, made more precise by the date where they agree."""
    dates = [date for text in _all(record, "year", "publication_year", "date") if (date := as_date(text))]
    return max((date for date in dates if date.startswith(dates[0][:4])), key=len, default="")
