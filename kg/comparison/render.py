"""A comparison as text, Markdown or JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import Final

from kg.comparison.compare import Change, Comparison
from kg.errors import UsageError
from kg.queries.plain import plain

__all__ = ["COMPARISON_FORMATS", "render_comparison"]

COMPARISON_FORMATS: Final = ("text", "markdown", "json")
_REST: Final = "Only what is not compared here differs: evidence, sentences, notes, lists, or the base IRI."
_SIGNS: Final = {"added": "+", "lost": "-"}
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>|#])")


def render_comparison(comparison: Comparison, format: str = "text") -> str:
    """A comparison to be read, without a final newline.

    Args:
        comparison: What `kg.diff` found.
        format: ``text``, ``markdown`` or ``json``.

    Raises:
        UsageError: There is no such format.
    """
    if format == "json":
        return json.dumps(asdict(comparison), ensure_ascii=False, indent=2)
    if format not in COMPARISON_FORMATS:
        raise UsageError(f"there is no format {format!r}; choose one of {', '.join(COMPARISON_FORMATS)}")
    if comparison.equal:
        return f"The graphs are equal: {comparison.after['triples']:,} triples, SHA-256 {comparison.hash}"
    return _markdown(comparison) if format == "markdown" else _text(comparison)


def _text(comparison: Comparison) -> str:
    lines = [
        f"{name:>9}  {before:,} → {comparison.after[name]:,}" for name, before in comparison.before.items()
    ]
    for name, section in comparison.sections.items():
        lines += ["", _heading(name, section.total)]
        sign = _SIGNS.get(name.rpartition(" ")[2], "~")
        lines += [f"  {sign} {_line(change)}" for change in section.changes]
        if section.total > len(section.changes):
            lines.append(f"    … and {section.total - len(section.changes):,} more")
    if not comparison.sections:
        lines += ["", _REST]
    return "\n".join(lines)


def _heading(name: str, total: int) -> str:
    what, _, how = name.partition(" ")
    if total == 1:
        what = {"entities": "entity"}.get(what, what.removesuffix("s"))
    return f"{total:,} {what} {how}"


def _line(change: Change) -> str:
    ends = [plain(end) for end in (change.before, change.after)]
    told = " → ".join(ends) if all(ends) else "".join(ends)
    return f"{plain(change.label)}{': ' if told else ''}{told}"


def _markdown(comparison: Comparison) -> str:
    lines = ["| | old | new |", "| --- | ---: | ---: |"]
    lines += [
        f"| {name} | {before:,} | {comparison.after[name]:,} |" for name, before in comparison.before.items()
    ]
    for name, section in comparison.sections.items():
        lines += ["", f"## {_heading(name, section.total)}", ""]
        lines += [f"- {_escaped(_line(change))} (`{change.id}`)" for change in section.changes]
        if section.total > len(section.changes):
            lines.append(f"- … and {section.total - len(section.changes):,} more")
    if not comparison.sections:
        lines += ["", _REST]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
