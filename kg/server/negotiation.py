"""Content negotiation (RFC 9110, 12.4 and 12.5): which of a server's media types a client likes best."""

from __future__ import annotations

import re
from collections.abc import Sequence

_QVALUE = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


def preferred(accept: str | None, offers: Sequence[str]) -> str | None:
    """The offer that an ``Accept`` header likes best; None if it takes none of them.

    The most specific range that fits an offer gives its weight. Among offers of equal weight one that is
    named comes before one that a wildcard takes, then the server's order counts. Parameters other than the
    weight are not looked at, and what can't be read is skipped.

    Args:
        accept: The header's value; None or an empty one takes everything.
        offers: Media types in lower case, the server's favourite first.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = _weights(accept)
    best: tuple[float, int] = (0.0, 0)
    chosen = None
    for offer in offers:
        named = (offer, offer.partition("/")[0] + "/*", "*/*")
        found = next(((ranges[name], 2 - i) for i, name in enumerate(named) if name in ranges), (0.0, 0))
        if found[0] > 0 and found > best:
            best, chosen = found, offer
    return chosen


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether an ``Accept-Encoding`` header takes gzip."""
    weights = _weights(accept_encoding or "")
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weights(header: str) -> dict[str, float]:
    """The weight of each range; the highest where one is there twice."""
    weights: dict[str, float] = {}
    for item in _QUOTED.sub("", header).split(","):
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = float(value) if _QVALUE.fullmatch(value.strip()) else 0.0
        if name:
            weights[name] = max(weight, weights.get(name, 0.0))
    return weights
