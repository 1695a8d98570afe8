"""Repair of what real files hold, and names as slugs."""

from __future__ import annotations

from kg.text.latex import clean_latex
from kg.text.mojibake import repair_mojibake
from kg.text.sentences import split_sentences
from kg.text.slugs import slugify
from kg.text.whitespace import join_lines, paragraphs, strip_code_fences, tidy

__all__ = [
    "clean_latex",
    "join_lines",
    "paragraphs",
    "plain",
    "repair_mojibake",
    "slugify",
    "split_sentences",
    "strip_code_fences",
    "tidy",
]


def plain(text: str, *, braces: bool = False) -> str:
    """A title or abstract as one line of plain text: mojibake repaired, no LaTeX, no line wraps.

    Args:
        text: As it stands in the source.
        braces: Whether braces only protect capitals, as in BibTeX.
    """
    return tidy(clean_latex(repair_mojibake(text), braces=braces))
