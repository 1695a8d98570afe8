"""The README's two pictures, taken of the lists in ``data/``: KG_PICTURES=docs writes them there anew."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ROOT
from tests.explorer.conftest import Look, run_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

PICTURES = {
    "explorer-network.png": ("/network?start=entity%2Freinforcement-learning", ".panel h2"),
    "explorer-paper.png": ("/paper/arxiv-2505.11404", "main h1"),
}
"""By file: the page, and what is there when it has been drawn."""


@pytest.fixture(scope="module")
def address(built: Path) -> Iterator[str]:
    with run_server(built) as address:
        yield address


def _settle(page: Page) -> bytes:
    """A picture of the page once two in a row are the same."""
    before = b""
    for _ in range(60):
        picture: bytes = page.screenshot()
        if picture == before:
            return picture
        before = picture
        page.wait_for_timeout(500)
    raise AssertionError("the page goes on moving")


@pytest.mark.browser
@pytest.mark.parametrize("name", PICTURES)
def test_the_readme_shows_the_explorer_as_it_is(name: str, look: Look, address: str, tmp_path: Path) -> None:
    path, drawn = PICTURES[name]
    page = look(path, address, viewport={"width": 1280, "height": 800}).page
    page.locator(drawn).first.wait_for()
    picture = _settle(page)
    folder = ROOT / os.environ["KG_PICTURES"] if "KG_PICTURES" in os.environ else tmp_path
    (folder / name).write_bytes(picture)
    assert f"docs/{name}" in (ROOT / "README.md").read_text(encoding="utf-8")
    colours = page.evaluate(
        """async (picture) => {
            const bitmap = await createImageBitmap(new Blob([Uint8Array.from(picture)]));
            const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
            canvas.drawImage(bitmap, 0, 0);
            const pixels = canvas.getImageData(0, 0, bitmap.width, bitmap.height).data;
            return new Set(new Uint32Array(pixels.buffer)).size;
        }""",
        list(picture),
    )
    assert colours > 50, "text, shapes and lines"
