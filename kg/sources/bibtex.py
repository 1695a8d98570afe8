"""BibTeX and BibLaTeX, split into entries and fields by bibtexparser.

The library's own middlewares are left aside: they resolve macros only where one is the whole value, leave
entries with a repeated key unresolved, and their LaTeX decoder cuts addresses at ``%``. Names are split
before they are decoded, as BibTeX does; its rules are in N. Markey, "Tame the BeaST" (2009), section 11.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping

from bibtexparser.entrypoint import parse_string
from bibtexparser.exceptions import ParserStateException
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import Block, Entry, Field, ImplicitComment, ParsingFailedBlock, String

from kg.records import Paper
from kg.sources.bibliographic import as_date, join_date, note, paper_from, text_of
from kg.sources.formats import Document, Format

__all__ = ["FORMAT"]

_ENTRY = re.compile(
    r"^[ \t]*@[ \t]*(?:(?:string|comment|preamble)\s*[{(]|[a-z]+\s*[{(]\s*[^\s{}(),=\"]*\s*,)",
    re.IGNORECASE | re.MULTILINE,
)
_MARKDOWN = re.compile(r"^\s*(?:#{1,6} |[-*+] |\d+\. |```|~~~)|\]\(", re.MULTILINE)
_NO_PAPERS = frozenset({"xdata", "set", "control"})
_CONTAINERS = frozenset({"proceedings", "mvproceedings", "collection", "mvcollection", "periodical"})
_DATES = ("date", "year", "month", "day")
_NOTES = {"annote": "Annotation", "annotation": "Annotation", "review": "Review", "comment": "Comment"}

_DELIMITER = re.compile(r"(?<!\\)[{}]")
_QUOTE_OR_BRACE = re.compile(r"(?<!\\)[{}\"]")
_NEXT_FIELD = re.compile(r"\s*([A-Za-z][\w+-]*)\s*=\s*")
_STRAY_FIELD = re.compile(r"\s*,?\s*[A-Za-z][\w+-]*\s*=\s*[{\"]")
_ADDRESS = re.compile(r"\\(?:url|nolinkurl|path|href)\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_TILDE = re.compile(r"\{?\\(?:textasciitilde|~)\s*(?:\{\})?\}?|\$\\sim\$")
_ESCAPE = re.compile(r"\\([%_#&{}$/])")
_ANGLE = {r"\textless": "<", r"\textgreater": ">"}
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")

# Broken entries are reported as problems; the library's own log would say it twice.
logging.getLogger("bibtexparser").addHandler(logging.NullHandler())


def sniff(head: str, name: str) -> bool:
    """Whether an entry starts a line, with no Markdown before it (which may quote BibTeX)."""
    first = _ENTRY.search(head)
    if not first:
        return False
    bibtex_by_name = name.removesuffix(".gz").endswith((".bib", ".bibtex"))
    return bibtex_by_name or not _MARKDOWN.search(head, 0, first.start())


def read(document: Document) -> Iterator[Paper]:
    """The paper of each entry that has a title."""
    entries = list(_entries(document))
    by_key = {entry.key: fields for entry, fields in reversed(entries)}
    containers = {fields["crossref"] for _, fields in entries if "crossref" in fields}
    for entry, fields in entries:
        kind = entry.entry_type.lower()
        if kind in _NO_PAPERS or (kind in _CONTAINERS and entry.key in containers):
            continue
        if not any(name in fields for name in _DATES) and (parent := by_key.get(fields.get("crossref", ""))):
            fields = fields | {name: parent[name] for name in _DATES if name in parent}
        if title := _title(fields):
            yield _paper(title, fields)
        else:
            document.problem(f"the entry {entry.key} has no title and was skipped", line=_line(entry))


FORMAT = Format("bibtex", sniff, read)


def _entries(document: Document) -> Iterator[tuple[Entry, dict[str, str]]]:
    """The entries with their fields, those with a repeated key or field among them."""
    try:
        blocks = parse_string(document.text(), parse_stack=[]).blocks
    except ParserStateException as error:
        document.problem(f"the file cannot be read as BibTeX ({error.message})")
        return
    macros: dict[str, str] = {}
    before: Entry | None = None
    for block in blocks:
        known = block.ignore_error_block if isinstance(block, ParsingFailedBlock) else block
        if isinstance(known, Entry):
            yield known, _fields(known, macros, document)
        elif isinstance(known, String):
            macros[known.key.lower()] = _value(known.value, macros)[0]
        elif isinstance(block, ParsingFailedBlock):
            start = _start_of(block.raw or "")
            message = f"a broken entry was skipped; check its braces and commas: {start}"
            document.problem(message, line=_line(block))
        elif isinstance(block, ImplicitComment) and before and _STRAY_FIELD.match(block.comment):
            message = f"fields after the end of the entry {before.key} were skipped; check its braces"
            document.problem(message, line=_line(block))
        before = known if isinstance(known, Entry) else None


def _line(block: Block | Field) -> int:
    """Counted from 1, while bibtexparser counts from 0."""
    return (block.start_line or 0) + 1


def _fields(entry: Entry, macros: Mapping[str, str], document: Document) -> dict[str, str]:
    """The fields by lower-case name, macros and ``#`` resolved, LaTeX not yet; the first of a name counts."""
    fields: dict[str, str] = {}
    for field in entry.fields:
        name, source = field.key.lower(), str(field.value)
        while True:
            value, rest = _value(source, macros)
            if value.strip():
                fields.setdefault(name, value.strip())
            if not rest:
                break
            following = _NEXT_FIELD.match(rest)
            if not following:
                document.problem(
                    f"in the entry {entry.key}, text after the value of {name} was skipped", line=_line(field)
                )
                break
            document.problem(
                f"in the entry {entry.key}, a comma is missing after {name}; read as if it were there",
                line=_line(field),
            )
            name, source = following[1].lower(), rest[following.end() :]
    return fields


def _value(source: str, macros: Mapping[str, str]) -> tuple[str, str]:
    """What a value expression stands for, and what follows it that belongs to no expression."""
    parts: list[str] = []
    at = 0
    while True:
        at += len(source[at:]) - len(source[at:].lstrip())
        opening = source[at : at + 1]
        if opening in {"{", '"'}:
            end = _end_of_text(source, at)
            parts.append(source[at + 1 : end - 1])
        else:
            end = next((i for i in range(at, len(source)) if source[i] in '#{"'), len(source))
            word = source[at:end].strip()
            parts.append(macros.get(word.lower(), word))
        rest = source[end:].lstrip()
        if not rest.startswith("#"):
            return "".join(parts), rest
        at = len(source) - len(rest) + 1


def _end_of_text(source: str, at: int) -> int:
    """The offset after the brace or quote that ends the text that starts here."""
    depth = 0
    quoted = source[at] == '"'
    for match in (_QUOTE_OR_BRACE if quoted else _DELIMITER).finditer(source, at + quoted):
        depth += {"{": 1, "}": -1, '"': 0}[match[0]]
        if depth <= 0 and match[0] == ('"' if quoted else "}"):
            return match.end()
    return len(source) + 1


def _title(fields: Mapping[str, str]) -> str:
    title, subtitle = (_text(fields.get(name, "")) for name in ("title", "subtitle"))
    return f"{title}: {subtitle}" if title and subtitle else title


def _paper(title: str, fields: Mapping[str, str]) -> Paper:
    def get(*names: str) -> list[str]:
        return [fields[name] for name in names if name in fields]

    return paper_from(
        title,
        abstract=_text(fields.get("abstract", "")),
        authors=_authors(fields.get("author", "")),
        date=as_date(fields.get("date", ""))
        or join_date(*(fields.get(part, "") for part in ("year", "month", "day"))),
        eprints=_eprints(fields),
        dois=map(_address, get("doi")),
        urls=map(_address, get("url", "ee", "link", "howpublished")),
        texts=[
            _ADDRESS.sub(lambda match: f" {_address(match[0])} ", text)
            for text in get("journal", "journaltitle", "note", "howpublished", "number", "pages", "addendum")
        ],
        code=next(filter(None, map(_code, get("code", "codeurl", "github", "repository"))), ""),
        notes=(
            note(heading, fields[name], braces=True) for name, heading in _NOTES.items() if name in fields
        ),
    )


def _eprints(fields: Mapping[str, str]) -> Iterator[str]:
    """What may be an arXiv id: the eprint, with its archive for the old ones, and DBLP's volume ``abs/…``."""
    archive = fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv"
    eprint = _address(fields.get("eprint", ""))
    if eprint and archive.strip("{} ").lower() == "arxiv":
        yield eprint
        subject = fields.get("primaryclass") or fields.get("eprintclass") or ""
        yield f"{subject.partition('.')[0]}/{eprint}"
    yield from (_address(fields[name]) for name in ("arxiv", "arxivid") if name in fields)
    if fields.get("volume", "").startswith("abs/"):
        yield fields["volume"].removeprefix("abs/")


def _authors(value: str) -> Iterator[str]:
    names = split_multiple_persons_names(" ".join(value.split()))
    if len(names) == 1 and ";" in value:
        names = value.split(";")
    ordered = (parse_single_name_into_parts(name, strict=False).merge_first_name_first for name in names)
    return (text for text in map(_text, ordered) if text.lower() not in {"others", "et al."})


def _text(value: str) -> str:
    for command, character in _ANGLE.items():
        value = re.sub(rf"\{{?{re.escape(command)}(?![A-Za-z])\s*(?:\{{\}})?\}}?", character, value)
    return text_of(value, braces=True)


def _address(value: str) -> str:
    """An address or identifier without the LaTeX around and within it; ``%`` stays."""
    match = _ADDRESS.search(value)
    bare = _ESCAPE.sub(r"\1", _TILDE.sub("~", match[1] if match else value))
    return re.sub(r"[{}]|\n\s*", "", bare).strip()


def _code(value: str) -> str:
    address = _address(value)
    return f"https://github.com/{address}" if _REPOSITORY.fullmatch(address) else address


def _start_of(raw: str) -> str:
    line = " ".join(raw.split())
    return line if len(line) <= 60 else line[:59] + "…"
