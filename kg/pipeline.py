"""A build: papers in; a validated graph, a store and a page out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache as run_once
from pathlib import Path

from kg.curation import FILE_NAME, read_curation
from kg.curation.apply import Curated
from kg.errors import KgError
from kg.extraction import DEFAULT_EXTRACTOR, CheckedExtractor, Outcome, Text, make_extractor
from kg.extraction.cache import ExtractionCache, default_cache_folder
from kg.extraction.parallel import fill_cache
from kg.network import project, write_html
from kg.progress import Progress
from kg.rdf import (
    BASE_IRI,
    GraphCounts,
    Iris,
    load_store,
    publication,
    push_graph,
    validate,
    write_graph,
)
from kg.records import Entity, Extraction, LinkedPaper, Paper, Problem, ReadingList
from kg.resolution import Resolution, Resolver
from kg.sources import merge_papers, paper_key, read_source
from kg.vocabulary import load_vocabulary

__all__ = ["BuildReport", "build"]

_NOTHING = Extraction()


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build read, found and wrote."""

    output: Path
    """The folder that holds ``graph.ttl``, ``graph.html`` and ``store``."""
    lists: tuple[ReadingList, ...]
    counts: GraphCounts
    entities: Mapping[str, Entity]
    """The entities by slug."""
    without_abstract: int
    """Papers of which only the title could be read."""
    extracted: int
    """Papers whose text was read anew; the others came from the cache."""
    problems: tuple[Problem, ...]
    """What could not be read, what an extractor said that the text does not bear out, and what rules of the
    curation did not apply; the rest was built."""
    rules: int = 0
    """Rules of the curation that were replayed, those that did not apply included."""


def build(
    sources: str | Iterable[str],
    *,
    output: str | Path = "output",
    format: str | None = None,
    fetch: bool = False,
    limit: int | None = None,
    strict: bool = False,
    store: str | None = None,
    base_iri: str = BASE_IRI,
    workers: int = 1,
    cache: str | Path | None = None,
    extractor: str = DEFAULT_EXTRACTOR,
    extractor_options: Mapping[str, str] | None = None,
    curation: str | Path | None = None,
    on_problem: Callable[[Problem], None] | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Build the graph of the papers in some sources, and replace the output folder's graph in one step.

    The same papers, vocabulary, curation and extractor give byte-identical ``graph.ttl`` and ``graph.html``,
    whatever the order of the sources and the number of workers. A build that fails or is interrupted leaves
    the old output. The rules of each ``curation.yaml`` beside a source's file, or in its folder, are replayed
    on what was read; see `kg.curate`.

    Args:
        sources: Files, folders, ``-`` for standard input, arXiv ids or URLs, ``arxiv:QUERY``; one or several.
        output: The folder to write into; made where it is missing.
        format: The format of the files, where it is not to be recognised by their content.
        fetch: Ask arXiv for the abstracts that the sources lack.
        limit: At most so many papers from each source.
        strict: Take the first thing that can't be read as an error.
        store: Also replace the graph of this SPARQL 1.1 endpoint; see `kg.rdf.push_graph`.
        base_iri: Where the graph's resources live.
        workers: How many processes extract. With more than one, a script must call this under
            ``if __name__ == "__main__"``.
        cache: The folder of the extraction cache; the user's cache folder when None.
        extractor: What reads the texts: ``model``, ``rules``, ``transformer``, ``llm``, or one that another
            package registers; see `kg.extraction.make_extractor`.
        extractor_options: What that extractor takes.
        curation: A file of rules besides those that lie beside the sources.
        on_problem: Called with each thing that can't be read, as it is met.
        progress: Called as the work goes on.

    Returns:
        What was read, found and written.

    Raises:
        UsageError: An option or a source's name is wrong.
        KgError: There is no paper to build from, something can't be read or written, or a file of rules is
            malformed.
    """
    report = progress or (lambda stage, done, total: None)
    problems: list[Problem] = []

    def note(problem: Problem) -> None:
        if strict:
            raise KgError(problem.message, where=problem.where)
        problems.append(problem)
        if on_problem:
            on_problem(problem)

    Iris(base_iri)  # a wrong one is refused before the work, not after it
    names = [sources] if isinstance(sources, str) else list(sources)
    rules = read_curation(*_curation_files(names, curation))
    names = [name for name in names if Path(name).name != FILE_NAME]
    vocabulary = load_vocabulary()
    reader = make_extractor(extractor, vocabulary, extractor_options)
    papers = merge_papers(_read(names, format, limit, note, report))
    if fetch:
        from kg.sources.arxiv_api import complete  # it takes long to import, and few builds need it

        papers = merge_papers(
            complete(papers, on_problem=note, on_progress=lambda n, of: report("Asking arXiv", n, of))
        )
    if not papers:
        raise KgError("no paper could be read, so nothing was built", where=", ".join(names))

    with (
        publication(output) as staging,
        ExtractionCache(Path(cache) if cache else default_cache_folder(), reader.fingerprint) as kept,
    ):
        texts = [(paper.title, paper.abstract) for paper in papers]
        filled = fill_cache(
            texts,
            kept,
            reader,
            workers=workers,
            progress=lambda done, total: report("Reading abstracts", done, total),
        )
        outcomes = _Outcomes(kept, reader, filled.failed)
        resolver = Resolver(vocabulary)
        for paper in papers:
            outcome = outcomes.of(paper)
            for message in outcome.problems:
                note(Problem(paper.arxiv_id or paper.doi or paper.title, message))
            resolver.observe(outcome.extraction or _NOTHING)
        resolution = resolver.resolve()
        linked: Iterable[LinkedPaper] = _LinkedPapers(papers, outcomes, resolution)
        entities = resolution.entities
        if rules.rules:
            report("Replaying the curation", 0, None)
            linked = curated = Curated(rules, papers, linked, entities, vocabulary, note)
            entities = curated.entities
        report("Writing the graph", 0, None)
        counts = write_graph(staging / "graph.ttl", linked, entities, base_iri=base_iri)
        report("Loading and validating", 0, None)
        # Called by the validation, which checks the file meanwhile.
        load = run_once(lambda: load_store(staging / "store", staging / "graph.ttl"))
        validate(staging / "graph.ttl", store=load).raise_if_violated()
        graph = load()
        lists = tuple(sorted({one for paper in papers for one in paper.lists}))
        report("Drawing the network", 0, None)
        write_html(project(graph), graph, staging / "graph.html", title=_title(lists))
        if store:
            report("Sending the graph", 0, None)
            push_graph(store, staging / "graph.ttl")
    return BuildReport(
        output=Path(output),
        lists=lists,
        counts=counts,
        entities=entities,
        without_abstract=sum(not paper.abstract for paper in papers),
        extracted=filled.extracted,
        problems=tuple(problems),
        rules=len(rules.rules),
    )


def _curation_files(sources: Sequence[str], named: str | Path | None) -> list[Path]:
    """The files of rules beside the sources, in their folders, among them, and the one that is named."""
    files: dict[Path, Path] = {}
    for source in sources:
        if source == "-" or not os.path.exists(source):  # noqa: PTH110 - raises nothing
            continue
        path = Path(source)
        folder = path if path.is_dir() else path.parent
        file = path if path.name == FILE_NAME else folder / FILE_NAME
        if file.is_file():
            files.setdefault(file.resolve(), file)
    if named is not None:
        files.setdefault(Path(named).resolve(), Path(named))
    return list(files.values())


def _read(
    sources: Sequence[str],
    format: str | None,
    limit: int | None,
    on_problem: Callable[[Problem], None],
    progress: Progress,
) -> Iterator[Paper]:
    done = 0
    for source in sources:
        for paper in read_source(source, format=format, on_problem=on_problem, limit=limit):
            done += 1
            progress("Reading papers", done, None)
            yield paper


class _Outcomes:
    """What became of each paper's text: kept in the cache, failed, or made anew where the cache lost it."""

    def __init__(self, cache: ExtractionCache, reader: CheckedExtractor, failed: dict[Text, Outcome]) -> None:
        self._cache = cache
        self._reader = reader
        self._failed = failed

    def of(self, paper: Paper) -> Outcome:
        text = (paper.title, paper.abstract)
        if text in self._failed:
            return self._failed[text]
        if (found := self._cache.get(text)) is None:
            (found,) = self._reader.extract_many([text])
            if found.extraction is None:
                self._failed[text] = found
            else:
                self._cache.put([(text, found)])
        return found


class _LinkedPapers:
    """The papers with what was read from each, from the cache one by one, as often as they are iterated."""

    def __init__(self, papers: Sequence[Paper], outcomes: _Outcomes, resolution: Resolution) -> None:
        self._papers = papers
        self._outcomes = outcomes
        self._resolution = resolution

    def __iter__(self) -> Iterator[LinkedPaper]:
        for paper in self._papers:
            extraction = self._outcomes.of(paper).extraction or _NOTHING
            yield LinkedPaper(paper_key(paper), paper, extraction, self._resolution.slugs(extraction))


def _title(lists: Sequence[ReadingList]) -> str:
    names = list(dict.fromkeys(one.title for one in lists))
    if not names:
        return "Papers"
    return " · ".join(names[:3]) + (f" and {len(names) - 3} more lists" if len(names) > 3 else "")
