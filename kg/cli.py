"""The command line: each command is one call of the package, and what it prints is said here.

What takes long to import is imported by the command that needs it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Annotated, Any, Self

import typer

import kg
from kg import cli_curate
from kg.cli_options import StoreOption
from kg.errors import KgError, UsageError
from kg.files import replacing

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from kg.pipeline import BuildReport
    from kg.queries import SavedQuery
    from kg.records import Problem

_INTERRUPTED = 130
_PROBLEMS_SHOWN = 20
_PROGRESS_AFTER = 2.0
"""Seconds of work before a progress bar appears."""

# typer brings a click of its own and shows only some of its errors; this is what they have in common.
_CommandLineError: type[typer.BadParameter] = typer.BadParameter.__mro__[1]

app = typer.Typer(
    name="kg",
    help="Knowledge graphs from lists of papers, in which every claim points at its sentence.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(cli_curate.app, name="curate")


def main() -> None:
    """Run the command line, and leave with status 0, 1 for a failure, 2 for wrong usage, 130 for Ctrl-C."""
    try:
        status = app(standalone_mode=False) or 0
        if status == _INTERRUPTED:
            _fail("interrupted; nothing was changed", status)
    except _CommandLineError as error:
        status = _fail(error.format_message(), 2)
    except UsageError as error:
        status = _fail(str(error), 2)
    except KgError as error:
        status = _fail(str(error), 1)
    except OSError as error:
        status = _fail(f"{error.filename or 'the system'}: {error.strerror or error}", 1)
    sys.exit(status)


def _fail(message: str, status: int) -> int:
    typer.echo(f"kg: {' '.join(message.split())}", err=True)
    return status


@app.callback(invoke_without_command=True)
def _kg(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(f"kg {kg.__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def build(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Files, folders, - for standard input, arXiv ids or URLs, arxiv:QUERY.",
            show_default=False,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write into.")] = Path(
        "output"
    ),
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help="The format of the files; else it is recognised by content."),
    ] = None,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Ask arXiv for the abstracts that the lists lack.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="At most so many papers from each source.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first thing that can't be read.")
    ] = False,
    store: Annotated[
        str | None,
        typer.Option("--store", metavar="URL", help="Also replace the graph of this SPARQL 1.1 endpoint."),
    ] = None,
    base_iri: Annotated[
        str | None, typer.Option("--base-iri", help="Where the graph's resources live.", show_default=False)
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes that extract; else one for each processor."),
    ] = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", help="The folder of the extraction cache; else the user's own.")
    ] = None,
    extractor: Annotated[
        str,
        typer.Option(
            "--extractor",
            metavar="NAME",
            help="What reads the texts: model, rules, transformer, llm, or one that a package registers.",
        ),
    ] = "model",
    extractor_options: Annotated[
        list[str] | None,
        typer.Option(
            "--extractor-option", metavar="KEY=VALUE", help="An option of the extractor.", show_default=False
        ),
    ] = None,
    curation: Annotated[
        Path | None,
        typer.Option(
            "--curation",
            metavar="FILE",
            help="Rules to replay, besides each curation.yaml beside the lists.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Build the graph of the papers in some lists, its store and its page."""
    with _Bar() as progress:
        report = kg.build(
            sources,
            output=output,
            format=format,
            fetch=fetch,
            limit=limit,
            strict=strict,
            store=store,
            **({} if base_iri is None else {"base_iri": base_iri}),
            workers=workers or _processors(),
            cache=cache,
            extractor=extractor,
            extractor_options=_values(extractor_options or [], "--extractor-option", "path=FOLDER"),
            curation=curation,
            on_problem=_ProblemPrinter(progress),
            progress=progress,
        )
    _print_report(report, progress.elapsed)


@app.command()
def query(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="QUERY|FILE|NAME",
            help="A SPARQL query, a file with one, - for standard input, or a saved query's name.",
            show_default=False,
        ),
    ] = None,
    params: Annotated[
        list[str] | None,
        typer.Option(
            "--param", "-p", metavar="NAME=VALUE", help="A parameter of the query.", show_default=False
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="table, csv, tsv, json, xml, markdown, turtle or ntriples.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.", show_default=False)
    ] = None,
    queries: Annotated[
        Path | None,
        typer.Option("--queries", help="A folder with saved queries of your own.", show_default=False),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", "-l", help="Show the saved queries.")] = False,
    store: StoreOption = "output",
) -> None:
    """Ask the graph with SPARQL, or with a saved query by its name."""
    if list_:
        _print_saved(kg.saved_queries(queries))
        return
    if text is None:
        raise UsageError(
            "give a query, a file or the name of a saved query; kg query --list shows the saved ones"
        )
    values = _values(params or [])
    graph = kg.open_store(store)
    answer = kg.ask(graph, sys.stdin.read() if text == "-" else text, values, folder=queries)
    columns = _columns() if output is None and sys.stdout.isatty() else None
    with _opened(output) as out:
        kg.write_answer(answer, out, format, columns=columns)


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(help="A paper (arXiv id, DOI, URL, title) or an entity (any of its names).")
    ],
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Papers shown for each relation.")] = 10,
    store: StoreOption = "output",
) -> None:
    """Show one paper or entity with its claims and the sentences behind them."""
    if format not in {"text", "json"}:
        raise UsageError(f"there is no format {format!r}; choose text or json")
    card = kg.show(kg.open_store(store), name, limit=limit)
    if format == "json":
        typer.echo(json.dumps(kg.card_to_dict(card), ensure_ascii=False, indent=2))
    else:
        typer.echo(kg.render_card(card, columns=_columns()))


@app.command()
def view(
    focus: Annotated[
        list[str] | None,
        typer.Option("--focus", help="A paper or entity to look around.", show_default=False),
    ] = None,
    depth: Annotated[int, typer.Option("--depth", min=0, help="Links away from the focus.")] = 1,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Entities of this type only.", show_default=False)
    ] = None,
    relations: Annotated[
        list[str] | None, typer.Option("--relation", help="Links of this relation only.", show_default=False)
    ] = None,
    max_nodes: Annotated[int, typer.Option("--max-nodes", min=1, help="At most so many nodes.")] = 5000,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page to write.")] = Path("network.html"),
    open_: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    store: StoreOption = "output",
) -> None:
    """Write the network, whole or around something, as one HTML file that opens offline."""
    network = kg.view(
        kg.open_store(store),
        output,
        focus=focus or (),
        depth=depth,
        types=types,
        relations=relations,
        max_nodes=max_nodes,
    )
    typer.echo(f"{output}: {len(network):,} nodes, {network.number_of_edges():,} links")
    if open_:
        typer.launch(str(output))


@app.command()
def serve(
    store: StoreOption = "output",
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes one that is free.")
    ] = 8765,
    timeout: Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds that a query may take.")] = 30,
    max_rows: Annotated[
        int, typer.Option("--max-rows", min=1, help="Rows or triples that an answer may have.")
    ] = 1_000_000,
    cors: Annotated[
        list[str] | None,
        typer.Option(
            "--cors",
            metavar="ORIGIN",
            help="Let the pages of this site read the answers; * for all sites.",
            show_default=False,
        ),
    ] = None,
    allow_hosts: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-host",
            metavar="NAME",
            help="A further name by which the server is called.",
            show_default=False,
        ),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open the explorer in the browser.")] = False,
) -> None:
    """Serve the graph on this machine: a SPARQL endpoint and the explorer."""
    from kg.server.security import is_loopback

    def started(address: str) -> None:
        if not is_loopback(host):
            typer.echo(
                f"kg: at {host} whoever reaches this machine can read the graph and keep it busy; "
                "there is no login and no encryption",
                err=True,
            )
        typer.echo(f"{address} shows the graph, {address}sparql answers SPARQL; Ctrl-C ends it")
        sys.stdout.flush()
        if open_:
            typer.launch(address)

    kg.serve(
        store,
        host=host,
        port=port,
        timeout=timeout,
        max_rows=max_rows,
        cors=cors or (),
        allow_hosts=allow_hosts or (),
        on_start=started,
    )


@app.command()
def export(
    format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="turtle, ntriples, rdfxml, jsonld, graphml, gexf, csv (two files in a folder) or records.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file, or the folder for csv; else standard output."),
    ] = None,
    store: StoreOption = "output",
) -> None:
    """Write the graph in another format."""
    kg.export(kg.open_store(store), format, output or sys.stdout.buffer)
    sys.stdout.buffer.flush()


@app.command("map")
def map_(
    start: Annotated[
        str | None,
        typer.Argument(
            metavar="START",
            help="A reading list, a paper, an entity, or a SPARQL SELECT of papers (or its .rq file); "
            "else the whole graph.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="FORMAT|FOLDER",
            help="html, svg, png, markdown, latex, bibtex, csl-json, matrix, gaps, leaderboards, evidence, "
            "orkg, graphml, gexf or obsidian; or a folder (./NAME) for all of them.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to this file (- for standard output); else texts and data go to standard output, "
            "and pictures, the page and the vault to files of the current folder.",
            show_default=False,
        ),
    ] = None,
    nearest: Annotated[
        int | None,
        typer.Option(
            "--nearest",
            min=1,
            help="Papers that join the one that a map starts from; else 30.",
            show_default=False,
        ),
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="Compare papers by entities of this type only.", show_default=False),
    ] = None,
    relations: Annotated[
        list[str] | None,
        typer.Option("--relation", help="Compare papers by this relation only.", show_default=False),
    ] = None,
    columns: Annotated[
        int | None,
        typer.Option(
            "--columns",
            min=1,
            help="Entities that papers are compared by, at most; else 60.",
            show_default=False,
        ),
    ] = None,
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weight",
            metavar="RELATION=NUMBER",
            help="How much a relation counts for relatedness.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of groups and positions.")] = 0,
    store: StoreOption = "output",
) -> None:
    """Make a related-work map: what belongs together, what differs, what is missing."""
    from kg.maps.exports import map_targets

    targets = map_targets(to or (), output)
    chosen: dict[str, Any] = {
        "nearest": nearest,
        "columns": columns,
        "matrix_types": types and tuple(types),
        "matrix_relations": relations and tuple(relations),
        "weights": weights and _weights(weights),
    }
    given = {name: value for name, value in chosen.items() if value is not None}
    options = kg.MapOptions(seed=seed, **given)
    with _Bar() as progress:
        work = kg.make_map(kg.open_store(store), start, options=options, progress=progress)
        for number, (name, target) in enumerate(targets):
            progress("Writing", number, len(targets))
            if target == "-":
                progress.clear()
            kg.write_map(work, name, sys.stdout.buffer if target == "-" else target)
    for name, target in targets:
        if target != "-":
            typer.echo(f"{target or name}: {_plural(len(work.papers), 'paper')}")
    sys.stdout.buffer.flush()


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The graph before: folder, file or endpoint.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The graph after.")],
    format: Annotated[str, typer.Option("--format", "-f", help="text, markdown or json.")] = "text",
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Differences of each kind that are shown; all are counted.")
    ] = 20,
) -> None:
    """Compare two graphs; the exit status is 0 if they are equal, 1 if they differ, 2 for trouble."""
    if format not in {"text", "markdown", "json"}:
        raise UsageError(f"there is no format {format!r}; choose text, markdown or json")
    try:
        with _Bar() as progress:
            comparison = kg.diff(kg.open_store(old), kg.open_store(new), limit=limit, progress=progress)
    except KgError as error:
        raise UsageError(error.message, where=error.where) from error
    typer.echo(kg.render_comparison(comparison, format))
    if not comparison.equal:
        raise typer.Exit(1)


@app.command()
def validate(
    graph: Annotated[
        str, typer.Argument(metavar="PATH|URL", help="A build's output folder, a graph file or an endpoint.")
    ] = "output",
    pyshacl: Annotated[
        bool,
        typer.Option("--pyshacl", help="Ask pySHACL for a second opinion: a minute for a hundred papers."),
    ] = False,
) -> None:
    """Check a graph against the SHACL shapes, and every quote against its text."""
    if pyshacl:
        file = Path(graph) / "graph.ttl" if Path(graph).is_dir() else Path(graph)
        report = kg.validate_by_pyshacl(file)
    else:
        report = kg.validate(kg.open_store(graph))
    for violation in report.violations[:_PROBLEMS_SHOWN]:
        typer.echo(str(violation), err=True)
    if not report.conforms:
        raise KgError(f"{report.count:,} violations of the shapes", where=graph)
    typer.echo(f"{graph}: conforms to the shapes")


@app.command()
def evaluate(
    gold: Annotated[
        Path,
        typer.Argument(
            metavar="GOLD", help="Annotated papers, JSON Lines, with or without texts.", show_default=False
        ),
    ],
    graph: Annotated[
        str | None,
        typer.Option(
            "--graph",
            metavar="PATH|URL",
            help="Score this graph: a build's output folder, a graph file, or a SPARQL endpoint.",
            show_default=False,
        ),
    ] = None,
    records: Annotated[
        Path | None,
        typer.Option(
            "--records", metavar="FILE", help="Score this file, as kg export writes it.", show_default=False
        ),
    ] = None,
    extractor: Annotated[
        str | None,
        typer.Option("--extractor", metavar="NAME", help="Score this extractor.", show_default=False),
    ] = None,
    extractor_options: Annotated[
        list[str] | None,
        typer.Option(
            "--extractor-option", metavar="KEY=VALUE", help="An option of the extractor.", show_default=False
        ),
    ] = None,
    metadata: Annotated[
        Path | None,
        typer.Option(
            "--metadata",
            metavar="FILE",
            help="arXiv metadata (JSON Lines) with the texts that GOLD lacks.",
            show_default=False,
        ),
    ] = None,
    errors: Annotated[
        int, typer.Option("--errors", metavar="N", min=0, help="Show the N commonest kinds of errors.")
    ] = 0,
    calibration: Annotated[
        bool, typer.Option("--calibration", help="Compare the confidence of claims with how many are right.")
    ] = False,
    resolution: Annotated[
        bool, typer.Option("--resolution", help="Measure how the annotated names are brought together.")
    ] = False,
    format: Annotated[str, typer.Option("--format", "-f", help="table, json or markdown.")] = "table",
) -> None:
    """Score extraction against annotated papers: an extractor, a graph or a file of records."""
    if format not in {"table", "json", "markdown"}:
        raise UsageError(f"there is no format {format!r}; choose table, json or markdown")
    with _Bar() as progress:
        evaluation = kg.evaluate(
            gold,
            graph=graph,
            records=records,
            extractor=extractor,
            extractor_options=_values(extractor_options or [], "--extractor-option", "path=FOLDER"),
            metadata=metadata,
            calibration=calibration,
            resolution=resolution,
            progress=progress,
        )
    typer.echo(kg.render_evaluation(evaluation, format, errors=errors))


@app.command()
def train(
    annotations: Annotated[
        list[Path],
        typer.Argument(
            metavar="ANNOTATIONS...", help="Annotated papers to learn from, JSON Lines.", show_default=False
        ),
    ],
    metadata: Annotated[
        Path,
        typer.Option(
            "--metadata",
            metavar="FILE",
            help="arXiv metadata (JSON Lines): the texts of the annotated papers, and others to learn from.",
            show_default=False,
        ),
    ],
    calibrate: Annotated[
        Path | None,
        typer.Option(
            "--calibrate",
            metavar="FILE",
            help="Annotated papers that are not learnt from, to calibrate confidence on.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write into.")] = Path(
        "output/model"
    ),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of all that is drawn by lot.")] = 0,
    pretraining: Annotated[
        int,
        typer.Option(
            "--pretraining", min=0, help="In how many abstracts hidden words are guessed before; 0 for none."
        ),
    ] = kg.TrainingOptions().pretraining.texts,
    teachers: Annotated[
        int, typer.Option("--teachers", min=0, help="Networks that label other abstracts for the last one.")
    ] = kg.TrainingOptions().teachers,
    unlabelled: Annotated[
        int, typer.Option("--unlabelled", min=0, help="How many other abstracts they label.")
    ] = kg.TrainingOptions().unlabelled,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes that learn; else one for each processor."),
    ] = None,
) -> None:
    """Train the extractor anew from annotated papers, for --extractor-option model=FOLDER."""
    with _Bar() as progress:
        report = kg.train(
            annotations,
            metadata,
            output=output,
            calibration=calibrate,
            options=kg.TrainingOptions(
                seed=seed,
                pretraining=kg.PretrainingOptions(texts=pretraining),
                teachers=teachers,
                unlabelled=unlabelled,
            ),
            workers=workers or _processors(),
            progress=progress,
        )
    typer.echo(
        f"{report.folder}: learnt from {report.annotated:,} annotated papers and {report.labelled:,} others, "
        f"{report.size / 1e6:.1f} MB"
    )


def _values(params: Sequence[str], option: str = "--param", example: str = "method=GRPO") -> dict[str, str]:
    values: dict[str, str] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals or not name:
            raise UsageError(f"it is written NAME=VALUE, as in {example}", where=f"{option} {param}")
        if name in values:
            raise UsageError(f"{name!r} is given twice", where=option)
        values[name] = value
    return values


def _weights(values: Sequence[str]) -> dict[str, float]:
    weights = _values(values, "--weight", "uses=0.5")
    try:
        return {relation: float(weight) for relation, weight in weights.items()}
    except ValueError as error:
        raise UsageError(f"a weight is a number: {error}", where="--weight") from error


@contextmanager
def _opened(path: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file that is there only when it is whole."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with replacing(path) as temporary, temporary.open("wb") as out:
            yield out


def _columns() -> int:
    return shutil.get_terminal_size((100, 24)).columns


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _print_saved(queries: Sequence[SavedQuery]) -> None:
    for query in queries:
        typer.echo(f"{query.name}\n    {query.title}")
        for line in textwrap.wrap(query.description, max(_columns() - 4, 40)):
            typer.echo(f"    {line}")
        for parameter in query.parameters:
            kind = f"{parameter.type}, {parameter.need}"
            typer.echo(f"    --param {parameter.name}=…  {parameter.description} ({kind})")


def _print_report(report: BuildReport, seconds: float) -> None:
    counts = report.counts
    types = Counter(entity.type for entity in report.entities.values())
    by_type = ", ".join(f"{n:,} {t}" for t, n in types.most_common())
    rows = [
        ("papers", f"{counts.papers:,} in {_plural(counts.lists, 'reading list')}"),
        ("read", f"{report.extracted:,} anew, {counts.papers - report.extracted:,} from the cache"),
        ("entities", f"{counts.entities:,}{': ' if types else ''}{by_type}"),
        ("claims", f"{counts.claims:,}, from {counts.mentions:,} mentions in {counts.sentences:,} sentences"),
        ("results", f"{counts.results:,}"),
        ("triples", f"{counts.triples:,}, valid"),
    ]
    for name, text in rows:
        typer.echo(f"{name:>9}  {text}")
    if report.without_abstract:
        typer.echo(
            f"{'':>9}  {_plural(report.without_abstract, 'paper')} without an abstract; --fetch asks arXiv"
        )
    if report.rules:
        typer.echo(f"{'curation':>9}  {_plural(report.rules, 'rule')} replayed")
    if report.problems:
        typer.echo(f"{'skipped':>9}  {_plural(len(report.problems), 'problem')}, told on standard error")
    typer.echo(f"\n{report.output / 'graph.html'} is the page to open; kg query --list shows what to ask.")
    typer.echo(f"Done in {seconds:.1f} s.")


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class _ProblemPrinter:
    """Prints the first problems on standard error as they are met."""

    def __init__(self, bar: _Bar) -> None:
        self._bar = bar
        self._met = 0

    def __call__(self, problem: Problem) -> None:
        self._met += 1
        if self._met <= _PROBLEMS_SHOWN:
            self._bar.clear()
            typer.echo(f"kg: {problem}", err=True)
        elif self._met == _PROBLEMS_SHOWN + 1:
            typer.echo("kg: further problems are only counted", err=True)


class _Bar:
    """A progress bar on standard error that appears when work takes long; silent in a pipe."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._visible = sys.stderr.isatty()
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._stage = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    @property
    def elapsed(self) -> float:
        """Seconds since the work began."""
        return time.monotonic() - self._started

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        if not self._visible or self.elapsed < _PROGRESS_AFTER:
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                SpinnerColumn,
                TextColumn,
                TimeRemainingColumn,
            )

            self._bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
        if self._task is None or stage != self._stage:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task, self._stage = self._bar.add_task(stage, total=total), stage
        self._bar.update(self._task, completed=done, total=total)

    def clear(self) -> None:
        """Take the bar off the terminal."""
        if self._bar is not None:
            self._bar.stop()
            self._bar, self._task = None, None
