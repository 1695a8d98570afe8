"""References for the papers of a map: BibTeX and CSL-JSON.

BibTeX is written by bibtexparser, which reads it here already. Accents are written as LaTeX commands, since
classic BibTeX counts bytes; letters that LaTeX has no command for stay as they are.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import quote

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from bibtexparser.writer import BibtexFormat
from pylatexenc.latexencode import RULE_DICT, UnicodeToLatexConversionRule, UnicodeToLatexEncoder

from kg.maps.exports.people import Person, person
from kg.maps.records import MapPaper, RelatedWorkMap
from kg.text.titles import short_title

_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# BibTeX counts escaped braces too, and a single one would unbalance a field.
_OWN: Final = {ord('"'): '"', ord("{"): r"\ensuremath{\lbrace}", ord("}"): r"\ensuremath{\rbrace}"}
_ENCODER: Final = UnicodeToLatexEncoder(
    conversion_rules=[UnicodeToLatexConversionRule(RULE_DICT, _OWN), "defaults"],
    replacement_latex_protection="braces-all",
    unknown_char_policy="keep",
    unknown_char_warning=False,
)
# In a field that is not decoded these would end the value.
_ADDRESS: Final = re.compile(r"[\s{}\\\"<>^`|]")
_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def render_bibtex(work: RelatedWorkMap) -> str:
    """One entry for each paper, by citation key; ``misc``, for no venue is known."""
    papers = sorted(work.papers.values(), key=lambda paper: paper.cite_key)
    style = BibtexFormat()  # type: ignore[no-untyped-call]
    style.indent = "  "
    style.block_separator = "\n"
    # Without the library's own last step: it would put braces around the names of months too.
    return write_string(Library([_entry(paper) for paper in papers]), unparse_stack=[], bibtex_format=style)


def render_csl_json(work: RelatedWorkMap) -> str:
    """CSL-JSON 1.0.2, one item for each paper; its id is the citation key."""
    papers = sorted(work.papers.values(), key=lambda paper: paper.cite_key)
    return json.dumps([_item(paper) for paper in papers], ensure_ascii=False, indent=2) + "\n"


def _entry(paper: MapPaper) -> Entry:
    year, month, _ = _date(paper)
    fields = {
        "author": " and ".join(_bibtex_name(person(name)) for name in paper.authors),
        "key": "" if paper.authors else _latex(short_title(paper.title)),  # to sort by
        "title": f"{{{_latex(paper.title)}}}",
        "year": year,
        "eprint": paper.arxiv_id,
        "archiveprefix": "arXiv" if paper.arxiv_id else "",
        "doi": re.sub(r"[\s{}\\]", "", paper.doi),
        "url": _address(address(paper)),
    }
    made = [Field(name, f"{{{value}}}") for name, value in fields.items() if value]
    if month.isdigit() and 1 <= int(month) <= 12:
        made.append(Field("month", _MONTHS[int(month) - 1]))
    return Entry("misc", paper.cite_key, made)


def _item(paper: MapPaper) -> dict[str, Any]:
    numbers = [int(part) for part in _date(paper) if part.isdigit()]
    item: dict[str, Any] = {
        "id": paper.cite_key,
        "type": "article",
        "title": _line(paper.title),
        "author": [_csl_name(person(name)) for name in paper.authors],
        "issued": {"date-parts": [numbers]} if numbers else None,
        "publisher": "arXiv" if paper.arxiv_id else "",
        "number": f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else "",
        "DOI": paper.doi,
        "URL": address(paper),
    }
    return {name: value for name, value in item.items() if value}


def address(paper: MapPaper) -> str:
    """Where a paper is on the web: arXiv, else its DOI, else what its list says; empty if unknown."""
    if paper.arxiv_id:
        return f"https://arxiv.org/abs/{paper.arxiv_id}"
    return f"https://doi.org/{quote(paper.doi)}" if paper.doi else paper.url


def _date(paper: MapPaper) -> tuple[str, str, str]:
    year, month, day = [*paper.issued.split("-"), "", ""][:3]
    return year, month, day


def _bibtex_name(one: Person) -> str:
    if not one.given and not one.particle and not one.suffix:
        return f"{{{_latex(one.family)}}}"
    family = " ".join(filter(None, (_latex(one.particle), _latex(one.family))))
    return ", ".join(filter(None, (family, _latex(one.suffix), _latex(one.given))))


def _csl_name(one: Person) -> dict[str, str]:
    if not one.given and not one.particle and not one.suffix:
        return {"literal": one.family}
    named = {
        "family": one.family,
        "given": one.given,
        "non-dropping-particle": one.particle,
        "suffix": one.suffix,
    }
    return {name: value for name, value in named.items() if value}


def _latex(text: str) -> str:
    encoded: str = _ENCODER.unicode_to_latex(_line(text))
    return encoded


def _line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _address(text: str) -> str:
    return _ADDRESS.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), text)
