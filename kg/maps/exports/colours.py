"""Colours of clusters, the same in every picture."""

from __future__ import annotations

from typing import Final

# The qualitative scheme of P. Tol, "Colour schemes" (SRON/EPS/TN/09-002, 2021), "bright" then "muted": apart
# for eyes that see no red or no green.
COLOURS: Final = (
    *("#4477aa", "#ee6677", "#228833", "#b8860b", "#3a9bc1", "#aa3377"),
    *("#332288", "#88ccee", "#44aa99", "#999933", "#cc6677", "#882255"),
)
OTHERS: Final = "#8a8f94"
"""Of clusters beyond the colours."""
MARKERS: Final = "osD^vP*Xh<>p"
"""A shape for each colour, in matplotlib's letters, for print without colours."""


def cluster_colour(number: int) -> str:
    """The colour of a cluster."""
    return COLOURS[number] if 0 <= number < len(COLOURS) else OTHERS
