"""A map as an Obsidian vault: a note for each paper and entity, linked by what the papers do."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kg.maps.exports.evidence import Evidence
from kg.maps.exports.file_names import FileNames
from kg.maps.exports.markdown import escape, markdown_link, marked
from kg.maps.exports.people import byline
from kg.maps.exports.wording import amount, counted, main_relations
from kg.maps.records import MapClaim, MapEntity, MapPaper, MapResult, Related, RelatedWorkMap
from kg.network.web_links import paper_links
from kg.queries.quotes import Quote
from kg.queries.relation_words import BACK, VERBS
from kg.records import RELATIONS, Relation
from kg.text.titles import short_title

_RELATED: Final = 10
_BREAKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]+")
_LABEL: Final = str.maketrans({"[": "(", "]": ")", "|": "/", "#": "＃", "^": "ˆ", "<": "＜", ">": "＞"})


def render_vault(work: RelatedWorkMap) -> Mapping[str, bytes]:
    """The notes of a vault, by their path in it."""
    vault = _Vault(work)
    notes = {"Index.md": vault.index()}
    for paper in work.papers.values():
        notes[f"{vault.papers[paper.key]}.md"] = vault.paper(paper)
    for entity in work.entities.values():
        notes[f"{vault.entities[entity.slug]}.md"] = vault.entity(entity)
    return {path: "".join(lines).encode("utf-8", "replace") for path, lines in notes.items()}


class _Vault:
    def __init__(self, work: RelatedWorkMap) -> None:
        self.work = work
        self.evidence = Evidence(work)
        # A link may name a note without its folder: no two notes of the vault have one name.
        names = FileNames()
        names.name("Index")
        self.papers: dict[str, str] = {}
        self.entities: dict[str, str] = {}
        for paper in work.papers.values():
            self.papers[paper.key] = f"Papers/{names.name(short_title(paper.title, 80))}"
        for entity in work.entities.values():
            self.entities[entity.slug] = f"Entities/{names.name(entity.label, entity.type)}"
        self.claims: dict[str, list[MapClaim]] = defaultdict(list)
        for claim in work.claims.values():
            self.claims[claim.entity].append(claim)
        self.results: dict[str, list[MapResult]] = defaultdict(list)
        for result in work.results:
            named = (result.subject, result.benchmark, result.metric, result.baseline)
            for slug in dict.fromkeys(filter(None, named)):
                self.results[slug].append(result)
        self.related: dict[str, list[Related]] = defaultdict(list)
        for pair in work.related:
            self.related[pair.source].append(pair)
            self.related[pair.target].append(pair)

    def index(self) -> Iterator[str]:
        work = self.work
        yield from _front({"title": work.title, "papers": len(work.papers), "entities": len(work.entities)})
        yield f"# {_text(work.title)}\n\nMade from {_text(work.start)}: {counted(len(work.papers))}.\n"
        for cluster in work.clusters:
            yield f"\n## {cluster.number + 1}. {_text(cluster.name)}\n\n"
            if telling := [self.to_entity(slug) for slug in cluster.entities if slug in work.entities]:
                yield f"What sets it apart: {', '.join(telling)}.\n\n"
            for key in cluster.papers:
                issued = f" ({work.papers[key].issued[:4]})" if work.papers[key].issued else ""
                yield f"- {self.to_paper(key)}{issued}\n"
        if work.notes:
            yield "\n## How this was made\n\n"
            yield from (f"- {_text(note)}\n" for note in work.notes)

    def paper(self, paper: MapPaper) -> Iterator[str]:
        claims = [self.work.claims[iri] for iri in self.work.of_paper.get(paper.key, ())]
        groups: dict[Relation, list[MapClaim]] = defaultdict(list)
        for claim in claims:
            if claim.relation in main_relations(self.evidence.claims[paper.key, claim.entity]):
                groups[claim.relation].append(claim)
        cluster = next((one.name for one in self.work.clusters if one.number == paper.cluster), "")
        properties: dict[str, Any] = {
            "title": paper.title,
            "aliases": list(dict.fromkeys([_line(paper.title), paper.cite_key])),
            "tags": ["paper"],
            "cite_key": paper.cite_key,
            "authors": list(paper.authors),
            "issued": paper.issued,
            "arxiv": paper.arxiv_id,
            "doi": paper.doi,
            "cluster": cluster,
            "lists": list(paper.lists),
            "iri": paper.iri,
        }
        for relation in RELATIONS:
            properties[relation] = [
                f"[[{self.entities[claim.entity]}]]" for claim in groups.get(relation, ())
            ]
        yield from _front(properties)
        yield f"# {_text(paper.title)}\n"
        links = paper_links(arxiv=paper.arxiv_id, doi=paper.doi, url=paper.url, code=paper.code_url)
        about = [_text(byline(paper)), paper.issued]
        about += [markdown_link(text, href) for text, href in links]
        if any(about):
            yield f"\n{' · '.join(filter(None, about))}\n"
        yield f"\nIn [[Index]] under {_text(cluster)}.\n" if cluster else "\nIn [[Index]].\n"
        for relation in RELATIONS:
            if relation in groups:
                yield f"\n## {VERBS[relation][0].capitalize()}\n\n"
                for claim in groups[relation]:
                    yield from self.claim(self.to_entity(claim.entity), claim)
        if results := self.evidence.results.get(paper.key):
            yield from self.scores(results, with_paper=False)
        yield from self.neighbours(paper.key)

    def entity(self, entity: MapEntity) -> Iterator[str]:
        broader = [slug for slug in entity.broader if slug in self.work.entities]
        yield from _front(
            {
                "title": entity.label,
                "aliases": list(dict.fromkeys([_line(entity.label), *map(_line, entity.aliases)])),
                "tags": ["entity", entity.type.lower()],
                "type": entity.type,
                "broader": [f"[[{self.entities[slug]}]]" for slug in broader],
                "papers": entity.papers,
                "papers_total": entity.papers_total,
                "iri": entity.iri,
            }
        )
        yield f"# {_text(entity.label)}\n\n{entity.type}, in {counted(entity.papers)} of this map.\n"
        if broader:
            yield f"\nA kind of {', '.join(map(self.to_entity, broader))}.\n"
        for relation in RELATIONS:
            claims = [
                claim
                for claim in self.claims[entity.slug]
                if claim.relation == relation
                and relation in main_relations(self.evidence.claims[claim.paper, entity.slug])
            ]
            if claims:
                yield f"\n## {BACK[relation]}\n\n"
                for claim in sorted(claims, key=lambda one: (-one.confidence, one.paper)):
                    yield from self.claim(self.to_paper(claim.paper), claim)
        if results := self.results.get(entity.slug):
            yield from self.scores(results, with_paper=True)

    def claim(self, link: str, claim: MapClaim) -> Iterator[str]:
        yield f"- {link} ({claim.confidence:.2f})\n"
        for quote in claim.quotes:
            yield from _quoted(quote)

    def scores(self, results: Sequence[MapResult], *, with_paper: bool) -> Iterator[str]:
        yield "\n## Results\n\n"
        for result in results:
            words = [_text(amount(result))]
            for word, slug in (
                ("in", result.metric),
                ("on", result.benchmark),
                ("with", result.subject),
                ("over", result.baseline),
            ):
                words += [word, self.to_entity(slug)] if slug in self.work.entities else []
            yield f"- {' '.join(words)}{f', {self.to_paper(result.paper)}' if with_paper else ''}\n"
            yield from _quoted(result.quote)

    def neighbours(self, key: str) -> Iterator[str]:
        if pairs := self.related.get(key):
            yield "\n## Related papers\n\n"
            for pair in pairs[:_RELATED]:
                other = pair.target if pair.source == key else pair.source
                yield f"- {self.to_paper(other)} ({pair.score:.2f}): {_text(pair.text)}\n"

    def to_paper(self, key: str) -> str:
        return _link(self.papers[key], short_title(self.work.papers[key].title, 80))

    def to_entity(self, slug: str) -> str:
        return _link(self.entities[slug], self.work.entities[slug].label)


def _link(path: str, label: str) -> str:
    return f"[[{path}|{' '.join(_line(label).translate(_LABEL).split())}]]"


def _quoted(quote: Quote) -> Iterator[str]:
    marks = quote.marks if "==" not in quote.text else ()
    sentence = marked(quote.text, marks, "==")
    yield f"  > {_plain(sentence, comparisons=not marks)}\n"


def _text(text: str) -> str:
    return _plain(escape(text))


def _plain(markdown: str, *, comparisons: bool = True) -> str:
    """Markdown without what Obsidian alone reads as a comment or a highlight."""
    shown = markdown.replace("%%", "\\%\\%")
    return shown.replace("==", "\\=\\=") if comparisons else shown


def _line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _front(properties: Mapping[str, Any]) -> Iterator[str]:
    """Front matter; each value as JSON, which is YAML too."""
    yield "---\n"
    for name, value in properties.items():
        if value not in ("", []):
            if isinstance(value, list):
                value = [_line(one) for one in value]
            elif isinstance(value, str):
                value = _line(value)
            yield f"{name}: {json.dumps(value, ensure_ascii=False)}\n"
    yield "---\n"
