"""Reading lists in Markdown, as people write them.

An entry is an item, a row, a heading or a line with a title and a link to the paper. What stands below it (a
section that it links to, or the text under its heading) gives its abstract and the keeper's notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from kg.records import Note, Paper, ReadingList
from kg.sources.formats import Document, Format
from kg.sources.identifiers import (
    is_code_url,
    issued_from_arxiv,
    paper_url,
    parse_arxiv,
    parse_doi,
    repair_url,
)
from kg.sources.markdown_blocks import Block, Span, blocks
from kg.text import clean_latex, paragraphs, plain, repair_mojibake, slugify, strip_code_fences, tidy


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PAPER_LINK = re.compile(
    r"arxiv\.org/|doi\.org/10\.|openreview\.net/|aclanthology\.org|aclweb\.org/anth|mlr\.press|thecvf\.com",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"^#{1,6}\s|^\s*(?:[-*+]|\d+[.)])\s.*\]\(|^\|.+\|", re.MULTILINE)
_SUFFIXES = (".md", ".markdown", ".mdown", ".md.gz")

_PAPER_LABELS = _words(
    """paper papers pdf arxiv abs abstract link links here url doi html preprint openreview acl aclanthology
    publication fulltext read article eprint 论文 ieee acm springer pmlr cvf neurips nips icml iclr cvpr iccv
    eccv
    emnlp naacl aaai ijcai kdd nature science elsevier biorxiv medrxiv proceedings source homepage hfpaper
    huggingface hf alphaxiv paperlink journal conference version official 原文 链接
    论文链接 论文地址 原文链接"""
)
_CODE_LABELS = _words(
    """code codepage github git repo repository project projectpage page website webpage homepage demo
    official
    officialcode implementation pytorch tensorflow jax gitlab 代码 codebase codes projectwebsite site
    代码链接 代码地址 项目 项目主页 主页"""
)
_FIELD = re.compile(
    r"^\W*(?:authors?|venue|conference|journal|publisher|published|date|year|tags?|keywords?|作者|会议|期刊|时间|日期)"
    r"\W*[:：]",
    re.IGNORECASE,
)
"""What starts a line that says when, where or by whom a paper was written."""
_AUTHORS = re.compile(r"^\W*authors?\W*[:：]\W*", re.IGNORECASE)
_PAPER_FIELD = re.compile(
    r"\W*(?:paper|pdf|arxiv|link|url|论文|链接)(?:\s+(?:link|url))?\W*[:：]", re.IGNORECASE
)
_MONTH = re.compile(
    r"^\W{0,3}(?:(?P<yy>\d\d)/(?P<mm>0[1-9]|1[0-2])"
    r"|(?P<yyyy>(?:19|20)\d\d)[-./](?P<m>0?[1-9]|1[0-2])(?:[-./](?P<d>0?[1-9]|[12]\d|3[01]))?)(?=\W)"
)
_YEAR = re.compile(r"(?<![\d./-])((?:19[5-9]|20[0-4])\d)(?![\d/])|'(\d\d)\b")
_QUOTED = re.compile(r"[“\"]([^“”\"]{8,300})[”\"]|\*([^*]{8,300})\*")
_OPENING = re.compile(r"^(?:[\W_]+(?=[\w“\"(])|\d{1,4}[.)]\s+)+")
_NUMBERING = re.compile(r"^\s*(?:\(?\d{1,4}[.):]|\[\d{1,4}\])\s+")
_TAG = re.compile(r"^\W*(?:\[[^\[\]]{1,40}\]|\([^()]{0,30}\d{2,4}[^()]{0,4}\))\s*(?=\w)")
"""A short name or a venue in brackets, before a title."""
_LEADING_ID = re.compile(r"^\s*\[(?:[\w.-]{2,15}/)?\d{4}[.\d]\d{2,5}(?:v\d+)?\]\s*(?=\w)")
"""How the title of a page of arXiv starts."""
_APA = re.compile(r"^[^()]{3,400}\((?:19|20)\d\d[a-z]?(?:,[^()]{0,20})?\)\.\s+(?=\w)")
"""Authors and year, as the style of the American Psychological Association puts them before a title."""
_PUBLISHED = re.compile(r"\s*[(\[](?:[A-Za-z&\s]{0,30}'?\d{2,4}|arXiv[^)\]]*)[)\]]\s*$")
"""A venue with its year in brackets, after a title."""
_ET_AL = re.compile(r"\bet al\b")
_REFERS = re.compile(r"\b(?:at|by|from|here|in|is|of|on|our|see|the|this|to|via|with)\s*$", re.IGNORECASE)
"""The end of prose that goes on with a link."""
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_NAME = re.compile(
    r"(?:[^\W\d_][\w.'’-]*\s+){1,3}[^\W\d_][\w'’-]+"
    r"|[^\W\d_][\w'’-]+,?\s+(?:[^\W\d_]\.\s*-?)+|(?:[^\W\d_]\.\s*-?)+[^\W\d_][\w'’-]+"
)
_SEPARATOR = re.compile(r"\s*(?:,\s*(?:and|&)\s+|\s+and\s+|\s+&\s+|,|;|·|•)\s*")
_ABSTRACT = re.compile(r"^\W*(?:abstract|summary of the paper|摘要)\W*$", re.IGNORECASE)
_ABSTRACT_LINE = re.compile(r"^\W*(?:abstract|摘要)\W*[:：.—-]\W*", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![\\\w*])(\*\*|__)(?=\S)(.+?)(?<=\S)\1(?![\w*])", re.DOTALL)
_ITALIC = re.compile(r"(?<![\\\w*$])\*(?=[^\s*])([^*\n$]+?)(?<=[^\s*])\*(?![\w*])")
_EMPTY_BRACKETS = re.compile(r"[\[(]\s*[,;|/]*\s*[\])]")
_PARTS = re.compile(r"\n|(?<=[\w)])[.]\s+(?=[A-Z])|\s[|–—]\s|\]\s*|\s-\s")
_INLINE_LINK = re.compile(
    r"!?\[([^\]\[]*)\]\((?:<[^>]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)"
)
_TITLE_COLUMNS = frozenset({"title", "paper", "paper title", "name", "papers", "work", "论文", "标题"})
_NOTE_COLUMNS = re.compile(
    r"description|summary|tl;?dr|notes?|comments?|contributions?|highlights?|idea|abstract|remarks?|简介|描述|说明|备注|摘要|总结|贡献",
    re.IGNORECASE,
)
_AROUND = " *_[](),;:|–—-，。；：、"
"""What stands around a remark and is no part of it; its last full stop is."""
_YEAR_HEADING = re.compile(
    r"\W{0,9}(?:[A-Z]\w{0,9}[A-Z]\w{0,9}\W{1,9})?((?:19[5-9]|20[0-4])\d)\W{0,9}年?\W{0,9}"
)
"""A year, perhaps after a venue's short name."""
_FEW_WORDS = 3
"""A link with fewer words in the midst of prose is a reference, not an entry."""
_WORDY = 4
"""Words from which on a text says something about its paper."""


@dataclass(slots=True)
class _Entry:
    """What a block says of one paper."""

    title: str
    links: list[Span] = field(default_factory=list)
    before: str = ""
    after: str = ""
    block: Block | None = None


def sniff(head: str, name: str) -> bool:
    """Whether a text links to papers, or is named as Markdown."""
    if name.endswith(_SUFFIXES):
        return True
    lines = head.splitlines()
    return bool(
        (_PAPER_LINK.search(head) and not head.startswith(("{", "[{", "<")))
        or (len(_MARKUP.findall(head)) > 1 and "](" in head)
        or any(parse_arxiv(line) for line in lines[:20])
    )


def read(document: Document) -> Iterator[Paper]:
    """The papers of a list in its order; one that the list holds twice comes twice."""
    text = strip_code_fences(repair_mojibake(document.text()))
    lines = text.split("\n")
    found = _gathered(blocks(text))
    sections = _Sections(found, lines)
    titles = (plain(block.text) for block in found if block.kind == "heading" and block.level == 1)
    title = next((title for title in titles if title), "")
    lists = (ReadingList(title, document.name),) if title else ()
    years: list[tuple[int, str]] = []
    for index, block in enumerate(found):
        if block.kind == "heading":
            year = _YEAR_HEADING.fullmatch(block.text)
            years = [
                *(entry for entry in years if entry[0] < block.level),
                (block.level, year[1] if year else ""),
            ]
        if block.kind == "code" or sections.is_inside(index):
            continue
        entries = _entries(block)
        for number, entry in enumerate(entries):
            paper = _paper(entry, sections, lists, index, last=number == len(entries) - 1)
            above = next((name for _, name in reversed(years) if name), "")
            yield paper if paper.issued else replace(paper, issued=above)


FORMAT = Format("markdown", sniff, read)


def _gathered(found: list[Block]) -> list[Block]:
    """The blocks, where a title whose links stand in the blocks right below it is one block with them."""
    result: list[Block] = []
    at = 0
    while at < len(found):
        block = found[at]
        until = at + 1
        heading = block.kind == "heading" and block.level > 1
        if heading or (block.kind == "item" and not _entries(block)):
            while until < len(found) and _is_below(found[until], block) and _is_label_only(found[until]):
                until += 1
        below = [span for inner in found[at + 1 : until] for span in (Span("\n"), *inner.spans)]
        complete = heading and until > at + 1 and bool(_entries(block))
        if _is_telling(block.text) and (complete or any(map(_is_paper, below))):
            title = [replace(span, strong=True) for span in block.spans if not span.image]
            end = found[until - 1].end
            result.append(Block(block.kind, [*title, *below], block.line, end, block.level))
            at = until
        else:
            result.append(block)
            at += 1
    return result


def _is_below(block: Block, title: Block) -> bool:
    if title.kind == "heading":
        lines = "".join(span.text for span in block.spans).split("\n")
        bare = any(span.href == span.text for span in block.spans) and not any(map(_PAPER_FIELD.match, lines))
        return block.kind in {"paragraph", "item"} and not bare
    deeper = block.level > title.level if block.kind == "item" else block.level == title.level
    return block.kind in {"paragraph", "item"} and deeper


def _is_label_only(block: Block) -> bool:
    """Whether a block holds links called "paper", "code" and the like, and besides only authors and dates."""
    shown = "".join(span.text + " " for span in block.spans if span.href != span.text and not span.image)
    words = "\n".join(line for line in shown.split("\n") if not _FIELD.match(line))
    labels = _PAPER_LABELS | _CODE_LABELS
    linked = any(span.href for span in block.spans) or not words.strip()
    return linked and all(_label(word) in labels | {""} for word in re.findall(r"[^\W_]+", words))


class _Sections:
    """The parts of a document that describe one paper each."""

    def __init__(self, found: Sequence[Block], lines: Sequence[str]) -> None:
        self._blocks = found
        self._lines = lines
        self._anchors: dict[str, int] = {}
        self._ends = self._section_ends()
        self._inside: set[int] = set()
        linked = {s.href[1:].lower() for b in found for s in b.spans if s.href and s.href.startswith("#")}
        for index, block in enumerate(found):
            if block.kind != "heading":
                continue
            names = {block.text.lower(), _anchor(block.text), slugify(block.text)}
            for name in sorted(names & linked):
                self._anchors.setdefault(name, index)
            if (names & linked and self._describes_paper(index)) or _entries(block):
                self._inside.update(range(index + 1, self._ends[index]))
        for index in list(self._inside):
            if (
                index in self._inside
                and self._blocks[index].kind == "heading"
                and _entries(self._blocks[index])
            ):
                self._inside.discard(index)

    def is_inside(self, index: int) -> bool:
        """Whether a block describes a paper that stands elsewhere."""
        return index in self._inside

    def below(self, entry: _Entry, index: int) -> tuple[str, tuple[Note, ...]]:
        """The abstract and the notes of an entry: of the section it links to, or of what stands under it."""
        for link in entry.links:
            if link.href and link.href.startswith("#") and (at := self._anchors.get(link.href[1:].lower())):
                return self._section(at)
        if self._blocks[index].kind == "heading":
            return self._section(index)
        return self._under_item(index)

    def _section_ends(self) -> dict[int, int]:
        ends: dict[int, int] = {}
        open_: list[int] = []
        for index, block in enumerate(self._blocks):
            if block.kind == "heading":
                while open_ and self._blocks[open_[-1]].level >= block.level:
                    ends[open_.pop()] = index
                open_.append(index)
        return ends | {index: len(self._blocks) for index in open_}

    def _describes_paper(self, index: int) -> bool:
        """Whether a section holds text about one paper, and not a part of the list."""
        inner = self._blocks[index + 1 : self._ends[index]]
        if any(block.kind == "heading" and _ABSTRACT.match(block.text) for block in inner):
            return True
        return bool(inner) and not any(_entries(block) for block in inner)

    def _section(self, index: int) -> tuple[str, tuple[Note, ...]]:
        abstract, notes = "", []
        end = self._ends[index]
        marks = [index, *(i for i in range(index + 1, end) if self._blocks[i].kind == "heading"), end]
        for at, until in pairwise(marks):
            first = self._blocks[at].end
            last = self._blocks[until].line if until < len(self._blocks) else len(self._lines)
            text = "\n".join(self._lines[first:last])
            heading = "" if at == index else plain(self._blocks[at].text)
            if at == index:
                inline, text = self._own_abstract(text)
                abstract = abstract or inline
                if not text.strip() or (self._blocks[index].kind == "heading" and not _is_prose(text)):
                    continue
            if at != index and _ABSTRACT.match(heading):
                abstract = abstract or plain(_unmarked(text))
            else:
                notes.append(Note(heading or "Notes", paragraphs(text)))
        return abstract, tuple(notes)

    def _own_abstract(self, text: str) -> tuple[str, str]:
        """The paragraph of a section that calls itself the abstract, and the rest."""
        parts = re.split(r"\n\s*\n", text)
        for number, part in enumerate(parts):
            plain_part = _unmarked(part)
            if match := _ABSTRACT_LINE.match(plain_part):
                return plain(plain_part[match.end() :]), "\n\n".join(parts[:number] + parts[number + 1 :])
        return "", text

    def _under_item(self, index: int) -> tuple[str, tuple[Note, ...]]:
        """What the paragraphs and the inner items of an item say."""
        block = self._blocks[index]
        abstract, notes = "", []
        if block.kind == "item":
            for inner in self._blocks[index + 1 :]:
                deeper = inner.level > block.level if inner.kind == "item" else inner.level >= block.level
                if inner.kind not in {"item", "paragraph"} or not deeper or _entries(inner):
                    break
                text = plain(inner.text)
                if match := _ABSTRACT_LINE.match(text):
                    abstract = abstract or text[match.end() :]
                elif _is_wordy(text) and not any(span.href for span in inner.spans):
                    notes.append(Note("Notes", text))
        return abstract, tuple(notes)


def _paper(
    entry: _Entry, sections: _Sections, lists: tuple[ReadingList, ...], index: int, *, last: bool
) -> Paper:
    abstract, notes = sections.below(entry, index) if last else ("", ())
    url = next((repair_url(link.href or "") for link in entry.links if _is_paper(link)), "")
    url = url or next((repair_url(link.href or "") for link in entry.links if _is_paper_label(link)), "")
    arxiv = next((found for link in entry.links if (found := parse_arxiv(link.href or ""))), None)
    dois = (parse_doi(link.href or "") for link in entry.links if _is_paper(link))
    described, authors = _described(entry)
    if described:
        notes = (Note("Notes", described), *notes)
    if not authors:
        authors, notes = _authors_among(notes)
    return Paper(
        title=plain(_unquoted(entry.title)),
        abstract=abstract,
        authors=authors,
        issued=_month(entry.before) or (issued_from_arxiv(arxiv.id) if arxiv else _year(entry)),
        arxiv_id=arxiv.id if arxiv else "",
        arxiv_version=arxiv.version if arxiv else None,
        doi=next(filter(None, dois), ""),
        url=url,
        code_url=_code(entry.links),
        lists=lists,
        notes=notes,
    )


def _entries(block: Block) -> list[_Entry]:
    """The papers that a block names: each link with a title, or one title with links around it."""
    spans = block.spans
    named = [n for n, span in enumerate(spans) if _is_paper(span) and _is_title(span)]
    if block.kind == "paragraph" and (ids := _listed_ids(block)):
        return ids
    if not named:
        entry = _titled(block)
        return [entry] if entry else []
    entries = []
    if len(named) > 1 and (entry := _titled(block)) and any(s.strong for s in spans[: named[0]]):
        return [entry]
    for start, end in zip(named, [*named[1:], len(spans)], strict=True):
        if block.kind == "paragraph" and len(spans[start].text.split()) < _FEW_WORDS:
            continue
        first = 0 if start == named[0] else start
        links = [span for span in spans[first:end] if span.href is not None]
        before = "".join(s.text for s in spans[:start]) if start == named[0] else ""
        after = "".join(s.text for s in spans[start + 1 : end] if not s.image and s.href is None)
        entries.append(_Entry(spans[start].text, links, before, after, block))
    return entries


def _listed_ids(block: Block) -> list[_Entry]:
    """The papers of a paragraph whose lines are arXiv ids or addresses and nothing else."""
    lines = "".join(span.text for span in block.spans).split("\n")
    if not all(parse_arxiv(line) or repair_url(line) for line in lines):
        return []
    return [
        _Entry(f"arXiv:{found.id}", [Span(line, href=repair_url(line) or paper_url(line))], block=block)
        for line in lines
        if (found := parse_arxiv(line))
    ]


def _titled(block: Block) -> _Entry | None:
    """The one paper of a block whose links are called "paper", "arXiv", "code" and the like."""
    spans = block.spans
    links = [span for span in spans if span.href is not None]
    anchored = any(link.href and link.href.startswith("#") for link in links)
    proof = [
        link for link in links if _is_paper(link) or (_is_paper_label(link) and repair_url(link.href or ""))
    ]
    if not proof and not (anchored and any(_is_paper_label(link) for link in links)):
        return None
    first = spans.index(proof[0]) if proof else 0
    if block.kind == "paragraph" and _is_reference(spans, first):
        return None
    if block.kind == "row":
        title = _row_title(block)
    else:
        bold = [
            n
            for n, span in enumerate(spans)
            if span.strong
            and _is_telling(span.text)
            and not _ET_AL.search(span.text)
            and not _in_brackets(spans, n)
        ]
        linked = [n for n, span in enumerate(spans[:first]) if _is_link(span) and _is_title(span)]
        if bold:
            title = "".join(s.text for s in spans[bold[0] : _run_end(spans, bold[0])])
        elif linked:
            title = spans[linked[0]].text
            rest = spans[linked[0] + 1].text if spans[linked[0] + 1].href is None else ""
            if rest.lstrip().startswith(":"):
                title += ": " + _title_of(rest)
        else:
            title = _title_around_links(spans)
    if block.kind == "heading":
        title = _PUBLISHED.sub("", _NUMBERING.sub("", title))
    title = title.strip(" \t\n*_:;,|–—-")
    title = title if title.endswith("..") else title.removesuffix(".")
    if not _is_telling(title):
        arxiv = next((found for link in proof if (found := parse_arxiv(link.href or ""))), None)
        if not arxiv or (block.kind == "paragraph" and block.text != "".join(link.text for link in proof)):
            return None
        title = f"arXiv:{arxiv.id}"
    text = "".join(span.text for span in spans if span.href is None and not span.image)
    before, _, after = text.partition(title)
    return _Entry(title, links, before or text, after, block)


def _title_around_links(spans: Sequence[Span]) -> str:
    """The title in the text before the first link, else in the text behind the links."""
    lead = next((n for n, span in enumerate(spans) if span.href is not None), len(spans))
    before = _title_of("".join(span.text for span in spans[:lead] if not span.image))
    after = "".join(span.text for span in spans[lead:] if span.href is None and not span.image)
    if not _is_telling(before):
        return _title_of(_EMPTY_BRACKETS.sub(" ", after))
    bare = lead < len(spans) and spans[lead].text == spans[lead].href
    return "" if bare and re.match(r"\s*[a-z]+\s+[a-z]+", after) else before


def _is_reference(spans: Sequence[Span], at: int) -> bool:
    """Whether a link belongs to the sentence before it: "see our survey on [arXiv](…)"."""
    if any(span.strong for span in spans[:at]):
        return False
    before = "".join(span.text for span in spans[:at])
    return bool(_REFERS.search(before)) or spans[at].text.strip().lower() == "here"


def _in_brackets(spans: Sequence[Span], at: int) -> bool:
    """Whether brackets hold a span and nothing else, as they hold a short name or a venue."""
    before = spans[at - 1].text[-9:] if at else ""
    text = before + spans[at].text + "".join(span.text[:9] for span in spans[at + 1 : at + 2])
    return bool(re.search(rf"[\[(]\W*{re.escape(spans[at].text.strip(' []()'))}\W*[\])]", text))


def _run_end(spans: Sequence[Span], start: int) -> int:
    end = start
    while end < len(spans) and spans[end].strong:
        end += 1
    return end


def _unquoted(title: str) -> str:
    """A title without its arXiv id and the quotation marks around it; those within belong to it."""
    title = _LEADING_ID.sub("", title)
    title = re.sub(r"^《([^《》]+)》$", r"\1", title.strip(" ，。、；："))
    bare = title.strip(' ,“”"')
    return bare if not set('“”"') & set(bare) else title


def _row_title(block: Block) -> str:
    cells: dict[int, str] = {}
    for span in block.spans:
        if not span.image and (span.href is None or not _is_paper_label(span)):
            cells[span.cell] = cells.get(span.cell, "") + span.text
    for number, head in enumerate(block.columns):
        if head in _TITLE_COLUMNS and _is_telling(cells.get(number, "")):
            return cells[number]
    return max(cells.values(), key=len, default="") if not block.columns else ""


def _title_of(text: str) -> str:
    """The title in the text before an entry's first link."""
    if match := _QUOTED.search(text):
        return match[1] or match[2]
    text = _APA.sub("", _NUMBERING.sub("", text.strip()))
    text = _MONTH.sub("", text)
    text = _TAG.sub("", text)
    text = re.sub(r"^(?:[\s\]\[):|*,.–—-]|\((?![^()]*\)))+", "", text)
    text = re.sub(r"[\s\[(|:,–—-]+$", "", text)
    text = text if "[" in text else text.rstrip("]")
    parts = [
        part for part in re.split(r"(?<=[\w)?!])[.?!]\s+(?=[A-Z\d“\"(])|\s+[|–—]\s+|\n", text) if part.strip()
    ]
    telling = [part for part in parts if _is_telling(part) and not _names(part) and not _ET_AL.search(part)]
    title = telling[0] if telling else text
    return _PUBLISHED.sub("", _TAG.sub("", title))


def _described(entry: _Entry) -> tuple[str, tuple[str, ...]]:
    """What an entry says of its paper besides title and links: the keeper's words, and the authors."""
    block = entry.block
    if block is not None and block.kind == "row":
        cells: dict[int, str] = {}
        for span in block.spans:
            if not span.image and span.href is None:
                cells[span.cell] = cells.get(span.cell, "") + span.text
        heads = dict(enumerate(block.columns))
        notes = [plain(t) for n, t in cells.items() if _NOTE_COLUMNS.search(heads.get(n, "")) and t.strip()]
        named = next((_names(t) for n, t in cells.items() if "author" in heads.get(n, "")), ())
        return " ".join(notes), named
    authors: tuple[str, ...] = ()
    kept: list[str] = []
    for part in _PARTS.split(f"{entry.before}\n{entry.after}"):
        part = re.sub(r"^(?:by|authors?:)\s+", "", part.strip(" \t*_[](),;:.|–—-"), flags=re.IGNORECASE)
        if not authors and (found := _names(part)):
            authors = found
        else:
            kept.append(part)
    words = plain(entry.after).strip(_AROUND)
    if authors:
        words = ". ".join(part for part in kept if part and part not in entry.before)
    words = tidy(_EMPTY_BRACKETS.sub(" ", words)).strip(_AROUND).lstrip(_AROUND + ".")
    return (words, authors) if _is_wordy(words) and not _looks_like_venue(words) else ("", authors)


def _authors_among(notes: tuple[Note, ...]) -> tuple[tuple[str, ...], tuple[Note, ...]]:
    """The authors that one of the notes lists, and the other notes."""
    for at, note in enumerate(notes):
        if (match := _AUTHORS.match(note.text)) and (authors := _names(note.text[match.end() :])):
            return authors, notes[:at] + notes[at + 1 :]
    return (), notes


def _looks_like_venue(text: str) -> bool:
    prose = re.search(r"[a-z]{3,}\s+[a-z]{3,}\s+[a-z]{3,}", text)
    return len(text.split()) < 9 and bool(_YEAR.search(text)) and not prose


def _names(text: str) -> tuple[str, ...]:
    """The authors that a text lists, if it lists names and nothing else; at least two."""
    parts = [part.strip(" *_.") for part in _SEPARATOR.split(tidy(text).strip(" *_.,;"))]
    while len(parts) > 2 and _YEAR.search(parts[-1]):
        parts.pop()
    if len(parts) < 2 or not all(_NAME.fullmatch(part) and part[0].isupper() for part in parts):
        return ()
    capitalised = [word[0].isupper() for part in parts for word in part.split() if word[0].isalpha()]
    return tuple(parts) if sum(capitalised) >= 0.85 * len(capitalised) else ()


def _month(text: str) -> str:
    match = _MONTH.match(tidy(text) + " ")
    if not match:
        return ""
    if match["yy"]:
        return f"20{match['yy']}-{match['mm']}"
    day = f"-{int(match['d']):02d}" if match["d"] else ""
    return f"{match['yyyy']}-{int(match['m']):02d}{day}"


def _year(entry: _Entry) -> str:
    text = entry.before + " " + entry.after
    if entry.block is not None and entry.block.kind == "row":
        text = " ".join(
            span.text for span in entry.block.spans if span.text != entry.title and span.href is None
        )
    match = _YEAR.search(text)
    return (match[1] or f"20{match[2]}") if match else ""


def _code(links: Sequence[Span]) -> str:
    """The code link: one that is called so, else one to a host of code."""
    others = [link for link in links if not _is_paper(link) and repair_url(link.href or "")]
    called = [link for link in others if _label(link.text) in _CODE_LABELS]
    hosted = [link for link in others if is_code_url(repair_url(link.href or ""))]
    both = [link for link in called if link in hosted]
    best = both or hosted or called
    return repair_url(best[0].href or "") if best else ""


def _is_paper(span: Span) -> bool:
    return bool(span.href and paper_url(span.href))


def _is_link(span: Span) -> bool:
    """Whether a span leads to a place of this document or on the web, not to a file beside the list."""
    return bool(span.href and (span.href.startswith("#") or repair_url(span.href)))


def _is_paper_label(span: Span) -> bool:
    return span.href is not None and _label(span.text) in _PAPER_LABELS


def _is_title(span: Span) -> bool:
    """Whether a link's text names its paper, and not the kind of the link or where it leads."""
    text = span.text.strip()
    if span.image or not _is_telling(text) or _label(text) in _PAPER_LABELS | _CODE_LABELS:
        return False
    if parse_arxiv(text) or parse_doi(text) or re.match(r"https?://|www\.", text):
        return False
    words = re.sub(r"[\W\d_]+", " ", text).split()
    return not all(_label(word) in _PAPER_LABELS | _CODE_LABELS for word in words)


def _is_telling(text: str) -> bool:
    """Whether a text can be a title: a word or more, and not a link's usual label."""
    letters = sum(character.isalpha() for character in text)
    return letters >= 3 and _label(text) not in _PAPER_LABELS | _CODE_LABELS


def _label(text: str) -> str:
    return re.sub(r"[\W_]+|\d{2,4}$", "", text.lower())


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.strip().lower()))


def _unmarked(text: str) -> str:
    """Text without Markdown's emphasis and link marks."""
    return _ITALIC.sub(r"\1", _EMPHASIS.sub(r"\2", _INLINE_LINK.sub(r"\1", text)))


def _is_prose(text: str) -> bool:
    return _is_wordy(clean_latex(_INLINE_LINK.sub("", text)))


def _is_wordy(text: str) -> bool:
    """Whether a text says something; two ideographs count as a word."""
    words = [word for word in text.split() if not _IDEOGRAPH.search(word)]
    return len(words) + len(_IDEOGRAPH.findall(text)) // 2 >= _WORDY
