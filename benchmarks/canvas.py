"""How fast the network page draws, in headless Chromium with a software renderer.

``python -m benchmarks.canvas output``: the time to the first picture around the best linked node and of the
most connected part, and the frames a second while the mouse drags that part about and the wheel zooms it. The
processor time of a frame is that of all of Chromium's processes: on a busy machine the rest is waiting.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from urllib.request import urlopen

import psutil

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_FLAGS = "--no-sandbox --disable-quic --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader"
_CANVAS = "document.querySelector('.network .canvas')"
_COUNT = f"""() => {{
    const frames = (window.frames_ = []);
    {_CANVAS}.picture.sigma.on("afterRender", () => frames.push(performance.now()));
}}"""
# Reading a pixel back waits for the renderer to have drawn.
_DRAWN = f"""() => {{
    const {{ nodes }} = {_CANVAS}.picture.sigma.webGLContexts;
    nodes.readPixels(0, 0, 1, 1, nodes.RGBA, nodes.UNSIGNED_BYTE, new Uint8Array(4));
    return performance.now();
}}"""


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", help="a build's output folder")
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of dragging and of zooming")
    options = parser.parse_args()
    command = [sys.executable, "-m", "kg", "serve", "--store", options.store, "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout
        address = server.stdout.readline().split()[0].rstrip("/")
        measure(address, options.nodes, options.runs, options.seconds)
    finally:
        server.terminate()
        server.wait(timeout=20)


def measure(address: str, nodes: int, runs: int, seconds: float) -> None:
    """Print the figures of one server."""
    from playwright.sync_api import sync_playwright

    with urlopen(f"{address}/api/sample?limit=1") as answer:
        hub = json.load(answer)["nodes"][0]["id"]
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS.split())
        paths = {f"around {hub}": f"?start={quote(hub, safe='')}", f"{nodes} nodes": f"#do=sample,{nodes}"}
        for name, path in paths.items():
            times = [_open(browser, f"{address}/network{path}")[1:] for _ in range(runs)]
            first, settled = (statistics.median(column) for column in zip(*times, strict=True))
            print(f"{name}: first picture after {first:.2f} s, settled after {settled:.2f} s")
        page, *_ = _open(browser, f"{address}/network#do=sample,{nodes}", close=False)
        print(f"lines drawn: {page.evaluate(f'{_CANVAS}.picture.shown.lines.length')}")
        page.evaluate(_COUNT)
        for name, move in {"dragging": _drag, "zooming": _zoom}.items():
            page.evaluate("frames_.length = 0")
            before = _processor()
            move(page, seconds)
            page.evaluate(_DRAWN)
            rate, frames = _rate(page)
            each = (_processor() - before) / max(1, frames) * 1000
            print(f"{name}: {rate:.0f} frames a second, {each:.0f} ms of processor time each")
        browser.close()


def _open(browser: Browser, address: str, *, close: bool = True) -> tuple[Page, float, float]:
    """Open a page; seconds to the first picture, and until it stands still."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    _wait(page, f"{_CANVAS}?.picture?.shown.ids.length")
    page.evaluate(_DRAWN)
    first = time.perf_counter() - start
    _wait(page, f"{_CANVAS}.getAttribute('aria-busy') === 'false'")
    settled = time.perf_counter() - start
    if close:
        page.context.close()
    return page, first, settled


def _wait(page: Page, condition: str) -> Any:
    for _ in range(3000):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(20)
    raise TimeoutError(condition)


def _middle(page: Page) -> tuple[float, float]:
    box = page.locator(".network .canvas").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.93


def _drag(page: Page, seconds: float) -> None:
    x, y = _middle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    end = time.perf_counter() + seconds
    step = 0
    while time.perf_counter() < end:
        step += 1
        page.mouse.move(x + 5 * (step % 40 - 20), y - 3 * (step % 30))
        page.wait_for_timeout(8)
    page.mouse.up()


def _zoom(page: Page, seconds: float) -> None:
    page.mouse.move(*_middle(page))
    end = time.perf_counter() + seconds
    step = 0
    while time.perf_counter() < end:
        step += 1
        page.mouse.wheel(0, -60 if step % 20 < 10 else 60)
        page.wait_for_timeout(8)


def _rate(page: Page) -> tuple[float, int]:
    """Frames a second, from the first to the last frame, and their number."""
    frames = page.evaluate("frames_")
    rate = (len(frames) - 1) / (frames[-1] - frames[0]) * 1000 if len(frames) > 1 else 0.0
    return rate, len(frames)


def _processor() -> float:
    """Seconds of processor time that the browser has used."""
    children = psutil.Process().children(recursive=True)
    return sum(sum(child.cpu_times()[:2]) for child in children if "chrom" in child.name())


if __name__ == "__main__":
    main()
