"""Cards as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

import wcwidth

from kg.queries.cards import (
    Card,
    CardClaim,
    CardLink,
    CardResult,
    EntityCard,
    EntityRef,
    PaperCard,
    PaperRef,
)
from kg.queries.plain import plain
from kg.queries.quotes import Quote
from kg.queries.relation_words import BACK, VERBS

_LINKS: Final = {
    ("usesMethodIn", "out"): "uses a method of",
    ("usesMethodIn", "in"): "its method is used by",
    ("usesDataFrom", "out"): "uses data of",
    ("usesDataFrom", "in"): "its data are used by",
    ("extends", "out"): "extends",
    ("extends", "in"): "is extended by",
}
_FIELD: Final = 11
_HANGING: Final = re.compile(rf"(?=.{{{_FIELD}}})[A-Z][a-z ]+: {{2,}}| *")
"""A field's name, or an indent: what the lines that a line is wrapped to stand under."""
_NARROWEST: Final = 40


def render_card(card: Card, *, columns: int | None = None) -> str:
    """A card as plain text of several lines, the words that say so marked as ``«…»`` in their sentences.

    Control characters in titles and sentences are shown, not sent.

    Args:
        card: What ``show`` gave.
        columns: The width to wrap lines at (at least 40); by default lines are as long as their texts.
    """
    lines = _paper(card) if isinstance(card, PaperCard) else _entity(card)
    return "\n".join(wrapped for line in lines for wrapped in _wrapped(line, columns))


def mark_quote(quote: Quote, before: str = "«", after: str = "»") -> str:
    """The sentence with its marked words between two signs, as plain text."""
    parts, last = [], 0
    for start, end in quote.marks:
        if last <= start < end <= len(quote.text):
            parts += [plain(quote.text[last:start]), before, plain(quote.text[start:end]), after]
            last = end
    return "".join([*parts, plain(quote.text[last:])])


def _paper(card: PaperCard) -> Iterator[str]:
    yield plain(card.title)
    arxiv = f"arXiv {card.arxiv_id}{card.version}" if card.arxiv_id else ""
    doi = f"doi {card.doi}" if card.doi else ""
    yield " · ".join(plain(part) for part in (f"paper:{card.key}", card.issued, arxiv, doi) if part)
    for name, value in (
        ("Authors", card.authors),
        ("Paper", card.url),
        ("Code", card.code_url),
        ("Lists", "; ".join(card.lists)),
        ("Notes", "; ".join(note.heading or "(no heading)" for note in card.notes)),
    ):
        if value:
            yield _field(name, value)
    for relation, claims in groupby(card.claims, key=lambda claim: claim.relation):
        yield ""
        yield VERBS[relation][0].capitalize()
        for claim in claims:
            yield from _claim(claim)
    yield from _results(card.results, card.results_total, with_paper=False)
    if card.links:
        yield ""
        yield "Links to other papers"
        yield from map(_link, card.links)
        yield from _rest(card.links_total - len(card.links), "link")


def _entity(card: EntityCard) -> Iterator[str]:
    yield plain(card.label)
    papers = f"{card.papers_total:,} paper{'' if card.papers_total == 1 else 's'}"
    yield " · ".join([f"entity:{plain(card.slug)}", card.type, papers])
    for name, value in (
        ("Also", "; ".join(card.aliases)),
        ("Broader", _labels(card.broader)),
        ("Narrower", _labels(card.narrower)),
        ("Same as", "; ".join(card.exact_match)),
    ):
        if value:
            yield _field(name, value)
    for group in card.papers:
        yield ""
        yield f"{BACK[group.relation]} ({group.total:,})"
        for claim in group.claims:
            yield from _claim(claim)
        yield from _rest(group.total - len(group.claims), "paper")
    yield from _results(card.results, card.results_total, with_paper=True)
    if card.together:
        yield ""
        yield "Named together with"
        for ref, count in card.together:
            yield f"  {plain(ref.label)} ({ref.type}, {count:,})"
        yield from _rest(card.together_total - len(card.together), "entity", "entities")


def _field(name: str, value: str) -> str:
    return f"{name + ':':<{_FIELD}}{plain(value)}"


def _claim(claim: CardClaim) -> Iterator[str]:
    sure = f"{claim.confidence:.2f}" + (f", by {plain(claim.curated_by)}" if claim.curated_by else "")
    if claim.entity:
        yield f"  {plain(claim.entity.label)} ({claim.entity.type}, {sure})"
    if claim.paper:
        yield f"  {_paper_line(claim.paper)} ({sure})"
    for quote in claim.quotes:
        yield f"    {mark_quote(quote)}"


def _results(results: tuple[CardResult, ...], total: int, *, with_paper: bool) -> Iterator[str]:
    if not results:
        return
    yield ""
    yield f"Results ({total:,})" if with_paper else "Results"
    for result in results:
        yield f"  {_result(result)}"
        if with_paper:
            yield f"    {_paper_line(result.paper)}"
        yield f"    {mark_quote(result.quote)}"
    yield from _rest(total - len(results), "result")


def _result(result: CardResult) -> str:
    what = plain(result.subject) or "(not named)"
    if result.benchmark:
        what += f" on {plain(result.benchmark)}"
    # As the text has it: a store may keep 66.0 as 66.
    number = plain(result.verbatim)
    if result.unit and result.unit not in number:
        number += f" {plain(result.unit)}"
    if result.kind == "improvement" and number[0].isdigit() and result.unit != "x":
        number = f"+{number}"
    score = f"{plain(result.metric)} {number}" if result.metric else number
    return f"{what}: {score}" + (f" over {plain(result.baseline)}" if result.baseline else "")


def _link(link: CardLink) -> str:
    how = _LINKS.get((link.relation, link.direction), f"{plain(link.relation)} ({link.direction})")
    return f"  {how}: {_paper_line(link.paper)}, through {plain('; '.join(link.via))}"


def _paper_line(paper: PaperRef) -> str:
    return f"{plain(paper.issued)}  {plain(paper.title)}" if paper.issued else plain(paper.title)


def _labels(refs: tuple[EntityRef, ...]) -> str:
    return "; ".join(ref.label for ref in refs)


def _rest(count: int, one: str, many: str = "") -> Iterator[str]:
    if count > 0:
        yield f"  … and {count:,} more {one if count == 1 else many or one + 's'} (--limit shows more)"


def _wrapped(line: str, columns: int | None) -> list[str]:
    if columns is None or not line:
        return [line]
    hanging = _HANGING.match(line)
    indent = hanging.group() if hanging else ""
    found: list[str] = wcwidth.wrap(
        line[len(indent) :],
        max(columns, _NARROWEST),
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_on_hyphens=False,
    )
    return found or [line]
