"""A map in the formats that related-work sections are made with, each by its name."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final, TypeAlias

from kg.errors import KgError, UsageError
from kg.files import replacing
from kg.maps.exports.folder import write_folder
from kg.maps.records import RelatedWorkMap

_Render: TypeAlias = Callable[[RelatedWorkMap], str | bytes | Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class MapFormat:
    """A format that a map can be written in."""

    name: str
    file: str
    """What it is called in a folder of all formats."""
    home: str
    """Module and function that make it; imported when it is asked for."""
    streams: bool = True
    """Whether it makes sense on standard output."""

    def render(self, work: RelatedWorkMap) -> bytes | Mapping[str, bytes]:
        """The file's bytes; for a vault, those of each file by path."""
        module, _, function = self.home.partition(":")
        render: _Render = getattr(import_module(f"kg.maps.exports.{module}"), function)
        made = render(work)
        return made.encode("utf-8", "replace") if isinstance(made, str) else made


FORMATS: Final[Mapping[str, MapFormat]] = {
    format.name: format
    for format in (
        MapFormat("markdown", "related-work.md", "markdown:render_markdown"),
        MapFormat("latex", "related-work.tex", "latex:render_latex"),
        MapFormat("bibtex", "references.bib", "bibliography:render_bibtex"),
        MapFormat("csl-json", "references.json", "bibliography:render_csl_json"),
        MapFormat("html", "map.html", "page:render_page", streams=False),
        MapFormat("svg", "map.svg", "picture:render_svg", streams=False),
        MapFormat("png", "map.png", "picture:render_png", streams=False),
        MapFormat("matrix", "matrix.csv", "csv_files:render_matrix"),
        MapFormat("gaps", "gaps.csv", "csv_files:render_gaps"),
        MapFormat("leaderboards", "leaderboards.csv", "csv_files:render_leaderboards"),
        MapFormat("evidence", "evidence.csv", "csv_files:render_evidence"),
        MapFormat("orkg", "orkg.csv", "csv_files:render_orkg"),
        MapFormat("graphml", "map.graphml", "networks:render_graphml"),
        MapFormat("gexf", "map.gexf", "networks:render_gexf"),
        MapFormat("obsidian", "vault", "vault:render_vault", streams=False),
    )
}
"""The formats by name."""
_NEEDS: Final = "pictures need matplotlib; pip install 'paperkg[maps]'"
_ALIASES: Final = {
    "md": "markdown",
    "tex": "latex",
    "bib": "bibtex",
    "csl": "csl-json",
    "json": "csl-json",
    "vault": "obsidian",
}


def map_format(to: str) -> MapFormat | None:
    """The format of a name; None for the path of a folder.

    Raises:
        UsageError: It is neither: one word that is no format and no folder that is there.
    """
    name = to.lower()
    if found := FORMATS.get(_ALIASES.get(name, name)):
        return found
    separators = {"/", os.sep, os.altsep or os.sep}
    if to and (any(sign in to for sign in separators) or to in {".", ".."} or Path(to).is_dir()):
        return None
    near = difflib.get_close_matches(name, (*FORMATS, *_ALIASES), 1)
    hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(FORMATS)}."
    raise UsageError(f"there is no format {to!r}; {hint} A folder is written with a slash: ./{to or 'map'}")


def map_targets(to: Sequence[str], output: str | None = None) -> list[tuple[str, str | None]]:
    """Where each of some formats goes: what is said on the command line, to ``write_map``'s arguments.

    Args:
        to: Names of formats, and paths of folders.
        output: A file for the only format, or ``-`` for standard output.

    Returns:
        Pairs for ``write_map``; a target is ``-`` for standard output, and None for a folder of all formats.

    Raises:
        UsageError: There is none, one is no format, or one file is to hold several.
    """
    if not to:
        raise UsageError(f"say --to with one of {', '.join(FORMATS)}, or with a folder for all of them")
    formats = [map_format(name) for name in to]
    if output is not None:
        format = formats[0]
        if len(formats) > 1 or format is None:
            raise UsageError("goes with a single format; a folder is given to --to", where="--output")
        if output == "-" and format.name == "obsidian":
            raise UsageError("a vault is a folder", where="--output")
        return [(format.name, output)]
    if len(formats) == 1 and formats[0] and formats[0].streams:
        return [(formats[0].name, "-")]
    return [
        (format.name, format.file) if format else (name, None)
        for name, format in zip(to, formats, strict=True)
    ]


def write_map(work: RelatedWorkMap, to: str | Path, target: str | Path | IO[bytes] | None = None) -> None:
    """Write a map in one format, or in all of them into a folder.

    The same map gives the same bytes. A folder, and an Obsidian vault, remembers what was written into it in
    a file ``.paperkg.json``: writing again replaces these files and takes away those that are no more.

    Args:
        work: The map; see ``make_map``.
        to: The name of a format (``FORMATS``), or the path of a folder that gets every format.
        target: For a format, the file that it is written to (replaced when it is whole) or a binary stream;
            for ``obsidian``, a folder. Not given for a folder.

    Raises:
        UsageError: There is no such format, or the target does not fit it.
        KgError: The target can't be written, holds files that were not written here or were changed since,
            or what the format needs is not installed.
    """
    format = None if isinstance(to, Path) else map_format(to)
    if format is None:
        if target is not None:
            raise UsageError("a folder gets every format, and no other target", where=str(to))
        files, missing = _everything(work)
        write_folder(Path(to), files)
        if missing:
            raise KgError(f"all is written but {' and '.join(missing)}: {_NEEDS}", where=str(to))
        return
    if target is None:
        raise UsageError(f"give the file to write {format.name} to")
    made = format.render(work)
    if isinstance(made, bytes):
        if isinstance(target, str | Path):
            with replacing(target) as file:
                file.write_bytes(made)
        else:
            target.write(made)
    elif isinstance(target, str | Path):
        write_folder(Path(target), made)
    else:
        raise UsageError(f"{format.name} is a folder and can't be written to a stream")


def _everything(work: RelatedWorkMap) -> tuple[dict[str, bytes], list[str]]:
    """Every file of a folder, and those that need what is not installed."""
    files: dict[str, bytes] = {}
    missing = []
    pictures = find_spec("matplotlib") is not None
    for format in FORMATS.values():
        if format.home.startswith("picture:") and not pictures:
            missing.append(format.file)
            continue
        made = format.render(work)
        if isinstance(made, bytes):
            files[format.file] = made
        else:
            files |= {f"{format.file}/{path}": content for path, content in made.items()}
    return files, missing
