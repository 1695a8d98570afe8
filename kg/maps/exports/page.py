"""A map as one HTML page that needs nothing but a browser: what it holds, packed for its script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final

from kg import web
from kg.maps.exports.people import byline
from kg.maps.exports.wording import counted
from kg.maps.records import Gap, GapTable, MapResult, PaperLink, Related, RelatedWorkMap
from kg.network.web_links import paper_links
from kg.queries.quotes import Quote
from kg.web.standalone import content_policy, embedded_json, fill

_PAPERS: Final = 2000
"""Papers that a page shows at most: with more, a browser is slow to draw and the file slow to open."""
_PAIRS_EACH: Final = 6
"""Related pairs for each paper, the strongest first."""
_QUOTES: Final = 2
_BOARDS: Final = 200
_CONTRADICTIONS: Final = 300
_SUPPORTS: Final = 400
_STATES: Final = {"stated": 0, "not seen in this collection": 1, "not possible by type": 2}


def render_page(work: RelatedWorkMap) -> str:
    """The map as an HTML file: groups, matrix, gaps, timelines, leaderboards, each with its sentences.

    A map of more than 2,000 papers is cut to those nearest to the middle of their groups, and says so.

    Raises:
        KgError: The page's scripts have not been bundled.
    """
    parts = web.folder() / "map"
    style = (parts / "map-style.css").read_text(encoding="utf-8")
    script = (parts / "map.js").read_text(encoding="utf-8")
    return fill(
        (parts / "map.html").read_text(encoding="utf-8"),
        {
            "policy": escape(content_policy([script], style)),
            "title": escape(" ".join(work.title.split())),
            "style": style,
            "script": script,
            "data": embedded_json(_Packed(work).data()),
        },
    )


class _Packed:
    """The map by numbers: papers, entities, claims and sentences are named by their place in a list."""

    def __init__(self, work: RelatedWorkMap) -> None:
        self.work = work
        kept = _most_central(work)
        self.keys = [key for key in work.papers if key in kept]
        self.papers = {key: number for number, key in enumerate(self.keys)}
        self.iris = [iri for key in self.keys for iri in work.of_paper.get(key, ())]
        self.claims = {iri: number for number, iri in enumerate(self.iris)}
        results = [result for result in work.results if result.paper in self.papers]
        self.results = {result.iri: number for number, result in enumerate(results)}
        named = {work.claims[iri].entity for iri in self.iris}
        named.update(slug for result in results for _, slug in _roles(result))
        self.entities = {
            slug: number for number, slug in enumerate(slug for slug in work.entities if slug in named)
        }
        self.of_results = results
        self.sentences: dict[str, int] = {}

    def data(self) -> dict[str, Any]:
        work = self.work
        lists = sorted({title for key in self.keys for title in work.papers[key].lists})
        relations = list(dict.fromkeys(work.claims[iri].relation for iri in self.iris))
        made: dict[str, Any] = {
            "start": work.start,
            "notes": [*work.notes, *self._capped()],
            "notice": self._notice(),
            "lists": lists,
            "relations": relations,
            "papers": [self._paper(key, lists) for key in self.keys],
            "entities": [self._entity(slug) for slug in self.entities],
            "clusters": [
                [cluster.name, self._known(cluster.entities), len(cluster.papers)]
                for cluster in work.clusters
            ],
            "claims": [self._claim(iri, relations) for iri in self.iris],
            "results": [self._result(result) for result in self.of_results],
            "related": self._related(),
            "links": [self._link(link) for link in work.links if self._has(link.source, link.target)],
            "matrix": self._matrix(relations),
            "timelines": self._timelines(),
            "gaps": [self._gap_table(kind, table) for kind, table in work.method_gaps.items()],
            "boards": self._boards(),
            "contradictions": [
                [self.results[pair.one.iri], self.results[pair.other.iri]]
                for pair in work.contradictions
                if self._has(pair.one.paper, pair.other.paper)
            ][:_CONTRADICTIONS],
            "supports": [
                [
                    relations.index(support.relation),
                    self.entities[support.entity],
                    len(support.papers),
                    support.groups,
                    said,
                ]
                for support in work.supports[:_SUPPORTS]
                if support.entity in self.entities and (said := self._said(support.claims))
            ],
        }
        return made | {"sentences": list(self.sentences)}

    def _notice(self) -> str:
        total = len(self.work.papers)
        if len(self.keys) == total:
            return ""
        return f"Showing {len(self.keys):,} of {counted(total)}: those nearest to the middle of their groups"

    def _capped(self) -> list[str]:
        totals = (
            ("leaderboards", len(self.work.boards), _BOARDS),
            ("pairs of results that differ", len(self.work.contradictions), _CONTRADICTIONS),
            ("claims of several papers", len(self.work.supports), _SUPPORTS),
        )
        return [
            f"This page holds the first {most:,} of {total:,} {name}."
            for name, total, most in totals
            if total > most
        ]

    def _has(self, *papers: str) -> bool:
        return all(paper in self.papers for paper in papers)

    def _known(self, slugs: Iterable[str]) -> list[int]:
        return [self.entities[slug] for slug in slugs if slug in self.entities]

    def _said(self, iris: Iterable[str]) -> list[int]:
        return [self.claims[iri] for iri in iris if iri in self.claims]

    def _quote(self, quote: Quote) -> list[Any]:
        return [self.sentences.setdefault(quote.text, len(self.sentences)), quote.marks]

    def _paper(self, key: str, lists: list[str]) -> dict[str, Any]:
        paper = self.work.papers[key]
        return {
            "title": " ".join(paper.title.split()),
            "cite": paper.cite_key,
            "authors": byline(paper, 20),
            "issued": paper.issued,
            "cluster": paper.cluster,
            "x": round(paper.x, 5),
            "y": round(paper.y, 5),
            "lists": [lists.index(title) for title in paper.lists],
            "links": paper_links(arxiv=paper.arxiv_id, doi=paper.doi, url=paper.url, code=paper.code_url),
        }

    def _entity(self, slug: str) -> list[Any]:
        entity = self.work.entities[slug]
        return [entity.label, entity.type, slug, list(entity.aliases), entity.papers]

    def _claim(self, iri: str, relations: list[Any]) -> list[Any]:
        claim = self.work.claims[iri]
        return [
            self.papers[claim.paper],
            self.entities[claim.entity],
            relations.index(claim.relation),
            round(claim.confidence * 100),
            [self._quote(quote) for quote in claim.quotes[:_QUOTES]],
            max(0, len(claim.quotes) - _QUOTES),
        ]

    def _result(self, result: MapResult) -> list[Any]:
        roles = [[role, self.entities[slug]] for role, slug in _roles(result)]
        said = self._quote(result.quote)
        return [self.papers[result.paper], roles, result.value, result.unit, result.kind, *said]

    def _related(self) -> list[list[Any]]:
        shown: list[Related] = [pair for pair in self.work.related if self._has(pair.source, pair.target)]
        return [
            [
                self.papers[pair.source],
                self.papers[pair.target],
                round(pair.score, 4),
                pair.text,
                self._known(reason.entity for reason in pair.reasons),
            ]
            for pair in shown[: _PAIRS_EACH * len(self.papers)]
        ]

    def _link(self, link: PaperLink) -> list[Any]:
        via = self.entities.get(link.via, -1)
        return [
            self.papers[link.source],
            link.relation,
            self.papers[link.target],
            via,
            self._said(link.claims),
        ]

    def _matrix(self, relations: list[Any]) -> list[Any]:
        matrix = self.work.matrix
        rows = [self.papers[key] for key in matrix.rows if key in self.papers]
        used = {claim.relation for claims in matrix.cells.values() for claim in claims}
        shown = [number for number, relation in enumerate(relations) if relation in used]
        return [rows, self._known(matrix.columns), matrix.omitted, shown]

    def _timelines(self) -> list[list[Any]]:
        return [
            [
                self.entities[timeline.entity],
                timeline.origin,
                [
                    [event.month, event.kind, self.claims[event.claim], self.entities.get(event.other, -1)]
                    for event in timeline.events
                    if event.claim in self.claims
                ],
                sorted(timeline.months.items()),
            ]
            for timeline in self.work.timelines
            if timeline.entity in self.entities
        ]

    def _gap_table(self, kind: str, table: GapTable) -> dict[str, Any]:
        return {
            "kind": kind,
            "rows": self._known(table.rows),
            "columns": self._known(table.columns),
            "gaps": [
                self._gap(gap)
                for gap in table.gaps
                if gap.row in self.entities and gap.column in self.entities
            ],
        }

    def _gap(self, gap: Gap) -> list[Any]:
        return [
            self.entities[gap.row],
            self.entities[gap.column],
            _STATES[gap.state],
            round(gap.score, 4),
            [self.papers[paper] for paper in gap.papers if paper in self.papers],
            [
                [self.entities[slug], self.papers[paper]]
                for slug, paper in gap.suggested_by
                if slug in self.entities and paper in self.papers
            ],
        ]

    def _boards(self) -> list[list[Any]]:
        made = []
        for board in self.work.boards[:_BOARDS]:
            rows = [self.results[result.iri] for result in board.results if result.iri in self.results]
            if rows and board.benchmark in self.entities:
                metric = self.entities.get(board.metric, -1)
                made.append([self.entities[board.benchmark], metric, board.lower_is_better, rows])
        return made


def _roles(result: MapResult) -> list[tuple[str, str]]:
    roles: Mapping[str, str] = {
        "Subject": result.subject,
        "Benchmark": result.benchmark,
        "Metric": result.metric,
        "Baseline": result.baseline,
    }
    return [(role, slug) for role, slug in roles.items() if slug]


def _most_central(work: RelatedWorkMap) -> set[str]:
    """The papers of a page: from each group its most central ones, as many as its share."""
    if len(work.papers) <= _PAPERS:
        return set(work.papers)
    share = _PAPERS / len(work.papers)
    kept: set[str] = set()
    for cluster in work.clusters:
        kept.update(cluster.papers[: max(1, int(len(cluster.papers) * share))])
    return set(sorted(kept)[:_PAPERS])
