"""Where a paper can be read on the web."""

from __future__ import annotations

from urllib.parse import quote, urlsplit


def is_web_address(iri: str) -> bool:
    """Whether a link may be shown: a graph can hold ``javascript:`` and the like."""
    try:
        parts = urlsplit(iri)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def paper_links(*, arxiv: str = "", doi: str = "", url: str = "", code: str = "") -> list[tuple[str, str]]:
    """Text and address of each place where a paper is: arXiv, its DOI, its page, its code.

    A page that is arXiv's or the DOI's own is not given twice; addresses other than http and https are left
    out.
    """
    links = []
    host = (urlsplit(url).hostname or "") if is_web_address(url) else ""
    if arxiv:
        links.append((f"arXiv:{arxiv}", f"https://arxiv.org/abs/{quote(arxiv)}"))
    if doi:
        links.append((f"doi:{doi}", f"https://doi.org/{quote(doi)}"))
    if host and not (arxiv and host.endswith("arxiv.org")) and not (doi and host.endswith("doi.org")):
        links.append(("Paper", url))
    if is_web_address(code):
        links.append(("Code", code))
    return links
