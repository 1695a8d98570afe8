"""What the formats of reference managers share: dates, identifiers, notes, marked-up text."""

from __future__ import annotations

import calendar
import html
import re
from collections.abc import Iterable
from urllib.parse import quote

from kg.records import Note, Paper
from kg.sources.identifiers import (
    find_arxiv,
    find_code_url,
    is_code_url,
    issued_from_arxiv,
    parse_arxiv,
    parse_doi,
    repair_url,
)
from kg.text import paragraphs, plain

__all__ = ["as_date", "join_date", "note", "paper_from", "text_of"]

_MONTH_NAME = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)((?:1[89]|20)\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)")

_INLINE = "b|i|em|strong|sub|sup|sc|scp|tt|code|span|italic|bold|underline|monospace|font|a"
_BLOCK = "p|br|div|li|ul|ol|sec|h[1-6]"
_TAG = re.compile(
    rf"<(?P<close>/?)(?:(?P<jats>jats|mml):(?P<name>[\w-]+)|(?P<inline>{_INLINE})|(?P<block>{_BLOCK}))"
    r"(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*\s*/?>",
    re.IGNORECASE,
)
_POWER = re.compile(r"<(?:jats:)?sup>\s*([-−+]?\d+)\s*</(?:jats:)?sup>", re.IGNORECASE)
_HEADING = re.compile(r"^\s*<jats:title>\s*(?:abstract|summary)\s*</jats:title>", re.IGNORECASE)
_JATS_INLINE = frozenset({"italic", "bold", "sub", "sup", "sc", "monospace", "underline", "inline-formula"})


def author_names(names: Iterable[str]) -> tuple[str, ...]:
    """The names that hold a letter: arXiv keeps the colon after a group's name as an author of its own."""
    return tuple(name for name in names if any(map(str.isalpha, name)))


def paper_from(
    title: str,
    *,
    abstract: str = "",
    authors: Iterable[str] = (),
    date: str = "",
    eprints: Iterable[str] = (),
    dois: Iterable[str] = (),
    urls: Iterable[str] = (),
    texts: Iterable[str] = (),
    code: str = "",
    notes: Iterable[Note | None] = (),
) -> Paper:
    """A paper from the fields of a reference; what points at the paper is taken from the surest field.

    Args:
        title: Plain text, as are abstract and authors.
        abstract: Searched for an address of code too, but for no identifier: it may cite other papers.
        authors: Given name first; those without a letter are left out.
        date: As `as_date` gives it. The month that an arXiv id names is taken where it says more.
        eprints: Fields that are an arXiv id, if anything.
        dois: Fields that are a DOI, bare or as an address.
        urls: Fields that are an address, of the paper or its code.
        texts: Running text about the reference (its journal, its note), which may hold an arXiv id, a DOI or
            the address of code.
        code: A field that is an address of code.
        notes: What `note` gives.
    """
    dois, texts = list(dois), list(texts)
    urls = [url for url in map(repair_url, urls) if url]
    papers = [url for url in urls if not is_code_url(url)]
    codes = (repair_url(code), *(url for url in urls if is_code_url(url)), *map(find_code_url, texts))
    exact = (found for text in (*eprints, *urls, *dois) if (found := parse_arxiv(text)))
    arxiv = next(exact, None) or next((found for text in texts if (found := find_arxiv(text))), None)
    arxiv_id = arxiv.id if arxiv else ""
    doi = next((name for text in (*dois, *papers, *texts) if (name := parse_doi(text))), "")
    month = issued_from_arxiv(arxiv_id)
    return Paper(
        title=title,
        abstract=abstract,
        authors=author_names(authors),
        issued=month if month.startswith(date) else date,
        arxiv_id=arxiv_id,
        arxiv_version=arxiv.version if arxiv else None,
        doi=doi,
        url=next(iter(papers), "") or _home(arxiv_id, doi),
        code_url=next(filter(None, codes), "") or find_code_url(abstract),
        notes=tuple(filter(None, notes)),
    )


def text_of(value: str, *, braces: bool = False) -> str:
    """One line of plain text: no LaTeX, no HTML or JATS markup, no entities, no mojibake.

    Only tags that publishers put into titles and abstracts are markup: ``<think>`` and ``a < b`` stay.

    >>> text_of("<jats:title>Abstract</jats:title><jats:p>CO<sub>2</sub> &amp; <i>E. coli</i></jats:p>")
    'CO2 & E. coli'
    """
    return plain(_without_markup(value), braces=braces)


def note(heading: str, value: str, *, braces: bool = False) -> Note | None:
    """What the keeper of a library wrote, its paragraphs kept; None if it is empty."""
    lines = (plain(line, braces=braces) for line in _without_markup(value, block="\n").splitlines())
    text = paragraphs("\n".join(lines))
    return Note(heading, text) if text else None


def as_date(text: str) -> str:
    """The date within a text as ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; of a range, the first; else empty.

    >>> as_date("2023/05/12/"), as_date("May 12, 2023"), as_date("12 May 2023"), as_date("in press")
    ('2023-05-12', '2023-05-12', '2023-05-12', '')
    """
    if match := _NUMERIC.search(text):
        return join_date(match[1], match[2], match[3] or "")
    year = _YEAR.search(text)
    if not year:
        return ""
    rest = text[: year.start()] + " " + text[year.end() :]
    month = _MONTH_NAME.search(rest)
    return join_date(year[1], month[0], rest[: month.start()] + rest[month.end() :]) if month else year[1]


def join_date(year: str, month: str, day: str = "") -> str:
    """A date from its parts as far as they can be used; a month is a number or a name, perhaps with its day.

    >>> join_date("2023", "5"), join_date("2023", "Jan.", "3"), join_date("2023", "12~may"), join_date("", "")
    ('2023-05', '2023-01-03', '2023-05-12', '')
    """
    match = _YEAR.search(year)
    if not match:
        return ""
    name = _MONTH_NAME.search(month)
    number = _MONTHS.index(name[0][:3].lower()) + 1 if name else _first_number(month)
    if not 1 <= number <= 12:
        return match[1]
    in_month = _first_number(_MONTH_NAME.sub(" ", month)) if name else 0
    in_days = _first_number(day) or in_month
    date = f"{match[1]}-{number:02}"
    return f"{date}-{in_days:02}" if 1 <= in_days <= _last_day(int(match[1]), number) else date


def _home(arxiv_id: str, doi: str) -> str:
    if arxiv_id:
        return f"https://arxiv.org/abs/{arxiv_id}"
    return repair_url("https://doi.org/" + quote(doi, safe="/:;()")) if doi else ""


def _first_number(text: str) -> int:
    match = re.search(r"(?<!\d)\d{1,2}(?!\d)", text)
    return int(match[0]) if match else 0


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _without_markup(text: str, *, block: str = " ") -> str:
    if "<" in text:
        text = _POWER.sub(r"^\1", _HEADING.sub("", text))
        text = _TAG.sub(lambda tag: block if _breaks(tag) else "", text)
    return html.unescape(text) if "&" in text else text


def _breaks(tag: re.Match[str]) -> bool:
    if tag["jats"]:
        return tag["jats"].lower() == "jats" and tag["name"].lower() not in _JATS_INLINE
    return bool(tag["block"])
