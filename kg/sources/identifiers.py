"""Identifiers and addresses of papers, as people write them."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs|dg-ga|"
    "funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|"
    "q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_YYMM = r"(?:0[7-9]|[1-9]\d)(?:0[1-9]|1[0-2])"
_NEW = rf"(?P<new>{_YYMM}\.\d{{4,5}})"
_OLD = rf"(?P<archive>{_ARCHIVES})(?:\.[A-Za-z]{{2}})?/(?P<number>\d{{7}})"
_ID = rf"(?:{_NEW}|{_OLD})(?:v(?P<version>[1-9]\d{{0,2}}))?"
_HOSTS = (
    r"(?:[\w-]+\.)?arxiv\.org/(?:abs|pdf|html|format|e-print|src|ps|show-email/\w+|ftp/arxiv/papers/\d{4})/"
    r"|ar5iv\.(?:labs\.arxiv\.org|org)/(?:html|abs)/"
    r"|(?:www\.)?alphaxiv\.org/(?:abs|pdf|overview)/|huggingface\.co/papers/|hf\.co/papers/"
)
_ARXIV = re.compile(
    rf"(?:arxiv\s*:\s*|(?:https?://)?(?:{_HOSTS})|(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.)?{_ID}"
    r"(?:\.pdf|\.html)?/?(?:[?#]\S*)?\s*(?:\[[\w.-]+\])?[.,;]?",
    re.IGNORECASE,
)
_ARXIV_WITHIN = re.compile(
    rf"(?:arxiv\s*:\s*(?:abs/)?|(?:{_HOSTS})|\barxiv\s+(?:preprint\s+)?(?:arxiv\s*:\s*)?|10\.48550/arxiv\.){_ID}(?!\d)",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b10\.\d{4,9}(?:\.\d+)*/[^\s\"<>]+", re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
_URL_TAIL = re.compile(
    r"(?:/(?:full|pdf|epdf|abstract|meta|summary|fulltext|full-text|html))+$", re.IGNORECASE
)
_PAIRS = {")": "(", "]": "[", "}": "{"}
_URL_WITHIN = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_OPENREVIEW = re.compile(r"(?:www\.)?openreview\.net", re.IGNORECASE)
_ACL = re.compile(
    r"(?:www\.)?(?:aclanthology\.(?:org|info)/(?:papers/(?:[A-Z]/[A-Z]\d{2}/)?)?|aclweb\.org/anthology/(?:papers/[A-Z]/[A-Z]\d{2}/)?)"
    r"(?P<id>[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z\d_]+-[a-z\d_]+\.\d+)(?:v\d+)?(?:\.pdf|\.bib)?/?",
    re.IGNORECASE,
)
_PAPER_PAGES = re.compile(
    r"""(?:www\.)?(?:
      proceedings\.mlr\.press/v\d+/(?:[^/]+/)?[^/]+\.(?:html|pdf)
    | openaccess\.thecvf\.com/.*\.(?:html|pdf)
    | (?:papers\.nips\.cc|papers\.neurips\.cc|proceedings\.neurips\.cc)/paper(?:_files/paper)?/.+
    | (?:jmlr\.org|jmlr\.csail\.mit\.edu)/(?:papers|beta/papers)/v?\d+.*
    | (?:jmlr\.org|jmlr\.csail\.mit\.edu)/papers/volume\d+/.+
    | ecva\.net/papers/.+\.(?:php|pdf)
    | isca-(?:speech|archive)\.org/archive/.+
    | (?:ojs|www)?\.?aaai\.org/(?:index\.php/.+/article/view/.+|ojs/index\.php/.+/article/view/.+|papers/.+)
    | ijcai\.org/(?:proceedings/\d{4}/\d+|Proceedings/.+\.pdf)
    | ieeexplore\.ieee\.org/(?:abstract/)?document/\d+.*
    | sciencedirect\.com/science/article/.+
    | nature\.com/articles/[\w.-]+
    | science\.org/doi/.+
    | (?:link|dl)\.[\w.-]+/(?:article|chapter|doi|citation\.cfm).*
    | [\w.-]+/doi/(?:abs/|pdf/|full/|epdf/)?10\.\d{4,9}/.+
    | (?:bio|med|chem|psy)rxiv\.org/content/.+
    | pubmed\.ncbi\.nlm\.nih\.gov/\d+/?
    | ncbi\.nlm\.nih\.gov/(?:pmc/articles/PMC\d+|pubmed/\d+)/?.*
    | pmc\.ncbi\.nlm\.nih\.gov/articles/PMC\d+/?.*
    | semanticscholar\.org/paper/.+
    | api\.semanticscholar\.org/CorpusID:\d+
    | papers\.ssrn\.com/.*abstract.*
    | roboticsproceedings\.org/rss\d+/.+
    | usenix\.org/(?:conference/[^/]+/presentation/.+|system/files/.+\.pdf)
    | vldb\.org/pvldb/.+\.pdf
    | mdpi\.com/\d{4}-\d{3}[\dX]/.+
    | frontiersin\.org/(?:journals/[^/]+/)?articles/.+
    | journals\.plos\.org/.+/article.*
    | hal\.(?:science|archives-ouvertes\.fr|inria\.fr)/.+
    | direct\.mit\.edu/.+/article.*
    | transacl\.org/.*article/view/.+
    | cdn\.openai\.com/.+\.pdf
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_CODE_HOSTS = re.compile(
    r"(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|gitee\.com|huggingface\.co|code\.google\.com)/"
    r"(?!papers/)[^/]+/[^/?#]+|[\w-]+\.github\.io(?:/.*)?",
    re.IGNORECASE,
)


class ArxivId(NamedTuple):
    """A paper's id on arXiv, and the version where one is named."""

    id: str
    """``2505.17387`` or ``hep-th/9901001``: without ``arXiv:``, subject class and version."""
    version: int | None


def parse_arxiv(text: str) -> ArxivId | None:
    """The arXiv id that a text is: an id, ``arXiv:…``, an abs, pdf or html URL, or arXiv's own DOI.

    >>> parse_arxiv("http://arxiv.org/pdf/2505.17387v2"), parse_arxiv("arXiv:math.GT/0309136 [math.GT]")
    (ArxivId(id='2505.17387', version=2), ArxivId(id='math/0309136', version=None))
    """
    match = _ARXIV.fullmatch(unquote(text.strip().strip("<>")))
    return _arxiv(match) if match else None


def find_arxiv(text: str) -> ArxivId | None:
    """The first arXiv id within a longer text, where ``arXiv`` or an address says that it is one."""
    match = _ARXIV_WITHIN.search(text)
    return _arxiv(match) if match else None


def parse_doi(text: str) -> str:
    """The DOI that a text is or that a URL leads to, in lower case without resolver; empty if there is none.

    arXiv's own DOIs (``10.48550/arXiv.…``) say no more than the arXiv id: `parse_arxiv` reads them, this
    gives an empty string.

    >>> parse_doi("https://dl.acm.org/doi/abs/10.1145/3292500.3330701"), parse_doi("DOI: 10.1000/A(1).")
    ('10.1145/3292500.3330701', '10.1000/a(1)')
    """
    text = text.strip()
    is_url = text.lower().startswith(("http://", "https://"))
    if is_url:
        parts = urlsplit_or_none(text)
        if parts is None:
            return ""
        text = parts[2]
    match = _DOI.search(unquote(text))
    if not match:
        return ""
    doi = _without_tail(match.group()).lower()
    if is_url:
        doi = _URL_TAIL.sub("", doi.removesuffix(".pdf")).rstrip("/")
    return "" if doi.startswith(_ARXIV_DOI) or doi.endswith("/") else doi


def repair_url(text: str) -> str:
    """A web address without what sentences and brackets left at its end; empty if it is none.

    Only ``http`` and ``https`` addresses with a host are web addresses.

    >>> repair_url(" https://github.com/Wenchuan-Zhang/Patho-R1. "), repair_url("javascript:alert(1)")
    ('https://github.com/Wenchuan-Zhang/Patho-R1', '')
    """
    url = _without_tail(text.strip().strip("<>").strip())
    if any(c.isspace() or ord(c) < 32 or c in '<>"\\^`{|}' for c in url):
        return ""
    return url if urlsplit_or_none(url) else ""


def paper_url(text: str) -> str:
    """The address of the paper that a link leads to, in its usual form; empty if the link is no paper.

    Known are arXiv, DOI resolvers, OpenReview, the ACL Anthology, PMLR, CVF, NeurIPS and larger publishers.
    """
    if arxiv := parse_arxiv(text):
        return f"https://arxiv.org/abs/{arxiv.id}" + (f"v{arxiv.version}" if arxiv.version else "")
    url = repair_url(text)
    parts = urlsplit_or_none(url)
    if parts is None:
        return ""
    host, path, query = parts[1], parts[2], parts[3]
    if _OPENREVIEW.fullmatch(host):
        ids = parse_qs(query).get("id", [])
        return f"https://openreview.net/forum?id={ids[0]}" if ids and re.fullmatch(r"[\w-]+", ids[0]) else ""
    if match := _ACL.fullmatch(host + path):
        identifier = match["id"]
        return f"https://aclanthology.org/{identifier.upper() if '-' in identifier[:4] else identifier}/"
    if host.lower() in {"doi.org", "dx.doi.org", "www.doi.org"}:
        doi = parse_doi(url)
        return f"https://doi.org/{doi}" if doi else ""
    return url if _PAPER_PAGES.fullmatch(host + path) else ""


def is_code_url(url: str) -> bool:
    """Whether an address is that of a repository or a project page on a host that serves code."""
    parts = urlsplit_or_none(url)
    return parts is not None and bool(_CODE_HOSTS.match(parts[1] + parts[2]))


def find_code_url(text: str) -> str:
    """The first address within a text of a repository or project page on a host that serves code."""
    urls = (repair_url(match.group()) for match in _URL_WITHIN.finditer(text))
    return next((url for url in urls if is_code_url(url)), "")


def urlsplit_or_none(url: str) -> tuple[str, str, str, str] | None:
    """Scheme, host, path and query of a web address; None if it is none."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not re.fullmatch(r"[^\s.]+(?:\.[^\s.]+)*\.?", host):
        return None
    return parts.scheme.lower(), host, parts.path, parts.query


def issued_from_arxiv(arxiv_id: str) -> str:
    """The month of a paper's first version, ``YYYY-MM``, as its arXiv id says; empty for an empty id."""
    match = re.search(r"(?:^|/)(\d\d)(\d\d)", arxiv_id)
    if not match:
        return ""
    year = int(match[1])
    return f"{1900 + year if '/' in arxiv_id and year > 90 else 2000 + year}-{match[2]}"


def _arxiv(match: re.Match[str]) -> ArxivId:
    version = int(match["version"]) if match["version"] else None
    return ArxivId(match["new"] or f"{match['archive'].lower()}/{match['number']}", version)


def _without_tail(text: str) -> str:
    """A text without the punctuation at its end; a bracket that is closed but not opened is punctuation."""
    while text:
        last = text[-1]
        if last in ".,;:!'\"*" or (last in _PAIRS and text.count(last) > text.count(_PAIRS[last])):
            text = text[:-1]
        else:
            break
    return text
