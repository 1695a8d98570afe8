"""Papers from the files and services that people keep them in: one module per format.

`read_source` reads a source, `merge_papers` makes one paper of all that is known of it. arXiv itself is read
by ``kg.sources.arxiv_api``, imported when it is asked for.
"""

from __future__ import annotations

from kg.sources.formats import Document, Format, OnProblem, known_formats
from kg.sources.merge import merge_papers, paper_key
from kg.sources.reading import read_source

__all__ = [
    "Document",
    "Format",
    "OnProblem",
    "known_formats",
    "merge_papers",
    "paper_key",
    "read_source",
]
