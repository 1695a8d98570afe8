"""What differs between two graphs."""

from kg.comparison.compare import SECTIONS, Change, Comparison, Section, diff
from kg.comparison.render import COMPARISON_FORMATS, render_comparison

__all__ = [
    "COMPARISON_FORMATS",
    "SECTIONS",
    "Change",
    "Comparison",
    "Section",
    "diff",
    "render_comparison",
]
