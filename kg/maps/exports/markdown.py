"""The outline as Markdown with Pandoc's citations and footnotes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from kg.maps.exports.document import (
    Block,
    Cite,
    Does,
    Heading,
    Items,
    Name,
    Paragraph,
    Part,
    Parts,
    Quotations,
    Said,
)
from kg.maps.exports.evidence import Evidence, Sentence, papers_in_order
from kg.maps.exports.outline import outline
from kg.maps.exports.people import byline
from kg.maps.exports.wording import amount
from kg.maps.records import MapPaper, RelatedWorkMap
from kg.network.web_links import paper_links
from kg.queries.relation_words import VERBS
from kg.text.titles import short_title

_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<#|~$@^]|&(?=#?\w+;))")
_BREAKS: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def render_markdown(work: RelatedWorkMap, *, bibliography: str = "references.bib") -> str:
    """A related-work outline by cluster, each sentence with its evidence as a footnote.

    Args:
        work: The map.
        bibliography: Where Pandoc's ``--citeproc`` finds the references; named in the document's head.
    """
    return "".join(_Writer(work).document(bibliography))


def escape(text: str) -> str:
    """A text that Markdown shows as it is, on one line."""
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", text).strip())


def marked(text: str, marks: tuple[tuple[int, int], ...], mark: str = "**") -> str:
    """A sentence with stretches of it between marks, where Markdown would read these as such."""
    parts: list[str] = []
    at = 0
    for start, end in marks:
        inner = text[start:end]
        before, after = text[start - 1 : start], text[end : end + 1]
        loose = (before.isalnum() and not inner[:1].isalnum()) or (
            after.isalnum() and not inner[-1:].isalnum()
        )
        loose = loose or mark[0] in (before, after, inner[:1], inner[-1:])
        stands = inner and inner == inner.strip() and not loose
        sign = mark if stands else ""
        parts += [_inner(text[at:start]), sign, _inner(inner), sign]
        at = end
    return "".join([*parts, _inner(text[at:])]).strip()


def markdown_link(text: str, href: str) -> str:
    """A link to an address that may hold any character."""
    address = re.sub(r"[\s<>\\]", lambda match: f"%{ord(match.group()):02X}", href)
    return f"[{escape(text)}](<{address}>)"


def _inner(text: str) -> str:
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", text))


class _Writer:
    def __init__(self, work: RelatedWorkMap) -> None:
        self.work = work
        self.evidence = Evidence(work)
        self.used: set[int] = set()

    def document(self, bibliography: str) -> Iterator[str]:
        yield "---\n"
        yield f"title: {json.dumps(_line(self.work.title), ensure_ascii=False)}\n"
        yield f"bibliography: {json.dumps(bibliography, ensure_ascii=False)}\n"
        yield "link-citations: true\n---\n"
        for block in outline(self.work, self.evidence):
            yield "\n"
            yield from self.block(block)
        yield "\n# Papers\n\n"
        for key in papers_in_order(self.work):
            yield f"- {_reference(self.work.papers[key])}\n"
        yield "\n"
        for sentence in self.evidence.sentences:
            if sentence.number in self.used:
                yield f"[^q{sentence.number}]: {self.footnote(sentence)}\n"

    def block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Heading):
            yield f"{'#' * block.level} {self.line(block.parts)}\n"
        elif isinstance(block, Paragraph):
            yield f"{self.line(block.parts)}\n"
        elif isinstance(block, Items):
            for item in block.items:
                yield f"- {self.line(item)}\n"
        elif isinstance(block, Quotations):
            quotes = []
            for number in block.numbers:
                sentence = self.evidence.sentences[number - 1]
                quotes.append(
                    f"> {marked(sentence.text, sentence.marks)} (@{self.cite_key(sentence.paper)})\n"
                )
            yield ">\n".join(quotes)
        else:
            yield f"{escape(block.caption)}:\n\n"
            yield f"| {' | '.join(self.line(cell) for cell in block.header)} |\n"
            yield f"|{' --- |' * len(block.header)}\n"
            for row in block.rows:
                yield f"| {' | '.join(self.line(cell) for cell in row)} |\n"

    def line(self, parts: Parts) -> str:
        return _spaced("".join(map(self.part, parts)))

    def part(self, part: Part) -> str:
        if isinstance(part, Name):
            label = escape(self.work.entities[part.slug].label)
            return f"**{label}**" if part.strong else label
        if isinstance(part, Cite):
            return self.citation(part)
        if isinstance(part, Said):
            self.used.update(part.numbers)
            return "".join(f"[^q{number}]" for number in part.numbers)
        if isinstance(part, Does):
            return ", ".join(VERBS[relation][0] for relation in part.relations)
        return _inner(part)

    def citation(self, cite: Cite) -> str:
        paper = self.work.papers[cite.paper]
        if not cite.named:
            return f"[@{paper.cite_key}]"
        return (
            f"@{paper.cite_key}"
            if paper.authors
            else f"*{escape(short_title(paper.title))}* [@{paper.cite_key}]"
        )

    def cite_key(self, paper: str) -> str:
        return self.work.papers[paper].cite_key

    def footnote(self, sentence: Sentence) -> str:
        labels = [escape(self.work.entities[claim.entity].label) for claim in sentence.claims]
        said = [
            f"{VERBS[claim.relation][0]} {label} ({claim.confidence:.2f})"
            for claim, label in zip(sentence.claims, labels, strict=True)
        ]
        said += [f"reports {escape(amount(result))}" for result in sentence.results]
        where = f"@{self.cite_key(sentence.paper)}, {sentence.field}"
        return f"“{marked(sentence.text, sentence.marks)}” ({where}: {'; '.join(said)})"


def _spaced(line: str) -> str:
    """A line in which nothing stands that begins a block of another kind."""
    line = line.strip()
    return f"\\{line}" if line[:1] in set("+-=") else line


def _line(text: str) -> str:
    return _BREAKS.sub(" ", text).strip()


def _reference(paper: MapPaper) -> str:
    names = f"{escape(byline(paper)).removesuffix('.')}. " if paper.authors else ""
    issued = f" ({paper.issued[:4]})" if paper.issued else ""
    links = paper_links(arxiv=paper.arxiv_id, doi=paper.doi, url=paper.url, code=paper.code_url)
    where = "".join(f" {markdown_link(text, href)}" for text, href in links)
    return f"[@{paper.cite_key}] {names}*{escape(paper.title)}*{issued}.{where}"
