"""The map of papers as a picture for print: SVG, and PNG at 300 dots an inch.

Drawn by matplotlib: its SVG is the same each time once the salt of its ids is fixed, and needs no font.
"""

from __future__ import annotations

import textwrap
import warnings
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from kg.errors import KgError
from kg.maps.exports.colours import COLOURS, MARKERS, OTHERS, cluster_colour
from kg.maps.exports.people import short_byline
from kg.maps.exports.wording import counted
from kg.maps.records import Cluster, MapPaper, RelatedWorkMap
from kg.text.titles import short_title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

_WIDTH: Final = 7.0
"""Inches: the text width of a two-column page."""
_HEIGHT: Final = 5.0
_MARGIN: Final = 0.06
_LEGEND_LINE: Final = 0.125
_LABELS: Final = 120
_SMALL: Final = 10
"""Square points below which a mark has no border, which would hide it."""
_LINES: Final = 1500
_WRAP: Final = 62
_FONTS: Final = ("DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC")
"""The first comes with matplotlib; the others are for the letters that it lacks, where they are installed."""
_STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "paperkg",
    "svg.fonttype": "path",
    "path.simplify": False,
    "text.parse_math": False,
}


def render_svg(work: RelatedWorkMap) -> bytes:
    """The map as SVG, its letters as shapes.

    Raises:
        KgError: matplotlib is not installed.
    """
    return _drawn(work, "svg", {"Date": None, "Creator": None, "Title": _one_line(work.title)})


def render_png(work: RelatedWorkMap) -> bytes:
    """The map as PNG, 2,100 points wide.

    Raises:
        KgError: matplotlib is not installed.
    """
    return _drawn(work, "png", {"Software": None})


def _drawn(work: RelatedWorkMap, format: str, metadata: dict[str, Any]) -> bytes:
    try:
        import matplotlib as mpl
        from matplotlib import font_manager
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise KgError("pictures need matplotlib; pip install 'paperkg[maps]'") from error
    known = set(font_manager.get_font_names())
    out = BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE | {"font.family": [font for font in _FONTS if font in known]})
        # A letter that no font has is drawn as a box.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        names = _legend_names(work)
        lines = sum(name.count("\n") + 1 for name in names[::2])
        figure = Figure(figsize=(_WIDTH, _HEIGHT + _LEGEND_LINE * (lines + 2)), dpi=300)
        FigureCanvasAgg(figure)
        _draw(work, figure, names)
        figure.savefig(out, format=format, metadata=metadata, dpi=300)
    return out.getvalue()


def _draw(work: RelatedWorkMap, figure: Figure, names: list[str]) -> None:
    height = figure.get_size_inches()[1]
    axes = figure.add_axes((0.01, 1 - (_HEIGHT - 0.05) / height, 0.98, (_HEIGHT - 0.35) / height))
    axes.set_axis_off()
    xs = [paper.x for paper in work.papers.values()]
    ys = [paper.y for paper in work.papers.values()]
    width, depth = (max(max(some) - min(some), 0.1) * _MARGIN for some in (xs, ys))
    axes.set_xlim(min(xs) - width, max(xs) + width)
    axes.set_ylim(max(ys) + depth, min(ys) - depth)
    title = f"{_one_line(work.title)} ({counted(len(work.papers))})"
    figure.text(0.02, 1 - 0.22 / height, textwrap.shorten(title, 90, placeholder="…"), size=9, weight="bold")
    from matplotlib.collections import LineCollection

    at = {key: (paper.x, paper.y) for key, paper in work.papers.items()}
    pairs = work.related[:_LINES]
    axes.add_collection(
        LineCollection(
            [(at[pair.source], at[pair.target]) for pair in pairs],
            linewidths=[0.2 + 1.2 * pair.score for pair in pairs],
            colors="#d2d6d9",
            zorder=1,
        )
    )
    size = min(40.0, max(4.0, 4000 / max(len(work.papers), 1)))
    handles = []
    groups: dict[int, list[MapPaper]] = defaultdict(list)
    for paper in work.papers.values():
        groups[_colour_number(paper)].append(paper)
    for number in range(len(COLOURS) + 1):
        last = number == len(COLOURS)
        papers = groups[number]
        if papers:
            handles.append(
                axes.scatter(
                    [one.x for one in papers],
                    [one.y for one in papers],
                    s=size,
                    c=OTHERS if last else cluster_colour(number),
                    marker="." if last else MARKERS[number],
                    linewidths=0.4 if size > _SMALL else 0,
                    edgecolors="white",
                    zorder=2,
                )
            )
    legend = figure.legend(
        handles=handles,
        labels=names,
        loc="lower left",
        bbox_to_anchor=(0.01, 0.005),
        ncols=2,
        fontsize=6.5,
        frameon=False,
        handletextpad=0.3,
        columnspacing=1.2,
        scatterpoints=1,
    )
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set(sizes=[28])
    _label(work, figure, axes)


def _label(work: RelatedWorkMap, figure: Figure, axes: Axes) -> None:
    """Name papers, the most central of each cluster first, where there is room."""
    from matplotlib.transforms import Bbox

    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    point = figure.dpi / 72
    inside = axes.get_window_extent(renderer)
    taken: list[Bbox] = []
    spots = axes.transData.transform([(paper.x, paper.y) for paper in work.papers.values()])
    if len(spots) <= 10 * _LABELS:
        taken += [Bbox.from_bounds(x - 2 * point, y - 2 * point, 4 * point, 4 * point) for x, y in spots]
    to_data = axes.transData.inverted()
    # A stroke around the letters would be drawn letter by letter, in ten times the bytes.
    ground = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.3}

    def write(words: str, x: float, y: float, **look: Any) -> None:
        text = axes.text(x, y, words, zorder=4, bbox=ground, **look)
        box = text.get_window_extent(renderer)
        at_x, at_y = axes.transData.transform((x, y))
        found = _place(box.width, box.height, at_x, at_y, point, inside, taken)
        if found is None:
            text.remove()
            return
        taken.append(found)
        # From the lower left of what is drawn to the text's own baseline.
        moved_x, moved_y = to_data.transform((found.x0 + at_x - box.x0, found.y0 + at_y - box.y0))
        text.set_position((float(moved_x), float(moved_y)))

    for cluster in work.clusters[: len(COLOURS)]:
        middle_x, middle_y = (median(at) for at in zip(*_places(work, cluster), strict=True))
        look = {"size": 11, "weight": "bold", "color": cluster_colour(cluster.number), "alpha": 0.9}
        if len(cluster.papers) > 1:
            write(str(cluster.number + 1), middle_x, middle_y, **look)
    for paper in _in_turn(work):
        write(_name(paper), paper.x, paper.y, size=5.5, color="#22272b")


def _places(work: RelatedWorkMap, cluster: Cluster) -> list[tuple[float, float]]:
    return [(work.papers[key].x, work.papers[key].y) for key in cluster.papers]


def _place(
    width: float, height: float, x: float, y: float, point: float, inside: Bbox, taken: list[Bbox]
) -> Bbox | None:
    from matplotlib.transforms import Bbox

    off = 3.5 * point
    for left, bottom in (
        (x + off, y - height / 2),
        (x - off - width, y - height / 2),
        (x - width / 2, y + off),
        (x - width / 2, y - off - height),
        (x + off, y + off),
        (x + off, y - off - height),
        (x - off - width, y + off),
        (x - off - width, y - off - height),
    ):
        box = Bbox.from_bounds(left, bottom, width, height)
        whole = inside.x0 <= box.x0 and box.x1 <= inside.x1 and inside.y0 <= box.y0 and box.y1 <= inside.y1
        if whole and not box.count_overlaps(taken):
            return box
    return None


def _in_turn(work: RelatedWorkMap) -> Iterator[MapPaper]:
    """One paper of each cluster after the other, up to the number of labels."""
    rounds = zip_longest(*(cluster.papers for cluster in work.clusters))
    keys = [key for some in rounds for key in some if key is not None]
    yield from (work.papers[key] for key in keys[:_LABELS])


def _name(paper: MapPaper) -> str:
    title = _one_line(paper.title)
    if ": " in title[:28]:
        return short_title(title, 28)
    if byline := _one_line(short_byline(paper)):
        return f"{byline} {paper.issued[:4]}".strip()
    return short_title(title, 32)


def _colour_number(paper: MapPaper) -> int:
    return paper.cluster if 0 <= paper.cluster < len(COLOURS) else len(COLOURS)


def _legend_names(work: RelatedWorkMap) -> list[str]:
    names = []
    for number, cluster in enumerate(work.clusters[: len(COLOURS)]):
        text = f"{number + 1}  {_one_line(cluster.name)} ({len(cluster.papers):,})"
        names.append("\n    ".join(textwrap.wrap(text, _WRAP, max_lines=2, placeholder=" …")))
    if rest := work.clusters[len(COLOURS) :]:
        papers = sum(len(cluster.papers) for cluster in rest)
        names.append(f"{counted(len(rest), 'smaller cluster')} ({papers:,})")
    return names


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
