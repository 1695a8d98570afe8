"""A Markdown document as the blocks that a list of papers is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

_BARE_URL = re.compile(r"(?<![\w\"'=(<\[])https?://[^\s<>\"|`{}\\^]+")
_BREAK_TAGS = frozenset(
    {"br", "p", "li", "tr", "div", "summary", "details", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd"}
)
_CELL_TAGS = frozenset({"td", "th"})
_FORMATTING_TAG = re.compile(
    r"</?(?:a|abbr|b|big|br|center|cite|code|dd|del|details|div|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p"
    r"|picture|q|s|samp|small|source|span|strike|strong|su[bp]|summary|table|tbody|t[dhrt]|thead|ul?|var|wbr)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one kind within a block."""

    text: str
    href: str | None = None
    """Where it links to, if it is a link; empty for a link that leads nowhere."""
    strong: bool = False
    image: bool = False
    """An image (a badge); the text is its alternative text."""
    cell: int = 0
    """The column, in a row of a table."""


@dataclass(slots=True)
class Block:
    """A heading, an item of a list (without the lists inside it), a row of a table, or a paragraph."""

    kind: Literal["heading", "item", "row", "paragraph", "code"]
    spans: list[Span]
    line: int
    """Its first line, from 0."""
    end: int
    """The line after its last."""
    level: int = 0
    """The level of a heading; how deep an item is nested, from 1."""
    columns: tuple[str, ...] = ()
    """The heads of the table's columns in lower case."""
    text: str = field(init=False)
    """What a reader sees."""

    def __post_init__(self) -> None:
        self.text = " ".join("".join(span.text for span in self.spans if not span.image).split())


def blocks(text: str) -> list[Block]:
    """The blocks of a document in reading order: CommonMark with tables; HTML for its text and links."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return list(_Reader(parser.parse(text)).read())


class _Reader:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._depth = 0
        self._columns: tuple[str, ...] = ()
        self._row: list[Span] | None = None
        self._in_head = False
        self._cell = 0
        self._starts_item = False
        self._heading = 0

    def read(self) -> Iterator[Block]:
        for token in self._tokens:
            span = token.map or [0, 0]
            match token.type:
                case "list_item_open":
                    self._depth += 1
                    self._starts_item = True
                case "list_item_close":
                    self._depth -= 1
                case "heading_open":
                    self._heading = int(token.tag[1])
                case "heading_close":
                    self._heading = 0
                case "thead_open":
                    self._in_head = True
                case "thead_close":
                    self._in_head = False
                case "tr_open":
                    self._row, self._cell, row_lines = [], 0, span
                case "td_close" | "th_close":
                    self._cell += 1
                case "tr_close":
                    yield from self._finished_row(row_lines)
                case "inline":
                    yield from self._inline(token, span)
                case "fence" | "code_block":
                    yield Block("code", [Span(token.content)], span[0], span[1])
                case "html_block":
                    for kind, spans in html_lines(token.content):
                        yield Block(kind, spans, span[0], span[1], level=self._depth + (kind == "item"))
                case _:
                    pass

    def _inline(self, token: Token, lines: Sequence[int]) -> Iterator[Block]:
        spans = list(_spans(token.children or [], self._cell))
        if self._row is not None:
            self._row += spans
        elif self._heading:
            yield Block("heading", spans, lines[0], lines[1], level=self._heading)
        elif self._depth and self._starts_item:
            self._starts_item = False
            yield Block("item", spans, lines[0], lines[1], level=self._depth)
        else:
            yield Block("paragraph", spans, lines[0], lines[1], level=self._depth)

    def _finished_row(self, lines: Sequence[int]) -> Iterator[Block]:
        spans, self._row = self._row or [], None
        if self._in_head:
            cells = ["".join(s.text for s in spans if s.cell == n).strip().lower() for n in range(self._cell)]
            self._columns = tuple(cells)
        else:
            yield Block("row", spans, lines[0], lines[1], columns=self._columns)


def _spans(tokens: Sequence[Token], cell: int) -> Iterator[Span]:
    """The spans of inline tokens; bare addresses become links."""
    href: str | None = None
    label: list[Span] = []
    strong = 0
    for token in tokens:
        match token.type:
            case "link_open":
                href, label = str(token.attrs.get("href", "")), []
            case "link_close":
                yield from _link(label, href or "", cell)
                href = None
            case "strong_open":
                strong += 1
            case "strong_close":
                strong -= 1
            case "image":
                span = Span(token.content, image=True, strong=bool(strong), cell=cell)
                label.append(span)
                if href is None:
                    yield span
            case "html_inline":
                match_ = re.match(r"<a\s[^>]*href\s*=\s*[\"']?([^\"'\s>]+)", token.content, re.IGNORECASE)
                if match_:
                    href, label = match_[1], []
                elif token.content.lower() == "</a>" and href is not None:
                    yield from _link(label, href, cell)
                    href = None
                elif token.content.lower().startswith("<br"):
                    yield Span("\n", cell=cell)
                elif not _FORMATTING_TAG.match(token.content) and not token.content.startswith("<!--"):
                    # No mark-up that people use in a list: a title that has it says it.
                    shown = Span(token.content, strong=bool(strong), cell=cell)
                    if href is None:
                        yield shown
                    else:
                        label.append(shown)
            case "text" | "code_inline" | "softbreak" | "hardbreak" | "text_special":
                text = token.content or "\n"
                if href is not None:
                    label.append(Span(text, strong=bool(strong)))
                else:
                    yield from _with_bare_links(text, strong=bool(strong), cell=cell)
            case _:
                pass


def _link(label: list[Span], href: str, cell: int) -> Iterator[Span]:
    text = "".join(span.text for span in label if not span.image)
    badge = not text.strip() and any(span.image for span in label)
    words = text if not badge else " ".join(span.text for span in label)
    yield Span(words, href=href, strong=any(span.strong for span in label), image=badge, cell=cell)


def _with_bare_links(text: str, *, strong: bool, cell: int) -> Iterator[Span]:
    at = 0
    for match in _BARE_URL.finditer(text):
        if match.start() > at:
            yield Span(text[at : match.start()], strong=strong, cell=cell)
        yield Span(match.group(), href=match.group(), strong=strong, cell=cell)
        at = match.end()
    if at < len(text):
        yield Span(text[at:], strong=strong, cell=cell)


def html_lines(html: str) -> list[tuple[Literal["item", "paragraph"], list[Span]]]:
    """The spans of each visible line of a piece of HTML, and whether an item of a list or a row starts it."""
    reader = _Html()
    reader.feed(html)
    reader.close()
    return [
        ("item" if number in reader.items else "paragraph", line)
        for number, line in enumerate(reader.lines)
        if any(span.text.strip() or span.href for span in line)
    ]


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[list[Span]] = [[]]
        self.items: set[int] = set()
        self._href: str | None = None
        self._label: list[str] = []
        self._strong = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAK_TAGS:
            self.lines.append([])
            if tag in {"li", "tr"}:
                self.items.add(len(self.lines) - 1)
        elif tag == "a":
            self._href, self._label = dict(attrs).get("href") or "", []
        elif tag in {"b", "strong"}:
            self._strong += 1
        elif tag in {"script", "style"}:
            self._silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href is not None:
            self.lines[-1].append(Span("".join(self._label), href=self._href, strong=bool(self._strong)))
            self._href = None
        elif tag in {"b", "strong"}:
            self._strong = max(0, self._strong - 1)
        elif tag in {"script", "style"}:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAK_TAGS and self._href is None:
            self.lines.append([])
        elif tag in _CELL_TAGS:
            self.lines[-1].append(Span("\n"))

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._href is not None:
            self._label.append(data)
        else:
            self.lines[-1].extend(_with_bare_links(data, strong=bool(self._strong), cell=0))
