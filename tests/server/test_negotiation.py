from __future__ import annotations

import pytest

from kg.server.negotiation import accepts_gzip, preferred

OFFERS = ("application/json", "text/csv", "text/plain")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/*", "text/csv"),
        ("text/*;q=0.5, text/plain", "text/plain"),
        ("text/csv, */*", "text/csv"),
        ("*/*;q=0.9, text/csv;q=0.8", "application/json"),
        ("text/csv;q=0.001, application/json;q=0", "text/csv"),
        ("TEXT/CSV ; Q=1.000", "text/csv"),
        ('text/plain;x="a,b;q=0.1", text/csv;q=0.5', "text/plain"),
        ("text/csv;q=2, text/plain;q=0.1", "text/plain"),
        ("image/png", None),
        ("*/*;q=0", None),
        (",,;", None),
    ],
)
def test_what_a_client_likes_best(accept: str | None, chosen: str | None) -> None:
    assert preferred(accept, OFFERS) == chosen


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        (None, False),
        ("gzip, deflate", True),
        ("gzip;q=0", False),
        ("*", True),
        ("*;q=0.5, gzip;q=0", False),
        ("br", False),
    ],
)
def test_whether_a_client_takes_gzip(header: str | None, takes: bool) -> None:
    assert accepts_gzip(header) is takes
