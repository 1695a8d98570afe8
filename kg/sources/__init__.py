"""Papers from the files and services that people keep them in.

What arXiv answers is read by ``kg.sources.arxiv_api``, imported when it is asked for:
``read_arxiv(source, *, on_problem, limit=None) -> Iterator[Paper]`` takes an id, URL or ``arxiv:QUERY``.
"""

from __future__ import annotations

from kg.sources.formats import Document, Format, OnProblem, formats

__all__ = ["Document", "Format", "OnProblem", "formats"]
