"""The map for print."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from kg.maps.exports.colours import cluster_colour
from kg.maps.exports.picture import render_png, render_svg
from tests.maps.exports.sample import PAPERS, SAMPLE

Made = Callable[[str], bytes]


def test_the_svg_is_whole_asks_for_nothing_and_runs_nothing(made: Made) -> None:
    tree = ET.fromstring(made("svg"))
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    names = {element.tag.rpartition("}")[2] for element in tree.iter()}
    assert not names & {"script", "image", "foreignObject", "text"}
    links = [
        value for element in tree.iter() for name, value in element.attrib.items() if name.endswith("href")
    ]
    assert all(link.startswith("#") for link in links)
    assert b"<dc:date>" not in made("svg")


def test_the_svg_shows_every_paper_in_the_colour_of_its_group(made: Made) -> None:
    svg = made("svg").decode()
    for number in (0, 1):
        papers = [paper for paper in PAPERS.values() if paper.cluster == number]
        drawn = svg.count(f"fill: {cluster_colour(number)}; stroke: #ffffff")
        assert drawn == len(papers) + 1  # and the legend


def test_the_png_has_300_dots_an_inch(made: Made) -> None:
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(made("png")))
    assert image.size[0] == 2100
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_pictures_are_the_same_each_time(made: Made) -> None:
    assert render_svg(SAMPLE) == made("svg")
    assert render_png(SAMPLE) == made("png")
