"""Repair of what real files hold, and names as slugs."""

from __future__ import annotations

from kg.text.latex import clean_latex
from kg.text.mojibake import repair_mojibake
from kg.text.slugs import slugify
from kg.text.whitespace import join_lines, strip_code_fences, tidy

__all__ = ["clean_latex", "join_lines", "repair_mojibake", "slugify", "strip_code_fences", "tidy"]
