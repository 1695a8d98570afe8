"""Invented papers, and what a graph says of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import kg
from kg.curation import Curation, parse_rules
from kg.curation.apply import Curated
from kg.extraction import DEFAULT_EXTRACTOR, make_extractor
from kg.rdf.triples import Verified, verify
from kg.records import Extraction, LinkedPaper, Paper, Problem, Vocabulary
from kg.resolution import Resolver
from kg.sources import paper_key
from kg.vocabulary import load_vocabulary

ONE = Paper(
    "Graphex: Faster Learning on Graphs",
    "We propose Graphex, a graph neural network for node classification. Graphex is evaluated on ImageNet "
    "and outperforms GPT-4 by 3.5% in accuracy. It is trained with group relative policy optimization "
    "(GRPO).",
    arxiv_id="2401.00001",
)
TWO = Paper(
    "Learning with GRPO",
    "We train Qwen2.5 with GRPO. Sharpness-aware minimization (SAM) improves accuracy on ImageNet by 2.1%.",
    arxiv_id="2401.00002",
)
THREE = Paper(
    "Segmenting Medical Images",
    "We use the Segment Anything Model (SAM) for medical image segmentation on BraTS. "
    "SAM reaches 91.2% Dice on BraTS.",
    arxiv_id="2401.10000",
)
PAPERS = (ONE, TWO, THREE)


class Replayed:
    """The papers with rules replayed on them, as the graph would have them."""

    def __init__(self, rules: str, papers: Sequence[Paper] = PAPERS) -> None:
        self.problems: list[Problem] = []
        vocabulary = _vocabulary()
        resolver = Resolver(vocabulary)
        for paper in papers:
            resolver.observe(_read(paper))
        resolution = resolver.resolve()
        linked = [LinkedPaper(paper_key(p), p, _read(p), resolution.slugs(_read(p))) for p in papers]
        curation = Curation(parse_rules(rules, "curation.yaml"))
        self._curated = Curated(
            curation, papers, linked, resolution.entities, vocabulary, self.problems.append
        )
        self.entities = self._curated.entities

    def verified(self) -> dict[str, Verified]:
        """What stands in each paper's words, by its arXiv id."""
        return {linked.paper.arxiv_id: verify(linked) for linked in self._curated}

    def claims(self, slug: str) -> set[tuple[str, str, float, tuple[str, ...]]]:
        """The claims about an entity: paper, relation, confidence, and who says so."""
        return {
            (key, claim.relation, claim.confidence, claim.said_by)
            for key, verified in self.verified().items()
            for claim in verified.claims
            if claim.slug == slug
        }

    def papers(self, slug: str) -> set[str]:
        """The papers that name an entity."""
        return {paper for paper, *_ in self.claims(slug)}

    def result(self, value: str) -> dict[str, str | None]:
        """The entities of the result with a value."""
        for linked in self._curated:
            for result in linked.extraction.results:
                if result.value == value:
                    numbers = {r: getattr(result, r) for r in ("subject", "benchmark", "metric", "baseline")}
                    return {r: None if n is None else linked.slugs[n] for r, n in numbers.items()}
        return {}


@cache
def _vocabulary() -> Vocabulary:
    return load_vocabulary()


@cache
def _read(paper: Paper) -> Extraction:
    (outcome,) = make_extractor(DEFAULT_EXTRACTOR, _vocabulary(), None).extract_many(
        [(paper.title, paper.abstract)]
    )
    assert outcome.extraction
    return outcome.extraction


def write_papers(folder: Path, papers: Iterable[Paper] = PAPERS) -> str:
    """A file with the papers; its path."""
    path = folder / "papers.jsonl"
    records = [{"id": paper.arxiv_id, "title": paper.title, "abstract": paper.abstract} for paper in papers]
    path.write_text("\n".join(map(json.dumps, records)))
    return str(path)


def rows(output: Path, query: str) -> set[tuple[str, ...]]:
    """The answer to a query, as texts."""
    store = kg.open_store(output)
    return {tuple(str(getattr(value, "value", "")) for value in row) for row in kg.ask(store, query)}
