"""``kg curate``: the commands that edit a file of rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import kg
from kg.cli_options import StoreOption
from kg.errors import UsageError

app = typer.Typer(
    help="Put what you know better into curation.yaml, which kg build replays: merge, split, rename …",
    rich_markup_mode=None,
)

FileOption = Annotated[
    Path,
    typer.Option("--curation", "-c", metavar="FILE", help="The file of rules; made where it is missing."),
]
ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.", show_default=False)]
NoteOption = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why.", show_default=False)]
TypeOption = Annotated[
    str,
    typer.Option(
        "--type", metavar="TYPE", help="Its type, if the graph has no such thing.", show_default=False
    ),
]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="An entity, by any of its names.")]
_FILE = Path("curation.yaml")


@app.callback(invoke_without_command=True)
def _curate(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def merge(
    names: Annotated[
        list[str], typer.Argument(metavar="NAMES...", help="Names of one thing; the first stays.")
    ],
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
    note: NoteOption = "",
) -> None:
    """Several entities are one."""
    _add({"merge": names, "by": by, "note": note}, curation, store)


@app.command()
def distinct(
    names: Annotated[list[str], typer.Argument(metavar="NAMES...", help="Names of several things.")],
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
    note: NoteOption = "",
) -> None:
    """Several entities are not one: don't suggest to merge them."""
    _add({"distinct": names, "by": by, "note": note}, curation, store)


@app.command()
def split(
    name: NameArgument,
    into: Annotated[str, typer.Argument(metavar="INTO", help="The other thing, there already or new.")],
    papers: Annotated[
        list[str] | None, typer.Option("--in", metavar="PAPER", help="A paper that means the other thing.")
    ] = None,
    forms: Annotated[
        list[str] | None, typer.Option("--form", metavar="NAME", help="A form that is the other thing's.")
    ] = None,
    type_: TypeOption = "",
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
    note: NoteOption = "",
) -> None:
    """Some mentions of an entity are of another thing."""
    rule = {"split": name, "into": into, "in": papers or [], "forms": forms or [], "type": type_}
    _add({**rule, "by": by, "note": note}, curation, store)


@app.command()
def rename(
    name: NameArgument,
    to: Annotated[str, typer.Argument(metavar="LABEL", help="What it is to be called.")],
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
    note: NoteOption = "",
) -> None:
    """Give an entity another label; its IRI stays."""
    _add({"rename": name, "to": to, "by": by, "note": note}, curation, store)


@app.command()
def retype(
    name: NameArgument,
    to: Annotated[
        str, typer.Argument(metavar="TYPE", help="Task, Method, Model, Dataset, Benchmark or Metric.")
    ],
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
    note: NoteOption = "",
) -> None:
    """Give an entity another type."""
    _add({"retype": name, "to": to, "by": by, "note": note}, curation, store)


@app.command()
def reject(
    name: NameArgument,
    papers: Annotated[
        list[str] | None, typer.Option("--in", metavar="PAPER", help="In this paper only.")
    ] = None,
    relation: Annotated[
        str, typer.Option("--relation", metavar="NAME", help="Only that a paper stands in it to the entity.")
    ] = "",
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
    note: NoteOption = "",
) -> None:
    """An entity is none, or a claim is wrong."""
    rule = {"reject": name, "in": papers or [], "relation": relation}
    _add({**rule, "by": by, "note": note}, curation, store)


@app.command()
def add(
    name: NameArgument,
    paper: Annotated[str, typer.Option("--in", metavar="PAPER", help="The paper that says so.")],
    relation: Annotated[str, typer.Option("--relation", metavar="NAME", help="uses, introduces …")],
    quote: Annotated[str, typer.Option("--quote", metavar="TEXT", help="Its words, from title or abstract.")],
    type_: TypeOption = "",
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
    note: NoteOption = "",
) -> None:
    """Add a claim, with the words that say so."""
    rule = {"add": name, "in": paper, "relation": relation, "quote": quote, "type": type_}
    _add({**rule, "by": by, "note": note}, curation, store)


@app.command()
def match(
    name: NameArgument,
    iris: Annotated[list[str], typer.Argument(metavar="IRIS...", help="IRIs of the thing elsewhere.")],
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
    note: NoteOption = "",
) -> None:
    """Link an entity to the same thing in other knowledge bases."""
    _add({"match": name, "to": iris, "by": by, "note": note}, curation, store)


@app.command("undo")
def undo_(curation: FileOption = _FILE) -> None:
    """Take back the last edit of kg curate, then the one before it …; what you edited by hand stays."""
    taken = kg.undo_curation(curation)
    typer.echo(f"{curation}: taken back\n{taken}")


@app.command()
def suggest(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 20,
    apply: Annotated[
        list[int] | None, typer.Option("--apply", metavar="N", min=1, help="Merge the pair of this number.")
    ] = None,
    decline: Annotated[
        list[int] | None,
        typer.Option("--decline", metavar="N", min=1, help="Remember that the pair is two things."),
    ] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
    curation: FileOption = _FILE,
    store: StoreOption = "output",
    by: ByOption = "",
) -> None:
    """Show entities that are likely one thing, or accept or decline such suggestions."""
    if format not in {"table", "json"}:
        raise UsageError(f"there is no format {format!r}; choose table or json")
    chosen = [("merge", number) for number in apply or []] + [("distinct", n) for n in decline or []]
    graph = kg.open_store(store)
    found = kg.suggest(graph, curation, limit=max([limit, *(number for _, number in chosen)]))
    for _, number in chosen:
        if number > len(found):
            raise UsageError(f"there are {len(found)} suggestions", where=f"{number}")
    for kind, number in chosen:
        one = found[number - 1]
        _add({kind: [one.first.name, one.other.name], "by": by}, curation, None)
    if chosen:
        return
    if format == "json":
        rows = [{"number": n, **asdict(one), "command": one.command} for n, one in enumerate(found, 1)]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for number, one in enumerate(found, 1):
        pair = (f"{end.label} ({end.type}, {_papers(end.papers)})" for end in (one.first, one.other))
        typer.echo(f"{number:>3}  {one.score:.2f}  {'  =  '.join(pair)}")
        typer.echo(f"           {'; '.join(one.why)}\n           {one.command}")
    if not found:
        typer.echo("nothing looks like a duplicate")


def _papers(count: int) -> str:
    return f"{count:,} paper{'' if count == 1 else 's'}"


def _add(rule: dict[str, str | Sequence[str]], file: Path, store: str | None) -> None:
    made = kg.curate(rule, file, store=None if store is None else kg.open_store(store))
    said = next(iter(rule.items()))
    names = said[1] if isinstance(said[1], str) else ", ".join(said[1])
    typer.echo(f"{made.where}: {said[0]} {names}; the next kg build replays it")
